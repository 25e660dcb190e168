"""The worst queries of a group, and what came instead."""

import numpy as np

from evaluation.retrieval import ranks
from evaluation.studies.looking.space import Space
from evaluation.studies.semantic_gap.failures import failures


def setting(n=20, dim=5, seed=1):
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((2, n, dim)).astype(np.float32)
    pictures, texts = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    space = Space("made", "made", False, pictures, pictures, lambda raw: raw, None)
    return space, texts, [f"text {row}" for row in range(n)], [f"id {row}" for row in range(n)]


def test_failures_are_the_worst_of_the_group_with_what_came_first():
    space, vectors, texts, ids = setting()
    groups = ["narrative" if row % 2 else "additive" for row in range(20)]
    rows = np.arange(20)
    found = ranks(vectors, space.pictures)
    told = failures(
        space,
        vectors,
        rows,
        found,
        ids,
        texts,
        groups,
        [("myth", "history")] * 20,
        [f"artist {row}" for row in range(20)],
        most=3,
    )
    worst = sorted((row for row in range(20) if row % 2), key=lambda row: -found[row])[:3]
    assert sorted(own.work for own in told) == sorted(f"id {row}" for row in worst)
    assert [own.rank for own in told] == [found[row] for row in worst]
    for own in told:
        row = ids.index(own.work)
        scores = space.pictures @ vectors[row]
        best = [other for other in np.argsort(-scores) if other != row][:5]
        assert [one.id for one in own.instead] == [ids[other] for other in best]
        assert np.allclose([one.score for one in own.instead], scores[best])
        assert own.text == texts[row]
        assert own.genre == "myth, history"
        assert own.group == "narrative"


def test_artists_take_turns_and_the_same_text_comes_once():
    space, vectors, texts, ids = setting()
    found = np.arange(20.0) + 1
    artists = ["prolific"] * 18 + ["other"] * 2
    artists[2] = "third"
    texts[19] = texts[18]
    told = failures(
        space,
        vectors,
        np.arange(20),
        found,
        ids,
        texts,
        ["narrative"] * 20,
        [()] * 20,
        artists,
        most=3,
    )
    assert [own.work for own in told] == ["id 19", "id 17", "id 2"]


def test_only_the_gallery_can_come_and_what_was_found_first_is_no_failure():
    space, vectors, texts, ids = setting()
    gallery = np.arange(10, 20)
    rows = np.array([12, 15, 18])
    told = failures(
        space,
        vectors[rows],
        rows,
        np.array([1.0, 7.0, 4.0]),
        ids,
        texts,
        ["narrative"] * 20,
        [()] * 20,
        ids,
        gallery=gallery,
    )
    assert [own.work for own in told] == ["id 15", "id 18"]
    assert all(int(one.id.split()[1]) >= 10 for own in told for one in own.instead)


def test_without_such_queries_there_are_no_failures():
    space, vectors, texts, ids = setting()
    nothing = failures(
        space,
        vectors,
        np.arange(20),
        np.full(20, 5.0),
        ids,
        texts,
        ["additive"] * 20,
        [()] * 20,
        ids,
    )
    assert nothing == []
