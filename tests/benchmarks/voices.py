"""Scores the voices of PolNeAR's articles against its attributions.

    python tests/benchmarks/voices.py CORPORA [--half choose]

An attribution with a source and a cue is found when a mention overlaps its source and the cue beside it lies in the
sentence of its own cue; a mention is right when it finds one. Speech: an attribution whose cue has a word of
`assistant/speech_verbs.txt`, or is "according to". The halves are split by a hash of the article's id.
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
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import assistant
from assistant.answer import Voice
from assistant.voices import every_voice, voices
from index.passages import sentences

Spans = tuple[tuple[int, int], ...]
SPEECH = frozenset(Path(assistant.__file__).with_name("speech_verbs.txt").read_text(encoding="utf-8").split())


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--half", choices=("choose", "report"), default="choose")
    options = parser.parse_args()
    gold = attributions(options.corpora / "polnear")
    docs = [(str(row["id"]), str(row["text"])) for row in rows(options.corpora / "polnear" / "docs.jsonl.gz")]
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
