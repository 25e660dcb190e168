"""The check that the packages beside this one are ours: their names are everyday words."""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from pathlib import Path

PACKAGES = ("evaluation", "knowledge_graph", "prompts", "training")


def require_own_packages() -> None:
    """Check that the four side packages are, or would be, imported from beside ``topicart``.

    Raises
    ------
    ImportError
        If somebody's own module of the same name stands before ours; it names the file.
    """
    home = Path(__file__).resolve().parent.parent
    for name in PACKAGES:
        origin = _origin(name)
        if origin is None or origin.parent.parent != home:
            found = f"{origin} is found first" if origin else "it is not there"
            raise ImportError(
                f"topicart needs its own package {name!r} in {home}, but {found}. Rename your file "
                "or folder, or start Python from another folder; if there is no such file of "
                "yours, install topicart again."
            )


def _origin(name: str) -> Path | None:
    loaded = sys.modules.get(name)
    spec = loaded.__spec__ if loaded else PathFinder.find_spec(name)
    return Path(spec.origin).resolve() if spec and spec.origin else None
