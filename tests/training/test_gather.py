"""Gathering rows, with stand-ins for the collectives; test_two_processes.py uses real ones."""

from __future__ import annotations

import pytest
import torch
from torch import distributed

from training.gather import gather_rows, sum_over_processes


@pytest.fixture
def second_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three processes that all have the same rows and make the same of them."""

    def gather(into: torch.Tensor, own: torch.Tensor) -> None:
        into.copy_(torch.cat([own - 1, own, own + 1]))

    monkeypatch.setattr(distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(distributed, "get_world_size", lambda: 3)
    monkeypatch.setattr(distributed, "get_rank", lambda: 1)
    monkeypatch.setattr(distributed, "all_gather_into_tensor", gather)
    monkeypatch.setattr(distributed, "all_reduce", lambda tensor: tensor.mul_(3))


def test_one_process_keeps_its_rows_as_they_are() -> None:
    rows = torch.ones(2, 3, requires_grad=True)
    assert gather_rows(rows) is rows


def test_rows_come_in_the_order_of_the_processes(second_of_three: None) -> None:
    assert gather_rows(torch.tensor([[5], [8]])).tolist() == [[4], [7], [5], [8], [6], [9]]


def test_a_gradient_is_summed_and_each_process_gets_its_own_rows(second_of_three: None) -> None:
    rows = torch.tensor([[5.0], [8.0]], requires_grad=True)
    made = (gather_rows(rows) * torch.arange(6.0)[:, None]).sum()
    made.backward()  # type: ignore[no-untyped-call]
    assert rows.grad is not None
    assert rows.grad.tolist() == [[6.0], [9.0]]


def test_rows_that_are_cut_from_columns_are_gathered_too(second_of_three: None) -> None:
    sliced = torch.arange(6.0).reshape(2, 3)[:, 1:]
    assert gather_rows(sliced)[2:4].equal(sliced)


def test_a_sum_leaves_its_summand_alone(second_of_three: None) -> None:
    summand = torch.tensor(2.0, requires_grad=True)
    assert sum_over_processes(summand).item() == 6.0
    assert summand.item() == 2.0
    assert not sum_over_processes(summand).requires_grad
