"""The one number, date, place or name that a question asks for, and the words that say of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import regex

from assistant.checking import tables
from assistant.checking.quantities import Day, Value
from assistant.checking.sentence import Sentence
from assistant.checking.tokens import Token, fold, key
from assistant.wanted import wanted

Sort = Literal["number", "date", "clock", "place", "name"]


def _words(block: str) -> frozenset[str]:
    return frozenset(block.split())


_ABOUT = 120  # characters that are shown of what is asked for
_LENGTHS = _words("metre mile foot inch yard")
_TIMES = _words("second month")
_WEIGHTS = _words("gram pound-weight ounce")
_COUNT = frozenset({""})
# Behind "how", or the noun that is asked for: the dimensions that answer it.
_DIMENSIONS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        ("far", "tall", "high", "deep", "wide", "length", "height", "width", "depth", "distance"), _LENGTHS
    ),
    "long": _LENGTHS | _TIMES | {"light-year"},
    **dict.fromkeys(("old", "age"), frozenset({"month"})),
    **dict.fromkeys(("hot", "warm", "cold", "temperature"), _words("degree fahrenheit kelvin")),
    **dict.fromkeys(("fast", "speed"), _words("kmh mph knot")),
    **dict.fromkeys(("heavy", "weight"), _WEIGHTS),
    **dict.fromkeys(("percentage", "percent", "share", "proportion", "rate"), frozenset({"percent"})),
    **dict.fromkeys(("population", "number", "toll", "score", "attendance"), _COUNT),
    **dict.fromkeys(
        ("price", "cost", "revenue", "budget", "salary", "fine", "loss", "profit", "fee", "turnover", "debt", "value"),
        tables.CURRENCIES,
    ),
    "amount": tables.CURRENCIES | _WEIGHTS | _words("litre gallon barrel percent"),
    "much": tables.CURRENCIES | _WEIGHTS | _words("litre gallon barrel percent"),
}
_MONEY = _words(
    "cost costs price pay paid pays money spend spent earn earns earned worth sell sold buy bought raise raised"
)
# What is asked for, where no word that asks says so: "Super Bowl 2021 location", "What is the release date of …?"
_NOUNS: dict[str, Sort] = {
    **dict.fromkeys("date day year month".split(), "date"),
    **dict.fromkeys("location venue city country place capital town birthplace hometown".split(), "place"),
    **dict.fromkeys(
        "name director author winner ceo president founder champion mayor captain coach owner composer inventor "
        "chairman chairwoman governor leader host actor actress singer architect spokesman spokeswoman".split(),
        "name",
    ),
    **dict.fromkeys((noun for noun in _DIMENSIONS if noun not in ("much", "long", "old", "fast")), "number"),
}
_WHAT_IS = regex.compile(r"(?:what|which)(?:['’]s| (?:is|was|will be|were)) ", regex.IGNORECASE)
_WHICH = regex.compile(r"(?:what|which)\b", regex.IGNORECASE)
_HOLDER = regex.compile(
    r"\bwho(?:['’]s| (?:is|was|will be|became|becomes))\b|\b(?:what|which)(?:['’]s| (?:is|was)) the\b", regex.IGNORECASE
)
_WHAT_COSTS = regex.compile(r"what (?:does|do|did|will|would) .+ costs?\b", regex.IGNORECASE)
_PLAIN_PLACES = _words("city town country state village nation")
# A question of several things, or of any one of several, has answers that differ without a quarrel.
_SEVERAL = regex.compile(
    r"\bwho (?:else|are|were)\b|\bwhat (?:are|were)\b|\b(?:is|was) (?:an?|one of|some of|another)\b"
    r"|\b(?:which|what) (?:(?-i:\p{Lu})\p{L}+ )?(?!is\b|was\b|does\b|has\b)\p{Ll}+[^su\W]s\b"
    r"|\b(?:other|others|another|some|examples?|often|according to whom|each|both|different|various|several)\b",
    regex.IGNORECASE,
)
_ASKS = regex.compile(
    r"\b(?:when|where|who(?:m|se)?|which|what|how (?:many|much|long|far|old|tall|high|deep|wide|large|big|heavy|fast|hot|warm|cold))\b",
    regex.IGNORECASE,
)
_NO_VALUE = regex.compile(
    r"\bwhy\b|\bhow(?! (?:many|much|long|far|old|tall|high|deep|wide|large|big|heavy|fast|hot|warm|cold)\b)|\bwhat (?:did|does|do|happened)\b.*\b(?:say|think|mean|do|happen)\b",
    regex.IGNORECASE,
)
_SORTS: dict[str, Sort] = {"number": "number", "time": "date", "place": "place", "person": "name"}
_CLOCK = regex.compile(r"\bwhat time\b|\bwhat hour\b", regex.IGNORECASE)
_YEAR = regex.compile(r"\b(?:what|which) year\b", regex.IGNORECASE)
ROLES = _words("ceo cfo coo cto mp pm mvp gdp") | tables.RANKS
# Words of a question that name the sort of thing asked for, and so need not stand beside the answer.
_GENERIC = _words(
    "year date day month time name person people man woman company organization organisation group team city country place "
    "state town location venue number amount percentage percent movie film game called named take happen many much long"
)


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What answers a question: its sort, its dimensions, and the words that must stand by it."""

    about: str  # for a person, in the question's words
    sort: Sort
    dimensions: frozenset[str] | None  # of a number; None: any
    counted: str  # the key of what is counted; empty where nothing is
    relation: frozenset[str]  # keys of the other words in lower case: what is said of it
    subjects: tuple[tuple[str, ...], ...]  # the names in the question, by their folded words
    words: frozenset[str]  # all folded words
    keys: frozenset[str]
    days: tuple[Day, ...]
    amounts: tuple[Value, ...]
    year: bool  # only the year is asked for
    plain_place: str  # "city", where a city is asked for; empty where any place will do
    holder: bool  # who is something, rather than who does something


def asked_for(question: str) -> AskedFor | None:
    """What a question asks for, or None where no one value would answer it."""
    question = " ".join(question.split())
    asks = _ASKS.search(question)
    if _NO_VALUE.search(question) or _SEVERAL.search(question):
        return None
    read = Sentence(question)
    sort = _sort(question, asks, read.tokens)
    if sort is None:
        return None
    subjects, roles = _subjects(read)
    in_names = {place for name in read.names for place in range(name.start, name.end)}
    in_facts = {place for fact in read.facts for place in range(fact.start, fact.end)}
    holder = _HOLDER.search(question) is not None
    plain = [token for place, token in enumerate(read.tokens) if place not in in_names | in_facts and token.key]
    counted = _counted(read.tokens) if sort == "number" else ""
    relation = frozenset(token.key for token in plain if token.word not in _GENERIC)
    if holder or not _WHICH.match(question):
        relation |= roles
    return AskedFor(
        about=_about(question, asks),
        sort=sort,
        dimensions=_dimensions(read.tokens) if sort == "number" else None,
        counted=key(counted) if counted else "",
        relation=relation - ({key(counted)} if counted else set()),
        subjects=subjects,
        words=frozenset(token.word for token in read.tokens if token.kind == "word"),
        keys=read.keys,
        days=tuple(fact.value for fact in read.facts if isinstance(fact.value, Day)),
        amounts=tuple(fact.value for fact in read.facts if not isinstance(fact.value, Day)),
        year=_YEAR.search(question) is not None,
        plain_place=next((token.word for token in plain if token.word in _PLAIN_PLACES), ""),
        holder=holder,
    )


def _sort(question: str, asks: regex.Match[str] | None, sequence: Sequence[Token]) -> Sort | None:
    if _CLOCK.search(question):
        return "clock"
    # A later "when" or "where" tells of which time or place, and asks nothing.
    later = regex.search(r"\b(?:when|where|which|who)\b", question, regex.IGNORECASE, pos=asks.end()) if asks else None
    kind = wanted(question[: later.start()] if later else question, lambda _: 1.0).kind
    if kind in _SORTS:
        return _SORTS[kind]
    if kind == "manner" and asks and asks[0].lower().startswith("how "):
        return "number"
    if _WHAT_COSTS.match(question):
        return "number"
    if kind != "thing" or (asks and not _WHAT_IS.match(question, asks.start())):
        return None
    ends = next(
        (place for place, token in enumerate(sequence) if place > 3 and token.word in ("of", "for", "in", "on")), None
    )
    nouns = [_NOUNS[token.word] for token in sequence[:ends] if token.word in _NOUNS]
    return nouns[-1] if nouns else None


def _about(question: str, asks: regex.Match[str] | None) -> str:
    """The question as the name of what it asks for, cut at a word where it is long."""
    text = question.rstrip(" ?!.")
    if asks and asks.start() == 0:
        text = text[0].lower() + text[1:]
    return text if len(text) <= _ABOUT else text[:_ABOUT].rsplit(" ", 1)[0] + " …"


def _subjects(read: Sentence) -> tuple[tuple[tuple[str, ...], ...], frozenset[str]]:
    """The names, and the keys of offices that are written like names."""
    names, roles = [], set()
    for name in read.names:
        words = [word for word in name.words if word not in tables.FUNCTION]
        roles |= {key(word) or word for word in words if word in ROLES}
        if rest := tuple(word for word in words if word not in ROLES):
            names.append(rest)
    return tuple(names), frozenset(roles)


def _counted(sequence: Sequence[Token]) -> str:
    """What "how many" or "the number of" counts."""
    for place, token in enumerate(sequence[:-1]):
        before = [one.word for one in sequence[max(0, place - 1) : place]]
        if (token.word == "many" and before == ["how"]) or (token.word == "of" and before == ["number"]):
            noun = [one.word for one in sequence[place + 1 : place + 4]]
            for word in noun:
                if word in tables.UNITS:
                    return ""
                if word.endswith("s") or key(word) in _PLURALS:
                    return word
            return noun[0]
    return ""


_PLURALS = frozenset(key(fold(word)) for word in "people men women children police fish sheep".split())


def _dimensions(sequence: Sequence[Token]) -> frozenset[str] | None:
    words = [token.word for token in sequence]
    for place, word in enumerate(words):
        asks = place > 0 and words[place - 1] == "how"
        if word == "many" and asks:
            unit = next((one for one in words[place + 1 : place + 3] if one in tables.UNITS), None)
            return frozenset({tables.UNITS[unit][0]}) if unit else _COUNT
        if word == "much" and asks and not _MONEY.isdisjoint(words):
            return tables.CURRENCIES
        if word in _DIMENSIONS and (asks or word in _NOUNS):
            return _DIMENSIONS[word]
    return None
