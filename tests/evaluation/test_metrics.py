"""Each measure against an independent computation: brute force, or scikit-learn."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from evaluation import (
    facet_agreement,
    image_embedding_coherence,
    image_embedding_pairwise_similarity,
    topic_diversity,
)


def _unit(*shape: int) -> np.ndarray:
    vectors = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def test_iec_is_the_mean_cosine_over_pairs() -> None:
    pictures = _unit(4, 6, 16)
    by_pairs = [
        np.mean([own[i] @ own[j] for i, j in combinations(range(6), 2)]) for own in pictures
    ]
    np.testing.assert_allclose(image_embedding_coherence(pictures), by_pairs, atol=1e-6)


def test_ieps_is_the_mean_cosine_between_the_pictures_of_two_topics() -> None:
    pictures = _unit(3, 5, 16)
    similarity = image_embedding_pairwise_similarity(pictures)
    for one, other in combinations(range(3), 2):
        by_pairs = np.mean([a @ b for a in pictures[one] for b in pictures[other]])
        assert similarity[one, other] == pytest.approx(by_pairs, abs=1e-6)


def test_topic_diversity_counts_distinct_words() -> None:
    assert topic_diversity([["sea", "ship"], ["sea", "tree"]]) == 3 / 4
    assert topic_diversity([["Sea"], ["sea"]]) == 1 / 2
    assert topic_diversity([["sea", "sea"], []]) == 1
    with pytest.raises(ValueError, match="no topic has a label"):
        topic_diversity([[], []])


def test_agreement_equals_scikit_learns_ami_and_its_baseline_is_chance() -> None:
    generator = np.random.default_rng(1)
    facts = generator.integers(5, size=400)
    topics = np.where(generator.random(400) < 0.5, facts, generator.integers(5, size=400))
    topics[:40] = -1
    values = [f"v{fact}" for fact in facts]
    values[100:120] = [None] * 20
    found = facet_agreement(topics.astype(np.int32), values, permutations=200)
    kept = np.r_[40:100, 120:400]
    expected = adjusted_mutual_info_score(facts[kept], topics[kept])
    assert found is not None
    assert found.ami == pytest.approx(expected, abs=1e-9)
    assert found.n_works == len(kept)
    assert abs(found.baseline) < 0.01 < found.baseline_95 + 0.01
    assert found.baseline_95 < found.ami
    assert found.p_value == pytest.approx(1 / 201)


def test_agreement_of_unrelated_facts_is_not_significant() -> None:
    generator = np.random.default_rng(2)
    topics = generator.integers(4, size=300).astype(np.int32)
    values = [str(value) for value in generator.integers(4, size=300)]
    found = facet_agreement(topics, values)
    assert found is not None
    assert found.p_value > 0.05


@pytest.mark.parametrize(
    ("topics", "values"),
    [([0, 0, 0], ["a", "b", "a"]), ([0, 1, 0], ["a", "a", "a"]), ([-1, -1, 0], ["a", "b", "a"]),
     ([0, 1, 0], [None, None, "a"])],
)  # fmt: skip
def test_agreement_needs_two_topics_and_two_values(
    topics: list[int], values: list[str | None]
) -> None:
    assert facet_agreement(np.array(topics, dtype=np.int32), values) is None
