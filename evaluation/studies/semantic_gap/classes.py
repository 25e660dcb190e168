"""Which genres show things, and which tell a story: a file that a user can copy and edit."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from evaluation.studies.editable import text_of
from knowledge_graph import cut, nearest
from topicart.errors import StudyError

__all__ = ["ADDITIVE", "GROUPS", "NARRATIVE", "Classes", "Group", "load_classes"]

Group = Literal["additive", "narrative", "neither"]
ADDITIVE: Group = "additive"
NARRATIVE: Group = "narrative"
GROUPS: tuple[Group, ...] = (ADDITIVE, NARRATIVE, "neither")

_KEYS = ("additive", "narrative")
_LONGEST_FILE = 100_000
_BRACKETS = re.compile(r"\([^()]*\)")
_NO_WORD = re.compile(r"[^\w]+")
_PAINTING = re.compile(r"\bpaintings?\b")
_MOST_TOLD = 40


@dataclass(frozen=True)
class Classes:
    """Genres that show things, and genres that tell a story.

    Parameters
    ----------
    additive
        What is seen in works of these is the sum of the things in them.
    narrative
        Works of these tell a story.
    name
        What the file is called.
    file_text
        The file, to stand beside a report.
    own
        Whether the file is a user's, whose misspelt names are asked about.
    """

    additive: tuple[str, ...]
    narrative: tuple[str, ...]
    name: str
    file_text: str
    own: bool = True

    @cached_property
    def _group_of_key(self) -> dict[str, Group]:
        groups: dict[str, Group] = {_key(name): ADDITIVE for name in self.additive}
        return groups | {_key(name): NARRATIVE for name in self.narrative}

    def group_of(self, genres: Iterable[str]) -> Group:
        """Say to which group a work belongs.

        Parameters
        ----------
        genres
            Its genres, in any spelling: case, hyphens, brackets and the word "painting" do not
            matter.

        Returns
        -------
        str
            ``neither`` where it has genres of both, or of none.
        """
        found = {self._group_of_key.get(_key(genre), "neither") for genre in genres}
        told = found - {"neither"}
        return next(iter(told)) if len(told) == 1 else "neither"

    def counted(self, genres: Sequence[Sequence[str]]) -> dict[str, Any]:
        """Count works by group and by genre, for ``SemanticGap.classes``.

        Parameters
        ----------
        genres
            The genres of each work.

        Returns
        -------
        dict
            ``file``; ``additive``, ``narrative`` and ``neither``, each with ``works`` and
            ``genres`` (a count for each that a work has, most first); ``both``, works with genres
            of both groups; ``no_genre``; ``unused``, names of the file that no work has, and
            ``cautions``, sentences that ask whether another spelling was meant.
        """
        by_group: dict[Group, Counter[str]] = {group: Counter() for group in GROUPS}
        works = Counter(self.group_of(own) for own in genres)
        held = Counter(genre for own in genres for genre in dict.fromkeys(own))
        for genre, count in held.items():
            by_group[self.group_of([genre])][genre] += count
        both = sum(
            len({self._group_of_key.get(_key(genre)) for genre in own} - {None}) > 1
            for own in genres
        )
        have = {_key(genre) for genre in held}
        unused = [name for name in (*self.additive, *self.narrative) if _key(name) not in have]
        spare = [key for key in sorted(have) if key not in self._group_of_key]
        # Without the word painting, in which all are alike.
        meant = ((name, nearest(_key(name), spare)) for name in unused if self.own)
        cautions = [
            f"No work has the genre {cut(name)!r}.{asked}" for name, asked in meant if asked
        ]
        told: dict[str, Any] = {"file": self.name}
        for group in GROUPS:
            most = dict(by_group[group].most_common(_MOST_TOLD))
            told[group] = {"works": works[group], "genres": most}
        return {
            **told,
            "both": both,
            "no_genre": sum(not own for own in genres),
            "unused": unused,
            "cautions": cautions,
        }


def load_classes(file: str | Path | None = None, source_format: str = "") -> Classes:
    """Read which genres are additive and which narrative.

    Parameters
    ----------
    file
        A TOML file with the lists ``additive`` and ``narrative``; by default one that is shipped.
    source_format
        Of the collection, as ``FORMATS`` has it: for ``semart`` its own file is taken, for all
        others WikiArt's.

    Returns
    -------
    Classes
        The genres, none in both lists.

    Raises
    ------
    StudyError
        If the file cannot be read, is no TOML, has another key, lacks a list, or names a genre
        twice.
    """
    if file is None:
        name = f"classes-{'semart' if source_format == 'semart' else 'wikiart'}.toml"
        place = files("evaluation.studies.semantic_gap") / name
        return _checked(place.read_text(encoding="utf-8"), name, own=False)
    path = Path(file)
    return _checked(
        text_of(path, "classes", _LONGEST_FILE, StudyError, _EXPECTED), str(path), own=True
    )


_EXPECTED = 'Expected TOML such as additive = ["still life"] and narrative = ["history painting"].'


def _checked(text: str, name: str, *, own: bool) -> Classes:
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise StudyError(f"{name} is not valid TOML: {error}. {_EXPECTED}") from error
    for key in content:
        if key not in _KEYS:
            raise StudyError(
                f"{name}: there is no key {cut(key)!r}; a file of classes has "
                f"{' and '.join(_KEYS)}.{nearest(key, _KEYS)}"
            )
    seen: dict[str, str] = {}
    for key in _KEYS:
        names = content.get(key)
        if not isinstance(names, list) or not names:
            got = "nothing" if names is None else cut(repr(names))
            raise StudyError(f"{name}: {key!r} needs a list of genres; got {got}. {_EXPECTED}")
        for genre in names:
            if not isinstance(genre, str) or not _key(genre):
                raise StudyError(
                    f"{name}: {key!r} has {cut(repr(genre))}, which is no genre's name. {_EXPECTED}"
                )
            if before := seen.get(_key(genre)):
                raise StudyError(
                    f"{name}: the genre {cut(genre)!r} stands under {key!r} and before that under "
                    f"{before!r}; expected each once, however it is spelled. Take one out."
                )
            seen[_key(genre)] = key
    return Classes(tuple(content["additive"]), tuple(content["narrative"]), name, text, own)


def _key(genre: str) -> str:
    """Spell a genre so that its spellings are one: "Still-Life (oil)" is "still life"."""
    plain = _NO_WORD.sub(" ", _BRACKETS.sub(" ", genre.casefold())).strip()
    return " ".join(_PAINTING.sub(" ", plain).split()) or plain
