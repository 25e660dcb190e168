from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evaluation.judging.judged import PART, judged_pictures
from knowledge_graph import Artwork, Collection, WriteError
from tests.evaluation.fake_judge import FakeJudge, vector_of


def _works(folder: Path, count: int, *, without: tuple[int, ...] = ()) -> Collection:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"{number}.jpg").write_bytes(b"picture %d" % number)
    return Collection.from_artworks(
        [
            Artwork(f"w{number:04d}", images=() if number in without else (f"{number}.jpg",))
            for number in range(count)
        ],
        folder,
    )


def test_nothing_is_encoded_twice_and_new_works_are_added(tmp_path: Path) -> None:
    works, cache = _works(tmp_path / "c", 30), tmp_path / "judged"
    judge = FakeJudge()
    first = judged_pictures(judge, works.select(range(20)), cache)
    again = judged_pictures(judge, works, cache)
    assert judge.asked == list(works.ids)
    assert again.ids == tuple(works.ids)
    np.testing.assert_array_equal(again.vectors[:20], first.vectors)
    np.testing.assert_array_equal(again.vectors[25], vector_of(b"picture 25"))


def test_the_cache_gives_what_the_judge_gives(tmp_path: Path) -> None:
    works = _works(tmp_path / "c", PART + 40, without=(3, 77))
    cached = judged_pictures(FakeJudge(), works, tmp_path / "judged")
    direct = judged_pictures(FakeJudge(), works, None)
    assert cached.ids == direct.ids
    assert "w0003" not in cached
    np.testing.assert_array_equal(cached.vectors, direct.vectors)


def test_the_same_picture_is_encoded_once_whatever_work_shows_it(tmp_path: Path) -> None:
    _works(tmp_path / "c", 3)
    shown = {"a": "1.jpg", "b": "0.jpg", "c": "2.jpg", "d": "1.jpg"}
    works = Collection.from_artworks(
        [Artwork(id_, images=(file,)) for id_, file in shown.items()], tmp_path / "c"
    )
    judge = FakeJudge()
    seen = judged_pictures(judge, works, tmp_path / "judged")
    assert len(judge.asked) == 3
    for id_, vector in zip(seen.ids, seen.vectors, strict=True):
        np.testing.assert_array_equal(vector, vector_of(b"picture %c" % shown[id_][0].encode()))


def test_a_changed_picture_is_encoded_anew(tmp_path: Path) -> None:
    works, cache = _works(tmp_path / "c", 5), tmp_path / "judged"
    judged_pictures(FakeJudge(), works, cache)
    (tmp_path / "c" / "2.jpg").write_bytes(b"painted over")
    judge = FakeJudge()
    seen = judged_pictures(judge, works, cache)
    assert judge.asked == ["w0002"]
    np.testing.assert_array_equal(seen.vectors[2], vector_of(b"painted over"))


def test_judges_do_not_share_a_cache(tmp_path: Path) -> None:
    works, cache = _works(tmp_path / "c", 5), tmp_path / "judged"
    judged_pictures(FakeJudge(), works, cache)
    other = FakeJudge(weights="c" * 64)
    judged_pictures(other, works, cache)
    assert len(other.asked) == 5


@pytest.mark.parametrize(
    "damage", [lambda b: b[:0], lambda b: b[:-5], lambda b: b[:-4] + b"\x01" * 4]
)
def test_a_damaged_part_is_made_anew(tmp_path: Path, damage: object) -> None:
    works, cache = _works(tmp_path / "c", PART + 5), tmp_path / "judged"
    whole = judged_pictures(FakeJudge(), works, cache)
    files = sorted(cache.rglob("*.safetensors"), key=lambda file: file.stat().st_size)
    files[0].write_bytes(damage(files[0].read_bytes()))  # type: ignore[operator]
    judge = FakeJudge()
    again = judged_pictures(judge, works, cache)
    assert len(judge.asked) == 5
    np.testing.assert_array_equal(again.vectors, whole.vectors)
    untroubled = FakeJudge()
    judged_pictures(untroubled, works, cache)
    assert untroubled.asked == []


def test_an_interrupted_call_keeps_its_parts(tmp_path: Path) -> None:
    works, cache = _works(tmp_path / "c", 3 * PART), tmp_path / "judged"
    with pytest.raises(KeyboardInterrupt):
        judged_pictures(FakeJudge(stop_after=2 * PART), works, cache)
    judge, told = FakeJudge(), []
    judged_pictures(judge, works, cache, progress=lambda done, of: told.append((done, of)))
    assert len(judge.asked) == PART
    assert told == [(2 * PART, 3 * PART), (3 * PART, 3 * PART)]


def test_unreadable_pictures_are_left_out(tmp_path: Path) -> None:
    works = _works(tmp_path / "c", 4)
    seen = judged_pictures(FakeJudge(unreadable=["w0001"]), works, tmp_path / "judged")
    assert seen.ids == ("w0000", "w0002", "w0003")
    nothing = judged_pictures(FakeJudge(unreadable=works.ids), works, tmp_path / "none")
    assert len(nothing) == 0


def test_a_file_in_the_caches_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "judged").write_text("")
    with pytest.raises(WriteError, match="judged"):
        judged_pictures(FakeJudge(), _works(tmp_path / "c", 2), tmp_path / "judged")
