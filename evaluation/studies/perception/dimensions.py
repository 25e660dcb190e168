"""The kinds of question, their phrasings, and the answers that can be given to them.

The phrasings are in ``dimensions.toml``, which a user may copy and change.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from evaluation.studies.editable import text_of
from evaluation.studies.perception.deformations import DEFORMATIONS
from knowledge_graph import FACETS, cut, nearest, printable
from prompts import TemplateError

__all__ = [
    "ANSWERED",
    "SPANS",
    "Dimension",
    "Dimensions",
    "PromptPair",
    "load_dimensions",
]

ANSWERED = ("content", "scene", "style", "period")
"""The dimensions whose right answers are facts of a collection."""

SPANS = ("century", "timeframe")
"""Where answers come from beside facets: a hundred years, and fifty."""

FEWEST_TEMPLATES = 3
FEWEST_CONTROLS = 20
_MOST_TEMPLATES = 100
_LONGEST_TEXT = 1_000
_LONGEST_FILE = 200_000
_EXPECTED = "Expected TOML with a few tables such as [style]."
_LEAST_WORKS = 15
_MOST_CLASSES = 20
_KEYS = ("facet", "least-works", "most-classes", "templates")
_TABLES = (*ANSWERED, "deformation", "generated", "controls")
_SIDES = ("spoilt", "sound")


@dataclass(frozen=True)
class Dimension:
    """A kind of question.

    Parameters
    ----------
    name
        ``content``, ``scene``, ``style`` or ``period``.
    facets
        Where the right answers come from: the first of these of which a collection has enough.
    templates
        Its phrasings; each holds ``{term}``.
    least_works
        An answer that fewer works have is not asked for.
    most_classes
        At most so many answers.
    """

    name: str
    facets: tuple[str, ...]
    templates: tuple[str, ...]
    least_works: int = _LEAST_WORKS
    most_classes: int = _MOST_CLASSES


class PromptPair(NamedTuple):
    """What is said of one kind of picture and of its opposite."""

    spoilt: tuple[str, ...]
    """Phrasings of the one."""
    sound: tuple[str, ...]
    """Phrasings of the other."""

    @property
    def asked(self) -> str:
        """What is asked, for tables: the first phrasing of each.

        Returns
        -------
        str
            One against the other.
        """
        return f"“{self.spoilt[0]}” against “{self.sound[0]}”"


@dataclass(frozen=True)
class Dimensions:
    """All that a study of perception asks.

    Parameters
    ----------
    questions
        The dimensions whose answers are facts, by name.
    deformations
        What is said of a spoilt and of a sound picture, by the deformation's name.
    controls
        Pairs of phrasings that have nothing to do with damage; none if nothing is spoilt.
    generated
        What is said of a generated and of a painted work; ``None`` if that is not asked.
    file_text
        The file, so that it can be kept beside a result.
    name
        The file's name.
    """

    questions: Mapping[str, Dimension]
    deformations: Mapping[str, PromptPair]
    controls: tuple[tuple[str, str], ...]
    generated: PromptPair | None
    file_text: str = field(repr=False)
    name: str = "dimensions.toml"


def load_dimensions(path: Path | str | None = None) -> Dimensions:
    """Read and check a file of dimensions.

    Parameters
    ----------
    path
        A TOML file as ``dimensions.toml`` beside this module, which is read by default. What it
        leaves out is not asked.

    Returns
    -------
    Dimensions
        Checked.

    Raises
    ------
    TemplateError
        If it cannot be read, is no TOML, or says something that there is not; it names the key.
    """
    name = Path(path).name if path else "dimensions.toml"
    shown = str(path) if path else name
    text = (
        text_of(Path(path), "dimensions", _LONGEST_FILE, TemplateError, _EXPECTED)
        if path
        else _shipped()
    )
    try:
        stated = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise TemplateError(
            f"{shown} is not valid TOML: {reason}. Expected tables such as [style], below it lines "
            'such as facet = "style", in UTF-8. Mend that line.'
        ) from error
    reader = _Reader(shown)
    reader.keys(stated, _TABLES, "")
    questions = {key: reader.dimension(key, stated[key]) for key in ANSWERED if key in stated}
    spoilt = reader.table(stated.get("deformation", {}), "deformation")
    reader.keys(spoilt, tuple(DEFORMATIONS), "deformation.")
    deformations = {
        key: reader.pair(spoilt[key], f'deformation."{key}"')
        for key in DEFORMATIONS
        if key in spoilt
    }
    generated = reader.pair(stated["generated"], "generated") if "generated" in stated else None
    controls = reader.controls(stated.get("controls", {}), needed=bool(deformations))
    if not questions and not deformations and generated is None:
        raise reader.wrong(
            "there is no question in it", f"one of the tables {', '.join(_TABLES[:-1])}"
        )
    return Dimensions(questions, deformations, controls, generated, text, name)


@dataclass(frozen=True)
class _Reader:
    """Checks what a file says, and names it where it is wrong."""

    file: str

    def wrong(self, found: str, expected: str, remedy: str = "Mend it.") -> TemplateError:
        return TemplateError(printable(f"{self.file}: {found}; expected {expected}. {remedy}"))

    def keys(self, stated: Mapping[str, Any], legal: Sequence[str], where: str) -> None:
        for key in stated:
            if key not in legal:
                remedy = nearest(key, legal).strip() or "Leave it out."
                found = f"there is no {cut(repr(where + key))}"
                raise self.wrong(found, ", ".join(legal), remedy)

    def table(self, value: object, where: str) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self.wrong(f"{where} is {cut(repr(value))}", f"a table: a line [{where}]")
        return value

    def dimension(self, name: str, value: object) -> Dimension:
        stated = self.table(value, name)
        self.keys(stated, _KEYS, f"{name}.")
        facets = stated.get("facet")
        facets = [facets] if isinstance(facets, str) else facets
        legal = (*FACETS, *SPANS)
        if not isinstance(facets, list) or not facets:
            raise self.wrong(f"{name}.facet is {cut(repr(facets))}", 'a facet such as "genre"')
        for facet in facets:
            if facet not in legal:
                near = nearest(facet, legal).strip() if isinstance(facet, str) else ""
                raise self.wrong(
                    f"{name}.facet has {cut(repr(facet))}", f"one of {', '.join(legal)}", near
                )
        templates = self.texts(stated.get("templates"), f"{name}.templates", FEWEST_TEMPLATES)
        for template in templates:
            if not _holds_term(template):
                raise self.wrong(
                    f"{name}.templates has {cut(repr(template))}",
                    "the placeholder {term} in it and no other, without a format, such as "
                    '"a painting of {term}"',
                )
        least = self.whole(stated.get("least-works", _LEAST_WORKS), f"{name}.least-works")
        most = self.whole(stated.get("most-classes", _MOST_CLASSES), f"{name}.most-classes")
        return Dimension(name, tuple(facets), templates, least, most)

    def whole(self, value: object, where: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 2 <= value <= 1_000_000:
            raise self.wrong(f"{where} is {cut(repr(value))}", "a whole number of at least 2")
        return value

    def texts(self, value: object, where: str, fewest: int) -> tuple[str, ...]:
        if not isinstance(value, list) or not fewest <= len(value) <= _MOST_TEMPLATES:
            found = f"{len(value)} of them" if isinstance(value, list) else cut(repr(value))
            raise self.wrong(
                f"{where} is {found}",
                f"a list of {fewest} to {_MOST_TEMPLATES} phrasings in quotation marks",
                "With fewer, nothing could be said of how much the wording matters.",
            )
        for own in value:
            if not isinstance(own, str) or not own.strip() or len(own) > _LONGEST_TEXT:
                raise self.wrong(
                    f"{where} has {cut(repr(own))}",
                    f"a phrasing of 1 to {_LONGEST_TEXT:,} letters in quotation marks",
                )
        if len(set(value)) < len(value):
            twice = next(own for own in value if value.count(own) > 1)
            raise self.wrong(f"{where} has {cut(repr(twice))} twice", "each phrasing once")
        return tuple(value)

    def pair(self, value: object, where: str) -> PromptPair:
        stated = self.table(value, where)
        self.keys(stated, _SIDES, f"{where}.")
        spoilt, sound = (
            self.texts(stated.get(side), f"{where}.{side}", FEWEST_TEMPLATES) for side in _SIDES
        )
        return PromptPair(spoilt, sound)

    def controls(self, value: object, *, needed: bool) -> tuple[tuple[str, str], ...]:
        stated = self.table(value, "controls")
        self.keys(stated, ("pairs",), "controls.")
        pairs = stated.get("pairs", [])
        if not isinstance(pairs, list) or (needed and len(pairs) < FEWEST_CONTROLS):
            found = f"{len(pairs)} pairs" if isinstance(pairs, list) else cut(repr(pairs))
            raise self.wrong(
                f"controls.pairs is {found}",
                f"{FEWEST_CONTROLS} or more pairs of phrasings that have nothing to do with damage",
                "Against them is seen whether a model notices damage or only change.",
            )
        checked: list[tuple[str, str]] = []
        for place, own in enumerate(pairs, 1):
            if (
                not isinstance(own, list)
                or len(own) != 2
                or not all(isinstance(text, str) and text.strip() for text in own)
                or own[0] == own[1]
            ):
                raise self.wrong(
                    f"controls.pairs, pair {place}, is {cut(repr(own))}",
                    "two different phrasings in quotation marks",
                )
            checked.append((own[0], own[1]))
        return tuple(checked)


def _holds_term(text: str) -> bool:
    try:
        fields = [tuple(own) for _, *own in string.Formatter().parse(text) if own[0] is not None]
    except ValueError:
        return False
    return set(fields) == {("term", "", None)}


def _shipped() -> str:
    home = files("evaluation") / "studies" / "perception"
    return (home / "dimensions.toml").read_text(encoding="utf-8")
