"""How often the nearest picture of another style shows the same content.

A question is a picture and another style; the haystack is all pictures of that style, and right
is the one that shows the same. Accuracy at 1 and at 10 are the shares of questions whose right
answer is the nearest, or among the ten nearest (Hamilton et al., arXiv 2007.07177).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.bootstrap import bootstrap_interval
from evaluation.studies.conditional.metrics import keys_and_queries
from topicart.embeddings import Embeddings
from topicart.errors import RetrievalError
from topicart.retrieval import Condition, ConditionalIndex, Facts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evaluation.studies.conditional.pictures_in_styles import PicturesInStyles

__all__ = [
    "Accuracy",
    "Questions",
    "Share",
    "conditional_accuracy",
    "draw_questions",
    "facts_of",
]

NEAREST = 10
_FACET = "style"
_BLOCK = 2048


@dataclass(frozen=True, eq=False)
class Questions:
    """Pictures, and the style in which the same content is sought."""

    picture: NDArray[np.intp]
    """Row of the picture that is asked about, shape ``(n,)``."""
    style: NDArray[np.intp]
    """Number of the style in which it is sought, another than its own, shape ``(n,)``."""
    answer: NDArray[np.intp]
    """Row of the right picture, shape ``(n,)``."""

    def __len__(self) -> int:
        return len(self.picture)


@dataclass(frozen=True)
class Share:
    """A share of questions, and how sure it is."""

    value: float
    """From 0 to 1."""
    interval: tuple[float, float] | None
    """95 % bootstrap interval over contents, each with all its questions; none of under three."""


@dataclass(frozen=True)
class Accuracy:
    """What one feature finds by one metric."""

    feature: str
    """The feature's name."""
    metric: str
    """The metric's name."""
    at_1: Share
    """Questions whose answer is the nearest of the style asked for."""
    at_10: Share
    """Questions whose answer is among the ten nearest of the style asked for."""
    unconditional_at_1: float
    """Questions whose answer is the nearest of all pictures but the one asked about."""
    unconditional_at_10: float
    """Questions whose answer is among the ten nearest of all."""
    own_style: float
    """Share of the ten nearest of all that have the style of the picture asked about."""
    by_style: dict[str, float]
    """Accuracy at 1 by the style in which was sought."""
    from_style: dict[str, float]
    """Accuracy at 1 by the style of the picture asked about."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values.

        Returns
        -------
        dict
            One entry a field.
        """
        return asdict(self)


def draw_questions(pictures: PicturesInStyles, most: int = 20_000, *, seed: int = 0) -> Questions:
    """Draw questions by lot, or take all where there are not more.

    Parameters
    ----------
    pictures
        The pictures.
    most
        How many questions, at most.
    seed
        Decides which.

    Returns
    -------
    Questions
        Different ones, by picture, then by style.

    Raises
    ------
    RetrievalError
        If none can be asked, or ``most`` is less than 1.
    """
    if most < 1:
        raise RetrievalError(f"A study asks one question at least, got questions={most}.")
    rows = pictures.rows
    styles = rows.shape[1]
    all_ = len(pictures) * (styles - 1)
    if all_ <= most:
        drawn = np.arange(all_)
    else:
        random = np.random.default_rng(seed)
        drawn = np.unique(random.integers(all_, size=2 * most))
        if len(drawn) < most:  # of few more than are asked for, many come twice
            drawn = random.choice(all_, most, replace=False)
        drawn = np.sort(random.permutation(drawn)[:most])
    picture = drawn // (styles - 1)
    # The other styles are numbered without the picture's own.
    other = drawn % (styles - 1)
    style = other + (other >= pictures.style_of[picture])
    answer = rows[pictures.content_of[picture], style]
    there = answer >= 0
    if not there.any():
        raise RetrievalError(
            f"{pictures.name}: no two styles show the same content, so nothing can be asked."
        )
    return Questions(picture[there], style[there], answer[there])


def facts_of(pictures: PicturesInStyles) -> Facts:
    """Say of each picture which style it has, for an index.

    Parameters
    ----------
    pictures
        The pictures.

    Returns
    -------
    Facts
        The facet ``style`` with a number for each style, as names may be alike but for case.
    """
    return Facts.of({_FACET: [f"s{number}" for number in pictures.style_of.tolist()]})


def conditional_accuracy(
    pictures: PicturesInStyles,
    vectors: NDArray[np.float32],
    questions: Questions,
    *,
    feature: str,
    metric: str = "cosine",
    facts: Facts | None = None,
    seed: int = 0,
) -> Accuracy:
    """Measure how often the right picture is found, with the condition and without.

    Parameters
    ----------
    pictures
        The pictures.
    vectors
        What a feature made of them, shape ``(n_pictures, dim)``.
    questions
        What is asked.
    feature
        The feature's name.
    metric
        One of ``METRICS``.
    facts
        From :func:`facts_of`, where several measurements share them.
    seed
        Of the intervals.

    Returns
    -------
    Accuracy
        Of all questions.

    Raises
    ------
    RetrievalError
        If there is no such metric, or it says nothing of a picture.
    """
    keys, asked = keys_and_queries(metric, vectors, pictures.style_of)
    ids = tuple(map(str, range(len(pictures))))
    index = ConditionalIndex(Embeddings(ids, keys), facts or facts_of(pictures))
    place = _places(index, asked, questions)
    picture, nearest = _of_all(index, asked, questions.picture)
    unconditional = nearest[np.searchsorted(picture, questions.picture)]
    found = unconditional == questions.answer[:, None]
    own = pictures.style_of[nearest] == pictures.style_of[picture][:, None]
    contents = pictures.content_of[questions.picture]
    first = place == 0
    return Accuracy(
        feature=feature,
        metric=metric,
        at_1=_share(first, contents, seed),
        at_10=_share(place < NEAREST, contents, seed),
        unconditional_at_1=float(found[:, :1].any(axis=1).mean()),
        unconditional_at_10=float(found.any(axis=1).mean()),
        own_style=float(own.mean()),
        by_style=_by(first, questions.style, pictures.styles),
        from_style=_by(first, pictures.style_of[questions.picture], pictures.styles),
    )


def _places(
    index: ConditionalIndex, asked: NDArray[np.float32], questions: Questions
) -> NDArray[np.intp]:
    """Say for each question at what place of its style the answer was found; 10 for none."""
    places = np.full(len(questions), NEAREST, dtype=np.intp)
    for style in np.unique(questions.style):
        own = np.flatnonzero(questions.style == style)
        where = [Condition(_FACET, (f"s{style}",))]
        for at in range(0, len(own), _BLOCK):
            some = own[at : at + _BLOCK]
            found = index.search_many(asked[questions.picture[some]], NEAREST, where)
            right = found.rows == questions.answer[some][:, None]
            places[some] = np.where(right.any(axis=1), right.argmax(axis=1), NEAREST)
    return places


def _of_all(
    index: ConditionalIndex, asked: NDArray[np.float32], rows: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Find the ten nearest of all pictures but itself, for each picture that is asked about."""
    different = np.unique(rows)
    most = min(NEAREST, len(index) - 1)
    nearest = np.empty((len(different), most), dtype=np.intp)
    for at in range(0, len(different), _BLOCK):
        some = different[at : at + _BLOCK]
        found = index.search_many(asked[some], most + 1).rows
        other = found != some[:, None]
        # Where many pictures are alike, a picture may not be among its own nearest.
        other[other.all(axis=1), -1] = False
        nearest[at : at + len(some)] = found[other].reshape(len(some), most)
    return different, nearest


def _share(hits: NDArray[np.bool_], contents: NDArray[np.intp], seed: int) -> Share:
    """Count right answers; intervals draw contents, for one letter is easier than another."""
    asked = np.bincount(contents)
    sums = np.column_stack([np.bincount(contents, hits), asked])[asked > 0]
    interval = bootstrap_interval(sums, _mean, seed=seed)
    return Share(float(hits.mean()), interval)


def _mean(sums: NDArray[Any]) -> float:
    return float(sums[:, 0].sum() / sums[:, 1].sum())


def _by(
    hits: NDArray[np.bool_], number: NDArray[np.intp], names: Sequence[str]
) -> dict[str, float]:
    asked = np.bincount(number, minlength=len(names))
    right = np.bincount(number, hits, minlength=len(names))
    return {
        name: float(right[place] / asked[place]) for place, name in enumerate(names) if asked[place]
    }
