from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_graph import FACETS, Artwork, Collection
from prompts import (
    DATE,
    TemplateError,
    build_vocabulary,
    clean_value,
    load_templates,
    phrase,
    spell_out,
)


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        ("vincent-van-gogh", "vincent van gogh"),
        ("Mannerism (Late Renaissance)", "Mannerism"),
        ("art nouveau (modern)", "art nouveau"),
        ("Post-Impressionism", "Post-Impressionism"),
        ("j.m.w. turner", "turner"),
        ("  still   life ", "still life"),
        ("st.-george-and-the-dragon", "st. george and the dragon"),
        ("(untitled)", "(untitled)"),
    ],
)
def test_values_become_words_for_prompts(value: str, cleaned: str) -> None:
    assert clean_value(value) == cleaned


@given(st.text(min_size=1).filter(str.strip))
def test_cleaning_any_text_leaves_something_and_is_settled(value: str) -> None:
    cleaned = clean_value(value)
    assert cleaned.strip() == cleaned != ""
    assert spell_out(spell_out(value)) == spell_out(value)


def _in(year: int | None) -> dict[str, int | None]:
    return {"year_from": year, "year_to": year}


def _works(*facts: dict[str, tuple[str, ...]], years: tuple[int | None, ...] = ()) -> Collection:
    works = [
        Artwork(id=f"w{row}", facets=own, **_in(years[row] if years else None))
        for row, own in enumerate(facts)
    ]
    return Collection.from_artworks(works, Path(), "test")


def test_vocabulary_joins_spellings_and_leaves_rare_values_out() -> None:
    works = _works(
        {"style": ("Cubism",), "subject": ("trees-and-hills", "sky")},
        {"style": ("cubism",), "subject": ("trees-and-hills",)},
        {"style": ("Cubism (Analytic)",), "subject": ("sky", "sky")},
        {"style": ("Fauvism",)},
        years=(1907, 1911, None, 1880),
    )
    vocabulary = build_vocabulary(works, min_works=2)
    assert [(term.facet, term.text, term.n_works) for term in vocabulary.terms] == [
        ("style", "Cubism", 3),
        ("subject", "sky", 2),
        ("subject", "trees and hills", 2),
        ("date", "20th century", 2),
    ]
    assert vocabulary.facets == ("style", "subject", DATE)
    assert vocabulary.presence.toarray().tolist() == [
        [1, 1, 1, 1], [1, 0, 1, 1], [1, 1, 0, 0], [0, 0, 0, 0],
    ]  # fmt: skip
    assert vocabulary.stated.tolist() == [
        [True, True, True], [True, True, True], [True, True, False], [True, False, True],
    ]  # fmt: skip


def test_artists_who_share_a_family_name_stay_apart() -> None:
    works = _works({"artist": ("J.M.W. Turner",)}, {"artist": ("W.A. Turner",)})
    assert len(build_vocabulary(works, min_works=1).terms) == 2


def test_a_term_has_the_commonest_iri_of_the_values_it_stands_for() -> None:
    stated = [("Cubism", "urn:x:2"), ("cubism", "urn:x:1"), ("Cubism (Analytic)", "urn:x:2"),
              ("Cubism", "")]  # fmt: skip
    works = [
        Artwork(id=f"w{row}", facets={"style": (text, "plain")}, iris={"style": (iri, "")})
        for row, (text, iri) in enumerate(stated)
    ]
    works.append(Artwork(id="w9", facets={"style": ("Cubism",)}, **_in(1907)))
    vocabulary = build_vocabulary(Collection.from_artworks(works, Path(), "test"), min_works=1)
    assert {term.text: term.iri for term in vocabulary.terms} == {
        "Cubism": "urn:x:2", "plain": "", "20th century": "",
    }  # fmt: skip


def test_equally_common_iris_give_the_first_in_their_order_whatever_the_works() -> None:
    works = [
        Artwork(id=f"w{row}", facets={"artist": ("Smith",)}, iris={"artist": (iri,)})
        for row, iri in enumerate(("urn:x:b", "urn:x:a"))
    ]
    (term,) = build_vocabulary(Collection.from_artworks(works), min_works=1).terms
    assert (term.n_works, term.iri) == (2, "urn:x:a")


def test_a_collection_without_facts_has_an_empty_vocabulary() -> None:
    vocabulary = build_vocabulary(_works({}, {}))
    assert vocabulary.terms == ()
    assert vocabulary.presence.shape == (2, 0)


def test_shipped_templates_have_three_phrasings_for_every_facet() -> None:
    templates = load_templates()
    assert set(templates) == {*FACETS, DATE}
    assert all(len(phrasings) >= 3 for phrasings in templates.values())
    assert phrase(templates, "style", "Art Nouveau (Modern)")[0].endswith("Art Nouveau")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("style = [", "not valid TOML"),
        ('colour = ["{term}"]', "no facet 'colour'; the facets are artist"),
        ("style = []", "needs a list of phrasings"),
        ('style = "a {term}"', "needs a list of phrasings"),
        ('style = ["a painting"]', "must hold the placeholder"),
        ('style = ["{term} {artist}"]', "must hold the placeholder"),
        ('style = ["{term"]', "must hold the placeholder"),
        ('style = ["{}"]', "must hold the placeholder"),
    ],
)
def test_broken_templates_are_explained(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TemplateError, match=message) as caught:
        load_templates(file)
    assert "mine.toml" in str(caught.value)


def test_a_missing_templates_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="cannot be read"):
        load_templates(tmp_path / "none.toml")
