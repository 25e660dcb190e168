"""The planted-topics benchmark: truth found is told, failures too, and nothing is done twice."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

import evaluation.planted.planting
import evaluation.planted.trials
from evaluation.baselines import BaselineError
from evaluation.baselines.nmf import Nmf
from evaluation.benchmarks import planted as kept_planted
from evaluation.planted.bench import PlantedError, PlantedResult, bench_planted, estimate
from evaluation.planted.table import planted_table
from knowledge_graph import Collection
from knowledge_graph.gallery import plan_gallery
from topicart import Embeddings

DIM = 16
SMALL: dict[str, Any] = {"sizes": [40], "noises": [0.0], "themes": [4], "seeds": [0, 1]}


class StubEncoder:
    """Vectors of pictures lie where their theme does."""

    name = "stub"
    fingerprint = "f" * 64
    dim = DIM

    def encode_texts(self, texts: Sequence[str], progress: Any = None) -> np.ndarray:
        return unit(np.random.default_rng(0).normal(size=(len(texts), DIM)))


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> StubEncoder:
    theme_of = {work.id: work.theme for work in plan_gallery(23 * 20, 0)}
    places = {theme: row for row, theme in enumerate(sorted(set(theme_of.values())))}

    def encode(_: Any, works: Collection, folder: Path, progress: Any) -> tuple[Any, tuple[()]]:
        generator = np.random.default_rng(1)
        directions = generator.normal(size=(len(places), DIM))
        rows = [places[theme_of[work]] for work in works.ids]
        near = directions[rows] + generator.normal(size=(len(works), DIM)) * 0.05
        return Embeddings(tuple(works.ids), unit(near)), ()

    monkeypatch.setattr(evaluation.planted.planting, "_WORTH_A_PROCESS", 10_000)
    monkeypatch.setattr(evaluation.planted.planting, "paint", lambda *_: Image.new("RGB", (96, 96)))
    monkeypatch.setattr(evaluation.planted.trials, "encode_collection", encode)
    return StubEncoder()


def bench(out: Path, encoder: StubEncoder, **asked: Any) -> PlantedResult:
    return bench_planted(out, encoder=encoder, **{**SMALL, **asked})  # type: ignore[arg-type]


def test_a_model_that_finds_the_themes_is_told_from_one_that_deals_by_lot(
    encoder: StubEncoder, tmp_path: Path
) -> None:
    result = bench(tmp_path, encoder, models=["kmeans", "random"])
    found, dealt = (row.measures for row in result.rows)
    assert found["ari"].mean == found["ami"].mean == found["ari_members"].mean == 1.0
    assert found["label_genre"].mean == 1.0
    assert found["n_topics"].mean == 4
    assert found["outlier_share"].mean == 0
    assert abs(dealt["ari"].mean) < 0.2
    assert dealt["ari"].interval is not None
    written = json.loads((tmp_path / "planted.json").read_text())
    assert [row["model"] for row in written["rows"]] == ["kmeans", "random"]
    assert written["rows"][0]["measures"]["ari"]["values"] == [1.0, 1.0]


def test_one_thing_is_varied_at_a_time_about_the_first_of_each(
    encoder: StubEncoder, tmp_path: Path
) -> None:
    result = bench(
        tmp_path, encoder, sizes=[40, 20], noises=[0, 0.5], themes=[4, 2],
        models=["kmeans"], seeds=[0],
    )  # fmt: skip
    settings = [(row.setting.works, row.setting.themes, row.setting.noise) for row in result.rows]
    assert settings == [(40, 4, 0), (20, 4, 0), (40, 4, 0.5), (40, 2, 0)]
    clean, noisy = result.rows[0].measures, result.rows[2].measures
    assert noisy["ari"].mean == clean["ari"].mean, "the stub does not look at pictures"
    assert noisy["labelled_genre"].mean <= clean["labelled_genre"].mean


def test_a_model_that_fails_is_a_row_and_the_others_go_on(
    encoder: StubEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise BaselineError("nmf: no captions. Give some.")

    monkeypatch.setattr(Nmf, "fit", broken)
    failed, found = bench(tmp_path, encoder, models=["nmf", "kmeans"]).rows
    assert failed.error == "nmf: no captions. Give some."
    assert not failed.measures
    assert found.measures["ari"].mean == 1.0
    monkeypatch.undo()
    assert not list((tmp_path / "trials").rglob("nmf*")), "it is tried again the next time"


def test_what_is_finished_is_not_done_again(
    encoder: StubEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bench(tmp_path, encoder, models=["kmeans", "random"])
    trial = next((tmp_path / "trials").rglob("random-1.json"))
    before = trial.read_bytes()
    trial.write_text("{ damaged")

    tried: list[str] = []
    whole = evaluation.planted.trials.Trials._try

    def noted(self: Any, model: Any, works: Any, seed: int) -> Any:
        tried.append(f"{model.name}-{seed}")
        return whole(self, model, works, seed)

    monkeypatch.setattr(evaluation.planted.trials.Trials, "_try", noted)
    again = bench(tmp_path, encoder, models=["kmeans", "random"])
    assert tried == ["random-1"]
    assert again.rows[0] == first.rows[0]
    assert again.rows[1].measures["ari"] == first.rows[1].measures["ari"]
    assert json.loads(trial.read_text())["key"] == json.loads(before)["key"]
    encoder.fingerprint = "e" * 64
    bench(tmp_path, encoder, models=["kmeans"], seeds=[0])
    assert tried[1:] == ["kmeans-0"], "another encoder, another result"


def test_the_table_says_how_sure_it_is_and_what_failed(
    encoder: StubEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Nmf, "fit", lambda *_: 1 / 0)
    result = bench(tmp_path, encoder, models=["kmeans", "nmf"])
    console = Console(file=io.StringIO(), width=160)
    console.print(planted_table(result))
    told = console.file.getvalue()  # type: ignore[attr-defined]
    assert "40 works, 4 themes, 0% noise" in told
    assert "1.00" in told
    assert "±" not in told.splitlines()[2], "the same with every seed is no certainty"
    assert "nmf: ZeroDivisionError: division by zero" in told
    assert "are told the number of planted themes" in told


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"models": ["kmean"]}, "no model 'kmean'.*Did you mean 'kmeans'"),
        ({"models": []}, "No model is named"),
        ({"sizes": []}, "sizes is empty; expected one value at least"),
        ({"seeds": [1, 1]}, "seeds are 1, 1; expected one or more different"),
        ({"noises": [0, 2]}, "noise is 2; expected a share"),
    ],
)
def test_what_cannot_be_asked_is_told_before_anything_is_painted(
    encoder: StubEncoder, asked: dict[str, Any], match: str, tmp_path: Path
) -> None:
    with pytest.raises(PlantedError, match=match):
        bench(tmp_path / "new", encoder, **asked)
    assert not (tmp_path / "new").exists()


def test_a_folder_with_other_things_is_refused(encoder: StubEncoder, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(PlantedError, match="not empty and holds no planted benchmark"):
        bench(tmp_path, encoder)


def test_a_folder_of_somebodys_own_paintings_is_refused(
    encoder: StubEncoder, tmp_path: Path
) -> None:
    (tmp_path / "paintings").mkdir()
    (tmp_path / "paintings" / "mine.jpg").write_bytes(b"mine")
    (tmp_path / "planted.json").write_text("mine")
    with pytest.raises(PlantedError, match="not empty and holds no planted benchmark"):
        bench(tmp_path, encoder)
    assert (tmp_path / "planted.json").read_text() == "mine"


def test_an_interval_is_students() -> None:
    found = estimate([0.1, 0.2, None, 0.3])
    assert found.mean == pytest.approx(0.2)
    # 4.302653 is the 97.5 % quantile of Student's t of two degrees of freedom, from a table.
    assert found.interval == pytest.approx(
        (0.2 - 4.302653 * 0.1 / 3**0.5, 0.2 + 4.302653 * 0.1 / 3**0.5)
    )
    assert estimate([0.5]).interval is None


def test_its_numbers_are_kept_without_the_single_seeds(
    encoder: StubEncoder, tmp_path: Path
) -> None:
    bench(tmp_path, encoder, models=["random"])
    kept_planted.main([str(tmp_path), "--out", str(tmp_path / "kept.json")])
    kept = json.loads((tmp_path / "kept.json").read_text(encoding="utf-8"))
    (setting,) = [name for name in kept["settings"] if name.startswith("40 works, 4 themes, 0%")]
    ari = kept["settings"][setting]["random"]["ari"]
    assert set(ari) == {"mean", "interval"}
    assert abs(ari["mean"]) < 0.2
