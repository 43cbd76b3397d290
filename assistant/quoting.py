"""Answers in quotations: the sentences that answer, verbatim. No language model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import regex

from assistant.answer import Voice
from assistant.ranking import Sentence, sentences_of
from assistant.retriever import RankedHit
from assistant.voices import voices
from index import Hit
from index.words import stems

_MOST = 4  # sentences an answer, besides those that one of them leans on
_LESS = 3.0  # log-odds below the best sentence: what is less likely by more answers something else
_SAME = 0.7  # share of the shorter sentence's words that another one has
# Who or what the first word means stands in the sentence before.
_LEANING = regex.compile(
    r"[\"'“«‘(]*(?:He|She|They|It|His|Her|Their|Its|This|These|Those|Such|That|Both|But|And|So|Yet|However|Instead)\b"
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

    Neighbours that one voice says, or none, are one quotation.
    """
    candidates = sorted(
        ((one.hit, sentence) for one in ranked for sentence in one.sentences), key=lambda pair: -pair[1].score
    )
    chosen: list[tuple[Hit, Sentence]] = []
    words: list[set[str]] = []
    for hit, sentence in candidates:
        if sentence.score < candidates[0][1].score - _LESS or len(chosen) == _MOST:
            break
        own = set(stems(hit.article.text[sentence.start : sentence.end]))
        if own and not any(_alike(own, other) for other in words):
            chosen.append((hit, sentence))
            words.append(own)
    return _joined(_neighbours_together(chosen))


def _alike(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= _SAME * min(len(one), len(other))


def _neighbours_together(chosen: Sequence[tuple[Hit, Sentence]]) -> list[tuple[Hit, Sentence]]:
    """The same sentences: each run of neighbours where its best one stood, in the article's order."""
    runs: list[list[tuple[Hit, Sentence]]] = []
    for hit, sentence in chosen:
        beside = [
            run
            for run in runs
            if any(hit.article_id == h.article_id and abs(sentence.number - s.number) == 1 for h, s in run)
        ]
        runs = [run for run in runs if run not in beside[1:]]
        if beside:
            beside[0].extend([pair for run in beside[1:] for pair in run] + [(hit, sentence)])
        else:
            runs.append([(hit, sentence)])
    return [pair for run in runs for pair in sorted(run, key=lambda pair: pair[1].number)]


def _joined(chosen: Sequence[tuple[Hit, Sentence]]) -> list[Quoted]:
    """The chosen sentences as quotations: one with its neighbour, and with the one before that its first word leans on.

    Only where one voice, or none, says both: who says a sentence is never carried to another.
    """
    taken = {(hit.article_id, sentence.number) for hit, sentence in chosen}
    texts = {hit.article_id: hit.article.text for hit, _ in chosen}
    speakers = {id: voices(text, sentences_of(text)) for id, text in texts.items()}
    quoted: list[Quoted] = []
    last: tuple[str, int] | None = None  # the article and the sentence that the newest quotation ends with
    for hit, sentence in chosen:
        text, spans = hit.article.text, sentences_of(hit.article.text)
        said, number = speakers[hit.article_id], sentence.number
        voice, follows = said[number], last == (hit.article_id, number - 1)
        alike = number > 0 and _speaker(said[number - 1]) == _speaker(voice)
        last = (hit.article_id, number)
        if follows and alike:
            quoted[-1] = replace(quoted[-1], end=sentence.end)
            continue
        start, before = sentence.start, (hit.article_id, number - 1)
        if (
            alike
            and before not in taken
            and _LEANING.match(text, start)
            and not text.startswith("#", spans[number - 1][0])
        ):
            start = spans[number - 1][0]
            taken.add(before)
        quoted.append(Quoted(hit, start, sentence.end, voice))
    return quoted


def _speaker(voice: Voice | None) -> tuple[str, str | None] | None:
    return (voice.speaker, voice.via.text if voice.via else None) if voice else None
