from __future__ import annotations

import pytest

from tests.topicart.labels.made import chosen, labels_of

GENRES = [("genre", "marina"), ("genre", "portrait"), ("genre", "battle")]


def test_facts_choose_what_most_members_say_and_chance_does_not_explain() -> None:
    told = labels_of(GENRES, shares=[0.6, 0.2, 0.0])
    assert chosen(told) == {"genre": ("marina", "facts")}


@pytest.mark.parametrize(
    ("why", "facts"),
    [
        ("chance explains it", {"shares": [0.6, 0, 0], "q_values": [0.06, 1, 1]}),
        ("as frequent elsewhere", {"shares": [0.6, 0, 0], "lifts": [1.0, 1, 1]}),
        ("too few members agree", {"shares": [0.39, 0, 0]}),
        ("hardly any member says anything", {"shares": [0.9, 0, 0], "coverage": 0.1}),
    ],
)
def test_a_facet_stays_unlabelled_where_the_facts_are_unsure(why: str, facts: dict) -> None:
    labels = labels_of(GENRES, **facts)
    assert chosen(labels) == {}, why


def test_fewer_members_are_enough_where_the_pictures_agree() -> None:
    facts = {"shares": [0.3, 0.1, 0.0]}
    assert chosen(labels_of(GENRES, **facts, scores=[2.0, 1.0, 0.0])) == {
        "genre": ("marina", "both")
    }
    assert chosen(labels_of(GENRES, **facts, scores=[1.0, 2.0, 0.0])) == {}


def test_pictures_do_not_lift_a_term_over_others_that_the_facts_say_far_more_clearly() -> None:
    facts = {"shares": [0.2, 0.35, 0.0], "lifts": [2.0, 16.0, 1.0]}
    assert chosen(labels_of(GENRES, **facts, scores=[3.0, 1.0, 0.0])) == {}


def test_of_terms_about_as_strong_the_pictures_choose() -> None:
    facts = {"shares": [0.5, 0.45, 0.0]}
    assert chosen(labels_of(GENRES, **facts))["genre"] == ("marina", "facts")
    told = labels_of(GENRES, **facts, scores=[0.5, 2.0, 0.0])
    assert chosen(told)["genre"] == ("portrait", "both")


@pytest.mark.parametrize(
    ("scores", "expected"),
    [([2.0, 1.0, 0.0], {"genre": ("marina", "pictures")}), ([1.4, 0.0, 0.0], {}),
     ([2.0, 1.6, 0.0], {})],
    ids=["a clear lead", "too far", "too close to the next"],
)  # fmt: skip
def test_without_records_the_pictures_speak_only_when_clear(
    scores: list[float], expected: dict
) -> None:
    assert chosen(labels_of(GENRES, scores=scores, coverage=0.1)) == expected


def test_among_thousands_of_terms_a_nearer_one_is_asked_for() -> None:
    many = [("subject", f"motif {number}") for number in range(3000)]
    others = [0.0] * 2999
    assert chosen(labels_of(many, scores=[3.0, *others], coverage=0.1)) == {}
    assert set(chosen(labels_of(many, scores=[4.0, *others], coverage=0.1))) == {"subject"}


def test_pictures_do_not_contradict_members_that_state_the_facet() -> None:
    assert chosen(labels_of(GENRES, scores=[3.0, 0.0, 0.0], coverage=0.5)) == {}


@pytest.mark.parametrize("facet", ["artist", "date", "place", "period", "series"])
def test_who_when_and_where_are_never_said_on_the_pictures_word_alone(facet: str) -> None:
    terms = [(facet, "one"), (facet, "two")]
    assert chosen(labels_of(terms, scores=[9.0, 0.0], coverage=0.0)) == {}
    assert chosen(labels_of(terms, scores=[9.0, 0.0], judges="pictures")) == {}


@pytest.mark.parametrize(
    ("terms", "scores"),
    [(GENRES[:1], [3.0]), (GENRES, [-0.5, -1.0, -2.0])],
    ids=["a term without a rival", "terms that are farther than elsewhere"],
)
def test_pictures_agree_with_nothing(terms: list[tuple[str, str]], scores: list[float]) -> None:
    few = [0.3, 0.1, 0.0][: len(terms)]
    assert chosen(labels_of(terms, shares=few, scores=scores)) == {}
    most = [0.6, 0.1, 0.0][: len(terms)]
    assert chosen(labels_of(terms, shares=most, scores=scores)) == {"genre": ("marina", "facts")}


def test_pictures_are_no_witness_of_who_when_and_where() -> None:
    terms = [("artist", "one"), ("artist", "two")]
    told = labels_of(terms, shares=[0.5, 0.45], scores=[0.0, 9.0])
    assert chosen(told) == {"artist": ("one", "facts")}


def test_a_lower_share_than_that_for_agreement_may_be_asked_of_facts_alone() -> None:
    told = labels_of(GENRES, shares=[0.16, 0, 0], min_share=0.1)
    assert chosen(told) == {"genre": ("marina", "facts")}


def test_beside_records_of_what_is_seen_only_a_vocabulary_given_for_it_may_guess() -> None:
    terms = [("genre", "marina"), ("subject", "ships"), ("subject", "cats")]
    told = {"shares": [0.9, 0.0, 0.0], "scores": [2.0, 3.0, 0.0], "coverage": 0.2}
    assert set(chosen(labels_of(terms, **told))) == {"genre"}
    given = chosen(labels_of(terms, **told, source="iconclass"))
    assert given["subject"] == ("ships", "pictures")


def test_who_may_not_vote_does_not() -> None:
    told = {"shares": [0.6, 0.0, 0.0], "scores": [0.0, 3.0, 0.0]}
    assert chosen(labels_of(GENRES, **told, judges="facts"))["genre"] == ("marina", "facts")
    assert chosen(labels_of(GENRES, **told, judges="pictures"))["genre"] == ("portrait", "pictures")
    assert chosen(labels_of(GENRES, scores=[3.0, 0, 0], coverage=0.0, judges="facts")) == {}


def test_runners_up_by_facts_and_by_pictures_are_kept_with_all_that_speaks_for_them() -> None:
    labels = labels_of(GENRES, shares=[0.6, 0.1, 0.0], scores=[0.2, 0.1, 3.0])
    assert [label.term for label in labels] == ["marina", "portrait", "battle"]
    first = labels[0]
    assert (first.share, first.stated_share, first.lift, first.q_value) == (0.6, 0.6, 3.0, 1e-6)
    assert (first.cosine, first.contrast, first.score) == (0.02, 0.01, 0.2)
    assert [label.decided_by for label in labels] == ["facts", "", ""]


def test_no_more_labels_are_kept_than_asked_for() -> None:
    assert len(labels_of(GENRES, shares=[0.6, 0.3, 0.1], per_facet=2)) == 2
