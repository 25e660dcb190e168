"""Topics stand under their groups, each once, whatever the groups say."""

from __future__ import annotations

from collections.abc import Sequence

from topicart.contents import Part, arrange_contents, broader_groups
from topicart.topics import Summary, Topic


def _topic(number: int, broader: int | None = None, level: int = 0) -> Topic:
    return Topic(number, f"t{number}", 2, (), Summary(""), (), level=level, broader=broader)


def _outline(parts: Sequence[Part]) -> list[object]:
    return [
        (part.group and part.group.id, [topic.id for topic in part.topics], _outline(part.parts))
        for part in parts
    ]


def test_topics_stand_under_their_groups() -> None:
    topics = [_topic(0, 5), _topic(1, 6), _topic(2, 5), _topic(3, 6)]
    groups = [_topic(5, 7, 1), _topic(6, 7, 1), _topic(7, None, 2)]
    contents = arrange_contents(topics, groups)
    assert _outline(contents) == [(7, [], [(5, [0, 2], []), (6, [1, 3], [])])]
    assert (contents[0].n_topics, contents[0].n_works) == (4, 8)
    broader = {key: [group.id for group in own] for key, own in broader_groups(contents).items()}
    assert broader == {0: [7, 5], 2: [7, 5], 1: [7, 6], 3: [7, 6]}


def test_without_groups_all_are_in_one_part() -> None:
    assert _outline(arrange_contents([_topic(0), _topic(1)], [])) == [(None, [0, 1], [])]
    assert arrange_contents([], []) == ()


def test_a_group_of_one_is_none() -> None:
    topics = [_topic(0, 5), _topic(1, 6), _topic(2, 6), _topic(3, 7), _topic(4)]
    groups = [_topic(5, 8, 1), _topic(6, 8, 1), _topic(7, 9, 1), _topic(8, None, 2),
              _topic(9, None, 2)]  # fmt: skip
    assert _outline(arrange_contents(topics, groups)) == [
        (8, [0], [(6, [1, 2], [])]),
        (None, [3, 4], []),
    ]


def test_a_group_whose_only_part_is_one_group_is_told_once() -> None:
    topics = [_topic(0, 5), _topic(1, 5)]
    groups = [_topic(5, 8, 1), _topic(8, None, 2)]
    assert _outline(arrange_contents(topics, groups)) == [(8, [0, 1], [])]


def test_every_topic_is_there_once_whatever_the_groups_say() -> None:
    topics = [_topic(0, 5), _topic(1, 99), _topic(2, 5), _topic(3, 6), _topic(4, 7), _topic(8, 6)]
    groups = [_topic(5, 7, 1), _topic(6, 6, 1), _topic(7, 5, 2)]  # 6 is in itself, 7 in its part
    assert _outline(arrange_contents(topics, groups)) == [
        (7, [0, 2], []),
        (6, [3, 8], []),
        (None, [1, 4], []),
    ]
