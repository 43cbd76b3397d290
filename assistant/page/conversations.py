"""The conversations of a store, kept in a file of their own as questions and answers, never as what was drawn of them."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from assistant.answer import restored
from assistant.page.conversation import Conversation, Rating, Turn
from index.errors import ClippingsError

MOST = 1_000  # conversations; the one that was used longest ago is dropped for the next
TITLE = 200  # characters of the first question
_PATIENCE = 1.0  # seconds for another process to let go of the file; a person waits meanwhile
_REMEMBERED = 50  # conversations that can be gone on with while the file can't be used
_VERSION = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, begun TEXT NOT NULL, changed TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS turns (
    conversation TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
    number INTEGER NOT NULL,
    asked TEXT NOT NULL,    -- the id of the turn that is kept
    waiting TEXT NOT NULL,  -- the id of the one that is being answered: the same, or one that is to take its place
    kept TEXT NOT NULL,     -- the turn, as JSON
    PRIMARY KEY (conversation, number)
);
"""


class NotKept(ClippingsError):
    """The file of conversations can't be used now; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation as the list of them tells it."""

    id: str
    title: str
    changed: str  # a moment, as ISO 8601 in UTC
    questions: int


class Conversations:
    """The file STORE/conversations.sqlite; while it can't be used, `trouble` says why, and the latest ones live in memory.

    Thread-safe. What a question comes to is kept only while that question is still wanted: not after its conversation was
    deleted, or it was stopped from another tab.
    """

    def __init__(self, store: Path, most: int = MOST) -> None:
        self._file = store / "conversations.sqlite"
        self._most = most
        self._lock = threading.RLock()
        self._held: OrderedDict[str, Conversation] = OrderedDict()
        self.trouble = ""

    def begin(self, conversation: Conversation) -> None:
        """Keep the question that now waits for its answer, and with the first one the conversation."""
        turn, now = conversation.asking, _now()
        with self._lock, self._quietly():
            self._hold(conversation)
            with self._open() as file:
                file.execute(
                    "INSERT INTO conversations VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET changed = excluded.changed",
                    (conversation.id, _title(turn.question), now, now),
                )
                if conversation.before:
                    where = (turn.id, conversation.id, turn.number)
                    file.execute("UPDATE turns SET waiting = ? WHERE conversation = ? AND number = ?", where)
                else:
                    row = (conversation.id, turn.number, turn.id, turn.id, _kept(turn))
                    file.execute("INSERT OR REPLACE INTO turns VALUES (?, ?, ?, ?, ?)", row)
                first = (conversation.id, conversation.turns[0].number)
                file.execute("DELETE FROM turns WHERE conversation = ? AND number < ?", first)
                file.execute(
                    "DELETE FROM conversations WHERE id IN "
                    "(SELECT id FROM conversations ORDER BY changed DESC, rowid DESC LIMIT -1 OFFSET ?)",
                    (self._most,),
                )
            self.trouble = ""  # here alone: what touches less of a file may succeed where it is damaged elsewhere

    def keep(self, conversation: Conversation, asked: str) -> None:
        """Keep what has become of the question that was asked under this id: its answer so far, its end, or its failure."""
        turn, waits = conversation.turn(asked), conversation.waiting == asked
        with self._lock, self._quietly():
            if conversation.id in self._held:
                self._hold(conversation)
            if waits and (conversation.before or self.trouble):
                return  # the answer that stands there is kept until another one is whole
            with self._open() as file:
                where = (conversation.id, asked)
                if turn is not None:
                    told = (_kept(turn), asked, asked if waits else "", *where)
                    file.execute(
                        "UPDATE turns SET kept = ?, asked = ?, waiting = ? WHERE conversation = ? AND waiting = ?", told
                    )
                    return
                file.execute("DELETE FROM turns WHERE conversation = ? AND waiting = ? AND asked = waiting", where)
                file.execute("UPDATE turns SET waiting = '' WHERE conversation = ? AND waiting = ?", where)
                file.execute(
                    "DELETE FROM conversations WHERE id = ? "
                    "AND NOT EXISTS (SELECT 1 FROM turns WHERE conversation = conversations.id)",
                    where[:1],
                )

    def open(self, id: str) -> tuple[Conversation | None, str]:
        """The conversation, if there is one, and the id of a question that waited in it and is stopped now."""
        with self._lock:
            with self._quietly(), self._open() as file:
                rows = file.execute(
                    "SELECT kept, waiting FROM turns WHERE conversation = ? ORDER BY number", (id,)
                ).fetchall()
                turns = tuple(_turn(kept) for kept, _ in rows)
                waited = next((waiting for _, waiting in rows if waiting), "")
                turns = tuple(replace(turn, stopped=True) if turn.id == waited else turn for turn in turns)
                for turn in turns:
                    if turn.id == waited:
                        file.execute("UPDATE turns SET kept = ? WHERE asked = ?", (_kept(turn), waited))
                file.execute("UPDATE turns SET waiting = '' WHERE conversation = ?", (id,))
                return (Conversation(turns, id=id) if turns else None), waited
            held = self._held.get(id)
            return (held.stopped(), held.waiting) if held else (None, "")

    def all(self) -> list[Listed]:
        """The conversations, the latest first."""
        with self._lock:
            with self._quietly(), self._open() as file:
                rows = file.execute(
                    "SELECT id, title, changed, (SELECT count(*) FROM turns WHERE conversation = id) "
                    "FROM conversations ORDER BY changed DESC, rowid DESC"
                ).fetchall()
                return [Listed(*row) for row in rows]
            held = reversed(self._held.values())
            return [Listed(one.id, _title(one.turns[0].question), "", len(one.turns)) for one in held if one.turns]

    def turn(self, id: str, number: int) -> Turn | None:
        """One turn whose answer is whole or was stopped, if there is such a one."""
        with self._lock:
            with self._quietly(), self._open() as file:
                row = file.execute(
                    "SELECT kept FROM turns WHERE conversation = ? AND number = ? AND waiting != asked", (id, number)
                ).fetchone()
                return _turn(row[0]) if row else None
            held = self._held.get(id)
            return next((turn for turn in (held.turns if held else ()) if turn.number == number), None)

    def rate(self, id: str, turn: Turn, rating: Rating | None) -> None:
        """Keep what a person thinks of this answer, if it still stands there."""
        rated = replace(turn, rating=rating)
        with self._lock, self._quietly():
            if held := self._held.get(id):
                turns = tuple(rated if one.id == turn.id else one for one in held.turns)
                self._held[id] = replace(held, turns=turns)
            with self._open() as file:
                file.execute(
                    "UPDATE turns SET kept = ? WHERE conversation = ? AND asked = ?", (_kept(rated), id, turn.id)
                )

    def delete(self, id: str) -> None:
        """Take a conversation out of the file, so that no word of it is left there; raises NotKept."""
        with self._lock:
            with self._open() as file:
                file.execute("DELETE FROM conversations WHERE id = ?", (id,))
            self._held.pop(id, None)
            with self._open() as file:
                file.commit()
                # What was written lately stands in the log, too, until that is emptied into the file.
                busy, *_ = file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                self.trouble = f"What was deleted is still in {self._file}-wal: another program reads the file."

    def _hold(self, conversation: Conversation) -> None:
        self._held[conversation.id] = conversation
        self._held.move_to_end(conversation.id)
        while len(self._held) > _REMEMBERED:
            self._held.popitem(last=False)

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """A file that can't be used stops nothing: it is told in `trouble`, until it can be used again."""
        try:
            yield
        except NotKept as error:
            self.trouble = str(error)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The file for one change or look, opened anew: it may have been moved away meanwhile. Raises NotKept."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._file, timeout=_PATIENCE)) as file:
                file.execute("PRAGMA foreign_keys = ON")
                file.execute("PRAGMA secure_delete = ON")
                file.execute("PRAGMA synchronous = NORMAL")
                version = file.execute("PRAGMA user_version").fetchone()[0]
                if version > _VERSION:
                    raise NotKept(self._told("was made by a newer Clippings. Move it away, and a new one is begun"))
                if version < _VERSION:
                    file.execute("PRAGMA journal_mode = WAL")
                    file.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
                with file:
                    yield file
        except sqlite3.DatabaseError as error:
            raise NotKept(self._told(_why(error))) from error
        except OSError as error:
            raise NotKept(self._told(f"can't be used ({error.strerror or error})")) from error
        except ValueError as error:
            raise NotKept(self._told("is damaged. Move it away, and a new one is begun")) from error

    def _told(self, why: str) -> str:
        return f"Conversations are not kept now: {self._file} {why}. Questions are answered all the same."


def _why(error: sqlite3.DatabaseError) -> str:
    code = (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "is held by another program"
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return "can't be written to. Look at its permissions"
    if code == sqlite3.SQLITE_FULL:
        return "can't grow, because the disk is full"
    if code == sqlite3.SQLITE_CANTOPEN:
        return "can't be opened"
    return f"is damaged ({error}). Move it away, and a new one is begun"


def _kept(turn: Turn) -> str:
    return json.dumps(asdict(turn))


def _turn(kept: str) -> Turn:
    turn = restored(Turn, json.loads(kept))
    assert isinstance(turn, Turn)
    return turn


def _title(question: str) -> str:
    words = " ".join(question.split()).encode(errors="replace").decode()  # half a character can't be written
    return words if len(words) <= TITLE else words[:TITLE].rsplit(" ", 1)[0] + " …"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
