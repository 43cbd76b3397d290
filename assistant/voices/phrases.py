"""The noun phrases of a sentence that can name a speaker."""

from __future__ import annotations

from typing import NamedTuple

from assistant.answer import Span
from assistant.voices.tokens import Token, tokens_of
from assistant.voices.words import (
    AUXILIARIES,
    BE,
    BEHIND_NOUNS,
    CONTRACTED,
    COUNTS,
    DETERMINERS,
    FUNCTION,
    MODALS,
    OCCASIONS,
    OPENERS,
    OUTLET_KINDS,
    PARTICLES,
    PEOPLE,
    PREPOSITIONS,
    PRONOUNS,
    RANKS,
    SPEAKERS,
    THINGS,
    TIMES,
)

# A longer sentence is looked at only this far: it bounds the work, and no prose comes near it.
_LONGEST = 20_000
# How many tokens a noun phrase, and an apposition beside it, may take.
_PHRASE = 24
_APPOSITION = 40
# What may open words that are put in between commas, besides a noun phrase.
_PUT_IN = set("who whose which speaking citing however meanwhile himself herself both all".split())


class Phrase(NamedTuple):
    """A noun phrase, by tokens: [start, end)."""

    start: int
    end: int


class Phrases:
    """One sentence as tokens, and the voices that its own words give."""

    def __init__(self, text: str, start: int, end: int, quotations: list[tuple[int, int]], starts: list[int]) -> None:
        self.text = text
        self.start = start
        self.line_start = not text[max(0, start - 1) : start].strip(" \t")
        self.tokens = list(tokens_of(text, start, min(end, start + _LONGEST), quotations, starts))

    def span(self, phrase: Phrase) -> Span:
        tokens = self.tokens[phrase.start : phrase.end]
        start, end = tokens[0].start, tokens[-1].end
        if tokens[-1].possessive:
            end -= 2
        elif tokens[-1].word in CONTRACTED:
            end = tokens[-1].start + len(CONTRACTED[tokens[-1].word])
        return Span(start, end, self.text[start:end])

    def word(self, at: int) -> str:
        return self.tokens[at].word if 0 <= at < len(self.tokens) and self.tokens[at].kind == "word" else ""

    def kind(self, at: int) -> str:
        return self.tokens[at].kind if 0 <= at < len(self.tokens) else "edge"

    # ------------------------------------------------------------------------------------ phrases

    def _quoted_name_before(self, at: int) -> int | None:
        """Where a name in quotation marks begins that closes at this token: the newspaper «Le Matin»."""
        if self.kind(at) != "close":
            return None
        for first in range(at - 1, max(-1, at - 7), -1):
            token = self.tokens[first]
            if token.kind == "open":
                inner = self.tokens[first + 1 : at]
                if not inner or not inner[0].name or any(each.kind != "word" for each in inner):
                    return None
                before = self.tokens[first - 1] if first else None
                if (
                    before
                    and before.kind == "word"
                    and (before.word in SPEAKERS or before.name or before.word == "the")
                ):
                    return first
                return None
        return None

    def _chunk_before(self, last: int) -> int | None:
        """The first token of the noun phrase without prepositions that ends at this token."""
        at = last
        lowest = max(-1, last - _PHRASE)
        names_end = False
        first = last + 1
        determined = False
        while at > lowest:
            token = self.tokens[at]
            quoted = self._quoted_name_before(at)
            if quoted is not None:
                names_end = True
                first, at = quoted, quoted - 1
                continue
            if token.kind != "word" or token.quoted or determined:
                break
            if token.word in DETERMINERS and first <= last:
                first = at
                break
            if token.name and not self._opens_with_verb(at):
                if first > last:
                    names_end = True
                first, at = at, at - 1
                if token.possessive and at >= 0 and not self.tokens[at].name and self.word(at) not in DETERMINERS:
                    break
                continue
            if token.number and not (first <= last and self.word(at - 1) in TIMES):
                first, at = at, at - 1
                continue
            if (
                token.word in PARTICLES
                and token.word != "of"
                and first <= last
                and self.tokens[first].name
                and at > 0
                and (
                    self.tokens[at - 1].name
                    or token.word in ("al", "el", "bin")
                    or (self.word(at - 1) in PARTICLES - {"of"} and at > 1 and self.tokens[at - 2].name)
                )
            ):
                first, at = at, at - 1
                continue
            if token.plain:
                if (
                    names_end
                    and self.tokens[first].name
                    and not (self._describes(token) or (last - first > 0 and self._works(token)))
                ):
                    return None
                first, at = at, at - 1
                if token.possessive and self.word(at) in DETERMINERS:
                    first = at
                    break
                continue
            break
        if first > last:
            return None
        return first

    def _opens_with_verb(self, at: int) -> bool:
        """Whether the sentence opens with a participle here, which is written as names are: "Speaking in Ostrava, ..."."""
        return at == 0 and self.word(at).endswith("ing") and self.word(1) in PREPOSITIONS

    @staticmethod
    def _describes(token: Token) -> bool:
        """Whether a common noun stands before the name it describes: newspaper, spokesman, former."""
        return token.word in SPEAKERS | RANKS or token.word.endswith(
            ("man", "woman", "men", "women", "ist", "ists", "ician", "person", "-elect", "star")
        )

    @staticmethod
    def _works(token: Token) -> bool:
        """Whether a common noun says what somebody does: caretaker, neurosurgeon."""
        return token.word.endswith(("er", "or", "ant", "eon", "ess", "ee", "ive")) and token.word not in THINGS

    def _clean_before(self, at: int) -> bool:
        """Whether a clause may begin after this token."""
        if at < 0:
            return True
        token = self.tokens[at]
        if token.kind != "word":
            return True
        if token.word in OPENERS and token.word not in ("and", "or"):
            return token.word != "so" or at == 0 or self.kind(at - 1) != "word"
        if token.word in ("and", "or"):
            return True
        return token.time and not token.possessive

    def phrase_before(self, last: int) -> Phrase | None:
        """The noun phrase that ends at this token and begins its clause."""
        last = self._skip_back(last)
        if last < 0:
            return None
        token = self.tokens[last]
        if token.kind == "comma":
            return self._before_apposition(last)
        if token.kind == "break" and token.text in ("—", "–", "--", " - "):
            return self._before_apposition(last)
        if token.kind == "close" and self.kind(last - 1) == "comma":  # Brandt, star of “The Port,” said
            opening = next((at for at in range(last - 2, max(-1, last - 8), -1) if self.kind(at) == "open"), None)
            return self._before_apposition(opening) if opening is not None else None
        if token.kind == "bracket":
            before = self._before_bracket(last)
            return self.phrase_before(before) if before < last else None
        if token.kind == "word" and token.word in PRONOUNS and not token.quoted:
            return Phrase(last, last + 1) if self._clean_before(last - 1) else None
        return self._noun_phrase_before(last)

    def _before_bracket(self, last: int) -> int:
        """The token before the brackets that close at this one; this one where none do."""
        if self.kind(last) == "bracket" and self.tokens[last].text in ")]":
            for at in range(last - 1, max(-1, last - _APPOSITION), -1):
                if self.kind(at) == "bracket":
                    return at - 1 if self.tokens[at].text in "([" else last
        return last

    def _noun_phrase_before(self, last: int) -> Phrase | None:
        end = last + 1
        if self.kind(last) not in ("word", "close") or (self.kind(last) == "word" and self.tokens[last].quoted):
            return None
        first = self._chunk_before(last)
        if first is None or not self._speaks(first, last):
            return None
        for _ in range(4):
            before = first - 1
            if before > 0 and self.word(before) in PREPOSITIONS and not self.tokens[before].quoted:
                if self.word(before) not in ("of", "for", "at", "from", "in", "with", "on", "to", "by"):
                    return None
                further = self._chunk_before(before - 1)
                if further is None or not self._heads(before - 1):
                    return None
                first = further
                continue
            if before > 0 and self.word(before) in ("and", "&", "or") and not self.tokens[before].quoted:
                further = self._chunk_before(before - 1)
                if further is not None and self._heads(before - 1):
                    return Phrase(further, end) if self._clean_before(further - 1) else None
            break
        if not self._clean_before(first - 1):
            return None
        return Phrase(first, end)

    def _heads(self, last: int) -> bool:
        """Whether a phrase can be one that speaks, with more said of it after a preposition."""
        token = self.tokens[last]
        if token.kind != "word":
            return False
        return token.name or token.word in SPEAKERS or self._describes(token) or token.word in COUNTS

    def _speaks(self, first: int, last: int) -> bool:
        """Whether a phrase without prepositions can name a speaker."""
        token = self.tokens[last]
        if token.kind == "close":
            return True
        if token.kind != "word" or token.possessive or token.number or token.word in FUNCTION:
            return False
        if token.name:
            return True
        if token.word in SPEAKERS or self._describes(token):
            return True
        # Unknown nouns pass behind an article: "the plumber".
        return (
            last > first
            and (self.word(first) in DETERMINERS or self.tokens[first].possessive)
            and last - first <= 4
            and not token.word.endswith(("ing", "ed"))
            and token.word not in OCCASIONS
        )

    def _skip_back(self, last: int) -> int:
        """Back over "on Monday" and "in a statement" between a subject and its verb."""
        for _ in range(3):
            at = last
            while (
                at >= 0
                and self.kind(at) == "word"
                and (self.tokens[at].time or self.word(at) == "past")
                and last - at < 5
            ):
                at -= 1
            if at < last:
                if at >= 0 and self.word(at) in ("on", "in", "at", "late", "early", "this", "a", "the"):
                    at -= 1
                last = at
                continue
            if self.word(last) in OCCASIONS:
                for at in range(last - 1, max(-1, last - 6), -1):
                    if self.word(at) in ("in", "at", "on", "during", "via", "by", "through"):
                        if at > 0 and self.kind(at - 1) == "word":
                            return at - 1
                        return last
                    if self.kind(at) != "word":
                        return last
            return last
        return last

    def _before_apposition(self, closing: int) -> Phrase | None:
        """The phrase before a comma pair that ends here: "Lena Brandt, the harbour master, said"."""
        # The farthest comma that fits: "Vian, the editor of the paper, Il Faro, said" is about Vian.
        farthest = None
        tried = 0
        for at in range(closing - 1, max(0, closing - _APPOSITION), -1):
            token = self.tokens[at]
            if token.kind in ("end", "open", "close", "colon") and not token.quoted:
                break
            if token.kind not in ("comma", "break") or token.quoted or at + 1 >= closing:
                continue
            if (token.kind == "break") != (self.tokens[closing].kind == "break"):
                continue
            tried += 1
            if tried > 5:
                break
            farthest = self._apposed(at, closing) or farthest
        return farthest

    def _apposed(self, opening: int, closing: int) -> Phrase | None:
        inner = self.tokens[opening + 1 : closing]
        first = inner[0]
        if first.kind != "word":
            return None
        last = self._skip_back(self._before_bracket(opening - 1))
        if last < 0:
            return None
        if self.word(last) in PRONOUNS and len(inner) <= 6 and self._clean_before(last - 1):
            return Phrase(last, last + 1)
        named = all(token.name or token.word in PARTICLES for token in inner) and len(inner) <= 5
        fits = (
            named
            or first.word in DETERMINERS
            or first.word in _PUT_IN
            or first.word in OPENERS
            or first.word in PREPOSITIONS
            or first.word in SPEAKERS
            or self._describes(first)
            or first.number
            or first.possessive
            or first.word.endswith(("ing", "ed", "ly"))
            or (first.name and len(inner) <= 12)
            or any(token.word in SPEAKERS for token in inner[:5])
        )
        clause = any(
            token.word in (BE | AUXILIARIES | MODALS) - {"to", "being"} and not token.quoted for token in inner
        )
        if not fits or (clause and first.word not in ("who", "whose", "which", "when", "where")):
            return None
        phrase = self._noun_phrase_before(last)
        if phrase is None:
            return None
        if first.word in PREPOSITIONS and not (self.tokens[phrase.end - 1].name or phrase.start == 0):
            return None
        if named and not self.tokens[phrase.end - 1].possessive:
            heads = [token for token in self.tokens[phrase.start : phrase.end] if token.kind == "word"]
            if heads[0].word in DETERMINERS or any(token.plain and token.word in PEOPLE for token in heads):
                return Phrase(opening + 1, closing)
        return phrase

    def phrase_after(self, first: int, known: bool) -> Phrase | None:
        """The noun phrase that begins at this token; `known` asks for a name or a noun for speakers."""
        at = first
        total = len(self.tokens)
        if self.word(at) in PRONOUNS and not self.tokens[at].quoted:
            return Phrase(at, at + 1)
        while self.word(at) in DETERMINERS:
            at += 1
        body = at
        last = None  # the last token the phrase may end with
        named = False
        while at < total and at < first + _PHRASE:
            token = self.tokens[at]
            if token.kind == "open":
                close = next((k for k in range(at + 1, min(at + 8, total)) if self.tokens[k].kind == "close"), None)
                inner = self.tokens[at + 1 : close] if close else []
                if close and inner and all(each.kind == "word" for each in inner) and inner[0].name and not named:
                    last, named = close, True
                    at = close + 1
                    continue
                break
            if token.kind != "word" or token.quoted:
                break
            if token.name:
                last, named = at, True
            elif (
                token.word in PARTICLES and token.word != "of" and named and at + 1 < total and self.tokens[at + 1].name
            ):
                pass
            elif token.number and (
                at == body
                or (named and last == at - 1 and any(each.word in OUTLET_KINDS for each in self.tokens[body:at]))
            ):
                last = at
            elif token.plain:
                if named and not self.tokens[at - 1].possessive and not self._describes(token):
                    break
                if token.word.endswith("ing") and last is not None:
                    break
                if token.word in BEHIND_NOUNS:
                    break
                last = at
                named = False
            else:
                break
            at += 1
            following = self.word(at)
            if (
                last == at - 1
                and following in ("of", "for", "at", "from", "and", "in", "with")
                and self._more(at, named)
            ):
                at += 1
                while self.word(at) in DETERMINERS:
                    at += 1
                named = False
        if last is None:
            return None
        phrase = Phrase(first, last + 1)
        tokens = [token for token in self.tokens[first : last + 1] if token.kind == "word"]
        if tokens[-1].possessive:
            return None
        if known and not any(token.name or token.word in SPEAKERS or self._describes(token) for token in tokens):
            return None
        return phrase

    def _more(self, preposition: int, named: bool) -> bool:
        """Whether what follows a preposition still belongs to the noun phrase before it."""
        word = self.word(preposition)
        after = preposition + 1
        while self.word(after) in DETERMINERS:
            after += 1
        if after >= len(self.tokens):
            return False
        following = self.tokens[after]
        if following.kind != "word" or following.quoted or following.time:
            return False
        if following.word in OCCASIONS:
            return False
        if word == "and":
            return named and following.name and self.word(preposition + 1) not in DETERMINERS
        if word == "of":
            return following.name or following.plain
        if named:
            return False
        return following.name or (word in ("for", "at", "from") and following.plain)
