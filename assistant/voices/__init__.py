"""Who says it: the voices of each sentence of an article, read off the words that say so."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Voice
from assistant.voices.people import Article


def voices(text: str, sentences: Sequence[tuple[int, int]]) -> list[Voice | None]:
    """For each sentence of an article, who says it according to the article; None where the sentence names nobody."""
    return Article(text, sentences).voices()


def every_voice(text: str, sentences: Sequence[tuple[int, int]]) -> list[list[Voice]]:
    """For each sentence of an article, all who say something in it, the one who says the sentence first."""
    return [[voice] if voice else [] for voice in voices(text, sentences)]
