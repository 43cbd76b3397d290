"""Who did it to whom: whether two things stand in each other's place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.checking import tables
from assistant.checking.sentence import Sentence
from assistant.checking.tokens import Token

_BOUNDARY = "|"
_SYMMETRIC = frozenset({"and", "or", "with", "between", "nor", _BOUNDARY, ""})
_MOST_PHRASES = 40


class Phrase(NamedTuple):
    """A noun phrase by its keys, with what stands before and behind it: a verb, a preposition or a mark."""

    keys: frozenset[str]
    before: str
    behind: str


def exchanged(statement: Sentence, carriers: Sequence[Sentence]) -> tuple[str, str] | None:
    """Two phrases of the statement that a quotation has in each other's place, by their keys."""
    mine = list(phrases(statement))[:_MOST_PHRASES]
    for carrier in carriers:
        theirs = list(phrases(carrier))[:_MOST_PHRASES]
        for place, one in enumerate(mine):
            for other in mine[place + 1 :]:
                if one.keys == other.keys or not _swapped(one, other, theirs):
                    continue
                return " ".join(sorted(one.keys)), " ".join(sorted(other.keys))
    return None


def _swapped(one: Phrase, other: Phrase, told: Sequence[Phrase]) -> bool:
    ones = [phrase for phrase in told if _same(one, phrase)]
    others = [phrase for phrase in told if _same(other, phrase)]
    kept = changed = 0
    for first in ones:
        for second in others:
            if first is second:
                return False
            kept = max(kept, _alike(one, first) + _alike(other, second))
            changed = max(
                changed,
                _alike(one, second) + _alike(other, first) if _alike(one, second) and _alike(other, first) else 0,
            )
    return changed >= 2 and changed >= kept + 2


def _same(one: Phrase, other: Phrase) -> bool:
    shared = one.keys & other.keys
    return bool(shared) and 2 * len(shared) >= min(len(one.keys), len(other.keys))


def _alike(one: Phrase, other: Phrase) -> int:
    """How many of the two neighbours are the same and tell a role."""
    return int(one.before == other.before and one.before not in _SYMMETRIC) + int(
        one.behind == other.behind and one.behind not in _SYMMETRIC
    )


class _Part(NamedTuple):
    kind: str  # "phrase", "verb", "link" or "mark"
    keys: tuple[str, ...]
    word: str
    passive: bool = False


def phrases(sentence: Sentence) -> Iterator[Phrase]:
    """The noun phrases of a sentence; beside a passive verb, before and behind change sides."""
    parts = list(_parts(sentence))
    for at, part in enumerate(parts):
        if part.kind != "phrase":
            continue
        before, behind = _neighbour(parts, at, -1), _neighbour(parts, at, 1)
        left, right = before.word, behind.word
        if behind.kind == "verb" and behind.passive:
            left, right = right, ""
        elif before.kind == "verb" and before.passive:
            left, right = "", left
        yield Phrase(frozenset(part.keys), left, right)


def _neighbour(parts: Sequence[_Part], at: int, step: int) -> _Part:
    place = at + step
    if not 0 <= place < len(parts):
        return _Part("mark", (), _BOUNDARY)
    found = parts[place]
    beyond = place + step
    # The agent of a passive: "was beaten by X" is the verb's neighbour, not the preposition's.
    if step < 0 and found.word == "by" and 0 <= beyond and parts[beyond].kind == "verb" and parts[beyond].passive:
        return parts[beyond]
    return found


def _parts(sentence: Sentence) -> Iterator[_Part]:
    sequence = sentence.tokens
    facts = {place for fact in sentence.facts for place in range(fact.start, fact.end)}
    names = {place for name in sentence.names for place in range(name.start, name.end)}
    keys: list[str] = []
    for place, token in enumerate(sequence):
        noun = token.key and not _is_verb(sequence, place, names)
        if noun or place in facts:
            keys.append(token.key or token.word)
            continue
        part = _other_part(sequence, place)
        if part is None:
            if token.word in tables.DETERMINERS and keys:
                yield from _closed(keys)
                keys = []
            continue
        if keys:
            yield _Part("phrase", tuple(keys), "")
            keys = []
        yield part
    if keys:
        yield _Part("phrase", tuple(keys), "")


def _closed(keys: Sequence[str]) -> Iterator[_Part]:
    """A phrase that an article follows at once: its last word is a verb, if there is another word."""
    if len(keys) < 2:
        yield _Part("phrase", tuple(keys), "")
        return
    yield _Part("phrase", tuple(keys[:-1]), "")
    yield _Part("verb", (), keys[-1])


def _other_part(sequence: Sequence[Token], place: int) -> _Part | None:
    token = sequence[place]
    if token.kind == "mark":
        return None if token.text in "-‑'’.\"“”" and place + 1 < len(sequence) else _Part("mark", (), _BOUNDARY)
    if token.key:
        return _Part("verb", (), token.key, _is_passive(sequence, place))
    if token.word in tables.PREPOSITIONS or token.word in ("and", "or", "but", "nor", "that"):
        return _Part("link", (), token.word)
    return None


def _is_verb(sequence: Sequence[Token], place: int, names: set[int]) -> bool:
    token = sequence[place]
    if place in names or token.kind != "word":
        return False
    before = sequence[place - 1].word if place else ""
    if before in tables.DETERMINERS:
        return False
    past = token.word in tables.IRREGULAR or (token.word.endswith("ed") and len(token.word) > 4)
    if past and token.word not in _NO_VERBS:
        return True
    return before in _BEFORE_VERBS or (
        place > 0 and place - 1 in names and token.word.endswith("s") and not sequence[place - 1].opens
    )


_BEFORE_VERBS = frozenset(
    "to will would can could may might must shall should not who which did does do has have had".split()
)
_NO_VERBS = frozenset("men women children people feet teeth lives halves dead deaths died hundred united left".split())
_NO_VERBS |= frozenset(form for form in tables.IRREGULAR if form.endswith(("er", "est")))


def _is_passive(sequence: Sequence[Token], place: int) -> bool:
    """Whether the verb here is passive and names who did it: "was beaten by"."""
    before = [token.word for token in sequence[max(0, place - 3) : place]]
    behind = [token.word for token in sequence[place + 1 : place + 12]]
    return any(word in tables.BE for word in before) and "by" in behind
