"""How often topics are called what most of their works are, with and without sight of the facts.

The topics of a collection (``--source``; else of a sample gallery, painted for it) are found with
mini, named in five ways, and the labels compared with the members' own facts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.benchmarks.benchmark import Benchmark, Options, Row
from evaluation.benchmarks.registry import SUMMARIES
from evaluation.labels import label_accuracy
from knowledge_graph import open_collection
from knowledge_graph.gallery import paint_gallery
from prompts import build_vocabulary, load_templates
from topicart import Encoder, TopicModel, TopicModelConfig
from topicart.labels import LabelConfig, describe_topics
from topicart.labels.closeness import encode_terms

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from topicart import Topics
    from topicart.fit import Progress

RESULTS = Path(__file__).parent / "results" / "labels.json"

SEEDS = (0, 1, 2)
FACETS = ("genre", "style")

NEAREST = "the nearest prompt"
ARMS: Mapping[str, Mapping[str, Any]] = {
    "the largest contrast": {"judges": "pictures", "min_score": 0.0, "min_margin": 0.0},
    "pictures": {"judges": "pictures"},
    "facts": {"judges": "facts"},
    "both": {"judges": "both"},
}
"""Ways of naming, and how they are set up; the last is the default."""


def measure(works: Collection, encoder: Encoder, *, seeds: Sequence[int] = SEEDS) -> dict[str, Any]:
    """Find topics and name them in every way.

    Parameters
    ----------
    works : Collection
        Works with pictures and facts.
    encoder : Encoder
        Embeds both.
    seeds : sequence of int
        A model is fitted with each; topics of all are counted.

    Returns
    -------
    dict
        For each facet and way: topics whose members state the facet, how many are labelled, how
        many rightly, and the mean share of members that the label is true of.
    """
    embeddings = encoder.encode_images(works)
    row_of = {work_id: row for row, work_id in enumerate(works.ids)}
    own = works.select([row_of[work_id] for work_id in embeddings.ids])
    found: dict[str, dict[str, Any]] = {}
    for seed in seeds:
        config = TopicModelConfig(seed=seed, labels=LabelConfig(judges="facts"))
        topics = TopicModel(config).fit(embeddings, own)
        mean = embeddings.vectors.mean(axis=0)
        named = {NEAREST: _nearest(own, topics, encoder)}
        for arm, settings in ARMS.items():
            described = describe_topics(
                own, topics.assignments, topics.ranks, topics.centroids, mean,
                encoder=encoder, config=LabelConfig.model_validate(settings),
            )  # fmt: skip
            named[arm] = [
                {label.facet: label.term for label in topic.chosen} for topic in described.topics
            ]
        for arm, labels in named.items():
            for facet in FACETS:
                told = label_accuracy(
                    own, topics.assignments, [each.get(facet) for each in labels], facet
                )
                rows = found.setdefault(facet, {}).setdefault(arm, {"by_seed": []})
                rows["by_seed"].append(asdict(told))
    return {
        facet: {arm: _pooled(rows["by_seed"]) | rows for arm, rows in arms.items()}
        for facet, arms in found.items()
    }


def _measured(options: Options, progress: Progress) -> dict[str, Any]:
    encoder = Encoder.load("mini", progress=False)
    source = options.source
    if source is None:
        progress.stage("paint")
        source = str(options.folder / "sample-gallery")
        paint_gallery(Path(source), works=options.works or 600)
    progress.stage("name")
    own = {Path(source).name: measure(open_collection(source), encoder, seeds=SEEDS)}
    # As published, the other collections' rows stay, for not everybody has their pictures.
    published = options.works is None and options.source is None and RESULTS.is_file()
    before = json.loads(RESULTS.read_text(encoding="utf-8"))["collections"] if published else {}
    return {"encoder": encoder.name, "seeds": len(SEEDS), "collections": before | own}


def _nearest(works: Collection, topics: Topics, encoder: Encoder) -> list[dict[str, str]]:
    """Name topics as most tools do: by the prompt with the largest cosine, whatever it is."""
    vocabulary = build_vocabulary(works)
    wanted = np.array([term.facet in FACETS for term in vocabulary.terms])
    cosines = topics.centroids @ encode_terms(vocabulary, wanted, encoder, load_templates()).T
    named: list[dict[str, str]] = [{} for _ in topics.centroids]
    for facet in FACETS:
        columns = [place for place, term in enumerate(vocabulary.terms) if term.facet == facet]
        if columns:
            for topic, best in enumerate(cosines[:, columns].argmax(axis=1)):
                named[topic][facet] = vocabulary.terms[columns[best]].text
    return named


def _pooled(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    n_topics, n_labelled, n_right = (
        sum(row[name] for row in rows) for name in ("n_topics", "n_labelled", "n_right")
    )
    shares = sum(row["share"] * row["n_labelled"] for row in rows)
    return {
        "n_topics": n_topics,
        "n_labelled": n_labelled,
        "n_right": n_right,
        "right_of_labelled": round(n_right / max(n_labelled, 1), 4),
        "share": round(shares / max(n_labelled, 1), 4),
    }


def _rows(results: Mapping[str, Any]) -> list[Row]:
    return [
        Row(
            f"{name}, {facet}: names that are right",
            f"{arms['both']['right_of_labelled']:.0%} of {arms['both']['n_labelled']}",
            f"{arms[NEAREST]['right_of_labelled']:.0%} of {arms[NEAREST]['n_labelled']} "
            f"({NEAREST})",
            "",
        )
        for name, facets in results["collections"].items()
        for facet, arms in facets.items()
        if arms["both"]["n_topics"]
    ]


BENCHMARK = Benchmark(
    name="labels",
    summary=SUMMARIES["labels"],
    measure=_measured,
    rows=_rows,
    packages=("hdbscan", "numpy", "open_clip_torch", "scikit-learn", "torch", "umap-learn"),
)
