"""The terminal says what a theme is called, why, and who says so; hostile texts stay texts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from tests.topicart.report_runs import HOSTILE, group, harbour
from topicart.console import topic_details, topics_table
from topicart.run import Run
from topicart.topics import Keyword, Label, Summary, Topic


def _shown(what: RenderableType, width: int = 80) -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as told:
        console.print(what)
    return told.get()


def _words(what: RenderableType) -> str:
    return " ".join(_shown(what, 200).split())


@pytest.fixture
def marine(tmp_path: Path) -> Topic:
    return harbour(tmp_path).topics[0]


def test_the_table_tells_what_themes_are_called_by(tmp_path: Path) -> None:
    run = harbour(tmp_path, groups=[group(2, "painting")], broader={0: 2, 1: 2})
    run.record.counts.update(works=12, embedded=11, topics=2, outliers=2, problems=1)
    told = _words(topics_table(run))
    assert "0 marina, Realism 6 marina 100% · Realism 100% · oil paint (pictures)" in told
    assert "group works themes painting 9 0, 1" in told
    assert "12 works, 2 themes" in told


def test_one_theme_is_told_with_all_its_figures(marine: Topic) -> None:
    lines = [" ".join(line.split()) for line in _shown(topic_details(marine)).splitlines()]
    for line in (
        "facet term share lift q cosine score decided by",
        "genre * marina 100% 1.8× <0.001 0.30 +2.3 both",
        "style * Realism 100% 1.8× 0.080 records",
        "Romanticism 17% 1.0× 0.700 -0.6",
        "medium * oil paint 0% 0.20 +2.0 pictures",
        "place not named",
        "Bergen 17% 2.0× 0.300",
        "marina: Iconclass 25H23 https://iconclass.org/25H23",
        "oil paint: aat.ttl urn:aat:300015050",
        "Composed from the records.",
    ):
        assert line in lines


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(marine: Topic, width: int) -> None:
    long = replace(marine.labels[0], term="ships and boats in a harbour at dusk " * 4)
    topic = replace(marine, labels=(long, *marine.labels[1:]))
    assert max(len(line) for line in _shown(topic_details(topic), width).splitlines()) <= width


def test_a_machine_written_summary_is_told_as_such(marine: Topic) -> None:
    summary = Summary("Storms after Turner.", "openai", "gemma3", "Describe.",
                      "2026-11-21T12:48:04+00:00", ("Turner",))  # fmt: skip
    told = _words(topic_details(replace(marine, summary=summary)))
    assert "Storms after Turner [?]." in told
    assert "[?] names that the records of its works do not contain: Turner" in told
    assert "Written by a machine (gemma3, 2026-11-21), not checked by a person." in told


def test_groups_and_keywords_are_told(marine: Topic) -> None:
    groups = (group(2, "painting", broader=3), group(3, "before 1900", level=2, broader=2))
    words = (Keyword("ship", 0.4), Keyword("sea", 0.3))
    told = _words(topic_details(replace(marine, broader=2, keywords=words), groups))
    assert "Part of: before 1900 > painting" in told
    assert "Keywords: ship, sea" in told


def test_no_text_of_a_collection_or_a_model_commands_the_terminal(tmp_path: Path) -> None:
    labels = tuple(
        Label("genre", text, source=text, iri=text, notation=text, chosen=number == 0)
        for number, text in enumerate(HOSTILE)
    )
    topic = Topic(
        id=0, name=HOSTILE[6], size=1, labels=labels,
        summary=Summary(HOSTILE[6], "llava", HOSTILE[6], HOSTILE[6], HOSTILE[6], HOSTILE),
        representatives=HOSTILE, keywords=tuple(Keyword(text, 1.0) for text in HOSTILE), broader=1,
    )  # fmt: skip
    told = _shown(topic_details(topic, [group(1, HOSTILE[6])]))
    assert "\x1b" not in told
    assert "\x00" not in told


def test_themes_with_a_word_from_a_vocabulary_are_told(tmp_path: Path) -> None:
    run = _counted(tmp_path)
    seen = Label("subject", "ships", source="iconclass", chosen=True, decided_by="pictures")
    near = Label("subject", "sea", source="words.txt")
    first = run.topics[0]
    run.__dict__["topics"] = (replace(first, labels=(seen, near)), *run.topics[1:])
    words = _words(topics_table(run))
    assert f"Themes with a word from Iconclass: {first.id}" in words
    assert "Themes with a word from words.txt: none was certain enough" in words


def test_a_run_whose_record_counts_nothing_is_shown(tmp_path: Path) -> None:
    run = harbour(tmp_path)
    bare = Run(run.folder, run.record.model_copy(update={"counts": {}}))
    assert "0 works, 0 themes" in _words(topics_table(bare))


def test_silence_is_explained(tmp_path: Path) -> None:
    run = _counted(tmp_path)
    marine = run.topics[0]
    assert "Called by" not in _words(topic_details(marine))
    nameless = replace(marine, labels=())
    assert "central works: there is no word to choose" in _words(topic_details(nameless))
    unsure = replace(marine, labels=(Label("genre", "marina", score=0.1),))
    assert "central works: no label is certain enough" in _words(topic_details(unsure))
    assert "No theme has a name" not in _words(topics_table(run))
    run.__dict__["topics"] = (nameless,)
    assert "No theme has a name: no record says anything" in _words(topics_table(run))


def _counted(folder: Path) -> Run:
    run = harbour(folder)
    run.record.counts.update(works=12, embedded=11, topics=2, outliers=2, problems=0)
    return run
