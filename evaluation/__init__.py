"""How good a topic model is, said with judge, parameters, interval and baseline beside each number.

``pictures`` judges topics by their pictures (IEC, IEPS), ``words`` by their labels (diversity),
``agreement`` against the collection's own facets (AMI); ``evaluate`` measures a whole run.
"""

from evaluation.agreement import Agreement, facet_agreement
from evaluation.measure import Metric, evaluate, to_json
from evaluation.pictures import image_embedding_coherence, image_embedding_pairwise_similarity
from evaluation.words import topic_diversity

__all__ = [
    "Agreement",
    "Metric",
    "evaluate",
    "facet_agreement",
    "image_embedding_coherence",
    "image_embedding_pairwise_similarity",
    "to_json",
    "topic_diversity",
]
