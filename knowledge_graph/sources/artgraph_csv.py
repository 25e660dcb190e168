"""ArtGraph as the tree of headerless CSV files that its graph networks were trained on."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph.collection import Problem
from knowledge_graph.errors import CollectionError
from knowledge_graph.picture_names import without_suffix
from knowledge_graph.sources.artgraph_names import NODES, RELATIONS, relation_name, split_name
from knowledge_graph.sources.facts import Edges, WorkFacts
from knowledge_graph.sources.statements import open_bytes

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

_NUMBER = r"^\s*-?\d{1,15}(\.0*)?\s*$"
_NOTHING = r"^\s*(nan|NaN)?\s*$"
_SPLIT_ORDER = ("", "train", "val", "test")


def is_artgraph_csv(root: Path) -> bool:
    """Say whether a folder is such a tree, holds one, or one for each of train, valid and test.

    Parameters
    ----------
    root : Path
        The folder.

    Returns
    -------
    bool
        It has ``raw/relations`` and ``mapping``, or folders in it have.
    """
    return bool(_trees(root))


def works_of_artgraph_csv(root: Path) -> WorkFacts:
    """Read the works.

    Works are known by their names, for their numbers differ from copy to copy. A work that is in
    several trees has the facts of all and belongs to the first of train, valid and test.

    Parameters
    ----------
    root : Path
        The folder, as for ``is_artgraph_csv``.

    Returns
    -------
    WorkFacts
        Works as the mappings order them. Values come in the order of the edges, those of several
        relations in the order of the relations' names.

    Raises
    ------
    CollectionError
        There is no such tree, or it has no works.
    """
    trees = _trees(root)
    if not trees:
        raise CollectionError(
            f"{root}: found no ArtGraph tree; expected a folder with raw/relations and mapping, or "
            "one such folder for each of train, valid and test. Name the folder that holds them."
        )
    reading = _Reading()
    for split, tree in trees:
        _Tree(tree, tree.relative_to(root).as_posix().removeprefix("."), reading).read(split)
    return reading.facts()


def _trees(root: Path) -> list[tuple[str, Path]]:
    """Find the trees, each with the split that it is; ``""`` for one that is everything."""
    if _is_tree(root):
        return [("", root)]
    try:
        inner = sorted(entry for entry in root.iterdir() if not entry.is_symlink())
    except OSError:
        return []
    trees = [(split_name(entry.name), entry) for entry in inner if _is_tree(entry)]
    if len(trees) > 1 and not all(split for split, _ in trees):
        return []  # Which of them is meant cannot be known.
    return sorted(trees, key=lambda tree: _SPLIT_ORDER.index(tree[0]))


def _is_tree(folder: Path) -> bool:
    return (folder / "raw" / "relations").is_dir() and (folder / "mapping").is_dir()


@dataclass
class _Reading:
    """What is read of all trees together."""

    row_of: dict[str, int] = field(default_factory=dict)
    """Name of a work to its row."""
    splits: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    edges: dict[str, list[tuple[NDArray[np.int64], NDArray[np.int64]]]] = field(
        default_factory=dict
    )
    """Facet to works' rows and indices into ``labels``."""
    problems: list[Problem] = field(default_factory=list)

    def facts(self) -> WorkFacts:
        import numpy as np

        names = list(self.row_of)
        return WorkFacts(
            ids=[without_suffix(name) for name in names],
            splits=self.splits if any(self.splits) else (),
            pictures=[(name,) if name else () for name in names],
            labels=self.labels,
            facets={
                facet: Edges(
                    np.concatenate([works for works, _ in parts]),
                    np.concatenate([nodes for _, nodes in parts]),
                )
                for facet, parts in self.edges.items()
            },
            problems=self.problems,
        )


@dataclass
class _Mapping:
    """The names that a copy gives its numbers, which may have gaps and be in any order."""

    numbers: NDArray[np.int64]
    """Ascending."""
    places: NDArray[np.int64]
    """For each number the place in ``names``."""
    names: list[str]

    def find(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the places of numbers; -1 for one that is not mapped."""
        import numpy as np

        if not len(self.numbers):
            return np.full(len(numbers), -1)
        at = np.searchsorted(self.numbers, numbers).clip(max=len(self.numbers) - 1)
        return np.where(self.numbers[at] == numbers, self.places[at], -1)


class _Tree:
    """One tree."""

    def __init__(self, folder: Path, shown: str, reading: _Reading) -> None:
        self._folder = folder.resolve()
        self._shown = f"{shown}/" if shown else ""
        self._reading = reading
        self._mappings: dict[str, _Mapping | None] = {}
        self._mapping_files = self._files(self._folder / "mapping")
        self._works: NDArray[np.int64]

    def read(self, split: str) -> None:
        """Add works and edges to the reading."""
        import numpy as np

        mapping = self._mapping("artwork_entidx2name")
        if mapping is None or not mapping.names:
            raise CollectionError(
                f"{self._folder}: found no works in mapping/artwork_entidx2name.csv; expected a "
                "number and a name in each line. Copy the file from where the tree was made."
            )
        row_of = self._reading.row_of
        rows = [row_of.setdefault(name, len(row_of)) for name in mapping.names]
        self._works = np.array(rows, dtype=np.int64)
        self._reading.splits += [split] * (len(row_of) - len(self._reading.splits))
        stated = self._read_relations(mapping)
        self._read_labels(mapping, stated)
        if not split:
            self._read_splits(mapping)

    def _read_relations(self, works: _Mapping) -> set[str]:
        """Read the relations from works, and say of which facets there are any."""
        stated = set()
        for folder in self._folders(self._folder / "raw" / "relations"):
            head, relation, tail = (*map(relation_name, folder.name.split("___")), "", "")[:3]
            facet = RELATIONS.get(relation) or NODES.get(tail)
            if head != "artwork" or facet is None:
                continue
            stated.add(facet)
            edges = self._numbers(self._files(folder).get("edge"), 2)
            nodes = self._mapping(f"{tail}_entidx2name")
            if nodes is None:
                self._report(folder, f"no mapping/{tail}_entidx2name.csv: its facts are left out")
            elif edges is None:
                self._report(folder, "no edge.csv: its facts are left out")
            else:
                lines, (heads, tails) = edges
                self._add(facet, works.find(heads), nodes, nodes.find(tails), lines, folder)
        return stated

    def _read_labels(self, works: _Mapping, stated: set[str]) -> None:
        """Read the classes that works have where no relation states them."""
        folder = self._folder / "raw" / "node-label" / "artwork"
        for name, file in sorted(self._files(folder).items()):
            kind = name.removeprefix("node-label-")
            facet = NODES.get(kind)
            if facet is None or facet in stated:
                continue
            nodes = self._mapping(f"labelidx2{kind}name") or self._mapping(f"{kind}_entidx2name")
            column = self._numbers(file, 1)
            if nodes is None:
                self._report(file, f"no mapping/labelidx2{kind}name.csv: its facts are left out")
            elif column is not None:
                lines, (classes,) = column
                labelled = classes >= 0
                lines, classes = lines[labelled], classes[labelled]
                # Line by line they belong to the works 0, 1, 2 …
                heads = works.find(lines - 1)
                self._add(facet, heads, nodes, nodes.find(classes), lines, file)

    def _read_splits(self, works: _Mapping) -> None:
        """Read which works are for training and which for tests."""
        for place in ("raw/split/artwork", "split/artwork", "raw/split", "split"):
            files = self._files(self._folder / place)
            parts = {split_name(name): file for name, file in files.items() if split_name(name)}
            if parts:
                break
        else:
            return
        splits = self._reading.splits
        for split, file in parts.items():
            table = self._table(file)
            if table is None:
                continue
            if table.num_columns > 1:
                names = table.column(1).to_pylist()
                found = [self._reading.row_of.get(name, -1) for name in names]
                unknown = [n for n, row in enumerate(found) if row < 0 and (n or names[0] != "0")]
            else:
                numbers = self._as_numbers(table, file)
                if numbers is None:
                    continue
                places = works.find(numbers[1][0])
                found = [int(self._works[place]) if place >= 0 else -1 for place in places]
                unknown = [n for n, row in enumerate(found) if row < 0]
            for row in found:
                if row >= 0:
                    splits[row] = split
            if unknown:
                self._report(file, f"{len(unknown):,} works of it are not in the mapping")

    def _add(
        self,
        facet: str,
        heads: NDArray[np.int64],
        nodes: _Mapping,
        tails: NDArray[np.int64],
        lines: NDArray[np.int64],
        file: Path,
    ) -> None:
        """Add edges between places in mappings; those that lead nowhere are one problem."""
        known = (heads >= 0) & (tails >= 0)
        if not known.all():
            first = int(lines[~known][0])
            reason = (
                f"edges with a number that is not in mapping: {int((~known).sum()):,}, the first "
                f"in line {first:,}; left out"
            )
            self._report(file, reason)
        labels = self._reading.labels
        parts = self._reading.edges.setdefault(facet, [])
        parts.append((self._works[heads[known]], tails[known] + len(labels)))
        labels += nodes.names

    def _mapping(self, name: str) -> _Mapping | None:
        if name not in self._mappings:
            self._mappings[name] = self._read_mapping(self._mapping_files.get(name))
        return self._mappings[name]

    def _read_mapping(self, file: Path | None) -> _Mapping | None:
        import numpy as np

        table = None if file is None else self._table(file, 2)
        if file is None or table is None:
            return None
        read = self._as_numbers(table.select([0]), file)
        if read is None:
            return None
        lines, (numbers,) = read
        names = table.column(1).to_pylist()
        kept = [names[line] for line in (lines - 1).tolist()]
        order = np.argsort(numbers, kind="stable")
        return _Mapping(numbers[order], order, kept)

    def _numbers(
        self, file: Path | None, n_columns: int
    ) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]] | None:
        table = None if file is None else self._table(file, n_columns)
        return None if file is None or table is None else self._as_numbers(table, file)

    def _as_numbers(
        self, table: pa.Table, file: Path
    ) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]] | None:
        """Give the rows that are numbers, with their lines; the first may be a header."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        good = np.ones(table.num_rows, dtype=np.bool_)
        for column in table.columns:
            good &= pc.match_substring_regex(column, _NUMBER).to_numpy()
        filled = ~pc.match_substring_regex(table.column(0), _NOTHING).to_numpy()
        bad = np.flatnonzero(~good & filled)
        bad = bad[bad > 0]
        if len(bad):
            reason = f"lines that are not numbers: {len(bad):,}, the first is line {bad[0] + 1:,}"
            self._report(file, f"{reason}; left out")
        rows = table.filter(pa.array(good))
        columns = [
            pc.cast(pc.cast(pc.utf8_trim_whitespace(column), pa.float64()), pa.int64()).to_numpy()
            for column in rows.columns
        ]
        return np.flatnonzero(good) + 1, columns

    def _table(self, file: Path, n_columns: int | None = None) -> pa.Table | None:
        """Read a CSV file as text; None, and a problem, if it cannot be read."""
        import pyarrow as pa
        from pyarrow import csv

        n_bad = 0

        def pass_over(_row: csv.InvalidRow) -> str:
            nonlocal n_bad
            n_bad += 1
            return "skip"

        try:
            with open_bytes(file) as stream:
                text = stream.read().decode("utf-8-sig", "replace")
            if n_columns == 1:  # Its lines are counted, so that none may be left out.
                return pa.table({"0": pa.array(text.splitlines(), pa.string())})
            if n_columns is None:
                n_columns = text.partition("\n")[0].count(",") + 1
            names = [str(number) for number in range(n_columns)]
            table = csv.read_csv(
                pa.py_buffer(text.encode()),
                csv.ReadOptions(column_names=names),
                csv.ParseOptions(invalid_row_handler=pass_over),
                csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
                ),
            )
        except (OSError, EOFError, zlib.error, pa.ArrowInvalid) as error:
            if file.stat().st_size:
                self._report(file, f"cannot be read: {error}")
            return None
        if n_bad:
            self._report(file, f"lines that have not {n_columns} columns: {n_bad:,}; left out")
        return table

    def _files(self, folder: Path) -> dict[str, Path]:
        """List CSV files by their names in lower case, without ``.csv`` and ``.gz``."""
        found = {}
        for file in self._inside(folder):
            stem, suffix, rest = file.name.lower().rpartition(".csv")
            if (
                suffix
                and rest in ("", ".gz")
                and file.is_file()
                and (not rest or stem not in found)
            ):
                found[stem] = file
        return found

    def _folders(self, folder: Path) -> list[Path]:
        return [entry for entry in self._inside(folder) if entry.is_dir()]

    def _inside(self, folder: Path) -> Iterable[Path]:
        """List what is in a folder, without links that leave the tree."""
        entries = sorted(folder.iterdir()) if folder.is_dir() else []
        return [entry for entry in entries if entry.resolve().is_relative_to(self._folder)]

    def _report(self, place: Path, reason: str) -> None:
        shown = self._shown + place.relative_to(self._folder).as_posix()
        self._reading.problems.append(Problem("", shown, reason))
