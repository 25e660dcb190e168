"""What the page of a study of the semantic gap shows, chosen and put in order."""

from __future__ import annotations

from collections.abc import Iterable

from evaluation.studies.reporting.gap_answers import first_model, gap_answers
from evaluation.studies.reporting.gap_found import gap_chapter
from evaluation.studies.reporting.gap_seen import distances_chapter, surface_chapter
from evaluation.studies.reporting.parts import (
    Chapter,
    Found,
    LateGroup,
    LateWork,
    StudyPage,
)
from evaluation.studies.reporting.told import (
    cited,
    command_of,
    models_table,
    pairs_table,
    published_tables,
    settings_of,
)
from evaluation.studies.reporting.wording import (
    figure,
    joined,
)
from evaluation.studies.semantic_gap.result import SemanticGap
from topicart.report.wording import collection_name, counted, shorten

__all__ = ["lay_out_gap"]

_FOUND = 5
"""A work that comes among so many did not fail to be found: five are shown in its stead."""

_AFTER = (
    "It asks the questions of “The Semantic Gap in Art”, after Garcia and Vogiatzis, “How to Read "
    "Paintings” (2018); form against surface after Geirhos et al. (ICLR 2019)."
)
"""Whose questions these are."""

_READING = (
    (
        "A gap",
        "is the median rank of works that tell a story over that of works that only show things, "
        "each asked in the same gallery. 1 is no gap; 2 means that twice as many works come "
        "before the right one. Some pictures come late whatever is asked for; “texts dealt out "
        "anew” says how large a gap they make by themselves. Median ranks grow with the gallery, "
        "so gaps compare, and ranks of two collections do not.",
    ),
    (
        "A distance ratio",
        "is the mean distance of two works with the same value over that of two works with "
        "different ones. Small is good, 1 says nothing. Works of one artist share series and "
        "near-duplicates, so the ratio of artists comes out lower than style alone would make it.",
    ),
    (
        "Intervals",
        "are 95% bootstrap intervals in which works of one artist are drawn together. One that "
        "contains 1, or chance, means that the study cannot tell the number from chance; it does "
        "not mean that there is no difference.",
    ),
    (
        "Form and surface.",
        "A picture that has the drawing of one work and the colour and brushwork of another is "
        "laid before the model. The share counts pictures taken for the work of the drawing, "
        "among those taken for either (Geirhos et al. 2019).",
    ),
    (
        "The model drawn by lot",
        "has an architecture and no knowledge. Where its words find more than chance, or its gap "
        "is larger than that of texts dealt out anew, the measure itself is at fault. Its "
        "distance ratios, what survives a treatment and its cue conflicts are not expected at "
        "chance: random convolutions pass on colour and grain. There it is what the others are "
        "held against.",
    ),
)


def lay_out_gap(result: SemanticGap, *, source: str = "SOURCE", command: str = "") -> StudyPage:
    """Choose what the page shows.

    Parameters
    ----------
    result
        What the study says.
    source
        The collection, as the user named it.
    command
        How the study was asked for; by default what can be told from it.

    Returns
    -------
    StudyPage
        Plain values.
    """
    chapters = [
        _failures(result),
        gap_chapter(result),
        distances_chapter(result),
        surface_chapter(result),
        _asked(result),
        *_published(result),
    ]
    kept = tuple(chapter for chapter in chapters if chapter is not None)
    names = joined(model.name for model in result.models)
    return StudyPage(
        study="semantic-gap",
        name=collection_name(result.name),
        over="The semantic gap",
        asked=(
            f"Does a model that puts pictures and words side by side find a painting as well by "
            f"the story it tells as by the things it shows? {counted(result.works, 'work')}, seen "
            f"and read by {names}."
        ),
        answers=gap_answers(result),
        chapters=kept,
        reading=(*_READING, *_joined_here(result)),
        cautions=result.cautions,
        citation=cited(collection_name(result.name), "a study of the semantic gap", _AFTER, result),
        command=command or command_of("semantic-gap", source, result),
        settings=settings_of(result.settings),
        version=result.version,
        made=result.made,
        shown=tuple(_shown(kept)),
    )


def _joined_here(result: SemanticGap) -> Iterable[tuple[str, str]]:
    """Say on which works models are judged that learnt here."""
    if not any(model.joined for model in result.models):
        return
    whose = (
        "the test works that the source states, whose artists may be among those learnt from"
        if result.held_out.get("by") == "split"
        else "works of other artists"
    )
    yield (
        "Models that were joined here",
        f"learnt from works of this collection and are judged only by {whose}. Charts and answers "
        "show every model on these works, so that they can be compared; the tables also have the "
        "whole gallery, marked “all”, for those that learnt nothing here.",
    )


def _shown(chapters: Iterable[Chapter]) -> Iterable[str]:
    found: dict[str, None] = {}
    for chapter in chapters:
        late = [*chapter.late, *(one for group in chapter.late_folded for one in group.late)]
        found.update(dict.fromkeys(one.own.work for one in late))
        found.update(dict.fromkeys(own.work for one in late for own in one.instead))
    return found


def _failures(result: SemanticGap) -> Chapter:
    intro = (
        "The queries of works that tell a story whose picture came latest. First the words, then "
        "the picture they belong to, then the five that the model put before all others."
    )
    if any(model.joined for model in result.models):
        intro += " Models joined here are asked among the works held out, the others among all."
    if not result.failures:
        intro = "There is nothing to show: no work that tells a story could be asked for by words."
    groups: dict[str, list[LateWork]] = {}
    for one in result.failures:
        if one.rank <= _FOUND:
            continue
        groups.setdefault(one.model, []).append(
            LateWork(
                text=one.text,
                about=f"{one.model} · {one.genre or one.group}",
                own=Found(one.work, f"found at place {figure(round(one.rank))}"),
                instead=tuple(
                    Found(found.id, f"{place}. {figure(found.score)}")
                    for place, found in enumerate(one.instead, start=1)
                ),
            )
        )
    first = first_model(result.models, reads=True)
    name = first.name if first and first.name in groups else next(iter(groups), "")
    return Chapter(
        "instead",
        "What came instead",
        intro,
        late=tuple(groups.pop(name, ())),
        late_folded=tuple(
            LateGroup(f"What came instead with {model}", tuple(late))
            for model, late in groups.items()
        ),
    )


def _asked(result: SemanticGap) -> Chapter:
    return Chapter(
        "asked",
        "What was asked",
        "The words that works are asked for by, the genres that count as telling a story, and "
        "the models.",
        tables=(
            models_table(result.models),
            pairs_table("texts", "Words", result.texts),
            pairs_table("classes", "Genres", result.classes),
            pairs_table("held_out", "Works that judge the models joined here", result.held_out),
        ),
    )


def _published(result: SemanticGap) -> Iterable[Chapter]:
    tables = published_tables(result.published)
    if tables:
        yield Chapter(
            "published",
            "Published numbers",
            "Of other collections and other models: they stand beside as a scale, not as a "
            f"contest. The protocol here: {shorten(result.protocol, 60)}.",
            tables=tables,
        )
