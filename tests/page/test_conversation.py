"""A conversation step by step, and what becomes of a question that fails."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from small import answer

from app import respond
from assistant.answer import Answer, Filters
from assistant.page.conversation import LONGEST, REMEMBERED, Conversation, Narrowing, Turn
from assistant.page.desk import Desk
from assistant.page.kept import Place, Quotations
from index.errors import NoStore, StoreDamaged


@dataclass
class Scripted:
    """A desk and an assistant that give these answers, then this error."""

    answers: Sequence[Answer] = ()
    error: Exception | None = None
    asked: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    within: list[dict[str, Any]] = field(default_factory=list)

    def assistant(self, model: str = "") -> Scripted:
        assert model == ""
        return self

    def stream(self, question: str, history: list[tuple[str, str]], **within: Any) -> Iterator[Answer]:
        self.asked.append((question, history))
        self.within.append(within)
        yield from self.answers
        if self.error:
            raise self.error


def shown(conversation: Conversation) -> str:
    """What the chat shows below the last question."""
    return str(list(conversation.messages())[-1]["content"])


def told(desk: Scripted, conversation: Conversation, kept: Quotations | None = None) -> list[Conversation]:
    return list(respond(cast(Desk, desk), kept or Quotations(), conversation))


def test_each_answer_so_far_takes_the_place_of_the_one_before() -> None:
    first, last = answer("One."), answer("Two.")
    steps = told(Scripted([first, last]), Conversation().ask("Why?"))
    assert [bool(step.waiting) for step in steps] == [True, True, False]
    assert len(steps[-1].turns) == 1
    assert steps[-1].turns[0].spoken == "Two."


def test_shown_quotations_are_kept() -> None:
    kept = Quotations()
    told(Scripted([answer("The bridge is shut.")]), Conversation().ask("Why?"), kept)
    assert kept.find(Place("a1", "0" * 64, 0, 19)) is not None


def test_a_follow_up_goes_with_what_was_said() -> None:
    desk = Scripted([answer("Two.")])
    earlier = tuple(Turn(f"Q{n}", n + 1, f"{n}", answer(f"A{n}")) for n in range(9))
    told(desk, Conversation(earlier).ask("And then?"))
    question, history = desk.asked[0]
    assert question == "And then?"
    assert history == [(f"Q{n}", f"A{n}") for n in range(9 - REMEMBERED, 9)]


@pytest.mark.parametrize("error", [NoStore("There is no store: run it."), StoreDamaged("Row 7 is damaged: repair.")])
def test_an_error_for_a_person_is_a_notice_and_no_answer(error: Exception) -> None:
    last = told(Scripted(error=error), Conversation().ask("Why?"))[-1]
    assert last == Conversation(id=last.id, notice=str(error), draft="Why?")


def test_any_other_error_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        last = told(Scripted([answer()], error=RuntimeError("secret")), Conversation().ask("Why?"))[-1]
    assert last.turns == ()
    assert last.notice.startswith("Something went wrong")
    assert "secret" not in last.notice
    assert "secret" in caplog.text


def test_an_empty_question_changes_nothing() -> None:
    turns = (Turn("Q", 1, "1", answer()),)
    assert Conversation(turns).ask("  \n ") == Conversation(turns)


def test_a_question_too_long_is_not_asked_but_kept() -> None:
    asked = Conversation().ask("x" * (LONGEST + 1))
    assert not asked.waiting
    assert asked.draft == "x" * (LONGEST + 1)
    assert "2,001 characters" in asked.notice
    assert Conversation().ask("x" * LONGEST).waiting


def test_a_stopped_answer_keeps_what_there_was() -> None:
    waiting = Conversation().ask("Why?")
    assert shown(waiting.stopped()).startswith('<div class="stopped">Stopped.</div>')
    some = waiting.answered(answer("One.")).stopped()
    assert not some.waiting
    assert re.search("One.*Stopped", shown(some))
    assert some.stopped() == some


def test_a_conversation_is_a_value_gradio_can_copy() -> None:
    import copy

    conversation: Any = Conversation().ask("Why?").answered(answer())
    assert copy.deepcopy(conversation) == conversation


FILTERS = Filters("2025-06-01", "2025-06-30", ("The Beacon", "La Vigie"), inferred=True)


def narrowed() -> Conversation:
    """Three questions, the second answered under filters that were read out of it."""
    conversation = Conversation()
    for number in range(3):
        found = answer(f"A{number}", filters=FILTERS if number == 1 else Filters())
        conversation = conversation.ask(f"Q{number}").answered(found).ended()
    return conversation


@pytest.mark.parametrize(
    ("what", "left", "told"),
    [
        ("since", Narrowing(None, "2025-06-30", ("The Beacon", "La Vigie"), infer=False), "from 1 June 2025"),
        ("until", Narrowing("2025-06-01", None, ("The Beacon", "La Vigie"), infer=False), "until 30 June 2025"),
        ("publisher-0", Narrowing("2025-06-01", "2025-06-30", ("La Vigie",), infer=False), "The Beacon"),
        ("publisher-1", Narrowing("2025-06-01", "2025-06-30", ("The Beacon",), infer=False), "La Vigie"),
    ],
)
def test_a_filter_is_taken_away_and_the_question_asked_again_in_its_place(
    what: str, left: Narrowing, told: str
) -> None:
    before = narrowed()
    again = before.taken_away(before.turns[1].id, what)
    assert [turn.question for turn in again.turns] == ["Q0", "Q1", "Q2"]
    assert (again.asking.number, again.asking.narrowing, again.asking.without) == (2, left, (told,))
    assert again.asking.id != before.turns[1].id
    assert again.history == [("Q0", "A0")]
    desk = Scripted([answer("New.")])
    last = list(respond(cast(Desk, desk), Quotations(), again))[-1]
    asked = {"since": left.since, "until": left.until, "publishers": left.publishers, "infer": False}
    assert desk.within == [asked]
    assert [turn.spoken for turn in last.turns] == ["A0", "New.", "A2"]
    assert not last.waiting


@pytest.mark.parametrize("what", ["publisher-2", "publisher-x", "since-", "", "model"])
def test_what_is_no_filter_takes_nothing_away(what: str) -> None:
    before = narrowed()
    assert before.taken_away(before.turns[1].id, what) == before
    assert before.taken_away("no such turn", "since") == before
    assert before.taken_away("", "since") == before
    assert before.taken_away(before.turns[0].id, "since") == before


@pytest.mark.parametrize("end", ["stopped", "failed", "error"])
def test_the_answer_comes_back_when_no_other_takes_its_place(end: str) -> None:
    before = narrowed()
    again = before.taken_away(before.turns[1].id, "since").answered(answer("So far."))
    if end == "error":
        last = told(Scripted(error=NoStore("There is no store: run it.")), again)[-1]
    else:
        last = again.stopped() if end == "stopped" else again.failed("There is no store: run it.")
    assert last.turns == before.turns
    assert last.draft == ""
    assert bool(last.notice) == (end != "stopped")


def test_a_question_asks_for_the_model_that_was_chosen() -> None:
    conversation = Conversation(model="a:b").ask("Why?")
    assert conversation.asking.model == "a:b"
    ended = conversation.answered(answer()).ended()
    assert ended.model == "a:b"
    assert ended.again(ended.turns[0].id, Narrowing()).asking.model == "a:b"


def test_chips_are_drawn_where_they_can_be_taken_away() -> None:
    before = narrowed()
    shown = [message["content"] for message in before.messages() if message["role"] == "assistant"]
    assert ['class="chip"' in one for one in shown] == [False, True, False]
    again = before.taken_away(before.turns[1].id, "since").answered(answer("New.", filters=Filters(None, None, ("X",)))).ended()  # fmt: skip
    shown = [message["content"] for message in again.messages() if message["role"] == "assistant"]
    assert shown[1].count('class="chip"') == 1
    assert "Searched without" in html.unescape(shown[1])
