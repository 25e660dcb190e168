"""The benchmarks that there are, by name; none is imported before it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evaluation.benchmarks.benchmark import Benchmark

__all__ = ["SUMMARIES", "find_benchmark", "require_known"]

SUMMARIES = {
    "start": "How soon a command starts, and how soon a fit reads its first picture.",
    "encoding": "Pictures a second from files, beside the bare encoder; torch and OpenVINO.",
    "encoding-memory": "How much memory encoding takes, of few works and of many.",
    "topics": "From vectors to finished topics, beside BERTopic with the same settings.",
    "growth": "How time and memory of topics grow from 10,000 works to a million.",
    "sampling": "What fitting a sample and assigning the others costs in quality.",
    "coherence": "How long the coherence of topics takes, beside gensim on the same captions.",
    "conditional-retrieval": "How long works under a condition take to find, beside faiss.",
    "evaluating": "How long all measures of a run take, and how much memory.",
    "exhibition": "How long sites take to make and to open, and how their maps move.",
    "exploring": "How long the server of `topicart explore` takes to answer.",
    "finetuning": "What heads and LoRA teach an encoder, on artists that were held out.",
    "finetuning-speed": "Pairs a second of the ways of training, beside peft and the bare step.",
    "graph-loading": "How long a million statements take to open, beside rdflib and Oxigraph.",
    "labels": "How often topics are called what most of their works are.",
    "llava-speed": "How long LLaVA takes for a topic's text, with random weights.",
}
"""Each benchmark's one line, as its own ``summary``. A module is called as its benchmark, with
underscores for hyphens."""


def find_benchmark(name: str) -> Benchmark:
    """Give the benchmark of a name.

    Parameters
    ----------
    name
        One of :data:`SUMMARIES`.

    Returns
    -------
    Benchmark
        From its module.

    Raises
    ------
    BenchmarkError
        If there is none of this name.
    """
    require_known(name)
    module = import_module(f"evaluation.benchmarks.{name.replace('-', '_')}")
    found: Benchmark = module.BENCHMARK
    return found


def require_known(name: str) -> None:
    """Refuse a name that no benchmark has.

    Parameters
    ----------
    name
        Perhaps one of :data:`SUMMARIES`.

    Raises
    ------
    BenchmarkError
        If it is none.
    """
    from topicart.errors import BenchmarkError  # a door imports this module to list the names

    if name not in SUMMARIES:
        raise BenchmarkError(
            f"There is no benchmark {name!r}. Name one of {', '.join(sorted(SUMMARIES))}, or all."
        )
