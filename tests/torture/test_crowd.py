"""Fifty visitors at once, some of them with a slow model: nobody sees an error, and quotations do not wait for models."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from chat_server import ChatServer, Messages, Reply, serving
from measuring import Figures
from opened import ROOT, started
from visitors import crowd, peak

from index import build

VISITORS = 50
SECONDS = 60
SLOW = 20  # seconds that the model takes for an answer
MEMORY = 1_500_000_000  # bytes


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("crowd") / "store"
    build([ROOT / "articles"], made)
    return made


@pytest.fixture
def slow() -> Iterator[ChatServer]:
    """A model that takes its time."""

    def reply(_: Messages) -> Reply:
        go_on = threading.Event()
        threading.Timer(SLOW, go_on.set).start()
        return Reply(["Divers found cracks in two of the ", "seven piers of the Pilgrim Bridge."], until=go_on)

    with serving() as server:
        server.reply = reply
        yield server


def test_fifty_visitors_ask_for_quotations(store: Path, figures: Figures) -> None:
    with started("app.py", "--store", str(store), "--port", "0") as (address, pid):
        asyncio.run(crowd(address, {"": 1}, 1))  # the model is loaded
        before = peak(pid)
        seen = asyncio.run(crowd(address, {"": VISITORS}, SECONDS))[""]
        figures.equal(f"{VISITORS} visitors: errors", [], seen.errors)
        figures.add(
            f"{VISITORS} visitors: answered, busy", "answers", f"{len(seen.seconds)}, {seen.busy}", bool(seen.seconds)
        )
        figures.add(f"{VISITORS} visitors: p50, p99", "noted", f"{seen.part(0.5):.1f}, {seen.part(0.99):.1f} s", True)
        figures.at_most(f"{VISITORS} visitors: memory", MEMORY / 1e6, peak(pid) / 1e6, " MB")
        figures.at_most(f"{VISITORS} visitors: memory, over one visitor's", 2, peak(pid) / before)


def test_a_slow_model_slows_no_quotations(store: Path, slow: ChatServer, figures: Figures) -> None:
    command = ("app.py", "--store", str(store), "--port", "0", "--model", slow.name)
    with started(*command) as (address, _):
        asyncio.run(crowd(address, {"": 1}, 1))
        model = slow.name.partition("@")[0]
        alone = asyncio.run(crowd(address, {"": 4}, SECONDS / 2))[""]
        seen = asyncio.run(crowd(address, {"": 4, model: VISITORS - 4}, SECONDS))
        figures.equal("slow model: errors", [], seen[""].errors + seen[model].errors)
        figures.add(
            "slow model: p50 written", f">= {SLOW} s", f"{seen[model].part(0.5):.1f} s", seen[model].part(0.5) >= SLOW
        )
        figures.at_most("slow model: p50 of quotations, over that without it", 3, seen[""].part(0.5) / alone.part(0.5))
        figures.at_most("slow model: slowest of quotations", SLOW, max(seen[""].seconds), " s")
