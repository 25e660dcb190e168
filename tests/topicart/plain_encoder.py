"""An encoder without torch, for child processes that must start quickly and encode slowly."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from topicart.embeddings import normalise
from topicart.preprocess import Preprocess

if TYPE_CHECKING:
    from topicart.encoder import Encoder


class PlainEncoder:
    """Sees the mean colours of a picture's quarters; waits for a while at each batch."""

    name = "plain"
    weights_sha256 = fingerprint = "0" * 64
    device, precision, engine, note = "cpu", "fp32", "torch", None
    dim = 12

    def __init__(self, *, wait_s: float = 0.0, beginning: Path | None = None) -> None:
        self.preprocess = Preprocess(
            (8, 8), "squash", "bilinear", 0, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
        )
        self.pictures = 0
        self._wait_s, self._beginning = wait_s, beginning

    def begin_pixels(self, pictures: Sequence[NDArray[np.uint8]]) -> Callable[[], Any]:
        if self._beginning is not None:
            self._beginning.touch()
        time.sleep(self._wait_s)
        self.pictures += len(pictures)
        corners = np.stack(pictures).reshape(len(pictures), 2, 4, 2, 4, 3).mean((2, 4))
        return lambda: normalise(corners.reshape(len(pictures), -1).astype(np.float32) + 1.0)


def plain_encoder(*, wait_s: float = 0.0, beginning: Path | None = None) -> Encoder:
    """The same, for those that want an Encoder."""
    return cast("Encoder", PlainEncoder(wait_s=wait_s, beginning=beginning))
