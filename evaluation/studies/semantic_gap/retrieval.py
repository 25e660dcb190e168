"""Whether texts find their pictures in the whole gallery, and pictures their texts, by group.

Every group is asked for in the same gallery: a median rank means something only beside its size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from evaluation.retrieval import median_rank, ranks, recall_at
from evaluation.studies.estimate import Estimate
from evaluation.studies.redrawing import interval_of, redrawn, weighted_medians
from evaluation.studies.semantic_gap.classes import GROUPS
from evaluation.studies.semantic_gap.published import DIRECTIONS, PUBLISHED_TEXT2ART
from evaluation.studies.semantic_gap.result import Retrieval
from evaluation.studies.semantic_gap.unrelated import ByLot, turned_by_lot
from knowledge_graph import cut, nearest
from topicart.errors import StudyError
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.studies.looking import Space

__all__ = [
    "DIRECTIONS",
    "PROTOCOLS",
    "PUBLISHED_TEXT2ART",
    "Protocol",
    "Retrieved",
    "retrieve",
    "semart_ranks",
]

Protocol = Literal["own", "semart"]
PROTOCOLS: tuple[Protocol, ...] = ("own", "semart")
"""``own``: equals count half. ``semart``: as the authors' ``test.py`` ranks, equals by row."""

FEWEST_OF_GENRE = 5
"""A genre of fewer queries has no row of its own."""

MOST_GENRES = 40
"""How many genres are told one by one, those of most queries."""

_BLOCK_CELLS = 1 << 22
_RECALLS = (1, 5, 10)


@dataclass(frozen=True, eq=False)
class Retrieved:
    """What was found.

    Parameters
    ----------
    model
        The model's name.
    gallery
        ``all`` works, or those ``held out``.
    rows
        Works that were asked for, shape ``(n_queries,)``.
    ranks
        By direction the rank of each, shape ``(n_queries,)``, from 1.
    sizes
        By direction how many works or texts the gallery has.
    asking
        By direction the queries, shape ``(n_queries, dim)``, what is sought among, shape
        ``(m, dim)``, and the row of each query's own in it, shape ``(n_queries,)``.
    by_lot
        By direction what other weights by lot would find; empty of a model whose are not.
    tables
        For all, the three groups, and genres by their number of queries, in both directions.
    """

    model: str
    gallery: str
    rows: NDArray[np.intp]
    ranks: Mapping[str, NDArray[np.float64]]
    sizes: Mapping[str, int]
    asking: Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.intp]]]
    by_lot: Mapping[str, ByLot]
    tables: tuple[Retrieval, ...]


def retrieve(
    space: Space,
    text_vectors: NDArray[np.float32],
    rows_asked: NDArray[np.intp],
    gallery_rows: NDArray[np.intp],
    groups: Sequence[str],
    genres: Sequence[tuple[str, ...]],
    *,
    clusters: Sequence[str],
    gallery: str = "all",
    protocol: Protocol = "own",
    repeats: int = 1000,
    seed: int = 0,
) -> Retrieved:
    """Ask for works by their texts, and for texts by their pictures.

    Parameters
    ----------
    space
        The model's.
    text_vectors
        Unit rows, shape ``(n_queries, dim)``.
    rows_asked
        The works they belong to, shape ``(n_queries,)``, each once.
    gallery_rows
        The works among which they are sought, shape ``(n_gallery,)``; all of ``rows_asked`` are
        there. Texts are sought among ``text_vectors``.
    groups
        ``additive``, ``narrative`` or ``neither``, of every work, length n_works.
    genres
        Of every work, length n_works.
    clusters
        What is redrawn as one for intervals, the artist, of every work, length n_works.
    gallery
        What the gallery is called.
    protocol
        How equals are ranked, one of ``PROTOCOLS``.
    repeats
        How often queries are redrawn.
    seed
        Decides the draws.

    Returns
    -------
    Retrieved
        Ranks and tables. Memory does not grow with queries times gallery.

    Raises
    ------
    StudyError
        If there is no such protocol, no query, or one whose work is not in the gallery.
    """
    if protocol not in PROTOCOLS:
        raise StudyError(
            f"There is no protocol {cut(protocol)!r}; expected one of {', '.join(PROTOCOLS)}."
            f"{nearest(protocol, PROTOCOLS)}"
        )
    rows, gallery_rows = np.asarray(rows_asked, np.intp), np.asarray(gallery_rows, np.intp)
    own = places_in(gallery_rows, rows)
    rank = ranks if protocol == "own" else semart_ranks
    asking = {
        DIRECTIONS[0]: (text_vectors, space.pictures[gallery_rows], own),
        DIRECTIONS[1]: (space.pictures[rows], text_vectors, np.arange(len(rows))),
    }
    found = {direction: rank(*asked) for direction, asked in asking.items()}
    sizes = {direction: len(asked[1]) for direction, asked in asking.items()}
    by_lot: dict[str, ByLot] = {}
    for direction, asked in asking.items() if space.floor else ():
        turned = turned_by_lot(
            *asked,
            [groups[row] for row in rows],
            seed=derive_seed(seed, f"turned {gallery} {direction}"),
        )
        if turned is not None:
            by_lot[direction] = turned
    parts = _parts([groups[row] for row in rows], [genres[row] for row in rows])
    artists = [clusters[row] for row in rows]
    tables = tuple(
        _told(
            _Part(space.model, direction, gallery, name, sizes[direction]),
            found[direction][chosen],
            [artists[at] for at in chosen],
            repeats,
            derive_seed(seed, f"retrieval {gallery} {name}"),
            by_lot[direction].recall_at_10 if name == "all" and direction in by_lot else None,
        )
        for direction in DIRECTIONS
        for name, chosen in parts.items()
    )
    return Retrieved(space.model, gallery, rows, found, sizes, asking, by_lot, tables)


def places_in(gallery_rows: NDArray[np.intp], rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Say where in a gallery works are.

    Parameters
    ----------
    gallery_rows
        Rows of works, each once, shape ``(n_gallery,)``.
    rows
        Some of them, shape ``(n,)``.

    Returns
    -------
    ndarray of intp, shape (n,)
        Their places in ``gallery_rows``.

    Raises
    ------
    StudyError
        If there are none, or one is not there.
    """
    if not len(rows):
        raise StudyError(
            "No work is asked for: none of those that judge has a text. Choose another text."
        )
    order = np.argsort(gallery_rows, kind="stable")
    at = np.searchsorted(gallery_rows, rows, sorter=order)
    places: NDArray[np.intp] = order[np.minimum(at, len(order) - 1)] if len(order) else at
    missing = rows[gallery_rows[places] != rows] if len(order) else rows
    if len(missing):
        raise StudyError(
            f"{len(missing):,} of {len(rows):,} works that are asked for are not in the gallery of "
            f"{len(gallery_rows):,}, the first is row {missing[0]}. Take them into the gallery."
        )
    return places


def semart_ranks(
    queries: NDArray[np.float32],
    gallery: NDArray[np.float32],
    own: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Rank as SemArt's authors do: the place of the own item in ``argsort`` reversed, plus 1.

    Of equals the later row comes first where ``argsort`` leaves them in order, which is what
    ``test.py`` of noagarcia/SemArt does (Garcia & Vogiatzis 2018).

    Parameters
    ----------
    queries
        Unit rows, shape ``(n, dim)``.
    gallery
        Unit rows, shape ``(m, dim)``.
    own
        The row in the gallery that belongs to each query, shape ``(n,)``.

    Returns
    -------
    ndarray of float64, shape (n,)
        From 1 to m.
    """
    found = np.empty(len(queries))
    block = max(1, _BLOCK_CELLS // max(1, len(gallery)))
    for start in range(0, len(queries), block):
        stop = min(start + block, len(queries))
        order = np.argsort(queries[start:stop] @ gallery.T, axis=1)[:, ::-1]
        found[start:stop] = 1 + np.argmax(order == own[start:stop, None], axis=1)
    return found


@dataclass(frozen=True)
class _Part:
    """Which queries a row of the table is of."""

    model: str
    direction: str
    gallery: str
    name: str
    size: int


def _parts(groups: Sequence[str], genres: Sequence[tuple[str, ...]]) -> dict[str, NDArray[np.intp]]:
    """Give the queries of each row: all, groups, and genres that have enough of them."""
    parts = {"all": np.arange(len(groups))}
    of_query = np.array(groups)
    for group in GROUPS:
        if len(own := np.flatnonzero(of_query == group)):
            parts[group] = own
    by_genre: dict[str, list[int]] = {}
    for at, held in enumerate(genres):
        for genre in dict.fromkeys(held):
            by_genre.setdefault(genre, []).append(at)
    most = sorted(by_genre, key=lambda genre: (-len(by_genre[genre]), genre))
    for genre in most[:MOST_GENRES]:
        # A collection may call a genre what a group is called.
        if len(by_genre[genre]) >= FEWEST_OF_GENRE and genre not in parts:
            parts[genre] = np.array(by_genre[genre], np.intp)
    return parts


def _told(
    part: _Part,
    found: NDArray[np.float64],
    clusters: Sequence[str],
    repeats: int,
    seed: int,
    by_lot: tuple[float, float] | None,
) -> Retrieval:
    order = np.argsort(found, kind="stable")
    hits = np.stack([found <= k for k in _RECALLS]).astype(np.float64)
    recalls, medians = [], []
    for weights in redrawn(len(found), clusters, repeats, seed=seed):
        total = weights.sum()
        recalls.append(hits @ weights / total if total else np.full(len(_RECALLS), np.nan))
        medians.append(float(weighted_medians(found[order], weights[order])))
    drawn = np.array(recalls).reshape(-1, len(_RECALLS))
    n = len(found)
    first, fifth, tenth = (
        Estimate(recall_at(found, k), interval_of(drawn[:, at]), min(1.0, k / part.size), n)
        for at, k in enumerate(_RECALLS)
    )
    middle = Estimate(median_rank(found), interval_of(medians), (part.size + 1) / 2, n)
    return Retrieval(
        part.model,
        part.direction,
        part.gallery,
        part.name,
        part.size,
        first,
        fifth,
        tenth,
        middle,
        by_lot,
    )
