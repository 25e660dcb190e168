"""The form that asks people: what it shows, and in a browser what is answered, kept and saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from evaluation.studies.looking.pictures import WorkPictures, treated
from evaluation.studies.looking.works import StudiedWorks
from evaluation.studies.perception.annotations import read_annotations
from evaluation.studies.perception.form import write_form
from evaluation.studies.perception.questions import CANNOT_TELL
from evaluation.studies.perception.result import DimensionTold
from knowledge_graph import Artwork, Collection
from tests.topicart.site.test_whole_site import GRAVE
from topicart.errors import StudyError

HOSTILE = '<script>alert("x")</script>'
NOBODY = '=HYPERLINK("x"), "Ada" Ünal'
STYLES = ("Cubism", "boats-and-ships-and-all", HOSTILE, "=1+1")
DIMENSIONS = (
    DimensionTold("style", "style", (), STYLES, 9, {}),
    DimensionTold("deformation", "", (), (), 0, {}),
)
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def _works(folder: Path, number: int = 8, *, broken: int = 0) -> StudiedWorks:
    works, files = [], []
    for at in range(number):
        file = folder / f"{at}.png"
        if at < broken:
            file.write_bytes(b"no picture")
        else:
            size = ((300, 200), (160, 400), (240, 240))[at % 3]
            Image.new("RGB", size, (30 * at % 255, 90, 200)).save(file)
        works.append(Artwork(f"w{at}, \"'{HOSTILE}", title=f"Secret title {at}"))
        files.append(file)
    collection = Collection.from_artworks(works, folder, "gallery")
    ids = tuple(collection.arrow["id"].to_pylist())
    pictures = WorkPictures(ids, tuple(files), (), (), lambda _: [])
    return StudiedWorks(collection, pictures, ids, 0, {})


def _inverted(picture: Image.Image, seed: int) -> Image.Image:
    return ImageOps.invert(picture)


def _write(folder: Path, **options: Any) -> Path:
    works = options.pop("works", None) or _works(folder)
    options = {
        "dimensions": DIMENSIONS,
        "count": 4,
        "deformed": {"inverted@1": _inverted},
        **options,
    }
    return write_form(works, folder / "form", **options)


def _keys(form: Path) -> list[str]:
    return re.findall(r'data-key="([^"]*)"', form.read_text(encoding="utf-8"))


def test_a_form_shows_works_and_pictures_of_other_works_most_of_them_spoilt(
    tmp_path: Path,
) -> None:
    form = _write(tmp_path, works=_works(tmp_path, 20), count=8)
    assert form == tmp_path / "form" / "annotate.html"
    keys = _keys(form)
    assert len(keys) == 12
    assert sum(key.endswith("#inverted@1") for key in keys) == 3
    assert len({key.removesuffix("#inverted@1") for key in keys}) == 12
    asked = re.findall(r'data-dimension="([^"]*)"', form.read_text(encoding="utf-8"))
    assert (asked.count("style"), asked.count("deformation")) == (8, 4)
    form = _write(tmp_path)
    text = form.read_text(encoding="utf-8")
    assert "Secret title" not in text  # it would answer for the picture
    assert HOSTILE not in text
    assert text == _write(tmp_path).read_text(encoding="utf-8")
    assert text != _write(tmp_path, seed=1).read_text(encoding="utf-8")


def test_nothing_but_a_form_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "form").mkdir()
    (tmp_path / "form" / "annotate.html").write_text("<title>My thesis</title>", encoding="utf-8")
    with pytest.raises(StudyError, match="is there already and is no form.*Name a new file"):
        _write(tmp_path)


def test_people_see_what_models_see(tmp_path: Path) -> None:
    works, seen = _works(tmp_path, 9), []

    def kept(picture: Image.Image, seed: int) -> Image.Image:
        seen.append((picture.tobytes(), seed))
        return picture

    only = DIMENSIONS[1:]
    form = _write(tmp_path, works=works, dimensions=only, deformed={"kept@1": kept}, seed=3)
    spoilt = [key for key in _keys(form) if key.endswith("#kept@1")]
    assert (len(_keys(form)), len(spoilt)) == (4, 3)
    seen.clear()
    for part in (
        models := treated(works.pictures, range(9), {"kept@0.5": kept}, version=1, seed=3)
    ).parts:
        models.pictures_of(models.parts.index(part))
    by_models, seen[:] = set(seen), []
    _write(tmp_path, works=works, dimensions=only, deformed={"kept@1": kept}, seed=3)
    assert len(seen) == 3
    assert set(seen) < by_models


def test_a_small_collection_is_shown_again_spoilt(tmp_path: Path) -> None:
    keys = _keys(_write(tmp_path, works=_works(tmp_path, 2), count=8))
    assert len(keys) == len(set(keys)) == 4
    assert sum(key.endswith("#inverted@1") for key in keys) == 2


def test_without_what_spoils_all_pictures_are_judged_by_degree(tmp_path: Path) -> None:
    form = _write(tmp_path, deformed=None)
    assert form.read_text(encoding="utf-8").count('data-dimension="deformation"') == 4


def test_more_works_keep_those_that_fewer_had(tmp_path: Path) -> None:
    fewer = _keys(_write(tmp_path, count=3, deformed=None))
    assert set(fewer) < set(_keys(_write(tmp_path, count=6, deformed=None)))


def test_pictures_that_cannot_be_read_are_passed_over(tmp_path: Path) -> None:
    works = _works(tmp_path, broken=5)
    assert len(_keys(_write(tmp_path, works=works, count=8, deformed=None))) == 3
    with pytest.raises(StudyError, match="None of the 2 pictures can be read"):
        _write(tmp_path, works=_works(tmp_path, 2, broken=2))


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"dimensions": ()}, "nothing to ask: no dimension has two answers"),
        ({"dimensions": (DimensionTold("style", "style", (), ("x",), 1, {}),)}, "nothing to ask"),
        ({"count": 0}, "--works is 0; a form shows 1 to 500"),
        ({"count": 501}, "--works is 501; a form shows 1 to 500"),
    ],
)
def test_a_form_that_cannot_be_is_refused(
    tmp_path: Path, options: dict[str, Any], match: str
) -> None:
    with pytest.raises(StudyError, match=match):
        _write(tmp_path, **options)


@pytest.fixture
def open_form(browser: Any) -> Iterator[Callable[..., Any]]:
    """Return a function that opens a form in a browser that has never seen it."""
    problems: list[str] = []
    contexts: list[Any] = []

    def heard(message: Any) -> None:
        if message.type == "error":
            problems.append(message.text)

    def open_one(form: Path, *, width: int = 1440, height: int = 900) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(dialog.message))
        page.goto(form.as_uri())
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert problems == []


def _begin(page: Any, name: str) -> None:
    page.fill("#name", name)
    page.click("#begin")


def _given(page: Any) -> list[str]:
    told: list[str] = page.evaluate(
        "[...document.querySelectorAll('.work input:checked')].map((own) => own.name + own.value)"
    )
    return told


def test_answers_are_kept_saved_read_and_opened_again(
    tmp_path: Path, open_form: Callable[..., Any]
) -> None:
    works = _works(tmp_path)
    form = _write(tmp_path, works=works)
    page = open_form(form)
    page.click("#begin")
    assert "name or a sign" in page.inner_text("#said")
    _begin(page, NOBODY)
    # By keys: the style of four pictures, how spoilt the other two are.
    for number, key in enumerate(_keys(form)):
        assert page.inner_text(".work:not([hidden]) h2") == f"Picture {number + 1} of 6"
        page.keyboard.press("5" if "#inverted" in key else "121?"[number % 4])
        if number < 5:
            page.keyboard.press("Enter")
    assert page.inner_text("#far") == "6 of 6"
    given = _given(page)
    assert len(given) == 6
    page.reload()
    assert page.input_value("#name") == NOBODY
    assert _given(page) == given  # what the browser keeps
    page.click("#begin")
    assert "Thank you" in page.inner_text("#all-told")
    with page.expect_download() as saving:
        page.click("#save-too")
    saved = tmp_path / "answers.csv"
    saving.value.save_as(saved)
    assert saving.value.suggested_filename == "answers-HYPERLINK-x-Ada-Ünal.csv"
    told = read_annotations(saved, works.pictures.ids, DIMENSIONS, treatments={"inverted@1"})
    assert (told.left_out, told.notes) == ({}, ())
    assert len(told.answers) + told.unsure == 6
    assert {own.annotator for own in told.answers} == {NOBODY}
    assert {own.answer for own in told.answers if own.dimension == "style"} == {HOSTILE, "=1+1"}
    assert b"\r\n=" not in saved.read_bytes()
    assert b",=" not in saved.read_bytes()

    other = open_form(form)
    other.fill("#name", "Ole")
    other.set_input_files("#open", saved)
    other.locator("#said", has_text="no answers of “Ole”").wait_for()
    other.fill("#name", "")
    other.set_input_files("#open", saved)
    other.locator("#said", has_text="6 answers of “=HYPERLINK").wait_for()
    assert _given(other) == given
    junk = tmp_path / "junk.csv"
    junk.write_text("a,b\n1,2\n")
    other.set_input_files("#open", junk)
    other.locator("#said", has_text="no file of answers").wait_for()


def test_two_people_at_one_browser_do_not_answer_for_each_other(
    tmp_path: Path, open_form: Callable[..., Any]
) -> None:
    page = open_form(_write(tmp_path, deformed=None))
    _begin(page, "__proto__")
    page.click(".work:not([hidden]) label:has-text('Cubism')")
    first = _given(page)
    assert first == ["p1-styleCubism"]
    page.click("#to-start")
    _begin(page, "Ole")
    assert _given(page) == []
    page.click(f".work:not([hidden]) label:has-text('{CANNOT_TELL}')")
    page.click("#to-start")
    _begin(page, "__proto__")
    assert _given(page) == first


def test_the_form_pleases_every_reader_and_prints_all_boxes(
    tmp_path: Path, open_form: Callable[..., Any]
) -> None:
    from axe_playwright_python.base import AXE_SCRIPT

    page = open_form(_write(tmp_path))
    page.evaluate(AXE_SCRIPT)
    for view in ("start", "work", "all"):
        if view == "work":
            _begin(page, "Ada")
            page.keyboard.press("1")
        elif view == "all":
            page.click("#to-all")
        for scheme, only in (("light", None), ("dark", ["color-contrast"])):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(GRAVE, only) == [], f"{view}, {scheme}"
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate(GRAVE, None) == [], f"{view} on a phone"
        assert page.evaluate(WIDER) <= 0, f"{view} on a phone"
        page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(media="print", color_scheme="light")
    assert page.locator(".work:visible").count() == 6
    assert page.locator(".answers:visible").count() == 6
    assert not page.locator(".top").is_visible()
