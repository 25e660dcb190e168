"""Compile once, after installation, what every later process then finds compiled."""

from __future__ import annotations

import time
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from topicart.compiled import compiled_folder, keep_compiled

if TYPE_CHECKING:
    from collections.abc import Callable

    from topicart.fit import Progress

__all__ = ["warm_up"]

_FEW, _MANY, _DIM = 256, 2_048, 16
_LEAST = 20
_KERNELS = ("topicart.retrieval.scoring_kernels", "topicart.retrieval.ball_tree_kernels")


def warm_up(progress: Progress) -> dict[str, Any]:
    """Run everything compiled that a fit runs, on a few vectors drawn by lot.

    Where all is compiled already this takes some seconds and changes nothing.

    Parameters
    ----------
    progress
        Told of the stage and of the steps done.

    Returns
    -------
    dict
        ``folder``, where machine code is kept, and ``seconds`` of each step.
    """
    import numpy as np

    progress.stage("compile")
    drawn = np.random.default_rng(0).normal(size=(_MANY, _DIM))
    vectors = np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)
    steps: dict[str, Callable[[], object]] = {
        "packages": keep_compiled,
        "layout of few works": lambda: _lay_out(vectors[:_FEW], alone=True),
        "neighbours and layout of many": lambda: _lay_out(vectors, alone=False),
        "groups without layout": lambda: _group(vectors),
        "conditional search": lambda: [import_module(name) for name in _KERNELS],
    }
    seconds: dict[str, float] = {}
    for done, (name, step) in enumerate(steps.items()):
        progress.count(done, len(steps))
        start = time.perf_counter()
        step()
        seconds[name] = round(time.perf_counter() - start, 2)
    progress.count(len(steps), len(steps))
    return {"folder": str(compiled_folder()), "seconds": seconds}


def _group(vectors: Any) -> None:
    """Run EVoC, where the extra is installed."""
    from topicart.cluster import Evoc
    from topicart.errors import FitError

    with suppress(FitError):
        Evoc(min_cluster_size=_LEAST, seed=0)(vectors)


def _lay_out(vectors: Any, *, alone: bool) -> None:
    from topicart.neighbours import nearest_works
    from topicart.reduce import reduce_umap

    # By the search that is for many, though these are few.
    nearest = None if alone else nearest_works(vectors, 15, exact=0)
    reduce_umap(vectors, n_components=2, nearest=nearest)
