"""The commands ``topicart label`` and ``topicart summarize``: a run told in other words."""

from __future__ import annotations

from collections import Counter
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

_LLAVA = "llava-1.5-7b"
"""The model of the published pipeline."""

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
    with door("The run has its old names or the new ones. Repeat the same command to go on."):
        from topicart.labelling import label_run
        from topicart.labels import LabelConfig, read_words
        from topicart.make import finish_run
        from topicart.run import Run

        thresholds = {"min_share": min_share, "min_score": min_score}
        config = LabelConfig.model_validate(
            label_settings(vocabulary, language, templates, by)
            | {name: value for name, value in thresholds.items() if value is not None}
        )
        opened = Run.open(run)
        told = _given_way(opened)
        read_words(config)
        encoder = None
        if by != "facts":
            encoder = _encoder(opened, model, device, precision, progress=not (quiet or as_json))
        with show_progress(quiet or as_json) as progress:
            named = label_run(opened, encoder, config, progress=progress)
            named = finish_run(named, progress=progress)
        report_run(named, quiet=quiet, as_json=as_json, more=told)


def summarize(
    run: RunFolder,
    engine: Annotated[
        _Engine, typer.Option(help="Who writes: a rule, a model here, a model at an address.")
    ] = "facts",
    model: Annotated[
        str | None, typer.Option(help="Its name. [default for llava: llava-1.5-7b]")
    ] = None,
    prompt: Annotated[
        Literal["basic", "rich"] | None,
        typer.Option(help="Asked with the pictures alone, or with labels too. [default: rich]"),
    ] = None,
    pictures: Annotated[
        int | None, typer.Option(min=1, max=100, help="Pictures a model sees. [default: 20]")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Length at which an answer is cut.")
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(min=1, help="Themes that a model is asked about at a time.")
    ] = None,
    device: Device = None,
    precision: Precision = None,
    four_bit: Annotated[
        bool, typer.Option("--four-bit", help="Load the model in 4 bits, on a CUDA GPU.")
    ] = False,
    endpoint: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Of the server, up to /v1. [default: $OPENAI_BASE_URL]"),
    ] = None,
    api_key: Annotated[
        str | None,
        typer.Option(metavar="KEY", help="Others can see it here: better $OPENAI_API_KEY."),
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=1, help="Longest wait for an answer.")
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write the summaries of a finished run anew: from facts, or by a model.

    A model is asked only what it was not asked before. A theme of which it says nothing usable
    gets the summary from facts, and a row in problems.csv. Neither address nor key is written to
    the run. --device, --precision and --four-bit are of llava; --endpoint, --api-key and
    --timeout are of openai.
    """
    both: dict[str, Any] = {
        "--model": model,
        "--prompt": prompt,
        "--pictures": pictures,
        "--max-tokens": max_tokens,
        "--batch-size": batch_size,
    }
    llava = {"--device": device, "--precision": precision, "--four-bit": four_bit}
    openai = {"--endpoint": endpoint, "--api-key": api_key, "--timeout": timeout}
    for given, engines in ((both, "llava or openai"), (llava, "llava"), (openai, "openai")):
        if engine not in engines:
            _refuse(given, f"belongs to --engine {engines}, not to {engine}")
    if engine == "openai" and not model:
        raise typer.BadParameter("--engine openai needs --model: the model's name at the address.")
    with door("Repeat the same command to go on; answers that have come are kept."):
        from topicart.make import finish_run
        from topicart.run import Run
        from topicart.summaries.facts import FactsSummarizer
        from topicart.summarising import summarize_run

        opened = Run.open(run)
        summarizer: Summarizer = FactsSummarizer()
        if engine == "llava":
            from topicart.summaries.llava import LlavaSummarizer

            summarizer = LlavaSummarizer.load(
                model or _LLAVA,
                **_given(
                    device=device,
                    precision=precision,
                    four_bit=four_bit,
                    batch_size=batch_size,
                    max_new_tokens=max_tokens,
                ),
                progress=not (quiet or as_json),
            )
        elif engine == "openai":
            from topicart.summaries.openai import OpenAISummarizer

            summarizer = OpenAISummarizer.from_environment(
                model or "",
                **_given(
                    endpoint=endpoint,
                    api_key=api_key,
                    timeout_s=timeout,
                    concurrency=batch_size,
                    max_tokens=max_tokens,
                ),
            )
        with show_progress(quiet or as_json) as progress:
            told = summarize_run(
                opened,
                summarizer,
                prompt=prompt or "rich",
                n_pictures=pictures or 20,
                progress=progress,
            )
            told = finish_run(told, progress=progress)
        report_run(told, quiet=quiet, as_json=as_json, more=_authors(told, engine))


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


def _given_way(before: Run) -> str:
    """Say how many summaries of a run as it was were by a model."""
    number = sum(topic.summary.machine_written for topic in before.topics)
    if not number:
        return ""
    return (
        f"Summaries by a model gave way to those from facts: {number:,}. Repeat `topicart "
        "summarize` to have them again; only those that would be asked otherwise are asked for."
    )


def _authors(run: Run, engine: str) -> str:
    """Say how many summaries are by whom, and how many of those asked for could not be had."""
    written = Counter(
        topic.summary.model if topic.summary.machine_written else "facts" for topic in run.topics
    )
    line = "Summaries: " + ", ".join(
        f"{number:,} {'from' if author == 'facts' else 'by'} {author}"
        for author, number in written.most_common()
    )
    if engine != "facts" and (failed := written["facts"]):
        line += f" ({failed:,} could not be had from the model: see problems.csv)"
    return f"{line}."


def _given(**options: Any) -> dict[str, Any]:
    """Leave out what was not given, so that the engine's own defaults hold."""
    return {name: value for name, value in options.items() if value is not None}


def _refuse(given: dict[str, Any], because: str) -> None:
    """Refuse options that would silently do nothing."""
    if idle := [name for name, value in given.items() if value not in (None, False)]:
        raise typer.BadParameter(f"{idle[0]} {because}. Leave it out.")
