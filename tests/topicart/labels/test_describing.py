from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from knowledge_graph import Collection
from tests.topicart.conftest import THEMES, World, unit
from topicart.labels import Described, LabelConfig, describe_topics

HALVES = len(THEMES) * 2


def _describe(world: World, works: Collection | None = None, **settings: Any) -> Described:
    """Name ten topics: each theme of the world in two halves."""
    truth = np.where(world.truth < 0, -1, world.truth * 2 + np.arange(len(world.truth)) % 2)
    ranks = np.array(
        [-1 if own < 0 else int((truth[:row] == own).sum()) for row, own in enumerate(truth)]
    )
    centroids = unit(
        np.stack([world.embeddings.vectors[truth == own].mean(axis=0) for own in range(HALVES)])
    )
    return describe_topics(
        works or world.collection,
        truth.astype(np.int32),
        ranks.astype(np.int32),
        centroids,
        world.embeddings.vectors.mean(axis=0),
        encoder=world,
        config=LabelConfig.model_validate(settings),
    )


def test_topics_are_called_by_what_their_works_show(world: World) -> None:
    found = _describe(world)
    for topic in found.topics:
        theme = THEMES[topic.id // 2]
        assert topic.name.startswith(theme)
        label = topic.labels_of("genre")[0]
        assert (label.term, label.chosen, label.decided_by) == (theme, True, "both")
        assert label.share == 1.0
        assert label.q_value is not None
        assert label.q_value < 1e-6
        assert label.score is not None
        assert label.score > 1.0
    assert len({topic.name for topic in found.topics}) == HALVES


def test_prompts_alone_find_the_same_names(world: World) -> None:
    for topic in _describe(world, judges="pictures", min_score=1.0).topics:
        assert {label.facet: label.term for label in topic.chosen} == {
            "genre": THEMES[topic.id // 2]
        }


def test_facts_alone_ask_no_encoder(world: World) -> None:
    found = _describe(replace(world, directions=np.empty(0)), judges="facts")
    assert all(label.score is None for topic in found.topics for label in topic.labels)
    assert found.topics[0].name.startswith(THEMES[0])


def test_groups_stand_above_the_topics_and_are_named_the_same_way(world: World) -> None:
    found = _describe(world)
    first = [group for group in found.groups if group.level == 1]
    assert [group.id for group in found.groups] == [
        HALVES + place for place in range(len(found.groups))
    ]
    by_id = {group.id: group for group in found.groups}
    for group in first:
        below = [topic for topic in found.topics if topic.broader == group.id]
        assert group.size == sum(topic.size for topic in below)
        assert {topic.id // 2 for topic in below} == {THEMES.index(group.name.split(",")[0])}
        assert group.broader is None or by_id[group.broader].level == 2
        shown = [work for topic in below for work in topic.representatives[:1]]
        assert set(group.representatives[: len(below)]) == set(shown)
    assert sum(group.size for group in first) == sum(topic.size for topic in found.topics)


def test_a_user_s_own_words_name_topics_that_have_no_records(world: World, tmp_path: Any) -> None:
    plain = Collection.from_artworks(
        [replace(work, facets={}) for work in world.collection], source="no records"
    )
    words = tmp_path / "words.csv"
    words.write_text(
        "term,iri\n" + "".join(f"{theme},https://example.org/{theme[:3]}\n" for theme in THEMES)
    )
    found = _describe(world, plain, vocabularies=(f"subject={words}",), min_score=1.0)
    for topic in found.topics:
        [label] = topic.chosen
        theme = THEMES[topic.id // 2]
        assert (label.facet, label.term, label.source) == ("subject", theme, "words.csv")
        assert (label.decided_by, label.iri) == ("pictures", f"https://example.org/{theme[:3]}")


def test_without_records_and_words_topics_are_called_by_their_central_works(world: World) -> None:
    plain = Collection.from_artworks(
        [replace(work, facets={}, year_from=None, year_to=None) for work in world.collection],
        source="no records",
    )
    found = _describe(world, plain)
    assert all(topic.name.startswith("Works like “Title ") for topic in found.topics)
    assert all(topic.labels == () for topic in found.topics)


def test_naming_twice_gives_the_same(world: World) -> None:
    assert _describe(world) == _describe(world)


@pytest.mark.parametrize("field", ["min_share", "max_q", "min_score", "per_facet"])
def test_settings_out_of_range_are_refused(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        LabelConfig.model_validate({field: -1})
