"""What people answered: from a CSV to the answers that can be used, and what could not."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evaluation.studies.perception.questions import CANNOT_TELL, Question, questions_of
from knowledge_graph import cut, listed, nearest, printable
from topicart.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from evaluation.studies.perception.result import DimensionTold

__all__ = [
    "COLUMNS",
    "Annotation",
    "Annotations",
    "guarded",
    "read_annotations",
    "unguarded",
]

COLUMNS = ("work", "dimension", "answer", "annotator")
"""The columns of a file of annotations."""

_FORMULA = "=+\\-@\\t\\r\\n＝＋－＠"
_TO_GUARD = re.compile(f"^'*[{_FORMULA}]")
_GUARDED = re.compile(f"^'+[{_FORMULA}]")
_MOST_TOLD = 20
_MOST_COMPARED = 5000
_LONGEST_COMPARED = 200
_LARGEST = 200 * 2**20


@dataclass(frozen=True)
class Annotation:
    """One answer of one person.

    Parameters
    ----------
    work
        The work's id, or what ``shown_as`` makes of it.
    dimension
        What was asked.
    answer
        One of the question's answers.
    annotator
        Who answered.
    treatment
        What was done to the picture, which ``work`` ends in; empty if nothing.
    """

    work: str
    dimension: str
    answer: str
    annotator: str
    treatment: str = ""


@dataclass(frozen=True)
class Annotations:
    """What people answered.

    Parameters
    ----------
    questions
        What was asked.
    answers
        What can be used, in the order of the file.
    unsure
        How often somebody could not tell.
    left_out
        For each reason how many rows could not be used.
    notes
        The first of those rows, each with its line number.
    """

    questions: tuple[Question, ...]
    answers: tuple[Annotation, ...]
    unsure: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def codes(
        self, question: Question
    ) -> tuple[tuple[str, ...], tuple[str, ...], NDArray[np.float64]]:
        """Give the answers to one question as numbers.

        Parameters
        ----------
        question
            One of the questions.

        Returns
        -------
        works : tuple of str, length n_works
            Those with an answer, sorted.
        annotators : tuple of str, length n_annotators
            Those who answered, sorted.
        codes : ndarray of float, shape (n_works, n_annotators)
            Places in ``question.answers``; NaN where nothing was answered.
        """
        own = [given for given in self.answers if given.dimension == question.dimension]
        works = tuple(sorted({given.work for given in own}))
        annotators = tuple(sorted({given.annotator for given in own}))
        row = {work: at for at, work in enumerate(works)}
        column = {annotator: at for at, annotator in enumerate(annotators)}
        place = {answer: at for at, answer in enumerate(question.answers)}
        codes = np.full((len(works), len(annotators)), np.nan)
        for given in own:
            codes[row[given.work], column[given.annotator]] = place[given.answer]
        return works, annotators, codes


def guarded(text: str) -> str:
    """Put ``'`` before what a spreadsheet would run as a formula (OWASP, "CSV Injection").

    Parameters
    ----------
    text
        A cell.

    Returns
    -------
    str
        A text that :func:`unguarded` reads back the same.
    """
    return f"'{text}" if _TO_GUARD.match(text) else text


def unguarded(text: str) -> str:
    """Take away the ``'`` that :func:`guarded` put.

    Parameters
    ----------
    text
        A cell.

    Returns
    -------
    str
        The text as it was.
    """
    return text[1:] if _GUARDED.match(text) else text


def read_annotations(
    file: str | Path,
    works: Collection[str],
    dimensions: Sequence[DimensionTold],
    *,
    treatments: Collection[str] = (),
) -> Annotations:
    """Read what people answered; rows that cannot be used are left out, counted and named.

    Parameters
    ----------
    file
        A CSV with the columns work, dimension, answer and annotator in any order, in UTF-8 or
        UTF-16, divided by commas, semicolons, tabs or bars.
    works
        The ids of the works that were shown.
    dimensions
        What was asked of them.
    treatments
        Names of what may have been done to a picture (``shown_as``).

    Returns
    -------
    Annotations
        At least one answer.

    Raises
    ------
    StudyError
        If the file cannot be read, lacks a column, or no row of it can be used.
    """
    path = Path(file)
    questions = {question.dimension: question for question in questions_of(dimensions)}
    reading = _Reading(questions, works, treatments)
    rows = _rows(path)
    answers = [given for line, row in rows if (given := reading.take(line, row)) is not None]
    if not answers:
        none = "everyone cannot tell" if reading.unsure else "it holds a header and no rows"
        why = "; ".join(reading.notes[:3]) or none
        raise StudyError(
            f"{printable(str(path))}: no answer in it can be used ({why}). Expected rows of a "
            "work’s id, a dimension, an answer and who gave it, as `topicart study annotate` "
            "asks for them of the same collection."
        )
    return Annotations(
        questions=tuple(questions.values()),
        answers=tuple(answers),
        unsure=reading.unsure,
        left_out=dict(reading.left_out),
        notes=tuple(reading.notes),
    )


class _Reading:
    """What has been read so far, and what could not be used of it."""

    def __init__(
        self,
        questions: Mapping[str, Question],
        works: Collection[str],
        treatments: Collection[str],
    ) -> None:
        self.unsure = 0
        self.left_out: Counter[str] = Counter()
        self.notes: list[str] = []
        self._questions = {name.casefold(): question for name, question in questions.items()}
        self._answers = {
            name: {
                _folded(spelt): answer
                for answer, told in question.choices
                for spelt in (told, answer)
            }
            for name, question in questions.items()
        }
        self._works = frozenset(works)
        self._treatments = frozenset(treatments)
        self._line_of: dict[tuple[str, str, str], int] = {}

    def take(self, line: int, row: Mapping[str, str]) -> Annotation | None:
        """Take a row's answer; ``None`` if there is none, or it cannot be used."""
        empty = [name for name in COLUMNS if not row[name]]
        if empty:
            self._leave(line, "an empty cell", lambda: f"nothing under {' and '.join(empty)}")
            return None
        work, annotator = row["work"], row["annotator"]
        treatment = self._treatment(work)
        if treatment is None:
            self._leave(
                line,
                "an unknown work",
                lambda: f"no work {cut(work)!r} was shown.{nearest(work, self._near(work))}",
            )
            return None
        question = self._questions.get(row["dimension"].casefold())
        if question is None:
            names = [own.dimension for own in self._questions.values()]
            self._leave(
                line,
                "an unknown dimension",
                lambda: (
                    f"nothing was asked of {cut(row['dimension'])!r}; asked were "
                    f"{listed(names, 9)}.{nearest(row['dimension'], names)}"
                ),
            )
            return None
        answer = self._answers[question.dimension].get(_folded(row["answer"]))
        unsure = answer is None and _folded(row["answer"]) == CANNOT_TELL
        if answer is None and not unsure:
            self._leave(
                line,
                "an unknown answer",
                lambda: (
                    f"{cut(row['answer'])!r} is no answer of {question.dimension}."
                    f"{nearest(row['answer'], question.answers)}"
                ),
            )
            return None
        key = (work, question.dimension, annotator)
        earlier = self._line_of.setdefault(key, line)
        if earlier != line:
            self._leave(
                line,
                "a second answer by one person",
                lambda: (
                    f"{cut(annotator)!r} has answered {question.dimension} of {cut(work)!r} on "
                    f"line {earlier} already, which counts"
                ),
            )
            return None
        if answer is None:
            self.unsure += 1
            return None
        return Annotation(work, question.dimension, answer, annotator, treatment)

    def _treatment(self, shown: str) -> str | None:
        """Give what was done to the picture; ``None`` if no such picture was shown."""
        if shown in self._works:
            return ""
        work, _, treatment = shown.rpartition("#")
        return treatment if treatment in self._treatments and work in self._works else None

    def _near(self, work: str) -> list[str]:
        """Give works whose ids are likely meant; a large collection is not looked through."""
        if len(self._works) <= _MOST_COMPARED and len(work) <= _LONGEST_COMPARED:
            return list(self._works)
        return []

    def _leave(self, line: int, reason: str, told: Callable[[], str]) -> None:
        """Count a row that cannot be used; what is wrong is found out for the first of them."""
        self.left_out[reason] += 1
        if len(self.notes) < _MOST_TOLD:
            self.notes.append(printable(f"line {line}: {told()}"))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Give each row's line number and its cells by column; what is short has empty cells."""
    text = _text(path)
    delimiter = _delimiter(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [_folded(name) for name in next(lines, [])]
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            found = listed([name for name in header if name], 8) or "nothing"
            raise StudyError(
                f"{printable(str(path))}: its first line lacks {listed(missing, 4)}; found "
                f"{found}. Expected a header with the columns {', '.join(COLUMNS)}."
            )
        places = {name: header.index(name) for name in COLUMNS}
        # A row that spans lines is told by its first.
        line = lines.line_num + 1
        for cells in lines:
            # Where files were put below one another, each brings its header.
            again = [_folded(cell.lstrip("\ufeff")) for cell in cells] == header
            if any(cell.strip() for cell in cells) and not again:
                yield (
                    line,
                    {
                        name: unguarded(cells[at]).strip() if at < len(cells) else ""
                        for name, at in places.items()
                    },
                )
            line = lines.line_num + 1
    except csv.Error as error:
        raise StudyError(
            f"{printable(str(path))}: cannot be read as a CSV after line {lines.line_num} "
            f"({error}). Look for a quotation mark that is not closed, or export it again."
        ) from error


def _text(path: Path) -> str:
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):  # A pipe never ends.
            raise StudyError(
                f"{printable(str(path))} is no file; expected the CSV that the form saved."
            )
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise StudyError(
            f"{printable(str(path))}: the annotations cannot be read "
            f"({error.strerror or error}). Give the CSV that the form saved."
        ) from error
    if len(data) > _LARGEST:
        raise StudyError(
            f"{printable(str(path))} is larger than {_LARGEST // 2**20} MB; expected answers of "
            "people, a line each. Give the CSV that the form saved."
        )
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError(
            f"{printable(str(path))}: byte {error.start:,} is not UTF-8. Save the table again as "
            "“CSV UTF-8”."
        ) from error


def _delimiter(text: str) -> str:
    """Take what divides the header into most columns."""
    header = text.split("\n", 1)[0]
    return max(",;\t|", key=header.count)
