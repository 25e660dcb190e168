"""A training under way: what it works with, how far it is, and how that is kept on disk."""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from topicart.errors import TrainingError
from topicart.fit import Progress
from training.checkpoint import (
    load_best,
    load_checkpoint,
    newest_checkpoint,
    save_best,
    save_checkpoint,
)
from training.claim import CHECKPOINTS
from training.config import TrainConfig
from training.loader import Loader
from training.methods import trainable, unfreeze_for
from training.optimizer import make_optimizer
from training.processes import require_agreement
from training.towers import Towers

if TYPE_CHECKING:
    from accelerate import Accelerator

    from topicart.encoder import Encoder
    from training.held_out import HeldOut

__all__ = ["State", "Training"]


@dataclass
class State:
    """How far a training is: what a checkpoint keeps beside weights and optimiser."""

    step: int = 0
    best: float = -1.0
    """The best value of the primary metric so far."""
    best_step: int = 0
    stale: int = 0
    """Validations since."""
    validations: int = 0
    """How often the held-out works were looked at to choose the best."""
    seconds: float = 0.0
    curves: list[dict[str, float]] = field(default_factory=list)
    """A row for each step, or for each so many steps."""
    scaler: dict[str, Any] | None = None
    """How float16's gradients are scaled."""


@dataclass
class Training:
    """Everything that a training works with."""

    config: TrainConfig
    folder: Path
    accelerator: Accelerator
    progress: Progress
    encoder: Encoder
    loader: Loader
    validation: HeldOut
    """The works that choose the best weights."""
    test: HeldOut
    """The works that judge these."""
    steps: int
    """Steps of the whole training, if it does not end early."""
    state: State = field(default_factory=State)
    best: dict[str, torch.Tensor] = field(default_factory=dict)
    """The best weights so far."""
    towers: Any = None
    """Both towers as one module."""
    wrapped: Any = None
    """The same, as Accelerate prepared it."""
    optimizer: Any = None
    """AdamW, as Accelerate prepared it."""

    @property
    def done(self) -> bool:
        """Whether nothing is left to do, or nothing has come of it for long.

        Returns
        -------
        bool
            At the last step, or after as many validations without a gain as ``patience``.
        """
        state, patience = self.state, self.config.patience
        return state.step >= self.steps or 0 < patience <= state.stale

    @property
    def epoch(self) -> int:
        """The epoch that the next step is of.

        Returns
        -------
        int
            From 0.
        """
        return self.state.step // self.loader.steps_per_epoch

    @property
    def weights(self) -> dict[str, torch.nn.Parameter]:
        """What must be kept to have the weights of a step again.

        Returns
        -------
        dict of str to torch.nn.Parameter
            What is trained; all weights where what is trained grows.
        """
        model = self.encoder.model
        if self.config.method in ("unfreeze", "full"):
            return dict(model.named_parameters())
        return trainable(model)

    def begin(self) -> None:
        """Make the optimiser, and take up the newest checkpoint, if there is one.

        Raises
        ------
        TrainingError
            If the checkpoint is damaged, or the best weights are.
        """
        self._wrap(make_optimizer(trainable(self.encoder.model), self.config))
        checkpoint = newest_checkpoint(self.folder / CHECKPOINTS)
        require_agreement(checkpoint.name if checkpoint else "no checkpoint", self.folder)
        if checkpoint is None:
            return
        kept = load_checkpoint(checkpoint, self.weights, self.optimizer.optimizer)
        try:
            self.state = State(**kept)
        except TypeError as error:
            raise TrainingError(
                f"The checkpoint {checkpoint} was written by another version of topicart ({error})."
                " Go on with that version, or start again with --overwrite."
            ) from error
        if self.state.step:
            # As in its last step: if that was the very last, no other opens them.
            self.open_blocks(self.state.step - 1)
        if self.accelerator.scaler is not None and self.state.scaler:
            self.accelerator.scaler.load_state_dict(self.state.scaler)
        if self.state.best_step:
            self.best = load_best(self.folder / CHECKPOINTS, self.state.best_step)

    def open_blocks(self, step: int) -> None:
        """Train one block more of each tower, if it is time (``unfreeze``).

        Parameters
        ----------
        step : int
            Counted from 0.
        """
        if unfreeze_for(self.encoder.model, self.config, step // self.loader.steps_per_epoch):
            self._wrap(
                make_optimizer(trainable(self.encoder.model), self.config, self.optimizer.optimizer)
            )

    def save(self) -> None:
        """Write a checkpoint; the first process does, for all."""
        if not self.accelerator.is_main_process:
            return
        scaler = self.accelerator.scaler
        self.state.scaler = None if scaler is None else scaler.state_dict()
        save_checkpoint(
            self.folder / CHECKPOINTS,
            self.state.step,
            self.weights,
            self.optimizer.optimizer,
            asdict(self.state),
        )

    def keep_best(self) -> None:
        """Keep the weights as the best so far, in memory and on disk."""
        self.best = {name: value.detach().cpu().clone() for name, value in self.weights.items()}
        if self.accelerator.is_main_process:
            save_best(self.folder / CHECKPOINTS, self.state.best_step, self.best)

    def restore_best(self) -> None:
        """Give the model the best weights that were met."""
        weights = self.weights
        with torch.no_grad():
            for name, value in self.best.items():
                weights[name].copy_(value)

    def _wrap(self, optimizer: torch.optim.Optimizer) -> None:
        """Have Accelerate share the gradients of what is trained now with all processes."""
        # What was prepared before would go on listening to the same gradients, and scaling them.
        self.wrapped = self.optimizer = None
        self.accelerator.free_memory()
        self.towers = Towers(self.encoder.model)
        with warnings.catch_warnings():
            # torch calls broadcast_buffers by another name, which Accelerate does not know yet.
            warnings.filterwarnings("ignore", "`broadcast_buffers`", FutureWarning)
            self.wrapped, self.optimizer = self.accelerator.prepare(self.towers, optimizer)
