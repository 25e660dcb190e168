"""Letters in fonts, works in styles, and the pictures of a folder."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from evaluation.studies.conditional import (
    CHARACTERS,
    STYLES,
    conditional_art,
    conditional_font,
    pictures_of_folders,
    stylise,
)
from knowledge_graph import open_collection
from topicart.cli import app
from topicart.errors import RetrievalError


def _font(file: Path, name: str, characters: str, *, thick: int, names: str = "uni") -> None:
    """A font whose letters are strokes at heights that their numbers in binary say."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    order = [".notdef", *(f"{names}{ord(one):04X}" for one in characters)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap({ord(one): order[i + 1] for i, one in enumerate(characters)})
    glyphs = {}
    for glyph in order:
        pen = TTGlyphPen(None)
        number = int(glyph[-4:], 16) if glyph != ".notdef" else 1
        for bit in range(8):
            if number >> bit & 1:
                low, right = bit * 90, 700
                pen.moveTo((50, low))
                pen.lineTo((50, low + thick))
                pen.lineTo((right, low + thick))
                pen.lineTo((right, low))
                pen.closePath()
        glyphs[glyph] = pen.glyph()
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(order, (800, 50)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": name, "styleName": "Regular", "fullName": name})
    builder.setupOS2()
    builder.setupPost()
    builder.save(file)


@pytest.fixture
def fonts(tmp_path: Path) -> Path:
    folder = tmp_path / "fonts"
    folder.mkdir()
    for number in range(3):
        _font(folder / f"f{number}.ttf", f"Face {number}", CHARACTERS, thick=30 + 25 * number)
    _font(folder / "copy.ttf", "A copy", CHARACTERS, thick=30)
    _font(folder / "capitals.ttf", "Capitals", string.ascii_uppercase, thick=40)
    (folder / "broken.otf").write_bytes(b"no font")
    return folder


def test_fonts_give_letters_and_what_is_left_out_is_counted(fonts: Path) -> None:
    set_ = conditional_font(fonts)
    assert len(set_) == 3 * 63
    assert set(set_.about["left_out"].items()) == {
        ("characters are missing", 1),
        ("damaged", 1),
        ("the same pixels as another face", 1),
    }
    assert {font["file"] for font in set_.about["fonts"]} <= {
        "f0.ttf", "f1.ttf", "f2.ttf", "copy.ttf",
    }  # fmt: skip
    letter = set_.pictures_of(1)[0]
    assert letter.size == (32, 32)
    assert letter.mode == "RGB"
    assert conditional_font(fonts).keys == set_.keys


def test_fewer_faces_are_among_more(fonts: Path) -> None:
    few, more = conditional_font(fonts, faces=2), conditional_font(fonts, faces=3)
    assert few.about["left_out"]["more than were asked for"] >= 1
    assert set(few.keys) <= set(more.keys)


def test_symbol_fonts_are_left_out() -> None:
    from evaluation.studies.conditional.font import _draws_symbols

    assert _draws_symbols({ord(one): f"a{10 + i}" for i, one in enumerate(CHARACTERS)})
    assert not _draws_symbols({ord(one): f"glyph{i}" for i, one in enumerate(CHARACTERS)})


def test_too_few_fonts_are_said_with_the_reason(tmp_path: Path) -> None:
    _font(tmp_path / "one.ttf", "One", CHARACTERS, thick=40)
    _font(tmp_path / "two.ttf", "Two", "abc", thick=40)
    with pytest.raises(RetrievalError, match="1 fonts in .* characters are missing: 1"):
        conditional_font(tmp_path)
    with pytest.raises(RetrievalError, match="is no folder"):
        conditional_font(tmp_path / "none")


@pytest.mark.parametrize("style", list(STYLES))
def test_a_style_keeps_the_size_and_is_the_same_again(style: str) -> None:
    ramp = np.linspace(0, 255, 60 * 44 * 3).reshape(60, 44, 3).astype(np.uint8)
    picture = Image.fromarray(np.roll(ramp, 7, axis=2))
    first, second = (stylise(picture, style, seed=4) for _ in range(2))
    assert first.size == picture.size
    assert first.mode == "RGB"
    assert first.tobytes() == second.tobytes()
    assert (first.tobytes() == picture.tobytes()) == (style == "original")


def test_strips_and_specks_can_be_stylised() -> None:
    for size in ((1, 1), (3, 400), (16, 16)):
        picture = Image.new("RGB", size, (120, 60, 200)).resize(
            (max(size[0], 16), max(size[1], 16))
        )
        for style in STYLES:
            assert stylise(picture, style).size == picture.size


def test_works_are_drawn_by_lot_and_more_keep_the_fewer(tiny_collection_folder: Path) -> None:
    collection = open_collection(tiny_collection_folder)
    (tiny_collection_folder / "images" / "eke_two.jpg").write_bytes(b"no picture")
    few = conditional_art(collection, works=4, styles=["original", "sepia"])
    all_ = conditional_art(collection, styles=["original", "sepia"])
    assert all_.contents[:4] == few.contents
    assert all_.keys[0] == few.keys[0]
    assert len(all_) == 2 * 11
    assert all_.about["left_out"] == {"no readable picture": 1}
    first, second = (all_.pictures_of(0)[1].tobytes() for _ in range(2))
    assert first == second
    with pytest.raises(RetrievalError, match="There is no style 'sepja'"):
        conditional_art(collection, styles=["sepja", "original"])
    with pytest.raises(RetrievalError, match="needs two styles at least, got 1"):
        conditional_art(collection, styles=["sepia"])


def _in_styles(folder: Path) -> Path:
    for style, dark in (("Futura", 0), ("Garamond", 40)):
        (folder / style).mkdir(parents=True)
        for number in range(12):
            grey = dark + 15 * number
            Image.new("RGB", (8, 8), (grey, 255 - grey, 0)).save(folder / style / f"{number}.png")
    (folder / "Garamond" / "3.png").unlink()
    (folder / "Garamond" / "notes.txt").write_text("no picture")
    return folder


def test_pictures_in_folders_are_read_with_their_gaps(tmp_path: Path) -> None:
    set_ = pictures_of_folders(_in_styles(tmp_path / "set"), "font")
    assert set_.styles == ("Futura", "Garamond")
    assert len(set_) == 23
    assert (set_.rows >= 0).sum() == 23
    with pytest.raises(RetrievalError, match="holds 0 folders of pictures"):
        pictures_of_folders(tmp_path / "set" / "Futura")
    (tmp_path / "set" / "Futura" / "1.png").write_bytes(b"x")
    with pytest.raises(RetrievalError, match=r"1\.png cannot be read as a picture"):
        pictures_of_folders(tmp_path / "set").pictures_of(0)


def _type(*words: Any) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_bench_font_and_art_print_and_keep_their_numbers(
    fonts: Path, tiny_collection_folder: Path, tmp_path: Path
) -> None:
    told = _type("bench", "font", "--fonts", fonts, "--out", tmp_path / "font", "--feature",
                 "pixels", "--metric", "cosine", "--json")  # fmt: skip
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout) == json.loads((tmp_path / "font" / "font.json").read_text())
    shown = _type("bench", "art", tiny_collection_folder, "--out", tmp_path / "art", "--feature",
                  "pixels", "--style", "original", "--style", "sepia")  # fmt: skip
    assert shown.exit_code == 0, shown.output
    assert "Find the same work in another style: 12 works x 2 styles" in shown.stdout
    own = _type("bench", "art", _in_styles(tmp_path / "set"), "--in-styles", "--out",
                tmp_path / "own", "--feature", "pixels", "--quiet")  # fmt: skip
    assert own.exit_code == 0, own.output
    both = _type("bench", "font", "--fonts", fonts, "--glyphs", fonts)
    assert both.exit_code == 2


def _release(folder: Path) -> Path:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(12, 4))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cultures = ["dutch" if row % 2 else "japanese" for row in range(12)]
    works = [
        {"id": f"SK-{row}", "Culture": cultures[row], "Classification": "prints",
         "Norm_Features": vectors[row].tolist()} for row in range(12)
    ]  # fmt: skip
    (folder / "metadata.json").write_text("\n".join(map(json.dumps, works)))
    scores = vectors @ vectors.T
    matches = {}
    for row in range(12):
        order = np.argsort(-scores[row])
        by = {
            culture: [f"SK-{other}" for other in order if cultures[other] == culture][:3]
            for culture in ("dutch", "japanese")
        }
        matches[str(row)] = {"culture": by, "medium": {}}
    ids = {str(row): work["id"] for row, work in enumerate(works)}
    (folder / "metadata_enriched.json").write_text(json.dumps({"id": ids, "matches": matches}))
    return folder


def test_published_matches_are_found_again(tmp_path: Path) -> None:
    told = _type("bench", "published", _release(tmp_path), "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout) == {
        "works": 12, "asked": 12, "lists": 24, "first": 1.0, "shared": 1.0,
    }  # fmt: skip
    (tmp_path / "metadata_enriched.json").write_text("[1]")
    refused = _type("bench", "published", tmp_path)
    assert refused.exit_code == 9
    assert "is not what featurize_and_match.py" in refused.output
    (tmp_path / "metadata.json").unlink()
    assert "holds neither" in _type("bench", "published", tmp_path).output
