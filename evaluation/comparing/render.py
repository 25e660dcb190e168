"""Write a comparison as a page and as tables."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.comparing import charts, flows
from evaluation.comparing.charts import figure
from evaluation.comparing.compared import ComparedModel, Comparison
from evaluation.comparing.page import MOST_TOPICS, lay_out
from evaluation.comparing.pictures import embed_pictures
from evaluation.comparing.place import DATA, require_usable
from evaluation.comparing.style import SHARED, page_style, policy_hash, ratio_class
from evaluation.comparing.tables import write_tables
from knowledge_graph.atomic import make_folder, write_text_atomic
from topicart.report.environment import page_environment
from topicart.report.palette import N_COLOURS
from topicart.report.wording import counted, day

if TYPE_CHECKING:
    import jinja2

_HERE = Path(__file__).parent
_OWN = tuple(_HERE / "static" / name for name in ("topics.css", "print.css"))


def write_report(comparison: Comparison, out: Path) -> Path:
    """Write the report of a comparison.

    Parameters
    ----------
    comparison
        What to say.
    out
        The folder; made if missing. Files of an earlier report are replaced, no others.

    Returns
    -------
    pathlib.Path
        ``index.html``: one file that needs no other, no network and no script. Beside it lie
        ``report.json``, ``tables/*.csv`` and ``tables/*.tex``.

    Raises
    ------
    ComparisonError
        If the folder holds something else.
    knowledge_graph.errors.WriteError
        If the folder cannot be written.
    """
    require_usable(out)
    make_folder(out)
    told = json.dumps(comparison.to_dict(), ensure_ascii=False, indent=1, allow_nan=False)
    write_text_atomic(out / DATA, told + "\n")
    write_tables(comparison, out / "tables")
    page = lay_out(comparison)
    pictures = embed_pictures(comparison.works, page.shown)
    n_tones = min(len(page.first.topics), N_COLOURS)
    style = page_style([*SHARED, *_OWN], pictures.values(), n_tones)
    text = (
        _environment()
        .get_template("index.html")
        .render(
            page=page,
            comparison=comparison,
            pictures=pictures,
            style=style,
            style_sha256=policy_hash(style),
            citation=_citation(comparison),
            notes=_notes(comparison),
            longest=max((cost.seconds or 0.0 for cost in page.costs), default=0.0),
            largest=max((cost.memory_mb or 0.0 for cost in page.costs), default=0.0),
        )
    )
    write_text_atomic(out / "index.html", text)
    return out / "index.html"


def _citation(comparison: Comparison) -> str:
    labels = ", ".join(model.label for model in comparison.models)
    return (
        f"“{comparison.name}”: a comparison of {counted(len(comparison.models), 'topic model')} "
        f"({labels}) on {counted(comparison.n_works, 'work')}. Made with topicart "
        f"{comparison.version}, {day(comparison.made)}."
    )


def _environment() -> jinja2.Environment:
    environment = page_environment(_HERE / "templates")
    environment.filters.update(
        figure=figure,
        figure1=lambda value: figure(round(value, 1 if value < 100 else 0)),
        fixed=fixed,
        ratio_class=ratio_class,
        settings=lambda model: list(_settings(model)),
    )
    environment.globals.update(
        chart_width=charts.WIDTH, flow_width=flows.WIDTH, most_topics=MOST_TOPICS
    )
    return environment


def fixed(value: float) -> str:
    """Write a measure with two decimals, a small one with three, a count with none.

    Parameters
    ----------
    value
        The number.

    Returns
    -------
    str
        With a true minus.

    Examples
    --------
    >>> fixed(0.4567), fixed(-0.0312), fixed(30.0)
    ('0.457', '−0.031', '30')
    """
    if float(value).is_integer() and abs(value) > 1:
        return f"{value:,.0f}".replace("-", "−")
    text = f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"
    return ("0.000" if text == "-0.000" else text).replace("-", "−")


def _settings(model: ComparedModel) -> Iterable[tuple[str, str]]:
    """Return a model's settings as names and texts, those within others with a dot."""
    stack = list(reversed(list(model.parameters.items())))
    while stack:
        name, value = stack.pop()
        if isinstance(value, dict) and value:
            stack.extend((f"{name}.{key}", own) for key, own in reversed(list(value.items())))
        elif value not in (None, {}, [], ""):
            yield str(name), str(value)


def _notes(comparison: Comparison) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the notes of each measure: the models that one is of, empty for all, and its text."""
    told = []
    for metric in comparison.metrics:
        of: dict[str, list[str]] = {}
        for model, number in zip(comparison.models, metric.numbers, strict=True):
            for text in (number.note, number.warning) if number else ():
                if text:
                    of.setdefault(text, []).append(model.label)
        n_models = sum(number is not None for number in metric.numbers)
        texts = [
            ("" if len(labels) == n_models else ", ".join(labels), text)
            for text, labels in of.items()
        ]
        if metric.caution:
            texts.insert(0, ("", metric.caution))
        if texts:
            told.append((metric.title, texts))
    return told
