"""How fast the store is built and asked, beside the plain chain, on the same articles in the same run.

    python tests/benchmarks/speed.py CORPORA [--rounds 5] [--articles 1400 19000] [--json FILE]

1,400 articles are polnear's and some of reuters21578, 19,000 all of the latter; more are made of theirs, by chance (seeded).
Ours and the plain chain (plain_chain.py) alternate; medians are told, and ratios of medians.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from opened import started
from visitors import crowd, peak

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
QUESTIONS = 100
BEFORE = "1987-04-01"  # half of reuters21578's articles are older


@dataclass
class Run:
    """A command that ended: what it printed, how long it took, the most memory that it or a child of it held."""

    printed: str
    seconds: float
    memory: int

    @property
    def told(self) -> dict[str, Any]:
        fields = json.loads(self.printed)
        assert isinstance(fields, dict)
        return fields


def run(*command: object) -> Run:
    begun = time.monotonic()
    process = subprocess.Popen([sys.executable, *map(str, command)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    scale = 1 if sys.platform == "darwin" else 1024
    return Run(printed, time.monotonic() - begun, usage.ru_maxrss * scale)


def articles(corpora: Path, count: int) -> Iterator[dict[str, Any]]:
    """So many articles; beyond those that there are, paragraphs of all of them recombined."""

    def read(name: str) -> Iterator[dict[str, Any]]:
        with gzip.open(corpora / name / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)

    known = [*([] if count > 2_000 else read("polnear")), *read("reuters21578")]
    yield from known[:count]
    chance = random.Random(7)
    for number in range(len(known), count):
        some = chance.sample(known, 3)
        parts = [part for one in some for part in one["text"].split("\n\n")]
        chance.shuffle(parts)
        yield {**some[0], "id": f"made-{number}", "text": "\n\n".join(parts)[:4_000]}


@dataclass
class Figures:
    """Samples of everything that is measured, by its name and by whose it is."""

    samples: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def add(self, name: str, whose: str, value: float) -> None:
        self.samples[name][whose].append(value)

    def median(self, name: str, whose: str) -> float | None:
        found = self.samples[name].get(whose)
        return statistics.median(found) if found else None

    def rows(self) -> Iterator[dict[str, Any]]:
        for name in self.samples:
            ours, plain = self.median(name, "ours"), self.median(name, "plain")
            ratio = ours / plain if ours is not None and plain else None
            yield {"measure": name, "ours": ours, "plain": plain, "ratio": ratio, "samples": self.samples[name]}


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measure(corpora: Path, count: int, scratch: Path, figures: Figures) -> None:
    """One round of everything at one size."""
    scale = f"{count:,} articles: "
    folder, store, chain = scratch / "articles", scratch / "store", scratch / "chain"
    for left in (folder, store, chain):
        shutil.rmtree(left, ignore_errors=True)
    folder.mkdir()
    docs = list(articles(corpora, count))
    keep = ("id", "title", "text", "date", "source", "url")
    lines = [json.dumps({name: one[name] for name in keep if one.get(name)}) for one in docs]
    (folder / "docs.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    characters = sum(len(one["text"]) for one in docs)
    first_sentences = [re.split(r"(?<=[.?!])\s", " ".join(one["text"].split()))[0][:200] for one in docs]
    asked = scratch / "questions.txt"
    chance = random.Random(7)
    asked.write_text("\n".join(chance.sample([one for one in first_sentences if one], QUESTIONS)), encoding="utf-8")

    index = ("-m", "assistant", "index", "--store", store, "--json")
    built = run(*index, folder)
    figures.add(scale + "build, characters a second", "ours", characters / built.seconds)
    figures.add(scale + "build, memory", "ours", built.memory)
    plainly = run(HERE / "plain_chain.py", "build", folder / "docs.jsonl", chain)
    figures.add(scale + "build, characters a second", "plain", characters / plainly.seconds)
    figures.add(scale + "build, memory", "plain", plainly.memory)
    figures.add(scale + "disk", "ours", size_of(store))
    figures.add(scale + "disk", "plain", size_of(chain))

    figures.add(scale + "no change, share of the build", "ours", run(*index).seconds / built.seconds)
    one = folder / "one.md"
    for change, text in (("added", "An otter was seen at the lock."), ("changed", "A heron was seen at the weir.")):
        one.write_text(text, encoding="utf-8")
        figures.add(scale + f"one article {change}, share of the build", "ours", run(*index).seconds / built.seconds)
    one.unlink()
    figures.add(scale + "one article removed, share of the build", "ours", run(*index).seconds / built.seconds)

    question = asked.read_text(encoding="utf-8").splitlines()[0]
    cold = run("-m", "assistant", "ask", question, "--store", store)
    figures.add(scale + "cold start to the answer, s", "ours", cold.seconds)
    figures.add(
        scale + "cold start to the answer, s", "plain", run(HERE / "plain_chain.py", "ask", chain, question).seconds
    )
    times = {
        "search": run(HERE / "ours.py", "search", store, asked),
        "search, by date": run(HERE / "ours.py", "search", store, asked, BEFORE),
        "answer in quotations": run(HERE / "ours.py", "answer", store, asked),
    }
    plain = {
        "search": run(HERE / "plain_chain.py", "search", chain, asked),
        "search, by date": run(HERE / "plain_chain.py", "search", chain, asked, BEFORE.replace("-", "")),
    }
    plain["answer in quotations"] = plain["search"]  # which is all that it does
    for name, ended in times.items():
        figures.add(scale + f"{name}, p50 ms", "ours", 1_000 * statistics.median(ended.told["seconds"]))
        figures.add(scale + f"{name}, p50 ms", "plain", 1_000 * statistics.median(plain[name].told["seconds"]))
    opened, answered, held = page(store)
    figures.add(scale + "page, start to open, s", "ours", opened)
    figures.add(scale + "page, start to the first answer, s", "ours", answered)
    figures.add(scale + "page, memory", "ours", held)
    heavy = run("-c", "import gradio, torch, sentence_transformers")
    figures.add(scale + "page, start to the first answer, s", "plain", heavy.seconds)


def page(store: Path) -> tuple[float, float, int]:
    """Seconds until the page is open, and until it has answered; and the most memory that it held."""
    begun = time.monotonic()
    with started("app.py", "--store", str(store), "--port", "0") as (address, process):
        opened = time.monotonic() - begun
        seen = asyncio.run(crowd(address, {"": 1}, 0.01))[""]
        answered = time.monotonic() - begun
        assert (len(seen.seconds), seen.errors) == (1, [])
        return opened, answered, peak(process)


def limits(corpora: Path, scratch: Path, figures: Figures) -> None:
    """What the machine can do, and the embedder's share of it."""
    import torch

    texts = scratch / "texts.txt"
    some = [" ".join(one["text"].split())[:1_200] for one in articles(corpora, 1_400)]
    texts.write_text("\n".join(one for one in some if len(one) > 600)[:800_000], encoding="utf-8")
    told = run(HERE / "ours.py", "embed", texts).told
    # Of MiniLM: six layers, 384 wide, 1,536 within, and attention to all word pieces of a text.
    work = sum(length * 6 * 2 * (4 * 384**2 + 2 * 384 * 1536 + 2 * length * 384) for length in told["lengths"])
    figures.add("embedder, Gflop/s", "ours", work / told["seconds"] / 1e9)
    for name, kind in (("bf16", torch.bfloat16), ("float32", torch.float32)):
        left, right = torch.ones(4096, 384, dtype=kind), torch.ones(384, 1536, dtype=kind)
        for _ in range(20):
            left @ right
        begun, rounds = time.monotonic(), 200
        for _ in range(rounds):
            left @ right
        speed = rounds * 2 * 4096 * 384 * 1536 / (time.monotonic() - begun) / 1e9
        figures.add(f"machine: matrix product in {name}, Gflop/s", "ours", speed)
    with (scratch / "synced").open("wb") as file:
        begun = time.monotonic()
        for _ in range(50):
            file.write(np.zeros(4096, np.uint8).tobytes())
            file.flush()
            os.fsync(file.fileno())
        figures.add("machine: fsync, ms", "ours", (time.monotonic() - begun) / 50 * 1_000)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--articles", type=int, nargs="+", default=[1_400, 19_043])
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    figures = Figures()
    with tempfile.TemporaryDirectory() as made:
        for number in range(given.rounds):
            limits(given.corpora, Path(made), figures)
            for count in given.articles:
                Console(stderr=True).print(f"round {number + 1} of {given.rounds}: {count:,} articles")
                measure(given.corpora, count, Path(made), figures)
    rows = list(figures.rows())
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    table = Table("", "ours", "plain chain", "ratio", box=None)
    for row in rows:
        shown = [
            "" if row[name] is None else f"{row[name]:,.3g}" if row[name] < 1e4 else f"{row[name]:,.0f}"
            for name in ("ours", "plain", "ratio")
        ]
        table.add_row(row["measure"], *shown)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
