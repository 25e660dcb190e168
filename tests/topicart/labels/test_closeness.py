from __future__ import annotations

import numpy as np
import pytest

from prompts import Term, load_templates
from tests.topicart.conftest import unit
from tests.topicart.labels.made import vocabulary
from topicart.labels.closeness import encode_terms, measure_closeness

TERMS = vocabulary(
    Term("genre", "art", 9), Term("genre", "marina", 9), Term("genre", "portrait", 9)
)


class _Words:
    """Stand in for an encoder: remembers the prompts, gives each a direction."""

    dim = 8

    def __init__(self) -> None:
        self.prompts: list[str] = []

    def encode_texts(self, texts: list[str], progress: object = None) -> np.ndarray:
        self.prompts += texts
        return unit(np.random.default_rng(len(texts)).normal(size=(len(texts), self.dim)))


def test_a_word_that_is_near_everything_is_no_name() -> None:
    everywhere = np.ones(3)
    centroids = unit(np.array([[3.0, 1, 1], [1, 3, 1], [1, 1, 3]]))
    directions = unit(np.array([everywhere, [2.2, 1, 1], [1, 2.2, 1]])).astype(float)
    found = measure_closeness(TERMS, directions, centroids, centroids.mean(axis=0))
    assert found.cosines[2, 0] == found.cosines[2].max(), "art is the nearest word to topic 2"
    assert found.scores[0].argmax() == 1
    assert found.scores[1].argmax() == 2
    assert found.contrasts[:, 0] == pytest.approx(
        found.cosines[:, 0] - (found.cosines[:, 0].mean() + 1.0) / 2, abs=0.02
    )


def test_contrast_is_against_the_other_topics_and_the_mean_of_all_works() -> None:
    generator = np.random.default_rng(0)
    centroids = unit(generator.normal(size=(4, 8)))
    directions = unit(generator.normal(size=(3, 8))).astype(float)
    mean = generator.normal(size=8).astype(np.float32)
    found = measure_closeness(TERMS, directions, centroids, mean)
    cosine = centroids[1] @ directions[2]
    others = np.mean([centroids[topic] @ directions[2] for topic in (0, 2, 3)])
    overall = directions[2] @ mean / np.linalg.norm(mean)
    assert found.contrasts[1, 2] == pytest.approx(cosine - others / 2 - overall / 2, abs=1e-6)
    assert np.sqrt((found.scores**2).mean()) == pytest.approx(1.0)


def test_one_topic_alone_is_compared_with_the_collection() -> None:
    centroid = unit(np.array([[1.0, 0, 0]]))
    found = measure_closeness(TERMS, np.eye(3), centroid, np.array([1, 1, 1], dtype=np.float32))
    assert found.contrasts[0, 0] == pytest.approx(1 - 1 / np.sqrt(3))


def test_every_phrasing_counts_and_the_prompt_stands_in_for_the_text() -> None:
    words = _Words()
    told = vocabulary(Term("genre", "Seestück", 3, prompt="marina"), Term("series", "Cats", 3))
    templates = {"genre": ("a {term}", "art: {term}")}
    found = encode_terms(told, np.ones(2, dtype=np.bool_), words, templates)
    assert words.prompts == ["a marina", "art: marina"]
    mean = _Words().encode_texts(words.prompts).astype(float).mean(axis=0)
    assert found[0] == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)
    assert np.isnan(found[1]).all(), "a facet without a template is not encoded"


def test_what_is_not_wanted_is_not_encoded_and_has_no_score() -> None:
    words = _Words()
    directions = encode_terms(TERMS, np.array([True, False, True]), words, load_templates())
    assert not any("marina" in prompt for prompt in words.prompts)
    found = measure_closeness(TERMS, directions, unit(np.eye(2, 8)), np.ones(8, np.float32))
    assert np.isnan(found.scores[:, 1]).all()
    assert not np.isnan(found.scores[:, [0, 2]]).any()
