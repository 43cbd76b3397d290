"""The page: opens the library, lays out Gradio inside our FastAPI app, streams answers."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import ClippingsError, NoStore

if TYPE_CHECKING:
    import gradio
    from fastapi import FastAPI

    from assistant import Assistant
    from assistant.page.kept import Quotations
    from index import Library

LONGEST = 2_000  # characters of a question
REMEMBERED = 6  # turns that a follow-up may refer to
SHOWN = 100  # turns that a conversation keeps
EXAMPLES = 4
PAGE = Path(__file__).parent / "assistant" / "page"
LOOPBACK = {"127.0.0.1": socket.AF_INET, "localhost": socket.AF_INET, "::1": socket.AF_INET6}
# Each of these would open the page further than this file says.
OPENING = ("GRADIO_SHARE", "GRADIO_ALLOWED_PATHS", "GRADIO_VIBE_MODE", "GRADIO_MCP_SERVER", "GRADIO_SSR_MODE")
OPENING += ("GRADIO_LOCAL_DEV_MODE", "GRADIO_ROOT_PATH", "GRADIO_HISTORY_BUCKET", "GRADIO_DEBUG")

log = logging.getLogger("clippings")


class Desk:
    """The library and its assistant, opened as soon as there is something to open."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._opened: tuple[Library, Assistant] | None = None

    def library(self) -> Library:
        return self._open()[0]

    def assistant(self) -> Assistant:
        return self._open()[1]

    def _open(self) -> tuple[Library, Assistant]:
        with self._lock:
            if self._opened is None:
                from assistant import Assistant
                from index import Library

                library = Library.open(self._store)
                self._opened = library, Assistant(library)
            return self._opened


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer, as the chat shows both."""

    question: str
    shown: str
    spoken: str = ""  # the answer as words, for a question that follows


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows at one moment of an answer."""

    turns: tuple[Turn, ...]
    notice: str = ""
    question: str = ""  # what stands in the box; a question that could not be asked stays there
    busy: bool = False


def respond(desk: Desk, quotations: Quotations, asked: str, turns: tuple[Turn, ...]) -> Iterator[Shown]:
    """What the page shows from a question to the end of its answer."""
    from assistant.page import render

    asked = asked.strip()
    if not asked:
        yield Shown(turns)
        return
    if len(asked) > LONGEST:
        told = f"This question has {len(asked):,} characters; the page takes up to {LONGEST:,}."
        yield Shown(turns, told, asked)
        return
    turn = Turn(asked, render.pending())
    yield Shown((*turns, turn), busy=True)
    history = [(earlier.question, earlier.spoken) for earlier in turns[-REMEMBERED:] if earlier.spoken]
    try:
        with contextlib.closing(desk.assistant().stream(asked, history=history)) as answers:
            for answer in answers:
                quotations.keep(answer)
                turn = replace(turn, shown=render.answer(answer), spoken=render.spoken(answer))
                yield Shown((*turns, turn), busy=True)
    except ClippingsError as error:
        yield Shown(turns, str(error), asked)
        return
    except Exception:
        log.exception("A question could not be answered")
        yield Shown(turns, "Something went wrong, and the log says what. Your question is kept below.", asked)
        return
    yield Shown((*turns, turn)[-SHOWN:])


def blocks(desk: Desk, quotations: Quotations) -> gradio.Blocks:
    """The chat, laid out and wired."""
    import gradio as gr

    from assistant.page import phrases, render

    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

    with gr.Blocks(title="Clippings", analytics_enabled=False) as layout:
        turns = gr.State(())
        with gr.Row(elem_id="masthead"):
            masthead = gr.Markdown(phrases.masthead(None), elem_id="collection")
            new = gr.Button("New chat", elem_id="new-chat", size="sm")
        chat = gr.Chatbot(
            elem_id="chat",
            label="Conversation",
            show_label=False,
            height="auto",
            buttons=[],
            feedback_options=None,
            latex_delimiters=[],
            line_breaks=False,
            layout="panel",
            autoscroll=False,
            allow_tags=False,
            container=False,
        )
        with gr.Column(elem_id="welcome") as welcome:
            gr.Markdown(phrases.WELCOME)
            none_yet = gr.Markdown(phrases.NO_ARTICLES, visible=False)
            examples = [gr.Button(visible=False, elem_classes="example") for _ in range(EXAMPLES)]
        with gr.Column(elem_id="composer"):
            notice = gr.Markdown("", elem_id="notice")
            with gr.Row(elem_id="asking"):
                question = gr.Textbox(
                    elem_id="question",
                    label="Your question",
                    placeholder="Ask your articles",
                    show_label=False,
                    container=False,
                    lines=1,
                    max_lines=6,
                    autofocus=True,
                    scale=1,
                )
                send = gr.Button("Ask", elem_id="send", variant="primary", scale=0, min_width=84)
                stop = gr.Button("Stop", elem_id="stop", visible=False, scale=0, min_width=84)
            with gr.Accordion("How to read an answer", open=False, elem_id="how"):
                gr.Markdown(phrases.HOW_TO_READ)

        def drawn(shown: Shown) -> dict[Any, Any]:
            messages = [
                message
                for turn in shown.turns
                for message in (
                    {"role": "user", "content": render.question(turn.question)},
                    {"role": "assistant", "content": turn.shown},
                )
            ]
            return {
                turns: shown.turns,
                chat: messages,
                notice: render.notice(shown.notice),
                welcome: gr.update(visible=not shown.turns),
                send: gr.update(visible=not shown.busy),
                stop: gr.update(visible=shown.busy),
            }

        def ask(asked: str, so_far: tuple[Turn, ...]) -> Iterator[dict[Any, Any]]:
            emptied = False
            for shown in respond(desk, quotations, asked, so_far):
                update = drawn(shown)
                # The box is written only where it changes: the next question may be in it already.
                if shown.question or not emptied:
                    update[question] = shown.question
                    emptied = True
                yield update
            yield {masthead: phrases.masthead(_status(desk)), none_yet: gr.update(visible=not _built(desk))}

        def halt(so_far: tuple[Turn, ...]) -> dict[Any, Any]:
            *earlier, last = so_far or (Turn("", ""),)
            if not last.question:
                return drawn(Shown(so_far))
            return drawn(Shown((*earlier, replace(last, shown=render.stopped(last.shown)))))

        def look() -> dict[Any, Any]:
            status = _status(desk)
            return {masthead: phrases.masthead(status), none_yet: gr.update(visible=status is None)}

        def suggest() -> dict[Any, Any]:
            suggested = _examples(desk)
            rows = [*suggested, *[""] * EXAMPLES][:EXAMPLES]
            return {
                button: gr.update(value=text, visible=bool(text))
                for button, text in zip(examples, rows, strict=True)
            }

        everything = [turns, chat, notice, welcome, send, stop, question, masthead, none_yet]
        asking = [gr.on([question.submit, send.click], ask, [question, turns], everything, **private)]
        asking += [button.click(ask, [button, turns], everything, **private) for button in examples]
        stop.click(halt, [turns], everything, cancels=asking, queue=False, **private)
        new.click(lambda: drawn(Shown(())), None, everything, cancels=asking, queue=False, **private)
        layout.load(look, None, everything, **private)
        layout.load(suggest, None, examples, **private)

    layout.queue(api_open=False, max_size=32, default_concurrency_limit=4)
    return layout


def create_app(store: Path) -> FastAPI:
    """The page over a store, guarded; the store may still be empty."""
    _close_environment()
    import gradio as gr
    from fastapi import FastAPI
    from fastapi.responses import FileResponse, HTMLResponse

    from assistant.page import reader
    from assistant.page.guard import Guard
    from assistant.page.home import Home
    from assistant.page.kept import Quotations
    from assistant.page.look import theme

    desk, quotations = Desk(store), Quotations()
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.api_route("/articles/{article_id}", methods=["GET", "HEAD"])
    def article(
        article_id: str, version: str | None = None, start: str | None = None, end: str | None = None
    ) -> HTMLResponse:
        wanted = reader.reference(article_id, version, start, end)
        try:
            page = reader.read(desk.library(), quotations, wanted) if wanted else reader.not_found()
        except NoStore as error:
            page = reader.not_found(str(error))
        except ClippingsError as error:
            page = reader.failed(str(error))
        headers = {"Content-Security-Policy": reader.POLICY, "Cache-Control": "no-store"}
        return HTMLResponse(page.html, page.status, headers)

    @app.api_route("/page/{name}", methods=["GET", "HEAD"])
    def asset(name: str) -> FileResponse:
        return FileResponse(PAGE / name, headers={"Cache-Control": "no-cache"})

    @app.api_route("/favicon.svg", methods=["GET", "HEAD"])
    @app.api_route("/favicon.ico", methods=["GET", "HEAD"])
    def favicon() -> FileResponse:
        return FileResponse(PAGE / "favicon.svg", media_type="image/svg+xml")

    gr.mount_gradio_app(
        app,
        blocks(desk, quotations),
        path="/",
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        max_file_size=1,
        theme=theme(),
    )
    app.add_middleware(Home)
    app.add_middleware(Guard)  # the last one added stands first
    return app


def main(argv: list[str] | None = None) -> int:
    """Serve the page until it is told to end."""
    parser = argparse.ArgumentParser(prog="clippings chat", description="Open the page.")
    parser.add_argument("--store", type=Path, default=Path("store"), metavar="DIR")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=7860)
    arguments = parser.parse_args(argv)
    if arguments.host not in LOOPBACK:
        sys.stderr.write(
            f"The page has no accounts yet, so it opens only to this machine: use --host 127.0.0.1, "
            f"not {arguments.host}.\n"
        )
        return 2
    # A service that is told to stop has not failed; without this the signal would count as its end.
    signal.signal(signal.SIGTERM, _leave)
    try:
        with _listening(arguments.host, arguments.port) as listening:
            _serve(create_app(arguments.store), listening)
    except OSError as error:
        sys.stderr.write(
            f"Port {arguments.port} can't be opened ({error.strerror}): choose another with --port.\n"
        )
        return 1
    except KeyboardInterrupt:
        return 130
    except SystemExit:
        return 0
    return 0


def _leave(*_: object) -> None:
    raise SystemExit(0)


def _listening(host: str, port: int) -> socket.socket:
    """The socket, taken before the slow imports, so that a port in use is told at once."""
    listening = socket.socket(LOOPBACK[host])
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        raise OSError(getattr(error, "errno", None), getattr(error, "strerror", None) or str(error)) from None
    return listening


def _serve(app: FastAPI, listening: socket.socket) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                host, port = listening.getsockname()[:2]
                named = f"[{host}]" if ":" in host else host
                sys.stdout.write(f"Clippings is open at http://{named}:{port}\n")
                sys.stdout.flush()

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,  # an open page holds a connection for ever
    )
    Server(config).run(sockets=[listening])


def _close_environment() -> None:
    for name in OPENING:
        os.environ.pop(name, None)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_RUN_HISTORY"] = "False"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")


def _status(desk: Desk) -> Any:
    """The state of the store, or nothing while it can't be told."""
    try:
        return desk.library().status()
    except NoStore:
        return None
    except Exception:
        log.exception("The state of the store could not be read")
        return None


def _built(desk: Desk) -> bool:
    return _status(desk) is not None


def _examples(desk: Desk) -> list[str]:
    try:
        return desk.assistant().examples()[:EXAMPLES]
    except NoStore:
        return []
    except Exception:
        log.exception("No examples could be made")
        return []


if __name__ == "__main__":
    sys.exit(main())
