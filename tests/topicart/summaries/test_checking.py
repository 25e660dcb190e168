from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topicart.summaries import Failure
from topicart.summaries.checking import LONGEST, checked


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("Caption: **Harbours** at dusk.", "Harbours at dusk."),
        ("ASSISTANT: Boats at sea.", "Boats at sea."),
        ("Sure! Here is a short description:\n\n“Boats at sea.”", "Boats at sea."),
        ("Here's the caption you asked for: Boats at sea.", "Boats at sea."),
        ("# Theme\n\nPortraits of women.", "Portraits of women."),
        ("```text\nA row of boats.\n```", "A row of boats."),
        ('  "Boats\n  at   sea."  ', "Boats at sea."),
        ("- Boats.\n- Trees.", "Boats. Trees."),
        ("\x1b[31mRed\x1b[0m boats\x07 at\u2028sea.\u202e", "Red boats at sea."),
        ("<s>Boats <b>at</b> sea.</s>", "Boats at sea."),
        ("<think>Hm, boats?</think>Boats at sea.", "Boats at sea."),
        ("Boats at sea. A harbour with", "Boats at sea."),
        ("Boats. Trees. Boats. Trees. A hill.", "Boats. Trees. A hill."),
        ("By J. M. W. Turner at St. Ives, ca. 1820, boats.",) * 2,
        ("Portraits of women",) * 2,
        ("船が描かれている",) * 2,
        ('"Still life" and "Portrait"',) * 2,
    ],
)  # fmt: skip
def test_wrapping_comes_off(answer: str, text: str) -> None:
    assert checked(answer) == text


@pytest.mark.parametrize(
    "summary",
    [
        "The artist cannot be identified, but all show boats.",
        "The sitters can't be identified. No image is brighter than the last.",
        "Sorry-looking dogs wait in the snow.",
        "The works are sorry sights of war; a mother is unable to help.",
        "A girl says: I am sorry.",
        "I can't identify the artist, but boats recur in all of them.",
        "Here are boats in a harbour: small ones, and red.",
        "As an allegory of time, an old man sits by the sea.",
        "Caption cards and labels fill the wall.",
        "In 1871, 1872, 1873 and 1874 the same bay was painted.",
    ],
)
def test_a_summary_is_left_alone(summary: str) -> None:
    assert checked(summary) == summary


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, I can't help with that.",
        "I’m sorry, but I cannot assist with this request.",
        "Sorry, I can't do that.",
        "I apologize, but I am not able to see it.",
        "As an AI language model, I do not see pictures.",
        "I am just an AI and have no eyes.",
        "I cannot assist with that request.",
        "Unfortunately, I am unable to view the image.",
        "Unable to view the image.",
        "I can't identify people in these pictures.",
        "It seems that no image was provided.",
        "Could you please upload the image again?",
    ],
)
def test_a_refusal_is_refused(answer: str) -> None:
    result = checked(answer)
    assert isinstance(result, Failure)
    assert result.reason.startswith("the model refused: “")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("", "is empty"),
        (" \n\t", "is empty"),
        ("\x00\x01\u200b", "hardly made of letters"),
        ("... --- ...", "hardly made of letters"),
        ("12 13 14 15", "hardly made of letters"),
        ("\ufffd\ufffd\ufffd\ufffd a b", "unreadable characters"),
        ("the " * 300, "repeats itself"),
        ("a" * 500, "repeats itself"),
        ("red boats at sea and " * 40, "repeats itself"),
        ("<think>What could this be", "still thinking aloud"),
        ("<think>Boats</think>", "is empty"),
        ("<of<on<by<at<to<in<as<an<it<is<no" + ">" * 11 + "Boats lie at sea", "markup without end"),
    ],
)
def test_what_is_no_language_is_refused(answer: str, reason: str) -> None:
    result = checked(answer)
    assert isinstance(result, Failure)
    assert reason in result.reason


def test_a_long_answer_ends_with_a_sentence() -> None:
    answer = " ".join(
        f"Picture {'abcdefghij'[n % 10] * (n // 10 + 1)} shows boats." for n in range(99)
    )
    text = checked(answer)
    assert isinstance(text, str)
    assert LONGEST - 60 < len(text) <= LONGEST
    assert answer.startswith(text)
    assert text.endswith("shows boats.")


def test_a_long_sentence_is_cut_between_words() -> None:
    answer = " ".join(f"word{n}" for n in range(1000))
    text = checked(answer)
    assert isinstance(text, str)
    assert len(text) <= LONGEST
    assert text.endswith("…")
    assert answer.startswith(text.removesuffix("…") + " ")


@given(st.text(max_size=300) | st.text("aB .!\"'“”*_#`<>-:\n", max_size=300))
def test_whatever_comes_in_one_printable_line_comes_out_and_stays(answer: str) -> None:
    text = checked(answer)
    if isinstance(text, str):
        assert text.isprintable()
        assert text == text.strip()
        assert 0 < len(text) <= LONGEST
        assert checked(text) == text
