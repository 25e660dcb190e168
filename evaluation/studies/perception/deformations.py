"""Deformations that code gives to a picture, graded from nothing to much.

They stand in for what goes wrong in generated pictures; none has learnt anything. The same picture,
name, strength and seed give the same pixels; what is spoilt at a small strength is spoilt more, at
the same place, at a larger one, and a smaller copy of a picture is spoilt at the same place, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from evaluation.studies.perception import deforming

if TYPE_CHECKING:
    from evaluation.studies.looking import Treatment

__all__ = [
    "DEFORMATIONS",
    "DEFORMATIONS_VERSION",
    "STRENGTHS",
    "deform",
    "treatments",
]

DEFORMATIONS_VERSION = 3
"""Counts up when a deformation gives other pixels."""

STRENGTHS = (0.25, 0.5, 0.75, 1.0)
"""The strengths of a study; 0 is the picture as it is."""

DEFORMATIONS: Mapping[str, str] = MappingProxyType(
    {
        "local warp": "parts are twisted and pulled",
        "limb-like duplication": "an elongated part comes again beside itself",
        "patch misplacement": "pieces have changed places",
        "texture bleeding": "a texture creeps over the edge of what it belongs to",
        "wrong perspective": "a part follows another vanishing point",
        "compression": "blocks and rings, as of a JPEG saved too small",
        "over-smoothing": "brushwork is gone, surfaces look like wax",
    }
)
"""What can be done to a picture, by name, and what is then to be seen."""


def deform(picture: Image.Image, name: str, strength: float, *, seed: int = 0) -> Image.Image:
    """Deform a picture.

    Parameters
    ----------
    picture
        RGB.
    name
        One of ``DEFORMATIONS``.
    strength
        From 0, the picture bit for bit, to 1.
    seed
        Decides where; the place is the same at every strength.

    Returns
    -------
    PIL.Image.Image
        RGB, of the same size.

    Raises
    ------
    ValueError
        If there is no such deformation, or the strength is not from 0 to 1.
    """
    if name not in _MAKERS:
        raise ValueError(
            f"There is no deformation {name!r}; deformations are {', '.join(_MAKERS)}."
        )
    if not 0 <= strength <= 1:
        raise ValueError(f"A deformation's strength is from 0 to 1; got {strength}.")
    if strength == 0:
        return picture
    levels = np.asarray(picture.convert("RGB"), dtype=np.float64)
    random = np.random.default_rng([seed, *name.encode()])
    made = _MAKERS[name](levels, strength, random)
    return Image.fromarray(np.clip(np.round(made), 0, 255).astype(np.uint8))


def treatments() -> dict[str, Treatment]:
    """Give all deformations at all strengths as treatments, for ``looking.treated``.

    Returns
    -------
    dict of str to Treatment
        By name, ``DEFORMATION@STRENGTH``: the seed that a work is handed is the same at all
        strengths and at any size, so that all spoil the same place. A deformation's strengths are
        beside each other: the vectors of ``looking.treated`` can be reshaped to
        ``(n_works, len(DEFORMATIONS), len(STRENGTHS), dim)``.
    """
    return {
        f"{name}@{strength:g}": partial(_treat, name=name, strength=strength)
        for name in DEFORMATIONS
        for strength in STRENGTHS
    }


def _treat(picture: Image.Image, seed: int, *, name: str, strength: float) -> Image.Image:
    return deform(picture, name, strength, seed=seed)


_MAKERS: Mapping[str, deforming.Deforming] = MappingProxyType(
    {
        "local warp": deforming.warped,
        "limb-like duplication": deforming.doubled,
        "patch misplacement": deforming.displaced,
        "texture bleeding": deforming.bled,
        "wrong perspective": deforming.misprojected,
        "compression": deforming.compressed,
        "over-smoothing": deforming.smoothed,
    }
)
