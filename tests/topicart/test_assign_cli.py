"""``topicart assign`` and ``fit --sample``: told, written, or put into a copy of the run."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from knowledge_graph import open_collection
from topicart import (
    OUTLIER,
    Encoder,
    FitConfig,
    Run,
    RunError,
    TopicModelConfig,
    fit_run,
    openvino_engine,
)
from topicart.adding import add_works
from topicart.cli import app
from topicart.errors import FitError, ModelError
from topicart.newcomers import assign_works, encoder_of_run

CONFIG = FitConfig(topics=TopicModelConfig(min_cluster_size=5), sample=40)


@pytest.fixture(scope="module")
def encoder(tiny_model: Path) -> Encoder:
    return Encoder.load(str(tiny_model))


@pytest.fixture(scope="module")
def run(paintings: Path, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("runs") / "run"
    return fit_run(open_collection(paintings), out, encoder, CONFIG)


@pytest.fixture
def newer(paintings: Path, tmp_path: Path) -> Path:
    """Two pictures that the run has, under names of their own, and one that is none."""
    folder = tmp_path / "newer"
    folder.mkdir()
    for number, picture in enumerate(sorted((paintings / "images").iterdir())[:2]):
        shutil.copy(picture, folder / f"new{number}{picture.suffix}")
    (folder / "page.jpg").write_text("<html>", encoding="utf-8")
    return folder


def _assign(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "120"}).invoke(app, ["assign", *map(str, arguments)])


def test_a_fit_of_a_sample_says_so_and_has_all_works(run: Run) -> None:
    assert run.record.config["sample"] == run.record.parameters["sample"] == 40
    assert run.record.parameters["assigned"] == 20
    assert sum(run.works["fitted"].to_pylist()) == 40
    assert run.works["topic"].null_count == 0
    assert len(run.fitted.vectors) == 40
    run.require_whole()


def test_works_of_a_run_get_back_their_topics(run: Run, encoder: Encoder) -> None:
    topics = run.works["topic"].to_numpy()
    assert (run.transform(run.embeddings.vectors) == topics).mean() >= 0.98
    assigned = assign_works(run, run.collection, encoder)
    assert assigned.ids == run.embeddings.ids
    assert (assigned.found.labels == topics).mean() >= 0.98


def test_a_run_without_outliers_gives_new_works_none(run: Run, tmp_path: Path) -> None:
    folder = shutil.copytree(run.folder, tmp_path / "run")
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    opposite = -run.embeddings.vectors[:3]
    assert (run.transform(opposite) == OUTLIER).all()
    record["config"]["topics"]["reassign"] = True
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    found = Run.open(folder).assign(opposite)
    np.testing.assert_array_equal(found.labels, found.nearest)
    assert (found.labels >= 0).all()


def test_a_model_that_this_machine_cannot_run_is_told_with_its_run(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(run.folder, tmp_path / "run")
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    record["model"] |= {"engine": "openvino", "precision": "bf16"}
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    monkeypatch.setitem(sys.modules, "openvino", None)
    monkeypatch.setattr(openvino_engine, "_core", openvino_engine._core.__wrapped__)
    with pytest.raises(ModelError, match="vectors of .* are by openvino in bf16, and so must new"):
        encoder_of_run(Run.open(folder))


def test_what_is_no_picture_is_put_into_no_run(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "page.jpg").write_text("<html>", encoding="utf-8")
    done = _assign(run.folder, tmp_path / "bad", "--into", tmp_path / "more")
    assert done.exit_code == RunError.exit_code, done.output
    told = " ".join(done.stderr.split())
    assert "None of the pictures of the 1 new works can be read. page.jpg:" in told
    assert "without --into lists them" in told


def test_a_folder_of_other_things_is_refused_before_the_model_is_loaded(
    run: Run, newer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("topicart.newcomers.encoder_of_run", None)
    done = _assign(run.folder, newer, "--into", newer)
    assert done.exit_code == RunError.exit_code, done.output
    assert f"{newer.name} is not empty and holds no run. Name a new folder" in " ".join(
        done.stderr.split()
    )


def test_a_sample_that_is_too_small_is_named(
    paintings: Path, encoder: Encoder, tmp_path: Path
) -> None:
    with pytest.raises(FitError, match="--sample 8 is too few; finding .* at least 15.*Give more"):
        fit_run(
            open_collection(paintings),
            tmp_path / "run",
            encoder,
            CONFIG.model_copy(update={"sample": 8}),
        )
    assert not (tmp_path / "run").exists()


def test_a_damaged_run_is_not_taken_for_the_same_fit(
    run: Run, paintings: Path, encoder: Encoder, tmp_path: Path
) -> None:
    folder = shutil.copytree(run.folder, tmp_path / "run")
    (folder / "works.parquet").write_bytes((run.folder / "works.parquet").read_bytes()[:999])
    with pytest.raises(RunError, match="works.parquet cannot be read.*--overwrite"):
        fit_run(open_collection(paintings), folder, encoder, CONFIG)


def test_new_works_are_told_where_they_belong(run: Run, newer: Path) -> None:
    done = _assign(run.folder, newer, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert len(told["works"]) == 2
    assert len(told["problems"]) == 1
    for work in told["works"]:
        named = work["topic"] >= 0
        assert work["label"] == (run.topics[work["topic"]].name if named else "")
        assert work["nearest_label"] == run.topics[work["nearest"]].name
        assert -1 <= work["cosine"] <= 1


def test_new_works_are_written_as_a_table(run: Run, newer: Path, tmp_path: Path) -> None:
    text, table = tmp_path / "found.csv", tmp_path / "found.parquet"
    for file in (text, table):
        done = _assign(run.folder, newer, "--out", file)
        assert done.exit_code == 0, done.output
        assert "of 2 works are in" in done.output
    with text.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    kept = pq.read_table(table)
    assert [row["id"] for row in rows] == kept["id"].to_pylist()
    assert [int(row["topic"]) for row in rows] == kept["topic"].to_pylist()
    again = _assign(run.folder, newer, "--out", text)
    assert again.exit_code != 0
    assert "is there already" in again.output
    assert "ends in .csv or .parquet" in _assign(run.folder, newer, "--out", "found.txt").output


def test_new_works_are_put_into_a_copy_of_the_run(
    run: Run, newer: Path, encoder: Encoder, tmp_path: Path
) -> None:
    before = {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
    grown = add_works(run, open_collection(newer), tmp_path / "grown", encoder)
    assert {path: path.read_bytes() for path in before} == before
    grown.require_whole()
    assert len(grown.works_with_vector) == 62
    assert grown.record.parameters["added"] == 2
    old = dict(zip(run.works["id"].to_pylist(), run.works["topic"].to_pylist(), strict=True))
    now = dict(zip(grown.works["id"].to_pylist(), grown.works["topic"].to_pylist(), strict=True))
    assert {work_id: now[work_id] for work_id in old} == old
    sizes = np.bincount([topic for topic in now.values() if topic is not None and topic >= 0])
    assert sizes.tolist() == [topic.size for topic in grown.topics]
    assert len(grown.fitted.vectors) == 40
    assert not (grown.folder / "arrived").exists()
    for row, images in enumerate(grown.collection.column("images")):
        for image, path in zip(images, grown.collection.image_paths(row), strict=True):
            assert path.is_file(), image
    # The same once more is there already; another one is refused.
    again = add_works(run, open_collection(newer), grown.folder, encoder)
    assert again.record == grown.record


def test_adding_that_was_cut_short_goes_on_and_ends_the_same(
    run: Run, newer: Path, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = add_works(run, open_collection(newer), tmp_path / "whole", encoder)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("topicart.adding.write_finished", interrupted)
        with pytest.raises(KeyboardInterrupt):
            add_works(run, open_collection(newer), tmp_path / "cut", encoder)
    again = add_works(run, open_collection(newer), tmp_path / "cut", encoder)
    for name in ("works.parquet", "topics.json", "model.safetensors", "problems.csv"):
        assert (again.folder / name).read_bytes() == (whole.folder / name).read_bytes(), name


def test_the_run_itself_works_it_has_and_other_encoders_are_refused(
    run: Run, paintings: Path, newer: Path, encoder: Encoder, tmp_path: Path
) -> None:
    with pytest.raises(RunError, match="is the run itself, which stays as it is"):
        add_works(run, open_collection(newer), run.folder, encoder)
    with pytest.raises(RunError, match="has no work that .* has not: all 60 ids are there"):
        add_works(run, open_collection(paintings), tmp_path / "none", encoder)
    other = Run(
        run.folder,
        run.record.model_copy(
            update={"model": run.record.model.model_copy(update={"fingerprint": "0" * 64})}
        ),
    )
    with pytest.raises(RunError, match="does not make the vectors that .* was fitted with"):
        assign_works(other, open_collection(newer), encoder)
    both = _assign(run.folder, newer, "--out", "a.csv", "--into", "b")
    assert both.exit_code == 2
