"""Visitors of the page, who ask as a browser does."""

from __future__ import annotations

import asyncio
import json
import random
import re
import secrets
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

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
