"""ConditionalArt: works in many styles; find the same work in another style."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from evaluation.studies.conditional.pictures_in_styles import PicturesInStyles
from evaluation.studies.looking.pictures import SIDE, key_of, load_small, readable_works, seed_of
from evaluation.studies.stylisations import STYLES, STYLES_VERSION, stylise
from knowledge_graph import nearest
from topicart.errors import PictureError, RetrievalError
from topicart.images import DECODER_VERSION, FORMATS, load_picture
from topicart.store import size_and_time

if TYPE_CHECKING:
    from knowledge_graph import Collection

__all__ = ["conditional_art", "pictures_of_folders"]

_PART = 4
"""Works a part: with all styles some eighty pictures, so many at most are lost."""

_DIFFERS = (
    "Styles are made by ordinary filters, not by neural style transfer: {styles} of them for "
    "{works:,} works, where the paper has 200 styles of 5,000 works.",
    "A filter keeps outlines and places where they are, mostly; neural transfer moves them more. "
    "Numbers compare between features, not with the paper's tables.",
)


def conditional_art(
    collection: Collection,
    *,
    works: int | None = None,
    styles: Sequence[str] | None = None,
    seed: int = 0,
) -> PicturesInStyles:
    """Repeat the pictures of a collection in styles made by code.

    Parameters
    ----------
    collection
        Its works with a readable picture; of several the first counts.
    works
        How many are drawn by lot; by default all. More works keep those that fewer had.
    styles
        Names of ``STYLES``; by default all.
    seed
        Decides which works, in what order, and where dots and grain lie.

    Returns
    -------
    PicturesInStyles
        A part for every few works; pictures are made when they are looked at, at 256 pixels of
        their longer side.

    Raises
    ------
    RetrievalError
        If there is no such style, or fewer than two works or styles.
    """
    chosen = _chosen_styles(styles)
    if works is not None and works < 2:
        raise RetrievalError(f"A study needs two works at least, got works={works}.")
    found = readable_works(collection, works, seed=seed)
    names = tuple(collection.ids[row] for row in found.rows)
    files = list(zip(names, found.files, strict=True))
    parts = [range(at, min(at + _PART, len(files))) for at in range(0, len(files), _PART)]

    def _made(part: int) -> list[Image.Image]:
        pictures = []
        for number in parts[part]:
            picture = load_small(found.files[number], shorter=SIDE, longer=SIDE)
            pictures += [
                stylise(picture, style, seed=seed_of(seed, names[number], style))
                for style in chosen
            ]
        return pictures

    width = len(chosen)
    return PicturesInStyles(
        name="art",
        contents=names,
        styles=chosen,
        content_of=np.repeat(np.arange(len(names)), width),
        style_of=np.tile(np.arange(width), len(names)),
        parts=tuple(range(part.start * width, part.stop * width) for part in parts),
        pictures_of=_made,
        keys=tuple(
            key_of([STYLES_VERSION, SIDE, seed, chosen, [_told(files[number]) for number in part]])
            for part in parts
        ),
        about={
            "works": len(names),
            "works_of_the_collection": len(collection),
            "left_out": {"no readable picture": found.unreadable} if found.unreadable else {},
            "styles": list(chosen),
            "pixels": SIDE,
            "seed": seed,
        },
        differs=tuple(line.format(styles=width, works=len(names)) for line in _DIFFERS),
    )


def pictures_of_folders(folder: Path, name: str = "art") -> PicturesInStyles:
    """Read pictures that lie as ``STYLE/CONTENT.png``, such as a published ConditionalFont.

    Parameters
    ----------
    folder
        A folder for each style, with a picture for each content under the same file name; a
        style may lack contents.
    name
        What the set is called, ``font`` or ``art``.

    Returns
    -------
    PicturesInStyles
        A part a style.

    Raises
    ------
    RetrievalError
        If it is no folder of folders of pictures, or no two styles share a content.
    """
    endings = set(Image.registered_extensions())
    found: dict[str, dict[str, Path]] = {}
    if folder.is_dir():
        for style in sorted(one for one in folder.iterdir() if one.is_dir()):
            own = {
                file.stem: file
                for file in sorted(style.iterdir())
                if file.suffix.lower() in endings and file.is_file()
            }
            if own:
                found[style.name] = own
    contents = sorted({content for own in found.values() for content in own})
    shared = sum(sum(content in own for own in found.values()) > 1 for content in contents)
    if len(found) < 2 or shared < 2:
        raise RetrievalError(
            f"{folder} holds {len(found)} folders of pictures that share {shared} file names; "
            "expected a folder for each style with a picture for each content, such as "
            "Garamond/a.png and Futura/a.png."
        )
    number = {content: place for place, content in enumerate(contents)}
    files = [list(own.values()) for own in found.values()]
    starts = np.cumsum([0, *(len(own) for own in files)])

    def _read(part: int) -> list[Image.Image]:
        try:
            return [load_picture(file) for file in files[part]]
        except PictureError:
            broken = next(file for file in files[part] if not _readable(file))
            raise RetrievalError(
                f"{broken} cannot be read as a picture. Remove it, or put it there whole."
            ) from None

    return PicturesInStyles(
        name=name,
        contents=tuple(contents),
        styles=tuple(found),
        content_of=np.array([number[file.stem] for own in files for file in own], np.intp),
        style_of=np.repeat(np.arange(len(files)), [len(own) for own in files]),
        parts=tuple(range(int(a), int(b)) for a, b in pairwise(starts)),
        pictures_of=_read,
        keys=tuple(key_of([[str(f.resolve()), *size_and_time(f)] for f in own]) for own in files),
        about={"folder": folder.name, "styles": len(found), "contents": len(contents)},
        differs=("The pictures are those of the folder; whether they are the paper's, its giver "
                 "knows.",),
    )  # fmt: skip


def _chosen_styles(styles: Sequence[str] | None) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(STYLES if styles is None else styles))
    for style in chosen:
        if style not in STYLES:
            raise RetrievalError(
                f"There is no style {style!r}.{nearest(style, STYLES)} Styles are "
                f"{', '.join(STYLES)}."
            )
    return chosen


def _readable(file: Path) -> bool:
    try:
        with Image.open(file, formats=FORMATS) as picture:
            picture.verify()
    except Exception:  # PIL's readers meet damaged files with almost any exception
        return False
    return True


def _told(work: tuple[str, Path]) -> list[object]:
    return [work[0], work[1].name, work[1].stat().st_size, DECODER_VERSION]
