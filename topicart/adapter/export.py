"""An adapter and its base as one model that plain open_clip loads."""

from __future__ import annotations

import json
import re
import shutil
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge_graph.atomic import make_folder, replacing, write_text_atomic
from topicart.adapter.folder import read_record
from topicart.adapter.weights import write_tensors
from topicart.errors import ModelError
from topicart.model_files import ModelSource, resolve_model, sha256_of_weights, text_files
from topicart.models import ADAPTER_FILE, CONFIG_FILE, WEIGHT_FILES

if TYPE_CHECKING:
    import torch

    from topicart.openclip import BuiltModel

__all__ = ["export_merged"]

_CARD = "README.md"
_MERGED = (
    "This folder holds the base and the adapter merged by `topicart train export`: a whole "
    "open_clip model, which needs neither. What follows is the adapter's card."
)


def export_merged(adapter: Path, out: Path, *, overwrite: bool = False) -> Path:
    """Write an adapter and its base as one open_clip folder, which needs neither of them.

    Parameters
    ----------
    adapter : Path
        A finished adapter's folder.
    out : Path
        The folder to write: weights in float32, open_clip's configuration with the
        preprocessing, the text tower's tokenizer and configuration where they are transformers',
        and the adapter's model card. ``open_clip.create_model_and_transforms("local-dir:…")``
        and :meth:`topicart.Encoder.load` take it. A text tower by transformers is looked for by
        open_clip where the folder was written; topicart finds it wherever the folder lies.
    overwrite : bool, default False
        Replace files of these names in a folder that is not empty.

    Returns
    -------
    Path
        ``out``.

    Raises
    ------
    ModelError
        If the adapter or its base cannot be loaded, or ``out`` is in use.
    """
    from topicart.openclip import build_model

    read_record(adapter)  # it says so if there is none
    source = resolve_model(f"local-dir:{adapter}")
    _require_free(out, (adapter, source.weights.parent), overwrite=overwrite)
    sha256_of_weights(source)
    built = build_model(source)
    make_folder(out)
    _write_weights(out / WEIGHT_FILES[0], built.model)
    for file in text_files(source.text_folder):
        _copy(file, out)
    if (adapter / _CARD).is_file():
        _write_card((adapter / _CARD).read_text(encoding="utf-8"), out)
    # Last: without it the folder is no model, should writing be cut short.
    content = json.dumps(_config(source, built, out), indent=2, ensure_ascii=False)
    write_text_atomic(out / CONFIG_FILE, content + "\n")
    return out


def _require_free(out: Path, used: tuple[Path, ...], *, overwrite: bool) -> None:
    """Refuse a place where something would be lost."""
    if out.exists() and not out.is_dir():
        raise ModelError(f"{out} is a file. Name a folder to write the model to.")
    if any(out.resolve() == place.resolve() for place in used):
        raise ModelError(
            f"{out} holds the adapter or its base, which the export would damage. Name another "
            "folder."
        )
    if (out / ADAPTER_FILE).is_file():
        raise ModelError(f"{out} holds an adapter, which is not replaced. Name another folder.")
    if out.is_dir() and any(out.iterdir()) and not overwrite:
        raise ModelError(
            f"{out} is not empty. Name a new folder, or give --overwrite to replace the model in "
            "it."
        )


def _write_weights(path: Path, model: torch.nn.Module) -> None:
    """Write all tensors in float32, each with memory of its own."""
    weights: dict[str, torch.Tensor] = {}
    written: set[int] = set()
    for name, tensor in model.state_dict().items():
        whole = (tensor.float() if tensor.is_floating_point() else tensor).contiguous()
        # safetensors refuses tensors that share memory, as tied weights do.
        weights[name] = whole.clone() if whole.data_ptr() in written else whole
        written.add(whole.data_ptr())
    write_tensors(path, weights, {"format": "pt"})


def _config(source: ModelSource, built: BuiltModel, out: Path) -> dict[str, Any]:
    """The base's configuration with what the adapter and the place change of it."""
    changed = deepcopy(dict(source.config))
    if source.quick_gelu:
        changed["quick_gelu"] = True
    if getattr(built.model, "logit_bias", None) is not None:
        changed.setdefault("init_logit_bias", 0.0)  # says that there is one
    text = changed["text_cfg"]
    for key in ("hf_model_name", "hf_tokenizer_name"):
        # open_clip takes names of files as they stand; those of the hub are good anywhere.
        if str(text.get(key) or "").startswith((".", "/", "~")):
            text[key] = str(out.absolute())
    return {"model_cfg": changed, "preprocess_cfg": built.preprocess.as_dict()}


def _write_card(text: str, out: Path) -> None:
    """Write an adapter's card, and that this is more than the adapter."""
    told = re.sub(r"(?m)^# .*$", rf"\g<0>\n\n> {_MERGED}", text, count=1)
    write_text_atomic(out / _CARD, told)


def _copy(file: Path, folder: Path) -> None:
    """Copy a file into a folder, replacing it at once."""
    with replacing(folder / file.name) as beside:
        shutil.copyfile(file, beside)
