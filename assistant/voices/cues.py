"""Which words of a sentence say that something is said, and by whom."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Literal, NamedTuple

from assistant.voices.clauses import Clauses
from assistant.voices.phrases import Phrase
from assistant.voices.tokens import Token
from assistant.voices.words import (
    ADVERBS,
    AUXILIARIES,
    BARE_WORDS,
    BE,
    BEFORE_NOUNS,
    DETERMINERS,
    MODALS,
    NOT,
    NOUNS_TOO,
    OCCASIONS,
    OPENERS,
    OUTLET_KINDS,
    OUTLETS,
    OWNERS,
    PARTICLES,
    PEOPLE,
    PREPOSITIONS,
    PRONOUNS,
    REPORTED_BARE,
    SAYING,
    SPEAKERS,
    SUBORDINATORS,
    THROUGH,
    TIMES,
    TURNED,
    VERB,
    Form,
    Verb,
)


class Found(NamedTuple):
    """A voice as one sentence gives it: the phrase, the words that say so, and the token of the first of them."""

    phrase: Phrase
    cue: tuple[int, int]
    at: int
    kind: Literal["verb", "according"] = "verb"
    how: str = "plain"  # how the phrase was found
    stands: str = "finite"  # how the verb stands


class Sentence(Clauses):
    """One sentence, and the voices that its own words give."""

    @cached_property
    def has_quotation(self) -> bool:
        """Whether some of it stands in quotation marks."""
        return any(token.kind in ("open", "close") or token.quoted for token in self.tokens)

    def found(self) -> Iterator[Found]:
        """What gives this sentence a voice, in the order of the sentence."""
        for at, token in enumerate(self.tokens):
            if token.quoted:
                continue
            if token.kind == "colon":
                yield from self._line(at)
            if token.kind != "word":
                continue
            if token.word == "according" and self.word(at + 1) == "to":
                yield from self._according(at)
            elif token.word == "put" and self.word(at + 1) == "it":
                phrase = self.phrase_before(at - 1)
                if phrase is not None and (self.word(phrase.start - 1) == "as" or self.has_quotation):
                    yield Found(phrase, (token.start, self.tokens[at + 1].end), at)
            elif token.word == "words":
                yield from self._in_words(at)
            elif token.word in ("point", "points", "pointed") and self.word(at + 1) == "out":
                yield from self._said(at, VERB[token.word + "-out"], self.tokens[at + 1].end)
            elif token.word in VERB:
                yield from self._said(at, VERB[token.word], token.end)

    def _line(self, at: int) -> Iterator[Found]:
        """A name, a colon and what is said, at the start of a line."""
        names = self.tokens[:at]
        if not self.line_start or not 1 <= at <= 5 or at + 1 >= len(self.tokens):
            return
        if not all(token.name or token.word in PARTICLES for token in names) or not names[-1].name:
            return
        if self.kind(at + 1) == "open" or (at >= 2 and all(token.text.isupper() for token in names)):
            yield Found(Phrase(0, at), (self.tokens[at].start, self.tokens[at].end), at)

    def _according(self, at: int) -> Iterator[Found]:
        if self.word(at - 1) in NOT:
            return
        phrase = self.phrase_after(at + 2, known=True)
        if phrase is None:
            return
        owned = self.word(phrase.start) in OWNERS
        if not owned or any(token.name or token.word in PEOPLE for token in self._of(phrase)):
            yield Found(phrase, (self.tokens[at].start, self.tokens[at + 1].end), at, "according")

    def _of(self, phrase: Phrase) -> list[Token]:
        return self.tokens[phrase.start : phrase.end]

    def _in_words(self, at: int) -> Iterator[Found]:
        """In Brandt's words; in the words of Brandt."""
        if self.word(at - 1) == "the" and self.word(at - 2) == "in" and self.word(at + 1) == "of":
            phrase = self.phrase_after(at + 2, known=True)
            if phrase is not None:
                yield Found(phrase, (self.tokens[at - 2].start, self.tokens[at + 1].end), at)
            return
        first = at - 1
        while first >= 0 and at - first < 8 and self.kind(first) == "word" and self.word(first) != "in":
            first -= 1
        owner = self.tokens[first + 1 : at]
        if (
            self.word(first) == "in"
            and owner
            and owner[-1].possessive
            and (owner[-1].name or owner[-1].word in SPEAKERS)
        ):
            yield Found(Phrase(first + 1, at), (self.tokens[at].start, self.tokens[at].end), at)

    def _said(self, at: int, verb: Verb, end: int) -> Iterator[Found]:
        token = self.tokens[at]
        after = at + (2 if end > token.end else 1)
        if token.name and at > 0 and token.word in NOUNS_TOO:
            return
        if not self._may_follow(after):
            return
        if token.word in TURNED and self._turned_before(at):
            phrase = self._turned(after)
            if phrase is not None:
                yield Found(phrase, (token.start, end), at)
                return
        if "ing" in verb.forms and self.kind(at - 1) == "comma" and at > 1:
            phrase = self._opening_subject(at)
            if phrase is not None and self._reports(at, after, verb):
                yield Found(phrase, (token.start, end), at)
            return
        last, form = self._subject_end(at, verb)
        if last is None or not self._needs(at, after, verb, last):
            return
        phrase = self.phrase_before(last)
        if phrase is None or not self._agrees(phrase, form, token, after):
            return
        yield Found(phrase, (token.start, end), at)

    def _reports(self, at: int, after: int, verb: Verb) -> bool:
        """Whether a participle ("..., adding that") has what is said behind it."""
        opens = self.kind(after) == "open" or (
            self.kind(after) in ("comma", "colon") and self.kind(after + 1) == "open"
        )
        return verb.need != "quote" and (
            self.word(after) == "that" or opens or self.tokens[at].word in ("saying", "arguing", "claiming")
        )

    def _opening_subject(self, before: int) -> Phrase | None:
        """The subject that opens the sentence, for a participle behind its comma."""
        first = 0
        while self.word(first) in OPENERS and first < 2:
            first += 2 if self.kind(first + 1) == "comma" else 1
        if self.kind(first) != "word" or self.tokens[first].quoted:
            return None
        phrase = self.phrase_after(first, known=True)
        if phrase is None or phrase.end >= before or self.kind(phrase.end) != "word":
            return None
        if any(self.kind(at) in ("comma", "end", "break") for at in range(phrase.end, before - 1)):
            return None
        following = self.tokens[phrase.end]
        verb = following.plain or following.word in AUXILIARIES | ADVERBS or following.word.endswith("ly")
        return phrase if verb and not following.quoted else None

    def _may_follow(self, after: int) -> bool:
        word = self.word(after)
        if word in BARE_WORDS:
            # "said no one had ..." and "said yes-men ..." still report something.
            return (
                word == "no" and self.kind(after + 1) == "word" and self.word(after + 1) not in PREPOSITIONS | {"and"}
            )
        if word in PREPOSITIONS and self.word(after - 1) in ("tell", "tells", "telling"):
            return False
        if word in ("victory", "credit") or self.word(after + 1) in ("victory", "credit"):
            return False
        if word == "about" and self.word(after - 1) in ("write", "writes", "wrote", "written", "writing"):
            return False
        if word in ("from", "for") and self.word(after - 1) in ("reported", "reports", "report"):
            return False
        return word != "than" and not (word == "to" and self.word(after + 1) in ("be", "have"))

    def _turned_before(self, at: int) -> bool:
        """Whether what is said has just ended, so that the speaker may follow the verb."""
        if at == 0:
            return False
        before = self.kind(at - 1)
        if before == "close":
            return self._quoted_name_before(at - 1) is None
        return before == "comma" or (before in ("end", "break") and at > 1)

    def _turned(self, after: int) -> Phrase | None:
        phrase = self.phrase_after(after, known=False)
        if phrase is None or self.tokens[phrase.start].time:
            return None
        tokens = [token for token in self._of(phrase) if token.kind == "word"]
        if (
            not tokens[-1].name
            and tokens[-1].word not in PRONOUNS
            and not any(token.name or token.word in SPEAKERS or self._describes(token) for token in tokens)
            and self.word(phrase.start) not in DETERMINERS
        ):
            return None
        quoted = any(self.kind(at) == "close" for at in range(max(0, after - 4), after - 1))
        if not quoted and not any(token.name or token.word in PRONOUNS or token.word in SPEAKERS for token in tokens):
            return None
        following = phrase.end
        kind = self.kind(following)
        if kind == "word" and self.tokens[following].quoted:
            return None
        if kind != "word":
            if not quoted and self._verbless_before(after):
                return None
            return phrase
        word = self.word(following)
        if word in BE | AUXILIARIES | MODALS | NOT:
            return None
        if quoted and (word in PREPOSITIONS | SUBORDINATORS | TIMES | {"and", "as"} or word.endswith(("ing", "ly"))):
            return phrase
        return None

    def _verbless_before(self, after: int) -> bool:
        """Whether the words before the verb are only a name and its apposition: "Brandt, the mayor, said X"."""
        closing = after - 2
        phrase = self._before_apposition(closing) if self.kind(closing) == "comma" else None
        return phrase is not None and self._clean_before(phrase.start - 1)

    def _subject_end(self, at: int, verb: Verb) -> tuple[int | None, Form]:
        """The token a subject would end with, and the form of the verb behind it."""
        before = at - 1
        while (
            before >= 0
            and self.kind(before) == "word"
            and not self.tokens[before].name
            and at - before <= 4
            and (
                self.word(before) in ADVERBS - AUXILIARIES
                or (
                    self.word(before).endswith("ly")
                    and self.word(before) not in ("family", "assembly", "daily", "weekly")
                )
            )
        ):
            before -= 1
        if before < 0:
            return None, "past"
        word = self.word(before)
        if word in NOT or word in MODALS or word == "having":
            return None, "past"
        if word in BE:
            back = before - 1
            if "ing" in verb.forms and word not in ("be", "being"):
                if word == "been":
                    back = before - 2 if self.word(before - 1) in AUXILIARIES else -1
                return (back if back >= 0 else None), "ing"
            return None, "past"
        if word == "as" and "ing" in verb.forms and self.word(before - 1) in ("quoted", "cited"):
            back = before - 2
            while back > 0 and (self.word(back) in BE | AUXILIARIES or self.word(back) in ADVERBS):
                back -= 1
            return (back if back >= 0 and back < before - 2 else None), "ing"
        if word in ("has", "have", "had"):
            return (before - 1 if before and "participle" in verb.forms else None), "participle"
        if "ing" in verb.forms:
            return None, "ing"
        if "past" in verb.forms:
            return before, "past"
        if "s" in verb.forms:
            return before, "s"
        return (before, "base") if "base" in verb.forms else (None, "participle")

    def _needs(self, at: int, after: int, verb: Verb, last: int) -> bool:
        """Whether what the verb needs beside its subject is there."""
        word, kind = self.word(after), self.kind(after)
        opens = kind == "open" or (kind in ("comma", "colon") and self.kind(after + 1) == "open")
        reported = word == "that" or opens or kind == "colon"
        if verb.need == "quote":
            return word in ("for", "on") or any(
                self.kind(k) == "open"
                for k in range(after, min(after + 16, len(self.tokens)))
                if not self._stops(after, k)
            )
        if self.tokens[at].word in NOUNS_TOO:
            if self.word(last) in BEFORE_NOUNS or self.word(last).endswith(
                ("ian", "ish", "ese", "ican", "ench", "ocratic")
            ):
                return False
            if reported:
                return True
            if word in PRONOUNS | {"the", "a", "an", "his", "her", "their", "there"} and verb.need == "plain":
                return True
        if verb.need == "clause" or self.tokens[at].word in NOUNS_TOO:
            if reported:
                return True
            if word in PRONOUNS | {"there"} and self.tokens[at].word in REPORTED_BARE:
                return True
            phrase = self.phrase_before(last)
            before = self.kind(phrase.start - 1) if phrase is not None and phrase.start else ""
            return before == "close" or (before == "comma" and kind in ("end", "comma", "edge", "break"))
        return True

    def _stops(self, first: int, at: int) -> bool:
        return any(self.kind(k) in ("end", "comma") and not self.tokens[k].quoted for k in range(first, at))

    def _agrees(self, phrase: Phrase, form: Form, token: Token, after: int) -> bool:
        """Whether subject and verb form fit, and the phrase is no object of what was said before."""
        last = self.tokens[phrase.end - 1]
        words = [each.word for each in self._of(phrase)]
        if (
            self.word(after) in BE | MODALS
            and self.word(after) != "to"
            and form != "ing"
            and token.word in ("said", "say", "says")
        ):
            return False
        if self.word(after) == "by" and form == "past" and not self.word(after + 1).endswith(("phone", "email")):
            return False
        plural = (
            last.word.endswith("s")
            or last.word in ("police", "people", "men", "women", "they", "media", "data")
            or ("and" in words and last.name)
            or any(word in SPEAKERS and word.endswith("s") for word in words)
        )
        if form == "base":
            return plural and words[-1] not in ("he", "she", "it")
        if form == "s":
            return last.name or words[-1] in ("he", "she", "it") or not last.word.endswith("s") or last.word == "news"
        # "The plan announced on Monday": a thing before a participle is no speaker.
        if form == "past" and token.word not in ("said", "told", "wrote") and not last.name and last.kind == "word":
            known = any(word in SPEAKERS or word in PRONOUNS for word in words)
            return known or self.word(after) not in PREPOSITIONS | TIMES
        return True

    # ---------------------------------------------------------------------------------------- via

    def outlet(self, phrase: Phrase) -> bool:
        """Whether a phrase names an outlet."""
        words = [token.word for token in self._of(phrase) if token.kind == "word"]
        if any(word in PEOPLE or word in ("poll", "survey", "study") for word in words if word != "economist"):
            return False
        last = words[-1]
        return (
            last in OUTLETS
            or last.endswith((".com", ".org", ".net"))
            or any(
                word in OUTLET_KINDS or word in ("times", "post", "bbc", "cnn", "reuters", "nbc", "abc", "cbs", "fox")
                for word in words
            )
        )

    def via(self, found: Found, places: range | None = None) -> Phrase | None:
        """The outlet through which the article has what was said, where it says so at one of these tokens."""
        for at in places or range(len(self.tokens)):
            token = self.tokens[at]
            if token.quoted or token.kind != "word" or found.phrase.start <= at < found.phrase.end:
                continue
            first = self._via_start(at, found)
            if first is None:
                continue
            phrase = self.phrase_after(first, known=False)
            if (
                phrase is None
                and first + 1 < len(self.tokens)
                and self.tokens[first].possessive
                and self.tokens[first].name
            ):
                phrase = Phrase(first, first + 1)
            if phrase is None or self.word(phrase.start) in PRONOUNS:
                continue
            phrase = self._outlet_alone(phrase)
            following = self.tokens[phrase.end] if phrase.end < len(self.tokens) else None
            if following is not None and following.word in OCCASIONS and self.tokens[phrase.end - 1].name:
                phrase = Phrase(phrase.end - 1 if phrase.end - phrase.start == 2 else phrase.start, phrase.end)
            elif following is not None and following.plain and not following.word.endswith("ing"):
                continue
            if self.outlet(phrase) and not any(
                token.word in OCCASIONS and not token.name for token in self._of(phrase)
            ):
                return phrase
        return None

    def _outlet_alone(self, phrase: Phrase) -> Phrase:
        """The outlet without what follows its name: "CNN" in "CNN's Dana Ruiz", "the Post" in "the Post of May"."""
        for at in range(phrase.start, phrase.end - 1):
            if self.tokens[at].name and self.tokens[at].possessive:
                return Phrase(phrase.start, at + 1)
            if at > phrase.start and self.tokens[at - 1].name and self.word(at) in PREPOSITIONS:
                return Phrase(phrase.start, at)
        return phrase

    def _via_start(self, at: int, found: Found) -> int | None:
        word = self.tokens[at].word
        if word in ("told", "tells", "telling") and at == found.at:
            return at + 1
        if word in THROUGH:
            return at + 2 if self.word(at + 1) in ("with", "to", "for", "on", "in", "by") else None
        if word in ("speaking", "talking", "spoke") and self.word(at + 1) in ("to", "on", "with"):
            return at + 2
        if word in ("quoted", "cited") and self.word(at + 1) == "by":
            return at + 2
        if word == "according" and self.word(at + 1) == "to" and at != found.at:
            return at + 2
        if word in ("on", "in") and 0 < at - found.at <= 4 and found.kind == "verb":
            return at + 1
        return None

    def citing(self) -> Found | None:
        """Whom an outlet cites: "the Post, citing the harbour master, reported"."""
        for at, token in enumerate(self.tokens):
            if token.word == "citing" and not token.quoted:
                phrase = self.phrase_after(at + 1, known=True)
                if phrase is not None and self.word(phrase.start) not in PRONOUNS:
                    return Found(phrase, (token.start, token.end), at)
        return None

    def voice(self) -> tuple[Found | None, Phrase | None]:
        """The voice of the whole sentence, and the outlet it came through."""
        found: Found | None = None
        for each in self.found():
            if found is None:
                found = each
                continue
            through = found.kind == "according" and self.outlet(found.phrase) and each.kind == "verb"
            if through or (each.kind == "according" and not self.outlet(each.phrase)):
                found = each
                break
        if found is None:
            return None, None
        if self.outlet(found.phrase):
            cited = self.citing()
            if cited is not None:
                return cited, found.phrase
        return found, self.via(found)

    def _without_relative(self, phrase: Phrase) -> Phrase:
        """The name alone of "Lena Brandt, the harbour master, who"."""
        if self.word(phrase.end - 1) not in ("who", "which", "that") or phrase.end - phrase.start == 1:
            return phrase
        end = next((at for at in range(phrase.start, phrase.end) if self.kind(at) != "word"), phrase.end - 1)
        return Phrase(phrase.start, max(end, phrase.start + 1))

    def speaker(self, phrase: Phrase) -> str:
        """The name in a phrase: Le Monde in "the French newspaper Le Monde"; else the whole phrase."""
        phrase = self._without_relative(phrase)
        first = last = phrase.end - 1
        if self.kind(last) == "close":
            opening = self._quoted_name_before(last)
            if opening is not None and opening >= phrase.start:
                return self.span(Phrase(opening + 1, last)).text
        while first >= phrase.start and (self.tokens[first].name or self.word(first) in PARTICLES - {"of"}):
            first -= 1
        while first < last and not self.tokens[first + 1].name and self.word(first + 1) in PARTICLES:
            first += 1
        before = self.tokens[first] if first >= phrase.start else None
        described = (
            first < last
            and before is not None
            and before.plain
            and (self._describes(before) or (last - first > 1 and self._works(before)))
        )
        several = any(self.word(at) in ("and", "&") for at in range(phrase.start, first))
        return self.span(Phrase(first + 1, phrase.end) if described and not several else phrase).text

    def every(self) -> list[Found]:
        """All that may give a voice to words of this sentence, in its order; not each is sure."""
        plain = list(self.found())
        known = {found.at for found in plain}
        more = (self._more_found(at) for at, token in enumerate(self.tokens) if at not in known and not token.quoted)
        return sorted([*plain, *(found for found in more if found is not None)], key=lambda found: found.at)

    def _speaks_behind(self, words: Phrase) -> bool:
        """Whether the words behind "said" are who says what stands before: "It is old, said several drivers, who left"."""
        named = any(token.name or token.word in SPEAKERS for token in self._of(words))
        return named and (self.kind(words.end) in ("comma", "end", "edge") or self.word(words.end) == "who")

    def _more_found(self, at: int) -> Found | None:
        token = self.tokens[at]
        if token.kind != "word":
            return None
        if token.word == "according" and self.word(at + 1) == "to":
            phrase = self.phrase_after(at + 2, known=False) or self.words_after(at + 2)
            cue = (token.start, self.tokens[at + 1].end)
            return Found(phrase, cue, at, "according", "words") if phrase is not None else None
        if token.word not in SAYING:
            return None
        cue = (token.start, token.end)
        if token.word in ("say", "said", "says") and self._turned_before(at):
            words = self.words_after(at + 1)
            if words is not None and (self.kind(at - 1) == "close" or self._speaks_behind(words)):
                return Found(words, cue, at)
        subject = self.subject(at)
        return Found(subject.phrase, cue, at, how=subject.how, stands=subject.stands) if subject is not None else None
