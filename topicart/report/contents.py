"""The table of contents: themes under their groups, groups under theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topicart.report.wording import capitalised, shorten

if TYPE_CHECKING:
    from topicart.topics import Topic

__all__ = ["Group", "arrange_contents", "broader_names"]

_LONGEST_NAME = 160
_TOP_LEVEL = 2


@dataclass(frozen=True)
class Group:
    """Themes that belong together.

    Parameters
    ----------
    group
        Its id in the run; -1 where it is none: themes, or groups, that belong to no other.
    name
        Its headline; empty where it is none.
    n_themes, size
        Themes and works in it, at any depth.
    themes
        Positions of the themes that are in it and in no group within.
    groups
        The groups within it.
    """

    group: int
    name: str
    n_themes: int
    size: int
    themes: tuple[int, ...]
    groups: tuple[Group, ...]


def arrange_contents(topics: Sequence[Topic], groups: Sequence[Topic]) -> tuple[Group, ...]:
    """Put themes under their groups.

    Parameters
    ----------
    topics
        The topics.
    groups
        Their groups, of level 1 and 2.

    Returns
    -------
    tuple of Group
        The groups of the highest level in their order; last, where there are such, the themes that
        no group has. Every theme is there once, also where the groups contradict themselves.
    """
    inner = {group.id: group for group in groups if group.level == 1}
    outer = {group.id: group for group in groups if group.level == _TOP_LEVEL}
    themes: dict[int | None, list[int]] = {}
    for place, topic in enumerate(topics):
        themes.setdefault(topic.broader if topic.broader in inner else None, []).append(place)
    filled = {
        key: _group(group, topics, themes[key], ()) for key, group in inner.items() if key in themes
    }
    within: dict[int | None, list[Group]] = {}
    for key, own in filled.items():
        broader = inner[key].broader
        within.setdefault(broader if broader in outer else None, []).append(own)
    arranged = [
        _group(group, topics, (), within[key]) for key, group in outer.items() if key in within
    ]
    arranged += within.get(None, [])
    if alone := themes.get(None):
        arranged.append(_group(None, topics, alone, ()))
    return tuple(arranged)


def broader_names(contents: Sequence[Group]) -> dict[int, tuple[tuple[int, str], ...]]:
    """Return the groups that each theme is in.

    Parameters
    ----------
    contents
        What ``arrange_contents`` gave.

    Returns
    -------
    dict
        By the theme's position: id and name of its groups, the broadest first.
    """
    found: dict[int, tuple[tuple[int, str], ...]] = {}
    for group in contents:
        own = ((group.group, group.name),) if group.name else ()
        found.update(dict.fromkeys(group.themes, own))
        for place, names in broader_names(group.groups).items():
            found[place] = own + names
    return found


def _group(
    group: Topic | None, topics: Sequence[Topic], themes: Sequence[int], groups: Sequence[Group]
) -> Group:
    return Group(
        group=-1 if group is None else group.id,
        name="" if group is None else capitalised(shorten(group.name, _LONGEST_NAME)),
        n_themes=len(themes) + sum(own.n_themes for own in groups),
        size=sum(topics[place].size for place in themes) + sum(own.size for own in groups),
        themes=tuple(themes),
        groups=tuple(groups),
    )
