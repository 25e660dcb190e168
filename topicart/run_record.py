"""The record of a run, ``run.json``: what was fitted, by which model, and how."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from knowledge_graph import printable
from knowledge_graph.atomic import write_text_atomic
from topicart.errors import RunError

__all__ = [
    "FORMAT_VERSION",
    "Model",
    "RunRecord",
    "Source",
    "broken",
    "read_record",
    "write_record",
]

FORMAT_VERSION = (2, 1)
"""Major and minor version of the folder's format; another major version is not read."""


class Source(BaseModel):
    """Where the works came from."""

    model_config = ConfigDict(frozen=True)
    path: str
    """What the user named."""
    root: str
    """The folder that picture paths are relative to."""
    works: int
    with_picture: int
    sha256: str
    """Of the facts and of the pictures' sizes and times of change."""


class Model(BaseModel):
    """The encoder that made the vectors."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())
    name: str
    weights_sha256: str
    fingerprint: str
    """SHA-256 of all that decides a picture's vector: weights, architecture, preprocessing."""
    dim: int
    device: str
    precision: str
    engine: str = "torch"
    """What encoded the pictures."""
    note: str | None = None
    """What a reader must know about it (said on the page of the run)."""


class RunRecord(BaseModel):
    """The contents of ``run.json``."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    format_version: tuple[int, int] = FORMAT_VERSION
    topicart_version: str
    state: Literal["fitting", "finished"] = "fitting"
    created: str
    finished: str | None = None
    source: Source
    model: Model
    config: dict[str, Any]
    """The fit's configuration as asked for; two fits are the same if this, source and model are."""

    @field_validator("config")
    @classmethod
    def _speaks_of_topics(cls, config: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(config.get("topics"), dict):
            raise ValueError("it does not say how topics were found")
        return config

    parameters: dict[str, Any] = {}
    """What the stages really used (scaled sizes, sub-seeds)."""
    versions: dict[str, str] = {}
    timings_s: dict[str, float] = {}
    peak_memory_mb: float | None = None
    counts: dict[str, int] = {}


def read_record(folder: Path) -> RunRecord | None:
    """Read ``run.json``.

    Parameters
    ----------
    folder
        A folder that may hold a run, finished or not.

    Returns
    -------
    RunRecord or None
        ``None`` where there is no ``run.json``.

    Raises
    ------
    RunError
        If it cannot be understood or was written by another major version.
    """
    path = folder / "run.json"
    if not path.is_file():
        return None
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        _require_known_format(folder, values)
        json.dumps(values, allow_nan=False)  # what is read is written on: no infinite numbers
        record = RunRecord.model_validate(values)
    except RunError:
        raise
    except (ValidationError, ValueError, KeyError, TypeError, RecursionError, OSError) as error:
        # Whose folder it is, is not known without this file, so that --overwrite refuses too.
        raise broken(path, error, "delete the folder, or name another, and fit again.") from error
    return record


def _require_known_format(folder: Path, values: Any) -> None:
    """Refuse another major version before its contents are looked at."""
    major, *minor = values["format_version"] if isinstance(values, dict) else FORMAT_VERSION
    if major != FORMAT_VERSION[0]:
        raise RunError(
            f"{folder} was written in format {_dotted((major, *minor))} by topicart "
            f"{values.get('topicart_version')}; this topicart reads format {FORMAT_VERSION[0]}. "
            "Use that version, or fit again."
        )


def write_record(folder: Path, record: RunRecord) -> None:
    """Write ``run.json``.

    Parameters
    ----------
    folder
        The run's folder.
    record
        What to write; it is of this version's format from now on.
    """
    current = record.model_copy(update={"format_version": FORMAT_VERSION})
    write_text_atomic(folder / "run.json", current.model_dump_json(indent=2) + "\n")


def broken(path: Path, error: Exception, remedy: str) -> RunError:
    """Say that a file of a run is damaged.

    Parameters
    ----------
    path
        The file.
    error
        What was met in reading it.
    remedy
        What to do, as a sentence without its first capital.

    Returns
    -------
    RunError
        To be raised.
    """
    told = str(error)
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        told = f"{'.'.join(map(str, first['loc']))}: {first['msg']}, got {first['input']!r}"
    said = " ".join(printable(f"{type(error).__name__}: {told}").split())[:200]
    return RunError(f"{path} cannot be read ({said}). The run is damaged; {remedy}")


def _dotted(version: Iterable[int]) -> str:
    return ".".join(str(part) for part in version)
