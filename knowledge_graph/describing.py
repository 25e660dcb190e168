"""What a collection holds, counted: for a first look before anything is fitted."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from knowledge_graph.errors import printable
from knowledge_graph.facets import FACETS
from knowledge_graph.schema import iri_column

if TYPE_CHECKING:
    import pyarrow as pa

    from knowledge_graph.collection import Collection

Counted = tuple[tuple[str, int], ...]
"""Texts and how many works have each, the most frequent first."""

UNDATED: frozenset[str] = frozenset({
    "date not known", "date unknown", "unknown date", "not known", "no date", "not dated",
    "undated", "n.d.", "n. d.", "nd", "s.d.", "s. d.", "sd", "o.d.", "o. d.", "o.j.", "o. j.",
    "ohne datum", "ohne jahr", "undatiert", "sans date", "non daté", "date inconnue", "senza data",
    "non datato", "sin fecha", "sem data", "zonder datum", "ongedateerd",
})  # fmt: skip
"""Texts (case-folded) that stand where a date would and say that it is not known."""

_MOST_VALUES = 5
_MOST_EXAMPLES = 3


@dataclass(frozen=True)
class FacetSummary:
    """What is known of one facet."""

    facet: str
    n_values: int
    """Distinct values, in their original spelling."""
    n_works: int
    """Works that state the facet."""
    n_iris: int
    """Distinct IRIs of its values."""
    most: Counted
    """The most frequent values."""


@dataclass(frozen=True)
class DateSummary:
    """How the dates are understood."""

    n_dated: int
    """Works whose date says something; not those that say that it is not known."""
    n_said_unknown: int
    """Works whose date says that it is not known (UNDATED)."""
    n_understood: int
    """Those of them whose date is a span of years."""
    first: int | None
    last: int | None
    """The earliest and the latest year."""
    centuries: Counted
    """In the order of time."""
    not_understood: Counted
    """Every text that is not understood."""


@dataclass(frozen=True)
class ProblemSummary:
    """Problems that have one reason."""

    reason: str
    n: int
    examples: tuple[str, ...]
    """Ids or places of the first ones."""


@dataclass(frozen=True)
class CollectionSummary:
    """A collection in numbers."""

    source: str
    works: int
    with_picture: int
    pictures: int
    with_address: int
    """Works without a picture here of which the source knows an address."""
    facets: tuple[FacetSummary, ...]
    """Those that any work states."""
    dates: DateSummary
    splits: Counted
    problems: tuple[ProblemSummary, ...]
    """By reason, the most frequent first."""

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as JSON-ready values.

        Returns
        -------
        dict
            With the names of the fields.
        """
        return asdict(self)


def describe(collection: Collection) -> CollectionSummary:
    """Count what a collection holds.

    Parameters
    ----------
    collection : Collection
        The works.

    Returns
    -------
    CollectionSummary
        The numbers.
    """
    import pyarrow.compute as pc

    table = collection.arrow
    has_picture = pc.greater(pc.list_value_length(table["images"]), 0)
    has_address = pc.greater(pc.list_value_length(table["image_urls"]), 0)
    splits = Counter(collection.column("split"))
    splits.pop("", None)
    return CollectionSummary(
        source=printable(collection.source),
        works=len(collection),
        with_picture=pc.sum(has_picture).as_py() or 0,
        pictures=collection.n_pictures,
        with_address=pc.sum(pc.and_(has_address, pc.invert(has_picture))).as_py() or 0,
        facets=tuple(summary for facet in FACETS if (summary := _facet(table, facet)).n_works),
        dates=_dates(collection),
        splits=_counted(splits),
        problems=_problems(collection),
    )


def _facet(table: pa.Table, facet: str) -> FacetSummary:
    import pyarrow.compute as pc

    values = pc.list_flatten(table[facet])
    iris = pc.unique(pc.list_flatten(table[iri_column(facet)]))
    counts = Counter({row["values"]: row["counts"] for row in values.value_counts().to_pylist()})
    return FacetSummary(
        facet=facet,
        n_values=len(counts),
        n_works=pc.sum(pc.greater(pc.list_value_length(table[facet]), 0)).as_py() or 0,
        n_iris=len(iris) - pc.any(pc.equal(iris, "")).as_py() if len(iris) else 0,
        most=_counted(counts)[:_MOST_VALUES],
    )


def _dates(collection: Collection) -> DateSummary:
    import pyarrow as pa
    import pyarrow.compute as pc

    table = collection.arrow
    unknown = pc.is_in(pc.utf8_lower(table["date"]), pa.array(sorted(UNDATED)))
    dated = pc.and_(pc.not_equal(table["date"], ""), pc.invert(unknown))
    understood = pc.not_equal(table["date_precision"], "")
    unclear = pc.and_(dated, pc.invert(understood))
    years = pa.chunked_array([*table["year_from"].chunks, *table["year_to"].chunks], pa.int32())
    extremes = pc.min_max(years).as_py()
    return DateSummary(
        n_dated=pc.sum(dated).as_py() or 0,
        n_said_unknown=pc.sum(unknown).as_py() or 0,
        n_understood=pc.sum(understood).as_py() or 0,
        first=extremes["min"],
        last=extremes["max"],
        centuries=_centuries(collection),
        not_understood=_counted(Counter(table["date"].filter(unclear).to_pylist())),
    )


def _centuries(collection: Collection) -> Counted:
    """Count the works of each century, in the order of time."""
    counts: Counter[str] = Counter()
    first_year: dict[str, int] = {}
    years = collection.column("year_from")
    for year, names in zip(years, collection.facet("century"), strict=True):
        counts.update(names)
        for place, name in enumerate(names):
            first_year[name] = min(first_year.get(name, year + place), year + place)
    return tuple((name, counts[name]) for name in sorted(counts, key=lambda n: first_year[n]))


def _problems(collection: Collection) -> tuple[ProblemSummary, ...]:
    counts: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    for problem in collection.problems:
        counts[problem.reason] += 1
        shown = examples.setdefault(problem.reason, [])
        if len(shown) < _MOST_EXAMPLES:
            shown.append(problem.file or problem.id)
    return tuple(
        ProblemSummary(reason, n, tuple(examples[reason])) for reason, n in _counted(counts)
    )


def _counted(counts: Counter[str]) -> Counted:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
