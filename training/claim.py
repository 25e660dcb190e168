"""The folder of an adapter: new, resumed, replaced or refused. Nobody's files are lost."""

from __future__ import annotations

import shutil
from pathlib import Path

from knowledge_graph.atomic import make_folder, remove_leftovers
from topicart.adapter import AdapterRecord, read_record
from topicart.errors import TrainingError
from topicart.models import ADAPTER_FILE

__all__ = [
    "CHECKPOINTS",
    "LOGS",
    "PIXELS",
    "claim",
    "clear",
    "clear_working_files",
    "require_usable",
]

CHECKPOINTS = "checkpoints"
LOGS = "logs"
PIXELS = "pixels"
_WRITTEN = (
    ADAPTER_FILE,
    "adapter_config.json",
    "adapter_model.safetensors",
    "trained.safetensors",
    "split.csv",
    "curves.csv",
    "problems.csv",
    "README.md",
    CHECKPOINTS,
    LOGS,
    PIXELS,
)
"""All that a training may write, the record first: without it the rest is no adapter."""


def require_usable(folder: Path) -> None:
    """Refuse a place that cannot become an adapter, before any long work.

    Parameters
    ----------
    folder : Path
        The place; it need not be there.

    Raises
    ------
    TrainingError
        If it is a file, or a folder with something in it that is no adapter.
    """
    if folder.exists() and not folder.is_dir():
        raise TrainingError(f"--out {folder} is a file. Name a folder that is new or an adapter.")
    if folder.exists() and not (folder / ADAPTER_FILE).is_file():
        remove_leftovers(folder)
        if any(not path.name.startswith(".") for path in folder.iterdir()):
            raise TrainingError(
                f"--out {folder} is not empty and holds no adapter. Name a new folder; nothing "
                "that is not an adapter is ever replaced."
            )


def claim(folder: Path, record: AdapterRecord, *, resume: bool, overwrite: bool) -> str:
    """Decide what becomes of a folder; nothing is written or removed.

    Parameters
    ----------
    folder : Path
        The place.
    record : AdapterRecord
        The training that is to go there.
    resume : bool
        Go on with that training.
    overwrite : bool
        Replace what is there.

    Returns
    -------
    str
        ``new``, ``resume``, or ``finished`` if that very training is there, whole.

    Raises
    ------
    TrainingError
        If the folder holds another training, or this one cut short and neither was said.
    """
    require_usable(folder)
    if (overwrite and not resume) or not (folder / ADAPTER_FILE).is_file():
        return "new"
    found = read_record(folder)
    if differing := _differences(found, record):
        raise TrainingError(
            f"--out {folder} holds another training (different: {', '.join(differing)}). Name "
            "another folder, repeat the command that began it, or give --overwrite to replace it."
        )
    if found.state == "finished":
        return "finished"
    if not resume:
        raise TrainingError(
            f"--out {folder} holds this training, cut short. Give --resume to go on where it "
            "stopped, or --overwrite to start again."
        )
    return "resume"


def clear(folder: Path) -> None:
    """Make a folder ready for a new training.

    Parameters
    ----------
    folder : Path
        The place; made if it is not there. What a training has written there is removed.
    """
    make_folder(folder)
    remove_leftovers(folder)
    for name in _WRITTEN:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def clear_working_files(folder: Path) -> None:
    """Remove what a training needs only until it ends.

    Parameters
    ----------
    folder : Path
        The adapter's folder.
    """
    for name in (CHECKPOINTS, PIXELS):
        shutil.rmtree(folder / name, ignore_errors=True)


def _differences(found: AdapterRecord, wanted: AdapterRecord) -> list[str]:
    """Name what makes two trainings different ones, as the user knows it."""
    theirs, ours = ({
        "base weights": record.base.weights_sha256,
        "works or pictures": record.source.get("sha256"),
        **record.config,
    } for record in (found, wanted))  # fmt: skip
    return sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
