"""A step: cached gradients are those of the whole batch, whatever the chunks and the drop-out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from tests.training.steps import (
    LOSSES,
    N_PAIRS,
    TinyInputs,
    TinyTowers,
    assert_same_gradients,
    batch_for,
    expected,
    fresh_accelerator,
    gradients_of,
    plain_loss,
)
from topicart.errors import TrainingError
from training.batch import Batch
from training.step import RowInputs, StepResult, contrastive_step


class Watched(TinyTowers):
    """Towers that keep what was asked of them: rows, whether for a graph, and what chance was."""

    def __init__(self, *, dropout: float = 0.0) -> None:
        super().__init__(dropout=dropout)
        self.asked: list[tuple[int, bool]] = []
        self.chance: list[torch.Tensor] = []
        self.given: list[torch.Tensor] = []

    def forward(self, pixels: torch.Tensor, tokens: torch.Tensor) -> Any:
        self.asked.append((len(pixels), torch.is_grad_enabled()))
        self.chance.append(torch.get_rng_state())
        encoded = super().forward(pixels, tokens)
        self.given.append(torch.cat(encoded[:2]).detach())
        return encoded


@pytest.fixture
def accelerator() -> Iterator[Any]:
    with fresh_accelerator() as made:
        yield made


def take(
    accelerator: Any,
    towers: TinyTowers,
    name: str = "infonce",
    *,
    chunk_size: int = N_PAIRS,
    batch: Batch | None = None,
    inputs: RowInputs | None = None,
    step: int = 1,
) -> StepResult:
    batch = batch or batch_for()
    return contrastive_step(
        towers,
        batch,
        inputs or TinyInputs(batch),
        LOSSES[name],
        accelerator,
        chunk_size=chunk_size,
        seed=0,
        step=step,
    )


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("chunk_size", [N_PAIRS, 8, 5, 1])
@pytest.mark.parametrize("name", LOSSES)
def test_the_gradient_is_that_of_the_batch_in_one_piece(
    accelerator: Any, name: str, chunk_size: int, bias: bool
) -> None:
    towers = TinyTowers(bias=bias)
    result = take(accelerator, towers, name, chunk_size=chunk_size)
    loss, gradients = expected(name, bias=bias)
    assert result.loss == pytest.approx(loss, abs=1e-5)
    assert result.n_pairs == N_PAIRS
    assert result.scale == pytest.approx(np.exp(1.5))
    assert_same_gradients(gradients_of(towers), gradients)


@pytest.mark.parametrize("chunk_size", [N_PAIRS, 6])
@pytest.mark.parametrize("name", LOSSES)
def test_pairs_whose_picture_cannot_be_read_take_no_part(
    accelerator: Any, name: str, chunk_size: int
) -> None:
    gone = (0, 7, 8, 15)
    towers = TinyTowers()
    batch = batch_for(unreadable=gone)
    result = take(accelerator, towers, name, chunk_size=chunk_size, batch=batch)
    loss, gradients = expected(name, unreadable=gone)
    assert result.n_pairs == N_PAIRS - len(gone)
    assert result.loss == pytest.approx(loss, abs=1e-5)
    assert_same_gradients(gradients_of(towers), gradients)


@pytest.mark.parametrize("chunk_size", [N_PAIRS, 6])
def test_a_batch_without_any_picture_changes_nothing(accelerator: Any, chunk_size: int) -> None:
    towers = TinyTowers()
    batch = batch_for(unreadable=tuple(range(N_PAIRS)))
    result = take(accelerator, towers, chunk_size=chunk_size, batch=batch)
    assert (result.loss, result.n_pairs) == (0.0, 0)
    found = gradients_of(towers)
    assert found.keys() == dict(towers.named_parameters()).keys()
    assert not any(gradient.any() for gradient in found.values())


@pytest.mark.parametrize("name", LOSSES)
def test_drop_out_falls_alike_when_a_chunk_is_computed_again(accelerator: Any, name: str) -> None:
    towers = Watched(dropout=0.5)
    result = take(accelerator, towers, name, chunk_size=6)
    first, again = towers.given[:3], towers.given[3:]
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))
    # The same chance in one graph of all chunks, kept whole.
    plain, inputs = TinyTowers(dropout=0.5), TinyInputs(batch_for())
    parts = []
    for first_row, state in zip((0, 6, 12), towers.chance, strict=False):
        torch.set_rng_state(state)
        parts.append(plain(*inputs(slice(first_row, first_row + 6))))
    image, text = (torch.cat([part[side] for part in parts]) for side in (0, 1))
    loss = plain_loss((image, text, *parts[0][2:]), batch_for(), name)
    loss.backward()  # type: ignore[no-untyped-call]
    assert result.loss == pytest.approx(loss.item(), abs=1e-5)
    assert_same_gradients(gradients_of(towers), gradients_of(plain))


def test_drop_out_depends_on_the_step_and_on_nothing_else(accelerator: Any) -> None:
    losses = []
    for step in (3, 3, 4):
        torch.rand(step)
        losses.append(take(accelerator, TinyTowers(dropout=0.5), chunk_size=8, step=step).loss)
    assert losses[0] == losses[1] != losses[2]


def test_no_more_rows_than_a_chunk_have_a_graph(accelerator: Any) -> None:
    towers = Watched()
    take(accelerator, towers, chunk_size=6)
    assert towers.asked == [(6, False), (6, False), (4, False), (6, True), (6, True), (4, True)]


def test_a_batch_of_one_chunk_is_computed_once(accelerator: Any) -> None:
    towers = Watched()
    take(accelerator, towers, chunk_size=N_PAIRS)
    assert towers.asked == [(N_PAIRS, True)]


def test_gradients_are_added_to_what_is_there(accelerator: Any) -> None:
    towers = TinyTowers()
    take(accelerator, towers)
    once = gradients_of(towers)
    take(accelerator, towers)
    for name, gradient in gradients_of(towers).items():
        torch.testing.assert_close(gradient, 2 * once[name])


def test_frozen_parameters_get_no_gradient(accelerator: Any) -> None:
    towers = TinyTowers()
    for parameter in (towers.log_scale, towers.bias, *towers.image.parameters()):
        assert parameter is not None
        parameter.requires_grad_(False)
    take(accelerator, towers, "sigmoid", chunk_size=6)
    _, gradients = expected("sigmoid")
    for name in ("log_scale", "bias", "image.1.weight", "image.1.bias"):
        del gradients[name]
    assert_same_gradients(gradients_of(towers), gradients)


def test_half_precision_leaves_the_loss_in_single_precision() -> None:
    with fresh_accelerator("bf16") as accelerator:
        towers: Any = accelerator.prepare(TinyTowers())  # type: ignore[attr-defined]
        result = take(accelerator, towers, "multi-positive", chunk_size=6)
    loss, gradients = expected("multi-positive")
    assert result.loss == pytest.approx(loss, rel=0.02)
    for name, gradient in gradients_of(towers).items():
        assert gradient.dtype == torch.float32
        assert (gradient - gradients[name]).norm() < 0.05 * gradients[name].norm() + 1e-3


@pytest.mark.parametrize("chunk_size", [N_PAIRS, 6])
def test_a_loss_that_is_not_finite_names_the_works_at_fault(
    accelerator: Any, chunk_size: int
) -> None:
    inputs = TinyInputs(batch_for())
    inputs.pixels[3, 0, 0, 0] = torch.inf
    towers = TinyTowers()
    with pytest.raises(TrainingError, match="step 13 is nan, .* not finite of: work-3. .* fp32"):
        take(accelerator, towers, inputs=inputs, chunk_size=chunk_size, step=12)
    assert gradients_of(towers) == {}


def test_a_loss_that_is_not_finite_by_its_scale_names_eight_works_of_the_batch(
    accelerator: Any,
) -> None:
    towers = TinyTowers()
    torch.nn.init.constant_(towers.log_scale, 1000.0)
    with pytest.raises(TrainingError, match="the batch holds: work-0, .*work-7 and 8 more. .*rate"):
        take(accelerator, towers)
