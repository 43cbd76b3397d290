"""Follow-ups that stand alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question import Turn, leans, names, standalone

BRIDGE = ("Why was the Pilgrim Bridge closed?", "Divers found cracks.")
FERRY = ("How many people were hurt on the Lady Ansgard?", "Seventeen.")
MUSSELS = ("why were mussel beds closed?", "Algal toxin.")

FOLLOW_UPS: dict[str, tuple[list[Turn], str, str]] = {
    "and who": ([FERRY], "And who is its captain?", "Lady Ansgard"),
    "pronoun": ([FERRY], "When was it built?", "Lady Ansgard"),
    "pronoun of a person": ([("What did Mayor Ottoline Brask admit?", "")], "How old is she?", "Ottoline Brask"),
    "why alone": ([BRIDGE], "Why?", "Pilgrim Bridge"),
    "what about": ([BRIDGE], "What about the cost?", "Pilgrim Bridge"),
    "who said so": ([BRIDGE], "Who said that?", "Pilgrim Bridge"),
    "one word": ([BRIDGE], "Cost?", "Pilgrim Bridge"),
    "no name to carry": ([MUSSELS], "How long will that last?", "mussel"),
    "the last of two": ([BRIDGE, FERRY], "Who owns it?", "Lady Ansgard"),
    "over a follow-up": ([FERRY, ("When was it built?", "1989")], "And by whom?", "Lady Ansgard"),
    "no question mark": ([FERRY], "and where was it built", "Lady Ansgard"),
}
ALONE: dict[str, tuple[list[Turn], str]] = {
    "first": ([], "When was it built?"),
    "another subject": ([BRIDGE], "How many ships has Greta Ommerly piloted?"),
    "what it would carry is there": ([BRIDGE], "And what did the Pilgrim Bridge cost?"),
    "nothing to carry": ([("?", "")], "And then?"),
}


@pytest.mark.parametrize(("history", "question", "carried"), FOLLOW_UPS.values(), ids=FOLLOW_UPS)
def test_follow_up_carries_what_it_leaves_unsaid(history: list[Turn], question: str, carried: str) -> None:
    asked = standalone(question, history)
    assert asked.startswith(question.rstrip("?"))
    assert asked.endswith("?")
    assert carried in asked


@pytest.mark.parametrize(("history", "question"), ALONE.values(), ids=ALONE)
def test_stands_alone_as_it_is(history: list[Turn], question: str) -> None:
    assert standalone(question, history) == question


def test_a_subject_given_up_is_not_carried() -> None:
    assert "Pilgrim" not in standalone("Who owns it?", [BRIDGE, FERRY])


def test_white_space_is_folded() -> None:
    assert standalone("  Why was\n\tthe  bridge closed?  ", []) == "Why was the bridge closed?"


def test_a_question_is_spelt_as_the_articles_are() -> None:
    assert standalone("Que\u0301 dice el al\u00adcalde\u200b?", []) == "Qué dice el alcalde?"
    assert standalone("Who wrote \ud800?", []) == "Who wrote \ufffd?"


@pytest.mark.parametrize("empty", ["", "   ", "\n\t\u00a0", "\u200b\ufeff"])
def test_an_empty_question_stays_empty(empty: str) -> None:
    assert standalone(empty, []) == ""
    assert standalone(empty, [BRIDGE]) == ""


def test_a_conversation_may_be_long() -> None:
    history = [FERRY, *[("And then?", "Nothing.")] * 5000]
    assert "Lady Ansgard" in standalone("Who owns it?", history)


def test_names() -> None:
    assert names("What did Mayor Ottoline Brask say to Ushel Ferries?") == ["Mayor Ottoline Brask", "Ushel Ferries"]
    assert names("Did the Bank of England and Crédit Agricole of Île de Ré pay?") == [
        "Bank of England",
        "Crédit Agricole of Île de Ré",
    ]
    assert names("Brask and Brask?") == ["Brask"]
    assert names("who pays for it?") == []


questions = st.text(max_size=200) | st.lists(
    st.sampled_from(
        [
            "And",
            "who",
            "is",
            "its",
            "captain",
            "Lady",
            "Ansgard",
            "why",
            "it",
            "?",
            "the",
            "of",
            "Brask",
            "é",
            "船",
            "what",
            "bridge",
            "1931",
            "…",
        ]
    )
).map(" ".join)
turns = st.lists(st.tuples(questions, st.text(max_size=20)), max_size=4)


@given(questions)
def test_a_first_question_is_done_at_once(question: str) -> None:
    once = standalone(question, [])
    assert standalone(once, []) == once


@given(questions, turns)
def test_no_word_of_a_question_is_lost(question: str, history: list[Turn]) -> None:
    asked = standalone(question, history)
    said, kept = (re.findall(r"\w+", text) for text in (standalone(question, []), asked))
    assert kept[: len(said)] == said
    assert asked == " ".join(asked.split())
    assert isinstance(leans(question), bool)
