"""Recipes: mistakes are told with file and field; a comparison goes on where it stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import evaluation.recipes.following
import topicart.space
from evaluation.baselines import BASELINES, BaselineError
from evaluation.baselines.nmf import Nmf
from evaluation.comparing import ComparisonError
from evaluation.recipes import Recipe, RecipeError, load_recipe, run_recipe
from evaluation.reference import ReferenceTextError
from topicart import Encoder, Run
from topicart.engines import Pending

SHIPPED = Path(evaluation.recipes.following.__file__).parent / "wikiart-sample.toml"


def write(folder: Path, text: str) -> Path:
    file = folder / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_recipe_compares_all_models_on_real_paintings() -> None:
    recipe = load_recipe(SHIPPED)
    assert set(recipe.models) == {"topicart", *BASELINES}
    assert recipe.seeds == (0, 1, 2, 3, 4)
    repository = SHIPPED.parent.parent.parent
    assert Path(recipe.source) == repository.parent / "shared" / "data" / "wikiart-sample"


def test_paths_are_relative_to_the_recipe_and_names_stay_names(tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_text("a text\n")
    recipe = load_recipe(
        write(
            tmp_path,
            'source = "works.csv"\nimages = "../pictures"\nreference = "texts.txt"\n'
            'models = ["topicart", "kmeans"]\nn_topics = 12\n[columns]\nartist = "Painter"\n'
            "[topicart]\nmin_cluster_size = 5\n[topicart.labels]\nmin_works = 2\n",
        )
    )
    assert recipe.source == str(tmp_path / "works.csv")
    assert recipe.opening() == {
        "images": str(tmp_path.parent / "pictures"),
        "columns": {"artist": "Painter"},
    }
    assert recipe.reference == str(tmp_path / "texts.txt")
    assert (recipe.encoder, recipe.judge) == ("mini", "imagenet")
    assert recipe.n_topics == 12
    assert recipe.topicart.labels.min_works == 2
    hub = load_recipe(write(tmp_path, 'source = "hf:owner/name"\nmodels = ["kmeans"]\n'))
    assert hub.source == "hf:owner/name"
    assert hub.reference == "captions"


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ('models = ["kmeans"]', r"mine.toml: source is missing; expected a line source = …"),
        ('source = "a"', r"models is missing"),
        ('source = "a"\nmodels = []', r"models: list should have at least 1 item"),
        (
            'source = "a"\nmodels = ["kmean"]',
            r"models: there is no model 'kmean'; the models are topicart, .*mean 'kmeans'",
        ),
        ('source = "a"\nmodels = ["lda", "lda"]', r"models: the model 'lda' is named twice"),
        (
            'source = "a"\nmodels = ["lda"]\nsed = [1]',
            r"there is no field sed; the fields are source, .* Did you mean 'seeds'",
        ),
        ('source = "a"\nmodels = ["lda"]\nseeds = [1, 1]', r"seeds: the seed 1 is named twice"),
        ('source = "a"\nmodels = ["lda"]\nseeds = [-1]', r"seeds: the seed -1 is less than 0"),
        ('source = "a"\nmodels = ["lda"]\nseeds = ["x"]', r"seeds.0: .* got 'x'\."),
        ('source = "a"\nmodels = ["lda"]\nn_topics = 1', r"n_topics: got 1; expected 'topicart'"),
        ('source = "a"\nmodels = ["lda"]\nn_topics = "all"', r"n_topics: got 'all'; expected"),
        (
            'source = "a"\nmodels = ["lda"]\n[topicart]\nseed = 3',
            r"topicart: it has a seed; write the seeds of all models as seeds = ",
        ),
        (
            'source = "a"\nmodels = ["lda"]\n[topicart]\nmin_size = 3',
            r"there is no field topicart.min_size; .*min_cluster_size",
        ),
        (
            'source = "a"\nmodels = ["lda"]\n[topicart]\nn_topics = 3',
            r"topicart: hdbscan finds the number of topics itself",
        ),
        ('source = "a"\nmodels = ["lda"]\n[stability]\nrepeats = 3', r"no field stability.repeats"),
        ('source = "a"\nmodels = ["lda"]\nseeds = [true]', r"seeds.0: .*integer, got True\."),
        ('source = "a"\nmodels = "lda"', r"models: input should be a valid list, got 'lda'\."),
        ('source = "a"\nmodels = ["lda"]\nstability = 3', r"stability: .* valid table, got 3\."),
        ('source = "a"\nmodels = ["lda"]\njudge = ""', r"judge: .* at least 1 character, got ''"),
        (
            'source = "a"\nmodels = ["lda"]\njudge = "a\\u0000"',
            r"mine.toml: judge is 'a\\x00'; expected a path, which has no zero character",
        ),
        (
            'source = "a"\nmodels = ["lda"]\n[topicart.labels]\nminworks = 3',
            r"no field topicart.labels.minworks; the fields are .*min_works",
        ),
        ("x = " + 5000 * "[", r"mine.toml is not valid TOML: .*recursion.* Name a TOML file"),
        ("source = ?", r"mine.toml is not valid TOML: .*line 1"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_field(text: str, match: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=match):
        load_recipe(write(tmp_path, text))


def test_a_recipe_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"other.toml cannot be read: No such file .*Name a TOML"):
        load_recipe(tmp_path / "other.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeError, match=r"bytes.toml is not valid TOML"):
        load_recipe(tmp_path / "bytes.toml")


@pytest.fixture
def no_umap(monkeypatch: pytest.MonkeyPatch) -> None:
    def project(vectors: np.ndarray, *, n_components: int, seed: int, **_: Any) -> np.ndarray:
        generator = np.random.default_rng(seed)
        axes = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)[2]
        points = vectors @ axes[:n_components].T
        return (points + generator.normal(size=points.shape) * 1e-4).astype(np.float32)

    monkeypatch.setattr(topicart.space, "reduce_umap", project)


@pytest.fixture
def recipe(paintings: Path, tiny_model: Path) -> Recipe:
    return Recipe.model_validate(
        {
            "source": str(paintings),
            "encoder": str(tiny_model),
            "models": ["kmeans", "topicart", "nmf"],
            "seeds": [3, 5],
            "topicart": {"clusterer": "kmeans", "n_topics": 3},
            "judge": "own",
            "stability": {"times": 1},
        }
    )


def snapshot(out: Path) -> dict[str, int]:
    files = [*out.glob("runs/*/*.json"), *out.glob("runs/*/embeddings/*")]
    return {str(file.relative_to(out)): file.stat().st_mtime_ns for file in files}


def test_a_recipe_is_followed_to_its_report_and_nothing_is_done_twice(
    recipe: Recipe, no_umap: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise BaselineError("nmf: it is broken today.")

    encoded = []
    see = Encoder.begin_pixels

    def seen(self: Encoder, pictures: list[np.ndarray]) -> Pending:
        encoded.append(len(pictures))
        return see(self, pictures)

    monkeypatch.setattr(Encoder, "begin_pixels", seen)
    out = tmp_path / "out"
    with monkeypatch.context() as today:
        today.setattr(Nmf, "fit", broken)
        page = run_recipe(recipe, out)
    assert sum(encoded) == 60, "each picture is encoded once, for all seeds and models"
    assert page.is_file()
    told = (page.parent / "report.json").read_text(encoding="utf-8")
    assert "nmf: it is broken today." in told
    labels = [model["label"] for model in json.loads(told)["models"]]
    assert sorted(labels) == ["kmeans", "nmf", "topicart"]

    runs = {folder.name: Run.open(folder) for folder in (out / "runs").iterdir()}
    assert sorted(runs) == [f"{name}-{seed}" for name in ("kmeans", "topicart")
                            for seed in (3, 5)]  # fmt: skip
    assert all(run.metrics["metrics"] for run in runs.values())
    refitted = {name for name, run in runs.items() if run.metrics["stability"]}
    assert refitted == {"kmeans-3", "topicart-3"}, "of each model the first seed's run"
    assert runs["kmeans-5"].record.config["topics"]["n_topics"] == 3
    assert runs["topicart-5"].record.config["topics"]["seed"] == 5

    before = snapshot(out)
    run_recipe(recipe, out)
    after = snapshot(out)
    assert {name: after[name] for name in before} == before
    assert {name.split("/")[1] for name in after.keys() - before.keys()} == {"nmf-3", "nmf-5"}
    assert sum(encoded) == 60


def test_a_comparison_that_was_cut_short_goes_on(
    recipe: Recipe, no_umap: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fit = evaluation.recipes.following.fit_baseline

    def interrupted(name: str, *values: Any, **settings: Any) -> Run:
        if name == "random":
            raise KeyboardInterrupt
        return fit(name, *values, **settings)

    recipe = recipe.model_copy(update={"models": ("topicart", "kmeans", "random"), "seeds": (0,)})
    with monkeypatch.context() as cut:
        cut.setattr(evaluation.recipes.following, "fit_baseline", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_recipe(recipe, tmp_path / "out")
    before = snapshot(tmp_path / "out")
    assert len(list((tmp_path / "out").glob("runs/*/run.json"))) == 2
    assert run_recipe(recipe, tmp_path / "out").is_file()
    after = snapshot(tmp_path / "out")
    assert {name: after[name] for name in before} == before


def test_a_folder_with_other_things_and_a_changed_recipe_are_told(
    recipe: Recipe, no_umap: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(RecipeError, match="not empty and holds no comparison by a recipe. Name"):
        run_recipe(recipe, tmp_path / "mine")
    with pytest.raises(RecipeError, match="notes.txt is a file. Name a folder"):
        run_recipe(recipe, tmp_path / "mine" / "notes.txt")
    alone = recipe.model_copy(update={"models": ("topicart",), "seeds": (0,)})
    with pytest.raises(RecipeError, match="needs two runs at least, and one model with one seed"):
        run_recipe(alone, tmp_path / "out")
    assert not (tmp_path / "out").exists(), "told before any work"
    unread = recipe.model_copy(update={"reference": "no-such.txt"})
    with pytest.raises(ReferenceTextError, match=r"'no-such.txt' is no file and no text"):
        run_recipe(unread, tmp_path / "out")
    assert not (tmp_path / "out").exists(), "told before any work"
    site = tmp_path / "out" / "report" / "index.html"
    site.parent.mkdir(parents=True)
    (tmp_path / "out" / "recipe.json").write_text("{}")
    site.write_text("mine")
    with pytest.raises(ComparisonError, match="report is not empty and holds no report"):
        run_recipe(recipe, tmp_path / "out")
    assert site.read_text() == "mine"
    site.unlink()

    def fail(*_: object) -> None:
        raise BaselineError("nmf: no words")

    monkeypatch.setattr(Nmf, "fit", fail)
    alone = recipe.model_copy(update={"models": ("topicart", "nmf"), "seeds": (0,)})
    with pytest.raises(RecipeError, match="and 1 came about .nmf: nmf: no words"):
        run_recipe(alone, tmp_path / "out")
    other = recipe.topicart.model_copy(update={"n_topics": 4})
    changed = alone.model_copy(update={"topicart": other})
    with pytest.raises(
        RecipeError, match="holds another fit .different: n_topics.*delete that run's folder, or"
    ):
        run_recipe(changed, tmp_path / "out")
