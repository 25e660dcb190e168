"""Groups by lot: what a number is worth if the works are not looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from evaluation.baselines.found import (
    Description,
    Found,
    decided,
    gather,
    installed,
    require_aligned,
    required_count,
    unused_count,
)
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Random:
    """Works dealt to topics by lot.

    Parameters
    ----------
    like
        Assignments whose sizes, outliers included, the groups shall have, shape ``(n_works,)``;
        by default all topics are as large as each other, give or take one work.
    """

    like: NDArray[np.int32] | None = None

    name: ClassVar[str] = "random"
    reads: ClassVar[Literal["vectors"]] = "vectors"

    @property
    def takes_n_topics(self) -> bool:  # numpydoc ignore=RT01
        """Whether the sizes are not given by other groups."""
        return self.like is None

    def describe(self) -> Description:  # numpydoc ignore=RT01
        """Return what it is, with its settings and source."""
        return Description(
            self.name,
            "works dealt to topics by lot",
            {"sizes": self._sizes()},
            "",
            "numpy",
            installed("numpy"),
        )

    def fit(
        self,
        vectors: NDArray[np.float32],
        texts: Sequence[str],
        n_topics: int | None,
        seed: int,
    ) -> Found:  # numpydoc ignore=PR01,RT01
        """Deal the works; see ``Baseline.fit``. Only their number counts."""
        require_aligned(vectors, texts)
        own = derive_seed(seed, "cluster")
        used: dict[str, Any] = {"sizes": self._sizes(), "seed": own}
        if self.like is None:
            used["n_topics"] = required_count(self.name, n_topics, len(vectors))
            hand = np.arange(len(vectors)) % used["n_topics"]
            notes: tuple[str, ...] = ()
        else:
            hand, notes = self.like, unused_count(n_topics)
            if len(hand) != len(vectors):
                raise ValueError(f"like has {len(hand)} assignments, but there are {len(vectors)}")
        dealt = np.random.default_rng(own).permutation(hand)
        return gather(decided(dealt), used, notes=notes)

    def _sizes(self) -> str:
        return "equal" if self.like is None else "those of the given topics"
