"""Questions, metrics and accuracies of the studies, against counting by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from evaluation.studies.conditional import (
    METRICS,
    PicturesInStyles,
    conditional_accuracy,
    draw_questions,
    keys_and_queries,
    run_study,
    study_table,
)
from evaluation.studies.looking.features import Pixels
from evaluation.studies.looking.seen import see_all
from topicart.errors import ModelError, RetrievalError

CONTENTS, STYLES, DIM = 14, 4, 5


def _pictures(looked: list[int] | None = None) -> PicturesInStyles:
    """A square of its own grey for each content, a little darker in each style."""

    def made(part: int) -> Sequence[Image.Image]:
        if looked is not None:
            looked.append(part)
        return [
            Image.new("RGB", (8, 8), (16 * content, 255 - 16 * content, 20 * part))
            for content in range(CONTENTS)
        ]

    return PicturesInStyles(
        name="art",
        contents=tuple(f"work {number}" for number in range(CONTENTS)),
        styles=("plain", "Plain", "a|b", "<script>"),
        content_of=np.tile(np.arange(CONTENTS), STYLES),
        style_of=np.repeat(np.arange(STYLES), CONTENTS),
        parts=tuple(range(n * CONTENTS, (n + 1) * CONTENTS) for n in range(STYLES)),
        pictures_of=made,
        keys=tuple(f"part-{number}" for number in range(STYLES)),
    )


def _vectors(seed: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    random = np.random.default_rng(seed)
    contents = np.tile(random.normal(size=(CONTENTS, DIM)), (STYLES, 1))
    styles = np.repeat(random.normal(size=(STYLES, DIM)), CONTENTS, axis=0)
    noise = random.normal(size=contents.shape)
    return (3 * (contents + styles) + noise + 1).astype(np.float32)


def _likeness(metric: str, vectors: Any, style_of: Any) -> Any:
    """How alike all pairs are, larger for more, without any of the module's tricks."""
    exact = vectors.astype(np.float64)
    if metric == "inner_product":
        return exact @ exact.T
    if metric == "euclidean":
        return -((exact[:, None] - exact[None]) ** 2).sum(axis=2)
    if metric == "centred_cosine":
        exact = np.stack(
            [
                own - exact[style_of == style].mean(axis=0)
                for own, style in zip(exact, style_of, strict=True)
            ]
        )
    unit = exact / np.linalg.norm(exact, axis=1, keepdims=True)
    return unit @ unit.T


@pytest.mark.parametrize("metric", list(METRICS))
def test_every_metric_ranks_through_the_index_as_it_does_by_itself(metric: str) -> None:
    vectors, style_of = _vectors(1), _pictures().style_of
    keys, queries = keys_and_queries(metric, vectors, style_of)
    np.testing.assert_allclose(np.linalg.norm(keys, axis=1), 1, atol=1e-5)
    expected = np.argsort(-_likeness(metric, vectors, style_of), axis=1, kind="stable")
    order = np.argsort(-(queries.astype(float) @ keys.astype(float).T), axis=1, kind="stable")
    np.testing.assert_array_equal(order, expected)


@pytest.mark.parametrize("metric", list(METRICS))
def test_accuracies_are_those_counted_by_hand(metric: str) -> None:
    pictures, vectors = _pictures(), _vectors(2)
    questions = draw_questions(pictures)
    told = conditional_accuracy(pictures, vectors, questions, feature="own", metric=metric)
    alike = _likeness(metric, vectors, pictures.style_of)
    at_1, at_10, free_1, free_10 = [], [], [], []
    for row, style, answer in zip(
        questions.picture, questions.style, questions.answer, strict=True
    ):
        own = np.flatnonzero(pictures.style_of == style)
        order = own[np.argsort(-alike[row, own])]
        at_1.append(order[0] == answer)
        at_10.append(answer in order[:10])
        free = [other for other in np.argsort(-alike[row]) if other != row]
        free_1.append(free[0] == answer)
        free_10.append(answer in free[:10])
    assert told.at_1.value == pytest.approx(np.mean(at_1))
    assert told.at_10.value == pytest.approx(np.mean(at_10))
    assert told.unconditional_at_1 == pytest.approx(np.mean(free_1))
    assert told.unconditional_at_10 == pytest.approx(np.mean(free_10))
    assert told.at_1.interval is not None
    assert told.at_1.interval[0] <= told.at_1.value <= told.at_1.interval[1]
    assert set(told.by_style) == set(pictures.styles), "alike but for case, and still four"


def test_all_questions_are_asked_once_where_there_are_not_more() -> None:
    questions = draw_questions(_pictures(), 10_000)
    pairs = set(zip(questions.picture.tolist(), questions.style.tolist(), strict=True))
    assert len(pairs) == len(questions) == CONTENTS * STYLES * (STYLES - 1)
    pictures = _pictures()
    assert (pictures.style_of[questions.picture] != questions.style).all()
    assert (pictures.content_of[questions.picture] == pictures.content_of[questions.answer]).all()


def test_questions_drawn_by_lot_are_different_and_the_same_again() -> None:
    first, second = (draw_questions(_pictures(), 50, seed=3) for _ in range(2))
    assert len(first) == 50
    np.testing.assert_array_equal(first.picture, second.picture)
    assert len(set(zip(first.picture.tolist(), first.style.tolist(), strict=True))) == 50


def test_what_cannot_be_asked_is_said() -> None:
    with pytest.raises(RetrievalError, match="asks one question at least, got questions=0"):
        draw_questions(_pictures(), 0)
    all_ = len(draw_questions(_pictures()))
    nearly = draw_questions(_pictures(), all_ - 1)
    assert len(nearly) == all_ - 1
    assert len(set(zip(nearly.picture.tolist(), nearly.style.tolist(), strict=True))) == all_ - 1
    with pytest.raises(RetrievalError, match="There is no metric 'cosin'"):
        keys_and_queries("cosin", _vectors(0), _pictures().style_of)
    nothing = _vectors(0)
    nothing[3] = 0
    with pytest.raises(RetrievalError, match="The vector of picture 3 has no length"):
        keys_and_queries("cosine", nothing, _pictures().style_of)


def test_a_study_goes_on_where_it_was_cut_short(tmp_path: Path) -> None:
    see_all(_pictures(), [Pixels()], tmp_path / "seen")
    kept = sorted((tmp_path / "seen").rglob("*.npy"))
    assert len(kept) == STYLES
    kept[1].write_bytes(b"half a file")
    kept[2].unlink()
    looked: list[int] = []
    result = run_study(_pictures(looked), tmp_path, features=["pixels"], metrics=["euclidean"])
    assert looked == [1, 2], "only what was damaged or gone is looked at again"
    assert result.chance_at_1 == pytest.approx(1 / CONTENTS)
    assert result.rows[0].at_1.value > 0.5
    again = run_study(_pictures(), tmp_path, features=["pixels"], metrics=["euclidean"])
    assert again.to_dict() == result.to_dict()
    told = (tmp_path / "art.md").read_text(encoding="utf-8")
    assert "\\<script\\>" in told
    console = Console(width=80, record=True)
    console.print(study_table(result))
    assert "Euclidean" in console.export_text()


def test_a_study_refuses_unknown_features_and_metrics(tmp_path: Path) -> None:
    with pytest.raises(RetrievalError, match="no metric 'euclidian'.*euclidean"):
        run_study(_pictures(), tmp_path, features=["pixels"], metrics=["euclidian"])
    with pytest.raises(ModelError, match="timm has no model 'resnet5'"):
        run_study(_pictures(), tmp_path, features=["random:resnet5"])


def test_random_weights_are_the_same_for_the_same_seed() -> None:
    from evaluation.studies.conditional import load_feature

    pictures = [Image.new("RGB", (20, 30), (200, 30, 90)), Image.new("RGB", (9, 9))]
    name = "random:test_vit"
    first, second, other = (load_feature(name, device="cpu", seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first.encode(pictures), second.encode(pictures))
    assert first.fingerprint == second.fingerprint != other.fingerprint


def test_pretrained_towers_come_with_their_weights_or_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import timm

    from evaluation.studies.conditional import load_feature

    create, asked = timm.create_model, []

    def at_hand(model: str, *, pretrained: bool, num_classes: int) -> object:
        asked.append((model, pretrained))
        return create(model, pretrained=False, num_classes=num_classes)

    monkeypatch.setattr(timm, "create_model", at_hand)
    monkeypatch.setattr("evaluation.studies.looking.features.require_hub", lambda *_: None)
    tower = load_feature("timm:test_vit", device="cpu")
    assert asked == [("test_vit", True)]
    assert tower.encode([Image.new("RGB", (20, 30))]).shape == (1, 64)
    assert "pretrained" in tower.told

    def out_of_reach(*_: object, **__: object) -> object:
        raise OSError("no route to host")

    monkeypatch.setattr(timm, "create_model", out_of_reach)
    with pytest.raises(ModelError, match="timm's test_vit are not to be had: no route.*random:"):
        load_feature("timm:test_vit", device="cpu")
