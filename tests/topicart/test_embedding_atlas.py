"""The table that Embedding Atlas opens."""

from __future__ import annotations

import io
import shlex
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from knowledge_graph import WriteError
from tests.topicart.report_runs import harbour
from topicart.embeddings import Embeddings, normalise
from topicart.errors import RunError
from topicart.neighbours import nearest_works
from topicart.report import embedding_atlas, write_site
from topicart.report.embedding_atlas import write_atlas
from topicart.run import Run
from topicart.run_files import fingerprint_of, write_nearest
from topicart.store import save_embeddings


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    made = harbour(tmp_path_factory.mktemp("harbour"))
    vectors = np.random.default_rng(3).normal(size=(11, 8)).astype(np.float32)
    ids = tuple(made.works_with_vector["id"].to_pylist())
    save_embeddings(Embeddings(ids, normalise(vectors)), made.folder / "embeddings")
    write_site(made)
    return Run.open(made.folder)


def test_every_point_has_its_words_its_picture_and_its_neighbours(run: Run, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    atlas = write_atlas(run, tmp_path / "atlas.parquet", progress=lambda *now: told.append(now))
    rows = pq.read_table(atlas.path).to_pylist()
    # d0 has no picture that could be read, hence no place.
    assert [row["id"] for row in rows] == run.works_with_vector["id"].to_pylist()
    assert (atlas.n_works, atlas.n_pictures, atlas.neighbours) == (11, 11, True)
    first = rows[0]
    assert (first["title"], first["artist"], first["style"], first["year"]) == (
        "Ships 0", "Bell Ada", "Realism, Romanticism", 1871,
    )  # fmt: skip
    assert (first["topic"], first["theme"]) == (0, "marina, Realism")
    assert rows[-1]["theme"] == "in no theme"
    assert rows[-1]["topic"] == -1
    assert first["x"] == pytest.approx(run.works["x"][0].as_py())
    with Image.open(io.BytesIO(first["image"]["bytes"])) as picture:
        assert picture.format == "WEBP"
        assert picture.size == (90, 60)
    assert len({row["image"]["path"] for row in rows}) == 11
    # As the tool's own graph of neighbours: rows of the file, the work itself first.
    assert first["neighbors"]["ids"][0] == 0
    assert sorted(first["neighbors"]["ids"]) == list(range(11))
    assert first["neighbors"]["distances"] == sorted(first["neighbors"]["distances"])
    assert told[-1] == (11, 11)


def test_the_command_names_every_column_that_is_there(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "my atlas.parquet"
    words = shlex.split(write_atlas(run, path).command)
    assert words[:2] == ["embedding-atlas", str(path)]
    columns = set(pq.read_schema(path).names)
    assert set(words[3::2]) == {"x", "y", "title", "image", "neighbors"} <= columns


def test_neighbours_that_the_fit_has_kept_are_not_sought_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = harbour(tmp_path)
    vectors = normalise(np.random.default_rng(3).normal(size=(11, 8)).astype(np.float32))
    ids = tuple(made.works_with_vector["id"].to_pylist())
    save_embeddings(Embeddings(ids, vectors), made.folder / "embeddings")
    atlas = write_atlas(Run.open(made.folder), tmp_path / "sought.parquet")
    sought = pq.read_table(atlas.path)["neighbors"]
    rows = nearest_works(vectors, 11).rows
    monkeypatch.setattr(embedding_atlas, "nearest_works", None)
    write_nearest(made.folder, rows, fingerprint_of(vectors.shape, [vectors]))
    atlas = write_atlas(Run.open(made.folder), tmp_path / "kept.parquet")
    kept = pq.read_table(atlas.path)["neighbors"]
    for first, second in zip(sought.to_pylist(), kept.to_pylist(), strict=True):
        assert first["ids"] == second["ids"]
        assert first["distances"] == pytest.approx(second["distances"], abs=1e-6)


@pytest.mark.parametrize("others", [False, True], ids=["too-few", "of-other-vectors"])
def test_kept_neighbours_that_do_not_do_are_sought(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: bool
) -> None:
    vectors = run.embeddings.vectors
    rows = np.zeros((11, 11 if others else 3), dtype=np.int32)
    asked = fingerprint_of(vectors.shape, [-vectors if others else vectors])
    monkeypatch.setattr("topicart.run_files.NEAREST", f"{others}.safetensors")
    write_nearest(run.folder, rows, asked)
    found = pq.read_table(write_atlas(run, tmp_path / "atlas.parquet").path)["neighbors"]
    assert all(sorted(work["ids"]) == list(range(11)) for work in found.to_pylist())


def test_many_works_are_written_a_part_at_a_time(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = pq.read_table(write_atlas(run, tmp_path / "whole.parquet").path)
    monkeypatch.setattr(embedding_atlas, "_ROWS", 4)
    parts = pq.ParquetFile(write_atlas(run, tmp_path / "parts.parquet").path)
    assert parts.num_row_groups == 3
    assert parts.read().equals(whole)


def test_without_pictures_it_says_so(tmp_path: Path) -> None:
    made = harbour(tmp_path)
    vectors = np.eye(11, 8, dtype=np.float32)
    vectors[8:, 0] = 1
    ids = tuple(made.works_with_vector["id"].to_pylist())
    save_embeddings(Embeddings(ids, vectors), made.folder / "embeddings")
    atlas = write_atlas(Run.open(made.folder), tmp_path / "atlas.parquet")
    assert atlas.n_pictures == 0
    assert "--image" not in atlas.command


def test_what_cannot_be_written_is_told(run: Run, tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="there is no folder"):
        write_atlas(run, tmp_path / "no" / "atlas.parquet")


def test_a_run_of_two_fits_is_refused(tmp_path: Path) -> None:
    made = harbour(tmp_path)
    vectors = np.eye(3, 8, dtype=np.float32)
    save_embeddings(Embeddings(("x", "y", "z"), vectors), made.folder / "embeddings")
    with pytest.raises(RunError, match="the embeddings are not of the same works"):
        write_atlas(Run.open(made.folder), tmp_path / "atlas.parquet")
