"""A few threads for slow reading (decoding pictures, measuring sound), whose results come back to the GUI thread.

`then` runs on the GUI thread, in order of completion. What the work raises is raised again there, so that the program's
last-resort handlers see it: work that can fail for the world's reasons returns a value that says so.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from .first_use import prepare_for_threads

Result = TypeVar("Result")


class Workers(QObject):
    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None, threads: int = 2) -> None:
        super().__init__(parent)
        prepare_for_threads()
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="media")
        self._waiting: dict[Future[Any], Callable[[Any], None]] = {}
        self._closed = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(self, work: Callable[[], Result], then: Callable[[Result], None]) -> Future[Result] | None:
        """Starts `work` on a thread. Cancel the future to drop work that has not begun. None after `shutdown`."""
        if self._closed:
            return None
        future = self._pool.submit(work)
        self._waiting[future] = then
        future.add_done_callback(self._report)
        return future

    def shutdown(self) -> None:
        """Drops what has not begun and waits for what has. Results that come later are forgotten."""
        self._closed = True
        self._waiting.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

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
