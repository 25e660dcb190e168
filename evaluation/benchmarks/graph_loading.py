"""How long a large graph takes to open, beside rdflib and SPARQL stores over the same file.

It writes a million statements in ArtGraph's shape into a temporary file, measures each way of
reading them in a process of its own (``python -m evaluation.benchmarks.graph_loading WAY FILE``),
and checks that they agree.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.benchmarks.benchmark import Benchmark, Options, Row
from evaluation.benchmarks.registry import SUMMARIES

if TYPE_CHECKING:
    from topicart.fit import Progress

__all__ = ["BENCHMARK", "WAYS", "lines_of_world", "measure"]

_SCHEMA = "https://www.gennarovessio.com/artgraph-schema#"
_RESOURCES = "https://www.gennarovessio.com/artgraph-resources#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_KINDS = {"artist": 2500, "style": 32, "genre": 18, "tag": 5424, "media": 167}
_SEED = 0
_STATEMENTS_OF_A_WORK = 10

_JOIN = f"""
PREFIX ag: <{_SCHEMA}>
SELECT (COUNT(*) AS ?n) WHERE {{
  ?work ag:hasStyle ?style . ?style ag:name "style 7" .
  ?work ag:createdBy ?artist . ?artist ag:name ?artistName .
  ?work ag:hasGenre ?genre . ?genre ag:name ?genreName .
  ?work ag:about ?tag . ?tag ag:name ?tagName .
  ?work ag:madeOf ?medium . ?medium ag:name ?mediumName .
}}"""
"""The works of one style with their artists, genres, subjects and media: five steps from a work."""


def lines_of_world(n_works: int) -> Iterator[str]:
    """Generate works, as many statements each as ArtGraph has, and their values.

    Parameters
    ----------
    n_works : int
        How many works.

    Yields
    ------
    str
        N-Triples.
    """
    pick = random.Random(_SEED)
    first = {}
    n_nodes = n_works
    for kind, count in _KINDS.items():
        first[kind] = n_nodes
        n_nodes += count
    relations = (("hasStyle", "style", 1), ("hasGenre", "genre", 1), ("madeOf", "media", 1))
    for work in range(n_works):
        subject = f"<{_RESOURCES}{work}>"
        artist = pick.randrange(_KINDS["artist"])
        yield f"{subject} <{_TYPE}> <{_SCHEMA}Artwork> .\n"
        yield f'{subject} <{_SCHEMA}name> "artist-{artist}_the-work-{work}.jpg" .\n'
        yield f'{subject} <{_SCHEMA}title> "The Work № {work}" .\n'
        yield f'{subject} <{_SCHEMA}date> "c.{1500 + work % 500}" .\n'
        yield f"{subject} <{_SCHEMA}createdBy> <{_RESOURCES}{first['artist'] + artist}> .\n"
        for relation, kind, times in (*relations, ("about", "tag", 2)):
            for node in pick.sample(range(_KINDS[kind]), times):
                yield f"{subject} <{_SCHEMA}{relation}> <{_RESOURCES}{first[kind] + node}> .\n"
    for kind, count in _KINDS.items():
        for number in range(count):
            subject = f"<{_RESOURCES}{first[kind] + number}>"
            yield f"{subject} <{_TYPE}> <{_SCHEMA}{kind.title()}> .\n"
            yield f'{subject} <{_SCHEMA}name> "{kind} {number}" .\n'


def _open_collection(file: Path) -> dict[str, Any]:
    """Open the file as a user does, and count what the join counts."""
    from knowledge_graph import open_collection

    seconds, collection = _timed(lambda: open_collection(file))
    memory = _peak_mb()
    facets = [collection.facet(f) for f in ("style", "artist", "genre", "subject", "medium")]
    answer = 0
    for styles, *others in zip(*facets, strict=True):
        product = styles.count("style 7")
        for values in others:
            product *= len(values)
        answer += product
    return {"seconds": seconds, "peak_mb": memory, "works": len(collection), "answer": answer}


def _rdflib(file: Path) -> dict[str, Any]:
    """Parse it into rdflib's graph in memory, and join there."""
    import rdflib

    graph = rdflib.Graph()
    seconds, _ = _timed(lambda: graph.parse(file, format="nt"))
    memory = _peak_mb()
    return {"seconds": seconds, "peak_mb": memory} | _joined(graph)


def _oxrdflib(file: Path) -> dict[str, Any]:
    """Load it into Oxigraph's store, and join there through rdflib."""
    import oxrdflib
    import pyoxigraph as ox
    import rdflib

    store = ox.Store()
    seconds, _ = _timed(
        lambda: store.bulk_load(
            path=str(file), format=ox.RdfFormat.N_TRIPLES, to_graph=ox.DefaultGraph()
        )
    )
    memory = _peak_mb()
    opened = oxrdflib.OxigraphStore(store=store)
    graph = rdflib.Graph(opened, identifier=rdflib.graph.DATASET_DEFAULT_GRAPH_ID)
    return {"seconds": seconds, "peak_mb": memory} | _joined(graph)


WAYS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "open_collection": _open_collection,
    "rdflib": _rdflib,
    "oxrdflib": _oxrdflib,
}
"""What is measured, each in a process of its own."""


def _joined(graph: Any) -> dict[str, Any]:
    """Time the join, the best of three."""
    times = []
    for _ in range(3):
        seconds, rows = _timed(lambda: list(graph.query(_JOIN)))
        times.append(seconds)
    return {"join_seconds": min(times), "answer": int(rows[0][0])}


def _timed(do: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = do()
    return round(time.perf_counter() - start, 3), result


def _peak_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)


def measure(n_statements: int, repeats: int) -> dict[str, Any]:
    """Generate the file and measure every way of reading it.

    Parameters
    ----------
    n_statements : int
        About how many statements.
    repeats : int
        How often each is measured; the best counts, for other work only makes it slower.

    Returns
    -------
    dict
        What ``results/graph_loading.json`` holds.

    Raises
    ------
    RuntimeError
        The ways do not agree.
    """
    n_nodes = sum(_KINDS.values())
    n_works = max((n_statements - 2 * n_nodes) // _STATEMENTS_OF_A_WORK, 1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "world.nt"
        with file.open("w", encoding="utf-8") as stream:
            stream.writelines(lines_of_world(n_works))
        size = file.stat().st_size
        runs = {way: [_run(way, file) for _ in range(repeats)] for way in WAYS}
    answers = {run["answer"] for of_way in runs.values() for run in of_way}
    if len(answers) != 1:
        raise RuntimeError(f"the ways do not agree: {answers}")
    best = {way: _best(of_way) for way, of_way in runs.items()}
    ours, rdflib, ox = (best[way] for way in WAYS)
    return {
        "file": {
            "statements": n_works * _STATEMENTS_OF_A_WORK + 2 * n_nodes,
            "works": n_works,
            "mb": round(size / 2**20, 1),
            "seed": _SEED,
        },
        "repeats": repeats,
        "answer": answers.pop(),
        "best": best,
        "all_seconds": {way: [run["seconds"] for run in of_way] for way, of_way in runs.items()},
        "ratios": {
            "open_collection to rdflib's parse": round(rdflib["seconds"] / ours["seconds"], 1),
            "join over oxrdflib to rdflib": round(rdflib["join_seconds"] / ox["join_seconds"], 1),
        },
    }


def _run(way: str, file: Path) -> dict[str, Any]:
    """Measure one way in a fresh process, which has loaded nothing else."""
    command = [sys.executable, "-m", "evaluation.benchmarks.graph_loading", way, str(file)]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(run.stdout)
    return result


def _best(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: min(run[name] for run in runs) for name in runs[0] if name != "answer"}


def _rows(results: Mapping[str, Any]) -> list[Row]:
    best, ratios, file = results["best"], results["ratios"], results["file"]
    ours, rdflib, ox = (best[way] for way in WAYS)
    parse, join = ratios.values()
    return [
        Row(
            f"opening {file['statements']:,} statements",
            f"{ours['seconds']:.1f} s, {ours['peak_mb']:,.0f} MB",
            f"{rdflib['seconds']:.1f} s, {rdflib['peak_mb']:,.0f} MB (rdflib)",
            f"{parse} times as fast",
        ),
        Row(
            "a SPARQL query over five steps",
            f"{ox['join_seconds']:.2f} s (oxrdflib)",
            f"{rdflib['join_seconds']:.2f} s (rdflib)",
            f"{join} times as fast",
        ),
    ]


def _measured(options: Options, progress: Progress) -> dict[str, Any]:
    progress.stage("load")
    works = options.works
    return measure(1_000_000 if works is None else _STATEMENTS_OF_A_WORK * works, 3)


BENCHMARK = Benchmark(
    name="graph-loading",
    summary=SUMMARIES["graph-loading"],
    measure=_measured,
    rows=_rows,
    packages=("pyoxigraph", "oxrdflib", "rdflib", "pyarrow", "numpy"),
)

if __name__ == "__main__":
    _way, _file = sys.argv[1:]
    sys.stdout.write(json.dumps(WAYS[_way](Path(_file))))
