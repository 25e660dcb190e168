"""How many pictures a second are encoded from files, beside the bare encoder and beside torch.

The bare encoder gets pixels that lie in memory, in batches of the same size; the pipeline is
:func:`topicart.store.encode_to` on files that the system holds in its cache, store and all. On a
CPU both share the cores, so the rate that can be had is that of a picture's encoding *and*
decoding, and the CPU time of each is told. On a GPU the bare encoder is the forward pass alone, on
a batch that lies in its memory. Rounds of all ways alternate; the median counts.

With ``--device cuda``: ViT-B-32 and ViT-L-14 in the precision that the GPU gets by default, by
number of decoding threads, and memory. ``--works`` is how many pictures the pipeline encodes.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from evaluation.benchmarks.benchmark import Benchmark, Options, Row
from evaluation.benchmarks.encoding_pictures import SCANS, WEB, paint, works_of, write_model
from evaluation.benchmarks.registry import SUMMARIES

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from topicart.encoder import Encoder
    from topicart.fit import Progress
    from topicart.preprocess import Preprocess

__all__ = ["BENCHMARK"]

_SHARE, _TIMES, _COSINE = 0.95, 2.0, 0.995
"""What is aimed at: of the bare rate; of torch's rate; the least cosine to torch's vectors."""
_CPU_WORKS, _CUDA_WORKS = 256, 16_384
_FILES = 512
_SCANS = 16
_BATCH = {"cpu": 32, "cuda": 256, "mps": 32}
_ROUNDS = 3
_SECONDS = 4.0
_TORCH = "torch, fp32"


@dataclass(frozen=True)
class _Way:
    """How a model runs."""

    name: str
    engine: str
    precision: str


def _measure(options: Options, progress: Progress) -> dict[str, Any]:
    cuda = options.device.startswith("cuda")
    works = options.works or (_CUDA_WORKS if cuda else _CPU_WORKS)
    progress.stage("paint")
    files = paint(options.folder / "web", min(works, _FILES), WEB)
    collection = works_of(options.folder / "web", files, works)
    models = _models(options.folder, cuda)
    found: dict[str, Any] = {"works": works, "files": len(files), "cores": _cores()}
    found["models"] = {
        name: _of_model(name, path, collection, options, progress) for name, path in models.items()
    }
    if not cuda:
        progress.stage("scans")
        found["scans"] = _scans(options.folder / "scans")
    return found


def _models(folder: Path, cuda: bool) -> dict[str, str]:
    """Make the models ready, by name."""
    architectures = ("ViT-B-32", "ViT-L-14") if cuda else ("ViT-B-32",)
    written = {name: str(write_model(name, folder / name)) for name in architectures}
    return written if cuda else {"mini": "mini"} | written


def _of_model(
    name: str, path: str, collection: Collection, options: Options, progress: Progress
) -> dict[str, Any]:
    """Measure one model in all its ways."""
    cuda = options.device.startswith("cuda")
    told: dict[str, Any] = {}
    expected: NDArray[np.float32] | None = None
    for way in _ways(options.device):
        progress.stage(f"{name}, {way.name}")
        encoder, ready = _loaded(path, way, options.device)
        if "decoding (ms of a core)" not in told:
            told |= _decoding(collection, encoder.preprocess)
        pixels = _pixels(collection, encoder.preprocess)
        own = _rates(encoder, pixels, collection, options.folder / name / way.name, cuda)
        own |= {"precision": encoder.precision, "ready (s)": ready}
        vectors = encoder.encode_pixels(np.stack(pixels))
        expected = vectors if expected is None else expected
        own["least cosine"] = round(float((vectors * expected).sum(axis=1).min()), 5)
        told.setdefault("ways", {})[way.name] = own
    return told


def _ways(device: str) -> list[_Way]:
    if device.startswith("cuda"):
        return [_Way("torch", "torch", "auto")]
    ways = [_Way(_TORCH, "torch", "fp32")]
    if device == "cpu" and find_spec("openvino") is not None:
        ways.append(_Way("openvino", "openvino", "auto"))
        ways.append(_Way("openvino, fp32", "openvino", "fp32"))
    return ways


def _loaded(path: str, way: _Way, device: str) -> tuple[Encoder, float]:
    """Load an encoder and let it encode, and tell how long its first batch takes."""
    from topicart.encoder import Encoder

    encoder = Encoder.load(
        path, device=device, precision=way.precision, engine=way.engine, progress=False
    )
    blank = np.zeros((_batch(encoder), *encoder.image_size, 3), dtype=np.uint8)
    start = time.perf_counter()
    encoder.encode_pixels(blank)
    return encoder, round(time.perf_counter() - start, 2)


def _rates(
    encoder: Encoder,
    pixels: Sequence[NDArray[np.uint8]],
    collection: Collection,
    folder: Path,
    cuda: bool,
) -> dict[str, Any]:
    """Time the bare encoder and the whole pipeline, in turn."""
    from topicart.store import encode_to

    stores = iter(range(1_000_000))

    def pipeline(thumbnails: Path | None = None, workers: int | None = None) -> int:
        encode_to(
            encoder,
            collection,
            folder / f"store-{next(stores)}",
            batch_size=_batch(encoder),
            thumbnails=thumbnails,
            workers=workers,
        )
        return len(collection)

    measured: dict[str, Callable[[], int]] = {"bare": lambda: _bare(encoder, pixels)}
    if cuda:
        measured["bare"] = lambda: _forward(encoder)
        for workers in _thread_counts():
            measured[f"files, {workers} threads"] = lambda n=workers: pipeline(workers=n)  # type: ignore[misc]
    else:
        measured["files"] = pipeline
        copies = folder / "thumbnails"
        pipeline(copies)
        measured["thumbnails"] = lambda: pipeline(copies)
    timed: dict[str, list[tuple[float, float]]] = {name: [] for name in measured}
    for _ in range(_ROUNDS):
        for name, work in measured.items():
            timed[name].append(_timed(work))
    own: dict[str, Any] = {
        name: {
            "pictures a second": round(statistics.median(rate for rate, _ in rounds), 1),
            "CPU (ms a picture)": round(statistics.median(cpu for _, cpu in rounds), 2),
        }
        for name, rounds in timed.items()
    }
    for name in set(own) - {"bare"}:
        # Of the same round: what else the machine does then slows both down.
        shares = [way[0] / bare[0] for way, bare in zip(timed[name], timed["bare"], strict=True)]
        own[name]["share of bare"] = round(statistics.median(shares), 3)
    return {"rates": own} | (_gpu_memory() if cuda else {})


def _bare(encoder: Encoder, pixels: Sequence[NDArray[np.uint8]]) -> int:
    """Encode pixels from memory, a batch begun before the last is waited for, some seconds long."""
    batch = _batch(encoder)
    end = time.perf_counter() + _SECONDS
    done = 0
    waiting = encoder.begin_pixels(pixels[:batch])
    while time.perf_counter() < end:
        start = done % max(len(pixels) - batch + 1, 1)
        begun = encoder.begin_pixels(pixels[start : start + batch])
        done += len(waiting())
        waiting = begun
    return done + len(waiting())


def _forward(encoder: Encoder) -> int:
    """Run a GPU's forward pass on a batch that lies in its own memory, some seconds long."""
    import torch

    batch = torch.rand(_batch(encoder), 3, *encoder.image_size, device=encoder.device)
    batch = batch.to(memory_format=torch.channels_last)
    dtype = torch.bfloat16 if encoder.precision == "bf16" else torch.float16
    done = 0
    end = time.perf_counter() + _SECONDS
    with torch.inference_mode(), torch.autocast("cuda", dtype=dtype):
        while time.perf_counter() < end:
            for _ in range(8):
                encoder.model.encode_image(batch)
            torch.cuda.synchronize()
            done += 8 * len(batch)
    return done


def _timed(work: Callable[[], int]) -> tuple[float, float]:
    """Pictures a second, and milliseconds of CPU time a picture."""
    start, cpu = time.perf_counter(), time.process_time()
    done = work()
    return done / (time.perf_counter() - start), 1e3 * (time.process_time() - cpu) / done


def _decoding(collection: Collection, preprocess: Preprocess) -> dict[str, float]:
    """Time reading, decoding and resizing with one thread."""
    from topicart.preprocess import read_pixels

    files = _distinct(collection)
    for file in files:  # so that the files are in the system's cache
        (collection.root / file).read_bytes()
    _, cpu = _timed(lambda: len([read_pixels(collection.root, file, preprocess) for file in files]))
    return {"decoding (ms of a core)": round(cpu, 2)}


def _pixels(collection: Collection, preprocess: Preprocess) -> list[NDArray[np.uint8]]:
    from topicart.preprocess import load_pixels

    return [load_pixels(collection.root / file, preprocess) for file in _distinct(collection)]


def _distinct(collection: Collection) -> list[str]:
    return list(dict.fromkeys(images[0] for images in collection.column("images")))


def _scans(folder: Path) -> dict[str, Any]:
    """Time scans of 2,000 pixels and more, decoded whole and by libjpeg's reduction."""
    from topicart.images import load_picture
    from topicart.preprocess import Preprocess, fitted

    preprocess = Preprocess((224, 224), "shortest", "bicubic", 0, (0.5,) * 3, (0.5,) * 3)
    files = [folder / name for name in paint(folder, _SCANS, SCANS)]
    seen: dict[str, list[NDArray[np.uint8]]] = {}

    def read(at_least: int | None, name: str) -> int:
        seen[name] = [fitted(load_picture(file, at_least=at_least), preprocess) for file in files]
        return len(files)

    whole = _timed(lambda: read(None, "whole"))[1]
    reduced = _timed(lambda: read(max(preprocess.size), "reduced"))[1]
    apart = np.abs(np.stack(seen["whole"]).astype(int) - np.stack(seen["reduced"]))
    return {
        "pictures": len(files),
        "whole (ms of a core)": round(whole, 1),
        "reduced (ms of a core)": round(reduced, 1),
        "mean difference of pixels (of 255)": round(float(apart.mean()), 2),
    }


def _gpu_memory() -> dict[str, float]:
    import torch

    from topicart.recording import most_memory_mb

    own = {"GPU memory (MB)": round(torch.cuda.max_memory_allocated() / 1e6, 1)}
    torch.cuda.reset_peak_memory_stats()
    return own | {"memory (MB)": most_memory_mb() or 0.0}


def _thread_counts() -> list[int]:
    """Numbers of decoding threads to try: powers of two up to all cores."""
    cores = _cores()
    return sorted({min(2**power, cores) for power in range(8)})


def _batch(encoder: Encoder) -> int:
    return _BATCH[encoder.device.partition(":")[0]]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _rows(results: Mapping[str, Any]) -> list[Row]:
    rows = []
    for model, told in results["models"].items():
        for way, own in told["ways"].items():
            bare = own["rates"]["bare"]["pictures a second"]
            for source, rate in own["rates"].items():
                if source != "bare":
                    share = rate["share of bare"]
                    rows.append(
                        Row(
                            f"{model}, {way} ({own['precision']}), from {source}",
                            f"{rate['pictures a second']:,.1f} pictures/s",
                            f"{bare:,.1f} pictures/s (bare encoder)",
                            f"{share:.2f}",
                            f"at least {_SHARE}",
                            share >= _SHARE,
                        )
                    )
        rows += _beside_torch(model, told["ways"])
    if scans := results.get("scans"):
        whole, reduced = scans["whole (ms of a core)"], scans["reduced (ms of a core)"]
        rows.append(
            Row(
                f"JPEG scans of {SCANS.least:,} to {SCANS.most:,} px, decoded reduced",
                f"{reduced:,.0f} ms of a core",
                f"{whole:,.0f} ms of a core (decoded whole)",
                f"{reduced / whole:.2f}",
            )
        )
    return rows


def _beside_torch(model: str, ways: Mapping[str, Any]) -> list[Row]:
    """Set the other engines beside torch."""
    rows = []
    for way, own in ways.items():
        if _TORCH not in ways or way == _TORCH:
            continue
        ours = own["rates"]["bare"]["pictures a second"]
        torch = ways[_TORCH]["rates"]["bare"]["pictures a second"]
        cosine = own["least cosine"]
        rows.append(
            Row(
                f"{model}, {way} ({own['precision']}), bare; least cosine {cosine:.4f}",
                f"{ours:,.1f} pictures/s",
                f"{torch:,.1f} pictures/s ({_TORCH})",
                f"{ours / torch:.1f} times as fast",
                f"at least {_TIMES:g} times, cosine {_COSINE}",
                ours >= _TIMES * torch and cosine >= _COSINE,
            )
        )
    return rows


BENCHMARK = Benchmark(
    name="encoding",
    summary=SUMMARIES["encoding"],
    measure=_measure,
    rows=_rows,
    packages=("numpy", "open_clip_torch", "openvino", "pillow", "torch"),
    on_gpu=True,
)
