"""What docs/training.md tells a reader to type and to write is taken as it stands."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from prompts import load_caption_templates
from topicart.cli import app
from topicart.train_cli import start
from training.config import TrainConfig
from training.recipe import configure, recipe_names

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def _commands(program: str) -> list[list[str]]:
    lines = [shlex.split(line[2:]) for block in _blocks("console") for line in block.splitlines()]
    return [words[1:] for words in lines if words[0] == program]


@pytest.mark.parametrize("words", _commands("topicart"), ids=" ".join)
def test_a_topicart_command_is_understood(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = typer.main.get_command(app)
    understood: list[dict[str, Any]] = []
    for leaf in _leaves(command):
        monkeypatch.setattr(leaf, "callback", lambda **given: understood.append(given))
    command.main(list(words), standalone_mode=False)
    assert len(understood) == 1


def _leaves(command: Any) -> list[Any]:
    below = getattr(command, "commands", None)
    return [leaf for each in below.values() for leaf in _leaves(each)] if below else [command]


@pytest.mark.parametrize("words", _commands("accelerate"), ids=" ".join)
def test_a_launch_is_understood_by_accelerate_and_by_us(words: list[str]) -> None:
    from accelerate.commands.launch import launch_command_parser

    launched = launch_command_parser().parse_args(words[1:])
    assert (words[0], launched.training_script) == ("launch", "training")
    assert (ROOT / launched.config_file).is_file()
    ours = typer.Typer()
    ours.command()(start)
    typer.main.get_command(ours).make_context("training", list(launched.training_script_args))


def test_the_recipe_and_the_template_can_be_used(tmp_path: Path) -> None:
    (recipe,) = _blocks("yaml")
    (tmp_path / "mine.yaml").write_text(recipe, encoding="utf-8")
    assert configure(str(tmp_path / "mine.yaml")).loss == "sigmoid"
    (template,) = _blocks("toml")
    (tmp_path / "captions.toml").write_text(template, encoding="utf-8")
    (loaded,) = load_caption_templates(tmp_path / "captions.toml")
    assert loaded.name == "museum label"


def test_its_python_runs_as_written(
    paintings: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    (tmp_path / "paintings").symlink_to(paintings)
    (tmp_path / "captions.toml").write_text(_blocks("toml")[0], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for block in _blocks("python"):
        code = block.replace('"mini"', repr(str(tiny_model)))  # mini takes a minute
        exec(compile(code, "training.md", "exec"), names)
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in told[-2:]] == ["heads", "lora"]
    encoder = names["encoder"]
    by_peft = names["model"].encode_text(encoder.tokenizer(["a horse"]), normalize=True)
    assert by_peft.detach().numpy() == pytest.approx(encoder.encode_texts(["a horse"]), abs=1e-5)


def test_it_names_the_recipes_that_there_are_as_they_are() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \|.*\| ([\w-]+) \| ([\d,]+) \|$", PAGE, re.MULTILINE)
    assert {name for name, _, _ in rows} == set(recipe_names())
    for name, base, pairs in rows:
        config = configure(name)
        assert base in config.model
        assert int(pairs.replace(",", "")) == config.batch_size


def test_its_links_lead_somewhere() -> None:
    places = re.findall(r"\]\((?!https:)([^)#]+)\)", PAGE)
    assert len(places) > 4
    assert [place for place in places if not (ROOT / "docs" / place).exists()] == []


def test_settings_that_it_names_exist() -> None:
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`|--set ([a-z_]+)=", PAGE))
    settings = {name or value for name, value in named} - {"num_processes"}
    assert len(settings) > 5
    assert settings <= set(TrainConfig.model_fields)


def test_every_figure_of_pace_stands_in_the_file_of_results() -> None:
    folder = ROOT / "evaluation" / "benchmarks" / "results"
    results = json.loads((folder / "finetuning_speed.json").read_text(encoding="utf-8"))
    page = " ".join(PAGE.split())
    measured = results["models"]["ViT-B-32"]
    pace = {name: arm["pairs_per_s"] for name, arm in measured["arms"].items()}
    ratio = {name: found["median"] for name, found in measured["ratios"].items()}
    assert f"| `full` | {pace['full']:.1f} | 1 |" in page
    for method, to_full in (("lora", "lora's pace to full's"), ("heads", "heads' pace to full's")):
        assert f"| `{method}` | {pace[method]:.1f} | {ratio[to_full]:.2f} |" in page
    assert f"gain {measured[OPERATIONS]['full']:.2f}" in page
    assert f"reaches {pace['peft on MultiheadAttention']:.1f} in the same loop" in page
    assert f"{ratio[PEFT]:.2f} times as quick" in page
    assert f"and {pace[ALONE]:.1f} as open_clip runs it" in page
    assert f"({ratio[PEFT + ' without our loop']:.2f} times)" in page
    assert f"adds {100 * (ratio[LOOP] - 1):.1f} % to the bare step" in page
    assert f"adds {100 * (ratio[FILES] - 1):.1f} % to `lora`" in page
    assert f"learned {results['linear']['ratios']['pairs_per_s']:.2f} times" in page
    few, many = (row["prepare_cpu_us_per_work"] for row in results["linear"]["rows"])
    assert f"{many:.0f} µs there and {few:.0f} µs here" in page


OPERATIONS = "operations, of lora's"
PEFT = "lora's pace to peft's"
ALONE = "peft, open_clip's own forward"
LOOP = "full's time to the bare step's"
FILES = "time from files to lora's"


def test_every_figure_of_what_is_gained_stands_in_the_file_of_results() -> None:
    folder = ROOT / "evaluation" / "benchmarks" / "results"
    results = json.loads((folder / "finetuning.json").read_text(encoding="utf-8"))
    heads, lora = (results["trainings"][name]["metrics"] for name in ("heads", "lora"))
    against = results["against"]["lora against heads"]["metrics"]
    for name in GAINED:
        digits = 1 if "median" in name else 3

        def told(shown: float, interval: list[float], sign: str = "", digits: int = digits) -> str:
            low, high = interval
            return f"{shown:{sign}.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f})"

        row = (
            f"| {heads[name]['title']} | {heads[name]['before']:.{digits}f} | "
            f"{told(heads[name]['after'], heads[name]['interval'])} | "
            f"{told(lora[name]['after'], lora[name]['interval'])} | "
            f"{told(against[name]['lift'], against[name]['interval'], '+')} |"
        )
        assert row in PAGE, row
    seconds = results["seconds"]
    assert f"took {seconds['lora'] / seconds['heads']:.1f} times as long" in " ".join(PAGE.split())
    assert f"({heads['zero_shot_genre']['majority']:.3f})" in PAGE


GAINED = (
    "caption_to_picture_recall_at_1",
    "caption_to_picture_recall_at_5",
    "caption_to_picture_recall_at_10",
    "caption_to_picture_median_rank",
    "picture_to_caption_recall_at_1",
    "picture_to_caption_recall_at_5",
    "picture_to_caption_recall_at_10",
    "picture_to_caption_median_rank",
    "zero_shot_genre",
    "zero_shot_style",
)
