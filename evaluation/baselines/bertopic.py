"""BERTopic as it comes, fed with our vectors and the captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from evaluation.baselines.found import (
    BaselineError,
    Description,
    Found,
    Words,
    gather,
    installed,
    require_aligned,
    require_works,
    unused_count,
)
from evaluation.baselines.space import UMAP_SETTINGS, umap_seed
from evaluation.baselines.tokens import tokenize
from topicart.cluster import Clusters
from topicart.model import MIN_WORKS
from topicart.topics import OUTLIER

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Bertopic:
    """BERTopic (Grootendorst 2022) by its multimodal route, all settings in stock.

    Pictures come as precomputed embeddings, captions, without stop words, as the documents that
    name the topics. Only UMAP is passed in, with BERTopic's own settings, because it can be seeded
    in no other way.
    Its other route, pictures without any caption, asks transformers for the pipeline
    ``image-to-text``; version 5, which sentence-transformers 6 wants, answers with another one
    that raises "You must provide text for this pipeline.".
    """

    name: ClassVar[str] = "bertopic"
    reads: ClassVar[Literal["both"]] = "both"
    takes_n_topics: ClassVar[bool] = False

    def describe(self) -> Description:  # numpydoc ignore=RT01
        """Return what it is, with its settings and source."""
        return Description(
            self.name,
            "BERTopic on the vectors, its topics named from the captions",
            {"embedding_model": None, "umap": UMAP_SETTINGS},
            "Grootendorst 2022, arXiv:2203.05794",
            "bertopic",
            installed("bertopic"),
        )

    def fit(
        self,
        vectors: NDArray[np.float32],
        texts: Sequence[str],
        n_topics: int | None,
        seed: int,
    ) -> Found:  # numpydoc ignore=PR01,RT01
        """Group the works; see ``Baseline.fit``. What BERTopic raises is in the error."""
        require_aligned(vectors, texts)
        require_works(self.name, len(vectors), MIN_WORKS)
        model = _stock(seed)
        try:
            # The words that LDA and NMF read; else "by" and "in" would be among its own.
            documents = [" ".join(words) for words in tokenize(texts)]
            topics, probabilities = model.fit_transform(documents, embeddings=vectors)
        except Exception as error:
            captions = sum(bool(text.strip()) for text in texts)
            raise BaselineError(
                f"bertopic {installed('bertopic')} failed with {type(error).__name__}: {error} "
                f"(of {len(texts):,} works {captions:,} have a caption). It needs captions: its "
                'route for pictures alone fails with transformers 5 ("You must provide text for '
                'this pipeline."). Give works titles, descriptions or facets, or leave it out.'
            ) from error
        labels = np.asarray(topics, dtype=np.int32)
        firm = np.where(labels == OUTLIER, 0.0, probabilities).astype(np.float32)
        n_wordless = sum(not text.strip() for text in texts)
        notes = unused_count(n_topics)
        if n_wordless:
            notes = (*notes, f"{n_wordless:,} of {len(texts):,} works have no caption to name by")
        used = {
            **self.describe().parameters,
            "min_topic_size": model.min_topic_size,
            "umap": {**UMAP_SETTINGS, "seed": umap_seed(seed)},
        }
        words = _words(model, labels)
        return gather(Clusters(labels, firm), used, words=words, notes=notes)


def _stock(seed: int) -> Any:
    """Return BERTopic with a seeded UMAP."""
    from umap import UMAP

    try:
        module = import_module("bertopic")
    except ImportError as error:
        raise BaselineError(
            f"The baseline 'bertopic' needs the package bertopic ({error}): "
            "pip install 'topicart[bertopic]'."
        ) from error
    reducer = UMAP(**UMAP_SETTINGS, low_memory=False, random_state=umap_seed(seed), n_jobs=1)
    return module.BERTopic(embedding_model=None, umap_model=reducer)


def _words(model: Any, labels: NDArray[np.int32]) -> Words:
    """Return the words of each topic; BERTopic fills a short list up with empty ones."""
    return tuple(
        tuple(word for word, _ in model.get_topic(topic) if word)
        for topic in range(int(labels.max(initial=OUTLIER)) + 1)
    )
