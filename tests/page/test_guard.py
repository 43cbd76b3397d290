"""Whose requests the page answers, and what it says in every answer."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import OPENING, create_app
from assistant.page.desk import Desk
from assistant.page.guard import BODY_LIMIT, FILE_LIMIT, SHORT_LIMIT, Bodies, Guard
from index import build

HERE = "http://127.0.0.1:7860"
# What the page itself asks for; all other routes, whoever adds them, must stay closed.
OPEN = {
    "GET /",
    "GET /articles/x",
    "GET /assets/x",
    "GET /conversations/00000000000000000000000000000000/1.bib",
    "GET /conversations/list",
    "GET /favicon.ico",
    "GET /favicon.svg",
    "GET /gradio_api/app_id",
    "GET /gradio_api/heartbeat/x",
    "GET /gradio_api/queue/data",
    "GET /healthz",
    "GET /library/articles",
    "GET /library/coverage",
    "GET /library/places",
    "GET /library/state",
    "GET /static/x",
    "GET /theme.css",
    "POST /conversations/delete",
    "POST /conversations/rate",
    "POST /gradio_api/cancel",
    "POST /gradio_api/queue/join",
    "POST /gradio_api/reset",
    "POST /library/cancel",
    "POST /library/files",
    "POST /library/folders",
    "POST /library/forget",
    "POST /library/index",
    "POST /library/restore",
    "POST /library/watching",
    "POST /login",
    "POST /logout",
}
# What stands for a variable part of a route's path, where not anything may.
FILLED = {"id": "0" * 32, "number": "1", "suffix": "bib"}


async def reached(_scope: Any, receive: Any, send: Any) -> None:
    """An application that says how much it was sent."""
    size = len((await receive()).get("body", b""))
    headers = [(b"access-control-allow-origin", b"http://localhost:3000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": str(size).encode()})


def ask(
    application: Any,
    method: str = "GET",
    path: str = "/",
    headers: Mapping[str, str] | list[tuple[str, str]] | None = None,
    content: Any = None,
    at: str = HERE,
) -> httpx.Response:
    async def asking() -> httpx.Response:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url=at) as client:
            return await client.request(method, path, headers=headers, content=content)

    return asyncio.run(asking())


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The whole page over a store that was never built."""
    return create_app(tmp_path_factory.mktemp("empty") / "store")


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost:7860", "LOCALHOST:7860", "[::1]:7860"])
def test_the_page_answers_under_its_own_names(host: str) -> None:
    assert ask(Guard(reached), headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        "elsewhere.example",
        "elsewhere.example:7860",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.1:7860.elsewhere.example",
        "127.0.0.1.elsewhere.example:7860",
        "localhost:7860@elsewhere.example",
        "::1",
    ],
)
def test_no_other_host_is_answered(host: str) -> None:
    assert ask(Guard(reached), headers={"Host": host}).status_code == 400


def test_two_hosts_are_one_too_many() -> None:
    two = [("Host", "127.0.0.1:7860"), ("Host", "elsewhere.example")]
    assert ask(Guard(reached), headers=two).status_code == 400


@pytest.mark.parametrize(
    "origin",
    ["http://elsewhere.example", "null", "http://127.0.0.1:3000", "https://127.0.0.1:7860", "http://localhost:7860"],
)
def test_another_page_may_not_post(origin: str) -> None:
    answered = ask(Guard(reached), "POST", "/gradio_api/queue/join", {"Origin": origin}, b"{}")
    assert answered.status_code == 403


@pytest.mark.parametrize("origin", [None, HERE])
def test_the_page_itself_may(origin: str | None) -> None:
    headers = {"Origin": origin} if origin else {}
    assert ask(Guard(reached), "POST", "/gradio_api/queue/join", headers, b"{}").text == "2"


def test_another_page_may_not_read_either() -> None:
    answered = ask(Guard(reached), headers={"Origin": "http://localhost:3000"})
    assert "access-control-allow-origin" not in answered.headers
    assert answered.headers["cross-origin-resource-policy"] == "same-origin"


def test_a_websocket_is_closed() -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Guard(reached)({"type": "websocket", "headers": []}, receive, send))
    assert [message["type"] for message in sent] == ["websocket.close"]


async def pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * (BODY_LIMIT // 4)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (lambda: b"x" * BODY_LIMIT, 200),
        (lambda: b"x" * (BODY_LIMIT + 1), 413),
        (lambda: pieces(4), 200),
        (lambda: pieces(5), 413),
    ],
)
def test_a_body_has_a_limit_however_it_comes(body: Callable[[], Any], status: int) -> None:
    assert ask(Guard(Bodies(reached)), "POST", "/gradio_api/queue/join", content=body()).status_code == status


def test_a_length_that_is_no_number_is_refused() -> None:
    headers = {"Content-Length": "1_0"}
    assert ask(Guard(reached), "POST", "/gradio_api/queue/join", headers).status_code == 413


@pytest.mark.parametrize("path", ["/", "/articles/x", "/nowhere", "/page/page.js", "/favicon.svg"])
def test_every_answer_says_what_it_allows(page: Any, path: str) -> None:
    headers = ask(page, path=path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy
    assert "unsafe-eval" not in policy
    assert not re.search(r"https?:|\*", policy)


def test_only_scripts_that_came_with_the_page_run(page: Any) -> None:
    first, second = ask(page), ask(page)
    policy = first.headers["content-security-policy"]
    nonce = re.search(r"script-src 'self' 'nonce-([^']+)';", policy)
    assert nonce
    assert nonce[1] not in second.headers["content-security-policy"]
    tags = re.findall(r"<script[^>]*>", first.text)
    assert tags
    assert all(f'nonce="{nonce[1]}"' in tag for tag in tags)
    assert "base-uri 'none'" in policy
    assert "<base" not in first.text


def test_an_article_runs_and_loads_nothing(page: Any) -> None:
    answered = ask(page, path="/articles/x")
    assert answered.status_code == 404
    assert answered.headers["content-security-policy"].startswith("default-src 'none'")
    assert "script" not in answered.text


def test_an_article_that_fails_is_guarded_too(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: Desk) -> Any:
        raise RuntimeError("secret")

    monkeypatch.setattr(Desk, "library", fails)
    answered = ask(page, path="/articles/x")
    assert answered.status_code == 503
    assert "secret" not in answered.text
    assert "content-security-policy" in answered.headers


def test_the_page_names_no_other_host(page: Any) -> None:
    own = re.sub(r"<script.*?</script>", "", ask(page).text, flags=re.S)
    assert not re.findall(r"(?:href|src|content)=\"https?://[^\"]*\"", own)


def test_only_known_routes_are_open(page: Any) -> None:
    known = {"GET /favicon.svg", "GET /articles/x"}
    for route in _routes(page):
        path = re.sub(r"\{(\w+)[^}]*\}", lambda found: FILLED.get(found[1], "x"), route.path)
        known |= {f"{method} {path}" for method in (route.methods or ())}
    assert len(known) > 60
    reachable = set()
    for name in known:
        method, path = name.split(" ", 1)
        kind = "application/octet-stream" if path == "/library/files" else "application/json"
        if ask(Guard(reached), method, path, {"Origin": HERE, "Content-Type": kind}).status_code == 200:
            reachable.add(name)
    assert {name for name in reachable if not name.startswith("HEAD ")} == OPEN


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/file=/etc/hostname"),
        ("GET", "/gradio_api/file/etc/hostname"),
        ("GET", "/gradio_api/proxy=https://elsewhere.example/"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/run/predict"),
        ("GET", "/config"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/openapi.json"),
        ("GET", "/docs"),
        ("GET", "/redoc"),
        ("GET", "/monitoring"),
        ("GET", "/page/reader.py"),
        ("GET", "/page/..%2f..%2fapp.py"),
        ("GET", "/static/..%2f..%2f..%2fetc/passwd"),
        ("OPTIONS", "/"),
        ("PUT", "/articles/x"),
    ],
)
def test_what_the_page_does_not_use_is_not_there(page: Any, method: str, path: str) -> None:
    assert ask(page, method, path).status_code == 404


def pieces_of(size: int, count: int) -> AsyncIterator[bytes]:
    async def going() -> AsyncIterator[bytes]:
        for _ in range(count):
            yield b"x" * size

    return going()


RAW = {"Origin": HERE, "Content-Type": "application/octet-stream"}
JSON = {"Origin": HERE, "Content-Type": "application/json"}
CHANGING = ["files", "index", "folders", "forget", "restore", "cancel", "watching"]


async def swallowed(_scope: Any, receive: Any, send: Any) -> None:
    """An application that takes a body piece by piece and says how many pieces there were."""
    count, more = 0, True
    while more:
        message = await receive()
        more = message.get("more_body", False)
        count += 1
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": f"{count} {message['type']}".encode()})


def test_a_file_is_passed_on_piece_by_piece() -> None:
    body = pieces_of(FILE_LIMIT // 50, 50)
    answered = ask(Guard(Bodies(swallowed)), "POST", "/library/files?name=a.md", RAW, body)
    assert answered.status_code == 200
    count, last = answered.text.split()
    assert (int(count) >= 50, last) == (True, "http.request")


def test_a_file_that_is_too_large_is_refused_while_it_comes() -> None:
    taken = []

    async def counted(scope: Any, receive: Any, send: Any) -> None:
        async def noted() -> Any:
            message = await receive()
            taken.append(message)
            return message

        await swallowed(scope, noted, send)

    answered = ask(Guard(Bodies(counted)), "POST", "/library/files", RAW, pieces_of(FILE_LIMIT // 10, 40))
    assert (answered.status_code, answered.text) == (413, "This is more than the page takes.\n")
    assert len(taken) <= 11
    assert taken[-1]["type"] == "http.disconnect"


def test_a_file_that_says_it_is_too_large_is_not_begun() -> None:
    headers = {**RAW, "Content-Length": str(FILE_LIMIT + 1)}
    assert ask(Guard(Bodies(swallowed)), "POST", "/library/files", headers).status_code == 413


@pytest.mark.parametrize(("count", "status", "left"), [(10, 200, ["a.md"]), (11, 413, [])])
def test_nothing_is_left_of_a_file_that_is_too_large(tmp_path: Path, count: int, status: int, left: list[str]) -> None:
    body = pieces_of(FILE_LIMIT // 10, count)
    answered = ask(create_app(tmp_path), "POST", "/library/files?name=..%2F..%2Fa.md", RAW, body)
    assert answered.status_code == status
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == left


@pytest.mark.parametrize("name", CHANGING)
@pytest.mark.parametrize("origin", [None, "null", "http://elsewhere.example", "http://localhost:7860"])
def test_only_the_page_itself_changes_the_library(name: str, origin: str | None) -> None:
    headers = {**(RAW if name == "files" else JSON), "Origin": origin or ""}
    if origin is None:
        del headers["Origin"]
    assert ask(Guard(reached), "POST", f"/library/{name}", headers, b"{}").status_code == 403


@pytest.mark.parametrize("name", CHANGING)
@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_form_of_another_page_changes_nothing(name: str, kind: str | None) -> None:
    headers = {"Origin": HERE, **({"Content-Type": kind} if kind else {})}
    assert ask(Guard(reached), "POST", f"/library/{name}", headers, b"{}").status_code == 415


@pytest.mark.parametrize("name", [*CHANGING, "../index", "uploads", "files/x"])
def test_what_changes_the_library_is_not_fetched(name: str) -> None:
    assert ask(Guard(reached), "GET", f"/library/{name}").status_code == 404


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("index", "{}"),
        ("index", '{"uploads": "perhaps"}'),
        ("index", "[1"),
        ("folders", "{}"),
        ("folders", '{"path": 7}'),
        ("folders", '{"path": ""}'),
        ("folders", '{"path": "articles"}'),
        ("folders", '{"path": "/"}'),
        ("folders", '{"path": "/nowhere/at/all"}'),
        ("folders", '{"path": "/etc/hostname"}'),
        ("folders", '{"path": "/\\u0000"}'),
        ("folders", '{"path": "/\\ud800"}'),
        ("folders", '{"path": "~nobodyofthisname/x"}'),
        ("forget", '{"article": "x"}'),
        ("forget", '{"root": "/"}'),
        ("forget", '{"file": "/etc/hostname"}'),
        ("restore", '{"file": "/etc/hostname"}'),
    ],
)
def test_a_wrong_request_is_told_in_one_line(page: Any, path: str, fields: str) -> None:
    answered = ask(page, "POST", f"/library/{path}", JSON, fields.encode())
    assert answered.status_code in (400, 404)
    assert re.fullmatch(r"[^\n{}]{5,200}", answered.json()["detail"])


@pytest.mark.parametrize("name", ["delete", "rate"])
def test_only_the_page_itself_changes_conversations(name: str) -> None:
    path = f"/conversations/{name}"
    assert ask(Guard(reached), "POST", path, JSON, b"{}").status_code == 200
    assert ask(Guard(reached), "POST", path, JSON, b"x" * (SHORT_LIMIT + 1)).status_code == 413
    assert ask(Guard(reached), "POST", path, {**JSON, "Content-Type": "text/plain"}, b"{}").status_code == 415
    for origin in ("null", "http://elsewhere.example", "http://localhost:7860"):
        assert ask(Guard(reached), "POST", path, {**JSON, "Origin": origin}, b"{}").status_code == 403
    assert ask(Guard(reached), "POST", path, {"Content-Type": "application/json"}, b"{}").status_code == 403
    assert ask(Guard(reached), "GET", path).status_code == 404


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("delete", "{}", 400),
        ("delete", '{"id": "../x"}', 400),
        ("delete", f'{{"id": "{"0" * 32}\\n"}}', 400),
        ("delete", f'{{"id": "{"0" * 32}"}}', 200),
        ("rate", "{}", 400),
        ("rate", f'{{"id": "{"0" * 32}", "number": 1, "asked": "{"0" * 16}", "thumb": "sideways"}}', 400),
        ("rate", f'{{"id": "{"0" * 32}", "number": 0, "asked": "{"0" * 16}", "thumb": "up"}}', 400),
        ("rate", f'{{"id": "{"0" * 32}", "number": 1, "asked": "{"0" * 16}", "reason": "{"x" * 1_001}"}}', 400),
        ("rate", f'{{"id": "{"0" * 32}", "number": 1, "asked": "{"0" * 16}", "thumb": "up"}}', 404),
    ],
)
def test_a_wrong_request_about_conversations_is_told(page: Any, path: str, fields: str, status: int) -> None:
    answered = ask(page, "POST", f"/conversations/{path}", JSON, fields.encode())
    assert answered.status_code == status
    if status != 200:
        assert re.fullmatch(r"[^\n{}]{5,200}", answered.json()["detail"])


@pytest.mark.parametrize("name", ["x/1.bib", f"{'0' * 32}/1.exe", f"{'0' * 32}/one.bib", f"{'0' * 32}/../x.bib"])
def test_only_references_are_taken_away(page: Any, name: str) -> None:
    assert ask(page, path=f"/conversations/{name}").text == "There is nothing here.\n"


@pytest.mark.parametrize(
    "query", ["sort=secret", "page=0", "page=x", "since=soon", f"text={'x' * 501}", "descending=?"]
)
def test_a_wrong_list_is_not_made(page: Any, query: str) -> None:
    answered = ask(page, path=f"/library/articles?{query}")
    assert (answered.status_code, answered.json()) == (400, {"detail": "The page asks for nothing like this."})


@pytest.mark.parametrize("name", OPENING)
def test_the_environment_can_not_open_the_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.setenv(name, "/" if name.endswith(("PATH", "PATHS", "DIRS")) else "1")
    application = create_app(tmp_path)
    assert capsys.readouterr().err.startswith(f"{name} is set, and is not followed")
    mounted = next(route.app for route in application.routes if hasattr(getattr(route, "app", None), "blocks"))
    blocks = mounted.blocks
    opened = ("share", "mcp_server", "analytics_enabled", "run_history", "space_id")
    assert not [one for one in opened if getattr(blocks, one)]
    assert blocks.allowed_paths == []
    assert not blocks.root_path
    assert not any("mcp" in getattr(route, "path", "") for route in mounted.routes)
    assert os.environ.get(name, "False") == "False"


def test_a_variable_that_opens_nothing_is_not_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRADIO_ANALYTICS_ENABLED", "False")
    monkeypatch.setenv("GRADIO_SHARE", "")
    create_app(tmp_path)
    assert capsys.readouterr().err == ""


def test_health_says_whether_questions_can_be_answered(page: Any, tmp_path: Path) -> None:
    asked = ask(page, path="/healthz")
    assert (asked.status_code, asked.json()["ready"], asked.json()["generation"]) == (503, False, None)
    assert "There is no store" in asked.json()["why"]
    (tmp_path / "ferry.md").write_text("The ferry rammed Pier 5 on Wednesday.", encoding="utf-8")
    made = build([tmp_path / "ferry.md"], tmp_path / "store")
    asked = ask(create_app(tmp_path / "store"), path="/healthz")
    assert (asked.status_code, asked.json()) == (200, {"ready": True, "generation": made.generation})
    assert ask(page, path="/healthz", headers={"Host": "elsewhere.example"}).status_code == 400


def _routes(application: Any) -> list[Any]:
    found = []
    for route in application.routes:
        inner = getattr(route, "app", None)
        if hasattr(inner, "blocks"):
            found += _routes(inner)
        elif hasattr(route, "original_router"):
            found += _routes(route.original_router)
        elif hasattr(route, "methods"):
            found.append(route)
    return found
