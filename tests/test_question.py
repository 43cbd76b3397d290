"""Follow-ups that stand alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question import Turn, leans, names, standalone
from index.words import stems

BRIDGE = ("Why was the Pilgrim Bridge closed?", "Divers found cracks.")
FERRY = ("How many people were hurt on the Lady Ansgard?", "Seventeen.")
KIEV = ("What does Le Monde say about Kiev?", "That it trained fighters.")
INQUIRY = ("Who chairs the inquiry?", "Ilse Marren spoke first. Marta Dovaly, a judge, chairs the inquiry.")
ENGINEER = ("Who was the engineer?", "Anton Sevrin was the engineer of the Lady Ansgard, he said.")
RAMMED = ("Which ferry rammed the pier?", "The ferry Lady Ansgard rammed the pier on Wednesday.")
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
    "who was only answered": ([INQUIRY], "What did she propose?", "Marta Dovaly"),
    "who the answer is about": ([INQUIRY], "When did she say so?", "chairs the inquiry"),
    "he, of a question who": ([ENGINEER], "What did he report?", "Anton Sevrin"),
    "what the answer names": ([RAMMED], "When was it built?", "Lady Ansgard"),
    "who says so": ([BRIDGE], "Who says so?", "closed"),
    "by whom": ([BRIDGE], "By whom?", "closed"),
    "a date goes on": ([("What happened in Mali on July 27?", "")], "Who was there?", "on July 27"),
    "a date that was answered": (
        [("What did Brask open?", "Brask opened it in June 1931.")],
        "Who ruled then?",
        "June",
    ),
    "a topic beside a name": ([("What did Brask say about the bridge?", "")], "Who told her?", "the bridge"),
    "nothing but a thing to pay for": ([("When do the trams start?", "")], "How much is a ticket?", "trams"),
    "what somebody says, of what": ([BRIDGE], "What does the opposition say?", "Pilgrim Bridge"),
    "by words over a follow-up": ([("How did the strike end?", ""), ("Why?", "")], "Who says so?", "strike"),
}
IN_PLACE: dict[str, tuple[list[Turn], str, str]] = {
    "a publisher": ([KIEV], "and the Post?", "What does the Post say about Kiev?"),
    "a publisher, then another": ([KIEV, ("and the Post?", "")], "and RFI?", "What does RFI say about Kiev?"),
    "who it is according to": (
        [("Is it shut according to the Post?", "")],
        "And La Vigie?",
        "Is it shut according to La Vigie?",
    ),
    "what it is about": ([KIEV], "And about Moscow?", "What does Le Monde say about Moscow?"),
    "somebody who speaks": ([("What does the union want?", "")], "And the mayor?", "What does the mayor want?"),
    "who somebody is": ([("Who is Marta Szollen?", "")], "And Colm Rettig?", "Who is Colm Rettig?"),
    "a month": ([("What did the Beacon report in June?", "")], "And in July?", "What did the Beacon report in July?"),
    "a month of the same year": ([("Who met in June 2025?", "")], "And in July?", "Who met in July 2025?"),
    "a month of another year": ([("Who met in June 2025?", "")], "And in July 2024?", "Who met in July 2024?"),
    "a month where none was": ([KIEV], "And in July?", "What does Le Monde say about Kiev in July?"),
    "a place to look": ([FERRY], "And in the correction?", f"{FERRY[0][:-1]} in the correction?"),
    "a doubt": ([KIEV], "Are you sure?", KIEV[0]),
    "a doubt and more": ([KIEV], "Really? And the Post?", "What does the Post say about Kiev?"),
}
ALONE: dict[str, tuple[list[Turn], str]] = {
    "first": ([], "When was it built?"),
    "another subject": ([BRIDGE], "How many ships has Greta Ommerly piloted?"),
    "what it would carry is there": ([BRIDGE], "And what did the Pilgrim Bridge cost?"),
    "nothing to carry": ([("?", "")], "And then?"),
    "a topic given up": ([FERRY], "What about the mussel ban?"),
    "a relative clause": ([FERRY], "How long is the medieval ship that was found in the fairway?"),
    "a pronoun of a name in it": ([BRIDGE], "When did Brask say that she would open her office?"),
    "a pronoun of a thing in it": ([BRIDGE], "What did the council decide before it voted?"),
    "a pronoun of nothing": ([BRIDGE], "How long does it take to raise a ship?"),
    "there of nothing": ([BRIDGE], "How many dockers are there in the port?"),
    "one of many": ([BRIDGE], "Which ferry is one of the oldest on the coast?"),
    "those who": ([BRIDGE], "How does the city help those who sell mussels?"),
    "a word to explain": ([BRIDGE], "What is photosynthesis?"),
    "a name to explain": ([BRIDGE], "Who is Brask?"),
    "another name behind and": ([BRIDGE], "And how many ships has Greta Ommerly piloted?"),
}


@pytest.mark.parametrize(("history", "question", "carried"), FOLLOW_UPS.values(), ids=FOLLOW_UPS)
def test_follow_up_carries_what_it_leaves_unsaid(history: list[Turn], question: str, carried: str) -> None:
    asked = standalone(question, history)
    assert asked.startswith(question.rstrip("?"))
    assert asked.endswith("?")
    assert carried in asked


@pytest.mark.parametrize(("history", "question", "expected"), IN_PLACE.values(), ids=IN_PLACE)
def test_what_is_asked_again_of_another(history: list[Turn], question: str, expected: str) -> None:
    assert standalone(question, history) == expected


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
def test_no_word_of_a_question_is_lost_but_the_first_that_joins_it(question: str, history: list[Turn]) -> None:
    asked = standalone(question, history)
    assert set(stems(standalone(question, []))) - set(stems(asked)) <= {"what", "how", "about", "so", "also"}
    assert asked == " ".join(asked.split())
    assert isinstance(leans(question), bool)
