from __future__ import annotations

from pathlib import Path

import numpy as np

from knowledge_graph import Artwork, Collection
from topicart.summarize import summarize_facts
from topicart.topics import Label


def _works(*facts: tuple[str, int | None]) -> Collection:
    works = [
        Artwork(id=f"w{row}", year_from=year, facets={"artist": (artist,) if artist else ()})
        for row, (artist, year) in enumerate(facts)
    ]
    return Collection.from_artworks(works, Path(), "test")


def _label(facet: str, term: str, share: float) -> Label:
    return Label(facet=facet, term=term, score=None, cosine=None, share=share, lift=2.0)


def test_a_summary_says_how_many_when_what_and_by_whom() -> None:
    works = _works(("Ann", 1900), ("Ann", 1850), ("Bob", None), ("Cy", 1999))
    labels = (_label("genre", "marina", 0.75), _label("genre", "landscape", 0.5),
              _label("style", "Realism", 0.5), _label("subject", "ships", 0.02))  # fmt: skip
    assert summarize_facts(works, np.array([0, 1, 2]), labels) == (
        "3 works, 1850–1900. Marina in 75% and Realism in 50% of them. By Ann (2) and Bob (1)."
    )


def test_many_artists_are_counted_and_one_year_is_no_span() -> None:
    works = _works(("A", 1700), ("B", 1700), ("C", 1700), ("D", 1700), ("D", 1700))
    assert summarize_facts(works, np.arange(5), ()) == (
        "5 works, 1700. Mostly by D (2), A (1) and B (1); 4 artists in all."
    )


def test_years_before_our_era_are_said_so() -> None:
    assert summarize_facts(_works(("", -500), ("", 20)), np.arange(2), ()) == (
        "2 works, 500 BCE–20."
    )


def test_works_without_facts_are_still_counted() -> None:
    assert summarize_facts(_works(("", None), ("", None)), np.arange(2), ()) == "2 works."
