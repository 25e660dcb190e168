"""The batches of a training, decoded ahead: captions of all processes, pictures of this one."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import Problem
from topicart.errors import PictureError, TrainingError
from topicart.model import derive_seed
from topicart.preprocess import Preprocess, read_pixels
from topicart.stream import default_workers, run_ahead
from training.augment import View, draw_view
from training.batch import Batch
from training.config import TrainConfig
from training.pairs import Pairs
from training.pixel_cache import PixelCache
from training.sampler import plan_epoch

if TYPE_CHECKING:
    from accelerate import Accelerator

    from prompts import Caption, Captioner
    from topicart.slices import Progress

__all__ = ["Loader"]


class Loader:
    """Gives the batch of any step, the same whenever and on however many processes it is asked.

    What is drawn for a work (its caption, which of its pictures, how that is cut) is decided by
    the seed, the epoch and the work's id alone.

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
        if config.batch_size % world:
            raise TrainingError(
                f"a batch of {config.batch_size:,} pairs cannot be shared out evenly to {world} "
                f"processes. Give --batch-size a multiple of {world}, such as "
                f"{-(-config.batch_size // world) * world:,}."
            )
        share = config.batch_size // world
        self._own = slice(rank * share, (rank + 1) * share)
        self._pairs, self._captioner, self._config = pairs, captioner, config
        self._preprocess, self._root, self._cache = preprocess, root.resolve(), cache
        self._workers = default_workers() if workers is None else workers
        self._on_problem = on_problem
        self._reported: set[str] = set()
        self._seeds = [_number(work.id) for work in pairs.works]
        self._epochs = {0: self._planned(0)}

    @property
    def steps_per_epoch(self) -> int:
        """How many steps an epoch has.

        Returns
        -------
        int
            As many as epoch 0 has batches. Where captions may not meet themselves, another
            epoch's plan can be a little shorter or longer: then it is begun again, or cut.
        """
        return len(self._epochs[0].plan)

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
        return self._epoch(epoch).plan

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
        share = self._own.stop - self._own.start
        read = run_ahead(
            self._jobs(start_step, end_step),
            self._read,
            workers=self._workers,
            # The next batch ready while one is computed, and work for every thread besides.
            ahead=share + 2 * self._workers,
        )
        outcomes: list[NDArray[np.uint8] | PictureError] = []
        for job, outcome in read:
            if isinstance(outcome, PictureError):
                self._report(job, outcome)
            outcomes.append(outcome)
            if len(outcomes) == share:
                batch = self._batch(job.draft, outcomes)
                if job.draft.step == start_step and not batch.readable.any():
                    raise _nothing_readable(share, job, str(outcome), self._root)
                yield batch
                outcomes = []

    def fill_cache(
        self, folder: Path, accelerator: Accelerator, progress: Progress | None = None
    ) -> None:
        """Decode all pictures once, and take them from a folder from now on.

        All processes call this; one of each machine writes.

        Parameters
        ----------
        folder : Path
            Where to keep the pixels; it is made.
        accelerator : accelerate.Accelerator
            The processes.
        progress : callable, optional
            Called with the pictures done and all pictures.

        Raises
        ------
        TrainingError
            The disk has too little space.
        """
        cache = PixelCache.open(folder, self._pairs, self._preprocess, root=self._root)
        if accelerator.is_local_main_process:
            start = accelerator.process_index / accelerator.num_processes
            cache.fill(workers=self._workers, progress=progress, start=start)
        accelerator.wait_for_everyone()
        self._cache = cache

    def _epoch(self, epoch: int) -> _Epoch:
        """Plan an epoch, and keep that plan and the first."""
        if epoch not in self._epochs:
            try:
                planned = self._planned(epoch)
            except TrainingError:
                # By chance its captions are too alike to fill a batch; those of the first were not.
                planned = self._epochs[0]
            self._epochs = {0: self._epochs[0], epoch: planned}
        return self._epochs[epoch]

    def _planned(self, epoch: int) -> _Epoch:
        config, n_works = self._config, len(self._pairs)
        seed = derive_seed(config.seed, f"epoch {epoch}")
        keys = None
        if config.avoids_duplicates:
            # Captions are drawn again for their batch: kept, they would take more room than works.
            numbers: dict[str, int] = {}
            texts = (self._drawn(seed, row).caption.text for row in range(n_works))
            keys = np.array([numbers.setdefault(text, len(numbers)) for text in texts], np.int64)
        plan = plan_epoch(
            n_works,
            keys,
            config.batch_size,
            avoid_duplicates=config.avoids_duplicates,
            seed=seed,
        )
        return _Epoch(seed, plan)

    def _drawn(self, seed: int, row: int) -> _Drawn:
        """Draw what an epoch makes of a work."""
        work = self._pairs.works[row]
        chance = random.Random(seed << 64 | self._seeds[row])
        image = work.images[int(chance.random() * len(work.images))]
        view = draw_view(self._config.augment, chance)
        return _Drawn(image, view, self._captioner.sample(work, chance))

    def _jobs(self, start_step: int, end_step: int) -> Iterator[_Job]:
        """List this process's pictures, batch by batch, lazily."""
        for step in range(start_step, end_step):
            number, place = divmod(step, self.steps_per_epoch)
            epoch = self._epoch(number)
            rows = epoch.plan[place % len(epoch.plan)].tolist()
            draft = _Draft(step, rows, [self._drawn(epoch.seed, row) for row in rows])
            for position in range(len(rows))[self._own]:
                yield _Job(draft, position)

    def _read(self, job: _Job) -> NDArray[np.uint8] | PictureError:
        """Read one picture, in a worker thread."""
        file = job.draft.drawn[job.position].image
        kept = self._cache.read(file) if self._cache else None
        return read_pixels(self._root, file, self._preprocess) if kept is None else kept

    def _batch(self, draft: _Draft, outcomes: list[NDArray[np.uint8] | PictureError]) -> Batch:
        works, own = self._pairs.works, draft.drawn[self._own]
        pixels = np.zeros((len(outcomes), *self._preprocess.size, 3), np.uint8)
        readable = np.zeros(len(outcomes), np.bool_)
        for place, outcome in enumerate(outcomes):
            if not isinstance(outcome, PictureError):
                pixels[place], readable[place] = outcome, True
        views = [drawn.view for drawn in own if drawn.view is not None]
        return Batch(
            ids=tuple(works[row].id for row in draft.rows),
            captions=tuple(drawn.caption for drawn in draft.drawn),
            facts=tuple(self._pairs.facts(row) for row in draft.rows),
            own=self._own,
            pixels=pixels,
            readable=readable,
            views=np.array(views, np.float32) if views else None,
        )

    def _report(self, job: _Job, error: PictureError) -> None:
        file = job.draft.drawn[job.position].image
        if self._on_problem and file not in self._reported:
            self._reported.add(file)
            row = job.draft.rows[job.position]
            self._on_problem(Problem(self._pairs.works[row].id, file, str(error)))


@dataclass(frozen=True, eq=False)
class _Epoch:
    """What decides the draws of an epoch, and its batches."""

    seed: int
    plan: NDArray[np.int64]


@dataclass(frozen=True)
class _Drawn:
    """What an epoch makes of a work."""

    image: str
    view: View | None
    caption: Caption


@dataclass(frozen=True, eq=False)
class _Draft:
    """A batch without its pictures."""

    step: int
    rows: list[int]
    drawn: list[_Drawn]


@dataclass(frozen=True, eq=False)
class _Job:
    """One picture to read."""

    draft: _Draft
    position: int


def _number(id_: str) -> int:
    """Make a number of 64 bits of an id: one that no other work shares, wherever it stands."""
    return int.from_bytes(hashlib.sha256(id_.encode()).digest()[:8], "big")


def _nothing_readable(share: int, job: _Job, reason: str, root: Path) -> TrainingError:
    file = job.draft.drawn[job.position].image
    return TrainingError(
        f"none of the {share:,} pictures of the first batch can be read, such as {file!r} in "
        f"{root}: {reason}. Check that the pictures are there and whole."
    )
