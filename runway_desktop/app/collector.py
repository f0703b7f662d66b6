"""Python's search for garbage, kept out of the person's way and on the GUI thread alone.

Nothing that starting makes is garbage, but a search goes through all of it: again and again while modules are
imported, and later, in one go, for 50 ms in which the window stands still. So it is held back from the first line
on, and spares what is there then.

Left to itself the search also runs on whichever thread allocates next, the database's say, and destroys there what
nobody holds any more: a dialog's view-model with its timers, which Qt answers with a warning at best. So it stays
switched off, and a timer does its work where the objects live.

And glibc's own store of memory: it is shared by all threads, and what is free in it goes back to the system.
"""

from __future__ import annotations

import gc
import sys

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 250
SELDOM_MS = 2_000
"""While nothing is found to search: at rest the program should seldom wake."""
GIVEN_BACK_AFTER = (3_000, 8_000)
"""Milliseconds: by then the list of tasks was looked through; what waits for the network has given up."""
GIVEN_BACK_EVERY = 60_000
"""Milliseconds: what frames and posters took."""
_ARENA_MAX = -8
"""The name of this parameter in glibc's `malloc.h`."""
_ARENAS = 2
"""The GUI thread's, and one for all others. They rarely allocate at once: Python lets one of them run at a time."""


def spare_what_is_there() -> None:
    """From now on what is there is searched no more; what comes later is, as usual."""
    gc.freeze()


def share_arenas() -> None:
    """Has all threads allocate from two arenas. glibc would give each of two dozen one of its own, and each keeps what
    its thread freed: 227 MB instead of 170 once a thousand tasks have passed. Before the first thread is started;
    elsewhere than with glibc nothing happens."""
    _ask_glibc("mallopt", _ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Hands what was used and freed to the system again, which glibc would keep: 3 MB after a start, 36 MB after 300
    posters. Elsewhere nothing happens. Takes half a millisecond, 5 where there is much."""
    _ask_glibc("malloc_trim", 0)


def _ask_glibc(function: str, *given: int) -> None:
    if sys.platform.startswith("linux"):
        import ctypes

        found = getattr(ctypes.CDLL(None), function, None)
        if found is not None:
            found(*given)


def begin_to_give_back(parent: QObject) -> None:
    """After the start has settled, and from then on as long as `parent` lives."""
    timers = [QTimer(parent, interval=after, singleShot=True) for after in GIVEN_BACK_AFTER]
    for timer in (*timers, QTimer(parent, interval=GIVEN_BACK_EVERY)):
        timer.timeout.connect(give_back)
        timer.start()


class Collector(QObject):
    """Searches from a timer, from now on until `close`."""

    def __init__(self) -> None:
        super().__init__()
        self._was_on = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._has_begun = False
        self._timer.timeout.connect(self.search)
        self._timer.start()

    def search(self) -> None:
        """The oldest generation whose count is past its threshold, as Python itself would. Not before what starting
        made is spared."""
        # Python goes through all that is spared to tell how much it is: asked every time, the window would stand still
        # for that long four times a second.
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
        """Leaves it as it was found: Python's own search would go on with what a worker's thread allocates, and destroy
        there what belongs to Qt."""
        self._timer.stop()
        if self._was_on:
            gc.enable()
