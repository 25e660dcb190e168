"""How works flow from one model's topics to another's: an alluvial diagram's geometry."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.comparing.compared import ComparedModel, ModelMatching
from topicart import OUTLIER

MOST_NODES = 30
"""Topics drawn on a side; the smaller ones are one node."""

OTHERS = -2
"""Number of the node of all smaller topics."""

WIDTH = 1100
_BAR = 9
_LEFT = 350
_RIGHT = WIDTH - _LEFT
_ROW = 42
_GAP = 8
_WORKS_PX = 560
_TOP = 34


@dataclass(frozen=True)
class Node:
    """A topic on one side.

    Parameters
    ----------
    topic
        Its number; -1 for no topic, -2 for all smaller topics.
    name
        What stands beside it.
    n_works
        Works that the two models share in it.
    y, height
        Where it is drawn.
    tone
        Number of its colour, or ``None`` for grey.
    picture
        The work whose picture stands beside it, or ``None``.
    """

    topic: int
    name: str
    n_works: int
    y: float
    height: float
    tone: int | None
    picture: str | None


@dataclass(frozen=True)
class Ribbon:
    """Works that go from a topic to another.

    Parameters
    ----------
    first, second
        Names of the two.
    n_works
        How many.
    path
        The outline, as SVG writes it.
    tone
        Number of the first one's colour, or ``None`` for grey.
    """

    first: str
    second: str
    n_works: int
    path: str
    tone: int | None


@dataclass(frozen=True)
class Flow:
    """An alluvial diagram.

    Parameters
    ----------
    left, right
        Topics of the two models, from above.
    ribbons
        The widest first, so that thin ones lie on them.
    height
        Of the drawing; it is :data:`WIDTH` wide.
    """

    left: tuple[Node, ...]
    right: tuple[Node, ...]
    ribbons: tuple[Ribbon, ...]
    height: float


def draw_flow(
    matching: ModelMatching, first: ComparedModel, second: ComparedModel, tones: Mapping[int, int]
) -> Flow | None:
    """Lay out the flow of works from the first model's topics to the second's.

    Parameters
    ----------
    matching
        The two models' topics.
    first, second
        The models.
    tones
        Number of the colour of each topic of the first model.

    Returns
    -------
    Flow or None
        ``None`` where the two have no work in common. Topics of the first stand in the order of
        their size; those of the second in the order of where their works come from, which keeps
        crossings few.
    """
    lefts, rights = _kept(first), _kept(second)
    flows: Counter[tuple[int, int]] = Counter()
    for one, two, count in matching.flows:
        flows[one if one in lefts else OTHERS, two if two in rights else OTHERS] += count
    if not flows:
        return None
    scale = _WORKS_PX / sum(flows.values())
    order = [*lefts[:-1], OTHERS, OUTLIER]
    by_left = _sums(flows, 0)
    left = _nodes([one for one in order if one in by_left], by_left, first, tones, scale)
    place = {node.topic: node.y + node.height / 2 for node in left}
    pull: dict[int, float] = defaultdict(float)
    by_right = _sums(flows, 1)
    for (one, two), count in flows.items():
        pull[two] += place[one] * count / by_right[two]
    matched = {two.second: tones[two.first] for two in matching.pairs if two.first in tones}
    across = sorted(by_right, key=lambda topic: (topic == OUTLIER, topic == OTHERS, pull[topic]))
    right = _nodes(across, by_right, second, matched, scale)
    height = max(side[-1].y + max(side[-1].height, _ROW - _GAP) for side in (left, right)) + 4
    return Flow(left, right, _ribbons(flows, left, right, scale), round(height, 1))


def _kept(model: ComparedModel) -> list[int]:
    """Return the topics with a node of their own, the largest first, and that of no topic."""
    return [*(topic.id for topic in model.topics[:MOST_NODES]), OUTLIER]


def _sums(flows: Mapping[tuple[int, int], int], side: int) -> dict[int, int]:
    sums: Counter[int] = Counter()
    for pair, count in flows.items():
        sums[pair[side]] += count
    return dict(sums)


def _nodes(
    order: Sequence[int],
    sums: Mapping[int, int],
    model: ComparedModel,
    tones: Mapping[int, int],
    scale: float,
) -> tuple[Node, ...]:
    topics = {topic.id: topic for topic in model.topics}
    nodes = []
    y = float(_TOP)
    for number in order:
        topic = topics.get(number)
        height = max(sums[number] * scale, 1.0)
        if topic:
            name = topic.name
        elif number == OUTLIER:
            name = "In no topic"
        else:
            name = f"{len(topics) - MOST_NODES} smaller topics"
        picture = topic.pictures[0] if topic and topic.pictures else None
        nodes.append(
            Node(
                topic=number,
                name=name,
                n_works=sums[number],
                y=round(y, 1),
                height=round(height, 1),
                tone=tones.get(number),
                picture=picture,
            )
        )
        y += max(height + _GAP, _ROW)
    return tuple(nodes)


def _ribbons(
    flows: Mapping[tuple[int, int], int],
    left: Sequence[Node],
    right: Sequence[Node],
    scale: float,
) -> tuple[Ribbon, ...]:
    ones = {node.topic: node for node in left}
    twos = {node.topic: node for node in right}
    row_one = {node.topic: row for row, node in enumerate(left)}
    row_two = {node.topic: row for row, node in enumerate(right)}
    # Within a node the ribbons leave in the order of where they go, so that none cross there.
    starts = {node.topic: node.y for node in left}
    begin: dict[tuple[int, int], float] = {}
    for pair in sorted(flows, key=lambda pair: (row_one[pair[0]], row_two[pair[1]])):
        begin[pair] = starts[pair[0]]
        starts[pair[0]] += flows[pair] * scale
    ends = {node.topic: node.y for node in right}
    ribbons = []
    for one, two in sorted(flows, key=lambda pair: (row_two[pair[1]], row_one[pair[0]])):
        width = flows[one, two] * scale
        path = _path(begin[one, two], ends[two], max(width, 0.6))
        ends[two] += width
        ribbons.append(
            Ribbon(ones[one].name, twos[two].name, flows[one, two], path, ones[one].tone)
        )
    return tuple(sorted(ribbons, key=lambda ribbon: -ribbon.n_works))


def _path(start: float, end: float, width: float) -> str:
    x0, x1 = _LEFT + _BAR, _RIGHT - _BAR
    mid = (x0 + x1) / 2
    return (
        f"M{x0} {start:.1f}C{mid:.0f} {start:.1f} {mid:.0f} {end:.1f} {x1} {end:.1f}"
        f"V{end + width:.1f}C{mid:.0f} {end + width:.1f} {mid:.0f} {start + width:.1f} "
        f"{x0} {start + width:.1f}Z"
    )
