"""Texts that find their pictures, against ranks computed by hand and by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluation.studies.semantic_gap.gap import gaps, ratio_of_medians
from evaluation.studies.semantic_gap.result import Retrieval
from evaluation.studies.semantic_gap.retrieval import (
    DIRECTIONS,
    PUBLISHED_TEXT2ART,
    Protocol,
    Retrieved,
    retrieve,
    semart_ranks,
)
from tests.evaluation.studies.semantic_gap.spaces import space_of, unit
from topicart.errors import StudyError

T2I, I2T = DIRECTIONS
WORKS = 40
GROUPS = ["additive", "narrative", "neither", "additive"] * 10
GENRES: list[tuple[str, ...]] = [("landscape",), ("history", "war"), (), ("still life",)] * 10
ARTISTS = [f"a{n // 3}" for n in range(WORKS)]


def _by_lot(seed: int = 0, dim: int = 6) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    generator = np.random.default_rng(seed)
    pictures = unit(generator.normal(size=(WORKS, dim)))
    texts = unit(pictures + generator.normal(size=(WORKS, dim)) * 0.5)
    return pictures, texts


def _retrieved(
    pictures: NDArray[np.float32],
    texts: NDArray[np.float32],
    rows: NDArray[np.intp] | None = None,
    gallery: NDArray[np.intp] | None = None,
    *,
    protocol: Protocol = "own",
    repeats: int = 50,
) -> Retrieved:
    rows = np.arange(WORKS) if rows is None else rows
    return retrieve(
        space_of(pictures),
        texts[rows],
        rows,
        np.arange(WORKS) if gallery is None else gallery,
        GROUPS,
        GENRES,
        clusters=ARTISTS,
        protocol=protocol,
        repeats=repeats,
    )


def _row(found: Retrieved, direction: str, group: str) -> Retrieval:
    (row,) = [own for own in found.tables if (own.direction, own.group) == (direction, group)]
    return row


def test_ranks_by_hand() -> None:
    """Three works on a circle: the angles tell every rank."""
    pictures = unit(np.array([[1, 0], [0, 1], [-1, 0.1]], np.float64))
    texts = unit(np.array([[1, 0.2], [1, 0.5], [-1, 0.1]], np.float64))
    found = retrieve(
        space_of(pictures),
        texts,
        np.arange(3),
        np.arange(3),
        ["additive", "narrative", "neither"],
        [()] * 3,
        clusters=["a", "b", "c"],
    )
    assert found.ranks[T2I].tolist() == [1, 2, 1]
    # The second picture, straight up, is nearest to the second text.
    assert found.ranks[I2T].tolist() == [1, 1, 1]
    told = _row(found, T2I, "all")
    assert (told.recall_at_1.value, told.recall_at_5.value) == (2 / 3, 1)
    assert (told.median_rank.value, told.median_rank.chance, told.gallery_size) == (1, 2, 3)
    assert told.recall_at_10.chance == 1


def test_every_group_is_asked_for_in_the_whole_gallery() -> None:
    pictures, texts = _by_lot()
    rows = np.array([3, 0, 1, 17, 22, 30, 39, 2])
    found = _retrieved(pictures, texts, rows, np.random.default_rng(1).permutation(WORKS))
    scores = texts.astype(np.float64) @ pictures.T.astype(np.float64)
    t2i = [1 + int((scores[row] > scores[row, row]).sum()) for row in rows]
    i2t = [1 + int((scores[rows, row] > scores[row, row]).sum()) for row in rows]
    assert found.ranks[T2I].tolist() == t2i
    assert found.ranks[I2T].tolist() == i2t
    assert found.sizes == {T2I: WORKS, I2T: len(rows)}
    for group in ("additive", "narrative", "neither"):
        own = [rank for row, rank in zip(rows, t2i, strict=True) if GROUPS[row] == group]
        told = _row(found, T2I, group)
        assert told.gallery_size == WORKS
        assert told.median_rank.value == np.median(own)
        assert told.recall_at_5.value == np.mean(np.array(own) <= 5)
        assert told.median_rank.n == len(own)


def test_genres_have_rows_where_they_have_queries_enough() -> None:
    found = _retrieved(*_by_lot(), repeats=5)
    names = [own.group for own in found.tables if own.direction == T2I]
    groups = ["all", "additive", "narrative", "neither"]
    assert names == [*groups, "history", "landscape", "still life", "war"]
    few = _retrieved(*_by_lot(), np.arange(8), repeats=5)
    assert [own.group for own in few.tables if own.direction == T2I] == groups


def test_what_sees_nothing_is_at_the_middle() -> None:
    flat = np.tile(unit(np.ones((1, 4))), (WORKS, 1))
    found = _retrieved(flat, flat)
    assert set(found.ranks[T2I]) == {(WORKS + 1) / 2}
    assert _row(found, T2I, "all").median_rank.chance == (WORKS + 1) / 2


def test_intervals_are_those_of_artists_redrawn() -> None:
    found = _retrieved(*_by_lot(), repeats=500)
    told = _row(found, T2I, "all")
    assert told.recall_at_5.interval is not None
    low, high = told.recall_at_5.interval
    assert low < (told.recall_at_5.value or 0) < high
    assert told.median_rank.interval is not None
    assert found.tables == _retrieved(*_by_lot(), repeats=500).tables
    alone = _retrieved(*_by_lot(), np.arange(3))  # One artist.
    assert _row(alone, T2I, "all").median_rank.interval is None


def _as_the_authors_rank(queries: NDArray[np.float32], gallery: NDArray[np.float32]) -> list[int]:
    """The loop of noagarcia/SemArt's test.py, in today's Python."""
    found = []
    for number, query in enumerate(queries):
        similarities = gallery @ query
        found.append(np.argsort(similarities)[::-1].tolist().index(number) + 1)
    return found


def test_semart_ranks_are_those_of_its_authors() -> None:
    pictures, texts = _by_lot(3)
    found = _retrieved(pictures, texts, protocol="semart")
    assert found.ranks[T2I].tolist() == _as_the_authors_rank(texts, pictures)
    assert found.ranks[I2T].tolist() == _as_the_authors_rank(pictures, texts)
    # Equals: numpy leaves so few in order, and reversed the last comes first.
    flat = np.tile(unit(np.ones((1, 4))), (5, 1))
    assert semart_ranks(flat, flat, np.arange(5)).tolist() == [5, 4, 3, 2, 1]


def test_without_equals_both_protocols_agree() -> None:
    pictures, texts = _by_lot(4)
    own = _retrieved(pictures, texts)
    theirs = _retrieved(pictures, texts, protocol="semart")
    for direction in DIRECTIONS:
        assert own.ranks[direction].tolist() == theirs.ranks[direction].tolist()


def test_the_gap_is_the_ratio_of_median_ranks() -> None:
    found = _retrieved(*_by_lot())
    for gap in gaps(found, GROUPS, clusters=ARTISTS, repeats=200):
        ranks = found.ranks[gap.direction]
        additive = np.median(ranks[[n for n in range(WORKS) if GROUPS[n] == "additive"]])
        narrative = np.median(ranks[[n for n in range(WORKS) if GROUPS[n] == "narrative"]])
        assert gap.additive.value == additive
        assert gap.narrative.value == narrative
        assert gap.ratio.value == narrative / additive
        assert gap.ratio.interval is not None
        assert gap.ratio.interval[0] <= narrative / additive <= gap.ratio.interval[1]
        assert gap.additive.chance == (WORKS + 1) / 2
        assert gap.ratio.chance == pytest.approx(1, abs=0.4)
        assert gap.unrelated is not None
        assert gap.unrelated[0] < narrative / additive < gap.unrelated[1]


def test_without_a_narrative_work_there_is_no_gap() -> None:
    groups = ["additive"] * WORKS
    for gap in gaps(_retrieved(*_by_lot()), groups, clusters=ARTISTS, repeats=20):
        assert (gap.narrative.value, gap.ratio.value) == (None, None)
        assert gap.ratio.interval is None
        assert gap.additive.interval is not None


def test_of_two_artists_of_a_group_no_interval_is_said() -> None:
    additive, narrative, ratio = ratio_of_medians(
        np.arange(1.0, 9),
        np.arange(2.0, 6),
        list("abcdefgh"),
        ["x", "x", "y", "y"],
        chance=10,
        repeats=50,
        seed=0,
    )
    assert additive.interval is not None
    assert narrative.interval is ratio.interval is None
    assert ratio.value == 3.5 / 4.5


def test_partners_of_one_cluster_are_redrawn_together() -> None:
    ranks = np.array([1.0, 2, 4, 8, 16, 32])
    clusters = list("abcdef")
    _, _, ratio = ratio_of_medians(
        ranks, ranks * 3, clusters, clusters, chance=None, repeats=50, seed=0
    )
    assert ratio.interval == (3, 3)


def test_a_work_outside_the_gallery_or_none_is_refused() -> None:
    pictures, texts = _by_lot()
    with pytest.raises(StudyError, match="2 of 3 works .* not in the gallery of 2.* row 0"):
        _retrieved(pictures, texts, np.array([0, 5, 9]), np.array([7, 5]))
    with pytest.raises(StudyError, match="none of those that judge has a text"):
        _retrieved(pictures, texts, np.zeros(0, np.intp))
    with pytest.raises(StudyError, match="no protocol 'semarts'.* Did you mean 'semart'"):
        _retrieved(pictures, texts, protocol="semarts")  # type: ignore[arg-type]


def test_published_numbers_stand_beside() -> None:
    best = PUBLISHED_TEXT2ART[-1]
    assert (best["model"], best["median rank"]) == ("ContextNet KGM Author", 6)
    assert PUBLISHED_TEXT2ART[0]["median rank, back"] == 26
