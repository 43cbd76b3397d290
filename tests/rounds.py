"""Rounds of articles, each of which tells its number, and the process that builds a store of them and may be killed."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from index import Library, build
from index.generation import Generation, current
from index.record import PassageFacts

ARTICLES = 30
LARGEST_FILE = 1024**3  # bytes; a killed Chroma has once left a sparse file of terabytes

SUBJECTS = ["ferry", "bridge", "wreck", "strike", "mussel bed", "lantern", "tram", "pilot", "museum", "hospital"]


def write_round(folder: Path, number: int) -> None:
    """Every article tells the round; from round to round two go, two come, and all others change."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for article in range(number * 2, number * 2 + ARTICLES):
        subject = SUBJECTS[article % len(SUBJECTS)]
        text = f"The {subject} of quarter {article} was in the news in round {number}. Nobody knew why."
        (folder / f"{article:03}.md").write_text(f"---\ntitle: The {subject}\n---\n{text}\n")


class Builder:
    """The process that forks a build for each request."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("crash") / "builder.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE)),
        )

    def build(self, folder: Path, store: Path, kill_at: int | None = None) -> list[str]:
        """The lines of one build, killed as soon as so many were read."""

        def kill(child: int, lines: list[str]) -> None:
            if len(lines) == kill_at:
                os.kill(child, signal.SIGKILL)

        return self.watch(folder, store, kill)

    def watch(self, folder: Path, store: Path, seen: Callable[[int, list[str]], None]) -> list[str]:
        """The lines of one build; after each, and before the first, `seen` is given its process and those so far."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{folder}\t{store}\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        lines: list[str] = []
        seen(child, lines)
        for line in self._process.stdout:
            if line == "end\n":
                return lines
            lines.append(line.strip())
            seen(child, lines)
        raise AssertionError("the builder is gone")

    def close(self) -> None:
        self._process.communicate()
        assert self._process.returncode == 0


def texts(library: Library) -> set[str]:
    with library.view() as view:
        return {view.article(id).text for id in view.some_articles(9999)}


def of_round(number: int) -> set[str]:
    return {
        f"The {SUBJECTS[article % len(SUBJECTS)]} of quarter {article} was in the news in round {number}. Nobody knew why."
        for article in range(number * 2, number * 2 + ARTICLES)
    }


def round_that_answers(store: Path, before: int, after: int) -> int:
    """Which of two rounds a store answers with, all of it and nothing of the other."""
    with Library.open(store) as library:
        found = texts(library)
        now = after if found == of_round(after) else before
        assert found == of_round(now)
        hits = library.search("the ferry in the news", 5)
        assert hits
        assert {hit.text for hit in hits} <= of_round(now) | {
            text.removesuffix(" Nobody knew why.") for text in of_round(now)
        }
    return now


def ids(store: Path) -> tuple[set[str], dict[str, PassageFacts]]:
    """The ids of articles and, as Chroma has them, the passages with what is stored about each."""
    opened = Generation(store, current(store))
    passages = opened.collection.everything()
    opened.close()
    with Library.open(store) as library, library.view() as view:
        return set(view.some_articles(9999)), passages


def ids_of_a_clean_build(folder: Path, store: Path) -> tuple[set[str], dict[str, PassageFacts]]:
    build([folder], store)
    return ids(store)
