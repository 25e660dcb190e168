from __future__ import annotations

from topicart.label import compose_names
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


def test_a_topic_survives_being_written_and_read() -> None:
    topic = Topic(0, "portrait", 3, (_label("genre", "portrait"),), "Three works.", ("a", "b"))
    assert Topic.from_dict(topic.to_dict()) == topic
    assert topic.labels_of("genre") == topic.labels
    assert topic.labels_of("style") == ()
