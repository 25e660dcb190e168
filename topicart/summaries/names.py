"""Names of artists, styles and places in a text, held against the facts of the works it is about.

What counts as a name: a value of the collection's own, a run of capitalised words, a style or a
nationality of ``names.toml``. The check is lenient: a name is supported if each of its words stands
anywhere in the members' facts, in whatever order and form (Impressionist, Impressionism).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from knowledge_graph import FACETS
from topicart.summaries.words import (
    PARTICLES,
    SMALL_WORDS,
    Word,
    fold,
    listed,
    stem,
    stems_of,
    words_of,
)

if TYPE_CHECKING:
    from knowledge_graph import Collection

_NAMING_FACETS = ("artist", "style", "place", "period")
_LONGEST_NAME = 8  # Words; of longer values the parts between commas are looked for.
_PART = re.compile(r"[,;/()\[\]]")
_WORD = re.compile(r"[^\W\d_]+")
_LOWER_CASE = re.compile(r"(?<![\w'’])[^\W\d_]+")
_NUMERAL = re.compile(r"[ivxlc]+")

_Span = tuple[int, int]


class NameCheck:
    """Finds names in a text that the facts of the works it is about do not contain.

    Parameters
    ----------
    works
        The whole collection: what it gives as artist, style, place or period is a name.
    """

    def __init__(self, works: Collection) -> None:
        self._names: dict[str, set[tuple[str, ...]]] = {}
        """By their first word, names that are known in any case."""
        self._capitalised: set[str] = set()
        """Names of one word, surnames among them, that need a capital to be one."""
        self._uncased: list[str] = []
        """Names in scripts that know no capitals and, often, no spaces."""
        for name in listed("styles"):
            self._names.setdefault(name[0], set()).add(name)
        for name in listed("artists"):
            self._capitalised.update(word for word in name if _telling(word))
        for facet in _NAMING_FACETS:
            for value in _distinct(works, facet):
                self._learn(value, facet)
        self._everyday = _everyday() | _in_lower_case(works)

    def unsupported(self, text: str, members: Collection) -> tuple[str, ...]:
        """Return the names in a text that no member's facts contain.

        Parameters
        ----------
        text
            A summary.
        members
            The works that it is about.

        Returns
        -------
        tuple of str
            As written in the text, in order of appearance, each once.
        """
        text = unicodedata.normalize("NFC", text)
        words = words_of(text)
        named = {*self._known(words), *self._runs(words), *_nationalities(words)}
        uncased = [name for name in self._uncased if name in text]
        if not named and not uncased:
            return ()
        facts = list(_facts(members))
        stems = _stems(facts)
        found = [
            (words[first].start, words[last - 1].end)
            for first, last in named
            if not _supported(words[first:last], stems)
        ]
        found += [
            (text.index(name), text.index(name) + len(name))
            for name in uncased
            if not any(name in fact for fact in facts)
        ]
        names: dict[str, str] = {}
        for start, end in _outermost(found):
            names.setdefault(fold(text[start:end]), text[start:end])
        return tuple(names.values())

    def _learn(self, value: str, facet: str) -> None:
        """Take a value of the collection for a name, and what of it is used as one."""
        if value.lower() == value.upper():
            if len(value) > 1 and any(character.isalpha() for character in value):
                self._uncased.append(value)
            return
        whole = stems_of(value)
        if facet != "artist":
            for part in {whole, *map(stems_of, _PART.split(value))}:
                self._add(part)
            return
        # "Beardsley Aubrey" and "Aachen, Hans von" are Aubrey Beardsley and Hans von Aachen.
        for turn in range(min(len(whole), _LONGEST_NAME)):
            self._add((*whole[turn:], *whole[:turn]))
        own = stems_of(value.partition(",")[0]) if "," in value else whole
        self._capitalised.update(word for word in (*own[:1], *own[-1:]) if _telling(word))

    def _add(self, name: tuple[str, ...]) -> None:
        if len(name) == 1 and not name[0].endswith("ism"):
            self._capitalised.update(word for word in name if _telling(word))
        elif 1 <= len(name) <= _LONGEST_NAME:
            self._names.setdefault(name[0], set()).add(name)

    def _known(self, words: Sequence[Word]) -> Iterator[_Span]:
        """Find the names that the collection or the list of styles has."""
        for row, word in enumerate(words):
            # "Church interiors", where a sentence begins, need not be Frederic Edwin's.
            everyday = word.opens and word.folded in self._everyday
            if word.capital and word.stem in self._capitalised and not everyday:
                yield row, row + 1
            for name in self._names.get(word.stem, ()):
                here = words[row : row + len(name)]
                same = tuple(one.stem for one in here) == name
                if same and not any(one.opens for one in here[1:]) and self._is_meant(name, here):
                    yield row, row + len(name)

    def _is_meant(self, name: tuple[str, ...], words: Sequence[Word]) -> bool:
        """Whether everyday words (light and space) are written as a name."""
        telling = [word for word in words if word.folded not in SMALL_WORDS]
        return (
            name in _styles()
            or any(word.folded not in self._everyday for word in telling)
            or all(word.capital for word in telling)
        )

    def _runs(self, words: Sequence[Word]) -> Iterator[_Span]:
        """Find runs of capitalised words, particles within included."""
        row = 0
        while row < len(words):
            last = end = row + 1
            if words[row].capital:
                while end < len(words) and words[end].joined:
                    if words[end].capital:
                        last = end + 1
                    elif words[end].folded not in PARTICLES:
                        break
                    end += 1
                yield from self._name_in(words, row, last)
            row = last

    def _name_in(self, words: Sequence[Word], first: int, last: int) -> Iterator[_Span]:
        """Give the name that a run holds, without the words that merely begin a sentence."""
        opens = words[first].opens
        while first < last and words[first].folded in SMALL_WORDS:
            first += 1
        if opens and first < last and self._may_open(words[first], alone=last - first == 1):
            first += 1
        if any(self._may_name(word) for word in words[first:last]):
            yield first, last

    def _may_open(self, word: Word, *, alone: bool) -> bool:
        """Whether a word has its capital from the beginning of a sentence."""
        return word.opens and (
            alone or word.folded in self._everyday or word.folded.endswith(("ing", "ed", "ly"))
        )

    def _may_name(self, word: Word) -> bool:
        return word.folded not in self._everyday and _telling(word.stem)


def _nationalities(words: Sequence[Word]) -> Iterator[_Span]:
    """Find capitalised words for a country or what is of it, also where they open a sentence."""
    for row, word in enumerate(words):
        if word.capital and word.stem in _kin():
            yield row, row + 1


def _supported(words: Iterable[Word], facts: set[str]) -> bool:
    """Whether each word of a name is in the facts, or one that stands for it."""
    kin = _kin()
    return all(
        word.stem in facts
        or not _telling(word.stem)
        or not facts.isdisjoint(kin.get(word.stem, ()))
        for word in words
    )


def _telling(word: str) -> bool:
    """Whether a word is no particle, initial or numeral."""
    return len(word) > 1 and word not in SMALL_WORDS and not _NUMERAL.fullmatch(word)


def _outermost(spans: Iterable[_Span]) -> list[_Span]:
    """Drop spans that overlap a longer one, and order the rest."""
    kept: list[_Span] = []
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


@cache
def _styles() -> frozenset[tuple[str, ...]]:
    return frozenset(listed("styles"))


@cache
def _kin() -> dict[str, tuple[str, ...]]:
    """The words of a country and of what is of it, each to all of them."""
    return {word: group for group in listed("nationalities") for word in group}


@cache
def _everyday() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS).union(*listed("everyday"), SMALL_WORDS)


def _in_lower_case(works: Collection) -> set[str]:
    """Return the words that titles and descriptions write small, in texts that know capitals."""
    words: set[str] = set()
    for column in ("title", "description"):
        for text in _distinct(works, column):
            if text != text.lower():
                words.update(word for word in _LOWER_CASE.findall(text) if word.islower())
    return {fold(word) for word in words}


def _facts(members: Collection) -> Iterator[str]:
    for column in (*FACETS, "title", "description", "date"):
        yield from _distinct(members, column)


def _stems(texts: Iterable[str]) -> set[str]:
    words: set[str] = set()
    for text in texts:
        words.update(_WORD.findall(fold(text)))
    return {stem(word) for word in words}


def _distinct(works: Collection, column: str) -> list[str]:
    """Return the different values of a column, texts or lists of texts."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values: Any = works.arrow[column]
    if pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        values = pc.list_flatten(values)
    return [value for value in pc.unique(values).to_pylist() if value]
