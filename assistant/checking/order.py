"""What comes before what, what because of what, what is more than what: the two sides of a word that joins clauses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from assistant.checking import tables
from assistant.checking.sentence import Sentence

_MOST = 8  # joining words of a sentence
_ENDS = frozenset(".;:!?")
_CLEARLY = 1.5  # how many times as much must be on the other side as on the same one
_MAIN = 0.6  # of what is told of a statement: from here on it is what a condition is for
_AS = 5  # words between "as" and "as"
_LATER = frozenset({"later", "afterwards"})


class Sides(NamedTuple):
    """A joining word's kind, and the keys of what comes first (the cause, the condition) and second."""

    kind: str
    first: frozenset[str]
    second: frozenset[str]


def turned(statement: Sentence, carriers: Sequence[Sentence], kinds: frozenset[str]) -> bool | None:
    """Whether the quotations have the two sides exchanged (True) or as they are (False); None where it can't be told."""
    told = [sides for carrier in carriers for sides in _sides(carrier) if sides.kind in kinds]
    found = [_exchanged(mine, theirs) for mine in _sides(statement) for theirs in told if mine.kind == theirs.kind]
    return True if True in found else False if False in found else None


def _exchanged(mine: Sides, theirs: Sides) -> bool | None:
    if mine.kind == "measure":
        return _measured(mine, theirs) or None
    kept = len(mine.first & theirs.first) + len(mine.second & theirs.second)
    crossed = [len(mine.first & theirs.second), len(mine.second & theirs.first)]
    if all(crossed) and sum(crossed) > _CLEARLY * kept:
        return True
    return False if kept > sum(crossed) else None


def _measured(mine: Sides, theirs: Sides) -> bool:
    """Whether what the one measures by is what the other measures."""
    return bool(mine.second & theirs.first and theirs.second & mine.first and not mine.second & theirs.second)


def unconditioned(statement: Sentence, carriers: Sequence[Sentence]) -> bool:
    """Whether the statement says as a fact what the quotations say on a condition."""
    if statement.words & (tables.OPEN | {"when", "once", "until"}):
        return False
    for carrier in carriers:
        for sides in _sides(carrier):
            told = (statement.said or statement.keys) & (carrier.said or carrier.keys)
            main = told & sides.second - sides.first
            if sides.kind == "condition" and len(main) >= 2 and len(main) >= _MAIN * len(told):
                return not any(other is not carrier and main <= other.keys for other in carriers)
    return False


def _sides(sentence: Sentence) -> list[Sides]:
    """The sides of the joining words, without what stands on both."""
    return list(islice(_all_sides(sentence), _MOST))


def _all_sides(sentence: Sentence) -> Iterator[Sides]:
    for place, token in enumerate(sentence.tokens):
        kind, main_first = _KINDS.get(token.word, ("", False))
        if token.word == "as" and any(one.word == "as" for one in sentence.tokens[max(0, place - _AS) : place]):
            kind, main_first = "measure", True  # twice as much as
        if token.kind != "word" or not kind or (kind == "measure" and _bounds(sentence, place)):
            continue
        main, other = _divided(sentence, place)
        first, second = (main, other) if main_first else (other, main)
        if first - second and second - first:
            yield Sides(kind, first - second, second - first)


_KINDS = {
    "after": ("time", False),
    "before": ("time", True),
    "later": ("time", False),
    "afterwards": ("time", False),
    "because": ("cause", False),
    "if": ("condition", False),
    "than": ("measure", True),
}


def _bounds(sentence: Sentence, place: int) -> bool:
    """Whether a number follows: "more than 60" compares no two things."""
    return any(place < fact.start <= place + 2 for fact in sentence.facts)


def _divided(sentence: Sentence, place: int) -> tuple[frozenset[str], frozenset[str]]:
    """The keys of the main clause and of what the joining word brings."""
    sequence = sentence.tokens
    begin = next((at + 1 for at in range(place - 1, -1, -1) if sequence[at].text in _ENDS), 0)
    end = next((at for at in range(place, len(sequence)) if sequence[at].text in _ENDS), len(sequence))
    if sequence[place].word in _LATER:
        middle = next((at for at in range(place - 1, begin, -1) if sequence[at].word in ("and", ",", "but")), begin)
        return _keys(sentence, middle, place), _keys(sentence, begin, middle)
    commas = [at for at in range(place, end) if sequence[at].text == ","]
    fronted = not _keys(sentence, begin, place)
    stop = commas[0] if commas else end
    if fronted:
        return _keys(sentence, stop, end), _keys(sentence, place + 1, stop)
    return _keys(sentence, begin, place), _keys(sentence, place + 1, stop)


def _keys(sentence: Sentence, begin: int, end: int) -> frozenset[str]:
    """The keys and values here; how long before or after is no part of a side."""
    words = frozenset(
        token.key for token in sentence.tokens[begin:end] if token.key not in ("", "one") and not sentence.frames(token)
    )
    return words | {str(fact.value) for fact in sentence.facts if begin <= fact.start and fact.end < end}
