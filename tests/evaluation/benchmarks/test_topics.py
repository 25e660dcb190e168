"""The benchmarks of topics on few works; no test asserts speed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evaluation.benchmarks import growth, topics, topics_ways
from evaluation.benchmarks.benchmark import Options
from evaluation.benchmarks.topics_planted import NOISE, Planting, plant
from evaluation.benchmarks.topics_ways import BERTOPIC, EVOC, OURS, WAYS, umap_and_hdbscan
from topicart.errors import BenchmarkError
from topicart.fit import Silent

_FOUND = {
    "seconds": 30.0,
    "seconds of all cores": 50.0,
    "stages": {"reduce": 20.0, "cluster": 10.0},
    "peak (MB)": 1200.0,
    "ari": 0.9,
}


def test_planted_vectors_are_of_length_1_in_unequal_groups_with_noise(tmp_path: Path) -> None:
    planting = Planting(works=4000, dimensions=32, groups=10)
    plant(planting, tmp_path)
    vectors, groups = np.load(tmp_path / "vectors.npy"), np.load(tmp_path / "groups.npy")
    assert vectors.shape == (4000, 32)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert (groups == NOISE).mean() == pytest.approx(0.1, abs=0.02)
    sizes = np.bincount(groups[groups != NOISE], minlength=10)
    assert sizes.max() > 2 * sizes.min() > 0
    largest, other = vectors[groups == sizes.argmax()], vectors[groups == sizes.argmin()]
    assert (largest @ largest.T).mean() > (largest @ other.T).mean() + 0.1
    plant(planting, tmp_path)
    np.testing.assert_array_equal(vectors, np.load(tmp_path / "vectors.npy"))


def test_bertopic_gets_the_settings_that_topicart_uses() -> None:
    settings = umap_and_hdbscan(100_000)
    assert settings["umap"] == {
        "n_neighbors": 15,
        "n_components": 5,
        "min_dist": 0.0,
        "metric": "cosine",
    }
    assert settings["hdbscan"] == {"min_cluster_size": 158, "min_samples": 19}


def test_targets_are_held_against_what_was_measured() -> None:
    slow = {**_FOUND, "seconds": 100.0, "peak (MB)": 1800.0, "ari": 0.91}
    ways = dict.fromkeys(WAYS, _FOUND) | {BERTOPIC: slow}
    ways[EVOC] = {**_FOUND, "seconds": 13.0, "ari": 0.8}
    results = json.loads(json.dumps({"planted": Planting().to_dict(), "ways": ways}))
    told = {(row.what.partition("to topics")[2], row.ratio): row.met
            for row in topics.BENCHMARK.rows(results)}  # fmt: skip
    assert told["", "0.30"] is True
    assert told[", memory", "0.67"] is False
    assert told[", ARI", "−0.010"] is True
    assert told[", --clusterer evoc", "0.13"] is False
    assert told[", --clusterer evoc, ARI", "−0.110"] is False


def test_the_exponent_is_the_slope_of_the_logarithms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted: list[int] = []

    def measured(way: str, folder: Path, out: Path) -> dict[str, object]:
        works = planted[-1]
        power = 1.0 if way == EVOC else 1.2
        seconds = (works / 1000) ** power
        return {**_FOUND, "seconds": seconds, "stages": {"reduce": seconds}}

    monkeypatch.setattr(growth, "plant", lambda planting, _: planted.append(planting.works))
    monkeypatch.setattr(growth, "measured", measured)
    results = growth.BENCHMARK.measure(Options(tmp_path, works=50_000), Silent())
    assert planted == [10_000, 30_000, 50_000]
    by_way = {way: own["exponent"] for way, own in results["ways"].items()}
    assert by_way == {growth.WITH_MAP: 1.2, EVOC: 1.0}
    rows = growth.BENCHMARK.rows(json.loads(json.dumps(results)))
    assert [row.met for row in rows if "exponent" in row.ratio] == [False, True]
    assert {row.asked for row in rows if "10,000 works, " in row.what} == {
        "at most 1,062 MB (3 times the vectors and 1 GB)"
    }


def test_growth_of_one_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="from 10,000 works on: give more --works than 500"):
        growth.BENCHMARK.measure(Options(tmp_path, works=500), Silent())


def test_a_peer_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "find_spec", lambda name: None if name == "bertopic" else object())
    with pytest.raises(BenchmarkError, match=r"bertopic, which is not .* 'topicart\[bertopic\]'"):
        topics.BENCHMARK.measure(Options(tmp_path), Silent())


def test_a_way_that_ends_badly_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="BERTopic ended with exit code 1; its error stands"):
        topics_ways.measured(BERTOPIC, tmp_path / "nowhere", tmp_path / "told.json")


def test_our_way_is_measured_in_seconds_memory_and_quality(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics_ways, "_compile", lambda *_: None)
    plant(Planting(works=600, dimensions=24, groups=6), tmp_path)
    told = topics_ways._measure(OURS, tmp_path)
    assert set(told["stages"]) == {"reduce", "cluster", "centroids"}
    assert sum(told["stages"].values()) == pytest.approx(told["seconds"], abs=0.05)
    assert told["peak (MB)"] >= told["memory before (MB)"] > 0
    assert told["ari without noise"] >= told["ari"] > 0.5
