"""A few threads for slow reading (decoding pictures, measuring sound), whose results come back to the GUI thread.

Each drive has threads of its own, and closing leaves behind what hangs: a drive that does not answer holds up only what
lies on it. `then` runs on the GUI thread, in order of completion. What the work raises is raised again there, so that
the program's last-resort handlers see it: work that can fail for the world's reasons returns a value that says so.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from runway_desktop.services.disk.disk_threads import DriveThreads, drive_at

from .first_use import prepare_for_threads

Result = TypeVar("Result")

PATIENCE = 2.0
"""Seconds that closing waits for what is under way on a drive."""


class Workers(QObject):
    """At most `threads` work on one drive at a time."""

    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None, threads: int = 2, *, patience: float = PATIENCE) -> None:
        super().__init__(parent)
        self._threads = DriveThreads(threads, "media", patience)
        self._waiting: dict[Future[Any], Callable[[Any], None]] = {}
        self._closed = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self, work: Callable[[], Result], then: Callable[[Result], None], *, at: Path | None = None
    ) -> Future[Result] | None:
        """Starts `work` on a thread of the drive that `at` lies on; None is work that touches no disk. Cancel the
        future to drop work that has not begun. None after `shutdown`. GUI thread."""
        if self._closed:
            return None
        prepare_for_threads()
        future = self._threads.submit(drive_at(at), work)
        self._waiting[future] = then
        future.add_done_callback(self._report)
        return future

    def shutdown(self) -> None:
        """Drops what has not begun and waits a little for what has. Results that come later are forgotten."""
        self._closed = True
        self._waiting.clear()
        self._threads.shutdown()

    def _report(self, future: Future[Any]) -> None:
        if not self._closed:
            self._finished.emit(future)

    @Slot(object)
    def _deliver(self, future: Future[Any]) -> None:
        then = self._waiting.pop(future, None)
        if then is None:
            return
        try:
            result = future.result()
        except CancelledError:
            return
        then(result)
