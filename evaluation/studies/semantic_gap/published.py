"""Published numbers that stand beside those of a study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["DIRECTIONS", "PUBLISHED_GAP", "PUBLISHED_TEXT2ART"]

DIRECTIONS = ("text to picture", "picture to text")


def _published(
    model: str, found: tuple[float, ...], back: tuple[float, ...] | None, source: str
) -> Mapping[str, Any]:
    names = ("R@1", "R@5", "R@10", "median rank")
    told: dict[str, Any] = {"model": model, **dict(zip(names, found, strict=True))}
    if back is not None:
        told |= {f"{name}, back": own for name, own in zip(names, back, strict=True)}
    return {**told, "source": source}


_SEMART = "Garcia & Vogiatzis 2018, README of noagarcia/SemArt"
_CONTEXT = "Garcia, Renoust & Nakashima 2019, README of noagarcia/context-art-retrieval"
PUBLISHED_TEXT2ART: tuple[Mapping[str, Any], ...] = (
    _published("CCA", (0.117, 0.283, 0.377, 25), (0.131, 0.280, 0.355, 26), _SEMART),
    _published("CML", (0.164, 0.386, 0.505, 10), (0.162, 0.366, 0.479, 12), _SEMART),
    _published("ContextNet MTL Type", (0.145, 0.358, 0.474, 12), None, _CONTEXT),
    _published("ContextNet MTL School", (0.196, 0.428, 0.536, 8), None, _CONTEXT),
    _published("ContextNet MTL Timeframe", (0.171, 0.394, 0.525, 9), None, _CONTEXT),
    _published("ContextNet MTL Author", (0.232, 0.452, 0.567, 7), None, _CONTEXT),
    _published("ContextNet KGM Type", (0.152, 0.367, 0.506, 10), None, _CONTEXT),
    _published("ContextNet KGM School", (0.162, 0.371, 0.483, 12), None, _CONTEXT),
    _published("ContextNet KGM Timeframe", (0.175, 0.399, 0.506, 10), None, _CONTEXT),
    _published("ContextNet KGM Author", (0.247, 0.477, 0.581, 6), None, _CONTEXT),
)
"""SemArt's Text2Art on its 1,069 test paintings, for the table beside."""

_GAP = "The Semantic Gap in Art"
PUBLISHED_GAP: tuple[Mapping[str, Any], ...] = (
    {"model": "all its models", "lowest_ratio": 1.4, "highest_ratio": 3.8, "source": _GAP},
    {"model": "CLIP", "additive": 5, "narrative": 19, "source": _GAP},
    {"model": "ResNet and BERT", "narrative": 65, "source": _GAP},
)
"""How much later narrative works come, and median ranks of the two groups."""
