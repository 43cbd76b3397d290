"""What the page itself says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from assistant.page.text import counted, literal, plain_date


class Status(Protocol):
    """What the masthead tells of a store."""

    @property
    def articles(self) -> int: ...
    @property
    def publishers(self) -> dict[str, int]: ...
    @property
    def first(self) -> date | None: ...
    @property
    def last(self) -> date | None: ...


WELCOME = (
    '<div class="welcome"><p class="lead">Ask your articles.</p>'
    "<p>Every answer is made of their own words, and each quotation opens where it stands.</p></div>"
)

NO_ARTICLES = (
    '<div class="none-yet"><p class="lead">No articles yet.</p>'
    "<p>In a terminal, give Clippings a folder of articles:</p>"
    "<pre><code>clippings index FOLDER</code></pre>"
    "<p>Then ask here; this page need not be opened again.</p></div>"
)

_HOW_TO_READ = (
    '<div class="how">'
    "<p><b>Quotations are verbatim.</b> Each is one or more whole sentences of an article, letter for letter. "
    "Its marker, such as [1], opens the article with those words highlighted.</p>"
    "<p><b>Under each quotation stands who says it,</b> where its own words name somebody, and the paper that prints "
    "it. Where only the paper stands, nobody was found to be named: open it, and see who speaks around it.</p>"
    "<p><b>An answer is one of three kinds.</b> <i>From your articles:</i> these sentences answer the question. "
    "<i>Closest in the articles:</i> nothing answers it surely, and this comes near; read it with care. "
    "<i>The articles don’t answer this:</i> below stand the passages that came nearest, for you to judge.</p>"
    "<p><b>The chance</b> says how often an answer found like this one does answer its question. It speaks of "
    "the finding alone: whether what an article says is true is for you to judge. Measured on {questions:.0f} questions "
    "of public sets (SQuAD 2.0, XQuAD, CLAPnq) that played no part in fitting it: of those that have nothing to do "
    "with the articles, {refused_elsewhere:.0%} are refused; of near misses, written to look answerable, "
    "{refused_near_misses:.0%} are refused and {closest_near_misses:.0%} called closest; of those that the articles "
    "answer, {refused_answerable:.0%} are refused by mistake.</p>"
    "</div>"
)


def how_to_read(measured: Mapping[str, float]) -> str:
    """What an answer's parts mean, with what was measured of its confidence."""
    return _HOW_TO_READ.format(**measured).replace("%", " %")


def masthead(status: Status | None, trouble: str = "") -> str:
    """The name of the page and what there is to ask, or what is the matter with it."""
    told = literal(trouble) or ("No articles yet" if status is None or not status.articles else _collection(status))
    return f'<div class="masthead"><h1>Clippings</h1><p class="facts">{told}</p></div>'


def _collection(status: Status) -> str:
    told = counted(status.articles, "article", "articles")
    if status.publishers:
        told += f" from {counted(len(status.publishers), 'publisher', 'publishers')}"
    days = [f'<span class="day">{plain_date(day)}</span>' for day in (status.first, status.last) if day]
    return f"{literal(told)}, {' to '.join(dict.fromkeys(days))}" if days else literal(told)
