"""Who notices what was spoilt: models made by hand, of which it is known what they see and say."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from evaluation.studies.looking import Space
from evaluation.studies.looking.space import unit_rows
from evaluation.studies.perception.defects import areas, defects, rank_correlations
from evaluation.studies.perception.deformations import DEFORMATIONS, STRENGTHS
from evaluation.studies.perception.dimensions import PromptPair
from evaluation.studies.perception.result import DefectSeen
from topicart.errors import StudyError

NAMES = list(DEFORMATIONS)
WORKS, WIDTH = 60, 48
ARTISTS = [f"artist {work // 3}" for work in range(WORKS)]
PROMPTS = {
    name: PromptPair((f"spoilt by {name}", f"ruined by {name}"), (f"sound, no {name}",))
    for name in NAMES
}
CONTROLS = [(f"one {number}", f"other {number}") for number in range(20)]


class Planted:
    """A model whose pictures move along known directions when they are spoilt.

    The first deformation moves a picture along what its words mean, the second along something that
    no word means, the third not at all but for noise; the others as the second.
    """

    def __init__(self, seed: int, *, words: bool = True) -> None:
        self.random = np.random.default_rng(seed)
        self.by_text: dict[str, NDArray[np.float32]] = {}
        self.ways = np.linalg.qr(self.random.standard_normal((WIDTH, WIDTH)))[0][:7]
        if words:
            self.by_text |= dict.fromkeys(PROMPTS[NAMES[0]].spoilt, self.ways[0])
            self.by_text |= dict.fromkeys(PROMPTS[NAMES[0]].sound, -self.ways[0])
        self.features = self.random.standard_normal((WORKS, WIDTH)).astype(np.float32)
        far = np.multiply.outer(np.full(7, 4.0) * (np.arange(7) != 2), STRENGTHS)
        moved = self.features[:, None, None] + far[..., None] * self.ways[:, None]
        noise = 0.05 * self.random.standard_normal(moved.shape)
        self.spoilt = (moved + noise).astype(np.float32)

    def read(self, texts: list[str]) -> NDArray[np.float32]:
        for text in texts:
            self.by_text.setdefault(text, self.random.standard_normal(WIDTH).astype(np.float32))
        return unit_rows(np.stack([self.by_text[text] for text in texts]))

    def space(self, *, reads: bool = True) -> Space:
        return Space(
            model="planted",
            told="made by hand",
            floor=False,
            pictures=unit_rows(self.features),
            features=self.features,
            place=unit_rows,
            read=self.read if reads else None,  # type: ignore[arg-type]
        )

    def asked(self, *, reads: bool = True, seed: int = 0) -> list[DefectSeen]:
        space = self.space(reads=reads)
        return defects(
            space, range(WORKS), self.spoilt, PROMPTS, CONTROLS, ARTISTS, repeats=100, seed=seed
        )


@pytest.fixture(scope="module")
def planted() -> list[DefectSeen]:
    return Planted(0).asked()


def test_areas_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    sound, spoilt = random.integers(0, 6, (30, 5)) / 6, random.integers(1, 7, (20, 5)) / 6
    labels = [0] * 30 + [1] * 20
    expected = [roc_auc_score(labels, [*sound[:, own], *spoilt[:, own]]) for own in range(5)]
    np.testing.assert_allclose(areas(sound, spoilt), expected)


def test_rank_correlations_are_those_of_scipy() -> None:
    answers = np.random.default_rng(1).integers(0, 4, (40, 5)).astype(float)
    answers[0], answers[1], answers[2] = np.arange(5), -np.arange(5), 3.0
    found = rank_correlations(answers)
    assert (found[0], found[1], found[2]) == (1.0, -1.0, 0.0)
    for row in np.flatnonzero(np.ptp(answers, axis=1)):
        assert found[row] == pytest.approx(spearmanr(answers[row], range(5)).statistic)


def test_what_words_mean_is_seen_and_said(planted: list[DefectSeen]) -> None:
    said = planted[0]
    assert (said.deformation, said.verdict) == (NAMES[0], "seen and said")
    assert said.auc.value is not None
    assert said.auc.value > 0.95
    assert said.p == 1 / (1 + 40 * 39)  # each of 40 control texts against each other
    assert said.spearman.value == pytest.approx(1.0, abs=0.02)
    assert [strength for strength, _ in said.by_strength] == list(STRENGTHS)
    assert (np.diff([area for _, area in said.by_strength]) > 0).all()
    assert said.by_strength[-1][1] == pytest.approx(said.auc.value)
    assert said.asked == f"“spoilt by {NAMES[0]}” against “sound, no {NAMES[0]}”"


def test_what_no_word_means_is_seen_and_not_said(planted: list[DefectSeen]) -> None:
    for one in (planted[1], *planted[3:]):
        assert one.verdict == "seen, not said"
        assert one.probe.interval is not None
        assert one.probe.interval[0] > 0.8


def test_what_moves_nothing_is_not_seen(planted: list[DefectSeen]) -> None:
    still = planted[2]
    assert still.verdict in ("invisible", "unsure")
    assert still.auc.value == pytest.approx(0.5, abs=0.05)
    assert still.probe.value == pytest.approx(0.5, abs=0.1)
    assert all(angle < 6 for _, angle in still.moved)


def test_pictures_that_are_not_touched_give_exactly_chance() -> None:
    model = Planted(1)
    model.spoilt = np.broadcast_to(model.features[:, None, None], model.spoilt.shape).copy()
    for one in model.asked():
        assert (one.auc.value, one.auc.interval) == (0.5, (0.5, 0.5))
        assert (one.probe.value, one.spearman.value, one.p) == (0.5, 0.0, 1.0)
        assert one.verdict == "invisible"
        assert [angle for _, angle in one.moved] == pytest.approx([0.0] * 4, abs=0.05)


def test_words_by_lot_come_out_at_chance_although_every_answer_moves() -> None:
    told = [one for seed in range(3) for one in Planted(seed + 10, words=False).asked(seed=seed)]
    moving = [one for one in told if one.deformation != NAMES[2]]
    widths = [one.controls[1] - one.controls[0] for one in moving if one.controls]
    assert np.mean(widths) > 0.5  # whatever is asked, the answer moves one way or the other
    certain = [
        one
        for one in moving
        if one.auc.interval and not one.auc.interval[0] < 0.5 < one.auc.interval[1]
    ]
    assert len(certain) > len(moving) / 3  # an interval alone would be taken in
    assert all(one.verdict != "seen and said" for one in told)
    assert np.mean([one.p for one in moving if one.p]) == pytest.approx(0.5, abs=0.2)


def test_controls_lie_evenly_about_one_half(planted: list[DefectSeen]) -> None:
    for one in planted:
        assert one.controls is not None
        assert sum(one.controls) == pytest.approx(1.0)


def test_the_same_seed_gives_the_same_numbers(planted: list[DefectSeen]) -> None:
    assert Planted(0).asked() == planted


def test_a_model_that_reads_nothing_is_probed_alone() -> None:
    for one in Planted(2).asked(reads=False):
        assert (one.auc.value, one.spearman.value, one.controls, one.p) == (None, None, None, None)
        assert (one.asked, one.by_strength) == ("", ())
        assert one.probe.value is not None
        assert one.verdict in ("seen, not asked", "invisible", "unsure")
        assert len(one.moved) == len(STRENGTHS)


def test_one_artist_or_no_work_leaves_nothing_to_measure() -> None:
    model = Planted(3)
    alone = defects(
        model.space(), range(6), model.spoilt[:6], PROMPTS, CONTROLS, ["one"] * 6, repeats=20
    )
    assert all(one.probe.value is None and one.auc.interval is None for one in alone)
    none = defects(model.space(), [], model.spoilt[:0], PROMPTS, CONTROLS, [], repeats=20)
    assert {one.verdict for one in [*alone, *none]} == {"unsure"}


def test_of_few_artists_nothing_is_sure() -> None:
    model = Planted(0)
    few = [f"artist {work % 7}" for work in range(WORKS)]
    told = defects(model.space(), range(WORKS), model.spoilt, PROMPTS, CONTROLS, few, repeats=20)
    assert told[0].auc.value is not None
    assert {one.verdict for one in told} == {"unsure"}


def test_angles_are_those_between_vectors() -> None:
    model = Planted(4)
    one = model.asked()[1]
    for at, (strength, angle) in enumerate(one.moved):
        before, after = unit_rows(model.features), unit_rows(model.spoilt[:, 1, at])
        cosines = (before.astype(float) * after).sum(axis=1)
        assert strength == STRENGTHS[at]
        assert angle == pytest.approx(np.degrees(np.arccos(cosines)).mean(), abs=1e-3)


def test_a_wrong_name_too_few_controls_or_other_shapes_are_refused() -> None:
    model = Planted(5)
    space, pair = model.space(), PROMPTS[NAMES[0]]
    with pytest.raises(StudyError, match="'locla warp', which is no deformation.*'local warp'"):
        defects(space, range(WORKS), model.spoilt, {"locla warp": pair}, CONTROLS, ARTISTS)
    with pytest.raises(StudyError, match=r"3 pairs of control texts .* at least 20 .*\[controls\]"):
        defects(space, range(WORKS), model.spoilt, PROMPTS, CONTROLS[:3], ARTISTS)
    with pytest.raises(ValueError, match=r"shape \(59, 7, 4\) and 59 groups; got \(60, 7, 4\)"):
        defects(space, range(59), model.spoilt, PROMPTS, CONTROLS, ARTISTS)
