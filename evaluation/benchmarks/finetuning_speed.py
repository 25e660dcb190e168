"""How quickly models are fine-tuned: LoRA beside full training, peft alone and a bare step.

``python -m evaluation.benchmarks.finetuning_speed --linear`` measures on a CPU what a step costs
with each method, what the loop and the loader add, and whether cost grows linearly with works; it
writes ``results/finetuning_speed.json``. With ``--device cuda`` it measures in bfloat16 at a batch
of 512, with memory and share of the GPU's peak, and the file is named after the GPU. Weights and
pictures are random. Arms take turns, so that whatever else the machine does slows all of them, and
ratios are medians over rounds.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import torch
from torch.utils.flop_counter import FlopCounterMode

from evaluation.benchmarks.benchmark import Benchmark, Options, Row
from evaluation.benchmarks.finetuning_arms import (
    Arm,
    BareArm,
    LoopArm,
    ReadArm,
    begun,
    lora_by_peft,
    make_encoder,
    prepared,
    rate_of_products,
)
from evaluation.benchmarks.finetuning_linear import measure_linear
from evaluation.benchmarks.finetuning_results import (
    BARE_FULL,
    BARE_LORA,
    FROM_FILES,
    FROM_PIXELS,
    FULL,
    HEADS,
    LORA,
    PEFT,
    PEFT_ALONE,
    READ_FILES,
    READ_PIXELS,
    Lane,
    table,
    told,
)
from evaluation.benchmarks.finetuning_works import captioner_of_one_length, make_works, paint
from evaluation.benchmarks.provenance import provenance
from evaluation.benchmarks.registry import SUMMARIES
from knowledge_graph.atomic import write_text_atomic
from topicart.cpu import wait_without_spinning
from training.config import TrainConfig
from training.loader import Loader
from training.pairs import pairs_of
from training.processes import make_accelerator

if TYPE_CHECKING:
    from accelerate import Accelerator

    from topicart.encoder import Encoder
    from topicart.fit import Progress
    from training.batch import Batch
    from training.under_way import Training

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("accelerate", "numpy", "open_clip_torch", "peft", "pillow", "torch")

PEAKS = {"H200": 989e12, "H100": 989e12, "A100": 312e12, "L40S": 362e12, "L4": 121e12}
"""Dense bfloat16 operations a second by the makers' data sheets (H100: the SXM form)."""


@dataclass(frozen=True)
class Setting:
    """What all arms of a model have in common."""

    model: str
    device: str
    precision: str
    batch: int
    accelerator: Accelerator
    folder: Path
    pictures: list[str]

    def config(self, method: str, chunk: int) -> TrainConfig:
        """Give a configuration that never validates nor writes a checkpoint.

        Parameters
        ----------
        method : str
            What is trained.
        chunk : int
            Pairs that are computed at a time.

        Returns
        -------
        TrainConfig
            With the defaults in all else.
        """
        never = {"validate_every": 10**9, "checkpoint_every": 10**9}
        values = {"method": method, "batch_size": self.batch, "chunk_size": chunk, **never}
        return TrainConfig.model_validate(values)

    def training(
        self, method: str, chunk: int, make: Callable[[Encoder, TrainConfig], Encoder] = prepared
    ) -> Training:
        """Begin a training of a model of its own.

        Parameters
        ----------
        method : str
            What is trained.
        chunk : int
            Pairs that are computed at a time.
        make : callable
            Makes the model ready.

        Returns
        -------
        Training
            Before its first step.
        """
        config = self.config(method, chunk)
        encoder = make_encoder(self.model, self.device, self.precision)
        return begun(make(encoder, config), config, self.accelerator, self.folder)

    def loader(self, encoder: Encoder, *, kept: bool = False) -> Loader:
        """Read pairs of works that share a few pictures.

        Parameters
        ----------
        encoder : Encoder
            How it takes pictures.
        kept : bool
            Whether pictures are decoded beforehand, as ``topicart train --cache`` does.

        Returns
        -------
        Loader
            Of four batches an epoch.
        """
        captioner = captioner_of_one_length(self.folder)
        works = make_works(4 * self.batch, self.folder, self.pictures)
        loader = Loader(
            pairs_of(works, captioner),
            captioner,
            encoder.preprocess,
            self.config("lora", self.batch),
            root=self.folder,
        )
        if kept:
            loader.fill_cache(self.folder / "pixels", self.accelerator)
        return loader


def lanes_of(setting: Setting, steps: int) -> dict[str, Lane]:
    """Build and warm up every arm.

    Parameters
    ----------
    setting : Setting
        Model, device and pairs.
    steps : int
        Steps that are timed at a time.

    Returns
    -------
    dict of str to Lane
        By name; without the bare steps of a model that the loop takes in chunks.
    """
    if torch.cuda.is_available():  # the rest is for the arms that are there at the same time
        torch.cuda.set_per_process_memory_fraction(0.8)
    lanes: dict[str, Lane] = {}
    for name in (FULL, LORA, HEADS, PEFT):
        before = _allocated()
        lane, training, loader, batch = _loop(setting, name, steps)
        of_model, readers = {name: lane}, {}
        bare = {FULL: BARE_FULL, LORA: BARE_LORA, PEFT: PEFT_ALONE}.get(name)
        if bare and lane.chunk == setting.batch:
            arm: Arm = BareArm(training, batch, filled_up=name == PEFT)
            of_model[bare] = _warmed(Lane(arm, steps, setting.batch))
        if name == LORA:
            kept = setting.loader(training.encoder, kept=True)
            for source, trained, read in (
                (loader, FROM_FILES, READ_FILES),
                (kept, FROM_PIXELS, READ_PIXELS),
            ):
                arm = LoopArm(training, source)
                of_model[trained] = _warmed(Lane(arm, steps, setting.batch, lane.chunk))
                readers[read] = Lane(ReadArm(source), max(steps, 4), setting.batch)
        for one in of_model.values():
            one.own_bytes = _allocated() - before
        lanes |= of_model | readers
    if torch.cuda.is_available():
        torch.cuda.set_per_process_memory_fraction(1.0)
    return lanes


def _loop(setting: Setting, name: str, steps: int) -> tuple[Lane, Training, Loader, Batch]:
    """Build the arm of a method, in the largest chunks that fit into the GPU's memory."""
    method, make = (LORA, lora_by_peft) if name == PEFT else (name, prepared)
    chunk = setting.batch
    while True:
        try:
            training = setting.training(method, chunk, make)
            loader = setting.loader(training.encoder)
            batch = next(loader.batches(0, 1))
            lane = _warmed(Lane(LoopArm(training, batch), steps, setting.batch, chunk))
            return lane, training, loader, batch
        except torch.OutOfMemoryError:
            if chunk == 1:
                raise
        # Outside of the handler, for the error keeps the tensors of the attempt.
        training = loader = lane = cast(Any, None)
        torch.cuda.empty_cache()
        chunk //= 2


def _warmed(lane: Lane) -> Lane:
    """Take the first step, and count its operations."""
    with FlopCounterMode(display=False) as counter:
        lane.arm.run(1)
    lane.operations = counter.get_total_flops()
    return lane


def take_turns(lanes: Mapping[str, Lane], rounds: int) -> None:
    """Time all arms again and again, there and back.

    Parameters
    ----------
    lanes : mapping of str to Lane
        Their ``seconds`` and ``peak_bytes`` are filled in.
    rounds : int
        How often each is timed.
    """
    for lane in lanes.values():
        lane.arm.run(1)
    for number in range(rounds):
        for lane in list(lanes.values())[:: -1 if number % 2 else 1]:
            others = _allocated() - lane.own_bytes
            if torch.cuda.is_available():
                torch.cuda.reset_peak_memory_stats()
            lane.seconds.append(lane.arm.run(lane.steps))
            if torch.cuda.is_available():
                peak = torch.cuda.max_memory_allocated() - others
                lane.peak_bytes = max(lane.peak_bytes, peak)


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """Measure every model, and if asked, how cost grows with works.

    Parameters
    ----------
    chosen : argparse.Namespace
        The command's options.

    Returns
    -------
    dict
        What the file of results holds.
    """
    wait_without_spinning()
    gpu = chosen.device.startswith("cuda")
    precision = "bf16" if gpu else "fp32"
    rate = rate_of_products(chosen.device, precision)
    made = provenance("finetuning_speed", PACKAGES, chosen.device)
    peak = next((value for key, value in PEAKS.items() if key in made["machine"]["device"]), None)
    results: dict[str, Any] = {
        **made,
        "settings": {
            "batch": chosen.batch,
            "precision": precision,
            "rounds": chosen.rounds,
            "steps_a_round": chosen.steps,
            "picture": chosen.picture,
        },
        "products_tflop_per_s": round(rate / 1e12, 3),
        "peak_tflop_per_s": peak and peak / 1e12,
        "models": {},
    }
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        accelerator, *_ = make_accelerator(chosen.device, precision, (), folder / "logs")
        pictures = paint(folder, 32, *chosen.picture)
        for model in chosen.model:
            setting = Setting(
                model, chosen.device, precision, chosen.batch, accelerator, folder, pictures
            )
            lanes = lanes_of(setting, chosen.steps)
            take_turns(lanes, chosen.rounds)
            results["models"][model] = told(lanes, rate, peak)
            del lanes
        if chosen.linear:
            small = folder / "small"
            small.mkdir()
            results["linear"] = measure_linear(
                tuple(chosen.works), chosen.turns, accelerator, small, chosen.device
            )
    return results


def results_file(device: str) -> Path:
    """Name the file of results.

    Parameters
    ----------
    device : str
        ``cpu``, or a GPU, whose name the file then bears.

    Returns
    -------
    Path
        In ``evaluation/benchmarks/results``.
    """
    if not device.startswith("cuda"):
        return RESULTS / "finetuning_speed.json"
    gpu = re.sub("[^a-z0-9]+", "_", torch.cuda.get_device_name().lower()).strip("_")
    return RESULTS / f"finetuning_speed_{gpu}.json"


def _allocated() -> int:
    return torch.cuda.memory_allocated() if torch.cuda.is_available() else 0


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--model", nargs="+", help="open_clip's architectures, or a folder")
    parser.add_argument("--batch", type=int, help="pairs a step; 16, or 512 on a GPU")
    parser.add_argument("--rounds", type=int, default=8, help="how often each arm is timed")
    parser.add_argument("--steps", type=int, help="steps at a time; 1, or 5 on a GPU")
    parser.add_argument("--picture", type=int, nargs=2, default=[1024, 768], help="size of JPEGs")
    parser.add_argument("--linear", action="store_true", help="whether cost is linear, too")
    parser.add_argument("--works", type=int, nargs="+", default=[1000, 100_000])
    parser.add_argument("--turns", type=int, default=10, help="pieces of the linear part")
    parser.add_argument("--out", type=Path, help="where the results are written")
    chosen = parser.parse_args(arguments)
    gpu = chosen.device.startswith("cuda")
    chosen.model = chosen.model or (["ViT-B-32", "ViT-L-14"] if gpu else ["ViT-B-32"])
    chosen.batch = chosen.batch or (512 if gpu else 16)
    chosen.steps = chosen.steps or (5 if gpu else 1)
    return chosen


def _measured(options: Options, progress: Progress) -> dict[str, Any]:
    progress.stage("train")
    return measure(_parsed(["--device", options.device, "--linear"]))


def _rows(results: Mapping[str, Any]) -> list[Row]:
    return [
        Row(f"{model}: {name}", "", "", f"{ratio['median']:.3f}")
        for model, found in results["models"].items()
        for name, ratio in found["ratios"].items()
    ]


BENCHMARK = Benchmark(
    name="finetuning-speed",
    summary=SUMMARIES["finetuning-speed"],
    measure=_measured,
    rows=_rows,
    packages=PACKAGES,
    on_gpu=True,
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write the results.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line's.
    """
    chosen = _parsed(arguments)
    results = measure(chosen)
    sys.stdout.write(table(results))
    out = chosen.out or results_file(chosen.device)
    write_text_atomic(out, json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
