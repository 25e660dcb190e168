"""What every baseline promises, whatever its method."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from evaluation.baselines import BASELINES, BaselineError, Found, make_baseline
from evaluation.baselines.found import decided, gather
from tests.evaluation.baselines.conftest import THEMES, Planted

RUNNABLE = [name for name in BASELINES if name != "bertopic"]
COUNTED = [name for name in RUNNABLE if make_baseline(name).takes_n_topics]


@pytest.fixture(scope="module", params=RUNNABLE)
def fitted(request: pytest.FixtureRequest, planted: Planted) -> tuple[str, Found]:
    baseline = make_baseline(request.param)
    return request.param, baseline.fit(planted.vectors, planted.texts, len(THEMES), 0)


def test_a_baseline_gives_each_work_a_topic_and_a_probability(fitted: tuple[str, Found]) -> None:
    _, found = fitted
    assert found.assignments.dtype == np.int32
    assert found.probabilities.dtype == np.float32
    assert found.assignments.shape == found.probabilities.shape == (200,)
    assert ((found.probabilities >= 0) & (found.probabilities <= 1)).all()
    assert (found.probabilities[found.assignments == -1] == 0).all()


def test_topics_are_numbered_by_size(fitted: tuple[str, Found]) -> None:
    sizes = np.bincount(fitted[1].assignments[fitted[1].assignments >= 0])
    assert sizes.min() > 0
    assert (np.diff(sizes) <= 0).all()


def test_what_was_used_can_be_written_down(fitted: tuple[str, Found]) -> None:
    name, found = fitted
    assert json.loads(json.dumps(found.parameters)) == found.parameters
    assert set(make_baseline(name).describe().parameters) <= set(found.parameters)


def test_the_same_seed_gives_the_same_result(fitted: tuple[str, Found], planted: Planted) -> None:
    name, found = fitted
    again = make_baseline(name).fit(planted.vectors, planted.texts, len(THEMES), 0)
    np.testing.assert_array_equal(again.assignments, found.assignments)
    np.testing.assert_array_equal(again.probabilities, found.probabilities)
    assert again.words == found.words
    assert again.parameters == found.parameters


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_says_what_it_is(name: str) -> None:
    description = make_baseline(name).describe()
    assert description.name == name
    assert description.method
    assert description.package
    assert description.paper or name == "random"
    assert description.version or name in ("bertopic", "evoc")
    assert BASELINES[name].line


@pytest.mark.parametrize("name", COUNTED)
def test_a_number_of_topics_that_cannot_be_is_refused(name: str, planted: Planted) -> None:
    baseline = make_baseline(name)
    vectors, texts = planted.vectors[:20], planted.texts[:20]
    with pytest.raises(BaselineError, match=f"{name} does not find the number .* Give n_topics"):
        baseline.fit(vectors, texts, None, 0)
    for wrong in (21, 0):
        with pytest.raises(BaselineError, match=rf"{name}: n_topics is {wrong}, and there are 20"):
            baseline.fit(vectors, texts, wrong, 0)


@pytest.mark.parametrize("name", ["evoc", "umap-hdbscan"])
def test_a_number_of_topics_that_is_not_used_is_noted(name: str, planted: Planted) -> None:
    baseline = make_baseline(name)
    told = baseline.fit(planted.vectors, planted.texts, 3, 0)
    untold = baseline.fit(planted.vectors, planted.texts, None, 0)
    assert told.note == "finds the number of topics itself; n_topics=3 was not used"
    assert untold.note == ""
    np.testing.assert_array_equal(told.assignments, untold.assignments)


@pytest.mark.parametrize("name", [n for n in RUNNABLE if make_baseline(n).reads == "vectors"])
def test_one_work_is_one_topic_or_too_few(name: str, planted: Planted) -> None:
    baseline = make_baseline(name)
    if name in ("kmeans", "random"):
        found = baseline.fit(planted.vectors[:1], [""], 1, 0)
        assert found.assignments.tolist() == [0]
    else:
        with pytest.raises(BaselineError, match="1 work has a vector; it needs at least 15"):
            baseline.fit(planted.vectors[:1], [""], 1, 0)


@pytest.mark.parametrize("name", COUNTED)
def test_no_work_at_all_is_told(name: str) -> None:
    with pytest.raises(BaselineError, match=f"^{name}"):
        make_baseline(name).fit(np.zeros((0, 4), np.float32), [], 2, 0)


@pytest.mark.parametrize("name", BASELINES)
def test_input_that_is_mixed_up_is_a_mistake_of_the_caller(name: str, planted: Planted) -> None:
    baseline = make_baseline(name)
    with pytest.raises(ValueError, match="200 vectors but 199 texts"):
        baseline.fit(planted.vectors, planted.texts[1:], 5, 0)
    broken = np.where(np.arange(32) == 3, np.float32(np.nan), planted.vectors)
    with pytest.raises(ValueError, match="matrix of finite numbers"):
        baseline.fit(broken, planted.texts, 5, 0)


def test_a_baseline_that_there_is_not_is_told_with_those_there_are() -> None:
    with pytest.raises(BaselineError, match=r"no baseline 'k-means'\. Did you mean 'kmeans'.*nmf"):
        make_baseline("k-means")


@given(st.lists(st.integers(-1, 6), max_size=40))
def test_words_keep_to_their_topic_when_topics_are_numbered(labels: list[int]) -> None:
    before = np.array(labels, dtype=np.int32)
    words = tuple((f"word of {group}",) for group in range(7))
    found = gather(decided(before), {}, n_topics=7, words=words)
    for group, topic in zip(labels, found.assignments.tolist(), strict=True):
        assert (group == -1) == (topic == -1)
        assert topic == -1 or found.words[topic] == words[group]
    used = len({*labels} - {-1})
    assert len(found.words) == used
    assert found.note == ("" if used == 7 else f"asked for 7 topics; {used} have works")
    assert adjusted_rand_score(before, found.assignments) == 1.0
