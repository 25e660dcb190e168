"""Which works train, which choose the best weights, and which judge them.

Nothing that chooses or judges shares an artist with what trained, and what chooses does not judge:
the best of many looks at the same works would flatter itself.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph import CENTURIES, FACETS, centuries_of, cut, listed, nearest
from knowledge_graph.atomic import write_text_atomic
from topicart.errors import TrainingError

if TYPE_CHECKING:
    from knowledge_graph import Artwork
    from training.config import TrainConfig

__all__ = ["Split", "read_split", "split_works", "write_split"]

_FILE = "split.csv"
_PARTS = ("train", "validation", "test")
_TRAIN = _PARTS[0]
_VALIDATION_NAMES = ("val", "valid", "validation", "dev")
_FACETS = (*FACETS, *CENTURIES)
_DRAWS = 20


@dataclass(frozen=True)
class Split:
    """The parts, as ids in ascending order."""

    train: tuple[str, ...]
    """Works to learn from."""
    validation: tuple[str, ...]
    """Held-out works that choose the best weights."""
    test: tuple[str, ...]
    """Held-out works that judge these."""
    by: str
    """What keeps them apart: a facet, ``split`` or ``work``."""
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The facet's values of each work that has any; empty unless ``by`` is a facet."""
    groups: Mapping[str, str] = field(default_factory=dict)
    """The group of each held-out work, for intervals over groups: works that are tied by a value
    of the facet, directly or through others, have the same, which is called after one of their
    values; empty unless ``by`` is a facet."""

    @property
    def held_out(self) -> tuple[str, ...]:
        """The works that nothing is learned from.

        Returns
        -------
        tuple of str
            Those that choose and those that judge, in ascending order.
        """
        return tuple(sorted((*self.validation, *self.test)))


def split_works(works: Iterable[Artwork], config: TrainConfig) -> Split:
    """Part works into those that train, those that choose and those that judge.

    With a facet, works that share one of its values, directly or through others, stay together.
    Whole groups are held out, drawn at random among those that are smaller than the share that is
    asked for, until it is met as nearly as can be: a single artist with a third of the works would
    make a judge of one taste. A larger group, the smallest of them, is taken only if all smaller
    ones make less than half of the share. Never more than half of the works are held out, unless
    their values are named, and works without a value train. Half of what is held out chooses, half
    judges, in whole groups unless one is most of it; with ``split`` as the source has it.

    Parameters
    ----------
    works : iterable of Artwork
        ``Pairs.works``, or a Collection, of which works without a picture are on neither side.
    config : TrainConfig
        Its ``hold_out``, ``hold_out_share``, ``hold_out_values`` and ``seed``.

    Returns
    -------
    Split
        Something is held out, and something left to learn from.

    Raises
    ------
    TrainingError
        There is nothing to hold out, or nothing would be left to learn from.
    """
    pictured = [work for work in works if work.images]
    if len(pictured) < 2:
        raise TrainingError(
            f"{len(pictured)} works have a picture; expected at least two, one to learn from and "
            "one to judge by."
        )
    if config.hold_out == "split":
        return _by_source(pictured, config)
    if config.hold_out == "work":
        return _by_work(pictured, config)
    return _by_facet(pictured, config)


def _by_source(works: Sequence[Artwork], config: TrainConfig) -> Split:
    """Take the parts that the source states; what has none is learned from."""
    held = {work.id for work in works if work.split not in ("", _TRAIN)}
    if not held or len(held) == len(works):
        counts = Counter(work.split or "none" for work in works)
        told = ", ".join(f"{part} ({n:,})" for part, n in sorted(counts.items()))
        raise TrainingError(
            f"hold_out is 'split', and the parts that the source states are: {told}; expected "
            "works of train and of val or test. Fill a column split, or hold out by --hold-out "
            "artist or work."
        )
    validation = {work.id for work in works if work.split.casefold() in _VALIDATION_NAMES}
    if validation in (set(), held):  # the source has but one of the two
        return _parted(works, held, "split", config)
    return _split(works, validation, held - validation, "split")


def _by_work(works: Sequence[Artwork], config: TrainConfig) -> Split:
    """Draw works, whoever made them."""
    wanted = min(max(round(len(works) * config.hold_out_share), 1), len(works) // 2)
    ids = sorted(work.id for work in works)
    return _parted(works, set(_chance(config).sample(ids, wanted)), "work", config)


def _by_facet(works: Sequence[Artwork], config: TrainConfig) -> Split:
    """Hold out whole groups of works that share values of a facet."""
    facet = config.hold_out
    if facet not in _FACETS:
        legal = (*_FACETS, "split", "work")
        raise TrainingError(
            f"hold_out is {facet!r}; expected one of {', '.join(legal)}.{nearest(facet, legal)}"
        )
    values = {work.id: found for work in works if (found := _values(work, facet))}
    group_of = _groups(values)
    if config.hold_out_values:
        held = _with_values(values, group_of, config, len(works))
    else:
        held = _drawn_groups(group_of, config, len(works))
    groups = {id_: group_of[id_] for id_ in sorted(held)}
    return _parted(works, held, facet, config, values, groups)


def _values(work: Artwork, facet: str) -> tuple[str, ...]:
    if facet in CENTURIES:
        return tuple(centuries_of(work.year_from, work.year_to, CENTURIES[facet]))
    return work.facets.get(facet, ())


def _groups(values: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Name the group of each work: the first, in order, of the values that are tied to its own.

    Values that a work shares are merged (union-find, with path halving).
    """
    parent: dict[str, str] = {}

    def root(value: str) -> str:
        parent.setdefault(value, value)
        while parent[value] != value:
            parent[value] = parent[parent[value]]
            value = parent[value]
        return value

    for first, *others in values.values():
        for other in others:
            one, two = sorted((root(first), root(other)))
            parent[two] = one
    return {id_: root(found[0]) for id_, found in values.items()}


def _with_values(
    values: Mapping[str, tuple[str, ...]],
    group_of: Mapping[str, str],
    config: TrainConfig,
    n_works: int,
) -> set[str]:
    """Hold out the works that have one of the values that were named, and what is tied to them."""
    known = {value for found in values.values() for value in found}
    for value in config.hold_out_values:
        if value not in known:
            raise TrainingError(
                f"hold_out_values: no work has the {config.hold_out} {value!r}; there are "
                f"{len(known):,}, such as {listed(sorted(known))}.{nearest(value, known)}"
            )
    named = set(config.hold_out_values)
    groups = {group_of[id_] for id_, found in values.items() if named.intersection(found)}
    held = {id_ for id_, group in group_of.items() if group in groups}
    if len(held) == n_works:
        raise TrainingError(
            f"hold_out_values: all {n_works:,} works have one of these values of "
            f"{config.hold_out}, or share a work with one that has; nothing is left to learn from. "
            "Name fewer."
        )
    return held


def _drawn_groups(group_of: Mapping[str, str], config: TrainConfig, n_works: int) -> set[str]:
    """Draw groups that together have the share of the works that is asked for, or nearly so."""
    sizes = Counter(group_of.values())
    most = n_works // 2
    wanted = min(max(round(n_works * config.hold_out_share), 1), most)
    usable = sorted(group for group, size in sizes.items() if size <= most)
    if not usable:
        raise _nothing_to_hold_out(sizes, config, n_works)
    candidates = [group for group in usable if sizes[group] < wanted]
    if 2 * sum(sizes[group] for group in candidates) < wanted:
        next_size = min((n for n in sizes.values() if wanted <= n <= most), default=0)
        candidates += [group for group in usable if sizes[group] == next_size]
    chance = _chance(config)
    draws = (
        _filled(chance.sample(candidates, len(candidates)), sizes, wanted, most)
        for _ in range(_DRAWS)
    )
    chosen = min(draws, key=lambda groups: abs(sum(sizes[group] for group in groups) - wanted))
    return {id_ for id_, group in group_of.items() if group in chosen}


def _filled(order: Sequence[str], sizes: Mapping[str, int], wanted: int, most: int) -> set[str]:
    """Take groups in an order as long as they fit, and one more if that comes nearer.

    A group that would overshoot is passed over, so that small ones fill what is left.
    """
    chosen, passed, total = set(), [], 0
    for group in order:
        if total + sizes[group] <= wanted:
            chosen.add(group)
            total += sizes[group]
        else:
            passed.append(group)
    extra = min(passed, key=lambda group: sizes[group], default=None)
    if extra is not None and total + sizes[extra] <= most:
        missing, over = wanted - total, total + sizes[extra] - wanted
        if over < missing or 2 * total < wanted:
            chosen.add(extra)
    return chosen


def _nothing_to_hold_out(sizes: Counter[str], config: TrainConfig, n_works: int) -> TrainingError:
    facet = config.hold_out
    if not sizes:
        found = f"none of the {n_works:,} works has a value of {facet}"
    else:
        (group, size), *_ = sizes.most_common(1)
        found = (
            f"{size:,} of the {n_works:,} works belong together by their {facet} "
            f"({cut(group)!r} and who shares works with it), and there is no smaller group"
        )
    return TrainingError(
        f"hold_out is {facet!r}, and {found}: nothing can be held out that is not also learned "
        "from. Hold out by another facet, or works at random with --hold-out work."
    )


def _parted(
    works: Sequence[Artwork],
    held: set[str],
    by: str,
    config: TrainConfig,
    values: Mapping[str, tuple[str, ...]] | None = None,
    groups: Mapping[str, str] | None = None,
) -> Split:
    """Halve what is held out, for choosing and for judging."""
    validation, test = _halves(held, groups or {}, config)
    return _split(works, validation, test, by, values, groups)


def _halves(
    held: set[str], groups: Mapping[str, str], config: TrainConfig
) -> tuple[set[str], set[str]]:
    """Deal whole groups to two sides, the largest first; single works if they come out uneven."""
    together: dict[str, list[str]] = {}
    for id_ in sorted(held):
        together.setdefault(groups.get(id_, id_), []).append(id_)
    drawn = sorted(together)
    _chance(config).shuffle(drawn)
    test: set[str] = set()
    validation: set[str] = set()
    for group in sorted(drawn, key=lambda group: -len(together[group])):
        min(test, validation, key=len).update(together[group])
    if 4 * len(validation) < len(held) and groups:
        return _halves(held, {}, config)
    return validation, test


def _split(
    works: Sequence[Artwork],
    validation: set[str],
    test: set[str],
    by: str,
    values: Mapping[str, tuple[str, ...]] | None = None,
    groups: Mapping[str, str] | None = None,
) -> Split:
    train = {work.id for work in works} - validation - test
    return Split(
        tuple(sorted(train)),
        tuple(sorted(validation)),
        tuple(sorted(test)),
        by,
        values or {},
        groups or {},
    )


def _chance(config: TrainConfig) -> random.Random:
    return random.Random(f"{config.seed}/split")


def write_split(folder: Path, split: Split) -> Path:
    """Write a split as ``split.csv``: id, part, group and the facet's values of each work.

    Parameters
    ----------
    folder : Path
        The adapter's folder.
    split : Split
        The split.

    Returns
    -------
    Path
        The file. Values stand as a JSON list, so that they can be read back whatever they hold.
    """
    buffer = io.StringIO()
    table = csv.writer(buffer, lineterminator="\n")
    table.writerow(["id", "part", "group", split.by])
    for part, ids in zip(_PARTS, (split.train, split.validation, split.test), strict=True):
        for id_ in ids:
            values = split.values.get(id_, ())
            told = json.dumps(values, ensure_ascii=False) if values else ""
            table.writerow([id_, part, split.groups.get(id_, ""), told])
    write_text_atomic(folder / _FILE, buffer.getvalue())
    return folder / _FILE


def read_split(folder: Path) -> Split:
    """Read what ``write_split`` wrote.

    Parameters
    ----------
    folder : Path
        The adapter's folder.

    Returns
    -------
    Split
        The same split.

    Raises
    ------
    TrainingError
        The file is missing, or is no such table.
    """
    file = folder / _FILE
    parts: dict[str, list[str]] = {part: [] for part in _PARTS}
    values: dict[str, tuple[str, ...]] = {}
    groups: dict[str, str] = {}
    try:
        with file.open(encoding="utf-8", newline="") as text:
            table = csv.reader(text, strict=True)
            *_, by = header = next(table)
            if header != ["id", "part", "group", by]:
                raise ValueError(f"its first row is {','.join(header)}")
            for id_, part, group, told in table:
                parts[part].append(id_)
                if told:
                    values[id_] = tuple(json.loads(told))
                if group:
                    groups[id_] = group
    except (OSError, ValueError, KeyError, StopIteration, csv.Error) as error:
        raise TrainingError(
            f"{file} is no split as topicart train writes it ({error or 'it is empty'}); expected "
            "a table with id, part, group and a facet. Train anew, into another folder."
        ) from error
    train, validation, test = (tuple(parts[part]) for part in _PARTS)
    return Split(train, validation, test, by, values, groups)
