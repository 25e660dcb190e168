"""Works and what is known about them, as a table that does not change."""

from __future__ import annotations

import operator
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from knowledge_graph.dates import CENTURIES, centuries_of
from knowledge_graph.errors import CollectionError, listed, nearest, printable
from knowledge_graph.facets import FACETS, require_facet
from knowledge_graph.schema import iri_column, table_of_works

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa

_ROWS_AT_A_TIME = 1000
_PLAIN_COLUMNS = ("id", "iri", "title", "description", "date", "year_from", "year_to",
                  "date_precision", "split", "images", "image_urls")  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """Something of a collection that could not be used, and why."""

    id: str
    """The work's id; ``""`` if it is about no one work."""
    file: str
    """The file or the reference to it, as the source writes it."""
    reason: str
    """What is wrong, in a few words that a person can act on."""

    def __post_init__(self) -> None:
        for name in ("id", "file", "reason"):
            text = getattr(self, name)
            if not text.isprintable():  # It may quote a source, and is printed.
                object.__setattr__(self, name, printable(text))


@dataclass(frozen=True)
class Artwork:
    """One catalogued object."""

    id: str
    title: str = ""
    description: str = ""
    date: str = ""
    """The date as the source writes it."""
    year_from: int | None = None
    """The first year it can be of; negative before the common era; None if open or not known."""
    year_to: int | None = None
    """The last year it can be of."""
    date_precision: str = ""
    """How ``date`` is to be taken (``knowledge_graph.dates``); ``""`` if it is not understood."""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """Facet (one of FACETS) to its values in their original spelling."""
    iris: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """Facet to the IRIs of its values, ``""`` where one has none; no key if none has."""
    images: tuple[str, ...] = ()
    """POSIX paths relative to the collection's root."""
    image_urls: tuple[str, ...] = ()
    """Addresses of pictures that are not in the collection's folder."""
    iri: str = ""
    """The work's own IRI in its source."""
    split: str = ""
    """The part of the source it belongs to: ``train``, ``val``, ``test``."""


@dataclass(frozen=True, eq=False, repr=False)
class Collection:
    """Works sorted by id, in one Arrow table, with their pictures by reference.

    ``open_collection`` makes one from files, ``Collection.from_artworks`` from objects.
    """

    source: str
    """Where it was opened from, as the user wrote it."""
    root: Path
    """The resolved folder that the pictures' paths are relative to."""
    arrow: pa.Table
    """The works, with the columns of ``collection_schema``, sorted by id, ids unique."""
    problems: tuple[Problem, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    """What was read as what: ``{"artist": "Painter", …}``; empty if there was no table."""

    @classmethod
    def from_artworks(
        cls,
        artworks: Iterable[Artwork],
        root: str | Path = ".",
        source: str = "",
        problems: Iterable[Problem] = (),
    ) -> Collection:
        """Make a collection of works that a program has at hand.

        Parameters
        ----------
        artworks : iterable of Artwork
            In any order.
        root : str or Path
            The folder that their ``images`` are relative to.
        source : str
            What to call where they come from; the root if empty.
        problems : iterable of Problem
            What could not be used.

        Returns
        -------
        Collection
            Of the works, sorted by id.

        Raises
        ------
        CollectionError
            Two works have one id, a facet is not one of FACETS, a facet's IRIs are not as many as
            its values, or an image leaves the root.
        """
        works = list(artworks)
        for work in works:
            for facet in (*work.facets, *work.iris):
                require_facet(facet, f"work {work.id!r}")
            for facet, iris in work.iris.items():
                if len(iris) != len(work.facets.get(facet, ())):
                    raise CollectionError(
                        f"work {work.id!r}: {len(iris)} IRIs for {len(work.facets.get(facet, ()))} "
                        f"values of {facet}; expected one for each, '' where there is none."
                    )
            for image in work.images:
                if PurePosixPath(image).is_absolute() or ".." in PurePosixPath(image).parts:
                    raise CollectionError(
                        f"work {work.id!r}: the image {image!r} leaves the folder; expected a "
                        "POSIX path relative to the collection's root."
                    )
        require_unique_ids([work.id for work in works], "from_artworks", "Give each its own id.")
        columns: dict[str, list[Any]] = {
            name: [getattr(work, name) for work in works] for name in _PLAIN_COLUMNS
        }
        for facet in FACETS:
            columns[facet] = [work.facets.get(facet, ()) for work in works]
            columns[iri_column(facet)] = [work.iris.get(facet, ()) for work in works]
        place = Path(root).resolve()
        return cls(source or str(root), place, table_of_works(columns), tuple(problems))

    @cached_property
    def table(self) -> datasets.Dataset:
        """The same table as a Hugging Face ``Dataset``, in memory, without a cache on disk.

        Returns
        -------
        datasets.Dataset
            The columns of ``collection_schema``; the Arrow memory is shared.
        """
        import datasets

        # A given fingerprint spares hashing the whole table for a cache that is never written.
        return datasets.Dataset(self.arrow, fingerprint=uuid.uuid4().hex[:16])

    def __len__(self) -> int:
        return int(self.arrow.num_rows)

    def __iter__(self) -> Iterator[Artwork]:
        for batch in self.arrow.to_batches(max_chunksize=_ROWS_AT_A_TIME):
            yield from map(_artwork, batch.to_pylist())

    def __getitem__(self, index: int) -> Artwork:
        return _artwork(self.arrow.slice(self._position(index), 1).to_pylist()[0])

    def __repr__(self) -> str:
        import pyarrow.compute as pc

        counts = {
            facet: pc.count_distinct(pc.list_flatten(self.arrow[facet])).as_py() for facet in FACETS
        }
        facts = ", ".join(f"{n:,} {facet}" for facet, n in counts.items() if n)
        return (
            f"<Collection {self.source!r}: {len(self):,} works, {self.n_pictures:,} pictures; "
            f"{facts or 'no facts'}; {len(self.problems):,} problems>"
        )

    @cached_property
    def ids(self) -> list[str]:
        """The works' ids, ascending.

        Returns
        -------
        list of str, length n_works
            Each once.
        """
        return self.column("id")

    @property
    def titles(self) -> list[str]:
        """The works' titles.

        Returns
        -------
        list of str, length n_works
            An empty text where there is none.
        """
        return self.column("title")

    @cached_property
    def n_pictures(self) -> int:
        """How many pictures the works have together.

        Returns
        -------
        int
            One that two works show counts twice.
        """
        import pyarrow.compute as pc

        return int(pc.sum(pc.list_value_length(self.arrow["images"])).as_py() or 0)

    def column(self, name: str) -> list[Any]:
        """Give one column as a list.

        Parameters
        ----------
        name : str
            A column of ``collection_schema``.

        Returns
        -------
        list of length n_works
            Of str, of int or None (``year_from``, ``year_to``), or of list of str (``images``,
            ``image_urls``, the facets and their IRIs).

        Raises
        ------
        ValueError
            There is no such column.
        """
        if name not in self.arrow.column_names:
            legal = self.arrow.column_names
            raise ValueError(
                f"there is no column {name!r}; a collection has {', '.join(legal)}."
                f"{nearest(name, legal)}"
            )
        return list(self.arrow[name].to_pylist())

    def facet(self, name: str) -> list[list[str]]:
        """Give the values of one facet.

        Parameters
        ----------
        name : str
            One of FACETS, or of CENTURIES, which are derived from the dates.

        Returns
        -------
        list of list of str, length n_works
            Original spelling; empty lists where nothing is known.

        Raises
        ------
        ValueError
            There is no such facet.
        """
        if name in CENTURIES:
            spans = zip(self.column("year_from"), self.column("year_to"), strict=True)
            return [centuries_of(first, last, CENTURIES[name]) for first, last in spans]
        if name not in FACETS:
            legal = (*FACETS, *CENTURIES)
            scalar = f" ({name!r} is a column: use column({name!r}))" if name == "date" else ""
            raise ValueError(
                f"there is no facet {name!r}; the facets are {', '.join(legal)}{scalar}."
                f"{nearest(name, legal)}"
            )
        return self.column(name)

    def image_paths(self, index: int) -> list[Path]:
        """Say where the pictures of one work are, checked anew to be inside the root.

        Parameters
        ----------
        index : int
            The work's row.

        Returns
        -------
        list of Path
            Absolute, symbolic links followed. Whether the file can be read is not known yet.

        Raises
        ------
        CollectionError
            A picture has come to lie outside the root, by a link for example.
        IndexError
            There is no such row.
        """
        position = self._position(index)
        paths = []
        for image in self.arrow["images"][position].as_py():
            path = (self.root / image).resolve()
            if not path.is_relative_to(self.root):
                raise CollectionError(
                    f"{self.root / image} leads to {path}, outside the collection's folder; "
                    "expected a picture in it. Copy the picture there instead of linking it."
                )
            paths.append(path)
        return paths

    def select(self, indices: Iterable[int]) -> Collection:
        """Take some of the works.

        Parameters
        ----------
        indices : iterable of int
            Rows, each at most once, in any order: a collection is always sorted by id.

        Returns
        -------
        Collection
            Of these works and the problems that are about them.

        Raises
        ------
        IndexError
            There is no such row.
        ValueError
            A row is asked for twice.
        """
        rows = sorted(self._position(index) for index in indices)
        if len(set(rows)) != len(rows):
            raise ValueError("select: indices name a row twice; expected each row at most once.")
        import pyarrow as pa

        table = self.arrow.take(pa.array(rows, pa.int64()))
        kept = set(table["id"].to_pylist())
        problems = tuple(problem for problem in self.problems if problem.id in kept)
        return Collection(self.source, self.root, table, problems, self.columns)

    def _position(self, index: int) -> int:
        """Turn ``index`` into a row number from 0; negative ones count from the end."""
        try:
            row = operator.index(index)
        except TypeError:
            raise TypeError(
                f"a row is an integer, got {index!r}; select() takes several rows"
            ) from None
        if not -len(self) <= row < len(self):
            raise IndexError(f"there is no row {row}; the collection has {len(self):,} works")
        return row % len(self)


def require_unique_ids(ids: Sequence[str], where: str, remedy: str) -> None:
    """Raise CollectionError if ids repeat, and name some that do.

    Parameters
    ----------
    ids : sequence of str
        The works' ids.
    where : str
        What the works' source is called in the error.
    remedy : str
        A sentence that says how to mend it.

    Raises
    ------
    CollectionError
        An id is there more than once.
    """
    if len(set(ids)) == len(ids):
        return
    counts: dict[str, int] = {}
    for work_id in ids:
        counts[work_id] = counts.get(work_id, 0) + 1
    repeated = [work_id for work_id, n in counts.items() if n > 1]
    told = "1 id belongs" if len(repeated) == 1 else f"{len(repeated):,} ids belong"
    raise CollectionError(
        f"{where}: {told} to more than one work ({listed(repeated)}); "
        f"expected each work to have an id of its own. {remedy}"
    )


def _artwork(row: dict[str, Any]) -> Artwork:
    """Make an Artwork of a row of the table; facets without a value are left out."""
    plain = {name: row[name] for name in _PLAIN_COLUMNS}
    for name in ("images", "image_urls"):
        plain[name] = tuple(plain[name])
    facets = {facet: tuple(row[facet]) for facet in FACETS if row[facet]}
    iris = {facet: tuple(row[iri_column(facet)]) for facet in FACETS if row[iri_column(facet)]}
    return Artwork(facets=facets, iris=iris, **plain)
