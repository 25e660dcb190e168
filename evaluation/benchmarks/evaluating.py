"""How long it takes, and how much memory, to measure a run of many works.

A run is invented (vectors, facts, topics that follow them somewhat), left on the disk, and
evaluated there, all numbers with their random clusters and intervals. The judge is invented too:
its vectors are drawn, so what an encoder takes is not counted.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.benchmarks.benchmark import Benchmark, Options, Row
from evaluation.benchmarks.registry import SUMMARIES
from evaluation.measure import evaluate
from knowledge_graph import FACETS, Artwork, Collection
from knowledge_graph.atomic import make_folder
from topicart import OUTLIER, Embeddings, LabelConfig, Run, __version__
from topicart.cluster import Clusters, largest_first
from topicart.errors import BenchmarkError
from topicart.fit import Silent, now, write_finished
from topicart.model import topics_of
from topicart.run import Model, RunRecord, Source
from topicart.run_files import write_problems
from topicart.store import save_embeddings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from topicart.fit import Progress as Told
    from topicart.slices import Progress

__all__ = ["BENCHMARK", "DrawnJudge", "invent", "measure"]

VALUES = dict(zip(FACETS, (5000, 30, 15, 2000, 50, 20, 500, 20_000, 9), strict=True))
"""How many values each facet has."""

_SEED = 0
_OUTLIERS = 0.1
_TOLD = 0.3
"""How often a work's facts are those of its topic."""


@dataclass(frozen=True)
class DrawnJudge:
    """A judge whose vectors are drawn, so that only the measuring takes time."""

    dim: int = 512
    name: str = "drawn"
    picture_tower: str = "drawn vectors"
    text_tower: str | None = "drawn vectors"
    fingerprint: str = "drawn"

    def made(self, encoder: Model) -> bool:  # numpydoc ignore=PR01,RT01
        """Say whether it made a run's vectors."""
        return encoder.fingerprint == self.fingerprint

    def encode_pictures(
        self, works: Collection, *, progress: Progress | None = None
    ) -> Embeddings:  # numpydoc ignore=PR01,RT01
        """Draw a vector for each work."""
        n = len(works)
        if progress:
            progress(n, n)
        return Embeddings(tuple(works.ids), _drawn_units(n, self.dim))

    def encode_texts(
        self, texts: Sequence[str]
    ) -> NDArray[np.float32] | None:  # numpydoc ignore=PR01,RT01
        """Draw a vector for each text."""
        return _drawn_units(len(texts), self.dim)


def invent(folder: Path, n_works: int, n_topics: int, dim: int) -> Run:
    """Draw a run and leave it on the disk: one work in ten an outlier, topics of unequal sizes.

    Parameters
    ----------
    folder : Path
        Where to.
    n_works : int
        How many works.
    n_topics : int
        How many topics; each has a work at least.
    dim : int
        Length of the vectors.

    Returns
    -------
    Run
        Vectors lean to their topic's; three facts in ten are the topic's. Captions have some 15
        words.
    """
    draw = np.random.default_rng(_SEED)
    shares = 1 / np.sqrt(np.arange(1, n_topics + 1))
    dealt = draw.choice(n_topics, n_works, p=shares / shares.sum())
    dealt[:n_topics] = np.arange(n_topics)
    dealt[n_topics:][draw.random(n_works - n_topics) < _OUTLIERS] = OUTLIER
    labels: NDArray[np.int32] = draw.permutation(dealt).astype(np.int32)
    vectors = _drawn_units(n_works, dim)
    vectors += _drawn_units(n_topics + 1, dim, seed=1)[labels] / 2
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    works = _works(labels, draw)
    embeddings = Embeddings(tuple(works.ids), vectors)
    make_folder(folder)
    save_embeddings(embeddings, folder / "embeddings")
    write_problems(folder, ())
    clusters = largest_first(Clusters(labels, (labels != OUTLIER).astype(np.float32)))
    topics = topics_of(
        clusters,
        embeddings,
        works,
        np.zeros((n_works, 2), np.float32),
        {},
        encoder=None,
        labels=LabelConfig(judges="facts"),
    )
    record = RunRecord(
        topicart_version=__version__,
        created=now(),
        source=Source(path="invented", root=".", works=n_works, with_picture=n_works, sha256=""),
        model=Model(
            name="invented", weights_sha256="", fingerprint="", dim=dim, device="", precision=""
        ),
        config={"topics": {"clusterer": "invented", "seed": _SEED}},
    )
    return write_finished(folder, record, works, topics, n_problems=0, timings_s={})


def _drawn_units(n: int, dim: int, *, seed: int = 0) -> NDArray[np.float32]:
    draw = np.random.default_rng([_SEED, seed])
    vectors = draw.standard_normal((n, dim), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _works(topics: NDArray[np.int32], draw: np.random.Generator) -> Collection:
    """Invent facts; a value is two words, and a work shows three subjects, so captions have 15."""
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    facts = {}
    for facet, n in VALUES.items():
        spelt = letters[draw.integers(26, size=(n, 2, 7))]
        values = [" ".join("".join(word) for word in value) for value in spelt]
        n_stated = 3 if facet == "subject" else 1
        of_topic = (topics[:, None] * n_stated + np.arange(n_stated)) % n
        drawn = draw.integers(n, size=of_topic.shape)
        rows = np.where(draw.random(of_topic.shape) < _TOLD, of_topic, drawn)
        facts[facet] = [tuple(dict.fromkeys(values[value] for value in row)) for row in rows]
    return Collection.from_artworks(
        Artwork(
            f"work{row:07}",
            images=(f"{row:07}.jpg",),
            facets={facet: values[row] for facet, values in facts.items()},
        )
        for row in range(len(topics))
    )


def measure(folder: Path, n_works: int, n_topics: int, dim: int) -> dict[str, Any]:
    """Measure an invented run and the time that it takes, from opening it to the last number.

    Parameters
    ----------
    folder : Path
        Where the run is left.
    n_works : int
        How many works.
    n_topics : int
        How many topics.
    dim : int
        Length of the vectors.

    Returns
    -------
    dict
        What ``results/evaluating.json`` holds.

    Raises
    ------
    BenchmarkError
        If there are fewer works than topics.
    """
    if not 1 <= n_topics <= n_works:
        raise BenchmarkError(
            f"{n_topics} topics are measured: {n_works} works are too few. Give more --works."
        )
    invent(folder, n_works, n_topics, dim)
    before = _peak_mb()
    watch = _Watch()
    found = evaluate(Run.open(folder), judge=DrawnJudge(), cache=folder / "judged", progress=watch)
    watch.stage("")
    values = found.values
    return {
        "run": {
            "works": n_works,
            "topics": n_topics,
            "dimensions": dim,
            "words": sum(map(len, values.tokens)),
            "values of facets": VALUES,
            "outliers": int(np.count_nonzero(values.assignments == OUTLIER)),
            "seed": _SEED,
        },
        "seconds": watch.seconds,
        "seconds in all": round(sum(watch.seconds.values()), 2),
        "seconds of processors in all, which other work on the machine does not lengthen": round(
            sum(watch.of_processor.values()), 2
        ),
        "peak memory (MB)": round(_peak_mb()),
        "of which before measuring (MB)": round(before),
        "metrics": {
            metric.name: {
                "value": metric.value,
                "interval": metric.interval,
                "baseline": metric.baseline,
            }
            for metric in found.metrics
        },
    }


class _Watch(Silent):
    """Takes the time of each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.of_processor: dict[str, float] = {}
        self._name = ""
        self._began = (0.0, 0.0)

    def stage(self, name: str) -> None:
        """End a stage and begin another."""
        now = (time.perf_counter(), time.process_time())
        if self._name:
            self.seconds[self._name] = round(now[0] - self._began[0], 2)
            self.of_processor[self._name] = round(now[1] - self._began[1], 2)
        self._name, self._began = name, now


def _peak_mb() -> float:
    """Return the most memory this process has held (Linux counts in KiB, macOS in bytes)."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(most / (2**20 if sys.platform == "darwin" else 2**10))


def _rows(results: Mapping[str, Any]) -> list[Row]:
    run = results["run"]
    return [
        Row(
            f"all measures of {run['works']:,} works in {run['topics']} topics",
            f"{results['seconds in all']:.1f} s, {results['peak memory (MB)']:,} MB",
            "",
            "",
        )
    ]


def _measured(options: Options, progress: Told) -> dict[str, Any]:
    progress.stage("evaluate")
    return measure(options.folder / "run", options.works or 100_000, 200, 512)


BENCHMARK = Benchmark(
    name="evaluating",
    summary=SUMMARIES["evaluating"],
    measure=_measured,
    rows=_rows,
    packages=("hdbscan", "numpy", "scikit-learn", "scipy"),
)
