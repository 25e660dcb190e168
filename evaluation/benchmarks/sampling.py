"""What it costs to seek topics in a sample and assign the other works: quality, time and memory.

Planted vectors are fitted whole and by samples, each in a process of its own. Then works that were
fitted are assigned to the topics that they are in, as if they were new, and as if they had not
been there: a tenth is taken out of what votes. The sample gallery, encoded by the bundled model, is
measured likewise.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.benchmarks.benchmark import Benchmark, Options, Row
from evaluation.benchmarks.registry import SUMMARIES
from evaluation.benchmarks.topics_planted import NOISE, Planting, plant

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from topicart.assigning import Fitted
    from topicart.fit import Progress

__all__ = ["BENCHMARK"]

_PARTS = (1, 2, 5, 10, 20)
"""The sample is one of so many parts of the works."""
_WORKS = 100_000
_GALLERY = 2_000
_BACK = 0.98
_LEFT_OUT = 10


def _measure(options: Options, progress: Progress) -> dict[str, Any]:
    planting = Planting(works=options.works or _WORKS)
    planted = options.folder / "planted"
    planted.mkdir()
    progress.stage("plant")
    plant(planting, planted)
    progress.stage("gallery")
    pictures = _gallery(options, progress)
    return {
        "planted": planting.to_dict(),
        "sources": {
            "planted": _source(planted, progress),
            "gallery" if options.source is None else "own pictures": _source(pictures, progress),
        },
    }


def _gallery(options: Options, progress: Progress) -> Path:
    """Encode pictures; their groups are those of a fit of all, for want of a truth."""
    from knowledge_graph import open_collection
    from knowledge_graph.gallery import paint_gallery
    from topicart.encoder import Encoder

    source = options.source or str(options.folder / "gallery")
    if options.source is None:
        paint_gallery(Path(source), works=_GALLERY, seed=0, progress=progress.count)
    encoder = Encoder.load("mini", device=options.device)
    folder = options.folder / "pictures"
    folder.mkdir()
    found = encoder.encode_images(open_collection(source), progress=progress.count)
    np.save(folder / "vectors.npy", found.vectors)
    return folder


def _source(folder: Path, progress: Progress) -> dict[str, Any]:
    from sklearn.metrics import adjusted_rand_score as ari

    from topicart.embeddings import Embeddings
    from topicart.store import save_embeddings

    vectors = np.load(folder / "vectors.npy")
    ids = tuple(f"{row:08d}" for row in range(len(vectors)))
    save_embeddings(Embeddings(ids, vectors), folder / "store")
    del vectors
    told: dict[str, Any] = {}
    truth = folder / "groups.npy"
    for part in _PARTS:
        sample = len(ids) // part
        progress.stage(f"{folder.name}: {sample:,} of {len(ids):,}")
        command = [sys.executable, "-m", "evaluation.benchmarks.sampling", str(folder), str(sample)]
        told[str(sample)] = json.loads(
            subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1]
        )
        labels = np.load(folder / f"labels-{sample}.npy")
        whole = np.load(folder / f"labels-{len(ids)}.npy")
        told[str(sample)]["ari with the fit of all"] = round(ari(whole, labels), 4)
        if truth.exists():
            groups = np.load(truth)
            inside = groups != NOISE
            told[str(sample)]["ari with what was planted"] = round(ari(groups, labels), 4)
            told[str(sample)]["ari without noise"] = round(ari(groups[inside], labels[inside]), 4)
    return {"works": len(ids), "samples": told}


def _child(folder: Path, sample: int) -> None:
    """Fit a sample and assign the rest; tell what it took, and keep the topics."""
    from knowledge_graph import Artwork, Collection
    from topicart.model import TopicModel
    from topicart.recording import most_memory_mb
    from topicart.sampling import fit_sample
    from topicart.store import count_embeddings, open_embeddings

    works = count_embeddings(folder / "store")
    bare = [Artwork(id=f"{row:08d}", title="") for row in range(works)]
    collection = Collection.from_artworks(bare)
    del bare
    seconds: dict[str, float] = {}
    began = time.perf_counter()
    stage = ["read"]

    def next_stage(name: str) -> None:
        nonlocal began
        seconds[stage[-1]] = round(time.perf_counter() - began, 2)
        stage.append(name)
        began = time.perf_counter()

    topics = fit_sample(TopicModel(), sample, folder / "store", collection, on_stage=next_stage)
    next_stage("end")
    told: dict[str, Any] = {
        "seconds": seconds,
        "peak (MB)": most_memory_mb(),
        "topics": len(topics),
        "outliers": round(topics.n_outliers / works, 4),
    }
    np.save(folder / f"labels-{sample}.npy", topics.assignments)
    if sample == works:
        from topicart.assigning import Fitted

        told |= _given_back(
            Fitted(
                open_embeddings(folder / "store").vectors,
                topics.assignments,
                topics.probabilities,
                topics.positions,
                topics.centroids,
                topics.thresholds,
            )
        )
    print(json.dumps(told))


def _given_back(fitted: Fitted) -> dict[str, float]:
    """Share of works that get their own topic back, known and left out."""
    from topicart.assigning import assign

    tenth = np.arange(len(fitted.labels)) % _LEFT_OUT == 0
    others = replace(
        fitted,
        **{
            column.name: getattr(fitted, column.name)[~tenth]
            for column in fields(fitted)
            if column.name not in ("centroids", "thresholds")
        },
    )
    asked, own = fitted.vectors[tenth], fitted.labels[tenth]
    cosines = asked @ fitted.centroids.T
    first = cosines.argmax(axis=1)
    near = cosines[np.arange(len(asked)), first] >= fitted.thresholds[first]
    return {
        "given back": _same(assign(asked, fitted).labels, own),
        "given back, left out": _same(assign(asked, others).labels, own),
        "given back by centroids": _same(np.where(near, first, -1), own),
    }


def _same(found: NDArray[np.integer], own: NDArray[np.integer]) -> float:
    return round(float((found == own).mean()), 4)


def _rows(results: Mapping[str, Any]) -> list[Row]:
    rows = []
    for source, measured in results["sources"].items():
        samples = measured["samples"]
        whole = samples[str(measured["works"])]
        back = whole["given back"]
        rows.append(
            Row(
                f"{source}: fitted works that get their topic back",
                f"{back:.1%}",
                f"{whole['given back by centroids']:.1%} (nearest centroid)",
                f"{whole['given back, left out']:.1%} of works left out",
                f"at least {_BACK:.0%}",
                back >= _BACK,
            )
        )
        quality = "ari with what was planted"
        if quality not in whole:
            quality = "ari with the fit of all"
        for sample, told in list(samples.items())[1:]:
            rows.append(
                Row(
                    f"{source}: {int(sample):,} of {measured['works']:,} works fitted, {quality}",
                    f"{told[quality]:.3f}",
                    f"{whole[quality]:.3f} (all fitted)",
                    f"{told['peak (MB)'] / whole['peak (MB)']:.2f} of the memory",
                )
            )
    return rows


BENCHMARK = Benchmark(
    name="sampling",
    summary=SUMMARIES["sampling"],
    measure=_measure,
    rows=_rows,
    packages=("hdbscan", "numpy", "scikit-learn", "umap-learn"),
    on_gpu=True,
)

if __name__ == "__main__":
    _child(Path(sys.argv[1]), int(sys.argv[2]))
