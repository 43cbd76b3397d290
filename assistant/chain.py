"""The assistant: a question goes in, an answer carried by quotations comes out."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar, cast

from assistant import confidence
from assistant.answer import Also, Answer, Disagreement, Filters, Nearest, Quotation, Seconds, Source, Statement, Tier
from assistant.disagreements import Difference, differing
from assistant.errors import ModelFailed
from assistant.inferring import asks_for_all, inferred, searched
from assistant.question import Turn, standalone
from assistant.quoting import Quoted, quote
from assistant.ranking import sentences_of
from assistant.retriever import RankedHit, by_part, retrieve
from assistant.voices import voices
from assistant.writing import COMPUTING, Writer, Written
from index import Article, Library
from index.article import normalise
from index.errors import EmptyQuestion
from index.search import Found, View, as_day, is_newer

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import Runnable

_NEAREST = 5  # passages shown where nothing answers
_EXAMPLES = 4
_TIERS: tuple[Tier, ...] = ("refusal", "closest", "answer")
T = TypeVar("T")


class Assistant:
    """Answers questions over a library, in quotations or as a chat model writes them; thread-safe.

    `model` is a LangChain chat model, or the name of one (`provider:model`, with `@address` for a server of one's own).
    """

    def __init__(self, library: Library, model: BaseChatModel | str | None = None) -> None:
        self.library = library
        self._writer = Writer(model) if model else None

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
        asked, failure = standalone(question, history), ""
        if not asked:
            raise EmptyQuestion("Nothing was asked: the question is empty.")
        first, last = as_day(since), as_day(until)
        filters = Filters(_iso(first), _iso(last), tuple(publishers))
        with self.library.view() as view:
            answer = Answer(
                question=question,
                standalone=asked,
                tier="closest",
                confidence=None,
                model=self._writer.name if self._writer else None,
                generation=view.number,
                filters=filters,
                statements=(),
                sources=(),
                nearest=(),
                seconds=Seconds(0.0, 0.0),
            )
            if self._writer and history:
                try:
                    asked = (yield from _meanwhile(self._writer.stand_alone(question, history), answer)) or asked
                except ModelFailed as error:
                    failure = str(error)
                started = time.monotonic()
            with COMPUTING if self._writer else nullcontext():
                looked = _look_narrowed(view, asked, filters) if infer else _look(view, asked, filters)
            ranked, tier = looked.ranked, looked.tier
            answer = replace(
                answer,
                filters=looked.filters,
                standalone=asked,
                tier=tier,
                confidence=None if looked.chance is None else round(looked.chance, 4),
                nearest=tuple(_nearest(one) for one in ranked[:_NEAREST]),
                seconds=Seconds(round(looked.at - started, 4), 0.0),
                notices=(*_notices(view, looked.filters, looked.found), *looked.notices),
            )
            if tier == "refusal":
                answer = replace(answer, model=None)
            else:
                if self._writer:
                    answer = yield from _written(self._writer, answer, ranked, view, failure)
                if not answer.statements:
                    quoted = quote([*ranked, *chain.from_iterable(looked.parts)])
                    sources = _sources(quoted)
                    answer = replace(answer, notices=(*answer.notices, *_newer(sources.values())))
                    for grown in _quoted(answer, quoted, sources):
                        answer = grown
                        yield answer
                answer = _with_disagreements(answer, differing(asked, ranked))
        yield replace(answer, seconds=Seconds(answer.seconds.search, round(time.monotonic() - looked.at, 4)))

    def as_runnable(self) -> Runnable[str | Mapping[str, Any], Answer]:
        """The assistant as a LangChain runnable: a question, or {"question", "history", "since", …}, to an Answer."""
        from assistant.for_langchain import Chain

        return Chain(self)

    def examples(self) -> list[str]:
        """Up to four questions that this collection answers, made of its speakers and headlines."""
        good: list[str] = []
        plain = Assistant(self.library)
        with self.library.view() as view:
            ids = view.some_articles(12)
            articles = [view.article(id) for id in ids]
        for question in islice(_example_questions(articles), 3 * _EXAMPLES):
            if len(good) == _EXAMPLES:
                break
            if plain.ask(question).tier == "answer":
                good.append(question)
        return good


def _meanwhile(work: Generator[None, None, T], answer: Answer) -> Generator[Answer, None, T]:
    """Returns what the work returns; meanwhile gives the answer as it is, so that whoever waits may stop."""
    with closing(work):
        while True:
            try:
                next(work)
            except StopIteration as done:
                return cast(T, done.value)
            yield answer


def _written(
    writer: Writer, answer: Answer, ranked: Sequence[RankedHit], view: View, failure: str
) -> Generator[Answer, None, Answer]:
    """Returns the answer as the model wrote it, or without a statement and with a notice that says why."""
    plain, whole = answer, Written()
    try:
        if failure:
            raise ModelFailed(failure)
        with closing(writer.write(answer.standalone, ranked, view.embed)) as writing:
            for whole in writing:
                sources = _sources([one for carried in whole.statements for one in carried.quotations])
                statements = tuple(
                    Statement(one.text, "supported", tuple(_quotation(quoted, sources) for quoted in one.quotations))
                    for one in whole.statements
                )
                answer = replace(
                    answer, statements=statements, sources=tuple(sources.values()), left_out=whole.left_out
                )
                yield answer
    except ModelFailed as error:
        told = f"{writer.name} did not write this answer, so quotations stand here. {error}"
        return replace(plain, model=None, notices=(*plain.notices, told))
    if answer.statements:
        return replace(answer, notices=(*answer.notices, *_newer(answer.sources)))
    if whole.declined:
        told = f"{writer.name} found no answer in these articles; what comes nearest is quoted."
        return replace(answer, tier="closest", notices=(*answer.notices, told))
    wrote = (
        f"Nothing that {writer.name} wrote is carried by the articles"
        if whole.left_out
        else f"{writer.name} wrote nothing"
    )
    told = f"{wrote}, so quotations stand here."
    return replace(answer, notices=(*answer.notices, told))


@dataclass(frozen=True, slots=True)
class _Looked:
    """What one search came to."""

    filters: Filters
    ranked: list[RankedHit]
    found: Found
    parts: list[list[RankedHit]]
    chance: float | None
    tier: Tier
    at: float  # when the search was done
    notices: tuple[str, ...] = ()


def _look_narrowed(view: View, asked: str, given: Filters) -> _Looked:
    """What is found with the filters that the question names, unless those keep an answer back."""
    narrowed = _inferred(view, asked, given)
    looked = _look(view, searched(asked, given, narrowed), narrowed)
    if narrowed == given:
        return looked
    if looked.ranked and asks_for_all(asked, view.mentions(asked)):
        looked = replace(looked, tier=max(looked.tier, "closest", key=_TIERS.index))
    if looked.tier != "refusal":
        return looked
    wider = _look(view, asked, given)
    return wider if wider.tier == "refusal" else replace(wider, notices=(_not_narrowed(narrowed, given),))


def _look(view: View, asked: str, filters: Filters) -> _Looked:
    ranked, found = retrieve(view, asked, since=filters.since, until=filters.until, publishers=filters.publishers)
    found_at = time.monotonic()
    parts = by_part(view, asked, ranked)
    chance = confidence.confidence(ranked, parts) if confidence.calibrated(view.model_digest) else None
    return _Looked(filters, ranked, found, parts, chance, confidence.tier(chance) if ranked else "refusal", found_at)


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
        statement = Statement(one.text, "quoted", (_quotation(one, sources),))
        answer = replace(answer, statements=(*answer.statements, statement), sources=tuple(used.values()))
        yield answer


def _quotation(one: Quoted, sources: Mapping[str, Source]) -> Quotation:
    article = one.hit.article
    return Quotation(sources[article.id].number, one.start, one.end, one.text, article.page(one.start), one.voice)


def _with_disagreements(answer: Answer, found: Sequence[Difference]) -> Answer:
    """The answer with what sources answer differently; articles that it did not quote yet are numbered after the others."""
    sources = {source.article_id: source for source in answer.sources}
    disagreements = []
    for one in found:
        quotations = []
        for quoted in one.quoted:
            article = quoted.hit.article
            sources.setdefault(article.id, _source(len(sources) + 1, article, quoted.hit.also))
            quotations.append(_quotation(quoted, sources))
        disagreements.append(Disagreement(one.about, tuple(quotations), one.values))
    return replace(answer, sources=tuple(sources.values()), disagreements=tuple(disagreements))


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
