"""A follow-up made to stand alone: what it leaves unsaid is carried over from the turn before, its question and answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from assistant.ranking import sentences_of
from assistant.stretches import stretches
from assistant.voices import people
from assistant.voices.words import BODIES, PEOPLE, SPEAKERS
from index.article import normalise
from index.words import stems

Turn = tuple[str, str]  # a question and its answer's text

_MOST = 30  # words that one question leaves to the next: more than anybody asks about at once
_ASKING = frozenset(
    "who whom whose what which when where why how much many long old far often did does do is are was were be been has "
    "have had can could will would should say says said tell told so in on at by for from of to according about and but "
    "or the a an i you we me us our your my people thing things".split()
)
_AUXILIARY = r"(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|should)"
_NAME = regex.compile(
    r"\b\p{Lu}[\p{L}\p{M}\p{N}'’.-]*(?:\s+(?:(?:of|the|de|la|le|du|van|von|al)\s+)*\p{Lu}[\p{L}\p{M}\p{N}'’.-]*)*"
)
_NAMED = rf"(?:the\s+)?(?-i:{_NAME.pattern})"
_ENDS = r"\s*[?!.]*\s*$"

_ABOUT = regex.compile(r"^\s*(?:(?:and|but|so)\s+)?(?:what|how)\s+about\b[\s,:]*", regex.IGNORECASE)
_AND = regex.compile(r"^\s*(?:and|but|so|or|also)\b[\s,:]*", regex.IGNORECASE)
_DOUBT = regex.compile(r"^\s*(?:are\s+you\s+sure|is\s+that\s+(?:so|right|true)|really)\s*\?[\s,:]*", regex.IGNORECASE)
_PREPOSITION = regex.compile(
    r"(?:according\s+to|in|on|at|by|to|of|for|from|with|about|under|over|after|before|during|near|against)\b",
    regex.IGNORECASE,
)
_PLACED = regex.compile(r"\b(?:in|at|off|near|from|to|outside)\s+$", regex.IGNORECASE)
# Where a question has the name that another one can take the place of: who says or does it.
_SUBJECTS = (
    regex.compile(rf"\baccording\s+to\s+(?P<name>{_NAMED})", regex.IGNORECASE),
    regex.compile(rf"\b{_AUXILIARY}\s+(?P<name>(?>{_NAMED}))(?=\s+\p{{L}})", regex.IGNORECASE),
    regex.compile(rf"^(?:who|what)\s+{_AUXILIARY}\s+(?P<name>{_NAMED}){_ENDS}", regex.IGNORECASE),
)
_SAYING = regex.compile(
    rf"\b{_AUXILIARY}\s+(?P<who>(?:[\p{{L}}'’]+\s+){{0,3}}[\p{{L}}'’]+)\s+(?:say|think|want)\b", regex.IGNORECASE
)
_WHO_SAY = PEOPLE | SPEAKERS | BODIES

_PERSON = regex.compile(r"\b(?:(he|him|his)|(she|her|hers))\b", regex.IGNORECASE)
_PRONOUN = regex.compile(r"\b(?:he|she|it|they|his|her|its|their|hers|theirs|him|them)\b", regex.IGNORECASE)
_EMPTY_IT = regex.compile(
    r"\bit\s+(?:take|cost)s?\b|\bit\s+(?:\p{L}+\s+){0,2}(?:that|to|for|how|who|what|whether)\b", regex.IGNORECASE
)
_POINTING = regex.compile(
    r"\b(?:it|him|her|them|this|that|these|those|there|then|so)(?:\s+(?:about|up|out|off))?"
    + _ENDS
    # A pronoun behind a preposition is not who the same clause is about.
    + r"|\b(?:about|of|on|with|against|by|to|for|from|than)\s+(?:it|him|them|this|that|these|those)\b(?!\s+\p{L})"
    r"|\b(?:this|these|those)\b(?!\s+(?:year|week|month|decade|century|who|that|persons|people))"
    r"|\bthat\s+(?:day|night|week|month|year|time|report|article|figure|number)\b"
    rf"|\b{_AUXILIARY}\s+that\b|\b(?:which|the other|another|that)\s+one\b|\binstead\b(?!\s+of)"
    r"|\b(?:what|who|where|when|why|how)\s+else\b",
    regex.IGNORECASE,
)
_THEN = regex.compile(r"\b(?:then|that\s+(?:day|night|week|month|year|time))\b", regex.IGNORECASE)
# What somebody says, and of what is left unsaid; and whether what was answered is so.
_SAY = r"(?:say|says|said|think|thinks|write|wrote|report|claim|claims|want|demand)"
_UNSAID = regex.compile(
    rf"^\s*(?:and\s+|but\s+)?what\s+{_AUXILIARY}\s+(?:\S+\s+){{1,5}}{_SAY}{_ENDS}|\b{_SAY}\s+(?:so|that|this|it){_ENDS}",
    regex.IGNORECASE,
)
_HANGING = regex.compile(r"\b(?:against|for|about|from|with|to|by|of|on)" + _ENDS, regex.IGNORECASE)
_DEFINING = regex.compile(rf"^\s*(?:who|what)\s+(?:is|are|was|were)\s+\p{{L}}+{_ENDS}", regex.IGNORECASE)
_WHO = regex.compile(r"^\s*(?:\p{L}+\s+){0,2}?(?:who|whom|whose|which)\b", regex.IGNORECASE)
_WHO_IS = regex.compile(rf"^\s*who\s+(?:is|was)\s+{_NAMED}{_ENDS}", regex.IGNORECASE)
_WHEN = regex.compile(r"\b(?:when|how long|what (?:day|month|year|date))\b", regex.IGNORECASE)
# What a pronoun further on in the same question can stand for.
_NOUN = (
    r"\b(?:the|an?|each|every|some|many|most|two|\p{L}+['’]s?)\s+(?-i:\p{Ll})"
    rf"|\b(?:what|which)\s+(?!{_AUXILIARY}\b)\p{{L}}"
)
_THING = regex.compile(
    rf"{_NOUN}|\bhow\s+many\s+\p{{L}}|\b{_AUXILIARY}\s+(?!not\b|you\b|there\b|it\b)\p{{L}}{{3}}", regex.IGNORECASE
)
_SOMEBODY = regex.compile(rf"{_NOUN}|\bwho\b", regex.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as it is to be asked, and what was carried over to it."""

    text: str
    carried: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.carried:
            return self.text
        return f"{self.text.rstrip('?').rstrip()} ({', '.join(self.carried)})?".lstrip()


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question, with what it leaves unsaid: names, words and dates of the turns before that it leans on."""
    asked, said = _Asked(""), ""
    for one, answer in [*history, (question, "")]:
        asked = _completed(_folded(one), asked, said)  # as the articles are, or words would differ
        said = answer
    return str(asked)


def leans(question: str) -> bool:
    """Whether a question means something only after another."""
    if any(pattern.search(question) for pattern in (_POINTING, _ABOUT, _DOUBT, _UNSAID)) or _leaning_pronoun(question):
        return True
    bare = _AND.sub("", question)
    named = any(at > 0 or " " in name for name, at in _names(bare))  # any first word has a capital
    telling = _telling(question)
    if _AND.match(question) or len(telling) < 2:
        return not named and not (len(telling) == 1 and _DEFINING.match(question))
    return not named and len(telling) == 2 and _HANGING.search(question) is not None


def names(question: str) -> list[str]:
    """The names in a question; its first word counts only when it asks nothing."""
    return list(dict.fromkeys(name for name, _ in _names(question)))


def _folded(text: str) -> str:
    return " ".join(normalise(text).split())


def _completed(question: str, before: _Asked, said: str) -> _Asked:
    if not question or not before.text:
        return _Asked(question)
    if doubt := _DOUBT.match(question):  # it says nothing that can be searched
        rest = question[doubt.end() :]
        return _completed(rest, before, said) if rest else before
    bare = _ABOUT.sub("", question) if _ABOUT.match(question) else _AND.sub("", question)
    if bare != question and (put := _in_place(regex.sub(_ENDS, "", bare), before)):
        return put
    if not leans(question) or _turns_away(question, bare, before, said):
        return _Asked(question)
    known = set(stems(question))
    carried: list[str] = []
    for one in _carried(question, before, said):
        if own := set(stems(one)) - known:
            carried.append(one)
            known |= own
    return _Asked(question, tuple(carried))


def _in_place(rest: str, before: _Asked) -> _Asked | None:
    """The question before with a part of it exchanged, or one more: "And in July?", "and the Post?"; none for another."""
    text = regex.sub(_ENDS, "", before.text)
    when = stretches(rest)
    if when and (when[0].start, when[-1].end) == (0, len(rest)):
        for old in stretches(text)[-1:]:
            new = rest if when[0].last.year or not old.last.year else f"{rest} {old.last.year}"
            return _Asked(f"{text[: old.start]}{new}{text[old.end :]}?", before.carried)
        return _Asked(f"{text} {rest}?", before.carried)
    if lead := _PREPOSITION.match(rest):
        if _asking(rest[lead.end() :]):
            return None
        own = r".+" if lead[0].lower() == "about" else _NAMED
        old_place = regex.search(rf"\b{regex.escape(lead[0])}\s+{own}", text, regex.IGNORECASE)
        place = old_place.span() if old_place else (len(text), len(text))
        gap = "" if old_place else " "
        return _Asked(f"{text[: place[0]]}{gap}{rest}{text[place[1] :]}?", before.carried)
    if regex.fullmatch(_NAMED, rest, regex.IGNORECASE):
        for subject in _SUBJECTS:
            if found := subject.search(text):
                return _Asked(f"{text[: found.start('name')]}{rest}{text[found.end('name') :]}?", before.carried)
    said = _SAYING.search(text)
    if said and _words(rest)[-1:] and _words(rest)[-1] in _WHO_SAY and not _asking(rest):
        return _Asked(f"{text[: said.start('who')]}{rest}{text[said.end('who') :]}?", before.carried)
    return None


def _turns_away(question: str, bare: str, before: _Asked, said: str) -> bool:
    """Whether "what about …?" names something new, in words of its own: the topic before is given up."""
    telling = stems(" ".join(_telling(bare)))
    return bool(_ABOUT.match(question)) and len(telling) > 1 and telling[-1] not in stems(f"{before} {said}")


def _carried(question: str, before: _Asked, said: str) -> Iterator[str]:
    """What a question that leans can mean, what is most likely first."""
    person = _PERSON.search(question)
    if person and (name := _person("he" if person[1] else "she", before, said)):
        yield name
    yield from _topic(before, everything=not _telling(question) or _UNSAID.search(question) is not None)
    if not names(str(before)) and _WHO.match(before.text) and not person:
        yield from [name for name, at in _names(_telling_sentence(before, said)) if at > 0][:1]
    if not stretches(question) and not _WHEN.search(question):
        yield from _dates(before.text)
        if _THEN.search(question) and not stretches(str(before)):
            yield from _dates(_telling_sentence(before, said))


def _topic(before: _Asked, everything: bool) -> Iterator[str]:
    """What the question before is about: its names, or else, as where a question says nothing itself, all that it tells."""
    text = regex.sub(_ENDS, "", before.text)
    named = _names(text)
    if everything or not (before.carried or any(not _PLACED.search(text[:at]) for _, at in named)):
        for when in reversed(stretches(text) if not everything else ()):
            text = text[: when.start] + text[when.end :]
        words = text.split()
        while words and (words[0].lower() in _ASKING or _PRONOUN.fullmatch(words[0])):
            of_how = words[0].lower() == "how" and words[2:] and regex.fullmatch(_AUXILIARY, words[2])
            words = words[3:] if of_how else words[1:]
        if _telling(" ".join(words)):
            yield " ".join(words[:_MOST])
    else:
        yield from dict.fromkeys(name for name, _ in named)
        about = regex.search(r"\babout\s+(.+)", text)
        if about and not _PRONOUN.match(about[1]):
            yield about[1]
    yield from before.carried


def _person(pronoun: str, before: _Asked, said: str) -> str | None:
    """Whom "he" or "she" stands for: who was asked about, or who answers the question who."""
    asked = [name for name in _people(str(before), pronoun) if f"the {name}" not in str(before)]
    told = _people(_telling_sentence(before, said), pronoun)
    new = [name for name in told if name not in asked]
    if _WHO.match(before.text) and not _WHO_IS.match(before.text):
        return next(iter([*new, *asked]), None)
    return next(iter([*asked, *new]), None)


def _people(text: str, pronoun: str) -> list[str]:
    found = [one for sentence in people(text, sentences_of(text)) for one in sentence]
    return [one.name for one in found if one.gender in ("", pronoun) and one.name.split()[0].lower() not in _ASKING]


def _telling_sentence(before: _Asked, said: str) -> str:
    """The sentence of an answer that has most words of its question; the first of several."""
    text, asked = _folded(said), set(stems(str(before)))
    told = [text[start:end] for start, end in sentences_of(text)]
    return max(told, key=lambda sentence: len(asked & set(stems(sentence))), default="")


def _dates(text: str) -> list[str]:
    return [text[when.start : when.end] for when in stretches(text)][:1]


def _leaning_pronoun(question: str) -> bool:
    """Whether a pronoun has nothing before it in its question that it can stand for."""
    for pronoun in _PRONOUN.finditer(question):
        if pronoun[0].lower() == "it" and _EMPTY_IT.match(question, pronoun.start()):
            continue
        before = question[: pronoun.start()]
        somebody = _PERSON.fullmatch(pronoun[0]) is not None
        if any(not somebody or not before[:at].lower().endswith("the ") for _, at in _names(before)):
            return False
        return (_SOMEBODY if somebody else _THING).search(before) is None
    return False


def _names(text: str) -> list[tuple[str, int]]:
    """The names in a text with where each begins."""
    found = []
    for match in _NAME.finditer(text):
        at, words = match.start(), match[0].split()
        while words and words[0].lower() in _ASKING:
            at, words = at + len(words[0]) + 1, words[1:]
        when = stretches(f"in {match[0]}")
        name = " ".join(words).rstrip(".?,")
        if name and not when and name not in _WEEKDAYS:
            found.append((name, at))
    return found


_WEEKDAYS = frozenset("Monday Tuesday Wednesday Thursday Friday Saturday Sunday It He She They".split())


def _asking(text: str) -> bool:
    return bool(set(_words(text)) & (_ASKING - {"the", "a", "an", "of"}))


def _telling(text: str) -> list[str]:
    return [word for word in _words(text) if word not in _ASKING and not _PRONOUN.fullmatch(word)]


def _words(text: str) -> list[str]:
    return [word.lower() for word in regex.findall(r"[\p{L}\p{N}]+(?:['’]\p{L}+)?", text)]
