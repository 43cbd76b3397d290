"""Numbers, dates and times of day, read off a sentence whichever way they are written."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from assistant.checking import tables
from assistant.checking.tokens import Token


class Day(NamedTuple):
    """A date as far as it is told."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    span: int = 1  # years: ten for a decade, a hundred for a century


class Amount(NamedTuple):
    """A number in base units of its dimension; no dimension: it counts things."""

    value: Fraction
    dimension: str = ""


class Rank(NamedTuple):
    """An ordinal number."""

    value: int


class Clock(NamedTuple):
    """A time of day in minutes; `half` says whether morning or afternoon is told."""

    minutes: int
    half: bool


class Pair(NamedTuple):
    """Two or three numbers in one: a score, a running time."""

    values: tuple[int, ...]


Value = Day | Amount | Rank | Clock | Pair


class Fact(NamedTuple):
    """A value with the tokens that state it."""

    value: Value
    start: int
    end: int
    text: str


_Found = tuple[list[tuple[Value, int, int]], int] | None
_JOINERS = frozenset({"to", "-", "–", "and", "or", "until", "till", "through"})
_DASHES = frozenset({"-", "–", "−", "‑"})
_RANGE = frozenset({"to", "-", "–", "and", "or"})


def facts(sequence: Sequence[Token]) -> list[Fact]:
    """The numbers, dates and times of a sentence, in order."""
    found: list[tuple[Value, int, int]] = []
    at = 0
    while at < len(sequence):
        for reader in _READERS:
            result = reader(sequence, at)
            if result is not None:
                found += result[0]
                at = result[1]
                break
        else:
            at += 1
    return [Fact(value, start, end, _text(sequence[start:end])) for value, start, end in _share_units(sequence, found)]


def _text(part: Sequence[Token]) -> str:
    return "".join(token.text if token.glued else " " + token.text for token in part).strip()


def _word(sequence: Sequence[Token], at: int) -> str:
    return sequence[at].word if 0 <= at < len(sequence) else ""


# ---------------------------------------------------------------------------------------------- dates


def _month(sequence: Sequence[Token], at: int) -> int | None:
    if 0 <= at < len(sequence) and sequence[at].capital:
        return tables.MONTHS.get(sequence[at].word)
    return None


def _figures(sequence: Sequence[Token], at: int, least: int, most: int) -> int | None:
    if 0 <= at < len(sequence) and sequence[at].kind == "figures" and sequence[at].text.isdecimal():
        value = int(sequence[at].text[:5])
        return value if least <= value <= most else None
    return None


def _day_number(sequence: Sequence[Token], at: int) -> tuple[int, int] | None:
    """The day of a month in figures, with or without "st", and where it ends."""
    value = _figures(sequence, at, 1, 31)
    if value is None:
        return None
    ordinal = _word(sequence, at + 1) in ("st", "nd", "rd", "th") and sequence[at + 1].glued
    return value, at + 1 + ordinal


def _year_after(sequence: Sequence[Token], at: int) -> tuple[int | None, int]:
    """The year that follows a month or a day, behind a comma or "of", and where it ends."""
    behind = at + 1 if _word(sequence, at) in (".", ",", "of") else at
    year = _figures(sequence, behind, 1000, 2199)
    return (year, behind + 1) if year is not None else (None, at)


def _read_date(sequence: Sequence[Token], at: int) -> _Found:
    """A date with a month: "Tuesday, 5 November 2019", "July 9", "12 to 26 June", "in Sept. 1863"."""
    token = sequence[at]
    if token.kind == "figures" and len(token.text) == 10 and token.text[4] == "-":
        year, month, day = (int(part) for part in token.text.split("-"))
        return [(Day(year, month, day), at, at + 1)], at + 1
    if token.kind == "figures" and (written := _written(token.text)):
        return [(written, at, at + 1)], at + 1
    start, weekday = at, None
    if token.capital and token.word in tables.WEEKDAYS:
        weekday = tables.WEEKDAYS[token.word]
        at += 1
        while _word(sequence, at) in (",", ".", "the"):
            at += 1
    if dated := _day_month(sequence, at) or _month_day(sequence, at):
        days, end = dated
        first = days[0]._replace(weekday=weekday)
        return [(day, start, end) for day in (first, *days[1:])], end
    if weekday is not None:
        return [(Day(weekday=weekday), start, start + 1)], start + 1
    return None


def _written(text: str) -> Day | None:
    """A date all in figures, the day first if it can be: "30.11.2005", "30/11/2005"."""
    parts = [int(part) for part in re.split(r"[./]", text) if part.isdecimal()]
    if len(parts) != 3 or parts[2] < 1000:
        return None
    day, month, year = parts
    if month > 12:
        day, month = month, day
    return Day(year, month, day) if 0 < month <= 12 and 0 < day <= 31 else None


def _day_month(sequence: Sequence[Token], at: int) -> tuple[list[Day], int] | None:
    first = _day_number(sequence, at)
    if first is None:
        return None
    days, at = [first[0]], first[1]
    if _word(sequence, at) in _JOINERS and (second := _day_number(sequence, at + 1)):
        days, at = [first[0], second[0]], second[1]
    if _word(sequence, at) == "of":
        at += 1
    month = _month(sequence, at)
    if month is None:
        return None
    year, end = _year_after(sequence, at + 1)
    return [Day(year, month, day) for day in days], end


def _month_day(sequence: Sequence[Token], at: int) -> tuple[list[Day], int] | None:
    month = _month(sequence, at)
    if month is None or (sequence[at].word == "may" and sequence[at].opens):
        return None
    at += 1
    if _word(sequence, at) == ".":
        at += 1
    if _word(sequence, at) == "the":
        at += 1
    first = _day_number(sequence, at)
    if first is None:
        year, end = _year_after(sequence, at)
        return [Day(year, month)], end
    days, at = [first[0]], first[1]
    second = _day_number(sequence, at + 1) if _word(sequence, at) in _JOINERS else None
    if second and _month(sequence, second[1]) is None:
        days, at = [first[0], second[0]], second[1]
    year, end = _year_after(sequence, at)
    return [Day(year, month, day) for day in days], end


def _read_span(sequence: Sequence[Token], at: int) -> _Found:
    """A decade or a century: "the 1970s", "the seventies", "the 19th century"."""
    token = sequence[at]
    decade = _figures(sequence, at, 10, 2190)
    if (
        decade is not None
        and decade % 10 == 0
        and _word(sequence, at + 1).strip("'’") == "s"
        and sequence[at + 1].glued
    ):
        value = decade if decade >= 1000 else 1900 + decade
        return [(Day(value, span=10), at, at + 2)], at + 2
    if _word(sequence, at) in tables.DECADES and _word(sequence, at - 1) in ("the", "early", "late", "mid"):
        return [(Day(1900 + tables.DECADES[token.word], span=10), at, at + 1)], at + 1
    if rank := _rank(sequence, at):
        value, end = rank
        behind = end + (_word(sequence, end) in _DASHES)
        if _word(sequence, behind) == "century":
            return [(Day(100 * (value - 1), span=100), at, behind + 1)], behind + 1
    return None


def _read_year(sequence: Sequence[Token], at: int) -> _Found:
    """A year on its own, or two of them: "in 1931", "the winter of 1909-10"."""
    year = _figures(sequence, at, 1000, 2199)
    if year is None or len(sequence[at].text) != 4:
        return None
    before, behind = _word(sequence, at - 1), _word(sequence, at + 1)
    if before in tables.SIGNS or _unit(sequence, at + 1, True) is not None or behind in tables.SCALES:
        return None
    if behind in _DASHES and sequence[at + 1].glued and _figures(sequence, at + 2, 0, 99) is not None:
        later = year - year % 100 + int(sequence[at + 2].text)
        return [(Day(year), at, at + 1), (Day(later), at + 2, at + 3)], at + 3
    counted = at + 1 < len(sequence) and bool(sequence[at + 1].key) and not sequence[at + 1].capital
    if counted and before not in tables.BEFORE_YEARS:
        return None
    return [(Day(year), at, at + 1)], at + 1


# ---------------------------------------------------------------------------------------------- times


def _read_clock(sequence: Sequence[Token], at: int) -> _Found:
    """A time of day or a running time: "9:30 p.m.", "16:30", "2:24:11", "noon"."""
    token = sequence[at]
    if token.word in tables.NOONS:
        return [(Clock(tables.NOONS[token.word], True), at, at + 1)], at + 1
    half = tables.CLOCK.get(_word(sequence, at + 1))
    if token.kind == "figures" and ":" in token.text:
        parts = tuple(int(part) for part in token.text.split(":"))
        if len(parts) == 3 or parts[0] > 23 or parts[1] > 59:
            return [(Pair(parts), at, at + 1)], at + 1
        minutes = 60 * parts[0] + parts[1]
        if half is not None:
            return [(Clock(minutes % 720 + half, True), at, at + 2)], at + 2
        return [(Clock(minutes, parts[0] > 12), at, at + 1)], at + 1
    hour = _figures(sequence, at, 1, 12) if token.kind == "figures" else tables.ONES.get(token.word)
    if hour and half is not None:
        return [(Clock(60 * (hour % 12) + half, True), at, at + 2)], at + 2
    if past := _past_hour(sequence, at):
        return past
    if half is None and (told := _told_hour(sequence, at)):
        return told
    if token.kind == "figures" and half is not None and token.text.replace(".", "").isdecimal():
        whole, _, rest = token.text.partition(".")
        return [(Clock(60 * (int(whole[:3]) % 12) + int(rest[:2] or 0) + half, True), at, at + 2)], at + 2
    return None


def _part_of_day(sequence: Sequence[Token], at: int) -> int | None:
    """Morning or afternoon by the words behind a time: "in the morning", "at night"."""
    words = [_word(sequence, place) for place in range(at, at + 3)]
    return tables.DAY_PARTS.get(words[2]) if words[:2] == ["in", "the"] else None


def _told_hour(sequence: Sequence[Token], at: int) -> _Found:
    """A time of day by the words around it: "at 7.30", "6 in the evening", "seven o'clock"."""
    end = at + 1 + (_word(sequence, at + 1) == "o'clock")
    half = _part_of_day(sequence, end)
    dotted = re.fullmatch(r"\d{1,2}\.[0-5]\d", sequence[at].text) and _word(sequence, at - 1) == "at"
    if end == at + 1 and half is None and not dotted:
        return None
    whole, _, rest = sequence[at].text.partition(".")
    hour = int(whole[:3]) if whole.isdecimal() else tables.ONES.get(sequence[at].word, 0)
    if hour > 24 or (rest and not rest.isdecimal()) or not (hour or rest):
        return None
    minutes = 60 * hour + int(rest[:2] or 0)
    if half is None:
        return [(Clock(minutes, hour > 12), at, end)], end
    return [(Clock(minutes % 720 + half, True), at, end + 3)], end + 3


def _past_hour(sequence: Sequence[Token], at: int) -> _Found:
    """A time told by the hour it is before or after: "half past six", "a quarter to nine"."""
    minutes = {"half": 30, "quarter": 15}.get(_word(sequence, at))
    side, hour = _word(sequence, at + 1), tables.ONES.get(_word(sequence, at + 2), 0)
    hour = hour or _figures(sequence, at + 2, 1, 12) or 0
    if minutes is None or side not in ("past", "to") or not 0 < hour <= 12:
        return None
    return [(Clock(60 * hour + (minutes if side == "past" else -minutes), False), at, at + 3)], at + 3


def _read_score(sequence: Sequence[Token], at: int) -> _Found:
    """Two small numbers joined by a hyphen that are no rising range: "6-4", "1-3"."""
    first, second = _figures(sequence, at, 0, 999), _figures(sequence, at + 2, 0, 999)
    if first is None or second is None or _word(sequence, at + 1) not in _DASHES:
        return None
    if not (sequence[at + 1].glued and sequence[at + 2].glued) or _unit(sequence, at + 3, True) is not None:
        return None
    if at + 3 < len(sequence) and sequence[at + 3].key and not sequence[at + 3].capital and first < second:
        return None  # "40-60 wolves"
    return [(Pair((first, second)), at, at + 3)], at + 3


# -------------------------------------------------------------------------------------------- numbers


def _rank(sequence: Sequence[Token], at: int) -> tuple[int, int] | None:
    """An ordinal and where it ends: "third", "3rd", "twenty-first"."""
    value = _figures(sequence, at, 1, 9999)
    if value is not None and _word(sequence, at + 1) in ("st", "nd", "rd", "th") and sequence[at + 1].glued:
        return value, at + 2
    word = _word(sequence, at)
    if word in tables.TENS:
        behind = at + 1 + (_word(sequence, at + 1) in _DASHES)
        unit = tables.ORDINALS.get(_word(sequence, behind), 10)
        if unit < 10:
            return tables.TENS[word] + unit, behind + 1
    return (tables.ORDINALS[word], at + 1) if word in tables.ORDINALS else None


def _read_rank(sequence: Sequence[Token], at: int) -> _Found:
    rank = _rank(sequence, at)
    return ([(Rank(rank[0]), at, rank[1])], rank[1]) if rank else None


_BEHIND_PARTS = frozenset(
    {"", "of", ".", ",", ";", "in", "from", "since", "to", "as", "on", "over", "by", "and", "within"}
)
_NO_PART_BEFORE = frozenset(
    {"first", "second", "other", "better", "opening", "latter", "late", "early", "1st", "2nd", "nd", "st"}
)


def _part(sequence: Sequence[Token], at: int) -> tuple[Fraction, int] | None:
    """A share of a whole and where it ends: "half", "a third of", "two thirds", "2/3", "one in five"."""
    word = _word(sequence, at)
    if (
        word == "half"
        and _word(sequence, at - 1) not in _NO_PART_BEFORE
        and _word(sequence, at + 1) not in ("-", "past", "time")
    ):
        return Fraction(1, 2), at + 1
    whole = tables.ONES.get(word) or (1 if word == "a" else None) or _figures(sequence, at, 1, 999)
    if whole is None:
        return None
    behind = at + 1 + (_word(sequence, at + 1) in _DASHES)
    part = _word(sequence, behind)
    shared = part.endswith("s") or _word(sequence, behind + 1) in _BEHIND_PARTS or _word(sequence, at - 1) == "by"
    if part in tables.PARTS and shared and (part != "half" or word in ("one", "a")):
        return whole * tables.PARTS[part], behind + 1
    if _word(sequence, at + 1) == "/" and (below := _figures(sequence, at + 2, 1, 999)):
        return Fraction(whole, below), at + 3
    joined = at + 1 + (_word(sequence, at + 1) == "out")
    if word != "a" and _word(sequence, joined) in ("in", "of") and (joined > at + 1 or _word(sequence, joined) == "in"):
        below = tables.ONES.get(_word(sequence, joined + 1)) or _figures(sequence, joined + 1, 2, 1000)
        if below and whole < below and (whole == 1 or joined > at + 1 or below in (5, 10, 20, 100, 1000)):
            return Fraction(whole, below), joined + 2
    return None


def _cardinal(sequence: Sequence[Token], at: int) -> tuple[Fraction, int] | None:
    """A number in figures or words, without its unit, and where it ends."""
    token = sequence[at]
    if token.kind == "figures":
        return _scaled(sequence, _value(token.text), at + 1, figures=True)
    word = token.word
    if word in ("a", "an", "half"):
        ahead = at + 1 + (word == "half" and _word(sequence, at + 1) in ("a", "an"))
        if (word != "half" or ahead > at + 1) and _word(sequence, ahead) in (
            "hundred",
            "thousand",
            "million",
            "billion",
            "dozen",
            "trillion",
        ):
            return _scaled(sequence, Fraction(1, 2) if word == "half" else Fraction(1), ahead, figures=False)
        return None
    if word in tables.ONES or word in tables.TENS or (word == "dozen"):
        return _spelled(sequence, at)
    return None


def _spelled(sequence: Sequence[Token], at: int) -> tuple[Fraction, int]:
    """A number in words: "two hundred and fifty", "twenty-six thousand"."""
    total, current = 0, 0
    while True:
        word = _word(sequence, at)
        if word in tables.ONES:
            current += tables.ONES[word]
        elif word in tables.TENS:
            current += tables.TENS[word]
        elif word in ("hundred", "dozen"):
            current = max(current, 1) * tables.SCALES[word]
        elif word in tables.SCALES and not word.endswith("s"):
            total += max(current, 1) * tables.SCALES[word]
            current = 0
        else:
            break
        at += 1
        if _goes_on(sequence, at, word):
            at += 1
    value = Fraction(total + current)
    if (
        _word(sequence, at) == "and"
        and _word(sequence, at + 1) == "a"
        and _word(sequence, at + 2) in ("half", "quarter")
    ):
        return _scaled(sequence, value + tables.PARTS[_word(sequence, at + 2)], at + 3, figures=False)
    if _word(sequence, at) == "point" and _word(sequence, at + 1) in tables.ONES:
        return _scaled(sequence, value + Fraction(tables.ONES[_word(sequence, at + 1)], 10), at + 2, figures=False)
    return value, at


def _goes_on(sequence: Sequence[Token], at: int, word: str) -> bool:
    """Whether a hyphen or "and" here lies inside one number."""
    behind = _word(sequence, at + 1)
    if _word(sequence, at) in _DASHES:
        return (word in tables.TENS and 0 < tables.ONES.get(behind, 0) < 10) or behind in tables.SCALES
    scaled = word in tables.SCALES and word != "dozen"
    return _word(sequence, at) == "and" and scaled and (behind in tables.ONES or behind in tables.TENS)


def _value(figures: str) -> Fraction:
    if figures in tables.VULGAR:
        return tables.VULGAR[figures]
    plain = figures.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2009", " ").replace("’", "'")
    whole, comma, rest = plain.partition(",")
    if comma and len(rest) < 3 and "." not in plain:
        plain = f"{whole}.{rest}"
    digits = "".join(one for one in plain if one.isdecimal() or one == ".")
    return Fraction(digits[:40].rstrip(".") or "0")


def _scaled(sequence: Sequence[Token], value: Fraction, at: int, figures: bool) -> tuple[Fraction, int]:
    """The number with the scale that follows it: "1.2 million", "£1.4m", "2½", "four dozen"."""
    if figures and _word(sequence, at) in tables.VULGAR:
        value, at = value + tables.VULGAR[_word(sequence, at)], at + 1
    behind = at + (_word(sequence, at) in _DASHES)
    word = _word(sequence, behind)
    while word in tables.SCALES and not word.endswith("s"):
        value, at = value * tables.SCALES[word], behind + 1
        behind = at
        word = _word(sequence, at)
    if figures and at < len(sequence) and sequence[at].glued and word in tables.SCALE_LETTERS and behind == at:
        money = _word(sequence, at - 2) in tables.SIGNS
        if word != "m" or money or _unit(sequence, at + 1, False) is not None:
            return value * tables.SCALE_LETTERS[word], at + 1
    return value, at


def _unit(sequence: Sequence[Token], at: int, figures: bool) -> tuple[str, Fraction, int] | None:
    """The unit here, its worth in base units, and where it ends."""
    at += _word(sequence, at) in _DASHES
    word = _word(sequence, at)
    if word == "per" and _word(sequence, at + 1) in ("cent", "hundred"):
        at, word = at + 1, "percent"
    if speed := tables.SPEEDS.get((word, *(_word(sequence, at + step) for step in (1, 2)))):
        return speed, Fraction(1), at + 3
    if word in ("us", "u.s.") and _word(sequence, at + 1) in ("dollar", "dollars"):
        at, word = at + 1, "dollars"
    if word not in tables.UNITS or (word in tables.AFTER_FIGURES and not figures):
        return None
    if word in ("c", "f", "t", "m", "g", "w", "k", "p") and not sequence[at].glued and sequence[at].capital:
        return None
    dimension, worth = tables.UNITS[word]
    if dimension == "percent" and _word(sequence, at + 1) in ("point", "points"):
        return "point", Fraction(1), at + 2
    if word in ("degree", "degrees", "°") and _word(sequence, at + 1) in (
        "c",
        "f",
        "celsius",
        "fahrenheit",
        "centigrade",
    ):
        return ("fahrenheit" if _word(sequence, at + 1).startswith("f") else "degree"), Fraction(1), at + 2
    return dimension, worth, at + 1


def _read_amount(sequence: Sequence[Token], at: int) -> _Found:
    start, sign, money = at, 1, None
    if _word(sequence, at) in tables.MINUS or (
        _word(sequence, at) in ("-", "−", "–")
        and at + 1 < len(sequence)
        and sequence[at + 1].glued
        and sequence[at + 1].kind == "figures"
        and not sequence[at].glued
    ):
        sign, at = -1, at + 1
    if (
        _word(sequence, at) in tables.SIGNS | tables.CODES
        and at + 1 < len(sequence)
        and sequence[at + 1].kind == "figures"
    ):
        money, at = tables.UNITS[_word(sequence, at)], at + 1
    if at >= len(sequence):
        return None
    if whole := _and_a_half(sequence, at):
        return whole
    part = _part(sequence, at)
    if part and not (_word(sequence, at) == "half" and _word(sequence, part[1]) in ("a", "an")):
        article = _word(sequence, part[1]) == "of" and _word(sequence, part[1] + 1) in ("a", "an")
        unit = _unit(sequence, part[1] + 2 * article, False)
        if unit:
            return [(Amount(part[0] * unit[1], unit[0]), start, unit[2])], unit[2]
        return [(Amount(100 * part[0], "percent"), start, part[1])], part[1]
    if (
        _word(sequence, at) == "half"
        and _word(sequence, at + 1) in ("a", "an")
        and (unit := _unit(sequence, at + 2, False))
    ):
        return [(Amount(unit[1] / 2, unit[0]), start, unit[2])], unit[2]
    if _word(sequence, at) in tables.TIMES:
        return [(Amount(Fraction(tables.TIMES[_word(sequence, at)]), "times"), start, at + 1)], at + 1
    if _word(sequence, at).endswith("s") and _word(sequence, at) in tables.SCALES or _word(sequence, at) == "dozens":
        vague = tables.SCALES.get(_word(sequence, at), 12)
        return [(Amount(Fraction(vague), "vague"), start, at + 1)], at + 1
    number = _cardinal(sequence, at)
    if number is None:
        return None
    value, end = number[0] * sign, number[1]
    if money:
        return [(Amount(value * money[1], money[0]), start, end)], end
    unit = _unit(sequence, end, sequence[at].kind == "figures")
    if unit:
        return [(Amount(value * unit[1], unit[0]), start, unit[2])], unit[2]
    if _word(sequence, at - 1) in ("aged", "age"):
        return [(Amount(value * 12, "month"), start, end)], end
    return [(Amount(value), start, end)], end


def _and_a_half(sequence: Sequence[Token], at: int) -> _Found:
    """One and a half of a unit: "a year and a half"."""
    if _word(sequence, at) not in ("a", "an") or [_word(sequence, at + step) for step in (2, 3, 4)] != [
        "and",
        "a",
        "half",
    ]:
        return None
    unit = _unit(sequence, at + 1, False)
    return ([(Amount(unit[1] * Fraction(3, 2), unit[0]), at, at + 5)], at + 5) if unit else None


_READERS: tuple[Callable[[Sequence[Token], int], _Found], ...] = (
    _read_date,
    _read_span,
    _read_clock,
    _read_year,
    _read_score,
    _read_rank,
    _read_amount,
)


def _with_millions(sequence: Sequence[Token], found: list[tuple[Value, int, int]]) -> list[tuple[Value, int, int]]:
    """Beside a sum of millions, "60m" is a sum as well and no length."""
    sums = [
        value.dimension for value, *_ in found if isinstance(value, Amount) and value.dimension in tables.CURRENCIES
    ]
    if not sums:
        return list(found)
    return [
        (Amount(value.value * 10**6, sums[0]), start, end)
        if isinstance(value, Amount)
        and _word(sequence, end - 1) == "m"
        and sequence[end - 1].glued
        and value.dimension == "metre"
        else (value, start, end)
        for value, start, end in found
    ]


def _share_units(sequence: Sequence[Token], found: list[tuple[Value, int, int]]) -> list[tuple[Value, int, int]]:
    """The first number of a range has the unit of the second: "3 to 3.50 crowns", "between 5 and 6 percent"."""
    shared = _with_millions(sequence, found)
    for place in range(len(found) - 2, -1, -1):
        (value, start, end), (following, second, last) = shared[place], shared[place + 1]
        if not isinstance(value, Amount) or not isinstance(following, Amount) or value.dimension:
            continue
        if second == end + 1 and _word(sequence, end) in _RANGE and following.dimension not in ("", "vague", "times"):
            unit = _unit(sequence, last - 1, True)
            worth = unit[1] if unit else Fraction(1)
            shared[place] = (Amount(value.value * worth, following.dimension), start, end)
    return shared


# ------------------------------------------------------------------------------------------ agreement


def agree(claimed: Value, told: Value, published: datetime.date | None, counts: bool = False) -> bool:
    """Whether what is told states what is claimed; `counts`: the claimed number counts the word behind it."""
    match claimed, told:
        case Day(), Day():
            return _same_day(claimed, told, published)
        case Amount(), Amount():
            if claimed.value == told.value and claimed.dimension == told.dimension:
                return True
            if claimed.dimension == "" and told.dimension not in ("", "vague") and not counts:
                return any(claimed.value * worth == told.value for worth in _worths(told.dimension))
            if {claimed.dimension, told.dimension} == {"", "times"} and claimed.value == 2:
                return claimed.value == told.value  # twice, and two goals
            if told.dimension == "" and claimed.dimension == "month":
                return claimed.value == told.value * 12
            return claimed.dimension == "" == told.dimension and claimed.value == told.value
        case Clock(), Clock():
            if claimed.half and told.half:
                return claimed.minutes == told.minutes
            return claimed.minutes % 720 == told.minutes % 720
        case Day(), Amount():
            return claimed == Day(claimed.year) and claimed.year == told.value and not told.dimension
        case Amount(), Day():
            return not claimed.dimension and told == Day(told.year) and claimed.value == told.year
        case Rank(), Amount():
            return not told.dimension and claimed.value == told.value
        case Amount(), Rank():
            return not claimed.dimension and claimed.value == told.value
        case Rank(), Day():
            return told == Day(day=told.day, month=told.month, year=told.year) and told.day == claimed.value
        case _:
            return claimed == told


def _worths(dimension: str) -> set[Fraction]:
    return {worth for named, worth in tables.UNITS.values() if named == dimension}


def _same_day(claimed: Day, told: Day, published: datetime.date | None) -> bool:
    if claimed.span != told.span:
        return False
    if claimed.span > 1:
        return claimed.year == told.year
    full = _completed(told, claimed, published)
    return all(mine is None or mine == theirs for mine, theirs in zip(claimed[:4], full[:4], strict=True))


def _completed(told: Day, claimed: Day, published: datetime.date | None) -> Day:
    """What is told, with what follows from it and from the day of publication."""
    if published is not None:
        if told.weekday is not None and told.day is None and told.month is None:
            back = (published.weekday() - told.weekday) % 7
            past = published - datetime.timedelta(days=back)
            ahead = past + datetime.timedelta(days=7)
            day = ahead if (claimed.month, claimed.day) == (ahead.month, ahead.day) else past
            return Day(day.year, day.month, day.day, told.weekday)
        if told.month is not None and told.year is None:
            years = (published.year - 1, published.year, published.year + 1)
            near = min(years, key=lambda year: abs((published - datetime.date(year, told.month or 1, 15)).days))
            told = told._replace(year=near)
    if told.weekday is None and told.year and told.month and told.day:
        try:
            return told._replace(weekday=datetime.date(told.year, told.month, told.day).weekday())
        except ValueError:
            return told
    return told
