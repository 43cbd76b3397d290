"""Does this evidence carry this statement? Facts are compared one by one, the rest by its words and meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from assistant.answer import Voice
from assistant.checking import extent, frames, meaning, mouth, names, numbers, order, polarity, roles, tables
from assistant.checking.meaning import remembering
from assistant.checking.sentence import Sentence
from assistant.checking.tokens import key
from index.embedder import Vectors

__all__ = ["Check", "Evidence", "check", "remembering"]

_LONGEST = 2_000  # characters of a statement: it is one sentence
_MOST_TEXT = 400_000  # characters of evidence that are read
_IN_TIME = frozenset({"time"})
_JOINING = frozenset({"time", "cause", "condition"})  # words that join clauses; "than" turns with an opposite word
_TIMES = frozenset({"before", "after", "afterwards", "later"})
_QUOTATION = 4_000  # characters of evidence that is kept as read
_CARRIERS = 4  # sentences that may carry one statement together


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quotation with what is known of it: who says it, who printed it, and when; and the names that its article has
    for what it speaks of, as its title does: these make a name known, and carry nothing else."""

    text: str
    voice: Voice | None = None
    publisher: str | None = None
    published: date | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a statement is carried, how well, and why not."""

    supported: bool
    score: float  # 0..1, higher is better carried
    reasons: tuple[str, ...]  # one short sentence for a person each; empty where it is carried


def check(statement: str, evidence: Sequence[Evidence], embed: Callable[[Sequence[str]], Vectors]) -> Check:
    """Whether the evidence carries the statement; `embed` gives unit vectors of sentences."""
    statement = " ".join(statement.split())
    if not any(one.isalnum() for one in statement):
        return Check(False, 0.0, ("The statement says nothing.",))
    if len(statement) > _LONGEST:
        return Check(False, 0.0, ("The statement is too long to be checked.",))
    told = _read(evidence)
    if not told:
        return Check(False, 0.0, ("There is no quotation.",))
    claim = next(iter(mouth.read(statement)))
    claim = Sentence(statement, claim.speaker, claim.frame)
    near = meaning.nearest(claim, told)
    reasons = tuple(dict.fromkeys(_against(claim, near, told)))
    score = meaning.score(meaning.features(claim, near, told, len(reasons), embed))
    if not reasons and score < meaning.fitted().least:
        reasons = ("The quotations say something else.",)
    return Check(not reasons, score, reasons)


def _read(evidence: Sequence[Evidence]) -> list[Sentence]:
    found: list[Sentence] = []
    left = _MOST_TEXT
    for source, one in enumerate(evidence):
        read = _quoted if len(one.text) <= _QUOTATION else mouth.read
        found += read(one.text[:left], one.voice, one.publisher, one.published, source, one.about)
        left -= len(one.text)
        if left <= 0:
            break
    return found


@lru_cache(maxsize=256)
def _quoted(
    text: str, voice: Voice | None, publisher: str | None, published: date | None, source: int, about: str
) -> tuple[Sentence, ...]:
    """The sentences of a quotation, read once for all statements of an answer."""
    return tuple(mouth.read(text, voice, publisher, published, source, about))


def _against(claim: Sentence, near: Sequence[Sentence], told: Sequence[Sentence]) -> Iterator[str]:
    """What speaks against the statement, in sentences for a person."""
    carriers = _carriers(claim, near)
    anchored = frames.anchored(claim, carriers)
    for fact in numbers.unknown(claim, told):
        yield f"The quotations do not say {fact.text}."
    for fact in numbers.swapped(claim, near):
        if f"=#{fact.value}" not in anchored:
            yield f"The quotations say {fact.text} of something else."
    for fact in numbers.unbounded(claim, near):
        yield f"The quotations bound {fact.text} from the other side."
    for name in names.unknown(claim, told):
        yield f"The quotations do not name {name.text}."
    for name in names.swapped(claim, near):
        if all(f"={key(word) or word}" not in anchored for word in name.words):
            yield f"The quotations name {name.text} for something else."
    opposites = _opposites(claim, carriers, anchored)
    converse = len(opposites) == 1 and (
        roles.mirrored(claim, carriers, dict([opposites[0]])) or frames.converse(claim, carriers, *opposites[0])
    )
    if not converse and polarity.turned(claim, carriers, opposites):
        yield (
            f"The quotations say “{opposites[0].told}”, not “{opposites[0].claimed}”."
            if opposites
            else "The quotations say the opposite."
        )
    elif not opposites and frames.opposed(claim, carriers):
        yield "The quotations say the opposite."
    if not converse and (
        _exchanged(claim, carriers)
        or roles.mirrored(claim, carriers)
        or frames.exchanged(claim, carriers)
        or order.turned(claim, carriers, _JOINING if opposites else _JOINING | {"measure"})
    ):
        yield "The quotations have it the other way round."
    if not opposites:
        for fact in numbers.turned(claim, carriers):
            yield f"The quotations say {fact.text} of something else."
    for word in extent.stretched(claim, near):
        yield f"The quotations do not say it of “{word}”."
    if order.unconditioned(claim, carriers):
        yield "The quotations say it on a condition."
    if hedge := extent.surer(claim, carriers):
        yield f"The quotations leave it open, with “{hedge}”."
    yield from _mouths(claim, carriers)


def _opposites(claim: Sentence, carriers: Sequence[Sentence], anchored: frozenset[str]) -> list[polarity.Opposite]:
    """The opposites, without those of a time that is the quotations' own: the spring of 1710, for the winter of 1709."""
    found = polarity.opposites(claim, carriers)
    found = [one for one in found if one.claimed not in tables.SEASONS or f"={key(one.claimed)}" not in anchored]
    if order.turned(claim, carriers, _IN_TIME) is False:
        found = [one for one in found if one.claimed not in _TIMES]
    return found


def _exchanged(claim: Sentence, carriers: Sequence[Sentence]) -> bool:
    """Whether two phrases stand in each other's place and the quotations do not say it of them as they stand."""
    pair = roles.exchanged(claim, carriers)
    return pair is not None and not frames.said(claim, carriers, pair)


def _mouths(claim: Sentence, carriers: Sequence[Sentence]) -> Iterator[str]:
    speaker = mouth.stripped(claim, carriers)
    if speaker:
        yield f"In the quotations {speaker} says so; the statement says it as a fact."
    for clause in mouth.clauses(claim.text):
        if mouth.misheard(clause, carriers):
            yield f"In the quotations {(clause.speaker or '').partition(' | ')[0]} does not say so."
        if stand := mouth.another_stand(clause, carriers):
            yield f"The quotations do not say “{stand}”."


def _carriers(claim: Sentence, near: Sequence[Sentence]) -> list[Sentence]:
    """The fewest sentences that hold what the nearest ones hold of the statement's words, at most four."""
    left = set(claim.keys)
    found: list[Sentence] = []
    rest = list(near)
    while rest and left and len(found) < _CARRIERS:
        best = max(rest, key=lambda one: len(left & one.keys))
        gain = left & best.keys
        if not gain:
            break
        found.append(best)
        rest.remove(best)
        left -= gain
    return found or list(near[:1])
