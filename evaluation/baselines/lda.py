"""Latent Dirichlet allocation on captions, by gensim."""

from __future__ import annotations

import math
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
class Lda:
    """LDA (Blei, Ng & Jordan 2003) by online variational Bayes (Hoffman, Blei & Bach 2010).

    The topic of a work is the one with the largest share in its caption. Priors are gensim's
    stock, symmetric and ``1 / n_topics``. Works are read in a random order: online updates suppose
    it, and a catalogue sorted by artist or shelf mark would lead them astray. Of several starts
    the one that explains a chunk of works best (their variational bound) is carried on: one start
    alone merged two of five planted themes with every other seed.

    Parameters
    ----------
    min_works
        Words that fewer works use are left out.
    updates
        Least updates of the topics in all, which decides on the passes over a small collection.
    min_passes
        Least passes over a large one.
    chunksize
        Works in an update.
    starts
        Starts, from random topics.
    trial_updates
        Updates after which the starts are compared.
    """

    min_works: int = MIN_WORKS
    updates: int = 50
    min_passes: int = 10
    chunksize: int = 2000
    starts: int = 5
    trial_updates: int = 10

    name: ClassVar[str] = "lda"
    reads: ClassVar[Literal["texts"]] = "texts"
    takes_n_topics: ClassVar[bool] = True

    def describe(self) -> Description:  # numpydoc ignore=RT01
        """Return what it is, with its settings and source."""
        return Description(
            self.name,
            "latent Dirichlet allocation on the captions",
            asdict(self),
            "Blei, Ng & Jordan 2003; Hoffman, Blei & Bach 2010",
            "gensim",
            installed("gensim"),
        )

    def fit(
        self,
        vectors: NDArray[np.float32],
        texts: Sequence[str],
        n_topics: int | None,
        seed: int,
    ) -> Found:  # numpydoc ignore=PR01,RT01
        """Group the works; see ``Baseline.fit``. Works without words are outliers."""
        from gensim.corpora import Dictionary
        from gensim.models import LdaModel
        from threadpoolctl import threadpool_limits

        require_aligned(vectors, texts)
        tokens = told_words(self.name, texts, self.min_works)
        rows = [row for row, words in enumerate(tokens) if words]
        count = required_count(self.name, n_topics, len(rows), "works whose captions have words")
        own = derive_seed(seed, "cluster")
        dictionary = Dictionary(tokens)
        bags = [dictionary.doc2bow(tokens[row]) for row in rows]
        n_chunks = math.ceil(len(rows) / self.chunksize)
        passes = max(self.min_passes, math.ceil(self.updates / n_chunks))
        trial = min(passes, math.ceil(self.trial_updates / n_chunks))
        order = np.random.default_rng(own).permutation(len(bags))
        shuffled = [bags[row] for row in order]
        with threadpool_limits(1):
            tried = [
                LdaModel(
                    shuffled,
                    num_topics=count,
                    id2word=dictionary,
                    passes=trial,
                    chunksize=self.chunksize,
                    eval_every=None,
                    random_state=derive_seed(own, f"start {start}"),
                )
                for start in range(self.starts)
            ]
            model = max(tried, key=lambda one: one.log_perplexity(shuffled[: self.chunksize]))
            model.passes = passes - trial
            model.update(shuffled)
            shares = np.zeros((len(texts), count), dtype=np.float32)
            shares[rows] = model.inference(bags)[0]
        vocabulary = [dictionary[word] for word in range(len(dictionary))]
        used = {**asdict(self), "n_topics": count, "passes": passes, "seed": own}
        return gather(
            strongest(shares),
            used,
            n_topics=count,
            words=top_words(model.get_topics(), vocabulary),
            notes=wordless_note(tokens),
        )
