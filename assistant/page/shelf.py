"""The articles of a library in rows: sought, filtered, sorted, and a page of them at a time."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

PAGE = 50  # rows
NONE = "-"  # stands for "no publisher" in a filter


class Row(Protocol):
    """What a row tells of an article; the library gives them."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def publisher(self) -> str | None: ...
    @property
    def published(self) -> date | None: ...
    @property
    def passages(self) -> int: ...
    @property
    def root(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def marks(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are wanted, in which order, and which page of them."""

    text: str = ""
    publisher: str = ""
    root: str = ""
    mark: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = "published"
    descending: bool = True
    page: int = 1


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the rows that were wanted, and how many there are."""

    rows: tuple[Row, ...]
    number: int
    pages: int
    found: int


@dataclass(frozen=True, slots=True)
class _Placed:
    row: Row
    sought: str  # what a search looks at


# What a column is sorted by; rows that have nothing there come last in both directions.
_KEYS: dict[str, Callable[[Row], Any]] = {
    "title": lambda row: folded(row.title),
    "publisher": lambda row: folded(row.publisher or ""),
    "published": lambda row: row.published,
    "passages": lambda row: row.passages,
    "root": lambda row: folded(f"{row.root}\n{row.path}"),
    "marks": lambda row: folded(", ".join(row.marks)),
}
COLUMNS = tuple(_KEYS)


class Shelf:
    """The rows of one state of a library, ready to be looked through."""

    def __init__(self, rows: Iterable[Row]) -> None:
        placed = [_Placed(row, folded(f"{row.title}\n{row.publisher or ''}\n{row.root}/{row.path}")) for row in rows]
        # What is alike in the column that is sorted by stands by its title, with which this text begins.
        self._placed = sorted(placed, key=lambda one: (one.sought, one.row.id))
        self.rows: tuple[Row, ...] = tuple(one.row for one in self._placed)
        self.publishers = _counted(row.publisher or "" for row in self.rows)
        self.roots = _counted(row.root for row in self.rows)
        self.marks = _counted(mark for row in self.rows for mark in row.marks)

    def row(self, id: str) -> Row | None:
        return next((row for row in self.rows if row.id == id), None)

    def page(self, wanted: Wanted) -> Page:
        """The page that is wanted, or the last one when there are fewer by now."""
        words = folded(wanted.text).split()
        rows = [
            placed.row
            for placed in self._placed
            if all(word in placed.sought for word in words) and _passes(placed.row, wanted)
        ]
        rows = _sorted(rows, wanted.sort, wanted.descending)
        pages = max(1, -(-len(rows) // PAGE))
        number = min(max(1, wanted.page), pages)
        return Page(tuple(rows[(number - 1) * PAGE : number * PAGE]), number, pages, len(rows))


def folded(text: str) -> str:
    """The text as it is sought and sorted: "É" is found by "e"."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _passes(row: Row, wanted: Wanted) -> bool:
    if wanted.publisher and (row.publisher or NONE) != wanted.publisher:
        return False
    if wanted.root and row.root != wanted.root:
        return False
    if wanted.mark and wanted.mark not in row.marks:
        return False
    if wanted.since is None and wanted.until is None:
        return True
    return row.published is not None and (wanted.since or date.min) <= row.published <= (wanted.until or date.max)


def _sorted(rows: Sequence[Row], column: str, descending: bool) -> list[Row]:
    key = _KEYS[column]
    keyed = [(key(row), row) for row in rows]
    whole = [pair for pair in keyed if pair[0] not in (None, "")]
    whole.sort(key=lambda pair: pair[0], reverse=descending)
    return [row for _, row in whole] + [row for value, row in keyed if value in (None, "")]


def _counted(names: Iterable[str]) -> dict[str, int]:
    """How often each name occurs, the most frequent first."""
    return dict(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))
