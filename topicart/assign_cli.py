"""The command ``topicart assign``: where new works belong among the themes of a run."""

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
    report_run,
    say_where,
    show_progress,
)


def assign(
    run: RunFolder,
    source: SourceArgument,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write one row a work: FILE.csv or FILE.parquet.")
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="NEW_RUN", help="Put the works into a copy of the run."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Where the run's encoder is now. [default: where it was]")
    ] = None,
    images: Images = None,
    format: Format = None,  # noqa: A002 - the option is called so
    mapping: Mapping = None,
    column: Columns = None,
    separator: Separator = None,
    folders_as: FoldersAs = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")] = "auto",
    batch_size: Annotated[int, typer.Option(min=1, help="Pictures encoded at a time.")] = 32,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Threads that decode pictures.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace what --out or --into names.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Tell to which themes of a run new works belong, or put them into a copy of it.

    The run stays as it is. Works are encoded as its own were, and join the theme of the fitted
    works nearest to them. A work in no theme is told the nearest one and how near it is.
    """
    if out is not None and into is not None:
        raise typer.BadParameter("--out tells where works belong, --into makes a run. Give one.")
    with door("Repeat the same command; with --into it goes on where it stopped."):
        from knowledge_graph import open_collection
        from topicart.adding import add_works
        from topicart.make import finish_run
        from topicart.newcomers import (
            assign_works,
            encoder_of_run,
            require_writable,
            write_assigned,
        )
        from topicart.out import require_usable
        from topicart.run import Run

        opened = Run.open(run)
        if out is not None:
            require_writable(out, overwrite=overwrite)
        if into is not None:
            require_usable(into)
        opening = opened_with(images, format, mapping, column, separator, folders_as)
        collection = open_collection(source, **opening)
        encoder = encoder_of_run(opened, model=model, device=device)
        with show_progress(quiet or as_json) as progress:
            if into is not None:
                grown = add_works(
                    opened,
                    collection,
                    into,
                    encoder,
                    overwrite=overwrite,
                    batch_size=batch_size,
                    workers=workers,
                    progress=progress,
                )
                grown = finish_run(grown, progress=progress)
            else:
                assigned = assign_works(
                    opened,
                    collection,
                    encoder,
                    batch_size=batch_size,
                    workers=workers,
                    progress=progress,
                )
        if into is not None:
            report_run(grown, quiet=quiet, as_json=as_json)
            return
        table = assigned.table(opened)
        if out is not None:
            write_assigned(table, out)
        if as_json:
            problems = [[problem.id, problem.file, problem.reason] for problem in assigned.problems]
            print_json({"run": str(run), "works": table.to_pylist(), "problems": problems})
        elif not quiet:
            from rich.console import Console

            from topicart.assign_console import assigned_line, assigned_table

            if out is None:
                Console().print(assigned_table(table))
            typer.echo(assigned_line(table, len(assigned.problems)))
            if out is not None:
                say_where("Works", out)
