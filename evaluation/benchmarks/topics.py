"""From vectors to finished topics without their names: time, memory and quality beside BERTopic.

Both get the same planted vectors and the same settings of UMAP and HDBSCAN, each in a process of
its own, with everything compiled beforehand. BERTopic is spared its words. Everything is done
twice in turn, and the quicker counts, since other work only makes it slower.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from evaluation.benchmarks.benchmark import Benchmark, Options, Row
from evaluation.benchmarks.registry import SUMMARIES
from evaluation.benchmarks.topics_planted import Planting, plant
from evaluation.benchmarks.topics_ways import (
    BERTOPIC,
    EVOC,
    OURS,
    UNSEEDED,
    WAYS,
    WITH_MAP,
    measured,
    umap_and_hdbscan,
)
from topicart.errors import BenchmarkError

if TYPE_CHECKING:
    from topicart.fit import Progress

__all__ = ["BENCHMARK"]

_WORKS = 100_000
_REPEATS = 2
_TIME, _MEMORY, _EVOC_TIME = 0.6, 0.6, 0.12
_ARI, _EVOC_ARI = 0.02, 0.1


def _measure(options: Options, progress: Progress) -> dict[str, Any]:
    if missing := [name for name in ("bertopic", "evoc") if find_spec(name) is None]:
        raise BenchmarkError(
            f"It measures beside {' and '.join(missing)}, which is not installed: "
            f"pip install 'topicart[{','.join(missing)}]'."
        )
    planting = Planting(works=options.works or _WORKS)
    progress.stage("plant")
    plant(planting, options.folder)
    runs: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    for turn in range(_REPEATS):
        for way, own in runs.items():
            progress.stage(f"{way}, {turn + 1} of {_REPEATS}")
            own.append(measured(way, options.folder, options.folder / "told.json"))
    return {
        "planted": planting.to_dict(),
        "settings": umap_and_hdbscan(planting.works),
        "ways": {way: _best(own) | {"runs": own} for way, own in runs.items()},
    }


def _best(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Tell the quickest run, with the least memory and the mean quality of all."""
    quickest = min(runs, key=lambda run: run["seconds"])
    return {
        **{name: quickest[name] for name in ("seconds", "seconds of all cores", "stages")},
        "peak (MB)": min(run["peak (MB)"] for run in runs),
        "ari": round(sum(run["ari"] for run in runs) / len(runs), 4),
    }


def _rows(results: Mapping[str, Any]) -> list[Row]:
    planted, ways = results["planted"], results["ways"]
    ours, theirs, evoc = ways[OURS], ways[BERTOPIC], ways[EVOC]
    what = f"{planted['works']:,} × {planted['dimensions']} vectors to topics"
    return [
        _time(what, ours, theirs, BERTOPIC, _TIME),
        _memory(f"{what}, memory", ours, theirs, _MEMORY),
        _quality(f"{what}, ARI", ours, theirs, _ARI),
        _time(f"{what}, --clusterer evoc", evoc, theirs, BERTOPIC, _EVOC_TIME),
        _memory(f"{what}, --clusterer evoc, memory", evoc, theirs, None),
        _quality(f"{what}, --clusterer evoc, ARI", evoc, theirs, _EVOC_ARI),
        _time(f"{what} and a map", ways[WITH_MAP], theirs, f"{BERTOPIC}, no map", None),
        _time(what, ours, ways[UNSEEDED], UNSEEDED, None),
    ]


def _time(
    what: str, ours: Mapping[str, Any], theirs: Mapping[str, Any], who: str, asked: float | None
) -> Row:
    ratio = ours["seconds"] / theirs["seconds"]
    return Row(
        what,
        f"{ours['seconds']:.1f} s",
        f"{theirs['seconds']:.1f} s ({who})",
        f"{ratio:.2f}",
        "" if asked is None else f"at most {asked:g}",
        None if asked is None else ratio <= asked,
    )


def _memory(
    what: str, ours: Mapping[str, Any], theirs: Mapping[str, Any], asked: float | None
) -> Row:
    ratio = ours["peak (MB)"] / theirs["peak (MB)"]
    return Row(
        what,
        f"{ours['peak (MB)']:,.0f} MB",
        f"{theirs['peak (MB)']:,.0f} MB ({BERTOPIC})",
        f"{ratio:.2f}",
        "" if asked is None else f"at most {asked:g}",
        None if asked is None else ratio <= asked,
    )


def _quality(what: str, ours: Mapping[str, Any], theirs: Mapping[str, Any], asked: float) -> Row:
    apart = ours["ari"] - theirs["ari"]
    return Row(
        what,
        f"{ours['ari']:.3f}",
        f"{theirs['ari']:.3f} ({BERTOPIC})",
        f"{apart:+.3f}".replace("-", "−"),
        f"at most {asked:g} less",
        apart >= -asked,
    )


BENCHMARK = Benchmark(
    name="topics",
    summary=SUMMARIES["topics"],
    measure=_measure,
    rows=_rows,
    packages=(
        "bertopic",
        "evoc",
        "fast_hdbscan",
        "hdbscan",
        "numba",
        "numpy",
        "pynndescent",
        "scikit-learn",
        "umap-learn",
    ),
)
