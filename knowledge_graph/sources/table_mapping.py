"""The TOML file that says how a table is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class TableMapping:
    """How a table is read, as the options of ``open_collection`` say it."""

    columns: Mapping[str, str]
    separator: str | None = None
    folders_as: str | None = None


def read_table_mapping(path: Path) -> TableMapping:
    """Read the file."""
    raise NotImplementedError
