"""Fits again: of which works, with which seeds, kept and gone on with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from evaluation.baselines import BaselineError, Description, Found
from evaluation.fitting.refits import KINDS, Refit, refit
from evaluation.values import RunValues
from knowledge_graph import Artwork, Collection
from topicart.run import Model

N_WORKS = 50


@dataclass(eq=False)
class Sides:
    """A model that tells works by the sign of their first dimension, and remembers its calls."""

    fails_at: int = -1
    reads: Literal["vectors", "texts"] = "vectors"
    name: str = "sides"
    takes_n_topics: bool = False
    setting: int = 1
    calls: list[tuple[np.ndarray, list[str], int | None, int]] = field(default_factory=list)

    def describe(self) -> Description:
        return Description(self.name, "", {"setting": self.setting}, "", "none", "1")

    def fit(
        self, vectors: np.ndarray, texts: Sequence[str], n_topics: int | None, seed: int
    ) -> Found:
        if len(self.calls) == self.fails_at:
            raise BaselineError("sides: too few works.")
        self.calls.append((vectors, list(texts), n_topics, seed))
        topics = (vectors[:, 0] < 0).astype(np.int32)
        return Found(topics, np.ones(len(vectors), dtype=np.float32), (), {}, "")


@pytest.fixture
def values() -> RunValues:
    works = [Artwork(id=f"w{row:02}", title=f"Title {row}") for row in range(N_WORKS)]
    vectors = np.random.default_rng(0).normal(size=(N_WORKS, 4)).astype(np.float32)
    return RunValues(
        encoder=Model(
            name="m", weights_sha256="a", fingerprint="a", dim=4, device="cpu", precision="fp32"
        ),
        works=Collection.from_artworks(works, Path(), "works"),
        vectors=vectors,
        assignments=(vectors[:, 0] < 0).astype(np.int32),
        topics=(),
        own_words=False,
        tokens=((),) * N_WORKS,
    )


def _topics(refits: tuple[Refit, ...]) -> list[tuple[str, int, list[str], list[int]]]:
    return [
        (one.kind, one.number, list(one.assigned.ids), np.asarray(one.assigned.topics).tolist())
        for one in refits
    ]


def test_each_kind_changes_one_thing(values: RunValues) -> None:
    model = Sides()
    found = refit(model, values, times=3, n_topics=9, seed=7)
    assert [(one.kind, one.number) for one in found] == [
        (kind, number) for kind in KINDS for number in range(3)
    ]
    seeds, orders, samples = found[:3], found[3:6], found[6:]
    assert all(call[2] is None for call in model.calls)
    assert len({call[3] for call in model.calls[:3]} | {7}) == 4
    assert {call[3] for call in model.calls[3:]} == {7}
    assert all(list(one.assigned.ids) == list(values.ids) for one in seeds)
    shuffled = [tuple(one.assigned.ids) for one in orders]
    assert len({*shuffled, values.ids}) == 4
    assert all(sorted(ids) == list(values.ids) for ids in shuffled)
    drawn = [tuple(one.assigned.ids) for one in samples]
    assert len(set(drawn)) == 3
    assert all(len(ids) == len(set(ids)) < N_WORKS for ids in drawn)
    assert 0.5 < np.mean([len(ids) for ids in drawn]) / N_WORKS < 0.75


def test_each_work_keeps_its_own_topic_in_any_order(values: RunValues) -> None:
    truth = dict(zip(values.ids, values.assignments.tolist(), strict=True))
    for one in refit(Sides(), values, times=2, n_topics=None):
        assert [truth[work] for work in one.assigned.ids] == list(one.assigned.topics)


def test_a_model_of_captions_gets_those_of_the_same_works(values: RunValues) -> None:
    model = Sides(reads="texts", takes_n_topics=True)
    (again,) = refit(model, values, times=1, n_topics=4, kinds=["orders"])
    ((_, texts, n_topics, _),) = model.calls
    assert n_topics == 4
    for work, text in zip(again.assigned.ids, texts, strict=True):
        assert f"title {int(work[1:])}" in text.lower()


def test_what_was_interrupted_goes_on(values: RunValues, tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match=r"\(orders, 2 of 2, to 50 works\): sides: too few"):
        refit(Sides(fails_at=3), values, times=2, n_topics=None, folder=tmp_path / "kept")
    model = Sides()
    found = refit(model, values, times=2, n_topics=None, folder=tmp_path / "kept")
    assert len(model.calls) == 3
    assert _topics(found) == _topics(refit(Sides(), values, times=2, n_topics=None))
    more = refit(model, values, times=3, n_topics=None, folder=tmp_path / "kept")
    assert len(model.calls) == 6
    assert _topics(more)[:2] == _topics(found)[:2]


@pytest.mark.parametrize("change", ["setting", "seed", "vectors"])
def test_what_was_kept_of_another_fit_is_made_anew(
    values: RunValues, tmp_path: Path, change: str
) -> None:
    refit(Sides(), values, times=1, n_topics=None, folder=tmp_path, kinds=["seeds"])
    model = Sides(setting=2 if change == "setting" else 1)
    if change == "vectors":
        values.vectors[3, 2] += 1
    seed = int(change == "seed")
    for calls in (1, 1):
        refit(model, values, times=1, n_topics=None, folder=tmp_path, kinds=["seeds"], seed=seed)
        assert len(model.calls) == calls


def test_a_damaged_file_is_made_anew(values: RunValues, tmp_path: Path) -> None:
    def fit(model: Sides) -> tuple[Refit, ...]:
        return refit(model, values, times=2, n_topics=None, folder=tmp_path, kinds=["bootstrap"])

    whole = fit(Sides())
    first, second = sorted(tmp_path.iterdir())
    first.write_bytes(first.read_bytes()[:-20])
    second.write_bytes(b"\xff" * 64)
    model = Sides()
    assert _topics(fit(model)) == _topics(whole)
    assert len(model.calls) == 2
    assert fit(model)
    assert len(model.calls) == 2


def test_an_unknown_kind_is_refused(values: RunValues) -> None:
    with pytest.raises(ValueError, match="no kind of refit 'weather'; there are seeds, orders"):
        refit(Sides(), values, times=1, n_topics=None, kinds=["weather"])
    with pytest.raises(ValueError, match="0 or more; got -1"):
        refit(Sides(), values, times=-1, n_topics=None)
