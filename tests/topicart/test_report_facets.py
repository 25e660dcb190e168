"""Themes beside facets: numbers against scipy and scikit-learn, and records that say nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge_graph import Artwork
from tests.topicart.report_runs import HOSTILE, group, write_run
from topicart.report.crossing import Crossing, cell, cross, level, strength, telling
from topicart.report.facet_codes import facet_codes
from topicart.report.frame import Frame
from topicart.report.matrices import MOST_COLUMNS, Matrix, compare, write_facet_pages
from topicart.report.summarize import summarize, topic_column
from topicart.run import Run


def _run(
    folder: Path,
    facts: Sequence[Mapping[str, tuple[str, ...]]],
    topics: Sequence[int | None],
    **more: object,
) -> Run:
    works = [
        Artwork(id=f"w{number:04}", title=f"Work {number}", facets=own)
        for number, own in enumerate(facts)
    ]
    return write_run(folder, works, topics, **more)  # type: ignore[arg-type]


def _matrix(run: Run, facet: str) -> Matrix:
    return compare(summarize(run), facet_codes(run.works, facet), topic_column(run.works))


def _crossing(table: np.ndarray) -> Crossing:
    """Return works of one value each: themes by values, the last row outside."""
    rows, columns = np.nonzero(table)
    return Crossing(table.sum(axis=0), table.sum(axis=1), rows, columns, table[rows, columns])


@pytest.fixture
def many(tmp_path: Path) -> Run:
    """Return 300 works of 5 themes with up to three of twenty styles each, some with none."""
    generator = np.random.default_rng(4)
    topics = [None if t == -2 else int(t) for t in np.sort(generator.integers(-2, 5, 300))[::-1]]
    facts = []
    for topic in topics:
        own = generator.integers(0, 20, generator.integers(0, 4)).tolist()
        if topic == 2:
            own.append(7)
        facts.append({"style": tuple(f"style {value}" for value in own)} if own else {})
    return _run(tmp_path, facts, topics)


def test_cells_are_as_counted_one_by_one(many: Run) -> None:
    matrix = _matrix(many, "style")
    styles, topics = many.works["style"].to_pylist(), many.works["topic"].to_pylist()
    assert len(matrix.columns) == MOST_COLUMNS
    assert matrix.n_values == 20
    for row in matrix.rows:
        own = [set(said) for said, topic in zip(styles, topics, strict=True) if topic == row.topic]
        assert row.stated == sum(bool(said) for said in own)
        for column, found in zip(matrix.columns, row.cells, strict=True):
            works = sum(column.value in said for said in own)
            assert found.works == works
            assert found.share == pytest.approx(works / row.stated)
            assert found.lift == pytest.approx(found.share / column.cell.share if works else 0.0)


def test_what_was_planted_is_coloured_and_strikes(many: Run) -> None:
    matrix = _matrix(many, "style")
    at = [column.value for column in matrix.columns].index("style 7")
    levels = {row.topic: row.cells[at].level for row in matrix.rows}
    assert levels[2] >= 2
    assert matrix.striking[0].topic == 2
    assert matrix.striking[0].value == "style 7"


def test_the_distance_from_chance_is_that_of_the_hypergeometric_distribution() -> None:
    from scipy.stats import hypergeom

    blind = hypergeom(1000, 200, 90)
    least = int(np.ceil(blind.mean() + 2 * blind.std()))
    for works in range(91):
        found = cell(works, of_topic=90, of_value=200, of_all=1000)
        assert (found.level > 0) == (works >= least)
        assert (found.level < 0) == (works <= blind.mean() - 2 * blind.std())


@pytest.mark.parametrize(
    ("works", "lift", "distance", "expected"),
    [
        (30, 1.5, 3.0, 1), (30, 2.0, 3.0, 2), (30, 4.0, 9.0, 3), (30, 1.5, 1.9, 0),
        (2, 9.0, 5.0, 0), (0, 0.0, -3.0, -3), (9, 0.6, -2.5, -1), (9, 0.4, -2.5, -2),
    ],
)  # fmt: skip
def test_steps_of_colour(works: int, lift: float, distance: float, expected: int) -> None:
    assert level(works, lift, distance) == expected


def test_empty_margins_are_no_error() -> None:
    assert cell(0, of_topic=0, of_value=5, of_all=9).level == 0
    assert cell(0, of_topic=4, of_value=0, of_all=9).level == 0
    assert cell(9, of_topic=9, of_value=9, of_all=9).level == 0


def test_strength_is_the_corrected_v_of_the_table() -> None:
    from scipy.stats import chi2_contingency

    generator = np.random.default_rng(0)
    table = generator.integers(1, 30, (4, 6))
    table[0, 0] += 80
    n = table.sum()
    phi = chi2_contingency(table, correction=False).statistic / n - 3 * 5 / (n - 1)
    least = min(4 - 9 / (n - 1), 6 - 25 / (n - 1)) - 1
    outside = generator.integers(0, 50, (1, 6))
    assert strength(_crossing(np.vstack([table, outside]))) == pytest.approx((phi / least) ** 0.5)


def test_strength_ends_at_one_and_nothing() -> None:
    assert strength(_crossing(np.diag([20, 30, 25, 0]))) == pytest.approx(1.0)
    alike = np.array([[20, 20], [20, 20], [0, 0]])
    assert strength(_crossing(alike)) == 0.0
    assert strength(_crossing(np.array([[5], [3], [0]]))) == 0.0


def test_the_values_that_tell_most_come_before_the_frequent_ones() -> None:
    table = np.array([[50, 10, 1, 0], [50, 0, 0, 2], [50, 0, 0, 0]])
    assert telling(_crossing(table), 2).tolist()[0] == 1
    assert set(telling(_crossing(table), 9).tolist()) == {0, 1, 2, 3}


def test_works_that_took_no_part_do_not_count(many: Run) -> None:
    codes, topics = facet_codes(many.works, "style"), topic_column(many.works)
    found = cross(codes, topics, 5)
    assert found.n_stated == int(((codes.sizes > 0) & (topics != -2)).sum())
    assert found.n_stated < codes.stated


def test_rows_stand_under_their_groups_and_outliers_last(tmp_path: Path) -> None:
    facts = [{"genre": ("sea",)}] * 6 + [{"genre": ("face",)}] * 6 + [{}]
    topics: list[int | None] = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, -1]
    run = _run(
        tmp_path, facts, topics, broader={0: 4, 2: 4, 1: 5, 3: 5},
        groups=(group(4, "outdoors"), group(5, "indoors")),
    )  # fmt: skip
    rows = _matrix(run, "genre").rows
    assert [row.topic for row in rows] == [None, 0, 2, None, 1, 3, -1]
    assert [row.name for row in rows if row.topic is None] == ["Outdoors", "Indoors"]


def test_pages_hold_hostile_values_and_names_as_text(tmp_path: Path) -> None:
    facts = [{"style": (HOSTILE[number % len(HOSTILE)],)} for number in range(40)]
    topics: list[int | None] = [number % 4 for number in range(40)]
    run = _run(tmp_path, facts, topics, names=dict(enumerate(HOSTILE[:4])))
    site = run.page.parent
    site.mkdir()
    write_facet_pages(Frame(site, run, summarize(run), {}))
    for name in ("facets.html", "facet-style.html"):
        page = (site / name).read_text(encoding="utf-8")
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert not re.search(r"\sstyle=", page)
        assert "ö" * 200 not in page
        assert len(page) < 60_000


def test_without_facts_there_is_a_page_that_says_so(tmp_path: Path) -> None:
    run = _run(tmp_path, [{}, {}, {}], [0, 0, -1])
    site = run.page.parent
    site.mkdir()
    write_facet_pages(Frame(site, run, summarize(run), {}))
    assert "nothing to set the themes beside" in (site / "facets.html").read_text(encoding="utf-8")
    assert [path.name for path in site.iterdir()] == ["facets.html"]
