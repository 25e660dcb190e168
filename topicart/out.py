"""The folder that a fit goes into: new, resumed, replaced or refused. Nobody's files are lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from knowledge_graph.atomic import make_folder, remove, remove_leftovers
from topicart.errors import RunError
from topicart.run import RESULTS, RunRecord, read_record, write_record
from topicart.run_record import Model
from topicart.shards import MANIFEST

_EXTRAS = ("metrics.json", "site", "fused", "atlas.parquet", "nearest.safetensors")
"""What a run may hold beside its results and its embeddings."""


def require_usable(folder: Path) -> None:
    """Refuse a place that cannot become a run, before any long work.

    Parameters
    ----------
    folder
        The place; it need not be there.

    Raises
    ------
    RunError
        If it is a file, or a folder with something in it that is no run.
    """
    if folder.exists() and not folder.is_dir():
        raise RunError(f"{folder} is a file. Name a folder that is new or holds a run.")
    if not folder.exists() or read_record(folder) is not None:
        return
    if any(not path.name.startswith(".") for path in folder.iterdir()):
        raise RunError(
            f"{folder} is not empty and holds no run. Name a new folder; nothing that "
            "is not a run is ever replaced."
        )


def prepare(folder: Path, record: RunRecord, *, overwrite: bool, only_works: bool = False) -> bool:
    """Make a folder ready for a fit, unless it holds that very fit, finished.

    Parameters
    ----------
    folder
        The place.
    record
        The fit, in state ``fitting``.
    overwrite
        Replace another finished fit, or the finished vectors of another model. What was cut short
        while encoding is replaced without asking, and used again where it fits.
    only_works
        Any finished fit to the same works by the same model will do.

    Returns
    -------
    bool
        Whether the fit is there already, whole; otherwise the record has been written.

    Raises
    ------
    RunError
        If the folder is in use for something else.
    """
    require_usable(folder)
    make_folder(folder)
    remove_leftovers(folder)
    found = read_record(folder)
    if found and found.state == "finished" and not overwrite:
        if differing := _differences(found, record, only_works=only_works):
            if differing == ["labels"]:
                raise RunError(
                    f"{folder} holds this fit with other names. `topicart label {folder}` "
                    "with the same options names it so; --overwrite fits it again."
                )
            raise RunError(
                f"{folder} holds another fit (different: {', '.join(differing)}). Name "
                "another folder, or give --overwrite to replace it; its embeddings are used again "
                "where they fit."
            )
        if all((folder / name).exists() for name in RESULTS):
            return True
    if found and found.state == "fitting" and not overwrite:
        _require_same_vectors(folder, found, record)
    # The record first: were the fit cut short here, no finished run without files would be left.
    write_record(folder, record)
    for name in (*RESULTS, *_EXTRAS):
        remove(folder / name)
    return False


def _require_same_vectors(folder: Path, found: RunRecord, wanted: RunRecord) -> None:
    """Refuse to replace vectors that are all there, and may have taken days."""
    if not (folder / "embeddings" / MANIFEST).is_file():
        return
    before, now = found.model, wanted.model
    otherwise = "name another folder, or give --overwrite to replace them."
    if before.fingerprint != now.fingerprint:
        options = f"--model {before.name} --precision {before.precision} --engine {before.engine}"
        raise RunError(
            f"{folder} holds vectors by {_described(before)}; they would be made anew by "
            f"{_described(now)}. Give {options} to go on from them, {otherwise}"
        )
    were, are = found.source.with_picture, wanted.source.with_picture
    if found.source.root == wanted.source.root and were and 2 * are <= were:
        raise RunError(
            f"{folder} holds vectors of works of which {were:,} had a picture; now {are:,} "
            f"have one in {found.source.root}. Look whether a disk is away, {otherwise}"
        )


def _described(model: Model) -> str:
    return f"{model.name} in {model.precision} with {model.engine}"


def require_same_works(folder: Path, record: RunRecord) -> None:
    """Refuse a folder in which others are at work, unless on the same.

    Parameters
    ----------
    folder
        The run's folder.
    record
        The fit whose works are to be encoded.

    Raises
    ------
    RunError
        If the works or the model differ.
    """
    found = read_record(folder)
    differing = _differences(found, record, only_works=True) if found else ["nothing recorded"]
    if differing:
        raise RunError(
            f"{folder}: other processes are embedding something else there (different: "
            f"{', '.join(differing)}). Name another folder, or wait until they have ended."
        )


def _differences(found: RunRecord, wanted: RunRecord, *, only_works: bool = False) -> list[str]:
    """Return the names of what makes two fits different ones."""
    ours, theirs = (_identity(record, only_works=only_works) for record in (wanted, found))
    return sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))


def _identity(record: RunRecord, *, only_works: bool) -> dict[str, Any]:
    """Return all that decides a fit's result, by the name that the user knows it by."""
    works = {
        "topicart version": record.topicart_version,
        "source": record.source.root,
        "works or pictures": record.source.sha256,
        "model": record.model.fingerprint,
    }
    if only_works:
        return works
    other = {name: record.config.get(name) for name in ("text_weight", "sample", "added_to")}
    return {**works, **other, **record.config["topics"]}


def remove_what_names_made(folder: Path) -> None:
    """Remove a run's page, measurements, RDF and exports: its topics get other names or summaries.

    Parameters
    ----------
    folder
        The run's folder.
    """
    exports = ("topics.ttl", "atlas.parquet", "site/iiif/collection.json")
    for name in ("site/index.html", "metrics.json", *exports):
        remove(folder / name)
