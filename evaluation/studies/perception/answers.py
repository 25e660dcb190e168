"""What a model answers in words: zero-shot, all phrasings together and each alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evaluation.zero_shot import class_vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.studies.looking import Space

__all__ = ["Said", "pair_answers", "zero_shot"]


@dataclass(frozen=True, eq=False)
class Said:
    """What a model answers in words.

    Parameters
    ----------
    scores
        How much more each answer is said of each work than the answers are on average (a
        difference of cosines), all phrasings together, shape ``(n, n_classes)``.
    by_template
        The same by each phrasing alone, shape ``(n_templates, n, n_classes)``.
    """

    scores: NDArray[np.float32]
    by_template: NDArray[np.float32]

    def best(self) -> NDArray[np.intp]:
        """Give the answer that is said most of each work.

        Returns
        -------
        ndarray of intp, shape (n,)
            The class.
        """
        best: NDArray[np.intp] = np.argmax(self.scores, axis=1)
        return best


def zero_shot(
    space: Space, phrasings: Sequence[Sequence[str]], rows: NDArray[np.intp] | None = None
) -> Said:
    """Ask a model in words (Radford et al. 2021, sections 3.1.2 and 3.1.4).

    Parameters
    ----------
    space
        The model's space; it must read words.
    phrasings
        What is said of each answer, in every template.
    rows
        Works that are asked about, shape ``(n,)``; by default all.

    Returns
    -------
    Said
        Of these works.

    Raises
    ------
    ValueError
        If the model reads no words.
    """
    if space.read is None:
        raise ValueError(f"{space.model} reads no words; ask one that does.")
    pictures = space.pictures if rows is None else space.pictures[rows]
    with np.errstate(invalid="ignore"):  # A text side that knows none of the words gives zeros.
        together = np.nan_to_num(class_vectors(phrasings, space.read))
    alone = [space.read(own) for own in zip(*phrasings, strict=True)]
    by_template = np.stack([_more_than_others(pictures @ own.T) for own in alone])
    return Said(_more_than_others(pictures @ together.T), by_template)


def pair_answers(
    space: Space,
    vectors: NDArray[np.float32],
    spoilt: Sequence[str],
    sound: Sequence[str],
) -> NDArray[np.float64]:
    """Ask which of two kinds of picture each is.

    Parameters
    ----------
    space
        The model's space; it must read words.
    vectors
        Pictures in the space, unit rows, shape ``(n, dim)``.
    spoilt
        Phrasings of the one kind.
    sound
        Phrasings of the other.

    Returns
    -------
    ndarray of float64, shape (n,)
        Mean cosine to the one minus mean cosine to the other.

    Raises
    ------
    ValueError
        If the model reads no words.
    """
    if space.read is None:
        raise ValueError(f"{space.model} reads no words; ask one that does.")
    direction = space.read(list(spoilt)).mean(axis=0) - space.read(list(sound)).mean(axis=0)
    answers: NDArray[np.float64] = (vectors @ direction).astype(np.float64)
    return answers


def _more_than_others(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    """Set answers off against each other, as a softmax does: some pictures are near all texts."""
    more: NDArray[np.float32] = cosines - cosines.mean(axis=1, keepdims=True)
    return more
