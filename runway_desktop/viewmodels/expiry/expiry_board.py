"""State of the expiry board: results of succeeded tasks that are not on this disk, and actions for them.

Queries the store after results change, updates texts by the clock, and reports urgent results once per link. GUI thread
only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.domain.errors import KeyRefused, NotReached, RunwayDesktopError
from runway_desktop.domain.events import Notice
from runway_desktop.domain.folders import NO_ANSWER
from runway_desktop.domain.library import NotSaved, Row
from runway_desktop.domain.moments import LinkLife
from runway_desktop.domain.task import Output, OutputState, TaskId
from runway_desktop.services.disk.disk_threads import QuickLook
from runway_desktop.services.disk.disk_words import of_health
from runway_desktop.services.disk.folder_look import folder_problem
from runway_desktop.services.supervised import Runner
from runway_desktop.texts import _, in_turn, ngettext
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words.expiry import (
    BoardLine,
    Key,
    is_over,
    is_urgent,
    line_of,
    urgent_words,
    worth_telling,
)
from runway_desktop.usecases.words.folders import refusal_words
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model, Soon

from .board_table import BoardLines

MOST = 1_000
"""Maximum number of rows; beyond it only the total is shown."""
SETTLE_MS, SETTLE_MOST_MS = 400, 10_000
"""Delay between a change and the next query of the store."""
TICK_MS = 20_000
ASKED_AT_ONCE = 4


class ExpiryBoard(Model):
    changed = Signal()
    """Totals or texts outside the rows changed."""
    urgent = Signal(str)
    """A sentence: results became urgent and their downloads do not progress. Once per link."""

    def __init__(self, cases: UseCases, bridge: Bridge, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(cases, runner, parent)
        self.lines = BoardLines(self)
        self._found = NotSaved()
        self.is_open = False
        """The page is open: it stays listed even without rows."""
        self._received: dict[Key, tuple[int, int | None]] = {}
        self._moved: dict[Key, float] = {}
        """When each running download last received bytes."""
        self._began = self._last_moved = cases.clock.now()
        self._told: set[tuple[TaskId, int, float]] = set()
        self._said: tuple[object, ...] = ()
        self._asked = 0
        self._soon = Soon(self, SETTLE_MS, self.refresh)
        self._clock = QTimer(self, interval=TICK_MS)
        self._clock.timeout.connect(self.tick)
        self._clock.start()
        bridge.tasks_touched.connect(self._touched)
        bridge.library_folder_changed.connect(lambda _: self._show())

    @property
    def total(self) -> int:
        """Number of results not on this disk, including those being saved."""
        return self._found.total

    @property
    def count(self) -> int:
        """Number of results worth a row and a mention."""
        return worth_telling(self._found, self._cases.clock.now())

    def set_open(self, is_open: bool) -> None:
        """Opens or closes the board; rows are only filled while it is open."""
        if is_open != self.is_open:
            self.is_open = is_open
            # The text was shorter while closed, so compare again.
            self._said = ()
            self._show()

    def summary(self) -> str:
        """Text below the title: number of results, and what the times mean."""
        hidden = self.total - len(self._found.results)
        shown = len(self._found.results)
        more = ngettext("The most urgent one is shown.", "The {n} most urgent are shown.", shown)
        said = ngettext(
            "{n} result is paid for but not on this computer.",
            "{n} results are paid for but not on this computer.",
            self.total,
        )
        why = _(
            "A link works for 24 to 48 hours after it was fetched. "
            "Runway does not say how long it keeps the result itself."
        )
        return str(in_turn(said, more if hidden > 0 else "", why))

    def folder_trouble(self) -> str:
        """Why the library's folder cannot be used; empty if it can."""
        error = of_health(self._cases.folder.health)
        return error.in_words() if error is not None else ""

    @property
    def library(self) -> Path:
        return self._cases.settings.library

    def ready(self) -> int:
        """Number of rows with an action; the others are being saved."""
        return sum(bool(line.action) for line in self.lines.lines())

    def refresh(self) -> None:
        self._asked += 1
        self._runner(self._load(self._asked), "look for what is not saved")

    def tick(self) -> None:
        """Updates texts and bars by the clock, and checks for urgent results."""
        self._show()

    def save_now(self, keys: Collection[Key]) -> None:
        """Saves these results now. If a link expired or a file is missing, asks Runway for the task first."""
        chosen = [(row, output) for row, output in self._found.results if (output.task_id, output.index) in set(keys)]
        waiting = {output.task_id for _, output in chosen if not self._must_ask(output)}
        asked = list(dict.fromkeys(output.task_id for _, output in chosen if self._must_ask(output)))
        if waiting:
            self._cases.downloads.resume_waiting(waiting)
        if asked:
            self._runner(self._ask(asked), "ask for results")
        if trouble := self.folder_trouble():
            self._cases.bus.tell(Notice(trouble, is_problem=True))

    def rows_of(self, keys: Collection[Key]) -> list[Row]:
        """Rows of these tasks, without duplicates."""
        wanted = {task_id for task_id, _ in keys}
        rows = {row.task.id: row for row, _ in self._found.results if row.task.id in wanted}
        return list(rows.values())

    def save_all(self) -> None:
        self.save_now([line.key for line in self.lines.lines() if line.action])

    def set_library(self, folder: str) -> str:
        """Sets the library's folder; returns a sentence if it cannot be used."""
        problem = refusal_words(QuickLook().ask(folder_problem, Path(folder), otherwise=NO_ANSWER))
        if not problem:
            self._cases.settings.library_folder = folder
            self._cases.downloads.resume_waiting()
        return problem

    def _must_ask(self, output: Output) -> bool:
        return output.is_missing or is_over(output, self._cases.clock.now())

    async def _ask(self, task_ids: Sequence[TaskId]) -> None:
        """Fetches each task from Runway. Equal errors are reported once with their number. Stops after a network or key
        error."""
        turns = asyncio.Semaphore(ASKED_AT_ONCE)
        failed: list[RunwayDesktopError] = []

        async def one(task_id: TaskId) -> None:
            async with turns:
                if any(isinstance(error, NotReached | KeyRefused) for error in failed):
                    return
                try:
                    await self._cases.downloads.fetch_again(task_id)
                except RunwayDesktopError as error:
                    failed.append(error)

        await asyncio.gather(*map(one, task_ids))
        words = [error.in_words() for error in failed]
        for sentence in dict.fromkeys(words):
            times = words.count(sentence)
            several = ngettext("{n} task: {problem}", "{n} tasks: {problem}", times, problem=sentence)
            self._cases.bus.tell(Notice(sentence if times == 1 else several, is_problem=True))
        self.refresh()

    async def _load(self, asked: int) -> None:
        began = self._cases.clock.monotonic()
        found = await self._cases.library.not_saved(self._cases.clock.now(), MOST)
        # The query takes a second if a whole library is missing, so it runs less often then.
        took = self._cases.clock.monotonic() - began
        self._soon.setInterval(max(SETTLE_MS, min(SETTLE_MOST_MS, round(took * 10_000))))
        if asked == self._asked:
            self._found = found
            known = {(output.task_id, output.index) for _, output in found.results}
            self._received = {key: bytes_ for key, bytes_ in self._received.items() if key in known}
            self._moved = {key: at for key, at in self._moved.items() if key in known}
            self._show()

    def _touched(self, touches: dict[TaskId, Touch]) -> None:
        now, moved = self._cases.clock.now(), set()
        for task_id, touch in touches.items():
            for index, received in touch.received.items():
                self._received[task_id, index] = received
                self._moved[task_id, index] = self._last_moved = now
                moved.add((task_id, index))
            if touch.outputs or touch.task is not None:
                self._soon.begin()
        for row, output in self._found.results if moved and self.is_open else ():
            if (output.task_id, output.index) in moved:
                self.lines.fill(self._line(row, output, now))

    def _show(self) -> None:
        now = self._cases.clock.now()
        if self.is_open:
            self.lines.show([self._line(row, output, now) for row, output in self._found.results])
        said = (self.total, self.count, self.folder_trouble(), self.ready())
        if said != self._said:
            self._said = said
            self.changed.emit()
        self._tell_urgent(now)

    def _line(self, row: Row, output: Output, now: float) -> BoardLine:
        key = (output.task_id, output.index)
        return line_of(row, output, now, self._received.get(key) if output.state is OutputState.DOWNLOADING else None)

    def _tell_urgent(self, now: float) -> None:
        urgent = [
            output
            for _, output in self._found.results
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
