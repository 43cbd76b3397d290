"""Who did it to whom: whether two things stand in each other's place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from assistant.checking import tables
from assistant.checking.quantities import Amount, Fact
from assistant.checking.sentence import Name, Sentence
from assistant.checking.tokens import Token

_BOUNDARY = "|"
_SYMMETRIC = frozenset({"and", "or", "with", "between", "nor", "but", _BOUNDARY, "", "meet", "marri"})
_LINKS = frozenset({"and", "or", "but", "nor", "that", "no"})
_ATTACHED = frozenset({"of", "in", "at", "on", "for", "from"})
_MOST_PHRASES = 40


class Phrase(NamedTuple):
    """A noun phrase by its head, with what tells its role before and behind it: verbs, prepositions, numbers."""

    head: frozenset[str]
    before: frozenset[str]
    behind: frozenset[str]


def exchanged(statement: Sentence, carriers: Sequence[Sentence]) -> tuple[str, str] | None:
    """Two phrases of the statement that a quotation has in each other's place, by their keys."""
    mine = phrases(statement)[:_MOST_PHRASES]
    for carrier in carriers:
        theirs = phrases(carrier)[:_MOST_PHRASES]
        for place, one in enumerate(mine):
            for other in mine[place + 1 :]:
                if one.head != other.head and _swapped(one, other, theirs):
                    return " ".join(sorted(one.head)), " ".join(sorted(other.head))
    return None


def _swapped(one: Phrase, other: Phrase, told: Sequence[Phrase]) -> bool:
    ones = [phrase for phrase in told if one.head & phrase.head]
    others = [phrase for phrase in told if other.head & phrase.head]
    if not ones or not others or any(first is second for first in ones for second in others):
        return False
    kept = max(_alike(one, first) for first in ones) + max(_alike(other, second) for second in others)
    crossed = max(_alike(one, second) for second in others), max(_alike(other, first) for first in ones)
    return all(crossed) and sum(crossed) >= kept + 2


def _alike(one: Phrase, other: Phrase) -> int:
    """How many of the two sides tell the same role."""
    return int(bool(one.before & other.before)) + int(bool(one.behind & other.behind))


class _Part(NamedTuple):
    kind: Literal["phrase", "verb", "link", "mark"]
    keys: tuple[str, ...]  # of a phrase, all of it is its head if it is a name
    word: str = ""
    passive: bool = False
    name: bool = False


def phrases(sentence: Sentence) -> list[Phrase]:
    """The noun phrases of a sentence; beside a passive verb, before and behind change sides."""
    parts = list(_parts(sentence))
    found = []
    for at, part in enumerate(parts):
        if part.kind != "phrase":
            continue
        before, behind = set[str](), set[str]()
        left, right = _left(parts, at), _right(parts, at)
        for neighbour, side, other in ((left, before, behind), (right, behind, before)):
            if neighbour is not None and neighbour.word not in _SYMMETRIC:
                (other if neighbour.passive else side).add(neighbour.word)
        for verb in _reached(parts, at):
            (before if verb.passive else behind).add(verb.word)
        found.append(Phrase(frozenset(part.keys if part.name else part.keys[-1:]), frozenset(before), frozenset(behind)))
    return found


def _left(parts: Sequence[_Part], at: int) -> _Part | None:
    """What stands before a phrase: for the agent of a passive, its verb."""
    if at == 0:
        return None
    if parts[at - 1].word == "by":
        verbs = [part for part in parts[max(0, at - 5) : at] if part.kind == "verb" and part.passive]
        if verbs:
            return verbs[-1]
    if parts[at - 1].kind == "phrase":
        return _Part("link", (), parts[at - 1].keys[-1])
    return parts[at - 1]


def _right(parts: Sequence[_Part], at: int) -> _Part | None:
    if at + 1 >= len(parts) or parts[at + 1].kind == "phrase":
        return None
    return parts[at + 1]


def _reached(parts: Sequence[_Part], at: int) -> Iterator[_Part]:
    """The verb of a phrase behind what is attached to it: "the spire of the church struck", "the ship, a wreck, sank"."""
    place = at + 1
    while place + 1 < len(parts) and parts[place].word in _ATTACHED and parts[place + 1].kind == "phrase":
        place += 2
        while place < len(parts) and parts[place].kind == "phrase":
            place += 1
    if place < len(parts) and parts[place].kind == "phrase":
        place += 1  # a title and then the name
    if place < len(parts) and parts[place].kind == "mark":
        closing = next((later for later in range(place + 1, min(place + 8, len(parts))) if parts[later].kind == "mark"), None)
        place = closing + 1 if closing is not None else place
    if place > at + 1 and place < len(parts) and parts[place].kind == "verb":
        yield parts[place]


def _parts(sentence: Sentence) -> Iterator[_Part]:
    sequence = sentence.tokens
    facts = {fact.start: fact for fact in sentence.facts}
    names = {name.start: name for name in sentence.names}
    named = {place for name in sentence.names for place in range(name.start, name.end)}
    keys: list[str] = []
    at = 0
    while at < len(sequence):
        token, start = sequence[at], at
        if token.key and start not in facts and start not in names and not _is_verb(sequence, at, named, bool(keys)):
            keys.append(token.key)
            at += 1
            continue
        if token.word in tables.DETERMINERS and len(keys) > 1:
            yield from _closed(keys)
            keys = []
        part, at = _next_part(sentence, at, facts, names)
        if part is None and token.word not in tables.DETERMINERS:
            continue
        if keys:
            yield _Part("phrase", tuple(keys))
            keys = []
        if part is not None:
            yield part
    if keys:
        yield _Part("phrase", tuple(keys))


def _next_part(
    sentence: Sentence, at: int, facts: dict[int, Fact], names: dict[int, Name]
) -> tuple[_Part | None, int]:
    """The part that begins here and is no common noun, and where it ends."""
    if at in facts:
        fact = facts[at]
        counts = isinstance(fact.value, Amount) and not fact.value.dimension
        value = f"#{fact.value}"
        return _Part("link", (), value) if counts else _Part("phrase", (value,)), max(fact.end, at + 1)
    if at in names:
        name = names[at]
        return _Part("phrase", name.words, name=True), name.end
    return _other_part(sentence.tokens, at), at + 1


def _closed(keys: Sequence[str]) -> Iterator[_Part]:
    """A phrase that an article follows at once: its last word is a verb, if there is another word."""
    if len(keys) < 2:
        yield _Part("phrase", tuple(keys))
        return
    yield _Part("phrase", tuple(keys[:-1]))
    yield _Part("verb", (), keys[-1])


def _other_part(sequence: Sequence[Token], place: int) -> _Part | None:
    token = sequence[place]
    if token.kind == "mark":
        return None if token.text in "-‑'’.\"“”" and place + 1 < len(sequence) else _Part("mark", (), _BOUNDARY)
    if token.key:
        return _Part("verb", (), token.key, _is_passive(sequence, place))
    if token.word in tables.PREPOSITIONS or token.word in _LINKS:
        return _Part("link", (), token.word)
    return None


def _is_verb(sequence: Sequence[Token], place: int, names: set[int], inside: bool) -> bool:
    token = sequence[place]
    if place in names or token.kind != "word":
        return False
    before = sequence[place - 1].word if place else ""
    if before in tables.DETERMINERS:
        return False
    behind = sequence[place + 1] if place + 1 < len(sequence) else None
    if inside and behind and behind.key and token.word.endswith("s") and not token.word.endswith(("ss", "us", "is")):
        return True  # a plural inside of a noun phrase is rare
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
