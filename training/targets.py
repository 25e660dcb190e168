"""Which captions of a batch are true of which of its works."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from training.batch import Batch, Fact

__all__ = ["FactSets", "Targets", "targets_of"]


@dataclass(frozen=True)
class Targets:
    """What is true in a batch, seen from the rows of this process.

    Pairs are compared when a loss asks for it, so that one that looks only at ``own`` pays for
    nothing else. A comparison takes 4 bytes a cell while it is made: 64 MiB for 512 own rows in a
    batch of 32,768.
    """

    own: torch.Tensor
    """Which rows of the batch are this process's, int64, shape (n_own,): row i of its logits has
    its own pair in column ``own[i]``."""
    texts: torch.Tensor
    """A number for each caption's text, equal for equal texts, int64, shape (n,)."""
    works: FactSets
    """What is known of each work of the batch."""
    captions: FactSets
    """What each caption of the batch states."""

    def true_texts(self) -> torch.Tensor:
        """Return which captions of the batch are true of which own work.

        Returns
        -------
        torch.Tensor
            Bool, shape (n_own, n). True for a work's own caption, for the same text, and for a
            caption that states something, all of which is known of the work.
        """
        stated = self.captions.sizes
        holds = self.captions.common_with(self.works, self.own) == stated
        return (holds & (stated > 0)) | self._same_text()

    def true_works(self) -> torch.Tensor:
        """Return of which works of the batch each own caption is true.

        Returns
        -------
        torch.Tensor
            Bool, shape (n_own, n), by the rule of ``true_texts``.
        """
        stated = self.captions.sizes[self.own, None]
        holds = self.works.common_with(self.captions, self.own) == stated
        return (holds & (stated > 0)) | self._same_text()

    def shared_facts(self) -> torch.Tensor:
        """Return how much own works have in common with each work of the batch.

        Returns
        -------
        torch.Tensor
            Float, shape (n_own, n): the Jaccard similarity of what is known of two works, facts in
            common / facts of either. 1 for a work and itself, 0 if nothing is known of one.
        """
        common = self.works.common_with(self.works, self.own)
        sizes = self.works.sizes
        either = sizes + sizes[self.own, None] - common
        similarity = common / either.clamp(min=1)
        similarity[torch.arange(len(self.own), device=self.own.device), self.own] = 1.0
        return similarity

    def _same_text(self) -> torch.Tensor:
        return self.texts[self.own, None] == self.texts


@dataclass(frozen=True)
class FactSets:
    """A set of facts for each row of a batch, as numbers in a row."""

    numbers: torch.Tensor
    """The facts of all rows, one row after another, int64; only those that an own row has, since no
    other can be in common with one."""
    rows: torch.Tensor
    """Which row each of ``numbers`` belongs to."""
    starts: torch.Tensor
    """Where each row's facts begin in ``numbers``, int64, shape (n,)."""
    sizes: torch.Tensor
    """How many facts each row has in all, float, shape (n,)."""
    n_facts: int
    """Numbers are smaller than this."""

    def common_with(self, others: FactSets, rows: torch.Tensor) -> torch.Tensor:
        """Count the facts that some rows of others have in common with each row of these.

        Parameters
        ----------
        others
            Facts, numbered alike.
        rows
            Rows of ``others``, shape (n_rows,), all with facts of own rows alone.

        Returns
        -------
        torch.Tensor
            Float, shape (n_rows, n).
        """
        # The product of two multi-hot matrices: (n, n_facts), never laid out, by (n_facts, n_rows).
        column = torch.full_like(others.starts, -1)
        column[rows] = torch.arange(len(rows), device=rows.device)
        columns = column[others.rows]
        met = columns >= 0
        multi_hot = torch.zeros(self.n_facts, len(rows), device=rows.device)
        multi_hot[others.numbers[met], columns[met]] = 1.0
        return functional.embedding_bag(self.numbers, multi_hot, self.starts, mode="sum").T


def targets_of(batch: Batch, keep: NDArray[np.bool_], device: torch.device | str) -> Targets:
    """Return what is true in the rows of a batch that take part.

    Parameters
    ----------
    batch
        The batch.
    keep
        Which rows of the whole batch take part, shape (n,); others are no row and no column.
    device
        Where the tensors are wanted.

    Returns
    -------
    Targets
        For the ``keep.sum()`` rows that take part, numbered anew.
    """
    kept = np.flatnonzero(keep).tolist()
    first = int(keep[: batch.own.start].sum())
    own = range(first, first + int(keep[batch.own].sum()))
    works = [batch.facts[row] for row in kept]
    captions = [batch.captions[row] for row in kept]
    stated = [caption.facts for caption in captions]
    met = chain.from_iterable(chain(works[own.start : own.stop], stated[own.start : own.stop]))
    number = {fact: place for place, fact in enumerate(dict.fromkeys(met))}
    text: dict[str, int] = {}
    texts = [text.setdefault(caption.text, len(text)) for caption in captions]
    return Targets(
        own=torch.arange(own.start, own.stop, device=device),
        texts=torch.tensor(texts, dtype=torch.int64, device=device),
        works=_fact_sets(works, number, device),
        captions=_fact_sets(stated, number, device),
    )


def _fact_sets(
    rows: Sequence[Collection[Fact]], number: dict[Fact, int], device: torch.device | str
) -> FactSets:
    """Number the facts of each row, but for those that no own row has."""
    known = [[number[fact] for fact in row if fact in number] for row in rows]
    lengths = torch.tensor([len(facts) for facts in known], dtype=torch.int64)
    return FactSets(
        numbers=torch.tensor(list(chain.from_iterable(known)), dtype=torch.int64, device=device),
        rows=torch.arange(len(known)).repeat_interleave(lengths).to(device),
        starts=(lengths.cumsum(0) - lengths).to(device),
        sizes=torch.tensor([len(row) for row in rows], dtype=torch.float32, device=device),
        n_facts=max(len(number), 1),
    )
