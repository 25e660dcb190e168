"""BERTopic, by a stand-in where it is not installed."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from evaluation.baselines import BaselineError, make_baseline
from evaluation.baselines.space import umap_seed
from tests.evaluation.baselines.conftest import Planted


class StandIn:
    """Does what BERTopic does at its face: even rows in topic 0, odd in 1, the first in none."""

    made: ClassVar[list[StandIn]] = []
    min_topic_size = 10

    def __init__(self, **settings: Any) -> None:
        self.settings = settings
        self.made.append(self)

    def fit_transform(self, documents: list[str], embeddings: np.ndarray) -> Any:
        if not any(documents):
            raise ValueError("empty vocabulary; perhaps the documents only contain stop words")
        self.documents, self.embeddings = documents, embeddings
        topics = [-1, *[row % 2 for row in range(1, len(documents))]]
        return topics, np.full(len(documents), 0.5)

    def get_topic(self, topic: int) -> list[tuple[str, float]]:
        return [[("even", 0.9), ("", 1e-5)], [("odd", 0.8), ("", 1e-5)]][topic]


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> type[StandIn]:
    module = ModuleType("bertopic")
    module.BERTopic = StandIn  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bertopic", module)
    monkeypatch.setattr(StandIn, "made", [])
    return StandIn


def test_it_is_given_our_vectors_and_the_captions(
    planted: Planted, stand_in: type[StandIn]
) -> None:
    found = make_baseline("bertopic").fit(planted.vectors, planted.texts, None, 4)
    (model,) = stand_in.made
    assert model.settings["embedding_model"] is None
    reducer = model.settings["umap_model"]
    assert (reducer.n_neighbors, reducer.n_components, reducer.min_dist) == (15, 5, 0.0)
    assert (reducer.metric, reducer.random_state) == ("cosine", umap_seed(4))
    assert model.embeddings is planted.vectors
    assert model.documents == planted.texts
    # 100 odd rows, 99 even ones: the odd are the larger topic, and their words come first.
    assert found.words == (("odd",), ("even",))
    assert found.assignments[:4].tolist() == [-1, 0, 1, 0]
    assert found.probabilities[:2].tolist() == [0.0, 0.5]
    assert found.note == ""


def test_works_without_a_caption_are_noted(planted: Planted, stand_in: type[StandIn]) -> None:
    texts = ["", *planted.texts[1:]]
    found = make_baseline("bertopic").fit(planted.vectors, texts, 5, 0)
    assert "n_topics=5 was not used" in found.note
    assert "1 of 200 works have no caption" in found.note


def test_what_it_raises_is_told(planted: Planted, stand_in: type[StandIn]) -> None:
    with pytest.raises(
        BaselineError,
        match=r"failed with ValueError: empty vocabulary.*of 200 works 0 have a caption.*"
        r"You must provide text for this pipeline.*leave it out",
    ):
        make_baseline("bertopic").fit(planted.vectors, [""] * 200, None, 0)


def test_too_few_works_are_told(planted: Planted, stand_in: type[StandIn]) -> None:
    with pytest.raises(BaselineError, match="bertopic: 3 works have a vector; it needs at least"):
        make_baseline("bertopic").fit(planted.vectors[:3], planted.texts[:3], None, 0)


def test_a_package_that_is_missing_is_told(
    planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "bertopic", None)
    with pytest.raises(BaselineError, match=r"pip install 'topicart\[bertopic\]'"):
        make_baseline("bertopic").fit(planted.vectors, planted.texts, None, 0)


def test_the_real_one_finds_planted_bundles(planted: Planted) -> None:
    pytest.importorskip("bertopic", reason="BERTopic is not installed (extra [bertopic])")
    baseline = make_baseline("bertopic")
    found = baseline.fit(planted.vectors, planted.texts, None, 0)
    again = baseline.fit(planted.vectors, planted.texts, None, 0)
    assert adjusted_rand_score(planted.truth, found.assignments) >= 0.95
    assert all(found.words)
    np.testing.assert_array_equal(again.assignments, found.assignments)
    with pytest.raises(BaselineError, match="empty vocabulary"):
        baseline.fit(planted.vectors, [""] * 200, None, 0)
