"""Lines of a chart, one a model."""

from __future__ import annotations

from collections.abc import Iterable

from evaluation.studies.estimate import Estimate
from evaluation.studies.reporting.parts import Mark, Row
from evaluation.studies.reporting.wording import with_spread

__all__ = ["model_rows"]


def model_rows(told: Iterable[tuple[str, Estimate]], *, as_share: bool = False) -> tuple[Row, ...]:
    """Make a line of a chart for each model with a number.

    Parameters
    ----------
    told
        Models' names and numbers.
    as_share
        Write percentages.

    Returns
    -------
    tuple of Row
        In that order.
    """
    return tuple(
        Row(
            model,
            (Mark(own.value, own.interval),),
            f"{model}: {with_spread(own, as_share=as_share)}",
            own.chance,
        )
        for model, own in told
        if own.value is not None
    )
