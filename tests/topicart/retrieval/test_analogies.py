"""For each value of a facet its nearest work, as brute force finds it; and what is left out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from topicart.embeddings import Embeddings, normalise
from topicart.errors import RetrievalError
from topicart.retrieval import ConditionalIndex, Query, analogies
from topicart.retrieval.analogies import Analogies, LeftOut

STATED = st.lists(st.sampled_from("abcde"), max_size=3, unique=True)


def indexed(*stated: list[str], seed: int = 0, dim: int = 4) -> ConditionalIndex:
    vectors = normalise(np.random.default_rng(seed).normal(size=(len(stated), dim)))
    ids = tuple(f"w{row:02}" for row in range(len(stated)))
    kinds = ["large" if row % 2 else "small" for row in range(len(stated))]
    return ConditionalIndex(Embeddings(ids, vectors), {"style": stated, "size": kinds})


def of_work(index: ConditionalIndex, row: int) -> Query:
    return Query(index.vectors_of([row])[0], "work", (row,))


@settings(deadline=None, max_examples=40)
@given(st.lists(STATED, min_size=2, max_size=25), st.integers(0, 9), st.integers(1, 3))
def test_each_value_gets_its_nearest_work_as_brute_force_finds_it(
    stated: list[list[str]], seed: int, least: int
) -> None:
    assume(any(stated))
    index = indexed(*stated, seed=seed)
    found = analogies(index, of_work(index, 0), "style", ["size=large"], least=least)
    vectors = index.vectors_of(slice(None)).astype(np.float64)
    scores = (vectors @ vectors[0]).astype(np.float32)
    expected, fewer = {}, {}
    for value in {value for own in stated for value in own}:
        rows = [row for row in range(1, len(stated), 2) if value in stated[row]]
        if len(rows) >= least:
            best = min(rows, key=lambda row: (-scores[row], row))
            expected[value] = (best, float(scores[best]), len(rows), value in stated[0])
        else:
            fewer[value] = (len(rows), "few" if rows else "none")
    assert {
        item.value: (item.row, item.score, item.works, item.own) for item in found.items
    } == expected
    assert {one.value: (one.works, one.why) for one in found.left_out} == fewer
    order = [(-item.score, item.row) for item in found.items]
    assert order == sorted(order)
    assert found.where == ("size=large",)


def test_a_work_is_never_its_own_analogy() -> None:
    index = indexed(["a"], ["a"], ["b"], ["c"])
    found = {item.value: item for item in analogies(index, of_work(index, 0), "style").items}
    assert (found["a"].row, found["a"].own, found["a"].works) == (1, True, 1)
    assert not found["b"].own
    found_alone = analogies(index, of_work(index, 3), "style")
    assert "c" not in [item.value for item in found_alone.items]
    assert [(one.value, one.why) for one in found_alone.left_out] == [("c", "none")]
    assert found_alone.note == (
        "Not shown: 1 value that no other work states, or none that meets the conditions ('c')."
    )


def test_what_is_left_out_is_said_and_why() -> None:
    index = indexed(["a"], ["a"], ["a"], ["b"], ["b"], ["c"], ["d"], ["d"])
    found = analogies(index, of_work(index, 0), "style", least=2, most=1)
    assert len(found.items) == 1
    assert [one.why for one in found.left_out] == ["far", "far", "few"]
    assert "Not shown: 2 values whose nearest work is further away (" in found.note
    assert "; 1 value that too few works state ('c')." in found.note
    assert analogies(index, of_work(index, 0), "style").note == ""


@pytest.mark.parametrize(
    ("across", "options", "told"),
    [
        ("stile", {}, "There is no facet 'stile'. Did you mean 'style'"),
        ("style", {"least": 0}, "least must be at least 1, got 0"),
        ("style", {"most": 0}, "most must be at least 1, got 0"),
        ("style", {"where": ["size=huge"]}, "No work has the size 'huge'"),
    ],
)
def test_what_cannot_be_asked_is_refused(across: str, options: dict[str, int], told: str) -> None:
    index = indexed(["a"], ["b"])
    with pytest.raises(RetrievalError, match=told):
        analogies(index, of_work(index, 0), across, **options)  # type: ignore[arg-type]


def test_a_facet_that_no_work_states_has_no_analogies() -> None:
    index = indexed([], [])
    with pytest.raises(RetrievalError, match="No work of this collection states its style"):
        analogies(index, of_work(index, 0), "style")


def test_themes_that_are_not_shown_are_called_themes() -> None:
    left_out = (LeftOut("-1", 9, "far"), LeftOut("3", 9, "far"))
    found = Analogies(Query(np.ones(1, np.float32), "a work"), "topic", (), (), left_out)
    assert "('no theme', 'theme 3')" in found.note
