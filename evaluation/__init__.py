"""How good a topic model or an encoder is, with interval and baseline beside each number.

``evaluate`` measures a run by its words, its pictures, as clusters, against the records and by what
is found again (``measuring``), with a judge that did not make it (``judges``); ``compare`` sets
runs side by side (``comparing``); ``baselines`` are the models to compare with. The other modules
are the measures themselves. ``retrieval`` and ``zero_shot`` judge encoders. The names below load
what they need when used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaluation.bootstrap import Difference, bootstrap_interval, paired_difference
    from evaluation.clusters import (
        ClusterScore,
        TopicSizes,
        davies_bouldin,
        density_validity,
        outlier_share,
        silhouette,
        topic_sizes,
    )
    from evaluation.coherence import Coherence, topic_coherence, topic_coherences
    from evaluation.comparing import Comparison, ComparisonError, write_report
    from evaluation.comparing.of_runs import compare
    from evaluation.fitting.baseline_runs import fit_baseline
    from evaluation.fitting.models import model_name, model_of
    from evaluation.grouping import GroupingAgreement, Measured, grouping_agreement
    from evaluation.judging.judges import DEFAULT_JUDGE, Judge, OwnVectors, load_judge
    from evaluation.labels import LabelAccuracy, label_accuracy
    from evaluation.matching import Assigned, Matching, match_topics
    from evaluation.measure import OWN, Evaluation, evaluate, evaluate_run
    from evaluation.metric import Metric
    from evaluation.pictures import image_embedding_coherence, image_embedding_pairwise_similarity
    from evaluation.planted import PlantedResult, bench_planted
    from evaluation.recipes import Recipe, load_recipe, run_recipe
    from evaluation.retrieval import median_rank, ranks, recall_at
    from evaluation.stability import Stability, topic_stability
    from evaluation.words import (
        EmbeddingCoherence,
        embedding_coherence,
        inverse_rbo,
        topic_diversity,
    )
    from evaluation.zero_shot import class_vectors, zero_shot_hits

_HOME = {
    "Difference": "evaluation.bootstrap",
    "bootstrap_interval": "evaluation.bootstrap",
    "paired_difference": "evaluation.bootstrap",
    "ClusterScore": "evaluation.clusters",
    "TopicSizes": "evaluation.clusters",
    "davies_bouldin": "evaluation.clusters",
    "density_validity": "evaluation.clusters",
    "outlier_share": "evaluation.clusters",
    "silhouette": "evaluation.clusters",
    "topic_sizes": "evaluation.clusters",
    "Coherence": "evaluation.coherence",
    "topic_coherence": "evaluation.coherence",
    "topic_coherences": "evaluation.coherence",
    "Comparison": "evaluation.comparing",
    "ComparisonError": "evaluation.comparing",
    "write_report": "evaluation.comparing",
    "compare": "evaluation.comparing.of_runs",
    "fit_baseline": "evaluation.fitting.baseline_runs",
    "model_name": "evaluation.fitting.models",
    "model_of": "evaluation.fitting.models",
    "GroupingAgreement": "evaluation.grouping",
    "Measured": "evaluation.grouping",
    "grouping_agreement": "evaluation.grouping",
    "DEFAULT_JUDGE": "evaluation.judging.judges",
    "Judge": "evaluation.judging.judges",
    "OwnVectors": "evaluation.judging.judges",
    "load_judge": "evaluation.judging.judges",
    "LabelAccuracy": "evaluation.labels",
    "label_accuracy": "evaluation.labels",
    "Assigned": "evaluation.matching",
    "Matching": "evaluation.matching",
    "match_topics": "evaluation.matching",
    "OWN": "evaluation.measure",
    "Evaluation": "evaluation.measure",
    "evaluate": "evaluation.measure",
    "evaluate_run": "evaluation.measure",
    "Metric": "evaluation.metric",
    "image_embedding_coherence": "evaluation.pictures",
    "image_embedding_pairwise_similarity": "evaluation.pictures",
    "PlantedResult": "evaluation.planted",
    "bench_planted": "evaluation.planted",
    "Recipe": "evaluation.recipes",
    "load_recipe": "evaluation.recipes",
    "run_recipe": "evaluation.recipes",
    "median_rank": "evaluation.retrieval",
    "ranks": "evaluation.retrieval",
    "recall_at": "evaluation.retrieval",
    "Stability": "evaluation.stability",
    "topic_stability": "evaluation.stability",
    "EmbeddingCoherence": "evaluation.words",
    "embedding_coherence": "evaluation.words",
    "inverse_rbo": "evaluation.words",
    "topic_diversity": "evaluation.words",
    "class_vectors": "evaluation.zero_shot",
    "zero_shot_hits": "evaluation.zero_shot",
}

__all__ = [
    "DEFAULT_JUDGE",
    "OWN",
    "Assigned",
    "ClusterScore",
    "Coherence",
    "Comparison",
    "ComparisonError",
    "Difference",
    "EmbeddingCoherence",
    "Evaluation",
    "GroupingAgreement",
    "Judge",
    "LabelAccuracy",
    "Matching",
    "Measured",
    "Metric",
    "OwnVectors",
    "PlantedResult",
    "Recipe",
    "Stability",
    "TopicSizes",
    "bench_planted",
    "bootstrap_interval",
    "class_vectors",
    "compare",
    "davies_bouldin",
    "density_validity",
    "embedding_coherence",
    "evaluate",
    "evaluate_run",
    "fit_baseline",
    "grouping_agreement",
    "image_embedding_coherence",
    "image_embedding_pairwise_similarity",
    "inverse_rbo",
    "label_accuracy",
    "load_judge",
    "load_recipe",
    "match_topics",
    "median_rank",
    "model_name",
    "model_of",
    "outlier_share",
    "paired_difference",
    "ranks",
    "recall_at",
    "run_recipe",
    "silhouette",
    "topic_coherence",
    "topic_coherences",
    "topic_diversity",
    "topic_sizes",
    "topic_stability",
    "write_report",
    "zero_shot_hits",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its home when it is first used: a door imports this package."""
    if name not in _HOME:
        raise AttributeError(f"module 'evaluation' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Name the public face, loaded or not."""
    return sorted({*globals(), *_HOME})
