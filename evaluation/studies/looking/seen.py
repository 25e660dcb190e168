"""What features made of pictures, kept part by part: an interrupted study goes on.

::

    FOLDER/<first 16 digits of the feature's fingerprint>/
      <the part's key>.npy   float32, shape (pictures of the part, dim)
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from knowledge_graph import printable
from knowledge_graph.atomic import make_folder, remove_leftovers, write_bytes_atomic
from topicart.errors import StudyError
from topicart.fit import Silent

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    from evaluation.studies.looking.features import Feature
    from topicart.fit import Progress

__all__ = ["PicturesInParts", "see_all"]

BATCH = 32


class PicturesInParts(Protocol):
    """Pictures that are made or read part by part when they are looked at."""

    @property
    def parts(self) -> tuple[range, ...]:
        """Rows of the pictures that are made together, in order; together all rows."""
        ...

    @property
    def keys(self) -> tuple[str, ...]:
        """What decides each part's pictures, as a SHA-256: the same key is the same pictures."""
        ...

    @property
    def pictures_of(self) -> Callable[[int], Sequence[Image.Image]]:
        """The pictures of a part, RGB, in the order of its rows."""
        ...

    def __len__(self) -> int: ...


def see_all(
    pictures: PicturesInParts,
    features: Sequence[Feature],
    folder: Path,
    *,
    progress: Progress | None = None,
) -> dict[str, NDArray[np.float32]]:
    """Turn all pictures into vectors by all features; what is in the folder is not done again.

    A part's pictures are made once for all the features that have not seen it.

    Parameters
    ----------
    pictures
        The pictures.
    features
        What looks at them.
    folder
        Where vectors are kept, created where it is missing.
    progress
        Told of counts.

    Returns
    -------
    dict of str to numpy.ndarray
        For each feature's name its vectors, shape ``(n_pictures, dim)``.

    Raises
    ------
    StudyError
        If vectors that were kept differ in length.
    WriteError
        If the folder cannot be written. What was finished stays.
    """
    progress = progress or Silent()
    folders = {feature.name: folder / feature.fingerprint[:16] for feature in features}
    for own in folders.values():
        make_folder(own)
        remove_leftovers(own)
    vectors: dict[str, NDArray[np.float32]] = {}
    progress.stage("Looking at the pictures")
    for part, rows in enumerate(pictures.parts):
        made = None
        for feature in features:
            file = folders[feature.name] / f"{pictures.keys[part]}.npy"
            seen = _kept(file, len(rows))
            if seen is None:
                made = pictures.pictures_of(part) if made is None else made
                seen = np.concatenate(
                    [feature.encode(made[at : at + BATCH]) for at in range(0, len(rows), BATCH)]
                )
                kept = io.BytesIO()
                np.save(kept, seen, allow_pickle=False)
                write_bytes_atomic(file, kept.getvalue())
            if feature.name not in vectors:
                vectors[feature.name] = np.empty((len(pictures), seen.shape[1]), np.float32)
            if seen.shape[1] != vectors[feature.name].shape[1]:
                raise StudyError(
                    f"{printable(str(file))}: its vectors have not the length of those beside it; "
                    f"it, or they, were changed. Remove {printable(str(file.parent))}, and repeat "
                    "the command."
                )
            vectors[feature.name][rows.start : rows.stop] = seen
        progress.count(rows.stop, len(pictures))
    return vectors


def _kept(file: Path, pictures: int) -> NDArray[np.float32] | None:
    """Read what a feature saw of a part; nothing of a file that is missing or damaged."""
    try:
        seen = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    fits = isinstance(seen, np.ndarray) and seen.dtype == np.float32 and seen.ndim == 2
    return seen if fits and len(seen) == pictures and np.isfinite(seen).all() else None
