"""How long the coherence of topics takes, beside gensim over the same captions.

Captions are invented whose words are as unequal as words are. Topics are measured with gensim
(one process, its quickest: two are slower) and with ``evaluation.coherence`` in turn, each measure
alone and then all four together, and the numbers compared. gensim has no way to share what its
measures count, so together they take it their sum.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.benchmarks.benchmark import Benchmark, Options, Row
from evaluation.benchmarks.registry import SUMMARIES
from evaluation.coherence import Coherence, topic_coherence, topic_coherences

if TYPE_CHECKING:
    from topicart.fit import Progress

__all__ = ["BENCHMARK", "MEASURES", "TOLERANCE", "invent", "measure"]

MEASURES = ("c_v", "c_npmi", "c_uci", "u_mass")
TOLERANCE = 1e-9
"""How far a topic's two numbers may be from each other."""

_SEED = 0
_TOKENS = 15
_VOCABULARY = 20_000
_TOP_N = 10
_FREQUENT = 2_000
"""Topics are drawn from so many words, the most frequent: rare ones are in no topic's top."""


def invent(n_works: int, n_topics: int) -> tuple[list[list[str]], list[list[str]]]:
    """Draw captions by Zipf's law, and topics from their frequent words.

    Parameters
    ----------
    n_works : int
        How many captions.
    n_topics : int
        How many topics.

    Returns
    -------
    texts : list of list of str
        Captions of 15 tokens, more or less (Poisson).
    topics : list of list of str
        Topics of 10 words.
    """
    draw = np.random.default_rng(_SEED)
    vocabulary = np.array([f"word{rank}" for rank in range(_VOCABULARY)])
    shares = 1 / np.arange(1, _VOCABULARY + 1)
    lengths = draw.poisson(_TOKENS, n_works)
    tokens = vocabulary[draw.choice(_VOCABULARY, lengths.sum(), p=shares / shares.sum())]
    texts = [own.tolist() for own in np.split(tokens, np.cumsum(lengths)[:-1])]
    counts = Counter(chain.from_iterable(texts)).most_common(_FREQUENT)
    frequent = [word for word, _ in counts]
    topics = [draw.choice(frequent, _TOP_N, replace=False).tolist() for _ in range(n_topics)]
    return texts, topics


def measure(n_works: int, n_topics: int, repeats: int) -> dict[str, Any]:
    """Time both on each measure, one after the other.

    Parameters
    ----------
    n_works : int
        How many captions.
    n_topics : int
        How many topics.
    repeats : int
        How often each is measured; the best counts, for other work only makes it slower.

    Returns
    -------
    dict
        What ``results/coherence.json`` holds.

    Raises
    ------
    RuntimeError
        The two do not agree.
    """
    from gensim.corpora import Dictionary
    from gensim.models import CoherenceModel

    texts, topics = invent(n_works, n_topics)
    dictionary_seconds, dictionary = _timed(lambda: Dictionary(texts))

    def _by_gensim(name: str) -> Sequence[float]:
        model = CoherenceModel(
            topics=topics,
            texts=texts,
            dictionary=dictionary,
            coherence=name,
            topn=_TOP_N,
            processes=1,
        )
        per_topic: list[float] = model.get_coherence_per_topic()
        return per_topic

    def _by_topicart(name: str) -> Coherence:
        return topic_coherence(topics, texts, name, top_n=_TOP_N)

    measures = {}
    alone: dict[str, Coherence] = {}
    for name in MEASURES:
        seconds: dict[str, list[float]] = {"gensim": [], "topicart": []}
        for _ in range(repeats):
            spent, theirs = _timed(partial(_by_gensim, name))
            seconds["gensim"].append(spent)
            spent, ours = _timed(partial(_by_topicart, name))
            seconds["topicart"].append(spent)
        apart = float(np.abs(np.subtract(theirs, ours.per_topic)).max())
        if not apart <= TOLERANCE:
            raise RuntimeError(f"{name} is {apart:.1e} apart from gensim's; expected 1e-9 at most")
        alone[name] = ours
        measures[name] = {
            "window": ours.window,
            "mean": ours.mean,
            "largest_difference": apart,
            "seconds": seconds,
            "ratio": round(min(seconds["gensim"]) / min(seconds["topicart"]), 1),
        }
    together = []
    for _ in range(repeats):
        spent, every = _timed(partial(topic_coherences, topics, texts, top_n=_TOP_N))
        together.append(spent)
    if any(every[name].per_topic != alone[name].per_topic for name in MEASURES):
        raise RuntimeError("measured together, the numbers are other than measured one by one")
    theirs_in_all = sum(min(measures[name]["seconds"]["gensim"]) for name in MEASURES)
    return {
        "captions": {
            "works": n_works,
            "tokens": sum(map(len, texts)),
            "words": len(dictionary),
            "topics": n_topics,
            "top_n": _TOP_N,
            "seed": _SEED,
        },
        "repeats": repeats,
        "gensim's dictionary, not counted (s)": dictionary_seconds,
        "measures": measures,
        "together": {
            "seconds": {"gensim": round(theirs_in_all, 4), "topicart": together},
            "ratio": round(theirs_in_all / min(together), 1),
        },
    }


def _timed(do: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = do()
    return round(time.perf_counter() - start, 4), result


def _rows(results: Mapping[str, Any]) -> list[Row]:
    told = {**results["measures"], "all four together": results["together"]}
    captions = f"{results['captions']['works']:,} captions"
    return [
        Row(
            f"{name} of {results['captions']['topics']} topics, {captions}",
            f"{min(own['seconds']['topicart']):.2f} s",
            f"{_least(own['seconds']['gensim']):.2f} s (gensim)",
            f"{own['ratio']} times as fast",
        )
        for name, own in told.items()
    ]


def _least(seconds: float | list[float]) -> float:
    return min(seconds) if isinstance(seconds, list) else seconds


def _measured(options: Options, progress: Progress) -> dict[str, Any]:
    progress.stage("measure")
    return measure(options.works or 100_000, 200, 3)


BENCHMARK = Benchmark(
    name="coherence",
    summary=SUMMARIES["coherence"],
    measure=_measured,
    rows=_rows,
    packages=("gensim", "numpy", "scipy"),
)
