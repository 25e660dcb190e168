"""What can be learned from: works that have a picture and something to say of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from training.batch import Fact

if TYPE_CHECKING:
    from knowledge_graph import Artwork, Collection
    from prompts import Captioner

__all__ = ["Pairs", "pairs_of"]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Works with a picture and a caption, sorted by id."""

    works: tuple[Artwork, ...]
    """The works, without what no caption states (IRIs, addresses); equal texts are stored once."""
    without_picture: int = 0
    """Works of the collection that are left out since they have no picture."""
    without_caption: int = 0
    """Works of the collection that have a picture, and are left out since nothing is known."""

    def __len__(self) -> int:
        return len(self.works)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The works' ids.

        Returns
        -------
        tuple of str, length n_works
            Ascending.
        """
        return tuple(work.id for work in self.works)

    def facts(self, row: int) -> frozenset[Fact]:
        """Everything that is known of a work, and that a caption may state.

        Parameters
        ----------
        row : int
            The work.

        Returns
        -------
        frozenset of (str, str)
            As ``prompts.facts_of`` gives them.
        """
        raise NotImplementedError

    def of(self, ids: Iterable[str]) -> Pairs:
        """Take some of the works, such as those of one side of a split.

        Parameters
        ----------
        ids : iterable of str
            Ids; those that are not among the works are passed over.

        Returns
        -------
        Pairs
            Of these works, sorted by id.
        """
        raise NotImplementedError


def pairs_of(collection: Collection, captioner: Captioner) -> Pairs:
    """Find the works of a collection that have a picture and a caption.

    Parameters
    ----------
    collection : Collection
        Works and their pictures.
    captioner : Captioner
        Whose full caption of a work must not be empty.

    Returns
    -------
    Pairs
        Them, and counts of what was left out.

    Raises
    ------
    TrainingError
        No work has a picture, none a caption, or all have the same one.
    """
    raise NotImplementedError
