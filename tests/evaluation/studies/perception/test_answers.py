"""What models say in words and what probes find, on vectors made so that the answer is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from evaluation.studies.estimate import Estimate
from evaluation.studies.looking.space import Space, unit_rows
from evaluation.studies.perception.answered import answered, verdict_of
from evaluation.studies.perception.answers import pair_answers, zero_shot
from evaluation.studies.perception.classes import Answers, answers_of
from evaluation.studies.perception.dimensions import Dimension
from evaluation.studies.perception.probes import probed

CLASSES = ("portrait", "landscape", "interior", "marina", "still life")
WIDTH = 24
ASKED = Dimension("scene", ("genre",), ("a {term}", "the {term}", "{term} in art"), 5, 20)


def _drawn(works: int = 240, *, seed: int = 0) -> tuple[Answers, tuple[str, ...], Any]:
    """Works of 16 artists, each with its own mannerism; what they show is in the first numbers."""
    random = np.random.default_rng(seed)
    truth = random.integers(len(CLASSES), size=works)
    artists = random.integers(16, size=works)
    features = random.normal(size=(works, WIDTH))
    features[:, : len(CLASSES)] += 2.5 * np.eye(len(CLASSES))[truth]
    features[:, 8:] += random.normal(size=(16, WIDTH - 8))[artists] * 2
    groups = tuple(f"artist {own}" for own in artists)
    answers = answers_of(ASKED, "genre", [(CLASSES[own],) for own in truth], groups)
    return answers, groups, features.astype(np.float32)


def _reading(knows: bool, seed: int = 0) -> Callable[[Sequence[str]], Any]:
    """Words that point where their pictures are, or anywhere."""

    def read(texts: Sequence[str]) -> Any:
        rows = []
        for text in texts:
            random = np.random.default_rng([seed, *text.encode()])
            row = random.normal(size=WIDTH) * 0.3
            for own, name in enumerate(CLASSES):
                if knows and name in text:
                    row[own] += 5.0
            rows.append(row)
        return unit_rows(np.array(rows))

    return read


def _space(features: Any, read: Any, name: str = "model") -> Space:
    return Space(name, name, False, unit_rows(features), features, unit_rows, read)


def test_a_model_that_knows_the_words_says_what_it_sees() -> None:
    answers, groups, features = _drawn()
    space = _space(features, _reading(True))
    said = zero_shot(space, answers.phrasings)
    found = answered(space, answers, groups, said=said, repeats=50)
    truth = answers.labels.argmax(axis=1)
    assert found.zero_shot.value == pytest.approx(balanced_accuracy_score(truth, said.best()))
    assert found.zero_shot.value is not None
    assert found.zero_shot.value > 0.7
    assert found.zero_shot.chance == pytest.approx(1 / len(CLASSES))
    assert found.verdict == "seen and said"
    assert found.p == pytest.approx(1 / 120)
    assert found.lift.interval is not None
    assert [own.value for own in found.by_class] == list(answers.told.classes)


def test_words_by_lot_come_out_at_chance_and_the_probe_still_finds_it() -> None:
    answers, groups, features = _drawn()
    verdicts, areas = [], []
    for seed in range(6):
        space = _space(features, _reading(False, seed))
        found = answered(space, answers, groups, repeats=40)
        verdicts.append(found.verdict)
        areas.append(found.zero_shot_auc.value)
    assert np.mean(np.array(areas, float)) == pytest.approx(0.5, abs=0.06)
    assert verdicts.count("seen, not said") >= 5


def test_what_is_not_in_the_vectors_is_not_seen() -> None:
    answers, groups, _ = _drawn(600)
    noise = np.random.default_rng(3).normal(size=(600, WIDTH)).astype(np.float32)
    found = answered(_space(noise, None), answers, groups, repeats=60)
    assert found.probe_auc.value == pytest.approx(0.5, abs=0.05)
    assert found.verdict == "not seen"
    assert found.zero_shot.value is None
    assert found.phrasings == ()


def test_an_artists_hand_is_not_taken_for_what_it_shows() -> None:
    """Each artist shows one thing and has a hand of their own: others tell nothing of them."""
    random = np.random.default_rng(5)
    artists = np.repeat(np.arange(20), 20)
    hands = random.normal(size=(20, WIDTH))
    features = (hands[artists] + 0.1 * random.normal(size=(400, WIDTH))).astype(np.float32)
    truth = random.permutation(np.arange(20) % 4)[artists]
    labels = np.eye(4, dtype=bool)[truth]
    apart = probed(features, labels, [str(own) for own in artists])
    mixed = probed(features, labels, [str(row) for row in range(400)])
    assert apart is not None
    assert mixed is not None
    assert np.mean(mixed.scores.argmax(axis=1) == truth) > 0.95
    assert np.mean(apart.scores.argmax(axis=1) == truth) < 0.6


def test_the_probe_is_scikit_learns_with_artists_held_out() -> None:
    answers, groups, features = _drawn()
    truth = answers.labels.argmax(axis=1)
    artists = np.unique(groups, return_inverse=True)[1]
    found = probed(features, answers.labels, groups, strengths=(0.01,), seed=4)
    assert found is not None
    by_hand = np.full(answers.labels.shape, np.nan)
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=4)
    for learn, judge in folds.split(features, truth, artists):
        assert not set(artists[learn]) & set(artists[judge])
        assert len(set(found.parts[judge])) == 1
        model = make_pipeline(
            StandardScaler(),
            LogisticRegression(C=0.01, class_weight="balanced", max_iter=300, tol=1e-3),
        )
        by_hand[judge] = model.fit(features[learn], truth[learn]).decision_function(features[judge])
    np.testing.assert_allclose(found.scores, by_hand, atol=1e-3)
    space = _space(features, None)
    told = answered(space, answers, groups, repeats=5, seed=4)
    areas = []
    for own in range(len(CLASSES)):
        held = [found.parts == part for part in range(5)]
        area = [roc_auc_score(truth[rows] == own, by_hand[rows, own]) for rows in held]
        right = np.array([(truth[rows] == own).sum() for rows in held])
        wrong = np.array([(truth[rows] != own).sum() for rows in held])
        areas.append(np.average(area, weights=right * wrong))
    assert told.probe_auc.value == pytest.approx(np.mean(areas), abs=0.01)


def test_works_with_several_answers_are_probed_one_against_the_rest() -> None:
    random = np.random.default_rng(2)
    labels = random.random((300, 3)) < 0.4
    labels[~labels.any(axis=1), 0] = True
    features = np.concatenate([labels * 2.0, np.zeros((300, 5))], axis=1)
    features = (features + random.normal(size=features.shape) * 0.5).astype(np.float32)
    found = probed(features, labels, [str(row % 30) for row in range(300)])
    assert found is not None
    assert all(roc_auc_score(labels[:, own], found.scores[:, own]) > 0.95 for own in range(3))


def test_an_answer_of_two_artists_in_one_part_breaks_nothing() -> None:
    random = np.random.default_rng(1)
    groups = ["a"] * 10 + ["b"] * 10 + ["c"] * 10
    labels = np.eye(3, dtype=bool)[np.r_[np.zeros(10, int), np.ones(10, int), np.full(10, 2)]]
    found = probed(random.normal(size=(30, 4)).astype(np.float32), labels, groups)
    assert found is not None
    assert np.isfinite(found.scores).all()
    assert probed(np.ones((5, 2), np.float32), labels[:5], ["a"] * 5) is None


def test_only_works_that_may_judge_do() -> None:
    answers, groups, features = _drawn()
    judge = np.array([own in {"artist 1", "artist 2", "artist 3", "artist 4"} for own in groups])
    space = _space(features, _reading(True))
    said = zero_shot(space, answers.phrasings)
    found = answered(space, answers, groups, said=said, judge=judge, repeats=20)
    assert found.zero_shot.n == int(judge.sum())
    truth = answers.labels.argmax(axis=1)
    assert found.zero_shot.value == pytest.approx(
        balanced_accuracy_score(truth[judge], said.best()[judge])
    )


def test_a_phrasing_alone_is_judged_and_compared_with_all() -> None:
    answers, groups, features = _drawn()

    def read(texts: Sequence[str]) -> Any:
        """Know the words except where "the" comes before them."""
        known, none = _reading(True)(texts), _reading(False)(texts)
        return np.array(
            [none[row] if text.startswith("the ") else known[row] for row, text in enumerate(texts)]
        )

    space = _space(features, read)
    found = answered(space, answers, groups, repeats=20)
    good, bad, other = found.phrasings
    assert [own.template for own in found.phrasings] == list(ASKED.templates)
    assert bad.accuracy.value is not None
    assert good.accuracy.value is not None
    assert bad.accuracy.value < 0.5 < good.accuracy.value
    assert bad.changed > 0.4 > max(good.changed, other.changed)


def test_the_same_seed_gives_the_same_numbers() -> None:
    answers, groups, features = _drawn(120)
    space = _space(features, _reading(True))
    one, other = (answered(space, answers, groups, repeats=20, seed=9) for _ in range(2))
    assert one == other


def test_of_many_works_some_are_drawn() -> None:
    answers, groups, features = _drawn()
    space = _space(features, _reading(True))
    found = answered(space, answers, groups, repeats=5, most=100)
    assert found.zero_shot.n == found.probe.n == 100


def test_words_that_no_text_side_knows_say_nothing() -> None:
    answers, groups, features = _drawn(120)
    space = _space(features, lambda texts: np.zeros((len(texts), WIDTH), np.float32))
    found = answered(space, answers, groups, repeats=20)
    assert found.zero_shot.value == pytest.approx(1 / len(CLASSES))
    assert found.zero_shot_auc.value == pytest.approx(0.5)
    assert found.verdict == "seen, not said"


def test_the_answer_to_a_pair_of_prompts_is_the_difference_of_mean_cosines() -> None:
    _, _, features = _drawn(20)
    space = _space(features, _reading(False))
    assert space.read is not None
    spoilt, sound = ["a bad", "bad", "worse"], ["good", "better"]
    cosines = [space.pictures @ space.read(own).T for own in (spoilt, sound)]
    np.testing.assert_allclose(
        pair_answers(space, space.pictures, spoilt, sound),
        cosines[0].mean(axis=1) - cosines[1].mean(axis=1),
        atol=1e-6,
    )
    with pytest.raises(ValueError, match="reads no words"):
        pair_answers(_space(features, None), space.pictures, spoilt, sound)
    with pytest.raises(ValueError, match="reads no words"):
        zero_shot(_space(features, None), [("a",), ("b",)])


@pytest.mark.parametrize(
    ("words", "probe", "p", "verdict"),
    [
        ((0.70, 0.80), (0.80, 0.90), 0.01, "seen and said"),
        ((0.52, 0.56), (0.80, 0.90), 0.01, "seen, not said"),
        ((0.70, 0.80), (0.80, 0.90), 0.30, "seen, not said"),
        ((0.70, 0.80), (0.45, 0.55), 0.01, "said, not probed"),
        ((0.45, 0.55), (0.45, 0.55), 0.50, "not seen"),
        ((0.45, 0.55), (0.35, 0.75), 0.50, "unsure"),
    ],
)
def test_a_verdict_follows_from_the_intervals(
    words: tuple[float, float], probe: tuple[float, float], p: float, verdict: str
) -> None:
    accuracy = Estimate(0.4, (0.3, 0.5), 0.2)
    area, found = (Estimate(sum(own) / 2, own, 0.5) for own in (words, probe))
    assert verdict_of(accuracy, area, found, p, 5) == verdict
