"""The rows of a Hugging Face dataset: what is read as what, what works and pictures are called."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_graph.errors import CollectionError, listed
from knowledge_graph.facets import recognise_columns
from knowledge_graph.picture_names import SNIFFED, Names, without_suffix
from knowledge_graph.sources.dataset_loading import HUB, batches, is_picture_type, splits_of
from knowledge_graph.sources.labels import by_name
from knowledge_graph.values import clean_line, text_of

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa


@dataclass(frozen=True)
class Picture:
    """A picture of a dataset, by reference."""

    path: str
    """Where the dataset says that it is; ``""`` if it does not."""
    head: bytes
    """How its bytes begin; none if the dataset does not hold them."""


@dataclass
class DatasetRows:
    """The rows of all splits of a dataset, as columns."""

    source: str
    datasets: dict[str, datasets.Dataset]
    roles: dict[str, str] = field(default_factory=dict)
    """Role to the name of its column."""
    splits: list[str] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    """Column to its cells, those of pictures not among them; class labels by name."""
    pictures: list[list[Picture]] = field(default_factory=list)
    """For each row the pictures that a column of pictures has."""

    def ids(self) -> list[str]:
        """Give each row an id.

        Returns
        -------
        list of str, length n_rows
            The id column's, with the split before it where ids repeat in several splits; else the
            picture's name without the suffix, where no other is called so; else split and number.
        """
        n_rows = len(self.splits)
        own = [clean_line(text_of(cell)) for cell in self.columns.get(self.roles.get("id", ""), ())]
        own = own or [""] * n_rows
        if len(self.datasets) > 1 and len(set(filter(None, own))) < sum(map(bool, own)):
            own = [f"{s}-{name}" if name else "" for s, name in zip(self.splits, own, strict=True)]
        stems = [clean_line(_stem(name)) for name in self._first_names()]
        times = Counter(stems)
        number: Counter[str] = Counter()
        ids = []
        for row, split in enumerate(self.splits):
            stem = stems[row] if times[stems[row]] == 1 else ""
            ids.append(own[row] or stem or f"{split or 'row'}-{number[split]:06}")
            number[split] += 1
        return ids

    def stems(self, ids: list[str]) -> list[list[str]]:
        """Say what the files of pictures are called that ``write_pictures`` writes.

        Parameters
        ----------
        ids : list of str
            As ``ids`` gives them.

        Returns
        -------
        list of list of str, length n_rows
            For each picture a name without suffix that no other has and any system allows.
        """
        names = Names([])
        return [
            [names.give(work_id, n, f"{work_id} {n}") for n in range(1, len(pictures) + 1)]
            for work_id, pictures in zip(ids, self.pictures, strict=True)
        ]

    def _first_names(self) -> list[str]:
        """Give the name of each row's first picture."""
        if any(self.pictures):
            return [pictures[0].path if pictures else "" for pictures in self.pictures]
        cells = self.columns.get(self.roles.get("image", ""), [""] * len(self.splits))
        return [text_of(cell[0] if cell else "") if isinstance(cell, list) else text_of(cell)
                for cell in cells]  # fmt: skip


def rows_of_dataset(source: str | Path, columns: Mapping[str, str] | None) -> DatasetRows:
    """Load a dataset and read the columns that are facts of works, and how its pictures begin.

    Parameters
    ----------
    source, columns
        As for ``works_of_dataset``.

    Returns
    -------
    DatasetRows
        The rows of all splits.

    Raises
    ------
    CollectionError
        It cannot be loaded, no column is recognised, or splits have different columns.
    """
    rows = DatasetRows(str(source), splits_of(source))
    for split, dataset in rows.datasets.items():
        roles = _roles(dataset, columns, rows.source)
        if rows.roles and roles != rows.roles:
            raise CollectionError(
                f"{source}: its split {split!r} has other columns ({listed(dataset.column_names)}) "
                f"than the one before it; expected the same in each. Open one: {HUB}owner/name:"
                f"{split}, or the folder of that split."
            )
        rows.roles = roles
        try:
            _append(rows, split, dataset)
        except (ValueError, OverflowError) as error:
            raise CollectionError(
                f"{source}: a column of {listed(list(roles.values()), 9)} cannot be read "
                f"({str(error).splitlines()[0]}); expected text, numbers, dates or lists of them. "
                "Leave it unread, such as --map date= for the column of dates."
            ) from error
    return rows


def cells_of(column: pa.ChunkedArray) -> list[list[Any]]:
    """Give the cells of a column of pictures as lists of scalars, whose bytes are not copied.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Of structs with ``bytes`` and ``path``, or of lists of such.

    Returns
    -------
    list of list of pyarrow.StructScalar, each of length n_rows
        Without those that are nothing.
    """
    import pyarrow.types as pt

    is_list = pt.is_list(column.type) or pt.is_large_list(column.type)
    rows = ((cell.values or ()) if is_list else (cell,) for cell in column)
    return [[cell for cell in row if _is_there(cell)] for row in rows]


def _is_there(cell: pa.StructScalar) -> bool:
    return cell.is_valid and bool(cell["bytes"].is_valid or cell["path"].as_py())


def _roles(
    dataset: datasets.Dataset, columns: Mapping[str, str] | None, where: str
) -> dict[str, str]:
    """Recognise the columns; one of pictures whatever it is called, if none is called so."""
    import pyarrow.types as pt

    schema = dataset.data.schema
    pictures = [name for name in dataset.column_names if is_picture_type(schema.field(name).type)]
    roles = recognise_columns(dataset.column_names, columns, where=where)
    if pictures and "image" not in (columns or {}) and roles.get("image") not in pictures:
        roles["image"] = pictures[0]
    unread = {entry.name for entry in schema if pt.is_binary(entry.type)} | {*pictures}
    unread -= {roles["image"]} & {*pictures} if "image" in roles else set()
    roles = {role: name for role, name in roles.items() if name not in unread}
    if not roles:
        raise CollectionError(
            f"{where}: none of its columns ({listed(dataset.column_names, 8)}) is recognised; "
            "expected columns such as image, title, artist, style. Say what they are: "
            f"--map title={listed(dataset.column_names[:1])}."
        )
    return roles


def _append(rows: DatasetRows, split: str, dataset: datasets.Dataset) -> None:
    """Add the rows of one split."""
    image = rows.roles.get("image", "")
    if image and not is_picture_type(dataset.data.schema.field(image).type):
        image = ""
    plain = sorted(set(rows.roles.values()) - {image})
    for name in plain:
        rows.columns.setdefault(name, [])
    for batch in batches(dataset, [*plain, image] if image else plain):
        for name in plain:
            cells, names = batch[name].to_pylist(), _names_in(dataset.features[name])
            rows.columns[name].extend(cells if names is None else by_name(cells, names))
        rows.splits.extend([split] * batch.num_rows)
        if not image:
            rows.pictures.extend([] for _ in range(batch.num_rows))
            continue
        for cells in cells_of(batch[image]):
            rows.pictures.append([
                Picture(cell["path"].as_py() or "", _start(cell["bytes"], SNIFFED))
                for cell in cells
            ])  # fmt: skip


def _start(data: pa.BinaryScalar, n_bytes: int) -> bytes:
    """Give how a picture begins, without reading all of it."""
    buffer = data.as_buffer() if data.is_valid else None
    return buffer[: min(n_bytes, buffer.size)].to_pybytes() if buffer else b""


def _names_in(feature: Any) -> list[str] | None:
    """Give the names of a column of class labels, or of lists of them."""
    inner = feature[0] if isinstance(feature, list) else getattr(feature, "feature", None)
    return getattr(feature, "names", None) or getattr(inner, "names", None)


def _stem(name: str) -> str:
    """Give the last part of a path or an address, without the suffix."""
    return without_suffix(posixpath.basename(name.replace("\\", "/")).split("?")[0])
