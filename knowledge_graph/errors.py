"""What is raised when a user's input or disk is at fault, and how its sentences name things."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import ClassVar

_LONGEST = 80
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class TopicartError(ValueError):
    """An error that a user can mend; its message says what was found and how to mend it.

    The command line prints the message without a traceback and ends with ``exit_code``.
    """

    exit_code: ClassVar[int] = 2


class WriteError(TopicartError):
    """A file or folder could not be written: disk full, read-only, or not permitted."""

    exit_code = 4


class CollectionError(TopicartError):
    """A collection cannot be opened, and the person who asked for it can mend that.

    The message is one paragraph: the place, what was found there, what was expected, the remedy.

    Parameters
    ----------
    message : str
        The paragraph; it may quote what is not fit to be printed.
    """

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


def printable(text: str) -> str:
    """Write control characters, which a terminal would obey, as escapes; halves of letters too.

    Parameters
    ----------
    text : str
        A text that may quote a source or a file's name.

    Returns
    -------
    str
        One line that any terminal and any file can take.
    """
    if text.isprintable():
        return text
    whole = text.encode("utf-8", "backslashreplace").decode()
    return _CONTROL.sub(lambda found: f"\\x{ord(found.group()):02x}", whole)


def listed(names: Sequence[str], most: int = 3) -> str:
    """Quote and join some names.

    Parameters
    ----------
    names : sequence of str
        The names.
    most : int
        How many to show.

    Returns
    -------
    str
        The first ones, long ones cut, and then how many more there are.
    """
    shown = ", ".join(repr(cut(name)) for name in names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown


def cut(text: str, most: int = _LONGEST) -> str:
    """Cut a text that is too long for a sentence.

    Parameters
    ----------
    text : str
        The text.
    most : int
        How many characters to keep.

    Returns
    -------
    str
        The text, or its beginning and ``…``.
    """
    return text if len(text) <= most else f"{text[:most]}…"


def nearest(name: str, legal: Iterable[str]) -> str:
    """Ask whether a legal name was meant.

    Parameters
    ----------
    name : str
        What was given.
    legal : iterable of str
        What may be given.

    Returns
    -------
    str
        ``" Did you mean …?"`` with the one or two most like it; empty if none is like it.
    """
    by_folded = {candidate.casefold(): candidate for candidate in legal}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=2, cutoff=0.6)
    if not close:
        return ""
    return " Did you mean " + " or ".join(repr(by_folded[folded]) for folded in close) + "?"
