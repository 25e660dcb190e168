"""The commands that say how good topics are: ``evaluate``, ``baseline``, ``compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from topicart.door import (
    Json,
    Quiet,
    RunFolder,
    door,
    print_json,
    report_run,
    say_where,
    show_progress,
)

if TYPE_CHECKING:
    from topicart.encoder import Encoder
    from topicart.run import Run

JudgeName = Annotated[
    str,
    typer.Option(
        "--judge",
        help="Who scores pictures: imagenet (bundled, the same for every run), own, or an encoder.",
    ),
]
Reference = Annotated[
    str,
    typer.Option(help="Texts to count words in: captions, titles, descriptions, or a file."),
]
Seed = Annotated[
    int, typer.Option("--seed", min=0, help="Seed of resampling and of random clusters.")
]


def evaluate(
    run: RunFolder,
    judge: JudgeName = "imagenet",
    reference: Reference = "captions",
    stability: Annotated[
        int,
        typer.Option(
            min=0,
            help="Fit the model again N times with other seeds, N with other row orders and N on "
            "samples (3 N fits), and see which themes come back.",
            metavar="N",
        ),
    ] = 0,
    seed: Seed = 0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Measure how good the themes of a run are, by a judge that did not make them.

    Writes metrics.json and makes the page anew. Every number stands beside its 95 % interval and
    what random clusters of the same sizes get.
    """
    with door("Repeat the same command to go on; what the judge has seen is kept."):
        from evaluation import evaluate_run
        from topicart.make import remake_page
        from topicart.run import Run

        opened = Run.open(run)
        with show_progress(quiet or as_json) as progress:
            found = evaluate_run(
                opened,
                judge=judge,
                reference=reference,
                stability=stability,
                seed=seed,
                progress=progress,
            )
            remake_page(opened, progress=progress)
        if as_json:
            print_json(found.to_dict())
        elif not quiet:
            from rich.console import Console

            from topicart.evaluate_console import evaluation_tables

            Console().print(evaluation_tables(found))
            say_where("Page", opened.page)


def baseline(
    run: RunFolder,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="kmeans, kmeans-umap, birch, fcmeans, "
            "umap-hdbscan, evoc, random, lda, nmf or bertopic.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder for the new run.")],
    topics: Annotated[
        int | None, typer.Option(min=1, help="Number of themes. [default: as many as RUN has]")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The one seed.")] = 0,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace another run in --out.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Group the works of a run by another method, to compare with, and leave another run.

    No picture is looked at again. The new run is a run like any other.
    """
    with door("Repeat the same command."):
        from evaluation import fit_baseline
        from topicart.make import finish_run
        from topicart.run import Run

        opened = Run.open(run)
        with show_progress(quiet or as_json) as progress:
            made = fit_baseline(
                name,
                opened,
                out,
                n_topics=topics,
                seed=seed,
                encoder=_encoder_of(opened),
                overwrite=overwrite,
                progress=progress,
            )
            made = finish_run(made, progress=progress)
        report_run(made, quiet=quiet, as_json=as_json)


def compare(
    out: Annotated[Path, typer.Option("--out", help="Folder for the report.")],
    runs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="RUN…", help="Runs to compare; of one model they may differ in the seed."
        ),
    ] = None,
    recipe: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="Make the whole comparison that a file describes."),
    ] = None,
    judge: Annotated[str | None, typer.Option(help="As for evaluate. [default: imagenet]")] = None,
    reference: Annotated[
        str | None, typer.Option(help="As for evaluate. [default: captions]")
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Compare topic models on one page: numbers, matched themes with pictures, flows.

    Beside it lie report.json and the tables as CSV and LaTeX. With --recipe the runs are made too;
    what is finished in --out is not made again.
    """
    if bool(runs) == (recipe is not None):
        raise typer.BadParameter("Name the runs to compare, or a --recipe that makes them.")
    if recipe is not None and (judge or reference):
        raise typer.BadParameter("With --recipe, judge and reference stand in the file.")
    with door("Repeat the same command to go on; what is finished is kept."):
        from evaluation.comparing import require_usable, write_report
        from topicart.run import Run

        with show_progress(quiet or as_json) as progress:
            if recipe is not None:
                from evaluation.recipes import load_recipe, run_recipe

                page = run_recipe(load_recipe(recipe), out, progress=progress)
            else:
                from evaluation.comparing.of_runs import compare as compare_them

                require_usable(out)
                told = compare_them(
                    [Run.open(run) for run in runs or []],
                    judge=judge or "imagenet",
                    reference=reference or "captions",
                    progress=progress,
                )
                progress.stage("page")
                page = write_report(told, out)
        _tell(page, quiet=quiet, as_json=as_json)


def _encoder_of(run: Run) -> Encoder | None:
    """Load the run's encoder to name themes with, if it is where it was; else facts name them."""
    from topicart.encoder import Encoder
    from topicart.errors import ModelError

    try:
        return Encoder.load(run.record.model.name, progress=False)
    except ModelError:
        return None


def _tell(page: Path, *, quiet: bool, as_json: bool) -> None:
    """Print the table of a comparison, and where its page is."""
    import json

    report = json.loads((page.parent / "report.json").read_text(encoding="utf-8"))
    if as_json:
        print_json(report)
    elif not quiet:
        from rich.console import Console

        from topicart.evaluate_console import comparison_table

        Console().print(comparison_table(report))
        say_where("Report", page)
