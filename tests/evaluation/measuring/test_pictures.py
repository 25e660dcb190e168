from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from evaluation.measuring.names import name_metrics
from evaluation.measuring.pictures import picture_metrics
from evaluation.metric import Metric
from evaluation.values import TOP_N, RunValues, TopicValues
from knowledge_graph import Artwork, Collection
from tests.evaluation.fake_judge import MADE_BY, FakeJudge, vector_of
from topicart.embeddings import normalise


def _values(
    sizes: Sequence[int],
    *,
    outliers: int = 0,
    without_picture: Sequence[int] = (),
    summaries: bool = True,
) -> RunValues:
    """Topics of these sizes about directions of their own; pictures are only names."""
    assignments = np.repeat([*range(len(sizes)), -1], [*sizes, outliers]).astype(np.int32)
    generator = np.random.default_rng(0)
    dim = len(sizes) + 3
    vectors = normalise(
        np.eye(dim)[assignments] * 3 + generator.normal(size=(len(assignments), dim))
    )
    works = Collection.from_artworks(
        Artwork(f"w{row:04d}", images=() if row in without_picture else (f"{row}.jpg",))
        for row in range(len(assignments))
    )
    topics = []
    for topic in range(len(sizes)):
        rows = np.flatnonzero(assignments == topic)
        order = rows[np.argsort(-(vectors[rows] @ vectors[rows].mean(axis=0)), kind="stable")]
        topics.append(
            TopicValues(
                id=topic,
                name=f"theme {topic}",
                central=tuple(f"w{row:04d}" for row in order[:TOP_N]),
                words=(),
                labels=(),
                summary=f"What theme {topic} shows." if summaries else "",
            )
        )
    return RunValues(MADE_BY, works, vectors, assignments, tuple(topics), False, ())


def _measure(values: RunValues, judge: FakeJudge | None = None) -> tuple[Metric, Metric, Metric]:
    judge = judge or FakeJudge()
    iec, ieps = picture_metrics(values, judge)
    _, des = name_metrics(values, judge)
    assert (iec.name, ieps.name, des.name) == ("iec", "ieps", "des")
    return iec, ieps, des


def _pictures(topic: TopicValues) -> list[np.ndarray]:
    return [vector_of(b"%d.jpg" % int(id_[1:])) for id_ in topic.central]


def test_every_number_is_that_of_brute_force() -> None:
    values = _values([30, 12, 25, 10], outliers=20)
    iec, ieps, des = _measure(values)
    tops = [_pictures(topic) for topic in values.topics]
    within = [np.mean([a @ b for a, b in combinations(top, 2)]) for top in tops]
    between = [np.mean([a @ b for a in p for b in q]) for p, q in combinations(tops, 2)]
    texts = [vector_of(topic.summary.encode()) for topic in values.topics]
    assert iec.value == pytest.approx(np.mean(within), abs=1e-6)
    assert ieps.value == pytest.approx(np.mean(between), abs=1e-6)
    assert des.value == pytest.approx(np.mean([a @ b for a, b in combinations(texts, 2)]), abs=1e-6)
    assert (iec.n, ieps.n, des.n) == (4, 6, 6)
    for metric in (iec, ieps, des):
        assert metric.value is not None
        assert metric.interval is not None
        assert metric.interval[0] <= metric.value <= metric.interval[1]


def test_an_interval_over_pairs_is_that_of_drawing_topics() -> None:
    values = _values([10] * 12)
    ieps = _measure(values)[1]
    tops = np.array([_pictures(topic) for topic in values.topics])
    means = tops.mean(axis=1)
    generator = np.random.default_rng(5)
    drawn = []
    for _ in range(3000):
        pairs = combinations(generator.integers(12, size=12), 2)
        drawn.append(np.mean([means[a] @ means[b] for a, b in pairs if a != b]))
    assert ieps.interval == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.01)


def test_random_clusters_get_what_pictures_at_random_get() -> None:
    values = _values([40] * 10, outliers=100)
    iec, ieps, _ = _measure(values)
    every = np.array([vector_of(b"%d.jpg" % row) for row in range(500)])
    expected = (np.square(every.sum(axis=0)).sum() - 500) / (500 * 499)
    assert iec.baseline == pytest.approx(expected, abs=0.02)
    assert ieps.baseline == pytest.approx(expected, abs=0.02)
    assert iec.parameters["random_clusterings"] == 10


def test_random_clusters_are_found_as_topics_are() -> None:
    """A judge that agrees with the run's vectors: the centre of a random cluster is dense too."""
    values = _values([60] * 4)

    class Agrees(FakeJudge):
        def encode_pictures(self, works, *, progress=None):  # type: ignore[no-untyped-def]
            from topicart import Embeddings

            rows = [int(id_[1:]) for id_ in works.ids]
            return Embeddings(tuple(works.ids), values.vectors[rows])

    iec, _, _ = _measure(values, Agrees())
    vectors = values.vectors.astype(float)
    anywhere = (np.square(vectors.sum(axis=0)).sum() - 240) / (240 * 239)
    assert iec.value is not None
    assert iec.baseline is not None
    assert anywhere + 0.05 < iec.baseline < iec.value - 0.05


def test_few_pictures_are_judged_of_many_works() -> None:
    judge = FakeJudge()
    _measure(_values([50] * 120), judge)
    assert len(set(judge.asked)) == len(judge.asked) <= (120 + 100) * TOP_N


def test_the_encoder_that_made_the_topics_is_warned_of() -> None:
    values = _values([12, 12, 12])
    own, other = FakeJudge(weights="a" * 64), FakeJudge()
    assert all("made these topics" in str(metric.warning) for metric in _measure(values, own))
    assert all(metric.warning is None for metric in _measure(values, other))
    assert all(metric.warning is None for metric in _measure(_values([]), own))


def test_topics_with_too_few_pictures_are_left_out_and_counted() -> None:
    values = _values([20, 20, 20, 9, 15], without_picture=range(70, 84))
    iec, ieps, _ = _measure(values)
    assert (iec.n, ieps.n) == (3, 3)
    assert iec.note == "2 of 5 topics are left out, with fewer than 10 readable pictures."


def test_the_next_works_stand_in_for_central_ones_without_a_picture() -> None:
    plain = _values([20, 20, 20])
    absent = [int(id_[1:]) for id_ in plain.topics[1].central[:3]]
    values = _values([20, 20, 20], without_picture=absent)
    judge = FakeJudge()
    assert _measure(values, judge)[0].n == 3
    assert not {f"w{row:04d}" for row in absent} & set(judge.asked)


def test_a_topic_with_an_unreadable_picture_is_left_out() -> None:
    values = _values([20, 20, 20, 20])
    judge = FakeJudge(unreadable=[values.topics[0].central[4]])
    iec = _measure(values, judge)[0]
    assert iec.n == 3
    assert iec.note == "1 of 4 topics is left out, with fewer than 10 readable pictures."


def test_one_topic_is_like_no_other() -> None:
    iec, ieps, des = _measure(_values([30], outliers=30))
    assert iec.value is not None
    assert iec.baseline is not None
    assert iec.interval is None
    assert "No interval of fewer than 3 topics." in str(iec.note)
    assert (ieps.value, des.value) == (None, None)
    assert ieps.note == "It takes two topics to be measured."
    assert "one topic only" in str(des.note)


def test_two_topics_have_one_pair_and_no_interval() -> None:
    iec, ieps, des = _measure(_values([30, 30]))
    for metric in (iec, ieps, des):
        assert metric.value is not None
        assert metric.interval is None
        assert "No interval" in str(metric.note)


@pytest.mark.parametrize("outliers", [0, 40])
def test_no_topic_gives_no_number_but_a_reason(outliers: int) -> None:
    judge = FakeJudge()
    values = _values([], outliers=outliers)
    for metric in _measure(values, judge):
        assert (metric.value, metric.interval, metric.baseline, metric.n) == (None, None, None, 0)
        assert metric.note
    assert judge.asked == []


def test_works_without_pictures_give_no_number_but_a_reason() -> None:
    iec, ieps, des = _measure(_values([12, 15, 11], without_picture=range(38)))
    assert (iec.value, ieps.value) == (None, None)
    assert "3 of 3 topics are left out, with fewer than 10 readable pictures." in str(iec.note)
    assert des.value is not None


def test_summaries_need_a_judge_that_reads_and_topics_that_have_one() -> None:
    values = _values([12, 12, 12])
    des = _measure(values, FakeJudge(reads_words=False))[2]
    assert (des.value, des.n, des.note) == (None, 0, "The judge, fake, reads no words.")
    silent = _measure(_values([12, 12, 12], summaries=False))[2]
    assert (silent.value, silent.n) == (None, 0)
    assert "there are 0" in str(silent.note)


def test_the_seed_decides_everything(tmp_path: Path) -> None:
    values = _values([20] * 5, outliers=30)
    first = picture_metrics(values, FakeJudge(), seed=3)
    assert first == picture_metrics(values, FakeJudge(), seed=3, cache=tmp_path)
    assert first != picture_metrics(values, FakeJudge(), seed=4)


def test_topics_by_themselves_are_read_from_the_cache(tmp_path: Path) -> None:
    values = _values([20] * 5)
    picture_metrics(values, FakeJudge(), cache=tmp_path)
    judge = FakeJudge()
    assert judge.asked == []
