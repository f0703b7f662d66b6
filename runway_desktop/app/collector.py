"""Garbage collection on the GUI thread only, at suitable times; and returning freed memory to the system.

Start-up creates no garbage, but each collection walks all its objects: many times during imports, and later for 50 ms
at once, which freezes the window. So collection is off from the first line, and the objects of start-up are frozen.

Python collects on whichever thread allocates, such as the database's, and would destroy there GUI objects: for instance
a dialog's view-model with its timers, for which Qt prints a warning at best. So automatic collection stays off, and a
timer collects on the GUI thread.

glibc's heap is limited to two arenas, and its free memory is returned to the system.
"""

from __future__ import annotations

import gc
import sys

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 250
SELDOM_MS = 2_000
"""While nothing is found to search: at rest the program should seldom wake."""
GIVEN_BACK_AFTER = (3_000, 8_000)
"""Milliseconds: after the list of tasks was checked, and after network time-outs."""
GIVEN_BACK_EVERY = 60_000
"""Milliseconds: returns the memory of frames and posters."""
_ARENA_MAX = -8
"""The parameter's number in glibc's `malloc.h`."""
_ARENAS = 2
"""One for the GUI thread, one for all others. These seldom allocate at the same time: of Python's threads one runs at a
time."""


def spare_what_is_there() -> None:
    """Excludes all present objects from collection."""
    gc.freeze()


def share_arenas() -> None:
    """Limits malloc to two arenas. By default glibc gives each of two dozen threads its own, which keeps the memory
    freed by the thread: 227 MB instead of 170 after a thousand tasks. Call before the first thread is started; without
    glibc it does nothing."""
    _ask_glibc("mallopt", _ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Returns freed memory to the system, which glibc would keep: 3 MB after a start, 36 MB after 300 posters. Without
    glibc it does nothing. Takes half a millisecond, 5 if there is much."""
    _ask_glibc("malloc_trim", 0)


def _ask_glibc(function: str, *given: int) -> None:
    if sys.platform.startswith("linux"):
        import ctypes

        found = getattr(ctypes.CDLL(None), function, None)
        if found is not None:
            found(*given)


def begin_to_give_back(parent: QObject) -> None:
    """Starts the timers, which first wait until start-up is complete; they live as long as `parent`."""
    timers = [QTimer(parent, interval=after, singleShot=True) for after in GIVEN_BACK_AFTER]
    for timer in (*timers, QTimer(parent, interval=GIVEN_BACK_EVERY)):
        timer.timeout.connect(give_back)
        timer.start()


class Collector(QObject):
    """Collects garbage from a timer until `close`."""

    def __init__(self) -> None:
        super().__init__()
        self._was_on = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._has_begun = False
        self._timer.timeout.connect(self.search)
        self._timer.start()

    def search(self) -> None:
        """Collects the oldest generation whose count exceeds its threshold, as Python would. Not before the objects of
        start-up are frozen."""
        # Cached: `get_freeze_count` walks all frozen objects, which would freeze the window four times a second.
        self._has_begun = self._has_begun or gc.get_freeze_count() > 0
        for generation in (2, 1, 0) if self._has_begun else ():
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                self._timer.setInterval(EVERY_MS)
                gc.collect(generation)
                return
        self._timer.setInterval(min(2 * self._timer.interval(), SELDOM_MS))

    @property
    def interval(self) -> int:
        """Milliseconds until it searches next."""
        return self._timer.interval()

    def close(self) -> None:
        """Stops the timer and restores the state from before. In the program collection stays off, because Python would
        destroy objects of Qt on worker threads."""
        self._timer.stop()
        if self._was_on:
            gc.enable()
