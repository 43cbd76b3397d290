"""Builds in a child process: one at a time, with progress, cancelled cleanly, patient with another builder."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.page import phrases
from assistant.page.building import Builder, Job, State

# A command that does what its first argument says, and notes in the store that it was there.
CHILD = """
import json, os, sys, threading
doing, store = sys.argv[1], sys.argv[sys.argv.index("--store") + 1]
with open(os.path.join(store, "ran"), "a") as ran:
    ran.write(f"{doing} {os.getpriority(os.PRIO_PROCESS, 0)} {os.environ['OMP_NUM_THREADS']}\\n")
def step(stage, done, total):
    print(json.dumps({"stage": stage, "done": done, "total": total}), file=sys.stderr, flush=True)
if doing == "wait":
    step("embedding", 3, 7)
    threading.Event().wait()
if doing == "fail":
    print("a warning\\nThe folder is missing; name another.", file=sys.stderr)
    sys.exit(1)
if doing == "die":
    os.abort()
step("reading", 1, 1)
print(json.dumps({"added": 2, "changed": 0, "kept": 1, "seconds": 0.5, "unreadable": ["x" * 300_000]}))
"""


@pytest.fixture
def builder(tmp_path: Path) -> Iterator[Builder]:
    script = tmp_path / "child.py"
    script.write_text(CHILD, encoding="utf-8")
    opened = Builder(tmp_path, [sys.executable, str(script)], retry=0.01)
    yield opened
    opened.close()


def ran(builder: Builder, *jobs: str) -> State:
    for job in jobs:
        builder.add(Job((job,), job))
    return builder.settle()


def test_a_job_ends_with_its_report(builder: Builder, tmp_path: Path) -> None:
    last = ran(builder, "index").last
    assert last
    assert last.how == "done"
    assert last.report
    assert last.report["added"] == 2
    name, nice, threads = (tmp_path / "ran").read_text().split()
    assert (name, int(nice) > os.getpriority(os.PRIO_PROCESS, 0)) == ("index", True)
    assert int(threads) == max(1, (os.cpu_count() or 2) // 2)


def test_jobs_run_one_after_the_other_and_none_twice(builder: Builder, tmp_path: Path) -> None:
    builder.add(Job(("wait",), "first"))
    builder.until(lambda state: state.stage == "embedding")
    for told in ("second", "second", "third"):
        builder.add(Job(("index", told), told))
    assert [job.told for job in builder.state.waiting] == ["second", "third"]
    assert phrases.progress(builder.state) == "first. Making passages searchable by meaning: 3 of 7 (2 more to do)"
    builder.cancel()
    assert builder.settle().waiting == ()
    assert (tmp_path / "ran").read_text().count("\n") == 1


def test_a_failure_is_its_last_line(builder: Builder) -> None:
    last = ran(builder, "fail").last
    assert last
    assert (last.how, last.message) == ("failed", "The folder is missing; name another.")
    assert phrases.ended(last) == "The folder is missing; name another."


def test_a_child_that_dies_is_told(builder: Builder) -> None:
    last = ran(builder, "die").last
    assert last
    assert (last.how, last.message) == ("failed", "The command ended without a word (status -6).")


def test_a_command_that_is_not_there_is_told(tmp_path: Path) -> None:
    builder = Builder(tmp_path, [str(tmp_path / "nothing")])
    last = ran(builder, "index").last
    builder.close()
    assert last
    assert last.message == "The command could not be started (No such file or directory)."


def test_what_nobody_foresaw_ends_the_job_and_not_the_builder(
    builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(job: Job) -> None:
        raise RuntimeError(job)

    with monkeypatch.context() as patch:
        patch.setattr(builder, "_run", broken)
        last = ran(builder, "index").last
    assert last
    assert (last.how, last.message) == ("failed", "Something went wrong. The log says what.")
    assert ran(builder, "fail").ended == 2


def test_cancelling_ends_the_child(builder: Builder) -> None:
    builder.add(Job(("wait",), "Adding"))
    builder.until(lambda state: state.stage == "embedding")
    builder.cancel()
    last = builder.settle().last
    assert last
    assert last.how == "cancelled"
    assert phrases.ended(last) == "Adding: cancelled. What was done so far is kept for the next time."
    after = ran(builder, "index").last
    assert after
    assert after.how == "done"


def test_closing_ends_the_child_and_takes_no_more(builder: Builder, tmp_path: Path) -> None:
    builder.add(Job(("wait",), "Adding"))
    builder.until(lambda state: state.stage == "embedding")
    before = threading.active_count()
    builder.close()
    assert threading.active_count() == before - 1
    builder.add(Job(("index",), "late"))
    assert builder.state.waiting == ()
    builder.close()
    assert (tmp_path / "ran").read_text().count("\n") == 1


@pytest.mark.parametrize("ending", [Builder.cancel, None])
def test_another_builder_is_waited_for(tmp_path: Path, ending: Callable[[Builder], None] | None) -> None:
    folder, store = tmp_path / "articles", tmp_path / "store"
    folder.mkdir()
    store.mkdir()
    (folder / "one.md").write_text("The ferry sails at noon.", encoding="utf-8")
    builder = Builder(store, retry=0.01)
    with (store / "lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("process 7 (since noon)")
        lock.flush()
        builder.add(Job(("index", "--json", "--", str(folder)), "Adding articles"))
        held = builder.until(lambda state: bool(state.held))
        assert "process 7 (since noon)" in phrases.progress(held)
        if ending:
            ending(builder)
            builder.settle()
    last = builder.settle().last
    builder.close()
    assert last
    assert last.how == ("cancelled" if ending else "done")
    if last.report:
        told = {"added": 1, "changed": 0, "kept": 0, "unreadable": []}
        assert told.items() <= last.report.items()
        assert phrases.ended(last).startswith("Adding articles: 1 added, 0 changed, 0 removed, 0 kept and 0 duplicates")


def test_a_long_report_does_not_stop_the_child(builder: Builder) -> None:
    last = ran(builder, "index", "again").last
    assert last
    assert last.report
    assert len(json.dumps(last.report["unreadable"])) > 65_536
