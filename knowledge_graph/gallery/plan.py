"""The facts of a gallery, made before a brush is lifted."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np

from .artists import ARTISTS, FIRST_ABSTRACT_YEAR, MANNERS, Artist
from .themes import PEOPLE, SHIPS, THEMES, Theme

_NUMBERS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


@dataclass(frozen=True)
class PlannedWork:
    """A work that can be painted: its facts, complete, and its own seed.

    ``subjects`` are what is really in the picture. ``shown`` are the names of the facts
    that the catalogue knows of this work; the others stay empty in ``metadata.csv``.
    """

    id: str
    title: str
    artist: str
    date: str
    style: str
    genre: str
    subjects: tuple[str, ...]
    medium: tuple[str, ...]
    period: str
    place: str
    description: str
    theme: str
    theme_words: str
    manner: str
    hour: str
    season: str
    proportion: float
    shown: frozenset[str]
    seed: tuple[int, int]


def _slug(text: str) -> str:
    """Lower case ASCII words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "untitled"


def plan_gallery(works: int, seed: int) -> list[PlannedWork]:
    """Invent the facts of a gallery.

    Parameters
    ----------
    works : int
        How many works, at least 1.
    seed : int
        The same seed and number of works give the same plan, everywhere.

    Returns
    -------
    list of PlannedWork
        In an order that mixes themes and artists; ids are unique.

    Raises
    ------
    ValueError
        If ``works`` or ``seed`` is out of range.
    """
    if isinstance(works, bool) or not isinstance(works, int) or works < 1:
        raise ValueError(f"works is {works!r}; a gallery has at least 1 work, for example 600.")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed is {seed!r}; expected a whole number from 0 up, for example 0.")
    rng = np.random.default_rng([seed, 0x6A11E7])
    names = list(THEMES)
    order: list[str] = []
    while len(order) < works:
        order += [names[int(k)] for k in rng.permutation(len(names))]
    taken: set[str] = set()
    return [
        _invent(THEMES[t], np.random.default_rng([seed, 1, i]), (seed, i), taken)
        for i, t in enumerate(order[:works])
    ]


def _invent(
    theme: Theme, rng: np.random.Generator, seed: tuple[int, int], taken: set[str]
) -> PlannedWork:
    artist, manner = _who(theme, rng)
    first_year = max(artist.years[0], FIRST_ABSTRACT_YEAR if theme.genre == "abstract" else 0)
    year = int(rng.integers(first_year, artist.years[1] + 1))
    hour = str(rng.choice(theme.hours))
    season = str(rng.choice(theme.seasons))
    number, pool = theme.choose
    chosen = [str(c) for c in rng.choice(pool, number, replace=False)] if number else []
    extra = [thing for thing, share in theme.sometimes if rng.random() < share]
    extra = _agree(extra, chosen, hour, season)
    subjects = (*theme.always, *chosen, *extra)
    place = artist.places[min(len(artist.places) - 1, int(rng.integers(len(artist.places))))]
    title = _title(theme, rng, chosen, extra, hour, season, place, year)
    styles = MANNERS[manner].styles
    style = styles[0] if rng.random() < 0.65 else styles[1]
    genre = theme.genre
    if theme.name == "portrait" and rng.random() < 0.12:
        genre, title = (
            "self-portrait",
            f"Self-Portrait, {hour.capitalize()}" if rng.random() < 0.4 else "Self-Portrait",
        )
    medium = MANNERS[manner].media
    period = next(name for name, start, end in artist.periods if start <= year <= end)
    shown = _catalogued(rng)
    date = (
        str(year)
        if rng.random() < 0.8
        else (f"c.{year}" if rng.random() < 0.6 else f"{year}-{min(year + 2, artist.years[1])}")
    )
    work_id = _name(artist, title, year, taken)
    return PlannedWork(
        id=work_id,
        title=title,
        artist=artist.name,
        date=date,
        style=style,
        genre=genre,
        subjects=tuple(dict.fromkeys(subjects)),
        medium=tuple(medium[int(rng.integers(len(medium)))].split("; ")),
        period=period,
        place=place,
        description=_describe(theme, manner, extra, hour, season),
        theme=theme.name,
        theme_words=theme.words,
        manner=manner,
        hour=hour,
        season=season,
        proportion=_format(theme, rng),
        shown=shown,
        seed=seed,
    )


def _who(theme: Theme, rng: np.random.Generator) -> tuple[Artist, str]:
    """An artist who could have painted this theme, and the manner chosen for it."""
    able = [a for a in ARTISTS if theme.genre != "abstract" or a.years[1] > FIRST_ABSTRACT_YEAR + 3]
    artist = able[int(rng.integers(len(able)))]
    manners = [m for m, _ in artist.manners]
    manner = str(rng.choice(manners, p=[share for _, share in artist.manners]))
    return artist, manner


def _agree(extra: list[str], chosen: list[str], hour: str, season: str) -> list[str]:
    """Drop what cannot be seen together: a sun by night, two suns, flowers in the snow."""
    out = [e for e in extra if e not in chosen]
    if hour == "night":
        out = [e for e in out if e != "sun"]
    elif "moon" in out and hour not in ("dusk",):
        out.remove("moon")
    if "moon" in out and "sun" in out:
        out.remove("sun")
    if hour in ("storm", "overcast"):
        out = [e for e in out if e != "sun"]
    if season == "winter":
        out = [e for e in out if e not in ("flower", "butterfly")]
    if "woman" in chosen:
        out = [e for e in out if e != "beard"]
    if "man" in chosen:
        out = [e for e in out if e != "necklace"]
    if ("beard" in out or "collar" in out) and "necklace" in out:
        out.remove("necklace")
    return out


def _title(
    theme: Theme,
    rng: np.random.Generator,
    chosen: list[str],
    extra: list[str],
    hour: str,
    season: str,
    place: str,
    year: int,
) -> str:
    plural = {
        "sheep": "Sheep",
        "deer": "Deer",
        "grapes": "Grapes",
        "peach": "Peaches",
        "daisy": "Daisies",
        "poppy": "Poppies",
        "iris": "Irises",
        "peony": "Peonies",
    }

    def many(thing: str) -> str:
        if theme.genre == "abstract":
            return thing.capitalize()
        return plural.get(thing, thing.capitalize() + "s")

    sex = chosen[0] if chosen and chosen[0] in PEOPLE else "woman"
    third = next(
        (e for e in extra if e in ("hourglass", "flower", "glass", "lemon", "coin")), "candle"
    )
    raw = str(rng.choice(_fitting(theme.titles, {*extra, hour})))
    spoken = {"overcast": "Grey Day", "storm": "Storm"}.get(hour, hour.capitalize())
    title = raw.format(
        hour=spoken,
        season=season.capitalize(),
        place=place,
        first=many(chosen[0]) if chosen else "",
        second=many(chosen[1]) if len(chosen) > 1 else "",
        third=third.capitalize() if third == "hourglass" else f"a {third.capitalize()}",
        person=str(rng.choice(PEOPLE[sex])),
        sex=sex.capitalize(),
        number=str(rng.choice(_NUMBERS)),
        colour=chosen[0].capitalize() if chosen else "",
        year=year,
        ship=str(rng.choice(SHIPS)),
    )
    return title[0].upper() + title[1:]


def _fitting(titles: tuple[str, ...], there: set[str]) -> list[str]:
    """The titles that name nothing which is not there."""
    parts = [title.removeprefix("[").rpartition("]") for title in titles]
    return [title for needed, _, title in parts if not needed or needed in there]


def _describe(theme: Theme, manner: str, extra: list[str], hour: str, season: str) -> str:
    how = {
        "impasto": "in thick strokes that follow the forms",
        "points": "in small touches of unmixed colour",
        "facets": "broken into planes",
        "outline": "in flat colours bounded by dark lines",
        "chiaroscuro": "in a strong light against the dark",
        "wash": "in thin washes on paper",
        "hatching": "in hatched lines",
        "fauve": "in bold unnatural colours",
        "glaze": "in smooth glazes",
        "gilded": "in tempera before a gold ground",
    }[manner]
    seen = f" with {' and '.join(extra[:3])}" if extra and theme.genre != "abstract" else ""
    when = ""
    if (
        theme.genre in ("landscape", "marina", "animal painting", "genre painting")
        and hour != "storm"
    ):
        when = f", {season}, {'on a grey day' if hour == 'overcast' else 'at ' + hour}"
    return f"{theme.words[0].upper()}{theme.words[1:]}{seen}{when}, painted {how}."


def _catalogued(rng: np.random.Generator) -> frozenset[str]:
    """Which facts the catalogue knows: in life some are always missing."""
    gaps = {
        "date": 0.08,
        "style": 0.06,
        "genre": 0.06,
        "tags": 0.08,
        "medium": 0.15,
        "period": 0.3,
        "place": 0.2,
        "description": 0.35,
    }
    return frozenset(name for name, share in gaps.items() if rng.random() >= share)


def _format(theme: Theme, rng: np.random.Generator) -> float:
    """Width over height."""
    if rng.random() < 0.14:
        return 1.0
    ratio = float(rng.choice([1.25, 1.2, 1.15]))
    return 1 / ratio if rng.random() < theme.upright else ratio


def _name(artist: Artist, title: str, year: int, taken: set[str]) -> str:
    """``artist-slug_title-slug``, made unique with the year and then a number, as WikiArt does."""
    base = f"{_slug(artist.name)}_{_slug(title)}"
    name, count = base, 1
    while name in taken:
        name = f"{base}-{year}" if count == 1 else f"{base}-{year}-{count}"
        count += 1
    taken.add(name)
    return name
