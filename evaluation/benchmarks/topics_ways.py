"""Ways from vectors to topics, each run in a process of its own, and what it took.

``python -m evaluation.benchmarks.topics_ways WAY FOLDER OUT`` is that process: it compiles what
the way compiles, on few works, then reads ``FOLDER/vectors.npy`` and measures.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from topicart.errors import BenchmarkError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from topicart.cluster import Clusters

__all__ = ["BERTOPIC", "EVOC", "OURS", "UNSEEDED", "WAYS", "WITH_MAP", "measured"]

OURS, WITH_MAP, EVOC = "topicart", "topicart with the map", "topicart by evoc"
BERTOPIC, UNSEEDED = "BERTopic", "BERTopic without a seed"

_SEED = 0
_FEW = 5_000
"""So many works everything is compiled on: more than UMAP compares one by one with all."""

_STATUS = Path("/proc/self/status")


class Stages:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._name = ""
        self._since = 0.0

    def __call__(self, name: str) -> None:
        """Begin a stage; the one before is done."""
        now = time.perf_counter()
        if self._name:
            before = self.seconds.get(self._name, 0.0)
            self.seconds[self._name] = round(before + now - self._since, 3)
        self._name, self._since = name, now


def _by_topicart(
    clusterer: str, with_map: bool
) -> Callable[[NDArray[np.float32], Stages], NDArray[np.int32]]:
    def way(vectors: NDArray[np.float32], stages: Stages) -> NDArray[np.int32]:
        from topicart.centroids import closeness, topic_centroids
        from topicart.model import TopicModel, TopicModelConfig

        config = TopicModelConfig.model_validate({"clusterer": clusterer, "seed": _SEED})
        model = TopicModel(config)
        clusters: Clusters
        if with_map:
            clusters = model.place(vectors, on_stage=stages).clusters
        else:
            clusters, _ = model.cluster(vectors, on_stage=stages)
        stages("centroids")
        centroids = topic_centroids(vectors, clusters)
        closeness(vectors, clusters, centroids, config.threshold_quantile)
        return clusters.labels

    return way


def _by_bertopic(
    seed: int | None,
) -> Callable[[NDArray[np.float32], Stages], NDArray[np.int32]]:
    def way(vectors: NDArray[np.float32], stages: Stages) -> NDArray[np.int32]:
        import numpy as np
        from bertopic import BERTopic
        from hdbscan import HDBSCAN
        from umap import UMAP

        class WithoutWords(BERTopic):  # type: ignore[misc, unused-ignore]
            """Words of topics cost it nothing here; their vectors it makes, as we do."""

            def _reduce_dimensionality(self, *given: Any, **named: Any) -> Any:
                stages("reduce")
                return super()._reduce_dimensionality(*given, **named)

            def _cluster_embeddings(self, *given: Any, **named: Any) -> Any:
                stages("cluster")
                return super()._cluster_embeddings(*given, **named)

            def _extract_topics(self, documents: Any, embeddings: Any, **_: Any) -> None:
                stages("centroids")
                self._create_topic_vectors(documents=documents, embeddings=embeddings)

            def _save_representative_docs(self, *_: Any) -> None:
                self.representative_docs_: dict[int, list[str]] = {}

        settings = umap_and_hdbscan(len(vectors))
        model = WithoutWords(
            embedding_model=None,
            umap_model=UMAP(**settings["umap"], random_state=seed),
            hdbscan_model=HDBSCAN(**settings["hdbscan"]),
        )
        topics, _ = model.fit_transform([""] * len(vectors), embeddings=vectors)
        return np.asarray(topics, dtype=np.int32)

    return way


def umap_and_hdbscan(n_works: int) -> dict[str, dict[str, Any]]:
    """Give BERTopic's parts the settings that topicart has by default.

    Parameters
    ----------
    n_works
        How many works.

    Returns
    -------
    dict
        What ``UMAP`` and ``HDBSCAN`` take.
    """
    from topicart.cluster import default_min_cluster_size
    from topicart.model import TopicModelConfig

    ours = TopicModelConfig()
    least = default_min_cluster_size(n_works)
    return {
        "umap": {
            "n_neighbors": ours.n_neighbors,
            "n_components": ours.n_components,
            "min_dist": ours.min_dist,
            "metric": "cosine",
        },
        "hdbscan": {"min_cluster_size": least, "min_samples": max(3, least // 8)},
    }


WAYS = {
    OURS: _by_topicart("hdbscan", with_map=False),
    WITH_MAP: _by_topicart("hdbscan", with_map=True),
    EVOC: _by_topicart("evoc", with_map=False),
    BERTOPIC: _by_bertopic(_SEED),
    UNSEEDED: _by_bertopic(None),
}
"""From vectors to the topic of each. BERTopic without a seed may use all cores for its layout, as
it does by default, and finds something else each time."""


def measured(way: str, folder: Path, out: Path) -> dict[str, Any]:
    """Run a way in a process of its own.

    Parameters
    ----------
    way
        One of :data:`WAYS`.
    folder
        With ``vectors.npy`` and ``groups.npy``.
    out
        A file for what it says.

    Returns
    -------
    dict
        Seconds, also of each stage and of all cores together; the most memory that the process
        held, with the vectors and what it had imported; topics and how right they are.

    Raises
    ------
    BenchmarkError
        If the process failed.
    """
    command = [
        sys.executable,
        "-m",
        "evaluation.benchmarks.topics_ways",
        way,
        str(folder),
        str(out),
    ]
    code = subprocess.run(command, check=False, stdout=sys.stderr).returncode
    if code:
        raise BenchmarkError(
            f"{way} ended with exit code {code}; its error stands above (-9: memory ran out)."
        )
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def _measure(way: str, folder: Path) -> dict[str, Any]:
    import numpy as np

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        few = np.load(folder / "vectors.npy", mmap_mode="r")[:_FEW]
        _compile(way, np.array(few))
        gc.collect()
        with _memory() as memory:
            vectors = np.load(folder / "vectors.npy")
            stages = Stages()
            started, processor = time.perf_counter(), time.process_time()
            labels = WAYS[way](vectors, stages)
            stages("")
            seconds, spent = time.perf_counter() - started, time.process_time() - processor
    return {
        "seconds": round(seconds, 3),
        "seconds of all cores": round(spent, 3),
        "stages": stages.seconds,
        **memory,
        **_quality(labels, np.load(folder / "groups.npy")),
    }


def _compile(way: str, few: NDArray[np.float32]) -> None:
    """Let numba compile, or load, what the way needs."""
    from topicart.compiled import keep_compiled

    keep_compiled()
    WAYS[way](few, Stages())
    if way in (OURS, WITH_MAP):
        from topicart.neighbours import nearest_works

        nearest_works(few, 16, exact=0)  # few works are compared with all; many are not


def _quality(labels: NDArray[np.int32], groups: NDArray[np.int64]) -> dict[str, Any]:
    from sklearn.metrics import adjusted_rand_score

    planted = groups >= 0
    return {
        "topics": int(labels.max(initial=-1)) + 1,
        "outliers": int((labels < 0).sum()),
        "ari": round(float(adjusted_rand_score(groups, labels)), 4),
        "ari without noise": round(float(adjusted_rand_score(groups[planted], labels[planted])), 4),
    }


@contextmanager
def _memory() -> Iterator[dict[str, float]]:
    """Tell the most memory of the process from here on, and what it held before."""
    told: dict[str, float] = {}
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # begins the peak anew, on Linux
    before = _megabytes("VmRSS")
    yield told
    told |= {"memory before (MB)": before, "peak (MB)": _megabytes("VmHWM")}


def _megabytes(what: str) -> float:
    if not _STATUS.is_file():
        from topicart.recording import most_memory_mb

        return most_memory_mb() or 0.0
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith(f"{what}:"))
    return round(int(kilobytes) * 1024 / 1e6, 1)


if __name__ == "__main__":
    _way, _folder, _out = sys.argv[1:]
    Path(_out).write_text(json.dumps(_measure(_way, Path(_folder))), encoding="utf-8")
