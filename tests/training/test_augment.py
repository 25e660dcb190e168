from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from training.augment import LEAST_AREA, apply_views, draw_view


@given(st.integers(0, 10_000))
def test_a_cut_lies_in_the_picture_and_keeps_three_quarters_of_it(seed: int) -> None:
    view = draw_view("crop", random.Random(seed))
    assert view is not None
    left, top, width, height, mirrored = view
    assert 0 <= left <= left + width <= 1 + 1e-9
    assert 0 <= top <= top + height <= 1 + 1e-9
    assert LEAST_AREA - 1e-9 <= width * height <= 1
    assert 3 / 4 - 1e-9 <= width / height <= 4 / 3 + 1e-9
    assert mirrored == 0


def test_half_of_the_pictures_are_mirrored_only_where_that_is_wanted() -> None:
    chance = random.Random(0)
    views = [draw_view("crop-flip", chance) for _ in range(1000)]
    assert sum(view[4] for view in views if view) == pytest.approx(500, abs=50)
    assert draw_view("none", chance) is None


def pictures() -> torch.Tensor:
    return torch.randint(0, 256, (3, 3, 12, 16), generator=torch.Generator().manual_seed(0)).byte()


def test_without_views_and_with_whole_ones_pictures_stay_as_they_are() -> None:
    pixels = pictures()
    assert apply_views(pixels, None) is pixels
    whole = torch.tensor([[0.0, 0.0, 1.0, 1.0, 0.0]] * 3)
    torch.testing.assert_close(apply_views(pixels, whole), pixels.float(), atol=1e-3, rtol=0)
    mirrored = torch.tensor([[0.0, 0.0, 1.0, 1.0, 1.0]] * 3)
    torch.testing.assert_close(
        apply_views(pixels, mirrored), pixels.flip(3).float(), atol=1e-3, rtol=0
    )


def test_a_cut_is_what_pillow_cuts_and_resizes() -> None:
    pixels = pictures()
    view = (0.25, 0.125, 0.75, 0.8, 0.0)
    cut = apply_views(pixels, torch.tensor([view] * 3)).numpy()
    height, width = 12, 16
    box = (0.25 * width, 0.125 * height, width, 0.925 * height)
    for picture, ours in zip(pixels.numpy(), cut, strict=True):
        for channel, our_channel in zip(picture, ours, strict=True):
            # A cut that is enlarged is interpolated between the same four pixels by both, but
            # Pillow knows none outside of the box: the outermost row and column are left out.
            theirs = Image.fromarray(channel.astype(np.float32)).resize(
                (width, height), Image.Resampling.BILINEAR, box=box
            )
            assert np.abs(np.asarray(theirs) - our_channel)[1:-1, 1:-1].max() < 0.01


def test_each_picture_has_its_own_view_and_gradients_pass() -> None:
    pixels = pictures().float().requires_grad_()
    views = torch.tensor([[0, 0, 1, 1, 0], [0, 0, 1, 1, 1], [0.5, 0.5, 0.5, 0.5, 0.0]])
    cut = apply_views(pixels, views)
    torch.testing.assert_close(cut[1], pixels[1].flip(2), atol=1e-3, rtol=0)
    # The cut's first pixel lies between the four around the centre of its quarter's corner.
    corner = pixels[2, :, 5:7, 7:9]
    expected = torch.einsum("cyx,y,x->c", corner, *2 * [torch.tensor([0.25, 0.75])])
    torch.testing.assert_close(cut[2, :, 0, 0], expected, atol=1e-3, rtol=0)
    cut.sum().backward()
    assert pixels.grad is not None
