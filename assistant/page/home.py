"""Gradio's own HTML, tidied: it starts in our style, and only the scripts that came with it run."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

from assistant.page.guard import Application, Message, Receive, Scope, Send, policy

HEAD = (
    "<title>Clippings</title>"
    '<link rel="icon" type="image/svg+xml" href="/favicon.svg">'
    '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
    '<link rel="stylesheet" href="/page/style.css"><link rel="stylesheet" href="/page/library.css">'
    '<link rel="stylesheet" href="/page/past.css">'
    '<script src="/page/stream.js"></script><script src="/page/page.js" defer></script><script src="/page/library.js" defer></script>'
    '<script src="/page/past.js" defer></script></head>'
)
# What stands before and after Gradio's own part of the page, which is one of two tabs.
_BEFORE, _AFTER = (Path(__file__).parent / "library.html").read_text(encoding="utf-8").split("</header>\n", 1)
_CHAT = re.compile(r"<gradio-app\b.*?</gradio-app>", re.S)
# The base would be refused by our policy; the others name Gradio's own picture and text on other hosts.
_DROPPED = re.compile(r'<base [^>]*>|<meta\s+(?:property="og:|name="twitter:)[^>]*>|<link rel="manifest"[^>]*>')
_SCRIPT = re.compile(r"<script\b")


def tidied(html: str, nonce: str) -> str:
    """The page with our head and the Library, its scripts named by this answer's nonce.

    What Gradio writes into its scripts has every "<" escaped, so each script tag here is its own.
    """
    html = _DROPPED.sub("", html)
    html = _SCRIPT.sub(f'<script nonce="{nonce}"', html)
    html = _CHAT.sub(
        lambda found: (
            f'{_BEFORE}</header><div id="ask" role="tabpanel" aria-labelledby="tab-ask">{found[0]}</div>{_AFTER}'
        ),
        html,
        count=1,
    )
    return html.replace("</head>", HEAD.replace("<script", f'<script nonce="{nonce}"'), 1)


class Home:
    """Answers "/" with Gradio's page, tidied, and passes everything else on; `opened` is called beside."""

    def __init__(self, application: Application, opened: Callable[[], None]) -> None:
        self._application = application
        self._opened = opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await self._application(scope, receive, send)
            return
        self._opened()
        plain = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
        start: MutableMapping[str, Any] = {}
        body = bytearray()

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))

        await self._application({**scope, "headers": plain}, receive, hold)
        nonce = secrets.token_urlsafe(16)
        page = tidied(body.decode("utf-8"), nonce).encode()
        dropped = (b"content-length", b"content-security-policy")
        headers = [(name, value) for name, value in start["headers"] if name.lower() not in dropped]
        headers += [
            (b"content-length", str(len(page)).encode()),
            (b"content-security-policy", policy(f"'nonce-{nonce}'").encode()),
            (b"cache-control", b"no-store"),
        ]
        await send({**start, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else page})
