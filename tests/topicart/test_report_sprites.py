"""Every work has a small picture in an atlas, made once, whatever happens to the files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from knowledge_graph import Artwork
from tests.topicart.report_runs import harbour, paint, write_run
from topicart.report import miniatures
from topicart.report.miniatures import Miniature, SmallWanted, make_miniatures, open_miniature
from topicart.report.places import places_of
from topicart.report.sprites import Atlases, Sprites, write_sprites
from topicart.run import Run


def small(root: Path, n: int, side: int = 32) -> list[SmallWanted]:
    for number in range(n):
        paint(root / f"{number}.png", hue=11 * number)
    return [SmallWanted(f"w{number}", f"{number}.png", side) for number in range(n)]


def make(run: Run, progress: Any = None) -> Sprites:
    site = run.folder / "site"
    site.mkdir(exist_ok=True)
    return write_sprites(run, site, progress=progress)


def cut(run: Run, part: Atlases, cell: int, width: int, height: int) -> Image.Image:
    """Cut a picture out of its atlas as the scripts do."""
    with Image.open(run.folder / "site" / part.files[cell // part.per_atlas]) as atlas:
        place = cell % part.per_atlas
        left, top = place % part.columns * part.side, place // part.columns * part.side
        own: Image.Image = atlas.convert("RGB").crop((left, top, left + width, top + height))
        return own


def likeness(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of two pictures, 0 to 255."""
    pixels = [
        np.asarray(picture.convert("RGB").resize((16, 16)), float) for picture in (one, other)
    ]
    return float(np.abs(pixels[0] - pixels[1]).mean())


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_each_work_finds_its_own_picture_in_the_atlases(tmp_path: Path) -> None:
    run = harbour(tmp_path)
    sprites = make(run)
    atlases, images = sprites.atlases, run.works["images"].to_pylist()
    assert sprites.cell[-1] == -1, "the picture of the last work is missing"
    for row, cell in enumerate(sprites.cell[:-1].tolist()):
        own = cut(run, atlases, cell, int(atlases.width[row]), int(atlases.height[row]))
        with Image.open(tmp_path / "pictures" / images[row][0]) as original:
            assert likeness(own, original) < 12
            proportion = original.width / original.height
        assert atlases.width[row] / atlases.height[row] == pytest.approx(proportion, rel=0.05)
    distinct = sprites.cell[sprites.cell >= 0]
    assert len(set(distinct.tolist())) == len(distinct)


def test_the_faces_are_the_most_central_works_of_every_theme_in_turn(tmp_path: Path) -> None:
    run = harbour(tmp_path)
    sprites = make(run)
    faces = sprites.faces
    assert sprites.face_rows.tolist() == [0, 6, 1, 7, 2, 8, 3, 4, 5]
    with Image.open(tmp_path / "pictures" / "b0.png") as original:
        assert (
            likeness(cut(run, faces, 1, int(faces.width[1]), int(faces.height[1])), original) < 12
        )


def test_neighbours_on_the_map_share_an_atlas(tmp_path: Path) -> None:
    generator = np.random.default_rng(1)
    places = places_of(pa.table({name: generator.normal(size=20_000) for name in ("x", "y")}))
    order = places.z_order()
    across, down = places.x[order].astype(float), places.y[order].astype(float)
    atlases = [slice(start, start + 1000) for start in range(0, 20_000, 1000)]
    spread = [float(np.hypot(across[own].std(), down[own].std())) for own in atlases]
    assert np.median(spread) < np.hypot(across.std(), down.std()) / 2


def test_places_keep_their_proportions_and_works_without_one_come_last() -> None:
    table = pa.table({"x": [0.0, None, 4.0, 2.0], "y": [0.0, None, 0.0, 2.0]})
    places = places_of(table)
    assert places.on_map.tolist() == [True, False, True, True]
    assert places.x.tolist() == [0, 0, 65535, 32768]
    assert places.y.tolist() == [32768, 0, 32768, 0], "up on the map is up on the screen"
    assert places.z_order().tolist()[-1] == 1
    assert places.middles(np.array([0, 0, 0, 1]), 3) == [
        (32767, 32768), (32768, 0), (32767, 32767),
    ]  # fmt: skip


def test_works_in_one_place_and_works_nowhere_are_no_error() -> None:
    assert places_of(pa.table({"x": [1.0, 1.0], "y": [2.0, 2.0]})).x.tolist() == [0, 0]
    nowhere = pa.table({"x": pa.nulls(2, pa.float32()), "y": pa.nulls(2, pa.float32())})
    assert not places_of(nowhere).on_map.any()


def test_the_same_run_gives_the_same_bytes_and_nothing_is_made_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = harbour(tmp_path)
    folder = run.folder / "site" / "sprites"
    make(run)
    first = files_of(folder)
    times = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr(miniatures, "load_picture", lambda *_, **__: pytest.fail("copied again"))
        make(run)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == times
    shutil.rmtree(folder)
    shutil.rmtree(run.folder / "miniatures")
    make(run)
    assert files_of(folder) == first


def test_a_picture_that_has_changed_is_copied_anew_and_the_old_atlas_goes(tmp_path: Path) -> None:
    run = harbour(tmp_path)
    before = make(run)
    paint(tmp_path / "pictures" / "a0.png", width=30, height=50, hue=200)
    after = make(run)
    assert (after.atlases.width[0], after.atlases.height[0]) == (30, 50)
    written = {path.name for path in (run.folder / "site" / "sprites").iterdir()}
    assert written == {Path(file).name for file in (*after.atlases.files, *after.faces.files)}
    assert not set(before.atlases.files) & set(after.atlases.files)


def test_copies_outlive_pictures_that_have_moved(tmp_path: Path) -> None:
    run = harbour(tmp_path)
    before = make(run)
    shutil.rmtree(tmp_path / "pictures")
    after = make(run)
    assert after.atlases.files == before.atlases.files
    assert after.cell.tolist() == before.cell.tolist()


def test_a_broken_picture_leaves_its_place_empty(tmp_path: Path) -> None:
    root = tmp_path / "pictures"
    wanted = [*small(root, 3), SmallWanted("gone", "gone.png", 32), SmallWanted("n", "a\0b", 32)]
    (root / "1.png").write_bytes((root / "1.png").read_bytes()[:60])
    copies = make_miniatures(wanted, root, tmp_path / "kept")
    assert [copy is not None for copy in copies] == [True, False, True, False, False]


def test_no_picture_outside_the_collection_is_read(tmp_path: Path) -> None:
    root = tmp_path / "pictures"
    wanted = [*small(root, 1), SmallWanted("up", "../secret.png", 32)]
    paint(tmp_path / "secret.png")
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    (root / "folder").symlink_to(tmp_path)
    (root / "within.png").symlink_to(root / "0.png")
    wanted += [
        SmallWanted(name, name, 32) for name in ("link.png", "folder/secret.png", "within.png")
    ]
    copies = make_miniatures(wanted, root, tmp_path / "kept")
    assert [copy is not None for copy in copies] == [True, False, False, False, True]


def test_an_interrupted_call_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(miniatures, "_PER_FILE", 4)
    wanted = small(tmp_path / "pictures", 10)
    kept = tmp_path / "kept"

    def interrupt(done: int, total: int) -> None:
        assert total == 10
        if done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_miniatures(wanted, tmp_path / "pictures", kept, progress=interrupt)
    told: list[int] = []
    copies = make_miniatures(
        wanted, tmp_path / "pictures", kept, progress=lambda done, _: told.append(done)
    )
    assert all(copies)
    assert told[0] >= 6, "what was made before counts as done"
    assert told[-1] == 10


def test_copies_no_longer_wanted_are_dropped(tmp_path: Path) -> None:
    wanted = small(tmp_path / "pictures", 6)
    kept = tmp_path / "kept"
    make_miniatures(wanted, tmp_path / "pictures", kept)
    make_miniatures(wanted[:2], tmp_path / "pictures", kept)
    assert sum(len(found) for found in miniatures._read(kept).values()) == 2
    make_miniatures([], tmp_path / "pictures", kept)
    assert list(kept.iterdir()) == []


def test_a_damaged_file_of_copies_is_made_again(tmp_path: Path) -> None:
    wanted = small(tmp_path / "pictures", 2)
    kept = tmp_path / "kept"
    make_miniatures(wanted, tmp_path / "pictures", kept)
    (file,) = kept.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    (kept / "other.parquet").write_text("no table")
    assert all(make_miniatures(wanted, tmp_path / "pictures", kept))


def test_no_copy_is_decoded_that_is_not_what_it_says(tmp_path: Path) -> None:
    (copy,) = make_miniatures(small(tmp_path, 1), tmp_path, tmp_path / "kept")
    assert copy is not None
    assert open_miniature(copy) is not None
    assert open_miniature(Miniature(copy.state, copy.width + 1, copy.height, copy.webp)) is None
    assert open_miniature(Miniature(copy.state, copy.width, copy.height, b"RIFF....")) is None


def test_a_run_without_pictures_has_no_atlases(tmp_path: Path) -> None:
    run = write_run(tmp_path, [Artwork(id="a"), Artwork(id="b")], [None, None])
    sprites = make(run)
    assert (sprites.atlases.files, sprites.faces.files) == ((), ())
    assert sprites.cell.tolist() == [-1, -1]


def test_progress_counts_every_picture_once(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    make(harbour(tmp_path), progress=lambda done, total: told.append((done, total)))
    totals = {total for _, total in told}
    assert len(totals) == 1
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    # Twelve small pictures, one of which is missing and so done at once, and nine faces.
    assert told[-1] == (21, 21)
