"""A run held in memory for its server: vectors, facts, graph; all that answers are made of."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from topicart.errors import RetrievalError, RunError, TopicartError
from topicart.retrieval import (
    ConditionalIndex,
    Neighbours,
    Query,
    Searcher,
    analogies,
    find_path,
    neighbours_of,
    path,
)
from topicart.server.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from topicart.encoder import Encoder
    from topicart.retrieval import Condition
    from topicart.run import Run

    _Asked = str | Condition

__all__ = ["Holding"]

_WARMED = ("century", "topic")
_VALUES = 120
"""Values of a facet that are answered at most: the nearest of them."""


class Holding:
    """The works of a run, ready to be sought.

    Parameters
    ----------
    run : Run
        A finished run. Works are compared by their pictures' vectors, with or without captions
        in its topics.
    encoder : Encoder or callable, optional
        What turns words into vectors, where words are sought.

    Raises
    ------
    RunError
        If its vectors are not those of its works.
    """

    def __init__(self, run: Run, encoder: Encoder | Callable[[], Encoder] | None = None) -> None:
        self.run = run
        self.works = run.works.num_rows
        row_of = {work: row for row, work in enumerate(run.works["id"].to_pylist())}
        found = [row_of.get(work, -1) for work in run.picture_embeddings.ids]
        # Work row of each row of the index, and row of the index of each work (-1: none).
        self._work = np.array(found, dtype=np.intp)
        if (self._work < 0).any() or (np.diff(self._work) <= 0).any():
            raise RunError(
                f"{run.folder} is damaged: its vectors are not those of its works. Repeat the fit "
                "with the same --out and --overwrite."
            )
        self._row = np.full(self.works, -1, dtype=np.intp)
        self._row[self._work] = np.arange(len(self._work))
        self.index = ConditionalIndex.of_run(run)
        self.searcher = Searcher(run, encoder, index=self.index)
        self._root = Path(run.record.source.root)
        self._images = run.works["images"]
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
                self.index.facts.stated(facet)
            graph = neighbours_of(self.run.folder, self.index.vectors)
            if len(graph) > 1:
                path(graph, 0, 1)  # the weights are made with the first path
            self._graph, self.why = graph, ""
        except TopicartError as error:
            self.why = f"The ways between works cannot be prepared: {error}"
        except Exception as error:  # whatever fails in a thread is told, not lost
            logging.getLogger("topicart").exception("The graph of neighbours cannot be made.")
            self.why = f"The ways between works cannot be prepared ({error})."

    def sought(
        self,
        *,
        words: str | None = None,
        like: Sequence[int] = (),
        towards: str | None = None,
        strength: float = 1.5,
    ) -> Query:
        """Make a query.

        Parameters
        ----------
        words : str, optional
            What is sought, in words.
        like : sequence of int
            Work rows: what is like all of them, where there are no words.
        towards : str, optional
            Words that the query is turned to.
        strength : float
            How far.

        Returns
        -------
        Query
            What :meth:`found` and :meth:`each` seek.

        Raises
        ------
        Refusal
            400 if it points nowhere, 404 if a work has no vector, 503 without a model for words.
        """
        rows = [self.vector_row(row) for row in like]
        with _refused("Words, works or a picture that say where to look."):
            query = self.searcher.mean(rows) if words is None else self.searcher.words(words)
            if towards is not None:
                query = self.searcher.towards(query, towards, strength=strength)
        return query

    def where(self, conditions: Sequence[str], other: str | None, row: int) -> list[_Asked]:
        """Check conditions before anything is encoded: who misspells one need not wait for it.

        Parameters
        ----------
        conditions : sequence of str
            As ``topicart.retrieval`` has them.
        other : str or None
            A facet in which works must differ from a work.
        row : int
            That work.

        Returns
        -------
        list of str or Condition
            What :meth:`found` takes.

        Raises
        ------
        Refusal
            400 if one cannot be understood or names what no work has.
        """
        asked: list[_Asked] = [*conditions]
        with _refused():
            self.index.facts.mask(conditions)
            if other is not None:
                asked.append(self.index.facts.other_than(self.vector_row(row), other))
        return asked

    def found(self, query: Query, k: int, where: Sequence[_Asked]) -> dict[str, Any]:
        """Find the works nearest to a query, without those that it is made of.

        Parameters
        ----------
        query : Query
            From :meth:`sought`.
        k : int
            How many.
        where : sequence of str or Condition
            From :meth:`where`.

        Returns
        -------
        dict
            ``rows``: work rows and cosines, best first; ``allowed``: works that meet the
            conditions; ``note``: why there are fewer than were asked for.

        Raises
        ------
        Refusal
            400 if the conditions cannot be met by any work, ever.
        """
        with _refused():
            found = self.searcher.search(query, k, where)
        works = self._work[found.rows].tolist()
        return {
            "rows": [
                {"row": row, "score": round(score, 4)}
                for row, score in zip(works, found.scores.tolist(), strict=True)
            ],
            "allowed": found.allowed,
            "note": found.note,
        }

    def each(self, query: Query, across: str, where: Sequence[_Asked]) -> dict[str, Any]:
        """Find for each value of a facet the work nearest to a query.

        Parameters
        ----------
        query : Query
            From :meth:`sought`.
        across : str
            The facet.
        where : sequence of str or Condition
            From :meth:`where`.

        Returns
        -------
        dict
            ``rows``: work rows, each with its value, cosine, the number of works that it was
            chosen from, and whether a work of the query has the value itself, best first;
            ``note``: what was left out.

        Raises
        ------
        Refusal
            400 if there is no such facet.
        """
        with _refused("A facet of these works, such as style or century."):
            found = analogies(self.index, query, across, where, most=_VALUES)
        return {
            "rows": [
                {
                    "row": int(self._work[one.row]),
                    "value": one.value,
                    "score": round(float(one.score), 4),
                    "works": one.works,
                    "own": one.own,
                }
                for one in found.items
            ],
            "across": found.across,
            "note": found.note,
        }

    def path(
        self,
        start: int,
        end: int,
        *,
        where: Sequence[str] = (),
        steps: int | None = None,
        later: str | None = None,
        once: str | None = None,
    ) -> dict[str, Any]:
        """Find the way from one work to another.

        Parameters
        ----------
        start, end : int
            Work rows.
        where : sequence of str
            Conditions that works between them must meet.
        steps : int, optional
            How many at most.
        later : str, optional
            ``century``, ``half_century`` or ``date``, which each work must be later in.
        once : str, optional
            A facet of which no value may come twice.

        Returns
        -------
        dict
            ``rows``: work rows, each with the angle from the one before in degrees; ``direct``:
            the angle of the two ends; ``note``.

        Raises
        ------
        Refusal
            404 if a work has no vector, 503 while a graph is needed and not ready, 400 if there is
            no way.
        """
        ends = self.vector_row(start), self.vector_row(end)
        with _refused(
            "Conditions that works of this collection can meet; later is century, half_century or "
            "date.",
            "Leave a condition out, or choose other ends.",
        ):
            found = find_path(
                self.index,
                *ends,
                graph=self._neighbours,
                where=where,
                steps=steps,
                later=later,  # type: ignore[arg-type]
                once=once,
            )
        angles = [0.0, *found.degrees]
        return {
            "rows": [
                {"row": int(self._work[row]), "angle": round(angle, 1)}
                for row, angle in zip(found.rows, angles, strict=True)
            ],
            "direct": round(self.searcher.angle(*ends), 1),
            "note": found.note,
        }

    def _neighbours(self) -> Neighbours:
        """The graph, for ways that need one: not those that lead from time to time."""
        if self._graph is None:
            raise Refusal(
                503,
                self.why,
                "The graph of nearest neighbours, which is made once for a run.",
                "Try again in a moment; for 100,000 works it takes a minute or two.",
            )
        return self._graph

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
        """Find a work in the index.

        Parameters
        ----------
        row : int
            The work.

        Returns
        -------
        int
            Its row there.

        Raises
        ------
        Refusal
            404 if it has none.
        """
        found = int(self._row[row])
        if found < 0:
            raise Refusal(
                404,
                "This work has no picture that could be read, so that nothing is near it.",
                "A work with a picture.",
                "Choose another work.",
            )
        return found


@contextmanager
def _refused(
    expected: str = "A condition that works of this collection can meet.",
    remedy: str = "Choose a value from the filter of the page.",
) -> Iterator[None]:
    """Answer with 400 where a search says that it cannot be made."""
    try:
        yield
    except RetrievalError as error:
        raise Refusal(400, str(error), expected, remedy) from error
