"""How much memory encoding takes, of few works and of many, and what reduced copies change.

Each case is measured in a process of its own, which opens the same collection, whatever it encodes
of it: what is told is the most memory held while encoding, collection and program included. The
encoder is a random projection of the pixels to 512 dimensions: beside a model's own memory, growth
would hardly show. ``--works`` is how many the many are; they share 200 files.

The cosines are between vectors by ``mini`` of scans of 2,000 to 4,000 pixels and of their copies.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from evaluation.benchmarks.benchmark import Benchmark, Options, Row
from evaluation.benchmarks.encoding_pictures import SCANS, Sizes, paint, works_of
from evaluation.benchmarks.registry import SUMMARIES
from knowledge_graph import Collection, collection_schema
from topicart.preprocess import Preprocess
from topicart.store import encode_collection, encode_to

if TYPE_CHECKING:
    from topicart.encoder import Encoder
    from topicart.fit import Progress

__all__ = ["BENCHMARK"]

_FEW, _MANY = 1_000, 100_000
_FILES = 200
_SCANS = 24
_SIZES = Sizes(64, 96)
_GROWTH = 1.10
_TABLE = "works.parquet"
_WAYS = {"files": False, "files, with reduced copies": True}


@dataclass(frozen=True)
class _Projection:
    """An encoder in all but name: pixels times a random matrix."""

    preprocess: Preprocess = field(
        default_factory=lambda: Preprocess(
            (32, 32), "shortest", "bicubic", 0, (0.5,) * 3, (0.5,) * 3
        )
    )
    dim: int = 512
    name: str = "projection"
    precision: str = "fp32"
    weights_sha256: str = ""
    fingerprint: str = "projection"
    matrix: NDArray[np.float32] = field(
        default_factory=lambda: np.random.default_rng(0).normal(size=(3072, 512)).astype(np.float32)
    )

    def begin_pixels(
        self, pictures: Sequence[NDArray[np.uint8]]
    ) -> Callable[[], NDArray[np.float32]]:
        """Encode a batch."""
        raw = np.stack(pictures).reshape(len(pictures), -1) / np.float32(255) @ self.matrix
        return lambda: raw / np.linalg.norm(raw, axis=1, keepdims=True)


def _measure(options: Options, progress: Progress) -> dict[str, Any]:
    many = options.works or _MANY
    root = options.folder / "pictures"
    pq.write_table(works_of(root, paint(root, _FILES, _SIZES), many).arrow, options.folder / _TABLE)
    found: dict[str, dict[str, float]] = {way: {} for way in _WAYS}
    for way, thumbnails in _WAYS.items():
        for works in (min(_FEW, many // 2), many):
            progress.stage(f"{way}, {works:,} works")
            found[way][str(works)] = _of_child(options.folder, works, thumbnails)
            for name in ("store", "thumbnails"):
                shutil.rmtree(options.folder / name, ignore_errors=True)
    progress.stage("cosines of copies")
    return {"peak (MB)": found, "copies of scans": _cosines(options)}


def _of_child(folder: Path, works: int, thumbnails: bool) -> float:
    module = "evaluation.benchmarks.encoding_memory"
    command = [sys.executable, "-m", module, str(folder), str(works), str(int(thumbnails))]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return float(done.stdout.split()[-1])


def _encode_and_tell(folder: Path, works: int, thumbnails: bool) -> None:
    """Encode the first works of the collection, and print the most memory held meanwhile."""
    table = pq.read_table(folder / _TABLE, schema=collection_schema())
    collection = Collection("planted", (folder / "pictures").resolve(), table)
    part = collection.select(range(works)) if works < len(collection) else collection
    # From here on: opening the collection may take more than holding it.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    encoder = cast("Encoder", _Projection())
    copies = folder / "thumbnails" if thumbnails else None
    encode_to(encoder, part, folder / "store", thumbnails=copies)
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(int(status.partition("VmHWM:")[2].split()[0]) / 1000)


def _cosines(options: Options) -> dict[str, float]:
    """Compare vectors of scans with those of their copies."""
    from topicart.encoder import Encoder

    files = paint(options.folder / "scans", _SCANS, SCANS)
    scans = works_of(options.folder / "scans", files, _SCANS)
    encoder = Encoder.load("mini", device="cpu", progress=False)
    copies = options.folder / "copies"
    ours, _ = encode_collection(encoder, scans, options.folder / "a", thumbnails=copies)
    theirs, _ = encode_collection(encoder, scans, options.folder / "b")
    cosines = (ours.vectors * theirs.vectors).sum(axis=1)
    kept = sum(file.stat().st_size for file in copies.iterdir())
    whole = sum(file.stat().st_size for file in (options.folder / "scans").iterdir())
    return {
        "least cosine": round(float(cosines.min()), 5),
        "mean cosine": round(float(cosines.mean()), 5),
        "kB a copy": round(kept / _SCANS / 1e3, 1),
        "kB a scan": round(whole / _SCANS / 1e3, 1),
    }


def _rows(results: Mapping[str, Any]) -> list[Row]:
    rows = []
    for way, own in results["peak (MB)"].items():
        (few, least), (many, most) = own.items()
        rows.append(
            Row(
                f"encoding {int(many):,} works, memory: {way}",
                f"{most:,.0f} MB",
                f"{least:,.0f} MB ({int(few):,} works)",
                f"{most / least:.2f}",
                f"at most {_GROWTH:.2f}",
                most / least <= _GROWTH,
            )
        )
    copies = results["copies of scans"]
    rows.append(
        Row(
            "reduced copies of scans: least cosine of mini's vectors, size",
            f"{copies['kB a copy']:,.0f} kB",
            f"{copies['kB a scan']:,.0f} kB (the scans)",
            f"cosine {copies['least cosine']:.4f}",
        )
    )
    return rows


BENCHMARK = Benchmark(
    name="encoding-memory",
    summary=SUMMARIES["encoding-memory"],
    measure=_measure,
    rows=_rows,
    packages=("numpy", "pillow", "pyarrow", "torch"),
)

if __name__ == "__main__":
    _encode_and_tell(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1")
