"""The bundled encoder: what is shipped, what it knows, and that its making runs."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge_graph.gallery import PlannedWork, paint, plan_gallery
from prompts import load_templates
from training.mini import card, export
from training.mini.folds import artist_folds
from training.mini.recipe import Recipe

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "topicart" / "mini"
RESULTS = ROOT / "evaluation" / "benchmarks" / "results" / "mini.json"
THEMES = (
    "sea with ships",
    "flowers",
    "portrait",
    "mountains",
    "city at night",
    "fruit still life",
    "geometric abstraction",
    "crucifixion",
)


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def mini(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any, Any]:
    """Model, transform and tokenizer of a copy, loaded while no connection can be opened."""
    moved = tmp_path_factory.mktemp("moved") / "somewhere else"
    shutil.copytree(SHIPPED, moved)

    def refuse(*_args: object) -> None:
        raise AssertionError("mini asked for the network")

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setattr(socket.socket, "connect", refuse)
        return export.load_model(moved)


def test_the_folder_is_small_and_holds_data_only() -> None:
    assert export.folder_megabytes(SHIPPED) <= 25
    assert {path.name for path in SHIPPED.iterdir()} == {
        "README.md",
        "config.json",
        "open_clip_config.json",
        "open_clip_model.safetensors",
        "special_tokens_map.json",
        "tokenizer.json",
        "tokenizer_config.json",
    }


def test_it_loads_from_another_folder_without_a_network(mini: tuple[Any, Any, Any]) -> None:
    import torch

    model, transform, tokenize = mini
    picture = paint(plan_gallery(1, 0)[0], 96)
    with torch.inference_mode():
        assert model.encode_image(transform(picture)[None]).shape == (1, 256)
        assert model.encode_text(tokenize(["a painting of a ship", "a skull"])).shape == (2, 256)


def test_it_tells_the_themes_of_the_demo_gallery_apart(mini: tuple[Any, Any, Any]) -> None:
    import torch
    from scipy.stats import binomtest
    from torch.nn import functional

    model, transform, tokenize = mini
    works = _three_of_each(plan_gallery(400, 0))
    words = {work.theme: work.theme_words for work in works}
    prompts = [
        text.format(term=words[theme]) for theme in THEMES for text in load_templates()["subject"]
    ]
    with torch.inference_mode():
        pictures = torch.stack([transform(paint(work, 160)) for work in works])
        images = functional.normalize(model.encode_image(pictures), dim=-1)
        texts = functional.normalize(model.encode_text(tokenize(prompts)), dim=-1)
    classes = texts.reshape(len(THEMES), -1, texts.shape[-1]).mean(dim=1)
    guesses = (images @ classes.T).argmax(dim=-1).tolist()
    right = sum(THEMES[g] == work.theme for g, work in zip(guesses, works, strict=True))
    assert binomtest(right, len(works), 1 / len(THEMES), alternative="greater").pvalue < 1e-4


def test_words_of_painted_themes_are_whole_pieces(mini: tuple[Any, Any, Any]) -> None:
    pieces = set(json.loads((SHIPPED / "tokenizer.json").read_text("utf-8"))["model"]["vocab"])
    words = "mountain sea ship river bridge village church city night fruit flower skull portrait "
    words += "interior horse battle harvest serpent angel donkey storm dragon cross wings"
    assert set(words.split()) <= pieces
    _, _, tokenize = mini
    ids = tokenize(["A Vanitas, chiaroscuro: naïve daedalus!"])[0]
    vocabulary = json.loads((SHIPPED / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    assert ids.shape == (64,)
    assert vocabulary["[UNK]"] not in ids.tolist()


def test_the_card_is_written_from_the_file_of_results(results: dict[str, Any]) -> None:
    assert (SHIPPED / "README.md").read_text(encoding="utf-8") == card.card_text(results)


def test_the_results_are_those_of_the_shipped_weights(results: dict[str, Any]) -> None:
    weights = (SHIPPED / export.WEIGHTS).read_bytes()
    assert hashlib.sha256(weights).hexdigest() == results["weights sha256"]
    assert min(results["least cosine to the pipeline"].values()) >= 0.999
    assert len(results["artists held out"]) == Recipe().held_out
    assert not set(results["artists held out"]) & set(results["artists seen"])


def test_the_demo_gallery_is_not_trained_on(results: dict[str, Any]) -> None:
    from training.mini.painted import GALLERY, plan_training

    assert results["recipe"]["painted_seed"] >= 1000
    planned = plan_training(GALLERY + 1, Recipe().painted_seed)
    assert [work.seed[0] for work in planned] == [1000] * GALLERY + [1001]


def test_folds_share_no_artist_and_are_of_like_size() -> None:
    artists = [f"artist {n}" for n in range(12) for _ in range(3 * n + 1)]
    folds = artist_folds(artists, 4, seed=0)
    assert sorted(row for fold in folds for row in fold) == list(range(len(artists)))
    names = [{artists[row] for row in fold} for fold in folds]
    assert sum(map(len, names)) == len(set(artists))
    sizes = list(map(len, folds))
    assert max(sizes) - min(sizes) < 10


def test_real_metadata_become_facts(shared_data: Path) -> None:
    from training.mini.pictures import read_paintings, read_styles

    paths, facts, artists = read_paintings(shared_data / "wikiart-sample")
    assert len(paths) == len(facts) == len(artists) == 1361
    assert len(set(artists)) == 36
    assert all(path.is_file() for path in paths[:20])
    styles = set().union(*(f["style"] for f in read_styles(shared_data / "styles7")[1]))
    known = set().union(*(f.get("style", frozenset()) for f in facts))
    assert len(styles) == 7
    # Both sources must call a style the same, or masks between them would be wrong.
    assert {"art nouveau", "expressionism", "impressionism"} <= styles & known


def _three_of_each(works: list[PlannedWork]) -> list[PlannedWork]:
    chosen = {theme: [w for w in works if w.theme == theme][:3] for theme in THEMES}
    assert np.unique([len(some) for some in chosen.values()]).tolist() == [3]
    return [work for some in chosen.values() for work in some]
