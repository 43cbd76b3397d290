"""The quotations that answers showed, kept as they were, so that an old marker still has its words."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from assistant.answer import Answer


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one state of an article."""

    article_id: str
    version: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Words that an answer quoted, and where they stood then."""

    text: str
    title: str
    publisher: str | None
    published: str | None


class Quotations:
    """The latest quotations shown, up to so many characters; thread-safe."""

    def __init__(self, characters: int = 8_000_000) -> None:
        self._limit = characters
        self._held = 0
        self._by_place: OrderedDict[Place, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, answer: Answer) -> None:
        """Keep what an answer quotes, and the passages that came near."""
        for statement in answer.statements:
            for quotation in statement.quotations:
                source = answer.source(quotation.source)
                place = Place(source.article_id, source.version, quotation.start, quotation.end)
                self._add(place, Kept(quotation.text, source.title, source.publisher, source.published))
        for near in answer.nearest:
            place = Place(near.article_id, near.version, near.start, near.end)
            self._add(place, Kept(near.text, near.title, near.publisher, near.published))

    def find(self, place: Place) -> Kept | None:
        with self._lock:
            return self._by_place.get(place)

    def _add(self, place: Place, kept: Kept) -> None:
        with self._lock:
            before = self._by_place.pop(place, None)
            self._held += len(kept.text) - (len(before.text) if before else 0)
            self._by_place[place] = kept
            while self._held > self._limit:
                _, dropped = self._by_place.popitem(last=False)
                self._held -= len(dropped.text)
