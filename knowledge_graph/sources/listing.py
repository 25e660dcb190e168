"""Which pictures a folder holds, and which of them a name in a table means.

Files are listed here and never opened; the encoder finds out whether they are pictures.
"""

from __future__ import annotations

import os
import posixpath
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from knowledge_graph.collection import Problem
from knowledge_graph.errors import CollectionError
from knowledge_graph.picture_names import is_picture, without_suffix

_OTHER_PICTURES = frozenset({
    ".heic", ".heif", ".jxl", ".psd", ".svg", ".eps", ".cr2",
    ".cr3", ".nef", ".arw", ".dng", ".raw",
})  # fmt: skip
_JUNK = frozenset({"thumbs.db", "desktop.ini", "__macosx", "@eadir"})
ABSENT = "no such picture in the folder"
"""Why a name that is otherwise in order finds nothing."""
RUN_FILES = frozenset({"run.json", "works.parquet"})
"""By these files a folder is known for a run, whose pictures are no works."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_WIKIART_SIZE = re.compile(r"!\w+\.\w{3,4}$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Listing:
    """The pictures of a folder."""

    files: tuple[str, ...]
    """POSIX paths relative to the folder, as the disk spells them, sorted."""
    problems: tuple[Problem, ...]
    """What looks like a picture and cannot be used."""


def list_pictures(root: Path, only: Iterable[str] | None = None) -> Listing:
    """List the pictures in a folder and the folders in it.

    Hidden files (``.x``, and so the Mac's ``._x.jpg``) and what systems leave behind are passed
    over. Links to folders are not followed; a link to a file counts if the file is inside ``root``.

    Parameters
    ----------
    root : Path
        The folder, resolved.
    only : iterable of str, optional
        Look into these folders of ``root`` only (any case); pictures in ``root`` itself are listed
        anyway.

    Returns
    -------
    Listing
        The pictures, and what could not be used.

    Raises
    ------
    CollectionError
        ``root`` cannot be read.
    """
    wanted = None if only is None else {name.casefold() for name in only}
    files: list[str] = []
    problems: list[Problem] = []
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root / folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if not folder:
                raise CollectionError(
                    f"{root}: the folder cannot be read ({error.strerror}); expected a folder that "
                    "you may list. Check its permissions."
                ) from error
            reason = f"folder cannot be read: {error.strerror}"
            problems.append(Problem("", folder, reason))
            continue
        if folder and {entry.name for entry in found} >= RUN_FILES:
            continue  # A run left inside the collection: its mosaics are no works.
        for entry in found:
            name = posixpath.join(folder, entry.name)
            if entry.name.startswith(".") or entry.name.casefold() in _JUNK:
                continue
            if entry.is_dir(follow_symlinks=False):
                if folder or wanted is None or entry.name.casefold() in wanted:
                    folders.append(name)
            elif reason := _refused(root, entry, name):
                problems.append(Problem(without_suffix(name), name, reason))
            elif is_picture(name):
                files.append(name)
    return Listing(tuple(sorted(files)), tuple(problems))


def _refused(root: Path, entry: os.DirEntry[str], name: str) -> str:
    """Say why this entry, if it is a picture or a folder at all, is not used; ``""`` if it is."""
    if entry.is_symlink():
        # DirEntry.is_dir and Path.resolve raise where a link leads in a circle; these do not.
        target = Path(os.path.realpath(entry.path))
        if target.is_dir():
            return "a link to a folder is not followed; move the folder here or open it itself"
        if is_picture(entry.name) and not target.is_relative_to(root):
            return "a link that leaves the folder; copy the picture here instead"
        if is_picture(entry.name) and not target.is_file():
            return "a link to a file that is not there"
    if posixpath.splitext(entry.name)[1].lower() in _OTHER_PICTURES:
        return "this kind of file is not read; save it as JPEG, PNG, WebP or TIFF"
    if is_picture(entry.name):
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            return "the name of the file or its folder is not UTF-8; rename it"
        if _CONTROL.search(name):
            # Names become ids and are printed: a terminal would obey an escape sequence in one.
            return "the name of the file or its folder has control characters; rename it"
        if not entry.is_file():
            return "not a regular file"
    return ""


class PictureIndex:
    """Finds the pictures of a listing by the names that sources give them.

    Parameters
    ----------
    files : iterable of str
        POSIX paths relative to the root, as in ``Listing.files``.
    base : str
        The folder that names are relative to, besides the root: ``"images"`` or ``""``.
    refused : iterable of Problem
        What is there and cannot be used, as in ``Listing.problems``.
    downloaded : mapping of str to str
        Address to the path that it was downloaded to; counts where that is among ``files``.
    """

    def __init__(
        self,
        files: Iterable[str],
        base: str,
        refused: Iterable[Problem] = (),
        downloaded: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._bases = (base, "") if base else ("",)
        self._refused = {problem.file: problem.reason for problem in refused}
        self._downloaded = downloaded
        self._exact: dict[str, str] = {}
        self._folded: dict[str, list[str]] = {}
        self._bare: dict[str, list[str]] = {}
        self._last: dict[str, list[str]] = {}
        for file in files:
            name = unicodedata.normalize("NFC", file)
            bare = _bare(name)
            self._exact[name] = file
            self._folded.setdefault(name.casefold(), []).append(file)
            self._bare.setdefault(bare, []).append(file)
            self._last.setdefault(posixpath.basename(bare), []).append(file)

    def __len__(self) -> int:
        return len(self._exact)

    def find(self, reference: str, *, anywhere: bool = True) -> tuple[str, str]:
        """Find the picture that ``reference`` means.

        Exactly so named, else the same but for upper and lower case, else but for its suffix and
        for the sizes that WikiArt writes after it (``!Large.jpg``), else in whatever folder. An
        address means the picture that was downloaded from it.

        Parameters
        ----------
        reference : str
            As a source has it; a backslash counts as a slash.
        anywhere : bool
            Whether a picture that is so called may lie in another folder than the reference says.

        Returns
        -------
        tuple of str
            The picture's path and ``""``, or ``""`` and the reason why there is none.
        """
        direct = self._exact.get(posixpath.join(self._bases[0], reference))
        if direct is not None:
            return direct, ""
        if _ADDRESS.match(reference):
            file = self._exact.get(self._downloaded.get(reference, ""))
            return (file, "") if file else ("", "an address of which no picture is here yet")
        path = unicodedata.normalize("NFC", reference).replace("\\", "/")
        if path.startswith("/") or _DRIVE.match(reference):
            return "", "an absolute path; expected one inside the folder"
        candidates = [posixpath.normpath(posixpath.join(base, path)) for base in self._bases]
        inside = [c for c in candidates if c != ".." and not c.startswith("../")]
        if not inside:
            return "", "the path leaves the folder"
        for name in inside:
            if name in self._exact:
                return self._exact[name], ""
            if name in self._refused:
                return "", self._refused[name]
        bare = [_bare(name) for name in inside]
        keys = [(self._folded, name.casefold()) for name in inside]
        keys += [(self._bare, name) for name in bare]
        if anywhere:
            keys.append((self._last, posixpath.basename(bare[-1])))
        for table, key in keys:
            found = table.get(key, [])
            if len(found) == 1:
                return found[0], ""
            if found:
                return "", f"could be any of {', '.join(found[:3])}; write the name in full"
        return "", ABSENT


def _bare(name: str) -> str:
    """Fold a name's case and cut its suffix and the size that WikiArt writes after it."""
    return without_suffix(_WIKIART_SIZE.sub("", name)).casefold()
