"""Seconds and memory of a part, not of the whole process."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from evaluation.fitting import cost
from evaluation.fitting.cost import DURING, SO_FAR, measured
from topicart import recording

MIB = 1 << 20


def _hold(mib: int) -> None:
    np.ones(mib * MIB, dtype=np.uint8).sum()


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux can tell")
def test_the_peak_is_that_of_the_block_alone() -> None:
    with measured() as large:
        _hold(300)
    with measured() as small:
        _hold(20)
    if large.memory_is != DURING:
        pytest.skip("this system forbids to forget the peak")
    assert large.peak_memory_mb is not None
    assert small.peak_memory_mb is not None
    assert large.memory_before_mb is not None
    assert large.peak_memory_mb - large.memory_before_mb > 250
    # Whether freed memory goes back is the system's affair.
    assert small.memory_before_mb is not None
    assert small.peak_memory_mb - small.memory_before_mb < 150


def test_where_the_peak_cannot_be_forgotten_it_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cost, "_CLEAR_REFS", tmp_path / "no" / "clear_refs")
    monkeypatch.setattr(recording, "_STATUS", tmp_path / "no" / "status")
    with measured() as found:
        pass
    assert found.memory_is == SO_FAR
    assert found.memory_before_mb is None
    assert found.peak_memory_mb is not None
    assert found.peak_memory_mb > 1


def test_seconds_are_told_of_a_block_that_fails() -> None:
    found = []

    def fail() -> None:
        with measured() as cost:
            found.append(cost)
            time.sleep(0.02)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert found[0].seconds is not None
    assert found[0].seconds >= 0.02
