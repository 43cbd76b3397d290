"""The library and its assistant, opened as soon as there is something to open."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.chat_model import named
from index.errors import ClippingsError
from index.generation import current

if TYPE_CHECKING:
    from assistant import Assistant
    from index import Library


class Desk:
    """What the page works with; until the store holds something, each use looks again."""

    def __init__(self, store: Path, models: str = "") -> None:
        self._store = store
        self._models = {model.name: model for model in named(models)}
        self._lock = threading.Lock()
        self._suggesting = threading.Lock()
        self._suggested: tuple[int, list[str]] = (0, [])
        self._library: Library | None = None
        self._assistants: dict[str, Assistant] = {}
        self._ahead: threading.Thread | None = None

    def read_ahead(self) -> None:
        """Begin to load what a first question needs, once: somebody opens the page, and will ask one."""
        if self._ahead is None:
            self._ahead = threading.Thread(target=self._read_ahead)
            self._ahead.start()

    def _read_ahead(self) -> None:
        with suppress(ClippingsError):  # the masthead says it
            self.assistant().library.search("?", limit=1)

    @property
    def models(self) -> list[str]:
        """The names of the chat models that may be chosen; the first is used unless another is."""
        return list(self._models)

    def library(self) -> Library:
        with self._lock:
            if self._library is None:
                # Imported here: it brings a model with it, and the page opens before that is there.
                from index import Library

                self._library = Library.open(self._store)
            return self._library

    def assistant(self, model: str = "") -> Assistant:
        """Answers in quotations, or as this one of the models writes them."""
        from assistant import Assistant

        library = self.library()
        with self._lock:
            if model not in self._assistants:
                named = self._models.get(model)
                self._assistants[model] = Assistant(library, named.setting if named else None)
            return self._assistants[model]

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
