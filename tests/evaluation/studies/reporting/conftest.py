"""Studies as they are when they are done, made up: no model looks at anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from evaluation.studies.estimate import Estimate
from evaluation.studies.perception.result import (
    Answered,
    ClassAnswer,
    DefectSeen,
    DimensionTold,
    GeneratedTold,
    Mistake,
    PeopleTold,
    Perception,
    Phrasing,
)
from evaluation.studies.semantic_gap.result import (
    ClassDistance,
    ContentEqual,
    CueConflict,
    DistanceRatio,
    Failure,
    FoundInstead,
    Gap,
    ModelTold,
    Retrieval,
    SemanticGap,
    Survival,
)
from knowledge_graph import Artwork, Collection

HOSTILE = "<script>alert(1)</script>\u202e" + "x" * 10_000
"""A title as nobody should have it."""


def sees(name: str = "mini", **fields: Any) -> ModelTold:
    """Make a model that reads."""
    told = {"told": "an encoder", "reads": True, "floor": False, "joined": False,
            "context_length": 32, "cut": 0.25, **fields}  # fmt: skip
    return ModelTold(name=name, **told)


def sure(value: float, by: float = 0.05, **fields: Any) -> Estimate:
    """Make a number with its interval."""
    return Estimate(value, (value - by, value + by), **fields)


@pytest.fixture
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """Paint eight works, one of them with a title as nobody should have it."""
    root = tmp_path_factory.mktemp("pictures")
    works = []
    for number in range(8):
        hue = 31 * number % 256
        picture = Image.new("HSV", (90, 60), (hue, 160, 210)).convert("RGB")
        picture.paste((20, 20, 20), (10 + 5 * number, 10, 40, 50))
        picture.save(root / f"{number}.jpg")
        works.append(
            Artwork(
                id=f"w{number}",
                title=HOSTILE if number == 2 else f"Work {number}",
                images=(f"{number}.jpg",),
                facets={
                    "artist": (f"Artist {number % 4}",),
                    "genre": ("still life" if number % 2 else "history painting",),
                },
            )
        )
    return Collection.from_artworks(works, root=root, source="a/small_gallery")


@pytest.fixture
def gap() -> Callable[..., SemanticGap]:
    """Make a study of the semantic gap; what is given replaces its parts."""

    def make(**fields: Any) -> SemanticGap:
        models = (sees(), sees("floor", floor=True), sees("seer", reads=False, cut=None))
        told: dict[str, Any] = {
            "name": "a/small_gallery",
            "version": "0.1.0",
            "made": "2026-01-02T03:04:05+00:00",
            "works": 8,
            "models": models,
            "texts": {"kind": "caption", "missing": 0, "examples": [HOSTILE]},
            "classes": {"additive": {"still life": 4}, "name": "mine", "file": "additive = []\n"},
            "held_out": {"works": 2, "artists": 1},
            "protocol": "own",
            "ratios": (
                DistanceRatio(
                    "mini", "genre", sure(0.8, chance=1.0), sure(0.9), (0.97, 1.03), (0.9, 1.1),
                    0.005, 8, 0, 1, (ClassDistance("still life", 4, 0.4, 0.5, 0.8),), 0.78, "Type",
                ),
            ),
            "retrieval": tuple(
                Retrieval(
                    name, "text to picture", "all", group, 8, sure(0.1), sure(0.4),
                    sure(0.5, chance=0.52), sure(30.0, 4, n=4),
                )
                for name in ("mini", "floor")
                for group in ("all", "additive", "narrative")
            ),
            "gaps": (
                Gap("mini", "text to picture", "all", sure(10, 2), sure(31, 6), sure(3.1, 0.85)),
                Gap("floor", "text to picture", "all", sure(50, 9), sure(55, 9), sure(1.1, 0.4)),
            ),
            "content_equal": (
                ContentEqual(
                    "mini", "asked by the things alone", sure(12, 3), sure(13, 3), sure(1.08, 0.3),
                    4, 0.6,
                ),
            ),
            "survival": (
                Survival(
                    "mini", "grey", "form", sure(0.4), sure(0.8), sure(0.9), sure(0.7)
                ),
            ),
            "cue_conflicts": (
                CueConflict("mini", "patches", "work", sure(0.31), 4, 3),
            ),
            "failures": (
                Failure(
                    "mini", "w2", "narrative", "history painting", HOSTILE, 7.5, 0.1,
                    (FoundInstead("w1", 0.4), FoundInstead("gone", 0.3)),
                ),
            ),
            "published": {"text2art": [{"model": "CCA", "median rank": 25}], "factor": 3.8},
            "cautions": ("Only 4 works are narrative.",),
            "settings": {"seed": 0, "command": "", "pixels": 64, "shown_treated": ["w1"],
                         "shown_pairs": [["w2", "w3"]]},
        }  # fmt: skip
        return SemanticGap(**{**told, **fields})

    return make


@pytest.fixture
def perceived() -> Callable[..., Perception]:
    """Make a study of perception; what is given replaces its parts."""

    def make(**fields: Any) -> Perception:
        told: dict[str, Any] = {
            "name": "a/small_gallery",
            "version": "0.1.0",
            "made": "2026-01-02T03:04:05+00:00",
            "works": 8,
            "models": (sees(), sees("floor", floor=True)),
            "dimensions": (
                DimensionTold(
                    "content", "subject", ("a painting of {}",), ("ship", "tree"), 8,
                    {HOSTILE: "too few works"},
                ),
            ),
            "answered": tuple(
                Answered(
                    name, "content", sure(words, chance=0.5), sure(0.6), sure(0.7, chance=0.5),
                    sure(0.9), sure(0.3), (Phrasing("a painting of {}", sure(0.55), 0.2),),
                    "seen and said", (ClassAnswer("ship", 4, 0.5, 0.7, 0.6, 0.8),),
                )
                for name, words in (("mini", 0.8), ("floor", 0.51))
            ),
            "defects": (
                DefectSeen(
                    "mini", "local warp", "distorted | sound", sure(0.8), ((0.5, 0.6), (1.0, 0.8)),
                    sure(0.4), (0.4, 0.6), 0.01, ((0.5, 3.0), (1.0, 8.0)), sure(0.9),
                    "seen and said",
                ),
                DefectSeen(
                    "mini", "compression", "blocks | clean", sure(0.5), ((0.5, 0.5), (1.0, 0.5)),
                    sure(0.0), None, None, (), sure(0.5), "invisible",
                ),
            ),
            "generated": (
                GeneratedTold(
                    "mini", sure(0.9), sure(0.9), sure(0.9), sure(0.9), {"grey": 0.8},
                    {"a generator": 0.7}, sure(0.6), {"works": 100},
                ),
            ),
            "people": (
                PeopleTold(
                    "content", "nominal", 8, 24, 3, sure(0.5),
                    {"mini": {"alpha": sure(0.4), "accuracy": sure(0.6)}}, {"alpha": sure(0.5)},
                ),
            ),
            "mistakes": tuple(
                Mistake("content", work, ("ships",), {"mini": "<b>apples</b>", "other": "skulls"})
                for work in ("w1", "w2")
            ),
            "shown_spoilt": "w3",
            "cautions": (),
            "settings": {"seed": 0, "pixels": 64, "dimensions_file": "[content]\n"},
        }  # fmt: skip
        return Perception(**{**told, **fields})

    return make
