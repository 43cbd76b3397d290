"""Signing in: whose request it is, sessions that live in memory, and how often a password may be wrong."""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import APIRouter, Body, Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from assistant.accounts import ALONE, LONGEST, Account, Accounts, User
from assistant.errors import BadAccount
from assistant.page.guard import Application, Receive, Scope, Send

WRONG = 10  # passwords an address and minute
ADDRESSES = 10_000  # whose wrong passwords are remembered
SESSIONS = 10_000
IDLE = 7 * 24 * 3600.0  # seconds after which whoever was not seen signs in again
AT_ONCE = 2  # passwords that are looked at: each takes 64 MB, and a processor for a moment
WAITING = 50  # passwords that wait for that

# What is shown to whoever has not signed in, so that they can.
OPEN = ("/login", "/page/login.css", "/page/login.js", "/page/style.css", "/favicon.svg", "/favicon.ico", "/healthz")
LOGIN = (Path(__file__).parent / "login.html").read_text(encoding="utf-8")

Clock = Callable[[], float]

log = logging.getLogger("clippings")


class Wrong:
    """Wrong passwords of the last minute, by address; thread-safe."""

    def __init__(self, now: Clock = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()

    def begin(self, address: str) -> bool:
        """Count a try from there as wrong until it proves right; False: there were too many, and it is not to be made."""
        network, now = _network(address), self._now()
        with self._lock:
            tries = self._tries.setdefault(network, deque())
            self._tries.move_to_end(network)
            while tries and now - tries[0] >= 60:
                tries.popleft()
            if len(tries) >= WRONG:
                return False
            tries.append(now)
            if len(tries) == WRONG:
                log.warning("%s tries to sign in from %s: no more are looked at for a minute.", WRONG, network)
            while len(self._tries) > ADDRESSES:
                self._tries.popitem(last=False)
            return True

    def right(self, address: str) -> None:
        """The latest try from there was right."""
        with self._lock:
            if tries := self._tries.get(_network(address)):
                tries.pop()


class Sessions:
    """Who is signed in, by a token that the browser alone has; thread-safe."""

    def __init__(self, now: Clock = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._held: OrderedDict[bytes, tuple[User, float]] = OrderedDict()  # the one seen longest ago first

    def begin(self, user: User) -> str:
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._held[_digest(token)] = user, self._now()
            if len(self._held) > SESSIONS:
                self._held.popitem(last=False)
        return token

    def user(self, token: str) -> User | None:
        """Whoever signed in with this token, as the user was then."""
        with self._lock:
            user, seen = self._held.pop(_digest(token), (None, 0.0))
            if user is None or self._now() - seen > IDLE:
                return None
            self._held[_digest(token)] = user, self._now()
            return user

    def end(self, token: str) -> None:
        with self._lock:
            self._held.pop(_digest(token), None)


class SignIn:
    """An ASGI application before another, which finds in the scope whose request it is, as `account`.

    While the store has no users, everything is the owner's: of a page that only this machine reaches (`alone`).
    """

    def __init__(self, application: Application, accounts: Accounts, sessions: Sessions, alone: bool) -> None:
        self._application = application
        self._accounts = accounts
        self._sessions = sessions
        self._alone = alone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        application: Application = self._application
        if scope["type"] == "http":
            path, answer = scope["path"], None
            try:
                scope["account"] = self._account(scope)
                if scope["account"] is None and path not in OPEN:
                    shown = path == "/" or path.startswith("/articles/")
                    answer = HTMLResponse(LOGIN, 401) if shown else PlainTextResponse("Sign in first.\n", 401)
            except BadAccount as error:
                log.error("%s", error)
                answer = PlainTextResponse("Nobody can sign in now; the log says why.\n", 503)
            if answer is not None:
                answer.headers["Cache-Control"] = "no-store"
                application = answer
        await application(scope, receive, send)

    def _account(self, scope: Scope) -> Account | None:
        users = self._accounts.users()
        if not users and self._alone:
            return ALONE
        request = Request(scope)
        user = self._sessions.user(request.cookies.get(_cookie(request), ""))
        # One who was removed, or has another password by now, is not signed in any more.
        return user.account if user and users.get(user.name) == user else None


def account_of(request: Request) -> Account:
    """Whose request this is, of those that only somebody can make."""
    account: Account = request.scope["account"]
    return account


Whose = Annotated[Account, Depends(account_of)]


def owner_alone(whose: Whose) -> None:
    """Refuse what another asks than the owner."""
    if not whose.owner:
        raise HTTPException(403, "Only the owner of the library may do this.")


Owner = Depends(owner_alone)


def routes(accounts: Accounts, sessions: Sessions) -> APIRouter:
    """The requests that sign in and out."""
    router, wrong, looking = APIRouter(), Wrong(), CapacityLimiter(AT_ONCE)

    @router.post("/login", status_code=204)
    async def sign_in(
        request: Request,
        response: Response,
        name: Annotated[str, Body(max_length=200)],
        password: Annotated[str, Body(max_length=LONGEST)],
    ) -> None:
        if looking.statistics().tasks_waiting >= WAITING:
            raise HTTPException(503, "Too many are signing in. Try again in a moment.", {"Retry-After": "5"})
        address = request.client.host if request.client else ""
        if not wrong.begin(address):
            told = f"{WRONG} passwords from here were wrong. Wait a minute before you try again."
            raise HTTPException(429, told, {"Retry-After": "60"})
        user = await anyio.to_thread.run_sync(accounts.verified, name.strip().lower(), password, limiter=looking)
        if user is None:
            raise HTTPException(403, "Name or password is wrong.")
        wrong.right(address)
        sessions.end(request.cookies.get(_cookie(request), ""))
        secure = request.url.scheme == "https"
        response.set_cookie(_cookie(request), sessions.begin(user), httponly=True, samesite="lax", secure=secure)

    @router.post("/logout", status_code=204)
    def sign_out(request: Request, response: Response) -> None:
        sessions.end(request.cookies.get(_cookie(request), ""))
        response.delete_cookie(_cookie(request))

    return router


def _cookie(request: Request) -> str:
    # Browsers send the cookies of all ports of a machine.
    server = request.scope.get("server")
    return f"clippings-{server[1] if server else 0}"


def _network(address: str) -> str:
    """What one customer of a provider has: an IPv4 address, or 64 bits of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found.packed[:8] + bytes(8), 64)))
    return str(found)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
