"""The beginning of a training: check, judge the base, and only then touch the folder."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from prompts import Captioner, load_caption_templates
from topicart.adapter import AdapterRecord, read_record
from topicart.errors import TrainingError
from topicart.fit import Progress, Silent
from topicart.lock import in_use, require_free
from training.claim import LOGS, PIXELS, begin, claim, require_usable
from training.config import TrainConfig
from training.loader import Loader
from training.pairs import pairs_of
from training.record import new_record
from training.split import Split, split_works, write_split

if TYPE_CHECKING:
    from knowledge_graph import Artwork, Collection, Problem
    from training.judge import Judged
    from training.under_way import Training

__all__ = ["Begun", "set_up"]


@dataclass(frozen=True)
class Begun:
    """A training that has its folder, and what its end needs of its beginning."""

    training: Training
    record: AdapterRecord
    split: Split
    before: Judged
    """How the base did."""
    problems: Sequence[Problem]
    """Pictures that this process cannot read; it grows."""


def set_up(
    collection: Collection,
    folder: Path,
    config: TrainConfig,
    *,
    resume: bool,
    overwrite: bool,
    device: str,
    precision: str,
    workers: int | None,
    cache: bool,
    track: tuple[str, ...],
    progress: Progress,
    held: ExitStack,
) -> Begun | AdapterRecord:
    """Check all that can be checked, judge the base, and then begin the folder.

    Parameters
    ----------
    collection, folder, config
        What is learned from, where to, and how.
    resume, overwrite, device, precision, workers, cache, track, progress
        As for :func:`training.finetune`.
    held : ExitStack
        Keeps other processes out of the folder, from its beginning until it is closed.

    Returns
    -------
    Begun or AdapterRecord
        The training before its next step; or the record of this very training, if the folder
        holds it finished.
    """
    import torch

    from topicart.encoder import Encoder
    from training.held_out import HeldOut
    from training.methods import prepare
    from training.processes import make_accelerator, require_agreement
    from training.under_way import Training

    require_usable(folder, resume=resume, overwrite=overwrite)
    require_free(folder)
    accelerator, device, precision = make_accelerator(device, precision, track, folder / LOGS)
    progress = progress if accelerator.is_main_process else Silent()
    problems: list[Problem] = []

    progress.stage("load")
    captioner = Captioner(
        load_caption_templates(config.caption_templates), config.facet_dropout, config.leave_out
    )
    pairs = pairs_of(collection, captioner)
    split = split_works(pairs.works, config)
    encoder = Encoder.load(config.model, device=device, precision=precision)
    torch.manual_seed(config.seed)  # LoRA's matrices are drawn
    prepare(
        encoder.model,
        config,
        image_size=encoder.image_size,
        context_length=encoder.context_length,
    )
    loader = Loader(
        pairs.of(split.train),
        captioner,
        encoder.preprocess,
        config,
        root=collection.root,
        rank=accelerator.process_index,
        world=accelerator.num_processes,
        workers=workers,
        on_problem=problems.append,
    )
    validation, test = (
        HeldOut(
            _sample(pairs.of(ids).works, config),
            collection.root,
            captioner,
            encoder,
            accelerator,
            part=part,
            chunk_size=config.chunk_size,
            workers=workers,
            on_problem=problems.append,
        )
        for part, ids in (("validation", split.validation), ("test", split.test))
    )
    record = new_record(collection, pairs, split, captioner.templates, encoder, config)
    becomes = claim(folder, record, resume=resume, overwrite=overwrite)
    require_agreement(becomes, folder)
    if becomes == "finished":
        return read_record(folder)
    progress.stage("look")
    before = test.judge()
    validation.judge(classes={})
    if becomes == "new":
        next(loader.batches(0, 1))  # what cannot be read is told while the folder is untouched
    else:
        record = record.model_copy(update={"created": read_record(folder).created})
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        held.enter_context(in_use(folder))
        if claim(folder, record, resume=resume, overwrite=overwrite) != becomes:
            raise TrainingError(
                f"--out {folder} was changed by another training meanwhile. Name another folder, "
                "or repeat the command to see what is there now."
            )
        begin(folder, record, resume=becomes == "resume")
        write_split(folder, split)
    accelerator.wait_for_everyone()
    accelerator.init_trackers(folder.name)
    if cache:
        progress.stage("cache")
        loader.fill_cache(folder / PIXELS, accelerator, progress.count)
    training = Training(
        config,
        folder,
        accelerator,
        progress,
        encoder,
        loader,
        validation,
        test,
        steps=min(config.epochs * loader.steps_per_epoch, config.max_steps or sys.maxsize),
    )
    return Begun(training, record, split, before, problems)


def _sample(works: Sequence[Artwork], config: TrainConfig) -> list[Artwork]:
    """Draw the held-out works that are looked at, in their order."""
    if len(works) <= config.validation_works:
        return list(works)
    chance = random.Random(f"{config.seed} validation")
    rows = sorted(chance.sample(range(len(works)), config.validation_works))
    return [works[row] for row in rows]
