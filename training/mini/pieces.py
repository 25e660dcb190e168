"""A word-piece vocabulary cut down to what our texts use."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.mini.recipe import CONTEXT_LENGTH

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_TOKENIZER_CONFIG = {
    "tokenizer_class": "BertTokenizerFast",
    "do_lower_case": True,
    "model_max_length": CONTEXT_LENGTH,
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


def open_tokenizer(content: Mapping[str, Any]) -> Tokenizer:
    """Return a fast tokenizer that cuts to `CONTEXT_LENGTH` and does not pad.

    Parameters
    ----------
    content
        The content of a ``tokenizer.json``.

    Returns
    -------
    Tokenizer
        The tokenizer.
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(json.dumps(dict(content)))
    tokenizer.no_padding()
    tokenizer.enable_truncation(CONTEXT_LENGTH)
    return tokenizer


def prune(
    content: Mapping[str, Any], texts: Sequence[str], pieces: int
) -> tuple[dict[str, Any], list[int]]:
    """Keep the special pieces, single ASCII characters and the most used pieces.

    A word whose piece is dropped is spelled in smaller ones, so no text becomes unreadable.

    Parameters
    ----------
    content
        The content of a ``tokenizer.json`` with a WordPiece model.
    texts
        Where uses are counted.
    pieces
        How many pieces to keep; all of them if the vocabulary has fewer.

    Returns
    -------
    tuple
        The new ``tokenizer.json`` and, for each new piece, its old id.
    """
    vocabulary: dict[str, int] = content["model"]["vocab"]
    tokenizer = open_tokenizer(content)
    uses: Counter[int] = Counter()
    for start in range(0, len(texts), 10_000):
        for coded in tokenizer.encode_batch(list(texts[start : start + 10_000])):
            uses.update(coded.ids)
    letters = {p for p in vocabulary if len(p.removeprefix("##")) == 1 and p.isascii()}
    needed = [*SPECIAL, *sorted(letters, key=vocabulary.__getitem__)]
    # Ties go to the lower id, which the original vocabulary gave to the more frequent piece.
    others = sorted(
        (p for p in vocabulary if p not in letters and p not in SPECIAL),
        key=lambda p: (-uses[vocabulary[p]], vocabulary[p]),
    )
    kept = [*needed, *others[: max(0, pieces - len(needed))]]
    new = dict(content)
    new["model"] = {**content["model"], "vocab": {piece: i for i, piece in enumerate(kept)}}
    new["added_tokens"] = [
        {**token, "id": kept.index(token["content"])} for token in content["added_tokens"]
    ]
    new["post_processor"] = _post_processor(kept)
    new["truncation"] = new["padding"] = None
    return new, [vocabulary[piece] for piece in kept]


def write_tokenizer(content: Mapping[str, Any], folder: Path) -> None:
    """Write ``tokenizer.json`` and the two small files that transformers reads beside it.

    Parameters
    ----------
    content
        The content of a ``tokenizer.json``.
    folder
        Where to write.
    """
    named = {"pad": 0, "unk": 1, "cls": 2, "sep": 3, "mask": 4}
    special = {f"{name}_token": SPECIAL[i] for name, i in named.items()}
    for name, value in (
        ("tokenizer.json", content),
        ("tokenizer_config.json", _TOKENIZER_CONFIG),
        ("special_tokens_map.json", special),
    ):
        text = json.dumps(value, ensure_ascii=False, indent=None if "model" in value else 2)
        (folder / name).write_text(text + "\n", encoding="utf-8")


def _post_processor(kept: Sequence[str]) -> dict[str, Any]:
    """BERT's frame, ``[CLS] text [SEP]``, with the new ids."""
    ids = {name: kept.index(name) for name in ("[CLS]", "[SEP]")}
    return {
        "type": "TemplateProcessing",
        "single": [
            {"SpecialToken": {"id": "[CLS]", "type_id": 0}},
            {"Sequence": {"id": "A", "type_id": 0}},
            {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
        ],
        "pair": [
            {"SpecialToken": {"id": "[CLS]", "type_id": 0}},
            {"Sequence": {"id": "A", "type_id": 0}},
            {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
            {"Sequence": {"id": "B", "type_id": 1}},
            {"SpecialToken": {"id": "[SEP]", "type_id": 1}},
        ],
        "special_tokens": {n: {"id": n, "ids": [i], "tokens": [n]} for n, i in ids.items()},
    }
