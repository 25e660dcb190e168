"""An adapter's folder: the record of a training, and the tensors that it changed.

Layout (format 1.0): ``adapter.json`` (the record); ``adapter_config.json`` and
``adapter_model.safetensors``, as peft reads them (LoRA only); ``trained.safetensors`` (parameters
trained whole, by open_clip's names). Only this package reads and writes them.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge_graph.atomic import write_text_atomic
from knowledge_graph.errors import cut, printable
from topicart.errors import ModelError
from topicart.models import ADAPTER_FILE

if TYPE_CHECKING:
    from topicart.model_files import ModelSource

__all__ = [
    "FORMAT",
    "LORA_CONFIG",
    "LORA_WEIGHTS",
    "TRAINED_WEIGHTS",
    "AdapterRecord",
    "BaseModelRecord",
    "adapter_sha256",
    "base_name",
    "read_record",
    "record_base",
    "require_finished",
    "write_record",
]

FORMAT = "1.0"
"""Version of the folder's format; a greater number before the point is not read."""

LORA_CONFIG = "adapter_config.json"
"""peft's configuration."""

LORA_WEIGHTS = "adapter_model.safetensors"
"""The low-rank matrices, by peft's names."""

TRAINED_WEIGHTS = "trained.safetensors"
"""Parameters that were trained whole, by open_clip's names."""


class BaseModelRecord(BaseModel):
    """The model that was trained on top of."""

    model_config = ConfigDict(frozen=True)
    name: str
    """The name that it was loaded by."""
    folder: str = ""
    """Where it was, if it was a folder."""
    weights_sha256: str
    """SHA-256 of its file of weights."""
    note: str = ""
    """A sentence to be shown wherever its results are."""


class AdapterRecord(BaseModel):
    """The contents of ``adapter.json``."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    format: str = FORMAT
    """Version of the folder's format."""
    state: Literal["running", "finished"] = "running"
    """Whether training has ended; until then the tensors are missing, or those of a checkpoint."""
    topicart_version: str
    """The version that wrote it."""
    created: str
    """When training began, ISO 8601."""
    finished: str | None = None
    """When it ended."""
    base: BaseModelRecord
    """What the adapter belongs to."""
    method: str
    """``lora``, ``heads``, ``unfreeze`` or ``full``."""
    layers: tuple[str, ...] = ()
    """Layers with a low-rank adapter, by the names that they have once attention is split."""
    trained: tuple[str, ...] = ()
    """Parameters that were trained whole."""
    config: dict[str, Any] = {}
    """All that decided the training."""
    source: dict[str, Any] = {}
    """What it was trained on."""
    versions: dict[str, str] = {}
    """Of the libraries."""
    training: dict[str, Any] = {}
    """How it went: steps, seconds, processes, device, precision."""
    scores: dict[str, Any] = {}
    """What was measured on held-out works."""


def read_record(folder: Path) -> AdapterRecord:
    """Read ``adapter.json``.

    Parameters
    ----------
    folder : Path
        An adapter's folder, finished or not.

    Returns
    -------
    AdapterRecord
        Its record.

    Raises
    ------
    ModelError
        If there is none, it is damaged, or it was written in a newer format.
    """
    path = folder / ADAPTER_FILE
    if not path.is_file():
        raise ModelError(
            f"{folder} is no adapter: it has no {ADAPTER_FILE}. Name a folder that "
            "`topicart train SOURCE --out FOLDER` has written."
        )
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        _require_known_format(folder, values)
        return AdapterRecord.model_validate(values)
    except ModelError:
        raise
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _unreadable(path, f"{place}: {first['msg']}") from error
    except (ValueError, RecursionError, OSError) as error:
        raise _unreadable(path, str(error)) from error


def write_record(folder: Path, record: AdapterRecord) -> None:
    """Write ``adapter.json``.

    Parameters
    ----------
    folder : Path
        The adapter's folder.
    record : AdapterRecord
        What to write.
    """
    write_text_atomic(folder / ADAPTER_FILE, record.model_dump_json(indent=2) + "\n")


def require_finished(folder: Path, record: AdapterRecord) -> None:
    """Refuse an adapter whose training was cut short.

    Parameters
    ----------
    folder : Path
        Its folder.
    record : AdapterRecord
        Its record.

    Raises
    ------
    ModelError
        If it is not finished.
    """
    if record.state != "finished":
        raise ModelError(
            f"The adapter {folder} is not finished: its training was cut short, or still runs. "
            "Go on with `topicart train … --out FOLDER --resume` (the same source and settings)."
        )


def record_base(source: ModelSource, weights_sha256: str) -> BaseModelRecord:
    """Describe a model that is to be trained, so that it is found again.

    Parameters
    ----------
    source : ModelSource
        Its files.
    weights_sha256 : str
        SHA-256 of its file of weights.

    Returns
    -------
    BaseModelRecord
        For an adapter's record.
    """
    from topicart.models import MINI

    local = source.architecture.startswith("local-dir:") and not source.name.startswith("hf-hub:")
    folder = str(source.weights.parent) if local and source.name != MINI else ""
    return BaseModelRecord(
        name=source.name, folder=folder, weights_sha256=weights_sha256, note=source.note
    )


def base_name(folder: Path, record: AdapterRecord) -> str:
    """Say by which name the base of an adapter is loaded here.

    Parameters
    ----------
    folder : Path
        The adapter's folder.
    record : AdapterRecord
        Its record.

    Returns
    -------
    str
        The recorded name; for a base that was a folder, where it was, or a folder of that name
        beside the adapter.

    Raises
    ------
    ModelError
        If neither folder is there.
    """
    if not record.base.folder:
        return record.base.name
    recorded = Path(record.base.folder)
    beside = folder.absolute().parent / recorded.name
    for place in (recorded, beside):
        # A name that is too long for any folder is no error here.
        if os.path.isdir(place) and place != folder.absolute():  # noqa: PTH112
            return f"local-dir:{place}"
    raise _error(
        f"The adapter {folder} belongs to the model folder {recorded}, which is not there, nor is "
        f"{beside}. Put the folder in one of these places; or, on a machine that has both, run "
        "`topicart train export ADAPTER --out FOLDER`, which writes a model that needs no base."
    )


def adapter_sha256(folder: Path, base_sha256: str) -> str:
    """Check that an adapter belongs to a base, and give the SHA-256 of both.

    Parameters
    ----------
    folder : Path
        The adapter's folder.
    base_sha256 : str
        SHA-256 of the base's file of weights, as it is here.

    Returns
    -------
    str
        SHA-256 of the base's weights and of all tensors of the adapter, in hexadecimal.

    Raises
    ------
    ModelError
        If the base has other weights than the one that was trained on, or the record cannot be
        read.
    """
    base = read_record(folder).base
    if base.weights_sha256 != base_sha256:
        raise _error(
            f"{folder} is an adapter for another base model: it was trained on {base.name} with "
            f"weights of SHA-256 {base.weights_sha256[:12]}…, and {base.folder or base.name} has "
            f"{base_sha256[:12]}… here. Bring back the weights that it was trained on, or train "
            "again."
        )
    both = hashlib.sha256(base_sha256.encode())
    for name in (LORA_CONFIG, LORA_WEIGHTS, TRAINED_WEIGHTS):
        if (folder / name).is_file():
            with (folder / name).open("rb") as file:
                both.update(f" {name} {hashlib.file_digest(file, 'sha256').hexdigest()}".encode())
    return both.hexdigest()


def _unreadable(path: Path, reason: str) -> ModelError:
    """An error for a record that is damaged."""
    return _error(
        f"{path} cannot be read ({cut(' '.join(reason.split()), 200)}). The adapter is damaged: "
        "copy its folder again, or train again."
    )


def _require_known_format(folder: Path, values: Any) -> None:
    """Refuse a newer format before its contents are looked at."""
    if not isinstance(values, Mapping):
        raise ValueError(f"expected a JSON object, found {type(values).__name__}")
    major, ours = (str(version).partition(".")[0] for version in (values.get("format"), FORMAT))
    if not major.isdecimal():
        raise ValueError(f"expected a version like {FORMAT} as format, found {major!r}")
    if int(major) > int(ours):
        raise _error(
            f"The adapter {folder} was written in format {values['format']} by topicart "
            f"{values.get('topicart_version')}; this topicart reads format {ours}. Use that "
            "version, or a newer one."
        )


def _error(message: str) -> ModelError:
    """An error whose quotations of a record obey no terminal."""
    return ModelError(printable(message))
