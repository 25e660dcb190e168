"""The folder of an adapter: new, resumed, replaced or refused. Nobody's files are lost."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from knowledge_graph.atomic import make_folder, remove, remove_leftovers
from topicart.adapter import AdapterRecord, read_record, write_record
from topicart.errors import TrainingError
from topicart.models import ADAPTER_FILE

__all__ = [
    "CHECKPOINTS",
    "LOGS",
    "PIXELS",
    "begin",
    "claim",
    "clear_working_files",
    "require_usable",
]

CHECKPOINTS = "checkpoints"
LOGS = "logs"
PIXELS = "pixels"
_RESULTS = (
    "adapter_config.json",
    "adapter_model.safetensors",
    "trained.safetensors",
    "split.csv",
    "curves.csv",
    "problems.csv",
    "README.md",
)
"""What a training may write beside its record."""


def require_usable(folder: Path, *, resume: bool = False, overwrite: bool = False) -> None:
    """Refuse a place that cannot become an adapter, before any long work.

    Parameters
    ----------
    folder : Path
        The place; it need not be there.
    resume, overwrite : bool
        What is to become of an adapter there.

    Raises
    ------
    TrainingError
        If a file is in its place or nothing may be written there, if it is a folder with something
        in it that is no adapter, or if what is there is both to be gone on with and replaced.
    """
    if resume and overwrite:
        raise TrainingError(
            f"--resume goes on with the training in {folder}, and --overwrite replaces it: give "
            "one of them."
        )
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not there.is_dir():
        raise TrainingError(
            f"--out {folder}: {there} is a file. Name a folder that is new or an adapter."
        )
    if (folder / ADAPTER_FILE).is_file():
        return
    if not os.access(there, os.W_OK):
        raise TrainingError(f"--out {folder}: nothing may be written to {there}. Name another one.")
    if folder.exists():
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
    if overwrite or not (folder / ADAPTER_FILE).is_file():
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


def begin(folder: Path, record: AdapterRecord, *, resume: bool) -> None:
    """Make a folder that of a training that runs.

    Cut short at any point, it holds the training before, or this one, or is empty.

    Parameters
    ----------
    folder : Path
        The place; made if it is not there.
    record : AdapterRecord
        The training that goes there, or goes on there; it is written.
    resume : bool
        Whether its checkpoints are kept. Everything else that a training has written is removed.

    Raises
    ------
    WriteError
        If nothing can be written there.
    """
    make_folder(folder)
    remove_leftovers(folder)
    if not resume:
        # First, so that none is ever taken for one of the new training.
        for name in (CHECKPOINTS, LOGS, PIXELS):
            remove(folder / name)
    write_record(folder, record)
    for name in _RESULTS:
        remove(folder / name)


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
        **record.config,
        "model": record.base.folder or record.base.name,
        "weights of the base": record.base.weights_sha256,
        "works or pictures": record.source.get("sha256"),
        "caption_templates": record.source.get("templates_sha256"),
    } for record in (found, wanted))  # fmt: skip
    return sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))
