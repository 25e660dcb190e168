"""A number of a study, with how sure it is and what chance would give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

__all__ = ["Estimate", "json_ready"]


@dataclass(frozen=True)
class Estimate:
    """A number.

    Parameters
    ----------
    value
        The number; ``None`` where there is nothing to measure it on.
    interval
        Its 95 % interval; ``None`` where none can be given.
    chance
        What a model that sees nothing would get; ``None`` where that has no meaning.
    n
        Of how many works, queries or pairs.
    """

    value: float | None
    interval: tuple[float, float] | None = None
    chance: float | None = None
    n: int | None = None


def json_ready(value: Any) -> Any:
    """Turn a result into JSON-ready values.

    Parameters
    ----------
    value
        A dataclass, mapping, sequence, or plain value. Numbers that are not finite become null.

    Returns
    -------
    Any
        Dicts, lists, text, numbers, ``None``.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {own.name: json_ready(getattr(value, own.name)) for own in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): json_ready(own) for key, own in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_ready(own) for own in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value
