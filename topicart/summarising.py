"""The stage that summarises the topics of a finished run. Nothing that was answered is asked again.

Answers are kept in the run's folder ``summaries`` as they come, so that an interrupted stage goes
on where it was; the run itself changes at the end.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from knowledge_graph import CollectionError, Problem
from topicart.errors import RunError
from topicart.fit import Silent, now
from topicart.graph_export import export_topics
from topicart.lock import alone
from topicart.out import remove_what_names_made
from topicart.run import Run, write_record
from topicart.run_files import write_names, write_problems
from topicart.soundness import unlike
from topicart.summaries.answers import Answer, Answers
from topicart.summaries.asking import PromptKind, summary_prompt
from topicart.summaries.checking import checked
from topicart.summaries.facts import FactsSummarizer
from topicart.summaries.mosaic import LAYOUT, make_mosaic
from topicart.summaries.names import NameCheck
from topicart.summaries.summarizer import Failure, Request
from topicart.topics import Summary, Topic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from knowledge_graph import Collection
    from topicart.fit import Progress
    from topicart.summaries.summarizer import Summarizer

_FILE = "topics.json"
_END_BYTES = 1 << 16
_TOPIC_ID = re.compile(r"topic-\d+")


@alone
def summarize_run(
    run: Run,
    summarizer: Summarizer,
    *,
    prompt: PromptKind = "rich",
    n_pictures: int = 20,
    progress: Progress | None = None,
) -> Run:
    """Summarise the topics of a finished run anew; groups keep their summaries from facts.

    A topic of which the model gives no summary gets the one from facts, and a row in
    ``problems.csv``. What was answered before, about the same pictures in the same words, is taken
    from the run's folder ``summaries``.

    Parameters
    ----------
    run
        The run; ``topics.json``, ``topics.ttl``, ``problems.csv`` and ``run.json`` are rewritten.
    summarizer
        Who writes.
    prompt
        What a model is asked: ``basic`` or ``rich``.
    n_pictures
        Most works in the mosaic that it sees, the most central ones.
    progress
        Told of the stage ``summarise`` and of how many topics are done.

    Returns
    -------
    Run
        With its new summaries, without measurements and page: ``finish_run`` makes them.

    Raises
    ------
    ModelError
        If the model cannot be asked at all. The run is then as it was; answers so far are kept.
    RunError
        If the run is damaged.
    """
    progress = progress or Silent()
    progress.stage("summarise")
    questions = [
        _question(run, topic, rows, prompt, n_pictures)
        for topic, rows in zip(run.topics, _members_of(run), strict=True)
    ]
    facts = FactsSummarizer()
    summaries = {
        question.topic.id: Summary(text)
        for question in questions
        for text in facts.summarize([_request(run, question)])
    }
    failures: dict[int, str] = {}
    used: dict[str, Any] = {"engine": summarizer.engine}
    if summarizer.engine != facts.engine:
        answers, failures = _ask(run, summarizer, questions, progress)
        summaries |= _machine_written(run, summarizer, questions, answers)
        used |= {"model": summarizer.model, "prompt": prompt, "pictures": n_pictures}
        used["settings"] = dict(summarizer.settings)
    topics = [replace(topic, summary=summaries[topic.id]) for topic in run.topics]
    return _rewrite(run, topics, failures, used)


@dataclass(frozen=True)
class _Question:
    """What a model is to be asked about a topic; rows are those of ``run.works``."""

    topic: Topic
    rows: NDArray[np.int64]
    prompt: str
    pictures: Mapping[str, Path]
    """By work, the picture that stands for it; the most central work first."""

    def asked(self, summarizer: Summarizer) -> dict[str, Any]:
        """Return all that decides the answer; no picture is decoded to learn it."""
        return {
            "engine": summarizer.engine,
            "model": summarizer.model,
            "settings": dict(summarizer.settings),
            "prompt": self.prompt,
            "sheet": LAYOUT,
            "pictures": [_ends_sha256(path) for path in self.pictures.values()],
        }


def _ends_sha256(path: Path) -> str:
    """Tell a picture's content by its size and both its ends: a scan may have gigabytes."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        digest = hashlib.sha256(str(size).encode())
        for start in (0, max(size - _END_BYTES, 0)):
            file.seek(start)
            digest.update(file.read(_END_BYTES))
    return digest.hexdigest()


def _members_of(run: Run) -> list[NDArray[np.int64]]:
    """Return the rows of each topic's works, the most central first."""
    table = run.works
    topics = table["topic"].fill_null(-1).to_numpy()
    order = np.lexsort((table["rank"].fill_null(-1).to_numpy(), topics))
    starts = np.searchsorted(topics[order], np.arange(len(run.topics) + 1))
    if unlike(table, run.topics):
        raise RunError(
            f"{run.folder} is damaged: works.parquet and {_FILE} do not speak of the same topics. "
            "Repeat the fit with the same --out and --overwrite; its embeddings will be reused."
        )
    return [order[first:last] for first, last in pairwise(starts.tolist())]


def _works(run: Run, rows: NDArray[np.int64]) -> Collection:
    return run.collection.select(rows.tolist())


def _question(
    run: Run, topic: Topic, rows: NDArray[np.int64], kind: PromptKind, n_pictures: int
) -> _Question:
    pictures: dict[str, Path] = {}
    for row in rows.tolist():
        if len(pictures) == n_pictures:
            break
        try:
            paths = run.collection.image_paths(row)
        except CollectionError:  # it has come to lie elsewhere, and is not shown around
            continue
        if found := next((path for path in paths if path.is_file()), None):
            pictures[run.collection.ids[row]] = found
    return _Question(topic, rows, summary_prompt(kind, topic), pictures)


def _ask(
    run: Run, summarizer: Summarizer, questions: Sequence[_Question], progress: Progress
) -> tuple[dict[int, Answer], dict[int, str]]:
    """Answer questions, from what is kept or by asking; both results are by topic."""
    kept = Answers(run.folder / "summaries")
    answers: dict[int, Answer] = {}
    failures: dict[int, str] = {}
    missing: list[tuple[_Question, dict[str, Any]]] = []
    for question in questions:
        if not question.pictures:
            failures[question.topic.id] = "none of its pictures can be read"
        elif found := kept.get(asked := question.asked(summarizer)):
            answers[question.topic.id] = found
        else:
            missing.append((question, asked))
    progress.count(len(questions) - len(missing), len(questions))
    size = max(summarizer.batch_size, 1)
    for start in range(0, len(missing), size):
        batch = missing[start : start + size]
        said = summarizer.summarize([_request(run, question) for question, _ in batch])
        for (question, asked), answer in zip(batch, said, strict=True):
            text = checked(answer) if isinstance(answer, str) else answer
            if isinstance(text, Failure):
                failures[question.topic.id] = text.reason
            else:
                answers[question.topic.id] = Answer(text, now())
                kept.put(asked, answers[question.topic.id])
        progress.count(len(answers) + len(failures), len(questions))
        if failures:
            progress.note(f"{len(failures):,} without an answer")
    return answers, failures


def _request(run: Run, question: _Question) -> Request:
    mosaic = partial(make_mosaic, list(question.pictures.values()), load=run.load_picture)
    return Request(question.topic, _works(run, question.rows), question.prompt, mosaic)


def _machine_written(
    run: Run,
    summarizer: Summarizer,
    questions: Sequence[_Question],
    answers: Mapping[int, Answer],
) -> dict[int, Summary]:
    """Sign and date answers, and mark the names in them that no member's facts contain."""
    names = NameCheck(run.collection) if answers else None
    written = {}
    for question in questions:
        answer = answers.get(question.topic.id)
        if names and answer:
            written[question.topic.id] = Summary(
                answer.text,
                engine=summarizer.engine,
                model=summarizer.model,
                prompt=question.prompt,
                date=answer.date,
                unsupported=names.unsupported(answer.text, _works(run, question.rows)),
            )
    return written


def _rewrite(
    run: Run, topics: Sequence[Topic], failures: Mapping[int, str], used: Mapping[str, Any]
) -> Run:
    """Write the summaries and all that speaks of them, and read the run anew."""
    others = [
        problem
        for problem in run.problems
        if not (problem.file == _FILE and _TOPIC_ID.fullmatch(problem.id))
    ]
    failed = [Problem(f"topic-{topic}", _FILE, reason) for topic, reason in failures.items()]
    problems = {*others, *failed}
    record = run.record.model_copy(
        update={
            # Not the configuration, which tells fits apart: this is the same fit, told otherwise.
            "parameters": {**run.record.parameters, "summaries": dict(used)},
            "counts": {**run.record.counts, "problems": len(problems)},
        }
    )
    remove_what_names_made(run.folder)
    write_names(run.folder, topics, run.groups)
    write_problems(run.folder, problems)
    write_record(run.folder, record)
    export_topics(Run(run.folder, record), run.folder / "topics.ttl", overwrite=True)
    return Run.open(run.folder)
