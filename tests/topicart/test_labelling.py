from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.numpy import save_file

from knowledge_graph import open_collection
from topicart import Encoder, FitConfig, Run, RunError, TopicartError, TopicModelConfig, fit_run
from topicart.labelling import label_run
from topicart.labels import LabelConfig, read_words
from topicart.make import finish_run
from topicart.run_files import write_names
from topicart.topics import Summary

STRICT = LabelConfig(judges="facts", min_share=1.0, min_share_agreed=1.0, n_representatives=3)
NAMED = ("topics.json", "topics.ttl")


@pytest.fixture(scope="module")
def encoder(tiny_model: Path) -> Encoder:
    return Encoder.load(str(tiny_model))


@pytest.fixture(scope="module")
def fit(
    paintings: Path, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[LabelConfig], Run]:
    """Fit the paintings with the same topics, named in some way."""

    def fitted(labels: LabelConfig) -> Run:
        topics = TopicModelConfig(clusterer="kmeans", n_topics=6, labels=labels)
        out = tmp_path_factory.mktemp("runs") / "run"
        return fit_run(open_collection(paintings), out, encoder, FitConfig(topics=topics))

    return fitted


@pytest.fixture(scope="module")
def finished(fit: Callable[[LabelConfig], Run]) -> Run:
    return finish_run(fit(LabelConfig()))


@pytest.fixture
def run(finished: Run, tmp_path: Path) -> Run:
    """A copy of the finished run, to be named anew."""
    return Run.open(shutil.copytree(finished.folder, tmp_path / "run"))


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("words") / "words.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [
                ("facet", "term", "iri"),
                ("genre", "Portrait", "http://vocab.getty.edu/aat/300015637"),
                ("genre", "Landscape", "http://vocab.getty.edu/aat/300015636"),
            ]
        )
    return path


def bytes_of(run: Run, *names: str) -> dict[str, bytes]:
    return {name: (run.folder / name).read_bytes() for name in names or NAMED}


@pytest.mark.parametrize("kind", ["default", "pictures", "vocabulary", "facts"])
def test_a_run_named_anew_is_the_run_that_a_fit_would_have_named_so(
    kind: str, fit: Callable[[LabelConfig], Run], run: Run, encoder: Encoder, words: Path
) -> None:
    config = {
        "default": LabelConfig(),
        "pictures": LabelConfig(judges="pictures", min_score=0.5),
        "vocabulary": LabelConfig(vocabularies=(str(words),)),
        "facts": STRICT,
    }[kind]
    before = bytes_of(run, "works.parquet", "model.safetensors", "problems.csv")
    names = (run.folder / "topics.json").read_bytes()
    wanted = fit(config)
    named = label_run(run, None if kind == "facts" else encoder, config)
    assert bytes_of(named) == bytes_of(wanted)
    assert ((run.folder / "topics.json").read_bytes() == names) == (kind == "default")
    assert Run.open(run.folder).record.config == wanted.record.config
    assert bytes_of(named, *before) == before


def test_a_topic_keeps_its_iri_when_it_gets_another_name(run: Run) -> None:
    from rdflib import RDF, SKOS, Graph

    def concepts() -> set[object]:
        return set(Graph().parse(run.folder / "topics.ttl").subjects(RDF.type, SKOS.Concept))

    before = concepts()
    label_run(run, None, STRICT)
    assert concepts() == before


def test_the_record_tells_how_the_run_is_named_now(run: Run) -> None:
    record = label_run(run, None, STRICT).record
    assert LabelConfig.model_validate(record.config["topics"]["labels"]) == STRICT
    assert (record.counts, record.parameters) == (run.record.counts, run.record.parameters)
    assert set(record.timings_s) == set(run.record.timings_s)
    assert Run.open(run.folder).record == record


def test_no_page_is_left_beside_other_names_and_a_new_one_is_made(run: Run) -> None:
    named = label_run(run, None, STRICT)
    assert not named.page.exists()
    assert named.metrics == {}
    finished = finish_run(named)
    assert finished.page.is_file()
    assert finished.metrics["metrics"]


def test_summaries_by_a_model_give_way_to_facts(run: Run) -> None:
    written = Summary("A fine theme.", "llava", "some/model", "What is it?", "2026-01-02")
    topics = [replace(topic, summary=written) for topic in run.topics]
    write_names(run.folder, topics, run.groups)
    named = label_run(Run.open(run.folder), None, LabelConfig(judges="facts"))
    assert {topic.summary.engine for topic in named.topics} == {"facts"}


@pytest.mark.parametrize("at", ["write_names", "write_record", "export_topics"])
def test_a_naming_cut_short_leaves_a_run_that_opens_and_is_named_by_a_repetition(
    run: Run, encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    wanted = label_run(Run.open(shutil.copytree(run.folder, tmp_path / "uncut")), encoder, STRICT)

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"topicart.labelling.{at}", cut)
    with pytest.raises(KeyboardInterrupt):
        label_run(run, encoder, STRICT)
    monkeypatch.undo()
    left = Run.open(run.folder)
    assert len(left.topics) == len(wanted.topics)
    assert not left.page.exists()
    # Without topics.ttl a fit takes the run for unfinished, whichever names it has.
    assert not (left.folder / "topics.ttl").exists()
    assert bytes_of(label_run(left, encoder, STRICT)) == bytes_of(wanted)


def test_a_mistake_in_a_vocabulary_leaves_the_run_as_it_was(run: Run, tmp_path: Path) -> None:
    before = bytes_of(run, *NAMED, "run.json", "metrics.json", "site/index.html")
    for text in (b"\xff\xfe\x00broken", b"facet,term\nno such facet,x\n"):
        (tmp_path / "words.csv").write_bytes(text)
        config = LabelConfig(judges="facts", vocabularies=(str(tmp_path / "words.csv"),))
        with pytest.raises(TopicartError, match=r"words\.csv"):
            read_words(config)
        with pytest.raises(TopicartError, match=r"words\.csv"):
            label_run(run, None, config)
    assert bytes_of(run, *before) == before


def test_templates_are_read_before_any_long_work(tmp_path: Path) -> None:
    with pytest.raises(TopicartError, match=r"none\.toml"):
        read_words(LabelConfig(templates=str(tmp_path / "none.toml")))


def test_the_encoder_must_be_the_runs_own_in_whatever_precision(
    run: Run, encoder: Encoder, tiny_model: Path
) -> None:
    with pytest.raises(RunError, match=r"made with the encoder .*tiny-model.*not with 'mini'"):
        label_run(run, Encoder.load("mini"), LabelConfig())
    coarse = Encoder.load(str(tiny_model), precision="bf16")
    assert coarse.fingerprint != encoder.fingerprint
    assert label_run(run, coarse, LabelConfig()).topics


def test_pictures_cannot_judge_without_the_encoder(run: Run) -> None:
    with pytest.raises(RunError, match=r"without the run's encoder.*--by facts"):
        label_run(run, None, LabelConfig(judges="pictures"))


def test_vectors_of_other_works_are_a_damaged_run(run: Run, finished: Run) -> None:
    import pyarrow.parquet as pq

    pq.write_table(finished.works.slice(1), run.folder / "works.parquet")
    with pytest.raises(RunError, match="are not of the same works"):
        label_run(run, None, STRICT)


def test_centroids_of_another_fit_are_a_damaged_run(run: Run) -> None:
    fewer = {name: values[1:].copy() for name, values in run.model_arrays.items()}
    save_file(fewer, run.folder / "model.safetensors")
    before = (run.folder / "topics.json").read_bytes()
    with pytest.raises(RunError, match="works.parquet and model.safetensors are not of one fit"):
        label_run(Run.open(run.folder), None, STRICT)
    assert (run.folder / "topics.json").read_bytes() == before
