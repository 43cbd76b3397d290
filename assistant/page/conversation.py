"""A conversation as a value: what was asked and answered, and what the page shows of it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from assistant.answer import Answer
from assistant.page import render

LONGEST = 2_000  # characters of a question
REMEMBERED = 6  # turns that a follow-up may refer to
KEPT = 100  # turns


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer, as the chat shows both."""

    question: str
    shown: str
    spoken: str = ""  # the answer as words, for a question that follows


@dataclass(frozen=True, slots=True)
class Conversation:
    """All turns; while `waiting`, the last one is still being answered."""

    turns: tuple[Turn, ...] = ()
    waiting: bool = False
    notice: str = ""
    draft: str = ""  # a question that could not be asked, to go back where it was typed
    token: str = ""  # names the question that waits, so that it can be stopped from elsewhere

    def ask(self, question: str) -> Conversation:
        """With a question that now waits for its answer; an empty one changes nothing."""
        question = question.strip()
        if not question:
            return Conversation(self.turns)
        if len(question) > LONGEST:
            told = f"This question has {len(question):,} characters; the page takes up to {LONGEST:,}."
            return Conversation(self.turns, notice=told, draft=question)
        turns = (*self.turns, Turn(question, render.pending()))
        return Conversation(turns[-KEPT:], waiting=True, token=secrets.token_hex(8))

    @property
    def question(self) -> str:
        return self.turns[-1].question

    @property
    def history(self) -> list[tuple[str, str]]:
        """The questions and answers before the one that waits."""
        earlier = [(turn.question, turn.spoken) for turn in self.turns[:-1] if turn.spoken]
        return earlier[-REMEMBERED:]

    def answered(self, answer: Answer) -> Conversation:
        """With the answer so far."""
        last = replace(self.turns[-1], shown=render.answer(answer), spoken=render.spoken(answer))
        return replace(self, turns=(*self.turns[:-1], last))

    def ended(self) -> Conversation:
        return Conversation(self.turns)

    def stopped(self) -> Conversation:
        """With what there was of the answer when it was stopped."""
        if not self.waiting:
            return self
        last = replace(self.turns[-1], shown=render.stopped(self.turns[-1].shown))
        return Conversation((*self.turns[:-1], last))

    def failed(self, notice: str) -> Conversation:
        """Without the question that could not be answered, which goes back where it was typed."""
        return Conversation(self.turns[:-1], notice=notice, draft=self.question)
