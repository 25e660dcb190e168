"""RDF in any vocabulary, read with a SPARQL SELECT whose variables are facets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph.collection import Problem
from knowledge_graph.errors import CollectionError, nearest
from knowledge_graph.facets import ROLES
from knowledge_graph.sources.facts import WorkFacts
from knowledge_graph.sources.solutions import (
    LABEL,
    Read,
    Solutions,
    Term,
    language_rank,
)
from knowledge_graph.sources.sparql import evaluate, interruptible, load_rdf

if TYPE_CHECKING:
    import pyoxigraph as ox

    Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple

_WORK = ("work", "item")
_CRM = "http://www.cidoc-crm.org/cidoc-crm/"
_LABELS = (
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://schema.org/name",
    "https://schema.org/name",
    "http://xmlns.com/foaf/0.1/name",
    f"{_CRM}P190_has_symbolic_content",
)
_NAMED_BY = (f"{_CRM}P1_is_identified_by", f"{_CRM}P131_is_identified_by")
_COMMONEST = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY DESC(?n) ?p LIMIT 5"


def ready_mapping(vocabulary: str) -> Path:
    """Give the query that comes with topicart for a vocabulary.

    Parameters
    ----------
    vocabulary : str
        ``"linked-art"`` (which reads CIDOC CRM too) or ``"arco"``.

    Returns
    -------
    Path
        A file to use or to start from.
    """
    return Path(__file__).parent / "mappings" / f"{vocabulary}.rq"


def works_of_query(files: Sequence[Path], query: Path) -> WorkFacts:
    """Read the works of RDF files with a query.

    Parameters
    ----------
    files : sequence of Path
        RDF files; together they are one graph, and named graphs are part of it.
    query : Path
        A file with one SPARQL SELECT. Its variables are ``work`` (or ``item``) and any of ROLES:
        facets, ``title``, ``description``, ``date``, ``image``, ``id``. What an IRI is called is
        looked up in the graph, unless ``?artistLabel`` beside ``?artist`` says it. A row each or
        one row with all: a work's rows are put together.

    Returns
    -------
    WorkFacts
        The works, in the order of their ids.

    Raises
    ------
    CollectionError
        The query cannot be read or does not say what is what, it gives no work, or a file cannot be
        read.
    """
    return interruptible(lambda stop: _works_of_query(files, query, stop))


def _works_of_query(files: Sequence[Path], query: Path, stop: threading.Event) -> WorkFacts:
    import pyoxigraph as ox

    text = _text_of(query)
    work, reads = _reads(_variables(text, query), query)
    problems: list[Problem] = []
    store = ox.Store()
    load_rdf(store, files, problems)
    solutions = Solutions(reads, in_order=False)
    _gather(solutions, work, store, text, query, stop)
    if not len(solutions):
        raise _nothing_found(store, files, query)
    facts = solutions.facts()
    facts.problems = problems
    return facts


def _gather(
    solutions: Solutions,
    work: int,
    store: ox.Store,
    text: str,
    query: Path,
    stop: threading.Event,
) -> None:
    """Ask the query. Its answer may not outlive the thread, as in the traceback of an error."""
    import pyoxigraph as ox

    term_of = _terms_of(store)
    answer = evaluate(store, text, str(query))
    assert isinstance(answer, ox.QuerySolutions)
    for row in answer:
        if stop.is_set():
            break
        node = row[work]
        if node is not None:
            named = isinstance(node, (ox.NamedNode, ox.Literal))
            iri = node.value if isinstance(node, ox.NamedNode) else ""
            cells = [None if cell is None else term_of(cell) for cell in row]
            solutions.add(node.value if named else str(node), iri, cells)


def _text_of(query: Path) -> str:
    try:
        return query.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or error
        hint = ""
        if isinstance(error, FileNotFoundError) and query.parent.is_dir():
            hint = nearest(query.name, [entry.name for entry in query.parent.iterdir()])
        raise CollectionError(
            f"--mapping {query}: cannot be read ({reason}); expected a text file with one SPARQL "
            f"SELECT, in UTF-8. Mend the name or the file.{hint}"
        ) from error


def _variables(text: str, query: Path) -> list[str]:
    """Give the names of the variables that the query selects, asking an empty graph."""
    import pyoxigraph as ox

    answer = evaluate(ox.Store(), text, f"--mapping {query}")
    if not isinstance(answer, ox.QuerySolutions):
        raise CollectionError(
            f"--mapping {query}: the query is an ASK, CONSTRUCT or DESCRIBE; expected a SELECT "
            "with the variables work, title, artist, style … Write it as a SELECT."
        )
    return [variable.value for variable in answer.variables]


def _reads(names: list[str], query: Path) -> tuple[int, list[Read]]:
    """Say which column is the work, and what the others are read as."""
    work = next((names.index(name) for name in _WORK if name in names), None)
    if work is None:
        raise CollectionError(
            f"--mapping {query}: no variable is called work; expected ?work for the works, beside "
            f"{', '.join(f'?{name}' for name in names)}. Call the works' variable ?work."
        )
    values = {name: column for column, name in enumerate(names) if name in ROLES}
    labels: dict[str, int] = {}
    for column, name in enumerate(names):
        if column == work or name in values:
            continue
        base = LABEL.fullmatch(name)
        if base and base[1] in ROLES:
            labels[base[1]] = column
        elif base and base[1] == names[work]:
            values.setdefault("title", column)
        else:
            raise CollectionError(
                f"--mapping {query}: ?{name} is no facet; expected ?work and any of "
                f"{', '.join(f'?{role}' for role in ROLES)} (or ?artistLabel beside ?artist). Call "
                f"the variable so, or leave it out of the SELECT.{nearest(name, ROLES)}"
            )
    roles = [role for role in ROLES if role in values or role in labels]
    return work, [
        Read(role, values.get(role, labels.get(role, -1)), labels.get(role, -1)) for role in roles
    ]


def _terms_of(store: ox.Store) -> Callable[[Node], Term]:
    """Give what makes a node of the graph a term, each node once."""
    import pyoxigraph as ox

    labels = [ox.NamedNode(iri) for iri in _LABELS]
    named_by = [ox.NamedNode(iri) for iri in _NAMED_BY]
    known: dict[Node, Term] = {}

    def label_of(node: ox.NamedNode | ox.BlankNode) -> str:
        for predicate in labels:
            found = [
                (language_rank(quad.object.language or ""), quad.object.value)
                for quad in store.quads_for_pattern(node, predicate, None)
                if isinstance(quad.object, ox.Literal)
            ]
            if found:
                return min(found)[1]
        return ""

    def term_of(node: Node) -> Term:
        term = known.get(node)
        if term is None:
            if isinstance(node, ox.Literal):
                term = Term(node.value, "", node.language or "")
            elif isinstance(node, ox.Triple):
                term = Term(str(node))
            else:
                names = [label_of(node)] + [
                    label_of(quad.object)
                    for predicate in named_by
                    for quad in store.quads_for_pattern(node, predicate, None)
                    if isinstance(quad.object, (ox.NamedNode, ox.BlankNode))
                ]
                name = names[0] or min(filter(None, names), default="")
                term = Term(name, node.value if isinstance(node, ox.NamedNode) else "")
            known[node] = term
        return term

    return term_of


def _nothing_found(store: ox.Store, files: Sequence[Path], query: Path) -> CollectionError:
    """Say what the graph has, where the query finds nothing in it."""
    import pyoxigraph as ox

    commonest = evaluate(store, _COMMONEST, str(query))
    assert isinstance(commonest, ox.QuerySolutions)
    found = ", ".join(f"<{row[0].value}> ({int(row[1].value):,})" for row in commonest)
    where = str(files[0]) if len(files) == 1 else f"the {len(files):,} files in {files[0].parent}"
    return CollectionError(
        f"{where}: {query} finds no work there; expected it to give at least one row. The "
        f"predicates that are there most often are {found}. Write a query with those, and give it "
        "as --mapping QUERY.rq."
    )
