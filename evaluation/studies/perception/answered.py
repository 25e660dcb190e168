"""How well a model answers the questions of a dimension: in words and by a probe, how surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from evaluation.studies.estimate import Estimate
from evaluation.studies.perception.answers import Said, zero_shot
from evaluation.studies.perception.probes import Probed, probed
from evaluation.studies.perception.result import Answered, ClassAnswer, Phrasing
from evaluation.studies.perception.scoring import (
    Ordered,
    answered_right,
    auc_of,
    mean_of,
    ordered,
    recalls,
    recalls_by_lot,
)
from evaluation.studies.redrawing import interval_of, redrawn
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.studies.looking import Space
    from evaluation.studies.perception.classes import Answers

__all__ = ["MOST_PROBED", "answered", "verdict_of"]

MOST_PROBED = 10_000
"""Of more works so many are drawn by lot, in words and by the probe: a regression on 100,000 works
and 20 answers takes many minutes, and its interval is no wider for that."""

_MIXED = 999
_ALL_MIXED = 6
_FEW_ANSWERS = 4
"""Fewer answers have too few orders for a chance of mixed up names below one in twenty."""
_NEAR_CHANCE = 0.6
_PLAIN = 0.75


@dataclass(frozen=True, eq=False)
class _Read:
    """What is measured of one way to answer."""

    right: NDArray[np.bool_]
    orders: tuple[Ordered, ...]
    recalls: NDArray[np.float64]
    areas: NDArray[np.float64]


def answered(
    space: Space,
    answers: Answers,
    groups: Sequence[str],
    *,
    said: Said | None = None,
    judge: NDArray[np.bool_] | None = None,
    repeats: int = 200,
    most: int = MOST_PROBED,
    seed: int = 0,
) -> Answered:
    """Ask a model in words and by a linear probe, of the same works and answers.

    Intervals are of artists drawn anew. Areas under the curve compare works that the probe held out
    together, in words as well, so that their difference is of the same pairs of works.

    Parameters
    ----------
    space
        The model's space; its ``features`` are probed.
    answers
        The answers and which work has which.
    groups
        The artist of each work.
    said
        What ``zero_shot`` gives of all works, if that is known already.
    judge
        Works that may judge, shape ``(n_works,)``: those that no map was trained on. By default
        all. The probe learns from the others too, never from an artist that it is judged by.
    repeats
        Draws of the bootstrap.
    most
        Of more works so many are drawn by lot.
    seed
        Decides the parts and the draws.

    Returns
    -------
    Answered
        With estimates of value ``None`` where nothing can be measured.
    """
    if said is None and space.read is not None:
        said = zero_shot(space, answers.phrasings)
    name = answers.told.name
    rows = _drawn(
        np.flatnonzero(answers.labels.any(axis=1)), most, derive_seed(seed, f"probed {name}")
    )
    artists = [groups[row] for row in rows]
    probe = probed(
        space.features[rows], answers.labels[rows], artists, seed=derive_seed(seed, f"probe {name}")
    )
    kept = np.ones(len(rows), np.bool_) if judge is None else judge[rows]
    judged = rows[kept]
    labels = answers.labels[judged]
    by_artist = [groups[row] for row in judged]
    parts = np.zeros(len(judged), np.intp) if probe is None else probe.parts[kept]
    by_probe = _read_probe(probe, kept, labels)
    in_words = None if said is None else _read(said.scores[judged], labels, parts)
    draws = list(
        redrawn(len(judged), by_artist, repeats, seed=derive_seed(seed, f"answers {name}"))
    )
    words = _estimates(in_words, labels, draws)
    vectors = _estimates(by_probe, labels, draws)
    p = (
        None
        if said is None
        else _by_mixed_names(in_words, labels, derive_seed(seed, f"names {name}"))
    )
    return Answered(
        model=space.model,
        dimension=name,
        zero_shot=words.accuracy,
        zero_shot_auc=words.area,
        probe=vectors.accuracy,
        probe_auc=vectors.area,
        lift=_lift(words, vectors, len(judged)),
        phrasings=_phrasings(said, answers, judged, labels, draws),
        verdict=verdict_of(words.accuracy, words.area, vectors.area, p, labels.shape[1]),
        by_class=_by_class(answers, labels, in_words, by_probe),
        p=p,
    )


def verdict_of(
    accuracy: Estimate, words: Estimate, probe: Estimate, p: float | None, answers: int
) -> str:
    """Say what the answers in words and those of a probe mean.

    Parameters
    ----------
    accuracy
        Balanced accuracy in words.
    words
        The area under the curve in words.
    probe
        That of the probe.
    p
        Share of mixed up names of the answers that do as well.
    answers
        How many answers there are.

    Returns
    -------
    str
        ``seen and said`` if both are above chance and words reach half as far above it as the
        probe, or farther; ``seen, not said`` if the probe is and words do not; ``seen, not asked``
        if it is and no words were asked; ``said, not probed`` if words are and the probe is not;
        ``not seen`` if neither is and the probe's interval ends below 0.6; else ``unsure``. Words
        are above chance if the intervals of their area and of
        their accuracy are, and if at most one in twenty mixtures of the answers' names does as
        well: words whose weights were drawn by lot hit some answers too. With fewer than four
        answers, which cannot be mixed enough, the interval of the area must lie above 0.75.
    """
    seen = _above(probe, 0.5)
    said = _above(words, 0.5 if answers >= _FEW_ANSWERS else _PLAIN)
    said = said and _above(accuracy, accuracy.chance)
    said = said and (answers < _FEW_ANSWERS or (p is not None and p <= 0.05))
    if seen and words.value is None:
        return "seen, not asked"
    if seen:
        reached = (words.value or 0.0) - 0.5 >= ((probe.value or 0.0) - 0.5) / 2
        return "seen and said" if said and reached else "seen, not said"
    if said:
        return "said, not probed"
    near = probe.interval is not None and probe.interval[1] < _NEAR_CHANCE
    return "not seen" if near else "unsure"


def _above(number: Estimate, least: float | None) -> bool:
    return number.interval is not None and least is not None and number.interval[0] > least


@dataclass(frozen=True, eq=False)
class _Measured:
    """Estimates of one way to answer, and its area in each draw."""

    accuracy: Estimate
    area: Estimate
    areas_drawn: tuple[float, ...]


def _drawn(rows: NDArray[np.intp], most: int, seed: int) -> NDArray[np.intp]:
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def _read_probe(
    probe: Probed | None, kept: NDArray[np.bool_], labels: NDArray[np.bool_]
) -> _Read | None:
    return None if probe is None else _read(probe.scores[kept], labels, probe.parts[kept])


def _read(
    scores: NDArray[np.floating], labels: NDArray[np.bool_], parts: NDArray[np.intp]
) -> _Read:
    right = answered_right(scores, labels)
    orders = tuple(ordered(scores[:, own], parts) for own in range(labels.shape[1]))
    areas = [auc_of(order, labels[:, own]) for own, order in enumerate(orders)]
    return _Read(right, orders, recalls(right, labels), np.array(areas))


def _estimates(
    read: _Read | None, labels: NDArray[np.bool_], draws: Sequence[NDArray[np.float64]]
) -> _Measured:
    chance = recalls_by_lot(labels)
    if read is None or np.isnan(chance):
        by_lot = None if np.isnan(chance) else chance
        return _Measured(Estimate(None, None, by_lot, 0), Estimate(None, None, 0.5, 0), ())
    accuracies = [mean_of(recalls(read.right, labels, draw)) for draw in draws]
    areas = tuple(
        mean_of(np.array([auc_of(own, labels[:, at], draw) for at, own in enumerate(read.orders)]))
        for draw in draws
    )
    return _Measured(
        Estimate(mean_of(read.recalls), interval_of(accuracies), chance, len(labels)),
        Estimate(_number(mean_of(read.areas)), interval_of(areas), 0.5, len(labels)),
        areas,
    )


def _lift(words: _Measured, probe: _Measured, works: int) -> Estimate:
    if words.area.value is None or probe.area.value is None:
        return Estimate(None, None, 0.0, 0)
    lifts = np.array(probe.areas_drawn) - np.array(words.areas_drawn)
    return Estimate(probe.area.value - words.area.value, interval_of(lifts), 0.0, works)


def _by_mixed_names(read: _Read | None, labels: NDArray[np.bool_], seed: int) -> float | None:
    """Mix up the names of the answers: the share of mixtures that do as well.

    Of few answers all mixtures are tried, the right one among them; of more some, one added.
    """
    if read is None or not len(labels):
        return None
    classes = labels.shape[1]
    areas = np.array(
        [[auc_of(order, labels[:, own]) for order in read.orders] for own in range(classes)]
    )
    random = np.random.default_rng(seed)
    mixtures = (
        np.array(list(permutations(range(classes))), np.intp)
        if classes <= _ALL_MIXED
        else np.stack([np.arange(classes), *(random.permutation(classes) for _ in range(_MIXED))])
    )
    mixed = np.array([mean_of(areas[np.arange(classes), own]) for own in mixtures])
    return float(np.mean(mixed >= mixed[0] - 1e-12)) if np.isfinite(mixed[0]) else None


def _phrasings(
    said: Said | None,
    answers: Answers,
    judged: NDArray[np.intp],
    labels: NDArray[np.bool_],
    draws: Sequence[NDArray[np.float64]],
) -> tuple[Phrasing, ...]:
    if said is None or not len(judged):
        return ()
    chance = recalls_by_lot(labels)
    together = said.best()[judged]
    told = []
    for template, scores in zip(answers.told.templates, said.by_template, strict=True):
        right = answered_right(scores[judged], labels)
        drawn = [mean_of(recalls(right, labels, draw)) for draw in draws]
        accuracy = Estimate(
            mean_of(recalls(right, labels)), interval_of(drawn), chance, len(judged)
        )
        changed = float(np.mean(np.argmax(scores[judged], axis=1) != together))
        told.append(Phrasing(template, accuracy, changed))
    return tuple(told)


def _by_class(
    answers: Answers, labels: NDArray[np.bool_], words: _Read | None, probe: _Read | None
) -> tuple[ClassAnswer, ...]:
    return tuple(
        ClassAnswer(
            value=value,
            works=int(labels[:, own].sum()),
            zero_shot=None if words is None else _number(words.recalls[own]),
            probe=None if probe is None else _number(probe.recalls[own]),
            zero_shot_auc=None if words is None else _number(words.areas[own]),
            probe_auc=None if probe is None else _number(probe.areas[own]),
        )
        for own, value in enumerate(answers.told.classes)
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
