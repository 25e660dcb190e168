"""The works of a study: those with a readable picture, and what is known of them."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.studies.looking.pictures import SIDE, pictures_of_works, readable_works
from knowledge_graph import CENTURIES, FACETS, nearest
from topicart.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from evaluation.studies.looking.pictures import WorkPictures
    from knowledge_graph import Collection, Problem
    from topicart.fit import Progress

__all__ = ["StudiedWorks", "held_out_groups", "studied_works"]

_SPAN = re.compile(r"(\d{1,4})-(\d{1,4})")
_DRAWS = 20


@dataclass(frozen=True, eq=False)
class StudiedWorks:
    """The works of a study.

    Parameters
    ----------
    collection
        Works with a readable picture, sorted by id; everything in a study is aligned with it.
    pictures
        Their pictures.
    groups
        The artist of each, or its id where none is known: what belongs together in a draw. Works
        that share an artist, directly or through others, have one group.
    unreadable
        How many works were left out because no picture of theirs can be read.
    about
        What a reader of the numbers must know: the source, how many works, which were drawn.
    """

    collection: Collection
    pictures: WorkPictures
    groups: tuple[str, ...]
    unreadable: int
    about: Mapping[str, Any]

    @property
    def cautions(self) -> list[str]:
        """Say what of the source is not in the study.

        Returns
        -------
        list of str
            Sentences; none if everything is.
        """
        said = []
        if self.unreadable:
            works = "1 work has" if self.unreadable == 1 else f"{self.unreadable:,} works have"
            said.append(f"{works} no readable picture.")
        if count := self.about["problems"]:
            things = "1 thing" if count == 1 else f"{count:,} things"
            said.append(
                f"{things} of the source could not be read, the first: "
                f"{self.about['first_problem']}. Mend the source if works are missing."
            )
        return said

    def values(self, facet: str) -> list[tuple[str, ...]]:
        """Give the values of each work.

        Parameters
        ----------
        facet
            A facet, ``century``, or ``timeframe``: fifty years, as SemArt has them ("1501-1550"),
            of works whose date lies within one such span. A period that the source states as such
            a span counts as it stands.

        Returns
        -------
        list of tuple of str, length n_works
            Empty where nothing is known; no value twice.

        Raises
        ------
        StudyError
            If there is no such facet.
        """
        if facet == "timeframe":
            return self._timeframes()
        legal = (*FACETS, *CENTURIES, "timeframe")
        if facet not in legal:
            raise StudyError(
                f"There is no facet {facet!r}; the facets are {', '.join(legal)}."
                f"{nearest(facet, legal)}"
            )
        return [tuple(dict.fromkeys(own)) for own in self.collection.facet(facet)]

    def _timeframes(self) -> list[tuple[str, ...]]:
        stated = self.collection.facet("period")
        dated = self.collection.facet("half_century")
        return [
            tuple(dict.fromkeys(own)) or (tuple(spans) if len(spans) == 1 else ())
            for periods, spans in zip(stated, dated, strict=True)
            for own in [[period.strip() for period in periods if _is_timeframe(period.strip())]]
        ]

    @property
    def splits(self) -> bool:
        """Whether the source says which works teach and which judge, as SemArt does.

        Returns
        -------
        bool
            False if either kind is missing.
        """
        return {"train", "test"} <= {own.casefold() for own in self.collection.column("split")}

    def held_out(self, share: float = 0.3, *, seed: int = 0) -> NDArray[np.bool_]:
        """Mark the works that judge.

        No artist of theirs is among the others, but where the source states splits (SemArt): there
        its test works judge and its others teach, whoever made them, as published.

        Parameters
        ----------
        share
            About how many, from 0 to 1.
        seed
            Decides which.

        Returns
        -------
        ndarray of bool, shape (n_works,)
            True for works that judge: at least one, never all.

        Raises
        ------
        StudyError
            If all works belong to one artist, or ``share`` is not between 0 and 1.
        """
        if self.splits:
            return np.array([own.casefold() == "test" for own in self.collection.column("split")])
        return held_out_groups(self.groups, share, seed=seed)


def held_out_groups(
    groups: Sequence[str], share: float = 0.3, *, seed: int = 0
) -> NDArray[np.bool_]:
    """Mark whole groups of works that have together about a share of them.

    Groups come by lot as long as they fit; of some such draws the nearest to the share counts. A
    group of more than half of the works is never marked where there is another way.

    Parameters
    ----------
    groups
        What belongs together, a name a work.
    share
        From 0 to 1.
    seed
        Decides which.

    Returns
    -------
    ndarray of bool, shape (n_works,)
        At least one group is marked, and one is not.

    Raises
    ------
    StudyError
        If there is one group, or ``share`` is not between 0 and 1.
    """
    if not 0 < share < 1:
        raise StudyError(
            f"The share that is held out is {share}; expected more than 0, less than 1."
        )
    sizes = Counter(groups)
    if len(sizes) < 2:
        raise StudyError(
            f"All {len(groups):,} works belong to one artist: nothing can be held out that is not "
            "also learnt from. Add works of others, or ask models that need no training."
        )
    wanted = share * len(groups)
    small = [name for name in sorted(sizes) if 2 * sizes[name] <= len(groups)]
    chance = random.Random(f"{seed}/held out")
    best: list[str] = []
    for _ in range(_DRAWS):
        drawn, total = [], 0
        for name in chance.sample(small, len(small)):
            # Also one that overshoots, if that comes nearer than going without.
            if abs(total + sizes[name] - wanted) <= abs(total - wanted):
                drawn.append(name)
                total += sizes[name]
        drawn = drawn or [min(small, key=lambda name: sizes[name])]
        if len(drawn) == len(sizes):
            drawn.pop()
        if not best or _off(drawn, sizes, wanted) < _off(best, sizes, wanted):
            best = drawn
    chosen = set(best)
    return np.array([name in chosen for name in groups], bool)


def studied_works(
    collection: Collection,
    *,
    works: int | None = None,
    seed: int = 0,
    side: int = SIDE,
    progress: Progress | None = None,
) -> StudiedWorks:
    """Take the works of a collection that have a readable picture.

    Parameters
    ----------
    collection
        The collection.
    works
        How many are drawn by lot; by default all. More works keep those that fewer had.
    seed
        Decides which.
    side
        Shorter side in pixels of the pictures that are looked at.
    progress
        Told of counts.

    Returns
    -------
    StudiedWorks
        At least two works; of several pictures of a work the first that can be read counts.

    Raises
    ------
    StudyError
        If fewer than two works have a readable picture, or are asked for.
    """
    if works is not None and works < 2:
        raise StudyError(f"A study needs two works at least, got works={works}.")
    found = readable_works(collection, works, seed=seed, progress=progress)
    if len(found.rows) < 2:
        raise StudyError(
            f"{len(found.rows)} of the {len(collection):,} works of {collection.source} have a "
            "picture that can be read; expected two at least. `topicart graph` says what is wrong "
            "with the others."
        )
    order = sorted(range(len(found.rows)), key=lambda place: found.rows[place])
    chosen = collection.select(found.rows)
    return StudiedWorks(
        collection=chosen,
        pictures=pictures_of_works(chosen.ids, [found.files[place] for place in order], side=side),
        groups=_groups(chosen.ids, chosen.facet("artist")),
        unreadable=found.unreadable,
        about={
            "source": collection.source,
            "works": len(chosen),
            "works_of_the_collection": len(collection),
            "drawn": len(found.rows) + found.unreadable < len(collection),
            "unreadable": found.unreadable,
            "problems": len(collection.problems),
            "first_problem": _told(collection.problems[0]) if collection.problems else "",
            "pixels": side,
            "seed": seed,
        },
    )


def _groups(ids: Sequence[str], artists: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Name each work's group: artists that share a work are merged (union-find, path halving)."""
    parent: dict[str, str] = {}

    def _root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for first, *others in filter(None, artists):
        for other in others:
            one, two = sorted((_root(first), _root(other)))
            parent[two] = one
    return tuple(_root(own[0]) if own else id_ for id_, own in zip(ids, artists, strict=True))


def _off(drawn: Sequence[str], sizes: Mapping[str, int], wanted: float) -> float:
    return abs(sum(sizes[name] for name in drawn) - wanted)


def _is_timeframe(period: str) -> bool:
    """Whether a period is fifty years from a year that ends in 01 or 51."""
    span = _SPAN.fullmatch(period)
    return span is not None and int(span[1]) % 50 == 1 and int(span[2]) == int(span[1]) + 49


def _told(problem: Problem) -> str:
    return ": ".join(part for part in (problem.id, problem.file, problem.reason) if part)
