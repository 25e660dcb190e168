"""What a site offers to take along: every work as a table, the topics as JSON and as RDF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph import FACETS
from knowledge_graph.atomic import link_or_copy, remove, replacing
from topicart.graph_export import export_topics

if TYPE_CHECKING:
    import pyarrow as pa

    from topicart.report.frame import Frame
    from topicart.run import Run

__all__ = ["joined", "theme_names", "works_for_spreadsheets", "write_downloads"]

_SEPARATOR = "|"
_MARK = b"\xef\xbb\xbf"
"""UTF-8's byte order mark: without it Excel reads a CSV in the machine's old encoding (``DÃ¼rer``).

Python (``utf-8-sig``), pandas, R (``readr``), LibreOffice and topicart itself pass over it.
"""
_FORMULA = "^([=+\\-@\\t\\r\\n＝＋－＠])"
"""What a spreadsheet takes for the begin of a formula, also in East Asian full width (OWASP, "CSV
Injection"). A title such as ``=HYPERLINK(…)`` would be run."""


def write_downloads(frame: Frame) -> None:
    """Write ``works.csv``, ``topics.json`` and ``topics.ttl`` into a site.

    Parameters
    ----------
    frame
        The site being made.

    Raises
    ------
    topicart.errors.RunError
        If the run is damaged.
    topicart.errors.WriteError
        If the folder cannot be written.
    """
    import pyarrow.csv as csv

    run, folder = frame.run, frame.folder
    with replacing(folder / "works.csv") as beside, beside.open("wb") as file:
        file.write(_MARK)
        csv.write_csv(works_for_spreadsheets(run), file)
    _take(run.folder / "topics.json", folder / "topics.json")
    if (run.folder / "topics.ttl").exists():
        _take(run.folder / "topics.ttl", folder / "topics.ttl")
    else:
        export_topics(run, folder / "topics.ttl", overwrite=True)


def works_for_spreadsheets(run: Run) -> pa.Table:
    """Return the works as a flat table that no spreadsheet runs anything of.

    Parameters
    ----------
    run
        The run.

    Returns
    -------
    pyarrow.Table
        A row for each work, sorted by id: id, title, a column for each facet that any work states
        (values joined by ``|``, a ``|`` within a value doubled), date, year_from, year_to, topic,
        theme, probability, rank, x, y, iri. Texts that begin as a formula does have ``'`` before
        them.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    works = run.works
    columns: dict[str, pa.ChunkedArray | pa.Array] = {
        "id": works["id"],
        "title": works["title"],
    }
    for facet in FACETS:
        if pc.any(pc.greater(pc.list_value_length(works[facet]), 0)).as_py():
            columns[facet] = joined(works[facet], _SEPARATOR)
    columns |= {name: works[name] for name in ("date", "year_from", "year_to", "topic")}
    columns["theme"] = theme_names(run)
    columns |= {name: works[name] for name in ("probability", "rank", "x", "y", "iri")}
    return pa.table(
        {
            name: pc.replace_substring_regex(column, _FORMULA, "'\\1")
            if pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
            else column
            for name, column in columns.items()
        }
    )


def joined(lists: pa.ChunkedArray, separator: str) -> pa.Array:
    """Join the values of each work to one text.

    Parameters
    ----------
    lists
        A column of lists of texts.
    separator
        What stands between two values; within a value it is doubled.

    Returns
    -------
    pyarrow.Array
        A text for each work, ``""`` where nothing is stated.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    column = lists.combine_chunks() if isinstance(lists, pa.ChunkedArray) else lists
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False)
    values = pc.replace_substring(column.flatten(), separator, separator * 2)
    offsets = pa.array([0, *lengths.cumsum().tolist()], pa.int32())
    return pc.fill_null(pc.binary_join(pa.ListArray.from_arrays(offsets, values), separator), "")


def theme_names(run: Run, outside: str = "") -> pa.Array:
    """Return the name of each work's theme.

    Parameters
    ----------
    run
        The run.
    outside
        What is said of a work that is in none.

    Returns
    -------
    pyarrow.Array
        A text for each work.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = pa.array([topic.id for topic in run.topics], pa.int32())
    names = pa.array([topic.name for topic in run.topics], pa.string())
    place = pc.index_in(run.works["topic"], value_set=ids)
    return pc.fill_null(names.take(place.combine_chunks()), outside)


def _take(file: Path, to: Path) -> None:
    """Give a file of the run a second name in the site, in place of an older one."""
    remove(to)
    link_or_copy(file, to)
