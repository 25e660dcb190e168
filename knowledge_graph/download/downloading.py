"""All pictures of a collection that are elsewhere, into a folder."""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge_graph.atomic import write_text_atomic
from knowledge_graph.collection import Collection, Problem
from knowledge_graph.download.addresses import addresses_to_ask
from knowledge_graph.download.config import DownloadConfig
from knowledge_graph.download.fetching import Fetched, FetchError, checked_address, fetch
from knowledge_graph.download.manifest import PART, Manifest, Row, one_line
from knowledge_graph.download.network import client_for
from knowledge_graph.download.schedule import Clock, Job, Schedule
from knowledge_graph.errors import CollectionError, WriteError
from knowledge_graph.files import problems_csv
from knowledge_graph.picture_names import Names

if TYPE_CHECKING:
    import httpx2

PROBLEMS = "problems.csv"
"""What could not be downloaded: ``id``, ``file`` (the address) and ``reason``."""
_ROWS_AT_A_TIME = 10_000
_LOOK_S = 0.2
_GOODBYE_S = 2.0


@dataclass(frozen=True)
class DownloadReport:
    """What came of a download."""

    folder: Path
    """Where the pictures are."""
    n_addresses: int
    """Addresses in the collection, each counted once."""
    n_here: int
    """Of these, pictures that were there before."""
    n_downloaded: int
    """Pictures that came in this run."""
    n_bytes: int
    """Their size together."""
    problems: tuple[Problem, ...]
    """What could not be had: the work's id, the address and the reason; tried anew by the next run.
    The same is in ``problems.csv``."""


@dataclass(frozen=True)
class _Outcome:
    """What a thread made of a job."""

    job: Job
    fetched: Fetched | None = None
    reason: str = ""


_Outcomes = Generator[_Outcome, None, None]


def download_pictures(
    collection: Collection,
    folder: str | Path,
    config: DownloadConfig | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> DownloadReport:
    """Download the pictures that a collection only has addresses of.

    Each picture is written to ``folder`` under its work's id, and a row of ``downloads.csv`` says
    which address it is from; ``open_collection(source, images=folder)`` then finds it. A run that
    is cut short, by Ctrl-C too, loses the pictures in flight at most: called again, it goes on
    where it was and tries again what failed. Files of others in the folder are left alone.

    Only http and https are asked, at public addresses (unless ``config.allow_private``), and this
    holds for every redirect. What comes must be a picture by its own first bytes.

    Parameters
    ----------
    collection : Collection
        Its ``image_urls`` are taken.
    folder : str or Path
        Made if it is not there. Let one run at a time write to it.
    config : DownloadConfig, optional
        How to download; by default politely and from the public internet.
    progress : callable, optional
        Called in this thread with how many addresses are done, those of former runs included, and
        how many there are.

    Returns
    -------
    DownloadReport
        What came of it. What could not be had is not an error.

    Raises
    ------
    CollectionError
        The collection has no addresses, or the folder is a file.
    WriteError
        The folder cannot be written.
    """
    config = config or DownloadConfig()
    wanted = _wanted(collection)
    if not wanted:
        raise CollectionError(
            f"{collection.source}: its works have no addresses of pictures; expected some that "
            "begin with http:// or https:// in the facts. There is nothing to download: give the "
            "pictures' folder with --images instead."
        )
    place = Path(folder).expanduser()
    try:
        place.mkdir(parents=True, exist_ok=True)
        manifest = Manifest(place.resolve())
        try:
            return _download(wanted, place.resolve(), manifest, config, progress)
        finally:
            manifest.close()
    except (FileExistsError, NotADirectoryError) as error:
        raise CollectionError(
            f"{folder}: this is a file or in one; expected a folder, there or not yet, to put the "
            "pictures in. Name another."
        ) from error
    except OSError as error:
        raise WriteError(
            f"{folder}: cannot be written ({error.strerror or error}); expected a folder with room "
            "for the pictures that you may write to. Mend that and start the download again: it "
            "goes on where it stopped."
        ) from error


def _wanted(collection: Collection) -> dict[str, tuple[str, int]]:
    """Give each address its first work, and which of that work's pictures it is."""
    wanted: dict[str, tuple[str, int]] = {}
    table = collection.arrow.select(["id", "image_urls"])
    for batch in table.to_batches(max_chunksize=_ROWS_AT_A_TIME):
        ids, urls = batch.column(0).to_pylist(), batch.column(1).to_pylist()
        for work_id, of_work in zip(ids, urls, strict=True):
            for number, address in enumerate(dict.fromkeys(of_work), start=1):
                wanted.setdefault(address, (work_id, number))
    return wanted


def _download(
    wanted: dict[str, tuple[str, int]],
    folder: Path,
    manifest: Manifest,
    config: DownloadConfig,
    progress: Callable[[int, int], None] | None,
) -> DownloadReport:
    """Download what is wanted and not here, and report."""
    problems: list[Problem] = []
    n_downloaded = n_bytes = 0
    jobs = list(_jobs(wanted, manifest, config, problems))
    n_here = len(wanted) - len(jobs) - len(problems)
    done = len(wanted) - len(jobs)
    if progress:
        progress(done, len(wanted))
    with closing(_outcomes(jobs, folder, config)) as outcomes:  # Closing it stops the threads.
        for outcome in outcomes:
            job, fetched = outcome.job, outcome.fetched
            if fetched:
                name = f"{job.stem}{fetched.kind.suffix}"
                row = Row(one_line(job.work_id), job.address, name,
                          fetched.n_bytes, fetched.sha256, fetched.kind.type)  # fmt: skip
                manifest.add(row, fetched.part)
                n_downloaded += 1
                n_bytes += fetched.n_bytes
            else:
                problems.append(Problem(job.work_id, one_line(job.address), outcome.reason))
            done += 1
            if progress:
                progress(done, len(wanted))
    problems.sort(key=lambda problem: (problem.id, problem.file))
    write_text_atomic(folder / PROBLEMS, problems_csv(problems))
    return DownloadReport(folder, len(wanted), n_here, n_downloaded, n_bytes, tuple(problems))


def _jobs(
    wanted: dict[str, tuple[str, int]],
    manifest: Manifest,
    config: DownloadConfig,
    problems: list[Problem],
) -> Iterator[Job]:
    """Plan what is not here yet; an address that cannot be asked is a problem."""
    names = Names(manifest.names)
    for address, (work_id, number) in wanted.items():
        if address in manifest.here:
            continue
        try:
            host = checked_address(address).host
        except FetchError as failure:
            problems.append(Problem(work_id, one_line(address), str(failure)))
            continue
        asked = addresses_to_ask(address, config.size)
        yield Job(address, work_id, names.give(work_id, number, address), asked, host)


def _outcomes(jobs: list[Job], folder: Path, config: DownloadConfig) -> _Outcomes:
    """Do jobs in threads and give what came of them, in the order in which they end."""
    if not jobs:
        return
    schedule = Schedule(jobs, config.rate, config.retries, Clock())
    ended: queue.SimpleQueue[_Outcome | BaseException] = queue.SimpleQueue()
    token = secrets.token_hex(4)
    left = len(jobs)
    with client_for(config) as client:

        def work(number: int) -> None:
            """Do jobs until there are none."""
            try:
                n_parts = 0
                while job := schedule.take():
                    part = folder / PART.format(f"{token}_{number}_{n_parts}")
                    n_parts += 1
                    outcome = _attempt(job, client, part, schedule, config)
                    if not outcome or not outcome.fetched:
                        part.unlink(missing_ok=True)
                    if outcome:
                        ended.put(outcome)
            except BaseException as error:  # Raised again by who waits for it.
                ended.put(error)

        threads = [
            threading.Thread(target=work, args=(number,), daemon=True)
            for number in range(min(config.connections, left))
        ]
        for thread in threads:
            thread.start()
        try:
            while left:
                with suppress(queue.Empty):
                    # Not for ever: a wait without end cannot be interrupted on Windows.
                    outcome = ended.get(timeout=_LOOK_S)
                    if isinstance(outcome, BaseException):
                        raise outcome
                    yield outcome
                    left -= 1
        finally:
            schedule.stop()
            for thread in threads:
                thread.join(_GOODBYE_S)
            for leftover in folder.glob(PART.format(f"{token}_*")):
                leftover.unlink(missing_ok=True)


def _attempt(
    job: Job, client: httpx2.Client, part: Path, schedule: Schedule, config: DownloadConfig
) -> _Outcome | None:
    """Try to fetch a picture; None if that is to be done again."""
    if schedule.given_up(job):
        schedule.done(job, answered=False)
        return _Outcome(job, reason=f"{job.host} failed too often in a row; asked no more")
    try:
        fetched = fetch(client, job.asked, part, schedule, config)
    except FetchError as failure:
        if not failure.passing:
            schedule.done(job, answered=failure.status != 0)
        elif schedule.again(job, failure.after):
            return None
        tried = f" ({job.tries} times)" if job.tries > 1 else ""
        return _Outcome(job, reason=f"{failure}{tried}")
    schedule.done(job)
    return _Outcome(job, fetched)
