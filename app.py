"""The page: opens the library, lays out Gradio inside our FastAPI app, streams answers."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import socket
import ssl
import sys
from collections import deque
from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import aclosing, asynccontextmanager, closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Everything else is imported where it is used: it takes seconds, and a port in use is told before.
if TYPE_CHECKING:
    import gradio
    from fastapi import FastAPI, Request

    from assistant.accounts import Account
    from assistant.page.answering import Answering
    from assistant.page.conversation import Conversation
    from assistant.page.conversations import Conversations
    from assistant.page.desk import Desk
    from assistant.page.drawers import Drawers
    from assistant.page.kept import Quotations

EXAMPLES = 4
EVENTS = 200  # of Gradio's at once: every answer that may be under way is one, and asking for it takes another
PAGES = 2_000  # whose conversations Gradio keeps at hand; they are in the store, too
QUEUED = 500  # events that may wait to be looked at
LOOPBACK = ("127.0.0.1", "localhost", "::1")
PAGE = Path(__file__).parent / "assistant" / "page"
# Each of these would open the page further than this file says, or tell others of it.
OPENING = (
    "GRADIO_ALLOWED_PATHS",
    "GRADIO_ANALYTICS_ENABLED",
    "GRADIO_DEBUG",
    "GRADIO_HISTORY_BUCKET",
    "GRADIO_HOT_RELOAD",
    "GRADIO_LOCAL_DEV_MODE",
    "GRADIO_MCP_SERVER",
    "GRADIO_PROFILING",
    "GRADIO_ROOT_PATH",
    "GRADIO_RUN_HISTORY",
    "GRADIO_SERVER_MODE_ENABLED",
    "GRADIO_SHARE",
    "GRADIO_SHARE_SERVER_ADDRESS",
    "GRADIO_SSR_MODE",
    "GRADIO_VIBE_MODE",
    "GRADIO_WATCH_DIRS",
    "SPACE_ID",  # Gradio then believes that it stands at a host of its own, and signs people in there
)

log = logging.getLogger("clippings")


def respond(desk: Desk, quotations: Quotations, conversation: Conversation) -> Generator[Conversation, None, None]:
    """The conversation as the answer to its last question grows."""
    from index.errors import ClippingsError

    within = conversation.asking.narrowing
    try:
        for answer in desk.assistant(conversation.asking.model).stream(
            conversation.question,
            history=conversation.history,
            since=within.since,
            until=within.until,
            publishers=within.publishers,
            infer=within.infer,
        ):
            quotations.keep(answer)
            conversation = conversation.answered(answer)
            yield conversation
    except ClippingsError as error:
        yield conversation.failed(str(error))
    except Exception:
        log.exception("A question could not be answered")
        yield conversation.failed("Something went wrong. The log says what; your question is kept here.")
    else:
        yield conversation.ended()


def layout(desk: Desk, quotations: Quotations, drawers: Drawers, answering: Answering) -> gradio.Blocks:
    """The chat, laid out and wired; what is asked and answered goes into the drawer of whoever asks."""
    import gradio as gr

    from assistant.confidence import calibration
    from assistant.page import phrases, render
    from assistant.page.answering import Busy
    from assistant.page.conversation import Conversation, Narrowing
    from assistant.page.signing_in import account_of

    # Gradio's own way to stop lets an answer on its way be drawn after all; so each answer looks here.
    stopped: deque[str] = deque(maxlen=1_000)
    blocks = gr.Blocks(title="Clippings", analytics_enabled=False)
    blocks.max_threads = EVENTS
    blocks.state_session_capacity = PAGES
    with blocks:
        held = gr.State(Conversation(model=next(iter(desk.models), "")))
        with gr.Row(elem_id="talks"):
            gr.Button("Conversations", elem_id="conversations", size="sm")  # past.js draws the list
            new = gr.Button("New chat", elem_id="new-chat", size="sm", visible=False)
        # Never shown: which conversation this is, for past.js to read, and what past.js asks for.
        current = gr.Markdown(elem_id="current")
        order = gr.Textbox(elem_id="order", label="Order", show_label=False)
        chat = gr.Chatbot(
            elem_id="chat",
            label="Conversation",
            show_label=False,
            container=False,
            height="auto",
            layout="panel",
            buttons=[],
            feedback_options=None,
            latex_delimiters=[],
            line_breaks=False,
            autoscroll=False,
            allow_tags=False,
        )
        with gr.Column(elem_id="welcome") as welcome:
            gr.Markdown(phrases.WELCOME)
            gr.Markdown(phrases.NO_ARTICLES)  # shown where the page knows that there are none
            examples = [gr.Button(visible=False, elem_classes="example") for _ in range(EXAMPLES)]
            again = gr.Button(elem_id="suggest-again")  # never shown: the page presses it when the articles are others
        with gr.Column(elem_id="composer"):
            notice = gr.Markdown("", elem_id="notice")
            with gr.Row(elem_id="asking"):
                question = gr.Textbox(
                    elem_id="question",
                    label="Your question",
                    placeholder="Type a question",
                    show_label=False,
                    container=False,
                    max_lines=6,
                    autofocus=True,
                )
                send = gr.Button("Ask", elem_id="send", variant="primary", scale=0)
                stop = gr.Button("Stop", elem_id="stop", visible=False, scale=0)
            writer = gr.Dropdown(
                [(f"Written by {name}", name) for name in desk.models] + [("Quotations only", "")],
                value=next(iter(desk.models), ""),
                elem_id="writer",
                label="How to answer",
                show_label=False,
                container=False,
                filterable=False,
                visible=bool(desk.models),
            )
            with gr.Accordion("How to read an answer", open=False, elem_id="how"):
                gr.Markdown(phrases.how_to_read(calibration().measured))

        talk = [held, current, chat, notice, welcome, new, send, stop]

        def told_who_asks(handler: Any) -> Any:
            # Gradio looks at annotations for that, and can't follow a name that is imported in here.
            handler.__annotations__ = {"request": gr.Request}
            return handler

        def account(request: gr.Request) -> Account:
            assert request.request
            return account_of(request.request)

        def theirs(request: gr.Request) -> Conversations:
            return drawers.of(account(request)).conversations

        def drawn(conversation: Conversation, conversations: Conversations) -> list[Any]:
            # Always the whole: of updates that come close together the browser draws only the last.
            return [
                conversation,
                render.current(conversation.id if conversation.turns else ""),
                list(conversation.messages()),
                render.notice(conversation.notice or conversations.trouble),
                gr.update(visible=not conversation.turns),
                gr.update(visible=bool(conversation.turns)),
                gr.update(visible=not conversation.waiting),
                gr.update(visible=bool(conversation.waiting)),
            ]

        def latest(conversation: Conversation, conversations: Conversations) -> Conversation:
            """The conversation as it is kept: another tab may have gone on with it, or deleted it."""
            found, waited = conversations.open(conversation.id) if conversation.id else (None, "")
            if waited:
                stopped.append(waited)
            if found is None:
                return conversation if conversations.trouble else Conversation(model=conversation.model)
            for turn in found.turns:
                if turn.answer:
                    quotations.keep(turn.answer)
            return replace(found, model=conversation.model)

        @told_who_asks
        def begin(request: gr.Request, asked: str, conversation: Conversation, model: str | None) -> list[Any]:
            if conversation.waiting or not asked.strip():
                # Nothing is drawn then, and the question stays where it was typed.
                raise gr.Error("Not asked", visible=False, print_exception=False)
            conversations = theirs(request)
            conversation = replace(latest(conversation, conversations), model=model if model in desk.models else "")
            conversation = conversation.ask(asked)
            if conversation.waiting:
                conversations.begin(conversation)
            return [*drawn(conversation, conversations), conversation.draft]

        @told_who_asks
        def obey(request: gr.Request, ordered: str, conversation: Conversation) -> list[Any]:
            """What past.js asks for: a conversation, or another answer to a question of this one."""
            conversations = theirs(request)
            match ordered.split()[1:]:  # the first word makes it another than the order before
                case ["open", id]:
                    halted(conversation, conversations)
                    opened = latest(Conversation(id=id, model=conversation.model), conversations)
                    return drawn(opened, conversations)
                case [how, id, *what] if not conversation.waiting and conversation.turn(id):
                    conversation = latest(conversation, conversations)
                    turn = conversation.turn(id)
                    if how == "again" and turn:
                        conversation = conversation.again(id, turn.narrowing, turn.without)
                    elif how == "afresh":
                        conversation = conversation.again(id, Narrowing())
                    elif how == "without" and len(what) == 1:
                        conversation = conversation.taken_away(id, what[0])
                    if conversation.waiting:
                        conversations.begin(conversation)
                    return drawn(conversation, conversations)
            raise gr.Error("Nothing to do", visible=False, print_exception=False)

        def grow(conversation: Conversation, conversations: Conversations) -> Generator[list[Any], None, None]:
            before = conversation
            with closing(respond(desk, quotations, conversation)) as growing:
                for later in growing:
                    if conversation.waiting in stopped:
                        # Gradio draws the last of a stream twice, and what is drawn by now is not ours to change.
                        yield [gr.skip() for _ in talk]
                        return
                    if later != before:  # a model that is silent gives the same again
                        conversations.keep(later, conversation.waiting)
                        yield drawn(later, conversations)
                    before = later

        @told_who_asks
        async def answer(request: gr.Request, conversation: Conversation) -> AsyncIterator[list[Any]]:
            conversations = theirs(request)
            if not conversation.waiting:
                yield drawn(conversation, conversations)
                return
            try:
                written, whose = bool(conversation.asking.model), account(request).name
                async with aclosing(answering.steps(grow(conversation, conversations), written, whose)) as growing:
                    async for shown in growing:
                        yield shown
            except Busy as error:
                refused = conversation.failed(str(error))
                conversations.keep(refused, conversation.waiting)
                yield drawn(refused, conversations)

        @told_who_asks
        def finish(request: gr.Request, conversation: Conversation) -> list[Any]:
            late = bool(conversation.waiting) and conversation.waiting in stopped
            shown = halted(conversation, theirs(request)) if late else [gr.skip() for _ in talk]
            # What is being typed by now is not ours to write over.
            return [*shown, conversation.draft or gr.skip()]

        def halted(conversation: Conversation, conversations: Conversations) -> list[Any]:
            ended = conversation.stopped()
            if conversation.waiting:
                stopped.append(conversation.waiting)
                conversations.keep(ended, conversation.waiting)
            return drawn(ended, conversations)

        @told_who_asks
        def halt(request: gr.Request, conversation: Conversation) -> list[Any]:
            return halted(conversation, theirs(request))

        @told_who_asks
        def start_anew(request: gr.Request, conversation: Conversation) -> list[Any]:
            conversations = theirs(request)
            halted(conversation, conversations)
            return drawn(Conversation(model=conversation.model), conversations)

        def suggest() -> list[Any]:
            texts = [*desk.examples(), *[""] * EXAMPLES][:EXAMPLES]
            return [gr.update(value=text, visible=bool(text)) for text in texts]

        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        # One at a time, so that a second click finds the first question waiting.
        single = {**private, "trigger_mode": "multiple", "concurrency_limit": 1, "concurrency_id": "begin"}
        begun = [gr.on([question.submit, send.click], begin, [question, held, writer], [*talk, question], **single)]
        begun += [order.submit(obey, [order, held], talk, **single)]
        begun += [button.click(begin, [button, held, writer], [*talk, question], **single) for button in examples]
        for event in begun:
            answered = event.success(
                answer,
                [held],
                talk,
                **private,
                trigger_mode="multiple",
                concurrency_limit=None,
            )
            answered.then(finish, [held], [*talk, question], **private)
        stop.click(halt, [held], talk, **private)
        new.click(start_anew, [held], talk, **private)
        gr.on([blocks.load, again.click], suggest, None, examples, **private)
        blocks.load(render.ready, None, current, **private)

    blocks.queue(api_open=False, max_size=QUEUED, default_concurrency_limit=4)
    return blocks


def create_app(store: Path, models: str = "", names: Sequence[str] = ()) -> FastAPI:
    """The page over a store, guarded; the store may still be empty. Raises BadModel.

    `names` are patterns of those by which others reach it; without any, this machine alone does.
    """
    _close_environment()
    import gradio as gr
    from fastapi import FastAPI
    from fastapi.exceptions import RequestValidationError
    from fastapi.responses import FileResponse, HTMLResponse, JSONResponse

    from assistant.accounts import Accounts
    from assistant.page import health, library, past, reader, signing_in
    from assistant.page.answering import Answering
    from assistant.page.building import Builder
    from assistant.page.desk import Desk
    from assistant.page.drawers import Drawers
    from assistant.page.guard import Bodies, Guard
    from assistant.page.home import Home
    from assistant.page.kept import Quotations
    from assistant.page.look import theme
    from assistant.page.visits import Visits
    from assistant.page.watching import Watching
    from index.errors import ClippingsError, NoStore

    accounts, sessions = Accounts(store), signing_in.Sessions()
    desk, quotations, builder, drawers = Desk(store, models), Quotations(), Builder(store), Drawers(accounts)
    watching, answering = Watching(store, builder), Answering()

    @asynccontextmanager
    async def open_page(_: FastAPI) -> AsyncIterator[None]:
        yield
        watching.switch(False)
        builder.close()

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=open_page)
    app.state.answering = answering
    app.include_router(library.routes(store, desk, drawers, builder, watching))
    app.include_router(past.routes(store, drawers))
    app.include_router(signing_in.routes(accounts, sessions))
    app.include_router(health.routes(desk))

    @app.exception_handler(RequestValidationError)
    def not_ours(_: Request, __: Exception) -> JSONResponse:
        return JSONResponse({"detail": "The page asks for nothing like this."}, 400)

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
        except Exception:
            log.exception("An article could not be shown")
            page = reader.failed("Something went wrong. The log says what.")
        headers = {"Content-Security-Policy": reader.POLICY, "Cache-Control": "no-store"}
        return HTMLResponse(page.html, page.status, headers)

    @app.api_route("/page/{name}", methods=["GET", "HEAD"])
    def file(name: str) -> FileResponse:
        return FileResponse(PAGE / name, headers={"Cache-Control": "no-cache"})

    @app.api_route("/favicon.svg", methods=["GET", "HEAD"])
    @app.api_route("/favicon.ico", methods=["GET", "HEAD"])
    def favicon() -> FileResponse:
        return FileResponse(PAGE / "favicon.svg", media_type="image/svg+xml")

    gr.mount_gradio_app(
        app,
        layout(desk, quotations, drawers, answering),
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
    app.add_middleware(Home, opened=desk.read_ahead)
    app.add_middleware(Visits)
    app.add_middleware(Bodies)
    app.add_middleware(signing_in.SignIn, accounts=accounts, sessions=sessions, alone=not names)
    app.add_middleware(Guard, names=names)  # the last one added stands first
    return app


def main(argv: list[str] | None = None) -> int:
    """Serve the page until a signal says to end."""
    parser = argparse.ArgumentParser(prog="clippings chat", description="Open the page.")
    parser.add_argument("--store", type=Path, default=Path("store"), metavar="DIR")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=7860)
    parser.add_argument("--model", default="", metavar="NAMES")
    parser.add_argument("--certificate", type=Path, metavar="FILE")
    parser.add_argument("--key", type=Path, metavar="FILE")
    arguments = parser.parse_args(argv)
    host, port = arguments.host, arguments.port
    if wrong := _unsafe(host, arguments.store, arguments.certificate, arguments.key):
        sys.stderr.write(f"{wrong}\n")
        return 2
    try:
        listening = listen(host, port)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        sys.stderr.write(f"Port {port} of {host} can't be opened ({why}): choose another with --port, or --host.\n")
        return 1
    # The server raises the signal again once it has ended; being told to end is no failure.
    signal.signal(signal.SIGTERM, _leave)
    try:
        with listening:
            from assistant.errors import BadModel
            from assistant.page.serve import serve

            gc.disable()  # what is imported now stays: looking for what could be freed of it takes a sixth of the time
            try:
                page = create_app(arguments.store, arguments.model, _names(host, arguments.certificate))
            except BadModel as error:
                sys.stderr.write(f"{error}\n")
                return 2
            finally:
                gc.freeze()
                gc.enable()
            serve(page, listening, page.state.answering, arguments.certificate, arguments.key)
    except KeyboardInterrupt:
        return 130
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; OSError if it can't, OverflowError if there is no such port."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, address = found[0]
    listening = socket.socket(family)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except BaseException:
        listening.close()
        raise
    return listening


def _unsafe(host: str, store: Path, certificate: Path | None, key: Path | None) -> str:
    """Why the page is not to be opened like this, in a line; nothing if it may."""
    if (certificate is None) != (key is None):
        return "A certificate and its key go together: name both, --certificate and --key."
    if certificate and key:
        try:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate, key, password=str)  # which is empty: nobody is asked for one
        except (OSError, ssl.SSLError) as error:
            return f"{certificate} with {key} is no certificate that can be used ({error.strerror or error})."
    if host in LOOPBACK:
        return ""
    from assistant.accounts import Accounts
    from assistant.errors import BadAccount

    try:
        if not Accounts(store).users():
            return f"{host} shows the page to others: say first who may sign in, with clippings user add NAME."
    except BadAccount as error:
        return str(error)
    if not certificate:
        sys.stderr.write("Passwords and articles cross the network unencrypted: name a --certificate and its --key.\n")
    return ""


def _names(host: str, certificate: Path | None) -> tuple[str, ...]:
    """Patterns of the names by which others reach the page: this machine's, in whatever domain, and the certificate's."""
    if host in LOOPBACK:
        return ()
    machine = socket.gethostname().lower()
    names = [host.lower(), machine, f"{machine.partition('.')[0]}.*"]
    if certificate:
        from cryptography import x509

        with suppress(x509.ExtensionNotFound):
            first, *_ = x509.load_pem_x509_certificates(certificate.read_bytes())
            said = first.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            names += [name.lower() for name in said.get_values_for_type(x509.DNSName)]
    return tuple(names)


def _leave(*_: object) -> None:
    raise SystemExit(0)


def _close_environment() -> None:
    for name in OPENING:
        if os.environ.pop(name, "").lower() not in ("", "0", "false"):
            sys.stderr.write(
                f"{name} is set, and is not followed: it would show the page, or what is done there, to others.\n"
            )
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_RUN_HISTORY"] = "False"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")


if __name__ == "__main__":
    sys.exit(main())
