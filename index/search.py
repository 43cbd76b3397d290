"""The library: an open store, searched by meaning and by words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, cached_property, lru_cache, partial
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from index import embedder
from index.article import Article, normalise
from index.asked import Day, Mention, Publishers, days, parts
from index.build import tidy
from index.embedder import Embedder, Reading, Vectors
from index.errors import ArticleChanged, BadDate, EmptyQuestion, NoStore, StoreDamaged, StoreError
from index.generation import Generation, erase, pointer
from index.record import Counts, LeftOut, Listed, PassageFacts, Record, day_number

_POOL = 60  # passages that each leg of the search gives
_AT_FIRST = 2  # pools that are looked up: hardly more work, and most often enough where near-copies take places
# Of the score, the rest is words'. Over six collections .5 and .6 came out alike, less and more lower; so did other ways
# to bring both to one scale, and weights fitted on five collections for the sixth.
_MEANING = 0.6
_PARTS = 0.5  # of the score of a question of several parts: how well a passage suits the part that it suits best
# Added to the score of what a named publisher published, and of what was published on a named day: with both, questions
# that name outlets find the right articles .06 better (nDCG@10); anything from .3 to 1 and .2 to .5 does so alike.
_BY_PUBLISHER, _OF_DAY = 0.4, 0.3
_ALMOST = 0.05  # of the score: so little worse, a newer version of an article still stands for it


Scored = tuple[str, float, float]  # a passage's id, its score, its cosine
_LookUp = Callable[[int], list[tuple[str, float]]]  # so many of the best passages of one leg


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question."""

    article: Article
    start: int
    end: int
    score: float  # 0..1 within one search
    found_by: tuple[str, ...]  # "meaning", "words"
    cosine: float
    also: tuple[Article, ...] = ()  # near-copies of the article that pass the filters, by date

    @property
    def article_id(self) -> str:
        return self.article.id

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]

    def to_dict(self) -> dict[str, Any]:
        article = self.article
        return {
            "article_id": article.id,
            "version": article.version,
            "title": article.title,
            "publisher": article.publisher,
            "published": article.published.isoformat() if article.published else None,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "score": round(self.score, 4),
            "found_by": list(self.found_by),
        }


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, and what its filters cost."""

    hits: tuple[Hit, ...]
    undated: int  # articles that dropped out of a date filter because they have no date


@dataclass(frozen=True, slots=True)
class _Filters:
    """What a search is limited to."""

    articles: frozenset[str] | None  # all that pass; None: every article does
    since: int | None
    until: int | None
    publishers: tuple[str, ...]  # casefolded; none: every one


@dataclass(frozen=True, slots=True)
class _Legs:
    """The passages found for a question: by meaning with their cosines, by its words and by each part's with their BM25."""

    meaning: dict[str, float]
    words: dict[str, float]
    parts: Sequence[dict[str, float]]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A passage that may become a hit: its article is read only once it does."""

    id: str
    article_id: str
    start: int
    end: int
    score: float
    cosine: float


@dataclass(frozen=True, slots=True)
class Status:
    """What a store holds."""

    generation: int
    articles: int
    passages: int
    roots: tuple[str, ...]
    publishers: dict[str, int]
    undated: int
    first: date | None
    last: date | None
    embedding_model: str
    model_digest: str
    bytes: int

    def to_dict(self) -> dict[str, Any]:
        fields = {name: getattr(self, name) for name in self.__slots__ if name != "model_digest"}
        days = {name: fields[name].isoformat() if fields[name] else None for name in ("first", "last")}
        return {**fields, **days, "roots": list(self.roots)}


def _article_of(passage: str) -> str:
    return passage.partition(":")[0]


def is_newer(one: Article, other: Article) -> bool:
    """Whether the first of two near-copies is a later version of the other: its publisher's, of a later day, changed."""
    if one.publisher is None or other.publisher is None or one.published is None or other.published is None:
        return False
    if one.publisher.casefold() != other.publisher.casefold() or one.published <= other.published:
        return False
    return one.text.split() != other.text.split()


def as_day(value: str | date | None) -> date | None:
    """A day given as YYYY-MM-DD; raises BadDate."""
    if value is None or isinstance(value, date):
        return value
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        raise BadDate(f"“{value}” is not a date; write it as YYYY-MM-DD, for example 2025-07-09.") from None


class View:
    """One generation, for the length of one question: nothing that is read here is mixed with another."""

    def __init__(self, library: Library, opened: _Opened) -> None:
        self._library, self._opened = library, opened
        self._generation, self._record = opened.generation, opened.record
        self.number = opened.generation.number

    @property
    def model_digest(self) -> str:
        """The hash that names the embedding model of this generation."""
        return self._generation.manifest.model_digest

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors by the store's embedding model."""
        return self._library.embedder(self._generation).embed(texts)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Each text as the store's embedding model reads it."""
        return self._library.embedder(self._generation).read(texts)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """(start, end) in a text of each word piece of the store's embedding model."""
        return self._library.embedder(self._generation).spans(text)

    def rarity(self, word: str) -> float:
        """How much a stemmed word tells in this store (BM25's inverse document frequency)."""
        return self._generation.words.rarity(word)

    def article(self, id: str, version: str | None = None) -> Article:
        """An article; raises ArticleGone, or ArticleChanged when its text is not of the version asked for."""
        article = self._record.article(id, self.number)
        if version is not None and version != article.version:
            raise ArticleChanged(f"“{article.title}” has changed since: its text is another one now.")
        return article

    def some_articles(self, limit: int) -> list[str]:
        """The ids of the latest articles, one publisher after the other."""
        return self._record.latest(self.number, limit)

    def publishers(self) -> dict[str, int]:
        """Every publisher with how many articles it has."""
        return dict(self._opened.counts.publishers)

    def mentions(self, text: str) -> list[Mention]:
        """Where a text names publishers of these articles."""
        return self._opened.publishers.mentions(text)

    @property
    def span(self) -> tuple[date | None, date | None]:
        """From when to when the articles are; none where no article has a date."""
        return self._opened.counts.first, self._opened.counts.last

    def listing(self) -> list[Listed]:
        """Every article, by title, as a list of all shows it."""
        return self._record.listing(self._generation.manifest.cut, self.number)

    def left_out(self) -> list[LeftOut]:
        """What a person left out of the store."""
        return self._record.left_out()

    def unreadable(self) -> list[tuple[Path, str]]:
        """Every file that the last build could not read, or not wholly, with each reason."""
        return self._record.unreadable()

    def status(self, store: Path) -> Status:
        """What the store holds; `store` is measured on the disk."""
        manifest, counts = self._generation.manifest, self._record.counts(self.number)
        roots = tuple(str(root.path) for root in self._record.roots())
        return Status(
            self.number, manifest.articles, manifest.passages, roots, counts.publishers, counts.undated,
            counts.first, counts.last, manifest.model, manifest.model_digest, _size(store),
        )  # fmt: skip

    def search(
        self,
        text: str,
        limit: int = 10,
        since: str | date | None = None,
        until: str | date | None = None,
        publishers: Sequence[str] = (),
    ) -> Found:
        """The passages nearest to a text by meaning and by words, near-copies grouped; dates are inclusive.

        At most two passages of one article are among the first five while other articles have hits.
        Raises EmptyQuestion, BadDate.
        """
        if not text.strip():
            raise EmptyQuestion("Nothing was asked: the question is empty.")
        since, until = as_day(since), as_day(until)
        publishers = [normalise(name) for name in publishers]
        articles, undated = None, 0
        if since or until or publishers:
            articles, undated = self._opened.filtered(since, until, tuple(publishers))
        folded = tuple(name.casefold() for name in publishers)
        filters = _Filters(articles, day_number(since), day_number(until), folded)
        stretches, pool = [(0, len(text)), *parts(text)], max(_POOL, limit)
        with ThreadPoolExecutor(1) as beside:  # words, while the model and then the graph are asked for the meaning
            words = beside.submit(self._worded, [text[start:end] for start, end in stretches], pool, filters)
            vectors = np.stack(self._library.embedder(self._generation).stretches(text, stretches))
            found = _Legs(self._by_meaning(vectors[0], pool, filters), *words.result())
        named = self._opened.publishers.named_in(text)
        for name in sorted(named.intersection(folded) if folded else named):
            # What a named publisher has may stand far down among what all have.
            found.words.update(self._by_words(text, pool, replace(filters, publishers=(name,))))
        scored = self._fuse(found, vectors)
        if (when := days(text, *self.span)) or named:
            scored = _favour(scored, self._facts(scored), named, when)
        best = islice(_spread(self._candidates(self._one_of_each(scored), 2 * limit + 1)), limit)
        return Found(tuple(self._hit(one, found, articles) for one in best), undated)

    def by_meaning(self, text: str, limit: int) -> list[tuple[str, float]]:
        """The (article id, cosine) of the passages nearest by meaning alone, best first: plain dense retrieval."""
        return [(_article_of(id), near) for id, near in self._generation.nearest(self.embed([text]), limit)[0]]

    def by_words(self, text: str, limit: int) -> list[tuple[str, float]]:
        """The (article id, BM25) of the passages found by words alone, best first: plain retrieval by words."""
        return [(_article_of(id), score) for id, score in self._generation.words.best(text, limit)]

    def _by_meaning(self, vector: Vectors, pool: int, filters: _Filters) -> dict[str, float]:
        """The passages nearest to a vector."""
        return self._counted_once(
            pool, lambda many: self._generation.nearest(vector[None, :], many, filters.articles)[0]
        )

    def _by_words(self, text: str, pool: int, filters: _Filters) -> dict[str, float]:
        """The passages that hold words of a text."""
        return self._counted_once(pool, lambda many: self._best(text, many, filters))

    def _worded(
        self, texts: Sequence[str], pool: int, filters: _Filters
    ) -> tuple[dict[str, float], list[dict[str, float]]]:
        """The passages that hold words of the first text, and those that hold words of each of the others, its parts."""
        whole, *some = texts
        return self._by_words(whole, pool, filters), [dict(self._best(part, pool, filters)) for part in some]

    def _best(self, text: str, many: int, filters: _Filters) -> list[tuple[str, float]]:
        return self._generation.words.best(text, many, filters.since, filters.until, filters.publishers)

    def _counted_once(self, pool: int, look_up: _LookUp) -> dict[str, float]:
        """The best passages of one leg, so many that a pool of them is left with one article of each group."""
        many, asked = pool, _AT_FIRST * pool
        found = look_up(asked)
        while many <= len(found) and many - self._repeated(found[:many]) < pool:
            many *= 2
            if many > asked:
                found, asked = look_up(many), many
        return dict(found[:many])

    def _repeated(self, found: Iterable[tuple[str, float]]) -> int:
        """How many of these passages are of a near-copy of an article that stands before it."""
        first: dict[tuple[str, ...], str] = {}
        grouped = ((article, self._generation.group(article)) for article in (_article_of(id) for id, _ in found))
        return sum(first.setdefault(group, article) != article for article, group in grouped if group)

    def _one_of_each(self, scored: Sequence[Scored]) -> Iterator[Scored]:
        """The passages of the best article of each group of near-copies; or of its newer version, which corrects it.

        Whoever checks a fact wants what the paper says by now; but an older version that suits the question clearly
        better has words that the newer one has lost.
        """
        rows_of: dict[tuple[str, ...], list[tuple[str, float]]] = {}
        grouped = [(row, own := _article_of(row[0]), self._generation.group(own)) for row in scored]
        for (_, score, _), own, group in grouped:
            if group:
                rows_of.setdefault(group, []).append((own, score))
        chosen: dict[tuple[str, ...], str] = {}
        for row, own, group in grouped:
            if group and group not in chosen:  # only now: of most groups nothing will be asked for
                chosen[group] = self._newest(rows_of[group])
            if not group or chosen[group] == own:
                yield row

    def _newest(self, rows: Sequence[tuple[str, float]]) -> str:
        """Of the articles of (article id, score) rows, best first, the newest version among those almost as good as the first."""
        article = cache(self.article)
        chosen, best = rows[0]
        for own, score in rows:
            if own != chosen and score >= best - _ALMOST and is_newer(article(own), article(chosen)):
                chosen = own
        return chosen

    def _candidates(self, scored: Iterator[Scored], many: int) -> Iterator[_Candidate]:
        """These passages, so many read at a time; of several windows of one sentence the first."""
        seen: set[tuple[str, int]] = set()
        while some := list(islice(scored, many)):
            facts = self._facts(some)
            for id, score, cosine in some:
                own = facts[id]
                if (place := (own.article_id, own.start)) not in seen:
                    seen.add(place)
                    yield _Candidate(id, own.article_id, own.start, own.end, score, cosine)

    def _facts(self, scored: Sequence[Scored]) -> dict[str, PassageFacts]:
        return self._record.passage_facts([id for id, _, _ in scored], self._generation.manifest.cut, self.number)

    def _copies(self, id: str, articles: frozenset[str] | None) -> tuple[Article, ...]:
        """The near-copies of an article among these articles, or among all."""
        others = [other for other in self._generation.group(id) if other != id]
        found = [self.article(other) for other in others if articles is None or other in articles]
        return tuple(sorted(found, key=lambda other: (other.published or date.max, other.id)))

    def _fuse(self, found: _Legs, vectors: Vectors) -> list[Scored]:
        """The passages found with their scores, best first: each leg brought to 0..1 and weighed (min-max).

        The first of `vectors` is the question's, the others are its parts'. A part lifts the passages that suit it, which
        the whole question may have left behind those that mention all.
        """
        ids = list(found.meaning | found.words)
        if not ids:
            return []
        near = (self._generation.array[[self._generation.rows[id] for id in ids]] @ vectors.T).astype(float)
        low, high = near.min(axis=0), near.max(axis=0)
        legs = (found.words, *found.parts)
        words = np.array([[leg.get(id, 0.0) for leg in legs] for id in ids])
        most = [max(leg.values(), default=0.0) or 1.0 for leg in legs]
        scores = _MEANING * (near - low) / np.where(high > low, high - low, 1.0) + (1 - _MEANING) * words / most
        best = scores[:, 0]
        if found.parts:
            best = (1 - _PARTS) * best + _PARTS * scores[:, 1:].max(axis=1)
        return sorted(zip(ids, best.tolist(), near[:, 0].tolist(), strict=True), key=_best_first)

    def _hit(self, one: _Candidate, found: _Legs, articles: frozenset[str] | None) -> Hit:
        legs = (name for name in ("meaning", "words") if one.id in getattr(found, name))
        copies = self._copies(one.article_id, articles)
        return Hit(self.article(one.article_id), one.start, one.end, one.score, tuple(legs), one.cosine, copies)


def _favour(
    scored: list[Scored], stored: Mapping[str, PassageFacts], publishers: frozenset[str], when: Sequence[Day]
) -> list[Scored]:
    """The same passages, those of the publishers and days that a question names moved up; scores stay in 0..1."""
    best: dict[str, float] = {}  # score of each named publisher
    for id, score, _ in scored:
        if (by := stored[id].publisher) in publishers:
            best.setdefault(by, score)
    favoured, more = [], []
    for id, score, cosine in scored:
        by, published = stored[id].publisher, stored[id].published
        of_day = published and (by in best or not publishers) and any(day.fits(_date(published)) for day in when)
        more.append(_BY_PUBLISHER * (by in best) + _OF_DAY * bool(of_day))
        if by in best:
            score = (score + score / (best[by] or 1.0)) / 2  # so that the best of each come near each other
        favoured.append((id, score, cosine))
    least, most = min(more, default=0.0), max(more, default=0.0)  # what all have in common tells nothing
    moved = [
        (id, (score + own - least) / (1.0 + most - least), cosine)
        for (id, score, cosine), own in zip(favoured, more, strict=True)
    ]
    return sorted(moved, key=_best_first)


def _date(number: int) -> date:
    return date(number // 10000, number // 100 % 100, number % 100)


def _best_first(row: Scored) -> tuple[float, str]:
    return -row[1], row[0]


def _spread(hits: Iterator[_Candidate]) -> Iterator[_Candidate]:
    """The same passages, with third and later passages of an article moved behind the first five where others can stand."""
    first: list[_Candidate] = []
    later: list[_Candidate] = []
    while len(first) < 5 and (hit := next(hits, None)):
        crowded = sum(other.article_id == hit.article_id for other in first) >= 2
        (later if crowded else first).append(hit)
    yield from (*first, *later)
    yield from hits


class _Opened:
    """An open generation with the record that it was made from, and how many questions are reading them."""

    def __init__(self, store: Path) -> None:
        self.generation, self.pointer = _open_current(store)
        self.readers = 0
        self.closed = False
        try:
            self.record = Record(store / "record.sqlite")
        except BaseException:
            self.generation.close()
            raise

    @cached_property
    def publishers(self) -> Publishers:
        """The generation's publishers, as questions name them."""
        return Publishers(self.counts.publishers)

    @cached_property
    def counts(self) -> Counts:
        """How many articles the generation has of each publisher, and from when to when they are."""
        return self.record.counts(self.generation.number)

    @cached_property
    def filtered(self) -> Callable[[date | None, date | None, tuple[str, ...]], tuple[frozenset[str], int]]:
        """As the record tells which articles pass a filter; the latest ones are kept, since questions come in series."""
        return lru_cache(maxsize=8)(partial(self.record.filtered, self.generation.number))

    def close(self) -> None:
        self.closed = True
        self.generation.close()
        self.record.close()


class Library:
    """An open store; thread-safe. It moves over to a new generation between two questions."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self._now: _Opened | None = _Opened(store)
        self._old: list[_Opened] = []  # still being read
        self._embedders: dict[str, Embedder] = {}

    @classmethod
    def open(cls, store: str | Path = "store") -> Library:
        """Open a store for reading; raises NoStore, StoreDamaged."""
        store = Path(store)
        if not (store / "record.sqlite").exists():
            raise NoStore(f"There is no store in {store}; make one with: clippings index FOLDER")
        return cls(store)

    def close(self) -> None:
        """Release the store; a second call does nothing."""
        with self._lock:
            for opened in [*self._old, *([self._now] if self._now else [])]:
                opened.close()
            self._now, self._old = None, []

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def view(self) -> Iterator[View]:
        """The current generation, held still for one question."""
        opened = self._take()
        try:
            yield View(self, opened)
        finally:
            self._give_back(opened)

    def _take(self) -> _Opened:
        with self._lock:
            if self._now is None:
                raise StoreError("This library is closed; open the store again.")
            if self._now.closed or pointer(self.store) != self._now.pointer:
                if self._now.readers == 0:  # Chroma shares what is open of a folder, even with another one of its name
                    self._now.close()
                new = _Opened(self.store)
                self._old.append(self._now)
                self._now = new
                self._close_idle()
            self._now.readers += 1
            return self._now

    def _give_back(self, opened: _Opened) -> None:
        with self._lock:
            opened.readers -= 1
            self._close_idle()

    def _close_idle(self) -> None:
        for opened in [one for one in self._old if one.readers == 0]:
            opened.close()
            self._old.remove(opened)
            if self._now and opened.pointer[1] == self._now.pointer[1]:
                folder = opened.generation.folder
                with suppress(OSError):  # where we may not, the next build does
                    if folder.exists() and erase(folder):
                        tidy(self.store)

    def embedder(self, generation: Generation) -> Embedder:
        """The embedding model that a generation was made with; raises ModelError, StoreDamaged."""
        manifest = generation.manifest
        with self._loading:
            if manifest.model_digest not in self._embedders:
                generation.read_ahead()
                files = embedder.find(manifest.model)
                if files.digest != manifest.model_digest:
                    raise StoreDamaged(
                        f"The files of the embedding model {manifest.model} are not those that the store was built with; "
                        "bring those back, or build with what is there now: clippings index"
                    )
                self._embedders = {files.digest: embedder.load(files)}
            return self._embedders[manifest.model_digest]

    def search(
        self,
        text: str,
        limit: int = 10,
        since: str | date | None = None,
        until: str | date | None = None,
        publishers: Sequence[str] = (),
    ) -> list[Hit]:
        """The passages nearest to a text, best first; see View.search."""
        with self.view() as view:
            return list(view.search(text, limit, since, until, publishers).hits)

    def article(self, id: str, version: str | None = None) -> Article:
        """An article; raises ArticleGone, or ArticleChanged when its text is not of the version asked for."""
        with self.view() as view:
            return view.article(id, version)

    def listing(self) -> list[Listed]:
        """Every article, by title, as a list of all shows it."""
        with self.view() as view:
            return view.listing()

    def left_out(self) -> list[LeftOut]:
        """What a person left out of the store."""
        with self.view() as view:
            return view.left_out()

    def unreadable(self) -> list[tuple[Path, str]]:
        """Every file that the last build could not read, or not wholly, with each reason."""
        with self.view() as view:
            return view.unreadable()

    def status(self) -> Status:
        """What the store holds."""
        with self.view() as view:
            return view.status(self.store)


def _size(store: Path) -> int:
    """The bytes of a store's files; a build may remove some while they are counted."""
    size = 0
    for path in store.rglob("*"):
        with suppress(FileNotFoundError):
            size += path.lstat().st_size if path.is_file() else 0
    return size


def _open_current(store: Path) -> tuple[Generation, tuple[int, str]]:
    """The current generation; a builder may publish another and remove this one while we open it."""
    while True:
        found = pointer(store)
        if found[0] == 0:
            raise NoStore(f"Nothing is indexed in {store}; do so with: clippings index FOLDER")
        try:
            return Generation(store, found[0]), found
        except FileNotFoundError:
            if pointer(store) == found:
                raise StoreDamaged(f"Generation {found[0]} is missing; run: clippings check --repair") from None
