"""An article and its text, normalised once so that every offset means the same thing for ever."""

from __future__ import annotations

import hashlib
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

import regex

# Characters that a reader can't see but that a machine reads. Each is here for a reason of its own.
_HIDDEN = regex.compile(
    "["
    "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # C0 and C1 controls, without tab, line feed and next line
    "\u00ad"  # soft hyphen
    "\u034f"  # combining grapheme joiner
    "\u061c\u200e\u200f"  # marks of direction
    "\u115f\u1160\u3164\uffa0"  # Hangul fillers
    "\u17b4\u17b5\u180e"  # Khmer inherent vowels, Mongolian vowel separator
    "\u200b\u2060\ufeff"  # zero-width space, word joiner, byte order mark
    "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates of direction
    "\u2061-\u2065\u206a-\u206f"  # invisible operators, deprecated format characters
    "\ufff9-\ufffb"  # interlinear annotation
    "\U000e0000-\U000e007f"  # tags (flags of sub-regions lose theirs: the plain flag stays)
    "\U000e0100-\U000e01ef"  # variation selectors 17 to 256
    "]"
)
# ZWNJ and ZWJ shape Arabic, Indic and related scripts; ZWJ also builds emoji. Anywhere else they are hidden.
# Marks may stand between a letter and its joiner, in an order that NFC decides.
_SHAPED = (
    r"\u0640\p{Arabic}\p{Syriac}\p{Mongolian}\p{Nko}\p{Mandaic}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Gujarati}"
    r"\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}\p{Khmer}\p{Myanmar}\p{Tibetan}"
)
_LOOSE_JOINER = regex.compile(
    rf"\u200c(?<![{_SHAPED}]\p{{M}}*\u200c)|\u200d(?<![{_SHAPED}\p{{Extended_Pictographic}}\p{{Emoji_Modifier}}]\p{{M}}*\u200d)"
)
# Of those, what can carry words that a machine reads and a person does not, or show a person other words. Soft hyphens,
# marks of direction and a byte order mark in front are everyday typography; some tags behind a black flag make a flag.
_CONCEALING = regex.compile(
    "[\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060\u202a-\u202e\u2061-\u206f\u3164\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef]|(?<!^)\ufeff"
)
_FLAG = regex.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f")
HIDDEN_CHARACTERS = "hidden characters left out"
HIDDEN_TEXT = "hidden text left out"
_LINE_END = regex.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # what str.splitlines ends a line at
_SURROGATE = regex.compile("[\ud800-\udfff]")


def normalise(text: str) -> str:
    """The text with LF line ends, without hidden characters, in NFC; doing it twice changes nothing."""
    text = _LINE_END.sub("\n", text)
    text = _HIDDEN.sub("", text)
    text = _LOOSE_JOINER.sub("", text)
    text = _SURROGATE.sub("\ufffd", text)
    return unicodedata.normalize("NFC", text)


def conceals(text: str) -> bool:
    """Whether a text, before it is normalised, holds characters that hide words or reorder them."""
    if text.isascii():
        return False
    text = _FLAG.sub("", text)
    return bool(_CONCEALING.search(text) or _LOOSE_JOINER.search(text))


def version_of(text: str) -> str:
    """The sha256 of a normalised text, which names this state of an article."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Article:
    """One document: its normalised text, and the facts that its source states about it."""

    id: str
    text: str
    title: str
    publisher: str | None
    authors: tuple[str, ...]
    published: date | None
    url: str | None
    paths: tuple[str, ...]  # where it was read: root-relative, with "#" and a record's name in a file of many
    version: str  # sha256 of text
    pages: tuple[int, ...] = ()  # where each page begins in the text; none where the source has no pages
    marks: tuple[str, ...] = ()  # what a reader should know of how it was read, such as HIDDEN_TEXT

    def page(self, offset: int) -> int | None:
        """The number of the page, from 1, that a character stands on."""
        return max(bisect_right(self.pages, offset), 1) if self.pages else None

    @property
    def path(self) -> str:
        """Where it was read first."""
        return self.paths[0]

    def to_dict(self) -> dict[str, object]:
        return {
            "id": self.id,
            "version": self.version,
            "title": self.title,
            "publisher": self.publisher,
            "authors": list(self.authors),
            "published": self.published.isoformat() if self.published else None,
            "url": self.url,
            "paths": list(self.paths),
            "pages": list(self.pages),
            "marks": list(self.marks),
            "text": self.text,
        }
