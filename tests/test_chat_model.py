"""Chat models: names, keys, and everything that can go wrong, over a real server of the protocol."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from chat_server import ChatServer, Reply, serving
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage

from assistant import chat_model
from assistant.chat_model import ChatModel, explained, named, opened, stream, window
from assistant.errors import BadModel, ModelFailed

ASKED = [HumanMessage("Why?")]
SECRET = "sk-very-secret-0123456789"


@pytest.fixture
def chat() -> Iterator[ChatServer]:
    with serving() as server:
        yield server


def whole(model: Any) -> str:
    return "".join(stream(model, ASKED))


def scripted(chat: ChatServer) -> Any:
    return opened(named(chat.name)[0])


# Names


@pytest.mark.parametrize(
    ("setting", "models"),
    [
        ("", ()),
        (" , ", ()),
        ("ollama:llama3.2", (ChatModel("ollama", "llama3.2"),)),
        ("ollama:qwen3:8b", (ChatModel("ollama", "qwen3:8b"),)),
        ("openai:a/b-1@http://127.0.0.1:8080/v1", (ChatModel("openai", "a/b-1", "http://127.0.0.1:8080/v1"),)),
        ("openai:x, anthropic:y", (ChatModel("openai", "x"), ChatModel("anthropic", "y"))),
    ],
)
def test_names(setting: str, models: tuple[ChatModel, ...]) -> None:
    assert named(setting) == models


@pytest.mark.parametrize("setting", ["gpt-5-mini", "openai:", ":x", "openai:x@ftp://h/", "openai:x y"])
def test_what_names_no_model(setting: str) -> None:
    with pytest.raises(BadModel, match="names no chat model"):
        named(setting)


def test_a_password_in_an_address_is_not_shown() -> None:
    (model,) = named("openai:x@http://anna:geheim@127.0.0.1/v1")
    assert model.name == "openai:x"
    with pytest.raises(BadModel) as error:
        named("gpt@http://anna:geheim@127.0.0.1/v1")
    assert "geheim" not in str(error.value)


@given(st.text(max_size=40))
def test_any_setting_is_read_or_refused(setting: str) -> None:
    try:
        models = named(setting)
    except BadModel:
        return
    assert all(model.provider and model.model for model in models)


# Opening


@pytest.mark.parametrize(("name", "variable"), [("openai:x", "OPENAI_API_KEY"), ("anthropic:x", "ANTHROPIC_API_KEY")])
def test_without_a_key(monkeypatch: pytest.MonkeyPatch, name: str, variable: str) -> None:
    monkeypatch.delenv(variable, raising=False)
    with pytest.raises(ModelFailed, match=f"There is no key for {name}: set {variable}"):
        opened(named(name)[0])


@pytest.mark.parametrize(
    ("name", "told"),
    [("mistralai:x", "pip install langchain langchain-mistralai"), ("nosuch:x", "knows no provider “nosuch”")],
)
def test_what_can_not_be_opened(name: str, told: str) -> None:
    with pytest.raises(ModelFailed, match=told):
        opened(named(name)[0])


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_model, "find_spec", lambda _: None)
    with pytest.raises(ModelFailed, match=r'pip install -e "\.\[ollama\]"'):
        opened(ChatModel("ollama", "never-opened"))


def test_windows() -> None:
    assert window(opened(ChatModel("ollama", "llama3.2"))) == 8_192
    assert window(opened(ChatModel("openai", "unheard-of", "http://127.0.0.1:9/v1"))) == 4_096
    assert window(opened(ChatModel("openai", "gpt-5-mini", "http://127.0.0.1:9/v1"))) > 100_000


# Asking


def test_what_it_says_arrives(chat: ChatServer) -> None:
    chat.says("Rain fell on Friday, and the bridge was shut.")
    assert whole(scripted(chat)) == "Rain fell on Friday, and the bridge was shut."
    assert chat.asked == [[{"content": "Why?", "role": "user"}]]


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(status=401), "refuses the key"),
        (Reply(status=403), "does not allow"),
        (Reply(status=404), "no such model"),
        (Reply(status=400), "refused the question"),
        (Reply(status=429), "no more questions for now (429)"),
        (Reply(status=500), "server failed"),
        (Reply(status=503), "server failed"),
        (Reply(body=b"<html>It works!</html>"), "no answer"),
        (Reply(body=b"data: {nonsense\n\n"), "no answer"),
        (Reply(body=b"\xff\xfe\x00"), "no answer"),
        (Reply(body=b""), "no answer"),
        (Reply("Rain fell and", cut=True), "broke off"),
        (Reply("Rain fell and", reason=None), "broke off"),
        (Reply("Rain fell and", reason="length"), "its limit"),
        (Reply("Rain", reason="content_filter"), "withheld"),
    ],
)
def test_what_goes_wrong_is_told(chat: ChatServer, reply: Reply, told: str) -> None:
    chat.reply = lambda _: reply
    with pytest.raises(ModelFailed) as error:
        whole(scripted(chat))
    assert told in str(error.value)
    assert "\n" not in str(error.value)
    assert len(chat.asked) == 1  # asked once: the person decides whether to ask again


def test_nobody_there() -> None:
    with pytest.raises(ModelFailed, match="can't be reached"):
        whole(opened(ChatModel("openai", "x", "http://127.0.0.1:9/v1")))
    with pytest.raises(ModelFailed, match="can't be reached"):
        whole(opened(ChatModel("ollama", "x", "http://127.0.0.1:9")))


def test_silence_has_an_end(chat: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_model, "PATIENCE", 0.3)
    chat.says(["Rain "], until=threading.Event())
    with pytest.raises(ModelFailed, match="silent for"):
        whole(scripted(chat))
    assert chat.dropped.wait(20)


def test_an_answer_without_end_is_cut(chat: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_model, "_LONGEST", 500)
    chat.says("Rain fell. " * 100)
    with pytest.raises(ModelFailed, match="did not come to an end"):
        whole(scripted(chat))


def test_closing_ends_the_request(chat: ChatServer) -> None:
    chat.says(["Rain "], until=threading.Event())
    pieces = stream(scripted(chat), ASKED)
    assert next(piece for piece in pieces if piece) == "Rain "
    assert next(pieces) == ""  # silent, and whoever waits may look round
    pieces.close()
    assert chat.dropped.wait(20)


def test_a_slow_one_holds_nobody_up(chat: ChatServer) -> None:
    go_on = threading.Event()
    replies = iter([Reply(["Slow."], until=go_on), Reply("Quick.")])
    chat.reply = lambda _: next(replies)
    slow = stream(scripted(chat), ASKED)
    assert next(piece for piece in slow if piece) == "Slow."
    assert whole(scripted(chat)) == "Quick."
    go_on.set()
    assert "".join(slow) == ""


def ollama(said: list[str], whole: bool) -> Iterator[bytes]:
    """Ollama's own protocol: a line of JSON a piece."""
    for piece in said:
        yield (
            json.dumps({"model": "x", "message": {"role": "assistant", "content": piece}, "done": False}).encode()
            + b"\n"
        )
    if whole:
        last = {"model": "x", "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}
        yield json.dumps(last).encode() + b"\n"


def anthropic(said: list[str], whole: bool) -> Iterator[bytes]:
    """Anthropic's protocol: named events."""
    message = {"id": "1", "type": "message", "role": "assistant", "content": [], "model": "x", "stop_reason": None}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {**message, "usage": {"input_tokens": 1, "output_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
            for piece in said
        ),
    ]
    if whole:
        events += [
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 5}},
            {"type": "message_stop"},
        ]
    for event in events:
        yield f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


@pytest.mark.parametrize("protocol", [ollama, anthropic])
def test_other_protocols_than_openai_s(
    chat: ChatServer, protocol: Callable[[list[str], bool], Iterator[bytes]]
) -> None:
    kind = "application/x-ndjson" if protocol is ollama else "text/event-stream"
    model = opened(ChatModel(protocol.__name__, "x", chat.address.removesuffix("/v1")))
    chat.reply = lambda _: Reply(body=b"".join(protocol(["Rain ", "fell."], True)), kind=kind)
    assert whole(model) == "Rain fell."
    chat.reply = lambda _: Reply(body=b"".join(protocol(["Rain ", "fell"], False)), kind=kind)
    with pytest.raises(ModelFailed, match="broke off"):
        whole(model)


def test_a_model_of_one_s_own_is_taken_as_it_is() -> None:
    assert whole(GenericFakeChatModel(messages=iter([AIMessage("Rain fell.")]))) == "Rain fell."


def test_keys_are_neither_shown_nor_logged(
    chat: ChatServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    chat.says("", status=401)
    model = ChatModel("openai", "keyed", chat.address)
    with caplog.at_level(logging.INFO), pytest.raises(ModelFailed) as error:
        whole(opened(model))
    assert chat.headers[0]["authorization"] == f"Bearer {SECRET}"  # it did go where it belongs
    assert SECRET not in str(error.value) + repr(error.value) + caplog.text + repr(opened(model))
    assert error.value.__cause__ is None


class Odd(Exception):
    status_code = 418


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Odd(SECRET), "server failed (418)"),
        (TimeoutError(SECRET), "did not answer in time"),
        (ConnectionRefusedError(SECRET), "can't be reached"),
        (KeyError(SECRET), "no answer (KeyError)"),
    ],
)
def test_any_error_is_explained_in_our_words(error: Exception, told: str) -> None:
    assert told in explained(error)
    assert SECRET not in explained(error)
