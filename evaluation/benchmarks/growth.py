"""How time and memory grow with the number of works, from vectors to finished topics and a map.

Each size is planted anew and measured in a process of its own, everything compiled beforehand. The
exponent is the slope of the logarithm of the seconds over that of the works, over all sizes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.benchmarks.benchmark import Benchmark, Options, Row
from evaluation.benchmarks.registry import SUMMARIES
from evaluation.benchmarks.topics import BENCHMARK as TOPICS
from evaluation.benchmarks.topics_planted import Planting, plant
from evaluation.benchmarks.topics_ways import EVOC, WITH_MAP, measured
from topicart.errors import BenchmarkError

if TYPE_CHECKING:
    from topicart.fit import Progress

__all__ = ["BENCHMARK"]

_SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
_WAYS = (WITH_MAP, EVOC)
_EXPONENT = 1.15
_TIMES, _BESIDES = 3, 1000
"""Peak memory: so many times the vectors, and so many MB besides."""


def _measure(options: Options, progress: Progress) -> dict[str, Any]:
    most = options.works or _SIZES[-1]
    sizes = [size for size in _SIZES if size < most]
    if not sizes:
        raise BenchmarkError(
            f"Growth is measured from {_SIZES[0]:,} works on: give more --works than {most:,}."
        )
    found: dict[str, dict[str, Any]] = {way: {} for way in _WAYS}
    for works in (*sizes, most):
        planting = Planting(works=works)
        progress.stage(f"plant {works:,}")
        plant(planting, options.folder)
        for way in _WAYS:
            progress.stage(f"{way}, {works:,}")
            own = measured(way, options.folder, options.folder / "told.json")
            progress.note(f"{own['seconds']:,.0f} s, {own['peak (MB)']:,.0f} MB")
            found[way][str(works)] = own
    return {
        "planted": planting.to_dict(),
        "ways": {
            way: {
                "exponent": _exponent(own, "seconds"),
                "exponents of stages": _of_stages(own),
                "works": own,
            }
            for way, own in found.items()
        },
    }


def _exponent(by_size: Mapping[str, Mapping[str, Any]], what: str) -> float:
    sizes = np.log([int(size) for size in by_size])
    seconds = np.log([max(own[what], 1e-3) for own in by_size.values()])
    return round(float(np.polyfit(sizes, seconds, 1)[0]), 3)


def _of_stages(by_size: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    stages = {stage: None for own in by_size.values() for stage in own["stages"]}
    return {
        stage: _exponent({size: own["stages"] for size, own in by_size.items()}, stage)
        for stage in stages
    }


def _rows(results: Mapping[str, Any]) -> list[Row]:
    rows = []
    for way, own in results["ways"].items():
        sizes = list(own["works"])
        first, last = (own["works"][size]["seconds"] for size in (sizes[0], sizes[-1]))
        rows.append(
            Row(
                f"{way}: {int(sizes[0]):,} to {int(sizes[-1]):,} works",
                f"{last:,.1f} s",
                f"{first:,.1f} s (the fewest)",
                f"exponent {own['exponent']:.2f}",
                f"at most {_EXPONENT:g}",
                own["exponent"] <= _EXPONENT,
            )
        )
        for size, told in own["works"].items():
            vectors = int(size) * results["planted"]["dimensions"] * 4 / 1e6
            allowed = math.ceil(_TIMES * vectors + _BESIDES)
            rows.append(
                Row(
                    f"{way}: {int(size):,} works, {told['seconds']:,.1f} s, "
                    f"ARI {told['ari']:.2f}, memory",
                    f"{told['peak (MB)']:,.0f} MB",
                    f"{vectors:,.0f} MB (the vectors)",
                    f"{told['peak (MB)'] / vectors:.1f}",
                    f"at most {allowed:,} MB ({_TIMES} times the vectors and 1 GB)",
                    told["peak (MB)"] <= allowed,
                )
            )
    return rows


BENCHMARK = Benchmark(
    name="growth",
    summary=SUMMARIES["growth"],
    measure=_measure,
    rows=_rows,
    packages=tuple(package for package in TOPICS.packages if package != "bertopic"),
)
