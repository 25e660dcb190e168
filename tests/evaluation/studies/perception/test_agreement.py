"""Agreement among people and of models with them: published numbers, and constructed cases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evaluation.studies.perception.agreement import ModelAnswers, krippendorff_alpha, people
from evaluation.studies.perception.annotations import Annotation, Annotations
from evaluation.studies.perception.questions import DEGREES, Question

X = np.nan
# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), part C: four observers,
# twelve units, five values, some missing.
FOUR_OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, X, X, X],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, X, 3],
        [X, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, X],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, X],
    ],
    dtype=float,
).T
# The same, part A: two observers, ten units, two values; part B: twelve units, five values.
TWO_VALUES = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]], float).T
FIVE_VALUES = np.array([list(map(ord, "aabbdcccedda")), list(map(ord, "babbbccceddd"))], float).T


@pytest.mark.parametrize(
    ("answers", "level", "published"),
    [
        (FOUR_OBSERVERS, "nominal", 0.743),
        (FOUR_OBSERVERS, "ordinal", 0.815),
        (FOUR_OBSERVERS, "interval", 0.849),
        (TWO_VALUES, "nominal", 0.095),
        (FIVE_VALUES, "nominal", 0.692),
    ],
)
def test_alpha_is_what_krippendorff_published(
    answers: np.ndarray, level: str, published: float
) -> None:
    assert krippendorff_alpha(answers, level) == pytest.approx(published, abs=5e-4)  # type: ignore[arg-type]


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha_is_the_disagreement_within_works_over_that_of_all_answers(level: str) -> None:
    rng = np.random.default_rng(3)
    answers = rng.integers(5, size=(40, 4)).astype(float)
    answers[rng.random(answers.shape) < 0.3] = np.nan
    pooled = [row[~np.isnan(row)] for row in answers if (~np.isnan(row)).sum() > 1]
    every = np.concatenate(pooled)

    def far(a: float, b: float) -> float:
        if level == "nominal":
            return float(a != b)
        if level == "interval":
            return (a - b) ** 2
        low, high = min(a, b), max(a, b)
        between = ((every >= low) & (every <= high)).sum()
        ends = (every == low).sum() / 2 + (every == high).sum() / 2
        return float(between - ends) ** 2 if a != b else 0.0

    def within(own: np.ndarray) -> float:
        return sum(far(a, b) for i, a in enumerate(own) for j, b in enumerate(own) if i != j)

    observed = sum(within(own) / (len(own) - 1) for own in pooled) / len(every)
    expected = within(every) / (len(every) * (len(every) - 1))
    found = krippendorff_alpha(answers, level)  # type: ignore[arg-type]
    assert found == pytest.approx(1 - observed / expected)


def test_alpha_of_answers_that_are_all_the_same_is_not_known() -> None:
    assert krippendorff_alpha(np.ones((5, 3))) is None
    assert krippendorff_alpha(np.array([[1.0, X], [X, 2.0]])) is None


def _annotations(question: Question, codes: np.ndarray) -> Annotations:
    given = [
        Annotation(f"w{work:03}", question.dimension, question.answers[int(code)], f"p{person}")
        for work, row in enumerate(codes)
        for person, code in enumerate(row)
        if not np.isnan(code)
    ]
    return Annotations((question,), tuple(given))


STYLE = Question("style", "In which style is it?", ("cubism", "realism", "rococo"), "nominal")
DAMAGE = Question("deformation", "Is it damaged?", DEGREES, "ordinal")


def test_a_model_that_says_what_people_say_agrees_and_one_that_answers_by_lot_does_not() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(3, size=120)
    codes = np.stack([truth] * 3, axis=1).astype(float)
    wrong = rng.random(codes.shape) < 0.1
    codes[wrong] = rng.integers(3, size=int(wrong.sum()))
    works = [f"w{work:03}" for work in range(120)]
    knows = {work: STYLE.answers[value] for work, value in zip(works, truth, strict=True)}
    by_lot = {work: STYLE.answers[int(rng.integers(3))] for work in works}
    models: ModelAnswers = {"knows": {"style": (knows, {})}, "by lot": {"style": (by_lot, {})}}
    (told,) = people(_annotations(STYLE, codes), models, repeats=200)
    assert (told.works, told.answers, told.annotators) == (120, 360, 3)
    assert told.alpha.value == pytest.approx(krippendorff_alpha(codes))
    assert told.alpha.value is not None
    assert told.alpha.interval is not None
    assert told.alpha.interval[0] < told.alpha.value < told.alpha.interval[1]
    majority = told.models["knows"]["accuracy"].value
    assert majority is not None
    assert majority > 0.95
    low, high = told.models["by lot"]["alpha"].interval or (1.0, 1.0)
    assert low < 0 < high
    person = told.person["accuracy"]
    assert person.value is not None
    assert 0.85 < person.value < majority
    assert "spearman" not in told.models["knows"]


def test_a_score_is_ranked_against_the_mean_of_people_on_a_scale_of_degrees() -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(2)
    codes = rng.integers(5, size=(60, 2)).astype(float)
    scores = {f"w{work:03}": float(row.mean() + rng.normal()) for work, row in enumerate(codes)}
    (told,) = people(_annotations(DAMAGE, codes), {"m": {"deformation": ({}, scores)}}, repeats=100)
    expected = spearmanr(list(scores.values()), codes.mean(axis=1)).statistic
    assert told.models["m"]["spearman"].value == pytest.approx(expected)
    assert told.models["m"]["accuracy"].value is None  # it gave a score and no answer
    ties = int((codes.mean(axis=1) % 1 != 0).sum())
    assert any(f"tie on {ties} pictures" in note for note in told.notes)


def test_of_one_person_no_agreement_is_told_and_the_model_still_is() -> None:
    codes = np.array([[0.0], [1.0], [2.0], [0.0]])
    answers = {"w000": "cubism", "w001": "cubism", "w002": "rococo", "unseen": "rococo"}
    (told,) = people(_annotations(STYLE, codes), {"m": {"style": (answers, {})}}, repeats=50)
    assert told.alpha.value is None
    assert told.person["alpha"].value is None
    assert told.models["m"]["accuracy"].value == pytest.approx(2 / 3)
    assert told.models["m"]["accuracy"].n == 3
    assert any("One person answered" in note for note in told.notes)


def test_the_same_seed_gives_the_same_intervals_and_another_seed_others() -> None:
    codes = np.random.default_rng(5).integers(3, size=(40, 3)).astype(float)
    first, again, other = (
        people(_annotations(STYLE, codes), {}, repeats=100, seed=seed)[0].alpha.interval
        for seed in (0, 0, 1)
    )
    assert first == again != other


def test_works_whose_ids_hold_a_hash_are_drawn_by_themselves() -> None:
    codes = np.random.default_rng(7).integers(3, size=(40, 3)).astype(float)
    plain = _annotations(STYLE, codes)
    hashed = Annotations(
        plain.questions, tuple(replace(own, work=f"vol#{own.work}") for own in plain.answers)
    )
    spoilt = Annotations(
        plain.questions,
        tuple(
            replace(own, work=f"w{int(own.work[1:]) % 4}#t{own.work}", treatment=f"t{own.work}")
            for own in plain.answers
        ),
    )
    one, other, together = (
        people(given, {}, repeats=100)[0].alpha.interval for given in (plain, hashed, spoilt)
    )
    assert one is not None
    assert one == other != together
