"""A run's topics judged by what they are called and how they are summarised."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from evaluation.bootstrap import FEWEST
from evaluation.judging.judges import flattery
from evaluation.measuring.chance import dealings, too_few_topics
from evaluation.measuring.pairs import RESAMPLES, interval_of_pairs, mean_of_pairs
from evaluation.measuring.words import sentences, share_of_distinct
from evaluation.metric import Metric
from evaluation.words import topic_diversity
from topicart import OUTLIER, Embeddings
from topicart.cluster import Clusters
from topicart.labels import LabelConfig
from topicart.model import topics_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluation.judging.judges import Judge
    from evaluation.values import RunValues
    from topicart.topics import Topic

_NAMED = "named and summarised from the records alone"


def name_metrics(values: RunValues, judge: Judge | None, *, seed: int = 0) -> list[Metric]:
    """Measure how far topics differ in their labels and in their summaries.

    Parameters
    ----------
    values
        The run's values.
    judge
        Who reads the summaries; ``None`` if nobody does.
    seed
        Decides the random clusters and the intervals.

    Returns
    -------
    list of Metric
        ``label_diversity`` and ``des`` (mean cosine of two topics' summaries, as in the published
        pipeline). Random clusters of the same sizes are named and summarised from the records, by
        the rules of topicart; summaries that a model wrote have no such counterpart.
    """
    few = too_few_topics(values, 2, "that could be compared")
    random = () if few else _random_topics(values, seed)
    return [_label_diversity(values, random, few), _similarity(values, random, few, judge, seed)]


def _random_topics(values: RunValues, seed: int) -> tuple[Topic, ...]:
    """Name and summarise one dealing of the works, as a fit without an encoder would."""
    dealt = next(dealings(values, seed=seed)).astype(np.int32)
    clusters = Clusters(dealt, (dealt != OUTLIER).astype(np.float32))
    return topics_of(
        clusters,
        Embeddings(values.ids, values.vectors),
        values.works,
        np.zeros((len(dealt), 2), np.float32),
        {},
        encoder=None,
        labels=LabelConfig(judges="facts"),
    ).topics


def _label_diversity(values: RunValues, random: Sequence[Topic], few: str | None) -> Metric:
    metric = Metric(
        name="label_diversity",
        title="Diversity of the labels",
        family="words",
        value=None,
        better="higher",
        judge="the topics' labels",
        parameters={
            "words": "labels, runners-up too",
            "of": "topics",
            "interval": "jackknife",
            "random clusters": _NAMED,
        },
    )
    metric = share_of_distinct(metric, [topic.labels for topic in values.topics], "label", few)
    chance = [[label.term for label in topic.labels] for topic in random]
    if metric.value is None or not any(chance):
        return metric
    return replace(metric, baseline=topic_diversity(chance))


def _similarity(
    values: RunValues,
    random: Sequence[Topic],
    few: str | None,
    judge: Judge | None,
    seed: int,
) -> Metric:
    told = [topic for topic in values.topics if topic.summary.strip()]
    metric = Metric(
        name="des",
        title="Similarity of the topics' summaries (DES)",
        family="words",
        value=None,
        better="lower",
        judge=judge.text_tower if judge else None,
        parameters={
            "of": "pairs of topics",
            "texts": "summaries",
            "resamples": RESAMPLES,
            "random clusters": _NAMED,
        },
        n=len(told) * (len(told) - 1) // 2,
    )
    if few or not metric.n:
        none = f"It takes two topics with a summary; there are {len(told)}."
        return replace(metric, n=0, note=few or none)
    vectors = judge.encode_texts([topic.summary for topic in told]) if judge else None
    if judge is None or vectors is None:
        who = f"The judge, {judge.name}, reads no words." if judge else "There is no judge."
        return replace(metric, n=0, note=who)
    similarity = vectors.astype(np.float64) @ vectors.astype(np.float64).T
    interval = interval_of_pairs(similarity, np.random.default_rng(seed))
    machine = any(topic.machine_written for topic in told)
    missing = len(values.topics) - len(told)
    chance = None
    if not machine:
        own = judge.encode_texts([topic.summary.text for topic in random])
        chance = None if own is None else mean_of_pairs(own.astype(np.float64) @ own.T)
    return replace(
        metric,
        value=mean_of_pairs(similarity),
        interval=interval,
        baseline=chance,
        warning=flattery(judge, values.encoder),
        note=sentences(
            "A model wrote the summaries, and none was asked to write of random clusters."
            if machine
            else None,
            f"{missing} of {len(values.topics)} topics have no summary and are left out."
            if missing
            else None,
            None if interval else f"No interval of fewer than {FEWEST} topics.",
        ),
    )
