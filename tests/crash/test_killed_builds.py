"""A build that is killed at any moment leaves a library that answers, all of it from before or all of it from after."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import Library, build, check
from index.generation import Generation, current

KILLS = 20
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
            [sys.executable, str(Path(__file__).with_name("builder.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE)),
        )

    def build(self, folder: Path, store: Path, kill_at: int | None = None) -> list[str]:
        """The lines of one build, killed as soon as so many were read."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{folder}\t{store}\n")
        self._process.stdin.flush()
        child = int(self._process.stdout.readline())
        lines: list[str] = []
        for line in self._process.stdout:
            if line == "end\n":
                return lines
            lines.append(line.strip())
            if len(lines) == kill_at:
                os.kill(child, signal.SIGKILL)
        raise AssertionError("the builder is gone")

    def close(self) -> None:
        self._process.communicate()
        assert self._process.returncode == 0


@pytest.fixture
def builder() -> Iterator[Builder]:
    started = Builder()
    yield started
    started.close()


def texts(library: Library) -> set[str]:
    with library.view() as view:
        return {view.article(id).text for id in view.some_articles(9999)}


def of_round(number: int) -> set[str]:
    return {
        f"The {SUBJECTS[article % len(SUBJECTS)]} of quarter {article} was in the news in round {number}. Nobody knew why."
        for article in range(number * 2, number * 2 + ARTICLES)
    }


def ids(store: Path) -> tuple[set[str], dict[str, dict[str, object]]]:
    """The ids of articles and, as Chroma has them, the passages with what is stored about each."""
    opened = Generation(store, current(store))
    passages = opened.collection.everything()
    opened.close()
    with Library.open(store) as library, library.view() as view:
        return set(view.some_articles(9999)), passages


def test_killed_builds_leave_one_round_whole(tmp_path: Path, builder: Builder) -> None:
    chance = random.Random(20250709)
    folder, store = tmp_path / "articles", tmp_path / "store"
    write_round(folder, 0)
    assert builder.build(folder, store)[-1] == "done"
    published, stages = 0, set()
    for number in range(1, KILLS + 1):
        write_round(folder, number)
        # Of 39 lines 32 say that a file was read; the others are met more often than their number says.
        kill_at = chance.choice([chance.randint(1, ARTICLES), *range(ARTICLES + 3, ARTICLES + 10)])
        lines = builder.build(folder, store, kill_at)
        stages.add(lines[-1].split()[0])
        assert not any(line.startswith("failed") for line in lines), lines
        with Library.open(store) as library:
            found = texts(library)
            now = number if found == of_round(number) else published
            assert found == of_round(now), f"killed after {lines[-1]}"
            hits = library.search("the ferry in the news", 5)
            assert hits
            assert {hit.text for hit in hits} <= of_round(now) | {
                text.removesuffix(" Nobody knew why.") for text in of_round(now)
            }
        published = now
    assert stages >= {"reading", "cutting", "embedding", "writing", "verifying"}  # else the moments do not say much

    assert builder.build(folder, store)[-1] == "done"
    assert ids(store) == ids_of_a_clean_build(folder, tmp_path / "clean")
    assert [one for one in check(store) if not one.ok] == []
    assert len(list((store / "generations").iterdir())) == 1


def ids_of_a_clean_build(folder: Path, store: Path) -> tuple[set[str], dict[str, dict[str, object]]]:
    build([folder], store)
    return ids(store)
