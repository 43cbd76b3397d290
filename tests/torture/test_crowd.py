"""Fifty visitors at once, some of them with a slow model: nobody sees an error, and quotations do not wait for models."""

from __future__ import annotations

import asyncio
import json
import random
import re
import secrets
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from chat_server import ChatServer, Messages, Reply, serving
from measuring import Figures
from opened import ROOT, started

from index import build

VISITORS = 50
SECONDS = 60
SLOW = 20  # seconds that the model takes for an answer
MEMORY = 1_500_000_000  # bytes
NOTICE = 3  # its place among what an answer draws
QUESTIONS = [
    "Why was the Pilgrim Bridge closed?",
    "Who died on the ferry?",
    "What does the repair cost?",
    "When will the bridge open again?",
    "What is the capital of Mongolia?",
]


@dataclass
class Seen:
    """What the visitors met: seconds of each answer, how often the page was busy, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    busy: int = 0
    errors: list[str] = field(default_factory=list)

    def part(self, share: float) -> float:
        return statistics.quantiles(self.seconds, n=100, method="inclusive")[round(share * 100) - 1]


class Visitor:
    """Somebody who asks as the browser does: by Gradio's queue, one question after the other."""

    def __init__(self, client: httpx.AsyncClient, events: dict[str, int], number: int, model: str) -> None:
        self._client, self._events, self._model = client, events, model
        self._session = secrets.token_hex(6)
        self._chance = random.Random(number)

    async def visit(self, until: float, seen: Seen) -> None:
        """Ask until then."""
        while time.monotonic() < until:
            begun = time.monotonic()
            try:
                notice = await self._ask(self._chance.choice(QUESTIONS))
            except (httpx.HTTPError, AssertionError) as error:
                seen.errors.append(f"{type(error).__name__}: {error}")
                return
            if "busy" in notice:
                seen.busy += 1
            elif notice:
                seen.errors.append(notice)
            else:
                seen.seconds.append(time.monotonic() - begun)

    async def _ask(self, question: str) -> str:
        """What the page says above the question once it is answered: nothing, if all went well."""
        await self._event("begin", [question, None, self._model])
        return str((await self._event("answer", [None]))[NOTICE])

    async def _event(self, name: str, data: list[object]) -> list[object]:
        event = {"data": data, "fn_index": self._events[name], "session_hash": self._session}
        joined = await self._client.post("/gradio_api/queue/join", json=event)
        joined.raise_for_status()
        id = joined.json()["event_id"]
        stream = self._client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self._session})
        async with stream as answer:
            async for line in answer.aiter_lines():
                message = json.loads(line.removeprefix("data: ")) if line else {}
                if message.get("msg") == "process_completed" and message["event_id"] == id:
                    assert message["success"], message
                    return list(message["output"]["data"])
        raise AssertionError("the stream ended before the answer")


async def crowd(address: str, kinds: dict[str, int], seconds: float) -> dict[str, Seen]:
    """What so many visitors of each kind meet, a kind being the model that they ask for."""
    seen = {kind: Seen() for kind in kinds}
    models = [kind for kind, count in kinds.items() for _ in range(count)]
    async with httpx.AsyncClient(base_url=address, timeout=300, limits=httpx.Limits()) as client:
        config = re.search(r"window\.gradio_config = (\{.*?\});</script>", (await client.get("/")).text, re.S)
        assert config
        events = {one["api_name"]: one["id"] for one in json.loads(config[1])["dependencies"]}
        until = time.monotonic() + seconds
        visitors = [Visitor(client, events, number, model) for number, model in enumerate(models)]
        await asyncio.gather(
            *(visitor.visit(until, seen[model]) for visitor, model in zip(visitors, models, strict=True))
        )
    return seen


def peak(pid: int) -> int:
    """The most memory that a process has held, in bytes."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) * 1024


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
