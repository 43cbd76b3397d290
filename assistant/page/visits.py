"""Whose each open page is, where several users share the server: Gradio itself asks for no more than the page's own name."""

from __future__ import annotations

import json
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from urllib.parse import parse_qs

from fastapi.responses import PlainTextResponse

from assistant.accounts import Account
from assistant.page.guard import Application, Receive, Scope, Send, replayed

KNOWN = 10_000  # pages whose users are remembered
PAGES = 100  # that a user opens within an hour
EVENTS = 240  # that a user's pages ask for within a minute; a question is three of them
_GRADIO = "/gradio_api/"


class Visits:
    """An ASGI application before another, behind signing in, and behind what holds bodies until they are whole.

    The first user to come with a page's name has it; others are refused what is meant for that page.
    """

    def __init__(self, application: Application, now: Callable[[], float] = time.monotonic) -> None:
        self._application = application
        self._now = now
        self._pages: OrderedDict[str, Account] = OrderedDict()  # the one seen longest ago first
        self._opened: dict[Account, deque[float]] = {}
        self._asked: dict[Account, deque[float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        application: Application = self._application
        if scope["type"] == "http" and scope["path"].startswith(_GRADIO) and scope["account"].name:
            message = await receive()
            receive = replayed(message, receive)
            application = self._refusal(scope, message.get("body", b"")) or application
        await application(scope, receive, send)

    def _refusal(self, scope: Scope, body: bytes) -> PlainTextResponse | None:
        account: Account = scope["account"]
        page = _page(scope, body)
        if page is not None:
            if page not in self._pages:
                if not self._within(self._opened, account, PAGES, 3600):
                    return PlainTextResponse("These are too many pages for one user: wait a while.\n", 429)
                self._pages[page] = account
                if len(self._pages) > KNOWN:
                    self._pages.popitem(last=False)
            if self._pages[page] != account:
                return PlainTextResponse("This page is another user's: load it again.\n", 403)
            self._pages.move_to_end(page)
        if scope["path"].endswith("/join") and not self._within(self._asked, account, EVENTS, 60):
            return PlainTextResponse("This is too much for one user: wait a moment.\n", 429)
        return None

    def _within(self, times: dict[Account, deque[float]], account: Account, most: int, seconds: float) -> bool:
        """Whether a user may do this once more, which is counted."""
        lately, now = times.setdefault(account, deque()), self._now()
        while lately and now - lately[0] >= seconds:
            lately.popleft()
        if len(lately) >= most:
            return False
        lately.append(now)
        return True


def _page(scope: Scope, body: bytes) -> str | None:
    """The name of the page that a request is for, if it says one."""
    path = scope["path"].removeprefix(_GRADIO)
    if path.startswith("heartbeat/"):
        return str(path.partition("/")[2])
    if path == "queue/data":
        return str(parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])[0])
    try:
        named = json.loads(body).get("session_hash")
    except (ValueError, AttributeError, RecursionError):
        return None  # Gradio refuses it
    return named if isinstance(named, str) else None
