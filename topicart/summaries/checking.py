"""Is a model's answer a summary?"""

from __future__ import annotations

from topicart.summaries.summarizer import Failure


def checked(answer: str) -> str | Failure:
    """Clean a model's answer, or say why it is no summary.

    Parameters
    ----------
    answer
        As the model gave it.

    Returns
    -------
    str or Failure
        The text to show, or the reason against it.
    """
    raise NotImplementedError
