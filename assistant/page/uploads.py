"""Files that come from the browser: each is taken whole, under a harmless name, or not at all."""

from __future__ import annotations

import contextlib
import filecmp
import os
import re
import tempfile
import threading
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import anyio.to_thread

from assistant.page.guard import FILE_LIMIT
from index.readers import SUFFIXES

FILES_AT_A_TIME = 200
BYTES_AT_A_TIME = 1_000_000_000
FILES_IN_ALL = 10_000  # of a user who does not own the library, and as many bytes as may come at a time
_LONGEST = 180  # bytes of a name; file systems take 255, and a number may follow
_PARTIAL = ".partial-"
_TOO_MANY = f"At most {FILES_AT_A_TIME} files and 1 GB are taken at a time; bring the library up to date first."
_FULL = f"You have added {FILES_IN_ALL:,} files or 1 GB, which is all that is taken; remove some first."
_SPACE = re.compile(r"\s+")


class Refused(Exception):
    """A file that is not taken; its text says why, and `status` how HTTP calls that."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file: its name here, and whether its bytes were here already."""

    name: str
    how: Literal["added", "there"]


def harmless(name: str) -> str:
    """The last part of a name as one that hides nothing and leads nowhere; raises Refused when no name of ours is left."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(" " if letter.isspace() else letter for letter in name if not _hidden(letter))
    shown = _SPACE.sub(" ", shown).lstrip(". ").rstrip(". ")
    folded = shown.lower()
    suffix = max((suffix for suffix in SUFFIXES if folded.endswith(suffix)), key=len, default="")
    stem = shown[: len(shown) - len(suffix)].rstrip(". ")
    if not suffix or not stem:
        kinds = ", ".join(suffix for suffix in SUFFIXES if not suffix.endswith(".gz"))
        raise Refused(415, f"This kind of file is not read; read are {kinds}, each also .gz.")
    kept = stem.encode()[: _LONGEST - len(suffix)].decode(errors="ignore").rstrip(". ")
    return f"{kept}{shown[len(shown) - len(suffix) :]}"


def _hidden(letter: str) -> bool:
    # Controls, format characters (which reverse or conceal what stands beside them), half characters, private ones.
    return unicodedata.category(letter).startswith("C") and not letter.isspace()


class Uploads:
    """A folder of files that were added at the page; thread-safe."""

    def __init__(self, folder: Path, bounded: bool = False) -> None:
        self.folder = folder
        self._bounded = bounded  # in what it may hold in all
        self._counting = threading.Lock()
        self._naming = threading.Lock()
        self._files = 0
        self._bytes = 0
        self._coming = 0  # bytes of files that are not whole yet
        self._number = self._held = 0  # of those that are: how many, and their bytes
        if self.folder.is_dir():
            for left in self.folder.glob(f"{_PARTIAL}*"):  # by a page that was ended in the middle
                left.unlink(missing_ok=True)

    def names(self) -> set[str]:
        """What the files are called."""
        try:
            return {
                file.name for file in os.scandir(self.folder) if file.is_file() and not file.name.startswith(_PARTIAL)
            }
        except FileNotFoundError:
            return set()

    def begin_anew(self) -> None:
        """Let as many files come again as may come at a time."""
        with self._counting:
            self._files = self._bytes = 0

    async def take(self, name: str, pieces: AsyncIterator[bytes]) -> Taken:
        """Write a file piece by piece, and give it its name once it is whole; raises Refused, OSError."""
        name = harmless(name)
        size, taken = 0, None
        if self._bounded:
            await anyio.to_thread.run_sync(self._measure)
        self._count(1, 0)
        try:
            partial = await anyio.to_thread.run_sync(self._begin)
            try:
                with partial.open("wb") as file:
                    async for piece in pieces:
                        self._count(0, len(piece))
                        size += len(piece)
                        if size > FILE_LIMIT:
                            raise Refused(413, f"This file is larger than {FILE_LIMIT // 1_000_000} MB.")
                        await anyio.to_thread.run_sync(file.write, piece)
                    if not size:
                        raise Refused(400, "This file is empty.")
                    await anyio.to_thread.run_sync(_to_disk, file)
                taken = await anyio.to_thread.run_sync(self._name, partial, name, size)
                return taken
            finally:
                partial.unlink(missing_ok=True)
        finally:
            with self._counting:
                self._coming -= size
                if taken is None:
                    self._files, self._bytes = max(0, self._files - 1), max(0, self._bytes - size)
                else:
                    self._number, self._held = self._number + 1, self._held + size

    def _count(self, files: int, size: int) -> None:
        with self._counting:
            full = self._number >= FILES_IN_ALL or self._held + self._coming + size > BYTES_AT_A_TIME
            if self._bounded and full:
                raise Refused(413, _FULL)
            if self._files + files > FILES_AT_A_TIME or self._bytes + size > BYTES_AT_A_TIME:
                raise Refused(413, _TOO_MANY)
            self._files += files
            self._bytes += size
            self._coming += size

    def _measure(self) -> None:
        """Look how much there is by now: others remove files, too."""
        with self._counting:
            self._number = self._held = 0
            for name in self.names():
                with contextlib.suppress(FileNotFoundError):
                    self._held += (self.folder / name).stat().st_size
                    self._number += 1

    def _begin(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(prefix=_PARTIAL, dir=self.folder)
        os.close(handle)
        return Path(path)

    def _name(self, partial: Path, name: str, size: int) -> Taken:
        with self._naming:
            for other in os.scandir(self.folder):
                if other.name.startswith(_PARTIAL) or not other.is_file() or other.stat().st_size != size:
                    continue
                if filecmp.cmp(partial, other.path, shallow=False):
                    return Taken(other.name, "there")
            chosen = self._free(name)
            partial.replace(self.folder / chosen)
            return Taken(chosen, "added")

    def _free(self, name: str) -> str:
        suffix = next(suffix for suffix in sorted(SUFFIXES, key=len, reverse=True) if name.lower().endswith(suffix))
        stem, end = name[: -len(suffix)], name[-len(suffix) :]
        chosen, number = name, 1
        while os.path.lexists(self.folder / chosen):
            number += 1
            chosen = f"{stem} ({number}){end}"
        return chosen


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    with contextlib.suppress(OSError):  # not every file system can
        os.fsync(file.fileno())
