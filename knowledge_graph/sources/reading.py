"""The files that tables come in (csv, tsv, jsonl, parquet), read into text columns."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_graph.collection import Problem
from knowledge_graph.errors import CollectionError
from knowledge_graph.facets import recognise_columns
from knowledge_graph.sources.delimited import read_delimited
from knowledge_graph.sources.labels import by_name, names_of_labels
from knowledge_graph.sources.statements import open_bytes
from knowledge_graph.values import text_of

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_CELLS = 200_000_000
"""Of JSON lines: 2,000 keys in 100,000 lines. Each line may have other keys, and few of them."""


@dataclass(frozen=True)
class TableFile:
    """A table as read, before anything in it is understood."""

    path: Path
    table: pa.Table
    """Columns of string or list of string; nothing else."""
    problems: tuple[Problem, ...] = ()


def read_table(path: Path) -> TableFile:
    """Read a table, every value as text.

    Parameters
    ----------
    path : Path
        A file whose name ends in one of TABLE_SUFFIXES.

    Returns
    -------
    TableFile
        With at least one row. Rows with too few or too many fields are left out and reported.

    Raises
    ------
    CollectionError
        The file cannot be read, is broken, or has no rows.
    """
    kind = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    if path.name.lower().endswith(".parquet.gz"):
        raise CollectionError(
            f"{path}: a parquet file that is gzipped; expected it as it is, for it is compressed "
            "inside already. Unpack it (gunzip)."
        )
    if not is_table(path):
        raise CollectionError(
            f"{path}: is not called as tables are; expected a name that ends in "
            f"{', '.join(_READERS)}. Rename it if it is one, or leave --format out."
        )
    try:
        read = _READERS[f".{kind}"](path)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CollectionError(
            f"{path}: its gzip is broken ({error}); expected a whole file. Download or compress it "
            "again."
        ) from error
    except OSError as error:
        # pyarrow reports a broken file as a plain OSError too: without an errno.
        problem = error.strerror or str(error).splitlines()[0]
        raise CollectionError(
            f"{path}: cannot be read ({problem}); expected a {kind} table. Check the "
            "file's permissions, or export it again."
        ) from error
    if not read.table.num_rows or not read.table.num_columns:
        skipped = f" besides {len(read.problems):,} that cannot be read" if read.problems else ""
        raise CollectionError(
            f"{path}: the table has no rows{skipped}; expected a header and one row per work. "
            "Fill it, or take it away to open the pictures alone."
        )
    return read


def _read_delimited(path: Path) -> TableFile:
    table, problems = read_delimited(path)
    table, repeated = _first_of_each_name(path, table)
    return TableFile(path, table, (*problems, *repeated))


def _first_of_each_name(path: Path, table: pa.Table) -> tuple[pa.Table, list[Problem]]:
    """Drop the columns that have no name or one that came before, and report the second kind."""
    names = table.column_names
    first = [i for i, name in enumerate(names) if name.strip() and names.index(name) == i]
    repeated = Counter(name for name in names if name.strip())
    problems = [
        Problem("", path.name, f"{n} columns are called {name!r}: the first of them is read")
        for name, n in repeated.items()
        if n > 1
    ]
    return table.select(first), problems


def _read_json_lines(path: Path) -> TableFile:
    """Read a file of one JSON object per line; keys that a line lacks are empty there."""
    rows: list[dict[str, Any]] = []
    number = 0
    try:
        with io.TextIOWrapper(open_bytes(path), encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    rows.append(_json_object(line, f"{path}, line {number}"))
    except UnicodeDecodeError as error:
        raise CollectionError(
            f"{path}, after line {number}: not UTF-8 ({error.reason}); expected JSON lines in "
            "UTF-8. Convert the file (iconv -f cp1252 -t utf-8)."
        ) from error
    names = list(dict.fromkeys(name for row in rows for name in row))
    if len(names) * len(rows) > _MOST_CELLS:
        raise CollectionError(
            f"{path}: {len(rows):,} lines have {len(names):,} different keys; expected the same "
            "few keys in each line. Make what the many keys say values of one key."
        )
    columns = {name: [row.get(name) for row in rows] for name in names}
    return TableFile(path, text_columns(columns))


def _json_object(line: str, where: str) -> dict[str, Any]:
    """Parse a line that is to be one JSON object."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:  # ValueError too for a number of 5,000 digits.
        raise CollectionError(
            f"{where}: not JSON ({error}); expected one JSON object per line. Mend or remove the "
            "line."
        ) from error
    if not isinstance(row, dict):
        raise CollectionError(
            f"{where}: found {type(row).__name__}, expected one JSON object per line with the "
            "columns as keys. A file that is one array must be written one object per line "
            "(jq -c '.[]')."
        )
    return row


def _read_parquet(path: Path) -> TableFile:
    """Read a parquet file: its columns of text, numbers, dates and lists of them."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import pyarrow.types as pt

    lists = (pa.ListType, pa.LargeListType, pa.FixedSizeListType)

    def readable(kind: pa.DataType) -> bool:
        if pt.is_dictionary(kind) or isinstance(kind, lists):
            return readable(kind.value_type)
        return not (pt.is_nested(kind) or pt.is_binary(kind) or pt.is_large_binary(kind))

    try:
        # Not ParquetDataset, which would take "key=value" folders on the way here for columns.
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            plain = [field.name for field in schema if readable(field.type)]
            paths = [field.name for field in schema if _has_path(field.type)]
            # Of pictures in the file their names alone are read, not their bytes.
            table = file.read([*plain, *(f"{name}.path" for name in paths)])
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise CollectionError(
            f"{path}: not a parquet file or a broken one ({str(error).splitlines()[0]}); expected "
            "a table. Write it again."
        ) from error
    table, problems = _first_of_each_name(path, table)
    columns: dict[str, list[Any]] = {}
    for name in table.column_names:
        try:
            columns[name] = table[name].to_pylist()
        except (ValueError, OverflowError) as error:  # A year 31,688, text that is not UTF-8.
            reason = f"the column {name!r} cannot be read: {str(error).splitlines()[0]}"
            problems.append(Problem("", path.name, reason))
    for name in [name for name in columns if pt.is_struct(table[name].type)]:
        columns[name] = [cell["path"] if cell else None for cell in columns[name]]
        if not any(columns[name]):
            del columns[name]
            table = table.drop_columns(name)
    for name, names in names_of_labels(schema.metadata).items():
        if name in columns:
            columns[name] = by_name(columns[name], names)
    unread = [field.name for field in schema if field.name not in table.column_names]
    if held := recognise_columns(unread).get("image"):
        reason = (
            f"the column {held!r} holds the pictures themselves, which are not read; write them to "
            "files that are called like the ids"
        )
        problems.append(Problem("", path.name, reason))
    return TableFile(path, text_columns(columns), tuple(problems))


def _has_path(kind: pa.DataType) -> bool:
    """Say whether a column is of pictures as datasets keep them: with a path and bytes."""
    import pyarrow.types as pt

    return pt.is_struct(kind) and any(
        kind[i].name == "path" and pt.is_string(kind[i].type) for i in range(kind.num_fields)
    )


def text_columns(columns: Mapping[str, list[Any]]) -> pa.Table:
    """Turn columns of any values into columns of string, or of list of string where lists occur.

    Parameters
    ----------
    columns : mapping of str to list
        Column to its values.

    Returns
    -------
    pyarrow.Table
        The same columns as text.
    """
    import pyarrow as pa

    arrays = {}
    for name, values in columns.items():
        if any(isinstance(value, list) for value in values):
            cells = [value if isinstance(value, list) else [value] for value in values]
            texts = [[_storable(text_of(part)) for part in cell] for cell in cells]
            arrays[name] = pa.chunked_array([pa.array(texts, pa.list_(pa.string()))])
        else:
            texts_only = [_storable(text_of(value)) for value in values]
            arrays[name] = pa.chunked_array([pa.array(texts_only, pa.string())])
    return pa.table(arrays)


def _storable(text: str) -> str:
    """Drop the lone surrogates that JSON can write and UTF-8 cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


_READERS: Mapping[str, Callable[[Path], TableFile]] = {
    ".csv": _read_delimited,
    ".tsv": _read_delimited,
    ".jsonl": _read_json_lines,
    ".parquet": _read_parquet,
}

TABLE_SUFFIXES: tuple[str, ...] = (*_READERS, *(f"{suffix}.gz" for suffix in _READERS))
"""What the names of tables end in."""


def is_table(path: Path) -> bool:
    """Say whether a file's name ends as tables' names do.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    bool
        It ends in one of TABLE_SUFFIXES.
    """
    return path.name.lower().endswith(TABLE_SUFFIXES)
