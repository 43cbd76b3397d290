"""How near the quotations come to the statement, weighed by what was fitted on labelled claims."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.checking.sentence import Sentence
from index.embedder import Vectors

_FILE = Path(__file__).with_name("weights.json")  # written by tests/benchmarks/checking.py
_READ = 12  # sentences whose vectors are compared: those that share most words


class Weights(NamedTuple):
    """What was fitted: a score of `least` and more is near enough."""

    intercept: float
    weights: dict[str, float]
    least: float


@cache
def fitted() -> Weights:
    """The weights that come with the program."""
    return Weights(**json.loads(_FILE.read_text(encoding="utf-8")))


def nearest(statement: Sentence, evidence: Sequence[Sentence], most: int = _READ) -> list[Sentence]:
    """The sentences that share most with the statement, best first."""
    told = {key for sentence in evidence for key in sentence.keys}
    counts = {key: sum(1 for sentence in evidence if key in sentence.keys) for key in statement.keys & told}
    values = {id(fact.value): fact.value for fact in statement.facts}.values()

    def shared(sentence: Sentence) -> float:
        words = sum(1.0 / math.log2(1 + counts[key]) for key in statement.keys & sentence.keys)
        return words + sum(1.0 for fact in sentence.facts if fact.value in values) - 0.001 * len(sentence.keys)

    return sorted(evidence, key=shared, reverse=True)[:most]


def remembering(embed: Callable[[Sequence[str]], Vectors], most: int = 2_000) -> Callable[[Sequence[str]], Vectors]:
    """The same, each text embedded once while it is among the last ones: the statements of an answer share quotations."""
    known: dict[str, Vectors] = {}

    def remembered(texts: Sequence[str]) -> Vectors:
        found = {text: vector for text in texts if (vector := known.get(text)) is not None}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        made = dict(zip(new, embed(new), strict=True)) if new else {}
        known.update(made)
        for text in list(known)[: max(0, len(known) - most)]:
            known.pop(text, None)
        return np.array([(found | made)[text] for text in texts])

    return remembered


def features(
    statement: Sentence,
    near: Sequence[Sentence],
    everything: Sequence[Sentence],
    broken: int,
    embed: Callable[[Sequence[str]], Vectors],
) -> dict[str, float]:
    """What the score is read off."""
    keys = statement.keys
    told = frozenset[str]().union(*(sentence.keys for sentence in everything))
    two = frozenset[str]().union(*(sentence.keys for sentence in near[:2]))
    vectors = embed([statement.text, *(sentence.text[:2000] for sentence in near)])
    joined = embed([" ".join(one.text for one in near[:3])[:4000]])  # apart: a batch is as long as its longest text
    cosines = np.concatenate([vectors[1:], joined]) @ vectors[0]
    return {
        "cosine": float(np.max(cosines)),
        "together": float(cosines[-1]),
        "covered": len(keys & told) / max(1, len(keys)),
        "covered_two": len(keys & two) / max(1, len(keys)),
        "pairs": _pairs_covered(statement, near),
        "broken": float(min(broken, 4)),
        "bare": math.log(1 + len(keys - two)),
    }


def _pairs_covered(statement: Sentence, near: Sequence[Sentence]) -> float:
    """The share of neighbouring content words that are neighbours in a sentence, too."""
    mine = _pairs(statement)
    told = set[tuple[str, str]]().union(*(_pairs(sentence) for sentence in near))
    return len(mine & told) / max(1, len(mine))


def _pairs(sentence: Sentence) -> set[tuple[str, str]]:
    keys = [token.key or token.word for token in sentence.tokens if token.key or token.kind == "figures"]
    return set(zip(keys, keys[1:], strict=False))


def score(seen: dict[str, float]) -> float:
    """The chance, 0..1, that the quotations carry the statement."""
    weights = fitted()
    logit = weights.intercept + sum(weight * seen[name] for name, weight in weights.weights.items())
    return 1.0 / (1.0 + math.exp(-logit))
