"""Collects what the torture tests measure, and ends with a table of it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

import pytest
from measuring import Figures
from rich.console import Console
from rich.table import Table
from rounds import Builder

FIGURES = pytest.StashKey[Figures]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = Figures()


@pytest.fixture
def figures(pytestconfig: pytest.Config) -> Iterator[Figures]:
    """Where a test notes what it measures; what is not held fails it once all is measured."""
    noted = pytestconfig.stash[FIGURES]
    before = len(noted.all)
    yield noted
    if missed := [one for one in noted.all[before:] if not one.held]:
        pytest.fail("; ".join(f"{one.name}: {one.measured}, wanted {one.wanted}" for one in missed), pytrace=False)


@pytest.fixture(scope="session")
def strace() -> str:
    """The program that tells what the kernel is asked for; there is one for Linux alone."""
    if not sys.platform.startswith("linux"):
        pytest.skip("Linux alone has strace, by which this kills or listens; the other torture runs here, too")
    return shutil.which("strace") or pytest.fail("no strace here: sudo apt-get install strace")


@pytest.fixture
def builder() -> Iterator[Builder]:
    """The process that forks builds."""
    started = Builder()
    yield started
    started.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """One line a figure."""
    table = Table("", "wanted", "measured", "")
    for one in config.stash[FIGURES].all:
        table.add_row(one.name, one.wanted, one.measured, "held" if one.held else "NOT HELD")
    console = Console(width=140)
    with console.capture() as text:
        console.print(table)
    terminalreporter.section("measured")
    terminalreporter.write(text.get())
