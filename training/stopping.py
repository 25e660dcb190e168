"""Stop between two steps when asked to: on Ctrl-C, or when a scheduler ends the job."""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType, TracebackType
from typing import Any

__all__ = ["StopRequest"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

PASSED_ON_S = 5.0
"""Signals within so many seconds are one: launchers pass on what the terminal has told all."""


class StopRequest:
    """Remembers the first signal to stop, so that a step is finished and kept; a second ends it.

    Signals reach only a program's main thread: elsewhere nothing is caught.
    """

    def __init__(self) -> None:
        self.asked = False
        self._asked_at = 0.0
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> StopRequest:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._ask) for number in _SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if not self.asked:
            self.asked, self._asked_at = True, now
        elif now - self._asked_at > PASSED_ON_S:
            raise KeyboardInterrupt
