"""Which of what may be a voice surely is one: rules of grammar, each of which leaves something out."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.voices.cues import Found, Sentence
from assistant.voices.tokens import Token
from assistant.voices.words import (
    CONTRACTED,
    GOES_ON,
    LEMMAS,
    OCCASIONS,
    OPENERS,
    OTHERWISE,
    PAPERS,
    POLLS,
    SAID_WITH,
    SPEAKERS,
    WRITINGS,
)

# Joints behind which a participle is seldom its subject's own saying: whom somebody is blamed for saying it, or kept
# from it, is another.
_FAR = {f"from {joint}" for joint in ("for", "from", "than", "that", "with", "about", "but", "or")}
# A clause behind these words stands on its own; behind others it is what somebody says, asks, or would do.
_JOINING = (OPENERS - {"as"}) | {"and", "but", "or", "while", "though", "although", "whereas"}
_JOINING |= {"both", "nor", "other", "those"}  # which a phrase was cut behind
# Verbs that may say something, and tell more often what somebody did: "continued to grow", "agreed to a date".
_DOING = {"agree", "continue", "indicate"}
# How many tokens behind a verb its quotation may open.
_QUOTED_WITHIN = 14


def sure(sentence: Sentence, all_found: Sequence[Found]) -> list[Found]:
    """Of what was found in a sentence, what is surely a voice: what a person would surely find there too."""
    return [
        found
        for number, found in enumerate(all_found)
        if found.kind == "according"
        or (
            _happens(sentence, found)
            and _stands_alone(sentence, found)
            and _can_speak(sentence, found)
            and _says(sentence, found)
            and not _is_reported(sentence, all_found, number)
        )
    ]


def tells(sentence: Sentence, found: Found) -> bool:
    """Whether what may be a voice tells what somebody said: not what they do, find out, or answered in a poll."""
    polled = any(token.word in POLLS for token in sentence.tokens) and _is_share(sentence, found)
    return not polled and not _finds(sentence, found) and _lemma(sentence, found) not in _DOING


def outermost(all_found: Sequence[Found]) -> list[Found]:
    """Of what was found in a sentence, what the article says of its own, not through another whom it names."""
    through = [found for found in all_found if found.kind == "according"]
    return through or list(all_found)


def _is_share(sentence: Sentence, found: Found) -> bool:
    """Whether the subject is a share of those asked: "60 percent of voters"."""
    return any(
        token.word in ("percent", "half") or sentence.text[token.end : token.end + 1] == "%"
        for token in _subject(sentence, found)
    )


def _finds(sentence: Sentence, found: Found) -> bool:
    """Whether it is somebody named who finds something out, and may tell nobody; researchers and inquiries tell it."""
    subject = _subject(sentence, found)
    named = subject[-1].name or subject[-1].word in ("he", "she", "they", "i", "we")
    return _lemma(sentence, found) in ("find", "show") and named and not any(one.word in SPEAKERS for one in subject)


def _subject(sentence: Sentence, found: Found) -> list[Token]:
    return sentence.tokens[found.phrase.start : found.phrase.end]


def _happens(sentence: Sentence, found: Found) -> bool:
    """Whether the verb tells what somebody does, or what they leave unsaid: not what they may or are to do."""
    if found.stands == "infinitive":
        return sentence.word(found.at - 2) in GOES_ON and (
            sentence.word(found.at - 2) != "on" or sentence.word(found.at - 3) in ("went", "goes", "gone", "going")
        )
    if found.stands == "finite, not":
        return _lemma(sentence, found) not in OTHERWISE and sentence.kind(found.at + 1) not in ("end", "edge")
    if found.how == "beside":  # "with Brandt saying"
        return sentence.word(found.phrase.start - 1) == "with" and _lemma(sentence, found) not in OTHERWISE
    if found.how == "from word":  # "issued a statement saying"
        return found.stands == "participle" and sentence.word(found.at - 1) in OCCASIONS | PAPERS
    return found.stands in ("finite", "participle") and found.how not in ("across", "from name")


def _stands_alone(sentence: Sentence, found: Found) -> bool:
    """Whether its clause is no part of another: not "that Brandt said", "what she said", "if they say"."""
    if found.how == "plain" or sentence.word(found.phrase.end - 1) == "who":
        return True
    before = sentence.word(found.phrase.start - 1)
    return not before or before in _JOINING or found.how == "beside"


def _can_speak(sentence: Sentence, found: Found) -> bool:
    """Whether the subject is somebody: a name, a noun for speakers, a pronoun for people, or whatever says."""
    first, last = found.phrase.start, found.phrase.end - 1
    token = sentence.tokens[last]
    word = CONTRACTED.get(token.word, token.word)
    if word in ("who", "which", "that"):
        return word == "who" and first < last
    if word in ("he", "she", "they", "i", "we"):
        return True
    if token.name or word in SPEAKERS | WRITINGS or token.kind == "close":
        return True
    if word == "it":
        return found.how == "plain"
    return word != "you" and _lemma(sentence, found) == "say"


def _says(sentence: Sentence, found: Found) -> bool:
    """Whether the verb says something here: "say" does; others do beside what is said, or close behind their subject."""
    lemma = _lemma(sentence, found)
    behind = sentence.word(found.at + 1)
    if found.how == "plain" or lemma == "say" or behind == "that":
        return True
    if sentence.word(found.at) == "called" and found.how in ("inner", "words"):  # "a group called the Harbour Party"
        return behind in SAID_WITH["call"]
    if any(sentence.kind(at) == "open" for at in range(found.at + 1, found.at + 1 + _QUOTED_WITHIN)):
        return True
    return found.how not in _FAR and (lemma not in OTHERWISE or behind in SAID_WITH.get(lemma, ()))


def _lemma(sentence: Sentence, found: Found) -> str:
    word = sentence.word(found.at)
    return LEMMAS.get(word, word)


def _is_reported(sentence: Sentence, all_found: Sequence[Found], number: int) -> bool:
    """Whether another says that it was said: "Novák said Brandt warned", "Brandt warned, Novák said"."""
    found = all_found[number]
    before = [other for other in all_found[max(0, number - 4) : number] if _ends(other) <= found.phrase.start]
    if found.how != "who" and before and all(sentence.word(at) for at in range(before[-1].at, found.phrase.start)):
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
