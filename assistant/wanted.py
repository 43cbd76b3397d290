"""What a question wants: the words and names that tell what it is about, and the kind of thing that answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import regex

from index.words import stems

Kind = Literal["reason", "number", "time", "person", "place", "manner", "thing"]

_MONTHS = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)"
)
_NUMBER_WORDS = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|dozens?|hundreds?|thousands?|millions?|"
    r"billions?|trillions?|half|third|quarter|twice|once|double|single|both|none)"
)
_DAY = regex.compile(
    rf"\b(?:1\d|20)\d\d(?:s|\b)|\b\d{{1,4}}\s*(?:BC|AD|BCE|CE)\b|\b{_MONTHS}\b"
    r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b\d+(?:st|nd|rd|th)\b[- ]centur(?:y|ies)"
    r"|\b(?:yesterday|today|tonight|midnight|noon|spring|summer|autumn|winter|century|decade)\b"
)
_NUMBER = regex.compile(rf"[$€£]?\d[\d,.]*%?|\b{_NUMBER_WORDS}\b", regex.IGNORECASE)
_NAME = regex.compile(r"\b\p{Lu}[\p{L}\p{M}'’-]+|\b\p{Lu}\.")
_PLACE = regex.compile(
    r"\b(?:in|at|near|from|to|on|off|outside|inside|between|through|of|across|around|towards?|into)\s+"
    r"(?:the\s+|\p{Ll}+ern\s+|\p{Ll}+\s+)?(\p{Lu}[\p{L}’'-]+)"
)
_REASON = regex.compile(
    r"\b(?:because|since|due to|owing to|so that|in order|in an effort|thanks to|reasons?|caus(?:e|ed|es|ing)|"
    r"result(?:s|ed|ing)? (?:of|from|in)|led to|therefore|thus|so as|as a result|for fear|by)\b|\bto\s+\p{Ll}{3,}",
    regex.IGNORECASE,
)
_SENTENCE_OPENERS = frozenset(
    "The A An In On At By For From With And But Or As It Its He She They This That These Those His Her Their When While "
    "After Before During Since Although Because If There Here However Also Other Some Many Most One Two Both Such Who "
    "What Where Why How Which Is Are Was Were Of To".split()
)
# Beside a number, what it must count to answer "how long", "how far", ...
_UNITS = {
    "long": r"(?:second|minute|hour|day|week|month|year|decade|centur|mile|kilomet|met(?:er|re)|feet|foot|inch|km|cm|mm)\w*",
    "far": r"(?:mile|kilomet|met(?:er|re)|feet|foot|yard|km|light)\w*",
    "tall": r"(?:met(?:er|re)|feet|foot|inch|m|ft|stor(?:e?y|ies))\w*",
    "old": r"(?:year|month|aged?)\w*",
    "much": r"(?:[$€£]|dollar|euro|pound|percent|per cent|%|million|billion|ton|kilo|gram|lit)\w*",
    "often": r"(?:times?|every|each|daily|weekly|yearly|annual|month)\w*",
    "fast": r"(?:mph|km/h|per hour|miles|knots|per second)\w*",
    "large": r"(?:square|hectare|acre|km|mile|people|population|cubic|ton)\w*",
    "percent": r"(?:%|percent|per cent)",
}
_COUNTED = {
    name: regex.compile(rf"(?:\d|\b{_NUMBER_WORDS}\b)[^.;]{{0,25}}?{unit}|{unit}\s?\d", regex.IGNORECASE)
    for name, unit in _UNITS.items()
}
_HOW = regex.compile(r"\bhow (\w+)(?: (\w+))?", regex.IGNORECASE)
_PERCENT = regex.compile("percent", regex.IGNORECASE)


def _which(nouns: str) -> str:
    return rf"\b(?:what|which) (?:\p{{L}}+ )?(?:{nouns})\b"


_ASKED: tuple[tuple[Kind, str], ...] = (
    (
        "reason",
        r"\bwhy\b|\bwhat (?:was|is|were|are) (?:the|a|one) (?:main |primary )?(?:reason|cause|purpose)|\bfor what reason"
        r"|\bwhat caused",
    ),
    (
        "number",
        r"\bhow (?:many|much|long|far|old|tall|large|big|high|deep|often|fast|wide|heavy|small|few)\b|"
        + _which(
            "percentage|percent|share|number|price|amount|proportion|population|total|rate|age|ratio|fraction|size|"
            "length|height|temperature|cost|score"
        ),
    ),
    (
        "time",
        r"\bwhen\b|\bhow (?:recently|early|late)\b|\bsince what|"
        + _which("date|day|month|years?|time|century|centuries|decade|season|period|era"),
    ),
    (
        "person",
        r"\bwho(?:m|se)?\b|"
        + _which(
            "person|people|man|woman|leader|king|queen|president|author|player|scientist|name|actor|director|general|"
            "emperor|composer|artist|architect|company|organi[sz]ation|group|team"
        ),
    ),
    (
        "place",
        r"\bwhere\b|"
        + _which(
            "country|city|state|place|region|river|town|continent|island|county|province|location|area|street|building|"
            "stadium|university|school|nation"
        ),
    ),
    ("manner", r"\bhow\b"),
)
_KINDS = tuple((kind, regex.compile(pattern, regex.IGNORECASE)) for kind, pattern in _ASKED)
_DENIAL = regex.compile(
    r"\b(?:not|never|no|nor|neither|none|nobody|without|cannot|except|lack\w*|fail\w*"
    r"|(?:is|are|was|were|did|does|do|has|have|had|wo|would|could|ca|should)n['’]?t)\b",
    regex.IGNORECASE,
)

# Words that ask, that ask who says it, or that only hold a sentence together (beyond what the index leaves out anyway):
# no sentence need have them to answer.
_ASKING = frozenset(
    stem
    for word in "who whom whose what which when where why how many much did does do done have has had having been being "
    "were can could may might must shall should would say says said tell told according report reported article articles "
    "write wrote give name about from than during any some other he she his her its our its your we you i me my".split()
    for stem in stems(word)
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question as its answer must fit it."""

    text: str
    kind: Kind
    weights: Mapping[str, float]  # stem -> how much it tells
    words: frozenset[str]  # all of its words, in lower case
    names: tuple[str, ...]  # in lower case, and its numbers
    denies: bool  # it holds a negation

    def share(self, stems: Set[str]) -> float:
        """How much, 0..1, of what the question's words tell stands among these stems."""
        whole = sum(self.weights.values())
        return sum(weight for stem, weight in self.weights.items() if stem in stems) / whole if whole else 0.0

    def named(self, text: str) -> float:
        """The share, 0..1, of the question's names and numbers in a text of lower case; 1 where it has none."""
        return sum(name in text for name in self.names) / len(self.names) if self.names else 1.0

    def offered(self, sentence: str) -> float:
        """How plainly, 0..1, a sentence has a thing of the wanted kind that the question did not name itself."""
        if self.kind == "time":
            return min(sum(match[0].lower() not in self.words for match in _DAY.finditer(sentence)), 2) / 2
        if self.kind == "number":
            return self._counted(sentence)
        if self.kind == "person":
            return min(sum(name.lower() not in self.words for name in _names(sentence)), 2) / 2
        if self.kind == "place":
            if any(match[1].lower() not in self.words for match in _PLACE.finditer(sentence)):
                return 1.0
            return 0.4 if any(name.lower() not in self.words for name in _names(sentence[1:])) else 0.0
        if self.kind == "reason":
            return 1.0 if _REASON.search(sentence) else 0.0
        return 0.5

    def _counted(self, sentence: str) -> float:
        numbers = [match for match in _NUMBER.finditer(sentence) if match[0].lower() not in self.words]
        if not numbers:
            return 0.0
        how = _HOW.search(self.text)
        of = "percent" if _PERCENT.search(self.text) else how[1].lower() if how else ""
        if of in _COUNTED:
            return 1.0 if _COUNTED[of].search(sentence) else 0.4
        if how and how[2] and of in ("many", "few"):
            noun = set(stems(how[2]))
            beside = (stems(" ".join(sentence[number.end() :].split()[:4])) for number in numbers)
            return 1.0 if any(noun & set(words) for words in beside) else 0.5
        return 0.8


def wanted(question: str, rarity: Callable[[str], float]) -> Wanted:
    """What a question wants, its words weighed by how rare they are in the store."""
    telling = [word for word in dict.fromkeys(stems(question)) if word not in _ASKING]
    kind: Kind = next((kind for kind, asked in _KINDS if asked.search(question)), "thing")
    words = frozenset(regex.findall(r"[\p{L}\p{N}'’-]+", question.lower()))
    names = [name.lower() for name in _names(question[1:])] + regex.findall(r"\d[\d,.]*\d|\d", question)
    return Wanted(question, kind, {word: rarity(word) for word in telling}, words, tuple(names), denies(question))


@lru_cache(maxsize=4096)
def denies(text: str) -> bool:
    """Whether a text holds a negation."""
    return _DENIAL.search(text) is not None


def _names(text: str) -> list[str]:
    return [match[0] for match in _NAME.finditer(text) if match[0] not in _SENTENCE_OPENERS]
