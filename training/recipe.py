"""Recipes: settings that go together, as YAML files, by name or by path."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from knowledge_graph.errors import nearest, printable
from topicart.errors import TrainingError
from training.config import TrainConfig

__all__ = ["configure", "load_recipe", "recipe_names"]

_SUFFIX = ".yaml"


def recipe_names() -> tuple[str, ...]:
    """Name the recipes that come along.

    Returns
    -------
    tuple of str
        Sorted; :func:`load_recipe` takes each.
    """
    found = (entry.name for entry in _shipped().iterdir() if entry.name.endswith(_SUFFIX))
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in found))


def load_recipe(name_or_path: str) -> dict[str, Any]:
    """Read a recipe.

    Parameters
    ----------
    name_or_path
        One of :func:`recipe_names`, or a YAML file. Paths in it, as on the command line, are
        relative to the folder that one works in.

    Returns
    -------
    dict
        The settings that it makes, by the fields of ``TrainConfig``.

    Raises
    ------
    TrainingError
        If there is no such recipe or file, it is no YAML, or makes a setting that there is not.
    """
    name, text = _read(name_or_path)
    import yaml

    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        problem = " ".join(str(error).split())
        raise _error(f"The recipe {name} is not valid YAML: {problem}.") from error
    settings = {} if content is None else content
    if not isinstance(settings, dict):
        raise _error(
            f"The recipe {name} holds no settings but a {type(settings).__name__}; expected one "
            "setting a line, such as 'batch_size: 64'."
        )
    for key in settings:
        if key not in TrainConfig.model_fields:
            raise _error(
                f"The recipe {name} sets {str(key)!r}, which is no setting; those are "
                f"{', '.join(TrainConfig.model_fields)}."
                f"{nearest(str(key), TrainConfig.model_fields)}"
            )
    return settings


def configure(recipe: str | None = None, options: Mapping[str, Any] | None = None) -> TrainConfig:
    """Make a configuration of a recipe and of options, which go before it.

    Parameters
    ----------
    recipe
        Name or path of a recipe; by default none, so that what is not an option is
        ``TrainConfig``'s own default.
    options
        Fields of ``TrainConfig`` to values.

    Returns
    -------
    TrainConfig
        Checked.

    Raises
    ------
    TrainingError
        If the recipe cannot be read, or a setting cannot be so; it says where it was set.
    """
    given = dict(options or {})
    settings = load_recipe(recipe) if recipe is not None else {}
    try:
        return TrainConfig.model_validate(settings | given)
    except ValidationError as error:
        first = error.errors()[0]
        # What is wrong with settings together has no one place.
        key = str(first["loc"][0]) if first["loc"] else ""
        what = first["msg"].removeprefix("Value error, ")
        if first["type"] == "tuple_type":
            what = "Input should be a list, such as [artist, title]"
        if not key:
            raise _error(f"The settings contradict each other: {what}.") from error
        where = f"The recipe {recipe}" if key in settings and key not in given else "The options"
        if key not in TrainConfig.model_fields:
            near = nearest(key, TrainConfig.model_fields)
            raise _error(f"{where}: there is no setting {key!r}.{near}") from error
        raise _error(
            f"{where}: {key} is {first['input']!r}: {what[:1].lower()}{what[1:]}."
        ) from error


def _shipped() -> Traversable:
    return files("training") / "recipes"


def _read(name_or_path: str) -> tuple[str, str]:
    """Return what a recipe is called in a sentence, and its text."""
    known = name_or_path in recipe_names()
    place = _shipped() / f"{name_or_path}{_SUFFIX}" if known else Path(name_or_path)
    if not known and not place.is_file():
        raise _error(
            f"There is no recipe {name_or_path!r}, nor a file of that name; the recipes are "
            f"{', '.join(recipe_names())}.{nearest(name_or_path, recipe_names())}"
        )
    try:
        return name_or_path, place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _error(f"The recipe {name_or_path} cannot be read as a text: {error}.") from error


def _error(message: str) -> TrainingError:
    """An error whose quotations of a file obey no terminal."""
    return TrainingError(printable(message))
