"""The rows of a table as works: the table is the catalogue, the pictures belong to its rows."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from knowledge_graph.collection import Problem, require_unique_ids
from knowledge_graph.dates import date_columns
from knowledge_graph.errors import CollectionError, listed
from knowledge_graph.facets import FACETS, recognise_columns
from knowledge_graph.picture_names import is_picture, without_suffix
from knowledge_graph.schema import table_of_works
from knowledge_graph.sources.folder import folder_values, ids_of_pictures, inside
from knowledge_graph.sources.listing import Listing, PictureIndex
from knowledge_graph.sources.pictures import (
    Pictures,
    find_pictures,
    is_address,
    missing_pictures,
)
from knowledge_graph.sources.reading import TableFile
from knowledge_graph.values import (
    NULL_WORDS,
    clean_date,
    clean_line,
    clean_text,
    facet_lists,
    list_in,
    text_of,
    unique_lines,
)

if TYPE_CHECKING:
    import pyarrow as pa


_NO_NAME = NULL_WORDS | {""}
_DATA = re.compile(r"^\W*\d|.{41}")
"""Numbers, dates and long texts: columns have other names."""


@dataclass(frozen=True)
class Catalogue:
    """The works of a table."""

    works: pa.Table
    """As ``collection_schema`` has it, sorted by id."""
    problems: tuple[Problem, ...]
    columns: Mapping[str, str]
    """Which column was read as what."""


def works_of_table(
    read: TableFile,
    listing: Listing,
    index: PictureIndex,
    base: str,
    *,
    columns: Mapping[str, str] | None,
    separator: str | None,
    facets_of_folders: Sequence[str],
    whole_folder: bool,
) -> Catalogue:
    """Read a table's rows as works and find their pictures.

    A row is a work, with or without its picture; a picture that no row names is no work. Where no
    column names pictures, a picture called like the row's id is the row's.

    Parameters
    ----------
    read : TableFile
        The table.
    listing : Listing
        The pictures around it.
    index : PictureIndex
        Finds them.
    base : str
        The folder that names of pictures and ids are relative to (``"images"``), or ``""``.
    columns, separator
        As for ``open_collection``.
    facets_of_folders : sequence of str
        What the levels of folders are (``folder_facets``).
    whole_folder : bool
        The user opened the folder, not the table alone: then pictures without a row are reported,
        and pictures are expected.

    Returns
    -------
    Catalogue
        The works.

    Raises
    ------
    CollectionError
        ``columns`` is wrong, ids are not unique, or no row's picture is in the folder.
    """
    where = str(read.path)
    table = _without_empty_rows(read.table)
    roles = recognise_columns(table.column_names, columns, where=where)
    if not roles:
        raise CollectionError(
            f"{where}: none of its columns ({listed(table.column_names, 8)}) is recognised; "
            "expected columns such as image, title, artist, style. "
            f"{_how_to_name_columns(table.column_names)}"
        )
    names = _names_of_pictures(table, roles, index, separator)
    pictures = find_pictures(names, index)
    if "image" in roles and "id" in roles:
        _find_by_id(pictures, names, table[roles["id"]].to_pylist(), index)
    _require_a_picture(names, pictures, roles, listing, read, whole_folder)
    ids = _ids_of_rows(table, roles.get("id"), names, pictures, base)
    require_unique_ids(
        ids,
        where,
        "Map the column that tells works apart (--map id=COLUMN); the pictures of one work go "
        "into one cell, divided by '|'.",
    )
    problems = [*read.problems, *missing_pictures(ids, pictures, listing, read.path.name)]
    if "image" in roles and any(pictures.found):
        rows = zip(ids, names, pictures.found, strict=True)
        nameless = (work_id for work_id, named, found in rows if not named and not found)
        problems += (Problem(work_id, "", "the row names no picture") for work_id in nameless)
    if whole_folder:
        problems += _without_row(listing, pictures, base, read.path.name)
    works = _columns_of_works(table, roles, separator)
    works |= {"id": ids, "images": pictures.found, "image_urls": pictures.urls}
    if facets_of_folders:
        from_folders = folder_values(pictures.found, base, facets_of_folders, where)
        for facet, values in from_folders.items():
            known = works[facet].to_pylist() if facet in works else [[]] * len(ids)
            works[facet] = [
                list(dict.fromkeys([*has, *more])) for has, more in zip(known, values, strict=True)
            ]
    return Catalogue(table_of_works(works), tuple(problems), roles)


def _how_to_name_columns(names: Sequence[str]) -> str:
    """Say what to do about columns that are not recognised: they may be a first row of data."""
    if any(_DATA.search(name) or is_picture(name) or is_address(name) for name in names):
        return (
            "The first row looks like data: write a row above it that names the columns, such as "
            "id,image,title."
        )
    return f"Say what they are: --map title={listed(names[:1])}."


def _without_empty_rows(table: pa.Table) -> pa.Table:
    """Drop the rows of empty cells that spreadsheets append."""
    import pyarrow.compute as pc
    import pyarrow.types as pt

    filled = [
        pc.not_equal(pc.utf8_trim_whitespace(column), "")
        if pt.is_string(column.type)
        else pc.greater(pc.list_value_length(column), 0)
        for column in table.columns
    ]
    return table.filter(reduce(pc.or_, filled))


def _names_of_pictures(
    table: pa.Table, roles: Mapping[str, str], index: PictureIndex, separator: str | None
) -> list[list[str]]:
    """Give the names of pictures in each row, or its id where no column names pictures."""
    by_id = "image" not in roles
    if by_id and ("id" not in roles or not len(index)):
        return [[] for _ in range(table.num_rows)]
    names_of_rows = []
    for cell in table[roles["id" if by_id else "image"]].to_pylist():
        names = [name.strip() for name in _parts(cell) if name.strip().casefold() not in _NO_NAME]
        if len(names) == 1 and not by_id:
            names = _names_in_cell(names[0], index, separator)
        names_of_rows.append(names)
    return names_of_rows


def _find_by_id(
    pictures: Pictures, names: Sequence[Sequence[str]], ids: Sequence[Any], index: PictureIndex
) -> None:
    """Find the pictures called like the ids of rows that give an address, or nothing."""
    if not len(index) or not any(pictures.urls):
        return
    for row, (named, found) in enumerate(zip(names, pictures.found, strict=True)):
        if not found and all(map(is_address, named)):
            candidates = (index.find(part.strip())[0] for part in _parts(ids[row]) if part.strip())
            found += filter(None, candidates)


def _names_in_cell(cell: str, index: PictureIndex, separator: str | None) -> list[str]:
    """Divide a cell into names of pictures, unless it is one that has the separator in it."""
    if index.find(cell, anywhere=False)[0] or (
        is_address(cell) and not re.search(r"[|;\s]\s*https?://", cell)
    ):
        return [cell]
    if (written := list_in(cell)) is not None:
        return [name.strip() for name in map(text_of, written) if name.strip()]
    for mark in (separator, "|", ";", "\n", ","):
        parts = [part.strip() for part in cell.split(mark)] if mark else []
        if len(parts) > 1 and (mark != "," or all(map(is_picture, parts))):
            return [part for part in parts if part]
    return [cell]


def _require_a_picture(
    names: Sequence[Sequence[str]],
    pictures: Pictures,
    roles: Mapping[str, str],
    listing: Listing,
    read: TableFile,
    whole_folder: bool,
) -> None:
    """Raise CollectionError if not one row has a picture although pictures are meant."""
    if not listing.files or any(pictures.found) or (any(pictures.urls) and not whole_folder):
        return
    if "image" not in roles:
        if whole_folder:
            raise CollectionError(
                f"{read.path}: no column is recognised as naming the pictures; found the columns "
                f"{listed(read.table.column_names, 8)}, expected one such as 'image' or 'filename' "
                f"whose cells are like {listed(listing.files, 2)}. Name it: --map image=COLUMN."
            )
        return
    named = [of_row[0] for of_row in names if of_row]
    told = listed(named) if named else "none"
    raise CollectionError(
        f"{read.path}: no picture that its column {roles['image']!r} names is there; the table "
        f"names {told}, the folder holds {listed(listing.files)}. Name "
        "another column with --map image=COLUMN, or mend the names; --map image= reads the facts "
        "without pictures."
    )


def _ids_of_rows(
    table: pa.Table,
    column: str | None,
    names: Sequence[Sequence[str]],
    pictures: Pictures,
    base: str,
) -> list[str]:
    """Give each row its id: its own, else its picture's path without suffix, else its number."""
    paths = []
    for found, named, addresses in zip(pictures.found, names, pictures.urls, strict=True):
        if addresses:  # The id is the same before the picture is downloaded and after it.
            paths.append(re.split("[?#]", addresses[0])[0].rpartition("/")[2])
        else:
            written = posixpath.normpath(named[0].replace("\\", "/")) if named else ""
            paths.append(found[0] if found else written)
    ids = [clean_line(name) for name in ids_of_pictures(paths, base)]
    if any(pictures.urls):
        shared = Counter(ids)
        ids = [
            "" if addresses and shared[work_id] > 1 else work_id
            for work_id, addresses in zip(ids, pictures.urls, strict=True)
        ]
    if column is not None:
        own = [" ".join(unique_lines(_parts(cell))) for cell in table[column].to_pylist()]
        ids = [mine or other for mine, other in zip(own, ids, strict=True)]
    width = len(str(len(ids)))
    return [work_id or f"row-{row:0{width}}" for row, work_id in enumerate(ids, start=1)]


def _without_row(listing: Listing, pictures: Pictures, base: str, table_name: str) -> list[Problem]:
    """Report the pictures that no row names, with those that could not be used anyway."""
    used = {file for found in pictures.found for file in found}
    reported = {name for missing in pictures.missing for name, _ in missing}
    refused = (p for p in listing.problems if not {p.file, inside(p.file, base)} & reported)
    return [*refused] + [
        Problem(without_suffix(inside(file, base)), file, f"no row in {table_name}")
        for file in listing.files
        if file not in used
    ]


def _columns_of_works(
    table: pa.Table, roles: Mapping[str, str], separator: str | None
) -> dict[str, Any]:
    """Read title, description, date, year and facets of the rows."""

    def texts(role: str) -> list[str]:
        if role not in roles:
            return [""] * table.num_rows
        return [", ".join(_parts(cell)) for cell in table[roles[role]].to_pylist()]

    works: dict[str, Any] = {
        "title": [clean_line(text) for text in texts("title")],
        "description": [clean_text(text) for text in texts("description")],
        **date_columns([clean_date(text) for text in texts("date")]),
    }
    for facet in FACETS:
        if facet in roles:
            works[facet] = facet_lists(table[roles[facet]], facet, separator)
    return works


def _parts(cell: str | list[str]) -> list[str]:
    """Give a cell as the list that it is or stands for."""
    return cell if isinstance(cell, list) else [cell]
