"""How sure an answer is: calibrated on labelled questions, for one embedding model at a time."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import mean

from assistant.answer import Tier
from assistant.ranking import Sentence
from assistant.retriever import RankedHit

_FILE = Path(__file__).with_name("confidence.json")  # written by tests/benchmarks/calibrate.py
_OF_BEST = ("words_or_title", "nothing_offered", "denies_otherwise", "passage_names")
_OF_ANY = ("cosine", "passage_cosine", "pieces")


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was fitted, on which model, and what it was then measured to do on other questions."""

    model_digest: str
    intercept: float
    weights: dict[str, float]
    answer: float  # from here on: an answer
    closest: float  # from here on: the closest; below: a refusal
    measured: dict[str, float]  # shares of questions, as Help shows them


@cache
def calibration() -> Calibration:
    """The calibration that comes with the program."""
    return Calibration(**json.loads(_FILE.read_text(encoding="utf-8")))


def calibrated(model_digest: str) -> bool:
    """Whether confidence was measured for this embedding model."""
    return calibration().model_digest == model_digest


def features(sentences: Sequence[Sentence]) -> dict[str, float]:
    """What confidence is read off: what is seen in the best sentence, and the most that is seen in any."""
    best = sentences[0].features
    return {
        **{name: best[name] for name in _OF_BEST},
        **{f"most_{name}": max(one.features[name] for one in sentences) for name in _OF_ANY},
    }


def confidence(ranked: Sequence[RankedHit], by_part: Sequence[Sequence[RankedHit]] = ()) -> float:
    """The chance, 0..1, that the question is answered in what was found, by the whole of it or by its parts.

    No one sentence covers a question of several parts. Where one part is answered the others may not be: so it counts
    half-way between its surest part and all of them.
    """
    whole = _chance(ranked)
    if not by_part:
        return whole
    parts = [_chance(part) for part in by_part]
    return max(whole, (max(parts) + mean(parts)) / 2)


def _chance(ranked: Sequence[RankedHit]) -> float:
    if not ranked:
        return 0.0
    sentences = sorted((sentence for one in ranked for sentence in one.sentences), key=lambda one: -one.score)
    fitted, seen = calibration(), features(sentences)
    logit = fitted.intercept + sum(weight * seen[name] for name, weight in fitted.weights.items())
    return 1.0 / (1.0 + math.exp(-logit))


def tier(chance: float | None) -> Tier:
    """An answer, the closest, or a refusal; without a calibrated chance nothing is sure and nothing refused."""
    if chance is None:
        return "closest"
    fitted = calibration()
    return "answer" if chance >= fitted.answer else "closest" if chance >= fitted.closest else "refusal"
