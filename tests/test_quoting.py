"""Quotations: one to four, none alike, each with the sentence that it leans on, and its own voice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answer import Voice
from assistant.quoting import Quoted, quote
from assistant.ranking import Sentence
from assistant.retriever import RankedHit
from assistant.voices import voices
from index import Article, Hit
from index.passages import sentences


def hit_of(text: str, id: str = "a1") -> Hit:
    article = Article(id, text, "A title", None, (), None, None, (f"{id}.txt",), "f" * 64)
    return Hit(article, 0, len(text), 1.0, ("meaning",), 0.5)


def ranked(hit: Hit, scores: dict[int, float]) -> RankedHit:
    """A hit whose sentences of these numbers have these scores."""
    spans = sentences(hit.article.text)
    found = [Sentence(number, *spans[number], score, 9, {}) for number, score in scores.items()]
    return RankedHit(hit, tuple(sorted(found, key=lambda one: -one.score)), 0.5)


def quoted(text: str, *numbers: int) -> list[str]:
    """The quotations of a text whose sentences of these numbers answer equally well, the first a little better."""
    return [one.text for one in quote([ranked(hit_of(text), {n: 1.0 - i / 1000 for i, n in enumerate(numbers)})])]


PLAIN = (
    "The bridge closed on Friday. Divers found seven cracks. Ferries carry cyclists over. Shops lost their customers. "
    "Buses go round by Brackholm. Engineers want steel."
)


def test_nothing_found_quotes_nothing() -> None:
    assert quote([]) == []


def test_one_that_answers_is_quoted_alone() -> None:
    assert [one.text for one in quote([ranked(hit_of(PLAIN), {1: 5.0, 3: 0.1})])] == ["Divers found seven cracks."]


def test_no_more_than_four() -> None:
    assert 1 <= len(quoted(PLAIN, 0, 1, 2, 3, 4, 5)) <= 4


def test_neighbours_are_one_quotation_in_the_article_s_order() -> None:
    assert quoted(PLAIN, 2, 1) == ["Divers found seven cracks. Ferries carry cyclists over."]


def test_one_sentence_between_two_is_quoted_with_them() -> None:
    assert quoted(PLAIN, 3, 1) == [
        "Divers found seven cracks. Ferries carry cyclists over. Shops lost their customers.",
    ]
    assert quoted(PLAIN, 4, 1) == ["Buses go round by Brackholm.", "Divers found seven cracks."]


@pytest.mark.parametrize(
    "text",
    [
        "The bridge closed. “It was late,” Dovaly said. Ferries sail.",
        "The bridge closed.\n\n# Boats\n\nFerries sail.",
    ],
    ids=["what somebody else says", "a heading"],
)
def test_what_stands_between_is_left_out_where_it_is_another_s(text: str) -> None:
    assert quoted(text, 0, 2) == ["The bridge closed.", "Ferries sail."]


def test_neighbours_of_two_voices_stay_apart_in_the_article_s_order() -> None:
    text = "Brask said the bridge would open. “It stays closed,” Dovaly said. Buses go round."
    assert quoted(text, 1, 0) == ["Brask said the bridge would open.", "“It stays closed,” Dovaly said."]


def test_neighbours_that_one_voice_says_are_one_quotation() -> None:
    text = "Dovaly said the bridge would open. Dovaly said the ferries would stay. Buses go round."
    (one,) = quote([ranked(hit_of(text), {0: 1.0, 1: 0.9})])
    assert one.text == "Dovaly said the bridge would open. Dovaly said the ferries would stay."
    assert one.voice is not None
    assert one.voice.speaker == "Dovaly"


LIST = "Dockers left. The union demands:\n\n- a rise of 9 percent,\n- a signalman.\n\nThe company offers less."


@pytest.mark.parametrize("numbers", [(1,), (1, 2), (3, 1), (2, 3, 1)])
def test_what_a_colon_introduces_is_quoted_with_it(numbers: tuple[int, ...]) -> None:
    assert quoted(LIST, *numbers) == ["The union demands:\n\n- a rise of 9 percent,\n- a signalman."]


def test_a_colon_introduces_the_next_sentence() -> None:
    assert quoted("One thing is left: \n\nThe ferry. It is full.", 0) == ["One thing is left: \n\nThe ferry."]


def test_a_sentence_that_only_repeats_the_question_is_not_quoted() -> None:
    hit = hit_of(PLAIN)
    spans = sentences(PLAIN)
    repeats, tells = Sentence(0, *spans[0], 2.0, 0, {}), Sentence(2, *spans[2], 1.0, 5, {})
    assert [one.text for one in quote([RankedHit(hit, (repeats, tells), 0.5)])] == ["Ferries carry cyclists over."]
    assert [one.text for one in quote([RankedHit(hit, (repeats,), 0.5)])] == ["The bridge closed on Friday."]


def test_the_best_comes_first() -> None:
    assert quoted(PLAIN, 3, 0)[0] == "Shops lost their customers."


LEANING = {
    "he": "Dovaly saw the cracks. He closed the bridge.",
    "she": "Brask went to the council. She named a date.",
    "they": "Divers went down. They found seven cracks.",
    "it": "The bridge is old. It was opened in 1931.",
    "this": "The ferry left late. This annoyed everyone.",
    "these": "Divers found cracks. These are four centimetres wide.",
    "his": "Feddery leads the opposition. His group will not ask for more.",
    "but": "The ferry was full. But nobody was hurt.",
    "over an empty line": "The bridge is old.\n\nIt was opened in 1931.",
}


@pytest.mark.parametrize("text", LEANING.values(), ids=LEANING)
def test_a_sentence_that_leans_takes_the_one_before_along(text: str) -> None:
    assert quoted(text, 1) == [text]


STANDING = {
    "name": ("The bridge is old. Dovaly closed it.", "Dovaly closed it."),
    "a word that begins alike": ("The bridge is old. Items were lost.", "Items were lost."),
    "hers": ("The bridge is old. Herring is cheap.", "Herring is cheap."),
    "the first of all": ("It was opened in 1931. The bridge is old.", "It was opened in 1931."),
    "another voice before": ("The ferry hit the pier. “It was loud,” Krayle said.", "“It was loud,” Krayle said."),
    "another voice behind": ("Brask said the bridge would open. It was opened in 1931.", "It was opened in 1931."),
    "behind a heading": ("# The bridge\n\nIt was opened in 1931.", "It was opened in 1931."),
}


@pytest.mark.parametrize(("text", "alone"), STANDING.values(), ids=STANDING)
def test_a_sentence_that_stands_is_quoted_alone(text: str, alone: str) -> None:
    number = [text[start:end] for start, end in sentences(text)].index(alone)
    assert quoted(text, number) == [alone]


CORRECTED = {
    "wrong, and then right": "We wrote that 14 people were hurt. That number was wrong. Seventeen were hurt.",
    "of another's word": "The port has 14 cranes. This is not true. It has nine.",
    "right at once": "We also wrote that the ferry was built in 1998. It was built in 1989.",
}


@pytest.mark.parametrize("text", CORRECTED.values(), ids=CORRECTED)
def test_what_is_taken_back_is_quoted_with_what_is_right(text: str) -> None:
    assert quoted(f"{text} Buses go round.", 0) == [text]


def test_a_heading_corrects_nothing() -> None:
    wrong = "The port has 14 cranes. This is not true."
    assert quoted(f"{wrong}\n\n# Ferries\n\nBuses go round.", 0) == [wrong]


def test_what_another_calls_wrong_stays_apart() -> None:
    assert quoted("The port has 14 cranes. “That is wrong,” Dovaly said.", 0) == ["The port has 14 cranes."]


def test_what_stands_there_already_is_not_quoted_again() -> None:
    text = "The bridge is old. It was opened in 1931. It has seven piers."
    found = quote([ranked(hit_of(text), {0: 1.0, 1: 0.99, 2: 0.98})])
    places = [place for one in found for place in range(one.start, one.end)]
    assert len(places) == len(set(places))


def test_two_that_say_the_same_are_quoted_once() -> None:
    first = hit_of("Seventeen people were injured on the ferry.", "a1")
    second = hit_of("Seventeen people were injured on the ferry, police said.", "b2")
    found = quote([ranked(first, {0: 1.0}), ranked(second, {0: 0.99})])
    assert [one.hit.article_id for one in found] == ["a1"]


def test_a_voice_is_that_of_the_quoted_sentence_alone() -> None:
    text = "“The bridge is closed,” Dovaly said. It was opened in 1931. Feddery said the city lied. Buses go round."
    by_number: dict[int, Voice | None] = {}
    for number in range(4):
        (one,) = quote([ranked(hit_of(text), {number: 1.0})])
        by_number[number] = one.voice
    assert [voice and voice.speaker for voice in by_number.values()] == ["Dovaly", None, "Feddery", None]
    assert list(by_number.values()) == voices(text, sentences(text))


SENTENCES = [*PLAIN.replace(". ", ".|").split("|"), *(one for text in LEANING.values() for one in text.split(". "))]
texts = st.lists(st.sampled_from([one.strip().rstrip(".") + "." for one in SENTENCES]), min_size=1, max_size=8)


@st.composite
def rankings(draw: st.DrawFn) -> list[RankedHit]:
    """Up to three hits of made-up articles, with any scores."""
    found = []
    for number, words in enumerate(draw(st.lists(texts, min_size=1, max_size=3))):
        hit = hit_of(" ".join(words), f"a{number}")
        scores = {at: draw(st.floats(-6.0, 6.0)) for at in range(len(sentences(hit.article.text)))}
        found.append(ranked(hit, scores))
    return sorted(found, key=lambda one: -one.best.score)


@given(rankings())
def test_what_holds_of_all_quotations(found: list[RankedHit]) -> None:
    made = quote(found)
    assert 1 <= len(made) <= 4
    assert best_sentence_is_among(made, found)
    places = []
    for one in made:
        text = one.hit.article.text
        spans = sentences(text)
        inside = [number for number, (start, end) in enumerate(spans) if one.start <= start and end <= one.end]
        assert (spans[inside[0]][0], spans[inside[-1]][1]) == (one.start, one.end)
        said = {voice and voice.speaker for number, voice in enumerate(voices(text, spans)) if number in inside}
        assert said == {one.voice and one.voice.speaker}
        places += [(one.hit.article_id, number) for number in inside]
    assert len(set(places)) == len(places)


@given(rankings())
def test_hits_that_come_twice_are_quoted_once(found: list[RankedHit]) -> None:
    assert quote([*found, *found]) == quote(found)


def best_sentence_is_among(made: list[Quoted], found: list[RankedHit]) -> bool:
    best = max((sentence.score, one.hit.article_id, sentence.end) for one in found for sentence in one.sentences)
    same = {
        (one.hit.article_id, sentence.end) for one in found for sentence in one.sentences if sentence.score == best[0]
    }
    return any(one.hit.article_id == id and one.start < end <= one.end for one in made for id, end in same)
