"""Conditions: which works meet them, and what is said of those that none can meet."""

from __future__ import annotations

import re
from contextlib import suppress

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge_graph import Artwork, Collection
from topicart.errors import RetrievalError
from topicart.retrieval import Facts, parse_condition
from topicart.retrieval.conditions import facets_asked, written


def _work(number: int, facets: dict[str, tuple[str, ...]], *years: int | None) -> Artwork:
    first, last = (years * 2)[:2] if years else (None, None)
    return Artwork(id=f"w{number}", facets=facets, year_from=first, year_to=last)


@pytest.fixture
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    works = [
        _work(0, {"genre": ("marina",), "style": ("Realism",)}, 1871),
        _work(1, {"genre": ("still life",), "artist": ("vincent-van-gogh",)}, 1640, 1660),
        _work(2, {"genre": ("marina", "portrait"), "style": ("Cubism",)}),
        _work(3, {"genre": ("a|b",), "style": ("realism",)}, None, 1699),
        _work(4, {}, 1700),
    ]
    collection = Collection.from_artworks(works, tmp_path_factory.mktemp("none"), "five")
    topics = pa.array([0, 0, 1, -1, None], pa.int32())
    return Facts(collection.arrow.append_column("topic", topics))


@pytest.mark.parametrize(
    ("conditions", "rows"),
    [
        (["genre=marina"], [0, 2]),
        (["genre=marina|still life"], [0, 1, 2]),
        ([r"genre=a\|b"], [3]),
        (["genre=MARINA", "style!=Cubism"], [0]),
        (["style=Realism"], [0, 3]),
        (["style!=Realism"], [1, 2, 4]),
        (["artist=Vincent van Gogh"], [1]),
        (["artist=vincent-van-gogh"], [1]),
        (["date<1700"], [1, 3]),
        (["date<=1700"], [1, 3, 4]),
        (["date>1659"], [0, 1, 3, 4]),
        (["date>=1700"], [0, 4]),
        (["date=1600..1650"], [1]),
        (["date=1871"], [0]),
        (["century=17th century"], [1, 4]),
        (["topic=0"], [0, 1]),
        (["topic=-1|1"], [2, 3]),
        (["topic=-2"], [4]),
        (["genre=still l…"], [1]),
        (["topic=0", "date<1700"], [1]),
        ([], None),
    ],
)
def test_rows_that_meet_conditions(
    facts: Facts, conditions: list[str], rows: list[int] | None
) -> None:
    found = facts.rows(conditions)
    assert (None if found is None else found.tolist()) == rows


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("gener=marina", "no facet 'gener'. Did you mean 'genre'"),
        ("genre=marine", "No work has the genre 'marine'. Did you mean 'marina'"),
        ("medium=oil", "No work of this collection states its medium"),
        ("topic=7", "No work has the topic '7'"),
        ("marina", "is no condition. Write a condition as genre=marina"),
        ("genre=", "is no condition"),
        (r"genre=\| ", "No work has the genre"),
        ("genre<3", "only dates are smaller or larger"),
        ("date=soon", "asks for no years"),
        ("date!=1600", "asks for no years"),
        ("date=1700..1600", "wrong order"),
        ("genre=" + "x" * 8001, "at most 8000 letters"),
    ],
)
def test_what_cannot_be_met_is_said(facts: Facts, condition: str, told: str) -> None:
    with pytest.raises(RetrievalError, match=re.escape(told)):
        facts.rows([condition])


def test_works_that_differ_in_a_facet(facts: Facts) -> None:
    assert facts.rows([facts.other_than(0, "genre")]).tolist() == [1, 3]
    assert facts.rows([facts.other_than(2, "style")]).tolist() == [0, 3]
    with pytest.raises(RetrievalError, match="states no style"):
        facts.other_than(4, "style")
    with pytest.raises(RetrievalError, match="no facet 'colour'"):
        facts.other_than(0, "colour")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcd"), max_size=3), min_size=1, max_size=30))
def test_the_index_equals_a_look_at_every_work(stated: list[list[str]]) -> None:
    column = pa.array(stated, pa.list_(pa.string()))
    facts = Facts(pa.table({"genre": column}))
    for value in {value for own in stated for value in own}:
        expected = np.array([value in own for own in stated])
        assert (facts.mask([f"genre={value}"]) == expected).all()
        assert (facts.mask([f"genre!={value}"]) == ~expected).all()


@given(st.text(max_size=40))
def test_any_text_is_a_condition_or_an_error(text: str) -> None:
    with suppress(RetrievalError):
        condition = parse_condition(text)
        assert condition.values or condition.years


@pytest.mark.parametrize(
    "text",
    ["date<1700", "date>=-40", "date=1600..1650", "date=1871", r"genre=a\|b|c\\", "style!=Realism"],
)
def test_a_written_condition_reads_as_the_same(text: str) -> None:
    condition = parse_condition(text)
    assert parse_condition(written(condition)) == condition


@pytest.mark.parametrize("name", ["date", "year_from", "year_to"])
def test_years_are_no_facet(name: str) -> None:
    with pytest.raises(RetrievalError, match=r"give years=\[\(first, last\), …\]"):
        Facts.of({name: ["1700"]})


def test_the_facets_that_are_asked_for_are_named_once() -> None:
    asked = ["genre=marina", "date<1700", "no condition", "Genre=portrait"]
    assert facets_asked(asked) == ["genre", "date"]
