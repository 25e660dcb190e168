"""Works with readable pictures, their pictures, and pictures under treatment."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from evaluation.studies.looking import see_all, studied_works, treated
from evaluation.studies.looking.features import Pixels
from evaluation.studies.looking.pictures import load_small, pictures_of_works, readable_works
from evaluation.studies.looking.works import held_out_groups
from knowledge_graph import Artwork, Collection, open_collection
from topicart.errors import StudyError


def _works(folder: Path, artists: Sequence[Sequence[str]], **facts: object) -> Collection:
    folder.mkdir(exist_ok=True)
    made = []
    for number, names in enumerate(artists):
        file = f"{number}.png"
        Image.new("RGB", (40, 30), (20 * number % 256, 90, 200)).save(folder / file)
        own = {"artist": tuple(names)} if names else {}
        made.append(Artwork(id=f"w{number:02}", images=(file,), facets=own, **facts))  # type: ignore[arg-type]
    return Collection.from_artworks(made, root=folder)


def test_pictures_have_one_shorter_side_and_strips_stay_whole(tmp_path: Path) -> None:
    for name, size, wanted in (
        ("small", (64, 48), (341, 256)),
        ("large", (900, 1200), (256, 341)),
        ("strip", (4000, 20), (1024, 16)),
        ("speck", (1, 1), (256, 256)),
    ):
        file = tmp_path / f"{name}.png"
        Image.new("RGB", size, "teal").save(file)
        assert load_small(file).size == wanted, name
    assert load_small(tmp_path / "small.png", shorter=100, longer=100).size == (100, 75)


def test_works_without_a_readable_picture_are_left_out_and_counted(
    tiny_collection_folder: Path,
) -> None:
    images = tiny_collection_folder / "images"
    whole = (images / "eke_two.jpg").read_bytes()
    (images / "eke_two.jpg").write_bytes(b"no picture")
    (images / "eke_man-1931.jpg").write_bytes(whole[: len(whole) // 3])
    (images / "dahl_peak.jpg").write_bytes(whole + b"what a camera left there")
    works = studied_works(open_collection(tiny_collection_folder))
    assert works.unreadable == 2
    assert len(works.pictures) == len(works.collection) == len(works.groups) == 10
    assert works.pictures.ids == tuple(works.collection.ids)
    assert works.about["works_of_the_collection"] == 12
    with pytest.raises(StudyError, match="needs two works at least, got works=1"):
        studied_works(works.collection, works=1)
    with pytest.raises(StudyError, match="1 of the 1 works .* expected two at least"):
        studied_works(works.collection.select([0]))


def test_a_link_out_of_the_collection_is_not_followed(tmp_path: Path) -> None:
    collection = _works(tmp_path / "own", [["a"], ["b"], ["c"]])
    outside = tmp_path / "secret.png"
    Image.new("RGB", (40, 30)).save(outside)
    (tmp_path / "own" / "1.png").unlink()
    (tmp_path / "own" / "1.png").symlink_to(outside)
    assert readable_works(collection).unreadable == 1


def test_the_first_of_several_pictures_that_can_be_read_counts(tmp_path: Path) -> None:
    _works(tmp_path, [["a"], ["b"]])
    (tmp_path / "0.png").write_bytes(b"")
    both = [Artwork(id=id_, images=("0.png", "1.png")) for id_ in ("x", "y")]
    works = studied_works(Collection.from_artworks(both, root=tmp_path))
    assert {file.name for file in works.pictures.files} == {"1.png"}


def test_fewer_works_are_among_more(tmp_path: Path) -> None:
    collection = _works(tmp_path, [["a"]] * 12)
    few = studied_works(collection, works=4, seed=3)
    more = studied_works(collection, works=7, seed=3)
    other = studied_works(collection, works=4, seed=4)
    assert set(few.collection.ids) < set(more.collection.ids)
    assert few.collection.ids == sorted(few.collection.ids)
    assert few.collection.ids != other.collection.ids
    assert few.about["drawn"]


def test_a_picture_that_breaks_while_it_is_looked_at_is_named(tmp_path: Path) -> None:
    works = studied_works(_works(tmp_path, [["a"], ["b"]]))
    (tmp_path / "1.png").write_bytes((tmp_path / "1.png").read_bytes()[:60])
    with pytest.raises(StudyError, match=r"1\.png could be opened and cannot be read.*Remove it"):
        works.pictures.pictures_of(0)


def test_another_file_is_another_key(tmp_path: Path) -> None:
    files = [tmp_path / "a.png", tmp_path / "b.png"]
    for file in files:
        Image.new("RGB", (30, 30), "red").save(file)
    before = pictures_of_works(["a", "b"], files)
    assert before.keys == pictures_of_works(["a", "b"], files).keys
    assert before.keys != pictures_of_works(["a", "b"], files, side=64).keys
    Image.new("RGB", (31, 31), "blue").save(files[1])
    assert before.keys != pictures_of_works(["a", "b"], files).keys


def _speckle(picture: Image.Image, seed: int) -> Image.Image:
    noise = np.random.default_rng(seed).integers(0, 256, (*picture.size[::-1], 3), np.uint8)
    return Image.fromarray(noise)


def test_treated_pictures_stand_by_work_then_by_treatment_and_are_the_same_again(
    tmp_path: Path,
) -> None:
    works = studied_works(_works(tmp_path / "own", [["a"]] * 40))
    how = {"negative": lambda picture, _: ImageOps.invert(picture), "speckle": _speckle}
    rows = [7, 3, *range(10, 40)]
    made = treated(works.pictures, rows, how, version=1, seed=5)
    assert len(made) == 2 * len(rows)
    assert [row for part in made.parts for row in part] == list(range(len(made)))
    seen = see_all(made, [Pixels(4)], tmp_path / "seen")["pixels"]
    for place in (0, 1, 31):
        negative = ImageOps.invert(works.pictures.picture(rows[place]))
        np.testing.assert_array_equal(seen[2 * place], Pixels(4).encode([negative])[0])
    # Each picture has a seed of its own, which does not hang on which others are looked at.
    assert not np.array_equal(seen[1], seen[3])
    alone = treated(works.pictures, [3], how, version=1, seed=5)
    assert alone.pictures_of(0)[1].tobytes() == made.pictures_of(0)[3].tobytes()
    for other in (
        treated(works.pictures, rows, how, version=2, seed=5),
        treated(works.pictures, rows, how, version=1, seed=6),
        treated(works.pictures, rows[::-1], how, version=1, seed=5),
    ):
        assert not set(other.keys) & set(made.keys)
    assert len(treated(works.pictures, [], how, version=1)) == 0


def test_kept_vectors_of_another_length_are_told(tmp_path: Path) -> None:
    works = studied_works(_works(tmp_path / "own", [["a"]] * 70))
    see_all(works.pictures, [Pixels(4)], tmp_path / "seen")
    (kept,) = (tmp_path / "seen").rglob(f"{works.pictures.keys[1]}.npy")
    np.save(kept, np.ones((6, 3), np.float32))
    with pytest.raises(StudyError, match=r"have not the length .* Remove .*seen.*repeat"):
        see_all(works.pictures, [Pixels(4)], tmp_path / "seen")


def test_what_was_seen_is_not_looked_at_again(tmp_path: Path) -> None:
    works = studied_works(_works(tmp_path / "own", [["a"]] * 5))
    first = see_all(works.pictures, [Pixels(4)], tmp_path / "seen")["pixels"]
    for file in works.pictures.files:
        stamp = file.stat()
        file.write_bytes(b"?" * stamp.st_size)
        os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    second = see_all(works.pictures, [Pixels(4)], tmp_path / "seen")["pixels"]
    np.testing.assert_array_equal(first, second)


def test_works_that_share_an_artist_through_others_have_one_group(tmp_path: Path) -> None:
    artists = [["Rubens"], ["Rubens", "Brueghel"], ["Brueghel"], ["Bell"], [], []]
    works = studied_works(_works(tmp_path, artists))
    groups = works.groups
    assert groups[0] == groups[1] == groups[2]
    assert len(set(groups)) == 4
    assert groups[4:] == ("w04", "w05")


def test_no_artist_is_on_both_sides_and_the_share_is_met(tmp_path: Path) -> None:
    artists = [[f"artist {number // 5}"] for number in range(60)]
    works = studied_works(_works(tmp_path, artists))
    held = works.held_out(0.3, seed=1)
    judging = {group for group, judges in zip(works.groups, held, strict=True) if judges}
    teaching = {group for group, judges in zip(works.groups, held, strict=True) if not judges}
    assert not judging & teaching
    assert held.sum() in (15, 20)
    np.testing.assert_array_equal(held, works.held_out(0.3, seed=1))
    assert not np.array_equal(held, works.held_out(0.3, seed=2))


@pytest.mark.parametrize("share", [0.01, 0.3, 0.99])
@pytest.mark.parametrize(
    "sizes", [(1, 1), (9, 1), (5, 5), (50, 1, 1, 1), (3,) * 40], ids=lambda sizes: str(sizes)[:12]
)
def test_something_is_held_out_and_something_left(share: float, sizes: tuple[int, ...]) -> None:
    groups = [f"g{number}" for number, size in enumerate(sizes) for _ in range(size)]
    held = held_out_groups(groups, share)
    assert 0 < held.sum() < len(groups)


def test_works_of_one_artist_cannot_be_parted(tmp_path: Path) -> None:
    works = studied_works(_works(tmp_path, [["a"], ["a"]]))
    with pytest.raises(StudyError, match="All 2 works belong to one artist"):
        works.held_out()
    with pytest.raises(StudyError, match=r"held out is 1\.5; expected more than 0"):
        works.held_out(1.5)


def test_splits_that_the_source_states_count(tmp_path: Path) -> None:
    parts = ["train", "val", "test", "test"]
    for number in range(4):
        Image.new("RGB", (20, 20)).save(tmp_path / f"{number}.png")
    made = [
        Artwork(id=f"w{number}", images=(f"{number}.png",), split=part)
        for number, part in enumerate(parts)
    ]
    works = studied_works(Collection.from_artworks(made, root=tmp_path))
    assert works.held_out().tolist() == [False, False, True, True]


def test_timeframes_are_spans_of_fifty_years(tmp_path: Path) -> None:
    spans = [(1501, 1550), (1540, 1560), (1642, 1642), (None, 1700), (1400, 1700), (1850, 1850)]
    made = [
        Artwork(id=f"w{number}", images=("x.png",), year_from=first, year_to=last)
        for number, (first, last) in enumerate(spans)
    ]
    stated = ["1601-1650", "Baroque", "1610-1659"]
    made += [
        Artwork(id=f"x{number}", images=("x.png",), facets={"period": (period,)})
        for number, period in enumerate(stated)
    ]
    Image.new("RGB", (20, 20)).save(tmp_path / "x.png")
    works = studied_works(Collection.from_artworks(made, root=tmp_path))
    assert works.values("timeframe") == [
        ("1501-1550",), (), ("1601-1650",), (), (), ("1801-1850",), ("1601-1650",), (), (),
    ]  # fmt: skip
    assert works.values("century")[0] == ("16th century",)
    with pytest.raises(StudyError, match="no facet 'gnre'.*Did you mean"):
        works.values("gnre")


def test_a_large_picture_is_decoded_before_it_counts_as_readable(tmp_path: Path) -> None:
    """A header may claim any size; what it claims is not believed."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64)).save(buffer, "BMP")
    data = bytearray(buffer.getvalue())
    data[18:26] = (60_000).to_bytes(4, "little") * 2
    (tmp_path / "bomb.bmp").write_bytes(bytes(data))
    made = [Artwork(id="w", images=("bomb.bmp",))]
    assert readable_works(Collection.from_artworks(made, root=tmp_path)).unreadable == 1
