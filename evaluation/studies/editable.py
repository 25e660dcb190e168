"""Files that people edit and give to a study: which genres are what, and what is asked."""

from __future__ import annotations

from pathlib import Path

from topicart.errors import TopicartError

__all__ = ["text_of"]

_LONGEST_LINE = 4_000


def text_of(path: Path, what: str, most: int, error: type[TopicartError], expected: str) -> str:
    """Read a file of a size that can be one; long keys take tomllib a quadratic time.

    Parameters
    ----------
    path
        The file.
    what
        Of what it is: ``classes``.
    most
        How many bytes it has at most.
    error
        What is raised.
    expected
        A sentence that says what it should hold.

    Returns
    -------
    str
        Its text, lines divided by a line feed.

    Raises
    ------
    TopicartError
        As ``error``, if it cannot be read, is too long, or is not in UTF-8.
    """
    name = f"The file of {what} {path}"
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):  # A pipe never ends.
            raise error(f"{name} is no file. {expected}")
        with path.open("rb") as opened:
            content = opened.read(most + 1)
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as reason:
        raise error(
            f"{name} cannot be read: {(reason.strerror or str(reason)).lower()}. Check its name, "
            f"or leave it out: {what} come with topicart."
        ) from reason
    except UnicodeDecodeError as reason:
        raise error(
            f"{name} is not in UTF-8, from byte {reason.start:,} on. {expected} Save it in UTF-8."
        ) from reason
    if len(content) > most or max(map(len, text.split("\n"))) > _LONGEST_LINE:
        raise error(
            f"{name} cannot be one: it is longer than {most:,} bytes, or a line of it than "
            f"{_LONGEST_LINE:,}. {expected} Check its name."
        )
    return text
