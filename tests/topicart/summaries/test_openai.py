from __future__ import annotations

import base64
import io
import math
import time
from typing import Any

import pytest
from PIL import Image

from knowledge_graph import Artwork, Collection
from tests.topicart.summaries.stub_server import Reply, dripping, fails, says, serving
from topicart.errors import ModelError, PictureError
from topicart.summaries import Failure, Request
from topicart.summaries import openai as engine
from topicart.summaries.openai import OpenAISummarizer
from topicart.topics import Summary, Topic

KEY = "sk-secret-0123456789"


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(engine, "_FIRST_PAUSE_S", 0.01)


def request(prompt: str = "What is it?") -> Request:
    topic = Topic(0, "Boats", 1, (), Summary("A boat."), ("a",))
    members = Collection.from_artworks([Artwork("a")])
    return Request(topic, members, prompt, lambda: Image.new("RGB", (40, 20), "red"))


def ask(stub: Any, **options: Any) -> str | Failure:
    summarizer = OpenAISummarizer("m", endpoint=stub.url, **options)
    return summarizer.summarize([request()])[0]


def test_a_question_carries_model_prompt_picture_and_key() -> None:
    with serving(says("Red boats.")) as stub:
        assert ask(stub, api_key=KEY, max_tokens=77) == "Red boats."
    (asked,) = stub.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.prompt == "What is it?"
    assert (asked.values["model"], asked.values["max_tokens"]) == ("m", 77)
    assert asked.values["temperature"] == 0
    kind, _, data = asked.picture.partition(",")
    assert kind == "data:image/jpeg;base64"
    assert Image.open(io.BytesIO(base64.b64decode(data))).size == (40, 20)


def test_without_a_key_none_is_sent() -> None:
    with serving(says("Boats.")) as stub:
        ask(stub)
    assert "Authorization" not in stub.asked[0].headers


@pytest.mark.parametrize("end", ["", "/", "/chat/completions", "/chat/completions/"])
def test_an_address_may_end_in_several_ways(end: str) -> None:
    with serving(says("Boats.")) as stub:
        stub.url += end
        assert ask(stub) == "Boats."
    assert stub.asked[0].path == "/v1/chat/completions"


def test_answers_come_in_the_order_of_the_questions() -> None:
    with serving(says("?")) as stub:
        for number in range(6):
            late = Reply(says(f"Answer {number}.").body, after_s=0.05 * (6 - number))
            stub.by_prompt[f"number {number}"] = late
        summarizer = OpenAISummarizer("m", endpoint=stub.url, concurrency=3)
        answers = summarizer.summarize([request(f"number {number}") for number in range(6)])
    assert answers == [f"Answer {number}." for number in range(6)]


def test_content_in_parts_is_joined() -> None:
    parts = [{"type": "text", "text": "Red "}, {"type": "text", "text": "boats."}, {"other": 1}]
    with serving(says(parts)) as stub:
        assert ask(stub) == "Red boats."


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(b"\x00\xffnot json"), "is no JSON"),
        (Reply(b"<html><body>Welcome</body></html>"), "no JSON but “<html>"),
        (Reply(b"{}"), "no chat completion: no choices"),
        (Reply(b'{"choices": []}'), "no chat completion"),
        (Reply(b'{"choices": [{"message": "hm"}]}'), "no chat completion"),
        (Reply(b'{"error": {"message": "out of memory"}}'), "out of memory"),
        (Reply(b"[" * 100_000), "is no JSON"),
        (says(7), "its content is no text"),
        (says(None, refusal="I will not."), "refused: “I will not.”"),
        (Reply(b"x" * 2_000_000), "larger than 1,048,576 bytes"),
        (fails(400, "image too large"), "400 Bad Request: image too large"),
        (Reply(b"<html>teapot", 418), "answered 418"),
    ],
)  # fmt: skip
def test_what_is_no_answer_fails_with_a_plain_reason_and_is_not_asked_again(
    reply: Reply, reason: str
) -> None:
    with serving(reply) as stub:
        answer = ask(stub)
    assert isinstance(answer, Failure)
    assert reason in answer.reason
    assert len(answer.reason) < 400
    assert len(stub.asked) == 1


def test_null_content_is_an_empty_answer() -> None:
    with serving(says(None)) as stub:
        assert ask(stub) == ""


def test_a_server_that_stumbles_is_asked_again() -> None:
    with serving(fails(500), fails(503), says("Boats.")) as stub:
        assert ask(stub) == "Boats."
    assert len(stub.asked) == 3


def test_a_server_that_goes_on_failing_fails_that_topic() -> None:
    with serving(fails(500, "out of memory")) as stub:
        answer = ask(stub, retries=2)
    assert answer == Failure(
        "the server answered 500 Internal Server Error: out of memory (3 times)"
    )
    assert len(stub.asked) == 3


def test_a_busy_server_is_left_alone_for_as_long_as_it_asks() -> None:
    with serving(fails(429, Retry_After="1"), says("Boats.")) as stub:
        start = time.monotonic()
        assert ask(stub) == "Boats."
        assert 1.0 <= time.monotonic() - start < 3.0


def test_nobody_waits_for_ever_because_a_server_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_LONGEST_PAUSE_S", 0.05)
    with serving(fails(429, Retry_After="86400"), says("Boats.")) as stub:
        start = time.monotonic()
        assert ask(stub) == "Boats."
        assert time.monotonic() - start < 2.0


@pytest.mark.parametrize("drop", [b"a", b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_a_server_that_begins_for_ever_fails_that_topic(
    monkeypatch: pytest.MonkeyPatch, drop: bytes
) -> None:
    monkeypatch.setattr(engine, "_CONNECT_S", 0.1)
    with dripping(drop) as url:
        summarizer = OpenAISummarizer("m", endpoint=url, timeout_s=0.2, retries=0, concurrency=1)
        start = time.monotonic()
        late = Failure("no answer in time")
        assert summarizer.summarize([request(), request()]) == [late, late]
        assert time.monotonic() - start < 5.0


def test_a_server_that_is_too_slow_fails_that_topic() -> None:
    with serving(Reply(says("Late.").body, after_s=0.6)) as stub:
        answer = ask(stub, timeout_s=0.15, retries=1)
    assert answer == Failure("no answer in time (2 times)")


@pytest.mark.parametrize(
    ("reply", "remedy"),
    [
        (fails(401, "bad key"), "bad key. Give the key of this address in OPENAI_API_KEY"),
        (fails(403), "403 Forbidden. The key may not do this"),
        (fails(404, "model 'm' not found"), "'m' not found. Check --endpoint"),
        (fails(302, Location="http://else.where/"), "sends on to http://else.where/, which is not"),
    ],
)
def test_what_would_fail_for_every_topic_ends_the_stage(reply: Reply, remedy: str) -> None:
    with serving(reply) as stub:
        summarizer = OpenAISummarizer("m", endpoint=stub.url, concurrency=1)
        with pytest.raises(ModelError, match=remedy):
            summarizer.summarize([request(), request()])
    assert len(stub.asked) == 1


def test_a_server_that_is_not_there_ends_the_stage() -> None:
    with serving(says("")) as stub:
        pass
    with pytest.raises(ModelError, match=r"127.0.0.1.*cannot be reached.*Start the server"):
        ask(stub)


def test_what_was_answered_before_the_server_went_away_is_kept() -> None:
    with serving(says("Boats."), fails(401, "key expired")) as stub:
        summarizer = OpenAISummarizer("m", endpoint=stub.url, concurrency=1)
        first, second = summarizer.summarize([request(), request()])
    assert first == "Boats."
    assert isinstance(second, Failure)
    assert "key expired" in second.reason


@pytest.mark.parametrize("status", [401, 400])
def test_a_key_that_a_server_repeats_is_not_printed(status: int) -> None:
    with serving(fails(status, f"no access with {KEY}")) as stub:
        try:
            said = repr(ask(stub, api_key=KEY))
        except ModelError as error:
            said = str(error)
    assert "no access with (hidden)" in said
    assert KEY not in said


def test_no_part_of_a_key_is_printed_where_a_long_message_is_cut() -> None:
    with serving(fails(400, "x" * 190 + KEY)) as stub:
        assert KEY[:6] not in repr(ask(stub, api_key=KEY))


def test_this_machine_is_not_asked_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with serving(says("Boats.")) as stub:
        assert ask(stub) == "Boats."


def test_a_key_that_a_model_repeats_is_not_kept() -> None:
    with serving(says(f"Boats {KEY}.")) as stub:
        assert ask(stub, api_key=KEY) == "Boats (hidden)."


def test_neither_settings_nor_its_own_name_hold_address_or_key() -> None:
    summarizer = OpenAISummarizer("m", endpoint="http://host.example/v1", api_key=KEY)
    shown = f"{summarizer!r} {dict(summarizer.settings)} {summarizer.model} {summarizer.engine}"
    assert "secret" not in shown
    assert "host.example" not in shown


def test_a_topic_without_a_readable_picture_is_not_asked_about() -> None:
    def none() -> Image.Image:
        raise PictureError("there are no pictures to show")

    blind = Request(request().topic, request().members, "?", none)
    with serving(says("Boats.")) as stub:
        summarizer = OpenAISummarizer("m", endpoint=stub.url)
        assert summarizer.summarize([blind]) == [Failure("there are no pictures to show")]
    assert stub.asked == []


def test_address_and_key_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(says("Boats.")) as stub:
        monkeypatch.setenv("OPENAI_BASE_URL", stub.url)
        monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\n")
        summarizer = OpenAISummarizer.from_environment("m", max_tokens=5)
        assert summarizer.summarize([request()]) == ["Boats."]
    assert stub.asked[0].headers["Authorization"] == f"Bearer {KEY}"
    assert summarizer.settings["max_tokens"] == 5


def test_what_is_given_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    with serving(says("Boats.")) as stub:
        summarizer = OpenAISummarizer.from_environment("m", endpoint=stub.url)
        assert summarizer.summarize([request()]) == ["Boats."]


def test_a_missing_address_is_asked_for() -> None:
    with pytest.raises(ModelError, match="Give --endpoint or set OPENAI_BASE_URL"):
        OpenAISummarizer.from_environment("m")


@pytest.mark.parametrize(
    "endpoint", ["localhost:8000", "ftp://x/v1", "http://", "file:///etc", "h"]
)
def test_what_is_no_address_is_refused(endpoint: str) -> None:
    with pytest.raises(ModelError, match="is no address; expected an http or https address"):
        OpenAISummarizer("m", endpoint=endpoint)


def test_a_password_in_an_address_is_refused_and_not_printed() -> None:
    with pytest.raises(ModelError, match="has a name or password in it") as caught:
        OpenAISummarizer("m", endpoint="http://me:geheim@host/v1")
    assert "geheim" not in str(caught.value)


def test_a_key_that_cannot_be_one_is_refused_and_not_printed() -> None:
    with pytest.raises(ModelError, match="letters in it that no key has") as caught:
        OpenAISummarizer("m", endpoint="http://h/v1", api_key="sk-se\ncret")
    assert "cret" not in str(caught.value)


def test_a_timeout_without_end_is_a_day() -> None:
    with serving(says("Boats.")) as stub:
        assert ask(stub, timeout_s=math.inf) == "Boats."


@pytest.mark.parametrize("name", ["m\udcff", "m\x1b[31m"])
def test_a_model_whose_name_cannot_be_sent_is_refused(name: str) -> None:
    with pytest.raises(ModelError, match="has letters in it that none has") as caught:
        OpenAISummarizer(name, endpoint="http://localhost:1/v1")
    assert str(caught.value).isprintable()


def test_a_model_needs_a_name() -> None:
    with pytest.raises(ModelError, match="needs the name of a model. Give --model"):
        OpenAISummarizer.from_environment(" ", endpoint="http://h/v1")
