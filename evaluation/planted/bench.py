"""The planted-topics benchmark: how well models find themes again that are known to be there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.baselines import BASELINES
from evaluation.bootstrap import mean_error
from evaluation.fitting.models import OURS
from evaluation.planted.planting import PlantedError, Setting
from evaluation.planted.trials import FACETS_TOLD, PAINTINGS, Trial, Trials
from knowledge_graph import nearest
from knowledge_graph.atomic import make_folder
from knowledge_graph.gallery import THEMES
from topicart.fit import Silent
from topicart.run_files import write_json

if TYPE_CHECKING:
    from topicart import Encoder
    from topicart.fit import Progress

SIZES = (600, 300, 1200)
NOISES = (0.0, 0.1, 0.3)
THEME_COUNTS = (len(THEMES), 5, 10)
"""What is tried unless told otherwise; the first of each is the base."""

MEASURES: Mapping[str, str] = {
    "ari": "adjusted Rand index, all works",
    "ami": "adjusted mutual information, all works",
    "ari_members": "adjusted Rand index, works in a topic",
    "ami_members": "adjusted mutual information, works in a topic",
    **{f"label_{facet}": f"share of {facet} labels that are right" for facet in FACETS_TOLD},
    **{f"labelled_{facet}": f"share of topics with a {facet} label" for facet in FACETS_TOLD},
    **{f"named_{facet}": f"share of topics with a right {facet} label" for facet in FACETS_TOLD},
    "n_topics": "topics",
    "outlier_share": "share of works in no topic",
    "seconds": "seconds to group",
}
"""What is measured, by name, in words."""

_MOST = {"n_topics": math.inf, "seconds": math.inf}

ABOUT = (
    "One gallery for each setting; an interval speaks of the models' seeds, not of other "
    "galleries.",
    "All works: the outliers count as one more group. Works in a topic: outliers are left out, "
    "which flatters a model that leaves out much.",
    "Models that must be told the number of topics are told the number of planted themes, which "
    "favours them.",
    "All models' topics are named in the same way; “right” counts the topics with a right label "
    "among all. A label is right if it is what most of the topic's works were painted to be (or "
    "one of these, in a tie), whatever their records say.",
    "Noise is the share of the records that belong to another work, and of the pictures that are "
    "blurred and covered with grain.",
)
"""How to read the result."""

RESULT = "planted.json"
"""The file that ``bench_planted`` leaves in its folder."""


@dataclass(frozen=True)
class Estimate:
    """A number over seeds.

    Parameters
    ----------
    mean
        Its mean.
    interval
        A 95 % interval of the mean (Student's t), or ``None`` of a single seed.
    values
        It by seed, in their order; ``None`` where it could not be had.
    """

    mean: float
    interval: tuple[float, float] | None
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class PlantedRow:
    """What a model found in a gallery.

    Parameters
    ----------
    setting
        What the gallery is like.
    model
        The model's name.
    measures
        By name, one of ``MEASURES``, what was measured; what could not be had is not there.
    error
        Why it failed, with all seeds or some; ``""`` if it did not.
    note
        What a reader must know; ``""`` if nothing.
    """

    setting: Setting
    model: str
    measures: Mapping[str, Estimate]
    error: str = ""
    note: str = ""


@dataclass(frozen=True)
class PlantedResult:
    """How well each model found the themes of each gallery.

    Parameters
    ----------
    rows
        Settings in order, the base first; models in order within each.
    seeds
        The models' seeds.
    encoder
        The encoder's name.
    about
        How to read it, in sentences.
    """

    rows: tuple[PlantedRow, ...]
    seeds: tuple[int, ...]
    encoder: str
    about: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values.

        Returns
        -------
        dict
            As in ``planted.json``.
        """
        return asdict(self)


def bench_planted(
    out: str | Path,
    *,
    sizes: Sequence[int] = SIZES,
    noises: Sequence[float] = NOISES,
    themes: Sequence[int] = THEME_COUNTS,
    models: Sequence[str] | None = None,
    seeds: Sequence[int] = (0, 1, 2, 3, 4),
    encoder: Encoder | str = "mini",
    progress: Progress | None = None,
) -> PlantedResult:
    """Have models find planted themes, and measure how well they do.

    The first size, noise and number of themes are the base; the others are tried one at a time.

    Parameters
    ----------
    out
        Where galleries and results go; what is finished there is not done again.
    sizes, noises, themes
        What to vary; see :class:`Setting`.
    models
        ``topicart`` and names of ``BASELINES``; by default all.
    seeds
        The models' seeds; the galleries' is 0.
    encoder
        Its vectors are grouped, and it names the topics of every model.
    progress
        Told of stages and counts.

    Returns
    -------
    PlantedResult
        Also written to ``out/planted.json``.

    Raises
    ------
    PlantedError
        If there is nothing to vary, or a model is unknown.
    """
    settings = _settings(sizes, noises, themes)
    names = _models(models)
    if not seeds or len(set(seeds)) < len(seeds) or min(seeds) < 0:
        raise PlantedError(
            f"seeds are {', '.join(map(str, seeds)) or 'none'}; expected one or more different "
            "whole numbers from 0 up, for instance 0, 1, 2."
        )
    progress = progress or Silent()
    folder = Path(out)
    _require_usable(folder)
    make_folder(folder / PAINTINGS)
    if isinstance(encoder, str):
        from topicart import Encoder

        progress.stage("load")
        encoder = Encoder.load(encoder)
    rows: list[PlantedRow] = []
    for setting in settings:
        trials = Trials(setting, folder, encoder, progress)
        by_model: dict[str, list[Trial]] = {name: [] for name in names}
        for name in names:
            for seed in seeds:
                by_model[name].append(trials.run(name, seed))
        rows += [_row(setting, name, found) for name, found in by_model.items()]
    result = PlantedResult(tuple(rows), tuple(seeds), encoder.name, ABOUT)
    write_json(folder / RESULT, {"measures": dict(MEASURES), **result.to_dict()})
    return result


def _settings(
    sizes: Sequence[int], noises: Sequence[float], themes: Sequence[int]
) -> tuple[Setting, ...]:
    """List the base and, one at a time, what differs from it."""
    for name, values in (("sizes", sizes), ("noises", noises), ("themes", themes)):
        if not values:
            raise PlantedError(f"{name} is empty; expected one value at least, the base first.")
    base = Setting(sizes[0], themes[0], float(noises[0]))
    others = [
        *(Setting(works, base.themes, base.noise) for works in sizes),
        *(Setting(base.works, base.themes, float(noise)) for noise in noises),
        *(Setting(base.works, count, base.noise) for count in themes),
    ]
    settings = tuple(dict.fromkeys([base, *others]))
    for setting in settings:
        setting.require_possible()
    return settings


def _models(models: Sequence[str] | None) -> tuple[str, ...]:
    legal = (OURS, *BASELINES)
    names = tuple(dict.fromkeys(legal if models is None else models))
    for name in names:
        if name not in legal:
            raise PlantedError(
                f"There is no model {name!r}; the models are {', '.join(legal)}."
                f"{nearest(name, legal)}"
            )
    if not names:
        raise PlantedError(f"No model is named; expected one at least of {', '.join(legal)}.")
    return names


def _require_usable(folder: Path) -> None:
    """Refuse a folder with somebody's files."""
    if folder.is_file():
        raise PlantedError(f"{folder} is a file. Name a folder that is new or holds a benchmark.")
    if not folder.is_dir() or any((folder / PAINTINGS).glob("seed-*-pixels-*")):
        return
    # A benchmark that was cut short at once has no more than an empty folder.
    started = [folder / PAINTINGS] if (folder / PAINTINGS).is_dir() else []
    if [*folder.iterdir()] != started or (started and any(started[0].iterdir())):
        raise PlantedError(
            f"{folder} is not empty and holds no planted benchmark. Name a new folder."
        )


def _row(setting: Setting, model: str, found: Sequence[Trial]) -> PlantedRow:
    measures = {}
    for name in MEASURES:
        values = tuple(trial.measures.get(name) for trial in found)
        if any(value is not None for value in values):
            measures[name] = estimate(values, most=_MOST.get(name, 1.0))
    errors = dict.fromkeys(trial.error for trial in found if trial.error)
    notes = dict.fromkeys(trial.note for trial in found if trial.note)
    return PlantedRow(setting, model, measures, "; ".join(errors), "; ".join(notes))


def estimate(values: Sequence[float | None], *, most: float = 1.0) -> Estimate:
    """Return a number's mean over seeds, and how sure it is.

    Parameters
    ----------
    values
        It by seed, ``None`` where it could not be had; at least one is a number.
    most
        The highest that it can be, where the interval ends.

    Returns
    -------
    Estimate
        The interval is ``mean ± t * s / sqrt(n)``, with the 97.5 % quantile of Student's t of
        ``n - 1`` degrees of freedom.

    Examples
    --------
    >>> estimate([0.4, 0.6, None]).mean
    0.5
    """
    own = np.array([value for value in values if value is not None])
    mean = float(own.mean())
    spread = mean_error(own.tolist())
    if spread is None:
        return Estimate(mean, None, tuple(values))
    reach = spread[1]
    return Estimate(mean, (mean - reach, min(mean + reach, most)), tuple(values))
