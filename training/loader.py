"""The batches of a training, decoded ahead: captions of all processes, pictures of this one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import Problem
from topicart.preprocess import Preprocess
from training.batch import Batch
from training.config import TrainConfig
from training.pairs import Pairs

if TYPE_CHECKING:
    from prompts import Captioner
    from training.pixel_cache import PixelCache

__all__ = ["Loader"]


class Loader:
    """Gives the batch of any step, the same whenever and on however many processes it is asked.

    Parameters
    ----------
    pairs : Pairs
        The works to learn from.
    captioner : Captioner
        Draws a caption of each work anew in each epoch.
    preprocess : Preprocess
        How the encoder takes pictures.
    config : TrainConfig
        Its ``batch_size``, ``avoids_duplicates``, ``augment`` and ``seed``.
    root : Path
        The folder that the pictures' paths are relative to.
    rank, world : int
        Which of how many processes this is.
    workers : int, optional
        Threads that decode.
    cache : PixelCache, optional
        Pictures that are decoded already.
    on_problem : callable, optional
        Called once with each picture that cannot be read.

    Raises
    ------
    TrainingError
        The batch cannot be shared out evenly, or there are fewer works (or captions) than it has.
    """

    def __init__(
        self,
        pairs: Pairs,
        captioner: Captioner,
        preprocess: Preprocess,
        config: TrainConfig,
        *,
        root: Path,
        rank: int = 0,
        world: int = 1,
        workers: int | None = None,
        cache: PixelCache | None = None,
        on_problem: Callable[[Problem], None] | None = None,
    ) -> None:
        raise NotImplementedError

    @property
    def steps_per_epoch(self) -> int:
        """How many steps an epoch has.

        Returns
        -------
        int
            As many as epoch 0 has batches. Where captions may not meet themselves, another
            epoch's plan can be a little shorter or longer: then it is begun again, or cut.
        """
        raise NotImplementedError

    def plan(self, epoch: int) -> NDArray[np.int64]:
        """Draw the batches of one epoch.

        Parameters
        ----------
        epoch : int
            From 0.

        Returns
        -------
        ndarray of int64, shape (n_batches, batch_size)
            Rows of works.
        """
        raise NotImplementedError

    def batches(self, start_step: int, end_step: int) -> Iterator[Batch]:
        """Give the batches of some steps in order; the pictures of the next are read meanwhile.

        Parameters
        ----------
        start_step, end_step : int
            The first step, counted from 0 over all epochs, and the one after the last.

        Yields
        ------
        Batch
            One a step.

        Raises
        ------
        TrainingError
            None of this process's pictures in the first of these batches can be read.
        """
        raise NotImplementedError
