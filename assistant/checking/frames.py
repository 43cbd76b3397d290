"""What stands in which relation to what: whether a quotation's relations fit the statement with two parts exchanged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.checking import tables
from assistant.checking.roles import OWNS, Part, parts
from assistant.checking.sentence import Sentence
from assistant.checking.tokens import key

_MOST = 60  # parts of a sentence
_AHEAD = 9  # parts behind a verb in which its complements are sought
_CLEARLY = 1.5  # how many times as many relations must be told of two things exchanged as of them as they stand
_LEAST = 2  # relations that must be told of them exchanged
_RELATIVE = frozenset({"who", "which", "that"})
_AND = frozenset({"and", "or", "but"})
_HAS = frozenset({"of", "in", "at", "'s", "on"})  # of a noun, all say whose or where it is
_CLAUSES = frozenset(
    "when while where whereas because although though if unless since until after before than whose".split()
)
_CONVERSES = {
    key(one): (key(other), {"who": giver, "to": "who", **more})
    for one, other, giver, more in (
        ("sell", "buy", "from", {}),
        ("lend", "borrow", "from", {}),
        ("export", "import", "from", {}),
        ("give", "obtain", "from", {}),
        ("lose", "beat", "whom", {"against": "who"}),
    )
}


class Relation(NamedTuple):
    """Two things, or a verb and a thing, and how the second belongs to the first."""

    of: str
    role: str
    to: str


class _Compared(NamedTuple):
    """A statement and its quotations as relations."""

    claimed: set[Relation]
    told: set[Relation]
    things: frozenset[str]  # of the statement
    names: frozenset[str]  # of both


def exchanged(statement: Sentence, carriers: Sequence[Sentence]) -> bool:
    """Whether the quotations' relations are those of the statement with two of its things exchanged, or one replaced."""
    claimed, told, mine, names = _compared(statement, carriers)
    known = {end for relation in told for end in (relation.of, relation.to)}
    things = sorted(mine & known)
    absent = sorted(names & known - mine)
    for place, one in enumerate(things):
        touched = {relation for relation in claimed if one in relation}
        if one in names and any(_fits_better(touched, told, {one: other}) for other in absent):
            return True
        for other in things[place + 1 :]:
            if _kind(one) != _kind(other):
                continue
            both = touched | {relation for relation in claimed if other in relation}
            if _fits_better(both, told, {one: other, other: one}):
                return True
    return False


def opposed(statement: Sentence, carriers: Sequence[Sentence]) -> bool:
    """Whether the statement says of the same two things the opposite of what a quotation says of them."""
    claimed, told, _, _ = _compared(statement, carriers)
    return any(
        one.of == other.of and one.to == other.to and _excludes(one.role, other.role)
        for one in claimed - told
        if one.role.count(" ") == 2
        for other in told
        if other.role.count(" ") == 2
    )


def _excludes(one: str, other: str) -> bool:
    """Whether the verbs of two roles are opposites, and the roles the same."""
    first, verb, second = one.split(" ")
    other_first, other_verb, other_second = other.split(" ")
    row, colon, _ = verb.partition(":")
    opposites = bool(colon) and verb != other_verb and other_verb.startswith(row + colon)
    return opposites and (first, second) == (other_first, other_second)


def converse(statement: Sentence, carriers: Sequence[Sentence], claimed: str, told: str) -> bool:
    """Whether the statement says the quotations' word from the other side: A is larger than B, and B smaller than A."""
    if any(_turns_than(statement, claimed, carrier, told) for carrier in carriers):
        return True
    verb, other = key(claimed), key(told)
    verb, other = _CONVERSES.get(verb, (verb,))[0], _CONVERSES.get(other, (other,))[0]
    if verb != other:
        return False
    compared = _compared(statement, carriers)
    return any(one.of == verb and one.role == "who" for one in compared.claimed & compared.told)


def _turns_than(statement: Sentence, claimed: str, carrier: Sentence, told: str) -> bool:
    """Whether what stands behind "than" in the one stands before it in the other."""
    mine, theirs = _behind_than(statement, claimed), _behind_than(carrier, told)
    return bool((mine - theirs) & carrier.keys) and bool((theirs - mine) & statement.keys)


def _behind_than(sentence: Sentence, word: str) -> frozenset[str]:
    words = [token.word for token in sentence.tokens]
    if word not in words or "than" not in words[words.index(word) :]:
        return frozenset()
    begin = words.index("than", words.index(word)) + 1
    behind = sentence.tokens[begin : begin + _AHEAD]
    end = next((place for place, token in enumerate(behind) if token.kind == "mark"), len(behind))
    return frozenset(token.key for token in behind[:end] if token.key)


def _fits_better(claimed: set[Relation], told: set[Relation], instead: dict[str, str]) -> bool:
    """Whether more of the relations are told with the things replaced, and clearly more."""
    turned = {Relation(instead.get(one.of, one.of), one.role, instead.get(one.to, one.to)) for one in claimed}
    return len(turned & told) >= _LEAST and len(turned & told) > _CLEARLY * len(claimed & told)


def _kind(label: str) -> str:
    """Of a number or date its kind."""
    return label.partition("(")[0] if label.startswith("=#") else ""


def _compared(statement: Sentence, carriers: Sequence[Sentence]) -> _Compared:
    mine = _things(statement)
    theirs = [_things(carrier) for carrier in carriers]
    everything = [part for sequence in (mine, *theirs) for part in sequence if part.kind == "phrase"]
    same = _Same(everything)
    return _Compared(
        set(_relations(mine, same)),
        _closed({relation for sequence in theirs for relation in _relations(sequence, same)}),
        frozenset(same.label(part) for part in mine if part.kind == "phrase"),
        frozenset(same.label(part) for part in everything if part.name),
    )


def _things(sentence: Sentence) -> list[Part]:
    """The parts of a sentence; a number that counts nothing that is named is a thing itself."""
    found = parts(sentence)[:_MOST]
    for place, part in enumerate(found):
        counts = place + 1 < len(found) and found[place + 1].kind == "phrase"
        if part.word.startswith("#") and not counts:
            found[place] = Part("phrase", (part.word,))
    return found


def _closed(told: set[Relation]) -> set[Relation]:
    """With what is said of a thing said of what it is as well."""
    beings = [relation for relation in told if relation.role == "is"]
    instead = [pair for one in beings for pair in ((one.of, one.to), (one.to, one.of))]
    return told | {
        Relation(relation.of, relation.role, other)
        for one, other in instead
        for relation in told
        if relation.to == one and relation.role != "is"
    }


class _Same:
    """One label for all phrases that share a word of their heads."""

    def __init__(self, phrases: Sequence[Part]) -> None:
        self._labels: dict[str, str] = {}
        for phrase in phrases:
            heads = _heads(phrase)
            known = {self._root(head) for head in heads if head in self._labels}
            label = min(known, default=min(heads))
            for head in (*heads, *known):
                self._labels[head] = label

    def _root(self, head: str) -> str:
        while self._labels[head] != head:
            head = self._labels[head]
        return head

    def label(self, phrase: Part) -> str:
        """The label of a phrase."""
        return self._root(min(_heads(phrase)))


def _heads(phrase: Part) -> frozenset[str]:
    if not phrase.name:
        return frozenset({"=" + phrase.keys[-1]})
    words = [word for word in phrase.keys if word not in tables.RANKS and word not in tables.PARTICLES]
    return frozenset("=" + word for word in words or phrase.keys)


def _relations(sequence: Sequence[Part], same: _Same) -> Iterator[Relation]:
    """What a sentence's verbs say of what, and what its phrases are attached to."""
    verb: Part | None = None
    for at, part in enumerate(sequence):
        if part.kind == "verb":
            verb = part
            yield from _event(sequence, at, _subjects(sequence, at), verb, same)
        elif part.kind == "phrase":
            yield from _attached(sequence, at, same)
            if verb is not None and _lacks_verb(sequence, at):
                yield from _event(sequence, at, [at], verb, same)


def _event(sequence: Sequence[Part], at: int, subjects: Sequence[int], verb: Part, same: _Same) -> Iterator[Relation]:
    """What a verb says of what, each by itself, and each two together."""
    ends = [("whom" if verb.passive else "who", same.label(sequence[place])) for place in subjects]
    ends += _complements(sequence, at + 1, verb, same)
    word, turned = verb.word, dict[str, str]()
    if word in _CONVERSES and "who" in (role for role, _ in ends):
        word, turned = _CONVERSES[word]
    ends = list(dict.fromkeys((turned.get(role, role), label) for role, label in ends))
    for role, label in ends:
        yield Relation(word, role, label)
        for other, with_it in ends:
            if role < other and label != with_it:
                yield Relation(label, f"{role} {word} {other}", with_it)


def _lacks_verb(sequence: Sequence[Part], at: int) -> bool:
    """Whether a clause begins here that shares the verb of the one before: "A beat B, and C D"."""
    before = at - 1
    if before >= 0 and sequence[before].word in ("and", "while", "but"):
        before -= 1
    if before < 0 or before == at - 1 and sequence[before].kind != "mark" or at + 1 >= len(sequence):
        return False
    if sequence[before].kind != "mark":
        return _is_value(sequence[at + 1])  # A won five and B three
    end = next((place for place in range(at, len(sequence)) if sequence[place].kind == "mark"), len(sequence))
    clause = sequence[at:end]
    plain = all(part.kind != "verb" and part.word not in _RELATIVE for part in clause)
    return plain and len(clause) > 2 and (sequence[at + 1].kind == "link" or _is_value(sequence[at + 1]))


def _subjects(sequence: Sequence[Part], at: int) -> list[int]:
    """Where the phrases stand before a verb that it says something of."""
    place = at - 1
    found: list[int] = []
    while place >= 0:
        part = sequence[place]
        if part.kind == "mark":
            opening = _mark_before(sequence, place)
            if place != at - 1 or opening is None:
                return found
            if sequence[opening + 1].kind == "phrase" and opening + 1 < place:
                found.append(_owned(sequence, opening + 1))  # Ms X, the mayor, did
            place = opening - 1
        elif part.word in _RELATIVE:
            place -= 2 if place and sequence[place - 1].kind == "mark" else 1
        elif part.word in _AND:
            earlier = [one for one in range(place - 1, max(-1, place - 8), -1) if sequence[one].kind == "verb"]
            return _subjects(sequence, earlier[0]) if earlier else found
        elif part.kind == "phrase":
            if place >= 2 and sequence[place - 1].word == "by" and sequence[place - 2].passive:
                return [*found, *_subjects(sequence, place - 2)]  # a team led by X did
            return [*found, *_whole(sequence, place)]
        elif part.kind == "verb":
            return found
        else:
            place -= 1
    return found


def _mark_before(sequence: Sequence[Part], place: int) -> int | None:
    return next((at for at in range(place - 1, max(-1, place - 8), -1) if sequence[at].kind == "mark"), None)


def _whole(sequence: Sequence[Part], at: int) -> Iterator[int]:
    """Where the phrase stands that ends here, without what is attached to it, and those coordinated with it."""
    while at >= 2:
        before = at - 1
        while before > 0 and sequence[before].word.startswith("#"):
            before -= 1
        if sequence[before].word == OWNS and before >= 2 and sequence[before - 2].kind == "link":
            at = before - 1  # of X's Y
            continue
        attached = sequence[before].word in tables.PREPOSITIONS - _CLAUSES and before > 0
        if not attached or sequence[before - 1].kind != "phrase":
            break
        at = before - 1
    yield at
    if at >= 1 and sequence[at - 1].kind == "phrase" and not _is_value(sequence[at - 1]):
        yield at - 1
    if at >= 2 and sequence[at - 1].word == "and" and sequence[at - 2].kind == "phrase":
        yield at - 2


def _is_value(part: Part) -> bool:
    return part.kind == "phrase" and part.keys[-1].startswith("#")


def _complements(sequence: Sequence[Part], begin: int, verb: Part, same: _Same) -> Iterator[tuple[str, str]]:
    """What stands behind a verb, by its preposition."""
    link, role = "", "whom"
    for place in range(begin, min(begin + _AHEAD, len(sequence))):
        part = sequence[place]
        if part.kind in ("mark", "verb") or part.word in _RELATIVE or part.word in _CLAUSES:
            return
        if part.kind == "link":
            link = link if part.word.startswith("#") else part.word
            continue
        if sequence[place - 1].word in ("of", OWNS) and place - 1 >= begin:
            continue
        ahead = sequence[place + 1] if place + 1 < len(sequence) else None
        if ahead is not None and ahead.word == OWNS:
            continue
        if link in _AND:
            if ahead is not None and (ahead.kind in ("verb", "phrase") or ahead.word.startswith("#")):
                return
        elif link == "by" and verb.passive:
            role = "who"
        else:
            role = link or "whom"
        yield role, same.label(part)
        if sequence[place - 1].word.startswith("#"):
            yield role, "=" + sequence[place - 1].word
        if role == "whom" and ahead is not None and ahead.kind == "phrase" and not _is_value(part) and not part.name:
            yield "to", same.label(part)  # gave the child a toy


def _attached(sequence: Sequence[Part], at: int, same: _Same) -> Iterator[Relation]:
    """What a phrase is, and what it is attached to."""
    one = same.label(sequence[at])
    behind = at + 1
    if behind < len(sequence) and sequence[behind].kind == "phrase":
        yield _being(one, same.label(sequence[behind]))
        return
    if behind + 1 >= len(sequence) or sequence[behind + 1].kind != "phrase":
        return
    other = same.label(sequence[behind + 1])
    word = sequence[behind].word
    if sequence[behind].kind == "mark":
        yield _being(same.label(sequence[_head(sequence, at)]), same.label(sequence[_owned(sequence, behind + 1)]))
    elif word == OWNS:
        yield Relation(other, "of", one)
    elif word in _HAS:
        yield Relation(one, "of", other)
    elif word in tables.PREPOSITIONS - _CLAUSES:
        yield Relation(one, word, other)


def _owned(sequence: Sequence[Part], at: int) -> int:
    """Where what is owned stands, if an owner stands here."""
    while at + 2 < len(sequence) and sequence[at + 1].word == OWNS and sequence[at + 2].kind == "phrase":
        at += 2
    return at


def _head(sequence: Sequence[Part], at: int) -> int:
    """Where the phrase stands to which this one is attached, if it is to one."""
    while at >= 2 and sequence[at - 1].word in _HAS - {OWNS} and sequence[at - 2].kind == "phrase":
        at -= 2
    return at


def _being(one: str, other: str) -> Relation:
    first, second = sorted((one, other))
    return Relation(first, "is", second)
