"""Text from outside, made harmless, and facts in plain words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode

_ACTIVE = re.compile(r"[^0-9A-Za-z \u00a0-\U0010ffff]")
_BREAK = re.compile(r"[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")


def literal(text: str) -> str:
    """The text on one line, as HTML that neither a browser nor a Markdown reader takes for more than text."""
    return _ACTIVE.sub(lambda found: f"&#{ord(found[0])};", _BREAK.sub(" ", text))


def link_out(url: str, label: str) -> str:
    """A link that leaves the page, telling the other side nothing."""
    return (
        f'<a class="out" href="{html.escape(url)}" target="_blank" '
        f'rel="noopener noreferrer nofollow">{html.escape(label)}</a>'
    )


def reader_address(article_id: str, version: str, start: int | None = None, end: int | None = None) -> str:
    """Where the reader shows this state of an article, at these words if they are given."""
    query: dict[str, str | int] = {"version": version}
    if start is None or end is None:
        return f"/articles/{article_id}?{urlencode(query)}"
    return f"/articles/{article_id}?{urlencode({**query, 'start': start, 'end': end})}#quotation"


def plain_date(published: date | str | None) -> str:
    """A day as a person writes it, or "no date"."""
    if not published:
        return "no date"
    try:
        day = date.fromisoformat(published) if isinstance(published, str) else published
    except ValueError:
        return str(published)
    return f"{day.day} {day:%B} {day.year}"


def listed(names: Iterable[str]) -> str:
    """The names as a sentence has them: "A, B and C"."""
    *others, last = list(names) or [""]
    return f"{', '.join(others)} and {last}" if others else last


def counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
