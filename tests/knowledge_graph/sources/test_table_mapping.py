from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_graph import ROLES, CollectionError, open_collection
from knowledge_graph.sources.table_mapping import TableMapping, read_table_mapping


def mapping(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "map.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_mapping_says_columns_a_separator_and_folders(tmp_path: Path) -> None:
    text = 'separator = " / "\nfolders_as = "style/artist"\n[columns]\nartist = "Who"\nimage = ""\n'
    expected = TableMapping({"artist": "Who", "image": ""}, " / ", "style/artist")
    assert read_table_mapping(mapping(tmp_path, text)) == expected
    assert read_table_mapping(mapping(tmp_path, "\ufeff# nothing\n")) == TableMapping({})


def test_a_table_is_read_with_a_mapping_and_options_go_before_it(tmp_path: Path) -> None:
    table = tmp_path / "w.csv"
    table.write_text("nr,Who,What\n1,A / B,C / D\n")
    path = mapping(tmp_path, 'separator = "/"\n[columns]\nid = "nr"\nartist = "Who"\n')
    collection = open_collection(table, mapping=path)
    assert collection.ids == ["1"]
    assert collection.facet("artist") == [["A", "B"]]
    collection = open_collection(table, mapping=path, columns={"artist": "What"}, separator="")
    assert collection.facet("artist") == [["C / D"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('seperator = ";"', r"map\.toml: there is no key 'seperator'; .*mean 'separator'\?"),
        (
            'artist = "Who"',
            r"there is no key 'artist'; .*below a line \[columns\]",
        ),
        ('[columns]\nartis = "Who"', r"'artis', which is no facet; .*Did you mean 'artist'"),
        ("[columns]\nartist = 1", r"columns\.artist is an integer; expected the column's name"),
        ('[columns]\nartist = ["a"]', r"columns\.artist is an array; .*in quotation marks"),
        ("[columns.artist]\na = 1", r"columns\.artist is a table"),
        ('columns = "Who"', r"columns is text; expected a table\. Write a line \[columns\]"),
        ("separator = 1.5", r"separator is a float; expected what divides"),
        ("separator = true", r"separator is a boolean"),
        ("folders_as = 1979-05-27", r"folders_as is a date; expected facets"),
        ('folders_as = "styles"', r"folders_as has 'styles', which is no facet.*mean 'style'"),
        ("separator = ;", r"map\.toml: no TOML \(.*line 1.*Mend that line"),
        ("a = 1\na = 2", r"no TOML \("),
        (b"\xff", r"no TOML \("),
        ("a = " + "[" * 100_000, r"no TOML \(nested too deeply\)"),
        ("a = " + "1" * 5_000, r"no TOML \("),
        ("#" * 2_000_000, r"found 2,000,000 bytes, expected a mapping of a few lines"),
    ],
)
def test_what_a_mapping_cannot_say_is_refused(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(CollectionError, match=message):
        read_table_mapping(mapping(tmp_path, text))


def test_a_mapping_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CollectionError, match=r"--mapping .*gone\.toml: cannot be read \(No such"):
        read_table_mapping(tmp_path / "gone.toml")


@given(st.dictionaries(st.sampled_from(ROLES), st.text(st.characters(categories=["L", "Zs"]))))
def test_any_columns_are_read_as_they_are_written(
    tmp_path_factory: pytest.TempPathFactory, columns: dict[str, str]
) -> None:
    lines = "\n".join(f'{role} = "{column}"' for role, column in columns.items())
    path = mapping(tmp_path_factory.mktemp("mapping"), f"[columns]\n{lines}\n")
    assert read_table_mapping(path) == TableMapping(columns)
