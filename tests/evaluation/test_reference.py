"""The texts that words are counted in, and names that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.reference import ReferenceTextError, read_reference
from tests.evaluation.measuring.made_runs import made_run

VALUES = made_run([0, 0, 1], tokens=[["sea", "ship"], ["sea"], []])


def test_captions_are_those_that_the_words_of_topics_are_from() -> None:
    reference = read_reference("captions", VALUES)
    assert reference.texts == (("sea", "ship"), ("sea",), ())
    assert reference.name == "captions of the collection"


def test_texts_that_no_work_has_are_empty_and_no_error() -> None:
    assert read_reference("descriptions", VALUES).texts == ((), (), ())


def test_a_file_has_a_text_on_each_line(tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_text("\ufeffThe Sea, a ship.\n\n  \nA tree of 1871\r\n", encoding="utf-8")
    reference = read_reference(str(path), VALUES)
    assert reference.texts == (("sea", "ship"), ("tree",))
    assert reference.name == "lines of texts.txt"
    assert "works at least" not in reference.rule


def test_a_name_that_is_nothing_is_told_with_what_may_be_meant(tmp_path: Path) -> None:
    with pytest.raises(
        ReferenceTextError, match=r"'caption' is no file .* expected captions, titles.*captions"
    ):
        read_reference("caption", VALUES)
    with pytest.raises(ReferenceTextError, match="cannot be read"):
        read_reference(str(tmp_path), VALUES)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "latin.txt"
    path.write_bytes("Mühle\n".encode("latin-1"))
    with pytest.raises(ReferenceTextError, match="is not in UTF-8; expected"):
        read_reference(str(path), VALUES)
    path.write_text("1871\n\n the\n", encoding="utf-8")
    with pytest.raises(ReferenceTextError, match="2 lines and no word in them"):
        read_reference(str(path), VALUES)
