"""How well each sentence of a passage answers a question: what is seen in it, weighed as labelled questions taught."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import regex

from assistant.wanted import Wanted, denies
from index import Article, Hit
from index.embedder import Reading, Vectors
from index.passages import sentences as cut
from index.search import View
from index.words import stems

_FILE = Path(__file__).with_name("ranking.json")  # written by tests/benchmarks/calibrate.py
_READ = 32  # sentences a question, the most promising by their words, whose meaning is compared with the question's


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a hit, and how well it answers."""

    number: int  # within its article
    start: int
    end: int
    score: float  # log-odds that it answers
    adds: int  # words that tell, beyond the question's
    features: Mapping[str, float]


@lru_cache(maxsize=256)
def sentences_of(text: str) -> list[tuple[int, int]]:
    """The sentences of an article's text; kept, since one question asks for them several times."""
    return cut(text)


@dataclass(frozen=True, slots=True)
class Weights:
    """What each thing seen in a sentence counts."""

    level: float
    weights: Mapping[str, float]

    def score(self, features: Mapping[str, float]) -> float:
        """The log-odds that a sentence answers."""
        return self.level + sum(weight * features[name] for name, weight in self.weights.items())


@cache
def _weights() -> Weights:
    return Weights(**json.loads(_FILE.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class _Seen:
    """A sentence before its meaning is looked at."""

    hit: Hit
    number: int
    start: int
    end: int
    adds: int
    features: dict[str, float]

    @property
    def text(self) -> str:
        return self.hit.article.text[self.start : self.end]

    @property
    def promise(self) -> float:
        """How promising it is by its words alone."""
        return self.hit.score + self.features["words"] / 2 + self.features["offered"] / 10


def ranked_sentences(view: View, asked: Wanted, hits: Sequence[Hit]) -> list[list[Sentence]]:
    """For each hit its most promising sentences, the best answering first; none where others promise more."""
    seen = [one for hit in hits for one in _by_words(asked, hit)]
    seen = sorted(seen, key=lambda one: -one.promise)[:_READ]
    if not seen:
        return [[] for _ in hits]
    texts = list(dict.fromkeys([asked.text, *(one.text for one in seen)]))
    readings = dict(zip(texts, view.read(texts), strict=True))
    meaning = _Meaning(asked, readings[asked.text], view.spans(asked.text))
    found: dict[int, list[Sentence]] = {id(hit): [] for hit in hits}
    for one in seen:
        features = {**one.features, **meaning.features(readings[one.text])}
        found[id(one.hit)].append(
            Sentence(one.number, one.start, one.end, _weights().score(features), one.adds, features)
        )
    return [sorted(found[id(hit)], key=lambda sentence: -sentence.score) for hit in hits]


def _by_words(asked: Wanted, hit: Hit) -> list[_Seen]:
    """The sentences of a hit with what their words and its passage's show."""
    article = hit.article
    own = {number: set(stems(article.text[start:end])) for number, start, end in within(hit)}
    heading = _heading(article)
    passage = heading.union(*own.values())
    of_passage = {
        "passage": hit.score,
        "passage_cosine": hit.cosine,
        "passage_words": asked.share(passage),
        "passage_names": asked.named(f"{article.title} {hit.text}".lower()),
    }
    seen = []
    for number, start, end in within(hit):
        text, words = article.text[start:end], own[number]
        offered = asked.offered(text)
        features = of_passage | {
            "words": asked.share(words),
            "words_or_title": asked.share(words | heading),
            "offered": offered,
            "nothing_offered": 1 - min(1.0, 2 * offered),
            "denies_otherwise": float(asked.denies and not denies(text)),
        }
        seen.append(_Seen(hit, number, start, end, len(words - asked.weights.keys()), features))
    return seen


@lru_cache(maxsize=256)
def _stems_of(title: str, publisher: str | None) -> frozenset[str]:
    return frozenset(stems(f"{title} {publisher or ''}"))


def _heading(article: Article) -> frozenset[str]:
    return _stems_of(article.title, article.publisher)


def within(hit: Hit) -> list[tuple[int, int, int]]:
    """(number, start, end) of the sentences of a hit; a heading or a rule of signs quotes nothing."""
    return [
        (number, start, end)
        for number, (start, end) in enumerate(sentences_of(hit.article.text))
        if start >= hit.start and end <= hit.end and not hit.article.text.startswith("#", start)
    ]


class _Meaning:
    """A question's word pieces, each weighed as its word tells, to be found again in sentences.

    The nearest piece of a sentence to each piece of the question: late interaction as in ColBERT
    (Khattab and Zaharia, 2020), on states of the embedding model as they are.
    """

    def __init__(self, asked: Wanted, question: Reading, spans: Sequence[tuple[int, int]]) -> None:
        self._vector = question.vector
        weights = np.zeros(len(question.pieces), np.float32)
        for word in regex.finditer(r"[\p{L}\p{N}]+", asked.text):
            weight = max((asked.weights.get(stem, 0.0) for stem in stems(word[0])), default=0.0)
            inside = [
                n for n, (start, end) in enumerate(spans[: len(weights)]) if word.start() <= start < end <= word.end()
            ]
            weights[inside] = weight / max(1, len(inside))
        self._pieces = question.pieces[weights > 0].astype(np.float32)
        self._weights = weights[weights > 0]

    def features(self, sentence: Reading) -> dict[str, float]:
        pieces, weakest = self._found(sentence.pieces.astype(np.float32))
        return {
            "cosine": float(sentence.vector @ self._vector),
            "pieces": pieces,
            "weakest_piece": weakest,
        }

    def _found(self, pieces: Vectors) -> tuple[float, float]:
        """How near the nearest pieces lie: the weighed mean, and the farthest of them."""
        if not len(self._pieces) or not len(pieces):
            return 0.0, 0.0
        nearest = (self._pieces @ pieces.T).max(axis=1)
        return float(nearest @ self._weights / self._weights.sum()), float(nearest.min())
