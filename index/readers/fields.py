"""Loose fields, as front matter and JSON have them, made into the facts of an article."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dateutil import parser as dates

from index.article import HIDDEN_CHARACTERS, conceals, normalise
from index.errors import Unreadable

_NAMES = {
    "title": ("title", "headline"),
    "publisher": ("publisher", "source"),
    "authors": ("authors", "author"),
    "published": ("date", "published_at", "published"),
    "url": ("url",),
    "text": ("text", "body"),
}
TITLE_LENGTH = 120  # characters of a first sentence that stands in for a missing title


@dataclass(frozen=True, slots=True)
class Reading:
    """What one place in a file says: an article without its identity."""

    place: str  # "" for a file that is one article, else "#" and the record's name in its file
    title: str
    text: str
    publisher: str | None
    authors: tuple[str, ...]
    published: date | None
    url: str | None
    pages: tuple[int, ...] = ()  # where each page begins in the text
    marks: tuple[str, ...] = ()  # what a reader should know of how it was read


def reading(
    fields: Mapping[str, Any], text: str, place: str = "", pages: Sequence[int] = (), marks: Sequence[str] = ()
) -> Reading:
    """The reading of these fields and this text, normalised; raises Unreadable when the text is empty.

    Where `pages` begin counts in the normalised text: a reader that knows pages gives a text that is normalised already.
    """
    told = [value for fact in ("title", "publisher", "authors") if isinstance(value := _first(fields, fact), str)]
    if any(map(conceals, [text, *told])):
        marks = [*marks, HIDDEN_CHARACTERS]
    given, text = text, normalise(text).strip("\n")
    if pages and text != given:
        raise ValueError("a text with pages must be normalised")
    if not text.strip():
        raise Unreadable("it has no text")
    return Reading(
        place=place,
        title=_line(_first(fields, "title")) or title_from(text),
        text=text,
        publisher=_line(_first(fields, "publisher")),
        authors=_people(_first(fields, "authors")),
        published=day(_first(fields, "published")),
        url=_line(_first(fields, "url")),
        pages=tuple(pages),
        marks=tuple(sorted(set(marks))),
    )


def text_of(fields: Mapping[str, Any]) -> str:
    """The text field of a record; raises Unreadable when there is none."""
    text = _first(fields, "text")
    if not isinstance(text, str):
        raise Unreadable("it has no text: expected a field “text” or “body”")
    return text


def title_from(text: str) -> str:
    """The first sentence or line, cut at a word when it is long."""
    first = re.split(r"(?<=[.!?…])\s|\n", text.strip(), maxsplit=1)[0]
    first = " ".join(first.split())
    if len(first) <= TITLE_LENGTH:
        return first
    return first[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"


def day(value: Any) -> date | None:
    """The day that a value names beyond doubt, or None: nothing is filled in and no order of day and month guessed."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = " ".join(str(value).split()) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    # dateutil fills what is missing from a default and takes either order of day and month:
    # what comes out the same whatever it is given was really there.
    if len(text) < 6 or len(text) > 60 or not re.search(r"\d{4}", text):
        return None
    found = set()
    for default in (datetime(1904, 2, 3), datetime(1911, 9, 28)):
        for dayfirst in (True, False):
            try:
                found.add(_parse(text, default, dayfirst))
            except (ValueError, OverflowError):
                return None
    return found.pop() if len(found) == 1 else None


def _parse(text: str, default: datetime, dayfirst: bool) -> date:
    if year_first := re.match(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)", text):  # month and day have one order then
        return date(int(year_first[1]), int(year_first[3]), int(year_first[4]))
    return dates.parse(text, default=default, dayfirst=dayfirst, ignoretz=True).date()


def _first(fields: Mapping[str, Any], fact: str) -> Any:
    for name in _NAMES[fact]:
        if fields.get(name) not in (None, ""):
            return fields[name]
    return None


def _line(value: Any) -> str | None:
    if isinstance(value, Mapping):  # {"name": ...}, as schema.org and news services write it
        value = value.get("name")
    if not isinstance(value, str | int | float) or isinstance(value, bool) or value != value:  # NaN
        return None
    try:
        return " ".join(normalise(str(value)).split()) or None
    except ValueError:  # a number of thousands of digits
        return None


def _people(value: Any) -> tuple[str, ...]:
    names = [_line(one) for one in (value if isinstance(value, list) else [value])]
    return tuple(name for name in names if name)
