"""Compare topic models: what their runs found, as plain values."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.comparing.compared import Comparison, Evaluated, Failed


def compare_runs(evaluations: Sequence[Evaluated | Failed], *, seed: int = 0) -> Comparison:
    """Compare measured runs.

    Parameters
    ----------
    evaluations
        Runs, at least one; those of one label are one model. Models come in the order in which
        they are first named, and the first is what the others are matched with.
    seed
        Seed of the shuffled topics that stability is held against.

    Returns
    -------
    Comparison
        All that a report says.

    Raises
    ------
    ComparisonError
        If there is no run to compare.
    """
    raise NotImplementedError
