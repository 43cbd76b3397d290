"""Files are read in another process, with limits: they come from strangers, and the libraries that read them can hang.

The process is asked for a file by a line of JSON, and answers with lines of JSON: one a reading, followed by its text,
one a record that can't be read, and one at the end.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from index.errors import Unreadable
from index.process import own_python
from index.readers import read as read_file
from index.readers.fields import Reading

SECONDS = 9  # without an article, or an end: with stopping it, ten at most
MEMORY = 512 * 1024 * 1024  # bytes
_CODE = 64 * 1024 * 1024  # of it, for what is mapped and not counted as data
_TIRED = MEMORY // 2  # what a process may have come to need before it makes room for a new one
_PIECE = 1024 * 1024  # bytes read from the pipe at once


class Reader:
    """Reads files one after the other in a process of its own, which is started anew when it had to be stopped."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._held = bytearray()

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process; a second call does nothing."""
        process, self._process = self._process, None
        self._held.clear()
        if process is not None:
            process.kill()  # it holds nothing that could be lost
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):  # what was not written yet
                    pipe.close()  # type: ignore[union-attr]
            process.wait()

    def read(self, path: Path) -> Iterator[Reading | Unreadable]:
        """The articles of a file, one by one, and in their place the records that can't be read.

        Raises Unreadable when the file as a whole can't be read (any further) or goes over a limit, OSError when it
        can't be opened.
        """
        done = False
        try:
            self._ask(path)
            while not done:
                message = json.loads(self._line())
                if "reading" in message:
                    yield _reading(message["reading"], self._take(message["bytes"]))
                elif "unreadable" in message:
                    yield Unreadable(message["unreadable"])
                else:
                    done = True
        finally:
            if not done:  # stopped, dead, or not asked to its end
                self.close()
        if message["tired"]:
            self.close()
        if "failed" in message:
            raise Unreadable(message["failed"])
        if "closed" in message:
            raise OSError(*message["closed"])

    def _ask(self, path: Path) -> None:
        if self._process is not None and self._process.poll() is not None:
            self.close()  # it died since, and not over this file
        if self._process is None:
            command, environment = own_python("from index.readers.apart import serve; serve()")
            environment["OPENBLAS_NUM_THREADS"] = "1"  # each thread's stack counts as memory
            self._process = subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            assert json.loads(self._line()) == "ready"
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(os.path.abspath(path)).encode() + b"\n")
        self._process.stdin.flush()

    def _line(self) -> bytes:
        searched = 0
        end = time.monotonic() + SECONDS
        while (at := self._held.find(b"\n", searched)) < 0:
            searched = len(self._held)
            self._more(end)
        return self._take(at + 1)

    def _take(self, size: int) -> bytes:
        end = time.monotonic() + SECONDS
        while len(self._held) < size:
            self._more(end)
        taken = bytes(memoryview(self._held)[:size])
        del self._held[:size]
        return taken

    def _more(self, end: float) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        if not select.select([pipe], [], [], max(0.0, end - time.monotonic()))[0]:
            raise Unreadable(f"reading it took more than {SECONDS} seconds")
        piece = os.read(pipe, _PIECE)
        if not piece:
            raise Unreadable(_death(self._process.wait()))
        self._held += piece


def _death(status: int) -> str:
    if -status in (signal.SIGPROF, signal.SIGXCPU):
        return f"reading it took more than {SECONDS} seconds"
    how = signal.strsignal(-status) if status < 0 else f"exit {status}"
    return f"what reads this kind of file broke down over it ({how})"


def _reading(fields: dict[str, Any], text: bytes) -> Reading:
    published = date.fromisoformat(fields["published"]) if fields["published"] else None
    lists = {name: tuple(fields[name]) for name in ("authors", "pages", "marks")}
    return Reading(**{**fields, **lists, "text": text.decode(), "published": published})


# In the other process


def serve() -> None:
    """Answer what is asked on standard input, until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks decides what an interruption means
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a library that prints must not answer
    logging.disable()
    _limit()
    _send(answers, "ready")
    for line in sys.stdin.buffer:
        _answer(answers, Path(json.loads(line)))


def _limit() -> None:
    for what, most in (
        (resource.RLIMIT_DATA, MEMORY - _CODE),  # macOS counts hardly anything as data: there only time is limited
        (resource.RLIMIT_FSIZE, 0),  # nothing is written: whatever a file asks for
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # a lower one holds already, or this system has none
            resource.setrlimit(what, (most, most))


def _answer(answers: BinaryIO, path: Path) -> None:
    end: dict[str, Any] = {"end": True}
    try:
        _renew()
        for one in read_file(path):
            if isinstance(one, Unreadable):
                _send(answers, {"unreadable": str(one)})
            else:
                text = one.text.encode()
                fields = {**asdict(replace(one, text="")), "published": one.published and one.published.isoformat()}
                _send(answers, {"reading": fields, "bytes": len(text)}, text)
            _renew()
    except Unreadable as error:
        end = {"failed": str(error)}
    except MemoryError:
        end = {"failed": f"reading it takes more than {MEMORY // 1024 // 1024} MB of memory", "tired": True}
    except RecursionError:
        end = {"failed": "nested too deeply"}
    except OSError as error:
        end = {"closed": [error.errno, error.strerror or str(error)]}
    except Exception as error:  # whatever the libraries make of it: one file, never the build
        what = " ".join(str(error).split())[:120]
        end = {"failed": f"not read ({type(error).__name__}{': ' if what else ''}{what})"}
    _send(answers, {"tired": _used() > _TIRED, **end})


def _used() -> int:
    """The most memory that this process has had, in bytes."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:  # no Linux
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Not ru_maxrss: Linux begins that with what the process had that started this one.
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def _renew() -> None:
    """Let the next article have its time, counted in seconds of work: where nobody waits any more it ends all the same."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)


def _send(answers: BinaryIO, message: Any, text: bytes = b"") -> None:
    answers.write(json.dumps(message).encode() + b"\n")
    answers.write(text)
    answers.flush()
