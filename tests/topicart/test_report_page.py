"""The page opens from the disk, asks for nothing outside, and lets nothing of a collection act."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from knowledge_graph import FACETS, Artwork, Problem
from tests.topicart.report_runs import HOSTILE, group, harbour, paint, write_run
from topicart.report import write_site
from topicart.run import Run
from topicart.topics import OUTLIER, Keyword, Label, Summary

VOID = {"meta", "link", "img", "br", "input", "hr", "rect"}


class Page(HTMLParser):
    """The elements of a page, its text, and whether every element is closed in its order."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.headings: list[tuple[int, str]] = []
        self.outline: list[str] = []
        self._open: list[str] = []
        self._classes: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        assert self._open == [], "elements left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)
            self._classes.append(".".join([tag, *(dict(attrs).get("class") or "").split()]))
            self.outline.append(">".join(self._classes))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        self._classes.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        if any(re.fullmatch("h[1-6]", tag) for tag in self._open):
            level, told = self.headings[-1]
            self.headings[-1] = level, (told + data).strip()

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
            elif address.startswith("http"):
                assert (tag, name) == ("a", "href")
                assert own["rel"] == "noreferrer noopener"
            else:
                assert re.fullmatch(r"(assets|pictures)/[a-z0-9-]+\.(css|js|webp)", address)
                assert (index.parent / address).is_file()
    assert all("alt" in own for own in page.all("img"))
    assert all(own.get("src") for own in page.all("script"))
    return page


def test_page_shows_themes_evidence_measures_and_problems(tmp_path: Path) -> None:
    page = check(harbour(tmp_path))
    text = " ".join(page.text.split())
    for said in (
        "12 works by 3 artists; the 11 with a picture that can be read are gathered",
        "gathered into 2 themes by how the pictures look.",
        "2 works stand in no theme.",
        "Marina, Realism",
        "What marina 100% of its works, 1.8× the collection; by chance less than once in 1,000",
        "Records and pictures agree; word from Iconclass 25H23",
        "In which style Realism",
        "by chance about once in 12 Records; word from the collection’s records",
        "Pictures only, no record says so (fit +2.0); word from aat.ttl",
        "Where not named: nothing certain enough Bergen 17%",
        "from the collection’s own records and from Iconclass, aat.ttl.",
        "where nothing is certain enough, nothing is said",
        "6 works. Composed from the records.",
        "found again in 19 of 20 fits",
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


def test_only_addresses_of_the_web_become_links(tmp_path: Path) -> None:
    page = check(harbour(tmp_path))
    outside = {own["href"] for own in page.all("a") if ":" in own["href"]}
    assert outside == {"https://iconclass.org/25H23"}


def test_runners_up_are_folded_away(tmp_path: Path) -> None:
    page = check(harbour(tmp_path)).outline
    (table,) = [place for place in page if place.endswith("details.considered>table")]
    assert "main" in table


def test_a_machine_written_summary_says_so_and_marks_what_nothing_supports(tmp_path: Path) -> None:
    summary = Summary(
        "Storms after Turner & Co, and Turner, by Bell Ada.",
        engine="llava",
        model="llava-1.5-7b",
        prompt="Describe the group.\nDo not guess.",
        date="2026-11-21T12:48:04+00:00",
        unsupported=("Turner", "Turner & Co"),
    )
    page = check(harbour(tmp_path, summaries={0: summary}))
    text = " ".join(page.text.split())
    told = "Written by a machine (llava-1.5-7b, 21 November 2026), not checked by a person."
    assert text.count(told) == 1
    assert "after Turner & Co (not in the records), and Turner (not in the records), by" in text
    assert "this theme’s works do not contain (Turner, Turner & Co)" in text
    assert "What it was asked Describe the group. Do not guess." in text
    assert len(page.all("mark")) == 2
    assert text.count("Composed from the records.") == 1  # the other theme's


def test_keywords_are_told(tmp_path: Path) -> None:
    words = (Keyword("ship", 0.4), Keyword("sea", 0.3))
    text = " ".join(check(harbour(tmp_path, keywords={0: words})).text.split())
    assert text.count("Keywords: ship, sea") == 1


def _grouped(folder: Path) -> Run:
    """Write a run of seven themes: two and two in groups of one group, two in another, one out."""
    works = [Artwork(id=f"w{n}") for n in range(14)]
    groups = (group(7, "portrait", broader=10), group(8, "landscape", broader=10),
              group(9, "abstract"), group(10, "painting", level=2))  # fmt: skip
    broader = {0: 7, 1: 7, 2: 8, 3: 8, 4: 9, 5: 9}
    topics = [number // 2 for number in range(14)]
    return write_run(folder, works, topics, groups=groups, broader=broader)


def test_themes_are_listed_under_their_groups(tmp_path: Path) -> None:
    page = check(_grouped(tmp_path))
    text = " ".join(page.text.split())
    assert (
        "Painting 4 themes, 8 works Portrait 2 themes, 4 works Theme 0 2 works Theme 1 2 works "
        "Landscape 2 themes, 4 works" in text
    )
    assert "On their own 1 theme, 2 works Theme 6 2 works" in text
    assert text.count("Part of: Painting › Portrait") == 2
    assert text.count("Part of: Abstract") == 2
    start = next(place for place, (_, told) in enumerate(page.headings) if told == "Themes")
    assert [level for level, _ in page.headings[start : start + 6]] == [2, 3, 4, 4, 3, 3]


@pytest.mark.parametrize("make", [harbour, _grouped])
def test_headings_leave_no_level_out(tmp_path: Path, make: Callable[[Path], Run]) -> None:
    levels = [level for level, _ in check(make(tmp_path)).headings]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_theme_without_any_label_says_so(tmp_path: Path) -> None:
    labels = (Label("genre", "marina", share=0.2, stated_share=0.2, lift=1.1, q_value=0.6),)
    works = [Artwork(id=f"w{n}") for n in range(4)]
    page = check(write_run(tmp_path, works, [0] * 4, labels={0: labels}))
    text = " ".join(page.text.split())
    assert "No label is certain enough; the theme is called by its most central works." in text
    assert "What not named: nothing certain enough marina 20% 1.1× as likely as not" in text


def test_a_theme_without_any_word_says_so(tmp_path: Path) -> None:
    works = [Artwork(id=f"w{n}") for n in range(4)]
    page = check(write_run(tmp_path, works, [0] * 4, labels={}))
    text = " ".join(page.text.split())
    assert "No record and no vocabulary has a word for it" in text


def test_a_run_of_format_2_0_still_has_its_page(tmp_path: Path) -> None:
    run = harbour(tmp_path)
    path = run.folder / "topics.json"
    label = {"facet": "genre", "term": "marina", "score": 0.2, "cosine": 0.3, "share": 1.0,
             "lift": 1.83, "overlap": 1.0, "iri": ""}  # fmt: skip
    topics = [
        {"id": topic.id, "name": topic.name, "size": topic.size, "summary": "Ships at sea.",
         "labels": [label, {**label, "facet": "place", "term": "Bergen", "share": 0.01}],
         "representatives": list(topic.representatives)}
        for topic in run.topics
    ]  # fmt: skip
    path.write_text(json.dumps({"topics": topics}), encoding="utf-8")
    text = " ".join(check(Run.open(run.folder)).text.split())
    assert "What marina 100% of its works, 1.8× the collection Word from the collection" in text
    assert "Where not named" in text
    assert "Ships at sea. Composed from the records." in text
    assert "+0.2" not in text  # what 2.0 called a score was another thing


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

    hostile = check(hostile_run(tmp_path / "hostile", HOSTILE))
    tame = check(hostile_run(tmp_path / "tame", tuple("abcdefgh")))
    assert Counter(tag for tag, _ in hostile.elements) == Counter(tag for tag, _ in tame.elements)
    assert "<script>alert(1)</script>" in hostile.text
    assert "{{ 7 * 7 }}" in hostile.text
    assert not [own for own in hostile.all("a") if ":" in own["href"]]
    assert len(hostile.text) < 60_000


def _hostile_label(number: int, text: str) -> Label:
    return Label("subject", text, cosine=0.1, contrast=0.1, score=1.0, share=0.5, stated_share=0.9,
                 lift=2.0, q_value=0.01, source=text, iri=text, notation=text,
                 chosen=number == 0, decided_by="facts" if number == 0 else "")  # fmt: skip


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
