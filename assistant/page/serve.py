"""Serving the page: one line when it is open, and an end that waits for the answers under way."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.page.answering import Answering

CONNECTIONS = 2_000  # at once; an open page holds one or two
PATIENCE = 30  # seconds that answers under way are waited for


def serve(
    app: FastAPI,
    listening: socket.socket,
    answering: Answering,
    certificate: Path | None = None,
    key: Path | None = None,
) -> None:
    """Answer on this socket until a signal says to end; with a certificate by https."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                sys.stdout.write(f"Clippings is open at http{'s' if certificate else ''}://{_named(listening)}\n")
                sys.stdout.flush()

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # An open page is cut off then, which is no error to tell.
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
            answering.end()
            if answering.under_way:
                sys.stderr.write("Waiting for answers under way; Ctrl-C ends at once.\n")
            for _ in range(PATIENCE * 10):
                if self.force_exit or not answering.under_way:
                    break
                await asyncio.sleep(0.1)
            await super().shutdown(sockets)

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        timeout_graceful_shutdown=1,  # an open page holds a connection for ever
    )
    Server(config).run(sockets=[listening])


def _named(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # wherever this machine is reached
        host = socket.gethostname()
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
