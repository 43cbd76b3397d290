"""The switch that has the folders watched: what changes in them is built as if somebody had asked for it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from assistant.page.building import Builder, Job
from index.errors import ClippingsError
from index.watch import watch


class Watching:
    """Watches a store's roots in a thread of its own while it is switched on; thread-safe."""

    def __init__(self, store: Path, builder: Builder) -> None:
        self._store = store
        self._builder = builder
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._told = ""

    @property
    def on(self) -> bool:
        thread = self._thread
        return thread is not None and thread.is_alive()

    @property
    def told(self) -> str:
        """What there is to say of the folders, such as that one of them is away."""
        return self._told

    def switch(self, on: bool) -> None:
        """Begin to watch, or end it; what is so already stays."""
        with self._lock:
            if on == self.on:
                return
            self._told = ""
            if on:
                self._stop = threading.Event()
                self._thread = threading.Thread(target=self._watch, args=(self._stop,), name="watching", daemon=True)
                self._thread.start()
            elif self._thread:
                self._stop.set()
                self._thread.join()

    def _watch(self, stop: threading.Event) -> None:
        try:
            watch(self._store, self._build, stop, self._tell)
        except ClippingsError as error:
            self._tell(str(error))

    def _build(self, roots: Sequence[Path]) -> None:
        # Known ones alone: a root that is forgotten by the time the job runs would come back if it were named.
        self._builder.add(Job(("index", "--known", "--json", "--", *map(str, roots)), "Taking in what changed"))

    def _tell(self, line: str) -> None:
        self._told = line
