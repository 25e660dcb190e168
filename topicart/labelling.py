"""A finished run's themes named anew: other words, other judges, the same topics."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from topicart.errors import ModelError, RunError
from topicart.graph_export import export_topics
from topicart.labels import LabelConfig, describe_topics
from topicart.out import remove_what_names_made
from topicart.run import Run, write_names, write_record

if TYPE_CHECKING:
    from topicart.encoder import Encoder
    from topicart.fit import Progress


def label_run(
    run: Run,
    encoder: Encoder | None,
    config: LabelConfig,
    *,
    progress: Progress | None = None,
) -> Run:
    """Name the topics of a finished run anew, without looking at any picture.

    Which work is in which topic stays as it is. Summaries that a model wrote are replaced by those
    from facts, because what the model was asked spoke of the old labels; ``summarize_run`` brings
    back those that were asked the same from its cache.

    Parameters
    ----------
    run
        The run.
    encoder
        The run's own, for the prompts of the terms; ``None`` names from the facts alone.
    config
        How topics are named; nothing of the run's earlier naming is kept.
    progress
        Told of the stage and of how far it is.

    Returns
    -------
    Run
        The run with its new names, without measurements and page: ``finish_run`` makes them.
        If it is cut short the run has either its old names or the new ones.

    Raises
    ------
    RunError
        If the encoder is not the run's, or the run is damaged.
    VocabularyError, TemplateError
        If a vocabulary or the templates cannot be used.
    """
    raise NotImplementedError


def require_words(config: LabelConfig) -> None:
    """Read the vocabularies and templates that names will need, before any long work.

    Parameters
    ----------
    config
        How topics will be named.

    Raises
    ------
    VocabularyError, TemplateError
        If one is missing or cannot be used.
    """
    raise NotImplementedError
