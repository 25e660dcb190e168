"""Collections as they are in life, counted here by other means than ours."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_graph import Collection, open_collection


@pytest.fixture
def wikiart(shared_data: Path) -> tuple[Collection, list[dict[str, str]]]:
    folder = shared_data / "wikiart-sample"
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return open_collection(folder), sorted(rows, key=lambda row: row["image"].removesuffix(".jpg"))


def test_wikiart_has_every_row_with_its_picture(
    wikiart: tuple[Collection, list[dict[str, str]]],
) -> None:
    collection, rows = wikiart
    assert len(collection) == len(rows) == collection.n_pictures == 1361
    assert collection.problems == ()
    assert collection.column("images") == [[f"images/{row['image']}"] for row in rows]
    assert collection.titles == [" ".join(row["title"].split()) for row in rows]
    assert collection.column("date") == [row["date"].strip() for row in rows]
    assert all(path.is_file() for i in range(1361) for path in collection.image_paths(i))


@pytest.mark.parametrize(
    ("facet", "column"), [("style", "style"), ("genre", "genre"), ("subject", "tags")]
)
def test_wikiarts_lists_are_divided_at_commas(
    wikiart: tuple[Collection, list[dict[str, str]]], facet: str, column: str
) -> None:
    collection, rows = wikiart
    expected = [
        list(dict.fromkeys(part.strip() for part in row[column].split(",") if part.strip()))
        for row in rows
    ]
    assert collection.facet(facet) == expected


@pytest.mark.parametrize(("facet", "column"), [("artist", "artist"), ("place", "gallery")])
def test_wikiarts_names_stay_whole(
    wikiart: tuple[Collection, list[dict[str, str]]], facet: str, column: str
) -> None:
    collection, rows = wikiart
    names = [" ".join(row[column].split()) for row in rows]
    assert collection.facet(facet) == [[name] if name else [] for name in names]
    if facet == "artist":
        assert len(set(names)) == 36


def test_wikiarts_dates_are_all_understood(
    wikiart: tuple[Collection, list[dict[str, str]]],
) -> None:
    collection, rows = wikiart
    dated = sum(bool(row["date"].strip()) for row in rows)
    years = [year for year in collection.column("year_from") if year is not None]
    assert len(years) == dated == 1044
    assert 1400 < min(years) <= max(years) < 2020


def test_styles7_has_its_styles_from_its_folders(shared_data: Path) -> None:
    folder = shared_data / "styles7"
    collection = open_collection(folder, folders_as="style")
    expected = Counter(path.parent.name for path in folder.glob("*/*.jpg"))
    assert len(collection) == collection.n_pictures == sum(expected.values()) == 4200
    assert Counter(style for (style,) in collection.facet("style")) == expected
    assert len(expected) == 7
    assert collection.problems == ()


@pytest.fixture
def museum_table(shared_data: Path) -> Callable[[str], Collection]:
    return lambda name: open_collection(shared_data / "museum-tables" / f"{name}.csv.gz")


def distinct(collection: Collection, facet: str) -> set[str]:
    return {value for values in collection.facet(facet) for value in values}


def test_the_tates_phrases_stay_whole_and_its_semicolons_divide(
    museum_table: Callable[[str], Collection],
) -> None:
    tate = museum_table("tate_artworks")
    assert len(tate) == 69_202
    assert "on paper, unique" in distinct(tate, "genre")
    assert "Ink, graphite and watercolour on paper" in distinct(tate, "medium")
    assert {"Later Stuart", "French-trained, working in Britain"} <= distinct(tate, "style")
    assert {"kneeling", "man, old"} <= distinct(tate, "subject")
    # All three levels of subjects are there for the same works. The table's own count of subjects
    # is above 0 for one work more (D07539), of which it states none.
    assert sum(map(bool, tate.facet("subject"))) == 58_801
    assert sum(map(bool, tate.column("image_urls"))) == 58_416
    assert tate.problems == ()


def test_wikidatas_lists_are_divided_at_commas(
    museum_table: Callable[[str], Collection],
) -> None:
    wikidata = museum_table("wikidata_paintings")
    assert len(wikidata) == 9336
    for facet, value in [
        ("medium", "Oil paint"),
        ("subject", "Christ Child"),
        ("style", "High Renaissance"),
    ]:
        values = distinct(wikidata, facet)
        assert value in values
        assert not any(", " in value for value in values)
    assert sum(year is not None for year in wikidata.column("year_from")) > 9000
