"""What the studies of the semantic gap and of perception found, as tables of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["PAGE", "put_in_page", "study_tables"]

PAGE = Path(__file__).parents[2] / "docs" / "studies-results.md"

_DIRECTION = "text to picture"


def study_tables(results: Mapping[str, Any]) -> str:
    """Write a study's numbers down.

    Parameters
    ----------
    results : mapping
        As ``results/semantic-gap_NAME.json`` or ``results/perception_NAME.json`` holds them.

    Returns
    -------
    str
        Markdown: some small tables, each below a line that says what it is.
    """
    parts = _gap(results) if results["study"] == "semantic-gap" else _perception(results)
    return "\n\n".join(parts)


def put_in_page(results: Mapping[str, Any], page: Path = PAGE) -> None:
    """Write the tables into the page that shows them.

    Parameters
    ----------
    results : mapping
        As for :func:`study_tables`.
    page : Path
        It has a place for them between two comments, ``<!-- semantic-gap wikiart-sample -->`` and
        ``<!-- end -->`` for example.
    """
    begin = f"<!-- {results['study']} {results['collection']} -->"
    text = page.read_text(encoding="utf-8")
    if begin not in text:
        return
    before, rest = text.split(begin, 1)
    _, after = rest.split("<!-- end -->", 1)
    whole = f"{before}{begin}\n\n{study_tables(results)}\n\n<!-- end -->{after}"
    page.write_text(whole, encoding="utf-8")


def _gap(results: Mapping[str, Any]) -> list[str]:
    models = [model["name"] for model in results["models"]]
    galleries = {"all": f"all {results['works']:,} works"}
    if any(row["gallery"] == "held out" for row in results["retrieval"]):
        judged = results["held_out"]["works"]
        galleries["held out"] = f"the {judged:,} works held out by artist"
    heads = ("model", "R@1", "R@10", "median rank", "additive", "narrative", "ratio", "dealt anew")
    parts = []
    for gallery, told in galleries.items():
        rows = [_found(results, model, gallery) for model in models]
        parts += [
            f"Found by words among {told}: median ranks, and their ratio beside that of texts "
            "dealt anew (95 % intervals, artists redrawn whole):",
            _table(heads, [row for row in rows if row]),
        ]
    last = list(galleries)[-1]
    return [
        *parts,
        f"Distances within over between, of pairs, {galleries[last]}:",
        _ratios(results, models, last),
        "What is left of a work’s ten neighbours when its picture is treated, and how often a "
        "conflict is taken for the work that gave the form (both makers):",
        _surface(results, models),
        *_content_equal(results),
    ]


def _found(results: Mapping[str, Any], model: str, gallery: str) -> list[str]:
    own = {
        row["group"]: row
        for row in results["retrieval"]
        if (row["model"], row["direction"], row["gallery"]) == (model, _DIRECTION, gallery)
    }
    gap = next(
        (
            row
            for row in results["gaps"]
            if (row["model"], row["direction"], row["gallery"]) == (model, _DIRECTION, gallery)
        ),
        None,
    )
    if "all" not in own or gap is None:
        return []
    every = own["all"]
    return [
        f"`{model}`",
        _number(every["recall_at_1"], 100, "%"),
        _number(every["recall_at_10"], 100, "%"),
        _number(every["median_rank"]),
        _number(gap["additive"]),
        _number(gap["narrative"]),
        _number(gap["ratio"]),
        _span(gap["unrelated"]),
    ]


def _ratios(results: Mapping[str, Any], models: Sequence[str], gallery: str) -> str:
    rows = [row for row in results["ratios"] if row["gallery"] == gallery]
    facets = list(dict.fromkeys(row["facet"] for row in rows))
    published = {row["facet"]: row["published"] for row in rows if row["published"] is not None}
    by = {(row["model"], row["facet"]): row["pairs"] for row in rows}
    body = [[f"`{model}`", *(_number(by.get((model, own))) for own in facets)] for model in models]
    body.append(
        ["*the study*", *(f"{published[own]:g}" if own in published else "" for own in facets)]
    )
    return _table(("model", *facets), body)


def _surface(results: Mapping[str, Any], models: Sequence[str]) -> str:
    treatments = list(dict.fromkeys(row["treatment"] for row in results["survival"]))
    kept = {(row["model"], row["treatment"]): row["neighbours"] for row in results["survival"]}
    form = {
        row["model"]: row["form"]
        for row in results["cue_conflicts"]
        if (row["maker"], row["by"]) == ("all", "work")
    }
    body = [
        [
            f"`{model}`",
            *(_plain(kept.get((model, own)), 100, "%") for own in treatments),
            _number(form.get(model), 100, "%"),
        ]
        for model in models
    ]
    return _table(("model", *treatments, "form"), body)


def _content_equal(results: Mapping[str, Any]) -> list[str]:
    if not results["content_equal"]:
        return ["No work that tells a story has a partner that shows the same things."]
    body = [
        [
            f"`{row['model']}`",
            row["gallery"],
            row["what"],
            str(row["pairs"]),
            _number(row["additive"]),
            _number(row["narrative"]),
            _number(row["ratio"]),
        ]
        for row in results["content_equal"]
    ]
    return [
        "With content held equal:",
        _table(
            ("model", "gallery", "which works, and how", "pairs", "additive", "narrative", "ratio"),
            body,
        ),
    ]


def _perception(results: Mapping[str, Any]) -> list[str]:
    answers = [
        [
            row["dimension"],
            f"`{row['model']}`",
            _number(row["zero_shot"], 100, "%"),
            _plain({"value": row["zero_shot"]["chance"]}, 100, "%"),
            _number(row["probe"], 100, "%"),
            _number(row["zero_shot_auc"]),
            _number(row["probe_auc"]),
            row["verdict"],
        ]
        for row in results["answered"]
    ]
    defects = [
        [
            row["deformation"],
            f"`{row['model']}`",
            _number(row["auc"]),
            _span(row["controls"]),
            _number(row["spearman"]),
            _number(row["probe"]),
            row["verdict"],
        ]
        for row in results["defects"]
    ]
    return [
        "Answers in words and by a probe, artists apart: balanced accuracy, AUC (95 % intervals):",
        _table(
            ("dimension", "model", "in words", "chance", "probe", "AUC, words", "AUC, probe", ""),
            answers,
        ),
        f"Deformations of {results['settings']['spoilt_works']} works: AUC of the strongest "
        "against the untouched, in words beside 95 % of unrelated questions, and by a probe:",
        _table(("deformation", "model", "in words", "unrelated", "Spearman", "probe", ""), defects),
    ]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(told: Mapping[str, Any] | None, times: float = 1, unit: str = "") -> str:
    if told is None or told["value"] is None:
        return "–"
    return f"{_digits(told['value'] * times)}{unit}"


def _number(told: Mapping[str, Any] | None, times: float = 1, unit: str = "") -> str:
    if told is None or told["value"] is None:
        return "–"
    interval = told.get("interval")
    sure = f" ({_span([end * times for end in interval])})" if interval else ""
    return f"{_plain(told, times, unit)}{sure}"


def _span(ends: Sequence[float] | None) -> str:
    return "–" if ends is None else f"{_digits(ends[0])} to {_digits(ends[1])}"


def _digits(value: float) -> str:
    """Write a number with as many decimals as say something."""
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:.{decimals}f}".replace("-", "−")
