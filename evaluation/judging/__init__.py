"""Who judges a run's pictures and words: encoders that did not make it.

``judges`` says what a judge is and loads one by its name; ``imagenet`` is the default, packaged
and fixed; ``judged`` keeps what a judge has seen.
"""

from evaluation.judging.judged import judged_pictures
from evaluation.judging.judges import (
    DEFAULT_JUDGE,
    EncoderJudge,
    Judge,
    OwnVectors,
    flattery,
    kinship,
    kinship_of_words,
    load_judge,
)

__all__ = [
    "DEFAULT_JUDGE",
    "EncoderJudge",
    "Judge",
    "OwnVectors",
    "flattery",
    "judged_pictures",
    "kinship",
    "kinship_of_words",
    "load_judge",
]
