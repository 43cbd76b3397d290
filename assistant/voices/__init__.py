"""Who says it: the voices of each sentence of an article, read off the words that say so."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answer import Voice
from assistant.voices.people import Article, Person


def voices(text: str, sentences: Sequence[tuple[int, int]]) -> list[Voice | None]:
    """For each sentence of an article, who says it according to the article; None where the sentence names nobody."""
    return Article(text, sentences).voices()


def every_voice(text: str, sentences: Sequence[tuple[int, int]]) -> list[list[Voice]]:
    """For each sentence of an article, all of whom the article itself surely tells that they say something in it.

    A sentence may hold several: who says it, whom `voices` gives, stands first; others beside need not govern the
    sentence, and their speaker is the pronoun itself where it stands for nobody surely. Who leaves something unsaid is
    among them. Whom somebody else tells of is not: "Brandt said so, according to the Post" has the voice of the Post.
    """
    return Article(text, sentences).every_voice()


def people(text: str, sentences: Sequence[tuple[int, int]]) -> list[list[Person]]:
    """For each sentence, the names in it that may be a person's, in their order; words that somebody says aside."""
    article = Article(text, sentences)
    article.voices()
    return article.people
