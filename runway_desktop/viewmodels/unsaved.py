"""Results that are still to be saved: whether they are worth a mention, and a warning before their links expire, once
per link. Queries the store after results change. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.domain.moments import LinkLife
from runway_desktop.domain.task import Output, OutputState, TaskId
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.expiry import is_urgent, urgent_words, worth_telling

from .bridge import Bridge
from .model import Model, Soon

MOST = 1_000
"""Results that are looked at, those whose links expire first."""
SETTLE_MS, SETTLE_MOST_MS = 400, 10_000
"""Delay between a change and the next query of the store."""
TICK_MS = 20_000


class Unsaved(Model):
    changed = Signal()
    """Whether they are worth a mention changed."""
    urgent = Signal(str)
    """A sentence: results became urgent and their downloads do not progress. Once per link."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self.outputs: Sequence[Output] = ()
        self.is_worth_telling = False
        """False if there are none, or all are results of the last moment."""
        self._moved: dict[tuple[TaskId, int], float] = {}
        """When each running download last received bytes."""
        self._began = self._last_moved = cases.clock.now()
        self._told: set[tuple[TaskId, int, float]] = set()
        self._asked = 0
        self._soon = Soon(self, SETTLE_MS, self.refresh)
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self.tick)
        self._clock.start()
        bridge.tasks_touched.connect(self._touched)

    def refresh(self) -> None:
        self._asked += 1
        self._runner(self._load(self._asked), "look for what is not saved")

    def tick(self) -> None:
        """Call as time passes: links get older."""
        now = self._cases.clock.now()
        before, self.is_worth_telling = self.is_worth_telling, worth_telling(self.outputs, now)
        if self.is_worth_telling != before:
            self.changed.emit()
        self._tell_urgent(now)

    async def _load(self, asked: int) -> None:
        clock = self._cases.clock
        began = clock.monotonic()
        found = await self._cases.library.not_saved(clock.now(), MOST)
        took = clock.monotonic() - began
        self._soon.setInterval(max(SETTLE_MS, min(SETTLE_MOST_MS, round(took * 10_000))))
        if asked == self._asked:
            self.outputs = found
            known = {(output.task_id, output.index) for output in found}
            self._moved = {key: at for key, at in self._moved.items() if key in known}
            self.tick()

    def _touched(self, touches: dict[TaskId, Touch]) -> None:
        now = self._cases.clock.now()
        for task_id, touch in touches.items():
            for index in touch.received:
                self._moved[task_id, index] = self._last_moved = now
            if touch.outputs or touch.task is not None:
                self._soon.begin()

    def _tell_urgent(self, now: float) -> None:
        urgent = [
            output
            for output in self.outputs
            if (output.task_id, output.index, output.url_fetched_at) not in self._told
            and is_urgent(output, now, self._moved_at(output))
        ]
        if urgent:
            self._told |= {(output.task_id, output.index, output.url_fetched_at) for output in urgent}
            self.urgent.emit(urgent_words([LinkLife(output.url_fetched_at) for output in urgent], now))

    def _moved_at(self, output: Output) -> float:
        """When a download last progressed. Queued ones count with the last progress of any; after a start, all are
        retried."""
        if output.state is OutputState.WAITING and not output.problem:
            return max(self._last_moved, self._began)
        return max(self._moved.get((output.task_id, output.index), 0.0), self._began)
