"""Terms of controlled vocabularies: of Iconclass, SKOS files and lists, as a user names them."""

from __future__ import annotations

from collections.abc import Sequence

from prompts.vocabulary import Term


def gather_terms(sources: Sequence[str], *, language: str = "en") -> tuple[Term, ...]:
    """Read controlled vocabularies.

    Parameters
    ----------
    sources
        Each ``"iconclass"`` or ``"[FACET=]PATH"``.
    language
        What terms are shown in, where a vocabulary has several languages.

    Returns
    -------
    tuple of Term
        In the order of the sources.

    Raises
    ------
    VocabularyError
        If one of them cannot be read.
    """
    raise NotImplementedError
