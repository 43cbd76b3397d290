"""What a fact is a fact about: its neighbours, and whether another fact fits them better."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from assistant.checking.sentence import Sentence

_REACH = 5  # content words on each side

_FAR = 40  # tokens on each side
_OTHER_SIDE = 0.5  # what a neighbour on the other side counts: clauses turn round

Context = dict[tuple[bool, str], float]


class Margin(NamedTuple):
    """By how much another must fit better to be taken for the true one."""

    free: float  # where nothing else claims it
    exchanged: float  # where two would have to change places, both together
    least: float = 0.0  # how well it must fit at all
    turned: float = 0.5  # what a neighbour on the other side counts where two change places: passives turn round


class Mention(NamedTuple):
    """Where something stands in which sentence."""

    sentence: Sentence
    start: int
    end: int


def context(mention: Mention, hidden: frozenset[int]) -> Context:
    """The neighbours of a mention by side and key, nearer ones heavier; hidden tokens don't count."""
    found: Context = {}
    sequence = mention.sentence.tokens
    for right, places in (
        (False, range(mention.start - 1, max(-1, mention.start - _FAR), -1)),
        (True, range(mention.end, min(mention.end + _FAR, len(sequence)))),
    ):
        weight = 1.0
        for place in places:
            token = sequence[place]
            if token.text in ".;:":
                weight *= 0.7
            if not token.key or place in hidden:
                continue
            found[right, token.key] = max(weight, found.get((right, token.key), 0.0))
            weight *= 0.75
            if weight < 0.75**_REACH:
                break
    return found


def fit(claimed: Context, told: Context, other_side: float = _OTHER_SIDE) -> float:
    """How much of the one's neighbourhood is the other's, 0..1."""
    whole = sum(claimed.values())
    if not whole:
        return 0.0
    shared = 0.0
    for (right, key), weight in claimed.items():
        same = min(weight, told.get((right, key), 0.0))
        turned = other_side * min(weight, told.get((not right, key), 0.0))
        shared += max(same, turned)
    return shared / whole


def misplaced(
    claimed: Sequence[Mention],
    told: Sequence[Mention],
    same: Callable[[int, int], bool],
    rivals: Callable[[int, int], bool],
    margin: Margin,
) -> list[int]:
    """The claimed mentions that the evidence states of something else.

    `same` says of two indices whether the mentions agree, `rivals` whether the second could stand in place of the
    first. A claim is misplaced where a rival that nothing else claims fits its neighbours better, or where two claims
    fit better with their places exchanged.
    """
    mine = [context(one, _hidden(one, claimed)) for one in claimed]
    theirs = [context(one, _hidden(one, told)) for one in told]
    fits = [[fit(one, other) for other in theirs] for one in mine]
    if margin.turned == _OTHER_SIDE:
        loose = fits
    else:
        loose = [[fit(one, other, margin.turned) for other in theirs] for one in mine]
    agreeing = [[j for j in range(len(told)) if same(i, j)] for i in range(len(claimed))]
    own = [max((fits[i][j] for j in agreeing[i]), default=0.0) for i in range(len(claimed))]

    def gain(i: int, j: int, k: int) -> float:
        """What the fit gains if i stands where the quotations have j, which k claims, and k stands for i."""
        kept = max(loose[i][a] for a in agreeing[i]) + max(loose[k][a] for a in agreeing[k])
        return loose[i][j] + max(loose[k][a] for a in agreeing[i]) - kept

    found = []
    for i in range(len(claimed)):
        for j in range(len(told)):
            if not agreeing[i] or j in agreeing[i] or not rivals(i, j) or fits[i][j] <= own[i]:
                continue
            holders = [k for k in range(len(claimed)) if k != i and j in agreeing[k]]
            free = not holders and fits[i][j] > max(own[i] + margin.free, margin.least)
            if free or any(gain(i, j, k) > margin.exchanged for k in holders):
                found.append(i)
                break
    return found


def _hidden(one: Mention, all_of_kind: Sequence[Mention]) -> frozenset[int]:
    return frozenset(
        place for other in all_of_kind if other.sentence is one.sentence for place in range(other.start, other.end)
    )
