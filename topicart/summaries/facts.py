"""A topic in two or three sentences, composed from its members' facts by rule."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge_graph import FACETS, cut, printable
from prompts import shown, spell_out, without_brackets, year_in_words
from prompts.cleaning import are_slugs

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from topicart.summaries.summarizer import Request
    from topicart.topics import Label

COMMON = 0.25
"""Share of the works stating a facet from which a term is said although no label chose it."""

NOT_TINY = 0.05
"""Share of the works stating a facet below which no term is said, whatever chose it."""

ENOUGH = 0.1
"""Share of the members that must state a facet for it to be told."""

_NEARLY_ALL = 0.9
_ALSO = 0.2  # A second term of a facet is said from this share on.
_PARTS = (("", 1.0), ("nine in ten", 0.9), ("three in four", 0.75))
_FAR_YEARS = 10  # A span may be so much longer than twice that of three in four.
_COUNTED_BELOW = 20  # Percentages of fewer works would pretend to a precision that is not there.
_LONGEST_TERM = 80
_OPTIONAL = ("period", "series", "place", "emotion")
_WORTH_IT = 0.4  # Share of all members from which a chosen term of these facets is said.
_NAMELESS = frozenset({
    "?", "anon", "anon.", "anoniem", "anonimo", "anonym", "anonyme", "anonymous", "artist unknown",
    "desconocido", "ignoto", "inconnu", "onbekend", "unbekannt", "unidentified", "unknown",
    "unknown artist", "unknown maker", "unknown value", "various", "various artists",
})  # fmt: skip
_TIMES = ("twice", "three times", "four times", "five times", "six times", "seven times",
          "eight times", "nine times", "ten times")  # fmt: skip


class FactsSummarizer:
    """The engine that needs no model: it says what the facts are."""

    engine = "facts"
    model = ""
    batch_size = 64

    def __init__(self) -> None:
        self.settings: Mapping[str, Any] = {}  # Nothing but the facts decides its texts.

    def summarize(self, requests: Sequence[Request]) -> Sequence[str]:
        """Summarise topics.

        Parameters
        ----------
        requests
            The topics and their members.

        Returns
        -------
        sequence of str
            One text a request, in order.
        """
        return [summarize_facts(request.members, request.topic.labels) for request in requests]


def summarize_facts(members: Collection, labels: Sequence[Label]) -> str:
    """Say how many works a topic holds, from when, by whom, and what most of them share.

    A term stands as the collection writes it, and with its number. A facet that few members state
    is told of those alone. What pictures alone have chosen is told as seen, not as recorded, unless
    records bear it out.

    Parameters
    ----------
    members
        The topic's works.
    labels
        The topic's labels; of each facet the chosen one is said first.

    Returns
    -------
    str
        One to four sentences; the same for the same facts.
    """
    chosen = {label.facet: label for label in labels if label.chosen}
    seen = [
        label for label in chosen.values() if label.decided_by == "pictures" and not label.borne_out
    ]
    recorded = {facet: label for facet, label in chosen.items() if label not in seen}
    sentences = [f"{_how_many(members)}."]
    compared = False
    for facets in (("genre", "subject"), ("style", "medium", *_OPTIONAL)):
        clauses = []
        for facet in facets:
            stated, label = _stated(members, facet), recorded.get(facet)
            # Once is enough: a second comparison would be read past.
            times = _times(label.lift) if label and not stated.partial and not compared else ""
            if clause := _clause(facet, stated, label, times):
                clauses.append(clause)
                compared = compared or bool(times and times in clause)
        if clauses:
            sentences.append(_capital("; ".join(clauses)) + ".")
    if seen:
        sentences.append(_as_seen(seen))
    if sentences == [f"{_works(len(members))}."]:
        recorded_at_all = any(any(members.column(name)) for name in ("date", *FACETS))
        return sentences[0][:-1] + (
            "; what is recorded of them is too little, or too varied, to be summed up."
            if recorded_at_all
            else ", of which no date, artist or other fact is recorded."
        )
    return " ".join(sentences)


@dataclass(frozen=True)
class _Stated:
    """What the members state of a facet."""

    n_members: int
    n_works: int
    """Members that state anything of it."""
    counts: Counter[str]
    """Members that have each term."""

    @property
    def partial(self) -> bool:
        """Whether too few state it for shares of all members to say much."""
        return self.n_works < _NEARLY_ALL * self.n_members

    @property
    def base(self) -> int:
        """What shares are shares of."""
        return self.n_works if self.partial else self.n_members

    @property
    def enough(self) -> bool:
        """Whether so many state it that it is worth a word."""
        least = max(1, min(3, self.n_members), ENOUGH * self.n_members)
        return self.n_works >= least

    def leading(self) -> list[tuple[str, int]]:
        return sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))


def _how_many(members: Collection) -> str:
    """Say how many works there are, by whom, and from when."""
    artists = _stated(members, "artist")
    by = _by_whom(artists) if artists.enough else ""
    span, rest = _when(members)
    sentence = _works(len(members)) + span
    if by and not artists.partial:
        by = by if len(members) > 1 else by.removeprefix("all ")
        sentence += f" {by}" if by.startswith("by ") else f", {by}"
    elif by:
        sentence += f"; the artist is recorded for {artists.n_works:,}: {by}"
    return sentence + rest


def _when(members: Collection) -> tuple[str, str]:
    """Return the years as what follows the count, or else as a clause of their own."""
    years = zip(members.column("year_from"), members.column("year_to"), strict=True)
    dated = [(first, last) for first, last in years if first is not None and last is not None]
    if not dated:
        return "", ""
    most, (first, last) = _span(dated)
    told, n_dated = _years(first, last), len(dated)
    if n_dated == len(members):
        return ("", f"; {most} are {told}") if most else (f" {told}", "")
    if n_dated == 1:
        return "", f"; the one that is dated is {told}"
    ones = f"the {n_dated:,} dated ones are {told}"
    return "", f"; {most} of {ones}" if most else f"; {ones}"


def _span(dated: list[tuple[int, int]]) -> tuple[str, tuple[int, int]]:
    """Return the years that all works are from, or nearly all where a few lie far off.

    Of a part of the works it is the shortest span that holds so many.
    """
    found = [(words, _shortest_span(dated, math.ceil(part * len(dated)))) for words, part in _PARTS]
    widths = [last - first for _, (first, last) in found]
    near = 2 * widths[-1] + _FAR_YEARS
    return next(one for one, width in zip(found, widths, strict=True) if width <= near)


def _shortest_span(dated: list[tuple[int, int]], count: int) -> tuple[int, int]:
    """Return the shortest span of years within which so many works were made for certain."""
    best: tuple[int, int] | None = None
    ends: list[int] = []  # of the works that begin no earlier, the latest first, no more than count
    for first, last in sorted(dated, reverse=True):
        heapq.heappush(ends, -last)
        if len(ends) > count:
            heapq.heappop(ends)
        if len(ends) == count and (best is None or -ends[0] - first <= best[1] - best[0]):
            best = first, -ends[0]
    return best or dated[0]


def _years(first: int, last: int) -> str:
    if first == last:
        return f"from {year_in_words(first)}"
    if first < 0 and last < 0:
        return f"from {-first} to {year_in_words(last)}"
    era = " CE" if first < 0 else ""
    return f"from {year_in_words(first)} to {year_in_words(last)}{era}"


def _by_whom(artists: _Stated) -> str:
    """Name the one, two or three artists who made most, or say how many there are."""
    leading, base = artists.leading(), artists.base
    first, n_first = leading[0]
    if n_first == base:
        return f"all by {_listed([name for name, n in leading[:3] if n == base])}"
    if n_first >= _NEARLY_ALL * base:
        return f"nearly all by {_counted(first, n_first, base)}"
    named = [(name, n) for name, n in leading[:3] if n >= _ALSO / 2 * base]
    if not named:
        return f"by {len(leading):,} artists, none with more than {n_first:,} of them"
    told = _listed([_counted(name, n, base) for name, n in named])
    n_named = sum(n for _, n in named)
    if len(leading) == len(named) and n_named >= base:
        return f"by {told}"
    if n_first > base / 2 or n_named >= 0.7 * base:
        return f"mostly by {told}"
    return f"by {len(leading):,} artists, above all {told}"


def _clause(facet: str, stated: _Stated, label: Label | None, times: str) -> str:
    """Say the facet's chosen term, or the leading one; empty if there is little to say."""
    if not stated.enough or (facet in _OPTIONAL and (label is None or label.share < _WORTH_IT)):
        return ""
    base, leading, share = stated.base, stated.leading(), _share(label, stated)
    if label is not None and share >= NOT_TINY:
        term = _term(label.term, facet)
        same = [n for other, n in leading if other.casefold() == term.casefold()]
        if label.source == "collection" and same:
            others = [item for item in leading if item[0].casefold() != term.casefold()]
            leading = [(term, same[0]), *others]
        else:  # A vocabulary's word may stand for several of the collection's own.
            leading = [(term, round(share * base))]
    elif leading[0][1] < COMMON * base:
        return ""
    (term, n_works), *others = leading
    where = f", recorded for {stated.n_works:,}," if stated.partial else ""
    if n_works >= base:
        return f"the {facet}{where} is {'always ' if base > 1 else ''}{_quoted(term)}"
    told = f"{_how_often(n_works / base)} {_counted(_quoted(term), n_works, base, times)}"
    if others and _ALSO * base <= others[0][1] <= n_works:
        also, n_also = others[0]
        joint = "and" if n_works + n_also > base else "or"
        told += f" {joint} {_counted(_quoted(also), n_also, base)}"
    return f"the {facet}{where} is {told}"


def _share(label: Label | None, stated: _Stated) -> float:
    if label is None:
        return 0.0
    return label.stated_share if stated.partial else label.share


def _stated(members: Collection, facet: str) -> _Stated:
    """Count what the members state of a facet; spellings that differ in case only are one term."""
    values = members.facet(facet)
    distinct = {text for texts in values for text in texts}
    slugs = facet != "artist" and are_slugs(distinct)
    term_of = {text: _term(text, facet, slugs=slugs) for text in distinct}
    if facet == "artist":
        term_of = {text: term for text, term in term_of.items() if not _nameless(term)}
    spellings: dict[str, str] = {}
    for term in sorted(term_of.values()):
        spellings.setdefault(term.casefold(), term)
    counts: Counter[str] = Counter()
    n_works = 0
    for texts in values:
        keys = {term_of[text].casefold() for text in texts if text in term_of}
        counts.update(spellings[key] for key in keys)
        n_works += bool(keys)
    return _Stated(len(members), n_works, counts)


def _nameless(artist: str) -> bool:
    return artist.casefold() in _NAMELESS


def _term(text: str, facet: str, *, slugs: bool = False) -> str:
    words = without_brackets(spell_out(shown(text, facet), slug=slugs))
    return cut(printable(words), _LONGEST_TERM)


def _as_seen(labels: Sequence[Label]) -> str:
    """Say what pictures alone have chosen, and that no record bears it out."""
    terms = [_term(label.term, label.facet) for label in labels]
    told = _listed([f"“{term}” ({label.facet})" for term, label in zip(terms, labels, strict=True)])
    share = max(label.share for label in labels)
    records = "no record says so" if share == 0 else "few records say so"
    return f"To the encoder they look most like {told}; {records}."


def _how_often(share: float) -> str:
    if share >= _NEARLY_ALL:
        return "nearly always"
    if share > 0.5:
        return "mostly"
    return "often" if share >= COMMON else "sometimes"


def _times(lift: float) -> str:
    """Say a lift in words from about twice on."""
    rounded = math.floor(lift + 0.5)
    if lift < 1.75 or rounded < 2:
        return ""
    times = _TIMES[rounded - 2] if rounded < len(_TIMES) + 2 else f"{rounded:,} times"
    return f"about {times} as often as in the collection"


def _counted(term: str, n_works: int, base: int, times: str = "") -> str:
    return f"{term} ({', '.join(filter(None, (_portion(n_works, base), times)))})"


def _portion(n_works: int, base: int) -> str:
    """Return how many of how many; a percentage where that is easier to take in."""
    if base < _COUNTED_BELOW:
        return f"{n_works} of {base}"
    percent = f"{n_works / base:.0%}"
    if percent == "100%":
        return "over 99%" if n_works < base else percent
    return "under 1%" if percent == "0%" else percent


def _quoted(term: str) -> str:
    """Set off a term that would not read as words of the sentence."""
    plain = all(character.isalnum() or character in " -'’" for character in term)
    return term if plain and len(term.split()) < 5 else f"“{term}”"


def _works(count: int) -> str:
    return f"{count:,} work" if count == 1 else f"{count:,} works"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
