"""An invented run of many works, with pictures: what the benchmark of the site is made of."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from knowledge_graph import Artwork, Collection
from knowledge_graph.atomic import make_folder
from topicart import OUTLIER, Embeddings, LabelConfig, Run, __version__
from topicart.cluster import Clusters, largest_first
from topicart.fit import now, write_finished
from topicart.model import topics_of
from topicart.run import Model, RunRecord, Source
from topicart.run_files import write_problems
from topicart.store import save_embeddings

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["invent_run"]

_SEED = 7
_DIM = 512
_OUTLIERS = 0.12
_UNDATED = 0.1
_TOLD = 0.4
"""How often a work's facts are those of its topic."""
_VALUES = {
    "artist": 5000,
    "style": 40,
    "genre": 16,
    "subject": 2000,
    "medium": 50,
    "period": 12,
    "place": 500,
}
"""How many values each facet has."""
_PICTURES = 2000
_WORKS_OF_A_FOLDER = 1000
_SIDES = (220, 320)
_SYLLABLES = ("ba", "ro", "ven", "ti", "lau", "mer", "sol", "gra", "ni", "del", "har", "ost")


@dataclass(frozen=True)
class _Theme:
    """What the works of a topic have in common."""

    centre: NDArray[np.float64]
    vector: NDArray[np.float32]
    year: int
    hue: int


def invent_run(folder: Path, n_works: int, n_topics: int) -> Run:
    """Invent a run and leave it on the disk.

    Parameters
    ----------
    folder : Path
        Where to; its pictures come beside it, in ``NAME-pictures``.
    n_works : int
        How many works; one in eight is an outlier.
    n_topics : int
        How many topics.

    Returns
    -------
    Run
        Topics of unequal sizes lie together in groups on the map. 2,000 painted pictures are
        shared by all works under names of their own, so that there are as many files as works.
    """
    draw = np.random.default_rng(_SEED)
    themes = _themes(n_topics, draw)
    shares = 1 / np.sqrt(np.arange(1, n_topics + 1))
    dealt = draw.choice(n_topics, n_works, p=shares / shares.sum())
    dealt[:n_topics] = np.arange(n_topics)
    dealt[n_topics:][draw.random(n_works - n_topics) < _OUTLIERS] = OUTLIER
    labels: NDArray[np.int32] = draw.permutation(dealt).astype(np.int32)
    places, vectors = _lay(labels, themes, draw)
    pictures = folder.with_name(f"{folder.name}-pictures")
    works = Collection.from_artworks(
        _works(labels, themes, draw, _paint_all(pictures, labels, themes, draw)),
        pictures,
        f"{n_works:,} invented works",
    )
    embeddings = Embeddings(tuple(works.ids), vectors)
    make_folder(folder)
    save_embeddings(embeddings, folder / "embeddings")
    write_problems(folder, ())
    sure = draw.uniform(0.4, 1.0, n_works).astype(np.float32)
    clusters = largest_first(Clusters(labels, np.where(labels == OUTLIER, np.float32(0), sure)))
    topics = topics_of(
        clusters, embeddings, works, places, {}, encoder=None, labels=LabelConfig(judges="facts")
    )
    record = RunRecord(
        topicart_version=__version__,
        created=now(),
        source=Source(
            path=works.source, root=str(works.root), works=n_works, with_picture=n_works, sha256=""
        ),
        model=Model(
            name="invented", weights_sha256="", fingerprint="", dim=_DIM, device="", precision=""
        ),
        config={"topics": {"clusterer": "invented", "seed": _SEED}},
    )
    return write_finished(folder, record, works, topics, n_problems=0, timings_s={})


def _themes(n_topics: int, draw: np.random.Generator) -> list[_Theme]:
    """Place topics in groups of about eight, and those in groups of about five."""
    n_inner = max(n_topics // 8, 1)
    n_outer = max(n_inner // 5, 1)
    outer, inner = draw.uniform(-10, 10, (n_outer, 2)), draw.normal(0, 2.2, (n_inner, 2))
    far = draw.standard_normal((n_outer, _DIM)) * 1.5
    near = draw.standard_normal((n_inner, _DIM))
    themes = []
    for topic in range(n_topics):
        of_inner = topic % n_inner
        of_outer = of_inner % n_outer
        vector = far[of_outer] + near[of_inner] + draw.standard_normal(_DIM) * 0.7
        themes.append(
            _Theme(
                centre=outer[of_outer] + inner[of_inner] + draw.normal(0, 0.7, 2),
                vector=(vector / np.linalg.norm(vector)).astype(np.float32),
                year=int(draw.integers(1450, 2000)),
                hue=int(draw.integers(256)),
            )
        )
    return themes


def _lay(
    labels: NDArray[np.int32], themes: list[_Theme], draw: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the place and the vector of each work."""
    n = len(labels)
    centres = np.array([theme.centre for theme in themes])
    places = centres[labels] + draw.normal(0, 0.3, (n, 2))
    outside = labels == OUTLIER
    places[outside] = draw.normal(0, 6, (int(outside.sum()), 2))
    vectors = draw.standard_normal((n, _DIM), dtype=np.float32) / np.float32(np.sqrt(_DIM))
    own = np.stack([theme.vector for theme in themes])[labels]
    vectors += np.where(outside[:, None], np.float32(0), own)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return places.astype(np.float32), vectors


def _works(
    labels: NDArray[np.int32], themes: list[_Theme], draw: np.random.Generator, images: list[str]
) -> list[Artwork]:
    """Invent facts, dates and titles."""
    n = len(labels)
    facts = {}
    for facet, n_values in _VALUES.items():
        names = [_word(draw, 2).title() for _ in range(n_values)]
        values = [f"{name} {_word(draw, 3)}" for name in names]
        n_stated = 3 if facet == "subject" else 1
        of_topic = (labels[:, None] * n_stated + np.arange(n_stated)) % n_values
        drawn = draw.integers(n_values, size=of_topic.shape)
        rows = np.where(draw.random(of_topic.shape) < _TOLD, of_topic, drawn)
        facts[facet] = [tuple(dict.fromkeys(values[value] for value in row)) for row in rows]
    words = [_word(draw, 3) for _ in range(3000)]
    chosen = draw.integers(len(words), size=(n, 3)).tolist()
    off = draw.normal(0, 25, n).astype(int).tolist()
    undated = (draw.random(n) < _UNDATED).tolist()
    works = []
    for row, topic in enumerate(labels.tolist()):
        year = None if undated[row] else min(themes[topic].year + off[row], 2020)
        works.append(
            Artwork(
                f"work{row:07}",
                title=" ".join(words[word] for word in chosen[row]).capitalize(),
                date="" if year is None else str(year),
                year_from=year,
                year_to=year,
                facets={facet: values[row] for facet, values in facts.items()},
                images=(images[row],),
            )
        )
    return works


def _word(draw: np.random.Generator, n: int) -> str:
    return "".join(_SYLLABLES[int(place)] for place in draw.integers(len(_SYLLABLES), size=n))


def _paint_all(
    root: Path, labels: NDArray[np.int32], themes: list[_Theme], draw: np.random.Generator
) -> list[str]:
    """Paint some pictures and give each work one of its topic's, as a file of its own."""
    per_theme = max(min(_PICTURES, len(labels)) // (len(themes) + 1), 1)
    make_folder(root / "painted")
    painted: dict[int, list[Path]] = {}
    for topic in range(OUTLIER, len(themes)):
        painted[topic] = [
            root / "painted" / f"{topic + 1:04}-{number:03}.jpg" for number in range(per_theme)
        ]
        for path in painted[topic]:
            if not path.exists():
                hue = int(draw.integers(256)) if topic == OUTLIER else themes[topic].hue
                _paint(path, hue, draw)
    images = []
    for row, topic in enumerate(labels.tolist()):
        image = f"{row // _WORKS_OF_A_FOLDER:03}/{row:07}.jpg"
        if row % _WORKS_OF_A_FOLDER == 0:
            make_folder(root / image.partition("/")[0])
        if not (root / image).exists():
            os.link(painted[topic][row % per_theme], root / image)
        images.append(image)
    return images


def _paint(path: Path, hue: int, draw: np.random.Generator) -> None:
    """Paint shapes in shades of a hue over a rough ground: as hard to compress as a painting."""
    from PIL import Image, ImageDraw

    width, height = (int(side) for side in draw.integers(*_SIDES, size=2))
    ground = draw.integers(60, 200, (height // 8, width // 8), dtype=np.uint8)
    light = Image.fromarray(ground).resize((width, height), Image.Resampling.BICUBIC)
    picture = Image.merge(
        "HSV",
        (
            Image.new("L", light.size, hue),
            Image.new("L", light.size, int(draw.integers(60, 200))),
            light,
        ),
    )
    brush = ImageDraw.Draw(picture)
    for _ in range(int(draw.integers(4, 14))):
        left, top = (int(draw.integers(-20, side)) for side in (width, height))
        across, down = (int(size) for size in draw.integers(10, 140, 2))
        paint = ((hue + int(draw.integers(-30, 60))) % 256, *draw.integers(60, 240, 2).tolist())
        shape = brush.ellipse if draw.random() < 0.5 else brush.rectangle
        shape((left, top, left + across, top + down), fill=paint)
    picture.convert("RGB").save(path, quality=85)
