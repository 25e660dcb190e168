"""A baseline's run is a run like any other; nothing is replaced that should not be."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pytest
from typer.testing import CliRunner

from evaluation.baselines import BASELINES, BaselineError, Description, Entry, Found
from evaluation.fitting import baseline_runs, warming
from evaluation.fitting.baseline_runs import fit_baseline
from evaluation.fitting.models import model_name, model_of
from evaluation.values import read_values
from knowledge_graph import ArtGraph
from topicart import (
    Encoder,
    LabelConfig,
    Run,
    RunError,
    TopicartError,
    export_topics,
    label_run,
    write_site,
)
from topicart.cli import app
from topicart.run import write_record


@pytest.fixture(scope="module")
def kmeans(source: Run, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("runs") / "kmeans"
    return fit_baseline("kmeans", source, out, seed=4, encoder=encoder)


@pytest.fixture(scope="module")
def lda(source: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return fit_baseline("lda", source, tmp_path_factory.mktemp("runs") / "lda", n_topics=4)


def _bytes(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_groups_are_the_methods_and_all_else_is_the_sources(kmeans: Run, source: Run) -> None:
    assert kmeans.works["id"].to_pylist() == source.works["id"].to_pylist()
    assert kmeans.works["x"].to_pylist() == source.works["x"].to_pylist()
    np.testing.assert_array_equal(kmeans.embeddings.vectors, source.embeddings.vectors)
    found = BASELINES["kmeans"].make().fit(source.embeddings.vectors, [""] * 60, 3, 4)
    assert kmeans.works["topic"].to_pylist() == found.assignments.tolist()
    assert kmeans.record.counts == {
        "works": 60, "embedded": 60, "topics": 3, "outliers": 0, "reassigned": 0, "problems": 0,
    }  # fmt: skip
    assert (kmeans.record.source, kmeans.record.model) == (
        source.record.source,
        source.record.model,
    )


def test_the_record_says_what_the_method_is_and_what_it_cost(kmeans: Run, source: Run) -> None:
    config = kmeans.record.config
    assert config["topics"] == {
        "clusterer": "kmeans",
        "seed": 4,
        "n_topics": 3,
        "labels": source.record.config["topics"]["labels"],
    }
    assert config["method"]["citation"].startswith("Lloyd 1982")
    assert (config["method"]["library"], config["method"]["note"]) == ("scikit-learn", "")
    assert "words" not in config
    assert set(kmeans.record.timings_s) == {"fit", "label", "write"}
    assert kmeans.record.peak_memory_mb is not None
    assert kmeans.record.peak_memory_mb > 10
    assert kmeans.record.parameters["clusterer"] == "kmeans"
    assert "method alone" in kmeans.record.parameters["cost"]["seconds_are"]
    assert model_name(kmeans) == model_of(kmeans).name == "kmeans"


def test_vectors_are_not_stored_twice(kmeans: Run, source: Run) -> None:
    shards = list((source.folder / "embeddings").glob("shard-*"))
    assert shards
    for shard in shards:
        assert shard.samefile(kmeans.folder / "embeddings" / shard.name)


def test_where_files_cannot_be_linked_they_are_copied(
    source: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", refused)
    run = fit_baseline("random", source, tmp_path / "run")
    np.testing.assert_array_equal(run.embeddings.vectors, source.embeddings.vectors)
    shutil.rmtree(run.folder / "embeddings")
    assert len(source.embeddings.ids) == 60


def test_words_of_a_model_of_captions_are_its_own(lda: Run) -> None:
    assert lda.record.config["words"] == "own"
    captions = ["picture", "painter", "portrait", "landscape", "still", "life"]
    for topic in lda.topics:
        assert topic.keywords
        assert {keyword.word for keyword in topic.keywords} <= set(captions)
        scores = [keyword.score for keyword in topic.keywords]
        assert scores == sorted(scores, reverse=True)
    values = read_values(lda)
    assert values.own_words
    assert values.topics[0].words == tuple(word.word for word in lda.topics[0].keywords)


@pytest.mark.parametrize("name", ["kmeans", "lda", "random"])
def test_it_is_shown_exported_and_named_anew_like_any_run(
    name: str, source: Run, encoder: Encoder, tmp_path: Path
) -> None:
    run = fit_baseline(name, source, tmp_path / "run", encoder=encoder)
    write_site(run)
    themes = (run.page.parent / "themes.html").read_text(encoding="utf-8")
    assert all(f'href="theme-{topic.id}.html"' in themes for topic in run.topics)
    shown = CliRunner().invoke(app, ["show", str(run.folder)])
    assert shown.exit_code == 0, shown.output
    assert "60 works, 3 themes" in shown.output
    export_topics(run, tmp_path / "topics.ttl")
    exported = CliRunner().invoke(
        app, ["graph", "export", str(run.folder), str(tmp_path / "again.ttl")]
    )
    assert exported.exit_code == 0, exported.output
    told = ArtGraph.open(tmp_path / "again.ttl").query(
        "SELECT ?c WHERE { ?c a <http://www.w3.org/2004/02/skos/core#Concept> }"
    )
    assert len(told.rows) >= 3
    groups, values = run.works["topic"].to_pylist(), read_values(run)
    label_run(run, None, LabelConfig(judges="facts", n_representatives=2))
    anew = Run.open(run.folder)
    assert anew.works["topic"].to_pylist() == groups
    assert {len(topic.representatives) for topic in anew.topics} == {2}
    assert model_name(anew) == name
    assert [topic.words for topic in read_values(anew).topics] == [
        topic.words for topic in values.topics
    ]


def test_topics_of_different_methods_have_different_iris(kmeans: Run, source: Run) -> None:
    def scheme(run: Run) -> str:
        text = (run.folder / "topics.ttl").read_text(encoding="utf-8")
        return text[text.index("urn:topicart:run:") :][:33]

    assert scheme(kmeans) != scheme(source)


def test_the_same_again_is_not_made_again(
    kmeans: Run, source: Run, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _bytes(kmeans.folder)
    monkeypatch.setattr(baseline_runs, "write_finished", None)
    again = fit_baseline("kmeans", source, kmeans.folder, seed=4, encoder=encoder)
    assert again.record == kmeans.record
    assert _bytes(kmeans.folder) == before


def test_the_same_makes_the_same_bytes(lda: Run, source: Run, tmp_path: Path) -> None:
    again = fit_baseline("lda", source, tmp_path / "run", n_topics=4)
    for name in ("works.parquet", "topics.json", "model.safetensors", "topics.ttl"):
        assert (again.folder / name).read_bytes() == (lda.folder / name).read_bytes()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"name": "random"}, r"by another method.*different: name"),
        ({"seed": 5}, r"holds another fit \(different: seed\)"),
        ({"n_topics": 2}, r"different: n_topics"),
    ],
)
def test_another_run_is_refused_and_replaced_only_if_asked(
    kmeans: Run, source: Run, encoder: Encoder, tmp_path: Path, asked: dict[str, Any], told: str
) -> None:
    folder = shutil.copytree(kmeans.folder, tmp_path / "run")
    before = _bytes(folder)
    wanted = {"name": "kmeans", "seed": 4, "encoder": encoder, **asked}
    with pytest.raises(RunError, match=told):
        fit_baseline(source=source, out=folder, **wanted)
    assert _bytes(folder) == before
    run = fit_baseline(source=source, out=folder, overwrite=True, **wanted)
    assert model_name(run) == wanted["name"]
    assert Run.open(folder).embeddings.ids == source.embeddings.ids


def test_a_run_by_another_version_of_the_library_is_another(
    kmeans: Run, source: Run, encoder: Encoder, tmp_path: Path
) -> None:
    folder = shutil.copytree(kmeans.folder, tmp_path / "run")
    method = {**kmeans.record.config["method"], "version": "0.1"}
    config = {**kmeans.record.config, "method": method}
    write_record(folder, kmeans.record.model_copy(update={"config": config}))
    with pytest.raises(RunError, match=r"another version of it \(different: version\)"):
        fit_baseline("kmeans", source, folder, seed=4, encoder=encoder)


def test_our_own_fit_is_neither_replaced_finished_nor_cut_short(
    source: Run, tmp_path: Path
) -> None:
    folder = shutil.copytree(source.folder, tmp_path / "run")
    with pytest.raises(RunError, match="holds another fit"):
        fit_baseline("random", source, folder)
    write_record(folder, source.record.model_copy(update={"state": "fitting"}))
    with pytest.raises(RunError, match=r"cut short; the pictures encoded there would be lost"):
        fit_baseline("random", source, folder)


def test_one_that_was_cut_short_is_made_anew(
    source: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(baseline_runs, "write_finished", cut)
        with pytest.raises(KeyboardInterrupt):
            fit_baseline("random", source, tmp_path / "run")
    with pytest.raises(RunError, match="cut short. Repeat the same `topicart baseline` command"):
        Run.open(tmp_path / "run")
    run = fit_baseline("random", source, tmp_path / "run", seed=1)
    assert len(run.topics) == 3


@pytest.mark.parametrize("inside", ["", "embeddings", "site/new"])
def test_the_source_is_never_written_into(source: Run, inside: str) -> None:
    before = _bytes(source.folder)
    with pytest.raises(RunError, match="is the run that the works come from, or lies in it"):
        fit_baseline("random", source, source.folder / inside, overwrite=True)
    assert _bytes(source.folder) == before


def test_a_folder_with_something_else_in_it_is_refused(source: Run, tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(RunError, match="is not empty and holds no run"):
        fit_baseline("random", source, tmp_path, overwrite=True)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])


@pytest.mark.parametrize("name", ["works.parquet", "topics.json", "embeddings/manifest.json"])
def test_a_broken_source_is_explained_and_nothing_is_made(
    source: Run, tmp_path: Path, name: str
) -> None:
    folder = shutil.copytree(source.folder, tmp_path / "source")
    _cut(folder / name)
    with pytest.raises(TopicartError, match=r"cannot be read") as told:
        fit_baseline("random", Run.open(folder), tmp_path / "out")
    assert Path(name).name in str(told.value)
    assert not (tmp_path / "out").exists()


def test_vectors_of_other_works_are_explained(source: Run, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    folder = shutil.copytree(source.folder, tmp_path / "source")
    pq.write_table(pq.read_table(folder / "works.parquet").slice(3), folder / "works.parquet")
    with pytest.raises(
        RunError, match=r"is damaged: works.parquet and the embeddings are not of the same works"
    ):
        fit_baseline("random", Run.open(folder), tmp_path / "out")


def test_settings_of_names_that_are_not_known_are_explained(source: Run, tmp_path: Path) -> None:
    config = {"topics": {"labels": {"colour": "red"}}, "text_weight": 0.0}
    run = Run(source.folder, source.record.model_copy(update={"config": config}))
    with pytest.raises(RunError, match=r"not understood \(labels\.colour: Extra inputs"):
        fit_baseline("random", run, tmp_path / "out")


def test_the_encoder_must_be_the_sources(
    source: Run, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "weights_sha256", "f" * 64)
    with pytest.raises(RunError, match=r"not with .*\(ffffffffffff…\). Give the first, or none"):
        fit_baseline("random", source, tmp_path / "out", encoder=encoder)


def test_without_the_encoder_the_facts_name_and_the_record_says_so(lda: Run) -> None:
    assert lda.record.config["topics"]["labels"]["judges"] == "facts"
    assert all(label.cosine is None for topic in lda.topics for label in topic.labels)


class _Fake:
    """A method that finds the number of topics itself, and here finds none, or fails."""

    name = "fake"
    reads: ClassVar[Literal["vectors"]] = "vectors"
    takes_n_topics = False

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails

    def describe(self) -> Description:
        return Description("fake", "a fake", {}, "nobody", "none", "")

    def fit(
        self, vectors: np.ndarray, texts: Sequence[str], n_topics: int | None, seed: int
    ) -> Found:
        assert n_topics is None
        if self.fails:
            raise BaselineError("fake failed with ValueError: no")
        outliers = np.full(len(vectors), -1, dtype=np.int32)
        return Found(outliers, np.zeros(len(vectors), dtype=np.float32), (), {}, "found none")


def test_a_method_that_finds_no_topic_leaves_a_run_of_outliers(
    source: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baseline_runs, "BASELINES", {"fake": Entry(_Fake, "a fake")})
    monkeypatch.setattr(baseline_runs, "make_baseline", lambda _: _Fake())
    run = fit_baseline("fake", source, tmp_path / "out")
    assert (run.topics, run.record.counts["outliers"]) == ((), 60)
    assert run.record.config["method"]["note"] == "found none"
    write_site(run)
    monkeypatch.undo()
    with pytest.raises(BaselineError, match=r"kmeans must be told the number.*Give n_topics"):
        fit_baseline("kmeans", run, tmp_path / "kmeans")
    assert len(fit_baseline("kmeans", run, tmp_path / "kmeans", n_topics=2).topics) == 2


def test_a_method_that_fails_replaces_nothing(
    source: Run, kmeans: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(kmeans.folder, tmp_path / "run")
    before = _bytes(folder)
    monkeypatch.setattr(baseline_runs, "BASELINES", {"fake": Entry(_Fake, "a fake")})
    monkeypatch.setattr(baseline_runs, "make_baseline", lambda _: _Fake(fails=True))
    with pytest.raises(BaselineError, match="no$"):
        fit_baseline("fake", source, folder, overwrite=True)
    assert _bytes(folder) == before


def test_an_unknown_baseline_is_named(source: Run, tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="no baseline 'kmens'"):
        fit_baseline("kmens", source, tmp_path / "out")


def test_what_umap_needs_is_compiled_before_it_is_measured(
    source: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[bool] = []

    def first(vectors: np.ndarray, *, n_components: int, **_: object) -> np.ndarray:
        order.append(vectors.shape == source.embeddings.vectors.shape)
        return np.ascontiguousarray(vectors[:, :n_components])

    warming._compile_umap.cache_clear()
    monkeypatch.setattr("topicart.reduce.reduce_umap", first)
    monkeypatch.setattr("evaluation.baselines.space.reduce_umap", first)
    fit_baseline("kmeans-umap", source, tmp_path / "one")
    fit_baseline("kmeans-umap", source, tmp_path / "two", seed=1)
    assert order == [False, True, True]
    warming._compile_umap.cache_clear()


def test_topics_json_is_sound(kmeans: Run) -> None:
    told = json.loads((kmeans.folder / "topics.json").read_text(encoding="utf-8"))
    assert [topic["id"] for topic in told["topics"]] == [0, 1, 2]
