"""How a study's numbers are worded, and whether they can be told from chance."""

from __future__ import annotations

from collections.abc import Iterable

from evaluation.studies.estimate import Estimate

__all__ = ["apart", "cell", "figure", "joined", "share", "spread", "with_spread"]

NOTHING = "–"


def figure(value: float | None) -> str:
    """Write a number with as many digits as tell something.

    Parameters
    ----------
    value
        A number, or ``None``.

    Returns
    -------
    str
        With a true minus; a dash for none.

    Examples
    --------
    >>> figure(0.7812), figure(12.5), figure(1361.0), figure(-0.004), figure(5.0), figure(None)
    ('0.78', '12.5', '1,361', '−0.004', '5', '–')
    """
    if value is None:
        return NOTHING
    size = abs(value)
    if size >= 100 or (float(value).is_integer() and size > 1):
        text = f"{value:,.0f}"
    elif size >= 10:
        text = f"{value:.1f}"
    else:
        text = f"{value:.2f}" if size >= 0.0095 or not size else f"{value:.3f}"
    return ("0.000" if text == "-0.000" else text).replace("-", "−")


def share(value: float | None) -> str:
    """Write a share as a percentage.

    Parameters
    ----------
    value
        0 to 1, or ``None``.

    Returns
    -------
    str
        With a decimal below ten per cent; a dash for none.

    Examples
    --------
    >>> share(0.314), share(0.052), share(0.0), share(None)
    ('31%', '5.2%', '0%', '–')
    """
    if value is None:
        return NOTHING
    return f"{value:.0%}" if value >= 0.0995 or value == 0.0 else f"{value:.1%}"


def spread(estimate: Estimate, *, as_share: bool = False) -> str:
    """Write an interval.

    Parameters
    ----------
    estimate
        The number.
    as_share
        Write percentages.

    Returns
    -------
    str
        Empty where there is none.

    Examples
    --------
    >>> spread(Estimate(1.5, (1.2, 1.9)))
    '1.20 to 1.90'
    """
    if estimate.interval is None:
        return ""
    write = share if as_share else figure
    return " to ".join(write(end) for end in estimate.interval)


def with_spread(estimate: Estimate, *, as_share: bool = False) -> str:
    """Write a number and its interval.

    Parameters
    ----------
    estimate
        The number.
    as_share
        Write percentages.

    Returns
    -------
    str
        As it stands in a sentence.

    Examples
    --------
    >>> with_spread(Estimate(0.31, (0.25, 0.38)), as_share=True)
    '31% (25% to 38%)'
    """
    own = (share if as_share else figure)(estimate.value)
    interval = spread(estimate, as_share=as_share)
    return f"{own} ({interval})" if interval else own


def apart(estimate: Estimate, reference: float | None) -> bool | None:
    """Say whether a number can be told from a reference, such as chance.

    Parameters
    ----------
    estimate
        The number.
    reference
        What it is held against.

    Returns
    -------
    bool or None
        False if the reference lies within the interval; ``None`` if that cannot be said.

    Examples
    --------
    >>> apart(Estimate(1.5, (1.2, 1.9)), 1.0), apart(Estimate(1.5, (0.9, 1.9)), 1.0)
    (True, False)
    """
    if estimate.value is None or estimate.interval is None or reference is None:
        return None
    low, high = estimate.interval
    return not low <= reference <= high


def joined(names: Iterable[str], *, most: int = 8) -> str:
    """Write names one after the other.

    Parameters
    ----------
    names
        The names.
    most
        How many are written out.

    Returns
    -------
    str
        With commas and an “and”.

    Examples
    --------
    >>> joined(["blur", "warp", "grey"])
    'blur, warp and grey'
    """
    told = list(names)
    if len(told) > most:
        told = [*told[: most - 1], f"{len(told) - most + 1} others"]
    return " and ".join(filter(None, (", ".join(told[:-1]), *told[-1:])))


def cell(estimate: Estimate, as_share: bool = False) -> str:
    """Write a number for a table.

    Parameters
    ----------
    estimate
        The number.
    as_share
        Write percentages.

    Returns
    -------
    str
        The number; in lines beneath it its interval and chance, where it has them.
    """
    write = share if as_share else figure
    lines = [write(estimate.value), spread(estimate, as_share=as_share)]
    if estimate.chance is not None:
        lines.append(f"chance {write(estimate.chance)}")
    return "\n".join(filter(None, lines))
