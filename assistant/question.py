"""A follow-up made to stand alone: what it leaves unsaid is carried over from the question before."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from index.article import normalise
from index.words import stems

Turn = tuple[str, str]  # a question and its answer's text

_LEANING = regex.compile(
    r"^\s*(?:and|but|so|or|what about|how about|why|when|where|who|how)\s*(?:\?|$)"
    r"|^\s*(?:and|but|so|or|what about|how about)\b"
    r"|\b(?:he|she|they|it|him|her|them|his|hers|their|its|this|that|these|those|there|then|one)\b",
    regex.IGNORECASE,
)
_NAME = regex.compile(
    r"\b\p{Lu}[\p{L}\p{M}\p{N}'’.-]*(?:\s+(?:(?:of|the|de|la|le|du|van|von|al)\s+)*\p{Lu}[\p{L}\p{M}\p{N}'’.-]*)*"
)
_ASKING = frozenset(
    "who whom whose what which when where why how did does do is are was were has have had can could will would should "
    "say says said tell told in on at by for from according to and but so or the a an".split()
)


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question, with the names or else the words of the one before when it leans on it."""
    asked = ""
    for one in [*(before for before, _ in history), question]:
        asked = _completed(" ".join(normalise(one).split()), asked)  # as the articles are, or words would differ
    return asked


def _completed(question: str, previous: str) -> str:
    if not question or not previous or not leans(question):
        return question
    carried = names(previous) or [
        word for word in previous.rstrip("?").split() if stems(word) and word.lower() not in _ASKING
    ]
    known = set(stems(question))
    carried = [one for one in carried if not set(stems(one)) <= known]
    return f"{question.rstrip('?').rstrip()} ({', '.join(carried)})?".lstrip() if carried else question


def leans(question: str) -> bool:
    """Whether a question means something only after another."""
    telling = [word for word in regex.findall(r"[\p{L}\p{N}]+", question.lower()) if word not in _ASKING]
    return bool(_LEANING.search(question)) or len(telling) < 2


def names(question: str) -> list[str]:
    """The names in a question; its first word counts only when it asks nothing."""
    found = []
    for match in _NAME.finditer(question):
        words = match[0].split()
        while words and words[0].lower() in _ASKING:
            words = words[1:]
        if words:
            found.append(" ".join(words).rstrip(".?,"))
    return list(dict.fromkeys(found))
