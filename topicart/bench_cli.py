"""The commands that measure topicart itself: the benchmarks, ``bench planted``, the studies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evaluation.benchmarks.registry import SUMMARIES
from topicart.door import (
    Format,
    Images,
    Json,
    Quiet,
    SourceArgument,
    door,
    print_json,
    say_where,
    show_progress,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from evaluation.studies.conditional import PicturesInStyles
    from topicart.fit import Progress

Features = Annotated[
    list[str] | None,
    typer.Option(
        "--feature",
        help="mini, imagenet, imagenet-lite0, pixels, timm:NAME, random:NAME, or an encoder. "
        "Can be repeated. [default: mini imagenet imagenet-lite0 random:resnet18 pixels]",
    ),
]
Metrics = Annotated[
    list[str] | None,
    typer.Option(
        "--metric",
        help="cosine, inner_product, euclidean, centred_cosine. Can be repeated. [default: all]",
    ),
]
Asked = Annotated[int, typer.Option("--questions", min=1, help="How many, at most.")]
Device = Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:1, mps.")]
BenchWorks = Annotated[int | None, typer.Option("--works", min=1, help="Other than published.")]
BenchSource = Annotated[
    str | None, typer.Option("--source", help="Pictures of your own, where it takes some.")
]
BenchOut = Annotated[
    Path | None,
    typer.Option(
        "--out",
        help="Folder for the results. [default: those of the docs, unless --works or --source]",
    ),
]
BenchDevice = Annotated[
    str, typer.Option("--device", help="cpu, cuda, cuda:1; of use to those that can take a GPU.")
]
StudySeed = Annotated[int, typer.Option("--seed", min=0, help="The one seed.")]

bench = typer.Typer(
    no_args_is_help=True,
    help="Measure topicart itself.",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@bench.callback()
def _bench() -> None:
    pass


@bench.command("all")
def every(
    works: BenchWorks = None,
    device: BenchDevice = "cpu",
    source: BenchSource = None,
    out: BenchOut = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run all benchmarks below, one after the other."""
    _run(list(SUMMARIES), works, device, source, out, quiet, as_json)


def _add_benchmark(name: str, summary: str) -> None:
    def command(
        works: BenchWorks = None,
        device: BenchDevice = "cpu",
        source: BenchSource = None,
        out: BenchOut = None,
        quiet: Quiet = False,
        as_json: Json = False,
    ) -> None:
        _run([name], works, device, source, out, quiet, as_json)

    bench.command(name, help=summary)(command)


for _name, _summary in SUMMARIES.items():
    _add_benchmark(_name, _summary)


def _run(
    names: list[str],
    works: int | None,
    device: str,
    source: str | None,
    out: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Run benchmarks in turn, keep and print their results; one that fails stops no other."""
    with door("Repeat the same command; nothing of the benchmark under way was kept."):
        from evaluation.benchmarks.runner import run_benchmark
        from evaluation.benchmarks.table import keep, ratios_table
        from topicart.errors import BenchmarkError

        found = {}
        failed = []
        for name in names:
            try:
                with show_progress(quiet or as_json) as progress:
                    found[name] = run_benchmark(
                        name, progress, device=device, works=works, source=source
                    )
            except BenchmarkError as error:
                failed.append(str(error))
                continue
            file = keep(name, found[name], out, published=works is None and source is None)
            if not (quiet or as_json):
                from rich.console import Console

                Console().print(ratios_table(name, found[name]))
                if file is not None:
                    say_where("Results", file)
        if as_json:
            print_json(found[names[0]] if len(names) == 1 and found else found)
        if failed:
            raise BenchmarkError("\n".join(failed))


@bench.command()
def planted(
    out: Annotated[
        Path, typer.Option("--out", help="Folder for the galleries and the results.")
    ] = Path("topicart-planted"),
    works: Annotated[
        list[int] | None, typer.Option(min=60, help="Works of a gallery. [default: 600 300 1200]")
    ] = None,
    noise: Annotated[
        list[float] | None,
        typer.Option(
            min=0,
            max=1,
            help="Share of false records, and of spoilt pictures. [default: 0 0.1 0.3]",
        ),
    ] = None,
    themes: Annotated[
        list[int] | None, typer.Option(min=2, help="Planted themes. [default: all 5 10]")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="topicart, kmeans, lda, … [default: all]")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Fits of each model.")] = 5,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Plant themes in galleries painted by code, and see which models find them again.

    Each option can be repeated; the first value is the base about which the others vary.
    """
    with door(f"Repeat the same command to go on; what is finished is kept in {out}."):
        from evaluation.planted import NOISES, SIZES, THEME_COUNTS, bench_planted

        with show_progress(quiet or as_json) as progress:
            result = bench_planted(
                out,
                sizes=works or SIZES,
                noises=noise or NOISES,
                themes=themes or THEME_COUNTS,
                models=model,
                seeds=range(seeds),
                progress=progress,
            )
        if as_json:
            print_json(result.to_dict())
        elif not quiet:
            from rich.console import Console

            from evaluation.planted import planted_table

            Console().print(planted_table(result))
            say_where("Results", out / "planted.json")


@bench.command()
def font(
    fonts: Annotated[
        Path | None, typer.Option(help="Folder of fonts. [default: the fonts of this machine]")
    ] = None,
    glyphs: Annotated[
        Path | None, typer.Option(help="Folder of pictures instead: FONT/LETTER.png.")
    ] = None,
    faces: Annotated[int, typer.Option(min=2, help="How many faces, at most.")] = 249,
    out: Annotated[Path, typer.Option("--out", help="Folder for what is seen and the results.")] = (
        Path("topicart-font")
    ),
    feature: Features = None,
    metric: Metrics = None,
    questions: Asked = 20_000,
    device: Device = "auto",
    seed: StudySeed = 0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Look for the same letter in another font, and see which features find it."""
    if fonts is not None and glyphs is not None:
        raise typer.BadParameter("Give --fonts or --glyphs, not both.")

    def pictures(progress: Progress) -> PicturesInStyles:
        from evaluation.studies.conditional import conditional_font, pictures_of_folders

        if glyphs is not None:
            return pictures_of_folders(glyphs, "font")
        return conditional_font(fonts, faces=faces, seed=seed, progress=progress)

    _study(pictures, out, feature, metric, questions, device, seed, quiet, as_json)


@bench.command()
def art(
    source: SourceArgument,
    images: Images = None,
    format: Format = None,  # noqa: A002 - as fit has it
    in_styles: Annotated[
        bool, typer.Option("--in-styles", help="SOURCE is a folder STYLE/WORK.png.")
    ] = False,
    works: Annotated[
        int | None, typer.Option(min=2, help="How many, drawn by lot. [default: all]")
    ] = None,
    style: Annotated[
        list[str] | None, typer.Option(help="charcoal, woodcut, … Can be repeated. [default: all]")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for what is seen and the results.")] = (
        Path("topicart-art")
    ),
    feature: Features = None,
    metric: Metrics = None,
    questions: Asked = 20_000,
    device: Device = "auto",
    seed: StudySeed = 0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Look for the same work in another style, the styles made by code."""

    def pictures(progress: Progress) -> PicturesInStyles:
        from evaluation.studies.conditional import conditional_art, pictures_of_folders
        from knowledge_graph import open_collection

        if in_styles:
            return pictures_of_folders(Path(source))
        progress.stage("load")
        collection = open_collection(source, images=images, format=format)
        return conditional_art(collection, works=works, styles=style, seed=seed)

    _study(pictures, out, feature, metric, questions, device, seed, quiet, as_json)


@bench.command()
def published(
    folder: Annotated[
        Path,
        typer.Argument(help="met_and_rijks.parquet and metadata_enriched.json of microsoft/art."),
    ],
    works: Annotated[int, typer.Option(min=1, help="How many are asked about.")] = 500,
    seed: StudySeed = 0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Hold conditional search against the nearest works that MosAIC's authors published."""
    with door("Repeat the same command."):
        from evaluation.studies.conditional.published_matches import match_agreement

        with show_progress(quiet or as_json) as progress:
            found = match_agreement(folder, works=works, seed=seed, progress=progress)
        if as_json:
            print_json(found.to_dict())
        elif not quiet:
            typer.echo(
                f"{found.works:,} works, {found.lists:,} published lists of {found.asked:,} works: "
                f"the first work is ours in {found.first:.1%}, and {found.shared:.1%} of all "
                "works are."
            )


def _study(
    pictures: Callable[[Progress], PicturesInStyles],
    out: Path,
    features: list[str] | None,
    metrics: list[str] | None,
    questions: int,
    device: str,
    seed: int,
    quiet: bool,
    as_json: bool,
) -> None:
    """Do a study and print its numbers."""
    with door(f"Repeat the same command to go on; what is finished is kept in {out}."):
        from evaluation.studies.conditional import FEATURES, METRICS, run_study, study_table

        with show_progress(quiet or as_json) as progress:
            result = run_study(
                pictures(progress),
                out,
                features=features or FEATURES,
                metrics=metrics or list(METRICS),
                questions=questions,
                seed=seed,
                device=device,
                progress=progress,
            )
        if as_json:
            print_json(result.to_dict())
        elif not quiet:
            from rich.console import Console

            Console().print(study_table(result))
            say_where("Results", out / f"{result.name}.json")
