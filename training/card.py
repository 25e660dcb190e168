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
from knowledge_graph.errors import cut, printable
from training.config import TrainConfig

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["card_text", "counted_groups", "verdict", "write_card"]

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
_PLURALS = {
    "medium": "media",
    "series": "series",
    "century": "centuries",
    "half_century": "half centuries",
}
_SATURATED = 0.1
"""Chance above which R@10 tells little: of fewer than a hundred works, ten are many."""
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
        ``config``, ``source`` (of which ``path``, and the numbers of works ``train``, ``held_out``
        and, where not all of these judge, ``validation`` and ``test``), ``training`` (``steps``,
        ``best_step`` and ``validations``, or nothing) and ``scores`` (what
        :func:`training.judge.compare` returned, or nothing).
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
    # Of two artists no interval over artists can be given: no column for it then.
    grouped = any(metric["group_interval"] for metric in metrics.values())
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
        rows=[_cells(metric, grouped) for metric in metrics.values()],
        grouped=grouped,
        groups=counted_groups(scores.get("groups"), config.hold_out),
        course=record.get("training") or {},
        took=_took(record.get("training") or {}),
        choice=_choice(record),
        losses=_LOSSES,
        learning_rate=config.peak_learning_rate,
        method=_method(record, config),
        captions=_captions(config),
        apart=_apart(config),
        unseen=_unseen(config),
        verdict=verdict(scores, config.hold_out),
        papers=_papers(config),
        folder=_Markdown(json.dumps(f"path/to/{name}", ensure_ascii=False)),
    )
    return re.sub(r"\n{3,}", "\n\n", text)


def verdict(scores: Mapping[str, Any], hold_out: str) -> str:
    """Say what decides: whether the encoder surely got better, and how much that can mean.

    Parameters
    ----------
    scores
        What :func:`training.judge.compare` returned, or nothing.
    hold_out
        What kept training and held-out works apart.

    Returns
    -------
    str
        Plain sentences; empty without scores.
    """
    primary = scores.get("metrics", {}).get(scores.get("primary"))
    if primary is None:
        return ""
    groups = counted_groups(scores["groups"], hold_out)
    ends = {"works": primary["interval"], groups: primary["group_interval"]}
    known = {over: interval for over, interval in ends.items() if interval is not None}
    # Of few groups, the interval over them can be the narrower one: both have to agree.
    open_ = [over for over, (low, high) in known.items() if low <= 0 <= high]
    if not known:
        return "There are too few works for an interval: nothing is certain."
    if open_:
        found = f"no certain difference from the base (the interval over {open_[-1]} holds 0)."
    elif primary["lift"] > 0:
        found = f"better than the base (the interval over {[*known][-1]} is above 0)."
    else:
        found = f"worse than the base (the interval over {[*known][-1]} is below 0)."
    told = [f"{primary['title']}: {found}"]
    if groups and not primary["group_interval"]:
        told.append(f"All judged works are of {groups}: of others this says little.")
    if primary["chance"] > _SATURATED:
        told.append(
            f"Among only {primary['n']:,} works chance alone reaches {primary['chance']:.3f}: hold "
            "out more for a figure that tells more."
        )
    return " ".join(told)


def counted_groups(number: int | None, hold_out: str) -> str:
    """Count what held-out works were kept together by.

    Parameters
    ----------
    number
        How many groups there are, or None.
    hold_out
        The facet whose values make them, ``split`` or ``work``.

    Returns
    -------
    str
        For example ``2 artists``; empty without groups.
    """
    if not number:
        return ""
    one = hold_out.replace("_", " ")
    return f"{number:,} {one if number == 1 else _PLURALS.get(hold_out, one + 's')}"


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
    return _Markdown(between.join(_escaped(cut(str(part))) for part in parts))


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
    never = f", {', '.join(config.leave_out)} always" if config.leave_out else ""
    return f"{told}, drawn anew each epoch; {config.facet_dropout:.0%} of the facts left out{never}"


def _took(course: Mapping[str, Any]) -> str:
    """Say how long the steps took, and on what; of records that tell it."""
    if "seconds" not in course:
        return ""
    hours, rest = divmod(round(course["seconds"]), 3600)
    minutes, seconds = divmod(rest, 60)
    time = f"{hours} h {minutes:02} min" if hours else f"{minutes} min {seconds:02} s"
    processes = f"{course['processes']:,} process" + "es" * (course["processes"] > 1)
    return f"{time} in {processes} on {course['device']}, with {course['precision']}"


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


def _choice(record: Mapping[str, Any]) -> str:
    """Say whether the works that judge had a say in which weights were kept."""
    looks = (record.get("training") or {}).get("validations", 0)
    if record["source"].get("validation"):
        return (
            "The weights were chosen on other held-out works: these were looked at before and "
            "after, and never between."
        )
    if looks > 1:
        return (
            f"The weights are the best of {looks:,} looks at these same works, which flatters the "
            "figures after a little."
        )
    return ""


def _papers(config: TrainConfig) -> list[str]:
    return [
        _PAPERS[key]
        for key in ("clip", "open_clip", config.method, config.loss, "cache")
        if key in _PAPERS
    ]
