"""The parts of the study of perception, each for all models at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evaluation.studies.looking import see_all, treated
from evaluation.studies.perception.agreement import people
from evaluation.studies.perception.answered import answered
from evaluation.studies.perception.answers import pair_answers, zero_shot
from evaluation.studies.perception.defects import defects
from evaluation.studies.perception.deformations import (
    DEFORMATIONS,
    DEFORMATIONS_VERSION,
    STRENGTHS,
    treatments,
)
from evaluation.studies.perception.questions import shown_as
from evaluation.studies.perception.result import (
    Answered,
    DefectSeen,
    DimensionTold,
    Mistake,
    PeopleTold,
)
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.studies.looking import Space, StudiedWorks, StudyModel, Treatment
    from evaluation.studies.perception.annotations import Annotations
    from evaluation.studies.perception.classes import Answers
    from evaluation.studies.perception.dimensions import Dimensions
    from topicart.fit import Progress

__all__ = ["Parts"]

_SHOWN = 8
"""Works of each dimension that are shown because every model took them for something else."""


@dataclass(frozen=True, eq=False)
class Parts:
    """A study under way.

    Parameters
    ----------
    works
        Its works.
    models, spaces
        The models, and where each puts pictures and texts.
    judges
        Works that no map learnt from, shape ``(n_works,)``: all models are judged by them alone, so
        that their numbers can be compared.
    asks
        The questions.
    folder
        Where vectors are kept.
    repeats, seed
        Of all draws.
    progress
        Told of stages and counts.
    """

    works: StudiedWorks
    models: tuple[StudyModel, ...]
    spaces: tuple[Space, ...]
    judges: NDArray[np.bool_]
    asks: Dimensions
    folder: Path
    repeats: int
    seed: int
    progress: Progress

    def answered(self, answers: Sequence[Answers]) -> list[Answered]:
        """Ask in words and by probes.

        Parameters
        ----------
        answers
            The questions that the collection answers.

        Returns
        -------
        list of Answered
            For each question, model by model.
        """
        self.progress.stage("Asking in words, and by probes")
        jobs = [(own, space) for own in answers for space in self.spaces]
        rows = []
        for done, (own, space) in enumerate(jobs):
            rows.append(
                answered(
                    space,
                    own,
                    self.works.groups,
                    judge=self.judges,
                    repeats=self.repeats,
                    seed=self.seed,
                )
            )
            self.progress.count(done + 1, len(jobs))
        return rows

    def defects(self, count: int) -> list[DefectSeen]:
        """Spoil pictures and ask who notices.

        Parameters
        ----------
        count
            Works that are spoilt, at most.

        Returns
        -------
        list of DefectSeen
            For each model, deformations in order; none where none is asked about.
        """
        if not self.asks.deformations:
            return []
        generator = np.random.default_rng(derive_seed(self.seed, "spoilt works"))
        rows = np.sort(generator.permutation(np.flatnonzero(self.judges))[:count]).tolist()
        ways = treatments()
        raw = self._seen_treated(rows, ways)
        self.progress.stage("Asking who notices")
        prompts = {name: (pair.spoilt, pair.sound) for name, pair in self.asks.deformations.items()}
        groups = [self.works.groups[row] for row in rows]
        measured: list[DefectSeen] = []
        for done, (model, space) in enumerate(zip(self.models, self.spaces, strict=True)):
            spoilt = raw[model.pictures.name]
            measured += defects(
                space,
                rows,
                spoilt.reshape(len(rows), len(DEFORMATIONS), len(STRENGTHS), -1),
                prompts,
                self.asks.controls,
                groups,
                repeats=self.repeats,
                seed=self.seed,
            )
            self.progress.count(done + 1, len(self.models))
        return measured

    def people(self, given: Annotations, answers: Sequence[Answers]) -> list[PeopleTold]:
        """Set models beside people.

        Parameters
        ----------
        given
            What people answered.
        answers
            The questions that the collection answers.

        Returns
        -------
        list of PeopleTold
            One a question that anybody answered.
        """
        said: dict[str, dict[str, tuple[Mapping[str, str], Mapping[str, float]]]] = {}
        ids = self.works.collection.ids
        asked = np.flatnonzero(self.judges)
        names = [ids[row] for row in asked]
        sound = self._distorted(given)
        for space in self.spaces:
            if space.read is None:
                continue
            own: dict[str, tuple[Mapping[str, str], Mapping[str, float]]] = {}
            for one in answers:
                scores = zero_shot(space, one.phrasings, asked).scores
                best = [one.told.classes[column] for column in scores.argmax(axis=1)]
                own[one.told.name] = (dict(zip(names, best, strict=True)), {})
            if sound:
                own["deformation"] = ({}, sound[space.model])
            said[space.model] = own
        return people(given, said, repeats=self.repeats, seed=self.seed)

    def _distorted(self, given: Annotations) -> dict[str, dict[str, float]]:
        """Say how distorted each model calls the pictures that people judged by degree."""
        shown = {own.work for own in given.answers if own.dimension == "deformation"}
        if not shown or not self.asks.deformations:
            return {}
        ids = self.works.collection.ids
        asked = np.flatnonzero(self.judges).tolist()
        plain = [row for row in asked if shown_as(ids[row]) in shown]
        ways = treatments()
        spoilt = {
            name: [row for row in asked if shown_as(ids[row], name) in shown] for name in ways
        }
        raw = {
            name: self._seen_treated(rows, {name: ways[name]})
            for name, rows in spoilt.items()
            if rows
        }
        bad = [text for pair in self.asks.deformations.values() for text in pair.spoilt]
        good = [text for pair in self.asks.deformations.values() for text in pair.sound]
        found: dict[str, dict[str, float]] = {}
        for model, space in zip(self.models, self.spaces, strict=True):
            if space.read is None:
                continue
            names = [shown_as(ids[row]) for row in plain]
            vectors = [space.pictures[plain]]
            for name, seen in raw.items():
                names += [shown_as(ids[row], name) for row in spoilt[name]]
                vectors.append(space.place(seen[model.pictures.name]))
            scores = pair_answers(space, np.concatenate(vectors), bad, good)
            found[space.model] = dict(zip(names, scores.tolist(), strict=True))
        return found

    def _seen_treated(
        self, rows: Sequence[int], ways: Mapping[str, Treatment]
    ) -> dict[str, NDArray[np.float32]]:
        pictures = treated(
            self.works.pictures, rows, ways, version=DEFORMATIONS_VERSION, seed=self.seed
        )
        sees = list({model.pictures.name: model.pictures for model in self.models}.values())
        return see_all(pictures, sees, self.folder, progress=self.progress)

    def mistakes(self, answers: Sequence[Answers]) -> list[Mistake]:
        """Give works that every model which reads took for something else, the surest first.

        Parameters
        ----------
        answers
            The questions that the collection answers.

        Returns
        -------
        list of Mistake
            Some of each question.
        """
        ids = self.works.collection.ids
        reading = [own for own in self.spaces if own.read is not None and not own.floor]
        found: list[Mistake] = []
        for one in answers if reading else ():
            rows = np.flatnonzero(one.labels.any(axis=1) & self.judges)
            labels, classes = one.labels[rows], one.told.classes
            said = {own.model: zero_shot(own, one.phrasings, rows).scores for own in reading}
            margins = [
                np.where(labels, -np.inf, scores).max(axis=1)
                - np.where(labels, scores, -np.inf).max(axis=1)
                for scores in said.values()
            ]
            least = np.min(margins, axis=0)
            found += [
                Mistake(
                    dimension=one.told.name,
                    work=ids[rows[at]],
                    right=tuple(classes[column] for column in np.flatnonzero(labels[at])),
                    answers={name: classes[own[at].argmax()] for name, own in said.items()},
                )
                for at in np.argsort(-least, kind="stable")[:_SHOWN]
                if least[at] > 0
            ]
        return found

    def shown_spoilt(self) -> str:
        """Draw the work that shows what each deformation does.

        Returns
        -------
        str
            Its id; empty where none is asked about.
        """
        if not self.asks.deformations:
            return ""
        generator = np.random.default_rng(derive_seed(self.seed, "shown spoilt"))
        drawn = generator.choice(np.flatnonzero(self.judges))
        return str(self.works.collection.ids[int(drawn)])

    def cautions(self, told: Sequence[DimensionTold], given: Annotations | None) -> list[str]:
        """Say what a reader must know before the numbers.

        Parameters
        ----------
        told
            What was asked.
        given
            What people answered.

        Returns
        -------
        list of str
            Sentences.
        """
        asked = {own.name for own in told}
        said = [
            f"Nothing could be asked about {name}: no facet of it has two values with enough "
            "works of two artists (least-works in dimensions.toml)."
            for name in self.asks.questions
            if name not in asked
        ]
        if not told:
            said.append(
                "No question was asked of these works: the file of dimensions has none that they "
                "answer. Add one, or take the one shipped here."
            )
        if not any(space.read for space in self.spaces):
            said.append("No model here reads texts: only probes could be asked.")
        if not self.judges.all():
            said.append(
                f"Towers were joined on {int((~self.judges).sum()):,} works; every model is judged "
                f"on the other {int(self.judges.sum()):,}, by artists the maps never met."
            )
        if given is not None and given.left_out:
            rows = sum(given.left_out.values())
            said.append(
                f"{rows:,} rows of people’s answers could not be used: "
                + "; ".join(f"{reason} ({count:,})" for reason, count in given.left_out.items())
                + "."
            )
        return [*said, *self.works.cautions]
