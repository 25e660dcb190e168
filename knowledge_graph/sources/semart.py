"""SemArt: 21,384 paintings with the comments of the Web Gallery of Art, in three splits.

Garcia and Vogiatzis, "How to Read Paintings: Semantic Art Understanding with Multi-Modal
Retrieval", 2018.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph.collection import Problem
from knowledge_graph.errors import CollectionError, listed, nearest
from knowledge_graph.picture_names import without_suffix
from knowledge_graph.sources.cataloguing import entries
from knowledge_graph.sources.facts import WorkFacts
from knowledge_graph.sources.reading import read_table
from knowledge_graph.sources.rows import edges_of_lists

if TYPE_CHECKING:
    import pyarrow as pa

_SPLITS = ("train", "val", "test")
_FACETS = {
    "artist": "AUTHOR",
    "style": "SCHOOL",
    "genre": "TYPE",
    "medium": "TECHNIQUE",
    "period": "TIMEFRAME",
}
_COLUMNS = ("IMAGE_FILE", "DESCRIPTION", "TITLE", "DATE", *_FACETS.values())
_DIMENSIONS = re.compile(
    r"(?:^|\s*[,;(])\s*(?:[A-Za-z. ]*\s)?\d+(?:[.,]\d+)?\s*(?:[x×]\s*\d|(?:cm|mm|m|in|ft)\b).*",
    re.DOTALL,
)


def is_semart(root: Path) -> bool:
    """Say whether a folder is SemArt's, by the names of its splits.

    Parameters
    ----------
    root : Path
        The folder, or the one that holds ``SemArt/``.

    Returns
    -------
    bool
        One of ``semart_train.csv``, ``semart_val.csv`` and ``semart_test.csv`` is there.
    """
    return bool(_splits_in(semart_folder(root)))


def semart_folder(root: Path) -> Path:
    """Give the folder that SemArt's splits and its ``Images/`` lie in.

    Parameters
    ----------
    root : Path
        The folder, or the one that holds ``SemArt/``.

    Returns
    -------
    Path
        ``root`` or ``SemArt/`` in it.
    """
    if _splits_in(root):
        return root
    inner = (entry for entry in entries(root) if entry.name.casefold() == "semart")
    return next((entry for entry in inner if not entry.is_symlink() and _splits_in(entry)), root)


def works_of_semart(root: Path) -> WorkFacts:
    """Read SemArt's paintings.

    TYPE is read as the genre and TIMEFRAME as the period. SCHOOL is read as the style: a national
    school is the nearest thing to a style that SemArt states. Of TECHNIQUE the dimensions after it
    ("Oil on canvas, 73 x 92 cm") are no medium and are left out.

    Parameters
    ----------
    root : Path
        The folder.

    Returns
    -------
    WorkFacts
        A painting's id is its picture's name without the suffix; its split is train, val or test.

    Raises
    ------
    CollectionError
        A split is not there or not a table, or lacks one of the nine columns.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    folder = semart_folder(root)
    files = _splits_in(folder)
    if missing := [f"semart_{split}.csv" for split in _SPLITS if split not in files]:
        raise CollectionError(
            f"{folder}: SemArt without {listed(missing)}; expected its three splits, "
            "semart_train.csv, semart_val.csv and semart_test.csv. Copy what is missing from "
            "SemArt.zip, or open one split as a table: its path with --format table."
        )
    tables: list[pa.Table] = []
    splits: list[str] = []
    problems: list[Problem] = []
    for split, path in files.items():
        read = read_table(path)
        tables.append(_nine_columns(path, read.table))
        splits += [split] * read.table.num_rows
        problems += read.problems
    table = pa.concat_tables(tables).combine_chunks()
    pictures = [name.strip() for name in table["IMAGE_FILE"].to_pylist()]
    values = {facet: table[column].to_pylist() for facet, column in _FACETS.items()}
    values["medium"] = [without_dimensions(technique) for technique in values["medium"]]
    offsets = pa.array(range(table.num_rows + 1), pa.int32())
    lists = {
        facet: pa.ListArray.from_arrays(offsets, pc.utf8_trim_whitespace(pa.array(texts)))
        for facet, texts in values.items()
    }
    labels, edges = edges_of_lists(lists)
    return WorkFacts(
        ids=[without_suffix(name) for name in pictures],
        titles=table["TITLE"].to_pylist(),
        descriptions=table["DESCRIPTION"].to_pylist(),
        dates=table["DATE"].to_pylist(),
        splits=splits,
        pictures=[[name] if name else [] for name in pictures],
        labels=labels,
        facets=edges,
        problems=problems,
    )


def without_dimensions(technique: str) -> str:
    """Cut a painting's dimensions off its technique.

    Parameters
    ----------
    technique : str
        As SemArt has it.

    Returns
    -------
    str
        What it is painted with and on.

    Examples
    --------
    >>> without_dimensions("Oil on canvas, 100,5 x 75 cm")
    'Oil on canvas'
    """
    return _DIMENSIONS.sub("", technique)


def _splits_in(folder: Path) -> dict[str, Path]:
    """Find the splits, in their order; names may be in any case."""
    names = {f"semart_{split}.csv": split for split in _SPLITS}
    found = {names[e.name.casefold()]: e for e in entries(folder) if e.name.casefold() in names}
    return {split: found[split] for split in _SPLITS if split in found}


def _nine_columns(path: Path, table: pa.Table) -> pa.Table:
    """Take SemArt's columns, whatever the case of their names and their order."""
    by_name = {name.strip().upper(): name for name in reversed(table.column_names)}
    missing = [column for column in _COLUMNS if column not in by_name]
    if missing:
        raise CollectionError(
            f"{path}: found the columns {listed(table.column_names, 10)}, expected SemArt's nine; "
            f"{listed(missing, 9)} is missing. Take the file from SemArt.zip as it is."
            f"{nearest(missing[0], table.column_names)}"
        )
    return table.select([by_name[column] for column in _COLUMNS]).rename_columns(list(_COLUMNS))
