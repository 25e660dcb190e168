"""Headlines composed of the chosen labels: what, in which style, by whom, no two the same."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence

from prompts import without_brackets
from topicart.topics import Label

LEADING_FACETS = ("genre", "subject", "style", "artist")
"""What a headline is made of where it is known."""

OTHER_FACETS = ("period", "date", "medium", "place", "series", "emotion")
"""What fills a headline that would be one word, and tells equal headlines apart."""

_MAKER_SHARE = 2 / 3
"""A topic is said to be by an artist who made at least this share of it."""

_TELLING_SHARE, _CERTAIN = 0.2, 0.05
"""From this share and up to this q-value a runner-up may tell equal headlines apart."""

_WORD = re.compile(r"\w+")


def compose_headlines(
    labels: Sequence[Sequence[Label]],
    central: Sequence[Sequence[str]],
    taken: Collection[str] = (),
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

    Returns
    -------
    list of str
        Such as ``landscape, Impressionism, by Monet``. Topics whose headlines would be the same get
        the next term that sets them apart, then the title of their most central work, at last a
        number.
    """
    parts = [_parts(own) or [_like(titles)] for own, titles in zip(labels, central, strict=True)]
    spare = [_spare(own, said) for own, said in zip(labels, parts, strict=True)]
    while equal := _equal(parts, taken):
        added = [_set_apart(alike, parts, spare) for alike in equal]
        if not any(added):
            break
    for alike in _equal(parts, taken):
        for topic in alike:
            if central[topic]:
                parts[topic].append(f"“{central[topic][0]}”")
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
        told = {word for part in parts for word in _words(part)}
        own = _words(_said(label))
        # "design, designs and sketches" says one thing twice; "abstract, Lyrical Abstraction" two.
        if not (own & told if facet == "subject" else own <= told):
            parts.append(_said(label))
    for facet in OTHER_FACETS:
        if len(parts) < 2 and facet in chosen:
            parts.append(_said(chosen[facet]))
    return parts


def _words(text: str) -> set[str]:
    """Return a text's words without the endings that a plural or another form would have."""
    return {word[:6] for word in _WORD.findall(text.casefold()) if len(word) > 3} or {text}


def _said(label: Label) -> str:
    term = without_brackets(label.term)
    if label.facet != "artist":
        return term
    return f"by {term}" if label.share >= _MAKER_SHARE else f"{term} and others"


def _like(titles: Sequence[str]) -> str:
    quoted = [f"“{title}”" for title in dict.fromkeys(titles)]
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
        or (recorded and label.share >= _TELLING_SHARE and (label.q_value or 0.0) <= _CERTAIN)
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
        if best is not None and ahead[best] > 0.0:
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
