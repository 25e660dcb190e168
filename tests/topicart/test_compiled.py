from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from topicart import compiled, warming
from topicart.cli import app
from topicart.compiled import compiled_folder, keep_compiled

KERNELS = """
import numba


@numba.njit
def apart(one, other):
    return abs(one - other)


@numba.njit
def near(one, other):
    return -abs(one - other)


def _sum(values, distance):
    total = 0.0
    for at in range(1, len(values)):
        total += distance(values[at], values[at - 1])
    return total


summed = numba.njit(_sum)
quickly = numba.njit(_sum, fastmath=True)
"""
"""As umap and pynndescent are written: nothing is kept, and a distance is an argument."""

RUNS = """
import sys
import numpy as np
from topicart import compiled
compiled._PACKAGES = ("kernels_of_a_test",)
compiled.keep_compiled("kernels_of_a_test")
from kernels_of_a_test import apart, near, quickly, summed
values = np.array([1.0, 4.0, 2.0])
print(summed(values, apart), summed(values, near), quickly(values, apart))
print(*(sum(kernel.stats.cache_hits.values()) for kernel in (summed, quickly)))
"""


@pytest.fixture
def asked_anew() -> None:
    compiled_folder.cache_clear()


def run(tmp_path: Path) -> list[str]:
    (tmp_path / "kernels_of_a_test.py").write_text(KERNELS, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", RUNS],
        env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_second_process_compiles_nothing_though_a_distance_is_an_argument(tmp_path: Path) -> None:
    assert run(tmp_path) == ["5.0 -5.0 5.0", "0 0"]
    assert run(tmp_path) == ["5.0 -5.0 5.0", "2 1"]


def test_what_is_damaged_is_compiled_anew(tmp_path: Path) -> None:
    run(tmp_path)
    for file in (tmp_path / "cache").rglob("*.nb?"):
        file.write_bytes(b"nothing that was compiled")
    assert run(tmp_path) == ["5.0 -5.0 5.0", "0 0"]


def test_a_folder_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_anew: None
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    folder = compiled_folder()
    assert folder.is_dir()
    assert tmp_path not in folder.parents
    compiled_folder.cache_clear()


def test_the_folder_belongs_to_the_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_anew: None
) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert compiled_folder() == tmp_path / "topicart" / "compiled" / compiled._versions()
    compiled_folder.cache_clear()


def test_what_umap_and_pynndescent_compile_is_kept() -> None:
    keep_compiled()
    from pynndescent import pynndescent_
    from umap import umap_

    kept = [umap_.smooth_knn_dist, pynndescent_.init_rp_tree, pynndescent_.process_candidates]
    assert all("-kept" in kernel._cache._cache_file._index_name for kernel in kept)
    assert not hasattr(pynndescent_.nn_descent, "py_func")  # it only calls others


def test_warmup_says_where_it_keeps_what_it_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "_lay_out", lambda *_vectors, **_alone: None)
    monkeypatch.setattr(warming, "_group", lambda _: None)
    done = CliRunner().invoke(app, ["warmup", "--json"])
    assert done.exit_code == 0, done.output
    assert '"conditional search"' in done.stdout
    assert (
        str(compiled_folder()) in CliRunner(env={"COLUMNS": "500"}).invoke(app, ["warmup"]).stdout
    )
