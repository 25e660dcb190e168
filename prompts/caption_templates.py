"""The forms of captions, read from TOML."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class CaptionTemplate:
    """Stub."""

    name: str


CaptionTemplates = tuple[CaptionTemplate, ...]


def load_caption_templates(path: Path | None = None) -> CaptionTemplates:
    """Read and check a file of caption templates."""
    raise NotImplementedError
