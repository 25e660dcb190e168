"""Where the pictures of a mosaic stand: rows that fill the width, the first picture larger.

Only proportions are computed here, from the pictures' proportions; the style sheet turns them into
pixels for any width, so nothing is cut off but the very long and the very tall.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

__all__ = ["Arrangement", "Row", "arrange", "shown_ratio"]

_WIDTH = 1200.0
_LEAD_HEIGHT = 500.0
_LEAST_RATIO, _GREATEST_RATIO = 0.5, 2.4
_MOST_BESIDE = 12
_UNEVEN = 250.0
_FEW = 3
_REACH = 4


@dataclass(frozen=True)
class Row:
    """Pictures of one height, side by side.

    Parameters
    ----------
    items
        Positions of the pictures, left to right.
    filler
        Empty space at the end, as a width over the row's height; 0 in a full row.
    """

    items: tuple[int, ...]
    filler: float = 0.0


@dataclass(frozen=True)
class Arrangement:
    """A mosaic.

    Parameters
    ----------
    lead
        Position of the large picture, or ``None``.
    lead_share
        Its share of the width, 0 to 1.
    beside
        The two rows at its side, as high as it is together.
    rows
        The rows below, over the whole width.
    """

    lead: int | None
    lead_share: float
    beside: tuple[Row, ...]
    rows: tuple[Row, ...]


def shown_ratio(ratio: float) -> float:
    """Return the proportion at which a picture is shown: its own, unless it is extreme.

    Parameters
    ----------
    ratio
        Its width over its height.

    Returns
    -------
    float
        Between 0.5 and 2.4, rounded to hundredths so that few style rules do.
    """
    return round(min(max(ratio, _LEAST_RATIO), _GREATEST_RATIO), 2)


def arrange(
    ratios: Sequence[float], *, lead: bool = True, row_height: float = 185.0
) -> Arrangement:
    """Arrange pictures in the order given.

    Parameters
    ----------
    ratios
        Width over height of each picture as it is shown, shape ``(n_pictures,)``.
    lead
        Give the first picture the height of two rows.
    row_height
        Height of the rows to come near to, for a mosaic 1,200 wide.

    Returns
    -------
    Arrangement
        Every picture once.
    """
    if not ratios:
        return Arrangement(None, 0.0, (), ())
    if not lead:
        return Arrangement(None, 0.0, (), _rows(ratios, 0, row_height))
    if len(ratios) <= _FEW:
        return Arrangement(None, 0.0, (), _rows(ratios, 0, _LEAD_HEIGHT * 0.8))
    _, end, cut = min(
        (_unlikeness(ratios, end, cut), end, cut)
        for end in range(3, min(len(ratios), _MOST_BESIDE + 1) + 1)
        for cut in (_even_cut(ratios, 1, end),)
    )
    height = _lead_height(ratios, end, cut)
    return Arrangement(
        lead=0,
        lead_share=round(ratios[0] * height / _WIDTH, 3),
        beside=(Row(tuple(range(1, cut))), Row(tuple(range(cut, end)))),
        rows=_rows(ratios, end, row_height),
    )


def _unlikeness(ratios: Sequence[float], end: int, cut: int) -> float:
    """Return how far a block is from the usual height, and its two rows from each other."""
    uneven = abs(math.log(sum(ratios[1:cut]) / sum(ratios[cut:end])))
    return abs(_lead_height(ratios, end, cut) - _LEAD_HEIGHT) + _UNEVEN * uneven


def _lead_height(ratios: Sequence[float], end: int, cut: int) -> float:
    """Return the height at which the lead and two rows beside it fill the width together.

    With row sums s1 and s2 the rows are h1 = w/s1 and h2 = w/s2 high at a width of w, and
    h1 + h2 = H and a H + w = W give H = W / (a + s1 s2 / (s1 + s2)).
    """
    first, second = sum(ratios[1:cut]), sum(ratios[cut:end])
    return _WIDTH / (ratios[0] + first * second / (first + second))


def _even_cut(ratios: Sequence[float], start: int, end: int) -> int:
    """Return where to cut so that both parts are about equally long, none empty."""
    total = sum(ratios[start:end])
    return min(
        range(start + 1, end), key=lambda cut: (abs(2 * sum(ratios[start:cut]) - total), cut)
    )


def _rows(ratios: Sequence[float], start: int, row_height: float) -> tuple[Row, ...]:
    """Break the pictures from ``start`` on into rows as equally long as their order allows."""
    rest = ratios[start:]
    if not rest:
        return ()
    total = sum(rest)
    # n rows of a total length S (for a height of 1) are W n / S high.
    n_rows = min(
        range(1, len(rest) + 1),
        key=lambda n: (abs(math.log(_WIDTH * n / (total * row_height))), n),
    )
    # A single short row keeps its height and leaves space at its end.
    filler = max(0.0, _WIDTH / (row_height * 1.3) - total) if n_rows == 1 else 0.0
    ends = _even_breaks(rest, n_rows)
    return tuple(
        Row(tuple(range(start + begin, start + end)), round(filler, 2))
        for begin, end in zip([0, *ends], ends, strict=False)
    )


def _even_breaks(lengths: Sequence[float], n_rows: int) -> list[int]:
    """Return where rows end so that their lengths differ least (least squares, exact).

    Dynamic programming over the rows; an end strays at most ``_REACH`` pictures from where equal
    shares would put it, so that the work stays linear in the pictures.
    """
    passed = [0.0, *accumulate(lengths)]
    share = passed[-1] / n_rows
    best: dict[int, tuple[float, list[int]]] = {0: (0.0, [])}
    for row in range(1, n_rows + 1):
        usual = bisect(passed, row * share)
        ends = (
            [len(lengths)]
            if row == n_rows
            else range(
                max(row, usual - _REACH), min(len(lengths) - n_rows + row, usual + _REACH) + 1
            )
        )
        best = {
            end: min(
                (cost + (passed[end] - passed[begin] - share) ** 2, [*breaks, end])
                for begin, (cost, breaks) in best.items()
                if begin < end
            )
            for end in ends
            if any(begin < end for begin in best)
        }
    return best[len(lengths)][1]
