"""The command ``topicart report``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.topicart.report_runs import harbour
from topicart.cli import app
from topicart.embeddings import Embeddings, normalise
from topicart.out import remove_what_names_made
from topicart.store import save_embeddings


def report(*arguments: str | Path) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["report", *map(str, arguments)])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = harbour(tmp_path_factory.mktemp("harbour"))
    vectors = np.random.default_rng(3).normal(size=(11, 8)).astype(np.float32)
    ids = tuple(run.works_with_vector["id"].to_pylist())
    save_embeddings(Embeddings(ids, normalise(vectors)), run.folder / "embeddings")
    return run.folder


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "run")
    return tmp_path / "run"


def test_the_site_is_made_anew(run: Path) -> None:
    assert report(run).exit_code == 0
    page = run / "site" / "index.html"
    page.write_text("old")
    done = report(run)
    assert done.exit_code == 0, done.output
    assert done.stdout == f"Page: {page.resolve()}\n"
    assert page.read_text().startswith("<!doctype html>")
    assert not (run / "atlas.parquet").exists()
    assert not (run / "site" / "iiif").exists()


def test_everything_at_once_tells_how_it_is_opened(run: Path) -> None:
    done = report(run, "--atlas", "--iiif")
    assert done.exit_code == 0, done.output
    assert f"Atlas: {(run / 'atlas.parquet').resolve()}" in done.stdout
    assert f"opens with: embedding-atlas {run / 'atlas.parquet'} --x x --y y" in done.stdout
    assert "http://localhost:8765/iiif/collection.json (--base says" in done.stdout
    assert pq.read_metadata(run / "atlas.parquet").num_rows == 11
    assert (run / "site" / "iiif" / "theme-0.json").is_file()


def test_machines_get_json(run: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.parquet"
    base = "https://museum.example/x"
    done = report(run, "--atlas-file", file, "--iiif", "--base", base, "--json")
    told = json.loads(done.stdout)
    assert told["page"] == str(run / "site" / "index.html")
    assert told["atlas"] == str(file)
    assert told["iiif"] == str(run / "site" / "iiif" / "collection.json")
    assert told["iiif_address"] == f"{base}/iiif/collection.json"
    assert json.loads(Path(told["iiif"]).read_text())["id"] == told["iiif_address"]
    assert file.is_file()
    assert not (run / "atlas.parquet").exists()


def test_quiet_says_nothing(run: Path) -> None:
    done = report(run, "--quiet", "--atlas")
    assert (done.exit_code, done.output) == (0, "")


def test_what_makes_no_sense_is_refused_before_anything_is_made(run: Path) -> None:
    for arguments, told in (
        (["--base", "https://a.org/"], "give --iiif too"),
        (["--atlas-file", "atlas.csv"], "ends in .parquet"),
        (["--iiif", "--base", "museum"], "is no address that a site could have"),
    ):
        done = report(run, *arguments)
        assert done.exit_code in (2, 7)
        assert told in " ".join(done.stderr.replace("│", " ").split())
    assert not (run / "site").exists()


def test_a_folder_that_is_no_run_is_told(tmp_path: Path) -> None:
    done = report(tmp_path)
    assert done.exit_code == 7
    assert "is not a run" in done.stderr


def test_other_names_take_away_what_speaks_of_the_old_ones(run: Path) -> None:
    assert report(run, "--atlas", "--iiif", "--quiet").exit_code == 0
    remove_what_names_made(run)
    assert not (run / "atlas.parquet").exists()
    assert not (run / "site" / "iiif" / "collection.json").exists()
