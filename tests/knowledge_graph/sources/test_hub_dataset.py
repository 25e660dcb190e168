from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, Image, Sequence, Value
from datasets.exceptions import DatasetNotFoundError

from knowledge_graph import CollectionError, open_collection
from knowledge_graph.errors import WriteError
from knowledge_graph.sources.hub_dataset import is_dataset, works_of_dataset, write_pictures

JPEG, PNG = b"\xff\xd8\xff\xe0jpeg", b"\x89PNG\r\n\x1a\npng"
WIKIART = Features({
    "image": Image(),
    "artist": ClassLabel(names=["Unknown Artist", "boris-kustodiev", "claude-monet"]),
    "genre": ClassLabel(names=["abstract_painting", "Unknown Genre"]),
    "style": ClassLabel(names=["Cubism", "Art_Nouveau"]),
})  # fmt: skip


@pytest.fixture(autouse=True)
def quietly() -> None:
    datasets.disable_progress_bars()


def wikiart(*pictures: tuple[bytes | None, str | None], **more: Any) -> Dataset:
    """As the one of that name on the Hub: pictures and class labels."""
    n = len(pictures)
    columns: dict[str, Any] = {
        "image": [
            {"bytes": data, "path": path} if (data, path) != (None, None) else None
            for data, path in pictures
        ],
        "artist": [row % 3 for row in range(n)],
        "genre": [row % 2 for row in range(n)],
        "style": [1] * n,
        **more,
    }
    features = Features({**WIKIART, **{name: Value("string") for name in more}})
    return Dataset.from_dict(columns, features=features)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], list[dict[str, Any]]]:
    """Let the Hub hold one dataset, or fail; give what it is asked for."""

    def holds(result: Any) -> list[dict[str, Any]]:
        asked: list[dict[str, Any]] = []

        def load_dataset(name: str, **options: Any) -> Any:
            asked.append({"name": name, **options})
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(datasets, "load_dataset", load_dataset)
        return asked

    return holds


def test_a_dataset_of_the_hub_is_a_collection(
    hub: Callable[[Any], list[dict[str, Any]]],
) -> None:
    pictures = [(JPEG, "a.jpg"), (PNG, None), (JPEG, None), (JPEG, "a.jpg")]
    asked = hub(DatasetDict(train=wikiart(*pictures), test=wikiart((JPEG, "b.jpg"))))
    collection = open_collection("hf:huggan/wikiart")
    assert asked == [{"name": "huggan/wikiart", "split": None}]
    assert collection.ids == ["b", *(f"train-{row:06}" for row in range(4))]
    assert collection.column("split") == ["test", *["train"] * 4]
    assert collection.facet("artist") == [[], [], ["boris-kustodiev"], ["claude-monet"], []]
    assert collection.facet("genre")[1:] == [["abstract_painting"], []] * 2
    assert collection.facet("style") == [["Art_Nouveau"]] * 5
    assert collection.problems == ()


def test_one_split_can_be_asked_for(hub: Callable[[Any], list[dict[str, Any]]]) -> None:
    asked = hub(wikiart((JPEG, None)))
    collection = open_collection("hf:owner/name:validation")
    assert asked == [{"name": "owner/name", "split": "validation"}]
    assert collection.column("split") == ["validation"]
    assert collection.ids == ["validation-000000"]


def test_pictures_are_neither_decoded_nor_written_and_code_is_never_trusted(
    hub: Callable[[Any], list[dict[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode(*args: object, **options: object) -> None:
        raise AssertionError("a picture was decoded")

    monkeypatch.setattr(datasets.Image, "decode_example", decode)
    monkeypatch.chdir(tmp_path)
    asked = hub(wikiart((b"no picture", "x.jpg")))
    assert open_collection("hf:owner/name").ids == ["x"]
    assert "trust_remote_code" not in asked[0]
    assert list(tmp_path.iterdir()) == []


def test_a_saved_dataset_opens_as_the_hubs_does(tmp_path: Path) -> None:
    whole = DatasetDict(train=wikiart((JPEG, "a.jpg"), (PNG, None)), test=wikiart((JPEG, "b.jpg")))
    whole.save_to_disk(tmp_path / "all")
    assert is_dataset(tmp_path / "all")
    assert open_collection(tmp_path / "all").ids == ["a", "b", "train-000001"]
    whole["train"].save_to_disk(tmp_path / "one")
    collection = open_collection(tmp_path / "one")
    assert collection.ids == ["a", "row-000001"]
    assert collection.column("split") == ["", ""]
    assert is_dataset("hf:owner/name")
    assert not is_dataset(tmp_path)
    assert not is_dataset("~nobody-is-called-so/x")


def test_rows_that_were_chosen_are_the_works(hub: Callable[[Any], list[dict[str, Any]]]) -> None:
    rows = wikiart(*[(JPEG, f"{name}.jpg") for name in "abcd"])
    hub(rows.select([3, 1]))
    collection = open_collection("hf:owner/name")
    assert collection.ids == ["b", "d"]
    assert collection.facet("artist") == [["boris-kustodiev"], []]


def test_columns_are_recognised_or_named(hub: Callable[[Any], list[dict[str, Any]]]) -> None:
    features = Features({
        "painting": Image(),
        "Accession Number": Value("int64"),
        "title": Value("string"),
        "text": Value("string"),
        "year": Value("float64"),
        "tags": Sequence(ClassLabel(names=["sea", "ships"])),
        "styles": Sequence(Value("string")),
        "who": Value("string"),
        "raw": Value("binary"),
    })  # fmt: skip
    row = {
        "painting": {"bytes": PNG, "path": None}, "Accession Number": 17, "title": "A &amp; B",
        "text": "one\ntwo", "year": 1890.0, "tags": [1, 0, -1], "styles": ["Cubism", "nan"],
        "who": "X / Y", "raw": b"x",
    }  # fmt: skip
    empty = dict.fromkeys(row)
    hub(Dataset.from_list([row, empty], features=features))
    collection = open_collection("hf:owner/name", columns={"artist": "WHO"}, separator="/")
    assert collection.ids == ["17", "row-000001"]
    work = collection[0]
    assert (work.title, work.description, work.date) == ("A & B", "one\ntwo", "1890")
    assert dict(work.facets) == {
        "artist": ("X", "Y"),
        "style": ("Cubism",),
        "subject": ("ships", "sea"),
    }
    with pytest.raises(CollectionError, match=r"--map artist=whom: hf:owner/name has no column"):
        open_collection("hf:owner/name", columns={"artist": "whom"})


def test_ids_that_start_again_in_each_split_have_the_split_before_them(
    hub: Callable[[Any], list[dict[str, Any]]],
) -> None:
    hub(DatasetDict(a=wikiart((JPEG, None), id=["1"]), b=wikiart((JPEG, None), id=["1"])))
    assert open_collection("hf:owner/name").ids == ["a-1", "b-1"]


def test_names_and_addresses_of_pictures_are_kept(
    hub: Callable[[Any], list[dict[str, Any]]], tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    hub(Dataset.from_dict({"id": ["1", "2"], "image": ["a.jpg", "https://x.org/b.jpg"]}))
    collection = open_collection("hf:owner/name", images=tmp_path)
    assert collection.column("images") == [["a.jpg"], []]
    assert collection.column("image_urls") == [[], ["https://x.org/b.jpg"]]


def test_written_pictures_are_found_again_and_are_as_they_were(
    hub: Callable[[Any], list[dict[str, Any]]], tmp_path: Path
) -> None:
    ids = ["a/1", "a_1", "A_1", "../../up", "con", "é" * 300, "plain"]
    pictures = [((JPEG, PNG)[row % 2] + b"%d" % row, None) for row in range(len(ids))]
    hub(wikiart(*pictures, id=ids))
    folder = tmp_path / "deep" / "pictures"
    steps: list[tuple[int, int]] = []
    n_written, problems = write_pictures(
        "hf:owner/name", folder, progress=lambda done, of: steps.append((done, of))
    )
    assert (n_written, problems) == (7, [])
    assert steps == [(done, 7) for done in range(1, 8)]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == list(folder.iterdir())
    collection = open_collection("hf:owner/name", images=folder)
    assert collection.problems == ()
    by_id = {work.id: work for work in collection}
    for work_id, (data, _) in zip(ids, pictures, strict=True):
        (image,) = by_id[work_id].images
        assert (folder / image).read_bytes() == data
        assert image.endswith(".jpg" if data.startswith(JPEG) else ".png")
    assert len({image.casefold() for work in collection for image in work.images}) == 7


def test_a_work_may_have_several_pictures(
    hub: Callable[[Any], list[dict[str, Any]]], tmp_path: Path
) -> None:
    features = Features({"id": Value("string"), "images": Sequence(Image())})
    cells = [[{"bytes": JPEG, "path": None}, {"bytes": PNG, "path": None}, None], [], None]
    hub(Dataset.from_dict({"id": ["a", "b", "c"], "images": cells}, features=features))
    assert write_pictures("hf:owner/name", tmp_path) == (2, [])
    collection = open_collection("hf:owner/name", images=tmp_path)
    assert collection.column("images") == [["a.jpg", "a-2.png"], [], []]


def test_writing_goes_on_where_it_stopped(
    hub: Callable[[Any], list[dict[str, Any]]], tmp_path: Path
) -> None:
    hub(wikiart((JPEG, None), (JPEG + b"2", None), id=["a", "b"]))
    (tmp_path / "b.jpg").write_bytes(b"half")
    write_pictures("hf:owner/name", tmp_path)
    assert (tmp_path / "b.jpg").read_bytes() == JPEG + b"2"
    written = [path.stat().st_mtime_ns for path in sorted(tmp_path.glob("*.jpg"))]
    assert write_pictures("hf:owner/name", tmp_path) == (2, [])
    assert [path.stat().st_mtime_ns for path in sorted(tmp_path.glob("*.jpg"))] == written


def test_a_link_in_the_folder_is_replaced_and_not_followed(
    hub: Callable[[Any], list[dict[str, Any]]], tmp_path: Path
) -> None:
    outside = tmp_path / "outside.jpg"
    outside.write_bytes(b"x" * len(JPEG))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").symlink_to(outside)
    hub(wikiart((JPEG, None), id=["a"]))
    write_pictures("hf:owner/name", tmp_path / "in")
    assert outside.read_bytes() == b"x" * len(JPEG)
    assert (tmp_path / "in" / "a.jpg").read_bytes() == JPEG
    assert not (tmp_path / "in" / "a.jpg").is_symlink()


def test_what_is_no_picture_is_not_written(
    hub: Callable[[Any], list[dict[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge_graph.sources.hub_dataset._MOST_BYTES", 100)
    secret = tmp_path / "secret.jpg"
    secret.write_bytes(JPEG)
    pictures = [
        (b"<html>", "a.jpg"), (JPEG + b"x" * 100, "b.jpg"), (None, str(secret)), (b"", "c.jpg"),
        (None, "a\0b"), (None, None),
    ]  # fmt: skip
    hub(wikiart(*pictures))
    n_written, problems = write_pictures("hf:owner/name", tmp_path / "out")
    assert n_written == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["problems.csv"]
    assert [problem.reason for problem in problems] == [
        "no picture of a kind that is read",
        "more than 0 MiB",
        "the dataset does not hold this picture, it only names it",
        "no picture of a kind that is read",
        "the dataset does not hold this picture, it only names it",
    ]


def test_pictures_that_lie_in_the_hubs_cache_are_copied(
    hub: Callable[[Any], list[dict[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.config, "HF_CACHE_HOME", tmp_path / "cache")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "x.jpg").write_bytes(JPEG)
    hub(wikiart((None, str(tmp_path / "cache" / "x.jpg"))))
    assert write_pictures("hf:owner/name", tmp_path / "out") == (1, [])
    collection = open_collection("hf:owner/name", images=tmp_path / "out")
    assert collection.column("images") == [["x.jpg"]]


def test_pictures_beside_a_saved_dataset_are_found_and_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "saved"
    (folder / "images").mkdir(parents=True)
    names = ["images/x.jpg", "../y.jpg", str(folder / "images" / "x.jpg")]
    wikiart(*[(JPEG, None)] * 3, id=["a", "b", "c"]).save_to_disk(folder)
    # Saving puts pictures into the file: here it only names them.
    named = wikiart(*((None, name) for name in names), id=["a", "b", "c"]).data.table
    with pa.ipc.new_stream(folder / "data-00000-of-00001.arrow", named.schema) as writer:
        writer.write_table(named)
    (folder / "images" / "x.jpg").write_bytes(JPEG)
    (tmp_path / "y.jpg").write_bytes(JPEG)
    monkeypatch.chdir(tmp_path)
    found = open_collection(folder).column("images")
    assert found == [["images/x.jpg"], [], ["images/x.jpg"]]
    n_written, problems = write_pictures("saved", tmp_path / "out")
    assert n_written == 2
    assert [(p.id, p.file) for p in problems] == [("b", "../y.jpg")]


def test_a_dataset_without_pictures_has_none_to_write(
    hub: Callable[[Any], list[dict[str, Any]]], tmp_path: Path
) -> None:
    hub(Dataset.from_dict({"title": ["A"]}))
    with pytest.raises(CollectionError, match=r"hf:owner/name: there is no picture in it"):
        write_pictures("hf:owner/name", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_refused(
    hub: Callable[[Any], list[dict[str, Any]]], tmp_path: Path
) -> None:
    hub(wikiart((JPEG, None)))
    (tmp_path / "file").touch()
    with pytest.raises(WriteError, match=r"file: pictures cannot be written there \(.*Mend"):
        write_pictures("hf:owner/name", tmp_path / "file")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (DatasetNotFoundError("Dataset 'o/n' doesn't exist"), r"no such dataset.*hf auth login"),
        (ConnectionError("Couldn't reach"), r"Hub cannot be reached \(Couldn't.*save_to_disk"),
        (RuntimeError("Dataset scripts are no longer supported"), r"code of its own.*never run"),
        (ValueError("Unknown split\n'x'"), r"cannot be loaded \(ValueError: Unknown split 'x'\)"),
    ],
)
def test_what_the_hub_does_not_give_is_refused(
    hub: Callable[[Any], list[dict[str, Any]]], error: Exception, message: str
) -> None:
    hub(error)
    with pytest.raises(CollectionError, match=rf"^hf:owner/name: .*{message}") as refusal:
        open_collection("hf:owner/name")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["", "wikiart", "../x/y", "a/b/c", "owner/name:", "/etc/passwd"])
def test_what_is_no_name_of_a_dataset_is_refused(
    hub: Callable[[Any], list[dict[str, Any]]], name: str
) -> None:
    asked = hub(wikiart())
    with pytest.raises(CollectionError, match=r"no name of a dataset; expected hf:owner/name"):
        open_collection(f"hf:{name}")
    assert asked == []


def test_datasets_that_are_no_works_are_refused(
    hub: Callable[[Any], list[dict[str, Any]]],
) -> None:
    hub(Dataset.from_dict({"foo": [1]}))
    with pytest.raises(CollectionError, match=r"none of its columns \('foo'\) is recognised"):
        open_collection("hf:owner/name")
    hub(Dataset.from_dict({"title": pa.array([], pa.string())}))
    with pytest.raises(CollectionError, match=r"there is not one work"):
        open_collection("hf:owner/name")
    hub(DatasetDict(a=wikiart((JPEG, None)), b=Dataset.from_dict({"title": ["A"]})))
    with pytest.raises(CollectionError, match=r"split 'b' has other columns \('title'\)"):
        open_collection("hf:owner/name")
    hub(DatasetDict())
    with pytest.raises(CollectionError, match=r"there is not one work"):
        open_collection("hf:owner/name")


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("dataset_dict.json", '{"splits": ["../other"]}', r"found splits called '\.\./other'"),
        ("dataset_dict.json", '{"splits": [1]}', r"dataset_dict\.json: found splits called"),
        ("dataset_dict.json", '{"splits": []}', r"dataset_dict\.json: found splits called"),
        ("dataset_dict.json", '{"splits": {}}', r"found no 'splits', expected a list"),
        ("dataset_dict.json", "[]", r"found no 'splits', expected a list"),
        ("dataset_dict.json", "[" * 100_000, r"dataset_dict\.json: cannot be read \("),
        ("train/state.json", "{", r"state\.json: cannot be read \("),
        ("train/state.json", '{"_data_files": [1]}', r"state\.json: found a file called None"),
        (
            "train/state.json",
            '{"_data_files": [{"filename": "../../x.arrow"}]}',
            r"found a file called '\.\./\.\./x\.arrow'; expected a dataset as save_to_disk",
        ),
        ("train/dataset_info.json", "{", r"all: cannot be loaded \(.*Save it again"),
        ("train/data-00000-of-00001.arrow", "x", r"all: cannot be loaded \("),
    ],
)
def test_a_saved_dataset_that_is_broken_is_refused(
    tmp_path: Path, file: str, text: str, message: str
) -> None:
    DatasetDict(train=wikiart((JPEG, None))).save_to_disk(tmp_path / "all")
    (tmp_path / "all" / file).write_text(text)
    with pytest.raises(CollectionError, match=message):
        open_collection(tmp_path / "all")


def test_a_data_file_that_is_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    wikiart((JPEG, None)).save_to_disk(folder)
    (name,) = json.loads((folder / "state.json").read_text())["_data_files"]
    data = folder / name["filename"]
    data.rename(tmp_path / "elsewhere.arrow")
    data.symlink_to(tmp_path / "elsewhere.arrow")
    with pytest.raises(CollectionError, match=r"found a file called 'data-00000-of-00001\.arrow'"):
        open_collection(folder)


def test_datasets_of_many_batches_are_read_whole(
    hub: Callable[[Any], list[dict[str, Any]]],
) -> None:
    hub(wikiart(*[(JPEG, f"{row}.jpg") for row in range(2_500)]))
    facts = works_of_dataset("hf:owner/name", None, None)
    assert list(facts.ids) == [str(row) for row in range(2_500)]
    assert facts.pictures == [[f"{row}.jpg"] for row in range(2_500)]


def test_a_column_that_cannot_be_read_is_refused(
    hub: Callable[[Any], list[dict[str, Any]]],
) -> None:
    late = pa.array([10**18], pa.timestamp("us"))
    hub(Dataset(pa.table({"title": ["A"], "date": late})))
    with pytest.raises(CollectionError, match=r"'title', 'date' cannot be read \(date value out"):
        open_collection("hf:owner/name")
    assert open_collection("hf:owner/name", columns={"date": ""}).titles == ["A"]


def test_a_saved_dataset_whose_texts_lie_outside_the_file_is_refused(tmp_path: Path) -> None:
    Dataset.from_dict({"title": ["A"]}).save_to_disk(tmp_path / "one")
    offsets = b"".join(place.to_bytes(4, "little") for place in (0, 1 << 30, 1))
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"A" * 64)]
    wrong = pa.Array.from_buffers(pa.string(), 2, buffers)
    table = pa.table({"title": wrong})
    with pa.ipc.new_stream(tmp_path / "one" / "data-00000-of-00001.arrow", table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(CollectionError, match=r"one: cannot be loaded \(ArrowInvalid"):
        open_collection(tmp_path / "one")
