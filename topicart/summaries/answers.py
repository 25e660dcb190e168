"""Answers of models, kept by what was asked, so that nothing is asked twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge_graph.atomic import make_folder, write_text_atomic
from topicart.summaries.checking import checked
from topicart.summaries.summarizer import Failure

__all__ = ["Answer", "Answers"]


@dataclass(frozen=True)
class Answer:
    """What a model said about a topic.

    Parameters
    ----------
    text
        The checked text.
    date
        When, ISO 8601 in UTC.
    """

    text: str
    date: str


class Answers:
    """A folder with one JSON file an answer, named by the SHA-256 of what was asked.

    Parameters
    ----------
    folder
        Made with the first answer.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, asked: Mapping[str, Any]) -> Answer | None:
        """Return the answer to a question, if there is one.

        Parameters
        ----------
        asked
            All that decides the answer, JSON-ready.

        Returns
        -------
        Answer or None
            None also where the file is damaged: then it is asked anew.
        """
        try:
            kept = json.loads(self._path(asked).read_text(encoding="utf-8"))
            text, date = checked(kept["text"]), kept["date"]
        except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
            return None
        if isinstance(text, Failure) or not isinstance(date, str):
            return None
        return Answer(text, date)

    def put(self, asked: Mapping[str, Any], answer: Answer) -> None:
        """Keep an answer.

        Parameters
        ----------
        asked
            All that decides it, JSON-ready; it is kept beside it, for a person to read.
        answer
            The answer.

        Raises
        ------
        WriteError
            If it cannot be written.
        """
        make_folder(self._folder)
        kept = {**asked, "text": answer.text, "date": answer.date}
        text = json.dumps(kept, ensure_ascii=False, indent=2)
        write_text_atomic(self._path(asked), text + "\n")

    def _path(self, asked: Mapping[str, Any]) -> Path:
        content = json.dumps(asked, sort_keys=True)
        return self._folder / f"{hashlib.sha256(content.encode()).hexdigest()}.json"
