"""The files of a report: self-contained, harmless, complete."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evaluation.comparing import Evaluated, Failed, compare_runs, write_report
from evaluation.comparing.charts import draw_chart
from evaluation.comparing.tables import escape_latex

from .conftest import metric

Make = Callable[..., Evaluated]

HOSTILE = "<script>alert(1)</script>\"'& \\input{/etc/passwd} 50% $x_1$ #{a}~^ " + "long " * 200


class Elements(HTMLParser):
    """Collect the page's elements, their attributes, and what it needs from elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.seen if name == tag]


@pytest.fixture
def report(evaluated: Make, tmp_path: Path) -> Path:
    measured = [
        metric(value=0.5, interval=(0.45, 0.55), baseline=0.2, judge="lite2"),
        metric("ami_style", 0.3, family="facts", title="AMI with style", interval=(0.2, 0.4)),
        metric("nmi_style", 0.4, family="facts", title="NMI with style"),
        metric("dbcv", None, family="clusters", note="One topic has no density."),
    ]
    worse = [metric(value=0.1, interval=(0.05, 0.15), baseline=0.1, judge="lite2"), *measured[1:]]
    runs = [
        evaluated("ours", [0, 0, 1, 1, -1, 2], measured, name=HOSTILE, title=HOSTILE, seconds=2.0),
        evaluated("ours", [0, 0, 1, 1, 2, 2], measured, name=HOSTILE, title=HOSTILE),
        evaluated(f"=k {HOSTILE}", [0, 0, 0, 1, 1, 3], worse, name=HOSTILE, title=HOSTILE),
        Failed("BERTopic", "ImportError: <b>PCA_</b>"),
    ]
    return write_report(compare_runs(runs), tmp_path / "report")


def test_the_page_needs_no_other_file_and_no_script(report: Path) -> None:
    elements = Elements(report.read_text(encoding="utf-8"))
    assert not elements.of("script")
    assert not elements.of("iframe")
    for _, attributes in elements.seen:
        for name in ("src", "href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:"))
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)


def test_the_pages_policy_allows_its_own_style_alone(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    (style,) = re.findall("<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(own["content"] or "" for own in Elements(text).of("meta") if "http-equiv" in own)
    assert f"style-src 'sha256-{digest}'" in policy
    assert "url(" not in style


def test_each_picture_is_embedded_once_and_every_use_has_one(report: Path) -> None:
    elements = Elements(report.read_text(encoding="utf-8"))
    images = [own["id"] for own in elements.of("image")]
    assert len(images) == len(set(images)) == 6
    used = {(own["href"] or "")[1:] for own in elements.of("use")}
    assert used == set(images)


def test_hostile_names_stay_text(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<b>PCA_" not in text
    assert "&lt;script&gt;" in text
    for table in (report.parent / "tables").glob("*.tex"):
        told = table.read_text(encoding="utf-8")
        assert "\\input" not in told
        assert "<b>" not in told


def test_tables_of_csv_hold_no_control_characters(evaluated: Make, tmp_path: Path) -> None:
    name = "\x1b[31mred\x00"
    runs = [evaluated(label, [0, 0, 1, 1], [metric()], name=name) for label in ("one", "=two")]
    write_report(compare_runs(runs), tmp_path / "report")
    told = (tmp_path / "report" / "tables" / "topics.csv").read_text(encoding="utf-8")
    assert "red" in told
    assert "'=two" in told
    assert not set(told) & set("\x1b\x00")


def test_tables_of_csv_hold_every_model_and_measure(report: Path) -> None:
    with (report.parent / "tables" / "measures.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * 4
    ours = next(row for row in rows if row["model"] == "ours" and row["measure"] == "iec")
    assert (ours["value"], ours["random"], ours["runs"], ours["best"]) == (
        "0.5",
        "0.2",
        "2",
        "True",
    )
    dbcv = next(row for row in rows if row["measure"] == "dbcv")
    assert (dbcv["value"], dbcv["note"]) == ("", "One topic has no density.")
    with (report.parent / "tables" / "runs.csv").open(encoding="utf-8", newline="") as file:
        by_run = [row for row in csv.DictReader(file) if row["measure"] == "iec"]
    assert [row["value"] for row in by_run] == ["0.5", "0.5", "0.1"]
    failed = next(row for row in rows if row["model"] == "BERTopic")
    assert "PCA" in failed["note"]
    # A spreadsheet takes no label for a formula.
    assert not any(row["model"].startswith("=") for row in rows)


def test_latex_has_the_best_in_bold_and_the_failure_as_a_row(report: Path) -> None:
    told = (report.parent / "tables" / "pictures.tex").read_text(encoding="utf-8")
    assert "\\textbf{0.500} {\\scriptsize$\\pm$0.05" in told
    assert "failed: ImportError" in told
    assert told.count("\\toprule") == told.count("\\bottomrule") == 1
    facts = (report.parent / "tables" / "facts.tex").read_text(encoding="utf-8")
    assert "AMI $\\uparrow$ & NMI $\\uparrow$" in facts


def test_latex_ends_with_what_random_clusters_get(report: Path) -> None:
    told = (report.parent / "tables" / "pictures.tex").read_text(encoding="utf-8")
    assert "Random clusters & {\\scriptsize 0.100 to 0.200} \\\\\n\\bottomrule" in told


def test_tables_of_latex_are_narrow_enough_for_an_article(evaluated: Make, tmp_path: Path) -> None:
    names = ["ami", "ari", "nmi", "homogeneity", "completeness", "purity"]
    again = ["ari", "ari_without_outliers", "jaccard", "share_found"]
    measured = [
        *(metric(f"{name}_style", 0.5, family="facts", title=name) for name in names),
        *(metric(f"{name}_{kind}", 0.5, family="stability", title="A title as long as a line")
          for kind in ("seeds", "bootstrap") for name in again),
    ]  # fmt: skip
    runs = [evaluated(name, [0, 0, 1, 1], measured) for name in ("ours", "kmeans")]
    tables = write_report(compare_runs(runs), tmp_path / "report").parent / "tables"
    facts = (tables / "facts.tex").read_text(encoding="utf-8")
    assert re.findall(r"begin.tabular..(l.*)}", facts) == ["lrrr", "lrrr"]
    stability = (tables / "stability.tex").read_text(encoding="utf-8")
    assert re.findall(r"begin.tabular..(l.*)}", stability) == ["lrrrr", "lrrrr"]
    assert "as long as a line" not in stability
    assert "refits: other seeds." in stability
    assert "refits: bootstrap samples." in stability


def test_a_note_that_many_measures_share_is_said_once(evaluated: Make, tmp_path: Path) -> None:
    said = "Three works state none."
    measured = [
        metric("ami_style", 0.5, family="facts", title="AMI with style", note=said),
        metric("nmi_style", 0.5, family="facts", title="NMI with style", note="Another."),
        metric("ari_style", 0.5, family="facts", title="ARI with style", note=said),
    ]
    runs = [evaluated(name, [0, 0, 1, 1], measured) for name in ("ours", "kmeans")]
    text = write_report(compare_runs(runs), tmp_path / "report").read_text(encoding="utf-8")
    notes = text[text.index("Notes to the numbers") :]
    assert notes.count(said) == notes.count("Another.") == 1
    assert "<dt><span>AMI with style</span> <span>ARI with style</span> </dt>" in notes


def test_the_data_is_written_beside_the_page(report: Path) -> None:
    told = json.loads((report.parent / "report.json").read_text(encoding="utf-8"))
    assert told["models"][0]["label"] == "ours"
    assert told["metrics"][0]["numbers"][0]["best"]


def test_a_report_without_measures_pictures_or_topics_is_written(
    evaluated: Make, tmp_path: Path
) -> None:
    nothing = evaluated("ours", [-1, -1])
    for image in nothing.values.works.root.iterdir():
        image.unlink()
    page = write_report(compare_runs([nothing]), tmp_path / "report")
    text = page.read_text(encoding="utf-8")
    assert "has no topics" in text
    assert "No run was measured" in text


def test_a_missing_picture_leaves_a_quiet_place(evaluated: Make, tmp_path: Path) -> None:
    run = evaluated("ours", [0, 0, 1])
    (run.values.works.root / "w002.jpg").unlink()
    text = write_report(compare_runs([run]), tmp_path / "report").read_text(encoding="utf-8")
    assert len(Elements(text).of("image")) == 2
    assert "no picture" in text


def test_a_chart_holds_all_its_numbers(evaluated: Make) -> None:
    compared = compare_runs(
        [
            evaluated("a", [0, 1], [metric(value=0.31, interval=(-0.07, 0.9), baseline=-0.3)]),
            evaluated("b", [0, 1], [metric(value=0.5)]),
        ]
    )
    chart = draw_chart(compared.metrics[0], compared.models)
    places = [tick for tick, _ in chart.ticks]
    first = chart.dots[0]
    assert first.random is not None
    assert first.high is not None
    assert min(places) <= first.random < (first.low or 0) < (first.x or 0) < first.high
    assert first.high <= max(places)
    assert "interval −0.07 to 0.9" in first.said


@pytest.mark.parametrize("sign", list("\\&%$#_{}~^<>|"))
def test_no_sign_of_latex_is_left_bare(sign: str) -> None:
    assert not re.search(r"(?<!\\)[&%$#_~^<>|]", escape_latex(f"a{sign}b").replace("{}", ""))
