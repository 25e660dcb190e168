"""A collection as one parquet file, with every column that it has, and back again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, get_args

from knowledge_graph.atomic import replacing
from knowledge_graph.collection import Collection, require_unique_ids
from knowledge_graph.dates import Precision
from knowledge_graph.errors import CollectionError, listed
from knowledge_graph.facets import FACETS
from knowledge_graph.schema import collection_schema, iri_column, table_of_works
from knowledge_graph.sources.listing import Listing, PictureIndex
from knowledge_graph.sources.pictures import find_pictures, missing_pictures

if TYPE_CHECKING:
    import pyarrow as pa

_UNSAFE = r"[\x00-\x1f\x7f-\x9f]"
_UNSAFE_IN_TEXT = r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"
_REMEDY = "Write it again with 'topicart graph convert', or rename a column to read it as a table"


def save_parquet(collection: Collection, path: Path) -> None:
    """Write a collection's works to a parquet file, which ``open_collection`` reads as they are.

    Parameters
    ----------
    collection : Collection
        The works; what could not be used of their source is not kept.
    path : Path
        The file; replaced as a whole if it is there.

    Raises
    ------
    WriteError
        It cannot be written.
    """
    import pyarrow.parquet as pq

    with replacing(path) as beside:
        pq.write_table(collection.arrow, beside, compression="zstd")


def read_saved(path: Path) -> pa.Table | None:
    """Read the works of a collection that was saved, and believe nothing of it.

    It is known by the names of its columns.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    pyarrow.Table or None
        As ``collection_schema`` has it, sorted by id; None if the file is another table.

    Raises
    ------
    CollectionError
        The file is broken, or a column is not what ``collection_schema`` says.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if path.suffix.lower() != ".parquet":
        return None
    try:
        if pq.read_schema(path).names != collection_schema().names:
            return None
    except (pa.ArrowException, OSError):
        return None  # Reading it as a table says what is wrong.
    try:
        with pq.ParquetFile(path) as file:
            table = file.read()
        table.validate(full=True)
        columns = {
            field.name: table[field.name].cast(field.type).combine_chunks()
            for field in collection_schema()
        }
    except (pa.ArrowException, OSError) as error:
        raise CollectionError(
            f"{path}: has the columns of a collection, but cannot be read as one "
            f"({str(error).splitlines()[0]}); expected text, whole years and lists of text. "
            f"{_REMEDY}."
        ) from error
    if not table.num_rows:
        raise CollectionError(
            f"{path}: there is not one work in it; expected one row per work. {_REMEDY}."
        )
    for name, column in columns.items():
        if wrong := _wrong_in(name, column):
            raise _refusal(path, name, wrong)
    ids = columns["id"].to_pylist()
    if "" in ids:
        raise _refusal(path, "id", "an empty id, expected one for each work")
    require_unique_ids(ids, str(path), f"{_REMEDY}.")
    _require_years(path, columns)
    _require_aligned(path, columns)
    for names in columns["images"].to_pylist():
        for name in names:
            if not _is_inside(name):
                wrong = f"{listed([name])}, expected names of pictures inside the folder"
                raise _refusal(path, "images", wrong)
    return table_of_works(columns)


def collection_of_saved(
    works: pa.Table, source: str, root: Path, index: PictureIndex, listing: Listing
) -> Collection:
    """Make a collection of works that were saved, with the pictures that are there.

    Names of pictures that are not there are dropped and reported.

    Parameters
    ----------
    works : pyarrow.Table
        As ``read_saved`` gives them.
    source : str
        What the user opened.
    root : Path
        The resolved folder that holds the pictures.
    index : PictureIndex
        Finds them.
    listing : Listing
        They.

    Returns
    -------
    Collection
        As it was saved.
    """
    import pyarrow as pa

    ids, named = works["id"].to_pylist(), works["images"].to_pylist()
    addresses = works["image_urls"].to_pylist()
    pictures = find_pictures(
        [files or urls or [work] for work, files, urls in zip(ids, named, addresses, strict=True)],
        index,
    )
    for names, lost in zip(named, pictures.missing, strict=True):
        if not names:
            lost.clear()
    missing = missing_pictures(ids, pictures, listing, Path(source).name)
    names_of_works = pa.array(pictures.found, works.schema.field("images").type)
    position = works.schema.get_field_index("images")
    works = works.set_column(position, works.schema.field("images"), names_of_works)
    return Collection(source, root, works.combine_chunks(), (*listing.problems, *missing))


def _wrong_in(name: str, column: pa.Array) -> str:
    """Say what a column holds that it may not; ``""`` if nothing."""
    import pyarrow.compute as pc
    import pyarrow.types as pt

    if pt.is_integer(column.type):
        return ""
    texts = column
    if pt.is_list(column.type):
        texts = pc.list_flatten(column)
        if name not in ("images", "image_urls") and not name.endswith("_iri"):
            empty = pc.any(pc.equal(texts, "")).as_py()
            if empty:
                return "an empty text in a list, expected none"
    if column.null_count or texts.null_count:
        return "nothing (null), expected an empty text or an empty list"
    unsafe = _UNSAFE_IN_TEXT if name == "description" else _UNSAFE
    if pc.any(pc.match_substring_regex(texts, unsafe)).as_py():
        return "control characters, expected text"
    return ""


def _require_years(path: Path, columns: dict[str, pa.Array]) -> None:
    """Raise CollectionError if a span of years ends before it begins, or is of no known kind."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pc.any(pc.greater(columns["year_from"], columns["year_to"])).as_py():
        raise _refusal(path, "year_to", "years before those of 'year_from', expected later ones")
    legal = get_args(Precision)
    known = pc.is_in(columns["date_precision"], pa.array(legal, pa.string()))
    if not pc.all(known).as_py():
        unknown = columns["date_precision"].filter(pc.invert(known)).to_pylist()
        wrong = f"{listed(unknown[:1])}, expected one of {listed(legal, len(legal))}"
        raise _refusal(path, "date_precision", wrong)


def _require_aligned(path: Path, columns: dict[str, pa.Array]) -> None:
    """Raise CollectionError if a row's IRIs are neither none nor as many as its values."""
    import pyarrow.compute as pc

    for facet in FACETS:
        n_values = pc.list_value_length(columns[facet])
        n_iris = pc.list_value_length(columns[iri_column(facet)])
        fits = pc.or_(pc.equal(n_iris, 0), pc.equal(n_iris, n_values))
        if not pc.all(fits).as_py():
            wrong = f"other numbers of IRIs than {facet!r} has values, expected as many or none"
            raise _refusal(path, iri_column(facet), wrong)


def _is_inside(name: str) -> bool:
    """Say whether a picture's name stays inside the folder, on every system."""
    kinds: Sequence[PurePosixPath | PureWindowsPath] = (PurePosixPath(name), PureWindowsPath(name))
    return bool(name) and not any(
        kind.is_absolute() or kind.drive or ".." in kind.parts for kind in kinds
    )


def _refusal(path: Path, column: str, wrong: str) -> CollectionError:
    return CollectionError(f"{path}: its column {column!r} has {wrong}. {_REMEDY}.")
