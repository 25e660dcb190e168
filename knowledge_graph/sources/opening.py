"""Which kind of source it is that somebody wants opened."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from knowledge_graph.collection import Collection
from knowledge_graph.errors import CollectionError, nearest
from knowledge_graph.picture_names import is_picture
from knowledge_graph.sources.artgraph_csv import is_artgraph_csv, works_of_artgraph_csv
from knowledge_graph.sources.artgraph_json import is_artgraph_json, works_of_artgraph_json
from knowledge_graph.sources.cataloguing import (
    Options,
    entries,
    has_catalogue,
    images_folder,
    open_folder,
    open_table,
)
from knowledge_graph.sources.facts import WorkFacts, collection_of_facts
from knowledge_graph.sources.folder import folder_facets
from knowledge_graph.sources.hub_dataset import HUB, is_dataset_folder, works_of_dataset
from knowledge_graph.sources.jsonld import is_jsonld
from knowledge_graph.sources.listing import Listing, PictureIndex, list_pictures
from knowledge_graph.sources.pictures import downloads_in, pictures_in
from knowledge_graph.sources.query_mapping import ready_mapping, works_of_query
from knowledge_graph.sources.query_results import is_query_result, works_of_results
from knowledge_graph.sources.reading import is_table
from knowledge_graph.sources.semart import is_semart, semart_folder, works_of_semart
from knowledge_graph.sources.star import vocabulary_of, works_of_star
from knowledge_graph.sources.statements import RDF_SUFFIXES, rdf_suffix
from knowledge_graph.sources.table_mapping import read_table_mapping

FORMATS: Mapping[str, str] = MappingProxyType({
    "folder": "a folder of pictures, with or without metadata.csv",
    "table": "a table of works (csv, tsv, jsonl, parquet, also .gz)",
    "artgraph": "ArtGraph as RDF",
    "artgraph-csv": "ArtGraph's tree of headerless CSV files",
    "artgraph-json": "ArtGraph as JSON splits",
    "wikidata": "RDF with Wikidata's properties",
    "linked-art": "RDF of Linked Art or CIDOC CRM",
    "arco": "RDF of ArCo",
    "rdf": "any RDF, with a query that says what is what",
    "query-result": "what a SPARQL endpoint gives (json, csv, tsv)",
    "semart": "SemArt's folder",
    "dataset": "a Hugging Face dataset: hf:owner/name, or a folder saved to disk",
})  # fmt: skip
"""The kinds of source that are read, by the names that ``format`` takes."""

_RDF = ("artgraph", "wikidata", "linked-art", "arco", "rdf")
_EXPECTED = (
    "a folder of pictures, a table of works (csv, tsv, jsonl, parquet), RDF (Turtle, N-Triples, "
    "RDF/XML, JSON-LD), a query's result, SemArt, ArtGraph or a Hugging Face dataset "
    "(hf:owner/name)"
)
_NEO4J = (
    "a Neo4j dump, which only Neo4j reads; expected an export of it. Load it (neo4j-admin database "
    "load), export it as N-Triples with the plug-in neosemantics (CALL n10s.rdf.export.cypher) or "
    "as CSV with APOC (CALL apoc.export.csv.query), and open that; for ArtGraph, Zenodo record "
    "6337958 has it as Turtle."
)


def open_collection(
    source: str | Path,
    *,
    format: str | None = None,  # noqa: A002 - what the command and other libraries call it
    images: str | Path | None = None,
    mapping: str | Path | None = None,
    columns: Mapping[str, str] | None = None,
    separator: str | None = None,
    folders_as: str | None = None,
) -> Collection:
    """Open a folder of pictures, a table, a knowledge graph or a dataset as a collection.

    What kind of source it is, is recognised from its files. Where there are facts they are the
    catalogue: each work is there, with its pictures or without, and a picture that no work names is
    no work. Everything that could not be used is in ``Collection.problems``. No picture is opened,
    nothing is written, and nothing is fetched but a dataset that is asked for by its Hub name.

    Parameters
    ----------
    source : str or Path
        A file or a folder of one of the kinds in FORMATS, or ``hf:owner/name`` (``:split`` may
        follow). A table's pictures are named relative to its folder or to ``images/`` there.
    format : str, optional
        The kind of source, one of FORMATS. Recognised by default.
    images : str or Path, optional
        The folder of the pictures, matched by name, nested folders too. By default ``images/``
        beside the source.
    mapping : str or Path, optional
        For RDF, a file with one SPARQL SELECT whose variables are ``work`` and facets; for tables,
        a TOML file with ``[columns]``, ``separator`` and ``folders_as``, which the options below
        go before.
    columns : mapping of str to str, optional
        What the table's columns are, where their names do not say it: a facet, ``id``, ``image``,
        ``title``, ``description`` or ``date`` to a column's name. ``""`` leaves it unread.
    separator : str, optional
        What stands between the facts of one cell, in every facet's column. Recognised by default,
        column by column (``knowledge_graph.values.separator_of``); ``""`` divides nothing.
    folders_as : str, optional
        The facet that the folders' names are (``"style"``), or one per level (``"style/artist"``),
        added to what a table says.

    Returns
    -------
    Collection
        Sorted by id. A work's id is its id column's, else its picture's path without the suffix.

    Raises
    ------
    CollectionError
        There is nothing to open, or it is not as described; the message says how to mend it.
    """
    if format is not None and format not in FORMATS:
        raise CollectionError(
            f"--format {format}: there is no such kind of source; the kinds are "
            f"{', '.join(FORMATS)}.{nearest(format, FORMATS)}"
        )
    if not str(source).strip():
        raise CollectionError(f"the source is empty; expected {_EXPECTED}.")
    options = _options(images, mapping, columns, separator, folders_as)
    on_hub = str(source).startswith(HUB)
    path = Path() if on_hub else existing(source)
    kind = "dataset" if on_hub else format or kind_of(path, source)
    if options.mapping:
        if kind not in _RDF:
            raise CollectionError(
                f"--mapping {mapping}: {source} is {FORMATS[kind]}, which no query can be asked; "
                "expected a TOML file for a table, none for the others. Leave --mapping out."
            )
        kind = "rdf"
    if kind == "semart":
        path = semart_folder(path)
    if kind in ("folder", "table"):
        opened = open_folder if path.is_dir() else open_table
        return opened(str(source), path, options)
    _require_no_table_options(kind, source, options)
    if on_hub:
        facts = works_of_dataset(str(source), options.columns, options.separator)
        return _with_pictures(facts, str(source), None, options)
    with _uncollected():
        return _with_pictures(_facts_of(kind, path, options), str(source), path, options)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Pause the collector of cyclic garbage: in millions of facts it looks for cycles in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _options(
    images: str | Path | None,
    mapping: str | Path | None,
    columns: Mapping[str, str] | None,
    separator: str | None,
    folders_as: str | None,
) -> Options:
    """Gather the options, those of a TOML mapping after those that are given."""
    query = None
    if mapping is not None:
        file = Path(mapping).expanduser()
        if file.suffix.lower() == ".toml":
            table = read_table_mapping(file)
            columns = {**table.columns, **(columns or {})}
            separator = table.separator if separator is None else separator
            folders_as = table.folders_as if folders_as is None else folders_as
        else:
            query = file
    folder = None if images is None else Path(images)
    return Options(folder, query, columns, separator, folder_facets(folders_as))


def existing(source: str | Path) -> Path:
    """Give a source's real place.

    Parameters
    ----------
    source : str or Path
        A file or a folder.

    Returns
    -------
    Path
        Resolved.

    Raises
    ------
    CollectionError
        It is not there.
    """
    try:
        path = Path(source).expanduser()
        real = path.resolve()
        is_folder, is_file = real.is_dir(), real.is_file()
        if is_folder:
            os.scandir(real).close()  # Raises if it may not be listed.
    except (OSError, RuntimeError, ValueError) as error:
        raise CollectionError(
            f"{str(source)!r}: cannot be opened ({error}); expected {_EXPECTED}."
        ) from error
    if not is_folder and not is_file:
        found = "neither a folder nor a plain file" if real.exists() else "no such file or folder"
        names = [entry.name for entry in entries(real.parent)]
        hint = "" if real.exists() else nearest(real.name, names)
        if not hint and not path.is_absolute() and len(path.parts) == 2:
            hint = f" If it is a dataset of the Hugging Face Hub, write {HUB}{source}."
        raise CollectionError(f"{path}: {found}; expected {_EXPECTED}.{hint}")
    return real


def kind_of(path: Path, source: str | Path) -> str:
    """Recognise the kind of a source.

    Parameters
    ----------
    path : Path
        Its real place.
    source : str or Path
        What the user calls it.

    Returns
    -------
    str
        One of FORMATS.

    Raises
    ------
    CollectionError
        It is of none of these kinds.
    """
    if path.is_dir():
        recognised: dict[str, Callable[[Path], bool]] = {
            "artgraph-csv": is_artgraph_csv,
            "semart": is_semart,
            "dataset": is_dataset_folder,
            "artgraph-json": is_artgraph_json,
        }
        for kind, fits in recognised.items():
            if fits(path):
                return kind
        rdf = [] if has_catalogue(path) or (path / "run.json").exists() else rdf_files(path)
        if rdf and not list_pictures(path, only=()).files:
            try:
                return vocabulary_of(rdf) or "rdf"
            except CollectionError:
                if not list_pictures(path).files:
                    raise
                # Somebody's pictures, and an .xml of another program among them.
        if any(entry.suffix == ".dump" for entry in entries(path)):
            raise CollectionError(f"{path}: holds {_NEO4J}")
        return "folder"
    if path.suffix.lower() == ".dump":
        raise CollectionError(f"{path}: {_NEO4J}")
    if rdf_suffix(path) or is_jsonld(path):
        return vocabulary_of([path]) or "rdf"
    if is_query_result(path):
        return "query-result"
    if is_table(path):
        return "table"
    if is_artgraph_json(path):
        return "artgraph-json"
    raise CollectionError(f"{source}: {_not_a_source(path)}; expected {_EXPECTED}.")


def _facts_of(kind: str, path: Path, options: Options) -> WorkFacts:
    """Read the works of a source that is neither pictures nor a table."""
    if kind in _RDF:
        is_rdf = rdf_suffix(path) or path.name.lower().endswith((".json", ".json.gz"))
        files = rdf_files(path) if path.is_dir() else [path] if is_rdf else []
        if not files:
            raise CollectionError(
                f"{path}: no RDF file; expected one, or a folder of them, that ends in "
                f"{', '.join(RDF_SUFFIXES)}. Name the folder or the file that holds the graph."
            )
        if options.mapping:
            return works_of_query(files, options.mapping)
        if kind == "rdf":
            raise CollectionError(
                f"{path}: is in none of the vocabularies that topicart knows (ArtGraph, Wikidata, "
                "Linked Art, ArCo), or not read as such; expected a query that says what is what. "
                "Write one SPARQL SELECT with the variables work, title, artist, style … and "
                f"give it as --mapping QUERY.rq; {ready_mapping('linked-art')} is an example."
            )
        if kind in ("artgraph", "wikidata"):
            return works_of_star(files, kind)
        return works_of_query(files, ready_mapping(kind))
    if kind == "artgraph-csv":
        return works_of_artgraph_csv(path)
    if kind == "artgraph-json":
        return works_of_artgraph_json(path)
    if kind == "semart":
        return works_of_semart(path)
    if kind == "dataset":
        return works_of_dataset(path, options.columns, options.separator)
    return works_of_results(path)


def _with_pictures(
    facts: WorkFacts, source: str, path: Path | None, options: Options
) -> Collection:
    """Find the pictures of works, where the user says or beside the source."""
    if options.images is not None:
        root, index, listing = pictures_in(options.images)
    elif path is None:
        root, index, listing = Path.cwd(), PictureIndex((), ""), Listing((), ())
    else:
        root = path if path.is_dir() else path.parent
        base = images_folder(root)
        # Only images/ is looked into: around it may be somebody's whole home.
        listing = list_pictures(root, only=(base,)) if base else Listing((), ())
        index = PictureIndex(listing.files, base, listing.problems, downloads_in(root))
    return collection_of_facts(facts, source, root, index, listing)


def rdf_files(folder: Path) -> list[Path]:
    """List the RDF files in a folder, or in the folders in it if it has none itself.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    list of Path
        By their suffixes; if there are none at all, files ``.json`` that hold JSON-LD.
    """
    files = [entry for entry in entries(folder) if rdf_suffix(entry) and entry.is_file()]
    if files:
        return files
    inner = (entry for entry in entries(folder) if entry.is_dir() and not entry.is_symlink())
    files = [entry for f in inner for entry in entries(f) if rdf_suffix(entry) and entry.is_file()]
    if files or any(map(is_table, entries(folder))):
        return files  # Beside a table a .json is about something else.
    return [entry for entry in entries(folder) if is_jsonld(entry)]


def _require_no_table_options(kind: str, source: str | Path, options: Options) -> None:
    """Refuse options that say nothing about this kind of source, instead of passing them over."""
    of_tables = replace(options, images=None, mapping=None)
    if kind == "dataset":
        of_tables = replace(of_tables, columns=None, separator=None)
    if of_tables != Options():
        raise CollectionError(
            f"{source} is {FORMATS[kind]}: --map, --separator, --folders-as and TOML mappings "
            "speak of tables and folders; expected none of them. Leave them out, or write a query "
            "(.rq) as --mapping for RDF."
        )


def _not_a_source(path: Path) -> str:
    """Say what a file is that cannot be read."""
    suffix = path.suffix.lower()
    if is_picture(path.name):
        return f"one picture; give its folder, {path.parent}"
    if suffix in (".xlsx", ".xls", ".ods"):
        return "a spreadsheet, which is not read; save it as CSV (UTF-8)"
    if suffix in (".zip", ".tar", ".7z", ".rar", ".tgz"):
        return "an archive, which is not read; unpack it"
    if path.name.lower().endswith((".json", ".json.gz")):
        return (
            "JSON, but no JSON-LD, no result of a query and nothing of ArtGraph's; write works as "
            "one object per line into a file .jsonl"
        )
    return (
        f"a file of the kind {suffix!r}, which is not read" if suffix else "a file of no known kind"
    )
