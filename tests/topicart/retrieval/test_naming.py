"""A work is found by its id or title; where that fails, what may have been meant is offered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_graph import Artwork, Collection
from tests.topicart.report_runs import HOSTILE
from topicart.errors import RetrievalError
from topicart.retrieval.naming import Named

WORKS = (
    Artwork("a-1", title="The Milkmaid", facets={"artist": ("johannes-vermeer",)}, date="1658"),
    Artwork("a-2", title="Self-portrait", facets={"artist": ("Judith Leyster",)}, date="1630"),
    Artwork("a-3", title="Self-Portrait", facets={"artist": ("Rembrandt",)}),
    Artwork("b-4", title="A View of Delft (sketch)"),
    Artwork("b-5", title="a-1"),
    Artwork("b-6"),
)


def named(*works: Artwork, every: tuple[Artwork, ...] = ()) -> Named:
    tables = [
        Collection.from_artworks(some, Path(), "works").arrow for some in (works, works + every)
    ]
    return Named(*tables)


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("a-2", 1),
        ("The Milkmaid", 0),
        (" the milkMAID ", 0),
        ("Self-Portrait", 2),
        ("view of delft (", 3),
        ("milk", 0),
        ("B-6", 5),
        ("Self-portrait, leyster", 1),
        ("milk, Johannes Vermeer", 0),
        ("a-1", 0),  # an id comes before a title
    ],
)
def test_a_work_is_called_by_id_title_or_a_part_of_it(name: str, row: int) -> None:
    assert named(*WORKS).row(name) == row


def test_of_several_works_the_ids_are_listed() -> None:
    with pytest.raises(RetrievalError, match="2 works may be meant by 'self-portrait'") as told:
        named(*WORKS).row("self-portrait")
    assert "a-2  (Self-portrait, Judith Leyster, 1630)" in str(told.value)
    assert "a-3  (Self-Portrait, Rembrandt)" in str(told.value)
    many = tuple(Artwork(f"{number:03}", title="Untitled") for number in range(50))
    with pytest.raises(RetrievalError, match="50 works may be meant") as told:
        named(*many).row("Untitled")
    assert str(told.value).endswith("and 44 more")


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("The Milkmade", "a-1"),
        ("milkmaind", "a-1"),
        ("Vew of Delft", "b-4"),
        ("self potrait", "a-2"),
    ],
)
def test_for_a_slip_the_nearest_titles_are_offered(slip: str, meant: str) -> None:
    with pytest.raises(RetrievalError, match="No work has the id or title.*Did you mean") as told:
        named(*WORKS).row(slip)
    assert f"\n  {meant}  (" in str(told.value)


def test_what_is_like_nothing_is_offered_nothing() -> None:
    with pytest.raises(RetrievalError, match=r"'qqqq', nor a part of its title\. Ids stand in"):
        named(*WORKS).row("qqqq")
    with pytest.raises(RetrievalError, match="got an empty name"):
        named(*WORKS).row("  ")


def test_a_work_without_a_vector_is_told_from_one_that_is_not_there() -> None:
    names = named(*WORKS, every=(Artwork("c-7", title="Lost Picture"),))
    for name in ("c-7", "lost picture"):
        with pytest.raises(RetrievalError, match=r"has no picture that could be read"):
            names.row(name)


@given(
    st.one_of(st.text(max_size=40), st.sampled_from(HOSTILE), st.sampled_from(["(", ".*", "\\"]))
)
def test_any_name_leads_to_a_work_or_to_a_sentence_that_a_terminal_can_take(name: str) -> None:
    works = (*WORKS, *(Artwork(f"h{row}", title=text) for row, text in enumerate(HOSTILE)))
    names, told = named(*works), ""
    try:
        assert 0 <= names.row(name) < len(works)
    except RetrievalError as error:
        told = str(error)
    assert len(told) < 4000
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", told)
