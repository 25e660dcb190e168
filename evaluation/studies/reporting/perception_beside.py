"""The chapters of what is set beside the models: people, and generated works."""

from __future__ import annotations

from evaluation.studies.estimate import Estimate
from evaluation.studies.perception.result import Perception
from evaluation.studies.reporting.parts import Chapter, Mark, Row, Rows, Table
from evaluation.studies.reporting.told import pairs_table
from evaluation.studies.reporting.wording import cell, share, with_spread
from topicart.report.wording import capitalised, counted

__all__ = ["generated_chapter", "people_chapter"]


def people_chapter(result: Perception) -> Chapter | None:
    """Show how far people agree, and models with them.

    Parameters
    ----------
    result
        What the study says.

    Returns
    -------
    Chapter or None
        ``None`` where nobody was asked.
    """
    if not result.people:
        return None
    rows: list[tuple[str, ...]] = []
    for one in result.people:
        rows.append((one.dimension, "people, among themselves", cell(one.alpha), "–", "–"))
        for who, told in {"a person, against the others": one.person, **one.models}.items():
            rows.append(
                (
                    one.dimension,
                    who,
                    *(
                        cell(told.get(name, Estimate(None)), name == "accuracy")
                        for name in ("alpha", "accuracy", "spearman")
                    ),
                )
            )
    about = "; ".join(
        f"{one.dimension}: {counted(one.answers, 'answer')} by {counted(one.annotators, 'person')} "
        f"on {counted(one.works, 'work')}"
        for one in result.people
    ).replace("persons", "people")
    notes = " ".join(note for one in result.people for note in one.notes)
    return Chapter(
        "people",
        "Beside people",
        f"{capitalised(about)}.",
        tables=(
            Table(
                "people",
                "Agreement",
                ("Dimension", "Who", "Krippendorff’s alpha", "Accuracy", "Spearman"),
                tuple(rows),
                notes,
            ),
        ),
    )


def generated_chapter(result: Perception) -> Chapter | None:
    """Show whether painted works are told from generated ones.

    Parameters
    ----------
    result
        What the study says.

    Returns
    -------
    Chapter or None
        ``None`` where there are no generated works.
    """
    if not result.generated:
        return None
    settings = result.generated[0].settings
    rows = tuple(
        Row(one.model, (Mark(one.accuracy.value, one.accuracy.interval),),
            f"{one.model}: {with_spread(one.accuracy, as_share=True)}", one.accuracy.chance)
        for one in result.generated
        if one.accuracy.value is not None
    )  # fmt: skip
    extra = (
        ("robustness", "When pictures are altered", "Altered", "robustness"),
        ("makers", "By generator", "Generator", "by_maker"),
    )
    return Chapter(
        "generated",
        "Painted or generated",
        "Works made by people against generated ones, told apart from the model’s vectors; no "
        "prompt is on both sides of the split.",
        rows=(Rows("Told apart", "higher is better", rows, shares=True),) if rows else (),
        tables=(
            Table(
                "generated",
                "Painted or generated",
                ("Model", "Accuracy", "Precision", "Recall", "F1", "AUC in words"),
                tuple(
                    (
                        one.model,
                        *(cell(own, True) for own in (one.accuracy, one.precision, one.recall)),
                        cell(one.f1),
                        cell(one.zero_shot),
                    )
                    for one in result.generated
                ),
            ),
            *(
                Table(
                    name,
                    title,
                    ("Model", head, "Share"),
                    tuple(
                        (one.model, key, share(value))
                        for one in result.generated
                        for key, value in getattr(one, attribute).items()
                    ),
                    folded=True,
                )
                for name, title, head, attribute in extra
                if any(getattr(one, attribute) for one in result.generated)
            ),
            pairs_table("generated_settings", "How it was done, and what was published", settings),
        ),
    )
