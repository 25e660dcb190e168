"""What a comparison says of runs, good and bad."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise

import pytest

from evaluation.comparing import ComparisonError, Evaluated, Failed, compare_runs
from evaluation.comparing.flows import MOST_NODES, OTHERS, draw_flow
from evaluation.comparing.page import lay_out
from evaluation.metric import Metric
from evaluation.stability import TopicStability

from .conftest import metric

Make = Callable[..., Evaluated]


def test_nothing_to_compare_is_said_with_the_errors() -> None:
    with pytest.raises(ComparisonError, match="name at least one finished run"):
        compare_runs([])
    with pytest.raises(ComparisonError, match="every model failed .LDA: no captions."):
        compare_runs([Failed("LDA", "no captions")])


def test_runs_of_one_label_are_one_model(evaluated: Make) -> None:
    compared = compare_runs(
        [
            evaluated("ours", [0, 0, 1, 1], [metric(value=0.4)], seconds=1.0),
            evaluated("k-means", [0, 0, 0, 1], [metric(value=0.2)]),
            evaluated("ours", [1, 1, 0, 0], [metric(value=0.6)], seconds=3.0),
        ]
    )
    assert [model.label for model in compared.models] == ["ours", "k-means"]
    ours, other = compared.metrics[0].numbers
    assert ours is not None
    assert other is not None
    assert ours.value == pytest.approx(0.5)
    assert ours.by_run == (0.4, 0.6)
    assert ours.best
    assert lay_out(compared).costs[0].seconds == 2.0
    stability = compared.models[0].stability
    assert stability is not None
    assert stability.ari == 1.0
    assert all(topic.found and topic.found.n_found == 1 for topic in compared.models[0].topics)
    assert compared.models[1].stability is None


def test_topics_are_found_again_by_refits_where_there_are_no_other_seeds(evaluated: Make) -> None:
    refits = {0: TopicStability(0, 19, 20, 0.95, 0.8, 0.1, 0.0)}
    compared = compare_runs([evaluated("ours", [0, 0, 1], stability=refits)])
    found = {topic.id: topic.found for topic in compared.models[0].topics}
    assert found[0] is not None
    assert (found[0].n_found, found[0].n_runs, found[0].among) == (19, 20, "refits")
    assert found[1] is None


def test_a_failed_model_keeps_its_place_and_its_error(evaluated: Make) -> None:
    compared = compare_runs(
        [
            Failed("BERTopic", "ImportError: no PCA"),
            evaluated("ours", [0, 0, 1], [metric()]),
            evaluated("LDA", [0, 1, 1], [metric(value=0.3)]),
            Failed("LDA", "seed 1 failed"),
        ]
    )
    assert [model.failed for model in compared.models] == [True, False, False]
    assert compared.models[0].errors == ("ImportError: no PCA",)
    assert compared.models[2].errors == ("seed 1 failed",)
    assert compared.metrics[0].numbers[0] is None
    assert [(own.first, own.second) for own in compared.matchings] == [(1, 2)]


def test_a_measure_that_one_model_lacks_says_so(evaluated: Make) -> None:
    compared = compare_runs(
        [
            evaluated("ours", [0, 0, 1], [metric(), metric("c_v", 0.3, family="words")]),
            evaluated("k-means", [0, 1, 1], [metric("iec", None, note="There is one topic.")]),
        ]
    )
    iec, c_v = compared.metrics
    assert iec.numbers[1] is not None
    assert (iec.numbers[1].value, iec.numbers[1].note) == (None, "There is one topic.")
    assert c_v.numbers[1] is not None
    assert c_v.numbers[1].note == "Not measured."
    assert not any(number and number.best for number in iec.numbers)


def test_a_value_of_some_runs_only_is_said_to_be_so(evaluated: Make) -> None:
    compared = compare_runs(
        [evaluated("ours", [0, 1], [metric(value=value)]) for value in (0.4, None)]
    )
    (number,) = compared.metrics[0].numbers
    assert number is not None
    assert number.value == 0.4
    assert "Of 1 of 2 runs" in (number.note or "")


def test_numbers_of_different_judges_are_not_compared(evaluated: Make) -> None:
    compared = compare_runs(
        [
            evaluated("ours", [0, 1], [metric(judge="A", interval=(0.4, 0.6))]),
            evaluated("k-means", [0, 1], [metric(value=0.1, judge="B", interval=(0.0, 0.2))]),
        ]
    )
    (iec,) = compared.metrics
    assert iec.caution is not None
    assert "A and by B" in iec.caution
    assert iec.tests == ()
    assert not any(number and number.best for number in iec.numbers)
    assert any("Not held against each other: IEC" in caution for caution in compared.cautions)


def test_runs_over_different_works_are_matched_on_the_common_ones(evaluated: Make) -> None:
    compared = compare_runs(
        [
            evaluated("ours", [0, 0, 1, 1]),
            evaluated("k-means", [1, 1, 0, 0], first=2),
        ]
    )
    (matching,) = compared.matchings
    assert (compared.n_works, compared.n_common) == (6, 2)
    assert (matching.n_common, matching.n_only_first, matching.n_only_second) == (2, 2, 2)
    assert matching.flows == ((1, 1, 2),)
    assert "2 works of 6" in compared.cautions[0]


def test_a_judge_that_made_the_vectors_is_warned_of_before_all(evaluated: Make) -> None:
    flattering = metric(warning="The judge made the vectors.")
    compared = compare_runs([evaluated("ours", [0, 1], [flattering])])
    assert "The judge made the vectors." in compared.cautions


@pytest.mark.parametrize("topics", [[-1, -1, -1], [0, 0, 0], []])
def test_a_model_without_topics_or_with_one_is_compared(evaluated: Make, topics: list[int]) -> None:
    runs = [evaluated("ours", [0, 0, 1]), evaluated("other", topics), evaluated("other", topics)]
    for order in (runs, runs[::-1]):
        compared = compare_runs(order)
        page = lay_out(compared)
        assert len(page.flows) == 1
        assert json.loads(json.dumps(compared.to_dict(), allow_nan=False))["n_works"] == 3


def test_the_plain_data_names_no_folder_of_pictures(evaluated: Make) -> None:
    compared = compare_runs([evaluated("ours", [0, 0, 1])])
    assert set(compared.to_dict()["works"]["w000"]) == {"id", "title", "artist", "date", "image"}


def test_a_flow_keeps_every_work(evaluated: Make) -> None:
    many = list(range(MOST_NODES + 12)) * 2
    compared = compare_runs([evaluated("ours", many), evaluated("other", [-1, *many[1:]])])
    flow = draw_flow(compared.matchings[0], *compared.models, {})
    assert flow is not None
    for side in (flow.left, flow.right):
        assert sum(node.n_works for node in side) == len(many)
    assert sum(ribbon.n_works for ribbon in flow.ribbons) == len(many)
    (rest,) = [node for node in flow.left if node.topic == OTHERS]
    assert (rest.name, rest.n_works) == ("12 smaller topics", 24)
    # Nodes of a side do not overlap.
    assert all(one.y + one.height <= two.y for one, two in pairwise(flow.left))


def test_without_common_works_there_is_no_flow(evaluated: Make) -> None:
    compared = compare_runs([evaluated("ours", [0, 1]), evaluated("other", [0, 1], first=50)])
    assert lay_out(compared).flows[0].flow is None


def test_what_hangs_on_the_number_of_topics_is_held_against_chance_alone(evaluated: Make) -> None:
    def diversity(value: float) -> list[Metric]:
        return [metric("topic_diversity", value=value, interval=(value - 0.1, value + 0.1))]

    few, many = [0, 1] * 6, [0, 1, 2, 3] * 3
    apart = compare_runs(
        [evaluated("few", few, diversity(0.9)), evaluated("many", many, diversity(0.2))]
    )
    (told,) = apart.metrics
    assert "hangs on the number of topics" in str(told.caution)
    assert not any(number and number.best for number in told.numbers)
    alike = compare_runs(
        [evaluated("one", few, diversity(0.9)), evaluated("two", few, diversity(0.2))]
    )
    assert alike.metrics[0].caution is None


def test_models_that_found_the_very_same_are_told_of(evaluated: Make) -> None:
    same = compare_runs([evaluated("one", [0, 1, 0]), evaluated("two", [0, 1, 0])])
    assert any("one and two put every work into the same topic" in told for told in same.cautions)
    other = compare_runs([evaluated("one", [0, 1, 0]), evaluated("two", [0, 1, 1])])
    assert not any("the same topic" in told for told in other.cautions)
