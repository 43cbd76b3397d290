"""Filters that a question names."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Filters
from assistant.inferring import asks_for_all, inferred, searched
from index.asked import Publishers

NAMES = ["The Beacon", "Harbour Post", "La Vigie", "Capstan - Sports", "Capstan - Life"]
SPAN = date(2025, 6, 14), date(2025, 9, 26)


def read(question: str, given: Filters | None = None, span: tuple[date, date] | None = SPAN) -> Filters:
    mentions = Publishers(NAMES).mentions(question)
    return inferred(question, given or Filters(), mentions, {name.casefold(): name for name in NAMES}, span)


PUBLISHERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "according to": ("Why was it closed, according to the Beacon?", ("The Beacon",)),
    "in": ("How many were hurt in the Harbour Post?", ("Harbour Post",)),
    "what it reports": ("What did the Harbour Post report?", ("Harbour Post",)),
    "what it says": ("What does La Vigie say about the Beacon?", ("La Vigie",)),
    "articles by": ("Which articles by La Vigie speak of mussels?", ("La Vigie",)),
    "its article": ("Does the 'La Vigie' article name a price?", ("La Vigie",)),
    "its own report": ("the Beacon's report on the ferry", ("The Beacon",)),
    "no capitals": ("what did the harbour post say", ("Harbour Post",)),
    "compared": ("compare the Beacon and the Harbour Post on the ferry", ("Harbour Post", "The Beacon")),
    "both": ("according to the Beacon and La Vigie", ("La Vigie", "The Beacon")),
    "one speaks, another is likely to": ("Does the Beacon say so, while La Vigie hints at it?", ("La Vigie", "The Beacon")),
    "branches": ("What does Capstan say?", ("Capstan - Life", "Capstan - Sports")),
    "asked about": ("Who owns the Beacon?", ()),
    "asked about by name alone": ("When was the Harbour Post founded?", ()),
    "no publisher here": ("What does Le Monde say about Kiev?", ()),
    "a thing": ("Who lit the beacon?", ()),
    "long": ("According to the Beacon, did the harbour master order divers down to the old stone piers before noon, while "
             "the ferry company sold tickets for the last crossing of that summer day, and blame the town council?", ()),
}  # fmt: skip
DATES: dict[str, tuple[str, tuple[str | None, str | None]]] = {
    "reported in": ("What was reported in July 2025?", ("2025-07-01", "2025-07-31")),
    "a month of one year": ("What did the Beacon report in July?", ("2025-07-01", "2025-07-31")),
    "what somebody said in": ("What did she say in September?", ("2025-09-01", "2025-09-30")),
    "articles from": ("articles from July 2025 on the ferry", ("2025-07-01", "2025-07-31")),
    "published on": ("What was published on 9 July 2025?", ("2025-07-09", "2025-07-09")),
    "written before": ("What was written about the bridge before 1 July 2025?", (None, "2025-06-30")),
    "since": ("What has happened since August 2025?", ("2025-08-01", None)),
    "published after": ("stories published after June 2025", ("2025-07-01", None)),
    "reported until": ("reports until July 2025", (None, "2025-07-31")),
    "between": ("What did the Beacon report between July 1 and July 15, 2025?", ("2025-07-01", "2025-07-15")),
    "an event": ("Who won in 2018?", (None, None)),
    "the day of an event": ("How did the strike of 23 July 2025 begin?", (None, None)),
    "a report on the day of an event": ("What did the Beacon report about the crash on 9 July 2025?", (None, None)),
    "before something": ("Who was mayor before 2025?", (None, None)),
    "since long ago": ("What is the highest figure since 1962?", (None, None)),
    "two dates": ("What was reported in June 2025 and in July 2025?", (None, None)),
    "last week": ("What was reported last week?", (None, None)),
    "no such day": ("What was published on 31 June 2025?", (None, None)),
    "backwards": ("What was reported between August 2025 and June 2025?", (None, None)),
}  # fmt: skip


@pytest.mark.parametrize(("question", "expected"), PUBLISHERS.values(), ids=PUBLISHERS)
def test_publishers_that_are_asked_for(question: str, expected: tuple[str, ...]) -> None:
    found = read(question)
    assert found.publishers == expected
    assert found.inferred == bool(expected)


@pytest.mark.parametrize(("question", "expected"), DATES.values(), ids=DATES)
def test_dates_of_publication(question: str, expected: tuple[str | None, str | None]) -> None:
    found = read(question)
    assert (found.since, found.until) == expected
    assert found.inferred == (any(expected) or bool(found.publishers))


def test_a_month_of_several_years_is_none() -> None:
    assert read("What did she say in July?", span=(date(2023, 1, 1), date(2025, 9, 26))) == Filters()
    assert read("What was reported in July 2025?", span=None) == Filters()


def test_what_is_given_goes_before_what_is_inferred() -> None:
    question = "What did the Beacon report in July 2025?"
    assert read(question, Filters(publishers=("La Vigie",))) == Filters("2025-07-01", "2025-07-31", ("La Vigie",), True)
    assert read(question, Filters(since="2024-01-01")) == Filters("2024-01-01", None, ("The Beacon",), True)
    both = Filters(until="2024-01-01", publishers=("La Vigie",))
    assert read(question, both) == both


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did the Beacon report in July?", True),
        ("articles by La Vigie", True),
        ("Which news was there in June 2025?", True),
        ("What did the Beacon report about the ferry?", False),
        ("What was reported?", False),
        ("", False),
    ],
)
def test_whatever_was_reported(question: str, expected: bool) -> None:
    assert asks_for_all(question, Publishers(NAMES).mentions(question)) is expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did she say in September?", "What did she say?"),
        ("What was reported since July 2025 about trams?", "What was reported about trams?"),
        ("since July 2025?", "since July 2025?"),
        ("What did La Vigie say?", "What did La Vigie say?"),
    ],
)
def test_a_date_that_is_a_filter_is_not_searched_for(question: str, expected: str) -> None:
    assert searched(question, Filters(), read(question)) == expected


words = st.sampled_from(
    [
        *NAMES,
        "the Beacon",
        "in",
        "since",
        "between",
        "and",
        "July",
        "2025",
        "31",
        "reported",
        "articles",
        "say",
        "?",
        "of",
    ]
)


@given(st.text() | st.lists(words).map(" ".join))
def test_any_question_can_be_read(question: str) -> None:
    found = read(question)
    assert set(found.publishers) <= set(NAMES)
    assert not (found.since and found.until) or found.since <= found.until
    assert found.inferred == (found != Filters())
    left = searched(question, Filters(), found)
    assert bool(left.strip()) == bool(question.strip())
    assert isinstance(asks_for_all(question, Publishers(NAMES).mentions(question)), bool)
