"""The words of a text, as the check of names compares them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

PARTICLES = frozenset({
    "af", "al", "d", "da", "de", "degli", "dei", "del", "della", "den", "der", "des", "di",
    "do", "dos", "du", "e", "el", "l", "la", "le", "op", "ten", "ter", "van", "von", "y", "zu",
    "zum", "zur",
})  # fmt: skip
"""Small words within the names of people, which join their parts."""

SMALL_WORDS = PARTICLES | {"a", "an", "and", "at", "for", "in", "of", "on", "the", "to", "with"}
"""Words that say nothing by themselves, whatever name they are in."""

_WORD = re.compile(r"[^\W\d_]+")
_JOINT = re.compile(r"\s|\s?[-‐‑&]\s?|['’]|")
_AFTER_ABBREVIATION = re.compile(r"\.\s?-?")
_ENDS_SENTENCE = re.compile(r"[.!?:;。\n•*“\"(\[]")
_ABBREVIATIONS = frozenset({"st", "ste", "mr", "mrs", "ms", "dr", "jr", "sr", "ca", "mt", "no"})
_MOVEMENT = re.compile(r"(?:ism|ist|istic)$")
_UNDECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe"})


@dataclass(frozen=True)
class Word:
    """A word and where it stands.

    Parameters
    ----------
    start, end
        Where it is in the text.
    folded
        Without case and accents.
    stem
        The same without endings of number and of movements.
    capital
        Whether it begins with a capital.
    opens
        Whether it begins a sentence, or what may be one.
    joined
        Whether nothing but a space, a hyphen or an apostrophe divides it from the word before.
    """

    start: int
    end: int
    folded: str
    stem: str
    capital: bool
    opens: bool
    joined: bool


def words_of(text: str) -> list[Word]:
    """Divide a text into words; the ``s`` of a possessive is none, and ends what it follows.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    list of Word
        In order.
    """
    words: list[Word] = []
    end, joined = 0, True
    for found in _WORD.finditer(text):
        gap, written = text[end : found.start()], found.group()
        end = found.end()
        if written == "s" and gap in ("'", "’"):
            joined = False
            continue
        short = bool(words) and (len(words[-1].folded) == 1 or words[-1].folded in _ABBREVIATIONS)
        joins = joined and bool(
            _JOINT.fullmatch(gap) or (short and _AFTER_ABBREVIATION.fullmatch(gap))
        )
        opens = not words or (not joins and bool(_ENDS_SENTENCE.search(gap)))
        folded = fold(written)
        words.append(
            Word(found.start(), end, folded, stem(folded), written[0].isupper(), opens, joins)
        )
        joined = True
    return words


def stems_of(text: str) -> tuple[str, ...]:
    """Return the stems of a text's words.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    tuple of str
        In order.
    """
    return tuple(stem(word) for word in _WORD.findall(fold(text)))


def fold(text: str) -> str:
    """Return a text without case and accents.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        For comparisons only.
    """
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold()).translate(_UNDECOMPOSED)
    return "".join(character for character in apart if not unicodedata.combining(character))


@lru_cache(maxsize=1 << 16)
def stem(folded: str) -> str:
    """Return a folded word without the endings of number and of movements.

    Parameters
    ----------
    folded
        A word.

    Returns
    -------
    str
        The same for Cubism, Cubist and Cubists, for Romanticism and Romantic, for ship and ships.

    Examples
    --------
    >>> [stem(word) for word in ("impressionists", "impressionism", "romanticism", "neoclassical")]
    ['impressionism', 'impressionism', 'romantic', 'neoclassic']
    """
    single = folded[:-1] if len(folded) > 3 and folded[-1] == "s" and folded[-2] != "s" else folded
    single = single.removesuffix("al") if single.endswith("ical") else single
    root = _MOVEMENT.sub("", single)
    if root == single or len(root) < 3:
        return single
    return root if root.endswith("ic") else f"{root}ism"


@cache
def listed(kind: str) -> tuple[tuple[str, ...], ...]:
    """Return a list of ``names.toml``.

    Parameters
    ----------
    kind
        ``styles``, ``nationalities`` or ``everyday``.

    Returns
    -------
    tuple of tuple of str
        The stems of each line's words.
    """
    text = files("topicart.summaries").joinpath("names.toml").read_text(encoding="utf-8")
    return tuple(stems_of(line) for line in tomllib.loads(text)[kind].strip().splitlines())
