"""What a question wants, and which sentences offer it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.wanted import Wanted, denies, wanted
from index.words import stems


def of(question: str) -> Wanted:
    return wanted(question, lambda _: 1.0)


KINDS = {
    "Why was the bridge closed?": "reason",
    "What was the reason for the strike?": "reason",
    "How many divers went down?": "number",
    "What percentage of the buses is late?": "number",
    "When did the ferry hit the pier?": "time",
    "In what year was the bridge opened?": "time",
    "Who closed the bridge?": "person",
    "Which company runs the ferries?": "person",
    "Where do the buses turn?": "place",
    "In which country does the river rise?": "place",
    "How did the divers find the cracks?": "manner",
    "What did the union demand?": "thing",
    "Is the bridge safe?": "thing",
}


@pytest.mark.parametrize(("question", "kind"), KINDS.items(), ids=KINDS)
def test_the_kind_of_thing_that_is_asked_for(question: str, kind: str) -> None:
    assert of(question).kind == kind


# question, a sentence that has what it asks for, and one that only repeats it
OFFERS = {
    "time": ("When did the ferry hit the pier?", "It was on 9 July.", "The ferry hit the pier."),
    "time other than the question's": ("When after 1931 was the bridge closed?", "In 2025.", "After 1931."),
    "number": ("How many divers went down?", "Seven divers went down.", "The divers went down."),
    "number of what is counted": ("How many divers went down?", "Seven divers came.", "Seven cracks were found."),
    "unit": ("How long is the bridge?", "It is 800 metres from pier to pier.", "It has 14 piers."),
    "per cent": ("What percent of the fleet is old?", "A third, or 34 %, is old.", "Twelve ships are old."),
    "person": ("Who closed the bridge?", "The order came from Ana Dovaly.", "The bridge was closed."),
    "person other than the question's": ("Who is Dovaly's deputy?", "Her deputy is Jon Krayle.", "Dovaly has a deputy."),
    "place": ("Where do the buses turn?", "They turn in Brackholm.", "The buses turn."),
    "reason": ("Why was the bridge closed?", "Divers came because of cracks.", "The bridge was closed."),
}  # fmt: skip


@pytest.mark.parametrize(("question", "answers", "repeats"), OFFERS.values(), ids=OFFERS)
def test_a_sentence_that_answers_offers_more_than_one_that_repeats(question: str, answers: str, repeats: str) -> None:
    assert of(question).offered(answers) > of(question).offered(repeats)


@pytest.mark.parametrize(
    "text", ["It did not sink.", "Nobody came.", "She couldn't say.", "He couldn’t.", "No ferry ran."]
)
def test_a_negation_is_seen(text: str) -> None:
    assert denies(text)


@pytest.mark.parametrize("text", ["Nottingham won.", "A knot was tied.", "The notes were read.", "He can swim."])
def test_what_only_looks_like_a_negation(text: str) -> None:
    assert not denies(text)


def test_words_that_ask_tell_nothing() -> None:
    assert of("Who did say what about the ferry?").weights.keys() == set(stems("ferry"))


@given(st.text(), st.text())
def test_all_that_is_seen_lies_between_nothing_and_all(question: str, sentence: str) -> None:
    asked = of(question)
    for seen in (asked.offered(sentence), asked.named(sentence.lower()), asked.share(set(stems(sentence)))):
        assert 0.0 <= seen <= 1.0
    if stems(question):
        assert asked.share(set(stems(question))) in (0.0, 1.0)
