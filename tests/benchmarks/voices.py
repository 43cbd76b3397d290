"""Scores the voices of PolNeAR's articles against its attributions, and fits how sure a voice is.

    python tests/benchmarks/voices.py CORPORA [--half choose] [--fit]

An attribution with a source and a cue is found when a mention overlaps its source and the cue beside it lies in the
sentence of its own cue; a mention is right when it finds one. Speech: an attribution whose cue has a word of
`assistant/speech_verbs.txt`, or is "according to". The halves are split by a hash of the article's id.

With `--fit` a logistic regression is fitted on the half *choose* and written to `assistant/voices/sureness.json`. The
sureness from which a voice is given is the least at which precision reaches the floor below, each article being
judged by weights fitted on the others.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import assistant
from assistant.answer import Span, Voice
from assistant.voices import every_voice, sureness, voices
from assistant.voices.cues import Sentence
from assistant.voices.sureness import features
from assistant.voices.tokens import quotations
from index.passages import sentences

Spans = tuple[tuple[int, int], ...]
SPEECH = frozenset(Path(assistant.__file__).with_name("speech_verbs.txt").read_text(encoding="utf-8").split())

FILE = Path(sureness.__file__).with_name("sureness.json")
FLOOR = 0.961  # of precision on the half that is fitted on
LEAST = 8  # how often something is seen before it has a weight
STRENGTH = 0.1  # the inverse of how much weights are held small
TOLD = 0.05  # a smaller weight is left out


@dataclass(frozen=True, slots=True)
class Attribution:
    source: Spans
    cue: Spans
    words: str  # of the cue

    @property
    def speech(self) -> bool:
        words = re.findall(r"[\w-]+", self.words.lower())
        return words == ["according", "to"] or not SPEECH.isdisjoint(words)


def half(doc_id: str) -> str:
    return ("choose", "report")[int(hashlib.sha256(doc_id.encode()).hexdigest(), 16) % 2]


def rows(path: Path) -> Iterator[dict[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def attributions(folder: Path) -> dict[str, list[Attribution]]:
    """Of each article, the attributions that have a source and a cue."""
    found = defaultdict(list)
    for row in rows(folder / "attributions.jsonl.gz"):
        source, cue = (tuple((span["start"], span["end"]) for span in row[key]) for key in ("source", "cue"))  # type: ignore[attr-defined]
        if source and cue:
            words = " ".join(span["text"] for span in row["cue"])  # type: ignore[attr-defined]
            found[str(row["doc_id"])].append(Attribution(source, cue, words))
    return found


def overlap(spans: Spans, start: int, end: int) -> bool:
    return any(first < end and start < last for first, last in spans)


@dataclass(slots=True)
class Score:
    gold: int = 0
    found: int = 0
    speech: int = 0
    speech_found: int = 0
    predicted: int = 0
    right: int = 0
    seconds: float = 0

    def add(
        self, spans: Sequence[tuple[int, int]], predicted: list[Voice], gold: list[Attribution]
    ) -> tuple[list[Voice], list[Attribution]]:
        """Counts one article; gives the predictions that are wrong and the attributions that are missed."""
        starts = [start for start, _ in spans]
        by_sentence = defaultdict(list)
        for voice in predicted:
            by_sentence[bisect_right(starts, voice.cue.start)].append(voice)
        right: set[int] = set()
        missed = []
        for each in gold:
            near = [voice for start, _ in each.cue for voice in by_sentence[bisect_right(starts, start)]]
            fits = [voice for voice in near if overlap(each.source, voice.mention.start, voice.mention.end)]
            right.update(map(id, fits))
            self.gold += 1
            self.found += bool(fits)
            self.speech += each.speech
            self.speech_found += bool(fits) and each.speech
            if not fits:
                missed.append(each)
        self.predicted += len(predicted)
        self.right += len(right)
        return [voice for voice in predicted if id(voice) not in right], missed

    def __str__(self) -> str:
        return (
            f"precision {self.right / self.predicted:.4f} (n {self.predicted})  "
            f"recall {self.found / self.gold:.4f} (n {self.gold})  "
            f"recall_speech {self.speech_found / self.speech:.4f} (n {self.speech})  {self.seconds:.1f} s"
        )


def every(text: str, spans: Sequence[tuple[int, int]]) -> list[Voice]:
    return [voice for voices in every_voice(text, spans) for voice in voices]


def governing(text: str, spans: Sequence[tuple[int, int]]) -> list[Voice]:
    return [voice for voice in voices(text, spans) if voice is not None]


SYSTEMS: dict[str, Callable[[str, Sequence[tuple[int, int]]], list[Voice]]] = {"every": every, "governing": governing}


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be a voice, what is seen around it, and whether it is given in any case: as its sentence's voice."""

    article: str
    voice: Voice
    seen: list[str]
    governing: bool


def candidates(doc_id: str, text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Candidate]:
    quoted = quotations(text)
    starts = [start for start, _ in quoted]
    for (start, end), first in zip(spans, voices(text, spans), strict=True):
        sentence = Sentence(text, start, end, quoted, starts)
        found = sentence.every()
        for each, seen in zip(found, features(sentence, found), strict=True):
            voice = Voice("", sentence.span(each.phrase), Span(*each.cue, text[slice(*each.cue)]))
            yield Candidate(doc_id, voice, seen, first is not None and (first.cue.start, first.cue.end) == each.cue)


def fit(docs: list[tuple[str, str]], gold: dict[str, list[Attribution]]) -> dict[str, float]:
    """The weights of what is seen around a voice, and the sureness from which a voice is given."""
    import numpy as np
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    spans = {doc_id: sentences(text) for doc_id, text in docs}
    every = [candidate for doc_id, text in docs for candidate in candidates(doc_id, text, spans[doc_id])]
    by_article = defaultdict(list)
    for number, candidate in enumerate(every):
        by_article[candidate.article].append(number)
    wrong: set[int] = set()
    for doc_id, numbers in by_article.items():
        wrong |= {id(voice) for voice in Score().add(spans[doc_id], [every[n].voice for n in numbers], gold[doc_id])[0]}
    right = np.array([id(candidate.voice) not in wrong for candidate in every])
    counts = Counter(name for candidate in every for name in candidate.seen)
    table = DictVectorizer()
    seen = table.fit_transform([{n: 1 for n in c.seen if counts[n] >= LEAST} for c in every])

    def model(rows: object) -> LogisticRegression:
        return LogisticRegression(C=STRENGTH, max_iter=2000).fit(seen[rows], right[rows])

    sure = np.zeros(len(every))
    for others, these in GroupKFold(10).split(seen, right, [candidate.article for candidate in every]):
        sure[these] = model(others).predict_proba(seen[these])[:, 1]
    governing = np.array([candidate.governing for candidate in every])
    for from_here in np.arange(0.5, 0.99, 0.005):
        given = governing | (sure >= from_here)
        if right[given].mean() >= FLOOR:
            break
    whole = model(np.arange(len(every)))
    weights = {name: round(float(w), 2) for name, w in zip(table.get_feature_names_out(), whole.coef_[0], strict=True)}
    all_of_them = {"all": round(float(whole.intercept_[0]), 2), "sure": round(float(from_here), 3)}
    return all_of_them | {name: weight for name, weight in sorted(weights.items()) if abs(weight) >= TOLD}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--half", choices=("choose", "report"), default="choose")
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    gold = attributions(options.corpora / "polnear")
    docs = [(str(row["id"]), str(row["text"])) for row in rows(options.corpora / "polnear" / "docs.jsonl.gz")]
    if options.fit:
        fitted = fit([(doc_id, text) for doc_id, text in docs if half(doc_id) == "choose"], gold)
        FILE.write_text(json.dumps(fitted, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
    scores = {name: Score() for name in SYSTEMS}
    for doc_id, text in docs:
        if half(doc_id) != options.half:
            continue
        spans = sentences(text)
        for name, system in SYSTEMS.items():
            before = time.perf_counter()
            predicted = system(text, spans)
            scores[name].seconds += time.perf_counter() - before
            scores[name].add(spans, predicted, gold[doc_id])
    for name, score in scores.items():
        sys.stdout.write(f"{options.half} {name:9} {score}\n")


if __name__ == "__main__":
    main()
