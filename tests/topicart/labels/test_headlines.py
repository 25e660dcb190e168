from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topicart.labels.headlines import compose_headlines
from topicart.topics import Decider, Label


def _label(facet: str, term: str, share: float = 0.6, decided_by: Decider = "facts") -> Label:
    return Label(facet, term, share=share, q_value=0.001, chosen=bool(decided_by),
                 decided_by=decided_by)  # fmt: skip


def test_a_headline_says_what_in_which_style_by_whom() -> None:
    own = [_label("artist", "Monet", 0.7), _label("style", "Art Nouveau (Modern)"),
           _label("subject", "river"), _label("genre", "landscape")]  # fmt: skip
    assert compose_headlines([own], [["A"]]) == ["landscape, river, Art Nouveau, by Monet"]


@pytest.mark.parametrize(
    ("labels", "headline"),
    [
        ([("genre", "design"), ("subject", "designs and sketches")], "design"),
        ([("genre", "portrait"), ("style", "portrait")], "portrait"),
        (
            [("genre", "abstract"), ("style", "Lyrical Abstraction")],
            "abstract, Lyrical Abstraction",
        ),
        ([("subject", "self-portrait"), ("genre", "portrait")], "portrait"),
        ([("genre", "sea"), ("style", "Sea")], "sea"),
        ([("genre", "figurative"), ("style", "New Figuration")], "figurative, New Figuration"),
        ([("genre", "modern art"), ("style", "Modernism")], "modern art, Modernism"),
    ],
)
def test_a_headline_says_nothing_twice(labels: list[tuple[str, str]], headline: str) -> None:
    assert compose_headlines([[_label(*own) for own in labels]], [["A"]]) == [headline]


def test_an_artist_of_less_than_two_thirds_of_the_works_is_not_said_to_be_the_maker() -> None:
    own = [_label("genre", "portrait"), _label("style", "Baroque"), _label("artist", "Hals", 0.65)]
    assert compose_headlines([own], [["A"]]) == ["portrait, Baroque"]


def test_a_topic_of_which_only_its_chief_artist_is_known_is_called_so() -> None:
    own = [_label("artist", "Monet", 0.55)]
    assert compose_headlines([own], [["A"]]) == ["Monet and others"]


def test_one_word_is_joined_by_when_or_what_of() -> None:
    own = [_label("genre", "icon"), _label("medium", "tempera"), _label("date", "14th century")]
    assert compose_headlines([own], [["A"]]) == ["icon, 14th century"]


def test_runners_up_are_not_in_a_headline() -> None:
    own = [_label("genre", "icon"), _label("style", "Byzantine", decided_by="")]
    assert compose_headlines([own], [["A"]]) == ["icon"]


def test_what_no_record_says_is_in_no_headline_beside_what_records_say() -> None:
    seen = _label("subject", "ships", 0.0, "pictures")
    assert compose_headlines([[_label("genre", "icon"), seen]], [["A"]]) == ["icon"]
    assert compose_headlines([[seen]], [["A"]]) == ["ships"]


def test_a_topic_without_a_label_is_called_by_its_most_central_works() -> None:
    assert compose_headlines([[], [], []], [["One", "Two", "Three"], ["One", "One"], []]) == [
        "Works like “One”, “Two” and “Three”",
        "Works like “One”",
        "Works without a name",
    ]


def test_long_titles_such_as_names_of_files_are_not_heaped_up() -> None:
    titles = [f"francis-bacon_study-for-a-head-number-{number}" for number in range(3)]
    assert compose_headlines([[]], [titles]) == [f"Works like “{titles[0]}”"]
    assert compose_headlines([[]], [titles], [f"Works like “{titles[0]}”"]) == [
        f"Works like “{titles[0]}”, “{titles[1]}”"
    ]


def test_equal_headlines_are_told_apart_by_what_distinguishes_each_most() -> None:
    shared = [_label("genre", "portrait"), _label("style", "Baroque")]
    one = [*shared, _label("artist", "Hals", 0.4), _label("medium", "oil", 0.9)]
    other = [*shared, _label("artist", "Rubens", 0.3, ""), _label("medium", "oil", 0.9)]
    assert compose_headlines([one, other], [["A"], ["B"]]) == [
        "portrait, Baroque, Hals and others",
        "portrait, Baroque, Rubens and others",
    ]


def test_a_difference_that_is_hardly_one_tells_nothing_apart() -> None:
    one, other = ([_label("genre", "icon"), _label("style", "Byzantine"),
                   _label("medium", "tempera", share)] for share in (0.9, 0.89))  # fmt: skip
    assert compose_headlines([one, other], [["A"], ["B"]]) == [
        "icon, Byzantine, “A”", "icon, Byzantine, “B”",
    ]  # fmt: skip


def test_where_no_term_tells_them_apart_the_central_work_does_and_at_last_a_number() -> None:
    own = [_label("genre", "portrait")]
    assert compose_headlines([own, own, own, own], [["A"], ["B"], ["B"], []]) == [
        "portrait, “A”", "portrait, “B”", "portrait, “B” (2)", "portrait",
    ]  # fmt: skip


def test_a_headline_that_is_taken_is_lengthened() -> None:
    own = [_label("genre", "portrait"), _label("style", "Baroque"), _label("date", "17th century")]
    taken = ["portrait, Baroque"]
    assert compose_headlines([own], [["A"]], taken) == ["portrait, Baroque, 17th century"]
    assert compose_headlines([own[:2]], [[]], taken) == ["portrait, Baroque (2)"]


def test_a_group_without_a_name_of_its_own_is_called_by_its_parts() -> None:
    own = [_label("genre", "portrait"), _label("style", "Baroque")]
    when = [_label("date", "17th century")]
    named = compose_headlines(
        [own, when, own], [["A"], ["B"], ["C"]], (), ["a / b", "c / d", "e / f"]
    )
    assert named == ["a / b", "c / d", "e / f"]
    assert compose_headlines([own], [["A"]], (), ["a / b"]) == ["portrait, Baroque"]
    assert compose_headlines([own], [["A"]], ["portrait, baroque"], ["a / b"]) == ["a / b"]


_labels = st.lists(
    st.builds(
        _label,
        st.sampled_from(["genre", "style", "artist", "date"]),
        st.sampled_from(["a", "b", "Cubism", "cubism", "(x)", "é"]),
        st.floats(0, 1),
        st.sampled_from(["facts", "pictures", "both", ""]),
    ),
    max_size=5,
)


@given(
    st.lists(st.tuples(_labels, st.lists(st.sampled_from(["A", "a", "B"]), max_size=3)), max_size=8)
)
def test_no_two_topics_share_a_headline(topics: list) -> None:
    headlines = compose_headlines([own for own, _ in topics], [titles for _, titles in topics])
    assert len({headline.casefold() for headline in headlines}) == len(topics)
    assert all(headline.strip() for headline in headlines)
