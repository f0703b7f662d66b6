"""Python's cycle collector, on the GUI thread alone.

Left to itself it runs on whichever thread allocates next, the database's say, and destroys there what nobody holds
any more: a dialog's view-model with its timers, which Qt answers with a warning at best. So it is switched off, and
a timer does its work where the objects live. GUI thread only.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 250


class Collector(QObject):
    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=EVERY_MS)
        self._timer.timeout.connect(collect)
        gc.disable()
        self._timer.start()

    def close(self) -> None:
        """Gives the work back to Python."""
        self._timer.stop()
        gc.enable()


def collect() -> None:
    """The oldest generation whose count is past its threshold, as Python itself would."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation]:
            gc.collect(generation)
            return
