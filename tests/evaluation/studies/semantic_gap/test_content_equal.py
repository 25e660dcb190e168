"""The gap between works that show the same things, against works whose ranks are known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluation.studies.semantic_gap.content_equal import (
    Matched,
    content_equal,
    match_by_things,
    things_in_words,
)
from evaluation.studies.semantic_gap.result import ContentEqual
from evaluation.studies.semantic_gap.retrieval import retrieve
from evaluation.studies.semantic_gap.same_things import LEAST_ALIKE
from tests.evaluation.studies.semantic_gap.spaces import space_of, unit

THINGS = ("sea", "ship", "sky", "tree", "hill", "bird")
N = 12
"""Works of each group: the first half are of the sea, the others of the land."""


def _subjects(group: str) -> list[list[str]]:
    story = ["dragon"] if group == "narrative" else []
    sea, land = ["sea", "ship", "sky"], ["tree", "hill", "bird"]
    return [[*(sea if n < N // 2 else land), *story] for n in range(N)]


SUBJECTS = [*_subjects("additive"), *_subjects("narrative"), ["sea", "ship", "sky"], []]
GROUPS = ["additive"] * N + ["narrative"] * N + ["neither"] * 2
ARTISTS = [f"a{n % 4}" for n in range(len(GROUPS))]


def _matched() -> Matched:
    return match_by_things(SUBJECTS, GROUPS)


def test_narrative_works_are_matched_one_to_one_with_works_that_show_the_same() -> None:
    matched = _matched()
    assert matched.vocabulary == tuple(sorted(THINGS))
    assert matched.narrative.tolist() == list(range(N, 2 * N))
    assert sorted(matched.additive) == list(range(N))
    assert matched.jaccard.tolist() == [1] * N
    for one, other in zip(matched.narrative, matched.additive, strict=True):
        assert matched.things[one] == matched.things[other]
    assert matched.unmatched == 0


def test_most_alike_first_and_nobody_twice() -> None:
    """Brute force over all pairs; no two shares are equal, so there is nothing to draw."""
    vocabulary = [f"t{n}" for n in range(12)]
    generator = np.random.default_rng(0)
    subjects = [[thing for thing in vocabulary if generator.random() < 0.5] for _ in range(60)]
    groups = ["narrative", "additive"] * 30
    matched = match_by_things(subjects, groups)
    used: set[int] = set()
    for one, other, share in zip(matched.narrative, matched.additive, matched.jaccard, strict=True):
        a, b = set(subjects[one]), set(subjects[other])
        assert share == pytest.approx(len(a & b) / len(a | b))
        assert share >= LEAST_ALIKE
        used.add(int(other))
    assert len(used) == len(matched.additive)
    # Greedy: no pair left aside is more alike than what both of it got.
    got = {int(one): share for one, share in zip(matched.narrative, matched.jaccard, strict=True)}
    got |= {int(one): share for one, share in zip(matched.additive, matched.jaccard, strict=True)}
    for one in range(0, 60, 2):
        for other in range(1, 60, 2):
            a, b = set(subjects[one]), set(subjects[other])
            share = len(a & b) / len(a | b)
            if len(a & b) >= 2 and share >= LEAST_ALIKE:
                assert share <= max(got.get(one, 0), got.get(other, 0)) + 1e-6


def test_works_that_are_not_asked_for_are_no_partners() -> None:
    rows = np.array([0, 1, 2, 3, 4, 6, 7, 8, 9, 10, *range(N, 2 * N)])
    matched = match_by_things(SUBJECTS, GROUPS, rows=rows)
    assert set(matched.additive) == {0, 1, 2, 3, 4, 6, 7, 8, 9, 10}
    assert matched.unmatched == 2


def test_one_thing_in_common_is_not_enough() -> None:
    subjects = [["sea"]] * 20
    assert not len(match_by_things(subjects, ["additive", "narrative"] * 10).narrative)


@pytest.mark.parametrize("groups", [["additive"] * 26, ["narrative"] * 26, ["neither"] * 26])
def test_without_one_of_the_groups_there_is_no_pair(groups: list[str]) -> None:
    assert not len(match_by_things(SUBJECTS, groups).narrative)


def test_the_same_seed_gives_the_same_pairs() -> None:
    one, same, other = (match_by_things(SUBJECTS, GROUPS, seed=seed) for seed in (1, 1, 2))
    assert one.additive.tolist() == same.additive.tolist() != other.additive.tolist()


def test_things_are_said_and_no_more() -> None:
    assert things_in_words(["sea", "ship", "sky"]) == "a painting of sea, ship and sky"
    assert things_in_words(["sea-gull", "boat"]) == "a painting of sea gull and boat"
    assert things_in_words(["sea"]) == "a painting of sea"


def _seen(story: float) -> NDArray[np.float32]:
    """Pictures: what is of the sea and what is of the land, a story, and each work its own."""
    rows = np.zeros((len(SUBJECTS), 3 + len(SUBJECTS)))
    for row, own in enumerate(SUBJECTS):
        rows[row, 0] = "sea" in own
        rows[row, 1] = "tree" in own
        rows[row, 2] = story * ("dragon" in own)
        rows[row, 3 + row] = 0.1
    return unit(rows)


def _read(texts: Sequence[str]) -> NDArray[np.float32]:
    rows = np.zeros((len(texts), 3 + len(SUBJECTS)))
    for row, text in enumerate(texts):
        rows[row, :2] = "sea" in text, "tree" in text
    return unit(rows)


def _measured(pictures: NDArray[np.float32], texts: NDArray[np.float32]) -> list[ContentEqual]:
    space = space_of(pictures, _read)
    everything = np.arange(len(SUBJECTS))
    found = retrieve(
        space,
        texts,
        everything,
        everything,
        GROUPS,
        [()] * len(SUBJECTS),
        clusters=ARTISTS,
        repeats=2,
    )
    return content_equal(space, _matched(), found, texts, everything, clusters=ARTISTS, repeats=100)


def test_a_model_that_sees_everything_has_no_gap() -> None:
    pictures = _seen(1)
    whole, things, among = _measured(pictures, pictures)
    assert (whole.additive.value, whole.narrative.value, whole.ratio.value) == (1, 1, 1)
    assert (whole.pairs, whole.things) == (N, 1)
    # Asked for sea, ship and sky, a picture with a dragon too is as right, and no other is near.
    assert (things.additive.value, things.narrative.value) == (1, 1)
    assert (among.additive.value, among.narrative.value) == (0, 0)
    assert among.ratio.value is None
    assert among.additive.chance == 0.5


def test_a_model_that_stories_lead_astray_has_a_gap_by_things() -> None:
    """With the dragon everywhere in it, a narrative picture is behind those of other things."""
    pictures = _seen(1)
    pictures[N : 2 * N, :2] = 0
    pictures = unit(pictures.astype(np.float64))
    _, things, _ = _measured(pictures, pictures)
    assert things.additive.value == 1
    # Others that show the same are set aside. Six land works of each group and the empty one are
    # equals of a narrative sea work; of one of the land the sea work of neither group is, too.
    assert things.narrative.value == np.median([1 + 13 / 2, 1 + 14 / 2])
    assert things.additive.chance == things.narrative.value
    assert things.ratio.value == 7.75
    assert things.ratio.interval is not None
    assert things.ratio.interval[0] >= 7.5


def test_a_model_that_sees_things_alone_cannot_tell_the_story() -> None:
    pictures = _seen(0)
    pictures[:, 3:] = 0
    pictures[-1, 0] = 1
    pictures = unit(pictures.astype(np.float64))
    whole, _, among = _measured(pictures, pictures)
    assert (among.additive.value, among.narrative.value) == (0.5, 0.5)
    assert among.ratio.value == 1
    assert whole.ratio.value == 1


def test_by_lot_everything_is_at_chance() -> None:
    generator = np.random.default_rng(5)
    shape = (len(SUBJECTS), 3 + len(SUBJECTS))
    pictures, texts = (unit(generator.normal(size=shape)) for _ in range(2))
    whole, _, among = _measured(pictures, texts)
    assert whole.additive.interval is not None
    assert whole.ratio.interval is not None
    assert whole.ratio.interval[0] < 1 < whole.ratio.interval[1]
    assert among.narrative.value == pytest.approx(0.5, abs=0.2)


def test_pairs_of_which_one_was_not_asked_for_do_not_count() -> None:
    pictures = _seen(1)
    space = space_of(pictures, _read)
    rows = np.arange(N, 2 * N)
    found = retrieve(
        space, pictures[rows], rows, np.arange(len(SUBJECTS)), GROUPS,
        [()] * len(SUBJECTS), clusters=ARTISTS, repeats=2,
    )  # fmt: skip
    assert (
        content_equal(
            space, _matched(), found, pictures[rows], np.arange(len(SUBJECTS)), clusters=ARTISTS
        )
        == []
    )
