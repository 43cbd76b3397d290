"""How many articles each publisher has in each week, or month, or whatever gives a plot that can be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.page.shelf import Row
from assistant.page.text import plain_date

NAMED = 6  # publishers that have a colour of their own
MOST = 120  # bins that can still be told apart
OTHERS, NOBODY = "other publishers", "no publisher"


@dataclass(frozen=True, slots=True)
class Unit:
    """A length of time: which one a day is in, when one begins, and what it is called."""

    name: str
    of: Callable[[date], int]
    start: Callable[[int], date]
    told: Callable[[date], str]
    short: Callable[[date], str]


@dataclass(frozen=True, slots=True)
class Series:
    """The articles of one publisher, of all others, or of nobody named; the shade says which colour that has."""

    name: str
    shade: int


@dataclass(frozen=True, slots=True)
class Bin:
    """One stretch of time, from its first day to its last, with the articles of each series."""

    first: date
    last: date
    told: str
    short: str  # for an axis
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """All bins between the first and the last dated article, the empty ones too."""

    unit: str
    series: tuple[Series, ...]
    bins: tuple[Bin, ...]
    undated: int
    span: tuple[date, date] | None = None  # the first and the last day that an article is of


def _years(name: str, length: int) -> Unit:
    def told(day: date) -> str:
        return str(day.year) if length == 1 else f"{day.year // length * length}s"

    return Unit(name, lambda day: day.year // length, lambda number: date(max(1, number * length), 1, 1), told, told)


_WEEK = Unit(
    "week",
    lambda day: (day.toordinal() - 1) // 7,
    lambda number: date.fromordinal(number * 7 + 1),  # the first day of all is a Monday
    lambda day: f"week of {plain_date(day)}",
    lambda day: f"{day.day} {day:%b} {day.year}",
)
_MONTH = Unit(
    "month",
    lambda day: day.year * 12 + day.month - 1,
    lambda number: date(number // 12, number % 12 + 1, 1),
    lambda day: f"{day:%B} {day.year}",
    lambda day: f"{day:%b} {day.year}",
)
UNITS = (_WEEK, _MONTH, _years("year", 1), _years("decade", 10), _years("century", 100))


def coverage(rows: Iterable[Row]) -> Coverage:
    """The articles by time and publisher, in the shortest unit that needs no more than MOST bins."""
    rows = list(rows)
    dated = [(row.published, row.publisher) for row in rows if row.published]
    if not dated:
        return Coverage(_WEEK.name, (), (), len(rows))
    first, last = min(day for day, _ in dated), max(day for day, _ in dated)
    unit = next((unit for unit in UNITS if unit.of(last) - unit.of(first) < MOST), UNITS[-1])
    named = Counter(sorted(name for _, name in dated if name)).most_common(NAMED)
    shades = {name: number for number, (name, _) in enumerate(named)}
    held = Counter((unit.of(day), shades.get(name, NAMED) if name else NAMED + 1) for day, name in dated)
    titles = {**{number: name for name, number in shades.items()}, NAMED: OTHERS, NAMED + 1: NOBODY}
    series = tuple(Series(titles[shade], shade) for shade in sorted({shade for _, shade in held}))
    bins = tuple(
        _bin(unit, number, tuple(held[number, one.shade] for one in series))
        for number in range(unit.of(first), unit.of(last) + 1)
    )
    return Coverage(unit.name, series, bins, len(rows) - len(dated), (first, last))


def _bin(unit: Unit, number: int, counts: tuple[int, ...]) -> Bin:
    first = unit.start(number)
    try:
        last = unit.start(number + 1) - timedelta(days=1)
    except ValueError:  # there is no year 10000
        last = date.max
    return Bin(first, last, unit.told(first), unit.short(first), counts)
