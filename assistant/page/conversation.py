"""A conversation as a value: what was asked and answered, and what the page shows of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from assistant.answer import Answer, Filters
from assistant.page import render

LONGEST = 2_000  # characters of a question
REMEMBERED = 6  # turns that a follow-up may refer to
KEPT = 100  # turns


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a person chose to search in; while `infer`, the question itself may narrow it further."""

    since: str | None = None
    until: str | None = None
    publishers: tuple[str, ...] = ()
    infer: bool = True


@dataclass(frozen=True, slots=True)
class Rating:
    """What a person thought of an answer."""

    thumb: Literal["up", "down"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer so far."""

    question: str
    number: int = 1  # in its conversation; stays when older turns are dropped
    id: str = ""  # names this asking of the question
    answer: Answer | None = None
    stopped: bool = False
    narrowing: Narrowing = Narrowing()
    without: tuple[str, ...] = ()  # filters that were read out of the question and taken away again, in words
    model: str = ""  # asked for; empty: quotations
    rating: Rating | None = None

    @property
    def spoken(self) -> str:
        """The answer as words, for a question that follows."""
        return render.spoken(self.answer) if self.answer else ""

    def asked_again(self, narrowing: Narrowing, without: tuple[str, ...]) -> Turn:
        """The same question, waiting for another answer."""
        return Turn(self.question, self.number, _new_id(), None, False, narrowing, without, self.model)


@dataclass(frozen=True, slots=True)
class Conversation:
    """All turns; while one is `waiting`, it is still being answered."""

    turns: tuple[Turn, ...] = ()
    waiting: str = ""  # the id of the turn that is being answered
    notice: str = ""
    draft: str = ""  # a question that could not be asked, to go back where it was typed
    id: str = ""  # given with the first question
    before: Turn | None = None  # what stood where a question is asked again
    model: str = ""  # that the next question asks for

    def ask(self, question: str) -> Conversation:
        """With a question that now waits for its answer; an empty one changes nothing."""
        question = question.strip()
        if not question:
            return self._settled(self.turns)
        if len(question) > LONGEST:
            told = f"This question has {len(question):,} characters; the page takes up to {LONGEST:,}."
            return replace(self._settled(self.turns), notice=told, draft=question)
        number = self.turns[-1].number + 1 if self.turns else 1
        turn = Turn(question, number, _new_id(), model=self.model)
        asked = replace(self._settled((*self.turns, turn)[-KEPT:]), waiting=turn.id)
        return asked if self.id else replace(asked, id=secrets.token_hex(16))

    def again(self, id: str, narrowing: Narrowing, without: tuple[str, ...] = ()) -> Conversation:
        """With that turn's question asked once more; the answer that stood there comes back if this one fails."""
        turn = self.turn(id)
        if turn is None or self.waiting:
            return self
        later = turn.asked_again(narrowing, without)
        turns = tuple(later if one is turn else one for one in self.turns)
        return replace(self._settled(turns), waiting=later.id, before=turn)

    def taken_away(self, id: str, what: str) -> Conversation:
        """With that turn's question asked again without one of the filters that it was searched with."""
        turn = self.turn(id)
        if turn is None or turn.answer is None:
            return self
        filters = turn.answer.filters
        chips = render.chips(filters)
        if what not in chips:
            return self
        left = _without(filters, what)
        return self.again(id, left, (*turn.without, chips[what]))

    def turn(self, id: str) -> Turn | None:
        """The turn that this asking led to, while it has not been asked again."""
        return next((turn for turn in self.turns if turn.id == id), None) if id else None

    @property
    def asking(self) -> Turn:
        """The turn that waits."""
        return next(turn for turn in self.turns if turn.id == self.waiting)

    @property
    def question(self) -> str:
        return self.asking.question

    @property
    def history(self) -> list[tuple[str, str]]:
        """The questions and answers before the one that waits."""
        at = self.turns.index(self.asking)
        earlier = [(turn.question, turn.spoken) for turn in self.turns[:at] if turn.answer]
        return earlier[-REMEMBERED:]

    def answered(self, answer: Answer) -> Conversation:
        """With the answer so far."""
        return replace(self, turns=self._with(replace(self.asking, answer=answer)))

    def ended(self) -> Conversation:
        return self._settled(self.turns)

    def stopped(self) -> Conversation:
        """With what there was of the answer when it was stopped, or with the one that it should have replaced."""
        if not self.waiting:
            return self
        return self._settled(self._with(self.before or replace(self.asking, stopped=True)))

    def failed(self, notice: str) -> Conversation:
        """Without the question that could not be answered, which goes back where it was typed."""
        if self.before:
            return replace(self._settled(self._with(self.before)), notice=notice)
        left = self._settled(tuple(turn for turn in self.turns if turn.id != self.waiting))
        return replace(left, notice=notice, draft=self.question)

    def messages(self) -> Iterator[dict[str, Any]]:
        """The turns as the chat draws them."""
        for turn in self.turns:
            yield {"role": "user", "content": render.question(turn.question)}
            yield {"role": "assistant", "content": self._shown(turn)}

    def _shown(self, turn: Turn) -> str:
        waits = turn.id == self.waiting
        if turn.answer is None:
            body = render.pending() if waits else ""
        else:
            chips = turn.answer.filters.inferred or not turn.narrowing.infer
            body = render.answer(turn.answer, turn.id if chips else "", turn.without)
        if waits:
            # Quotations come at once; a model takes its time.
            return body + render.pending(turn.answer.model) if turn.answer and turn.answer.model else body
        stopped = render.stopped() if turn.stopped else ""
        return body + stopped + render.actions(self.id, turn)

    def _with(self, turn: Turn) -> tuple[Turn, ...]:
        return tuple(turn if one.id == self.waiting else one for one in self.turns)

    def _settled(self, turns: tuple[Turn, ...]) -> Conversation:
        return Conversation(turns, id=self.id, model=self.model)


def _new_id() -> str:
    return secrets.token_hex(8)


def _without(filters: Filters, what: str) -> Narrowing:
    """These filters less one of them, and none read out of the question."""
    kept = tuple(name for place, name in enumerate(filters.publishers) if what != f"publisher-{place}")
    return Narrowing(
        None if what == "since" else filters.since, None if what == "until" else filters.until, kept, infer=False
    )
