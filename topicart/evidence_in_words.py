"""What speaks for a theme's names, in plain words: the same on the page and in the terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from topicart.topics import Label, Topic

ICONCLASS = "iconclass"
COLLECTION = "collection"
FACET_ORDER = (
    "genre",
    "subject",
    "style",
    "artist",
    "date",
    "medium",
    "period",
    "place",
    "series",
    "emotion",
)
"""The facets as a reader asks for them: what, in which style, by whom, when, made of what."""

_LONGEST_ADDRESS = 2000
_NO_IRI = re.compile(r'[\s"<>\\^`{|}]')  # what RFC 3987 does not allow
_RARITIES = ((1e-6, "a million"), (1e-3, "1,000"), (1e-2, "100"), (0.05, "20"))
_OLD_LEAST_SHARE = 0.1


def called_by(topic: Topic) -> tuple[Label, ...]:
    """Return the labels that a topic is called by, at most one a facet.

    Parameters
    ----------
    topic
        A topic of a run of any format: 2.0 did not say which labels were chosen, only that none
        below a tenth of the members was.

    Returns
    -------
    tuple of Label
        In the topic's order; empty where nothing was certain enough.
    """
    if topic.chosen or not any(_is_old(label) for label in topic.labels):
        return topic.chosen
    first: dict[str, Label] = {}
    for label in topic.labels:
        if label.share >= _OLD_LEAST_SHARE:
            first.setdefault(label.facet, label)
    return tuple(first.values())


def _is_old(label: Label) -> bool:
    return label.share > 0 and label.stated_share == 0  # since 2.1 the one comes with the other


def chance(q_value: float | None) -> str:
    """Say how often chance would give as many members with a term.

    Parameters
    ----------
    q_value
        The corrected probability; ``None`` where nothing is recorded.

    Returns
    -------
    str
        To be read after "by chance"; empty for ``None``.

    Examples
    --------
    >>> chance(0.0004)
    'less than once in 1,000'
    >>> chance(0.08)
    'about once in 12'
    """
    if q_value is None:
        return ""
    for bound, number in _RARITIES:
        if q_value < bound:
            return f"less than once in {number}"
    return f"about once in {1 / q_value:.0f}" if q_value < 0.5 else "as likely as not"


def decider(label: Label) -> str:
    """Say which witness chose a label.

    Parameters
    ----------
    label
        A label.

    Returns
    -------
    str
        In plain words; empty for a runner-up.
    """
    if label.decided_by == "pictures":
        if label.borne_out:
            return "pictures, borne out by records"
        return "pictures only, " + (
            "too few records say so" if label.share > 0 else "no record says so"
        )
    return {"facts": "records", "both": "records and pictures agree"}.get(label.decided_by, "")


def origin(label: Label) -> str:
    """Say where a label's word comes from.

    Parameters
    ----------
    label
        A label.

    Returns
    -------
    str
        The collection's records, or the vocabulary with the notation.

    Examples
    --------
    >>> from topicart.topics import Label
    >>> origin(Label("subject", "Susanna", source="iconclass", notation="71P41"))
    'Iconclass 71P41'
    """
    if label.source == COLLECTION:
        return "the collection’s records"
    return f"{vocabulary(label.source)} {label.notation}".strip()


def vocabulary(source: str) -> str:
    """Return the name of a vocabulary for people.

    Parameters
    ----------
    source
        A label's source other than ``collection``.

    Returns
    -------
    str
        A file keeps its name.
    """
    return "Iconclass" if source == ICONCLASS else source


def web_address(iri: str) -> str:
    """Return an IRI that may be made a link.

    Parameters
    ----------
    iri
        What a vocabulary calls a term; a text like any other, so it is not trusted.

    Returns
    -------
    str
        The IRI if it is a well-formed address of the web (http or https), otherwise ``""``.

    Examples
    --------
    >>> web_address("https://iconclass.org/71P41")
    'https://iconclass.org/71P41'
    >>> web_address("javascript:alert(1)")
    ''
    """
    if len(iri) > _LONGEST_ADDRESS or _NO_IRI.search(iri) or not iri.isprintable():
        return ""
    try:
        parts = urlsplit(iri)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:  # a bracket of an IPv6 address left open
        return ""
    return iri if is_web and "@" not in parts.netloc else ""


def cut_at_names(text: str, names: Sequence[str]) -> list[str]:
    """Cut a text at the names in it, so that they can be marked.

    Parameters
    ----------
    text
        Any text.
    names
        The names, in any case; empty ones are passed over.

    Returns
    -------
    list of str
        Together the text; every second piece is one of the names.

    Examples
    --------
    >>> cut_at_names("After Monet.", ["Monet"])
    ['After ', 'Monet', '.']
    """
    longest_first = sorted(filter(None, names), key=len, reverse=True)
    if not longest_first:
        return [text]
    any_name = "|".join(re.escape(name) for name in longest_first)
    return re.split(rf"(?<!\w)({any_name})(?!\w)", text, flags=re.IGNORECASE)
