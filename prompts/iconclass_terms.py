"""Terms of Iconclass, the classification of what pictures show, read from its package.

Its texts are sentences ("the Annunciation: Mary, usually reading, is visited by …"); a term is what
stands before the first colon. Of its 43,000 notations those are taken that can name a theme: the
upper levels, and the animals, plants, saints and tools that are called by name. The package's own
class holds all of it in all languages in memory; here its files are read line by line.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Container, Iterator
from importlib.resources import files
from importlib.util import find_spec
from types import MappingProxyType
from urllib.parse import quote

from knowledge_graph import nearest
from prompts.listed_term import VocabularyError, listed_term
from prompts.vocabulary import Term

ICONCLASS = "iconclass"
"""The source of its terms, and what a user calls it."""

LANGUAGES = ("en", "de", "fr", "it", "pt", "jp")
"""As the package names them."""

_PREFIX = "https://iconclass.org/"
_MOST_WORDS = 5
_DEPTHS = MappingProxyType(dict(zip("0123456789", (3, 5, 5, 5, 5, 3, 3, 5, 3, 4), strict=True)))
"""Characters of a notation, by its first. Abstract ideas, history and literature are seldom seen in
pictures; of myths (9) the fifth level tells single moments."""
_WITH_NAMES = ("11", "2", "4")
"""Where names in brackets are of saints, animals, plants and tools, not of single tales."""
_NOTATION = re.compile(r"(\d+[A-Z]?\d*)(\((?!\.\.\.\))[^()]+\))?")
"""Without keys and doubled letters (opposites), and without ``(...)``, which only groups."""
_NO_TERM = re.compile(
    r"\(?(?:other|specific|various|proper names|non-specific|not used)\b|[\"'].*\(Ripa\)",
    re.IGNORECASE,
)
"""What only groups, or only names a personification by its Italian inscription."""
_BRACKETED = re.compile(r"\s*\([^()]*\)")
_END = re.compile(r"[;:：；]|,? (?:i\.e\.|e\.g\.|d\.h\.|z\.B\.) ")
_RELATION = re.compile(r"\s*[~〜～]\s*")
_QUOTED = re.compile(r"'[^']*'")
"""A name in another language beside one in its own."""
_ARTICLE = re.compile(r"(?:the|an?) ")


def read_iconclass(language: str = "en") -> tuple[Term, ...]:
    """Read the terms of Iconclass.

    Parameters
    ----------
    language
        One of ``LANGUAGES``, or ``ja``; a notation without a text in it has its English one.

    Returns
    -------
    tuple of Term
        About 4,500 subjects, with IRI, notation, and a prompt of at most five English words; no two
        with one English name, which is an alternative to that in another language. Names in
        languages not asked for are none: Italian for dog is an English stick.

    Raises
    ------
    VocabularyError
        If the package is not installed or damaged, or has not the language.
    """
    language = _checked_language(language)
    english = _english()
    spoken = {} if language == "en" else dict(_names(language, english))
    return tuple(
        listed_term(
            "subject",
            spoken.get(notation, prompt),
            where=f"Iconclass, {notation}",
            source=ICONCLASS,
            iri=_PREFIX + quote(notation, safe=""),
            notation=notation,
            prompt=prompt,
            alternatives=(prompt, bare),
        )
        for notation, (prompt, bare) in english.items()
    )


def _checked_language(language: str) -> str:
    known = {"ja": "jp"}.get(language, language)
    if known not in LANGUAGES:
        raise VocabularyError(
            f"language {language!r}: Iconclass is in {', '.join(LANGUAGES)}."
            f"{nearest(language, LANGUAGES)} Choose one of them."
        )
    return known


def _english() -> dict[str, tuple[str, str]]:
    """Choose notations: the English name of each, and that without its article."""
    chosen: dict[str, tuple[str, str, str]] = {}
    for notation, text in _lines("en"):
        if not _is_term(notation) or _NO_TERM.match(text):
            continue
        name = _name(notation, text)
        known = chosen.get(name.casefold())
        # Of one name the first notation is meant; but Venus is the goddess, not the planet.
        is_meant = known is None or (notation[0] == "9" and known[0][0] != "9")
        if name and len(name.split()) <= _MOST_WORDS and is_meant:
            # "the Church (as institution)" is not any church.
            qualified = "(" in _END.split(text, maxsplit=1)[0]
            bare = "" if qualified else _ARTICLE.sub("", name, count=1)
            chosen[name.casefold()] = (notation, name, bare)
    return {notation: (name, bare) for notation, name, bare in chosen.values()}


def _is_term(notation: str) -> bool:
    parts = _NOTATION.fullmatch(notation)
    if parts is None or (parts[2] and not notation.startswith(_WITH_NAMES)):
        return False
    # The ten main divisions (1 "Religion and Magic") name no motif.
    return 1 < len(parts[1]) <= _DEPTHS[notation[0]]


def _name(notation: str, text: str) -> str:
    """Shorten a text: ``birds of prey: eagle`` is called by what is last, all else by the first."""
    plain = _BRACKETED.sub("", text)
    if notation.endswith(")"):
        plain = plain.partition(";")[0].rpartition(":")[2]
    name = next((part for part in _END.split(plain) if part.strip(" ,")), "")
    parts = [part.strip() for part in _RELATION.sub(", ", name).split(",") if part.strip()]
    return ", ".join([part for part in parts if not _QUOTED.fullmatch(part)] or parts)


def _names(language: str, notations: Container[str]) -> Iterator[tuple[str, str]]:
    """Give the names of some notations in a language."""
    for notation, text in _lines(language):
        if notation in notations and (name := _name(notation, text)):
            yield notation, name


def _lines(language: str) -> Iterator[tuple[str, str]]:
    """Give notations and whole texts, in the order of the package."""
    if find_spec("iconclass") is None:
        raise VocabularyError(
            "iconclass: its package is not installed; expected it for the vocabulary Iconclass. "
            "Install it with: pip install 'topicart[iconclass]'"
        )
    try:
        with (
            (files("iconclass") / "data.zip").open("rb") as packed,
            zipfile.ZipFile(packed) as archive,
            archive.open(f"txt_{language}.txt") as file,
        ):
            for line in io.TextIOWrapper(file, "utf-8"):
                notation, _, text = line.strip().partition("|")
                yield notation, text
    except (OSError, KeyError, zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise VocabularyError(
            f"iconclass: the data of its package cannot be read ({error}); expected data.zip with "
            f"txt_{language}.txt. Install it again with: pip install --force-reinstall iconclass"
        ) from error
