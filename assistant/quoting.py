"""Answers in quotations: the sentences that answer, verbatim. No language model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import regex

from assistant.answer import Voice
from assistant.ranking import Sentence, sentences_of
from assistant.retriever import RankedHit
from assistant.voices import voices
from index import Hit
from index.words import stems

_MOST = 6  # sentences an answer, besides what they need to be understood
_QUOTATIONS = 4  # an answer, at most
_BETWEEN = 1  # sentences that two chosen ones may leave out between them before each is quoted alone
_LESS = 4.0  # log-odds below the best sentence: what is less likely by more answers something else
_SAME = 0.7  # share of the shorter sentence's words that another one has
_ITEMS = 8  # of a list, at most, that are quoted with the sentence that introduces it
_ITEM = regex.compile(r"(?:[-*+•‣▪◦●·]|\(?\d{1,3}[.)])\s")
# Who or what the first word means stands in the sentence before.
_LEANING = regex.compile(
    r"[\"'“«‘(]*(?:He|She|They|It|His|Her|Their|Its|This|These|Those|Such|That|Both|But|And|So|Yet|However|Instead)\b"
)
# A paper that corrects itself says first what it had said, and then what is right.
HAD_SAID = regex.compile(
    r"\b[Ww]e\s+(?:(?:also|had|have)\s+)*(?:wrote|written|reported|said|stated|published|printed)\b"
)
_WRONG = regex.compile(
    r"\b(?:wrong|incorrect|inaccurate|mistaken|erroneous|in error|untrue|not (?:true|correct|right|accurate))\b"
)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation before it has a source number: whole sentences of one hit's article, and who says them."""

    hit: Hit
    start: int
    end: int
    voice: Voice | None

    @property
    def text(self) -> str:
        return self.hit.article.text[self.start : self.end]


def quote(ranked: Sequence[RankedHit]) -> list[Quoted]:
    """The best sentences, the best answering first; neighbours in an article stand together, in its order.

    A hit may come several times, ranked for a question and for each of its parts: each sentence is quoted once.

    Neighbours that one voice says, or none, are one quotation; with one sentence between them, that one is quoted, too.
    """
    candidates = sorted(
        ((one.hit, sentence) for one in ranked for sentence in one.sentences), key=lambda pair: -pair[1].score
    )
    chosen: list[tuple[Hit, Sentence]] = []
    words: list[set[str]] = []
    for hit, sentence in candidates:
        if sentence.score < candidates[0][1].score - _LESS or len(chosen) == _MOST:
            break
        text = hit.article.text[sentence.start : sentence.end]
        if not sentence.adds and not text.endswith(":"):  # it only repeats the question
            continue
        own = set(stems(text))
        if own and not any(_alike(own, other) for other in words):
            chosen.append((hit, sentence))
            words.append(own)
    chosen = chosen or candidates[:1]
    while len(quoted := [one for run in _runs(chosen) for one in _joined(run)]) > _QUOTATIONS:
        chosen.pop()
    return quoted


def whole(hit: Hit, number: int) -> Quoted:
    """One sentence of a hit's article as a quotation, with what it needs to be understood."""
    return _block(hit, number, said_in(hit.article.text)).quoted()


def _alike(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= _SAME * min(len(one), len(other))


@dataclass(frozen=True, slots=True)
class _Block:
    """Sentences of an article that belong together, by their first and last numbers, and who says them."""

    hit: Hit
    first: int
    last: int
    voice: Voice | None

    def beside(self, other: _Block) -> bool:
        """Whether at most _BETWEEN sentences stand between the two, in one article."""
        same, reach = self.hit.article_id == other.hit.article_id, _BETWEEN + 1
        return same and self.first <= other.last + reach and other.first <= self.last + reach

    def goes_on_with(self, later: _Block) -> bool:
        """Whether a later block of the run belongs to the same quotation: one voice, or none, says all to its beginning."""
        if later.first <= self.last:
            return True
        text, said = self.hit.article.text, said_in(self.hit.article.text)
        between = range(self.last + 1, later.first)
        if any(text.startswith("#", sentences_of(text)[number][0]) for number in between):
            return False
        return all(_speaker(voice) == _speaker(self.voice) for voice in (later.voice, *(said[at] for at in between)))

    def quoted(self) -> Quoted:
        spans = sentences_of(self.hit.article.text)
        return Quoted(self.hit, spans[self.first][0], spans[self.last][1], self.voice)


@lru_cache(maxsize=64)
def said_in(text: str) -> list[Voice | None]:
    """Who says each sentence of an article's text; kept, since questions come back to their articles."""
    return voices(text, sentences_of(text))


def _runs(chosen: Sequence[tuple[Hit, Sentence]]) -> list[list[_Block]]:
    """The chosen sentences with what they need, neighbours in one run; a run stands where its best sentence stood."""
    runs: list[list[_Block]] = []
    for hit, sentence in chosen:
        block = _block(hit, sentence.number, said_in(hit.article.text))
        near = [run for run in runs if any(block.beside(other) for other in run)]
        if near:
            near[0].extend([other for run in near[1:] for other in run] + [block])
            runs = [run for run in runs if not any(run is gone for gone in near[1:])]
        else:
            runs.append([block])
    return runs


def _block(hit: Hit, number: int, said: Sequence[Voice | None]) -> _Block:
    """A sentence with the one before that its first word leans on, what a colon at its end introduces, what corrects it.

    What it leans on and what corrects it only where one voice, or none, says both: who says a sentence is never carried
    to another.
    """
    text, spans = hit.article.text, sentences_of(hit.article.text)
    (start, end), first, last = spans[number], number, number
    leans = number > 0 and _LEANING.match(text, start) and not text.startswith("#", spans[number - 1][0])
    if leans and _speaker(said[number - 1]) == _speaker(said[number]):
        first -= 1
    if text.endswith(":", start, end):
        last = max(_introduced(text, spans, number), default=number)
    for more in _correcting(text, spans, number):
        if _speaker(said[more]) != _speaker(said[number]) or text.startswith("#", spans[more][0]):
            break
        last = max(last, more)
    return _Block(hit, first, last, said[number])


def _joined(run: Sequence[_Block]) -> Iterator[Quoted]:
    """The blocks of a run in the article's order, those that one voice says, or none, as one quotation."""
    whole: _Block | None = None
    for block in sorted(run, key=lambda block: (block.first, -block.last)):
        if whole and whole.goes_on_with(block):
            whole = replace(whole, last=max(whole.last, block.last))
            continue
        if whole:
            yield whole.quoted()
        whole = block
    if whole:
        yield whole.quoted()


def _introduced(text: str, spans: Sequence[tuple[int, int]], number: int) -> Iterator[int]:
    """The sentences that one with a colon at its end introduces: the items of a list, or else the next one."""
    for more in range(number + 1, min(number + 1 + _ITEMS, len(spans))):
        item = _ITEM.match(text, spans[more][0]) is not None
        if not item and more > number + 1:
            return
        yield more
        if not item:
            return


def _correcting(text: str, spans: Sequence[tuple[int, int]], number: int) -> Iterator[int]:
    """The sentences behind one that say that it is wrong, and what is right; none behind most."""
    behind = range(number + 1, min(number + 3, len(spans)))
    wrong = bool(behind) and _LEANING.match(text, spans[behind[0]][0]) and _WRONG.search(text, *spans[behind[0]])
    if wrong:
        yield from behind
    elif HAD_SAID.search(text, *spans[number]):
        yield from behind[:1]


def _speaker(voice: Voice | None) -> tuple[str, str | None] | None:
    return (voice.speaker, voice.via.text if voice.via else None) if voice else None
