"""A folder of generated works is read, whatever is wrong with it, and told from painted ones."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import f1_score, precision_score, recall_score

from evaluation.studies.estimate import Estimate
from evaluation.studies.looking import StudyModel, studied_works
from evaluation.studies.looking.features import Pixels
from evaluation.studies.looking.seen import see_all
from evaluation.studies.looking.space import Space, unit_rows
from evaluation.studies.perception.dimensions import PromptPair
from evaluation.studies.perception.generated import COLUMNS, read_generated
from evaluation.studies.perception.telling import TOUGHENED, Sample, tell_generated, told_apart
from knowledge_graph import Artwork, Collection
from topicart.errors import StudyError

PROMPTS = PromptPair(("made by a machine",) * 3, ("made by a hand",) * 3)


def _row(number: int, **other: str) -> dict[str, str]:
    row = {
        "generative_model": f"Engine {number % 3}",
        "subject": "a harbour",
        "style": "Baroque",
        "period": "17th century",
        "prompt": f"A harbour, no. {number % 8}",
        "generated_image": f"made-{number}.png",
    }
    return row | other


def _picture(file: Path, colour: Sequence[int], seed: int) -> None:
    noise = np.random.default_rng(seed).integers(-40, 40, size=(24, 32, 3))
    levels = np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)
    Image.fromarray(levels).save(file)


def _folder(folder: Path, rows: Sequence[Mapping[str, str]], delimiter: str = ",") -> Path:
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    for number in range(24):
        _picture(folder / "pictures" / f"made-{number}.png", (150, 120, 90), number)
    with (folder / "metadata.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return folder


def test_a_folder_is_read_with_pictures_in_a_folder_below(tmp_path: Path) -> None:
    found = read_generated(_folder(tmp_path, [_row(own) for own in range(24)], ";"))
    assert len(found.pictures) == 24
    assert found.about["prompts"] == 8
    assert found.about["makers"] == {"Engine 0": 8, "Engine 1": 8, "Engine 2": 8}
    assert found.problems == ()
    rows = {own: place for place, own in enumerate(found.pictures.ids)}
    assert found.makers[rows["pictures/made-7.png"]] == "Engine 1"
    assert found.prompts[rows["pictures/made-7.png"]] == "a harbour, no. 7"


def test_rows_that_cannot_be_used_are_left_out_counted_and_named(tmp_path: Path) -> None:
    rows = [_row(own) for own in range(22)]
    rows += [
        _row(22, prompt=" "),
        _row(23, generated_image="none.png"),
        _row(24, generated_image=""),
        _row(25, generated_image="../made-1.png"),
        _row(26, generated_image="/etc/hostname"),
        _row(27, generated_image="PICTURES\\made-0.png"),
        _row(28, generated_image="damaged.png"),
        _row(29, generated_image="twice.png"),
    ]
    folder = _folder(tmp_path, rows)
    (folder / "damaged.png").write_bytes(b"\x89PNG\r\n\x1a\n and nothing more")
    for place in ("one", "other"):
        (folder / place).mkdir()
        _picture(folder / place / "twice.png", (1, 2, 3), 5)
    found = read_generated(folder)
    assert len(found.pictures) == 22
    assert found.about["left_out"] == 8
    assert {own.id: own.reason for own in found.problems} == {
        "row 23": "no prompt: it is not known which works belong together",
        "row 24": "no such file in the folder or below it",
        "row 25": "no picture named",
        "row 26": "a path that leads out of the folder",
        "row 27": "a path that leads out of the folder",
        "row 28": "a picture that row 1 has already",
        "row 29": "a picture that cannot be read",
        "row 30": "2 files of that name; write the folder's name before it",
    }


def test_a_folder_that_is_none_is_told_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"there is no metadata.csv in it; expected a folder as"):
        read_generated(tmp_path)
    few = _folder(tmp_path / "few", [_row(own) for own in range(9)])
    with pytest.raises(StudyError, match="9 generated works of 8 prompts can be used; expected 20"):
        read_generated(few)
    one = _folder(tmp_path / "one", [_row(own, prompt="the same") for own in range(24)])
    with pytest.raises(StudyError, match=r"24 generated works of 1 prompts .* at least\. Add more"):
        read_generated(one)
    gone = _folder(tmp_path / "gone", [_row(own, generated_image="x.png") for own in range(24)])
    with pytest.raises(StudyError, match="24 rows were left out, 24 of them for: no such file"):
        read_generated(gone)
    (tmp_path / "metadata.csv").write_text("")
    with pytest.raises(StudyError, match="no column 'prompt', the columns are none; expected"):
        read_generated(tmp_path)
    (tmp_path / "metadata.csv").write_text("prompts,generated_image\na,b\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"no column 'prompt'.*Did you mean 'prompts'"):
        read_generated(tmp_path)


def _sample(works: int, seed: int = 0) -> tuple[Sample, np.ndarray]:
    """Painted and generated works, apart in one of twelve numbers."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(2 * works, 12)).astype(np.float32)
    features[works:, 3] += 2.0
    groups = [f"artist {own % 12}" for own in range(works)]
    groups += [f"prompt {own % 12}" for own in range(works)]
    held = np.array([own.split()[1] in {"1", "2", "3"} for own in groups])
    rows = np.arange(works)
    learn, judge = np.flatnonzero(~held), np.flatnonzero(held)
    return Sample(rows, rows, tuple(groups), learn, judge), features


def test_scores_are_those_of_scikit_learn_on_other_prompts() -> None:
    sample, features = _sample(240)
    tough = np.repeat(features[sample.judge][:, None], len(TOUGHENED), axis=1)
    tough[:, 1] = 0.0
    makers = [""] * 240 + [f"Engine {own % 2}" for own in range(240)]
    told = told_apart("m", features, tough, sample, makers, Estimate(None), repeats=60)
    truth = sample.is_made[sample.judge]
    assert told.accuracy.value is not None
    assert told.accuracy.value > 0.75
    assert told.accuracy.interval is not None
    assert told.robustness["grey"] == pytest.approx(told.accuracy.value)
    assert told.robustness["blur"] in (pytest.approx(truth.mean()), pytest.approx(1 - truth.mean()))
    assert set(told.by_maker) == {"Engine 0", "Engine 1"}
    assert told.settings["prompts"] == told.settings["artists"] == 12
    # As many of each kind are held out, so the mean of both recalls is the share told rightly.
    assert told.recall.value == pytest.approx(told.accuracy.value)


def test_vectors_are_taken_as_they_are_but_for_their_length() -> None:
    sample, features = _sample(240)
    # Standardised, this number would count as much as the others.
    features[:, 3] *= 1e-4
    tough = np.zeros((len(sample.judge), len(TOUGHENED), 12), np.float32)
    told = told_apart("m", features, tough, sample, [""] * 480, Estimate(None), repeats=20)
    assert told.accuracy.value == pytest.approx(0.5, abs=0.15)
    lengths = np.random.default_rng(2).uniform(1, 9, size=(480, 1)).astype(np.float32)
    again = told_apart(
        "m", features * lengths, tough, sample, [""] * 480, Estimate(None), repeats=9
    )
    assert again.accuracy.value == pytest.approx(told.accuracy.value)


def test_precision_recall_and_f1_are_means_over_both_kinds() -> None:
    from evaluation.studies.perception.telling import _scores

    random = np.random.default_rng(3)
    truth, said = random.random(90) < 0.4, random.random(90) < 0.5
    weights = random.integers(1, 4, size=90).astype(float)
    found = _scores(said, truth, weights)
    assert found == pytest.approx(
        (
            np.average(said == truth, weights=weights),
            precision_score(truth, said, sample_weight=weights, average="macro"),
            recall_score(truth, said, sample_weight=weights, average="macro"),
            f1_score(truth, said, sample_weight=weights, average="macro"),
        )
    )


def test_vectors_that_tell_nothing_come_out_at_chance() -> None:
    sample, features = _sample(300)
    features[:] = np.random.default_rng(1).normal(size=features.shape)
    tough = np.zeros((len(sample.judge), len(TOUGHENED), 12), np.float32)
    told = told_apart("m", features, tough, sample, [""] * 600, Estimate(None), repeats=200)
    assert told.accuracy.interval is not None
    assert told.accuracy.interval[0] < 0.5 < told.accuracy.interval[1]


def test_painted_and_generated_pictures_are_told_apart_from_end_to_end(tmp_path: Path) -> None:
    generated = read_generated(_folder(tmp_path / "made", [_row(own) for own in range(24)]))
    (tmp_path / "painted").mkdir()
    for number in range(40):
        _picture(tmp_path / "painted" / f"{number}.png", (60, 90, 160), 100 + number)
    works = studied_works(
        Collection.from_artworks(
            [
                Artwork(f"{own}", facets={"artist": (f"artist {own % 9}",)}, images=(f"{own}.png",))
                for own in range(40)
            ],
            root=tmp_path / "painted",
        )
    )
    pixels = Pixels(4)
    seen = see_all(works.pictures, [pixels], tmp_path / "seen")["pixels"]
    warm = np.tile([1.0, 0.0, -1.0], seen.shape[1] // 3)

    def read(texts: Sequence[str]) -> np.ndarray:
        return unit_rows(np.array([warm if "machine" in text else -warm for text in texts]))

    model = StudyModel("pixels", "pixels", pixels, None)
    spaces = [
        Space("pixels", "", False, unit_rows(seen), seen, unit_rows, own) for own in (read, None)
    ]
    told, mute = tell_generated(
        generated, works, [model, model], spaces, tmp_path / "seen", PROMPTS, repeats=20
    )
    assert told.accuracy.value == 1.0
    assert told.settings["painted"] == told.settings["generated"] == 24
    assert told.zero_shot.value == 1.0
    assert mute.zero_shot.value is None
    assert mute.accuracy == told.accuracy
    again = tell_generated(
        generated, works, [model], spaces[:1], tmp_path / "seen", PROMPTS, repeats=20
    )
    assert again == [told]
