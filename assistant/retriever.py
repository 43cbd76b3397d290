"""The hits of a search, re-ranked by their best sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant.ranking import Sentence, ranked_sentences
from assistant.wanted import wanted
from index import Hit, Library
from index.asked import parts
from index.search import Found, View

if TYPE_CHECKING:
    from assistant.for_langchain import LibraryRetriever

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


def best_passages(library: Library, question: str, limit: int) -> list[Hit]:
    """The best passages for a question, re-ranked as far as they are looked at, the others behind them."""
    with library.view() as view:
        ranked, found = retrieve(view, question, max(limit, _RANKED))
    best = [replace(one.hit, score=one.score) for one in ranked]
    looked_at, least = {(hit.article_id, hit.start) for hit in best}, min((hit.score for hit in best), default=1.0)
    others = (hit for hit in found.hits if (hit.article_id, hit.start) not in looked_at)
    rest = [replace(hit, score=min(hit.score, least)) for hit in others]
    return [*best, *rest][:limit]


def library_retriever(library: Library, k: int = 4) -> LibraryRetriever:
    """A LangChain retriever of the k best passages; a document's metadata says where each stands."""
    from assistant.for_langchain import LibraryRetriever

    return LibraryRetriever(library=library, k=k)
