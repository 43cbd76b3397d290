"""Several processes on one store: a second builder is refused, and readers never see two rounds in one answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from measuring import Figures
from rounds import Builder, write_round

from index import build
from index.errors import StoreLocked

READERS, SEARCHES, ROUNDS = 4, 20_000, 20


def test_a_second_builder(tmp_path: Path, builder: Builder, figures: Figures) -> None:
    articles, store = tmp_path / "articles", tmp_path / "store"
    write_round(articles, 0)
    took: list[float] = []
    told: list[bool] = []

    def second(child: int, lines: list[str]) -> None:
        if not lines or lines[-1].startswith("done"):
            return
        started = time.monotonic()
        try:
            build([articles], store)
        except StoreLocked as error:
            told.append(f"process {child} (since " in str(error))
        took.append(time.monotonic() - started)

    assert builder.watch(articles, store, second)[-1] == "done"
    figures.add("second builder: refused, and told who builds", len(took), sum(told), len(took) == sum(told) > 30)
    figures.at_most("second builder: slowest refusal", 1.0, max(took), " s")


def test_readers_while_generations_are_published(tmp_path: Path, builder: Builder, figures: Figures) -> None:
    articles, store = tmp_path / "articles", tmp_path / "store"
    write_round(articles, 0)
    assert builder.build(articles, store)[-1] == "done"
    readers = [start(store, SEARCHES // READERS) for _ in range(READERS)]
    for reader in readers:
        assert reader.stdout
        assert reader.stdout.readline() == "reading\n"
    published: dict[int, float] = {}
    for number in range(1, ROUNDS + 1):
        write_round(articles, number)
        assert builder.build(articles, store)[-1] == "done"
        published[number] = (store / "CURRENT").stat().st_mtime
    answers = [json.loads(reader.communicate()[0]) for reader in readers]
    wrong: Counter[str] = sum((Counter(one["wrong"]) for one in answers), Counter())
    behind = [
        began - published[int(number) + 1] for one in answers for number, began in one["last"].items()
        if int(number) < ROUNDS
    ]  # fmt: skip
    searches = sum(one["searches"] for one in answers)
    figures.add("readers: searches", f">= {SEARCHES}", searches, searches >= SEARCHES)
    met = len(set().union(*(one["last"] for one in answers))) - 1
    figures.add("readers: rounds met", f"> {ROUNDS // 2}", met, met > ROUNDS // 2)
    figures.equal("readers: mixed answers", 0, wrong.pop("mixed", 0))
    figures.add("readers: errors", 0, f"{wrong.total()} {dict(wrong) or ''}".strip(), not wrong)
    figures.at_most("readers: behind what is published", 1.0, max(0.0, *behind), " s")


def start(store: Path, searches: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("reader.py")), str(store), str(searches)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
