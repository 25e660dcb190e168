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
import copy
import json
import re
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import torch
from PIL import Image, ImageOps

from evaluation.benchmarks.finetuning_works import paint
from evaluation.benchmarks.provenance import provenance
from knowledge_graph.atomic import write_text_atomic
from topicart.device import choose_device, choose_precision
from topicart.summaries.mosaic import BACKGROUND, make_mosaic

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("accelerate", "numpy", "pillow", "torch", "transformers")
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}

MODELS = {
    "tiny": "LLaVA 1.5 with two tiny layers",
    "0.5b": "LLaVA-OneVision Qwen2 0.5B",
    "7b": "LLaVA 1.5 7B",
}
PROMPT_TOKENS = 150
"""About as long as the rich prompt with its words of four facets."""

_TINY = {"num_hidden_layers": 2, "hidden_size": 64, "intermediate_size": 128,
         "num_attention_heads": 4}  # fmt: skip
_CLIP = {"model_type": "clip_vision_model", "image_size": 336, "patch_size": 14}
_VICUNA = {"model_type": "llama", "vocab_size": 32_064, "max_position_embeddings": 4096}
_NUMBERS: dict[str, tuple[str, dict[str, Any]]] = {
    "tiny": (
        "llava",
        {"vision_config": _CLIP | _TINY, "text_config": _VICUNA | _TINY},
    ),
    "0.5b": (
        "llava_onevision",
        {
            "vision_config": {
                "model_type": "siglip_vision_model", "image_size": 384, "patch_size": 14,
                "num_hidden_layers": 26, "hidden_size": 1152, "intermediate_size": 4304,
                "num_attention_heads": 16, "vision_use_head": False,
            },
            "text_config": {
                "model_type": "qwen2", "vocab_size": 152_000, "num_hidden_layers": 24,
                "hidden_size": 896, "intermediate_size": 4864, "num_attention_heads": 14,
                "num_key_value_heads": 2, "tie_word_embeddings": True,
            },
            "tie_word_embeddings": True,
        },
    ),
    "7b": (
        "llava",
        {
            "vision_config": _CLIP | {
                "num_hidden_layers": 24, "hidden_size": 1024, "intermediate_size": 4096,
                "num_attention_heads": 16,
            },
            "text_config": _VICUNA | {
                "num_hidden_layers": 32, "hidden_size": 4096, "intermediate_size": 11008,
                "num_attention_heads": 32,
            },
        },
    ),
}  # fmt: skip


def configuration(size: str) -> Any:
    """Write a model's configuration down from its published numbers.

    Parameters
    ----------
    size : str
        A key of :data:`MODELS`.

    Returns
    -------
    transformers.PreTrainedConfig
        Of the model as a whole.
    """
    from transformers import AutoConfig

    kind, numbers = _NUMBERS[size]
    return AutoConfig.for_model(kind, **copy.deepcopy(numbers))


def make_model(size: str, device: str, precision: str) -> Any:
    """Build a model with random weights where it is to run.

    Parameters
    ----------
    size : str
        A key of :data:`MODELS`.
    device : str
        A torch device.
    precision : str
        A key of :data:`DTYPES`.

    Returns
    -------
    transformers.PreTrainedModel
        It never ends a text of its own accord.
    """
    import transformers

    build: Any = transformers.AutoModelForImageTextToText
    greedy: Any = transformers.GenerationConfig
    torch.manual_seed(0)
    with torch.device(device):
        model = build.from_config(
            configuration(size), dtype=DTYPES[precision], attn_implementation="sdpa"
        )
    model.generation_config = greedy(do_sample=False, pad_token_id=0)
    return model.to(device).eval()


def make_inputs(model: Any, size: str, mosaic: Image.Image, batch: int) -> dict[str, Any]:
    """Bring mosaics to a model as its processor does, each with a prompt of random tokens.

    Parameters
    ----------
    model : transformers.PreTrainedModel
        Of :func:`make_model`.
    size : str
        A key of :data:`MODELS`.
    mosaic : PIL.Image.Image
        The same for all.
    batch : int
        How many.

    Returns
    -------
    dict
        What ``generate`` takes.
    """
    import transformers

    if size == "0.5b":
        processor: Any = transformers.LlavaOnevisionImageProcessor()
    else:
        crop = {"height": 336, "width": 336}
        kind: Any = transformers.CLIPImageProcessor
        processor = kind(size={"shortest_edge": 336}, crop_size=crop)
        mosaic = ImageOps.pad(mosaic, (max(mosaic.size),) * 2, color=BACKGROUND)
    pictures = processor(images=[mosaic] * batch, return_tensors="pt")
    pictures = pictures.to(model.device, model.dtype)
    with torch.inference_mode():
        one = {name: tensor[:1] for name, tensor in pictures.items()}
        n_image_tokens = len(model.get_image_features(**one).pooler_output[0])
    tokens = torch.randint(1, 1000, (batch, PROMPT_TOKENS + n_image_tokens))
    tokens[:, 10 : 10 + n_image_tokens] = model.config.image_token_id
    ids = tokens.to(model.device)
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids), **pictures}


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write the results.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line's.
    """
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
    results = measure(chosen)
    sys.stdout.write(table(results))
    out = chosen.out or results_file(chosen.device)
    write_text_atomic(out, json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
