"""How long the coherence of topics takes, beside gensim over the same captions.

``python -m evaluation.benchmarks.coherence`` invents captions whose words are as unequal as words
are, measures topics with gensim (one process, its quickest: two are slower) and with
``evaluation.coherence`` in turn, each measure alone and then all four together, checks that the
numbers are the same, and writes ``results/coherence.json``. gensim has no way to share what its
measures count, so together they take it their sum.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.benchmarks.provenance import provenance
from evaluation.coherence import Coherence, topic_coherence, topic_coherences

RESULTS = Path(__file__).parent / "results" / "coherence.json"
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
        **provenance("coherence", ("gensim", "numpy", "scipy")),
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write the results.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line's, by default.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=100_000, help="how many captions")
    parser.add_argument("--topics", type=int, default=200, help="how many topics")
    parser.add_argument("--repeats", type=int, default=3, help="how often each is measured")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the results are written")
    chosen = parser.parse_args(arguments)
    results = measure(chosen.works, chosen.topics, chosen.repeats)
    for name, found in results["measures"].items():
        best = {who: min(seconds) for who, seconds in found["seconds"].items()}
        sys.stdout.write(
            f"{name:7} gensim {best['gensim']:.2f} s, topicart {best['topicart']:.2f} s: "
            f"{found['ratio']} times as fast, {found['largest_difference']:.0e} apart at most\n"
        )
    together = results["together"]
    sys.stdout.write(
        f"all     gensim {together['seconds']['gensim']:.2f} s, topicart "
        f"{min(together['seconds']['topicart']):.2f} s: {together['ratio']} times as fast\n"
    )
    chosen.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
