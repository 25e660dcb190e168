"""The command ``topicart report``: the site of a run made anew, and what other tools open."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from topicart.door import Json, Quiet, RunFolder, door, print_json, show_progress


def report(
    run: RunFolder,
    atlas: Annotated[
        bool, typer.Option("--atlas", help="Also write RUN/atlas.parquet, for Embedding Atlas.")
    ] = False,
    atlas_file: Annotated[
        Path | None, typer.Option(metavar="FILE.parquet", help="Write that file here instead.")
    ] = None,
    iiif: Annotated[
        bool, typer.Option("--iiif", help="Also write site/iiif: a IIIF manifest per theme.")
    ] = False,
    base: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where the site will stand, for IIIF. [default: where explore serves it]",
        ),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make the site of a run anew: a folder that opens by a double click, and from any web server.

    Small copies of the pictures are kept in the run and used again.
    """
    if base is not None and not iiif:
        raise typer.BadParameter("--base says where IIIF manifests will stand: give --iiif too.")
    if atlas_file is not None and atlas_file.suffix.lower() != ".parquet":
        raise typer.BadParameter(f"--atlas-file {atlas_file}: name a file that ends in .parquet.")
    with door("Repeat the same command to go on; what was made small is kept."):
        from topicart.make import remake_page
        from topicart.report.embedding_atlas import write_atlas
        from topicart.report.iiif import DEFAULT_BASE, FOLDER, require_base, write_iiif
        from topicart.run import Run

        site_base = require_base(DEFAULT_BASE if base is None else base)
        opened = Run.open(run)
        written = collection = None
        with show_progress(quiet or as_json) as progress:
            opened = remake_page(opened, progress=progress)
            if atlas or atlas_file is not None:
                progress.stage("atlas")
                file = atlas_file or opened.folder / "atlas.parquet"
                written = write_atlas(opened, file, progress=progress.count)
            if iiif:
                progress.stage("iiif")
                folder = opened.page.parent / FOLDER
                collection = write_iiif(opened, folder, base=site_base, progress=progress.count)
        if as_json:
            print_json(
                {
                    "run": str(opened.folder),
                    "page": str(opened.page),
                    "atlas": str(written.path) if written else None,
                    "atlas_command": written.command if written else None,
                    "iiif": str(collection) if collection else None,
                    "iiif_address": f"{site_base}{FOLDER}/collection.json" if collection else None,
                }
            )
            return
        if quiet:
            return
        _say("Page", str(opened.page.resolve()))
        if written:
            _say("Atlas", str(written.path.resolve()))
            _say("  opens with", written.command, " (pip install embedding-atlas)")
        if collection:
            _say("IIIF", str(collection.resolve()))
            told = " (--base says where the site will stand)" if base is None else ""
            _say("  has the address", f"{site_base}{FOLDER}/collection.json", told)


def _say(what: str, text: str, more: str = "") -> None:
    from rich.console import Console
    from rich.text import Text

    from knowledge_graph import printable

    Console().print(Text.assemble(f"{what}: ", (printable(text), "bold"), more), soft_wrap=True)
