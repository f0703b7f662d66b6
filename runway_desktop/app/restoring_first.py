"""Finishes a restore at the start, before the list of tasks is opened, and shows how far it is once that takes longer
than a moment.

GUI thread, before any loop of ours runs; the restore itself is on a thread of its own. Raises what finishing it raises.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from runway_desktop.domain.profiles import Profile
from runway_desktop.services.backup.watching import Progress, Watch
from runway_desktop.ui.profiles.progress_foot import WaitingWindow
from runway_desktop.ui.theme import Theme

Finish = Callable[[Profile, Watch], bool]

SHOWN_AFTER_MS = 1000


def finish_in_sight(
    application: QApplication, profile: Profile, finish: Finish, *, shown_after_ms: int = SHOWN_AFTER_MS
) -> bool:
    """What `finish` gives, which runs on another thread. A window shows how far it is after so many milliseconds."""
    sight = _Sight(application, profile, shown_after_ms)
    done: Future[bool] = Future()
    done.add_done_callback(lambda _: sight.ended.emit())

    def work() -> None:
        try:
            done.set_result(finish(profile, Watch(sight.came.emit)))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            done.set_exception(error)

    thread = threading.Thread(target=work, name="finish restore")
    # Once the loop runs: an end that came before would be waited for in vain.
    QTimer.singleShot(0, thread.start)
    application.exec()
    thread.join()
    sight.close()
    return done.result()


class _Sight(QObject):
    """The window, once it is wanted, and what it shows."""

    came = Signal(object)
    """A Progress, from the restore's thread."""
    ended = Signal()

    def __init__(self, application: QApplication, profile: Profile, shown_after_ms: int) -> None:
        super().__init__()
        self._application = application
        self._profile = profile
        self._progress = Progress("Beginning")
        self._theme: Theme | None = None
        self._window: WaitingWindow | None = None
        self._timer = QTimer(self, singleShot=True, interval=shown_after_ms)
        self._timer.timeout.connect(self._show)
        self._timer.start()
        self.came.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self.ended.connect(self._end, Qt.ConnectionType.QueuedConnection)

    def close(self) -> None:
        self._timer.stop()
        if self._window is not None:
            self._window.hide()
            self._window.deleteLater()
        if self._theme is not None:
            self._theme.deleteLater()

    @Slot(object)
    def _take(self, progress: Progress) -> None:
        self._progress = progress
        if self._window is not None:
            self._window.foot.show_progress(progress.words, progress.done, progress.total)

    @Slot()
    def _end(self) -> None:
        # `quit` would ask the window first, which stays open whoever asks.
        self._application.exit()

    @Slot()
    def _show(self) -> None:
        self._theme = Theme(self._application)
        self._window = WaitingWindow(
            f"Restoring the profile “{self._profile.name}”…",
            "The window opens when it is done. What is here now is kept as a backup.",
            self._theme,
        )
        self._take(self._progress)
        self._window.show()
