"""Files to readings: one module a kind, and the table of suffixes that chooses it."""

from __future__ import annotations

import gzip
import importlib
import stat
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from index.errors import Unreadable
from index.readers.fields import Reading

READER_VERSION = 2  # rises when the same file would be read otherwise

Read = Callable[[BinaryIO], Iterator[Reading | Unreadable]]

# The module and function that read a kind; imported when the first file of that kind is met.
_KINDS = {
    ".txt": "text.read",
    ".text": "text.read",
    ".md": "text.read_markdown",
    ".markdown": "text.read_markdown",
    ".html": "html.read",
    ".htm": "html.read",
    ".xhtml": "html.read",
    ".pdf": "pdf.read",
    ".docx": "docx.read",
    ".epub": "epub.read",
    ".eml": "mail.read",
    ".json": "records.read_json",
    ".jsonl": "records.read_lines",
    ".ndjson": "records.read_lines",
}
SUFFIXES = tuple(_KINDS) + tuple(kind + ".gz" for kind in _KINDS)


def readable(path: Path) -> bool:
    """Whether a file's name says that it is of a kind we read."""
    return not path.name.startswith(".") and path.name.lower().endswith(SUFFIXES)


def read(path: Path) -> Iterator[Reading | Unreadable]:
    """The articles of a file, one by one, and in their place the records that can't be read.

    Raises Unreadable when the file as a whole can't be read (any further), OSError when it can't be opened.
    """
    name = path.name.lower()
    packed = name.endswith(".gz")
    kind = Path(name.removesuffix(".gz")).suffix
    if kind not in _KINDS:
        raise Unreadable(f"this kind of file is not read; read are {', '.join(_KINDS)}, each also .gz")
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("not a file that holds something, but a pipe, a device or a folder")
    if status.st_size == 0:
        raise Unreadable("the file is empty")
    module, _, function = _KINDS[kind].rpartition(".")
    read_kind: Read = getattr(importlib.import_module(f"index.readers.{module}"), function)
    with path.open("rb") as plain, gzip.open(plain) if packed else plain as file:
        try:
            yield from read_kind(file)  # type: ignore[arg-type]
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise Unreadable(f"not a whole gzip file ({error})") from error
