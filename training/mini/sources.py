"""What heads are trained on: the pictures of each source with their captions."""

from __future__ import annotations

from dataclasses import dataclass

from training.mini.align import Encode, Heads, Source, align
from training.mini.captions import (
    PAINTED,
    PAINTING,
    PAINTING_WITH_ARTIST,
    caption_set,
    object_captions,
)
from training.mini.parts import Parts
from training.mini.pictures import PictureSet, class_rows, remembered_moments, seen_moments
from training.mini.recipe import AlignRecipe

_SHORT = 3
"""Captions of works with little to say (a style) or of which there are many (painted ones)."""


@dataclass(frozen=True)
class Material:
    """Pictures for training, beside the captioned paintings."""

    parts: Parts
    styled: PictureSet
    painted: PictureSet


def fit_base(parts: Parts, encode: Encode, recipe: AlignRecipe, seed: int) -> Heads:
    """First stage: names of ImageNet classes and the classifier's rows; no picture at all.

    Parameters
    ----------
    parts
        The ready-made towers.
    encode
        The text tower.
    recipe
        Rates and sizes.
    seed
        Decides every draw.

    Returns
    -------
    Heads
        The heads of ``mini-base``.
    """
    rows = class_rows(parts.image_tower, remembered_moments(parts.image_tower), parts.class_names)
    source = Source(rows, object_captions(rows, seed), 2 * recipe.imagenet)
    return align([source], encode, recipe, steps=recipe.base_steps, seed=seed)


def fit_mini(
    paintings: PictureSet, material: Material, encode: Encode, recipe: AlignRecipe, seed: int
) -> Heads:
    """Second stage: the names go on, beside paintings, styles and painted works.

    The heads start anew: from those of the first stage the second came out no better (zero-shot
    genre 0.22 against 0.24, five folds).

    Parameters
    ----------
    paintings
        Captioned paintings to train on.
    material
        The other pictures.
    encode
        The text tower.
    recipe
        Rates and sizes.
    seed
        Decides every draw.

    Returns
    -------
    Heads
        The trained heads.
    """
    shares = PAINTING_WITH_ARTIST if recipe.artist_captions else PAINTING
    styled, painted, parts = material.styled, material.painted, material.parts
    rows = class_rows(
        parts.image_tower,
        seen_moments(styled.features),
        parts.class_names,
        real=styled.features,
        copies=recipe.class_copies,
        noise=recipe.class_noise if recipe.class_copies > 1 else 0.0,
        seed=seed,
    )
    # Captions keep one seed: every fold asks the text tower for the same texts.
    sources = [
        Source(paintings, caption_set(paintings, shares, recipe.captions, 0), recipe.captioned),
        Source(styled, caption_set(styled, {"style": 1.0}, _SHORT, 0), recipe.styled),
        Source(rows, object_captions(rows, 0), recipe.imagenet),
        Source(paintings, object_captions(paintings, 0), recipe.pseudo),
        Source(painted, caption_set(painted, PAINTED, _SHORT, 0), recipe.painted),
    ]
    used = [source for source in sources if source.pairs]
    return align(used, encode, recipe, steps=recipe.steps, seed=seed)
