"""What is told of ``finetuning_speed``: rates, ratios, and a table of them."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evaluation.benchmarks.finetuning_arms import Arm

FULL, LORA, HEADS, PEFT = "full", "lora", "heads", "peft on MultiheadAttention"
PEFT_ALONE = "peft, open_clip's own forward"
BARE_FULL, BARE_LORA = "full, bare step", "lora, bare step"
FROM_FILES, FROM_PIXELS = "lora, from JPEG files", "lora, from kept pixels"
READ_FILES, READ_PIXELS = "loader alone, JPEG files", "loader alone, kept pixels"

RATIOS = {
    "lora's pace to full's": (FULL, LORA),
    "lora's pace to peft's": (PEFT, LORA),
    "lora's pace to peft's without our loop": (PEFT_ALONE, LORA),
    "heads' pace to full's": (FULL, HEADS),
    "full's time to the bare step's": (FULL, BARE_FULL),
    "lora's time to the bare step's": (LORA, BARE_LORA),
    "time from files to lora's": (FROM_FILES, LORA),
    "time from kept pixels to lora's": (FROM_PIXELS, LORA),
}
"""Of the seconds of two arms in one round, first through second."""


@dataclass
class Lane:
    """An arm and what was measured of it."""

    arm: Arm
    steps: int
    pairs: int
    chunk: int | None = None
    seconds: list[float] = field(default_factory=list)
    operations: int = 0
    """Of one step."""
    own_bytes: int = 0
    """Memory of the GPU that its model, gradients and optimiser keep."""
    peak_bytes: int = 0
    """The most that it had at a time."""


def told(lanes: Mapping[str, Lane], rate: float, peak: float | None) -> dict[str, Any]:
    """Sum up what was measured of a model.

    Parameters
    ----------
    lanes : mapping of str to Lane
        After their turns.
    rate : float
        Operations a second of large products on the device.
    peak : float or None
        The same by the maker's data sheet.

    Returns
    -------
    dict
        JSON-ready: a row for each arm, and ratios.
    """
    arms = {}
    for name, lane in lanes.items():
        low, middle, high = _quartiles([lane.pairs * lane.steps / s for s in lane.seconds])
        row: dict[str, Any] = {
            "pairs_per_s": middle, "quartiles": [low, high], "chunk": lane.chunk,
        }  # fmt: skip
        if lane.operations:
            pace = lane.operations / lane.pairs * middle
            row["gflop_per_pair"] = lane.operations / lane.pairs / 1e9
            row["tflop_per_s"] = pace / 1e12
            row["share_of_products"] = pace / rate
            row["share_of_peak"] = pace / peak if peak else None
        if lane.peak_bytes:
            row["peak_gb"] = lane.peak_bytes / 1e9
        arms[name] = _rounded(row) | {"seconds": [round(s, 4) for s in lane.seconds]}
    ratios = {}
    for name, (one, other) in RATIOS.items():
        if one in lanes and other in lanes:
            paired = zip(lanes[one].seconds, lanes[other].seconds, strict=True)
            low, middle, high = _quartiles([a / b for a, b in paired])
            ratios[name] = _rounded({"median": middle, "quartiles": [low, high]})
    limits = {
        name: round(lanes[name].operations / lanes[LORA].operations, 3)
        for name in (FULL, PEFT, PEFT_ALONE)
    }
    return {"arms": arms, "ratios": ratios, "operations, of lora's": limits}


def table(results: Mapping[str, Any]) -> str:
    """Lay results out for reading.

    Parameters
    ----------
    results : mapping
        What :func:`measure` gives.

    Returns
    -------
    str
        Lines.
    """
    lines = []
    for model, found in results["models"].items():
        lines += [f"{model}, batch {results['settings']['batch']}, {results['machine']['device']}"]
        lines += [f"  {'':34}{'pairs/s':>9}{'quartiles':>21}{'of products':>13}{'GB':>7}"]
        for name, row in found["arms"].items():
            low, high = row["quartiles"]
            share = f"{row['share_of_products']:.0%}" if "share_of_products" in row else ""
            memory = f"{row['peak_gb']:.1f}" if "peak_gb" in row else ""
            spread = f"{low:,.2f} to {high:,.2f}"
            lines += [f"  {name:34}{row['pairs_per_s']:9,.2f}{spread:>21}{share:>13}{memory:>7}"]
        for name, ratio in found["ratios"].items():
            low, high = ratio["quartiles"]
            lines += [f"  {name:54}{ratio['median']:.3f} ({low:.3f} to {high:.3f})"]
        for name, limit in found["operations, of lora's"].items():
            lines += [f"  {'operations, of lora, ' + name:54}{limit:.3f}"]
        lines += [""]
    if linear := results.get("linear"):
        for row in linear["rows"]:
            lines += [
                f"{row['works']:>8,} works: {row['pairs_per_s']:,.0f} pairs/s, "
                f"{row['pairs_per_cpu_s']:,.0f} a CPU second; before the first step "
                f"{row['prepare_cpu_us_per_work']:,.0f} µs a work"
            ]
        wall, cpu = linear["ratios"].values()
        lines += [f"largest to smallest: {wall:.3f} by the clock, {cpu:.3f} by CPU time"]
    return "\n".join(lines) + "\n"


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    if len(values) < 2:
        return (values[0],) * 3
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high


def _rounded(row: Mapping[str, Any]) -> dict[str, Any]:
    """Four significant digits, of lists too."""
    return {
        name: [float(f"{v:.4g}") for v in value] if isinstance(value, list)
        else float(f"{value:.4g}") if isinstance(value, float) else value
        for name, value in row.items()
    }  # fmt: skip
