"""From the names that a source gives its pictures to the pictures that are there."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge_graph.collection import Problem
from knowledge_graph.errors import CollectionError
from knowledge_graph.sources.listing import ABSENT, Listing, PictureIndex, list_pictures

DOWNLOADS = "downloads.csv"
"""What ``topicart graph download`` leaves beside the pictures: which address each came from."""

_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True)
class Pictures:
    """For each work what became of the names that its source gives."""

    found: list[list[str]]
    """Pictures, as POSIX paths relative to the folder."""
    urls: list[list[str]]
    """Addresses among the names, whether downloaded or not."""
    missing: list[list[tuple[str, str]]]
    """Names for which there is no picture, and why."""


def is_address(name: str) -> bool:
    """Say whether a picture's name is an address on the web.

    Parameters
    ----------
    name : str
        As a source writes it.

    Returns
    -------
    bool
        It begins with ``http://`` or ``https://``.
    """
    return _ADDRESS.fullmatch(name) is not None


def find_pictures(names: Sequence[Sequence[str]], index: PictureIndex) -> Pictures:
    """Find the pictures of works by the names that their source gives.

    Parameters
    ----------
    names : sequence of sequence of str, length n_works
        For each work names of files or addresses.
    index : PictureIndex
        The pictures that are there.

    Returns
    -------
    Pictures
        An address whose picture is not there is not missing: it can be downloaded.
    """
    found: list[list[str]] = []
    urls: list[list[str]] = []
    missing: list[list[tuple[str, str]]] = []
    for of_work in names:
        here: dict[str, None] = {}
        lost = []
        for name in of_work:
            file, reason = index.find(name)
            if file:
                here[file] = None
            elif not is_address(name):
                lost.append((name, reason))
        found.append(list(here))
        urls.append([name for name in dict.fromkeys(of_work) if is_address(name)])
        missing.append(lost)
    return Pictures(found, urls, missing)


def pictures_in(folder: str | Path) -> tuple[Path, PictureIndex, Listing]:
    """List the pictures of the folder that a user names for them (``--images``).

    Parameters
    ----------
    folder : str or Path
        The folder.

    Returns
    -------
    root : Path
        The folder, resolved.
    index : PictureIndex
        Finds its pictures by name, and by address those that were downloaded.
    listing : Listing
        The pictures.

    Raises
    ------
    CollectionError
        It is not a folder, or there is no picture in it.
    """
    root = Path(folder).expanduser().resolve()
    if not root.is_dir():
        raise CollectionError(
            f"--images {folder}: there is no such folder; expected the folder that holds the "
            "pictures. Mend the name, or leave --images out to read the facts alone."
        )
    listing = list_pictures(root)
    if not listing.files:
        raise CollectionError(
            f"--images {folder}: there is no picture in it; expected files such as "
            "claude-monet_water-lilies.jpg, here or in folders here. Name another folder, or leave "
            "--images out to read the facts alone."
        )
    index = PictureIndex(listing.files, "", listing.problems, downloads_in(root))
    return root, index, listing


def downloads_in(root: Path) -> dict[str, str]:
    """Read which address each downloaded picture came from.

    Parameters
    ----------
    root : Path
        The folder of pictures.

    Returns
    -------
    dict of str to str
        Address to the picture's path in ``root``, as the file of downloads claims; empty if there
        is none or it cannot be read.
    """
    try:
        with (root / DOWNLOADS).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, ValueError, csv.Error):
        return {}
    return {row["url"]: row["file"] for row in rows if row.get("url") and row.get("file")}


def missing_pictures(
    ids: Sequence[str], pictures: Pictures, listing: Listing, source: str
) -> list[Problem]:
    """Report the names for which there is no picture.

    Parameters
    ----------
    ids : sequence of str, length n_works
        The works' ids.
    pictures : Pictures
        What was found.
    listing : Listing
        The pictures that are there.
    source : str
        The file or folder that names them.

    Returns
    -------
    list of Problem
        One for each name, or one for all that are absent where there is not one picture.
    """
    missing = [
        Problem(work_id, name, reason)
        for work_id, lost in zip(ids, pictures.missing, strict=True)
        for name, reason in lost
    ]
    absent = [problem.file for problem in missing if problem.reason == ABSENT]
    if listing.files or not absent:
        return missing
    reason = (
        f"none of the pictures that it names is here ({len(absent):,}, such as {absent[0]!r}): "
        "name their folder with --images"
    )
    refused = [problem for problem in missing if problem.reason != ABSENT]
    return [Problem("", source, reason), *refused]
