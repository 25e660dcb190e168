"""The study of perception from end to end, on a small gallery."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evaluation.studies.looking.features import Tower
from evaluation.studies.perception import study
from evaluation.studies.perception.deformations import DEFORMATIONS, STRENGTHS
from evaluation.studies.perception.result import Perception
from evaluation.studies.perception.study import run_perception
from knowledge_graph import Collection
from tests.evaluation.studies.conftest import STYLES, Paint
from topicart.errors import StudyError
from topicart.fit import Silent

SMALL: dict[str, Any] = {"spoilt_works": 2, "repeats": 20, "device": "cpu"}
JOINED = "cca:pixels+tfidf"


def run(collection: Collection, out: Path, *models: str, **options: Any) -> Perception:
    return run_perception(collection, out, models=models, **{**SMALL, **options})


def answers(file: Path, rows: list[tuple[str, str, str, str]]) -> Path:
    with file.open("w", newline="", encoding="utf-8") as handle:
        csv.writer(handle).writerows([("work", "dimension", "answer", "annotator"), *rows])
    return file


def asking(folder: Path, *names: str) -> Path:
    """Write the shipped questions of some dimensions alone; pictures are then not spoilt."""
    whole = (Path(study.__file__).parent / "dimensions.toml").read_text(encoding="utf-8")
    tables = ["[" + own for own in whole.split("\n[")[1:]]
    file = folder / "dimensions.toml"
    file.write_text(
        "\n".join(own for own in tables if own[1:].split("]")[0] in names), encoding="utf-8"
    )
    return file


class _Cut(Silent):
    """Somebody presses Ctrl-C when towers are about to be joined."""

    def stage(self, name: str) -> None:
        if name == "Joining towers":
            raise KeyboardInterrupt


def test_words_by_lot_come_out_at_chance(
    gallery_of_60: Collection, tmp_path: Path, floor: str
) -> None:
    dimensions = asking(tmp_path, "content", "scene", "style")
    result = run(gallery_of_60, tmp_path, "mini", floor, dimensions=dimensions)
    asked = {own.dimension: own for own in result.answered if own.model == floor}
    assert {"scene", "style", "content"} <= set(asked)
    for name, answers_of in (("style", 2), ("scene", 4)):
        own = asked[name].zero_shot
        assert own.chance == pytest.approx(1 / answers_of)
        assert own.interval[0] <= own.chance <= own.interval[1]


def test_the_same_seed_says_the_same_and_a_study_that_was_cut_goes_on(
    gallery_of_60: Collection, tmp_path: Path, floor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(gallery_of_60, tmp_path / "a", floor)
    assert [own.deformation for own in result.defects] == list(DEFORMATIONS)
    assert not any(own.verdict == "seen and said" for own in result.defects)
    with pytest.raises(KeyboardInterrupt):
        run(gallery_of_60, tmp_path / "b", floor, progress=_Cut())
    looked, encode = [], Tower.encode
    monkeypatch.setattr(
        Tower, "encode", lambda own, some: looked.append(len(some)) or encode(own, some)
    )
    again = run(gallery_of_60, tmp_path / "b", floor)
    assert replace(again, made=result.made).to_dict() == result.to_dict()
    # What was looked at before the cut is not looked at again: only the spoilt pictures.
    assert sum(looked) == 2 * len(DEFORMATIONS) * len(STRENGTHS)


def test_once_towers_are_joined_all_models_answer_works_that_no_map_learnt_from(
    gallery_of_60: Collection, tmp_path: Path, floor: str
) -> None:
    works = [own.id for own in gallery_of_60]
    rows = [(work, "style", STYLES[at // 2 % 2], "Ada") for at, work in enumerate(works)]
    rows += [(work, "deformation", "not at all", "Ada") for work in works]
    file = answers(tmp_path / "answers.csv", rows)
    result = run(gallery_of_60, tmp_path, floor, JOINED, annotations=file, spoilt_works=1)
    judging = result.settings["judging"]
    assert 0 < judging < 60
    style = [own.zero_shot.n for own in result.answered if own.dimension == "style"]
    assert style == [judging, judging]
    (people,) = [own for own in result.people if own.dimension == "style"]
    assert people.works == 60
    assert {own["accuracy"].n for own in people.models.values()} == {judging}
    assert any(f"judged on the other {judging}" in own for own in result.cautions)


def test_one_artist_s_works_are_asked_about_and_nothing_is_probed(
    paint: Paint, tmp_path: Path, floor: str
) -> None:
    works = paint(24, artists=1)
    result = run(works, tmp_path, floor, dimensions=asking(tmp_path, "style"))
    assert result.answered == ()
    assert any("with enough works of two artists" in own for own in result.cautions)
    with pytest.raises(StudyError, match="All 24 works belong to one artist: nothing can be held"):
        run(works, tmp_path, floor, JOINED)


def test_an_answer_of_an_unknown_work_is_left_out_and_only_such_are_refused(
    gallery_of_60: Collection, tmp_path: Path, floor: str
) -> None:
    unknown = ("w99", "style", "Cubism", "Ada")
    file = answers(tmp_path / "some.csv", [("w00", "style", "Cubism", "Ada"), unknown])
    style = asking(tmp_path, "style")
    result = run(gallery_of_60, tmp_path, floor, annotations=file, dimensions=style)
    assert result.settings["annotations"]["left_out"] == {"an unknown work": 1}
    with pytest.raises(StudyError, match=r"no answer in it can be used \(line 2: no work 'w99'"):
        run(gallery_of_60, tmp_path, floor, annotations=answers(tmp_path / "x.csv", [unknown]))


def test_no_artist_is_on_both_sides_though_the_source_s_own_split_has_some_there(
    paint: Paint, tmp_path: Path, floor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = paint(48, artists=6)
    parted = [replace(own, split=("train", "test")[at % 2]) for at, own in enumerate(works)]
    told: list[Any] = []

    def _joined(*_: Any, **options: Any) -> None:
        told.extend((_[3], options["groups"]))
        raise KeyboardInterrupt

    monkeypatch.setattr(study, "spaces_of", _joined)
    with pytest.raises(KeyboardInterrupt):
        run(Collection.from_artworks(parted, works.root, "parted"), tmp_path, JOINED)
    learn, artists = told
    sides = [{artist for artist, own in zip(artists, learn, strict=True) if own == side}
             for side in (True, False)]  # fmt: skip
    assert sides[0]
    assert sides[1]
    assert not sides[0] & sides[1]
