"""A work's facts told as one caption."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from knowledge_graph import centuries_of, nearest
from prompts.caption_templates import (
    PLACEHOLDERS,
    CaptionPart,
    CaptionTemplate,
    CaptionTemplates,
    load_caption_templates,
)
from prompts.cleaning import clean_value, shown
from prompts.templates import TemplateError

if TYPE_CHECKING:
    from knowledge_graph import Artwork

MAX_SUBJECTS = 3
MAX_WORDS = 40
"""Words of a title or a description that a caption quotes: CLIP reads about 50 in all."""

_ENTITY = re.compile("[&#;]")
_AND = re.compile(r"\s+and\b", re.IGNORECASE)
_PAINTING = re.compile(r"\bpaintings?\b", re.IGNORECASE)
_PERIOD = re.compile(r"\bperiods?\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=\w{3}[.!?])\s+(?=\W?[A-Z])")

Fact = tuple[str, str]
Spoken = tuple[Fact, str]
"""A fact and the words for it."""


@dataclass(frozen=True)
class Caption:
    """A text, and the facts that it states."""

    text: str
    facts: frozenset[Fact] = frozenset()
    """What it states, as :func:`facts_of` gives facts; none if it states nothing."""


class Captioner:
    """Draws captions of works from templates.

    Parameters
    ----------
    templates
        What ``load_caption_templates`` gives; by default the templates shipped here.
    facet_dropout
        How often a caption leaves out a fact that it could state, from 0 to less than 1.
    leave_out
        Placeholders that are never filled, such as ``artist``.

    Raises
    ------
    TemplateError
        If one of ``leave_out`` is no placeholder.
    """

    def __init__(
        self,
        templates: CaptionTemplates | None = None,
        facet_dropout: float = 0.3,
        leave_out: Iterable[str] = (),
    ) -> None:
        self.templates = load_caption_templates() if templates is None else templates
        self.facet_dropout = facet_dropout
        self.leave_out = frozenset(leave_out)
        for name in sorted(self.leave_out - set(PLACEHOLDERS)):
            raise TemplateError(
                f"leave_out names {name!r}; captions can state {', '.join(PLACEHOLDERS)}."
                f"{nearest(name, PLACEHOLDERS)}"
            )
        self._fitting: dict[tuple[str, ...], list[_Fitting]] = {}

    def sample(self, work: Artwork, chance: random.Random) -> Caption:
        """Draw a caption: a template that can say something of the work, and some of its facts.

        Each part in brackets is left out with the probability ``facet_dropout``, but at least one
        fact is stated. Of several values of a facet one is drawn, of subjects up to three.

        Parameters
        ----------
        work
            The work.
        chance
            Decides every draw.

        Returns
        -------
        Caption
            Its text is empty only if no template can say anything of the work.
        """
        known = self._sayable(work)
        fitting = self._fitting_of(known)
        if not fitting:
            return Caption("")
        template, sayable = fitting[int(chance.random() * len(fitting))]
        said = [
            part for part in sayable if not part.optional or chance.random() >= self.facet_dropout
        ] or [chance.choice(sayable)]
        names = {name for part in said for name in part.placeholders}
        # In the template's order: that of a set differs from one process to the next.
        chosen = {
            name: _some(name, known[name], chance)
            for part in template.parts
            for name in part.placeholders
            if name in names
        }
        return _told(template, said, chosen)

    def full(self, work: Artwork) -> Caption:
        """Tell everything that one template can say of a work, the same each time.

        Parameters
        ----------
        work
            The work.

        Returns
        -------
        Caption
            In the template that states most (the first of those that do), with the first value of
            each facet and the first three subjects; empty if nothing is known.
        """
        known = self._sayable(work)
        fitting = self._fitting_of(known)
        if not fitting:
            return Caption("")
        return _told_in_full(*max(fitting, key=_n_stated), known)

    def _sayable(self, work: Artwork) -> dict[str, list[Spoken]]:
        """Everything that can be said of a work, without what is never to be."""
        known = _known(work)
        for name in self.leave_out & known.keys():
            del known[name]
        return known

    def _fitting_of(self, known: Mapping[str, Sequence[Spoken]]) -> list[_Fitting]:
        """Templates that can say something of a work of which these facets are known."""
        facets = tuple(known)
        if facets not in self._fitting:
            parts = [(template, template.sayable(known)) for template in self.templates]
            self._fitting[facets] = [(template, said) for template, said in parts if said]
        return self._fitting[facets]


_Fitting = tuple[CaptionTemplate, list[CaptionPart]]


def facts_of(work: Artwork) -> frozenset[Fact]:
    """Return everything that a caption of a work may state.

    A caption is true of a work if its facts are among these. Title, date, centuries and
    description count as facts: a caption with another work's title is not true of this one.

    Parameters
    ----------
    work
        The work.

    Returns
    -------
    frozenset of (str, str)
        A placeholder's name and a value in its original spelling; of a description what a caption
        quotes of it.
    """
    facts = {(facet, value) for facet, values in work.facets.items() for value in values}
    return frozenset(facts.union(fact for fact, _ in _spoken_texts(work)))


def caption(work: Artwork) -> str:
    """Return the caption of a work in the published form for ArtGraph; absent facts drop out.

    The pattern is ``{genre} painting rendered in {medium} displaying {subject, subject, subject}
    in a {style} manner made by {artist} during {period}`` (Scaringi et al. 2025), in lower case.
    A work without any of these facts is captioned by its title.

    Parameters
    ----------
    work
        The work.

    Returns
    -------
    str
        The caption; empty only if the work has neither facts nor a title.
    """
    known = _known(work)
    said = _artgraph().sayable(known)
    return _told_in_full(_artgraph(), said, known).text if said else work.title.lower()


@cache
def _artgraph() -> CaptionTemplate:
    return next(one for one in load_caption_templates() if one.name == "artgraph")


def first_sentence(text: str) -> str:
    """Return what a caption quotes of a description.

    Parameters
    ----------
    text
        The description.

    Returns
    -------
    str
        Its first sentence, or the first 40 words of that.

    Examples
    --------
    >>> first_sentence("A bay near St. Ives, with boats. Painted out of doors.")
    'A bay near St. Ives, with boats.'
    """
    return _shortened(_SENTENCE_END.split(text.strip(), maxsplit=1)[0])


def _known(work: Artwork) -> dict[str, list[Spoken]]:
    """Everything that can be said of a work, by placeholder."""
    known = {}
    for facet, values in work.facets.items():
        if spoken := [((facet, v), words) for v in values if (words := _words(facet, v))]:
            known[facet] = spoken
    for fact, words in _spoken_texts(work):
        known.setdefault(fact[0], []).append((fact, words))
    return known


def _spoken_texts(work: Artwork) -> list[Spoken]:
    """What is known of a work beside its facets, each with the words for it."""
    spoken = [(("century", name), name) for name in centuries_of(work.year_from, work.year_to, 100)]
    if work.date and work.date_precision:  # Others are remarks such as "unknown".
        spoken.append((("date", work.date), work.date))
    if work.title:
        spoken.append((("title", work.title), _shortened(work.title)))
    if work.description:
        sentence = first_sentence(work.description)
        spoken.append((("description", sentence), sentence))
    return spoken


@lru_cache(maxsize=1 << 16)
def _words(facet: str, value: str) -> str:
    """Clean a value as in the published captions of ArtGraph; empty if it cannot be said."""
    if facet == "artist":
        return clean_value(shown(value, facet)).replace("-", " ")
    words = clean_value(value)
    if facet == "subject":
        # Tags with these are pieces of broken HTML.
        return "" if _ENTITY.search(value) else _AND.sub(",", words.replace("-", " "))
    if facet == "period":
        return _collapsed(_PERIOD.sub("", _PAINTING.sub("", words)))
    return words


def _some(placeholder: str, spoken: Sequence[Spoken], chance: random.Random) -> Sequence[Spoken]:
    """Draw the values that are stated: one, or up to three subjects."""
    if len(spoken) == 1:
        return spoken
    most = MAX_SUBJECTS if placeholder == "subject" else 1
    return chance.sample(spoken, chance.randint(1, min(most, len(spoken))))


def _told(
    template: CaptionTemplate,
    parts: Iterable[CaptionPart],
    chosen: Mapping[str, Sequence[Spoken]],
) -> Caption:
    """Set chosen values into the parts that are said, and into what always stands."""
    words = {name: ", ".join([word for _, word in spoken]) for name, spoken in chosen.items()}
    if template.says_painting and "genre" in words:
        words["genre"] = _PAINTING.sub("", words["genre"])
    said = set(parts)
    text = "".join([
        part.text.format_map(words)
        for part in template.parts
        if part in said or not part.placeholders
    ])  # fmt: skip
    facts = frozenset([fact for spoken in chosen.values() for fact, _ in spoken])
    text = _collapsed(text)
    return Caption(text.lower() if template.lower else text, facts)


def _told_in_full(
    template: CaptionTemplate, parts: list[CaptionPart], known: Mapping[str, Sequence[Spoken]]
) -> Caption:
    names = {name for part in parts for name in part.placeholders}
    first = {name: known[name][: MAX_SUBJECTS if name == "subject" else 1] for name in names}
    return _told(template, parts, first)


def _n_stated(fitting: _Fitting) -> int:
    return len({name for part in fitting[1] for name in part.placeholders})


def _collapsed(text: str) -> str:
    """Collapse white space, and drop what commas a part that was left out has left."""
    return " ".join(text.split()).strip(" ,;:")


def _shortened(text: str) -> str:
    words = text.split()
    return " ".join(words[:MAX_WORDS]) + "…" if len(words) > MAX_WORDS else " ".join(words)
