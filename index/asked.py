"""What a question asks: its parts, and the publishers and the days that it names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import regex

from index.words import stems

_LONG = 18  # words that tell, from which on a question is taken apart; shorter ones found less with their parts
_PART = 4  # words that tell, which a part needs to be searched alone
_MOST = 8  # parts that are searched: a bound on what a text of any length costs
_PARTING = regex.compile(r"[,;?]\s+|\s+(?=(?:while|whereas|but|and|compared)\b)")

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_BRANCH = regex.compile(r"\s+[-–—|]\s+|:\s+")  # The Independent - Sports; CNBC | World Business News Leader

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_NUMBER, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\b", r"(?P<year>\d{4})\b"
_DAYS = regex.compile(
    r"\b(?:"
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?!\d)"
    rf"|{_MONTH}\s+{_NUMBER}(?:,?\s+{_YEAR})?"
    rf"|{_NUMBER}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?"
    rf"|{_MONTH},?\s+{_YEAR}"
    r")",
    regex.IGNORECASE,
)
_MONTH_ALONE = regex.compile(
    rf"\b(?:in|since|during|from|until|by)\s+(?:early\s+|late\s+)?{_MONTH}(?!,?\s+\d)", regex.IGNORECASE
)


def parts(text: str) -> list[tuple[int, int]]:
    """(start, end) of each part of a long question of several, each with words enough to be searched alone; else none."""
    if len(stems(text)) < _LONG:
        return []
    found: list[tuple[int, int]] = []
    starts = [0, *(match.end() for match in _PARTING.finditer(text))]
    ends = [*(match.start() for match in _PARTING.finditer(text)), len(text)]
    for start, end in zip(starts, ends, strict=True):
        if found and len(stems(text[slice(*found[-1])])) < _PART:
            found[-1] = found[-1][0], end
        else:
            found.append((start, end))
    if len(found) > 1 and len(stems(text[slice(*found[-1])])) < _PART:
        _, end = found.pop()
        found[-1] = found[-1][0], end
    return found[:_MOST] if len(found) > 1 else []


@dataclass(frozen=True, slots=True)
class Day:
    """A day or a month as a question names it; a day of no year is that day of any year."""

    month: int
    year: int | None = None
    day: int | None = None

    def fits(self, published: date) -> bool:
        """Whether something of that date may be meant: of the month, or of the day or the one beside it.

        A paper of the next morning reports a day too, and an evening is the next day further east.
        """
        year = published.year if self.year is None else self.year
        if self.day is None:
            return (published.year, published.month) == (year, self.month)
        try:
            return abs((published - date(year, self.month, self.day)).days) <= 1
        except ValueError:  # the 31st of a shorter month
            return False


def days(text: str, first: date | None = None, last: date | None = None) -> tuple[Day, ...]:
    """The days and months that a text names in English or as YYYY-MM-DD.

    "In June" alone is a month where only one June lies between a first and a last day: those of all articles.
    """
    found = []
    for match in _DAYS.finditer(text):
        named = match["month"].lower()
        month = int(named) if named.isdigit() else _MONTHS.index(named[:3]) + 1
        year, day = (int(match[part]) if match[part] else None for part in ("year", "day"))
        if 1 <= month <= 12 and (day is None or 1 <= day <= 31):
            found.append(Day(month, year, day))
    if first and last:
        for match in _MONTH_ALONE.finditer(text):
            month = _MONTHS.index(match["month"][:3].lower()) + 1
            held = [year for year in range(first.year, last.year + 1) if _between(first, (year, month), last)]
            if len(held) == 1:
                found.append(Day(month, held[0]))
    return tuple(dict.fromkeys(found))


def _between(first: date, month: tuple[int, int], last: date) -> bool:
    return (first.year, first.month) <= month <= (last.year, last.month)


@dataclass(frozen=True, slots=True)
class _Spelling:
    """One way in which a publisher is named."""

    publisher: str  # casefolded
    the: bool  # a name of one word that needs its article: “The Age”


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names publishers: text[start:end], without “The”."""

    start: int
    end: int
    publishers: frozenset[str]  # casefolded; several where a name is that of several branches


class Publishers:
    """The names of all publishers, ready to be found in questions."""

    def __init__(self, names: Iterable[str]) -> None:
        self._spellings: dict[tuple[str, ...], list[_Spelling]] = {}
        for name in names:
            for spelt in dict.fromkeys((name, _BRANCH.split(name)[0])):
                words = tuple(_WORD.findall(spelt.casefold()))
                the = len(words) > 1 and words[0] == "the"
                words = words[1:] if the else words
                if any(len(word) > 1 for word in words):
                    known = self._spellings.setdefault(words, [])
                    known.append(_Spelling(name.casefold(), the and len(words) == 1))
        self._longest: dict[str, int] = {}  # how many words the names that begin with a word have at most
        for words in self._spellings:
            self._longest[words[0]] = max(len(words), self._longest.get(words[0], 0))

    def named_in(self, text: str) -> frozenset[str]:
        """The casefolded names of the publishers that a text names."""
        return frozenset().union(*(mention.publishers for mention in self.mentions(text)))

    def mentions(self, text: str) -> list[Mention]:
        """Where a text names publishers, with or without “The” and a branch's name.

        Capitals tell “Fortune” from a fortune. In a text without any, names of several words are still known.
        """
        places = [match.span() for match in _WORD.finditer(text)]
        words = [text[start:end] for start, end in places]
        folded = [word.casefold() for word in words]
        cased = text != text.lower()
        found: list[Mention] = []
        at = 0
        while at < len(words):
            for end in range(min(at + self._longest.get(folded[at], 0), len(words)), at, -1):
                spellings = self._spellings.get(tuple(folded[at:end]), [])
                if not _is_name(words, at, end, cased):
                    continue
                if meant := {one.publisher for one in spellings if not one.the or (at and folded[at - 1] == "the")}:
                    found.append(Mention(places[at][0], places[end - 1][1], frozenset(meant)))
                    at = end - 1
                    break
            at += 1
        return found


def _is_name(words: list[str], at: int, end: int, cased: bool) -> bool:
    first = words[at]
    if end - at > 1:
        return not cased or not first[0].islower()
    if at == 0 and first == first.capitalize() and first != first.lower():
        return False  # any first word has a capital
    return not first[0].islower()
