"""The conditional index: whatever plan it takes, what brute force in float64 would find."""

from __future__ import annotations

from contextlib import nullcontext
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from topicart.embeddings import Embeddings, normalise
from topicart.errors import RetrievalError
from topicart.retrieval import ConditionalIndex, Facts, planning, scoring

GENRES = [["marina"], ["portrait"], ["marina", "portrait"], [], ["still life"]]


def brute_force(
    vectors: NDArray[np.floating], query: NDArray[np.floating], k: int, allowed: list[int]
) -> tuple[list[int], list[float]]:
    scores = (vectors.astype("f8") @ query.astype("f8")).astype("f4")
    rows = sorted(allowed, key=lambda row: (-scores[row], row))[:k]
    return rows, scores[rows].tolist()


def unit(n: int, dim: int, seed: int = 0) -> NDArray[np.float32]:
    return normalise(np.random.default_rng(seed).normal(size=(n, dim)))


def index_of(
    vectors: NDArray[np.float32], storage: str = "float32", cache_bytes: int = 1 << 20
) -> ConditionalIndex:
    n = len(vectors)
    facts = Facts.of(
        {"genre": [GENRES[row % 5] for row in range(n)]},
        years=[
            (1600 + row % 300, 1610 + row % 300) if row % 7 else (None, None) for row in range(n)
        ],
    )
    embeddings = Embeddings(tuple(f"w{row:05}" for row in range(n)), vectors)
    return ConditionalIndex(embeddings, facts, storage=storage, cache_bytes=cache_bytes)


WHERE = [
    (),
    ("genre=marina",),
    ("genre!=still life",),
    ("genre=marina|portrait", "date<1700"),
    ("genre=still life",),
]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_plan_and_storage_finds_what_brute_force_finds(data: st.DataObject) -> None:
    n, dim = data.draw(st.integers(5, 90)), data.draw(st.integers(1, 40))
    generator = np.random.default_rng(data.draw(st.integers(0, 99)))
    # Few different vectors, some of them a last bit apart: ties, near ties and duplicates.
    kinds = data.draw(st.integers(1, n))
    vectors = normalise(generator.normal(size=(kinds, dim)))[generator.integers(kinds, size=n)]
    nudged = generator.integers(n, size=n // 4)
    vectors[nudged] = np.nextafter(vectors[nudged], np.float32(2))
    storage = data.draw(st.sampled_from(["float32", "float16"]))
    limit = data.draw(st.sampled_from([0, 1 << 20]))
    index = index_of(vectors, storage, limit)
    where = data.draw(st.sampled_from(WHERE))
    without = data.draw(st.lists(st.integers(0, n - 1), max_size=6))
    k = data.draw(st.integers(1, n + 5))
    queries = np.concatenate([vectors[:2], unit(2, dim, 7) * data.draw(st.sampled_from([1, 300]))])
    allowed = [row for row in np.flatnonzero(index.facts.mask(where)) if row not in without]
    tree = data.draw(st.sampled_from([{}, {"_TREE_DIMENSIONS": 40, "_TREE_WORKS": 0}]))

    with patch.multiple(planning, **tree) if tree else nullcontext():
        many = index.search_many(queries, k, where, without=without)

    for number, query in enumerate(queries):
        rows, scores = brute_force(index.vectors, query, k, allowed)
        assert many.rows[number].tolist() == rows
        assert many.scores[number].tolist() == scores
        one = index.search(query, k, where, without=without)
        assert (one.rows.tolist(), one.scores.tolist()) == (rows, scores)


@pytest.mark.parametrize("storage", ["float32", "float16"])
def test_works_in_many_parts_are_found_as_in_one(
    storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoring, "_PRODUCTS", 1)  # 1,024 works at a time
    monkeypatch.setattr(scoring, "_QUERIES", 3)
    monkeypatch.setattr(planning, "_GATHERED_BYTES", 1 << 15)
    vectors = unit(5_000, 24)
    vectors[4_000:] = vectors[:1_000]
    for limit in (0, 1 << 22):
        index = index_of(vectors, storage, limit)
        for where in WHERE:
            allowed = np.flatnonzero(index.facts.mask(where)).tolist()
            many = index.search_many(vectors[:7], 9, where)
            for number in range(7):
                rows, scores = brute_force(index.vectors, vectors[number], 9, allowed)
                assert (many.rows[number].tolist(), many.scores[number].tolist()) == (rows, scores)


def test_a_collection_of_copies_is_found_in_order() -> None:
    index = index_of(np.repeat(unit(1, 8), 20_000, axis=0))
    assert index.search(index.vectors[0], 5).rows.tolist() == [0, 1, 2, 3, 4]
    assert index.search(index.vectors[0], 3, ["genre=still life"]).rows.tolist() == [4, 9, 14]


def test_it_says_how_it_sought() -> None:
    index = index_of(unit(1_000, 8), cache_bytes=1 << 14)
    query = index.vectors[0]
    assert index.search(query, 3).plan is None
    for where, how, why in (
        ((), "scan", "All works are allowed"),
        (["genre!=still life"], "scan", "Most works are allowed (800 of 1,000)"),
        (["genre=still life"], "grouped", "The 200 allowed works of 1,000 lie side by side"),
        (["genre=marina|portrait"], "scan", "more than is kept"),
    ):
        plan = index.search(query, 3, where, explain=True).plan
        assert plan is not None
        assert (plan.how, plan.works) == (how, 1_000)
        assert why in plan.why
    assert index.search_many(query[None], 3, explain=True).plan is not None


def test_few_dimensions_and_very_many_works_are_sought_in_a_tree(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(planning, "_TREE_WORKS", 1_000)
    plan = index_of(unit(1_000, 3)).search(unit(1, 3)[0], 3, explain=True).plan
    assert plan is not None
    assert plan.how == "tree"
    assert "With 3 dimensions a tree of balls" in plan.why


def test_gathered_works_are_kept_within_their_bytes() -> None:
    index = index_of(unit(2_000, 16), cache_bytes=60_000)
    groups = index._seeking.cache
    # Any two of the first three are more than may be kept.
    for where in (["genre=marina"], ["genre=portrait"], ["genre=still life", "date<1900"]) * 2:
        first = index.search(index.vectors[0], 4, where)
        again = index.search(index.vectors[0], 4, list(reversed(where)))
        assert first.rows.tolist() == again.rows.tolist()
        assert 0 < groups.nbytes <= 60_000


def test_fewer_works_are_told() -> None:
    index = index_of(unit(10, 4))
    found = index.search(index.vectors[0], 5, ["genre=still life"], without=[4])
    assert found.ids == ("w00009",)
    assert found.note == "Only 1 work meets these conditions; 5 were asked for."
    nothing = index.search_many(index.vectors[:2], 5, ["genre=still life", "genre=marina"])
    assert nothing.rows.shape == (2, 0)
    assert nothing.note == "No work meets these conditions."
    assert index.search(index.vectors[0], 10).note == ""


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_best_of_each_value_is_what_a_search_in_it_finds(data: st.DataObject) -> None:
    n, dim = data.draw(st.integers(5, 60)), data.draw(st.integers(1, 6))
    generator = np.random.default_rng(data.draw(st.integers(0, 99)))
    vectors = normalise(generator.normal(size=(6, dim)))[generator.integers(6, size=n)]
    index = index_of(vectors, data.draw(st.sampled_from(["float32", "float16"])))
    where = data.draw(st.sampled_from([(), ("date<1700",)]))
    without = data.draw(st.lists(st.integers(0, n - 1), max_size=4))
    least = data.draw(st.integers(1, 8))

    best = index.best_of_each(vectors[0], "genre", where, least=least, without=without)

    expected = []
    for value in ("marina", "portrait", "still life"):
        found = index.search(vectors[0], 1, [*where, f"genre={value}"], without=without)
        if found.allowed < least:
            assert best.left_out[value] == found.allowed
        else:
            expected.append((-found.scores[0], found.rows[0], value, found.allowed))
    order = [(row, value, works) for _, row, value, works in sorted(expected, key=lambda e: e[:2])]
    given_ = zip(best.rows.tolist(), best.values, best.works.tolist(), strict=True)
    assert sorted(given_) == sorted(order)
    assert best.rows.tolist() == [row for row, *_ in order]
    assert len(best) + len(best.left_out) == 3


def test_queries_that_cannot_be_compared_are_refused() -> None:
    index = index_of(unit(20, 4))
    for query, told in (
        (np.ones(3), r"shape \(3,\), the works' vectors have 4 dimensions: encode it with"),
        (np.full(4, np.nan), "not finite"),
        (np.zeros(4), "has the length 0, which has no direction"),
        (np.full(4, 1e30), "no direction to seek in"),
    ):
        with pytest.raises(RetrievalError, match=told):
            index.search(query)
    with pytest.raises(RetrievalError, match="vector of query 1 is not finite"):
        index.search_many(np.array([[1, 0, 0, 0], [np.inf, 0, 0, 0]]))
    with pytest.raises(RetrievalError, match="At least 1 work must be asked for, got 0"):
        index.search(index.vectors[0], 0)
    with pytest.raises(RetrievalError, match="no work 20 to pass over: rows are 0 to 19"):
        index.search(index.vectors[0], without=[20])
    with pytest.raises(RetrievalError, match=r"are a list of texts: give \['genre=marina'\]"):
        index.search(index.vectors[0], where="genre=marina")
    with pytest.raises(RetrievalError, match="There is no facet 'gener'. Did you mean 'genre'"):
        index.search(index.vectors[0], where=["gener=marina"])
    with pytest.raises(RetrievalError, match="No work has the genre 'marine'. Did you mean"):
        index.search(index.vectors[0], where=["genre=marine"])
    with pytest.raises(RetrievalError, match="no facet 'age'"):
        index.best_of_each(index.vectors[0], "age")


def test_works_that_cannot_be_sought_are_refused() -> None:
    vectors = unit(6, 4)
    ids = tuple("abcdef")
    facts = {"genre": ["marina"] * 6}
    with pytest.raises(RetrievalError, match="6 ids, 6 vectors and facts of 5"):
        ConditionalIndex(Embeddings(ids, vectors), {"genre": ["marina"] * 5})
    with pytest.raises(RetrievalError, match="not as 'int8': give one of these"):
        ConditionalIndex(Embeddings(ids, vectors), facts, storage="int8")  # type: ignore[arg-type]
    for wrong in (0, np.nan):
        broken = vectors.copy()
        broken[3] = wrong
        with pytest.raises(RetrievalError, match="vector of the work 'd' has the length"):
            ConditionalIndex.of_vectors(ids, broken, facts)
    with pytest.raises(RetrievalError, match="must be float32 or float16 of shape"):
        ConditionalIndex.of_vectors(ids, vectors.astype("f8"), facts)


def test_vectors_without_works_are_refused() -> None:
    with pytest.raises(RetrievalError, match=r"takes Embeddings.*Embeddings\(ids, vectors\)"):
        ConditionalIndex(unit(2, 3), {"genre": ["a", "b"]})  # type: ignore[arg-type]
    with pytest.raises(RetrievalError, match="A work occurs more than once"):
        ConditionalIndex.of_vectors(["w", "w"], unit(2, 3), {"genre": ["a", "b"]})
