"""Whether the quotations say the statement's numbers, dates and times, and say them of the same things."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from assistant.checking import tables
from assistant.checking.context import Margin, Mention, misplaced
from assistant.checking.quantities import Amount, Clock, Day, Fact, Pair, Rank, agree
from assistant.checking.sentence import Sentence

_MOST = 60  # facts that are compared with each other
_JOINING = frozenset({"of", "to"})  # joins two numbers to one figure
_NEAR = 3  # words between the two
_MARGIN = Margin(free=0.2, exchanged=0.35)


def unknown(statement: Sentence, evidence: Sequence[Sentence]) -> Iterator[Fact]:
    """The numbers, dates and times that the quotations do not say."""
    told = {(fact.value, sentence.published): (sentence, fact) for sentence in evidence for fact in sentence.facts}
    claimed = {(fact.value, _counts(statement, fact)): fact for fact in statement.facts}
    for fact in claimed.values():
        if _is_one(fact) or any(_agrees(statement, fact, *other) for other in told.values()):
            continue
        if isinstance(fact.value, Day) and _year_beside(fact.value, evidence):
            continue
        if isinstance(fact.value, Pair) and _pair_told(fact.value, evidence):
            continue
        yield fact


def _year_beside(day: Day, evidence: Sequence[Sentence]) -> bool:
    """Whether a year is told by the one before or after it: "in 2022 and a year earlier"."""
    if day.year is None or day != Day(day.year):
        return False
    for sentence in evidence:
        words = " ".join(token.word for token in sentence.tokens)
        years = {fact.value.year for fact in sentence.facts if isinstance(fact.value, Day)}
        for step, phrases in ((1, tables.YEAR_BEFORE), (-1, tables.YEAR_AFTER)):
            if day.year + step in years and any(phrase in words for phrase in phrases):
                return True
    return False


def _is_one(fact: Fact) -> bool:
    """Whether it is "one", which is as often a pronoun or an article."""
    return fact.value == Amount(fact.value.value) and fact.value.value == 1 if isinstance(fact.value, Amount) else False


def _agrees(statement: Sentence, fact: Fact, sentence: Sentence, other: Fact) -> bool:
    return agree(fact.value, other.value, sentence.published, _counts(statement, fact))


def _counts(statement: Sentence, fact: Fact) -> bool:
    """Whether the number counts the word behind it."""
    return fact.end < len(statement.tokens) and bool(statement.tokens[fact.end].key)


def _pair_told(pair: Pair, evidence: Sequence[Sentence]) -> bool:
    """Whether two numbers in a row are told: "6-4" as "six games to four"."""
    for sentence in evidence:
        values = [fact.value.value for fact in sentence.facts if isinstance(fact.value, Amount)]
        if any(values[at : at + len(pair.values)] == list(pair.values) for at in range(len(values))):
            return True
    return False


def swapped(statement: Sentence, near: Sequence[Sentence]) -> Iterator[Fact]:
    """The numbers, dates and times that the quotations say of something else."""
    for kinds in ((Amount, Rank, Pair), (Day,), (Clock,)):
        mine = [fact for fact in statement.facts if isinstance(fact.value, kinds)][:_MOST]
        theirs = [(sentence, fact) for sentence in near for fact in sentence.facts if isinstance(fact.value, kinds)]
        yield from _of_something_else(statement, mine, theirs[: 3 * _MOST])


def _of_something_else(
    statement: Sentence, mine: Sequence[Fact], theirs: Sequence[tuple[Sentence, Fact]]
) -> Iterator[Fact]:
    found = misplaced(
        [Mention(statement, fact.start, fact.end) for fact in mine],
        [Mention(sentence, fact.start, fact.end) for sentence, fact in theirs],
        lambda i, j: _agrees(statement, mine[i], *theirs[j]),
        lambda i, j: _comparable(mine[i], theirs[j][1]),
        _MARGIN,
    )
    yield from (mine[place] for place in found)


def turned(statement: Sentence, carriers: Sequence[Sentence]) -> Iterator[Fact]:
    """The first of two numbers that the quotations have in the other order: "15 of the 212", "61 votes to 38"."""
    told = {(joined, first.value, second.value) for carrier in carriers for joined, first, second in _rows(carrier)}
    for joined, first, second in _rows(statement):
        one, other = (joined, first.value, second.value), (joined, second.value, first.value)
        if other in told and one not in told:
            yield first


def _rows(sentence: Sentence) -> Iterator[tuple[str, Fact, Fact]]:
    """Two numbers with the word that joins them."""
    amounts = [fact for fact in sentence.facts if isinstance(fact.value, Amount)]
    for first, second in pairwise(amounts):
        between = [token.word for token in sentence.tokens[first.end : second.start] if token.kind == "word"]
        joining = [word for word in between if word in _JOINING]
        if len(joining) == 1 and len(between) <= _NEAR:
            yield joining[0], first, second


def _comparable(one: Fact, other: Fact) -> bool:
    if isinstance(one.value, Amount) and isinstance(other.value, Amount):
        return one.value.dimension == other.value.dimension or "" in (one.value.dimension, other.value.dimension)
    return type(one.value) is type(other.value)


def unbounded(statement: Sentence, near: Sequence[Sentence]) -> Iterator[Fact]:
    """The numbers that the statement bounds from one side and the quotations from the other: "over 60", "up to 60"."""
    for fact in statement.facts:
        side = bound(statement, fact)
        told = [
            bound(sentence, other)
            for sentence in near
            for other in sentence.facts
            if _agrees(statement, fact, sentence, other)
        ]
        if side is not None and told and all(other == 1 - side for other in told):
            yield fact


def bound(sentence: Sentence, fact: Fact) -> int | None:
    """Whether the words before a number bound it from below (0), from above (1), or not at all."""
    before = [token.word for token in sentence.tokens[max(0, fact.start - 3) : fact.start]]
    for length in (3, 2, 1):
        phrase = "-".join(before[-length:])
        for side, phrases in enumerate(tables.BOUNDS):
            if phrase in phrases:
                return side
    return None
