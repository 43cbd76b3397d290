"""A chat model by name, through LangChain's init_chat_model; and what went wrong with it, in a sentence for a person."""

from __future__ import annotations

import asyncio
import os
import queue
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

import regex
from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelInvalidRequestError,
    ModelNotFoundError,
    ModelPermissionDeniedError,
    ModelRateLimitError,
    ModelTimeoutError,
)

from assistant.errors import BadModel, ModelFailed

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk, BaseMessage

PATIENCE = 120.0  # seconds without a word; a model on this machine may be loaded first, and reads slowly
WINDOW = 4_096  # tokens that a model surely reads: what servers on one's own machine are often started with
_BEAT = 0.2  # seconds after which whoever waits may look round
_LONGEST = 20_000  # characters of an answer
_NAME = regex.compile(r"(?P<provider>[a-z][a-z0-9_-]*):(?P<model>[^\s@,]+)(?:@(?P<address>https?://[^\s,]+))?")
_KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}  # the variables of those that come as extras
# What each provider's own client is told besides: to fail at once, and not to make things up.
_OPTIONS: dict[str, dict[str, Any]] = {
    "openai": {"max_retries": 0},
    "anthropic": {"max_retries": 0},
    "ollama": {"temperature": 0, "num_ctx": 2 * WINDOW},
}
# What providers call the reason for which a model stopped, and what they call its limit.
_REASONS = ("finish_reason", "done_reason", "stop_reason")
_LIMITS = frozenset({"length", "max_tokens"})
_WITHHELD = frozenset({"content_filter", "refusal"})


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A chat model as the user named it: `provider:model`, with an address where it is a server of one's own."""

    provider: str
    model: str
    address: str | None = None

    @property
    def name(self) -> str:
        """The name without its address, which may hold a password."""
        return f"{self.provider}:{self.model}"

    @property
    def setting(self) -> str:
        """The name as it is written in a setting."""
        return f"{self.name}@{self.address}" if self.address else self.name


def named(setting: str) -> tuple[ChatModel, ...]:
    """The models of a setting, separated by commas; raises BadModel."""
    return tuple(_one(name) for name in (part.strip() for part in setting.split(",")) if name)


def _one(name: str) -> ChatModel:
    found = _NAME.fullmatch(name)
    if not found:
        shown = regex.sub(r"//[^/@\s]*@", "//", name)
        raise BadModel(
            f"“{shown}” names no chat model: write provider:model, such as ollama:llama3.2 or openai:gpt-5-mini, "
            "or openai:NAME@http://127.0.0.1:8080/v1 for a server of your own."
        )
    return ChatModel(found["provider"], found["model"], found["address"])


@cache
def opened(named: ChatModel) -> BaseChatModel:
    """The model, ready to be asked; raises ModelFailed where its package or its key is missing."""
    if find_spec("langchain") is None:
        raise ModelFailed(_not_installed(named))
    from langchain.chat_models import init_chat_model

    options = dict(_OPTIONS.get(named.provider, {}))
    variable = _KEYS.get(named.provider)
    if named.address:
        options["base_url"] = named.address
    if variable and not os.environ.get(variable):
        if not named.address:
            raise ModelFailed(f"There is no key for {named.name}: set {variable}.")
        options["api_key"] = "none"  # servers of one's own ask for none, and the clients insist on one
    try:
        return cast("BaseChatModel", init_chat_model(named.model, model_provider=named.provider, **options))
    except ImportError:
        raise ModelFailed(_not_installed(named)) from None
    except Exception as error:
        if isinstance(error, ValueError) and "provider" in str(error):
            raise ModelFailed(f"LangChain knows no provider “{named.provider}”.") from None
        # Some errors hold what the client was given, a key among it.
        raise ModelFailed(f"{named.name} can't be opened ({type(error).__name__}): is its key set?") from None


def _not_installed(named: ChatModel) -> str:
    if named.provider in _OPTIONS:
        return f'The package for {named.name} is not installed: .venv/bin/pip install -e ".[{named.provider}]"'
    package = f"langchain-{named.provider.replace('_', '-')}"
    return f"The package for {named.name} is not installed: .venv/bin/pip install langchain {package}"


def name_of(model: BaseChatModel) -> str:
    """What to call a model that was given as an object."""
    for attribute in ("model_name", "model"):
        if isinstance(name := getattr(model, attribute, None), str) and name:
            return name
    return model.get_name()


def window(model: BaseChatModel) -> int:
    """How many tokens the model surely reads."""
    if isinstance(size := getattr(model, "num_ctx", None), int):
        return size
    profile: Any = getattr(model, "profile", None) or {}
    return int(profile.get("max_input_tokens") or WINDOW)


def stream(model: BaseChatModel, messages: Sequence[BaseMessage]) -> Generator[str, None, None]:
    """What the model writes, piece by piece; an empty piece a few times a second while it is silent.

    Closing the stream ends the request at once. Raises ModelFailed: nothing else that a model does gets through.
    """
    pieces: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()

    async def read() -> None:
        try:
            reason = None
            async for chunk in model.astream(list(messages)):
                pieces.put(str(chunk.text))
                reason = _reason(chunk) or reason
            _check_end(model, reason)
            pieces.put(None)
        except Exception as error:
            pieces.put(error)

    task = asyncio.run_coroutine_threadsafe(read(), _loop())
    heard, length = time.monotonic(), 0
    try:
        while True:
            try:
                piece = pieces.get(timeout=_BEAT)
            except queue.Empty:
                if time.monotonic() - heard > PATIENCE:
                    raise ModelFailed(f"The model was silent for {PATIENCE:.0f} seconds.") from None
                piece = ""
            else:
                heard = time.monotonic()
            if piece is None:
                return
            if isinstance(piece, Exception):
                cut = length > 0 and isinstance(piece, ModelConnectionError)
                raise ModelFailed("The model's answer broke off." if cut else explained(piece)) from None
            length += len(piece)
            if length > _LONGEST:
                raise ModelFailed("The model did not come to an end.")
            yield piece
    finally:
        task.cancel()


def _reason(chunk: AIMessageChunk) -> str | None:
    told = (chunk.response_metadata.get(name) for name in _REASONS)
    return next((reason for reason in told if isinstance(reason, str) and reason), None)


def _check_end(model: BaseChatModel, reason: str | None) -> None:
    """A stream that ends without a reason was cut: its connection closed as if all had been said."""
    if reason in _WITHHELD:
        raise ModelFailed("The model withheld its answer.")
    if reason in _LIMITS:
        raise ModelFailed("The model came to its limit in the middle of its answer.")
    if reason is None and type(model).__module__.partition(".")[0] in {f"langchain_{name}" for name in _OPTIONS}:
        raise ModelFailed("The model's answer broke off.")


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """The one loop in which all models are read: their clients keep connections, which belong to a loop."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="chat models", daemon=True).start()
    return loop


_EXPLAINED: tuple[tuple[type[Exception], str], ...] = (
    (ModelAuthenticationError, "The model's server refuses the key."),
    (ModelPermissionDeniedError, "The model's server does not allow this key to use it."),
    (ModelNotFoundError, "The model's server has no such model."),
    (ModelRateLimitError, "The model's server takes no more questions for now (429); ask again later."),
    (ContextOverflowError, "The articles were too long for the model."),
    (ModelInvalidRequestError, "The model's server refused the question."),
    (ModelTimeoutError, "The model's server did not answer in time."),
    (ModelConnectionError, "The model's server can't be reached: is it running?"),
    (ModelAPIError, "The model's server failed."),
)
_BY_STATUS = {401: 0, 403: 1, 404: 2, 429: 3}


def explained(error: Exception) -> str:
    """What went wrong with a model, for a person; never the error's own words, which may hold a key."""
    if isinstance(error, ModelFailed):
        return str(error)
    for kind, told in _EXPLAINED:
        if isinstance(error, kind):
            return told
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and status >= 400:
        return _EXPLAINED[_BY_STATUS[status]][1] if status in _BY_STATUS else f"The model's server failed ({status})."
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if kinds & {"TimeoutException", "TimeoutError"}:
        return "The model's server did not answer in time."
    if kinds & {"ConnectError", "ConnectionError"}:
        return "The model's server can't be reached: is it running?"
    if kinds & {"RemoteProtocolError", "ReadError", "NetworkError"}:
        return "The model's answer broke off."
    return f"The model's server sent something that is no answer ({type(error).__name__})."
