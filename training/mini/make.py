"""Making mini, from top to bottom."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from training.mini.align import Encode, Heads
from training.mini.card import write_card
from training.mini.distil import distil, embed_texts, load_student, save_student
from training.mini.evaluate import Scores
from training.mini.export import WEIGHTS, Towers, check_model, folder_megabytes, write_model
from training.mini.features import files_key, open_picture, picture_features
from training.mini.folds import Classes, FoldScores, five_folds, held_out_artists, judge
from training.mini.painted import painted_set, plan_training, planned_record
from training.mini.parts import Parts
from training.mini.pictures import (
    PictureSet,
    picture_set,
    read_paintings,
    read_styles,
    with_objects,
    without_twins,
)
from training.mini.pieces import prune
from training.mini.recipe import MINI_MD, Recipe
from training.mini.sources import Material, fit_base, fit_mini
from training.mini.texts import Record, gather_texts
from training.mini.themes import planted_gallery, planted_themes

if TYPE_CHECKING:
    from transformers import BertModel

PACKAGES = ("torch", "timm", "transformers", "open_clip_torch", "umap-learn", "hdbscan")


@dataclass(frozen=True)
class Making:
    """Where things are read and written.

    Attributes
    ----------
    data
        Folder with ``wikiart-sample``, ``styles7``, ``museum-tables`` and ``artgraph``.
    out
        Where mini is written.
    work
        Where intermediate results are kept; a second run takes them up.
    results
        JSON file for all numbers.
    compare
        Also judge the whole sentence encoder in place of the small text tower, and the recipe
        from which ours was developed.
    """

    data: Path
    out: Path
    work: Path
    results: Path
    compare: bool = False
    recipe: Recipe = field(default_factory=Recipe)


def make_mini(making: Making, parts: Parts) -> Mapping[str, Any]:
    """Make mini and mini-base, judge them, and write weights, numbers and card.

    Parameters
    ----------
    making
        Where things are read and written, and how mini is made.
    parts
        The image tower and the sentence encoder that it is made from.

    Returns
    -------
    Mapping
        What was written to ``making.results``.
    """
    recipe = making.recipe
    clock = _Clock()
    making.work.mkdir(parents=True, exist_ok=True)

    paintings, styled = _real_pictures(making, parts)
    planned = plan_training(recipe.painted_works, recipe.painted_seed)
    painted = painted_set(
        "painted", planned, parts.image_tower, making.work / "painted.safetensors"
    )
    order = np.random.default_rng(recipe.seed).permutation(len(styled)).tolist()
    styled_test = styled.select(order[: recipe.styled_test])
    material = Material(parts, styled.select(order[recipe.styled_test :]), painted)
    clock.lap("features")

    records = [*map(planned_record, planned), *map(_record, paintings.facts)]
    tokenizer, student, agreement = _text_tower(making, parts, records)
    encode = _remembering(student, tokenizer)
    clock.lap("text tower")

    held_out = held_out_artists(paintings.artists, recipe.held_out, recipe.seed)
    seen = paintings.select([i for i, a in enumerate(paintings.artists) if a not in held_out])
    unseen = paintings.select([i for i, a in enumerate(paintings.artists) if a in held_out])
    base = fit_base(parts, encode, recipe.align, recipe.seed)
    heads = fit_mini(seen, material, encode, recipe.align, recipe.seed)
    towers = Towers(parts.image_tower, student, tokenizer)
    write_model(making.work / "mini-base", towers, base)
    write_model(making.out, towers, heads)
    clock.lap("alignment")

    folds = _judge_by_folds(making, paintings, styled_test, material, encode, base)
    scores, _ = judge(heads, encode, unseen, styled_test, Classes.of(paintings))
    gallery, check = _judge_themes(making, parts, heads, encode)
    clock.lap("evaluation")

    results = {
        "name": "mini",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": _machine(),
        "versions": {name: version(name) for name in PACKAGES},
        "packages": parts.sources,
        "recipe": asdict(recipe),
        "data": {
            "captioned paintings": len(seen),
            "style-only paintings": len(material.styled),
            "painted works": len(painted),
            "ImageNet classes": len(parts.class_names),
        },
        "artists seen": sorted(set(seen.artists)),
        "artists held out": held_out,
        "text tower agreement": agreement,
        "five folds": {name: asdict(found) for name, found in folds.items()},
        "held out": {"works": len(unseen), **scores},
        "sample gallery": gallery,
        "least cosine to the pipeline": dict(zip(("pictures", "texts"), check, strict=True)),
        "weights sha256": hashlib.sha256((making.out / WEIGHTS).read_bytes()).hexdigest(),
        "seconds": clock.laps,
    }
    rounded: Mapping[str, Any] = _rounded(results)
    making.results.parent.mkdir(parents=True, exist_ok=True)
    making.results.write_text(json.dumps(rounded, indent=2, ensure_ascii=False) + "\n", "utf-8")
    write_card(rounded, making.out)
    print(f"{making.out}: {folder_megabytes(making.out):.1f} MB")
    return rounded


def _real_pictures(making: Making, parts: Parts) -> tuple[PictureSet, PictureSet]:
    """Captioned paintings, and style-only ones without twins among the former."""

    def features(name: str, paths: Sequence[Path]) -> np.ndarray[Any, np.dtype[np.float32]]:
        return picture_features(
            parts.image_tower,
            len(paths),
            lambda index: open_picture(paths[index]),
            cache=making.work / f"{name}.safetensors",
            key=files_key(paths),
        )

    paths, facts, artists = read_paintings(making.data / "wikiart-sample")
    paintings = picture_set("paintings", features("paintings", paths), facts, artists)
    style_paths, style_facts = read_styles(making.data / "styles7")
    styled = picture_set("styles", features("styles", style_paths), style_facts)
    styled = without_twins(styled, paintings, making.recipe.align.twin)
    names = parts.class_names
    return (
        with_objects(paintings, parts.image_tower, names),
        with_objects(styled, parts.image_tower, names),
    )


def _text_tower(
    making: Making, parts: Parts, records: Sequence[Record]
) -> tuple[Mapping[str, Any], BertModel, float]:
    """Tokenizer, student and its agreement with the teacher; kept for these texts and sizes."""
    recipe = making.recipe.text
    texts = gather_texts(
        making.data, parts.class_names, records, limit=recipe.max_texts, seed=making.recipe.seed
    )
    tokenizer, kept = prune(parts.tokenizer, texts, recipe.pieces)
    key = hashlib.sha256(json.dumps([texts, asdict(recipe)]).encode()).hexdigest()[:16]
    student_file = making.work / f"student-{key}.safetensors"
    if not student_file.exists():
        vectors_file = making.work / f"teacher-{key}.npy"
        if not vectors_file.exists():
            vectors = embed_texts(parts.teacher, parts.tokenizer, texts, note="teacher reads")
            np.save(vectors_file, vectors.astype(np.float16), allow_pickle=False)
        targets = np.load(vectors_file, allow_pickle=False).astype(np.float32)
        student, agreement = distil(
            parts.teacher, targets, texts, tokenizer, kept, recipe, seed=making.recipe.seed
        )
        save_student(student, agreement, student_file)
    student, agreement = load_student(student_file, recipe, parts.teacher.config)
    return tokenizer, student, agreement


def _remembering(model: BertModel, tokenizer: Mapping[str, Any]) -> Encode:
    """A text tower that reads each text once."""
    known: dict[str, np.ndarray[Any, np.dtype[np.float32]]] = {}

    def encode(texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, embed_texts(model, tokenizer, new), strict=True))
        return np.stack([known[text] for text in texts])

    return encode


def _judge_by_folds(
    making: Making,
    paintings: PictureSet,
    styled_test: PictureSet,
    material: Material,
    encode: Encode,
    base: Heads,
) -> dict[str, FoldScores]:
    recipe = making.recipe

    def run(fit: Callable[[PictureSet, int], Heads], text: Encode, probes: bool) -> FoldScores:
        return five_folds(
            paintings, styled_test, fit, text, count=recipe.folds, seed=recipe.seed, probes=probes
        )

    ours = recipe.align
    found = {
        "mini": run(lambda p, s: fit_mini(p, material, encode, ours, s), encode, True),
        "mini-base": run(lambda _paintings, _seed: base, encode, False),
    }
    if making.compare:
        whole = _remembering(material.parts.teacher, material.parts.tokenizer)
        found["mini with the whole MiniLM"] = run(
            lambda p, s: fit_mini(p, material, whole, ours, s), whole, False
        )
        found["earlier recipe with the whole MiniLM"] = run(
            lambda p, s: fit_mini(p, material, whole, MINI_MD, s), whole, False
        )
    for name, scores in found.items():
        print(name, {key: round(value, 3) for key, value in scores.mean.items()}, flush=True)
    return found


def _judge_themes(
    making: Making, parts: Parts, heads: Heads, encode: Encode
) -> tuple[Scores, tuple[float, float]]:
    """Look for the planted themes, and check the written model on some of those pictures."""
    folder = making.work / "gallery-0"
    paths, ids, themes = planted_gallery(folder, making.recipe.demo_works)
    features = picture_features(
        parts.image_tower,
        len(paths),
        lambda index: open_picture(paths[index]),
        cache=making.work / "gallery-0.safetensors",
        key=files_key(paths),
    )
    found = {
        "works": float(len(ids)),
        **planted_themes(folder, ids, themes, heads.images(features)),
    }
    some = list(range(0, len(paths), max(1, len(paths) // 8)))
    texts = [f"a painting of {theme}" for theme in sorted(set(themes))]
    pictures = [open_picture(paths[i]) for i in some]
    return found, check_model(making.out, heads, pictures, features[some], texts, encode(texts))


def _record(facts: Mapping[str, frozenset[str]]) -> Record:
    values = {facet: tuple(sorted(found)) for facet, found in facts.items()}
    title = values.pop("title", ("",))[0]
    return Record(title, {f: v for f, v in values.items() if f not in {"object", "century"}})


def _machine() -> dict[str, Any]:
    return {"system": platform.platform(terse=True), "processors": os.cpu_count()}


def _rounded(value: Any) -> Any:
    """Numbers to four decimals, all the way down."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {key: _rounded(found) for key, found in value.items()}
    return [_rounded(found) for found in value] if isinstance(value, (list, tuple)) else value


class _Clock:
    """Seconds of each stage, in order."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(now - self._last, 1)
        self._last = now
        print(f"{name}: {self.laps[name]} s", flush=True)
