"""One model's try, with one seed, at the planted themes of one gallery; each is kept in a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from evaluation.baselines import make_baseline
from evaluation.fitting.cost import measured
from evaluation.fitting.models import OURS, our_model
from evaluation.fitting.warming import warm_up
from evaluation.grouping import agreement_measures, contingency
from evaluation.labels import label_accuracy
from evaluation.planted.planting import PLANT_VERSION, Planted, Setting, plant
from knowledge_graph import TopicartError, WriteError, printable
from knowledge_graph.atomic import make_folder
from knowledge_graph.gallery.writing import PAINTER_VERSION
from prompts import caption
from topicart import OUTLIER, LabelConfig
from topicart.cluster import Clusters
from topicart.model import topics_of
from topicart.run_files import write_json
from topicart.store import encode_collection

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.baselines import Baseline, Found
    from knowledge_graph import Collection
    from topicart import Embeddings, Encoder, Topics
    from topicart.fit import Progress

FACETS_TOLD = ("genre", "style", "subject")
"""The facets whose labels are held against what was painted."""

PAINTINGS, GALLERIES, VECTORS, TRIALS = "paintings", "galleries", "vectors", "trials"
"""Folders of a benchmark."""

_VERSION = 2
"""Counts up when the same groups would get other numbers."""


@dataclass(frozen=True)
class Trial:
    """What a model found with one seed.

    Parameters
    ----------
    measures
        By name; what could not be had is ``None``. Empty if it failed.
    note
        What a reader must know; ``""`` if nothing.
    error
        Why it failed; ``""`` if it did not.
    """

    measures: Mapping[str, float | None] = field(default_factory=dict)
    note: str = ""
    error: str = ""


@dataclass(frozen=True, eq=False)
class _Works:
    """A gallery as models see it, aligned with its vectors."""

    embeddings: Embeddings
    collection: Collection
    facts: Collection
    themes: NDArray[np.intp]
    texts: list[str]


class Trials:
    """All that is tried on one gallery; it is painted and encoded only if something is to try.

    Parameters
    ----------
    setting
        What the gallery is like.
    folder
        The benchmark's folder.
    encoder
        Makes the vectors, and names the topics.
    progress
        Told of stages and counts.
    """

    def __init__(
        self, setting: Setting, folder: Path, encoder: Encoder, progress: Progress
    ) -> None:
        self._setting = setting
        self._folder = folder
        self._encoder = encoder
        self._progress = progress

    def run(self, model: str, seed: int) -> Trial:
        """Have a model find the themes, unless it did before.

        Parameters
        ----------
        model
            ``topicart`` or a baseline.
        seed
            Its seed.

        Returns
        -------
        Trial
            A failure is told, not raised, and tried again the next time.

        Raises
        ------
        WriteError
            If the result cannot be written.
        """
        file = self._folder / TRIALS / self._setting.name / f"{model}-{seed}.json"
        baseline = our_model() if model == OURS else make_baseline(model)
        key = self._key(baseline, seed)
        if (found := _read(file, key)) is not None:
            return found
        works = self._works
        self._progress.note(f"{model}, seed {seed}")
        try:
            trial = self._try(baseline, works, seed)
        except (WriteError, MemoryError):
            raise
        except Exception as error:  # whatever a package raises, the others go on
            return Trial(error=_told(error))
        make_folder(file.parent)
        write_json(file, {"key": key, "measures": trial.measures, "note": trial.note})
        return trial

    def _key(self, model: Baseline, seed: int) -> str:
        """Hash all that decides a trial."""
        described = model.describe()
        decides = [
            _VERSION, PLANT_VERSION, PAINTER_VERSION, self._setting.name, self._encoder.fingerprint,
            described.name, described.parameters, described.package, described.version, seed,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(decides, default=str).encode()).hexdigest()

    @cached_property
    def _works(self) -> _Works:
        setting = self._setting
        self._progress.stage("paint")
        planted = plant(
            self._folder / GALLERIES / setting.name,
            works=setting.works,
            themes=setting.themes,
            noise=setting.noise,
            paintings=self._folder / PAINTINGS,
            progress=self._progress.count,
        )
        self._progress.stage("encode")
        embeddings, _ = encode_collection(
            self._encoder,
            planted.collection,
            self._folder / VECTORS / setting.name,
            progress=self._progress.count,
        )
        self._progress.stage(
            f"Finding themes: {setting.works:,} works, {setting.themes} themes, "
            f"{setting.noise:.0%} noise"
        )
        return _aligned(planted, embeddings)

    @cached_property
    def _words(self) -> Encoder:
        return cast("Encoder", _Remembering(self._encoder))

    def _try(self, model: Baseline, works: _Works, seed: int) -> Trial:
        vectors, n_topics = works.embeddings.vectors, self._setting.themes
        warm_up(model, *vectors.shape)
        with measured() as cost:
            found = model.fit(
                vectors, works.texts, n_topics if model.takes_n_topics else None, seed
            )
        measures = _agreement(works.themes, found.assignments)
        measures |= self._labels(works, found)
        measures["n_topics"] = float(found.assignments.max(initial=OUTLIER) + 1)
        measures["outlier_share"] = float((found.assignments == OUTLIER).mean())
        measures["seconds"] = cost.seconds
        return Trial(measures, found.note)

    def _labels(self, works: _Works, found: Found) -> dict[str, float | None]:
        """Name the topics as a run's are named, and hold the names against what was painted."""
        if found.assignments.max(initial=OUTLIER) == OUTLIER:
            return {}
        topics = topics_of(
            Clusters(found.assignments, found.probabilities),
            works.embeddings,
            works.collection,
            np.zeros((len(works.embeddings), 2), np.float32),
            {},
            encoder=self._words,
            labels=LabelConfig(),
        )
        measures: dict[str, float | None] = {}
        for facet in FACETS_TOLD:
            told = label_accuracy(works.facts, found.assignments, _labels(topics, facet), facet)
            measures[f"label_{facet}"] = told.n_right / told.n_labelled if told.n_labelled else None
            measures[f"labelled_{facet}"] = told.n_labelled / len(topics)
            measures[f"named_{facet}"] = told.n_right / len(topics)
        return measures


class _Remembering:
    """An encoder of texts that encodes none twice: all models choose from much the same terms."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, NDArray[np.float32]] = {}
        self.dim = encoder.dim

    def encode_texts(self, texts: Sequence[str], progress: Any = None) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            vectors = self._encoder.encode_texts(new, progress=progress)
            self._known.update(zip(new, vectors, strict=True))
        return np.stack([self._known[text] for text in texts])


def _aligned(planted: Planted, embeddings: Embeddings) -> _Works:
    row_of = {work_id: row for row, work_id in enumerate(planted.collection.ids)}
    rows = [row_of[work_id] for work_id in embeddings.ids]
    collection = planted.collection.select(rows)
    _, themes = np.unique([planted.themes[row] for row in rows], return_inverse=True)
    texts = [caption(work) or "" for work in collection]
    return _Works(embeddings, collection, planted.facts.select(rows), themes, texts)


def _agreement(themes: NDArray[np.intp], assignments: NDArray[np.int32]) -> dict[str, float | None]:
    """Compare topics with themes: of all works, the outliers one more group, and of members."""
    inside = assignments != OUTLIER
    measures: dict[str, float | None] = {}
    for suffix, kept in (("", np.ones_like(inside)), ("_members", inside)):
        whole = None
        if kept.any():
            groups, own = (np.unique(each[kept], return_inverse=True)[1]
                           for each in (assignments, themes))  # fmt: skip
            whole = agreement_measures(contingency(groups, own))
        for name in ("ari", "ami"):
            measures[f"{name}{suffix}"] = whole[name] if whole else None
    return measures


def _labels(topics: Topics, facet: str) -> list[str | None]:
    return [
        next((label.term for label in topic.chosen if label.facet == facet), None)
        for topic in topics.topics
    ]


def _told(error: Exception) -> str:
    """Say an error in a line; one of ours says all itself."""
    told = str(error) if isinstance(error, TopicartError) else f"{type(error).__name__}: {error}"
    return printable(" ".join(told.split()))


def _read(file: Path, key: str) -> Trial | None:
    """Read a trial that is there; a damaged or another one is none."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        if told["key"] != key:
            return None
        return Trial(dict(told["measures"]), str(told["note"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
