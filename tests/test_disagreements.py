"""Where sources differ: what is asked for is found in each, and a false alarm is never raised."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import Assistant
from assistant.asked_for import asked_for
from assistant.checking.quantities import Amount, Day
from assistant.checking.sentence import Sentence as Read
from assistant.claims import Claim, Said, clash, days_clash, names_clash
from assistant.disagreements import Difference, differing
from assistant.ranking import Sentence, sentences_of
from assistant.retriever import RankedHit
from index import Article, Hit, Library

BEACON, POST = "The Beacon", "Harbour Post"


def article(text: str, paper: str | None = BEACON, day: int = 9, title: str = "A report", id: str = "") -> Article:
    published = date(2025, 7, day)
    return Article(id or f"{paper}-{day}-{len(text)}", text, title, paper, (), published, None, ("a.txt",), "f" * 64)


def ranked(one: Article, also: tuple[Article, ...] = (), score: float = 0.0) -> RankedHit:
    """An article found whole, its sentences equally promising."""
    found = [Sentence(n, a, b, score, 3, {}) for n, (a, b) in enumerate(sentences_of(one.text))]
    return RankedHit(Hit(one, 0, len(one.text), 1.0, ("meaning",), 0.5, also=also), tuple(found), 0.5)


def shown(question: str, *articles: Article) -> list[Difference]:
    return differing(question, [ranked(one) for one in articles])


def values(question: str, first: str, second: str, **facts: int) -> tuple[str, ...]:
    """What two papers answer differently, the first paper's answer first; nothing where they do not differ."""
    found = shown(question, article(first), article(second, POST, facts.get("day", 10)))
    return found[0].values if found else ()


HURT = "How many people were hurt on the Lady Ansgard?"


# What is asked for


@pytest.mark.parametrize(
    ("question", "sort"),
    [
        ("How many people were injured when the ferry hit the pier?", "number"),
        ("What will the repair cost?", "number"),
        ("How long is the ship?", "number"),
        ("What percentage of voters stayed at home?", "number"),
        ("When did the bridge open?", "date"),
        ("In what year was the Lady Ansgard built?", "date"),
        ("What is the release date of Heron Lake?", "date"),
        ("What time did the ferry leave?", "clock"),
        ("Which city will host the games?", "place"),
        ("Super Bowl 2021 location", "place"),
        ("Who designed the bridge?", "name"),
        ("What is the name of the captain of the Lady Ansgard?", "name"),
        ("Which company owns the pier?", "name"),
        ("Who was mayor when the bridge opened?", "name"),
    ],
)
def test_a_question_asks_for_one_thing(question: str, sort: str) -> None:
    asked = asked_for(question)
    assert asked is not None
    assert asked.sort == sort


@pytest.mark.parametrize(
    "question",
    [
        "Why was the bridge closed?",
        "How did the ferry hit the pier?",
        "What did the mayor say about the bridge?",
        "Who are the owners of the pier?",
        "Which companies bid for the bridge?",
        "Who is one of the owners?",
        "Is the bridge open?",
        "Tell me about the bridge.",
        "?",
    ],
)
def test_what_has_several_answers_or_none_of_a_kind_is_not_compared(question: str) -> None:
    assert asked_for(question) is None
    assert shown(question, article("The bridge cost 4 crowns."), article("The bridge cost 5 crowns.", POST)) == []


def test_it_is_told_in_the_questions_words() -> None:
    asked = asked_for("Who designed the Pilgrim Bridge?")
    assert asked is not None
    assert asked.about == "who designed the Pilgrim Bridge"
    long = asked_for("How many people were injured " + "in the long and foggy night " * 8 + "?")
    assert long is not None
    assert len(long.about) <= 122
    assert long.about.endswith(" …")


# Differences that are shown


@pytest.mark.parametrize(
    ("question", "first", "second", "told"),
    [
        (
            HURT,
            "The Lady Ansgard hit the pier. Fourteen people were injured.",
            "Nineteen people were hurt when the Lady Ansgard hit Pier No. 5.",
            ("Fourteen", "Nineteen"),
        ),
        (
            "How much did the Pilgrim Bridge cost?",
            "The Pilgrim Bridge cost about 4.2 million crowns.",
            "Building the Pilgrim Bridge cost 5.8 million crowns.",
            ("about 4.2 million crowns", "5.8 million crowns"),
        ),
        (
            "When was the Lady Ansgard built?",
            "The Lady Ansgard, built in 1998, has carried cyclists since June.",
            "The Lady Ansgard was built in 1989.",
            ("1998", "1989"),
        ),
        (
            "When will the Pilgrim Bridge reopen?",
            "The Pilgrim Bridge will reopen by the end of September.",
            "The Pilgrim Bridge will reopen on November 17.",
            ("September", "November 17"),
        ),
        (
            "Who designed the Pilgrim Bridge?",
            "The Pilgrim Bridge was designed by Ida Marrow.",
            "Tove Lindqvist designed the Pilgrim Bridge.",
            ("Ida Marrow", "Tove Lindqvist"),
        ),
        (
            "Who designed the Pilgrim Bridge?",
            "Ida Marrow, who designed the Pilgrim Bridge, came by boat.",
            "Tove Lindqvist designed the Pilgrim Bridge.",
            ("Ida Marrow", "Tove Lindqvist"),
        ),
        (
            "Who is the captain of the Lady Ansgard?",
            "Captain Jens Moller of the Lady Ansgard gave three blasts.",
            "The captain of the Lady Ansgard, Arne Vik, gave three blasts.",
            ("Jens Moller", "Arne Vik"),
        ),
        (
            "Where will the regatta be held?",
            "The summer regatta will be held in Brackholm in the last week of July.",
            "The summer regatta will be held in Kelverhaven in the last week of July.",
            ("Brackholm", "Kelverhaven"),
        ),
        (
            "Where will the regatta be held?",
            "The summer regatta will be held in Brackholm, Ostermark, in the last week of July.",
            "The summer regatta will be held in Kelverhaven, Sarrow Bay, in the last week of July.",
            ("Brackholm, Ostermark", "Kelverhaven, Sarrow Bay"),
        ),
    ],
)
def test_two_papers_differ(question: str, first: str, second: str, told: tuple[str, ...]) -> None:
    assert values(question, first, second) == told


def test_each_side_is_its_whole_sentence_in_its_own_article() -> None:
    (found,) = shown(
        HURT,
        article("The Lady Ansgard hit the pier. Fourteen people were injured. It rained.", day=9),
        article("On the Lady Ansgard nineteen people were hurt, Ida Marrow said.", POST, day=10),
        article("The Lady Ansgard came in late. Seventeen people were injured.", BEACON, day=12),
    )
    assert found.about == "how many people were hurt on the Lady Ansgard"
    assert found.values == ("Fourteen", "nineteen", "Seventeen")
    assert found.quoted[0].text == "Fourteen people were injured."
    assert [one.hit.article.published for one in found.quoted] == [date(2025, 7, day) for day in (9, 10, 12)]
    assert len({one.hit.article.id for one in found.quoted}) == 3
    voice = found.quoted[1].voice
    assert voice is not None
    assert voice.speaker == "Ida Marrow"


# What is no difference


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        (HURT, "On the Lady Ansgard fourteen people were hurt.", "On the Lady Ansgard 14 people were hurt."),
        (
            "How many people live in Kelverhaven?",
            "About 1,200 people live in Kelverhaven.",
            "In Kelverhaven live 1,187 people.",
        ),
        (
            "How many people live in Kelverhaven?",
            "More than 1,000 people live in Kelverhaven.",
            "Some 1,187 people live in Kelverhaven.",
        ),
        ("How long is the ship?", "The ship is 31 metres long.", "The ship is 3100 centimetres long."),
        ("How long is the ship?", "The ship is 31 metres long.", "The ship is 102 feet long."),
        ("How long is the ship?", "The ship is 31 metres long.", "The ship is 9 metres wide."),
        ("When did the bridge open?", "The bridge opened in June 2025.", "The bridge opened on 14 June 2025."),
        ("When did the bridge open?", "The bridge opened on June 14.", "The bridge opened in 2025."),
        (
            "In what year did the bridge open?",
            "The bridge opened on 3 June 2024.",
            "The bridge opened on 14 July 2024.",
        ),
        (
            "Who designed the Pilgrim Bridge?",
            "John Smith designed the Pilgrim Bridge.",
            "Smith designed the Pilgrim Bridge.",
        ),
        (
            "Who designed the Pilgrim Bridge?",
            "Ida Marrow designed the Pilgrim Bridge.",
            "Ida Marow designed the Pilgrim Bridge.",
        ),
        (
            "Who leads the inquiry into the Lady Ansgard?",
            "The Maritime Safety Board leads the inquiry into the Lady Ansgard.",
            "The MSB leads the inquiry into the Lady Ansgard.",
        ),
        (
            "Who won the men's race at Kelverhaven?",
            "Ida Marrow won the women's race at Kelverhaven on a wet and windy day.",
            "Arne Vik won the men's race at Kelverhaven on a wet and windy day.",
        ),
        (
            "When did the first season of Heron Lake begin?",
            "The first season of Heron Lake began on May 3, 2021.",
            "The second season of Heron Lake began on May 9, 2022.",
        ),
        (
            "How many people visited Kelverhaven?",
            "In 2019 some 40,000 people visited Kelverhaven.",
            "In 2023 some 65,000 people visited Kelverhaven.",
        ),
        (
            HURT,
            "On the Lady Ansgard fourteen people were hurt.",
            "On the Lady Ansgard 221 people were on their way home.",
        ),
        (HURT, "On the Lady Ansgard fourteen people were hurt.", "On the Bremerland 19 people were hurt."),
        (
            HURT,
            "On the Lady Ansgard fourteen people were hurt.",
            "On the Lady Ansgard 17 people were hurt; the hospital spoke of 14 at first.",
        ),
        (
            "Who directed Heron Lake?",
            "Heron Lake was directed by Ida Marrow.",
            "Ida Marrow directed Heron Lake with Arne Vik.",
        ),
        ("Who acted in Heron Lake?", "Ida Marrow acted in Heron Lake.", "Heron Lake has 14 scenes."),
    ],
)
def test_two_papers_agree(question: str, first: str, second: str) -> None:
    assert values(question, first, second) == ()
    assert values(question, second, first) == ()


def test_on_friday_is_another_day_a_month_later() -> None:
    first, second = (f"On Friday {count} people were hurt on the Lady Ansgard." for count in ("fourteen", "nineteen"))
    assert values(HURT, first, second, day=10) == ("fourteen", "nineteen")
    assert values(HURT, first, second, day=25) == ()


def test_what_another_paper_said_is_not_said_here() -> None:
    first = "The Lady Ansgard hit the pier. Fourteen people were injured."
    for second in (
        "The Lady Ansgard hit the pier. According to The Beacon, 19 people were injured.",
        "The Lady Ansgard hit the pier. The Beacon wrote that 19 people were injured.",
        "The Lady Ansgard hit the pier. We wrote that 19 people were injured.",
    ):
        assert values(HURT, first, second) == ()


def test_what_is_told_to_another_paper_is_said_here() -> None:
    second = "The Lady Ansgard hit the pier. Ida Marrow told The Beacon that 19 people were injured."
    assert values(HURT, "The Lady Ansgard hit the pier. Fourteen people were injured.", second) == ("Fourteen", "19")


def test_one_article_does_not_differ_from_itself_nor_from_its_copies() -> None:
    text = "On the Lady Ansgard fourteen people were hurt. On the Lady Ansgard nineteen people were hurt."
    one, other = article(text), article("On the Lady Ansgard twelve people were hurt.", POST)
    assert differing(HURT, [ranked(one), ranked(one)]) == []
    assert differing(HURT, [ranked(one, also=(other,)), ranked(other)]) == []


def test_fewer_than_two_hits_do_not_differ() -> None:
    assert differing(HURT, []) == []
    assert shown(HURT, article("On the Lady Ansgard fourteen people were hurt.")) == []


# What excludes what


def amount(value: Fraction, text: str = "x") -> Claim:
    one = article(text)
    return Claim(Said(ranked(one).hit, 0, 0.0, Read(text)), 0, 1, Amount(value))


days = st.builds(
    Day,
    st.none() | st.integers(1900, 2030),
    st.none() | st.integers(1, 12),
    st.none() | st.integers(1, 28),
)
names = st.lists(st.text("abcdefghij", min_size=2, max_size=8), min_size=1, max_size=3)


@given(days, days)
def test_days_exclude_each_other_both_ways(one: Day, other: Day) -> None:
    assert days_clash(one, other) == days_clash(other, one)
    assert not days_clash(one, one)


@given(days, st.sampled_from(["year", "month", "day"]))
def test_a_day_told_in_part_excludes_nothing(one: Day, left_out: str) -> None:
    assert not days_clash(one, one._replace(**{left_out: None}))


@given(names, names)
def test_names_exclude_each_other_both_ways(one: list[str], other: list[str]) -> None:
    assert names_clash(one, other) == names_clash(other, one)
    assert not names_clash(one, [*other, one[-1]])


@given(st.fractions(1, 10**7), st.fractions(1, 10**7))
def test_amounts_exclude_each_other_both_ways(one: Fraction, other: Fraction) -> None:
    assert clash(amount(one), amount(other)) == clash(amount(other), amount(one))
    assert not clash(amount(one), amount(one))


@given(st.text(max_size=60), st.text(max_size=80), st.text(max_size=80))
def test_any_question_over_any_texts(question: str, first: str, second: str) -> None:
    articles = [article(text, paper) for text, paper in ((first, BEACON), (second, POST)) if sentences_of(text)]
    for found in shown(f"When {question}", *articles) + shown(f"How many {question}", *articles):
        assert len(found.quoted) == len(found.values) >= 2


# The sample articles


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("How many people were injured on the ferry Lady Ansgard?", {"Fourteen", "Nineteen", "Seventeen"}),
        (
            "How much will the repair of the Pilgrim Bridge cost?",
            {"about 4.2 million crowns", "5.8 million crowns", "6.1 million crowns"},
        ),
        ("When will the Pilgrim Bridge reopen?", {"September", "November 17"}),
        ("When was the Lady Ansgard built?", {"1998", "1989"}),
    ],
)
def test_the_sample_articles_differ(library: Library, question: str, told: set[str]) -> None:
    answer = Assistant(library).ask(question)
    (one,) = answer.disagreements
    assert set(one.values) == told
    assert [source.number for source in answer.sources] == list(range(1, len(answer.sources) + 1))
    for quotation, value in zip(one.quotations, one.values, strict=True):
        text = library.article(answer.source(quotation.source).article_id).text
        assert text[quotation.start : quotation.end] == quotation.text
        assert value in quotation.text
    assert len({quotation.source for quotation in one.quotations}) == len(one.quotations)


@pytest.mark.parametrize(
    "question",
    [
        "Why was the Pilgrim Bridge closed?",
        "How wide are the cracks in the bridge?",
        "How long is the medieval ship that was found in the fairway?",
        "When was the oak for the medieval ship cut?",
        "How many dockers are on strike, by the union's count?",
        "How many ships has Greta Ommerly piloted?",
        "How old is Mayor Ottoline Brask?",
        "Who designed the Pilgrim Bridge?",
    ],
)
def test_the_sample_articles_agree(library: Library, question: str) -> None:
    assert Assistant(library).ask(question).disagreements == ()
