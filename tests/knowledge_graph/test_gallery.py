"""The gallery painted by code: facts that hang together, pictures that do not depend on luck."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from knowledge_graph import CollectionError
from knowledge_graph.gallery import (
    ARTISTS,
    MANNERS,
    THEMES,
    PlannedWork,
    paint,
    paint_gallery,
    plan_gallery,
)

WORKS = 10


@pytest.fixture(scope="module")
def plan() -> list[PlannedWork]:
    return plan_gallery(600, 0)


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return paint_gallery(tmp_path_factory.mktemp("one"), works=WORKS, seed=3, workers=1)


def read(table: Path) -> list[dict[str, str]]:
    with table.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def every_file(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_two_workers_write_the_same_bytes_as_one(gallery: Path, tmp_path: Path) -> None:
    assert every_file(paint_gallery(tmp_path, works=WORKS, seed=3, workers=2)) == every_file(
        gallery
    )


def test_a_gallery_that_is_there_is_not_painted_again(gallery: Path) -> None:
    painted: list[int] = []
    paint_gallery(gallery, works=WORKS, seed=3, progress=lambda done, _: painted.append(done))
    assert painted == []


def test_another_seed_paints_another_gallery() -> None:
    assert [w.title for w in plan_gallery(50, 1)] != [w.title for w in plan_gallery(50, 2)]
    first, second = paint(plan_gallery(1, 1)[0], 96), paint(plan_gallery(1, 2)[0], 96)
    assert first.size != second.size or first.tobytes() != second.tobytes()


def test_a_gallery_shows_every_artist_manner_and_theme(plan: list[PlannedWork]) -> None:
    assert len({w.artist for w in plan}) == len(ARTISTS) == 24
    assert {w.manner for w in plan} == set(MANNERS)
    assert len(MANNERS) >= 8
    themes = Counter(w.theme for w in plan)
    assert set(themes) == set(THEMES)
    assert len(themes) >= 20
    assert sum(THEMES[t].narrative for t in themes) >= 6
    assert max(themes.values()) - min(themes.values()) <= 1
    for theme in THEMES:
        assert len({w.manner for w in plan if w.theme == theme}) >= 4


def test_facts_hang_together(plan: list[PlannedWork]) -> None:
    artists = {a.name: a for a in ARTISTS}
    for work in plan:
        artist, theme = artists[work.artist], THEMES[work.theme]
        year = int(work.date.removeprefix("c.")[:4])
        assert artist.years[0] <= year <= artist.years[1]
        assert work.manner in dict(artist.manners)
        assert work.style in MANNERS[work.manner].styles
        assert "; ".join(work.medium) in MANNERS[work.manner].media
        assert work.place in artist.places
        start, end = next((s, e) for name, s, e in artist.periods if name == work.period)
        assert start <= year <= end
        assert work.genre == theme.genre or (theme.genre, work.genre) == (
            "portrait",
            "self-portrait",
        )
        assert set(theme.always) <= set(work.subjects)
        possible = {*theme.always, *theme.choose[1], *(thing for thing, _ in theme.sometimes)}
        assert set(work.subjects) <= possible
        assert not {"sun", "moon"} <= set(work.subjects)


def test_titles_name_only_what_is_painted(plan: list[PlannedWork]) -> None:
    for work in plan:
        for thing in ("apple", "pear", "rose", "tulip", "horse", "cow", "hourglass", "curtain"):
            if thing in work.title.lower().replace("pearl", ""):
                assert thing in work.subjects, (work.title, work.subjects)


def test_ids_are_unique_file_names(plan: list[PlannedWork]) -> None:
    assert len({w.id for w in plan}) == len(plan)
    for work in plan:
        artist, _, title = work.id.partition("_")
        assert artist
        assert title
        assert work.id.isascii()
        assert set(work.id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")


def test_the_catalogue_has_gaps_and_no_truth(plan: list[PlannedWork], gallery: Path) -> None:
    for fact in ("date", "style", "genre", "tags", "medium", "period", "place", "description"):
        missing = sum(fact not in w.shown for w in plan)
        assert 0 < missing < len(plan) / 2
    header = (gallery / "metadata.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == ("image,title,artist,date,style,genre,tags,medium,period,place,description")
    rows = read(gallery / "metadata.csv")
    assert len(rows) == WORKS
    planned = {f"images/{w.id}.jpg": w for w in plan_gallery(WORKS, 3)}
    for row in rows:
        assert (gallery / row["image"]).is_file()
        work = planned[row["image"]]
        assert row["tags"] in ("", "; ".join(work.subjects))


def test_truth_is_kept_apart(gallery: Path) -> None:
    truth = read(gallery / "truth.csv")
    assert list(truth[0]) == ["id", "theme", "manner"]
    pictures = {path.stem for path in (gallery / "images").iterdir()}
    assert {row["id"] for row in truth} == pictures
    assert {row["theme"] for row in truth} <= set(THEMES)


def test_pictures_are_large_enough(gallery: Path) -> None:
    shapes = set()
    for path in (gallery / "images").iterdir():
        with Image.open(path) as picture:
            assert picture.format == "JPEG"
            assert picture.mode == "RGB"
            assert min(picture.size) >= 256
            assert max(picture.size) == 320
            shapes.add(picture.width > picture.height)
    assert shapes == {True, False}


def test_every_theme_and_every_manner_can_be_painted() -> None:
    works = plan_gallery(400, 5)
    chosen = {w.theme: w for w in works} | {w.manner: w for w in works}
    thumbnails = {}
    for name, work in chosen.items():
        pixels = np.asarray(paint(work, 96).resize((24, 24)), float)
        assert pixels.std() > 4, name
        thumbnails[work.id] = pixels
    stack = np.stack(list(thumbnails.values()))
    apart = np.abs(stack[:, None] - stack[None]).mean(axis=(2, 3, 4))
    assert apart[~np.eye(len(stack), dtype=bool)].min() > 4


def test_a_painted_work_depends_on_nothing_but_its_plan() -> None:
    work = plan_gallery(5, 9)[4]
    paint(plan_gallery(5, 9)[0], 96)
    assert paint(work, 96).tobytes() == paint(work, 96).tobytes()


def test_progress_counts_every_work(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    paint_gallery(
        tmp_path, works=3, size=96, workers=1, progress=lambda done, of: seen.append((done, of))
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_an_interrupted_gallery_has_no_catalogue_and_can_be_finished(tmp_path: Path) -> None:
    def interrupt(done: int, of: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        paint_gallery(tmp_path, works=3, size=96, workers=1, progress=interrupt)
    assert not (tmp_path / "metadata.csv").exists()
    counted: list[int] = []
    paint_gallery(
        tmp_path, works=3, size=96, workers=1, progress=lambda done, _: counted.append(done)
    )
    assert counted == [3]
    assert len(read(tmp_path / "metadata.csv")) == len(list((tmp_path / "images").iterdir())) == 3


def test_pictures_of_another_size_are_painted_again(tmp_path: Path) -> None:
    paint_gallery(tmp_path, works=2, size=96, workers=1)
    paint_gallery(tmp_path, works=2, size=128, workers=1)
    for path in (tmp_path / "images").iterdir():
        assert max(Image.open(path).size) == 128


def test_a_folder_with_another_collection_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "metadata.csv").write_text("image,title\nmine.jpg,Mine\n")
    with pytest.raises(CollectionError, match=r"metadata\.csv is there already.*empty folder"):
        paint_gallery(tmp_path, works=2, size=96, workers=1)
    assert [p.name for p in tmp_path.iterdir()] == ["metadata.csv"]


@pytest.mark.parametrize(
    ("argument", "value", "message"),
    [
        ("works", 0, "works is 0; a gallery has at least 1 work"),
        ("works", 2.5, r"works is 2\.5"),
        ("seed", -1, "seed is -1; expected a whole number from 0 up"),
        ("size", 40, "size is 40; expected the longer side in whole pixels, 96 to 2048"),
        ("size", "big", "size is 'big'"),
        ("workers", 0, "workers is 0; expected at least 1 process"),
    ],
)
def test_bad_arguments_are_answered(
    tmp_path: Path, argument: str, value: object, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        paint_gallery(tmp_path, **{"works": 2, argument: value})  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())
