"""The phrasings into which terms are set, read from TOML."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from knowledge_graph import FACETS, TopicartError
from prompts.cleaning import clean_value
from prompts.vocabulary import DATE

Templates = Mapping[str, tuple[str, ...]]
"""Phrasings by facet; each holds the placeholder ``{term}``."""


class TemplateError(TopicartError):
    """A templates file that cannot be used."""


def load_templates(path: Path | None = None) -> Templates:
    """Read and check a templates file.

    Parameters
    ----------
    path
        A TOML file with a list of phrasings for each facet; by default the one shipped here.

    Returns
    -------
    Templates
        Phrasings by facet. A facet that the file leaves out is not labelled.

    Raises
    ------
    TemplateError
        If the file is no TOML, names an unknown facet, or a phrasing lacks ``{term}`` or has
        another placeholder.
    """
    name = str(path) if path else "templates.toml"
    try:
        text = (path or files("prompts") / "templates.toml").read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise TemplateError(f"The templates file {name} cannot be read: {error}.") from error
    except ValueError as error:
        raise TemplateError(f"The templates file {name} is not valid TOML: {error}.") from error
    return {facet: _checked(facet, phrasings, name) for facet, phrasings in content.items()}


def phrase(templates: Templates, facet: str, term: str) -> list[str]:
    """Return the prompts of one term: every phrasing of its facet.

    Parameters
    ----------
    templates
        Phrasings by facet.
    facet
        A facet of ``templates``.
    term
        The term; it is cleaned for the prompt.

    Returns
    -------
    list of str
        One prompt a phrasing.
    """
    return [template.format(term=clean_value(term)) for template in templates[facet]]


def _checked(facet: str, phrasings: object, name: str) -> tuple[str, ...]:
    legal = (*FACETS, DATE)
    if facet not in legal:
        raise TemplateError(
            f"{name}: there is no facet {facet!r}; the facets are {', '.join(legal)}."
        )
    if not isinstance(phrasings, list) or not phrasings:
        raise TemplateError(
            f"{name}: facet {facet!r} needs a list of phrasings such as "
            f'["a painting of {{term}}"]; got {phrasings!r}.'
        )
    for phrasing in phrasings:
        if not isinstance(phrasing, str) or _placeholders(phrasing) != {"term"}:
            raise TemplateError(
                f"{name}: the phrasing {phrasing!r} of facet {facet!r} must hold the "
                "placeholder {term} and no other."
            )
    return tuple(phrasings)


def _placeholders(template: str) -> set[str | None]:
    try:
        return {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}
    except ValueError:
        return {None}
