"""Whether a claim stays in the mouth it was in."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

import regex

from assistant.answer import Span, Voice
from assistant.checking import tables
from assistant.checking.sentence import Sentence, same_word
from assistant.checking.tokens import Token, key, tokens
from assistant.voices import voices
from index.passages import sentences

_OPENING = regex.compile(r"[\"“«„]")
_SAYS = r"(?:said|says|wrote|writes|told|tells|added|adds|explained|warned|argued|insisted|noted|stated|announced)"
_PLAIN = regex.compile(
    rf"(?P<through>\b[Aa]ccording\ to)\ (?P<outlet>[^,.;:\"“«]{{2,60}})"
    rf"|\b(?P<before>[Hh]e|[Ss]he|[Tt]hey|[Ii]t)\ (?P<cue>{_SAYS})\b(?!\ (?:goodbye|by))"
    rf"|,\ (?P<turned>{_SAYS})\ (?P<behind>he|she|they|it)\b(?=\ *(?:[.,;:!?\"”»]|$))",
    regex.VERBOSE,
)
_OF = regex.compile(r"(?<=\p{Ll}) of ")  # "the head of Talgo" may be "its head"
_CLAUSES = regex.compile(r";|,? (?:while|whereas) |, but ")
_QUOTES = frozenset('"“”«»„')
_BARE = 3  # content words before the words that tell who says it: fewer, and these lead the sentence
_STRIPPED = 0.34  # of the words found: from here on the claim itself was somebody's
_STANDS = [frozenset(row.split()) for row in tables.STANDS.strip().split("\n")]


def read(
    text: str,
    voice: Voice | None = None,
    publisher: str | None = None,
    published: datetime.date | None = None,
    source: int = 0,
    about: str = "",
) -> list[Sentence]:
    """The sentences of a text, each with who says it."""
    spans = sentences(text)
    found = []
    inherited = None
    for (start, end), known in zip(spans, voices(text, spans), strict=True):
        part = text[start:end]
        own = known or _plain_voice(part, start)
        inherited = own or (inherited if _OPENING.match(part) else None)
        outer = voice if voice is not None and (voice.cue.text in part or voice.cue.text not in text) else None
        heard = outer or own or inherited
        frame = _frame(part, own, start) if own else _frame_of(part, outer)
        found.append(Sentence(part, _name(heard, own), frame, publisher, published, source, about))
    return found


def _plain_voice(part: str, offset: int) -> Voice | None:
    """Who says it, where it is plain whichever name or pronoun it is."""
    match = _PLAIN.search(part)
    if match is None:
        return None
    group = next(name for name in ("outlet", "before", "behind") if match[name])
    cue = "cue" if group == "before" else "turned" if group == "behind" else "through"
    mention, said = (Span(match.start(name) + offset, match.end(name) + offset, match[name]) for name in (group, cue))
    return Voice(mention.text, mention, said)


def _name(heard: Voice | None, own: Voice | None) -> str | None:
    if heard is None:
        return None
    parts = [heard.speaker, heard.mention.text, heard.via.text if heard.via else ""]
    if own is not None and own is not heard:
        parts += [own.mention.text, own.via.text if own.via else ""]
    return " | ".join(dict.fromkeys(part for part in parts if part))


def _frame(part: str, voice: Voice, offset: int) -> tuple[int, int]:
    """Where a sentence tells who says it: up to its speaker and cue, or from there on."""
    spans = [(span.start - offset, span.end - offset) for span in (voice.mention, voice.cue)]
    inside = [span for span in spans if span[0] >= 0 and span[1] <= len(part)]
    if not inside:
        return 0, 0
    start, end = min(span[0] for span in inside), max(span[1] for span in inside)
    before = tokens(part[:start])
    if sum(1 for token in before if token.key) < _BARE and not any(token.text in _QUOTES for token in before):
        return 0, end
    opening = _OPENING.search(part, end)
    return start, opening.start() if opening else len(part)


def _frame_of(part: str, voice: Voice | None) -> tuple[int, int]:
    """The same by the words alone, where the offsets are those of another text."""
    if voice is None or (place := part.find(voice.cue.text)) < 0 or not voice.cue.text:
        return 0, 0
    if sum(1 for token in tokens(part[:place]) if token.key) < 2 * _BARE:
        return 0, place + len(voice.cue.text)
    return place, len(part)


def clauses(statement: str) -> Iterator[Sentence]:
    """The clauses of a statement that may each have a speaker of their own, with the speaker."""
    start = 0
    for end in (*(match.start() for match in _CLAUSES.finditer(statement)), len(statement)):
        part = statement[start:end].strip(" ,;")
        if part:
            voice = voices(part, [(0, len(part))])[0] or _plain_voice(part, 0)
            yield Sentence(part, _name(voice, voice), _frame(part, voice, 0) if voice else (0, 0))
        start = end


def stripped(statement: Sentence, carriers: Sequence[Sentence]) -> str | None:
    """Who says it in the quotations, where the statement says it as a fact."""
    if statement.speaker is not None or _reports(statement.tokens) or _quotes(statement.text):
        return None
    told = frozenset[str]().union(*(one.told for one in carriers))
    said = frozenset[str]().union(*(one.said for one in carriers)) - told
    found = statement.keys & (told | said)
    if not found or len(statement.keys & said) < _STRIPPED * len(found):
        return None
    most = max(carriers, key=lambda one: len(statement.keys & (one.said - told)))
    return (most.speaker or "somebody").partition(" | ")[0]


def _reports(sequence: Sequence[Token]) -> bool:
    return any(token.word in tables.SPEAKS for token in sequence)


def _quotes(text: str) -> bool:
    """Whether the whole text stands in quotation marks."""
    plain = text.strip().rstrip(".")
    return plain[:1] in "\"“«„'‘" and plain[-1:] in "\"”»“'’" and len(plain) > 2


def misheard(clause: Sentence, carriers: Sequence[Sentence]) -> bool:
    """Whether a clause has its claim from somebody who does not say it in the quotations that carry it."""
    if clause.speaker is None or not carriers:
        return False
    claim = clause.said or clause.keys
    covers = [len(claim & (one.said | one.told)) for one in carriers]
    best = [one for one, cover in zip(carriers, covers, strict=True) if cover and cover >= 0.8 * max(covers)]
    return bool(best) and not any(_has_mouth(clause, one) for one in best)


def _has_mouth(clause: Sentence, carrier: Sentence) -> bool:
    """Whether the carrier's claim is in the clause's mouth: the same speaker, or what its outlet itself says."""
    speakers = [part for part in (clause.speaker or "").split(" | ") if part]
    framed = " ".join(token.text for token in carrier.tokens if carrier.frame[0] <= token.start < carrier.frame[1])
    heard = f"{carrier.speaker or ''} {framed}"
    publisher = carrier.publisher or ""
    if any(_is_named(speaker, heard) for speaker in speakers) and carrier.speaker is not None:
        return True
    if any(_is_named(speaker, publisher) for speaker in speakers):
        rest = clause.text
        return carrier.speaker is None or any(_is_named(part, rest) for part in carrier.speaker.split(" | "))
    if carrier.speaker is None:
        acts = clause.framed & carrier.keys - {token.key for token in tokens(clause.speaker or "")}
        return bool(acts or carrier.words & tables.SPEAKS) and any(
            _is_named(speaker, carrier.text) for speaker in speakers
        )
    return False


def _is_named(speaker: str, where: str) -> bool:
    """Whether a speaker is among the words: all of the name, or a word of what the speaker is."""
    theirs = [token for token in tokens(where) if token.kind == "word"]
    mine = [token for token in tokens(_OF.split(speaker)[0]) if token.kind == "word"]
    if not mine or not theirs:
        return False
    if all(token.word in tables.PRONOUNS for token in mine):
        return True
    names = [token for token in mine if token.capital and token.key and token.word not in tables.RANKS]
    if names:
        return all(any(same_word(name.word, other.word) for other in theirs) for name in names)
    words = [token.key for token in mine if token.key]
    return bool(words) and any(word == key(other.word) for word in words for other in theirs)


def _is_taken_in(sequence: Sequence[Token], place: int) -> bool:
    """Whether somebody is admitted to a place, and admits nothing."""
    return any(token.word in tables.BE for token in sequence[max(0, place - 2) : place])


def another_stand(clause: Sentence, carriers: Sequence[Sentence]) -> str | None:
    """The clause's verb of promising, denying, asking …, where the quotations have none of its kind."""
    for place, token in enumerate(clause.tokens):
        row = next((row for row in _STANDS if token.word in row), None)
        if not row or token.word == "admitted" and _is_taken_in(clause.tokens, place):
            continue
        if not any(row & carrier.words or token.key in carrier.keys for carrier in carriers):
            return token.word
    return None
