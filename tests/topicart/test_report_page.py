"""The page opens from the disk, asks for nothing outside, and lets nothing of a collection act."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from knowledge_graph import FACETS, Artwork, Problem
from tests.topicart.report_runs import HOSTILE, harbour, paint, write_run
from topicart.report import write_site
from topicart.run import Run
from topicart.topics import OUTLIER, Label

VOID = {"meta", "link", "img", "br", "input", "hr", "rect"}


class Page(HTMLParser):
    """The elements of a page, its text, and whether every element is closed in its order."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        assert self._open == [], "elements left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def tiles(self) -> list[dict[str, str]]:
        return [own for _, own in self.elements if "tile" in own.get("class", "").split()]


def read_script(path: Path) -> dict[str, Any]:
    """Read the data that a script of ours sets."""
    text = path.read_text(encoding="utf-8")
    match = re.fullmatch(r"window\.\w+ = (\{.*\});\n", text, flags=re.DOTALL)
    assert match
    data: dict[str, Any] = json.loads(match[1])
    return data


def check(run: Run) -> Page:
    """Make the page and check what must hold of any page."""
    index = write_site(run)
    assert index == run.page
    page = Page(index)
    (policy,) = (
        own["content"]
        for own in page.all("meta")
        if own.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert page.all("html") == [{"lang": "en"}]
    ids = [own["id"] for _, own in page.elements if "id" in own]
    assert len(ids) == len(set(ids))
    for tag, own in page.elements:
        assert not [name for name in own if name.startswith("on") or name == "style"], tag
        for name in ("src", "href", "data-source"):
            address = own.get(name)
            if address is None or address == "data:,":
                continue
            if address.startswith("#"):
                assert address[1:] in ids
            else:
                assert re.fullmatch(r"(assets|pictures)/[a-z0-9-]+\.(css|js|webp)", address)
                assert (index.parent / address).is_file()
    assert all("alt" in own for own in page.all("img"))
    assert all(own.get("src") for own in page.all("script"))
    assert "http:" not in index.read_text(encoding="utf-8")
    assert "https:" not in index.read_text(encoding="utf-8")
    return page


def test_page_shows_themes_evidence_measures_and_problems(tmp_path: Path) -> None:
    page = check(harbour(tmp_path))
    text = " ".join(page.text.split())
    for said in (
        "12 works by 3 artists; the 11 with a picture that can be read are gathered",
        "gathered into 2 themes by how the pictures look.",
        "2 works stand in no theme.",
        "Marina, Realism",
        "100% of its works, 1.8× the collection",
        "fits the pictures; recorded for none of its works",
        "Most in the 1870s (3 of 6 dated)",
        "2 works, 18% of those looked at, are too unlike any group",
        "1 work took no part",
        "0.61",
        "0.58 to 0.64",
        "not known",
        "Needs two topics.",
        "the file does not exist",
        "seed 7, 2 January 2026",
        "1 min 1 s",
    ):
        assert said in text
    assert text.count("mini is small; expect little.") == 2
    assert len([own for own in page.tiles() if "href" in own]) >= 11


def test_every_picture_says_what_it_is(tmp_path: Path) -> None:
    page = check(harbour(tmp_path))
    assert "Ships 0, Bell Ada, 1871" in {own["alt"] for own in page.all("img")}


def test_data_of_the_scripts_agree_with_the_page(tmp_path: Path) -> None:
    run = harbour(tmp_path)
    page = check(run)
    works = read_script(run.page.parent / "assets" / "works.js")
    places = read_script(run.page.parent / "assets" / "map.js")
    assert [name for _, name, _ in works["themes"]] == ["Marina, Realism", "Portrait"]
    assert len(works["works"]) == 11
    assert {int(own["data-work"]) for own in page.tiles()} == set(range(11))
    assert len(places["title"]) == len(places["artist"]) == 11
    for place, number in places["shown"].items():
        assert places["title"][int(place)] == works["works"][number]["title"]


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
    pictures = [name for name in before if name.endswith(".webp")]
    assert len(pictures) == 11
    assert all(before[name] == after[name] for name in pictures)


def test_progress_counts_the_pictures(tmp_path: Path) -> None:
    counts: list[tuple[int, int]] = []
    write_site(harbour(tmp_path), progress=lambda done, total: counts.append((done, total)))
    assert counts == [(done, 11) for done in range(1, 12)]


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
        for number in range(len(texts)):
            paint(folder / "pictures" / f"{number}.png", hue=number)
        return write_run(
            folder,
            works,
            [0] * (len(texts) - 2) + [OUTLIER, OUTLIER],
            labels={0: tuple(Label("subject", text, 0.1, 0.1, 0.5, 2.0) for text in texts)},
            names={0: texts[0] + texts[1]},
            problems=[Problem(id=text, file=text, reason=text) for text in texts],
            metrics={"metrics": [{"name": texts[0], "title": texts[1], "value": None,
                                  "note": texts[4], "judge": texts[0]}]},
            note=texts[0],
            source=texts[0],
        )  # fmt: skip

    hostile = check(hostile_run(tmp_path / "hostile", HOSTILE))
    tame = check(hostile_run(tmp_path / "tame", tuple("abcdefgh")))
    assert Counter(tag for tag, _ in hostile.elements) == Counter(tag for tag, _ in tame.elements)
    assert "<script>alert(1)</script>" in hostile.text
    assert "{{ 7 * 7 }}" in hostile.text
    assert len(hostile.text) < 60_000


def test_hostile_texts_stay_data_in_the_scripts(tmp_path: Path) -> None:
    works = [
        Artwork(id=f"w{number}", title=text, images=("x.png",))
        for number, text in enumerate(HOSTILE)
    ]
    run = write_run(tmp_path, works, [0] * len(HOSTILE))
    write_site(run)
    shown = read_script(run.page.parent / "assets" / "works.js")["works"]
    assert shown[0]["title"] == HOSTILE[0]
    assert max(len(work["title"]) for work in shown) == 400
    for name in ("works.js", "map.js"):
        text = (run.page.parent / "assets" / name).read_text(encoding="utf-8")
        assert not re.search("[\u2028\u2029\x00]", text)


def test_titles_of_any_script_know_their_direction(tmp_path: Path) -> None:
    paint(tmp_path / "pictures" / "x.png")
    titles = ("منظر البحر", "神奈川沖浪裏", "Sea")
    works = [Artwork(id=f"w{n}", title=title, images=("x.png",)) for n, title in enumerate(titles)]
    page = check(write_run(tmp_path, works, [0, 0, 0]))
    captions = [own for _, own in page.elements if own.get("class") == "caption-title"]
    assert captions
    assert all(own["dir"] == "auto" for own in captions)
    assert all(title in page.text for title in titles)


def test_a_run_without_any_theme(tmp_path: Path) -> None:
    works = [Artwork(id=f"w{n}", images=(f"{n}.png",)) for n in range(5)]
    for n in range(5):
        paint(tmp_path / "pictures" / f"{n}.png", hue=50 * n)
    page = check(write_run(tmp_path, works, [OUTLIER] * 5))
    assert "in which no themes were found" in " ".join(page.text.split())
    assert len([own for own in page.tiles() if "href" in own]) == 10  # the strip on top, and below


def test_a_run_with_one_theme_and_nothing_outside(tmp_path: Path) -> None:
    works = [Artwork(id=f"w{n}", images=(f"{n}.png",)) for n in range(4)]
    for n in range(4):
        paint(tmp_path / "pictures" / f"{n}.png", hue=50 * n)
    text = " ".join(check(write_run(tmp_path, works, [0] * 4)).text.split())
    assert "4 works, gathered into 1 theme" in text
    assert "Every work found its place." in text
    assert "This run was not measured." in text
    assert "None: every picture could be read." in text
    assert "Years" not in text
    assert "Artists" not in text


def test_works_whose_pictures_are_gone_have_a_quiet_placeholder(tmp_path: Path) -> None:
    works = [
        Artwork(id="a", title="No picture at all"),
        Artwork(id="b", title="Gone", images=("gone.png",)),
        Artwork(id="c", title="Here", images=("here.png",)),
    ]
    paint(tmp_path / "pictures" / "here.png")
    page = check(write_run(tmp_path, works, [0, 0, 0]))
    missing = [own for own in page.tiles() if "missing" in own["class"].split()]
    assert len(missing) == 2
    (strip, first, *others) = page.tiles()
    assert strip["data-work"] == first["data-work"] == "2"
    assert [own["data-work"] for own in others] == ["0", "1"]
    assert page.text.count("no picture") == 2


def test_a_run_of_nothing_but_works_without_vectors(tmp_path: Path) -> None:
    page = check(write_run(tmp_path, [Artwork(id="a"), Artwork(id="b")], [None, None]))
    assert "2 works took no part" in " ".join(page.text.split())


def test_years_before_our_era_are_told_as_such(tmp_path: Path) -> None:
    works = [Artwork(id=f"w{year}", year_from=year) for year in (-40, 100)]
    text = " ".join(check(write_run(tmp_path, works, [0, 0])).text.split())
    assert "Most in 40 BCE–31 BCE (1 of 2 dated)" in text


def test_many_problems_are_cut_and_counted(tmp_path: Path) -> None:
    problems = [Problem(id=f"p{n:03}", file=f"{n}.png", reason="empty") for n in range(250)]
    page = check(write_run(tmp_path, [Artwork(id="a")], [0], problems=problems))
    text = " ".join(page.text.split())
    assert "The first 200 of 250; all are in problems.csv of the run" in text
    assert "p199" in text
    assert "p200" not in text


def test_the_page_appears_only_when_all_else_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = harbour(tmp_path)

    def fail(*_: object) -> str:
        raise RuntimeError("cut short")

    monkeypatch.setattr("topicart.report.render.map_script", fail)
    with pytest.raises(RuntimeError, match="cut short"):
        write_site(run)
    assert not run.page.exists()


def test_many_themes_show_fewer_works_each(tmp_path: Path) -> None:
    works = [Artwork(id=f"w{number:05}") for number in range(500 * 12)]
    page = check(write_run(tmp_path, works, [number % 500 for number in range(len(works))]))
    in_themes = [own for own in page.tiles() if "missing" in own["class"]]
    assert len(in_themes) == 500 * 8
    assert any("dense" in own.get("class", "") for own in page.all("ol"))
