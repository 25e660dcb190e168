"""A run's topics judged by what they are called and how they are summarised."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.bootstrap import FEWEST
from evaluation.judging import flattery, kinship_of_words
from evaluation.measuring.chance import dealings, too_few_topics
from evaluation.measuring.pairs import RESAMPLES, interval_of_pairs, mean_of_pairs
from evaluation.measuring.words import sentences, share_of_distinct
from evaluation.metric import Metric
from evaluation.words import topic_diversity
from topicart import OUTLIER, Embeddings
from topicart.cluster import Clusters
from topicart.labels import LabelConfig
from topicart.model import derive_seed, topics_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evaluation.judging.judges import Judge
    from evaluation.values import RunValues
    from topicart.topics import Topic

_MOST_DEALINGS = 3
_MOST_CLUSTERS = 30
_SUMMARISED = "named and summarised from the records alone"


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
        pipeline). Random clusters of the same sizes are named and summarised from the records by
        the rules of topicart. Labels that pictures chose too, and summaries that a model wrote,
        have no such counterpart, so no value of random clusters.
    """
    few = too_few_topics(values, 2, "that could be compared")
    comparable = values.named_by == "facts" or not any(
        topic.machine_written for topic in values.topics
    )
    random = [] if few or not comparable else _random_topics(values, seed)
    return [_label_diversity(values, random, few), _similarity(values, random, few, judge, seed)]


def _random_topics(values: RunValues, seed: int) -> list[tuple[Topic, ...]]:
    """Name and summarise random clusters, as a fit without an encoder would.

    Works are dealt at most three times; of more than thirty clusters thirty are drawn: their
    435 pairs tell enough, and naming takes long.
    """
    drawer = np.random.default_rng(derive_seed(seed, "named clusters"))
    embeddings = Embeddings(values.ids, values.vectors)
    named = []
    for dealt in islice(dealings(values, seed=seed), _MOST_DEALINGS):
        drawn = drawer.permutation(len(values.topics))[:_MOST_CLUSTERS]
        place = np.full(len(values.topics) + 1, OUTLIER, np.int32)  # the last is the outliers'
        place[drawn] = np.arange(len(drawn))
        labels = place[dealt]
        # Outliers are of no cluster, but the collection is what a label must stand out from.
        clusters = Clusters(labels, (labels != OUTLIER).astype(np.float32))
        topics = topics_of(
            clusters,
            embeddings,
            values.works,
            np.zeros((len(dealt), 2), np.float32),
            {},
            encoder=None,
            labels=LabelConfig(judges="facts"),
        )
        named.append(topics.topics)
    return named


def _label_diversity(
    values: RunValues, random: Sequence[Sequence[Topic]], few: str | None
) -> Metric:
    metric = Metric(
        name="label_diversity",
        title="Diversity of the labels",
        family="words",
        value=None,
        better="higher",
        judge="the topics' labels",
        parameters={"words": "labels, runners-up too", "of": "topics", "interval": "jackknife"},
    )
    metric = share_of_distinct(metric, [topic.labels for topic in values.topics], "label", few)
    if metric.value is None:
        return metric
    if values.named_by != "facts":
        why = "Pictures chose labels too, and random clusters were not named by the run's encoder."
        return replace(metric, note=sentences(metric.note, why))
    labels = [[[label.term for label in topic.labels] for topic in dealt] for dealt in random]
    told = [topic_diversity(own) for own in labels if any(own)]
    return replace(
        metric,
        baseline=float(np.mean(told)) if told else None,
        parameters={**metric.parameters, **_of_random(random)},
    )


def _of_random(random: Sequence[Sequence[Topic]]) -> dict[str, Any]:
    return {"random_clusterings": len(random), "random clusters": _SUMMARISED}


def _similarity(
    values: RunValues,
    random: Sequence[Sequence[Topic]],
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
            **_of_random(random),
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
    chance = []
    for dealt in () if machine else random:
        read = judge.encode_texts([topic.summary.text for topic in dealt])
        if read is not None and len(read) > 1:
            chance.append(mean_of_pairs(read.astype(np.float64) @ read.T))
    return replace(
        metric,
        value=mean_of_pairs(similarity),
        interval=interval,
        baseline=float(np.mean(chance)) if chance else None,
        warning=flattery(judge, values.encoder),
        note=sentences(
            "A model wrote the summaries, and none was asked to write of random clusters."
            if machine
            else None,
            f"{missing} of {len(values.topics)} topics have no summary and are left out."
            if missing
            else None,
            kinship_of_words(judge, values.encoder),
            None if interval else f"No interval of fewer than {FEWEST} topics.",
        ),
    )
