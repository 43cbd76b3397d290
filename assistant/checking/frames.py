"""What stands in which relation to what: whether a quotation's relations fit the statement with two parts exchanged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from assistant.checking import tables
from assistant.checking.roles import OWNS, Part, parts
from assistant.checking.sentence import Sentence, is_people
from assistant.checking.tokens import key

_MOST = 60  # parts of a sentence
_AHEAD = 9  # parts behind a verb in which its complements are sought
_BACK = 14  # parts before an "and" in which the verb is sought that shares its subject
_CLEARLY = 1.5  # how many times as many relations must be told of two things exchanged as of them as they stand
_LEAST = 2  # by how many more
_RELATIVE = frozenset({"who", "which", "that"})
_AND = frozenset({"and", "or", "but"})
_HAS = frozenset({"of", "in", "at", "'s", "on"})  # of a noun, all say whose or where it is
_MUTUAL = frozenset("=" + key(word) for word in "rival competitor partner opponent neighbour colleague".split())
_RANKS = frozenset(key(word) or word for word in tables.RANKS)
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
        ("pay", "obtain", "from", {}),
        ("teach", "learn", "from", {"whom": "who"}),
        ("employ", "work", "for", {"whom": "who"}),
        ("own", "belong", "to", {"whom": "who"}),
        ("lose", "beat", "whom", {"against": "who"}),
        ("win", "beat", "who", {"to": "to", "against": "whom", "over": "whom"}),
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
    aliases: dict[str, frozenset[str]]  # what else a thing is called, by its label

    def labels(self, alias: str) -> set[str]:
        """The labels of what is called so."""
        return {label for label, others in self.aliases.items() if alias in others}


def exchanged(statement: Sentence, carriers: Sequence[Sentence]) -> bool:
    """Whether the quotations' relations are those of the statement with two of its things exchanged, or one replaced."""
    claimed, told, mine, names, _ = _compared(statement, tuple(carriers))
    known = {end for relation in told for end in (relation.of, relation.to)}
    things = sorted(mine & known)
    absent = sorted(names & known - mine)
    for place, one in enumerate(things):
        touched = {relation for relation in claimed if one in relation}
        if one in names and any(_fits_better(touched, told, {one: other}) for other in absent):
            return True
        for other in things[place + 1 :]:
            if _kind(one) != _kind(other) or _MUTUAL & {one, other} or _are_one(one, other, told):
                continue
            both = touched | {relation for relation in claimed if other in relation}
            if _fits_better(both, told, {one: other, other: one}):
                return True
    return False


def _are_one(one: str, other: str, told: set[Relation]) -> bool:
    """Whether two labels are of one thing: "the Brazilian company X"."""
    adjective = is_people(one.removeprefix("=")) or is_people(other.removeprefix("="))
    return adjective and bool(_beings(one, told) & (_beings(other, told) | {other}))


def _beings(label: str, told: set[Relation]) -> set[str]:
    pairs = [(one.of, one.to) for one in told if one.role == "is" and label in (one.of, one.to)]
    return {end for pair in pairs for end in pair if end != label}


def anchored(statement: Sentence, carriers: Sequence[Sentence]) -> frozenset[str]:
    """The labels of the statement's numbers, dates and seasons that the quotations have in the same role, and no other in it."""
    compared = _compared(statement, tuple(carriers))

    def kind(label: str) -> str:
        return _kind(label) or ("name" if label in compared.names else "")

    found = set[str]()
    for one in compared.claimed & compared.told:
        if " " in one.role or one.role == "is":
            continue
        held = {other.to for other in compared.told if (other.of, other.role) == (one.of, one.role)}
        if kind(one.to) and sum(1 for other in held if kind(other) == kind(one.to)) == 1:
            found |= {one.to, one.of}
        holders = {other.of for other in compared.told if (other.role, other.to) == (one.role, one.to)}
        if _kind(one.of) and sum(1 for other in holders if _kind(other) == _kind(one.of)) == 1:
            found.add(one.of)
    return frozenset(alias for label in found for alias in (label, *compared.aliases.get(label, ())))


def said(statement: Sentence, carriers: Sequence[Sentence], pair: tuple[frozenset[str], frozenset[str]]) -> bool:
    """Whether the quotations say the same of these two things of the statement together."""
    compared = _compared(statement, tuple(carriers))
    ends = [{label for head in heads for label in compared.labels(f"={head}")} for heads in pair]
    return any(
        "who" in one.role.split(" ") and any(one.of in mine and one.to in theirs for mine, theirs in (ends, ends[::-1]))
        for one in compared.claimed & compared.told
    )


def opposed(statement: Sentence, carriers: Sequence[Sentence]) -> bool:
    """Whether the statement says of the same two things the opposite of what a quotation says of them."""
    claimed, told, *_ = _compared(statement, tuple(carriers))
    if any(_turns_round(one, told) for one in claimed - told):
        return True
    return any(
        one.of == other.of and one.to == other.to and _excludes(one.role, other.role)
        for one in claimed - told
        if one.role.count(" ") == 2
        for other in told
        if other.role.count(" ") == 2
    )


def _turns_round(one: Relation, told: set[Relation]) -> bool:
    """Whether the quotations have the opposite preposition: to vote for, and against."""
    other = _ROUND.get(one.role)
    if other is None or one.of.startswith("="):
        return False
    return Relation(one.of, other, one.to) in told


_ROUND = {"for": "against", "against": "for", "to": "from", "from": "to", "with": "without", "without": "with"}


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
    compared = _compared(statement, tuple(carriers))
    return any(one.of == verb and one.role == "who" for one in compared.claimed & compared.told)


def _turns_than(statement: Sentence, claimed: str, carrier: Sentence, told: str) -> bool:
    """Whether what stands behind "than" in the one stands before it in the other."""
    mine, theirs = _behind_than(statement, claimed), _behind_than(carrier, told)
    return bool((mine - theirs) & carrier.keys) and bool((theirs - mine) & statement.keys)


def _behind_than(sentence: Sentence, word: str) -> frozenset[str]:
    words = [token.word for token in sentence.tokens]
    if word in _PLACED and word in words:
        return _thing_behind(sentence, words.index(word) + 1)
    if word not in words or "than" not in words[words.index(word) :]:
        return frozenset()
    return _thing_behind(sentence, words.index("than", words.index(word)) + 1)


_PLACED = frozenset({"ahead", "behind"})


def _thing_behind(sentence: Sentence, begin: int) -> frozenset[str]:
    """The keys from here to the next mark."""
    behind = sentence.tokens[begin : begin + _AHEAD]
    end = next((place for place, token in enumerate(behind) if token.kind == "mark"), len(behind))
    return frozenset(token.key for token in behind[:end] if token.key)


def _fits_better(claimed: set[Relation], told: set[Relation], instead: dict[str, str]) -> bool:
    """Whether more of the relations are told with the things replaced, and clearly more."""
    turned = {Relation(instead.get(one.of, one.of), one.role, instead.get(one.to, one.to)) for one in claimed}
    kept = len(claimed & told)
    return len(turned & told) >= max(kept + _LEAST, _CLEARLY * kept + 0.5)


def _kind(label: str) -> str:
    """Of a number or date its kind, of an amount its dimension too."""
    if not label.startswith("=#"):
        return ""
    return label.partition("(")[0] + label.rpartition("dimension=")[2] * ("dimension=" in label)


@lru_cache(maxsize=4)
def _compared(statement: Sentence, carriers: tuple[Sentence, ...]) -> _Compared:
    mine = _things(statement)
    theirs = [_things(carrier) for carrier in carriers]
    everything = [part for sequence in (mine, *theirs) for part in sequence if part.kind == "phrase"]
    same = _Same(everything)
    return _Compared(
        set(_relations(mine, same)),
        _closed({relation for sequence in theirs for relation in _relations(sequence, same)}),
        frozenset(same.label(part) for part in mine if part.kind == "phrase"),
        frozenset(same.label(part) for part in everything if part.name),
        same.aliases(),
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

    def aliases(self) -> dict[str, frozenset[str]]:
        """All heads of each label."""
        found: dict[str, set[str]] = {}
        for head in self._labels:
            found.setdefault(self._root(head), set()).add(head)
        return {label: frozenset(heads) for label, heads in found.items()}

    def label(self, phrase: Part) -> str:
        """The label of a phrase."""
        return self._root(min(_heads(phrase)))


def _heads(phrase: Part) -> frozenset[str]:
    if not phrase.name:
        return frozenset({"=" + phrase.keys[-1]})
    words = [word for word in phrase.keys if word not in _RANKS and word not in tables.PARTICLES]
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
    ends += _fronted(sequence, min(subjects, default=at), same)
    word, turned = verb.word, dict[str, str]()
    if word in _CONVERSES and any(role in _CONVERSES[word][1] for role, _ in ends):
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
    if _is_value(sequence[at]):
        return False
    if sequence[before].kind != "mark":
        return _is_value(sequence[at + 1])  # A won five and B three
    end = next((place for place in range(at, len(sequence)) if sequence[place].kind == "mark"), len(sequence))
    clause = sequence[at:end]
    pronouns = {place for place, part in enumerate(clause) if place and clause[place - 1].word in tables.PREPOSITIONS}
    plain = all(
        part.kind != "verb" and (part.word not in _RELATIVE or place in pronouns) for place, part in enumerate(clause)
    )
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
        elif part.word in _RELATIVE and place and sequence[place - 1].kind == "phrase":
            return [*found, place - 1]  # a plastic that does
        elif part.word in _RELATIVE:
            place -= 2 if place and sequence[place - 1].kind == "mark" else 1
        elif part.word in _CLAUSES:
            return found  # because he did
        elif part.word in _AND:
            reach = range(place - 1, max(-1, place - _BACK), -1)
            earlier = [one for one in reach if sequence[one].kind == "verb"]
            return _subjects(sequence, earlier[0]) if earlier else found
        elif part.kind == "phrase":
            if (opening := _relative_before(sequence, place)) is not None:
                place = opening
                continue
            if place >= 2 and sequence[place - 1].word == "by" and sequence[place - 2].passive:
                return [*found, *_subjects(sequence, place - 2)]  # a team led by X did
            return [*found, *_whole(sequence, place)]
        elif part.kind == "verb":
            return found
        else:
            place -= 1
    return found


def _relative_before(sequence: Sequence[Part], at: int) -> int | None:
    """Where the phrase stands that a clause with a verb of its own describes, if what stands here is that clause's end."""
    verb = False
    for place in range(at - 1, max(0, at - _AHEAD), -1):
        part = sequence[place]
        if part.kind == "mark" or part.word in _AND:
            return None
        verb = verb or part.kind == "verb"
        if part.word in _RELATIVE:
            return place - 1 if verb and sequence[place - 1].kind == "phrase" else None
    return None


def _mark_before(sequence: Sequence[Part], place: int) -> int | None:
    return next((at for at in range(place - 1, max(-1, place - 8), -1) if sequence[at].kind == "mark"), None)


def _whole(sequence: Sequence[Part], at: int) -> Iterator[int]:
    """Where the phrase stands that ends here, without what is attached to it, and those coordinated with it."""
    while at >= 2:
        before = at - 1
        while before > 0 and sequence[before].word.startswith("#"):
            before -= 1
        titled = sequence[before].kind == "phrase" and before >= 2 and sequence[before - 2].kind == "phrase"
        if titled and sequence[before - 1].word in _HAS | {"from"}:
            at = before  # ash from the volcano X
            continue
        if sequence[before].word == "and" and before >= 3 and sequence[before - 2].word == "between":
            at = before - 1  # between X and Y
            continue
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
            link = link if part.word.startswith("#") or part.word in (OWNS, "no") else part.word
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
        if role == "whom" and ahead is not None and ahead.kind == "phrase" and _gets(part, ahead):
            yield "to", same.label(part)


def _gets(part: Part, ahead: Part) -> bool:
    """Whether a phrase is whom the next one goes to: gave the child a toy, lent X 90 million euros."""
    return not _is_value(part) and (not part.name or ahead.keys[-1].startswith("#Amount"))


def _fronted(sequence: Sequence[Part], subject: int, same: _Same) -> Iterator[tuple[str, str]]:
    """What stands before the subject at a clause's beginning, by its preposition: "In 2015 X did"."""
    begin = subject - 1
    if begin >= 0 and sequence[begin].kind == "mark":
        begin -= 1
    if begin >= 3 and sequence[begin - 1].word == "of" and sequence[begin - 2].kind == "phrase":
        begin -= 2  # in the spring of 1710
    if begin < 1 or sequence[begin].kind != "phrase" or (begin > 1 and sequence[begin - 2].kind != "mark"):
        return
    if sequence[begin - 1].word in tables.PREPOSITIONS - _CLAUSES:
        yield sequence[begin - 1].word, same.label(sequence[begin])


def _attached(sequence: Sequence[Part], at: int, same: _Same) -> Iterator[Relation]:
    """What a phrase is, and what it is attached to."""
    one = same.label(sequence[at])
    behind = at + 1
    if behind < len(sequence) and sequence[behind].kind == "phrase":
        if not _is_value(sequence[at]) and not _is_value(sequence[behind]):
            yield _being(one, same.label(sequence[behind]))
        return
    if behind + 1 >= len(sequence) or sequence[behind + 1].kind != "phrase":
        return
    other = same.label(sequence[behind + 1])
    word = sequence[behind].word
    if sequence[behind].kind == "mark":
        if _is_value(sequence[at]) or _is_value(sequence[behind + 1]):
            return
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
