"""ConditionalFont: letters in many fonts, drawn small; find the same letter in another font."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluation.studies.conditional.pictures_in_styles import PicturesInStyles
from knowledge_graph import cut
from topicart.errors import RetrievalError
from topicart.fit import Silent

if TYPE_CHECKING:
    from PIL import Image

    from topicart.fit import Progress

__all__ = ["CHARACTERS", "FOLDERS", "FontFace", "conditional_font", "find_faces"]

CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789&"
"""What is drawn: 63 characters, as many as in the paper; which is its 63rd is not known to us."""

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/usr/share/texmf/fonts"),
    Path("~/.local/share/fonts"),
    Path("~/.fonts"),
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
"""Where fonts lie unless a folder is given."""

PAPER_FACES = 249
SIDE = 32
"""Height and width of a picture in pixels, as in the paper."""

_ENDINGS = (".ttf", ".otf", ".ttc", ".otc")
_LARGEST = 64 * 1024**2
_HEIGHT = 23
"""Type size in pixels: capitals with their descending neighbours fill the square."""

_DIFFERS = (
    "The fonts are those found here, not the paper's 249; numbers compare between features, not "
    "with its tables.",
    "The 63rd character is the ampersand; which it is in the paper is not known to us.",
    "Letters are drawn at one type size on one line, black on white; how the paper drew its "
    "32 x 32 pixels is not known to us.",
)


@dataclass(frozen=True)
class FontFace:
    """A face of a font, of which all the characters can be drawn."""

    name: str
    """Its full name, such as ``Lato Bold Italic``."""
    family: str
    """Its family's name."""
    version: str
    """What the file says of its version."""
    file: Path
    """The file."""
    number: int
    """Which face of the file."""
    sha256: str
    """Of the file."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON-ready values, without where it lies.

        Returns
        -------
        dict
            Name, family, version, file name and SHA-256.
        """
        told = {"name": self.name, "family": self.family, "version": self.version}
        return {**told, "file": self.file.name, "sha256": self.sha256}


def conditional_font(
    folder: Path | None = None,
    *,
    faces: int = PAPER_FACES,
    seed: int = 0,
    progress: Progress | None = None,
) -> PicturesInStyles:
    """Draw the characters in the fonts of this machine, or of a folder.

    Parameters
    ----------
    folder
        Where fonts are sought, with all folders in it; by default where systems keep them.
    faces
        How many faces are taken at most, of every family one before a second is taken; the paper
        had 249.
    seed
        Decides which, where there are more.
    progress
        Told of stages and counts.

    Returns
    -------
    PicturesInStyles
        A part a face; ``about`` names the faces taken, and counts what was left out and why.

    Raises
    ------
    RetrievalError
        If the folder is none, fewer than two faces can be drawn, or fontTools is not installed.
    """
    progress = progress or Silent()
    progress.stage("Reading the fonts")
    found, left_out = find_faces(folder, progress=progress)
    taken = _some(found, faces, seed)
    drawn: list[FontFace] = []
    seen: set[str] = set()
    progress.stage("Drawing the letters")
    pictures: list[list[Image.Image]] = []
    for count, face in enumerate(taken):
        if len(drawn) == faces:
            left_out["more than were asked for"] = len(taken) - count
            break
        letters = _draw(face)
        if letters is None:
            left_out["cannot be drawn, or draws nothing for a character"] += 1
            continue
        looks = hashlib.sha256(b"".join(one.tobytes() for one in letters)).hexdigest()
        if looks in seen:
            left_out["the same pixels as another face"] += 1
            continue
        seen.add(looks)
        drawn.append(face)
        pictures.append(letters)
        progress.count(count + 1, len(taken))
    where = "on this machine" if folder is None else f"in {folder}"
    if len(drawn) < 2:
        told = ", ".join(f"{reason}: {count}" for reason, count in left_out.items())
        raise RetrievalError(
            f"{len(drawn)} fonts {where} can draw all of {CHARACTERS}; a study needs two at least. "
            f"Left out: {told or 'none'}. Name a folder of .ttf or .otf files."
        )
    size = len(CHARACTERS)
    return PicturesInStyles(
        name="font",
        contents=tuple(CHARACTERS),
        styles=_distinct([face.name for face in drawn]),
        content_of=np.tile(np.arange(size), len(drawn)),
        style_of=np.repeat(np.arange(len(drawn)), size),
        parts=tuple(range(number * size, (number + 1) * size) for number in range(len(drawn))),
        pictures_of=lambda part: pictures[part],
        keys=tuple(_keys(pictures)),
        about={
            "characters": CHARACTERS,
            "pixels": SIDE,
            "faces": len(drawn),
            "families": len({face.family for face in drawn}),
            "left_out": {reason: count for reason, count in left_out.items() if count},
            "fonts": [face.to_dict() for face in drawn],
        },
        differs=_DIFFERS,
    )


def find_faces(
    folder: Path | None = None, *, progress: Progress | None = None
) -> tuple[list[FontFace], Counter[str]]:
    """List the faces that have all the characters.

    Parameters
    ----------
    folder
        As for :func:`conditional_font`.
    progress
        Told of counts.

    Returns
    -------
    faces : list of FontFace
        By name, then by the file's name.
    left_out : Counter of str
        How many faces were left out, by the reason.

    Raises
    ------
    RetrievalError
        If the folder is none, or fontTools is not installed.
    """
    try:
        import fontTools.ttLib  # noqa: F401
    except ImportError as error:
        raise RetrievalError(
            "Which letters a font has is read with fontTools, which is not installed: "
            "pip install 'topicart[bench]'"
        ) from error
    if folder is not None and not folder.is_dir():
        raise RetrievalError(f"{folder} is no folder. Name one that holds .ttf or .otf files.")
    progress = progress or Silent()
    roots = FOLDERS if folder is None else (folder,)
    files = sorted(
        {
            file.resolve()
            for root in roots
            if root.expanduser().is_dir()
            for file in root.expanduser().rglob("*")
            if file.suffix.lower() in _ENDINGS and file.is_file()
        }
    )
    faces: list[FontFace] = []
    left_out: Counter[str] = Counter()
    for count, file in enumerate(files):
        for read in _faces_of(file):
            if isinstance(read, FontFace):
                faces.append(read)
            else:
                left_out[read] += 1
        progress.count(count + 1, len(files))
    return sorted(faces, key=lambda face: (face.name, face.file.name, face.sha256)), left_out


def _faces_of(file: Path) -> Iterator[FontFace | str]:
    """Read a file's faces; of one that will not do, say why."""
    import logging

    from fontTools.ttLib import TTCollection, TTFont

    logging.getLogger("fontTools").setLevel(logging.CRITICAL)
    try:
        if file.stat().st_size > _LARGEST:
            yield "a file of more than 64 MB"
            return
        data = file.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        collection = file.suffix.lower() in (".ttc", ".otc")
        own = io.BytesIO(data)
        fonts = TTCollection(own, lazy=True).fonts if collection else [TTFont(own, lazy=True)]
        for number, font in enumerate(fonts):
            glyphs = font.getBestCmap() or {}
            if any(ord(character) not in glyphs for character in CHARACTERS):
                yield "characters are missing"
            elif _draws_symbols(glyphs):
                yield "a symbol font"
            else:
                family, name, version = (_told(font, number) for number in (1, 4, 5))
                yield FontFace(
                    name or file.stem, family or name or file.stem, version, file, number, sha256
                )
    # fontTools meets damaged files with almost any exception, as PIL's readers do.
    except Exception:
        yield "damaged"


def _told(font: Any, number: int) -> str:
    return cut(" ".join(str(font["name"].getDebugName(number) or "").split()), 120)


def _draws_symbols(glyphs: dict[int, str]) -> bool:
    """Say whether letters' glyphs are called something else, as in Symbol and Zapf Dingbats."""
    from fontTools.agl import toUnicode

    other = 0
    for character in CHARACTERS:
        name = glyphs[ord(character)]
        meant = toUnicode(name) or toUnicode(name, isZapfDingbats=True)
        other += bool(meant) and meant != character
    return other > len(CHARACTERS) // 2


def _some(faces: Sequence[FontFace], most: int, seed: int) -> list[FontFace]:
    """Order faces by lot, each family's first before any second; the same lot for the same file."""

    def lot(face: FontFace) -> str:
        return hashlib.sha256(f"{seed} {face.sha256} {face.number}".encode()).hexdigest()

    if len(faces) <= most:
        return list(faces)
    places: Counter[str] = Counter()
    order = []
    for face in sorted(faces, key=lot):
        order.append((places[face.family], lot(face), face))
        places[face.family] += 1
    return [face for _, _, face in sorted(order, key=lambda one: one[:2])]


def _draw(face: FontFace) -> list[Image.Image] | None:
    """Draw the characters, black on white, all on one line; nothing where one leaves no ink."""
    from PIL import Image, ImageDraw, ImageFont

    try:
        font = ImageFont.truetype(
            face.file, _HEIGHT, index=face.number, layout_engine=ImageFont.Layout.BASIC
        )
        pictures = []
        for character in CHARACTERS:
            picture = Image.new("L", (SIDE, SIDE), 255)
            place = (SIDE / 2, SIDE * 0.74)
            ImageDraw.Draw(picture).text(place, character, fill=0, font=font, anchor="ms")
            if np.asarray(picture).min() > 128:
                return None
            pictures.append(picture.convert("RGB"))
        # Letters that all look alike are boxes that stand for what is missing.
        return pictures if len({one.tobytes() for one in pictures}) > len(CHARACTERS) // 2 else None
    except (OSError, ValueError):
        return None


def _keys(pictures: Sequence[Sequence[Image.Image]]) -> Iterator[str]:
    for letters in pictures:
        yield hashlib.sha256(b"".join(one.tobytes() for one in letters)).hexdigest()


def _distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Number names that occur twice."""
    seen: Counter[str] = Counter()
    distinct = []
    for name in names:
        seen[name] += 1
        distinct.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(distinct)
