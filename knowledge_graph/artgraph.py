"""A knowledge graph of works: any source as RDF in memory, for SPARQL and for rdflib."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_graph.collection import Collection, Problem
from knowledge_graph.errors import CollectionError
from knowledge_graph.sources.hub_dataset import HUB
from knowledge_graph.sources.sparql import PREFIXES, evaluate, interruptible, load_rdf
from knowledge_graph.sources.statements import RDF_SUFFIXES, rdf_suffix

if TYPE_CHECKING:
    import threading

    import pyoxigraph as ox
    import rdflib

_RDF_KINDS = ("artgraph", "wikidata", "linked-art", "arco", "rdf")


@dataclass(frozen=True)
class Answer:
    """What a query finds."""

    names: tuple[str, ...]
    """Its variables; ``answer`` for an ASK, ``subject, predicate, object`` for triples."""
    rows: tuple[tuple[str, ...], ...]
    """The solutions as text: an IRI, what a literal says, ``_:`` and the number of a blank node,
    ``""`` for nothing."""


class ArtGraph:
    """Works and what is known about them as RDF, which SPARQL and rdflib can ask.

    It is in memory, beside a collection and not in it: who asks no SPARQL never makes one. Nothing
    that is changed in it is written anywhere.

    Parameters
    ----------
    store : pyoxigraph.Store
        The statements.
    problems : iterable of Problem
        What could not be read when they were loaded.
    """

    def __init__(self, store: ox.Store, problems: Iterable[Problem] = ()) -> None:
        self._store = store
        self._problems = list(problems)

    @classmethod
    def open(
        cls,
        source: str | Path,
        *,
        format: str | None = None,  # noqa: A002 - as open_collection calls it
        images: str | Path | None = None,
        mapping: str | Path | None = None,
        columns: Mapping[str, str] | None = None,
        separator: str | None = None,
        folders_as: str | None = None,
    ) -> ArtGraph:
        """Open a source as a graph.

        Parameters
        ----------
        source : str or Path
            RDF, a file or a folder of files, which is loaded as it is; or anything else that
            ``open_collection`` opens, which is put into ArtGraph's vocabulary.
        format, images, mapping, columns, separator, folders_as : optional
            As for ``open_collection``; beside RDF only ``format`` says anything.

        Returns
        -------
        ArtGraph
            The graph; ``problems`` has what could not be read.

        Raises
        ------
        CollectionError
            There is nothing to open, or it is not as described.
        """
        import pyoxigraph as ox

        from knowledge_graph.sources.opening import open_collection

        options: dict[str, Any] = {
            "images": images,
            "mapping": mapping,
            "columns": columns,
            "separator": separator,
            "folders_as": folders_as,
        }
        files = _rdf_files_of(source, format)
        if not files:
            return cls.from_collection(open_collection(source, format=format, **options))
        if given := [name for name, value in options.items() if value is not None]:
            raise CollectionError(
                f"{source} is RDF, which is asked as it is: {', '.join(given)} would say nothing; "
                "expected none of them. Leave them out, or convert the source to .ttl first and "
                "ask that."
            )
        problems: list[Problem] = []
        store = ox.Store()
        load_rdf(store, files, problems)
        return cls(store, problems)

    @classmethod
    def from_collection(cls, collection: Collection) -> ArtGraph:
        """Make a graph of a collection, in ArtGraph's vocabulary.

        Parameters
        ----------
        collection : Collection
            The works.

        Returns
        -------
        ArtGraph
            The graph; its problems are the collection's.
        """
        import pyoxigraph as ox

        from knowledge_graph.rdf import statements_of

        store = ox.Store()
        store.bulk_extend(ox.Quad(*triple) for triple in statements_of(collection))
        return cls(store, collection.problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read.

        Returns
        -------
        tuple of Problem
            In the order of reading.
        """
        return tuple(self._problems)

    @cached_property
    def graph(self) -> rdflib.Dataset:
        """The graph with rdflib's API: triples, value, serialize, query; a union of its graphs.

        Unlike ``ArtGraph.query`` it does whatever it is told, and that is to fetch, too.

        Returns
        -------
        rdflib.Dataset
            Over the same statements, with PREFIXES bound.
        """
        import rdflib
        from oxrdflib import OxigraphStore

        graph = rdflib.Dataset(store=OxigraphStore(store=self._store), default_union=True)
        for prefix, namespace in PREFIXES.items():
            graph.bind(prefix, namespace, replace=True)
        return graph

    def __len__(self) -> int:
        return len(self._store)

    def add(self, path: str | Path) -> None:
        """Load further RDF, such as a run's ``topics.ttl``, so that one query goes over both.

        Parameters
        ----------
        path : str or Path
            A file whose suffix is one of RDF_SUFFIXES.

        Raises
        ------
        CollectionError
            It is no RDF file, or cannot be read.
        """
        path = Path(path)
        if not rdf_suffix(path):
            raise CollectionError(
                f"{path}: is no RDF file by its name; expected one that ends in "
                f"{', '.join(RDF_SUFFIXES)}. Name another file, or rename it."
            )
        load_rdf(self._store, [path], self._problems)

    def query(self, sparql: str) -> Answer:
        """Ask a query; it changes nothing, and fetches nothing.

        Parameters
        ----------
        sparql : str
            A SELECT, ASK, CONSTRUCT or DESCRIBE of SPARQL 1.1. The usual prefixes (``artgraph:``,
            ``topicart:``, ``skos:``, ``wdt:`` …) need not be declared.

        Returns
        -------
        Answer
            All solutions.

        Raises
        ------
        CollectionError
            It is no query, changes the graph, or asks another endpoint (SERVICE).
        """
        return interruptible(lambda stop: _answer(self._store, sparql, stop))


def read_query(query: str) -> str:
    """Read a query from its file, if it is not the query itself.

    Parameters
    ----------
    query : str
        SPARQL, or the name of a file ``.rq`` or ``.sparql`` that holds it.

    Returns
    -------
    str
        The query.

    Raises
    ------
    CollectionError
        There is no such file, or it is no text.
    """
    if not query.lower().endswith((".rq", ".sparql")) or len(query.split()) > 1:
        return query
    try:
        return Path(query).expanduser().read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or error
        raise CollectionError(
            f"{query}: cannot be read ({reason}); expected a text file with one SPARQL query, in "
            "UTF-8. Mend the name or the file, or give the query itself."
        ) from error


def _answer(store: ox.Store, sparql: str, stop: threading.Event) -> Answer:
    """Ask a query; it is given up once ``stop`` is set."""
    import pyoxigraph as ox

    found = evaluate(store, sparql, "the query")
    if isinstance(found, ox.QueryBoolean):
        return Answer(("answer",), (("true" if found else "false",),))
    rows = tuple(tuple(map(_text, row)) for row in takewhile(lambda _: not stop.is_set(), found))
    if isinstance(found, ox.QueryTriples):
        return Answer(("subject", "predicate", "object"), rows)
    return Answer(tuple(variable.value for variable in found.variables), rows)


def _rdf_files_of(source: str | Path, kind: str | None) -> list[Path]:
    """Give the files of a source that is RDF; none for any other."""
    from knowledge_graph.sources.opening import existing, kind_of, rdf_files

    if not str(source).strip() or str(source).startswith(HUB):
        return []
    path = existing(source)
    if (kind or kind_of(path, source)) not in _RDF_KINDS:
        return []
    return [path] if path.is_file() else rdf_files(path)


def _text(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> str:
    import pyoxigraph as ox

    if term is None:
        return ""
    return term.value if isinstance(term, (ox.NamedNode, ox.Literal)) else str(term)
