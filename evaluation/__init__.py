"""How good a topic model or an encoder is, with interval and baseline beside each number.

Topics are judged by their words (``coherence``, ``words``), by their pictures (``pictures``), as
clusters (``clusters``), against the collection's facets (``agreement``, ``grouping``, ``labels``)
and against each other (``matching``, ``stability``); ``evaluate`` measures a run. ``retrieval`` and
``zero_shot`` judge encoders, ``bootstrap`` says how sure a number is.
"""

from evaluation.agreement import Agreement, facet_agreement
from evaluation.bootstrap import Difference, bootstrap_interval, paired_difference
from evaluation.clusters import (
    ClusterScore,
    TopicSizes,
    davies_bouldin,
    density_validity,
    outlier_share,
    random_baseline,
    silhouette,
    topic_sizes,
)
from evaluation.coherence import Coherence, topic_coherence
from evaluation.grouping import GroupingAgreement, Measured, grouping_agreement
from evaluation.labels import LabelAccuracy, label_accuracy
from evaluation.matching import Assigned, Matching, match_topics
from evaluation.measure import Metric, evaluate, to_json
from evaluation.pictures import image_embedding_coherence, image_embedding_pairwise_similarity
from evaluation.retrieval import median_rank, ranks, recall_at
from evaluation.stability import Stability, topic_stability
from evaluation.words import (
    EmbeddingCoherence,
    embedding_coherence,
    inverse_rbo,
    topic_diversity,
)
from evaluation.zero_shot import class_vectors, zero_shot_hits

__all__ = [
    "Agreement",
    "Assigned",
    "ClusterScore",
    "Coherence",
    "Difference",
    "EmbeddingCoherence",
    "GroupingAgreement",
    "LabelAccuracy",
    "Matching",
    "Measured",
    "Metric",
    "Stability",
    "TopicSizes",
    "bootstrap_interval",
    "class_vectors",
    "davies_bouldin",
    "density_validity",
    "embedding_coherence",
    "evaluate",
    "facet_agreement",
    "grouping_agreement",
    "image_embedding_coherence",
    "image_embedding_pairwise_similarity",
    "inverse_rbo",
    "label_accuracy",
    "match_topics",
    "median_rank",
    "outlier_share",
    "paired_difference",
    "random_baseline",
    "ranks",
    "recall_at",
    "silhouette",
    "to_json",
    "topic_coherence",
    "topic_diversity",
    "topic_sizes",
    "topic_stability",
    "zero_shot_hits",
]
