"""Whether the cost of a training grows linearly with works: the linear part of the benchmark.

A model too small to matter is trained on collections of two sizes, whole epochs of each, in short
turns, so that whatever else the machine does slows both.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.benchmarks.finetuning_arms import LoopArm, begun, prepared
from evaluation.benchmarks.finetuning_works import make_works, paint
from prompts import Captioner
from topicart.encoder import Encoder
from topicart.openclip import BuiltModel
from topicart.preprocess import Preprocess
from training.config import TrainConfig
from training.loader import Loader
from training.pairs import pairs_of
from training.split import split_works

if TYPE_CHECKING:
    from accelerate import Accelerator

__all__ = ["measure_linear"]

_TOWERS: dict[str, Any] = {
    "embed_dim": 8,
    "vision_cfg": {
        "image_size": 32, "layers": 1, "width": 16, "head_width": 8, "patch_size": 32,
    },
    "text_cfg": {
        "context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1,
    },
}  # fmt: skip
_BATCH = 100
_PICTURES = 50


@dataclass
class _Times:
    """What a collection's works cost, in seconds of the clock and of the processors."""

    works: int
    prepare: list[float] = field(default_factory=list)
    """Finding pairs, splitting them, planning the first epoch: once a training; in CPU seconds."""
    wall: list[float] = field(default_factory=list)
    """A turn of training."""
    cpu: list[float] = field(default_factory=list)
    """The same, on all processors together."""


def measure_linear(
    sizes: tuple[int, ...], turns: int, accelerator: Accelerator, folder: Path, device: str
) -> dict[str, Any]:
    """Train on collections of several sizes, equally many pairs of each, in turns.

    Parameters
    ----------
    sizes : tuple of int
        Works of each collection; the last is the largest, and one epoch of it is trained.
    turns : int
        In how many pieces.
    accelerator : Accelerator
        The one process.
    folder : Path
        An empty folder for the pictures.
    device : str
        Where the model is.

    Returns
    -------
    dict
        A row for each size, and how much the rate of the largest is of that of the smallest.
    """
    pictures = paint(folder, _PICTURES, 64, 64)
    encoder = _tiny_encoder(device)
    arms: list[LoopArm] = []
    times: list[_Times] = []
    for size in sizes:
        collection = make_works(size, folder, pictures)
        config = TrainConfig(
            method="heads", batch_size=_BATCH, chunk_size=_BATCH, epochs=10**6,
            hold_out="work", validate_every=10**9, checkpoint_every=10**9,
        )  # fmt: skip
        taken = _Times(size)
        for _ in range(3 if size < max(sizes) else 1):
            start = time.process_time()
            captioner = Captioner()
            pairs = pairs_of(collection, captioner)
            split_works(pairs.works, config)
            loader = Loader(pairs, captioner, encoder.preprocess, config, root=folder)
            taken.prepare.append(time.process_time() - start)
        times.append(taken)
        arms.append(LoopArm(begun(prepared(encoder, config), config, accelerator, folder), loader))
    steps = max(sizes) // _BATCH // turns
    for arm in arms:
        arm.run(2)
    for turn in range(turns):
        for arm, taken in list(zip(arms, times, strict=True))[:: 1 if turn % 2 else -1]:
            start = time.process_time()
            taken.wall.append(arm.run(steps))
            taken.cpu.append(time.process_time() - start)
    return _told(times, steps * _BATCH)


def _told(times: list[_Times], pairs: int) -> dict[str, Any]:
    """Sum up: rates over all turns, since planning an epoch falls into one of them."""
    rows = [
        {
            "works": taken.works,
            "pairs_per_s": round(pairs * len(taken.wall) / sum(taken.wall), 1),
            "pairs_per_cpu_s": round(pairs * len(taken.cpu) / sum(taken.cpu), 1),
            "median_of_turns": round(pairs / statistics.median(taken.wall), 1),
            "prepare_cpu_us_per_work": round(1e6 * min(taken.prepare) / taken.works, 1),
        }
        for taken in times
    ]
    first, last = rows[0], rows[-1]
    return {
        "batch": _BATCH,
        "rows": rows,
        "ratios": {
            name: round(last[name] / first[name], 3) for name in ("pairs_per_s", "pairs_per_cpu_s")
        },
        "turns": [asdict(taken) for taken in times],
    }


def _tiny_encoder(device: str) -> Encoder:
    """Build a model whose steps take next to nothing."""
    import open_clip
    import torch

    from topicart.model_files import ModelSource

    torch.manual_seed(0)
    built = BuiltModel(
        model=open_clip.model.CLIP(**_TOWERS),
        tokenizer=open_clip.SimpleTokenizer(),
        preprocess=Preprocess((32, 32), "shortest", "bicubic", 0, (0.0,) * 3, (1.0,) * 3),
        dim=8,
        context_length=77,
    )
    source = ModelSource(name="tiny", architecture="", config=_TOWERS, weights=Path())
    return Encoder(built, source, weights_sha256="", device=device, precision="fp32")
