"""Teaching encoders: contrastive fine-tuning of any open_clip model on a collection.

``finetune`` reads top to bottom in ``finetuning.py``; ``TrainConfig`` is all that decides its
result and ``configure`` makes one of a recipe (``recipes``). ``python -m training`` is the door
that ``accelerate launch`` starts. ``mini`` is the making of the encoder bundled with topicart.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from training.config import TrainConfig
    from training.finetuning import finetune
    from training.recipe import configure, load_recipe, recipe_names

_HOME = {
    "TrainConfig": "config",
    "configure": "recipe",
    "finetune": "finetuning",
    "load_recipe": "recipe",
    "recipe_names": "recipe",
}

__all__ = ["TrainConfig", "configure", "finetune", "load_recipe", "recipe_names"]


def __getattr__(name: str) -> Any:
    """Load a name from its module when it is first used: the making of mini needs none of them."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value
