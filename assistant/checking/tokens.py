"""A sentence as words, figures and marks, each word with the key under which it is compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Literal, NamedTuple

import regex

from assistant.checking import tables, thesaurus
from index.words import stems


class Token(NamedTuple):
    """A word, a run of figures or a mark."""

    text: str
    word: str  # lower case, without accents and possessive ending
    kind: Literal["word", "figures", "mark"]
    glued: bool  # nothing between it and the token before
    capital: bool
    opens: bool  # first word of a sentence or of a quotation: its capital says nothing
    key: str  # what it is compared by; empty for function words and marks
    start: int  # in the text


_TOKEN = regex.compile(
    r"""
      (?P<figures> \d{4}-\d{2}-\d{2}(?!\d)
                 | \d{1,2}\.\d{1,2}\.\d{4}(?!\d) | \d{1,2}/\d{1,2}/\d{4}(?!\d)
                 | \d{1,2}(?::\d{2}){1,2}(?!\d)
                 | \d{1,3}(?:[,\u00a0\u202f\u2009'’\x20]\d{3})++(?!\d)(?:\.\d++)?
                 | \d++[.,]\d++ | \d++ | [½¼¾⅓⅔] )
    | (?P<word> (?:\p{L}\.){2,}+ | us\$ | km/h | [\p{L}\p{M}]++(?:['’&][\p{L}\p{M}]++)*+ )
    | (?P<mark> [°][CF]? | \S )
    """,
    regex.VERBOSE | regex.IGNORECASE,
)
_POSSESSIVE = regex.compile(r"['’]s?\Z|(?<=s)['’]\Z")
_SHORT_NOT = regex.compile(r"n['’]t\Z")
_FULL_FORMS = {"wo": "will", "ca": "can", "sha": "shall"}
_OPENING = frozenset('.!?:;"“”«»„()[]…—–')


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return "".join(one for one in decomposed if not unicodedata.combining(one)).casefold()


def tokens(sentence: str) -> list[Token]:
    """The tokens of a sentence, in order; "n't" is a word of its own."""
    found: list[Token] = []
    end, opens = -1, True
    for match in _TOKEN.finditer(sentence):
        text, glued = match.group(), match.start() == end
        end = match.end()
        kind = match.lastgroup
        if kind != "word":
            found.append(
                Token(
                    text,
                    text.lower(),
                    "figures" if kind == "figures" else "mark",
                    glued,
                    False,
                    opens,
                    "",
                    match.start(),
                )
            )
            opens = opens if kind == "figures" else text in _OPENING or (opens and text in "'‘’")
            continue
        word = _POSSESSIVE.sub("", fold(text))
        capital = text[0].isupper() or (len(text) > 1 and text[1].isupper())
        if short := _SHORT_NOT.search(word):
            stem = word[: short.start()]
            found.append(Token(text, _FULL_FORMS.get(stem, stem), "word", glued, False, opens, "", match.start()))
            found.append(Token(text, "not", "word", True, False, False, "", match.start()))
        else:
            found.append(Token(text, word, "word", glued, capital, opens, key(word), match.start()))
        opens = False
    return found


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The stem of a folded word, irregular forms by their base."""
    plain = word.replace(".", "").replace("'", "")
    found = stems(thesaurus.IRREGULAR.get(plain, plain))
    return found[0] if found else plain


@lru_cache(maxsize=50_000)
def key(word: str) -> str:
    """What a folded word is compared by: its group of synonyms, else its stem; empty for a function word."""
    if word in tables.FUNCTION or word in tables.SIGNS:
        return ""
    groups = places(word)
    return f"{groups[0][0]}:{groups[0][1]}" if groups else stem(word)


Place = tuple[int, int]  # the row and the group of a word in the table of synonyms and opposites


@lru_cache(maxsize=50_000)
def places(word: str) -> tuple[Place, ...]:
    """Where a folded word stands among synonyms and opposites."""
    table = _places()
    return tuple(dict.fromkeys((*table.get(word, ()), *table.get(stem(word), ()))))


def opposed(one: str, other: str) -> bool:
    """Whether two folded words exclude each other."""
    mine, theirs = places(one), places(other)
    if not mine or not theirs or set(mine) & set(theirs):
        return False
    groups = dict(theirs)
    return any(groups.get(row, group) != group for row, group in mine)


@cache
def _places() -> dict[str, tuple[Place, ...]]:
    found: dict[str, tuple[Place, ...]] = {}
    for row, line in enumerate(thesaurus.GROUPS.strip().split("\n")):
        for group, words in enumerate(line.split("|")):
            for word in words.split():
                for form in dict.fromkeys((word, stem(word))):
                    found[form] = (*found.get(form, ()), (row, group))
    return found


def content(sequence: Sequence[Token]) -> list[str]:
    """The keys of the content words, in order."""
    return [token.key for token in sequence if token.key]
