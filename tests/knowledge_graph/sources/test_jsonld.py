from __future__ import annotations

import contextlib
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_graph import CollectionError, Problem
from knowledge_graph.sources.facts import WorkFacts
from knowledge_graph.sources.jsonld import is_jsonld, linked_art_context
from knowledge_graph.sources.query_mapping import ready_mapping, works_of_query
from knowledge_graph.sources.statements import statements

CONTEXT = "https://linked.art/ns/v1/linked-art.json"


def node(kind: str, name: str, label: str, **more: object) -> dict[str, Any]:
    return {"id": f"https://museum.example/{name}", "type": kind, "_label": label, **more}


def aat(number: int, label: str, **more: object) -> dict[str, Any]:
    return {"id": f"http://vocab.getty.edu/aat/{number}", "type": "Type", "_label": label, **more}


def text(kind: int, content: str) -> dict[str, Any]:
    kinds = [aat(kind, "a kind of text")]
    return {"type": "LinguisticObject", "classified_as": kinds, "content": content}


WATCH: dict[str, Any] = {
    "@context": CONTEXT,
    **node("HumanMadeObject", "object/1", "Night Watch (painting)"),
    "identified_by": [
        {"type": "Identifier", "content": "SK-C-5"},
        {"type": "Name", "content": "De Nachtwacht"},
        {"type": "Name", "content": "The Night Watch", "classified_as": [aat(300404670, "")]},
    ],
    "classified_as": [aat(300133025, "Artwork"), aat(300033618, "Painting")],
    "produced_by": {
        # The type of a node may follow what it changes the meaning of.
        "part": [{"type": "Production", "carried_out_by": [node("Person", "rvr", "Rembrandt")]}],
        "type": "Production",
        "timespan": {
            "type": "TimeSpan",
            "identified_by": [{"type": "Name", "content": "between 1640 and 1642"}],
            "begin_of_the_begin": "1640-01-01T00:00:00Z",
            "end_of_the_end": "1642-12-31T23:59:59Z",
        },
    },
    "made_of": [node("Material", "oil", "oil paint"), node("Material", "canvas", "canvas")],
    "shows": [
        {
            "type": "VisualItem",
            "classified_as": [
                aat(1, "Baroque", classified_as=[aat(300015646, "Styles")]),
                aat(2, "group portrait"),
            ],
            "represents": [node("Place", "amsterdam", "Amsterdam")],
            "represents_instance_of_type": [aat(3, "militia")],
            "digitally_shown_by": [
                {"type": "DigitalObject", "format": "image/jpeg",
                 "access_point": [{"id": "https://museum.example/1.jpg", "type": "DigitalObject"}]},
                {"type": "DigitalObject", "format": "application/json",
                 "access_point": [{"id": "https://museum.example/manifest"}]},
            ],
        }
    ],
    "current_location": node("Place", "hall", "Gallery of Honour"),
    "current_owner": [node("Group", "city", "City of Amsterdam")],
    "part_of": [node("HumanMadeObject", "object/0", "The civic guards")],
    "referred_to_by": [text(300435416, "A company sets out."), text(300435429, "oil on canvas")],
}  # fmt: skip


def write(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def read(*files: Path) -> WorkFacts:
    return works_of_query(files, ready_mapping("linked-art"))


def values(facts: WorkFacts, work: int) -> dict[str, list[str]]:
    return {
        facet: [
            facts.labels[node]
            for row, node in zip(edges.works, edges.nodes, strict=True)
            if row == work
        ]
        for facet, edges in facts.facets.items()
    }


def test_linked_art_is_read_without_its_context_being_fetched(tmp_path: Path) -> None:
    facts = read(write(tmp_path / "1.json", WATCH))
    assert facts.problems == []
    work = facts.ids.index("1")
    assert facts.iris[work] == "https://museum.example/object/1"
    assert facts.titles[work] == "The Night Watch"
    assert facts.descriptions[work] == "A company sets out."
    assert facts.dates[work] == "1640 - 1642"
    assert facts.pictures[work] == ["https://museum.example/1.jpg"]
    assert values(facts, work) == {
        "artist": ["Rembrandt"],
        "style": ["Baroque"],
        "genre": ["Painting", "group portrait"],
        "subject": ["Amsterdam", "militia"],
        "medium": ["canvas", "oil paint"],
        "place": ["City of Amsterdam", "Gallery of Honour"],
        "series": ["The civic guards"],
    }


@pytest.mark.parametrize(
    "context",
    [
        "http://linked.art/ns/v1/linked-art.json",
        [CONTEXT, {"inventory": "https://museum.example/inventory"}],
        linked_art_context(),
    ],
)
def test_the_context_may_be_written_in_other_ways(tmp_path: Path, context: object) -> None:
    facts = read(write(tmp_path / "1.jsonld", {**WATCH, "@context": context}))
    assert facts.titles[facts.ids.index("1")] == "The Night Watch"


def test_one_object_a_file_and_many_in_one_are_the_same(tmp_path: Path) -> None:
    works = [{**WATCH, "id": f"https://museum.example/object/{n}"} for n in range(1, 30)]
    files = [write(tmp_path / f"{number}.json", work) for number, work in enumerate(works)]
    whole = write(tmp_path / "all.json", works)
    zipped = tmp_path / "all.json.gz"
    zipped.write_bytes(gzip.compress(whole.read_bytes()))
    apart, together, packed = read(*files), read(whole), read(zipped)
    for other in (together, packed):
        assert (other.ids, other.titles, other.dates) == (apart.ids, apart.titles, apart.dates)
        assert [values(apart, n) for n in range(30)] == [values(other, n) for n in range(30)]


def test_a_list_says_the_context_once_only(tmp_path: Path) -> None:
    """A thousand works with a context of 10 kB each would be read for minutes."""
    works = [node("HumanMadeObject", f"object/{n}", "A") | {"@context": CONTEXT}
             for n in range(1000)]  # fmt: skip
    problems: list[Problem] = []
    assert len(list(statements(write(tmp_path / "all.json", works), problems))) == 2000
    assert problems == []


@pytest.mark.parametrize(
    "context",
    [
        "https://schema.org",
        ["https://schema.org", {"a": "http://x.org/a"}],
        {"@version": 1.1, "@import": "https://schema.org"},
        "../context.json",
    ],
)
def test_any_other_context_on_the_web_is_refused(tmp_path: Path, context: object) -> None:
    path = write(tmp_path / "a.jsonld", {"@context": context, "name": "A"})
    with pytest.raises(
        CollectionError,
        match=r"a\.jsonld: its @context is '(https://schema\.org|\.\./context\.json)', and nothing "
        r"is fetched; expected the context itself, or Linked Art's .* Expand the file",
    ):
        list(statements(path, []))


def test_what_only_looks_like_a_context_is_left_alone(tmp_path: Path) -> None:
    said = '"@context": "https://schema.org"'
    path = write(tmp_path / "a.jsonld", {"@id": "http://x.org/1", "http://x.org/says": said})
    (quad,) = statements(path, [])
    assert getattr(quad.object, "value", "") == said


def test_json_is_known_for_json_ld_by_its_beginning(tmp_path: Path) -> None:
    assert is_jsonld(write(tmp_path / "a.json", WATCH))
    assert is_jsonld(write(tmp_path / "b.JSON", [WATCH]))
    assert not is_jsonld(write(tmp_path / "a.jsonld", WATCH))  # It is known by its name.
    assert not is_jsonld(write(tmp_path / "c.json", [{"title": "A"}]))
    assert not is_jsonld(write(tmp_path / "d.json", {"a": "x" * 10_000, "@context": CONTEXT}))
    assert not is_jsonld(tmp_path / "no.json")
    (tmp_path / "e.json.gz").write_bytes(b"\x1f\x8bbroken")
    assert not is_jsonld(tmp_path / "e.json.gz")


@pytest.mark.parametrize(
    "content",
    [b"", b"[" * 100_000, b'{"@context": [', b'{"@context": ' + b"[" * 100_000, b"\xff\xfe{}",
     b'{"@context": "https://linked.art/ns/v1/linked-art.json", "id": '],
)  # fmt: skip
def test_what_is_no_json_ld_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jsonld").write_bytes(content)
    with pytest.raises(CollectionError, match=r"a\.jsonld: not one statement can be read"):
        list(statements(tmp_path / "a.jsonld", []))


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.just(CONTEXT),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["@context", "@graph", "id", "type", "part", "_label"]), inner,
            max_size=3),
        max_leaves=12,
    )
)  # fmt: skip
def test_json_of_any_shape_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    path = write(tmp_path_factory.getbasetemp() / "any.json", value)
    is_jsonld(path)
    with contextlib.suppress(CollectionError):
        list(statements(path, []))
