"""What a SPARQL endpoint, Wikidata's above all, gives as JSON, CSV or TSV."""

from __future__ import annotations

import csv
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from knowledge_graph.collection import Problem
from knowledge_graph.errors import CollectionError, listed
from knowledge_graph.facets import ROLES, recognise_columns
from knowledge_graph.sources.facts import WorkFacts
from knowledge_graph.sources.solutions import LABEL, Read, Solutions, Term
from knowledge_graph.sources.statements import open_bytes
from knowledge_graph.values import text_of

_START = 1 << 14
_FIRST_ROWS = 5
_WORK = ("item", "work", "painting", "artwork")
_ALSO = {"pic": "image", "pics": "image", "depictions": "subject"}
"""What people call variables for Wikidata, and the names of columns that mean the same."""
_NO_WORK = re.compile(
    r"url|uri|link|href|web|site|page|source|licen[cs]e|rights|image|img|photo|pic|file|thumb",
    re.IGNORECASE,
)
_IRI = re.compile(r"https?://[^\s<>\"]+")
_SPARQL_JSON = re.compile(r'\s*\{.*"(?:vars|bindings)"\s*:\s*\[', re.DOTALL)
_TSV_TERM = re.compile(
    r"<(?P<iri>[^<>]*)>|(?P<mark>[\"'])(?P<text>.*)(?P=mark)(?:@(?P<language>[\w-]+)|\^\^\S+)?",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r"}

Row = Sequence[Term | None]


def is_query_result(path: Path) -> bool:
    """Say whether a file is a query's result.

    Parameters
    ----------
    path : Path
        Any file; only its beginning is read, and only if it ends in ``.srj``, ``.json``, ``.csv``
        or ``.tsv``, each also with ``.gz``.

    Returns
    -------
    bool
        It is SPARQL's JSON; or objects or a table in which the works (a column ``item``, ``work``,
        ``painting`` or ``artwork``, else the first if it is nothing that a table has) are IRIs.
    """
    kind = _kind(path)
    try:
        with open_bytes(path) as file:
            start = file.read(_START) if kind else b""
    except (OSError, EOFError, zlib.error):
        return False
    text = start.decode("utf-8", "replace").removeprefix("\ufeff")
    if kind == "json":
        if _SPARQL_JSON.match(text):
            return True
        objects = _first_objects(text)
        return bool(objects) and _has_works(list(objects[0]), [list(o.values()) for o in objects])
    if len(start) == _START:
        text = text.rpartition("\n")[0]
    try:
        names, *rows = [cells for _, cells in _split(io.StringIO(text, newline=""), kind)]
    except (ValueError, csv.Error):  # Not one line, or one that is no CSV.
        return False
    return _has_works(names, [row for row in rows if len(row) == len(names)][:_FIRST_ROWS])


def works_of_results(path: Path) -> WorkFacts:
    """Read the works of a query's result.

    Rows that have one work, one for each combination of its facts, are put together.

    Parameters
    ----------
    path : Path
        A file as ``is_query_result`` knows it.

    Returns
    -------
    WorkFacts
        In the order of the file. A work's id is the last part of its IRI (``Q12418``); what
        ``?creator`` is called is in ``?creatorLabel``, else it is the last part of its IRI.

    Raises
    ------
    CollectionError
        It cannot be read, is not as described, or has no work.
    """
    problems: list[Problem] = []
    kind = _kind(path) or "json"
    try:
        with open_bytes(path) as file:
            if kind == "json":
                names, rows = _json(file.read().decode("utf-8-sig", "replace"), path, problems)
            else:
                lines = io.TextIOWrapper(file, "utf-8-sig", "replace", newline="")
                names, rows = _table(lines, kind, path, problems)
            work, reads = _reads(names, path)
            solutions = Solutions(reads, in_order=True)
            for row in rows:
                term = row[work]
                if term and not term.text.startswith("_:"):
                    solutions.add(term.iri or term.text, term.iri, row)
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise CollectionError(
            f"{path}: cannot be read ({error}); expected the result of a query, as JSON, CSV or "
            "TSV. Download it again."
        ) from error
    if not len(solutions):
        raise CollectionError(
            f"{path}: no row has a work in {names[work]!r}; expected its IRI there, such as "
            "http://www.wikidata.org/entity/Q12418. Run the query again and download its result."
        )
    facts = solutions.facts()
    facts.problems = problems
    return facts


def _kind(path: Path) -> str:
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    return {".srj": "json", ".json": "json", ".csv": "csv", ".tsv": "tsv"}.get(suffix, "")


def _first_objects(text: str) -> list[dict[str, Any]]:
    """Read the first objects of a list, as far as the text goes."""
    objects: list[dict[str, Any]] = []
    decoder = json.JSONDecoder()
    place = re.match(r"\s*\[\s*", text)
    while place and len(objects) < _FIRST_ROWS:
        try:
            value, end = decoder.raw_decode(text, place.end())
        except (ValueError, RecursionError):
            break
        if not isinstance(value, dict):
            return []
        objects.append(value)
        place = re.compile(r"\s*,\s*").match(text, end)
    return objects


def _has_works(names: Sequence[str], rows: Sequence[Sequence[object]]) -> bool:
    column = _work_column(names)
    cells = [str(row[column]).strip("<>") for row in rows if len(row) > column >= 0]
    # One column alone has no facts; mostly it is a table that something else than commas divides.
    return len(names) > 1 and bool(cells) and all(map(_IRI.fullmatch, cells))


def _work_column(names: Sequence[str]) -> int:
    """Find the column of the works; -1 if there is none."""
    plain = [name.removeprefix("?") for name in names]
    for name in _WORK:
        for column, candidate in enumerate(plain):
            if candidate.casefold() == name:
                return column
    if not plain or _NO_WORK.search(plain[0]) or recognise_columns(plain[:1]):
        return -1
    return 0


def _reads(names: Sequence[str], path: Path) -> tuple[int, list[Read]]:
    """Say which column is the work, and what the others are read as."""
    work = max(_work_column(names), 0)
    labels: dict[str, int] = {}
    columns: dict[str, int] = {}
    for column, name in enumerate(names):
        base = LABEL.fullmatch(name)
        if column == work or name.endswith("AltLabel"):
            continue
        if base and base[1] in names:
            labels[base[1]] = column
        elif name.casefold().replace("_", "") == f"{names[work]}description".casefold():
            columns["description"] = column
        elif base and not recognise_columns([name]):
            columns[base[1]] = column  # ?creatorLabel without ?creator
        else:
            columns.setdefault(_ALSO.get(name.casefold(), name), column)
    roles = recognise_columns(list(columns))
    if roles.get("id") != "id":
        roles.pop("id", None)  # The work has an IRI: an inventory number is no better name.
    reads = [
        Read(role, columns[roles[role]], labels.get(names[columns[roles[role]]], -1))
        for role in ROLES
        if role in roles
    ]
    if names[work] in labels:
        reads.append(Read("title", labels[names[work]]))
    if not reads:
        raise CollectionError(
            f"{path}: its variables are {listed(names, 20)}, and none of them is a fact of works; "
            "expected such as item, itemLabel, creator, creatorLabel, inception, image, depicts. "
            "Call the query's variables so."
        )
    return work, reads


def _json(text: str, path: Path, problems: list[Problem]) -> tuple[list[str], Iterator[Row]]:
    """Read SPARQL's JSON, or a list of objects as query.wikidata.org gives it."""
    try:
        result = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CollectionError(
            f"{path}: is not JSON ({str(error)[:200]}); expected the whole result of a query. "
            "Download it again."
        ) from error
    objects: Any = result
    names: Any = None
    if isinstance(result, dict):
        head, results = result.get("head"), result.get("results")
        names = head.get("vars") if isinstance(head, dict) else None
        objects = results.get("bindings") if isinstance(results, dict) else None
    elif isinstance(result, list):
        names = list(dict.fromkeys(key for o in result if isinstance(o, dict) for key in o))
    if not _is_list_of_names(names) or not isinstance(objects, list):
        raise CollectionError(
            f"{path}: there are no rows in it; expected the result of a SELECT, with head.vars and "
            "results.bindings, or a list of objects. Download the result of a SELECT as JSON."
        )

    def rows() -> Iterator[Row]:
        for number, row in enumerate(objects, 1):
            if isinstance(row, dict):
                yield [_json_term(row.get(name)) for name in names]
            else:
                place = f"{path.name}, result {number:,}"
                problems.append(Problem("", place, "not an object: left out"))

    return names, rows()


def _is_list_of_names(names: object) -> bool:
    return isinstance(names, list) and bool(names) and all(isinstance(n, str) for n in names)


def _json_term(value: object) -> Term | None:
    if isinstance(value, dict):
        if not isinstance(text := value.get("value"), str) or not text:
            return None
        # JSON can write halves of letters, which no file can hold.
        text = text.encode("utf-8", "replace").decode()
        if value.get("type") == "uri":
            return Term("", text)
        if value.get("type") == "bnode":
            return None
        language = value.get("xml:lang")
        return Term(text, "", language if isinstance(language, str) else "")
    if isinstance(value, list) or value is None:
        return None
    return _plain_term(text_of(value).encode("utf-8", "replace").decode())


def _table(
    lines: Iterable[str], kind: str, path: Path, problems: list[Problem]
) -> tuple[list[str], Iterator[Row]]:
    """Read CSV or TSV; rows that are longer or shorter than the header are reported."""
    split = _split(lines, kind)
    _, header = next(split, (0, []))
    names = [name.strip().removeprefix("?") for name in header]
    if not names:
        raise CollectionError(
            f"{path}: is empty; expected the result of a query, with a line of variables before "
            "the rows. Download it again."
        )
    term: Callable[[str], Term | None] = _tsv_term if kind == "tsv" else _plain_term
    known: dict[str, Term | None] = {}

    def rows() -> Iterator[Row]:
        try:
            for line, cells in split:
                if len(cells) != len(names):
                    reason = f"{len(cells)} fields where the header has {len(names)}: left out"
                    problems.append(Problem("", f"{path.name}, line {line:,}", reason))
                    continue
                for cell in cells:
                    if cell not in known:
                        known[cell] = term(cell)
                yield [known[cell] for cell in cells]
        except csv.Error as error:
            problems.append(Problem("", path.name, f"{error}: the rest is not read"))

    return names, rows()


def _split(lines: Iterable[str], kind: str) -> Iterator[tuple[int, list[str]]]:
    """Give the cells of each line that is not empty, and its number."""
    if kind == "csv":
        reader = csv.reader(lines)
        yield from ((reader.line_num, cells) for cells in reader if cells)
        return
    for number, line in enumerate(lines, 1):
        if line := line.rstrip("\r\n"):
            yield number, line.split("\t")


def _plain_term(text: str) -> Term | None:
    if not text:
        return None
    return Term("", text) if _IRI.fullmatch(text) else Term(text)


def _tsv_term(cell: str) -> Term | None:
    """Read a term as SPARQL writes it in TSV; what is none is plain text."""
    term = _TSV_TERM.fullmatch(cell)
    if term is None:
        return _plain_term(cell)
    if term["iri"] is not None:
        return Term("", term["iri"])
    text = _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), term["text"])
    return Term(text, "", term["language"] or "")
