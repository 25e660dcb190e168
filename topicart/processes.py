"""The processes that were started together, as the environment that a launcher makes tells."""

from __future__ import annotations

import os
from dataclasses import dataclass

from topicart.errors import RunError

__all__ = ["Processes", "from_launcher"]

_FALSE = ("", "0", "false", "no")


@dataclass(frozen=True)
class Processes:
    """Which process it is, and of how many; by default the only one."""

    rank: int = 0
    """Which one this is, from 0, over all nodes."""
    world: int = 1
    """How many there are, over all nodes."""
    local_rank: int = 0
    """Which one this is on its node."""

    @classmethod
    def started(cls) -> Processes:
        """Read what ``accelerate launch``, ``torchrun`` or an MPI says, without torch.

        Returns
        -------
        Processes
            The only one where nobody says anything.

        Raises
        ------
        RunError
            If what is said cannot be.
        """
        rank = from_launcher("RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK", default=0)
        world = from_launcher("WORLD_SIZE", "OMPI_COMM_WORLD_SIZE", "PMI_SIZE", default=1)
        local = from_launcher(
            "LOCAL_RANK",
            "OMPI_COMM_WORLD_LOCAL_RANK",
            "MPI_LOCALRANKID",
            "SLURM_LOCALID",  # srun's PMI tells the others only
            default=0,
        )
        if not 0 <= rank < world or local < 0:
            raise RunError(
                f"The environment says that this is process {rank} of {world} (LOCAL_RANK "
                f"{local}), counted from 0. Start with `accelerate launch` or `torchrun`, or unset "
                "RANK and WORLD_SIZE."
            )
        return cls(rank, world, local)

    def device(self, asked: str) -> str:
        """Share out the GPUs of a node.

        Parameters
        ----------
        asked : str
            A device as :func:`topicart.device.choose_device` takes it.

        Returns
        -------
        str
            The same; ``cuda:1``, for example, where several processes ask for no certain GPU.
        """
        if asked == "auto" and os.environ.get("ACCELERATE_USE_CPU", "").lower() not in _FALSE:
            return "cpu"
        if self.world == 1 or asked not in ("auto", "cuda"):
            return asked
        import torch

        gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
        return f"cuda:{self.local_rank % gpus}" if gpus else asked


def from_launcher(*names: str, default: int) -> int:
    """Read a number that a launcher sets in each process.

    Parameters
    ----------
    *names : str
        The variable as one launcher calls it, then as others do.
    default : int
        The number where none is set.

    Returns
    -------
    int
        Of the first that is set.

    Raises
    ------
    RunError
        If it is no number.
    """
    for name in names:
        if told := os.environ.get(name):
            try:
                return int(told)
            except ValueError:
                raise RunError(
                    f"{name}={told!r} in the environment is no number. Start with `accelerate "
                    f"launch` or `torchrun`, or unset {name}."
                ) from None
    return default
