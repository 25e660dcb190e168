"""From a model's name to its files on this machine, downloaded where they are missing."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from topicart.errors import ModelError
from topicart.hub import HubFileMissingError, HubUnreachableError, fetch_file
from topicart.models import (
    ADAPTER_FILE,
    CONFIG_FILE,
    DEFAULT_MODEL,
    MINI,
    MINI_NOTE,
    WEIGHT_FILES,
    mini_folder,
)

__all__ = ["ModelSource", "resolve_model", "sha256_of_weights", "text_files"]

_TOKENIZER_FILES = (
    "tokenizer.json",
    "sentencepiece.bpe.model",
    "spiece.model",
    "vocab.json",
    "vocab.txt",
)
_TEXT_SIDE_FILES = (
    "config.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "merges.txt",
)


@dataclass(frozen=True)
class ModelSource:
    """All files of one model, found on this machine, and how open_clip is to build it."""

    name: str
    """The name asked for."""
    architecture: str
    """What ``open_clip.create_model`` takes: a built-in name, or ``local-dir:`` and a folder."""
    config: Mapping[str, Any]
    """open_clip's ``model_cfg`` as it stands in the file."""
    weights: Path
    """The file of weights."""
    preprocess: Mapping[str, Any] = field(default_factory=dict)
    """open_clip's ``preprocess_cfg``, as far as it differs from open_clip's defaults."""
    text_folder: Path | None = None
    """Folder of a Hugging Face tokenizer and text configuration, where the model has one."""
    quick_gelu: bool = False
    """Whether the weights were trained with QuickGELU."""
    note: str = ""
    """A sentence to be shown wherever the model's results are; only mini and what was trained on
    it have one."""
    adapter: Path | None = None
    """Folder of an adapter to merge into the weights."""


def resolve_model(name: str) -> ModelSource:
    """Find all files of a model, downloading into the Hugging Face cache what is missing.

    Parameters
    ----------
    name : str
        ``mini``; ``MODEL/PRETRAINED`` as in open_clip's list; ``hf-hub:owner/name``; or a local
        folder with ``open_clip_config.json`` and weights (``local-dir:`` may stand before it), or
        one that ``topicart train`` wrote.

    Returns
    -------
    ModelSource
        Where everything is.

    Raises
    ------
    ModelError
        If the name is unknown (with the nearest names), the folder is incomplete or damaged, an
        adapter's training is not finished or its base not there, or a file is not on this machine
        and the hub cannot be reached.
    """
    if name == MINI:
        return _from_folder(MINI, mini_folder(), note=MINI_NOTE)
    if name.startswith("hf-hub:"):
        return _from_repository(name, name.removeprefix("hf-hub:"))
    path = name.removeprefix("local-dir:")
    if not path:
        raise ModelError(
            f"The model {name!r} is empty. Give a name that `topicart models` lists, or a folder."
        )
    folder = _place(path)
    if _is_adapter(name):
        return _from_adapter(name, folder)
    if path != name:
        return _from_folder(name, folder)
    if folder.is_dir() and not _in_open_clip(name):
        return _from_folder(name, folder)
    if folder.is_file():
        raise ModelError(
            f"The model {name!r} is a file. Give the folder around it: open_clip needs "
            f"{CONFIG_FILE} beside the weights."
        )
    if _in_open_clip(name):
        return _from_open_clip(name)
    raise _unknown(name)


def sha256_of_weights(source: ModelSource) -> str:
    """Identify the weights of a model, and check that an adapter belongs to its base.

    Parameters
    ----------
    source : ModelSource
        The model's files.

    Returns
    -------
    str
        SHA-256 of the file of weights, in hexadecimal; with an adapter, of both.

    Raises
    ------
    ModelError
        If the adapter was trained on other weights.
    """
    with source.weights.open("rb") as file:
        base = hashlib.file_digest(file, "sha256").hexdigest()
    if source.adapter is None:
        return base
    from topicart.adapter import adapter_sha256

    return adapter_sha256(source.adapter, base)


def text_files(folder: Path | None) -> list[Path]:
    """List the files of a Hugging Face tokenizer and text configuration.

    Parameters
    ----------
    folder : Path or None
        A model's :attr:`ModelSource.text_folder`.

    Returns
    -------
    list of Path
        Those that are there; none without a folder.
    """
    if folder is None:
        return []
    files = (folder / name for name in (*_TOKENIZER_FILES, *_TEXT_SIDE_FILES))
    return [file for file in files if file.is_file()]


def _in_open_clip(name: str) -> bool:
    """Whether a name is one of open_clip's MODEL/PRETRAINED."""
    architecture, slash, tag = name.partition("/")
    if not slash or not architecture or architecture in (".", "..", "~"):
        return False
    import open_clip

    return bool(open_clip.get_pretrained_cfg(architecture, tag))


def _unknown(name: str) -> ModelError:
    """An error that names what is nearest to an unknown model name."""
    if name.startswith((".", "/", "~", "\\")):
        return ModelError(
            f"There is no model folder {name!r}. Give a folder with {CONFIG_FILE} and weights, "
            f"or a name that `topicart models` lists; {MINI!r} comes with topicart."
        )
    import open_clip

    names = [MINI, *("/".join(pair) for pair in open_clip.list_pretrained())]
    architecture, _, tag = name.partition("/")
    tags = open_clip.list_pretrained_tags_by_model(architecture)
    if tags and not tag:
        more = f" and {len(tags) - 6} more (`topicart models --all`)" if len(tags) > 6 else ""
        choices = ", ".join(f"{architecture}/{known}" for known in tags[:6])
        return ModelError(
            f"The model {name!r} names an architecture but no weights. Its weights are: "
            f"{choices}{more}."
        )
    # Compared without capitals and signs: people write ViT-B/32, vit_b_32, ViT-B-32:openai.
    plain = {_letters_and_digits(known.partition("/")[0]): known for known in reversed(names)}
    plain[_letters_and_digits(DEFAULT_MODEL.partition("/")[0])] = DEFAULT_MODEL
    plain |= {_letters_and_digits(known): known for known in names}
    near = difflib.get_close_matches(_letters_and_digits(name), plain, n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(dict.fromkeys(plain[key] for key in near))}?"
    hint = hint if near else ""
    return ModelError(
        f"There is no model {name!r}.{hint} `topicart models` lists them; a model on the Hugging "
        "Face hub is written hf-hub:owner/name, a local open_clip folder by its path."
    )


def _letters_and_digits(name: str) -> str:
    """A name in small letters, without signs."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _from_open_clip(name: str) -> ModelSource:
    """Find the files of one of open_clip's own pretrained models."""
    import open_clip

    architecture, _, tag = name.partition("/")
    pretrained = open_clip.get_pretrained_cfg(architecture, tag)
    repository, _, file_name = pretrained.get("hf_hub", "").rpartition("/")
    if not repository:
        raise ModelError(
            f"open_clip {open_clip.__version__} knows no repository on the Hugging Face hub for "
            f"{name!r}; other sources are not read. Choose another model (`topicart models`)."
        )
    if file_name:
        stem = file_name.rpartition(".")[0]
        files: tuple[str, ...] = (f"{stem}.safetensors", file_name)
    else:
        files = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
    config = open_clip.get_model_config(architecture)
    text_cfg = config["text_cfg"]
    text_repository = text_cfg.get("hf_tokenizer_name") or text_cfg.get("hf_model_name")
    return ModelSource(
        name=name,
        architecture=architecture,
        config=config,
        weights=_fetch(name, repository, files, wanted=files[0], whole=bool(text_repository)),
        preprocess=pretrained,
        text_folder=_fetch_text_folder(name, text_repository) if text_repository else None,
        # Weights trained with QuickGELU go wrong with GELU, quietly: open_clip only warns.
        quick_gelu=bool(pretrained.get("quick_gelu", False)),
    )


def _from_repository(name: str, repository: str) -> ModelSource:
    """Find the files of an open_clip model on the hub."""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise ModelError(
            f"The model {name!r} names no repository on the Hugging Face hub; expected "
            "hf-hub:owner/name."
        )
    config_file = _fetch(name, repository, (CONFIG_FILE,), wanted=WEIGHT_FILES[0])
    weights = _fetch(name, repository, WEIGHT_FILES, wanted=WEIGHT_FILES[0])
    return _from_config(name, config_file, weights)


def _from_adapter(name: str, folder: Path) -> ModelSource:
    """Find the base of an adapter."""
    from topicart.adapter import base_name, read_record, require_finished

    record = read_record(folder)
    require_finished(folder, record)
    base = base_name(folder, record)
    if _is_adapter(base):  # asked before it is resolved: it may be this one
        raise ModelError(
            f"The adapter {folder} names another adapter, {base}, as its base. Adapters belong to "
            "whole models: export that one first (`topicart train export`)."
        )
    return replace(resolve_model(base), name=name, adapter=folder.absolute())


def _is_adapter(name: str) -> bool:
    """Whether a name stands for an adapter's folder."""
    folder = _place(name.removeprefix("local-dir:"))
    return (folder / ADAPTER_FILE).is_file() and not _in_open_clip(name)


def _place(path: str) -> Path:
    """Put the user's folder in for ``~``; where there is no such user it stands for itself."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def _from_folder(name: str, folder: Path, *, note: str = "") -> ModelSource:
    """Check a local open_clip folder and find its files."""
    folder = folder.absolute()
    if not folder.is_dir():
        if note:
            raise ModelError(
                f"The bundled model is missing from this installation (expected in {folder}). "
                "Install topicart again."
            )
        raise ModelError(f"There is no model folder {str(folder)!r}.")
    config_file = folder / CONFIG_FILE
    found = sorted(entry.name for entry in folder.iterdir())
    weights = [folder / file for file in WEIGHT_FILES if file in found]
    weights += sorted(folder.glob("*.safetensors"))
    if not config_file.is_file() or not weights:
        missing = CONFIG_FILE if not config_file.is_file() else f"weights ({WEIGHT_FILES[0]})"
        raise ModelError(
            f"The model folder {folder} has no {missing}; found: "
            f"{', '.join(found[:8]) or 'nothing'}. An open_clip folder has {CONFIG_FILE} and "
            f"{WEIGHT_FILES[0]} side by side."
        )
    return _from_config(name, config_file, weights[0], note=note)


def _from_config(name: str, config_file: Path, weights: Path, *, note: str = "") -> ModelSource:
    """Read an open_clip configuration file and find the text tower's files."""
    try:
        content = json.loads(config_file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{config_file} cannot be read as JSON ({error}). Copy or download it again."
        ) from error
    config = content.get("model_cfg") if isinstance(content, dict) else None
    parts = ("vision_cfg", "text_cfg")
    if not isinstance(config, dict) or not all(isinstance(config.get(k), dict) for k in parts):
        raise ModelError(
            f"{config_file} is no open_clip configuration: expected an object 'model_cfg' with "
            "'embed_dim', 'vision_cfg' and 'text_cfg'."
        )
    if not isinstance(config.get("embed_dim"), int):
        raise ModelError(f"{config_file}: expected a whole number as model_cfg.embed_dim.")
    folder = config_file.parent
    text_cfg = config["text_cfg"]
    text_name = text_cfg.get("hf_tokenizer_name") or text_cfg.get("hf_model_name")
    text_folder: Path | None = None
    if text_name:
        # A folder that has been moved names the place where it was made, or "."; what lies
        # beside the configuration is meant.
        text_folder = folder if _has_tokenizer(folder) else _fetch_text_folder(name, text_name)
    return ModelSource(
        name=name,
        architecture=f"local-dir:{folder}",
        config=config,
        weights=weights,
        preprocess=content.get("preprocess_cfg") or {},
        text_folder=text_folder,
        note=note,
    )


def _has_tokenizer(folder: Path) -> bool:
    """Whether a Hugging Face tokenizer lies in a folder."""
    return any((folder / file).is_file() for file in _TOKENIZER_FILES)


def _fetch_text_folder(name: str, repository: str) -> Path:
    """Find a Hugging Face tokenizer and text configuration; return the folder they are in."""
    if repository == "." or repository.startswith(("/", "./", "../")):
        raise ModelError(
            f"The model {name!r} has no tokenizer file ({', '.join(_TOKENIZER_FILES[:3])}, ...) "
            "beside its configuration. Copy the whole folder again."
        )
    folder = _fetch(name, repository, _TOKENIZER_FILES).parent
    for file in _TEXT_SIDE_FILES:
        if not (folder / file).is_file():
            _fetch_optional(name, repository, file)
    return folder


def _fetch_optional(name: str, repository: str, file: str) -> None:
    """Fetch a file that some tokenizers have and others do not."""
    from huggingface_hub import _CACHED_NO_EXIST, try_to_load_from_cache

    if try_to_load_from_cache(repository, file) is _CACHED_NO_EXIST:
        return
    try:
        fetch_file(repository, (file,))
    except HubFileMissingError:
        return
    except HubUnreachableError as error:
        # The configuration is needed by a text tower only; a tokenizer that lacks it says so
        # when it is built.
        if file == "config.json":
            raise _out_of_reach(name, repository, file, error) from error


def _fetch(
    name: str, repository: str, files: Sequence[str], *, wanted: str = "", whole: bool = False
) -> Path:
    """Fetch one of some files, with errors that a user can act on.

    ``wanted`` names the weights, where they and open_clip's configuration make a model that can
    be given as a folder; ``whole`` says that its tokenizer must be there too.
    """
    try:
        return fetch_file(repository, files)
    except HubFileMissingError as error:
        raise ModelError(
            f"The model {name!r} cannot be fetched: {error}. Check the name, or choose another "
            "model (`topicart models`)."
        ) from error
    except HubUnreachableError as error:
        download = "" if whole else f" {CONFIG_FILE} {wanted}"
        raise _out_of_reach(name, repository, files[0], error, wanted, download) from error


def _out_of_reach(
    name: str,
    repository: str,
    file: str,
    error: HubUnreachableError,
    wanted: str = "",
    download: str = "",
) -> ModelError:
    """The one paragraph for a machine without the hub: what is wanted, and what else works."""
    by_folder = (
        f"run `hf download {repository}{download} --local-dir FOLDER` on a machine with a "
        "connection, bring FOLDER here and give it as the model (--model FOLDER); or "
    )
    return ModelError(
        f"The model {name!r} is not on this machine, and the Hugging Face hub cannot be reached "
        f"({error}). Wanted is the file {wanted or file} of the repository {repository}. To place "
        f"it by hand, {by_folder if wanted else ''}load the model once on a machine with a "
        "connection, copy that machine's Hugging Face cache here and point the environment "
        f"variable HF_HOME at the copy. --model {MINI} works offline."
    )
