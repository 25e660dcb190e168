"""The list of what was downloaded, which a run that is cut short leaves usable."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import IO

from knowledge_graph.atomic import remove_leftovers, write_text_atomic
from knowledge_graph.sources.pictures import DOWNLOADS

PART = ".topicart-{}.part"
"""What a file is called that is being written."""
_PART = re.compile(r"\.topicart-\w+\.part")
_MOST_LETTERS = 1000
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True)
class Row:
    """One downloaded picture."""

    id: str
    """The first work that it is of, in one line of at most 1,000 letters."""
    url: str
    """Its address as the collection has it."""
    file: str
    """Its name in the folder."""
    bytes: int
    """Its size."""
    sha256: str
    """Its hash, in hexadecimal digits."""
    type: str
    """Its media type, by its own bytes."""


COLUMNS = tuple(part.name for part in fields(Row))
"""The columns of ``downloads.csv``."""


class Manifest:
    """``downloads.csv`` and the pictures that it lists.

    A row is written before its picture takes its name, so that every picture that has one is
    listed; a row without its picture counts for nothing and is dropped when the folder is opened.

    Parameters
    ----------
    folder : Path
        The folder of pictures; it must exist. What a run that was cut short left half-written in it
        is removed. One run at a time may use it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        remove_leftovers(folder)
        sizes: dict[str, int] = {}
        with os.scandir(folder) as entries:
            for entry in entries:
                if _PART.fullmatch(entry.name):
                    os.unlink(entry.path)  # noqa: PTH108 - a scandir entry is no Path
                elif entry.is_file(follow_symlinks=False):
                    sizes[entry.name] = entry.stat(follow_symlinks=False).st_size
                else:
                    sizes[entry.name] = -1
        rows = {row.url: row for row in _read(folder / DOWNLOADS, sizes)}
        write_text_atomic(folder / DOWNLOADS, _csv([COLUMNS, *map(astuple, rows.values())]))
        self.here = frozenset(rows)
        """The addresses whose pictures were here when it was opened."""
        self.names = list(sizes)
        """All names that were in the folder then."""
        self._file: IO[str] = (folder / DOWNLOADS).open("a", encoding="utf-8", newline="")

    def add(self, row: Row, part: Path) -> None:
        """List a picture and give it its name.

        Parameters
        ----------
        row : Row
            What it is.
        part : Path
            Where it lies, in the same folder.
        """
        self._file.write(_csv([astuple(row)]))
        self._file.flush()
        part.replace(self._folder / row.file)

    def close(self) -> None:
        """Close the file; what was added is in it already."""
        self._file.close()


def _read(path: Path, sizes: dict[str, int]) -> list[Row]:
    """Read the rows whose pictures are there whole; a last line that was cut short is none."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    rows = []
    with suppress(csv.Error):  # Whatever cannot be read is downloaded again.
        for row in csv.DictReader(io.StringIO(text[: text.rfind("\n") + 1], newline="")):
            work_id, url, name, told, digest, kind = (row.get(part) or "" for part in COLUMNS)
            n_bytes = int(told) if re.fullmatch(r"[0-9]{1,15}", told) else None
            if url and n_bytes is not None and sizes.get(name) == n_bytes:
                rows.append(Row(work_id, url, name, n_bytes, digest, kind))
    return rows


def one_line(text: str) -> str:
    """Make of any text something that a table and a terminal can show in one line.

    Parameters
    ----------
    text : str
        Any.

    Returns
    -------
    str
        Without control characters, at most 1,000 letters.
    """
    return _UNWANTED.sub(" ", text[:_MOST_LETTERS])


def _csv(rows: Iterable[Iterable[object]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()
