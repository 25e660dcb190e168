"""Folders of pictures and tables of works, opened."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge_graph.collection import Collection, Problem
from knowledge_graph.errors import CollectionError, listed
from knowledge_graph.facets import recognise_columns
from knowledge_graph.picture_names import PICTURE_SUFFIXES, is_picture
from knowledge_graph.sources.catalogue import works_of_table
from knowledge_graph.sources.folder import works_of_pictures
from knowledge_graph.sources.listing import RUN_FILES, Listing, PictureIndex, list_pictures
from knowledge_graph.sources.pictures import DOWNLOADS, downloads_in, is_address, pictures_in
from knowledge_graph.sources.reading import TABLE_SUFFIXES, TableFile, is_table, read_table
from knowledge_graph.sources.saved import collection_of_saved, read_saved

_IMAGES = frozenset({"images", "imagesf2"})
"""What folders of pictures are called; the second is ArtGraph's."""
_OUR_TABLES = frozenset({DOWNLOADS, "problems.csv"})
"""What topicart itself leaves beside pictures."""
_METADATA = frozenset(f"metadata{suffix}" for suffix in TABLE_SUFFIXES)


@dataclass(frozen=True)
class Options:
    """How a source is to be opened, as the options of ``open_collection`` say it."""

    images: Path | None = None
    mapping: Path | None = None
    """The query of an RDF source."""
    columns: Mapping[str, str] | None = None
    separator: str | None = None
    facets_of_folders: tuple[str, ...] = ()


def open_folder(source: str, root: Path, options: Options) -> Collection:
    """Open a folder of pictures, with or without a metadata table.

    Parameters
    ----------
    source : str
        What the user opened.
    root : Path
        The folder, resolved.
    options : Options
        How.

    Returns
    -------
    Collection
        The works.

    Raises
    ------
    CollectionError
        There is no picture, or the table is not as described.
    """
    if all((root / name).is_file() for name in RUN_FILES):
        raise CollectionError(
            f"{source} is a run, what a fit leaves behind; expected a collection. Name the folder "
            "or table that the run was made from."
        )
    metadata = _metadata_file(root)
    if metadata is None and root.name.casefold() == "images":
        metadata = _metadata_file(root.parent)
        root = root.parent if metadata else root
    if options.images is not None:
        if metadata is not None:
            return open_table(source, metadata, options)
        raise CollectionError(
            f"--images {options.images}: {root} is a folder of pictures itself; expected --images "
            "beside a source of facts. Leave it out, or name the table or the graph as the source."
        )
    listing = list_pictures(root)
    if not listing.files:
        raise CollectionError(_no_pictures(root, listing, metadata))
    base = images_folder(root)
    if metadata is not None:
        catalogue = works_of_table(
            read_table(metadata),
            listing,
            PictureIndex(listing.files, base, listing.problems, downloads_in(root)),
            base,
            columns=options.columns,
            separator=options.separator,
            facets_of_folders=options.facets_of_folders,
            whole_folder=True,
        )
        return Collection(source, root, catalogue.works, catalogue.problems, catalogue.columns)
    tables = _tables(root)
    if options.columns:
        role, column = next(iter(options.columns.items()))
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
    works = works_of_pictures(listing.files, base, options.facets_of_folders, str(root))
    return Collection(source, root, works, (*listing.problems, *unread))


def open_table(source: str, path: Path, options: Options) -> Collection:
    """Open a table by itself; pictures, if a column names any, are near it or where the user says.

    A collection that ``save_parquet`` wrote is taken as it is, unless options say how to read it.

    Parameters
    ----------
    source : str
        What the user opened.
    path : Path
        The table, resolved.
    options : Options
        How.

    Returns
    -------
    Collection
        The works.

    Raises
    ------
    CollectionError
        The table is not as described.
    """
    as_table = options.columns or options.separator is not None or options.facets_of_folders
    saved = None if as_table else read_saved(path)
    read = TableFile(path, saved) if saved is not None else read_table(path)
    if options.images is not None:
        root, index, listing = pictures_in(options.images)
        base = ""
    else:
        root = path.parent
        base = images_folder(root)
        listing = _pictures_named(read, root, base, options)
        index = PictureIndex(listing.files, base, listing.problems, downloads_in(root))
    if saved is not None:
        return collection_of_saved(saved, source, root, index, listing)
    catalogue = works_of_table(
        read,
        listing,
        index,
        base,
        columns=options.columns,
        separator=options.separator,
        facets_of_folders=options.facets_of_folders,
        whole_folder=False,
    )
    return Collection(source, root, catalogue.works, catalogue.problems, catalogue.columns)


def _pictures_named(read: TableFile, root: Path, base: str, options: Options) -> Listing:
    """List the pictures that a table may speak of, in the folder that it lies in.

    That may be somebody's whole home: only folders that the table speaks of are looked into.
    """
    names = read.table.column_names
    image = recognise_columns(names, options.columns, where=str(read.path)).get("image")
    if image is None:
        return Listing((), ())
    named = {base} if base else set()
    for cell in read.table[image].to_pylist():
        for name in cell if isinstance(cell, list) else [cell]:
            if is_address(name):
                continue
            for part in re.split(r"[|;,\n]", name):
                path_in = part.strip().replace("\\", "/").removeprefix("./")
                named.add(path_in.partition("/")[0])
    return list_pictures(root, only=named)


def _metadata_file(root: Path) -> Path | None:
    """Find the folder's metadata table, beside images/ or in it."""
    found = [
        entry
        for folder in (root, root / images_folder(root))
        for entry in entries(folder)
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


def has_catalogue(root: Path) -> bool:
    """Say whether a folder has ``images/`` and a metadata table, whatever else is in it.

    Parameters
    ----------
    root : Path
        The folder.

    Returns
    -------
    bool
        Both are there.
    """
    return bool(images_folder(root)) and _metadata_file(root) is not None


def images_folder(root: Path) -> str:
    """Find the folder's images/.

    Parameters
    ----------
    root : Path
        The folder.

    Returns
    -------
    str
        As the disk spells it; ``""`` if there is none.
    """
    for entry in entries(root):
        if entry.name.casefold() in _IMAGES and entry.is_dir() and not entry.is_symlink():
            return entry.name
    return ""


def _tables(root: Path) -> list[str]:
    """List the tables that lie in the folder."""
    return [
        entry.name
        for entry in entries(root)
        if is_table(entry) and entry.name not in _OUR_TABLES and entry.is_file()
    ]


def entries(folder: Path) -> list[Path]:
    """List a folder but for pictures and hidden things.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    list of Path
        Sorted; empty if it cannot be read.
    """
    try:
        with os.scandir(folder) as found:
            names = sorted(entry.name for entry in found)
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
    if metadata:
        remedy = f"Put the pictures into {root / 'images'}, or open the table itself: {metadata}."
    elif tables := _tables(root):
        remedy = f"Open the table that you mean: {root / tables[0]}."
    else:
        remedy = "Give the folder that the pictures are in."
    return (
        f"{root}: {found}; expected files of the kinds {kinds}, here or in folders here. {remedy}"
    )
