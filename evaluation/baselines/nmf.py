"""Non-negative matrix factorisation of the captions' tf-idf, by scikit-learn."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from evaluation.baselines.captions import strongest, told_words, top_words, wordless_note
from evaluation.baselines.found import (
    Description,
    Found,
    gather,
    installed,
    require_aligned,
    required_count,
)
from evaluation.baselines.tokens import MIN_WORKS
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Nmf:
    """NMF (Lee & Seung 1999; coordinate descent of Cichocki & Phan 2009) of tf-idf.

    The topic of a work is the one that weighs most in its caption. The start is scikit-learn's
    stock, from a singular value decomposition: seeds change little.

    Parameters
    ----------
    min_works
        Words that fewer works use are left out.
    max_iter
        Most steps.
    """

    min_works: int = MIN_WORKS
    max_iter: int = 500

    name: ClassVar[str] = "nmf"
    reads: ClassVar[Literal["texts"]] = "texts"
    takes_n_topics: ClassVar[bool] = True

    def describe(self) -> Description:  # numpydoc ignore=RT01
        """Return what it is, with its settings and source."""
        return Description(
            self.name,
            "non-negative matrix factorisation of the captions' tf-idf",
            asdict(self),
            "Lee & Seung 1999; Cichocki & Phan 2009",
            "scikit-learn",
            installed("scikit-learn"),
        )

    def fit(
        self,
        vectors: NDArray[np.float32],
        texts: Sequence[str],
        n_topics: int | None,
        seed: int,
    ) -> Found:  # numpydoc ignore=PR01,RT01
        """Group the works; see ``Baseline.fit``. Works without words are outliers."""
        from sklearn.decomposition import NMF
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.feature_extraction.text import TfidfVectorizer
        from threadpoolctl import threadpool_limits

        require_aligned(vectors, texts)
        tokens = told_words(self.name, texts, self.min_works)
        n_told = sum(map(bool, tokens))
        count = required_count(self.name, n_topics, n_told, "works whose captions have words")
        own = derive_seed(seed, "cluster")
        vectorizer = TfidfVectorizer(analyzer=list, dtype=np.float32)
        tfidf = vectorizer.fit_transform(tokens)
        model = NMF(count, max_iter=self.max_iter, random_state=own)
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore", ConvergenceWarning)  # The note says it.
            weights = model.fit_transform(tfidf)
        notes = wordless_note(tokens)
        if model.n_iter_ == self.max_iter:
            notes = (*notes, "stopped before it converged")
        used = {**asdict(self), "n_topics": count, "n_iter": int(model.n_iter_), "seed": own}
        return gather(
            strongest(weights),
            used,
            n_topics=count,
            words=top_words(model.components_, vectorizer.get_feature_names_out().tolist()),
            notes=notes,
        )
