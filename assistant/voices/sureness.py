"""Which of what may be a voice surely is one: rules of grammar, each of which leaves something out."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.voices.cues import Found, Sentence
from assistant.voices.words import LEMMAS, OPENERS, OTHERWISE, SPEAKERS

# Ways of finding a subject that say too little: across what stands between commas, or for a participle behind a word.
_LOOSE = {"across", "beside", "from name", "from word"}
# Ways of finding a subject that stands next to its verb, or opens the clause that a participle goes on with. Not behind
# "for" and "from": whom somebody is blamed for saying it, or kept from it, is another.
_NEAR = {"opening", "over", "pronoun"} | {
    f"from {joint}" for joint in ("comma", "by", "in", "of", "at", "after", "before", "when", "while", "without")
}
# A clause behind these words stands on its own; behind others it is what somebody says, asks, or would do.
_JOINING = (OPENERS - {"as"}) | {"and", "but", "or", "when", "while", "though", "although"}
# How many tokens behind a verb its quotation may open.
_QUOTED_WITHIN = 14


def sure(sentence: Sentence, all_found: Sequence[Found]) -> list[Found]:
    """Of what was found in a sentence, what is surely a voice: what a person would surely find there too."""
    return [
        found
        for number, found in enumerate(all_found)
        if found.kind == "according"
        or (
            _happens(found)
            and _stands_alone(sentence, found)
            and _can_speak(sentence, found)
            and _says(sentence, found)
            and not _is_reported(sentence, all_found, number)
        )
    ]


def _happens(found: Found) -> bool:
    """Whether the verb tells what somebody does: not what they do not, may, or are to do."""
    return found.stands in ("finite", "participle") and found.how not in _LOOSE


def _stands_alone(sentence: Sentence, found: Found) -> bool:
    """Whether its clause is no part of another: not "that Brandt said", "what she said", "if they say"."""
    if found.how == "plain" or sentence.word(found.phrase.end - 1) == "who":
        return True
    before = sentence.word(found.phrase.start - 1)
    return not before or before in _JOINING


def _can_speak(sentence: Sentence, found: Found) -> bool:
    """Whether the subject is somebody: a name, a noun for speakers, a pronoun for people, or whatever says."""
    first, last = found.phrase.start, found.phrase.end - 1
    token = sentence.tokens[last]
    if token.word in ("who", "which", "that"):
        return token.word == "who" and first < last
    if token.word in ("he", "she", "they", "i", "we"):
        return True
    if token.name or token.word in SPEAKERS or token.kind == "close":
        return True
    return _lemma(sentence, found) == "say" and token.word not in ("it", "you")


def _says(sentence: Sentence, found: Found) -> bool:
    """Whether the verb says something here: "say" does; others do beside what is said, or close behind their subject."""
    lemma = _lemma(sentence, found)
    if found.how == "plain" or lemma == "say" or sentence.word(found.at + 1) == "that":
        return True
    quotes = any(sentence.kind(at) == "open" for at in range(found.at + 1, found.at + 1 + _QUOTED_WITHIN))
    return quotes or (found.how in _NEAR and lemma not in OTHERWISE)


def _lemma(sentence: Sentence, found: Found) -> str:
    word = sentence.word(found.at)
    return LEMMAS.get(word, word)


def _is_reported(sentence: Sentence, all_found: Sequence[Found], number: int) -> bool:
    """Whether another says that it was said: "Novák said Brandt warned", "Brandt warned, Novák said"."""
    found = all_found[number]
    before = [other for other in all_found[max(0, number - 4) : number] if _ends(other) <= found.phrase.start]
    if before and all(sentence.word(at) for at in range(before[-1].at, found.phrase.start)):
        return True
    return any(
        other.how == "plain"
        and other.phrase.start > found.at
        and sentence.kind(min(other.at, other.phrase.start) - 1) == "comma"
        and sentence.kind(_ends(other)) in ("comma", "end", "edge")
        for other in all_found[number + 1 : number + 5]
    )


def _ends(found: Found) -> int:
    return max(found.at + 1, found.phrase.end)
