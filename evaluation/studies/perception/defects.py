"""Whether a model notices deformations: in words, and in its vectors at all.

Whatever changes a picture moves its vector, and so the answer to any question whatever. An answer
counts as said only if it moves more than answers that have nothing to do with damage.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from evaluation.studies.estimate import Estimate
from evaluation.studies.perception.deformations import DEFORMATIONS, STRENGTHS
from evaluation.studies.perception.dimensions import PromptPair
from evaluation.studies.perception.probes import probed
from evaluation.studies.perception.result import DefectSeen
from evaluation.studies.perception.scoring import Ordered, auc_of, ordered
from evaluation.studies.redrawing import interval_of, redrawn
from knowledge_graph import cut, nearest
from topicart.errors import StudyError
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.studies.looking import Space

__all__ = ["LEAST_CONTROLS", "areas", "defects", "rank_correlations"]

LEAST_CONTROLS = 20
"""Fewer unrelated questions do not show what a question's answer does by chance."""

_MOST_QUESTIONS = 2_000
"""Of more questions that control texts can be put together to, so many are drawn by lot."""

_INVISIBLE = 0.6
"""A probe whose interval ends below finds nothing worth the name."""

_FEWEST_ARTISTS = 8
"""Intervals over fewer artists are too narrow to judge by (Cameron, Gelbach & Miller 2008)."""

_STRENGTHS = (1e-2,)
"""Inverse strength of the probe's penalty; two classes of one size need no choice among several."""

_BLOCK = 128
"""Questions whose answers are ranked at a time."""


def defects(
    space: Space,
    rows: Sequence[int],
    spoilt: NDArray[np.float32],
    prompts: Mapping[str, tuple[Sequence[str], Sequence[str]]],
    controls: Sequence[tuple[str, str]],
    groups: Sequence[str],
    *,
    repeats: int = 500,
    seed: int = 0,
) -> list[DefectSeen]:
    """Ask a model whether pictures are spoilt that code has spoilt.

    The answer is the mean cosine to what is said of a spoilt picture minus that to what is said of
    a sound one. Its AUC compares all spoilt pictures with all untouched ones: whoever judges sees
    one picture, and not what it was. What chance gives are the AUCs of questions put together from
    the controls' texts, each text against each other, both ways round; an answer is ``said`` if its
    interval lies above one half and, by Holm's correction (1979) over the deformations, at most one
    such question in twenty moves as much. It is ``seen`` if the interval of a linear probe lies
    above one half, and ``invisible`` if that ends below 0.6 and begins below one half. Of fewer
    than eight artists all is ``unsure``.

    Parameters
    ----------
    space
        The model's space; its own ``features`` and ``pictures`` are those of the untouched.
    rows
        Works of the space that were spoilt; for a map that was trained, works it never saw.
    spoilt
        What the picture tower gave for them under ``treatments()``, raw, shape
        ``(len(rows), len(DEFORMATIONS), len(STRENGTHS), width)``.
    prompts
        For each deformation what is said of a spoilt and of a sound picture, in several phrasings;
        one that is left out is probed and not asked for.
    controls
        Pairs of texts that have nothing to do with damage, 20 at least.
    groups
        The artist of each of ``rows``, or its own id.
    repeats
        Draws of the bootstrap by artist.
    seed
        Decides the draws, the parts of the probe, and which questions are put together.

    Returns
    -------
    list of DefectSeen
        One a deformation, in the order of ``DEFORMATIONS``. Without a text side, or prompts, there
        are estimates without a value in place of answers in words.

    Raises
    ------
    StudyError
        If prompts name no deformation, or controls are too few.
    ValueError
        If shapes do not fit.
    """
    _checked(prompts, controls)
    shape = (len(rows), len(DEFORMATIONS), len(STRENGTHS))
    if spoilt.shape[:3] != shape or len(groups) != len(rows):
        raise ValueError(
            f"Expected spoilt pictures of shape {shape} and {len(rows)} groups; got "
            f"{spoilt.shape[:3]} and {len(groups)}."
        )
    at = np.asarray(rows, np.intp)
    sound, raw = space.pictures[at], space.features[at]
    draws = list(redrawn(len(rows), groups, repeats, seed=derive_seed(seed, "spoilt works drawn")))
    texts = list(dict.fromkeys(text for pair in controls for text in pair))
    reads = space.read if prompts and len(rows) else None
    unrelated = None if reads is None else _directions(reads(texts), texts, controls, seed)
    told = []
    for number, name in enumerate(DEFORMATIONS):
        own = spoilt[:, number]
        placed = space.place(own.reshape(-1, own.shape[-1]))
        placed = placed.reshape(*own.shape[:2], sound.shape[1])
        words = None
        if reads is not None and unrelated is not None and name in prompts:
            said, unsaid = prompts[name]
            direction = reads(list(said)).mean(axis=0) - reads(list(unsaid)).mean(axis=0)
            words = _in_words(sound, placed, direction, unrelated, draws)
        told.append(
            DefectSeen(
                model=space.model,
                deformation=name,
                asked=_told(prompts[name]) if words else "",
                auc=words.auc if words else Estimate(None, chance=0.5, n=len(rows)),
                by_strength=words.by_strength if words else (),
                spearman=words.spearman if words else Estimate(None, chance=0.0, n=len(rows)),
                controls=words.controls if words else None,
                p=words.p if words else None,
                moved=_moved(sound, placed),
                probe=_probe(raw, own[:, -1], groups, draws, seed),
                verdict="",
            )
        )
    return _judged(told, artists=len(set(groups)))


def areas(sound: NDArray[np.floating], spoilt: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return how often a spoilt picture's answer is above an untouched one's, for many questions.

    Parameters
    ----------
    sound
        Answers of untouched pictures, shape ``(n, n_questions)``.
    spoilt
        Answers of spoilt pictures, shape ``(m, n_questions)``.

    Returns
    -------
    numpy.ndarray
        AUC of each question (Mann & Whitney 1947), equal answers counted half, shape
        ``(n_questions,)``.
    """
    from scipy.stats import rankdata

    n, m = len(sound), len(spoilt)
    ranks = rankdata(np.concatenate([sound, spoilt]), axis=0)[n:]
    found: NDArray[np.float64] = (ranks.sum(axis=0) - m * (m + 1) / 2) / (n * m)
    return found


def rank_correlations(answers: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return how well each work's answers rise with strength.

    Parameters
    ----------
    answers
        Answers at rising strengths, shape ``(n, n_strengths)``.

    Returns
    -------
    numpy.ndarray
        Spearman's rank correlation of each work, shape ``(n,)``; 0 where all its answers are equal.
    """
    from scipy.stats import rankdata

    steps = np.arange(answers.shape[1]) - (answers.shape[1] - 1) / 2
    ranks = rankdata(answers, axis=1)
    ranks = ranks - ranks.mean(axis=1, keepdims=True)
    size = np.sqrt((ranks**2).sum(axis=1) * (steps**2).sum())
    found: NDArray[np.float64] = ranks @ steps / np.where(size > 0, size, 1.0)
    return found


class _Words(NamedTuple):
    auc: Estimate
    by_strength: tuple[tuple[float, float], ...]
    spearman: Estimate
    controls: tuple[float, float]
    p: float


def _checked(prompts: Collection[str], controls: Sequence[tuple[str, str]]) -> None:
    for name in prompts:
        if name not in DEFORMATIONS:
            raise StudyError(
                f"Prompts are given for {cut(name)!r}, which is no deformation; deformations are "
                f"{', '.join(DEFORMATIONS)}.{nearest(name, DEFORMATIONS)}"
            )
    if prompts and len(controls) < LEAST_CONTROLS:
        raise StudyError(
            f"{len(controls)} pairs of control texts are given; at least {LEAST_CONTROLS} are "
            "needed, which have nothing to do with damage, to tell what is noticed from what any "
            "change does. Add pairs to [controls] in the file of dimensions."
        )


def _told(prompts: tuple[Sequence[str], Sequence[str]]) -> str:
    return PromptPair(*map(tuple, prompts)).asked


def _directions(
    vectors: NDArray[np.float32],
    texts: Sequence[str],
    controls: Sequence[tuple[str, str]],
    seed: int,
) -> NDArray[np.float32]:
    """Put questions together: the pairs that were given, then any text against any other."""
    place = {text: number for number, text in enumerate(texts)}
    given = {
        (min(place[one], place[other]), max(place[one], place[other]))
        for one, other in controls
        if one != other
    }
    pairs = sorted(given)
    total = len(texts) * (len(texts) - 1) // 2
    if total <= _MOST_QUESTIONS:
        pairs += [pair for pair in combinations(range(len(texts)), 2) if pair not in given]
    else:
        drawn = np.random.default_rng(derive_seed(seed, "unrelated questions")).integers(
            len(texts), size=(_MOST_QUESTIONS, 2)
        )
        pairs += [(int(one), int(other)) for one, other in drawn if one != other]
    chosen = np.array(pairs[:_MOST_QUESTIONS], np.intp).reshape(-1, 2)
    return vectors[chosen[:, 0]] - vectors[chosen[:, 1]]


def _in_words(
    sound: NDArray[np.float32],
    placed: NDArray[np.float32],
    direction: NDArray[np.float32],
    unrelated: NDArray[np.float32],
    draws: Sequence[NDArray[np.float64]],
) -> _Words:
    answers = np.concatenate([(sound @ direction)[:, None], placed @ direction], axis=1)
    n = len(answers)
    order = ordered(np.concatenate([answers[:, 0], answers[:, -1]]))
    auc = _area(order, n, draws)
    by_strength = tuple(
        (strength, float(areas(answers[:, :1], answers[:, at : at + 1])[0]))
        for at, strength in enumerate(STRENGTHS, start=1)
    )
    rising = rank_correlations(answers)
    risen = [float(weights @ rising / weights.sum()) for weights in draws]
    others = np.concatenate(
        [
            areas(sound @ block.T, placed[:, -1] @ block.T)
            for block in np.array_split(unrelated, max(len(unrelated) // _BLOCK, 1))
        ]
    )
    others = np.concatenate([others, 1.0 - others])
    low, high = np.quantile(others, [0.025, 0.975])
    value = by_strength[-1][1]
    # A hair's breadth, so that a question which is the same but for rounding counts.
    as_much = int((others >= value - 1e-12).sum())
    return _Words(
        auc=auc,
        by_strength=by_strength,
        spearman=Estimate(float(rising.mean()), interval_of(risen), 0.0, n),
        controls=(float(low), float(high)),
        p=(1 + as_much) / (1 + len(others)),
    )


def _area(order: Ordered, n: int, draws: Sequence[NDArray[np.float64]]) -> Estimate:
    """AUC of the second half of the pictures over the first, works redrawn with both of theirs."""
    positive = np.arange(2 * n) >= n
    value = auc_of(order, positive)
    drawn = [auc_of(order, positive, np.tile(weights, 2)) for weights in draws]
    return Estimate(float(value) if np.isfinite(value) else None, interval_of(drawn), 0.5, n)


def _probe(
    raw: NDArray[np.float32],
    spoilt: NDArray[np.float32],
    groups: Sequence[str],
    draws: Sequence[NDArray[np.float64]],
    seed: int,
) -> Estimate:
    """Tell strongest from untouched by a probe; a work's two pictures are held out at once."""
    n = len(raw)
    positive = np.arange(2 * n) >= n
    labels = np.stack([~positive, positive], axis=1)
    found = probed(
        np.concatenate([raw, spoilt]), labels, [*groups, *groups], strengths=_STRENGTHS, seed=seed
    )
    if found is None:
        return Estimate(None, chance=0.5, n=n)
    return _area(ordered(found.scores[:, 1], found.parts), n, draws)


def _moved(
    sound: NDArray[np.float32], placed: NDArray[np.float32]
) -> tuple[tuple[float, float], ...]:
    """Mean angle in degrees between a picture and itself spoilt, by strength."""
    if not len(sound):
        return ()
    cosines = np.einsum("nd,nsd->ns", sound.astype(np.float64), placed.astype(np.float64))
    angles = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0))).mean(axis=0)
    return tuple(zip(STRENGTHS, map(float, angles), strict=True))


def _judged(told: Sequence[DefectSeen], artists: int) -> list[DefectSeen]:
    """Give verdicts; p is corrected after Holm, as several deformations are asked for."""
    if artists < _FEWEST_ARTISTS:
        return [replace(one, verdict="unsure") for one in told]
    asked = sorted((one.p, number) for number, one in enumerate(told) if one.p is not None)
    corrected: dict[int, float] = {}
    most = 0.0
    for place, (p, number) in enumerate(asked):
        most = max(most, min(p * (len(asked) - place), 1.0))
        corrected[number] = most
    return [
        replace(one, verdict=_verdict(one, corrected.get(number)))
        for number, one in enumerate(told)
    ]


def _verdict(one: DefectSeen, p: float | None) -> str:
    words, probe = one.auc.interval, one.probe.interval
    # An answer in words is itself read off the vectors by a line: what is said is seen.
    if p is not None and p <= 0.05 and words is not None and words[0] > 0.5:
        return "seen and said"
    if probe is None:
        return "unsure"
    if probe[0] > 0.5:
        return "seen, not said" if one.auc.value is not None else "seen, not asked"
    return "invisible" if probe[1] < _INVISIBLE else "unsure"
