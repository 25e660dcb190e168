from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from topicart.labels.keywords import class_tf_idf, count_words, topic_keywords

SEA = ["Ships at sea", "Ships in a storm", "Fishing boats", "Fishing boats at sea", "Ships"]
FACES = ["Portrait of a lady", "Self Portrait", "Self Portrait", "Self Portrait", "A lady at sea"]


def _keywords(*topics: list[str], **more: object) -> list[list[str]]:
    titles = [title for topic in topics for title in topic]
    sizes = [len(topic) for topic in topics]
    assignments = np.repeat(np.arange(len(topics), dtype=np.int32), sizes)
    found = topic_keywords(
        count_words(titles, [""] * len(titles)), assignments, len(topics), **more
    )  # type: ignore[arg-type]
    return [[keyword.word for keyword in keywords] for keywords in found]


def test_scores_are_those_of_the_formula() -> None:
    """Grootendorst 2022: the frequency in the class times log(1 + A / frequency in all)."""
    counts = np.array([[3.0, 0, 1, 4], [0, 2, 2, 0], [0, 0, 0, 0]])
    expected = np.zeros_like(counts)
    average = np.mean([8, 4])
    for row in range(2):
        for column in range(4):
            share = counts[row, column] / counts[row].sum()
            expected[row, column] = share * np.log(1 + average / counts[:, column].sum())
    np.testing.assert_allclose(class_tf_idf(csr_array(counts)).toarray(), expected)


def test_a_topic_has_its_keywords_with_those_scores() -> None:
    titles = ["sea"] * 4 + ["sea", "lady", "lady", "lady", "hat", "hat", "hat"]
    assignments = np.array([0] * 4 + [1] * 7, dtype=np.int32)
    sea, lady = topic_keywords(count_words(titles, [""] * 11), assignments, 2)
    assert [(keyword.word, keyword.score) for keyword in sea] == [
        ("sea", pytest.approx(1.0 * np.log(1 + 5.5 / 5), abs=1e-6))
    ]
    assert {keyword.word: keyword.score for keyword in lady} == {
        word: pytest.approx(3 / 7 * np.log(1 + 5.5 / 3), abs=1e-6) for word in ("hat", "lady")
    }


def test_what_a_topic_uses_more_than_others_is_its_keyword_best_first() -> None:
    sea, faces = _keywords(SEA, FACES)
    assert sea[0] == "ships"
    assert "portrait" not in sea
    assert "sea" not in faces


def test_a_pair_of_words_stands_for_its_parts() -> None:
    _, faces = _keywords(SEA, FACES)
    assert "self portrait" in faces
    assert "self" not in faces
    assert "portrait" not in faces


def test_words_that_stand_together_only_sometimes_stay_words() -> None:
    found, _ = _keywords(["red ships", "red hats", "red sky", "ships", "ships", "red ships"], FACES)
    assert set(found) == {"red", "ships"}


def test_pairs_do_not_reach_over_commas_small_words_or_from_title_to_description() -> None:
    titles = ["Ships, boats", "Ships of boats", "Ships"] * 2
    texts = ["", "", "Boats"] * 2
    assignments = np.zeros(6, dtype=np.int32)
    assignments[5] = 1
    found = topic_keywords(count_words(titles, texts), assignments, 2)
    assert not any(" " in keyword.word for keywords in found for keyword in keywords)


def test_cataloguing_and_numbers_are_no_keywords() -> None:
    titles = ["Untitled No. 12 (Study) II, 1923: of the Salome"] * 4
    assert _keywords(titles, SEA)[0] == ["salome"]


def test_a_word_of_one_work_only_is_no_keyword() -> None:
    assert "storm" not in _keywords(SEA, FACES)[0]
    titles = [*SEA[:2], "Niagara", "Niagara", "Niagara"]
    found = topic_keywords(
        count_words(titles, [""] * 5), np.array([0, 0, 0, -1, -1], dtype=np.int32), 1
    )
    assert "niagara" not in [keyword.word for keyword in found[0]]


def test_accents_and_other_scripts_are_kept() -> None:
    french, greek, hindi, chinese = _keywords(
        ["Forêt d'été"] * 3, ["Θάλασσα"] * 3, ["हिन्दी"] * 3, ["山水图"] * 3
    )
    assert "forêt" in french[0]
    assert (greek, hindi, chinese) == (["θάλασσα"], ["हिन्दी"], ["山水图"])


def test_still_life_and_saint_petersburg_survive_their_stop_words_and_stops() -> None:
    still, city = _keywords(["Still Life"] * 4, ["View of St. Petersburg"] * 4)
    assert still == ["still life"]
    assert "st petersburg" in city


def test_outliers_are_no_topic_but_make_their_words_less_telling() -> None:
    titles = ["sea", "ships"] * 3 + ["sea", "sky"] * 3 + ["hat"] * 3
    assignments = np.array([0] * 6 + [-1] * 6 + [1] * 3, dtype=np.int32)
    found = topic_keywords(count_words(titles, [""] * 15), assignments, 2)
    assert [(keyword.word, keyword.score) for keyword in found[0]] == [
        ("ships", pytest.approx(0.5 * np.log(1 + 5 / 3), abs=1e-6)),
        ("sea", pytest.approx(0.5 * np.log(1 + 5 / 6), abs=1e-6)),
    ]


def test_where_there_is_nothing_to_tell_nothing_is_told() -> None:
    assert _keywords(["", "", ""], ["", "", ""]) == [[], []]
    assert _keywords(["Untitled"] * 5, SEA)[0] == []
    assert _keywords(["Bathers"] * 5, ["Bathers"] * 5) == [[], []]
    assert _keywords(SEA, FACES, most=0) == [[], []]
    assert topic_keywords(count_words([], []), np.array([], dtype=np.int32), 0) == ()


def test_no_more_than_asked_for() -> None:
    assert [len(words) for words in _keywords(SEA, FACES, most=1)] == [1, 1]


def test_real_titles_by_genre_give_the_words_of_the_genre(shared_data: Path) -> None:
    path = shared_data / "museum-tables" / "wikidata_paintings.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [(row["_title"], row["_genre"]) for row in csv.DictReader(file)]
    genres = ["Still life", "Religious art", "Landscape painting", "Self-portrait"]
    topics = np.array([genres.index(g) if g in genres else -1 for _, g in rows], dtype=np.int32)
    found = topic_keywords(count_words([title for title, _ in rows], [""] * len(rows)), topics, 4)
    words = [[keyword.word for keyword in keywords] for keywords in found]
    assert words[0][0] == "still life"
    assert {"madonna", "christ", "saint"} < set(words[1])
    assert words[2][0] == "landscape"
    assert {"self-portrait", "self portrait"} < set(words[3])
    assert all(len(keywords) == 10 for keywords in found)
