from __future__ import annotations

from pathlib import Path

import pytest

from knowledge_graph import CollectionError, open_collection
from knowledge_graph.sources.semart import is_semart, without_dimensions, works_of_semart

HEADER = [
    "IMAGE_FILE", "DESCRIPTION", "AUTHOR", "TITLE", "TECHNIQUE", "DATE", "TYPE", "SCHOOL",
    "TIMEFRAME",
]  # fmt: skip
ROWS = {
    "train": [
        ["09651-03barber.jpg", 'The "Barberini" ceiling\tof Rome – 1639; très belle.',
         "CORTONA, Pietro da", "Triumph of Divine Providence", "Fresco", "1633-39",
         "mythological", "Italian", "1601-1650"],
        ["00001-a.jpg", "A road.", "GOGH, Vincent van", "Road", "Oil on canvas, 73 x 92 cm", "-",
         "landscape", "Dutch", "1851-1900"],
    ],
    "val": [["b.jpg", "Val.", "UNKNOWN", "B", "Oil on wood, 100,5 x 75 cm", "c. 1500", "religious",
             "German", "1451-1500"]],
    "test": [["c.jpg", "Test.", "X", "C", "Tempera on panel, diameter 60 cm", "1510", "other",
              "Italian", "1501-1550"]],
}  # fmt: skip


def written(rows: list[list[str]], delimiter: str = "\t", header: list[str] = HEADER) -> str:
    def quoted(cell: str) -> str:
        special = delimiter in cell or '"' in cell
        return '"{}"'.format(cell.replace('"', '""')) if special else cell

    return "".join(delimiter.join(map(quoted, row)) + "\r\n" for row in [header, *rows])


def semart(root: Path, encoding: str = "cp1252", pictures: bool = True) -> Path:
    (root / "Images").mkdir(parents=True)
    for split, rows in ROWS.items():
        (root / f"semart_{split}.csv").write_bytes(written(rows).encode(encoding))
        for row in rows:
            if pictures:
                (root / "Images" / row[0]).write_bytes(b"x")
    return root


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def test_semart_is_read_with_its_splits_and_pictures(tmp_path: Path, encoding: str) -> None:
    collection = open_collection(semart(tmp_path, encoding))
    assert collection.ids == ["00001-a", "09651-03barber", "b", "c"]
    assert collection.column("split") == ["train", "train", "val", "test"]
    assert collection.n_pictures == 4
    work = collection[1]
    assert work.title == "Triumph of Divine Providence"
    assert work.description == 'The "Barberini" ceiling\tof Rome – 1639; très belle.'
    assert (work.date, work.year_from) == ("1633-39", 1633)
    assert work.images == ("Images/09651-03barber.jpg",)
    assert dict(work.facets) == {
        "artist": ("CORTONA, Pietro da",),
        "style": ("Italian",),
        "genre": ("mythological",),
        "medium": ("Fresco",),
        "period": ("1601-1650",),
    }
    media = [["Oil on canvas"], ["Fresco"], ["Oil on wood"], ["Tempera on panel"]]
    assert collection.facet("medium") == media
    assert collection.column("date")[0] == ""
    assert collection.facet("artist")[2] == []
    says_so = {problem.reason for problem in collection.problems}
    assert says_so == ({"not UTF-8: read as cp1252"} if encoding == "cp1252" else set())


def test_the_facts_are_read_without_the_pictures(tmp_path: Path) -> None:
    collection = open_collection(semart(tmp_path, "utf-8", pictures=False))
    assert len(collection) == 4
    assert collection.problems == ()


def test_a_picture_that_is_missing_is_reported(tmp_path: Path) -> None:
    root = semart(tmp_path, "utf-8")
    (root / "Images" / "c.jpg").unlink()
    assert [(p.id, p.file) for p in open_collection(root).problems] == [("c", "c.jpg")]


def test_a_split_saved_again_with_commas_in_another_case_is_read(tmp_path: Path) -> None:
    root = semart(tmp_path)
    (root / "semart_train.csv").unlink()
    header = [name.lower() for name in HEADER]
    rows = [row[::-1] for row in ROWS["train"]]
    text = written(rows, ",", header[::-1])
    (root / "SEMART_TRAIN.CSV").write_text(text, encoding="utf-8", newline="")
    collection = open_collection(root)
    assert collection.column("split").count("train") == 2
    assert collection[1].facets["artist"] == ("CORTONA, Pietro da",)


def test_bytes_that_cp1252_has_not_are_read_as_latin1(tmp_path: Path) -> None:
    root = semart(tmp_path)
    file = root / "semart_val.csv"
    file.write_bytes(file.read_bytes().replace(b"Val.", b"Val\x81 \xe9"))
    facts = works_of_semart(root)
    assert "read as latin-1" in {problem.reason[-15:] for problem in facts.problems}
    assert "Val\x81 é" in facts.descriptions


def test_semart_is_found_in_the_folder_that_the_zip_gives(tmp_path: Path) -> None:
    semart(tmp_path / "SemArt")
    assert is_semart(tmp_path)
    assert len(works_of_semart(tmp_path).ids) == 4
    (tmp_path / "other").mkdir()
    assert not is_semart(tmp_path / "other")
    assert not is_semart(tmp_path / "gone")


def test_a_missing_split_is_refused(tmp_path: Path) -> None:
    root = semart(tmp_path)
    (root / "semart_val.csv").unlink()
    with pytest.raises(CollectionError, match=r"SemArt without 'semart_val\.csv'.*SemArt\.zip"):
        open_collection(root)


def test_a_missing_column_is_refused(tmp_path: Path) -> None:
    root = semart(tmp_path)
    text = written([], header=[name.replace("SCHOOL", "SCOOL") for name in HEADER])
    (root / "semart_test.csv").write_text(text + "\t" * 8 + "x\n")
    with pytest.raises(
        CollectionError, match=r"semart_test\.csv: .*'SCHOOL' is missing.*mean 'SCOOL'"
    ):
        open_collection(root)


@pytest.mark.parametrize(
    ("technique", "medium"),
    [
        ("Oil on canvas, 73 x 92 cm", "Oil on canvas"),
        ("Oil on canvas, 73 × 92 cm (each)", "Oil on canvas"),
        ("Tempera and gold on panel; 30,5 x 20 cm", "Tempera and gold on panel"),
        ("Oil on panel (32 x 24 cm)", "Oil on panel"),
        ("Oil, tempera on panel, height 120 mm", "Oil, tempera on panel"),
        ("Fresco, width at base: 3 m", "Fresco, width at base: 3 m"),
        ("73 x 92 cm", ""),
        ("Photo", "Photo"),
        ("Oil on canvas, 1503-05", "Oil on canvas, 1503-05"),
        (", " * 20_000 + "x", ", " * 20_000 + "x"),
    ],
)
def test_dimensions_are_no_medium(technique: str, medium: str) -> None:
    assert without_dimensions(technique) == medium
