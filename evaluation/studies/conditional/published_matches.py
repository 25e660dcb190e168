"""The nearest works that MosAIC's authors published, held against those of our index.

Reads what github.com/microsoft/art writes and reads (``data_prep/featurize_and_match.py``):
``met_and_rijks.parquet`` or ``metadata.json`` (a line a work: ``id``, ``Culture``,
``Classification``, and ``Norm_Features`` with its ResNet-50 vector) and, for the published nearest
works, ``metadata_enriched.json`` (``matches`` of each work, by culture and by medium).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from topicart.embeddings import Embeddings, normalise
from topicart.errors import RetrievalError
from topicart.fit import Silent
from topicart.retrieval import Condition, ConditionalIndex, Facts

if TYPE_CHECKING:
    import pyarrow as pa

    from topicart.fit import Progress

__all__ = ["MatchAgreement", "match_agreement", "published_index"]

WORKS = 500
_TABLES = ("met_and_rijks.parquet", "metadata.json")
_MATCHES = ("results/metadata_enriched.json", "metadata_enriched.json")
_FACETS = {"culture": "Culture", "medium": "Classification"}
_COLUMNS = ("id", "Norm_Features", *_FACETS.values())


@dataclass(frozen=True)
class MatchAgreement:
    """How far an index finds what was published."""

    works: int
    """Works of the index."""
    asked: int
    """Works whose published nearest were looked up."""
    lists: int
    """Published lists of nearest works: one for each work asked and each culture or medium."""
    first: float
    """Share of lists whose first work is the first found."""
    shared: float
    """Share of published works that are found, the mean over lists."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values.

        Returns
        -------
        dict
            One entry a field.
        """
        return asdict(self)


def published_index(folder: Path) -> ConditionalIndex:
    """Index the published works by their published vectors.

    Parameters
    ----------
    folder
        Where ``met_and_rijks.parquet`` or ``metadata.json`` lies.

    Returns
    -------
    ConditionalIndex
        With the facets ``culture`` and ``medium``.

    Raises
    ------
    RetrievalError
        If neither file is there, or it lacks a column or vectors.
    """
    import pyarrow.compute as pc

    table = _table(folder)
    dims = pc.unique(pc.list_value_length(table["Norm_Features"])).to_pylist()
    if len(dims) != 1 or not dims[0]:
        raise RetrievalError(
            f"{folder}: Norm_Features must be a vector of one length for each work, got lengths "
            f"{dims[:5]}."
        )
    flat = pc.list_flatten(table["Norm_Features"]).to_numpy().astype(np.float32)
    ids = tuple(str(id_) for id_ in table["id"].to_pylist())
    stated = {
        facet: [None if value is None else str(value) for value in table[column].to_pylist()]
        for facet, column in _FACETS.items()
    }
    try:
        embeddings = Embeddings(ids, normalise(flat.reshape(-1, dims[0])))
    except ValueError as error:
        raise RetrievalError(f"{folder}: {error}") from error
    return ConditionalIndex(embeddings, Facts.of(stated))


def match_agreement(
    folder: Path,
    *,
    works: int = WORKS,
    seed: int = 0,
    progress: Progress | None = None,
) -> MatchAgreement:
    """Ask our index what the published files answer, and compare.

    Parameters
    ----------
    folder
        Where the files lie.
    works
        How many works are asked about, drawn by lot.
    seed
        Decides which.
    progress
        Told of stages and counts.

    Returns
    -------
    MatchAgreement
        The published lists hold the work itself, and so do ours.

    Raises
    ------
    RetrievalError
        If a file is missing or is of another kind.
    """
    progress = progress or Silent()
    progress.stage("Reading what was published")
    index = published_index(folder)
    published = _published(folder)
    row_of = {id_: row for row, id_ in enumerate(index.ids)}
    known = sorted(id_ for id_ in published if id_ in row_of)
    if not known:
        raise RetrievalError(
            f"{folder}: none of the {len(published):,} works with published matches is among the "
            f"{len(index):,} that have a vector. Take both files from one release."
        )
    random = np.random.default_rng(seed)
    asked = [known[place] for place in np.sort(random.permutation(len(known))[:works])]
    first, shared = [], []
    progress.stage("Asking")
    for count, id_ in enumerate(asked):
        for facet, lists in published[id_].items():
            for value, expected in lists.items():
                if facet not in _FACETS or not expected:
                    continue
                where = [Condition(facet, (value,))]
                # No vector was published of some; they cannot be found.
                wanted = [str(one) for one in expected if str(one) in row_of]
                if not wanted:
                    continue
                query = index.vectors_of([row_of[id_]])[0]
                found = index.search(query, len(wanted), where)
                first.append(found.ids[0] == wanted[0])
                shared.append(len(set(found.ids) & set(wanted)) / len(wanted))
        progress.count(count + 1, len(asked))
    if not first:
        raise RetrievalError(f"{folder}: the published matches name no work that has a vector.")
    return MatchAgreement(
        works=len(index),
        asked=len(asked),
        lists=len(first),
        first=float(np.mean(first)),
        shared=float(np.mean(shared)),
    )


def _table(folder: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.json
    import pyarrow.parquet

    file = next((folder / name for name in _TABLES if (folder / name).is_file()), None)
    if file is None:
        raise RetrievalError(
            f"{folder} holds neither {' nor '.join(_TABLES)}, which microsoft/art publishes."
        )
    try:
        table = (
            pyarrow.parquet.read_table(file)
            if file.suffix == ".parquet"
            else pyarrow.json.read_json(file)
        )
    except (pa.ArrowException, OSError) as error:
        raise RetrievalError(f"{file} cannot be read: {error}") from error
    missing = [column for column in _COLUMNS if column not in table.column_names]
    if missing:
        raise RetrievalError(
            f"{file} has no column {', '.join(missing)}; it has {', '.join(table.column_names)}."
        )
    return table.select(list(_COLUMNS))


def _published(folder: Path) -> dict[str, Mapping[str, Mapping[str, list[Any]]]]:
    """Read the nearest works of each work, as pandas wrote them: by column, then by row."""
    file = next((folder / name for name in _MATCHES if (folder / name).is_file()), None)
    if file is None:
        raise RetrievalError(
            f"{folder} holds no {_MATCHES[1]}, which featurize_and_match.py of microsoft/art "
            "writes."
        )
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        ids, matches = told["id"], told["matches"]
        own = {str(ids[row]): matches[row] for row in matches}
        for lists in own.values():
            for by_value in lists.values():
                if not all(isinstance(one, list) for one in by_value.values()):
                    raise TypeError("a list of ids was expected for each value")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RetrievalError(
            f"{file} is not what featurize_and_match.py of microsoft/art writes "
            f"({type(error).__name__}: {error})."
        ) from error
    return own
