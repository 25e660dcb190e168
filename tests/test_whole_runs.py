"""The main job on real paintings, and on the gallery whose true themes are known."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from evaluation import LabelAccuracy, evaluate, evaluate_run, fit_baseline, label_accuracy
from knowledge_graph import open_collection
from knowledge_graph.gallery import paint_gallery
from topicart import Encoder, LabelConfig, Run, fit_run, label_run, make_run


@pytest.fixture(scope="module")
def mini() -> Encoder:
    return Encoder.load("mini")


def test_real_paintings_gather_into_themes_that_follow_genre_and_style(
    shared_data: Path, mini: Encoder, tmp_path: Path
) -> None:
    collection = open_collection(shared_data / "wikiart-sample")
    run = make_run(collection, tmp_path / "run", mini)
    counts = run.record.counts
    assert counts["works"] == counts["embedded"] == 1361
    assert 10 <= counts["topics"] <= 60
    assert counts["outliers"] <= 0.35 * counts["embedded"]
    found = {metric["name"]: metric for metric in run.metrics["metrics"]}
    for facet in ("ami_genre", "ami_style"):
        assert found[facet]["value"] > found[facet]["baseline"]
        assert found[facet]["p_value"] < 0.05
    page = run.page.read_text(encoding="utf-8")
    assert mini.note in page

    named = _accuracy(run)
    assert named.n_right >= 0.9 * named.n_labelled
    assert named.n_labelled >= 0.7 * named.n_topics

    judged = {metric.name: metric for metric in evaluate_run(run).metrics}
    lot = fit_baseline("random", run, tmp_path / "lot", encoder=mini)
    by_lot = evaluate(lot, cache=run.folder / "judged").metrics
    for metric in by_lot:
        if metric.name in ("iec", "c_npmi", "silhouette", "ami_genre"):
            ours = judged[metric.name]
            assert ours.value is not None
            assert metric.value is not None
            assert ours.value > metric.value, "themes are better than a lot"
            assert ours.warning is None, "the judge did not make them"
            assert metric.value == pytest.approx(metric.baseline, abs=0.12), "a lot is chance"

    shutil.copytree(tmp_path / "run" / "embeddings", tmp_path / "again" / "embeddings")
    shutil.copy(tmp_path / "run" / "run.json", tmp_path / "again")
    again = fit_run(collection, tmp_path / "again", mini, overwrite=True)
    for name in ("topics.json", "works.parquet"):
        assert (again.folder / name).read_bytes() == (run.folder / name).read_bytes(), name

    unseen = _accuracy(label_run(again, mini, LabelConfig(judges="pictures")))
    assert unseen.n_right >= 0.6 * unseen.n_labelled
    assert unseen.n_labelled >= 0.4 * unseen.n_topics


def test_the_planted_themes_of_the_sample_gallery_are_found(mini: Encoder, tmp_path: Path) -> None:
    gallery = paint_gallery(tmp_path / "gallery", works=600, seed=0)
    run = fit_run(open_collection(gallery), tmp_path / "run", mini)
    assert _agreement(run, gallery / "truth.csv") >= 0.6


def _accuracy(run: Run) -> LabelAccuracy:
    """Compare the genre that each topic is called with the one that most of its works have."""
    works = run.collection.select(np.flatnonzero(run.works["topic"].is_valid()).tolist())
    labels = [next((label.term for label in topic.chosen if label.facet == "genre"), None)
              for topic in run.topics]  # fmt: skip
    assignments = run.works_with_vector["topic"].to_numpy().astype(np.int32)
    return label_accuracy(works, assignments, labels, "genre")


def _agreement(run: Run, truth: Path) -> float:
    """Return the ARI between topics and true themes, all outliers together as one more topic."""
    with truth.open(encoding="utf-8", newline="") as file:
        theme_of = {row["id"]: row["theme"] for row in csv.DictReader(file)}
    ids = run.works["id"].to_pylist()
    return adjusted_rand_score(
        [theme_of[work_id] for work_id in ids], run.works["topic"].to_pylist()
    )
