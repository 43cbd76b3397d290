"""Builds, one after the other: the command itself in a child process, at low priority, so that the page still answers."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from index.process import own_environment

COMMAND = (sys.executable, "-m", "assistant")
NICENESS = 10
RETRY = 2.0  # seconds until a store that another process writes is tried again
PATIENCE = 5.0  # seconds that a child has to end when it is told to
_HELD = "is being written by"  # what the command says of a store that another process writes

log = logging.getLogger("clippings")


@dataclass(frozen=True, slots=True)
class Job:
    """A command on the store, and what a person calls it."""

    arguments: tuple[str, ...]
    told: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How a job ended: with the report that the command printed, or with its last line."""

    job: Job
    how: Literal["done", "failed", "cancelled"]
    message: str
    report: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What the builder does now, what waits, and how the last job ended."""

    job: Job | None = None
    stage: str = ""
    done: int = 0
    total: int = 0
    held: str = ""  # who writes the store, while that is not us
    waiting: tuple[Job, ...] = ()
    last: Ended | None = None
    ended: int = 0  # jobs so far


class Builder:
    """Runs jobs on a store one at a time; thread-safe."""

    def __init__(self, store: Path, command: Sequence[str] = COMMAND, retry: float = RETRY) -> None:
        self._store = store
        self._command = tuple(command)
        self._retry = retry
        self._changed = threading.Condition()
        self._state = State()
        self._child: subprocess.Popen[str] | None = None
        self._cancelled = False
        self._closed = False
        self._worker: threading.Thread | None = None

    @property
    def state(self) -> State:
        with self._changed:
            return self._state

    def add(self, job: Job) -> None:
        """Run this after what is there already; the same job is not queued twice."""
        with self._changed:
            if self._closed or job in self._state.waiting:
                return
            self._state = replace(self._state, waiting=(*self._state.waiting, job))
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="builder", daemon=True)
                self._worker.start()
            self._changed.notify_all()

    def cancel(self) -> None:
        """End what runs and drop what waits; what was built of it so far is kept for the next time."""
        with self._changed:
            self._state = replace(self._state, waiting=())
            self._cancelled = self._state.job is not None
            self._changed.notify_all()
            self._signal(signal.SIGTERM)

    def until(self, reached: Callable[[State], bool]) -> State:
        """The state as soon as it is so."""
        with self._changed:
            self._changed.wait_for(lambda: reached(self._state))
            return self._state

    def settle(self) -> State:
        """The state as soon as nothing runs or waits any more."""
        return self.until(lambda state: state.job is None and not state.waiting)

    def close(self) -> None:
        """End the child and take no more jobs; a second call does nothing."""
        with self._changed:
            self._closed = True
            worker, self._worker = self._worker, None
        self.cancel()
        if worker is None:
            return
        worker.join(PATIENCE)
        if worker.is_alive():
            with self._changed:
                self._signal(signal.SIGKILL)
            worker.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or bool(self._state.waiting))
                if self._closed:
                    return
                job, *others = self._state.waiting
                last, ended = self._state.last, self._state.ended
                self._state = State(job, waiting=tuple(others), last=last, ended=ended)
                self._cancelled = False
                self._changed.notify_all()
            try:
                outcome = self._run(job)
            except OSError as error:
                outcome = Ended(job, "failed", f"The command could not be started ({error.strerror or error}).")
            except Exception:  # or the page would say for ever that something is being built
                log.exception("A build could not be followed")
                outcome = Ended(job, "failed", "Something went wrong. The log says what.")
            with self._changed:
                waiting, ended = self._state.waiting, self._state.ended
                self._state = State(waiting=waiting, last=outcome, ended=ended + 1)
                self._changed.notify_all()

    def _run(self, job: Job) -> Ended:
        while True:
            outcome = self._run_once(job)
            with self._changed:
                if self._cancelled:
                    return Ended(job, "cancelled", "Cancelled.")
                if outcome.how != "failed" or _HELD not in outcome.message:
                    return outcome
                self._state = replace(self._state, stage="", done=0, total=0, held=outcome.message)
                self._changed.notify_all()
                if self._changed.wait_for(lambda: self._cancelled, self._retry):
                    return Ended(job, "cancelled", "Cancelled.")

    def _run_once(self, job: Job) -> Ended:
        said: deque[str] = deque(maxlen=20)
        # A report may be longer than a pipe holds, and until the child has ended nobody would empty it.
        with tempfile.TemporaryFile("w+", encoding="utf-8") as printed:
            with self._changed:
                if self._cancelled:
                    return Ended(job, "cancelled", "Cancelled.")
                child = self._child = self._start(job, printed.fileno())
            assert child.stderr
            for line in child.stderr:
                self._hear(line.strip(), said)
            code = child.wait()
            with self._changed:
                self._child = None
            child.stderr.close()
            printed.seek(0)
            report = _report(printed.read())
        message = said[-1] if said else "" if code == 0 else f"The command ended without a word (status {code})."
        return Ended(job, "done" if code == 0 else "failed", message, report if code == 0 else None)

    def _start(self, job: Job, printed: int) -> subprocess.Popen[str]:
        threads = str(max(1, (os.cpu_count() or 2) // 2))
        verb, *others = job.arguments
        child = subprocess.Popen(
            [*self._command, verb, "--store", str(self._store), "--progress", "json", *others],
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**own_environment(), "OMP_NUM_THREADS": threads, "PYTHONUTF8": "1"},
            start_new_session=True,  # an interrupt at the terminal is ours to pass on, and its own children end with it
        )
        with suppress(OSError):  # it may have ended by now
            os.setpriority(os.PRIO_PROCESS, child.pid, NICENESS)
        return child

    def _hear(self, line: str, said: deque[str]) -> None:
        """Take a line of the child as a step of its progress, else as something it says."""
        step = _step(line)
        if step is None:
            if line:
                said.append(line)
            return
        stage, done, total = step
        with self._changed:
            self._state = replace(self._state, stage=stage, done=done, total=total, held="")
            self._changed.notify_all()

    def _signal(self, number: signal.Signals) -> None:
        child = self._child
        if child is not None and child.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, number)


def _step(line: str) -> tuple[str, int, int] | None:
    try:
        fields = json.loads(line)
        return str(fields["stage"]), int(fields["done"]), int(fields["total"])
    except (ValueError, KeyError, TypeError):
        return None


def _report(printed: str) -> Mapping[str, Any] | None:
    try:
        report = json.loads(printed)
    except ValueError:
        return None
    return report if isinstance(report, dict) else None
