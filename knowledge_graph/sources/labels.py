"""Class labels of Hugging Face datasets: numbers in the cells, names beside the table."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_NOTHING = re.compile(
    r"unknown[\s_-]*(?:artist|painter|author|maker|style|genre|title|class|label)s?", re.IGNORECASE
)


def by_name(cells: Sequence[Any], names: Sequence[str]) -> list[Any]:
    """Give class labels by their names.

    Parameters
    ----------
    cells : sequence of int, or of list of int
        The labels; what is no label is nothing.
    names : sequence of str
        Their names.

    Returns
    -------
    list of str, or of list of str
        A name such as "Unknown Artist" is nothing: ``""``.
    """
    known = ["" if _NOTHING.fullmatch(name.strip()) else name for name in names]

    def _named(cell: Any) -> Any:
        if isinstance(cell, list):
            return [_named(label) for label in cell]
        return known[cell] if isinstance(cell, int) and 0 <= cell < len(known) else ""

    return [_named(cell) for cell in cells]


def names_of_labels(metadata: Mapping[bytes, bytes] | None) -> dict[str, list[str]]:
    """Find the names of class labels in what a dataset's parquet file says about its columns.

    Parameters
    ----------
    metadata : mapping of bytes to bytes, optional
        The metadata of the file's Arrow schema.

    Returns
    -------
    dict of str to list of str
        Column to the names of its labels, for columns of class labels and of lists of them.
    """
    try:
        stated = json.loads((metadata or {}).get(b"huggingface", b"{}"))
        features = stated["info"]["features"]
        found = {}
        for column, feature in features.items():
            label = feature if "names" in feature else feature.get("feature", {})
            if label.get("_type") == "ClassLabel":
                found[column] = [str(name) for name in label["names"]]
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return {}  # A note for another program: what it does not say in its words says nothing.
    return found
