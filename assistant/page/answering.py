"""How many questions are answered at once, and in whose time: a slow model holds no quotations up."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from index.errors import ClippingsError

T = TypeVar("T")

MOST = 64  # answers of a kind under way; who comes then is told so
EACH = 8  # of one user, where several share the page
QUOTED = 4  # threads that look for quotations: that is computing, and more threads would make it no faster
WRITTEN = MOST  # threads that wait for a model


class Busy(ClippingsError):
    """Too many answers are under way, or the page ends: the question goes back to whoever asked it."""


class Answering:
    """Takes answers step by step in threads, those in quotations in other ones than those that a model writes.

    It belongs to one event loop.
    """

    def __init__(self) -> None:
        self._pools = {
            False: ThreadPoolExecutor(QUOTED, thread_name_prefix="quoting"),
            True: ThreadPoolExecutor(WRITTEN, thread_name_prefix="writing"),
        }
        self._under_way = {False: 0, True: 0}
        self._whose: Counter[str] = Counter()
        self._ending = False

    @property
    def under_way(self) -> int:
        """How many answers are not finished."""
        return sum(self._under_way.values())

    def end(self) -> None:
        """Take no more questions; those under way go on."""
        self._ending = True

    async def steps(self, growing: Generator[T, None, None], written: bool, whose: str = "") -> AsyncGenerator[T, None]:
        """What it yields, computed in a thread; raises Busy where too many are under way, or the page ends.

        `whose` names a user, where several share the page.
        """
        if self._ending:
            raise Busy("Clippings is being closed. Your question is kept here.")
        if self._under_way[written] >= MOST:
            raise Busy(f"Clippings is busy: {MOST} questions are being answered. Ask again in a moment.")
        if whose and self._whose[whose] >= EACH:
            raise Busy(f"{EACH} questions of yours are being answered. Ask again in a moment.")
        self._under_way[written] += 1
        self._whose[whose] += 1
        step: Future[T | None] = Future()
        step.set_result(None)
        try:
            while True:
                step = self._pools[written].submit(next, growing, None)
                value = await asyncio.wrap_future(step)
                if value is None:
                    return
                yield value
        finally:
            self._under_way[written] -= 1
            self._whose[whose] -= 1
            step.add_done_callback(lambda _: growing.close())  # at once, unless a thread is still in it
