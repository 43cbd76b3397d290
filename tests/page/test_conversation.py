"""A conversation step by step, and what becomes of a question that fails."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from small import answer

from app import respond
from assistant.answer import Answer
from assistant.page.conversation import LONGEST, REMEMBERED, Conversation, Turn
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

    def assistant(self) -> Scripted:
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
