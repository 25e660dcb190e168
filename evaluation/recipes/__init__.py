"""Whole comparisons from one file each: ``recipe`` reads it, ``following`` does what it says."""

from evaluation.recipes.following import run_recipe
from evaluation.recipes.recipe import Recipe, RecipeError, load_recipe

__all__ = ["Recipe", "RecipeError", "load_recipe", "run_recipe"]
