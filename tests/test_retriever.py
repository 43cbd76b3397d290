"""The hits re-ranked, and LangChain's retriever over a library."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

from assistant import Assistant, library_retriever
from assistant.ranking import sentences_of
from assistant.retriever import RankedHit, retrieve
from index import Library, build
from index.passages import sentences

METADATA = ["article_id", "version", "title", "publisher", "published", "url", "start", "end", "score"]
QUESTIONS = ["How wide are the cracks in the bridge?", "What did the union demand?", "Who piloted the ships?"]


@pytest.mark.parametrize("k", [1, 4, 12])
def test_documents_are_the_k_best_passages(library: Library, k: int) -> None:
    documents = library_retriever(library, k=k).invoke(QUESTIONS[0])
    assert len(documents) == k
    for document in documents:
        fields = document.metadata
        assert list(fields) == METADATA
        article = library.article(fields["article_id"], fields["version"])
        assert document.page_content == article.text[fields["start"] : fields["end"]]
        assert (fields["title"], fields["publisher"], fields["url"]) == (article.title, article.publisher, article.url)
        assert fields["published"] == (article.published.isoformat() if article.published else None)
        assert isinstance(fields["score"], float)
    assert len({(one.metadata["article_id"], one.metadata["start"]) for one in documents}) == k


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_best_document_comes_first(library: Library, question: str) -> None:
    scores = [one.metadata["score"] for one in library_retriever(library, k=10).invoke(question)]
    assert scores == sorted(scores, reverse=True)


def test_fewer_are_given_where_there_are_fewer(library: Library) -> None:
    documents = library_retriever(library, k=500).invoke(QUESTIONS[0])
    assert 12 < len(documents) < 500
    assert len({(one.metadata["article_id"], one.metadata["start"]) for one in documents}) == len(documents)


def test_what_answers_is_among_the_first(library: Library) -> None:
    documents = library_retriever(library).invoke(QUESTIONS[0])
    assert len(documents) == 4
    assert any("up to four centimetres wide" in one.page_content for one in documents)


def test_a_retriever_stands_in_a_pipe(library: Library) -> None:
    """The usual chain: passages into a prompt; in place of a model stands what can be read off the prompt."""

    def joined(documents: list[Document]) -> str:
        return "\n\n".join(one.page_content for one in documents)

    prompt = ChatPromptTemplate.from_template("Passages:\n{context}\n\nQuestion: {question}")
    chain = (
        {"context": library_retriever(library, k=2) | joined, "question": RunnablePassthrough()}
        | prompt
        | RunnableLambda(lambda value: value.to_string())
        | StrOutputParser()
    )
    said = chain.invoke(QUESTIONS[0])
    assert said.endswith(f"Question: {QUESTIONS[0]}")
    for document in library_retriever(library, k=2).invoke(QUESTIONS[0]):
        assert document.page_content in said


def test_a_retriever_can_be_awaited(library: Library) -> None:
    retriever = library_retriever(library, k=3)
    assert asyncio.run(retriever.ainvoke(QUESTIONS[1])) == retriever.invoke(QUESTIONS[1])


@pytest.mark.parametrize("question", QUESTIONS)
def test_hits_are_ranked_by_their_best_sentence_and_their_own_score(library: Library, question: str) -> None:
    with library.view() as view:
        ranked, found = retrieve(view, question)
    assert ranked
    assert {id(one.hit) for one in ranked} <= {id(hit) for hit in found.hits}
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)
    by_both = [one.best.score + 2 * one.hit.score for one in ranked]  # the questions are short
    assert by_both == sorted(by_both, reverse=True)
    for one in ranked:
        check_sentences(one)


def check_sentences(one: RankedHit) -> None:
    """They are the article's own, inside the hit, the best first."""
    spans = sentences(one.hit.article.text)
    assert [s.score for s in one.sentences] == sorted((s.score for s in one.sentences), reverse=True)
    for sentence in one.sentences:
        assert spans[sentence.number] == (sentence.start, sentence.end)
        assert one.hit.start <= sentence.start < sentence.end <= one.hit.end
        for name in ("words", "words_or_title", "offered", "passage_names", "passage_words"):
            assert 0.0 <= sentence.features[name] <= 1.0 + 1e-9
        for name in ("cosine", "pieces", "weakest_piece"):
            assert -1.001 <= sentence.features[name] <= 1.001


def test_sentences_are_cut_once(library: Library) -> None:
    text = library_retriever(library, k=1).invoke(QUESTIONS[0])[0].page_content
    assert sentences_of(text) == sentences(text)
    assert sentences_of(text) is sentences_of(text)


@pytest.fixture(scope="module")
def headed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """An article whose headings repeat the question better than any sentence does."""
    place = tmp_path_factory.mktemp("headed")
    (place / "read").mkdir()
    (place / "read" / "harvest.md").write_text(
        "# The olive harvest on Lesina\n\n## When does the olive harvest on Lesina begin?\n\n"
        "Farmers lay out their nets in the second week of October.\n\n### How many olives are harvested on Lesina?\n\n"
        "They gather 900 tons.\n",
        encoding="utf-8",
    )
    build([place / "read"], place / "store")
    with Library.open(place / "store") as opened:
        yield opened


@pytest.mark.parametrize(
    "question", ["When does the olive harvest on Lesina begin?", "How many olives are harvested on Lesina?"]
)
def test_headings_are_never_quoted(headed: Library, question: str) -> None:
    with headed.view() as view:
        ranked, _ = retrieve(view, question)
    texts = [one.hit.article.text[s.start : s.end] for one in ranked for s in one.sentences]
    assert "They gather 900 tons." in texts
    assert not [text for text in texts if text.startswith("#")]
    for statement in Assistant(headed).ask(question).statements:
        assert "#" not in statement.text
