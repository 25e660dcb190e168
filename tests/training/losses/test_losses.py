"""The losses, against numpy written from their papers and examples worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from prompts import Caption
from training.batch import Batch, Fact
from training.config import TrainConfig
from training.losses import InfoNCE, Loss, MultiPositive, Sigmoid, loss_of
from training.targets import Targets, targets_of

Matrix = NDArray[np.float64]
LOSSES: list[Loss] = [InfoNCE(), MultiPositive(), MultiPositive(0.3), Sigmoid()]


def batch_of(stated: Sequence[set[Fact]], known: Sequence[set[Fact]], own: slice) -> Batch:
    captions = [
        Caption(" ".join(sorted(v for _, v in facts)), frozenset(facts)) for facts in stated
    ]
    n_own = len(range(*own.indices(len(stated))))
    return Batch(
        ids=tuple(f"work-{row}" for row in range(len(stated))),
        captions=tuple(captions),
        facts=tuple(frozenset(facts) for facts in known),
        own=own,
        pixels=np.zeros((n_own, 2, 2, 3), np.uint8),
        readable=np.ones(n_own, np.bool_),
    )


def random_batch(n: int, own: slice) -> Batch:
    """Works with one to five of twelve facts, of which the caption states some."""
    chance = np.random.default_rng(3)
    known, stated = [], []
    for _ in range(n):
        facts = [("subject", f"s{k}") for k in chance.choice(12, chance.integers(1, 6), False)]
        known.append(set(facts))
        stated.append(set(facts[: chance.integers(1, len(facts) + 1)]))
    return batch_of(stated, known, own)


def whole(batch: Batch) -> Targets:
    return targets_of(batch, np.ones(len(batch.ids), np.bool_), "cpu")


def logits_of(n: int) -> Matrix:
    return np.random.default_rng(5).normal(0.0, 4.0, (n, n))


def value(loss: Loss, logits: Matrix, batch: Batch) -> float:
    own = torch.from_numpy(logits[batch.own])
    return float(loss(own, torch.from_numpy(logits.T[batch.own].copy()), whole(batch)))


def log_softmax(logits: Matrix) -> Matrix:
    shifted = logits - logits.max(axis=1, keepdims=True)
    shares: Matrix = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return shares


def clip_figure_3(logits: Matrix) -> float:
    """The pseudo-code of the paper's figure 3."""
    n = len(logits)
    loss_images = -log_softmax(logits)[np.arange(n), np.arange(n)].mean()
    loss_texts = -log_softmax(logits.T)[np.arange(n), np.arange(n)].mean()
    return float((loss_images + loss_texts) / 2)


def siglip_algorithm_1(logits: Matrix) -> float:
    """The pseudo-code of the paper's algorithm 1."""
    n = len(logits)
    labels = 2 * np.eye(n) - np.ones((n, n))
    return float(np.log1p(np.exp(-labels * logits)).sum() / n)


def soft_targets(batch: Batch, share: float) -> tuple[Matrix, Matrix]:
    """The targets of pictures and of texts, a pair at a time."""
    n = len(batch.ids)
    true, similar = np.zeros((n, n)), np.eye(n)
    for work in range(n):
        for other in range(n):
            stated = batch.captions[other].facts
            same = batch.captions[work].text == batch.captions[other].text
            true[work, other] = same or (len(stated) > 0 and stated <= batch.facts[work])
            either = batch.facts[work] | batch.facts[other]
            if work != other and either:
                similar[work, other] = len(batch.facts[work] & batch.facts[other]) / len(either)
    similar /= similar.sum(axis=1, keepdims=True)
    images = (1 - share) * true / true.sum(axis=1, keepdims=True) + share * similar
    texts = (1 - share) * true.T / true.T.sum(axis=1, keepdims=True) + share * similar
    return images, texts


def test_infonce_is_figure_3_of_the_clip_paper() -> None:
    logits = logits_of(9)
    assert value(InfoNCE(), logits, random_batch(9, slice(0, 9))) == pytest.approx(
        clip_figure_3(logits), rel=1e-12
    )


def test_infonce_of_a_model_that_knows_nothing_is_log_n() -> None:
    batch = random_batch(6, slice(0, 6))
    assert value(InfoNCE(), np.zeros((6, 6)), batch) == pytest.approx(np.log(6))


def test_the_sigmoid_loss_is_algorithm_1_of_the_siglip_paper() -> None:
    logits = logits_of(9)
    assert value(Sigmoid(), logits, random_batch(9, slice(0, 9))) == pytest.approx(
        siglip_algorithm_1(logits), rel=1e-12
    )


def test_the_sigmoid_loss_of_two_pairs_by_hand() -> None:
    logits = np.array([[np.log(3), 0.0], [0.0, np.log(3)]])
    # σ(log 3) = 3/4 for a pair, 1 - σ(0) = 1/2 for the rest: -(log 3/4 + log 1/2) a row.
    assert value(Sigmoid(), logits, random_batch(2, slice(0, 2))) == pytest.approx(np.log(8 / 3))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.6])
def test_multi_positive_is_the_cross_entropy_with_soft_targets(share: float) -> None:
    batch, logits = random_batch(14, slice(0, 14)), logits_of(14)
    images, texts = soft_targets(batch, share)
    assert (images > 0).sum() > 14  # there are captions that are true of another work
    expected = -(images * log_softmax(logits) + texts * log_softmax(logits.T)).sum() / 28
    assert value(MultiPositive(share), logits, batch) == pytest.approx(expected, rel=1e-6)


def test_multi_positive_of_equal_captions_by_hand() -> None:
    sea, fruit = {("subject", "sea")}, {("subject", "fruit")}
    batch = batch_of([sea, sea, fruit], [sea, sea, fruit], slice(0, 3))
    logits = np.log(np.array([[2.0, 2, 1], [2, 2, 1], [1, 1, 2]]))
    # Rows of works with a twin put 2/5 on each right text; the last puts 2/4 on its own.
    expected = (2 * -np.log(2 / 5) - np.log(2 / 4)) / 3
    assert value(MultiPositive(), logits, batch) == pytest.approx(expected)


def test_multi_positive_by_facts_in_common_by_hand() -> None:
    one, two = {("genre", "marina"), ("style", "Realism")}, {("genre", "marina")}
    batch = batch_of([one, {("style", "Cubism")}], [one, two | {("style", "Cubism")}], slice(0, 2))
    logits = np.log(np.array([[3.0, 1], [1, 3]]))
    # One fact of three in common: J = 1/3, so a row's target is (3/4, 1/4) where s counts.
    own = 0.8 + 0.2 * 3 / 4
    expected = -(own * np.log(3 / 4) + (1 - own) * np.log(1 / 4))
    assert value(MultiPositive(0.2), logits, batch) == pytest.approx(expected)


def test_multi_positive_where_nothing_repeats_is_infonce() -> None:
    facts: list[set[Fact]] = [{("title", f"t{row}")} for row in range(7)]
    batch, logits = batch_of(facts, facts, slice(0, 7)), logits_of(7)
    assert value(MultiPositive(), logits, batch) == pytest.approx(clip_figure_3(logits))


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_shares_of_processes_add_up_to_the_loss_of_the_batch(loss: Loss) -> None:
    logits = logits_of(12)
    shares = [value(loss, logits, random_batch(12, slice(i, i + 3))) for i in range(0, 12, 3)]
    assert sum(shares) == pytest.approx(value(loss, logits, random_batch(12, slice(0, 12))))


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_a_process_without_rows_adds_nothing_and_has_a_gradient(loss: Loss) -> None:
    logits = torch.zeros(0, 4, requires_grad=True)
    batch = random_batch(4, slice(0, 0))
    share = loss(logits, logits * 2, whole(batch))
    share.backward()  # type: ignore[no-untyped-call]
    assert share.item() == 0
    assert logits.grad is not None


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_logits_of_a_hundred_give_a_finite_gradient(loss: Loss) -> None:
    batch = random_batch(5, slice(0, 5))
    logits = (200 * torch.eye(5).roll(1, 0) - 100).requires_grad_()
    share = loss(logits, logits.T, whole(batch))
    share.backward()  # type: ignore[no-untyped-call]
    assert share.isfinite()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


def test_a_configuration_names_its_loss() -> None:
    assert loss_of(TrainConfig(loss="infonce")) == InfoNCE()
    assert loss_of(TrainConfig(loss="sigmoid")) == Sigmoid()
    assert loss_of(TrainConfig(shared_facts=0.25)) == MultiPositive(0.25)
