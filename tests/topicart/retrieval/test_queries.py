"""What can be asked of a run: works, means, themes, words, pictures, and works turned by words."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge_graph import Artwork
from tests.topicart.report_runs import paint, write_run
from tests.topicart.served_runs import FINGERPRINT, N, Oracle, gallery, vectors
from topicart.embeddings import Embeddings
from topicart.encoder import Encoder
from topicart.errors import RetrievalError
from topicart.retrieval import Searcher
from topicart.run import Run
from topicart.store import save_embeddings


def oracle(fingerprint: str = FINGERPRINT) -> Encoder:
    return cast("Encoder", Oracle(fingerprint))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return gallery(tmp_path_factory.mktemp("queries"), pages=False, titles={8: ""})


@pytest.fixture(scope="module")
def searcher(run: Run) -> Searcher:
    return Searcher(run, oracle())


def unit(vector: NDArray[np.floating]) -> NDArray[np.floating]:
    return vector / np.linalg.norm(vector)


def test_works_are_those_that_have_a_vector_in_the_order_of_the_index(searcher: Searcher) -> None:
    assert searcher.works["id"].to_pylist() == list(searcher.index.ids)
    assert len(searcher.works) == N - 1
    assert searcher.values(3, "genre") == ("marina",)
    assert searcher.values(3, "century") == ("17th century",)


def test_a_work_is_sought_by_title_id_or_row_and_does_not_find_itself(searcher: Searcher) -> None:
    for name in ("Work 7", "w07", 7):
        query = searcher.work(name)
        assert (query.shown, query.rows) == ("Work 7", (7,))
        np.testing.assert_allclose(query.vector, vectors()[7], atol=1e-6)
    found = searcher.search(searcher.work(7), 100)
    cosines = vectors()[:-1] @ vectors()[7]
    assert found.rows.tolist() == [row for row in np.argsort(-cosines).tolist() if row != 7]
    assert searcher.work(8).shown == "w08"  # it has no title


def test_several_works_are_sought_by_their_mean_each_counted_once(searcher: Searcher) -> None:
    query = searcher.mean(["Work 7", 9, "w07"])
    np.testing.assert_allclose(query.vector, unit(vectors()[7] + vectors()[9]), atol=1e-6)
    assert query.rows == (7, 9)
    assert query.shown == "Work 7 + Work 9"
    assert not {7, 9} & set(searcher.search(query, 100).rows.tolist())
    assert searcher.mean(list(range(5))).shown.endswith("and 2 more")
    with pytest.raises(RetrievalError, match="The mean of no work: name at least one"):
        searcher.mean([])
    with pytest.raises(RetrievalError, match="There is no work 39: rows are 0 to 38"):
        searcher.work(39)


def test_works_that_cancel_each_other_out_have_no_mean(tmp_path: Path) -> None:
    works = [Artwork(f"w{row}", title=f"Work {row}") for row in range(2)]
    opposite = np.array([[1, 0], [-1, 0]], dtype=np.float32)
    run = write_run(tmp_path, works, [0, 1], vectors=opposite)
    with pytest.raises(RetrievalError, match="The mean of these works points nowhere"):
        Searcher(run).mean([0, 1])


def test_a_theme_is_sought_by_the_middle_of_its_pictures(searcher: Searcher, run: Run) -> None:
    query = searcher.topic(1)
    of_theme = np.array(run.works["topic"].to_pylist()[:-1]) == 1
    weights = np.array(run.works["probability"].to_pylist()[:-1])[of_theme]
    np.testing.assert_allclose(query.vector, unit(weights @ vectors()[:-1][of_theme]), atol=1e-6)
    assert query.shown == "theme 1, theme 1"
    assert query.rows == ()
    with pytest.raises(RetrievalError, match="There is no theme 2; the themes of .* are 0 to 1"):
        searcher.topic(2)


def test_a_theme_of_pictures_and_captions_is_sought_by_its_pictures(
    searcher: Searcher, tmp_path: Path
) -> None:
    run = gallery(tmp_path, pages=False)
    pictures = run.picture_embeddings
    save_embeddings(Embeddings(pictures.ids, pictures.vectors[::-1].copy()), run.folder / "fused")
    run.model_arrays["centroids"] = -run.model_arrays["centroids"]
    expected = searcher.topic(1).vector
    np.testing.assert_allclose(Searcher(run).topic(1).vector, expected, atol=1e-6)


def test_words_and_pictures_are_sought_with_the_model_of_the_run(
    searcher: Searcher, tmp_path: Path
) -> None:
    said = searcher.words(" like \n 5 ")
    np.testing.assert_allclose(said.vector, vectors()[5], atol=1e-6)
    assert said.shown == "“like 5”"
    assert searcher.search(said, 1).rows.tolist() == [5]  # words are no work of their own
    paint(tmp_path / "mine.png")
    sent = searcher.picture(tmp_path / "mine.png")
    np.testing.assert_allclose(sent.vector, vectors()[3], atol=1e-6)
    assert (sent.shown, sent.picture) == ("mine.png", tmp_path / "mine.png")
    with pytest.raises(RetrievalError, match="There is no word to search for"):
        searcher.words(" \n")


def test_what_is_no_picture_is_said_so(searcher: Searcher, tmp_path: Path) -> None:
    (tmp_path / "no.png").write_text("no picture")
    for name in ("no.png", "missing.png"):
        with pytest.raises(
            RetrievalError, match=rf"{name} cannot be read as a picture: .*Expected"
        ):
            searcher.picture(tmp_path / name)


def test_a_model_that_did_not_encode_the_works_is_refused(run: Run) -> None:
    other = Searcher(run, oracle("ef" * 32))
    with pytest.raises(RetrievalError, match="oracle is not the one that encoded these works"):
        other.words("like 5")
    assert len(other.search(other.work(5), 3)) == 3  # which needs no model
    with pytest.raises(RetrievalError, match="none was given"):
        Searcher(run).words("like 5")


def test_the_model_is_loaded_once_and_only_where_it_is_needed(run: Run) -> None:
    loaded = []

    def load() -> Encoder:
        loaded.append(True)
        return oracle()

    searcher = Searcher(run, load)
    searcher.search(searcher.work(3))
    assert loaded == []
    searcher.towards(searcher.words("like 3"), "like 4")
    assert loaded == [True]


def test_a_work_is_turned_towards_words(searcher: Searcher) -> None:
    query = searcher.work(7)
    turned = searcher.towards(query, "like 5", strength=0.7)
    # The oracle's neutral texts have the vector of work 0; in float64, by the formula.
    all_ = vectors()[:-1].astype(np.float64)
    spread = np.sqrt(((all_ - all_.mean(axis=0)) ** 2).sum(axis=1).mean())
    expected = unit(all_[7] + 0.7 * spread * unit(all_[5] - all_[0]))
    np.testing.assert_allclose(turned.vector, expected, atol=1e-6)
    assert turned.shown == "Work 7, towards “like 5” × 0.7"
    assert turned.rows == (7,)
    still = searcher.towards(query, "like 5", strength=0)
    np.testing.assert_allclose(still.vector, query.vector, atol=1e-6)
    away = searcher.towards(query, "like 5", strength=-1.5)
    assert away.vector @ vectors()[5] < query.vector @ vectors()[5]
    assert away.shown == "Work 7, away from “like 5”"


@pytest.mark.parametrize(
    ("words", "strength", "told"),
    [
        ("like 5", float("nan"), "The strength must be a finite number, got nan"),
        ("", 1.0, "There is no word to search for"),
        ("a picture", 1.0, "What “a picture” adds points nowhere"),
    ],
)
def test_a_turn_that_leads_nowhere_is_refused(
    searcher: Searcher, words: str, strength: float, told: str
) -> None:
    with pytest.raises(RetrievalError, match=told):
        searcher.towards(searcher.work(7), words, strength=strength)


def test_the_angle_between_two_works_is_in_degrees(searcher: Searcher) -> None:
    cosine = float(vectors()[1].astype(np.float64) @ vectors()[2].astype(np.float64))
    assert searcher.angle(1, 2) == pytest.approx(np.degrees(np.arccos(cosine)), abs=1e-4)
    assert searcher.angle(4, 4) == 0
