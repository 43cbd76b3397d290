"""Nearest vectors: the only file that knows chromadb."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from index.embedder import Vectors
from index.record import PassageFacts, PassageRow

if TYPE_CHECKING:
    import chromadb
    from chromadb.api.client import Client

_COLLECTION = "passages"
_BATCH = 2000  # records an upsert; Chroma takes at most 5,461
# Candidates that are looked at for each passage's links in the graph. With Chroma's own 100 that of 223,538 passages is made
# in 110 s in place of 175; but a query that looks at 100 candidates then finds .985 of the ten nearest in place of .995, and
# one that looks at 400, as it has to, takes twice as long.
_EF_CONSTRUCTION = 200
_ROWS = "chroma.sqlite3"
_importing = threading.Lock()
_OPENINGS = "acquire_write"  # a table in it: a row for each time that it was opened
_METADATA = "embedding_metadata"  # another: a row for each thing that is stored about each passage
_COLUMNS = {
    "article_id": "string_value",
    "publisher": "string_value",
    "published": "int_value",
    "start": "int_value",
    "end": "int_value",
}  # of that table: where Chroma has each of PassageFacts, in their order
_DIGEST = "3:"  # the form of the digest of its rows


class Collection:
    """The passages of one generation in Chroma: ids, vectors and metadata, no texts."""

    def __init__(self, folder: Path, create: bool = False) -> None:
        self._folder = folder
        chromadb = chroma()
        from chromadb.api.collection_configuration import CreateHNSWConfiguration
        from chromadb.config import Settings

        # Chroma reads settings from the environment, and, where it was imported before, from a .env file in the working
        # folder: what decides where data goes is said here, and the file is left alone.
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]  # of pydantic-settings, which the type checker does not see
            chroma_api_impl="chromadb.api.rust.RustBindingsAPI",
            is_persistent=True,
            persist_directory=str(folder),
            allow_reset=False,
            anonymized_telemetry=False,
            chroma_otel_collection_endpoint="",
        )
        try:
            with _no_panic():
                self._client = cast("Client", chromadb.PersistentClient(path=str(folder), settings=settings))
        except BaseException:
            _forget_unstarted(str(folder))
            raise
        try:
            if create:
                # Saved after every call: what Chroma leaves in its log it puts into the graph anew at each opening, at
                # random, and what was proved of one graph would not hold for the next.
                graph = CreateHNSWConfiguration(
                    space="cosine", sync_threshold=1, batch_size=1, ef_construction=_EF_CONSTRUCTION
                )
                self._collection = self._client.create_collection(
                    _COLLECTION, configuration={"hnsw": graph}, embedding_function=None
                )
            else:
                with _no_panic():
                    self._collection = self._client.get_collection(_COLLECTION, embedding_function=None)
                _forget_models(self._collection)
        except BaseException:
            self._client.close()
            raise

    def close(self) -> None:
        """Release the folder; a second call does nothing."""
        self._client.close()

    def add(self, rows: Sequence[PassageRow], vectors: Vectors) -> None:
        """Add passages with their vectors."""
        for first in range(0, len(rows), _BATCH):
            some = rows[first : first + _BATCH]
            self._collection.upsert(
                ids=[row.id for row in some],
                embeddings=vectors[first : first + _BATCH],
                metadatas=[metadata(row) for row in some],
            )

    def remove(self, ids: Sequence[str]) -> None:
        """Remove passages by id."""
        for first in range(0, len(ids), _BATCH):
            self._collection.delete(ids=list(ids[first : first + _BATCH]))

    def nearest(self, vectors: Vectors, limit: int) -> list[list[tuple[str, float]]]:
        """For each vector the (id, cosine) of the nearest passages, nearest first."""
        with _no_panic():
            found = self._collection.query(query_embeddings=vectors, n_results=limit, include=["distances"])
        distances = found["distances"] or []
        return [
            [(id, 1.0 - distance) for id, distance in zip(ids, row, strict=True)]
            for ids, row in zip(found["ids"], distances, strict=True)
        ]

    def everything(self) -> dict[str, PassageFacts]:
        """What is stored about all passages, by id; raises sqlite3.Error, and ValueError where more is stored than that.

        From Chroma's file itself: asking Chroma for all of it takes ten times as long.
        """
        values = ", ".join(f"of_{name}.{column}" for name, column in _COLUMNS.items())
        joined = " ".join(
            f"LEFT JOIN {_METADATA} AS of_{name} ON of_{name}.id = embeddings.id AND of_{name}.key = '{name}'"
            for name in _COLUMNS
        )
        given = " + ".join(f"({column}_value IS NOT NULL)" for column in ("string", "int", "float", "bool"))
        with _rows(self._folder) as db:
            found = db.execute(f"SELECT embedding_id, {values} FROM embeddings {joined}").fetchall()
            ((stored, single),) = db.execute(f"SELECT count(*), total({given} = 1) FROM {_METADATA}")
        facts = {id: PassageFacts(*fields) for id, *fields in found}
        if not stored == single == sum(len(one) - one.count(None) for one in facts.values()):
            raise ValueError("Chroma has more about passages than was written")
        return facts

    def vectors(self, ids: Sequence[str]) -> Vectors:
        """The stored vectors of these passages, in their order."""
        found = self._collection.get(ids=list(ids), include=["embeddings"])
        embeddings = found["embeddings"] if found["embeddings"] is not None else []
        by_id = dict(zip(found["ids"], embeddings, strict=True))
        return np.asarray([by_id[id] for id in ids], np.float32)

    @property
    def ef_search(self) -> int:
        """How many candidates a query looks at."""
        return int((self._collection.configuration.get("hnsw") or {}).get("ef_search", 0))

    def search_wider(self, ef_search: int) -> None:
        """Look at more candidates a query, from the next opening on."""
        self._collection.modify(configuration={"hnsw": {"ef_search": ef_search}})


def chroma() -> ModuleType:
    """The package, imported when it is needed, which takes most of a second, and without a look at any .env file.

    While it is imported it makes its own settings, which read one that lies in the working folder, whosever that is, and
    fail over it. No setting turns that off; so pydantic, which tells a class of settings when one is made, tells us.
    """
    from pydantic_settings import BaseSettings

    def alone(settings: type[BaseSettings], /, **_: Any) -> None:
        if settings.__module__.startswith("chromadb."):
            settings.model_config["env_file"] = None

    with _importing:
        BaseSettings.__pydantic_init_subclass__ = classmethod(alone)  # type: ignore[assignment]
        try:
            import chromadb
        finally:
            del BaseSettings.__pydantic_init_subclass__
    return chromadb


def _forget_models(collection: chromadb.Collection) -> None:
    """Let a stored collection name no embedding function.

    Chroma would make those that its configuration and its schema name, and run the code that their models bring along,
    as soon as something is added. All vectors are ours, and no such function is ever needed.
    """
    stored = collection._model
    stored.configuration_json = _without_models(stored.configuration_json)
    stored.serialized_schema = _without_models(stored.serialized_schema)


def _without_models(stored: Any) -> Any:
    if not isinstance(stored, dict):
        return stored
    return {name: _without_models(value) for name, value in stored.items() if name != "embedding_function"}


def _forget_unstarted(folder: str) -> None:
    """Let Chroma forget what could not start in a folder: it would hand that out again at the next opening."""
    from chromadb.api.shared_system_client import SharedSystemClient

    if folder not in SharedSystemClient._identifier_to_refcount:
        SharedSystemClient._identifier_to_system.pop(folder, None)


@contextmanager
def _no_panic() -> Iterator[None]:
    """Chroma's Rust panics where rows are broken, which is no Exception to Python: here it is."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise RuntimeError(str(error)) from error
        raise


def metadata(row: PassageRow) -> dict[str, Any]:
    """What Chroma stores about a passage; an absent date or publisher is absent there too."""
    return {name: value for name in _COLUMNS if (value := getattr(row, name)) is not None}


def copy(source: Path, target: Path) -> None:
    """Copy a collection's folder while it may be read: its rows by SQLite's own backup, the rest as files."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(_ROWS + "*"))
    with sqlite3.connect(source / _ROWS) as rows, sqlite3.connect(target / _ROWS) as out:
        rows.backup(out)
    rows.close()
    out.close()


def steady_files(folder: Path) -> list[Path]:
    """The files that reading does not change.

    Merely opening the folder writes a row into its SQLite file. A graph that was never saved, because nothing was
    added, leaves files without meaning, which every query writes anew.
    """
    graphs = [path.parent for path in folder.glob("*/index_metadata.pickle")]
    return sorted(path for graph in graphs for path in graph.iterdir())


def compact(folder: Path) -> None:
    """Let a collection's SQLite file hold nothing but its rows: what is gone is erased, and what is left out is room."""
    with closing(sqlite3.connect(folder / _ROWS)) as db:
        db.execute("PRAGMA journal_mode = OFF")  # no copy on the way: a folder that breaks here was not finished anyway
        db.execute("VACUUM")


def _rows(folder: Path) -> closing[sqlite3.Connection]:
    """A collection's SQLite file, to be read."""
    return closing(sqlite3.connect(f"{(folder / _ROWS).resolve().as_uri()}?mode=ro", uri=True))


def rows_digest(folder: Path) -> str:
    """The hash of what a collection's SQLite file says beside what is stored about passages; raises sqlite3.Error.

    That is left to `everything`, which is compared with the record; and so is what merely opening the file writes.
    """
    whole = hashlib.sha256()
    with _rows(folder) as db:
        made = db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
        whole.update(repr(made).encode())
        for kind, name, _ in made:
            if kind == "table" and name != _OPENINGS:
                # Joined by SQLite, which no other thread has to wait for as it would for Python.
                columns = [f'quote("{column}")' for _, column, *_ in db.execute(f'PRAGMA table_info("{name}")')]
                held = "count(*)" if name == _METADATA else f"group_concat({' || 0 || '.join(columns)})"
                whole.update(repr(db.execute(f'SELECT {held} FROM "{name}"').fetchone()).encode())
    return _DIGEST + whole.hexdigest()


def digested(digest: str) -> bool:
    """Whether a digest is of the form that is made now."""
    return digest.startswith(_DIGEST)


def prove_structure(folder: Path, whole: bool = True) -> None:
    """Let SQLite look through a collection's file, its indices too; raises sqlite3.Error where something is wrong.

    Unless the `whole` is to be proved, it is not asked whether each row stands in those indices that nothing here reads by:
    Chroma's own, for filters.
    """
    with _rows(folder) as db:
        for check in ("integrity_check",) if whole else ("quick_check", "integrity_check(embeddings)"):
            for (found,) in db.execute(f"PRAGMA {check}"):
                if found != "ok":
                    raise sqlite3.DatabaseError(found)


def exists(folder: Path) -> bool:
    """Whether there is something to open: opening an empty folder would make a new, empty one."""
    return os.path.isfile(folder / _ROWS)
