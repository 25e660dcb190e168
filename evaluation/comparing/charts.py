"""Dots with their intervals: one small chart a measure, a line a model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.comparing.compared import ComparedMetric, ComparedModel
from topicart.report.wording import shorten

WIDTH = 440
_LABEL = 150
_RIGHT = WIDTH - 14
_ROW = 25
_TOP = 8
_MOST = 9

_TELLING = (
    "iec", "des", "c_npmi", "ieps", "c_v", "silhouette", "dbcv", "ari_seeds", "topic_diversity",
    "we_coherence", "outlier_share", "jaccard_seeds",
)  # fmt: skip


_ABOUT = ("ami_genre", "ami_style", "ami_subject")


@dataclass(frozen=True)
class Dot:
    """A model's line in a chart.

    Parameters
    ----------
    label
        The model's name, short.
    y
        Middle of the line.
    x, low, high, random
        Where its value, its interval and its random clusters lie; ``None`` where there are none.
    kind
        ``best``, ``level`` with the best, ``other``, or ``none`` without a value.
    said
        The same in words.
    """

    label: str
    y: int
    x: float | None
    low: float | None
    high: float | None
    random: float | None
    kind: str
    said: str


@dataclass(frozen=True)
class Chart:
    """A chart of one measure.

    Parameters
    ----------
    metric
        The measure.
    dots
        A line for each model.
    ticks
        Place and wording of the axis' ticks.
    height
        Of the drawing; it is :data:`WIDTH` wide.
    verdict
        Which models are best, in a sentence; empty where none is.
    """

    metric: ComparedMetric
    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, str], ...]
    height: int
    verdict: str


def telling_charts(
    metrics: Sequence[ComparedMetric], models: Sequence[ComparedModel]
) -> tuple[Chart, ...]:
    """Draw the measures that say most, one or more of each family.

    Parameters
    ----------
    metrics
        All measures.
    models
        The models.

    Returns
    -------
    tuple of Chart
        At most nine, of measures that at least two models have.
    """
    by_name = {metric.name: metric for metric in metrics}
    facets = [metric.name for metric in metrics if metric.name.startswith("ami_")]
    # What a theme is about before who made it.
    agreement = sorted(facets, key=lambda name: (name not in _ABOUT, name))[:3]
    wanted = [*_TELLING[:3], *agreement, *_TELLING[3:]]
    charts: list[Chart] = []
    for name in wanted:
        metric = by_name.get(name)
        valued = [one for one in metric.numbers if one and one.value is not None] if metric else []
        if metric and len(valued) >= 2 and len(charts) < _MOST:
            charts.append(draw_chart(metric, models))
    return tuple(charts)


def draw_chart(metric: ComparedMetric, models: Sequence[ComparedModel]) -> Chart:
    """Draw one measure.

    Parameters
    ----------
    metric
        The measure; at least one model has a value.
    models
        The models.

    Returns
    -------
    Chart
        All numbers lie on it.
    """
    told: list[float] = []
    for number in metric.numbers:
        if number and number.value is not None:
            told += [number.value, *(number.interval or ())]
            told += [number.baseline] if number.baseline is not None else []
    ticks = nice_ticks(min(told), max(told))
    low, high = min(ticks[0], *told), max(ticks[-1], *told)
    span = (high - low) or 1.0

    def _place(value: float | None) -> float | None:
        return None if value is None else round(_LABEL + (value - low) / span * _plot(), 1)

    dots = []
    for row, (model, number) in enumerate(zip(models, metric.numbers, strict=True)):
        value = number.value if number else None
        interval = number.interval if number else None
        random = number.baseline if number and value is not None else None
        dots.append(
            Dot(
                label=shorten(model.label, 18),
                y=_TOP + row * _ROW + _ROW // 2,
                x=_place(value),
                low=_place(interval[0]) if interval else None,
                high=_place(interval[1]) if interval else None,
                random=_place(random),
                kind=_kind(number.best, number.level, value) if number else "none",
                said=_said(model, value, interval, random),
            )
        )
    axis = tuple((_place(tick) or 0.0, figure(tick)) for tick in ticks)
    height = _TOP + len(dots) * _ROW + 26
    return Chart(metric, tuple(dots), axis, height, _verdict(metric, models))


def _verdict(metric: ComparedMetric, models: Sequence[ComparedModel]) -> str:
    """Say which models are best, which cannot be told from them, and which are behind."""
    ranks: dict[str, list[str]] = {"best": [], "level": [], "other": []}
    for model, number in zip(models, metric.numbers, strict=True):
        if number and number.value is not None:
            rank = _kind(number.best, number.level, number.value)
            ranks[rank].append(shorten(model.label, 30))
    if not ranks["best"]:
        return ""
    told = f"{_listed(ranks['best'])} {'is' if len(ranks['best']) == 1 else 'are'} best"
    if ranks["level"]:
        told += f"; {_listed(ranks['level'])} cannot be told from that"
    tested = {place for test in metric.tests for place in (test.first, test.second)}
    if ranks["other"] and len(tested) == sum(map(len, ranks.values())):
        told += f"; {_listed(ranks['other'])} {'is' if len(ranks['other']) == 1 else 'are'} behind"
    return f"{told}."


def _listed(names: Sequence[str], most: int = 4) -> str:
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} others"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def nice_ticks(low: float, high: float, most: int = 5) -> tuple[float, ...]:
    """Return round numbers about a range.

    Parameters
    ----------
    low, high
        The range.
    most
        About how many at most.

    Returns
    -------
    tuple of float
        From at most ``low`` to at least ``high``, in steps of 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> nice_ticks(0.13, 0.48)
    (0.1, 0.2, 0.3, 0.4, 0.5)
    """
    span = high - low
    if span <= 0:
        span = abs(high) or 1.0
    raw = span / (most - 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * part for part in (1, 2, 5, 10) if power * part >= raw * 0.999)
    digits = max(0, -math.floor(math.log10(step)))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(number * step, digits) + 0.0 for number in range(first, last + 1))


def figure(value: float) -> str:
    """Write a number with as many decimals as it needs, at most three.

    Parameters
    ----------
    value
        A number.

    Returns
    -------
    str
        With a true minus, without trailing zeros.

    Examples
    --------
    >>> figure(-0.25), figure(1200.0)
    ('−0.25', '1,200')
    """
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return ("0" if text == "-0" else text).replace("-", "−")


def _plot() -> int:
    return _RIGHT - _LABEL


def _kind(best: bool, level: bool, value: float | None) -> str:
    if value is None:
        return "none"
    return "best" if best else "level" if level else "other"


def _said(
    model: ComparedModel,
    value: float | None,
    interval: tuple[float, float] | None,
    random: float | None,
) -> str:
    if value is None:
        return f"{model.label}: {'failed' if model.failed else 'no value'}"
    parts = [f"{model.label}: {figure(value)}"]
    if interval:
        parts.append(f"interval {figure(interval[0])} to {figure(interval[1])}")
    if random is not None:
        parts.append(f"random clusters {figure(random)}")
    return ", ".join(parts)
