"""Annotations from a file: what can be used, and what cannot, by its line."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.studies.perception.annotations import guarded, read_annotations, unguarded
from evaluation.studies.perception.questions import DEGREES, questions_of, shown_as
from evaluation.studies.perception.result import DimensionTold
from topicart.errors import StudyError

DIMENSIONS = (
    DimensionTold("style", "style", ("a {}",), ("Cubism", "Rococo", "Art Nouveau"), 9, {}),
    DimensionTold("deformation", "", ("a spoilt painting",), (), 0, {}),
    DimensionTold("period", "period", ("of {}",), ("1800s",), 9, {}),
)
WORKS = {"w1", "w2", "=w3", "a#b"}
HEADER = "work,dimension,answer,annotator\n"


def _file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "answers.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_what_has_one_answer_is_not_asked_and_deformation_is_asked_by_degree() -> None:
    style, deformation = questions_of(DIMENSIONS)
    assert (style.dimension, style.scale) == ("style", "nominal")
    assert style.answers == ("Art Nouveau", "Cubism", "Rococo")  # the order hints at nothing
    assert (deformation.answers, deformation.scale) == (DEGREES, "ordinal")


def test_answers_stand_by_the_alphabet_and_numbers_by_their_size() -> None:
    classes = ("10th century", "rococo", "9th century", "Cubism", "art-nouveau-and-so-on")
    (asked,) = questions_of([DimensionTold("x", "style", (), classes, 9, {})])
    assert asked.answers == (
        "9th century", "10th century", "art-nouveau-and-so-on", "Cubism", "rococo"
    )  # fmt: skip
    assert asked.told[2] == "art nouveau and so on"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_answers_are_read_whatever_divides_them_and_however_they_are_saved(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    text = (
        "Annotator,Work,Note,Dimension,Answer\r\n"
        "Žofie,w1,,style,cubism\r\n"
        "Žofie,'=w3,,Style,  art  nouveau \r\n"
        "Ole,w1#blur,,deformation,clearly\r\n"
    ).replace(",", delimiter)
    told = read_annotations(
        _file(tmp_path, text, encoding), WORKS, DIMENSIONS, treatments=("blur",)
    )
    assert [(own.work, own.answer, own.annotator) for own in told.answers] == [
        ("w1", "Cubism", "Žofie"),
        ("=w3", "Art Nouveau", "Žofie"),
        (shown_as("w1", "blur"), "clearly", "Ole"),
    ]
    assert told.notes == ()
    works, annotators, codes = told.codes(told.questions[0])
    assert (works, annotators) == (("=w3", "w1"), ("Žofie",))
    np.testing.assert_array_equal(codes, [[0.0], [1.0]])


def test_rows_that_cannot_be_used_are_left_out_counted_and_named_by_line(tmp_path: Path) -> None:
    text = HEADER + (
        "w1,style,Cubism,Ada\n"  # 2
        '"w9",style,Cubism,Ada\n'
        "w1,style,Rococo,Ada\n"
        "w2,stile,Rococo,Ada\n"
        "\n"
        "w2,style,Rokoko,Ada\n"
        "w2,style,,Ada\n"
        'w2,style,Rococo,"A\nB"\n'  # 9 and 10
        "w2,style,Rococo\n"  # 11
        "w2,style,cannot tell,Ada\n"
        "w2#blur,deformation,clearly,Ada\n"
        "w2,deformation,clearly,Ada,and more\n"
        "a#b,style,Rococo,<script>\x1b[2J\n"
    )
    told = read_annotations(_file(tmp_path, text), WORKS, DIMENSIONS)
    assert len(told.answers) == 4
    assert told.unsure == 1
    assert told.left_out == {
        "an unknown work": 2,
        "a second answer by one person": 1,
        "an unknown dimension": 1,
        "an unknown answer": 1,
        "an empty cell": 2,
    }
    assert told.notes[0].startswith("line 3: no work 'w9' was shown.")
    assert "on line 2 already" in told.notes[1]
    assert told.notes[2].endswith("Did you mean 'style'?")
    assert told.notes[3] == ("line 7: 'Rokoko' is no answer of style. Did you mean 'Rococo'?")
    assert told.notes[5] == "line 11: nothing under annotator"
    assert all(note.isprintable() for note in told.notes)


def test_files_of_several_people_can_stand_below_one_another(tmp_path: Path) -> None:
    text = f"{HEADER}w1,style,Cubism,Ada\n\ufeff{HEADER}w1,style,Rococo,Ole\n"
    told = read_annotations(_file(tmp_path, text), WORKS, DIMENSIONS)
    assert [own.annotator for own in told.answers] == ["Ada", "Ole"]
    assert told.left_out == {}


def test_what_was_meant_is_sought_for_rows_that_are_named_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evaluation.studies.perception import annotations

    sought = []
    monkeypatch.setattr(annotations, "nearest", lambda name, _: sought.append(name) or "")
    rows = "".join(f"w{at},style,Cubism,Ada\n" for at in range(1, 101))
    told = read_annotations(_file(tmp_path, HEADER + rows), WORKS, DIMENSIONS)
    assert told.left_out == {"an unknown work": 98}
    assert len(sought) == len(told.notes) == 20


def test_a_pipe_or_a_file_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evaluation.studies.perception import annotations

    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StudyError, match="is no file; expected the CSV that the form saved"):
        read_annotations(tmp_path / "pipe", WORKS, DIMENSIONS)
    monkeypatch.setattr(annotations, "_LARGEST", 2**20)
    with pytest.raises(StudyError, match="is larger than 1 MB; expected answers of people"):
        read_annotations(_file(tmp_path, HEADER + "x" * 2**20), WORKS, DIMENSIONS)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "lacks 'work', 'dimension', 'answer', 'annotator'; found nothing"),
        (b"work,dimension,answer\nw1,style,Cubism\n", "lacks 'annotator'; found 'work'"),
        (HEADER.encode(), "it holds a header and no rows"),
        (f"{HEADER}w1,style,cannot tell,Ada\n".encode(), r"can be used \(everyone cannot tell\)"),
        (HEADER.encode() + b"w7,style,Cubism,Ada\n", "line 2: no work 'w7' was shown"),
        (HEADER.encode() + b"w1,style,Cubism,Andr\xe9\n", "is not UTF-8. Save the table again"),
        (HEADER.encode() + b'w1,style,"Cubism,Ada\n', "quotation mark that is not closed"),
        (None, "cannot be read .*Give the CSV that the form saved"),
    ],
)
def test_a_file_of_which_nothing_can_be_used_is_refused(
    tmp_path: Path, content: bytes | None, match: str
) -> None:
    path = tmp_path / "answers.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StudyError, match=match):
        read_annotations(path, WORKS, DIMENSIONS)


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\n＝ab1 ")))
def test_what_is_guarded_is_read_back_the_same_and_is_no_formula(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
