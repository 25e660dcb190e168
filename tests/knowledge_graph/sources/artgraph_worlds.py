"""Small worlds in ArtGraph's shape, written as Turtle, as the headerless tree and as JSON."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import dataclass, field
from pathlib import Path

SCHEMA = "https://www.gennarovessio.com/artgraph-schema#"
RESOURCES = "https://www.gennarovessio.com/artgraph-resources#"

RELATIONS = (
    # of version 2, of version 1, kind of node, facet, most values
    ("about", "about", "tag", "subject", 3),
    ("createdBy", "author", "artist", "artist", 1),
    ("elicits", "elicit", "emotion", "emotion", 1),
    ("hasGenre", "genre", "genre", "genre", 1),
    ("hasPeriod", "period", "period", "period", 1),
    ("hasStyle", "style", "style", "style", 1),
    ("locatedIn", "locatedin", "gallery", "place", 2),
    ("madeOf", "media", "media", "medium", 2),
    ("partOf", "serie", "serie", "series", 1),
)


@dataclass
class World:
    """Works by name, each with its values (names of nodes) by kind of node."""

    works: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def nodes(self, kind: str) -> list[str]:
        return list(dict.fromkeys(v for work in self.works.values() for v in work.get(kind, [])))


def random_world(seed: int, n_works: int = 12) -> World:
    pick = random.Random(seed)
    world = World()
    for number in range(n_works):
        values = {}
        for *_, kind, _facet, most in RELATIONS:
            names = [f'{kind} {n}, "né"' if n == 1 else f"{kind}-{n}" for n in range(5)]
            few = 1 if kind in ("artist", "genre", "style") else 0
            values[kind] = pick.sample(names, pick.randint(few, most))
        world.works[f"a{number % 3}_work-{number}, é.jpg"] = values
    return world


def expected(world: World) -> dict[str, dict[str, list[str]]]:
    """Work's id to facet to values, those that are empty left out."""
    facets = {kind: facet for _, _, kind, facet, _ in RELATIONS}
    return {
        name.removesuffix(".jpg"): {facets[k]: values for k, values in work.items() if values}
        for name, work in world.works.items()
    }


def write_turtle(world: World, file: Path, seed: int = 0, version: int = 2) -> Path:
    """Write it with works and nodes in random order."""
    shuffle = random.Random(seed).shuffle
    numbers: dict[tuple[str, str], int] = {}
    parts = []
    for name, work in world.works.items():
        subject = f"<{RESOURCES}{len(numbers)}>"
        numbers["artwork", name] = len(numbers)
        lines = [f"{subject} a <{SCHEMA}Artwork> ; <{SCHEMA}name> {json.dumps(name)}"]
        for two, one, kind, _, _ in RELATIONS:
            for value in work.get(kind, []):
                node = numbers.setdefault((kind, value), len(numbers))
                predicate = SCHEMA + (two if version == 2 else one)
                lines.append(f"; <{predicate}> <{RESOURCES}{node}>")
        parts.append(" ".join([*lines, "."]))
    for (kind, value), node in numbers.items():
        if kind != "artwork":
            parts.append(
                f"<{RESOURCES}{node}> a <{SCHEMA}{kind.title()}> ; "
                f"<{SCHEMA}name> {json.dumps(value, ensure_ascii=False)} ."
            )
    shuffle(parts)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(parts) + "\n", encoding="utf-8")
    return file


def write_tree(world: World, root: Path, seed: int = 0, version: int = 2) -> Path:
    """Write it with numbers that have gaps, are in any order and are this copy's own."""
    pick = random.Random(seed)
    mapping, raw = root / "mapping", root / "raw"
    (raw / "relations").mkdir(parents=True)
    mapping.mkdir()
    numbers: dict[str, dict[str, int]] = {}
    kinds = {"artwork": list(world.works)}
    kinds |= {kind: world.nodes(kind) for _, _, kind, _, _ in RELATIONS}
    for kind, names in kinds.items():
        chosen = pick.sample(range(3 * len(names) + 1), len(names))
        numbers[kind] = dict(zip(names, chosen, strict=True))
        rows = [[number, name] for name, number in numbers[kind].items()]
        pick.shuffle(rows)
        write_rows(mapping / f"{kind}_entidx2name.csv", rows)
    for two, one, kind, _, _ in RELATIONS:
        name = two.lower() if version == 2 else f"{one}_rel"
        folder = raw / "relations" / f"artwork___{name}___{kind}"
        folder.mkdir()
        rows = [
            [numbers["artwork"][work], numbers[kind][value]]
            for work, values in world.works.items()
            for value in values.get(kind, [])
        ]
        write_rows(folder / "edge.csv", rows)
        write_rows(folder / "edge_reltype.csv", [[0] for _ in rows])
    other = raw / "relations" / "artist___trainedby___artist"
    other.mkdir()
    write_rows(other / "edge.csv", [[0, 1]])
    return root


def write_rows(file: Path, rows: list[list[object]]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    return file


def write_json(world: World, file: Path, *, by_name: bool = False) -> Path:
    """Write one split; values are ids of nodes or their names."""
    kinds = [kind for _, _, kind, _, _ in RELATIONS]
    nodes = {kind: {name: str(n) for n, name in enumerate(world.nodes(kind))} for kind in kinds}
    content: dict[str, object] = {
        "relationships": {
            str(number): {
                kind: [value if by_name else nodes[kind][value] for value in work.get(kind, [])]
                for kind in kinds
            }
            for number, work in enumerate(world.works.values())
        },
        "artwork": {str(number): name for number, name in enumerate(world.works)},
    }
    if not by_name:
        content |= {kind: {n: name for name, n in names.items()} for kind, names in nodes.items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content), encoding="utf-8")
    return file
