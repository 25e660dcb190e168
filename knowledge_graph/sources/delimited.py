"""Tables whose fields are divided by a comma, a semicolon, a tab or a bar, read as text columns."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_graph.collection import Problem
from knowledge_graph.errors import CollectionError
from knowledge_graph.sources.statements import open_bytes

if TYPE_CHECKING:
    import pyarrow as pa

_BLOCK = 1 << 20
_CSV_BLOCK = 1 << 24
"""One row must fit into a block: catalogue texts are long, but not 16 MiB."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # It begins as UTF-16's does.
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_delimited(path: Path) -> tuple[pa.Table, list[Problem]]:
    """Read a csv or tsv file, gzipped or not: its encoding and delimiter are recognised.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    table : pyarrow.Table
        Columns of string.
    problems : list of Problem
        Rows with too few or too many fields, columns named twice, an encoding that is not UTF-8.

    Raises
    ------
    CollectionError
        It is no text, or not in the encoding that it seems to be in.
    """
    import pyarrow as pa
    import pyarrow.csv as pacsv

    encoding, odd_quotes = _encoding_of(path)
    with io.TextIOWrapper(open_bytes(path), encoding, errors="replace", newline="") as file:
        start = file.read(1 << 16).removeprefix("\ufeff")
    if not start.strip():
        return pa.table({}), []
    delimiter = _delimiter_of(start, "\t" if _kind_of(path) == "tsv" else ",")
    problems = []

    def _report(row: Any) -> str:
        reason = (
            f"row {row.number}: {row.actual_columns} fields where the header has "
            f"{row.expected_columns}; quote what holds a {delimiter!r}"
        )
        problems.append(Problem("", path.name, reason))
        return "skip"

    def _parsing(handler: Callable[[Any], str]) -> pacsv.ParseOptions:
        return pacsv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=handler
        )

    # Row numbers are known to the handler only without threads.
    options = pacsv.ReadOptions(use_threads=False, block_size=_CSV_BLOCK, encoding=encoding)
    try:
        with (
            open_bytes(path) as file_of_names,
            pacsv.open_csv(file_of_names, options, _parsing(_skip)) as reader,
        ):
            names = reader.schema.names
        # Empty header cells stand over the empty columns that spreadsheets leave at the right.
        text = {name: pa.string() for name in names}
        convert = pacsv.ConvertOptions(column_types=text, strings_can_be_null=False)
        with open_bytes(path) as whole:
            table = pacsv.read_csv(whole, options, _parsing(_report), convert)
    except (pa.ArrowInvalid, UnicodeError) as error:
        raise CollectionError(
            f"{path}: cannot be read as a table ({str(error).splitlines()[0]}); expected a header "
            f"and rows divided by {delimiter!r}, in {encoding}. Export it again as UTF-8 CSV."
        ) from error
    if encoding not in ("utf-8", "utf-16", "utf-32"):
        problems.insert(0, Problem("", path.name, f"not UTF-8: read as {encoding}"))
    if odd_quotes:
        reason = "an odd number of quotation marks: an unclosed one may have swallowed rows"
        problems.append(Problem("", path.name, reason))
    return table, problems


def _kind_of(path: Path) -> str:
    """Give what the file's name ends in, before ``.gz``."""
    return path.name.lower().removesuffix(".gz").rpartition(".")[2]


def _skip(_: Any) -> str:
    """Pass over a malformed row."""
    return "skip"


def _encoding_of(path: Path) -> tuple[str, bool]:
    """Recognise utf-8, utf-16 by its mark, else cp1252, else latin-1; count quotation marks odd."""
    quotes = 0
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8", "cp1252")}
    with open_bytes(path) as file:
        start = file.read(_BLOCK)
        marked = [encoding for mark, encoding in _BOMS if start.startswith(mark)]
        if b"\0" in start and not marked:
            raise CollectionError(
                f"{path}: holds zero bytes, which no text has; expected a {_kind_of(path)} table. "
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
