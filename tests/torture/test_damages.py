"""Every file of a store flipped, cut, zeroed and missing: nothing wrong is answered, it is named, and it is mended."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from measuring import Figures

from index import build
from index.generation import Generation, current, folder_of
from index.record import Record

SUBJECTS = ["ferry", "bridge", "wreck", "strike", "mussels", "lantern", "tram", "pilot", "museum", "hospital"]
VERBS = ["was late on Monday", "cost the city a fortune", "is shown to visitors", "made people talk"]
BLOCK = 4096
SEGMENT = (
    ".fast",
    ".fieldnorm",
    ".idx",
    ".pos",
    ".store",
    ".term",
)  # of tantivy, opened and hashed alike: two damages do


def write_articles(folder: Path) -> None:
    """Forty articles, of which the last two are near-copies."""
    folder.mkdir()
    for number in range(40):
        subject, verb = SUBJECTS[number % 10], VERBS[number // 10 % 4]
        text = f"The {subject} {verb}. Witness number {number} told it at the town hall."
        if number >= 38:
            text = " ".join(
                f"On day {day} the {SUBJECTS[day]} {VERBS[day % 4]}, said the harbour." for day in range(10)
            )
        (folder / f"{number:02}.md").write_text(
            f"---\ntitle: The {subject}, part {number}\npublisher: Paper {number % 3}\n"
            f"date: 2025-07-{number % 28 + 1:02}\n---\n{text}\n"
        )


def flipped(data: bytearray, chance: random.Random) -> bytearray:
    """One bit of a byte that is not zero: bytes that are may belong to nothing."""
    data[chance.choice([at for at, byte in enumerate(data) if byte])] ^= 1 << chance.randrange(8)
    return data


def cut(data: bytearray, chance: random.Random) -> bytearray:
    return data[: chance.randrange(len(data))]


def zeroed(data: bytearray, chance: random.Random) -> bytearray:
    """A block that was not zero."""
    first = chance.choice([at for at, byte in enumerate(data) if byte]) // BLOCK * BLOCK
    some = data[first : first + BLOCK]
    return data[:first] + bytes(len(some)) + data[first + len(some) :]


Damage = Callable[[bytearray, random.Random], bytearray]
DAMAGES: dict[str, Damage | None] = {"flipped": flipped, "cut": cut, "zeroed": zeroed, "missing": None}


class Apart:
    """The process that asks, checks and mends in forks of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("apart.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )

    def do(self, what: str, store: Path, folder: Path) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{what}\t{store}\t{folder}\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture
def apart() -> Iterator[Apart]:
    started = Apart()
    yield started
    started.close()


Passages = dict[tuple[str, int, int], dict[str, Any]]


def passages_of(store: Path) -> Passages:
    """What a sound store holds: each passage by its article's path and place, with what a hit tells of it."""
    opened, record = Generation(store, current(store)), Record(store / "record.sqlite")
    held: Passages = {}
    for row in opened.collection.everything().values():
        article = record.article(row.article_id, opened.number)
        held[article.paths[0], row.start, row.end] = {
            "text": article.text[row.start : row.end],
            "title": article.title,
            "publisher": article.publisher,
            "published": article.published.isoformat() if article.published else None,
        }
    opened.close()
    record.close()
    return held


def files_of(store: Path) -> list[Path]:
    """Every file of the store that says something, by its path in it; the lock and other empty ones say nothing."""
    paths = (path for path in store.rglob("*") if path.is_file() and path.name not in ("lock", ".tantivy-meta.lock"))
    return sorted(path.relative_to(store) for path in paths if path.stat().st_size or path.name == "in-use")


class Tally:
    """What became of each damage, by what is told of it."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self.told: dict[str, list[str]] = {
            name: [] for name in ("wrong answers", "no plain error", "ended its process", "not named", "not mended")
        }

    def answers(self, name: str, answer: dict[str, Any], sound: Passages) -> None:
        """Hold what was asked against what a sound store holds."""
        self.outcome(f"{name}, asked", answer)
        for one in answer.get("answers", ()):
            self.outcome(f"{name}, asked", one)
            for hit in one.get("hits", ()):
                told = sound.get((hit["path"], hit["start"], hit["end"]), {})
                if not told or any(hit[field] != value for field, value in told.items()):
                    self.told["wrong answers"].append(f"{name}: {hit['text'][:40]}")

    def outcome(self, name: str, answer: dict[str, Any]) -> None:
        if "raised" in answer:
            self.told["no plain error"].append(f"{name}: {answer['raised'][:120]}")
        if "ended" in answer:
            self.told["ended its process"].append(f"{name}: {answer['ended']}")


def test_damaged_files(tmp_path: Path, apart: Apart, figures: Figures) -> None:
    articles, whole, store = tmp_path / "articles", tmp_path / "whole", tmp_path / "store"
    write_articles(articles)
    build([articles], whole)
    sound, tally, of_record = passages_of(whole), Tally(), 0
    generation = folder_of(Path(), 1).as_posix() + "/"
    for path in files_of(whole):
        for kind, damage in DAMAGES.items():
            if damage and not (whole / path).stat().st_size or path.suffix in SEGMENT and kind in ("cut", "zeroed"):
                continue
            name = f"{path.as_posix().removeprefix(generation)} {kind}"
            shutil.rmtree(store, ignore_errors=True)
            shutil.copytree(whole, store)
            if damage:
                bytes_now = damage(bytearray((whole / path).read_bytes()), random.Random(name))
                (store / path).write_bytes(bytes_now)
            else:
                (store / path).unlink()
            tally.all.append(name)
            of_record += path.name == "record.sqlite"
            tally.answers(name, apart.do("ask", store, articles), sound)
            checked = apart.do("check", store, articles)
            tally.outcome(f"{name}, checked", checked)
            if not (checked.get("failed") or "error" in checked):
                tally.told["not named"].append(name)
            mended = left = apart.do("repair", store, articles)
            tally.outcome(f"{name}, mended", mended)
            if path.name == "record.sqlite":
                apart.do("index", store, articles)
                left = apart.do("check", store, articles)
            if left != {"failed": []} or passages_of(store) != sound:
                tally.told["not mended"].append(f"{name}: {str(mended)[:120]} {str(left)[:120]}")
    figures.add("damages", ">= 60", f"{len(tally.all)} ({of_record} to the record)", len(tally.all) >= 60)
    for what, which in tally.told.items():
        figures.add(f"damages: {what}", 0, f"{len(which)} {'; '.join(which)}".strip(), not which)
