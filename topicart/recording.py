"""What is known of a fit before it begins: its configuration and its record; and who is told."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from topicart.model import TopicModelConfig
from topicart.run import Model, RunRecord, Source
from topicart.store import size_and_time

if TYPE_CHECKING:
    from knowledge_graph import Collection
    from topicart.encoder import Encoder

__all__ = [
    "FitConfig",
    "Progress",
    "Silent",
    "absolute",
    "content_sha256",
    "memory_mb",
    "most_memory_mb",
    "new_record",
    "now",
    "versions_here",
]

_PACKAGES = ("datasets", "hdbscan", "numpy", "open_clip_torch", "pillow", "scikit-learn", "torch",
             "umap-learn")  # fmt: skip
_STATUS = Path("/proc/self/status")


class FitConfig(BaseModel):
    """What decides the result of a fit; two fits with the same are the same fit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    topics: TopicModelConfig = TopicModelConfig()
    """How topics are found and named."""
    text_weight: float = Field(default=0.0, ge=0.0, le=1.0)
    """Share of the caption's vector in a work's vector; 0 is pictures only, as published."""
    sample: int | None = Field(default=None, ge=1)
    """Works, drawn by lot, that topics are sought in; the others are assigned to these topics."""
    opened_with: dict[str, Any] = {}
    """The options the collection was opened with (column map, separator, folders as a facet)."""


class Progress(Protocol):
    """Told of what is going on."""

    def stage(self, name: str) -> None:
        """Tell that a stage begins."""
        ...

    def count(self, done: int, total: int) -> None:
        """Tell how far the stage is."""
        ...

    def note(self, text: str) -> None:
        """Tell how the stage goes, in a few words."""
        ...


class Silent:
    """Progress that nobody looks at."""

    def stage(self, name: str) -> None:
        """Do nothing."""

    def count(self, done: int, total: int) -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Do nothing."""


def new_record(collection: Collection, encoder: Encoder, config: FitConfig) -> RunRecord:
    """Describe a fit that is to begin.

    Parameters
    ----------
    collection
        The works.
    encoder
        The model that embeds pictures and prompts.
    config
        What decides the result.

    Returns
    -------
    RunRecord
        In state ``fitting``.
    """
    from topicart import __version__

    return RunRecord(
        topicart_version=__version__,
        created=now(),
        source=Source(
            path=str(absolute(collection.source)),
            root=str(collection.root.resolve()),
            works=len(collection),
            with_picture=sum(bool(images) for images in collection.column("images")),
            sha256=content_sha256(collection),
        ),
        model=Model(
            name=encoder.name,
            weights_sha256=encoder.weights_sha256,
            fingerprint=encoder.fingerprint,
            dim=encoder.dim,
            device=encoder.device,
            precision=encoder.precision,
            engine=encoder.engine,
            note=encoder.note,
        ),
        config=config.model_dump(mode="json"),
        versions=versions_here(),
    )


def versions_here() -> dict[str, str]:
    """Return the versions of what decides a fit's result.

    Returns
    -------
    dict
        Of Python and of packages, by name.
    """
    return {
        "python": platform.python_version(),
        **{package: version(package) for package in _PACKAGES},
    }


def content_sha256(collection: Collection) -> str:
    """Return a hash of all that the works' facts and picture files say.

    Parameters
    ----------
    collection
        The works.

    Returns
    -------
    str
        SHA-256, in hexadecimal, of facts, and of the files' sizes and times.
    """
    digest = hashlib.sha256()
    for work in collection:
        files = [[*size_and_time(collection.root / image)] for image in work.images]
        digest.update(json.dumps([asdict(work), files]).encode())
    return digest.hexdigest()


def absolute(source: str) -> Path | str:
    """Return a path made absolute; the name of what is none as it is.

    Parameters
    ----------
    source
        What a collection was opened from.

    Returns
    -------
    Path or str
        Where it is.
    """
    path = Path(source)
    return path.resolve() if path.exists() else source


def now() -> str:
    """Return the time as records state it.

    Returns
    -------
    str
        ISO 8601, to the second, in UTC.
    """
    return datetime.now(UTC).isoformat(timespec="seconds")


def most_memory_mb() -> float | None:
    """Return the most memory that the process has held so far.

    Returns
    -------
    float or None
        In MiB, resident; ``None`` where the system does not tell.
    """
    # What the system counts for its users would begin with what the parent held (getrusage(2)).
    told = memory_mb("VmHWM")
    if told is not None or sys.platform == "win32":
        return told
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)


def memory_mb(field: str) -> float | None:
    """Return what Linux tells of the memory of this process.

    Parameters
    ----------
    field
        ``VmRSS``, what it holds; ``VmHWM``, the most it has held.

    Returns
    -------
    float or None
        In MiB; ``None`` where the system does not tell.
    """
    try:
        lines = _STATUS.read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return None
    told = next((line.split() for line in lines if line.startswith(f"{field}:")), None)
    return round(int(told[1]) / 1024, 1) if told else None
