"""Whether works that are said to be alike lie together: distance within over distance between.

The study gives a ratio for each facet and no formula. Here it is the mean cosine distance between
two works of one value over that between two works of different values. With unit rows x, the sum
S of a value's n works tells the cosines of all its pairs at once: over ordered pairs they sum to
|S|^2 - n. So nothing is quadratic in the works.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.studies.estimate import Estimate
from evaluation.studies.redrawing import interval_of, redrawn
from evaluation.studies.semantic_gap.result import ClassDistance, DistanceRatio
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MOST_CLASSES", "PUBLISHED_RATIOS", "distance_ratio"]

PUBLISHED_RATIOS = {
    "genre": ("Type", 0.78),
    "artist": ("Author", 0.72),
    "style": ("School", 0.98),
    "timeframe": ("Timeframe", 0.96),
}
"""The study's name and number of each facet; ``style`` only of SemArt, whose schools it holds."""

MOST_CLASSES = 50
"""How many values of a facet are told one by one, those of most works."""

_ROUNDING = 1e-9
"""A mean distance up to this is none: what float64 leaves of works that lie in one place."""


def distance_ratio(
    vectors: NDArray[np.float32],
    values: Sequence[tuple[str, ...]],
    *,
    model: str,
    facet: str,
    gallery: str = "all",
    groups: Sequence[str] | None = None,
    permutations: int = 200,
    repeats: int = 200,
    seed: int = 0,
    published: tuple[str, float] | None = None,
) -> DistanceRatio:
    """Return the ratio of a facet, by pairs and by values.

    A work of several values counts once with each: pairs are then of memberships, and a work has
    none with itself. Where each work has one value, pairs are simply those of works. Time and
    memory grow with works times dimensions, time for every draw anew.

    Parameters
    ----------
    vectors
        A row for each work, shape ``(n_works, dim)``, of any length.
    values
        The facet's values of each work; empty where nothing is known.
    model
        The model's name, as it is told.
    facet
        The facet's name, as it is told.
    gallery
        Which works these are, as it is told.
    groups
        What is redrawn as one, such as the artist of each work; by default each work.
    permutations
        How often values are dealt out to the works anew, for chance.
    repeats
        How often works are redrawn, for the intervals.
    seed
        Decides both.
    published
        What the study calls the facet, and its number.

    Returns
    -------
    DistanceRatio
        Without numbers where no value has two works, or there is but one value.

    Raises
    ------
    ValueError
        If there are not as many values, or groups, as vectors.
    """
    if len(vectors) != len(values) or (groups is not None and len(groups) != len(values)):
        raise ValueError(f"{len(vectors)} vectors need as many values and groups.")
    known = [row for row, own in enumerate(values) if own]
    layout = _Layout.of([values[row] for row in known])
    unit = _unit(vectors, known)
    whole = _ratios(layout, unit, np.ones(len(known)))
    generator = np.random.default_rng(derive_seed(seed, f"permutations {facet}"))
    measurable = whole.pairs is not None
    permuted = [
        _ratios(layout, unit, np.ones(len(known)), generator.permutation(len(known)))
        for _ in range(permutations if measurable else 0)
    ]
    own_groups = None if groups is None else [groups[row] for row in known]
    draws = redrawn(
        len(known),
        own_groups,
        repeats if measurable else 0,
        seed=derive_seed(seed, f"bootstrap {facet}"),
    )
    again = [_ratios(layout, unit, weights) for weights in draws]
    p = None
    if whole.pairs is not None and permuted:
        as_small = sum(_number(own.pairs) <= whole.pairs + _ROUNDING for own in permuted)
        p = (1 + as_small) / (1 + len(permuted))
    told, number = published or ("", None)
    return DistanceRatio(
        model=model,
        facet=facet,
        gallery=gallery,
        pairs=_estimate(
            whole.pairs, [own.pairs for own in again], [own.pairs for own in permuted], len(known)
        ),
        classes=_estimate(
            whole.classes,
            [own.classes for own in again],
            [own.classes for own in permuted],
            int((layout.sizes > 1).sum()),
        ),
        permuted=interval_of([_number(own.pairs) for own in permuted]),
        permuted_classes=interval_of([_number(own.classes) for own in permuted]),
        p=p,
        works=len(known),
        unknown=len(values) - len(known),
        singletons=int((layout.sizes == 1).sum()),
        by_class=_by_class(layout, whole),
        published=number,
        published_as=told,
    )


@dataclass(frozen=True, eq=False)
class _Layout:
    """Which works have which values, those of two works or more apart."""

    names: tuple[str, ...]
    sizes: NDArray[np.intp]
    """Works of each value."""
    held: NDArray[np.float64]
    """How many values each work has."""
    member_of: NDArray[np.intp]
    """The value of each membership, sorted."""
    members: NDArray[np.intp]
    """Its work."""

    @classmethod
    def of(cls, values: Sequence[tuple[str, ...]]) -> _Layout:
        numbers: dict[str, int] = {}
        pairs = sorted(
            (numbers.setdefault(value, len(numbers)), work)
            for work, own in enumerate(values)
            for value in dict.fromkeys(own)
        )
        member_of = np.array([value for value, _ in pairs], np.intp)
        members = np.array([work for _, work in pairs], np.intp)
        held = np.bincount(members, minlength=len(values)).astype(np.float64)
        sizes = np.bincount(member_of, minlength=len(numbers))
        return cls(tuple(numbers), sizes, held, member_of, members)


@dataclass(frozen=True, eq=False)
class _Ratios:
    """Both ratios, and the mean distances of each value; not a number where there is no pair."""

    pairs: float | None
    classes: float | None
    within: NDArray[np.float64]
    between: NDArray[np.float64]


def _ratios(
    layout: _Layout,
    unit: NDArray[np.float64],
    weights: NDArray[np.float64],
    order: NDArray[np.intp] | None = None,
) -> _Ratios:
    """Compute the ratios of works that come as often as their weights say.

    Copies of one work are no pair. With ``order``, work ``i``'s values go to work ``order[i]``.
    """
    from scipy.sparse import csr_array

    n_values, n_works = len(layout.names), len(unit)
    members = layout.members if order is None else order[layout.members]
    held = layout.held if order is None else layout.held[np.argsort(order)]
    drawn = weights[members]
    starts = np.concatenate([[0], np.cumsum(layout.sizes)])
    matrix = csr_array((drawn, members, starts), shape=(n_values, n_works))
    sums = matrix @ unit
    lengths = np.einsum("nd,nd->n", unit, unit)  # 1, or 0 of a vector without a direction.

    def summed(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(layout.member_of, amounts, n_values), np.float64)

    count = summed(drawn)
    own = summed(drawn**2)
    within_pairs = count**2 - own
    within_sum = (
        within_pairs - np.einsum("cd,cd->c", sums, sums) + summed(drawn**2 * lengths[members])
    )
    # Every membership with every other of another work, then those of one value taken away.
    mass = weights * held
    everything = sums.sum(axis=0)
    all_pairs = mass.sum() ** 2 - (mass**2).sum()
    all_sum = all_pairs - everything @ everything + (mass**2 * lengths).sum()
    between_pairs = all_pairs - within_pairs.sum()
    pairs = _over(
        _mean(within_sum.sum(), within_pairs.sum()),
        _mean(all_sum - within_sum.sum(), between_pairs),
    )
    # A value's works with all that do not have it, each once whatever else it has.
    total = weights @ unit
    others = count * (weights.sum() - count)
    apart = others - (sums @ total - np.einsum("cd,cd->c", sums, sums))
    with np.errstate(invalid="ignore", divide="ignore"):
        within = np.where(within_pairs > 0, within_sum / within_pairs, np.nan)
        between = np.where(others > 0, apart / others, np.nan)
        each = np.where(between > _ROUNDING, within / between, np.nan)
    known = each[np.isfinite(each)]
    return _Ratios(pairs, float(known.mean()) if len(known) else None, within, between)


def _mean(total: float, pairs: float) -> float | None:
    return float(total / pairs) if pairs > 0 else None


def _over(within: float | None, between: float | None) -> float | None:
    if within is None or between is None or between <= _ROUNDING:
        return None
    return max(0.0, within) / between


def _unit(vectors: NDArray[Any], rows: Sequence[int]) -> NDArray[np.float64]:
    taken: NDArray[np.float64] = vectors[np.asarray(rows, np.intp)].astype(np.float64)
    lengths = np.linalg.norm(taken, axis=1, keepdims=True)
    taken /= np.where(lengths > 0, lengths, 1.0)
    return taken


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _estimate(
    value: float | None,
    again: Sequence[float | None],
    permuted: Sequence[float | None],
    n: int,
) -> Estimate:
    by_chance = np.array([_number(own) for own in permuted])
    by_chance = by_chance[np.isfinite(by_chance)]
    return Estimate(
        value=value,
        interval=interval_of([_number(own) for own in again]) if value is not None else None,
        chance=float(by_chance.mean()) if len(by_chance) else None,
        n=n,
    )


def _by_class(layout: _Layout, whole: _Ratios) -> tuple[ClassDistance, ...]:
    order = sorted(range(len(layout.names)), key=lambda c: (-layout.sizes[c], layout.names[c]))

    def one(number: int) -> ClassDistance:
        within, between = float(whole.within[number]), float(whole.between[number])
        return ClassDistance(
            value=layout.names[number],
            works=int(layout.sizes[number]),
            within=max(0.0, within) if np.isfinite(within) else None,
            between=between if np.isfinite(between) else None,
            ratio=_over(
                within if np.isfinite(within) else None, between if np.isfinite(between) else None
            ),
        )

    return tuple(one(number) for number in order[:MOST_CLASSES])
