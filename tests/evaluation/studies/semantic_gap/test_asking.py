"""What works are asked for by, and long texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from evaluation.studies.looking.space import Space
from evaluation.studies.semantic_gap.asking import (
    LONG_TEXTS,
    TextKind,
    encode,
    sentences,
    share_cut,
    texts_of,
)
from knowledge_graph import Artwork, Collection
from topicart.errors import StudyError

READS = 4
"""Words that the model reads."""


def _letters(texts: Sequence[str]) -> NDArray[np.float32]:
    """Count the letters of the first four words; nothing of it is of length 1."""
    heads = [" ".join(text.split()[:READS]).lower() for text in texts]
    counted = [[head.count(chr(97 + n)) for n in range(26)] for head in heads]
    return np.array(counted, np.float32).reshape(-1, 26)


def _words(texts: Sequence[str]) -> NDArray[np.intp]:
    return np.array([len(text.split()) for text in texts], np.intp)


def _space(*, reads: bool = True) -> Space:
    nothing = np.zeros((0, 26), np.float32)
    return Space(
        model="letters",
        told="letters",
        floor=False,
        pictures=nothing,
        features=nothing,
        place=lambda raw: raw,
        read=_letters if reads else None,
        context_length=READS,
        token_counts=_words if reads else None,
    )


def _works(described: int = 2) -> Collection:
    facts = {"artist": ("Ann Old",), "genre": ("landscape",), "subject": ("tree", "sky")}
    return Collection.from_artworks(
        Artwork(
            id=f"w{n}",
            title=f"Title {n}." if n else "",
            description=f"Two  trees in {n}.\nAnd a sky." if n < described else " ",
            date="1850",
            year_from=1850,
            year_to=1850,
            date_precision="year",
            facets=facts if n != 3 else {},
        )
        for n in range(4)
    )


@pytest.mark.parametrize(
    ("kind", "texts", "missing"),
    [
        ("description", ("Two trees in 0. And a sky.", "Title 1: Two trees in 1. And a sky."), 2),
        ("title", ("", "Title 1."), 1),
        (
            "caption",
            (
                "landscape painting of tree, sky by Ann Old, 1850",
                "Title 1.: landscape painting of tree, sky by Ann Old, 1850",
            ),
            0,
        ),
        ("caption without names", ("landscape painting that shows tree, sky",) * 2, 0),
    ],
)
def test_each_kind_of_text(kind: TextKind, texts: tuple[str, ...], missing: int) -> None:
    asked = texts_of(_works(), kind)
    assert asked.kind == kind
    assert [own[: len(text)] for own, text in zip(asked.texts, texts, strict=False)] == list(texts)
    assert (asked.missing, len(asked.texts)) == (missing, 4)


def test_names_are_in_no_caption_without_them() -> None:
    asked = texts_of(_works(), "caption without names")
    assert not any(name in text for text in asked.texts for name in ("Title", "Old", "1850"))


@pytest.mark.parametrize(("described", "kind"), [(2, "description"), (1, "caption")])
def test_descriptions_are_asked_by_where_half_of_the_works_have_one(
    described: int, kind: str
) -> None:
    assert texts_of(_works(described)).kind == kind


def test_a_collection_without_such_texts_asks_for_nothing() -> None:
    asked = texts_of(_works(0), "description")
    assert (set(asked.texts), asked.missing) == ({""}, 4)


def test_a_misspelt_kind_is_refused() -> None:
    with pytest.raises(StudyError, match="no text 'titel' to ask by.* Did you mean 'title'"):
        texts_of(_works(), "titel")  # type: ignore[arg-type]


def test_sentences_end_where_they_end() -> None:
    text = "A bay near St. Ives, 3.5 m wide. “Is it so?” It is! Of c. 1850."
    assert sentences(text) == [
        "A bay near St. Ives, 3.5 m wide.",
        "“Is it so?",
        "It is!",
        "Of c. 1850.",
    ]
    assert sentences("  ") == []
    assert len(sentences("Long sentence. " * 100)) == 30


LONG = "One two three four five. Six seven. Eighty."


def test_a_long_text_is_read_as_the_policy_says() -> None:
    def unit(*texts: str) -> NDArray[np.float32]:
        rows = _letters(texts)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        mean = rows.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)

    expected = {
        "first tokens": unit("One two three four"),
        "first sentence": unit("One two three four"),
        "mean over sentences": unit("One two three four", "Six seven.", "Eighty."),
    }
    for policy in LONG_TEXTS:
        rows = encode(_space(), [LONG, "short"], policy)
        np.testing.assert_allclose(rows, [expected[policy], unit("short")], rtol=1e-6)


def test_a_text_without_a_known_word_has_no_direction() -> None:
    rows = encode(_space(), ["ΑΒΓ", "abc"])
    assert np.linalg.norm(rows, axis=1).tolist() == pytest.approx([0, 1])


@pytest.mark.parametrize(
    ("policy", "shares"),
    [("first tokens", 2 / 3), ("first sentence", 2 / 3), ("mean over sentences", 1 / 3)],
)
def test_the_share_of_texts_that_are_cut(policy: str, shares: float) -> None:
    texts = [LONG, "Six seven. Eight nine ten.", "short"]
    assert share_cut(_space(), texts, policy) == pytest.approx(shares)  # type: ignore[arg-type]


def test_a_model_that_reads_no_texts_cuts_none_and_is_asked_nothing() -> None:
    assert share_cut(_space(reads=False), [LONG], "first tokens") is None
    assert share_cut(_space(), [], "first tokens") is None
    with pytest.raises(StudyError, match="letters reads no texts"):
        encode(_space(reads=False), [LONG])
    with pytest.raises(StudyError, match="no way 'first sentense'.* Did you mean 'first sentence'"):
        encode(_space(), [LONG], "first sentense")  # type: ignore[arg-type]
