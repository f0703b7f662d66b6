"""How late a timer of 5 ms fires on a loop of Qt: what a person feels as sluggishness. GUI thread.

Lateness is the time since the timer fired before, less 5 ms; a loop that is blocked for 50 ms shows 45.
"""

from __future__ import annotations

import itertools
import time
from array import array
from collections.abc import Sequence
from typing import Self

from PySide6.QtCore import QObject, Qt, QTimer

from tests.benchmarks.children import say
from tests.benchmarks.table import quantile

INTERVAL_MS = 5


class LagProbe(QObject):
    """Waits `after` seconds, measures for `length` seconds, and says "lag" with milliseconds, and with `rows` as it is
    then."""

    def __init__(self, after: float, length: float, parent: QObject | None = None, rows: Sequence[float] = ()) -> None:
        super().__init__(parent)
        self._after = after
        self._length = length
        self._rows = rows
        self._moments = array("d")
        self._timer = QTimer(self, timerType=Qt.TimerType.PreciseTimer, interval=INTERVAL_MS)
        self._timer.timeout.connect(self._fired)

    def start(self) -> None:
        QTimer.singleShot(int(self._after * 1000), self._begin)

    def _begin(self) -> None:
        say("begins")
        self._fired()
        self._timer.start()
        QTimer.singleShot(int(self._length * 1000), self._end)

    def _fired(self) -> None:
        self._moments.append(time.perf_counter())

    def _end(self) -> None:
        self._timer.stop()
        self._fired()
        pairs = zip(self._moments, self._moments[1:], strict=False)
        late = [max(0.0, (after - before) * 1000 - INTERVAL_MS) for before, after in pairs]
        say(
            "lag",
            p50=quantile(late, 0.5),
            p99=quantile(late, 0.99),
            worst=max(late, default=None),
            fired=len(late),
            worst_ten=sorted(late, reverse=True)[:10],
            rows=list(self._rows),
        )


class Stall:
    """The longest time that the loop stood still inside the block, in seconds beyond the timer's own."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._moments: list[float] = []
        self._timer = QTimer(interval=INTERVAL_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(lambda: self._moments.append(time.perf_counter()))

    def __enter__(self) -> Self:
        self._moments = [time.perf_counter()]
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()
        moments = [*self._moments, time.perf_counter()]
        late = max(after - before for before, after in itertools.pairwise(moments))
        self.longest = max(0.0, late - INTERVAL_MS / 1000)
