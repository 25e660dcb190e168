"""Which work a name means: an id, a title, or a part of one; and what may have been meant."""

from __future__ import annotations

import difflib
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from knowledge_graph import cut, printable
from prompts import shown
from topicart.errors import RetrievalError

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

__all__ = ["Named"]

_LISTED = 6
_COMPARED = 300
"""Works whose titles share most letters with a name that are compared with it in full."""
_LONGEST = 200
_TRIGRAMS = 40


class Named:
    """The names of works.

    Parameters
    ----------
    works : pyarrow.Table
        Works that can be sought; rows are theirs.
    every : pyarrow.Table
        All works of the run, to say of one that it is there but has no vector.
    """

    def __init__(self, works: pa.Table, every: pa.Table) -> None:
        self._works = works
        self._every = every

    def row(self, name: str) -> int:
        """Find the one work that a name means.

        Parameters
        ----------
        name : str
            An id, a title in any case, a part of a title or id that one work alone has, or a title
            and an artist: ``Self-portrait, Leyster``.

        Returns
        -------
        int
            Its row.

        Raises
        ------
        RetrievalError
            If no work or several are called so.
        """
        import pyarrow.compute as pc

        try:  # what a terminal without UTF-8 hands on in pieces is put together again
            name = name.encode("utf-8", "surrogateescape").decode("utf-8")
        except UnicodeError:
            raise RetrievalError(
                f"{printable(cut(name))!r} is not written in UTF-8, so that no work is called so. "
                "Name it by its id, or set the terminal to UTF-8."
            ) from None
        wanted = name.strip()
        if not wanted:
            raise RetrievalError("A work is named by its id or title, got an empty name.")
        exact = pc.index(self._works["id"], name).as_py()
        if exact >= 0:
            return int(exact)
        folded = wanted.lower()
        own = self._rows(pc.equal(self._works["title"], wanted))
        if len(own) == 1:
            return int(own[0])
        own = self._titled(folded)
        title, comma, by = folded.rpartition(", ")
        if len(own) == 0 and comma:
            own = self._by(self._titled(title), by)
        if len(own) == 0:
            own = self._rows(pc.match_substring(self._works["id"], wanted, ignore_case=True))
        if len(own) == 1:
            return int(own[0])
        raise RetrievalError(self._several(wanted, own) if len(own) else self._none(wanted))

    @cached_property
    def _titles(self) -> pa.ChunkedArray:
        import pyarrow.compute as pc

        return pc.utf8_trim_whitespace(pc.utf8_lower(self._works["title"]))

    def _titled(self, folded: str) -> NDArray[np.intp]:
        """Rows of works with a title, or else with a part of it."""
        import pyarrow.compute as pc

        own = self._rows(pc.equal(self._titles, folded))
        return own if len(own) else self._rows(pc.match_substring(self._titles, folded))

    def _by(self, rows: NDArray[np.intp], artist: str) -> NDArray[np.intp]:
        """Those of some works whose artist has a name, or a part of it."""
        artists = self._works["artist"].take(rows).to_pylist()
        kept = [any(artist in shown(name, "artist").lower() for name in own) for own in artists]
        return rows[np.array(kept, dtype=np.bool_)]

    def _rows(self, mask: pa.ChunkedArray) -> NDArray[np.intp]:
        import pyarrow.compute as pc

        found: NDArray[np.intp] = pc.indices_nonzero(pc.fill_null(mask, False)).to_numpy()
        return found

    def _several(self, name: str, rows: NDArray[np.intp]) -> str:
        more = f"\n  and {len(rows) - _LISTED:,} more" if len(rows) > _LISTED else ""
        return (
            f"{len(rows):,} works may be meant by {cut(name)!r}. Name one by its id, or add its "
            f"artist:{self._told(rows[:_LISTED])}{more}"
        )

    def _none(self, name: str) -> str:
        import pyarrow.compute as pc

        known = pc.index(self._every["id"], name).as_py()
        if known < 0:
            titles = pc.utf8_trim_whitespace(pc.utf8_lower(self._every["title"]))
            known = pc.index(titles, name.lower()).as_py()
        if known >= 0:
            return (
                f"The work {cut(name)!r} has no picture that could be read, so that nothing is "
                "near it. Name a work with a picture."
            )
        meant = self._alike(name[:_LONGEST].lower())
        offered = f" Did you mean one of these?{self._told(meant)}" if len(meant) else ""
        return f"No work has the id or title {cut(name)!r}, nor a part of its title.{offered}" + (
            "" if offered else " Ids stand in works.parquet and in the addresses of the site."
        )

    def _alike(self, name: str) -> NDArray[np.intp]:
        """Rows of titles that are spelled much like a name, the likest first.

        The comparison in full is slow, so that it is made only of those that share the most runs
        of three letters with the name.
        """
        import pyarrow.compute as pc

        runs = list(dict.fromkeys(name[at : at + 3] for at in range(max(len(name) - 2, 1))))
        shared = np.zeros(len(self._works), dtype=np.int16)
        for run in runs[:_TRIGRAMS]:
            has = pc.fill_null(pc.match_substring(self._titles, run), False)
            shared += has.to_numpy().astype(np.int16)
        lengths = pc.fill_null(pc.utf8_length(self._titles), 0).to_numpy()
        likely = shared / (len(runs) + np.maximum(lengths - len(name), 0) / 3)
        best = np.argsort(-likely, kind="stable")[:_COMPARED]
        best = best[shared[best] > 0]
        graded = []
        for row in best.tolist():
            title = (self._titles[row].as_py() or "")[:_LONGEST]
            # A slip in a part of a title: the best of its windows as long as the name.
            words = title.split()
            span = max(len(name.split()), 1)
            parts = {title, *(" ".join(words[at : at + span]) for at in range(len(words)))}
            ratio = max(difflib.SequenceMatcher(None, name, part).ratio() for part in parts)
            if ratio >= 0.7:
                graded.append((-ratio, row))
        return np.array([row for _, row in sorted(graded)[:_LISTED]], dtype=np.intp)

    def _told(self, rows: NDArray[np.intp]) -> str:
        lines = []
        for work in self._works.select(["id", "title", "artist", "date"]).take(rows).to_pylist():
            about = [
                cut(work["title"] or ""),
                *(shown(one, "artist") for one in work["artist"][:1]),
                work["date"],
            ]
            told = ", ".join(printable(cut(part)) for part in about if part)
            lines.append(f"\n  {printable(cut(work['id'], 120))}" + (f"  ({told})" if told else ""))
        return "".join(lines)
