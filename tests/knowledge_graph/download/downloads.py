"""Works with addresses, downloaded from a server of the tests in no time."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from knowledge_graph import Artwork, Collection
from knowledge_graph.download import DownloadConfig, DownloadReport, download_pictures
from knowledge_graph.download.schedule import Clock


class FastClock(Clock):
    """A clock on which waiting takes no time."""

    waits: list[float] = []  # noqa: RUF012 - of all instances, for download_pictures makes its own

    def __init__(self) -> None:
        self._ahead = 0.0
        FastClock.waits = []

    def now(self) -> float:
        return time.monotonic() + self._ahead

    def wait(self, changed: threading.Condition, seconds: float | None) -> None:
        if seconds is None:
            changed.wait()
        else:
            FastClock.waits.append(seconds)
            self._ahead += seconds


def collection(*works: tuple[str, str]) -> Collection:
    """Works with an address each; a work that comes again has several."""
    urls: dict[str, list[str]] = {}
    for work_id, url in works:
        urls.setdefault(work_id, []).append(url)
    return Collection.from_artworks(
        (Artwork(work_id, image_urls=tuple(of_work)) for work_id, of_work in urls.items()),
        source="works.csv",
    )


def download(folder: Path, *works: tuple[str, str], **config: object) -> DownloadReport:
    told = {"allow_private": True, "rate": 1000.0, "timeout_s": 5.0} | config
    return download_pictures(collection(*works), folder, DownloadConfig.model_validate(told))


def reason_of(report: DownloadReport) -> str:
    """The reason of the one problem."""
    (problem,) = report.problems
    return problem.reason


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"downloads.csv", "problems.csv"}
