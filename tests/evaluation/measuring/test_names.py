from __future__ import annotations

from dataclasses import replace

import pytest

from evaluation.measuring.names import name_metrics
from evaluation.metric import Metric
from evaluation.values import RunValues
from tests.evaluation.fake_judge import FakeJudge
from tests.evaluation.measuring.made_runs import made_run

GENRES = ["portrait", "landscape", "still life", "marina"]


def _run(n_topics: int = 4, *, machine: bool = False) -> RunValues:
    topics = [topic for topic in range(n_topics) for _ in range(12)]
    made = made_run(
        topics,
        facets={"genre": [GENRES[topic] for topic in topics]},
        labels=[(GENRES[topic], "oil") for topic in range(n_topics)],
    )
    told = tuple(
        replace(topic, summary=f"Works of genre {GENRES[topic.id]}.", machine_written=machine)
        for topic in made.topics
    )
    return replace(made, topics=told, named_by="facts")


def _measured(values: RunValues, judge: FakeJudge | None) -> tuple[Metric, Metric]:
    diversity, similarity = name_metrics(values, judge)
    assert (diversity.name, similarity.name) == ("label_diversity", "des")
    return diversity, similarity


def test_random_clusters_are_named_and_summarised_to_be_compared() -> None:
    diversity, similarity = _measured(_run(), FakeJudge())
    assert diversity.value == pytest.approx(5 / 8)
    assert diversity.baseline is not None, "what chance deals is called by its records, too"
    assert similarity.n == 6
    assert similarity.baseline is not None
    assert similarity.parameters["random_clusterings"] == 3


def test_labels_that_pictures_chose_too_have_no_random_counterpart() -> None:
    diversity, similarity = _measured(replace(_run(), named_by="both"), FakeJudge())
    assert diversity.baseline is None
    assert "Pictures chose labels too" in str(diversity.note)
    assert similarity.baseline is not None


def test_what_a_model_wrote_has_no_random_counterpart() -> None:
    _, similarity = _measured(_run(machine=True), FakeJudge())
    assert similarity.value is not None
    assert similarity.baseline is None
    assert "A model wrote the summaries" in str(similarity.note)


@pytest.mark.parametrize(
    ("judge", "why"),
    [
        (None, "There is no judge."),
        (FakeJudge(reads_words=False), "The judge, fake, reads no words."),
    ],
)
def test_without_a_reader_summaries_are_not_judged(judge: FakeJudge | None, why: str) -> None:
    diversity, similarity = _measured(_run(), judge)
    assert diversity.value is not None
    assert (similarity.value, similarity.note) == (None, why)


def test_one_topic_cannot_differ() -> None:
    for metric in _measured(_run(1), FakeJudge()):
        assert metric.value is None
        assert "one topic only" in str(metric.note)


def test_a_judge_that_made_the_vectors_is_warned_of() -> None:
    values = _run()
    judge = FakeJudge(weights=values.encoder.weights_sha256)
    assert "made" in str(_measured(values, judge)[1].warning)
