from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from evaluation.benchmarks import labels as benchmark
from evaluation.benchmarks.benchmark import Options
from evaluation.labels import label_accuracy
from knowledge_graph import Artwork, Collection
from knowledge_graph.gallery import paint_gallery
from topicart.fit import Silent

GENRES = ("marina", "marina", "portrait", "portrait", "portrait", "marina", "", "icon")
TOPICS = np.array([0, 0, 0, 1, 1, 1, 2, -1], dtype=np.int32)


@pytest.fixture
def works() -> Collection:
    return Collection.from_artworks(
        Artwork(id=f"w{row}", facets={"genre": (genre,) if genre else ()})
        for row, genre in enumerate(GENRES)
    )


def test_a_label_is_right_if_it_is_what_most_members_are(works: Collection) -> None:
    found = label_accuracy(works, TOPICS, ["marina", "Marina", "marina"], "genre")
    assert (found.n_topics, found.n_labelled, found.n_right) == (2, 2, 1)
    assert found.share == pytest.approx((2 / 3 + 1 / 3) / 2)


def test_silence_is_neither_right_nor_wrong(works: Collection) -> None:
    found = label_accuracy(works, TOPICS, ["marina", None, None], "genre")
    assert (found.n_topics, found.n_labelled, found.n_right, found.share) == (2, 1, 1, 2 / 3)


def test_a_label_that_no_member_bears_is_wrong(works: Collection) -> None:
    found = label_accuracy(works, TOPICS, ["icon", "battle", None], "genre")
    assert (found.n_labelled, found.n_right, found.share) == (2, 0, 0.0)


def test_a_facet_that_nobody_states_has_no_topics(works: Collection) -> None:
    assert label_accuracy(works, TOPICS, ["a", "b", "c"], "style").n_topics == 0


def test_the_benchmark_counts_every_way_of_naming(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benchmark, "SEEDS", (0,))
    paint_gallery(tmp_path / "sample-gallery", works=60)
    asked = Options(tmp_path, source=str(tmp_path / "sample-gallery"))
    results = json.loads(json.dumps(benchmark.BENCHMARK.measure(asked, Silent())))
    assert len(benchmark.BENCHMARK.rows(results)) == sum(
        facet["both"]["n_topics"] > 0 for facet in results["collections"]["sample-gallery"].values()
    )
    arms = results["collections"]["sample-gallery"]["genre"]
    assert list(arms) == [benchmark.NEAREST, *benchmark.ARMS]
    n_topics = arms["both"]["n_topics"]
    assert n_topics > 0
    assert arms[benchmark.NEAREST]["n_labelled"] == n_topics, "the nearest prompt is never silent"
    assert all(row["n_right"] <= row["n_labelled"] <= n_topics for row in arms.values())
