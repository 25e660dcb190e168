"""From facts as graphs state them, works and the nodes they lead to, to a collection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_graph.collection import Collection, Problem
from knowledge_graph.dates import date_columns
from knowledge_graph.errors import CollectionError
from knowledge_graph.schema import iri_column, table_of_works
from knowledge_graph.sources.listing import Listing, PictureIndex
from knowledge_graph.sources.pictures import (
    Pictures,
    find_pictures,
    is_address,
    missing_pictures,
)
from knowledge_graph.values import clean_date, clean_line, clean_text

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray


@dataclass
class Edges:
    """Which work has which node as a value of one facet: two aligned columns, in any order."""

    works: Sequence[int] | NDArray[np.integer[Any]]
    """Rows of works."""
    nodes: Sequence[int] | NDArray[np.integer[Any]]
    """Indices into ``WorkFacts.labels``."""


@dataclass
class WorkFacts:
    """Works and their facts as a source states them, not cleaned, in any order.

    Columns that a source has not are left empty; the others have one value for each work.
    """

    ids: Sequence[str]
    iris: Sequence[str] = ()
    titles: Sequence[str] = ()
    descriptions: Sequence[str] = ()
    dates: Sequence[str] = ()
    splits: Sequence[str] = ()
    pictures: Sequence[Sequence[str]] = ()
    """For each work the names of its pictures: files or addresses."""
    labels: Sequence[str] = ()
    """What the nodes that facts lead to are called, in their original spelling."""
    node_iris: Sequence[str] = ()
    """The nodes' IRIs, ``""`` for none; empty if no node has one."""
    facets: dict[str, Edges] = field(default_factory=dict)
    """Facet to its edges. In a row, values come in the order in which edges state them."""
    problems: list[Problem] = field(default_factory=list)


def collection_of_facts(
    facts: WorkFacts,
    source: str,
    root: Path,
    index: PictureIndex,
    listing: Listing,
) -> Collection:
    """Make a collection of facts, and find its pictures.

    Of several works with one id the first is kept and the others are reported. Where a work names
    no picture, one that is called like its id is taken.

    Parameters
    ----------
    facts : WorkFacts
        The works.
    source : str
        What the user opened.
    root : Path
        The resolved folder that holds the pictures.
    index : PictureIndex
        Finds them.
    listing : Listing
        They; where there are none, pictures are not missed.

    Returns
    -------
    Collection
        Sorted by id.

    Raises
    ------
    CollectionError
        There is not one work.
    """
    if not len(facts.ids):
        raise CollectionError(
            f"{source}: there is not one work in it; expected works with their facts. If its works "
            "are described in another vocabulary, say how with --mapping QUERY.rq."
        )
    # Not clean_line: a work may be called "unknown".
    ids = [" ".join(clean_text(text).split()) for text in facts.ids]
    kept, problems = _first_of_each_id(ids, facts.iris)
    if not kept:
        raise CollectionError(
            f"{source}: none of its {len(ids):,} works has a name or an id; expected one for each. "
            "Give them ids in the source."
        )
    kept.sort(key=ids.__getitem__)
    named = facts.pictures or [()] * len(ids)
    wanted = [named[row] or ([] if is_address(ids[row]) else [ids[row]]) for row in kept]
    pictures = find_pictures(wanted, index) if listing.files else _addresses(wanted)
    columns: dict[str, Any] = {
        "id": _text_array([ids[row] for row in kept]),
        "images": _list_array(pictures.found),
        "image_urls": _list_array(pictures.urls),
    }
    if facts.dates:
        columns |= _date_arrays([facts.dates[row] for row in kept])
    texts: dict[str, tuple[Sequence[str], Callable[[str], str]]] = {
        "iri": (facts.iris, str),
        "title": (facts.titles, clean_line),
        "description": (facts.descriptions, clean_text),
        "split": (facts.splits, clean_line),
    }
    for name, (values, clean) in texts.items():
        if values:
            columns[name] = _text_array([clean(values[row]) for row in kept])
    for facet, edges in facts.facets.items():
        values, iris = _facet_columns(edges, facts, kept)
        columns[facet] = values
        if iris is not None:
            columns[iri_column(facet)] = iris
    if listing.files:
        for row, missing in zip(kept, pictures.missing, strict=True):
            if not named[row]:
                missing.clear()
        kept_ids = [ids[row] for row in kept]
        problems += [
            *listing.problems,
            *missing_pictures(kept_ids, pictures, listing, Path(source).name),
        ]
    return Collection(source, root, table_of_works(columns), (*facts.problems, *problems))


def _first_of_each_id(ids: list[str], iris: Sequence[str]) -> tuple[list[int], list[Problem]]:
    """Give the rows that are kept, and the others as problems."""
    row_of: dict[str, int] = {}
    problems = []
    for row, work_id in enumerate(ids):
        if not work_id:
            reason = "a work without a name or an id: left out"
        elif row_of.setdefault(work_id, row) != row:
            reason = "the id of another work too: only the first of them is kept"
        else:
            continue
        problems.append(Problem(work_id, iris[row] if iris else "", reason))
    return list(row_of.values()), problems


def _facet_columns(
    edges: Edges, facts: WorkFacts, kept: list[int]
) -> tuple[pa.Array, pa.Array | None]:
    """Give one facet's values, and their IRIs if there are any, for the works that are kept.

    Nodes whose cleaned labels are the same are one value in a row; its IRI is the first one's.
    """
    import numpy as np

    works = np.asarray(edges.works, dtype=np.int64)
    nodes = np.asarray(edges.nodes, dtype=np.int64)
    used, nodes = np.unique(nodes, return_inverse=True)
    labels = [clean_line(facts.labels[node]) for node in used.tolist()]
    number_of = {label: number for number, label in enumerate(dict.fromkeys(labels))}
    numbers = np.array([number_of[label] for label in labels], dtype=np.int64)
    new_row = np.full(len(facts.ids), -1, dtype=np.int64)
    new_row[kept] = np.arange(len(kept))
    keep = new_row[works] >= 0
    if "" in number_of:
        keep &= numbers[nodes] != number_of[""]
    works, nodes = new_row[works[keep]], nodes[keep]
    _, first = np.unique(works * max(len(number_of), 1) + numbers[nodes], return_index=True)
    first = np.sort(first)
    first = first[np.argsort(works[first], kind="stable")]
    works, nodes = works[first], nodes[first]
    offsets = np.searchsorted(works, np.arange(len(kept) + 1)).astype(np.int32)
    values = _lists(offsets, nodes, labels)
    if not facts.node_iris:
        return values, None
    iris = [facts.node_iris[node] for node in used.tolist()]
    has_iri = np.array([bool(iri) for iri in iris], dtype=np.bool_)[nodes]
    # A row in which no value has an IRI has none at all, as the schema says.
    any_iri = np.zeros(len(kept), dtype=np.bool_)
    any_iri[works[has_iri]] = True
    with_iri = any_iri[works]
    iri_offsets = np.searchsorted(works[with_iri], np.arange(len(kept) + 1)).astype(np.int32)
    return values, _lists(iri_offsets, nodes[with_iri], iris)


def _addresses(names: Sequence[Sequence[str]]) -> Pictures:
    """Give what ``find_pictures`` gives where there are none, in a fraction of the time."""
    nothing: list[str] = []
    urls = [
        [name for name in dict.fromkeys(of_work) if is_address(name)]
        if "://" in "".join(of_work)
        else nothing
        for of_work in names
    ]
    return Pictures([nothing] * len(names), urls, [])


def _date_arrays(dates: list[str]) -> dict[str, pa.Array]:
    """Understand dates; each that recurs is cleaned once."""
    cleaned = {text: clean_date(text) for text in set(dates)}
    columns = date_columns([cleaned[text] for text in dates])
    return {
        name: _year_array(values) if name.startswith("year") else _text_array(values)
        for name, values in columns.items()
    }


# pa.array and pa.table load pandas as soon as they are given a list: longer than all else takes.


def _text_array(texts: Sequence[str]) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    encoded = [text.encode("utf-8", "replace") for text in texts]
    offsets = np.zeros(len(texts) + 1, dtype=np.int32)
    np.cumsum([len(text) for text in encoded], out=offsets[1:])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(texts), buffers)


def _list_array(lists: Sequence[Sequence[str]]) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    offsets = np.zeros(len(lists) + 1, dtype=np.int32)
    np.cumsum([len(texts) for texts in lists], out=offsets[1:])
    values = _text_array([text for texts in lists for text in texts])
    return pa.ListArray.from_arrays(_int_array(offsets), values)


def _year_array(years: Sequence[int | None]) -> pa.Array:
    import numpy as np
    import pyarrow as pa

    is_known = np.array([year is not None for year in years], dtype=np.bool_)
    known = np.packbits(is_known, bitorder="little")
    values = np.array([year or 0 for year in years], dtype=np.int32)
    buffers = [pa.py_buffer(known), pa.py_buffer(values)]
    return pa.Array.from_buffers(pa.int32(), len(years), buffers)


def _int_array(numbers: NDArray[np.int32]) -> pa.Array:
    import pyarrow as pa

    return pa.Array.from_buffers(pa.int32(), len(numbers), [None, pa.py_buffer(numbers)])


def _lists(offsets: NDArray[np.int32], nodes: NDArray[np.int64], texts: list[str]) -> pa.Array:
    """Give for each work the texts of its nodes."""
    import numpy as np
    import pyarrow as pa

    values = _text_array(texts).take(_int_array(nodes.astype(np.int32)))
    return pa.ListArray.from_arrays(_int_array(offsets), values)
