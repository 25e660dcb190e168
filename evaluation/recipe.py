"""A whole comparison from one file: which works, which models, which seeds, which measures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge_graph import TopicartError
from topicart import TopicModelConfig

if TYPE_CHECKING:
    from topicart import Progress


class RecipeError(TopicartError):
    """A recipe of a comparison cannot be read, or asks for what there is not."""


class StabilityRecipe(BaseModel):
    """How the models are fitted again, beside the seeds that are compared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    times: int = Field(default=0, ge=0)
    """How often each model is fitted again, of its first seed's run; 0 is not at all."""


class Recipe(BaseModel):
    """What is compared, and how."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    """What ``open_collection`` opens."""
    format: str | None = None
    images: str | None = None
    mapping: str | None = None
    columns: dict[str, str] | None = None
    separator: str | None = None
    folders_as: str | None = None
    encoder: str = "mini"
    """Makes the vectors that models group, and names the topics of all."""
    text_weight: float = Field(default=0.0, ge=0.0, le=1.0)
    """Share of the caption's vector in a work's vector."""
    models: tuple[str, ...] = Field(min_length=1)
    """``topicart`` and names of ``BASELINES``, in the order in which they are shown."""
    seeds: tuple[int, ...] = Field(default=(0, 1, 2, 3, 4), min_length=1)
    """Each model is fitted with each."""
    n_topics: Literal["topicart"] | int = "topicart"
    """Topics asked of models that must be told: as many as ours found with the same seed, or so."""
    topicart: TopicModelConfig = TopicModelConfig()
    """How our model finds topics."""
    judge: str = "imagenet"
    """The encoder that scores pictures and words."""
    reference: str = "captions"
    """The texts that score words."""
    stability: StabilityRecipe = StabilityRecipe()
    """How stability is measured beyond the seeds."""

    def opening(self) -> dict[str, Any]:
        """Return the options of ``open_collection`` that are set.

        Returns
        -------
        dict
            By name.
        """
        names = ("format", "images", "mapping", "columns", "separator", "folders_as")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


def load_recipe(path: str | Path) -> Recipe:
    """Read a recipe.

    Parameters
    ----------
    path
        A TOML file. Paths in it are relative to its folder.

    Returns
    -------
    Recipe
        With those paths made absolute.

    Raises
    ------
    RecipeError
        If there is no such file, it is no TOML, or a field is unknown, missing or wrong.
    """
    raise NotImplementedError


def run_recipe(recipe: Recipe, out: str | Path, *, progress: Progress | None = None) -> Path:
    """Fit all models with all seeds, measure every run, and write the report.

    Parameters
    ----------
    recipe
        What to compare.
    out
        Where to: ``runs/MODEL-SEED/``, each a run, ``judged/``, what the judge saw, and ``report/``.
        What is finished there is not done again.
    progress
        Told of stages and counts.

    Returns
    -------
    Path
        The report's page.

    Raises
    ------
    RecipeError
        If ``out`` holds something else, or no model found topics.
    """
    raise NotImplementedError
