"""The people that an article names, and whom its pronouns stand for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.answer import Span, Voice
from assistant.voices.cues import Found, Sentence
from assistant.voices.phrases import Phrase
from assistant.voices.sureness import outermost, sure, tells
from assistant.voices.tokens import quotations
from assistant.voices.words import (
    BODIES,
    DETERMINERS,
    FEMALE,
    MALE,
    ORGANISATION,
    OUTLET_KINDS,
    OUTLETS,
    PAPERS,
    PARTICLES,
    PEOPLE,
    PRONOUNS,
    SPEAKERS,
    SUBORDINATORS,
    TITLES,
)

# How many sentences a pronoun may lie behind the name it stands for.
_MEMORY = 6


class Person(NamedTuple):
    """A person that an article names, where one sentence does."""

    name: str
    key: str  # the last word of the name
    gender: str  # "he", "she" or unknown
    at: int  # the token it begins with
    subject: bool  # it opens the sentence


class Article:
    """An article's sentences, read in order; only those that a pronoun may reach are kept as tokens."""

    def __init__(self, text: str, sentences: Sequence[tuple[int, int]]) -> None:
        self.text = text
        self.spans = sentences
        self.recent: dict[int, Sentence] = {}
        self.keys: set[str] = set()  # last words of the full names met so far
        self.genders: dict[str, str] = {}
        self.people: list[list[Person]] = []
        self.said: list[Found | None] = []
        self.out: list[Voice | None] = []

    def voices(self) -> list[Voice | None]:
        """The governing voice of each sentence."""
        return [voice for _, voice in self._read()]

    def every_voice(self) -> list[list[Voice]]:
        """All voices of each sentence, the governing one first."""
        return [list(self._every(sentence, voice)) for sentence, voice in self._read()]

    def _read(self) -> Iterator[tuple[Sentence, Voice | None]]:
        quoted = quotations(self.text)
        starts = [start for start, _ in quoted]
        for number, (start, end) in enumerate(self.spans):
            sentence = Sentence(self.text, start, end, quoted, starts)
            self.recent[number] = sentence
            self.recent.pop(number - _MEMORY - 1, None)
            self.people.append(self._people(sentence))
            found, via = sentence.voice()
            if found is not None and not tells(sentence, found):
                found = None
            self.said.append(found)
            self.out.append(self._voice(sentence, found, via) if found else None)
            yield sentence, self.out[-1]

    def _every(self, sentence: Sentence, governing: Voice | None) -> Iterator[Voice]:
        all_found = sentence.every()
        outer = outermost(all_found)
        if governing is not None and (self.said[-1] in outer or self.said[-1] not in all_found):
            yield governing
        for found in sure(sentence, [found for found in outer if tells(sentence, found)]):
            if governing is None or found.cue != (governing.cue.start, governing.cue.end):
                voice = self._voice(sentence, found, sentence.via(found, range(found.at, found.at + 1)))
                yield voice or self._named(sentence.span(found.phrase).text, sentence, found, None)

    def _voice(self, sentence: Sentence, found: Found, via: Phrase | None) -> Voice | None:
        pronoun = sentence.span(found.phrase).text.lower()
        speaker = self._resolved(pronoun, found.phrase.start) if pronoun in PRONOUNS else sentence.speaker(found.phrase)
        return self._named(speaker, sentence, found, via) if speaker is not None else None

    def _named(self, speaker: str, sentence: Sentence, found: Found, via: Phrase | None) -> Voice:
        cue = Span(*found.cue, self.text[found.cue[0] : found.cue[1]])
        return Voice(speaker, sentence.span(found.phrase), cue, sentence.span(via) if via else None)

    # ---------------------------------------------------------------------------------- pronouns

    def _people(self, sentence: Sentence) -> list[Person]:
        people: list[Person] = []
        run: list[int] = []
        for at, token in enumerate([*sentence.tokens, None]):
            particle = token is not None and token.word in PARTICLES and token.word != "of"
            if token is not None and not token.quoted and (token.name or (run and particle and token.kind == "word")):
                run.append(at)
                if not token.possessive:
                    continue
            if run:
                person = self._person(sentence, run)
                if person is not None:
                    people.append(person)
                run = []
        return people

    def _person(self, sentence: Sentence, run: list[int]) -> Person | None:
        tokens = [sentence.tokens[at] for at in run]
        while tokens and tokens[-1].word in PARTICLES:
            tokens.pop()
        titles = []
        while tokens and (
            tokens[0].word in TITLES | SPEAKERS | ORGANISATION or tokens[0].word.endswith(("ian", "ish", "ese", "ican"))
        ):
            titles.append(tokens.pop(0).word)
        if not tokens or len(tokens) > 5 or any(token.word in ORGANISATION for token in tokens):
            return None
        key = tokens[-1].word
        if len(tokens) == 1 and not (set(titles) & (TITLES | PEOPLE)) and key not in self.keys:
            return None
        if len(tokens) > 1 or set(titles) & TITLES:
            self.keys.add(key)
        gender = self._gender(titles, tokens[0].word if len(tokens) > 1 else "") or self.genders.get(key, "")
        if gender:
            self.genders[key] = gender
        first = run[0]
        subject = first <= 1 and not tokens[-1].possessive
        name = self.text[tokens[0].start : tokens[-1].end - (2 if tokens[-1].possessive else 0)]
        return Person(name, key, gender, first, subject)

    @staticmethod
    def _gender(titles: list[str], first: str) -> str:
        if first in MALE or {"mr", "sir", "lord"} & set(titles):
            return "he"
        return "she" if first in FEMALE or {"mrs", "ms", "miss", "dame", "lady"} & set(titles) else ""

    def _resolved(self, pronoun: str, at: int) -> str | None:
        """The name that a pronoun at this token of the newest sentence stands for, if only one can."""
        if pronoun in ("they", "it"):
            return self._resolved_thing(pronoun)
        newest = len(self.people) - 1
        before = [person for person in self.people[newest] if person.at < at]
        fitting = [person for person in before if self._fits(person.key, pronoun)]
        tokens = self.recent[newest].tokens
        if len({person.key for person in fitting}) == 1:
            opens = tokens[fitting[0].at - 1].word in SUBORDINATORS | {"as", "but"} if fitting[0].at else True
            if opens and not any(token.possessive for token in tokens[fitting[0].at : fitting[0].at + 3]):
                return fitting[0].name
        besides = {person.key for person in before}
        for back in range(newest - 1, max(-1, newest - 1 - _MEMORY), -1):
            people = [
                person for person in self.people[back] if person.key not in besides and self._fits(person.key, pronoun)
            ]
            names = {person.key for person in people}
            voice, said = self.out[back], self.said[back]
            if said is not None and voice is None and self._pronoun(back) == pronoun:
                return None
            if voice is not None and said is not None and said.kind == "verb":
                key = voice.speaker.lower().split()[-1].rstrip(".")
                if self._personal(voice) and key not in besides:
                    if self._fits(key, pronoun):
                        return voice.speaker
                    names.discard(key)
            if not names:
                continue
            if len(names) == 1 and people[0].subject:
                return people[0].name
            return None
        return None

    def _pronoun(self, sentence: int) -> str:
        said = self.said[sentence]
        return self.recent[sentence].word(said.phrase.start) if said else ""

    def _fits(self, key: str, pronoun: str) -> bool:
        return self.genders.get(key, pronoun) == pronoun

    def _personal(self, voice: Voice) -> bool:
        """Whether a voice is one person's."""
        words = voice.speaker.lower().split()
        if voice.mention.text.lower() in ("he", "she"):
            return True
        if " and " in voice.speaker or any(word.strip(".") in BODIES | OUTLETS | PAPERS for word in words):
            return False
        if words[-1] in self.keys:
            return True
        return words[0] in DETERMINERS and any(word in PEOPLE and not word.endswith("s") for word in words)

    def _resolved_thing(self, pronoun: str) -> str | None:
        newest = len(self.people) - 1
        for back in range(newest - 1, max(-1, newest - 3), -1):
            voice = self.out[back]
            if voice is None:
                if self.people[back] or self.said[back]:
                    return None
                continue
            words = voice.speaker.lower().split()
            plural = (
                " and " in voice.speaker
                or words[-1] == "police"
                or (words[-1].endswith("s") and words[-1] in SPEAKERS | {"democrats", "republicans"})
            )
            same = voice.mention.text.lower() == pronoun
            body = any(word in BODIES | OUTLETS | PAPERS | OUTLET_KINDS for word in words) and not plural
            return voice.speaker if same or (plural if pronoun == "they" else body) else None
        return None
