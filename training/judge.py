"""How well an encoder knows held-out works: by their captions, and by their classes' names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from evaluation import class_vectors, paired_difference, ranks, recall_at, zero_shot_hits
from knowledge_graph import FACETS
from prompts import Templates, clean_value, load_templates, phrase

if TYPE_CHECKING:
    from evaluation.bootstrap import Statistic
    from knowledge_graph import Artwork

__all__ = ["PRIMARY", "Judged", "TextEncoder", "ZeroShot", "compare", "judge"]

PRIMARY = "mean_recall_at_10"
"""The one metric that decides when to stop, and which weights are kept."""

MOST_CLASSES = 30
"""A facet's most frequent values are its classes."""
FEWEST_WORKS = 10
"""A value of fewer held-out works is no class, except of the two facets that are always asked."""
ALWAYS_ASKED = ("genre", "style")


class TextEncoder(Protocol):
    """What is asked of an encoder here."""

    def encode_texts(self, texts: Sequence[str], /) -> NDArray[np.float32]:
        """Encode texts.

        Parameters
        ----------
        texts
            Prompts.

        Returns
        -------
        ndarray of float32, shape (len(texts), dim)
            Rows of length 1.
        """


@dataclass(frozen=True)
class ZeroShot:
    """How the classes of one facet were recognised."""

    names: tuple[str, ...]
    """The classes, the most frequent first."""
    rows: NDArray[np.intp]
    """The works that are of one or more of the classes."""
    right: NDArray[np.bool_]
    """Whether each of ``rows`` was taken for one of its own classes."""
    chance: float
    """The accuracy of a class drawn at random."""
    majority: float
    """The accuracy of the best constant answer."""


@dataclass(frozen=True)
class Judged:
    """What became of each held-out work, so that two encoders can be compared work by work."""

    ids: tuple[str, ...]
    """The works."""
    caption_to_picture: NDArray[np.float64]
    """Rank of each work's own picture for its caption, shape (n,)."""
    picture_to_caption: NDArray[np.float64]
    """Rank of each work's own caption for its picture, shape (n,)."""
    zero_shot: Mapping[str, ZeroShot]
    """Facet to how its classes were recognised."""

    @property
    def mean_recall_at_10(self) -> float:
        """The primary metric: R@10, the mean of both ways.

        Returns
        -------
        float
            From 0 to 1.
        """
        ways = (self.caption_to_picture, self.picture_to_caption)
        return sum(recall_at(ranks, 10) for ranks in ways) / 2


def judge(
    images: NDArray[np.float32],
    captions: NDArray[np.float32],
    works: Sequence[Artwork],
    encoder: TextEncoder,
    *,
    classes: Mapping[str, Sequence[str]] | None = None,
) -> Judged:
    """Judge an encoder on works that it was not taught.

    Each caption is to find its own picture among all, each picture its own caption, and each
    picture the names of its own classes, in the phrasings of ``prompts/templates.toml``.

    Parameters
    ----------
    images
        A vector for each work's picture, shape (n, dim), of length 1.
    captions
        A vector for each work's caption, shape (n, dim), of length 1.
    works
        The works, for what is known of them.
    encoder
        The same encoder, for the names of the classes.
    classes
        Facet to names of classes. By default the 30 most frequent values of genre, of style, and
        of any other facet that has two or more values with ten works each.

    Returns
    -------
    Judged
        Rank and hit of each work.

    Raises
    ------
    ValueError
        If there are not as many vectors as works, or no works.
    """
    if not len(images) == len(captions) == len(works) > 0:
        raise ValueError(
            f"Each of {len(works)} works needs one picture and one caption; got vectors of "
            f"{len(images)} pictures and {len(captions)} captions."
        )
    templates = load_templates()
    asked = _frequent_classes(works, templates) if classes is None else classes
    told = {
        facet: _zero_shot(images, works, encoder, templates, facet, tuple(names))
        for facet, names in asked.items()
        if names
    }
    return Judged(
        ids=tuple(work.id for work in works),
        caption_to_picture=ranks(captions, images),
        picture_to_caption=ranks(images, captions),
        zero_shot={facet: known for facet, known in told.items() if len(known.rows)},
    )


def compare(
    before: Judged,
    after: Judged,
    *,
    groups: Sequence[str] | None = None,
    repeats: int = 2000,
    seed: int = 0,
) -> dict[str, Any]:
    """Compare two encoders on the same works, with 95 % intervals of what was gained.

    Works are drawn with their outcomes in pairs, the gallery stays as it is.

    Parameters
    ----------
    before
        What one encoder made of the works.
    after
        What the other made of the same works.
    groups
        What holds works together, such as the artist of each; drawn whole for ``group_interval``.
        If each holds but one work, there are none.
    repeats
        How often is drawn.
    seed
        Decides every draw.

    Returns
    -------
    dict
        JSON-ready: ``works``, ``groups`` (their number, or None), ``primary`` (the name of the
        primary metric) and ``metrics``: name to ``title``, ``better`` (``higher`` or ``lower``),
        ``before``, ``after``, ``lift``, ``interval`` and ``group_interval`` of the lift (two
        numbers, or None), ``n`` (works that count) and ``chance``; of zero-shot metrics also
        ``classes`` (their names) and ``majority``.

    Raises
    ------
    ValueError
        If the two judged other works or classes.
    """
    if before.ids != after.ids or _classes(before) != _classes(after):
        raise ValueError("Only what was judged on the same works and classes can be compared.")
    if groups is not None and len(set(groups)) == len(groups):
        groups = None
    metrics = {}
    for first, then in zip(_outcomes(before), _outcomes(after), strict=True):
        over_works = paired_difference(
            first.values, then.values, first.statistic, repeats=repeats, seed=seed
        )
        over_groups = groups and paired_difference(
            first.values,
            then.values,
            first.statistic,
            groups=[groups[row] for row in first.rows],
            repeats=repeats,
            seed=seed,
        )
        metrics[first.name] = {
            "title": first.title,
            "better": first.better,
            "before": over_works.before,
            "after": over_works.after,
            "lift": over_works.lift,
            "interval": _listed(over_works.interval),
            "group_interval": _listed(over_groups.interval) if over_groups else None,
            "n": len(first.rows),
            "chance": first.chance,
            **first.more,
        }
    return {
        "works": len(before.ids),
        "groups": len(set(groups)) if groups else None,
        "primary": PRIMARY,
        "metrics": metrics,
    }


@dataclass(frozen=True)
class _Outcome:
    """One metric: a value for each work that counts, and what makes one number of them."""

    name: str
    title: str
    values: NDArray[np.float64]
    rows: Sequence[int]
    chance: float
    statistic: Statistic = np.mean
    better: str = "higher"
    more: Mapping[str, Any] = field(default_factory=dict)


def _outcomes(judged: Judged) -> Iterator[_Outcome]:
    """Give the metrics, the primary one first."""
    n = len(judged.ids)
    rows = range(n)
    ways = (
        ("caption_to_picture", "caption to picture", judged.caption_to_picture),
        ("picture_to_caption", "picture to caption", judged.picture_to_caption),
    )
    both = np.mean([found <= 10 for _, _, found in ways], axis=0)
    yield _Outcome(PRIMARY, "R@10, mean of both ways", both, rows, min(1, 10 / n))
    for way, words, found in ways:
        for k in (1, 5, 10):
            hits = (found <= k).astype(np.float64)
            yield _Outcome(f"{way}_recall_at_{k}", f"{words}, R@{k}", hits, rows, min(1, k / n))
        title = f"{words}, median rank"
        middle = (n + 1) / 2
        yield _Outcome(f"{way}_median_rank", title, found, rows, middle, np.median, "lower")
    for facet, known in judged.zero_shot.items():
        yield _Outcome(
            f"zero_shot_{facet}",
            f"zero-shot {facet}, {len(known.names)} classes",
            known.right.astype(np.float64),
            known.rows.tolist(),
            known.chance,
            more={"classes": list(known.names), "majority": known.majority},
        )


def _frequent_classes(works: Sequence[Artwork], templates: Templates) -> dict[str, tuple[str, ...]]:
    """Return the most frequent values of each facet that has two or more to tell apart."""
    found = {}
    for facet in (*ALWAYS_ASKED, *(name for name in FACETS if name not in ALWAYS_ASKED)):
        counts: Counter[str] = Counter()
        spelling: dict[str, str] = {}
        for work in works:
            names = {clean_value(value) for value in work.facets.get(facet, ())}
            for name in sorted(names):
                spelling.setdefault(name.casefold(), name)
            counts.update({name.casefold() for name in names})
        fewest = 1 if facet in ALWAYS_ASKED else FEWEST_WORKS
        frequent = sorted(
            (name for name, count in counts.items() if count >= fewest),
            key=lambda name: (-counts[name], name),
        )[:MOST_CLASSES]
        if len(frequent) > 1 and facet in templates:
            found[facet] = tuple(spelling[name] for name in frequent)
    return found


def _zero_shot(
    images: NDArray[np.float32],
    works: Sequence[Artwork],
    encoder: TextEncoder,
    templates: Templates,
    facet: str,
    names: tuple[str, ...],
) -> ZeroShot:
    """Ask which class each picture is nearest to, of works that have one."""
    # Values that are one in a prompt are one class: nothing could tell them apart.
    keys = [clean_value(name).casefold() for name in names]
    own = [
        {clean_value(value).casefold() for value in work.facets.get(facet, ())} & set(keys)
        for work in works
    ]
    rows = np.flatnonzero([bool(values) for values in own])
    values = [own[row] for row in rows]
    vectors = class_vectors(
        [phrase(templates, facet, name) for name in names], encoder.encode_texts
    )
    counts = Counter(name for each in values for name in each)
    return ZeroShot(
        names=names,
        rows=rows,
        right=zero_shot_hits(images[rows], values, keys, vectors),
        chance=counts.total() / max(1, len(rows)) / len(names),
        majority=max(counts.values(), default=0) / max(1, len(rows)),
    )


def _classes(judged: Judged) -> dict[str, tuple[tuple[str, ...], tuple[int, ...]]]:
    return {
        facet: (known.names, tuple(known.rows.tolist()))
        for facet, known in judged.zero_shot.items()
    }


def _listed(interval: tuple[float, float] | None) -> list[float] | None:
    return None if interval is None else list(interval)
