"""Roots -> record -> generation: what changed is read, cut and embedded; the rest is kept."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from index import embedder, readers
from index.copies import COPIES_VERSION
from index.embedder import Embedder, ModelFiles
from index.errors import ClippingsError, NoArticles, NoStore, RootError, StoreDamaged, StoreLocked, Unreadable
from index.generation import (
    Check,
    Generation,
    Manifest,
    Progress,
    Prover,
    current,
    erase,
    folder_of,
    make_and_verify,
    pointer,
    prove_apart,
    publish,
    remove_others,
    repoint,
)
from index.passages import SPLITTER_VERSION, passages
from index.readers.apart import Reader
from index.readers.fields import Reading
from index.record import LeftOut, Lost, Place, Record, Root, content_key, salvaged_roots, vector_key
from index.words import WORDS_VERSION

_TIDYING = "tidying up"  # as the lock has it
_CONTENTS = 500  # readings a transaction
_VECTORS = 256  # passages embedded between two transactions: what a killed build loses at most


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did, counted in articles."""

    generation: int
    articles: int
    passages: int
    added: int
    changed: int
    kept: int
    removed: int
    duplicates: int
    unreadable: tuple[tuple[str, str], ...]  # path and reason
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        unreadable = [{"path": path, "reason": reason} for path, reason in self.unreadable]
        return {**asdict(self), "unreadable": unreadable, "seconds": round(self.seconds, 3)}


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What forgetting did; nothing is left out or deleted where a whole root was removed."""

    report: Report
    left_out: tuple[LeftOut, ...]
    deleted: tuple[Path, ...]  # uploads: the store's own copies


def _silent(stage: str, done: int, total: int) -> None:
    pass


def build(
    paths: Sequence[str | Path] = (),
    store: str | Path = "store",
    rebuild: bool = False,
    embedding_model: str = "",
    progress: Progress = _silent,
    known: bool = False,
) -> Report:
    """Bring the store up to date with these roots, adding new ones; without paths, with all roots that it has.

    A file under a root of which something is left out is put back instead of being added.
    `known` adds and puts back nothing: of these paths, those are read that are roots already and can be read now.
    `rebuild` reads every file again and makes the generation whole; vectors of unchanged passages are kept.
    Raises RootError, StoreLocked, NoArticles, ModelError, BuildError.
    """
    started = time.monotonic()
    store = Path(store)
    # Before a store is made: a wrong path leaves nothing behind.
    named = [Path(path) if known else readable_root(path) for path in paths]
    if not named and not (store / "record.sqlite").exists() and not (store / "uploads").is_dir():
        raise NoStore(f"There is no store in {store} yet; name what to index: clippings index FOLDER")
    with _writing(store) as record:
        chosen = set(named) if known else _add(record, paths)
        if (store / "uploads").is_dir():
            record.add_root(readable_root(store / "uploads"))
        roots = [root for root in record.roots() if not named or root.path in chosen]
        if not known:
            for root in roots:
                readable_root(root.path)
        with Reader() as reader:
            for root in roots:
                with suppress(RootError) if known else nullcontext():
                    readable_root(root.path)
                    _read_root(record, reader, root, store, rebuild, progress)
        return _bring_up_to_date(store, record, started, rebuild, embedding_model, progress)


def _add(record: Record, paths: Sequence[str | Path]) -> set[Path]:
    """Put back the files that were left out, and make roots of the other paths; which roots that concerns."""
    concerned: set[Path] = set()
    for path in paths:
        back = [root.path for root, inside in _holding(record, path) if record.put_back(root, inside)]
        if not back:
            record.add_root(readable_root(path))
        concerned.update(back or [readable_root(path)])
    return concerned


def _holding(record: Record, path: str | Path) -> list[tuple[Root, str]]:
    """The roots that a file lies in, each with the file's path in it."""
    file = Path(os.path.abspath(Path(path).expanduser()))
    # A link under a root is a file of its own; the folders on the way to it are not, and roots are without links.
    spellings = (file.parent.resolve() / file.name, file.resolve())
    held = [
        [
            (root, _relative(one, root.path.parent if one == root.path else root.path))
            for root in record.roots()
            if one.is_relative_to(root.path)
        ]
        for one in spellings
    ]
    return held[0] or held[1]


def forget(path_or_id: str | Path, store: str | Path = "store", progress: Progress = _silent) -> Forgotten:
    """Remove a root and its articles, or leave out an article, by its id, or those of a file under a root.

    What is left out stays so until its file is named to `build`; raises RootError when the store holds no such thing.
    """
    started = time.monotonic()
    store = Path(store)
    if not (store / "record.sqlite").exists():
        raise NoStore(f"There is no store in {store}.")
    with _writing(store) as record:
        wanted = Path(os.path.abspath(Path(path_or_id).expanduser()))
        roots = record.roots()
        root = next((root for root in roots if root.path in (wanted, wanted.resolve())), None)
        left_out: list[LeftOut] = []
        deleted: list[Path] = []
        if root is not None:
            record.remove_root(root)
        else:
            places = record.places(str(path_or_id)) or [
                Place(root, inside) for root, inside in _holding(record, wanted) if inside in record.stamps(root)
            ]
            if not places:
                known = ", ".join(str(root.path) for root in roots) or "none"
                raise RootError(
                    f"{path_or_id} is not a root of this store, nor a file or the id of an article in it; its roots: {known}"
                )
            deleted = _delete_uploads(record, places, store)
            left_out = record.leave_out(place for place in places if place.file not in deleted)
        report = _bring_up_to_date(store, record, started, False, "", progress)
        return Forgotten(report, tuple(left_out), tuple(deleted))


def _delete_uploads(record: Record, places: Sequence[Place], store: Path) -> list[Path]:
    """Delete the uploads that hold nothing but what is at these places; which ones."""
    deleted = []
    uploads = (store / "uploads").resolve()
    for root, path in dict.fromkeys((one.root, one.path) for one in places if one.root.path == uploads):
        gone = {one.place for one in places if (one.root, one.path) == (root, path)}
        if "" in gone or record.places_in(root, path) <= gone:
            deleted.append(root.path / path)
            deleted[-1].unlink(missing_ok=True)
            record.put_back(root, path)  # a file that is added by this name again is another one
            record.remove_file(root, path)
    return deleted


def check(store: str | Path = "store", repair: bool = False, progress: Progress = _silent) -> list[Check]:
    """Prove what the store holds; with `repair`, mend it from the record, and the record from the roots."""
    store = Path(store)
    if not (store / "record.sqlite").exists():
        raise NoStore(f"There is no store in {store}; make one with: clippings index FOLDER")
    done = _repair(store, progress) if repair else []
    try:
        number, name = pointer(store)
        record = Record(store / "record.sqlite")
    except StoreDamaged as error:
        return [*done, Check("opens", False, str(error))]
    with closing(record):
        try:
            held = Generation(store, number) if number else None  # or a build could replace it under our hands
        except (StoreDamaged, FileNotFoundError):
            held = None  # what is wrong with it is found below
        try:
            faults = record.faults(number)
            shown = "; ".join(faults[:3]) + (f" and {len(faults) - 3} more" if len(faults) > 3 else "")
            checks = [*done, Check("record's rows", not faults, shown or "structure and hashes hold")]
            if number == 0:
                return [*checks, Check("generation", False, "none was ever published; run: clippings index")]
            if name != record.noted("store"):
                checks.append(Check("CURRENT", False, "it names another record"))
            return [*checks, *prove_apart(store, number).checks]
        finally:
            if held:
                held.close()


def _repair(store: Path, progress: Progress) -> list[Check]:
    """Mend what can be mended; what could not be read again comes back as a failed check."""
    try:
        with _writing(store) as record:
            return _mend(record, store, record.mend(), progress)
    except StoreDamaged:
        pass
    # The file itself is broken: a new record is read from the roots that the old one still tells.
    path = store / "record.sqlite"
    roots, left_out = salvaged_roots(path)
    for file in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        if file.exists():
            file.replace(file.with_name("damaged-" + file.name))
    if not roots:
        raise StoreDamaged(
            f"The record {path} can't be read any more and was set aside as damaged-{path.name}; "
            "name your folders again: clippings index FOLDER..."
        )
    with _writing(store) as record:
        for root in roots:
            record.add_root(Path(root))
        known = {str(root.path): root for root in record.roots()}
        record.leave_out(Place(known[root], inside, place) for root, inside, place in left_out)
        return _mend(record, store, [], progress)


def _mend(record: Record, store: Path, lost: list[Lost], progress: Progress) -> list[Check]:
    repoint(store, record)
    unread = []
    with Reader() as reader:
        for root in record.roots():
            try:
                readable_root(root.path)
            except RootError as error:  # what it held stays as it is
                unread.append(str(error))
                continue
            _read_root(record, reader, root, store, False, progress)
    gone = [f"“{one.title}” ({one.path}{one.place})" for one in lost if not record.has(one)]
    _bring_up_to_date(store, record, time.monotonic(), True, "", progress)
    failed = [Check("roots read again", False, "; ".join(unread))] if unread else []
    return failed + ([Check("articles read again", False, f"lost: {', '.join(gone)}")] if gone else [])


def tidy(store: Path) -> None:
    """Erase what a build could not, because an older generation was read that is gone now; a running build does it itself."""
    with suppress(ClippingsError, OSError), _writing(store, _TIDYING) as record:
        number = current(store)
        if number and remove_others(store, number):
            record.purge(number)


@contextmanager
def _writing(store: Path, doing: str = "") -> Iterator[Record]:
    """The record, for the one process that may write; raises StoreLocked."""
    store.mkdir(parents=True, exist_ok=True)
    with (store / "lock").open("a+", encoding="utf-8") as lock:
        _lock(lock, store, wait=not doing)
        lock.seek(0)
        lock.truncate()
        lock.write(f"process {os.getpid()} ({doing or time.strftime('since %H:%M:%S')})")
        lock.flush()
        record = Record(store / "record.sqlite")
        try:
            yield record
        finally:
            record.close()


def _lock(lock: TextIO, store: Path, wait: bool) -> None:
    """Take the lock at once, or, where its holder only tidies up, in a moment; raises StoreLocked."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip() or "another process"
        if not (wait and _TIDYING in holder):
            raise StoreLocked(f"The store {store} is being written by {holder}; try again when it is done.") from None
        fcntl.flock(lock, fcntl.LOCK_EX)


def readable_root(path: str | Path) -> Path:
    """The absolute path of a root that can be read; raises RootError before anything is removed."""
    found = Path(path).expanduser().resolve()
    try:
        str(found).encode()
    except UnicodeEncodeError:
        raise RootError(f"The path {str(found)!a} is not UTF-8; rename what is not.") from None
    try:
        if found.is_dir():
            next(os.scandir(found), None)
        else:
            found.open("rb").close()
    except FileNotFoundError:
        raise RootError(
            f"{path} is missing; nothing was removed. Bring it back or name another; "
            f"if its articles are in the store and should go: clippings forget {path}"
        ) from None
    except OSError as error:
        raise RootError(f"{path} can't be read ({error.strerror}); nothing was removed.") from error
    return found


# Reading


def _read_root(record: Record, reader: Reader, root: Root, store: Path, rebuild: bool, progress: Progress) -> None:
    """Read what is new or changed under a root, and forget what vanished."""
    before = record.stamps(root)
    alone = not root.path.is_dir()
    left_out = record.left_out_of(root)
    found, closed = _files(root.path, store, left_out)
    for number, (relative, path) in enumerate(sorted(found.items())):
        progress("reading", number, len(found))
        stamp = _stamp(path)
        if rebuild or stamp is None or before.get(relative) != stamp:
            _read_file(record, reader, root, relative, path, stamp, left_out.get(relative, set()))
    progress("reading", len(found), len(found))
    readable_root(root.path)  # a root that went while it was read, a share unmounted, has not lost its files
    if alone != (not root.path.is_dir()):
        raise RootError(f"{root.path} changed while it was read; nothing was removed. Run the command again.")
    for relative in _gone(before, found, closed):
        record.remove_file(root, relative)
    for folder, reason in closed.items():
        record.save_file(root, folder, None, [], [reason], keep=True)


def stale(record: Record, root: Root, store: Path) -> dict[str, str | None]:
    """The files of a root that a build would read or remove, by relative path, with their stamps; raises RootError."""
    before = record.stamps(root)
    found, closed = _files(root.path, store, record.left_out_of(root))
    now = {relative: _stamp(path) for relative, path in found.items()}
    readable_root(root.path)
    changed = {relative: stamp for relative, stamp in now.items() if stamp is None or before.get(relative) != stamp}
    return changed | dict.fromkeys(_gone(before, found, closed))


def _gone(before: Iterable[str], found: Container[str], closed: Iterable[str]) -> list[str]:
    """The files that vanished; of those in folders that can't be read nobody knows."""
    return [path for path in before if path not in found and not any(path.startswith(folder) for folder in closed)]


def _files(root: Path, store: Path, left_out: Mapping[str, Container[str]]) -> tuple[dict[str, Path], dict[str, str]]:
    """The files of our kinds under a root, by relative path; and the folders in it that can't be read, with why."""
    if not root.is_dir():
        relative = _relative(root, root.parent)
        return {relative: root} if "" not in left_out.get(relative, ()) else {}, {}
    found: dict[str, Path] = {}
    closed: dict[str, str] = {}

    def note(error: OSError) -> None:
        if Path(error.filename) == root:
            raise RootError(f"{root} can't be read ({error.strerror}); nothing was removed.") from error
        closed[_relative(Path(error.filename), root) + "/"] = f"the folder can't be read ({error.strerror})"

    inside = store.resolve()
    for folder, folders, names in os.walk(root, onerror=note):
        ours = (inside, inside / "generations")  # of which the latter counts where the store is itself a root
        folders[:] = [name for name in folders if not name.startswith(".") and Path(folder, name) not in ours]
        for path in (Path(folder, name) for name in names):
            if readers.readable(path):
                found[_relative(path, root)] = path
    return {relative: path for relative, path in found.items() if "" not in left_out.get(relative, ())}, closed


def _relative(path: Path, root: Path) -> str:
    """A path under its root as it can be stored: Linux takes file names of any bytes, the record takes text."""
    return path.relative_to(root).as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _stamp(path: Path) -> str | None:
    """What changes whenever a file does: size, both times, inode; and the reader's version."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return f"{readers.READER_VERSION}:{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ctime_ns}:{stat.st_ino}"


def _read_file(
    record: Record, reader: Reader, root: Root, relative: str, path: Path, stamp: str | None, left_out: set[str]
) -> None:
    places: dict[str, str] = {}
    reasons: list[str] = []
    whole = True
    waiting: list[Reading] = []
    try:
        for one in reader.read(path):
            if isinstance(one, Unreadable):
                reasons.append(str(one))
                continue
            if one.place in left_out:
                continue
            if one.place in places:
                if places[one.place] != content_key(one):
                    reasons.append(f"{one.place.removeprefix('#')}: another record has the same id; the first is kept")
                continue
            places[one.place] = content_key(one)
            waiting.append(one)
            if len(waiting) >= _CONTENTS:
                record.save_contents(waiting)
                waiting = []
    except Unreadable as error:
        whole = False
        reasons.append(str(error))
    except OSError as error:
        whole, stamp = False, None
        reasons.append(f"it can't be opened ({error.strerror or error})")
    record.save_contents(waiting)
    if _stamp(path) != stamp:  # it changed while it was read: the next build reads it again
        stamp = None
    record.save_file(root, relative, stamp, list(places.items()), reasons, keep=not whole)


# From the record to a published generation


def _bring_up_to_date(
    store: Path, record: Record, started: float, whole: bool, embedding_model: str, progress: Progress
) -> Report:
    number = current(store)
    with Prover(store) as prover:
        if number and record.changed and not whole:  # else what is there may be cut anew
            prover.read_ahead(number)
        previous = _previous(store, number, record.changed)
        record.discard_after(number)
        model = embedder.find(
            embedding_model or (previous.model if previous else record.noted("model")), fetch=bool(embedding_model)
        )
        cut = f"{SPLITTER_VERSION}:{model.digest}"

        located, duplicates = record.located()
        if not located and number == 0:
            unreadable = "".join(f" {path}: {reason}." for path, reason in record.unreadable()[:3])
            raise NoArticles(
                f"No articles were found.{unreadable} Read are files named {', '.join(readers.SUFFIXES)}; put some there, or name another folder."
            )
        live, now = record.live(number), {one.id: one for one in located}
        added = [id for id in now if id not in live]
        removed = [id for id in live if id not in now]
        differing = [id for id in now if id in live and live[id] != now[id]]
        changed = sum(live[id].content != now[id].content for id in differing)

        if (
            added
            or removed
            or differing
            or whole
            or previous is None
            or previous.cut != cut
            or previous.copies != COPIES_VERSION
            or previous.words != WORDS_VERSION
        ):
            next_number = number + 1
            record.prepare(next_number, [*removed, *differing], [now[id] for id in [*added, *differing]])
            kept = previous is not None and previous.cut == cut and not whole  # what it held was cut and embedded then
            _cut_and_embed(record, cut, model, next_number, number if kept else 0, progress)
            draft = Manifest(
                next_number, model.name, model.digest, cut, len(now), passages=0, dead=0, exact=False, unreached=(), files={}, copies=COPIES_VERSION,
                words=WORDS_VERSION,
            )  # fmt: skip
            try:
                made = make_and_verify(store, record, draft, None if whole else previous, prover, progress)
            except BaseException:
                with suppress(OSError):  # on a full disk the generation before needs the room, merely to be opened
                    erase(folder_of(store, next_number))
                raise
            record.note("model", model.name)
            if previous and previous.cut != cut:
                record.note("former cut", previous.cut)
            publish(store, record, next_number)
        else:
            made = previous
    if remove_others(store, made.generation):
        # Who tries another model may come back, to what is kept here; a former splitter never does.
        former = record.noted("former cut")
        kept_cuts = [made.cut, former] if former.startswith(f"{SPLITTER_VERSION}:") else [made.cut]
        record.purge(made.generation, kept_cuts)
    return Report(
        generation=made.generation,
        articles=made.articles,
        passages=made.passages,
        added=len(added),
        changed=changed,
        kept=len(now) - len(added) - changed,
        removed=len(removed),
        duplicates=duplicates,
        unreadable=tuple((str(path), reason) for path, reason in record.unreadable()),
        seconds=time.monotonic() - started,
    )


def _previous(store: Path, number: int, changed: bool) -> Manifest | None:
    """The current generation's manifest, or None when there is none that could go on.

    Where nothing `changed`, nothing will be written into Chroma, whose rows are compared: it takes longer to import.
    """
    if number == 0:
        return None
    try:
        with closing(Generation(store, number, whole=changed)) as generation:
            return generation.manifest if changed or generation.rows_as_written() else None
    except (StoreDamaged, FileNotFoundError):
        return None


def embedded_text(title: str, window: str) -> str:
    """What a passage's vector is made of: its article's title, as far as there is room, and its words."""
    return f"{title}\n{window}"


def _cut_and_embed(
    record: Record, cut: str, model: ModelFiles, generation: int, since: int, progress: Progress
) -> None:
    """Cut and embed the articles of a generation that came after another one, `since`."""
    uncut = record.uncut(cut, generation, since)
    loaded: Embedder | None = None
    if uncut:
        progress("cutting", 0, len(uncut))
        loaded = embedder.load(model)
        for first in range(0, len(uncut), _CONTENTS):
            rows = []
            for content in uncut[first : first + _CONTENTS]:
                title, text = record.titled_text(content)
                short = loaded.shorten(title)
                for passage in passages(text, loaded.count, loaded.passage_limit):
                    window = text[passage.window_start : passage.window_end]
                    rows.append((content, passage, vector_key(model.digest, embedded_text(short, window))))
            record.save_passages(cut, rows)
            progress("cutting", min(first + _CONTENTS, len(uncut)), len(uncut))
    missing = record.unembedded(cut, generation, since)
    if not missing:
        return
    loaded = loaded or embedder.load(model)
    missing.sort(key=lambda row: row[2] - row[1], reverse=True)  # like lengths together: little is padded
    for first in range(0, len(missing), _VECTORS):
        progress("embedding", first, len(missing))
        some = missing[first : first + _VECTORS]
        texts = []
        for content, start, end, _ in some:
            title, text = record.titled_text(content)
            texts.append(embedded_text(loaded.shorten(title), text[start:end]))
        record.save_vectors([key for *_, key in some], loaded.embed(texts))
    progress("embedding", len(missing), len(missing))
