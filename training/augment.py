"""How pictures are varied: cut a little, and mirrored if that is wanted.

Cuts are drawn with the batch and made on the model's device, all pictures of a chunk at once.
Mirroring is not the default: writing and left-handed people are no matter of chance in art.
"""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import torch

__all__ = ["LEAST_AREA", "View", "apply_views", "draw_view"]

LEAST_AREA = 0.75
"""Share of a picture that a cut keeps, at least: what is named in its caption should stay."""

View = tuple[float, float, float, float, float]
"""Left, top, width and height of the cut as shares of the picture, and 1 if mirrored, else 0."""


def draw_view(augment: Literal["none", "crop", "crop-flip"], chance: random.Random) -> View | None:
    """Draw how a picture is cut and mirrored.

    The area is uniform between 0.75 and 1, the place too; the logarithm of width by height is
    uniform among the cuts of that area that fit, which bounds it to 3:4 and 4:3.

    Parameters
    ----------
    augment : str
        ``none``, ``crop``, or ``crop-flip``, which mirrors half of the pictures.
    chance : random.Random
        Decides every draw.

    Returns
    -------
    View or None
        None if pictures are taken as they are.
    """
    if augment == "none":
        return None
    area = chance.uniform(LEAST_AREA, 1.0)
    aspect = math.exp(chance.uniform(math.log(area), -math.log(area)))
    width, height = min(math.sqrt(area * aspect), 1.0), min(math.sqrt(area / aspect), 1.0)
    left, top = chance.random() * (1.0 - width), chance.random() * (1.0 - height)
    mirrored = augment == "crop-flip" and chance.random() < 0.5
    return left, top, width, height, float(mirrored)


def apply_views(pixels: torch.Tensor, views: torch.Tensor | None) -> torch.Tensor:
    """Cut, mirror, and bring back to size, by bilinear interpolation.

    Parameters
    ----------
    pixels : torch.Tensor, shape (n, channels, height, width)
        Pictures, of any number type.
    views : torch.Tensor of float32, shape (n, 5), or None
        A ``View`` of each; None leaves the pictures unchanged.

    Returns
    -------
    torch.Tensor, shape (n, channels, height, width)
        ``pixels`` itself without views, else float32 on the same scale.
    """
    if views is None:
        return pixels
    import torch
    import torch.nn.functional as F  # noqa: N812

    left, top, width, height, mirrored = views.to(pixels.device, torch.float32).unbind(dim=1)
    # In grid_sample's coordinates a picture spans -1 to 1, and a cut is a scale and a shift.
    none = torch.zeros_like(left)
    across = torch.stack([width * (1 - 2 * mirrored), none, 2 * left + width - 1], dim=1)
    down = torch.stack([none, height, 2 * top + height - 1], dim=1)
    grid = F.affine_grid(
        torch.stack([across, down], dim=1), list(pixels.shape), align_corners=False
    )
    return F.grid_sample(
        pixels.float(), grid, mode="bilinear", padding_mode="border", align_corners=False
    )
