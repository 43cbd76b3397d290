"""The parts of a question, and the publishers and days that it names."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.asked import Day, Publishers, days, parts
from index.words import stems

NAMES = [
    "The Beacon",
    "Fortune",
    "Le Monde",
    "TechTide",
    "The Harbour Post",
    "Cnbc | World Business",
    "Capstan - Sports",
    "Capstan - Life and Style",
    "Ushel.com",
    "人民日报",
    "X",
    "!",
]

NAMED = {
    "with its article": ("Did The Beacon say so?", {"the beacon"}),
    "quoted": ("Do 'The Beacon' and “Fortune” agree?", {"the beacon", "fortune"}),
    "after a small article": ("Did the Beacon say so?", {"the beacon"}),
    "a thing, not the paper": ("Who lit the beacon?", set()),
    "one word without its article": ("Is a Beacon lit there?", set()),
    "several words without their article": ("a Harbour Post report", {"the harbour post"}),
    "possessive": ("Le Monde's report", {"le monde"}),
    "a thing, not the magazine": ("What fortune was lost?", set()),
    "a first word has a capital anyway": ("Fortune favours whom?", set()),
    "a first word with a capital inside": ("TechTide says what?", {"techtide"}),
    "in capitals": ("Did FORTUNE and CNBC agree?", {"fortune", "cnbc | world business"}),
    "the name before the branch": ("in Capstan, or", {"capstan - sports", "capstan - life and style"}),
    "with the branch": ("the Capstan - Sports piece", {"capstan - sports"}),
    "a dot inside": ("the Ushel.com article", {"ushel.com"}),
    "no capitals at all": ("what did the harbour post and le monde say", {"the harbour post", "le monde"}),
    "small among capitals": ("Which Kelver harbour post is rotten?", set()),
    "a script without capitals": ("人民日报 says?", {"人民日报"}),
    "one letter": ("Is X true?", set()),
    "nothing": ("", set()),
}


@pytest.mark.parametrize(("text", "expected"), NAMED.values(), ids=NAMED)
def test_publishers_are_found(text: str, expected: set[str]) -> None:
    assert Publishers(NAMES).named_in(text) == expected


def test_a_collection_without_publishers_has_none_to_name() -> None:
    assert Publishers([]).named_in("The Beacon") == frozenset()


@given(st.text() | st.lists(st.sampled_from([*NAMES, "the", "The", "and", "-"])).map(" ".join))
def test_any_text_can_be_asked(text: str) -> None:
    assert Publishers(NAMES).named_in(text) <= {name.casefold() for name in NAMES}
    assert all(isinstance(day, Day) for day in days(text))
    assert len(parts(text)) != 1
    said = [stem for start, end in parts(text) for stem in stems(text[start:end])]
    assert said == stems(text)[: len(said)]


BOTH = (
    "Did the harbour master order divers down to the old stone piers before noon, while the ferry company sold tickets "
    "for the last crossing of that summer day, and blame the town council?"
)
SHORT = "Did the harbour master order divers down, while the ferry company sold tickets, and blame the council?"


def test_a_long_question_has_parts() -> None:
    assert [BOTH[start:end] for start, end in parts(BOTH)] == [
        "Did the harbour master order divers down to the old stone piers before noon",
        "while the ferry company sold tickets for the last crossing of that summer day, and blame the town council?",
    ]


@pytest.mark.parametrize("text", ["", "?", SHORT, "one of the many words " * 20, "pier, " * 3])
def test_what_is_short_or_of_one_part_is_searched_whole(text: str) -> None:
    assert parts(text) == []


def test_a_text_of_any_length_has_few_parts() -> None:
    assert len(parts("the ferry rammed the old stone pier, " * 500)) == 8


DAYS = {
    "month first": ("on October 7, 2023", [Day(10, 2023, 7)]),
    "day first": ("the 7th of October 2023", [Day(10, 2023, 7)]),
    "short": ("Oct. 7, 2023 and 7 Sept", [Day(10, 2023, 7), Day(9, None, 7)]),
    "no year": ("September 28?", [Day(9, None, 28)]),
    "month": ("in September 2024", [Day(9, 2024)]),
    "number of the month": ("at 2023-12-02T22:38:05+00:00", [Day(12, 2023, 2)]),
    "once": ("7 July 2025, July 7 2025", [Day(7, 2025, 7)]),
    "a month alone": ("Who met in May?", []),
    "a year alone": ("Who met in 2023?", []),
    "no such month": ("2023-13-02", []),
    "no such day": ("May 41", []),
    "part of a number": ("1.2023-12-023", []),
    "part of a word": ("dismay 5 days", []),
}


def test_publishers_are_found_where_they_stand() -> None:
    text = "Did “The Beacon” and Le Monde agree?"
    found = [(text[one.start : one.end], set(one.publishers)) for one in Publishers(NAMES).mentions(text)]
    assert found == [("Beacon", {"the beacon"}), ("Le Monde", {"le monde"})]


def test_a_month_alone_is_that_of_the_only_year() -> None:
    first, last = date(2025, 6, 14), date(2025, 9, 26)
    assert days("What did she say in September, and in early June?", first, last) == (Day(9, 2025), Day(6, 2025))
    assert days("in May, in september 2024", first, last) == (Day(9, 2024),)
    assert days("in September", date(2024, 9, 30), last) == ()
    assert days("Who may march?", first, last) == ()


@pytest.mark.parametrize(("text", "expected"), DAYS.values(), ids=DAYS)
def test_days_are_found(text: str, expected: list[Day]) -> None:
    assert list(days(text)) == expected


@pytest.mark.parametrize(
    ("day", "published", "fits"),
    [
        (Day(10, 2023, 7), date(2023, 10, 7), True),
        (Day(10, 2023, 7), date(2023, 10, 8), True),
        (Day(10, 2023, 7), date(2023, 10, 9), False),
        (Day(10, 2023, 7), date(2022, 10, 7), False),
        (Day(12, 2023, 31), date(2024, 1, 1), True),
        (Day(10, None, 7), date(1963, 10, 7), True),
        (Day(10, None, 7), date(1963, 11, 7), False),
        (Day(10, 2023), date(2023, 10, 31), True),
        (Day(10, 2023), date(2023, 11, 1), False),
        (Day(2, None, 31), date(2023, 3, 3), False),
        (Day(2, 0, 1), date(2023, 2, 1), False),
    ],
)
def test_a_day_fits_what_was_published_then(day: Day, published: date, fits: bool) -> None:
    assert day.fits(published) is fits
