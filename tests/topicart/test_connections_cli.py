"""``search``, ``analogies``, ``path`` and ``blind-spots``: what they print, write and refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.topicart.report_runs import HOSTILE, paint
from tests.topicart.served_runs import Oracle, gallery, vectors
from topicart.cli import app
from topicart.encoder import Encoder
from topicart.run import Run

TERMINAL = CliRunner(env={"COLUMNS": "140"})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    titles = {2: "<script>alert(1)</script>", 4: HOSTILE[6], 9: "Work Nine \x1b[2J"}
    return gallery(tmp_path_factory.mktemp("connections"), pages=False, titles=titles)


@pytest.fixture(autouse=True)
def _known_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words ``like 7`` have the vector of work 7."""
    monkeypatch.setattr("topicart.retrieval.encoder_of", lambda *_: cast("Encoder", Oracle()))


def said(*arguments: object) -> tuple[int, str]:
    """Exit code and all that was printed, in one line."""
    done = TERMINAL.invoke(app, [str(argument) for argument in arguments])
    assert "Traceback" not in done.output
    return done.exit_code, " ".join(done.output.split())


def data(*arguments: object) -> dict[str, Any]:
    done = TERMINAL.invoke(app, [*(str(argument) for argument in arguments), "--json"])
    assert (done.exit_code, done.stderr) == (0, "")
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def test_words_find_works_and_the_facts_that_were_asked_for_are_shown(run: Run) -> None:
    code, told = said("search", run.folder, "like", "7", "--where", "genre=marina", "--explain")
    assert code == 0
    assert "Nearest to “like 7”" in told
    assert "score title artist date genre 1.000 Work 7 Ole Dahl" in told
    assert "19 of 39 works were allowed" in told
    code, told = said("search", run.folder, "--like", "Work 7", "--where", "topic=1", "-k", 2)
    assert "title artist date theme" in told
    assert "1 theme 1" in told


def test_a_search_as_json_says_all_that_was_asked_and_found(run: Run) -> None:
    found = data("search", run.folder, "--like", "w07", "--where", "date>1900", "-k", 99)
    cosines = vectors()[:39] @ vectors()[7]
    expected = [row for row in np.argsort(-cosines).tolist() if row > 30]
    assert [work["row"] for work in found["works"]] == expected
    assert [work["id"] for work in found["works"]] == [f"w{row}" for row in expected]
    assert found["works"][0]["score"] == pytest.approx(float(cosines[expected[0]]), abs=1e-6)
    assert found["like"] == ["w07"]
    assert found["where"] == ["date>1900"]
    assert found["note"] == "Only 8 works meet these conditions; 99 were asked for."
    assert found["plan"] is None
    assert data("search", run.folder, "--topic", 1, "--explain")["plan"]["works"] == 39


def test_several_works_a_picture_and_a_turn_can_be_sought(run: Run, tmp_path: Path) -> None:
    several = data("search", run.folder, "--like", "Work 7", "--like", "Work 8")
    assert several["like"] == ["w07", "w08"]
    paint(tmp_path / "mine.png")
    sent = data("search", run.folder, "--picture", tmp_path / "mine.png", "-k", 1)
    assert (sent["query"], sent["works"][0]["row"]) == ("mine.png", 3)
    turned = data("search", run.folder, "--like", "w07", "--towards", "like 5", "--strength", 9)
    assert turned["works"][0]["row"] == 5
    assert turned["query"] == "Work 7, towards “like 5” × 9"
    usual = data("search", run.folder, "--like", "w07", "--towards", "like 5")
    assert usual["query"] == "Work 7, towards “like 5”"


def test_analogies_show_each_value_with_its_nearest_work(run: Run) -> None:
    code, told = said("analogies", run.folder, "Work 7", "--across", "artist", "--most", 2)
    assert code == 0
    assert "artist title date score works" in told
    assert "Score: the cosine" in told
    assert "Not shown: 1 value whose nearest work is further away" in told
    found = data("analogies", run.folder, "Work 7", "--across", "Half century", "--least", 5)
    assert found["across"] == "half_century"
    cosines = vectors()[:39] @ vectors()[7]
    for item in found["analogies"]:
        assert item["works"] >= 4
        assert item["score"] == pytest.approx(float(cosines[item["row"]]), abs=1e-6)
        assert item["row"] != 7
    assert [item["own"] for item in found["analogies"]].count(True) <= 1
    assert "its own" in said("analogies", run.folder, "w07", "--across", "genre")[1]
    assert "1 theme 1" in said("analogies", run.folder, "w07", "--across", "topic")[1]


def test_a_path_is_shown_step_by_step(run: Run) -> None:
    found = data("path", run.folder, "Work 7", "Work 20", "--once", "artist")
    rows = [work["row"] for work in found["works"]]
    assert (rows[0], rows[-1]) == (7, 20)
    assert found["works"][0]["angle"] is None
    assert found["works"][0]["artist"] == "Ole Dahl"
    for one, other, work in zip(rows, rows[1:], found["works"][1:], strict=False):
        cosine = float(vectors()[one].astype(np.float64) @ vectors()[other].astype(np.float64))
        assert work["angle"] == pytest.approx(np.degrees(np.arccos(cosine)), abs=0.01)
    assert found["steps"] == len(rows) - 1
    code, told = said("path", run.folder, "Work 7", "Work 30", "--later", "century")
    assert code == 0
    assert "title artist date century angle" in told
    assert "straight across it is" in told


def test_blind_spots_are_told_or_said_not_to_be_there(run: Run) -> None:
    code, told = said("blind-spots", run.folder, "genre=marina", "--least", 5,
                      "--permutations", 99)  # fmt: skip
    assert code == 0
    assert "19 of 39 works have the genre marina" in told
    assert "No region differs from chance" in told
    found = data("blind-spots", run.folder, "genre=marina", "--least", 5, "--permutations", 99)
    assert (found["group"], found["works"], found["missing"]) == (19, 39, [])


@pytest.mark.parametrize(
    ("command", "of"),
    [
        (["search", "--like", "Work 7", "-k", "30", "--where", "genre=marina|portrait"], "Work 7"),
        (["analogies", "Work 7", "--across", "genre"], "Work 7"),
        (["path", "Work 7", "w09"], "Work 7"),
        (["blind-spots", "genre=marina", "--least", "5", "--permutations", "99"], "marina"),
    ],
)
def test_each_command_writes_its_page(
    run: Run, tmp_path: Path, command: list[str], of: str
) -> None:
    page = tmp_path / "new" / "page.html"
    name, *more = command
    code, told = said(name, run.folder, *more, "--page", page)
    assert code == 0, told
    assert f"Page: {page}" in told
    written = page.read_text(encoding="utf-8")
    assert of in written
    assert "<script>alert" not in written
    assert f"topicart {name} " in written  # how it can be made again
    assert said(name, run.folder, *more, "--page", page, "--quiet") == (0, "")


def test_nothing_that_a_terminal_would_obey_is_printed(run: Run) -> None:
    for work in ("w02", "w04", "w09"):
        done = TERMINAL.invoke(app, ["search", str(run.folder), "--like", work, "-k", "40"])
        assert done.exit_code == 0
        assert "\x1b[2J" not in done.output
        assert "\x00" not in done.output


@pytest.mark.parametrize(
    ("command", "code", "message"),
    [
        (["search", "{run}"], 2, "none is given"),
        (["search", "{run}", "ships", "--topic", "1"], 2, "2 are given"),
        (["search", "{run}", "ships", "-k", "0"], 2, "-k"),
        (["search", "{run}", "ships", "--page", "found.pdf"], 2, "ends in .html"),
        (["search", "{run}", "ships", "--where", "genre"], 9, "'genre' is no condition"),
        (["search", "{run}", "ships", "--where", "genre=marinna"], 9, "Did you mean 'marina'"),
        (["search", "{run}", "--like", "Wrk 7"], 9, "Did you mean one of these?"),
        (["search", "{run}", "--like", "w39"], 9, "has no picture that could be read"),
        (["search", "{run}", "--like", "w07", "--strength", "2"], 2, "give --towards"),
        (["analogies", "{run}", "w07", "--across", "culture"], 9, "'medium'"),
        (["search", "{run}", "--topic", "7"], 9, "There is no theme 7"),
        (["search", "{run}", "--picture", "none.png"], 9, "cannot be read as a picture"),
        (["search", "nowhere", "ships"], 7, "is not a run"),
        (["analogies", "{run}", "w07", "--across", "stile"], 9, "Did you mean 'style'"),
        (["analogies", "{run}", "w07", "--across", "style"], 9, "states its style"),
        (["analogies", "{run}", "Work", "--across", "style"], 9, "works may be meant by 'Work'"),
        (["path", "{run}", "w07", "w99"], 9, "No work has the id or title 'w99'"),
        (["path", "{run}", "w30", "w07", "--later", "century"], 9, ""),
        (["blind-spots", "{run}", "genre!=marina"], 9, "the works of one value"),
        (["blind-spots", "{run}", "date<1700"], 9, "the works of one value"),
    ],
)
def test_mistakes_get_a_sentence_and_an_exit_code(
    run: Run, command: list[str], code: int, message: str
) -> None:
    got, told = said(*(part.format(run=run.folder) for part in command))
    assert got == code, told
    assert message in told


def test_another_model_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("topicart.retrieval.encoder_of", lambda *_: Oracle("ef" * 32))
    code, told = said("search", run.folder, "ships")
    assert code == 9
    assert "is not the one that encoded these works" in told
    assert said("search", run.folder, "--like", "w07")[0] == 0
