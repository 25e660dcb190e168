"""The parts of the study, each for all models at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evaluation.studies.looking import see_all, treated
from evaluation.studies.semantic_gap.asking import LongTexts, encode
from evaluation.studies.semantic_gap.content_equal import Matched, content_equal, match_by_things
from evaluation.studies.semantic_gap.cue_conflict import (
    MAKERS,
    conflict_pictures,
    cue_conflict,
    draw_pairs,
)
from evaluation.studies.semantic_gap.distance_ratio import distance_ratio
from evaluation.studies.semantic_gap.facets import genre_prompts, measured_facets, published_ratio
from evaluation.studies.semantic_gap.failures import failures
from evaluation.studies.semantic_gap.gap import gaps
from evaluation.studies.semantic_gap.result import (
    ContentEqual,
    CueConflict,
    DistanceRatio,
    Failure,
    Gap,
    Retrieval,
    Survival,
)
from evaluation.studies.semantic_gap.retrieval import retrieve
from evaluation.studies.semantic_gap.surface import survival
from evaluation.studies.semantic_gap.treatments import TREATMENTS, TREATMENTS_VERSION
from evaluation.zero_shot import class_vectors
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.studies.looking import Feature, Space, StudiedWorks, StudyModel
    from topicart.fit import Progress

__all__ = ["ALL", "HELD_OUT", "MOST_ASKED", "Found", "Parts"]

ALL, HELD_OUT = "all", "held out"

MOST_ASKED = 10_000
"""Works that are asked for, drawn by lot: ranks in a whole gallery cost its size each."""


@dataclass(frozen=True)
class Found:
    """What was found by words."""

    tables: tuple[Retrieval, ...]
    gaps: tuple[Gap, ...]
    content_equal: tuple[ContentEqual, ...]
    failures: tuple[Failure, ...]


@dataclass(frozen=True, eq=False)
class Parts:
    """A study under way.

    Parameters
    ----------
    works
        Its works.
    models, spaces
        The models, and where each puts pictures and texts.
    texts
        The text by which each work is asked for, empty where it has none.
    groups
        ``additive``, ``narrative`` or ``neither`` of each work.
    judges
        Works that no map learnt from, shape ``(n_works,)``.
    semart
        Whether this is SemArt, whose test works are the gallery.
    long_texts
        What is done with long texts.
    folder
        Where vectors are kept.
    permutations, repeats, seed
        Of all draws.
    progress
        Told of stages and counts.
    """

    works: StudiedWorks
    models: tuple[StudyModel, ...]
    spaces: tuple[Space, ...]
    texts: tuple[str, ...]
    groups: tuple[str, ...]
    judges: NDArray[np.bool_]
    semart: bool
    long_texts: LongTexts
    folder: Path
    permutations: int
    repeats: int
    seed: int
    progress: Progress

    @cached_property
    def genres(self) -> list[tuple[str, ...]]:
        """Give the genres of the works.

        Returns
        -------
        list of tuple of str
            One entry a work.
        """
        return self.works.values("genre")

    def galleries(self, space: Space) -> list[tuple[str, NDArray[np.intp]]]:
        """Give the works that a model is measured on.

        Parameters
        ----------
        space
            The model's.

        Returns
        -------
        list of (str, ndarray)
            ``all`` works, unless a map learnt from some of them, and last those ``held out``
            wherever some model has such a map, so that all models meet on them.
        """
        everything = np.arange(len(self.judges))
        held_out = np.flatnonzero(self.judges)
        if self.semart:
            return [(HELD_OUT, held_out)]
        taught = any(own.joined for own in self.spaces)
        whole = [] if space.joined else [(ALL, everything)]
        return [*whole, (HELD_OUT, held_out)] if taught else whole

    @property
    def ratio_repeats(self) -> int:
        """Give the draws of a ratio's interval: each costs as much as a permutation.

        Returns
        -------
        int
            No more than permutations.
        """
        return min(self.repeats, self.permutations)

    @cached_property
    def asked(self) -> NDArray[np.intp]:
        """Give the works that are asked for.

        Returns
        -------
        ndarray of int
            All with a text, or ``MOST_ASKED`` of them drawn by lot, in order.
        """
        with_text = np.flatnonzero([bool(text) for text in self.texts])
        lot = np.random.default_rng(derive_seed(self.seed, "asked works"))
        return np.sort(lot.permutation(with_text)[:MOST_ASKED])

    def ratios(self) -> list[DistanceRatio]:
        """Measure distances within and between the values of facets.

        Returns
        -------
        list of DistanceRatio
            For each model and gallery, facets in order.
        """
        self.progress.stage("Measuring distances")
        facets = measured_facets(self.works, semart=self.semart)
        jobs = [
            (space, gallery, rows, facet)
            for space in self.spaces
            for gallery, rows in self.galleries(space)
            for facet in facets
        ]
        measured = []
        for done, (space, gallery, rows, facet) in enumerate(jobs):
            values = facets[facet]
            measured.append(
                distance_ratio(
                    space.pictures[rows],
                    [values[row] for row in rows],
                    model=space.model,
                    facet=facet,
                    gallery=gallery,
                    groups=[self.works.groups[row] for row in rows],
                    permutations=self.permutations,
                    repeats=self.ratio_repeats,
                    seed=self.seed,
                    published=published_ratio(facet, semart=self.semart),
                )
            )
            self.progress.count(done + 1, len(jobs))
        return measured

    def found(self) -> Found:
        """Ask for works by words.

        Returns
        -------
        Found
            Empty if no model reads, or no work has a text.
        """
        self.progress.stage("Asking by words")
        with_text = self.asked
        subjects = self.works.values("subject")
        matched: dict[str, Matched] = {}
        tables: list[Retrieval] = []
        gap_rows: list[Gap] = []
        equal: list[ContentEqual] = []
        failed: list[Failure] = []
        for done, space in enumerate(self.spaces):
            if space.read is None or not len(with_text):
                continue
            vectors = encode(space, [self.texts[row] for row in with_text], self.long_texts)
            for gallery, rows in self.galleries(space):
                of_gallery = np.isin(with_text, rows)
                asked = with_text[of_gallery]
                if not len(asked):
                    continue
                got = retrieve(
                    space,
                    vectors[of_gallery],
                    asked,
                    rows,
                    self.groups,
                    self.genres,
                    clusters=self.works.groups,
                    gallery=gallery,
                    protocol="semart" if self.semart else "own",
                    repeats=self.repeats,
                    seed=self.seed,
                )
                tables += got.tables
                gap_rows += gaps(
                    got,
                    self.groups,
                    clusters=self.works.groups,
                    repeats=self.repeats,
                    seed=self.seed,
                )
                if gallery == self.galleries(space)[0][0]:
                    failed += failures(
                        space,
                        vectors[of_gallery],
                        asked,
                        got.ranks["text to picture"],
                        self.works.collection.ids,
                        self.texts,
                        self.groups,
                        self.genres,
                        self.works.groups,
                        gallery=rows,
                    )
                if gallery not in matched:
                    own = match_by_things(subjects, self.groups, rows=asked, seed=self.seed)
                    matched[gallery] = own
                equal += content_equal(
                    space,
                    matched[gallery],
                    got,
                    vectors[of_gallery],
                    rows,
                    clusters=self.works.groups,
                    policy=self.long_texts,
                    repeats=self.repeats,
                    seed=self.seed,
                )
            self.progress.count(done + 1, len(self.spaces))
        return Found(tuple(tables), tuple(gap_rows), tuple(equal), tuple(failed))

    def survival(self, count: int) -> list[Survival]:
        """Treat pictures and look for their neighbours again.

        Parameters
        ----------
        count
            Works that are treated, at most.

        Returns
        -------
        list of Survival
            For each model, treatments in order.
        """
        rows = self.drawn(count)
        if not len(rows):
            return []
        treatments = {name: own.treat for name, own in TREATMENTS.items()}
        pictures = treated(
            self.works.pictures,
            rows.tolist(),
            treatments,
            version=TREATMENTS_VERSION,
            seed=self.seed,
        )
        seen = see_all(pictures, self._sees(), self.folder, progress=self.progress)
        names, phrasings = genre_prompts(self.genres)
        measured: list[Survival] = []
        for model, space in zip(self.models, self.spaces, strict=True):
            placed = space.place(seen[model.pictures.name])
            named = None
            if space.read is not None and len(names) > 1:
                named = (names, class_vectors(phrasings, space.read))
            measured += survival(
                space,
                rows,
                placed.reshape(len(rows), len(treatments), -1),
                list(treatments),
                self.genres,
                self.works.groups,
                named=named,
                repeats=self.repeats,
                seed=self.seed,
            )
        return measured

    def pairs(self, count: int) -> NDArray[np.intp]:
        """Draw works to set in conflict.

        Parameters
        ----------
        count
            Pairs of works, at most.

        Returns
        -------
        ndarray of int, shape (2 * pairs, 2)
            As ``draw_pairs`` gives them.
        """
        among = self.drawn(len(self.judges))
        return draw_pairs(self.genres, self.works.groups, count, among=among, seed=self.seed)

    def conflicts(self, pairs: NDArray[np.intp]) -> list[CueConflict]:
        """Set the form of works against the surface of others.

        Parameters
        ----------
        pairs
            As :meth:`pairs` draws them.

        Returns
        -------
        list of CueConflict
            For each model, all makers together first, by work and by genre; none if no two works
            are apart in genre and artist.
        """
        if not len(pairs):
            return []
        seen = {
            maker: see_all(
                conflict_pictures(self.works.pictures, pairs, maker, seed=self.seed),
                self._sees(),
                self.folder,
                progress=self.progress,
            )
            for maker in MAKERS
        }
        measured: list[CueConflict] = []
        for model, space in zip(self.models, self.spaces, strict=True):
            by_maker = {maker: space.place(own[model.pictures.name]) for maker, own in seen.items()}
            together = np.concatenate(list(by_maker.values()))
            for maker, vectors in {"all": together, **by_maker}.items():
                measured += cue_conflict(
                    space,
                    np.tile(pairs, (len(vectors) // len(pairs), 1)),
                    vectors,
                    self.genres,
                    self.works.groups,
                    maker=maker,
                    repeats=self.repeats,
                    seed=self.seed,
                )
        return measured

    def drawn(self, count: int) -> NDArray[np.intp]:
        """Draw works that judge every model: none from which a map learnt, if one did.

        Parameters
        ----------
        count
            How many, at most.

        Returns
        -------
        ndarray of int
            In order.
        """
        taught = any(space.joined for space in self.spaces)
        usable = np.flatnonzero(self.judges) if taught else np.arange(len(self.judges))
        generator = np.random.default_rng(derive_seed(self.seed, "treated works"))
        return np.sort(generator.permutation(usable)[:count])

    def _sees(self) -> list[Feature]:
        return list({model.pictures.name: model.pictures for model in self.models}.values())
