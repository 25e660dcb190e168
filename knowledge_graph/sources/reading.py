"""The files that tables come in (csv, tsv, jsonl, parquet), read into text columns."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_graph.collection import Problem
from knowledge_graph.errors import CollectionError
from knowledge_graph.facets import recognise_columns
from knowledge_graph.values import text_of

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK = 1 << 20
_CSV_BLOCK = 1 << 24
"""One row must fit into a block: catalogue texts are long, but not 16 MiB."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


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
        A file whose suffix is one of TABLE_SUFFIXES.

    Returns
    -------
    TableFile
        With at least one row. Rows with too few or too many fields are left out and reported.

    Raises
    ------
    CollectionError
        The file cannot be read, is broken, or has no rows.
    """
    try:
        read = _READERS[path.suffix.lower()](path)
    except OSError as error:
        # pyarrow reports a broken file as a plain OSError too: without an errno.
        problem = error.strerror or str(error).splitlines()[0]
        raise CollectionError(
            f"{path}: cannot be read ({problem}); expected a {path.suffix[1:]} table. Check the "
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
    """Read a csv or tsv file: its encoding and delimiter are recognised."""
    import pyarrow as pa
    import pyarrow.csv as pacsv

    encoding, odd_quotes = _encoding_of(path)
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        start = file.read(1 << 16).removeprefix("\ufeff")
    if not start.strip():
        return TableFile(path, pa.table({}))
    delimiter = _delimiter_of(start, "\t" if path.suffix.lower() == ".tsv" else ",")
    problems = []

    def report(row: Any) -> str:
        problems.append(
            Problem(
                "",
                path.name,
                f"row {row.number}: {row.actual_columns} fields where the header has "
                f"{row.expected_columns}; quote what holds a {delimiter!r}",
            )
        )
        return "skip"

    def parse_options(handler: Callable[[Any], str]) -> pacsv.ParseOptions:
        return pacsv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=handler
        )

    # Row numbers are known to the handler only without threads.
    options = pacsv.ReadOptions(use_threads=False, block_size=_CSV_BLOCK, encoding=encoding)
    try:
        with pacsv.open_csv(path, options, parse_options(_skip)) as reader:
            names = reader.schema.names
        # Empty header cells stand over the empty columns that spreadsheets leave at the right.
        text = {name: pa.string() for name in names}
        convert = pacsv.ConvertOptions(column_types=text, strings_can_be_null=False)
        table = pacsv.read_csv(path, options, parse_options(report), convert)
    except (pa.ArrowInvalid, UnicodeError) as error:
        raise CollectionError(
            f"{path}: cannot be read as a table ({str(error).splitlines()[0]}); expected a header "
            f"and rows divided by {delimiter!r}, in {encoding}. Export it again as UTF-8 CSV."
        ) from error
    if encoding not in ("utf-8", "utf-16"):
        problems.insert(0, Problem("", path.name, f"not UTF-8: read as {encoding}"))
    if odd_quotes:
        reason = "an odd number of quotation marks: an unclosed one may have swallowed rows"
        problems.append(Problem("", path.name, reason))
    return TableFile(path, _first_of_each_name(table), tuple(problems))


def _skip(_: Any) -> str:
    """Pass over a malformed row."""
    return "skip"


def _encoding_of(path: Path) -> tuple[str, bool]:
    """Recognise utf-8, utf-16 by its mark, else cp1252, else latin-1; count quotation marks odd."""
    quotes = 0
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", "cp1252")}
    with path.open("rb") as file:
        start = file.read(_BLOCK)
        marked = [encoding for mark, encoding in _BOMS if start.startswith(mark)]
        if b"\0" in start and not marked:
            raise CollectionError(
                f"{path}: holds zero bytes, which no text has; expected a {path.suffix[1:]} table. "
                "Export it again as UTF-8 CSV, if it is a spreadsheet or UTF-16 without a mark."
            )
        block = start
        while block:
            quotes += block.count(b'"')
            for name in list(decoders):
                try:
                    decoders[name].decode(block)
                except UnicodeDecodeError:
                    del decoders[name]
            block = file.read(_BLOCK)
    if "utf-8" in decoders and decoders["utf-8"].getstate()[0]:
        del decoders["utf-8"]  # The file ends within a character.
    return [*marked, *decoders, "latin-1"][0], quotes % 2 == 1


def _delimiter_of(start: str, usual: str) -> str:
    """Take of comma, semicolon, tab and bar what the header has most of; ``usual`` if none."""

    def columns(delimiter: str) -> int:
        return len(next(csv.reader(io.StringIO(start), delimiter=delimiter), []))

    try:
        found = {delimiter: columns(delimiter) for delimiter in (usual, ",", ";", "\t", "|")}
    except csv.Error:
        return usual
    best = max(found, key=lambda delimiter: found[delimiter])
    return best if found[best] > 1 else usual


def _first_of_each_name(table: pa.Table) -> pa.Table:
    """Drop the columns that have no name or one that came before."""
    names = table.column_names
    first = [i for i, name in enumerate(names) if name.strip() and names.index(name) == i]
    return table.select(first)


def _read_json_lines(path: Path) -> TableFile:
    """Read a file of one JSON object per line; keys that a line lacks are empty there."""
    rows: list[dict[str, Any]] = []
    number = 0
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    rows.append(_json_object(line, f"{path}, line {number}"))
    except UnicodeDecodeError as error:
        raise CollectionError(
            f"{path}, after line {number}: not UTF-8 ({error.reason}); expected JSON lines in "
            "UTF-8. Convert the file (iconv -f cp1252 -t utf-8)."
        ) from error
    names = list(dict.fromkeys(name for row in rows for name in row))
    return _from_columns(path, {name: [row.get(name) for row in rows] for name in names})


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

    def readable(kind: pa.DataType) -> bool:
        if pt.is_dictionary(kind) or pt.is_list(kind) or pt.is_large_list(kind):
            return readable(kind.value_type)
        return not (pt.is_nested(kind) or pt.is_binary(kind) or pt.is_large_binary(kind))

    try:
        # Not ParquetDataset, which would take "key=value" folders on the way here for columns.
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            table = file.read([field.name for field in schema if readable(field.type)])
            unread = [field.name for field in schema if not readable(field.type)]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise CollectionError(
            f"{path}: not a parquet file or a broken one ({str(error).splitlines()[0]}); expected "
            "a table. Write it again."
        ) from error
    if held := recognise_columns(unread).get("image"):
        raise CollectionError(
            f"{path}: the column {held!r} holds the pictures themselves; expected the names of "
            "picture files. Write the pictures to files and their names into the column."
        )
    return _from_columns(
        path, {name: table[name].to_pylist() for name in dict.fromkeys(table.column_names)}
    )


def _from_columns(path: Path, columns: Mapping[str, list[Any]]) -> TableFile:
    """Turn columns of any values into columns of string, or of list of string where lists occur."""
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
    return TableFile(path, pa.table(arrays))


def _storable(text: str) -> str:
    """Drop the lone surrogates that JSON can write and UTF-8 cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


_READERS: Mapping[str, Callable[[Path], TableFile]] = {
    ".csv": _read_delimited,
    ".tsv": _read_delimited,
    ".jsonl": _read_json_lines,
    ".parquet": _read_parquet,
}

TABLE_SUFFIXES: tuple[str, ...] = tuple(_READERS)
"""The kinds of table that are read."""


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
