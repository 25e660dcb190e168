"""Pictures are treated as is said; conflicts have the form of one, the surface of another."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from evaluation.studies.semantic_gap.conflict_makers import MAKERS
from evaluation.studies.semantic_gap.treatments import TREATMENTS


def painted(seed, size=(96, 72)):
    """A few coloured shapes with a grain."""
    random = np.random.default_rng(seed)
    picture = Image.new("RGB", size, tuple(random.integers(0, 256, 3).tolist()))
    draw = ImageDraw.Draw(picture)
    for _ in range(6):
        x, y = random.integers(0, size[0]), random.integers(0, size[1])
        colour = tuple(random.integers(0, 256, 3).tolist())
        draw.ellipse((x - 15, y - 10, x + 15, y + 10), fill=colour)
    grain = random.integers(-9, 10, (size[1], size[0], 3))
    return Image.fromarray((np.asarray(picture) + grain).clip(0, 255).astype(np.uint8))


def levels(picture):
    return np.asarray(picture).astype(float)


def light(picture):
    return np.asarray(picture.convert("L")).astype(float)


def alike(one, other):
    """Correlation of two arrays."""
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


@pytest.mark.parametrize("name", list(TREATMENTS))
@pytest.mark.parametrize("size", [(96, 72), (61, 83), (16, 64), (9, 9)])
def test_a_treated_picture_has_its_size_and_is_the_same_again(name, size):
    picture = painted(1, size)
    once, again = (TREATMENTS[name].treat(picture.copy(), 5) for _ in range(2))
    assert once.size == size
    assert once.mode == "RGB"
    assert once.tobytes() == again.tobytes()


@pytest.mark.parametrize("name", ["colours turned", "repainted", "patches 4 x 4"])
def test_another_seed_treats_otherwise(name):
    treat = TREATMENTS[name].treat
    assert treat(painted(1), 1).tobytes() != treat(painted(1), 2).tobytes()


def test_grey_has_no_colours():
    grey = levels(TREATMENTS["grey"].treat(painted(1), 0))
    assert (grey.max(axis=2) == grey.min(axis=2)).all()


def test_turned_colours_are_as_light_as_before_and_others():
    soft = Image.fromarray((levels(painted(2)) * 0.3 + 90).astype(np.uint8))
    turned = TREATMENTS["colours turned"].treat(soft, 3)
    assert np.abs(light(turned) - light(soft)).max() < 4
    assert np.abs(levels(turned) - levels(soft)).mean() > 5


def test_the_strong_blur_leaves_less_than_the_light_one():
    def edges(name):
        treated = TREATMENTS[name].treat(painted(3), 0)
        return sum(np.abs(one).sum() for one in np.gradient(light(treated)))

    plain = sum(np.abs(one).sum() for one in np.gradient(light(painted(3))))
    assert edges("strong blur") < edges("blur") < plain


@pytest.mark.parametrize("across", [4, 8, 16])
def test_shuffled_patches_are_the_same_and_none_is_in_its_place(across):
    side = 6
    size = (across * side, across * side)
    picture = painted(4, size)
    shuffled = TREATMENTS[f"patches {across} x {across}"].treat(picture, 1)

    def patches(whole):
        cut = np.asarray(whole).reshape(across, side, across, side, 3).swapaxes(1, 2)
        return [patch.tobytes() for patch in cut.reshape(-1, side, side, 3)]

    before, after = patches(picture), patches(shuffled)
    assert sorted(before) == sorted(after)
    assert all(one != other for one, other in zip(before, after, strict=True))


def test_outlines_are_dark_on_white_where_the_picture_changes():
    picture = Image.new("RGB", (64, 64), (200, 30, 30))
    picture.paste((30, 200, 30), (32, 0, 64, 64))
    lines = light(TREATMENTS["outlines"].treat(picture, 0))
    assert lines[:, 31:33].max() < 128
    assert lines[:, :20].min() > 250


@pytest.mark.parametrize("name", [name for name, own in TREATMENTS.items() if own.keeps == "form"])
def test_what_keeps_form_keeps_light_and_dark_or_edges_in_place(name):
    picture = painted(5, (128, 128))
    treated = TREATMENTS[name].treat(picture, 1)
    if name == "outlines":
        edges = np.hypot(*np.gradient(light(TREATMENTS["blur"].treat(picture, 0))))
        assert alike(edges, 255 - light(treated)) > 0.6
    else:
        assert alike(light(picture), light(treated)) > 0.5


@pytest.mark.parametrize("maker", list(MAKERS))
def test_a_conflict_has_light_and_dark_of_one_and_colours_of_the_other(maker):
    form, surface = painted(6, (120, 90)), painted(7, (80, 100))
    made = MAKERS[maker].make(form, surface, 3)
    assert made.size == form.size
    assert made.mode == "RGB"
    assert alike(light(made), light(form)) > 0.4
    # Each colour is near to one of the surface's, and far from some of the form's.
    palette = levels(surface.resize((40, 50), Image.Resampling.NEAREST)).reshape(-1, 3)
    far = np.linalg.norm(levels(made).reshape(-1, 1, 3)[::11] - palette[None], axis=2).min(axis=1)
    own = np.linalg.norm(levels(form).reshape(-1, 1, 3)[::11] - palette[None], axis=2).min(axis=1)
    assert np.median(far) < 20
    assert far.mean() < own.mean()


@pytest.mark.parametrize("maker", list(MAKERS))
@pytest.mark.parametrize("sizes", [((16, 64), (9, 9)), ((5, 5), (90, 30))])
def test_narrow_and_small_pictures_make_conflicts_too(maker, sizes):
    form, surface = (painted(8, size) for size in sizes)
    once, again = (MAKERS[maker].make(form, surface, 3) for _ in range(2))
    assert once.size == form.size
    assert once.tobytes() == again.tobytes()


@pytest.mark.parametrize("maker", list(MAKERS))
def test_flat_pictures_make_flat_conflicts(maker):
    red, blue = (Image.new("RGB", (40, 40), colour) for colour in ((200, 0, 0), (0, 0, 200)))
    made = levels(MAKERS[maker].make(red, blue, 0))
    assert np.abs(made - (0, 0, 200)).max() < 3
