"""The planted-topics benchmark: how well models find themes again that are known to be there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.planting import Planted, PlantedError, Setting, plant
from knowledge_graph.gallery import THEMES

if TYPE_CHECKING:
    from topicart import Encoder, Progress

__all__ = [
    "Planted",
    "PlantedError",
    "PlantedResult",
    "PlantedRow",
    "Setting",
    "bench_planted",
    "plant",
]


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
        It by seed, in their order.
    """

    mean: float
    interval: tuple[float, float] | None
    values: tuple[float, ...]


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
        Why the model found nothing; ``""`` if it did.
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
        raise NotImplementedError


def bench_planted(
    out: str | Path,
    *,
    sizes: Sequence[int] = (600, 300, 1200),
    noises: Sequence[float] = (0.0, 0.1, 0.3),
    themes: Sequence[int] = (len(THEMES), 5, 10),
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
    raise NotImplementedError
