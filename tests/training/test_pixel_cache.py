from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from knowledge_graph import Collection, open_collection
from prompts import Captioner
from topicart.errors import TrainingError
from topicart.preprocess import Preprocess, load_pixels
from training import pixel_cache
from training.pairs import Pairs, pairs_of
from training.pixel_cache import PixelCache

SMALL = Preprocess((16, 16), "shortest", "bicubic", 0, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


@pytest.fixture
def collection(tiny_collection_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Collection:
    monkeypatch.setattr(pixel_cache, "_SHARD", 5)  # 12 pictures: three shards, the last one short
    return open_collection(tiny_collection_folder)


@pytest.fixture
def pairs(collection: Collection) -> Pairs:
    return pairs_of(collection, Captioner())


def opened(collection: Collection, pairs: Pairs, folder: Path) -> PixelCache:
    return PixelCache.open(folder, pairs, SMALL, root=collection.root)


def test_pictures_are_kept_as_they_are_read(
    collection: Collection, pairs: Pairs, tmp_path: Path
) -> None:
    cache = opened(collection, pairs, tmp_path / "pixels")
    assert cache.read(cache.files[0]) is None  # nothing is kept before it is filled
    told: list[tuple[int, int]] = []
    cache.fill(workers=2, progress=lambda done, total: told.append((done, total)))
    assert told == [(5, 12), (10, 12), (12, 12)]
    for file in cache.files:
        kept = cache.read(file)
        assert kept is not None
        assert np.array_equal(kept, load_pixels(collection.root / file, SMALL))
    assert cache.read("images/none.jpg") is None


def test_filling_goes_on_where_it_ended_and_mends_a_damaged_shard(
    collection: Collection, pairs: Pairs, tmp_path: Path
) -> None:
    cache = opened(collection, pairs, tmp_path)
    cache.fill()
    first, second, third = sorted(cache.folder.glob("*.npy"))
    whole, before = second.read_bytes(), first.stat().st_mtime_ns
    second.write_bytes(whole[:100])
    third.unlink()
    again = opened(collection, pairs, tmp_path)
    assert again.read(again.files[5]) is None
    told: list[int] = []
    again.fill(progress=lambda done, _: told.append(done), start=0.7)
    assert told[-1] == 12
    assert second.read_bytes() == whole
    assert first.stat().st_mtime_ns == before
    assert again.read(again.files[11]) is not None
    assert not list(cache.folder.glob("*.tmp"))


def test_a_picture_that_changed_or_another_size_is_another_cache(
    collection: Collection, pairs: Pairs, tmp_path: Path
) -> None:
    one = opened(collection, pairs, tmp_path)
    assert opened(collection, pairs, tmp_path).folder == one.folder
    larger = Preprocess((32, 32), "shortest", "bicubic", 0, SMALL.mean, SMALL.std)
    assert PixelCache.open(tmp_path, pairs, larger, root=collection.root).folder != one.folder
    os.utime(collection.root / one.files[3], (1, 1))
    assert opened(collection, pairs, tmp_path).folder != one.folder


def test_a_picture_that_cannot_be_read_is_not_kept(
    collection: Collection, pairs: Pairs, tmp_path: Path
) -> None:
    cache = opened(collection, pairs, tmp_path)
    (collection.root / cache.files[4]).write_bytes(b"no picture")
    (collection.root / cache.files[7]).unlink()
    cache.fill()
    kept = [cache.read(file) is not None for file in cache.files]
    assert [row for row, there in enumerate(kept) if not there] == [4, 7]


def test_two_that_fill_at_once_leave_whole_files(
    collection: Collection, pairs: Pairs, tmp_path: Path
) -> None:
    caches = [opened(collection, pairs, tmp_path) for _ in range(2)]
    threads = [
        threading.Thread(target=cache.fill, kwargs={"start": place / 2})
        for place, cache in enumerate(caches)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(cache.read(file) is not None for cache in caches for file in cache.files)


def test_a_full_disk_is_told_before_anything_is_written(
    collection: Collection, pairs: Pairs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pixel_cache, "_SPARE", 1 << 60)
    cache = opened(collection, pairs, tmp_path)
    with pytest.raises(TrainingError, match="12 pictures need .* GB free.*without --cache"):
        cache.fill()
    assert not list(cache.folder.iterdir())
