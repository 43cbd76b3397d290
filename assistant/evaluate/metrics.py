"""The arithmetic of `evaluate`: ranking figures, AUROC, and how far each figure may be off (ir-measures, scikit-learn, SciPy)."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Interval = tuple[float, float]

Figure = Callable[..., float]  # of one sample or more, whose rows are units: questions, documents, pages

RANKING = ("ndcg@10", "map", "recall@10", "mrr@10")
_RESAMPLES = 1_000
_SEED = 7


def ranking(gains: Sequence[Mapping[str, int]], found: Sequence[Sequence[str]]) -> Numbers:
    """A row of the RANKING figures for each question: what is right, with its gain, against what was found, best first.

    nDCG counts the gain itself, not two to its power; for the others any gain above nought is relevant.
    """
    import ir_measures
    from ir_measures import AP, RR, R, nDCG

    measures = (nDCG @ 10, AP, R @ 10, RR @ 10)
    judged = {str(number): dict(right) for number, right in enumerate(gains)}
    runs = {str(number): {id: -float(place) for place, id in enumerate(ids)} for number, ids in enumerate(found)}
    table = np.zeros((len(gains), len(measures)))
    for one in ir_measures.iter_calc(measures, judged, runs):
        table[int(one.query_id), measures.index(one.measure)] = one.value
    return table


def auroc(positive: Numbers, negative: Numbers) -> float:
    """The chance that a positive one scores higher than a negative one, ties counting half."""
    from sklearn.metrics import roc_auc_score

    labels = np.concatenate([np.ones(len(positive)), np.zeros(len(negative))])
    return float(roc_auc_score(labels, np.concatenate([positive, negative])))


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one system at one task on one set; a row of what `evaluate` prints."""

    set: str
    task: str
    system: str
    n: int
    figures: Mapping[str, float]
    intervals: Mapping[str, Interval]
    kind: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)  # of what n is made of, or what was left out
    against: str | None = None  # the system that the figure "difference" is taken to

    def to_dict(self) -> dict[str, Any]:
        """The row as JSON has it, figures rounded to four places."""
        said = {"kind": self.kind, "against": self.against}
        return {
            "set": self.set,
            "task": self.task,
            "system": self.system,
            **{name: value for name, value in said.items() if value is not None},
            "n": self.n,
            **self.counts,
            **{name: round(value, 4) for name, value in self.figures.items()},
            "interval": {name: [round(low, 4), round(high, 4)] for name, (low, high) in self.intervals.items()},
        }


def score(
    set: str, task: str, system: str, samples: Sequence[Numbers], figures: Mapping[str, Figure], **more: Any
) -> Score:
    """These figures of these samples with their intervals; a figure that has no value, such as a share of none, is left out."""
    values = {name: figure(*samples) for name, figure in figures.items()}
    values = {name: value for name, value in values.items() if not math.isnan(value)}
    intervals = {name: found for name in values if (found := interval(figures[name], *samples))}
    return Score(set, task, system, sum(map(len, samples)), values, intervals, **more)


def share(part: float, whole: float) -> float:
    """Part by whole; no number where the whole is nought."""
    return float(part / whole) if whole else math.nan


def column(number: int) -> Figure:
    """The mean of one column of a sample."""
    return lambda units: float(units[:, number].mean()) if len(units) else math.nan


def interval(figure: Figure, *samples: Numbers) -> Interval | None:
    """The 95 % bootstrap interval of a figure of samples, whose rows are drawn anew, each sample by itself.

    None where a sample has fewer than two rows, or where some of what is drawn has no such figure.
    """
    from scipy.stats import DegenerateDataWarning, bootstrap

    if any(len(sample) < 2 for sample in samples):
        return None

    def drawn(*places: NDArray[np.int64]) -> float:
        return figure(*(sample[rows] for sample, rows in zip(samples, places, strict=True)))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DegenerateDataWarning)  # said by no interval
        result: Any = bootstrap(
            tuple(np.arange(len(sample)) for sample in samples),
            drawn,
            n_resamples=_RESAMPLES,
            vectorized=False,
            method="percentile",
            rng=np.random.default_rng(_SEED),
        )
    low, high = float(result.confidence_interval.low), float(result.confidence_interval.high)
    return None if math.isnan(low) or math.isnan(high) else (low, high)
