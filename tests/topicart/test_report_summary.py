"""What the page of a run says: numbers that can be checked by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge_graph import Artwork
from tests.topicart.report_runs import harbour, write_run
from topicart.report.counting import Count, count_years, leading_values
from topicart.report.measures import explain_measures
from topicart.report.summarize import Exhibition, summarize
from topicart.report.wording import collection_name, shorten
from topicart.topics import OUTLIER


@pytest.fixture
def exhibition(tmp_path: Path) -> Exhibition:
    return summarize(harbour(tmp_path))


def test_the_collection_is_counted(exhibition: Exhibition) -> None:
    assert exhibition.name == "Harbour works"
    assert exhibition.n_works == 12
    assert exhibition.n_placed == 11
    assert exhibition.n_outliers == 2
    assert exhibition.outlier_share == pytest.approx(2 / 11)
    assert exhibition.n_artists == 3
    assert exhibition.seed == 7
    assert exhibition.n_problems == 1


def test_a_theme_has_its_leading_artists_and_styles(exhibition: Exhibition) -> None:
    marine, portraits = exhibition.themes
    assert marine.name == "Marina, Realism"
    assert marine.share == pytest.approx(6 / 11)
    (artist, artists), (style, styles) = marine.leading
    assert (artist, style) == ("artist", "style")
    assert artists.values == (Count("Bell Ada", 4), Count("Dahl Ole", 2))
    assert styles.values == (Count("Realism", 6), Count("Romanticism", 1))
    assert (styles.n_values, styles.stated) == (2, 6)
    assert [facet for facet, _ in portraits.leading] == ["artist"]


def test_a_theme_has_its_years_on_the_axis_of_the_collection(exhibition: Exhibition) -> None:
    marine, portraits = exhibition.themes
    assert marine.years is not None
    assert (marine.years.start, marine.years.end, marine.years.step) == (1800, 1959, 10)
    assert (marine.years.first, marine.years.last) == (1871, 1893)
    assert marine.years.counts[7:10] == (3, 1, 2)
    assert marine.years.dated == 6
    assert marine.years.peak == (1870, 1879, 3)
    assert sum(marine.years.collection) == 8
    assert portraits.years is None


def test_a_label_shows_its_share_beside_that_of_the_collection(exhibition: Exhibition) -> None:
    evidence = {found.facet: found for found in exhibition.themes[0].evidence}
    assert list(evidence) == ["genre", "style", "medium", "place"]
    marina = evidence["genre"].chosen
    assert marina is not None
    assert (marina.term, marina.share, marina.lift) == ("marina", 1.0, 1.83)
    assert marina.overall == pytest.approx(6 / 11, abs=0.002)
    assert marina.of_stated is None
    assert [label.term for label in evidence["style"].others] == ["Romanticism"]
    assert evidence["place"].chosen is None
    assert evidence["place"].others[0].of_stated == 1.0
    assert exhibition.vocabularies == ("Iconclass", "aat.ttl")


def test_works_are_shown_from_the_centre_outwards(exhibition: Exhibition) -> None:
    cards = exhibition.themes[0].cards
    assert [card.id for card in cards] == ["a0", "a1", "a2", "a3", "a4", "a5"]
    assert [card.rank for card in cards] == [0, 1, 2, 3, 4, 5]
    assert cards[0].alt == "Ships 0, Bell Ada, 1871"
    assert cards[0].facts == (("style", ("Realism", "Romanticism")), ("genre", ("marina",)))
    assert [card.title for card in exhibition.outliers] == ["c0", "c1"]


def test_outliers_are_drawn_from_the_whole_list_when_there_are_many(tmp_path: Path) -> None:
    works = [Artwork(id=f"w{number:03}") for number in range(200)]
    shown = summarize(write_run(tmp_path, works, [OUTLIER] * 200)).outliers
    assert len(shown) == 60
    assert (shown[0].id, shown[-1].id) == ("w000", "w199")
    assert len({card.id for card in shown}) == 60


def test_a_work_counts_once_for_a_value_that_it_states_twice(tmp_path: Path) -> None:
    works = [
        Artwork(id="a", facets={"artist": ("Bell", "Bell")}),
        Artwork(id="b", facets={"artist": ("Bell", "Dahl")}),
    ]
    run = write_run(tmp_path, works, [0, 0])
    found = leading_values(run.works, "artist", most=5)[0]
    assert found.values == (Count("Bell", 2), Count("Dahl", 1))
    assert found.stated == 2


@pytest.mark.parametrize(
    ("years", "step", "n_periods"),
    [([1850], 10, 1), ([1400, 1999], 10, 60), ([1400, 2010], 20, 31), ([-3000, 2000], 100, 51)],
)
def test_periods_grow_with_the_span(years: list[int], step: int, n_periods: int) -> None:
    found = count_years(np.array(years), np.zeros(len(years), dtype=np.int64), 1)[0]
    assert (found.step, len(found.counts)) == (step, n_periods)
    assert found.start <= min(years)
    assert found.end >= max(years)


def test_measures_are_told_in_words_and_agreement_is_explained_once() -> None:
    metrics = [
        {"name": "iec", "title": "IEC", "value": 0.6, "interval": [0.5, 0.7], "baseline": -0.001},
        {"name": "ami_style", "title": "Style", "value": 0.5},
        {"name": "ami_genre", "title": "Genre", "value": None, "note": "Needs two topics."},
        {"name": "outlier_share", "title": "Outliers", "value": 0.14},
        {"name": "ari_seeds", "title": "Other seeds", "value": -0.25, "warning": "Few seeds."},
        {"name": "dbcv", "title": "Not told here", "value": 0.1},
    ]
    iec, style, genre, outliers, seeds = explain_measures({"metrics": metrics})
    assert (iec.value, iec.interval, iec.baseline) == ("0.60", "0.50 to 0.70", "0.00")
    assert "alike" in iec.meaning
    assert "beyond chance" in style.meaning
    assert (genre.value, genre.meaning, genre.note) == ("", "", "Needs two themes.")
    assert outliers.value == "14%"
    assert (seeds.value, seeds.note) == ("−0.25", "Few seeds.")
    assert "another random start" in seeds.meaning


def test_a_run_without_measurements_has_none() -> None:
    assert explain_measures({}) == ()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("/data/wikiart-sample", "Wikiart sample"),
        ("/data/my_works.csv", "My works"),
        ("/data/Rijksmuseum v1.2", "Rijksmuseum v1.2"),
        ("/", "Collection"),
    ],
)
def test_a_collection_is_named_after_its_path(source: str, name: str) -> None:
    assert collection_name(source) == name


def test_texts_become_one_line_of_bounded_length() -> None:
    assert shorten("  a\x00\n\t b  ", 10) == "a b"
    assert shorten("x" * 50, 10) == "x" * 9 + "…"


def test_notes_on_measures_speak_of_themes_as_the_pages_do() -> None:
    metric = {
        "name": "ieps",
        "value": 0.5,
        "note": "148 works in topics are left out.",
        "judge": "the topics' words",
    }

    (ieps,) = explain_measures({"metrics": [metric]})

    assert ieps.note == "148 works in themes are left out."
    assert ieps.judge == "the themes’ words"
