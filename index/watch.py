"""Watching: whenever something changes under the roots, and has come to rest, a build is asked for.

What the operating system tells of files is only a reason to look. What has changed is found by comparing the roots
with the record, so that nothing is lost where it tells too little (shares, links, its limits) or too late.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import watchfiles

from index.build import readable_root, stale
from index.errors import ClippingsError, NoStore, RootError, StoreError, StoreLocked
from index.readers import readable
from index.record import Record, Root

Build = Callable[[Sequence[Path]], None]  # brings these roots up to date, or sees to it that somebody does
Tell = Callable[[str], None]  # shows a line to a person

_QUIET = 0.7  # seconds in which nothing may change any more; a browser or an editor pauses less while it saves
_LONGEST = 15.0  # seconds, at most, that a build waits for files to be quiet: some are never
_LOOK = 2.0  # seconds between two looks at which roots there are
_SCAN = 60.0  # seconds between two comparisons where nothing was heard; shares tell nothing
_SCAN_DEAF = 5.0  # the same where the system can't tell
_SHARE = 20  # times as long as a comparison takes, at least, until the next one without a reason
_STEP = 0.2  # seconds in which a stop is noticed

_Changes = dict[tuple[Path, str], str | None]


def watch(store: str | Path, build: Build, stop: threading.Event, tell: Tell) -> None:
    """Ask for a build of all roots, then of those that change, until `stop` is set.

    `build` gets roots that can be read now; what it raises of ours is told, and tried again. One that only queues the
    build may return at once: the same change is not asked for twice. Raises NoStore.
    """
    store = Path(store)
    if not (store / "record.sqlite").exists() and not (store / "uploads").is_dir():
        raise NoStore(f"There is no store in {store} yet; name what to index: clippings index FOLDER")
    watcher = _Watcher(store, build, stop, tell)
    try:
        watcher.run()
    finally:
        watcher.listen_to([])


@dataclass(frozen=True, slots=True)
class _Present:
    """A root that can be read, and which folder or file it is: another one may take its place."""

    root: Root
    device: int
    inode: int


class _Watcher:
    def __init__(self, store: Path, build: Build, stop: threading.Event, tell: Tell) -> None:
        self._store, self._build, self._stop, self._tell = store, build, stop, tell
        self._woken = threading.Event()
        self._listening: list[_Present] = []
        self._listeners: list[_Listener] = []
        self._away: set[Path] = set()
        self._devices: dict[Path, int] = {}  # of roots that were seen with something in them
        self._asked: _Changes = {}  # what the last build was asked for; what it left is no reason for another
        self._owed = True  # a build of all roots, whatever changed: at first, and after one that failed
        self._told = ""
        self._told_deaf = False
        self._scan_at = 0.0

    def run(self) -> None:
        while not self._stop.is_set():
            try:
                self._look()
            except NoStore:
                raise
            except StoreError as error:
                self._tell_once(str(error))
            until = time.monotonic() + _LOOK
            while not self._stop.is_set() and time.monotonic() < until and not self._woken.wait(_STEP):
                pass

    def _look(self) -> None:
        """See to it that all roots are listened to, and that what was heard of is built."""
        present = self._present()
        if self.listen_to(present) or self._woken.is_set():
            self._scan_at = 0.0
        while time.monotonic() >= self._scan_at and not self._stop.is_set():
            self._woken.clear()
            changes = self._settled(present)
            changed = {root for root, _ in changes}
            due = [one.root.path for one in present if self._owed or one.root.path in changed]
            if not due or self._stop.is_set():
                return
            if self._ask(due, changes) and self._woken.is_set():
                self._scan_at = 0.0  # something changed while it was built

    # Roots

    def _present(self) -> list[_Present]:
        """The roots that can be read now; of the others is told when they go and when they are back."""
        present, away = [], set()
        for root, known in self._roots():
            try:
                found = self._found(root, known)
            except (RootError, OSError) as error:
                away.add(root.path)
                if root.path not in self._away:
                    self._tell(str(error))
            else:
                present.append(found)
                if root.path in self._away:
                    self._tell(f"{root.path} is back.")
        self._away = away
        return present

    def _roots(self) -> list[tuple[Root, bool]]:
        """Every root with whether files of it are known; uploads are one before the first build that has them."""
        if not self._store.is_dir():
            raise NoStore(f"There is no store in {self._store} any more.")
        with closing(Record(self._store / "record.sqlite")) as record:
            roots = [(root, record.knows_files(root)) for root in record.roots()]
        uploads = (self._store / "uploads").resolve()
        if uploads.is_dir() and uploads not in [root.path for root, _ in roots]:
            roots.append((Root(0, uploads), False))
        return roots

    def _found(self, root: Root, known: bool) -> _Present:
        path = readable_root(root.path)
        stat = path.stat()
        if path.is_dir():
            if any(path.iterdir()):
                self._devices[path] = stat.st_dev
            elif known and self._devices.get(path) != stat.st_dev:  # what a share leaves that is not mounted
                raise RootError(
                    f"{path} is empty; nothing was removed. If its articles should go: clippings index {path}"
                )
        return _Present(root, stat.st_dev, stat.st_ino)

    def listen_to(self, present: list[_Present]) -> bool:
        """Listen to these roots from now on; False when it was done already."""
        broken = any(listener.broken for listener in self._listeners)
        if present == self._listening and not broken:
            return False
        for listener in self._listeners:
            listener.stop()
        self._listening = present
        folders = [one.root.path for one in present if one.root.path.is_dir()]
        files = [one.root.path for one in present if one.root.path not in folders]
        # An editor puts another file in a file's place: only its folder can tell.
        around = sorted({path.parent for path in files})
        store = self._store.resolve()
        self._listeners = [
            _Listener(paths, deep, lambda path: _matters(path, folders, files, store), self._woken)
            for paths, deep in ((folders, True), (around, False))
            if paths
        ]
        return True

    # Changes

    def _settled(self, present: list[_Present]) -> _Changes:
        """What has changed since a build was last asked for, as soon as it stays the same for a moment."""
        latest = time.monotonic() + _LONGEST
        changes = self._changes(present)
        while changes.items() - self._asked.items() and not self._stop.wait(_QUIET):
            before, changes = changes, self._changes(present)
            if changes == before or time.monotonic() > latest:
                return changes
        return {}

    def _changes(self, present: list[_Present]) -> _Changes:
        began = time.monotonic()
        changes: _Changes = {}
        with closing(Record(self._store / "record.sqlite")) as record:
            for one in present:
                try:
                    found = stale(record, one.root, self._store)
                except (RootError, OSError):  # it went just now: the next look tells
                    continue
                changes.update({(one.root.path, path): stamp for path, stamp in found.items()})
        ended = time.monotonic()
        deaf = any(listener.deaf for listener in self._listeners)
        self._scan_at = ended + max(_SCAN_DEAF if deaf else _SCAN, _SHARE * (ended - began))
        if deaf and not self._told_deaf:
            self._told_deaf = True
            self._tell(
                "The system can't tell of changes in so many folders: looking for them every few seconds instead."
            )
        return changes

    def _ask(self, due: list[Path], changes: _Changes) -> bool:
        """Ask for a build; False when it could not be made now."""
        try:
            self._build(due)
        except StoreLocked as error:
            self._tell_once(f"Waiting: {error}")
            self._scan_at = time.monotonic() + _LOOK
        except (ClippingsError, OSError) as error:
            self._tell_once(str(error))
            self._owed = True
        else:
            self._asked, self._owed, self._told = changes, False, ""
            return True
        return False

    def _tell_once(self, line: str) -> None:
        if line != self._told:
            self._told = line
            self._tell(line)


class _Listener:
    """Sets an event when something that matters may have changed at these paths, and when it begins to hear."""

    def __init__(
        self, paths: Sequence[Path], deep: bool, matters: Callable[[Path], bool], woken: threading.Event
    ) -> None:
        self.deaf = False  # the system can't tell: too many folders, or a kind of file system
        self.broken = False  # a folder that was listened to is not there any more
        self._paths, self._deep, self._matters, self._woken = paths, deep, matters, woken
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="listener", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _listen(self) -> None:
        hearing = False
        try:
            for changes in watchfiles.watch(
                *self._paths,
                watch_filter=lambda _, path: self._matters(Path(path)),
                recursive=self._deep,
                stop_event=self._stop,
                debounce=400,
                rust_timeout=200,
                yield_on_timeout=True,
                raise_interrupt=False,
                ignore_permission_denied=True,
            ):
                self.broken |= any(Path(path) in self._paths and not Path(path).exists() for _, path in changes)
                if changes or not hearing:
                    self._woken.set()
                hearing = True
        except FileNotFoundError:  # it went before it could be listened to
            self.broken = True
        except (OSError, RuntimeError):  # the latter is what its Rust side raises
            self.deaf = True
            self._woken.set()


def _matters(path: Path, folders: Sequence[Path], files: Sequence[Path], store: Path) -> bool:
    """Whether a path that changed may be an article's: not hidden, not the store's, of a kind we read, or a folder."""
    if path in files or path in folders:
        return True
    if not any(_reaches(folder, path, store) for folder in folders):
        return False
    return readable(path) or path.is_dir() or not path.exists()  # a folder may have been here


def _reaches(folder: Path, path: Path, store: Path) -> bool:
    """Whether a root that is a folder takes in a path below it."""
    if not path.is_relative_to(folder) or path.is_relative_to(store / "generations"):
        return False
    around = folder != store and store.is_relative_to(folder)
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return not hidden and not (around and path.is_relative_to(store))
