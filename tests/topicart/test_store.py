"""The store is resumed, not redone; read back, checked; and never left half-written."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge_graph import Collection
from tests.topicart.tiny_models import DIM, collection_of, paint_collection, write_clip_folder
from topicart import slices, store_in_work
from topicart.embeddings import Embeddings, normalise
from topicart.encoder import Encoder
from topicart.engines import Pending
from topicart.errors import EmbeddingStoreError, PictureError, WriteError
from topicart.preprocess import Preprocess
from topicart.store import encode_collection, open_embeddings, save_embeddings

WORKS = 22
SHARD = 5


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip_folder(tmp_path_factory.mktemp("models") / "clip")


@pytest.fixture(scope="module")
def encoder(model_folder: Path) -> Encoder:
    return Encoder.load(str(model_folder), device="cpu")


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    paint_collection(tmp_path / "works", WORKS)
    (tmp_path / "works" / "broken.jpg").write_text("no picture")
    images = {f"w{number:03}": [f"{number:03}.png"] for number in range(WORKS)}
    images["w003"] = ["broken.jpg"]
    images["w004"] = []
    images["w017"] = ["017.png", "broken.jpg", "002.png"]
    return collection_of(tmp_path / "works", images)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


class CountingEncoder:
    """The encoder, with a count of the pictures that it has seen."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.pictures = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)

    def begin_pixels(self, pictures: list[np.ndarray]) -> Pending:
        self.pictures += len(pictures)
        return self._encoder.begin_pixels(pictures)


def test_what_is_stored_is_what_the_encoder_gives(
    encoder: Encoder, collection: Collection, tmp_path: Path
) -> None:
    calls: list[tuple[int, int]] = []
    stored, problems = encode_collection(
        encoder,
        collection,
        tmp_path / "store",
        progress=lambda done, total: calls.append((done, total)),
    )
    direct = encoder.encode_images(collection)
    assert stored.ids == direct.ids
    assert len(stored) == WORKS - 2
    assert stored.vectors.tobytes() == direct.vectors.tobytes()
    assert [problem.id for problem in problems] == ["w003", "w017"]
    assert calls[-1] == (WORKS, WORKS)
    again = open_embeddings(tmp_path / "store")
    assert again.ids == stored.ids
    assert again.vectors.tobytes() == stored.vectors.tobytes()


def test_the_manifest_says_what_made_the_vectors(
    encoder: Encoder, collection: Collection, tmp_path: Path
) -> None:
    encode_collection(encoder, collection, tmp_path / "store", shard_size=SHARD)
    manifest = json.loads((tmp_path / "store" / "manifest.json").read_text())
    assert manifest["model"] == encoder.name
    assert manifest["weights_sha256"] == encoder.weights_sha256
    assert manifest["preprocess"]["resize_mode"] == "shortest"
    assert (manifest["dim"], manifest["dtype"], manifest["works"]) == (DIM, "float32", WORKS - 2)
    assert [shard["rows"] for shard in manifest["shards"]] == [3, 5, 5, 5, 2]


def test_a_finished_store_is_not_made_again(
    encoder: Encoder, collection: Collection, tmp_path: Path
) -> None:
    first = encode_collection(encoder, collection, tmp_path / "store", shard_size=SHARD)
    before = contents(tmp_path / "store")
    counting, calls = CountingEncoder(encoder), []
    second = encode_collection(
        counting,  # type: ignore[arg-type]
        collection,
        tmp_path / "store",
        shard_size=SHARD,
        progress=lambda done, total: calls.append((done, total)),
    )
    assert counting.pictures == 0
    assert calls == [(WORKS, WORKS)]
    assert second[1] == first[1]
    assert contents(tmp_path / "store") == before


@pytest.mark.parametrize("stop_after", [0, 1, 3])
def test_an_interrupted_store_goes_on_to_the_same_bytes(
    encoder: Encoder, collection: Collection, tmp_path: Path, stop_after: int
) -> None:
    encode_collection(encoder, collection, tmp_path / "whole", shard_size=SHARD, batch_size=2)

    class StoppedError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done > stop_after * SHARD:
            raise StoppedError

    with pytest.raises(StoppedError):
        encode_collection(
            encoder,
            collection,
            tmp_path / "cut",
            shard_size=SHARD,
            batch_size=2,
            progress=stop,
        )
    written = set(contents(tmp_path / "cut"))
    assert len(written) == stop_after
    if written:
        with pytest.raises(EmbeddingStoreError, match="unfinished.*Run the same fit again"):
            open_embeddings(tmp_path / "cut")
    counting = CountingEncoder(encoder)
    encode_collection(
        counting,  # type: ignore[arg-type]
        collection,
        tmp_path / "cut",
        shard_size=SHARD,
        batch_size=2,
        workers=1,
    )
    # Only the pictures of the shards that were not finished: w003 and w004 have none, w017 two.
    assert counting.pictures == {0: 21, 1: 18, 3: 8}[stop_after]
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_process_leaves_a_store_that_goes_on_to_the_same_bytes(
    encoder: Encoder, model_folder: Path, collection: Collection, tmp_path: Path
) -> None:
    encode_collection(encoder, collection, tmp_path / "whole", shard_size=SHARD, batch_size=2)
    program = f"""
import sys, time
from pathlib import Path
from tests.topicart.test_store import SHARD, WORKS
from tests.topicart.tiny_models import collection_of
from topicart.encoder import Encoder
from topicart.store import encode_collection
images = {{f"w{{number:03}}": [f"{{number:03}}.png"] for number in range(WORKS)}}
images |= {{"w003": ["broken.jpg"], "w004": [], "w017": ["017.png", "broken.jpg", "002.png"]}}
def progress(done, total):
    print(done, flush=True)
    if done > 12:
        time.sleep(60)
encode_collection(
    Encoder.load({str(model_folder)!r}, device="cpu"),
    collection_of(Path({str(collection.root)!r}), images),
    Path({str(tmp_path / "cut")!r}),
    shard_size=SHARD, batch_size=2, progress=progress,
)
"""
    repository = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=repository
    )
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) > 12:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert sorted(contents(tmp_path / "cut")) == [
        "shard-00000.safetensors",
        "shard-00001.safetensors",
    ]
    encode_collection(encoder, collection, tmp_path / "cut", shard_size=SHARD, batch_size=2)
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


@pytest.mark.parametrize("away", ["for a moment", "for good"])
def test_what_could_not_be_read_for_a_moment_is_read_next_time(
    encoder: Encoder,
    collection: Collection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    away: str,
) -> None:
    read = slices.read_pixels

    def forbidden(
        root: Path, file: str, preprocess: Preprocess
    ) -> NDArray[np.uint8] | PictureError:
        if file == "007.png":
            return PictureError("there is no permission to read the file", passing=True)
        return read(root, file, preprocess)

    with monkeypatch.context() as patch:
        patch.setattr(slices, "read_pixels", forbidden)
        kept, problems = encode_collection(
            encoder, collection, tmp_path / "store", shard_size=SHARD
        )
    assert "w007" not in kept.ids
    assert "007.png" in {problem.file for problem in problems}
    if away == "for good":
        monkeypatch.setattr(store_in_work, "_is_readable", lambda _: False)
    counting = CountingEncoder(encoder)
    again, problems = encode_collection(counting, collection, tmp_path / "store", shard_size=SHARD)
    assert ("w007" in again.ids) == (away == "for a moment")
    assert ("007.png" in {problem.file for problem in problems}) == (away == "for good")
    assert counting.pictures == {"for a moment": SHARD, "for good": 0}[away]


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "gone"])
def test_a_damaged_shard_is_named_and_made_again(
    encoder: Encoder, collection: Collection, tmp_path: Path, damage: str
) -> None:
    encode_collection(encoder, collection, tmp_path / "store", shard_size=SHARD)
    before = contents(tmp_path / "store")
    shard = tmp_path / "store" / "shard-00002.safetensors"
    content = bytearray(shard.read_bytes())
    if damage == "truncated":
        shard.write_bytes(content[:-100])
    elif damage == "flipped":
        content[-3] ^= 1
        shard.write_bytes(content)
    elif damage == "empty":
        shard.write_bytes(b"")
    else:
        shard.unlink()
    said = "missing" if damage == "gone" else "damaged"
    with pytest.raises(EmbeddingStoreError, match=f"shard-00002.safetensors is {said}.*only this"):
        open_embeddings(tmp_path / "store")

    counting = CountingEncoder(encoder)
    encode_collection(counting, collection, tmp_path / "store", shard_size=SHARD)  # type: ignore[arg-type]
    assert counting.pictures == SHARD
    assert contents(tmp_path / "store") == before


def test_only_the_shard_of_a_changed_picture_is_made_again(
    encoder: Encoder, collection: Collection, tmp_path: Path
) -> None:
    first, _ = encode_collection(encoder, collection, tmp_path / "store", shard_size=SHARD)
    shutil.copy(collection.root / "020.png", collection.root / "007.png")
    counting = CountingEncoder(encoder)
    second, _ = encode_collection(
        counting,  # type: ignore[arg-type]
        collection,
        tmp_path / "store",
        shard_size=SHARD,
    )
    assert counting.pictures == SHARD
    changed = np.flatnonzero((first.vectors != second.vectors).any(axis=1))
    assert [second.ids[row] for row in changed] == ["w007"]


def test_a_smaller_collection_leaves_no_stale_shards(
    encoder: Encoder, collection: Collection, tmp_path: Path
) -> None:
    encode_collection(encoder, collection, tmp_path / "store", shard_size=SHARD)
    few = collection.select(range(SHARD))
    embeddings, _ = encode_collection(encoder, few, tmp_path / "store", shard_size=SHARD)
    assert sorted(contents(tmp_path / "store")) == ["manifest.json", "shard-00000.safetensors"]
    assert len(embeddings) == 3


def test_another_model_or_precision_replaces_the_shards(
    encoder: Encoder, model_folder: Path, collection: Collection, tmp_path: Path
) -> None:
    full, _ = encode_collection(encoder, collection, tmp_path / "store")
    half = Encoder.load(str(model_folder), device="cpu", precision="bf16")
    other, _ = encode_collection(half, collection, tmp_path / "store")
    assert (full.vectors != other.vectors).any()
    assert json.loads((tmp_path / "store" / "manifest.json").read_text())["precision"] == "bf16"


def test_half_precision_on_disk_is_unit_float32_in_memory(
    encoder: Encoder, collection: Collection, tmp_path: Path
) -> None:
    full, _ = encode_collection(encoder, collection, tmp_path / "full")
    half, _ = encode_collection(encoder, collection, tmp_path / "half", dtype="float16")
    assert half.vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(half.vectors, axis=1), 1.0, atol=1e-6)
    assert ((full.vectors * half.vectors).sum(axis=1) > 0.999_99).all()
    with pytest.raises(ValueError, match="dtype must be float32 or float16, got 'int8'"):
        encode_collection(encoder, collection, tmp_path / "int8", dtype="int8")


def test_a_collection_without_pictures_has_an_empty_store(encoder: Encoder, tmp_path: Path) -> None:
    embeddings, problems = encode_collection(
        encoder, collection_of(tmp_path, {"a": []}), tmp_path / "store"
    )
    assert embeddings.vectors.shape == (0, DIM)
    assert problems == ()
    empty, _ = encode_collection(encoder, collection_of(tmp_path, {}), tmp_path / "store")
    assert open_embeddings(tmp_path / "store").dim == empty.dim == DIM


def test_a_full_disk_is_named_and_nothing_is_half_written(
    encoder: Encoder, collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode_collection(encoder, collection, tmp_path / "whole", shard_size=SHARD)
    write = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if "shard-00002" in self.name:
            write(self, data[:100])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(self, data)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        with pytest.raises(WriteError, match=r"shard-00002.safetensors: the disk is full. Free"):
            encode_collection(encoder, collection, tmp_path / "cut", shard_size=SHARD)
    assert sorted(contents(tmp_path / "cut")) == [
        "shard-00000.safetensors",
        "shard-00001.safetensors",
    ]
    encode_collection(encoder, collection, tmp_path / "cut", shard_size=SHARD)
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(
    encoder: Encoder, collection: Collection, tmp_path: Path
) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(WriteError, match="no permission to write there"):
        encode_collection(encoder, collection, tmp_path / "locked" / "store")


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (None, "no folder of embeddings: it has no manifest.json"),
        ("{", "cannot be read"),
        ('{"version": 1}', "cannot be read .KeyError"),
        ('{"format": "other", "version": 1}', "no manifest of embeddings written by topicart"),
        ('{"format": "topicart-embeddings", "version": 2}', "newer topicart.*Update topicart"),
        (
            '{"format": "topicart-embeddings", "version": 1, "dim": 4, "shards": '
            '[{"file": "../secret", "rows": 1, "key": ""}]}',
            "no manifest of embeddings",
        ),
    ],
)
def test_a_manifest_that_cannot_be_used_is_named(
    tmp_path: Path, manifest: str | None, said: str
) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(EmbeddingStoreError, match=said):
        open_embeddings(tmp_path)


def test_a_shard_from_another_store_is_noticed(
    encoder: Encoder, collection: Collection, tmp_path: Path
) -> None:
    encode_collection(encoder, collection, tmp_path / "store", shard_size=SHARD)
    store = tmp_path / "store"
    shutil.copy(store / "shard-00001.safetensors", store / "shard-00002.safetensors")
    with pytest.raises(EmbeddingStoreError, match="is not the shard that manifest.json lists"):
        open_embeddings(store)


def test_vectors_computed_elsewhere_are_stored_alike(tmp_path: Path) -> None:
    vectors = normalise(np.random.default_rng(0).normal(size=(600, 8)))
    embeddings = Embeddings(tuple(f"w{row}" for row in range(600)), vectors)
    save_embeddings(embeddings, tmp_path / "fused", about={"text_weight": 0.3})
    again = open_embeddings(tmp_path / "fused")
    assert again.ids == embeddings.ids
    assert again.vectors.tobytes() == vectors.tobytes()
    manifest = json.loads((tmp_path / "fused" / "manifest.json").read_text())
    assert manifest["text_weight"] == 0.3
    assert len(manifest["shards"]) == 3
    save_embeddings(embeddings.select(["w5"]), tmp_path / "fused")
    assert open_embeddings(tmp_path / "fused").ids == ("w5",)


def test_real_paintings_are_encoded_and_resumed(
    encoder: Encoder, shared_data: Path, tmp_path: Path
) -> None:
    from knowledge_graph import open_collection

    collection = open_collection(shared_data / "wikiart-sample").select(range(40))
    embeddings, problems = encode_collection(encoder, collection, tmp_path / "store", shard_size=16)
    assert (len(embeddings), problems) == (40, ())
    (tmp_path / "store" / "shard-00001.safetensors").unlink()
    again, _ = encode_collection(encoder, collection, tmp_path / "store", shard_size=16, workers=1)
    assert again.vectors.tobytes() == embeddings.vectors.tobytes()
