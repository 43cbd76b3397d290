"""Fifty builds with a tenth of the articles changed in each: how much disk they take, and what is left of what is gone."""

from __future__ import annotations

import random
import threading
from contextlib import suppress
from pathlib import Path

from measuring import Figures

from index import Library, build, check
from index.generation import Generation, current

BUILDS, ARTICLES, CHANGED = 50, 200, 20
GENERATIONS = 2.2  # that may lie on the disk at one time, beside the record
SUBJECTS = ["ferry", "bridge", "wreck", "strike", "mussels", "lantern", "tram", "pilot", "museum", "hospital"]


class Articles:
    """A folder of articles; each has a word that no other has, nor it itself once it has changed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._made = folder, 0
        self.words: dict[int, str] = {}
        self.gone: list[str] = []
        folder.mkdir()
        for number in range(ARTICLES):
            self.write(number)

    def write(self, number: int) -> None:
        self._made += 1
        word = "zq" + "".join(chr(ord("a") + int(digit)) for digit in f"{self._made * 7919:08}") + "x"
        subject = SUBJECTS[number % 10]
        text = f"The {subject} was in the news, and {word} was said of it. Witness number {number} told it. " * 3
        (self.folder / f"{number:05}.md").write_text(f"---\ntitle: The {subject}, {word}\n---\n{text}\n")
        self.words[number] = word

    def change(self, chance: random.Random) -> None:
        """Rewrite half of a tenth, remove the other half, and add as many."""
        some = chance.sample(sorted(self.words), CHANGED)
        self.gone += [self.words[number] for number in some]
        for number in some[: CHANGED // 2]:
            self.write(number)
        for number in some[CHANGED // 2 :]:
            (self.folder / f"{number:05}.md").unlink()
            del self.words[number]
            self.write(self._made + ARTICLES)


class Sampler:
    """A thread that measures a store at each step of a build's progress, and every few milliseconds between."""

    def __init__(self, store: Path) -> None:
        self.most = 0  # bytes of everything but the record
        self._store, self._step, self._ended = store, threading.Event(), False
        self._thread = threading.Thread(target=self._run)

    def step(self, *_: object) -> None:
        self._step.set()

    def _run(self) -> None:
        while not self._ended:
            self._step.wait(0.02)
            self._step.clear()
            self.most = max(self.most, size(self._store / "generations"))

    def __enter__(self) -> Sampler:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True
        self._thread.join()


def size(folder: Path) -> int:
    """The bytes of a folder's files as the disk holds them; some may go while they are counted."""
    total = 0
    with suppress(FileNotFoundError):
        for path in folder.rglob("*"):
            with suppress(FileNotFoundError):
                stat = path.stat()
                total += max(stat.st_blocks * 512, stat.st_size) if path.is_file() else 0
    return total


def left(store: Path, words: list[str]) -> dict[str, set[str]]:
    """In which files of a store each of these words stands, byte by byte or in tantivy's dictionary of terms."""
    found: dict[str, set[str]] = {}
    for path in store.rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes().lower()
        for word in words:
            if any(word.encode(form) in data for form in ("utf-8", "utf-16-le", "utf-16-be")):
                found.setdefault(path.name, set()).add(word)
    opened = Generation(store, current(store))
    terms = {word for word in words if any(opened.words._searcher.doc_freq(field, word) for field in ("text", "alone"))}
    opened.close()
    return found | ({"tantivy's terms": terms} if terms else {})


def test_rebuilds(tmp_path: Path, figures: Figures) -> None:
    chance, store = random.Random(20250711), tmp_path / "store"
    articles = Articles(tmp_path / "articles")
    build([articles.folder], store)
    most = 0.0
    still: dict[str, set[str]] = {}
    with Library.open(store) as library:
        assert library.search("ferry")
        assert left(store, [articles.words[3]]).keys() >= {"record.sqlite", "tantivy's terms"}  # the search is no blank
        for _ in range(BUILDS):
            articles.change(chance)
            with Sampler(store) as sampler:
                build((), store, progress=sampler.step)
            assert library.search("ferry")  # moves on
            (folder,) = (store / "generations").iterdir()
            most = max(most, sampler.most / size(folder))
            for where, words in left(store, articles.gone).items():
                still.setdefault(where, set()).update(words)
    figures.at_most(f"{BUILDS} rebuilds: generations on the disk while building", GENERATIONS, most)
    figures.equal(f"{BUILDS} rebuilds: faults that check finds", [], [one for one in check(store) if not one.ok])
    where = ", ".join(f"{len(words)} in {name}" for name, words in sorted(still.items()))
    figures.add(f"{len(articles.gone)} words of deleted text: found", 0, where or 0, not still)
