"""The command line: parse, call, print. What is computed is computed elsewhere."""

from __future__ import annotations

import errno
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from topicart.cpu import wait_without_spinning

if TYPE_CHECKING:
    from topicart.console import ConsoleProgress
    from topicart.run import Run

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""

app = typer.Typer(
    name="topicart",
    help="Find, name and show the themes of an art collection.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

Out = Annotated[
    Path, typer.Option("--out", help="Folder for the run; resumed if it holds this fit.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for machines.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The one seed of every random step.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="A folder that `fit` has written.")]


def main() -> None:
    """Run the command ``topicart``."""
    wait_without_spinning()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # In an encoding that lacks a title's letters (a pipe on Windows, LANG=C) they become "?".
        sys.stdout.reconfigure(errors="replace")
    app()


def _version(wanted: bool) -> None:
    if wanted:
        from topicart import __version__

        typer.echo(f"topicart {__version__}")
        raise typer.Exit


@app.callback()
def _topicart(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def fit(
    source: Annotated[str, typer.Argument(help="A folder of pictures, or a table of works.")],
    out: Out,
    model: Annotated[
        str | None,
        typer.Option(help="open_clip MODEL/PRETRAINED, hf-hub:…, a folder, or mini (offline)."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--map", help="FACET=COLUMN for a column not recognised; FACET= reads none."),
    ] = None,
    separator: Annotated[
        str | None, typer.Option(help="What separates the values in a cell, if not recognised.")
    ] = None,
    folders_as: Annotated[
        str | None, typer.Option(help="Facet that the names of nested folders state, e.g. style.")
    ] = None,
    fuse: Annotated[
        float, typer.Option(min=0, max=1, help="Weight of captions beside pictures.")
    ] = 0.0,
    clusterer: Annotated[str, typer.Option(help="hdbscan, kmeans or evoc.")] = "hdbscan",
    min_size: Annotated[
        int | None, typer.Option(min=2, help="Least works in a theme. [default: scaled]")
    ] = None,
    min_samples: Annotated[
        int | None, typer.Option(min=1, help="HDBSCAN's caution; larger leaves more outliers.")
    ] = None,
    max_share: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the works above which a theme is split.")
    ] = 1 / 3,
    topics: Annotated[int | None, typer.Option(min=2, help="Number of themes, for kmeans.")] = None,
    neighbors: Annotated[int, typer.Option(min=2, help="UMAP's neighbourhood.")] = 15,
    reassign: Annotated[
        bool, typer.Option("--reassign", help="Put outliers into the nearest theme.")
    ] = False,
    seed: Seed = 0,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, fp32, bf16 or fp16.")] = "auto",
    batch_size: Annotated[int, typer.Option(min=1, help="Pictures encoded at a time.")] = 32,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Threads that decode pictures.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace another fit in --out.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Find the themes of a collection and make their page."""
    with _door(f"Repeat the same command to go on; what was encoded is kept in {out}."):
        from knowledge_graph import open_collection
        from topicart.encoder import Encoder
        from topicart.fit import FitConfig
        from topicart.make import make_run
        from topicart.model import TopicModelConfig
        from topicart.models import DEFAULT_MODEL
        from topicart.out import require_usable

        require_usable(out)
        columns = _column_map(column or [])
        config = FitConfig(
            topics=TopicModelConfig.model_validate(
                {
                    "clusterer": clusterer,
                    "min_cluster_size": min_size,
                    "min_samples": min_samples,
                    "max_share": max_share,
                    "n_topics": topics,
                    "n_neighbors": neighbors,
                    "reassign": reassign,
                    "seed": seed,
                }
            ),
            text_weight=fuse,
            opened_with={"columns": columns, "separator": separator, "folders_as": folders_as},
        )
        collection = open_collection(
            source, columns=columns, separator=separator, folders_as=folders_as
        )
        encoder = Encoder.load(
            DEFAULT_MODEL if model is None else model,
            device=device,
            precision=precision,
            progress=not (quiet or as_json),
        )
        with _progress(quiet or as_json) as progress:
            run = make_run(
                collection,
                out,
                encoder,
                config,
                overwrite=overwrite,
                batch_size=batch_size,
                workers=workers,
                progress=progress,
            )
        _report(run, quiet=quiet, as_json=as_json)


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for the gallery and its run.")] = Path(
        "topicart-demo"
    ),
    works: Annotated[int, typer.Option(min=60, help="Pictures to paint.")] = 600,
    seed: Seed = 0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Paint a sample gallery and find its themes, offline, with the bundled encoder."""
    with _door(f"Repeat the same command to go on; what was painted is kept in {out}."):
        from knowledge_graph import open_collection
        from knowledge_graph.gallery import paint_gallery
        from topicart.encoder import Encoder
        from topicart.errors import RunError
        from topicart.fit import FitConfig
        from topicart.make import make_run
        from topicart.model import TopicModelConfig

        encoder = Encoder.load("mini")
        config = FitConfig(topics=TopicModelConfig(seed=seed))
        with _progress(quiet or as_json) as progress:
            progress.stage("paint")
            gallery = out / "sample-gallery"
            paint_gallery(gallery, works=works, seed=seed, progress=progress.count)
            collection = open_collection(gallery)
            try:
                run = make_run(collection, out / "run", encoder, config, progress=progress)
            except RunError:
                # The demo's own run, by an older version or damaged: it may be replaced.
                run = make_run(
                    collection, out / "run", encoder, config, overwrite=True, progress=progress
                )
        _report(run, quiet=quiet, as_json=as_json)


@app.command()
def show(
    run: RunFolder,
    topic: Annotated[int | None, typer.Argument(help="Show this theme only, in full.")] = None,
    as_json: Json = False,
) -> None:
    """Print the themes of a run."""
    with _door():
        from topicart.errors import RunError
        from topicart.run import Run

        opened = Run.open(run)
        if topic is not None and not 0 <= topic < len(opened.topics):
            raise RunError(
                f"{run} has no theme {topic}; its themes are 0 to {len(opened.topics) - 1}."
                if opened.topics
                else f"{run} has no theme at all: every work is an outlier."
            )
        if topic is None:
            _report(opened, quiet=False, as_json=as_json)
        elif as_json:
            _print_json(opened.topics[topic].to_dict())
        else:
            from rich.console import Console

            from topicart.console import topic_details

            Console().print(topic_details(opened.topics[topic]))


@app.command()
def models(
    every: Annotated[
        bool, typer.Option("--all", help="Every pretrained model that open_clip knows.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the encoders that --model takes."""
    with _door():
        from dataclasses import asdict

        from topicart.models import list_models

        rows = list_models(every=every)
        if as_json:
            _print_json([asdict(row) for row in rows])
        else:
            from rich.console import Console

            from topicart.console import models_table

            Console().print(models_table(rows))


def _report(run: Run, *, quiet: bool, as_json: bool) -> None:
    if as_json:
        _print_json(
            {
                "run": str(run.folder),
                "page": str(run.page),
                "model": run.record.model.name,
                "counts": run.record.counts,
                "topics": [topic.to_dict() for topic in run.topics],
                "metrics": run.metrics.get("metrics", []),
            }
        )
    elif not quiet:
        from rich.console import Console
        from rich.text import Text

        from topicart.console import topics_table

        console = Console()
        console.print(topics_table(run))
        if run.record.model.note:
            console.print(Text(run.record.model.note, style="dim"))
        console.print(Text.assemble("Page: ", (str(run.page.resolve()), "bold")), soft_wrap=True)


def _progress(quiet: bool) -> ConsoleProgress:
    from rich.console import Console

    from topicart.console import ConsoleProgress

    return ConsoleProgress(Console(stderr=True), quiet=quiet)


def _print_json(values: Any) -> None:
    # ASCII, so that it is the same JSON in whatever encoding standard output has.
    typer.echo(json.dumps(values, indent=2))


def _column_map(pairs: list[str]) -> dict[str, str]:
    columns = dict(pair.partition("=")[::2] for pair in pairs)
    if not all("=" in pair and not pair.startswith("=") for pair in pairs):
        raise typer.BadParameter("Write --map as FACET=COLUMN, for example --map artist=Painter.")
    return columns


@contextmanager
def _door(after_interrupt: str = "") -> Iterator[None]:
    """Turn errors that a user can mend into a message and an exit code, and Ctrl-C into advice."""
    from pydantic import ValidationError

    from knowledge_graph import CollectionError
    from prompts import TemplateError
    from topicart.errors import TopicartError, WriteError

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
    except (TopicartError, CollectionError, TemplateError) as error:
        typer.secho(f"Error: {error}", fg="red", err=True)
        raise typer.Exit(getattr(error, "exit_code", TopicartError.exit_code)) from None
