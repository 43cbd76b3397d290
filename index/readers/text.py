"""Plain text and Markdown, with or without front matter."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import yaml
from charset_normalizer import from_bytes

from index.errors import Unreadable
from index.readers.fields import Reading, reading

LARGEST = 50 * 1024 * 1024  # bytes of one article

# Longest first: the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What texts without a mark are in, when not in UTF-8; among all encodings there are, a stranger always fits better.
_ENCODINGS = ["cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "iso8859_2", "koi8_r"]
_ENCODINGS += ["gb18030", "big5", "cp932", "euc_jp", "cp949"]
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n?^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"\A\s*#[ \t]+(\S[^\n]*)(?:\n|\Z)")


def declared_encoding(head: bytes) -> str | None:
    """The encoding that a byte order mark declares."""
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


def mark_broken(declared: str) -> Unreadable:
    """Why text can't be read that is not in the encoding that its mark declares."""
    return Unreadable(
        f"not, or not to its end, the {declared.removesuffix('-sig').upper()} that its first bytes declare"
    )


def decode(data: bytes) -> str:
    """Bytes as text: by their byte order mark, as UTF-8, else as charset-normalizer finds; raises Unreadable."""
    declared = declared_encoding(data)
    try:
        if declared is not None:
            return data.decode(declared)
        if b"\0" in data:
            raise Unreadable("not text: it holds binary data")
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if declared is not None:
            raise mark_broken(declared) from error
    found = from_bytes(data, cp_isolation=_ENCODINGS)
    best = found.best()
    if best is None:
        raise Unreadable("not text in any known encoding")
    # Encodings that fit alike come in the order of the alphabet, which made “ŕ” of every French “à”: the most common
    # one is taken instead, but not for texts with letters that are at home in the other's languages.
    for one in found:
        alike = one.chaos <= best.chaos and one.coherence >= best.coherence
        if one.encoding == "cp1252" and alike and not re.search("[ŠšŽž]", str(one)):
            return str(one)
    return str(best)


def read(file: BinaryIO) -> Iterator[Reading]:
    """The one article of a text file."""
    fields, body = _split(_lines(file))
    yield reading(fields, body)


def read_markdown(file: BinaryIO) -> Iterator[Reading]:
    """The one article of a Markdown file; without a title in front matter, a first heading is the title."""
    fields, body = _split(_lines(file))
    heading = _HEADING.match(body)
    if heading and not fields.get("title"):
        title = re.sub(r"(^|[ \t])#+$", "", heading[1].rstrip())  # of "# Title ##", but not of "# About C#"
        fields, body = {**fields, "title": title}, body[heading.end() :]
    yield reading(fields, body)


def whole(file: BinaryIO) -> bytes:
    """All of a file that is one article; raises Unreadable when that is too much."""
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Unreadable(f"larger than {LARGEST // 1024 // 1024} MB, the most for one article")
    return data


def _lines(file: BinaryIO) -> str:
    return decode(whole(file)).replace("\r\n", "\n").replace("\r", "\n")


def _split(text: str) -> tuple[dict[str, Any], str]:
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, text
    try:
        fields = yaml.safe_load(match[1])
    except Exception as error:  # YAMLError, and whatever its makers of values raise: on 2025-02-30, on !!int ''
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        raise Unreadable(
            f"its front matter is not YAML{where}; mend it, or remove the lines of three hyphens"
        ) from error
    if not isinstance(fields, dict):
        return {}, text  # two rules around prose
    return {str(name).lower(): value for name, value in fields.items()}, text[match.end() :]
