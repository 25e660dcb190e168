"""Accuracy and areas against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from evaluation.studies.perception.scoring import (
    answered_right,
    auc_of,
    mean_of,
    ordered,
    recalls,
    recalls_by_lot,
)

random = np.random.default_rng(7)


def test_balanced_accuracy_is_that_of_scikit_learn() -> None:
    truth = random.integers(4, size=200)
    scores = random.normal(size=(200, 4)) + np.eye(4)[truth]
    labels = np.eye(4, dtype=bool)[truth]
    found = mean_of(recalls(answered_right(scores, labels), labels))
    assert found == pytest.approx(balanced_accuracy_score(truth, scores.argmax(axis=1)))


def test_one_and_the_same_answer_is_right_by_chance_exactly() -> None:
    labels = np.eye(5, dtype=bool)[np.r_[np.zeros(90, int), 1, 1, 2, 3, 4]]
    same = np.tile([0.1, 0.2, 0.9, 0.2, 0.3], (95, 1))
    assert mean_of(recalls(answered_right(same, labels), labels)) == pytest.approx(1 / 5)
    assert mean_of(recalls(answered_right(same * 0, labels), labels)) == pytest.approx(1 / 5)
    assert recalls_by_lot(labels) == pytest.approx(1 / 5)


def test_a_work_with_two_answers_is_given_two() -> None:
    labels = np.array([[True, True, False], [False, False, True]])
    scores = np.array([[0.5, 0.9, 0.1], [0.9, 0.2, 0.8]])
    assert answered_right(scores, labels).tolist() == [[True, True, False], [False] * 3]
    # The first two are given by lot two times in three, the third once.
    assert recalls_by_lot(labels) == pytest.approx((2 / 3 + 2 / 3 + 1 / 3) / 3)


def test_areas_are_those_of_scikit_learn_with_ties_and_weights() -> None:
    scores = random.integers(6, size=300).astype(float)
    right = random.random(300) < 0.1 + scores / 10
    weights = random.integers(3, size=300).astype(float)
    order = ordered(scores)
    assert auc_of(order, right) == pytest.approx(roc_auc_score(right, scores))
    assert auc_of(order, right, weights) == pytest.approx(
        roc_auc_score(right, scores, sample_weight=weights)
    )
    assert auc_of(ordered(np.zeros(300)), right) == pytest.approx(0.5)


def test_works_are_compared_within_their_part_alone() -> None:
    scores, parts = random.normal(size=120), random.integers(3, size=120)
    right = random.random(120) < 0.4
    # Another scale in each part changes nothing.
    shifted = scores * (parts + 1) + 100.0 * parts
    assert auc_of(ordered(shifted, parts), right) == pytest.approx(
        auc_of(ordered(scores, parts), right)
    )
    areas = [roc_auc_score(right[parts == own], scores[parts == own]) for own in range(3)]
    pairs = [right[parts == own].sum() * (~right[parts == own]).sum() for own in range(3)]
    assert auc_of(ordered(scores, parts), right) == pytest.approx(np.average(areas, weights=pairs))


def test_nothing_is_said_where_nothing_can_be_compared() -> None:
    assert np.isnan(auc_of(ordered(np.arange(3.0)), np.array([True, True, True])))
    assert np.isnan(recalls_by_lot(np.zeros((4, 2), bool)))
