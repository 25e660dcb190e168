from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge_graph import Problem, open_collection
from tests.topicart.summaries.stub_server import fails, says, serving
from topicart import Encoder, FitConfig, Run, TopicModelConfig, fit_run
from topicart.errors import ModelError, PictureError, RunError
from topicart.make import finish_run
from topicart.out import prepare
from topicart.run_files import write_names, write_problems
from topicart.summaries import Failure, Request
from topicart.summaries.facts import FactsSummarizer, summarize_facts
from topicart.summaries.openai import OpenAISummarizer
from topicart.summarising import summarize_run

KEY = "sk-secret-0123456789"
CONFIG = FitConfig(topics=TopicModelConfig(clusterer="kmeans", n_topics=3))
REWRITTEN = ("topics.json", "topics.ttl", "problems.csv", "run.json")


class Writer:
    """A model that says of each topic how many works it has, unless told otherwise."""

    engine = "llava"
    model = "writer"
    batch_size = 1

    def __init__(self, **said: str | Failure | BaseException) -> None:
        self.settings = {"temperature": 0}
        self.said = said
        self.requests: list[Request] = []

    def summarize(self, requests: Sequence[Request]) -> list[str | Failure]:
        self.requests += requests
        answers = []
        for request in requests:
            said = self.said.get(f"topic_{request.topic.id}", f"Red {request.topic.size} boats.")
            if isinstance(said, BaseException):
                raise said
            answers.append(said)
        return answers


@pytest.fixture(scope="module")
def finished(
    paintings: Path, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Run, Path]:
    """A run, and the folder of its pictures."""
    folder = tmp_path_factory.mktemp("summarised")
    pictures = shutil.copytree(paintings, folder / "paintings")
    encoder = Encoder.load(str(tiny_model))
    return fit_run(open_collection(pictures), folder / "run", encoder, CONFIG), pictures


@pytest.fixture
def run(finished: tuple[Run, Path], tmp_path: Path) -> Run:
    """A copy of the run, to be summarised."""
    return Run.open(shutil.copytree(finished[0].folder, tmp_path / "run"))


def bytes_of(run: Run) -> dict[str, bytes]:
    return {name: (run.folder / name).read_bytes() for name in REWRITTEN}


def engines(run: Run) -> list[str]:
    return [topic.summary.engine for topic in run.topics]


def test_each_topic_gets_a_signed_and_dated_summary(run: Run) -> None:
    writer = Writer()
    told = summarize_run(run, writer, n_pictures=5)
    assert [topic.summary.text for topic in told.topics] == [
        f"Red {topic.size} boats." for topic in run.topics
    ]
    for topic, request in zip(told.topics, writer.requests, strict=True):
        summary = topic.summary
        assert (summary.engine, summary.model, summary.prompt) == (
            "llava",
            "writer",
            request.prompt,
        )
        assert summary.date.endswith("+00:00")
        assert summary.unsupported == ()
    assert told.groups == run.groups
    assert told.record.parameters["summaries"] == {
        "engine": "llava",
        "model": "writer",
        "prompt": "rich",
        "pictures": 5,
        "settings": {"temperature": 0},
    }
    assert "Red 2" in (told.folder / "topics.ttl").read_text(encoding="utf-8")


def test_a_model_is_given_the_members_and_their_most_central_pictures(run: Run) -> None:
    writer = Writer()
    summarize_run(run, writer, n_pictures=4)
    topic = run.works["topic"].to_pylist()
    for request in writer.requests:
        members = [id_ for id_, own in zip(run.collection.ids, topic, strict=True)
                   if own == request.topic.id]  # fmt: skip
        assert request.members.ids == members
        assert request.mosaic().size == (2 * 224 + 4, 2 * 224 + 4)


def test_a_second_time_nothing_is_asked_and_no_byte_changes(run: Run) -> None:
    first = bytes_of(summarize_run(run, Writer()))
    idle = Writer()
    again = summarize_run(Run.open(run.folder), idle)
    assert idle.requests == []
    assert bytes_of(again) == first


def test_no_picture_is_opened_where_nothing_is_to_be_asked(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(request: Request) -> Sequence[str]:
        raise AssertionError("a picture was opened")

    summarize_run(run, Writer())
    monkeypatch.setattr("topicart.summarising.make_mosaic", look)
    assert engines(summarize_run(run, Writer())) == ["llava"] * 3


@pytest.mark.parametrize("changed", ["model", "settings", "prompt", "pictures"])
def test_what_decides_an_answer_is_asked_anew(run: Run, changed: str) -> None:
    summarize_run(run, Writer(), prompt="rich", n_pictures=3)
    writer = Writer()
    if changed == "model":
        writer.model = "another"
    if changed == "settings":
        writer.settings = {"temperature": 1}
    prompt = "basic" if changed == "prompt" else "rich"
    summarize_run(run, writer, prompt=prompt, n_pictures=4 if changed == "pictures" else 3)  # type: ignore[arg-type]
    assert len(writer.requests) == 3


def test_a_changed_picture_is_looked_at_anew(run: Run, finished: tuple[Run, Path]) -> None:
    summarize_run(run, Writer())
    central = finished[1] / "images" / f"{run.topics[1].representatives[0]}.png"
    before = central.read_bytes()
    try:
        os.utime(central)  # a copy made later is the same picture
        untouched = Writer()
        summarize_run(run, untouched)
        central.write_bytes(before + b" ")
        writer = Writer()
        summarize_run(run, writer)
    finally:
        central.write_bytes(before)
    assert untouched.requests == []
    assert [request.topic.id for request in writer.requests] == [1]


def test_a_damaged_answer_is_asked_anew(run: Run) -> None:
    summarize_run(run, Writer())
    files = sorted((run.folder / "summaries").iterdir())
    for file, content in zip(files, ["", "[1]", '{"text": "I\'m sorry, I can\'t."}'], strict=True):
        file.write_text(content, encoding="utf-8")
    writer = Writer()
    assert engines(summarize_run(run, writer)) == ["llava"] * 3
    assert len(writer.requests) == 3


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (Failure("no answer in time"), "no answer in time"),
        ("I'm sorry, I can't help.", "the model refused: “I'm sorry, I can't help.”"),
        ("", "the model's answer is empty"),
    ],
)
def test_a_topic_without_an_answer_keeps_its_facts_and_is_a_problem(
    run: Run, said: str | Failure, reason: str
) -> None:
    told = summarize_run(run, Writer(topic_1=said))
    assert engines(told) == ["llava", "facts", "llava"]
    members = told.collection.select(
        [row for row, topic in enumerate(told.works["topic"].to_pylist()) if topic == 1]
    )
    assert told.topics[1].summary.text == summarize_facts(members, told.topics[1].labels)
    assert told.problems == (*run.problems, Problem("topic-1", "topics.json", reason))
    assert told.record.counts["problems"] == run.record.counts["problems"] + 1


def test_only_what_failed_is_asked_again_and_its_problem_goes(run: Run) -> None:
    unread = Problem("p01", "p01.png", "cannot be read")
    write_problems(run.folder, [unread])
    run = summarize_run(Run.open(run.folder), Writer(topic_1=Failure("no answer in time")))
    writer = Writer()
    told = summarize_run(run, writer)
    assert [request.topic.id for request in writer.requests] == [1]
    assert engines(told) == ["llava"] * 3
    assert told.problems == (unread,)
    assert told.record.counts["problems"] == 1


@pytest.mark.parametrize("cut", [KeyboardInterrupt(), ModelError("the server has gone")])
def test_what_was_answered_before_a_cut_is_not_asked_again(run: Run, cut: BaseException) -> None:
    before = bytes_of(run)
    with pytest.raises(type(cut)):
        summarize_run(run, Writer(topic_2=cut))
    assert bytes_of(run) == before
    writer = Writer()
    assert engines(summarize_run(Run.open(run.folder), writer)) == ["llava"] * 3
    assert [request.topic.id for request in writer.requests] == [2]


def test_summaries_from_facts_need_no_model_and_leave_no_file(run: Run) -> None:
    summarize_run(run, Writer(topic_0=Failure("no answer in time")))
    told = summarize_run(Run.open(run.folder), FactsSummarizer())
    assert [topic.summary for topic in told.topics] == [topic.summary for topic in run.topics]
    assert told.problems == run.problems
    assert told.record.parameters["summaries"] == {"engine": "facts"}


def test_names_that_no_member_has_are_marked(run: Run) -> None:
    told = summarize_run(run, Writer(topic_0="Boats by Rembrandt van Rijn, quite red."))
    assert told.topics[0].summary.unsupported == ("Rembrandt van Rijn",)
    assert told.topics[1].summary.unsupported == ()


def test_a_topic_none_of_whose_pictures_is_there_is_not_asked_about(
    run: Run, finished: tuple[Run, Path]
) -> None:
    away = finished[1].parent / "away"
    (finished[1] / "images").rename(away)
    try:
        writer = Writer()
        told = summarize_run(run, writer)
    finally:
        away.rename(finished[1] / "images")
    assert writer.requests == []
    assert {problem.reason for problem in told.problems} == {"none of its pictures can be read"}
    assert engines(told) == ["facts"] * 3


def test_pictures_that_are_none_fail_when_they_are_looked_at(
    run: Run, finished: tuple[Run, Path]
) -> None:
    central = finished[1] / "images" / f"{run.topics[0].representatives[0]}.png"
    content = central.read_bytes()
    central.write_bytes(b"no picture")
    try:
        writer = Writer()
        summarize_run(run, writer, n_pictures=1)
        with pytest.raises(PictureError):
            writer.requests[0].mosaic()
    finally:
        central.write_bytes(content)


def test_repeating_the_fit_still_finds_its_run(run: Run) -> None:
    told = summarize_run(run, Writer())
    wanted = run.record.model_copy(update={"state": "fitting"})
    assert prepare(told.folder, wanted, overwrite=False)


def test_page_and_measurements_are_made_anew(run: Run) -> None:
    finish_run(run)
    told = summarize_run(run, Writer())
    assert not told.page.exists()
    assert told.metrics == {}


def test_a_run_whose_files_disagree_is_refused(run: Run) -> None:
    one_more = replace(run.topics[0], id=3)
    loose = [replace(topic, broader=None) for topic in (*run.topics, one_more)]
    write_names(run.folder, loose, [])
    with pytest.raises(RunError, match=r"works.parquet and topics.json do not speak of the same"):
        summarize_run(Run.open(run.folder), Writer())


def test_progress_counts_topics_and_tells_of_those_without_an_answer(run: Run) -> None:
    told: list[object] = []

    class Listener:
        def stage(self, name: str) -> None:
            told.append(name)

        def count(self, done: int, total: int) -> None:
            told.append((done, total))

        def note(self, text: str) -> None:
            told.append(text)

    summarize_run(run, Writer(topic_2=Failure("no answer")), progress=Listener())
    assert told == ["summarise", (0, 3), (1, 3), (2, 3), (3, 3), "1 without an answer"]


def test_over_http_neither_key_nor_address_is_written_anywhere(run: Run) -> None:
    with serving(says(f"Boats, as {KEY} shows.")) as stub:
        summarizer = OpenAISummarizer("m", endpoint=stub.url, api_key=KEY, retries=0)
        stub.replies.insert(0, fails(500, f"{KEY} at {stub.url} " + "x" * 300))
        told = finish_run(summarize_run(run, summarizer))
        host = stub.url.split("/")[2]
    assert sorted(engines(told)) == ["facts", "openai", "openai"]
    assert {asked.headers["Authorization"] for asked in stub.asked} == {f"Bearer {KEY}"}
    files = [file for file in told.folder.rglob("*") if file.is_file()]
    assert len([file for file in files if file.parent.name == "summaries"]) == 2
    for file in files:
        assert KEY.encode() not in file.read_bytes()
        assert host.encode() not in file.read_bytes()


def test_a_second_time_no_server_is_asked(run: Run) -> None:
    with serving(says("Red boats.")) as stub:
        first = summarize_run(run, OpenAISummarizer("m", endpoint=stub.url))
        assert len(stub.asked) == 3
    told = summarize_run(first, OpenAISummarizer("m", endpoint="http://127.0.0.1:1/v1"))
    assert bytes_of(told) == bytes_of(first)


def test_a_server_without_that_model_leaves_the_run_as_it_was(run: Run) -> None:
    before = bytes_of(run)
    with serving(fails(404, "model 'm' not found")) as stub:
        with pytest.raises(ModelError, match="'m' not found"):
            summarize_run(run, OpenAISummarizer("m", endpoint=stub.url, concurrency=1))
        assert len(stub.asked) == 1
    assert bytes_of(run) == before
