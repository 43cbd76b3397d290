"""Builds killed at 340 moments: each leaves a library that answers, all of it from before or all of it from after."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from measuring import Figures
from rounds import ARTICLES, Builder, ids, ids_of_a_clean_build, round_that_answers, write_round

from index import check

BY_LINE, BY_TIME, BY_CALL = 150, 150, 40

# What puts a generation in place, takes the one before away and cleans the record. strace kills at the Nth of a kind,
# before it is done; it follows the building process alone, not the one that verifies.
CALLS = "fsync,fdatasync,rename,unlink,unlinkat,rmdir,ftruncate"


class Rounds:
    """A store of which each build but the last is killed, and what it answered with after each kill."""

    def __init__(self, folder: Path, builder: Builder) -> None:
        self.articles, self.store, self.builder = folder / "articles", folder / "store", builder
        self.number = self.published = 0
        self.answered: Counter[str] = Counter()
        write_round(self.articles, 0)
        assert self.builder.build(self.articles, self.store)[-1] == "done"

    def next(self, kill: Callable[[int, list[str]], None]) -> list[str]:
        """Build the next round with somebody who may kill it; the lines that it came to."""
        self.number += 1
        write_round(self.articles, self.number)
        lines = self.builder.watch(self.articles, self.store, kill)
        assert not any(line.startswith("failed") for line in lines), lines
        try:
            now = round_that_answers(self.store, self.published, self.number)
        except Exception as error:
            self.answered[f"{type(error).__name__}: {error}"] += 1
            return lines
        self.answered["new" if now == self.number else "old"] += 1
        self.published = now
        return lines

    def note(self, figures: Figures, what: str, kills: int) -> None:
        """Note what the kills did, and that nothing of them is left once a build comes to its end."""
        for wrong in [one for one in self.answered if one not in ("old", "new")]:
            figures.equal(f"{what}: {wrong}", 0, self.answered[wrong])
        sound = self.answered["old"] + self.answered["new"]
        figures.add(
            f"{what}: answers all old or all new",
            kills,
            f"{sound} ({self.answered['old']} old, {self.answered['new']} new)",
            sound == kills,
        )
        assert self.builder.build(self.articles, self.store)[-1] == "done"
        found, clean = ids(self.store), ids_of_a_clean_build(self.articles, self.store.with_name("clean"))
        figures.equal(f"{what}: articles lost", 0, len(clean[0] - found[0]))
        figures.equal(f"{what}: ids as of a clean build", True, found == clean)
        figures.equal(f"{what}: faults that check finds", [], [one for one in check(self.store) if not one.ok])
        figures.equal(f"{what}: generations left", 1, len(list((self.store / "generations").iterdir())))


def kill(child: int) -> None:
    with suppress(ProcessLookupError):  # it came to its end
        os.kill(child, signal.SIGKILL)


def test_killed_at_lines_of_progress(tmp_path: Path, builder: Builder, figures: Figures) -> None:
    chance, rounds = random.Random(20250709), Rounds(tmp_path, builder)
    stages = set()
    for _ in range(BY_LINE):
        # Of 39 lines 32 say that a file was read; the others are met more often than their number says.
        at = chance.choice([chance.randint(1, ARTICLES), *range(ARTICLES + 3, ARTICLES + 10)])
        stages.add(rounds.next(lambda child, lines, at=at: kill(child) if len(lines) == at else None)[-1].split()[0])
    figures.add("kills by line: stages met", 5, len(stages), len(stages) >= 5)
    rounds.note(figures, "kills by line", BY_LINE)


def test_killed_at_moments(tmp_path: Path, builder: Builder, figures: Figures) -> None:
    chance, rounds = random.Random(20250710), Rounds(tmp_path, builder)
    moments: list[float] = []
    rounds.next(lambda *_: moments.append(time.monotonic()))
    longest = moments[-1] - moments[0]
    rounds.answered.clear()
    killed = builds = 0
    while killed < BY_TIME and builds < 2 * BY_TIME:
        timers: list[threading.Timer] = []

        def start(child: int, lines: list[str], timers: list[threading.Timer] = timers) -> None:
            if not lines:
                timers.append(threading.Timer(chance.uniform(0, longest), kill, [child]))
                timers[0].start()

        builds += 1
        killed += "done" not in rounds.next(start)
        timers[0].cancel()
    figures.equal("kills by time: builds killed", BY_TIME, killed)
    rounds.note(figures, "kills by time", builds)


def test_killed_at_system_calls_of_publishing(tmp_path: Path, builder: Builder, figures: Figures, strace: str) -> None:
    rounds, log = Rounds(tmp_path, builder), tmp_path / "calls"
    rounds.next(lambda *_: None)
    with traced(strace, log) as follow:
        rounds.next(follow)
    rounds.answered.clear()
    made = Counter(line.partition("(")[0] for line in log.read_text().splitlines() if "(" in line)
    kinds, dice = sorted(made), random.Random(40)
    met: Counter[str] = Counter()
    builds = 0
    while met.total() < BY_CALL and builds < 2 * BY_CALL:
        call = kinds[builds % len(kinds)]  # most are fsync; the others are to come up as often
        with traced(strace, log, call, dice.randint(1, made[call])) as follow:
            rounds.next(follow)
        builds += 1
        calls = log.read_text().splitlines()
        if "killed by SIGKILL" in calls[-1]:
            met[calls[-2].partition("(")[0]] += 1
    figures.add("kills by call: builds killed", BY_CALL, f"{met.total()} {dict(met)}", met.total() == BY_CALL)
    figures.equal("kills by call: kinds of calls", set(made), set(met))
    rounds.note(figures, "kills by call", builds)


class traced:
    """Follows a build from where its generation is made and is to be verified, and kills it at the Nth call of a kind."""

    def __init__(self, strace: str, log: Path, call: str = "", at: int = 0) -> None:
        kill = ["-e", f"inject={call}:signal=SIGKILL:when={at}"] if call else []
        self._command = [strace, "-o", str(log), "-e", f"trace={CALLS}", *kill, "-p"]
        self._strace: subprocess.Popen[str] | None = None

    def __enter__(self) -> Callable[[int, list[str]], None]:
        return self._follow

    def _follow(self, child: int, lines: list[str]) -> None:
        if lines and lines[-1] == "verifying 0 1":
            self._strace = subprocess.Popen([*self._command, str(child)], stderr=subprocess.PIPE, text=True)
            assert self._strace.stderr
            assert "attached" in self._strace.stderr.readline()

    def __exit__(self, *_: object) -> None:
        assert self._strace
        self._strace.communicate()
