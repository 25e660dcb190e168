"""Where a group of works is missing, or over-present: regions of the space against chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import cut
from prompts import shown
from topicart.errors import RetrievalError
from topicart.retrieval.balls import Balls, build_balls
from topicart.retrieval.conditions import Condition
from topicart.retrieval.index import ConditionalIndex
from topicart.retrieval.label_permutation import smallest_by_chance, tails_of

if TYPE_CHECKING:
    from topicart.fit import Progress

__all__ = ["BlindSpots", "Region", "blind_spots"]

_ROUNDS = 8
"""Rounds of 2-means in each split: of a hole of 591 works planted among 100,000 of 512 dimensions
one region then holds 587; with none, by the farthest points alone, it holds 63."""
_NO_DIRECTION = 1e-6
"""Length of a mean below which its works point everywhere: nothing is nearest to it."""


@dataclass(frozen=True, eq=False)
class Region:
    """A region of the space, a node of the tree, and how much of a group is there."""

    kind: Literal["missing", "over-present"]
    """Whether the group has fewer works there than chance would give it, or more."""
    size: int
    """Works there that state the facet."""
    found: int
    """Works of the group among them."""
    expected: float
    """How many of the group chance would put there: size times the group's share of all."""
    p: float
    """How often chance alone gives a number this far off, in this one region (two-sided)."""
    corrected: float
    """How often chance alone gives a p this small in any region at all."""
    rows: NDArray[np.intp]
    """All works there that state the facet, ascending."""
    central: tuple[int, ...]
    """Rows of the most central works, whatever they state, the most central first."""
    members: tuple[int, ...]
    """Rows of the group's works there, the most central first."""
    nearest: tuple[int, ...]
    """Where the group is missing, rows of its works elsewhere that are nearest to the centre."""

    @property
    def lift(self) -> float:
        """How many times as many works of the group are there as chance would give.

        Returns
        -------
        float
            0 where there is none.
        """
        return self.found / self.expected


@dataclass(frozen=True, eq=False)
class BlindSpots:
    """The regions where a group is missing or over-present; no two of them overlap."""

    facet: str
    """The facet that was asked for."""
    value: str
    """The value that makes the group."""
    works: int
    """Works that state the facet and take part."""
    left_out: int
    """Works that state nothing of the facet, and take no part."""
    group: int
    """Works of the group."""
    tested: int
    """Regions that were looked at."""
    least: int
    """The fewest works of a region."""
    largest: int
    """The most works of a region."""
    permutations: int
    """How often the labels were shuffled."""
    level: float
    """The largest corrected p of a region that is told of."""
    missing: tuple[Region, ...]
    """Where the group is missing, the least probable first."""
    over: tuple[Region, ...]
    """Where the group is over-present, the least probable first."""


def blind_spots(
    index: ConditionalIndex,
    facet: str,
    value: str,
    *,
    least: int = 20,
    largest: int | None = None,
    permutations: int = 999,
    seed: int = 0,
    k: int = 12,
    level: float = 0.05,
    balls: Balls | None = None,
    progress: Progress | None = None,
) -> BlindSpots:
    """Find the regions where a group of works is missing or over-present.

    Regions are the nodes of a ball tree over all works: made from their vectors alone, so that
    what works state has no part in them. Works that state nothing of the facet are in no count.

    Parameters
    ----------
    index : ConditionalIndex
        The works.
    facet, value : str
        What the works of the group state; not a date, but ``century`` is one of the facets.
    least : int
        The fewest works of a region.
    largest : int, optional
        The most works of a region; by default a tenth of the works, but 200 where that is fewer:
        half of a collection is no region that anybody can look at.
    permutations : int
        How often the labels are shuffled.
    seed : int
        Of the shuffling and of the tree.
    k : int
        How many central works, works of the group and nearest works are given at most.
    level : float
        The largest corrected p of a region that is told of.
    balls : Balls, optional
        The nodes, where several values are asked for: ``build_balls(index.vectors)``.
    progress : Progress, optional
        Told how far it is.

    Returns
    -------
    BlindSpots
        The regions, and what was compared.

    Raises
    ------
    RetrievalError
        If there is no such facet or value, all works that state the facet state this value, there
        are too few, or a number makes no sense.

    Notes
    -----
    A region of ``s`` works would hold ``s`` times the group's share of all works by chance. Its p
    is twice the smaller tail of the hypergeometric distribution. Thousands of regions are looked
    at, nested in one another, so that some p are small by chance: the labels are shuffled
    ``permutations`` times, each time the smallest p of all regions is kept, and a region's
    corrected p is the share of these that is at most its own, ``(1 + #{minP ≤ p}) / (1 +
    permutations)`` (single-step minP: Westfall and Young, Resampling-Based Multiple Testing,
    1993). With labels that know nothing of the pictures, the chance that any region at all is told
    of is at most ``level``. Unlike Holm's correction this makes use of regions being nested. Of the
    regions that pass, those of the smallest p are taken first, and none that overlaps them.

    Shuffling takes each work for itself: where a collection holds many states or copies of one
    work, a region is made of these and is less surprising than its p says. The tree and the
    shuffling of label shares by node are what SynapseML's ``TreeVizualizer`` draws.
    """
    if least < 2 or permutations < 19 or k < 1 or not 0 < level < 1:
        raise RetrievalError(
            "A region has at least 2 works, labels are shuffled at least 19 times, at least 1 work "
            f"is shown, and the level is between 0 and 1; got least={least}, "
            f"permutations={permutations}, k={k} and level={level}."
        )
    values, _, stated = index.facts.statements(facet)
    condition = Condition(facet, (value,))
    member = index.facts.mask([condition])
    states = np.zeros(len(index), np.bool_)
    states[stated] = True
    works, group = int(states.sum()), int(member.sum())
    largest = max(works // 10, 200) if largest is None else largest
    _check(facet, value, works, group, least, largest)
    if balls is None:
        if progress is not None:
            progress.stage("Parting the space into regions")
        vectors = np.asarray(index.vectors, dtype=np.float32)
        balls = build_balls(vectors, leaf_size=least, rounds=_ROUNDS, seed=seed, progress=progress)
    ordered = balls.order[states[balls.order]]
    before = np.concatenate([[0], np.cumsum(states[balls.order])])
    firsts, lasts = before[balls.starts], before[balls.ends]
    fits = (lasts - firsts >= least) & (lasts - firsts <= min(largest, works - 1))
    firsts, lasts = firsts[fits], lasts[fits]
    if len(firsts) == 0:
        raise RetrievalError(
            f"No region has between {least:,} and {largest:,} of the {works:,} works that state "
            f"their {facet}: ask for smaller or larger ones."
        )
    before = np.concatenate([[0], np.cumsum(member[ordered])])
    found = before[lasts] - before[firsts]
    tails = tails_of(lasts - firsts, group, works)
    p = tails.p(found)
    if progress is not None:
        progress.stage("Shuffling labels")
    by_chance = smallest_by_chance(
        tails, firsts, lasts, group, works,
        permutations=permutations, seed=seed, progress=progress,
    )  # fmt: skip
    corrected = (1 + np.searchsorted(by_chance, p, side="right")) / (1 + permutations)
    missing: list[Region] = []
    over: list[Region] = []
    for at in _apart(p, np.abs(found - (lasts - firsts) * (group / works)), firsts, lasts,
                     np.flatnonzero(corrected <= level)):  # fmt: skip
        region = _region(
            index, np.sort(ordered[firsts[at] : lasts[at]]), member, condition,
            group / works, float(p[at]), float(corrected[at]), k,
        )  # fmt: skip
        (missing if region.kind == "missing" else over).append(region)
    return BlindSpots(
        facet=facet, value=_spelled(value, facet, values), works=works,
        left_out=len(index) - works, group=group, tested=len(firsts), least=least,
        largest=largest, permutations=permutations, level=level,
        missing=tuple(missing), over=tuple(over),
    )  # fmt: skip


def _check(facet: str, value: str, works: int, group: int, least: int, largest: int) -> None:
    if group == works:
        raise RetrievalError(
            f"All {works:,} works that state their {facet} state {cut(value)!r}: it is missing "
            "nowhere, and shuffling changes nothing."
        )
    if works < 2 * least or largest < least:
        raise RetrievalError(
            f"{works:,} works state their {facet}; regions of {least:,} to {largest:,} works need "
            f"at least {2 * least:,}. Ask for smaller regions."
        )


def _apart(
    p: NDArray[np.float64],
    surprise: NDArray[np.float64],
    firsts: NDArray[np.int64],
    lasts: NDArray[np.int64],
    candidates: NDArray[np.intp],
) -> Iterator[int]:
    """Go through regions by their p, and give those that overlap none before them."""
    taken = np.zeros(lasts.max(), np.bool_)
    for at in candidates[np.lexsort((-surprise[candidates], p[candidates]))].tolist():
        place = slice(firsts[at], lasts[at])
        if not taken[place].any():
            taken[place] = True
            yield at


def _region(
    index: ConditionalIndex,
    rows: NDArray[np.intp],
    member: NDArray[np.bool_],
    condition: Condition,
    share: float,
    p: float,
    corrected: float,
    k: int,
) -> Region:
    vectors = np.asarray(index.vectors[rows], dtype=np.float32)
    centre = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    # In the order of distance, of equal ones the lower row first.
    inwards = rows[np.argsort(((vectors - centre) ** 2).sum(axis=1), kind="stable")]
    members = inwards[member[inwards]]
    missing = len(members) < len(rows) * share
    nearest: tuple[int, ...] = ()
    if missing and (length := float(np.linalg.norm(centre))) > _NO_DIRECTION:
        elsewhere = index.search(centre / length, k, [condition], without=members.tolist())
        nearest = tuple(elsewhere.rows.tolist())
    return Region(
        kind="missing" if missing else "over-present",
        size=len(rows), found=len(members), expected=len(rows) * share, p=p, corrected=corrected,
        rows=rows, central=tuple(inwards[:k].tolist()), members=tuple(members[:k].tolist()),
        nearest=nearest,
    )  # fmt: skip


def _spelled(value: str, facet: str, values: Sequence[str]) -> str:
    """The value as works have it, whose case and slug do not matter."""
    asked = {value.casefold(), shown(value, facet).casefold()}
    return next((own for own in values if own.casefold() in asked), value)
