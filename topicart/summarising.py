"""The stage that summarises the topics of a finished run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from topicart.summaries.asking import PromptKind

if TYPE_CHECKING:
    from topicart.fit import Progress
    from topicart.run import Run
    from topicart.summaries import Summarizer


def summarize_run(
    run: Run,
    summarizer: Summarizer,
    *,
    prompt: PromptKind = "rich",
    n_pictures: int = 20,
    progress: Progress | None = None,
) -> Run:
    """Summarise the topics of a finished run anew.

    Parameters
    ----------
    run
        The run; ``topics.json``, ``topics.ttl``, ``problems.csv`` and ``run.json`` are rewritten.
    summarizer
        Who writes.
    prompt
        What a model is asked.
    n_pictures
        Pictures in the mosaic that it sees.
    progress
        Told of the stage and of counts.

    Returns
    -------
    Run
        The same run, read anew.
    """
    raise NotImplementedError
