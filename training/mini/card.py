"""The model card, written from the file of results so that no number is typed by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from topicart.models import MINI_NOTE

_ROWS = (
    ("genre", "zero-shot genre, 14 classes"),
    ("genre top-3", "the same, among the best three"),
    ("genre balanced", "the same, mean over classes"),
    ("style", "zero-shot style, 18 classes"),
    ("style top-3", "the same, among the best three"),
    ("style balanced", "the same, mean over classes"),
    ("style7", "zero-shot style, the 7 of style-only paintings (artists not disjoint)"),
    ("t2i R@1", "caption to painting, R@1"),
    ("t2i R@10", "caption to painting, R@10"),
    ("t2i R@2.8%", "caption to painting, among the best 2.8 % (10 of 357)"),
    ("t2i median", "caption to painting, median rank"),
    ("no-title t2i R@2.8%", "caption without title to painting, best 2.8 %"),
    ("i2t R@1", "painting to caption, R@1"),
    ("i2t R@10", "painting to caption, R@10"),
    ("i2t R@2.8%", "painting to caption, best 2.8 %"),
    ("i2t median", "painting to caption, median rank"),
    ("word AUC", "words in title or tags, mean AUC"),
)

_USE = """## Use

```python
from topicart import Encoder

encoder = Encoder.load("mini")
```

The folder is an open_clip model. `hf_model_name` in its configuration is a placeholder, since
open_clip hands it to transformers as it stands; name the folder when loading it elsewhere:

```python
import json, open_clip

folder = "/absolute/path/to/mini"
text = json.load(open(f"{folder}/open_clip_config.json"))["model_cfg"]["text_cfg"]
model, _, transform = open_clip.create_model_and_transforms(
    f"local-dir:{folder}",
    text_cfg={**text, "hf_model_name": folder, "hf_tokenizer_name": folder},
    pretrained_text=False,
)
tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}")
```
"""


def write_card(results: Mapping[str, Any], folder: Path) -> None:
    """Write ``README.md`` into a model's folder.

    Parameters
    ----------
    results
        The content of the file of results.
    folder
        A model's folder.
    """
    (folder / "README.md").write_text(card_text(results), encoding="utf-8")


def card_text(results: Mapping[str, Any]) -> str:
    """Return the model card for a file of results, as Markdown.

    Parameters
    ----------
    results
        The content of the file of results.

    Returns
    -------
    str
        Markdown.
    """
    parts = [_what(results), _USE, _made_of(results), _held_out(results), _scores(results)]
    return "\n".join([*parts, _gallery(results), _limits(results), _origin(results)])


def _what(results: Mapping[str, Any]) -> str:
    text = results["recipe"]["text"]
    return f"""# mini

{MINI_NOTE} It finds broad themes; finer questions need a real CLIP.

| part | what it is |
|---|---|
| pictures | tf_efficientnet_lite0 at 224 px (the whole picture, squashed), trained on ImageNet by \
others, frozen; a head 1280-512-256 trained here |
| texts | a BERT of {len(text["layers"])} layers, width 384, {text["pieces"]:,} word pieces, cut \
out of MiniLM-L6 and distilled on {text["max_texts"]:,} short texts at most (cosine to its teacher \
{results["text tower agreement"]:.3f} on texts kept apart); a linear head 384-256 trained here |
| space | {results["recipe"]["align"]["dim"]} dimensions, cosine |
| weights | half precision, safetensors |
"""


def _made_of(results: Mapping[str, Any]) -> str:
    packages = _table(
        ("package", "version", "licence in its metadata", "licence file that comes along"),
        [
            (name, facts["version"], facts["licence"], facts["licence file"])
            for name, facts in results["packages"].items()
        ],
    )
    data = "\n".join(f"* {number:,} {what}" for what, number in results["data"].items())
    return f"""## What it was made from

{packages}

Aligned on:

{data}

Captioned paintings and style-only paintings come from WikiArt (titles, genres, styles and tags as
given there). Nothing of their pictures is in this folder, but the heads are derived from them, and
many are in copyright. Painted works are ours: the sample gallery of topicart with seeds from
{results["recipe"]["painted_seed"]} up; seed 0, which the demo shows, was not trained on. The text
tower read texts alone: titles and subjects from Tate, Wikidata, ArtGraph and WikiArt (those of
the artists below among them), Iconclass, ImageNet's names, facts of the sample gallery, and the
prompts of topicart.

The making has two steps: names of ImageNet classes first (`mini-base`, which saw no picture at
all beyond the image tower's own training; not shipped), paintings second. The second step keeps
the names and starts its heads anew. `python -m training.mini` repeats it.
"""


def _held_out(results: Mapping[str, Any]) -> str:
    names = "; ".join(results["artists held out"])
    return f"""## Artists it never saw

No picture by these {len(results["artists held out"])} of \
{len(results["artists held out"]) + len(results["artists seen"])} artists was trained on \
({results["held out"]["works"]} works): {names}.
"""


def _scores(results: Mapping[str, Any]) -> str:
    folds: Mapping[str, Mapping[str, Any]] = results["five folds"]
    others = [name for name in folds if name != "mini"]
    head = ("", "mini as shipped, artists above", "mini, five folds ± sd", *others)

    def row(key: str, label: str) -> tuple[str, ...]:
        first = results["held out"].get(key)
        spread = folds["mini"]["spread"].get(key)
        ours = _number(folds["mini"]["mean"].get(key))
        return (
            label,
            _number(first),
            f"{ours} ± {_number(spread)}" if spread is not None else ours,
            *(_number(folds[name]["mean"].get(key)) for name in others),
        )

    mean = folds["mini"]["mean"]
    words = ", ".join(f"{word} {value:.2f}" for word, value in folds["mini"]["words"].items())
    sizes = ", ".join(str(size) for size in folds["mini"]["sizes"])
    return f"""## How good it is

Five folds by artist: every painting is judged once, by heads that never saw its artist (folds of
{sizes} paintings; sd is between folds, which differ much). Prompts are those of topicart.

{_table(head, [row(key, label) for key, label in _ROWS])}

For comparison, on the same folds: a logistic regression on the image tower's features, trained on
the labels, reaches {_number(mean.get("genre probe"))} for genre and \
{_number(mean.get("style probe"))} for style; the best constant answer, known only afterwards,
{_number(mean.get("genre majority"))} and {_number(mean.get("style majority"))}.
Words: {words}.
"""


def _gallery(results: Mapping[str, Any]) -> str:
    found = results["sample gallery"]
    return f"""## Themes planted in the sample gallery

On the demo's gallery ({found["works"]:.0f} works, seed 0), topicart at default settings finds
{found["topics"]:.0f} topics with an adjusted Rand index of {found["ari"]:.2f} to the planted themes
({100 * found["outliers"]:.0f} % outliers, which count as one more topic). mini was trained on other
works of the same painter with the same themes: this shows that the pieces fit together, not how
well mini does on real paintings.
"""


def _limits(results: Mapping[str, Any]) -> str:
    mean = results["five folds"]["mini"]["mean"]
    return f"""## What it is not good for

* One particular painting is rarely found by its caption (R@1 {_number(mean.get("t2i R@1"))}).
* Classes with meaning rather than look, such as allegories, and styles of which it saw one artist.
* On paintings that it was trained on it looks better than it is: topics of such paintings are
  partly fitted.
* English only; names of artists were not taught.
* Style-only paintings do not name their artist, so some of the artists above may be among them;
  those that nearly equal a captioned painting were left out.
"""


def _origin(results: Mapping[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    seconds = ", ".join(f"{stage} {value:.0f} s" for stage, value in results["seconds"].items())
    machine = results["machine"]
    return f"""## When and where

{results["date"]}, {machine["system"]}, {machine["processors"]} processors; {versions}.
Time of the last run, which takes up what earlier ones left: {seconds}.
{results.get("provenance", "All steps are of one run.")}
Weights: sha256 `{results["weights sha256"]}`.
Written by `training/mini/card.py` from `evaluation/benchmarks/results/mini.json`.
"""


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 2 else f"{value:.3f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
