"""Teach an encoder a collection: set up, fit, validate, leave an adapter. Reads top to bottom."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from topicart.adapter import AdapterRecord, save_weights, write_record
from topicart.errors import TrainingError
from topicart.fit import Progress, Silent, now
from topicart.run_files import write_problems
from training.claim import clear_working_files
from training.config import TrainConfig
from training.optimizer import learning_rate
from training.record import write_curves
from training.setting_up import Begun, set_up

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from training.batch import Batch
    from training.towers import Inputs
    from training.under_way import Training

__all__ = ["finetune"]

CHECKPOINT_EVERY_S = 600.0
"""A checkpoint is written at the latest after so many seconds, however long a step takes."""

MAX_ROWS = 2000
"""Most rows of the curves: of a longer training every so-many-th step is kept."""


def finetune(
    collection: Collection,
    out: str | Path,
    config: TrainConfig | None = None,
    *,
    resume: bool = False,
    overwrite: bool = False,
    device: str = "auto",
    precision: str = "auto",
    workers: int | None = None,
    cache: bool = False,
    track: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> AdapterRecord:
    """Teach an open_clip model the pictures and captions of a collection, contrastively.

    Launched by Accelerate in several processes, they share the work, and the result is that of
    one process: ``batch_size`` counts the pairs of all of them.

    Parameters
    ----------
    collection : Collection
        Works with pictures and facts.
    out : str or Path
        Folder for the adapter.
    config : TrainConfig, optional
        What decides the result.
    resume : bool
        Go on with this training, which was cut short in ``out``.
    overwrite : bool
        Replace the adapter in ``out``.
    device, precision : str
        As :meth:`topicart.Encoder.load` takes them.
    workers : int, optional
        Threads that decode pictures; it changes no weight.
    cache : bool
        Keep the decoded pictures in ``out`` until the training ends; it changes no weight.
    track : tuple of str
        Names of Accelerate's trackers, for example ``tensorboard``.
    progress : Progress, optional
        Told of stages and counts.

    Returns
    -------
    AdapterRecord
        What ``adapter.json`` holds.

    Raises
    ------
    TrainingError
        If there is too little to learn from, settings contradict each other, the folder is in
        use, or the loss stops being finite. The message says what to do.
    ModelError
        If the base cannot be loaded.
    """
    with ExitStack() as held:
        begun = set_up(
            collection,
            Path(out),
            config or TrainConfig(),
            resume=resume,
            overwrite=overwrite,
            device=device,
            precision=precision,
            workers=workers,
            cache=cache,
            track=track,
            progress=progress or Silent(),
            held=held,
        )
        if isinstance(begun, AdapterRecord):
            return begun
        training = begun.training
        try:
            training.begin()
            fit(training)
            return finish(begun)
        finally:
            training.accelerator.end_training()


def fit(training: Training) -> None:
    """Train from where the training is to its last step, or until it gets no better.

    Parameters
    ----------
    training : Training
        The training; its weights, its state and its best weights change.

    Raises
    ------
    TrainingError
        If the loss or the gradient is not finite.
    KeyboardInterrupt
        If it was asked to stop; a checkpoint has been written before.
    """
    config, state, model = training.config, training.state, training.encoder.model
    from training.losses import loss_of
    from training.methods import set_train_mode
    from training.processes import any_process
    from training.step import contrastive_step
    from training.stopping import StopRequest

    loss = loss_of(config)
    validate_every = config.validate_every or training.loader.steps_per_epoch
    curve_every = -(-training.steps // MAX_ROWS)
    saved = clock = time.monotonic()
    training.progress.stage("train")
    with StopRequest() as stop:
        for batch, inputs in _prepared(training):
            if training.done:
                break
            _tell(training)
            training.open_blocks(state.step)
            set_train_mode(model)
            result = contrastive_step(
                training.wrapped,
                batch,
                inputs,
                loss,
                training.accelerator,
                chunk_size=config.chunk_size,
                seed=config.seed,
                step=state.step,
            )
            norm = _descend(training, batch)
            state.step += 1
            ended = time.monotonic()
            state.seconds += ended - clock
            row = {
                "step": state.step,
                "loss": result.loss,
                "scale": result.scale,
                "learning_rate": learning_rate(config, state.step - 1, training.steps),
                "gradient_norm": norm,
                "pairs_per_s": result.n_pairs / (ended - clock),
            }
            clock = ended
            if state.step % validate_every == 0 or state.step == training.steps:
                row["mean_recall_at_10"] = validate(training)
            if state.step % curve_every == 0 or "mean_recall_at_10" in row:
                state.curves.append(row)
            training.accelerator.log(row, step=state.step)
            stopping = any_process(training.accelerator, stop.asked)
            if (
                stopping
                or training.done
                or state.step % config.checkpoint_every == 0
                or ended - saved > CHECKPOINT_EVERY_S
            ):
                training.save()
                saved = time.monotonic()
            if stopping:
                training.accelerator.wait_for_everyone()  # until the checkpoint is written
                raise KeyboardInterrupt
            clock = time.monotonic()


def validate(training: Training) -> float:
    """Look at the held-out works, and keep the weights if they were never better.

    Parameters
    ----------
    training : Training
        The training; its state and its best weights change.

    Returns
    -------
    float
        The primary metric, mean R@10 over both ways.
    """
    state = training.state
    state.validations += 1
    found = training.validation.judge(classes={}).mean_recall_at_10
    if found > state.best:
        state.best, state.best_step, state.stale = found, state.step, 0
        training.keep_best()
    else:
        state.stale += 1
    return found


def finish(begun: Begun) -> AdapterRecord:
    """Compare the best weights with the base, and write the adapter.

    Parameters
    ----------
    begun : Begun
        A training that is done.

    Returns
    -------
    AdapterRecord
        What ``adapter.json`` holds now.
    """
    from accelerate.utils import broadcast_object_list, gather_object

    from training.card import write_card
    from training.judge import compare

    training, before, groups = begun.training, begun.before, begun.split.groups
    training.restore_best()
    training.progress.stage("judge")
    after = training.test.judge()
    every_problem = set(gather_object(list(begun.problems)))
    finished = begun.record.model_copy(
        update={
            "state": "finished",
            "finished": now(),
            "training": {
                "steps": training.state.step,
                "best_step": training.state.best_step,
                "validations": training.state.validations,
                "seconds": round(training.state.seconds, 1),
                "processes": training.accelerator.num_processes,
                "device": training.encoder.device,
                "precision": training.encoder.precision,
            },
            "scores": compare(before, after, groups=[groups.get(id_, id_) for id_ in before.ids]),
        }
    )
    if training.accelerator.is_main_process:
        layers, trained = save_weights(training.folder, training.encoder.model)
        finished = finished.model_copy(update={"layers": tuple(layers), "trained": tuple(trained)})
        write_problems(training.folder, every_problem)
        write_curves(training.folder, training.state.curves)
        write_card(training.folder, finished.model_dump(mode="json"))
        write_record(training.folder, finished)
        clear_working_files(training.folder)
    result: list[AdapterRecord] = broadcast_object_list([finished])
    return result[0]


def _prepared(training: Training) -> Iterator[tuple[Batch, Inputs]]:
    """Give the batches that are left; the texts of the next are tokenized meanwhile."""
    from topicart.stream import run_ahead
    from training.towers import Inputs

    batches = training.loader.batches(training.state.step, training.steps)
    return run_ahead(batches, partial(Inputs, training.encoder), workers=1, ahead=1)


def _tell(training: Training) -> None:
    """Show how far the training is, in pairs, and how good its best weights are."""
    config, state = training.config, training.state
    note = f"epoch {training.epoch + 1}/{config.epochs}"
    if state.best_step:
        note += f", R@10 {state.best:.3f}"
    training.progress.note(note)
    training.progress.count(state.step * config.batch_size, training.steps * config.batch_size)


def _descend(training: Training, batch: Batch) -> float:
    """Step down the gradient; return its norm before it was clipped."""
    from training.step import NOT_FINITE_REMEDY

    optimizer, accelerator = training.optimizer, training.accelerator
    config, step = training.config, training.state.step
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    norm = float(accelerator.clip_grad_norm_(parameters, config.clip_norm))
    # With float16 a step whose gradient overflows is left out, and the next are scaled down.
    if not math.isfinite(norm) and accelerator.scaler is None:
        raise TrainingError(
            f"the gradient of step {step + 1} is not finite; the batch holds: "
            f"{', '.join(batch.ids[:8])}, …. {NOT_FINITE_REMEDY}"
        )
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(config, step, training.steps)
    optimizer.step()
    optimizer.zero_grad()
    training.towers.limit_scale()
    return norm
