"""How often topics are called what most of their works are, with and without sight of the facts.

``python -m evaluation.benchmarks.labels SOURCE…`` finds the topics of each collection with mini,
names them in five ways, compares the labels with the members' own facts, and writes
``results/labels.json``. Without a SOURCE it paints a sample gallery.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.benchmarks.provenance import provenance
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

RESULTS = Path(__file__).parent / "results" / "labels.json"

PACKAGES = ("hdbscan", "numpy", "open_clip_torch", "scikit-learn", "torch", "umap-learn")
FACETS = ("genre", "style")

NEAREST = "the nearest prompt"
ARMS: Mapping[str, Mapping[str, Any]] = {
    "the largest contrast": {"judges": "pictures", "min_score": 0.0, "min_margin": 0.0},
    "pictures": {"judges": "pictures"},
    "facts": {"judges": "facts"},
    "both": {"judges": "both"},
}
"""Ways of naming, and how they are set up; the last is the default."""


def measure(
    works: Collection, encoder: Encoder, *, seeds: Sequence[int] = (0, 1, 2)
) -> dict[str, Any]:
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


def table(results: Mapping[str, Any]) -> str:
    """Lay results out for reading.

    Parameters
    ----------
    results : mapping
        What is written to the file.

    Returns
    -------
    str
        Lines.
    """
    lines = [f"{'':44}{'topics':>7}{'labelled':>10}{'right':>7}{'share':>7}"]
    for name, facets in results["collections"].items():
        for facet, arms in facets.items():
            for arm, row in arms.items():
                if row["n_topics"]:
                    lines.append(
                        f"{f'{name}, {facet}, {arm}':44}{row['n_topics']:7}{row['n_labelled']:10}"
                        f"{row['right_of_labelled']:7.2f}{row['share']:7.2f}"
                    )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the command line.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="*", help="collections, as open_collection takes them")
    parser.add_argument("--folders-as", help="facet that folders' names state")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--works", type=int, default=600, help="pictures of the sample gallery")
    parser.add_argument("--out", type=Path, default=RESULTS)
    chosen = parser.parse_args(arguments)
    encoder = Encoder.load("mini")
    with tempfile.TemporaryDirectory() as folder:
        if not chosen.sources:
            paint_gallery(Path(folder) / "sample-gallery", works=chosen.works)
        sources = chosen.sources or [str(Path(folder) / "sample-gallery")]
        options = {"folders_as": chosen.folders_as} if chosen.folders_as else {}
        measured = {
            Path(source).name: measure(
                open_collection(source, **options), encoder, seeds=range(chosen.seeds)
            )
            for source in sources
        }
    before = json.loads(chosen.out.read_text())["collections"] if chosen.out.exists() else {}
    results = {
        **provenance("labels", PACKAGES),
        "encoder": encoder.name,
        "seeds": chosen.seeds,
        "collections": before | measured,
    }
    chosen.out.write_text(json.dumps(results, indent=1) + "\n")
    print(table(results))


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


if __name__ == "__main__":
    main()
