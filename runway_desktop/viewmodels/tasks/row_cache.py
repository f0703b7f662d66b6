"""Loaded rows of the task list: fetched by page, kept up to date, and evicted when far from the rows last viewed.

Identifies tasks by id; independent of line positions except for the requested page. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from runway_desktop.domain.account import Link
from runway_desktop.domain.library import Row
from runway_desktop.domain.task import HoldCode, OutputState, State, TaskId
from runway_desktop.services.supervised import Runner
from runway_desktop.usecases.listing.changes import Touch, merged
from runway_desktop.usecases.listing.lines import GroupLine, Line
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.queue import InQueue
from runway_desktop.usecases.words.states import Around
from runway_desktop.viewmodels.model import Model, Soon

if TYPE_CHECKING:
    from runway_desktop.services.tasks.outlook import Outlook

PAGE = 120
"""Rows per fetch: slightly more than a tall window shows."""
MOST_ROWS = 4000
"""Maximum number of rows in memory; beyond it, distant rows are evicted."""


class RowCache(Model):
    """`position` returns a task's position in the list, or None."""

    changed = Signal(object)
    """Ids of tasks whose rows changed."""
    fetched = Signal(object)
    """Rows loaded from the store."""

    def __init__(
        self, cases: UseCases, runner: Runner, position: Callable[[TaskId], int | None], parent: QObject | None = None
    ) -> None:
        super().__init__(cases, runner, parent)
        self._position = position
        self._rows: dict[TaskId, Row] = {}
        self._received: dict[TaskId, dict[int, tuple[int, int | None]]] = {}
        self._uploaded: dict[TaskId, float] = {}
        self._remaining: dict[TaskId, tuple[float, float]] = {}
        self._wanted: set[TaskId] = set()
        self._coming: set[TaskId] = set()
        self._asked_for = range(0)
        """Positions covered by the page requested in this pass of the event loop."""
        self._looked_at = 0
        self.is_queue = False
        self.shown_move: Outlook | None = None
        """Forecast during a drag."""
        self._timer = Soon(self, 0, self._fetch_wanted)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, task_id: object) -> bool:
        return task_id in self._rows

    def get(self, task_id: TaskId) -> Row | None:
        return self._rows.get(task_id)

    def in_states(self, states: set[State]) -> list[TaskId]:
        return [task_id for task_id, row in self._rows.items() if row.task.state in states]

    def connected(self) -> list[TaskId]:
        """Ids of tasks whose state depends on the connection: queued, live, and those with outputs to be saved."""
        return [
            task_id
            for task_id, row in self._rows.items()
            if row.task.state is State.QUEUED
            or row.task.state.is_live
            or any(output.state in (OutputState.WAITING, OutputState.DOWNLOADING) for output in row.outputs)
        ]

    def around(self, row: Row) -> Around:
        """Additional data for a row's text: queue position, progress, remaining time."""
        task = row.task
        offline = self._cases.account.connection.link is Link.OFFLINE
        if task.state is State.THROTTLED:
            slots = self._cases.queue.slots(task.request.model)
            return Around(slots_used=slots.in_use, slots=slots.limit, offline=offline)
        if task.state is State.QUEUED:
            price = self._cases.pricing.price(task.request)
            return Around(
                kept=self._cases.queue.keeps(task, self.shown_move),
                uploaded=self._uploaded.get(task.id),
                price=price.credits if price is not None else None,
                turn=self._turn(task.id),
                offline=offline,
            )
        received = self._received.get(task.id, {})
        expected = [total for _, total in received.values()]
        known = [total for total in expected if total is not None]
        return Around(
            remaining=self._remaining.get(task.id),
            received=sum(done for done, _ in received.values()),
            expected=sum(known) if known and len(known) == len(expected) else None,
            uploaded=self._uploaded.get(task.id),
            offline=offline,
            now=self._cases.clock.now(),
        )

    def _turn(self, task_id: TaskId) -> InQueue:
        now = self._cases.queue.outlook()
        shown = self.shown_move or now
        start, before = shown.starts.get(task_id), now.starts.get(task_id)
        return InQueue(
            position=shown.order.get(task_id),
            start=(start.low, start.high) if start is not None else None,
            before=(before.low, before.high) if before is not None else None,
            is_moving=shown is not now and (start, shown.order.get(task_id)) != (before, now.order.get(task_id)),
            is_queue=self.is_queue,
        )

    def want(self, position: int, lines: Sequence[Line]) -> None:
        """Requests the page around an unknown line."""
        self._looked_at = position
        if position in self._asked_for:
            return
        first = max(0, position - PAGE // 4)
        self._asked_for = range(max(first, position - PAGE // 8), min(first + PAGE, position + PAGE // 2))
        for line in lines[first : first + PAGE]:
            if not isinstance(line, GroupLine) and line not in self._rows and line not in self._coming:
                self._wanted.add(line)
        if self._wanted:
            self._timer.begin()

    def lines_changed(self) -> None:
        """Call when positions changed."""
        self._asked_for = range(0)

    def with_rows(self, task_ids: Sequence[TaskId], then: Callable[[list[Row]], None]) -> None:
        """Calls `then` with the rows of these tasks: immediately if all are loaded, else after loading."""
        known = [self._rows.get(task_id) for task_id in task_ids]
        if all(known):
            then([row for row in known if row is not None])
        else:
            self._runner(self._all_of(list(task_ids)), "fetch chosen rows", done=then)

    async def fetch(self, wanted: Sequence[TaskId], *, again: bool = False) -> None:
        """Loads rows. `again` replaces those already loaded."""
        if not wanted:
            return
        try:
            rows = await self._cases.library.rows(wanted)
        finally:
            self._coming.difference_update(wanted)
        for row in rows:
            if again or row.task.id not in self._rows:
                self._rows[row.task.id] = row
        self._let_go()
        found = [row.task.id for row in rows]
        self.changed.emit(found)
        self.fetched.emit(rows)
        await self._forecast(found)

    def take(self, rows: Sequence[Row]) -> None:
        """Adds rows that arrived with their lines, before these are shown, without `changed`. Loaded rows are kept,
        since they may be newer."""
        found = [row for row in rows if row.task.id not in self._rows]
        if not found:
            return
        self._rows |= {row.task.id: row for row in found}
        self._let_go()
        self.fetched.emit(found)
        running = [row.task.id for row in found if row.task.state is State.RUNNING]
        if running:
            self._runner(self._forecast(running), "time left")

    def touched(self, touches: Mapping[TaskId, Touch]) -> None:
        """Applies changes to loaded rows."""
        shown = [task_id for task_id in touches if task_id in self._rows]
        edited = [task_id for task_id in shown if self._absorb(task_id, touches[task_id])]
        self.changed.emit(shown)
        running = [task_id for task_id in shown if self._rows[task_id].task.state is State.RUNNING]
        if running or any(task_id in self._remaining for task_id in shown):
            self._runner(self._forecast(shown), "time left")
        if edited:
            self._runner(self.fetch(edited, again=True), "fetch edited rows")

    def _absorb(self, task_id: TaskId, touch: Touch) -> bool:
        """Applies a change to a row. Returns whether the request changed."""
        before = self._rows[task_id]
        after = Row(
            task=touch.task or before.task,
            outputs=merged(before.outputs, touch.outputs),
            first_input_path=before.first_input_path,
        )
        self._rows[task_id] = after
        if touch.received:
            self._received.setdefault(task_id, {}).update(touch.received)
        if touch.outputs and after.outputs and all(output.saved_at for output in after.outputs):
            self._received.pop(task_id, None)
        if touch.uploaded is not None:
            self._uploaded[task_id] = touch.uploaded
        if not after.task.state.is_local or after.task.hold.code is not HoldCode.ITS_TURN:
            self._uploaded.pop(task_id, None)
        return touch.task is not None and touch.task.request != before.task.request

    def _fetch_wanted(self) -> None:
        self._asked_for = range(0)
        wanted, self._wanted = list(self._wanted), set()
        if wanted:
            self._coming.update(wanted)
            self._runner(self.fetch(wanted), "fetch rows")

    async def _all_of(self, task_ids: list[TaskId]) -> list[Row]:
        missing = [task_id for task_id in task_ids if task_id not in self._rows]
        fetched = {row.task.id: row for row in await self._cases.library.rows(missing)}
        found = (self._rows.get(task_id) or fetched.get(task_id) for task_id in task_ids)
        return [row for row in found if row is not None]

    def _let_go(self) -> None:
        """Evicts rows far from the rows last viewed; they are loaded again on demand."""
        if len(self._rows) <= MOST_ROWS:
            return
        near = range(self._looked_at - MOST_ROWS // 4, self._looked_at + MOST_ROWS // 4)
        self._rows = {key: row for key, row in self._rows.items() if self._position(key) in near}
        for memory in (self._received, self._uploaded, self._remaining):
            for task_id in [task_id for task_id in memory if task_id not in self._rows]:
                del memory[task_id]

    async def _forecast(self, task_ids: Iterable[TaskId]) -> None:
        moved: list[TaskId] = []
        for task_id in task_ids:
            row = self._rows.get(task_id)
            if row is None or row.task.state is not State.RUNNING:
                self._remaining.pop(task_id, None)
                continue
            found = await self._cases.forecasts.remaining(row.task)
            left = (found.low, found.high) if found is not None else None
            if left != self._remaining.get(task_id):
                moved.append(task_id)
            if left is not None:
                self._remaining[task_id] = left
            else:
                self._remaining.pop(task_id, None)
        self.changed.emit(moved)
