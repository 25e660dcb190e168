"""The chapters of what a model's eye follows: facets, form, surface."""

from __future__ import annotations

from evaluation.studies.estimate import Estimate
from evaluation.studies.reporting.gap_answers import first_model, shown_gallery
from evaluation.studies.reporting.parts import Chapter, Mark, Row, Rows, Sheet, Table
from evaluation.studies.reporting.rows import model_rows
from evaluation.studies.reporting.wording import apart, cell, figure, with_spread
from evaluation.studies.semantic_gap.result import SemanticGap
from topicart.report.wording import capitalised

__all__ = ["distances_chapter", "surface_chapter"]


def distances_chapter(result: SemanticGap) -> Chapter:
    """Show how far works with the same value lie apart.

    Parameters
    ----------
    result
        What the study says.

    Returns
    -------
    Chapter
        A chart for each facet.
    """
    gallery = shown_gallery(result)
    first = first_model(result.models)
    charts = []
    for facet in dict.fromkeys(one.facet for one in result.ratios):
        own = [one for one in result.ratios if one.facet == facet]
        rows = []
        for one in own:
            if one.pairs.value is None or one.gallery != gallery:
                continue
            marks = [Mark(one.pairs.value, one.pairs.interval)]
            if one.classes.value is not None:
                marks.append(Mark(one.classes.value, one.classes.interval, "second"))
            rows.append(
                Row(
                    one.model,
                    tuple(marks),
                    f"{one.model}: {with_spread(one.pairs)} by pairs, "
                    f"{with_spread(one.classes)} by values, {figure(one.pairs.chance)} by chance",
                    one.pairs.chance,
                )
            )
        published = next((one for one in own if one.published is not None), None)
        if published is not None and published.published is not None and rows:
            label = "published"
            rows.append(
                Row(
                    label,
                    (Mark(published.published, kind="published"),),
                    f"Published for {published.published_as}: {figure(published.published)}",
                )
            )
        if rows:
            charts.append(Rows(capitalised(facet), "lower is better", tuple(rows), 1.0))
    tables = []
    if result.ratios:
        tables.append(
            Table(
                "distance_ratios",
                "Distance ratios",
                ("Model", "Facet", "Gallery", "By pairs", "By values", "Shuffled", "p", "Works",
                 "Published"),
                tuple(
                    (
                        one.model,
                        one.facet,
                        one.gallery,
                        cell(one.pairs),
                        cell(one.classes),
                        "–" if one.permuted is None
                        else " to ".join(f"{end:.3f}" for end in one.permuted),
                        "–" if one.p is None else f"{one.p:.3f}",
                        f"{one.works:,}\n{one.singletons:,} alone in their value",
                        "–" if one.published is None
                        else f"{figure(one.published)}\nas {one.published_as}",
                    )
                    for one in result.ratios
                ),
                "“Shuffled” is where 95% of the ratios lie when values are dealt out anew.",
            )
        )  # fmt: skip
    tables += [
        Table(
            f"values_{number}",
            f"{one.model}: {one.facet} by value",
            (capitalised(one.facet), "Works", "Within", "Between", "Ratio"),
            tuple(
                (own.value, f"{own.works:,}", *map(figure, (own.within, own.between, own.ratio)))
                for own in one.by_class
            ),
            folded=True,
        )
        for number, one in enumerate(result.ratios)
        if one.by_class and first and one.gallery == gallery and one.model == first.name
    ]
    return Chapter(
        "distances",
        "How far apart",
        "Mean distance of two works that share a value over that of two that do not. Below the "
        "line at 1 the model’s eye follows the facet."
        if charts
        else "No facet has two values with two works each, so there are no distances to compare.",
        rows=tuple(charts),
        tables=tuple(tables),
        key="ratios",
    )


def surface_chapter(result: SemanticGap) -> Chapter | None:
    """Show what is left of a work when its form or its surface goes, and which is believed.

    Parameters
    ----------
    result
        What the study says.

    Returns
    -------
    Chapter or None
        ``None`` where nothing was treated.
    """
    if not (result.survival or result.cue_conflicts):
        return None
    charts = []
    for maker, by in dict.fromkeys((one.maker, one.by) for one in result.cue_conflicts):
        own = [one for one in result.cue_conflicts if (one.maker, one.by) == (maker, by)]
        rows = model_rows([(one.model, one.form) for one in own], as_share=True)
        charts.append(
            Rows(
                f"Taken for the form, by {by}{'' if maker == 'all' else f': {maker}'}",
                "right is form, left is surface",
                rows,
                0.5,
                shares=True,
                whole=True,
            )
        )
    for treatment in dict.fromkeys(one.treatment for one in result.survival):
        those = [one for one in result.survival if one.treatment == treatment]
        rows = model_rows([(one.model, one.neighbours) for one in those], as_share=True)
        charts.append(
            Rows(
                f"Neighbours kept: {treatment}",
                f"leaves the {those[0].keeps}",
                rows,
                shares=True,
                whole=True,
            )
        )
    tables = []
    if result.cue_conflicts:
        tables.append(
            Table(
                "cue_conflicts",
                "Form or surface",
                ("Model", "Made by", "Judged by", "Form", "Decided", ""),
                tuple(
                    (
                        one.model,
                        one.maker,
                        one.by,
                        cell(one.form, True),
                        f"{one.decided:,} of {one.pairs:,}",
                        _leaning(one.form),
                    )
                    for one in result.cue_conflicts
                ),
            )
        )
    if result.survival:
        tables.append(
            Table(
                "survival",
                "What survives a treatment",
                ("Model", "Treatment", "Leaves", "Neighbours", "Itself found", "Genre", "Named"),
                tuple(
                    (
                        one.model,
                        one.treatment,
                        one.keeps,
                        *(cell(own, True)
                          for own in (one.neighbours, one.found, one.genre, one.named)),
                    )
                    for one in result.survival
                ),
                "Share of the ten nearest works that stay; how often the work itself is nearest; "
                "neighbours of its genre and its genre named rightly, after over before.",
            )
        )  # fmt: skip
    return Chapter(
        "surface",
        "Form or surface",
        "What a model still knows of a work when its form or its surface is taken away, and "
        "which of the two it believes when they contradict each other.",
        sheets=(
            Sheet("conflicts", "The form of one work, the surface of another", ""),
            Sheet("treatments", "One work under each treatment", ""),
        ),
        rows=tuple(chart for chart in charts if chart.rows),
        tables=tuple(tables),
    )


def _leaning(form: Estimate) -> str:
    told = apart(form, 0.5)
    if form.value is None:
        return "not measured"
    if told is None or not told:
        return "cannot be told from chance"
    return "form" if form.value > 0.5 else "surface"
