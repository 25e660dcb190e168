"""The making of mini at toy size, and the pieces that its numbers rest on."""

from __future__ import annotations

import csv
import json
import string
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from training.mini import AlignRecipe, Making, Parts, Recipe, TextRecipe, make_mini
from training.mini.__main__ import main
from training.mini.align import Heads, Source, align, contrast
from training.mini.captions import FALSE, TRUE, UNKNOWN, Caption, Claims
from training.mini.card import card_text
from training.mini.distil import embed_texts, start_student
from training.mini.evaluate import area_under_curve, retrieval
from training.mini.export import load_model
from training.mini.parts import PartsError, package_facts
from training.mini.pictures import picture_set, style_name, without_twins
from training.mini.pieces import SPECIAL, open_tokenizer, prune

WORDS = ("a", "painting", "of", "ship", "ships", "sea", "portrait", "gold", "##fish", "horse")


@pytest.fixture(scope="module")
def parts() -> Parts:
    """An image tower and a teacher with random weights, and a small vocabulary."""
    import timm
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    tokenizer = _tokenizer()
    config = BertConfig(
        vocab_size=len(tokenizer["model"]["vocab"]),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=64,
    )
    tower = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    teacher = BertModel(config, add_pooling_layer=False).eval()
    names = tuple(f"thing {_letters(n)}, stuff {_letters(n)}" for n in range(1000))
    made_up = {"version": "0", "licence": "unknown", "licence file": "none"}
    return Parts(tower, names, teacher, tokenizer, {"random weights": made_up})


def test_the_making_leaves_a_model_that_loads_and_a_card(tmp_path: Path, parts: Parts) -> None:
    import torch

    data = tmp_path / "data"
    _write_data(data)
    recipe = Recipe(
        text=TextRecipe(pieces=200, layers=(0, 1), inner=16, epochs=1, batch=64, max_texts=600),
        align=AlignRecipe(
            dim=16, steps=3, base_steps=3, captioned=8, styled=4, imagenet=16, pseudo=4, painted=4,
            captions=2, class_copies=1, twin=2.0,
        ),
        painted_works=4,
        styled_test=3,
        demo_works=24,
        folds=2,
        held_out=1,
    )  # fmt: skip
    making = Making(
        data, tmp_path / "mini", tmp_path / "work", tmp_path / "mini.json", recipe=recipe
    )
    results = make_mini(making, parts)

    assert json.loads(making.results.read_text(encoding="utf-8")) == results
    assert (making.out / "README.md").read_text(encoding="utf-8") == card_text(results)
    assert results["artists held out"][0] in card_text(results)
    model, transform, tokenize = load_model(making.out)
    with torch.inference_mode():
        picture = transform(Image.new("RGB", (40, 30), "red"))[None]
        assert model.encode_image(picture).shape == (1, 16)
        assert model.encode_text(tokenize(["a painting of a ship"])).shape == (1, 16)
    assert load_model(making.work / "mini-base")[0].visual.head is not None


def test_a_claim_is_true_false_or_unknown() -> None:
    pictures = picture_set(
        "some",
        np.zeros((3, 4), np.float32),
        [
            {"genre": frozenset({"portrait"}), "style": frozenset({"baroque"})},
            {"genre": frozenset({"landscape"})},
            {},
        ],
    )
    both = Caption("a baroque portrait", (("genre", "portrait"), ("style", "baroque")))
    one = Caption("a landscape", (("genre", "landscape"),))
    claims = Claims([pictures], [both, one])
    truth = claims.truth(np.arange(3), claims.columns([both, one]))
    assert truth.tolist() == [[TRUE, FALSE], [FALSE, TRUE], [UNKNOWN, UNKNOWN]]


def test_what_is_doubtful_is_not_held_against_a_picture() -> None:
    seen = picture_set("seen", np.zeros((1, 4), np.float32), [{"object": frozenset({"gondola"})}])
    seen = replace(seen, doubtful=(frozenset({"canoe"}),))
    captions = [Caption(name, (("object", name),)) for name in ("gondola", "canoe", "daisy")]
    claims = Claims([seen], captions)
    assert claims.truth(np.arange(1), claims.columns(captions)).tolist() == [[TRUE, UNKNOWN, FALSE]]


def test_the_loss_leaves_out_unknown_pairs_and_averages_over_positives() -> None:
    import torch

    logits = torch.tensor([[2.0, 1.0, 9.0, 0.0]])
    truth = torch.tensor([[TRUE, TRUE, UNKNOWN, FALSE]])
    known = np.array([2.0, 1.0, 0.0])
    shares = known - np.log(np.exp(known).sum())
    assert float(contrast(logits, truth)) == pytest.approx(-(shares[0] + shares[1]) / 2, abs=1e-6)
    # A row without a negative, and one without a positive, have nothing to say.
    more = torch.cat([logits, logits, logits])
    rows = torch.cat([truth, torch.full_like(truth, TRUE), torch.full_like(truth, FALSE)])
    assert float(contrast(more, rows)) == pytest.approx(float(contrast(logits, truth)), abs=1e-6)


def test_alignment_brings_pictures_to_their_captions() -> None:
    chance = np.random.default_rng(0)
    kinds = [f"kind {n}" for n in range(4)]
    centres = chance.normal(size=(4, 12))
    features = np.concatenate([c + 0.1 * chance.normal(size=(20, 12)) for c in centres])
    facts = [{"subject": frozenset({kinds[n // 20]})} for n in range(80)]
    captions = [[Caption(f"a {next(iter(f['subject']))}", (("subject", kinds[n // 20]),))]
                for n, f in enumerate(facts)]  # fmt: skip
    meaning = dict(zip(kinds, chance.normal(size=(4, 10)).astype(np.float32), strict=True))

    def encode(texts: Any) -> Any:
        return np.stack([meaning[text.removeprefix("a ")] for text in texts])

    pictures = picture_set("toy", features.astype(np.float32), facts)
    recipe = AlignRecipe(dim=8, dropout=0.0)
    heads = align([Source(pictures, captions, 40)], encode, recipe, steps=60, seed=0)
    guesses = (heads.images(pictures.features) @ heads.texts(encode(kinds)).T).argmax(axis=1)
    assert (guesses == np.arange(80) // 20).mean() > 0.95
    assert isinstance(heads, Heads)


def test_a_student_that_drops_nothing_is_its_teacher(parts: Parts) -> None:
    texts = ["a painting of ships", "goldfish"]
    everything = len(parts.tokenizer["model"]["vocab"])
    tokenizer, kept = prune(parts.tokenizer, texts, everything)
    coded = [c.ids for c in open_tokenizer(tokenizer).encode_batch(texts)]
    whole = TextRecipe(pieces=everything, layers=(0, 1), inner=48)
    student = start_student(parts.teacher, coded, kept, whole)
    np.testing.assert_allclose(
        embed_texts(student, tokenizer, texts),
        embed_texts(parts.teacher, parts.tokenizer, texts),
        atol=1e-5,
    )


def test_a_word_whose_piece_is_dropped_is_spelled_in_smaller_ones(parts: Parts) -> None:
    letters = 2 * len(string.ascii_lowercase)
    tokenizer, kept = prune(parts.tokenizer, ["ship ship"], len(SPECIAL) + letters + 1)
    coded = open_tokenizer(tokenizer).encode("ship sea")
    assert coded.tokens == ["[CLS]", "ship", "s", "##e", "##a", "[SEP]"]
    assert len(kept) == len(tokenizer["model"]["vocab"]) == len(SPECIAL) + letters + 1


def test_recall_and_ranks_by_hand() -> None:
    images = np.eye(4, dtype=np.float32)
    texts = np.array([[1, 0, 0, 0], [0.9, 0.8, 0, 0], [1, 1, 0.5, 1], [0, 0, 0, 1]], np.float32)
    found = retrieval(images, texts, gallery=20)  # 10 of 20 is 2 of 4
    assert found["t2i R@1"] == 0.5
    assert found["t2i median"] == 1.5
    assert found["t2i R@2.8%"] == 0.75
    assert found["t2i R@10"] == 1


def test_area_under_the_curve_agrees_with_scikit_learn() -> None:
    from sklearn.metrics import roc_auc_score

    chance = np.random.default_rng(0)
    scores = chance.integers(0, 5, 60).astype(np.float32)  # with ties
    members = chance.random(60) < 0.3
    assert area_under_curve(scores, members) == pytest.approx(roc_auc_score(members, scores))


def test_near_twins_of_captioned_paintings_are_left_out() -> None:
    captioned = picture_set("captioned", np.eye(3, dtype=np.float32), [{}] * 3)
    styled = picture_set(
        "styled", np.array([[2, 0.1, 0], [1, 1, 1]], np.float32), [{"style": frozenset("x")}, {}]
    )
    left = without_twins(styled, captioned, 0.93)
    assert left.features.tolist() == [[1, 1, 1]]


@pytest.mark.parametrize("value", ["Art Nouveau (Modern)", "art-nouveau-modern"])
def test_both_spellings_of_a_style_are_one(value: str) -> None:
    assert style_name(value) == "art nouveau"


def test_a_missing_package_is_named_with_the_remedy() -> None:
    with pytest.raises(PartsError, match=r"no-such-package is not installed.*topicart\[mini\]"):
        package_facts("no-such-package")


def test_a_folder_without_the_data_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--shared", str(tmp_path)])
    assert "no wikiart-sample/metadata.csv there" in " ".join(capsys.readouterr().err.split())


def _letters(number: int) -> str:
    return string.ascii_lowercase[number // 26 % 26] + string.ascii_lowercase[number % 26]


def _tokenizer() -> dict[str, Any]:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    letters = [*string.ascii_lowercase, *(f"##{letter}" for letter in string.ascii_lowercase)]
    pieces = [*SPECIAL, *letters, *WORDS[1:]]
    model = models.WordPiece({piece: n for n, piece in enumerate(pieces)}, unk_token="[UNK]")
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.post_processor = processors.BertProcessing(
        ("[SEP]", pieces.index("[SEP]")), ("[CLS]", pieces.index("[CLS]"))
    )
    content: dict[str, Any] = json.loads(tokenizer.to_str())
    return content


def _write_data(data: Path) -> None:
    """Sixteen paintings by four artists with facts, and eight with nothing but a style."""
    chance = np.random.default_rng(0)

    def paint(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(chance.integers(0, 255, (40, 50, 3), dtype=np.uint8)).save(path)

    with _opened(data / "wikiart-sample" / "metadata.csv") as stream:
        table = csv.writer(stream)
        table.writerow(["image", "title", "artist", "date", "style", "genre", "tags"])
        for number in range(16):
            name = f"work-{number:02}.png"
            paint(data / "wikiart-sample" / "images" / name)
            genre, style = (
                ("portrait", "landscape")[number % 2],
                ("Baroque", "Dada")[number // 2 % 2],
            )
            artist, title = f"Painter Number{number // 4}", f"Ship {number}"
            table.writerow([name, title, artist, 1800 + number, style, genre, "boats, sea"])
    for number in range(8):
        paint(data / "styles7" / ("baroque", "symbolism")[number % 2] / f"s{number}.png")


def _opened(path: Path) -> Any:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w", encoding="utf-8", newline="")
