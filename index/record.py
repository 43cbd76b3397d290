"""The record: one SQLite file that is the only truth. Roots, what was read where, articles, passages, vectors.

Contents and vectors are stored under hashes of themselves, article rows with one: every row that leaves is
checked against its hash first. Article rows say in which generation they came and in which they went, so that the
current generation answers unchanged while the next one is prepared.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from index.article import Article, version_of
from index.embedder import Vectors
from index.errors import ArticleGone, StoreDamaged, StoreError
from index.passages import Passage
from index.readers.fields import Reading, title_from

# The first makes the tables; each further one makes a record of the form before it one of the next.
_FORMS = (
    """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE roots (id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE);
-- One row a file: its stamp (size, times, reader) tells whether it must be read again; NULL: it must.
CREATE TABLE files (
    root INTEGER NOT NULL REFERENCES roots ON DELETE CASCADE, path TEXT NOT NULL, stamp TEXT,
    PRIMARY KEY (root, path)
) WITHOUT ROWID;
CREATE TABLE readings (
    root INTEGER NOT NULL, path TEXT NOT NULL, place TEXT NOT NULL, position INTEGER NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (root, path, place), FOREIGN KEY (root, path) REFERENCES files ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE unreadable (
    root INTEGER NOT NULL, path TEXT NOT NULL, reason TEXT NOT NULL,
    FOREIGN KEY (root, path) REFERENCES files ON DELETE CASCADE
);
CREATE TABLE contents (
    key TEXT PRIMARY KEY, twin TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, publisher TEXT,
    publisher_folded TEXT, authors TEXT NOT NULL, published INTEGER, url TEXT
);
-- `cut` names the splitter and the embedding model: another one cuts and embeds anew, beside the old.
CREATE TABLE passages (
    content TEXT NOT NULL REFERENCES contents ON DELETE CASCADE, cut TEXT NOT NULL, number INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, window_start INTEGER NOT NULL, window_end INTEGER NOT NULL,
    vector TEXT NOT NULL, PRIMARY KEY (content, cut, number)
) WITHOUT ROWID;
CREATE TABLE vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL, digest BLOB NOT NULL);
CREATE TABLE articles (
    id TEXT NOT NULL, content TEXT NOT NULL REFERENCES contents, paths TEXT NOT NULL, digest TEXT NOT NULL,
    added INTEGER NOT NULL, removed INTEGER, PRIMARY KEY (id, added)
) WITHOUT ROWID;
CREATE INDEX readings_by_content ON readings (content);
CREATE INDEX passages_by_vector ON passages (vector);
CREATE INDEX articles_by_content ON articles (content);
""",
    """
ALTER TABLE contents ADD COLUMN pages TEXT NOT NULL DEFAULT '[]';
ALTER TABLE contents ADD COLUMN marks TEXT NOT NULL DEFAULT '[]';
""",
    """
-- What a person left out is not read until it is put back; the place is '' where that is the whole file.
CREATE TABLE left_out (
    root INTEGER NOT NULL REFERENCES roots ON DELETE CASCADE, path TEXT NOT NULL, place TEXT NOT NULL, title TEXT,
    PRIMARY KEY (root, path, place)
) WITHOUT ROWID;
""",
    """
-- What near-copies are told by, for one version of the comparison; only spares work, so what its hash disowns is made anew.
CREATE TABLE signatures (
    content TEXT PRIMARY KEY REFERENCES contents ON DELETE CASCADE, version INTEGER NOT NULL,
    signature BLOB NOT NULL, digest TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE comparisons (
    one TEXT NOT NULL REFERENCES contents ON DELETE CASCADE, other TEXT NOT NULL REFERENCES contents ON DELETE CASCADE,
    version INTEGER NOT NULL, likeness INTEGER NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (one, other)
) WITHOUT ROWID;
CREATE INDEX comparisons_by_other ON comparisons (other);
""",
    """
-- Who published what and when, for what is asked of all articles: beside their texts it takes twice as long.
CREATE INDEX contents_told ON contents (key, publisher, publisher_folded, published);
""",
    """
-- What each build asks of all contents, beside their texts for the same reason.
CREATE INDEX contents_twins ON contents (key, twin);
""",
)
# SQLite would rather look into the table, since a key is there once.
_TOLD = "articles JOIN contents INDEXED BY contents_told ON key = content"
_LIVE = "added <= :generation AND (removed IS NULL OR removed > :generation)"
# Whether a place is what one of several users added: last, so that a copy of an article takes no other's place and id.
_OF_A_USER = "(roots.path = :uploads AND instr(readings.path, '/') > 0)"
_DELETE_VECTORS = "DELETE FROM vectors WHERE key NOT IN (SELECT vector FROM passages)"
_VARIABLES = 500  # of one SQL statement; some builds of SQLite take no more than 999
_SCANNED = 20_000  # vectors


@dataclass(frozen=True, slots=True)
class Root:
    """A folder or file whose articles the store holds."""

    id: int
    path: Path


@dataclass(frozen=True, slots=True)
class Located:
    """An article's identity, its content, and every place that holds it."""

    id: str
    content: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article is read: a root, a file by its path in it, and, in a file of many, the record."""

    root: Root
    path: str
    place: str = ""  # as readings have it: "" is the whole file

    @property
    def file(self) -> Path:
        return _file(self.root.path, self.path)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a person left out of the store: a file, or one record of it."""

    file: Path
    place: str
    title: str | None  # None where it had none of its own, or where many articles went with their file

    def __str__(self) -> str:
        return f"{self.file}{self.place}"


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as a list of all of them shows it."""

    id: str
    title: str
    publisher: str | None
    published: date | None
    passages: int
    root: str
    path: str  # the first of its places, as the article's `paths` have it
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage as the projections need it; its id names article, content and place."""

    id: str
    article_id: str
    title: str
    publisher: str | None
    published: int | None  # yyyymmdd
    start: int
    end: int
    text: str  # of the window that was embedded
    vector: str  # the key of its vector


class PassageFacts(NamedTuple):
    """What a search needs to know of a passage before it reads the article."""

    article_id: str
    publisher: str | None  # casefolded
    published: int | None  # yyyymmdd
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Lost:
    """A reading whose content was damaged: where it was read, and its title as it stands there now."""

    root: int
    path: str
    place: str
    title: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What a generation holds, in articles."""

    publishers: dict[str, int]
    undated: int
    first: date | None
    last: date | None


def content_key(reading: Reading) -> str:
    """The hash of all that an article says."""
    return _content_key(*_facts(reading), *(json.dumps(one) for one in (reading.authors, reading.pages, reading.marks)))


def _content_key(title: str, text: str, told: str, authors: str, pages: str, marks: str) -> str:
    """The hash of all that an article says, of which lists are given as JSON."""
    further = [] if pages == marks == "[]" else [f"[{pages}, {marks}]"]
    return _hash(title, text, told, authors, *further)


def vector_key(model: str, text: str) -> str:
    """What a vector is stored under: the hash of the model and of the text that was embedded."""
    return _hash(model, text)


def day_number(day: date | None) -> int | None:
    """A day as the integer yyyymmdd, which sorts as the day does."""
    return day.year * 10000 + day.month * 100 + day.day if day else None


def _day(number: int | None) -> date | None:
    return date(number // 10000, number // 100 % 100, number % 100) if number else None


def _facts(reading: Reading) -> tuple[str, ...]:
    """What two readings must share to be one article."""
    return reading.title, reading.text, _told(reading.publisher, day_number(reading.published), reading.url)


def _told(publisher: str | None, published: int | None, url: str | None) -> str:
    return json.dumps([publisher, published, url])


def _hash(*parts: str) -> str:
    whole = hashlib.sha256()
    for part in parts:
        data = _bytes(part)
        whole.update(b"%d:" % len(data) + data)
    return whole.hexdigest()


def _bytes(text: str) -> bytes:
    """The bytes of a text as they lie in the file, even where they are not UTF-8."""
    return text.encode("utf-8", "surrogateescape")


def _shown(text: str) -> str:
    """A text that may hold what is not UTF-8, as it can be printed."""
    return _bytes(text).decode("utf-8", "replace")


def _article_digest(id: str, content: str, paths: str) -> str:
    return _hash(id, content, paths)


class Record:
    """The record of one store; thread-safe. Readers open it too, and only read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._uploads = str((path.parent / "uploads").resolve())
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=60)
            self._db.row_factory = sqlite3.Row
            for pragma in (
                "journal_mode = WAL",
                "synchronous = FULL",
                "secure_delete = ON",
                "foreign_keys = ON",
            ):
                self._db.execute(f"PRAGMA {pragma}")
            if self._form() != len(_FORMS):
                self._bring_to_form()
        except sqlite3.DatabaseError as error:
            raise self._trouble(error) from error

    def _form(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def _bring_to_form(self) -> None:
        """Make the tables, or make those of an earlier form ours; another process may have done so meanwhile."""
        with self.transaction():
            form = self._form()
            if form > len(_FORMS):
                raise StoreDamaged(
                    f"{self.path} was written by another version of Clippings (form {form}, expected {len(_FORMS)}); "
                    "use that version, or index into a new store."
                )
            # One statement at a time: a script of SQLite's would end the transaction first.
            for statement in "".join(_FORMS[form:]).split(";\n"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {len(_FORMS)}")
            if form == 0:
                self.note("store", secrets.token_hex(8))

    @property
    def changed(self) -> bool:
        """Whether anything was written since it was opened."""
        return self._db.total_changes > 0

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of what is written inside, or nothing of it."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.DatabaseError):
                    raise self._trouble(error) from error
                raise

    def _all(self, sql: str, values: Any = ()) -> list[sqlite3.Row]:
        with self._lock:
            try:
                return self._db.execute(sql, values).fetchall()
            except sqlite3.DatabaseError as error:
                raise self._trouble(error) from error

    def _trouble(self, error: sqlite3.DatabaseError) -> StoreError:
        """What an error of SQLite means: an operational one is the disk's or another process's, any other is damage.

        Python calls it operational, too, where a text is not UTF-8.
        """
        if isinstance(error, sqlite3.OperationalError) and "decode to UTF-8" not in str(error):
            return StoreError(
                f"The record {self.path} can't be used ({error}); see whether the disk is full, "
                "the folder may be written, and no other program holds it."
            )
        return self._damaged(error)

    @contextmanager
    def _whatever_it_holds(self) -> Iterator[None]:
        """Text that is not UTF-8 is read too, for as long as the hashes are asked, which disown it."""
        with self._lock:
            self._db.text_factory = lambda held: held.decode("utf-8", "surrogateescape")
            try:
                yield
            finally:
                self._db.text_factory = str

    def _damaged(self, error: Exception | str) -> StoreDamaged:
        return StoreDamaged(f"The record {self.path} is damaged ({error}); run: clippings check --repair")

    def note(self, key: str, value: str) -> None:
        """Remember a fact of the store as a whole."""
        self._all("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, value))

    def noted(self, key: str) -> str:
        """A fact of the store as a whole; empty when there is none."""
        rows = self._all("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0]["value"]) if rows else ""

    # Roots and files

    def roots(self) -> list[Root]:
        """All roots, in the order in which they were added."""
        return [Root(row["id"], Path(row["path"])) for row in self._all("SELECT id, path FROM roots ORDER BY id")]

    def add_root(self, path: Path) -> None:
        """Remember a root; one that is known stays as it is, and what is left out under others is so under this one."""
        for row in self._all("INSERT INTO roots (path) VALUES (?) ON CONFLICT DO NOTHING RETURNING id", (str(path),)):
            for one in self.left_out():
                if one.file.is_relative_to(path):
                    inside = path.name if one.file == path else one.file.relative_to(path).as_posix()
                    self._leave_out(row["id"], inside, one.place, one.title)

    def remove_root(self, root: Root) -> None:
        """Forget a root with its files and what was read in them."""
        self._all("DELETE FROM roots WHERE id = ?", (root.id,))

    def stamps(self, root: Root) -> dict[str, str | None]:
        """The stamp of each file of a root, as it was when the file was read."""
        return {
            row["path"]: row["stamp"] for row in self._all("SELECT path, stamp FROM files WHERE root = ?", (root.id,))
        }

    def knows_files(self, root: Root) -> bool:
        """Whether any file of a root was ever read and is not removed."""
        return bool(self._all("SELECT 1 FROM files WHERE root = ? LIMIT 1", (root.id,)))

    def remove_file(self, root: Root, path: str) -> None:
        """Forget a file and what was read in it."""
        self._all("DELETE FROM files WHERE root = ? AND path = ?", (root.id, path))

    def save_file(
        self,
        root: Root,
        path: str,
        stamp: str | None,
        places: Sequence[tuple[str, str]],
        reasons: Sequence[str],
        keep: bool,
    ) -> None:
        """What a file holds now: (place, content key) of each article, and what could not be read.

        `keep`: the file could not be read to its end, so what was read there before and not found again stays.
        """
        here = (root.id, path)
        with self.transaction():
            self._db.execute(
                "INSERT INTO files VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET stamp = excluded.stamp",
                (*here, stamp),
            )
            self._db.execute("DELETE FROM unreadable WHERE root = ? AND path = ?", here)
            if not keep:
                self._db.execute("DELETE FROM readings WHERE root = ? AND path = ?", here)
            self._db.executemany(
                "INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?, ?)",
                [(*here, place, position, content) for position, (place, content) in enumerate(places)],
            )
            self._db.executemany("INSERT INTO unreadable VALUES (?, ?, ?)", [(*here, reason) for reason in reasons])

    # What is left out

    def leave_out(self, places: Iterable[Place]) -> list[LeftOut]:
        """Drop what was read at these places, and remember not to read them again."""
        left_out = []
        with self.transaction():
            for one in places:
                here = (one.root.id, one.path)
                rows = self._all(
                    "SELECT title, text FROM readings JOIN contents ON key = content "
                    "WHERE root = ? AND path = ? AND (place = ? OR ? = '') LIMIT 2",
                    (*here, one.place, one.place),
                )
                # A title that is the text's first sentence is text, and the text has to go.
                alone = len(rows) == 1 and rows[0]["title"] != title_from(rows[0]["text"])
                left_out.append(LeftOut(one.file, one.place, rows[0]["title"] if alone else None))
                self._leave_out(*here, one.place, left_out[-1].title)
                if one.place:
                    self._db.execute(
                        "DELETE FROM readings WHERE root = ? AND path = ? AND place = ?", (*here, one.place)
                    )
                else:
                    self._db.execute("DELETE FROM files WHERE root = ? AND path = ?", here)
        return left_out

    def _leave_out(self, root: int, path: str, place: str, title: str | None) -> None:
        self._all("INSERT OR REPLACE INTO left_out VALUES (?, ?, ?, ?)", (root, path, place, title))

    def put_back(self, root: Root, path: str) -> bool:
        """Let a file be read again with all that it holds; False when nothing of it was left out."""
        here = (root.id, path)
        with self.transaction():
            gone = self._db.execute("DELETE FROM left_out WHERE root = ? AND path = ?", here).rowcount
            if gone:
                self._db.execute("UPDATE files SET stamp = NULL WHERE root = ? AND path = ?", here)
        return gone > 0

    def left_out(self) -> list[LeftOut]:
        """All that is left out, each once."""
        rows = self._all(
            "SELECT roots.path AS root, left_out.path, place, title FROM left_out JOIN roots ON roots.id = root "
            "ORDER BY root, left_out.path, place"
        )
        return list(dict.fromkeys(LeftOut(_file(Path(r["root"]), r["path"]), r["place"], r["title"]) for r in rows))

    def left_out_of(self, root: Root) -> dict[str, set[str]]:
        """The places that are left out of each file of a root."""
        places: dict[str, set[str]] = {}
        for row in self._all("SELECT path, place FROM left_out WHERE root = ?", (root.id,)):
            places.setdefault(row["path"], set()).add(row["place"])
        return places

    def unreadable(self) -> list[tuple[Path, str]]:
        """Every file that can't be read, or not wholly, with each reason."""
        rows = self._all(
            "SELECT roots.path AS root, u.path, reason FROM unreadable u JOIN roots ON roots.id = u.root ORDER BY u.root, u.path, u.rowid"
        )
        return [(_file(Path(row["root"]), row["path"]), row["reason"]) for row in rows]

    def save_contents(self, readings: Iterable[Reading]) -> None:
        """Store what articles say, each under its hash; what is there already stays."""
        rows = [
            (
                content_key(reading), _hash(*_facts(reading)), reading.title, reading.text, reading.publisher,
                reading.publisher and reading.publisher.casefold(), json.dumps(reading.authors),
                day_number(reading.published), reading.url, json.dumps(reading.pages), json.dumps(reading.marks),
            )
            for reading in readings
        ]  # fmt: skip
        with self.transaction():
            self._db.executemany("INSERT INTO contents VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING", rows)

    # Articles by generation

    def located(self) -> tuple[list[Located], int]:
        """The articles that the roots hold now, and how many places more hold one of them again."""
        found = self._places()
        located = [
            Located(id, rows[0]["content"], tuple(_path_of(row) + row["place"] for row in rows))
            for id, rows in found.items()
        ]
        return located, sum(map(len, found.values())) - len(found)

    def places(self, id: str) -> list[Place]:
        """Every place that holds an article now; none when the roots hold no such article."""
        return [
            Place(Root(row["root"], Path(row["root_path"])), row["path"], row["place"])
            for row in self._places().get(id, ())
        ]

    def places_in(self, root: Root, path: str) -> set[str]:
        """The places in a file that hold an article now."""
        return {
            row["place"] for row in self._all("SELECT place FROM readings WHERE root = ? AND path = ?", (root.id, path))
        }

    def _places(self) -> dict[str, list[sqlite3.Row]]:
        """The rows of the places that hold each article, by its id."""
        rows = self._all(
            "SELECT readings.root, readings.path, place, content, twin, roots.path AS root_path FROM readings "
            "JOIN contents INDEXED BY contents_twins ON contents.key = content JOIN roots ON roots.id = root "
            f"ORDER BY {_OF_A_USER}, root, readings.path, position, place",
            {"uploads": self._uploads},
        )
        twins: dict[str, list[sqlite3.Row]] = {}
        for row in rows:
            twins.setdefault(row["twin"], []).append(row)
        found: dict[str, list[sqlite3.Row]] = {}
        for places in twins.values():
            first = places[0]
            # Two roots may hold different articles at one relative path. An id must not change with what other roots
            # hold, so all roots but the store's first have their own path in it.
            path = _path_of(first) + first["place"]
            found[_hash(path, *([] if first["root"] == 1 else [first["root_path"]]))[:16]] = places
        return found

    def live(self, generation: int, only: Collection[str] | None = None) -> dict[str, Located]:
        """The articles of a generation, by id; `only` these."""
        some = "" if only is None else "AND id IN (SELECT value FROM json_each(:only))"
        rows = self._all(
            f"SELECT id, content, paths, digest FROM articles WHERE {_LIVE} {some}",
            {"generation": generation, "only": json.dumps(list(only or ()))},
        )
        return {row["id"]: self._located(row) for row in rows}

    def contents(self, generation: int) -> dict[str, str]:
        """The content of each article of a generation, by its id, not held against a hash."""
        rows = self._all(f"SELECT id, content FROM articles WHERE {_LIVE}", {"generation": generation})
        return dict(map(tuple, rows))

    def came_with(self, generation: int) -> frozenset[str]:
        """The ids of the articles that are new in a generation, or changed."""
        return frozenset(row["id"] for row in self._all("SELECT id FROM articles WHERE added = ?", (generation,)))

    def gone_with(self, generation: int) -> dict[str, str]:
        """The articles that a generation has no more, or changed, by id: what their content was."""
        return dict(map(tuple, self._all("SELECT id, content FROM articles WHERE removed = ?", (generation,))))

    def _located(self, row: sqlite3.Row) -> Located:
        if _article_digest(row["id"], row["content"], row["paths"]) != row["digest"]:
            raise self._damaged(f"the row of article {_shown(row['id'])}")
        return Located(row["id"], row["content"], tuple(json.loads(row["paths"])))

    def discard_after(self, generation: int) -> None:
        """Take back what a build that was never published had prepared."""
        with self.transaction():
            self._db.execute("DELETE FROM articles WHERE added > ?", (generation,))
            self._db.execute("UPDATE articles SET removed = NULL WHERE removed > ?", (generation,))

    def prepare(self, generation: int, gone: Iterable[str], come: Iterable[Located]) -> None:
        """Let articles go, and others come, with a generation that is not current yet."""
        with self.transaction():
            self._db.executemany(
                "UPDATE articles SET removed = ? WHERE id = ? AND removed IS NULL",
                [(generation, id) for id in gone],
            )
            rows = [(one.id, one.content, json.dumps(one.paths, ensure_ascii=False)) for one in come]
            self._db.executemany(
                "INSERT INTO articles VALUES (?, ?, ?, ?, ?, NULL)",
                [(*row, _article_digest(*row), generation) for row in rows],
            )

    def purge(self, generation: int, cuts: Sequence[str] = ()) -> None:
        """Erase what neither this generation nor the roots hold any more; only when no older one is being read.

        So are the passages of all but these `cuts`, if some are given.
        """
        with self.transaction():
            others = f"DELETE FROM passages WHERE cut NOT IN ({','.join('?' * len(cuts))})"
            uncut = self._db.execute(others, cuts).rowcount if cuts else 0
            self._db.execute("DELETE FROM articles WHERE removed <= ?", (generation,))
            gone = self._db.execute(
                "DELETE FROM contents WHERE key NOT IN (SELECT content FROM articles) AND key NOT IN (SELECT content FROM readings)"
            ).rowcount
            if gone or uncut:  # vectors are of their passages alone
                self._db.execute(_DELETE_VECTORS)
        if gone:
            self._move_contents()
        self._all("PRAGMA wal_checkpoint(TRUNCATE)")

    def _move_contents(self) -> None:
        """Write all contents anew, and zero every page that held them.

        What is deleted is zeroed where it stands; but of what SQLite moved from page to page before, a copy may be left
        in room that is not used.
        """
        self._all("PRAGMA foreign_keys = OFF")  # what refers to a content goes on to do so
        try:
            with self.transaction():
                ((made,),) = self._db.execute("SELECT sql FROM sqlite_master WHERE name = 'contents'")
                index = "SELECT sql FROM sqlite_master WHERE tbl_name = 'contents' AND type = 'index' AND sql NOT NULL"
                indices = [sql for (sql,) in self._db.execute(index)]
                self._db.execute(made.replace("contents", "moved", 1))
                self._db.execute("INSERT INTO moved SELECT * FROM contents ORDER BY rowid")
                self._db.execute("DROP TABLE contents")
                self._db.execute("ALTER TABLE moved RENAME TO contents")
                for sql in indices:
                    self._db.execute(sql)
        finally:
            self._all("PRAGMA foreign_keys = ON")

    # Passages and vectors

    def uncut(self, cut: str, generation: int, since: int = 0) -> list[str]:
        """The contents of a generation that have no passages of this cut yet, of articles that came after `since`."""
        rows = self._all(
            f"SELECT DISTINCT content FROM articles a WHERE {_LIVE} AND added > :since AND NOT EXISTS "
            "(SELECT 1 FROM passages p WHERE p.content = a.content AND p.cut = :cut) ORDER BY content",
            {"generation": generation, "cut": cut, "since": since},
        )
        return [row["content"] for row in rows]

    def titled_text(self, content: str) -> tuple[str, str]:
        """Title and text of a content, checked against its hash."""
        row = self._all("SELECT * FROM contents WHERE key = ?", (content,))[0]
        self._check_content(row)
        return row["title"], row["text"]

    def save_passages(self, cut: str, cuts: Iterable[tuple[str, Passage, str]]) -> None:
        """Store (content, passage, vector key) rows of one cut."""
        with self.transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (content, cut, p.number, p.start, p.end, p.window_start, p.window_end, vector)
                    for content, p, vector in cuts
                ],
            )

    def unembedded(self, cut: str, generation: int, since: int = 0) -> list[tuple[str, int, int, str]]:
        """(content, window start, window end, vector key) of the passages of a generation that have no vector yet.

        Of articles that came after `since`.
        """
        rows = self._all(
            f"SELECT p.content, window_start, window_end, vector FROM passages p WHERE p.cut = :cut "
            f"AND p.content IN (SELECT content FROM articles WHERE {_LIVE} AND added > :since) "
            "AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.key = p.vector) GROUP BY vector ORDER BY p.content, number",
            {"generation": generation, "cut": cut, "since": since},
        )
        return [(row["content"], row["window_start"], row["window_end"], row["vector"]) for row in rows]

    def save_vectors(self, keys: Sequence[str], vectors: Vectors) -> None:
        """Store unit vectors under their keys."""
        rows = [
            (key, blob, hashlib.sha256(blob).digest())
            for key, blob in ((k, v.tobytes()) for k, v in zip(keys, vectors, strict=True))
        ]
        with self.transaction():
            self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

    def vectors(self, keys: Sequence[str]) -> Vectors:
        """The vectors of these keys, in their order, each checked against its hash."""
        if not keys:
            return np.zeros((0, 0), np.float32)
        found = {}
        for key, vector, digest in self._vector_rows("key, vector, digest", keys):
            if hashlib.sha256(vector).digest() != digest:
                raise self._damaged("a vector")
            found[key] = vector
        return np.frombuffer(b"".join(self._of_each(found, keys)), np.float32).reshape(len(keys), -1)

    def vector_digests(self, keys: Sequence[str]) -> list[bytes]:
        """The hash of each of these vectors, as it was stored with it."""
        return self._of_each(dict(self._vector_rows("key, digest", keys)), keys)

    def _of_each(self, found: Mapping[str, bytes], keys: Sequence[str]) -> list[bytes]:
        if missing := [key for key in keys if key not in found]:
            raise self._damaged(f"{len(missing)} vectors are missing")
        return [found[key] for key in keys]

    def _vector_rows(self, columns: str, keys: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """These columns of these vectors; of many, all that there are, as they lie: looking each up takes twice as long."""
        wanted = frozenset(keys)
        if len(wanted) > _SCANNED:
            yield from (tuple(row) for row in self._all(f"SELECT {columns} FROM vectors") if row["key"] in wanted)
            return
        some = list(wanted)
        for first in range(0, len(some), _VARIABLES):
            lot = some[first : first + _VARIABLES]
            yield from map(
                tuple, self._all(f"SELECT {columns} FROM vectors WHERE key IN ({','.join('?' * len(lot))})", lot)
            )

    def passage_rows(self, cut: str, generation: int, only: frozenset[str] | None = None) -> Iterator[PassageRow]:
        """Every passage of a generation, by article and place; `only` of these articles."""
        for id, article in sorted(self.live(generation, only).items()):
            row = self._all("SELECT * FROM contents WHERE key = ?", (article.content,))[0]
            self._check_content(row)
            for p in self._all(
                "SELECT * FROM passages WHERE content = ? AND cut = ? ORDER BY number", (article.content, cut)
            ):
                yield PassageRow(
                    passage_id(id, article.content, p["number"]), id, row["title"], row["publisher_folded"], row["published"],
                    p["start"], p["end"], row["text"][p["window_start"] : p["window_end"]], p["vector"],
                )  # fmt: skip

    def passage_keys(
        self, cut: str, generation: int, only: Collection[str] | None = None
    ) -> Iterator[tuple[str, PassageFacts, str]]:
        """Every passage of a generation without its words: its id, what there is to know of it, the key of its vector.

        `only` of these articles.
        """
        articles: dict[str, list[tuple[str, str | None, int | None]]] = {}
        some = "" if only is None else "AND id IN (SELECT value FROM json_each(:only))"
        for content, id, publisher, published in self._all(
            f"SELECT content, id, publisher_folded, published FROM {_TOLD} WHERE {_LIVE} {some}",
            {"generation": generation, "only": json.dumps(list(only or ()))},
        ):
            articles.setdefault(content, []).append((id, publisher, published))
        # Joined here: SQLite would look each content's passages up, which takes twice as long as reading them as they lie.
        some = "" if only is None else "AND content IN (SELECT value FROM json_each(:only))"
        for content, number, vector, start, end in self._all(
            f"SELECT content, number, vector, start, end FROM passages WHERE cut = :cut {some}",
            {"cut": cut, "only": json.dumps(list(articles) if some else [])},
        ):
            for article in articles.get(content, ()):
                yield passage_id(article[0], content, number), PassageFacts(*article, start, end), vector

    def passage_ids(self, cut: str, generation: int, articles: Collection[str]) -> dict[str, list[str]]:
        """The ids of the passages of these articles of a generation, by article."""
        ids: dict[str, list[str]] = {}
        for id, content, number in self._all(
            "SELECT id, a.content, number FROM articles a CROSS JOIN passages p ON p.content = a.content AND p.cut = :cut "
            f"WHERE {_LIVE} AND id IN (SELECT value FROM json_each(:articles)) ORDER BY id, number",
            {"generation": generation, "cut": cut, "articles": json.dumps(list(articles))},
        ):
            ids.setdefault(id, []).append(passage_id(id, content, number))
        return ids

    def passage_facts(self, ids: Collection[str], cut: str, generation: int) -> dict[str, PassageFacts]:
        """What there is to know of these passages, by id; raises StoreDamaged where one is missing."""
        wanted = [(article, int(number)) for article, _, number in (id.split(":") for id in ids)]
        rows = self._all(
            "WITH wanted AS (SELECT json_extract(value, '$[0]') AS article, json_extract(value, '$[1]') AS place "
            "FROM json_each(:wanted)) "
            "SELECT id, a.content, number, start, end, publisher_folded, published FROM wanted "
            "CROSS JOIN articles a ON id = article JOIN contents ON key = a.content "
            f"JOIN passages p ON p.content = a.content AND cut = :cut AND number = place WHERE {_LIVE}",
            {"wanted": json.dumps(wanted), "cut": cut, "generation": generation},
        )
        found = {
            passage_id(id, content, number): PassageFacts(id, publisher, published, start, end)
            for id, content, number, start, end, publisher, published in rows
        }
        if missing := set(ids) - found.keys():
            raise self._damaged(f"{len(missing)} passages are missing")
        return found

    # Near-copies

    def signatures(self, version: int) -> dict[str, bytes]:
        """The signatures of this version, by content."""
        rows = self._all("SELECT * FROM signatures WHERE version = ?", (version,))
        return {row["content"]: row["signature"] for row in rows if _signed(row)}

    def save_signatures(self, version: int, signatures: Mapping[str, bytes]) -> None:
        """Store signatures under their contents."""
        rows = [(key, version, one, _hash(key, one.hex())) for key, one in signatures.items()]
        with self.transaction():
            self._db.executemany("INSERT OR REPLACE INTO signatures VALUES (?, ?, ?, ?)", rows)

    def comparisons(self, version: int, among: Collection[str] | None = None) -> dict[tuple[str, str], int]:
        """How pairs of contents were found to stand to each other, by this version of the comparison; `among` these."""
        some = "" if among is None else " AND one IN wanted AND other IN wanted"
        rows = self._all(
            "WITH wanted AS (SELECT value FROM json_each(:among)) "
            f"SELECT * FROM comparisons WHERE version = :version{some}",
            {"version": version, "among": json.dumps(list(among or ()))},
        )
        return {(row["one"], row["other"]): row["likeness"] for row in rows if _compared(row)}

    def save_comparisons(self, version: int, comparisons: Mapping[tuple[str, str], int]) -> None:
        """Store how pairs of contents stand to each other."""
        rows = [(*pair, version, likeness, _hash(*pair, str(likeness))) for pair, likeness in comparisons.items()]
        with self.transaction():
            self._db.executemany("INSERT OR REPLACE INTO comparisons VALUES (?, ?, ?, ?, ?)", rows)

    # Reading

    def article(self, id: str, generation: int) -> Article:
        """An article as this generation holds it, checked against its hashes; raises ArticleGone, StoreDamaged."""
        rows = self._all(
            f"SELECT id, content, paths, digest, contents.* FROM articles LEFT JOIN contents ON key = content WHERE id = :id AND {_LIVE}",
            {"id": id, "generation": generation},
        )
        if not rows:
            raise ArticleGone(f"The store holds no article {id} (any more).")
        row, located = rows[0], self._located(rows[0])
        self._check_content(row)
        return Article(
            id, row["text"], row["title"], row["publisher"], tuple(json.loads(row["authors"])), _day(row["published"]),
            row["url"], located.paths, version_of(row["text"]),
            tuple(json.loads(row["pages"])), tuple(json.loads(row["marks"])),
        )  # fmt: skip

    def _check_content(self, row: sqlite3.Row, twin: bool = False) -> None:
        """Hold what an article says against its hash; and, what no answer needs, the hash by which its copies are found."""
        if row["key"] is not None:
            told = _told(row["publisher"], row["published"], row["url"])
            lists = row["authors"], row["pages"], row["marks"]
            if _content_key(row["title"], row["text"], told, *lists) == row["key"] and (
                not twin or _hash(row["title"], row["text"], told) == row["twin"]
            ):
                return
        raise self._damaged(f"the text of “{_shown(row['title'])}”")

    def filtered(
        self, generation: int, since: date | None, until: date | None, publishers: Sequence[str]
    ) -> tuple[frozenset[str], int]:
        """The ids of a generation's articles that pass the filters, and how many failed only for want of a date."""
        where, values = [_LIVE], {"generation": generation}
        named: dict[str, Any] = {f"p{i}": name.casefold() for i, name in enumerate(publishers)}
        if named:
            where.append(f"publisher_folded IN ({','.join(':' + name for name in named)})")
        dated = since is not None or until is not None
        rows = self._all(
            f"SELECT id, published FROM {_TOLD} WHERE {' AND '.join(where)}",
            {**values, **named},
        )
        low, high = day_number(since) or 0, day_number(until) or 99999999
        kept = frozenset(
            row["id"] for row in rows if not dated or (row["published"] and low <= row["published"] <= high)
        )
        return kept, sum(1 for row in rows if dated and not row["published"])

    def listing(self, cut: str, generation: int) -> list[Listed]:
        """Every article of a generation, by title."""
        rows = self._all(
            "SELECT id, paths, title, publisher, published, marks, "
            "(SELECT count(*) FROM passages p WHERE p.content = a.content AND p.cut = :cut) AS passages, "
            "(SELECT roots.path FROM readings JOIN roots ON roots.id = readings.root WHERE readings.content = a.content "
            f"ORDER BY {_OF_A_USER}, readings.root LIMIT 1) AS root FROM articles a JOIN contents ON key = a.content "
            f"WHERE {_LIVE} ORDER BY title COLLATE NOCASE, id",
            {"generation": generation, "cut": cut, "uploads": self._uploads},
        )
        return [
            Listed(
                row["id"], row["title"], row["publisher"], _day(row["published"]), row["passages"], row["root"] or "",
                json.loads(row["paths"])[0], tuple(json.loads(row["marks"])),
            )
            for row in rows
        ]  # fmt: skip

    def latest(self, generation: int, limit: int) -> list[str]:
        """The ids of a generation's latest articles: each publisher's latest first, then each one's second, and so on."""
        rows = self._all(
            "SELECT id FROM (SELECT id, published, row_number() OVER "
            "(PARTITION BY publisher_folded ORDER BY published DESC, id) AS place "
            f"FROM {_TOLD} WHERE {_LIVE}) ORDER BY place, published DESC, id LIMIT :limit",
            {"generation": generation, "limit": limit},
        )
        return [row["id"] for row in rows]

    def counts(self, generation: int) -> Counts:
        """How many articles of a generation each publisher has, and from when to when they are."""
        rows = self._all(
            f"SELECT publisher, published FROM {_TOLD} WHERE {_LIVE}",
            {"generation": generation},
        )
        publishers: dict[str, int] = {}
        for row in rows:
            if row["publisher"]:
                publishers[row["publisher"]] = publishers.get(row["publisher"], 0) + 1
        days = [row["published"] for row in rows if row["published"]]
        ordered = dict(sorted(publishers.items(), key=lambda item: (-item[1], item[0])))
        return Counts(ordered, len(rows) - len(days), _day(min(days, default=None)), _day(max(days, default=None)))

    # Proving and mending

    def faults(self, generation: int) -> list[str]:
        """What the file's own structure and the hashes of all rows of a generation say against it."""
        try:
            with self._whatever_it_holds():
                return self._structure() or list(self._disowned(generation))
        except (sqlite3.DatabaseError, StoreError) as error:
            return [str(error)]

    def _disowned(self, generation: int) -> Iterator[str]:
        for row in self._db.execute(
            f"SELECT id, content, paths, digest, contents.* FROM articles LEFT JOIN contents ON key = content WHERE {_LIVE}",
            {"generation": generation},
        ):
            try:
                self._located(row)
                self._check_content(row, twin=True)
            except StoreDamaged as error:
                yield str(error)
        if vectors := len(self._disowned_vectors()):
            yield f"{vectors} vectors differ from their hashes"
        if of_copies := sum(len(keys) for keys in self._disowned_of_copies()):
            yield f"{of_copies} signatures or comparisons of near-copies differ from their hashes"

    def _disowned_vectors(self) -> list[tuple[int]]:
        rows = self._db.execute("SELECT rowid, vector, digest FROM vectors")
        return [(row["rowid"],) for row in rows if not _sound(row)]

    def _disowned_of_copies(self) -> tuple[list[tuple[bytes]], list[tuple[bytes, bytes]]]:
        """The keys of the signatures, and of the comparisons, that differ from their hashes."""
        signatures = self._db.execute("SELECT * FROM signatures")
        compared = self._db.execute("SELECT * FROM comparisons")
        return (
            [(_bytes(row["content"]),) for row in signatures if not _signed(row)],
            [(_bytes(row["one"]), _bytes(row["other"])) for row in compared if not _compared(row)],
        )

    def _structure(self) -> list[str]:
        """What is wrong with the file as one of SQLite's."""
        return [row[0] for row in self._all("PRAGMA integrity_check") if row[0] != "ok"]

    def mend(self) -> list[Lost]:
        """Drop rows that their hashes disown, have their files read again, and tell which readings were dropped.

        Raises StoreDamaged where not only rows are broken.
        """
        if wrong := self._structure():
            raise self._damaged(wrong[0])
        lost = []
        with self._whatever_it_holds(), self.transaction():
            self._db.executemany("DELETE FROM vectors WHERE rowid = ?", self._disowned_vectors())
            signatures, comparisons = self._disowned_of_copies()
            self._db.executemany("DELETE FROM signatures WHERE content = CAST(? AS TEXT)", signatures)
            self._db.executemany(
                "DELETE FROM comparisons WHERE one = CAST(? AS TEXT) AND other = CAST(? AS TEXT)", comparisons
            )
            for row in self._db.execute("SELECT * FROM contents").fetchall():
                try:
                    self._check_content(row, twin=True)
                except StoreDamaged:
                    key = (_bytes(row["key"]),)
                    for place in self._all(
                        "SELECT root, path, place FROM readings WHERE content = CAST(? AS TEXT)", key
                    ):
                        lost.append(Lost(place["root"], place["path"], place["place"], _shown(row["title"])))
                    for table, column in (("readings", "content"), ("articles", "content"), ("contents", "key")):
                        self._db.execute(f"DELETE FROM {table} WHERE {column} = CAST(? AS TEXT)", key)
            self._db.executemany(
                "UPDATE files SET stamp = NULL WHERE root = ? AND path = ?", [(one.root, one.path) for one in lost]
            )
            rows = self._db.execute("SELECT id, content, paths, digest, added FROM articles").fetchall()
            bad = [
                (_bytes(r["id"]), r["added"])
                for r in rows
                if _article_digest(r["id"], r["content"], r["paths"]) != r["digest"]
            ]
            self._db.executemany("DELETE FROM articles WHERE id = CAST(? AS TEXT) AND added = ?", bad)
            self._db.execute(_DELETE_VECTORS)
        return lost

    def has(self, lost: Lost) -> bool:
        """Whether a reading that was dropped is there again."""
        where = "root = ? AND path = ? AND place = ?"
        return bool(self._all(f"SELECT 1 FROM readings WHERE {where}", (lost.root, lost.path, lost.place)))


def salvaged_roots(path: Path) -> tuple[list[str], list[tuple[str, str, str]]]:
    """The roots in a record that can't be opened as one any more, and (root, path, place) of what is left out of them.

    As far as either can still be read.
    """
    found: tuple[list[str], list[tuple[str, str, str]]] = ([], [])
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(path)) as db:
        found[0].extend(str(row[0]) for row in db.execute("SELECT path FROM roots ORDER BY id"))
        found[1].extend(
            db.execute("SELECT roots.path, left_out.path, place FROM left_out JOIN roots ON roots.id = root")
        )
    return found


def _file(root: Path, path: str) -> Path:
    """Where a file of a root lies; a root that is a file holds one, of its own name."""
    return root if not path or (path == root.name and not root.is_dir()) else root / path


def _path_of(row: sqlite3.Row) -> str:
    return row["path"] or Path(row["root_path"]).name


def passage_id(article_id: str, content: str, number: int) -> str:
    """The id of a passage in every projection: an article's next state has other ids, so none is ever stale."""
    return f"{article_id}:{content[:12]}:{number}"


def _sound(row: sqlite3.Row) -> bool:
    return bool(hashlib.sha256(row["vector"]).digest() == row["digest"])


def _signed(row: sqlite3.Row) -> bool:
    return bool(_hash(row["content"], row["signature"].hex()) == row["digest"])


def _compared(row: sqlite3.Row) -> bool:
    return bool(_hash(row["one"], row["other"], str(row["likeness"])) == row["digest"])
