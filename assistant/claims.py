"""What sentences of articles answer of the sort that a question asks for: a value, and the words that tie it to the question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from fractions import Fraction
from typing import NamedTuple

from assistant.asked_for import ROLES, AskedFor
from assistant.checking import tables
from assistant.checking.numbers import bound
from assistant.checking.quantities import Amount, Clock, Day, Fact, Rank, Value, agree
from assistant.checking.sentence import Name, Sentence, acronym, is_country, same_word
from assistant.checking.tokens import Token
from index import Article, Hit

_NEAR = 8  # tokens on each side of a value that tell of what it is one
_BEHIND = 4  # tokens behind a number in which stands what it counts
_BETWEEN = 6  # tokens between a name and what its bearer does or is
_PASSED = 3  # content words that may stand between a date and what happened then
_ROUGH = Fraction(1, 10)  # by which a rounded number may be off
_PLENTY = 100  # from here on a round number may be a rounded one
_BOUNDED = 2  # "more than 200" may be so many times as many
_SHORT = 4  # letters, beyond which a full stop ends a sentence and no short form
_CAPITALS = 0.8  # share of the words that tell, beyond which capitals tell nothing
_SPELLING = 0.8  # how alike two spellings of a name are
_ROUGHLY = frozenset("about around roughly approximately some nearly almost circa estimated".split())
_HEDGES = _ROUGHLY | {"over", "under", "exactly"}
_BOUNDS = (["more", "than"], ["less", "than"], ["fewer", "than"], ["at", "least"], ["at", "most"], ["up", "to"])
_MEASURED = frozenset("long wide tall high deep thick old heavy broad away".split())
_STOPS = frozenset(".;:")
_BEFORE_OTHERS = frozenset(
    "with for against from after before over at in on to like than and or under beside besides starring including as "
    "without near".split()
)
_JOINS = frozenset("the a an who whom which that by of as has had have been also s will".split()) | tables.BE


class Called(NamedTuple):
    """A name by its folded words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a hit's article, read."""

    hit: Hit
    number: int  # within its article
    score: float
    read: Sentence

    @property
    def article(self) -> Article:
        return self.hit.article


@dataclass(frozen=True, slots=True)
class Claim:
    """A value of the sort asked for, by the tokens of the sentence that state it."""

    said: Said
    start: int
    end: int
    value: Value | Called
    tied: frozenset[str] = frozenset()  # keys by which the question and this value meet
    role: str = ""  # of a name: whether its bearer acts or is acted on

    @property
    def text(self) -> str:
        """The value in the article's words, with what rounds or bounds it."""
        sequence, start = self.said.read.tokens, self.start
        before = [token.word for token in sequence[max(0, start - 2) : start]]
        if isinstance(self.value, Amount):
            start -= 2 if before in _BOUNDS else int(before[-1:] != [] and before[-1] in _HEDGES)
        end = self.end - (
            self.end - start > 1 and sequence[self.end - 1].text == "." and len(sequence[self.end - 2].text) > _SHORT
        )
        last = sequence[end - 1]
        return self.said.read.text[sequence[start].start : last.start + len(last.text)]


def answering(asked: AskedFor, said: Said) -> list[Claim]:
    """The values of a sentence that the question's own words, around them, make answers."""
    read = said.read
    if asked.sort in ("name", "place"):
        return list(_names(asked, said))
    kinds = {"number": Amount, "date": Day, "clock": Clock}[asked.sort]
    facts = [fact for fact in read.facts if isinstance(fact.value, kinds) and is_sort(asked, fact.value)]
    tie = _tied_number if asked.sort == "number" else _tied_date
    tied = ((fact, tie(asked, read, fact)) for fact in facts)
    return [Claim(said, fact.start, fact.end, _value(asked, fact), keys) for fact, keys in tied if keys]


def is_sort(asked: AskedFor, value: Value) -> bool:
    """Whether a value is of the sort asked for, and none that the question itself has."""
    match value:
        case Amount() if asked.sort == "number":
            wanted = asked.dimensions is None or value.dimension in asked.dimensions
            return wanted and value.dimension not in ("vague", "times") and value not in asked.amounts
        case Day():
            told = value.year if asked.year else value.year or value.month
            return asked.sort == "date" and told is not None and value.span == 1 and value not in asked.days
        case Clock():
            return asked.sort == "clock"
    return False


def _value(asked: AskedFor, fact: Fact) -> Value:
    return Day(fact.value.year) if asked.year and isinstance(fact.value, Day) else fact.value


def around(read: Sentence, start: int, end: int, reach: int = _NEAR) -> range:
    """The places around some tokens, as far as the sentence is not cut by a mark."""
    first, last = start, end
    while first > max(0, start - reach) and read.tokens[first - 1].text not in _STOPS:
        first -= 1
    while last < min(len(read.tokens), end + reach) and read.tokens[last].text not in _STOPS:
        last += 1
    return range(first, last)


# ------------------------------------------------------------------------------------------- numbers


def _tied_number(asked: AskedFor, read: Sentence, fact: Fact) -> frozenset[str]:
    sequence, end = read.tokens, fact.end
    if asked.counted:
        counted = _counted(asked, sequence, fact)
        if counted is None:
            return frozenset()
        end = max(end, counted + 1)
    if end < len(sequence) and sequence[end].word in _MEASURED - asked.words:
        return frozenset()
    near = frozenset(
        sequence[place].key for place in around(read, fact.start, end) if not fact.start <= place < fact.end
    )
    before = _nearest(read, range(fact.start - 1, -1, -1))
    behind = _nearest(read, range(end, len(sequence)))
    if asked.counted and end < len(sequence) and sequence[end].word in tables.BE:
        fits = behind in asked.keys
    else:
        fits = before in asked.keys or behind in asked.keys
    needed = asked.relation | ({asked.counted} - {""})
    met = near & needed
    return met if fits and (met & asked.relation or not asked.relation) else frozenset()


def _counted(asked: AskedFor, sequence: Sequence[Token], fact: Fact) -> int | None:
    """Where the thing stands that a number counts, with no other kind of thing told by a word between."""
    for place in range(fact.end, min(fact.end + _BEHIND, len(sequence))):
        token = sequence[place]
        if token.key == asked.counted:
            return place
        if token.kind == "mark" or token.word == "of" or (token.key and token.key not in asked.keys):
            break
    before = sequence[max(0, fact.start - _NEAR) : fact.start]
    words = [token.word for token in before]
    if "number" in words and any(token.key == asked.counted for token in before):
        return fact.start - 1
    return None


def _nearest(read: Sentence, places: range) -> str:
    """The key of the nearest content word, names and facts among them, up to a mark; words of saying tell nothing."""
    for place in places:
        token = read.tokens[place]
        if token.text in _STOPS or token.text == ",":
            return ""
        if token.key and token.word not in tables.REPORTED and token.word not in _HEDGES:
            return token.key
    return ""


# --------------------------------------------------------------------------------------------- dates


def _tied_date(asked: AskedFor, read: Sentence, fact: Fact) -> frozenset[str]:
    taken = {place for other in read.facts for place in range(other.start, other.end)}
    named = {place for name in read.names for place in range(name.start, name.end)}
    dates = {other.start for other in read.facts if isinstance(other.value, Day)}
    for places in (range(fact.start - 1, -1, -1), range(fact.end, len(read.tokens))):
        passed = 0
        for place in places:
            token = read.tokens[place]
            if token.text in _STOPS or place in dates or passed > _PASSED:
                break
            if token.key in asked.relation and place not in taken:
                return frozenset({token.key})
            if token.key and place not in named and place not in taken:
                passed += 1
    return frozenset()


# --------------------------------------------------------------------------------------------- names


def _names(asked: AskedFor, said: Said) -> Iterator[Claim]:
    read = said.read
    if _is_headline(read):
        return
    for name in read.names:
        start, end = bare(asked, read.tokens, name)
        if start == end or not name.sure:
            continue
        words = tuple(token.word for token in read.tokens[start:end] if token.kind == "word")
        if not words or asked.words.intersection(words):
            continue
        for place, role in _hooks(asked, read, start, end):
            yield Claim(said, start, end, Called(words), frozenset({read.tokens[place].key}), role)
            break


def _is_headline(read: Sentence) -> bool:
    """Whether a sentence is written in capitals throughout, which then tell no names."""
    telling = [token for token in read.tokens if token.key and token.kind == "word"]
    return sum(token.capital for token in telling) > _CAPITALS * len(telling)


def bare(asked: AskedFor, sequence: Sequence[Token], name: Name) -> tuple[int, int]:
    """Where a name stands without the offices before it and what the question names itself."""
    start, end = name.start, name.end

    def is_other(token: Token) -> bool:
        return token.kind != "word" or token.word in ROLES or token.word in asked.words or token.word in tables.TITLES

    while start < end and is_other(sequence[start]):
        start += 1
    while start < end and is_other(sequence[end - 1]):
        end -= 1
    return start, end


def _hooks(asked: AskedFor, read: Sentence, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Where a word of the question stands right beside a name, and what it makes of the name's bearer."""
    sequence = read.tokens

    def passes(place: int) -> bool:
        token = sequence[place]
        return (
            token.word in _JOINS
            or token.word in asked.words
            or token.word in ROLES
            or token.text in {",", "(", ")", "-", "'", "’", "“", "”", '"'}
            or token.word.endswith("ly")
        )

    leading = (sequence[place].word for place in range(start - 1, -1, -1))
    before = next((word for word in leading if word != "the" and word not in ROLES), "")
    if before not in _BEFORE_OTHERS or asked.sort == "place":
        for place in range(start - 1, max(-1, start - 1 - _BETWEEN), -1):
            if sequence[place].key in asked.relation:
                yield place, "agent" if before == "by" else "holder" if asked.holder else f"object {before}"
                break
            if not passes(place) and not (asked.sort == "place" and place == start - 1):
                break
    if asked.sort == "place":
        return
    for place in range(end, min(len(sequence), end + _BETWEEN)):
        if sequence[place].key in asked.relation:
            if _acts_on_another(asked, read, place):
                return
            passive = place + 1 < len(sequence) and sequence[place + 1].word == "by"
            yield place, "holder" if asked.holder else "passive" if passive else "agent"
            return
        if not passes(place):
            return


def _acts_on_another(asked: AskedFor, read: Sentence, place: int) -> bool:
    """Whether right behind what somebody does stands a name that the question does not have."""
    return any(
        not any(same_word(word, other) for other in asked.words)
        for name in read.names
        if place < name.start <= place + _BEHIND
        for word in name.words
        if word not in tables.FUNCTION
    )


# --------------------------------------------------------------------------------------- differences


def clash(one: Claim, other: Claim) -> bool:
    """Whether two claims exclude each other: not where one rounds, bounds, abridges or spells the other."""
    match one.value, other.value:
        case Amount(), Amount():
            return _amounts_clash(one, other)
        case Day(), Day():
            return days_clash(one.value, other.value)
        case Clock(), Clock():
            return not agree(one.value, other.value, None)
        case Called(), Called():
            return names_clash(one.value.words, other.value.words)
    return False


def _amounts_clash(one: Claim, other: Claim) -> bool:
    a, dimension, b, another = *_amount(one), *_amount(other)
    if dimension != another or a == b:
        return False
    rough = any(_before(claim) in _ROUGHLY for claim in (one, other))
    off = abs(a - b) / max(abs(a), abs(b))
    if off <= _ROUGH and (rough or ((dimension or max(a, b) >= _PLENTY) and (_rounds(a, b) or _rounds(b, a)))):
        return False
    for claim, bounded, exact in ((one, a, b), (other, b, a)):
        side = bound(claim.said.read, Fact(claim.value, claim.start, claim.end, ""))  # type: ignore[arg-type]
        if side == 0 and bounded <= exact <= _BOUNDED * bounded:
            return False
        if side == 1 and bounded / _BOUNDED <= exact <= bounded:
            return False
    return True


def _amount(claim: Claim) -> Amount:
    assert isinstance(claim.value, Amount)
    return claim.value


def _before(claim: Claim) -> str:
    return claim.said.read.tokens[claim.start - 1].word if claim.start else ""


def _rounds(round: Fraction, exact: Fraction) -> bool:
    """Whether the first is the second at as many digits as it has itself."""
    if not round:
        return False
    unit = Fraction(1)
    while (round / unit).denominator != 1:
        unit /= 10
    while (round / (unit * 10)).denominator == 1:
        unit *= 10
    return abs(round - exact) <= unit / 2


def days_clash(one: Day, other: Day) -> bool:
    """Whether no day is both: what only one of them tells is no difference."""
    if one.span != 1 or other.span != 1:
        return False
    if one.year and other.year and one.year != other.year:
        return True
    if one.month and other.month and one.month != other.month:
        return True
    return bool(one.day and other.day and one.day != other.day and one.month and other.month)


def names_clash(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two names share no word, are no short form of each other, and are not two spellings of one."""
    if any(same_word(a, b) for a in one for b in other):
        return False
    if acronym(one) == "".join(other) or acronym(other) == "".join(one):
        return False
    if any(is_country(word) for word in one) != any(is_country(word) for word in other):
        return False
    return max(_alike(" ".join(one), " ".join(other)), _alike(one[-1], other[-1])) < _SPELLING


def _alike(one: str, other: str) -> float:
    first, second = sorted((one, other))
    return SequenceMatcher(None, first, second).ratio()


def ranks(read: Sentence, places: range) -> set[int]:
    """The ordinal numbers among some tokens."""
    return {fact.value.value for fact in read.facts if isinstance(fact.value, Rank) and fact.start in places}
