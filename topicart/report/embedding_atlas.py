"""A run as one Parquet file that Embedding Atlas opens.

Embedding Atlas (Ren et al., "Embedding Atlas: Low-Friction, Interactive Embedding Visualization",
2025; https://apple.github.io/embedding-atlas) reads places, words, pictures and neighbours from
columns, so it computes nothing and asks no model.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph import FACETS
from knowledge_graph.atomic import replacing
from topicart.neighbours import Nearest, measured, nearest_works
from topicart.report.downloads import joined, theme_names
from topicart.report.miniatures import Miniature, kept_miniatures
from topicart.report.sprites import SIDES
from topicart.run_files import fingerprint_of, read_nearest

if TYPE_CHECKING:
    import pyarrow as pa

    from topicart.run import Run

__all__ = ["Atlas", "write_atlas"]

_NEIGHBOURS = 15
_ROWS = 4096
_OUTSIDE = "in no theme"


@dataclass(frozen=True)
class Atlas:
    """What was written.

    Parameters
    ----------
    path
        The file.
    n_works
        Works in it: those that have a place on the map.
    n_pictures
        Those of them whose picture is in it.
    neighbours
        Whether their nearest works are.
    """

    path: Path
    n_works: int
    n_pictures: int
    neighbours: bool

    @property
    def command(self) -> str:
        """Return what opens it, once ``pip install embedding-atlas`` is done.

        Returns
        -------
        str
            A line for the shell.
        """
        words = ["embedding-atlas", str(self.path), "--x", "x", "--y", "y", "--text", "title"]
        if self.n_pictures:
            words += ["--image", "image"]
        if self.neighbours:
            words += ["--neighbors", "neighbors"]
        return shlex.join(words)


def write_atlas(
    run: Run, path: Path, *, progress: Callable[[int, int], None] | None = None
) -> Atlas:
    """Write the works of a run's map as the table that Embedding Atlas opens.

    Works without a vector have no place and are left out: every row of the table is a point, and
    neighbours are named by their row.

    Parameters
    ----------
    run
        A finished run. Pictures are the small ones that its site has been made with.
    path
        The file; replaced if it is there.
    progress
        Called with the number of works written and the number of all.

    Returns
    -------
    Atlas
        What is in it. Columns: id, title, each facet as one text, date, year, x, y, topic, theme,
        probability, image (struct of the bytes of a small WebP and its name), and, of more than
        one work, neighbors (struct of ids, which are rows of the file, and distances, 1 - cosine).

    Raises
    ------
    topicart.errors.RunError
        If the run is damaged.
    topicart.errors.WriteError
        If the file cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    run.require_whole()
    works = _told(run)
    n = works.num_rows
    neighbours = n > 1
    if neighbours:
        works = works.append_column("neighbors", _neighbours(run))
    schema = works.schema.append(pa.field("image", _image_type()))
    pictures = kept_miniatures(works["id"].to_pylist(), run.folder / "miniatures", sides=SIDES)
    with replacing(path) as beside, pq.ParquetWriter(beside, schema, compression="zstd") as writer:
        for first in range(0, n, _ROWS):
            images = _images(pictures[first : first + _ROWS], first)
            writer.write_table(works.slice(first, _ROWS).append_column("image", images))
            if progress is not None:
                progress(min(first + _ROWS, n), n)
    return Atlas(path, n, sum(picture is not None for picture in pictures), neighbours)


def _images(pictures: Sequence[Miniature | None], first: int) -> pa.Array:
    """Return pictures as the tool takes them (and as a Hugging Face dataset has them)."""
    import pyarrow as pa

    return pa.array(
        [
            None if picture is None else {"bytes": picture.webp, "path": f"{row}.webp"}
            for row, picture in enumerate(pictures, start=first)
        ],
        _image_type(),
    )


def _image_type() -> pa.StructType:
    import pyarrow as pa

    return pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def _told(run: Run) -> pa.Table:
    """Return what is said of each work on the map."""
    import pyarrow as pa
    import pyarrow.compute as pc

    works = run.works.append_column("theme", theme_names(run, _OUTSIDE))
    works = works.filter(pc.is_valid(works["topic"]))
    columns = {"id": works["id"], "title": works["title"]}
    for facet in FACETS:
        if pc.any(pc.greater(pc.list_value_length(works[facet]), 0)).as_py():
            columns[facet] = joined(works[facet], ", ")
    columns |= {"date": works["date"], "year": works["year_from"]}
    columns |= {name: works[name] for name in ("x", "y", "topic", "theme", "probability")}
    return pa.table(columns)


def _nearest(run: Run) -> Nearest:
    """Return the nearest works that the fit has kept, or seek them."""
    vectors = run.embeddings.vectors
    k = min(_NEIGHBOURS + 1, len(vectors))
    kept = read_nearest(run.folder, fingerprint_of(vectors.shape, [vectors]), len(vectors))
    if kept is None or kept.shape[1] < k:
        return nearest_works(vectors, k)
    return measured(vectors, kept[:, :k])


def _neighbours(run: Run) -> pa.Array:
    """Return each work's nearest works as Embedding Atlas takes them, itself first as UMAP does."""
    import numpy as np
    import pyarrow as pa

    near = _nearest(run)
    n, k = near.rows.shape
    offsets = pa.array(np.arange(0, n * k + 1, k, dtype=np.int32))
    return pa.StructArray.from_arrays(
        [
            pa.ListArray.from_arrays(offsets, pa.array(values.ravel()))
            for values in (near.rows, near.distances)
        ],
        names=["ids", "distances"],
    )
