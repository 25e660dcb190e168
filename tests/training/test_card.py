"""The card of an adapter: numbers from its record, and nothing taken for markup."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from training.card import card_text, counted_groups, write_card
from training.config import TrainConfig


def _metric(title: str, **more: Any) -> dict[str, Any]:
    return {
        "title": title,
        "better": "higher",
        "before": 0.0701,
        "after": 0.16,
        "lift": 0.0899,
        "interval": [0.05, 0.1234],
        "group_interval": [0.031, 0.15],
        "n": 1357,
        "chance": 0.0074,
        **more,
    }


def _record(**config: Any) -> dict[str, Any]:
    return {
        "topicart_version": "0.1.0",
        "base": {
            "name": "ViT-B-32/laion2b_s34b_b79k",
            "folder": "",
            "weights_sha256": "0123456789abcdef" * 4,
            "note": "",
        },
        "method": config.get("method", "lora"),
        "layers": ["visual.a", "transformer.b"],
        "config": TrainConfig(**config).plain(),
        "source": {"path": "/home/ada/paintings", "train": 12345, "held_out": 1357},
        "scores": {
            "works": 1357,
            "groups": 36,
            "primary": "mean_recall_at_10",
            "metrics": {
                "mean_recall_at_10": _metric("R@10, mean of both ways"),
                "caption_to_picture_median_rank": _metric(
                    "caption to picture, median rank",
                    better="lower",
                    before=1679.0,
                    after=1.0,
                    lift=-1678.0,
                    interval=[-1700.0, -1500.5],
                ),
                "zero_shot_genre": _metric(
                    "zero-shot genre, 2 classes", classes=["marina", "nude_*x*"], majority=0.4
                ),
            },
        },
        "training": {"steps": 400, "best_step": 350},
    }


def test_it_says_what_was_taught_and_how_good_it_is() -> None:
    card = card_text(_record(), name="ada")
    assert "# ada\n" in card
    assert "taught 12,345 works of paintings by contrastive" in card
    assert "LoRA of rank 16 (alpha 32) on 2 layers of both towers" in card
    assert (
        "| works | 12,345 to learn from, 1,357 held out by artist: none is on both sides |" in card
    )
    assert "400 steps; the weights are those of step 350" in card
    assert "or in whole groups (36 artists)" in card
    assert "| gained, over works | over 36 artists | chance |" in card
    assert (
        "| R@10, mean of both ways | 0.070 | 0.160 | +0.090 (+0.050 to +0.123) | "
        "(+0.031 to +0.150) | 0.007 | 1,357 |"
    ) in card
    assert "| 1,679.0 | 1.0 | -1,678.0 (-1,700.0 to -1,500.5) |" in card
    assert r"2 classes: marina; nude\_\*x\*. The best constant answer reaches 0.400" in card
    assert "better than the base (the interval over 36 artists is above 0)" in card
    assert "Hu et al. (2022)" in card
    assert "/home/ada" not in card


def test_its_table_has_as_many_cells_in_each_row() -> None:
    for groups in (36, None):
        record = _record()
        record["scores"]["groups"] = groups
        table = re.search(r"\| \| before.*?\n\n", card_text(record, name="x"), re.DOTALL)
        assert table is not None
        assert len({line.count("|") for line in table.group().splitlines() if line}) == 1


def test_its_metadata_are_those_that_the_hub_reads() -> None:
    record = _record(method="heads")
    record["base"]["name"] = "hf-hub:owner/name"
    _, front, _ = card_text(record, name="x").split("---\n", 2)
    assert yaml.safe_load(front) == {
        "library_name": "open_clip",
        "pipeline_tag": "zero-shot-image-classification",
        "tags": ["topicart", "clip", "art", "heads"],
        "base_model": "owner/name",
    }


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        ([-0.01, 0.2], "no certain difference from the base"),
        ([-0.2, -0.1], "worse than the base"),
        (None, "too few works for an interval"),
    ],
)
def test_it_does_not_praise_what_is_no_better(interval: list[float] | None, said: str) -> None:
    record = _record()
    record["scores"]["groups"] = None
    record["scores"]["metrics"] = {
        "mean_recall_at_10": _metric(
            "R@10",
            lift=sum(interval or [0.0]) / 2,
            interval=interval,
            group_interval=None,
        )
    }
    assert said in card_text(record, name="x")


def test_of_two_artists_it_shows_no_interval_over_artists_and_promises_little() -> None:
    record = _record()
    record["scores"]["groups"] = 2
    for metric in record["scores"]["metrics"].values():
        metric["group_interval"] = None
    card = card_text(record, name="x")
    assert "(–)" not in card
    assert "whole groups" not in card
    assert "better than the base (the interval over works is above 0)" in card
    assert "All judged works are of 2 artists: of others this says little." in card


@pytest.mark.parametrize(("works", "warned"), [(17, True), (99, True), (100, False)])
def test_it_warns_where_ten_are_many_among_the_works(works: int, warned: bool) -> None:
    record = _record()
    record["scores"]["metrics"]["mean_recall_at_10"] |= {"n": works, "chance": 10 / works}
    card = card_text(record, name="x")
    told = f"Among only {works} works chance alone reaches {10 / works:.3f}"
    assert (told in card) == warned


@pytest.mark.parametrize(("looks", "said"), [(None, False), (1, False), (7, True)])
def test_looks_at_the_works_that_judge_are_said_to_flatter(looks: int | None, said: bool) -> None:
    record = _record()
    if looks is not None:
        record["training"]["validations"] = looks
    card = card_text(record, name="x")
    assert ("the best of 7 looks at these same works, which flatters" in card) == said


@pytest.mark.parametrize(
    ("seconds", "processes", "told"),
    [
        (61.4, 1, "| took | 1 min 01 s in 1 process on cpu, with fp32 |"),
        (7325.0, 16, "| took | 2 h 02 min in 16 processes on cpu, with fp32 |"),
    ],
)
def test_it_says_what_it_took(seconds: float, processes: int, told: str) -> None:
    record = _record()
    assert "| took" not in card_text(record, name="x")
    record["training"] |= {"seconds": seconds, "processes": processes}
    record["training"] |= {"device": "cpu", "precision": "fp32"}
    assert told in card_text(record, name="x")


def test_what_captions_leave_out_is_told() -> None:
    card = card_text(_record(leave_out=("artist", "title")), name="x")
    assert "30% of the facts left out, artist, title always |" in card
    assert "all that is known of a work but its artist, title." in card


def test_works_that_choose_do_not_judge() -> None:
    record = _record()
    record["training"]["validations"] = 7
    record["source"] |= {"held_out": 2700, "validation": 1343, "test": 1357}
    card = card_text(record, name="x")
    assert "2,700 held out by artist: none is on both sides; 1,343 of these choose" in card
    assert "The weights were chosen on other held-out works" in card
    assert "looks" not in card


@pytest.mark.parametrize(
    ("number", "hold_out", "told"),
    [
        (1, "artist", "1 artist"),
        (2, "series", "2 series"),
        (1200, "half_century", "1,200 half centuries"),
        (3, "medium", "3 media"),
        (None, "work", ""),
    ],
)
def test_groups_are_counted_in_words(number: int | None, hold_out: str, told: str) -> None:
    assert counted_groups(number, hold_out) == told


def test_both_intervals_have_to_agree_that_it_is_better() -> None:
    record = _record()
    record["scores"]["metrics"]["mean_recall_at_10"] |= {"interval": [-0.01, 0.2]}
    card = card_text(record, name="x")
    assert "no certain difference from the base (the interval over works holds 0)" in card


def test_a_base_in_a_folder_is_called_by_the_folders_name_alone() -> None:
    record = _record()
    record["base"] |= {"name": "of-ada/mini-base", "folder": "/home/ada/of-ada/mini-base"}
    card = card_text(record, name="x")
    assert "| base | mini-base, weights" in card
    assert "of-ada" not in card


def test_works_drawn_at_random_are_said_to_flatter() -> None:
    card = card_text(_record(hold_out="work"), name="x")
    assert "held out at random" in card
    assert "on artists that it was not taught at all it is worse" in card


def test_without_scores_it_says_what_was_taught() -> None:
    card = card_text({**_record(), "scores": {}}, name="x")
    assert "How good" not in card
    assert "## Use" in card


@pytest.mark.parametrize("method", ["lora", "heads", "unfreeze", "full"])
@pytest.mark.parametrize("loss", ["infonce", "multi-positive", "sigmoid"])
def test_every_method_and_loss_has_words(method: str, loss: str) -> None:
    card = card_text(_record(method=method, loss=loss), name="x")
    assert "| loss | s" in card or "| loss | m" in card
    assert ("LoRA" in card) == (method == "lora")
    assert "None" not in card


def test_what_a_collection_says_is_no_markup(tmp_path: Path) -> None:
    record = _record()
    record["source"]["path"] = "/home/ada/<img src=x>|`a`[b](c)\n# d\x1b[2J"
    record["base"]["note"] = "<script>alert(1)</script>"
    record["scores"]["metrics"]["zero_shot_genre"]["classes"] = [
        "a | b",
        "![x](http://y)",
        "c\n\nd",
    ]
    folder = tmp_path / 'a "b" #c'
    folder.mkdir()
    card = write_card(folder, record).read_text(encoding="utf-8")
    assert card == card_text(record, name='a "b" #c')
    assert "<img" not in card
    assert "<script" not in card
    assert "\x1b" not in card
    assert r"&lt;img src=x&gt;\|\`a\`\[b\](c) \# d" in card
    assert r"a \| b; \!\[x\](http://y); c d" in card
    assert 'Encoder.load("path/to/a \\"b\\" #c")' in card
