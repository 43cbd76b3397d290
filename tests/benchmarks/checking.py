"""Measures assistant/checking on statements that are known to be true or false; --write fits its weights first.

    python tests/benchmarks/checking.py [--corpora CORPORA] [--write] [--claims] [--show KIND]

Rates are of tests/mutations.py, the part that was looked at and the part that was not. With CORPORA, its wice claims
too: the weights are fitted on wice's choose half and our own first part, wice's report half is reported. --claims
writes a sample of them, the same number of each kind, to tests/quality/checking/claims.jsonl. Prints JSON.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

sys.path.insert(0, str(Path(__file__).parents[1]))

from mutations import Claim, claims

from assistant import checking
from assistant.checking import Check, Evidence, check, meaning, remembering
from index import embedder

SAMPLED = 40  # of each kind: what keeps the small quality run fast
QUALITY = Path(__file__).parents[1] / "quality" / "checking" / "claims.jsonl"


def checked(made: list[Claim], embed: Any) -> list[tuple[Claim, Check]]:
    return [(claim, check(claim.statement, claim.evidence, embed)) for claim in made]


def rates(results: list[tuple[Claim, Check]]) -> dict[str, Any]:
    """By kind: of true statements the share that is kept, of false ones the share that is caught."""
    table: dict[str, list[bool]] = defaultdict(list)
    for claim, found in results:
        right = found.supported == claim.true
        table[claim.kind].append(right)
        table[f"{claim.kind}: {claim.way}"].append(right)
    return {kind: {"rate": round(float(np.mean(right)), 4), "n": len(right)} for kind, right in sorted(table.items())}


def wice(corpora: Path) -> list[dict[str, Any]]:
    with gzip.open(corpora / "wice" / "claims.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def half(key: str) -> int:
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % 2


def seen_features(statement: str, evidence: list[Evidence], embed: Any) -> dict[str, float]:
    """What the score is read off, caught on its way into the score."""
    caught: dict[str, float] = {}
    score = meaning.score

    def catch(seen: dict[str, float]) -> float:
        caught.update(seen)
        return score(seen)

    meaning.score = catch
    try:
        check(statement, evidence, embed)
    finally:
        meaning.score = score
    return caught


def fit(rows: list[dict[str, float]], labels: list[bool], weights: list[float]) -> dict[str, Any]:
    names = sorted(rows[0])
    table = np.array([[row[name] for name in names] for row in rows])
    model = LogisticRegression(C=1.0, max_iter=1000).fit(table, labels, sample_weight=weights)
    return {
        "intercept": round(float(model.intercept_[0]), 3),
        "weights": {name: round(float(weight), 3) for name, weight in zip(names, model.coef_[0], strict=True)},
    }


def sample(made: list[Claim]) -> list[Claim]:
    """Some of each kind, always the same ones, in their order."""
    chance = random.Random(40)
    kinds = {kind: [claim for claim in made if claim.kind == kind] for kind in sorted({claim.kind for claim in made})}
    chosen = {claim.id for some in kinds.values() for claim in chance.sample(some, min(SAMPLED, len(some)))}
    return [claim for claim in made if claim.id in chosen]


def write_claims(made: list[Claim]) -> None:
    QUALITY.parent.mkdir(parents=True, exist_ok=True)
    with QUALITY.open("w", encoding="utf-8") as file:
        for claim in sample(made):
            line = {
                "id": claim.id,
                "claim": claim.statement,
                "label": "supported" if claim.true else "not_supported",
                "evidence_sentences": [one.text for one in claim.evidence],
                "kind": claim.kind,
                "evidence": [
                    {
                        "text": one.text,
                        "speaker": one.voice.speaker if one.voice else None,
                        "publisher": one.publisher,
                        "published": one.published.isoformat() if one.published else None,
                    }
                    for one in claim.evidence
                ],
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, help="measure wice, too")
    parser.add_argument("--write", action="store_true", help="fit and write assistant/checking/weights.json")
    parser.add_argument("--claims", action="store_true", help=f"write {QUALITY}")
    parser.add_argument("--show", action="append", default=[], help="show the first part's mistakes of this kind")
    options = parser.parse_args()
    embed = remembering(embedder.load(embedder.find()).embed, most=100_000)
    made = claims()
    if options.claims:
        write_claims(made)
    printed: dict[str, Any] = {}
    if options.corpora:
        printed["wice"] = measure_wice(options.corpora, made, embed, options.write)
    begun = time.perf_counter()
    results = checked(made, embed)
    printed["milliseconds"] = round(1000 * (time.perf_counter() - begun) / len(made), 1)
    for part, name in ((0, "looked_at"), (1, "kept_apart")):
        printed[name] = rates([(claim, found) for claim, found in results if claim.part == part])
    for claim, found in results:
        if claim.part == 0 and claim.kind in options.show and found.supported != claim.true:
            told = " | ".join(one.text for one in claim.evidence)
            sys.stderr.write(
                f"{claim.id} {claim.way} {found.score:.2f} {found.reasons}\n  S {claim.statement}\n  E {told}\n"
            )
    sys.stdout.write(json.dumps(printed, indent=1) + "\n")


def measure_wice(corpora: Path, made: list[Claim], embed: Any, write: bool) -> dict[str, Any]:
    rows: dict[int, list[tuple[dict[str, float], bool]]] = {0: [], 1: []}
    for one in wice(corpora):
        evidence = [Evidence(text) for text in one["evidence_sentences"]]
        rows[half(one["id"])].append((seen_features(one["claim"], evidence, embed), one["label"] == "supported"))
    if write:
        target = Path(checking.__file__).with_name("weights.json")
        target.write_text(json.dumps(fitted(rows[0], made, embed), indent=1) + "\n", encoding="utf-8")
        meaning.fitted.cache_clear()
    measured: dict[str, Any] = {}
    for part, name in ((0, "choose"), (1, "report")):
        labels = [label for _, label in rows[part]]
        scores = [meaning.score(seen) for seen, _ in rows[part]]
        measured[name] = {"auroc": round(float(roc_auc_score(labels, scores)), 3), "n": len(labels)}
    return measured


def fitted(chosen: list[tuple[dict[str, float], bool]], made: list[Claim], embed: Any) -> dict[str, Any]:
    """Weights on wice's choose half and our true statements' first part; `least` is half of what the lowest of the latter has."""
    true = [claim for claim in made if claim.true and claim.part == 0]
    ours = [seen_features(claim.statement, list(claim.evidence), embed) for claim in true]
    rows = [seen for seen, _ in chosen] + ours
    labels = [label for _, label in chosen] + [True] * len(ours)
    found = fit(rows, labels, [1.0] * len(chosen) + [0.1] * len(ours))
    chances = [_chance(found, seen) for seen in ours]
    return {**found, "least": round(0.5 * min(chances), 3)}


def _chance(found: dict[str, Any], seen: dict[str, float]) -> float:
    logit = found["intercept"] + sum(weight * seen[name] for name, weight in found["weights"].items())
    return float(1 / (1 + np.exp(-logit)))


if __name__ == "__main__":
    main()
