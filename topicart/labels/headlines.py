"""Headlines composed of the chosen labels: what, in which style, by whom, no two the same."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence

from prompts import without_brackets
from topicart.topics import CERTAIN_Q, Label

LEADING_FACETS = ("genre", "subject", "style", "artist")
"""What a headline is made of where it is known."""

OTHER_FACETS = ("period", "date", "medium", "place", "series", "emotion")
"""What fills a headline that would be one word, and tells equal headlines apart."""

_MAKER_SHARE = 2 / 3
"""A topic is said to be by an artist who made at least this share of it."""

_AHEAD = 0.1
"""By how much larger a share a term must have here than in topics called alike."""

_TELLING_SHARE = 0.2
"""From this share a runner-up may tell equal headlines apart, if chance does not explain it."""

_LONGEST_LIKE = 70
"""Length of the titles together, in characters, up to which another one is named."""

_WORD = re.compile(r"\w+")


def compose_headlines(
    labels: Sequence[Sequence[Label]],
    central: Sequence[Sequence[str]],
    taken: Collection[str] = (),
    otherwise: Sequence[str] = (),
) -> list[str]:
    """Compose the headline of each topic.

    Parameters
    ----------
    labels
        Labels of each topic, chosen ones and runners-up.
    central
        Titles of the most central works of each topic: what a topic without a label is called by.
    taken
        Headlines that none of these may have.
    otherwise
        For groups: what each is called of which no label says what it shows or how, or whose
        headline would be taken.

    Returns
    -------
    list of str
        Such as ``landscape, Impressionism, by Monet``. Topics whose headlines would be the same get
        the next term that sets them apart, then the title of their most central work, at last a
        number.
    """
    parts = [
        _parts(own) or _makers(own) or [_like(titles)]
        for own, titles in zip(labels, central, strict=True)
    ]
    if otherwise:
        gone = {topic for equal in _equal(parts, taken) for topic in equal}
        parts = [
            [called] if topic in gone or not _shows(own) else said
            for topic, (own, said, called) in enumerate(zip(labels, parts, otherwise, strict=True))
        ]
    spare = [_spare(own, said) for own, said in zip(labels, parts, strict=True)]
    while equal := _equal(parts, taken):
        added = [_set_apart(alike, parts, spare) for alike in equal]
        if not any(added):
            break
    for alike in _equal(parts, taken):
        for topic in alike:
            said = ", ".join(parts[topic])
            if new := [quoted for title in central[topic] if (quoted := f"“{title}”") not in said]:
                parts[topic].append(new[0])
    return _numbered([", ".join(own) for own in parts], taken)


def _parts(labels: Sequence[Label]) -> list[str]:
    chosen = {label.facet: label for label in labels if label.chosen}
    if any(label.decided_by != "pictures" for label in chosen.values()):
        # What no record says is not put beside what records say.
        chosen = {facet: own for facet, own in chosen.items() if own.decided_by != "pictures"}
    parts: list[str] = []
    for facet in LEADING_FACETS:
        label = chosen.get(facet)
        if label is None or (facet == "artist" and label.share < _MAKER_SHARE):
            continue
        if not any(_says_twice(part, _said(label), facet) for part in parts):
            parts.append(_said(label))
    for facet in OTHER_FACETS:
        if len(parts) < 2 and facet in chosen:
            parts.append(_said(chosen[facet]))
    return parts


def _shows(labels: Sequence[Label]) -> bool:
    return any(label.chosen and label.facet in LEADING_FACETS[:-1] for label in labels)


def _makers(labels: Sequence[Label]) -> list[str]:
    """Return the artist of a topic of which nothing else is known."""
    return [_said(label) for label in labels if label.chosen and label.facet == "artist"]


def _says_twice(said: str, more: str, facet: str) -> bool:
    """Whether a term says what was said: "design", then "designs and sketches".

    A subject that shares a word with the genre is the same in detail; a style is another thing
    ("abstract, Lyrical Abstraction") unless it is the very words.
    """
    one, other = (set(_WORD.findall(text.casefold())) for text in (said, more))
    if facet != "subject":
        return other <= one
    return not {word[:6] for word in one}.isdisjoint({word[:6] for word in other if len(word) > 3})


def _said(label: Label) -> str:
    term = without_brackets(label.term)
    if label.facet != "artist":
        return term
    return f"by {term}" if label.share >= _MAKER_SHARE else f"{term} and others"


def _like(titles: Sequence[str]) -> str:
    quoted: list[str] = []
    for title in dict.fromkeys(titles):
        if quoted and len("".join(quoted)) + len(title) > _LONGEST_LIKE:
            break
        quoted.append(f"“{title}”")
    if not quoted:
        return "Works without a name"
    listed = quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
    return f"Works like {listed}"


def _spare(labels: Sequence[Label], said: Sequence[str]) -> dict[str, float]:
    """Return what else is true of a topic, with its share, chosen labels first."""
    recorded = any(label.decided_by in ("facts", "both") for label in labels)
    told = [
        label
        for label in sorted(labels, key=lambda label: not label.chosen)
        if label.chosen
        or (recorded and label.share >= _TELLING_SHARE and (label.q_value or 0.0) <= CERTAIN_Q)
    ]
    return {term: label.share for label in told if (term := _said(label)) not in said}


def _set_apart(
    alike: Sequence[int], parts: list[list[str]], spare: Sequence[dict[str, float]]
) -> bool:
    """Add to each topic the term that most distinguishes it from those called alike."""
    added = {}
    for topic in alike:
        others = [spare[other] for other in alike if other != topic]
        ahead = {
            term: share - max((own.get(term, 0.0) for own in others), default=0.0)
            for term, share in spare[topic].items()
        }
        best = max(ahead, key=lambda term: ahead[term], default=None)
        if best is not None and ahead[best] >= _AHEAD:
            added[topic] = best
    for topic, term in added.items():
        parts[topic].append(term)
        del spare[topic][term]
    return bool(added)


def _equal(parts: Sequence[Sequence[str]], taken: Collection[str]) -> list[list[int]]:
    """Return the topics that share a headline, or have one that is taken; each such group."""
    alike: dict[str, list[int]] = defaultdict(list)
    for topic, own in enumerate(parts):
        alike[", ".join(own).casefold()].append(topic)
    gone = {headline.casefold() for headline in taken}
    return [topics for name, topics in alike.items() if len(topics) > 1 or name in gone]


def _numbered(headlines: Sequence[str], taken: Collection[str]) -> list[str]:
    """Number what is still the same."""
    used = {headline.casefold() for headline in taken}
    found = []
    for headline in headlines:
        number, name = 1, headline
        while name.casefold() in used:
            number += 1
            name = f"{headline} ({number})"
        used.add(name.casefold())
        found.append(name)
    return found
