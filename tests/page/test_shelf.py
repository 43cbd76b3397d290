"""Rows of articles: sought, filtered, sorted, in pages; and how many there are over time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.page.coverage import MOST, NAMED, coverage
from assistant.page.shelf import COLUMNS, NONE, PAGE, Shelf, Wanted


@dataclass(frozen=True)
class Book:
    id: str
    title: str = "The bridge"
    publisher: str | None = "The Beacon"
    published: date | None = date(2025, 6, 14)
    passages: int = 2
    root: str = "/home/me/articles"
    path: str = "bridge.md"
    marks: tuple[str, ...] = ()


BOOKS = [
    Book("1", "Élan vital", "Le Monde", date(2025, 1, 3), 9, marks=("hidden text left out",)),
    Book("2", "apples", "The Beacon", None, 10, path="deep/apples.txt"),
    Book("3", "Zebras", None, date(2024, 12, 31), 1, root="/mnt/share"),
    Book("4", "elephants", "the beacon", date(2025, 1, 3), 2),
]

ROWS = st.builds(
    Book,
    st.uuids().map(str),
    st.text(max_size=9),
    st.none() | st.sampled_from(["A", "B", "C", "D", "E", "F", "G", "H"]),
    st.none() | st.dates(),
    st.integers(0, 99),
)


def ids(**wanted: object) -> list[str]:
    return [row.id for row in Shelf(BOOKS).page(replace(Wanted(), **wanted)).rows]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("column", "ascending", "descending"),
    [
        ("title", "2143", "3412"),
        ("publisher", "1243", "2413"),
        ("published", "3142", "1432"),
        ("passages", "3412", "2143"),
        ("root", "1423", "3214"),
        ("marks", "1243", "1243"),
    ],
)
def test_each_column_sorts_and_what_has_nothing_comes_last(column: str, ascending: str, descending: str) -> None:
    assert "".join(ids(sort=column, descending=False)) == ascending
    assert "".join(ids(sort=column, descending=True)) == descending


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"text": "ELAN"}, "1"),
        ({"text": "beacon apples"}, "2"),
        ({"text": "share/"}, "3"),
        ({"text": "deep/ap"}, "2"),
        ({"text": "monde zebras"}, ""),
        ({"publisher": "The Beacon"}, "2"),
        ({"publisher": NONE}, "3"),
        ({"root": "/mnt/share"}, "3"),
        ({"mark": "hidden text left out"}, "1"),
        ({"since": date(2025, 1, 1)}, "14"),
        ({"until": date(2024, 12, 31)}, "3"),
        ({"since": date(2025, 1, 3), "until": date(2025, 1, 3)}, "14"),
        ({}, "1234"),
    ],
)
def test_rows_are_sought_and_filtered(wanted: dict[str, object], found: str) -> None:
    assert "".join(sorted(ids(**wanted))) == found


@given(st.lists(ROWS, max_size=3 * PAGE, unique_by=lambda row: row.id), st.sampled_from(COLUMNS), st.booleans())
def test_all_pages_together_are_all_rows(rows: list[Book], column: str, descending: bool) -> None:
    shelf, seen = Shelf(rows), []
    for number in range(1, shelf.page(Wanted()).pages + 1):
        seen += shelf.page(Wanted(sort=column, descending=descending, page=number)).rows
    assert sorted(row.id for row in seen) == sorted(row.id for row in rows)


def test_a_page_that_is_no_more_is_the_last_one() -> None:
    page = Shelf([Book(str(number)) for number in range(PAGE + 1)]).page(Wanted(page=9))
    assert (page.number, page.pages, page.found, len(page.rows)) == (2, 2, PAGE + 1, 1)


@given(st.lists(ROWS, max_size=40))
def test_every_article_is_in_one_bin_or_undated(rows: list[Book]) -> None:
    found = coverage(rows)
    assert len(found.bins) <= MOST
    assert len(found.series) <= NAMED + 2
    assert sum(sum(bin.counts) for bin in found.bins) + found.undated == len(rows)
    for bin, after in zip(found.bins, found.bins[1:], strict=False):
        assert bin.last + timedelta(days=1) == after.first
    for row in rows:
        if row.published:
            assert sum(bin.first <= row.published <= bin.last for bin in found.bins) == 1


@pytest.mark.parametrize(
    ("last", "unit", "bins"),
    [
        (date(2020, 1, 6), "week", 1),
        (date(2020, 1, 12), "week", 1),
        (date(2020, 1, 13), "week", 2),
        (date(2022, 4, 1), "week", 117),
        (date(2023, 1, 1), "month", 37),
        (date(2029, 12, 31), "month", 120),
        (date(2030, 1, 1), "year", 11),
        (date(2060, 6, 1), "year", 41),
        (date(2500, 1, 1), "decade", 49),
        (date(9999, 12, 31), "century", 80),
    ],
)
def test_the_unit_fits_the_time(last: date, unit: str, bins: int) -> None:
    found = coverage([Book("1", published=date(2020, 1, 6)), Book("2", published=last)])
    assert (found.unit, len(found.bins)) == (unit, bins)


def test_gaps_are_shown_and_the_rest_has_a_series_of_its_own() -> None:
    day = date(2025, 6, 2)
    rows = [Book(f"{name}{count}", publisher=name, published=day) for name in "ABCDEFGH" for count in range(2)]
    rows += [Book("a", publisher="A", published=day + timedelta(14)), Book("b", publisher=None, published=day)]
    found = coverage(rows)
    assert [(one.name, one.shade) for one in found.series] == [
        *((name, number) for number, name in enumerate("ABCDEF")),
        ("other publishers", 6),
        ("no publisher", 7),
    ]
    assert [bin.counts for bin in found.bins] == [(2, 2, 2, 2, 2, 2, 4, 1), (0,) * 8, (1, *[0] * 7)]
    assert found.bins[1].told == "week of 9 June 2025"
