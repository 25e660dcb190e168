"""What a comparison of topic models says: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from evaluation.metric import Family


@dataclass(frozen=True)
class ShownWork:
    """A work whose picture is shown.

    Parameters
    ----------
    id, title, artist, date
        As the collection has them; empty where it does not.
    image
        Path of its picture, relative to ``root``; ``None`` if it has none.
    root
        The folder of the pictures; not part of the report's data.
    """

    id: str
    title: str
    artist: str
    date: str
    image: str | None
    root: Path


@dataclass(frozen=True)
class Found:
    """How often a topic was found again.

    Parameters
    ----------
    n_found
        Runs with a topic like it.
    n_runs
        Runs looked at, the topic's own left out.
    jaccard
        Mean Jaccard with the likest topic of each, or ``None``.
    baseline
        The same in shuffled topics, or ``None``.
    among
        ``seeds``, the model's other runs, or ``refits``, those that the measuring made.
    """

    n_found: int
    n_runs: int
    jaccard: float | None
    baseline: float | None
    among: Literal["seeds", "refits"]


@dataclass(frozen=True)
class ComparedTopic:
    """A topic of a model's first run.

    Parameters
    ----------
    id
        Its number in the run.
    name
        Its headline.
    size
        Number of its works.
    words
        Its words, the most telling first.
    pictures
        Ids of its most central works that have a picture.
    found
        How often it was found again, or ``None`` where that was not tried.
    """

    id: int
    name: str
    size: int
    words: tuple[str, ...]
    pictures: tuple[str, ...]
    found: Found | None


@dataclass(frozen=True)
class RunCost:
    """One run of a model.

    Parameters
    ----------
    folder
        Where it lies.
    n_works, n_topics, n_outliers, n_left_out
        Works looked at, topics with a work, works in no topic, works not looked at.
    seconds, memory_mb
        What the fit took, or ``None``.
    """

    folder: str
    n_works: int
    n_topics: int
    n_outliers: int
    n_left_out: int
    seconds: float | None
    memory_mb: float | None


@dataclass(frozen=True)
class SeedStability:
    """How alike the runs of one model are.

    Parameters
    ----------
    n_runs
        Runs of the model.
    ari, lowest, highest
        Mean, lowest and highest adjusted Rand index of two runs, the outliers one group, or
        ``None`` where no two can be compared.
    ari_without_outliers
        Its mean over the works in a topic in both runs, or ``None``.
    ari_baseline
        Its mean in shuffled topics, or ``None``.
    threshold
        The Jaccard from which a topic is found again.
    """

    n_runs: int
    ari: float | None
    lowest: float | None
    highest: float | None
    ari_without_outliers: float | None
    ari_baseline: float | None
    threshold: float


@dataclass(frozen=True)
class ComparedModel:
    """A model with all its runs.

    Parameters
    ----------
    label
        Its name.
    errors
        What went wrong in runs that failed; a model without ``runs`` failed altogether.
    notes
        What a reader must know of it.
    encoder
        The encoder that made its vectors; empty for a model that failed.
    parameters
        What its first run was fitted with.
    runs
        Its runs, in the order given.
    topics
        The topics of the first run, largest first.
    stability
        How alike its runs are, or ``None`` for fewer than two.
    """

    label: str
    errors: tuple[str, ...]
    notes: tuple[str, ...]
    encoder: str
    parameters: Mapping[str, Any]
    runs: tuple[RunCost, ...]
    topics: tuple[ComparedTopic, ...]
    stability: SeedStability | None

    @property
    def failed(self) -> bool:
        """Whether no run of it is there.

        Returns
        -------
        bool
            Then ``errors`` say why.
        """
        return not self.runs


@dataclass(frozen=True)
class ModelNumber:
    """What one model reaches in one measure.

    Parameters
    ----------
    value
        Mean over its runs, or ``None``; then ``note`` says why.
    interval
        A 95 % interval, or ``None``.
    standard_error
        What the interval and the tests come from, or ``None`` where nothing is known of it.
    freedom
        Degrees of freedom of the standard error; ``None`` for infinitely many.
    by_run
        The runs' own values, in order; ``None`` where one has none.
    baseline
        Mean of what random clusters of the same sizes get, or ``None``.
    n
        How many things it is a mean over, in the first run.
    best
        Whether no model has a better value.
    level
        Whether it cannot be told from the best, at 5 % after Holm's correction.
    note, warning
        What a reader must know, or ``None``.
    """

    value: float | None
    interval: tuple[float, float] | None = None
    standard_error: float | None = None
    freedom: float | None = None
    by_run: tuple[float | None, ...] = ()
    baseline: float | None = None
    n: int = 0
    best: bool = False
    level: bool = False
    note: str | None = None
    warning: str | None = None


@dataclass(frozen=True)
class PairTest:
    """Whether two models differ in a measure.

    Parameters
    ----------
    first, second
        Their places among the models.
    difference
        The second's value less the first's.
    p_value
        Two-sided, of one test alone.
    p_holm
        Corrected for all pairs of this measure (Holm 1979).
    """

    first: int
    second: int
    difference: float
    p_value: float
    p_holm: float


@dataclass(frozen=True)
class ComparedMetric:
    """One measure of all models.

    Parameters
    ----------
    name, title, family, better
        As in :class:`evaluation.metric.Metric`.
    judge
        Who scored it, or ``None``; several are joined, and ``caution`` says so.
    of
        What it is a mean over (topics, works, pairs), or empty.
    parameters
        What it was computed with in the first run that has it.
    numbers
        One for each model, in order; ``None`` for a model that failed.
    tests
        Every two models that could be tested.
    caution
        Why the numbers may not be compared, or ``None``; then nothing is best and nothing tested.
    """

    name: str
    title: str
    family: Family
    better: Literal["higher", "lower"] | None
    judge: str | None
    of: str
    parameters: Mapping[str, Any]
    numbers: tuple[ModelNumber | None, ...]
    tests: tuple[PairTest, ...]
    caution: str | None


@dataclass(frozen=True)
class TopicPair:
    """A topic of the first model and its counterpart.

    Parameters
    ----------
    first, second
        Numbers of the topics.
    n_shared
        Works in both.
    jaccard
        ``n_shared`` of the works in either.
    """

    first: int
    second: int
    n_shared: int
    jaccard: float


@dataclass(frozen=True)
class ModelMatching:
    """A model's topics beside those of the first model.

    Parameters
    ----------
    first, second
        Places of the two among the models.
    pairs
        Topics matched one to one, the most alike first.
    unmatched_first, unmatched_second
        Topics without a counterpart.
    flows
        Topic of the first, topic of the second, works; -1 is no topic. Most works first.
    n_common, n_only_first, n_only_second
        Works that both have, and that one has alone: left out.
    mean_jaccard
        1 only for the same topics, or ``None`` where neither has one.
    """

    first: int
    second: int
    pairs: tuple[TopicPair, ...]
    unmatched_first: tuple[int, ...]
    unmatched_second: tuple[int, ...]
    flows: tuple[tuple[int, int, int], ...]
    n_common: int
    n_only_first: int
    n_only_second: int
    mean_jaccard: float | None


@dataclass(frozen=True)
class Comparison:
    """All that the report says.

    Parameters
    ----------
    name
        The collection's name for people.
    models
        In the order given.
    metrics
        Grouped by family, in the order in which the runs have them.
    matchings
        Each model's topics beside the first one's.
    works
        The works whose pictures are shown, by id.
    n_works
        Works that any run looks at.
    n_common
        Works that every run looks at.
    cautions
        What a reader must know before all.
    seed
        Seed of the shuffles.
    version
        Version of topicart.
    made
        When, in ISO 8601.
    """

    name: str
    models: tuple[ComparedModel, ...]
    metrics: tuple[ComparedMetric, ...]
    matchings: tuple[ModelMatching, ...]
    works: Mapping[str, ShownWork]
    n_works: int
    n_common: int
    cautions: tuple[str, ...]
    seed: int
    version: str
    made: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values.

        Returns
        -------
        dict
            As in ``report.json``; no path of this machine's pictures is in it.
        """
        values = asdict(self)
        for work in values["works"].values():
            del work["root"]
        return values
