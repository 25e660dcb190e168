"""The TOML file that says how a table is read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge_graph.errors import CollectionError, nearest
from knowledge_graph.facets import FACETS, ROLES

_KEYS = ("columns", "separator", "folders_as")
_MOST_BYTES = 1 << 20


@dataclass(frozen=True)
class TableMapping:
    """How a table is read, as the options of ``open_collection`` say it."""

    columns: Mapping[str, str]
    separator: str | None = None
    folders_as: str | None = None


def read_table_mapping(path: Path) -> TableMapping:
    """Read a mapping: ``[columns]`` with a role to a column's name, ``separator``, ``folders_as``.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    TableMapping
        What it says; None where it says nothing.

    Raises
    ------
    CollectionError
        It cannot be read, is no TOML, or says something that there is not.

    Examples
    --------
    .. code-block:: toml

        separator = ";"

        [columns]
        artist = "Painter"
        place = ""          # leave the column unread
    """
    stated = _read_toml(path)
    for key in stated:
        if key not in _KEYS:
            remedy = nearest(key, _KEYS)
            if key in ROLES:
                remedy = f" Write it below a line [columns]: {key} = …"
            raise CollectionError(
                f"{path}: there is no key {key!r}; expected {', '.join(_KEYS)}.{remedy}"
            )
    columns = stated.get("columns", {})
    if not isinstance(columns, dict):
        raise CollectionError(
            f"{path}: columns is {_kind(columns)}; expected a table. Write a line [columns] and "
            'below it one line for each column, such as artist = "Painter".'
        )
    for role, column in columns.items():
        if role not in ROLES:
            raise CollectionError(
                f"{path}: [columns] has {role!r}, which is no facet; what a column can be read as "
                f"is {', '.join(ROLES)}.{nearest(role, ROLES)}"
            )
        _require_text(path, f"columns.{role}", column, 'the column\'s name, such as "Painter"')
    separator, folders_as = stated.get("separator"), stated.get("folders_as")
    if separator is not None:
        _require_text(path, "separator", separator, 'what divides the facts of a cell, such as ";"')
    if folders_as is not None:
        _require_text(path, "folders_as", folders_as, 'facets, such as "style/artist"')
        for facet in folders_as.split("/"):
            if facet not in FACETS:
                raise CollectionError(
                    f"{path}: folders_as has {facet!r}, which is no facet; the facets are "
                    f"{', '.join(FACETS)}.{nearest(facet, FACETS)}"
                )
    return TableMapping(columns, separator, folders_as)


def _read_toml(path: Path) -> dict[str, Any]:
    """Read the file, which is small: a mapping has a dozen lines."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise CollectionError(
                f"{path}: found {path.stat().st_size:,} bytes, expected a mapping of a few lines. "
                "Name the TOML file, not the table."
            )
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CollectionError(
            f"--mapping {path}: cannot be read ({error.strerror or error}); expected a TOML file. "
            "Mend the name or the file's permissions."
        ) from error
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise CollectionError(
            f'{path}: no TOML ({reason}); expected lines such as separator = ";", and below a '
            'line [columns] such as artist = "Painter". Mend that line.'
        ) from error


def _require_text(path: Path, key: str, value: object, expected: str) -> None:
    if not isinstance(value, str):
        raise CollectionError(
            f"{path}: {key} is {_kind(value)}; expected {expected}. Write it in quotation marks."
        )


def _kind(value: object) -> str:
    """Call a value's type as TOML does."""
    names = {dict: "a table", list: "an array", bool: "a boolean", int: "an integer"}
    return names.get(type(value), "text" if isinstance(value, str) else f"a {type(value).__name__}")
