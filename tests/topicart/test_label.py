from __future__ import annotations

import numpy as np
import pytest

from knowledge_graph import Artwork, Collection
from prompts import build_vocabulary
from topicart.label import LabelConfig, compose_names, describe_topics, weigh_evidence
from topicart.topics import Label, Topic


def _label(facet: str, term: str, share: float = 0.4) -> Label:
    return Label(facet=facet, term=term, score=0.1, cosine=0.3, share=share, lift=2.0)


def test_names_say_what_is_shown_then_how_and_never_repeat_a_word() -> None:
    labels = [_label("style", "Art Nouveau (Modern)"), _label("genre", "portrait"),
              _label("subject", "portrait")]  # fmt: skip
    assert compose_names([labels], ["A title"]) == ["portrait, Art Nouveau"]


def test_equal_names_are_told_apart_by_the_next_term_then_by_the_central_work() -> None:
    own = [_label("genre", "portrait"), _label("artist", "Rembrandt")]
    names = compose_names([own, own, own, own], ["One", "Two", "Three", "Three"])
    assert names == ["portrait", "portrait, Rembrandt", "portrait, “Three”", "portrait (2)"]


def test_one_word_alone_is_joined_by_what_most_members_share() -> None:
    own = [_label("style", "Art Brut"), _label("artist", "Battiss", 0.9), _label("place", "Rome")]
    assert compose_names([own], ["One"]) == ["Art Brut, Battiss"]


def test_names_say_nothing_that_few_members_say() -> None:
    own = [_label("genre", "portrait", 0.05), _label("style", "Cubism"), _label("subject", "cats")]
    assert compose_names([own], ["One"]) == ["cats, Cubism"]


def test_topics_without_labels_are_called_by_their_central_work() -> None:
    assert compose_names([[], []], ["Same", "Same"]) == [
        "Works like “Same”",
        "Works like “Same” (2)",
    ]


GENRES = ("marina", "marina", "marina", "portrait", "marina", "portrait")
MEMBERS = np.array([0, 0, 0, 0, 1, -1], dtype=np.int32)


@pytest.fixture
def collection() -> Collection:
    return Collection.from_artworks(
        Artwork(
            id=f"w{row}",
            facets={"genre": (genre,)},
            iris={"genre": (f"urn:genre:{genre}",)} if genre == "marina" else {},
        )
        for row, genre in enumerate(GENRES)
    )


def test_overlap_is_the_jaccard_index_of_members_and_works_with_the_term(
    collection: Collection,
) -> None:
    vocabulary = build_vocabulary(collection, min_works=1)
    evidence = weigh_evidence(vocabulary, MEMBERS, 2)
    for column, term in enumerate(vocabulary.terms):
        having = {row for row, genre in enumerate(GENRES) if genre == term.text}
        for topic in (0, 1):
            members = set(np.flatnonzero(topic == MEMBERS).tolist())
            expected = len(members & having) / len(members | having)
            assert evidence.overlaps[topic, column] == pytest.approx(expected)


def test_labels_carry_the_iri_of_their_term_and_their_overlap(collection: Collection) -> None:
    ranks = np.array([0, 1, 2, 3, 0, -1], dtype=np.int32)
    topics = describe_topics(
        collection, collection.ids, MEMBERS, ranks, np.eye(2, dtype=np.float32),
        encoder=None, config=LabelConfig(min_works=1, min_share=0.0),
    )  # fmt: skip
    (label,) = topics[0].labels
    assert (label.term, label.iri, label.overlap) == ("marina", "urn:genre:marina", 0.6)


def test_a_topic_written_before_labels_had_iris_is_read() -> None:
    topic = Topic(0, "portrait", 3, (_label("genre", "portrait"),), "Three works.", ("a", "b"))
    written = topic.to_dict()
    for label in written["labels"]:
        del label["iri"], label["overlap"]
    assert Topic.from_dict(written) == topic


def test_a_topic_survives_being_written_and_read() -> None:
    topic = Topic(0, "portrait", 3, (_label("genre", "portrait"),), "Three works.", ("a", "b"))
    assert Topic.from_dict(topic.to_dict()) == topic
    assert topic.labels_of("genre") == topic.labels
    assert topic.labels_of("style") == ()
