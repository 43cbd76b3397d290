"""How fast the store is built and asked, beside the plain chain, on the same articles in the same run.

    python tests/benchmarks/speed.py CORPORA [--rounds 5] [--articles 1400 19043 66000] [--json FILE] [--plot FILE]

1,400 articles are polnear's and some of reuters21578, 19,043 all of the latter; more are made of theirs, by chance (seeded):
66,000 are 200,000 passages. Ours and the plain chain (plain_chain.py) alternate; medians are told, and ratios of medians.

Of more than 20,000 articles the plain chain's store is filled with our passages and vectors, since embedding them its way
takes hours; how it is asked is the same, and its building is not told. `--stores DIR` keeps what is built there and asks
what lies there; `--json FILE` keeps the samples and adds to those that it holds, so that rounds may run on several days.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import math
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
from contextlib import contextmanager
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
WHOSE = ("ours", "plain")
INDEX = ("-m", "assistant", "index", "--json", "--store")
QUESTIONS = 100
BEFORE = "1987-04-01"  # half of reuters21578's articles are older
MORE = 1_000  # articles that come while is asked
FILLED = 20_000  # articles; of more, the plain chain's store is filled
SLOWLY = 2_000  # articles; of no more, ours is built by float32 alone, too
BUILD, MEMORY, COLD = "build, characters a second", "build, memory", "cold start to the answer, s"
SEARCH, BY_DATE, ANSWER = "search, p50 ms", "search by date, p50 ms", "answer in quotations, p50 ms"
FIRST = "page, start to the first answer, s"


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

    known = [*([] if count > 10_000 else read("polnear")), *read("reuters21578")]
    yield from known[:count]
    chance = random.Random(7)
    for number in range(len(known), count):
        some = chance.sample(known, 3)
        parts = [part for one in some for part in one["text"].split("\n\n")]
        chance.shuffle(parts)
        yield {**some[0], "id": f"made-{number}", "text": "\n\n".join(parts)[:4_000]}


@dataclass
class Figures:
    """Samples of everything that is measured: of how many articles (0: of the machine), its name, whose it is."""

    samples: dict[tuple[int, str], dict[str, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def add(self, articles: int, name: str, whose: str, value: float) -> None:
        self.samples[articles, name][whose].append(value)

    def read(self, file: Path) -> None:
        for row in json.loads(file.read_text(encoding="utf-8")):
            for whose, values in row["samples"].items():
                self.samples[row["articles"], row["measure"]][whose] += values

    def rows(self) -> list[dict[str, Any]]:
        rows = []
        for (articles, name), samples in self.samples.items():
            ours, plain = (statistics.median(samples[whose]) if samples.get(whose) else None for whose in WHOSE)
            ratio = ours / plain if ours is not None and plain else None
            fields = {"ours": ours, "plain": plain, "ratio": ratio, "samples": samples}
            rows.append({"articles": articles, "measure": name, **fields})
        return sorted(rows, key=lambda row: row["articles"])


class Place:
    """Where so many articles lie, with the stores that are made of them."""

    def __init__(self, count: int, root: Path) -> None:
        self.count, self.root = count, root
        self.folder, self.store, self.chain = (root / name for name in ("articles", "store", "chain"))
        self.questions = root / "questions.txt"

    def write(self, docs: list[dict[str, Any]]) -> None:
        """The articles, and the first sentences of some as what is asked."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "docs.jsonl").write_text(lines(docs), encoding="utf-8")
        sentences = [re.split(r"(?<=[.?!])\s", " ".join(one["text"].split()))[0][:200] for one in docs]
        chance = random.Random(7)
        asked = chance.sample([one for one in sentences if one], QUESTIONS)
        self.questions.write_text("\n".join(asked), encoding="utf-8")


def lines(docs: list[dict[str, Any]]) -> str:
    keep = ("id", "title", "text", "date", "source", "url")
    return "".join(json.dumps({name: one[name] for name in keep if one.get(name)}) + "\n" for one in docs)


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def building(place: Place, docs: list[dict[str, Any]], figures: Figures) -> None:
    """Both stores, anew; and ours once more by float32 alone, where that is no matter of hours."""
    for left in (place.store, place.chain):
        shutil.rmtree(left, ignore_errors=True)
    place.write(docs)
    characters = sum(len(one["text"]) for one in docs)

    def add(whose: str, built: Run, store: Path) -> None:
        figures.add(place.count, "build, s", whose, built.seconds)
        figures.add(place.count, BUILD, whose, characters / built.seconds)
        figures.add(place.count, MEMORY, whose, built.memory)
        figures.add(place.count, "disk", whose, size_of(store))

    add("ours", run(*INDEX, place.store, place.folder), place.store)
    if place.count > FILLED:
        run(HERE / "plain_chain.py", "fill", place.store, place.chain)
        return
    plain = run(HERE / "plain_chain.py", "build", place.folder / "docs.jsonl", place.chain)
    add("plain", plain, place.chain)
    if place.count <= SLOWLY:
        other = place.root / "float32"
        shutil.rmtree(other, ignore_errors=True)
        held = run(HERE / "ours.py", "build_float32", other, place.folder)
        for whose, seconds in (("ours", held.seconds), ("plain", plain.seconds)):
            figures.add(place.count, "build in float32, characters a second", whose, characters / seconds)


def changing(place: Place, figures: Figures) -> None:
    """What builds that change little take; and what a copy of the generation takes."""

    def built(name: str) -> None:
        figures.add(place.count, f"{name}, s", "ours", run(*INDEX, place.store).seconds)

    one = place.folder / "one.md"
    built("nothing changed")
    one.write_text("An otter was seen at the lock.", encoding="utf-8")
    built("one article added")
    one.write_text("A heron was seen at the weir.", encoding="utf-8")
    built("one article changed")
    one.unlink()
    built("one article removed")
    current = max((place.store / "generations").iterdir())
    begun = time.monotonic()
    shutil.copytree(current, place.root / "copy")
    for path in (place.root / "copy").rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    figures.add(place.count, "copy of a generation, s", "ours", time.monotonic() - begun)
    shutil.rmtree(place.root / "copy")


def asking(place: Place, figures: Figures) -> None:
    """What both take to answer."""
    question = place.questions.read_text(encoding="utf-8").splitlines()[0]

    def add(name: str, whose: str, value: float) -> None:
        figures.add(place.count, name, whose, value)

    add(COLD, "ours", run("-m", "assistant", "ask", question, "--store", place.store).seconds)
    add(COLD, "plain", run(HERE / "plain_chain.py", "ask", place.chain, question).seconds)
    for name, before in ((SEARCH, ""), (BY_DATE, BEFORE)):
        add(name, "ours", median_ms(HERE / "ours.py", "search", place.store, place.questions, before))
        plain = median_ms(HERE / "plain_chain.py", "search", place.chain, place.questions, before.replace("-", ""))
        add(name, "plain", plain)
        if name == SEARCH:
            add(ANSWER, "plain", plain)  # which is all that it does
    add(ANSWER, "ours", median_ms(HERE / "ours.py", "answer", place.store, place.questions))
    opened, answered, held = page(place.store)
    add("page, start to open, s", "ours", opened)
    add(FIRST, "ours", answered)
    add("page, memory", "ours", held)
    heavy = run("-c", "import gradio, torch, sentence_transformers")
    add(FIRST, "plain", heavy.seconds)


def median_ms(*command: object) -> float:
    return 1_000 * statistics.median(run(*command).told["seconds"])


@contextmanager
def under_way(place: Place, docs: list[dict[str, Any]]) -> Iterator[None]:
    """A build of some more articles, which goes on meanwhile."""
    more = place.folder / "more.jsonl"
    more.write_text(lines(docs), encoding="utf-8")
    process = subprocess.Popen([sys.executable, *map(str, (*INDEX, place.store))], cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield
        assert process.poll() is None, "the build ended before all was asked"
    finally:
        process.terminate()
        process.wait()
        more.unlink()
        run(*INDEX, place.store)


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
    figures.add(0, "embedder, Gflop/s", "ours", work / told["seconds"] / 1e9)
    for name, kind in (("bf16", torch.bfloat16), ("float32", torch.float32)):
        left, right = torch.ones(4096, 384, dtype=kind), torch.ones(384, 1536, dtype=kind)
        for _ in range(20):
            left @ right
        begun, rounds = time.monotonic(), 200
        for _ in range(rounds):
            left @ right
        speed = rounds * 2 * 4096 * 384 * 1536 / (time.monotonic() - begun) / 1e9
        figures.add(0, f"machine: matrix product in {name}, Gflop/s", "ours", speed)
    with (scratch / "synced").open("wb") as file:
        begun = time.monotonic()
        for _ in range(50):
            file.write(np.zeros(4096, np.uint8).tobytes())
            file.flush()
            os.fsync(file.fileno())
        figures.add(0, "machine: fsync, ms", "ours", (time.monotonic() - begun) / 50 * 1_000)


# Figures of which more is better are turned round, so that less is better everywhere.
DRAWN = {
    "build": (BUILD, True),
    "memory of the build": (MEMORY, False),
    "cold start to the answer": (COLD, False),
    "search": (SEARCH, False),
    "search by date": (BY_DATE, False),
}
COLOURS = ("#a4471f", "#2f6f8f", "#5b7f3a")


def plot(rows: list[dict[str, Any]]) -> str:
    """A drawing of what ours takes as a share of what the plain chain takes, as SVG."""
    sizes = sorted({row["articles"] for row in rows if row["articles"]})
    ratios = {(row["articles"], row["measure"]): row["ratio"] for row in rows}
    shares = {
        (size, name): 1 / ratio if turned else ratio
        for name, (measure, turned) in DRAWN.items()
        for size in sizes
        if (ratio := ratios.get((size, measure)))
    }
    fifths = max([6, *(math.ceil(5 * share) for share in shares.values())])  # so far the axis goes
    left, high, top = 190, 34, 52
    fifth, bottom = 480 / fifths, top + high * len(DRAWN)
    text = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {bottom + 46}" font-family="system-ui, sans-serif" '
        'font-size="13" role="img" aria-label="What Clippings takes as a share of what the plain chain takes.">',
        f'<rect width="720" height="{bottom + 46}" rx="10" fill="#fbfaf7"/><g fill="#1f1d1a">',
    ]
    for place in range(fifths + 1):
        x = left + fifth * place
        text.append(f'<path d="M{x:.0f} {top - 6}V{bottom}" stroke="{"#1f1d1a" if place == 5 else "#d8d3c6"}"/>')
        text.append(f'<text x="{x:.0f}" y="{bottom + 18}" text-anchor="middle">{place / 5:.1f}</text>')
    text.append(f'<text x="{left + fifth * 5:.0f}" y="{bottom + 36}" text-anchor="middle">the plain chain</text>')
    for place, name in enumerate(DRAWN):
        y = top + high * place + 14
        text.append(f'<text x="{left - 14}" y="{y + 4}" text-anchor="end">{name}</text>')
        for size, colour in zip(sizes, COLOURS, strict=False):
            if share := shares.get((size, name)):
                x = left + fifth * 5 * share
                text.append(f'<circle cx="{x:.0f}" cy="{y}" r="6" fill="{colour}" fill-opacity=".85"/>')
    for place, (size, colour) in enumerate(zip(sizes, COLOURS, strict=False)):
        x = left + 150 * place
        text.append(
            f'<circle cx="{x}" cy="20" r="6" fill="{colour}"/><text x="{x + 12}" y="24">{size:,} articles</text>'
        )
    return "\n".join([*text, "</g></svg>", ""])


def table(rows: list[dict[str, Any]]) -> Table:
    shown = Table("articles", "", "ours", "plain chain", "ratio", box=None)
    for row in rows:
        figures = [
            "" if row[name] is None else f"{row[name]:,.3g}" if row[name] < 1e4 else f"{row[name]:,.0f}"
            for name in (*WHOSE, "ratio")
        ]
        shown.add_row(f"{row['articles']:,}" if row["articles"] else "", row["measure"], *figures)
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--articles", type=int, nargs="+", default=[1_400, 19_043, 66_000])
    parser.add_argument("--stores", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    figures = Figures()
    if given.json and given.json.exists():
        figures.read(given.json)
    with tempfile.TemporaryDirectory() as made:
        for number in range(given.rounds):
            limits(given.corpora, Path(made), figures)
            for count in given.articles:
                Console(stderr=True).print(f"round {number + 1} of {given.rounds}: {count:,} articles")
                place = Place(count, (given.stores or Path(made)) / str(count))
                docs = list(articles(given.corpora, count + MORE))
                # The largest is built once: it takes most of an hour, and shows what grows with the store.
                if not place.chain.exists() or (count <= FILLED and not given.stores):
                    building(place, docs[:count], figures)
                changing(place, figures)
                asking(place, figures)
                with under_way(place, docs[count:]):
                    during = median_ms(HERE / "ours.py", "search", place.store, place.questions)
                figures.add(count, "search during a build, p50 ms", "ours", during)
                if given.json:  # after each size: a run may take a day
                    given.json.write_text(json.dumps(figures.rows(), indent=1), encoding="utf-8")
    rows = figures.rows()
    if given.plot:
        given.plot.write_text(plot(rows), encoding="utf-8")
    Console(width=110).print(table(rows))


if __name__ == "__main__":
    main()
