"""The forms of captions, read from TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from knowledge_graph import FACETS, nearest
from prompts.templates import TemplateError

PLACEHOLDERS = (*FACETS, "date", "century", "title", "description")
"""What a caption can state."""

_PIECE = re.compile(r"\[([^\[\]]*)\]|([^\[\]]+)")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_KEYS = ("name", "text", "lower")


@dataclass(frozen=True)
class CaptionPart:
    """A piece of a template that is said or left out as one.

    Parameters
    ----------
    text
        Words and placeholders, such as ``" by {artist}"``.
    placeholders
        The names in it.
    optional
        Whether it stands in brackets.
    """

    text: str
    placeholders: tuple[str, ...]
    optional: bool


@dataclass(frozen=True)
class CaptionTemplate:
    """One form of a caption.

    Parameters
    ----------
    name
        What its file calls it.
    text
        The form, such as ``"[{genre} ]painting[ by {artist}]"``: what stands in brackets drops out
        where one of its placeholders has no value.
    lower
        Whether captions are in lower case.
    """

    name: str
    text: str
    lower: bool = False

    @cached_property
    def parts(self) -> tuple[CaptionPart, ...]:
        """The pieces, in order.

        Returns
        -------
        tuple of CaptionPart
            What stands in a pair of brackets is one, and so is what stands between two pairs.
        """
        found = []
        for bracketed, plain in _PIECE.findall(self.text):
            text = bracketed or plain
            found.append(CaptionPart(text, tuple(_PLACEHOLDER.findall(text)), bool(bracketed)))
        return tuple(found)

    @cached_property
    def says_painting(self) -> bool:
        """Whether the genre stands before the word painting.

        Returns
        -------
        bool
            If it does, a genre need not say so itself.
        """
        return "{genre} painting" in self.text.replace("[", "").replace("]", "")

    def sayable(self, known: Mapping[str, object]) -> list[CaptionPart] | None:
        """Choose the parts for which all is known.

        Parameters
        ----------
        known
            Has a key for each placeholder that has a value.

        Returns
        -------
        list of CaptionPart, or None
            Those with placeholders that can all be filled; None if one outside of brackets cannot,
            or if there are none.
        """
        found = []
        for part in self.parts:
            if all(name in known for name in part.placeholders):
                if part.placeholders:
                    found.append(part)
            elif not part.optional:
                return None
        return found or None


CaptionTemplates = tuple[CaptionTemplate, ...]
"""Forms of captions, in the order of their file."""


def load_caption_templates(path: Path | str | None = None) -> CaptionTemplates:
    """Read and check a file of caption templates.

    Parameters
    ----------
    path
        A TOML file with a table ``[[template]]`` for each; by default the one shipped here.

    Returns
    -------
    CaptionTemplates
        At least one.

    Raises
    ------
    TemplateError
        If the file is no TOML or has no template, or one of them has an unknown placeholder, none
        at all, or brackets that do not match.
    """
    name = str(path) if path else "captions.toml"
    try:
        text = (Path(path) if path else files("prompts") / "captions.toml").read_text(
            encoding="utf-8"
        )
        content = tomllib.loads(text)
    except OSError as error:
        raise TemplateError(f"The caption templates {name} cannot be read: {error}.") from error
    except (ValueError, RecursionError) as error:
        raise TemplateError(f"The caption templates {name} are not valid TOML: {error}.") from error
    tables = content.get("template")
    if not isinstance(tables, list) or not tables or len(content) > 1:
        raise TemplateError(
            f"{name}: expected tables [[template]] with a name and a text, and nothing else; got "
            f"{', '.join(content) or 'an empty file'}."
        )
    templates = tuple(_checked(table, name) for table in tables)
    names = [template.name for template in templates]
    if twice := next((one for one in names if names.count(one) > 1), None):
        raise TemplateError(f"{name}: two templates are called {twice!r}; give each its own name.")
    return templates


def _checked(table: object, file: str) -> CaptionTemplate:
    if not isinstance(table, dict) or not isinstance(table.get("text"), str):
        raise TemplateError(
            f'{file}: a [[template]] needs a text such as "a painting[ by {{artist}}]"; '
            f"got {table!r}."
        )
    name, text, lower = table.get("name", table["text"]), table["text"], table.get("lower", False)
    for key in table:
        if key not in _KEYS:
            raise TemplateError(
                f"{file}: the template {name!r} has a key {key!r}; a template has "
                f"{', '.join(_KEYS)}.{nearest(key, _KEYS)}"
            )
    if not isinstance(name, str) or not isinstance(lower, bool):
        raise TemplateError(
            f"{file}: the template {name!r} needs a text as its name, and true or false as lower."
        )
    if "".join(match.group() for match in _PIECE.finditer(text)) != text:
        raise TemplateError(
            f"{file}: the brackets of the template {name!r} do not match; expected [ and ] in "
            f"pairs, none inside another. It says {text!r}."
        )
    _check_placeholders(name, text, file)
    return CaptionTemplate(name, text, lower)


def _check_placeholders(name: str, text: str, file: str) -> None:
    placeholders = _PLACEHOLDER.findall(text)
    for placeholder in placeholders:
        if placeholder not in PLACEHOLDERS:
            raise TemplateError(
                f"{file}: the template {name!r} has the placeholder {{{placeholder}}}; there are "
                f"{', '.join(PLACEHOLDERS)}.{nearest(placeholder, PLACEHOLDERS)}"
            )
    if not placeholders:
        raise TemplateError(
            f"{file}: the template {name!r} has no placeholder, so it says the same of every work; "
            "expected one, such as {artist}."
        )
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
        raise TemplateError(
            f"{file}: the braces of the template {name!r} do not match; expected each placeholder "
            f"in a pair, such as {{artist}}. It says {text!r}."
        )
    for part in CaptionTemplate(name, text).parts:
        if part.optional and not part.placeholders:
            raise TemplateError(
                f"{file}: the template {name!r} has [{part.text}] without a placeholder; a part in "
                "brackets needs one that decides whether it is said."
            )
