"""The study of the semantic gap from end to end, on a small gallery."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evaluation.studies.looking.features import Tower
from evaluation.studies.semantic_gap.result import SemanticGap
from evaluation.studies.semantic_gap.study import run_semantic_gap
from knowledge_graph import Collection, open_collection
from tests.evaluation.studies.conftest import Paint, painted
from tests.knowledge_graph.sources.test_semart import written
from topicart.errors import StudyError
from topicart.fit import Silent

SMALL: dict[str, Any] = {"cue_works": 2, "permutations": 20, "repeats": 20, "device": "cpu"}
JOINED = "cca:pixels+tfidf"


def run(collection: Collection, out: Path, *models: str, **options: Any) -> SemanticGap:
    return run_semantic_gap(collection, out, models=models, **{**SMALL, **options})


class _Cut(Silent):
    """Somebody presses Ctrl-C when towers are about to be joined."""

    def stage(self, name: str) -> None:
        if name == "Joining towers":
            raise KeyboardInterrupt


def test_weights_by_lot_find_works_as_if_by_lot(
    gallery_of_60: Collection, tmp_path: Path, floor: str
) -> None:
    result = run(gallery_of_60, tmp_path, "mini", floor, JOINED)
    assert [own.name for own in result.models] == ["mini", floor, JOINED]
    ranks = [
        own.median_rank
        for own in result.retrieval
        if (own.model, own.gallery, own.group) == (floor, "all", "all")
    ]
    assert len(ranks) == 2
    for rank in ranks:
        assert rank.value == pytest.approx(30.5, abs=9)
        assert rank.interval[0] <= 30.5 <= rank.interval[1]
    galleries = {own.gallery for own in result.retrieval if own.model == JOINED}
    assert galleries == {"held out"}
    assert 0 < result.held_out["works"] < 60
    assert result.survival
    assert result.cue_conflicts


def test_the_same_seed_says_the_same_and_a_study_that_was_cut_goes_on(
    gallery_of_60: Collection, tmp_path: Path, floor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(gallery_of_60, tmp_path / "a", floor, JOINED)
    with pytest.raises(KeyboardInterrupt):
        run(gallery_of_60, tmp_path / "b", floor, JOINED, progress=_Cut())
    looked, encode = [], Tower.encode
    monkeypatch.setattr(
        Tower, "encode", lambda own, some: looked.append(len(some)) or encode(own, some)
    )
    again = run(gallery_of_60, tmp_path / "b", floor, JOINED)
    assert replace(again, made=result.made).to_dict() == result.to_dict()
    # What was looked at before the cut is not looked at again: only treated pictures and conflicts.
    spoilt = 2 * len(result.settings["treatments"]) + 2 * len(result.settings["makers"])
    assert sum(looked) == spoilt


def test_one_artist_s_works_are_studied_unless_towers_are_to_be_joined(
    paint: Paint, tmp_path: Path, floor: str
) -> None:
    works = paint(24, artists=1)
    result = run(works, tmp_path, floor)
    assert {own.gallery for own in result.retrieval} == {"all"}
    with pytest.raises(StudyError, match="All 24 works belong to one artist: nothing can be held"):
        run(works, tmp_path, floor, JOINED)


def test_works_without_a_text_have_distances_and_no_ranks(
    paint: Paint, tmp_path: Path, floor: str
) -> None:
    result = run(paint(24, told=False), tmp_path, floor, text="description")
    assert result.retrieval == ()
    assert any("No work has a text" in own for own in result.cautions)
    measured = {own.facet for own in result.ratios if own.pairs.value is not None}
    assert measured == {"artist"}


def test_no_narrative_work_is_no_gap_and_a_class_of_one_is_told(
    paint: Paint, tmp_path: Path, floor: str
) -> None:
    result = run(paint(24, genres=("landscape", "still life")), tmp_path / "none", floor)
    assert all(own.ratio.value is None for own in result.gaps)
    assert any("No work is narrative by the classes used" in own for own in result.cautions)
    rare = paint(24, genres=("landscape", "still life"), rare="history painting")
    result = run(rare, tmp_path / "one", floor)
    assert any("Only 1 work is narrative" in own for own in result.cautions)
    assert next(own for own in result.ratios if own.facet == "genre").singletons == 1


def test_semart_s_test_works_are_the_gallery_though_no_map_learns(
    tmp_path: Path, floor: str
) -> None:
    root = tmp_path / "SemArt"
    (root / "Images").mkdir(parents=True)
    for split, own in (("train", range(24)), ("val", range(24, 28)), ("test", range(28, 48))):
        rows = []
        for at in own:
            painted(at).save(root / "Images" / f"{at}.png")
            kind = ("religious", "landscape", "mythological", "still-life")[at % 4]
            rows.append([f"{at}.png", f"A picture {at} of a {kind} thing.", f"PAINTER, {at % 4}",
                         f"Title {at}", "Oil", "1610", kind, "Dutch", "1601-1650"])  # fmt: skip
        (root / f"semart_{split}.csv").write_text(written(rows), encoding="cp1252")
    works = open_collection(root)
    for models in ((floor,), (floor, JOINED)):
        result = run(works, tmp_path / "out", *models, source_format="semart")
        assert {own.gallery for own in result.retrieval} == {"held out"}
        assert {own.gallery_size for own in result.retrieval} == {20}
        assert result.held_out["works"] == 20
        assert result.protocol == "SemArt Text2Art"
        taught = any(
            "whose artists may be among those learnt from" in own for own in result.cautions
        )
        assert taught == (len(models) == 2)
    fewer = run(works, tmp_path / "out", floor, source_format="semart", works=40)
    assert fewer.protocol == "as SemArt Text2Art, on works drawn by lot"


def test_settings_say_what_was_drawn_and_no_more(paint: Paint, tmp_path: Path, floor: str) -> None:
    works = paint(16)
    result = run(works, tmp_path, floor, cue_works=100, permutations=10, repeats=20)
    told = result.settings
    assert told["treated"] == 16
    assert told["ratio_repeats"] == 10
    assert 0 < told["conflict_pairs"] <= 8
    assert result.cue_conflicts[0].pairs == 2 * len(told["makers"]) * told["conflict_pairs"]
    assert set(told["shown_treated"]) < set(works.ids)
    assert len(told["shown_pairs"][0]) == 2
    assert result.texts["asked"] == 16
    assert result.held_out == {}
