from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import save_file

from knowledge_graph import Collection, Problem, open_collection
from topicart import Encoder, FitConfig, FitError, Run, RunError, TopicModelConfig, fit_run
from topicart.run import read_record
from topicart.run_files import write_problems

CONFIG = FitConfig(topics=TopicModelConfig(min_cluster_size=5))
RESULTS = ("topics.json", "works.parquet", "model.safetensors", "problems.csv", "topics.ttl")


def _interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def encoder(tiny_model: Path) -> Encoder:
    return Encoder.load(str(tiny_model))


@pytest.fixture(scope="module")
def collection(paintings: Path) -> Collection:
    return open_collection(paintings)


@pytest.fixture(scope="module")
def finished(
    collection: Collection, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> Run:
    return fit_run(collection, tmp_path_factory.mktemp("runs") / "run", encoder, CONFIG)


@pytest.fixture
def run(finished: Run, tmp_path: Path) -> Run:
    """A copy of the finished run, to be spoilt."""
    return Run.open(shutil.copytree(finished.folder, tmp_path / "run"))


def test_a_run_holds_works_topics_vectors_and_how_they_came_about(finished: Run) -> None:
    record = finished.record
    assert record.state == "finished"
    assert record.counts["works"] == record.counts["embedded"] == 60
    assert record.counts["topics"] == len(finished.topics) > 0
    assert set(record.timings_s) == {"encode", "reduce", "cluster", "map", "label", "write"}
    assert record.parameters["min_cluster_size"] == 5
    assert len(record.model.weights_sha256) == 64
    assert finished.works.num_rows == 60
    assert finished.works.column("id").to_pylist() == list(finished.embeddings.ids)
    assert finished.embeddings.vectors.shape == (60, 64)
    assert finished.problems == ()
    sizes = np.bincount([topic for topic in finished.works["topic"].to_pylist() if topic >= 0])
    assert sizes.tolist() == [topic.size for topic in finished.topics]


def test_topics_are_linked_to_works_as_skos(finished: Run) -> None:
    from rdflib import DCTERMS, RDF, SKOS, Graph

    graph = Graph().parse(finished.folder / "topics.ttl")
    assert len(list(graph.subjects(RDF.type, SKOS.Concept))) == 3 + len(finished.groups)
    names = {str(name) for name in graph.objects(None, SKOS.prefLabel)}
    assert names == {topic.name for topic in (*finished.topics, *finished.groups)}
    linked = len(list(graph.triples((None, DCTERMS.subject, None))))
    assert linked == sum(topic.size for topic in finished.topics)


def test_topics_as_skos_tell_how_they_came_about_and_nothing_of_the_machine(
    finished: Run, paintings: Path, tiny_model: Path
) -> None:
    from rdflib import PROV, RDF, Graph, Literal, URIRef

    text = (finished.folder / "topics.ttl").read_text(encoding="utf-8")
    assert str(paintings.parent) not in text
    assert str(tiny_model.parent) not in text
    graph = Graph().parse(data=text)
    (run,) = graph.subjects(RDF.type, PROV.Activity)
    used = set(graph.objects(run, PROV.used))
    hashes = {str(graph.value(entity, URIRef("urn:topicart:vocabulary#sha256"))) for entity in used}
    assert hashes == {finished.record.model.weights_sha256, finished.record.source.sha256}
    assert graph.value(run, URIRef("urn:topicart:vocabulary#seed")) == Literal(
        finished.record.config["topics"]["seed"]
    )


def test_a_run_assigns_works_from_what_it_saved(finished: Run) -> None:
    found = finished.transform(finished.embeddings.vectors)
    members = np.array(finished.works["topic"].to_pylist()) >= 0
    assert found.shape == (60,)
    assert (found[members] >= 0).mean() > 0.8


def test_the_same_fit_in_two_folders_gives_the_same_bytes(
    finished: Run, collection: Collection, encoder: Encoder, tmp_path: Path
) -> None:
    again = fit_run(collection, tmp_path / "again", encoder, CONFIG)
    for name in RESULTS:
        assert (again.folder / name).read_bytes() == (finished.folder / name).read_bytes(), name


def test_a_fit_that_is_done_is_not_done_again(
    run: Run, collection: Collection, encoder: Encoder
) -> None:
    before = (run.folder / "run.json").stat().st_mtime_ns
    assert fit_run(collection, run.folder, encoder, CONFIG).record == run.record
    assert (run.folder / "run.json").stat().st_mtime_ns == before


@pytest.mark.parametrize("after", ["encode", "reduce", "label", "write"])
def test_a_fit_cut_short_goes_on_and_ends_the_same(
    finished: Run, collection: Collection, encoder: Encoder, tmp_path: Path, after: str
) -> None:
    class CutShort:
        def stage(self, name: str) -> None:
            if name == after:
                raise KeyboardInterrupt

        def count(self, done: int, total: int) -> None:
            pass

    out = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        fit_run(collection, out, encoder, CONFIG, progress=CutShort())
    with pytest.raises(RunError, match="cut short. Repeat the same"):
        Run.open(out)
    resumed = fit_run(collection, out, encoder, CONFIG)
    for name in RESULTS:
        assert (resumed.folder / name).read_bytes() == (finished.folder / name).read_bytes(), name


def test_another_fit_is_refused_unless_told_to_overwrite_and_reuses_the_vectors(
    run: Run, collection: Collection, encoder: Encoder
) -> None:
    other = FitConfig(topics=TopicModelConfig(min_cluster_size=6, seed=3))
    message = r"holds another fit \(different: min_cluster_size, seed\).*--overwrite"
    with pytest.raises(RunError, match=message):
        fit_run(collection, run.folder, encoder, other)
    with pytest.raises(RunError, match=r"holds another fit \(different: sample\)"):
        fit_run(collection, run.folder, encoder, CONFIG.model_copy(update={"sample": 20}))
    shards = {path: path.stat().st_mtime_ns for path in run.folder.glob("embeddings/*.safetensors")}
    again = fit_run(collection, run.folder, encoder, other, overwrite=True)
    assert again.record.config["topics"]["seed"] == 3
    assert {path: path.stat().st_mtime_ns for path in shards} == shards


def test_a_fit_cut_short_may_be_given_other_settings(
    collection: Collection, encoder: Encoder, tmp_path: Path
) -> None:
    too_large = FitConfig(topics=TopicModelConfig(min_cluster_size=25))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("topicart.fit.write_topics", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            fit_run(collection, tmp_path / "run", encoder, too_large)
    assert fit_run(collection, tmp_path / "run", encoder, CONFIG).record.state == "finished"


def test_replacing_a_fit_that_is_cut_short_leaves_no_finished_run_without_files(
    run: Run, collection: Collection, encoder: Encoder
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("topicart.fit.encode_stage", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            fit_run(collection, run.folder, encoder, CONFIG, overwrite=True)
    with pytest.raises(RunError, match="cut short"):
        Run.open(run.folder)
    assert fit_run(collection, run.folder, encoder, CONFIG).record.state == "finished"


def test_a_finished_run_that_lost_a_file_is_fitted_again(
    run: Run, collection: Collection, encoder: Encoder
) -> None:
    (run.folder / "topics.json").unlink()
    assert fit_run(collection, run.folder, encoder, CONFIG).topics == run.topics


def test_too_few_works_are_refused_before_anything_is_encoded(
    collection: Collection, encoder: Encoder, tmp_path: Path
) -> None:
    with pytest.raises(FitError, match="needs at least 100"):
        fit_run(
            collection,
            tmp_path / "run",
            encoder,
            FitConfig(topics=TopicModelConfig(min_cluster_size=50)),
        )
    assert not (tmp_path / "run").exists()


def test_a_changed_picture_makes_it_another_fit(
    run: Run, paintings: Path, encoder: Encoder, tmp_path: Path
) -> None:
    moved = shutil.copytree(paintings, tmp_path / "moved")
    (moved / "images" / "p00.png").write_bytes((moved / "images" / "p01.png").read_bytes())
    with pytest.raises(RunError, match="different: source, works or pictures"):
        fit_run(open_collection(moved), run.folder, encoder, CONFIG)


def test_a_folder_that_is_no_run_is_never_touched(
    collection: Collection, encoder: Encoder, tmp_path: Path
) -> None:
    precious = tmp_path / "thesis.txt"
    precious.write_text("years of work", encoding="utf-8")
    with pytest.raises(RunError, match="is not empty and holds no run"):
        fit_run(collection, tmp_path, encoder, CONFIG, overwrite=True)
    with pytest.raises(RunError, match="is a file"):
        fit_run(collection, precious, encoder, CONFIG)
    assert precious.read_text(encoding="utf-8") == "years of work"


def test_one_bad_picture_is_reported_and_the_run_goes_on(
    paintings: Path, encoder: Encoder, tmp_path: Path
) -> None:
    source = shutil.copytree(paintings, tmp_path / "source")
    (source / "images" / "p07.png").write_bytes(b"not a picture")
    (source / "images" / "p08.png").unlink()
    run = fit_run(open_collection(source), tmp_path / "run", encoder, CONFIG)
    assert {problem.id for problem in run.problems} == {"p07", "p08"}
    assert all(problem.reason for problem in run.problems)
    assert run.record.counts["problems"] == 2
    assert run.record.counts["embedded"] == 58
    topic_of = dict(zip(run.works["id"].to_pylist(), run.works["topic"].to_pylist(), strict=True))
    assert topic_of["p07"] is None
    assert topic_of["p08"] is None
    assert run.works_with_vector.column("id").to_pylist() == list(run.embeddings.ids)


def test_a_collection_of_broken_pictures_ends_with_a_reason(
    encoder: Encoder, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in range(16):
        (source / f"{number}.jpg").write_bytes(b"")
    with pytest.raises(FitError, match="None of the 16 works of .* has a readable picture"):
        fit_run(open_collection(source), tmp_path / "run", encoder)
    assert (tmp_path / "run" / "problems.csv").read_text(encoding="utf-8").count("\n") == 17


def test_captions_are_mixed_in_on_request(
    collection: Collection, encoder: Encoder, finished: Run, tmp_path: Path
) -> None:
    config = FitConfig(topics=CONFIG.topics, text_weight=0.5)
    run = fit_run(collection, tmp_path / "run", encoder, config)
    assert run.embeddings.ids == finished.embeddings.ids
    assert not np.allclose(run.embeddings.vectors, finished.embeddings.vectors)
    np.testing.assert_allclose(np.linalg.norm(run.embeddings.vectors, axis=1), 1, atol=1e-5)


def test_a_work_without_words_keeps_its_pictures_vector(
    paintings: Path, encoder: Encoder, finished: Run, tmp_path: Path
) -> None:
    source = shutil.copytree(paintings, tmp_path / "source")
    rows = (source / "metadata.csv").read_text(encoding="utf-8").splitlines()
    rows[1] = "p00.png,,,,"
    (source / "metadata.csv").write_text("\n".join([*rows, "lost.png,,,,"]), encoding="utf-8")
    config = FitConfig(topics=CONFIG.topics, text_weight=0.5)
    run = fit_run(open_collection(source), tmp_path / "run", encoder, config)
    assert "lost" not in run.embeddings
    own, before = run.embeddings.select(["p00"]), finished.embeddings.select(["p00"])
    np.testing.assert_allclose(own.vectors, before.vectors, atol=1e-6)
    np.testing.assert_array_equal(
        run.picture_embeddings.select(["p01"]).vectors, finished.embeddings.select(["p01"]).vectors
    )


def test_a_run_of_another_major_version_says_so(run: Run) -> None:
    values = json.loads((run.folder / "run.json").read_text(encoding="utf-8"))
    (run.folder / "run.json").write_text(json.dumps(values | {"format_version": [3, 0]}))
    with pytest.raises(RunError, match=r"written in format 3\.0 .*reads format 2"):
        Run.open(run.folder)


def test_a_newer_minor_version_is_read(run: Run) -> None:
    values = json.loads((run.folder / "run.json").read_text(encoding="utf-8"))
    values |= {"format_version": [2, 9], "mood": "blue"}
    (run.folder / "run.json").write_text(json.dumps(values), encoding="utf-8")
    topics = json.loads((run.folder / "topics.json").read_text(encoding="utf-8"))
    topics["topics"][0]["mood"] = "blue"
    (run.folder / "topics.json").write_text(json.dumps(topics), encoding="utf-8")
    newer = Run.open(run.folder)
    assert newer.record.format_version == (2, 9)
    assert newer.topics == run.topics


@pytest.mark.parametrize(
    ("file", "attribute"),
    [("works.parquet", "works"), ("topics.json", "topics"), ("model.safetensors", "model_arrays")],
)
def test_a_damaged_run_names_the_file(run: Run, file: str, attribute: str) -> None:
    (run.folder / file).write_bytes(b"garbage")
    with pytest.raises(RunError, match=f"{file} cannot be read .*The run is damaged"):
        getattr(Run.open(run.folder), attribute)
    (run.folder / file).unlink()
    with pytest.raises(RunError, match=f"is incomplete: {file} is missing"):
        getattr(Run.open(run.folder), attribute)


def _topic(**values: object) -> str:
    """Give the text of a ``topics.json`` with one topic, in which something is otherwise."""
    sound = {"id": 0, "name": "a", "size": 3, "labels": [], "summary": "", "representatives": []}
    return json.dumps({"topics": [sound | values]})


@pytest.mark.parametrize(
    ("file", "text", "attribute"),
    [
        ("topics.json", "null", "topics"),
        ("topics.json", "{}", "topics"),
        ("topics.json", '{"topics": [{}]}', "topics"),
        ("topics.json", '{"topics": {"a": 1}}', "topics"),
        ("topics.json", _topic(name=5), "topics"),
        ("topics.json", _topic(size="many"), "topics"),
        ("topics.json", _topic(name="\ud800"), "topics"),
        ("topics.json", _topic(id=1), "topics"),
        ("topics.json", _topic(broader=0), "topics"),
        ("topics.json", _topic(broader=9), "groups"),
        ("topics.json", _topic(keywords=[{"word": "a", "score": math.inf}]), "topics"),
        ("topics.json", _topic(labels=[{"facet": "genre", "term": 3}]), "topics"),
        ("run.json", 50_000 * "[", "works"),
        ("run.json", '{"parameters": {"x": NaN}}', "works"),
        ("metrics.json", "[]", "metrics"),
        ("problems.csv", "id,reason\n1,2\n", "problems"),
    ],
)
def test_a_file_of_a_run_that_holds_something_else_is_named(
    run: Run, file: str, text: str, attribute: str
) -> None:
    (run.folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match=rf"{file} cannot be read .*The run is damaged"):
        getattr(Run.open(run.folder), attribute)


@pytest.mark.parametrize("column", ["artist", "topic", "x"])
def test_a_table_of_works_without_one_of_its_columns_is_named(run: Run, column: str) -> None:
    pq.write_table(run.works.drop_columns([column]), run.folder / "works.parquet")
    with pytest.raises(RunError, match=f"works.parquet cannot be read .*no column '{column}'"):
        _ = Run.open(run.folder).works


def test_a_table_of_works_without_a_title_is_named(run: Run) -> None:
    table = run.works
    column = table.column_names.index("title")
    none = pa.nulls(len(table), table.schema.field(column).type)
    damaged = table.set_column(column, table.schema.field(column), none)
    pq.write_table(damaged, run.folder / "works.parquet")
    with pytest.raises(RunError, match="works.parquet cannot be read .*'title' has no value for"):
        _ = Run.open(run.folder).works


def test_centroids_that_are_none_are_named(run: Run) -> None:
    sound = run.model_arrays
    for damage in (
        {"thresholds": sound["thresholds"]},
        {**sound, "centroids": sound["centroids"][:, :3].copy()},
        {**sound, "centroids": sound["centroids"] * np.float32(np.nan)},
    ):
        save_file(damage, run.folder / "model.safetensors")
        with pytest.raises(RunError, match="model.safetensors cannot be read"):
            _ = Run.open(run.folder).model_arrays


def test_a_problem_of_any_length_is_read_again(run: Run) -> None:
    problem = Problem("a", 200_000 * "x" + ".jpg", "no such picture")
    write_problems(run.folder, [problem])
    assert Run.open(run.folder).problems == (problem,)


def test_a_damaged_record_does_not_advise_what_is_refused(run: Run) -> None:
    (run.folder / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(RunError, match="delete the folder, or name another, and fit again"):
        Run.open(run.folder)


def test_what_is_no_run_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="has no run.json"):
        Run.open(tmp_path)
    (tmp_path / "run.json").write_text("{", encoding="utf-8")
    with pytest.raises(RunError, match=r"run\.json cannot be read"):
        read_record(tmp_path)
