"""The baselines by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evaluation.baselines.bertopic import Bertopic
from evaluation.baselines.birch import Birch
from evaluation.baselines.chance import Random
from evaluation.baselines.density import Evoc, UmapHdbscan
from evaluation.baselines.found import Baseline, BaselineError
from evaluation.baselines.fuzzy_cmeans import FuzzyCMeans
from evaluation.baselines.kmeans import KMeans
from evaluation.baselines.lda import Lda
from evaluation.baselines.nmf import Nmf
from knowledge_graph import nearest


@dataclass(frozen=True)
class Entry:
    """A baseline that can be asked for.

    Parameters
    ----------
    make
        Makes it with its published or stock settings.
    line
        What it is and where it comes from, in a line.
    """

    make: Callable[[], Baseline]
    line: str


BASELINES: Mapping[str, Entry] = {
    "kmeans": Entry(KMeans, "k-means on the vectors (Lloyd 1982), scikit-learn"),
    "kmeans-umap": Entry(
        lambda: KMeans(on_umap=True), "UMAP and k-means, the published pipeline, scikit-learn"
    ),
    "birch": Entry(Birch, "UMAP and Birch (Zhang et al. 1996), as published, scikit-learn"),
    "fcmeans": Entry(FuzzyCMeans, "UMAP and fuzzy c-means (Bezdek 1981), as published"),
    "umap-hdbscan": Entry(
        UmapHdbscan, "UMAP and HDBSCAN (Campello et al. 2013), BERTopic's stock settings, hdbscan"
    ),
    "evoc": Entry(Evoc, "EVoC on the vectors (Tutte Institute), evoc"),
    "random": Entry(Random, "works dealt to topics of equal size by lot"),
    "lda": Entry(Lda, "latent Dirichlet allocation on captions (Blei et al. 2003), gensim"),
    "nmf": Entry(Nmf, "NMF of the captions' tf-idf (Lee & Seung 1999), scikit-learn"),
    "bertopic": Entry(
        Bertopic, "BERTopic on vectors and captions (Grootendorst 2022), stock settings, bertopic"
    ),
}
"""In the order in which a comparison shows them."""


def make_baseline(name: str) -> Baseline:
    """Return the baseline of a name.

    Parameters
    ----------
    name
        One of ``BASELINES``.

    Returns
    -------
    Baseline
        With its published or stock settings.

    Raises
    ------
    BaselineError
        If there is none of that name.
    """
    if name not in BASELINES:
        raise BaselineError(
            f"There is no baseline {name!r}.{nearest(name, BASELINES)} "
            f"There are {', '.join(BASELINES)}."
        )
    return BASELINES[name].make()
