"""Two towers joined by canonical correlation and by a linear map, against other implementations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evaluation.retrieval import ranks
from evaluation.studies.looking.canonical import canonical_correlation, canonical_map
from evaluation.studies.looking.joined import chooses, mean_log_rank, unit_rows
from evaluation.studies.looking.margin import MARGIN, NEGATIVES, margin_loss, margin_map

_MAPS = [canonical_map, margin_map]


def _views(n: int, seed: int = 0, noise: float = 0.5) -> Any:
    """Two views of the same hidden four numbers, through maps of their own, with noise."""
    random = np.random.default_rng(seed)
    hidden = random.normal(size=(n, 4))
    maps = np.random.default_rng(99)
    x = hidden @ maps.normal(size=(4, 12)) + noise * random.normal(size=(n, 12)) + 3.0
    y = hidden @ maps.normal(size=(4, 9)) + noise * random.normal(size=(n, 9)) - 1.0
    return x.astype(np.float32), 50 * y.astype(np.float32)


def test_correlations_are_those_of_the_generalised_eigenproblem() -> None:
    from scipy.linalg import eigh

    x, y = _views(400)
    found = canonical_correlation(x, y, directions=50, keep=50)
    both = np.cov(np.hstack([x, y]).astype(np.float64), rowvar=False)
    xx, yy, xy = both[:12, :12], both[12:, 12:], both[:12, 12:]
    squares = eigh(xy @ np.linalg.solve(yy, xy.T), xx, eigvals_only=True)[::-1][:9]
    np.testing.assert_allclose(found.correlations, np.sqrt(squares.clip(0)), atol=1e-5)
    variates_x = (x - found.mean_x) @ found.to_x
    variates_y = (y - found.mean_y) @ found.to_y
    np.testing.assert_allclose(np.cov(variates_x, rowvar=False), np.eye(9), atol=1e-4)
    for number in range(9):
        own = np.corrcoef(variates_x[:, number], variates_y[:, number])[0, 1]
        assert own == pytest.approx(found.correlations[number], abs=1e-5)


def test_variates_are_those_of_scikit_learn() -> None:
    from sklearn.cross_decomposition import CCA

    x, y = _views(300)
    found = canonical_correlation(x, y, directions=50, keep=3)
    oracle = CCA(3, max_iter=5000, tol=1e-10).fit(x, y)
    own, _ = oracle.transform(x, y)
    variates = (x - found.mean_x) @ found.to_x
    for number in range(3):
        assert abs(np.corrcoef(own[:, number], variates[:, number])[0, 1]) > 0.999


def test_more_dimensions_than_works_and_columns_that_are_constant_do_no_harm() -> None:
    x, y = _views(30)
    wide = np.hstack([x, np.zeros((30, 100), np.float32), np.repeat(x, 4, axis=1)])
    found = canonical_correlation(wide, y, regularisation=0.1)
    assert np.isfinite(found.to_x).all()
    assert found.correlations.max() <= 1 + 1e-9
    assert np.isfinite(found.x(wide)).all()


@pytest.mark.parametrize("join", _MAPS)
def test_a_map_finds_works_that_it_never_saw(join: Any) -> None:
    x, y = _views(240)
    joined = join(x, y, [f"a{row // 4}" for row in range(240)], seed=1)
    other_x, other_y = _views(100, seed=7)
    found = ranks(unit_rows(joined.texts(other_y)), unit_rows(joined.pictures(other_x)))
    assert np.median(found) <= 5


@pytest.mark.parametrize("join", _MAPS)
def test_where_nothing_is_shared_a_map_finds_works_by_chance(join: Any) -> None:
    random = np.random.default_rng(3)
    x = random.normal(size=(600, 40)).astype(np.float32)
    y = random.normal(size=(600, 20)).astype(np.float32)
    joined = join(x[:300], y[:300], [str(row) for row in range(300)], seed=0)
    found = ranks(unit_rows(joined.texts(y[300:])), unit_rows(joined.pictures(x[300:])))
    assert 120 < np.median(found) < 180


@pytest.mark.parametrize("join", _MAPS)
def test_the_same_seed_gives_the_same_map(join: Any) -> None:
    x, y = _views(60)
    groups = [f"a{row // 6}" for row in range(60)]
    first, second = (join(x, y, groups, seed=4) for _ in range(2))
    np.testing.assert_array_equal(first.pictures(x), second.pictures(x))
    np.testing.assert_array_equal(first.texts(y), second.texts(y))
    assert first.about == second.about


def test_the_loss_is_the_expectation_of_the_published_one() -> None:
    import torch

    random = np.random.default_rng(0)
    x, y = random.normal(size=(2, 7, 5))
    cosines = (x / np.linalg.norm(x, axis=1, keepdims=True)) @ (
        y / np.linalg.norm(y, axis=1, keepdims=True)
    ).T
    same = np.eye(7, dtype=bool)
    same[1, 2] = same[2, 1] = True
    wanted = (1 - NEGATIVES) * np.mean([1 - cosines[i, i] for i in range(7)])
    wanted += NEGATIVES * np.mean(
        [max(0.0, cosines[i, j] - MARGIN) for i in range(7) for j in range(7) if not same[i, j]]
    )
    found = margin_loss(torch.from_numpy(x), torch.from_numpy(y), torch.from_numpy(same))
    assert float(found) == pytest.approx(wanted)


def test_works_that_choose_share_no_artist_with_those_that_teach() -> None:
    groups = [f"a{row // 5}" for row in range(100)]
    marked = chooses(groups, seed=0)
    names = np.array(groups)
    assert not set(names[marked]) & set(names[~marked])
    assert marked.sum() == 20
    assert chooses(["one"] * 50, seed=0).sum() == 10
    assert chooses([str(row) for row in range(20_000)], seed=0).sum() == 1000


def test_ranks_are_judged_in_both_directions() -> None:
    eye = np.eye(5, dtype=np.float32)
    assert mean_log_rank(eye, 3 * eye) == 0.0
    assert mean_log_rank(eye, eye[[1, 0, 2, 3, 4]]) > 0.5
    assert (unit_rows(np.zeros((2, 3), np.float32)) == 0).all()
