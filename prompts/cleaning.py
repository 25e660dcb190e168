"""Values of a collection as words for a prompt: slugs spelled out, brackets and initials dropped.

The rules are those of the published captions of ArtGraph (Scaringi et al. 2025), written so that
they leave ordinary text alone.
"""

from __future__ import annotations

import re

_BRACKETED = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_SLUG = re.compile(r"[\w.']+(?:-[\w.']+)+")
_INITIALS = re.compile(r"\b(?:[a-z]\.){2,}\s*", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


def spell_out(value: str) -> str:
    """Return a value as it should be shown: a lower-case slug as words, all else as it is.

    Parameters
    ----------
    value
        A facet's value in its original spelling.

    Returns
    -------
    str
        The value to show.

    Examples
    --------
    >>> spell_out("female-portraits"), spell_out("Post-Impressionism")
    ('female portraits', 'Post-Impressionism')
    """
    text = _SPACES.sub(" ", value.replace("_", " ")).strip()
    if _SLUG.fullmatch(text) and text.islower():
        text = text.replace("-", " ")
    return text


def clean_value(value: str) -> str:
    """Return a value as it should stand in a prompt.

    Text in brackets is removed, a value that is one lower-case slug becomes words, runs of
    initials (``a.b.``) are dropped, white space is collapsed.

    Parameters
    ----------
    value
        A facet's value in its original spelling.

    Returns
    -------
    str
        The cleaned text; the original, collapsed, if nothing would be left.

    Examples
    --------
    >>> clean_value("Mannerism (Late Renaissance)")
    'Mannerism'
    >>> clean_value("vincent-van-gogh")
    'vincent van gogh'
    >>> clean_value("Post-Impressionism")
    'Post-Impressionism'
    """
    text = spell_out(value)
    cleaned = _INITIALS.sub("", _BRACKETED.sub("", text)).strip(" ,;")
    return spell_out(cleaned) or text
