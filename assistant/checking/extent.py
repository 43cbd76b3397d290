"""Of how many the statement says it, and how surely, as against the quotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from assistant.checking import tables
from assistant.checking.quantities import Amount, Fact
from assistant.checking.sentence import Sentence
from assistant.checking.tokens import Token

_REACH = 5  # tokens from a word for how many to what it counts
_SCOPE = 2  # content words that a hedge is about: those behind it, or the one behind it and the one before
_EXTENTS = {word: extent for extent, words in tables.EXTENTS.items() for word in words}
_ALL, _SOME, _MANY, _PART = "all", "some", "many", "part"
_LESS = "less than half"
_ALIKE = frozenset({_SOME, _MANY, _PART})


def stretched(statement: Sentence, near: Sequence[Sentence]) -> Iterator[str]:
    """The words of the statement for how many, where the quotations say of how many others: all, for some of them."""
    theirs = [found for sentence in near for found in _extents(sentence)]
    for counted, extent, text in _extents(statement):
        told = {other for noun, other, _ in theirs if noun == counted}
        if extent not in (_PART, _LESS) and told and not any(_agree(extent, other) for other in told):
            yield text


def _agree(one: str, other: str) -> bool:
    if _LESS in (one, other):
        return {one, other} <= _ALIKE | {_LESS, "few"}
    return one == other or {one, other} <= _ALIKE or {one, other} in ({"most", _PART}, {"most", _MANY}, {"few", _PART})


def _extents(sentence: Sentence) -> Iterator[tuple[str, str, str]]:
    """(key of what is counted, of how many it is said, the words for it)."""
    sequence = sentence.tokens
    for place, token in enumerate(sequence):
        extent = _EXTENTS.get(token.word)
        if extent is None or not (counted := _counted(sentence, place + 1)):
            continue
        before = sequence[place - 1].word if place else ""
        if before in ("at", "the", "a", "than", "not", "no", "how", "so", "too", "for"):
            continue  # at most, the few, a few, not all, for all
        if before in ("almost", "nearly", "virtually", "practically"):
            extent = "most" if extent == _ALL else extent
        yield counted, extent, token.text.lower()
    for fact in sentence.facts:
        if fact.end < len(sequence) and sequence[fact.end].word == "of" and (counted := _counted(sentence, fact.end)):
            yield counted, _share(sentence, fact), fact.text


def _share(sentence: Sentence, fact: Fact) -> str:
    """Of how many a number is said: "15 of the 212" is few, "70 per cent of" most, "15 of them" can't be told."""
    if not isinstance(fact.value, Amount) or fact.value.dimension not in ("", "percent"):
        return _PART
    whole = Fraction(100)
    if not fact.value.dimension:
        behind = [one.value for one in sentence.facts if fact.end < one.start <= fact.end + 2]
        if not behind or not isinstance(behind[0], Amount) or behind[0].dimension:
            return _PART
        whole = behind[0].value
    return "most" if 2 * fact.value.value > whole else _LESS


def _counted(sentence: Sentence, begin: int) -> str:
    """The key of the first noun from here on."""
    inside = {place for fact in sentence.facts for place in range(fact.start, fact.end)}
    for place in range(begin, min(begin + _REACH, len(sentence.tokens))):
        token = sentence.tokens[place]
        if place in inside or token.word in ("of", "the", "these", "those", "its", "their", "his", "her"):
            continue
        return token.key if token.kind == "word" else ""
    return ""


def surer(statement: Sentence, carriers: Sequence[Sentence]) -> str | None:
    """The word with which the quotations leave open what the statement says as a fact."""
    kept = {
        token.word
        for at, token in enumerate(statement.tokens)
        if token.word in tables.OPEN and _is_open(statement.tokens, at)
    }
    for carrier in carriers:
        if kept - carrier.words:
            continue  # another word for it
        for place, token in enumerate(carrier.tokens):
            if token.word not in tables.HEDGES or token.word in kept or not _is_open(carrier.tokens, place):
                continue
            behind = [one.key for one in carrier.tokens[place + 1 :] if one.key]
            before = [one.key for one in carrier.tokens[:place] if one.key]
            about = next(
                (
                    both
                    for both in (behind[:_SCOPE], before[-1:] + behind[:1])
                    if len(both) == _SCOPE and set(both) <= statement.keys
                ),
                [],
            )
            if not about:
                continue
            if not any(other is not carrier and all(one in other.keys for one in about) for other in carriers):
                return token.word
    return None


def _is_open(sequence: Sequence[Token], at: int) -> bool:
    """Whether the word here leaves something open: not the month, not what somebody could not do."""
    token, behind = sequence[at], sequence[at + 1].word if at + 1 < len(sequence) else ""
    if token.word == "may" and token.capital and not token.opens:
        return False
    if token.word.startswith(("appear", "seem")):
        return behind in ("to", "that")
    return not (token.word in ("could", "can") and behind == "not")
