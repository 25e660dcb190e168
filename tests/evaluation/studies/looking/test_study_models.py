"""Models of a study by their names, their two sides, and the spaces they make."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from evaluation.studies.looking import load_models, spaces_of
from evaluation.studies.looking.texts import MiniLM, Tfidf
from evaluation.studies.looking.transformer import Transformer
from topicart import Encoder
from topicart.errors import ModelError, StudyError
from topicart.hub import HubUnreachableError

_WORDS = ("a ship at sea", "a still life with fruit", "", "the harbour in the evening, with boats")


def _pictures(n: int = 3) -> list[Image.Image]:
    noise = np.random.default_rng(0).integers(0, 256, (n, 80, 100, 3), np.uint8)
    return [Image.fromarray(one) for one in noise]


def _space(model: Any, texts: Sequence[str] = ("x",) * 3, **more: Any) -> Any:
    seen = {model.pictures.name: model.pictures.encode(_pictures(len(texts)))}
    learn = np.zeros(len(texts), bool)
    return spaces_of([model], seen, texts, more.pop("learn", learn), **more)[0]


@pytest.mark.parametrize("name", ["mini", "tiny"])
def test_tower_and_projection_make_up_the_encoder(name: str, tiny_model: Path) -> None:
    (model,) = load_models([str(tiny_model) if name == "tiny" else name], device="cpu")
    space = _space(model)
    encoder = Encoder.load(model.name, device="cpu", precision="fp32")
    from topicart.preprocess import fitted

    pixels = np.stack([fitted(picture, encoder.preprocess) for picture in _pictures()])
    np.testing.assert_allclose(space.pictures, encoder.encode_pixels(pixels), atol=1e-5)
    np.testing.assert_allclose(space.place(space.features), space.pictures, atol=1e-6)
    np.testing.assert_allclose(space.read(_WORDS), encoder.encode_texts(_WORDS), atol=1e-5)
    assert space.read([]).shape == (0, encoder.dim)
    assert space.features.shape[1] != encoder.dim or name == "tiny"
    assert space.context_length == encoder.context_length
    assert not space.joined


def test_the_towers_of_an_encoder_are_loaded_once_and_give_it_back_whole(tiny_model: Path) -> None:
    own = str(tiny_model)
    model, joined = load_models([own, f"cca:tower:{own}+tower:{own}", own], device="cpu")
    assert joined.pictures is model.pictures
    assert model.texts is not None
    assert joined.texts is not None
    before = model.texts.encode(_WORDS)
    raw = joined.texts.encode(_WORDS)
    after = model.texts.encode(_WORDS)
    np.testing.assert_array_equal(before, after)
    encoder = Encoder.load(own, device="cpu", precision="fp32")
    projected = raw @ encoder.model.text_projection.detach().numpy()
    projected /= np.linalg.norm(projected, axis=1, keepdims=True)
    np.testing.assert_allclose(projected, before, atol=1e-5)
    assert joined.texts.fingerprint != model.texts.fingerprint


@pytest.mark.parametrize(
    "architecture", ["RN50", "coca_ViT-B-32", "vit_medium_patch16_gap_256", "convnext_base"]
)
def test_towers_of_other_architectures_are_parted(architecture: str) -> None:
    """Small stand-ins of each kind: what is projected equals what the whole tower gives."""
    import open_clip
    import torch

    from evaluation.studies.looking.towers import _parted

    config = json.loads(json.dumps(open_clip.get_model_config(architecture)))
    vision = config["vision_cfg"]
    if "timm_model_name" in vision:
        vision |= {"timm_model_name": "test_convnext" if "conv" in architecture else "test_vit"}
        vision |= {"image_size": 160, "timm_pool": ""}
    else:
        layers = [1, 1, 1, 1] if architecture == "RN50" else 1
        vision |= {"layers": layers, "width": 32, "image_size": 64}
        vision |= {} if architecture == "RN50" else {"head_width": 16}
    from open_clip.model import _build_vision_tower

    visual = _build_vision_tower(config["embed_dim"], vision).eval()
    side = 160 if "timm_model_name" in vision else 64
    parted = _parted(visual)
    assert parted is not None
    with torch.inference_mode():
        batch = torch.rand(2, 3, side, side)
        features, whole = parted[0](batch), visual(batch)
        whole = whole[0] if isinstance(whole, tuple) else whole
        assert features.ndim == 2
        if parted[1] is not None:
            torch.testing.assert_close(parted[1](features), whole)
        else:
            assert architecture == "RN50"


def test_an_unknown_tower_is_said_to_be_one(tiny_model: Path) -> None:
    from evaluation.studies.looking.towers import pictures_of_encoder, tower_pictures

    encoder = Encoder.load(str(tiny_model), device="cpu", precision="fp32")
    encoder.model.visual = _of_another_kind(encoder.model.visual)
    with pytest.raises(ModelError, match=r"is not known \(Another\)"):
        tower_pictures(encoder)
    whole, project = pictures_of_encoder(encoder)
    assert project is None
    assert whole.encode(_pictures()).shape == (3, encoder.dim)


def _of_another_kind(visual: Any) -> Any:
    import torch

    class Another(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = visual

        def forward(self, batch: Any) -> Any:
            return self.inner(batch)

    return Another()


def test_the_floor_is_drawn_by_lot_and_needs_no_file(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import open_clip.factory

    towers = json.loads((tiny_model / "open_clip_config.json").read_text())["model_cfg"]
    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "tiny", towers)
    first, again, other = (
        load_models(["random-clip:tiny"], device="cpu", seed=seed)[0] for seed in (3, 3, 4)
    )
    assert first.floor
    assert first.pictures.fingerprint == again.pictures.fingerprint
    assert first.pictures.fingerprint != other.pictures.fingerprint
    space = _space(first)
    assert space.floor
    assert space.read(_WORDS).shape == (4, space.pictures.shape[1])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("imagnet", "no model 'imagnet'.*Did you mean"),
        ("ccca:pixels+tfidf", "of the kind 'ccca'.*Did you mean 'cca'"),
        ("cca:pixels", "does not name two towers; expected cca:PICTURES"),
        ("cca:+tfidf", "does not name two towers"),
        ("cca:pixels+tfdif", "no text tower 'tfdif'.*Did you mean 'tfidf'"),
        ("linear:pixls+tfidf", "no picture tower 'pixls'.*Did you mean 'pixels'"),
        ("random-clip:ViT-S-33", "open_clip has no architecture 'ViT-S-33'"),
        ("random-clip:ViT-B-16-SigLIP", "tokenizer of ViT-B-16-SigLIP would have to be fetched"),
        ("timm:resnet19", "timm has no model 'resnet19'"),
        ("tfidf", "reads and does not see; join it"),
        ("tower:min", "There is no model 'min'"),
        ("tower:imagenet", "imagenet is a picture tower itself. Leave “tower:” out"),
        ("tower:tower:mini", "no encoder of the kind 'tower'.* An encoder is mini"),
    ],
)
def test_misspelt_names_are_told_with_what_was_meant(name: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        load_models([name], device="cpu")


def test_a_wrong_device_is_no_fault_of_the_model() -> None:
    with pytest.raises(ModelError, match=r"^device must be one of auto.*got 'gpu'"):
        load_models(["mini"], device="gpu")


@pytest.mark.parametrize("name", ["timm:resnet18", "cca:pixels+hf:distilbert/distilbert-base"])
def test_without_a_network_weights_are_missed_by_one_question(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def unreachable(repository: str, _: object) -> None:
        asked.append(repository)
        raise HubUnreachableError("name resolution failed")

    # What would ask the hub again and again is never reached.
    monkeypatch.setattr("timm.create_model", lambda *_, **__: pytest.fail("timm asked, too"))
    monkeypatch.setattr("topicart.hub.cached_file", lambda *_: None)
    monkeypatch.setattr("topicart.hub.fetch_file", unreachable)
    with pytest.raises(ModelError, match=r"not to be had: name resolution failed\."):
        load_models([name], device="cpu")
    assert len(asked) == 1


def test_what_flatters_mini_is_said_of_its_towers_too() -> None:
    mini, joined, pixels = load_models(["mini", "cca:tower:mini+tfidf", "pixels"], device="cpu")
    assert "taught with paintings of WikiArt" in mini.note
    assert joined.note == mini.note
    assert pixels.note == ""


def test_no_name_is_no_study() -> None:
    with pytest.raises(ModelError, match="No model was asked for"):
        load_models([])


def test_a_picture_tower_alone_reads_nothing() -> None:
    (model,) = load_models(["pixels"])
    space = _space(model)
    assert space.read is None
    assert space.token_counts is None
    np.testing.assert_allclose(np.linalg.norm(space.pictures, axis=1), 1, atol=1e-6)


def test_a_map_learns_from_marked_works_with_a_text_alone() -> None:
    (model,) = load_models(["cca:pixels+tfidf"])
    texts = [f"word{row % 7} and word{row % 3}" for row in range(60)]
    learn = np.arange(60) < 40
    first = _space(model, texts, learn=learn)
    # What judges may say what it likes: nothing is learnt from it.
    second = _space(model, [*texts[:40], *["other words"] * 20], learn=learn)
    np.testing.assert_array_equal(first.pictures, second.pictures)
    np.testing.assert_array_equal(first.read(["word1"]), second.read(["word1"]))
    # Nor does a second study make the first forget its words.
    kept = first.read(["word1"])
    _space(model, [f"strange{row % 5}" for row in range(60)], learn=learn)
    np.testing.assert_array_equal(first.read(["word1"]), kept)
    assert first.joined
    with pytest.raises(StudyError, match="19 works with a text are there to train cca:pixels"):
        _space(model, [text if row < 19 else " " for row, text in enumerate(texts)], learn=learn)


def test_tfidf_weighs_words_as_scikit_learn_and_reduces_many() -> None:
    texts = [" ".join(f"w{(row * k) % 90}x" for k in range(1, 9)) for row in range(120)]
    plain, reduced = Tfidf(), Tfidf(dim=20)
    for side in (plain, reduced):
        side.fit(texts)
    from sklearn.feature_extraction.text import TfidfVectorizer

    oracle = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit(texts)
    np.testing.assert_allclose(plain.encode(texts), oracle.transform(texts).toarray(), atol=1e-6)
    assert reduced.encode(texts).shape == (120, 20)
    # Twenty directions keep what a singular value decomposition of all texts keeps by them.
    kept = np.linalg.svd(plain.encode(texts), compute_uv=False)[:20]
    own = np.linalg.svd(reduced.encode(texts), compute_uv=False)
    np.testing.assert_allclose(own, kept, rtol=0.02)
    assert plain.token_counts(["the ship and the sea", ""]).tolist() == [2, 0]
    assert (plain.encode(["unheard"]) == 0).all()
    with pytest.raises(StudyError, match="hold no word that TF-IDF could count"):
        Tfidf().fit(["the and of", ""])
    with pytest.raises(StudyError, match="before it learnt words"):
        Tfidf().encode(["x"])


def test_tokens_are_counted_uncut(tiny_model: Path) -> None:
    long = "ship " * 300
    tiny, mini = load_models([str(tiny_model), "mini"], device="cpu")
    for model in (tiny, mini):
        assert model.texts is not None
        assert model.texts.token_counts(["ship", long]).tolist() == [3, 302]
    assert MiniLM("cpu").token_counts(["ship", long]).tolist() == [3, 302]


@pytest.fixture(scope="module")
def tiny_transformer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a BERT of two small layers and a word list of its own."""
    import torch
    from transformers import BertConfig, BertModel
    from transformers import BertTokenizerFast as Tokenizer  # type: ignore[attr-defined]

    folder = tmp_path_factory.mktemp("bert")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ship", "sea", "fruit", "a", "at"]
    (folder / "vocab.txt").write_text("\n".join(words))
    Tokenizer(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=24,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    return folder


def test_a_transformer_gives_the_mean_over_its_tokens(tiny_transformer: Path) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    side = Transformer(str(tiny_transformer), "cpu")
    texts = ["a ship at sea", "fruit", "ship " * 100, ""]
    assert side.context_length == 24
    assert side.token_counts(texts).tolist() == [6, 3, 102, 2]
    found = side.encode(texts)
    tokenizer = AutoTokenizer.from_pretrained(tiny_transformer)
    model = AutoModel.from_pretrained(tiny_transformer).eval()
    for text, own in zip(texts[:2], found[:2], strict=True):
        with torch.inference_mode():
            mean = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].mean(dim=0)
        np.testing.assert_allclose(own, (mean / mean.norm()).numpy(), atol=1e-5)
    assert side.encode([]).shape == (0, 16)


def test_a_transformer_with_pickled_weights_or_none_is_refused(
    tiny_transformer: Path, tmp_path: Path
) -> None:
    import shutil

    import torch

    own = tmp_path / "pickled"
    shutil.copytree(tiny_transformer, own)
    (own / "model.safetensors").unlink()
    torch.save({}, own / "pytorch_model.bin")
    with pytest.raises(ModelError, match="is not to be had.*safetensors"):
        Transformer(str(own), "cpu")
    with pytest.raises(ModelError, match="without a network, use minilm"):
        Transformer(str(tmp_path / "none"), "cpu")
