"""Pictures and words become unit vectors of one space, whatever is wrong with a few of them."""

from __future__ import annotations

import logging
import os
import platform
import shutil
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge_graph import Problem
from tests.topicart.tiny_models import (
    DIM,
    collection_of,
    noise,
    paint_collection,
    write_clip_folder,
    write_hf_folder,
)
from topicart.cpu import keep_freed_memory, wait_without_spinning
from topicart.device import choose_device
from topicart.embeddings import Embeddings, fuse_texts, normalise
from topicart.encoder import Encoder
from topicart.errors import ModelError
from topicart.model_files import resolve_model
from topicart.models import MINI, MINI_NOTE, mini_folder
from topicart.openclip import build_model
from topicart.preprocess import preprocess_of
from topicart.slices import slices_of
from topicart.stream import run_ahead


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {"clip": write_clip_folder(folder / "clip"), "hf": write_hf_folder(folder / "hf")}


@pytest.fixture(scope="module", params=["clip", "hf"])
def encoder(models: dict[str, Path], request: pytest.FixtureRequest) -> Encoder:
    return Encoder.load(str(models[request.param]), device="cpu")


@pytest.fixture(scope="module")
def clip(models: dict[str, Path]) -> Encoder:
    return Encoder.load(str(models["clip"]), device="cpu")


def test_an_encoder_says_what_it_is(encoder: Encoder, models: dict[str, Path]) -> None:
    import hashlib

    weights = Path(encoder.name) / "open_clip_model.safetensors"
    assert encoder.weights_sha256 == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert (encoder.dim, encoder.image_size, encoder.context_length) == (DIM, (32, 32), 16)
    assert (encoder.device, encoder.precision, encoder.note) == ("cpu", "fp32", "")
    assert not encoder.model.training


def test_vectors_equal_open_clips_own(encoder: Encoder, tmp_path: Path) -> None:
    import open_clip
    import torch
    from PIL import Image

    folder = Path(encoder.name)
    overrides = {}
    if (folder / "config.json").exists():
        text = open_clip.get_model_config(f"local-dir:{folder}")["text_cfg"]
        overrides["text_cfg"] = {
            **text,
            "hf_model_name": str(folder),
            "hf_model_pretrained": False,
        }
    model, _, transform = open_clip.create_model_and_transforms(f"local-dir:{folder}", **overrides)
    tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}")
    collection = paint_collection(tmp_path / "works", 5)
    texts = ["a painting of the sea", "apples", ""]
    with torch.no_grad():
        model.eval()
        batch = [transform(Image.open(collection.image_paths(row)[0])) for row in range(5)]
        pictures = model.encode_image(torch.stack(batch), normalize=True).numpy()
        words = model.encode_text(tokenizer(texts), normalize=True).numpy()

    np.testing.assert_allclose(encoder.encode_images(collection).vectors, pictures, atol=1e-5)
    np.testing.assert_allclose(encoder.encode_texts(texts), words, atol=1e-5)


def test_a_model_is_built_while_its_files_are_known_already(
    encoder: Encoder, tmp_path: Path
) -> None:
    ahead = Encoder.load(encoder.name, device="cpu", wait=False)
    for name in ("dim", "image_size", "preprocess", "fingerprint", "weights_sha256"):
        assert getattr(ahead, name) == getattr(encoder, name)
    assert ahead.context_length == encoder.context_length
    collection = paint_collection(tmp_path / "works", works=3)
    assert (
        ahead.encode_images(collection).vectors == encoder.encode_images(collection).vectors
    ).all()


def test_what_is_wrong_with_a_model_that_is_being_built_is_told_where_it_is_used(
    models: dict[str, Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(models["clip"], tmp_path / "damaged")
    (folder / "open_clip_model.safetensors").write_bytes(b"nothing")
    ahead = Encoder.load(str(folder), device="cpu", wait=False)
    with pytest.raises(ModelError, match="damaged or truncated"):
        ahead.encode_texts(["a ship"])


def test_a_tower_of_another_size_than_the_configuration_is_refused(
    models: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("topicart.preprocess._SIZE", 99)
    source = resolve_model(str(models["clip"]))
    vision = {**source.config["vision_cfg"]}
    del vision["image_size"]
    source = replace(source, config={**source.config, "vision_cfg": vision})
    with pytest.raises(ModelError, match=r"says pictures of 99 x 99, but its image tower takes 32"):
        build_model(source)


def test_preprocessing_is_completed_as_open_clip_does() -> None:
    from open_clip.transform import PreprocessCfg, merge_preprocess_dict

    for told in ({}, {"mean": 0.5, "std": [0.1, 0.2, 0.3], "resize_mode": "squash"}):
        theirs = merge_preprocess_dict(PreprocessCfg(), told)
        ours = preprocess_of({**told, "interpolation": None}, {}).as_dict()
        assert ours["size"] == [theirs["size"]] * 2
        for name in ("interpolation", "resize_mode", "fill_color"):
            assert ours[name] == theirs[name]
        for name in ("mean", "std"):
            assert np.allclose(ours[name], theirs[name])


def test_where_no_driver_is_there_torch_is_not_asked_for_a_gpu(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("topicart.device._no_gpu", lambda: True)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert choose_device("auto") == "cpu"


def test_texts_become_unit_vectors_in_order(encoder: Encoder) -> None:
    texts = ["the sea", "ships", "a storm " * 50, "red apples", "of"]
    vectors = encoder.encode_texts(texts)
    assert (vectors.dtype, vectors.shape) == (np.float32, (5, DIM))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    calls: list[tuple[int, int]] = []
    in_twos = encoder.encode_texts(
        texts, batch_size=2, progress=lambda done, total: calls.append((done, total))
    )
    np.testing.assert_allclose(in_twos, vectors, atol=1e-5)
    assert calls == [(2, 5), (4, 5), (5, 5)]
    assert encoder.encode_texts([]).shape == (0, DIM)


def test_one_string_instead_of_several_is_refused(clip: Encoder) -> None:
    with pytest.raises(ValueError, match="takes a sequence of texts"):
        clip.encode_texts("the sea")
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        clip.encode_texts(["the sea"], batch_size=0)


@pytest.mark.parametrize("kind", ["clip", "hf"])
def test_padding_is_not_computed(models: dict[str, Path], kind: str) -> None:
    encoder = Encoder.load(str(models[kind]), device="cpu")
    tower = encoder.model.text if kind == "hf" else encoder.model
    widths: list[int] = []
    tower.transformer.register_forward_pre_hook(
        lambda _, args, kwargs: widths.append((*args, *kwargs.values())[0].shape[1]),
        with_kwargs=True,
    )
    encoder.encode_texts(["the sea", "red apples of the sea"])
    assert widths == [7]  # five words, begin and end


def test_a_text_tower_of_another_kind_sees_its_padding(models: dict[str, Path]) -> None:
    encoder = Encoder.load(str(models["clip"]), device="cpu")
    encoder.model.text_pool_type = "last"
    widths: list[int] = []
    encoder.model.transformer.register_forward_pre_hook(
        lambda _, args: widths.append(args[0].shape[1])
    )
    encoder.encode_texts(["the sea"])
    assert widths == [16]


def test_several_pictures_of_a_work_are_averaged(clip: Encoder, tmp_path: Path) -> None:
    paint_collection(tmp_path / "works", 3)
    files = ["000.png", "001.png", "002.png"]
    alone = clip.encode_images(collection_of(tmp_path / "works", {f: [f] for f in files})).vectors
    together = clip.encode_images(collection_of(tmp_path / "works", {"all": files}), batch_size=2)
    expected = alone.mean(axis=0) / np.linalg.norm(alone.mean(axis=0))
    np.testing.assert_allclose(together.vectors[0], expected, atol=1e-5)


def test_a_broken_picture_is_a_problem_and_the_run_goes_on(clip: Encoder, tmp_path: Path) -> None:
    works = tmp_path / "works"
    paint_collection(works, 3)
    (works / "empty.jpg").write_bytes(b"")
    (works / "text.jpg").write_text("no picture")
    collection = collection_of(
        works,
        {
            "a": ["000.png"],
            "b one of two": ["empty.jpg", "001.png"],
            "c none": ["text.jpg", "gone.jpg"],
            "d without": [],
            "e": ["002.png"],
        },
    )
    problems: list[Problem] = []
    embeddings = clip.encode_images(collection, on_problem=problems.append)

    assert embeddings.ids == ("a", "b one of two", "e")
    found = [(problem.id, problem.file, problem.reason.split(":")[0][:22]) for problem in problems]
    assert found == [
        ("b one of two", "empty.jpg", "the file is empty (0 b"),
        ("c none", "text.jpg", "the file is not a pict"),
        ("c none", "gone.jpg", "the file does not exis"),
    ]
    alone = clip.encode_images(collection_of(works, {"b": ["001.png"]}))
    np.testing.assert_allclose(embeddings.vectors[1], alone.vectors[0], atol=1e-5)


def test_a_link_that_leads_outside_is_not_followed(clip: Encoder, tmp_path: Path) -> None:
    works = tmp_path / "works"
    works.mkdir()
    noise(8, 8, seed=0).save(tmp_path / "secret.png")
    (works / "link.png").symlink_to(tmp_path / "secret.png")
    (works / "loop.png").symlink_to(works / "loop.png")
    problems: list[Problem] = []
    collection = collection_of(works, {"a": ["link.png"], "b": ["loop.png"]})
    assert len(clip.encode_images(collection, on_problem=problems.append)) == 0
    assert "outside the collection's folder" in problems[0].reason
    assert problems[1].file == "loop.png"


def test_a_collection_without_pictures_gives_no_vectors(clip: Encoder, tmp_path: Path) -> None:
    collection = collection_of(tmp_path, {"a": [], "b": []})
    assert clip.encode_images(collection).vectors.shape == (0, DIM)
    assert clip.encode_images(collection_of(tmp_path, {})).ids == ()


def test_neither_workers_nor_timing_change_a_bit(clip: Encoder, tmp_path: Path) -> None:
    collection = paint_collection(tmp_path / "works", 40)
    once = clip.encode_images(collection, workers=1, batch_size=8)
    again = clip.encode_images(collection, workers=5, batch_size=8)
    assert once.ids == again.ids
    assert once.vectors.tobytes() == again.vectors.tobytes()


def test_progress_counts_works_up_to_all(clip: Encoder, tmp_path: Path) -> None:
    collection = paint_collection(tmp_path / "works", 10)
    calls: list[tuple[int, int]] = []
    clip.encode_images(
        collection, batch_size=4, progress=lambda done, total: calls.append((done, total))
    )
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert calls[-1] == (10, 10)
    assert len(calls) == 3


@pytest.mark.parametrize("setting", ["batch_size", "workers"])
def test_numbers_less_than_one_are_refused(clip: Encoder, tmp_path: Path, setting: str) -> None:
    collection = paint_collection(tmp_path / "works", 1)
    with pytest.raises(ValueError, match=f"{setting} must be at least 1, got 0"):
        clip.encode_images(collection, **{setting: 0})


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_half_precision_changes_vectors_a_little(
    models: dict[str, Path], clip: Encoder, tmp_path: Path, precision: str
) -> None:
    half = Encoder.load(str(models["clip"]), device="cpu", precision=precision)
    assert half.precision == precision
    collection = paint_collection(tmp_path / "works", 4)
    full_vectors = clip.encode_images(collection).vectors
    half_vectors = half.encode_images(collection).vectors
    assert half_vectors.dtype == np.float32
    assert (full_vectors != half_vectors).any()
    assert ((full_vectors * half_vectors).sum(axis=1) > 0.999).all()
    assert half.fingerprint != clip.fingerprint


def test_values_that_overflow_are_a_problem_not_a_vector(
    models: dict[str, Path], tmp_path: Path
) -> None:
    import torch

    encoder = Encoder.load(str(models["clip"]), device="cpu")
    encoder.model.encode_image = lambda batch: torch.full((len(batch), DIM), torch.inf)
    torch.nn.init.constant_(encoder.model.ln_final.weight, torch.nan)
    problems: list[Problem] = []
    collection = paint_collection(tmp_path / "works", 2)
    assert len(encoder.encode_images(collection, on_problem=problems.append)) == 0
    assert [problem.id for problem in problems] == ["w000", "w001"]
    assert "--precision fp32" in problems[0].reason
    with pytest.raises(ModelError, match="not finite.*--precision fp32"):
        encoder.encode_texts(["the sea"])


def test_a_moved_folder_still_loads(models: dict[str, Path], tmp_path: Path) -> None:
    moved = Path(shutil.copytree(models["hf"], tmp_path / "elsewhere"))
    here, there = Encoder.load(str(models["hf"])), Encoder.load(f"local-dir:{moved}")
    assert here.fingerprint == there.fingerprint
    texts = ["the sea", "ships"]
    assert (here.encode_texts(texts) == there.encode_texts(texts)).all()


def test_loading_is_quiet_and_leaves_logging_alone(
    models: dict[str, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    handlers = list(logging.getLogger().handlers)
    Encoder.load(str(models["hf"]))
    assert logging.getLogger().handlers == handlers
    printed = capfd.readouterr()
    assert printed.out == ""
    assert "random" not in printed.err


@pytest.mark.skipif(not mini_folder().is_dir(), reason="the bundled model has not been made here")
def test_mini_is_an_encoder_like_any_other(clip: Encoder, tmp_path: Path) -> None:
    mini = Encoder.load(MINI, device="cpu")
    assert mini.note == MINI_NOTE
    vectors = mini.encode_texts(["a painting of the sea", "a picture of the ocean", "a portrait"])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    embeddings = mini.encode_images(paint_collection(tmp_path / "works", 3))
    assert embeddings.dim == mini.dim == vectors.shape[1]


def test_slices_are_small_for_small_collections_and_few_for_large_ones() -> None:
    assert slices_of(0) == []
    assert slices_of(600) == [range(256), range(256, 512), range(512, 600)]
    assert {len(rows) for rows in slices_of(1_000_000)} == {1024, 576}
    with pytest.raises(ValueError, match="size of a slice must be at least 1"):
        slices_of(5, 0)


def test_running_ahead_keeps_order_and_bounds_what_waits() -> None:
    begun = 0
    most_ahead = 0
    lock = threading.Lock()

    def work(number: int) -> int:
        nonlocal begun
        with lock:
            begun += 1
        time.sleep(0.002 * (number % 3))
        return number * number

    results = []
    for job, result in run_ahead(range(60), work, workers=4, ahead=6):
        results.append((job, result))
        most_ahead = max(most_ahead, begun - len(results))
    assert results == [(number, number * number) for number in range(60)]
    assert most_ahead <= 7


def test_stopping_early_stops_the_work() -> None:
    begun: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        time.sleep(0.01)

    stream = run_ahead(range(1000), work, workers=2, ahead=10)
    next(stream)
    stream.close()
    time.sleep(0.05)
    count = len(begun)
    time.sleep(0.05)
    assert len(begun) == count < 20


def unit_rows(rows: int, seed: int) -> np.ndarray:
    return normalise(np.random.default_rng(seed).normal(size=(rows, 4)))


def test_embeddings_refuse_what_they_are_not() -> None:
    vectors = unit_rows(2, seed=0)
    with pytest.raises(ValueError, match=r"3 ids need vectors of shape \(3, dim\), got \(2, 4\)"):
        Embeddings(("a", "b", "c"), vectors)
    with pytest.raises(ValueError, match="must be float32, got float64"):
        Embeddings(("a", "b"), vectors.astype(np.float64))
    with pytest.raises(ValueError, match="1 are not, the first that of 'b' with length 2"):
        Embeddings(("a", "b"), vectors * np.array([[1], [2]], dtype=np.float32))
    with pytest.raises(ValueError, match="first that of 'a' with length nan"):
        Embeddings(("a", "b"), vectors * np.array([[np.nan], [1]], dtype=np.float32))
    with pytest.raises(ValueError, match="the id 'a' occurs more than once"):
        Embeddings(("a", "a"), vectors)


def test_embeddings_select_by_id() -> None:
    embeddings = Embeddings(("a", "b", "c"), unit_rows(3, seed=0))
    assert embeddings.rows(["c", "a"]).tolist() == [2, 0]
    chosen = embeddings.select(["c", "a"])
    assert chosen.ids == ("c", "a")
    assert (chosen.vectors == embeddings.vectors[[2, 0]]).all()
    assert "b" in embeddings
    assert "d" not in embeddings
    with pytest.raises(KeyError, match="no vector for the work 'd'"):
        embeddings.select(["a", "d"])


def test_fusion_mixes_captions_in() -> None:
    images = Embeddings(("a", "c"), unit_rows(2, seed=0))
    texts = unit_rows(3, seed=1)
    assert fuse_texts(images, ["a", "b", "c"], texts, 0.0) is images
    fused = fuse_texts(images, ["a", "b", "c"], texts, 0.25)
    assert fused.ids == ("a", "b", "c")
    mixed = 0.75 * images.vectors[1] + 0.25 * texts[2]
    np.testing.assert_allclose(fused.vectors[2], mixed / np.linalg.norm(mixed), atol=1e-6)
    np.testing.assert_allclose(fused.vectors[1], texts[1], atol=1e-6)
    only_texts = fuse_texts(images, ["a", "b", "c"], texts, 1.0)
    np.testing.assert_allclose(only_texts.vectors, texts, atol=1e-6)


def test_fusion_of_opposites_keeps_the_picture() -> None:
    images = Embeddings(("a",), unit_rows(1, seed=0))
    fused = fuse_texts(images, ["a"], -images.vectors, 0.5)
    assert (fused.vectors == images.vectors).all()


def test_fusion_refuses_what_does_not_fit() -> None:
    images = Embeddings(("a", "c"), unit_rows(2, seed=0))
    for weight in (-0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match="from 0 .pictures only. to 1"):
            fuse_texts(images, ["a", "c"], unit_rows(2, seed=1), weight)
    with pytest.raises(ValueError, match=r"one caption vector of 4 dimensions for each of 3"):
        fuse_texts(images, ["a", "b", "c"], unit_rows(2, seed=1), 0.5)
    with pytest.raises(ValueError, match="'c' has a picture vector but no caption"):
        fuse_texts(images, ["a", "b"], unit_rows(2, seed=1), 0.5)


def test_the_users_wait_policy_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    wait_without_spinning()
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
    monkeypatch.delenv("OMP_WAIT_POLICY")
    wait_without_spinning()
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the setting is one of glibc")
def test_large_blocks_are_used_again_without_the_system() -> None:
    import resource

    assert keep_freed_memory()

    def page_faults() -> int:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(20):
            np.ones(8_000_000, dtype=np.uint8)
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    page_faults()
    # 20 blocks of 1,953 pages each, were they fetched anew.
    assert page_faults() < 4_000
