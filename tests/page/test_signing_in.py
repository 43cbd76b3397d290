"""Who the page answers once its store has users, and what each of them may do there."""

from __future__ import annotations

import asyncio
import datetime
import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from opened import ROOT, running
from test_guard import HERE, JSON, OPEN, RAW, ask, reached

from app import _names, create_app
from assistant.accounts import Account, Accounts
from assistant.page.answering import EACH, Answering, Busy
from assistant.page.conversation import Conversation
from assistant.page.drawers import Drawers
from assistant.page.guard import Guard, _ours
from assistant.page.signing_in import ADDRESSES, IDLE, SESSIONS, WRONG, Sessions, Wrong
from assistant.page.uploads import Refused, Uploads
from assistant.page.visits import EVENTS, PAGES, Visits
from index import build

PASSWORDS = {"ann": "seven slow ferries", "bob": "nine quick tugboats"}


class Clock:
    """A time that passes when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of one article that ann owns and bob may use."""
    folder = tmp_path_factory.mktemp("accounts")
    (folder / "ferry.md").write_text("The ferry rammed Pier 5 on Wednesday.", encoding="utf-8")
    build([folder / "ferry.md"], folder / "store")
    for name, password in PASSWORDS.items():
        Accounts(folder / "store").add(name, password)
    return folder / "store"


@pytest.fixture
def page(store: Path) -> Any:
    return create_app(store)


def sign_in(page: Any, name: str, password: str, at: str = HERE, cookie: str = "") -> httpx.Response:
    headers = {"Origin": at, "Content-Type": "application/json", "Cookie": cookie}
    return ask(page, "POST", "/login", headers, json.dumps({"name": name, "password": password}), at)


def cookie_of(page: Any, name: str) -> dict[str, str]:
    answered = sign_in(page, name, PASSWORDS[name])
    assert (answered.status_code, answered.text) == (204, "")
    return {"Cookie": answered.headers["set-cookie"].split(";")[0]}


def test_without_users_all_is_the_owners(tmp_path: Path) -> None:
    page = create_app(tmp_path)
    assert ask(page, path="/library/state").json()["account"] == {"name": "", "owner": True}
    assert "gradio-app" in ask(page).text


def test_whoever_has_not_signed_in_is_shown_where_to(page: Any) -> None:
    for path in ("/", "/articles/x"):
        shown = ask(page, path=path)
        assert (shown.status_code, shown.headers["cache-control"]) == (401, "no-store")
        assert 'type="password"' in shown.text
        assert "gradio" not in shown.text
        assert "script-src 'self';" in shown.headers["content-security-policy"]
    for path in ("/page/login.js", "/page/login.css", "/page/style.css", "/favicon.svg"):
        assert ask(page, path=path).status_code == 200
    assert ask(page, path="/healthz").json() == {"ready": True, "generation": 1}


def test_nothing_else_is_open_to_whoever_has_not_signed_in(page: Any) -> None:
    tried = 0
    for cookie in ("", "clippings-7860=x", "clippings-7860="):
        for name in OPEN - {"GET /favicon.ico", "GET /favicon.svg", "GET /healthz", "POST /login"}:
            method, path = name.split()
            headers = (RAW if path == "/library/files" else JSON) | {"Cookie": cookie}
            assert ask(page, method, path, headers, "{}" if method == "POST" else None).status_code == 401, name
            tried += 1
    assert tried > 80
    for path in ("/page/library.js", "/page/page.js"):
        assert ask(page, path=path).status_code == 401


def test_health_names_no_file_to_others(tmp_path: Path) -> None:
    Accounts(tmp_path).add("ann", PASSWORDS["ann"])
    page = create_app(tmp_path)
    assert ask(page, path="/healthz").json() == {"ready": False, "generation": None}
    assert str(tmp_path) in ask(page, path="/healthz", headers=cookie_of(page, "ann")).json()["why"]


def test_signing_in_and_out(page: Any) -> None:
    answered = sign_in(page, " Bob ", PASSWORDS["bob"])
    pair, *rest = answered.headers["set-cookie"].split("; ")
    assert set(rest) == {"HttpOnly", "Path=/", "SameSite=lax"}
    token = pair.removeprefix("clippings-7860=")
    assert len(token) >= 43
    headers = {"Cookie": pair}
    assert ask(page, path="/library/state", headers=headers).json()["account"] == {"name": "bob", "owner": False}
    again = sign_in(page, "bob", PASSWORDS["bob"], cookie=pair).headers["set-cookie"].split(";")[0]
    assert again != pair
    assert ask(page, path="/library/state", headers=headers).status_code == 401  # a token is never used on
    assert ask(page, "POST", "/logout", JSON | {"Cookie": again}, "{}").status_code == 204
    assert ask(page, path="/library/state", headers={"Cookie": again}).status_code == 401


def test_by_https_the_cookie_stays_there(page: Any) -> None:
    answered = sign_in(page, "bob", PASSWORDS["bob"], HERE.replace("http", "https"))
    assert "; Secure" in answered.headers["set-cookie"]


@pytest.mark.parametrize(
    "fields", ["{}", "[]", '{"name": "ann"}', '{"name": 1, "password": 2}', '{"name": "ann", "password": "x", "x":']
)
def test_what_is_no_sign_in(page: Any, fields: str) -> None:
    assert ask(page, "POST", "/login", JSON, fields).status_code == 400


def test_no_other_page_signs_anybody_in_or_out(page: Any) -> None:
    for origin in ("null", "http://elsewhere.example"):
        for path in ("/login", "/logout"):
            assert ask(page, "POST", path, JSON | {"Origin": origin}, "{}").status_code == 403


def test_ten_wrong_passwords_are_enough(store: Path) -> None:
    page = create_app(store)
    for name in ("ann", "bob", "nobody", "", "../ann") * 2:
        answered = sign_in(page, name, "not the password")
        assert (answered.status_code, answered.json()) == (403, {"detail": "Name or password is wrong."})
        assert "set-cookie" not in answered.headers
    answered = sign_in(page, "ann", PASSWORDS["ann"])
    assert (answered.status_code, answered.headers["retry-after"]) == (429, "60")
    assert "Wait a minute" in answered.json()["detail"]
    assert "set-cookie" not in answered.headers


def test_right_passwords_are_not_counted(page: Any) -> None:
    for _ in range(WRONG):
        assert sign_in(page, "bob", PASSWORDS["bob"]).status_code == 204


def test_wrong_passwords_that_come_at_once_are_counted_before_they_are_looked_at(store: Path) -> None:
    page = create_app(store)

    async def guessing() -> list[int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(page), base_url=HERE, headers=JSON) as client:
            guesses = [json.dumps({"name": "ann", "password": str(guess)}) for guess in range(40)]
            return [
                one.status_code
                for one in await asyncio.gather(*(client.post("/login", content=one) for one in guesses))
            ]

    answered = asyncio.run(guessing())
    assert (answered.count(403), answered.count(429)) == (WRONG, 30)


def test_the_limit_is_of_an_address_and_a_minute() -> None:
    clock = Clock()
    wrong = Wrong(clock)
    assert [wrong.begin("192.0.2.1") for _ in range(WRONG + 1)] == [True] * WRONG + [False]
    assert wrong.begin("192.0.2.2")
    clock.now += 59.9
    assert not wrong.begin("192.0.2.1")
    clock.now += 0.1
    assert wrong.begin("192.0.2.1")


def test_one_who_has_a_network_has_no_more_tries() -> None:
    wrong = Wrong(Clock())
    assert [wrong.begin(f"2001:db8:0:7::{host:x}") for host in range(WRONG + 1)] == [True] * WRONG + [False]
    assert wrong.begin("2001:db8:0:8::1")
    assert [wrong.begin("192.0.2.9") for _ in range(WRONG)] == [True] * WRONG
    assert not wrong.begin("::ffff:192.0.2.9")


def test_the_addresses_that_are_remembered_are_bounded() -> None:
    wrong = Wrong(Clock())
    for number in range(ADDRESSES + 500):
        wrong.begin(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(wrong._tries) == ADDRESSES


def test_a_session_ends_when_nobody_comes_any_more(tmp_path: Path) -> None:
    clock, user = Clock(), Accounts(tmp_path).add("ann", PASSWORDS["ann"])
    sessions = Sessions(clock)
    token = sessions.begin(user)
    for _ in range(3):
        clock.now += IDLE
        assert sessions.user(token) == user
    clock.now += IDLE + 1
    assert sessions.user(token) is None
    assert sessions.user(token) is None
    tokens = [sessions.begin(user) for _ in range(SESSIONS + 1)]
    assert sessions.user(tokens[0]) is None
    assert sessions.user(tokens[1]) == user
    assert not [held for held in sessions._held if held.decode("latin-1") in tokens]  # what is held opens nothing


def test_who_is_removed_or_has_another_password_is_signed_out(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    for name, password in PASSWORDS.items():
        accounts.add(name, password)
    page = create_app(tmp_path)
    ann, bob = cookie_of(page, "ann"), cookie_of(page, "bob")
    accounts.add("ann", PASSWORDS["ann"])
    assert ask(page, path="/library/state", headers=ann).status_code == 401
    assert ask(page, path="/library/state", headers=bob).status_code == 200
    accounts.remove("bob")
    assert ask(page, path="/library/state", headers=bob).status_code == 401


def test_a_damaged_file_of_users_shows_nothing(tmp_path: Path) -> None:
    Accounts(tmp_path).add("ann", PASSWORDS["ann"])
    page = create_app(tmp_path)
    cookie = cookie_of(page, "ann")
    (tmp_path / "users.json").write_text("{")
    for path in ("/", "/library/state", "/page/library.js"):
        assert ask(page, path=path, headers=cookie).status_code == 503
    assert sign_in(page, "ann", PASSWORDS["ann"]).status_code == 503
    (tmp_path / "users.json").unlink()  # as its owner may, on a page that only this machine reaches
    assert ask(page, path="/library/state").json()["account"]["owner"]


def test_a_page_that_others_reach_is_never_open_to_all(tmp_path: Path) -> None:
    page = create_app(tmp_path, names=("archive",))
    for path in ("/", "/library/state"):
        assert ask(page, path=path).status_code == 401
    assert sign_in(page, "", "").status_code == 403


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("192.0.2.7:7860", 200),
        ("archive.example:7860", 200),
        ("Archive.Example:7860", 200),
        ("localhost:7860", 200),
        ("192.0.2.7", 400),
        ("192.0.2.8:7860", 400),
        ("192.0.2.7:8080", 400),
        ("elsewhere.example:7860", 400),
        ("archive.example.elsewhere.example:7860", 400),
        ("vm.elsewhere.example:7860", 200),
        ("xvm.elsewhere.example:7860", 400),
        ("[vm.elsewhere.example:7860", 400),
    ],
)
def test_beyond_this_machine_its_address_and_names_are_its_own(host: str, status: int) -> None:
    guard = Guard(reached, names=("archive.example", "vm.*"))
    assert ask(guard, headers={"Host": host}, at="http://192.0.2.7:7860").status_code == status


def test_an_address_that_a_socket_of_both_kinds_was_reached_by() -> None:
    scope = {"server": ("::ffff:192.0.2.7", 7860), "scheme": "http"}
    assert _ours("192.0.2.7:7860", scope, ("x",))
    assert not _ours("192.0.2.8:7860", scope, ("x",))


def test_an_address_is_a_name_beyond_this_machine_alone() -> None:
    assert ask(Guard(reached), at="http://192.0.2.7:7860").status_code == 400
    assert ask(Guard(reached, names=("x",)), at="http://[2001:db8::1]:7860").status_code == 200


# What whoever signs in costs


def test_no_body_is_taken_of_whoever_has_not_signed_in(page: Any) -> None:
    taken = []

    async def pieces() -> Any:
        for number in range(20):
            taken.append(number)
            yield b"x" * 1_000

    for path in ("/gradio_api/queue/join", "/library/files", "/conversations/delete"):
        headers = RAW if path == "/library/files" else JSON
        assert ask(page, "POST", path, headers, pieces()).status_code == 401
    assert taken == []


def test_a_body_that_does_not_end_is_not_waited_for(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.page.guard.PATIENCE", 0.05)

    async def pieces() -> Any:
        yield b"{"
        await asyncio.Event().wait()

    assert ask(create_app(store), "POST", "/login", JSON, pieces()).status_code == 408


def visits(clock: Clock) -> Callable[..., int]:
    """Asks as a user for what Gradio has, and says with what status it was answered."""
    inner = Visits(reached, clock)
    asks: list[Account] = []

    async def with_account(scope: Any, receive: Any, send: Any) -> None:
        await inner({**scope, "account": asks[-1]}, receive, send)

    def asking(who: Account, path: str, body: str = "") -> int:
        asks.append(who)
        return ask(with_account, "POST" if body else "GET", f"/gradio_api/{path}", JSON, body or None).status_code

    return asking


def test_a_page_is_the_users_who_opened_it() -> None:
    ann, bob = Account("ann", True, "1"), Account("bob", False, "2")
    asks = visits(Clock())
    assert asks(ann, "heartbeat/one") == 200
    join = json.dumps({"session_hash": "one", "data": [], "fn_index": 1})
    for path, body in (
        ("heartbeat/one", ""),
        ("queue/data?session_hash=one", ""),
        ("queue/join", join),
        ("cancel", join),
    ):
        assert asks(bob, path, body) == 403
        assert asks(ann, path, body) == 200
        assert asks(Account("ann", True, "3"), path, body) == 403  # of the same name, and another user
    assert asks(bob, "heartbeat/two") == 200
    for odd in ("{", "[]", "[" * 50_000, '{"session_hash": 1}'):
        assert asks(bob, "queue/join", odd) == 200  # Gradio's to refuse


def test_a_user_opens_so_many_pages_and_asks_so_much() -> None:
    clock, bob = Clock(), Account("bob", False, "2")
    asks = visits(clock)
    opened = [asks(bob, f"heartbeat/{number}") for number in range(PAGES + 1)]
    assert (opened.count(200), opened[-1]) == (PAGES, 429)
    assert asks(Account("eve", False, "4"), "heartbeat/eve") == 200
    join = json.dumps({"session_hash": "1", "data": [], "fn_index": 1})
    asked = [asks(bob, "queue/join", join) for _ in range(EVENTS + 1)]
    assert (asked.count(200), asked[-1]) == (EVENTS, 429)
    clock.now += 60
    assert asks(bob, "queue/join", join) == 200
    assert asks(bob, "heartbeat/new") == 429
    clock.now += 3600
    assert asks(bob, "heartbeat/new") == 200


def test_who_shares_the_page_has_so_many_answers_at_once() -> None:
    async def asking() -> None:
        answering = Answering()
        begun = [answering.steps(iter_of(number), written=True, whose="bob") for number in range(EACH + 1)]
        for one in begun[:-1]:
            await anext(one)
        with pytest.raises(Busy, match="questions of yours"):
            await anext(begun[-1])
        assert await anext(answering.steps(iter_of(0), written=True, whose="ann")) == 1
        for one in begun:
            await one.aclose()
        assert await anext(answering.steps(iter_of(0), written=True, whose="bob")) == 1

    def iter_of(number: int) -> Generator[int, None, None]:
        yield 1
        yield number + 2

    asyncio.run(asking())


# What another user than the owner may do


def jobs(page: Any, cookie: dict[str, str]) -> str | None:
    building = ask(page, path="/library/state", headers=cookie).json()["building"]
    return building and building["told"]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("folders", {"path": "/"}),
        ("index", {"uploads": False}),
        ("restore", {"file": "/etc/hostname"}),
        ("watching", {"on": True}),
        ("cancel", {}),
    ],
)
def test_what_the_owner_alone_may_do(page: Any, path: str, fields: dict[str, object]) -> None:
    headers = JSON | cookie_of(page, "bob")
    answered = ask(page, "POST", f"/library/{path}", headers, json.dumps(fields))
    assert (answered.status_code, answered.json()["detail"]) == (403, "Only the owner of the library may do this.")
    assert jobs(page, headers) is None


def test_nobody_but_the_owner_removes_what_another_added(page: Any, store: Path) -> None:
    bob = cookie_of(page, "bob")
    (row,) = ask(page, path="/library/articles", headers=bob).json()["rows"]
    assert (row["removable"], row["file"]) == (False, None)
    (row,) = ask(page, path="/library/articles", headers=cookie_of(page, "ann")).json()["rows"]
    assert row["removable"]
    folder = str(store.parent / "ferry.md")
    for fields in (
        {"article": row["id"]},
        {"root": folder},
        {"file": folder},
        {"file": "../../ferry.md"},
        {"file": ""},
        {"file": "."},
        {},
    ):
        assert ask(page, "POST", "/library/forget", JSON | bob, json.dumps(fields)).status_code == 404
    places = ask(page, path="/library/places", headers=bob).json()
    assert (places["roots"], places["left_out"]) == ([], [])
    assert jobs(page, bob) is None


def test_what_each_user_adds_lies_apart(page: Any, store: Path) -> None:
    ann, bob = cookie_of(page, "ann"), cookie_of(page, "bob")
    for whose, text in ((ann, b"Of ann."), (bob, b"Of bob.")):
        for name in ("note.md", "../../bob/note.md"):
            taken = ask(page, "POST", f"/library/files?name={name}", RAW | whose, text)
            assert taken.status_code == 200
    assert (store / "uploads" / "note.md").read_bytes() == b"Of ann."
    assert (store / "uploads" / "bob" / "note.md").read_bytes() == b"Of bob."
    assert sorted(path.name for path in store.rglob("*note*")) == ["note.md"] * 2


def test_a_user_fills_no_disk(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.page.uploads.BYTES_AT_A_TIME", 3_000)
    drawers = Drawers(Accounts(store))
    for account, refused in ((Account("ann", True), 0), (Account("eve", False, "01234567"), 2)):
        uploads = drawers.of(account).uploads

        async def pieces(number: int = 0) -> Any:
            yield str(number).encode() * 1_000

        for number in range(5):
            uploads.begin_anew()
            full = number >= 5 - refused
            with pytest.raises(Refused, match="remove some first") if full else nullcontext():
                asyncio.run(uploads.take(f"{number}.md", pieces(number)))
        if refused:
            (uploads.folder / "0.md").unlink()
            asyncio.run(uploads.take("5.md", pieces(5)))


def test_files_that_come_at_once_fill_no_disk_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.page.uploads.BYTES_AT_A_TIME", 3_000)
    uploads = Uploads(tmp_path, bounded=True)

    async def taking() -> list[Any]:
        go_on = asyncio.Event()

        async def pieces(number: int) -> Any:
            yield str(number).encode() * 500
            await go_on.wait()
            yield b"x" * 500

        coming = [asyncio.create_task(uploads.take(f"{number}.md", pieces(number))) for number in range(9)]
        while uploads._coming < 3_000:
            await asyncio.sleep(0)
        uploads.begin_anew()
        go_on.set()
        return await asyncio.gather(*coming, return_exceptions=True)

    ended = asyncio.run(taking())
    assert sum(isinstance(one, Refused) for one in ended) >= 6
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 3_000

    async def none() -> Any:
        yield b""

    for _ in range(300):  # what is refused is not counted
        with pytest.raises(Refused, match="empty"):
            asyncio.run(uploads.take("none.md", none()))


def test_conversations_are_each_users_own(page: Any, store: Path) -> None:
    accounts = Accounts(store)
    theirs = accounts.users()["bob"].account
    asked = Conversation().ask("What rammed the pier?")
    Drawers(accounts).of(theirs).conversations.begin(asked)
    ann, bob = cookie_of(page, "ann"), cookie_of(page, "bob")
    listed = [ask(page, path="/conversations/list", headers=one).json()["conversations"] for one in (ann, bob)]
    assert [len(one) for one in listed] == [0, 1]
    id = listed[1][0]["id"]
    fields = {"id": id, "number": 1, "asked": "0" * 16, "thumb": "up"}
    assert ask(page, "POST", "/conversations/rate", JSON | ann, json.dumps(fields)).status_code == 404
    assert ask(page, path=f"/conversations/{id}/1.md", headers=ann).status_code == 404
    ask(page, "POST", "/conversations/delete", JSON | ann, json.dumps({"id": id}))
    assert len(ask(page, path="/conversations/list", headers=bob).json()["conversations"]) == 1
    assert not list((store / "users").glob("ann*"))
    assert (accounts.folder(theirs) / "conversations.sqlite").exists()
    assert accounts.folder(theirs).stat().st_mode & 0o077 == 0


# By https


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of this machine that it signed itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("certificate")
    (folder / "page.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "page.key").write_bytes(key.private_bytes(*plain))
    return folder / "page.pem", folder / "page.key"


@pytest.fixture(scope="module")
def https(store: Path, certificate: tuple[Path, Path]) -> Iterator[str]:
    pem, key = map(str, certificate)
    flags = ("--host", "0.0.0.0", "--port", "0", "--certificate", pem, "--key", key)
    with running("app.py", "--store", str(store), *flags) as opened:
        yield opened


def test_the_page_by_https(https: str, certificate: tuple[Path, Path]) -> None:
    assert https.startswith(f"https://{socket.gethostname()}:")
    at = f"https://localhost:{https.rpartition(':')[2]}"
    with httpx.Client(verify=ssl.create_default_context(cafile=certificate[0]), base_url=at) as client:
        assert client.get("/").status_code == 401
        fields = {"name": "bob", "password": PASSWORDS["bob"]}
        assert client.post("/login", json=fields, headers={"Origin": at.replace("https", "http")}).status_code == 403
        assert client.post("/login", json=fields, headers={"Origin": at}).status_code == 204
        assert client.get("/library/state").json()["account"]["name"] == "bob"
        assert "gradio-app" in client.get("/").text


def opened(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "app.py", "--port", "0", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_half_a_certificate_or_none_is_told_in_one_line(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    pem, key = map(str, certificate)
    (tmp_path / "empty").touch()
    locked = serialization.BestAvailableEncryption(b"a pass phrase")
    plain = serialization.load_pem_private_key(certificate[1].read_bytes(), None)
    (tmp_path / "locked.key").write_bytes(
        plain.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
    )
    for flags, told in (
        (("--certificate", pem), "go together"),
        (("--key", key), "go together"),
        (("--certificate", key, "--key", pem), "is no certificate that can be used"),
        (("--certificate", str(tmp_path / "none"), "--key", key), "No such file"),
        (("--certificate", str(tmp_path / "empty"), "--key", key), "is no certificate that can be used"),
        (("--certificate", pem, "--key", str(tmp_path / "locked.key")), "is no certificate that can be used"),
    ):
        done = opened("--store", str(tmp_path), *flags)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert told in done.stderr


def test_without_a_readable_file_of_users_it_is_not_shown_to_others(tmp_path: Path) -> None:
    (tmp_path / "users.json").write_text("{")
    done = opened("--store", str(tmp_path), "--host", "0.0.0.0")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "users.json can't be read" in done.stderr


def test_the_names_of_the_page_are_the_machines_and_the_certificates(certificate: tuple[Path, Path]) -> None:
    machine = socket.gethostname().lower()
    assert _names("127.0.0.1", certificate[0]) == ()
    assert set(_names("0.0.0.0", None)) == {"0.0.0.0", machine, f"{machine.partition('.')[0]}.*"}
    assert set(_names("Archive.Example", certificate[0])) >= {"archive.example", machine, "localhost"}
