"""One number and all that is needed to read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter

Family = Literal["words", "pictures", "clusters", "facts", "stability"]
"""What a number looks at."""


@dataclass(frozen=True)
class Metric:
    """One number and all that is needed to read it.

    Parameters
    ----------
    name
        Short name, stable, for machines; that of a facet's ends with it (``ami_style``).
    title
        Its name in words.
    family
        What it looks at.
    value
        The number, or ``None`` where it cannot be had; then ``note`` says why.
    interval
        A 95 % interval, or ``None``; then ``note`` says why if there is a value.
    baseline
        The mean value that random clusters of the same sizes get, or ``None``.
    p_value
        Share of random clusterings at least as good, or ``None`` where it was not tested.
    better
        ``higher``, ``lower``, or ``None`` where neither is.
    judge
        The encoder, texts or facts that scored it.
    parameters
        What it was computed with, JSON-ready.
    standard_error, freedom
        Of ``value``, and the degrees of freedom of the former (``None`` for infinitely many), where
        they are known; else the interval's width tells.
    n
        How many things it is a mean over; ``parameters["of"]`` says which (topics, pairs, works).
    note
        What a reader must know, in a sentence; ``None`` if nothing.
    warning
        Why the number may flatter (a judge that made the topics), or ``None``.
    """

    name: str
    title: str
    family: Family
    value: float | None
    interval: tuple[float, float] | None = None
    baseline: float | None = None
    p_value: float | None = None
    better: Literal["higher", "lower"] | None = None
    judge: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    standard_error: float | None = None
    freedom: float | None = None
    n: int = 0
    note: str | None = None
    warning: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values.

        Returns
        -------
        dict
            As in ``metrics.json``.
        """
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Metric:
        """Return the metric that ``to_dict`` wrote.

        Parameters
        ----------
        values
            What ``to_dict`` returned.

        Returns
        -------
        Metric
            An equal metric.

        Raises
        ------
        ValueError
            If the values are no metric's.
        """
        return TypeAdapter(cls).validate_python(values)
