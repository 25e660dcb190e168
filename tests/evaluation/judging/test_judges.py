from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from evaluation.judging.judged import judged_pictures
from evaluation.judging.judges import (
    DEFAULT_JUDGE,
    Judge,
    OwnVectors,
    flattery,
    kinship,
    load_judge,
)
from knowledge_graph import Artwork, Collection, open_collection
from tests.evaluation.fake_judge import MADE_BY
from tests.topicart.adapter.trained import write_adapter
from topicart import Embeddings, Encoder, ModelError
from topicart.embeddings import normalise
from topicart.packaged import EFFICIENTNET_LITE2, MINILM, packaged_image_tower
from topicart.run import Model


@pytest.fixture(scope="module")
def imagenet() -> Judge:
    for weights in (EFFICIENTNET_LITE2, MINILM):
        try:
            assert weights.path
        except ModelError as error:
            pytest.skip(str(error))
    return load_judge(device="cpu")


@pytest.fixture
def pictures(tmp_path: Path) -> Collection:
    """One of two pictures, one that is broken, one without."""
    generator = np.random.default_rng(0)
    for name in ("a", "b", "c"):
        pixels = generator.integers(0, 255, size=(40, 70, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    works = [("w1", ("a.png", "b.png")), ("w2", ("c.png",)), ("w3", ("broken.jpg",)), ("w4", ())]
    return Collection.from_artworks([Artwork(id_, images=files) for id_, files in works], tmp_path)


def test_pictures_are_seen_as_the_tower_alone_sees_them(
    imagenet: Judge, pictures: Collection
) -> None:
    import torch

    tower = packaged_image_tower(EFFICIENTNET_LITE2)

    def alone(name: str) -> NDArray[np.float32]:
        with Image.open(pictures.root / name) as stored:
            squashed = stored.convert("RGB").resize((260, 260), Image.Resampling.BICUBIC)
        pixels = torch.from_numpy(np.asarray(squashed).copy()).permute(2, 0, 1)[None].float()
        with torch.inference_mode():
            maps = tower.forward_features((pixels / 255 - 0.5) / 0.5)  # type: ignore[operator]
        return normalise(maps.mean(dim=(2, 3)).numpy())[0]

    seen = imagenet.encode_pictures(pictures)
    assert seen.ids == ("w1", "w2")
    expected = [normalise((alone("a.png") + alone("b.png"))[None])[0], alone("c.png")]
    np.testing.assert_allclose(seen.vectors, expected, atol=1e-5)


def test_sentences_are_read_by_their_sense(imagenet: Judge) -> None:
    texts = ["ships in a storm", "a bowl of fruit", "boats on a rough sea", "apples and pears"]
    vectors = imagenet.encode_texts(texts)
    assert vectors is not None
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    similarity = vectors @ vectors.T
    assert min(similarity[0, 2], similarity[1, 3]) > similarity[:2, [1, 2]].diagonal().max()
    assert imagenet.encode_texts([]).shape == (0, 384)  # type: ignore[union-attr]


def test_texts_do_not_depend_on_their_company(imagenet: Judge) -> None:
    long = "a procession of saints " * 100
    together = imagenet.encode_texts([long, "sea", "a harbour at dusk"])
    alone = imagenet.encode_texts(["sea"])
    assert together is not None
    assert alone is not None
    np.testing.assert_allclose(together[1], alone[0], atol=1e-5)


def test_real_paintings_of_one_genre_are_more_alike(imagenet: Judge, shared_data: Path) -> None:
    works = open_collection(shared_data / "wikiart-sample")
    genres = [work.facets.get("genre", ("",))[0] for work in works]
    rows = [row for genre in ("portrait", "landscape") for row in _first(genres, genre, 12)]
    seen = imagenet.encode_pictures(works.select(rows))
    genre_of = dict(zip(works.ids, genres, strict=True))
    portrait = np.array([genre_of[id_] == "portrait" for id_ in seen.ids])
    similarity = seen.vectors @ seen.vectors.T
    np.fill_diagonal(similarity, np.nan)
    across = similarity[np.ix_(portrait, ~portrait)].mean()
    assert np.nanmean(similarity[np.ix_(portrait, portrait)]) > across
    assert np.nanmean(similarity[np.ix_(~portrait, ~portrait)]) > across


def test_a_judge_says_what_it_is(imagenet: Judge, tiny_model: Path) -> None:
    assert imagenet.name == DEFAULT_JUDGE
    assert imagenet.picture_tower == "EfficientNet-Lite2 (ImageNet, whole picture at 260 px)"
    assert imagenet.text_tower == "all-MiniLM-L6-v2"
    judge = load_judge(str(tiny_model), device="cpu")
    assert judge.picture_tower.endswith("(the centre of a picture at 64 px)")
    assert judge.text_tower == str(tiny_model)
    assert judge.fingerprint != imagenet.fingerprint


def test_an_encoder_judges_as_it_encodes(tiny_model: Path, pictures: Collection) -> None:
    judge, encoder = load_judge(str(tiny_model), device="cpu"), Encoder.load(str(tiny_model))
    expected = encoder.encode_images(pictures)
    np.testing.assert_array_equal(judge.encode_pictures(pictures).vectors, expected.vectors)
    words = judge.encode_texts(["sea", "ships"])
    assert words is not None
    np.testing.assert_array_equal(words, encoder.encode_texts(["sea", "ships"]))


def test_a_judge_knows_what_it_made(tiny_model: Path) -> None:
    judge, encoder = load_judge(str(tiny_model), device="cpu"), Encoder.load(str(tiny_model))
    record = MADE_BY.model_copy(update={"weights_sha256": encoder.weights_sha256})
    assert judge.made(record)
    assert not judge.made(MADE_BY)
    assert "made these topics" in str(flattery(judge, record))
    assert flattery(judge, MADE_BY) is None


def test_a_judge_that_the_encoder_was_tuned_from_is_warned_of(
    tiny_model: Path, tmp_path: Path
) -> None:
    judge = load_judge(str(tiny_model), device="cpu")
    write_adapter(tmp_path / "taught", str(tiny_model), method="heads")
    tuned = Encoder.load(str(tmp_path / "taught"))
    record = MADE_BY.model_copy(update={"name": tuned.name, "weights_sha256": tuned.weights_sha256})
    assert not judge.made(record)
    assert "from which" in str(flattery(judge, record))


def test_the_packaged_judge_is_akin_to_mini(imagenet: Judge) -> None:
    mini = MADE_BY.model_copy(update={"name": "mini"})
    assert not imagenet.made(mini)
    assert "akin to mini" in str(kinship(imagenet, mini))
    assert kinship(imagenet, MADE_BY) is None


@pytest.mark.parametrize("name", ["imagenette", "no/such/folder", "ViT-B-32/nobody", ""])
def test_a_wrong_name_is_told_with_what_can_be_had(name: str) -> None:
    with pytest.raises(ModelError, match="neither 'imagenet', the packaged judge, nor an encoder"):
        load_judge(name, device="cpu")


def test_a_missing_package_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("topicart.packaged.find_spec", lambda _: None)
    with pytest.raises(ModelError, match=r"not on this machine.*pip install .*all-minilm"):
        load_judge(device="cpu")


def test_own_vectors_are_looked_up_and_nothing_is_kept(
    tmp_path: Path, pictures: Collection
) -> None:
    own = Embeddings(("w1", "w2"), np.eye(2, dtype=np.float32))
    record = SimpleNamespace(model=Model(**MADE_BY.model_dump()))
    judge = OwnVectors(SimpleNamespace(picture_embeddings=own, record=record))  # type: ignore[arg-type]
    told = []
    seen = judged_pictures(
        judge, pictures.select([1, 3]), tmp_path / "judged", progress=lambda *n: told.append(n)
    )
    assert seen.ids == ("w2",)
    np.testing.assert_array_equal(seen.vectors, [[0, 1]])
    assert told == [(2, 2)]
    assert not (tmp_path / "judged").exists()
    assert judge.text_tower is None
    assert judge.encode_texts(["sea"]) is None  # type: ignore[func-returns-value]
    assert judge.made(MADE_BY)


def _first(values: list[str], wanted: str, count: int) -> list[int]:
    return [row for row, value in enumerate(values) if value == wanted][:count]
