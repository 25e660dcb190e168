"""What a study's page is made of, as plain values; nothing here is read or drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = [
    "Answer",
    "Chapter",
    "Found",
    "Gallery",
    "LateGroup",
    "LateWork",
    "Mark",
    "Row",
    "Rows",
    "Sheet",
    "StudyPage",
    "Table",
    "Track",
    "Tracks",
]


_MOST_OPEN = 8
"""Rows of a table that is not folded."""


@dataclass(frozen=True)
class Answer:
    """A question and what the study says to it."""

    question: str
    big: str
    """The number, large."""
    told: str
    """A sentence."""
    sure: str = ""
    """How sure it is, and what the other models say."""
    open: bool = False
    """Whether it cannot be told from chance, or was not measured."""


@dataclass(frozen=True)
class Mark:
    """A number in a row of a chart."""

    value: float
    interval: tuple[float, float] | None = None
    kind: str = "first"
    """``first``, ``second`` or ``published``."""


@dataclass(frozen=True)
class Row:
    """A line of a chart."""

    label: str
    marks: tuple[Mark, ...]
    said: str
    """The same in words."""
    chance: float | None = None
    by_chance: tuple[float, float] | None = None
    """Where 95 % of what chance gives lie, a pale band."""


@dataclass(frozen=True)
class Rows:
    """A chart of dots with their intervals, a line a model."""

    title: str
    way: str
    """What is good, in a few words."""
    rows: tuple[Row, ...]
    reference: float | None = None
    """Where an upright line stands."""
    verdict: str = ""
    shares: bool = False
    whole: bool = False
    """Whether it reaches from 0 to 1, so that charts can be held against each other."""


@dataclass(frozen=True)
class Track:
    """A model's line through a chart."""

    label: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Tracks:
    """A chart of lines: something against a strength from 0 to 1."""

    title: str
    way: str
    tracks: tuple[Track, ...]
    reference: float | None = None
    verdict: str = ""


@dataclass(frozen=True)
class Table:
    """A table of texts; of a cell with two lines the second is small."""

    name: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    folded: bool = False

    @property
    def closed(self) -> bool:
        """Whether it opens only when it is asked for: numbers do not stand before pictures.

        Returns
        -------
        bool
            True also of a long one.
        """
        return self.folded or len(self.rows) > _MOST_OPEN


@dataclass(frozen=True)
class Found:
    """A work that is shown, with a line beneath."""

    work: str
    note: str


@dataclass(frozen=True)
class LateWork:
    """A query, the picture it was about, and what came instead."""

    text: str
    about: str
    own: Found
    instead: tuple[Found, ...]


@dataclass(frozen=True)
class LateGroup:
    """Queries that are folded under a title."""

    title: str
    late: tuple[LateWork, ...]


@dataclass(frozen=True)
class Gallery:
    """Works in a row under a title."""

    title: str
    note: str
    works: tuple[Found, ...]


@dataclass(frozen=True)
class Sheet:
    """A picture that was made, by its key."""

    key: str
    title: str
    note: str


@dataclass(frozen=True)
class Chapter:
    """A chapter."""

    name: str
    title: str
    intro: str
    late: tuple[LateWork, ...] = ()
    late_folded: tuple[LateGroup, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    galleries: tuple[Gallery, ...] = ()
    rows: tuple[Rows, ...] = ()
    tracks: tuple[Tracks, ...] = ()
    tables: tuple[Table, ...] = ()
    key: str = ""
    """What the marks of its charts are."""


@dataclass(frozen=True)
class StudyPage:
    """All that the template needs."""

    study: str
    name: str
    over: str
    asked: str
    answers: tuple[Answer, ...]
    chapters: tuple[Chapter, ...]
    reading: tuple[tuple[str, str], ...]
    cautions: tuple[str, ...]
    citation: str
    command: str
    settings: tuple[tuple[str, str], ...]
    version: str
    made: str
    shown: tuple[str, ...] = field(default=())
    """Ids of works whose picture is shown, each once; the first open the page."""
