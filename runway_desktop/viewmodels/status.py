"""Texts of the status line and top bar: connection, running and queued tasks, money, downloads. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from runway_desktop.domain.account import Connectivity, KeyStatus, Link, Organization
from runway_desktop.domain.events import DownloadsCounted
from runway_desktop.domain.library import Page
from runway_desktop.domain.task import State, TaskId
from runway_desktop.texts import _, ngettext
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import account
from runway_desktop.usecases.words.folders import headline_of
from runway_desktop.usecases.words.states import Tone
from runway_desktop.viewmodels.model import Soon

from .bridge import Bridge
from .tasks.pages import Pages

GATHER_MS = 250
TIME_PASSES_MS = 5_000
"""The steps in which words about time change: at rest the program should seldom wake."""


class Status(QObject):
    changed = Signal()
    """Throttled for frequent events: emitted at once, then at most every `GATHER_MS`."""

    def __init__(self, cases: UseCases, bridge: Bridge, pages: Pages, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cases = cases
        self._pages = pages
        self._downloads = DownloadsCounted(0, 0, 0.0)
        self._timer = QTimer(self, interval=TIME_PASSES_MS)
        self._timer.timeout.connect(self.changed)
        self._timer.start()
        self._sending: set[TaskId] = set()
        self._is_due = False
        self._gathering = Soon(self, GATHER_MS, self._gathered)
        bridge.downloads_counted.connect(self._count_downloads)
        bridge.tasks_touched.connect(self._count_sending)
        for signal in (bridge.connection_changed, bridge.organization_changed, bridge.key_changed):
            signal.connect(lambda _: self.changed.emit())
        bridge.lane_changed.connect(lambda _: self._gather())
        bridge.library_move_changed.connect(lambda _: self.changed.emit())
        pages.changed.connect(self._gather)

    @property
    def connection(self) -> Connectivity:
        return self._cases.account.connection

    @property
    def key(self) -> KeyStatus:
        return self._cases.account.key

    @property
    def organization(self) -> Organization | None:
        return self._cases.account.organization

    @property
    def paused(self) -> bool:
        return self._cases.settings.paused

    def connection_words(self) -> tuple[str, Tone]:
        if self.key.is_awaited:
            return str(self.key.problem), Tone.WARN
        return account.connection_words(self.connection, self._cases.clock.now())

    def balance_words(self) -> str:
        return account.balance_words(self.organization, self._spent_since)

    def balance_detail(self) -> str:
        """When the balance was read, and what was spent since."""
        return account.balance_detail(self.organization, self._spent_since, self.now())

    @property
    def _spent_since(self) -> float:
        if self.organization is None or not self._cases.is_made("budget"):
            return 0.0
        return self._cases.budget.spent_since(self.organization.asked_at)

    def left_parts(self) -> list[str]:
        cases = self._cases
        counts = self._pages.counts.pages
        forecast = cases.queue.forecast() if cases.is_made("lane") else None
        until_sent = (forecast.low, forecast.high) if forecast is not None else None
        spent = cases.budget.spent_today if cases.is_made("budget") else 0.0
        parts = [
            _("{n} live", n=self._live),
            # They use slots, too.
            ngettext("{n} being sent", "{n} being sent", len(self._sending)) if self._sending else "",
            account.waiting_words(max(0, counts.get(Page.WAITING_HERE, 0) - len(self._sending)), until_sent),
            account.today_words(spent, cases.settings.day_cap),
            _("Sending paused") if self.paused else "",
        ]
        return [part for part in parts if part]

    def not_saved_words(self) -> str:
        """Text such as "3 not saved"; empty if none is worth a mention."""
        count = self._pages.counts.pages.get(Page.NOT_SAVED, 0)
        return ngettext("{n} not saved", "{n} not saved", count) if count else ""

    def going(self) -> account.Going:
        """Running sends, downloads and moves, and tasks at Runway."""
        cases = self._cases
        moving = cases.move.progress if self._is_moving else None
        headline = headline_of(moving) if moving is not None else ""
        return account.going_words(len(self._sending), self._downloads, self.connection.link, headline, self._live)

    @property
    def is_at_work(self) -> bool:
        """Whether something is sent, saved or moved, or Runway works on a task that can be checked. What only waits is
        no work: for its turn, for a connection, a key, or a drive. Offline, tasks go on at Runway, and their results
        are saved later."""
        if self._is_moving:
            return True
        if self.connection.link in (Link.OFFLINE, Link.NO_KEY, Link.KEY_REFUSED):
            return False
        return bool(self._sending or self._downloads.running or self._live)

    def now(self) -> float:
        """Unix seconds of the program's clock."""
        return self._cases.clock.now()

    def right_parts(self, model: str) -> list[str]:
        """Remaining generations of today for the composer's `model`, as a list of texts."""
        left = account.left_today_words(self.organization, model)
        return [left] if left else []

    @property
    def _is_moving(self) -> bool:
        return self._cases.is_made("move") and self._cases.move.is_moving

    @property
    def _live(self) -> int:
        return self._pages.counts.pages.get(Page.LIVE, 0)

    def _count_sending(self, touches: dict[TaskId, Touch]) -> None:
        """Counts tasks being sent, including those whose sending began and ended within one batch of changes."""
        came = {task_id for task_id, touch in touches.items() if State.SENDING in touch.states}
        if came or not self._sending.isdisjoint(touches):
            self._sending |= came
            self._gather()
            over = {one for one, touch in touches.items() if touch.task and touch.task.state is not State.SENDING}
            self._sending -= over

    def _count_downloads(self, counted: DownloadsCounted) -> None:
        self._downloads = counted
        self._gather()

    def _gather(self) -> None:
        self._is_due = True
        if not self._gathering.isActive():
            self._gathered()

    def _gathered(self) -> None:
        if self._is_due:
            self._is_due = False
            self._gathering.start()
            self.changed.emit()
