"""Look at held-out works: on all processes together, each with its share of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import Problem
from topicart.errors import PictureError, TrainingError
from topicart.preprocess import read_pixels
from topicart.stream import default_workers, run_ahead
from training.judge import Judged, judge

if TYPE_CHECKING:
    from accelerate import Accelerator

    from knowledge_graph import Artwork
    from prompts import Captioner
    from topicart.encoder import Encoder

__all__ = ["HeldOut"]

FEWEST = 2
"""Works among which one can be found."""


class HeldOut:
    """The works by which an encoder is judged while it learns; the same ones each time.

    Parameters
    ----------
    works : sequence of Artwork
        Works with a picture and a caption.
    root : Path
        The folder that the pictures' paths are relative to.
    captioner : Captioner
        Its full captions are what the pictures are told by.
    encoder : Encoder
        The encoder, as it is at the time.
    accelerator : Accelerator
        Which processes there are.
    part : str
        What they are for, as ``split.csv`` has it.
    chunk_size : int
        Pictures that are encoded at a time.
    workers : int, optional
        Threads that decode.
    on_problem : callable, optional
        Called with each picture that cannot be read.

    Raises
    ------
    TrainingError
        If there are fewer than two works.
    """

    def __init__(
        self,
        works: Sequence[Artwork],
        root: Path,
        captioner: Captioner,
        encoder: Encoder,
        accelerator: Accelerator,
        *,
        part: str,
        chunk_size: int,
        workers: int | None = None,
        on_problem: Callable[[Problem], None] | None = None,
    ) -> None:
        if len(works) < FEWEST:
            raise TrainingError(
                f"{len(works)} of the works are held out for {part}; expected {FEWEST} at least to "
                "choose the best weights by, and as many to judge these by. Hold out more: --set "
                "hold_out_share=0.3, or --hold-out work."
            )
        self._works = tuple(works)
        self._captions = [captioner.full(work).text for work in works]
        self._root = root.resolve()
        self._encoder = encoder
        self._accelerator = accelerator
        self._chunk_size = chunk_size
        self._workers = workers or default_workers()
        self._on_problem = on_problem
        self._seen: NDArray[np.intp] | None = None

    def judge(self, classes: Mapping[str, Sequence[str]] | None = None) -> Judged:
        """Judge the encoder as it is now.

        Parameters
        ----------
        classes : mapping of str to sequence of str, optional
            Facet to the classes that are told apart; by default the most frequent ones.

        Returns
        -------
        Judged
            Of the works whose picture can be read; the same on every process, and the same works
            each time.

        Raises
        ------
        TrainingError
            If fewer than two of the pictures can be read, one can be no more, or the model's
            vectors are not finite.
        """
        share = -(-len(self._works) // self._accelerator.num_processes)
        start = self._accelerator.process_index * share
        # Pictures, captions, and whether the picture was read.
        vectors = np.zeros((share, 2 * self._encoder.dim + 1), np.float32)
        own = self._works[start : start + share]
        captions = self._captions[start : start + share]
        self._encoder.model.eval()
        if captions:
            vectors[: len(own), self._encoder.dim : -1] = self._encoder.encode_texts(
                captions, batch_size=self._chunk_size
            )
        for rows, pixels in self._chunks(own):
            vectors[rows, : self._encoder.dim] = self._encoder.encode_pixels(pixels)
            vectors[rows, -1] = 1.0
        every = self._gathered(vectors)[: len(self._works)]
        seen = np.flatnonzero(every[:, -1])
        self._require_as_before(seen)
        images, texts = np.split(every[seen, :-1], 2, axis=1)
        works = [self._works[row] for row in seen]
        if not np.isfinite(images).all():
            bad = [work.id for work, row in zip(works, images, strict=True) if np.isnan(row).any()]
            raise TrainingError(
                f"the vectors of {len(bad):,} held-out works are not finite ({', '.join(bad[:3])}, "
                "…). Go on with --resume --precision fp32, or start again with a lower "
                "--learning-rate (--overwrite)."
            )
        return judge(images, texts, works, self._encoder, classes=classes)

    def _require_as_before(self, seen: NDArray[np.intp]) -> None:
        """Refuse to compare other works than at first, or too few."""
        if len(seen) < FEWEST:
            raise TrainingError(
                f"only {len(seen)} of the {len(self._works):,} held-out works that are looked at "
                f"has a picture that can be read; expected {FEWEST} at least. Check that the "
                f"pictures in {self._root} are there and whole."
            )
        if self._seen is None:
            self._seen = seen
        for row in np.setxor1d(self._seen, seen):
            work = self._works[row]
            raise TrainingError(
                f"the picture {self._root / work.images[0]} of the held-out work {work.id} "
                "changed while the training went on: it could be read before and cannot now, or "
                "the other way round. Bring back what was there, and go on with --resume."
            )

    def _chunks(self, works: Sequence[Artwork]) -> Iterator[tuple[list[int], NDArray[np.uint8]]]:
        """Read the pictures that can be read, some at a time, ahead of their use."""
        rows: list[int] = []
        pixels: list[NDArray[np.uint8]] = []
        ahead = 2 * self._chunk_size
        read = run_ahead(range(len(works)), partial(self._read, works), workers=self._workers,
                         ahead=ahead)  # fmt: skip
        for row, found in read:
            if isinstance(found, Problem):
                if self._on_problem is not None:
                    self._on_problem(found)
                continue
            rows.append(row)
            pixels.append(found)
            if len(rows) == self._chunk_size:
                yield rows, np.stack(pixels)
                rows, pixels = [], []
        if rows:
            yield rows, np.stack(pixels)

    def _read(self, works: Sequence[Artwork], row: int) -> NDArray[np.uint8] | Problem:
        """Read a work's first picture, or say why it cannot be read."""
        image = works[row].images[0]
        found = read_pixels(self._root, image, self._encoder.preprocess)
        if isinstance(found, PictureError):
            return Problem(works[row].id, image, str(found))
        return found

    def _gathered(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Lay the rows of all processes one below the other."""
        if self._accelerator.num_processes == 1:
            return vectors
        import torch

        tensor = torch.from_numpy(vectors).to(self._accelerator.device)
        gathered: NDArray[np.float32] = self._accelerator.gather(tensor).cpu().numpy()
        return gathered
