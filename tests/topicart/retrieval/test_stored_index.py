"""An index on disk: the same again, or a plain word on why not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from topicart.embeddings import Embeddings, normalise
from topicart.errors import RetrievalError
from topicart.retrieval import ConditionalIndex, Facts

VECTORS = normalise(np.random.default_rng(0).normal(size=(50, 8)))
WORKS = Embeddings(tuple(f"w{row}" for row in range(50)), VECTORS)
FACTS = Facts.of(
    {"genre": [["marina", "portrait"] if row % 3 else None for row in range(50)]},
    years=[(1600 + row, 1605 + row) for row in range(50)],
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ConditionalIndex(WORKS, FACTS, model="abc").save(tmp_path / "index")
    return tmp_path / "index"


@pytest.mark.parametrize("storage", ["float32", "float16"])
def test_it_finds_the_same_again(tmp_path: Path, storage: str) -> None:
    index = ConditionalIndex(WORKS, FACTS, storage=storage, model="abc")
    index.save(tmp_path)
    loaded = ConditionalIndex.load(tmp_path, embeddings=WORKS)
    assert (loaded.ids, loaded.model, loaded.storage) == (index.ids, "abc", storage)
    assert loaded.facts.facets == index.facts.facets
    for where in ([], ["genre=marina"], ["date<1620"], ["century=17th century"]):
        ours, theirs = (one.search(VECTORS[3], 7, where) for one in (index, loaded))
        assert ours.rows.tolist() == theirs.rows.tolist()
        assert ours.scores.tolist() == theirs.scores.tolist()


def test_rows_are_taken_from_the_file_as_they_were_saved(folder: Path) -> None:
    loaded = ConditionalIndex.load(folder)
    for rows in ([7, 3, 3, 49], [4, 5, 6], [1, 3, 2, 4], [0], []):
        assert np.array_equal(loaded.vectors_of(rows), VECTORS[np.array(rows, dtype=int)])
    assert np.array_equal(loaded.vectors_of(slice(3, 90)), VECTORS[3:])
    for index in (loaded, ConditionalIndex(WORKS, FACTS)):
        for rows in ([-1], [3, 50]):
            with pytest.raises(RetrievalError, match=rf"no work {rows[-1]}: rows are 0 to 49"):
                index.vectors_of(rows)


def test_many_rows_are_read_in_parts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = ConditionalIndex.load(folder)
    monkeypatch.setattr("topicart.retrieval.stored_index._AT_ONCE", 100)
    for rows in (np.arange(5, 50), np.array([9, 2])):
        assert np.array_equal(loaded.vectors_of(rows), VECTORS[rows])


def test_the_best_of_each_value_is_sought_in_blocks(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("topicart.retrieval.best_of_each._STEP", 16)
    loaded, index = ConditionalIndex.load(folder), ConditionalIndex(WORKS, FACTS)
    sought: list[int] = []

    def read(rows: NDArray[np.intp]) -> NDArray[np.float32]:
        sought.append(len(rows))
        return VECTORS[rows]

    monkeypatch.setattr(loaded, "_read", read)
    ours, theirs = (one.best_of_each(VECTORS[4], "century") for one in (loaded, index))
    assert (ours.values, ours.rows.tolist()) == (theirs.values, theirs.rows.tolist())
    # Row by row only what the last block holds, and those that may be the best.
    assert sum(sought) < 10


def test_vectors_are_mapped_and_a_new_index_does_not_change_those(folder: Path) -> None:
    loaded = ConditionalIndex.load(folder)
    assert not loaded.vectors.flags.writeable
    others = Embeddings(WORKS.ids, normalise(-VECTORS))
    ConditionalIndex(others, FACTS).save(folder)
    assert np.array_equal(loaded.vectors, VECTORS)
    assert np.array_equal(ConditionalIndex.load(folder).vectors, others.vectors)
    assert sorted(file.name for file in folder.iterdir()) == [
        "facets.parquet",
        "manifest.json",
        "vectors.npy",
    ]


def test_other_works_are_refused(folder: Path) -> None:
    for others in (
        Embeddings(WORKS.ids, normalise(VECTORS + 0.001)),
        Embeddings(tuple(reversed(WORKS.ids)), VECTORS),
        Embeddings(WORKS.ids[:49], VECTORS[:49]),
    ):
        with pytest.raises(RetrievalError, match="is of other works.* have changed since"):
            ConditionalIndex.load(folder, embeddings=others)


@pytest.mark.parametrize("name", ["vectors.npy", "facets.parquet", "manifest.json"])
@pytest.mark.parametrize("verify", [True, False])
def test_damage_is_told(folder: Path, name: str, verify: bool) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RetrievalError, match=r"is damaged .*Make it again with"):
        ConditionalIndex.load(folder, verify=verify)


def test_bytes_behind_the_vectors_are_told(folder: Path) -> None:
    with (folder / "vectors.npy").open("ab") as file:
        file.write(b"more")
    with pytest.raises(RetrievalError, match=r"vectors\.npy is not laid out as it was written"):
        ConditionalIndex.load(folder, verify=False)


def test_a_facet_of_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    index = ConditionalIndex(WORKS, {"id": ["one"] * 50})
    with pytest.raises(RetrievalError, match="A facet called 'id' cannot be saved"):
        index.save(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_changed_bit_is_told(folder: Path) -> None:
    data = bytearray((folder / "vectors.npy").read_bytes())
    data[-1] ^= 1
    (folder / "vectors.npy").write_bytes(data)
    with pytest.raises(RetrievalError, match=r"vectors\.npy is not the file that was written"):
        ConditionalIndex.load(folder)


def test_what_is_no_index_is_told(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(RetrievalError, match=r"holds no index: it has no manifest\.json"):
        ConditionalIndex.load(tmp_path / "nowhere")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "version": 2}))
    with pytest.raises(RetrievalError, match="is of version 2; this topicart reads version 1"):
        ConditionalIndex.load(folder)
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": "other"}))
    with pytest.raises(RetrievalError, match="is damaged .*format 'other'"):
        ConditionalIndex.load(folder)
    (folder / "manifest.json").write_text(json.dumps({**manifest, "works": "50"}))
    with pytest.raises(RetrievalError, match=r"is damaged .*works"):
        ConditionalIndex.load(folder)


def test_a_pickle_is_never_read(folder: Path) -> None:
    with (folder / "vectors.npy").open("wb") as file:
        np.save(file, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(RetrievalError, match="is damaged"):
        ConditionalIndex.load(folder, verify=False)


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("mine")
    with pytest.raises(RetrievalError, match=r"holds 'thesis\.docx', which is no part of an index"):
        ConditionalIndex(WORKS, FACTS).save(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.docx"]
