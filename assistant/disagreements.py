"""Where sources differ: sentences of different articles that answer one asked-for number, date, place or name differently.

Two sentences differ where they say the same, word for word, but for the value that is asked for, or where in each the
question's own words stand by a value as its answer. What an article only tells of another paper's figure, or takes
back, is no claim of its own. Where it is not plain that both speak of one thing at one time, nothing is said: a false
alarm costs more than a missed one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

import regex

from assistant.asked_for import AskedFor, asked_for
from assistant.checking import tables
from assistant.checking.quantities import Day, agree
from assistant.checking.sentence import Sentence, same_word
from assistant.checking.tokens import Token, fold, key, opposed
from assistant.claims import Called, Claim, Said, answering, around, clash, days_clash, is_sort, ranks
from assistant.quoting import HAD_SAID, Quoted, whole
from assistant.ranking import sentences_of
from assistant.retriever import RankedHit

_LESS = 6.0  # log-odds below the best sentence: a short one that relies on its passage stands far below
_SENTENCES = 3  # of a hit that are read
_VALUES = 4  # that are shown side by side
_NAMED = 0.5  # share of the words of the question's names that a sentence, its title and its passage must have
_MOST = 0.6  # share of the question's other words that they must have, where the sentences are not alike
_SHARED = 4  # content words that two sentences have in common to be one but for a value
_OTHERS = 12  # words that only one of the two has, at most
_ENOUGH = 2  # words of the question that two sentences both have by their values
_WEEK = 6  # days between two articles within which "on Friday" is one day
_RELATIVE = frozenset(
    "today yesterday tomorrow tonight this last next now currently current latest recent recently ago".split()
)
_TO_PAPER = frozenset("told tell tells to with by for".split())
_PAST = frozenset("had wrote reported put gave printed published regrets".split())


@dataclass(frozen=True, slots=True)
class Difference:
    """What is asked for, and the sentences of different articles that answer it differently."""

    about: str  # what is asked for, in the question's words
    quoted: tuple[Quoted, ...]
    values: tuple[str, ...]  # what each quotation answers, in its own words


def differing(question: str, ranked: Sequence[RankedHit]) -> list[Difference]:
    """Where the articles of some hits answer a question differently: one difference, or none."""
    asked = asked_for(question)
    if asked is None or len(ranked) < 2:
        return []
    papers = frozenset(one.hit.article.publisher for one in ranked if one.hit.article.publisher)
    said = [one for one in _own_sentences(ranked, papers) if _is_about(asked, one)]
    pairs = sorted(_pairs(asked, said, papers), key=lambda pair: -pair[0].said.score - pair[1].said.score)
    if not pairs:
        return []
    shown = list(pairs[0])
    for pair in pairs[1:]:
        for new, known in (pair, pair[::-1]):
            beside = known in shown and all(_may_differ(new.said, one.said) and clash(new, one) for one in shown)
            if (
                beside
                and len(shown) < _VALUES
                and not any(_says_too(one.said, new, papers) or _says_too(new.said, one, papers) for one in shown)
            ):
                shown.append(new)
    shown.sort(key=lambda claim: claim.said.article.published.isoformat() if claim.said.article.published else "")
    quoted = tuple(whole(claim.said.hit, claim.said.number) for claim in shown)
    return [Difference(asked.about, quoted, tuple(claim.text for claim in shown))]


def _own_sentences(ranked: Sequence[RankedHit], papers: frozenset[str]) -> list[Said]:
    """The promising sentences in which articles speak for themselves."""
    best = max(one.best.score for one in ranked)
    return [
        Said(one.hit, sentence.number, sentence.score, _read(one.hit.article.text[sentence.start : sentence.end]))
        for one in ranked
        for sentence in one.sentences[:_SENTENCES]
        if sentence.score >= best - _LESS
        and sentence.features.get("offered", 1.0)  # none has a value where nothing of its kind was seen
        and _speaks_for_itself(one.hit.article.text[sentence.start : sentence.end], one.hit.article.publisher, papers)
    ]


@lru_cache(maxsize=2048)
def _read(text: str) -> Sentence:
    """A sentence, read once for all questions that come upon it."""
    return Sentence(text)


@lru_cache(maxsize=1024)
def _speaks_for_itself(text: str, publisher: str | None, papers: frozenset[str]) -> bool:
    """Whether a sentence neither tells what another paper says nor what this one had said before."""
    if HAD_SAID.search(text):
        return False
    for paper in papers:
        for found in regex.finditer(
            rf"(?:\b((?:[Aa]ccording )?\w+) )?(?:[Tt]he )?\b{regex.escape(paper.removeprefix('The '))}\b(?: (\w+))?",
            text,
        ):
            before, behind = (found[1] or "").lower(), (found[2] or "").lower()
            if before not in _TO_PAPER and (paper != publisher or behind in _PAST):
                return False
    return True


@lru_cache(maxsize=512)
def _words_of(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in regex.findall(r"[\p{L}\p{M}]+|\p{N}+", text))


@lru_cache(maxsize=512)
def _keys_of(text: str) -> frozenset[str]:
    return frozenset(key(word) for word in _words_of(text))


def _is_about(asked: AskedFor, said: Said) -> bool:
    """Whether a sentence, its title or its passage names what the question names, and its numbers where it has any."""
    near = _words_of(f"{said.article.title}. {said.hit.text}")
    names = [word for name in asked.subjects for word in name]
    if sum(word in near or any(same_word(word, other) for other in near) for word in names) < _NAMED * len(names):
        return False
    days = [fact.value for fact in said.read.facts if isinstance(fact.value, Day) and fact.value.year]
    if asked.sort != "date" and asked.days and days and all(days_clash(one, own) for one in asked.days for own in days):
        return False
    others = [
        fact.value for fact in said.read.facts if not isinstance(fact.value, Day) and not is_sort(asked, fact.value)
    ]
    return not asked.amounts or not others or any(agree(one, own, None) for one in asked.amounts for own in others)


def _has_all(asked: AskedFor, said: Said) -> bool:
    """Whether most of what the question says in lower case stands in a sentence, its title or its passage."""
    near = _keys_of(f"{said.article.title}. {said.hit.text}")
    return len(asked.relation & near) >= _MOST * len(asked.relation)


def _pairs(asked: AskedFor, said: Sequence[Said], papers: frozenset[str]) -> Iterator[tuple[Claim, Claim]]:
    """Claims of two articles that exclude each other, in sentences about one thing."""
    claims = [answering(asked, one) if _has_all(asked, one) else [] for one in said]
    for place, one in enumerate(said):
        for further, other in enumerate(said[place + 1 :], place + 1):
            if not _may_differ(one, other) or not _one_time(asked, one, other):
                continue
            pair = _but_for_a_value(asked, one, other)
            found = (
                [pair]
                if pair
                else [
                    (mine, theirs)
                    for mine in claims[place]
                    for theirs in claims[further]
                    if clash(mine, theirs) and _of_one_thing(asked, mine, theirs)
                ]
            )
            yield from (
                (mine, theirs)
                for mine, theirs in found
                if not _says_too(other, mine, papers) and not _says_too(one, theirs, papers)
            )


def _may_differ(one: Said, other: Said) -> bool:
    """Whether two sentences are of two articles that are no copies of each other."""
    copies = {article.id for article in (*one.hit.also, one.article)} & {
        article.id for article in (*other.hit.also, other.article)
    }
    return not copies


def _one_time(asked: AskedFor, one: Said, other: Said) -> bool:
    """Whether two sentences may tell of one time: the same years, and "on Friday" in papers of one week."""
    if asked.sort != "date":
        mine, theirs = (
            [
                fact.value
                for fact in said.read.facts
                if isinstance(fact.value, Day) and (fact.value.year or fact.value.month)
            ]
            for said in (one, other)
        )
        if mine and theirs and all(days_clash(a, b) for a in mine for b in theirs):
            return False
    days = one.article.published, other.article.published
    if days[0] is None or days[1] is None or abs((days[0] - days[1]).days) <= _WEEK:
        return True
    return not (_is_relative(one.read) and _is_relative(other.read))


def _is_relative(read: Sentence) -> bool:
    return not read.words.isdisjoint(_RELATIVE) or not read.words.isdisjoint(tables.WEEKDAYS)


def _of_one_thing(asked: AskedFor, one: Claim, other: Claim) -> bool:
    """Whether what stands around two values ties both to the question in one way."""
    needed = len(asked.relation) + bool(asked.counted) if asked.sort == "number" else 1
    if len(one.tied & other.tied) < min(_ENOUGH, needed) or {one.role, other.role} not in _ONE_ROLE | {
        frozenset({one.role})
    }:
        return False
    near = [around(claim.said.read, claim.start, claim.end) for claim in (one, other)]
    first, second = ranks(one.said.read, near[0]), ranks(other.said.read, near[1])
    if first and second and not first & second:
        return False
    mine, theirs = (_others_named(asked, claim, places) for claim, places in zip((one, other), near, strict=True))
    if mine and theirs and not any(same_word(a, b) for a in mine for b in theirs):
        return False
    words = [
        {claim.said.read.tokens[place].word for place in places if claim.said.read.tokens[place].key}
        for claim, places in zip((one, other), near, strict=True)
    ]
    return not any(opposed(a, b) for a in words[0] - words[1] for b in words[1] - words[0])


_ONE_ROLE = {frozenset({"agent", "holder"})}


def _others_named(asked: AskedFor, claim: Claim, near: range) -> set[str]:
    """The words of names around a value that neither the question nor the value has."""
    return {
        word
        for name in claim.said.read.names
        if name.start in near and (name.end <= claim.start or name.start >= claim.end)
        for word in name.words
        if word not in asked.words and word not in tables.FUNCTION
    }


def _says_too(said: Said, claim: Claim, papers: frozenset[str]) -> bool:
    """Whether the passage around a sentence has another article's value, too: then it does not differ from it."""
    if isinstance(claim.value, Called):
        return claim.value.words[-1] in _words_of(said.hit.text)
    own = (_read(text) for text in _sentences(said) if _speaks_for_itself(text, said.article.publisher, papers))
    return any(fact.value == claim.value for read in own for fact in read.facts)


def _sentences(said: Said) -> list[str]:
    """The sentences of the passage around a sentence."""
    text = said.article.text
    return [text[a:b] for a, b in sentences_of(text) if said.hit.start <= a and b <= said.hit.end]


# ------------------------------------------------------------------------------ one but for a value


def _but_for_a_value(asked: AskedFor, one: Said, other: Said) -> tuple[Claim, Claim] | None:
    """The values by which two sentences differ that have all other words in common."""
    first, second = one.read, other.read
    if len(first.words ^ second.words) > _OTHERS or len(first.keys & second.keys) < _SHARED:
        return None
    if not first.keys & second.keys & asked.keys:
        return None
    steps = _replaced([token.word for token in first.tokens], [token.word for token in second.tokens])
    if not steps:
        return None
    claims = (_claimed(asked, one, [step[:2] for step in steps]), _claimed(asked, other, [step[2:] for step in steps]))
    if claims[0] is None or claims[1] is None or not clash(claims[0], claims[1]):
        return None
    return claims[0], claims[1]


def _replaced(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """The stretches by which two rows of words differ, those joined that only a comma parts; none where one is longer."""
    found: list[tuple[int, int, int, int]] = []
    for what, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        if found and a - found[-1][1] <= 1 and set(one[found[-1][1] : a]) <= {",", ".", "-"}:
            a, c = found[-1][0], found[-1][2]
            found.pop()
        found.append((a, b, c, d))
    return found


def _claimed(asked: AskedFor, said: Said, stretches: Sequence[tuple[int, int]]) -> Claim | None:
    """The one value that takes up all of some stretches of a sentence, if it is of the sort asked for."""
    sequence = said.read.tokens
    if asked.sort in ("name", "place"):
        start, end = max(stretches, key=lambda stretch: stretch[1] - stretch[0])
        words = tuple(token.word for token in sequence[start:end] if token.kind == "word")
        if not words or not _is_named(sequence[start:end]):
            return None
        if any(not set(_told(sequence[a:b])) <= set(words) or a == b for a, b in stretches):
            return None
        return Claim(said, start, end, Called(words))
    facts = [fact for fact in said.read.facts if is_sort(asked, fact.value)]
    covering = [
        next((fact for fact in facts if fact.start <= a and max(b, a + 1) <= fact.end), None) for a, b in stretches
    ]
    values = {fact.value for fact in covering if fact}
    if None in covering or len(values) != 1 or covering[0] is None:
        return None
    return Claim(said, covering[0].start, covering[0].end, covering[0].value)


def _told(sequence: Sequence[Token]) -> list[str]:
    return [token.word for token in sequence if token.kind == "word"]


def _is_named(sequence: Sequence[Token]) -> bool:
    """Whether some tokens are a name and nothing else."""
    return all(
        token.capital or token.word in tables.PARTICLES or token.text in {".", ",", "-", "'", "’"} for token in sequence
    )
