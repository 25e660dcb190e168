from __future__ import annotations

import time
from pathlib import Path

import pytest

from knowledge_graph import Artwork, Collection, open_collection
from topicart.summaries.names import NameCheck

WORKS = [
    Artwork(
        id="a",
        title="Salome in a garden",
        facets={"artist": ("Beardsley Aubrey",), "style": ("Art Nouveau (Modern)",)},
    ),
    Artwork(
        id="b",
        title="Starry night over a church",
        facets={
            "artist": ("vincent-van-gogh",),
            "style": ("Post-Impressionism", "Light and Space"),
            "place": ("Musée d'Orsay, Paris, France",),
        },
    ),
    Artwork(id="c", title="Niagara", facets={"artist": ("Church, Frederic Edwin",)}),
    Artwork(
        id="d",
        title="Virgin and Child",
        date="1510, Kyoto",
        facets={"artist": ("Dürer Albrecht",), "subject": ("Francis-Bacon",)},
    ),
    Artwork(id="e", title="山水", facets={"artist": ("雪舟",), "place": ("Japan",)}),
]


@pytest.fixture(scope="module")
def works() -> Collection:
    return Collection.from_artworks(WORKS, source="test")


@pytest.fixture(scope="module")
def check(works: Collection) -> NameCheck:
    return NameCheck(works)


def _of(works: Collection, ids: str) -> Collection:
    return works.select([row for row, work_id in enumerate(works.ids) if work_id in ids])


@pytest.mark.parametrize(
    "text",
    [
        "Works by Beardsley Aubrey.",
        "Aubrey Beardsley's drawings; Beardsley, Aubrey; the late Beardsley.",
        "BEARDSLEY drew Salome in an Art Nouveau manner.",
        "Elegant Beardsley drawings. In May and on Monday I saw a chair.",
        "Drawings of a woman; Elegant lines.",
        "Painted with verve. Bathers rest.",
        "",
    ],
)
def test_names_in_the_facts_and_ordinary_words_are_not_flagged(
    text: str, check: NameCheck, works: Collection
) -> None:
    assert check.unsupported(text, _of(works, "a")) == ()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Drawn after Vincent van Gogh's years in New York.", ("Vincent van Gogh", "New York")),
        ("Van Gogh painted these.", ("Gogh",)),
        ("By Gogh. Vincent van gogh, Gogh, Vincent van, and Gogh again.",
         ("Gogh", "Vincent van gogh", "Gogh, Vincent van")),
        ("Baroque drama meets cubist forms.", ("Baroque", "cubist")),
        ("An Impressionistic, almost post-impressionist touch.",
         ("Impressionistic", "post-impressionist")),
        ("Japanese prints inspired them.", ("Japanese",)),
        ("Seen in the musee d'orsay, in Paris.", ("musee d'orsay", "Paris")),
        ("Echoes of J. M. W. Turner and of Georgia O'Keeffe’s flowers.",
         ("J. M. W. Turner", "Georgia O'Keeffe")),
        ("Like “The Niagara Falls” by Frederic Edwin Church.",
         ("Niagara Falls", "Frederic Edwin Church")),
        ("Пейзаж в манере Шишкина.", ("Шишкина",)),
        ("In the manner of 雪舟 perhaps.", ("雪舟",)),
    ],
)  # fmt: skip
def test_names_that_no_members_facts_contain_are_flagged_as_written_and_in_order(
    text: str, names: tuple[str, ...], check: NameCheck, works: Collection
) -> None:
    assert check.unsupported(text, _of(works, "a")) == names


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Vincent van Gogh, a Post-Impressionist, or Impressionism.", "b"),
        ("Albrecht Durer and Albrecht Dürer and Albrecht Du\u0308rer.", "d"),
        ("Francis Bacon in Kyoto with the Virgin.", "d"),
        ("Japanese prints by 雪舟 from Japan.", "e"),
        ("French paintings in the Musee d’Orsay.", "b"),
    ],
)
def test_support_may_come_from_any_fact_in_another_form(
    text: str, ids: str, check: NameCheck, works: Collection
) -> None:
    assert check.unsupported(text, _of(works, ids)) == ()


def test_an_everyday_word_is_a_surname_only_where_it_is_meant(
    check: NameCheck, works: Collection
) -> None:
    members = _of(works, "a")
    assert check.unsupported("Church interiors full of light and space.", members) == ()
    assert check.unsupported("The art of Church and of Light and Space.", members) == (
        "Church",
        "Light and Space",
    )


def test_a_name_is_given_once(check: NameCheck, works: Collection) -> None:
    text = "Drawn in Paris, and in Paris again; PARIS it was."
    assert check.unsupported(text, _of(works, "a")) == ("Paris",)


def test_a_collection_without_facts_still_knows_styles_and_capitals() -> None:
    works = Collection.from_artworks([Artwork(id="x")], source="test")
    assert NameCheck(works).unsupported("Rococo ceilings by Tiepolo.", works) == (
        "Rococo",
        "Tiepolo",
    )


@pytest.mark.parametrize(
    "text",
    ["A" * 10_000, "a'" * 5000, "A. " * 3300, "Van van " * 1250, "St. " * 2500, "New York " * 1100,
     "Aé-" * 3300, "Art " * 2500, "'" * 10_000, "Gogh vincent van " * 600],
)  # fmt: skip
def test_a_hostile_text_takes_no_time(text: str, check: NameCheck, works: Collection) -> None:
    start = time.perf_counter()
    check.unsupported(text, works)
    assert time.perf_counter() - start < 1.0


def test_on_real_works_what_the_records_say_is_never_flagged(shared_data: Path) -> None:
    works = open_collection(shared_data / "wikiart-sample")
    check = NameCheck(works)
    for row in range(0, len(works), 40):
        work = works[row]
        facts = [value for values in work.facets.values() for value in values]
        text = f"A work, {work.title}, and of it {'; '.join(facts)}."
        assert check.unsupported(text, works.select([row])) == (), text


def test_a_famous_name_that_opens_a_sentence_is_marked_unless_the_facts_have_it() -> None:
    own = Collection.from_artworks([Artwork(id="m", facets={"artist": ("Monet Claude",)})])
    text = "Hokusai inspired this. Renoir, Degas and Pissarro are near. Figures rest. Monet is too."
    found = NameCheck(own).unsupported(text, own)
    assert found == ("Hokusai", "Renoir", "Degas", "Pissarro")
