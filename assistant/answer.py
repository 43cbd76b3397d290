"""The values of an answer: what was said, in which words, by whom, and where it can be opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

Tier = Literal["answer", "closest", "refusal"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an article's text, by code points."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says it, according to the article: a speaker, or an outlet, or a speaker through an outlet."""

    speaker: str  # the name, a pronoun resolved
    mention: Span  # the words of the article that name the speaker
    cue: Span  # the words that say that something is said
    via: Span | None = None  # the outlet through which the article has it


@dataclass(frozen=True, slots=True)
class Quotation:
    """Whole sentences of a source, verbatim."""

    source: int  # the number of its source in this answer
    start: int
    end: int
    text: str
    page: int | None = None
    voice: Voice | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer with the quotations that carry it."""

    text: str
    verdict: Literal["quoted", "supported"]
    quotations: tuple[Quotation, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Quotations of different sources that answer one asked-for number, date, place or name differently."""

    about: str  # what is asked for, in the question's words
    quotations: tuple[Quotation, ...]
    values: tuple[str, ...]  # what each quotation answers, in its own words; left out of JSON

    def to_dict(self) -> dict[str, Any]:
        return {"about": self.about, "quotations": [asdict(quotation) for quotation in self.quotations]}


@dataclass(frozen=True, slots=True)
class Also:
    """A near-copy of a source: printed elsewhere, or another version of it."""

    publisher: str | None
    published: str | None
    article_id: str
    version: str  # with what follows, left out of JSON
    newer: bool = False  # a later version, by the same publisher

    def to_dict(self) -> dict[str, Any]:
        return {"publisher": self.publisher, "published": self.published, "article_id": self.article_id}


@dataclass(frozen=True, slots=True)
class Source:
    """An article as numbered in one answer."""

    number: int
    article_id: str
    version: str
    title: str
    publisher: str | None
    authors: tuple[str, ...]
    published: str | None  # YYYY-MM-DD
    url: str | None
    path: str
    also: tuple[Also, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """What the search was narrowed to; dates are YYYY-MM-DD, inclusive."""

    since: str | None = None
    until: str | None = None
    publishers: tuple[str, ...] = ()
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Nearest:
    """A passage that came near, as `search --json` prints it."""

    article_id: str
    version: str
    title: str
    publisher: str | None
    published: str | None
    start: int
    end: int
    text: str
    score: float
    found_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long it took to find the passages, and then to answer."""

    search: float
    answer: float


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, whole or so far; while streaming, each one replaces the one before."""

    question: str
    standalone: str
    tier: Tier
    confidence: float | None
    model: str | None
    generation: int
    filters: Filters
    statements: tuple[Statement, ...]
    sources: tuple[Source, ...]
    nearest: tuple[Nearest, ...]
    seconds: Seconds
    notices: tuple[str, ...] = ()
    left_out: tuple[str, ...] = field(default=())
    disagreements: tuple[Disagreement, ...] = field(default=())

    @property
    def refused(self) -> bool:
        return self.tier == "refusal"

    def __add__(self, later: Answer) -> Answer:
        """The later one: LangChain adds the chunks of a stream up, and ours are whole answers so far."""
        return later

    def source(self, number: int) -> Source:
        return self.sources[number - 1]

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Answer:
        """The answer whose `dataclasses.asdict` went through JSON, equal in everything; raises ValueError for anything else.

        What `to_dict` leaves out must be there: its links need the versions of near-copies.
        """
        answer = restored(cls, fields)
        assert isinstance(answer, cls)
        return answer

    def to_dict(self) -> dict[str, Any]:
        """The answer as `ask --json` prints it."""
        fields = {**asdict(self), "refused": self.refused}
        for source, told in zip(self.sources, fields["sources"], strict=True):
            told["also"] = [copy.to_dict() for copy in source.also]
        fields["disagreements"] = [one.to_dict() for one in self.disagreements]
        return {name: fields[name] for name in _FIELDS}


_FIELDS = (
    "question standalone tier refused confidence model generation filters notices "
    "statements left_out disagreements sources nearest seconds"
).split()


def restored(kind: Any, value: Any) -> Any:
    """A value of this type from what JSON made of it: dataclasses from objects, tuples from lists; raises ValueError."""
    inside = get_args(kind)
    if is_dataclass(kind) and isinstance(value, Mapping):
        hints = get_type_hints(kind)
        given = {one.name: restored(hints[one.name], value[one.name]) for one in fields(kind) if one.name in value}
        try:
            return kind(**given)  # type: ignore[operator]
        except TypeError as error:
            raise ValueError(f"{error}") from error
    if get_origin(kind) is tuple and isinstance(value, list | tuple):
        return tuple(restored(inside[0], one) for one in value)
    if NoneType in inside:
        return None if value is None else restored(next(one for one in inside if one is not NoneType), value)
    if get_origin(kind) is Literal and value in inside:
        return value
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind in (str, int, bool) and type(value) is kind:
        return value
    raise ValueError(f"{value!r:.80} is not what was kept")
