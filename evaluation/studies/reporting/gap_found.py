"""The chapter of the gap: what is found by words, and what of it the story costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from evaluation.studies.estimate import Estimate
from evaluation.studies.reporting.gap_answers import beyond_unrelated, shown_gallery
from evaluation.studies.reporting.parts import Chapter, Mark, Row, Rows, Table
from evaluation.studies.reporting.rows import model_rows
from evaluation.studies.reporting.wording import apart, cell, figure, joined, share
from evaluation.studies.semantic_gap.result import Gap, Retrieval, SemanticGap

__all__ = ["gap_chapter"]

_GAP_KEY = "the_gap"
"""Under what the published gap stands among the published numbers."""


def gap_chapter(result: SemanticGap) -> Chapter:
    """Show the gap, with and without the same things in both, and what retrieval it comes from.

    Parameters
    ----------
    result
        What the study says.

    Returns
    -------
    Chapter
        One that says why, where there is no gap to measure.
    """
    gallery = shown_gallery(result)
    charts = [
        _gap_chart(
            f"Story over things, {direction}",
            [one for one in result.gaps if one.direction == direction and one.gallery == gallery],
            _published_row(result) if direction == "text to picture" else (),
        )
        for direction in dict.fromkeys(one.direction for one in result.gaps)
    ]
    charts += [
        _ratio_chart(
            f"The same things in both: {what}",
            [
                (one.model, one.ratio)
                for one in result.content_equal
                if one.what == what and one.gallery == gallery
            ],
        )
        for what in dict.fromkeys(one.what for one in result.content_equal)
    ]
    intro = "Median rank of narrative works over that of additive ones; the line at 1 is no gap."
    if any(one.unrelated for one in result.gaps):
        intro += (
            " The pale band is what the same pictures give when texts are dealt out anew: some "
            "come late whatever is asked for."
        )
    if not result.gaps:
        intro = (
            "The gap is not measured: it needs works of a narrative genre and works of an "
            "additive one, each with words to ask for it, and a model that reads. Which genres "
            "count as which stands in classes.toml, which can be edited and given back with "
            "--classes."
        )
    return Chapter(
        "gap",
        "Story and things",
        intro,
        rows=tuple(filter(None, charts)),
        tables=tuple(_gap_tables(result)),
    )


def _gap_tables(result: SemanticGap) -> Iterable[Table]:
    if result.gaps:
        yield Table(
            "gaps",
            "The gap",
            ("Model", "Direction", "Gallery", "Additive", "Narrative", "Ratio", "Dealt out anew"),
            tuple(
                (
                    one.model,
                    one.direction,
                    one.gallery,
                    *(cell(own) for own in (one.additive, one.narrative, one.ratio)),
                    "–"
                    if one.unrelated is None
                    else " to ".join(figure(end) for end in one.unrelated),
                )
                for one in result.gaps
            ),
            "Median ranks with their intervals. “Dealt out anew” is where 95% of the ratios of "
            "unrelated texts lie.",
        )
    if result.content_equal:
        yield Table(
            "content_equal",
            "The gap with content held equal",
            (
                "Model",
                "Gallery",
                "Works and words",
                "Additive",
                "Narrative",
                "Ratio",
                "Pairs",
                "Alike",
            ),
            tuple(
                (
                    one.model,
                    one.gallery,
                    one.what,
                    *(cell(own) for own in (one.additive, one.narrative, one.ratio)),
                    f"{one.pairs:,}",
                    share(one.things),
                )
                for one in result.content_equal
            ),
            "Each narrative work beside an additive one in which the same things are seen; "
            "“alike” is the mean share of things that two partners have in common.",
        )
    if result.retrieval:
        yield _retrieval_table("retrieval", "Found by words", result, "text to picture")
        yield _retrieval_table("described", "Words found by pictures", result, "picture to text")


def _retrieval_table(name: str, title: str, result: SemanticGap, direction: str) -> Table:
    rows = [one for one in result.retrieval if one.direction == direction]
    return Table(
        name,
        title,
        ("Model", "Gallery", "Asked", "n", "R@1", "R@5", "R@10", "Median rank"),
        tuple(map(_retrieval_row, rows)),
        "Share of queries whose own work is among the first 1, 5, 10; "
        + (
            "ties are ranked as by SemArt’s own code." if _as_semart(result) else "ties count half."
        ),
    )


def _retrieval_row(one: Retrieval) -> tuple[str, ...]:
    return (
        one.model,
        f"{one.gallery}\n{one.gallery_size:,} works",
        one.group,
        figure(None if one.median_rank.n is None else float(one.median_rank.n)),
        cell(one.recall_at_1, True),
        cell(one.recall_at_5, True),
        cell(one.recall_at_10, True),
        cell(one.median_rank),
    )


def _as_semart(result: SemanticGap) -> bool:
    return "semart" in result.protocol.casefold()


def _gap_chart(title: str, gaps: Sequence[Gap], published: tuple[Row, ...]) -> Rows | None:
    told = [(one.model, one.ratio) for one in gaps]
    dealt = {one.model: one.unrelated for one in gaps}
    rows = tuple(replace(row, by_chance=dealt.get(row.label)) for row in model_rows(told))
    if not rows:
        return None
    said = [_ratio_verdict(told)]
    alike = [one.model for one in gaps if apart(one.ratio, 1.0) and not beyond_unrelated(one)]
    if alike:
        said.append(f"{joined(alike)}: no more than texts dealt out anew give.")
    return Rows(title, "1 is no gap", (*rows, *published), 1.0, " ".join(filter(None, said)))


def _published_row(result: SemanticGap) -> tuple[Row, ...]:
    """Show the published gap, of other works and models, as one line."""
    for one in result.published.get(_GAP_KEY, ()):
        low, high = one.get("lowest_ratio"), one.get("highest_ratio")
        if low and high:
            said = f"Published: {figure(low)} to {figure(high)} with its models, on other works"
            return (Row("published", (Mark(high, (low, high), "published"),), said),)
    return ()


def _ratio_chart(title: str, told: Sequence[tuple[str, Estimate]]) -> Rows | None:
    rows = model_rows(told)
    return Rows(title, "1 is no gap", rows, 1.0, _ratio_verdict(told)) if rows else None


def _ratio_verdict(told: Sequence[tuple[str, Estimate]]) -> str:
    open_to = [model for model, own in told if own.value is not None and not apart(own, 1.0)]
    return f"{joined(open_to)} cannot be told from no gap." if open_to else ""
