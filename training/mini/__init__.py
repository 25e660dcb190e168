"""The making of mini, the small two-tower encoder in ``topicart/mini``.

``python -m training.mini`` reads top to bottom in ``make.py``: texts are gathered and the text
tower is distilled on them, pictures become features, heads align the two (ImageNet names first,
paintings second), five folds by artist judge it, and a folder with weights and card is written.
"""

from training.mini.make import Making, make_mini
from training.mini.parts import Parts, packaged_parts
from training.mini.recipe import AlignRecipe, Recipe, TextRecipe

__all__ = [
    "AlignRecipe",
    "Making",
    "Parts",
    "Recipe",
    "TextRecipe",
    "make_mini",
    "packaged_parts",
]
