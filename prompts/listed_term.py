"""One term as a file or a package states it: tidied, checked, and set into a Term."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from knowledge_graph import FACETS, TopicartError, cut, nearest, printable
from prompts.cleaning import prompt_text
from prompts.vocabulary import DATE, Term

LONGEST = 300
"""Characters of a term: what is longer is a description, or a file that is no list."""

_JOINERS = "\u200c\u200d"
"""Unprintable, but part of the spelling of Persian and Indian words."""


class VocabularyError(TopicartError):
    """A vocabulary that cannot be used; the message names file and line, and the remedy.

    Parameters
    ----------
    message
        The paragraph; it may quote what is not fit to be printed.
    """

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


def listed_term(
    facet: str,
    text: str,
    *,
    where: str,
    source: str,
    iri: str = "",
    notation: str = "",
    prompt: str = "",
    alternatives: Iterable[str] = (),
) -> Term:
    """Make a term of what a vocabulary states.

    Parameters
    ----------
    facet
        The kind of fact; checked by :func:`checked_facet`.
    text
        What is shown.
    where
        The file and line, with which an error begins.
    source
        The vocabulary's name.
    iri, notation
        What it is called there.
    prompt
        What stands for the text in prompts; by default the text itself.
    alternatives
        Other names.

    Returns
    -------
    Term
        Its texts without characters that a terminal would obey, white space collapsed.

    Raises
    ------
    VocabularyError
        If the text is empty or longer than ``LONGEST``.
    """
    text = tidy(text)
    if not text or len(text) > LONGEST:
        found = f"one of {len(text):,} characters, {cut(text, 40)!r}" if text else "an empty one"
        raise VocabularyError(
            f"{where}: expected a term of 1 to {LONGEST} characters; got {found}. Shorten it, or "
            "check that each term has its own line and that quotation marks come in pairs."
        )
    words = prompt_text(tidy(prompt)[:LONGEST] or text, facet)
    others = dict.fromkeys(tidy(other) for other in alternatives)
    return Term(
        facet,
        text,
        iri=tidy(iri),
        notation=tidy(notation),
        source=tidy(source),
        prompt="" if words == text else words,
        alternatives=tuple(
            other for other in others if other != text and 0 < len(other) <= LONGEST
        ),
    )


def tidy(text: str) -> str:
    r"""Drop what has no shape from a text, and collapse its white space.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        One line, without control characters and marks that turn the direction of writing.

    Examples
    --------
    >>> tidy(" still\n  life\x1b[31m ")
    'still life [31m'
    """
    if not text.isprintable():
        text = "".join(
            letter
            if letter.isprintable() or letter in _JOINERS
            else ("" if unicodedata.category(letter) == "Cf" else " ")
            for letter in text
        )
    return " ".join(text.split())


def once(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Leave out terms that are there already.

    Parameters
    ----------
    terms
        The terms.

    Returns
    -------
    tuple of Term
        Of those with the same facet and text, whatever its case, the first.
    """
    found: dict[tuple[str, str], Term] = {}
    for term in terms:
        found.setdefault((term.facet, term.text.casefold()), term)
    return tuple(found.values())


def checked_facet(facet: str, *, where: str) -> str:
    """Return the name of a facet.

    Parameters
    ----------
    facet
        A name, whatever its case.
    where
        What an error begins with.

    Returns
    -------
    str
        As templates name it.

    Raises
    ------
    VocabularyError
        If there is no such facet.
    """
    legal = (*FACETS, DATE)
    name = facet.strip().casefold()
    if name not in legal:
        raise VocabularyError(
            f"{where}: there is no facet {cut(facet)!r}; the facets are {', '.join(legal)}."
            f"{nearest(facet, legal)}"
        )
    return name
