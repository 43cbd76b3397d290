"""Fits what ranks sentences and how sure answers are on labelled questions, and measures the sureness on others.

    python tests/benchmarks/calibrate.py CORPORA [--kept FILE] [--write]

Writes assistant/ranking.json and assistant/confidence.json, and draws docs/confidence.svg. One half of the questions of
squad2, xquad, clapnq and covid_qa below CORPORA fits them (each half is split off by `clippings evaluate`'s rule), the
other half is measured. Three kinds are asked: questions that the collection answers, near misses (written to look
answerable), and questions of other collections, cranfield's too. Prints JSON.
"""

from __future__ import annotations

import argparse
import json
import pickle
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant import confidence
from assistant.evaluate.labelled import folded, half, read, sample
from assistant.evaluate.questions import Prepared, elsewhere, prepare
from assistant.ranking import Sentence
from assistant.retriever import retrieve
from index import Library
from index.search import View

SETS = ("squad2", "xquad", "clapnq", "covid_qa", "cranfield")
FITTED = SETS[:-1]  # cranfield only lends its questions
SHARE = {"answered": 0.6, "near": 0.2, "elsewhere": 0.2}  # the mix of questions that confidence speaks of
ELSEWHERE = 120  # questions of other sets that each set and half is asked
Kind = Literal["answered", "near", "elsewhere"]


@dataclass(frozen=True)
class Asked:
    """A question with the sentences found for it."""

    set: str
    kind: Kind
    half: str
    features: np.ndarray[Any, np.dtype[np.float32]]  # a row a sentence
    right: np.ndarray[Any, np.dtype[np.bool_]]  # whether the gold answer stands in it


def ask(view: View, names: list[str], text: str, answers: Sequence[str]) -> tuple[Any, Any]:
    ranked, _ = retrieve(view, text)
    rows, right = [], []
    for one in ranked:
        for sentence in one.sentences:
            names[:] = names or list(sentence.features)
            rows.append([sentence.features[name] for name in names])
            quoted = folded(one.hit.article.text[sentence.start : sentence.end])
            right.append(any(answer in quoted for answer in answers))
    return np.array(rows, np.float32).reshape(len(rows), len(names)), np.array(right, bool)


def gather(corpora: Path, stores: Path, most: int) -> tuple[list[str], list[Asked]]:
    prepared = {
        name: prepare(read(corpora / name), stores / name, "", lambda *_: None, lambda _: None) for name in SETS
    }
    names: list[str] = []
    found = []
    for name in FITTED:
        one: Prepared = prepared[name]
        questions = sample(one.labelled.questions, "choose", most) + sample(one.labelled.questions, "report", most)
        with Library.open(one.store) as library, library.view() as view:
            for question in questions:
                kind: Kind = "answered" if question.answerable else "near"
                found.append(Asked(name, kind, half(question.key), *ask(view, names, question.text, question.answers)))
            for part in ("choose", "report"):
                for question in elsewhere(one, list(prepared.values()), part)[:ELSEWHERE]:
                    found.append(Asked(name, "elsewhere", part, *ask(view, names, question.text, ())))
        sys.stderr.write(f"{name}: {len(found)} questions so far\n")
    return names, found


def fit_ranking(asked: Sequence[Asked]) -> tuple[Any, float]:
    """Weights and a level under which a sentence with the answer beats the question's others, and all of a question without one.

    A softmax over the sentences of each question (ListNet), and over their sum whether there is an answer at all.
    """
    torch.manual_seed(0)
    some = [one for one in asked if len(one.right) and (one.kind != "answered" or one.right.any())]
    together = np.concatenate([one.features for one in some])
    mean, scale = together.mean(axis=0), together.std(axis=0) + 1e-3
    longest = max(len(one.right) for one in some)
    table = torch.zeros(len(some), longest, together.shape[1])
    there, right = (torch.zeros(len(some), longest, dtype=torch.bool) for _ in range(2))
    for row, one in enumerate(some):
        table[row, : len(one.right)] = torch.from_numpy((one.features - mean) / scale)
        there[row, : len(one.right)] = True
        right[row, : len(one.right)] = torch.from_numpy(one.right)
    answered = right.any(dim=1)
    weights, level = torch.zeros(together.shape[1], requires_grad=True), torch.zeros(1, requires_grad=True)
    steps = 300
    optimizer = torch.optim.AdamW([weights, level], lr=0.03, weight_decay=0.03)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    for _ in range(steps):
        scores = (table @ weights + level).masked_fill(~there, -1e4)
        whole = torch.logsumexp(scores, 1)
        first = (whole - torch.logsumexp(scores.masked_fill(~right, -1e4), 1))[answered].mean()
        any_at_all = torch.nn.functional.binary_cross_entropy_with_logits(whole, answered.float())
        optimizer.zero_grad()
        (first + 0.5 * any_at_all).backward()
        optimizer.step()
        schedule.step()
    fitted = np.asarray(weights.detach().numpy() / scale, float)
    return fitted, float(level.detach()) - float(fitted @ mean)


def read_off(names: Sequence[str], ranking: tuple[Any, float], one: Asked) -> dict[str, float]:
    """What confidence is read off, for one question."""
    scores = one.features @ ranking[0] + ranking[1]
    order = np.argsort(-scores)
    sentences = [
        Sentence(0, 0, 0, float(scores[row]), 0, dict(zip(names, one.features[row].tolist(), strict=True)))
        for row in order
    ]
    return confidence.features(sentences)


def fit_confidence(table: Any, kinds: Any, right: Any) -> tuple[Any, float]:
    """Weights and intercept of the log-odds that the question is answered in what was found."""
    weight = np.array([SHARE[kind] / (kinds == kind).mean() for kind in kinds])
    scale = table.std(axis=0) + 1e-6
    model = LogisticRegression(C=1.0, max_iter=2000).fit(table / scale, right, sample_weight=weight)
    return model.coef_[0] / scale, float(model.intercept_[0])


def measure(asked: Sequence[Asked], chances: Any, answer: float, closest: float) -> dict[str, float]:
    kinds = np.array([one.kind for one in asked])
    figures: dict[str, float] = {"questions": len(asked)}
    for kind, name in (("elsewhere", "elsewhere"), ("near", "near_misses"), ("answered", "answerable")):
        of = chances[kinds == kind]
        figures[f"refused_{name}"] = float((of < closest).mean())
        figures[f"answer_{name}"] = float((of >= answer).mean())
        figures[f"closest_{name}"] = float(((closest <= of) & (of < answer)).mean())
        if kind != "answered":
            good = chances[kinds == "answered"]
            figures[f"auroc_{name}"] = float(roc_auc_score([1] * len(good) + [0] * len(of), [*good, *of]))
    return {name: round(value, 3) for name, value in figures.items()}


def curve(asked: Sequence[Asked], chances: Any, bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean chance, share answered, questions) in bins of equally many questions, in the mix of SHARE."""
    kinds = np.array([one.kind for one in asked])
    right = np.array([one.kind == "answered" and bool(one.right.any()) for one in asked])
    weight = np.array([SHARE[kind] / (kinds == kind).mean() for kind in kinds])
    order = np.argsort(chances)
    return [
        (
            float(np.average(chances[rows], weights=weight[rows])),
            float(np.average(right[rows], weights=weight[rows])),
            len(rows),
        )
        for rows in np.array_split(order, bins)
    ]


def drawing(points: Sequence[tuple[float, float, int]], answer: float, closest: float) -> str:
    """The reliability curve as SVG: what is said against what was found."""

    def x(value: float) -> float:
        return round(50 + 300 * value, 1)

    def y(value: float) -> float:
        return round(330 - 300 * value, 1)

    dots = "".join(f'<circle cx="{x(said)}" cy="{y(found)}" r="4" fill="#1f5fa8"/>' for said, found, _ in points)
    line = " ".join(f"{x(said)},{y(found)}" for said, found, _ in points)
    marks = "".join(
        f'<line x1="{x(at)}" y1="30" x2="{x(at)}" y2="330" stroke="#bbb" stroke-dasharray="3 3"/>'
        f'<text x="{x(at) + 3}" y="42" fill="#666">{name}</text>'
        for at, name in ((closest, "closest"), (answer, "answer"))
    )
    ticks = "".join(
        f'<text x="{x(n / 5)}" y="348" text-anchor="middle">{n / 5:.1f}</text>'
        f'<text x="44" y="{y(n / 5) + 4}" text-anchor="end">{n / 5:.1f}</text>'
        for n in range(6)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 380 385" font-family="sans-serif" font-size="12">'
        '<rect width="380" height="385" fill="#fff"/><rect x="50" y="30" width="300" height="300" fill="none" stroke="#999"/>'
        f'<line x1="50" y1="330" x2="350" y2="30" stroke="#999"/>{marks}{ticks}'
        f'<polyline points="{line}" fill="none" stroke="#1f5fa8" stroke-width="1.5"/>{dots}'
        '<text x="200" y="372" text-anchor="middle">confidence</text>'
        '<text x="14" y="180" text-anchor="middle" transform="rotate(-90 14 180)">share answered in what was found</text>'
        "</svg>\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--questions", type=int, default=1100, help="the most of a set and half")
    parser.add_argument("--kept", type=Path, help="keep what was found there, or fit on what is kept there")
    parser.add_argument("--write", action="store_true", help="write the weights and the drawing")
    options = parser.parse_args()
    if options.kept and options.kept.exists():
        names, asked = pickle.loads(options.kept.read_bytes())
    else:
        with tempfile.TemporaryDirectory() as folder:
            names, asked = gather(options.corpora, Path(folder), options.questions)
        if options.kept:
            options.kept.write_bytes(pickle.dumps((names, asked)))
    asked = [one for one in asked if len(one.right)]
    choose, report = ([one for one in asked if one.half == part] for part in ("choose", "report"))
    weights, level = fit_ranking(choose)
    ranking = np.round(weights, 3), round(level, 3)

    def table(some: Sequence[Asked]) -> Any:
        return np.array([list(read_off(names, ranking, one).values()) for one in some])

    seen = list(read_off(names, ranking, choose[0]))
    kinds = np.array([one.kind for one in choose])
    right = np.array([one.kind == "answered" and bool(one.right.any()) for one in choose])
    weights, intercept = fit_confidence(table(choose), kinds, right)
    weights, intercept = np.round(weights, 3), round(intercept, 3)

    def chances(some: Sequence[Asked]) -> Any:
        return 1 / (1 + np.exp(-(table(some) @ weights + intercept)))

    of = chances(choose)
    # Below it lie all but 5 in 100 of the questions from elsewhere: whatever comes nearer is shown.
    closest = round(float(np.quantile(of[kinds == "elsewhere"], 0.95)), 3)
    answer = 0.5
    measured = measure(report, chances(report), answer, closest)
    fitted = {
        "model_digest": confidence.calibration().model_digest,
        "intercept": intercept,
        "weights": dict(zip(seen, weights.tolist(), strict=True)),
        "closest": closest,
        "answer": answer,
        "measured": measured,
    }
    if options.write:
        folder = Path(confidence.__file__).parent
        weighed = {"level": ranking[1], "weights": dict(zip(names, ranking[0].tolist(), strict=True))}
        (folder / "ranking.json").write_text(json.dumps(weighed, indent=1) + "\n", encoding="utf-8")
        (folder / "confidence.json").write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
        drawn = drawing(curve(report, chances(report)), answer, closest)
        (folder.parent / "docs" / "confidence.svg").write_text(drawn, encoding="utf-8")
    by_set = {}
    for name in FITTED:
        some = [one for one in report if one.set == name]
        first = [bool(one.right[np.argmax(one.features @ ranking[0])]) for one in some if one.kind == "answered"]
        by_set[name] = {"best_sentence": round(float(np.mean(first)), 3)}
        if {one.kind for one in some} == set(SHARE):
            by_set[name] |= measure(some, chances(some), answer, closest)
    sys.stdout.write(json.dumps({**fitted, "choose": measure(choose, of, answer, closest), "report": by_set}, indent=1))


if __name__ == "__main__":
    main()
