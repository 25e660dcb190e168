"""The planted-topics benchmark: themes that are known to be there, and who finds them.

``planting`` paints the galleries and spoils them, ``trials`` fits one model to one of them,
``bench`` does all of it, ``table`` shows it.
"""

from evaluation.planted.bench import (
    NOISES,
    SIZES,
    THEME_COUNTS,
    PlantedResult,
    bench_planted,
)
from evaluation.planted.planting import Planted, PlantedError, Setting, plant
from evaluation.planted.table import planted_table

__all__ = [
    "NOISES",
    "SIZES",
    "THEME_COUNTS",
    "Planted",
    "PlantedError",
    "PlantedResult",
    "Setting",
    "bench_planted",
    "plant",
    "planted_table",
]
