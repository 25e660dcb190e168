"""How long the server of `topicart explore` takes to answer, of 100,000 works.

A run (``--source``, else an invented one) gets other vectors of 512 dimensions in a folder of its
own, is served in a process beside, and is asked one question after another and then fifty at once.
The encoder is a stand-in that answers
at once, for models differ; how long the bundled one takes for words is measured beside it.
"""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import numpy as np
from numpy.typing import NDArray

from evaluation.benchmarks.benchmark import Benchmark, Options, Row
from evaluation.benchmarks.exhibition_run import invent_run
from evaluation.benchmarks.registry import SUMMARIES
from topicart.embeddings import Embeddings, normalise
from topicart.run import Run
from topicart.store import save_embeddings

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from topicart.fit import Progress

__all__ = ["BENCHMARK", "invent_vectors", "measure"]

WORKS, TOPICS = 100_000, 200
DIM = 512
TARGET_MS = 100
"""Milliseconds within which one question is to be answered, once its words are encoded."""

_CLIENTS = 50
_EACH = 6
_INNER = 24
"""Dimensions in which the invented vectors really vary, as pictures' vectors do."""


def invent_vectors(n: int, seed: int = 0) -> NDArray[np.float32]:
    """Invent vectors in heaps that run into one another, on a bent surface.

    Parameters
    ----------
    n : int
        How many.
    seed : int
        Of the random numbers.

    Returns
    -------
    ndarray of float32, shape (n, 512)
        Of length 1.
    """
    draw = np.random.default_rng(seed)
    heaps = 2 * draw.normal(size=(60, _INNER))
    inner = draw.normal(size=(n, _INNER)) + heaps[draw.integers(0, len(heaps), n)]
    bent = np.tanh(inner @ draw.normal(size=(_INNER, DIM)) / 6)
    return normalise((bent + 0.05 * draw.normal(size=bent.shape)).astype(np.float32))


class _Stand:
    """Gives each question the vector of a work, at once."""

    name = "stand-in"

    def __init__(self, run: Run) -> None:
        self.fingerprint = run.record.model.fingerprint
        self._vectors = run.picture_embeddings.vectors

    def encode_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._vectors[[int(text.split()[-1]) for text in texts]]


def measure(source: Path | None, questions: int) -> dict[str, Any]:
    """Serve a run and ask.

    Parameters
    ----------
    source : Path or None
        A run of many works whose vectors are not used; invented where there is none.
    questions : int
        Of each kind.

    Returns
    -------
    dict
        What ``results/exploring.json`` holds.
    """
    with tempfile.TemporaryDirectory() as folder:
        run = _prepared(Path(folder) / "run", source)
        here, there = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        server = context.Process(target=_serve, args=(run.folder, there), daemon=True)
        started = time.perf_counter()
        server.start()
        try:
            address = here.recv()
            first = time.perf_counter() - started
            with httpx2.Client(base_url=address, timeout=600) as client:
                while not client.get("api/status").json()["paths"]["ready"]:
                    time.sleep(0.5)
                prepared = time.perf_counter() - started
                alone = {
                    kind: _times(client, ask, questions) for kind, ask in _questions(run).items()
                }
            together = _together(address, run)
        finally:
            server.terminate()
            server.join()
    return {
        "works": run.works.num_rows,
        "dimensions": DIM,
        "questions": questions,
        "target_ms": TARGET_MS,
        "start": {"page (s)": round(first, 1), "paths (s)": round(prepared, 1)},
        "alone": alone,
        "met": all(times["p95_ms"] <= TARGET_MS for times in alone.values()),
        "together": together,
        "words_by_mini": _mini(questions),
    }


def _prepared(folder: Path, source: Path | None) -> Run:
    """Make a run of works and facts, with vectors of 512 dimensions and a page."""
    if source is None:
        source = invent_run(folder.with_name("invented"), WORKS, TOPICS).folder
    leave = shutil.ignore_patterns("embeddings", "site", "miniatures", "neighbours")
    shutil.copytree(source, folder, ignore=leave)
    run = Run.open(folder)
    ids = tuple(run.works_with_vector["id"].to_pylist())
    save_embeddings(Embeddings(ids, invent_vectors(len(ids))), folder / "embeddings")
    run.page.parent.mkdir()
    run.page.write_text("<!doctype html><title>Measured</title>", encoding="utf-8")
    return run


def _serve(folder: Path, tell: Connection) -> None:
    from topicart.server import listen, make_app, serve

    run = Run.open(folder)
    stand: Any = _Stand(run)
    taken, address = listen("127.0.0.1", 0)
    app: Starlette = make_app(run, stand)
    tell.send(address.url)
    serve(app, taken)


def _questions(run: Run) -> dict[str, Callable[[int], str]]:
    """Questions by kind, each made of a number."""
    genres = run.works["genre"].combine_chunks().flatten().value_counts().to_pylist()
    common = max(genres, key=lambda one: one["counts"])["values"] if genres else None
    rare = min(genres, key=lambda one: one["counts"])["values"] if genres else None
    row_of = np.random.default_rng(1).permutation(run.works_with_vector.num_rows)
    asked: dict[str, Callable[[int], str]] = {
        "words": lambda n: f"api/search?words=like {row_of[n]}",
        "nearest": lambda n: f"api/nearest?work={row_of[n]}&k=50",
        "nearest by another artist": lambda n: f"api/nearest?work={row_of[n]}&other=artist",
        "words, dated before 1700": lambda n: f"api/search?words=of {row_of[n]}&where=date<1700",
        "path": lambda n: f"api/path?from={row_of[n]}&to={row_of[-n - 1]}",
        "picture": lambda n: f"api/picture/{row_of[n]}?side=512",
    }
    if common is not None:
        asked["words, in the largest genre"] = lambda n: (
            f"api/search?words=in {row_of[n]}&where=genre={common}"
        )
        asked["words, in the smallest genre"] = lambda n: (
            f"api/search?words=a {row_of[n]}&where=genre={rare}"
        )
    return asked


def _times(
    client: httpx2.Client, ask: Callable[[int], str], questions: int
) -> dict[str, float | int]:
    spent = []
    failed = 0
    ask_first = client.get(ask(questions))  # the first of a kind also makes what the others use
    failed += ask_first.status_code != 200
    for number in range(questions):
        started = time.perf_counter()
        answer = client.get(ask(number))
        spent.append(1000 * (time.perf_counter() - started))
        failed += answer.status_code != 200
    return {**_quantiles(spent), "failed": failed}


def _together(address: str, run: Run) -> dict[str, Any]:
    """Let fifty ask at once, each one question after another, of all kinds in turn."""
    kinds = [ask for kind, ask in _questions(run).items() if kind != "picture"]

    def _client(number: int) -> list[tuple[float, int]]:
        told = []
        with httpx2.Client(base_url=address, timeout=600) as client:
            for turn in range(_EACH):
                asked = number * _EACH + turn
                started = time.perf_counter()
                status = client.get(kinds[asked % len(kinds)](1000 + asked)).status_code
                told.append((1000 * (time.perf_counter() - started), status))
        return told

    started = time.perf_counter()
    with ThreadPoolExecutor(_CLIENTS) as pool:
        answers = [one for own in pool.map(_client, range(_CLIENTS)) for one in own]
    seconds = time.perf_counter() - started
    return {
        "clients": _CLIENTS,
        "questions": len(answers),
        **_quantiles([spent for spent, _ in answers]),
        "failed": sum(status != 200 for _, status in answers),
        "answers_a_second": round(len(answers) / seconds, 1),
    }


def _mini(questions: int) -> dict[str, float]:
    from topicart.encoder import Encoder

    encoder = Encoder.load("mini", device="cpu", progress=False)
    encoder.encode_texts(["a first one"])
    spent = []
    for number in range(questions):
        started = time.perf_counter()
        encoder.encode_texts([f"ships in a storm, {number}"])
        spent.append(1000 * (time.perf_counter() - started))
    return _quantiles(spent)


def _quantiles(spent: Sequence[float]) -> dict[str, float]:
    return {
        "median_ms": round(float(np.median(spent)), 1),
        "p95_ms": round(float(np.quantile(spent, 0.95)), 1),
    }


def _rows(results: Mapping[str, Any]) -> list[Row]:
    most = results["target_ms"]
    return [
        Row(
            f"{kind}, of {results['works']:,} works (95 % of the answers)",
            f"{own['p95_ms']:g} ms",
            f"{own['median_ms']:g} ms (the median)",
            "",
            f"at most {most} ms",
            own["p95_ms"] <= most,
        )
        for kind, own in results["alone"].items()
    ]


def _measured(options: Options, progress: Progress) -> dict[str, Any]:
    progress.stage("ask")
    return measure(None if options.source is None else Path(options.source), 100)


BENCHMARK = Benchmark(
    name="exploring",
    summary=SUMMARIES["exploring"],
    measure=_measured,
    rows=_rows,
    packages=("numpy", "scipy", "pynndescent", "starlette", "uvicorn"),
)
