"""About: what was done, with what, how sure it is, and how to cite it."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_graph import Artwork, Problem
from tests.topicart.report_runs import harbour, write_run
from tests.topicart.site_pages import make_pages
from topicart.report.addresses import filter_address
from topicart.report.citation import bibtex, methods
from topicart.report.summarize import summarize


def test_about_tells_what_was_done_with_what_and_how_sure(tmp_path: Path) -> None:
    about = make_pages(harbour(tmp_path))["about"]
    for said in (
        "About the encoder. mini is small; expect little.",
        "from the collection’s own records and from Iconclass, aat.ttl.",
        "where nothing is certain enough, nothing is said",
        "0.61",
        "0.58 to 0.64",
        "not known",
        "Needs two themes.",
        "the file does not exist",
        "seed 7, 2 January 2026",
        "1 min 1 s",
        "@misc{harbour-works2026, title = {{Harbour works: a topic model of 12 works}}",
        "The themes rest on UMAP (McInnes, Healy and Melville 2018) and HDBSCAN",
        "ask nothing of any network",
        "The pictures remain their owners’.",
    ):
        assert said in about.text
    taken = {own["href"] for own in about.all("a") if "download" in own}
    assert taken == {"works.csv", "topics.json", "topics.ttl"}


def test_a_run_without_measures_or_problems_says_so(tmp_path: Path) -> None:
    works = [Artwork(id=f"w{n}") for n in range(4)]
    text = make_pages(write_run(tmp_path, works, [0] * 4))["about"].text
    assert "This run was not measured." in text
    assert "Whether the themes come back when they are sought again was not tried" in text
    assert "None: every picture could be read." in text


def test_many_problems_are_cut_and_counted(tmp_path: Path) -> None:
    problems = [Problem(id=f"p{n:03}", file=f"{n}.png", reason="empty") for n in range(250)]
    run = write_run(tmp_path, [Artwork(id="a")], [0], problems=problems)
    text = make_pages(run)["about"].text
    assert "The first 200 of 250; all are in problems.csv of the run" in text
    assert "p199" in text
    assert "p200" not in text


def test_nothing_of_a_name_is_a_command_to_bibtex(tmp_path: Path) -> None:
    run = write_run(tmp_path, [Artwork(id="a")], [0], source="50% of {A} & \\input{x}_ü")
    told = bibtex(summarize(run))
    assert r"50\% of \{A\} \& \textbackslash{}input\{x\} ü" in told
    assert told.startswith("@misc{50-of-a-input-x-u2026,\n")


def test_other_methods_are_not_said_to_rest_on_ours(tmp_path: Path) -> None:
    run = write_run(tmp_path, [Artwork(id="a")], [0])
    run.record.config["method"] = {"name": "lda"}
    assert methods(summarize(run)) == ""


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("Realism", "works.html#style=Realism"),
        ("a|b", "works.html#style=a%5C%7Cb"),
        ("x#y&z=1 ü", "works.html#style=x%23y%26z%3D1%20%C3%BC"),
    ],
)
def test_a_value_stays_one_value_in_an_address(value: str, address: str) -> None:
    assert filter_address("works.html", ("style", value)) == address
