"""Rows of all processes in one tensor, with gradient."""

from __future__ import annotations

from typing import Any

import torch
from torch import distributed

__all__ = ["gather_rows", "sum_over_processes"]


def gather_rows(tensor: torch.Tensor) -> torch.Tensor:
    """Return the rows of all processes, in the order of their ranks.

    Its gradient is the sum of what all processes make of a row, given to the process that the row
    came from. So if each process computes its share of a loss from the gathered rows, each gets the
    gradient of the whole loss with respect to its own rows.

    Parameters
    ----------
    tensor
        This process's rows, shape (n_own, ...); each process has equally many.

    Returns
    -------
    torch.Tensor
        Shape (n_processes * n_own, ...); the tensor itself if there is one process.
    """
    if not _several():
        return tensor
    gathered: torch.Tensor = _GatherRows.apply(tensor)
    return gathered


def sum_over_processes(tensor: torch.Tensor) -> torch.Tensor:
    """Return the sum of a tensor over all processes, without gradient.

    Parameters
    ----------
    tensor
        This process's summand, of the same shape in each process.

    Returns
    -------
    torch.Tensor
        The sum, in a new tensor.
    """
    total = tensor.detach().clone()
    if _several():
        distributed.all_reduce(total)
    return total


class _GatherRows(torch.autograd.Function):
    """All-gather forward; backward the sum over processes, of which each keeps its own rows."""

    @staticmethod
    def forward(ctx: Any, tensor: torch.Tensor) -> torch.Tensor:
        ctx.n_own = len(tensor)
        n_rows = distributed.get_world_size() * len(tensor)
        gathered = tensor.new_empty((n_rows, *tensor.shape[1:]))
        distributed.all_gather_into_tensor(gathered, tensor.contiguous())
        return gathered

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> torch.Tensor:
        total = sum_over_processes(gradients[0].contiguous())
        first = distributed.get_rank() * ctx.n_own
        return total[first : first + ctx.n_own]


def _several() -> bool:
    """Whether there are other processes."""
    return (
        distributed.is_available()
        and distributed.is_initialized()
        and distributed.get_world_size() > 1
    )
