"""The assistant: a question goes in, an answer carried by quotations comes out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, islice
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from assistant import confidence
from assistant.answer import Also, Answer, Filters, Nearest, Quotation, Seconds, Source, Statement, Tier
from assistant.inferring import asks_for_all, inferred, searched
from assistant.question import Turn, standalone
from assistant.quoting import Quoted, quote
from assistant.ranking import sentences_of
from assistant.retriever import RankedHit, by_part, retrieve
from assistant.voices import voices
from index import Article, Library
from index.article import normalise
from index.errors import EmptyQuestion
from index.search import Found, View, as_day, is_newer

_NEAREST = 5  # passages shown where nothing answers
_EXAMPLES = 4
_TIERS: tuple[Tier, ...] = ("refusal", "closest", "answer")


class Assistant:
    """Answers questions over a library; thread-safe."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        since: str | date | None = None,
        until: str | date | None = None,
        publishers: Sequence[str] = (),
        infer: bool = True,
    ) -> Answer:
        """The answer to a question; raises EmptyQuestion, BadDate, and what reading a store raises."""
        *_, answer = self.stream(question, history, since, until, publishers, infer)
        return answer

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        since: str | date | None = None,
        until: str | date | None = None,
        publishers: Sequence[str] = (),
        infer: bool = True,
    ) -> Iterator[Answer]:
        """Answers so far, each in place of the one before; the last is whole."""
        started = time.monotonic()
        asked = standalone(question, history)
        if not asked:
            raise EmptyQuestion("Nothing was asked: the question is empty.")
        first, last = as_day(since), as_day(until)
        with self.library.view() as view:
            filters = Filters(_iso(first), _iso(last), tuple(publishers))
            narrowed = _inferred(view, asked, filters) if infer else filters
            looked = _look(view, searched(asked, filters, narrowed), narrowed)
            if narrowed != filters and looked.ranked and asks_for_all(asked, view.mentions(asked)):
                looked = replace(looked, tier=max(looked.tier, "closest", key=_TIERS.index))
            dropped = ""
            if narrowed != filters and looked.tier == "refusal":  # what was only inferred must not keep an answer back
                looked = _look(view, asked, filters)
                dropped = "" if looked.tier == "refusal" else _not_narrowed(narrowed, filters)
            else:
                filters = narrowed
            ranked, parts, chance, tier, found_at = looked.ranked, looked.parts, looked.chance, looked.tier, looked.at
            answer = Answer(
                question=question,
                standalone=asked,
                tier=tier,
                confidence=None if chance is None else round(chance, 4),
                model=None,
                generation=view.number,
                filters=filters,
                statements=(),
                sources=(),
                nearest=tuple(_nearest(one) for one in ranked[:_NEAREST]),
                seconds=Seconds(round(found_at - started, 4), 0.0),
                notices=(*_notices(view, filters, looked.found), *filter(None, [dropped])),
            )
            if tier != "refusal":
                quoted = quote([*ranked, *chain.from_iterable(parts)])
                sources = _sources(quoted)
                answer = replace(answer, notices=(*answer.notices, *_newer(sources.values())))
                for grown in _quoted(answer, quoted, sources):
                    answer = grown
                    yield answer
        yield replace(answer, seconds=Seconds(answer.seconds.search, round(time.monotonic() - found_at, 4)))

    def as_runnable(self) -> Runnable[str | Mapping[str, Any], Answer]:
        """The assistant as a LangChain runnable: a question, or {"question", "history", "since", …}, to an Answer."""
        return _Chain(self)

    def examples(self) -> list[str]:
        """Up to four questions that this collection answers, made of its speakers and headlines."""
        good: list[str] = []
        with self.library.view() as view:
            ids = view.some_articles(12)
            articles = [view.article(id) for id in ids]
        for question in islice(_example_questions(articles), 3 * _EXAMPLES):
            if len(good) == _EXAMPLES:
                break
            if self.ask(question).tier == "answer":
                good.append(question)
        return good


@dataclass(frozen=True, slots=True)
class _Looked:
    """What one search came to."""

    ranked: list[RankedHit]
    found: Found
    parts: list[list[RankedHit]]
    chance: float | None
    tier: Tier
    at: float  # when the search was done


def _look(view: View, asked: str, filters: Filters) -> _Looked:
    ranked, found = retrieve(view, asked, since=filters.since, until=filters.until, publishers=filters.publishers)
    found_at = time.monotonic()
    parts = by_part(view, asked, ranked)
    chance = confidence.confidence(ranked, parts) if confidence.calibrated(view.model_digest) else None
    return _Looked(ranked, found, parts, chance, confidence.tier(chance) if ranked else "refusal", found_at)


def _inferred(view: View, asked: str, given: Filters) -> Filters:
    names = {name.casefold(): name for name in view.publishers()}
    first, last = view.span
    return inferred(asked, given, view.mentions(asked), names, (first, last) if first and last else None)


def _not_narrowed(narrowed: Filters, filters: Filters) -> str:
    by = f" by {' or '.join(narrowed.publishers)}" if narrowed.publishers != filters.publishers else ""
    dated = (narrowed.since, narrowed.until) != (filters.since, filters.until)
    since = f" from {narrowed.since}" if dated and narrowed.since else ""
    until = f" until {narrowed.until}" if dated and narrowed.until else ""
    return f"Not narrowed to articles{by}{since}{until}, which the question names: none of them answers it."


def _sources(quoted: Sequence[Quoted]) -> dict[str, Source]:
    """The articles that are quoted, by id, numbered in the order of their first quotations."""
    sources: dict[str, Source] = {}
    for one in quoted:
        article = one.hit.article
        if article.id not in sources:
            sources[article.id] = _source(len(sources) + 1, article, one.hit.also)
    return sources


def _quoted(answer: Answer, quoted: Sequence[Quoted], sources: Mapping[str, Source]) -> Iterator[Answer]:
    """The answer growing by one quotation at a time, with the sources that it has used so far."""
    used: dict[str, Source] = {}
    for one in quoted:
        article = one.hit.article
        used[article.id] = sources[article.id]
        quotation = Quotation(
            sources[article.id].number, one.start, one.end, one.text, article.page(one.start), one.voice
        )
        statement = Statement(one.text, "quoted", (quotation,))
        answer = replace(answer, statements=(*answer.statements, statement), sources=tuple(used.values()))
        yield answer


def _newer(sources: Iterable[Source]) -> Iterator[str]:
    """A sentence for each source that has a newer version, naming the newest."""
    for source in sources:
        if newer := [copy for copy in source.also if copy.newer]:
            newest = max(newer, key=lambda copy: copy.published or "")
            day = date.fromisoformat(newest.published or "")
            yield f"A newer version of [{source.number}] is in the articles: {newest.publisher}, {day.day} {day:%B %Y}."


def _source(number: int, article: Article, also: Sequence[Article]) -> Source:
    return Source(
        number=number,
        article_id=article.id,
        version=article.version,
        title=article.title,
        publisher=article.publisher,
        authors=article.authors,
        published=_iso(article.published),
        url=article.url,
        path=article.path,
        also=tuple(
            Also(other.publisher, _iso(other.published), other.id, other.version, is_newer(other, article))
            for other in also
        ),
    )


def _nearest(one: RankedHit) -> Nearest:
    hit = one.hit
    return Nearest(
        article_id=hit.article.id,
        version=hit.article.version,
        title=hit.article.title,
        publisher=hit.article.publisher,
        published=_iso(hit.article.published),
        start=hit.start,
        end=hit.end,
        text=hit.text,
        score=round(hit.score, 4),
        found_by=hit.found_by,
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _notices(view: View, filters: Filters, found: Found) -> tuple[str, ...]:
    notices = []
    if not confidence.calibrated(view.model_digest):
        notices.append("Confidence was not measured for this embedding model, so none is given and nothing is refused.")
    if found.undated:
        articles = "1 article has" if found.undated == 1 else f"{found.undated} articles have"
        notices.append(f"{articles} no date and dropped out of the search.")
    known = {name.casefold() for name in view.publishers()} if filters.publishers else set()
    unknown = [name for name in filters.publishers if normalise(name).casefold() not in known]
    if unknown:
        notices.append(f"No article is by {', '.join(unknown)}.")
    return tuple(notices)


def _example_questions(articles: Sequence[Article]) -> Iterator[str]:
    """Questions with a speaker first, then with a headline, one an article."""
    for article in articles:
        spans = sentences_of(article.text)
        speakers = [voice.speaker for voice in voices(article.text, spans) if voice and " " in voice.speaker]
        named = [name for name in speakers if all(word[:1].isupper() for word in name.split())]
        if named and article.publisher:
            yield f"What does {_the(named[0])} say in {_the(article.publisher)}?"
        elif article.publisher:
            yield f"What does {_the(article.publisher)} report under “{article.title}”?"


def _the(publisher: str) -> str:
    return "the" + publisher[3:] if publisher.startswith("The ") else publisher


class _Chain(Runnable[str | Mapping[str, Any], Answer]):
    """LangChain's way in. Its stream gives whole answers so far; Answer adds up to the later one."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def invoke(self, input: str | Mapping[str, Any], config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        return self._call_with_config(lambda given: self._assistant.ask(**_arguments(given)), input, config, **kwargs)

    def stream(
        self, input: str | Mapping[str, Any], config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Answer]:
        def answers(given: Iterator[str | Mapping[str, Any]]) -> Iterator[Answer]:
            for one in given:
                yield from self._assistant.stream(**_arguments(one))

        yield from self._transform_stream_with_config(iter([input]), answers, config, **kwargs)


def _arguments(given: str | Mapping[str, Any]) -> dict[str, Any]:
    return {"question": given} if isinstance(given, str) else dict(given)
