"""The command ``topicart embed``: the pictures of a collection, encoded for a fit to go on with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from topicart.door import (
    Columns,
    Engine,
    FoldersAs,
    Format,
    Images,
    Json,
    Mapping,
    Quiet,
    Separator,
    SourceArgument,
    Thumbnails,
    door,
    opened_with,
    print_json,
    show_progress,
)


def embed(
    source: SourceArgument,
    out: Annotated[
        Path, typer.Option("--out", help="Folder for the run; gone on with if it holds these.")
    ],
    model: Annotated[
        str | None,
        typer.Option(help="open_clip MODEL/PRETRAINED, hf-hub:…, a folder, or mini (offline)."),
    ] = None,
    images: Images = None,
    format: Format = None,  # noqa: A002 - the option is called so
    mapping: Mapping = None,
    column: Columns = None,
    separator: Separator = None,
    folders_as: FoldersAs = None,
    engine: Engine = "torch",
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:1, mps.")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, fp32, bf16 or fp16.")] = "auto",
    batch_size: Annotated[int, typer.Option(min=1, help="Pictures encoded at a time.")] = 32,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Threads that decode pictures.")
    ] = None,
    thumbnails: Thumbnails = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace another fit in --out.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Encode a collection's pictures; `fit` with the same --out goes on from there.

    Under `accelerate launch -m topicart embed ...` or `torchrun` the processes share out the work.
    """
    with door(f"Repeat the same command to go on; what was encoded is kept in {out}."):
        from knowledge_graph import open_collection
        from topicart.embedding import embed_run
        from topicart.encoder import Encoder
        from topicart.models import DEFAULT_MODEL
        from topicart.out import require_usable
        from topicart.processes import Processes
        from topicart.recording import FitConfig

        processes = Processes.started()
        silent = quiet or as_json or processes.rank > 0
        require_usable(out)
        opening = opened_with(images, format, mapping, column, separator, folders_as)
        collection = open_collection(source, **opening)
        encoder = Encoder.load(
            DEFAULT_MODEL if model is None else model,
            device=processes.device(device) if engine == "torch" else device,
            precision=precision,
            engine=engine,
            progress=not silent,
            wait=False,
        )
        with show_progress(silent) as progress:
            embedded = embed_run(
                collection,
                out,
                encoder,
                FitConfig(opened_with=opening),
                overwrite=overwrite,
                batch_size=batch_size,
                workers=workers,
                thumbnails=thumbnails,
                processes=processes,
                progress=progress,
            )
        if processes.rank > 0:
            return
        if as_json:
            print_json(
                {
                    "run": str(embedded.folder),
                    "works": embedded.works,
                    "embedded": embedded.embedded,
                    "problems": embedded.problems,
                }
            )
        elif not quiet:
            typer.echo(embedded.told())
