"""Two heads that bring features of pictures and vectors of texts to one place.

Symmetric contrastive learning (CLIP, Radford et al. 2021) with several positives a row
(supervised contrastive loss, Khosla et al. 2020, eq. 2): a caption is a positive of every picture
of which it is true; pairs of which that is unknown take no part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from training.mini.captions import FALSE, TRUE, Caption, Claims
from training.mini.features import Features
from training.mini.pictures import PictureSet
from training.mini.recipe import AlignRecipe

if TYPE_CHECKING:
    import torch

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to mean-pooled, unnormalised vectors of the text tower."""


@dataclass(frozen=True)
class Source:
    """Pictures with their captions, and how many pairs of a step come from them.

    ``captions[i]`` are true of the i-th picture; a picture without any is never drawn.
    """

    pictures: PictureSet
    captions: Sequence[Sequence[Caption]]
    pairs: int


@dataclass(frozen=True)
class Heads:
    """The two heads, ready to be written into an open_clip model.

    Image: ``fc2 @ gelu(fc1 @ features + bias)``, shapes (dim, hidden), (hidden, width), (hidden,).
    Text: ``text @ pooled``, shape (dim, text width). ``scale`` is the logarithm of 1 / temperature.
    """

    fc1: NDArray[np.float32]
    bias: NDArray[np.float32]
    fc2: NDArray[np.float32]
    text: NDArray[np.float32]
    scale: float

    def images(self, features: Features) -> Features:
        """Embed pooled features of pictures, shape (n, dim), L2-normalised.

        Parameters
        ----------
        features
            Pooled features, shape (n, width).

        Returns
        -------
        Features
            Shape (n, dim), rows of length 1.
        """
        import torch
        from torch.nn import functional

        hidden = torch.from_numpy(features) @ torch.from_numpy(self.fc1.T) + torch.from_numpy(
            self.bias
        )
        return _unit((functional.gelu(hidden) @ torch.from_numpy(self.fc2.T)).numpy())

    def texts(self, pooled: NDArray[np.float32]) -> Features:
        """Embed pooled vectors of texts, shape (n, dim), L2-normalised.

        Parameters
        ----------
        pooled
            Mean-pooled vectors of the text tower, shape (n, text width).

        Returns
        -------
        Features
            Shape (n, dim), rows of length 1.
        """
        return _unit(pooled @ self.text.T)


def align(
    sources: Sequence[Source],
    encode: Encode,
    recipe: AlignRecipe,
    *,
    steps: int,
    seed: int,
) -> Heads:
    """Train the heads.

    Parameters
    ----------
    sources
        Pictures with captions; those with ``pairs`` 0 only serve to standardise.
    encode
        The text tower.
    recipe
        Rates and sizes.
    steps
        Steps of gradient descent.
    seed
        Decides start, drop-out and pairs.

    Returns
    -------
    Heads
        The trained heads.
    """
    import torch
    from torch.nn import functional

    torch.manual_seed(seed)
    chance = np.random.default_rng(seed)
    captions = list(dict.fromkeys(c for s in sources for some in s.captions for c in some))
    place = {caption: i for i, caption in enumerate(captions)}
    of_picture = [[place[c] for c in some] for s in sources for some in s.captions]
    claims = Claims([s.pictures for s in sources], captions)
    columns = claims.columns(captions)
    pools = _drawable(sources, of_picture)
    vectors = torch.from_numpy(encode([caption.text for caption in captions]))
    features = np.concatenate([s.pictures.features for s in sources])
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-3
    inputs = torch.from_numpy((features - mean) / spread)
    image, text, scale = _layers(recipe, inputs.shape[1], vectors)
    first = text.weight.detach().clone()
    weights = [*image.parameters(), *text.parameters()]
    optimizer = torch.optim.AdamW(
        [
            {"params": weights, "weight_decay": recipe.weight_decay},
            {"params": [scale], "weight_decay": 0.0},
        ],
        lr=recipe.learning_rate,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, total_steps=steps + 1, pct_start=0.1
    )
    image.train()
    for _ in range(steps):
        rows = np.concatenate([chance.choice(r, n, replace=False) for r, n in pools])
        drawn = np.array([of_picture[r][chance.integers(len(of_picture[r]))] for r in rows])
        truth = torch.from_numpy(claims.truth(rows, columns[drawn]))
        seen = functional.normalize(image(inputs[rows]), dim=-1)
        read = functional.normalize(text(vectors[drawn]), dim=-1)
        logits = seen @ read.T * scale.exp()
        pull = recipe.text_pull * (text.weight - first).square().sum() / first.square().sum()
        loss = (contrast(logits, truth) + contrast(logits.T, truth.T)) / 2 + pull
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        scale.data.clamp_(max=float(np.log(100)))
    return _folded(image, text, scale, mean, spread)


def contrast(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Supervised contrastive loss, mean over rows that have a positive and a negative.

    Parameters
    ----------
    logits, truth
        Shape (n, m); truth is FALSE, UNKNOWN or TRUE, and unknown pairs take no part.

    Returns
    -------
    torch.Tensor
        The loss, a scalar.
    """
    positive = truth == TRUE
    counts = positive.sum(dim=-1)
    rows = (counts > 0) & (truth == FALSE).any(dim=-1)
    known = logits.masked_fill((truth != TRUE) & (truth != FALSE), float("-inf"))
    shares = known.log_softmax(dim=-1).masked_fill(~positive, 0.0).sum(dim=-1)
    if not rows.any():
        return logits.sum() * 0
    return -(shares[rows] / counts[rows]).mean()


def projection(vectors: NDArray[np.float32], dim: int) -> NDArray[np.float32]:
    """Return the principal directions of text vectors, shape (dim, width); no mean is taken off.

    The head has no bias, as in open_clip, so the common part is turned with the rest.

    Parameters
    ----------
    vectors
        Mean-pooled vectors of texts, shape (n, text width).
    dim
        Width of the common space.

    Returns
    -------
    ndarray
        Shape (dim, text width).
    """
    _, _, directions = np.linalg.svd(vectors[:20_000], full_matrices=False)
    found = np.zeros((dim, vectors.shape[1]), np.float32)
    found[: min(dim, len(directions))] = directions[:dim]
    return found


def _drawable(
    sources: Sequence[Source], of_picture: Sequence[Sequence[int]]
) -> list[tuple[NDArray[np.int64], int]]:
    """For each source the rows of pictures with captions, and how many a step takes."""
    pools, first = [], 0
    for source in sources:
        rows = [r for r in range(first, first + len(source.pictures)) if of_picture[r]]
        first += len(source.pictures)
        if rows and source.pairs:
            pools.append((np.array(rows), min(source.pairs, len(rows))))
    return pools


def _layers(
    recipe: AlignRecipe,
    width: int,
    vectors: torch.Tensor,
) -> tuple[torch.nn.Sequential, torch.nn.Linear, torch.nn.Parameter]:
    import torch
    from torch import nn

    image = nn.Sequential(
        nn.Linear(width, 2 * recipe.dim),
        nn.GELU(),
        nn.Dropout(recipe.dropout),
        nn.Linear(2 * recipe.dim, recipe.dim, bias=False),
    )
    text = nn.Linear(vectors.shape[1], recipe.dim, bias=False)
    scale = nn.Parameter(torch.tensor(float(np.log(1 / recipe.temperature))))
    with torch.no_grad():
        text.weight.copy_(torch.from_numpy(projection(vectors.numpy(), recipe.dim)))
    return image, text, scale


def _folded(
    image: torch.nn.Sequential,
    text: torch.nn.Linear,
    scale: torch.nn.Parameter,
    mean: Features,
    spread: Features,
) -> Heads:
    """Take the standardisation into the first layer: W / s and b - W m / s."""
    weight: Mapping[str, NDArray[np.float32]] = {
        name: value.detach().numpy() for name, value in image.state_dict().items()
    }
    fc1 = (weight["0.weight"] / spread).astype(np.float32)
    bias = (weight["0.bias"] - fc1 @ mean).astype(np.float32)
    return Heads(fc1, bias, weight["3.weight"], text.weight.detach().numpy(), scale.item())


def _unit(vectors: NDArray[np.float32]) -> Features:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Features = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return unit
