"""Which works tell a story, by an editable file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from evaluation.studies.semantic_gap.classes import load_classes
from topicart.errors import StudyError

GOOD = 'additive = ["still life"]\nnarrative = ["history painting"]\n'


def _written(folder: Path, text: str | bytes) -> Path:
    file = folder / "classes.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


@pytest.mark.parametrize(
    ("genres", "group"),
    [
        (["still life"], "additive"),
        (["Still-Life"], "additive"),
        (["flower painting"], "additive"),
        (["Landscapes (sketch)"], "neither"),
        (["LANDSCAPE painting (study)"], "additive"),
        (["religious"], "narrative"),
        (["figurative", "mythological painting"], "narrative"),
        (["landscape", "religious painting"], "neither"),
        (["genre painting"], "neither"),
        (["painting"], "neither"),
        ([], "neither"),
    ],
)
def test_genres_are_known_in_any_spelling(genres: list[str], group: str) -> None:
    assert load_classes().group_of(genres) == group


def test_semart_has_a_file_of_its_own() -> None:
    classes = load_classes(source_format="semart")
    types = (
        "religious portrait landscape mythological genre still-life historical other interior study"
    )
    groups = {name: classes.group_of([name]) for name in types.split()}
    assert [name for name, own in groups.items() if own == "additive"] == [
        "landscape",
        "still-life",
        "interior",
    ]
    assert [name for name, own in groups.items() if own == "narrative"] == [
        "religious",
        "mythological",
        "historical",
    ]
    assert classes.name == "classes-semart.toml"
    assert "narrative = [" in classes.file_text


def test_works_are_counted_and_a_misspelt_genre_is_asked_about(tmp_path: Path) -> None:
    text = 'additive = ["stil life", "landscape"]\nnarrative = ["history painting"]\n'
    classes = load_classes(_written(tmp_path, text))
    genres = [["still life"], ["landscape"], ["landscape", "history painting"], ["Landscape"], []]
    told = classes.counted(genres)
    assert told["additive"] == {"works": 2, "genres": {"landscape": 2, "Landscape": 1}}
    assert told["narrative"] == {"works": 0, "genres": {"history painting": 1}}
    assert told["neither"] == {"works": 3, "genres": {"still life": 1}}
    assert (told["both"], told["no_genre"], told["unused"]) == (1, 1, ["stil life"])
    assert told["cautions"] == ["No work has the genre 'stil life'. Did you mean 'still life'?"]


def test_a_shipped_file_may_name_genres_that_no_work_has() -> None:
    told = load_classes().counted([["landscapes"]])
    assert told["cautions"] == []
    assert "landscape" in told["unused"]


def test_a_file_saved_by_any_editor_is_read(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert load_classes(_written(tmp_path, text)).narrative == ("history painting",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("additive = [", "not valid TOML"),
        (b"additive = ['\xff']", "not in UTF-8"),
        ("", "'additive' needs a list of genres; got nothing"),
        ("additive = ['a']", "'narrative' needs a list of genres; got nothing"),
        ("additive = []\nnarrative = ['a']", r"'additive' needs a list of genres; got \[\]"),
        ("additive = 'a'\nnarrative = ['b']", "needs a list of genres; got 'a'"),
        ("additive = [1]\nnarrative = ['b']", "has 1, which is no genre's name"),
        ("additive = [' - ']\nnarrative = ['b']", "which is no genre's name"),
        (GOOD + "naratives = ['x']", "no key 'naratives'.* Did you mean 'narrative'"),
        (
            "additive = ['still life']\nnarrative = ['Still-life painting']",
            "'Still-life painting' stands under 'narrative' and before that under 'additive'",
        ),
        ("#" * 5_000, "a line of it than 4,000"),
        ("#\n" * 60_000, "longer than 100,000 bytes"),
    ],
)
def test_a_file_that_is_not_as_expected_is_refused(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    with pytest.raises(StudyError, match=said):
        load_classes(_written(tmp_path, text))


def test_a_file_that_is_not_there_or_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"none\.toml cannot be read: no such file.* leave it out"):
        load_classes(tmp_path / "none.toml")
    with pytest.raises(StudyError, match="cannot be read: is a directory"):
        load_classes(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StudyError, match="is no file"):
        load_classes(tmp_path / "pipe")
