"""Reduced copies are made once, read instead of the files, and made anew where they are damaged."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from knowledge_graph import Artwork, Collection
from knowledge_graph.atomic import make_folder
from tests.topicart.tiny_models import noise
from topicart import images, thumbnail_making
from topicart.embedding import encode_stage
from topicart.errors import PictureError, WriteError
from topicart.preprocess import Preprocess, load_pixels, read_pixels
from topicart.run import THUMBNAILS
from topicart.slices import EncodedSlice, encode_slices, slices_of
from topicart.store import open_embeddings
from topicart.store_in_work import StoreInWork
from topicart.thumbnail_cache import Thumbnails
from topicart.thumbnail_making import SIDE, ThumbnailMaker, made_as, make_missing, side_for

PREPROCESS = Preprocess((32, 32), "shortest", "bicubic", 0, (0.5,) * 3, (0.5,) * 3)


@dataclass
class PixelEncoder:
    """Takes the pixels themselves for the vector."""

    preprocess: Preprocess = PREPROCESS
    dim: int = 32 * 32 * 3
    precision: str = "fp32"
    name: str = "pixels"
    weights_sha256: str = ""
    fingerprint: str = "pixels"
    encoded: int = 0

    def begin_pixels(self, pictures: list[np.ndarray]) -> Callable[[], np.ndarray]:
        self.encoded += len(pictures)
        raw = np.stack(pictures).reshape(len(pictures), -1).astype(np.float32) - 128
        return lambda: raw / np.linalg.norm(raw, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("painted")
    noise(900, 700, 1).save(root / "scan.png", compress_level=1)
    noise(2400, 1800, 2).save(root / "large.jpg", quality=95)
    noise(300, 200, 3).save(root / "small.webp", lossless=True)
    noise(5000, 550, 4).save(root / "strip.png", compress_level=1)
    turned = Image.Exif()
    turned[0x0112] = 6
    noise(1400, 1100, 5).save(root / "turned.jpg", exif=turned)
    (root / "broken.jpg").write_text("no picture")
    return root


@pytest.fixture
def collection(painted: Path, tmp_path: Path) -> Collection:
    root = shutil.copytree(painted, tmp_path / "works")
    files = ("scan.png", "large.jpg", "small.webp", "strip.png", "turned.jpg", "broken.jpg")
    works = [Artwork(id=file.partition(".")[0], images=(file,)) for file in files]
    return Collection.from_artworks([*works, Artwork(id="gone", images=("no.jpg",))], root=root)


def encode(collection: Collection, thumbnails: Path | None) -> EncodedSlice:
    maker = None if thumbnails is None else ThumbnailMaker(thumbnails, SIDE)
    (part,) = encode_slices(PixelEncoder(), collection, slices_of(len(collection)), maker=maker)
    return part


def shards(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_vectors_are_the_same_whether_the_copies_are_there_or_made(
    collection: Collection, tmp_path: Path
) -> None:
    folder = tmp_path / "thumbnails"
    first = encode(collection, folder)
    (shard,) = shards(folder)
    written = shard.read_bytes()
    again = encode(collection, folder)
    assert (again.embeddings.vectors == first.embeddings.vectors).all()
    assert again.problems == first.problems
    assert {problem.id for problem in first.problems} == {"broken", "gone"}
    assert shards(folder) == [shard]
    assert shard.read_bytes() == written


def test_vectors_of_copies_are_nearly_those_of_the_files(
    collection: Collection, tmp_path: Path
) -> None:
    direct = encode(collection, None)
    reduced = encode(collection, tmp_path / "thumbnails")
    assert direct.embeddings.ids == reduced.embeddings.ids
    cosines = (direct.embeddings.vectors * reduced.embeddings.vectors).sum(axis=1)
    assert cosines.min() > 0.99
    # Kept as it is, byte by byte: nothing is lost.
    small = direct.embeddings.ids.index("small")
    assert (direct.embeddings.vectors[small] == reduced.embeddings.vectors[small]).all()


def test_a_second_reading_opens_copies_only(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "thumbnails"
    encode(collection, folder)
    opened: list[str] = []

    def noted(source: Path | bytes, **how: Any) -> AbstractContextManager[Image.Image]:
        if isinstance(source, Path):
            opened.append(source.name)
        return images.reading_picture(source, **how)

    monkeypatch.setattr(thumbnail_making, "reading_picture", noted)
    encode(collection, folder)
    assert sorted(opened) == ["broken.jpg", "no.jpg", "strip.png"]


def test_copies_are_upright_and_of_the_side_that_is_needed(
    collection: Collection, tmp_path: Path
) -> None:
    encode(collection, tmp_path / "thumbnails")
    copies = Thumbnails(tmp_path / "thumbnails")
    root = collection.root
    assert copies.load(root, "turned.jpg", at_least=512).size == (512, 652)
    assert copies.load(root, "large.jpg", at_least=512).size == (683, 512)
    assert copies.load(root, "small.webp", at_least=512).size == (300, 200)
    # More than a copy can give is read from the file.
    assert copies.load(root, "large.jpg", at_least=800).size == (2400, 1800)
    assert copies.load(root, "strip.png", at_least=64).size == (5000, 550)
    with pytest.raises(PictureError, match="not a picture"):
        copies.load(root, "broken.jpg", at_least=64)
    assert side_for(PREPROCESS) == SIDE
    wide = Preprocess((640, 896), "squash", "bicubic", 0, (0.5,) * 3, (0.5,) * 3)
    assert side_for(wide) == 896
    assert made_as(wide) != made_as(PREPROCESS)


def test_copies_outlive_their_files(collection: Collection, tmp_path: Path) -> None:
    encode(collection, tmp_path / "thumbnails")
    (collection.root / "large.jpg").unlink()
    copies = Thumbnails(tmp_path / "thumbnails")
    assert copies.load(collection.root, "large.jpg", at_least=800).size == (683, 512)
    with pytest.raises(PictureError, match="does not exist"):
        copies.load(collection.root, "no.jpg", at_least=64)


def test_a_picture_that_has_changed_is_copied_anew(collection: Collection, tmp_path: Path) -> None:
    folder = tmp_path / "thumbnails"
    encode(collection, folder)
    noise(1000, 800, 99).save(collection.root / "scan.png", compress_level=1)
    os.utime(collection.root / "scan.png", ns=(1, 1))
    fresh = encode(collection, None).embeddings.vectors[0]
    assert fresh @ encode(collection, folder).embeddings.vectors[0] > 0.99
    assert len(shards(folder)) == 2
    copies = Thumbnails(folder)
    assert copies.load(collection.root, "scan.png", at_least=512).size == (640, 512)


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied"])
def test_a_damaged_shard_is_read_past_and_made_anew(
    collection: Collection, tmp_path: Path, damage: str
) -> None:
    folder = tmp_path / "thumbnails"
    first = encode(collection, folder)
    (shard,) = shards(folder)
    whole = shard.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    shard.write_bytes({"cut": whole[:middle], "flipped": flipped, "emptied": b""}[damage])
    copies = Thumbnails(folder)
    for file in ("scan.png", "large.jpg", "turned.jpg"):
        assert min(copies.load(collection.root, file, at_least=512).size) >= 512
    again = encode(collection, folder)
    assert (again.embeddings.vectors == first.embeddings.vectors).all()
    if damage != "flipped":
        assert shard.read_bytes() == whole
    fresh = Thumbnails(folder)
    assert fresh.load(collection.root, "large.jpg", at_least=512).size == (683, 512)


def test_copies_that_cannot_be_opened_for_a_moment_are_left_alone(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode(collection, tmp_path / "thumbnails")
    kept = sorted((tmp_path / "thumbnails").iterdir())

    def away(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("safetensors.safe_open", away)
        assert not Thumbnails(tmp_path / "thumbnails").damaged
        ThumbnailMaker(tmp_path / "thumbnails", SIDE)
    assert sorted((tmp_path / "thumbnails").iterdir()) == kept


def test_an_interrupted_run_keeps_what_was_copied(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnail_making, "_SHARD_BYTES", 1)
    folder = tmp_path / "thumbnails"
    maker = ThumbnailMaker(folder, SIDE)
    encoded = encode_slices(PixelEncoder(), collection, slices_of(len(collection), 2), maker=maker)
    next(encoded)
    encoded.close()
    kept = shards(folder)
    assert len(kept) >= 2
    encode(collection, folder)
    assert set(kept) < set(shards(folder))


def test_what_encoding_left_out_is_made_and_what_nobody_needs_removed(
    collection: Collection, tmp_path: Path
) -> None:
    folder = tmp_path / "thumbnails"
    maker = ThumbnailMaker(folder, SIDE)
    (tmp_path / "other.png").write_bytes((collection.root / "scan.png").read_bytes())
    maker.keep(maker.use(tmp_path, "other.png", lambda picture: picture.size)[1])
    maker.write()
    (others,) = shards(folder)
    counts: list[int] = []
    make_missing(collection, folder, SIDE, progress=counts.append)
    assert counts == [1, 2, 3, 4, 5, 6]
    (own,) = shards(folder)
    assert own != others
    make_missing(collection, folder, SIDE, progress=counts.append)
    assert len(counts) == 6
    assert shards(folder) == [own]


def test_pictures_that_works_share_are_copied_once(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnail_making, "_SHARD_BYTES", 1)
    works = [Artwork(id=f"w{number}", images=("scan.png",)) for number in range(40)]
    shared = Collection.from_artworks(works, root=collection.root)
    maker = ThumbnailMaker(tmp_path / "copies", SIDE)
    list(encode_slices(PixelEncoder(), shared, slices_of(40, 5), maker=maker))
    assert len(shards(tmp_path / "copies")) == 1


def test_the_index_stays_right_while_it_grows(tmp_path: Path) -> None:
    copies = Thumbnails(tmp_path)
    for number in range(120):
        names = [f"{number:010x}{row:022x}{0:08x}" for row in range(100)]
        copies._add(names, tmp_path / f"512-{number:024x}.safetensors", SIDE)
    assert len(copies._index[0]) >= 8000
    assert len(copies._index[0]) + len(copies._recent) == 12_000
    assert (np.sort(copies._index[0]) == copies._index[0]).all()


def test_a_reader_of_paths_reads_copies_or_files(collection: Collection, tmp_path: Path) -> None:
    encode(collection, tmp_path / "thumbnails")
    root = collection.root
    (tmp_path / "link").symlink_to(root)
    for place in (root, tmp_path / "link"):
        load = Thumbnails(tmp_path / "thumbnails").reader(place)
        assert load(place / "large.jpg", at_least=512).size == (683, 512)
        assert load(place.resolve() / "large.jpg", at_least=512).size == (683, 512)
        assert load(place / "large.jpg").size == (2400, 1800)
    noise(700, 600, 9).save(tmp_path / "elsewhere.png")
    assert load(tmp_path / "elsewhere.png", at_least=64).size == (700, 600)
    assert Thumbnails(tmp_path / "none").reader(root) is images.load_picture


def test_pixels_are_read_from_copies_where_they_are(collection: Collection, tmp_path: Path) -> None:
    encode(collection, tmp_path / "thumbnails")
    copies = Thumbnails(tmp_path / "thumbnails")
    small = read_pixels(collection.root, "small.webp", PREPROCESS, copies)
    assert (small == load_pixels(collection.root / "small.webp", PREPROCESS)).all()
    (collection.root / "scan.png").unlink()
    assert isinstance(read_pixels(collection.root, "scan.png", PREPROCESS), PictureError)
    assert isinstance(read_pixels(collection.root, "scan.png", PREPROCESS, copies), np.ndarray)


def test_a_link_out_of_the_collection_is_neither_read_nor_copied(
    collection: Collection, tmp_path: Path
) -> None:
    noise(700, 600, 9).save(tmp_path / "secret.png")
    (collection.root / "small.webp").unlink()
    (collection.root / "small.webp").symlink_to(tmp_path / "secret.png")
    part = encode(collection, tmp_path / "thumbnails")
    reasons = {problem.id: problem.reason for problem in part.problems}
    assert reasons["small"] == "it leads outside the collection's folder"
    make_missing(collection, tmp_path / "thumbnails", SIDE)
    assert Thumbnails(tmp_path / "thumbnails").find("small.webp", None) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are none here")
def test_a_pipe_is_not_waited_for(collection: Collection, tmp_path: Path) -> None:
    (collection.root / "small.webp").unlink()
    os.mkfifo(collection.root / "small.webp")
    part = encode(collection, tmp_path / "thumbnails")
    reasons = {problem.id: problem.reason for problem in part.problems}
    assert reasons["small"] == "this is a pipe, a socket or a device, not a file"


def test_completing_removes_no_copy_of_a_file_that_is_gone(
    collection: Collection, tmp_path: Path
) -> None:
    folder = tmp_path / "thumbnails"
    encode(collection, folder)
    kept = shards(folder)
    for file in collection.root.iterdir():
        file.unlink()
    make_missing(collection, folder, SIDE)
    assert shards(folder) == kept


def test_a_folder_that_cannot_be_written_is_told(collection: Collection, tmp_path: Path) -> None:
    (tmp_path / "thumbnails").write_text("a file")
    with pytest.raises(WriteError, match="a file stands where a folder is needed"):
        encode(collection, tmp_path / "thumbnails")


def test_a_run_that_keeps_copies_goes_on_with_them_and_completes_them(
    collection: Collection, tmp_path: Path
) -> None:
    encoder = PixelEncoder()
    folder = tmp_path / "run"
    folder.mkdir()
    problems = encode_stage(collection, encoder, folder, thumbnails=True)
    vectors = open_embeddings(folder / "embeddings").vectors
    assert encoder.encoded == 5
    (shard,) = shards(folder / THUMBNAILS)
    shard.unlink()
    # Not asked for any more: what is there is read, and the vectors are still of the copies.
    assert encode_stage(collection, encoder, folder) == problems
    assert encoder.encoded == 5
    assert shards(folder / THUMBNAILS) == [shard]
    shutil.rmtree(folder / THUMBNAILS)
    assert encode_stage(collection, encoder, folder) == problems
    assert encoder.encoded == 10
    assert not (folder / THUMBNAILS).exists()
    assert (open_embeddings(folder / "embeddings").vectors != vectors).any()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(13, "no"), "there is no permission to read the file"),
        (MemoryError(), "there is not enough memory to decode the picture"),
        (OSError(5, "Input/output error"), r"the file cannot be read \(Input/output error\)"),
    ],
)
def test_what_passes_is_not_remembered(
    collection: Collection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    reason: str,
) -> None:
    maker = ThumbnailMaker(tmp_path / "thumbnails", SIDE)

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr("topicart.images._decoded", fail)
        used, made = maker.use(collection.root, "scan.png", lambda picture: picture.size)
    assert made is None
    with pytest.raises(PictureError, match=reason):
        raise used  # type: ignore[misc]
    _, made = maker.use(collection.root, "broken.jpg", lambda picture: picture.size)
    assert made is not None
    used, made = maker.use(collection.root, "scan.png", lambda picture: picture.size)
    assert made is not None
    assert made.data


def test_the_shares_of_a_process_have_one_maker(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[ThumbnailMaker] = []

    def make(folder: Path, side: int) -> ThumbnailMaker:
        made.append(ThumbnailMaker(folder, side))
        return made[-1]

    monkeypatch.setattr("topicart.store_in_work.ThumbnailMaker", make)
    make_folder(tmp_path / "store")
    store = StoreInWork(
        PixelEncoder(),  # type: ignore[arg-type]
        collection,
        tmp_path / "store",
        shard_size=3,
        thumbnails=tmp_path / "copies",
    )
    for number in range(3):
        assert [place for place, _ in store.encode([number])] == [number]
    assert len(made) == 1
    # Each share's copies are on the disk when it ends.
    assert len(shards(tmp_path / "copies")) == 3
