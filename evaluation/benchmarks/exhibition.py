"""How long a site takes to make, and how it is to look at, of many works and of some.

Runs of 100,000 and of 1,361 works are invented (``--source`` names one that is there instead),
their sites are made, and their maps opened in headless Chromium from the disk, dragged and zoomed.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from evaluation.benchmarks.benchmark import Benchmark, Options, Row
from evaluation.benchmarks.exhibition_run import invent_run
from evaluation.benchmarks.registry import SUMMARIES
from topicart.report import write_site
from topicart.run import Run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

    from topicart.fit import Progress

SIZES = ((100_000, 200), (1_361, 18))
"""Works and topics of the invented runs."""

TARGETS = {
    "large": {
        "build (s)": 60.0,
        "first view (s)": 3.0,
        "least frames a second": 30.0,
        "memory of the tab (MB)": 500.0,
    },
    "small": {"first view (s)": 1.0},
}
"""What we ask of it: of 100,000 works, and of 1,361."""

_LARGE = 50_000
_VIEWPORT = {"width": 1440, "height": 900}
_DRAWN = "#map-view[data-drawn]"
_PATIENCE_MS = 60_000
_AFAR = 1.6
"""As far away as a map can be and still be dragged."""
_NEAR_BY = 10
_GRID = 6
_SECONDS_OF_MOVING = 3.0
_WATCH = """
(() => {
  const watch = { drawn: null, frames: [], recording: false };
  window.watch = watch;
  const look = () => {
    if (document.querySelector("#map-view[data-drawn]")) watch.drawn = performance.now();
    else requestAnimationFrame(look);
  };
  const ask = window.requestAnimationFrame.bind(window);
  ask(look);
  // Only frames that the page itself asks for are counted: in others nothing is drawn.
  let last = -1;
  window.requestAnimationFrame = (does) => ask((now) => {
    if (watch.recording && now !== last) watch.frames.push(now);
    last = now;
    does(now);
  });
})();
"""


def measure_build(run: Run) -> dict[str, Any]:
    """Make a site twice: with all pictures to be copied, and once the small copies are there.

    Parameters
    ----------
    run : Run
        A finished run. What it has of a site is made anew.

    Returns
    -------
    dict
        Seconds, megabytes and files.
    """
    site = run.page.parent
    started = time.perf_counter()
    write_site(Run.open(run.folder))
    first = time.perf_counter() - started
    for entry in site.iterdir():
        if entry.name != "pictures":  # copies, as those in miniatures/
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    started, of_processor = time.perf_counter(), time.process_time()
    write_site(Run.open(run.folder))
    files = [path for path in site.rglob("*") if path.is_file()]
    parts = {
        part: _megabytes(path for path in files if path.relative_to(site).parts[0] == part)
        for part in ("data", "sprites", "pictures")
    }
    return {
        "first time, pictures copied where they were not (s)": round(first, 1),
        "build (s)": round(time.perf_counter() - started, 1),
        "of processors (s)": round(time.process_time() - of_processor, 1),
        "files": len(files),
        "site (MB)": _megabytes(files),
        "of which (MB)": parts,
    }


def measure_view(page_file: Path, repeats: int, executable: str | None) -> dict[str, Any]:
    """Open a map in a fresh browser several times, move it, and look at its memory.

    Parameters
    ----------
    page_file : Path
        ``index.html`` of a site.
    repeats : int
        How often it is opened.
    executable : str or None
        Chromium's; ``None`` for Playwright's own.

    Returns
    -------
    dict
        Seconds, frames a second and megabytes.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        views, busy = [], []
        for turn in range(repeats):
            browser = playwright.chromium.launch(
                executable_path=executable, args=["--no-sandbox", "--disable-dev-shm-usage"]
            )
            page = browser.new_page(viewport=_VIEWPORT)  # type: ignore[arg-type]
            page.add_init_script(_WATCH)
            clock = _clock(page)
            views.append(_first_view(page, page_file))
            busy.append(_busy(clock))
            if turn == repeats - 1:
                after_first = _memory(browser)
                _look(page, 0.5, 0.5, _AFAR)
                frames = {f"{how} from afar": own for how, own in _moved(page, clock).items()}
                _walk(page)
                frames |= {f"{how} near by": own for how, own in _moved(page, clock).items()}
                memory = _memory(browser)
            browser.close()
    return {
        "first view (s)": round(median(views), 2),
        "each first view (s)": [round(view, 2) for view in views],
        "of which the page's own thread computed (s)": round(median(busy), 2),
        "frames a second": frames,
        "least frames a second": min(own["frames a second"] for own in frames.values()),
        "memory of the tab at first (MB)": after_first["renderer"],
        "memory of the tab (MB)": memory["renderer"],
        "memory of the process that paints (MB)": memory["GPU"],
    }


def _first_view(page: Page, page_file: Path) -> float:
    """Open the page and return the seconds until the map says that it is drawn."""
    page.goto(page_file.resolve().as_uri(), wait_until="commit")
    page.wait_for_selector(_DRAWN, timeout=_PATIENCE_MS, state="attached")
    page.wait_for_function("watch.drawn !== null")
    drawn: float = page.evaluate("watch.drawn")  # ms since the navigation began
    return drawn / 1000


def _moved(page: Page, clock: CDPSession) -> dict[str, dict[str, float]]:
    """Drag the map, then zoom it, and count the frames."""
    left, top = _VIEWPORT["width"] * 0.6, _VIEWPORT["height"] * 0.55
    page.mouse.move(left, top)
    page.mouse.down()
    began = _record(page, clock)
    end = time.monotonic() + _SECONDS_OF_MOVING
    step = 0
    while time.monotonic() < end:
        step += 1
        swing = step % 60 if step % 60 < 30 else 60 - step % 60
        page.mouse.move(left + 12 * swing, top + 6 * swing)
    dragged = _frames(page, clock, began)
    page.mouse.move(left, top)
    page.mouse.up()
    began = _record(page, clock)
    end = time.monotonic() + _SECONDS_OF_MOVING
    step = 0
    while time.monotonic() < end:
        step += 1
        page.mouse.wheel(0, -60 if step % 80 < 40 else 60)
    return {"dragging": dragged, "zooming": _frames(page, clock, began)}


def _clock(page: Page) -> CDPSession:
    """Return what tells for how long the page's own thread has had a processor."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    return session


def _busy(clock: CDPSession) -> float:
    """Return the seconds that the page's own thread has computed, which other work leaves as is."""
    metrics = clock.send("Performance.getMetrics")["metrics"]
    return next(float(own["value"]) for own in metrics if own["name"] == "TaskDuration")


def _record(page: Page, clock: CDPSession) -> float:
    page.evaluate("() => { watch.frames = []; watch.recording = true; }")
    return _busy(clock)


def _frames(page: Page, clock: CDPSession, began: float) -> dict[str, float]:
    """Return how many frames the page drew in a second, and how long they took."""
    computed = _busy(clock) - began
    times: list[float] = page.evaluate("() => { watch.recording = false; return watch.frames; }")
    gaps = sorted(after - before for before, after in pairwise(times))
    if not gaps:
        return {"frames a second": 0.0}
    return {
        "frames a second": round(1000 * len(gaps) / sum(gaps), 1),
        "longest in twenty (ms)": round(gaps[int(0.95 * (len(gaps) - 1))], 1),
        "computed for a frame (ms)": round(1000 * computed / len(times), 1),
    }


def _walk(page: Page) -> None:
    """Look at the whole map near by, a window after the other."""
    for row in range(_GRID):
        for column in range(_GRID):
            _look(page, (column + 0.5) / _GRID, (row + 0.5) / _GRID, _NEAR_BY)


def _look(page: Page, across: float, down: float, scale: float) -> None:
    """Go to a place on the map, and give it the time to come to rest there."""
    place = f"{int(65535 * across)},{int(65535 * down)},{scale}"
    page.evaluate(f"location.hash = 'map={place}'")
    page.wait_for_timeout(700)


def _memory(browser: Browser) -> dict[str, float]:
    """Return the memory of the largest process of each kind, each shared page by its share."""
    session = browser.new_browser_cdp_session()
    found: dict[str, float] = {"renderer": 0.0, "GPU": 0.0}
    for process in session.send("SystemInfo.getProcessInfo")["processInfo"]:
        kind = process["type"]
        if kind in found:
            found[kind] = max(found[kind], _proportional_mb(int(process["id"])))
    return found


def _proportional_mb(pid: int) -> float:
    """Read Linux's proportional set size of a process; 0 where the system does not tell."""
    path = Path(f"/proc/{pid}/smaps_rollup")
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    kilobytes = sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return round(kilobytes / 1024, 1)


def _megabytes(files: Iterable[Path]) -> float:
    return round(sum(path.stat().st_size for path in files) / 2**20, 1)


def measure(runs: Sequence[Run], repeats: int, executable: str | None) -> dict[str, Any]:
    """Measure the sites of some runs.

    Parameters
    ----------
    runs : sequence of Run
        Finished runs.
    repeats : int
        How often each is opened.
    executable : str or None
        Chromium's.

    Returns
    -------
    dict
        What ``results/exhibition.json`` holds.
    """
    found = []
    before = os.getloadavg()[0]
    for run in runs:
        measured = {
            "works": run.works.num_rows,
            "topics": len(run.topics),
            **measure_build(run),
            **measure_view(run.page, repeats, executable),
        }
        targets = TARGETS["large" if run.works.num_rows > _LARGE else "small"]
        measured["targets"] = {
            name: {"target": target, "met": _meets(name, measured[name], target)}
            for name, target in targets.items()
            if name in measured
        }
        found.append(measured)
    return {
        "browser": _version(executable),
        "viewport": _VIEWPORT,
        "processes that waited for a processor before (mean of a minute)": round(before, 1),
        "sites": found,
    }


def _meets(name: str, value: float, target: float) -> bool:
    return value >= target if name.startswith("least") else value <= target


def _version(executable: str | None) -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        version = f"Chromium {browser.version}, headless"
        browser.close()
    return version


def _rows(results: Mapping[str, Any]) -> list[Row]:
    return [
        Row(
            f"site of {site['works']:,} works: {name}",
            f"{site[name]:,g}",
            "",
            "",
            f"at {'least' if name.startswith('least') else 'most'} {held['target']:,g}",
            held["met"],
        )
        for site in results["sites"]
        for name, held in site["targets"].items()
    ]


def _measured(options: Options, progress: Progress) -> dict[str, Any]:
    progress.stage("make and open")
    if options.source is not None:
        runs = [Run.open(options.source)]
    else:
        sizes = SIZES if options.works is None else ((options.works, SIZES[-1][1]),)
        runs = [
            invent_run(options.folder / f"{works}-works", works, topics) for works, topics in sizes
        ]
    return measure(runs, 5, shutil.which("chromium"))


BENCHMARK = Benchmark(
    name="exhibition",
    summary=SUMMARIES["exhibition"],
    measure=_measured,
    rows=_rows,
    packages=("altair", "numpy", "pillow", "playwright", "pyarrow"),
)
