"""Towers and batches small enough to derive a loss in one piece, to hold a step against."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from prompts import Caption
from training.batch import Batch
from training.losses import InfoNCE, Loss, MultiPositive, Sigmoid

SIDE = 4
WORDS = 20
N_PAIRS = 16
LOSSES: dict[str, Loss] = {
    "infonce": InfoNCE(),
    "multi-positive": MultiPositive(0.2),
    "sigmoid": Sigmoid(),
}


class TinyTowers(nn.Module):
    """A tower for pictures and one for texts, always with the same first weights."""

    def __init__(self, *, dropout: float = 0.0, bias: bool = True) -> None:
        super().__init__()
        torch.manual_seed(7)
        self.image = nn.Sequential(
            nn.Flatten(), nn.Linear(3 * SIDE * SIDE, 12), nn.GELU(), nn.Dropout(dropout)
        )
        self.image_head = nn.Linear(12, 6)
        self.text = nn.Embedding(WORDS, 12)
        self.text_head = nn.Sequential(nn.Dropout(dropout), nn.Linear(12, 6))
        self.log_scale = nn.Parameter(torch.tensor(1.5))
        self.bias = nn.Parameter(torch.tensor(-2.0)) if bias else None

    def forward(
        self, pixels: torch.Tensor, tokens: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor | None]:
        image = functional.normalize(self.image_head(self.image(pixels)), dim=1)
        text = functional.normalize(self.text_head(self.text(tokens).mean(dim=1)), dim=1)
        return image, text, self.log_scale.exp(), self.bias


def batch_for(process: int = 0, processes: int = 1, *, unreadable: tuple[int, ...] = ()) -> Batch:
    """The same 16 pairs for every process, of which each computes an equal part."""
    chance = np.random.default_rng(11)
    known = [frozenset(("subject", f"s{k}") for k in chance.choice(8, 3)) for _ in range(N_PAIRS)]
    captions = tuple(Caption(min(facts)[1], frozenset({min(facts)})) for facts in known)
    pixels = chance.integers(0, 256, (N_PAIRS, SIDE, SIDE, 3), np.uint8)
    n_own = N_PAIRS // processes
    own = slice(process * n_own, (process + 1) * n_own)
    readable = np.ones(N_PAIRS, np.bool_)
    readable[list(unreadable)] = False
    return Batch(
        ids=tuple(f"work-{row}" for row in range(N_PAIRS)),
        captions=captions,
        facts=tuple(known),
        own=own,
        pixels=pixels[own],
        readable=readable[own],
    )


class TinyInputs:
    """Pixels, and as tokens three numbers that depend on the work's place in the batch."""

    def __init__(self, batch: Batch) -> None:
        self.pixels = torch.from_numpy(batch.pixels).permute(0, 3, 1, 2).float() / 255
        places = torch.arange(batch.own.start, batch.own.stop)
        self.tokens = torch.stack([places, (places * 7) % WORDS, (places * 3) % WORDS], dim=1)

    def __call__(self, rows: slice) -> tuple[torch.Tensor, torch.Tensor]:
        return self.pixels[rows], self.tokens[rows]


def plain_loss(
    encoded: tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor | None],
    batch: Batch,
    name: str,
) -> torch.Tensor:
    """The loss of a whole batch from one matrix of logits, as the papers write it."""
    image, text, scale, bias = encoded
    logits = scale * image @ text.T + (0.0 if bias is None else bias)
    n = len(logits)
    if name == "sigmoid":
        return functional.softplus(-(2 * torch.eye(n) - 1) * logits).sum() / n
    images = texts = torch.eye(n)
    if name == "multi-positive":
        images, texts = _soft(batch, 0.2)
    rows = (images * logits.log_softmax(dim=1)).sum()
    columns = (texts * logits.T.log_softmax(dim=1)).sum()
    return -(rows + columns) / (2 * n)


def _soft(batch: Batch, share: float) -> tuple[torch.Tensor, torch.Tensor]:
    facts, stated = batch.facts, [caption.facts for caption in batch.captions]
    true = torch.tensor([[float(s <= known) for s in stated] for known in facts])
    similar = torch.tensor([[len(a & b) / len(a | b) for b in facts] for a in facts])
    similar /= similar.sum(dim=1, keepdim=True)
    return tuple(  # type: ignore[return-value]
        (1 - share) * matrix / matrix.sum(dim=1, keepdim=True) + share * similar
        for matrix in (true, true.T)
    )


def without(batch: Batch, rows: tuple[int, ...]) -> Batch:
    """The batch as if some of its works had never been in it."""
    keep = [row for row in range(len(batch.ids)) if row not in rows]
    return Batch(
        ids=tuple(batch.ids[row] for row in keep),
        captions=tuple(batch.captions[row] for row in keep),
        facts=tuple(batch.facts[row] for row in keep),
        own=slice(0, len(keep)),
        pixels=batch.pixels[keep],
        readable=batch.readable[keep],
    )


def gradients_of(towers: nn.Module) -> dict[str, torch.Tensor]:
    """Gradients by their parameters' names; DDP's prefix is taken off."""
    return {
        name.removeprefix("module."): parameter.grad.clone()
        for name, parameter in towers.named_parameters()
        if parameter.grad is not None
    }


def expected(
    name: str, *, bias: bool = True, unreadable: tuple[int, ...] = ()
) -> tuple[float, dict[str, torch.Tensor]]:
    """Loss and gradients of the whole batch in one piece."""
    towers, batch, inputs = TinyTowers(bias=bias), batch_for(), TinyInputs(batch_for())
    keep = [row for row in range(N_PAIRS) if row not in unreadable]
    encoded = towers(inputs.pixels[keep], inputs.tokens[keep])
    loss = plain_loss(encoded, without(batch, unreadable), name)
    loss.backward()  # type: ignore[no-untyped-call]
    return loss.item(), gradients_of(towers)


def assert_same_gradients(found: dict[str, torch.Tensor], wanted: dict[str, torch.Tensor]) -> None:
    """Equal to 1e-5, and not by being nothing."""
    assert found.keys() == wanted.keys()
    for name, gradient in wanted.items():
        torch.testing.assert_close(found[name], gradient, atol=1e-5, rtol=1e-5, msg=name)
    assert max(float(gradient.abs().max()) for gradient in wanted.values()) > 1e-3


@contextmanager
def fresh_accelerator(precision: str = "no") -> Iterator[object]:
    """An accelerator of its own, though Accelerate keeps one state a process."""
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState

    AcceleratorState._reset_state(reset_partial_state=True)
    try:
        yield Accelerator(cpu=True, mixed_precision=precision)
    finally:
        AcceleratorState._reset_state(reset_partial_state=True)
