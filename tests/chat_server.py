"""A chat model for tests: a real server of OpenAI's protocol on loopback that says what a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Messages = list[dict[str, Any]]
Said = str | Iterable[str]


class Reply:
    """How the server answers one question; what is said is streamed in pieces."""

    def __init__(
        self,
        said: Said = "",
        *,
        status: int = 200,
        body: bytes | None = None,  # sent as it is, in place of a stream
        kind: str = "application/json",  # what the body is said to be
        cut: bool = False,  # the connection drops in the middle
        reason: str | None = "stop",  # why it ends; none: it just ends
        until: threading.Event | None = None,  # silent until then, after its first piece
    ) -> None:
        self.pieces = list(_pieces(said)) if isinstance(said, str) else said
        self.kind = kind
        self.status, self.body, self.cut, self.reason, self.until = status, body, cut, reason, until


def _pieces(said: str) -> Iterator[str]:
    """In pieces of a few characters, so that they end within words and markers."""
    return (said[at : at + 7] for at in range(0, len(said), 7))


class ChatServer:
    """The server with its address, what it was asked, and how it answers; thread-safe enough for one test."""

    def __init__(self) -> None:
        self.asked: list[Messages] = []
        self.headers: list[dict[str, str]] = []
        self.dropped = threading.Event()  # somebody who asked went away before the end
        self.reply: Callable[[Messages], Reply] = lambda _: Reply("NOT IN THE ARTICLES")
        self.address = ""

    @property
    def name(self) -> str:
        """What to call it in a setting."""
        return f"openai:scripted@{self.address}"

    def says(self, said: Said, **how: Any) -> None:
        """Answer every question so."""
        self.reply = lambda _: Reply(said, **how)


@contextmanager
def serving() -> Iterator[ChatServer]:
    """The server, listening."""
    chat = ChatServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            chat.asked.append(asked["messages"])
            chat.headers.append({name.lower(): value for name, value in self.headers.items()})
            try:
                self._answer(chat.reply(asked["messages"]))
            except (BrokenPipeError, ConnectionResetError):
                chat.dropped.set()

        def _answer(self, reply: Reply) -> None:
            if reply.body is not None or reply.status != 200:
                body = (
                    reply.body if reply.body is not None else json.dumps({"error": {"message": "sk-secret"}}).encode()
                )
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for number, piece in enumerate(reply.pieces):
                self._chunk({"delta": {"content": piece}, "finish_reason": None})
                if number == 0 and reply.until is not None:
                    # Silence; and each blank comment would fail if nobody listens any more.
                    while not reply.until.wait(0.05):
                        self._send(b": silent\n\n")
            if reply.cut:
                self.wfile.flush()
                self.close_connection = True
                self.connection.close()
                return
            if reply.reason is not None:
                self._chunk({"delta": {}, "finish_reason": reply.reason})
                self._send(b"data: [DONE]\n\n")
            self.wfile.write(b"0\r\n\r\n")

        def _chunk(self, choice: dict[str, Any]) -> None:
            event = {
                "id": "1",
                "object": "chat.completion.chunk",
                "created": 0,
                "model": "scripted",
                "choices": [{"index": 0, **choice}],
            }
            self._send(b"data: " + json.dumps(event).encode() + b"\n\n")

        def _send(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    chat.address = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield chat
    finally:
        server.shutdown()
        server.server_close()
