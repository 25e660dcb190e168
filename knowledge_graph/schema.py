"""The columns that every collection has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from knowledge_graph.facets import FACETS

if TYPE_CHECKING:
    import pyarrow as pa


def iri_column(facet: str) -> str:
    """Name the column that holds the IRIs of a facet's values.

    Parameters
    ----------
    facet : str
        One of FACETS.

    Returns
    -------
    str
        Such as ``artist_iri``.
    """
    return f"{facet}_iri"


def collection_schema() -> pa.Schema:
    """Give the columns of every collection.

    Returns
    -------
    pyarrow.Schema
        ``id``, ``iri``, ``title``, ``description``, ``date``, ``date_precision``, ``split``
        (string, ``""`` for nothing), ``year_from``, ``year_to`` (int32, nullable), ``images``,
        ``image_urls``, one column per facet and one with the IRIs of its values (list of string).
        In a row, ``<facet>_iri`` is empty or as long as the facet's own list, ``""`` where a value
        has no IRI.
    """
    import pyarrow as pa

    text, texts, year = pa.string(), pa.list_(pa.string()), pa.int32()
    columns = [(name, text) for name in ("id", "iri", "title", "description", "date")]
    columns += [("year_from", year), ("year_to", year), ("date_precision", text), ("split", text)]
    columns += [("images", texts), ("image_urls", texts)]
    columns += [(facet, texts) for facet in FACETS]
    columns += [(iri_column(facet), texts) for facet in FACETS]
    return pa.schema(columns)


def table_of_works(columns: Mapping[str, Any]) -> pa.Table:
    """Make a collection's table of columns.

    Parameters
    ----------
    columns : mapping of str to sequence or pyarrow.Array, each of length n_works
        ``id``, and any other column of ``collection_schema``; the others are filled with nothing.

    Returns
    -------
    pyarrow.Table
        As ``collection_schema`` has it, the rows in the order of their ids.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as pt

    n_works = len(columns["id"])
    arrays = []
    for part in collection_schema():
        if part.name in columns:
            arrays.append(columns[part.name])
        elif pt.is_list(part.type):
            empty = pa.repeat(pa.scalar(0, pa.int32()), n_works + 1)
            arrays.append(pa.ListArray.from_arrays(empty, pa.nulls(0, pa.string())))
        else:
            nothing = pa.scalar("" if pt.is_string(part.type) else None, part.type)
            arrays.append(pa.repeat(nothing, n_works))
    table = pa.table(arrays, schema=collection_schema()).combine_chunks()
    ids = table["id"]
    if n_works < 2 or pc.all(pc.less(ids.slice(0, n_works - 1), ids.slice(1))).as_py():
        return table  # Large ones come in order, and another copy would take as much memory again.
    return table.take(pc.sort_indices(ids)).combine_chunks()
