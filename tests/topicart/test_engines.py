"""Another engine is chosen by name only, is another model for what is kept, and sees the same."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tests.topicart.tiny_models import DIM, SIZE, paint_collection, write_clip_folder
from topicart import openvino_engine
from topicart.encoder import Encoder
from topicart.engines import choose_engine
from topicart.errors import ModelError
from topicart.models import MINI


def need_openvino() -> None:
    if find_spec("openvino") is None:  # not imported: that is for the engine to do
        pytest.skip("the extra cpu is not installed")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip_folder(tmp_path_factory.mktemp("models") / "clip")


@pytest.fixture(scope="module")
def with_torch(model: Path) -> Encoder:
    return Encoder.load(str(model), device="cpu")


@pytest.fixture(scope="module")
def with_openvino(model: Path) -> Encoder:
    need_openvino()
    return Encoder.load(str(model), device="cpu", precision="fp32", engine="openvino")


def pictures(n: int, size: int = SIZE) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (n, size, size, 3), dtype=np.uint8)


def no_openvino(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    # As in a process that has not used it yet.
    monkeypatch.setattr(openvino_engine, "_core", openvino_engine._core.__wrapped__)


def a_cpu_with(monkeypatch: pytest.MonkeyPatch, *capabilities: str) -> None:
    core = SimpleNamespace(get_property=lambda *_: list(capabilities))
    monkeypatch.setattr(openvino_engine, "_core", lambda: core)


def test_torch_is_the_engine_unless_another_is_named(with_torch: Encoder) -> None:
    assert with_torch.engine == "torch"
    assert choose_engine("torch", "cpu", "auto") == ("cpu", "fp32")


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ModelError, match=r"engine must be one of torch, openvino, got 'onnx'\."):
        choose_engine("onnx", "cpu", "auto")


def test_openvino_is_for_the_cpu() -> None:
    with pytest.raises(ModelError, match=r"device 'cuda' was asked for. Use --device cpu, or"):
        choose_engine("openvino", "cuda", "auto")


def test_without_openvino_one_is_told_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, model: Path
) -> None:
    no_openvino(monkeypatch)
    with pytest.raises(ModelError, match=r"needs the package openvino.*pip install 'topicart\[cpu"):
        Encoder.load(str(model), engine="openvino")


@pytest.mark.parametrize(
    ("has", "chosen"), [(("FP32", "INT8"), "fp32"), (("FP32", "BF16", "FP16"), "bf16")]
)
def test_auto_is_the_quicker_precision_that_the_cpu_has(
    monkeypatch: pytest.MonkeyPatch, has: tuple[str, ...], chosen: str
) -> None:
    a_cpu_with(monkeypatch, *has)
    assert choose_engine("openvino", "auto", "auto") == ("cpu", chosen)
    assert choose_engine("openvino", "auto", "fp32") == ("cpu", "fp32")


def test_a_precision_that_the_cpu_has_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    a_cpu_with(monkeypatch, "FP32", "INT8")
    with pytest.raises(
        ModelError, match=r"cannot compute in bf16 on this CPU, which has fp32. Use --precision"
    ):
        choose_engine("openvino", "cpu", "bf16")


def test_both_engines_see_the_same(with_torch: Encoder, with_openvino: Encoder) -> None:
    seen = pictures(7)
    expected = with_torch.encode_pixels(seen)
    np.testing.assert_allclose(with_openvino.encode_pixels(seen), expected, atol=1e-5)
    assert (with_openvino.engine, with_openvino.precision) == ("openvino", "fp32")
    words = ["the sea", "ships"]
    np.testing.assert_array_equal(with_openvino.encode_texts(words), with_torch.encode_texts(words))


def test_what_one_engine_encoded_is_not_taken_for_the_others(
    with_torch: Encoder, with_openvino: Encoder
) -> None:
    assert with_torch.weights_sha256 == with_openvino.weights_sha256
    assert with_torch.fingerprint != with_openvino.fingerprint


def test_a_vector_does_not_depend_on_the_batch(with_openvino: Encoder) -> None:
    seen = pictures(9)
    together = with_openvino.encode_pixels(seen)
    for row in range(len(seen)):
        alone = with_openvino.encode_pixels(seen[row : row + 1])
        np.testing.assert_array_equal(alone[0], together[row])


def test_several_batches_can_be_under_way(with_openvino: Encoder) -> None:
    seen = list(pictures(12))
    first = with_openvino.begin_pixels(seen[:5])
    np.testing.assert_array_equal(first(), first())  # asked twice, its queue is idle once
    begun = [with_openvino.begin_pixels(seen[start : start + 5]) for start in (0, 5, 10)]
    vectors = np.concatenate([finish() for finish in reversed(begun)][::-1])
    np.testing.assert_array_equal(vectors, with_openvino.encode_pixels(np.stack(seen)))
    assert vectors.shape == (12, DIM)


def test_a_collection_is_encoded_with_it(
    with_torch: Encoder, with_openvino: Encoder, tmp_path: Path
) -> None:
    collection = paint_collection(tmp_path / "works", 11)
    ours = with_openvino.encode_images(collection, batch_size=3)
    theirs = with_torch.encode_images(collection, batch_size=4)
    assert ours.ids == theirs.ids
    np.testing.assert_allclose(ours.vectors, theirs.vectors, atol=1e-5)


def test_a_tower_that_openvino_cannot_run_is_named(with_openvino: Encoder, model: Path) -> None:
    import torch

    class Strange(torch.nn.Module):
        def encode_image(self, batch: torch.Tensor) -> torch.Tensor:
            raise RuntimeError("an operation of tomorrow")

    from topicart.openvino_engine import OpenVinoTower

    tower = OpenVinoTower("strange", Strange(), with_openvino.preprocess, DIM, "fp32")
    with pytest.raises(
        ModelError, match=r"cannot run the picture tower of 'strange'.*tomorrow.*--engine torch"
    ):
        tower.begin(list(pictures(2)))


_LET_GO_ELSEWHERE = """
import os, signal, sys, threading
from pathlib import Path
import numpy as np
from topicart.encoder import Encoder

encoders = [Encoder.load(sys.argv[1], device="cpu", precision="fp32", engine="openvino")]
encoders[0].encode_pixels(np.zeros((1, *encoders[0].preprocess.size, 3), dtype=np.uint8))
thread = threading.Thread(target=encoders.clear)
thread.start()
thread.join()
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background ignores it
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no other stack for signals")
def test_ctrl_c_is_no_crash_after_another_thread_has_let_an_encoder_go(model: Path) -> None:
    need_openvino()
    program = [sys.executable, "-X", "faulthandler", "-c", _LET_GO_ELSEWHERE, str(model)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr


def test_nobody_is_told_that_openvino_is_used(with_openvino: Encoder) -> None:
    with_openvino.encode_pixels(pictures(1))
    assert "openvino_telemetry" not in sys.modules


def test_in_half_precision_minis_vectors_stay_close() -> None:
    need_openvino()
    torch_own = Encoder.load(MINI, device="cpu")
    quick = Encoder.load(MINI, engine="openvino")
    seen = pictures(4, torch_own.image_size[0])
    cosines = (torch_own.encode_pixels(seen) * quick.encode_pixels(seen)).sum(axis=1)
    assert cosines.min() > 0.995
