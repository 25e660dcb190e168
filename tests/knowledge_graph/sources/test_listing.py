from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_graph import CollectionError
from knowledge_graph.picture_names import without_suffix
from knowledge_graph.sources.listing import PictureIndex, list_pictures


def fill(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return root.resolve()


def test_pictures_are_found_at_any_depth_and_sorted(tmp_path: Path) -> None:
    root = fill(tmp_path, "b/c/x.PNG", "a.jpg", "b/y.jpeg", "z.webp", "n.tif", "notes.txt")
    assert list_pictures(root).files == ("a.jpg", "b/c/x.PNG", "b/y.jpeg", "n.tif", "z.webp")


def test_hidden_files_and_what_systems_leave_behind_are_passed_over(tmp_path: Path) -> None:
    root = fill(tmp_path, "a.jpg", "._a.jpg", ".hid/b.jpg", "__MACOSX/a.jpg", "@eaDir/a.jpg",
                "Thumbs.db")  # fmt: skip
    listing = list_pictures(root)
    assert listing.files == ("a.jpg",)
    assert listing.problems == ()


def test_the_pictures_of_a_run_inside_the_collection_are_no_works(tmp_path: Path) -> None:
    root = fill(tmp_path, "a.jpg", "run/run.json", "run/works.parquet", "run/site/mosaic.jpg")
    assert list_pictures(root).files == ("a.jpg",)


def test_links_that_leave_the_folder_are_reported_and_those_within_count(tmp_path: Path) -> None:
    outside = fill(tmp_path / "outside", "secret.jpg", "more/x.jpg")
    root = fill(tmp_path / "root", "a.jpg")
    (root / "out.jpg").symlink_to(outside / "secret.jpg")
    (root / "within.jpg").symlink_to(root / "a.jpg")
    (root / "gone.jpg").symlink_to(root / "nothing.jpg")
    (root / "folder").symlink_to(outside / "more")
    (root / "loop").symlink_to(root)
    (root / "circle.jpg").symlink_to("circle.jpg")
    listing = list_pictures(root)
    assert listing.files == ("a.jpg", "within.jpg")
    assert {problem.file: problem.reason.split(";")[0] for problem in listing.problems} == {
        "out.jpg": "a link that leaves the folder",
        "gone.jpg": "a link to a file that is not there",
        "circle.jpg": "a link to a file that is not there",
        "folder": "a link to a folder is not followed",
        "loop": "a link to a folder is not followed",
    }


def test_pictures_of_kinds_that_are_not_read_are_reported(tmp_path: Path) -> None:
    root = fill(tmp_path, "a.heic", "b.PSD", "c.jpg", "d.JP2")
    listing = list_pictures(root)
    assert listing.files == ("c.jpg", "d.JP2")
    assert [problem.file for problem in listing.problems] == ["a.heic", "b.PSD"]
    assert "save it as JPEG" in listing.problems[0].reason


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be there")
def test_a_name_with_control_characters_is_reported_and_never_printed_raw(tmp_path: Path) -> None:
    root = fill(tmp_path, "a.jpg", "b\x1b[31mred\n.jpg", "in\x9bner/c.jpg", "d\x07.heic")
    listing = list_pictures(root)
    assert listing.files == ("a.jpg",)
    assert {problem.file: problem.reason for problem in listing.problems} == {
        "b\\x1b[31mred\\x0a.jpg": (
            "the name of the file or its folder has control characters; rename it"
        ),
        "d\\x07.heic": "this kind of file is not read; save it as JPEG, PNG, WebP or TIFF",
        "in\\x9bner/c.jpg": (
            "the name of the file or its folder has control characters; rename it"
        ),
    }


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_a_name_that_is_not_utf8_is_reported(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    listing = list_pictures(tmp_path.resolve())
    assert listing.files == ()
    assert listing.problems[0].file == "caf\\udce9.jpg"


def test_folders_that_cannot_be_read_are_an_error_or_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = fill(tmp_path, "a.jpg", "locked/b.jpg")
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if path == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    closed = root / "locked"
    listing = list_pictures(root)
    assert listing.files == ("a.jpg",)
    assert listing.problems[0].reason == "folder cannot be read: Permission denied"
    closed = root / ""
    with pytest.raises(CollectionError, match=r"cannot be read \(Permission denied\).*permissions"):
        list_pictures(root)


FILES = ["images/a.jpg", "images/B.JPG", "images/two.jpg", "images/two.png", "images/1998.23.4.jpg",
         "images/x/a.jpg", "other.jpg", "images/Case.jpg", "images/case.jpg"]  # fmt: skip


@pytest.mark.parametrize(
    ("reference", "file"),
    [
        ("a.jpg", "images/a.jpg"),
        ("images/a.jpg", "images/a.jpg"),
        ("./images/a.jpg", "images/a.jpg"),
        ("images\\x\\a.jpg", "images/x/a.jpg"),
        ("../images/a.jpg", "images/a.jpg"),
        ("x/../a.jpg", "images/a.jpg"),
        ("other.jpg", "other.jpg"),
        ("b.jpg", "images/B.JPG"),
        ("a", "images/a.jpg"),
        ("1998.23.4", "images/1998.23.4.jpg"),
        ("case.jpg", "images/case.jpg"),
    ],
)
def test_a_name_is_matched_exactly_then_without_case_then_without_suffix(
    reference: str, file: str
) -> None:
    assert PictureIndex(FILES, "images").find(reference) == (file, "")


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("../../etc/passwd", "the path leaves the folder"),
        ("../..", "the path leaves the folder"),
        ("..\\..\\a.jpg", "the path leaves the folder"),
        ("/etc/passwd", "an absolute path"),
        ("C:\\pictures\\a.jpg", "an absolute path"),
        ("https://museum.org/a.jpg", "an address of which no picture is here"),
        ("nothing.jpg", "no such picture"),
        ("two", "could be any of images/two.jpg, images/two.png"),
        ("CASE.jpg", "could be any of"),
    ],
)
def test_a_name_that_means_no_picture_says_why(reference: str, reason: str) -> None:
    file, why = PictureIndex(FILES, "images").find(reference)
    assert file == ""
    assert why.startswith(reason)


def test_composed_and_decomposed_names_are_one() -> None:
    on_disk = unicodedata.normalize("NFD", "café.jpg")
    assert PictureIndex([on_disk], "").find("café.jpg") == (on_disk, "")


@given(st.text())
def test_whatever_the_name_only_listed_pictures_are_found(reference: str) -> None:
    file, reason = PictureIndex(FILES, "images").find(reference)
    assert (file in FILES and not reason) or (file == "" and reason)


def test_only_pictures_suffixes_are_cut_off() -> None:
    assert without_suffix("x/a.b.JPEG") == "x/a.b"
    assert without_suffix("1998.23.4") == "1998.23.4"
