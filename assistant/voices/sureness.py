"""How sure it is that what may be a voice is one: the sum of the weights of what is seen around it."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from assistant.voices.cues import Found, Sentence
from assistant.voices.phrases import Phrase
from assistant.voices.words import (
    DETERMINERS,
    FUNCTION,
    INDEFINITE,
    LEMMAS,
    OPENERS,
    PREPOSITIONS,
    SAYING,
    SPEAKERS,
    SUBJECTS,
    SUBORDINATORS,
)

_FILE = Path(__file__).with_name("sureness.json")  # written by tests/benchmarks/voices.py --fit


@cache
def _weights() -> dict[str, float]:
    weights: dict[str, float] = json.loads(_FILE.read_text(encoding="utf-8"))
    return weights


def sure(sentence: Sentence, all_found: Sequence[Found]) -> list[Found]:
    """Of what was found in a sentence, what is surely a voice: what a person would surely find there too."""
    weights = _weights()
    least = math.log(weights["sure"] / (1 - weights["sure"])) - weights["all"]
    return [
        found
        for found, names in zip(all_found, features(sentence, all_found), strict=True)
        if sum(weights.get(name, 0.0) for name in names) >= least
    ]


def features(sentence: Sentence, all_found: Sequence[Found]) -> list[list[str]]:
    """What is seen around each of what was found in a sentence, by names."""
    return [_seen(sentence, all_found, number) for number in range(len(all_found))]


def _seen(sentence: Sentence, all_found: Sequence[Found], number: int) -> list[str]:
    found = all_found[number]
    phrase, at = found.phrase, found.at
    word = sentence.word(at)
    lemma = LEMMAS.get(word, word)
    form = "+".join(sorted(SAYING.get(word, ())))
    subject = _subject(sentence, phrase)
    before = _before(sentence, phrase.start - 1)
    after = _after(sentence, at + 2 if sentence.word(at + 1) == "out" else at + 1)
    quoting = "quotes" if any(sentence.kind(k) == "open" for k in range(at + 1, at + 15)) else "no quotation"
    around = _around(all_found, number, sentence)
    marks = "marks" if sentence.has_quotation else "no marks"
    previous = sentence.word(phrase.start - 1)
    first = sentence.word(phrase.start)
    return [
        f"verb {lemma}",
        f"verb {lemma}, {after}",
        f"verb {lemma}, {found.how}",
        f"verb {lemma}, {marks}",
        f"verb {lemma}, {form}",
        f"how {found.how}, {found.stands}",
        f"how {found.how}, {subject}",
        f"how {found.how}, {before}",
        f"how {found.how}, {after}",
        f"subject {subject}, {found.stands}",
        f"before {before}",
        f"before {before}, {subject}",
        f"after {after}, {form}",
        f"after {after}, {quoting}",
        f"begins {'the sentence' if phrase.start == 0 else 'behind ' + previous if previous in FUNCTION else 'elsewhere'}",
        f"first word {first if first in FUNCTION | SPEAKERS else 'another'}",
        f"length {min(len(sentence.tokens) // 8, 7)}",
        f"place {3 * at // len(sentence.tokens)}",
        f"number {min(number, 3)} of {min(len(all_found), 4)}",
        *(f"around {each}" for each in around),
        *(f"around {each}, {subject}" for each in around),
        *(f"around {each}, {quoting}" for each in around),
        *(f"around {each}, how {found.how}" for each in around),
    ]


def _subject(sentence: Sentence, phrase: Phrase) -> str:
    first, last = sentence.tokens[phrase.start], sentence.tokens[phrase.end - 1]
    if phrase.end - phrase.start == 1 and first.word in SUBJECTS | INDEFINITE | {"his", "her", "their"}:
        return first.word if first.word in SUBJECTS else "indefinite"
    if last.word in ("who", "which", "that"):
        return "with " + last.word
    if last.name:
        return "name"
    if last.word in SPEAKERS:
        return "speaker"
    return "quoted name" if last.kind == "close" else "noun"


def _before(sentence: Sentence, at: int) -> str:
    word = sentence.word(at)
    if not word:
        return sentence.kind(at)
    if word in SUBORDINATORS or word in ("and", "but", "as", "than"):
        return word
    token = sentence.tokens[at]
    for kind, holds in (
        ("saying", word in SAYING),
        ("opener", word in OPENERS),
        ("preposition", word in PREPOSITIONS),
        ("time", token.time),
        ("name", token.name),
        ("function", word in FUNCTION),
    ):
        if holds:
            return kind
    return "plain"


def _after(sentence: Sentence, at: int) -> str:
    word = sentence.word(at)
    if not word:
        return sentence.kind(at)
    if word in ("that", "to") or word in PREPOSITIONS:
        return word
    token = sentence.tokens[at]
    for kind, holds in (
        ("pronoun", word in SUBJECTS),
        ("object", word in ("him", "her", "them", "me", "us")),
        ("question", word in SUBORDINATORS),
        ("determiner", word in DETERMINERS),
        ("time", token.time),
        ("name", token.name),
        ("function", word in FUNCTION),
    ):
        if holds:
            return kind
    return "plain"


def _around(all_found: Sequence[Found], number: int, sentence: Sentence) -> list[str]:
    """How what was found stands to what else was found in its sentence."""
    found = all_found[number]
    phrase = found.phrase
    names = []
    near = [*all_found[max(0, number - 4) : number], *all_found[number + 1 : number + 5]]
    others = [each for each in near if each.phrase.end <= phrase.start or phrase.end <= each.phrase.start]
    if len(others) < len(near):
        names.append("the same")
    for each in others:
        sure = "sure" if each.how in ("plain", "opening") else "unsure"
        if each.kind == "according":
            names.append("according to another")
        elif each.at < found.at and each.phrase.end <= phrase.start:
            marks = any(sentence.kind(k) in ("comma", "break", "end") for k in range(each.at, phrase.start))
            joined = any(sentence.word(k) in ("and", "but", "while") for k in range(each.at, phrase.start))
            names.append(f"behind {sure} another{', a mark' if marks else ''}{', and' if joined else ''}")
        elif each.at > found.at:
            ends = sentence.kind(max(each.at, each.phrase.end - 1) + 1) in ("end", "edge")
            opens = sentence.kind(min(each.phrase.start, each.at) - 1) in ("comma", "close")
            names.append(f"before {sure} another{', the last' if ends and opens else ''}")
    return sorted(set(names)) or ["nothing"]
