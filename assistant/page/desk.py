"""The library and its assistant, opened as soon as there is something to open."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import ClippingsError
from index.generation import current

if TYPE_CHECKING:
    from assistant import Assistant
    from index import Library


class Desk:
    """What the page works with; until the store holds something, each use looks again."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._suggesting = threading.Lock()
        self._suggested: tuple[int, list[str]] = (0, [])
        self._opened: tuple[Library, Assistant] | None = None

    def library(self) -> Library:
        return self._open()[0]

    def assistant(self) -> Assistant:
        return self._open()[1]

    def examples(self) -> list[str]:
        """Questions that these articles answer, found once a generation; none while they can't be told."""
        try:
            generation = current(self._store)
            with self._suggesting:
                if generation != self._suggested[0]:
                    self._suggested = generation, self.assistant().examples()
                return self._suggested[1]
        except ClippingsError:  # the masthead says it
            return []

    def _open(self) -> tuple[Library, Assistant]:
        with self._lock:
            if self._opened is None:
                # Imported here: they bring models with them, and the page opens before those are there.
                from assistant import Assistant
                from index import Library

                library = Library.open(self._store)
                self._opened = library, Assistant(library)
            return self._opened
