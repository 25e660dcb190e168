"""Terms of controlled vocabularies: of Iconclass, SKOS files and lists, as a user names them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from knowledge_graph import FACETS, RDF_SUFFIXES, rdf_suffix
from prompts.iconclass_terms import ICONCLASS, read_iconclass
from prompts.listed_term import VocabularyError, checked_facet
from prompts.skos_terms import read_skos
from prompts.term_lists import LIST_SUFFIXES, read_list
from prompts.vocabulary import DATE, Term


def gather_terms(sources: Sequence[str], *, language: str = "en") -> tuple[Term, ...]:
    """Read controlled vocabularies.

    Parameters
    ----------
    sources
        Each ``"iconclass"``, or the path of a list (``.txt``, ``.csv``, ``.tsv``) or of a SKOS file
        (``.ttl``, ``.rdf``, …), with ``FACET=`` before it unless its rows say of which facet they
        are: ``"medium=aat.ttl"``.
    language
        What terms are shown in, where a vocabulary has several languages.

    Returns
    -------
    tuple of Term
        In the order of the sources; each has the source's name, and no works.

    Raises
    ------
    VocabularyError
        If one of them is not there, is not what its suffix says, or lacks its facet.
    """
    return tuple(term for source in sources for term in _terms_of(source, language))


def _terms_of(source: str, language: str) -> tuple[Term, ...]:
    facet, name = _split(source)
    if name.casefold() == ICONCLASS:
        if facet not in ("", "subject"):
            raise VocabularyError(
                f"{source}: the terms of Iconclass are subjects; expected iconclass. Leave out "
                f"{facet + '='!r}."
            )
        return read_iconclass(language)
    path = Path(name)
    _check_file(path, source)
    if path.suffix.lower() in LIST_SUFFIXES:
        return read_list(path, facet)
    if not rdf_suffix(path):
        raise VocabularyError(
            f"{path}: its suffix {path.suffix!r} is that of no vocabulary; expected a list "
            f"({', '.join(LIST_SUFFIXES)}), SKOS ({', '.join(RDF_SUFFIXES)}), or iconclass. Rename "
            "it to what it is."
        )
    if not facet:
        raise VocabularyError(
            f"{path}: it does not say of which facet its concepts are. Give it as FACET=PATH, such "
            f"as subject={path.name}; the facets are {', '.join((*FACETS, DATE))}."
        )
    return read_skos(path, facet, language)


def _split(source: str) -> tuple[str, str]:
    """Part a facet from a path."""
    before, equals, after = source.partition("=")
    is_facet = before.strip().casefold() in (*FACETS, DATE)
    # A path may hold "=" too, behind a folder's name or not.
    if not equals or (not is_facet and ("/" in before or Path(source).is_file())):
        return "", source
    return checked_facet(before, where=source), after


def _check_file(path: Path, source: str) -> None:
    try:
        if path.is_dir():
            reason = f"{path} is a folder; expected a file of terms. Name one in it."
        elif not path.exists():
            reason = f"there is no {path}; expected iconclass or [FACET=]PATH. Check its name."
        elif not path.is_file():  # A pipe never ends.
            reason = f"{path} is no file; expected one. Save it as a file."
        else:
            return
    except OSError as error:
        reason = f"{path} cannot be read ({error.strerror or error}). Check its name."
    raise VocabularyError(f"{source}: {reason}")
