"""A run: the folder that a fit leaves behind. Only this module knows its files.

Layout (format 2.1): ``run.json``, ``works.parquet``, ``topics.json``, ``model.safetensors``,
``metrics.json``, ``problems.csv``, ``topics.ttl``, ``embeddings/`` and ``site/``; ``judged/`` and
``refits/`` keep what ``evaluation`` need not do again, ``miniatures/`` the small pictures of the
site, ``thumbnails/`` the reduced pictures that a fit was asked to keep, ``neighbours/`` the graph
that `topicart explore` walks through; ``atlas.parquet`` is what `topicart report --atlas` writes.
``works.parquet`` has a column ``fitted`` where topics were sought in some of the works only
(`fit --sample`, `assign --into`).
Nothing is pickled; every file is written beside its place and renamed into it.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_graph import Problem
from topicart.errors import RunError
from topicart.run_record import Model, RunRecord, Source, broken, read_record, write_record
from topicart.soundness import sound_arrays, sound_topics, sound_works, unlike
from topicart.topics import Topic

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from knowledge_graph import Collection
    from topicart.assigning import Assigned, Fitted
    from topicart.embeddings import Embeddings
    from topicart.thumbnail_cache import LoadPicture

__all__ = [
    "RESULTS",
    "THUMBNAILS",
    "Model",
    "Run",
    "RunRecord",
    "Source",
    "read_record",
    "write_record",
]

RESULTS = ("works.parquet", "topics.json", "model.safetensors", "problems.csv", "topics.ttl")
"""What a fit writes; a finished run has them all."""

THUMBNAILS = "thumbnails"
"""The folder of reduced copies of the pictures, where a fit was asked to keep them."""

_REPEAT = "repeat the fit with the same --out and --overwrite: its embeddings will be reused."


@dataclass(frozen=True)
class Run:
    """A finished run, read on demand.

    Parameters
    ----------
    folder
        The run's folder.
    record
        The contents of ``run.json``.
    """

    folder: Path
    record: RunRecord = field(repr=False)

    @classmethod
    def open(cls, folder: str | Path) -> Run:
        """Open a finished run.

        Parameters
        ----------
        folder
            The folder that ``topicart fit --out`` wrote.

        Returns
        -------
        Run
            Tables, topics and embeddings are read when asked for.

        Raises
        ------
        RunError
            If the folder is no run, was cut short, or was written by another major version.
        """
        folder = Path(folder)
        record = read_record(folder)
        if record is None:
            raise RunError(
                f"{folder} is not a run: it has no run.json. Name a folder that "
                "`topicart fit SOURCE --out FOLDER` has written."
            )
        if record.state != "finished":
            command = "baseline" if "method" in record.config else "fit"
            raise RunError(
                f"{folder} holds no finished run: it is at work, only embedded, or was cut short. "
                f"Repeat the same `topicart {command}` command, or give one with the same source "
                "and --out, to go on where it stopped."
            )
        return cls(folder, record)

    @property
    def page(self) -> Path:
        """The page of the run (it may not be made yet)."""
        return self.folder / "site" / "index.html"

    @cached_property
    def works(self) -> pa.Table:
        """The works, sorted by id: their facts, topic, probability, rank and place on the map."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self._file("works.parquet")
        try:
            return sound_works(pq.read_table(path))
        except (pa.ArrowException, ValueError, OSError) as error:
            raise broken(path, error, _REPEAT) from error

    @cached_property
    def works_with_vector(self) -> pa.Table:
        """The rows of ``works`` that have a vector, in the order of ``embeddings``."""
        import pyarrow.compute as pc

        return self.works.filter(pc.is_valid(self.works.column("topic")))

    @cached_property
    def topics(self) -> tuple[Topic, ...]:
        """The topics, largest first."""
        return self._named[0]

    @cached_property
    def groups(self) -> tuple[Topic, ...]:
        """Groups of topics (level 1), then groups of those (level 2), each largest first."""
        return self._named[1]

    @cached_property
    def collection(self) -> Collection:
        """The works as they went in; their pictures are where they were."""
        from knowledge_graph import Collection, collection_schema

        columns = collection_schema().names
        source = self.record.source
        return Collection(source.path, Path(source.root), self.works.select(columns))

    @cached_property
    def embeddings(self) -> Embeddings:
        """The unit vectors of the works that have one."""
        from topicart.store import open_embeddings

        return open_embeddings(self._vectors)

    @cached_property
    def picture_embeddings(self) -> Embeddings:
        """The unit vectors of the pictures alone, the same as ``embeddings`` without captions."""
        from topicart.store import open_embeddings

        own = self.folder / "embeddings"
        return self.embeddings if self._vectors == own else open_embeddings(own)

    @cached_property
    def load_picture(self) -> LoadPicture:
        """Reads a picture: from a reduced copy where the run keeps one that is large enough."""
        from topicart.thumbnail_cache import Thumbnails

        return Thumbnails(self.folder / THUMBNAILS).reader(Path(self.record.source.root))

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """The measurements, or an empty dict if none was made yet."""
        path = self.folder / "metrics.json"
        if not path.exists():
            return {}
        remedy = f"`topicart evaluate {self.folder}` measures it again."
        values = self._json("metrics.json", remedy)
        try:
            # What is read is shown and written on: no infinite numbers, no halves of letters.
            json.dumps(values, ensure_ascii=False, allow_nan=False).encode()
        except ValueError as error:
            raise broken(path, error, remedy) from error
        return values

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Works and pictures that could not be read."""
        path = self._file("problems.csv")
        try:
            # csv refuses a field above 128 KiB; a table may name a picture at any length.
            csv.field_size_limit(max(csv.field_size_limit(), path.stat().st_size))
            with path.open(encoding="utf-8", newline="") as file:
                return tuple(
                    Problem(row["id"], row["file"], row["reason"])
                    for row in csv.DictReader(file, restval="")
                )
        except (csv.Error, KeyError, ValueError, OSError) as error:
            raise broken(path, error, _REPEAT) from error

    @cached_property
    def model_arrays(self) -> dict[str, NDArray[np.float32]]:
        """Each topic's centroid, and the least cosine with which a new work joins it."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        path = self._file("model.safetensors")
        try:
            return dict(sound_arrays(load_file(path), self.record.model.dim))
        except (SafetensorError, KeyError, ValueError, OSError) as error:
            raise broken(path, error, _REPEAT) from error

    def require_whole(self) -> None:
        """Refuse a run whose files are of more than one fit, before anything is made of it.

        Raises
        ------
        RunError
            If works, topics, vectors and model do not speak of the same.
        """
        for damaged, told in (
            (
                tuple(self.works_with_vector["id"].to_pylist()) != self.embeddings.ids,
                "the embeddings are not of the same works",
            ),
            (unlike(self.works, self.topics), "topics.json do not speak of the same topics"),
            (
                unlike(self.works, self.model_arrays["centroids"]),
                "model.safetensors are not of one fit",
            ),
        ):
            if damaged:
                raise RunError(
                    f"{self.folder} is damaged: works.parquet and {told}. Repeat the fit with the "
                    "same --out and --overwrite."
                )

    @cached_property
    def fitted(self) -> Fitted:
        """The works that topics were sought in: what new works are compared with."""
        import numpy as np

        from topicart.assigning import Fitted
        from topicart.sampling import vectors_of

        works = self.works_with_vector
        if "fitted" in works.column_names:
            vectors = vectors_of(self._vectors, works["fitted"].to_numpy())
            works = works.filter(works["fitted"])
        else:
            vectors = self.embeddings.vectors
        return Fitted(
            vectors,
            works["topic"].to_numpy().astype(np.int32),
            works["probability"].to_numpy().astype(np.float32),
            np.stack([works[name].to_numpy() for name in "xy"], axis=1).astype(np.float32),
            **self.model_arrays,
        )

    def assign(self, vectors: NDArray[np.float32]) -> Assigned:
        """Assign new works to the run's topics: the fitted works nearest to each vote.

        Parameters
        ----------
        vectors
            Unit vectors by the run's own encoder, shape ``(n_works, dim)``.

        Returns
        -------
        Assigned
            Topic, probability and place on the map of each work, and its nearest topic.

        Raises
        ------
        FitError
            If the vectors are of another space or not of length 1.
        """
        from topicart.assigning import assign, put_outliers_in_nearest

        found = assign(vectors, self.fitted)
        if self.record.config["topics"].get("reassign"):
            put_outliers_in_nearest(found)
        return found

    def transform(self, vectors: NDArray[np.float32]) -> NDArray[np.int32]:
        """Give the topics of new works, as :meth:`assign` does.

        Parameters
        ----------
        vectors
            Unit vectors by the run's own encoder, shape ``(n_works, dim)``.

        Returns
        -------
        numpy.ndarray
            Topic of each work, shape ``(n_works,)``; -1 where no topic is near enough.

        Raises
        ------
        FitError
            If the vectors are of another space or not of length 1.
        """
        return self.assign(vectors).labels

    @property
    def _vectors(self) -> Path:
        fused = self.folder / "fused"
        return fused if fused.exists() else self.folder / "embeddings"

    @cached_property
    def _named(self) -> tuple[tuple[Topic, ...], tuple[Topic, ...]]:
        values = self._json("topics.json")
        try:
            return sound_topics(values)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise broken(self.folder / "topics.json", error, _REPEAT) from error

    def _file(self, name: str) -> Path:
        path = self.folder / name
        if not path.is_file():
            raise RunError(
                f"{self.folder} is incomplete: {name} is missing. Repeat the fit with "
                "the same --out and --overwrite; its embeddings will be reused."
            )
        return path

    def _json(self, name: str, remedy: str = _REPEAT) -> dict[str, Any]:
        path = self._file(name)
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(values, dict):
                raise ValueError(f"expected a JSON object, found {type(values).__name__}")
        except (ValueError, RecursionError, OSError) as error:
            raise broken(path, error, remedy) from error
        return values
