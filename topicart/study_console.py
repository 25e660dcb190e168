"""What the terminal shows of a study."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evaluation.studies.perception.result import Answered, DefectSeen, Perception
from evaluation.studies.reporting.gap_answers import HELD_OUT, gap_answers, shown_gallery
from evaluation.studies.reporting.perception_answers import perception_answers
from evaluation.studies.reporting.wording import figure, share, spread
from evaluation.studies.semantic_gap.result import SemanticGap
from knowledge_graph import printable


def study_tables(result: SemanticGap | Perception) -> RenderableType:
    """Lay out what a study says: its answers, then its main table.

    Parameters
    ----------
    result
        What the study says.

    Returns
    -------
    rich renderable
        To be printed.
    """
    parts: list[RenderableType] = []
    answers = gap_answers(result) if isinstance(result, SemanticGap) else perception_answers(result)
    for answer in answers:
        head = Text.assemble(f"\n{answer.question} ", (printable(answer.big), "bold"))
        parts += [head, Text(printable(answer.told))]
        if answer.sure:
            parts.append(Text(printable(answer.sure), style="dim"))
    parts += _gap(result) if isinstance(result, SemanticGap) else _perception(result)
    parts += [Text(f"\n{printable(caution)}", style="yellow") for caution in result.cautions]
    return Group(*parts)


def _gap(result: SemanticGap) -> list[RenderableType]:
    gallery = shown_gallery(result)
    ways = [one for one in result.retrieval
            if one.direction == "text to picture" and one.gallery == gallery]  # fmt: skip
    gaps = {
        one.model: one
        for one in result.gaps
        if one.direction == "text to picture" and one.gallery == gallery
    }
    found = []
    for one in ways:
        if one.group != "all":
            continue
        gap = gaps.get(one.model)
        found.append(
            (
                one.model,
                share(one.recall_at_1.value),
                share(one.recall_at_10.value),
                figure(gap.additive.value if gap else None),
                figure(gap.narrative.value if gap else None),
                figure(gap.ratio.value if gap else None),
                (spread(gap.ratio) if gap else "") or "–",
                _ends(gap.unrelated if gap else None),
            )
        )
    works = next((one.gallery_size for one in ways), 0)
    facets = list(dict.fromkeys(one.facet for one in result.ratios if one.pairs.value is not None))
    ratios = {
        (one.model, one.facet): one.pairs.value for one in result.ratios if one.gallery == gallery
    }
    models = [own.name for own in result.models if any(name == own.name for name, _ in ratios)]
    distances = [
        (model, *(figure(ratios.get((model, facet))) for facet in facets)) for model in models
    ]
    where = f"{works:,} works{' held out' if gallery == HELD_OUT else ''}"
    return [
        *_table(
            f"Found by words, among {where}: median ranks, and their ratio with 95% interval",
            ("Model", "R@1", "R@10", "Additive", "Narrative", "Gap", "95%", "Unrelated"),
            found,
        ),
        *_table("Distance ratios, by pairs: 1 says nothing, small is near", ("Model", *facets),
                distances if facets else ()),
    ]  # fmt: skip


_SAID = {
    "seen and said": "said",
    "seen, not said": "seen",
    "seen, not asked": "seen",
    "said, not probed": "said",
    "not seen": "not",
    "invisible": "not",
    "unsure": "unsure",
}


def _perception(result: Perception) -> list[RenderableType]:
    names = [own.name for own in result.models]
    # A long name stands on two lines, so that columns stay narrow.
    heads = [name.replace("+", "+\n") for name in names]
    answered = {(one.dimension, one.model): one for one in result.answered}
    asked = [
        (
            dimension,
            share(next((own.zero_shot.chance for (asked_of, _), own in answered.items()
                        if asked_of == dimension), None)),
            *(_answer(answered.get((dimension, name))) for name in names),
        )
        for dimension in dict.fromkeys(one.dimension for one in result.answered)
    ]  # fmt: skip
    defects = {(one.deformation, one.model): one for one in result.defects}
    spoilt = [
        (deformation, *(_defect(defects.get((deformation, name))) for name in names))
        for deformation in dict.fromkeys(one.deformation for one in result.defects)
    ]
    return [
        *_table("Answers: right in words, by a probe; “seen” is seen and not said",
                ("", "Chance", *heads), asked),
        *_table("Deformations: AUC in words of the strongest; “seen” is seen and not said",
                ("", *heads), spoilt),
    ]  # fmt: skip


def _answer(one: Answered | None) -> str:
    if one is None:
        return "–"
    verdict = _SAID.get(one.verdict, one.verdict)
    return f"{share(one.zero_shot.value):>4} {share(one.probe.value):>4} {verdict}"


def _defect(one: DefectSeen | None) -> str:
    if one is None:
        return "–"
    return f"{figure(one.auc.value):>4} {_SAID.get(one.verdict, one.verdict)}"


def _ends(reach: tuple[float, float] | None) -> str:
    return "–" if reach is None else " to ".join(figure(end) for end in reach)


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[RenderableType]:
    """Lay out a table: names are broken where there is no room, numbers never."""
    if not rows:
        return []
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for at, name in enumerate(head):
        numeric = all(row[at][-1:].isdigit() or row[at][-1:] in "%–" for row in rows)
        short = max(len(row[at]) for row in rows) < len(name)
        table.add_column(
            Text("\n".join(map(printable, name.split("\n")))),
            overflow="fold",
            justify="right" if at and numeric else "left",
            no_wrap=at > 0 and not short,
            min_width=max(len(row[at]) for row in rows) if at else 12,
        )
    for row in rows:
        table.add_row(*(Text(printable(own)) for own in row))
    return [Text(f"\n{title}", style="bold"), table]
