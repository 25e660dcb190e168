"""A file of dimensions is read and checked; what is wrong with it is said where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.studies.perception.classes import answers_of, worded
from evaluation.studies.perception.deformations import DEFORMATIONS
from evaluation.studies.perception.dimensions import ANSWERED, Dimension, load_dimensions
from prompts import TemplateError

STYLE = """
[style]
facet = "style"
templates = ["a {term} painting", "art of {term}", "a picture in the manner of {term}"]
"""
PAIR = 'spoilt = ["a bad one", "bad", "worse"]\nsound = ["a good one", "good", "better"]\n'


def _file(folder: Path, text: str) -> Path:
    file = folder / "own.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_what_is_shipped_asks_of_all_dimensions_and_deformations_in_several_phrasings() -> None:
    shipped = load_dimensions()
    assert tuple(shipped.questions) == ANSWERED
    assert tuple(shipped.deformations) == tuple(DEFORMATIONS)
    assert all(len(own.templates) >= 3 for own in shipped.questions.values())
    assert all(min(len(own.spoilt), len(own.sound)) >= 3 for own in shipped.deformations.values())
    assert len(set(shipped.controls)) >= 20
    assert shipped.generated is not None
    spoken = " ".join(text for pair in shipped.deformations.values() for text in pair.spoilt)
    assert "a painting with distorted anatomy" in spoken


def test_a_file_of_one_dimension_asks_nothing_else(tmp_path: Path) -> None:
    own = load_dimensions(_file(tmp_path, STYLE + "least-works = 4\nmost-classes = 3\n"))
    assert tuple(own.questions) == ("style",)
    assert own.questions["style"].facets == ("style",)
    assert (own.questions["style"].least_works, own.questions["style"].most_classes) == (4, 3)
    assert not own.deformations
    assert not own.controls
    assert own.generated is None
    assert own.name == "own.toml"
    assert "manner of" in own.file_text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("style = [", "own.toml is not valid TOML"),
        ("", "there is no question in it"),
        (STYLE.replace("[style]", "[stile]"), "there is no 'stile'; expected content, .* 'style'"),
        (STYLE.replace('"style"', '"stlye"'), "style.facet has 'stlye'; .* Did you mean 'style'"),
        (STYLE.replace('"style"', "7"), "style.facet is 7; expected a facet"),
        (STYLE.replace("templates", "template"), "no 'style.template'; .* 'templates'"),
        (STYLE.replace(', "art of {term}"', ""), "style.templates is 2 of them; .* 3 to 100"),
        (STYLE.replace("art of {term}", "art"), "style.templates has 'art'; .* {term}"),
        (STYLE.replace("art of {term}", "of {term:>9}"), "style.templates has 'of {term:>9}'"),
        (STYLE.replace("art of", "{other} of"), "style.templates has '{other} of {term}'"),
        (STYLE.replace("art of {term}", "a {term} painting"), "has 'a {term} painting' twice"),
        (STYLE + "least-works = 1", "style.least-works is 1; expected a whole number"),
        (STYLE + "most-classes = true", "style.most-classes is True"),
        ("style = 3", "style is 3; expected a table"),
        ("[deformation.melting]\n" + PAIR, "there is no 'deformation.melting'"),
        ("[deformation.compression]\n" + PAIR, "controls.pairs is 0 pairs; expected 20 or more"),
        ("[generated]\n" + PAIR.replace("sound", "clean"), "there is no 'generated.clean'"),
        ('[generated]\nspoilt = ["a"]\nsound = ["b", "c", "d"]', "generated.spoilt is 1 of them"),
        (STYLE + '[controls]\npairs = [["a", "a"]]', "controls.pairs, pair 1, is"),
        (STYLE + '[controls]\npairs = ["a"]', "pair 1, is 'a'; expected two different"),
        (STYLE + f"# {'x' * 5000}", "a line of it than 4,000"),
    ],
)
def test_a_wrong_file_is_told_what_is_wrong_and_where(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(TemplateError, match=message):
        load_dimensions(_file(tmp_path, text))


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        TemplateError,
        match="file of dimensions .*none.toml cannot be read: no such file.* leave it out",
    ):
        load_dimensions(tmp_path / "none.toml")
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TemplateError, match="not in UTF-8, from byte 0"):
        load_dimensions(tmp_path / "odd.toml")


def test_answers_are_values_of_enough_works_and_two_artists() -> None:
    asked = Dimension("scene", ("genre",), ("a {term} painting",) * 3, 2, 2)
    values = [("portrait",), ("Portrait",), ("portrait", "interior"), ("interior",), ("vanitas",)]
    values += [("marina",), ("marina",), ("still life",), ("still life",), ()]
    groups = ["a", "b", "a", "b", "a", "a", "a", "a", "b", "c"]
    found = answers_of(asked, "genre", values, groups)
    assert found.told.classes == ("portrait", "interior")
    assert found.labels.sum(axis=0).tolist() == [3, 2]
    assert found.labels[2].tolist() == [True, True]
    assert found.told.works == 4
    assert found.told.left_out == {
        "marina": "all 2 works are by one artist",
        "still life": "2 works, less than the 2 most frequent answers",
        "vanitas": "1 work, fewer than 2",
    }
    assert found.phrasings[1] == ("an interior painting",) * 3


def test_of_thousands_of_values_that_are_no_answers_some_are_named() -> None:
    asked = Dimension("content", ("subject",), ("{term}",) * 3, 2, 5)
    values = [(f"thing {row}",) for row in range(3000)]
    found = answers_of(asked, "subject", values, [str(row) for row in range(3000)])
    assert found.told.classes == ()
    assert len(found.told.left_out) == 41
    assert "2,960 more" in found.told.left_out


def test_spans_and_periods_are_said_as_one_would() -> None:
    assert worded("1501-1550", "period") == "years 1501 to 1550"
    assert worded("16th century", "century") == "16th century"
    assert worded("vincent-van-gogh", "artist") == "vincent van gogh"
