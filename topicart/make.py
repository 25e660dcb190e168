"""A whole run in one call: fit, measure, show; whatever of the three is still missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evaluation import evaluate, to_json
from topicart.fit import FitConfig, Progress, Silent, fit_run
from topicart.report import write_site
from topicart.run import Run
from topicart.run_files import write_json

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from topicart.encoder import Encoder


def make_run(
    collection: Collection,
    out: str | Path,
    encoder: Encoder,
    config: FitConfig | None = None,
    *,
    overwrite: bool = False,
    batch_size: int = 32,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Find the themes of a collection, measure them and make their page.

    Parameters
    ----------
    collection, out, encoder, config, overwrite, batch_size, workers, progress
        As for :func:`topicart.fit_run`.

    Returns
    -------
    Run
        With ``metrics.json`` and ``site/``.

    Raises
    ------
    RunError, FitError
        As :func:`topicart.fit_run`.
    """
    run = fit_run(
        collection,
        out,
        encoder,
        config,
        overwrite=overwrite,
        batch_size=batch_size,
        workers=workers,
        progress=progress,
    )
    return finish_run(run, progress=progress)


def finish_run(run: Run, *, progress: Progress | None = None) -> Run:
    """Measure the themes of a run and make its page, as far as either is missing.

    Whatever writes other names or summaries takes away both first, so that none that is there
    speaks of names that are gone.

    Parameters
    ----------
    run
        A finished run.
    progress
        Told of stages and counts.

    Returns
    -------
    Run
        With ``metrics.json`` and ``site/``.
    """
    progress = progress or Silent()
    if not run.metrics:
        progress.stage("measure")
        write_json(run.folder / "metrics.json", to_json(evaluate(run)))
        run = Run.open(run.folder)
    if not run.page.exists():
        progress.stage("page")
        write_site(run, progress=progress.count)
    return run
