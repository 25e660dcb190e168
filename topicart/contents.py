"""The table of contents of a run: topics under their groups, groups under theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from topicart.topics import Topic

_TOP_LEVEL = 2


@dataclass(frozen=True)
class Part:
    """Topics that belong together.

    Parameters
    ----------
    group
        Their group, ``None`` for topics that no other shares a group with.
    topics
        Those that are in it and in no part within.
    parts
        The parts within it.
    """

    group: Topic | None
    topics: tuple[Topic, ...]
    parts: tuple[Part, ...]

    @property
    def n_topics(self) -> int:
        """Count the topics in it.

        Returns
        -------
        int
            Those of its parts too.
        """
        return len(self.topics) + sum(part.n_topics for part in self.parts)

    @property
    def n_works(self) -> int:
        """Count the works in its topics.

        Returns
        -------
        int
            Those of its parts' topics too.
        """
        own = sum(topic.size for topic in self.topics)
        return own + sum(part.n_works for part in self.parts)


def arrange_contents(topics: Sequence[Topic], groups: Sequence[Topic]) -> tuple[Part, ...]:
    """Put topics under their groups. A group of one is none: it would only say a name twice.

    Parameters
    ----------
    topics
        The topics.
    groups
        Their groups, of level 1 and 2.

    Returns
    -------
    tuple of Part
        In the groups' order; last, where there are such, the topics on their own. Every topic is
        there once, also where the groups contradict themselves.
    """
    inner = {group.id: group for group in groups if group.level == 1}
    outer = {group.id: group for group in groups if group.level == _TOP_LEVEL}
    members: dict[int | None, list[Topic]] = {}
    for topic in topics:
        members.setdefault(topic.broader if topic.broader in inner else None, []).append(topic)
    parts: dict[int | None, list[Part]] = {}
    for group in inner.values():
        if own := members.get(group.id):
            broader = group.broader if group.broader in outer else None
            parts.setdefault(broader, []).append(Part(group, tuple(own), ()))
    arranged = [_united(group, parts[group.id]) for group in outer.values() if group.id in parts]
    arranged += parts.get(None, [])
    alone = members.get(None, [])
    alone += [topic for part in arranged if part.n_topics == 1 for topic in part.topics]
    rest = Part(None, tuple(sorted(alone, key=lambda topic: topic.id)), ())
    return (*(part for part in arranged if part.n_topics > 1), *([rest] if alone else []))


def broader_groups(contents: Sequence[Part]) -> dict[int, tuple[Topic, ...]]:
    """Return the groups that each topic is in.

    Parameters
    ----------
    contents
        What ``arrange_contents`` gave.

    Returns
    -------
    dict
        By the topic's id: its groups, the broadest first.
    """
    found: dict[int, tuple[Topic, ...]] = {}
    for part in contents:
        own = () if part.group is None else (part.group,)
        found.update((topic.id, own) for topic in part.topics)
        for topic, groups in broader_groups(part.parts).items():
            found[topic] = own + groups
    return found


def _united(group: Topic, parts: Sequence[Part]) -> Part:
    """Return a group of groups; where it is but one group, or a part one topic, without that."""
    if len(parts) == 1:
        return Part(group, parts[0].topics, ())
    single = [topic for part in parts if part.n_topics == 1 for topic in part.topics]
    return Part(group, tuple(single), tuple(part for part in parts if part.n_topics > 1))
