"""What the pages' scripts load agrees with the run, and is text whatever the collection says."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from knowledge_graph import FACETS, Artwork, centuries_of
from tests.topicart.report_runs import HOSTILE, group, harbour, paint, write_run
from topicart.report import shards
from topicart.report.facet_codes import CENTURY, FACET_TITLES, facet_codes, site_facets
from topicart.report.frame import PICTURES, Frame
from topicart.report.site import _wanted
from topicart.report.sprites import write_sprites
from topicart.report.summarize import summarize
from topicart.report.thumbnails import make_thumbnails
from topicart.run import Run
from topicart.topics import OUTLIER


def write_data(run: Run) -> None:
    """Write what a site has beside its pages."""
    site = run.folder / "site"
    site.mkdir(exist_ok=True)
    exhibition = summarize(run)
    pictures = make_thumbnails(_wanted(run, exhibition, ()), site / PICTURES)
    shards.write_shards(Frame(site, run, exhibition, {}, pictures), write_sprites(run, site))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run of the harbour with its data, for all who only read."""
    run = harbour(tmp_path_factory.mktemp("harbour"))
    write_data(run)
    return run


def read_shard(run: Run, name: str) -> Any:
    """Read a shard as the page's script does, without running it."""
    text = (run.folder / "site" / "data" / f"{name}.js").read_text(encoding="ascii")
    match = re.fullmatch(r"topicart\.put\((\"[^\"]+\"), (.*)\);\n", text, flags=re.DOTALL)
    assert match
    assert json.loads(match[1]) == name
    assert not re.search("[<>&\u2028\u2029]", text)
    return json.loads(match[2])


def unpack(text: str, kind: str) -> list[int]:
    numbers: list[int] = np.frombuffer(base64.b64decode(text), kind).tolist()
    return numbers


def table(**columns: list[Any]) -> pa.Table:
    kinds: dict[str, Any] = {facet: pa.list_(pa.string()) for facet in FACETS}
    kinds |= {"year_from": pa.int32(), "year_to": pa.int32()}
    n = len(next(iter(columns.values())))
    empty: dict[str, list[Any]] = {facet: [[]] * n for facet in FACETS}
    years: dict[str, list[Any]] = {"year_from": [None] * n, "year_to": [None] * n}
    return pa.table(
        {name: pa.array(values, kinds[name]) for name, values in (empty | years | columns).items()}
    )


# The values of facets --------------------------------------------------------------------------


def test_a_value_counts_once_for_a_work_and_the_most_frequent_come_first() -> None:
    codes = facet_codes(
        table(style=[["b", "a", "b"], [], ["c", "b"], None, [None, " ", "c"]]), "style"
    )
    assert codes.values == ("b", "c", "a")
    assert codes.counts.tolist() == [2, 2, 1]
    assert codes.sizes.tolist() == [2, 0, 2, 0, 1]
    assert codes.codes.tolist() == [0, 2, 1, 0, 1]
    assert codes.rows.tolist() == [0, 0, 2, 2, 4]
    assert codes.stated == 3


def test_values_that_readers_see_alike_are_one() -> None:
    codes = facet_codes(table(artist=[["vincent-van-gogh", "Vincent van Gogh"], ["Eke"]]), "artist")
    assert codes.values == ("Eke", "Vincent van Gogh")
    assert codes.sizes.tolist() == [1, 1]


def test_centuries_are_those_that_the_dates_tell() -> None:
    spans = [
        (1590, 1610),
        (1642, 1642),
        (None, 1700),
        (1500, 1700),
        (-30, -20),
        (1642, 1700),
        (0, 0),
    ]
    first, last = (list(years) for years in zip(*spans, strict=True))
    codes = facet_codes(table(year_from=first, year_to=last), CENTURY)
    told = np.split(np.array(codes.values)[codes.codes], np.cumsum(codes.sizes)[:-1])
    assert [own.tolist() for own in told] == [centuries_of(*span, 100) for span in spans]
    assert codes.values[0] == "17th century"


def test_the_site_filters_by_what_any_work_states() -> None:
    assert site_facets(table(style=[["a"], []], genre=[[""], None])) == ("style",)
    assert site_facets(table(style=[["a"]], year_from=[1900], year_to=[1901])) == ("style", CENTURY)
    assert set(FACET_TITLES) == {*FACETS, CENTURY}


def test_a_work_with_very_many_values_keeps_255_of_them() -> None:
    many = [f"v{number}" for number in range(300)]
    codes = facet_codes(table(subject=[many, ["x"]]), "subject")
    assert codes.sizes.tolist() == [255, 1]
    assert len(codes.codes) == 256


def test_long_values_are_shortened() -> None:
    (value,) = facet_codes(table(subject=[["ö" * 10_000]]), "subject").values
    assert len(value) == 160


# The shards ------------------------------------------------------------------------------------


def test_the_shards_say_what_the_run_says(told: Run) -> None:
    run = told
    base = read_shard(run, "base")
    assert base["n"] == 12
    assert unpack(base["topic"], "<i2") == [0] * 6 + [1] * 3 + [-1] * 2 + [-2]
    x, y = unpack(base["x"], "<u2"), unpack(base["y"], "<u2")
    assert max(max(x[:11]) - min(x[:11]), max(y[:11]) - min(y[:11])) == 65535
    higher = np.argsort(run.works["y"].to_numpy()[:11])[::-1]
    assert higher.tolist() == np.argsort(y[:11], kind="stable").tolist(), "y goes downwards"
    marine, portraits = base["topics"]
    assert (marine["name"], marine["size"], marine["group"]) == ("Marina, Realism", 6, None)
    assert marine["x"] == int(np.median(x[:6]))
    assert marine["faces"] == [0, 1, 2, 3, 4, 5]
    assert portraits["faces"] == [6, 7, 8]
    assert base["faces"]["row"] == [0, 6, 1, 7, 2, 8, 3, 4, 5]
    assert base["years"] == {"first": 1801, "last": 1950}
    facets = {facet["name"]: facet for facet in base["facets"]}
    assert list(facets) == ["artist", "style", "genre", "century"]
    assert facets["artist"] == {"name": "artist", "title": "Artists", "values": 3, "stated": 11}
    assert unpack(base["sprites"]["cell"], "<i4")[-1] == -1


def test_facets_years_and_orders_are_of_the_rows(told: Run) -> None:
    run = told
    artists = read_shard(run, "facet-artist")
    assert artists["values"] == ["Bell Ada", "Eke Ngozi", "Dahl Ole"]
    assert artists["counts"] == [6, 3, 2]
    assert unpack(artists["sizes"], "u1") == [1] * 11 + [0]
    assert unpack(artists["codes"], "<u4") == [0] * 4 + [2] * 2 + [1] * 3 + [0] * 2
    years = read_shard(run, "years")
    assert unpack(years["first"], "<i2")[:2] == [1871, 1872]
    assert unpack(years["last"], "<i2")[6:] == [-32768] * 3 + [1801, 1950, -32768]
    titles = read_shard(run, "titles-0")
    assert titles["title"][9:] == ["c0", "c1", "Lost"], "the id stands for a missing title"
    assert titles["artist"][0] == "Bell Ada"
    assert titles["date"][0] == "1871"
    order = read_shard(run, "order-title")
    by_title = [titles["title"][row] for row in unpack(order["rows"], "<u4")]
    assert by_title == sorted(titles["title"], key=str.casefold)
    order = read_shard(run, "order-artist")
    assert order["blank"] == 1
    by_artist = [titles["artist"][row] for row in unpack(order["rows"], "<u4")]
    assert by_artist == ["Bell Ada"] * 6 + ["Dahl Ole"] * 2 + ["Eke Ngozi"] * 3 + [""]


def test_a_record_tells_the_rest_of_a_work(told: Run) -> None:
    run = told
    records = read_shard(run, "records-0")
    assert records["id"][:2] == ["a0", "a1"]
    assert records["facts"][0] == [
        ["artist", ["Bell Ada"]],
        ["style", ["Realism", "Romanticism"]],
        ["genre", ["marina"]],
    ]
    certainty = unpack(read_shard(run, "certainty")["probability"], "u1")
    assert certainty[0] == 255
    assert certainty[11] == 0
    assert records["rank"][5:7] == [5, 0]
    assert records["probability"][0] == 1.0
    file, width, height = records["picture"][0]
    assert (run.folder / "site" / file).is_file()
    assert (width, height) == (90, 60)
    assert records["picture"][11] is None


def test_every_work_of_a_small_collection_has_a_large_picture(tmp_path: Path) -> None:
    works = [Artwork(id=f"{number:03}", images=("one.png",)) for number in range(100)]
    paint(tmp_path / "pictures" / "one.png")
    run = write_run(tmp_path, works, [OUTLIER] * 100)
    write_data(run)
    assert None not in read_shard(run, "records-0")["picture"]


def test_large_collections_are_told_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "_TEXT_ROWS", 5)
    monkeypatch.setattr(shards, "_RECORD_ROWS", 4)
    run = harbour(tmp_path)
    write_data(run)
    base = read_shard(run, "base")
    assert (base["text"], base["record"]) == (5, 4)
    parts = [read_shard(run, f"titles-{number}")["date"] for number in range(3)]
    assert [len(part) for part in parts] == [5, 5, 2]
    assert [date for part in parts for date in part] == run.works["date"].to_pylist()
    assert read_shard(run, "records-2")["id"] == ["b2", "c0", "c1", "d0"]
    stale = run.folder / "site" / "data" / "titles-7.js"
    stale.write_text("old")
    write_data(run)
    assert not stale.exists()


def test_groups_of_more_than_one_topic_are_told_with_their_places(tmp_path: Path) -> None:
    works = [Artwork(id=f"{number:03}") for number in range(40)]
    run = write_run(
        tmp_path,
        works,
        [number % 5 for number in range(40)],
        broader={0: 5, 1: 5, 2: 6, 3: 6, 4: 7},
        groups=[
            group(5, "ships", broader=8),
            group(6, "faces", broader=8),
            group(7, "alone"),
            group(8, "all", level=2),
        ],
    )
    write_data(run)
    base = read_shard(run, "base")
    found = {own["id"]: own for own in base["groups"]}
    assert set(found) == {5, 6, 8}, "a group of one topic is none"
    assert (found[8]["name"], found[8]["level"], found[8]["group"]) == ("All", 2, None)
    assert (found[5]["size"], found[5]["group"], found[5]["level"]) == (16, 8, 1)
    assert [topic["group"] for topic in base["topics"]] == [5, 5, 6, 6, None]
    x = np.array(unpack(base["x"], "<u2"))
    topic = np.arange(40) % 5
    assert found[5]["x"] == int(np.median(x[topic < 2]))
    assert found[8]["x"] == int(np.median(x[topic < 4]))


def test_hostile_text_stays_text_of_bounded_length(tmp_path: Path) -> None:
    works = [
        Artwork(
            id=f"{number:02}{text[:200]}",
            iri="javascript:alert(1)",
            title=text,
            description=text * 2,
            date=text,
            facets=dict.fromkeys(FACETS, (text,)),
            images=("one.png",),
            image_urls=("javascript:alert(2)", "data:text/html,x", "https://[broken", "//x.org"),
        )
        for number, text in enumerate(HOSTILE)
    ]
    paint(tmp_path / "pictures" / "one.png")
    run = write_run(tmp_path, works, [0] * len(works), names={0: HOSTILE[0]})
    write_data(run)
    titles, records = read_shard(run, "titles-0"), read_shard(run, "records-0")
    assert titles["title"][0] == HOSTILE[0]
    assert set(records["iri"]) == set(records["address"]) == {""}
    longest = {"title": 120, "artist": 120, "date": 40}
    for name, most in longest.items():
        assert max(map(len, titles[name])) <= most
    assert max(map(len, records["description"])) <= 600
    values = [value for facet in FACETS for value in read_shard(run, f"facet-{facet}")["values"]]
    assert max(map(len, values)) <= 160
    for path in (run.folder / "site" / "data").iterdir():
        read_shard(run, path.stem)  # checks that no letter of it means anything to HTML


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a?b=c", True),
        ("HTTP://example.org", True),
        ("https:///nowhere", False),
        ("https://example.org/a b", False),
        ("https://example.org/\u202e", False),
        ("urn:x:1", False),
        ("https://example.org/" + "a" * 3000, False),
        (None, False),
    ],
)
def test_only_addresses_of_the_web_are_links(address: str | None, kept: bool) -> None:
    assert bool(shards._link(address)) == kept


def test_years_that_no_clock_knows_are_kept_within_bounds(tmp_path: Path) -> None:
    works = [
        Artwork(id="a", year_from=-100_000, year_to=-90_000),
        Artwork(id="b", year_from=1900),
        Artwork(id="c", year_to=1800),
    ]
    run = write_run(tmp_path, works, [OUTLIER] * 3)
    write_data(run)
    years = read_shard(run, "years")
    assert unpack(years["first"], "<i2") == [-32767, 1900, 1800]
    assert unpack(years["last"], "<i2") == [-32767, 1900, 1800]


def test_an_index_passes_over_case_accents_and_quotation_marks() -> None:
    titles = ["", "zebra", "Étude", "“Apple”", "Eel", "éclair"]
    order = shards._alphabetical(titles)
    assert [titles[row] for row in order] == ["“Apple”", "éclair", "Eel", "Étude", "zebra", ""]


def test_the_same_run_gives_the_same_data(tmp_path: Path) -> None:
    run = harbour(tmp_path)
    write_data(run)
    folder = run.folder / "site" / "data"
    first = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    write_data(Run.open(run.folder))
    again = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    assert again == first, "what has not changed is not written again"
