"""How long it takes, and how much memory, to measure a run of many works.

``python -m evaluation.benchmarks.evaluating`` invents a run (vectors, captions, facts, topics that
follow them somewhat), measures it by its words, pictures, clusters and facets, each with its random
clusters and intervals, and writes ``results/evaluating.json``. The judge is invented too: its
vectors are drawn, so what an encoder takes is not counted.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.baselines.tokens import tokenize
from evaluation.benchmarks.provenance import provenance
from evaluation.measuring.clusters import cluster_metrics
from evaluation.measuring.facets import facet_metrics
from evaluation.measuring.pictures import picture_metrics
from evaluation.measuring.words import word_metrics
from evaluation.reference import read_reference
from evaluation.topic_words import topic_words
from evaluation.values import TOP_N, RunValues, TopicValues
from knowledge_graph import FACETS, Artwork, Collection
from topicart import OUTLIER, Embeddings
from topicart.run import Model

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.metric import Metric
    from topicart.slices import Progress

RESULTS = Path(__file__).parent / "results" / "evaluating.json"
VALUES = dict(zip(FACETS, (5000, 30, 15, 2000, 50, 20, 500, 20_000, 9), strict=True))
"""How many values each facet has."""

_SEED = 0
_TOKENS = 15
_VOCABULARY = 20_000
_OUTLIERS = 0.1
_TOLD = 0.3
"""How often a work's words and facts are those of its topic."""


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


def invent(n_works: int, n_topics: int, dim: int) -> RunValues:
    """Draw a run: one in ten works an outlier, the rest in topics of unequal sizes.

    Parameters
    ----------
    n_works : int
        How many works.
    n_topics : int
        How many topics; each has a work at least.
    dim : int
        Length of the vectors.

    Returns
    -------
    RunValues
        Vectors lean to their topic's; captions have 15 words, more or less (Poisson), by Zipf's
        law; three in ten words and facts are of the topic.
    """
    draw = np.random.default_rng(_SEED)
    shares = 1 / np.sqrt(np.arange(1, n_topics + 1))
    dealt = draw.choice(n_topics, n_works, p=shares / shares.sum())
    dealt[:n_topics] = np.arange(n_topics)
    dealt[n_topics:][draw.random(n_works - n_topics) < _OUTLIERS] = OUTLIER
    topics: NDArray[np.int32] = draw.permutation(dealt).astype(np.int32)
    vectors = _drawn_units(n_works, dim)
    vectors += _drawn_units(n_topics + 1, dim, seed=1)[topics] / 2
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    tokens = tokenize(_captions(topics, draw))
    works = _works(topics, draw)
    words = topic_words(tokens, topics, n_topics, top_n=TOP_N)
    return RunValues(
        encoder=Model(
            name="invented", weights_sha256="", fingerprint="", dim=dim, device="", precision=""
        ),
        works=works,
        vectors=vectors,
        assignments=topics,
        topics=tuple(
            TopicValues(
                id=topic,
                name=f"Topic {topic}",
                central=tuple(works.ids[row] for row in np.flatnonzero(topics == topic)[:TOP_N]),
                words=words[topic],
                labels=(f"style {topic % VALUES['style']}", f"subject {topic}"),
                summary=" ".join(words[topic]),
            )
            for topic in range(n_topics)
        ),
        own_words=False,
        tokens=tuple(map(tuple, tokens)),
    )


def _drawn_units(n: int, dim: int, *, seed: int = 0) -> NDArray[np.float32]:
    draw = np.random.default_rng([_SEED, seed])
    vectors = draw.standard_normal((n, dim), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def _captions(topics: NDArray[np.int32], draw: np.random.Generator) -> list[str]:
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    spelt = letters[draw.integers(26, size=(_VOCABULARY, 7))]
    vocabulary = np.array(["".join(word) for word in spelt])
    shares = 1 / np.arange(1, _VOCABULARY + 1)
    lengths = draw.poisson(_TOKENS, len(topics))
    words = draw.choice(_VOCABULARY, lengths.sum(), p=shares / shares.sum())
    of_topic = np.repeat(topics, lengths) * 20 + draw.integers(20, size=len(words)) + 100
    own = draw.random(len(words)) < _TOLD
    words[own] = of_topic[own] % _VOCABULARY
    told = vocabulary[words].tolist()
    ends = np.cumsum(lengths)
    starts = ends - lengths
    return [" ".join(told[start:end]) for start, end in zip(starts, ends, strict=True)]


def _works(topics: NDArray[np.int32], draw: np.random.Generator) -> Collection:
    facts = {
        facet: np.where(
            draw.random(len(topics)) < _TOLD, topics % n, draw.integers(n, size=len(topics))
        )
        for facet, n in VALUES.items()
    }
    return Collection.from_artworks(
        Artwork(
            f"work{row:07}",
            images=(f"{row:07}.jpg",),
            facets={facet: (f"{facet} {values[row]}",) for facet, values in facts.items()},
        )
        for row in range(len(topics))
    )


def measure(n_works: int, n_topics: int, dim: int) -> dict[str, Any]:
    """Measure an invented run and the time that it takes.

    Parameters
    ----------
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
    """
    values = invent(n_works, n_topics, dim)
    judge = DrawnJudge()
    before = _peak_mb()
    families: dict[str, Callable[[], list[Metric]]] = {
        "words": lambda: word_metrics(values, read_reference("captions", values), judge),
        "clusters": lambda: cluster_metrics(values),
        "facets": lambda: facet_metrics(values),
        "pictures": lambda: picture_metrics(values, judge),
    }
    seconds: dict[str, float] = {}
    of_processor: dict[str, float] = {}
    metrics: list[Metric] = []
    for family, metrics_of in families.items():
        start, start_of_processor = time.perf_counter(), time.process_time()
        metrics += metrics_of()
        seconds[family] = round(time.perf_counter() - start, 2)
        of_processor[family] = round(time.process_time() - start_of_processor, 2)
    return {
        **provenance("evaluating", ("hdbscan", "numpy", "scikit-learn", "scipy")),
        "run": {
            "works": n_works,
            "topics": n_topics,
            "dimensions": dim,
            "words": sum(map(len, values.tokens)),
            "values of facets": VALUES,
            "outliers": int(np.count_nonzero(values.assignments == OUTLIER)),
            "seed": _SEED,
        },
        "seconds": seconds,
        "seconds in all": round(sum(seconds.values()), 2),
        "seconds of processors, which other work on the machine does not lengthen": of_processor,
        "peak memory (MB)": round(_peak_mb()),
        "of which before measuring (MB)": round(before),
        "metrics": {
            metric.name: {
                "value": metric.value,
                "interval": metric.interval,
                "baseline": metric.baseline,
            }
            for metric in metrics
        },
    }


def _peak_mb() -> float:
    """Return the most memory this process has held (Linux counts in KiB, macOS in bytes)."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(most / (2**20 if sys.platform == "darwin" else 2**10))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write the results.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line's, by default.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=100_000, help="how many works")
    parser.add_argument("--topics", type=int, default=200, help="how many topics")
    parser.add_argument("--dim", type=int, default=512, help="length of the vectors")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the results are written")
    chosen = parser.parse_args(arguments)
    if not 1 <= chosen.topics <= chosen.works:
        parser.error(f"--topics is {chosen.topics}; expected 1 to the number of works")
    results = measure(chosen.works, chosen.topics, chosen.dim)
    told = ", ".join(f"{family} {spent} s" for family, spent in results["seconds"].items())
    sys.stdout.write(
        f"{chosen.works:,} works, {chosen.topics:,} topics: {results['seconds in all']} s "
        f"({told}), {results['peak memory (MB)']:,} MB at most\n"
    )
    chosen.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
