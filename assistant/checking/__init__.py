"""Does this evidence carry this statement? Facts are compared one by one, the rest by its words and meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.answer import Voice
from assistant.checking import extent, frames, meaning, mouth, names, numbers, polarity, roles
from assistant.checking.sentence import Sentence
from index.embedder import Vectors

__all__ = ["Check", "Evidence", "check"]

_LONGEST = 2_000  # characters of a statement: it is one sentence
_MOST_TEXT = 400_000  # characters of evidence that are read
_CARRIERS = 4  # sentences that may carry one statement together


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quotation with what is known of it: who says it, who printed it, and when."""

    text: str
    voice: Voice | None = None
    publisher: str | None = None
    published: date | None = None


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
        found += mouth.read(one.text[:left], one.voice, one.publisher, one.published, source)
        left -= len(one.text)
        if left <= 0:
            break
    return found


def _against(claim: Sentence, near: Sequence[Sentence], told: Sequence[Sentence]) -> Iterator[str]:
    """What speaks against the statement, in sentences for a person."""
    carriers = _carriers(claim, near)
    for fact in numbers.unknown(claim, told):
        yield f"The quotations do not say {fact.text}."
    for fact in numbers.swapped(claim, near):
        yield f"The quotations say {fact.text} of something else."
    for fact in numbers.unbounded(claim, near):
        yield f"The quotations bound {fact.text} from the other side."
    for name in names.unknown(claim, told):
        yield f"The quotations do not name {name.text}."
    for name in names.swapped(claim, near):
        yield f"The quotations name {name.text} for something else."
    opposites = polarity.opposites(claim, carriers)
    converse = len(opposites) == 1 and (
        roles.mirrored(claim, carriers, dict([opposites[0]])) or frames.converse(claim, carriers, *opposites[0])
    )
    if not converse and polarity.turned(claim, carriers, opposites):
        yield (
            f"The quotations say “{opposites[0].told}”, not “{opposites[0].claimed}”."
            if opposites
            else "The quotations say the opposite."
        )
    elif not converse and frames.opposed(claim, carriers):
        yield "The quotations say the opposite."
    if not converse and (
        roles.exchanged(claim, carriers) or roles.mirrored(claim, carriers) or frames.exchanged(claim, carriers)
    ):
        yield "The quotations have it the other way round."
    for word in extent.stretched(claim, near):
        yield f"The quotations do not say it of “{word}”."
    if hedge := extent.surer(claim, carriers):
        yield f"The quotations leave it open, with “{hedge}”."
    yield from _mouths(claim, carriers)


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
