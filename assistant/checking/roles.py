"""Who did it to whom: whether two things stand in each other's place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from assistant.checking import tables, thesaurus
from assistant.checking.names import acts
from assistant.checking.quantities import Amount, Fact
from assistant.checking.sentence import Name, Sentence, is_people
from assistant.checking.tokens import Token, key

_BOUNDARY = "|"
OWNS = "'s"  # between an owner and what is owned
_DOES = "do:"  # marks a verb among what tells a role
_VERB = 2  # what a verb counts, where a preposition counts one
_SYMMETRIC = frozenset({"and", "or", "with", "between", "nor", "but", _BOUNDARY, "", "do:meet", "do:marri"})
_LINKS = frozenset({"and", "or", "but", "nor", "that", "no"})
_ATTACHED = frozenset({"of", "in", "at", "on", "for", "from"})
_MOST_PHRASES = 40
_ARTICLES = frozenset({"a", "an", "the"})
_NOUNS_TOO = frozenset({"found", "left"})
_CLAUSE_WORDS = frozenset("who which that when while where whereas because if although though since whose as".split())
_EVEN_HANDED = frozenset({"and", "or", "with", "meet", "marri", "was", "were", "is", "are", "said", key("said")})


class Phrase(NamedTuple):
    """A noun phrase by its head, with what tells its role before and behind it: verbs, prepositions, numbers."""

    head: frozenset[str]
    before: frozenset[str]
    behind: frozenset[str]


def exchanged(statement: Sentence, carriers: Sequence[Sentence]) -> tuple[frozenset[str], frozenset[str]] | None:
    """Two phrases of the statement that a quotation has in each other's place, by their keys."""
    mine = phrases(statement)[:_MOST_PHRASES]
    for carrier in carriers:
        theirs = phrases(carrier)[:_MOST_PHRASES]
        for place, one in enumerate(mine):
            for other in mine[place + 1 :]:
                alike = _is_value(one) == _is_value(other)
                if one.head != other.head and alike and _swapped(one, other, theirs):
                    return one.head, other.head
    return None


def mirrored(statement: Sentence, carriers: Sequence[Sentence], instead: Mapping[str, str] | None = None) -> bool:
    """Whether a quotation has the statement's words with two stretches exchanged: A does B, for B does A.

    A word may stand for another one: `instead` maps words of the statement.
    """
    mine = _spine(statement, instead or {})
    return any(_exchange(mine, _spine(carrier, {})) for carrier in carriers)


def _spine(sentence: Sentence, instead: Mapping[str, str]) -> list[str]:
    """The words without articles and marks, content words by their keys."""
    words = (instead.get(token.word, token.word) for token in sentence.tokens if token.kind != "mark")
    return [key(word) or word for word in words if word not in _ARTICLES]


def _exchange(mine: list[str], told: list[str]) -> bool:
    if sorted(mine) != sorted(told) or mine == told:
        return False
    start = next(place for place, (one, other) in enumerate(zip(mine, told, strict=True)) if one != other)
    end = next(place for place in range(len(mine), 0, -1) if mine[place - 1] != told[place - 1])
    mine, told = mine[start:end], told[start:end]
    for first in range(1, len(mine)):
        for second in range(1, len(mine) - first):
            one, middle, other = told[:first], told[first:-second], told[-second:]
            if mine == other + middle + one:
                moves = {one[0], other[0]} & tables.PREPOSITIONS
                return not moves and not set(middle) <= _EVEN_HANDED
    return False


def _is_value(phrase: Phrase) -> bool:
    return any(word.startswith("#") for word in phrase.head)


def _swapped(one: Phrase, other: Phrase, told: Sequence[Phrase]) -> bool:
    ones = [phrase for phrase in told if one.head & phrase.head]
    others = [phrase for phrase in told if other.head & phrase.head]
    if not ones or not others or any(first is second for first in ones for second in others):
        return False
    kept = max(_alike(one, first) for first in ones) + max(_alike(other, second) for second in others)
    crossed = max(_alike(one, second) for second in others), max(_alike(other, first) for first in ones)
    return all(crossed) and sum(crossed) >= kept + 2


def _alike(one: Phrase, other: Phrase) -> int:
    """How much of the roles is the same: a verb's side tells more than a preposition."""
    same = (*(one.before & other.before), *(one.behind & other.behind))
    return max((_VERB if word.startswith(_DOES) else 1 for word in same), default=0)


class Part(NamedTuple):
    """A noun phrase, a verb, a word that links, or a mark."""

    kind: Literal["phrase", "verb", "link", "mark"]
    keys: tuple[str, ...]  # of a phrase, all of it is its head if it is a name
    word: str = ""
    passive: bool = False
    name: bool = False

    @property
    def role(self) -> str:
        return _DOES + self.word if self.kind == "verb" else self.word


def phrases(sentence: Sentence) -> list[Phrase]:
    """The noun phrases of a sentence; beside a passive verb, before and behind change sides."""
    parts = list(_parts(sentence))
    found = []
    for at, part in enumerate(parts):
        if part.kind != "phrase":
            continue
        before, behind = set[str](), set[str]()
        for neighbour in _left(parts, at):
            (behind if neighbour.passive else before).add(neighbour.role)
        for neighbour in _right(parts, at):
            (before if neighbour.passive else behind).add(neighbour.role)
        before -= _SYMMETRIC
        behind -= _SYMMETRIC
        found.append(
            Phrase(frozenset(part.keys if part.name else part.keys[-1:]), frozenset(before), frozenset(behind))
        )
    return found


def _left(parts: Sequence[Part], at: int) -> Iterator[Part]:
    """What tells a phrase's role from before it: for the agent of a passive, its verb."""
    before = at - 1
    if before >= 0 and parts[before].word.startswith("#"):  # a number, and what stands before it
        yield parts[before]
        before -= 1
    if before < 0:
        return
    if parts[before].word == "by":
        verbs = [part for part in parts[max(0, before - 4) : before] if part.kind == "verb" and part.passive]
        if verbs:
            yield verbs[-1]
            return
    yield Part("link", (), parts[before].keys[-1]) if parts[before].kind == "phrase" else parts[before]


def _right(parts: Sequence[Part], at: int) -> Iterator[Part]:
    """What tells a phrase's role from behind it, and the verbs behind what is attached to it or coordinated."""
    place = at + 1
    if place < len(parts) and parts[place].kind == "link":
        yield parts[place]
    while place + 1 < len(parts) and parts[place].word in _ATTACHED and parts[place + 1].kind == "phrase":
        place += 2
    while place < len(parts) and parts[place].kind == "phrase":
        place += 1  # a title and then the name
    if place < len(parts) and parts[place].kind == "mark":
        ahead = range(place + 1, min(place + 8, len(parts)))
        closing = next((later for later in ahead if parts[later].kind == "mark"), None)
        place = closing + 1 if closing is not None else place
    if place >= len(parts) or parts[place].kind != "verb":
        return
    yield parts[place]
    for later in range(place + 1, min(place + 8, len(parts) - 1)):
        if parts[later].kind == "mark":
            return
        second = parts[later + 1]
        coordinated = parts[later].word in ("and", "but") and second.kind == "verb"
        # Behind a passive, "was built and rebuilt" can't be told from "was built and stood".
        if coordinated and (second.passive or not parts[place].passive):
            yield second


def parts(sentence: Sentence) -> list[Part]:
    """The parts of a sentence, in order, owners apart from what they own."""
    return list(_parts(sentence, owners=True))


def _parts(sentence: Sentence, owners: bool = False) -> Iterator[Part]:
    sequence = sentence.tokens
    facts = {fact.start: fact for fact in sentence.facts}
    names = {name.start: name for name in sentence.names if name.sure or acts(sentence, name)}
    named = {place for name in names.values() for place in range(name.start, name.end)}
    keys: list[str] = []
    at, after_mark = 0, False
    while at < len(sequence):
        token, start = sequence[at], at
        noun = token.key and token.word not in tables.PREPOSITIONS and not _is_verb(sequence, at, named, bool(keys))
        if noun and start not in facts and start not in names:
            keys.append(token.key)
            at += 1
            if owners and _owns(sequence, at):
                yield Part("phrase", tuple(keys))
                yield Part("link", (), OWNS)
                keys = []
            continue
        if token.word in tables.DETERMINERS and keys:
            yield from _closed(keys, after_mark)
            keys = []
        part, at = _next_part(sentence, at, facts, names)
        if part is None and token.word not in tables.DETERMINERS:
            continue
        if keys:
            yield Part("phrase", tuple(keys))
            keys = []
        if part is not None:
            after_mark = part.kind == "mark"
            yield part
            if owners and part.name and _owns(sequence, at):
                yield Part("link", (), OWNS)
    if keys:
        yield Part("phrase", tuple(keys))


def _owns(sequence: Sequence[Token], at: int) -> bool:
    """Whether what ends here owns what follows: the mayor's offer, the workers' offer."""
    owner = sequence[at - 1]
    behind = at + (owner.text.endswith("s") and at < len(sequence) and sequence[at].text in "'’")
    if owner.kind != "word" or behind >= len(sequence) or not sequence[behind].key:
        return False
    return owner.text.endswith(("'s", "’s")) or behind > at


def _next_part(sentence: Sentence, at: int, facts: dict[int, Fact], names: dict[int, Name]) -> tuple[Part | None, int]:
    """The part that begins here and is no common noun, and where it ends."""
    if at in facts:
        fact = facts[at]
        counts = isinstance(fact.value, Amount) and not fact.value.dimension
        value = f"#{fact.value}"
        return Part("link", (), value) if counts else Part("phrase", (value,)), max(fact.end, at + 1)
    if at in names:
        name = names[at]
        return Part("phrase", tuple(key(word) or word for word in name.words), name=True), name.end
    return _other_part(sentence.tokens, at), at + 1


def _closed(keys: Sequence[str], after_mark: bool) -> Iterator[Part]:
    """A phrase that an article follows at once: its last word is a verb, unless it is the only one."""
    if len(keys) > 1:
        yield Part("phrase", tuple(keys[:-1]))
    if len(keys) > 1 or after_mark:
        yield Part("verb", (), keys[-1])
    else:
        yield Part("phrase", tuple(keys))


def _other_part(sequence: Sequence[Token], place: int) -> Part | None:
    token = sequence[place]
    if token.kind == "mark":
        ends = (
            token.text == "."
            and place + 1 < len(sequence)
            and sequence[place + 1].opens
            and len(sequence[place - 1].text) > 2
        )
        idle = token.text in "-‑'’.\"“”" and place + 1 < len(sequence) and not ends
        return None if idle else Part("mark", (), _BOUNDARY)
    if token.word in tables.PREPOSITIONS or token.word in _LINKS:
        return Part("link", (), token.word)
    if token.key:
        return Part("verb", (), token.key, _is_passive(sequence, place))
    return None


def _is_verb(sequence: Sequence[Token], place: int, names: set[int], inside: bool) -> bool:
    token = sequence[place]
    if place in names or token.kind != "word":
        return False
    before = sequence[place - 1].word if place else ""
    if before == "that" and (_is_past(token) or _ends_in_s(token)):
        return True
    if before in tables.DETERMINERS:
        return False
    if _is_past(token):
        return True
    if token.word in _NOUNS_TOO and (before in tables.BE or _takes_object(sequence, place, names)):
        return True
    if before in _BEFORE_VERBS and not (
        before == "to" and (_ends_in_s(token) or token.word.endswith(("men", "people")))
    ):
        return True
    if not _ends_in_s(token) or _has_verb(sequence, place, names):
        return False  # a clause has one verb in -s
    behind = sequence[place + 1] if place + 1 < len(sequence) else None
    if behind is None or _is_past(behind) or behind.word in _BEFORE_VERBS:
        return False
    counted = behind.kind == "figures" or behind.word in tables.ONES or behind.word in tables.TENS
    if place + 1 in names or counted or (inside and behind.key):
        return inside or place - 1 in names  # a plural inside of a noun phrase is rare
    return place - 1 in names and not is_people(sequence[place - 1].word)


def _takes_object(sequence: Sequence[Token], place: int, names: set[int]) -> bool:
    """Whether an article or a name follows at once."""
    if place + 1 >= len(sequence):
        return False
    return place + 1 in names or sequence[place + 1].word in tables.DETERMINERS | {"no"}


def _is_past(token: Token) -> bool:
    """Whether the word is a verb by its form alone."""
    if token.word in thesaurus.VERB_FORMS:
        return True
    return token.word.endswith("ed") and len(token.word) > 3 and token.word not in thesaurus.NOUNS_IN_ED


def _ends_in_s(token: Token) -> bool:
    return token.kind == "word" and token.word.endswith("s") and not token.word.endswith(("ss", "us", "is"))


def _has_verb(sequence: Sequence[Token], place: int, names: set[int]) -> bool:
    """Whether the clause has a verb before this place that can only be one."""
    for before in range(place - 1, -1, -1):
        token = sequence[before]
        if token.kind == "mark" or token.word in _LINKS or token.word in _CLAUSE_WORDS:
            return False
        governs = _ends_in_s(token) and sequence[before + 1].word in tables.DETERMINERS
        if before not in names and (
            governs or token.word in tables.BE or token.word in _BEFORE_VERBS - {"to"} or _is_past(token)
        ):
            return True
    return False


_BEFORE_VERBS = frozenset(
    "to will would can could may might must shall should not who which did does do has have had".split()
)


def _is_passive(sequence: Sequence[Token], place: int) -> bool:
    """Whether the verb here is a participle behind a form of "be", or tells what happens to its subject: to die."""
    if sequence[place].word in thesaurus.UNDERGONE:
        return True
    if (
        place + 1 < len(sequence)
        and sequence[place + 1].word == "by"
        and sequence[place].word.endswith(("ed", "n", "t", "d"))
    ):
        return True
    return any(token.word in tables.BE for token in sequence[max(0, place - 3) : place])
