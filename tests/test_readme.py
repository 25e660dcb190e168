"""What the README tells a reader to type is typed here."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from knowledge_graph import FORMATS
from tests.every_source import write_every_source
from topicart.cli import app
from topicart.models import MINI_NOTE, mini_folder

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


_FEWER = {
    "study semantic-gap": ["--cue-works", "6", "--permutations", "20", "--repeats", "50"],
    "study perception": ["--spoilt-works", "3", "--repeats", "50"],
}
"""Fewer pictures are treated and fewer draws made than a reader's: minutes of the same work."""


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def _commands() -> list[list[str]]:
    lines = [line for block in _blocks("console") for line in block.splitlines()]
    return [shlex.split(line.removeprefix("$ "), comments=True) for line in lines]


@pytest.fixture
def reader(paintings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the README takes it: with ``paintings`` in it, and a source of every kind."""
    shutil.copytree(paintings, tmp_path / "paintings")
    table = tmp_path / "paintings" / "metadata.csv"
    named = table.read_text(encoding="utf-8").replace("Picture 12,", "Girl at a Window,")
    named = named.replace("Picture 34,", "The Harbour at Dawn,")
    table.write_text(named, encoding="utf-8")
    write_every_source(tmp_path)
    (tmp_path / "words.txt").write_text("portrait\nlandscape\nstill life\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_topicart_command_runs_as_written(
    reader: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # `explore` serves until Ctrl-C, and opens a browser: here it gets as far as that.
    monkeypatch.setattr("topicart.server.serve", lambda *_: None)
    monkeypatch.setattr("topicart.explore_cli._open", lambda _: None)
    commands = [words[1:] for words in _commands() if words[0] == "topicart"]
    assert len(commands) >= 3
    for arguments in commands:
        done = CliRunner().invoke(app, arguments + _FEWER.get(" ".join(arguments[:2]), []))
        assert done.exit_code == 0, (arguments, done.output)
    assert (reader / "run" / "site" / "index.html").is_file()


def test_every_make_command_has_its_rule() -> None:
    targets = {words[1] for words in _commands() if words[0] == "make"}
    rules = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert targets == {"demo", "test"}
    assert targets <= set(rules)


def test_the_python_runs_as_written(reader: Path) -> None:
    (code,) = _blocks("python")
    exec(compile(code, "README.md", "exec"), {})
    assert (reader / "my-run" / "site" / "index.html").is_file()


def test_every_figure_about_mini_stands_in_the_file_of_results() -> None:
    results = json.loads(
        (ROOT / "evaluation" / "benchmarks" / "results" / "mini.json").read_text(encoding="utf-8")
    )
    folds = results["five folds"]
    mean, spread, base = folds["mini"]["mean"], folds["mini"]["spread"], folds["mini-base"]["mean"]
    for row, name in (("genre, 14 classes", "genre"), ("style, 18 classes", "style"),
                      ("R@10 of about 272", "t2i R@10")):  # fmt: skip
        told = f"{row} | {mean[name]:.3f} ± {spread[name]:.3f} | {base[name]:.3f} |"
        assert told in README
    assert f"genre of each fold ({mean['genre majority']:.3f})" in README
    assert f"R@1 {mean['t2i R@1']:.3f}" in README
    assert f"Rand index of {results['sample gallery']['ari']:.2f}" in README


def test_every_figure_about_loading_graphs_stands_in_the_file_of_results() -> None:
    folder = ROOT / "evaluation" / "benchmarks" / "results"
    results = json.loads((folder / "graph_loading.json").read_text(encoding="utf-8"))
    told = " ".join((ROOT / "docs" / "sources.md").read_text(encoding="utf-8").split())
    ours, ratios = results["best"]["open_collection"], results["ratios"]
    assert f"{ours['works']:,} works" in told
    assert f"{ours['seconds']:.1f} s and {ours['peak_mb']:.0f} MB on two cores" in told
    parse, join = (
        ratios["open_collection to rdflib's parse"],
        ratios["join over oxrdflib to rdflib"],
    )
    assert f"{parse} times faster than rdflib parses" in told
    assert f"is {join} times faster than over rdflib's own" in told


def test_mini_is_introduced_in_the_same_words_everywhere() -> None:
    assert MINI_NOTE in " ".join(README.split())
    assert MINI_NOTE in (mini_folder() / "README.md").read_text(encoding="utf-8")


def _known_options() -> set[str]:
    groups = [([str(group.name)], group.typer_instance) for group in app.registered_groups]
    return {
        option
        for path, typer_app in [([], app), *groups]
        for command in typer_app.registered_commands
        if command.callback
        for option in _options(*path, command.name or command.callback.__name__)
    }


def test_every_option_it_names_exists() -> None:
    named = set(re.findall(r"(--[a-z][a-z-]+)", README))
    assert named <= _known_options(), named - _known_options()


def test_every_link_within_the_repository_leads_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_kind_of_source_stands_in_the_table_of_sources() -> None:
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    for name in FORMATS:
        assert f"| `{name}` |" in text
    assert set(re.findall(r"(--[a-z][a-z-]+)", text)) <= _known_options()


def test_every_figure_about_names_stands_in_the_file_of_results() -> None:
    text = (ROOT / "docs" / "names.md").read_text(encoding="utf-8")
    results = json.loads((ROOT / "evaluation/benchmarks/results/labels.json").read_text())
    arms = ("the nearest prompt", "pictures", "both")
    for collection, facets in results["collections"].items():
        for facet, rows in facets.items():
            if rows["both"]["n_topics"]:
                cells = [
                    f"{row['right_of_labelled']:.0%} of {row['n_labelled']}"
                    for row in (rows[arm] for arm in arms)
                ]
                line = f"| `{collection}`, {facet} | {rows['both']['n_topics']} | "
                assert line + " | ".join(cells) + " |" in text
    options = set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", text)) - {"--device"}
    assert options <= _known_options()


def _options(*command: str) -> list[str]:
    text = CliRunner(env={"COLUMNS": "200"}).invoke(app, [*command, "--help"]).stdout
    return re.findall(r"(--[a-z][a-z-]+)", text)


def test_every_figure_of_the_comparison_stands_in_the_file_of_results() -> None:
    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    results = json.loads((ROOT / "evaluation/benchmarks/results/comparison.json").read_text())
    told = ("iec", "ieps", "c_npmi", "ami_genre", "ami_style", "ami_subject", "silhouette",
            "jaccard_seeds", "ari_bootstrap")  # fmt: skip
    for model, its in results["models"].items():
        cells = []
        for name in told:
            number = results["measures"][name]["numbers"][model]
            cell = f"{round(number['value'], 2) + 0.0:.2f}".replace("-", "−")
            cells.append(f"**{cell}**" if number["best"] else cell + " ≈" * number["level"])
        themes, seconds = (sum(its[key]) / len(its[key]) for key in ("topics", "seconds"))
        assert f"| `{model}` | {themes:.0f} | {' | '.join(cells)} | {seconds:.1f} |" in text


def test_every_figure_of_the_planted_themes_stands_in_the_file_of_results() -> None:
    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    settings = json.loads((ROOT / "evaluation/benchmarks/results/planted.json").read_text())[
        "settings"
    ]
    order = ["600 works, 23 themes, 0% noise", "300 works, 23 themes, 0% noise",
             "1200 works, 23 themes, 0% noise", "600 works, 23 themes, 10% noise",
             "600 works, 23 themes, 30% noise", "600 works, 5 themes, 0% noise",
             "600 works, 10 themes, 0% noise"]  # fmt: skip
    assert set(order) == set(settings)
    for model, base in settings[order[0]].items():
        found = [round(settings[name][model]["ari"]["mean"], 2) + 0.0 for name in order]
        line = f"| `{model}` | {' | '.join(f'{ari:.2f}' for ari in found)} | "
        themes, right = base["n_topics"]["mean"], base["named_subject"]["mean"]
        assert f"{line}{themes:.0f} | {right:.0%} |" in text


def test_every_option_of_the_page_on_evaluation_exists() -> None:
    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(--[a-z][a-z-]+)", text))
    assert named <= _known_options(), named - _known_options()


def test_every_option_of_the_page_on_connections_exists() -> None:
    text = (ROOT / "docs" / "connections.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?<!<!)(--[a-z][a-z-]+)", text))
    assert named <= _known_options(), named - _known_options()
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (ROOT / "docs" / target).exists(), target


def test_every_option_of_the_page_on_the_site_exists() -> None:
    text = (ROOT / "docs" / "site.md").read_text(encoding="utf-8")
    of_another_tool = {"--x", "--y", "--text", "--image", "--neighbors"}
    named = set(re.findall(r"(--[a-z][a-z-]*)", text)) - of_another_tool
    assert named <= _known_options(), named - _known_options()
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (ROOT / "docs" / target).exists(), target
