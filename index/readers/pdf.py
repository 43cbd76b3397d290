"""PDF: the text that a person sees, in reading order, with the page of every word."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, BinaryIO

from lxml import etree  # type: ignore[import-untyped]
from pypdf import PasswordType, PdfReader, apply_configuration
from pypdf.errors import LimitReachedError
from pypdf.generic import DictionaryObject, StreamObject

from index.article import HIDDEN_CHARACTERS, HIDDEN_TEXT, normalise
from index.errors import Unreadable
from index.readers.documents import bare, same_words, stated_people, stated_title
from index.readers.fields import Reading, day, reading
from index.readers.pdf_page import UNKNOWN, Page, Painter, value_of
from index.readers.pdf_text import Paragraph, paragraphs, running
from index.readers.text import whole

_PRISM = "http://prismstandard.org/namespaces/"
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_MOST_XMP = 1024 * 1024  # bytes
_MOST_UNKNOWN = 0.1  # of all signs; above, a text is a riddle
_HEADLINE = 1.15  # of the size of the body, at least
_MOST_HEAD = 4  # paragraphs that a printed headline may take
# pypdf's own are 75 MB of a stream and 2 million signs: more than a process of 512 MB holds as objects.
_LIMITS: dict[str, Any] = {
    "zlib_maximum_output_length": 20_000_000,
    "lzw_maximum_output_length": 20_000_000,
    "run_length_maximum_output_length": 20_000_000,
    "array_based_stream_maximum_output_length": 20_000_000,
    "stream_decoding_work_maximum_length": 60_000_000,
    "stream_parsing_work_maximum_count": 1_000_000,
    "page_tree_maximum_page_entries": 400_000,
}


def read(file: BinaryIO) -> Iterator[Reading]:
    """The one article of a PDF; raises Unreadable when it is locked, damaged, or has no text."""
    data = whole(file)
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it mends in silence is no news to the user
    try:
        with apply_configuration(**_LIMITS):
            facts, pages = _opened(data)
    except Unreadable:
        raise
    except LimitReachedError as error:
        raise Unreadable(f"it unpacks or draws more than an article does ({_short(error)})") from error
    except MemoryError as error:
        raise Unreadable("it needs more memory than one article may take") from error
    except Exception as error:  # pypdf promises no more than that broken files raise something
        raise Unreadable(f"not a PDF, or a damaged one ({_short(error)})") from error
    yield _reading(facts, pages)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def _opened(data: bytes) -> tuple[dict[str, Any], list[Page]]:
    """What the file states about its text, and its pages."""
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise Unreadable("protected by a password")
    painter = Painter(reader.root_object)
    pages = [painter.page(page) for page in reader.pages]
    counted = value_of(value_of(reader.root_object, "/Pages") or DictionaryObject(), "/Count")
    if isinstance(counted, int) and counted > len(pages):
        raise Unreadable(f"damaged: {len(pages)} of its {counted} pages are left")
    return _facts(reader), pages


def _reading(facts: dict[str, Any], pages: Sequence[Page]) -> Reading:
    title = facts.get("title")
    found = paragraphs(pages, title)
    if not found:
        raise Unreadable("it holds no text: a scan?")
    title, untitled = _titled(title, found)
    text = running(untitled or found, len(pages))
    signs = len(text.text) - text.text.count(" ")
    if text.text.count(UNKNOWN) > _MOST_UNKNOWN * signs:
        raise Unreadable("its fonts do not tell which letters they show")
    marks = [HIDDEN_TEXT] if any(page.hides for page in pages) else []
    marks += [HIDDEN_CHARACTERS] if text.conceals else []
    return reading({**facts, "title": title}, text.text, pages=text.pages, marks=marks)


def _titled(stated: str | None, found: list[Paragraph]) -> tuple[str | None, list[Paragraph]]:
    """The title, and the paragraphs without it: the one that is stated, else the largest letters of the first page."""
    first = [paragraph for paragraph in found if paragraph.page == found[0].page] if found else []
    letters: dict[float, int] = {}
    for paragraph in found:
        for line in paragraph.lines:
            letters[line.size] = letters.get(line.size, 0) + len(line.text)
    body = max(letters, key=lambda size: letters[size], default=0.0)
    largest = max((paragraph.size for paragraph in first), default=0.0)
    printed = next((place for place, paragraph in enumerate(first) if paragraph.size == largest), None)
    if printed is None or largest < _HEADLINE * body:
        printed = None
    if stated is not None:
        for begin in range(len(first)):
            for end in range(begin + 1, min(begin + _MOST_HEAD, len(first)) + 1):
                if same_words(_text(first[begin:end]), stated):
                    return stated, found[:begin] + found[end:]
    if printed is None:
        return stated, found
    end = printed + 1
    while end < len(first) and first[end].size == largest and end - printed < _MOST_HEAD:
        end += 1
    headline = _text(first[printed:end])
    # A page's own title often names the paper behind the headline: “Ferry rams pier – The Beacon”.
    named_after = (
        stated is not None and re.match(r".*\s[-–—|·•:»]\s", stated) and bare(stated).startswith(bare(headline))
    )
    if stated is not None and not named_after:
        return stated, found
    return headline, found[:printed] + found[end:]


def _text(found: Sequence[Paragraph]) -> str:
    return " ".join(running(found, 0).text.split())


def _facts(reader: PdfReader) -> dict[str, Any]:
    """What the metadata states: never a date of the file, only one of publication."""
    described = _described(reader)
    info = reader.trailer.get("/Info")
    about = info.get_object() if info is not None else None
    about = about if isinstance(about, DictionaryObject) else DictionaryObject()
    titles = [*described.get("dc title", []), value_of(about, "/Title")]
    creators = stated_people(described.get("dc creator", [])) or stated_people([value_of(about, "/Author")])
    addresses = [*described.get("prism url", []), *described.get("dc identifier", [])]
    return {
        "title": next((title for title in map(_stated_title, titles) if title), None),
        "publisher": next(
            iter([*described.get("prism publicationname", []), *described.get("dc publisher", [])]), None
        ),
        "authors": creators,
        "date": _published(described, about),
        "url": next((address for address in addresses if re.fullmatch(r"https?://\S+", address)), None),
    }


def _stated_title(value: Any) -> str | None:
    return stated_title(normalise(value)) if isinstance(value, str) else None


def _published(described: dict[str, list[str]], about: DictionaryObject) -> date | None:
    for name in ("prism publicationdate", "prism coverdate"):
        for value in described.get(name, []):
            if (published := day(value)) is not None:
                return published
    made = {
        day(value)
        for name in ("createdate", "modifydate", "metadatadate")
        for value in described.get(f"xmp {name}", [])
    }
    for name in ("/CreationDate", "/ModDate"):
        if digits := re.match(r"(?:D:)?(\d{4})(\d\d)(\d\d)", str(value_of(about, name) or "")):
            made.add(day("-".join(digits.groups())))
    # Programs fill dc:date in with the day on which the file was made.
    return next((found for value in described.get("dc date", []) if (found := day(value)) and found not in made), None)


def _described(reader: PdfReader) -> dict[str, list[str]]:
    """The properties of the XMP packet by prefix and name, in lower case; none where it is broken."""
    packet = value_of(reader.root_object, "/Metadata")
    if not isinstance(packet, StreamObject):
        return {}
    data = packet.get_data()
    if len(data) > _MOST_XMP:
        return {}
    try:
        tree = etree.fromstring(data.strip(b"\0 \r\n\t"), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return {}
    found: dict[str, list[str]] = {}
    for description in tree.iter(_RDF + "Description"):
        stated = [(name, [value]) for name, value in description.attrib.items()]
        stated += [(element.tag, _values(element)) for element in description if isinstance(element.tag, str)]
        for name, values in stated:
            space, _, local = str(name).lstrip("{").rpartition("}")
            prefix = {_DUBLIN_CORE: "dc", _XMP: "xmp"}.get(space) or ("prism" if space.startswith(_PRISM) else None)
            if prefix is not None:
                kept = [" ".join(str(value).split()) for value in values]
                found.setdefault(f"{prefix} {local.lower()}", []).extend(value for value in kept if value)
    return found


def _values(element: etree._Element) -> list[str]:
    """The items of a list, that of the default language first, or the one value."""
    items = list(element.iter(_RDF + "li"))
    if not items:
        return [element.text or ""]
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    return [item.text or "" for item in sorted(items, key=lambda item: item.get(language) not in (None, "x-default"))]
