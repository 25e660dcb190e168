"""The bundled encoder: small enough, an open_clip model in every respect, and not blind."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from knowledge_graph import Artwork, Collection
from knowledge_graph.gallery import paint, plan_gallery
from topicart import Encoder
from topicart.models import mini_folder

THEMES = {
    "mountains": "a painting of mountains",
    "sea with ships": "a painting of ships on the sea",
    "flowers": "a painting of flowers in a vase",
    "vanitas": "a painting of a skull",
    "portrait": "a portrait",
    "city at night": "a painting of a city at night",
}


@pytest.fixture(scope="module")
def mini() -> Encoder:
    return Encoder.load("mini")


def test_it_takes_at_most_25_megabytes() -> None:
    assert sum(path.stat().st_size for path in mini_folder().iterdir()) <= 25_000_000


def test_its_numbers_are_those_of_the_weights_that_are_shipped() -> None:
    root = Path(__file__).parent.parent.parent
    results = json.loads(
        (root / "evaluation" / "benchmarks" / "results" / "mini.json").read_text(encoding="utf-8")
    )
    weights = (mini_folder() / "open_clip_model.safetensors").read_bytes()
    assert results["weights sha256"] == hashlib.sha256(weights).hexdigest()
    card = (mini_folder() / "README.md").read_text(encoding="utf-8")
    assert results["weights sha256"] in card
    assert all(artist in card for artist in results["artists held out"])
    assert not set(results["artists held out"]) & set(results["artists seen"])


def test_it_loads_as_any_open_clip_folder_from_wherever_it_lies(
    mini: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    moved = Encoder.load(str(shutil.copytree(mini_folder(), tmp_path / "moved here")))
    texts = ["a painting of a ship", "still life"]
    np.testing.assert_array_equal(moved.encode_texts(texts), mini.encode_texts(texts))
    assert moved.dim == mini.dim == 256
    assert moved.fingerprint == mini.fingerprint


def test_plain_open_clip_gives_the_same_vectors(mini: Encoder) -> None:
    import open_clip
    import torch

    folder = str(mini_folder())
    config = json.loads((mini_folder() / "open_clip_config.json").read_text(encoding="utf-8"))
    model, _, _ = open_clip.create_model_and_transforms(
        f"local-dir:{folder}",
        text_cfg={
            **config["model_cfg"]["text_cfg"],
            "hf_model_name": folder,
            "hf_tokenizer_name": folder,
        },
        pretrained_text=False,
    )
    tokens = open_clip.get_tokenizer(f"local-dir:{folder}")(["a harbour at night"])
    with torch.inference_mode():
        theirs = model.eval().encode_text(tokens, normalize=True).numpy()
    np.testing.assert_allclose(mini.encode_texts(["a harbour at night"]), theirs, atol=1e-4)


def test_it_tells_the_themes_of_the_sample_gallery_apart(mini: Encoder, tmp_path: Path) -> None:
    works = []
    for theme in THEMES:
        planned = [work for work in plan_gallery(600, 0) if work.theme == theme][:4]
        for number, work in enumerate(planned):
            name = f"{theme}-{number}.png"
            paint(work, 224).save(tmp_path / name)
            works.append(Artwork(id=name, images=(name,)))
    pictures = mini.encode_images(Collection.from_artworks(works, tmp_path, "themes"))
    prompts = mini.encode_texts(list(THEMES.values()))
    nearest = (pictures.vectors @ prompts.T).argmax(axis=1)
    told = [list(THEMES)[best] for best in nearest]
    right = [
        work.rsplit("-", 1)[0] == theme for work, theme in zip(pictures.ids, told, strict=True)
    ]
    # Guessing finds 4 of 24; 12 or more by luck happens once in 40,000 times.
    assert sum(right) >= 12
