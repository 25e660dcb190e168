"""What can be learned from: works that have a picture and something to say of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from sys import intern
from typing import TYPE_CHECKING

from knowledge_graph import Artwork
from prompts import facts_of, first_sentence
from topicart.errors import TrainingError
from training.batch import Fact

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from prompts import Captioner

__all__ = ["Pairs", "pairs_of"]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Works with a picture and a caption, sorted by id."""

    works: tuple[Artwork, ...]
    """The works, without what no caption states (IRIs, addresses, all but the first sentence of a
    description)."""
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
        """Give everything that is known of a work, and that a caption may state.

        Made when it is asked for: kept, the facts would take as much memory as the works.

        Parameters
        ----------
        row : int
            The work.

        Returns
        -------
        frozenset of (str, str)
            As ``prompts.facts_of`` gives them.
        """
        return facts_of(self.works[row])

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
        wanted = frozenset(ids)
        return Pairs(tuple(work for work in self.works if work.id in wanted))


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
    slim = _Slim()
    works: list[Artwork] = []
    captions: set[str] = set()
    n_pictured = 0
    for work in collection:
        if not work.images:
            continue
        n_pictured += 1
        if text := captioner.full(work).text:
            works.append(slim(work))
            if len(captions) < 2:
                captions.add(text)
    pairs = Pairs(tuple(works), len(collection) - n_pictured, n_pictured - len(works))
    _require_something_to_learn(pairs, collection, captions)
    return pairs


class _Slim:
    """Cuts works down to what training needs, and keeps values that repeat once.

    100,000 works of a graph repeat a few thousand values, each read as a text of its own.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, ...], tuple[str, ...]] = {}

    def __call__(self, work: Artwork) -> Artwork:
        return Artwork(
            id=work.id,
            title=work.title,
            description=first_sentence(work.description) if work.description else "",
            date=intern(work.date),
            year_from=work.year_from,
            year_to=work.year_to,
            date_precision=intern(work.date_precision),
            facets={facet: self._once(values) for facet, values in work.facets.items()},
            images=work.images,
            split=intern(work.split),
        )

    def _once(self, values: tuple[str, ...]) -> tuple[str, ...]:
        if values not in self._seen:
            self._seen[values] = tuple(map(intern, values))
        return self._seen[values]


def _require_something_to_learn(pairs: Pairs, collection: Collection, captions: set[str]) -> None:
    """Refuse works of which nothing can be learned."""
    n_pictured = len(collection) - pairs.without_picture
    if not n_pictured:
        raise TrainingError(
            f"{collection.source}: none of the {len(collection):,} works has a picture; expected "
            "pictures in its folder. Put them there, or check the column that names them."
        )
    if not pairs.works:
        raise TrainingError(
            f"{collection.source}: none of the {n_pictured:,} works with a picture has a fact or a "
            "title to make a caption of; expected columns such as title, artist, style or genre. "
            "Add them, or name caption templates that say what is known."
        )
    if len(captions) < 2:
        raise TrainingError(
            f"{collection.source}: all {len(pairs):,} works have one caption, "
            f"{next(iter(captions))!r}; expected at least two different ones, for there is nothing "
            "else to tell works apart by. Add facts or titles to the source."
        )
