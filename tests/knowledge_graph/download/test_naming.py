from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_graph.picture_names import Names, safe_stem
from knowledge_graph.sources.pictures import downloads_in
from tests.knowledge_graph.download.downloads import download, names_in
from tests.knowledge_graph.picture_server import PictureServer


@pytest.mark.parametrize(
    ("work_id", "stem"),
    [
        ("claude-monet_water-lilies-1919", "claude-monet_water-lilies-1919"),
        ("1998.23.4", "1998.23.4"), ("a.jpg", "a"), ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\x\\y", "C_x_y"), ("a\x00b\nc\x1b[2J", "a_b_c_[2J"), ("con", "_con"),
        ("Lpt1.x", "_Lpt1.x"), ("NUL", "_NUL"), (".hidden", "hidden"), ("x. . ", "x"),
        ("", "picture"), ("...", "picture"), ("///", "picture"), ("e\u0301te\u0301", "été"),
        ("a\u202egpj.exe", "a_gpj.exe"), ("~", "~"), ("睡蓮" * 100, "睡蓮" * 25),
        ("http://www.wikidata.org/entity/Q1", "http_www.wikidata.org_entity_Q1"),
    ],
)  # fmt: skip
def test_names_of_files_are_safe(work_id: str, stem: str) -> None:
    assert safe_stem(work_id) == stem


@given(st.text())
def test_names_of_files_are_safe_whatever_the_id(work_id: str) -> None:
    stem = safe_stem(work_id)
    assert 0 < len(stem.encode()) <= 150
    assert stem == stem.strip(". ")
    assert not set(stem) & set('/\\:*?"<>|\0\n\r\x7f')


def test_hostile_ids_stay_in_the_folder(server: PictureServer, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    ids = ["../../x", "/etc/passwd", "..", "a/../../y", "nul", "x" * 5000, "a,\n\"b'", "=1+1"]
    report = download(folder, *((w, server.shows(f"/{n}")) for n, w in enumerate(ids)))
    assert report.n_downloaded == len(ids)
    assert len(downloads_in(folder)) == len(names_in(folder)) == len(ids)
    assert {path.name for path in tmp_path.rglob("*")} == names_in(folder) | {
        "a", "b", "downloads.csv", "problems.csv",
    }  # fmt: skip


def test_ids_that_look_alike_get_names_of_their_own_in_every_order() -> None:
    names = Names(["c.jpg"])
    given_names = [
        names.give(work_id, number, url)
        for work_id, number, url in [
            ("a/b", 1, "u1"), ("a:b", 1, "u2"), ("A_B", 1, "u3"), ("x", 2, "u4"), ("x-2", 1, "u5"),
            ("c", 1, "u6"),
        ]
    ]  # fmt: skip
    assert len({name.casefold() for name in given_names}) == 6
    assert given_names[0] == "a_b"
    assert given_names[3] == "x-2"
    assert [name[:-8] for name in given_names if "~" in name] == ["a_b~", "A_B~", "x-2~", "c~"]
    assert Names([]).give("a", 1, "u") == Names([]).give("a", 1, "v") == "a"
