"""Pictures spoilt by code: what is done grows with strength, stays in its place, and repeats."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evaluation.studies.looking import pictures_of_works, treated
from evaluation.studies.looking.pictures import seed_of
from evaluation.studies.perception.deformations import (
    DEFORMATIONS,
    STRENGTHS,
    deform,
    treatments,
)


def painted(seed: int, width: int = 160, height: int = 128) -> Image.Image:
    """Blobs and sticks of flat colour on a ground, with a grain: something to see everywhere."""
    random = np.random.default_rng(seed)
    rows, columns = np.indices((height, width))
    levels = np.empty((height, width, 3))
    levels[:] = random.integers(80, 200, 3)
    for _ in range(9):
        row, column = random.random(2) * (height, width)
        turn, long, wide = random.random(3) * (np.pi, 50, 14) + (0, 12, 6)
        u = (rows - row) * np.sin(turn) + (columns - column) * np.cos(turn)
        v = (rows - row) * np.cos(turn) - (columns - column) * np.sin(turn)
        levels[(u / long) ** 2 + (v / wide) ** 2 < 1] = random.integers(0, 256, 3)
    levels += random.normal(0, 12, (height, width, 1))
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


def change(before: Image.Image, after: Image.Image) -> float:
    return float(np.abs(np.asarray(before, float) - np.asarray(after, float)).mean())


@pytest.mark.parametrize("name", list(DEFORMATIONS))
class TestEachDeformation:
    def test_strength_0_leaves_the_picture_bit_for_bit(self, name: str) -> None:
        picture = painted(0)
        assert deform(picture, name, 0).tobytes() == picture.tobytes()

    def test_more_strength_changes_more(self, name: str) -> None:
        for seed in range(4):
            picture = painted(seed)
            changes = [change(picture, deform(picture, name, own, seed=seed)) for own in STRENGTHS]
            assert changes[0] > 0.3, (seed, changes)
            assert (np.diff(changes) > 0).all(), (seed, changes)

    def test_the_same_seed_gives_the_same_pixels_and_the_same_size(self, name: str) -> None:
        picture = painted(1, 90, 130)
        once, twice = (deform(picture, name, 0.7, seed=3) for _ in range(2))
        assert once.tobytes() == twice.tobytes()
        assert (once.size, once.mode) == (picture.size, "RGB")

    @pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (3, 5), (300, 12)])
    def test_pictures_of_any_shape_are_spoilt_or_left(
        self, name: str, size: tuple[int, int]
    ) -> None:
        for picture in (painted(2, *size), Image.new("RGB", size, (9, 9, 9))):
            for strength in STRENGTHS:
                assert deform(picture, name, strength).size == size


@pytest.mark.parametrize(
    "name", ["limb-like duplication", "patch misplacement", "texture bleeding", "local warp"]
)
def test_what_is_spoilt_stays_spoilt_as_strength_grows(name: str) -> None:
    picture = painted(4)
    where = [
        (np.asarray(deform(picture, name, own)) != np.asarray(picture)).any(-1) for own in STRENGTHS
    ]
    for less, more in pairwise(where):
        assert less.sum() < more.sum()
        assert (less & ~more).sum() < 0.05 * less.sum()


def test_misplaced_pieces_are_all_still_there() -> None:
    picture = painted(5, 120, 120)  # six pieces a side, no rest
    made = deform(picture, "patch misplacement", 1.0)
    assert made.tobytes() != picture.tobytes()
    for channel in range(3):
        before = np.sort(np.asarray(picture)[..., channel], axis=None)
        assert (np.sort(np.asarray(made)[..., channel], axis=None) == before).all()


def test_a_doubled_limb_is_doubled_where_it_was_alone() -> None:
    levels = np.full((200, 200, 3), 240, np.uint8)
    levels[60:150, 94:106] = (150, 40, 30)
    picture = Image.fromarray(levels)
    red = [
        (np.asarray(deform(picture, "limb-like duplication", own))[..., 1] < 100).sum()
        for own in (0.0, 0.25, 1.0)
    ]
    assert red[0] * 1.3 < red[1] < red[2]


def test_smoothing_takes_the_grain_and_leaves_the_large_edge() -> None:
    levels = np.full((160, 160), 60.0)
    levels[:, 80:] = 190
    levels += np.random.default_rng(0).normal(0, 15, levels.shape)
    picture = Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8)).convert("RGB")
    smooth = np.asarray(deform(picture, "over-smoothing", 1.0), float)[..., 0]
    assert smooth[40:120, 10:60].std() < 4
    assert smooth[40:120, 88:92].mean() - smooth[40:120, 68:72].mean() > 100


def test_compression_makes_blocks_of_eight() -> None:
    made = np.asarray(deform(painted(6, 160, 160), "compression", 1.0).convert("L"), float)
    steps = np.abs(np.diff(made, axis=1)).mean(axis=0)
    at_edges = steps[7::8].mean()
    assert at_edges > 1.3 * np.delete(steps, np.s_[7::8]).mean()


def test_what_is_no_deformation_or_no_strength_is_refused() -> None:
    with pytest.raises(ValueError, match=r"There is no deformation 'melt'; .* local warp,"):
        deform(painted(0), "melt", 0.5)
    with pytest.raises(ValueError, match=r"strength is from 0 to 1; got 1\.5"):
        deform(painted(0), "local warp", 1.5)


def test_a_smaller_copy_is_spoilt_at_the_same_place() -> None:
    large = painted(11, 446, 336)
    small = large.resize((340, 256), Image.Resampling.LANCZOS)
    for name in ("local warp", "limb-like duplication", "patch misplacement", "wrong perspective"):
        for seed in range(3):
            changed = []
            for own in (large, small):
                made = deform(own, name, 1.0, seed=seed)
                apart = np.abs(np.asarray(own, float) - np.asarray(made, float)).max(-1)
                of_one_size = Image.fromarray(apart.astype(np.uint8)).resize((34, 26))
                changed.append(np.asarray(of_one_size, float).ravel())
            alike = np.corrcoef(changed)[0, 1]
            assert alike > 0.7, (name, seed, alike)


def test_a_work_is_spoilt_at_one_place_at_every_strength_and_by_the_study_s_seed(
    tmp_path: Path,
) -> None:
    painted(7).save(tmp_path / "a.png")
    pictures = pictures_of_works(["a"], [tmp_path / "a.png"], side=128)
    ways = treatments()
    assert list(ways)[:4] == [f"local warp@{own}" for own in ("0.25", "0.5", "0.75", "1")]
    assert len(ways) == len(DEFORMATIONS) * len(STRENGTHS)
    picture, place = pictures.picture(0), list(ways).index("limb-like duplication@0.5")
    for seed in (0, 2):
        made = treated(pictures, [0], ways, version=1, seed=seed).pictures_of(0)
        own = seed_of(seed, "a", "limb-like duplication")
        alone = deform(picture, "limb-like duplication", 0.5, seed=own)
        assert made[place].tobytes() == alone.tobytes()
        where = [(np.asarray(one) != np.asarray(picture)).any(-1) for one in made[place:][:3]]
        assert (where[0] & ~where[2]).sum() < 0.05 * where[0].sum()
