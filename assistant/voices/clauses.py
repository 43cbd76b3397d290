"""Whose verb a verb is: the subject of each verb of saying, in main clauses, in others and across "and"."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from assistant.voices.phrases import Phrase, Phrases
from assistant.voices.words import (
    ADVERBS,
    AUXILIARIES,
    BE,
    CONTRACTED,
    DETERMINERS,
    INDEFINITE,
    IRREGULAR,
    MODALS,
    NOT,
    NOUNS,
    OPENERS,
    PLURAL_NOUNS,
    PREPOSITIONS,
    REPORTED,
    SAYING,
    SPEAKERS,
    SUBJECTS,
    SUBORDINATORS,
    TIMES,
    WRITINGS,
)

# How many tokens back a verb's subject may lie.
_REACH = 60
# Where a run of words without a verb is cut, and after which of these words a clause may begin.
_STARTS = SUBORDINATORS | OPENERS | {"and", "but", "or", "than", "with"}
_BOUNDS = (
    (_STARTS | BE | AUXILIARIES | MODALS | IRREGULAR | (SUBJECTS - {"it"}) | frozenset(SAYING))
    - NOUNS
    - {"to", "one", "once", "even", "only", "first", "both"}
)
# What may stand behind a verb, and not behind a noun that a name stands before.
_OBJECTS = DETERMINERS | set("the this these him me us them not about to at upon out for on how".split())
_COORDINATORS = frozenset({"and", "but", "or", "then", "nor"})


class Subject(NamedTuple):
    """Whose verb a verb is, how that was found, and how the verb stands: finite, negated, an infinitive."""

    phrase: Phrase
    how: str
    stands: str


def _subject(phrase: Phrase | None, how: str, stands: str = "") -> Subject | None:
    return Subject(phrase, how, stands) if phrase is not None else None


class _Group(NamedTuple):
    """A verb with what stands before it: the last token before the whole, and how the verb stands there."""

    before: int
    kind: str  # finite, participle, infinitive or passive
    helped: bool  # by an auxiliary
    negated: bool
    modal: bool


class Clauses(Phrases):
    """A sentence whose verbs of saying have subjects."""

    def subject(self, at: int) -> Subject | None:
        """The subject of the verb of saying at this token, named, or a pronoun."""
        group = self._group(at)
        if group is None:
            return None
        before, stands = group.before, group.kind
        if group.negated:
            stands += ", not"
        elif group.modal:
            stands += ", may"
        if group.kind == "finite" and self.word(before + 1) == "both" and not self._speaks_before(before):
            return Subject(Phrase(before + 1, before + 2), "indefinite", stands)
        if group.kind == "passive" or before < 0 or not self._verb(at, group) or self._done_by(at, group):
            return None
        if group.kind == "participle":
            return (
                _subject(self._subject_beside(before), "beside", stands)
                or _subject(self._controller(at), f"from {self._joint(before)}", stands)
                or _subject(self._subject_behind(at), "behind", stands)
                or (_subject(self._opener(before), "opener", stands) if self._mark(before) else None)
            )
        if group.kind == "infinitive":
            return _subject(self._controller(at), f"from {self._joint(before - 1)}", stands)
        if self.word(before) in _COORDINATORS and not self.tokens[before].quoted:
            return _subject(self._controller(before), "and", stands) or _subject(self._opener(before), "opener", stands)
        found = self._subject_ending(before, at) or _subject(self._opening_words(before), "far")
        return Subject(found.phrase, found.how, stands) if found is not None else None

    @cached_property
    def _start(self) -> int:
        """The token that the sentence itself begins with, behind "OSTRAVA, May 3 —" and "But"."""
        first = 0
        for at, token in enumerate(self.tokens[:12]):
            if token.kind == "break" and self.tokens[0].text.isupper():
                first = at + 1
            if not (token.name or token.time or token.kind in ("comma", "bracket", "end")):
                break
        while self.word(first) in OPENERS and first < 15:
            first += 2 if self.kind(first + 1) == "comma" else 1
        return first

    def _opening_words(self, last: int) -> Phrase | None:
        """What opens the sentence, where all up to this token is said of it: "One driver, Karel Novák, said"."""
        first = self._start
        if (
            last > _REACH
            or self.word(first) in PREPOSITIONS | TIMES
            or not (self._ends_phrase(last) or self._mark(last))
        ):
            return None
        phrase = self.phrase_after(first, known=False) or self.words_after(first)
        if phrase is None or phrase.end > last + 1:
            return None
        at = phrase.end
        joined = self.word(at) in PREPOSITIONS | {"and", "who", "that", "whose"} or self.word(at).endswith("ing")
        if at <= last and not joined and not self._mark(at):
            return None
        while at <= last:
            kind = self.kind(at)
            if self._mark(at):
                at = next((k for k in range(last, at, -1) if self.kind(k) == kind), last) + 1
                if at > last:
                    return phrase if self.kind(last) == kind else None
            elif self.word(at) in ("who", "that", "which", "whose"):
                return phrase
            elif kind != "word" or self.tokens[at].quoted or self._verb_like(at):
                return None
            else:
                at += 1
        return phrase

    def _opener(self, before: int) -> Phrase | None:
        """Who opens the sentence."""
        phrase = self.phrase_after(self._start, known=True)
        return phrase if phrase is not None and phrase.end <= before else None

    def _mark(self, at: int) -> bool:
        """Whether a comma or a dash stands here, that may set apart what is put in."""
        return self.kind(at) in ("comma", "break")

    def _joint(self, before: int) -> str:
        """What kind of token joins a participle to its clause."""
        word = self.word(before)
        if word in PREPOSITIONS | SUBORDINATORS | {"and", "but", "or"}:
            return word
        return self.kind(before) if not word else "name" if self.tokens[before].name else "word"

    def _subject_beside(self, last: int) -> Phrase | None:
        """The phrase just before a participle: "with officials saying"."""
        token = self.tokens[last]
        if token.kind != "word" or token.quoted:
            return None
        if token.name or token.word in SPEAKERS or self._describes(token):
            return self._noun_phrase(last)
        return self._words_before(last) if token.plain or token.word == "percent" else None

    def _subject_behind(self, at: int) -> Phrase | None:
        """The subject behind the comma that closes the words of a participle: "After saying so, Brandt left"."""
        if at > 2:
            return None
        for comma in range(at + 1, min(at + _REACH, len(self.tokens))):
            if self.kind(comma) == "comma" and not self.tokens[comma].quoted:
                phrase = self.phrase_after(comma + 1, known=True)
                if phrase is not None and self._verb_follows(phrase.end, len(self.tokens)):
                    return phrase
        return None

    def _verb(self, at: int, group: _Group) -> bool:
        """Whether the word at this token, which may be a noun, is a verb."""
        token = self.tokens[at]
        if (token.name and at > 0) or self.word(at - 1) in (DETERMINERS | {"the"}) - INDEFINITE:
            return False
        if token.word not in NOUNS | PLURAL_NOUNS:
            return True
        if group.helped:
            return SAYING[token.word] != {"s"}
        if group.kind == "infinitive" or self.word(group.before) in SUBJECTS - {"it"}:
            return True
        return self.reports(at + 1) or (group.kind == "finite" and self._has_object(at, group.before))

    def _done_by(self, at: int, group: _Group) -> bool:
        """Whether it is said of the noun before it, not by it: "a fact confirmed by Brandt", "a man accused of it"."""
        word, behind = self.tokens[at].word, self.word(at + 1)
        by = behind == "by" and not self.word(at + 2).endswith(("ing", "phone", "email"))
        return group.kind == "finite" and not group.helped and (by or (word, behind) == ("accused", "of"))

    def _has_object(self, at: int, last: int) -> bool:
        """Whether a subject that fits stands before a word that may be a noun, and its object behind: "Brandt calls it"."""
        last = self._before_bracket(last)
        head = self.tokens[last]
        if head.word in INDEFINITE:
            plural = head.word not in ("one", "another")
        else:
            phrase = self.phrase_before(last)
            if phrase is None and self._clause_begins(last):
                phrase = self._noun_phrase(last)
            head = self.tokens[phrase.end - 1] if phrase is not None else head
            if phrase is None or head.possessive or not (head.name or head.word in SPEAKERS | WRITINGS):
                return False
            plural = head.word in SPEAKERS and head.word.endswith("s")
        if ("s" in SAYING[self.tokens[at].word]) == plural:
            return False
        return self.word(at + 1) in _OBJECTS or (at + 1 < len(self.tokens) and self.tokens[at + 1].name)

    def _speaks_before(self, last: int) -> bool:
        """Whether who speaks may end at this token: not at a mark, nor at what joins clauses."""
        return self.kind(last) in ("word", "close") and self.word(last) not in _STARTS

    def _clause_begins(self, last: int) -> bool:
        """Whether a clause begins with the names that end at this token: "after Brandt"."""
        while self.tokens[last].name and last > 0:
            last -= 1
        return self.word(last) in SUBORDINATORS

    def reports(self, after: int) -> bool:
        """Whether what is said begins at this token."""
        kind = self.kind(after)
        if kind in ("open", "colon") or (kind == "comma" and self.kind(after + 1) == "open"):
            return True
        return self.word(after) in REPORTED or self.word(after) in CONTRACTED

    def _group(self, at: int) -> _Group | None:
        """The verb at this token with its auxiliaries and adverbs."""
        forms = SAYING[self.tokens[at].word]
        before = at - 1
        helped = negated = modal = False
        lowest = max(-1, at - 7)
        while before > lowest and self.kind(before) == "word" and not self.tokens[before].quoted:
            token = self.tokens[before]
            word = token.word
            if word in NOT:
                negated = True
                helped = helped or word.endswith(("n't", "n’t")) or word == "cannot"
            elif word in BE:
                negated = negated or word.endswith(("n't", "n’t"))
                if "ing" not in forms:
                    return _Group(before, "passive", helped, negated, modal)
                helped = True
            elif word in AUXILIARIES or word in ("do", "does", "did"):
                helped = True
            elif word in MODALS and word not in ("to", "let", "let's", "let’s"):
                helped = modal = True
            elif word in CONTRACTED:
                helped, modal = True, modal or word.endswith(("d", "ll"))
                break
            elif word == "to":
                return _Group(before, "infinitive", helped, negated, modal) if "base" in forms else None
            elif not (
                word in ADVERBS
                or word in ("however", "meanwhile", "though", "himself", "herself", "themselves", "itself")
                or (word.endswith("ly") and not token.name and not token.plain)
            ):
                break
            before -= 1
        if "ing" in forms and not helped:
            return _Group(before, "participle", helped, negated, modal)
        if forms == {"participle"} and not helped:
            return None
        return _Group(before, "finite", helped, negated, modal)

    def _subject_ending(self, last: int, verb: int) -> Subject | None:
        """The subject that ends at this token."""
        token = self.tokens[last]
        if token.quoted:
            return None
        word = self.word(last)
        if word in ("who", "which", "that"):
            return _subject(self._antecedent(last), word)
        if word in SUBJECTS or word in CONTRACTED:
            return Subject(Phrase(last, last + 1), "pronoun", "")
        opening = _subject(self.phrase_before(last), "opening")
        if opening is not None:
            return opening
        if token.number or word == "half":
            return _subject(self._words_before(last), "words")
        if word in INDEFINITE:
            return Subject(Phrase(last, last + 1), "indefinite", "")
        if token.kind == "comma":
            return self._across(last, verb)
        last = self._skip_back(self._before_bracket(last))
        if self.kind(last) not in ("word", "close"):
            return None
        return (
            _subject(self._noun_phrase(last), "inner")
            or _subject(self._words_before(last), "words")
            or _subject(self._relative(last), "relative")
        )

    def _words_before(self, last: int) -> Phrase | None:
        """The words back to where their clause begins, where they have no verb: "early results of exit polls"."""
        if last < 0 or not self._ends_phrase(last):
            return None
        first = last + 1
        while first > 0 and last - first < 12 and self.kind(first - 1) == "word" and not self.tokens[first - 1].quoted:
            if self.word(first - 1) in _BOUNDS:
                break
            first -= 1
        if first > last or (first > 0 and self.kind(first - 1) == "word" and self.word(first - 1) not in _STARTS):
            return None
        while first < last and self.word(first) in PREPOSITIONS - {"about", "over"}:
            return None
        return Phrase(first, last + 1)

    def _ends_phrase(self, last: int) -> bool:
        token = self.tokens[last]
        return (
            token.kind == "word"
            and not token.quoted
            and not token.possessive
            and (token.name or token.plain or token.number or token.word in INDEFINITE | {"them", "us", "percent"})
        )

    def words_after(self, first: int) -> Phrase | None:
        """The words up to the next mark or verb, where they can name somebody: "someone in attendance"."""
        end = first
        while self.kind(end) == "word" and end - first < 12 and not self.tokens[end].quoted:
            if self.word(end) in _BOUNDS:
                break
            end += 1
        while end > first and not self._ends_phrase(end - 1):
            end -= 1
        return Phrase(first, end) if end > first else None

    def _antecedent(self, relative: int) -> Phrase | None:
        """The phrase before "who", with it."""
        last = relative - 1
        if self.kind(last) in ("comma", "break"):
            last -= 1
        if self.kind(last) == "bracket":
            last = next((at - 1 for at in range(last - 1, max(0, last - 8), -1) if self.kind(at) == "bracket"), last)
        if last < 0:
            return Phrase(relative, relative + 1) if self.word(relative) == "who" else None
        phrase = self._before_apposition(relative - 1) if self.kind(relative - 1) == "comma" else None
        phrase = phrase or self._noun_phrase(last)
        if phrase is not None:
            return Phrase(self._apposed_to(phrase.start), relative + 1)
        return Phrase(relative, relative + 1) if self.word(relative) != "that" else None

    def _apposed_to(self, start: int) -> int:
        """Where the name begins that a phrase from this token on is put behind: "Brandt, a driver who said so"."""
        before = start - 2
        if before < 0 or self.kind(start - 1) != "comma" or self.word(start) not in DETERMINERS:
            return start
        while before >= 0 and self.tokens[before].name:
            start, before = before, before - 1
        return start

    def _across(self, comma: int, verb: int) -> Subject | None:
        """The subject before a comma that closes what was put between it and its verb."""
        for opening in range(comma - 1, max(0, comma - _REACH), -1):
            if self.kind(opening) == "comma" and self.word(opening + 1) in ("who", "whose", "which", "and", "when"):
                phrase = self.phrase_before(opening - 1) or self._noun_phrase(opening - 1)
                if phrase is not None:
                    return Subject(phrase, "relative", "")
        for opening in range(comma - 1, max(0, comma - _REACH), -1):
            if self.kind(opening) == "comma" and (self.tokens[opening - 1].name or self.word(opening - 1) in SPEAKERS):
                phrase = self.phrase_before(opening - 1)
                if phrase is not None and self.kind(phrase.start - 1) in ("word", "edge"):
                    return Subject(phrase, "over", "")
        return _subject(self._controller(verb), "across") if self.word(comma - 1) else None

    def _noun_phrase(self, last: int) -> Phrase | None:
        """The noun phrase that ends at this token, wherever a clause may begin before it."""
        if last < 0 or self.kind(last) not in ("word", "close"):
            return None
        first = self._chunk_before(last)
        if first is None or not self._speaks(first, last):
            return None
        for _ in range(4):
            before = first - 1
            word = self.word(before)
            if before <= 0 or self.tokens[before].quoted:
                break
            if word in PREPOSITIONS:
                further = self._chunk_before(before - 1)
                if further is None:
                    if word != "with":
                        return None
                    break
                first = further
            elif word in ("and", "or", "&"):
                further = self._chunk_before(before - 1)
                if further is None or not self._heads(before - 1):
                    break
                first = further
            else:
                break
        phrase = Phrase(first, last + 1)
        before = first - 1
        if before < 0 or self.kind(before) != "word":
            return phrase
        word = self.word(before)
        if (
            word in SUBORDINATORS | OPENERS | {"than", "and", "or", "with"}
            or word in SAYING
            or self._clean_before(before)
        ):
            return phrase
        relative = self._relative(before)
        if relative is not None:
            return relative
        return phrase if self.tokens[last].name else None

    def _relative(self, last: int) -> Phrase | None:
        """The phrase before "who" where these words are the end of its clause: "Those who met Brandt said"."""
        for at in range(last, max(-1, last - 20), -1):
            token = self.tokens[at]
            if token.kind != "word" or token.quoted:
                return None
            if token.word in ("who", "that", "which") and at:
                return self._noun_phrase(at - 1)
        return None

    def _controller(self, at: int) -> Phrase | None:
        """The subject of the clause that these words go on with."""
        for start in range(at - 1, max(-1, at - _REACH), -1):
            token = self.tokens[start]
            if token.quoted or token.kind != "word":
                continue
            if token.word in SUBJECTS - {"it", "you"}:
                return Phrase(start, start + 1)
            if not self._opens_clause(start):
                continue
            phrase = self.phrase_after(start, known=False)
            if phrase is None or phrase.end > at:
                continue
            cut = self._without_verb(phrase)
            apposed = self.kind(phrase.end) == "comma" and self.kind(start - 1) == "comma"
            if cut != phrase or (not apposed and self._verb_follows(phrase.end, at)):
                return cut
        return None

    def _opens_clause(self, at: int) -> bool:
        if at == 0 or self.kind(at - 1) not in ("word", "edge"):
            return True
        word = self.word(at - 1)
        return word in SUBORDINATORS | OPENERS | {"and", "but", "as", "than"}

    def _verb_follows(self, at: int, before: int) -> bool:
        """Whether a verb begins at this token, or behind the commas of an apposition."""
        at = self._past_bracket(at)
        further = self.phrase_after(at + 1, known=False) if self.word(at) in PREPOSITIONS else None
        at = further.end if further is not None else at
        if self.kind(at) == "comma":
            closing = next((k for k in range(at + 1, min(at + 20, before)) if self.kind(k) == "comma"), None)
            return closing is not None and self._verb_like(closing + 1)
        return self._verb_like(at)

    def _past_bracket(self, at: int) -> int:
        """The token behind the brackets that open at this one; this one where none do."""
        if self.kind(at) != "bracket":
            return at
        return next((k + 1 for k in range(at + 1, min(at + 20, len(self.tokens))) if self.kind(k) == "bracket"), at)

    def _verb_like(self, at: int) -> bool:
        word = self.word(at)
        if not word or self.tokens[at].quoted or self.tokens[at].name:
            return False
        return (
            word in BE | AUXILIARIES | NOT | ADVERBS | IRREGULAR
            or word in MODALS - {"to"}
            or word in SAYING
            or word.endswith(("ed", "ly"))
            or (word.endswith("s") and word not in SPEAKERS | PREPOSITIONS | DETERMINERS)
        )

    def _without_verb(self, phrase: Phrase) -> Phrase:
        """A phrase cut before what cannot belong to it: "the governor" of "the governor signed"."""
        for at in range(phrase.start + 1, phrase.end):
            word = self.word(at)
            known = self.word(at - 1) in SPEAKERS or self.tokens[at - 1].name
            if word in IRREGULAR or (known and not self.tokens[at].name and word.endswith("ed")):
                return Phrase(phrase.start, at)
        return phrase
