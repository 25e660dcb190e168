"""What is written of a training: its record at the beginning, its curves at the end."""

from __future__ import annotations

import csv
import hashlib
import io
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph.atomic import write_text_atomic
from topicart.adapter import AdapterRecord, record_base
from topicart.errors import TrainingError
from topicart.fit import absolute, content_sha256, now
from topicart.model_files import resolve_model

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from prompts import CaptionTemplates
    from topicart.encoder import Encoder
    from training.config import TrainConfig
    from training.pairs import Pairs
    from training.split import Split

__all__ = ["new_record", "write_curves"]

_PACKAGES = ("accelerate", "numpy", "open_clip_torch", "peft", "pillow", "torch", "transformers")


def new_record(
    collection: Collection,
    pairs: Pairs,
    split: Split,
    templates: CaptionTemplates,
    encoder: Encoder,
    config: TrainConfig,
) -> AdapterRecord:
    """Describe a training that begins.

    Parameters
    ----------
    collection : Collection
        What it learns from.
    pairs : Pairs
        The works of it that have a picture and a caption.
    split : Split
        Which of them train, and which judge.
    templates : CaptionTemplates
        What their captions are made of.
    encoder : Encoder
        The base.
    config : TrainConfig
        The configuration.

    Returns
    -------
    AdapterRecord
        In state ``running``.

    Raises
    ------
    TrainingError
        If the base is itself an adapter.
    """
    from topicart import __version__

    base = resolve_model(config.model)
    if base.adapter is not None:
        raise TrainingError(
            f"--model {config.model} is an adapter; training starts from a whole model. Merge it: "
            f"`topicart train export {config.model} --out FOLDER`, then give that folder."
        )
    return AdapterRecord(
        topicart_version=__version__,
        created=now(),
        base=record_base(base, encoder.weights_sha256),
        method=config.method,
        config=config.plain(),
        source={
            "path": str(absolute(collection.source)),
            "sha256": content_sha256(collection),
            "templates_sha256": hashlib.sha256(repr(templates).encode()).hexdigest(),
            "works": len(collection),
            "without_picture": pairs.without_picture,
            "without_caption": pairs.without_caption,
            "train": len(split.train),
            "held_out": len(split.held_out),
            "validation": len(split.validation),
            "test": len(split.test),
            "held_out_groups": len(set(split.groups.values())),
        },
        versions={
            "python": platform.python_version(),
            **{package: version(package) for package in _PACKAGES},
        },
    )


def write_curves(folder: Path, curves: Sequence[Mapping[str, float]]) -> None:
    """Write how a training went as ``curves.csv``.

    Parameters
    ----------
    folder : Path
        The adapter's folder.
    curves : sequence of mapping of str to float
        A row each; what a row lacks stays empty.
    """
    columns = list(dict.fromkeys(name for row in curves for name in row))
    text = io.StringIO()
    table = csv.DictWriter(text, columns, lineterminator="\n")
    table.writeheader()
    table.writerows({name: _short(value) for name, value in row.items()} for row in curves)
    write_text_atomic(folder / "curves.csv", text.getvalue())


def _short(value: float) -> str:
    """A number with six significant digits."""
    return f"{value:.6g}"
