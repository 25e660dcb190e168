"""Pages that open from the disk, ask for nothing outside, and let nothing of a collection act.

What holds of every page is checked by ``make_pages``; what the themes' pages say is in
test_report_rooms.py, what About says in test_report_about.py.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from knowledge_graph import FACETS, Artwork, Problem
from tests.topicart.report_runs import HOSTILE, group, harbour, paint, write_run
from tests.topicart.site_pages import make_pages
from topicart.errors import WriteError
from topicart.report import write_site
from topicart.run import Run
from topicart.topics import OUTLIER, Keyword, Label, Summary


def test_every_view_is_there_and_every_theme_has_its_room(tmp_path: Path) -> None:
    pages = make_pages(harbour(tmp_path))
    views = {"index", "themes", "time", "facets", "works", "about"}
    assert views | {"theme-0", "theme-1", "outside"} <= set(pages)
    for page in pages.values():
        current = {own["href"] for own in page.all("a") if own.get("aria-current") == "page"}
        assert len(current & {f"{view}.html" for view in views}) == 1, page.name
    assert "Marina, Realism · Harbour works" in pages["theme-0"].text


def test_every_picture_says_what_it_is(tmp_path: Path) -> None:
    room = make_pages(harbour(tmp_path))["theme-0"]
    assert "Ships 0, Bell Ada, 1871" in {own["alt"] for own in room.all("img")}


def test_nothing_of_a_collection_acts(tmp_path: Path) -> None:
    def hostile_run(folder: Path, texts: tuple[str, ...]) -> Run:
        works = [
            Artwork(
                id=f"{number}{text[:40]}".replace("\0", ""),
                title=text,
                description=text,
                date=text[:200],
                facets=dict.fromkeys(FACETS, (text,)),
                images=(f"{number}.png",),
            )
            for number, text in enumerate(texts)
        ]
        short = tuple(text for text in texts if len(text) < 100)[:5]
        for number in range(len(texts)):
            paint(folder / "pictures" / f"{number}.png", hue=number)
        return write_run(
            folder,
            works,
            [0, 0, 0, 1, 2, 3, OUTLIER, OUTLIER],
            labels={0: tuple(_hostile_label(number, text) for number, text in enumerate(texts))},
            summaries={0: Summary(" ".join(short), "llava", texts[0], texts[1], texts[2], short)},
            keywords={0: tuple(Keyword(text, 1.0) for text in texts)},
            groups=[
                group(4, texts[0], broader=6),
                group(5, texts[1], broader=6),
                group(6, texts[4], level=2),
            ],
            broader={0: 4, 1: 4, 2: 5, 3: 5},
            names={0: texts[0] + texts[1]},
            problems=[Problem(id=text, file=text, reason=text) for text in texts],
            metrics={"metrics": [{"name": texts[0], "title": texts[1], "value": None,
                                  "note": texts[4], "judge": texts[0]}]},
            note=texts[0],
            source=texts[0],
        )  # fmt: skip

    hostile = make_pages(hostile_run(tmp_path / "hostile", HOSTILE))
    tame = make_pages(hostile_run(tmp_path / "tame", tuple("abcdefgh")))
    for name in ("index", "themes", "theme-0", "theme-1", "outside", "about"):
        page = hostile[name]
        assert Counter(tag for tag, _ in page.elements) == Counter(
            tag for tag, _ in tame[name].elements
        ), name
        assert not [own for own in page.all("a") if ":" in own["href"]]
        assert len(page.raw) < 60_000
    for name in ("theme-0", "about"):
        assert "<script>alert(1)</script>" in hostile[name].text
        assert "{{ 7 * 7 }}" in hostile[name].text


def _hostile_label(number: int, text: str) -> Label:
    return Label("subject", text, cosine=0.1, contrast=0.1, score=1.0, share=0.5, stated_share=0.9,
                 lift=2.0, q_value=0.01, source=text, iri=text, notation=text,
                 chosen=number == 0, decided_by="facts" if number == 0 else "")  # fmt: skip


def test_same_run_gives_the_same_bytes_and_reuses_the_pictures(tmp_path: Path) -> None:
    run = harbour(tmp_path)
    write_site(run)

    def state() -> dict[str, tuple[bytes, int]]:
        return {
            str(path): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in run.page.parent.rglob("*")
            if path.is_file()
        }

    before = state()
    write_site(Run.open(run.folder))
    after = state()
    assert {name: content for name, (content, _) in after.items()} == {
        name: content for name, (content, _) in before.items()
    }
    pictures = [name for name in before if re.search(r"/pictures/.*webp$", name)]
    assert len(pictures) == 11
    assert all(before[name] == after[name] for name in pictures)


def test_rooms_of_an_earlier_site_go(tmp_path: Path) -> None:
    run = harbour(tmp_path)
    site = write_site(run).parent
    (site / "theme-77.html").write_text("an older one")
    (site / "facet-medium.html").write_text("an older one")
    write_site(run)
    assert not (site / "theme-77.html").exists()
    assert not (site / "facet-medium.html").exists()


def test_a_folder_in_the_place_of_a_page_is_said(tmp_path: Path) -> None:
    run = harbour(tmp_path)
    (run.page.parent / "about.html").mkdir(parents=True)
    with pytest.raises(WriteError, match=r"about\.html: a folder stands where a file is needed"):
        write_site(run)


def test_titles_of_any_script_know_their_direction(tmp_path: Path) -> None:
    paint(tmp_path / "pictures" / "x.png")
    titles = ("منظر البحر", "神奈川沖浪裏", "Sea")
    works = [Artwork(id=f"w{n}", title=title, images=("x.png",)) for n, title in enumerate(titles)]
    names = {0: titles[0]}
    pages = make_pages(write_run(tmp_path, works, [0, 0, 0], names=names))
    room = pages["theme-0"]
    captions = room.of_class("caption-title")
    assert captions
    assert all(own["dir"] == "auto" for own in captions)
    assert all(title in room.text for title in titles)
    assert [own["dir"] for own in room.all("h1")] == ["auto"]
    assert all(own["dir"] == "auto" for own in pages["themes"].of_class("card-name")[:1])


def test_the_first_page_appears_only_when_all_else_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = harbour(tmp_path)
    write_site(run)

    def fail(*_: object) -> str:
        raise RuntimeError("cut short")

    monkeypatch.setattr("topicart.report.site.layout_sheet", fail)
    with pytest.raises(RuntimeError, match="cut short"):
        write_site(run)
    assert not run.page.exists()
