from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from knowledge_graph import CollectionError, Problem, open_collection


def fill(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return root


def write_csv(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def reasons(problems: Sequence[Problem]) -> list[tuple[str, str, str]]:
    return [(p.id, p.file, p.reason.split(";")[0]) for p in problems]


def test_a_folder_with_metadata_is_read_whole(tiny_collection_folder: Path) -> None:
    collection = open_collection(tiny_collection_folder)
    assert len(collection) == collection.n_pictures == 12
    assert collection.problems == ()
    assert collection.ids == sorted(collection.ids)
    assert collection.columns["subject"] == "tags"
    work = collection[collection.ids.index("corr_pears-1903")]
    assert work.title == "Pears"
    assert (work.year_from, work.year_to) == (1903, 1903)
    assert work.images == ("images/corr_pears-1903.jpg",)
    assert dict(work.facets) == {
        "artist": ("CORR, Pia da",),
        "style": ("Fauvism", "Cubism"),
        "genre": ("still life",),
        "subject": ("fruit",),
        "medium": ("oil on canvas",),
    }
    assert all(path.is_file() for i in range(12) for path in collection.image_paths(i))


def test_the_images_folder_and_the_table_open_the_same_collection(
    tiny_collection_folder: Path,
) -> None:
    whole = list(open_collection(tiny_collection_folder))
    assert list(open_collection(tiny_collection_folder / "images")) == whole
    assert list(open_collection(tiny_collection_folder / "metadata.csv")) == whole
    (tiny_collection_folder / "metadata.csv").rename(
        tiny_collection_folder / "images" / "metadata.csv"
    )
    assert list(open_collection(tiny_collection_folder)) == whole


@pytest.mark.parametrize("suffix", ["tsv", "jsonl", "parquet"])
def test_the_kinds_of_table_give_the_same_works(tiny_collection_folder: Path, suffix: str) -> None:
    import pyarrow.csv as pacsv

    whole = list(open_collection(tiny_collection_folder))
    csv_file = tiny_collection_folder / "metadata.csv"
    text = pacsv.ConvertOptions(column_types={"date": pa.string()}, strings_can_be_null=False)
    table = pacsv.read_csv(csv_file, convert_options=text)
    csv_file.unlink()
    path = csv_file.with_suffix(f".{suffix}")
    if suffix == "parquet":
        pq.write_table(table, path)
    elif suffix == "tsv":
        pacsv.write_csv(table, path, pacsv.WriteOptions(delimiter="\t"))
    else:
        import json

        path.write_text("\n".join(json.dumps(row) for row in table.to_pylist()))
    assert list(open_collection(tiny_collection_folder)) == whole


def test_a_folder_of_pictures_is_a_collection(tmp_path: Path) -> None:
    root = fill(tmp_path, "b/x.jpg", "a.png", "a.jpg", "b/y.tif")
    collection = open_collection(str(root))
    assert collection.ids == ["a.jpg", "a.png", "b/x", "b/y"]
    assert collection.column("images") == [["a.jpg"], ["a.png"], ["b/x.jpg"], ["b/y.tif"]]
    assert collection.columns == {}
    assert [work.facets for work in collection] == [{}] * 4


def test_ids_are_relative_to_the_images_folder(tmp_path: Path) -> None:
    assert open_collection(fill(tmp_path, "images/b/x.jpg", "images/a.jpg")).ids == ["a", "b/x"]


def test_nested_folders_are_facets_on_request(tmp_path: Path) -> None:
    root = fill(tmp_path, "images/Cubism/Gris/x.jpg", "images/Fauvism/y.jpg", "images/z.jpg")
    assert open_collection(root, folders_as="style").facet("style") == [["Cubism"], ["Fauvism"], []]
    both = open_collection(root, folders_as="style/artist")
    assert both.facet("artist") == [["Gris"], [], []]
    assert open_collection(root).facet("style") == [[], [], []]


def test_folders_add_to_what_the_table_says(tmp_path: Path) -> None:
    root = fill(tmp_path, "images/Cubism/x.jpg", "images/Cubism/y.jpg")
    write_csv(root / "metadata.csv", "image,style", "Cubism/x.jpg,Orphism", "Cubism/y.jpg,Cubism")
    collection = open_collection(root, folders_as="style")
    assert collection.facet("style") == [["Orphism", "Cubism"], ["Cubism"]]


def test_folders_that_are_no_facet_or_not_there_are_refused(tmp_path: Path) -> None:
    root = fill(tmp_path, "x.jpg")
    with pytest.raises(
        CollectionError, match=r"folders_as='styles': there is no facet.*mean 'style"
    ):
        open_collection(root, folders_as="styles")
    with pytest.raises(
        CollectionError, match=r"as style, but no picture lies 1 folder.*leave folder"
    ):
        open_collection(root, folders_as="style")


def test_works_without_their_picture_stay_and_pictures_without_a_row_do_not(
    tmp_path: Path,
) -> None:
    root = fill(tmp_path, "images/a.jpg", "images/b.jpg")
    write_csv(root / "metadata.csv", "image,title", "a.jpg,A", "gone.jpg,Gone", ",None named")
    collection = open_collection(root)
    assert collection.ids == ["a", "gone", "row-3"]
    assert collection.column("images") == [["images/a.jpg"], [], []]
    assert reasons(collection.problems) == [
        ("gone", "gone.jpg", "no such picture in the folder"),
        ("row-3", "", "the row names no picture"),
        ("b", "images/b.jpg", "no row in metadata.csv"),
    ]


def test_references_that_leave_the_folder_are_never_followed(tmp_path: Path) -> None:
    root = fill(tmp_path / "root", "images/a.jpg")
    fill(tmp_path, "secret.jpg")
    (root / "images" / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    write_csv(
        root / "metadata.csv", "id,image", "1,a.jpg", "2,../../secret.jpg",
        f"3,{tmp_path / 'secret.jpg'}", "4,link.jpg",
    )  # fmt: skip
    collection = open_collection(root)
    assert collection.column("images") == [["images/a.jpg"], [], [], []]
    assert reasons(collection.problems) == [
        ("2", "../../secret.jpg", "the path leaves the folder"),
        ("3", str(tmp_path / "secret.jpg"), "an absolute path"),
        ("4", "link.jpg", "a link that leaves the folder"),
    ]


@pytest.mark.parametrize("cell", ["a.jpg|b.jpg", "a.jpg; b.jpg", '"a.jpg, b.jpg"', "a | b"])
def test_a_work_may_have_several_pictures(tmp_path: Path, cell: str) -> None:
    root = fill(tmp_path, "images/a.jpg", "images/b.jpg")
    write_csv(root / "metadata.csv", "id,image", f"1,{cell}")
    collection = open_collection(root)
    assert collection.column("images") == [["images/a.jpg", "images/b.jpg"]]
    assert collection.problems == ()


def test_a_picture_whose_name_has_a_separator_is_one(tmp_path: Path) -> None:
    root = fill(tmp_path, "images/Cortona, Pietro; view.jpg")
    write_csv(root / "metadata.csv", "image", '"Cortona, Pietro; view.jpg"')
    collection = open_collection(root, separator=",")
    assert collection.column("images") == [["images/Cortona, Pietro; view.jpg"]]


def test_two_works_may_show_one_picture(tmp_path: Path) -> None:
    root = fill(tmp_path, "images/a.jpg")
    write_csv(root / "metadata.csv", "id,image", "1,a.jpg", "2,a.jpg")
    assert open_collection(root).column("images") == [["images/a.jpg"]] * 2


def test_pictures_called_like_the_ids_need_no_column(tmp_path: Path) -> None:
    root = fill(tmp_path, "images/17.jpg", "images/18.png")
    write_csv(root / "metadata.csv", "objectid,title", "17,A", "18,B", "19,C")
    collection = open_collection(root)
    assert collection.column("images") == [["images/17.jpg"], ["images/18.png"], []]
    assert reasons(collection.problems) == [("19", "19", "no such picture in the folder")]


def test_a_table_without_pictures_is_a_collection_of_facts(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "works.csv", "id,title,artist", "2,B,Y", "1,A,X")
    collection = open_collection(table)
    assert collection.titles == ["A", "B"]
    assert collection.n_pictures == 0
    assert collection.problems == ()


def test_a_table_lists_only_the_folders_that_it_names(tmp_path: Path) -> None:
    fill(tmp_path, "scans/a.jpg", "scans/c.jpg", "holiday/beach.jpg", "b.jpg", "my.heic")
    table = write_csv(tmp_path / "works.csv", "image", "b.jpg|scans/a.jpg", "beach.jpg", "my.heic")
    collection = open_collection(table)
    assert collection.column("images") == [["b.jpg", "scans/a.jpg"], [], []]
    assert reasons(collection.problems) == [
        ("beach", "beach.jpg", "no such picture in the folder"),
        ("my.heic", "my.heic", "this kind of file is not read"),
    ]


def test_blank_rows_at_the_end_are_no_works(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "works.csv", "title,artist", "A,X", ",", " , ")
    assert open_collection(table).titles == ["A"]


def test_the_separator_and_the_columns_can_be_given(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "w.csv", "nr,Who,image", "1,A / B,https://x.org/a.jpg")
    collection = open_collection(
        table, columns={"id": "nr", "artist": "who", "image": ""}, separator="/"
    )
    assert collection[0].id == "1"
    assert collection.facet("artist") == [["A", "B"]]
    assert collection.problems == ()


def test_a_metadata_table_that_matches_no_picture_shows_both_sides(tmp_path: Path) -> None:
    root = fill(tmp_path, *(f"images/p{i}.jpg" for i in range(5)))
    write_csv(root / "metadata.csv", "image,title", *(f"x{i}.jpg,T" for i in range(4)))
    expected = (
        r"metadata\.csv: no picture that its column 'image' names.*'x0\.jpg', 'x1\.jpg', "
        r"'x2\.jpg' and 1 more, the folder holds 'images/p0\.jpg', 'images/p1\.jpg', "
        r"'images/p2\.jpg' and 2 more.*--map image=COLUMN"
    )
    with pytest.raises(CollectionError, match=expected):
        open_collection(root)


def test_a_metadata_table_that_names_no_pictures_is_refused(tmp_path: Path) -> None:
    root = fill(tmp_path, "images/a.jpg")
    write_csv(root / "metadata.csv", "id,title,Bildnr", "1,A,a.jpg")
    with pytest.raises(
        CollectionError, match=r"no column is recognised.*'Bildnr'.*--map image=COL"
    ):
        open_collection(root)
    assert open_collection(root, columns={"image": "Bildnr"}).n_pictures == 1


def test_ids_that_belong_to_several_rows_are_refused(tmp_path: Path) -> None:
    root = fill(tmp_path, "images/a.jpg", "images/b.jpg")
    write_csv(root / "metadata.csv", "id,image", "1,a.jpg", "1,b.jpg", "2,b.jpg")
    with pytest.raises(
        CollectionError, match=r"1 id belongs to more than one work \('1'\).*--map id="
    ):
        open_collection(root)


def test_a_table_of_which_nothing_is_recognised_is_refused(tmp_path: Path) -> None:
    table = write_csv(tmp_path / "w.csv", "foo,bar", "1,2")
    with pytest.raises(
        CollectionError, match=r"none of its columns \('foo', 'bar'\) is recognised"
    ):
        open_collection(table)


def test_an_empty_metadata_file_is_refused(tmp_path: Path) -> None:
    root = fill(tmp_path, "images/a.jpg")
    (root / "metadata.csv").touch()
    with pytest.raises(
        CollectionError, match=r"metadata\.csv: the table has no rows.*take it away"
    ):
        open_collection(root)


def test_two_metadata_tables_are_refused(tmp_path: Path) -> None:
    root = fill(tmp_path, "images/a.jpg", "metadata.csv", "images/metadata.tsv")
    expected = r"several metadata tables \('metadata\.csv', 'images/metadata\.tsv'\).*Open the one"
    with pytest.raises(CollectionError, match=expected):
        open_collection(root)


def test_other_tables_beside_pictures_are_not_read_and_said_so(tmp_path: Path) -> None:
    root = fill(tmp_path, "a.jpg", "works.csv")
    assert reasons(open_collection(root).problems) == [
        ("", "works.csv", "a table that is not read: call it metadata, or open it itself")
    ]
    with pytest.raises(
        CollectionError, match=r"--map artist=P: .*'works.csv' is not called metadata"
    ):
        open_collection(root, columns={"artist": "P"})


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        CollectionError, match=r"found no picture; expected files of the kinds jpg, j"
    ):
        open_collection(tmp_path)
    fill(tmp_path, "a.heic")
    with pytest.raises(CollectionError, match=r"no picture that can be used \(a\.heic: this kind"):
        open_collection(tmp_path)
    write_csv(tmp_path / "metadata.csv", "title", "A")
    with pytest.raises(
        CollectionError, match=r"found metadata\.csv and no picture.*open the table"
    ):
        open_collection(tmp_path)


def test_a_source_that_is_not_there_is_refused_with_the_nearest(tmp_path: Path) -> None:
    fill(tmp_path, "paintings/a.jpg")
    with pytest.raises(
        CollectionError, match=r"no such file or folder; .*Did you mean 'paintings'"
    ):
        open_collection(tmp_path / "painting")
    with pytest.raises(CollectionError, match="the source is empty"):
        open_collection(" ")
    with pytest.raises(CollectionError, match="cannot be opened"):
        open_collection("~nobody-is-called-so/paintings")
    with pytest.raises(CollectionError, match="cannot be opened"):
        open_collection("a\0b")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.jpg", "one picture; give its folder"),
        ("works.xlsx", r"a spreadsheet, .*save it as CSV"),
        ("works.zip", "an archive, .*unpack it"),
        ("works.doc", r"a file of the kind '\.doc'"),
        ("works", "a file of no known kind"),
    ],
)
def test_files_that_are_no_tables_are_refused(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(CollectionError, match=message):
        open_collection(fill(tmp_path, name) / name)


def test_a_relative_source_and_a_linked_one_are_resolved(
    tiny_collection_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny_collection_folder.parent)
    Path("link").symlink_to("tiny")
    for source in ("tiny", "link", "./tiny/"):
        collection = open_collection(source)
        assert collection.root == tiny_collection_folder.resolve()
        assert collection.source == source
        assert collection.image_paths(0)[0].is_file()


def test_opening_writes_nothing(tiny_collection_folder: Path) -> None:
    before = sorted(tiny_collection_folder.rglob("*"))
    assert len(open_collection(tiny_collection_folder).table) == 12
    assert sorted(tiny_collection_folder.rglob("*")) == before


def test_a_run_is_not_taken_for_a_collection(tmp_path: Path) -> None:
    for name in ("run.json", "works.parquet", "a.jpg"):
        (tmp_path / name).touch()
    with pytest.raises(CollectionError, match="is a run, what a fit leaves behind"):
        open_collection(tmp_path)


@pytest.mark.parametrize("name", ["graph.ttl", "works.txt", "works"])
@pytest.mark.parametrize("kind", ["table", "folder"])
def test_a_file_that_is_called_as_no_table_is_not_forced_to_be_one(
    tmp_path: Path, name: str, kind: str
) -> None:
    file = write_csv(tmp_path / name, "id,artist", "1,CORR")
    with pytest.raises(CollectionError, match=r"is not called as tables are; expected a name that"):
        open_collection(file, format=kind)


@pytest.mark.parametrize("kind", ["artgraph", "wikidata", "linked-art", "arco", "rdf"])
def test_a_file_that_is_called_as_no_rdf_is_not_forced_to_be_it(tmp_path: Path, kind: str) -> None:
    file = write_csv(tmp_path / "works.csv", "id,artist", "1,CORR")
    with pytest.raises(CollectionError, match=r"works.csv: no RDF file; expected one, or a folder"):
        open_collection(file, format=kind)


def test_a_query_for_what_is_no_rdf_is_refused_and_not_passed_over(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "works.csv", "id,artist", "1,CORR")
    for mapping in ("mine.rq", tmp_path):
        with pytest.raises(CollectionError, match=r"--mapping .* is a table of works .* no query"):
            open_collection(file, mapping=mapping)


def test_pictures_in_folders_with_a_file_of_another_program_are_pictures(tmp_path: Path) -> None:
    fill(tmp_path, "cubism/a.jpg", "cubism/export.xml", "fauvism/b.jpg", "notes.rdf")
    assert open_collection(tmp_path).ids == ["cubism/a", "fauvism/b"]


def test_a_metadata_table_beside_images_goes_before_a_graph(tmp_path: Path) -> None:
    fill(tmp_path, "images/a.jpg")
    write_csv(tmp_path / "metadata.csv", "image,artist", "a.jpg,CORR")
    (tmp_path / "works.ttl").write_text(
        "<x:b> <https://www.gennarovessio.com/artgraph-schema#createdBy> <x:c> .\n"
    )
    assert list(open_collection(tmp_path).facet("artist")) == [["CORR"]]


def test_json_that_is_no_source_is_told_so(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "works.json", '{"works": []}')
    with pytest.raises(CollectionError, match=r"works.json: JSON, but no JSON-LD, no result of a"):
        open_collection(file)


def test_a_folder_that_may_not_be_listed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("knowledge_graph.sources.opening.os.scandir", denied)
    with pytest.raises(CollectionError, match=r"cannot be opened \(.*Permission denied.*expected"):
        open_collection(tmp_path)
