"""JSON: a record, an array of records, or a record a line; read one record at a time."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

import ijson
from ijson.common import ObjectBuilder

from index.errors import Unreadable
from index.readers.fields import Reading, reading, text_of
from index.readers.text import LARGEST, declared_encoding, decode, mark_broken

_DEEPEST = 100  # levels inside a record
_END = object()  # not None: an array may hold a null


def read_lines(file: BinaryIO) -> Iterator[Reading | Unreadable]:
    """The articles of a file with one JSON record a line; a bad line costs that line."""
    file = _as_utf8(file)
    number = 0
    while line := file.readline(LARGEST + 1):
        number += 1
        if len(line) > LARGEST:
            yield Unreadable(f"line {number}: longer than {LARGEST // 1024 // 1024} MB, the most for one article")
            while line and not line.endswith(b"\n"):
                line = file.readline(LARGEST)
            continue
        if not line.strip():
            continue
        try:
            yield _record(json.loads(decode(line)))
        except json.JSONDecodeError as error:
            yield Unreadable(f"line {number}: not JSON ({error.msg} at character {error.colno})")
        except ValueError as error:  # a number of thousands of digits
            yield Unreadable(f"line {number}: not read ({error})")
        except RecursionError:
            yield Unreadable(f"line {number}: nested too deeply")
        except Unreadable as error:
            yield Unreadable(f"line {number}: {error}")


def read_json(file: BinaryIO) -> Iterator[Reading | Unreadable]:
    """The articles of a JSON file: the records of an array, or the records that follow each other."""
    file = _as_utf8(file)
    head = file.read(1)
    while head and head in b" \t\r\n":
        head = file.read(1)
    if head not in (b"[", b"{"):
        raise Unreadable(
            "not JSON: expected a record in {…} or an array of them in […]" if head else "the file is empty"
        )
    found = _values(_Prefixed(head, file), inside_array=head == b"[")
    number = 0
    while True:
        number += 1
        try:
            record = next(found, _END)
        except ijson.JSONError as error:
            what = " ".join(str(error).split("\n")[0].split())  # and then the bytes around it, with an arrow
            raise Unreadable(f"not JSON from record {number} on ({what[:120]})") from error
        except UnicodeDecodeError as error:
            raise Unreadable(f"not UTF-8 from record {number} on") from error
        except RecursionError as error:
            raise Unreadable(f"not read from record {number} on: nested too deeply") from error
        if record is _END:
            return
        try:
            yield _record(record)
        except Unreadable as error:
            yield Unreadable(f"record {number}: {error}")


def _values(file: _Prefixed, inside_array: bool) -> Iterator[Any]:
    """The values in the outermost array, or those that follow each other; raises RecursionError on a bottomless one.

    ijson.items does the same, but holds the path to every level: 200 KB of brackets take 25 GB.
    """
    events = ijson.basic_parse(file, use_float=True, multiple_values=not inside_array)
    if inside_array:
        next(events)
    depth, value = 0, ObjectBuilder()
    for event, part in events:
        if depth == 0 and event == "end_array":
            continue
        value.event(event, part)
        depth += (event in ("start_map", "start_array")) - (event in ("end_map", "end_array"))
        if depth > _DEEPEST:
            raise RecursionError
        if depth == 0:
            yield value.value
            value = ObjectBuilder()


def _record(record: Any) -> Reading:
    if not isinstance(record, dict):
        raise Unreadable("not a record: expected {…} with a field “text” or “body”")
    text = text_of(record)
    if len(text) > LARGEST:
        raise Unreadable(f"larger than {LARGEST // 1024 // 1024} MB, the most for one article")
    name = record.get("id")
    if not isinstance(name, str | int) or isinstance(name, bool) or name == "":
        name = hashlib.sha256(json.dumps(record, sort_keys=True, default=str).encode()).hexdigest()[:16]
    # Half a character, which JSON can escape, can't be stored.
    return reading(record, text, place="#" + str(name).encode("utf-8", "backslashreplace").decode())


class _Prefixed:
    """A file whose first byte was read already."""

    def __init__(self, head: bytes, file: BinaryIO) -> None:
        self._head, self._file = head, file

    def read(self, size: int = -1) -> bytes:
        if size == 0:  # ijson asks for nothing first, to learn whether it gets bytes
            return b""
        head, self._head = self._head, b""
        return head + self._file.read(size - len(head) if size > 0 else size)


def _as_utf8(file: BinaryIO) -> BinaryIO:
    """The same file as UTF-8 when its first bytes declare another encoding, else untouched."""
    encoding = declared_encoding(file.read(4))
    file.seek(0)
    if encoding is None:
        return file
    return cast(BinaryIO, _Recoded(file, encoding))


class _Recoded:
    """A file of another encoding, read as UTF-8; only a line feed ends a line, as in a file of bytes."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = io.TextIOWrapper(file, encoding, newline="\n")
        self._encoding = encoding

    def read(self, size: int = -1) -> bytes:
        return self._encoded(self._file.read, size)

    def readline(self, size: int = -1) -> bytes:
        return self._encoded(self._file.readline, size)

    def _encoded(self, read: Callable[[int], str], size: int) -> bytes:
        try:
            return read(size).encode()
        except UnicodeDecodeError as error:
            raise mark_broken(self._encoding) from error
