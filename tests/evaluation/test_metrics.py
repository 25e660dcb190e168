"""Each measure against an independent computation: brute force, or scikit-learn."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from evaluation import (
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
