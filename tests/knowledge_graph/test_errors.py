from __future__ import annotations

from knowledge_graph import CollectionError, Problem
from knowledge_graph.errors import listed, nearest


def test_names_are_listed_up_to_a_number_and_a_length() -> None:
    assert listed(["a"]) == "'a'"
    assert listed(["a", "b", "c"]) == "'a', 'b', 'c'"
    assert listed([*"abcdef"], 2) == "'a', 'b' and 4 more"
    assert listed(["x" * 200]) == f"'{'x' * 80}…'"


def test_the_nearest_names_are_offered_in_their_own_spelling() -> None:
    assert nearest("artits", ["Artist", "Title"]) == " Did you mean 'Artist'?"
    assert nearest("zzz", ["Artist", "Title"]) == ""


def test_what_a_terminal_would_obey_is_escaped_wherever_a_source_is_quoted() -> None:
    assert str(CollectionError("a\x1b[31m\nb\udcff é.")) == "a\\x1b[31m\\x0ab\\udcff é."
    problem = Problem("a\x07", "b\n.jpg", "c\x9b")
    assert problem == Problem("a\\x07", "b\\x0a.jpg", "c\\x9b")
