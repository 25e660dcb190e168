"""The file that describes a comparison: which works, which models, which seeds, which judge."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt, ValidationError, field_validator

from evaluation.baselines import BASELINES
from evaluation.fitting.models import OURS
from evaluation.judging.judges import DEFAULT_JUDGE
from evaluation.reference import NAMES
from knowledge_graph import TopicartError, nearest, printable
from topicart import LabelConfig, TopicModelConfig

MODELS = (OURS, *BASELINES)
"""What a recipe may compare."""

_HUB = "hf:"
_PATHS = ("source", "images", "mapping", "encoder", "judge", "reference")


class RecipeError(TopicartError):
    """A recipe of a comparison cannot be read, or cannot be followed."""


class StabilityRecipe(BaseModel):
    """How the models are fitted again, beside the seeds that are compared."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    times: StrictInt = Field(default=0, ge=0)
    """Fits more of the first seed's run, with other seeds, in other row orders and to bootstrap
    samples, so many of each; 0 is none."""


class Recipe(BaseModel):
    """What is compared, and how."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(min_length=1)
    """What ``open_collection`` opens; the next six are its options."""
    format: str | None = None
    images: str | None = None
    mapping: str | None = None
    columns: dict[str, str] | None = None
    separator: str | None = None
    folders_as: str | None = None
    encoder: str = Field(default="mini", min_length=1)
    """Makes the vectors that models group, and names the topics of all."""
    text_weight: float = Field(default=0.0, ge=0.0, le=1.0)
    """Share of the caption's vector in a work's vector."""
    models: tuple[str, ...] = Field(min_length=1)
    """``topicart`` and names of ``BASELINES``, in the order in which they are shown."""
    seeds: tuple[StrictInt, ...] = Field(default=(0, 1, 2, 3, 4), min_length=1)
    """Each model is fitted with each."""
    n_topics: Literal["topicart"] | int = "topicart"
    """Number of topics for models that must be told it; by default what ours found, same seed."""
    topicart: TopicModelConfig = TopicModelConfig()
    """How our model finds topics, and how those of all models are named."""
    judge: str = Field(default=DEFAULT_JUDGE, min_length=1)
    """The encoder that scores pictures and words."""
    reference: str = Field(default=NAMES[0], min_length=1)
    """The texts in which words are counted."""
    stability: StabilityRecipe = StabilityRecipe()
    """How stability is measured beyond the seeds."""

    @field_validator("models")
    @classmethod
    def _models_are_known(cls, models: tuple[str, ...]) -> tuple[str, ...]:
        for name in models:
            if name not in MODELS:
                raise ValueError(
                    f"there is no model {name!r}; the models are {', '.join(MODELS)}."
                    f"{nearest(name, MODELS)}"
                )
        _require_once(models, "model")
        return models

    @field_validator("seeds")
    @classmethod
    def _seeds_differ(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if min(seeds) < 0:
            raise ValueError(f"the seed {min(seeds)} is less than 0; expected 0 or more")
        _require_once(seeds, "seed")
        return seeds

    @field_validator("n_topics", mode="before")
    @classmethod
    def _number_is_one(cls, n_topics: Any) -> Any:
        whole = isinstance(n_topics, int) and not isinstance(n_topics, bool) and n_topics >= 2
        if n_topics != OURS and not whole:
            raise ValueError(
                f"got {n_topics!r}; expected {OURS!r} (as many as it found) or a whole number, at "
                "least 2"
            )
        return n_topics

    @field_validator("topicart", mode="before")
    @classmethod
    def _seeds_stand_elsewhere(cls, topicart: Any) -> Any:
        if isinstance(topicart, Mapping) and "seed" in topicart:
            raise ValueError("it has a seed; write the seeds of all models as seeds = [0, 1, …]")
        return topicart

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
        A TOML file, with the fields of :class:`Recipe`. Paths in it are relative to its folder.

    Returns
    -------
    Recipe
        With those paths made absolute.

    Raises
    ------
    RecipeError
        If there is no such file, it is no TOML, or a field is unknown, missing or wrong.
    """
    file = _home(path)
    try:
        stated = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecipeError(
            f"The recipe {file} cannot be read: {error.strerror or error}. Name a TOML file; "
            "evaluation/recipes/ has one to copy."
        ) from error
    except (ValueError, RecursionError) as error:  # of TOML, of UTF-8, and of the path
        raise RecipeError(
            printable(
                f"The recipe {file} is not valid TOML: {str(error).rstrip('.')}. Name a TOML file; "
                "evaluation/recipes/ has one to copy."
            )
        ) from error
    try:
        recipe = Recipe.model_validate(stated)
    except ValidationError as error:
        raise RecipeError(printable(f"The recipe {file}: {_mistake(error)}")) from error
    folder = file.resolve().parent
    try:
        placed = {name: _placed(name, getattr(recipe, name), folder) for name in _PATHS}
    except RecipeError as error:
        raise RecipeError(f"The recipe {file}: {error}") from None
    return recipe.model_copy(update=placed)


def _require_once(values: tuple[Any, ...], what: str) -> None:
    twice = next((value for value in values if values.count(value) > 1), None)
    if twice is not None:
        raise ValueError(f"the {what} {twice!r} is named twice; name each once")


def _home(path: str | Path) -> Path:
    """Put the user's folder in for ``~``; where there is no such user it stands for itself."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def _placed(field: str, value: str | None, folder: Path) -> str | None:
    """Make a path of a recipe absolute; what may be a name is a path only if a file is there."""
    if value is None or value.startswith(_HUB):
        return value
    if "\0" in value:
        raise RecipeError(f"{field} is {value!r}; expected a path, which has no zero character.")
    place = folder / _home(value)
    if field in ("encoder", "judge", "reference") and not place.exists():
        return value
    return str(place.resolve())


def _mistake(error: ValidationError) -> str:
    """Say the first mistake: the field, what was found there, what was expected."""
    first = error.errors()[0]
    parts = [str(part) for part in first["loc"]]
    where = ".".join(parts)
    if first["type"] == "missing":
        return f"{where} is missing; expected a line {where} = …"
    if first["type"] == "extra_forbidden":
        inner: dict[str, type[BaseModel]] = {
            "topicart": TopicModelConfig,
            "topicart.labels": LabelConfig,
            "stability": StabilityRecipe,
        }
        fields = inner.get(".".join(parts[:-1]), Recipe).model_fields
        legal = [name for name in fields if name != "seed"]  # seeds stand by themselves
        return (
            f"there is no field {where}; the fields are {', '.join(legal)}."
            f"{nearest(parts[-1], legal)}"
        )
    told = first["msg"].removeprefix("Value error, ")
    told = re.sub("tuple", "list", told, flags=re.IGNORECASE)
    told = re.sub(r"dictionary( or instance of \w+)?", "table", told)
    got = "" if first["type"] == "value_error" else f", got {first['input']!r}"
    return f"{where}: {told[:1].lower()}{told[1:]}{got}".rstrip(".") + (
        "" if told.endswith("?") else "."
    )
