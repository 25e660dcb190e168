"""The commands that study what a model sees: the semantic gap, perception, and asking people."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from topicart.door import (
    Columns,
    Format,
    Images,
    Json,
    Mapping,
    Quiet,
    SourceArgument,
    door,
    opened_with,
    print_json,
    say_where,
    show_progress,
)

if TYPE_CHECKING:
    from evaluation.studies.perception.result import Perception
    from evaluation.studies.semantic_gap.result import SemanticGap
    from knowledge_graph import Collection

Out = Annotated[
    Path, typer.Option("--out", help="Folder for the study; what models saw is kept in it too.")
]
_NAMES = (
    "An encoder as fit takes it; random-clip:NAME, weights by lot; cca:PICTURES+TEXTS or "
    "linear:PICTURES+TEXTS, two towers joined on part of the works, as "
    "cca:tower:mini+tower:mini or linear:imagenet-lite0+tfidf; or what only sees, as imagenet. "
    "Can be repeated. "
)
GapModels = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        help=f"{_NAMES}[default: mini, its towers joined by cca and linear, random-clip:ViT-S-32]",
    ),
]
SeeingModels = Annotated[
    list[str] | None,
    typer.Option("--model", help=f"{_NAMES}[default: mini, tower:mini, random-clip:ViT-S-32]"),
]
Works = Annotated[
    int | None, typer.Option("--works", min=2, help="How many, drawn by lot. [default: all]")
]
HoldOut = Annotated[
    float,
    typer.Option(
        min=0.05,
        max=0.95,
        help="Share of works, in whole artists, kept from joining towers, to judge by.",
    ),
]
Device = Annotated[str, typer.Option("--device", help="auto, cpu, cuda, cuda:1, mps.")]
StudySeed = Annotated[int, typer.Option("--seed", min=0, max=2**63 - 1, help="The one seed.")]
DimensionsFile = Annotated[
    Path | None,
    typer.Option("--dimensions", help="Questions and phrasings (TOML). [default: those shipped]"),
]

study = typer.Typer(
    no_args_is_help=True,
    help="Study what a model sees in a collection, and what it cannot.",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@study.callback()
def _study() -> None:
    pass


@study.command("semantic-gap")
def semantic_gap(
    source: SourceArgument,
    model: GapModels = None,
    out: Out = Path("topicart-semantic-gap"),
    text: Annotated[
        str,
        typer.Option(
            help="Works are asked for by description, title, caption, or “caption without names”; "
            "auto: descriptions if half of the works have one, else captions."
        ),
    ] = "auto",
    long_texts: Annotated[
        str,
        typer.Option(
            help="Texts longer than a model reads: “first tokens”, “first sentence”, or "
            "“mean over sentences”."
        ),
    ] = "first tokens",
    classes: Annotated[
        Path | None,
        typer.Option(help="Additive and narrative genres (TOML). [default: WikiArt's or SemArt's]"),
    ] = None,
    hold_out: HoldOut = 0.3,
    works: Works = None,
    cue_works: Annotated[
        int, typer.Option(min=2, help="Works that are treated, and set in conflict by pairs.")
    ] = 150,
    permutations: Annotated[int, typer.Option(min=1, help="Draws for chance.")] = 200,
    repeats: Annotated[int, typer.Option(min=1, help="Draws for intervals.")] = 1000,
    seed: StudySeed = 0,
    device: Device = "auto",
    images: Images = None,
    format: Format = None,  # noqa: A002 - as fit has it
    mapping: Mapping = None,
    columns: Columns = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Study whether paintings that tell a story are found less well than those that show things.

    Measures models side by side: distances within and between values of facets, retrieval by
    words, the gap between narrative and additive genres, form against surface.
    """  # fmt: skip
    with door(f"Repeat the same command to go on; what is finished is kept in {out}."):
        from evaluation.studies.reporting import require_usable, write_study
        from evaluation.studies.semantic_gap.study import GAP_MODELS, run_semantic_gap

        require_usable(out, "semantic-gap")
        with show_progress(quiet or as_json) as progress:
            progress.stage("load")
            collection = _opened(source, images, format, mapping, columns)
            result = run_semantic_gap(
                collection,
                out,
                models=model or GAP_MODELS,
                text=text,  # type: ignore[arg-type]  # checked there, with a better message
                long_texts=long_texts,  # type: ignore[arg-type]
                classes=classes,
                source_format=format or _recognised(source),
                hold_out=hold_out,
                works=works,
                cue_works=cue_works,
                permutations=permutations,
                repeats=repeats,
                seed=seed,
                device=device,
                progress=progress,
            )
            progress.stage("report")
            page = write_study(result, collection, out, command=_asked())
        _show(result, page, quiet=quiet, as_json=as_json)


@study.command()
def perception(
    source: SourceArgument,
    model: SeeingModels = None,
    out: Out = Path("topicart-perception"),
    dimensions: DimensionsFile = None,
    annotations: Annotated[
        Path | None,
        typer.Option(help="What people answered (CSV: work, dimension, answer, annotator)."),
    ] = None,
    generated: Annotated[
        Path | None,
        typer.Option(help="Folder of generated works with a metadata.csv, as AI-Pastiche has it."),
    ] = None,
    hold_out: HoldOut = 0.3,
    works: Works = None,
    spoilt_works: Annotated[
        int, typer.Option(min=2, help="Works that are spoilt by code, in every way.")
    ] = 100,
    repeats: Annotated[int, typer.Option(min=1, help="Draws for intervals.")] = 500,
    seed: StudySeed = 0,
    device: Device = "auto",
    images: Images = None,
    format: Format = None,  # noqa: A002 - as fit has it
    mapping: Mapping = None,
    columns: Columns = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Study what a model sees in paintings, and what of it it can say.

    Asks for content, scene, style and period in words and by a linear probe, spoils pictures by
    code and asks again, and sets people's answers beside.
    """
    with door(f"Repeat the same command to go on; what is finished is kept in {out}."):
        from evaluation.studies.perception.study import PERCEPTION_MODELS, run_perception
        from evaluation.studies.reporting import require_usable, write_study

        require_usable(out, "perception")
        with show_progress(quiet or as_json) as progress:
            progress.stage("load")
            collection = _opened(source, images, format, mapping, columns)
            result = run_perception(
                collection,
                out,
                models=model or PERCEPTION_MODELS,
                dimensions=dimensions,
                annotations=annotations,
                generated=generated,
                hold_out=hold_out,
                works=works,
                spoilt_works=spoilt_works,
                repeats=repeats,
                seed=seed,
                device=device,
                progress=progress,
            )
            progress.stage("report")
            page = write_study(result, collection, out, command=_asked())
        _show(result, page, quiet=quiet, as_json=as_json)


@study.command()
def annotate(
    source: SourceArgument,
    out: Annotated[Path, typer.Option("--out", help="The page, or a folder for it.")] = Path(
        "annotate.html"
    ),
    works: Annotated[
        int,
        typer.Option("--works", min=1, help="How many; half as many again are shown spoilt."),
    ] = 50,
    dimension: Annotated[
        list[str] | None,
        typer.Option(help="content, scene, … Can be repeated. [default: all]"),
    ] = None,
    dimensions: DimensionsFile = None,
    seed: StudySeed = 0,
    images: Images = None,
    format: Format = None,  # noqa: A002 - as fit has it
    mapping: Mapping = None,
    columns: Columns = None,
    quiet: Quiet = False,
) -> None:
    """Write a page that asks people what they see, and saves their answers as a CSV.

    One file, to be opened in a browser or printed; `study perception --annotations` reads what
    it saves.
    """
    with door("Repeat the same command."):
        from evaluation.studies.looking import studied_works
        from evaluation.studies.perception.asking_people import asked_of_people
        from evaluation.studies.perception.deformations import treatments
        from evaluation.studies.perception.form import write_form

        with show_progress(quiet) as progress:
            progress.stage("load")
            studied = studied_works(_opened(source, images, format, mapping, columns), seed=seed)
            asked = asked_of_people(studied, dimensions, dimension)
            spoils = any(own.name == "deformation" for own in asked)
            page = write_form(
                studied,
                out,
                dimensions=asked,
                count=works,
                seed=seed,
                deformed=treatments() if spoils else None,
            )
        if not quiet:
            say_where("Page", page)


def _opened(
    source: str,
    images: Path | None,
    format: str | None,  # noqa: A002 - as fit has it
    mapping: Path | None,
    columns: list[str] | None,
) -> Collection:
    from knowledge_graph import open_collection

    return open_collection(source, **opened_with(images, format, mapping, columns, None, None))


def _recognised(source: str) -> str:
    """Say whether a source is SemArt, which has a protocol of its own."""
    from knowledge_graph.sources.semart import is_semart

    path = Path(source)
    return "semart" if path.is_dir() and is_semart(path) else ""


def _asked() -> str:
    """Write the command as it was given."""
    return shlex.join(["topicart", *sys.argv[1:]])


def _show(result: SemanticGap | Perception, page: Path, *, quiet: bool, as_json: bool) -> None:
    if as_json:
        told: dict[str, Any] = {"page": str(page), **result.to_dict()}
        print_json(told)
    elif not quiet:
        from rich.console import Console

        from topicart.study_console import study_tables

        Console().print(study_tables(result))
        say_where("Page", page)
