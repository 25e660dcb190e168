"""Which kind of source it is that somebody wants opened."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from knowledge_graph.collection import Collection, Problem
from knowledge_graph.errors import CollectionError, listed, nearest
from knowledge_graph.facets import recognise_columns
from knowledge_graph.sources.catalogue import works_of_table
from knowledge_graph.sources.folder import folder_facets, works_of_pictures
from knowledge_graph.sources.listing import (
    PICTURE_SUFFIXES,
    RUN_FILES,
    Listing,
    is_picture,
    list_pictures,
)
from knowledge_graph.sources.reading import TABLE_SUFFIXES, read_table

_METADATA = frozenset(f"metadata{suffix}" for suffix in TABLE_SUFFIXES)
_EXPECTED = (
    "a folder of pictures, a folder with a metadata table (csv, tsv, jsonl or parquet) beside "
    "images/, or such a table"
)


def open_collection(
    source: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    separator: str | None = None,
    folders_as: str | None = None,
) -> Collection:
    """Open a folder of pictures, a folder with a metadata table, or a table, as a collection.

    Where there is a table it is the catalogue: each row is a work, with its picture or without. A
    picture that no row names is no work. Everything that could not be used is in
    ``Collection.problems``. No picture is opened and nothing is written.

    Parameters
    ----------
    source : str or Path
        A folder of pictures (nested ones too); a folder with ``metadata.csv``, ``.tsv``, ``.jsonl``
        or ``.parquet`` beside or in ``images/``, or that ``images/`` itself; or a table, its
        pictures being named relative to its folder or to ``images/`` there.
    columns : mapping of str to str, optional
        What the table's columns are, where their names do not say it: a facet, ``id``, ``image``,
        ``title``, ``description`` or ``date`` to a column's name. ``""`` leaves it unread.
    separator : str, optional
        What stands between the facts of one cell, in every facet's column. Recognised by default,
        column by column (``knowledge_graph.values.separator_of``); ``""`` divides nothing.
    folders_as : str, optional
        The facet that the folders' names are (``"style"``), or one per level (``"style/artist"``),
        added to what a table says.

    Returns
    -------
    Collection
        Sorted by id. A work's id is its id column's, else its picture's path without the suffix.

    Raises
    ------
    CollectionError
        There is nothing to open, or it is not as described; the message says how to mend it.
    """
    facets = folder_facets(folders_as)
    if not str(source).strip():
        raise CollectionError(f"the source is empty; expected {_EXPECTED}.")
    try:
        path = Path(source).expanduser()
        root = path.resolve()
        is_folder, is_file = root.is_dir(), root.is_file()
    except (OSError, RuntimeError, ValueError) as error:
        raise CollectionError(
            f"{str(source)!r}: cannot be opened ({error}); expected {_EXPECTED}."
        ) from error
    if is_folder:
        return _open_folder(str(source), root, columns, separator, facets)
    if not is_file:
        found = "neither a folder nor a plain file" if root.exists() else "no such file or folder"
        raise CollectionError(f"{path}: {found}; expected {_EXPECTED}.{_alike(root)}")
    if root.suffix.lower() not in TABLE_SUFFIXES:
        raise CollectionError(f"{path}: {_not_a_table(root)}; expected {_EXPECTED}.")
    return _open_table(str(source), root, columns, separator, facets)


def _open_folder(
    source: str,
    root: Path,
    columns: Mapping[str, str] | None,
    separator: str | None,
    facets: tuple[str, ...],
) -> Collection:
    """Open a folder, with or without a metadata table."""
    if all((root / name).is_file() for name in RUN_FILES):
        raise CollectionError(
            f"{source} is a run, what a fit leaves behind; expected a collection. Name the folder "
            "or table that the run was made from."
        )
    metadata = _metadata_file(root)
    if metadata is None and root.name.casefold() == "images":
        metadata = _metadata_file(root.parent)
        root = root.parent if metadata else root
    listing = list_pictures(root)
    if not listing.files:
        raise CollectionError(_no_pictures(root, listing, metadata))
    base = _images_folder(root)
    if metadata is not None:
        catalogue = works_of_table(
            read_table(metadata),
            listing,
            base,
            columns=columns,
            separator=separator,
            facets_of_folders=facets,
            whole_folder=True,
        )
        return Collection(source, root, catalogue.works, catalogue.problems, catalogue.columns)
    tables = _tables(root)
    if columns:
        role, column = next(iter(columns.items()))
        there = f"{listed(tables)} is not called metadata" if tables else "there is no table"
        raise CollectionError(
            f"--map {role}={column}: {root} has pictures, but {there}; expected metadata.csv, "
            "tsv, jsonl or parquet in it. Name the table so or open it itself, or leave --map out."
        )
    if any(not file.startswith(f"{base}/") for file in listing.files):
        base = ""
    unread = (
        Problem("", name, "a table that is not read: call it metadata, or open it itself")
        for name in tables
    )
    works = works_of_pictures(listing.files, base, facets, str(root))
    return Collection(source, root, works, (*listing.problems, *unread))


def _open_table(
    source: str,
    path: Path,
    columns: Mapping[str, str] | None,
    separator: str | None,
    facets: tuple[str, ...],
) -> Collection:
    """Open a table by itself; pictures, if a column names any, are near it."""
    read = read_table(path)
    root = path.parent
    base = _images_folder(root)
    image = recognise_columns(read.table.column_names, columns, where=str(path)).get("image")
    listing = Listing((), ())
    if image is not None:
        # The folder may be somebody's whole home: only folders that the table speaks of are listed.
        named = {base} if base else set()
        for cell in read.table[image].to_pylist():
            for name in cell if isinstance(cell, list) else [cell]:
                for part in re.split(r"[|;,\n]", name):
                    path_in = part.strip().replace("\\", "/").removeprefix("./")
                    named.add(path_in.partition("/")[0])
        listing = list_pictures(root, only=named)
    catalogue = works_of_table(
        read,
        listing,
        base,
        columns=columns,
        separator=separator,
        facets_of_folders=facets,
        whole_folder=False,
    )
    return Collection(source, root, catalogue.works, catalogue.problems, catalogue.columns)


def _metadata_file(root: Path) -> Path | None:
    """Find the folder's metadata table, beside images/ or in it."""
    found = [
        entry
        for folder in (root, root / _images_folder(root))
        for entry in _entries(folder)
        if entry.name.casefold() in _METADATA
    ]
    found = list(dict.fromkeys(found))
    if len(found) > 1:
        names = [entry.relative_to(root).as_posix() for entry in found]
        raise CollectionError(
            f"{root}: there are several metadata tables ({listed(names, 5)}); expected one. Open "
            "the one that you mean by its path, or take the others away."
        )
    return found[0] if found else None


def _images_folder(root: Path) -> str:
    """Find the folder's images/, as the disk spells it; ``""`` if it has none."""
    for entry in _entries(root):
        if entry.name.casefold() == "images" and entry.is_dir() and not entry.is_symlink():
            return entry.name
    return ""


def _tables(root: Path) -> list[str]:
    """List the tables that lie in the folder."""
    return [e.name for e in _entries(root) if e.suffix.lower() in TABLE_SUFFIXES and e.is_file()]


def _entries(folder: Path) -> list[Path]:
    """List a folder but for pictures and hidden things, sorted; nothing if it cannot be read."""
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries)
    except OSError:
        return []
    return [folder / name for name in names if name[0] != "." and not is_picture(name)]


def _no_pictures(root: Path, listing: Listing, metadata: Path | None) -> str:
    """Say why a folder without pictures cannot be opened."""
    found = f"found {metadata.name} and no picture" if metadata else "found no picture"
    if listing.problems:
        first = listing.problems[0]
        found += f" that can be used ({first.file}: {first.reason})"
    kinds = ", ".join(suffix[1:] for suffix in PICTURE_SUFFIXES)
    remedy = (
        f"Put the pictures into {root / 'images'}, or open the table itself: {metadata}."
        if metadata
        else "Give the folder that the pictures are in."
    )
    return (
        f"{root}: {found}; expected files of the kinds {kinds}, here or in folders here. {remedy}"
    )


def _not_a_table(path: Path) -> str:
    """Say what a file is that is no table that can be read."""
    suffix = path.suffix.lower()
    if is_picture(path.name):
        return f"one picture; give its folder, {path.parent}"
    if suffix in (".xlsx", ".xls", ".ods"):
        return "a spreadsheet, which is not read; save it as CSV (UTF-8)"
    if suffix in (".zip", ".tar", ".gz", ".7z", ".rar"):
        return "an archive, which is not read; unpack it"
    return (
        f"a file of the kind {suffix!r}, which is not read" if suffix else "a file of no known kind"
    )


def _alike(path: Path) -> str:
    """Hint at a file beside ``path`` that is called almost so."""
    return nearest(path.name, [entry.name for entry in _entries(path.parent)])
