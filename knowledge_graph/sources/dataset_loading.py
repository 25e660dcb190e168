"""Hugging Face datasets, loaded without running or decoding anything of theirs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

from knowledge_graph.errors import CollectionError, listed

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa

HUB = "hf:"
"""What a Hub name begins with."""

_NAME = re.compile(r"(?P<name>\w[\w.-]*/\w[\w.-]*)(?::(?P<split>[\w.\-+%\[\]:]+))?", re.ASCII)
_ROWS_AT_A_TIME = 1000


def is_dataset_folder(root: Path) -> bool:
    """Say whether a folder is a dataset saved to disk (``save_to_disk``).

    Parameters
    ----------
    root : Path
        The folder.

    Returns
    -------
    bool
        ``dataset_dict.json`` is there, or ``dataset_info.json`` and ``state.json``.
    """
    return (root / "dataset_dict.json").is_file() or all(
        (root / name).is_file() for name in ("dataset_info.json", "state.json")
    )


def splits_of(source: str | Path) -> dict[str, datasets.Dataset]:
    """Load a dataset.

    Parameters
    ----------
    source : str or Path
        ``hf:owner/name``, or ``hf:owner/name:split``, or a folder that ``save_to_disk`` wrote.

    Returns
    -------
    dict of str to datasets.Dataset
        Split to its rows; ``""`` for a dataset without splits.

    Raises
    ------
    CollectionError
        The name is none, there is no such dataset, it needs code of its own, the Hub cannot be
        reached, or the folder is broken.
    """
    if isinstance(source, str) and source.startswith(HUB):
        loaded, split = _from_hub(source)
    else:
        loaded, split = _from_disk(Path(source).resolve()), ""
    if hasattr(loaded, "items"):
        return {str(name): dataset for name, dataset in loaded.items()}
    return {split or str(loaded.split or ""): loaded}


def batches(dataset: datasets.Dataset, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Go through some columns of a dataset.

    Parameters
    ----------
    dataset : datasets.Dataset
        The rows.
    columns : sequence of str
        Which.

    Yields
    ------
    pyarrow.Table
        Up to 1,000 rows as they are stored: class labels as numbers, pictures not decoded.
    """
    if columns:
        rows = dataset.select_columns(list(columns)).with_format("arrow")
        yield from rows.iter(batch_size=_ROWS_AT_A_TIME)


def is_picture_type(kind: pa.DataType) -> bool:
    """Say whether a column is of pictures as datasets keep them, or of lists of such.

    Parameters
    ----------
    kind : pyarrow.DataType
        The column's type.

    Returns
    -------
    bool
        It has ``bytes`` and ``path``.
    """
    import pyarrow.types as pt

    while pt.is_list(kind) or pt.is_large_list(kind):
        kind = kind.value_type
    if not pt.is_struct(kind):
        return False
    types = {kind[i].name: kind[i].type for i in range(kind.num_fields)}
    return (
        types.keys() >= {"bytes", "path"}
        and pt.is_binary(types["bytes"])
        and pt.is_string(types["path"])
    )


def _from_hub(source: str) -> tuple[Any, str]:
    """Load a dataset of the Hub: its files are read by the library, none of its code is run."""
    named = _NAME.fullmatch(source.removeprefix(HUB))
    if not named:
        raise CollectionError(
            f"{source}: no name of a dataset; expected {HUB}owner/name or {HUB}owner/name:split. "
            "Copy the name from the dataset's page."
        )
    import datasets

    name, split = named["name"], named["split"]
    try:
        return datasets.load_dataset(name, split=split), split or ""
    except Exception as error:  # The library lets errors of every kind through.
        raise CollectionError(f"{source}: {_why_not_loaded(error)}") from error


def _why_not_loaded(error: Exception) -> str:
    """Say in a sentence why a dataset is not loaded and what to do."""
    from datasets.exceptions import DatasetNotFoundError

    words = " ".join(str(error).split())[:300]
    if isinstance(error, DatasetNotFoundError):
        return (
            f"there is no such dataset, or it is not open to all ({words}); expected one that you "
            "may read. Mend the name, or log in (hf auth login)."
        )
    if isinstance(error, (ConnectionError, TimeoutError)):
        return (
            f"the Hugging Face Hub cannot be reached ({words}); expected a connection, or the "
            "dataset in the cache. Try again, or save it to disk elsewhere (save_to_disk) and open "
            "that folder."
        )
    if "script" in words or "trust_remote_code" in words:
        return (
            f"the dataset needs code of its own, which is never run ({words}); expected files such "
            "as parquet. Look on its page for a version as parquet (refs/convert/parquet), and "
            "open that file."
        )
    return (
        f"cannot be loaded ({type(error).__name__}: {words}); expected a dataset with one "
        "configuration and this split. Look on its page for what there is, or download its parquet "
        "files and open those."
    )


def _from_disk(folder: Path) -> Any:
    """Load a saved dataset whose files are all inside its folder."""
    parts = [folder]
    if (folder / "dataset_dict.json").is_file():
        names = _stated(folder / "dataset_dict.json", "splits", "a list of splits")
        if not names or not all(map(_is_plain, names)):
            raise _broken(
                folder / "dataset_dict.json", f"found splits called {listed([*map(str, names)])}"
            )
        parts = [folder / name for name in names]
    for part in parts:
        files = _stated(part / "state.json", "_data_files", "a list of files")
        for file in files:
            name = file.get("filename") if isinstance(file, dict) else None
            if not _is_plain(name) or not (part / str(name)).resolve().is_relative_to(folder):
                raise _broken(part / "state.json", f"found a file called {name!r}")
    import datasets

    try:
        loaded = datasets.load_from_disk(str(folder), keep_in_memory=False)
        for dataset in loaded.values() if hasattr(loaded, "values") else [loaded]:
            # Arrow itself believes what a file says about where its texts begin and end.
            dataset.data.validate(full=True)
        return loaded
    except Exception as error:  # The library lets errors of every kind through.
        words = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        raise _broken(folder, f"cannot be loaded ({words})") from error


def _stated(path: Path, key: str, expected: str) -> list[Any]:
    """Read a list that a JSON file of the dataset states."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _broken(path, f"cannot be read ({' '.join(str(error).split())})") from error
    stated = found.get(key) if isinstance(found, dict) else None
    if not isinstance(stated, list):
        raise _broken(path, f"found no {key!r}, expected {expected}")
    return stated


def _is_plain(name: object) -> bool:
    """Say whether it is the name of something in a folder, on every system."""
    return (
        isinstance(name, str)
        and name not in ("", ".", "..")
        and PurePosixPath(name).name == PureWindowsPath(name).name == name
    )


def _broken(path: Path, found: str) -> CollectionError:
    return CollectionError(
        f"{path}: {found}; expected a dataset as save_to_disk writes it. Save it again."
    )
