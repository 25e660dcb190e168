"""A run opened to be searched: by a work, several, words, a picture, a topic, a turned work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from math import degrees
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from knowledge_graph import cut
from topicart.errors import RetrievalError
from topicart.retrieval.conditions import Condition
from topicart.retrieval.corridor import angles_between
from topicart.retrieval.found import Found
from topicart.retrieval.index import ConditionalIndex
from topicart.retrieval.middles import middle_of_topic, name_of_topic, spread_of
from topicart.retrieval.naming import Named
from topicart.retrieval.own_encoder import picture_pixels, require_own
from topicart.retrieval.queries import LONGEST_TOLD, Query, normal, quoted, spoken

if TYPE_CHECKING:
    import pyarrow as pa

    from topicart.encoder import Encoder
    from topicart.retrieval.neighbours import Neighbours
    from topicart.run import Run

__all__ = ["Searcher"]

_STRENGTH, _MOST_STRENGTH = 1.5, 1000
"""How far words turn a work: among paintings 1 hardly shows, and 2 often loses the work."""
_NEUTRAL = ("a picture", "a work of art", "a painting")
"""What words are compared with when they give a direction: the mean of these."""


class Searcher:
    """A run opened to be searched.

    Parameters
    ----------
    run : Run
        A finished run. Works are compared by their pictures' vectors, with or without captions in
        its topics.
    encoder : Encoder or callable, optional
        The model that encoded its works, or what loads it when words or pictures are first sought.
    index : ConditionalIndex, optional
        Of the run's works, where one is at hand; by default it is made.

    Raises
    ------
    RunError
        If the run's files are not of one fit.
    """

    def __init__(
        self,
        run: Run,
        encoder: Encoder | Callable[[], Encoder] | None = None,
        *,
        index: ConditionalIndex | None = None,
    ) -> None:
        self.run = run
        self.index = ConditionalIndex.of_run(run) if index is None else index
        self._source = encoder

    @cached_property
    def works(self) -> pa.Table:
        """The works of the index.

        Returns
        -------
        pyarrow.Table
            In its order, as the run has them.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        ids = self.run.works["id"]
        if len(ids) == len(self.index):  # all have a vector: nothing to copy
            return self.run.works
        wanted = pa.array(self.index.ids, ids.type)
        return self.run.works.take(pc.index_in(wanted, value_set=ids.combine_chunks()))

    @cached_property
    def graph(self) -> Neighbours:
        """The graph of nearest neighbours.

        Returns
        -------
        Neighbours
            Made and kept in the run when first asked for.
        """
        from topicart.retrieval.neighbours import neighbours_of

        return neighbours_of(self.run.folder, self.index.vectors)

    @cached_property
    def encoder(self) -> Encoder:
        """The model that encoded the works.

        Returns
        -------
        Encoder
            Loaded when first asked for.

        Raises
        ------
        RetrievalError
            If there is none, or it is another one.
        ModelError
            If it cannot be loaded.
        """
        if self._source is None:
            raise RetrievalError(
                "Words and pictures are sought with the model that encoded the works, and none "
                "was given. Search with a work or a theme, or give the encoder."
            )
        loaded = self._source() if callable(self._source) else self._source
        require_own(loaded, self.run)
        return loaded

    def search(
        self,
        query: Query,
        k: int = 10,
        where: Iterable[Condition | str] = (),
        *,
        explain: bool = False,
    ) -> Found:
        """Find the works nearest to a query, the works that it is made of passed over.

        Parameters
        ----------
        query : Query
            What is sought.
        k : int
            How many.
        where : iterable of Condition or str
            Conditions that works must meet, all of them.
        explain : bool
            Whether to say how it was sought.

        Returns
        -------
        Found
            Best first.

        Raises
        ------
        RetrievalError
            As :meth:`ConditionalIndex.search` says.
        """
        return self.index.search(query.vector, k, where, without=query.rows, explain=explain)

    def title(self, row: int) -> str:
        """Give a work's title, or its id where it has none.

        Parameters
        ----------
        row : int
            The work.

        Returns
        -------
        str
            As recorded, whatever its length and letters.
        """
        return self.works["title"][row].as_py() or self.index.ids[row]

    def angle(self, row: int, other: int) -> float:
        """Measure the angle between two works.

        Parameters
        ----------
        row, other : int
            The works.

        Returns
        -------
        float
            In degrees.
        """
        one, two = self.index.vectors_of([row, other]).astype(np.float64)
        return degrees(angles_between(one, two))

    def values(self, row: int, facet: str) -> tuple[str, ...]:
        """Give what a work states of a facet.

        Parameters
        ----------
        row : int
            The work.
        facet : str
            The facet, such as ``style`` or ``century``.

        Returns
        -------
        tuple of str
            The values, as people read them.

        Raises
        ------
        RetrievalError
            If there is no such facet.
        """
        values, codes, rows = self.index.facts.statements(facet)
        return tuple(values[code] for code in np.unique(codes[rows == row]))

    def row(self, work: str) -> int:
        """Find a work by its id or its title (exact, then by any unique part of it).

        Parameters
        ----------
        work : str
            An id, a title, a part of a title that one work alone has, or of an id.

        Returns
        -------
        int
            Its row.

        Raises
        ------
        RetrievalError
            If there is no such work (the nearest spellings are offered), several meet the name
            (they are listed with their ids), or it has no vector.
        """
        return self._named.row(work)

    def work(self, work: str | int) -> Query:
        """Seek what is like a work.

        Parameters
        ----------
        work : str or int
            Its id, title or row.

        Returns
        -------
        Query
            Its vector.

        Raises
        ------
        RetrievalError
            As :meth:`row`.
        """
        row = self._row(work)
        vector = normal(self.index.vectors_of([row])[0].astype(np.float64), "This work's vector")
        return Query(vector, self.title(row), (row,))

    def mean(self, works: Sequence[str | int]) -> Query:
        """Seek what is like several works at once: the mean of their vectors.

        Parameters
        ----------
        works : sequence of str or int
            Ids, titles or rows; one that is named twice counts once.

        Returns
        -------
        Query
            Their mean direction.

        Raises
        ------
        RetrievalError
            As :meth:`row`; if there is no work, or their vectors cancel each other out.
        """
        rows = tuple(dict.fromkeys(self._row(work) for work in works))
        if not rows:
            raise RetrievalError("The mean of no work: name at least one.")
        mean = self.index.vectors_of(rows).mean(axis=0, dtype=np.float64)
        told = [cut(self.title(row), LONGEST_TOLD) for row in rows[:3]]
        more = f" and {len(rows) - 3:,} more" if len(rows) > 3 else ""
        return Query(normal(mean, "The mean of these works"), " + ".join(told) + more, rows)

    def topic(self, topic: int) -> Query:
        """Seek what is like a topic: the middle of its works' pictures.

        Parameters
        ----------
        topic : int
            Its number.

        Returns
        -------
        Query
            The mean direction of its works' pictures, each counted as firmly as it belongs there:
            the topic's centroid, unless captions had a share in the topics.

        Raises
        ------
        RetrievalError
            If there is no such topic.
        """
        name = name_of_topic(self.run, topic)
        middle = middle_of_topic(self.index, self.works, topic)
        return Query(normal(middle, "This theme's middle"), f"theme {topic}, {name}")

    def words(self, words: str) -> Query:
        """Seek what words say.

        Parameters
        ----------
        words : str
            Such as ``ships in a storm``.

        Returns
        -------
        Query
            Their vector by the model that encoded the works.

        Raises
        ------
        RetrievalError
            If there is no word, or no such model.
        """
        said = spoken(words)
        vector = self.encoder.encode_texts([said])[0].astype(np.float64)
        return Query(normal(vector, "The vector of these words"), quoted(said))

    def picture(self, file: Path) -> Query:
        """Seek what is like a picture in a file.

        Parameters
        ----------
        file : Path
            Any picture; it need not be of the collection.

        Returns
        -------
        Query
            Its vector by the model that encoded the works.

        Raises
        ------
        RetrievalError
            If it cannot be read as a picture, or there is no such model.
        """
        if not Path(file).is_file():  # told before the model is loaded
            raise RetrievalError(
                f"{file} cannot be read as a picture: there is no such file. Expected the path of "
                "a picture."
            )
        encoder = self.encoder
        pixels = picture_pixels(Path(file), encoder)
        vector = encoder.encode_pixels(pixels[None])[0].astype(np.float64)
        return Query(normal(vector, f"The vector of {file}"), Path(file).name, picture=Path(file))

    def towards(self, query: Query, words: str, *, strength: float = _STRENGTH) -> Query:
        r"""Turn a query in the direction of words: this work, but in that style.

        Words and pictures lie in different parts of a model's space, so that a plain sum of both
        would seek what suits the words alone or the picture alone. As in StyleGAN-NADA (Gal et
        al. 2021, eq. 2) the direction is what the words add to a neutral text,
        :math:`d = t(\text{words}) - t(\text{neutral})`, scaled to length 1; it is added with
        the works' spread :math:`s = \sqrt{1 - |\mu|^2}` about their mean :math:`\mu` as its
        measure, :math:`q' \propto q + \text{strength} \cdot s \cdot d`: a strength of 1 goes as
        far as works are from their mean, whatever the model.

        Parameters
        ----------
        query : Query
            Where it starts.
        words : str
            Such as ``an impressionist painting``.
        strength : float
            How far; 0 is not at all, negative ones turn away from the words. By default as far
            as the turn can be seen in most paintings and the work still be known.

        Returns
        -------
        Query
            The turned vector.

        Raises
        ------
        RetrievalError
            If there is no word, the strength is not finite, the words say nothing beyond the
            neutral text, or there is no model.
        """
        if not abs(strength) <= _MOST_STRENGTH:  # of not-a-number neither
            raise RetrievalError(
                f"The strength must be a finite number, got {strength}; give one from "
                f"-{_MOST_STRENGTH:,} to {_MOST_STRENGTH:,}, such as {_STRENGTH}."
            )
        said = spoken(words)
        encoded = self.encoder.encode_texts([said, *_NEUTRAL]).astype(np.float64)
        added = normal(encoded[0] - encoded[1:].mean(axis=0), f"What {quoted(said)} adds")
        turned = query.vector + strength * self._spread * added.astype(np.float64)
        away = "towards" if strength >= 0 else "away from"
        measure = "" if abs(strength) == _STRENGTH else f" × {abs(strength):g}"
        shown = f"{query.shown}, {away} {quoted(said)}{measure}"
        return Query(normal(turned, "The turned query"), shown, query.rows, query.picture)

    @cached_property
    def _spread(self) -> float:
        return spread_of(self.index)

    @cached_property
    def _named(self) -> Named:
        return Named(self.works, self.run.works)

    def _row(self, work: str | int) -> int:
        if isinstance(work, str):
            return self.row(work)
        if not 0 <= work < len(self.index):
            raise RetrievalError(f"There is no work {work}: rows are 0 to {len(self.index) - 1}.")
        return int(work)
