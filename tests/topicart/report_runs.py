"""Small finished runs, written to the disk by hand, for the tests of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from knowledge_graph import Artwork, Collection, Problem
from topicart.embeddings import Embeddings
from topicart.run import Model, Run, RunRecord, Source, write_record
from topicart.run_files import write_json, write_problems, write_topics
from topicart.store import save_embeddings
from topicart.topics import OUTLIER, Keyword, Label, Summary, Topic, Topics

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "{{ 7 * 7 }}{% for x in y %}",
    "javascript:alert(3)",
    "</title></style></textarea><svg onload=alert(4)>",
    "ö" * 10_000,
    "\u202egnp.exe\u202c \x00\x1b[31m",
    "line\u2028separator\u2029",
)


def paint(path: Path, *, width: int = 60, height: int = 40, hue: int = 0) -> None:
    """Paint a picture of two colours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.new("HSV", (width, height), (hue % 256, 180, 200))
    picture.paste((hue + 90, 200, 120), (0, 0, width // 2, height // 2))
    picture.convert("RGB").save(path)


def write_run(
    folder: Path,
    works: Sequence[Artwork],
    topics: Sequence[int | None],
    *,
    labels: Mapping[int, tuple[Label, ...]] | None = None,
    names: Mapping[int, str] | None = None,
    summaries: Mapping[int, Summary] | None = None,
    keywords: Mapping[int, tuple[Keyword, ...]] | None = None,
    broader: Mapping[int, int] | None = None,
    groups: Sequence[Topic] = (),
    metrics: Mapping[str, Any] | None = None,
    problems: Sequence[Problem] = (),
    note: str | None = None,
    source: str = "harbour-works",
    vectors: NDArray[np.float32] | None = None,
) -> Run:
    """Write a finished run and open it.

    ``works`` must be sorted by id. Work ``i`` stands in ``topics[i]`` (-1: in none, ``None``: it
    had no vector); the members of a topic are ranked in the works' order. Pictures lie in
    ``folder/pictures``. ``vectors`` are those of the works that have a topic, of length 1; without
    them the run has no vectors, as one whose embeddings were thrown away.
    """
    root = folder / "pictures"
    root.mkdir(parents=True, exist_ok=True)
    run = folder / "run"
    run.mkdir()
    collection = Collection.from_artworks(works, root, source)
    ids = [work.id for work, topic in zip(works, topics, strict=True) if topic is not None]
    placed = np.array([topic for topic in topics if topic is not None], dtype=np.int32)
    n_topics = int(placed.max(initial=-1)) + 1
    members = [[ids[row] for row in np.flatnonzero(placed == topic)] for topic in range(n_topics)]
    ranks = np.array(
        [
            OUTLIER if topic == OUTLIER else members[topic].index(work_id)
            for work_id, topic in zip(ids, placed.tolist(), strict=True)
        ],
        dtype=np.int32,
    )
    generator = np.random.default_rng(0)
    found = Topics(
        ids=tuple(ids),
        assignments=placed,
        probabilities=np.linspace(1.0, 0.5, len(ids), dtype=np.float32),
        ranks=ranks,
        positions=generator.normal(size=(len(ids), 2)).astype(np.float32),
        centroids=_centroids(placed, n_topics, vectors),
        thresholds=np.zeros(n_topics, dtype=np.float32),
        topics=tuple(
            Topic(
                id=topic,
                name=(names or {}).get(topic, f"theme {topic}"),
                size=len(own),
                labels=(labels or {}).get(topic, ()),
                summary=(summaries or {}).get(topic, Summary(f"{len(own)} works.")),
                representatives=tuple(own[:24]),
                keywords=(keywords or {}).get(topic, ()),
                broader=(broader or {}).get(topic),
            )
            for topic, own in enumerate(members)
        ),
        groups=tuple(groups),
        parameters={"clusterer": "hdbscan", "min_cluster_size": 4},
    )
    write_topics(run, collection, found)
    write_problems(run, problems)
    if vectors is not None:
        save_embeddings(Embeddings(tuple(ids), vectors), run / "embeddings")
    if metrics is not None:
        write_json(run / "metrics.json", metrics)
    write_record(
        run,
        RunRecord(
            topicart_version="0.1.0",
            state="finished",
            created="2026-01-02T03:04:05+00:00",
            source=Source(
                path=source,
                root=str(root),
                works=len(works),
                with_picture=len(works),
                sha256="0" * 64,
            ),
            model=Model(
                name="mini",
                weights_sha256="ab" * 32,
                fingerprint="cd" * 32,
                dim=8 if vectors is None else vectors.shape[1],
                device="cpu",
                precision="fp32",
                note=note,
            ),
            config={"topics": {"seed": 7, "min_cluster_size": None}, "text_weight": 0.0},
            parameters=dict(found.parameters),
            versions={"numpy": "2.0"},
            timings_s={"encode": 61.0, "map": 0.2},
        ),
    )
    return Run.open(run)


def _centroids(
    placed: NDArray[np.int32], n_topics: int, vectors: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    if vectors is None:
        return np.eye(max(n_topics, 1), 8, dtype=np.float32)[:n_topics]
    means = np.stack([vectors[placed == topic].mean(axis=0) for topic in range(n_topics)])
    return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), dtype=np.float32)


def group(number: int, name: str, *, level: int = 1, broader: int | None = None) -> Topic:
    """Return a group of topics."""
    return Topic(number, name, 0, (), Summary(""), (), level=level, broader=broader)


def harbour(folder: Path, **more: Any) -> Run:
    """Write a run of twelve works: two themes, two works outside, one without a picture.

    Theme 0 holds 6 works by Bell (4) and Dahl (2) of 1871 to 1893, theme 1 holds 3 undated
    portraits by Eke; the works outside are by Bell, of 1801 and 1950.
    """
    marine = [
        Artwork(
            id=f"a{number}",
            title=f"Ships {number}",
            date=str(year),
            year_from=year,
            year_to=year,
            facets={
                "artist": ("Bell Ada" if number < 4 else "Dahl Ole",),
                "genre": ("marina",),
                "style": ("Realism", "Romanticism") if number == 0 else ("Realism",),
            },
            images=(f"a{number}.png",),
        )
        for number, year in enumerate((1871, 1872, 1879, 1880, 1891, 1893))
    ]
    portraits = [
        Artwork(
            id=f"b{number}",
            title=f"Woman {number}",
            facets={"artist": ("Eke Ngozi",), "genre": ("portrait",)},
            images=(f"b{number}.png",),
        )
        for number in range(3)
    ]
    outside = [
        Artwork(
            id=f"c{number}",
            date=str(year),
            year_from=year,
            year_to=year,
            facets={"artist": ("Bell Ada",)},
            images=(f"c{number}.png",),
        )
        for number, year in enumerate((1801, 1950))
    ]
    works = [*marine, *portraits, *outside, Artwork(id="d0", title="Lost", images=("d0.png",))]
    for number, work in enumerate(works[:-1]):
        size = {"width": 40, "height": 60} if number % 2 else {"width": 90, "height": 60}
        paint(folder / "pictures" / work.images[0], hue=20 * number, **size)
    marina = Label(
        "genre",
        "marina",
        cosine=0.3,
        contrast=0.2,
        score=2.34,
        share=1.0,
        stated_share=1.0,
        lift=1.83,
        q_value=0.0004,
        source="iconclass",
        iri="https://iconclass.org/25H23",
        notation="25H23",
        chosen=True,
        decided_by="both",
    )
    realism = Label(
        "style", "Realism", share=1.0, stated_share=1.0, lift=1.83, q_value=0.08,
        chosen=True, decided_by="facts",
    )  # fmt: skip
    oil = Label(
        "medium", "oil paint", cosine=0.2, contrast=0.1, score=1.96, source="aat.ttl",
        iri="urn:aat:300015050", chosen=True, decided_by="pictures",
    )  # fmt: skip
    labels = {
        0: (
            marina,
            realism,
            Label("style", "Romanticism", score=-0.61, contrast=-0.1, share=0.17, stated_share=0.17,
                  lift=1.0, q_value=0.7),
            oil,
            Label("place", "Bergen", share=0.17, stated_share=1.0, lift=2.0, q_value=0.3),
        )
    }  # fmt: skip
    metrics = {
        "metrics": [
            {
                "name": "iec",
                "title": "Image embedding coherence (IEC)",
                "value": 0.614,
                "interval": [0.58, 0.64],
                "baseline": -0.001,
                "better": "higher",
                "judge": "mini",
                "parameters": {},
                "n": 2,
                "note": None,
            },
            {
                "name": "ami_genre",
                "title": "Agreement with genre (AMI)",
                "value": None,
                "interval": None,
                "baseline": None,
                "better": "higher",
                "judge": None,
                "parameters": {},
                "n": 0,
                "note": "Needs two topics.",
            },
            {"name": "outlier_share", "title": "Share of outliers", "value": 0.1818},
        ],
        "stability": [{"topic": 0, "n_found": 19, "n_runs": 20}],
    }
    return write_run(
        folder,
        works,
        [0] * 6 + [1] * 3 + [OUTLIER] * 2 + [None],
        labels=labels,
        names={0: "marina, Realism", 1: "portrait"},
        metrics=metrics,
        problems=[Problem(id="d0", file="d0.png", reason="the file does not exist")],
        note="mini is small; expect little.",
        **more,
    )
