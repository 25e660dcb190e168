"""Topics beside the values of a facet: how often they meet, and whether chance explains it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from topicart.report.facet_codes import FacetCodes

__all__ = ["Cell", "Crossing", "cell", "cross", "level", "strength", "telling"]

SURE = 2.0
"""Standard deviations from what chance gives that are called more than chance."""

_FEWEST = 3
_FEWEST_TELLING = 5
_STEPS = (2.0, 4.0)


@dataclass(frozen=True, eq=False)
class Crossing:
    """How often topics and values meet, among the works that took part and state the facet.

    Parameters
    ----------
    values
        Works that state each value, shape ``(n_values,)``.
    stated
        Works of each topic that state the facet, shape ``(n_topics + 1,)``; the last are in none.
    rows, columns, counts
        Topic, value and number of works of each pair that occurs, shape ``(n_pairs,)``, by topic,
        then by value.
    """

    values: NDArray[np.int64]
    stated: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    counts: NDArray[np.int64]

    @property
    def n_stated(self) -> int:
        """Count the works that took part and state the facet.

        Returns
        -------
        int
            Those in no topic too.
        """
        return int(self.stated.sum())

    def table(self, columns: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the works of some values.

        Parameters
        ----------
        columns
            Which values, shape ``(n,)``.

        Returns
        -------
        numpy.ndarray
            Shape ``(n_topics + 1, n)``.
        """
        place = np.full(len(self.values), -1)
        place[columns] = np.arange(len(columns))
        kept = place[self.columns] >= 0
        found = np.zeros((len(self.stated), len(columns)), dtype=np.int64)
        found[self.rows[kept], place[self.columns[kept]]] = self.counts[kept]
        return found


@dataclass(frozen=True)
class Cell:
    """A topic and a value.

    Parameters
    ----------
    works
        Works of the topic that state the value.
    share
        Their share of the topic's works that state the facet.
    lift
        This share over that in the collection; 0 where the value does not occur.
    level
        -3 to 3: how much rarer or more frequent than in the collection, 0 where chance explains it.
    """

    works: int
    share: float
    lift: float
    level: int


def cross(codes: FacetCodes, topics: NDArray[np.int64], n_topics: int) -> Crossing:
    """Count how often topics and values meet.

    Parameters
    ----------
    codes
        What each work states.
    topics
        Topic of each work, shape ``(n_works,)``: -1 for none, -2 for works that took no part.
    n_topics
        Number of topics.

    Returns
    -------
    Crossing
        Linear in what is stated, whatever the number of values.
    """
    n_values = max(len(codes.values), 1)
    of_code = topics[codes.rows]
    part = of_code >= -1
    # -1 is the last row.
    pairs = of_code[part] % (n_topics + 1) * n_values + codes.codes[part].astype(np.int64)
    found, counts = np.unique(pairs, return_counts=True)
    stating = topics[(codes.sizes > 0) & (topics >= -1)] % (n_topics + 1)
    return Crossing(
        values=np.bincount(found % n_values, weights=counts, minlength=len(codes.values)).astype(
            np.int64
        ),
        stated=np.bincount(stating, minlength=n_topics + 1),
        rows=found // n_values,
        columns=found % n_values,
        counts=counts,
    )


def cell(works: int, *, of_topic: int, of_value: int, of_all: int) -> Cell:
    """Judge how often a topic and a value meet.

    Parameters
    ----------
    works
        Works that have both.
    of_topic, of_value, of_all
        Works of the topic, works of the value, all works, among those that state the facet.

    Returns
    -------
    Cell
        The distance from chance is counted in standard deviations of the hypergeometric
        distribution (works drawn into the topic blindly), which is the adjusted residual of a
        table of two by two (S. J. Haberman, Biometrics 29, 1973).
    """
    if not of_topic or not of_all:
        return Cell(0, 0.0, 0.0, 0)
    expected = of_topic * of_value / of_all
    if not expected:
        return Cell(0, 0.0, 0.0, 0)
    # facets.js counts in the same way among the works that pass a filter.
    spread = expected * (1 - of_topic / of_all) * (1 - of_value / of_all)
    spread *= of_all / max(of_all - 1, 1)
    distance = (works - expected) / spread**0.5 if spread > 0 else 0.0
    lift = works / expected
    return Cell(works, works / of_topic, lift, level(works, lift, distance))


def level(works: int, lift: float, distance: float) -> int:
    """Return the step of colour of a cell.

    Parameters
    ----------
    works
        Works in it.
    lift
        How many times as often as in the collection.
    distance
        From what chance gives, in standard deviations.

    Returns
    -------
    int
        1, 2 or 3 for more often, for at least twice and for at least four times as often; negative
        for as much rarer; 0 within chance, and for one or two works, which may always be chance.
    """
    if abs(distance) < SURE or (distance > 0 and works < _FEWEST):
        return 0
    times = lift if distance > 0 else 1 / max(lift, 1e-9)
    step = 1 + sum(times >= bound for bound in _STEPS)
    return step if distance > 0 else -step


def telling(found: Crossing, most: int) -> NDArray[np.int64]:
    """Choose the values that differ most between topics.

    Parameters
    ----------
    found
        Topics and values.
    most
        How many to choose.

    Returns
    -------
    numpy.ndarray
        Values of at least five works (of any number if too few have so many) by their part of the
        table's chi-squared, the largest first, shape ``(at most most,)``.
    """
    expected = found.stated[found.rows] * found.values[found.columns] / max(found.n_stated, 1)
    parts = np.bincount(
        found.columns, weights=found.counts**2 / expected, minlength=len(found.values)
    )
    parts = np.where(
        found.values >= _FEWEST_TELLING, parts - found.values, -1.0 / (found.values + 1)
    )
    chosen = np.argsort(-parts, kind="stable")[:most]
    return chosen[found.values[chosen] > 0]


def strength(found: Crossing) -> float:
    """Measure how far a facet tells the topics apart.

    Parameters
    ----------
    found
        Topics and values.

    Returns
    -------
    float
        Cramér's V between topics and values without the part that chance gives it (W. Bergsma,
        Journal of the Korean Statistical Society 42, 2013), 0 to 1; a work that states several
        values counts once for each, works in no topic do not count.
    """
    inside = found.rows < len(found.stated) - 1
    rows, columns, counts = found.rows[inside], found.columns[inside], found.counts[inside]
    n = int(counts.sum())
    by_row, by_column = np.bincount(rows, counts), np.bincount(columns, counts)
    n_rows, n_columns = np.count_nonzero(by_row), np.count_nonzero(by_column)
    if n < 2 or min(n_rows, n_columns) < 2:
        return 0.0
    phi = float((counts**2 / (by_row[rows] * by_column[columns])).sum()) - 1
    phi = max(0.0, phi - (n_rows - 1) * (n_columns - 1) / (n - 1))
    least = min(size - (size - 1) ** 2 / (n - 1) for size in (n_rows, n_columns)) - 1
    return min(1.0, (phi / least) ** 0.5) if least > 0 else 0.0
