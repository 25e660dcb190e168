"""The one style sheet of a page that needs no other file, and its mark in the page's policy."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import topicart.report
from topicart.report.mosaic import shown_ratio
from topicart.report.palette import topic_tones

if TYPE_CHECKING:
    from evaluation.comparing.pictures import Embedded

__all__ = ["SHARED", "page_style", "policy_hash", "ratio_class"]

_HERE = Path(__file__).parent / "static"
_HOUSE = Path(topicart.report.__file__).parent / "static" / "site.css"

SHARED = (_HOUSE, *(_HERE / name for name in ("page.css", "drawings.css", "tables.css")))
"""What every such page looks like: the house, its own parts, drawings, tables."""


def page_style(sheets: Iterable[Path], pictures: Iterable[Embedded], n_tones: int) -> str:
    """Return a page's only style sheet: the house's, the page's own, and the colours in use.

    The page's policy allows this one by its hash, so that no other can be smuggled in.

    Parameters
    ----------
    sheets
        Files, in order.
    pictures
        Pictures that are shown; their proportions become classes (:func:`ratio_class`).
    n_tones
        How many colours.

    Returns
    -------
    str
        CSS, with the classes ``t0``, ``t1``, … for the colours.
    """
    ratios = sorted({_ratio(picture) for picture in pictures})
    tones = topic_tones(n_tones)
    return "\n".join(
        [
            *(path.read_text(encoding="utf-8") for path in sheets),
            *(f".r{round(ratio * 100)}{{--r:{ratio:.2f}}}" for ratio in ratios),
            *(f".t{number}{{--tone:{tone.light}}}" for number, tone in enumerate(tones)),
            "@media screen and (prefers-color-scheme:dark){",
            *(f".t{number}{{--tone:{tone.dark}}}" for number, tone in enumerate(tones)),
            "}",
        ]
    )


def ratio_class(picture: Embedded) -> str:
    """Name the class of a picture's proportion.

    Parameters
    ----------
    picture
        The picture.

    Returns
    -------
    str
        As the style sheet has it.
    """
    return f"r{round(_ratio(picture) * 100)}"


def policy_hash(text: str) -> str:
    """Return what a content security policy knows a style sheet by.

    Parameters
    ----------
    text
        The style sheet.

    Returns
    -------
    str
        Its SHA-256, in base 64.
    """
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _ratio(picture: Embedded) -> float:
    return shown_ratio(picture.width / picture.height)
