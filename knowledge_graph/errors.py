"""The one error that opening a collection raises, and how its sentences name things."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class CollectionError(ValueError):
    """A collection cannot be opened, and the person who asked for it can mend that.

    The message is one paragraph: the place, what was found there, what was expected, the remedy.
    """


def listed(names: Sequence[str], most: int = 3) -> str:
    """``names`` quoted and joined, at most ``most`` of them and then how many more there are."""
    shown = ", ".join(repr(name) for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def nearest(name: str, legal: Iterable[str]) -> str:
    """``" Did you mean …?"`` with the legal names most like ``name``; empty if none is like it."""
    by_folded = {candidate.casefold(): candidate for candidate in legal}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=2, cutoff=0.6)
    if not close:
        return ""
    return " Did you mean " + " or ".join(repr(by_folded[folded]) for folded in close) + "?"
