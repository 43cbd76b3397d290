"""EPUB books: their chapters in reading order, and the facts of their package."""

from __future__ import annotations

import errno
import gzip
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import unquote

from index.article import HIDDEN_TEXT
from index.errors import Unreadable
from index.readers.fields import Reading, reading
from index.readers.html import add_style, markup, tree, visible, xml
from index.readers.text import LARGEST

_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")  # obfuscation that hides no text
_CHAPTERS = ("application/xhtml+xml", "text/html", "application/html", "text/x-oeb1-document")
_UNSET = "0101-01-01"  # what calibre writes for no date


def read(file: BinaryIO) -> Iterator[Reading]:
    """The one article of a book; raises Unreadable when it is no EPUB, is encrypted, or has no text."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield _book(_Parts(archive))
    except gzip.BadGzipFile:
        raise
    except (zipfile.BadZipFile, OSError) as error:
        # A broken archive sends zipfile to places before the file's beginning; what the system has to say is another thing.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        raise Unreadable("not an EPUB, or not to its end: it can't be unpacked") from error
    except (NotImplementedError, RuntimeError, zlib.error, EOFError, UnicodeDecodeError) as error:
        raise Unreadable(f"its files can't be unpacked ({' '.join(str(error).split())[:100]})") from error


class _Parts:
    """The files inside a book, unpacked in memory, up to a limit for all together."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = LARGEST

    def read(self, name: str) -> bytes | None:
        """What a file holds; None where there is none of that name."""
        try:
            entry = self._archive.getinfo(name)
        except KeyError:
            return None
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unreadable("it is packed in a way that books are not")
        with self._archive.open(entry) as part:
            data = part.read(self._left + 1)  # the size that the header states may be a lie
        self._left -= len(data)
        if self._left < 0:
            raise Unreadable(f"larger than {LARGEST // 1024 // 1024} MB unpacked, the most for one article")
        return data

    def xml(self, name: str) -> Any:
        """The root of a file of XML; None where there is none, or where it is no XML."""
        data = self.read(name)
        return xml(markup(data)) if data is not None else None


def _book(parts: _Parts) -> Reading:
    if parts.read("META-INF/rights.xml") is not None or _encrypted(parts.xml("META-INF/encryption.xml")):
        raise Unreadable("it is encrypted (DRM): only its seller's program can open it")
    container = parts.xml("META-INF/container.xml")
    rootfile = _first(container, "rootfile")
    place = unquote(rootfile.get("full-path") or "") if rootfile is not None else ""
    package = parts.xml(place) if place else None
    if package is None:
        raise Unreadable("not an EPUB: it does not say where its chapters are")
    chapters, left_out = [], False
    sheets: dict[str, str] = {}
    for name in _spine(package, posixpath.dirname(place)):
        data = parts.read(name)
        if data is None or not data.strip():
            continue
        chapter = tree(markup(data))
        for sheet in _sheets(chapter, posixpath.dirname(name)):
            if sheet not in sheets:
                sheets[sheet] = markup(parts.read(sheet) or b"")
            add_style(chapter, sheets[sheet])
        text, hidden = visible(chapter)
        chapters.append(text)
        left_out = left_out or hidden
    text = "\n\n".join(chapter for chapter in chapters if chapter)
    return reading(_facts(package), text, marks=[HIDDEN_TEXT] if left_out else [])


def _encrypted(encryption: Any) -> bool:
    """Whether more than fonts is encrypted."""
    methods = _all(encryption, "EncryptionMethod")
    return any(method.get("Algorithm") not in _FONTS for method in methods)


def _spine(package: Any, folder: str) -> Iterator[str]:
    """The names of the chapters' files in reading order, each once."""
    items = {item.get("id"): item for item in _all(package, "item")}
    seen = set()
    for reference in _all(package, "itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _CHAPTERS or "nav" in (item.get("properties") or "").split():
            continue
        name = _name(folder, item)
        if name not in seen:
            seen.add(name)
            yield name


def _sheets(chapter: Any, folder: str) -> list[str]:
    """The names of the style sheets that a chapter is shown with."""
    return [_name(folder, link) for link in chapter.iter("link") if (link.get("rel") or "").lower() == "stylesheet"]


def _name(folder: str, reference: Any) -> str:
    """The name of the file that something in a file of this folder refers to."""
    return posixpath.normpath(posixpath.join(folder, unquote((reference.get("href") or "").partition("#")[0])))


def _facts(package: Any) -> dict[str, Any]:
    """Title, authors, publisher and publication date, as the package states them."""
    refined = {
        (meta.get("refines") or "").removeprefix("#"): (meta.text or "").strip()
        for meta in _all(package, "meta")
        if meta.get("property") == "role"
    }
    authors = [
        _text(one)
        for one in _all(package, "creator")
        if (_own(one, "role") or refined.get(one.get("id"), "aut")) == "aut"
    ]
    dates = _all(package, "date")
    published = [one for one in dates if _own(one, "event") in ("publication", "original-publication", "issued")]
    published = published or [one for one in dates if _own(one, "event") is None]
    days = {day for one in published if not (day := _text(one)).startswith(_UNSET)}
    return {
        "title": next((text for one in _all(package, "title") if (text := _text(one))), None),
        "authors": [name for name in authors if name not in ("", "Unknown")],  # what makers of books fill in
        "publisher": next((text for one in _all(package, "publisher") if (text := _text(one))), None),
        "date": days.pop() if len(days) == 1 else None,
    }


def _all(root: Any, name: str) -> list[Any]:
    return list(root.iter("{*}" + name)) if root is not None else []


def _first(root: Any, name: str) -> Any:
    return next(iter(_all(root, name)), None)


def _own(element: Any, name: str) -> str | None:
    """An attribute, with or without the namespace that older books put it in."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), None)


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
