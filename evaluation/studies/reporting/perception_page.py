"""What the page of a study of perception shows, chosen and put in order."""

from __future__ import annotations

from collections.abc import Iterable

from evaluation.studies.perception.result import Answered, DefectSeen, Mistake, Perception
from evaluation.studies.reporting.parts import (
    Chapter,
    Found,
    Gallery,
    Mark,
    Row,
    Rows,
    Sheet,
    StudyPage,
    Table,
    Track,
    Tracks,
)
from evaluation.studies.reporting.perception_answers import perception_answers
from evaluation.studies.reporting.perception_beside import generated_chapter, people_chapter
from evaluation.studies.reporting.told import (
    cited,
    command_of,
    models_table,
    settings_of,
)
from evaluation.studies.reporting.wording import cell, figure, joined, share, with_spread
from prompts import shown
from topicart.report.wording import capitalised, collection_name, counted

__all__ = ["lay_out_perception"]

_AFTER = (
    "It asks the questions of Asperti, Dessì, Tonetti and Wu, “Does CLIP perceive art the same way "
    "we do?” (CBMI 2025, arXiv 2505.05229)."
)
"""Whose questions these are."""

_READING = (
    (
        "In words",
        "means that the model chooses among sentences, “a painting of a ship”, by their distance "
        "to the picture; several phrasings are averaged. “Probe” is a linear classifier on the "
        "model’s own vectors, taught on some artists and judged on others.",
    ),
    (
        "Seen, not said.",
        "Where the probe answers well and the words do not, the model has the knowledge and does "
        "not connect it with these words. Where neither does, it does not see it, or these "
        "questions do not find it.",
    ),
    (
        "Chance.",
        "Accuracy is the mean over answers, so that a model that always says the same comes out "
        "at one over their number, or more where works have several; an AUC of chance is 0.5. An "
        "interval that contains chance means that the study cannot tell the two apart.",
    ),
    (
        "Deformations.",
        "Any change of a picture moves every answer a little. What counts as said is an answer "
        "that moves more than those to questions that have nothing to do with damage: the "
        "control questions.",
    ),
    (
        "Agreement.",
        "Krippendorff’s alpha is 1 where all agree and 0 where they agree as by chance. A model is "
        "held against the majority, and so is each person against the majority of the others: "
        "that is the number to compare with. The majority is surer than any one person, so a "
        "model can come out above a person.",
    ),
    (
        "The model drawn by lot",
        "has an architecture and no knowledge. In words it must come out at chance. Its probe need "
        "not: random convolutions pass on colour and grain, from which something can be learnt.",
    ),
    (
        "Names of styles and genres",
        "come from the catalogue and are not the truth about a picture. A model that disagrees "
        "with them may be wrong, or not.",
    ),
)
_WORDS = {
    "content": "what is in it",
    "scene": "what kind of scene it is",
    "style": "its style",
    "period": "its time",
    "deformation": "whether it was spoilt",
}


def lay_out_perception(
    result: Perception, *, source: str = "SOURCE", command: str = ""
) -> StudyPage:
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
    chapters = tuple(
        chapter
        for chapter in (
            _spoilt(result),
            _wrong(result),
            _answered(result),
            people_chapter(result),
            generated_chapter(result),
            _asked(result),
        )
        if chapter is not None
    )
    asked = joined(_WORDS.get(one.name, one.name) for one in result.dimensions)
    names = joined(model.name for model in result.models)
    hung = [one.work for one in result.mistakes]
    hung += [result.shown_spoilt] if result.shown_spoilt else []
    return StudyPage(
        study="perception",
        name=collection_name(result.name),
        over="Perception",
        asked=(
            f"What does a model see in a painting, and what of it can it say"
            f"{f': {asked}' if asked else ''}? {counted(result.works, 'work')}, seen by {names}."
        ),
        answers=perception_answers(result),
        chapters=chapters,
        reading=(*_READING, *_joined_here(result)),
        cautions=result.cautions,
        citation=cited(collection_name(result.name), "a study of perception", _AFTER, result),
        command=command or command_of("perception", source, result),
        settings=settings_of(result.settings),
        version=result.version,
        made=result.made,
        shown=tuple(dict.fromkeys(hung)),
    )


def _joined_here(result: Perception) -> Iterable[tuple[str, str]]:
    """Say on which works models are judged that learnt here."""
    if any(model.joined for model in result.models):
        works = result.settings.get("judging")
        told = f"the {works:,} works" if isinstance(works, int) else "works"
        yield (
            "Models that were joined here",
            f"learnt from works of this collection. All models are therefore judged on {told} of "
            "artists they never met.",
        )


def _spoilt(result: Perception) -> Chapter | None:
    if not result.defects:
        return None
    charts = []
    for name in dict.fromkeys(one.deformation for one in result.defects):
        own = [one for one in result.defects if one.deformation == name and one.by_strength]
        if own:
            tracks = tuple(Track(one.model, one.by_strength) for one in own)
            charts.append(
                Tracks(
                    capitalised(name),
                    "AUC of the answer in words, by strength",
                    tracks,
                    0.5,
                    _invisible(own),
                )
            )
    return Chapter(
        "spoilt",
        "What damage it notices",
        "Pictures are spoilt by code, more and more, and the model is asked each time. Above the "
        "line at 0.5 its answer moves in the right direction.",
        sheets=(Sheet("deformations", "One work under each deformation", ""),),
        tracks=tuple(charts),
        tables=(
            Table(
                "defects",
                "Deformations",
                ("Model", "Deformation", "In words", "Controls", "p", "Spearman", "Probe", "Angle",
                 ""),
                tuple(
                    (
                        one.model,
                        one.deformation,
                        cell(one.auc),
                        "–" if one.controls is None
                        else " to ".join(figure(end) for end in one.controls),
                        "–" if one.p is None else f"{one.p:.3f}",
                        cell(one.spearman),
                        cell(one.probe),
                        f"{one.moved[-1][1]:.0f}°" if one.moved else "–",
                        one.verdict,
                    )
                    for one in result.defects
                ),
                "AUC of the strongest against the untouched. “Controls” is where 95% of the AUCs "
                "of unrelated questions lie; “angle” is how far the strongest moves the vector.",
            ),
        ),
        key="tracks",
    )  # fmt: skip


def _invisible(own: Iterable[DefectSeen]) -> str:
    unseen = [one.model for one in own if one.verdict == "invisible"]
    return f"Invisible to {joined(unseen)}." if unseen else ""


def _wrong(result: Perception) -> Chapter | None:
    facets = {dimension.name: dimension.facet for dimension in result.dimensions}
    by: dict[str, list[Found]] = {}
    for one in result.mistakes:
        by.setdefault(one.dimension, []).append(
            Found(one.work, _mistaken(one, facets.get(one.dimension, "")))
        )
    galleries = tuple(
        Gallery(capitalised(_WORDS.get(name, name)), "", tuple(works)) for name, works in by.items()
    )
    if not galleries:
        return None
    return Chapter(
        "wrong",
        "Where all of them are wrong",
        "Works whose answer no model gave in words. The catalogue’s answer is not always the only "
        "one.",
        galleries=galleries,
    )


def _mistaken(one: Mistake, facet: str) -> str:
    """Say what the catalogue says and what models say, who agree in one breath."""
    by: dict[str, list[str]] = {}
    for model, answer in one.answers.items():
        by.setdefault(answer, []).append(model)
    told = "; ".join(f"{joined(models)}: {shown(answer, facet)}" for answer, models in by.items())
    return f"Catalogue: {joined([shown(own, facet) for own in one.right])}. {capitalised(told)}."


def _answered(result: Perception) -> Chapter:
    charts = []
    for dimension in result.dimensions:
        own = [one for one in result.answered if one.dimension == dimension.name]
        rows = tuple(row for row in map(_row, own) if row.marks)
        if rows:
            charts.append(
                Rows(
                    f"{capitalised(dimension.name)}, {counted(len(dimension.classes), 'answer')}",
                    "higher is better",
                    rows,
                    shares=True,
                    whole=True,
                    verdict=_verdicts(own),
                )
            )
    tables = [
        Table(
            "answers",
            "In words and by a probe",
            ("Model", "Dimension", "In words", "Probe", "AUC in words", "AUC of probe", "Lift",
             ""),
            tuple(
                (
                    one.model,
                    one.dimension,
                    cell(one.zero_shot, True),
                    cell(one.probe, True),
                    cell(one.zero_shot_auc),
                    cell(one.probe_auc),
                    cell(one.lift),
                    one.verdict,
                )
                for one in result.answered
            ),
            "Accuracy is the mean over answers; the lift is AUC of the probe minus AUC in words.",
        ),
        Table(
            "phrasings",
            "Does the phrasing matter?",
            ("Model", "Dimension", "Phrasing", "Accuracy", "Other answers"),
            tuple(
                (
                    one.model,
                    one.dimension,
                    phrasing.template,
                    cell(phrasing.accuracy, True),
                    share(phrasing.changed),
                )
                for one in result.answered
                for phrasing in one.phrasings
            ),
            "Each phrasing alone, and the share of works that it answers otherwise than all "
            "together.",
            folded=True,
        ),
        Table(
            "by_class",
            "By answer",
            ("Model", "Dimension", "Answer", "Works", "In words", "Probe", "AUC in words",
             "AUC of probe"),
            tuple(
                (
                    one.model,
                    one.dimension,
                    own.value,
                    f"{own.works:,}",
                    share(own.zero_shot),
                    share(own.probe),
                    figure(own.zero_shot_auc),
                    figure(own.probe_auc),
                )
                for one in result.answered
                for own in one.by_class
            ),
            "Share of an answer’s works that get it.",
            folded=True,
        ),
    ]  # fmt: skip
    return Chapter(
        "answers",
        "What it sees and what it says",
        "Mean share of works answered right, over answers: asked in words, and by a linear probe "
        "on the same works."
        if charts
        else "No dimension has two answers with enough works of more than one artist, so nothing "
        "could be asked. dimensions.toml says how many it takes, and can be edited and given "
        "back with --dimensions.",
        rows=tuple(charts),
        tables=tuple(table for table in tables if table.rows),
        key="answers",
    )


def _row(one: Answered) -> Row:
    marks = []
    if one.zero_shot.value is not None:
        marks.append(Mark(one.zero_shot.value, one.zero_shot.interval))
    if one.probe.value is not None:
        marks.append(Mark(one.probe.value, one.probe.interval, "second"))
    said = (
        f"{one.model}: in words {with_spread(one.zero_shot, as_share=True)}, probe "
        f"{with_spread(one.probe, as_share=True)}: {one.verdict}"
    )
    return Row(one.model, tuple(marks), said, one.zero_shot.chance or one.probe.chance)


def _verdicts(own: Iterable[Answered]) -> str:
    by_verdict: dict[str, list[str]] = {}
    for one in own:
        by_verdict.setdefault(one.verdict, []).append(one.model)
    return ". ".join(f"{joined(who)}: {verdict}" for verdict, who in by_verdict.items()) + "."


def _asked(result: Perception) -> Chapter:
    return Chapter(
        "asked",
        "What was asked",
        "The questions and the models. The questions stand in dimensions.toml beside this page, "
        "which can be edited and given back with --dimensions.",
        tables=(
            Table(
                "dimensions",
                "Questions",
                ("Dimension", "From", "Works", "Answers", "Phrasings", "No answers here"),
                tuple(
                    (
                        one.name,
                        one.facet,
                        f"{one.works:,}",
                        ", ".join(one.classes) or "–",
                        "\n".join(one.templates),
                        joined((f"{value} ({why})" for value, why in one.left_out.items()), most=12)
                        or "–",
                    )
                    for one in result.dimensions
                ),
                folded=True,
            ),
            models_table(result.models),
        ),
    )
