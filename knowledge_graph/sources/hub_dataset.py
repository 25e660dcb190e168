"""Hugging Face datasets, by their Hub name or saved to disk: their works, and their pictures."""

from __future__ import annotations

import posixpath
import secrets
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from knowledge_graph.atomic import write_text_atomic
from knowledge_graph.collection import Problem
from knowledge_graph.errors import CollectionError, WriteError
from knowledge_graph.facets import FACETS
from knowledge_graph.files import problems_csv
from knowledge_graph.picture_names import SNIFFED, picture_kind
from knowledge_graph.sources.dataset_loading import HUB, batches, is_dataset_folder
from knowledge_graph.sources.dataset_rows import DatasetRows, Picture, cells_of, rows_of_dataset
from knowledge_graph.sources.facts import WorkFacts
from knowledge_graph.sources.pictures import is_address
from knowledge_graph.sources.reading import text_columns
from knowledge_graph.sources.rows import edges_of_lists
from knowledge_graph.sources.table_mapping import read_table_mapping
from knowledge_graph.values import facet_lists, text_of

__all__ = ["HUB", "is_dataset", "is_dataset_folder", "works_of_dataset", "write_pictures"]

_MOST_BYTES = 200 << 20


def is_dataset(source: str | Path) -> bool:
    """Say whether a source is a Hugging Face dataset.

    Parameters
    ----------
    source : str or Path
        As for ``open_collection``.

    Returns
    -------
    bool
        It begins with ``hf:``, or is a folder that ``save_to_disk`` wrote.
    """
    return str(source).startswith(HUB) or is_dataset_folder(Path(source))


def works_of_dataset(
    source: str | Path, columns: Mapping[str, str] | None, separator: str | None
) -> WorkFacts:
    """Read the works of a dataset; its pictures are neither decoded nor written.

    A class label is its name, and one such as "Unknown Artist" is nothing. A picture that the
    dataset holds itself is called as ``write_pictures`` calls the file that it writes.

    Parameters
    ----------
    source : str or Path
        ``hf:owner/name``, or ``hf:owner/name:split``, or a folder that ``save_to_disk`` wrote.
    columns : mapping of str to str, optional
        As for ``open_collection``.
    separator : str, optional
        As for ``open_collection``.

    Returns
    -------
    WorkFacts
        A work's id is its id column's, else its picture's name without the suffix where no other
        picture is called so, else its split and number (``train-000123``).

    Raises
    ------
    CollectionError
        The dataset cannot be loaded, no column is recognised, or a mapped one is not there.
    """
    rows = rows_of_dataset(source, columns)
    table = text_columns(rows.columns)
    ids = rows.ids()

    def _texts(role: str) -> list[str]:
        if role not in rows.roles:
            return []
        cells = table[rows.roles[role]].to_pylist()
        return [", ".join(cell) if isinstance(cell, list) else cell for cell in cells]

    labels, edges = edges_of_lists({
        facet: facet_lists(table[rows.roles[facet]], facet, separator)
        for facet in FACETS
        if facet in rows.roles
    })  # fmt: skip
    return WorkFacts(
        ids=ids,
        titles=_texts("title"),
        descriptions=_texts("description"),
        dates=_texts("date"),
        splits=rows.splits,
        pictures=_names_of_pictures(source, rows, ids),
        labels=labels,
        facets=edges,
    )


def write_pictures(
    source: str | Path,
    folder: str | Path,
    *,
    mapping: str | Path | None = None,
    columns: Mapping[str, str] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[int, list[Problem]]:
    """Write the pictures that a dataset holds to a folder, byte by byte as they are.

    ``open_collection(source, images=folder)`` finds them. A file of the same size that is there is
    kept, so what was interrupted goes on where it stopped. ``problems.csv`` in the folder says what
    could not be written.

    Parameters
    ----------
    source : str or Path
        As for ``works_of_dataset``.
    folder : str or Path
        Where to; made if it is not there.
    mapping, columns : str or Path, mapping of str to str, optional
        As for ``open_collection``: files are called after the works' ids.
    progress : callable, optional
        Called with how many pictures are done and how many there are.

    Returns
    -------
    n_pictures : int
        How many of the dataset's pictures are in the folder now.
    problems : list of Problem
        Those that are not: no pictures, too large, or not in the dataset.

    Raises
    ------
    CollectionError
        The dataset cannot be loaded or has no pictures.
    WriteError
        The folder cannot be written.
    """
    if mapping is not None:
        columns = {**read_table_mapping(Path(mapping)).columns, **(columns or {})}
    rows = rows_of_dataset(source, columns)
    n_pictures = sum(map(len, rows.pictures))
    if not n_pictures:
        raise CollectionError(
            f"{source}: there is no picture in it; expected a column of pictures. If a column "
            "names files or addresses, open the dataset with --images, or a table of them."
        )
    place = Path(folder).expanduser()
    roots = _folders_of(source)
    n_there, problems = 0, []
    try:
        place.mkdir(parents=True, exist_ok=True)
        for done, (work_id, stem, cell) in enumerate(_pictures(rows), start=1):
            path = cell["path"].as_py() or ""
            data, reason = _bytes_of(cell, path, roots)
            if data is None:
                problems.append(Problem(work_id, path or stem, reason))
            else:
                _write(place, stem + _suffix(data), data)
                n_there += 1
            if progress:
                progress(done, n_pictures)
        write_text_atomic(place / "problems.csv", problems_csv(problems))
    except OSError as error:
        raise WriteError(
            f"{place}: pictures cannot be written there ({error.strerror or error}); expected a "
            "folder with room for them. Mend that and run the same again: it goes on where it "
            "stopped."
        ) from error
    return n_there, problems


def _names_of_pictures(
    source: str | Path, rows: DatasetRows, ids: list[str]
) -> Sequence[Sequence[str]]:
    """Give the names that pictures have in the dataset's folder, or get from ``write_pictures``."""
    if any(rows.pictures):
        root = None if str(source).startswith(HUB) else Path(source).resolve()
        return [
            [_name_of(picture, stem, root) for picture, stem in zip(pictures, stems, strict=True)]
            for pictures, stems in zip(rows.pictures, rows.stems(ids), strict=True)
        ]
    cells = rows.columns.get(rows.roles.get("image", ""), [])
    names = ([*map(text_of, cell)] if isinstance(cell, list) else [text_of(cell)] for cell in cells)
    return [[name.strip() for name in row if name.strip()] for row in names]


def _name_of(picture: Picture, stem: str, root: Path | None) -> str:
    if picture.head:
        return stem + _suffix(picture.head)
    path = picture.path.replace("\\", "/")
    if is_address(path):
        return path
    if root is None:
        return stem + posixpath.splitext(path)[1]
    inside = _resolved(root / path)
    if inside and inside.is_relative_to(root) and inside.is_file():
        return inside.relative_to(root).as_posix()
    return posixpath.basename(path)


def _suffix(start: bytes | memoryview) -> str:
    """Give the suffix of the kind of picture that bytes begin as; ``""`` if they are none."""
    kind = picture_kind(bytes(start[:SNIFFED]))
    return kind.suffix if kind else ""


def _pictures(rows: DatasetRows) -> Iterator[tuple[str, str, Any]]:
    """Go through all pictures: the work's id, the file's name without suffix, the Arrow value."""
    ids = rows.ids()
    stems = iter(zip(ids, rows.stems(ids), strict=True))
    image = rows.roles["image"]
    for dataset in rows.datasets.values():
        for batch in batches(dataset, [image]):
            for cells in cells_of(batch[image]):
                work_id, names = next(stems)
                for stem, cell in zip(names, cells, strict=True):
                    yield work_id, stem, cell


def _bytes_of(cell: Any, path: str, roots: Sequence[Path]) -> tuple[memoryview | None, str]:
    """Give a picture's bytes, or None and the reason why it has none."""
    if cell["bytes"].is_valid:
        data = memoryview(cell["bytes"].as_buffer())
    else:
        file = _resolved(roots[0] / path)
        if file is None or not any(file.is_relative_to(root) for root in roots):
            return None, "the dataset does not hold this picture, it only names it"
        if not file.is_file():
            return None, "the dataset names this file, but it is not there"
        if file.stat().st_size > _MOST_BYTES:
            return None, f"more than {_MOST_BYTES >> 20} MiB"
        data = memoryview(file.read_bytes())
    if len(data) > _MOST_BYTES:
        return None, f"more than {_MOST_BYTES >> 20} MiB"
    return (data, "") if _suffix(data) else (None, "no picture of a kind that is read")


def _folders_of(source: str | Path) -> list[Path]:
    """Give the folders that pictures of a dataset may lie in that does not hold them itself."""
    if not str(source).startswith(HUB):
        return [Path(source).resolve()]
    from datasets import config
    from huggingface_hub.constants import HF_HUB_CACHE

    caches = (config.HF_CACHE_HOME, config.HF_DATASETS_CACHE, HF_HUB_CACHE)
    return [Path(cache).resolve() for cache in caches]


def _resolved(path: Path) -> Path | None:
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return None


def _write(folder: Path, name: str, data: memoryview) -> None:
    """Write a file, unless one of that size is there: a crash leaves it whole or not at all."""
    path = folder / name
    with suppress(FileNotFoundError):
        there = path.lstat()
        if stat.S_ISREG(there.st_mode) and there.st_size == len(data):
            return
    beside = folder / f".{secrets.token_hex(8)}.tmp"
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
