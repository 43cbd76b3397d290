"""Who may use the page of a store: names in STORE/users.json, with what their passwords come to."""

from __future__ import annotations

import fcntl
import functools
import json
import os
import re
import secrets
import shutil
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import BadAccount

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 12, 1_000  # characters of a password
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")  # also the name of a folder; an upload has a dot in its name


@dataclass(frozen=True, slots=True)
class Account:
    """Whose request it is."""

    name: str
    owner: bool  # may also change what the library is made of
    id: str = ""  # a user who is added again under a name is another one


ALONE = Account("", owner=True)  # of a page that only this machine reaches, while its store has no users


@dataclass(frozen=True, slots=True)
class User:
    """One who may sign in."""

    account: Account
    password: str  # its hash by Argon2id (RFC 9106), with salt and costs in it

    @property
    def name(self) -> str:
        return self.account.name

    @property
    def owner(self) -> bool:
        return self.account.owner


class Accounts:
    """The users of a store, the first of whom is its owner; thread-safe.

    The owner's conversations and uploads are those that the store has without users; each other user has a folder for
    either. Every method raises BadAccount where the file can't be read.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self._file = store / "users.json"
        self._lock = threading.Lock()
        self._read: tuple[tuple[int, ...], Mapping[str, User]] = (), {}

    def users(self) -> Mapping[str, User]:
        """All of them, by name; read again whenever the file is another one."""
        with self._lock:
            try:
                now = self._file.stat()
                stamp = (now.st_ino, now.st_mtime_ns, now.st_size)
                if stamp != self._read[0]:
                    self._read = stamp, _users(self._file.read_text(encoding="utf-8"))
            except FileNotFoundError:
                self._read = (), {}
            except OSError as error:
                raise BadAccount(f"{self._file} can't be read ({error.strerror}); nobody can sign in.") from error
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise BadAccount(
                    f"{self._file} can't be read: it is no list of users. End the page, remove the file, and add the "
                    "users again: clippings user add NAME"
                ) from error
            return self._read[1]

    def verified(self, name: str, password: str) -> User | None:
        """The user of this name and password; whether there is the name, or only the password is wrong, takes as long."""
        from argon2.exceptions import Argon2Error, InvalidHashError

        user = self.users().get(name)
        known = user.password if user else _of_nobody()
        try:
            _hasher().verify(known, _plain(password))
        except (Argon2Error, InvalidHashError):
            return None
        return user

    def add(self, name: str, password: str) -> User:
        """Let somebody sign in, or give one who may a new password; raises BadAccount for a name or password that can't be."""
        if not NAME.fullmatch(name):
            raise BadAccount(
                "A name has small letters from a to z, digits, - and _, up to 32, and begins with neither sign."
            )
        if not SHORTEST <= len(password) <= LONGEST:
            raise BadAccount(f"A password has {SHORTEST} to {LONGEST:,} characters.")
        hashed = _hasher().hash(_plain(password))
        self._store.mkdir(parents=True, exist_ok=True)
        with self._changing() as users:
            known = users[name].account if name in users else Account(name, not users, secrets.token_hex(4))
            users[name] = User(known, hashed)
        return users[name]

    def remove(self, name: str) -> None:
        """Take a user away, with the conversations, but those of the owner, which are the store's own.

        Raises BadAccount if there is no such user, others need the owner, or something is left of the conversations.
        """
        with self._changing() as users:
            if name not in users:
                raise BadAccount(f"There is no user {name}; there are: {', '.join(users) or 'none'}")
            if users[name].owner and len(users) > 1:
                raise BadAccount(f"{name} owns the library, and it has other users: remove them first.")
            del users[name]
        ours = {self.folder(user.account) for user in users.values()}
        try:
            # Of former users, too: an answer that was under way may have written after its user was gone.
            for left in set((self._store / "users").glob("*")) - ours:
                shutil.rmtree(left)
        except OSError as error:
            raise BadAccount(
                f"{name} may not sign in any more, but conversations are left in {error.filename} ({error.strerror}): "
                "remove them."
            ) from error

    def folder(self, account: Account) -> Path:
        """Where what is this account's alone is kept."""
        return self._store if account.owner else self._store / "users" / f"{account.name}-{account.id}"

    def uploads(self, account: Account) -> Path:
        """Where the files are kept that this account adds."""
        return self._store / "uploads" / ("" if account.owner else account.name)

    @contextmanager
    def _changing(self) -> Iterator[dict[str, User]]:
        """The users, to be changed by one process at a time, and written whole or not at all."""
        try:
            folder = os.open(self._store, os.O_RDONLY)
        except OSError as error:
            raise BadAccount(f"{self._store} can't be opened ({error.strerror}); it has no users.") from error
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            users = dict(self.users())
            yield users
            new = self._file.with_name("users.json.new")
            new.unlink(missing_ok=True)  # of a process that was ended in the middle
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                kept = [{**asdict(user.account), "password": user.password} for user in users.values()]
                json.dump(kept, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._file)
            os.fsync(folder)
        finally:
            os.close(folder)


def _users(written: str) -> dict[str, User]:
    users = {}
    for fields in json.loads(written):
        account = Account(fields["name"], fields["owner"] is True, fields["id"])
        if not NAME.fullmatch(account.name) or not re.fullmatch("[0-9a-f]{8}", account.id):
            raise ValueError(account)
        users[account.name] = User(account, str(fields["password"]))
    return users


def _plain(password: str) -> bytes:
    """One spelling of a password, however a keyboard composes its letters (RFC 8265)."""
    return unicodedata.normalize("NFC", password).encode(errors="replace")


@functools.cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@functools.cache
def _of_nobody() -> str:
    return _hasher().hash(secrets.token_bytes(16))
