"""What the terminal says of a training is no more than its intervals allow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from topicart.adapter import AdapterRecord, BaseModelRecord
from topicart.train_console import training_result


def _shown(width: int = 80, *, validation: int = 0, colour: bool = False, **more: Any) -> str:
    metric = {
        "title": "R@10, mean of both ways", "better": "higher", "before": 0.1, "after": 0.3,
        "lift": 0.2, "interval": [0.1, 0.3], "group_interval": [0.05, 0.4], "n": 500,
        "chance": 0.02, **more,
    }  # fmt: skip
    record = AdapterRecord(
        topicart_version="0.1.0",
        created="2026-01-01T00:00:00+00:00",
        base=BaseModelRecord(name="mini", weights_sha256="0" * 64),
        method="lora",
        config={"hold_out": "artist"},
        source={"train": 4000, "validation": validation},
        training={"best_step": 300, "steps": 1000},
        scores={
            "works": 500, "groups": 12, "primary": "recall", "metrics": {"recall": metric},
        },
    )  # fmt: skip
    console = Console(width=width, color_system="standard" if colour else None)
    with console.capture() as told:
        console.print(training_result(Path("adapter"), record))
    return told.get()


def test_the_interval_over_artists_is_shown_where_there_is_one() -> None:
    assert "over 12 artists" in _shown()
    assert "+0.050 to +0.400" in _shown()
    alone = _shown(group_interval=None)
    assert "over works" in alone
    assert "+0.100 to +0.300" in alone
    assert "All judged works are of 12 artists" in " ".join(alone.split())


@pytest.mark.parametrize(
    ("change", "green"),
    [({}, True), ({"interval": [-0.1, 0.3]}, False), ({"group_interval": [-0.1, 0.4]}, False)],
)
def test_what_an_interval_doubts_is_not_green(change: dict[str, Any], green: bool) -> None:
    assert ("\x1b[32m+0.200" in _shown(colour=True, **change)) == green


def test_it_says_which_works_learned_chose_and_judged() -> None:
    told = " ".join(_shown(validation=450).split())
    assert "4,000 works learned from, 450 held out to choose, 500 to judge (12 artists);" in told
    assert "the best weights are those of step 300 of 1,000" in told
    assert "held out to choose" not in _shown()


@pytest.mark.parametrize("width", [80, 120])
def test_it_fits_a_terminal(width: int) -> None:
    assert max(map(len, _shown(width).splitlines())) <= width
