"""Pages of connections: whole, safe and truthful, whatever the collection says."""

from __future__ import annotations

import base64
import hashlib
import re
from itertools import pairwise
from pathlib import Path

import pytest

from knowledge_graph.errors import WriteError
from tests.topicart.connections_pages import all_pages, analogies, found, made_run, query
from tests.topicart.report_runs import HOSTILE
from tests.topicart.site_pages import Page
from topicart.report import write_site
from topicart.report.connections import (
    shown,
    write_analogies_page,
    write_path_page,
    write_search_page,
)
from topicart.retrieval.paths import WorkPath
from topicart.run import Run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return made_run(tmp_path_factory.mktemp("gallery"))


@pytest.fixture(scope="module")
def files(run: Run, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return all_pages(run, tmp_path_factory.mktemp("pages") / "new" / "folder")


def test_a_page_is_one_file_that_nothing_gets_into(files: dict[str, Path]) -> None:
    for name, file in files.items():
        page = Page(file)
        text = file.read_text(encoding="utf-8")
        (policy,) = (
            own["content"]
            for own in page.all("meta")
            if own.get("http-equiv") == "Content-Security-Policy"
        )
        (style,) = re.findall("<style>(.*?)</style>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert policy == (
            f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; "
            "form-action 'none'"
        )
        assert not page.all("script"), name
        for tag, own in page.elements:
            assert not [key for key in own if key.startswith("on") or key == "style"], (name, tag)
            assert own.get("src", "data:").startswith("data:"), name
            assert re.match("https://example.org/8$|#|data:,", own.get("href", "#")), name
        assert all(own["alt"] for own in page.all("img")), name
        assert len(page.ids) == len(set(page.ids)), name
        levels = [level for level, _ in page.headings]
        assert levels.count(1) == 1, name
        assert all(after <= before + 1 for before, after in pairwise(levels)), (name, levels)


def test_hostile_words_are_shown_as_words(files: dict[str, Path]) -> None:
    page = Page(files["search"])
    for title in (HOSTILE[1], HOSTILE[2], HOSTILE[4]):
        assert title in page.text
    assert "ö" * 200 not in page.text
    assert HOSTILE[0] in Page(files["path"]).text
    assert HOSTILE[0] in Page(files["analogies"]).text


def test_a_work_with_a_page_at_its_source_leads_there(files: dict[str, Path]) -> None:
    links = [own for own in Page(files["path"]).all("a") if own["href"].startswith("http")]
    assert [(own["href"], own["rel"]) for own in links] == [
        ("https://example.org/8", "noreferrer noopener")
    ]


def test_a_search_says_what_was_asked_and_that_there_are_fewer(files: dict[str, Path]) -> None:
    page = Page(files["search"])
    assert "The 15 works nearest to it of the 15 that meet the conditions" in page.text
    assert "Only 15 works meet these conditions; 20 were asked for." in page.text
    assert "genre=marina" in page.text
    assert "0.900" in page.text
    assert "−0.100" in page.text
    # The genre was asked for, so that it is told of each work that states one.
    assert page.text.count("· marina") == 8
    assert "grouped. Few works meet the conditions." in page.text
    assert "To cite: The works nearest to Harbour 8 under 2 conditions" in page.text
    assert "no picture to show" in page.text


def test_words_stand_alone_and_a_picture_is_shown(run: Run, tmp_path: Path) -> None:
    sent = tmp_path / "sent.png"
    sent.write_bytes((Path(run.record.source.root) / "w01.png").read_bytes())
    asked = query(run, shown="sent.png", picture=sent)
    page = Page(write_search_page(run, asked, found(run, (2,)), tmp_path / "a.html"))
    assert page.all("img")[0]["alt"] == "The picture that was sought"
    assert "The work nearest to it of 16" in page.text
    sent.write_bytes(b"GIF89a broken")
    page = Page(write_search_page(run, asked, found(run, ()), tmp_path / "b.html"))
    assert page.all("img") == []
    assert "Nothing was found." in page.text


def test_analogies_tell_each_value_its_work_and_how_many(files: dict[str, Path]) -> None:
    page = Page(files["analogies"])
    values = [text for level, text in page.headings if level == 2]
    assert values[:3] == [f"{HOSTILE[0]} its own", "Cubism", "Realism"]
    assert "0.800, nearest of 7" in page.text
    assert "Dada" in page.text
    assert "topicart analogies run w08 --across style" in page.text


def test_a_path_tells_angles_and_what_neighbours_share(files: dict[str, Path]) -> None:
    page = Page(files["path"])
    assert "4 steps, each to a work near the one before: 17° to 69° apart" in page.text
    assert "Step of 17°" in page.text
    # Works 11 and 14 share their artist (11 % 3 == 14 % 3) and their genre, the artist said first.
    assert re.search(r"Step of 32° ?, both .{0,60}onerror.{0,40}, marina", page.text), page.text
    assert "at most 6 steps" in page.text
    assert "1 step of" in Page(files["step"]).text


def test_one_work_is_a_path_without_a_step(run: Run, tmp_path: Path) -> None:
    page = Page(write_path_page(run, WorkPath((4,), ()), tmp_path / "one.html"))
    assert "there is no step to take" in page.text


def test_blind_spots_compare_what_is_found_with_what_chance_gives(files: dict[str, Path]) -> None:
    page = Page(files["blind-spots"])
    assert "0 found, 7.5 expected" in page.text
    assert "22 found, 8.5 expected" in page.text
    assert "2.6 times what chance gives" in page.text
    assert "p = 0.003" in page.text
    assert "Nearest Realism, elsewhere" in page.text
    assert "Realism there" in page.text
    assert "1 work states no style and takes no part" in page.text
    assert "as chance would spread them" in Page(files["nothing"]).text


def test_the_same_findings_give_the_same_bytes(
    run: Run, files: dict[str, Path], tmp_path: Path
) -> None:
    again = all_pages(run, tmp_path)
    for name, file in files.items():
        assert again[name].read_bytes() == file.read_bytes(), name


def test_pictures_that_were_moved_are_shown_from_the_runs_copies(tmp_path: Path) -> None:
    run = made_run(tmp_path)
    write_site(run)
    for picture in (tmp_path / "pictures").iterdir():
        picture.unlink()
    file = write_search_page(run, query(run), found(run, (1, 2, 3)), tmp_path / "site.html")
    assert len(Page(file).all("img")) == 3
    for picture in (run.folder / "site" / "pictures").iterdir():
        picture.unlink()
    file = write_search_page(run, query(run), found(run, (1, 2, 3)), tmp_path / "small.html")
    assert len(Page(file).all("img")) == 3


def test_pictures_shrink_until_they_fit(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = tuple(range(12))
    full = Page(write_search_page(run, query(run), found(run, rows), tmp_path / "a.html"))
    assert max(int(own["width"]) for own in full.all("img")) == 480
    monkeypatch.setattr(shown, "BUDGET", 1)
    small = Page(write_search_page(run, query(run), found(run, rows), tmp_path / "b.html"))
    assert max(int(own["width"]) for own in small.all("img")) == 128


def test_more_works_than_a_page_holds_are_listed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "MOST_PICTURES", 4)
    monkeypatch.setattr(shown, "_FEW", 2)
    page = Page(write_analogies_page(run, analogies(run, tuple(range(8))), tmp_path / "a.html"))
    assert len(page.all("img")) == 4
    assert (2, "Without a picture here") in page.headings


def test_a_place_that_cannot_be_written_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(WriteError, match="taken"):
        write_path_page(run, WorkPath((4,), ()), tmp_path / "taken" / "page.html")
