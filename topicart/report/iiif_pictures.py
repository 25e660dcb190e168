"""Where the picture of each work is for a IIIF viewer, and how large."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from knowledge_graph.atomic import make_folder, remove
from topicart.evidence_in_words import web_address
from topicart.images import FORMATS
from topicart.report.frame import PICTURES
from topicart.report.miniatures import Miniature, kept_miniatures
from topicart.report.sprites import SIDES
from topicart.report.thumbnails import Thumbnail, Wanted, kept_thumbnails, make_thumbnails

if TYPE_CHECKING:
    from topicart.run import Run

__all__ = ["MOST_COPIES", "Found", "Pictures", "find_pictures"]

MOST_COPIES = 10_000
"""Works without a web address up to which each gets a copy of 1,024 pixels, of some 100 KB. Beyond,
those that no page shows large have the map's small picture."""

_COPY_PX = 1024
_UNKNOWN = 1000
_ORIENTATION = 0x0112
_LYING = frozenset({5, 6, 7, 8})
"""EXIF orientations (EXIF 2.32) that exchange width and height."""

_KINDS = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
}


@dataclass(frozen=True)
class Found:
    """A work's picture.

    Parameters
    ----------
    width, height
        Of the canvas, in the proportions of the picture.
    body
        The picture as a IIIF resource, or ``None`` if there is none.
    thumbnail
        A small one, or ``None``.
    """

    width: int
    height: int
    body: dict[str, Any] | None
    thumbnail: dict[str, Any] | None


@dataclass(frozen=True)
class Pictures:
    """What is known of the works' pictures.

    Parameters
    ----------
    root
        The folder that the works' pictures lie in.
    copies
        By work id: the address of the site's copy, and the copy.
    small
        By row: the map's small picture.
    folder
        Where small pictures are put.
    base
        The address of that folder.
    """

    root: Path
    copies: Mapping[str, tuple[str, Thumbnail]]
    small: Sequence[Miniature | None]
    folder: Path
    base: str

    def of(self, row: int, work: Mapping[str, Any]) -> Found:
        """Return where the picture of a work is.

        Parameters
        ----------
        row
            Its row in the table of works.
        work
            Its id, ``images`` and ``image_urls``.

        Returns
        -------
        Found
            Of the picture's true size, if it lies here: only the file's head is read.
        """
        address = next(filter(None, map(web_address, work["image_urls"])), "")
        small = self._small(row)
        own = self._copy(work["id"]) or small
        size = _size(self.root, work["images"][0]) if work["images"] else None
        if size is None:
            # Not here: the proportions of its copy, or those of a square.
            size = (own["width"], own["height"]) if own else (_UNKNOWN, _UNKNOWN)
        body = own
        if address:
            body = {"id": address, "type": "Image"}
            if kind := _KINDS.get(PurePosixPath(address.split("?")[0]).suffix.lower()):
                body["format"] = kind
        return Found(*size, body, small or own)

    def _copy(self, work_id: str) -> dict[str, Any] | None:
        """Return the copy that stands in the site."""
        if work_id not in self.copies:
            return None
        address, copy = self.copies[work_id]
        return _image(address, copy.width, copy.height)

    def _small(self, row: int) -> dict[str, Any] | None:
        """Return the map's small picture, put where a viewer can get it alone."""
        small = self.small[row]
        if small is None:
            return None
        name = f"{row}.webp"
        # Neither flushed nor renamed: there may be 100,000, and the collection is written last.
        (self.folder / name).write_bytes(small.webp)
        return _image(self.base + name, small.width, small.height)


def find_pictures(
    run: Run,
    folder: Path,
    base: str,
    own_base: str,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Pictures:
    """Find, and where there are few make, the copies that a viewer will be shown.

    Parameters
    ----------
    run
        A finished run with its site.
    folder
        ``site/iiif``.
    base, own_base
        The addresses of the site and of that folder, with a slash at the end.
    progress
        Called with the number of copies done and the number of all.

    Returns
    -------
    Pictures
        Of all works.

    Raises
    ------
    topicart.errors.WriteError
        If the folder cannot be written.
    """
    works = run.works
    ids = works["id"].to_pylist()
    root = Path(run.record.source.root)
    shown = kept_thumbnails(ids, run.page.parent / PICTURES)
    copies = {id_: (f"{base}{PICTURES}/{copy.file}", copy) for id_, copy in shown.items()}
    wanted = {
        id_: Wanted(root, images[0], _COPY_PX, run.load_picture)
        for id_, images, addresses in zip(
            ids, works["images"].to_pylist(), works["image_urls"].to_pylist(), strict=True
        )
        if images and not any(map(web_address, addresses))
    }
    if len(wanted) <= MOST_COPIES:
        made = make_thumbnails(wanted, folder / PICTURES, progress=progress)
        copies |= {id_: (f"{own_base}{PICTURES}/{copy.file}", copy) for id_, copy in made.items()}
    small = folder / "small"
    make_folder(small)
    for path in small.glob("*.webp"):
        remove(path)
    miniatures = kept_miniatures(ids, run.folder / "miniatures", sides=SIDES)
    return Pictures(root, copies, miniatures, small, f"{own_base}small/")


def _size(root: Path, image: str) -> tuple[int, int] | None:
    """Read how wide and high a picture stands, from the head of its file."""
    from PIL import Image

    path = root / image
    try:
        if not path.resolve().is_relative_to(root.resolve()):
            return None
        with warnings.catch_warnings():
            # Nothing is decoded, so no picture is too large.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as picture:
                width, height = picture.size
                lies = picture.getexif().get(_ORIENTATION, 1) in _LYING
    except Exception:  # PIL's readers meet damaged files with almost any exception
        return None
    return (height, width) if lies else (width, height)


def _image(address: str, width: int, height: int) -> dict[str, Any]:
    return {
        "id": address,
        "type": "Image",
        "format": "image/webp",
        "width": width,
        "height": height,
    }
