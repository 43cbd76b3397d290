"""The page as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]


@contextmanager
def started(*command: str) -> Iterator[tuple[str, int]]:
    """The address of the page that this command opens, and its process id."""
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("Clippings is open at "), line
        yield line.split()[-1], process.pid
    finally:
        process.terminate()
        process.communicate()


@contextmanager
def running(*command: str) -> Iterator[str]:
    """The address of the page that this command opens."""
    with started(*command) as (address, _):
        yield address
