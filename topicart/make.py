"""A whole run in one call: fit, measure, show; whatever of the three is still missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from evaluation import OWN, evaluate_run
from knowledge_graph.atomic import remove
from topicart.fit import FitConfig, Progress, Silent, fit_run
from topicart.lock import alone
from topicart.report import write_site
from topicart.run import Run

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
    thumbnails: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Find the themes of a collection, measure them and make their page.

    Parameters
    ----------
    collection, out, encoder, config, overwrite, batch_size, workers, thumbnails, progress
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
        thumbnails=thumbnails,
        progress=progress,
    )
    return finish_run(run, progress=progress)


@alone
def finish_run(run: Run, *, progress: Progress | None = None) -> Run:
    """Measure the themes of a run and make its page, as far as either is missing.

    Pictures are judged by the run's own vectors, which is quick, and is said beside the numbers;
    ``evaluation.evaluate_run`` asks another judge. Whatever writes other names or summaries takes
    away both first, so that none that is there speaks of names that are gone.

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
        evaluate_run(run, judge=OWN, progress=progress)
        run = Run.open(run.folder)
    if not run.page.exists():
        progress.stage("page")
        write_site(run, progress=progress.count)
    return run


@alone
def remake_page(run: Run, *, progress: Progress | None = None) -> Run:
    """Make the page of a run anew, after it was measured otherwise.

    Parameters
    ----------
    run
        A finished run.
    progress
        Told of the stage and counts.

    Returns
    -------
    Run
        With what ``metrics.json`` says now.
    """
    run = Run.open(run.folder)
    remove(run.page)
    return finish_run(run, progress=progress)
