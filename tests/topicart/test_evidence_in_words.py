"""Evidence is told in plain words, and no hostile address becomes a link."""

from __future__ import annotations

import pytest

from topicart.evidence_in_words import called_by, chance, cut_at_names, decider, origin, web_address
from topicart.topics import Decider, Label, Summary, Topic


def _topic(*labels: Label) -> Topic:
    return Topic(0, "a", 3, labels, Summary(""), ())


@pytest.mark.parametrize(
    ("q_value", "told"),
    [
        (None, ""),
        (0.0, "less than once in a million"),
        (1e-6, "less than once in 1,000"),
        (0.001, "less than once in 100"),
        (0.0499, "less than once in 20"),
        (0.05, "about once in 20"),
        (0.49, "about once in 2"),
        (1.0, "as likely as not"),
    ],
)
def test_chance_is_told_as_odds(q_value: float | None, told: str) -> None:
    assert chance(q_value) == told


@pytest.mark.parametrize(
    ("decided_by", "share", "told"),
    [
        ("facts", 0.5, "records"),
        ("both", 0.5, "records and pictures agree"),
        ("pictures", 0.0, "pictures only, no record says so"),
        ("pictures", 0.1, "pictures only, too few records say so"),
        ("pictures", 0.95, "pictures, borne out by records"),
        ("", 0.5, ""),
    ],
)
def test_the_witness_is_named(decided_by: Decider, share: float, told: str) -> None:
    assert decider(Label("genre", "marina", share=share, decided_by=decided_by)) == told


def test_a_word_says_where_it_comes_from() -> None:
    assert origin(Label("genre", "marina")) == "the collection’s records"
    assert origin(Label("genre", "marina", source="aat.ttl")) == "aat.ttl"
    assert origin(Label("genre", "x", source="iconclass", notation="25H")) == "Iconclass 25H"


@pytest.mark.parametrize(
    "iri",
    [
        "",
        "javascript:alert(1)",
        "JavaScript:alert(1)//http://a.org",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.org/x",
        "http:",
        "http:///path",
        "http://[::1",
        "https://iconclass.org@evil.org/",
        'http://a.org/"onclick="x',
        "http://a.org/\nb",
        " http://a.org",
        "http://a.org/\u2028b",
        "http://a.org/\u202eb",
        "urn:aat:1",
        "http://a.org/" + "x" * 2000,
    ],
)
def test_what_is_no_plain_address_of_the_web_is_no_link(iri: str) -> None:
    assert web_address(iri) == ""


def test_addresses_of_the_web_are_links() -> None:
    for iri in ("http://vocab.getty.edu/aat/300015636", "https://iconclass.org/25H%28A%29"):
        assert web_address(iri) == iri


def test_a_topic_is_called_by_what_was_chosen_even_if_that_is_nothing() -> None:
    marina = Label("genre", "marina", share=0.5, stated_share=0.5, chosen=True)
    other = Label("genre", "portrait", share=0.5, stated_share=0.5)
    assert called_by(_topic(other, marina)) == (marina,)
    assert called_by(_topic(other)) == ()


def test_a_topic_of_format_2_0_is_called_by_the_first_that_a_tenth_states() -> None:
    labels = (
        Label("genre", "rare", share=0.09),
        Label("genre", "marina", share=0.1),
        Label("genre", "portrait", share=0.9),
    )
    assert called_by(_topic(*labels)) == (labels[1],)


def test_names_are_cut_out_whole_the_longest_first() -> None:
    text = "Monet, monetary and Claude Monet (MONET)."
    pieces = cut_at_names(text, ["", "Monet", "Claude Monet"])
    assert "".join(pieces) == text
    assert pieces[1::2] == ["Monet", "Claude Monet", "MONET"]
    assert cut_at_names(text, []) == [text]
