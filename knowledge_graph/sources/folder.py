"""A folder of pictures without a table: each picture is a work, its folders may be facets."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from knowledge_graph.collection import require_unique_ids
from knowledge_graph.errors import CollectionError
from knowledge_graph.facets import require_facet
from knowledge_graph.picture_names import without_suffix
from knowledge_graph.schema import table_of_works
from knowledge_graph.values import clean_line

if TYPE_CHECKING:
    import pyarrow as pa


def folder_facets(folders_as: str | None) -> tuple[str, ...]:
    """Say which facets the levels of folders are, ``"style/artist"`` being two levels.

    Parameters
    ----------
    folders_as : str, optional
        Facets divided by ``/``, the outermost folder's first.

    Returns
    -------
    tuple of str
        Of FACETS; empty if folders are no facets.

    Raises
    ------
    CollectionError
        One of them is not a facet.
    """
    facets = tuple(folders_as.split("/")) if folders_as is not None else ()
    for facet in facets:
        require_facet(facet, f"folders_as={folders_as!r}")
    return facets


def folder_values(
    images: Sequence[Sequence[str]], base: str, facets: Sequence[str], where: str
) -> dict[str, list[list[str]]]:
    """Read what the folders that the works' pictures lie in say about the works.

    Parameters
    ----------
    images : sequence of sequence of str
        For each work its pictures, relative to the root.
    base : str
        The folder of the root whose folders count; ``""`` for the root.
    facets : sequence of str
        What each level of folders is (``folder_facets``).
    where : str
        What the folder is called in an error.

    Returns
    -------
    dict of str to list of list of str
        For each facet its values for each work.

    Raises
    ------
    CollectionError
        There are levels asked for that no picture lies in.
    """
    values: dict[str, list[list[str]]] = {facet: [] for facet in facets}
    for pictures in images:
        folders = [inside(picture, base).split("/")[:-1] for picture in pictures]
        for level, facet in enumerate(facets):
            names = (clean_line(path[level]) for path in folders if len(path) > level)
            values[facet].append(list(dict.fromkeys(filter(None, names))))
    for level, facet in enumerate(facets):
        if not any(values[facet]):
            raise CollectionError(
                f"{where}: folders_as={'/'.join(facets)!r} asks for the names of folders as "
                f"{facet}, but no picture lies {level + 1} folder(s) deep; expected one folder per "
                f"{facet}. Sort the pictures into folders, or leave folders_as out."
            )
    return values


def inside(picture: str, base: str) -> str:
    """Give a picture's path relative to a folder.

    Parameters
    ----------
    picture : str
        Relative to the root.
    base : str
        The folder, relative to the root; ``""`` for the root.

    Returns
    -------
    str
        Relative to ``base``; as it was, if it does not lie there.
    """
    return picture.removeprefix(f"{base}/") if base else picture


def ids_of_pictures(pictures: Sequence[str], base: str) -> list[str]:
    """Give each picture an id: its path within ``base`` without the suffix.

    Parameters
    ----------
    pictures : sequence of str
        Paths relative to the root.
    base : str
        The folder that ids are relative to.

    Returns
    -------
    list of str
        NFC. Pictures that differ in nothing but the suffix keep it (``a.jpg``, ``a.png``).
    """
    names = [unicodedata.normalize("NFC", inside(picture, base)) for picture in pictures]
    name_of: dict[str, str] = {}
    shared = {
        stem
        for stem, name in ((without_suffix(name), name) for name in names)
        if name_of.setdefault(stem, name) != name
    }
    return [name if without_suffix(name) in shared else without_suffix(name) for name in names]


def works_of_pictures(
    files: Sequence[str], base: str, facets: Sequence[str], where: str
) -> pa.Table:
    """Make one work of each picture.

    Parameters
    ----------
    files : sequence of str
        The pictures, relative to the root.
    base, facets, where : str, sequence of str, str
        As for ``folder_values``.

    Returns
    -------
    pyarrow.Table
        As ``collection_schema`` has it, sorted by id.

    Raises
    ------
    CollectionError
        The folders asked for are not there.
    """
    images = [[file] for file in files]
    columns: dict[str, Any] = {
        "id": ids_of_pictures(files, base),
        "images": images,
        **folder_values(images, base, facets, where),
    }
    require_unique_ids(columns["id"], where, "Rename one picture of each pair.")
    return table_of_works(columns)
