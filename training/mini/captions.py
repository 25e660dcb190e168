"""Captions, and for which pictures each of them is true."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.mini.pictures import PictureSet
from training.mini.texts import split_names

Claim = tuple[str, str]
Truth = NDArray[np.int8]
FALSE, UNKNOWN, TRUE = 0, 1, 2

PAINTING = {"subject": 0.7, "genre": 0.7, "style": 0.5, "century": 0.2, "title": 0.15}
"""How often a caption of a real painting states each facet."""
PAINTING_WITH_ARTIST = {**PAINTING, "subject": 0.6, "genre": 0.6, "artist": 0.3, "title": 0.3}
PAINTED = {"theme": 0.7, "subject": 0.5, "genre": 0.5, "style": 0.15, "artist": 0.05}
"""The same for the sample gallery: what is shown before how it is painted."""


@dataclass(frozen=True)
class Caption:
    """A text and the claims it makes; it is true of a picture for which all of them hold."""

    text: str
    claims: tuple[Claim, ...]


def caption_set(
    pictures: PictureSet, shares: Mapping[str, float], count: int, seed: int
) -> list[list[Caption]]:
    """Return ``count`` captions for each picture, each stating another choice of its facts.

    Parameters
    ----------
    pictures
        The pictures and what is known of them.
    shares
        How often a caption states each facet.
    count
        Captions of each picture.
    seed
        Decides every draw.

    Returns
    -------
    list
        A list of captions for each picture.
    """
    chance = random.Random(f"{seed} {pictures.name}")
    return [[_caption(facts, shares, chance) for _ in range(count)] for facts in pictures.facts]


def object_captions(pictures: PictureSet, seed: int) -> list[list[Caption]]:
    """Return for each picture captions of its ``object`` values; no caption where it has none.

    Parameters
    ----------
    pictures
        Pictures with the facet ``object``.
    seed
        Decides every draw.

    Returns
    -------
    list
        A list of captions for each picture, perhaps empty.
    """
    chance = random.Random(f"{seed} {pictures.name} objects")
    return [
        [
            Caption(text, (("object", value),))
            for value in sorted(facts.get("object", ()))
            for name in split_names(value)
            for text in chance.sample(_object_texts(name), 2)
        ]
        for facts in pictures.facts
    ]


class Claims:
    """Which claims hold for which pictures, as a table of three values.

    Parameters
    ----------
    pictures
        The sets, one after the other.
    captions
        All captions whose claims will be asked for.
    """

    def __init__(self, pictures: Sequence[PictureSet], captions: Sequence[Caption]) -> None:
        claims = sorted({claim for caption in captions for claim in caption.claims})
        self._column = {claim: i + 1 for i, claim in enumerate(claims)}
        # Column 0 is true of everything: it fills up captions with few claims.
        self._table: Truth = np.full((sum(map(len, pictures)), len(claims) + 1), UNKNOWN, np.int8)
        self._table[:, 0] = TRUE
        of_facet: dict[str, list[int]] = {}
        for (facet, _), column in self._column.items():
            of_facet.setdefault(facet, []).append(column)
        row = 0
        for group in pictures:
            for facts, doubtful in zip(group.facts, group.doubtful, strict=True):
                for facet, values in facts.items():
                    self._table[row, of_facet.get(facet, [])] = FALSE
                    self._mark(row, facet, values, TRUE)
                self._mark(row, "object", doubtful, UNKNOWN)
                row += 1

    def columns(self, captions: Sequence[Caption]) -> NDArray[np.int64]:
        """Return the columns of each caption's claims, shape (n_captions, most claims).

        Parameters
        ----------
        captions
            Some of the captions given to the constructor.

        Returns
        -------
        ndarray
            Shape (n_captions, most claims).
        """
        most = max(len(caption.claims) for caption in captions)
        found = np.zeros((len(captions), most), np.int64)
        for row, caption in enumerate(captions):
            found[row, : len(caption.claims)] = [self._column[c] for c in caption.claims]
        return found

    def truth(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Truth:
        """Return whether captions (their columns) are true of pictures (their rows).

        Parameters
        ----------
        rows
            Rows of pictures, the sets counted through, shape (n_pictures,).
        columns
            From `columns`, shape (n_captions, most claims).

        Returns
        -------
        Truth, shape (n_pictures, n_captions)
            The least of a caption's claims: false if one is false, else unknown if one is.
        """
        table = self._table[rows]
        result = table[:, columns[:, 0]]
        for place in range(1, columns.shape[1]):
            result = np.minimum(result, table[:, columns[:, place]])
        return result

    def _mark(self, row: int, facet: str, values: frozenset[str], value: int) -> None:
        known = [self._column[facet, v] for v in values if (facet, v) in self._column]
        self._table[row, known] = value


def _caption(
    facts: Mapping[str, frozenset[str]], shares: Mapping[str, float], chance: random.Random
) -> Caption:
    usable = [facet for facet in shares if facts.get(facet)]
    stated = [facet for facet in usable if chance.random() < shares[facet]]
    if not stated:
        stated = chance.choices(usable, [shares[f] for f in usable]) if usable else []
    chosen = {facet: _some(facts[facet], facet, chance) for facet in stated}
    claims = tuple((facet, value) for facet, values in chosen.items() for value in values)
    return Caption(_words({f: ", ".join(v) for f, v in chosen.items()}, chance), claims)


def _some(values: frozenset[str], facet: str, chance: random.Random) -> list[str]:
    most = 3 if facet == "subject" else 1
    return chance.sample(sorted(values), chance.randint(1, min(most, len(values))))


def _words(said: Mapping[str, str], chance: random.Random) -> str:
    """Set chosen facts into words, in one of many ways."""
    genre, theme, subject = said.get("genre", ""), said.get("theme", ""), said.get("subject", "")
    shown = ", ".join(
        x for x in ((theme, subject) if chance.random() < 0.7 else (subject, theme)) if x
    )
    style = said.get("style", "")
    start = chance.choice(("a painting", "an artwork", "a picture", "a painting", "a work"))
    if style and chance.random() < 0.4:
        start, style = f"a {style} painting", ""
    if genre:
        start = chance.choice((f"a {genre}", genre, f"a painting: {genre}", f"{start}, {genre}"))
        style = style or (said.get("style", "") if said.get("style", "") not in start else "")
    words = start
    if shown:
        words += chance.choice(
            (" of {}", " showing {}", ": {}", " that shows {}", " of {}")
        ).format(shown)
        if set(said) <= {"theme", "subject"} and chance.random() < 0.4:
            words = chance.choice((shown, f"{shown} in a painting"))
    if style:
        words += chance.choice((" in the style of {}", ", {}", " in a {} manner")).format(style)
    if said.get("artist"):
        words += chance.choice((" by {}", " by {}", ", in the manner of {}")).format(said["artist"])
    if said.get("century"):
        words += chance.choice((" of the {}", ", {}", " from the {}")).format(said["century"])
    if said.get("title"):
        title = said["title"]
        if len(said) == 1:
            return title
        words = chance.choice((f'{words}, titled "{title}"', f"{title}, {words}"))
    return words


def _object_texts(name: str) -> list[str]:
    return [
        f"a painting of a {name}",
        f"a picture of a {name}",
        f"{name} in a painting",
        name,
        f"a painting of {name}",
    ]
