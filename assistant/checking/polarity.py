"""Whether statement and quotations say yes and no to the same things."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from assistant.checking import tables
from assistant.checking.context import Mention, context, fit
from assistant.checking.sentence import Sentence
from assistant.checking.tokens import Token, key, opposed, places

_SCOPE = 3  # content words on each side that say what a negation is about
_CLAUSE = frozenset(".;:")
_MOVED = 0.2  # the same where both words are in statement and quotation
_SLOT = 0.1  # by how much an opposite's place must fit better than the word's own


class Negation(NamedTuple):
    """A negating word with the keys around it: those behind it, and those before it."""

    place: int
    behind: tuple[str, ...]
    before: tuple[str, ...]
    verb: bool  # it negates its object alone
    aside: bool  # "..., not the other": what is negated is only named beside


def negations(sentence: Sentence) -> list[Negation]:
    """The negations of a sentence, in order."""
    found = []
    sequence = sentence.tokens
    for place, token in enumerate(sequence):
        if not _negates(sentence, place):
            continue
        found.append(
            Negation(
                place,
                _keys(sentence, range(place + 1, len(sequence))),
                _keys(sentence, range(place - 1, -1, -1)),
                token.word in _VERBS,
                _is_aside(sentence, place),
            )
        )
    return found


def _is_aside(sentence: Sentence, place: int) -> bool:
    """Whether "not" behind a comma negates no verb but a thing."""
    sequence = sentence.tokens
    if sequence[place].word != "not" or place == 0 or sequence[place - 1].text not in (",", "–", "—"):
        return False
    behind = sequence[place + 1] if place + 1 < len(sequence) else None
    return behind is not None and (
        behind.kind == "figures" or behind.word in tables.DETERMINERS or behind.word in tables.PREPOSITIONS
    )


def _negates(sentence: Sentence, place: int) -> bool:
    token = sentence.tokens[place]
    return token.kind == "word" and token.word in tables.NEGATORS and not _idle(sentence, place)


def _idle(sentence: Sentence, place: int) -> bool:
    """Whether a negating word negates nothing here: "not only", "No. 5", "no doubt", "whether or not"."""
    sequence = sentence.tokens
    behind = sequence[place + 1].text if place + 1 < len(sequence) else ""
    before = sequence[place - 1].word if place else ""
    word = sequence[place].word
    if word in _WITH_TO and behind != "to":
        return True
    if behind in _COMPARED and _next_word(sentence, place + 2) == "than":
        return True  # no fewer than
    if word == "no" and sequence[place].capital and (behind == "." or behind.isdecimal()) and not sequence[place].opens:
        return True
    return (word == "not" and (behind == "only" or before == "or")) or (word == "without" and behind == "warning")


def _next_word(sentence: Sentence, place: int) -> str:
    return sentence.tokens[place].word if place < len(sentence.tokens) else ""


_COMPARED = frozenset("fewer less more later earlier longer".split())
_WITH_TO = frozenset("refuse refuses refused refusing fail fails failed failing".split())
_VERBS = frozenset("deny denies denied denying denial lack lacks lacked lacking".split()) | _WITH_TO


def _keys(sentence: Sentence, places: range) -> tuple[str, ...]:
    keys: list[str] = []
    for place in places:
        token = sentence.tokens[place]
        if token.text in _CLAUSE or len(keys) == _SCOPE:
            break
        if token.key and token.word not in tables.NEGATORS:
            keys.append(token.key)
    return tuple(keys)


class Opposite(NamedTuple):
    """A word of the statement in the place where a quotation has its opposite."""

    claimed: str
    told: str


def turned(statement: Sentence, carriers: Sequence[Sentence], opposites: Sequence[Opposite]) -> bool:
    """Whether the statement negates what the quotations affirm, or the other way round."""
    mine = negations(statement)
    theirs = [one for carrier in carriers for one in negations(carrier)]
    least = most = 0
    seen: set[tuple[str, ...]] = set()
    for one in theirs:
        near = one.behind[:2] or one.before[:1]
        if near in seen:
            continue  # said twice
        seen.add(near)
        least += bool(near) and not one.aside and all(word in statement.keys for word in near)
        most += any(
            word in statement.keys for word in (one.behind[:1] if one.verb else (*one.behind[:2], *one.before[:1]))
        )
    left_out = sum(_leaves_out(one, at, token) for one in carriers for at, token in enumerate(one.tokens))
    most += left_out
    even = any((len(mine) - count) % 2 == 0 for count in range(least, max(least, most) + 1))
    if opposites:
        undone = len(opposites) == 1 and not even and _negated(opposites[0], (*mine, *theirs))
        return not undone
    return not even or (bool(mine) and not left_out and _moved(mine, carriers))


def _leaves_out(sentence: Sentence, place: int, token: Token) -> bool:
    """Whether a verb of refusing stands here without what is refused."""
    if token.word not in _WITH_TO or not _idle(sentence, place):
        return False
    return place + 1 == len(sentence.tokens) or sentence.tokens[place + 1].kind == "mark"


def _negated(opposite: Opposite, all_negations: Sequence[Negation]) -> bool:
    """Whether one of the two words is itself negated: "not safe" is "unsafe"."""
    pair = {key(opposite.claimed), key(opposite.told)}
    return any(pair & set(one.behind[:1]) for one in all_negations)


def _moved(mine: Sequence[Negation], carriers: Sequence[Sentence]) -> bool:
    """Whether a negation stands at a word that the quotations have, but without it."""
    theirs = [one for carrier in carriers for one in negations(carrier)]
    about = {word for one in theirs for word in (*one.behind, *one.before)}
    told = {word for carrier in carriers for word in carrier.keys}
    for one in mine:
        words = [word for word in (*one.behind[:2], *one.before[:1]) if word in told]
        if words and not any(word in about for word in words):
            return True
    return False


def opposites(statement: Sentence, carriers: Sequence[Sentence]) -> list[Opposite]:
    """Words of the statement in the place where a quotation has their opposite, each with it."""
    named = {place for name in statement.names if name.sure for place in range(name.start, name.end)}
    found = (
        _opposite(statement, place, carriers)
        for place, token in enumerate(statement.tokens)
        if token.kind == "word" and place not in named and not _negates(statement, place) and places(token.word)
    )
    return [one for one in found if one is not None]


def _opposite(statement: Sentence, place: int, carriers: Sequence[Sentence]) -> Opposite | None:
    """The word here with its opposite, if the opposite's place in a quotation fits it better than the word's own."""
    token = statement.tokens[place]
    here = None
    own = other = own_turned = other_turned = 0.0
    told = ""
    for carrier in carriers:
        for there, candidate in enumerate(carrier.tokens):
            same = candidate.word == token.word or (bool(token.key) and candidate.key == token.key)
            if candidate.kind != "word" or not (same or opposed(token.word, candidate.word)):
                continue
            here = here or context(Mention(statement, place, place + 1), frozenset())
            beside = context(Mention(carrier, there, there + 1), frozenset())
            if same:
                own, own_turned = max(own, fit(here, beside)), max(own_turned, fit(here, beside, 1.0))
            elif not _negates(carrier, there) and fit(here, beside) > other:
                other, other_turned, told = fit(here, beside), fit(here, beside, 1.0), candidate.word
    if own and key(told) in statement.keys:  # both words in both: exchanged, or only moved round
        return Opposite(token.word, told) if other_turned > own_turned + _MOVED else None
    return Opposite(token.word, told) if told and other > own + _SLOT else None
