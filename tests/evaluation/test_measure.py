"""What `evaluate` and `compare` say of runs, good and bad, and that nothing is measured twice."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from evaluation import ComparisonError, compare, evaluate, evaluate_run, fit_baseline
from evaluation.comparing import write_report
from evaluation.comparing.of_runs import labels_of
from evaluation.measure import OWN
from knowledge_graph import Artwork, open_collection
from tests.evaluation.fake_judge import FakeJudge
from tests.topicart.report_runs import write_run
from topicart import (
    Embeddings,
    Encoder,
    FitConfig,
    Run,
    RunError,
    TopicartError,
    TopicModelConfig,
    fit_run,
)
from topicart.store import save_embeddings
from topicart.topics import OUTLIER


@pytest.fixture
def run(source: Run, tmp_path: Path) -> Run:
    """A copy of the run, to be written to."""
    return Run.open(shutil.copytree(source.folder, tmp_path / "run"))


@pytest.fixture(scope="module")
def kmeans(source: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return fit_baseline("kmeans", source, tmp_path_factory.mktemp("runs") / "kmeans", seed=1)


def test_every_number_says_how_it_came_about(run: Run) -> None:
    found = evaluate(run, judge=FakeJudge())
    names = [metric.name for metric in found.metrics]
    assert len(set(names)) == len(names)
    for name in ("c_v", "c_npmi", "u_mass", "c_uci", "irbo", "iec", "ieps", "des", "silhouette",
                 "davies_bouldin", "dbcv", "outlier_share", "ami_genre", "nmi_genre", "ari_genre",
                 "purity_genre"):  # fmt: skip
        assert name in names
    for metric in found.metrics:
        assert metric.judge, metric.name
        assert metric.parameters, metric.name
        if metric.value is None:
            assert metric.note, metric.name
            continue
        assert np.isfinite(metric.value), metric.name
        assert metric.n, metric.name
        assert metric.interval or metric.note, metric.name
        assert metric.baseline is not None or metric.note, metric.name
    json.dumps(found.to_dict(), allow_nan=False)


def test_the_same_request_is_not_measured_again(run: Run) -> None:
    judge = FakeJudge()
    first = evaluate_run(run, judge=judge)
    asked = len(judge.asked)
    assert asked
    again = evaluate_run(Run.open(run.folder), judge=judge)
    assert again.metrics == first.metrics
    other = evaluate_run(Run.open(run.folder), judge=judge, reference="titles")
    assert other.request != first.request
    assert len(judge.asked) == asked, "pictures are judged once"


def test_other_topics_are_measured_anew(run: Run, kmeans: Run) -> None:
    first = evaluate_run(run, judge=FakeJudge())
    shutil.copy(run.folder / "metrics.json", kmeans.folder / "metrics.json")
    other = evaluate_run(Run.open(kmeans.folder), judge=FakeJudge())
    assert other.metrics != first.metrics
    (kmeans.folder / "metrics.json").unlink()


def test_a_metrics_file_of_before_is_no_answer(run: Run) -> None:
    for told in ({}, {"metrics": [{"name": "iec"}]}, {"request": {}, "metrics": 3}):
        (run.folder / "metrics.json").write_text(json.dumps(told))
        assert evaluate_run(Run.open(run.folder), judge=FakeJudge()).metrics


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"metrics": [', '{"request": 1e999}', '{"request": [1]}', '{"request": null}',
     '{"request": {}, "metrics": null, "stability": []}', '{"request": "\\ud800"}', 9999 * "["],
)  # fmt: skip
def test_a_damaged_metrics_file_is_made_anew(run: Run, kmeans: Run, text: str) -> None:
    (run.folder / "metrics.json").write_text(text)
    judge = FakeJudge()
    assert len(compare([Run.open(run.folder), kmeans], judge=judge).models) == 2
    assert evaluate_run(Run.open(run.folder), judge=judge).metrics
    assert Run.open(run.folder).metrics["request"]["judge"] == judge.name


def test_numbers_that_are_none_are_never_taken_from_a_metrics_file(run: Run) -> None:
    first = evaluate_run(run, judge=FakeJudge())
    told = first.to_dict()
    told["metrics"][0]["value"] = float("nan")
    (run.folder / "metrics.json").write_text(json.dumps(told))
    assert evaluate_run(Run.open(run.folder), judge=FakeJudge()).metrics == first.metrics
    (run.folder / "metrics.json").write_text(json.dumps(told))
    with pytest.raises(RunError, match=r"metrics.json cannot be read .*`topicart evaluate .*again"):
        _ = Run.open(run.folder).metrics
    told["metrics"] = []
    (run.folder / "metrics.json").write_text(json.dumps(told))
    assert evaluate_run(Run.open(run.folder), judge=FakeJudge()).metrics == first.metrics


def test_a_record_edited_by_hand_is_compared_or_told(run: Run, kmeans: Run) -> None:
    file = run.folder / "run.json"
    told = json.loads(file.read_text())
    told["config"]["method"] = {"name": "kmeans", "parameters": [1, 2], "note": 3}
    told["config"]["topics"]["seed"] = "many"
    told["parameters"]["cost"] = {"memory_before_mb": "much"}
    file.write_text(json.dumps(told))
    assert len(compare([Run.open(run.folder), kmeans], judge=FakeJudge()).models) == 2
    found = evaluate_run(Run.open(run.folder), judge=FakeJudge(), stability=1)
    (again,) = [metric for metric in found.metrics if metric.family == "stability"]
    assert again.value is None, "the other numbers are told all the same"
    assert "its seed is 'many'; expected a whole number" in str(again.note)


def test_nobodys_files_are_replaced_by_a_report(run: Run, kmeans: Run, tmp_path: Path) -> None:
    found = compare([run, kmeans], judge=FakeJudge())
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "index.html").write_text("my page")
    for told in ("{}", "no JSON", '{"models": 1}'):
        (mine / "report.json").write_text(told)
        with pytest.raises(ComparisonError, match="mine is not empty and holds no report .* new f"):
            write_report(found, mine)
    with pytest.raises(ComparisonError, match="run is not empty and holds no report"):
        write_report(found, run.folder)
    with pytest.raises(ComparisonError, match=r"index.html is a file. Name a folder"):
        write_report(found, mine / "index.html")
    assert (mine / "index.html").read_text() == "my page"
    assert not (run.folder / "report.json").exists()
    (tmp_path / "new").mkdir()
    for _ in range(2):  # a report is replaced by a report
        assert write_report(found, tmp_path / "new").is_file()


def test_a_judge_that_made_the_topics_is_warned_of(run: Run) -> None:
    by_name = {metric.name: metric for metric in evaluate(run, judge=OWN).metrics}
    assert "made" in str(by_name["iec"].warning)
    assert by_name["ami_genre"].warning is None


def test_stability_says_of_each_theme_how_often_it_is_found_again(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluation.fitting.warming._compile_umap", lambda *_: None)
    monkeypatch.setattr(
        "topicart.space.reduce_umap",
        lambda vectors, *, n_components, **_: np.ascontiguousarray(vectors[:, :n_components]),
    )
    found = evaluate_run(run, judge=FakeJudge(), stability=2)
    names = [metric.name for metric in found.metrics]
    assert {"ari_seeds", "ari_orders", "ari_bootstrap"} <= set(names)
    assert all(metric.judge for metric in found.metrics)
    assert set(found.stability) == {0, 1, 2}
    assert all(topic.n_runs == 6 for topic in found.stability.values())
    told = Run.open(run.folder).metrics["stability"]
    assert [topic["topic"] for topic in told] == [0, 1, 2]
    with pytest.raises(ValueError, match="leave out keep"):
        evaluate(run, judge=FakeJudge(), stability=1, keep={"p00"})


def test_topics_sought_in_a_sample_are_sought_again_in_that_sample(
    run: Run, paintings: Path, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "topicart.space.reduce_umap",
        lambda vectors, *, n_components, **_: np.ascontiguousarray(vectors[:, :n_components]),
    )
    config = FitConfig(topics=TopicModelConfig.model_validate(run.record.config["topics"]))
    config = config.model_copy(update={"sample": 40})
    sampled = fit_run(open_collection(paintings), tmp_path / "sampled", encoder, config)
    asked_of = []
    monkeypatch.setattr(
        "evaluation.measure.refit", lambda _, values, **__: asked_of.append(values.ids) or ()
    )
    for one in (run, sampled):
        evaluate(one, judge=FakeJudge(), stability=1)
    of_all, of_sample = asked_of
    table = sampled.works_with_vector
    assert list(of_sample) == table.filter(table["fitted"])["id"].to_pylist()
    assert len(of_sample) == 40
    assert len(of_all) == 60


def test_runs_are_compared_and_reported(run: Run, kmeans: Run, tmp_path: Path) -> None:
    found = compare([run, kmeans], judge=FakeJudge())
    assert [model.label for model in found.models] == ["topicart", "kmeans"]
    assert found.n_common == found.n_works == 60
    page = write_report(found, tmp_path / "report")
    assert "kmeans" in page.read_text(encoding="utf-8")


def test_runs_over_different_works_are_compared_on_the_common_ones(
    run: Run, kmeans: Run, tmp_path: Path
) -> None:
    works = [Artwork(f"p{row:02}", images=(f"p{row:02}.png",)) for row in range(20, 70)]
    other = _made(tmp_path, works, [row % 2 for row in range(50)])
    found = compare([run, kmeans, other], judge=FakeJudge())
    assert found.n_common == 40
    assert any("left out, so that the models are" in caution for caution in found.cautions)
    for metric in found.metrics:
        assert all(number is None or number.n <= 780 for number in metric.numbers)


def test_what_cannot_be_compared_is_told(run: Run, kmeans: Run, tmp_path: Path) -> None:
    strangers = _made(tmp_path, [Artwork(f"z{row}") for row in range(20)], [0] * 20)
    with pytest.raises(ComparisonError, match="no work in common: 'p00' is in one"):
        compare([run, strangers], judge=FakeJudge())
    with pytest.raises(ComparisonError, match="needs at least two runs"):
        compare([run], judge=FakeJudge())
    with pytest.raises(ComparisonError, match="named twice"):
        compare([run, kmeans, run], judge=FakeJudge())


@pytest.mark.parametrize(
    ("topics", "why"),
    [
        ([0] * 20, "one topic"),
        ([OUTLIER] * 20, "no topic"),
    ],
)
def test_bad_runs_are_measured_and_explained(tmp_path: Path, topics: list[int], why: str) -> None:
    run = _made(tmp_path, [Artwork(f"w{row:02}") for row in range(20)], topics)
    found = evaluate(run, judge=FakeJudge())
    missing = [metric for metric in found.metrics if metric.value is None]
    assert any(why in str(metric.note).lower() for metric in missing)
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize(
    ("damage", "match"),
    [
        (lambda folder: (folder / "works.parquet").write_bytes(b"no"), "works.parquet cannot be"),
        (lambda folder: shutil.rmtree(folder / "embeddings"), "embeddings"),
        (lambda folder: (folder / "topics.json").unlink(), "topics.json is missing"),
        (lambda folder: _without_a_work(folder), "embeddings are not of the same works"),
    ],
)
def test_a_broken_run_is_told_of(run: Run, damage: Callable[[Path], None], match: str) -> None:
    damage(run.folder)
    with pytest.raises(TopicartError, match=match):
        evaluate(Run.open(run.folder), judge=FakeJudge())


def test_works_that_the_run_does_not_have_are_told_of(run: Run) -> None:
    with pytest.raises(RunError, match="none of the works to be measured"):
        evaluate(run, judge=FakeJudge(), keep={"unknown"})


def test_runs_that_differ_in_the_seed_are_one_model(
    source: Run, kmeans: Run, encoder: Encoder, tmp_path: Path
) -> None:
    other_seed = fit_baseline("kmeans", source, tmp_path / "kmeans-2", seed=2)
    more_topics = fit_baseline("kmeans", source, tmp_path / "kmeans-5", n_topics=5)
    assert labels_of([source, kmeans, other_seed]) == ["topicart", "kmeans", "kmeans"]
    assert labels_of([kmeans, more_topics]) == ["kmeans (kmeans)", "kmeans (kmeans-5)"]


def _without_a_work(folder: Path) -> None:
    kept = Run.open(folder).embeddings
    save_embeddings(kept.select(kept.ids[1:]), folder / "embeddings")


def _made(folder: Path, works: list[Artwork], topics: list[int]) -> Run:
    """A run whose vectors are drawn."""
    run = write_run(folder / "made", works, topics)
    vectors = np.random.default_rng(0).normal(size=(len(works), 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    save_embeddings(
        Embeddings(tuple(work.id for work in works), vectors), run.folder / "embeddings"
    )
    return Run.open(run.folder)
