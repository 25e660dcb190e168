"""The texts by which works are asked for, and what is done with those that are too long."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from evaluation.studies.looking.joined import unit_rows
from knowledge_graph import cut, nearest
from prompts import Captioner
from topicart.errors import StudyError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.studies.looking import Space
    from knowledge_graph import Artwork, Collection

__all__ = [
    "LONG_TEXTS",
    "TEXT_KINDS",
    "Asked",
    "LongTexts",
    "TextKind",
    "encode",
    "sentences",
    "share_cut",
    "texts_of",
]

TextKind = Literal["auto", "description", "title", "caption", "caption without names"]
TEXT_KINDS: tuple[TextKind, ...] = (
    "auto",
    "description",
    "title",
    "caption",
    "caption without names",
)
"""``caption`` is everything that one form of caption says of a work, its title too; ``without
names`` leaves out title, artist, series and date, so that what is seen must find it."""

LongTexts = Literal["first tokens", "first sentence", "mean over sentences"]
LONG_TEXTS: tuple[LongTexts, ...] = ("first tokens", "first sentence", "mean over sentences")
"""A text is cut where the model stops reading; or only its first sentence is read; or each sentence
by itself (cut where the model stops reading), and their mean direction is taken."""

_NAMES = ("title", "artist", "series", "date", "description")
_ENOUGH = 0.5
"""From this share of works with a description on, descriptions are asked by."""
_MOST_SENTENCES = 30
_LONGEST_TEXT = 20_000
_SENTENCE_END = re.compile(r"(?:(?<=\w{3}\.)|(?<=[!?]))[\"”’')\]]*\s+(?=\W?[A-Z0-9])")


@dataclass(frozen=True)
class Asked:
    """A text for each work.

    Parameters
    ----------
    texts
        An empty one asks for nothing.
    kind
        What was taken, never ``auto``.
    missing
        Works without such a text.
    """

    texts: tuple[str, ...]
    kind: TextKind
    missing: int


def texts_of(collection: Collection, kind: TextKind = "auto") -> Asked:
    """Give each work the text that it is asked for by.

    Parameters
    ----------
    collection
        The works of a study (``StudiedWorks.collection``).
    kind
        One of ``TEXT_KINDS``. ``auto`` takes descriptions where half of the works have one, as
        SemArt's have, and captions otherwise; of SemArt, whose protocol asks by comment and title
        together, a description is headed by its title in any case.

    Returns
    -------
    Asked
        White space is collapsed, and of a text at most 20,000 characters are kept. Perhaps no work
        has one: there is more to a study than what is asked in words.

    Raises
    ------
    StudyError
        If there is no such kind.
    """
    if kind not in TEXT_KINDS:
        raise StudyError(
            f"There is no text {cut(kind)!r} to ask by; expected one of {', '.join(TEXT_KINDS)}."
            f"{nearest(kind, TEXT_KINDS)}"
        )
    if kind == "auto":
        told = sum(bool(text and text.strip()) for text in collection.column("description"))
        kind = "description" if told >= _ENOUGH * max(1, len(collection)) else "caption"
    how = _saying(kind)
    texts = tuple(" ".join(how(work)[:_LONGEST_TEXT].split()) for work in collection)
    return Asked(texts, kind, texts.count(""))


def _saying(kind: TextKind) -> Callable[[Artwork], str]:
    if kind == "title":
        return lambda work: work.title
    if kind == "description":
        return _described
    captioner = Captioner(leave_out=() if kind == "caption" else _NAMES)
    return lambda work: captioner.full(work).text


def _described(work: Artwork) -> str:
    """Head a description by its title: SemArt's protocol reads comment and title together."""
    if not work.description.strip():
        return ""
    # A colon, and no full stop: the first sentence is then not the title alone.
    title = work.title.strip().rstrip(".,:;")
    return f"{title}: {work.description}" if title else work.description


def sentences(text: str) -> list[str]:
    """Part a text into its sentences.

    Parameters
    ----------
    text
        The text.

    Returns
    -------
    list of str
        At most thirty, none empty; short words with a stop, such as ``St.``, end none.
    """
    found = [own.strip() for own in _SENTENCE_END.split(text.strip())]
    return [own for own in found if own][:_MOST_SENTENCES]


def encode(
    space: Space, texts: Sequence[str], policy: LongTexts = "first tokens"
) -> NDArray[np.float32]:
    """Turn texts into unit rows.

    Parameters
    ----------
    space
        Of a model that reads texts.
    texts
        The texts, none empty.
    policy
        What is done with texts that are longer than the model reads.

    Returns
    -------
    ndarray of float32, shape (len(texts), dim)
        Rows of length 1, and 0 for a text in which the model knows no word.

    Raises
    ------
    StudyError
        If there is no such policy, or the model reads no texts.
    """
    require_policy(policy)
    read = space.read
    if read is None:
        raise StudyError(f"{space.model} reads no texts; expected a model that does, such as mini.")
    if policy == "first tokens":
        return unit_rows(read(list(texts)))
    if policy == "first sentence":
        return unit_rows(read([_first(text) for text in texts]))
    parted = [sentences(text) or [text] for text in texts]
    every = unit_rows(read([own for one in parted for own in one]))
    starts = np.cumsum([0, *map(len, parted)])[:-1]
    return unit_rows(np.add.reduceat(every, starts, axis=0)) if len(parted) else every


def share_cut(space: Space, texts: Sequence[str], policy: LongTexts) -> float | None:
    """Say what share of the texts is not read whole.

    Parameters
    ----------
    space
        The model's.
    texts
        The texts, none empty.
    policy
        What is done with texts that are longer than the model reads.

    Returns
    -------
    float or None
        From 0 to 1; ``None`` of a model that reads none, or of no texts.
    """
    require_policy(policy)
    if space.read is None or space.token_counts is None or not texts:
        return None
    if policy == "first sentence":
        firsts = [_first(text) for text in texts]
        short = np.array([one == text for one, text in zip(firsts, texts, strict=True)])
        return float(np.mean(~short | _too_long(space, firsts)))
    if policy == "first tokens":
        return float(_too_long(space, texts).mean())
    parted = [sentences(text) or [text] for text in texts]
    over = _too_long(space, [own for one in parted for own in one])
    starts = np.cumsum([0, *map(len, parted)])[:-1]
    return float(np.logical_or.reduceat(over, starts).mean())


def require_policy(policy: str) -> None:
    """Refuse what is no policy for long texts.

    Parameters
    ----------
    policy
        One of ``LONG_TEXTS``.

    Raises
    ------
    StudyError
        If it is none of them.
    """
    if policy not in LONG_TEXTS:
        raise StudyError(
            f"There is no way {cut(policy)!r} to read long texts; expected one of "
            f"{', '.join(LONG_TEXTS)}.{nearest(policy, LONG_TEXTS)}"
        )


def _first(text: str) -> str:
    found = sentences(text)
    return found[0] if found else text


def _too_long(space: Space, texts: Sequence[str]) -> NDArray[np.bool_]:
    if space.context_length is None or space.token_counts is None:
        return np.zeros(len(texts), np.bool_)
    return np.asarray(space.token_counts(texts)) > space.context_length
