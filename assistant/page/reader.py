"""An article as a page of its own, with the quoted words marked."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from assistant.page.kept import Kept, Place, Quotations
from assistant.page.text import link_out, listed, plain_date
from assistant.references import web_address
from index.article import Article
from index.errors import ArticleChanged, ArticleGone, ClippingsError

STYLE = (Path(__file__).parent / "reader.css").read_text(encoding="utf-8")
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
# An article's page runs nothing and loads nothing; its one style sheet is named by its digest.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)

_ID = re.compile(r"[0-9A-Za-z_-]{1,128}")
_VERSION = re.compile(r"[0-9a-f]{64}")
_OFFSET = re.compile(r"[0-9]{1,9}")
_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
_LINE_END = re.compile(r"\n")


class Articles(Protocol):
    """Whatever gives an article by its id; the library does."""

    def article(self, article_id: str, version: str | None = None, /) -> Article: ...


@dataclass(frozen=True, slots=True)
class Reference:
    """What the address of the reader asks for."""

    article_id: str
    version: str | None = None
    span: tuple[int, int] | None = None

    @property
    def place(self) -> Place | None:
        if self.version is None or self.span is None:
            return None
        return Place(self.article_id, self.version, *self.span)


@dataclass(frozen=True, slots=True)
class Page:
    """A page to send, and how to send it."""

    html: str
    status: int = 200


def reference(article_id: str, version: str | None, start: str | None, end: str | None) -> Reference | None:
    """The parts of an address put together, or nothing if they can't be an article's."""
    if not _ID.fullmatch(article_id) or (version is not None and not _VERSION.fullmatch(version)):
        return None
    if start is None and end is None:
        return Reference(article_id, version)
    if start is None or end is None or not (_OFFSET.fullmatch(start) and _OFFSET.fullmatch(end)):
        return None
    span = int(start), int(end)
    return Reference(article_id, version, span) if span[0] < span[1] else None


def read(articles: Articles, quotations: Quotations, wanted: Reference) -> Page:
    """The article as it was asked for; if it changed or is gone, that, and the words as they were quoted."""
    kept = quotations.find(wanted.place) if wanted.place else None
    try:
        article = articles.article(wanted.article_id, wanted.version)
    except ArticleChanged:
        return _changed(articles, wanted, kept)
    except ArticleGone:
        return _gone(wanted, kept)
    if wanted.span and wanted.span[1] > len(article.text):
        return not_found("The article has no such place; it is shorter than that.")
    return Page(_document(article.title, _article(article, wanted.span)))


def not_found(why: str = "No article has this address.") -> Page:
    """The page for an address that leads nowhere."""
    return Page(_document("Not found", f'<h1>Not found</h1><p class="remark">{html.escape(why)}</p>'), 404)


def failed(why: str) -> Page:
    """The page for an article that can't be shown now."""
    return Page(_document("Not now", f'<h1>Not now</h1><p class="remark">{html.escape(why)}</p>'), 503)


def body(text: str, span: tuple[int, int] | None = None, pages: Sequence[int] = ()) -> str:
    """The text in paragraphs, the span and the pages marked; without its tags, and unescaped, it is the text again."""
    out: list[str] = []
    first = True
    turned = 0  # pages that have been marked
    for start, end, separator in _paragraphs(text):
        if separator:
            out.append(text[start:end])
            continue
        # A page may begin between two paragraphs: it is marked where its words begin.
        ahead = bisect_left(pages, end)
        breaks = {max(page, start): number for number, page in enumerate(pages[:ahead], 1) if number > turned}
        turned = max(turned, ahead)
        low, high = (max(start, span[0]), min(end, span[1])) if span else (end, end)
        if low >= high:
            out.append(f'<p dir="auto">{_broken(text, start, end, breaks)}</p>')
            continue
        anchor = ' id="quotation" tabindex="-1"' if first else ""
        first = False
        out.append(
            f'<p dir="auto">{_broken(text, start, low, breaks)}<mark{anchor}>{_broken(text, low, high, breaks)}</mark>'
            f"{_broken(text, high, end, breaks)}</p>"
        )
    return "".join(out)


def _broken(text: str, start: int, end: int, breaks: Mapping[int, int]) -> str:
    """A part of the text, escaped, with the numbers of the pages that begin in it, which are no part of the text."""
    out, at = [], start
    for place in sorted(place for place in breaks if start <= place < end):
        out += [html.escape(text[at:place]), f'<span class="page" data-page="{breaks[place]}"></span>']
        at = place
    return "".join([*out, html.escape(text[at:end])])


def _paragraphs(text: str) -> Iterator[tuple[int, int, bool]]:
    # Some files put an empty line between paragraphs, others none: then each line is one.
    between = _BLANK_LINES if _BLANK_LINES.search(text.strip("\n")) else _LINE_END
    at = 0
    for gap in between.finditer(text):
        if gap.start() > at:
            yield at, gap.start(), False
        yield gap.start(), gap.end(), True
        at = gap.end()
    if at < len(text):
        yield at, len(text), False


def _article(article: Article, span: tuple[int, int] | None) -> str:
    paged = " paged" if article.pages else ""
    shown = body(article.text, span, article.pages)
    return f'{_head(article)}<div class="text{paged}" lang="">{shown}</div>{_foot(article)}'


def _head(article: Article) -> str:
    facts = [
        html.escape(article.publisher) if article.publisher else "",
        html.escape(listed(article.authors)) if article.authors else "",
        html.escape(plain_date(article.published)),
    ]
    told = "".join(f"<span><bdi>{fact}</bdi></span>" for fact in facts if fact)
    said = listed(article.marks)
    marks = f'<p class="marks">{html.escape(said[0].upper() + said[1:])}.</p>' if said else ""
    return f'<header><h1 dir="auto">{html.escape(article.title)}</h1><p class="facts">{told}</p>{marks}</header>'


def _foot(article: Article) -> str:
    url = web_address(article.url)
    rows = [f"<dt>Address</dt><dd>{link_out(url, url)}</dd>"] if url else []
    if article.url and not url:
        rows.append(f"<dt>Address</dt><dd>{html.escape(article.url)}</dd>")
    rows += [f"<dt>Read from</dt><dd>{html.escape(path)}</dd>" for path in article.paths]
    return f"<footer><dl>{''.join(rows)}</dl></footer>"


def _changed(articles: Articles, wanted: Reference, kept: Kept | None) -> Page:
    told = "This article has changed since it was quoted."
    try:
        article = articles.article(wanted.article_id)
    except ClippingsError:
        return _gone(wanted, kept)
    now = f'<p class="since">The article as it is now:</p>{_article(article, None)}'
    return Page(_document(article.title, f"{_then(told, wanted, kept)}{now}"))


def _gone(wanted: Reference, kept: Kept | None) -> Page:
    told = "This article is no longer in the collection."
    if kept is None:
        return Page(_document("Gone", f"<h1>Gone</h1>{_then(told, wanted, kept)}"), 404)
    facts = " · ".join(fact for fact in (kept.publisher or "", plain_date(kept.published)) if fact)
    head = (
        f'<header><h1 dir="auto">{html.escape(kept.title)}</h1>'
        f'<p class="facts"><span>{html.escape(facts)}</span></p></header>'
    )
    return Page(_document(kept.title, f"{head}{_then(told, wanted, kept)}"), 410)


def _then(told: str, wanted: Reference, kept: Kept | None) -> str:
    if kept is not None:
        words = (
            f'<p>When it was quoted it said:</p><blockquote dir="auto"><mark id="quotation" tabindex="-1">'
            f"{html.escape(kept.text)}</mark></blockquote>"
        )
    elif wanted.span:
        words = "<p>The words that were quoted are no longer kept.</p>"
    else:
        words = ""
    return f'<div class="then" role="note"><p class="told">{told}</p>{words}</div>'


def _document(title: str, inside: str) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
        f'<title>{html.escape(title)} · Clippings</title><link rel="icon" href="/favicon.svg">'
        f"<style>{STYLE}</style></head>\n<body><main>{inside}</main></body></html>\n"
    )
