"""Recipes: YAML files of settings that go together, by name or path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from training.config import TrainConfig

__all__ = ["configure", "load_recipe", "recipe_names"]


def recipe_names() -> tuple[str, ...]:
    """Return the names of the recipes that come along, sorted."""
    raise NotImplementedError


def load_recipe(name_or_path: str) -> dict[str, Any]:
    """Read a recipe by its name or path; settings as they stand there, keys checked."""
    raise NotImplementedError


def configure(recipe: str | None = None, options: Mapping[str, Any] | None = None) -> TrainConfig:
    """Make the configuration of a recipe, a name or a path, and options, which override it.

    An option that is None was not given.
    """
    raise NotImplementedError
