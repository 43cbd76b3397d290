"""Whether the quotations name whom and what the statement names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from assistant.checking import tables, thesaurus
from assistant.checking.context import Margin, Mention, misplaced
from assistant.checking.sentence import Name, Sentence, acronym, is_country, same_word
from assistant.checking.tokens import opposed, tokens

_MOST = 60  # names that are compared with each other
_MARGIN = Margin(free=0.4, exchanged=0.6, least=0.6, turned=1.0)


def unknown(statement: Sentence, evidence: Sequence[Sentence]) -> Iterator[Name]:
    """The names of the statement that the quotations do not have, or have only in parts of several names."""
    words = frozenset[str]().union(*(sentence.words for sentence in evidence), _origins(evidence))
    runs = _runs(evidence)
    for name in statement.names:
        if _is_told(name, words, runs):
            continue
        if name.sure or acts(statement, name):
            yield name


def _origins(evidence: Sequence[Sentence]) -> frozenset[str]:
    """The words of speakers and publishers, and of what the quotations are about."""
    origins = {
        origin for sentence in evidence for origin in (sentence.speaker, sentence.publisher, sentence.about) if origin
    }
    return frozenset(token.word for origin in origins for token in tokens(origin))


def _runs(evidence: Sequence[Sentence]) -> set[tuple[str, ...]]:
    """The names of the quotations, of what they are about, of their speakers and publishers."""
    runs = {name.words for sentence in evidence for name in sentence.names}
    for about in {sentence.about for sentence in evidence if sentence.about}:
        runs.update(name.words for name in Sentence(about).names)
    for sentence in evidence:
        for origin in (sentence.speaker or "").split(" | ") + [sentence.publisher or ""]:
            runs.add(tuple(token.word for token in tokens(origin) if token.kind == "word"))
    return runs


def _is_told(name: Name, words: frozenset[str], runs: set[tuple[str, ...]]) -> bool:
    if any(acronym(run) == "".join(name.words) for run in runs if len(run) > 1):
        return True
    if len(name.words) > 1 and (acronym(name.words) in words or any(_one_place(name.words, run) for run in runs)):
        return True
    if not all(_word_told(word, words, runs) for word in name.words):
        return False
    return all(_together(one, other, runs) for one, other in pairwise(name.words))


def _one_place(words: Sequence[str], run: Sequence[str]) -> bool:
    joined = " ".join(words)
    return len(run) == 1 and any(joined in row and run[0] in row.split() for row in _SAME)


_SAME = [row.replace("-", " ").strip() for row in tables.SAME_NAMES.strip().split("\n")]


def _word_told(word: str, words: frozenset[str], runs: set[tuple[str, ...]]) -> bool:
    if word in words or word in tables.FUNCTION or word in tables.PARTICLES:
        return True
    if len(word) == 1:
        return any(other.startswith(word) for run in runs for other in run)
    return any(same_word(word, other) for other in words)


def _together(one: str, other: str, runs: set[tuple[str, ...]]) -> bool:
    """Whether two words of a name belong to one name in the quotations; a title may stand before any."""
    if any(word in tables.PARTICLES or word in tables.RANKS or word in tables.TITLES for word in (one, other)):
        return True
    if is_country(one) or is_country(other):
        return True  # the German Lena Vogel
    in_names = {word for run in runs for word in run}
    if not any(same_word(one, word) for word in in_names) or not any(same_word(other, word) for word in in_names):
        return True  # a word that the quotations write small
    return any(_has(run, one) and _has(run, other) for run in runs)


def _has(run: Sequence[str], word: str) -> bool:
    return any(
        same_word(word, other)
        or (len(word) == 1 and other.startswith(word))
        or (len(other) == 1 and word.startswith(other))
        for other in run
    )


def acts(statement: Sentence, name: Name) -> bool:
    """Whether one word at a sentence's beginning is used as a name: it does something, or owns something."""
    if name.end >= len(statement.tokens):
        return False
    word, behind = statement.tokens[name.start], statement.tokens[name.end]
    if word.word.endswith(("s", "ly", "ing", "ed")) and not word.text.endswith(("'s", "’s")):
        return False
    if word.text.endswith(("'s", "’s")):
        return True
    return (
        behind.word in tables.BE
        or behind.word in _HELPERS
        or behind.word in tables.REPORTED
        or (behind.word in thesaurus.IRREGULAR or behind.word.endswith("ed") or behind.text == ",")
    )


_HELPERS = frozenset("has have had will would can could may might must shall should did does do".split())


def swapped(statement: Sentence, near: Sequence[Sentence]) -> Iterator[Name]:
    """The names of the statement in the place where the quotations have another."""
    mine = [name for name in statement.names if name.sure or name.words[0] in _named(near)][:_MOST]
    theirs = [(sentence, name) for sentence in near for name in sentence.names][: 3 * _MOST]

    def same(i: int, j: int) -> bool:
        told = theirs[j][1].words
        return any(
            _has(told, word) for word in mine[i].words if word not in tables.PARTICLES and word not in tables.RANKS
        ) or (acronym(told) == "".join(mine[i].words) or acronym(mine[i].words) == "".join(told))

    found = misplaced(
        [Mention(statement, name.start, name.end) for name in mine],
        [Mention(sentence, name.start, name.end) for sentence, name in theirs],
        same,
        lambda i, j: not any(opposed(one, other) for one in mine[i].words for other in theirs[j][1].words),
        _MARGIN,
    )
    yield from (mine[place] for place in found)


def _named(near: Sequence[Sentence]) -> set[str]:
    return {word for sentence in near for name in sentence.names for word in name.words}
