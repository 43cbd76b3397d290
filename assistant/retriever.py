"""The hits of a search, re-ranked by their best sentence; and the same as a LangChain retriever."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.ranking import Sentence, ranked_sentences
from assistant.wanted import wanted
from index import Article, Hit, Library
from index.asked import parts
from index.search import Found, View

_RANKED = 10  # hits whose sentences are looked at
# What a passage's score counts beside the log-odds of its best sentence, and how much more with each word that tells
# beyond so many: on halves of six collections neither alone was best for short and for long questions.
_PASSAGE, _PASSAGE_OF_LONG, _LONG = 2.0, 4.0, 8


@dataclass(frozen=True, slots=True)
class RankedHit:
    """A hit with its sentences, the best answering first."""

    hit: Hit
    sentences: tuple[Sentence, ...]
    score: float  # 0..1: of its best sentence and its own

    @property
    def best(self) -> Sentence:
        return self.sentences[0]


def rank(view: View, question: str, hits: Sequence[Hit]) -> list[RankedHit]:
    """The best hits, each with its most promising sentences, ordered by their best sentence and their own score.

    The longer a question is, the less of it one sentence can answer, and the more the whole passage counts.
    """
    asked, best = wanted(question, view.rarity), hits[:_RANKED]
    found = zip(best, ranked_sentences(view, asked, best), strict=True)
    passage = _PASSAGE + _PASSAGE_OF_LONG * max(0, len(asked.weights) - _LONG)
    ranked = [
        RankedHit(hit, tuple(sentences), 1 / (1 + math.exp(passage * (1 - hit.score) - sentences[0].score)))
        for hit, sentences in found
        if sentences
    ]
    return sorted(ranked, key=lambda one: -one.score)


def retrieve(view: View, question: str, limit: int = _RANKED, **filters: Any) -> tuple[list[RankedHit], Found]:
    """Search and re-rank: the one way in which the assistant finds passages."""
    found = view.search(question, limit, **filters)
    return rank(view, question, found.hits), found


def by_part(view: View, question: str, ranked: Sequence[RankedHit]) -> list[list[RankedHit]]:
    """The same hits, ranked for each part of a long question of several alone; none for another question."""
    hits = [one.hit for one in ranked]
    return [rank(view, question[start:end], hits) for start, end in parts(question)]


def ranked_articles(view: View, question: str, limit: int = 100) -> list[str]:
    """The ids of the articles found for a question, best first: those of the re-ranked hits, then the other hits'.

    The near-copies of an article, which are shown with it, come right behind it.
    """
    ranked, found = retrieve(view, question, limit)
    hits = [*(one.hit for one in ranked), *found.hits]
    return list(dict.fromkeys(article.id for hit in hits for article in (hit.article, *hit.also)))


class LibraryRetriever(BaseRetriever):
    """A LangChain retriever over a library: hybrid search, re-ranked by the best sentence."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Library
    k: int = 4

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:  # noqa: ARG002
        with self.library.view() as view:
            ranked, found = retrieve(view, query, max(self.k, _RANKED))
        best = [replace(one.hit, score=one.score) for one in ranked]
        looked_at, least = {(hit.article_id, hit.start) for hit in best}, min((hit.score for hit in best), default=1.0)
        others = (hit for hit in found.hits if (hit.article_id, hit.start) not in looked_at)
        rest = [replace(hit, score=min(hit.score, least)) for hit in others]
        return [_document(hit) for hit in [*best, *rest][: self.k]]


def library_retriever(library: Library, k: int = 4) -> LibraryRetriever:
    """A LangChain retriever of the k best passages; a document's metadata says where each stands."""
    return LibraryRetriever(library=library, k=k)


def _document(hit: Hit) -> Document:
    article: Article = hit.article
    return Document(
        page_content=hit.text,
        metadata={
            "article_id": article.id,
            "version": article.version,
            "title": article.title,
            "publisher": article.publisher,
            "published": article.published.isoformat() if article.published else None,
            "url": article.url,
            "start": hit.start,
            "end": hit.end,
            "score": hit.score,
        },
    )
