"""The hits of a search, re-ranked by their best sentence; and the same as a LangChain retriever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import regex
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index import Article, Hit, Library
from index.passages import sentences as cut
from index.search import Found, View
from index.words import stems

_RANKED = 10  # hits whose sentences are looked at
_EMBEDDED = 32  # sentences, the most promising by their words, whose meaning is compared with the question's
# On top of the passage's score: how near the sentence is, and how much of the question's words it has.
_NEAR, _WORDS = 0.5, 0.5
_KIND = 0.1  # for a sentence with the kind of thing that is asked for

_KINDS = (
    (
        r"\bwhen\b|\b(?:what|which) (?:date|day|month|year|time)\b",
        r"\d{4}|\b\d{1,2}(?:st|nd|rd|th)?\b|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\p{L}*|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|\b(?:yesterday|today|tonight|noon|midnight|week|month|year)s?\b",
    ),
    (
        r"\bhow (?:many|much|long|far|old|tall|large|big|high|deep|often|fast)\b|\bwhat (?:percentage|share|number|price|amount)\b",
        r"\p{N}|(?i)\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|billion|half|none|no)\b",
    ),
    (r"\bwho(?:m|se)?\b", r"(?<!^)(?<![.!?]\s)\b\p{Lu}\p{L}+|^\p{Lu}\p{L}+\s+\p{Lu}"),
    (r"\bwhere\b", r"\b(?:in|at|near|from|to|on|off|outside|inside|between|through)\s+(?:the\s+)?\p{Lu}"),
    (r"\bwhy\b", r"(?i)\b(?:because|since|due to|owing to|so that|in order|to\s+\p{Ll}+|reason|caused?|after|as)\b"),
)
_ASKED = tuple((regex.compile(question, regex.IGNORECASE), regex.compile(kind)) for question, kind in _KINDS)

# Words that ask, that ask who says it, or that only hold a sentence together (beyond what the index leaves out anyway):
# no sentence need have them to answer.
_ASKING = frozenset(
    stem
    for word in "who whom whose what which when where why how many much did does do done have has had having been being "
    "were can could may might must shall should would say says said tell told according report reported article articles "
    "write wrote give name about from than during any some other he she his her its our your we you i me my".split()
    for stem in stems(word)
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a hit, and how well it answers."""

    number: int  # within its article
    start: int
    end: int
    score: float
    cosine: float
    coverage: float  # 0..1: how much of what the question's words tell stands in the sentence or its title


@dataclass(frozen=True, slots=True)
class RankedHit:
    """A hit with its sentences, the best answering first; its score is that of the best."""

    hit: Hit
    sentences: tuple[Sentence, ...]

    @property
    def best(self) -> Sentence:
        return self.sentences[0]


@lru_cache(maxsize=256)
def sentences_of(text: str) -> list[tuple[int, int]]:
    """The sentences of an article's text; kept, since one question asks for them several times."""
    return cut(text)


def rank(view: View, question: str, hits: Sequence[Hit]) -> list[RankedHit]:
    """The best hits, each with its most promising sentences, ordered by their best sentence."""
    asked_for = [word for word in dict.fromkeys(stems(question)) if word not in _ASKING]
    weights = {word: view.rarity(word) for word in asked_for}
    kinds = [kind for asked, kind in _ASKED if asked.search(question)]
    read = []  # (place of the hit, number, start, end, score without meaning, coverage)
    for place, hit in enumerate(hits[:_RANKED]):
        heading = set(stems(f"{hit.article.title} {hit.article.publisher or ''}"))
        for number, start, end in _within(hit):
            text = hit.article.text[start:end]
            own = set(stems(text))
            coverage = _share(weights, own | heading)
            words = 0.8 * _share(weights, own) + 0.2 * coverage
            score = hit.score + _WORDS * words + _KIND * any(kind.search(text) for kind in kinds)
            read.append((place, number, start, end, score, coverage))
    read = sorted(read, key=lambda one: -one[4])[:_EMBEDDED]
    if not read:
        return []
    vectors = view.embed([question, *(hits[place].article.text[start:end] for place, _, start, end, _, _ in read)])
    cosines = np.asarray(vectors[1:] @ vectors[0], float).tolist()
    sentences: dict[int, list[Sentence]] = {}
    for (place, number, start, end, score, coverage), cosine in zip(read, cosines, strict=True):
        sentence = Sentence(number, start, end, score + _NEAR * cosine, cosine, coverage)
        sentences.setdefault(place, []).append(sentence)
    ranked = [
        RankedHit(hits[place], tuple(sorted(found, key=lambda one: -one.score))) for place, found in sentences.items()
    ]
    return sorted(ranked, key=lambda one: -one.best.score)


def _within(hit: Hit) -> list[tuple[int, int, int]]:
    """(number, start, end) of the sentences of a hit; a heading or a rule of signs quotes nothing."""
    return [
        (number, start, end)
        for number, (start, end) in enumerate(sentences_of(hit.article.text))
        if start >= hit.start and end <= hit.end and not hit.article.text.startswith("#", start)
    ]


def _share(weights: dict[str, float], words: set[str]) -> float:
    whole = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in words) / whole if whole else 0.0


def retrieve(view: View, question: str, limit: int = _RANKED, **filters: Any) -> tuple[list[RankedHit], Found]:
    """Search and re-rank: the one way in which the assistant finds passages."""
    found = view.search(question, limit, **filters)
    return rank(view, question, found.hits), found


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
        best = [replace(one.hit, score=one.best.score) for one in ranked]
        looked_at = {(hit.article_id, hit.start) for hit in best}
        rest = [hit for hit in found.hits if (hit.article_id, hit.start) not in looked_at]
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
