"""How good a topic model or an encoder is, with interval and baseline beside each number.

``pictures`` judges topics by their pictures (IEC, IEPS), ``words`` by their labels (diversity),
``agreement`` against the collection's own facets (AMI),
``labels`` whether names are true of the works; ``evaluate`` measures a whole run.
``retrieval`` and ``zero_shot`` judge encoders, ``bootstrap`` says how sure a number is.
"""

from evaluation.agreement import Agreement, facet_agreement
from evaluation.bootstrap import Difference, bootstrap_interval, paired_difference
from evaluation.labels import LabelAccuracy, label_accuracy
from evaluation.measure import Metric, evaluate, to_json
from evaluation.pictures import image_embedding_coherence, image_embedding_pairwise_similarity
from evaluation.retrieval import median_rank, ranks, recall_at
from evaluation.words import topic_diversity
from evaluation.zero_shot import class_vectors, zero_shot_hits

__all__ = [
    "Agreement",
    "Difference",
    "LabelAccuracy",
    "Metric",
    "bootstrap_interval",
    "class_vectors",
    "evaluate",
    "facet_agreement",
    "image_embedding_coherence",
    "image_embedding_pairwise_similarity",
    "label_accuracy",
    "median_rank",
    "paired_difference",
    "ranks",
    "recall_at",
    "to_json",
    "topic_diversity",
    "zero_shot_hits",
]
