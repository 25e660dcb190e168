"""The themes: their cards, a room for each with its evidence, its parts, its edges, the outside."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from knowledge_graph import Artwork
from tests.topicart.report_runs import group, harbour, paint, write_run
from tests.topicart.site_pages import Page, make_pages
from topicart.run import Run
from topicart.topics import OUTLIER, Keyword, Label, Summary


def grouped(folder: Path) -> Run:
    """Write a run of seven themes: two and two in groups of one group, two in another, one out."""
    works = [Artwork(id=f"w{n:02}") for n in range(14)]
    groups = (group(7, "portrait", broader=10), group(8, "landscape", broader=10),
              group(9, "abstract"), group(10, "painting", level=2))  # fmt: skip
    broader = {0: 7, 1: 7, 2: 8, 3: 8, 4: 9, 5: 9}
    topics = [number // 2 for number in range(14)]
    return write_run(folder, works, topics, groups=groups, broader=broader)


def parted(folder: Path) -> Run:
    """Write a run of two themes: one of 40 ships and 20 harbours, and one of 12 portraits.

    The vectors of ships and harbours lie apart; the work ``c00`` of the portraits lies on the way
    to the ships.
    """
    generator = np.random.default_rng(3)
    ships, harbours, portraits = np.eye(16)[:3]
    lean = ships + harbours
    wanted = [*[lean + ships] * 40, *[lean + harbours] * 20, *[portraits] * 12]
    vectors = np.array(wanted) + generator.normal(size=(72, 16)) * 0.05
    vectors[60] = portraits + 0.55 * (lean + ships)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    works = [
        *(Artwork(id=f"a{n:02}", title=f"Ship {n}", facets={"subject": ("ships", "sea")},
                  images=(f"{n % 3}.png",)) for n in range(40)),
        *(Artwork(id=f"b{n:02}", title=f"Harbour {n}", facets={"subject": ("harbours", "sea")},
                  images=(f"{n % 3}.png",)) for n in range(20)),
        *(Artwork(id=f"c{n:02}", title=f"Woman {n}", images=(f"{n % 3}.png",)) for n in range(12)),
    ]  # fmt: skip
    for number in range(3):
        paint(folder / "pictures" / f"{number}.png", hue=60 * number)
    names = {0: "sea", 1: "portrait"}
    found = vectors.astype(np.float32)
    return write_run(folder, works, [0] * 60 + [1] * 12, names=names, vectors=found)


@pytest.fixture(scope="module")
def pages_of_harbour(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    return make_pages(harbour(tmp_path_factory.mktemp("harbour")))


@pytest.fixture(scope="module")
def pages_in_parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Page]:
    return make_pages(parted(tmp_path_factory.mktemp("parts")))


def test_a_room_shows_evidence_years_and_where_all_its_works_are(
    pages_of_harbour: dict[str, Page],
) -> None:
    room = pages_of_harbour["theme-0"]
    for said in (
        "6 works · 55% of the collection · found again in 19 of 20 fits",
        "6 works. Composed from the records.",
        "What marina 100% of its works, 1.8× the collection; by chance less than once in 1,000",
        "Records and pictures agree; word from Iconclass 25H23",
        "In which style Realism",
        "by chance about once in 12 Records; word from the collection’s records",
        "Pictures only, no record says so (fit +2.0); word from aat.ttl",
        "Where not named: nothing certain enough Bergen 17%",
        "Most in the 1870s (3 of 6 dated)",
        "Largest, and nearest to the theme’s centre: Ships 0, Bell Ada, 1871.",
        "All 6 works in the table On the map",
    ):
        assert said in room.text
    addresses = {own["href"] for own in room.all("a")}
    assert {
        "works.html#topic=0",
        "index.html#topic=0",
        "works.html#topic=0&artist=Bell%20Ada",
        "works.html#topic=0&style=Realism",
        "theme-1.html",
        "themes.html",
    } <= addresses
    assert [own["href"] for own in room.all("a") if own.get("rel") == "next"] == [
        "theme-1.html"
    ] * 2
    assert not [own for own in room.all("a") if own.get("rel") == "prev"]


def test_only_addresses_of_the_web_become_links(pages_of_harbour: dict[str, Page]) -> None:
    pages = pages_of_harbour
    links = {own["href"] for page in pages.values() for own in page.all("a") if "href" in own}
    assert {link for link in links if ":" in link} == {"https://iconclass.org/25H23"}


def test_runners_up_are_folded_away(pages_of_harbour: dict[str, Page]) -> None:
    outline = pages_of_harbour["theme-0"].outline
    (table,) = [place for place in outline if place.endswith("details.considered>table")]
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
    pages = make_pages(harbour(tmp_path, summaries={0: summary}))
    page, text = pages["theme-0"], pages["theme-0"].text
    told = "Written by a machine (llava-1.5-7b, 21 November 2026), not checked by a person."
    assert text.count(told) == 1
    assert "after Turner & Co (not in the records), and Turner (not in the records), by" in text
    assert "this theme’s works do not contain (Turner, Turner & Co)" in text
    assert "What it was asked Describe the group. Do not guess." in text
    assert len(page.all("mark")) == 2
    assert "Composed from the records." not in text
    assert "Composed from the records." in pages["theme-1"].text


def test_keywords_are_told(tmp_path: Path) -> None:
    words = (Keyword("ship", 0.4), Keyword("sea", 0.3))
    pages = make_pages(harbour(tmp_path, keywords={0: words}))
    assert "Keywords: ship, sea" in pages["theme-0"].text
    assert "Keywords" not in pages["theme-1"].text


def test_a_theme_without_any_label_says_so(tmp_path: Path) -> None:
    labels = (Label("genre", "marina", share=0.2, stated_share=0.2, lift=1.1, q_value=0.6),)
    works = [Artwork(id=f"w{n}") for n in range(4)]
    text = make_pages(write_run(tmp_path, works, [0] * 4, labels={0: labels}))["theme-0"].text
    assert "No label is certain enough; the theme is called by its most central works." in text
    assert "What not named: nothing certain enough marina 20% 1.1× as likely as not" in text


def test_a_theme_without_any_word_says_so(tmp_path: Path) -> None:
    works = [Artwork(id=f"w{n}") for n in range(4)]
    text = make_pages(write_run(tmp_path, works, [0] * 4, labels={}))["theme-0"].text
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
    text = make_pages(Run.open(run.folder))["theme-0"].text
    assert "What marina 100% of its works, 1.8× the collection Word from the collection" in text
    assert "Where not named" in text
    assert "Ships at sea. Composed from the records." in text
    assert "+0.2" not in text  # what 2.0 called a score was another thing


def test_years_before_our_era_are_told_as_such(tmp_path: Path) -> None:
    works = [Artwork(id=f"w{year}", year_from=year) for year in (-40, 100)]
    text = make_pages(write_run(tmp_path, works, [0, 0]))["theme-0"].text
    assert "Most in 40 BCE–31 BCE (1 of 2 dated)" in text


def test_themes_hang_under_their_groups(tmp_path: Path) -> None:
    pages = make_pages(grouped(tmp_path))
    text = pages["themes"].text
    assert (
        "Painting 4 themes, 8 works Portrait 2 themes, 4 works Theme 0 2 works, 14% "
        "Theme 1 2 works, 14% Landscape 2 themes, 4 works" in text
    )
    assert "On their own 1 theme, 2 works Theme 6 2 works" in text
    assert [level for level, _ in pages["themes"].headings[:6]] == [1, 2, 3, 3, 2, 2]
    assert "Part of: Painting › Portrait" in pages["theme-1"].text
    assert "Part of: Abstract" in pages["theme-4"].text
    assert "Part of" not in pages["theme-6"].text


def test_a_card_tells_a_theme_at_a_glance(pages_of_harbour: dict[str, Page]) -> None:
    themes = pages_of_harbour["themes"]
    assert "Marina, Realism 6 works, 55% Bell Ada · Realism 1871–1893" in themes.text
    assert "In no theme 2 works, 18%" in themes.text
    marine, portraits, outside = themes.of_class("card")
    assert (marine["data-topic"], marine["data-size"], marine["data-year"]) == ("0", "6", "1870")
    assert "data-year" not in portraits
    assert outside["data-topic"] == "-1"
    assert len([own for own in themes.all("img") if "src" in own]) == 4 + 3 + 2  # of each at most 4
    assert len(themes.of_class("spark")) == 1


def test_sorting_and_counting_wait_for_the_script(pages_of_harbour: dict[str, Page]) -> None:
    themes = pages_of_harbour["themes"]
    assert "hidden" in themes.of_class("themes-tools")[0]
    assert [own["data-topic"] for own in themes.of_class("in-filter")] == ["0", "1", "-1"]


def test_a_theme_falls_into_its_parts_each_told_by_its_records(
    pages_in_parts: dict[str, Page],
) -> None:
    pages = pages_in_parts
    text = pages["theme-0"].text
    assert "The theme falls into 2 parts that are clearer than chance would make them" in text
    assert "Ships 100% of its works, 1.5× the theme 40 works, 67% of the theme" in text
    assert "Harbours 100% of its works, 3.0× the theme 20 works, 33% of the theme" in text
    assert "What lies within" not in pages["theme-1"].text


def test_works_at_the_border_say_where_they_lean(pages_in_parts: dict[str, Page]) -> None:
    room = pages_in_parts["theme-1"]
    assert "the other theme’s centre is nearer than its own. Woman 0" in room.text
    assert "Woman 0 leans to Sea −0.09" in room.text
    assert len(room.of_class("case")) == 6
    assert all(own["href"] == "theme-0.html" for own in room.of_class("named"))


def test_the_nearest_themes_are_named_with_their_nearness(tmp_path: Path) -> None:
    run = parted(tmp_path)
    cosine = float(np.prod(run.model_arrays["centroids"], axis=0).sum())
    room = make_pages(run)["theme-1"]
    assert f"Nearest themes Sea 60 works, cosine {cosine:.2f}" in room.text


def test_a_run_whose_vectors_are_gone_has_rooms_without_edges(
    pages_of_harbour: dict[str, Page],
) -> None:
    text = pages_of_harbour["theme-0"].text
    assert "At the border" not in text
    assert "Nearest themes" not in text
    assert "What lies within" not in text


def test_works_outside_have_a_page(pages_of_harbour: dict[str, Page]) -> None:
    outside = pages_of_harbour["outside"]
    assert "2 works, 18% of those looked at, are too unlike any group" in outside.text
    assert "1 work took no part" in outside.text
    assert "works.html#topic=-1" in {own["href"] for own in outside.all("a")}
    assert len(outside.tiles()) == 2


def test_many_themes_show_fewer_works_each_on_denser_cards(tmp_path: Path) -> None:
    works = [Artwork(id=f"w{number:05}") for number in range(120 * 40)]
    run = write_run(tmp_path, works, [number % 120 for number in range(len(works))])
    pages = make_pages(run)
    assert {len(pages[f"theme-{topic}"].tiles()) for topic in range(120)} == {24}
    assert pages["themes"].of_class("dense")


def test_works_whose_pictures_are_gone_have_a_quiet_placeholder(tmp_path: Path) -> None:
    works = [
        Artwork(id="a", title="No picture at all"),
        Artwork(id="b", title="Gone", images=("gone.png",)),
        Artwork(id="c", title="Here", images=("here.png",)),
    ]
    paint(tmp_path / "pictures" / "here.png")
    room = make_pages(write_run(tmp_path, works, [0, 0, 0]))["theme-0"]
    missing = [own for own in room.tiles() if "missing" in own["class"].split()]
    assert len(missing) == 2
    assert [own["data-work"] for own in room.tiles()] == ["2", "0", "1"]
    assert room.text.count("no picture") == 2


def test_a_run_without_any_theme(tmp_path: Path) -> None:
    works = [Artwork(id=f"w{n}", images=(f"{n}.png",)) for n in range(5)]
    for n in range(5):
        paint(tmp_path / "pictures" / f"{n}.png", hue=50 * n)
    pages = make_pages(write_run(tmp_path, works, [OUTLIER] * 5))
    assert "No group of works was alike enough" in pages["themes"].text
    assert len(pages["outside"].tiles()) == 5


def test_a_run_with_one_theme_and_nothing_outside(tmp_path: Path) -> None:
    works = [Artwork(id=f"w{n}", images=(f"{n}.png",)) for n in range(4)]
    for n in range(4):
        paint(tmp_path / "pictures" / f"{n}.png", hue=50 * n)
    pages = make_pages(write_run(tmp_path, works, [0] * 4))
    assert "Outside" not in pages["themes"].text
    assert "Every work that was looked at stands in a theme." in pages["outside"].text
    assert "By whom" not in pages["theme-0"].text


def test_a_run_of_nothing_but_works_without_vectors(tmp_path: Path) -> None:
    pages = make_pages(write_run(tmp_path, [Artwork(id="a"), Artwork(id="b")], [None, None]))
    assert "2 works took no part" in pages["outside"].text
