"""Several collections as one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_graph.collection import Collection, Problem
from knowledge_graph.errors import CollectionError, listed
from knowledge_graph.schema import table_of_works

if TYPE_CHECKING:
    import pyarrow as pa


def join_collections(collections: Sequence[Collection]) -> Collection:
    """Take the works of several sources for one collection.

    Parameters
    ----------
    collections : sequence of Collection
        One or more; their pictures stay where they are.

    Returns
    -------
    Collection
        Of all works, sorted by id. An id that an earlier source has is prefixed with the number of
        its own (``2:id``). The root is the folder that all sources are in.

    Raises
    ------
    CollectionError
        There is none to join, one is given twice, or no folder holds all of them (other drives).
    """
    if not collections:
        raise CollectionError("there is no collection to join; expected one or more. Name some.")
    if len(collections) == 1:
        return collections[0]
    import pyarrow as pa

    for one, other in combinations(collections, 2):
        if len(one) and one.root == other.root and one.arrow.equals(other.arrow):
            raise CollectionError(
                f"{other.source} has the same works and pictures as {one.source}; expected each "
                "source once. Leave one out."
            )
    root = _common_folder([collection.root for collection in collections])
    ids: list[str] = []
    taken: set[str] = set()
    images: list[pa.Array] = []
    problems: list[Problem] = []
    for number, collection in enumerate(collections, start=1):
        names = _names(collection.ids, number, taken)
        taken.update(names)
        ids += names
        images.append(_images_from(collection, root))
        renamed = dict(zip(collection.ids, names, strict=True))
        problems += [
            replace(problem, id=renamed.get(problem.id, problem.id))
            for problem in collection.problems
        ]
    whole = pa.concat_tables([collection.arrow for collection in collections])
    columns: dict[str, Any] = {name: whole[name] for name in whole.column_names}
    table = table_of_works({**columns, "id": ids, "images": pa.chunked_array(images)})
    read_as = collections[0].columns
    return Collection(
        ", ".join(collection.source for collection in collections),
        root,
        table,
        tuple(problems),
        read_as if all(one.columns == read_as for one in collections) else {},
    )


def _common_folder(roots: Sequence[Path]) -> Path:
    try:
        return Path(os.path.commonpath(roots))
    except ValueError as error:
        raise CollectionError(
            f"no folder holds all of {listed([str(root) for root in roots])}; expected sources on "
            "one drive. Copy them there."
        ) from error


def _names(ids: Sequence[str], number: int, taken: set[str]) -> list[str]:
    """Give the works of a source ids that no work has yet, nor another of the source."""
    own = set(ids)
    names = []
    for id_ in ids:
        name = id_
        while name in taken or (name != id_ and name in own):
            name = f"{number}:{name}"
        names.append(name)
    return names


def _images_from(collection: Collection, root: Path) -> pa.Array:
    """Give a collection's pictures by their paths from another root."""
    import pyarrow as pa
    import pyarrow.compute as pc

    images = collection.arrow["images"].combine_chunks()
    prefix = collection.root.relative_to(root).as_posix()
    if prefix == "." or not len(images):
        return images
    paths = pc.binary_join_element_wise(prefix, images.flatten(), "/")
    lengths = pc.list_value_length(images)
    ends = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths)])
    return pa.ListArray.from_arrays(ends, paths)
