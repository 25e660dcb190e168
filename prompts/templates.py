"""The phrasings into which terms are set, read from TOML."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from knowledge_graph import FACETS, TopicartError, cut, nearest, printable
from prompts.cleaning import prompt_text
from prompts.vocabulary import DATE

Templates = Mapping[str, tuple[str, ...]]
"""Phrasings by facet; each holds the placeholder ``{term}``."""

_ARTICLE = re.compile(r"\b([Aa])n? (?=\{term\})")
_TWICE = re.compile(r"\b(painting|art|period) \1\b", re.IGNORECASE)
_LONGEST_FILE = 100_000
_LONGEST_LINE = 4_000
_MOST_LINES = 300
_MOST_PHRASINGS = 100
"""More than the eighty of CLIP's own ensemble; each term is encoded in every one."""
_VOWEL = re.compile(r"(?!eu|one\b|uk|un[ai]|us|ut)[aeiou]", re.IGNORECASE)


class TemplateError(TopicartError):
    """A templates file that cannot be used.

    Parameters
    ----------
    message
        The paragraph; it may quote what is not fit to be printed.
    """

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


def load_templates(path: Path | str | None = None) -> Templates:
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
        If the file is no TOML, is empty or endless, names an unknown facet, or a phrasing lacks
        ``{term}`` or has another placeholder; it names the line.
    """
    name = str(path) if path else "templates.toml"
    try:
        text = _text_of(Path(path)) if path else _shipped()
        content = tomllib.loads(text)
    except OSError as error:
        raise TemplateError(
            f"The templates file {name} cannot be read: {(error.strerror or str(error)).lower()}. "
            "Check its name, or leave it out: templates come with topicart."
        ) from error
    except TemplateError:
        raise
    except (ValueError, RecursionError) as error:
        wrong = str(error).replace("at end of document", "at its end: something is not closed")
        raise TemplateError(
            f"The templates file {name} is not valid TOML: {wrong}. Expected lines such as "
            'style = ["a {term} painting"], in UTF-8.'
        ) from error
    if not content:
        raise TemplateError(
            f"{name}: there is no phrasing in it; expected a list for each facet, such as "
            'style = ["a {term} painting"]. Fill it, or leave it out.'
        )
    return {facet: _checked(facet, own, name, text) for facet, own in content.items()}


def phrase(templates: Templates, facet: str, term: str) -> list[str]:
    """Return the prompts of one term: every phrasing of its facet.

    Parameters
    ----------
    templates
        Phrasings by facet.
    facet
        A facet of ``templates``.
    term
        The term; it is cleaned for the prompt, an article before it becomes ``a`` or ``an``, and
        what both it and the phrasing say is said once (``Pop Art art``).

    Returns
    -------
    list of str
        One prompt a phrasing.
    """
    words = prompt_text(term, facet)
    article = r"\1n " if _VOWEL.match(words) else r"\1 "
    said = [_ARTICLE.sub(article, own).format(term=words) for own in templates[facet]]
    return [_TWICE.sub(r"\1", text) for text in said]


def _shipped() -> str:
    return (files("prompts") / "templates.toml").read_text(encoding="utf-8")


def _text_of(path: Path) -> str:
    """Read a file of a size that can be templates; tomllib takes long keys a quadratic time."""
    if path.exists() and not (path.is_file() or path.is_dir()):  # A pipe never ends.
        raise TemplateError(
            f"The templates file {path} is no file; expected TOML. Save it as a file."
        )
    with path.open("rb") as file:
        content = file.read(_LONGEST_FILE + 1)
    longest = max(map(len, content.split(b"\n")))
    for found, most, what in (
        (len(content), _LONGEST_FILE, "it is"),
        (longest, _LONGEST_LINE, "a line of it is"),
    ):
        if found > most:
            raise TemplateError(
                f"The templates file {path} cannot be one: {what} longer than {most:,} bytes; "
                'expected lines such as style = ["a {term} painting"]. Check its name, or shorten '
                "it."
            )
    return content.decode("utf-8-sig").replace("\r\n", "\n")


def _checked(facet: str, phrasings: object, name: str, text: str) -> tuple[str, ...]:
    legal = (*FACETS, DATE)
    where = f"{name}, line {_line_of_facet(text, facet)}"
    if facet not in legal:
        raise TemplateError(
            f"{where}: there is no facet {cut(facet)!r}; the facets are {', '.join(legal)}."
            f"{nearest(facet, legal)}"
        )
    if not isinstance(phrasings, list) or not phrasings:
        raise TemplateError(
            f"{where}: facet {facet!r} needs a list of phrasings such as "
            f'["a painting of {{term}}"]; got {cut(repr(phrasings))}.'
        )
    if len(phrasings) > _MOST_PHRASINGS:
        raise TemplateError(
            f"{where}: facet {facet!r} has {len(phrasings):,} phrasings; expected at most "
            f"{_MOST_PHRASINGS}, because each term is encoded in every one. Leave some out."
        )
    for place, phrasing in enumerate(phrasings):
        if not isinstance(phrasing, str) or not _is_phrasing(phrasing):
            where = f"{name}, line {_line_of_phrasing(text, facet, place)}"
            raise TemplateError(
                f"{where}: the phrasing {cut(repr(phrasing))} of facet {facet!r} must hold the "
                "placeholder {term} and no other, without a format or a conversion, such as "
                '"a painting of {term}".'
            )
    return tuple(phrasings)


def _is_phrasing(text: str) -> bool:
    try:
        fields = [tuple(own) for _, *own in string.Formatter().parse(text) if own[0] is not None]
    except ValueError:
        return False
    return set(fields) == {("term", "", None)}


def _line_of_facet(text: str, facet: str) -> int:
    """Give the line of a facet's key; 1 if it is spelled in escapes."""
    key = re.compile(rf"\s*\[*\s*[\"']?{re.escape(facet)}[\"']?\s*[=.\]]")
    return next((row for row, line in enumerate(text.split("\n"), 1) if key.match(line)), 1)


def _line_of_phrasing(text: str, facet: str, place: int) -> int:
    """Give the line on which a phrasing ends; that of its facet's key if it cannot be told."""
    lines = text.split("\n")
    first = _line_of_facet(text, facet)
    # tomllib does not tell lines: the shortest beginning of the list that has the phrasing does.
    for last in range(first, min(first + _MOST_LINES, len(lines) + 1)):
        for closing in ("", "\n]"):
            try:
                found = tomllib.loads("\n".join(lines[first - 1 : last]) + closing).get(facet)
            except ValueError:
                continue
            if isinstance(found, list) and len(found) > place:
                return last
    return first
