"""Our topic model among the baselines, and what made a run, to fit it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import ValidationError

from evaluation.baselines import (
    BASELINES,
    Baseline,
    BaselineError,
    Description,
    Found,
    make_baseline,
)
from evaluation.baselines.found import gather, require_aligned
from topicart import FitError, TopicModel, TopicModelConfig, __version__

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from topicart import Run

OURS = "topicart"
"""What our model is called in a comparison."""


@dataclass(frozen=True)
class OurModel:
    """Our ``TopicModel`` as a baseline: it groups vectors and names nothing.

    Parameters
    ----------
    config
        How; its seed gives way to that of ``fit``.
    """

    config: TopicModelConfig = field(default_factory=TopicModelConfig)

    name: ClassVar[str] = OURS
    reads: ClassVar[Literal["vectors"]] = "vectors"

    @property
    def takes_n_topics(self) -> bool:  # numpydoc ignore=RT01
        """Whether the clusterer must be told the number of topics."""
        return self.config.clusterer == "kmeans"

    def describe(self) -> Description:  # numpydoc ignore=RT01
        """Return what it is, with its settings and source."""
        clusterer = {"hdbscan": "UMAP and HDBSCAN", "kmeans": "UMAP and k-means", "evoc": "EVoC"}
        return Description(
            self.name,
            f"topicart: {clusterer[self.config.clusterer]}, sizes scaled to the collection",
            self._settings(),
            "McInnes, Healy & Melville 2018; Campello, Moulavi & Sander 2013"
            if self.config.clusterer == "hdbscan"
            else "topicart",
            "topicart",
            __version__,
        )

    def fit(
        self,
        vectors: NDArray[np.float32],
        texts: Sequence[str],
        n_topics: int | None,
        seed: int,
    ) -> Found:  # numpydoc ignore=PR01,RT01
        """Group the works; see ``Baseline.fit``."""
        require_aligned(vectors, texts)
        changed: dict[str, Any] = {"seed": seed}
        notes: tuple[str, ...] = ()
        if n_topics is not None:
            if self.takes_n_topics:
                changed["n_topics"] = n_topics
            else:
                notes = (f"finds the number of topics itself; n_topics={n_topics} was not used",)
        try:
            clusters, used = TopicModel(self.config.model_copy(update=changed)).cluster(vectors)
        except FitError as error:
            raise BaselineError(f"{self.name}: {error}") from error
        return gather(clusters, used, notes=notes)

    def _settings(self) -> dict[str, Any]:
        return self.config.model_dump(mode="json", exclude={"labels", "seed"})


def our_model(config: TopicModelConfig | None = None) -> Baseline:
    """Return our topic model behind the protocol of the baselines.

    Parameters
    ----------
    config
        How topics are found; the defaults where none is given. Its seed is not used, for ``fit``
        is told one.

    Returns
    -------
    Baseline
        Of the name ``topicart``. It reads vectors, and takes a number of topics only if its
        clusterer does.
    """
    return OurModel(config or TopicModelConfig())


def model_name(run: Run) -> str:
    """Return what made the groups of a run.

    Parameters
    ----------
    run
        A finished run.

    Returns
    -------
    str
        ``topicart``, or the name of a baseline.
    """
    method = run.record.config.get("method")
    return str(method["name"]) if isinstance(method, Mapping) and "name" in method else OURS


def seed_of(run: Run) -> int:
    """Return the seed that a run was made with.

    Parameters
    ----------
    run
        A finished run.

    Returns
    -------
    int
        0 where the record names none.

    Raises
    ------
    BaselineError
        If what the record names is no seed.
    """
    seed = run.record.config["topics"].get("seed", 0)
    if type(seed) is int and seed >= 0:
        return seed
    raise BaselineError(
        f"{run.folder} cannot be fitted again: run.json says that its seed is {seed!r}; expected a "
        "whole number from 0 up. Put it right there (config.topics.seed), or fit the collection "
        "anew."
    )


def model_of(run: Run) -> Baseline:
    """Return what made a run, from its record, to fit it again.

    Parameters
    ----------
    run
        A finished run.

    Returns
    -------
    Baseline
        Our model with the run's own settings, or the baseline.

    Raises
    ------
    BaselineError
        If the record names a model, or settings of ours, that this version does not know.
    """
    name = model_name(run)
    if name in BASELINES:
        return make_baseline(name)
    if name != OURS:
        raise BaselineError(
            f"{run.folder} was made by {name!r}, which this topicart does not know; it cannot be "
            f"fitted again. It knows {OURS} and {', '.join(BASELINES)}."
        )
    try:
        return our_model(TopicModelConfig.model_validate(run.record.config["topics"]))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "topics"
        raise BaselineError(
            f"{run.folder} was made with settings that this topicart does not know ({where}: "
            f"{first['msg']}), so it cannot be fitted again. Use the version that made it, "
            f"{run.record.topicart_version}, or fit the collection anew."
        ) from error
