"""Terms from a user's own list: a text file with one a line, or a table."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import IO

from knowledge_graph import cut, listed, nearest
from prompts.listed_term import VocabularyError, checked_facet, listed_term, once, tidy
from prompts.vocabulary import Term

LIST_SUFFIXES = (".txt", ".csv", ".tsv")
"""The kinds of list that are read."""

_COLUMNS = ("term", "facet", "iri", "notation", "prompt", "alternatives")
_LONGEST_LINE = 20_000
_HOW = "Give it as FACET=PATH, such as genre=words.txt."


def read_list(path: Path, facet: str = "") -> tuple[Term, ...]:
    """Read a list of terms, UTF-8.

    A ``.txt`` has one term a line; lines that begin with ``#`` are comments. A ``.csv`` or ``.tsv``
    has a column ``term`` and may have ``facet``, ``iri``, ``notation``, ``prompt`` and
    ``alternatives`` (divided by ``|``); other columns are not read.

    Parameters
    ----------
    path
        The file.
    facet
        The facet of the terms for which the file states none.

    Returns
    -------
    tuple of Term
        At least one; what is there twice is taken once.

    Raises
    ------
    VocabularyError
        If the file cannot be read as such a list; it names the line.
    """
    try:
        with path.open("rb") as file:
            read = _of_lines if path.suffix.lower() == ".txt" else _of_table
            found = list(read(_decoded(file, path), path, facet))
    except OSError as error:
        raise VocabularyError(
            f"{path}: cannot be read ({error.strerror or error}); expected a list of terms. Check "
            "its name and its permissions."
        ) from error
    if not found:
        raise VocabularyError(
            f"{path}: there is no term in it; expected one a line, or a table with a column term. "
            "Fill it, or leave it out."
        )
    return once(found)


def _decoded(file: IO[bytes], path: Path) -> Iterator[str]:
    """Give the lines of a file, without the mark that some programs set before the first."""
    number = 0
    while line := file.readline(_LONGEST_LINE + 1):
        number += 1
        if len(line) > _LONGEST_LINE:
            raise VocabularyError(
                f"{path}, line {number:,}: longer than {_LONGEST_LINE:,} bytes; expected one term "
                "a line. Check that this is the list."
            )
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise VocabularyError(
                f"{path}, line {number:,}: is not UTF-8 (byte 0x{line[error.start]:02x}); expected "
                "a text in UTF-8. Save it again with that encoding."
            ) from error
        if "\0" in text:
            raise VocabularyError(
                f"{path}, line {number:,}: holds a zero byte, which no text has; expected a list "
                "in UTF-8. Save it again with that encoding."
            )
        yield text


def _of_lines(lines: Iterator[str], path: Path, facet: str) -> Iterator[Term]:
    if not facet:
        raise VocabularyError(f"{path}: it does not say of which facet its terms are. {_HOW}")
    for number, line in enumerate(lines, start=1):
        if (text := tidy(line)) and not text.startswith("#"):
            yield listed_term(facet, text, where=f"{path}, line {number:,}", source=path.name)


def _of_table(lines: Iterator[str], path: Path, facet: str) -> Iterator[Term]:
    first = next(lines, "")
    delimiter = "\t" if path.suffix.lower() == ".tsv" else max(",;", key=first.count)
    rows = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    try:
        header = [tidy(name).casefold() for name in next(rows, [])]
        _check_header(header, path, facet)
        for row in rows:
            if any(row):
                yield _of_row(header, row, f"{path}, line {rows.line_num:,}", path.name, facet)
    except csv.Error as error:
        raise VocabularyError(
            f"{path}, line {rows.line_num:,}: cannot be read as a table ({error}); expected fields "
            f"divided by {delimiter!r}, and quotation marks in pairs. Export it again as UTF-8 CSV."
        ) from error


def _check_header(header: Sequence[str], path: Path, facet: str) -> None:
    if "term" not in header:
        raise VocabularyError(
            f"{path}, line 1: there is no column 'term'; its columns are {listed(header, 10)}. "
            f"Expected a header of {', '.join(_COLUMNS)}, of which term is needed."
            f"{nearest('term', header)}"
        )
    if twice := next((name for name in _COLUMNS if header.count(name) > 1), ""):
        raise VocabularyError(
            f"{path}, line 1: two columns are called {twice!r}; expected one. Rename the other."
        )
    if "facet" not in header and not facet:
        raise VocabularyError(
            f"{path}: it has no column 'facet' and does not say otherwise of which facet its terms "
            f"are. {_HOW}"
        )


def _of_row(header: Sequence[str], row: Sequence[str], where: str, source: str, facet: str) -> Term:
    if len(row) > len(header):
        raise VocabularyError(
            f"{where}: {len(row)} fields where the header has {len(header)}; expected as many. Set "
            f"what holds a delimiter in quotation marks, {cut(row[0], 40)!r} for example."
        )
    cells = dict(zip(header, row, strict=False))
    stated = cells.get("facet", "").strip() or facet
    if not stated:
        raise VocabularyError(f"{where}: its facet is empty; expected one. {_HOW} Or fill it.")
    return listed_term(
        checked_facet(stated, where=where),
        cells.get("term", ""),
        where=where,
        source=source,
        iri=cells.get("iri", ""),
        notation=cells.get("notation", ""),
        prompt=cells.get("prompt", ""),
        alternatives=cells.get("alternatives", "").split("|"),
    )
