"""Pictures of which it is known what they show and in what style: one picture for each pair.

The question that such a set asks is the one of conditional retrieval: here is a content in one
style, find the same content in another (Hamilton et al., arXiv 2007.07177, section on evaluation).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from topicart.errors import RetrievalError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

__all__ = ["PicturesInStyles"]


@dataclass(frozen=True, eq=False)
class PicturesInStyles:
    """Pictures by content and style, made or read part by part when they are looked at.

    Raises
    ------
    RetrievalError
        If fewer than two styles or contents are there: nothing could be asked.
    """

    name: str
    """What the set is called, such as ``fonts``."""
    contents: tuple[str, ...]
    """What pictures show: letters, or works."""
    styles: tuple[str, ...]
    """In what way: fonts, or stylisations."""
    content_of: NDArray[np.intp]
    """Number of each picture's content, shape ``(n_pictures,)``."""
    style_of: NDArray[np.intp]
    """Number of each picture's style, shape ``(n_pictures,)``."""
    parts: tuple[range, ...]
    """Rows of the pictures that are made together, in order; together all rows."""
    pictures_of: Callable[[int], Sequence[Image.Image]] = field(repr=False)
    """The pictures of a part, RGB, in the order of its rows."""
    keys: tuple[str, ...]
    """What decides each part's pictures, as a SHA-256: the same key is the same pictures."""
    about: Mapping[str, Any] = field(default_factory=dict)
    """What a reader of the numbers must know: what was taken, what was left out and why."""
    differs: tuple[str, ...] = ()
    """Where the set differs from the paper's, in sentences."""

    def __post_init__(self) -> None:
        for kind, names in (("styles", self.styles), ("contents", self.contents)):
            if len(names) < 2:
                raise RetrievalError(
                    f"{self.name}: a study needs two {kind} at least, got {len(names)}"
                    f"{f' ({names[0]})' if names else ''}. Give more {kind}."
                )

    def __len__(self) -> int:
        return len(self.content_of)

    @cached_property
    def rows(self) -> NDArray[np.intp]:
        """The row of each content in each style.

        Returns
        -------
        ndarray of int, shape (contents, styles)
            -1 for none.
        """
        rows = np.full((len(self.contents), len(self.styles)), -1, dtype=np.intp)
        rows[self.content_of, self.style_of] = np.arange(len(self))
        return rows
