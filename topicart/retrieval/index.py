"""An index of works by their vectors and facts: the nearest under any condition, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from topicart.errors import RetrievalError
from topicart.retrieval.best_of_each import best_of_each
from topicart.retrieval.conditions import Condition
from topicart.retrieval.facts import Facts
from topicart.retrieval.found import BestOfEach, Found, FoundMany
from topicart.retrieval.grouped import CACHE_BYTES, GroupCache
from topicart.retrieval.scoring import require_queries, require_unit
from topicart.retrieval.seeking import Seeking

if TYPE_CHECKING:
    from topicart.embeddings import Embeddings
    from topicart.retrieval.stored_index import Reader
    from topicart.run import Run

__all__ = ["ConditionalIndex", "Storage"]

Storage = Literal["float32", "float16"]


class ConditionalIndex:
    """Works' vectors and facts, ready to be sought under conditions.

    What is found is always what comparing with all allowed works in float64, rounding the scores
    to float32 and sorting would find, of equal scores the lower row first: however it is sought.

    Parameters
    ----------
    embeddings : Embeddings
        The works' vectors, of length 1.
    facets : Facts or mapping of str to sequence
        What is known of the works, in the same order; a mapping as for :meth:`Facts.of`.
    storage : {"float32", "float16"}
        How vectors are held. What is found in ``float16`` is what brute force finds over the
        vectors so rounded.
    cache_bytes : int
        Bytes of gathered vectors that are kept for conditions that were asked for.
    model : str, optional
        Fingerprint of the model that encoded the works, where it is known.

    Raises
    ------
    RetrievalError
        If there are other numbers of vectors than of facts, such a storage is unknown, or vectors
        come without the ids of their works.
    """

    def __init__(
        self,
        embeddings: Embeddings,
        facets: Facts | Mapping[str, Sequence[str | Sequence[str] | None]],
        *,
        storage: Storage = "float32",
        cache_bytes: int = CACHE_BYTES,
        model: str | None = None,
    ) -> None:
        if storage not in ("float32", "float16"):
            raise RetrievalError(
                f"Vectors are held as float32 or float16, not as {storage!r}: give one of these."
            )
        if isinstance(embeddings, np.ndarray):
            raise RetrievalError(
                "An index takes Embeddings, which know whose vectors they are: give "
                "Embeddings(ids, vectors), or use ConditionalIndex.of_vectors."
            )
        vectors = embeddings.vectors.astype(storage, order="C", copy=False)
        self._hold(embeddings.ids, vectors, facets, cache_bytes, model)

    @classmethod
    def of_vectors(
        cls,
        ids: Sequence[str],
        vectors: NDArray[Any],
        facets: Facts | Mapping[str, Sequence[str | Sequence[str] | None]],
        *,
        cache_bytes: int = CACHE_BYTES,
        model: str | None = None,
    ) -> ConditionalIndex:
        """Index vectors that are held already, such as a file that is mapped into memory.

        Parameters
        ----------
        ids : sequence of str, length n
            The works.
        vectors : ndarray of float32 or float16, shape (n, dim)
            Their vectors, of length 1 within 0.001; they are not copied.
        facets : Facts or mapping of str to sequence
            What is known of them, in the same order.
        cache_bytes, model
            As for the class.

        Returns
        -------
        ConditionalIndex
            Over these vectors.

        Raises
        ------
        RetrievalError
            If the numbers differ, an id occurs twice, or a vector is of zeros, not finite or not of
            length 1; the message names the first such work.
        """
        if vectors.ndim != 2 or vectors.dtype not in (np.float32, np.float16):
            raise RetrievalError(
                "Vectors must be float32 or float16 of shape (n_works, dim), got "
                f"{vectors.dtype} of shape {vectors.shape}."
            )
        index = cls.__new__(cls)
        index._hold(tuple(ids), np.ascontiguousarray(vectors), facets, cache_bytes, model)
        require_unit(index.ids, index.vectors)
        if len(set(index.ids)) != len(index):
            raise RetrievalError(
                "A work occurs more than once among the ids: give each work one vector."
            )
        return index

    @classmethod
    def of_run(
        cls, run: Run, *, storage: Storage = "float32", cache_bytes: int = CACHE_BYTES
    ) -> ConditionalIndex:
        """Index the works of a run that have a picture, by their pictures' vectors.

        Parameters
        ----------
        run : Run
            A finished run.
        storage, cache_bytes
            As for the class.

        Returns
        -------
        ConditionalIndex
            With the fingerprint of the run's model.

        Raises
        ------
        RetrievalError
            If its vectors are not those of its works.
        """
        embeddings = run.picture_embeddings
        row_of = {work: row for row, work in enumerate(run.works["id"].to_pylist())}
        rows = [row_of.get(id_, -1) for id_ in embeddings.ids]
        if -1 in rows:
            raise RetrievalError(
                f"{run.folder} is damaged: it has a vector of {embeddings.ids[rows.index(-1)]!r}, "
                "which is none of its works. Repeat the fit with the same --out and --overwrite."
            )
        return cls(
            embeddings,
            Facts(run.works.take(rows)),
            storage=storage,
            cache_bytes=cache_bytes,
            model=run.record.model.fingerprint,
        )

    @classmethod
    def load(
        cls,
        folder: str | Path,
        *,
        embeddings: Embeddings | None = None,
        verify: bool = True,
        cache_bytes: int = CACHE_BYTES,
    ) -> ConditionalIndex:
        """Open an index that :meth:`save` has written; its vectors are mapped, not read.

        Parameters
        ----------
        folder : str or Path
            Where it is.
        embeddings : Embeddings, optional
            The works' vectors as they are now: an index of others is refused. Facts are not
            compared: where they have changed, save the index anew.
        verify : bool
            Read all of it once and compare its SHA-256. Without, only sizes are looked at.
        cache_bytes : int
            As for the class.

        Returns
        -------
        ConditionalIndex
            As it was saved.

        Raises
        ------
        RetrievalError
            If there is none, it is damaged, of another version, or of other works.
        """
        from topicart.retrieval.stored_index import open_index, row_reader

        ids, vectors, facts, model = open_index(Path(folder), embeddings, verify=verify)
        index = cls.__new__(cls)
        index._hold(ids, vectors, facts, cache_bytes, model)
        index._read = row_reader(Path(folder), vectors)
        return index

    def save(self, folder: str | Path) -> None:
        """Write the index into a folder: vectors, facts and a manifest; nothing is pickled.

        Parameters
        ----------
        folder : str or Path
            It is made where it is not there; an index in it is replaced.

        Raises
        ------
        WriteError
            If it cannot be written.
        """
        from topicart.retrieval.stored_index import write_index

        write_index(Path(folder), self.ids, self.vectors, self.facts, self.model)

    def _hold(
        self,
        ids: tuple[str, ...],
        vectors: NDArray[Any],
        facets: Facts | Mapping[str, Sequence[str | Sequence[str] | None]],
        cache_bytes: int,
        model: str | None,
    ) -> None:
        self.ids = ids
        """The works' ids, in the order of the rows."""
        self.facts = facets if isinstance(facets, Facts) else Facts.of(facets)
        """What is known of them."""
        self.vectors: NDArray[Any] = vectors
        """Their vectors, shape ``(n_works, dim)``, as they are stored: float32 or float16."""
        self.model = model
        """Fingerprint of the model that encoded them, where it is known."""
        self._read: Reader | None = None
        if not len(ids) == len(vectors) == len(self.facts):
            raise RetrievalError(
                f"An index needs one vector and the facts of each work, in one order: got "
                f"{len(ids):,} ids, {len(vectors):,} vectors and facts of {len(self.facts):,}."
            )
        self._seeking = Seeking(vectors, self.facts, self.vectors_of, GroupCache(cache_bytes))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def dim(self) -> int:
        """Number of dimensions.

        Returns
        -------
        int
            Of each vector.
        """
        return int(self.vectors.shape[1])

    @property
    def storage(self) -> Storage:
        """How vectors are held.

        Returns
        -------
        str
            ``float32`` or ``float16``.
        """
        return "float16" if self.vectors.dtype == np.float16 else "float32"

    def vectors_of(self, rows: NDArray[np.intp] | Sequence[int] | slice) -> NDArray[np.float32]:
        """Take vectors of works, however they are stored.

        Parameters
        ----------
        rows : ndarray or sequence of int, or slice
            Rows of the index.

        Returns
        -------
        ndarray of float32, shape (len(rows), dim)
            Contiguous; of a slice in float32 storage a view.

        Raises
        ------
        RetrievalError
            If there is no such row.
        """
        if isinstance(rows, slice) and self._read is not None and self.storage == "float16":
            taken = self._read(np.arange(*rows.indices(len(self))))
        elif isinstance(rows, slice):
            taken = self.vectors[rows]
        else:
            wanted = np.asarray(rows, np.intp)
            wrong = wanted[(wanted < 0) | (wanted >= len(self))]
            if wrong.size:
                raise RetrievalError(f"There is no work {wrong[0]}: rows are 0 to {len(self) - 1}.")
            taken = self.vectors[wanted] if self._read is None else self._read(wanted)
        return np.ascontiguousarray(taken, dtype=np.float32)

    def search(
        self,
        query: NDArray[np.floating],
        k: int = 10,
        where: Iterable[Condition | str] = (),
        *,
        without: Sequence[int] = (),
        explain: bool = False,
    ) -> Found:
        """Find the works nearest to a query among those that meet all conditions.

        Parameters
        ----------
        query : ndarray, shape (dim,)
            What is sought; with length 1, scores are cosines.
        k : int
            How many are wanted.
        where : iterable of Condition or str
            As for :meth:`Facts.mask`.
        without : sequence of int
            Rows that are passed over, such as the query's own work.
        explain : bool
            Say how they were sought.

        Returns
        -------
        Found
            Best first; fewer than ``k``, with a note, where fewer meet the conditions.

        Raises
        ------
        RetrievalError
            If the query has another number of dimensions, is not finite or has no length, ``k`` is
            less than 1, or a condition names a facet or value that no work has.
        """
        many = self._seeking.seek(np.asarray(query)[None], k, where, without)
        rows = many.rows[0]
        return Found(
            rows,
            many.scores[0],
            tuple(self.ids[row] for row in rows.tolist()),
            k,
            many.allowed,
            many.plan if explain else None,
        )

    def search_many(
        self,
        queries: NDArray[np.floating],
        k: int = 10,
        where: Iterable[Condition | str] = (),
        *,
        without: Sequence[int] = (),
        explain: bool = False,
    ) -> FoundMany:
        """Find the works nearest to each of several queries, in one product for all.

        Parameters
        ----------
        queries : ndarray, shape (n_queries, dim)
            What is sought.
        k, where, without, explain
            As for :meth:`search`.

        Returns
        -------
        FoundMany
            A row for each query.

        Raises
        ------
        RetrievalError
            As :meth:`search`.
        """
        many = self._seeking.seek(np.asarray(queries), k, where, without)
        return many if explain else FoundMany(many.rows, many.scores, k, many.allowed)

    def best_of_each(
        self,
        query: NDArray[np.floating],
        facet: str,
        where: Iterable[Condition | str] = (),
        *,
        least: int = 1,
        without: Sequence[int] = (),
    ) -> BestOfEach:
        """Find for each value of a facet the work nearest to a query, in one product for all.

        Parameters
        ----------
        query : ndarray, shape (dim,)
            What is sought.
        facet : str
            The facet, such as ``style`` or ``century``.
        where : iterable of Condition or str
            What the works must meet besides.
        least : int
            Values of fewer works are left out.
        without : sequence of int
            Rows that are passed over.

        Returns
        -------
        BestOfEach
            Best value first.

        Raises
        ------
        RetrievalError
            As :meth:`search`, or if there is no such facet.
        """
        asked = require_queries(np.asarray(query)[None], self.dim)
        passes = self._seeking.passes(where, without)
        return best_of_each(self.facts, facet, self.vectors_of, asked, passes, least)
