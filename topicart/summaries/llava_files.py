"""From a LLaVA model's name to its folder on this machine, downloaded where it is missing."""

from __future__ import annotations

import difflib
import errno
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge_graph import cut
from topicart.errors import ModelError, WriteError
from topicart.hub import HubFileMissingError, HubUnreachableError, fetch_file

__all__ = ["LLAVA_MODELS", "LlavaSource", "resolve_llava"]

LLAVA_MODELS = {
    "llava-1.5-7b": "llava-hf/llava-1.5-7b-hf",
    "llava-v1.6-mistral-7b": "llava-hf/llava-v1.6-mistral-7b-hf",
    "llava-onevision-0.5b": "llava-hf/llava-onevision-qwen2-0.5b-ov-hf",
}
"""Short names of models to their repositories on the Hugging Face hub."""

_CONFIG = "config.json"
_INDEX, _WEIGHTS = "model.safetensors.index.json", "model.safetensors"
_PROCESSOR = ("preprocessor_config.json", "processor_config.json")
_TOKENIZER = ("tokenizer.json", "tokenizer.model", "vocab.json")
_SMALL_FILES = ("*.json", "*.jinja", "*.model", "*.txt")
_MOST_LAYERS = 1_000
_MOST = 1_000_000_000
_FACTS = "The engine `facts` needs no model."


@dataclass(frozen=True)
class LlavaSource:
    """All files of one vision-language model, found on this machine.

    Parameters
    ----------
    name
        What the model is called in a run: its repository, or its folder's name.
    folder
        Where its files are.
    kind
        Its ``model_type``, as ``llava`` or ``llava_next``.
    revision
        The commit of its repository, or of a folder the SHA-256 of its files.
    """

    name: str
    folder: Path
    kind: str
    revision: str


def resolve_llava(name: str) -> LlavaSource:
    """Find all files of a model, downloading into the Hugging Face cache what is missing.

    Parameters
    ----------
    name
        A key of :data:`LLAVA_MODELS`, ``owner/name`` on the hub, or a local folder.

    Returns
    -------
    LlavaSource
        Where everything is.

    Raises
    ------
    ModelError
        If the name is unknown, the model is none that reads pictures and writes text, it has no
        safetensors weights, files are missing, or the hub cannot be reached.
    WriteError
        If the disk is full.
    """
    folder = Path(name).expanduser()
    if name and folder.is_dir():
        kind = _kind(name, folder / _CONFIG)
        _require_whole(folder)
        folder = folder.resolve()
        return LlavaSource(folder.name, folder, kind, f"sha256:{_sha256(folder)}")
    repository = LLAVA_MODELS.get(name, name)
    if name.startswith((".", "/", "~", "\\")) or not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise _unknown(name)
    return _from_repository(repository)


def _unknown(name: str) -> ModelError:
    near = difflib.get_close_matches(name, LLAVA_MODELS, n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]}?" if near else ""
    return ModelError(
        f"There is no model {name!r} for summaries.{hint} Give one of {', '.join(LLAVA_MODELS)}, "
        f"a repository of the Hugging Face hub as owner/name, or a folder that is there. {_FACTS}"
    )


def _from_repository(repository: str) -> LlavaSource:
    """Find a repository's files; the little ones first, which tell whether the rest is wanted."""
    folder = _fetch(repository, (_CONFIG,)).parent
    kind = _kind(repository, folder / _CONFIG)
    if missing := _missing(folder):
        _fetch(repository, (_INDEX, _WEIGHTS))
        # A quick answer where the hub is out of reach; the download itself asks for half a minute.
        _fetch(repository, _missing(folder) or missing)
        folder = _download(repository, _weights(folder))
        _require_whole(folder)
    return LlavaSource(repository, folder, kind, folder.name)


def _fetch(repository: str, files: Sequence[str]) -> Path:
    try:
        return fetch_file(repository, files)
    except HubFileMissingError as error:
        pickled = f" {_only_safetensors()}" if _WEIGHTS in files else ""
        raise ModelError(
            f"The model {repository!r} cannot be fetched: {error}. Check the name, or choose one "
            f"of {', '.join(LLAVA_MODELS)}.{pickled}"
        ) from error
    except HubUnreachableError as error:
        raise _out_of_reach(repository, files[0], error) from error


def _download(repository: str, weights: Sequence[str]) -> Path:
    """Download all of a model's files, several at a time, going on where it was interrupted."""
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(repository, allow_patterns=[*_SMALL_FILES, *weights]))
    # As in topicart.hub: the client's exceptions change with its version, and each that is left
    # here is a way of not getting the files.
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise WriteError(
                f"The disk is full: {repository} could not be downloaded into the Hugging Face "
                "cache. Free some space, or point HF_HOME at another disk."
            ) from error
        raise _out_of_reach(repository, weights[0], error) from error


def _out_of_reach(repository: str, file: str, error: Exception) -> ModelError:
    said = " ".join(str(error).split())[:200]
    return ModelError(
        f"The model {repository!r} is not whole on this machine (wanted is {file}), and the "
        f"Hugging Face hub cannot be reached ({said}). Run `hf download {repository} --local-dir "
        f"FOLDER` on a machine with a connection, bring FOLDER here and give it as the model. "
        f"{_FACTS}"
    )


def _kind(name: str, config_file: Path) -> str:
    """Read what a model is, and refuse what does not read pictures and write text."""
    if not config_file.is_file():
        raise ModelError(
            f"The model folder {config_file.parent} has no {_CONFIG}. Expected is a folder as "
            "`hf download owner/name --local-dir FOLDER` makes it."
        )
    config = _json(config_file)
    kind = config.get("model_type")
    from transformers.models.auto.modeling_auto import (
        MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES as KNOWN,
    )

    if not isinstance(kind, str) or kind not in KNOWN:
        raise ModelError(
            f"The model {name!r} is no vision-language model that this version of transformers "
            f"knows (model_type {str(kind)[:80]!r}). Choose one of {', '.join(LLAVA_MODELS)}. "
            f"{_FACTS}"
        )
    if found := next(_beyond_all_models(config), None):
        raise ModelError(
            f"{config_file} asks for {found}, which no model has. Copy or download it again."
        )
    return kind


def _beyond_all_models(values: Mapping[str, Any]) -> Iterator[str]:
    """Name numbers with which making the model, before any weight is read, would never end."""
    for name, value in values.items():
        most = _MOST_LAYERS if "layers" in name else _MOST
        if isinstance(value, dict):
            yield from _beyond_all_models(value)
        elif isinstance(value, int) and value > most:
            yield f"{cut(name)!r} above {most:,}"


def _json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(
            f"{file} cannot be read as JSON ({error}). Copy or download it again."
        ) from error
    if not isinstance(content, dict):
        raise ModelError(f"{file} holds no JSON object. Copy or download it again.")
    return content


def _weights(folder: Path) -> tuple[str, ...]:
    """Name a model's files of weights, as its index lists them."""
    index = folder / _INDEX
    if not index.is_file():
        return (_WEIGHTS,)
    listed = _json(index).get("weight_map")
    names = [*listed.values()] if isinstance(listed, dict) else []
    plain = {name for name in names if isinstance(name, str) and re.fullmatch(r"[\w.-]+", name)}
    if not plain or any(name not in plain for name in map(str, names)):
        raise ModelError(
            f"{index} is damaged: expected a 'weight_map' with names of files beside it. Copy or "
            "download it again."
        )
    return tuple(sorted(plain))


def _missing(folder: Path) -> tuple[str, ...]:
    """Name the first needed file that is not there, with the names that would serve as well."""
    wanted = [*((name,) for name in _weights(folder)), _PROCESSOR, _TOKENIZER]
    for names in wanted:
        if not any((folder / name).is_file() for name in names):
            return names
    return ()


def _require_whole(folder: Path) -> None:
    """Refuse a folder that lacks a file, or whose weights are another model's or pickled."""
    if (folder / "adapter_config.json").exists():
        raise ModelError(
            f"The model folder {folder} holds an adapter (adapter_config.json). Merge it into its "
            "model and give that folder."
        )
    missing = _missing(folder)
    if not missing:
        return
    found = sorted(entry.name for entry in folder.iterdir())
    pickled = any(name.endswith((".bin", ".pt", ".pth")) for name in found)
    hint = f" {_only_safetensors()}" if missing == (_WEIGHTS,) and pickled else ""
    raise ModelError(
        f"The model folder {folder} has no {' or '.join(missing)}; found: "
        f"{', '.join(found[:8])}.{hint} Copy or download the whole folder again."
    )


def _only_safetensors() -> str:
    return (
        "Only safetensors weights are read: pickled ones (.bin, .pt) can run any code when they "
        "are opened."
    )


def _sha256(folder: Path) -> str:
    """Identify a folder's model by all files that transformers may read."""
    total = hashlib.sha256()
    for pattern in sorted((*_SMALL_FILES, "*.safetensors")):
        for file in sorted(folder.glob(pattern)):
            with file.open("rb") as handle:
                digest = hashlib.file_digest(handle, "sha256").hexdigest()
            total.update(f"{file.name}\0{digest}\n".encode())
    return total.hexdigest()
