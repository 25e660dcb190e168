"""What both studies tell of models, settings and published numbers."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evaluation.studies.reporting.parts import Table
from evaluation.studies.reporting.wording import figure, share
from knowledge_graph import printable
from topicart.report.wording import capitalised, counted, day

if TYPE_CHECKING:
    from evaluation.studies.perception.result import Perception
    from evaluation.studies.semantic_gap.result import ModelTold, SemanticGap

__all__ = [
    "cited",
    "command_of",
    "models_table",
    "pairs_table",
    "published_tables",
    "settings_of",
]

_OPTIONS = (
    "text", "long_texts", "classes", "dimensions", "annotations", "generated", "hold_out", "works",
    "cue_works", "spoilt_works", "permutations", "repeats", "seed",
)  # fmt: skip
_MOST_LINES = 40
_LONG = frozenset({"file", "dimensions_file", "shown_treated", "shown_pairs"})
"""Whole files, which lie beside the page, and works that are shown on it."""


def models_table(models: Sequence[ModelTold]) -> Table:
    """Tell of the models.

    Parameters
    ----------
    models
        The models.

    Returns
    -------
    Table
        A row a model.
    """
    return Table(
        "models",
        "Models",
        ("Model", "What it is", "Reads", "Texts cut", "To know"),
        tuple(
            (
                model.name,
                model.told,
                "no" if not model.reads
                else "all of a text" if model.context_length is None
                else counted(model.context_length, "token"),
                share(model.cut),
                " ".join(
                    (
                        *("Weights drawn by lot." for _ in range(model.floor)),
                        *("Joined on works of this collection." for _ in range(model.joined)),
                        *model.notes,
                    )
                ) or "–",
            )
            for model in models
        ),
    )  # fmt: skip


def pairs_table(name: str, title: str, told: Mapping[str, Any]) -> Table:
    """Tell of a mapping.

    Parameters
    ----------
    name, title
        Of the table.
    told
        Names to plain values.

    Returns
    -------
    Table
        A row an entry.
    """
    return Table(name, title, ("", ""), tuple(_pairs(told)), folded=len(told) > 12)


def settings_of(told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Tell of settings.

    Parameters
    ----------
    told
        Names to plain values.

    Returns
    -------
    tuple of (str, str)
        Names and texts; those within others with a dot.
    """
    return tuple((row[0], row[1]) for row in _pairs(told, plain=True))


def published_tables(told: Mapping[str, Any]) -> tuple[Table, ...]:
    """Tell of published numbers, whatever they are.

    Parameters
    ----------
    told
        Names to numbers, to mappings, or to sequences of mappings of one kind.

    Returns
    -------
    tuple of Table
        One for each kind.
    """
    tables: list[Table] = []
    loose: dict[str, Any] = {}
    for name, value in told.items():
        rows = value
        if (
            isinstance(value, Mapping)
            and value
            and all(isinstance(own, Mapping) for own in value.values())
        ):
            rows = [{"": key, **own} for key, own in value.items()]
        if (
            isinstance(rows, (list, tuple))
            and rows
            and all(isinstance(own, Mapping) for own in rows)
        ):
            head = tuple(dict.fromkeys(key for own in rows for key in own))
            body = tuple(tuple(_text(own.get(key)) for key in head) for own in rows)
            tables.append(Table(f"published_{len(tables)}", _named(name),
                                tuple(_named(key) for key in head), body))  # fmt: skip
        else:
            loose[name] = value
    if loose:
        tables.append(pairs_table("published", "Single numbers", loose))
    return tuple(tables)


def cited(name: str, what: str, after: str, result: SemanticGap | Perception) -> str:
    """Write how the study is cited.

    Parameters
    ----------
    name
        The collection's name.
    what
        The study, with its article.
    after
        Whose questions it asks, to be cited too.
    result
        What it says.

    Returns
    -------
    str
        With models, version and day.
    """
    models = ", ".join(model.name for model in result.models)
    return (
        f"“{name}”: {what} with {counted(len(result.models), 'model')} ({models}) on "
        f"{counted(result.works, 'work')}. Made with topicart {result.version}, "
        f"{day(result.made)}. {after}"
    )


def command_of(study: str, source: str, result: SemanticGap | Perception) -> str:
    """Write the command that gives the study again.

    Parameters
    ----------
    study
        ``semantic-gap`` or ``perception``.
    source
        The collection, as the user named it.
    result
        What the study says.

    Returns
    -------
    str
        On one line, quoted for a shell.
    """
    told = result.settings.get("command")
    if isinstance(told, str) and told:
        return told
    parts = ["topicart", "study", study, source]
    for model in result.models:
        parts += ["--model", model.name]
    for option in _OPTIONS:
        value = result.settings.get(option)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != "":
            parts += [f"--{option.replace('_', '-')}", str(value)]
    return shlex.join(parts)


def _pairs(
    told: Mapping[str, Any], before: str = "", *, plain: bool = False
) -> Iterable[tuple[str, ...]]:
    for key, value in told.items():
        if key in _LONG:
            continue
        name = f"{before}{key}" if plain else f"{before}{_named(key) if not before else key}"
        if isinstance(value, Mapping):
            dot = "." if plain else ": "
            yield from _pairs(value, f"{name}{dot}", plain=plain)
        elif value not in (None, "", (), []):
            yield (name, _text(value, whole=plain))


def _text(value: Any, *, whole: bool = False) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(value) if whole else figure(value)
    if isinstance(value, int):
        return str(value) if whole else f"{value:,}"
    if isinstance(value, (list, tuple, set, frozenset)):
        own = [_text(one, whole=whole) for one in value]
        more = [f"and {len(own) - _MOST_LINES} more"] if len(own) > _MOST_LINES else []
        return ", ".join([*own[:_MOST_LINES], *more])
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_text(own, whole=whole)}" for key, own in value.items())
    return printable(str(value))


def _named(name: object) -> str:
    return capitalised(str(name).replace("_", " "))
