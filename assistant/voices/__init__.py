"""Who says it: the voices of each sentence of an article, read off the words that say so."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Voice
from assistant.voices.people import Article


def voices(text: str, sentences: Sequence[tuple[int, int]]) -> list[Voice | None]:
    """For each sentence of an article, who says it according to the article; None where the sentence names nobody."""
    return Article(text, sentences).voices()


def every_voice(text: str, sentences: Sequence[tuple[int, int]]) -> list[list[Voice]]:
    """For each sentence of an article, all who surely say something in it, the one whom `voices` gives first.

    A sentence may hold several: who says it, and others beside. These need not govern the sentence, and their speaker
    is the pronoun itself where it stands for nobody surely.
    """
    return Article(text, sentences).every_voice()
