"""Offers the profile's backups if the list of tasks cannot be opened, instead of the main window.

GUI thread, which is the loop's; blocking work is done in order on a single worker thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from runway_desktop.domain.errors import DamagedList, RunwayDesktopError
from runway_desktop.domain.profiles import Profile
from runway_desktop.services.backup.restoring import RestorePreview
from runway_desktop.services.backup.watching import Stopped, Watch, WatchProgress
from runway_desktop.texts import _
from runway_desktop.ui.profiles.backups import DamagedWindow
from runway_desktop.ui.theme import Theme
from runway_desktop.wiring.build import begin_empty, checked_backups, restore_damaged

log = logging.getLogger(__name__)


async def offer_backups(theme: Theme, profile: Profile, error: DamagedList) -> bool:
    """Returns whether the program must be restarted: with the restored list, or with an empty one."""
    window = DamagedWindow(error.message, error.advice, error.detail, theme)
    offer = _Offer(profile, window)
    closed = asyncio.Event()
    window.finished.connect(lambda _: closed.set())
    window.open()
    offer.look()
    await closed.wait()
    offer.is_over = True
    await asyncio.to_thread(offer.close)
    return offer.is_done


class _Offer(QObject):
    """Executes the window's requests. The signals carry the worker's results to the GUI thread."""

    found = Signal(object)
    """An Outlook, or the path of a backup that cannot be restored; None after the last one."""
    came = Signal(object)
    """A Progress."""
    ended = Signal(str)
    """Empty on success; otherwise the error message."""

    def __init__(self, profile: Profile, window: DamagedWindow) -> None:
        super().__init__()
        self.is_done = False
        self.is_over = False
        """The window is closed: later results of the worker are not shown."""
        self._profile = profile
        self._window = window
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="damaged list")
        self._looking = Watch()
        self._working = Watch(self.came.emit)
        queued = Qt.ConnectionType.QueuedConnection
        self.found.connect(self._show, queued)
        self.came.connect(self._show_progress, queued)
        self.ended.connect(self._end, queued)
        window.restore_wanted.connect(self._restore)
        window.empty_wanted.connect(self._begin_empty)

    def look(self) -> None:
        def work() -> None:
            try:
                for found in checked_backups(self._profile, self._looking):
                    self.found.emit(found)
            except Stopped:
                return
            self.found.emit(None)

        self._worker.submit(work)

    def close(self) -> None:
        self._looking.stop()
        self._worker.shutdown(wait=True)

    def _restore(self, path: Path) -> None:
        self._do(_("Restoring…"), lambda: restore_damaged(self._profile, path, self._working))

    def _begin_empty(self) -> None:
        self._do(_("Creating an empty list…"), lambda: begin_empty(self._profile))

    def _do(self, words: str, work: Callable[[], None]) -> None:
        self._looking.stop()
        self._window.show_working(words, 0, 0)

        def doing() -> None:
            try:
                work()
            except RunwayDesktopError as error:
                log.warning("Not done: %s (%s)", error, error.detail)
                self.ended.emit(error.in_words())
            except Exception:
                log.exception("A mistake of the program: %s", words)
                self.ended.emit(_("Something went wrong. Nothing was changed. See the log for details."))
            else:
                self.ended.emit("")

        self._worker.submit(doing)

    @Slot(object)
    def _show(self, found: RestorePreview | Path | None) -> None:
        if self.is_over:
            return
        match found:
            case RestorePreview():
                self._window.add_backup(found.path, found.manifest.made_at, found.contents.tasks, found.size)
            case Path():
                self._window.add_unusable(found)
            case None:
                self._window.show_checked()

    @Slot(object)
    def _show_progress(self, progress: WatchProgress) -> None:
        self._window.show_working(str(progress.words), progress.done, progress.total)

    @Slot(str)
    def _end(self, problem: str) -> None:
        if problem:
            self._window.show_problem(problem)
            return
        self.is_done = True
        self._window.accept()
