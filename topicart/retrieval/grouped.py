"""Which works meet conditions, and their vectors side by side, kept for the next query."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topicart.retrieval.conditions import Condition

__all__ = ["CACHE_BYTES", "Allowed", "GroupCache"]

CACHE_BYTES = 256 << 20
"""Bytes of rows and vectors that are kept unless more are asked for."""

Key = frozenset[Condition]


@dataclass(frozen=True, eq=False)
class Allowed:
    """The works that meet some conditions."""

    rows: NDArray[np.intp]
    """Ascending, each once."""
    vectors: NDArray[np.float32] | None = None
    """Their vectors side by side, shape ``(len(rows), dim)``, where they have been gathered."""

    @property
    def nbytes(self) -> int:
        """Bytes that it takes.

        Returns
        -------
        int
            Of both arrays.
        """
        return self.rows.nbytes + (0 if self.vectors is None else self.vectors.nbytes)


class GroupCache:
    """The works of the conditions that were asked for last, within a number of bytes.

    Threads may use it at the same time: at worst two gather the same works.

    Parameters
    ----------
    limit : int
        Bytes that are kept at most.
    """

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self.limit = limit
        self._kept: OrderedDict[Key, Allowed] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def nbytes(self) -> int:
        """Bytes that are kept now.

        Returns
        -------
        int
            At most the limit.
        """
        return self._bytes

    def get(self, key: Key, make: Callable[[], Allowed]) -> Allowed:
        """Take what is kept, or make and keep it.

        Parameters
        ----------
        key : frozenset of Condition
            The conditions; their order does not matter.
        make : callable
            Finds the works where they are not kept.

        Returns
        -------
        Allowed
            The works that meet the conditions.
        """
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        made = make()
        self.put(key, made)
        return made

    def put(self, key: Key, allowed: Allowed) -> None:
        """Keep works; what was asked for longest ago gives way.

        Parameters
        ----------
        key : frozenset of Condition
            The conditions.
        allowed : Allowed
            The works that meet them. More than the limit are not kept.
        """
        with self._lock:
            before = self._kept.pop(key, None)
            if before is not None:
                self._bytes -= before.nbytes
            if allowed.nbytes > self.limit:
                return
            self._kept[key] = allowed
            self._bytes += allowed.nbytes
            while self._bytes > self.limit:
                self._bytes -= self._kept.popitem(last=False)[1].nbytes
