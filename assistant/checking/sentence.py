"""What checking reads off one sentence: its words, facts, names, and who says it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from assistant.checking import tables
from assistant.checking.quantities import Fact, facts
from assistant.checking.tokens import Token, fold, tokens

MOST_TOKENS = 200  # of a sentence are compared; no sentence of prose comes near it


class Name(NamedTuple):
    """A run of capitalised words; `sure` unless it is one word whose capital may come from its place."""

    words: tuple[str, ...]
    start: int
    end: int
    text: str
    sure: bool


@dataclass(frozen=True)
class Sentence:
    """A sentence with what is known of its origin: who says it, who printed it, and when."""

    text: str
    speaker: str | None = None  # with the outlet through which the article has it; None: nobody is said to say it
    frame: tuple[int, int] = (0, 0)  # where the text tells who says it; the rest is what is said
    publisher: str | None = None
    published: datetime.date | None = None
    source: int = 0
    about: str = ""  # names that its article has for what it speaks of

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return tuple(tokens(self.text)[:MOST_TOKENS])

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(facts(self.tokens))

    @cached_property
    def names(self) -> tuple[Name, ...]:
        taken = {place for fact in self.facts for place in range(fact.start, fact.end)}
        return tuple(_names(self.tokens, taken))

    @cached_property
    def words(self) -> frozenset[str]:
        """The folded words."""
        return frozenset(token.word for token in self.tokens if token.kind == "word")

    @cached_property
    def told(self) -> frozenset[str]:
        """The keys outside of what somebody says."""
        return self.keys if self.speaker is None else self.framed

    @cached_property
    def said(self) -> frozenset[str]:
        """The keys of what somebody says."""
        if self.speaker is None:
            return frozenset()
        return frozenset(token.key for token in self.tokens if token.key and not self.frames(token))

    @cached_property
    def framed(self) -> frozenset[str]:
        """The keys of the words that tell who says it."""
        return frozenset(token.key for token in self.tokens if token.key and self.frames(token))

    def frames(self, token: Token) -> bool:
        """Whether a token tells who says it."""
        return self.frame[0] <= token.start < self.frame[1]

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of the content words."""
        return frozenset(token.key for token in self.tokens if token.key)

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Where each key stands."""
        found: dict[str, list[int]] = {}
        for place, token in enumerate(self.tokens):
            if token.key:
                found.setdefault(token.key, []).append(place)
        return found


def _names(sequence: Sequence[Token], taken: set[int]) -> Iterator[Name]:
    at = 0
    while at < len(sequence):
        if not _begins_name(sequence, at, taken):
            at += 1
            continue
        start, at, words = at, at + 1, [sequence[at].word]
        while (step := _name_goes_on(sequence, at, taken)) is not None:
            words += [token.word for token in sequence[at:step] if token.kind == "word"]
            at = step
        text = "".join(token.text if token.glued else " " + token.text for token in sequence[start:at]).strip()
        yield Name(tuple(words), start, at, text, len(words) > 1 or not sequence[start].opens)


def _begins_name(sequence: Sequence[Token], at: int, taken: set[int]) -> bool:
    token = sequence[at]
    if at in taken or not token.capital:
        return False
    if token.word in tables.FUNCTION:
        return _is_initial(sequence, at) or (token.text.isupper() and len(token.text) > 1 and not token.opens)
    return True


def _is_initial(sequence: Sequence[Token], at: int) -> bool:
    return (
        len(sequence[at].text) == 1 and sequence[at].capital and at + 1 < len(sequence) and sequence[at + 1].text == "."
    )


def _name_goes_on(sequence: Sequence[Token], at: int, taken: set[int]) -> int | None:
    """Where the name's next word ends, if the name goes on here."""
    if at >= len(sequence) or at in taken or sequence[at - 1].text.endswith(("'s", "’s")):
        return None
    if sequence[at].text == "." and (len(sequence[at - 1].text) == 1 or sequence[at - 1].word in tables.TITLES):
        at += 1  # behind an initial or a short title
    if at + 1 < len(sequence) and sequence[at].text == "&" and sequence[at + 1].capital:
        return at + 2
    if at < len(sequence) and sequence[at].text in "-‑" and sequence[at].glued:
        ahead = at + 1
        glued = ahead < len(sequence) and sequence[ahead].glued and sequence[ahead].kind == "word"
        return ahead + 1 if glued and (sequence[ahead].capital or not sequence[ahead].key) else None
    last = at
    while (
        last < len(sequence)
        and sequence[last].word in tables.PARTICLES
        and not sequence[last].capital
        and last - at < 3
    ):
        last += 1
    short = at > 1 and sequence[at - 1].text == "."
    capital = last < len(sequence) and last not in taken and sequence[last].capital
    capital = capital and (short or not sequence[last].opens)
    return last + 1 if capital and (sequence[last].word not in tables.FUNCTION or _is_initial(sequence, last)) else None


# ---------------------------------------------------------------------------------------- agreement


def same_word(claimed: str, told: str) -> bool:
    """Whether two folded words of names are one: equal, plural, title and short form, country and people."""
    if claimed == told:
        return True
    mine, theirs = claimed.replace(".", ""), told.replace(".", "")
    mine, theirs = tables.TITLES.get(mine, mine), tables.TITLES.get(theirs, theirs)
    if mine == theirs or mine + "s" == theirs or theirs + "s" == mine:
        return True
    return _one_country(mine, theirs)


_COUNTRIES: dict[str, int] = {
    word: row for row, line in enumerate(tables.SAME_NAMES.strip().split("\n")) for word in fold(line).split()
}


def is_country(word: str) -> bool:
    """Whether a folded word names a country or its people."""
    return word in _COUNTRIES


def is_people(word: str) -> bool:
    """Whether a folded word is an adjective of a country: Danish, Chinese, Italian."""
    return word.endswith(("ish", "ese", "ian", "ean", "can")) or (
        word in _COUNTRIES and word.endswith(("ch", "ic", "k", "i"))
    )


def _one_country(one: str, other: str) -> bool:
    if one in _COUNTRIES and other in _COUNTRIES:
        return _COUNTRIES[one] == _COUNTRIES[other]
    people, country = (one, other) if len(one) > len(other) else (other, one)
    if len(country) < 4:
        return False
    for ending in tables.DEMONYM_ENDINGS:
        root = people.removesuffix(ending)
        if root != people and len(root) > 3 and any(root + tail == country for tail in tables.COUNTRY_ENDINGS):
            return True
    return False


def acronym(words: Sequence[str]) -> str:
    """The first letters of the words of a name."""
    return "".join(word[0] for word in words if word not in tables.FUNCTION)
