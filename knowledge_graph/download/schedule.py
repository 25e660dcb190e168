"""Which picture is fetched next, and when: no host is asked too often or while it is in trouble."""

from __future__ import annotations

import heapq
import itertools
import random
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

_LONGEST_BACKOFF_S = 60.0
LONGEST_WAIT_S = 600.0
"""A server that asks to be left alone for longer is asked again after this."""
GIVE_UP = 12
"""A host that fails so often in a row is asked no more."""


@dataclass(eq=False)
class Job:
    """One picture to fetch."""

    address: str
    """As the collection has it."""
    work_id: str
    """The first work that it is of."""
    stem: str
    """What its file will be called, but for the suffix."""
    asked: tuple[str, ...]
    """Under which addresses it is asked for, the best first."""
    host: str
    """The host of these."""
    tries: int = 0
    """How often it failed so far."""


class Clock:
    """Time, so that a test may let it pass quickly."""

    def now(self) -> float:
        """Give the time.

        Returns
        -------
        float
            Seconds since some moment.
        """
        return time.monotonic()

    def wait(self, changed: threading.Condition, seconds: float | None) -> None:
        """Wait for so long, or until something has changed.

        Parameters
        ----------
        changed : threading.Condition
            Held by the caller.
        seconds : float or None
            None to wait for the change only.
        """
        changed.wait(seconds)


@dataclass(eq=False)
class _Host:
    """What is to be fetched from a host and when it may be asked again."""

    name: str
    ready: float = 0.0
    failures: int = 0  # in a row
    listed: bool = False
    jobs: list[tuple[float, int, Job]] = field(default_factory=list)

    @property
    def due(self) -> float:
        """When its next job may be done."""
        return self.jobs[0][0] if self.given_up else max(self.ready, self.jobs[0][0])

    @property
    def given_up(self) -> bool:
        return self.failures >= GIVE_UP


class Schedule:
    """Hands out jobs to threads, whatever host is due first.

    Parameters
    ----------
    jobs : iterable of Job
        What is to be done; those of one host in this order.
    rate : float
        Requests per second to one host.
    retries : int
        How often a job is done again.
    clock : Clock
        Time.
    """

    def __init__(self, jobs: Iterable[Job], rate: float, retries: int, clock: Clock) -> None:
        self._interval = 1.0 / rate
        self._retries = retries
        self._clock = clock
        self._changed = threading.Condition()
        self._numbers = itertools.count()
        self._hosts: dict[str, _Host] = {}
        self._due: list[tuple[float, int, _Host]] = []
        self._in_flight = 0
        self._jitter = random.Random()
        self.stopped = False
        """Whether no more is to be done."""
        for job in jobs:
            self._put(job, 0.0)

    def take(self) -> Job | None:
        """Wait for a job whose host may be asked now.

        Returns
        -------
        Job or None
            None if all are done, or ``stop`` was called.
        """
        with self._changed:
            while not self.stopped:
                if not self._due:
                    if not self._in_flight:
                        return None
                    self._clock.wait(self._changed, None)
                    continue
                noted, _, host = self._due[0]
                if noted < host.due:  # It was asked, or asked for patience, since this was noted.
                    heapq.heapreplace(self._due, (host.due, next(self._numbers), host))
                    continue
                now = self._clock.now()
                if not host.given_up and host.due > now:
                    self._clock.wait(self._changed, host.due - now)
                    continue
                heapq.heappop(self._due)
                host.listed = False
                job = heapq.heappop(host.jobs)[2]
                host.ready = max(now, host.ready) + self._interval
                self._list(host)
                self._in_flight += 1
                return job
        return None

    def pass_by(self, name: str) -> None:
        """Wait until a host may be asked for something that belongs to a job in hand.

        Parameters
        ----------
        name : str
            The host that a redirect leads to, for example.
        """
        with self._changed:
            host = self._hosts.setdefault(name, _Host(name))
            turn = max(self._clock.now(), host.ready)
            host.ready = turn + self._interval
            while not self.stopped and (left := turn - self._clock.now()) > 0:
                self._clock.wait(self._changed, left)

    def given_up(self, job: Job) -> bool:
        """Say whether a job's host is asked no more.

        Parameters
        ----------
        job : Job
            The job.

        Returns
        -------
        bool
            It has failed GIVE_UP times in a row.
        """
        with self._changed:
            return self._hosts[job.host].given_up

    def done(self, job: Job, *, answered: bool = True) -> None:
        """Take note that a job needs nothing more.

        Parameters
        ----------
        job : Job
            A job that ``take`` gave.
        answered : bool
            Whether its host is in order, with or without a picture.
        """
        with self._changed:
            self._in_flight -= 1
            if answered:
                self._hosts[job.host].failures = 0
            self._changed.notify_all()

    def again(self, job: Job, after: float | None) -> bool:
        """Do a job once more if it has not been tried too often.

        The waits are 1, 2, 4, … seconds, at most a minute, each shortened by up to a half by
        chance; the host as a whole waits likewise from the second failure in a row on.

        Parameters
        ----------
        job : Job
            A job that ``take`` gave and that failed.
        after : float or None
            Seconds that the server itself asks to be left alone for.

        Returns
        -------
        bool
            False if that was the last try.
        """
        with self._changed:
            host = self._hosts[job.host]
            host.failures += 1
            job.tries += 1
            now = self._clock.now()
            if after is not None:
                wait = min(after, LONGEST_WAIT_S)
                host.ready = max(host.ready, now + wait)
            else:
                wait = self._backoff(job.tries)
                host.ready = max(host.ready, now + self._backoff(host.failures - 1))
            self._in_flight -= 1
            repeated = job.tries <= self._retries and not host.given_up
            if repeated:
                self._put(job, now + wait)
            self._changed.notify_all()
            return repeated

    def stop(self) -> None:
        """Let nothing more be taken and nobody wait."""
        with self._changed:
            self.stopped = True
            self._changed.notify_all()

    def _backoff(self, n_failures: int) -> float:
        """Say how long to wait after so many failures; not at all after none."""
        if n_failures < 1:
            return 0.0
        full: float = min(_LONGEST_BACKOFF_S, 2.0 ** (n_failures - 1))
        return full * self._jitter.uniform(0.5, 1.0)

    def _put(self, job: Job, not_before: float) -> None:
        host = self._hosts.setdefault(job.host, _Host(job.host))
        heapq.heappush(host.jobs, (not_before, next(self._numbers), job))
        self._list(host)

    def _list(self, host: _Host) -> None:
        """Note a host among those that are due, once, if there is something to fetch from it."""
        if host.jobs and not host.listed:
            heapq.heappush(self._due, (host.due, next(self._numbers), host))
            host.listed = True
