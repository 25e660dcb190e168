"""A small run with vectors and a site of one page, and an encoder whose answers are known."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge_graph import Artwork
from tests.topicart.report_runs import paint, write_run
from topicart.embeddings import normalise
from topicart.preprocess import Preprocess
from topicart.run import Run

FINGERPRINT = "cd" * 32
N = 40


def vectors(n: int = N) -> NDArray[np.float32]:
    return normalise(np.random.default_rng(5).normal(size=(n, 8)))


class Oracle:
    """An encoder whose words ``like 7`` have the vector of work 7, and pictures that of work 3."""

    name = "oracle"
    preprocess = Preprocess((8, 8), "shortest", "bicubic", 0, (0.0,) * 3, (1.0,) * 3)

    def __init__(self, fingerprint: str = FINGERPRINT) -> None:
        self.fingerprint = fingerprint
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()

    def encode_texts(self, texts: list[str]) -> NDArray[np.float32]:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
        time.sleep(0.002)
        with self._lock:
            self.at_once -= 1
        rows = [int(word) if (word := text.split()[-1]).isdecimal() else 0 for text in texts]
        return vectors()[rows]

    def encode_pixels(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        assert pixels.shape == (1, 8, 8, 3)
        return vectors()[[3]]


def gallery(folder: Path, *, pages: bool = True, titles: Mapping[int, str] | None = None) -> Run:
    """Write forty works, the last without a vector; works 5 and 6 have no picture any more.

    ``titles`` are those that differ from "Work 7", by row.
    """
    works = []
    for number in range(N):
        file = f"w{number:02}.png"
        if number not in (5, 6):
            paint(folder / "pictures" / file, width=60 + number, hue=number * 6)
        works.append(
            Artwork(
                id=f"w{number:02}",
                title=(titles or {}).get(number, f"Work {number}"),
                year_from=1600 + 10 * number,
                year_to=1600 + 10 * number,
                facets={
                    "genre": ("marina" if number % 2 else "portrait",),
                    "artist": ("Ada Bell", "Ole Dahl", "Pia Corr")[number % 3 : number % 3 + 1],
                },
                images=(file,),
            )
        )
    topics: list[int | None] = [number % 2 for number in range(N - 1)]
    run = write_run(folder, works, [*topics, None], vectors=vectors()[:-1])
    if pages:
        (run.folder / "site" / "assets").mkdir(parents=True)
        run.page.write_text("<!doctype html><title>Gallery</title>", encoding="utf-8")
        (run.folder / "site" / "assets" / "core.js").write_text("// core", encoding="utf-8")
        (run.folder / "site" / "assets" / "server.js").write_text("// none", encoding="utf-8")
    return run
