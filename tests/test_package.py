"""The wheel, not the checkout: what it holds, and that it works where only it is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import topicart

ROOT = Path(__file__).parent.parent
PACKAGES = {"evaluation", "knowledge_graph", "prompts", "topicart", "training"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build sdist and, from it, the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
        text=True,
    )
    return folder


@pytest.fixture(scope="module")
def bare(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an environment with the wheel and its dependencies, and nothing else."""
    folder = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    wheel = next(built.glob("*.whl"))
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel],
        check=True,
    )
    site = next((folder / "venv" / "lib").glob("python*/site-packages"))
    for source in _needed_by("topicart"):
        (site / source.name).symlink_to(source)
    return folder / "venv"


def test_every_public_name_is_there_and_explained() -> None:
    assert topicart.__all__ == sorted(topicart.__all__, key=_constants_and_classes_first)
    assert set(topicart.__all__) == {"__version__", *topicart._HOME} <= set(dir(topicart))
    for name in topicart._HOME:
        assert getattr(topicart, name).__doc__, name


def _constants_and_classes_first(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def test_the_wheel_holds_the_packages_and_their_data(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == PACKAGES
    for needed in (
        "knowledge_graph/sources/mappings/arco.rq",
        "knowledge_graph/sources/mappings/linked-art-context.json",
        "prompts/templates.toml",
        "topicart/mini/open_clip_config.json",
        "topicart/mini/open_clip_model.safetensors",
        "topicart/mini/README.md",
        "topicart/py.typed",
    ):
        assert needed in names
    assert any(name.startswith("topicart/report/templates/") for name in names)
    assert not any("mini/work/" in name or "__pycache__" in name for name in names)


def test_the_sdist_holds_the_tests_and_the_licence(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "tests/test_package.py", "Makefile"} <= names


def test_the_installed_wheel_runs_the_demo_from_another_folder(bare: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [bare / "bin" / "topicart", "demo", "--works", "60", "--out", "here", "--json"],
        cwd=tmp_path,
        env={**_plain_environment(), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["counts"]["works"] == 60
    assert (tmp_path / result["page"]).is_file()


def test_somebody_elses_prompts_module_is_named(bare: Path, tmp_path: Path) -> None:
    (tmp_path / "prompts.py").write_text("mine = True\n", encoding="utf-8")
    done = subprocess.run(
        [bare / "bin" / "python", "-c", "import topicart"],
        cwd=tmp_path,
        env=_plain_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"{tmp_path / 'prompts.py'} is found first. Rename your file" in done.stderr


def test_help_loads_nothing_heavy(bare: Path) -> None:
    code = (
        "import sys, topicart.cli; from typer.testing import CliRunner;"
        "CliRunner().invoke(topicart.cli.app, ['fit', '--help']);"
        "print([m for m in ('torch', 'numpy', 'transformers', 'umap', 'numba', 'datasets',"
        " 'pyarrow', 'sklearn', 'PIL') if m in sys.modules])"
    )
    done = subprocess.run(
        [bare / "bin" / "python", "-c", code],
        env=_plain_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def _plain_environment() -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}


def _needed_by(name: str) -> set[Path]:
    """Return what lies in site-packages of a distribution's dependencies, and of theirs."""
    found: set[Path] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(text) for text in distribution(name).requires or ()]
    waiting = [
        need for need in waiting if need.marker is None or need.marker.evaluate({"extra": ""})
    ]
    while waiting:
        need = waiting.pop()
        key = (need.name.lower(), frozenset(need.extras))
        if key in seen:
            continue
        seen.add(key)
        try:
            installed = distribution(need.name)
        except PackageNotFoundError:
            continue  # needed on another platform only
        home = Path(str(installed.locate_file("")))
        tops = {file.parts[0] for file in installed.files or () if file.parts[0] != ".."}
        found |= {home / top for top in tops if top != "__pycache__"}
        for text in installed.requires or ():
            further = Requirement(text)
            extras = need.extras or {""}
            if further.marker is None or any(
                further.marker.evaluate({"extra": extra}) for extra in extras
            ):
                waiting.append(further)
    return found
