"""A model fitted again: with other seeds, to the works in another order, to samples of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evaluation.baselines import BaselineError
from evaluation.matching import Assigned
from knowledge_graph.atomic import make_folder, remove_leftovers, write_bytes_atomic
from prompts import caption
from topicart import OUTLIER, __version__
from topicart.fit import Silent
from topicart.model import derive_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.baselines import Baseline
    from evaluation.values import RunValues
    from topicart.fit import Progress

KINDS = ("seeds", "orders", "bootstrap")
"""What can be changed between two fits of one model."""

_FORMAT = "topicart-refit"
_VERSION = 1


@dataclass(frozen=True)
class Refit:
    """What a model found when it was fitted again.

    Parameters
    ----------
    kind
        What was changed: one of ``KINDS``.
    number
        Which of its kind, from 0.
    assigned
        The works that it was fitted to, each once, and their topics.
    """

    kind: str
    number: int
    assigned: Assigned


@dataclass(frozen=True, eq=False)
class _Plan:
    """One fit: the rows of the works in the order in which the model sees them, and its seed."""

    kind: str
    number: int
    rows: NDArray[np.int64]
    seed: int


def refit(
    model: Baseline,
    values: RunValues,
    *,
    times: int,
    n_topics: int | None,
    kinds: Sequence[str] = KINDS,
    folder: Path | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> tuple[Refit, ...]:
    """Fit a model again to the works of a run.

    Parameters
    ----------
    model
        What made the run: see ``evaluation.fitting.models.model_of``.
    values
        The run's works and vectors.
    times
        Fits of each kind.
    n_topics
        Number of topics, for a model that must be told one; others are not told it.
    kinds
        ``seeds``: other seeds. ``orders``: the seed of the run, the works shuffled. ``bootstrap``:
        the seed of the run, to as many works drawn with replacement, each that was drawn once
        (some 63 % of the works): twins would be dense places of their own (Hennig 2007, 4.1).
    folder
        Each result is kept there as soon as it is had, so that what was interrupted goes on. One of
        another model, of other works or other settings, and a damaged one, is made anew.
    seed
        The run's own seed; other seeds, orders and samples are derived from it.
    progress
        Told of the stage ``refit`` and the fits that are done.

    Returns
    -------
    tuple of Refit
        Kind by kind.

    Raises
    ------
    ValueError
        If a kind is unknown, or ``times`` is negative.
    BaselineError
        If the model cannot be fitted again; it says to which works.
    """
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise ValueError(f"There is no kind of refit {unknown[0]!r}; there are {', '.join(KINDS)}.")
    if times < 0:
        raise ValueError(f"times must be 0 or more; got {times}.")
    progress = progress or Silent()
    progress.stage("refit")
    texts = [""] * len(values.ids)
    if model.reads != "vectors":
        texts = [caption(work) or "" for work in values.works]
    asked = n_topics if model.takes_n_topics else None
    digest = _digest_of_all(model, values, texts, asked)
    if folder:
        make_folder(folder)
        remove_leftovers(folder)
    refits = []
    plans = [_PLANS[kind](len(texts), number, seed) for kind in kinds for number in range(times)]
    for done, plan in enumerate(plans):
        progress.count(done, len(plans))
        topics = _kept(folder, plan, digest)
        if topics is None:
            topics = _fitted(model, values, texts, asked, plan, times)
            _keep(folder, plan, digest, topics)
        ids = [values.ids[row] for row in plan.rows]
        refits.append(Refit(plan.kind, plan.number, Assigned(ids, topics)))
    progress.count(len(plans), len(plans))
    return tuple(refits)


def _seeds(n_works: int, number: int, seed: int) -> _Plan:
    other = derive_seed(seed, f"refit seed {number}")
    return _Plan("seeds", number, np.arange(n_works), other)


def _orders(n_works: int, number: int, seed: int) -> _Plan:
    generator = np.random.default_rng(derive_seed(seed, f"refit order {number}"))
    return _Plan("orders", number, generator.permutation(n_works), seed)


def _bootstrap(n_works: int, number: int, seed: int) -> _Plan:
    generator = np.random.default_rng(derive_seed(seed, f"refit sample {number}"))
    drawn = np.unique(generator.integers(n_works, size=n_works)) if n_works else np.arange(0)
    return _Plan("bootstrap", number, drawn, seed)


_PLANS: dict[str, Callable[[int, int, int], _Plan]] = {
    "seeds": _seeds,
    "orders": _orders,
    "bootstrap": _bootstrap,
}


def _fitted(
    model: Baseline,
    values: RunValues,
    texts: Sequence[str],
    n_topics: int | None,
    plan: _Plan,
    times: int,
) -> NDArray[np.int32]:
    try:
        found = model.fit(
            values.vectors[plan.rows], [texts[row] for row in plan.rows], n_topics, plan.seed
        )
    except BaselineError as error:
        raise BaselineError(
            f"The model cannot be fitted again ({plan.kind}, {plan.number + 1} of {times}, to "
            f"{len(plan.rows):,} works): {error}"
        ) from error
    return found.assignments


def _digest_of_all(
    model: Baseline, values: RunValues, texts: Sequence[str], n_topics: int | None
) -> str:
    """Return a digest of all that decides every result, the plans aside."""
    told = model.describe()
    settings = [_FORMAT, _VERSION, __version__, told.name, dict(told.parameters), told.package]
    digest = hashlib.sha256(json.dumps([*settings, told.version, n_topics]).encode())
    digest.update(json.dumps([values.ids, list(texts)]).encode())
    digest.update(np.ascontiguousarray(values.vectors).tobytes())
    return digest.hexdigest()


def _file(folder: Path, plan: _Plan) -> Path:
    return folder / f"{plan.kind}-{plan.number:03}.safetensors"


def _key(plan: _Plan, digest: str) -> str:
    rows = hashlib.sha256(plan.rows.astype("<i8").tobytes()).hexdigest()
    return hashlib.sha256(json.dumps([digest, plan.kind, plan.seed, rows]).encode()).hexdigest()


def _kept(folder: Path | None, plan: _Plan, digest: str) -> NDArray[np.int32] | None:
    """Return the topics of a fit that was made before, or ``None`` if there is no such one."""
    from safetensors import SafetensorError, safe_open

    if folder is None:
        return None
    try:
        with safe_open(_file(folder, plan), framework="numpy") as kept:
            known = (kept.metadata() or {}).get("key") == _key(plan, digest)
            topics = np.asarray(kept.get_tensor("topics"))
    except (SafetensorError, OSError, ValueError, KeyError, TypeError):
        return None
    sound = known and topics.shape == plan.rows.shape and topics.dtype == np.int32
    return topics if sound and topics.min(initial=OUTLIER) >= OUTLIER else None


def _keep(folder: Path | None, plan: _Plan, digest: str, topics: NDArray[np.int32]) -> None:
    from safetensors.numpy import save

    if folder is None:
        return
    arrays = {"topics": np.ascontiguousarray(topics, dtype=np.int32)}
    data = save(arrays, metadata={"key": _key(plan, digest)})
    write_bytes_atomic(_file(folder, plan), data)
