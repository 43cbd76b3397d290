"""Conversations that are kept: as they were, in a file that may fail, and gone when they are deleted."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from small import ATTACKS, answer

from assistant.answer import Also, Answer, Disagreement, Quotation
from assistant.page.conversation import KEPT, Conversation, Narrowing, Rating
from assistant.page.conversations import TITLE, Conversations, NotKept


def asked(kept: Conversations, question: str, before: Conversation | None = None) -> Conversation:
    """A conversation with this question waiting, kept."""
    conversation = (before or Conversation()).ask(question)
    kept.begin(conversation)
    return conversation


def answered(kept: Conversations, question: str, before: Conversation | None = None, text: str = "") -> Conversation:
    """A conversation with this question answered, kept."""
    waiting = asked(kept, question, before)
    ended = waiting.answered(answer(text or question)).ended()
    kept.keep(ended, waiting.waiting)
    return ended


def rich() -> Answer:
    """An answer with all that JSON for others leaves out."""
    other = answer("The bridge is shut.")
    also = (Also("La Vigie", None, "b2", "e" * 64, newer=True),)
    second = Quotation(1, 3, 9, "The bridge is open.", page=4)
    return replace(
        other,
        sources=(replace(other.sources[0], also=also),),
        disagreements=(Disagreement("how many", (second,), ("open",)),),
    )


def test_what_is_kept_is_what_was_said(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    waiting = asked(kept, "Why?")
    turn = waiting.asking
    within = Narrowing("2025-06-01", None, ("The Beacon",), infer=False)
    whole = replace(turn, answer=rich(), narrowing=within, without=("until 3 June 2025",), model="a:b")
    ended = Conversation((whole,), id=waiting.id)
    kept.keep(ended, turn.id)
    assert Conversations(tmp_path).open(waiting.id) == (ended, "")


@pytest.mark.parametrize("text", [*ATTACKS, "half \ud800", "a\0b", "é – “q”"])
def test_any_text_is_kept(tmp_path: Path, text: str) -> None:
    kept = Conversations(tmp_path)
    ended = answered(kept, text)
    assert kept.open(ended.id) == (ended, "")
    assert kept.trouble == ""


def test_nothing_drawn_is_kept(tmp_path: Path) -> None:
    answered(Conversations(tmp_path), "Why?")
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"The bridge" not in held
    assert b"class=" not in held


def test_the_list_tells_the_first_question_and_how_many(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    first = answered(kept, "Why\nwas it  shut?")
    second = answered(kept, "word " * 100)
    answered(kept, "And then?", first)
    assert [(one.id, one.title, one.questions) for one in kept.all()] == [
        (first.id, "Why was it shut?", 2),
        (second.id, ("word " * 40).rstrip() + " …", 1),
    ]
    assert len(kept.all()[1].title) <= TITLE + 2
    assert kept.all()[0].changed >= kept.all()[1].changed


def test_a_question_that_waits_elsewhere_is_stopped_when_its_conversation_is_opened(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    waiting = asked(kept, "Why?")
    so_far = waiting.answered(answer("One."))
    kept.keep(so_far, waiting.waiting)
    opened, waited = Conversations(tmp_path).open(waiting.id)
    assert waited == waiting.waiting
    assert opened == so_far.stopped()
    kept.keep(so_far.answered(answer("Two.")).ended(), waiting.waiting)  # too late
    assert kept.open(waiting.id) == (so_far.stopped(), "")


def test_an_answer_is_replaced_only_by_a_whole_one(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    ended = answered(kept, "Why?", text="One.")
    again = ended.again(ended.turns[0].id, Narrowing(infer=False))
    kept.begin(again)
    kept.keep(again.answered(answer("Two")), again.waiting)
    assert kept.turn(ended.id, 1) == ended.turns[0]
    assert Conversations(tmp_path).open(ended.id) == (ended, again.waiting)
    again = ended.again(ended.turns[0].id, Narrowing(infer=False))
    kept.begin(again)
    whole = again.answered(answer("Two.")).ended()
    kept.keep(whole, again.waiting)
    assert kept.open(ended.id) == (whole, "")
    assert len(whole.turns) == 1


@pytest.mark.parametrize("end", ["stopped", "failed"])
def test_what_fails_in_place_of_an_answer_leaves_that(tmp_path: Path, end: str) -> None:
    kept = Conversations(tmp_path)
    ended = answered(kept, "Why?")
    again = ended.again(ended.turns[0].id, Narrowing())
    kept.begin(again)
    kept.keep(again.stopped() if end == "stopped" else again.failed("No."), again.waiting)
    assert kept.open(ended.id) == (ended, "")


def test_a_question_that_fails_leaves_nothing(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    waiting = asked(kept, "Why?")
    kept.keep(waiting.failed("No."), waiting.waiting)
    assert kept.open(waiting.id) == (None, "")
    assert kept.all() == []
    first = answered(kept, "Why?")
    second = asked(kept, "And?", first)
    kept.keep(second.failed("No."), second.waiting)
    assert kept.open(first.id) == (first, "")


def test_what_is_deleted_is_gone_to_the_last_letter(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    gone, stays = answered(kept, "Whatever became of Ebbe?"), answered(kept, "And of Kelverhaven?")
    kept.delete(gone.id)
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"Ebbe" not in held
    assert b"Kelverhaven" in held
    assert kept.open(gone.id) == (None, "")
    assert [one.id for one in kept.all()] == [stays.id]
    assert kept.turn(gone.id, 1) is None


def test_an_answer_on_its_way_does_not_bring_back_what_was_deleted(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    waiting = asked(kept, "Why?")
    kept.delete(waiting.id)
    kept.keep(waiting.answered(answer("One.")), waiting.waiting)
    kept.keep(waiting.answered(answer("One.")).ended(), waiting.waiting)
    assert kept.open(waiting.id) == (None, "")
    assert kept.all() == []


def test_there_are_so_many_at_most(tmp_path: Path) -> None:
    kept = Conversations(tmp_path, most=3)
    ids = [answered(kept, f"Question {number}?").id for number in range(3)]
    answered(kept, "Again?", kept.open(ids[0])[0])
    later = answered(kept, "Another?")
    assert [one.id for one in kept.all()] == [later.id, ids[0], ids[2]]
    assert kept.open(ids[1]) == (None, "")


def test_old_turns_go_as_they_go_from_the_page(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    conversation = Conversation()
    for number in range(KEPT + 2):
        conversation = answered(kept, f"Question {number}?", conversation)
    assert [turn.number for turn in conversation.turns] == list(range(3, KEPT + 3))
    assert kept.open(conversation.id) == (conversation, "")
    assert kept.all()[0].title == "Question 0?"


def test_a_turn_is_found_once_it_is_answered(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    waiting = asked(kept, "Why?")
    assert kept.turn(waiting.id, 1) is None
    ended = waiting.answered(answer()).ended()
    kept.keep(ended, waiting.waiting)
    assert kept.turn(waiting.id, 1) == ended.turns[0]
    assert kept.turn(waiting.id, 2) is None
    assert kept.turn("0" * 32, 1) is None


def test_a_rating_stays_with_its_answer(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    ended = answered(kept, "Why?")
    kept.rate(ended.id, ended.turns[0], Rating("down", "No."))
    (turn,) = (kept.open(ended.id)[0] or Conversation()).turns
    assert turn.rating == Rating("down", "No.")
    assert turn.asked_again(Narrowing(), ()).rating is None
    kept.rate(ended.id, turn, None)
    assert kept.turn(ended.id, 1) == ended.turns[0]


def no_file(file: Path) -> None:
    file.mkdir()


def no_database(file: Path) -> None:
    file.write_bytes(b"This was a letter. " * 100)


def read_only(file: Path) -> None:
    Conversations(file.parent).all()
    with file.open("r+b") as written:  # a format that this SQLite may read, and not write
        written.seek(18)
        written.write(b"\3")


def newer(file: Path) -> None:
    with sqlite3.connect(file) as made:
        made.execute("PRAGMA user_version = 99")
    made.close()


def torn(file: Path) -> None:
    kept = Conversations(file.parent)
    for number in range(40):
        answered(kept, f"Question {number}?")
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (no_file, "can't be opened"),
        (no_database, "is damaged .* Move it away, and a new one is begun"),
        (torn, "is damaged .* Move it away, and a new one is begun"),
        (read_only, "can't be written to"),
        (newer, "was made by a newer Clippings"),
    ],
)
def test_a_file_that_can_not_be_used_stops_nothing(tmp_path: Path, spoil: Callable[[Path], None], why: str) -> None:
    spoil(tmp_path / "conversations.sqlite")
    kept = Conversations(tmp_path)
    first = answered(kept, "Why?")
    second = answered(kept, "And then?", first)
    assert re.search(rf"{why}[^\n]* Questions are answered all the same\.$", kept.trouble)
    with pytest.raises(NotKept, match=why):
        kept.delete(first.id)
    if spoil is not read_only:
        assert kept.open(first.id) == (second, "")  # from memory, for as long as the page runs
        assert kept.turn(first.id, 2) == second.turns[1]
        assert [one.id for one in kept.all()] == [first.id]


@pytest.fixture
def held(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Another program that holds the file."""
    Conversations(tmp_path).all()
    other = sqlite3.connect(tmp_path / "conversations.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def test_trouble_ends_when_the_file_can_be_used_again(
    tmp_path: Path, held: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.page.conversations._PATIENCE", 0)
    kept = Conversations(tmp_path)
    first = answered(kept, "Why?")
    assert "is held by another program" in kept.trouble
    held.execute("ROLLBACK")
    answered(kept, "And then?", first)
    assert kept.trouble == ""


def test_a_file_that_is_moved_away_begins_anew(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    answered(kept, "Why?")
    for file in tmp_path.iterdir():
        file.unlink()
    later = answered(kept, "And now?")
    assert [one.id for one in kept.all()] == [later.id]


@pytest.mark.parametrize(
    "spoiled", ["{}", "[]", "no JSON", '{"question": 7}', '{"question": "Why?", "answer": {"question": "Why?"}}']
)
def test_a_row_that_can_not_be_read_is_told(tmp_path: Path, spoiled: str) -> None:
    ended = answered(Conversations(tmp_path), "Why?")
    with sqlite3.connect(tmp_path / "conversations.sqlite") as file:
        file.execute("UPDATE turns SET kept = ?", (spoiled,))
    file.close()
    kept = Conversations(tmp_path)
    assert kept.open(ended.id) == (None, "")
    assert "is damaged" in kept.trouble


def test_many_at_once(tmp_path: Path) -> None:
    kept, other = Conversations(tmp_path), Conversations(tmp_path)

    def talk(number: int) -> Conversation:
        mine = kept if number % 2 else other
        first = answered(mine, f"Question {number}?")
        return answered(mine, "And then?", first)

    with ThreadPoolExecutor(8) as threads:
        ended = list(threads.map(talk, range(40)))
    assert (kept.trouble, other.trouble) == ("", "")
    assert {one.id for one in kept.all()} == {one.id for one in ended}
    assert all(kept.open(one.id) == (one, "") for one in ended)


def test_a_turn_is_plain_data(tmp_path: Path) -> None:
    answered(Conversations(tmp_path), "Why?")
    with sqlite3.connect(tmp_path / "conversations.sqlite") as file:
        ((kept,),) = file.execute("SELECT kept FROM turns").fetchall()
    file.close()
    assert json.loads(kept)["answer"]["statements"][0]["text"] == "Why?"
