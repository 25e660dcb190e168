"""The models that a topic model is compared with: vectors and captions in, groups out.

``kmeans``, ``birch``, ``fuzzy_cmeans``, ``density`` and ``chance`` group vectors, ``lda`` and
``nmf`` captions, ``bertopic`` both. ``BASELINES`` names them with their sources and
``make_baseline`` makes them; ``tokenize`` says what counts as a word of a caption.
"""

from evaluation.baselines.chance import Random
from evaluation.baselines.found import Baseline, BaselineError, Description, Found
from evaluation.baselines.registry import BASELINES, Entry, make_baseline
from evaluation.baselines.tokens import tokenize

__all__ = [
    "BASELINES",
    "Baseline",
    "BaselineError",
    "Description",
    "Entry",
    "Found",
    "Random",
    "make_baseline",
    "tokenize",
]
