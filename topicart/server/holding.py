"""A run held in memory for its server: vectors, facts, graph; all that answers are made of."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from topicart.errors import RetrievalError, RunError, TopicartError
from topicart.retrieval import Facts, Neighbours, nearest, neighbours_of, path
from topicart.server.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from topicart.run import Run

__all__ = ["Holding"]

_WARMED = ("century", "topic")


class Holding:
    """The works of a run, ready to be sought.

    Parameters
    ----------
    run : Run
        A finished run. Works are compared by their pictures' vectors, with or without captions
        in its topics.

    Raises
    ------
    RunError
        If its vectors are not those of its works.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.works = run.works.num_rows
        embeddings = run.picture_embeddings
        self.vectors: NDArray[np.float32] = embeddings.vectors
        row_of = {work: row for row, work in enumerate(run.works["id"].to_pylist())}
        found = [row_of.get(work, -1) for work in embeddings.ids]
        # Work row of each vector, and vector of each work row (-1: none).
        self._work = np.array(found, dtype=np.intp)
        if (self._work < 0).any() or (np.diff(self._work) <= 0).any():
            raise RunError(
                f"{run.folder} is damaged: its vectors are not those of its works. Repeat the fit "
                "with the same --out and --overwrite."
            )
        self._vector = np.full(self.works, -1, dtype=np.intp)
        self._vector[self._work] = np.arange(len(self._work))
        self._root = Path(run.record.source.root)
        self._images = run.works["images"]
        self.facts = Facts(run.works)
        self._graph: Neighbours | None = None
        self._started = threading.Lock()
        self.why = "The ways between works are being prepared."

    @property
    def paths_ready(self) -> bool:
        """Whether paths can be sought now.

        Returns
        -------
        bool
            False while the graph is made, or where it cannot be.
        """
        return self._graph is not None

    @property
    def with_vector(self) -> int:
        """Works that can be sought by their picture.

        Returns
        -------
        int
            At most all.
        """
        return len(self._work)

    def start(self) -> None:
        """Make or read the graph of neighbours in the background; a second call does nothing."""
        if self._started.acquire(blocking=False):
            threading.Thread(target=self.prepare, name="neighbours", daemon=True).start()

    def prepare(self) -> None:
        """Make or read the graph of neighbours, and index the facts."""
        try:
            for facet in _WARMED:
                self.facts.stated(facet)
            graph = neighbours_of(self.run.folder, self.vectors)
            if len(graph) > 1:
                path(graph, 0, 1)  # the weights are made with the first path
            self._graph, self.why = graph, ""
        except TopicartError as error:
            self.why = f"The ways between works cannot be prepared: {error}"
        except Exception as error:  # whatever fails in a thread is told, not lost
            logging.getLogger("topicart").exception("The graph of neighbours cannot be made.")
            self.why = f"The ways between works cannot be prepared ({error})."

    def allowed(self, conditions: Sequence[str], other: str | None, row: int) -> _Rows:
        """Find the works that meet conditions, as rows of the vectors.

        Parameters
        ----------
        conditions : sequence of str
            As ``topicart.retrieval`` has them.
        other : str or None
            A facet in which they must differ from a work.
        row : int
            That work.

        Returns
        -------
        ndarray of int or None
            Rows of the vectors, ascending; ``None`` for all.

        Raises
        ------
        Refusal
            400 if a condition cannot be understood or names what no work has.
        """
        try:
            rows = self.facts.rows(conditions)
            if other is not None:
                differ = self.facts.others(row, other)
                rows = differ if rows is None else np.intersect1d(rows, differ, assume_unique=True)
        except RetrievalError as error:
            raise Refusal(
                400,
                str(error),
                "A condition that works of this collection can meet.",
                "Choose a value from the filter of the page.",
            ) from error
        if rows is None:
            return None
        own = self._vector[rows]
        return own[own >= 0]

    def nearest(self, query: NDArray[np.float32], k: int, allowed: _Rows) -> dict[str, Any]:
        """Find the works nearest to a vector.

        Parameters
        ----------
        query : ndarray of float32, shape (dim,)
            Of length 1.
        k : int
            How many.
        allowed : ndarray of int or None
            From :meth:`allowed`.

        Returns
        -------
        dict
            ``rows``: work rows and cosines, best first; ``allowed``: works that meet the
            conditions.
        """
        rows, scores = nearest(self.vectors, query, k, allowed)
        works = self._work[rows].tolist()
        return {
            "rows": [
                {"row": row, "score": round(score, 4)}
                for row, score in zip(works, scores.tolist(), strict=True)
            ],
            "allowed": self.with_vector if allowed is None else len(allowed),
        }

    def nearest_to(self, row: int, k: int, allowed: _Rows) -> dict[str, Any]:
        """Find the works nearest to a work, without itself.

        Parameters
        ----------
        row : int
            The work.
        k, allowed
            As for :meth:`nearest`.

        Returns
        -------
        dict
            As of :meth:`nearest`.

        Raises
        ------
        Refusal
            404 if the work has no vector.
        """
        own = self.vector_row(row)
        found = self.nearest(self.vectors[own], k + 1, allowed)
        others = [one for one in found["rows"] if one["row"] != row][:k]
        itself = allowed is None or bool((allowed == own).any())
        return {"rows": others, "allowed": found["allowed"] - itself}

    def path(self, start: int, end: int) -> dict[str, Any]:
        """Find the way from one work to another.

        Parameters
        ----------
        start, end : int
            Work rows.

        Returns
        -------
        dict
            ``rows``: work rows, each with the angle from the one before in degrees.

        Raises
        ------
        Refusal
            404 if a work has no vector, 503 while the graph is not ready.
        """
        ends = self.vector_row(start), self.vector_row(end)
        if self._graph is None:
            raise Refusal(
                503,
                self.why,
                "The graph of nearest neighbours, which is made once for a run.",
                "Try again in a moment; for 100,000 works it takes a minute or two.",
            )
        found = path(self._graph, *ends)
        angles = [0.0, *(float(np.degrees(angle)) for angle in found.angles)]
        return {
            "rows": [
                {"row": int(self._work[row]), "angle": round(angle, 1)}
                for row, angle in zip(found.rows, angles, strict=True)
            ],
            "direct": round(_degrees(self.vectors[ends[0]], self.vectors[ends[1]]), 1),
        }

    def picture_file(self, row: int) -> Path | None:
        """Find the picture of a work.

        Parameters
        ----------
        row : int
            The work.

        Returns
        -------
        Path or None
            In the collection's folder, wherever links lead; ``None`` where there is none.
        """
        images: list[str] = self._images[row].as_py()
        try:
            root: Path = self._root.resolve()
            for image in images[:1]:
                file: Path = (root / image).resolve()
                if file.is_relative_to(root) and file.is_file():
                    return file
        except (OSError, RuntimeError, ValueError):  # a loop of links, a letter no path may have
            return None
        return None

    def vector_row(self, row: int) -> int:
        """Find the vector of a work.

        Parameters
        ----------
        row : int
            The work.

        Returns
        -------
        int
            Row of the vectors.

        Raises
        ------
        Refusal
            404 if it has none.
        """
        found = int(self._vector[row])
        if found < 0:
            raise Refusal(
                404,
                "This work has no picture that could be read, so that nothing is near it.",
                "A work with a picture.",
                "Choose another work.",
            )
        return found


_Rows = NDArray[np.intp] | None


def _degrees(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    chord = float(np.linalg.norm(one - other))
    return float(np.degrees(2 * np.arcsin(min(chord / 2, 1.0))))
