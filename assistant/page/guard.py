"""What stands before every request: where it comes from, where it may go, how large it may be, and what the answer allows."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import anyio

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_LIMIT = 1_000_000  # bytes; a question has at most 2,000 characters, and a conversation stays on the server
SHORT_LIMIT = 10_000  # bytes of a rating with its reason
PATIENCE = 30  # seconds until a body that is held has to be whole
FILE_LIMIT = 50_000_000  # bytes of a file that is added: the longest that an article may be
NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


def policy(scripts: str = "") -> str:
    """What the page may load and run: its own files, and the scripts named here."""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {scripts}".rstrip(),
            "style-src 'self' 'unsafe-inline'",  # Gradio's components set styles as they are drawn
            "img-src 'self' data: blob:",
            "media-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "frame-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        ]
    )


HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


@dataclass(frozen=True, slots=True)
class Way:
    """A kind of request that the page makes."""

    method: str
    path: str
    # What the body must be, where the request changes something: no other page can send that without asking first.
    body: str = ""
    limit: int = BODY_LIMIT
    streamed: bool = False  # passed on piece by piece; else the body is held until it is whole

    def leads(self, method: str, path: str) -> bool:
        return method == self.method and re.fullmatch(self.path, path) is not None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not passed on, and how HTTP calls that."""

    status: int
    why: str


TOO_MUCH = Refusal(413, "This is more than the page takes.")
TOO_SLOW = Refusal(408, "This took too long to come.")

# Everything that the page asks for. Gradio has some sixty routes more, among them some that take files,
# read them, or fetch an address: none of those is needed, so none of those is there.
WAYS = (
    Way("GET", r"/"),
    Way("GET", r"/healthz"),
    Way("GET", r"/articles/[^/]{1,256}"),
    Way("GET", r"/page/(style|library|past|login)\.css"),
    Way("GET", r"/page/(page|library|past|stream|login)\.js"),
    Way("GET", r"/favicon\.(svg|ico)"),
    Way("GET", r"/theme\.css"),
    Way("GET", r"/(assets|static)/[0-9A-Za-z_./@-]+"),
    Way("GET", r"/gradio_api/(app_id|queue/data)"),
    Way("GET", r"/gradio_api/heartbeat/[0-9A-Za-z_-]{1,64}"),
    Way("POST", r"/gradio_api/(queue/join|cancel|reset)"),
    Way("GET", r"/library/(state|articles|coverage|places)"),
    Way("POST", r"/library/(index|folders|forget|restore|cancel|watching)", "application/json"),
    Way("GET", r"/conversations/list"),
    Way("GET", r"/conversations/[0-9a-f]{32}/[0-9]{1,7}\.(bib|ris|json|md)"),
    Way("POST", r"/conversations/(delete|rate)", "application/json", SHORT_LIMIT),
    Way("POST", r"/(login|logout)", "application/json", SHORT_LIMIT),
    Way("POST", r"/library/files", "application/octet-stream", FILE_LIMIT, streamed=True),
)


class Guard:
    """An ASGI application before another; a response passes through it piece by piece.

    The page is asked for by the names of this machine itself; where others reach it, by these `names` (patterns) and by
    the address that they reached, too.
    """

    def __init__(self, application: Application, names: Sequence[str] = ()) -> None:
        self._application = application
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
            return
        if scope["type"] == "websocket":
            # The page uses none, from whatever origin; closing before the handshake is a 403.
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        send = _with_headers(send)
        way = _admitted(scope, self._names)
        if isinstance(way, Refusal):
            await _refuse(send, way)
            return
        scope["way"] = way
        await self._application(scope, receive, send)


class Bodies:
    """An ASGI application before another and behind the guard, which holds each body until it is whole, or passes it on.

    Between the two stands who may ask at all: of others no body is taken.
    """

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        way: Way = scope["way"]
        if way.streamed:
            await _stream(self._application, scope, receive, send, way.limit)
            return
        body: Message | None = None
        refusal = TOO_SLOW
        with anyio.move_on_after(PATIENCE):
            body, refusal = await _body(receive, way.limit), TOO_MUCH
        if body is None:
            await _refuse(send, refusal)
        else:
            await self._application(scope, replayed(body, receive), send)


def _admitted(scope: Scope, names: Sequence[str]) -> Way | Refusal:
    """The way that a request takes, if the page itself may have made it."""
    hosts = _values(scope, b"host")
    if len(hosts) != 1 or not _ours(hosts[0], scope, names):
        return Refusal(400, "This address is not the page's own.")
    safe = scope["method"] in ("GET", "HEAD")
    origins = _values(scope, b"origin")
    if not safe and any(origin != f"{scope['scheme']}://{hosts[0]}" for origin in origins):
        return Refusal(403, "Another page may not ask this.")
    method, path = "GET" if safe else scope["method"], scope["path"]
    way = next((way for way in WAYS if way.leads(method, path)), None)
    if way is None or ".." in path:
        return Refusal(404, "There is nothing here.")
    if way.body and len(origins) != 1:
        return Refusal(403, "Only the page itself may ask this.")
    if way.body and _values(scope, b"content-type") != [way.body]:
        return Refusal(415, f"This takes {way.body} alone.")
    lengths = _values(scope, b"content-length")
    if any(not length.isdigit() or int(length) > way.limit for length in lengths):
        return TOO_MUCH
    return way


def _ours(host: str, scope: Scope, names: Sequence[str]) -> bool:
    name, colon, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    if not colon and not host.endswith("]"):
        name, port = host, ""
    usual = "443" if scope["scheme"] == "https" else "80"
    server = scope.get("server")
    if server is None:
        return name.lower() in NAMES
    name = name.lower()
    ours = name in NAMES or any(fnmatchcase(name, one) for one in names)
    address = server[0].removeprefix("::ffff:")  # an IPv4 address that a socket of both kinds was reached by
    reached = bool(names) and name in (address, f"[{address}]")
    return (ours or reached) and (port or usual) == str(server[1])


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


async def _stream(application: Application, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
    """Pass a body on as it comes; beyond the limit it is refused, and the application hears that nobody is there."""
    held = 0

    async def piece() -> Message:
        nonlocal held
        if held <= limit:
            message = await receive()
            held += len(message.get("body", b""))
            if held <= limit:
                return message
            await _refuse(send, TOO_MUCH)
        return {"type": "http.disconnect"}

    async def answer(message: Message) -> None:
        if held <= limit:
            await send(message)

    await application(scope, piece, answer)


async def _body(receive: Receive, limit: int) -> Message | None:
    """The whole body as one message, or nothing if it is too large; what it claims to hold does not count."""
    held = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return message
        held += message.get("body", b"")
        if len(held) > limit:
            return None
        if not message.get("more_body", False):
            return {"type": "http.request", "body": bytes(held), "more_body": False}


def replayed(body: Message, receive: Receive) -> Receive:
    """What gives a message that was taken out once more, and then what follows it."""
    first = [body]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            # Gradio answers pages of other local ports with leave to read; nobody else is to read here.
            headers = [
                (name, value)
                for name, value in message.get("headers", [])
                if not name.lower().startswith(b"access-control-")
            ]
            named = {name.lower() for name, _ in headers}
            wanted = (*HEADERS, (b"content-security-policy", policy().encode()))
            headers += [(name, value) for name, value in wanted if name not in named]
            message = {**message, "headers": headers}
        await send(message)

    return sending


async def _refuse(send: Send, refusal: Refusal) -> None:
    status, body = refusal.status, refusal.why.encode() + b"\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    if status in (408, 413):
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
