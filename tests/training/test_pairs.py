from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_graph import Artwork, Collection, open_collection
from prompts import Captioner
from topicart.errors import TrainingError
from training.pairs import pairs_of


def collection_of(*works: Artwork) -> Collection:
    return Collection.from_artworks(works, source="my works")


def work(
    id_: str, *, images: tuple[str, ...] = ("a.png",), title: str = "", **facets: str
) -> Artwork:
    return Artwork(
        id=id_, title=title, images=images, facets={f: (value,) for f, value in facets.items()}
    )


def test_works_with_a_picture_and_a_caption_are_pairs() -> None:
    pairs = pairs_of(
        collection_of(
            work("c", style="Cubism"),
            work("a", title="A"),
            work("bare", images=(), title="B"),
            work("mute"),
            work("broken", subject="&#39;"),
        ),
        Captioner(),
    )
    assert pairs.ids == ("a", "c")
    assert (len(pairs), pairs.without_picture, pairs.without_caption) == (2, 1, 2)
    assert pairs.facts(1) == {("style", "Cubism")}
    assert pairs.of(["c", "unknown"]).ids == ("c",)


def test_what_is_known_is_told_by_facts() -> None:
    known = Artwork(
        id="a", title="A", description="One sentence. Another.", date="1799-1801",
        images=("a.png",), year_from=1799, year_to=1801, date_precision="range",
        facets={"subject": ("sea", "sky")}, iris={"subject": ("", "http://sky")}, image_urls=("http://a.png",),
    )  # fmt: skip
    pairs = pairs_of(collection_of(known, work("b", title="B")), Captioner())
    assert pairs.facts(0) == {
        ("title", "A"), ("date", "1799-1801"), ("century", "18th century"),
        ("century", "19th century"), ("description", "One sentence."),
        ("subject", "sea"), ("subject", "sky"),
    }  # fmt: skip
    kept = pairs.works[0]
    assert (kept.description, kept.iris, kept.image_urls) == ("One sentence.", {}, ())


def test_values_that_repeat_are_kept_once(paintings: Path) -> None:
    pairs = pairs_of(open_collection(paintings), Captioner())
    assert len(pairs) == 60
    values = [work.facets["artist"] for work in pairs.works]
    assert len({id(value) for value in values}) == len(set(values)) == 5


def test_nothing_to_learn_is_refused_with_the_reason() -> None:
    with pytest.raises(TrainingError, match="my works: none of the 1 works has a picture"):
        pairs_of(collection_of(work("a", images=(), title="A")), Captioner())
    with pytest.raises(TrainingError, match="none of the 2 works .* to make a caption of"):
        pairs_of(collection_of(work("a"), work("b")), Captioner())
    with pytest.raises(
        TrainingError,
        match="have one caption, .painting in the style of Cubism.; expected at least two",
    ):
        pairs_of(collection_of(work("a", style="Cubism"), work("b", style="Cubism")), Captioner())
