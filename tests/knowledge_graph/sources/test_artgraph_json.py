from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_graph import CollectionError, open_collection
from knowledge_graph.sources.artgraph_json import is_artgraph_json, works_of_artgraph_json
from tests.knowledge_graph.sources.artgraph_worlds import World, expected, random_world, write_json
from tests.knowledge_graph.sources.test_artgraph_csv import facts_of


@pytest.mark.parametrize("by_name", [False, True])
def test_splits_say_what_their_world_says(by_name: bool, tmp_path: Path) -> None:
    world = random_world(4)
    works = list(world.works.items())
    parts = {"train": works[:6], "val": works[6:9], "test": works[9:]}
    for name, part in parts.items():
        write_json(World(dict(part)), tmp_path / f"{name}.json", by_name=by_name)
    (tmp_path / "valid_labels.json").write_text("{}")
    assert is_artgraph_json(tmp_path)
    collection = open_collection(tmp_path)
    assert facts_of(collection) == expected(world)
    splits = dict(zip(collection.ids, collection.column("split"), strict=True))
    for name, part in parts.items():
        assert {splits[work.removesuffix(".jpg")] for work, _ in part} == {name}
    one = open_collection(tmp_path / "test.json")
    assert (len(one), set(one.column("split"))) == (3, {"test"})


def test_one_file_of_any_name_is_opened_gzipped_too(tmp_path: Path) -> None:
    world = random_world(1)
    file = write_json(world, tmp_path / "graph.json")
    assert facts_of(open_collection(file)) == expected(world)
    assert set(open_collection(file).column("split")) == {""}
    zipped = tmp_path / "graph.json.gz"
    zipped.write_bytes(gzip.compress(file.read_bytes()))
    assert is_artgraph_json(zipped)
    assert facts_of(open_collection(zipped, format="artgraph-json")) == expected(world)


def test_values_may_be_single_numbers_and_odd_ones_are_reported(tmp_path: Path) -> None:
    file = tmp_path / "train.json"
    content = {
        "relationships": {
            "1": {"style": 5, "genre": ["portrait", None, {"a": 1}], "field": ["x"]},
            "2": ["no", "object"],
        },
        "artwork": {"1": "one.jpg", "3": "three.jpg"},
        "style": {"5": "cubism"},
    }
    file.write_text(json.dumps(content))
    collection = open_collection(file)
    assert facts_of(collection) == {
        "2": {},
        "one": {"style": ["cubism"], "genre": ["portrait"]},
        "three": {},
    }
    assert {(p.id, p.reason) for p in collection.problems} == {
        ("one", "a value of 'genre' is an object, not a text: left out"),
        ("2", "its relationships are a list, not an object: left out"),
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[]", r"train.json: found a list, but no object of relationships; expected \{"),
        ("7", r"found a number, but no object"),
        ('{"a": 1, "relationships": []}', r"found 'a', 'relationships', but no object"),
        ('{"relationships": ', r"cannot be read as JSON \(.*\); expected .* Export it again"),
        ("[" * 100_000, r"cannot be read as JSON"),
        ('{"relationships": ' + "9" * 5000 + "}", r"cannot be read as JSON"),
    ],
)
def test_a_file_of_another_shape_is_an_error(text: str, found: str, tmp_path: Path) -> None:
    (tmp_path / "train.json").write_text(text)
    with pytest.raises(CollectionError, match=found):
        open_collection(tmp_path, format="artgraph-json")


def test_a_folder_without_splits_is_an_error(tmp_path: Path) -> None:
    assert not is_artgraph_json(tmp_path)
    with pytest.raises(CollectionError, match=r"found no train.json, val.json or test.json"):
        open_collection(tmp_path, format="artgraph-json")


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["1", "2", "style", "artwork", "a"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(relationships=json_values, artwork=json_values, style=json_values)
def test_json_of_any_shape_is_read_or_an_error(
    relationships: object, artwork: object, style: object, tmp_path: Path
) -> None:
    file = tmp_path / "train.json"
    content = {"relationships": relationships, "artwork": artwork, "style": style}
    file.write_text(json.dumps(content))
    try:
        open_collection(file, format="artgraph-json")
    except CollectionError:
        no_works = not isinstance(relationships, dict) or not relationships
        assert no_works or not any(works_of_artgraph_json(file).ids)
    else:
        assert len(works_of_artgraph_json(file).ids)


def test_works_of_which_none_has_a_name_are_an_error(tmp_path: Path) -> None:
    file = tmp_path / "train.json"
    file.write_text('{"relationships": {"0": {}}, "artwork": {"0": null}}')
    with pytest.raises(CollectionError, match=r"none of its 1 works has a name or an id; expected"):
        open_collection(file)
