from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.topicart.summaries.stub_server import says, serving
from topicart.cli import app
from topicart.labels import LabelConfig
from topicart.run import Run
from topicart.run_files import write_names
from topicart.summaries import Failure, Request
from topicart.topics import Summary

TERMINAL = CliRunner(env={"COLUMNS": "120"})
KEY = "sk-very-secret-123"
ADDRESS = "http://somewhere.invalid:8123/v1"


def topicart(*arguments: str | Path, **environment: str) -> Result:
    return TERMINAL.invoke(app, [str(argument) for argument in arguments], env=environment)


@pytest.fixture(scope="module")
def fitted(paintings: Path, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("label-cli") / "run"
    done = topicart("fit", paintings, "--model", tiny_model, "--out", out, "-q",
                    "--clusterer", "kmeans", "--topics", "4")  # fmt: skip
    assert done.exit_code == 0, done.output
    return out


@pytest.fixture
def run(fitted: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(fitted, tmp_path / "run"))


@dataclass(frozen=True)
class Writer:
    """Stands in for a model: fails for the first topic, writes the same of all others."""

    engine: str = "openai"
    model: str = "owner/scribe"
    batch_size: int = 2

    @property
    def settings(self) -> dict[str, Any]:
        return {}

    def summarize(self, requests: Sequence[Request]) -> list[str | Failure]:
        text = "These works show people, places and things in strong colours. They are small."
        return [
            Failure("no answer within 5 s") if request.topic.id == 0 else text
            for request in requests
        ]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Put a stand-in in the place of both models, and note what they are loaded with."""
    calls: list[Any] = []

    def load(model: str, **options: Any) -> Writer:
        calls.append((model, options))
        return Writer()

    monkeypatch.setattr("topicart.summaries.llava.LlavaSummarizer.load", load)
    monkeypatch.setattr("topicart.summaries.openai.OpenAISummarizer.from_environment", load)
    return calls


def test_label_names_the_themes_as_told_and_prints_them_as_fit_does(run: Path) -> None:
    done = topicart("label", run, "--by", "facts", "--min-share", "0.7")
    assert done.exit_code == 0, done.output
    assert "60 works" in done.stdout
    assert str(run / "site" / "index.html") in done.stdout.replace("\n", "")
    named = Run.open(run)
    config = LabelConfig.model_validate(named.record.config["topics"]["labels"])
    assert config == LabelConfig(judges="facts", min_share=0.7)
    assert named.page.is_file()
    assert named.metrics["metrics"]


def test_each_call_states_all_settings(run: Path) -> None:
    assert topicart("label", run, "--by", "facts", "--min-share", "0.7", "-q").exit_code == 0
    done = topicart("label", run, "--quiet")
    assert (done.exit_code, done.output) == (0, "")
    assert Run.open(run).record.config["topics"]["labels"] == LabelConfig().model_dump(mode="json")


def test_a_fit_does_not_undo_names_silently(run: Path, paintings: Path, tiny_model: Path) -> None:
    again: list[str | Path] = ["fit", paintings, "--model", tiny_model, "--out", run]
    again += ["--clusterer", "kmeans", "--topics", "4", "-q"]
    assert topicart("label", run, "--by", "facts", "-q").exit_code == 0
    done = topicart(*again)
    assert done.exit_code == 7
    assert "holds this fit with other names. `topicart label" in done.stderr
    assert topicart(*again, "--by", "facts").exit_code == 0


def test_json_is_that_of_fit(run: Path) -> None:
    shown = json.loads(topicart("show", run, "--json").stdout)
    named = json.loads(topicart("label", run, "--json").stdout)
    assert named == shown
    assert [group["level"] for group in named["groups"]]


def test_facts_alone_load_no_encoder(run: Path) -> None:
    code = (
        "import sys; from topicart.cli import app; from typer.testing import CliRunner;"
        f"done = CliRunner().invoke(app, ['label', {str(run)!r}, '--by', 'facts']);"
        "print(done.exit_code, 'torch' in sys.modules, 'open_clip' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0 False False"


def test_an_encoder_that_moved_is_asked_for_and_found(
    run: Path, tiny_model: Path, tmp_path: Path
) -> None:
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    record["model"]["name"] = str(tmp_path / "gone")
    (run / "run.json").write_text(json.dumps(record), encoding="utf-8")
    lost = topicart("label", run)
    assert lost.exit_code == 3
    assert f"There is no model folder '{tmp_path / 'gone'}'" in lost.stderr
    assert "if it has moved, say where it is with --model" in lost.stderr
    assert topicart("label", run, "--model", tiny_model, "-q").exit_code == 0
    other = topicart("label", run, "--model", "mini")
    assert other.exit_code == 7
    assert "not with 'mini'" in other.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["label", "{run}", "--vocabulary", "no-words.txt"], 2, "no-words.txt"),
        (["label", "{run}", "--templates", "no.toml"], 2, "no.toml"),
        (["label", "{run}", "--by", "nobody"], 2, "--by"),
        (["label", "{run}", "--by", "facts", "--model", "mini"], 2, "--model does nothing where"),
        (["label", "{run}", "--by", "facts", "--min-score", "2"], 2, "--min-score does nothing"),
        (["label", "{run}", "--by", "pictures", "--min-share", "1"], 2, "--min-share does nothing"),
        (["label", "{run}", "--min-share", "2"], 2, "--min-share"),
        (["label", "nowhere"], 7, "is not a run"),
        (["summarize", "nowhere"], 7, "is not a run"),
        (["summarize", "{run}", "--engine", "gpt"], 2, "--engine"),
        (["summarize", "{run}", "--model", "x"], 2, "--model belongs to --engine llava or openai"),
        (["summarize", "{run}", "--pictures", "9"], 2, "--pictures belongs to --engine llava or"),
        (["summarize", "{run}", "--engine", "llava", "--timeout", "9"], 2,
         "--timeout belongs to --engine openai, not to llava"),
        (["summarize", "{run}", "--engine", "openai", "--model", "x", "--four-bit"], 2,
         "--four-bit belongs to --engine llava, not to openai"),
        (["summarize", "{run}", "--engine", "openai"], 2, "--engine openai needs --model"),
        (["summarize", "{run}", "--engine", "openai", "--model", "x"], 3, "OPENAI_BASE_URL"),
    ],
)  # fmt: skip
def test_mistakes_get_a_sentence_and_change_nothing(
    arguments: list[str], code: int, message: str, fitted: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    before = {path: path.stat().st_mtime_ns for path in fitted.rglob("*")}
    done = topicart(*[argument.format(run=fitted) for argument in arguments])
    assert done.exit_code == code, done.output
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.output
    assert {path: path.stat().st_mtime_ns for path in fitted.rglob("*")} == before


def test_a_vocabulary_is_read_before_a_fit_looks_at_any_picture(
    paintings: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    done = topicart("fit", paintings, "--out", out, "--vocabulary", tmp_path / "no-words.txt")
    assert done.exit_code == 2
    assert "no-words.txt" in done.stderr
    assert not out.exists()


def test_a_fit_takes_words_and_judges_too(
    paintings: Path, tiny_model: Path, tmp_path: Path
) -> None:
    words = tmp_path / "words.txt"
    words.write_text("portrait\nlandscape\nstill life\n", encoding="utf-8")
    done = topicart("fit", paintings, "--model", tiny_model, "--out", tmp_path / "run", "-q",
                    "--vocabulary", f"genre={words}", "--by", "facts")  # fmt: skip
    assert done.exit_code == 0, done.output
    named = Run.open(tmp_path / "run")
    labels = named.record.config["topics"]["labels"]
    assert (labels["vocabularies"], labels["judges"]) == ([f"genre={words}"], "facts")
    sources = {label.source for topic in named.topics for label in topic.labels_of("genre")}
    assert sources == {"words.txt"}


def test_summarize_tells_who_wrote_and_what_failed(run: Path, given: list[Any]) -> None:
    done = topicart("summarize", run, "--engine", "openai", "--model", "scribe",
                    OPENAI_BASE_URL=ADDRESS, OPENAI_API_KEY=KEY)  # fmt: skip
    assert done.exit_code == 0, done.output
    told = Run.open(run)
    by = [topic.summary.engine for topic in told.topics]
    assert by[0] == "facts"
    assert set(by[1:]) == {"openai"}
    assert f"{by.count('openai')} by owner/scribe" in done.stdout
    told_of_facts = "1 from facts (1 could not be had from the model: see problems.csv)"
    assert told_of_facts in " ".join(done.stdout.split())
    assert "no answer within 5 s" in {problem.reason for problem in told.problems}.pop()
    assert told.page.is_file()
    assert "owner/scribe" in (run / "topics.ttl").read_text(encoding="utf-8")


def test_label_says_that_summaries_by_a_model_give_way(run: Path) -> None:
    opened = Run.open(run)
    written = Summary("A fine theme.", "llava", "some/model", "What is it?", "2026-01-02")
    topics = [replace(topic, summary=written) for topic in opened.topics]
    write_names(run, topics, opened.groups)
    told = f"Summaries by a model gave way to those from facts: {len(topics)}."
    assert told in " ".join(topicart("label", run, "--by", "facts").stdout.split())
    assert "gave way" not in topicart("label", run, "--by", "facts").stdout


def test_what_is_told_of_summaries_by_a_model_goes_with_them(run: Path, given: list[Any]) -> None:
    before = json.loads((run / "run.json").read_text(encoding="utf-8"))
    topicart("summarize", run, "--engine", "llava", "-q")
    assert Run.open(run).problems
    topicart("label", run, "-q")
    assert Run.open(run).problems == ()
    after = json.loads((run / "run.json").read_text(encoding="utf-8"))
    assert (after["parameters"], after["counts"]) == (before["parameters"], before["counts"])


def test_facts_bring_back_their_summaries(run: Path, given: list[Any]) -> None:
    before = (run / "topics.json").read_bytes()
    done = topicart("summarize", run, "--engine", "llava", "-q")
    assert (done.exit_code, done.output) == (0, "")
    assert (run / "topics.json").read_bytes() != before
    assert topicart("summarize", run, "-q").exit_code == 0
    assert (run / "topics.json").read_bytes() == before


def test_engines_get_what_is_given_and_have_their_own_defaults(run: Path, given: list[Any]) -> None:
    topicart("summarize", run, "--engine", "llava", "--four-bit", "--max-tokens", "80", "-q")
    topicart("summarize", run, "--engine", "openai", "--model", "scribe", "--endpoint", ADDRESS,
             "--api-key", KEY, "--timeout", "5", "--batch-size", "8", "-q")  # fmt: skip
    assert given == [
        ("llava-1.5-7b", {"four_bit": True, "max_new_tokens": 80, "progress": False}),
        ("scribe", {"endpoint": ADDRESS, "api_key": KEY, "timeout_s": 5.0, "concurrency": 8}),
    ]


@pytest.mark.parametrize("by", ["options", "environment"])
def test_neither_address_nor_key_is_left_or_printed(run: Path, by: str) -> None:
    text = "These works show people, places and things in strong colours. They are small."
    options, environment = [], {}
    with serving(says(text)) as server:
        if by == "options":
            options = ["--endpoint", server.url, "--api-key", KEY]
        else:
            environment = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}
        done = topicart("summarize", run, "--engine", "openai", "--model", "scribe", *options,
                        **environment)  # fmt: skip
    assert done.exit_code == 0, done.output
    assert {asked.headers["Authorization"] for asked in server.asked} == {f"Bearer {KEY}"}
    assert {topic.summary.text for topic in Run.open(run).topics} == {text}
    address = server.url.removeprefix("http://").removesuffix("/v1")
    assert KEY not in done.output
    assert address not in done.output
    for path in run.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert KEY.encode() not in content, path
            assert address.encode() not in content, path


def test_a_key_is_not_printed_where_the_server_cannot_be_reached(run: Path) -> None:
    before = (run / "topics.json").read_bytes()
    done = topicart("summarize", run, "--engine", "openai", "--model", "scribe", "--timeout", "1",
                    "--endpoint", "http://127.0.0.1:9/v1", "--api-key", KEY)  # fmt: skip
    assert done.exit_code == 3
    assert "it cannot be reached" in " ".join(done.stderr.split())
    assert KEY not in done.output
    assert (run / "topics.json").read_bytes() == before
    assert Run.open(run).page.is_file()


@pytest.mark.parametrize(
    ("command", "stage"),
    [("label", "labelling.label_run"), ("summarize", "summarising.summarize_run")],
)
def test_ctrl_c_says_how_to_go_on(
    run: Path, monkeypatch: pytest.MonkeyPatch, command: str, stage: str
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"topicart.{stage}", interrupted)
    done = topicart(command, run)
    assert done.exit_code == 130
    assert "Repeat the same command to go on" in done.stderr


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, topicart.cli; from typer.testing import CliRunner;"
        "[CliRunner().invoke(topicart.cli.app, [c, '--help']) for c in ('label', 'summarize')];"
        "print([m for m in ('torch', 'numpy', 'transformers', 'pyarrow', 'httpx') if m in"
        " sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_page_that_is_not_there_is_not_named(run: Path) -> None:
    (run / "site" / "index.html").unlink()
    assert "Page: none; repeat the command that was cut short" in topicart("show", run).stdout
