"""An article's words and marks, and which of them stand in quotation marks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Literal, NamedTuple

import regex

from assistant.voices.words import FUNCTION, TIMES

Kind = Literal["word", "comma", "colon", "open", "close", "break", "bracket", "end"]


NAMED = regex.compile(r"(?:[\p{Ll}]{1,2}['’])?[\p{Lu}\p{Lt}\p{Lo}]|\p{Ll}\p{Lu}")


class Token(NamedTuple):
    """A word or a mark, and where it stands."""

    start: int
    end: int
    text: str
    word: str  # lower case, without a possessive ending
    kind: Kind
    quoted: bool
    possessive: bool

    @property
    def name(self) -> bool:
        """Written as a name is."""
        return (
            self.kind == "word"
            and NAMED.match(self.text) is not None
            and self.word not in FUNCTION
            and self.word not in TIMES
            and not self.contraction
        )

    @property
    def contraction(self) -> bool:
        return self.word.replace("’", "'") in FUNCTION or self.word.endswith(("n't", "n’t"))

    @property
    def number(self) -> bool:
        return self.text[0].isdigit()

    @property
    def plain(self) -> bool:
        """An ordinary word that may stand in a noun phrase."""
        return (
            self.kind == "word"
            and not self.name
            and self.word not in FUNCTION
            and self.word not in TIMES
            and not self.contraction
            and not (self.word.endswith("ly") and self.word not in ("family", "assembly", "daily", "weekly", "monthly"))
        )

    @property
    def time(self) -> bool:
        return self.kind == "word" and (self.word in TIMES or self.number)


TOKEN = regex.compile(
    r"""
      (?P<word> (?:\p{L}\.){2,}+
              | (?:Mr|Mrs|Ms|Dr|St|Sen|Rep|Reps|Sens|Gov|Gen|Col|Capt|Lt|Sgt|Maj|Adm|Prof|Rev|Hon|Jr|Sr|Jan|Feb|Aug
                  |Sept|Oct|Nov|Dec|Inc|Corp|Ltd|Co)\.
              | \p{Lu}\.(?=\s*\p{Lu})
              | \p{N}{1,3}(?:,\p{N}{3})++(?![\p{L}\p{N}])
              | [\p{L}\p{N}][\p{L}\p{M}\p{N}]*+ (?: [-'’&.·‑] [\p{L}\p{N}] [\p{L}\p{M}\p{N}]*+ )*+ )
    | (?P<comma> , ) | (?P<colon> : ) | (?P<break> [;—–…] | --++ | \s-\s | \.\.\.++ ) | (?P<bracket> [()\[\]] )
    | (?P<end> [!?] | \.(?!,) ) | (?P<mark> '' | ["“”„«»‘’'‹›] )
    """,
    regex.VERBOSE,
)
QUOTE = regex.compile(
    r"""(?<=\S)'(?=''(?!'))|''|["“”„«»]|(?<![\p{L}\p{N}.])['‘](?=[\p{L}])|(?<=[\p{L}\p{N},.!?…])['’](?![\p{L}\p{N}])|\n"""
)
PAIRS = {"“": "”", "„": "“", "«": "»", "»": "«", '"': '"', "'": "'", "‘": "’", "''": "''"}
POSSESSIVE = regex.compile(r"['’]s\z", regex.IGNORECASE)
ENDED = ".!?…:;»”\"“'’)"


def quotations(text: str) -> list[tuple[int, int]]:
    """Where the text stands in quotation marks, marks included; a paragraph closes what it opened."""
    found: list[tuple[int, int]] = []
    opened: list[tuple[int, str]] = []
    for mark in QUOTE.finditer(text):
        character, at = mark.group(), mark.start()
        if character == "\n":
            # A line may be broken inside a quotation; a new paragraph ends it.
            before = text[max(0, at - 3) : at].rstrip()
            if opened and (text[at + 1 : at + 2] in ("", "\n") or not before or before[-1] in ENDED):
                if opened[0][1] not in ("'", "’"):
                    found.append((opened[0][0], at))
                opened.clear()
            continue
        spaced_before = at == 0 or text[at - 1].isspace() or text[at - 1] in "([—–-“«"
        spaced_after = at + 1 >= len(text) or text[at + 1].isspace() or text[at + 1] in ".,;:!?)]—–-”»"
        closes = bool(opened) and opened[-1][1] == character
        if character == '"' and closes and spaced_before and not spaced_after:
            closes = False  # a mark was forgotten: this one opens again
            found.append((opened[0][0], at))
            opened.clear()
        # A pair of two kinds: “...", "...” and “...“ are slips that articles have.
        slip = bool(opened) and character in '"“”' and opened[-1][1] in '"”' and spaced_after and not spaced_before
        if closes or slip:
            start, _ = opened.pop()
            if not opened:
                found.append((start, at + 1))
        elif character == "”" and any(closing == "”" for _, closing in opened):
            while opened[-1][1] != "”":
                opened.pop()
            start, _ = opened.pop()
            if not opened:
                found.append((start, at + 1))
        elif (
            character in PAIRS
            and not (character in "'\"" and spaced_after and not spaced_before)
            and not (opened and character in "'‘" and not spaced_before)
        ):
            opened.append((at, PAIRS[character]))
    if opened and opened[0][1] not in ("'", "’"):
        found.append((opened[0][0], len(text)))
    return found


def tokens_of(text: str, start: int, end: int, quotations: list[tuple[int, int]], starts: list[int]) -> Iterator[Token]:
    """The tokens of a stretch of text."""
    for found in TOKEN.finditer(text, start, end):
        at, after, words = found.start(), found.end(), found.group()
        number = bisect_right(starts, at) - 1
        inside = number >= 0 and at < quotations[number][1]
        kind = found.lastgroup
        if kind == "mark":
            if not inside:
                continue
            if at == quotations[number][0]:
                yield Token(at, after, words, words, "open", False, False)
            elif after == quotations[number][1]:
                yield Token(at, after, words, words, "close", False, False)
            continue
        ending = POSSESSIVE.search(words) if kind == "word" else None
        if ending and words.lower().replace("’", "'") in FUNCTION:
            ending = None
        bare = words[: ending.start()] if ending else words
        word = bare.lower() if "." in bare.rstrip(".") else bare.lower().rstrip(".")
        yield Token(at, after, words, word, kind, inside, ending is not None)  # type: ignore[arg-type]
