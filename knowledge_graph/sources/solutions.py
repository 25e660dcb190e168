"""From the solutions of a query, a row for each combination of facts, to works and their facts."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import unquote

from knowledge_graph.facets import FACETS
from knowledge_graph.sources.facts import Edges, WorkFacts

LABEL = re.compile(r"(\w+?)(?:_?[Ll]abel|_?[Nn]ame)")
"""A variable that holds what another one is called: ``creatorLabel``, ``creator_name``."""

_UNKNOWN = re.compile(r"_:.*|t\d{4,}|https?://\S*/\.well-known/genid/\S*")
_INSTANT = re.compile(r"([+-]?\d{4,})-(\d\d)-(\d\d)T[^\s/]*")
_ISO = re.compile(r"([+-]?\d{4,})(?:-\d\d(?:-\d\d(?:T[^\s/]*)?)?)?")


class Term(NamedTuple):
    """What a variable is bound to."""

    text: str
    """The text, or what the IRI is called; ``""`` if that is not known."""
    iri: str = ""
    language: str = ""


class Read(NamedTuple):
    """How one column of the solutions is read."""

    role: str
    """One of ROLES."""
    value: int
    """The column that holds it."""
    label: int = -1
    """The column that says what it is called; -1 for none."""


class Solutions:
    """Gathers solutions by work: each fact once, however many rows repeat it.

    Parameters
    ----------
    reads : sequence of Read
        The columns that are read. Of several for a title, a description, a date or an id the first
        that is bound counts.
    in_order : bool
        Whether the order of the solutions means something. If not, works and facts are put in an
        order of their own, so that one graph always gives one collection.
    """

    def __init__(self, reads: Sequence[Read], *, in_order: bool) -> None:
        self._in_order = in_order
        self._reads = [read for read in reads if read.role not in FACETS]
        self._facets = [read for read in reads if read.role in FACETS]
        self._row_of: dict[str, int] = {}
        self._iris: list[str] = []
        self._texts: dict[str, dict[int, tuple[tuple[int, int, str], str]]] = {
            role: {} for role in ("id", "title", "description", "date")
        }
        self._pictures: list[dict[str, None]] = []
        self._node_of: dict[tuple[str, str], int] = {}
        self._seen: dict[str, set[int]] = {read.role: set() for read in self._facets}
        self._edges = {read.role: (array("i"), array("i")) for read in self._facets}

    def __len__(self) -> int:
        return len(self._row_of)

    def add(self, work: str, iri: str, row: Sequence[Term | None]) -> None:
        """Take in one solution.

        Parameters
        ----------
        work : str
            What the work is known by: its IRI, a text, or ``_:`` and the number of a blank node.
        iri : str
            Its IRI; ``""`` for none.
        row : sequence of Term or None
            The columns; None where a variable is not bound.
        """
        number = self._row_of.setdefault(work, len(self._row_of))
        if number == len(self._iris):
            self._iris.append(iri)
            self._pictures.append({})
        for role, value, label in self._facets:
            node = self._node(row[value], row[label] if label >= 0 else None)
            edge = number << 32 | node
            if node >= 0 and edge not in self._seen[role]:
                self._seen[role].add(edge)
                works, nodes = self._edges[role]
                works.append(number)
                nodes.append(node)
        for order, (role, value, label) in enumerate(self._reads):
            term = row[value] or (row[label] if label >= 0 else None)
            if term is None:
                continue
            if role == "image":
                name = term.iri or term.text
                if name and not _UNKNOWN.fullmatch(name):
                    self._pictures[number][name] = None
            else:
                self._offer(role, number, order, term)

    def facts(self) -> WorkFacts:
        """Give the works and their facts.

        Returns
        -------
        WorkFacts
            A work's id is its id's text, else the last part of its IRI.
        """
        labels = [label for label, _ in self._node_of]
        facts = WorkFacts(
            ids=[
                self._text("id", row) or last_part(iri) or ("" if work.startswith("_:") else work)
                for row, (work, iri) in enumerate(zip(self._row_of, self._iris, strict=True))
            ],
            iris=self._iris,
            titles=[self._title(row) for row in range(len(self._iris))],
            descriptions=[self._text("description", row) for row in range(len(self._iris))],
            dates=[date_text(self._text("date", row)) for row in range(len(self._iris))],
            pictures=[list(names) if self._in_order else sorted(names) for names in self._pictures],
            labels=labels,
            node_iris=[iri for _, iri in self._node_of],
            facets={role: Edges(*edges) for role, edges in self._edges.items() if edges[0]},
        )
        return facts if self._in_order else _sorted(facts)

    def _node(self, term: Term | None, label: Term | None) -> int:
        """Number what a fact leads to; -1 if that is not known."""
        iri = term.iri if term else ""
        text = (label and label.text) or (term and term.text) or last_part(iri)
        node = self._node_of.get((text, iri), -1)
        if node >= 0 or not text or _UNKNOWN.fullmatch(iri or text):
            return node
        return self._node_of.setdefault((text, iri), len(self._node_of))

    def _offer(self, role: str, number: int, order: int, term: Term) -> None:
        """Take a text if it is the first, or in a language that is preferred."""
        text = term.text or last_part(term.iri)
        if not text or (role == "date" and _UNKNOWN.fullmatch(term.iri or text)):
            return
        rank = (order, language_rank(term.language), "" if self._in_order else text)
        best = self._texts[role].get(number)
        if best is None or rank < best[0]:
            self._texts[role][number] = (rank, text)

    def _text(self, role: str, row: int) -> str:
        found = self._texts[role].get(row)
        return found[1] if found else ""

    def _title(self, row: int) -> str:
        """Give the title, unless it is the Q12418 that stands where there is no label."""
        title = self._text("title", row)
        return "" if self._iris[row] and title == last_part(self._iris[row]) else title


def language_rank(language: str) -> int:
    """Say how much a language is preferred, as works are labelled in English.

    Parameters
    ----------
    language : str
        The tag of a literal, ``""`` for none.

    Returns
    -------
    int
        0 for English, 1 for none, 2 for any other.
    """
    if not language:
        return 1
    return 0 if language.lower().split("-")[0] == "en" else 2


def last_part(iri: str) -> str:
    """Give the last part of an IRI, by which it is known where it has no label.

    Parameters
    ----------
    iri : str
        The IRI.

    Returns
    -------
    str
        What follows the last ``/``, ``#`` or, in an URN, ``:``.

    Examples
    --------
    >>> last_part("http://www.wikidata.org/entity/Q12418"), last_part("https://m.org/art#a%20b")
    ('Q12418', 'a b')
    """
    separator = ":" if iri.startswith("urn:") else "/"
    return unquote(iri.rstrip("/#").rpartition("#")[2].rpartition(separator)[2])


def date_text(text: str) -> str:
    """Write the instants and intervals that graphs have for dates as people do.

    Parameters
    ----------
    text : str
        A date: the first of January, or day 0, is how Wikidata says that only the year is known.

    Returns
    -------
    str
        As it was, if it is neither.

    Examples
    --------
    >>> date_text("1503-01-01T00:00:00Z"), date_text("-0500-00-00T00:00:00Z")
    ('1503', '500 BC')
    >>> date_text("1642-01-01T00:00:00/1643-12-31T23:59:59"), date_text("c. 1642")
    ('1642 - 1643', 'c. 1642')
    """
    instant = _INSTANT.fullmatch(text)
    if instant:
        year, month, day = _year(instant[1]), instant[2], instant[3]
        if month == "00" or (month, day) == ("01", "01") or year.endswith("BC"):
            return year
        return f"{year}-{month}" if day == "00" else f"{year}-{month}-{day}"
    begin, slash, end = text.partition("/")
    first, last = _ISO.fullmatch(begin), _ISO.fullmatch(end)
    if not slash or (begin and not first) or (end and not last):
        return text
    if first and last:
        years = dict.fromkeys((_year(first[1]), _year(last[1])))
        return " - ".join(years)
    if first:
        return f"after {_year(first[1])}"
    return f"before {_year(last[1])}" if last else text


def _year(number: str) -> str:
    """Write a year of ISO 8601; before Christ as such."""
    # Not int(): a file may have a year of a million digits.
    digits = number.lstrip("+-").lstrip("0") or "0"
    return f"{digits} BC" if number.startswith("-") else digits


def _sorted(facts: WorkFacts) -> WorkFacts:
    """Put works and the values of their facets in the order of their names."""
    import numpy as np

    works = sorted(range(len(facts.ids)), key=lambda row: (facts.ids[row], facts.iris[row]))
    nodes = sorted(
        range(len(facts.labels)), key=lambda node: (facts.labels[node], facts.node_iris[node])
    )
    new_work, new_node = np.argsort(works), np.argsort(nodes)
    facets = {}
    for facet, edges in facts.facets.items():
        row, node = new_work[np.asarray(edges.works)], new_node[np.asarray(edges.nodes)]
        order = np.lexsort((node, row))
        facets[facet] = Edges(row[order], node[order])
    return WorkFacts(
        **{
            name: [getattr(facts, name)[row] for row in works]
            for name in ("ids", "iris", "titles", "descriptions", "dates", "pictures")
        },
        labels=[facts.labels[node] for node in nodes],
        node_iris=[facts.node_iris[node] for node in nodes],
        facets=facets,
    )
