"""Read a folder of mutated pictures in a process of its own, and say what came of each.

``python -m tests.reading_mutated PICTURES MODEL OUT``: encodes all pictures into a store, makes
the page's copies of them, reads each by itself, encodes them from reduced copies; writes
OUT/told.json and OUT/pictures.npz.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from knowledge_graph import Artwork, Collection
from topicart.encoder import Encoder
from topicart.errors import PictureError
from topicart.images import load_picture
from topicart.recording import most_memory_mb
from topicart.report.miniatures import SmallWanted, make_miniatures
from topicart.report.thumbnails import Wanted, make_thumbnails
from topicart.store import encode_collection

SIDE = 32


def main(pictures: Path, model: Path, out: Path) -> None:
    """Read all pictures in every way that a run does."""
    warnings.simplefilter("ignore")
    names = sorted(entry.name for entry in pictures.iterdir())
    works = [Artwork(id=name, images=(name,)) for name in names]
    collection = Collection.from_artworks(works, root=pictures)
    encoder = Encoder.load(str(model), device="cpu", progress=False)
    embeddings, problems = encode_collection(encoder, collection, out / "embeddings", workers=4)
    wanted = {name: Wanted(pictures, name, 64) for name in names}
    thumbnails = make_thumbnails(wanted, out / "copies")
    small = [SmallWanted(name, name, 64) for name in names if not name.startswith("large")]
    miniatures = make_miniatures(small, pictures, out / "small")
    read, reasons, slowest = {}, {}, ("", 0.0)
    for name in names:
        start = time.process_time()
        try:
            picture = load_picture(pictures / name, at_least=SIDE)
            # Of what is large, a corner is enough.
            whole = picture.width * picture.height < 1_000_000
            read[name] = np.asarray(picture if whole else picture.crop((0, 0, 64, 64)))
            del picture
        except PictureError as error:
            reasons[name] = str(error)
        slowest = max(slowest, (name, time.process_time() - start), key=lambda told: told[1])
    smaller = [work for work in works if not work.id.startswith("large")]
    again, unread = encode_collection(
        encoder,
        Collection.from_artworks(smaller, root=pictures),
        out / "embeddings-of-copies",
        workers=4,
        thumbnails=out / "reduced",
    )
    np.savez(out / "pictures.npz", **read)  # type: ignore[arg-type]
    told = {
        "encoded": embeddings.ids,
        "finite": bool(np.isfinite(embeddings.vectors).all()),
        "problems": {problem.file: problem.reason for problem in problems},
        "encoded from copies": again.ids,
        "problems of copies": {problem.file: problem.reason for problem in unread},
        "reasons": reasons,
        "thumbnails": sorted(thumbnails),
        "miniatures": [item.id for item, copy in zip(small, miniatures, strict=True) if copy],
        "slowest": slowest,
        "peak": (most_memory_mb() or 0.0) * 2**20,
    }
    (out / "told.json").write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
