from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_graph import FACETS
from prompts import clean_value, prompt_text, spell_out
from prompts.cleaning import is_markup


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


@pytest.mark.parametrize(
    ("facet", "value", "words"),
    [
        ("genre", "nude painting (nu)", "nude"),
        ("genre", "Paintings", "Paintings"),
        ("genre", "genre painting", "genre"),
        ("subject", "boats-and-ships", "boats, ships"),
        ("subject", "Greek and Roman Mythology", "Greek and Roman Mythology"),
        ("subject", "birth and youth of Mary", "birth and youth of Mary"),
        ("subject", "sandstone", "sandstone"),
        ("subject", "still-life", "still life"),
        ("artist", "henri de toulouse-lautrec", "henri de toulouse lautrec"),
        ("period", "Edo period", "Edo"),
        ("period", "Blue Period", "Blue"),
        ("period", "Period", "Period"),
        ("period", "Black Paintings", "Black"),
        ("style", "Post-Impressionism", "Post-Impressionism"),
        ("style", "Color Field Painting", "Color Field Painting"),
        ("series", "The Four Seasons and a Painting", "The Four Seasons and a Painting"),
    ],
)
def test_prompts_have_the_words_of_their_facet(facet: str, value: str, words: str) -> None:
    assert prompt_text(value, facet) == words


@given(st.text(min_size=1, max_size=40).filter(str.strip), st.sampled_from(FACETS))
def test_a_prompt_text_is_never_empty(value: str, facet: str) -> None:
    assert prompt_text(value, facet).strip()


@pytest.mark.parametrize("tag", ["St.-Peter&#39;s", "&amp;", "#39;s", "Peter&#39", "&quot;x"])
def test_tags_of_broken_html_are_known(tag: str) -> None:
    assert is_markup(tag)


@pytest.mark.parametrize("tag", ["Gilbert & George", "men; women", "No. #1"])
def test_signs_of_ordinary_tags_are_no_html(tag: str) -> None:
    assert not is_markup(tag)
