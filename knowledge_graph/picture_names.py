"""What files of pictures are called, and what kind of picture their bytes say they are."""

from __future__ import annotations

import hashlib
import posixpath
import re
import unicodedata
from dataclasses import dataclass

PICTURE_SUFFIXES: tuple[str, ...] = (
    ".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".jp2", ".j2k", ".avif", ".bmp", ".gif",
)  # fmt: skip
"""The kinds of picture that are read."""

_MOST_BYTES = 150
_UNSAFE = re.compile(r'[<>:"/\\|?*]+')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE)

SNIFFED = 64
"""As many bytes as ``picture_kind`` looks at."""


@dataclass(frozen=True)
class Kind:
    """A kind of picture."""

    suffix: str
    """One of PICTURE_SUFFIXES."""
    type: str
    """Its media type."""


_KINDS = (
    (re.compile(rb"\xff\xd8\xff"), Kind(".jpg", "image/jpeg")),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), Kind(".png", "image/png")),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), Kind(".webp", "image/webp")),
    (re.compile(rb"II[*+]\0|MM\0[*+]"), Kind(".tif", "image/tiff")),
    (re.compile(rb"GIF8[79]a"), Kind(".gif", "image/gif")),
    (re.compile(rb"BM.{4}\0{4}", re.DOTALL), Kind(".bmp", "image/bmp")),
    (re.compile(rb"....ftyp(?:.{4})*?avi[fs]", re.DOTALL), Kind(".avif", "image/avif")),
    (re.compile(rb"\0\0\0\x0cjP  \r\n\x87\n"), Kind(".jp2", "image/jp2")),
    (re.compile(rb"\xff\x4f\xff\x51"), Kind(".j2k", "image/j2c")),
)


def is_picture(name: str) -> bool:
    """Say whether a file's name ends as pictures' names do.

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    bool
        It ends in one of PICTURE_SUFFIXES, upper or lower case.
    """
    return name.lower().endswith(PICTURE_SUFFIXES)


def without_suffix(name: str) -> str:
    """Cut ``.jpg`` and the like off a picture's path.

    Parameters
    ----------
    name : str
        The path.

    Returns
    -------
    str
        Without the suffix; whole if it ends otherwise (``1998.23.4``).
    """
    return posixpath.splitext(name)[0] if is_picture(name) else name


def picture_kind(head: bytes) -> Kind | None:
    """Say what kind of picture a file is by how it begins.

    Parameters
    ----------
    head : bytes
        The first SNIFFED bytes, or all if it has fewer.

    Returns
    -------
    Kind or None
        None if it is no picture of a kind that is read.
    """
    return next((kind for start, kind in _KINDS if start.match(head)), None)


def safe_stem(work_id: str) -> str:
    """Make of a work's id a name that a file may have on every system.

    Parameters
    ----------
    work_id : str
        Anything.

    Returns
    -------
    str
        NFC, at most 150 bytes of UTF-8, without a suffix; never empty or hidden, without separators
        and control characters, and not one of the names that Windows keeps for devices.
    """
    text = unicodedata.normalize("NFC", without_suffix(work_id[:1000]))
    shown = "".join(letter if _is_safe(letter) else "/" for letter in text)
    name = " ".join(_UNSAFE.sub("_", shown).split())
    cut = name.encode("utf-8", "ignore")[:_MOST_BYTES].decode("utf-8", "ignore")
    cut = cut.strip(". ")
    if not cut.strip("_"):
        return "picture"
    return f"_{cut}"[:_MOST_BYTES] if _RESERVED.fullmatch(cut) else cut


def _is_safe(letter: str) -> bool:
    """Tell letters that are seen from those that only steer, are private or not assigned."""
    return letter == " " or unicodedata.category(letter)[0] not in "CZ"


class Names:
    """Gives each picture a name that no other has, the same in every run.

    Parameters
    ----------
    taken : list of str
        Names of the files that are in the folder.
    """

    def __init__(self, taken: list[str]) -> None:
        self._taken = {_folded(without_suffix(name)) for name in taken}

    def give(self, work_id: str, number: int, address: str) -> str:
        """Give a name, without suffix, to a picture.

        Parameters
        ----------
        work_id : str
            The id of the work.
        number : int
            Which of the work's pictures it is, from 1.
        address : str
            Where it is; tells it apart from others that would be called alike.

        Returns
        -------
        str
            The id made safe, ``-2`` and so on after it for further pictures, and a part of the
            address' hash where that name is taken.
        """
        plain = safe_stem(work_id) + (f"-{number}" if number > 1 else "")
        digest = hashlib.sha256(address.encode("utf-8", "backslashreplace")).hexdigest()
        stem, n_digits = plain, 8
        while _folded(stem) in self._taken:
            stem, n_digits = f"{plain}~{digest[:n_digits]}", n_digits + 8
        self._taken.add(_folded(stem))
        return stem


def _folded(stem: str) -> str:
    """Fold what some file systems do not tell apart; the suffix is not known beforehand."""
    return unicodedata.normalize("NFC", stem).casefold()
