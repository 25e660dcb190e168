"""The command line: parse, call, print. What is computed is computed elsewhere."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from topicart.assign_cli import assign
from topicart.bench_cli import bench
from topicart.connections_cli import analogies, blind_spots, path, search
from topicart.cpu import wait_without_spinning
from topicart.door import (
    INTERRUPTED,
    Columns,
    Engine,
    FoldersAs,
    Format,
    Images,
    Json,
    Judge,
    Language,
    Mapping,
    Quiet,
    RunFolder,
    Separator,
    SourceArgument,
    TemplatesFile,
    Thumbnails,
    Vocabularies,
    door,
    label_settings,
    opened_with,
    print_json,
    report_run,
    show_progress,
)
from topicart.embed_cli import embed
from topicart.evaluate_cli import baseline, compare, evaluate
from topicart.explore_cli import explore
from topicart.graph_cli import graph
from topicart.label_cli import label, summarize
from topicart.report_cli import report
from topicart.study_cli import study
from topicart.train_cli import train
from topicart.warmup_cli import warmup

app = typer.Typer(
    name="topicart",
    help="Find, name and show the themes of an art collection.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.add_typer(train, name="train")
app.add_typer(graph, name="graph")
app.add_typer(bench, name="bench")
app.add_typer(study, name="study")

Out = Annotated[
    Path, typer.Option("--out", help="Folder for the run; resumed if it holds this fit.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="The one seed of every random step.")]


def main() -> None:
    """Run the command ``topicart``."""
    wait_without_spinning()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # In an encoding that lacks a title's letters (a pipe on Windows, LANG=C) they become "?".
        sys.stdout.reconfigure(errors="replace")
    try:
        app()
    except KeyboardInterrupt:  # while the commands are made ready, before any door is open
        raise SystemExit(INTERRUPTED) from None


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
    source: SourceArgument,
    out: Out,
    model: Annotated[
        str | None,
        typer.Option(help="open_clip MODEL/PRETRAINED, hf-hub:…, a folder, or mini (offline)."),
    ] = None,
    images: Images = None,
    format: Format = None,  # noqa: A002 - the option is called so
    mapping: Mapping = None,
    column: Columns = None,
    separator: Separator = None,
    folders_as: FoldersAs = None,
    fuse: Annotated[
        float, typer.Option(min=0, max=1, help="Weight of captions beside pictures.")
    ] = 0.0,
    sample: Annotated[
        int | None,
        typer.Option(min=1, help="Seek themes in so many works, by lot; assign the others."),
    ] = None,
    clusterer: Annotated[
        str,
        typer.Option("--clusterer", "--cluster", help="hdbscan, kmeans, or evoc (much quicker)."),
    ] = "hdbscan",
    backend: Annotated[
        str, typer.Option(help="What reduces and clusters: cpu, or cuml (a CUDA GPU).")
    ] = "cpu",
    min_size: Annotated[
        int | None,
        typer.Option(
            min=2, help="Least works in a theme, of those it is sought in. [default: scaled]"
        ),
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
    vocabulary: Vocabularies = None,
    language: Language = "en",
    templates: TemplatesFile = None,
    by: Judge = "both",
    seed: Seed = 0,
    engine: Engine = "torch",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, fp32, bf16 or fp16.")] = "auto",
    batch_size: Annotated[int, typer.Option(min=1, help="Pictures encoded at a time.")] = 32,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Threads that decode pictures.")
    ] = None,
    thumbnails: Thumbnails = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace another fit in --out.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Find the themes of a collection and make their page."""
    with door(f"Repeat the same command to go on; what was encoded is kept in {out}."):
        from knowledge_graph import open_collection
        from topicart.encoder import Encoder
        from topicart.fit import FitConfig
        from topicart.labels import read_words
        from topicart.make import make_run
        from topicart.model import TopicModelConfig
        from topicart.models import DEFAULT_MODEL
        from topicart.out import require_usable

        require_usable(out)
        opening = opened_with(images, format, mapping, column, separator, folders_as)
        config = FitConfig(
            topics=TopicModelConfig.model_validate(
                {
                    "clusterer": clusterer,
                    "backend": backend,
                    "min_cluster_size": min_size,
                    "min_samples": min_samples,
                    "max_share": max_share,
                    "n_topics": topics,
                    "n_neighbors": neighbors,
                    "reassign": reassign,
                    "labels": label_settings(vocabulary, language, templates, by),
                    "seed": seed,
                }
            ),
            text_weight=fuse,
            sample=sample,
            opened_with=opening,
        )
        read_words(config.topics.labels)
        collection = open_collection(source, **opening)
        encoder = Encoder.load(
            DEFAULT_MODEL if model is None else model,
            device=device,
            precision=precision,
            engine=engine,
            progress=not (quiet or as_json),
            wait=False,
        )
        with show_progress(quiet or as_json) as progress:
            run = make_run(
                collection,
                out,
                encoder,
                config,
                overwrite=overwrite,
                batch_size=batch_size,
                workers=workers,
                thumbnails=thumbnails,
                progress=progress,
            )
        report_run(run, quiet=quiet, as_json=as_json)


app.command()(embed)


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
    with door(f"Repeat the same command to go on; what was painted is kept in {out}."):
        from knowledge_graph import open_collection
        from knowledge_graph.gallery import paint_gallery
        from topicart.encoder import Encoder
        from topicart.errors import RunError
        from topicart.fit import FitConfig
        from topicart.make import make_run
        from topicart.model import TopicModelConfig

        encoder = Encoder.load("mini", wait=False)
        config = FitConfig(topics=TopicModelConfig(seed=seed))
        with show_progress(quiet or as_json) as progress:
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
        report_run(run, quiet=quiet, as_json=as_json)


app.command()(assign)
app.command()(label)
app.command()(summarize)
app.command()(evaluate)
app.command()(baseline)
app.command()(compare)
app.command()(explore)
app.command()(search)
app.command()(analogies)
app.command()(path)
app.command("blind-spots")(blind_spots)
app.command()(report)
app.command()(warmup)


@app.command()
def show(
    run: RunFolder,
    topic: Annotated[int | None, typer.Argument(help="Show this theme only, in full.")] = None,
    as_json: Json = False,
) -> None:
    """Print the themes of a run."""
    with door():
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
            report_run(opened, quiet=False, as_json=as_json)
        elif as_json:
            print_json(opened.topics[topic].to_dict())
        else:
            from rich.console import Console

            from topicart.console import topic_details

            Console().print(topic_details(opened.topics[topic], opened.groups))


@app.command()
def models(
    every: Annotated[
        bool, typer.Option("--all", help="Every pretrained model that open_clip knows.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the encoders that --model takes."""
    with door():
        from dataclasses import asdict

        from topicart.models import list_models

        rows = list_models(every=every)
        if as_json:
            print_json([asdict(row) for row in rows])
        else:
            from rich.console import Console

            from topicart.console import models_table

            Console().print(models_table(rows))
