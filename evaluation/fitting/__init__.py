"""Fitting models to be compared: ours and others, once more, and what it costs.

``baseline_runs`` leaves another method's groups as a run; ``models`` says what made a run;
``refits`` fits it again to see what is found again; ``cost`` and ``warming`` take the time.
"""

from evaluation.fitting.baseline_runs import fit_baseline
from evaluation.fitting.models import OURS, model_name, model_of, our_model
from evaluation.fitting.refits import KINDS, Refit, refit

__all__ = [
    "KINDS",
    "OURS",
    "Refit",
    "fit_baseline",
    "model_name",
    "model_of",
    "our_model",
    "refit",
]
