"""Two towers joined by linear maps that a cosine margin trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.studies.looking.joined import Joined, chooses, mean_log_rank
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["margin_loss", "margin_map"]

DIM = 128
"""Dimensions of the common space, as published."""
MARGIN = 0.1
"""Cosine above which a pair that does not belong together costs, as published."""
NEGATIVES = 0.8
"""Share of the loss that is about such pairs, as published."""

_BATCH = 256
_RATE = 1e-3
_DECAY = 1e-4
_EPOCHS = 200
_STEPS = 8000
_PATIENCE = 10
_SAME = 1e-4


def margin_map(
    pictures: NDArray[np.float32],
    texts: NDArray[np.float32],
    groups: Sequence[str],
    *,
    seed: int = 0,
) -> Joined:
    """Join two towers by a linear layer each, trained with a cosine margin.

    The loss, its margin, the share of negatives and the dimensions are those of CML (Garcia &
    Vogiatzis 2018, section 4.2, and their code). Their code draws one pair a visit, four of five
    of them mismatched; here all pairs of a batch count, weighed the same, which is that loss's
    expectation. The weights that rank held-back works of the same collection best are kept.

    Parameters
    ----------
    pictures, texts
        Of the works to learn from, shapes ``(n, p)`` and ``(n, q)``.
    groups
        What belongs together, a name a work.
    seed
        Of the first weights, of the order of works, and of which choose.

    Returns
    -------
    Joined
        ``about`` says after how many passes it was best. Trained on the CPU, the same for the same
        seed.
    """
    import torch

    choose = chooses(groups, seed=seed)
    sides = [_scaled(view[~choose]) for view in (pictures, texts)]
    # In single precision: of 100,000 works the double of a tower's vectors would take a gigabyte.
    views = [
        torch.from_numpy((view - mean.astype(np.float32)) / np.float32(size))
        for view, (mean, size) in zip((pictures, texts), sides, strict=True)
    ]
    teach, judge = (torch.from_numpy(np.flatnonzero(rows)) for rows in (~choose, choose))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "linear map"))
        layers = [torch.nn.Linear(view.shape[1], DIM) for view in views]
        kept, passes = _trained(layers, views, teach, judge)

    def _map(number: int) -> Any:
        (mean, size), (weight, bias) = sides[number], kept[number]
        whole = weight.T.astype(np.float64) / size
        offset = (bias - mean @ whole).astype(np.float32)
        single = whole.astype(np.float32)

        def _mapped(view: NDArray[np.float32]) -> NDArray[np.float32]:
            mapped: NDArray[np.float32] = view @ single + offset
            return mapped

        return _mapped

    return Joined(_map(0), _map(1), {"passes": passes})


def margin_loss(pictures: Any, texts: Any, same: Any) -> Any:
    """Cosine margin loss over all pairs of a batch.

    Parameters
    ----------
    pictures, texts : torch.Tensor, shape (n, dim)
        In the common space, of any length.
    same : torch.Tensor of bool, shape (n, n)
        Pairs of works whose texts say the same, which are no negatives; true on the diagonal.

    Returns
    -------
    torch.Tensor
        ``(1 - NEGATIVES) * mean(1 - cos)`` over pairs that belong together, plus ``NEGATIVES *
        mean(max(0, cos - MARGIN))`` over those that do not.
    """
    import torch
    from torch.nn import functional

    cosines = functional.normalize(pictures, dim=1) @ functional.normalize(texts, dim=1).T
    matched = (1 - cosines.diagonal()).mean()
    over = torch.relu(cosines - MARGIN).masked_fill(same, 0.0)
    mismatched = over.sum() / (~same).sum().clamp(min=1)
    return (1 - NEGATIVES) * matched + NEGATIVES * mismatched


def _trained(
    layers: list[Any], views: list[Any], teach: Any, judge: Any
) -> tuple[list[tuple[NDArray[np.float32], NDArray[np.float32]]], int]:
    """Train until held-back works are ranked no better; the weights that ranked them best."""
    import torch
    from torch.nn import functional

    weights = [value for layer in layers for value in layer.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=_RATE, weight_decay=_DECAY)
    directions = functional.normalize(views[1], dim=1)
    steps_a_pass = max(1, -(-len(teach) // _BATCH))
    best, kept, best_pass = np.inf, _values(layers), 0
    for number in range(1, min(_EPOCHS, max(1, _STEPS // steps_a_pass)) + 1):
        order = teach[torch.randperm(len(teach))]
        for rows in order.split(_BATCH):
            own = directions[rows]
            same = own @ own.T > 1 - _SAME
            same.fill_diagonal_(True)
            loss = margin_loss(layers[0](views[0][rows]), layers[1](views[1][rows]), same)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.inference_mode():
            seen, read = (
                layer(view[judge]).numpy() for layer, view in zip(layers, views, strict=True)
            )
        misses = mean_log_rank(seen, read)
        if misses < best:
            best, kept, best_pass = misses, _values(layers), number
        elif number - best_pass >= _PATIENCE:
            break
    return kept, best_pass


def _values(layers: list[Any]) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    return [
        (layer.weight.detach().numpy().copy(), layer.bias.detach().numpy().copy())
        for layer in layers
    ]


def _scaled(view: NDArray[np.float32]) -> tuple[NDArray[np.float64], float]:
    """A view's mean, and how far its values lie from there: towers differ in scale."""
    mean = view.mean(axis=0, dtype=np.float64)
    return mean, float(np.sqrt(view.var(axis=0, dtype=np.float64).mean())) or 1.0
