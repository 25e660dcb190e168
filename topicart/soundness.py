"""Is what a run's files hold what a run holds? Damage is told where it is read, not far from it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sized
from typing import TYPE_CHECKING, Any

from topicart.topics import OUTLIER, Topic

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["sound_arrays", "sound_topics", "sound_works", "unlike"]


def sound_works(table: pa.Table) -> pa.Table:
    """Return a table of works if it has the columns of one.

    Parameters
    ----------
    table
        What ``works.parquet`` holds.

    Returns
    -------
    pyarrow.Table
        The same.

    Raises
    ------
    ValueError
        If a column is missing, of another kind, or a text or list of it is; or if it is told of
        works without a vector, or not of all others, whether topics were sought in them.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from knowledge_graph import collection_schema

    kinds = {field.name: field.type.equals for field in collection_schema()}
    kinds |= {"topic": pa.types.is_integer, "rank": pa.types.is_integer}
    kinds |= dict.fromkeys(("probability", "x", "y"), pa.types.is_floating)
    if sampled := "fitted" in table.column_names:
        kinds["fitted"] = pa.types.is_boolean
    for name, is_kind in kinds.items():
        if name not in table.column_names:
            raise ValueError(f"there is no column {name!r}")
        if not is_kind(found := table.schema.field(name).type):
            raise ValueError(f"the column {name!r} is of the kind {found}")
        if table[name].null_count and (pa.types.is_string(found) or pa.types.is_list(found)):
            raise ValueError(f"the column {name!r} has no value for some works")
    if sampled and not pc.is_valid(table["fitted"]).equals(pc.is_valid(table["topic"])):
        raise ValueError("the column 'fitted' is not of the works that have a topic")
    return table


def sound_topics(values: Mapping[str, Any]) -> tuple[tuple[Topic, ...], tuple[Topic, ...]]:
    """Return the topics and the groups of a run.

    Parameters
    ----------
    values
        What ``topics.json`` holds.

    Returns
    -------
    tuple
        Topics, and groups; format 2.0 knew no groups.

    Raises
    ------
    ValueError
        If they are none, are not numbered on, or one is not in a group of a higher level.
    """
    # What is read must be fit to be written: no infinite numbers, no halves of letters.
    json.dumps(values, ensure_ascii=False, allow_nan=False).encode()
    topics, groups = (
        tuple(Topic.from_dict(topic) for topic in own)
        for own in (values["topics"], values.get("groups", ()))
    )
    both = (*topics, *groups)
    for number, topic in enumerate(both):
        if topic.id != number:
            raise ValueError(f"topic {number} has the id {topic.id}")
        above = topic.broader
        if above is not None and not (
            len(topics) <= above < len(both) and both[above].level > topic.level
        ):
            raise ValueError(f"topic {number} is in {above}, which is no group of a higher level")
    return topics, groups


def sound_arrays(
    arrays: Mapping[str, NDArray[np.float32]], dim: int
) -> Mapping[str, NDArray[np.float32]]:
    """Return centroids and thresholds if they can be such.

    Parameters
    ----------
    arrays
        What ``model.safetensors`` holds.
    dim
        Of the run's vectors.

    Returns
    -------
    mapping
        The same.

    Raises
    ------
    ValueError
        If one is missing, of another shape, or holds what is no number.
    """
    import numpy as np

    centroids, thresholds = arrays["centroids"], arrays["thresholds"]
    shapes = (centroids.shape, thresholds.shape)
    if centroids.ndim != 2 or shapes != ((len(centroids), dim), (len(centroids),)):
        raise ValueError(f"centroids and thresholds have the shapes {shapes}, the vectors {dim}")
    if not (np.isfinite(centroids).all() and not np.isnan(thresholds).any()):
        raise ValueError("there are numbers in it that are none")
    return arrays


def unlike(works: pa.Table, topics: Sized) -> bool:
    """Tell whether works and topics are those of two runs.

    Parameters
    ----------
    works
        The table of works.
    topics
        What there is one of for each topic.

    Returns
    -------
    bool
        Whether a topic has no works, a work is in no such topic, or has no place in it.
    """
    import numpy as np

    table = works.select(["topic", "rank"]).drop_null()
    placed = table["topic"].to_numpy()
    if len(table) != len(works) - works["topic"].null_count:
        return True
    inside = np.unique(placed[placed != OUTLIER])
    return not np.array_equal(inside, np.arange(len(topics)))
