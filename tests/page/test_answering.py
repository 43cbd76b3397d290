"""How many answers may be under way, and that one kind does not wait for the other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import gradio
import pytest
from fastapi import Request

from app import create_app
from assistant.accounts import ALONE
from assistant.page import answering
from assistant.page.answering import MOST, QUOTED, Answering, Busy
from assistant.page.conversation import Conversation


class Growing:
    """An answer in two parts, the second of which waits to be let go."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.closed = threading.Event()

    def parts(self) -> Generator[str, None, None]:
        try:
            yield "first"
            self.go_on.wait()
            yield "second"
        finally:
            self.closed.set()


async def whole(answering: Answering, growing: Growing, written: bool) -> list[str]:
    return [part async for part in answering.steps(growing.parts(), written)]


def test_an_answer_comes_step_by_step_and_is_counted() -> None:
    async def asking() -> None:
        answering, growing = Answering(), Growing()
        async with aclosing(answering.steps(growing.parts(), written=False)) as steps:
            assert await anext(steps) == "first"
            assert answering.under_way == 1
            growing.go_on.set()
            assert [part async for part in steps] == ["second"]
        assert answering.under_way == 0

    asyncio.run(asking())


def test_slow_models_hold_no_quotations_up_and_one_too_many_is_told() -> None:
    async def asking() -> None:
        answering, slow = Answering(), [Growing() for _ in range(MOST)]
        writing = [asyncio.create_task(whole(answering, one, written=True)) for one in slow]
        while answering.under_way < MOST:
            await asyncio.sleep(0)
        with pytest.raises(Busy, match="busy"):
            await whole(answering, Growing(), written=True)
        quick = Growing()
        quick.go_on.set()
        assert await whole(answering, quick, written=False) == ["first", "second"]
        for one in slow:
            one.go_on.set()
        assert await asyncio.gather(*writing) == [["first", "second"]] * MOST
        assert answering.under_way == 0

    asyncio.run(asking())


def test_more_quotations_than_threads_are_all_given() -> None:
    async def asking() -> None:
        answering, many = Answering(), [Growing() for _ in range(QUOTED * 3)]
        asked = [asyncio.create_task(whole(answering, one, written=False)) for one in many]
        for one in many:
            one.go_on.set()
        assert await asyncio.gather(*asked) == [["first", "second"]] * len(many)

    asyncio.run(asking())


def test_an_answer_that_is_given_up_is_closed_once_no_thread_is_in_it() -> None:
    async def asking() -> None:
        answering, growing = Answering(), Growing()
        task = asyncio.create_task(whole(answering, growing, written=True))
        while not answering.under_way:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert answering.under_way == 0
        growing.go_on.set()
        assert await asyncio.to_thread(growing.closed.wait, 30)

    asyncio.run(asking())


def test_an_answer_that_fails_is_no_longer_counted() -> None:
    def failing() -> Generator[str, None, None]:
        yield "first"
        raise ValueError("no more")

    async def asking() -> None:
        answering = Answering()
        with pytest.raises(ValueError, match="no more"):
            _ = [part async for part in answering.steps(failing(), written=False)]
        assert answering.under_way == 0

    asyncio.run(asking())


def test_when_the_page_ends_no_more_is_asked() -> None:
    async def asking() -> None:
        answering = Answering()
        answering.end()
        with pytest.raises(Busy, match="being closed"):
            await whole(answering, Growing(), written=False)

    asyncio.run(asking())


def test_one_question_too_many_goes_back_where_it_was_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = create_app(tmp_path / "store")
    blocks = next(route.app.blocks for route in page.routes if hasattr(getattr(route, "app", None), "blocks"))
    answer = next(one.fn for one in blocks.fns.values() if one.name == "answer")
    monkeypatch.setattr(answering, "MOST", 0)

    async def asking() -> list[list[Any]]:
        request = gradio.Request(Request({"type": "http", "account": ALONE}))
        return [drawn async for drawn in answer(request, Conversation().ask("Why was the bridge closed?"))]

    [[conversation, *_]] = asyncio.run(asking())
    assert (conversation.turns, conversation.draft) == ((), "Why was the bridge closed?")
    assert conversation.notice == "Clippings is busy: 0 questions are being answered. Ask again in a moment."
