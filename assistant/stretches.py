"""The stretches of time that a question names: "in June 2025", "since 1 July 2025", "between May 2 and May 9"."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import regex

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\b", r"(?P<year>(?:1[5-9]|20)\d\d)\b"
_POINT = (
    r"(?:the\s+)?(?:early\s+|mid-?\s*|late\s+)?(?:"
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)"
    rf"|{_MONTH}\s+{_DAY}(?:,?\s+{_YEAR})?"
    rf"|{_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?"
    rf"|{_MONTH}(?:,?\s+{_YEAR})?"
    rf"|{_YEAR}(?!-)"
    r")"
)
_ONE = regex.compile(_POINT, regex.IGNORECASE)
_AND = regex.compile(r"\s*(?:and|to|until|till|through|[-–])\s*", regex.IGNORECASE)
_HOW = regex.compile(
    r"\b(?P<how>in|on|of|from|for|during|since|after|before|until|till|up to|by|between)\s+(?=\S)", regex.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Point:
    """A day, a month or a year as a question names it; what it leaves unsaid is None."""

    year: int | None
    month: int | None = None
    day: int | None = None

    @property
    def first(self) -> date | None:
        """Its first day; none without a year, or where there is no such day."""
        return self._day(self.month or 1, self.day or 1)

    @property
    def last(self) -> date | None:
        """Its last day; none without a year, or where there is no such day."""
        month = self.month or 12
        return self._day(month, self.day or calendar.monthrange(self.year or 2000, month)[1])

    def _day(self, month: int, day: int) -> date | None:
        try:
            return date(self.year, month, day) if self.year is not None else None
        except ValueError:  # the 31st of a shorter month
            return None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time as a text names it, with the word that leads it in: text[start:end]."""

    start: int
    end: int
    how: str  # "in", "since", "between" …, in small letters
    first: Point
    last: Point


def stretches(text: str) -> tuple[Stretch, ...]:
    """The stretches of time that a text names in English or as YYYY-MM-DD, each behind a word such as "in" or "since"."""
    return tuple(_stretches(text))


def _stretches(text: str) -> Iterator[Stretch]:
    at = 0
    while lead := _HOW.search(text, at):
        at, how = lead.end(), lead["how"].lower()
        first = _ONE.match(text, at)
        if first is None or not (one := _point(first)):
            continue
        end, other = first.end(), one
        joined = _AND.match(text, end) if how in ("between", "from") else None
        second = _ONE.match(text, joined.end()) if joined else None
        if second and (later := _point(second)):
            end, other = second.end(), later
            if one.year is None:
                one = Point(later.year, one.month, one.day)
        yield Stretch(lead.start(), end, how, one, other)
        at = end


def _point(found: Any) -> Point | None:
    named = (found["month"] or "").lower()
    month = None if not named else int(named) if named.isdigit() else _MONTHS.index(named[:3]) + 1
    year, day = (int(found[part]) if found[part] else None for part in ("year", "day"))
    sound = (month is None or 1 <= month <= 12) and (day is None or 1 <= day <= 31) and year != 0
    return Point(year, month, day) if sound else None
