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
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)(?:\r?\n)?^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"\A\s*#[ \t]+(\S[^\n]*?)[ \t]*#*[ \t]*(?:\r?\n|\Z)")


def declared_encoding(head: bytes) -> str | None:
    """The encoding that a byte order mark declares."""
    return next((name for mark, name in _MARKS if head.startswith(mark)), None)


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
            raise Unreadable(f"not the {declared.removesuffix('-sig').upper()} that its first bytes declare") from error
    best = from_bytes(data).best()
    if best is None:
        raise Unreadable("not text in any known encoding")
    return str(best)


def read(file: BinaryIO) -> Iterator[Reading]:
    """The one article of a text file."""
    fields, body = _split(_whole(file))
    yield reading(fields, body)


def read_markdown(file: BinaryIO) -> Iterator[Reading]:
    """The one article of a Markdown file; without a title in front matter, a first heading is the title."""
    fields, body = _split(_whole(file))
    heading = _HEADING.match(body)
    if heading and not fields.get("title"):
        fields, body = {**fields, "title": heading[1]}, body[heading.end() :]
    yield reading(fields, body)


def _whole(file: BinaryIO) -> str:
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Unreadable(f"larger than {LARGEST // 1024 // 1024} MB, the most for one article")
    return decode(data)


def _split(text: str) -> tuple[dict[str, Any], str]:
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, text
    try:
        fields = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date such as 2025-02-30
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        raise Unreadable(
            f"its front matter is not YAML{where}; mend it, or remove the lines of three hyphens"
        ) from error
    if not isinstance(fields, dict):
        return {}, text  # two rules around prose
    return {str(name).lower(): value for name, value in fields.items()}, text[match.end() :]
