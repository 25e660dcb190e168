"""The words of a run's topics: numbers, chance, and what is said where there are none."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest

from evaluation.baselines.tokens import tokenize
from evaluation.coherence import topic_coherence
from evaluation.measuring.words import word_metrics
from evaluation.metric import Metric
from evaluation.reference import Reference, read_reference
from evaluation.values import RunValues
from evaluation.words import embedding_coherence, inverse_rbo, topic_diversity
from tests.evaluation.measuring.made_runs import ENCODER, made_run
from topicart.run import Model

NAMES = [
    "c_npmi", "c_v", "c_uci", "u_mass", "we_coherence", "topic_diversity",
    "irbo",
]  # fmt: skip
COHERENCES = NAMES[:4]


class Reader:
    """A judge that reads words, and remembers which."""

    name = "imagenet"
    picture_tower = "EfficientNet"
    text_tower: str | None = "MiniLM-L6"
    fingerprint = "f"

    def __init__(self) -> None:
        self.read: list[str] = []

    def made(self, encoder: Model) -> bool:
        return encoder.fingerprint == self.fingerprint

    def encode_texts(self, texts: list[str]) -> np.ndarray | None:
        self.read = list(texts)
        return np.array([[len(text), ord(text[0]), 1] for text in texts], np.float32)


class Illiterate(Reader):
    text_tower = None

    def encode_texts(self, texts: list[str]) -> np.ndarray | None:
        return None


def _themes(n_themes: int = 6, size: int = 30, outliers: int = 10) -> RunValues:
    """Works whose captions are of their theme's words, with a word of all here and there."""
    draw = np.random.default_rng(1)
    topics = np.repeat(np.arange(n_themes), size)
    common = np.array([f"common{n}" for n in range(20)])
    tokens = [
        [*draw.choice([f"theme{topic}word{n}" for n in range(12)], 6), *draw.choice(common, 3)]
        for topic in topics
    ]
    tokens += [list(draw.choice(common, 5)) for _ in range(outliers)]
    labels = [(f"theme {topic}", "painting") for topic in range(n_themes)]
    return made_run([*topics, *[-1] * outliers], tokens=tokens, labels=labels)


def _measured(values: RunValues, judge: Reader | None = None, **options: int) -> dict[str, Metric]:
    metrics = word_metrics(values, read_reference("captions", values), judge, **options)  # type: ignore[arg-type]
    assert [metric.name for metric in metrics] == NAMES
    for metric in metrics:
        assert metric.family == "words"
        assert metric.value is None or math.isfinite(metric.value)
        assert metric.value is not None or metric.note
        assert metric.interval is not None or metric.note
        assert Metric.from_dict(metric.to_dict()) == metric
    return {metric.name: metric for metric in metrics}


def test_numbers_are_those_of_the_measures_with_chance_and_interval_beside() -> None:
    values = _themes()
    found = _measured(values, Reader())
    words = [topic.words for topic in values.topics]
    for name in COHERENCES:
        metric = found[name]
        assert metric.value == pytest.approx(topic_coherence(words, values.tokens, name).mean)
        assert metric.baseline is not None
        assert metric.value > metric.baseline, "words of one theme are told together"
        assert metric.interval is not None
        assert metric.interval[0] <= metric.value <= metric.interval[1]
        assert (metric.n, metric.judge) == (6, "captions of the collection")
        assert metric.parameters["epsilon"] == 1e-12
    assert found["c_v"].parameters["window"] == 110
    assert found["c_npmi"].parameters["segmentation"] == "s_one_one"
    assert found["u_mass"].parameters["window"] == "whole text"
    assert found["topic_diversity"].value == pytest.approx(topic_diversity(words))
    assert found["irbo"].value == pytest.approx(inverse_rbo(words))
    assert found["irbo"].n == 15
    for name in ("topic_diversity", "irbo"):
        assert found[name].baseline is not None
        assert found[name].interval is None, "no word is used twice, whatever topic is left out"
        assert "Leaving out any topic changes nothing" in str(found[name].note)


def test_the_judge_reads_each_word_once_and_its_vectors_decide() -> None:
    values, reader = _themes(), Reader()
    metric = _measured(values, reader)["we_coherence"]
    assert metric.judge == "MiniLM-L6"
    assert len(set(reader.read)) == len(reader.read)
    vectors = reader.encode_texts(reader.read)
    assert vectors is not None
    index = {word: row for row, word in enumerate(reader.read)}
    words = [topic.words for topic in values.topics]
    assert metric.value == pytest.approx(embedding_coherence(words, vectors, index).mean)
    assert metric.baseline is not None
    assert metric.warning is None


def test_a_judge_that_made_the_vectors_is_warned_of() -> None:
    reader = Reader()
    reader.fingerprint = ENCODER.fingerprint
    assert _measured(_themes(), reader)["we_coherence"].warning


@pytest.mark.parametrize(
    ("judge", "told"),
    [(Illiterate(), "The judge (imagenet) reads no words"), (None, "There is no judge of words")],
)
def test_a_judge_that_reads_no_words_gives_no_number(judge: Reader | None, told: str) -> None:
    metric = _measured(_themes(), judge)["we_coherence"]
    assert metric.value is None
    assert metric.note is not None
    assert told in metric.note


def test_random_clusters_of_works_without_themes_do_as_well() -> None:
    draw = np.random.default_rng(2)
    tokens = [list(draw.choice([f"w{n}" for n in range(60)], 8)) for _ in range(400)]
    found = _measured(made_run(np.arange(400) % 8, tokens=tokens))
    for name in COHERENCES:
        metric = found[name]
        assert metric.interval is not None
        assert metric.baseline is not None
        width = metric.interval[1] - metric.interval[0]
        assert abs(metric.value - metric.baseline) < 2 * width, name


@pytest.mark.parametrize(
    ("topics", "told"),
    [
        ([], "No work has a vector, so there is no topic."),
        ([-1] * 5, "There is no topic: all 5 works are outliers."),
    ],
)
def test_without_a_topic_every_number_says_so(topics: list[int], told: str) -> None:
    tokens = [["sea", "ship"]] * len(topics)
    for metric in _measured(made_run(topics, tokens=tokens), Reader()).values():
        assert (metric.value, metric.interval, metric.baseline) == (None, None, None)
        assert metric.note == told


def test_one_topic_is_coherent_but_cannot_be_diverse() -> None:
    tokens = [["sea", "ship", "sun"], ["sea", "ship"], ["sun"], ["tree", "sea"]] * 3
    found = _measured(made_run([4] * 12, tokens=tokens, labels=[("marine",)]), Reader())
    for name in (*COHERENCES, "we_coherence"):
        assert found[name].value is not None
        assert "Fewer than three topics give no interval" in str(found[name].note)
    for name in ("topic_diversity", "irbo"):
        assert found[name].value is None
        assert "one topic only" in str(found[name].note)


def test_without_captions_there_is_nothing_to_count_in() -> None:
    found = _measured(made_run([0, 0, 1, 1, 2, 2]), Reader())
    for name in COHERENCES:
        assert found[name].value is None
        assert "the captions of the collection have no words" in str(found[name].note)
    assert "No topic has a word" in str(found["we_coherence"].note)
    assert "No topic has a word" in str(found["irbo"].note)


def test_words_that_are_in_no_text_are_dropped_and_counted() -> None:
    values = _themes()
    texts = tuple(text if row % 2 else () for row, text in enumerate(values.tokens))
    own = [list(topic.words) for topic in values.topics]
    own[0] = ["Theme0Word1", "still life", "theme0word2"]  # the first is spelt as the texts are
    own[1] = ["theme1word1", "unheard"]
    own[2] = []
    values = made_run(values.assignments.tolist(), tokens=values.tokens, words=own)
    metrics = word_metrics(values, Reference("odd lines", texts, "words"), None)
    npmi = metrics[0]
    kept = [["theme0word1", "theme0word2"], *own[3:]]
    assert npmi.value == pytest.approx(topic_coherence(kept, texts, "c_npmi").mean)
    assert npmi.n == 4
    assert npmi.note == (
        "2 of 6 topics are left out: fewer than two of their words are in the texts. "
        "2 of the topics' 35 words are in no text and were dropped."
    )
    assert npmi.parameters["words"] == "the model's own"
    assert "1 of 6 topics have no word and are left out" in str(metrics[5].note)


def test_words_of_no_text_at_all_give_no_number() -> None:
    values = _themes()
    metrics = word_metrics(values, Reference("Latin", (("arma", "virum"),), "words"), None)
    assert metrics[0].value is None
    assert str(metrics[0].note).startswith("No topic has two words that are in the texts.")


def test_the_interval_of_diversity_is_that_of_leaving_topics_out() -> None:
    values = made_run(
        [0, 1, 2, 3],
        words=[("a", "b"), ("a", "c"), ("d", "e"), ("f", "b")],
        tokens=[["a", "b"]] * 4,
    )
    words = [topic.words for topic in values.topics]
    without = [topic_diversity([*words[:n], *words[n + 1 :]]) for n in range(4)]
    error = math.sqrt(3 / 4 * np.sum((np.array(without) - np.mean(without)) ** 2))
    interval = _measured(values)["topic_diversity"].interval
    assert interval is not None
    assert interval[0] == pytest.approx(6 / 8 - 1.959964 * error)
    assert interval[1] == pytest.approx(min(6 / 8 + 1.959964 * error, 1))
    apart = {pair: inverse_rbo([words[n] for n in pair]) for pair in combinations(range(4), 2)}
    without = [np.mean([apart[pair] for pair in apart if n not in pair]) for n in range(4)]
    error = math.sqrt(3 / 4 * np.sum((np.array(without) - np.mean(without)) ** 2))
    irbo = _measured(values)["irbo"]
    assert irbo.interval is not None
    assert irbo.interval[0] == pytest.approx(irbo.value - 1.959964 * error)


def test_the_seed_decides_everything() -> None:
    values = _themes()
    assert _measured(values, seed=3) == _measured(values, seed=3)
    assert _measured(values, seed=3)["c_v"].baseline != _measured(values, seed=4)["c_v"].baseline


def test_titles_can_be_the_reference() -> None:
    titles = ["The sea and the ship", "Sea and ship", "A tree", "Trees, a tree", "Sun", "Sun"]
    values = made_run([0, 0, 1, 1, 0, 1], titles=titles, words=[("sea", "ship"), ("tree", "trees")])
    reference = read_reference("titles", values)
    assert reference.texts == tuple(map(tuple, tokenize(titles)))
    npmi = word_metrics(values, reference, None)[0]
    assert npmi.judge == "titles of the collection"
    assert npmi.n == 1


@pytest.mark.parametrize("top_n", [1, 11])
def test_too_few_or_too_many_words_of_a_topic_are_refused(top_n: int) -> None:
    values = _themes()
    with pytest.raises(ValueError, match=f"top_n is {top_n}; expected 2, .* to 10, for no more"):
        word_metrics(values, read_reference("captions", values), None, top_n=top_n)


def test_fewer_words_are_measured_where_fewer_are_asked_for() -> None:
    values = _themes()
    words = [topic.words[:5] for topic in values.topics]
    found = _measured(values, top_n=5)
    assert found["c_v"].value == pytest.approx(topic_coherence(words, values.tokens, "c_v").mean)
    assert found["topic_diversity"].value == pytest.approx(topic_diversity(words))
