"""The command ``topicart graph``: look into a source, convert it, ask it, give topics back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from topicart.door import (
    Columns,
    FoldersAs,
    Format,
    Images,
    Json,
    Mapping,
    Quiet,
    RunFolder,
    Separator,
    SourceArgument,
    door,
    opened_with,
    print_json,
    show_progress,
)

graph = typer.Typer(
    help="Look into a collection and its knowledge graph, convert it, ask it, get its pictures.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@graph.command(short_help="Count what a source holds: works, facts, dates, pictures.")
def info(
    source: SourceArgument,
    images: Images = None,
    format: Format = None,  # noqa: A002 - the option is called so
    mapping: Mapping = None,
    column: Columns = None,
    separator: Separator = None,
    folders_as: FoldersAs = None,
    problems: Annotated[
        Path | None, typer.Option(help="Write each problem as a row of this CSV file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Count the works, pictures, facts, dates and problems of a source."""
    with door():
        from knowledge_graph import describe, open_collection, problems_csv, require_problems_file
        from knowledge_graph.atomic import write_text_atomic

        if problems is not None:
            require_problems_file(problems)
        opening = opened_with(images, format, mapping, column, separator, folders_as)
        collection = open_collection(source, **opening)
        if problems is not None:
            write_text_atomic(problems, problems_csv(collection.problems))
        summary = describe(collection)
        if as_json:
            print_json(summary.to_dict())
        else:
            from rich.console import Console

            from topicart.graph_console import collection_summary

            Console().print(collection_summary(summary))


@graph.command(short_help="Write a source as one table or as RDF.")
def convert(
    source: SourceArgument,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A file .parquet or .ttl.")],
    images: Images = None,
    format: Format = None,  # noqa: A002 - the option is called so
    mapping: Mapping = None,
    column: Columns = None,
    separator: Separator = None,
    folders_as: FoldersAs = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace OUT if it is there.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Write a source as one table (.parquet) or as RDF (.ttl); both can be opened again."""
    with door():
        from knowledge_graph import convert, open_collection, require_convertible

        require_convertible(out, overwrite=overwrite)
        opening = opened_with(images, format, mapping, column, separator, folders_as)
        collection = open_collection(source, **opening)
        convert(collection, out, overwrite=overwrite)
        if not quiet:
            typer.echo(f"{len(collection):,} works: {out}")


@graph.command(short_help="Ask a source, and a run's topics, in SPARQL.")
def query(
    source: SourceArgument,
    sparql: Annotated[
        str, typer.Argument(metavar="QUERY", help="A SPARQL query, or a file .rq that holds one.")
    ],
    run: Annotated[
        Path | None, typer.Option(help="Ask also the topics of this run (its topics.ttl).")
    ] = None,
    images: Images = None,
    format: Format = None,  # noqa: A002 - the option is called so
    mapping: Mapping = None,
    column: Columns = None,
    separator: Separator = None,
    folders_as: FoldersAs = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, one row a solution.")] = False,
    as_json: Json = False,
) -> None:
    """Ask a source a SPARQL query; prefixes such as artgraph: and skos: are known."""
    if csv and as_json:
        raise typer.BadParameter("Give one of --csv and --json.")
    with door():
        from knowledge_graph import ArtGraph, read_query
        from topicart.graph_console import print_answer
        from topicart.graph_export import add_topics
        from topicart.run import Run

        text = read_query(sparql)
        opening = opened_with(images, format, mapping, column, separator, folders_as)
        opened = ArtGraph.open(source, **opening)
        if run is not None:
            add_topics(opened, Run.open(run))
        print_answer(opened.query(text), csv=csv, as_json=as_json)
        if opened.problems:
            told = f"{len(opened.problems):,} parts of the source could not be read (graph info)"
            typer.secho(told, fg="yellow", err=True)


@graph.command(short_help="Write a run's topics as RDF (SKOS).")
def export(
    run: RunFolder,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A file .ttl.")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace OUT if it is there.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Write a run's topics as RDF: SKOS concepts, and an annotation for each work."""
    with door():
        from topicart.graph_export import export_topics
        from topicart.run import Run

        opened = Run.open(run)
        export_topics(opened, out, overwrite=overwrite)
        if not quiet:
            typer.echo(f"{len(opened.topics):,} topics: {out}")


@graph.command(short_help="Fetch the pictures that a source has addresses of.")
def download(
    source: SourceArgument,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the pictures.")],
    format: Format = None,  # noqa: A002 - the option is called so
    mapping: Mapping = None,
    column: Columns = None,
    separator: Separator = None,
    size: Annotated[
        int,
        typer.Option(
            min=64, max=20_000, help="Longest side asked for, where the server can scale."
        ),
    ] = 1024,
    rate: Annotated[
        float, typer.Option(min=0.01, max=1000.0, help="Requests a second to one server.")
    ] = 5.0,
    retries: Annotated[
        int, typer.Option(min=0, max=20, help="How often a failure is tried again.")
    ] = 4,
    contact: Annotated[
        str | None, typer.Option(help="Your mail or page, told to the servers; some require it.")
    ] = None,
    proxy: Annotated[str | None, typer.Option(help="Address of a proxy, http://….")] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Allow servers of your own network.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Fetch the pictures that a source has addresses of, or holds (datasets); resumable."""
    with door(f"Repeat the same command to go on; what was fetched is kept in {folder}."):
        from dataclasses import asdict

        from knowledge_graph import is_dataset, open_collection, write_pictures
        from knowledge_graph.download import DownloadConfig, download_pictures

        with show_progress(quiet or as_json) as progress:
            progress.stage("download")
            opening = opened_with(None, format, mapping, column, separator, None)
            if is_dataset(source):
                written, problems = write_pictures(
                    source,
                    folder,
                    mapping=mapping,
                    columns=opening.get("columns"),
                    progress=progress.count,
                )
                counts = {"n_downloaded": written}
            else:
                config = DownloadConfig(
                    size=size,
                    rate=rate,
                    retries=retries,
                    contact=contact,
                    proxy=proxy,
                    allow_private=allow_private,
                )
                collection = open_collection(source, **opening)
                report = download_pictures(collection, folder, config, progress=progress.count)
                problems = list(report.problems)
                counts = {
                    "n_addresses": report.n_addresses,
                    "n_here": report.n_here,
                    "n_downloaded": report.n_downloaded,
                    "n_bytes": report.n_bytes,
                }
        if as_json:
            told = {"folder": str(folder), **counts, "problems": [asdict(p) for p in problems]}
            print_json(told)
        elif not quiet:
            here = f", {counts['n_here']:,} were here" if counts.get("n_here") else ""
            wrong = f"; {len(problems):,} could not be had" if problems else ""
            typer.echo(f"{counts['n_downloaded']:,} pictures{here}{wrong}: {folder}")
            for problem in problems[:5]:
                typer.echo(f"  {problem.file}: {problem.reason}")
            if len(problems) > 5:
                typer.echo(f"  … all in {folder / 'problems.csv'}")
