"""ArtGraph as JSON splits, one file each for training, validation and test."""

from __future__ import annotations

import json
import zlib
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge_graph.collection import Problem
from knowledge_graph.errors import CollectionError, listed
from knowledge_graph.picture_names import without_suffix
from knowledge_graph.sources.artgraph_names import NODES, RELATIONS, relation_name, split_name
from knowledge_graph.sources.facts import Edges, WorkFacts
from knowledge_graph.sources.statements import open_bytes
from knowledge_graph.values import text_of

_FIRST_BYTES = 65536
_SUFFIXES = (".json", ".json.gz")
_EXPECTED = (
    'expected {"relationships": {work: {"artist": […], "style": […], …}}, "artwork": {work: name}, '
    '"artist": {number: name}, …}'
)


def is_artgraph_json(path: Path) -> bool:
    """Say whether a folder holds JSON splits, or a file is one, by the beginning of the files.

    Parameters
    ----------
    path : Path
        A folder with ``train.json`` and the like, or one file.

    Returns
    -------
    bool
        A file speaks of relationships.
    """
    return any(_speaks_of_relationships(file) for _, file in _files(path))


def works_of_artgraph_json(path: Path) -> WorkFacts:
    """Read the works.

    Parameters
    ----------
    path : Path
        A folder with ``train.json`` and the like, or one file.

    Returns
    -------
    WorkFacts
        The works in the order of train, val and test and of the files, each with its split.

    Raises
    ------
    CollectionError
        A file is not as described.
    """
    files = _files(path)
    if not files:
        raise CollectionError(
            f"{path}: found no train.json, val.json or test.json; {_EXPECTED} in files of these "
            "names. Name the folder that holds them."
        )
    reading = _Reading()
    for split, file in files:
        reading.read(file, split)
    return WorkFacts(
        ids=[without_suffix(name) for name in reading.names],
        splits=reading.splits,
        pictures=[(name,) if name else () for name in reading.names],
        labels=list(reading.labels),
        facets={facet: Edges(works, nodes) for facet, (works, nodes) in reading.edges.items()},
        problems=reading.problems,
    )


def _files(path: Path) -> list[tuple[str, Path]]:
    """List the splits and their files, a file by itself with the split that it is called after."""
    if not path.is_dir():
        return [(split_name(path.name.partition(".")[0]), path)]
    found: dict[str, Path] = {}
    for file in sorted(path.iterdir()):
        stem, dot, suffix = file.name.lower().partition(".")
        if file.is_file() and not file.is_symlink() and dot + suffix in _SUFFIXES:
            found.setdefault(split_name(stem), file)
    return [(split, found[split]) for split in ("train", "val", "test") if split in found]


def _speaks_of_relationships(file: Path) -> bool:
    if not file.name.lower().endswith(_SUFFIXES):
        return False
    try:
        with open_bytes(file) as stream:
            return b'"relationships"' in stream.read(_FIRST_BYTES)
    except (OSError, EOFError, zlib.error):
        return False


@dataclass
class _Reading:
    """What is read of all files together."""

    names: list[str] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    edges: dict[str, tuple[array[int], array[int]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def read(self, file: Path, split: str) -> None:
        """Add the works of one file."""
        content = _content(file)
        nodes = {
            relation_name(kind): names
            for kind, names in content.items()
            if isinstance(names, dict) and kind != "relationships"
        }
        works = nodes.get("artwork", {})
        relationships = content["relationships"]
        for work in dict.fromkeys([*works, *relationships]):
            name = text_of(works.get(work, work))
            facts = relationships.get(work, {})
            if not isinstance(facts, dict):
                reason = f"its relationships are {_kind(facts)}, not an object: left out"
                self.problems.append(Problem(without_suffix(name), file.name, reason))
                facts = {}
            for relation, values in facts.items():
                self._add(len(self.names), name, relation_name(relation), values, nodes, file)
            self.names.append(name)
            self.splits.append(split)

    def _add(
        self,
        row: int,
        name: str,
        relation: str,
        values: Any,
        nodes: dict[str, dict[str, Any]],
        file: Path,
    ) -> None:
        """Add the values of one relation, which are keys of nodes or names themselves."""
        facet = NODES.get(relation) or RELATIONS.get(relation)
        if facet is None:
            return
        works, labels = self.edges.setdefault(facet, (array("i"), array("i")))
        names = nodes.get(relation, {})
        for value in values if isinstance(values, list) else [values]:
            label = names.get(text_of(value), value) if _is_plain(value) else value
            if not _is_plain(label):
                reason = f"a value of {relation!r} is {_kind(label)}, not a text: left out"
                self.problems.append(Problem(without_suffix(name), file.name, reason))
                continue
            works.append(row)
            labels.append(self.labels.setdefault(text_of(label), len(self.labels)))


def _content(file: Path) -> dict[str, Any]:
    """Read a file, which is an object with relationships."""
    try:
        with open_bytes(file) as stream:
            content = json.load(stream)
    except (ValueError, RecursionError, OSError, EOFError, zlib.error) as error:
        raise CollectionError(
            f"{file}: cannot be read as JSON ({error}); {_EXPECTED}. Export it again."
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("relationships"), dict):
        found = (
            listed(list(content), 5) if content and isinstance(content, dict) else _kind(content)
        )
        raise CollectionError(
            f"{file}: found {found}, but no object of relationships; {_EXPECTED}. Name a file that "
            "has them."
        )
    return content


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float))


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", type(None): "null"}
    return kinds.get(type(value), "a number")
