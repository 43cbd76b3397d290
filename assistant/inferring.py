"""Filters that a question names: the publishers whose reports it asks for, and the days when they are to be of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import regex

from assistant.answer import Filters
from assistant.stretches import Point, Stretch, stretches
from index.asked import Mention, parts

_VERB = (
    r"(?:say|says|said|report(?:s|ed)?|write|writes|wrote|written|claim(?:s|ed)?|state[sd]?|suggest(?:s|ed)?"
    r"|describe[sd]?|mention(?:s|ed)?|publish(?:es|ed)?|print(?:s|ed)?|cover(?:s|ed)?|indicate[sd]?|attribute[sd]?"
    r"|note[sd]?|quote[sd]?|put|puts|tell|tells|told|give|gives|gave|call|calls|called|discuss(?:es|ed)?)"
)
_PIECE = r"(?:articles?|reports?|stor(?:y|ies)|pieces?|coverage|reporting|news|reviews?|interviews?|editorials?|columns?|headlines?)"
_QUOTE, _UNQUOTE = r"[\"'“‘«]?\s*", r"\s*[\"'”’»]?"
_SPEAKS_BEFORE = regex.compile(
    rf"(?:\b(?:according\s+to|as\s+per|{_VERB}\s+(?:by|in|on)|{_PIECE}\s+(?:by|in|from|of|on)|in|from)\s+)"
    rf"(?:both\s+|the\s+|an?\s+)*{_QUOTE}$",
    regex.IGNORECASE,
)
_SPEAKS_BEHIND = regex.compile(rf"{_UNQUOTE}(?:['’]s?)?(?:\s+\p{{L}}+)?\s+(?:{_PIECE}|{_VERB})\b", regex.IGNORECASE)
_SPOKEN_OF = regex.compile(rf"\b(?:about|own|owns|buys?|bought|sued?|against)\s+(?:the\s+)?{_QUOTE}$", regex.IGNORECASE)
_BETWEEN = regex.compile(
    rf"{_UNQUOTE}(?:['’]s?)?\s*(?:,|,?\s*(?:and|or|&|with|to|versus|vs\.?))\s*(?:both\s+|the\s+|an?\s+|in\s+)*{_QUOTE}",
    regex.IGNORECASE,
)
_COMPARED = regex.compile(r"\b(?:compare[sd]?|contrast|differ|agree|disagree)\b", regex.IGNORECASE)
_SAID = regex.compile(r"\b(?:say|says|said|tell|told|promise[sd]?|announce[sd]?|warn(?:s|ed)?)\s+$", regex.IGNORECASE)
# A date behind these is when something was published; "since" needs none, for what is since then is told since then.
_PUBLISHED = regex.compile(
    rf"\b(?:publish(?:es|ed)?|report(?:s|ed)?|writ(?:e|es|ten)|wrote|print(?:s|ed)?|appear(?:s|ed)?|{_PIECE})\b"
    r"(?P<between>[^,;:?]*)$",
    regex.IGNORECASE,
)
_NOTHING_ELSE = frozenset(
    "what which who did does do has have had was were is are the a an and or in by from of about on to all any anything "
    "else there give show list me us tell".split()
)
_DAY = timedelta(days=1)


def inferred(
    question: str, given: Filters, mentions: Sequence[Mention], names: Mapping[str, str], span: tuple[date, date] | None
) -> Filters:
    """The filters given with those that a question names, of each sort where none is given: publishers, dates.

    `mentions` are the publishers that the question names, `names` how each is written, by its casefolded name, `span`
    from when to when the articles are.
    """
    found = given
    if not given.publishers and (asked := _asked_for(question, mentions)):
        found = replace(found, publishers=tuple(names[name] for name in sorted(asked) if name in names), inferred=True)
    if not given.since and not given.until and span and (when := _when(question, mentions, *span)):
        since, until = (day.isoformat() if day else None for day in when)
        found = replace(found, since=since, until=until, inferred=True)
    return found


def searched(question: str, given: Filters, narrowed: Filters) -> str:
    """What is left to search for: a question without the date that became a filter, which no text needs to hold now."""
    if (given.since, given.until) == (narrowed.since, narrowed.until):
        return question
    (when,) = stretches(question)
    rest = f"{question[: when.start].rstrip()}{question[when.end :]}"
    return rest if regex.search(r"\p{L}", rest) else question


def asks_for_all(question: str, mentions: Sequence[Mention]) -> bool:
    """Whether a question asks for whatever was reported: "What did the Beacon report in June?"."""
    spans = [(one.start, one.end) for one in mentions]
    spans += [(one.start, one.end) for one in stretches(question)]
    rest = "".join(letter for at, letter in enumerate(question) if not any(start <= at < end for start, end in spans))
    words = regex.sub(rf"\b(?:{_VERB}|{_PIECE})\b", " ", rest, flags=regex.IGNORECASE)
    return bool(spans) and not set(regex.findall(r"[\p{L}\p{N}]+", words.lower())) - _NOTHING_ELSE


# ---------------------------------------------------------------------------------------------- publishers


def _asked_for(question: str, mentions: Sequence[Mention]) -> set[str]:
    """The publishers whose articles a question asks for; not one that it only asks about.

    None for a long question of several parts: it speaks of several articles, and not all of their outlets are named as
    such (of the right articles fewer were quoted).
    """
    if parts(question):
        return set()
    speaking = [_speaks(question, mention) for mention in mentions]
    joined = [_BETWEEN.fullmatch(question, one.end, other.start) is not None for one, other in pairwise(mentions)]
    if any(joined) and _COMPARED.search(question):
        speaking = [True] * len(mentions)
    for at, both in [*enumerate(joined), *reversed(list(enumerate(joined)))]:
        if both:
            speaking[at] = speaking[at + 1] = speaking[at] or speaking[at + 1]
    if not any(speaking):
        return set()
    # Beside one whose report is asked for, another that is not just spoken of is likely to be another source.
    return {
        name
        for mention, speaks in zip(mentions, speaking, strict=True)
        if speaks or not _SPOKEN_OF.search(question[: mention.start])
        for name in mention.publishers
    }


def _speaks(question: str, mention: Mention) -> bool:
    before = _SPEAKS_BEFORE.search(question[: mention.start])
    return before is not None or _SPEAKS_BEHIND.match(question, mention.end) is not None


# ---------------------------------------------------------------------------------------------- dates


def _when(
    question: str, mentions: Sequence[Mention], first: date, last: date
) -> tuple[date | None, date | None] | None:
    """From when to when what a question asks for was published; none where it names another time, or several."""
    named = stretches(question)
    if len(named) != 1 or len(mentions) > 1 or parts(question):
        return None
    (when,) = named
    if when.how != "since" and not _of_publication(question, when):
        return None
    start, end = _within(when.first, first, last).first, _within(when.last, first, last).last
    if start is None or end is None:
        return None
    since, until = {
        "since": (start, None),
        "after": (end + _DAY, None),
        "before": (None, start - _DAY),
        "until": (None, end),
        "till": (None, end),
        "up to": (None, end),
        "by": (None, end),
    }.get(when.how, (start, end))
    leaves_out = (since is not None and since > first) or (until is not None and until < last)
    return (since, until) if leaves_out and (until is None or since is None or since <= until) else None


def _of_publication(question: str, when: Stretch) -> bool:
    """Whether a date says when something was published, not when it happened: "the Beacon's report of 9 July"."""
    if when.how == "in" and when.first.month and _SAID.search(question[: when.start]):
        return (
            True  # what somebody says is printed within the month; the name of the month stands in older articles too
        )
    cue = _PUBLISHED.search(question[: when.start])
    if cue is None:
        return False
    close = not cue["between"].strip()
    reaches = when.how in ("since", "after", "before", "until", "till", "up to", "between", "from")
    return close or reaches or (when.how in ("in", "during") and when.first.day is None)


def _within(point: Point, first: date, last: date) -> Point:
    """A month or day of no year with the year that the articles' dates leave it, if they leave but one."""
    if point.year is not None or point.month is None:
        return point
    years = [Point(year, point.month, point.day) for year in range(first.year, last.year + 1)]
    held = [one for one in years if one.first and one.last and one.first <= last and first <= one.last]
    return held[0] if len(held) == 1 else point
