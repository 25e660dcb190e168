"""The model card of an adapter, written from its record so that no number is typed by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from knowledge_graph.atomic import write_text_atomic
from knowledge_graph.errors import printable
from training.config import TrainConfig

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["card_text", "write_card"]

_PAPERS = {
    "clip": "Radford et al. (2021): Learning transferable visual models from natural language "
    "supervision. ICML",
    "open_clip": "Cherti et al. (2023): Reproducible scaling laws for contrastive language-image "
    "learning. CVPR",
    "lora": "Hu et al. (2022): LoRA: low-rank adaptation of large language models. ICLR",
    "multi-positive": "Khosla et al. (2020): Supervised contrastive learning. NeurIPS",
    "sigmoid": "Zhai et al. (2023): Sigmoid loss for language image pre-training. ICCV",
    "cache": "Gao et al. (2021): Scaling deep contrastive learning batch size under memory limited "
    "setup. RepL4NLP",
}
_LOSSES = {
    "infonce": "symmetric InfoNCE",
    "multi-positive": "multi-positive InfoNCE: a caption is right for every work of which it is "
    "true",
    "sigmoid": "sigmoid loss (SigLIP)",
}
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class _Markdown(str):
    """A text that is Markdown already."""


def write_card(folder: Path, record: Mapping[str, Any]) -> Path:
    """Write ``README.md`` into an adapter's folder.

    Parameters
    ----------
    folder
        The adapter's folder.
    record
        The content of ``adapter.json``; see :func:`card_text`.

    Returns
    -------
    Path
        The card.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    card = folder / "README.md"
    write_text_atomic(card, card_text(record, name=folder.resolve().name))
    return card


def card_text(record: Mapping[str, Any], *, name: str) -> str:
    """Say what an adapter was taught, how good it is, and how to use it.

    Parameters
    ----------
    record
        The content of ``adapter.json``: ``topicart_version``, ``base``, ``method``, ``layers``,
        ``config``, ``source`` (of which ``path``, ``train`` and ``held_out``, the numbers of works
        on either side), ``training`` (``steps`` and ``best_step``, or nothing) and ``scores``
        (what :func:`training.judge.compare` returned, or nothing).
    name
        What to call it.

    Returns
    -------
    str
        Markdown, with the metadata that the Hugging Face hub reads. What came from a collection
        is escaped, and of paths only the last part is told.
    """
    config = TrainConfig.model_validate(record["config"])
    scores: Mapping[str, Any] = record.get("scores") or {}
    metrics = scores.get("metrics", {})
    text = _template().render(
        record=record,
        front_matter=_Markdown(_front_matter(record)),
        name=name,
        base=_told(record["base"]["name"], in_folder=bool(record["base"]["folder"])),
        collection=_told(record["source"]["path"]),
        source=record["source"],
        config=config,
        scores=scores,
        metrics=list(metrics.values()),
        rows=[_cells(metric, bool(scores["groups"])) for metric in metrics.values()],
        course=record.get("training") or {},
        losses=_LOSSES,
        learning_rate=config.peak_learning_rate,
        method=_method(record, config),
        captions=_captions(config),
        apart=_apart(config),
        unseen=_unseen(config),
        verdict=_verdict(metrics.get(scores.get("primary"))),
        papers=_papers(config),
        folder=_Markdown(json.dumps(f"path/to/{name}", ensure_ascii=False)),
    )
    return re.sub(r"\n{3,}", "\n\n", text)


@cache
def _template() -> Template:
    """Read the template; whatever it is given is escaped, unless it is Markdown already."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(  # noqa: S701 - it writes Markdown, whose escaping is our own
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        finalize=_escaped,
    )
    environment.filters["code"] = _code
    environment.filters["join"] = _joined
    environment.globals["count"] = _count
    return environment.from_string((files("training") / "card.md.jinja").read_text("utf-8"))


def _escaped(value: object) -> str:
    """Write a text so that Markdown and HTML show it as it is, on one line."""
    if isinstance(value, _Markdown):
        return value
    plain = printable(" ".join(str(value).split())).translate(_ENTITIES)
    return re.sub(r"([\\`*_\[\]|#~$!])", r"\\\1", plain)


def _code(value: object) -> _Markdown:
    return _Markdown(f"`{value}`")


def _count(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "an unknown number of"


def _joined(parts: Iterable[object], between: str) -> _Markdown:
    return _Markdown(between.join(map(_escaped, parts)))


def _cells(metric: Mapping[str, Any], grouped: bool) -> list[str]:
    """The row of one metric: shares to three places, ranks to one."""
    places = ".3f" if metric["better"] == "higher" else ",.1f"

    def gained(ends: Sequence[float] | None) -> str:
        return "(–)" if ends is None else f"({ends[0]:+{places}} to {ends[1]:+{places}})"

    return [
        metric["title"],
        f"{metric['before']:{places}}",
        f"{metric['after']:{places}}",
        f"{metric['lift']:+{places}} {gained(metric['interval'])}",
        *([gained(metric["group_interval"])] if grouped else []),
        f"{metric['chance']:{places}}",
        _count(metric["n"]),
    ]


def _front_matter(record: Mapping[str, Any]) -> str:
    """The metadata by which the hub sorts models."""
    import yaml

    name = record["base"]["name"]
    content: dict[str, Any] = {
        "library_name": "open_clip",
        "pipeline_tag": "zero-shot-image-classification",
        "tags": ["topicart", "clip", "art", record["method"]],
    }
    if name.startswith("hf-hub:"):
        content["base_model"] = name.removeprefix("hf-hub:")
    return f"---\n{yaml.safe_dump(content, sort_keys=False, allow_unicode=True)}---\n"


def _told(name: str, *, in_folder: bool = False) -> str:
    """A name as others may read it: of a path, which says who works where, its last part."""
    path = PurePath(name)
    return path.name if in_folder or path.is_absolute() else name


def _method(record: Mapping[str, Any], config: TrainConfig) -> str:
    heads = "the projections and the temperature"
    return {
        "lora": f"LoRA of rank {config.rank} (alpha {config.alpha:g}) on {len(record['layers'])} "
        f"layers of both towers, and {heads}",
        "heads": heads,
        "unfreeze": f"{heads}, the last block of each tower, and one block more every "
        f"{config.unfreeze_every} epochs",
        "full": "all weights",
    }[config.method]


def _captions(config: TrainConfig) -> str:
    own = config.caption_templates
    told = f"templates of {own.name}" if own else "topicart's templates"
    return f"{told}, drawn anew each epoch; {config.facet_dropout:.0%} of the facts left out"


def _apart(config: TrainConfig) -> str:
    return {
        "work": "at random",
        "split": "by the parts that the source states",
    }.get(config.hold_out, f"by {config.hold_out}: none is on both sides")


def _unseen(config: TrainConfig) -> str:
    if config.hold_out in ("work", "split"):
        return (
            "Works of one artist may be on both sides: on artists that it was not taught at all it "
            "is worse than this."
        )
    return (
        f"No {config.hold_out} is on both sides, but all else can be: schools, places, who took "
        "the pictures and who wrote the facts. Another collection differs in these, too."
    )


def _verdict(primary: Mapping[str, Any] | None) -> str:
    """One sentence on what decides: whether it is surely better."""
    if primary is None:
        return ""
    ends = primary["group_interval"] or primary["interval"]
    over = "groups" if primary["group_interval"] else "works"
    if ends is None:
        return "There are too few works for an interval: nothing is certain."
    if ends[0] > 0:
        return f"{primary['title']}: better than the base (the interval over {over} is above 0)."
    if ends[1] < 0:
        return f"{primary['title']}: worse than the base (the interval over {over} is below 0)."
    return (
        f"{primary['title']}: no certain difference from the base (the interval over {over} holds "
        "0)."
    )


def _papers(config: TrainConfig) -> list[str]:
    return [
        _PAPERS[key]
        for key in ("clip", "open_clip", config.method, config.loss, "cache")
        if key in _PAPERS
    ]
