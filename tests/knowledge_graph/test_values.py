from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_graph.values import (
    NULL_WORDS,
    clean_date,
    clean_line,
    clean_text,
    facet_lists,
    list_in,
    separator_of,
    split_cell,
    text_of,
)

WORDS = st.text(st.characters(categories=["L"]), min_size=1, max_size=8).filter(
    lambda word: clean_line(word) == word
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (1890.0, "1890"),
        (0.5, "0.5"),
        (7, "7"),
        ("x", "x"),
        (date(1890, 5, 1), "1890-05-01"),
        (datetime(1890, 5, 1), "1890-05-01"),
        ({"a": 1}, '{"a": 1}'),
    ],
)
def test_a_cell_of_any_type_is_text(value: object, text: str) -> None:
    assert text_of(value) == text


def test_a_line_is_tidied() -> None:
    assert clean_line("  Cafe\u0301\n at\t  night\x00 ") == "Café at night"
    assert clean_line("Arts &amp; Crafts") == "Arts & Crafts"
    assert clean_line("&amp;lt;b&amp;gt;") == "&lt;b&gt;"
    assert clean_line("\ud800x") == "\ufffdx"


@pytest.mark.parametrize("word", ["Unknown", "NaN", " n/a ", "-", "NULL", "Unbekannt", "?"])
def test_words_that_say_nothing_is_known_are_nothing(word: str) -> None:
    assert clean_line(word) == ""


def test_untitled_and_anonymous_are_facts() -> None:
    assert clean_line("Untitled") == "Untitled"
    assert clean_line("Anonymous") == "Anonymous"


def test_a_description_keeps_its_lines() -> None:
    assert clean_text("  one\r\n\r\ntwo  ") == "one\n\ntwo"


def test_a_spreadsheets_year_is_a_year() -> None:
    assert clean_date("1890.0") == "1890"
    assert clean_date("12.0 cm") == "12.0 cm"


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean_line(text)
    if "&" not in once:
        assert clean_line(once) == once
    assert once.casefold() not in NULL_WORDS
    once.encode("utf-8")


@given(st.lists(WORDS, unique=True), st.sampled_from([";", "|", ",", " / "]))
def test_what_is_joined_is_divided_again(words: list[str], separator: str) -> None:
    assert split_cell(f" {separator} ".join(words), separator) == words


@given(st.text(), st.sampled_from(["", ";", "|", ","]))
def test_parts_are_clean_and_each_is_there_once(cell: str, separator: str) -> None:
    parts = split_cell(cell, separator)
    assert len(parts) == len(set(parts))
    assert all(part and part == part.strip() for part in parts)


def test_semicolons_and_bars_divide_and_the_more_frequent_is_the_columns() -> None:
    assert separator_of(Counter(["a;b", "c;d", "e|f"]), comma=True) == ";"
    assert separator_of(Counter(["a|b", "c"]), comma=False) == "|"
    assert separator_of(Counter(["a", "b"]), comma=True) == ""


def test_a_comma_divides_where_parts_are_values_of_their_own() -> None:
    styles = Counter({"Cubism, Symbolism": 3, "Cubism": 10, "Symbolism": 4})
    assert separator_of(styles, comma=True) == ","
    assert separator_of(styles, comma=False) == ""


def test_a_comma_divides_where_parts_change_places() -> None:
    tags = Counter(["sea, ships, sky", "ships, sea", "sky, trees", "trees, sea"])
    assert separator_of(tags, comma=True) == ","


def test_a_comma_in_a_phrase_does_not_divide() -> None:
    classes = Counter({"on paper, unique": 50, "on paper, print": 20, "painting": 5})
    assert separator_of(classes, comma=True) == ""
    media = Counter(["Ink, chalk and graphite on paper", "Ink, wash and gold on paper", "Oil"])
    assert separator_of(media, comma=True) == ""


def test_one_stray_semicolon_does_not_keep_commas_from_dividing() -> None:
    styles = Counter({"Cubism, Symbolism": 3, "Cubism": 10, "Symbolism; late": 1, "Symbolism": 2})
    assert separator_of(styles, comma=True) == ","


def lists_of(cells: list[str], facet: str, separator: str | None = None) -> list[list[str]]:
    found: list[list[str]] = facet_lists(pa.chunked_array([cells]), facet, separator).to_pylist()
    return found


def test_names_with_commas_stay_whole_in_artists_and_places() -> None:
    names = ["CORTONA, Pietro da", "Pietro da", "CORTONA"]
    assert lists_of(names, "artist") == [[name] for name in names]
    assert lists_of(["London, UK", "UK", "London"], "place") == [["London, UK"], ["UK"], ["London"]]


def test_a_separator_that_is_given_divides_everywhere() -> None:
    assert lists_of(["A, B", "C"], "artist", ",") == [["A", "B"], ["C"]]
    assert lists_of(["a;b, c"], "style", "") == [["a;b, c"]]


def test_the_semicolon_of_an_entity_divides_nothing() -> None:
    assert lists_of(["Arts &amp; Crafts", "Cubism"], "style") == [["Arts & Crafts"], ["Cubism"]]


def test_cells_that_are_lists_are_taken_as_they_are() -> None:
    column = pa.chunked_array([pa.array([["a, b", " c ", "nan", "c"], []])])
    assert facet_lists(column, "style", None).to_pylist() == [["a, b", "c"], []]


@given(st.lists(st.text(st.sampled_from("ab ,;|\n&"), max_size=12), min_size=1, max_size=8))
def test_every_row_gets_the_parts_of_its_own_cell(cells: list[str]) -> None:
    rows = lists_of(cells, "style")
    assert len(rows) == len(cells)
    for cell, parts in zip(cells, rows, strict=True):
        assert all(" ".join(part.split()) in " ".join(cell.split()) for part in parts)


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ('["a", "b, c"]', ["a", "b, c"]),
        ("['a', 'b, c']", ["a", "b, c"]),
        ("""["it's", 'b']""", ["it's", "b"]),
        (r"['it\'s']", ["it's"]),
        ("['a' 'b'\n 'c']", ["a", "b", "c"]),
        (" [] ", []),
        ("[1890, null]", [1890, None]),
        ("[Untitled]", None),
        ("[after] Rembrandt [?]", None),
        ("['a', b]", None),
        ("['a", None),
        ("[__import__('os')]", None),
        ("[" * 100_000 + "]", None),
        ("[" + "1" * 10_000 + "]", None),
        ("['" + r"\'" * 100_000 + "]", None),
    ],
)
def test_a_list_that_a_program_wrote_into_a_cell_is_read(
    cell: str, parts: list[object] | None
) -> None:
    assert list_in(cell) == parts


@given(st.lists(WORDS, unique=True))
def test_lists_as_python_and_json_write_them_are_lists(words: list[str]) -> None:
    assert list_in(repr(words)) == list_in(json.dumps(words)) == words


def test_written_lists_and_plain_cells_may_stand_in_one_column() -> None:
    cells = ["['a, b', 'nan']", "c; d", "[]", ""]
    assert lists_of(cells, "artist") == [["a, b"], ["c", "d"], [], []]
    assert lists_of(["['a']"], "artist", "") == [["['a']"]]
