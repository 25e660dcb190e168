"""What the doors share: options, progress, and errors as sentences with an exit code."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from topicart.console import ConsoleProgress
    from topicart.run import Run

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for machines.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A folder that `fit` has written.")]

Engine = Annotated[
    str, typer.Option(help="What encodes pictures: torch, or openvino (a CPU; topicart[cpu]).")
]

Thumbnails = Annotated[
    bool,
    typer.Option(
        "--thumbnails", help="Keep reduced copies of the pictures in --out, and read those."
    ),
]

SourceArgument = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="Pictures, a table, RDF, a query's result, SemArt, ArtGraph, hf:OWNER/NAME.",
    ),
]
Images = Annotated[
    Path | None, typer.Option(help="Folder of the pictures, if not images/ beside the source.")
]
Format = Annotated[
    str | None, typer.Option(help="Kind of source, if not recognised: artgraph, wikidata, table, …")
]
Mapping = Annotated[
    Path | None, typer.Option(help="A SPARQL SELECT (.rq) for RDF, or a TOML file for tables.")
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--map", help="FACET=COLUMN for a column not recognised; FACET= reads none."),
]
Separator = Annotated[
    str | None, typer.Option(help="What separates the values in a cell, if not recognised.")
]
FoldersAs = Annotated[
    str | None, typer.Option(help="Facet that the names of nested folders state, e.g. style.")
]

By = Literal["both", "facts", "pictures"]
Vocabularies = Annotated[
    list[str] | None,
    typer.Option(
        "--vocabulary",
        metavar="[FACET=]FILE",
        help="More terms: a list (.txt, .csv), SKOS, or the word iconclass. Can be repeated.",
    ),
]
Language = Annotated[str, typer.Option(help="Language of those terms, where they have it.")]
TemplatesFile = Annotated[
    Path | None, typer.Option("--templates", help="Phrasings of the prompts (TOML).")
]
Judge = Annotated[By, typer.Option("--by", help="Who chooses the names: facts, pictures, or both.")]


def label_settings(
    vocabulary: list[str] | None, language: str, templates: Path | None, by: By
) -> dict[str, Any]:
    """Give the options about names as ``LabelConfig`` takes them.

    Parameters
    ----------
    vocabulary, language, templates, by
        As given.

    Returns
    -------
    dict
        JSON-ready.
    """
    return {
        "vocabularies": vocabulary or [],
        "language": language,
        "templates": None if templates is None else str(templates),
        "judges": by,
    }


def show_progress(quiet: bool) -> ConsoleProgress:
    """Give the progress that a command shows on standard error.

    Parameters
    ----------
    quiet
        Show nothing.

    Returns
    -------
    ConsoleProgress
        A context manager.
    """
    from rich.console import Console

    from topicart.console import ConsoleProgress

    return ConsoleProgress(Console(stderr=True), quiet=quiet)


def print_json(values: Any) -> None:
    """Print values as JSON.

    Parameters
    ----------
    values
        JSON-ready.
    """
    # ASCII, so that it is the same JSON in whatever encoding standard output has.
    typer.echo(json.dumps(values, indent=2))


def say_where(what: str, file: Path) -> None:
    """Print where a file was written.

    Parameters
    ----------
    what
        What it is, such as ``Page``.
    file
        The file.
    """
    from rich.console import Console
    from rich.text import Text

    from knowledge_graph import printable

    where = Text.assemble(f"{what}: ", (printable(str(file.resolve())), "bold"))
    Console().print(where, soft_wrap=True)


def report_run(run: Run, *, quiet: bool, as_json: bool, more: str = "") -> None:
    """Print the themes of a run, and where its page is.

    Parameters
    ----------
    run
        A finished run.
    quiet
        Print nothing.
    as_json
        Print JSON, quiet or not.
    more
        A line to be said below the themes; not in JSON.
    """
    if as_json:
        print_json(
            {
                "run": str(run.folder),
                "page": str(run.page),
                "model": run.record.model.name,
                "counts": run.record.counts,
                "topics": [topic.to_dict() for topic in run.topics],
                "groups": [group.to_dict() for group in run.groups],
                "metrics": run.metrics.get("metrics", []),
            }
        )
    elif not quiet:
        from rich.console import Console
        from rich.text import Text

        from topicart.console import topics_table

        console = Console()
        console.print(topics_table(run))
        if more:
            console.print(Text(more))
        if run.record.model.note:
            console.print(Text(run.record.model.note, style="dim"))
        if run.page.exists():
            page = Text.assemble("Page: ", (str(run.page.resolve()), "bold"))
        else:
            page = Text("Page: none; repeat the command that was cut short to make it.")
        console.print(page, soft_wrap=True)


def opened_with(
    images: Path | None,
    format: str | None,  # noqa: A002 - as open_collection calls it
    mapping: Path | None,
    columns: list[str] | None,
    separator: str | None,
    folders_as: str | None,
) -> dict[str, Any]:
    """Give the options of a source as ``open_collection`` takes them.

    Parameters
    ----------
    images, format, mapping
        As given.
    columns
        Pairs ``FACET=COLUMN``.
    separator, folders_as
        As given.

    Returns
    -------
    dict
        Keyword arguments, JSON-ready; what was not given is left out.
    """
    options = {
        "format": format,
        "images": None if images is None else str(images),
        "mapping": None if mapping is None else str(mapping),
        "columns": _column_map(columns or []) or None,
        "separator": separator,
        "folders_as": folders_as,
    }
    return {name: value for name, value in options.items() if value is not None}


def _column_map(pairs: list[str]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for pair in pairs:
        facet, equals, column = pair.partition("=")
        if not facet or not equals:
            raise typer.BadParameter(
                "Write --map as FACET=COLUMN, for example --map artist=Painter."
            )
        if columns.setdefault(facet, column) != column:
            raise typer.BadParameter(
                f"--map {facet} is given twice ({columns[facet]!r} and {column!r}): one column "
                "makes a facet."
            )
    return columns


@contextmanager
def door(after_interrupt: str = "") -> Iterator[None]:
    """Turn errors that a user can mend into a message and an exit code, and Ctrl-C into advice.

    Parameters
    ----------
    after_interrupt
        What to do after Ctrl-C.

    Yields
    ------
    None
        To the command's body.
    """
    from pydantic import ValidationError

    from knowledge_graph import TopicartError, WriteError

    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"Interrupted. {after_interrupt}".strip(), err=True)
        raise typer.Exit(INTERRUPTED) from None
    except ValidationError as error:
        told = "; ".join(
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}, got {item['input']!r}"
            if item["loc"]
            else item["msg"].removeprefix("Value error, ") + "."
            for item in error.errors()
        )
        typer.secho(f"Error: {told}", fg="red", err=True)
        raise typer.Exit(TopicartError.exit_code) from None
    except OSError as error:
        if error.errno == errno.EPIPE:  # whoever read our output has enough; typer ends quietly
            raise
        where = error.filename or "a file"
        typer.secho(
            f"Error: {where} cannot be read or written: {error.strerror or error}.",
            fg="red",
            err=True,
        )
        raise typer.Exit(WriteError.exit_code) from None
    except TopicartError as error:
        typer.secho(f"Error: {error}", fg="red", err=True)
        raise typer.Exit(error.exit_code) from None
