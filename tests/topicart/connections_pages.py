"""A small run with hostile words, and what is found in it, for the tests of connections' pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from knowledge_graph import Artwork
from tests.topicart.report_runs import HOSTILE, paint, write_run
from topicart.report.connections import (
    write_analogies_page,
    write_blind_spots_page,
    write_path_page,
    write_search_page,
)
from topicart.retrieval.analogies import Analogies, Analogy, LeftOut
from topicart.retrieval.blind_spots import BlindSpots, Region
from topicart.retrieval.found import Found, Plan
from topicart.retrieval.paths import WorkPath
from topicart.retrieval.queries import Query
from topicart.run import Run

N = 16
ARTISTS = ("Bell, Ada", "Dahl, Ole", HOSTILE[1])


def made_run(folder: Path) -> Run:
    """Write a run of sixteen works: 0 to 7 have hostile titles, 8 has a page, 15 no picture."""
    works = [
        Artwork(
            id=f"w{number:02}",
            title=HOSTILE[number] if number < len(HOSTILE) else f"Harbour {number}",
            date=str(1800 + number),
            year_from=1800 + number,
            year_to=1800 + number,
            iri={8: "https://example.org/8", 9: "javascript:alert(9)"}.get(number, ""),
            facets={
                "artist": (ARTISTS[number % 3],),
                "style": (HOSTILE[0] if number == 3 else ("Realism", "Cubism")[number % 2],),
                "genre": ("marina",) if number > 7 else (),
            },
            images=(f"w{number:02}.png",),
        )
        for number in range(N)
    ]
    for number, work in enumerate(works[:-1]):
        width, height = ((120, 160), (200, 120), (900, 80), (60, 700))[number % 4]
        paint(folder / "pictures" / work.images[0], width=width, height=height, hue=9 * number)
    vectors = np.random.default_rng(5).normal(size=(N, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return write_run(folder, works, [number % 2 for number in range(N)], vectors=vectors)


def query(run: Run, *rows: int, shown: str = "Harbour 8", picture: Path | None = None) -> Query:
    """Return a query of works."""
    return Query(run.picture_embeddings.vectors[0], shown, rows, picture)


def found(run: Run, rows: tuple[int, ...], *, asked: int = 0, allowed: int = N) -> Found:
    """Return what a search would have found."""
    return Found(
        rows=np.array(rows, dtype=np.intp),
        scores=np.linspace(0.9, -0.1, len(rows), dtype=np.float32),
        ids=tuple(run.picture_embeddings.ids[row] for row in rows),
        asked=asked or len(rows),
        allowed=allowed,
        plan=Plan("grouped", allowed, N, "Few works meet the conditions."),
    )


def analogies(run: Run, rows: tuple[int, ...] = (3, 9, 15)) -> Analogies:
    """Return analogies across styles, the first of the work's own, one with a hostile value."""
    values = (HOSTILE[0], "Cubism", "Realism", *map(str, range(99)))
    items = tuple(
        Analogy(value=values[place], row=row, score=0.8 - place / 99, works=7, own=place == 0)
        for place, row in enumerate(rows)
    )
    left_out = (LeftOut(value="Dada", works=1, why="few"),)
    return Analogies(query=query(run, 8), across="style", where=(), items=items, left_out=left_out)


def spots(*, empty: bool = False) -> BlindSpots:
    """Return two regions where Realism is missing, in one altogether, and one where it crowds."""

    def region(kind: str, n: int, expected: float, first: int) -> Region:
        return Region(
            kind="missing" if kind == "missing" else "over-present",
            size=40,
            found=n,
            expected=expected,
            p=0.00002,
            corrected=0.003,
            rows=np.arange(first, first + 4),
            central=tuple(range(first, first + 4)),
            members=(14, 15)[:n],
            nearest=(12, 13),
        )

    return BlindSpots(
        facet="style",
        value="Realism",
        works=15,
        left_out=1,
        group=8,
        tested=431,
        least=20,
        largest=300,
        permutations=999,
        level=0.05,
        missing=() if empty else (region("missing", 0, 7.5, 0), region("missing", 1, 6.25, 4)),
        over=() if empty else (region("over-present", 22, 8.5, 8),),
    )


def all_pages(run: Run, folder: Path) -> dict[str, Path]:
    """Write one page of each kind, and one of words and of a single step."""
    writers: dict[str, Callable[[Path], Path]] = {
        "search": lambda file: write_search_page(
            run,
            query(run, 8, 0),
            found(run, tuple(range(1, 16)), asked=20, allowed=15),
            file,
            where=["genre=marina", f"style={HOSTILE[1]}"],
            command=f"topicart search run '{HOSTILE[0]}'",
        ),
        "words": lambda file: write_search_page(
            run, query(run, shown="“ships in a storm”"), found(run, (5, 6)), file
        ),
        "analogies": lambda file: write_analogies_page(
            run, analogies(run), file, command="topicart analogies run w08 --across style"
        ),
        "path": lambda file: write_path_page(
            run,
            WorkPath((0, 11, 14, 8, 15), (0.3, 0.55, 0.41, 1.2), f"Note {HOSTILE[0]}"),
            file,
            conditions=["at most 6 steps", HOSTILE[0]],
            command="topicart path run w00 w15",
        ),
        "step": lambda file: write_path_page(run, WorkPath((10, 13), (0.2,)), file),
        "blind-spots": lambda file: write_blind_spots_page(run, spots(), file),
        "nothing": lambda file: write_blind_spots_page(run, spots(empty=True), file),
    }
    return {name: write(folder / f"{name}.html") for name, write in writers.items()}
