"""The stretches of time that a question names."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.stretches import Point, stretches

FOUND: dict[str, tuple[str, list[tuple[str, str, str | None, str | None]]]] = {
    "a month": ("What was written in September 2024?", [("in September 2024", "in", "2024-09-01", "2024-09-30")]),
    "a day": ("on 9 July 2025", [("on 9 July 2025", "on", "2025-07-09", "2025-07-09")]),
    "a day, month first": ("on July 9th, 2025", [("on July 9th, 2025", "on", "2025-07-09", "2025-07-09")]),
    "a day in figures": ("since 2025-07-09?", [("since 2025-07-09", "since", "2025-07-09", "2025-07-09")]),
    "a year": ("Who won in 2018?", [("in 2018", "in", "2018-01-01", "2018-12-31")]),
    "a leap year": ("in Feb. 2024", [("in Feb. 2024", "in", "2024-02-01", "2024-02-29")]),
    "without a year": ("said in September", [("in September", "in", None, None)]),
    "between": ("between May 2 and May 9, 2025", [("between May 2 and May 9, 2025", "between", "2025-05-02", "2025-05-09")]),
    "from and to": ("from June to August 2025", [("from June to August 2025", "from", "2025-06-01", "2025-08-31")]),
    "two": ("before May 2025 and since July 2025", [
        ("before May 2025", "before", "2025-05-01", "2025-05-31"), ("since July 2025", "since", "2025-07-01", "2025-07-31"),
    ]),
    "no clock": ("What happened last week?", []),
    "no such month": ("on 2025-13-01", []),
    "no such day": ("on 31 June 2025", [("on 31 June 2025", "on", None, None)]),
    "a number": ("by 2300 people", []),
    "not led in": ("June 2025", []),
    "a verb": ("Who may march?", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FOUND.values(), ids=FOUND)
def test_stretches_are_found(text: str, expected: list[tuple[str, str, str | None, str | None]]) -> None:
    found = [
        (text[one.start : one.end], one.how, *(day and day.isoformat() for day in (one.first.first, one.last.last)))
        for one in stretches(text)
    ]
    assert found == expected


@given(
    st.text()
    | st.lists(st.sampled_from(["in", "between", "and", "May", "31", "2025", "2025-02-31", "of", "since", "0000"])).map(
        " ".join
    )
)
def test_any_text_can_be_read(text: str) -> None:
    end = 0
    for one in stretches(text):
        assert end <= one.start < one.end <= len(text)
        end = one.end
        for point in (one.first, one.last):
            assert (point.first is None) == (point.last is None) or point.day is None
            assert point.first is None or point.last is None or point.first <= point.last


@given(st.dates(date(1600, 1, 1), date(2090, 12, 31)))
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    for written in (f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%B} {day.year}", day.isoformat()):
        (found,) = stretches(f"on {written}")
        assert (found.first.first, found.last.last) == (day, day)
    assert Point(day.year, day.month).first == day.replace(day=1)
