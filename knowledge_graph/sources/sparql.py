"""SPARQL over RDF files: they are loaded into memory, and a query stays among them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from knowledge_graph.collection import Problem
from knowledge_graph.errors import CollectionError, cut
from knowledge_graph.nodes import PREFIXES as WRITTEN
from knowledge_graph.sources.statements import statements

if TYPE_CHECKING:
    import pyoxigraph as ox

_T = TypeVar("_T")
_STACK = 256 * 2**20

PREFIXES: Mapping[str, str] = MappingProxyType({
    **WRITTEN,
    "artgraph-res": "https://www.gennarovessio.com/artgraph-resources#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "wd": "http://www.wikidata.org/entity/",
    "wdt": "http://www.wikidata.org/prop/direct/",
    "crm": "http://www.cidoc-crm.org/cidoc-crm/",
    "la": "https://linked.art/ns/terms/",
    "aat": "http://vocab.getty.edu/aat/",
    "arco": "https://w3id.org/arco/ontology/arco/",
    "a-cd": "https://w3id.org/arco/ontology/context-description/",
})  # fmt: skip
"""The prefixes that a query need not declare."""

_NOT_KEYWORDS = re.compile(
    r"""\\.                                  # an escaped character of a name
    | <[^<>"{}|^`\x00-\x20]*>                # an IRI
    | \"{3}.*?\"{3} | '{3}.*?'{3}
    | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*'
    | \#[^\n\r]*                             # a comment
    | [?$]\w+ | :[\w.%-]+                    # a variable; the end of a prefixed name""",
    re.VERBOSE | re.DOTALL,
)
_FROM = re.compile(r"\bfrom\b", re.IGNORECASE)
_CODE_POINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_NO_PREFIX = "Prefix not found"
_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


def load_rdf(store: ox.Store, files: Iterable[Path], problems: list[Problem]) -> None:
    """Load RDF files into a store.

    Parameters
    ----------
    store : pyoxigraph.Store
        Where to.
    files : iterable of Path
        Files as ``statements`` reads them.
    problems : list of Problem
        Gets what could not be read.

    Raises
    ------
    CollectionError
        A file cannot be read at all.
    """
    for number, file in enumerate(files):
        store.bulk_extend(_apart(statements(file, problems), number))


def _apart(quads: Iterable[ox.Quad], number: int) -> Iterable[ox.Quad]:
    """Rename the blank nodes of a file, for another may have its own that are called so."""
    import pyoxigraph as ox

    for quad in quads:
        subject, said, value, graph = quad
        if isinstance(subject, ox.BlankNode) or isinstance(value, ox.BlankNode):
            ends = (
                ox.BlankNode(f"f{number}_{node.value}") if isinstance(node, ox.BlankNode) else node
                for node in (subject, value)
            )
            subject, value = ends
            quad = ox.Quad(subject, said, value, graph)
        yield quad


def evaluate(
    store: ox.Store, query: str, where: str
) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    """Evaluate a query; unless it says FROM, its default graph is the union of all graphs.

    Parameters
    ----------
    store : pyoxigraph.Store
        What is asked.
    query : str
        SPARQL 1.1; PREFIXES are declared already.
    where : str
        What the query is called in an error.

    Returns
    -------
    pyoxigraph.QuerySolutions or QueryBoolean or QueryTriples
        The answer, evaluated while it is read.

    Raises
    ------
    CollectionError
        It is no query, or it would ask another endpoint (SERVICE), for nothing is fetched.
    """
    _require_no_service(query, where)
    union = not _FROM.search(_NOT_KEYWORDS.sub(" ", query))
    try:
        return store.query(query, prefixes=dict(PREFIXES), use_default_graph_as_union=union)
    except SyntaxError as error:
        raise CollectionError(
            f"{where}: {_words(error, query)}; expected a SPARQL query (SELECT, ASK, CONSTRUCT, "
            "DESCRIBE). Mend it there; what changes the graph (INSERT, DELETE, LOAD) is not done."
        ) from error
    except (OSError, RuntimeError, ValueError) as error:
        raise CollectionError(
            f"{where}: cannot be evaluated ({error}); expected a query of what is loaded. Mend it."
        ) from error


def interruptible(work: Callable[[threading.Event], _T]) -> _T:
    """Do what asks queries so that Ctrl-C ends it, with room for deeply nested ones.

    Parameters
    ----------
    work : callable
        Called in a thread of its own; it ends early once the event that it gets is set.

    Returns
    -------
    object
        What ``work`` returns.
    """
    # The engine looks for no signals and is recursive: on the stack of the main thread, thousands
    # of brackets end the process.
    result: Future[_T] = Future()
    stop = threading.Event()

    def run() -> None:
        """Do the work, whatever comes of it."""
        try:
            result.set_result(work(stop))
        except BaseException as error:
            result.set_exception(error)

    usual = threading.stack_size(_STACK)
    try:
        threading.Thread(target=run, daemon=True).start()
    finally:
        threading.stack_size(usual)
    try:
        return result.result()
    finally:
        stop.set()


def _require_no_service(query: str, where: str) -> None:
    """Refuse a query that would fetch something."""
    # An escape (S as \u0053) is a letter in one place of a query and none in another.
    for text in (query, _CODE_POINT.sub(_character, query)):
        if "service" in _NOT_KEYWORDS.sub(" ", text).lower():
            raise CollectionError(
                f"{where}: it asks another endpoint (SERVICE), and nothing is fetched; expected a "
                "query of what is loaded. Take SERVICE out; labels (wikibase:label) are found "
                "without it."
            )


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2], 16)
    return chr(code) if code <= 0x10FFFF else ""


def _words(error: SyntaxError, query: str) -> str:
    """Give the parser's words, short enough to read, and the line that they speak of."""
    words = " ".join(str(error.msg).split())
    place = _PLACE.fullmatch(words)
    if place is None:
        return f"not SPARQL: {cut(words)}"
    number = int(place[1])
    lines = query.splitlines()
    line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    wrong = "a prefix is not declared" if _NO_PREFIX in place[3] else cut(place[3])
    return f"not SPARQL: line {number}, column {place[2]}: {wrong} in {cut(line)!r}"
