"""The comparison as CSV tables for machines and LaTeX tables for papers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from evaluation.comparing.compared import ComparedMetric, Comparison, ModelNumber
from knowledge_graph import printable
from knowledge_graph.atomic import make_folder, write_text_atomic
from topicart.report.wording import shorten

_MOST_COLUMNS = 4
"""Numbers of a table that fit the text of an article."""

_SHORT = {
    "iec": "IEC", "ieps": "IEPS", "des": "DES", "c_npmi": "NPMI", "c_v": r"$C_v$",
    "c_uci": r"$C_{\mathrm{UCI}}$", "u_mass": r"$U_{\mathrm{mass}}$", "we_coherence": "WE coh.",
    "topic_diversity": "Diversity", "label_diversity": "Label div.", "irbo": "I-RBO",
    "dbcv": "DBCV", "davies_bouldin": "Davies--Bouldin", "outlier_share": "Outliers",
    "n_topics": "Topics", "median_size": "Median size", "largest_share": "Largest",
    "gini": "Gini of sizes",
}  # fmt: skip
_SHORT_STABILITY = {
    "ari": "ARI", "ari_without_outliers": "ARI, no outl.", "jaccard": "Jaccard",
    "share_found": "Found again",
}  # fmt: skip
_KINDS = {"seeds": "other seeds", "orders": "other row orders", "bootstrap": "bootstrap samples"}
_SHORT_FACTS = {
    "ami": "AMI", "nmi": "NMI", "ari": "ARI", "homogeneity": "Homog.", "completeness": "Compl.",
    "purity": "Purity",
}  # fmt: skip
_CAPTIONS = {
    "pictures": "Coherence of the topics' pictures.",
    "words": "Coherence and diversity of the topics' words.",
    "facts": "Agreement of the topics with recorded facts.",
    "clusters": "The topics as clusters.",
    "stability": "Stability of the topics over refits.",
}
_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "−": r"$-$", "“": "``", "”": "''", "’": "'",
    '"': "''", "|": r"\textbar{}", "…": r"\ldots{}", "→": r"$\to$",
}  # fmt: skip


_MEASURES = (
    "model", "measure", "title", "family", "better", "value", "low", "high", "standard_error",
    "random", "best", "not_distinguishable_from_best", "n", "of", "runs", "judge", "note",
    "warning",
)  # fmt: skip
_RUNS = ("model", "run", "measure", "value")
_DIFFERENCES = ("measure", "first", "second", "difference", "p_value", "p_holm")
_MODELS = (
    "model", "run", "works", "topics", "outliers", "left_out", "seconds", "memory_mb", "encoder",
    "error",
)  # fmt: skip
_TOPICS = (
    "first_model", "first_topic", "first_name", "second_model", "second_topic", "second_name",
    "shared_works", "jaccard",
)  # fmt: skip


def write_tables(comparison: Comparison, folder: Path) -> None:
    """Write all tables.

    Parameters
    ----------
    comparison
        What to say.
    folder
        Made if missing: ``measures.csv`` (a row a model and measure), ``differences.csv`` (a row a
        pair of models and measure), ``runs.csv`` (a row a run and measure), ``models.csv`` (a row a
        run, or a model that failed), ``topics.csv`` (a row a matched pair), and one ``.tex`` for
        each family of measures.
    """
    make_folder(folder)
    for name, columns, rows in (
        ("measures", _MEASURES, measure_rows(comparison)),
        ("differences", _DIFFERENCES, _difference_rows(comparison)),
        ("runs", _RUNS, _run_rows(comparison)),
        ("models", _MODELS, _model_rows(comparison)),
        ("topics", _TOPICS, _topic_rows(comparison)),
    ):
        write_text_atomic(folder / f"{name}.csv", _csv(columns, rows))
    for family, metrics in groupby(comparison.metrics, key=lambda metric: metric.family):
        text = latex_tables(family, list(metrics), comparison)
        write_text_atomic(folder / f"{family}.tex", text)


def measure_rows(comparison: Comparison) -> Iterable[dict[str, Any]]:
    """Return a row for each model and measure.

    Parameters
    ----------
    comparison
        What to say.

    Yields
    ------
    dict
        Column to value; the columns are the same in all.
    """
    for metric in comparison.metrics:
        for model, number in zip(comparison.models, metric.numbers, strict=True):
            told = number or ModelNumber(None, note="; ".join(model.errors))
            low, high = told.interval or (None, None)
            yield {
                "model": model.label,
                "measure": metric.name,
                "title": metric.title,
                "family": metric.family,
                "better": metric.better,
                "value": told.value,
                "low": low,
                "high": high,
                "standard_error": told.standard_error,
                "random": told.baseline,
                "best": told.best,
                "not_distinguishable_from_best": told.level,
                "n": told.n,
                "of": metric.of,
                "runs": sum(value is not None for value in told.by_run),
                "judge": metric.judge,
                "note": told.note,
                "warning": told.warning or metric.caution,
            }


def latex_tables(family: str, metrics: Sequence[ComparedMetric], comparison: Comparison) -> str:
    r"""Return the measures of a family as LaTeX: models are rows, the best is bold.

    The last row has what random clusters of the models' sizes get.

    Parameters
    ----------
    family
        The family.
    metrics
        Its measures; those of a facet or a kind of refit, and at most four, are one table.
    comparison
        The models.

    Returns
    -------
    str
        Tables for ``\input``; the package booktabs is needed.
    """
    groups: list[list[ComparedMetric]] = []
    abouts = list(dict.fromkeys(map(_about, metrics)))
    for _, own in groupby(sorted(metrics, key=lambda one: abouts.index(_about(one))), key=_about):
        found = list(own)
        n_tables = -(-len(found) // _MOST_COLUMNS)
        width = -(-len(found) // n_tables)
        groups += [found[i : i + width] for i in range(0, len(found), width)]
    head = "% Made by topicart. Needs \\usepackage{booktabs}.\n"
    tables = (
        _latex_table(family, number, own, comparison) for number, own in enumerate(groups, start=1)
    )
    return head + "\n".join(tables)


def escape_latex(text: str) -> str:
    r"""Return a text that LaTeX prints as it is.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        On one line, without commands.

    Examples
    --------
    >>> print(escape_latex("50% of {A_1} & more"))
    50\% of \{A\_1\} \& more
    """
    return "".join(_LATEX.get(sign, sign) for sign in shorten(text, 200))


def _about(metric: ComparedMetric) -> str:
    """Return the facet, or the kind of refit, that the measure is of."""
    if metric.family == "facts":
        return metric.name.partition("_")[2]
    if metric.family == "stability":
        kind = metric.name.rpartition("_")[2]
        return _KINDS.get(kind, kind)
    return ""


def _latex_table(
    family: str, number: int, metrics: Sequence[ComparedMetric], comparison: Comparison
) -> str:
    about = _about(metrics[0])
    said = f"{_CAPTIONS[family][:-1]}: {about}." if about else _CAPTIONS[family]
    seeds = max(len(model.runs) for model in comparison.models)
    over = f" Means over up to {seeds} seeds" if seeds > 1 else " Values"
    # The notes belong to the captions, where a reader of the paper will look for them.
    caption = (
        f"{escape_latex(said)}{over} $\\pm$ half of the 95\\% interval; best in bold, "
        "$^{\\dagger}$ not distinguishable from the best (Holm, 5\\%); "
        f"{comparison.n_works} works.{_judges(metrics)}"
    )
    lines = [
        "\\begin{table}[tbp]",
        "\\centering\\small",
        f"\\caption{{{caption}}}",
        f"\\label{{tab:{family}-{number}}}",
        f"\\begin{{tabular}}{{l{'r' * len(metrics)}}}",
        "\\toprule",
        " & ".join(["Model", *map(_header, metrics)]) + r" \\",
        "\\midrule",
    ]
    for place, model in enumerate(comparison.models):
        cells = [_cell(metric.numbers[place]) for metric in metrics]
        if model.failed:
            error = escape_latex(shorten("; ".join(model.errors), 70))
            cells = [f"\\multicolumn{{{len(metrics)}}}{{l}}{{\\emph{{failed: {error}}}}}"]
        lines.append(" & ".join([escape_latex(shorten(model.label, 40)), *cells]) + r" \\")
    chance = [_random(metric) for metric in metrics]
    if any(chance):
        lines += ["\\midrule", " & ".join(["Random clusters", *chance]) + r" \\"]
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}", "\\end{table}", ""])


def _judges(metrics: Sequence[ComparedMetric]) -> str:
    judges = dict.fromkeys(metric.judge for metric in metrics if metric.judge)
    return f" Judged by {escape_latex(', '.join(judges))}." if judges else ""


def _header(metric: ComparedMetric) -> str:
    if metric.family == "facts":
        measure = metric.name.partition("_")[0]
        short = _SHORT_FACTS.get(measure, escape_latex(metric.title))
    elif metric.family == "stability":
        measure = metric.name.rpartition("_")[0]
        short = _SHORT_STABILITY.get(measure, escape_latex(metric.title))
    else:
        short = _SHORT.get(metric.name, escape_latex(metric.title))
    arrow = {"higher": r" $\uparrow$", "lower": r" $\downarrow$", None: ""}[metric.better]
    return short + arrow


def _cell(number: ModelNumber | None) -> str:
    if number is None or number.value is None:
        return "--"
    text = _decimals(number.value)
    if float(number.value).is_integer() and abs(number.value) > 1:
        text = f"{number.value:.0f}"
    if number.best:
        text = f"\\textbf{{{text}}}"
    if number.level:
        text += r"$^{\dagger}$"
    if number.interval:
        low, high = number.interval
        text += f" {{\\scriptsize$\\pm${(high - low) / 2:.3f}}}"
    return text


def _random(metric: ComparedMetric) -> str:
    """Return what random clusters of the models' sizes get, from the least to the most."""
    found = [own.baseline for own in metric.numbers if own and own.baseline is not None]
    if not found:
        return ""
    ends = dict.fromkeys(_decimals(end) for end in (min(found), max(found)))
    return f"{{\\scriptsize {' to '.join(ends)}}}"


def _decimals(value: float) -> str:
    # Adding 0.0 turns a rounded -0.0 into 0.0.
    return f"{round(value, 3) + 0.0:.3f}".replace("-", "$-$")


def _difference_rows(comparison: Comparison) -> Iterable[dict[str, Any]]:
    for metric in comparison.metrics:
        for test in metric.tests:
            yield {
                "measure": metric.name,
                "first": comparison.models[test.first].label,
                "second": comparison.models[test.second].label,
                "difference": test.difference,
                "p_value": test.p_value,
                "p_holm": test.p_holm,
            }


def _run_rows(comparison: Comparison) -> Iterable[dict[str, Any]]:
    for metric in comparison.metrics:
        for model, number in zip(comparison.models, metric.numbers, strict=True):
            for run, value in zip(model.runs, number.by_run if number else (), strict=False):
                yield {
                    "model": model.label,
                    "run": run.folder,
                    "measure": metric.name,
                    "value": value,
                }


def _model_rows(comparison: Comparison) -> Iterable[dict[str, Any]]:
    for model in comparison.models:
        for run in model.runs:
            yield {
                "model": model.label,
                "run": run.folder,
                "works": run.n_works,
                "topics": run.n_topics,
                "outliers": run.n_outliers,
                "left_out": run.n_left_out,
                "seconds": run.seconds,
                "memory_mb": run.memory_mb,
                "encoder": model.encoder,
                "error": "",
            }
        for error in model.errors:
            yield {"model": model.label, "error": error}


def _topic_rows(comparison: Comparison) -> Iterable[dict[str, Any]]:
    for matching in comparison.matchings:
        first, second = (comparison.models[own] for own in (matching.first, matching.second))
        ones, twos = ({topic.id: topic for topic in own.topics} for own in (first, second))
        for pair in matching.pairs:
            yield {
                "first_model": first.label,
                "first_topic": pair.first,
                "first_name": ones[pair.first].name,
                "second_model": second.label,
                "second_topic": pair.second,
                "second_name": twos[pair.second].name,
                "shared_works": pair.n_shared,
                "jaccard": pair.jaccard,
            }


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _harmless(value: Any) -> Any:
    """Keep spreadsheets from taking a text for a formula, and control characters out of them."""
    if not isinstance(value, str):
        return value
    formula = value[:1] in ("=", "+", "-", "@", "\t", "\r")
    return "'" * formula + printable(value)
