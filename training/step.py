"""One step's gradient: all pairs of a batch told apart, whatever the memory and the processes.

Gradient caching (Gao et al. 2021, arXiv:2101.06983, section 3): vectors are computed chunk by chunk
without a graph, the loss is derived with respect to the vectors, and then each chunk is computed
again and its vectors' gradients are sent back through the towers. A batch of one chunk keeps its
graph and is computed once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from topicart.errors import TrainingError
from topicart.model import derive_seed
from training.batch import Batch
from training.gather import gather_rows, sum_over_processes
from training.losses import Loss
from training.targets import targets_of

if TYPE_CHECKING:
    from accelerate import Accelerator

__all__ = ["Encoded", "StepResult", "contrastive_step"]

NOT_FINITE_REMEDY = (
    "Go on from the last checkpoint with --resume --precision fp32, or start again with a lower "
    "--learning-rate (--overwrite). If it is always the same works, look at their pictures."
)

NAMED = 8
"""Works that an error names at most."""

RowInputs = Callable[[slice], tuple[torch.Tensor, torch.Tensor]]
"""Some of a process's own rows (a slice of 0 … n_own) to what the towers take of them: normalised
pixels, shape (n, 3, height, width), and tokens, shape (n, length), on the device. It is asked
twice for the same rows and answers the same."""


class Encoded(NamedTuple):
    """What the towers make of some rows; or gradients with respect to that."""

    image: torch.Tensor
    """Unit vectors of pictures, shape (n, dim)."""
    text: torch.Tensor
    """Unit vectors of texts, shape (n, dim)."""
    scale: torch.Tensor
    """1 / temperature, by which cosines are multiplied, a scalar."""
    bias: torch.Tensor | None
    """What is added then, a scalar; None if nothing is."""


@dataclass(frozen=True)
class StepResult:
    """What one step came to, the same in all processes."""

    loss: float
    """The loss of the whole batch, over all processes; 0 if no picture could be read."""
    n_pairs: int
    """Pairs of the whole batch that took part: those whose picture could be read."""
    scale: float
    """1 / temperature with which the loss was computed."""


def contrastive_step(
    towers: torch.nn.Module,
    batch: Batch,
    inputs: RowInputs,
    loss: Loss,
    accelerator: Accelerator,
    *,
    chunk_size: int,
    seed: int,
    step: int,
) -> StepResult:
    """Add the gradient of a batch's loss to ``.grad``; the optimiser is the caller's.

    The gradient is that of one process with the whole batch in one piece. Pairs whose picture
    could not be read take no part; if there are no others, gradients are 0. Torch's generators are
    seeded anew, so that drop-out falls alike when a chunk is computed again, and in a training that
    is resumed.

    Parameters
    ----------
    towers
        The module prepared by Accelerate: pixels and tokens to the four values of ``Encoded``.
    batch
        The batch; process r of w has the r-th of w equal slices of its rows as its own.
    inputs
        What the towers take of some of the own rows.
    loss
        The loss, from ``training.losses.loss_of``.
    accelerator
        Which processes there are, and how a gradient is scaled.
    chunk_size
        Rows that are computed at a time.
    seed, step
        Decide drop-out, together with process and chunk.

    Returns
    -------
    StepResult
        Loss, pairs and scale.

    Raises
    ------
    TrainingError
        If the loss is not finite; in all processes alike.
    """
    chunks = _chunks(len(batch.readable), chunk_size, accelerator.process_index, seed, step)
    keep = _readable(batch, accelerator.device)
    if len(chunks) == 1:
        encoded = [_encode(towers, inputs, chunks[0])]
    else:
        with torch.no_grad(), accelerator.no_sync(towers):
            encoded = [_encode(towers, inputs, chunk) for chunk in chunks]
    share, gradients = _derive(encoded, batch, keep, loss)
    value = sum_over_processes(share).item()
    if not math.isfinite(value):
        raise _not_finite(value, encoded, batch, keep, step)

    for chunk in chunks:
        last = chunk is chunks[-1]
        with nullcontext() if last else accelerator.no_sync(towers):
            part = encoded[0] if len(chunks) == 1 else _encode(towers, inputs, chunk)
            surrogate = _product(part, gradients, chunk.rows, whole=last)
            # Processes' gradients are averaged, and what is wanted is their sum.
            accelerator.backward(surrogate * accelerator.num_processes)
    return StepResult(value, int(keep.sum()), encoded[-1].scale.item())


class _Chunk(NamedTuple):
    """Own rows that are computed at a time, and the seed of their drop-out."""

    rows: slice
    seed: int


def _chunks(n_own: int, size: int, process: int, seed: int, step: int) -> list[_Chunk]:
    return [
        _Chunk(slice(first, first + size), derive_seed(seed, f"step {step}, {process}/{first}"))
        for first in range(0, n_own, size)
    ]


def _encode(towers: torch.nn.Module, inputs: RowInputs, chunk: _Chunk) -> Encoded:
    torch.manual_seed(chunk.seed)
    return Encoded(*towers(*inputs(chunk.rows)))


def _readable(batch: Batch, device: torch.device) -> NDArray[np.bool_]:
    """Return which rows of the whole batch have a picture."""
    own = torch.from_numpy(batch.readable.astype(np.uint8)).to(device)
    everywhere: NDArray[np.bool_] = gather_rows(own).cpu().numpy().astype(np.bool_)
    return everywhere


def _derive(
    encoded: Sequence[Encoded], batch: Batch, keep: NDArray[np.bool_], loss: Loss
) -> tuple[torch.Tensor, Encoded]:
    """Return this process's share of the loss, and the gradient of the whole.

    With respect to vectors the gradient is that of all processes' shares; with respect to scale and
    bias it is that of this one's.
    """
    vectors = _leaf(torch.cat([torch.cat([part.image, part.text], 1) for part in encoded]))
    scale = _leaf(encoded[-1].scale)
    bias = _leaf(torch.zeros_like(scale) if encoded[-1].bias is None else encoded[-1].bias)
    share = scale * 0.0
    if keep.any():
        with torch.autocast(vectors.device.type, enabled=False):
            own_images, own_texts = _rows(vectors, keep[batch.own]).chunk(2, dim=1)
            images, texts = _rows(gather_rows(vectors), keep).chunk(2, dim=1)
            image_logits = scale * (own_images @ texts.T) + bias
            text_logits = scale * (own_texts @ images.T) + bias
            share = loss(image_logits, text_logits, targets_of(batch, keep, vectors.device))
    vectors_gradient, *others = torch.autograd.grad(
        share, [vectors, scale, bias], materialize_grads=True
    )
    return share, Encoded(*vectors_gradient.chunk(2, dim=1), *others)


def _product(part: Encoded, gradients: Encoded, rows: slice, *, whole: bool) -> torch.Tensor:
    """Return a scalar with the loss's gradient; scale and bias, which are one, join in once."""
    surrogate = (part.image * gradients.image[rows]).sum()
    surrogate = surrogate + (part.text * gradients.text[rows]).sum()
    if whole:
        surrogate = surrogate + part.scale * gradients.scale
        if part.bias is not None and gradients.bias is not None:
            surrogate = surrogate + part.bias * gradients.bias
    return surrogate


def _leaf(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().float().requires_grad_()


def _rows(tensor: torch.Tensor, keep: NDArray[np.bool_]) -> torch.Tensor:
    """Return some rows; without a copy if all are kept, as they mostly are."""
    if keep.all():
        return tensor
    return tensor.index_select(0, torch.from_numpy(np.flatnonzero(keep)).to(tensor.device))


def _not_finite(
    value: float, encoded: Sequence[Encoded], batch: Batch, keep: NDArray[np.bool_], step: int
) -> TrainingError:
    """Say which works' vectors are at fault; or, if none is, what the batch holds."""
    finite = torch.cat([(part.image + part.text).isfinite().all(dim=1) for part in encoded])
    fault = keep & (gather_rows(finite.to(torch.uint8)).cpu().numpy() == 0)
    ids = [batch.ids[row] for row in np.flatnonzero(fault if fault.any() else keep)]
    named = ", ".join(ids[:NAMED]) + (f" and {len(ids) - NAMED} more" if len(ids) > NAMED else "")
    cause = "the vectors are not finite of" if fault.any() else "the batch holds"
    return TrainingError(
        f"the loss of step {step + 1} is {value}, not a finite number; {cause}: {named}. "
        f"{NOT_FINITE_REMEDY}"
    )
