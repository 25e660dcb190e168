"""How quickly a LLaVA model describes mosaics, and in how much memory: full size, random weights.

``python -m evaluation.benchmarks.llava_speed --device cuda`` builds LLaVA 1.5 7B on the GPU from
its configuration, without weights to download, and times how long it takes to read a mosaic and a
prompt (prefill) and to write, for batches of 1, 4 and 8. ``--size 0.5b`` takes LLaVA-OneVision's
smallest, ``--size tiny`` is for the tests. The results go to ``results/llava_speed.json``; those
of a GPU into a file that bears its name. Speed does not depend on what weights say, only on how
much is written: always ``--tokens`` new ones here.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import torch
from PIL import Image

from evaluation.benchmarks.benchmark import Benchmark, Options, Row
from evaluation.benchmarks.finetuning_works import paint
from evaluation.benchmarks.llava_models import (
    MODELS,
    PROMPT_TOKENS,
    make_inputs,
    make_model,
)
from evaluation.benchmarks.provenance import provenance
from evaluation.benchmarks.registry import SUMMARIES
from knowledge_graph.atomic import write_text_atomic
from topicart.device import choose_device, choose_precision
from topicart.summaries.mosaic import make_mosaic

if TYPE_CHECKING:
    from topicart.fit import Progress

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("accelerate", "numpy", "pillow", "torch", "transformers")


def measure_batch(
    model: Any, inputs: dict[str, Any], *, tokens: int, rounds: int
) -> dict[str, Any]:
    """Time how mosaics are read and texts written.

    Parameters
    ----------
    model : transformers.PreTrainedModel
        Of :func:`make_model`.
    inputs : dict
        Of :func:`make_inputs`.
    tokens : int
        Tokens that each text has.
    rounds : int
        How often; medians are told.

    Returns
    -------
    dict
        Seconds, tokens a second, and memory, or that it does not fit into the memory.
    """
    batch, n_input = inputs["input_ids"].shape
    row: dict[str, Any] = {"batch": batch, "input_tokens": n_input}
    _reset_peak()
    try:
        _seconds(model, inputs, 2)  # warms up
        prefill = [_seconds(model, inputs, 1) for _ in range(rounds)]
        whole = [_seconds(model, inputs, tokens) for _ in range(rounds)]
    except torch.OutOfMemoryError:
        return row | {"fits": False}
    read, all_ = median(prefill), median(whole)
    return row | {
        "fits": True,
        "prefill_s": round(read, 4),
        "input_tokens_per_s": round(batch * n_input / read, 1),
        "new_tokens_per_s": round(batch * (tokens - 1) / max(all_ - read, 1e-9), 2),
        "s_per_topic": round(all_ / batch, 4),
        "peak_gb": round(_peak() / 1e9, 3),
        "prefill_seconds": [round(one, 4) for one in prefill],
        "whole_seconds": [round(one, 4) for one in whole],
    }


def _seconds(model: Any, inputs: dict[str, Any], tokens: int) -> float:
    """Time the reading of the inputs and the writing of some tokens."""
    start = _now()
    with torch.inference_mode():
        made = model.generate(**inputs, max_new_tokens=tokens, min_new_tokens=tokens)
    seconds = _now() - start
    if made.shape[1] != inputs["input_ids"].shape[1] + tokens:
        raise RuntimeError(f"expected {tokens} new tokens, got a result of shape {made.shape}.")
    return seconds


def _now() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def _reset_peak() -> None:
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def _peak() -> int:
    """The most bytes that were used: on the GPU, or else by the whole process so far."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def timed_mosaic(rounds: int) -> tuple[Image.Image, float]:
    """Make a mosaic of twenty JPEG files of 1,024 x 768 pixels.

    Parameters
    ----------
    rounds : int
        How often it is timed.

    Returns
    -------
    tuple
        The mosaic, and the median of the seconds it took.
    """
    seconds = []
    with tempfile.TemporaryDirectory() as scratch:
        paths = [Path(scratch) / name for name in paint(Path(scratch), 20, 1024, 768)]
        for _ in range(rounds):
            start = time.perf_counter()
            mosaic = make_mosaic(paths)
            seconds.append(time.perf_counter() - start)
    return mosaic, median(seconds)


def measure(chosen: argparse.Namespace) -> dict[str, Any]:
    """Build a model and measure it with every batch.

    Parameters
    ----------
    chosen : argparse.Namespace
        The command's options.

    Returns
    -------
    dict
        What the file of results holds.
    """
    device = choose_device(chosen.device)
    precision = choose_precision(chosen.precision, device)
    mosaic, mosaic_s = timed_mosaic(chosen.rounds)
    model = make_model(chosen.size, device, precision)
    held = sum(tensor.nbytes for tensor in [*model.parameters(), *model.buffers()])
    rows = []
    for batch in chosen.batch:
        inputs = make_inputs(model, chosen.size, mosaic, batch)
        rows.append(measure_batch(model, inputs, tokens=chosen.tokens, rounds=chosen.rounds))
    return {
        **provenance("llava_speed", PACKAGES, device),
        "settings": {
            "size": chosen.size,
            "precision": precision,
            "new_tokens": chosen.tokens,
            "prompt_tokens": PROMPT_TOKENS,
            "mosaic_px": list(mosaic.size),
            "rounds": chosen.rounds,
        },
        "model": MODELS[chosen.size],
        "parameters": model.num_parameters(),
        "weights_gb": round(held / 1e9, 4),
        "mosaic_s": round(mosaic_s, 4),
        "batches": rows,
    }


def table(results: dict[str, Any]) -> str:
    """Set the results out for reading.

    Parameters
    ----------
    results : dict
        Of :func:`measure`.

    Returns
    -------
    str
        Lines.
    """
    lines = [
        f"{results['model']}, {results['settings']['precision']}, on {results['machine']['device']}"
        f": {results['weights_gb']} GB of weights; a mosaic takes {results['mosaic_s']} s",
        "batch  input tokens  prefill s  new tokens/s  s a topic  peak GB",
    ]
    for row in results["batches"]:
        start = f"{row['batch']:5}  {row['input_tokens']:12}"
        lines.append(
            f"{start}  {row['prefill_s']:9.3f}  {row['new_tokens_per_s']:12.1f}"
            f"  {row['s_per_topic']:9.2f}  {row['peak_gb']:7.2f}"
            if row["fits"]
            else f"{start}  does not fit into the memory"
        )
    return "\n".join(lines) + "\n"


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
    if not choose_device(device).startswith("cuda"):
        return RESULTS / "llava_speed.json"
    gpu = re.sub("[^a-z0-9]+", "_", torch.cuda.get_device_name().lower()).strip("_")
    return RESULTS / f"llava_speed_{gpu}.json"


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--precision", default="auto", help="auto, fp32, bf16 or fp16")
    parser.add_argument("--size", choices=MODELS, default="7b", help="which model")
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 4, 8], help="topics at a time")
    parser.add_argument("--tokens", type=int, default=120, help="new tokens of a text")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed")
    parser.add_argument("--out", type=Path, help="where the results are written")
    chosen = parser.parse_args(arguments)
    if chosen.tokens < 2:
        parser.error("--tokens must be at least 2, to tell reading from writing")
    return chosen


def _measured(options: Options, progress: Progress) -> dict[str, Any]:
    progress.stage("write")
    return measure(_parsed(["--device", options.device]))


def _rows(results: Mapping[str, Any]) -> list[Row]:
    return [
        Row(
            f"{results['model']}, {row['batch']} at a time",
            f"{row['s_per_topic']:.2f} s a topic, {row['peak_gb']:.1f} GB",
            f"{results['weights_gb']:.1f} GB (the weights)",
            f"{row['new_tokens_per_s']:.0f} tokens a second",
        )
        for row in results["batches"]
        if row["fits"]
    ]


BENCHMARK = Benchmark(
    name="llava-speed",
    summary=SUMMARIES["llava-speed"],
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
