"""Run work ahead in threads while its results are used, in order and with bounded memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["default_workers", "run_ahead"]

Job = TypeVar("Job")
Result = TypeVar("Result")


def run_ahead(
    jobs: Iterable[Job], work: Callable[[Job], Result], *, workers: int, ahead: int
) -> Iterator[tuple[Job, Result]]:
    """Apply a function to jobs in worker threads and give the results in the jobs' order.

    Threads, not processes: PIL frees Python's lock while it decodes and resizes, which is nearly
    all of the work, and threads need no copying of pixels between processes, start at once, and
    cannot be left behind by a kill.

    Parameters
    ----------
    jobs : iterable
        Read lazily, at most ``ahead`` jobs before the one whose result is given.
    work : callable
        Called with a job in a worker thread. What it raises is raised here, at that job.
    workers : int
        Number of threads.
    ahead : int
        Most jobs begun or done and not yet given: what bounds the memory.

    Yields
    ------
    tuple of (job, result)
        In the order of ``jobs``, whatever finished first.
    """
    waiting: deque[tuple[Job, Future[Result]]] = deque()
    pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="topicart-decode")
    try:
        for job in jobs:
            waiting.append((job, pool.submit(work, job)))
            if len(waiting) > ahead:
                first, result = waiting.popleft()
                yield first, result.result()
        while waiting:
            first, result = waiting.popleft()
            yield first, result.result()
    finally:
        # Also when the reader stops early (Ctrl-C, an error, a full disk): what has not begun
        # is dropped, and the few that have begun finish by themselves.
        pool.shutdown(wait=False, cancel_futures=True)


def default_workers() -> int:
    """Choose a number of decoding threads for this process.

    Returns
    -------
    int
        The cores that the process may use, at least 2 (reading a disk or a network waits), at
        most 16.
    """
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        cores = os.cpu_count() or 1
    return min(max(cores, 2), 16)
