"""Near-copies: which articles print one report. Reports of one pattern, with other names and numbers, do not.

A text is signed once. Texts whose signatures collide are compared word by word. A group forms around a lead: every text
in it is near the lead, and none contradicts another.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray

from index.record import Record

Signatures = np.ndarray[Any, np.dtype[np.uint32]]
Pairs = np.ndarray[Any, np.dtype[np.int64]]
Lengths = Signatures | np.uint32
Numbers = np.ndarray[Any, np.dtype[np.int64]]

COPIES_VERSION = 2  # another one groups anew
COMPARED_VERSION = 1  # another one signs and compares anew, and wants another one of the above

_SHINGLE = 3  # words
_BANDS, _ROWS = 48, 3  # of a signature: of two texts that share 40 of 100 shingles, 96 of 100 pairs collide
_BUCKET = 200  # texts that collide in a band: of more, each is paired with so many that follow it
_MERGED = 1_000_000  # pairs that are held before they are sorted together
_PAIRED = 20_000  # pairs whose signatures are compared at once
_SIGNED = 1_000  # texts a transaction, and texts held at once
_COMPARED = 40_000  # characters of a text that are compared
_AROUND = 20  # texts; where more stand in a row from what came or went, all are grouped anew
_TRIED = 5  # groups that a text is compared with, the most alike by their signatures
_WITNESSES = 30  # texts of a group that a further one may not contradict
# What follows was chosen by reading pairs from one half of 19,043 reports of a news agency; lengths are a decision.
_EQUAL = 0.25 * _BANDS * _ROWS  # equal places in two signatures, of fewer the texts are not compared
_LENGTHS = 0.5  # a brief beside a long article is not a copy of it
_OVERLAP, _AKIN = 0.6, 0.3  # share of the shorter text's shingles that the longer one has
_OTHERS = 0.12  # share of the numbers, or of the names, that are others at the same place
_SPELT, _SPELLING = 5, 0.85  # letters of a name, and how like another spelling of it is
_NAMED, _KEPT = 5, 0.9  # names that agree, and share of the words that are kept: it is the same news, and if one
_UPDATED = 0.25  # number is another, it may be such a share of the numbers
_REPLACED = 25  # words; more are another passage, not another word at the same place
_SHORT, _TELLING = 50, 3  # words; names and long numbers, without which so short a text does not say of whom it speaks

_WORD = regex.compile(
    r"\p{N}+(?:[.,:/\-]\p{N}+)*"
    r"|[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"  # written without spaces
    r"|\p{L}[\p{L}\p{M}]*(?:['’]\p{L}+)?"
)
_DATELINE = regex.compile(r"\A[^\n]{0,80}?\p{Lu}[^\n]{0,60}? (?:--?|[–—]) ")
_BEGINS = regex.compile(
    r"[.!?:][\p{P}\s]*\Z|\n\s*\n\s*\Z|\n[ \t]{2,}\Z"
)  # what stands before a sentence or a paragraph
# Small numbers are written as words, and a month or a day in another's place is another date.
_NUMBERS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety nil half "
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday".split()
)


class Likeness(IntEnum):
    """How two texts stand to each other."""

    OTHER = 0  # they have little in common, or other numbers or names where they meet
    AKIN = 1  # what they have in common agrees, but it is not enough for a copy
    NEAR = 2


class Kind(IntEnum):
    """What a word tells."""

    PLAIN = 0
    NUMBER = 1
    NAME = 2


@dataclass(frozen=True)
class Printed:
    """A title and a text as they are compared."""

    title: str
    text: str

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """What each word tells."""
        return tuple(kind for _, kind in self._told)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words, casefolded; a dateline is left out."""
        return tuple(word for word, _ in self._told)

    @cached_property
    def shingles(self) -> frozenset[int]:
        """A hash of every three words in a row."""
        return frozenset(_shingles(self.words))

    @cached_property
    def _told(self) -> tuple[tuple[str, Kind], ...]:
        return tuple(_words(_DATELINE.sub("", self.text[:_COMPARED])))


def _words(text: str) -> Iterator[tuple[str, Kind]]:
    found = list(_WORD.finditer(text))
    for place, match in enumerate(found):
        word = match[0]
        if _counts(word):
            yield word.casefold().replace(",", "").removesuffix(".0"), Kind.NUMBER
            continue
        # A sentence begins with a capital anyway; that word is a name where another name follows.
        before = text[found[place - 1].end() : match.start()] if place else "."
        after = found[place + 1][0] if place + 1 < len(found) else ""
        name = word[0].isupper() and (not _BEGINS.search(before) or (after[:1].isupper() and not _counts(after)))
        yield word.casefold(), Kind.NAME if name else Kind.PLAIN


def _counts(word: str) -> bool:
    return word[0].isnumeric() or (word.casefold() in _NUMBERS and word not in ("may", "march"))


def _shingles(words: Sequence[str]) -> Iterator[int]:
    """Hashes that are the same in every process, as Python's own are not."""
    numbers = [zlib.crc32(word.encode()) for word in words]
    for at in range(max(1, len(numbers) - _SHINGLE + 1)):
        one = 0
        for number in numbers[at : at + _SHINGLE]:
            one = (one * 0x9E3779B1 + number) & 0xFFFFFFFF
        yield one


# Two texts


def compare(one: Printed, other: Printed) -> Likeness:
    """How two texts stand to each other; which of them comes first does not matter."""
    if not one.words or not other.words:
        return Likeness.OTHER
    shorter, longer = sorted((len(one.words), len(other.words)))
    shared = len(one.shingles & other.shingles) / min(len(one.shingles), len(other.shingles))
    if shared < _AKIN or not _agree(one, other):
        return Likeness.OTHER
    return Likeness.NEAR if shared >= _OVERLAP and shorter >= _LENGTHS * longer else Likeness.AKIN


def _agree(one: Printed, other: Printed) -> bool:
    """Whether the same numbers and names stand at the same places, and enough of them to say what it is about."""
    one, other = sorted((one, other), key=lambda printed: (printed.text, printed.title))
    same, here, there = (defaultdict[Kind, set[str]](set) for _ in range(3))
    kept = 0
    for what, a, b, c, d in SequenceMatcher(None, one.words, other.words).get_opcodes():
        if what == "equal":
            _sort_in(same, one, a, b)
            kept += b - a
        elif what == "replace" and max(b - a, d - c) <= _REPLACED:
            _sort_in(here, one, a, b)
            _sort_in(there, other, c, d)
    others = {
        kind: min(len(_strange(here[kind], there[kind])), len(_strange(there[kind], here[kind])))
        for kind in (Kind.NUMBER, Kind.NAME)
    }
    shorter = min(len(one.words), len(other.words))
    # News that is updated: 12 people hurt, then 17, and hardly another word.
    updated = others == {Kind.NUMBER: 1, Kind.NAME: 0} and len(same[Kind.NAME]) >= _NAMED and kept >= _KEPT * shorter
    for kind, found in others.items():
        if found > (_UPDATED if updated else _OTHERS) * (len(same[kind]) + found):
            return False
    telling = len(same[Kind.NAME]) + sum(number[0].isnumeric() and len(number) > 3 for number in same[Kind.NUMBER])
    return shorter >= _SHORT or telling >= _TELLING or _titled_alike(one.title, other.title)


def _strange(words: set[str], others: set[str]) -> list[str]:
    """The words that the others lack, in this or nearly this spelling."""
    return [word for word in words - others if not any(_respelt(word, other) for other in others)]


def _respelt(word: str, other: str) -> bool:
    first, second = sorted((word, other))
    return len(word) >= _SPELT and word.isalpha() and SequenceMatcher(None, first, second).ratio() >= _SPELLING


def _sort_in(found: dict[Kind, set[str]], printed: Printed, start: int, end: int) -> None:
    for word, kind in zip(printed.words[start:end], printed.kinds[start:end], strict=True):
        found[kind].add(word)


def _titled_alike(one: str, other: str) -> bool:
    """Whether one title has the first two words of the other in a row: a headline begins with whom it is about."""
    first, second = ([word.casefold() for word in _WORD.findall(title)] for title in (one, other))
    return any(
        a[:2] == b[at : at + 2] for a, b in ((first, second), (second, first)) for at in range(max(1, len(b) - 1))
    )


# Many texts


def sign(printed: Printed) -> bytes:
    """The signature of a text: how many words it has, and the MinHash of its shingles."""
    from datasketch import MinHash  # it brings SciPy with it, which only a build needs

    made = MinHash(_BANDS * _ROWS, seed=1, hashfunc=int, scheme="affine32")
    made.update_batch(sorted(printed.shingles))
    return bytes(np.concatenate([[len(printed.words)], made.hashvalues]).astype("<u4").tobytes())


def groups(signatures: Mapping[str, bytes], likeness: Callable[[str, str], Likeness]) -> list[tuple[str, ...]]:
    """The texts that print one report, by their keys, each group with its lead first; texts without a copy are left out.

    The order of the signatures does not matter.
    """
    keys = sorted(signatures)
    candidates = _candidates(_rows([signatures[key] for key in keys]))
    group_of: dict[int, list[int]] = {}
    for row, others in candidates:
        tried: list[list[int]] = []
        for other in others:
            group = group_of.get(other)
            if group and len(tried) < _TRIED and not any(group is one for one in tried):
                tried.append(group)
        group_of[row] = next((group for group in tried if _joins(keys, row, group, likeness)), [])
        group_of[row].append(row)
    return sorted(tuple(keys[row] for row in group) for row, group in group_of.items() if group[0] == row and group[1:])


def _rows(signatures: Sequence[bytes]) -> Signatures:
    return np.frombuffer(b"".join(signatures), "<u4").reshape(-1, 1 + _BANDS * _ROWS)


def _joins(keys: Sequence[str], row: int, group: Sequence[int], likeness: Callable[[str, str], Likeness]) -> bool:
    lead, *witnesses = group[: _WITNESSES + 1]
    return likeness(keys[row], keys[lead]) is Likeness.NEAR and all(
        likeness(keys[row], keys[witness]) is not Likeness.OTHER for witness in witnesses
    )


def _candidates(rows: Signatures) -> Iterator[tuple[int, list[int]]]:
    """The rows that others may be near to, each with those, whose signatures are most alike first.

    First come the rows that are most like their others: of a report in many papers the version that each of them cut or
    edited leads.
    """
    pairs = _colliding(rows[:, 1:])
    pairs = pairs[_lengths_alike(rows[pairs[:, 0], 0], rows[pairs[:, 1], 0])]
    equal = np.zeros(len(pairs), np.int64)  # places of both signatures
    for start in range(0, len(pairs), _PAIRED):
        some = pairs[start : start + _PAIRED]
        equal[start : start + _PAIRED] = np.count_nonzero(rows[some[:, 0], 1:] == rows[some[:, 1], 1:], axis=1)
    alike = equal >= _EQUAL
    both = np.concatenate([pairs[alike], pairs[alike, ::-1]])
    equal = np.tile(equal[alike], 2)
    order = np.lexsort((both[:, 1], -equal, both[:, 0]))
    both, equal = both[order], equal[order]
    own, first = np.unique(both[:, 0], return_index=True)
    last = np.append(first[1:], len(both))
    totals = np.diff(np.append(0, np.cumsum(equal))[np.append(first, len(both))])
    others = both[:, 1].tolist()
    for at in np.lexsort((own, -totals)).tolist():
        yield int(own[at]), others[first[at] : last[at]]


def _lengths_alike(some: Lengths, others: Lengths) -> NDArray[np.bool_]:
    return np.minimum(some, others) >= _LENGTHS * np.maximum(some, others)


def _colliding(rows: Signatures) -> Pairs:
    """The pairs of rows, the lower first, that are equal in at least one band."""
    count, pairs, more = len(rows), np.zeros(0, np.int64), []
    for first in range(0, _BANDS * _ROWS, _ROWS):
        band = _mixed(rows[:, first : first + _ROWS])
        order = np.argsort(band, kind="stable")
        ordered = band[order]
        for step in range(1, _BUCKET + 1):
            at = np.flatnonzero(ordered[step:] == ordered[:-step])
            if not len(at):
                break
            more.append(order[at] * count + order[at + step])  # stable: the lower row stands first
        if sum(map(len, more)) > max(_MERGED, len(pairs)):  # seldom, so that what is there is not sorted 48 times
            pairs, more = _distinct([pairs, *more]), []
    pairs = _distinct([pairs, *more])
    return np.stack([pairs // count, pairs % count], axis=1)


def _distinct(numbers: Sequence[Numbers]) -> Numbers:
    """All of these numbers, each once, in order.

    By sorting: np.unique hashes, which took some five times as long for millions that nearly all differ.
    """
    found = np.sort(np.concatenate(numbers))
    return found[np.append(True, found[1:] != found[:-1])] if len(found) else found


def _mixed(band: Signatures) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """One number for the numbers of each row; rows that differ may share one, and are then compared for nothing."""
    mixed = np.zeros(len(band), np.uint64)
    for column in band.T:
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + column.astype(np.uint64) + np.uint64(1)
    return mixed


# The articles of a generation


def near_copies(
    record: Record,
    generation: int,
    progress: Callable[[str, int, int], None],
    before: Sequence[tuple[str, ...]] | None = None,
) -> list[tuple[str, ...]]:
    """The groups of near-copies among a generation's articles, by id; what was signed and compared is kept in the record.

    `before` are those of the generation before, of which those are kept that nothing came near to or went from.
    """
    contents = record.contents(generation)
    signatures = record.signatures(COMPARED_VERSION)
    missing = sorted(set(contents.values()) - signatures.keys())
    for first in range(0, len(missing), _SIGNED):
        progress("comparing", first, len(missing))
        some = missing[first : first + _SIGNED]
        made = {content: sign(Printed(*record.titled_text(content))) for content in some}
        record.save_signatures(COMPARED_VERSION, made)
        signatures.update(made)
    signed = {id: signatures[content] for id, content in contents.items()}
    around = None
    if before is not None:
        came, gone = record.came_with(generation), record.gone_with(generation)
        around = _around(signed, came, [signatures.get(content) for content in gone.values()])
    known = record.comparisons(COMPARED_VERSION, around and {contents[id] for id in around})
    new: dict[tuple[str, str], int] = {}

    @lru_cache(maxsize=_SIGNED)
    def printed(content: str) -> Printed:
        return Printed(*record.titled_text(content))

    def likeness(one: str, other: str) -> Likeness:
        first, second = contents[one], contents[other]
        pair = (first, second) if first < second else (second, first)
        if pair not in known:
            known[pair] = new[pair] = compare(printed(pair[0]), printed(pair[1]))
        return Likeness(known[pair])

    if before is None or around is None:
        found = groups(signed, likeness)
    else:
        touched = around.union(gone)
        kept = (group for group in before if touched.isdisjoint(group))
        found = sorted([*kept, *groups({id: signed[id] for id in around}, likeness)])
    record.save_comparisons(COMPARED_VERSION, new)
    if missing:
        progress("comparing", len(missing), len(missing))
    return found


def _around(signed: Mapping[str, bytes], came: Collection[str], gone: Sequence[bytes | None]) -> frozenset[str] | None:
    """The texts that may be grouped otherwise now that some came, and others, of these signatures, went.

    Which are those that came, those that these or what went may be near to, those that those may be near to, and so on.
    None where they are many; and where so many texts collide that one more or less decides which of the others are paired.
    """
    if None in gone:
        return None
    ids = list(signed)
    rows = _rows([*signed.values(), *filter(None, gone)])
    found = {row for row, id in enumerate(ids) if id in came} | set(range(len(ids), len(rows)))
    waiting = list(found)
    while waiting:
        if len(found) > _AROUND:
            return None
        own = rows[waiting.pop()]
        equal = rows[:, 1:] == own[1:]
        colliding = np.logical_and.reduce([equal[:, place::_ROWS] for place in range(_ROWS)])
        if colliding.sum(axis=0).max() > _BUCKET:
            return None
        near = _lengths_alike(rows[:, 0], own[0]) & (equal.sum(axis=1) >= _EQUAL)
        more = set(np.flatnonzero(near).tolist()) - found
        found |= more
        waiting += more
    return frozenset(ids[row] for row in found if row < len(ids))
