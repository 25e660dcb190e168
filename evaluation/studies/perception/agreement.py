"""Agreement among people, and of models with people.

Krippendorff's alpha by its coincidence matrix: Krippendorff, "Computing Krippendorff's
Alpha-Reliability" (2011); Hayes and Krippendorff, "Answering the Call for a Standard Reliability
Measure for Coding Data" (Communication Methods and Measures 1(1), 2007).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from evaluation.bootstrap import bootstrap_interval
from evaluation.studies.estimate import Estimate
from evaluation.studies.perception.result import PeopleTold
from topicart.model import derive_seed
from topicart.report.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from evaluation.studies.perception.annotations import Annotations
    from evaluation.studies.perception.questions import Question

__all__ = ["Level", "ModelAnswers", "krippendorff_alpha", "people"]

Level = Literal["nominal", "ordinal", "interval"]

ModelAnswers = Mapping[str, Mapping[str, tuple[Mapping[str, str], Mapping[str, float]]]]
"""Model to dimension to (work to answer, work to score). Works are named as ``shown_as`` does; a
score is needed on an ordinal scale alone, where a greater one means more."""

_Statistic = Callable[["NDArray[np.float64]"], float]
_FEWEST_TO_RANK = 3
_MOST_DRAWN = 20_000
_FEW = 10


def krippendorff_alpha(answers: NDArray[np.float64], level: Level = "nominal") -> float | None:
    """Compute Krippendorff's alpha: 1 where all agree, 0 where they agree as if by chance.

    Parameters
    ----------
    answers
        Shape ``(n_works, n_annotators)``; NaN where nothing was answered.
    level
        How far apart two answers are: ``nominal`` (different or not), ``ordinal`` (by how many
        answers lie between), ``interval`` (the squared difference).

    Returns
    -------
    float or None
        At most 1; ``None`` if no work has two answers, or all answers are the same.
    """
    values, counts = _counted(answers)
    alpha = _alpha(counts, values, level)
    return None if np.isnan(alpha) else alpha


def people(
    annotations: Annotations,
    model_answers: ModelAnswers,
    *,
    repeats: int = 1000,
    seed: int = 0,
) -> list[PeopleTold]:
    """Set models beside people, and people beside each other.

    What most people say of a work is its majority; where two answers tie there is none, and on an
    ordinal scale it is the median. A person is judged by the majority of the others. Intervals are
    by bootstrap over works, each with all its pictures and answers.

    Parameters
    ----------
    annotations
        What people answered.
    model_answers
        What models answered.
    repeats
        How often works are drawn for an interval.
    seed
        Of the draws.

    Returns
    -------
    list of PeopleTold
        One a question that anybody answered.
    """
    told = []
    for question in annotations.questions:
        works, _, codes = annotations.codes(question)
        if not works:
            continue
        own = {name: by[question.dimension] for name, by in model_answers.items()
               if question.dimension in by}  # fmt: skip
        # Pictures of one work, as it is and spoilt, are drawn together.
        work_of = {one.work: one.work.removesuffix(f"#{one.treatment}")
                   for one in annotations.answers}  # fmt: skip
        drawn = derive_seed(seed, f"people {question.dimension}")
        draws = _Draws([work_of[work] for work in works], repeats, drawn)
        told.append(_told(question, works, codes, own, draws))
    return told


@dataclass(frozen=True)
class _Draws:
    """How intervals are drawn: groups of works that go together, how often, by which seed."""

    groups: Sequence[str]
    repeats: int
    seed: int

    def estimate(
        self,
        rows: NDArray[np.float64],
        measured: NDArray[np.bool_],
        statistic: _Statistic,
        chance: float | None,
    ) -> Estimate:
        """Measure on the rows on which something can be measured; only they are drawn."""
        rows = rows[measured]
        value = statistic(rows)
        if np.isnan(value):
            return Estimate(None, None, chance, len(rows))
        groups = [self.groups[at] for at in np.flatnonzero(measured).tolist()]
        interval = bootstrap_interval(
            rows, statistic, groups=groups, repeats=self.repeats, seed=self.seed
        )
        # A draw in which nobody differs has no alpha: of so few works nothing is sure.
        if interval is not None and np.isnan(interval).any():
            interval = None
        # Few works drawn with replacement agree more among themselves than the works do.
        if interval is not None and not interval[0] <= value <= interval[1]:
            interval = None
        return Estimate(float(value), interval, chance, len(rows))


def _told(
    question: Question,
    works: Sequence[str],
    codes: NDArray[np.float64],
    models: Mapping[str, tuple[Mapping[str, str], Mapping[str, float]]],
    draws: _Draws,
) -> PeopleTold:
    ordinal = question.scale == "ordinal"
    level: Level = "ordinal" if ordinal else "nominal"
    values, counts = _counted(codes)
    paired = counts.sum(axis=1) >= 2
    majority = _majority(codes, ordinal)
    place = {answer: at for at, answer in enumerate(question.answers)}
    beside: dict[str, dict[str, Estimate]] = {}
    for name, (answers, scores) in models.items():
        given = np.array([place.get(answers.get(work, ""), np.nan) for work in works], np.float64)
        score = np.array([scores.get(work, np.nan) for work in works], np.float64)
        beside[name] = _beside(given[:, None], majority[:, None], level, draws)
        if ordinal:
            mean = _mean(codes)[:, None]
            beside[name]["spearman"] = _mean_over(_spearman, score[:, None], mean, 0.0, draws)
    return PeopleTold(
        dimension=question.dimension,
        scale=question.scale,
        works=len(works),
        answers=int((~np.isnan(codes)).sum()),
        annotators=codes.shape[1],
        alpha=draws.estimate(counts, paired, lambda rows: _alpha(rows, values, level), 0.0),
        models=beside,
        person=_persons(codes, level, draws),
        notes=_notes(codes, paired, majority),
    )


def _persons(codes: NDArray[np.float64], level: Level, draws: _Draws) -> dict[str, Estimate]:
    """Judge each person by the majority of the others; the mean over people."""
    n_people = codes.shape[1]
    others = [np.delete(codes, at, axis=1) for at in range(n_people)]
    majority = np.stack([_majority(rest, level == "ordinal") for rest in others], axis=1)
    # Each draw costs a little for every person.
    fewer = replace(draws, repeats=max(100, min(draws.repeats, _MOST_DRAWN // n_people)))
    told = _beside(codes, majority, level, fewer)
    if level == "ordinal":
        mean = np.stack([_mean(rest) for rest in others], axis=1)
        told["spearman"] = _mean_over(_spearman, codes, mean, 0.0, fewer)
    return told


def _beside(
    own: NDArray[np.float64], majority: NDArray[np.float64], level: Level, draws: _Draws
) -> dict[str, Estimate]:
    """Set answerers, a column each, beside a majority for each; the mean over answerers."""
    judged = majority[~np.isnan(own) & ~np.isnan(majority)]
    _, often = np.unique(judged, return_counts=True)
    # Who does not look does best to say always what most works are.
    blind = float(often.max() / often.sum()) if len(judged) else None

    def alpha(pairs: NDArray[np.float64]) -> float:
        return _alpha_of_two(pairs, level)

    return {
        "alpha": _mean_over(alpha, own, majority, 0.0, draws),
        "accuracy": _mean_over(_agreed, own, majority, blind, draws),
    }


def _mean_over(
    statistic: _Statistic,
    own: NDArray[np.float64],
    beside: NDArray[np.float64],
    chance: float | None,
    draws: _Draws,
) -> Estimate:
    """Measure each column against its counterpart, where both are known; the mean over columns."""
    both: NDArray[np.float64] = np.stack([own, beside], axis=2)
    known: NDArray[np.bool_] = ~np.isnan(own) & ~np.isnan(beside)

    def mean(rows: NDArray[np.float64]) -> float:
        told = []
        for pairs in rows.transpose(1, 0, 2):
            value = statistic(pairs[~np.isnan(pairs[:, 0]) & ~np.isnan(pairs[:, 1])])
            if not np.isnan(value):
                told.append(value)
        return float(np.mean(told)) if told else float("nan")

    measured: NDArray[np.bool_] = known.sum(axis=1) > 0
    return draws.estimate(both, measured, mean, chance)


def _counted(answers: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the values, shape (n_values,), and how often each was given, (n_works, n_values)."""
    given = ~np.isnan(answers)
    values, place = np.unique(answers[given], return_inverse=True)
    counts = np.zeros((len(answers), len(values)))
    np.add.at(counts, (np.nonzero(given)[0], place), 1.0)
    return values, counts


def _alpha(counts: NDArray[np.float64], values: NDArray[np.float64], level: Level) -> float:
    """Compute alpha of how often each value was given of each work."""
    answers = counts.sum(axis=1)
    counts, answers = counts[answers >= 2], answers[answers >= 2]
    weighed = counts / (answers - 1)[:, None]
    coincidences = counts.T @ weighed - np.diag(weighed.sum(axis=0))
    return _alpha_of(coincidences, values, level)


def _alpha_of_two(pairs: NDArray[np.float64], level: Level) -> float:
    """Compute alpha of two answers for each work, none missing."""
    values, place = np.unique(pairs, return_inverse=True)
    n, (first, second) = len(values), place.reshape(pairs.shape).T
    joint = np.bincount(first * n + second, minlength=n * n).reshape(n, n).astype(np.float64)
    return _alpha_of(joint + joint.T, values, level)


def _alpha_of(
    coincidences: NDArray[np.float64], values: NDArray[np.float64], level: Level
) -> float:
    """Compute 1 - observed / expected disagreement (Krippendorff 2011, steps C and D)."""
    often = coincidences.sum(axis=1)
    total = often.sum()
    # For an ordinal scale: answers between two values, half of those at either end.
    spots = np.cumsum(often) - often / 2 if level == "ordinal" else values
    apart = spots[:, None] - spots[None, :]
    far = (apart != 0).astype(np.float64) if level == "nominal" else apart**2
    expected = float(often @ far @ often)
    if expected <= 0:
        return float("nan")
    return float(1 - (total - 1) * (coincidences * far).sum() / expected)


def _majority(codes: NDArray[np.float64], ordinal: bool) -> NDArray[np.float64]:
    """Give what most say of each work, on an ordinal scale the median; NaN if that is a tie."""
    told = np.full(len(codes), np.nan)
    some = ~np.isnan(codes).all(axis=1)
    if not some.any():
        return told
    if ordinal:
        middle = np.nanmedian(codes[some], axis=1)
        told[some] = np.where(middle == np.round(middle), middle, np.nan)
        return told
    values, counts = _counted(codes[some])
    most = counts.max(axis=1, keepdims=True)
    alone = (counts == most).sum(axis=1) == 1
    told[some] = np.where(alone, values[counts.argmax(axis=1)], np.nan)
    return told


def _mean(codes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the mean answer to each work; NaN where there is none."""
    often = (~np.isnan(codes)).sum(axis=1)
    with np.errstate(invalid="ignore"):
        means: NDArray[np.float64] = np.nansum(codes, axis=1) / np.where(often, often, np.nan)
    return means


def _agreed(pairs: NDArray[np.float64]) -> float:
    return float(np.mean(pairs[:, 0] == pairs[:, 1])) if len(pairs) else float("nan")


def _spearman(pairs: NDArray[np.float64]) -> float:
    """Correlate the ranks of pairs, ties sharing theirs (Spearman 1904)."""
    from scipy.stats import rankdata

    if len(pairs) < _FEWEST_TO_RANK:
        return float("nan")
    ranks = rankdata(pairs, axis=0)
    ranks -= ranks.mean(axis=0)
    lengths = np.sqrt((ranks**2).sum(axis=0))
    return float(ranks[:, 0] @ ranks[:, 1] / lengths.prod()) if lengths.all() else float("nan")


def _notes(
    codes: NDArray[np.float64], paired: NDArray[np.bool_], majority: NDArray[np.float64]
) -> tuple[str, ...]:
    """Say what a reader must know: who answered alone, where people tie, who answered little."""
    notes = []
    if codes.shape[1] == 1:
        notes.append(
            "One person answered: there is no agreement among people to set beside the model’s."
        )
    elif not paired.all():
        alone = counted(int((~paired).sum()), "picture")
        notes.append(f"Only one person answered for {alone}; agreement is of the others.")
    ties = int(np.isnan(majority).sum())
    if ties:
        notes.append(
            f"People tie on {counted(ties, 'picture')}, by which neither model nor person is "
            "judged."
        )
    few = int(((~np.isnan(codes)).sum(axis=0) < _FEW).sum())
    if few:
        notes.append(f"{counted(few, 'annotator')} answered for fewer than {_FEW} pictures.")
    return tuple(notes)
