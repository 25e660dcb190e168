"""Sets of pictures: their features and what is known of each.

What is known is three-valued. A value that a picture states holds; another value of a facet
that it states does not; of a facet that it leaves out nothing is known.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from prompts import clean_value
from training.mini.features import Features

if TYPE_CHECKING:
    import torch

Facts = Mapping[str, frozenset[str]]

_LIKELY = 0.12
"""A class that the ImageNet classifier gives a painting at least this much is taken to be there."""
_UNLIKELY = 0.002
"""Below this it is taken not to be there; between the two nothing is known."""
_ROW_SPREAD = 2.5
"""How far from the mean, in standard deviations, an ImageNet class's feature is put."""


@dataclass(frozen=True)
class PictureSet:
    """Pictures of one source.

    Attributes
    ----------
    name
        Name of the source.
    features
        Pooled features, shape (n, width).
    facts
        For each picture, facet to the values that hold.
    doubtful
        For each picture, values of the facet ``object`` of which nothing is known.
    artists
        For each picture the artist by whom folds are cut; "" where that is not known.
    """

    name: str
    features: Features
    facts: tuple[Facts, ...]
    doubtful: tuple[frozenset[str], ...]
    artists: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.features)

    def select(self, rows: Sequence[int]) -> PictureSet:
        """Return the pictures of these rows.

        Parameters
        ----------
        rows
            Row numbers.

        Returns
        -------
        PictureSet
            The chosen pictures, in the order of the rows.
        """
        return replace(
            self,
            features=self.features[list(rows)],
            facts=tuple(self.facts[i] for i in rows),
            doubtful=tuple(self.doubtful[i] for i in rows),
            artists=tuple(self.artists[i] for i in rows),
        )


def picture_set(
    name: str, features: Features, facts: Sequence[Facts], artists: Sequence[str] | None = None
) -> PictureSet:
    """Return a set in which nothing is doubtful.

    Parameters
    ----------
    name
        Name of the source.
    features
        Pooled features, shape (n, width).
    facts
        What is known of each picture.
    artists
        The artist of each picture, where known.

    Returns
    -------
    PictureSet
        The set.
    """
    nothing = (frozenset[str](),) * len(features)
    return PictureSet(
        name, features, tuple(facts), nothing, tuple(artists or ("",) * len(features))
    )


def read_paintings(folder: Path) -> tuple[list[Path], list[Facts], list[str]]:
    """Read ``wikiart-sample``: pictures, facts and artists, sorted by file name.

    Parameters
    ----------
    folder
        The folder with ``metadata.csv`` and ``images``.

    Returns
    -------
    tuple
        Picture files, facts and artists.
    """
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as stream:
        rows = sorted(csv.DictReader(stream), key=lambda row: row["image"])
    facts = [_painting_facts(row) for row in rows]
    paths = [folder / "images" / row["image"] for row in rows]
    return paths, facts, [row["artist"].strip() for row in rows]


def read_styles(folder: Path) -> tuple[list[Path], list[Facts]]:
    """Read ``styles7``: pictures whose folder names their style, and nothing else is known.

    Parameters
    ----------
    folder
        The folder with a folder for each style.

    Returns
    -------
    tuple
        Picture files and facts.
    """
    paths = sorted(p for p in folder.glob("*/*") if p.suffix.lower() in {".jpg", ".jpeg", ".png"})
    return paths, [{"style": frozenset({style_name(path.parent.name)})} for path in paths]


def style_name(value: str) -> str:
    """Return a style as we write it: "Art Nouveau (Modern)" and "art-nouveau-modern" alike.

    Parameters
    ----------
    value
        The style as found.

    Returns
    -------
    str
        The style in lower case.
    """
    return clean_value(value).lower().replace("art nouveau modern", "art nouveau")


def without_twins(styled: PictureSet, captioned: PictureSet, threshold: float) -> PictureSet:
    """Leave out pictures whose features nearly equal those of a captioned one.

    Parameters
    ----------
    styled
        Style-only pictures.
    captioned
        Captioned paintings.
    threshold
        The largest cosine of features that is kept.

    Returns
    -------
    PictureSet
        The others.
    """
    theirs = captioned.features / np.linalg.norm(captioned.features, axis=1, keepdims=True)
    own = styled.features / np.linalg.norm(styled.features, axis=1, keepdims=True)
    nearest = np.concatenate(
        [(own[i : i + 1024] @ theirs.T).max(axis=1) for i in range(0, len(own), 1024)]
    )
    return styled.select([int(i) for i in np.flatnonzero(nearest <= threshold)])


@dataclass(frozen=True)
class Moments:
    """Mean of pooled features, shape (width,), and covariance, shape (width, width)."""

    mean: Features
    covariance: Features


def seen_moments(features: Features) -> Moments:
    """Return the moments of real pictures.

    Parameters
    ----------
    features
        Pooled features, shape (n, width).

    Returns
    -------
    Moments
        Mean and covariance.
    """
    return Moments(features.mean(axis=0), np.cov(features, rowvar=False).astype(np.float32))


def remembered_moments(tower: torch.nn.Module) -> Moments:
    """Return what the tower's last normalisation remembers of ImageNet, without any picture.

    Before the activation each channel is normal with the layer's bias b and weight g as mean and
    standard deviation, so that a pooled feature has the mean of relu6(N(b, g^2)). Its variance is
    that over the 7 x 7 places, taken to be a third as large after pooling; channels are taken to
    be independent.

    Parameters
    ----------
    tower
        The image tower with its classifier.

    Returns
    -------
    Moments
        Mean and a diagonal covariance.
    """
    layer = tower.bn2
    nodes, weights = np.polynomial.hermite_e.hermegauss(41)
    weights = weights / weights.sum()
    bias, scale = (t.detach().numpy()[:, None] for t in (layer.bias, layer.weight))  # type: ignore[union-attr, operator]
    active = np.clip(bias + scale * nodes, 0, 6)
    mean = active @ weights
    variance = (active - mean[:, None]) ** 2 @ weights / 3
    return Moments(mean.astype(np.float32), np.diag(variance).astype(np.float32))


def class_rows(
    tower: torch.nn.Module,
    moments: Moments,
    names: Sequence[str],
    *,
    real: Features | None = None,
    copies: int = 1,
    noise: float = 0.0,
    seed: int = 0,
) -> PictureSet:
    """Return made-up features for the ImageNet classes, in place of pictures of them.

    From the mean m of features we go where the class's logit rises most for the way gone, ways
    being measured by the covariance S: f = m + c S w / sqrt(w' S w), with w the class's row of
    the classifier less the mean row. Pooled activations are not negative.

    Parameters
    ----------
    tower
        The image tower with its classifier.
    moments
        Mean and covariance of features.
    names
        The classes.
    real
        Features of real pictures: each copy differs from the class as one of them, drawn at
        random, does from their mean, times ``noise``.
    copies
        Features of each class.
    noise
        See ``real``.
    seed
        Decides the draws.

    Returns
    -------
    PictureSet
        ``copies`` times the classes, one after the other.
    """
    rows = tower.get_classifier().weight.detach().numpy()  # type: ignore[operator]
    rows = rows - rows.mean(axis=0)
    moved = rows @ moments.covariance
    spread = np.sqrt(np.maximum((moved * rows).sum(axis=1, keepdims=True), 1e-12))
    features = np.tile(moments.mean + _ROW_SPREAD * moved / spread, (copies, 1))
    if real is not None and noise:
        chance = np.random.default_rng(seed)
        drawn = real[chance.integers(len(real), size=len(features))]
        features = features + noise * (drawn - real.mean(axis=0))
    facts = [{"object": frozenset({name})} for name in names] * copies
    return picture_set("imagenet", np.maximum(features, 0).astype(np.float32), facts)


def with_objects(pictures: PictureSet, tower: torch.nn.Module, names: Sequence[str]) -> PictureSet:
    """Add the facet ``object``: the ImageNet classes that the classifier sees in each picture.

    Parameters
    ----------
    pictures
        The pictures.
    tower
        The image tower with its classifier.
    names
        Names of the classes.

    Returns
    -------
    PictureSet
        The same pictures, knowing more.
    """
    import torch

    with torch.inference_mode():
        logits = tower.get_classifier()(torch.from_numpy(pictures.features))  # type: ignore[operator]
        shares = logits.softmax(dim=-1).numpy()
    facts, doubtful = [], []
    for known, share in zip(pictures.facts, shares, strict=True):
        there = frozenset(names[int(i)] for i in np.flatnonzero(share >= _LIKELY))
        perhaps = frozenset(names[int(i)] for i in np.flatnonzero(share >= _UNLIKELY)) - there
        facts.append({**known, "object": there})
        doubtful.append(perhaps)
    return replace(pictures, facts=tuple(facts), doubtful=tuple(doubtful))


def _painting_facts(row: Mapping[str, str]) -> Facts:
    def values(column: str) -> list[str]:
        return [clean_value(v) for v in row[column].split(",") if v.strip()]

    century = _century(row["date"])
    found: dict[str, list[str]] = {
        "artist": [_name(row["artist"])],
        "style": [style_name(v) for v in row["style"].split(",") if v.strip()],
        "genre": values("genre"),
        "subject": [v.replace("-", " ") for v in values("tags")],
        "title": [row["title"].strip()],
        "century": [century] if century else [],
    }
    return {facet: frozenset(v) for facet, v in found.items() if v}


def _name(value: str) -> str:
    """Return a name in its usual order: these records put the family name first."""
    words = value.split()
    return " ".join([*words[1:], words[0]])


def _century(date: str) -> str:
    year = re.search(r"\b(1[0-9]|20)\d\d\b", date)
    if not year:
        return ""
    number = (int(year.group()) - 1) // 100 + 1
    return f"{number}{'st' if number == 21 else 'th'} century"
