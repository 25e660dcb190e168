"""Values of a collection as words for a prompt: slugs spelled out, brackets and initials dropped.

The rules are those of the published captions of ArtGraph (Scaringi et al. 2025), written so that
they leave ordinary text alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_BRACKETED = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_SLUG = re.compile(r"[^\s-]+(?:-[^\s-]+)+")
_INITIALS = re.compile(r"\b(?:[a-z]\.){2,}\s*", re.IGNORECASE)
_PARTICLES = frozenset({
    "af", "al", "da", "de", "del", "della", "den", "der", "di", "du", "la", "le", "of", "the",
    "van", "von", "y", "zu",
})  # fmt: skip
_SPACES = re.compile(r"\s+")
_PAIR = re.compile(r"([\w' ]+?) and ([\w']+)")
_PAINTING = re.compile(r"\bpaintings?\b", re.IGNORECASE)
_PERIOD = re.compile(r"\bperiods?\b", re.IGNORECASE)
_MARKUP = re.compile(r"&#|&\w+;|#\w+;|^\W*#\d", re.IGNORECASE)


def are_slugs(values: Iterable[str]) -> bool:
    """Tell whether hyphens stand for spaces in a column of values.

    Parameters
    ----------
    values
        The distinct values of one facet.

    Returns
    -------
    bool
        Whether hyphened values without a space outnumber those with a space five to one, as in
        WikiArt's tags (``Greek-and-Roman-Mythology``); styles (``Post-Impressionism``) do not.

    Examples
    --------
    >>> are_slugs(["female-portraits", "St.-Petersburg", "sea"])
    True
    >>> are_slugs(["Post-Impressionism", "Pop Art", "Neo-Rococo"])
    False
    """
    multiword = [value for value in values if "-" in value or " " in value.strip()]
    spaced = sum(" " in value.strip() for value in multiword)
    return len(multiword) - spaced > 5 * spaced and len(multiword) > 1


def spell_out(value: str, *, slug: bool = False) -> str:
    """Return a value as it should be shown: a slug as words, all else as it is.

    Parameters
    ----------
    value
        A facet's value in its original spelling.
    slug
        Take it for a slug if it can be one; otherwise only with two hyphens and in lower case.

    Returns
    -------
    str
        The value to show.

    Examples
    --------
    >>> spell_out("vincent-van-gogh"), spell_out("self-portrait")
    ('vincent van gogh', 'self-portrait')
    >>> spell_out("St.-Petersburg", slug=True)
    'St. Petersburg'
    """
    text = _SPACES.sub(" ", value.replace("_", " ")).strip() or value
    if _SLUG.fullmatch(text) and (slug or (text.islower() and text.count("-") > 1)):
        text = text.replace("-", " ")
    return text


def shown(value: str, facet: str) -> str:
    """Return a facet's value as readers are to see it: a slug as words, an artist's with capitals.

    Parameters
    ----------
    value
        The value in its original spelling.
    facet
        The kind of fact.

    Returns
    -------
    str
        The value to show.

    Examples
    --------
    >>> shown("vincent-van-gogh", "artist"), shown("Vincent van Gogh", "artist")
    ('Vincent van Gogh', 'Vincent van Gogh')
    >>> shown("boats-and-ships", "subject"), shown("still life", "genre")
    ('boats and ships', 'still life')
    """
    if facet == "artist" and _SLUG.fullmatch(value) and value.islower():
        words = value.split("-")
        return " ".join(word if word in _PARTICLES else word.capitalize() for word in words)
    return spell_out(value)


def without_brackets(value: str) -> str:
    """Return a value without what its brackets add.

    Parameters
    ----------
    value
        A facet's value.

    Returns
    -------
    str
        The value, or all of it where nothing stands outside of brackets.

    Examples
    --------
    >>> without_brackets("Mannerism (Late Renaissance)"), without_brackets("(untitled)")
    ('Mannerism', '(untitled)')
    """
    return _BRACKETED.sub("", value).strip() or value


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
    return spell_out(cleaned, slug=cleaned.islower()) or text


def prompt_text(value: str, facet: str) -> str:
    """Return a facet's value as it should stand in the phrasings of its facet.

    Beside what :func:`clean_value` does, artists and subjects lose their hyphens, a pair of
    subjects (``seas and oceans``) has a comma for its ``and``, genres lose the word painting (their
    phrasings say it), and periods that and the word period.

    Parameters
    ----------
    value
        The value.
    facet
        The kind of fact.

    Returns
    -------
    str
        The words; what :func:`clean_value` gives if nothing else would be left.

    Examples
    --------
    >>> prompt_text("nude painting (nu)", "genre"), prompt_text("Edo period", "period")
    ('nude', 'Edo')
    >>> prompt_text("trees-and-hills", "subject"), prompt_text("trees-and-hills", "series")
    ('trees, hills', 'trees and hills')
    """
    cleaned = clean_value(value)
    words = cleaned
    if facet in ("artist", "subject"):
        words = words.replace("-", " ")
    if facet == "subject":
        words = _PAIR.sub(r"\1, \2", words) if _PAIR.fullmatch(words) else words
    if facet == "period":
        words = _PERIOD.sub("", words)
    if facet in ("genre", "period"):
        words = _PAINTING.sub("", words)
    return " ".join(words.split()).strip(" ,;") or cleaned


def is_markup(value: str) -> bool:
    """Tell whether a value is a piece of broken HTML, as some of WikiArt's tags are.

    Parameters
    ----------
    value
        The value.

    Returns
    -------
    bool
        Whether it holds an entity, or what is left of one.

    Examples
    --------
    >>> is_markup("St.-Peter&#39"), is_markup("Gilbert & George")
    (True, False)
    """
    return _MARKUP.search(value) is not None
