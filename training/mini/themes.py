"""Whether the product finds the themes planted in the sample gallery, at its default settings."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from knowledge_graph import open_collection
from knowledge_graph.gallery import paint_gallery
from topicart import Embeddings, TopicModel
from training.mini.evaluate import Scores
from training.mini.features import Features

GALLERY_SEED = 0
"""The demo's gallery, which is never trained on."""


def planted_gallery(folder: Path, works: int) -> tuple[list[Path], list[str], list[str]]:
    """Paint the demo's gallery, or find it painted.

    Parameters
    ----------
    folder
        Where the gallery is or will be.
    works
        How many works.

    Returns
    -------
    tuple
        Picture files, ids and true themes, sorted by id.
    """
    if not (folder / "truth.csv").exists():
        paint_gallery(folder, works=works, seed=GALLERY_SEED)
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as stream:
        themes = {row["id"]: row["theme"] for row in csv.DictReader(stream)}
    collection = open_collection(folder)
    paths = [collection.image_paths(i)[0] for i in range(len(collection))]
    return paths, collection.ids, [themes[work] for work in collection.ids]


def planted_themes(
    folder: Path, ids: Sequence[str], themes: Sequence[str], vectors: Features
) -> Scores:
    """Return how well topics agree with the planted themes (adjusted Rand index).

    ``ari`` counts all outliers as one more topic; ``ari clustered`` leaves them out.

    Parameters
    ----------
    folder
        The gallery.
    ids
        Ids of its works.
    themes
        Their true themes.
    vectors
        Their vectors, shape (n, dim), of length 1.

    Returns
    -------
    dict
        ``ari``, ``ari clustered``, ``topics`` and the share of ``outliers``.
    """
    from sklearn.metrics import adjusted_rand_score

    topics = TopicModel().fit(Embeddings(tuple(ids), vectors), open_collection(folder))
    labels = np.asarray(topics.assignments)
    inside = labels >= 0
    return {
        "ari": float(adjusted_rand_score(themes, labels)),
        "ari clustered": float(adjusted_rand_score(np.array(themes)[inside], labels[inside])),
        "topics": float(len(set(labels[inside].tolist()))),
        "outliers": float((~inside).mean()),
    }
