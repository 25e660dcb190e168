"""A collection written as one file that can be opened again."""

from __future__ import annotations

from pathlib import Path

from knowledge_graph.collection import Collection
from knowledge_graph.errors import CollectionError
from knowledge_graph.files import require_writable
from knowledge_graph.rdf import write_turtle
from knowledge_graph.sources.saved import save_parquet

_WRITERS = {".parquet": save_parquet, ".ttl": write_turtle}


def require_convertible(out: Path, *, overwrite: bool = False) -> None:
    """Refuse a file that ``convert`` cannot write, before any work.

    Parameters
    ----------
    out : Path
        The file.
    overwrite : bool
        Whether it may be there.

    Raises
    ------
    CollectionError
        Its suffix is another, it is there, or its folder is not.
    """
    if out.suffix.lower() not in _WRITERS:
        raise CollectionError(
            f"{out}: found the suffix {out.suffix!r}, expected {' or '.join(_WRITERS)}. Name the "
            "file so: .parquet is a table, .ttl is RDF in ArtGraph's vocabulary."
        )
    require_writable(out, overwrite=overwrite)


def convert(collection: Collection, out: str | Path, *, overwrite: bool = False) -> None:
    """Write a collection as a table or as RDF; ``open_collection`` reads both.

    Pictures stay where they are: open the file with ``images`` to find them again.

    Parameters
    ----------
    collection : Collection
        The works.
    out : str or Path
        A file ``.parquet`` (columns as ``collection_schema`` has them) or ``.ttl`` (ArtGraph's
        vocabulary).
    overwrite : bool
        Replace it if it is there.

    Raises
    ------
    CollectionError
        The file cannot be written so.
    """
    path = Path(out)
    require_convertible(path, overwrite=overwrite)
    _WRITERS[path.suffix.lower()](collection, path)
