"""The commands ``topicart label`` and ``topicart summarize``: a finished run told in other words."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from topicart.door import (
    Json,
    Judge,
    Language,
    Quiet,
    RunFolder,
    TemplatesFile,
    Vocabularies,
    door,
    label_settings,
    report_run,
    show_progress,
)

if TYPE_CHECKING:
    from topicart.encoder import Encoder
    from topicart.run import Run
    from topicart.summaries import Summarizer

_Engine = Literal["facts", "llava", "openai"]

Device = Annotated[str | None, typer.Option(help="auto, cpu, cuda, cuda:1, mps. [default: auto]")]
Precision = Annotated[str | None, typer.Option(help="auto, fp32, bf16 or fp16. [default: auto]")]


def label(
    run: RunFolder,
    vocabulary: Vocabularies = None,
    language: Language = "en",
    templates: TemplatesFile = None,
    by: Judge = "both",
    min_share: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Share of its works that must agree for facts to name it."),
    ] = None,
    min_score: Annotated[
        float | None, typer.Option(min=0, help="Score that pictures alone need to name a theme.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Where the run's encoder is now. [default: where it was]")
    ] = None,
    device: Device = None,
    precision: Precision = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Name the themes of a finished run anew, in other words or by other judges.

    No picture is looked at again. What is not given is as `fit` has it by default, not as the run
    was named before. Summaries by a model give way to those from facts; `topicart summarize`
    brings them back, without asking again where the question is the same.
    """
    idle: dict[str, Any] = {}
    if by == "facts":
        idle = {"--min-score": min_score, "--model": model, "--device": device}
        idle["--precision"] = precision
    elif by == "pictures":
        idle = {"--min-share": min_share}
    _refuse(idle, f"does nothing where --by {by} chooses the names")
    with door("The run keeps the names that it has. Repeat the same command to go on."):
        from topicart.labelling import label_run, require_words
        from topicart.labels import LabelConfig
        from topicart.make import finish_run
        from topicart.run import Run

        thresholds = {"min_share": min_share, "min_score": min_score}
        config = LabelConfig.model_validate(
            label_settings(vocabulary, language, templates, by)
            | {name: value for name, value in thresholds.items() if value is not None}
        )
        opened = Run.open(run)
        require_words(config)
        encoder = None
        if by != "facts":
            encoder = _encoder(opened, model, device, precision, progress=not (quiet or as_json))
        with show_progress(quiet or as_json) as progress:
            named = label_run(opened, encoder, config, progress=progress)
            named = finish_run(named, progress=progress)
        report_run(named, quiet=quiet, as_json=as_json)


def summarize(
    run: RunFolder,
    engine: Annotated[
        _Engine, typer.Option(help="Who writes: rules, a model here, or one behind an address.")
    ] = "facts",
    model: Annotated[str | None, typer.Option(help="The model of llava or openai.")] = None,
    prompt: Annotated[
        Literal["basic", "rich"] | None,
        typer.Option(help="Ask with the picture alone, or with the labels. [default: rich]"),
    ] = None,
    pictures: Annotated[
        int | None, typer.Option(min=1, max=100, help="Works that it sees. [default: 20]")
    ] = None,
    max_tokens: Annotated[int | None, typer.Option(min=1, help="Longest answer.")] = None,
    device: Device = None,
    precision: Precision = None,
    four_bit: Annotated[
        bool, typer.Option("--four-bit", help="llava: load in 4 bit, on a CUDA GPU.")
    ] = False,
    batch_size: Annotated[int | None, typer.Option(min=1, help="llava: themes at a time.")] = None,
    endpoint: Annotated[
        str | None,
        typer.Option(metavar="URL", help="openai: the address. [default: $OPENAI_BASE_URL]"),
    ] = None,
    api_key: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="openai: better left to $OPENAI_API_KEY."),
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=1, help="openai: longest wait.")
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write the summaries of a finished run anew."""
    raise NotImplementedError


def _encoder(
    run: Run, model: str | None, device: str | None, precision: str | None, *, progress: bool
) -> Encoder:
    """Load the run's own encoder, from where it was or from where the user says it is now."""
    from topicart.encoder import Encoder
    from topicart.errors import ModelError

    try:
        return Encoder.load(
            model or run.record.model.name,
            device=device or "auto",
            precision=precision or "auto",
            progress=progress,
        )
    except ModelError as error:
        if model is not None:
            raise
        raise ModelError(
            f"{error} It is the encoder that made {run.folder}: if it has moved, say where it is "
            "with --model; --by facts needs none."
        ) from error


def _refuse(given: dict[str, Any], because: str) -> None:
    """Refuse options that would silently do nothing."""
    if idle := [name for name, value in given.items() if value not in (None, False)]:
        raise typer.BadParameter(f"{idle[0]} {because}. Leave it out.")
