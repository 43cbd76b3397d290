"""The assistant, on the sample articles: what every answer keeps to, and LangChain's ways in."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from langchain_core.runnables import RunnableGenerator, RunnableLambda, RunnableParallel
from opened import ROOT

from assistant import Answer, Assistant, library_retriever
from assistant.answer import Filters, Seconds
from index import Library, build
from index.errors import BadDate, EmptyQuestion
from index.passages import sentences

SURE = "How much will the repair of the Pilgrim Bridge cost?"
SHIP = "How long is the medieval ship that was found in the fairway?"
UNDATED = "How many ships has Greta Ommerly piloted?"
ELSEWHERE = "Who painted the ceiling of the Sistine Chapel?"
HURT = "How many people were injured when the Lady Ansgard hit the pier?"
QUESTIONS = [SURE, SHIP, UNDATED, HURT, ELSEWHERE]


@pytest.fixture(scope="module")
def assistant(library: Library) -> Assistant:
    return Assistant(library)


@pytest.fixture(scope="module")
def streams(assistant: Assistant) -> dict[str, list[Answer]]:
    """Each question with all answers so far."""
    return {question: list(assistant.stream(question)) for question in QUESTIONS}


ASKS = """
import sys
from assistant import Assistant
from index import Library
with Library.open(sys.argv[1]) as library:
    assert Assistant(library).ask(sys.argv[2]).tier == "answer"
print(*{"chromadb", "gradio", "langchain_core.runnables", "sentence_transformers", "torch"} & sys.modules.keys())
"""


def test_asking_imports_nothing_that_takes_long(sample_store: Path) -> None:
    command = [sys.executable, "-c", ASKS, str(sample_store), SURE]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def timeless(answer: Answer) -> Answer:
    return replace(answer, seconds=Seconds(0.0, 0.0))


# What every answer keeps to


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_stream_only_adds(streams: dict[str, list[Answer]], question: str) -> None:
    for before, after in pairwise(streams[question]):
        assert after.statements[: len(before.statements)] == before.statements
        assert after.sources[: len(before.sources)] == before.sources
        grown = {"statements": (), "sources": (), "disagreements": ()}
        assert before.disagreements in ((), after.disagreements)
        assert replace(after, seconds=before.seconds, **grown) == replace(before, **grown)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_so_far_is_whole(streams: dict[str, list[Answer]], library: Library, question: str) -> None:
    for answer in streams[question]:
        check_sources(answer)
        check_quotations(answer, library)


def check_sources(answer: Answer) -> None:
    """They are numbered in the order in which the quotations use them, differing ones last, and each is used."""
    quoting = (*answer.statements, *answer.disagreements)
    used = [quotation.source for one in quoting for quotation in one.quotations]
    assert list(dict.fromkeys(used)) == [source.number for source in answer.sources]
    assert [source.number for source in answer.sources] == list(range(1, len(answer.sources) + 1))
    assert len({source.article_id for source in answer.sources}) == len(answer.sources)


def check_quotations(answer: Answer, library: Library) -> None:
    """Each is cut out of its source at sentence ends, and the statement is the quotation."""
    for statement in answer.statements:
        (quotation,) = statement.quotations
        source = answer.source(quotation.source)
        article = library.article(source.article_id, source.version)
        assert quotation.text == article.text[quotation.start : quotation.end] == statement.text
        assert statement.verdict == "quoted"
        spans = sentences(article.text)
        assert quotation.start in {start for start, _ in spans}
        assert quotation.end in {end for _, end in spans}
        assert (source.title, source.publisher, source.url) == (article.title, article.publisher, article.url)
        assert (source.path, source.authors) == (article.path, article.authors)
        assert source.published == (article.published and article.published.isoformat())


@pytest.mark.parametrize("question", [SURE, ELSEWHERE])
def test_the_last_of_a_stream_is_the_answer(
    assistant: Assistant, streams: dict[str, list[Answer]], question: str
) -> None:
    last = streams[question][-1]
    assert timeless(assistant.ask(question)) == timeless(last)
    assert last.question == last.standalone == question
    assert last.seconds.search > 0
    assert last.model is None
    assert last.generation == 1


@pytest.mark.parametrize("question", [SURE, SHIP, UNDATED, HURT])
def test_what_the_articles_answer(streams: dict[str, list[Answer]], question: str) -> None:
    answer = streams[question][-1]
    assert not answer.refused
    assert 1 <= len(answer.statements) <= 4
    assert answer.sources
    assert answer.confidence is not None


def test_a_refusal_says_nothing_but_what_came_near(streams: dict[str, list[Answer]], library: Library) -> None:
    (answer,) = streams[ELSEWHERE]
    assert answer.tier == "refusal"
    assert answer.refused
    assert answer.statements == answer.sources == ()
    assert 1 <= len(answer.nearest) <= 5
    for near in answer.nearest:
        assert near.text == library.article(near.article_id, near.version).text[near.start : near.end]
        assert set(near.found_by) <= {"meaning", "words"}


def test_near_copies_stand_under_their_source(streams: dict[str, list[Answer]], library: Library) -> None:
    """Four papers printed the agency's report; it is quoted once, and the others are named."""
    first = streams[SHIP][-1].sources[0]
    assert {first.publisher, *(also.publisher for also in first.also)} == {
        "Littoral News Agency", "Evening Capstan", "The Beacon", "La Vigie",
    }  # fmt: skip
    assert [also.published for also in first.also] == sorted(str(also.published) for also in first.also)
    for also in first.also:
        article = library.article(also.article_id)
        assert (article.publisher, str(article.published)) == (also.publisher, also.published)
    quoted = {source.article_id for source in streams[SHIP][-1].sources}
    assert not quoted & {also.article_id for also in first.also}


def test_a_newer_version_is_said_to_be_in_the_articles(tmp_path: Path) -> None:
    old = (
        "A ferry has rammed a pier in Kelverhaven, and 12 passengers were hurt, the coastguard said. "
        "The Lady Ansgard came in from Ostrel with 140 people on board and did not slow down, said Ilse Marren. "
        "Divers will look at the hull in the morning, and the line has cancelled its boats until Friday. "
        "The mayor, Edda Krayle, said the pier of 1931 was to be repaired this winter for 3 million crowns."
    )
    new = old.replace("The mayor, Edda Krayle, said the", "The")
    for day, text in (("2025-07-09", old), ("2025-07-10", new), ("2025-07-12", new + " Nobody was on the pier.")):
        (tmp_path / f"{day}.md").write_text(
            f"---\ntitle: Ferry rams pier\npublisher: The Beacon\ndate: {day}\n---\n{text}\n"
        )
    (tmp_path / "other.md").write_text("The mussels are poisonous until the water cools.\n")
    build([tmp_path], tmp_path / "store")
    with Library.open(tmp_path / "store") as library:
        answers = list(Assistant(library).stream("What did the mayor, Edda Krayle, say about the pier?"))
    (source,) = answers[-1].sources
    assert source.published == "2025-07-09"
    assert [(also.published, also.newer) for also in source.also] == [("2025-07-10", True), ("2025-07-12", True)]
    told = "A newer version of [1] is in the articles: The Beacon, 12 July 2025."
    assert all(told in answer.notices for answer in answers)


# What can be asked with


@pytest.mark.parametrize(
    ("since", "until"), [("2025-07-10", None), (None, "2025-07-09"), ("2025-07-10", "2025-07-12"), ("2026-01-01", None)]
)
def test_dates_narrow_the_answer(assistant: Assistant, since: str | None, until: str | None) -> None:
    answer = assistant.ask(HURT, since=since, until=until)
    assert (answer.filters.since, answer.filters.until) == (since, until)
    days = [source.published for source in answer.sources] + [near.published for near in answer.nearest]
    assert all(day is not None and (since or day) <= day <= (until or day) for day in days)
    assert bool(days) == (since != "2026-01-01")
    assert answer.refused or answer.statements
    assert any("1 article has no date" in notice for notice in answer.notices)


def test_publishers_narrow_the_answer(assistant: Assistant) -> None:
    answer = assistant.ask(HURT, publishers=["harbour POST", "La Vigie"])
    assert answer.filters.publishers == ("harbour POST", "La Vigie")
    found = {source.publisher for source in answer.sources} | {near.publisher for near in answer.nearest}
    assert found
    assert found <= {"Harbour Post", "La Vigie"}
    assert answer.notices == ()


def test_a_publisher_that_has_no_article(assistant: Assistant) -> None:
    answer = assistant.ask(HURT, publishers=["The Gazette", "Harbour Post"])
    assert answer.notices == ("No article is by The Gazette.",)
    assert {source.publisher for source in answer.sources} <= {"Harbour Post"}
    nobody = assistant.ask(HURT, publishers=["The Gazette"])
    assert nobody.refused
    assert nobody.nearest == ()
    assert nobody.notices


def test_without_filters_there_is_nothing_to_notice(streams: dict[str, list[Answer]]) -> None:
    answer = streams[SURE][-1]
    assert answer.notices == ()
    assert (answer.filters.since, answer.filters.until, answer.filters.publishers) == (None, None, ())


def test_a_follow_up_is_answered_in_what_it_goes_on_about(assistant: Assistant) -> None:
    history = [(HURT, "Seventeen people were injured.")]
    answer = assistant.ask("And in what year was it built?", history=history)
    assert answer.question == "And in what year was it built?"
    assert "Lady Ansgard" in answer.standalone
    assert "Lady Ansgard" in answer.nearest[0].text
    assert any("built in" in near.text for near in answer.nearest)


@pytest.mark.parametrize("question", ["", "  \n", "\u200b"])
def test_an_empty_question(assistant: Assistant, question: str) -> None:
    with pytest.raises(EmptyQuestion, match="empty"):
        assistant.ask(question)
    with pytest.raises(EmptyQuestion):
        assistant.ask(question, history=[(SURE, "")])


def test_a_bad_date(assistant: Assistant) -> None:
    with pytest.raises(BadDate, match="“yesterday” is not a date"):
        assistant.ask(SURE, since="yesterday")


@pytest.mark.parametrize(
    "question", ["?", "the of and", "船はどこ", "\ud800 bridge", "bridge " * 3000, "'\"); --", "🙂"]
)
def test_whatever_is_asked_has_an_answer(assistant: Assistant, library: Library, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.question == question
    assert answer.refused or answer.statements
    check_sources(answer)
    check_quotations(answer, library)


def test_a_store_without_articles_refuses(tmp_path: Path) -> None:
    (tmp_path / "read").mkdir()
    only = tmp_path / "read" / "only.txt"
    only.write_text("The bridge was closed on Friday.", encoding="utf-8")
    build([tmp_path / "read"], tmp_path / "store")
    with Library.open(tmp_path / "store") as library:
        assistant = Assistant(library)
        assert assistant.ask("When was the bridge closed?").statements
        only.unlink()
        build([], tmp_path / "store")
        answer = assistant.ask("When was the bridge closed?")
        assert answer.refused
        assert answer.statements == answer.sources == answer.nearest == ()
        assert assistant.ask("When was the bridge closed?", since="2025-01-01").refused
        assert assistant.examples() == []


def test_examples_are_questions_with_an_answer(assistant: Assistant) -> None:
    examples = assistant.examples()
    assert 1 <= len(examples) <= 4
    assert len(set(examples)) == len(examples)
    assert assistant.ask(examples[-1]).tier == "answer"


def test_threads_get_the_same_answers(assistant: Assistant, streams: dict[str, list[Answer]]) -> None:
    questions = QUESTIONS + QUESTIONS[:3]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(assistant.ask, questions))
    for question, answer in zip(questions, answers, strict=True):
        assert without_scores(answer) == without_scores(streams[question][-1])


def without_scores(answer: Answer) -> Answer:
    """Without what the last digits of a sum can change."""
    return replace(answer, seconds=Seconds(0.0, 0.0), nearest=(), confidence=None)


# Filters read off the question


def test_a_publisher_that_is_asked_for_is_a_filter(assistant: Assistant) -> None:
    question = "How many people were injured on the Lady Ansgard, according to the Harbour Post?"
    answer = assistant.ask(question)
    assert answer.filters == Filters(publishers=("Harbour Post",), inferred=True)
    assert {source.publisher for source in answer.sources} == {"Harbour Post"}
    assert assistant.ask(question, infer=False).filters == Filters()
    given = assistant.ask(question, publishers=["The Beacon"])
    assert given.filters == Filters(publishers=("The Beacon",))
    assert {source.publisher for source in given.sources} <= {"The Beacon"}


def test_a_date_of_publication_is_a_filter(assistant: Assistant) -> None:
    answer = assistant.ask("What did Feddery say in September?")
    assert answer.filters == Filters("2025-09-01", "2025-09-30", inferred=True)
    assert answer.standalone == answer.question
    assert {source.published for source in answer.sources} == {"2025-09-26"}
    assert any("no date and dropped out" in notice for notice in answer.notices)
    event = assistant.ask("How did the strike of 23 July 2025 begin?")
    assert event.filters == Filters()


def test_whatever_was_reported_is_shown(assistant: Assistant) -> None:
    answer = assistant.ask("What did La Vigie report in August?")
    assert not answer.refused
    assert [source.published for source in answer.sources] == ["2025-08-12"]


def test_what_was_only_inferred_keeps_no_answer_back(assistant: Assistant) -> None:
    question = "How many lanterns were there at the Lantern Night, according to the Harbour Post?"
    answer, plain = assistant.ask(question), assistant.ask(question, infer=False)
    assert not plain.refused
    assert answer.filters == Filters()
    assert answer.statements == plain.statements
    (notice,) = set(answer.notices) - set(plain.notices)
    assert notice == "Not narrowed to articles by Harbour Post, which the question names: none of them answers it."


def test_what_nothing_answers_is_refused_over_all_articles(assistant: Assistant) -> None:
    answer = assistant.ask(f"{ELSEWHERE[:-1]}, according to the Beacon?")
    assert answer.refused
    assert answer.filters == Filters()
    assert answer.notices == ()


def test_an_outlet_inside_an_article_is_no_filter(assistant: Assistant) -> None:
    assert assistant.ask("What did Astrell say on Radio Ushel?").filters == Filters()


def test_a_follow_up_is_inferred_from_as_it_stands_alone(assistant: Assistant) -> None:
    history = [("What did the Beacon write about the ferry?", "It rammed a pier.")]
    answer = assistant.ask("And the Harbour Post?", history=history)
    assert answer.standalone == "What did the Harbour Post write about the ferry?"
    assert answer.filters.publishers == ("Harbour Post",)


# LangChain


def test_a_runnable_takes_a_question_or_its_fields(assistant: Assistant, streams: dict[str, list[Answer]]) -> None:
    chain = assistant.as_runnable()
    assert timeless(chain.invoke(SURE)) == timeless(streams[SURE][-1])
    fields = {"question": "And in what year was it built?", "history": [(HURT, "Seventeen.")], "until": "2025-07-10"}
    assert timeless(chain.invoke(fields)) == timeless(assistant.ask(**fields))
    with pytest.raises(EmptyQuestion):
        chain.invoke("")
    with pytest.raises(TypeError):
        chain.invoke({"query": SURE})


def test_a_runnable_streams_answers_so_far(assistant: Assistant, streams: dict[str, list[Answer]]) -> None:
    found = list(assistant.as_runnable().stream({"question": SURE}))
    assert [timeless(one) for one in found] == [timeless(one) for one in streams[SURE]]
    assert len(found) > 1


def test_a_runnable_answers_a_batch_in_order(assistant: Assistant, streams: dict[str, list[Answer]]) -> None:
    questions = [ELSEWHERE, SURE]
    answers = assistant.as_runnable().batch([ELSEWHERE, {"question": SURE}])
    assert [one.question for one in answers] == questions
    assert [without_scores(one) for one in answers] == [without_scores(streams[one][-1]) for one in questions]


def test_a_runnable_can_be_awaited(assistant: Assistant, streams: dict[str, list[Answer]]) -> None:
    async def both() -> tuple[Answer, list[Answer]]:
        chain = assistant.as_runnable()
        return await chain.ainvoke(SURE), [one async for one in chain.astream(SURE)]

    answer, found = asyncio.run(both())
    assert timeless(answer) == timeless(found[-1]) == timeless(streams[SURE][-1])


def test_a_runnable_composes_on_both_sides(assistant: Assistant, streams: dict[str, list[Answer]]) -> None:
    before = RunnableLambda(lambda number: {"question": QUESTIONS[number]})
    after = RunnableLambda(lambda answer: [statement.text for statement in answer.statements])
    chain = before | assistant.as_runnable() | after
    whole = [statement.text for statement in streams[SURE][-1].statements]
    assert chain.invoke(0) == whole
    assert list(chain.stream(0)) == [whole]  # it is asked with the sum of the stream: its last answer
    assert chain.batch([0, 4]) == [whole, []]


def test_a_stream_passes_through_a_composition(assistant: Assistant, streams: dict[str, list[Answer]]) -> None:
    def counted(answers: Iterator[Answer]) -> Iterator[int]:
        for answer in answers:
            yield len(answer.statements)

    before = RunnableLambda(lambda words: " ".join(words))
    chain = before | assistant.as_runnable()
    assert [timeless(one) for one in chain.stream(SURE.split())] == [timeless(one) for one in streams[SURE]]
    counting = chain | RunnableGenerator(counted)
    assert list(counting.stream(SURE.split())) == [len(one.statements) for one in streams[SURE]]


def test_an_answer_beside_its_documents(assistant: Assistant, library: Library) -> None:
    both = RunnableParallel(answer=assistant.as_runnable(), documents=library_retriever(library, k=2))
    found = both.invoke(SURE)
    assert isinstance(found["answer"], Answer)
    assert len(found["documents"]) == 2
    *_, last = both.stream(SURE)
    assert last.keys() <= {"answer", "documents"}
