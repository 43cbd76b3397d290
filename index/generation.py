"""A generation: one complete, verified, searchable projection of the record. Made, verified, published, opened here.

STORE/CURRENT                 the number of the generation that answers, replaced in one step
STORE/generations/000012/     chroma/  words/  vectors.npy  ids.txt  copies.txt  manifest.json  in-use
"""

from __future__ import annotations

import fcntl
import gc
import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from index.copies import near_copies
from index.embedder import Vectors
from index.errors import BuildError, ClippingsError, StoreDamaged, StoreError
from index.process import own_python
from index.record import PassageFacts, PassageRow, Record
from index.vectors import (
    Collection,
    chroma,
    compact,
    copy,
    digested,
    exists,
    prove_structure,
    rows_digest,
    steady_files,
)
from index.words import Words

Progress = Callable[[str, int, int], None]  # stage, done, total
Files = dict[str, tuple[int, str]]  # bytes and sha256

_SAMPLE = 10_000  # articles; of larger collections so many are asked to find themselves
# Of a copied graph, which was proved when it was made, those are asked whose links may have changed, which lie next to
# what came, and some of the others.
_NEXT, _BESIDE, _KEPT = 50, 2_000, 1_000  # passages next to each that came; in all; of the others
_RECALL_SAMPLES = (200, 2_000)  # passages; some hundred may be unlucky, so only what many miss is believed
_COMPARED = 100  # vectors that are compared with all at a time
_VECTOR_SAMPLE = 1_000  # vectors read back out of Chroma
_RECALL = 0.99
_EF_SEARCH = (200, 400)  # where Chroma's own 100 misses too much: the first that does not
_UNREACHED = 100  # passages; of 31,000 news passages the graph failed to lead to 7
# Files that grow with the vectors are hashed by `check` alone. The others are hashed at each opening: Chroma and tantivy
# believe what they read, and a process that follows a broken link of the graph ends there.
_LARGE = ("vectors.npy", "data_level0.bin")
_COPIES = "copies.txt"
_OWN = ("vectors.npy", "ids.txt", _COPIES)  # beside the files of Chroma and tantivy
_FEW = 10_000  # rows, which are compared in the time of a walk through the graph
_SPARSE = 0.3  # of all rows: picking out more takes longer than comparing all
_DEAD = 0.10  # of vectors removed from copies: then made whole, which compacts


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was proved or disproved of a store."""

    name: str
    ok: bool
    detail: str
    ids: tuple[str, ...] = ()  # the passages that the graph did not reach


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is, how it was made, and what its files must be."""

    generation: int
    model: str  # the embedding model as it was named
    model_digest: str
    cut: str  # splitter and model: which of the record's passages these are
    articles: int
    passages: int
    dead: int  # vectors removed since it was last made whole
    exact: bool  # searched by comparing with every vector: the graph missed too much
    unreached: tuple[str, ...]  # passages that the graph does not lead to: always compared beside it
    files: Files
    rows: str = ""  # the hash of Chroma's rows; of a former form, or empty: not compared
    copies: int = 0  # version of the comparison that grouped near-copies; 0: made before there was one
    words: int = 0  # version of what is indexed for the search by words; 0: made before there was one

    def write(self, folder: Path) -> None:
        fields = asdict(self)
        (folder / "manifest.json").write_text(
            json.dumps({**fields, "digest": _digest(fields)}, indent=1), encoding="utf-8"
        )

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest in a folder; raises StoreDamaged."""
        try:
            fields = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            if fields.pop("digest", None) not in (None, _digest(fields)):
                raise ValueError("it is not what was written")
            return cls.of(fields)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise _damaged(folder, f"its manifest can't be read: {error}") from error

    @classmethod
    def of(cls, fields: dict[str, Any]) -> Manifest:
        """The manifest of fields as JSON has them; raises KeyError, TypeError, ValueError."""
        return cls(**{**fields, "unreached": tuple(fields["unreached"]), "files": _files(fields["files"])})


def _files(given: dict[str, Any]) -> Files:
    return {name: (int(size), str(digest)) for name, (size, digest) in given.items()}


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hashes_of(paths: Sequence[Path]) -> list[str]:
    """The hash of each file, some at a time."""
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(threads.map(_hash_of, paths))


def _digest(fields: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _damaged(folder: Path, what: str) -> StoreDamaged:
    return StoreDamaged(f"Generation {folder.name} is damaged ({what}); run: clippings check --repair")


def folder_of(store: Path, number: int) -> Path:
    """Where a generation lies."""
    return store / "generations" / f"{number:06d}"


def pointer(store: Path) -> tuple[int, str]:
    """What CURRENT says: the number of the generation that answers, 0 when there is none yet, and its record's name.

    A store that was removed and made again counts from 1 again: its name tells. Raises StoreDamaged.
    """
    try:
        number, _, name = (store / "CURRENT").read_text(encoding="ascii").partition(" ")
        return int(number), name.strip()
    except FileNotFoundError:
        return 0, ""
    except ValueError as error:
        raise StoreDamaged(f"{store / 'CURRENT'} does not name a generation; run: clippings check --repair") from error


def current(store: Path) -> int:
    """The number of the generation that answers, 0 when there is none yet; raises StoreDamaged."""
    return pointer(store)[0]


class Generation:
    """An open generation. While it is open, no builder removes its folder.

    Chroma is opened when it is first needed, which few passages never do, unless the `whole` is to be opened.
    Of one that was just made, of whose files nothing is written down yet, the `draft` of its manifest is told.
    """

    def __init__(self, store: Path, number: int, whole: bool = False, draft: Manifest | None = None) -> None:
        self.folder = folder_of(store, number)
        self.number = number
        self._opening = threading.Lock()
        self._collection: Collection | None = None
        self._ahead: threading.Thread | None = None
        self._in_use = _share(self.folder)
        try:
            self.manifest = draft or Manifest.read(self.folder)
            for name, (size, digest) in self.manifest.files.items():
                path = self.folder / name
                if not path.is_file() or path.stat().st_size != size:
                    raise _damaged(self.folder, f"{name} is missing or has another size")
                if path.name not in _LARGE and _hash_of(path) != digest:
                    raise _damaged(self.folder, f"{name} is not what was written")
            if not exists(self.folder / "chroma"):
                raise _damaged(self.folder, "chroma is missing")
            try:
                # A plain array over the file: each row that is taken out of numpy's own kind costs more than comparing it.
                self.array: Vectors = np.asarray(np.load(self.folder / "vectors.npy", mmap_mode="r"))
                self.ids = (self.folder / "ids.txt").read_text(encoding="ascii").split()
                self._group_of = {id: group for group in _read_copies(self.folder, self.manifest) for id in group}
                self.words = Words(self.folder / "words")
            except Exception as error:  # whatever numpy and tantivy raise on bytes that are not theirs
                raise _damaged(self.folder, " ".join(str(error).split())[:160]) from error
            self.rows = {id: row for row, id in enumerate(self.ids)}
            if whole:
                _ = self.collection
        except BaseException:
            self._in_use.close()
            raise

    @property
    def collection(self) -> Collection:
        """The vectors in Chroma; raises StoreDamaged, StoreError."""
        with self._opening:
            if self._collection is None:
                try:
                    self._collection = Collection(self.folder / "chroma")
                except Exception as error:  # whatever Chroma raises on bytes that are not its own
                    if "disk is full" in str(error):  # merely opening it writes
                        store = self.folder.parents[1]
                        raise StoreError(f"{store} can't be opened: the disk is full; make room on it.") from error
                    raise _damaged(self.folder, " ".join(str(error).split())[:160]) from error
            return self._collection

    def rows_as_written(self) -> bool:
        """Whether Chroma's rows are what was written; raises StoreDamaged, StoreError."""
        if not digested(self.manifest.rows):  # of a former version it is only known that they can be opened
            _ = self.collection
            return True
        with self._reading():
            return rows_digest(self.folder / "chroma") == self.manifest.rows

    def read_ahead(self) -> None:
        """Begin to open Chroma and to read its graph, if that will be searched: it takes about as long as loading the model."""
        if self._ahead is None and len(self.ids) > _FEW and not self.manifest.exact:
            self._ahead = threading.Thread(target=self._read_ahead)
            self._ahead.start()

    def _read_ahead(self) -> None:
        with suppress(ClippingsError):  # said to whoever needs it
            self.nearest_to_each(self.array[:1], 1)

    def close(self) -> None:
        """Release the folder."""
        if self._ahead is not None:
            self._ahead.join()
        with self._opening:
            if self._collection is not None:
                self._collection.close()
        self._in_use.close()

    def group(self, article: str) -> tuple[str, ...]:
        """The ids of the near-copies that an article is one of, itself among them; empty when it has none."""
        return self._group_of.get(article, ())

    def nearest(
        self, vectors: Vectors, limit: int, articles: frozenset[str] | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each unit vector the (id, cosine) of the nearest passages, nearest first; of these `articles`, if given.

        Few are compared one and all, which is exact and faster than the graph; so are all where the graph was found to
        miss too much. Where many pass a filter, the graph gives more, and those that pass are taken.
        """
        if not self.ids:
            return [[] for _ in vectors]
        rows = self._every_row if articles is None else self._rows_of(articles)
        if self.manifest.exact or len(rows) <= _FEW:
            return [self._compared(vector, limit, rows) for vector in vectors]
        if articles is None:
            return self.nearest_to_each(vectors, limit)
        many = min(round(2 * limit * len(self.ids) / len(rows)), len(self.ids))
        found = []
        for vector, near in zip(vectors, self.nearest_to_each(vectors, many), strict=True):
            kept = [(id, cosine) for id, cosine in near if id.partition(":")[0] in articles][:limit]
            found.append(kept if len(kept) == limit else self._compared(vector, limit, rows))
        return found

    def _compared(self, vector: Vectors, limit: int, rows: NDArray[np.intp]) -> list[tuple[str, float]]:
        """The nearest of these rows by comparing with each."""
        many = len(rows) > _SPARSE * len(self.ids)
        scores = (self.array @ vector)[rows] if many else self.array[rows] @ vector
        if limit < len(scores):
            near = np.argpartition(-scores, limit)[:limit]
            scores, rows = scores[near], rows[near]
        best = np.lexsort((rows, -scores))
        return [(self.ids[row], float(score)) for row, score in zip(rows[best], scores[best], strict=True)]

    @cached_property
    def _every_row(self) -> NDArray[np.intp]:
        return np.arange(len(self.ids))

    @cached_property
    def _rows_of(self) -> Callable[[frozenset[str]], NDArray[np.intp]]:
        """The rows of some articles; the latest ones are kept, since questions with a filter come in series."""

        def rows_of(articles: frozenset[str]) -> NDArray[np.intp]:
            passes = np.zeros(len(self._place_of), bool)
            passes[[place for one in articles if (place := self._place_of.get(one)) is not None]] = True
            return np.flatnonzero(passes[self._places])

        return lru_cache(maxsize=8)(rows_of)

    @cached_property
    def _place_of(self) -> dict[str, int]:
        """The articles, numbered."""
        return {article: place for place, article in enumerate(dict.fromkeys(id.partition(":")[0] for id in self.ids))}

    @cached_property
    def _places(self) -> NDArray[np.intp]:
        """The number of the article that each row is of."""
        return np.array([self._place_of[id.partition(":")[0]] for id in self.ids], np.intp)

    def nearest_to_each(self, vectors: Vectors, limit: int) -> list[list[tuple[str, float]]]:
        """The (id, cosine) of the passages nearest to each unit vector, by the graph and what it does not reach."""
        if not self.ids:
            return [[] for _ in vectors]
        collection = self.collection
        with self._reading():
            found = collection.nearest(vectors, min(limit, len(self.ids)))
        if not self.manifest.unreached:
            return found
        beside = [(id, self.array[self.rows[id]]) for id in self.manifest.unreached]
        merged = []
        for vector, near in zip(vectors, found, strict=True):
            best = {**dict(near), **{id: float(own @ vector) for id, own in beside}}
            merged.append(sorted(best.items(), key=lambda pair: -pair[1])[:limit])
        return merged

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Whatever Chroma raises on bytes that are not its own is damage."""
        try:
            yield
        except Exception as error:
            raise _damaged(self.folder, " ".join(str(error).split())[:160]) from error


def _share(folder: Path) -> BinaryIO:
    """Mark a generation as being read, for as long as the file stays open; raises FileNotFoundError."""
    file = (folder / "in-use").open("rb")
    fcntl.flock(file, fcntl.LOCK_SH)
    if not (folder / "in-use").exists():  # a builder removed it between the two
        file.close()
        raise FileNotFoundError(folder)
    return file


def make(
    store: Path, record: Record, draft: Manifest, previous: Manifest | None, progress: Progress
) -> tuple[Manifest, bool]:
    """Make a generation's folder: from a copy of the previous one plus the change, or whole from the record.

    Gives its manifest, with the passages counted, but for what its files must be; and whether it was copied.
    """
    folder = folder_of(store, draft.generation)
    erase(folder, wait=True)  # the verifying child of a killed build may still hold what that build left
    base = None
    if previous is not None and previous.cut == draft.cut:
        base = _change(record, draft, previous)
    folder.mkdir(parents=True)
    with ThreadPoolExecutor(1) as thread:
        if previous is not None and base is not None:
            gone, come = base
            same = previous.copies == draft.copies
            before = _read_copies(folder_of(store, previous.generation), previous) if same else None
            # Beside what is mostly written.
            groups = thread.submit(near_copies, record, draft.generation, progress, before)
            passages = _copy_and_change(store, record, draft, previous, gone, come, progress)
            still = tuple(id for id in previous.unreached if id not in set(gone))
            draft = replace(draft, dead=previous.dead + len(gone), exact=previous.exact, unreached=still)
        else:
            passages = _make_whole(folder, record, draft, progress)
            groups = thread.submit(near_copies, record, draft.generation, progress)
        (folder / _COPIES).write_text("".join(" ".join(group) + "\n" for group in groups.result()), encoding="ascii")
    (folder / "in-use").touch()
    return replace(draft, passages=passages), base is not None


def _change(record: Record, draft: Manifest, previous: Manifest) -> tuple[list[str], frozenset[str]] | None:
    """Which passages go and which articles come, when a copy is the cheaper way; else None."""
    touched = record.came_with(draft.generation) | record.gone_with(draft.generation).keys()
    before = record.passage_ids(draft.cut, previous.generation, touched)
    after = record.passage_ids(draft.cut, draft.generation, touched)
    gone = [id for article, ids in before.items() if after.get(article) != ids for id in ids]
    come = frozenset(article for article, ids in after.items() if before.get(article) != ids)
    changed = len(gone) + sum(len(after[article]) for article in come)
    passages = previous.passages + changed - 2 * len(gone)
    # A copy costs what a whole build would for its changed passages alone; removed vectors stay in its graph.
    if previous.dead + len(gone) > _DEAD * max(previous.passages, 1) or changed > 0.5 * passages:
        return None
    return gone, come


def _make_whole(folder: Path, record: Record, draft: Manifest, progress: Progress) -> int:
    """Write everything; how many passages that are."""
    rows = list(record.passage_rows(draft.cut, draft.generation))
    array = record.vectors([row.vector for row in rows])
    collection = Collection(folder / "chroma", create=True)
    try:
        for first in range(0, len(rows), 2000):
            collection.add(rows[first : first + 2000], array[first : first + 2000])
            progress("writing", min(first + 2000, len(rows)), len(rows))
    finally:
        collection.close()
    compact(folder / "chroma")  # before the rest is written: what it sets free is room for that
    Words(folder / "words", create=True).change((), rows)
    _write_array(folder, [array], [row.id for row in rows])
    return len(rows)


def _copy_and_change(
    store: Path,
    record: Record,
    draft: Manifest,
    previous: Manifest,
    gone: Sequence[str],
    come: frozenset[str],
    progress: Progress,
) -> int:
    """Copy everything and change the copy; how many passages it has then."""
    source, folder = folder_of(store, previous.generation), folder_of(store, draft.generation)
    rows = list(record.passage_rows(draft.cut, draft.generation, come)) if come else []
    array = record.vectors([row.vector for row in rows])
    with ThreadPoolExecutor(1) as thread:
        beside = thread.submit(_change_collection, source / "chroma", folder / "chroma", gone, rows, array)
        if previous.words == draft.words:
            shutil.copytree(source / "words", folder / "words")
            _change_words(folder / "words", record, draft, gone, rows)
        else:
            Words(folder / "words", create=True).change((), list(record.passage_rows(draft.cut, draft.generation)))
        ids, dead = (source / "ids.txt").read_text(encoding="ascii").split(), frozenset(gone)
        old = np.load(source / "vectors.npy", mmap_mode="r")
        cuts = [row for row, id in enumerate(ids) if id in dead]
        kept = [old[first:end] for first, end in zip([0, *(row + 1 for row in cuts)], [*cuts, len(ids)], strict=True)]
        ids = [*(id for id in ids if id not in dead), *(row.id for row in rows)]
        _write_array(folder, [*kept, array] if rows else kept, ids)
        beside.result()
    progress("writing", len(rows), len(rows))
    return len(ids)


def _change_words(
    folder: Path, record: Record, draft: Manifest, gone: Sequence[str], come: Sequence[PassageRow]
) -> None:
    """Change a copy; of what is gone, tantivy would keep the words: what else lies in its segments is written anew."""
    words = Words(folder)
    removed = words.beside(gone)
    stay = removed.difference(gone)
    articles = frozenset(id.partition(":")[0] for id in stay)
    again = [row for row in record.passage_rows(draft.cut, draft.generation, articles) if row.id in stay]
    words.change(removed, [*again, *come])


def _change_collection(
    source: Path, target: Path, gone: Sequence[str], come: Sequence[PassageRow], vectors: Vectors
) -> None:
    """Copy a collection's folder and change the copy."""
    copy(source, target)
    collection = Collection(target)
    try:
        collection.remove(gone)
        collection.add(come, vectors)
    finally:
        collection.close()
    if gone:
        compact(target)


def _write_array(folder: Path, arrays: Sequence[Vectors], ids: Sequence[str]) -> None:
    """The rows of these arrays, one after the other, in one file of numpy's, and the ids of all."""
    header = {**np.lib.format.header_data_from_array_1_0(arrays[0]), "shape": (len(ids), arrays[0].shape[1])}
    with (folder / "vectors.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for array in arrays:
            array.tofile(file)
    (folder / "ids.txt").write_text("\n".join(ids), encoding="ascii")


def _read_copies(folder: Path, manifest: Manifest) -> list[tuple[str, ...]]:
    """One group of near-copies a line, its lead first."""
    if not manifest.copies:
        return []
    return [tuple(line.split()) for line in (folder / _COPIES).read_text(encoding="ascii").splitlines()]


def _sealed(folder: Path) -> tuple[Files, str]:
    """What the files of a folder are now, and the hash of Chroma's rows: its manifest says then that they must be that."""
    words = (path for path in (folder / "words").iterdir() if not path.name.startswith(".tantivy"))  # its locks
    paths = [*steady_files(folder / "chroma"), *sorted(words), *(folder / name for name in _OWN)]
    with ThreadPoolExecutor(1) as thread:
        rows = thread.submit(rows_digest, folder / "chroma")
        files = {
            path.relative_to(folder).as_posix(): (path.stat().st_size, digest)
            for path, digest in zip(paths, _hashes_of(paths), strict=True)
        }
        return files, rows.result()


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved and disproved of a generation; of one that was just made, also what its files are."""

    checks: Sequence[Check]
    files: Files = field(default_factory=dict)
    rows: str = ""


class Prover:
    """A fresh process, which holds nothing of a generation in memory, to prove one, once."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Prover:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()

    def read_ahead(self, number: int, cut: str = "") -> None:
        """Start it, if it was not yet, and let it read what that generation must hold, or what the next one will mostly.

        The cut need not be told of a generation that has a manifest.
        """
        self._started(str(number), cut)

    def begin(self, number: int, draft: Manifest | None = None, copied: bool = False) -> None:
        """Let it prove a generation; of one that was just made, the draft of its manifest is told."""
        process = self._started()
        assert process.stdin
        with suppress(BrokenPipeError):  # it ended: what it says tells why
            process.stdin.write(json.dumps([number, draft and asdict(draft), copied]) + "\n")
            process.stdin.flush()

    def proof(self) -> Proof:
        """What it found."""
        process = self._started()
        out, said = process.communicate()
        if process.returncode != 0:
            last = (said.strip().splitlines() or [f"exit {process.returncode}"])[-1]
            return Proof([Check("opens", False, last)])
        checks, files, rows = json.loads(out)
        return Proof([Check(**{**check, "ids": tuple(check["ids"])}) for check in checks], _files(files), rows)

    def _started(self, *ahead: str) -> subprocess.Popen[str]:
        if self._process is None:
            script = "import sys; from index.generation import _main; _main(*sys.argv[1:])"
            command, environment = own_python(script, str(self._store), *ahead)
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(
                command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment, encoding="utf-8"
            )
        return self._process


def prove_apart(store: Path, number: int, draft: Manifest | None = None) -> Proof:
    """What a fresh process finds of a generation."""
    with Prover(store) as prover:
        prover.begin(number, draft)
        return prover.proof()


def _main(store: str, number: str = "", cut: str = "") -> None:
    gc.disable()  # what is read is held to the end: looking for what could be freed takes a fifth of the time
    record = Record(Path(store) / "record.sqlite")
    expected = None
    with suppress(StoreDamaged):  # then nothing was read ahead
        if number:
            cut = cut or Manifest.read(folder_of(Path(store), int(number))).cut
            expected = _Expected.by(record, cut, int(number))
    chroma()
    said = sys.stdin.readline()
    if said:  # or whoever makes it is gone
        generation, draft, copied = json.loads(said)
        made = Manifest.of(draft) if draft else None
        proof = prove(Path(store), record, generation, made, copied, expected)
        sys.stdout.write(json.dumps([[asdict(check) for check in proof.checks], proof.files, proof.rows]))


@dataclass(slots=True)
class _Expected:
    """What the record says that a generation of it holds."""

    cut: str
    number: int
    articles: frozenset[str] = frozenset()
    passages: dict[str, PassageFacts] = field(default_factory=dict)
    vectors: dict[str, bytes] = field(default_factory=dict)  # the hash of each passage's
    damage: str = ""

    @classmethod
    def by(cls, record: Record, cut: str, number: int) -> _Expected:
        expected = cls(cut, number)
        try:
            expected._add(record, record.passage_keys(cut, number))
            expected.articles = frozenset(record.contents(number))
        except StoreDamaged as error:
            expected.damage = str(error)
        return expected

    def next(self, record: Record) -> None:
        """Become what the generation after it holds: read is what went and came with that."""
        self.number += 1
        came = record.came_with(self.number)
        other = came | record.gone_with(self.number).keys()
        for id in [id for id, (article, *_) in self.passages.items() if article in other]:
            del self.passages[id], self.vectors[id]
        try:
            self._add(record, record.passage_keys(self.cut, self.number, came))
            self.articles = frozenset(record.contents(self.number))
        except StoreDamaged as error:
            self.damage = str(error)

    def _add(self, record: Record, rows: Iterable[tuple[str, PassageFacts, str]]) -> None:
        ids, keys = [], []
        for id, facts, key in rows:
            self.passages[id] = facts
            ids.append(id)
            keys.append(key)
        self.vectors.update(zip(ids, record.vector_digests(keys), strict=True))


def prove(
    store: Path,
    record: Record,
    number: int,
    draft: Manifest | None = None,
    copied: bool = False,
    expected: _Expected | None = None,
) -> Proof:
    """Prove a generation against the record: files, ids and rows, every article finds itself, recall.

    Of one that was just made, which is told by a draft of its manifest, the files are as they must be. Of a copied graph,
    those are asked to find themselves that came with it, what lies next to them, and fewer of the others. Of what the
    record has, that is not read again which was read before: of this generation, or of the one before it.
    """
    try:
        generation = Generation(store, number, whole=True, draft=draft)
    except (StoreDamaged, FileNotFoundError) as error:
        return Proof([Check("opens", False, str(error))])
    try:
        came = record.came_with(number) if copied else None
        # One after the other, beside the rows: these keep Python about as busy as all but the last keep SQLite and hashing,
        # and the last takes what processors there are.
        with ThreadPoolExecutor(1) as thread:
            differing = thread.submit(_differing, generation)
            files = thread.submit(_check_files, generation, differing, draft is None)
            sealed = thread.submit(_sealed, generation.folder) if draft else None
            found = thread.submit(_check_search, generation, came, differing)
            cut = generation.manifest.cut
            if expected and (expected.cut, expected.number) == (cut, number - 1):
                expected.next(record)
            elif not expected or (expected.cut, expected.number) != (cut, number):
                expected = _Expected.by(record, cut, number)
            checks = [*_check_rows(generation, expected)]
        checks.insert(0, files.result())
        if all(check.ok for check in checks):
            checks += found.result()
        return Proof(checks, *(sealed.result() if sealed else ()))
    finally:
        generation.close()


def _differing(generation: Generation) -> list[str]:
    """The files that are not what the manifest says."""
    written = generation.manifest.files
    found = _hashes_of([generation.folder / name for name in written])
    return [name for (name, (_, digest)), own in zip(written.items(), found, strict=True) if own != digest]


def _check_files(generation: Generation, differing: Future[list[str]], whole: bool) -> Check:
    bad, rows = list(differing.result()), generation.folder / "chroma"
    try:
        prove_structure(rows, whole)
        if digested(generation.manifest.rows) and generation.manifest.rows != rows_digest(rows):
            bad.append("rows in chroma")
    except sqlite3.Error as error:
        bad.append(f"rows in chroma ({error})")
    return Check(
        "files",
        not bad,
        f"differ: {', '.join(bad)}" if bad else f"{len(generation.manifest.files)} files as written",
    )


def _check_rows(generation: Generation, expected: _Expected) -> Iterable[Check]:
    manifest, rows, live = generation.manifest, expected.passages, expected.articles
    if expected.damage:
        yield Check("record", False, expected.damage)
        return
    yield Check(
        "record",
        len(rows) == manifest.passages and len(live) == manifest.articles,
        f"{len(live)} articles, {len(rows)} passages",
    )
    try:
        stored = generation.collection.everything()
    except (sqlite3.Error, ValueError) as error:
        yield Check("rows in Chroma", False, str(error))
        return
    for name, ids in (
        ("ids in Chroma", stored.keys()),
        ("ids in tantivy", generation.words.ids()),
        ("ids of vectors", set(generation.ids)),
    ):
        missing, alien = len(rows.keys() - ids), len(ids - rows.keys())
        yield Check(
            name,
            not missing and not alien,
            f"{missing} missing, {alien} too many" if missing or alien else f"{len(rows)}, as in the record",
        )
    wrong = sum(stored.get(id) != facts for id, facts in rows.items())
    yield Check("rows in Chroma", not wrong, f"{wrong} differ from the record" if wrong else "as in the record")
    known = [row for row, id in enumerate(generation.ids) if id in stored]
    if known:
        some = sorted(random.Random(generation.number).sample(known, min(_VECTOR_SAMPLE, len(known))))
        try:
            held = generation.collection.vectors([generation.ids[row] for row in some])
            close = bool(np.allclose(held, generation.array[some], atol=1e-5))
            what = f"{len(some)} as in the record" if close else "they differ from the record"
        except Exception as error:  # Chroma's own, where its rows name vectors that it lacks
            close, what = False, " ".join(str(error).split())[:160]
        yield Check("vectors in Chroma", close, what)
    digests = [expected.vectors[id] for id in generation.ids if id in rows]
    same = [hashlib.sha256(vector).digest() for vector in generation.array] == digests
    yield Check("vectors", same, "as in the record" if same else "they differ from the record")
    groups = _read_copies(generation.folder, manifest)
    members = [id for group in groups for id in group]
    sound = len(set(members)) == len(members) and live >= set(members) and all(len(one) > 1 for one in groups)
    yield Check(
        "near-copies",
        sound,
        f"{len(groups)} groups of {len(members)} articles" + ("" if sound else ", not of the record"),
    )


def _check_search(generation: Generation, came: frozenset[str] | None, differing: Future[list[str]]) -> list[Check]:
    """Nothing where files are not what was written: a process that follows a broken link of the graph ends there."""
    return [] if differing.result() else list(_search_sound(generation, came))


def _search_sound(generation: Generation, came: frozenset[str] | None) -> Iterable[Check]:
    """Every article finds itself by its own first passage; the graph finds what comparing all finds.

    Of a copied graph, of which `came` are the articles that it did not hold before, some find themselves; see _KEPT.
    """
    if generation.manifest.exact:
        yield Check(_FINDS, True, "searched by comparing with every vector, which were all checked")
        return
    chance = random.Random(generation.number)  # which ones are sampled does not matter, that it can be repeated does
    first: dict[str, int] = {}
    for row, id in enumerate(generation.ids):
        first.setdefault(id.partition(":")[0], row)
    if not first:
        return
    rows = sorted(row for article, row in first.items() if came is None or article in came)
    beside = _beside(generation, came) if came else []
    kept = sorted(set(first.values()).difference(rows, beside))
    sampled = (_sampled(chance, *one) for one in ((rows, _SAMPLE), (beside, _BESIDE), (kept, _KEPT)))
    asked = [row for some in sampled for row in some]
    lots = [asked[start : start + 500] for start in range(0, len(asked), 500)]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found = [
            one
            for lot in threads.map(lambda lot: generation.nearest_to_each(generation.array[lot], 1), lots)
            for one in lot
        ]
    lost: list[str] = []
    for row, near in zip(asked, found, strict=True):
        # By distance, not by id: a passage that stands word for word in two articles is found in either.
        best = float(generation.array[generation.rows[near[0][0]]] @ generation.array[row]) if near else -1.0
        if best < 1.0 - 1e-4:
            lost.append(generation.ids[row])
    what = f"{len(asked) - len(lost)} of {len(asked)} {'articles' if came is None else 'passages'}"
    of = len(first if came is None else generation.ids)
    what += f", sampled from {of}" if len(asked) < of else ""
    what += f"; {len(generation.manifest.unreached)} beside the graph" if generation.manifest.unreached else ""
    yield Check(_FINDS, not lost, what, tuple(lost))
    for size in _RECALL_SAMPLES:
        recall = _recall(generation, _sampled(chance, range(len(generation.ids)), size))
        if recall >= _RECALL:
            break
    yield Check(_RECALLS, recall >= _RECALL, f"{recall:.3f} against exact search")


def _beside(generation: Generation, came: frozenset[str]) -> list[int]:
    """The rows of the passages that lie next to those of the articles that came, these not among them."""
    own = [row for row, id in enumerate(generation.ids) if id.partition(":")[0] in came]
    some = own[:: len(own) // _BESIDE + 1]
    limit = min(_NEXT, len(generation.ids) - 1)
    found: set[int] = set()
    for first in range(0, len(some), _COMPARED):
        near = generation.array[some[first : first + _COMPARED]] @ generation.array.T
        found.update(np.argpartition(-near, limit, axis=1)[:, :limit].ravel().tolist())
    return sorted(found.difference(own))


def _sampled(chance: random.Random, rows: Sequence[int], most: int) -> Sequence[int]:
    return rows if len(rows) <= most else sorted(chance.sample(rows, most))


def _recall(generation: Generation, sample: Sequence[int]) -> float:
    limit = min(10, len(generation.ids))
    found = 0
    for first in range(0, len(sample), _COMPARED):
        some = generation.array[sample[first : first + _COMPARED]]
        everything = some @ generation.array.T
        for own, all_near, hits in zip(some, everything, generation.nearest_to_each(some, limit), strict=True):
            near = (float(generation.array[generation.rows[id]] @ own) for id, _ in hits)
            found += sum(int(np.count_nonzero(all_near > one + 1e-5)) < limit for one in near)
    return found / (limit * len(sample))


def make_and_verify(
    store: Path, record: Record, draft: Manifest, previous: Manifest | None, prover: Prover, progress: Progress
) -> Manifest:
    """Make a generation and prove it: wrong ids or rows are made whole once more; raises BuildError.

    What the graph misses never blocks: it is searched wider, and passages that it does not lead to are compared
    beside it; where that would be many, or the recall stays low, every vector is compared.
    """
    prover.read_ahead(draft.generation, draft.cut)
    try:
        made, copied = make(store, record, draft, previous, progress)
    except (ClippingsError, OSError):
        raise
    except Exception as error:  # whatever Chroma and tantivy raise where they can't write
        raise BuildError(
            f"The new generation could not be written ({' '.join(str(error).split())[:160]}); the one before it goes on. "
            "See whether the disk is full or failing, and index again."
        ) from error
    number, folder = draft.generation, folder_of(store, draft.generation)
    progress("verifying", 0, 1)
    prover.begin(number, made, copied)
    _sync_all(folder)  # meanwhile; what publishing it finds to do is little then
    proof = prover.proof()
    if not _rows_sound(proof.checks):
        made, _ = make(store, record, draft, None, progress)
        proof = prove_apart(store, number, made)
    if not _rows_sound(proof.checks):
        failed = "; ".join(f"{check.name}: {check.detail}" for check in proof.checks if not check.ok)
        raise BuildError(
            f"The new generation failed its checks ({failed}); the one before it goes on. "
            "See whether the disk is full or failing, and index again."
        )
    for candidates in _EF_SEARCH:
        if _recall_sound(proof.checks):
            break
        collection = Collection(folder / "chroma")
        wider = candidates > collection.ef_search
        if wider:
            collection.search_wider(candidates)
        collection.close()
        if wider:
            proof = prove_apart(store, number, made)
    made = replace(made, files=proof.files, rows=proof.rows)
    unreached = (*made.unreached, *(id for check in proof.checks for id in check.ids))
    if not _recall_sound(proof.checks) or len(unreached) > _UNREACHED:
        made = replace(made, exact=True, unreached=())
    else:
        made = replace(made, unreached=unreached)
    made.write(folder)
    progress("verifying", 1, 1)
    return made


_FINDS, _RECALLS = "finds itself", "recall@10"


def _rows_sound(checks: Sequence[Check]) -> bool:
    return all(check.ok for check in checks if check.name not in (_FINDS, _RECALLS))


def _recall_sound(checks: Sequence[Check]) -> bool:
    return all(check.ok for check in checks if check.name == _RECALLS)


def publish(store: Path, record: Record, number: int) -> None:
    """Make a generation the current one, in one step, with all of it on the disk first."""
    folder = folder_of(store, number)
    _sync_all(folder)
    _sync(folder.parent)
    _point(store, record, number)


def _sync_all(folder: Path) -> None:
    for path in (*sorted(folder.rglob("*")), folder):
        with suppress(FileNotFoundError):  # a journal of SQLite's, which another process has opened
            _sync(path)


def _point(store: Path, record: Record, number: int) -> None:
    new = store / "CURRENT.new"
    new.write_text(f"{number} {record.noted('store')}\n", encoding="ascii")
    _sync(new)
    os.replace(new, store / "CURRENT")
    _sync(store)


def repoint(store: Path, record: Record) -> None:
    """Where CURRENT names no generation of this record, let it name the newest: one from which a build can go on."""
    try:
        found = pointer(store)[1] == record.noted("store")
    except StoreDamaged:
        found = False
    if not found:
        finished = (mark.parent.name for mark in (store / "generations").glob("[0-9]*/in-use"))
        _point(store, record, max(map(int, finished), default=0))


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def remove_others(store: Path, number: int) -> bool:
    """Remove every generation but this one; False when one of them is still being read and stays for now."""
    done = True
    for folder in sorted((store / "generations").glob("[0-9]*")):
        if folder.name != f"{number:06d}":
            done &= erase(folder)
    return done


def erase(folder: Path, wait: bool = False) -> bool:
    """Remove a generation's folder; False when somebody reads it, unless told to wait for them."""
    try:
        with (folder / "in-use").open("rb") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
    except BlockingIOError:
        return False
    except FileNotFoundError:  # never finished, or removed by another process
        shutil.rmtree(folder, ignore_errors=not folder.exists())
    return True
