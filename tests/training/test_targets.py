"""What is true of what in a batch, against sets compared one pair at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from prompts import Caption
from training.batch import Batch, Fact
from training.targets import targets_of

FACTS = [(facet, value) for facet in ("genre", "style") for value in ("a", "b", "c")]
fact_sets = st.frozensets(st.sampled_from(FACTS), max_size=4)


@st.composite
def batches(draw: st.DrawFn) -> tuple[Batch, NDArray[np.bool_]]:
    """One to eight works, some kept; captions state some facts, all, none, or false ones."""
    rows = draw(st.lists(st.tuples(fact_sets, fact_sets), min_size=1, max_size=8))
    texts = [draw(st.sampled_from("xyz")) for _ in rows]
    first = draw(st.integers(0, len(rows)))
    own = slice(first, draw(st.integers(first, len(rows))))
    keep = np.array([draw(st.booleans()) for _ in rows])
    return batch_of([known for known, _ in rows], [s for _, s in rows], texts, own), keep


def batch_of(
    known: list[frozenset[Fact]], stated: list[frozenset[Fact]], texts: list[str], own: slice
) -> Batch:
    n_own = own.stop - own.start
    return Batch(
        ids=tuple(str(row) for row in range(len(known))),
        captions=tuple(Caption(text, facts) for text, facts in zip(texts, stated, strict=True)),
        facts=tuple(known),
        own=own,
        pixels=np.zeros((n_own, 2, 2, 3), np.uint8),
        readable=np.ones(n_own, np.bool_),
    )


@settings(max_examples=150, deadline=None)
@given(batches())
def test_targets_are_what_sets_say(drawn: tuple[Batch, NDArray[np.bool_]]) -> None:
    batch, keep = drawn
    kept = [row for row in range(len(batch.ids)) if keep[row]]
    own = [row for row in kept if batch.own.start <= row < batch.own.stop]
    targets = targets_of(batch, keep, "cpu")

    def true(caption: int, work: int) -> bool:
        one, other = batch.captions[caption], batch.captions[work]
        return one.text == other.text or (bool(one.facts) and one.facts <= batch.facts[work])

    def shared(one: int, other: int) -> float:
        either = batch.facts[one] | batch.facts[other]
        if one == other:
            return 1.0
        return len(batch.facts[one] & batch.facts[other]) / len(either) if either else 0.0

    shape = (len(own), len(kept))
    assert [kept[row] for row in targets.own.tolist()] == own
    texts = [[true(caption, work) for caption in kept] for work in own]
    works = [[true(caption, work) for work in kept] for caption in own]
    similar = [[shared(one, other) for other in kept] for one in own]
    assert np.array_equal(targets.true_texts().numpy(), np.array(texts, bool).reshape(shape))
    assert np.array_equal(targets.true_works().numpy(), np.array(works, bool).reshape(shape))
    assert np.allclose(targets.shared_facts().numpy(), np.array(similar).reshape(shape))


def test_a_caption_without_facts_is_true_of_works_with_the_same_words() -> None:
    nothing: frozenset[Fact] = frozenset()
    known = [frozenset({("genre", "a")}), nothing, frozenset({("genre", "b")})]
    batch = batch_of(known, [nothing] * 3, ["storm", "storm", "calm"], slice(0, 3))
    targets = targets_of(batch, np.ones(3, np.bool_), "cpu")
    expected = [[True, True, False], [True, True, False], [False, False, True]]
    assert targets.true_texts().tolist() == expected
    assert targets.true_works().tolist() == expected


def test_a_short_caption_is_true_of_a_work_of_which_more_is_known() -> None:
    less, more = frozenset({("genre", "a")}), frozenset({("genre", "a"), ("style", "b")})
    batch = batch_of([less, more], [less, more], ["an a", "an a in b"], slice(0, 2))
    targets = targets_of(batch, np.ones(2, np.bool_), "cpu")
    assert targets.true_texts().tolist() == [[True, False], [True, True]]
    assert targets.true_works().tolist() == [[True, True], [False, True]]
    assert targets.shared_facts().tolist() == [[1.0, 0.5], [0.5, 1.0]]


@pytest.mark.parametrize("n", [64, 4096])
def test_facts_of_other_processes_are_not_laid_out(n: int) -> None:
    known = [frozenset({("artist", f"painter {row}"), ("medium", "oil")}) for row in range(n)]
    batch = batch_of(known, known, [str(row) for row in range(n)], slice(0, 32))
    targets = targets_of(batch, np.ones(n, np.bool_), "cpu")
    assert targets.works.n_facts == 33
    assert len(targets.works.numbers) == n + 32
    assert targets.true_texts().sum() == 32
