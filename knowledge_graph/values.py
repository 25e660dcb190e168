"""From the cell of a table to text, and from a cell with several facts to a list of them."""

from __future__ import annotations

import html
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

NULL_WORDS: frozenset[str] = frozenset({
    "-", "--", "\u2013", "\u2014", "?", ".", "nan", "null", "none", "nil", "na", "n/a", "n.a.",
    "#n/a", "<na>", "unk", "unknown", "undefined", "unspecified", "not known", "not available",
    "not applicable", "no data", "unbekannt", "inconnu", "inconnue", "sconosciuto", "sconosciuta",
    "desconocido", "desconocida", "desconhecido", "onbekend",
})  # fmt: skip
"""Cells (case-folded) that say that nothing is known. "Untitled" and "anonymous" are facts."""

COMMA_FACETS: frozenset[str] = frozenset(
    {"style", "genre", "subject", "medium", "period", "emotion"}
)
"""Facets whose cells a comma may divide. In an artist ("CORTONA, Pietro da"), a place ("Tate
Modern, London, UK") and a series it is part of the name, whatever the other cells say."""

_FREE_SHARE = 0.25
"""The share of free parts above which a comma divides (see ``separator_of``). On the records of
WikiArt, the Tate and Wikidata, lists of facts have 0.56 to 1.00 (samples of 20 and 60 works: 0.39
and more) and phrases with commas ("on paper, unique"; "ink, chalk and graphite on paper") 0.09 and
less."""

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff\ufffe\uffff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Possessive: a cell of quotation marks that never close is given up at once.
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+\"""", re.DOTALL)
_LIST = re.compile(rf"\[\s*(?:(?:{_QUOTED.pattern})[,\s]*)*+\]", re.DOTALL)
_ESCAPED = re.compile(r"\\(['\"\\])")
_FLOAT_YEAR = re.compile(r"(-?\d{1,4})\.0")


def text_of(value: object) -> str:
    """Give a cell of any type as text: whole floats as integers, NaN and None as nothing.

    Parameters
    ----------
    value : object
        A value as pyarrow or json gives it.

    Returns
    -------
    str
        Not cleaned yet; ``""`` for nothing.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date().isoformat()
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return json.dumps(dict(value), ensure_ascii=False, default=str)
    return str(value)


def clean_line(text: str) -> str:
    """Clean one line of text, as works are shown with it.

    Parameters
    ----------
    text : str
        A title, a name, one fact.

    Returns
    -------
    str
        NFC, entities decoded, without control characters, runs of white space as one space; ``""``
        if the text is one of NULL_WORDS.
    """
    return _tidy_line(_decoded(text))


def clean_text(text: str) -> str:
    """Clean text of any length: as ``clean_line``, but lines and null words stay.

    Parameters
    ----------
    text : str
        A description.

    Returns
    -------
    str
        NFC, entities decoded once, without control characters and outer white space.
    """
    return _tidy(_decoded(text))


def clean_date(text: str) -> str:
    """Clean a date, as written; ``1890.0``, which a spreadsheet makes of a year, is ``1890``.

    Parameters
    ----------
    text : str
        The cell.

    Returns
    -------
    str
        The date's text.
    """
    line = clean_line(text)
    year = _FLOAT_YEAR.fullmatch(line)
    return year.group(1) if year else line


def split_cell(cell: str, separator: str) -> list[str]:
    """Divide one cell into its facts, in its order, each once.

    Parameters
    ----------
    cell : str
        The cell; its entities are decoded already, for the ``;`` of ``&amp;`` divides nothing.
    separator : str
        What stands between the facts; ``""`` if the cell is one fact.

    Returns
    -------
    list of str
        Cleaned, without empty ones and null words.
    """
    parts = cell.split(separator) if separator else [cell]
    return list(dict.fromkeys(filter(None, map(_tidy_line, parts))))


def separator_of(cells: Mapping[str, int], *, comma: bool) -> str:
    """Recognise what stands between the facts in the cells of one column.

    ``;``, ``|`` and a line break always divide, for they are hardly ever part of a name. A comma,
    which often is, divides only where ``comma`` allows it and the parts live apart from each other:
    among the parts that occur more than once, at least a quarter are *free*, which means that they
    are a whole cell somewhere, or come first in one cell and later in another. "Cubism" in
    "Cubism, Symbolism" is free; "on paper" in "on paper, unique" is not. Of the marks that divide,
    the one in most cells is the column's; the others are taken as part of the text.

    Parameters
    ----------
    cells : mapping of str to int
        Each distinct cell and in how many rows it is.
    comma : bool
        Whether a comma may divide at all.

    Returns
    -------
    str
        A semicolon, a bar, a line break, a comma or ``""``.
    """
    used = {
        mark: sum(rows for cell, rows in cells.items() if mark in cell.strip())
        for mark in (";", "|", "\n")
    }
    if comma and _parts_are_free(cells):
        used[","] = sum(rows for cell, rows in cells.items() if "," in cell)
    mark = max(used, key=lambda candidate: used[candidate])
    return mark if used[mark] else ""


def _parts_are_free(cells: Mapping[str, int]) -> bool:
    """Say whether the commas of a column stand between facts (the rule in ``separator_of``)."""
    whole: set[str] = set()
    first: set[str] = set()
    later: set[str] = set()
    rows_with: Counter[str] = Counter()
    listed_parts: Counter[str] = Counter()
    for cell, rows in cells.items():
        parts = [part for part in map(str.strip, cell.split(",")) if part]
        for part in set(parts):
            rows_with[part] += rows
        if len(parts) == 1:
            whole.add(parts[0])
        elif parts:
            first.add(parts[0])
            later.update(parts[1:])
            for part in parts:
                listed_parts[part] += rows
    recurring = {part: n for part, n in listed_parts.items() if rows_with[part] > 1}
    free = sum(n for part, n in recurring.items() if part in whole or part in first & later)
    return bool(recurring) and free >= _FREE_SHARE * sum(recurring.values())


def facet_lists(column: pa.ChunkedArray, facet: str, separator: str | None) -> pa.Array:
    """Read a table's column as lists of facts.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        The cells: string, or list of string, which is taken as it is; so is a list that is written
        out in a cell (``list_in``), unless ``separator`` is ``""``.
    facet : str
        Which facet it is: says whether a comma may divide.
    separator : str, optional
        What divides the cells; recognised if not given.

    Returns
    -------
    pyarrow.Array of list of string, shape (n_rows,)
        Never null; empty lists where nothing is known.
    """
    import pyarrow as pa
    import pyarrow.types as pt

    lists = pa.list_(pa.string())
    if not pt.is_string(column.type):
        return pa.array([unique_lines(values or ()) for values in column.to_pylist()], lists)
    # Facts recur: each distinct cell is cleaned and divided once, however many rows have it.
    encoded = column.combine_chunks().dictionary_encode()
    distinct = [cell or "" for cell in encoded.dictionary.to_pylist()]
    written = {cell: None if separator == "" else list_in(cell) for cell in distinct}
    if separator is None:
        cells: Counter[str] = Counter()
        for index, rows in Counter(encoded.indices.to_pylist()).items():
            if written[distinct[index]] is None:
                cells[_decoded(distinct[index])] += rows
        separator = separator_of(cells, comma=facet in COMMA_FACETS) if cells else ""
    values = [
        split_cell(_decoded(cell), separator) if parts is None else unique_lines(parts)
        for cell, parts in ((cell, written[cell]) for cell in distinct)
    ]
    return pa.array(values, lists).take(encoded.indices)


def list_in(cell: str) -> list[object] | None:
    """Read a cell in which a program wrote a list: as JSON, or as Python or numpy print it.

    Parameters
    ----------
    cell : str
        Such as ``["a", "b"]``, ``['a', 'b']`` or ``['a' 'b']``.

    Returns
    -------
    list of object or None
        Its parts, not cleaned; None if the cell is no list.
    """
    cell = cell.strip()
    if not (cell.startswith("[") and cell.endswith("]")):
        return None
    try:
        parts = json.loads(cell)
    except (ValueError, RecursionError):
        pass
    else:
        return parts if isinstance(parts, list) else None
    if not _LIST.fullmatch(cell):
        return None
    return [_ESCAPED.sub(r"\1", part[1:-1]) for part in _QUOTED.findall(cell)]


def unique_lines(values: Iterable[object]) -> list[str]:
    """Clean values of any type as facts.

    Parameters
    ----------
    values : iterable of object
        The parts of a cell that is a list.

    Returns
    -------
    list of str
        In their order, each once, without null words.
    """
    return list(dict.fromkeys(filter(None, (clean_line(text_of(value)) for value in values))))


def _decoded(text: str) -> str:
    """Decode the HTML entities in ``text``, those only that end in a semicolon."""
    return _ENTITY.sub(lambda entity: html.unescape(entity.group()), text) if "&" in text else text


def _tidy(text: str) -> str:
    """Bring to NFC, without control characters, halves of surrogate pairs and outer space."""
    if text.isprintable() and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text.strip()
    text = _SURROGATE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", _UNWANTED.sub("", text)).strip()


def _tidy_line(text: str) -> str:
    """Make one line of it; nothing if it says that nothing is known."""
    line = " ".join(_tidy(text).split())
    return "" if line.casefold() in NULL_WORDS else line
