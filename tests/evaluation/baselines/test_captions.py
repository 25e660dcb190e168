"""Baselines that group captions find planted vocabularies."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from evaluation.baselines import BaselineError, make_baseline, tokenize
from evaluation.baselines.lda import Lda
from evaluation.baselines.nmf import Nmf
from tests.evaluation.baselines.conftest import THEMES, Planted

BOTH = pytest.mark.parametrize("name", ["lda", "nmf"])


@BOTH
def test_planted_vocabularies_are_found(name: str, planted: Planted) -> None:
    found = make_baseline(name).fit(planted.vectors, planted.texts, len(THEMES), 0)
    assert adjusted_rand_score(planted.truth, found.assignments) >= 0.8
    assert len(found.words) == len(THEMES)
    for topic, words in enumerate(found.words):
        theme = np.bincount(planted.truth[found.assignments == topic]).argmax()
        own = list(THEMES.values())[theme].split()
        assert len(set(words[:5]) & set(own)) >= 4
        assert len(words) <= 10


def test_lda_merges_no_themes_whatever_the_seed(planted: Planted) -> None:
    for seed in range(1, 5):
        found = Lda().fit(planted.vectors, planted.texts, len(THEMES), seed)
        assert adjusted_rand_score(planted.truth, found.assignments) >= 0.9


def test_a_sorted_catalogue_does_not_lead_lda_astray(planted: Planted) -> None:
    rows = np.argsort(planted.truth, kind="stable")
    texts = [planted.texts[row] for row in rows]
    found = Lda(chunksize=40).fit(planted.vectors, texts, len(THEMES), 0)
    assert adjusted_rand_score(planted.truth[rows], found.assignments) >= 0.8


@BOTH
def test_works_without_words_are_outliers(name: str, planted: Planted) -> None:
    texts = ["" if row % 4 == 0 else text for row, text in enumerate(planted.texts)]
    texts[1] = "and the 1654 hapaxlegomenon"
    found = make_baseline(name).fit(planted.vectors, texts, len(THEMES), 0)
    outliers = np.flatnonzero(found.assignments == -1)
    assert outliers.tolist() == sorted([*range(0, 200, 4), 1])
    assert "51 of 200 works have no words and are outliers" in found.note


@BOTH
@pytest.mark.parametrize("texts", [["", "  ", ""], ["the", "1654", "of"], ["ship", "oak", "lace"]])
def test_captions_without_a_shared_word_are_told(name: str, texts: list[str]) -> None:
    with pytest.raises(BaselineError, match=f"{name} groups works by the words .* Give works"):
        make_baseline(name).fit(np.ones((3, 2), np.float32), texts, 2, 0)


@BOTH
def test_more_topics_than_works_with_words_are_refused(name: str) -> None:
    texts = ["red ship", "red ship", "", ""]
    with pytest.raises(BaselineError, match="n_topics is 3, and there are 2 works whose captions"):
        make_baseline(name).fit(np.ones((4, 2), np.float32), texts, 3, 0)


@BOTH
@pytest.mark.filterwarnings("error")
def test_one_topic_and_one_caption_for_all(name: str) -> None:
    vectors = np.ones((20, 2), np.float32)
    found = make_baseline(name).fit(vectors, ["red ship"] * 20, 1, 0)
    assert found.assignments.tolist() == [0] * 20
    assert sorted(found.words[0]) == ["red", "ship"]
    several = make_baseline(name).fit(vectors, ["red ship"] * 20, 3, 0)
    assert (several.assignments >= 0).all()


@pytest.mark.filterwarnings("error")
def test_nmf_cut_short_is_noted(planted: Planted) -> None:
    found = Nmf(max_iter=1).fit(planted.vectors, planted.texts, 5, 0)
    assert "stopped before it converged" in found.note


def test_a_small_collection_is_read_more_often(planted: Planted) -> None:
    few = Lda(updates=30).fit(planted.vectors, planted.texts, 5, 0)
    many_chunks = Lda(updates=30, chunksize=20).fit(planted.vectors, planted.texts, 5, 0)
    assert few.parameters["passes"] == 30
    assert many_chunks.parameters["passes"] == 10


def test_words_are_letters_in_lower_case_without_stop_words() -> None:
    texts = [
        "The Ship, at sea (1654)",
        "SHIP of a sea_monster",
        "Été à l’île",
        "e\u0301te\u0301 île",
    ]
    assert tokenize(texts) == [["ship", "sea"], ["ship", "sea"], ["été", "île"], ["été", "île"]]


def test_words_of_too_few_works_are_left_out_and_repetitions_kept() -> None:
    texts = ["ship ship ship", "oak ship", "oak"]
    assert tokenize(texts, min_works=2) == [["ship"] * 3, ["oak", "ship"], ["oak"]]
    assert tokenize(texts, min_works=3) == [[], [], []]
    assert tokenize(["ship ship"], min_works=2) == [[]]
    assert tokenize([]) == []
