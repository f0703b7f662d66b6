"""Summary line of a sheet: number of ready tasks, price, balance, caps, duration. Durations come from the profile's own
history, and are omitted without one. GUI thread only.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from runway_desktop.catalog.labels import model_label
from runway_desktop.services.supervised import Runner
from runway_desktop.services.tasks.outlook import Range
from runway_desktop.services.tasks.submission import NewTask
from runway_desktop.texts import _, in_turn, ngettext
from runway_desktop.usecases.requests.order import KeptInQueue
from runway_desktop.usecases.sheets.tally import DayCap, price_words
from runway_desktop.usecases.use_cases import UseCases
from runway_desktop.usecases.words import units
from runway_desktop.usecases.words.account import balance_detail, balance_words, left_today_words
from runway_desktop.values import replace
from runway_desktop.viewmodels.bridge import Bridge
from runway_desktop.viewmodels.model import Model, Soon

from .model import SheetModel

_MOST_MODELS = 2
"""Models with slots in the line; more would be unreadable."""
_SPENT_MS = 500
"""Debounce after changes of tasks."""


class SheetSummary(Model):
    changed = Signal()

    def __init__(
        self,
        cases: UseCases,
        bridge: Bridge,
        runner: Runner,
        model: SheetModel,
        ready: Callable[[], Sequence[NewTask]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(cases, runner, parent)
        self._model = model
        self._ready = ready
        self.kept: KeptInQueue | None = None
        """Those of them that a cap or the balance would hold in the queue."""
        self._time: Range | None = None
        self._is_stopped = False
        self._look = Soon(self, 250, self._ask)
        model.counted.connect(self._counted)
        bridge.organization_changed.connect(self.changed)
        # Tasks sent meanwhile use up the cap.
        self._spent = Soon(self, _SPENT_MS, self._look_again)
        bridge.settings_changed.connect(self._tasks_moved)
        bridge.tasks_added.connect(self._tasks_moved)
        bridge.tasks_touched.connect(self._tasks_moved)

    def stop(self) -> None:
        self._is_stopped = True
        self._look.stop()
        self._spent.stop()

    @property
    def is_short(self) -> bool:
        """Whether not all ready tasks can be made today."""
        return self.kept is not None or any(self._over_day(name, n) for name, n in self._amounts())

    @property
    def balance_detail(self) -> str:
        """How old the balance is, and what was spent since."""
        organization, cases = self._cases.account.organization, self._cases
        spent = cases.budget.spent_since(organization.asked_at) if organization is not None else 0.0
        return balance_detail(organization, spent, cases.clock.now())

    @property
    def cap(self) -> DayCap | None:
        limit = self._cases.settings.day_cap
        return DayCap(limit, self._cases.budget.spent_today, self._model.totals.credits) if limit else None

    def over_cap(self, more: float) -> float:
        """Credits by which the ready rows and `more` exceed today's cap; 0 if they do not."""
        return replace(self.cap, ready=self.cap.ready + more).over if self.cap is not None else 0.0

    @property
    def words(self) -> str:
        totals = self._model.totals
        if not totals.rows and totals.sent:
            return _("All rows are sent.")
        if not totals.rows:
            return _("Type or paste prompts, drop a table, or drop pictures onto cells.")
        if totals.unchecked and not self._model.is_checked:
            return ngettext("Checking {n} row…", "Checking {n} rows…", totals.unchecked)
        if totals.ready:
            head = ngettext(
                "{ready} of {n} task ready: {price}.",
                "{ready} of {n} tasks ready: {price}.",
                totals.tasks,
                ready=totals.ready,
                price=price_words(totals),
            )
        else:
            head = ngettext("{n} task, not ready.", "{n} tasks, none ready.", totals.tasks)
        return str(in_turn(head, " · ".join(self._around())))

    def _around(self) -> list[str]:
        parts = []
        organization = self._cases.account.organization
        if organization is not None:
            spent = self._cases.budget.spent_since(organization.asked_at)
            parts.append(_("Balance {credits}", credits=balance_words(organization, spent)))
            if self.kept is not None and self.kept.unpaid:
                parts.append(_("not enough for all"))
        over_day = False
        for name, amount in self._amounts()[:_MOST_MODELS]:
            limit = self._cases.queue.slots(name).limit
            if self._over_day(name, amount):
                over_day = True
                parts.append(left_today_words(self._cases.account.organization, name))
            elif limit is not None:
                parts.append(ngettext("{n} slot for {model}", "{n} slots for {model}", limit, model=model_label(name)))
        if self._time is not None and self._model.totals.ready and not over_day:
            parts.append(_("about {time}", time=units.span(self._time.low, self._time.high)))
        return parts

    def _amounts(self) -> list[tuple[str, int]]:
        """Number of ready tasks per model, highest first."""
        amounts: Counter[str] = Counter()
        for request, amount in self._model.ready_models:
            amounts[request.model] += amount
        return amounts.most_common()

    def _over_day(self, model: str, amount: int) -> bool:
        """Whether queued and ready tasks of a model exceed Runway's daily limit."""
        organization = self._cases.account.organization
        left = organization.left_today(model) if organization is not None else None
        queued = sum(task.request.model == model for task in self._cases.tasks.all_queued())
        return left is not None and queued + amount > left

    def _look_again(self) -> None:
        """Computes how many a cap or the balance holds back, only if one may: it prices all ready tasks."""
        cases = self._cases
        balance, credits = cases.budget.balance(cases.account.organization), self._model.totals.credits
        queued = sum(cases.budget.price(task) for task in cases.tasks.all_queued() if not task.waits_for_person)
        may_be = cases.budget.has_caps or (balance is not None and credits + queued > balance)
        self.kept = cases.sending.kept(self._ready()) if may_be else None
        self.changed.emit()

    def _counted(self) -> None:
        if not self._is_stopped:
            self._look.start()
        self.changed.emit()

    def _tasks_moved(self, _: object) -> None:
        if not self._is_stopped:
            self._spent.begin()

    def _ask(self) -> None:
        self._look_again()
        if self._model.totals.ready:
            self._runner(self._foresee(), "forecast of a sheet")

    async def _foresee(self) -> None:
        by_model: dict[str, tuple[int, Range]] = {}
        for request, amount in self._model.ready_models:
            usual = (await self._cases.forecasts.usual(request)).total
            if usual is None:
                self._show(None)
                return
            before, longest = by_model.get(request.model, (0, usual))
            slowest = Range(max(longest.low, usual.low), max(longest.high, usual.high))
            by_model[request.model] = (before + amount, slowest)
        low = high = 0.0
        for name, (amount, usual) in by_model.items():
            slots = self._cases.queue.slots(name)
            rounds = math.ceil((amount + slots.in_use) / (slots.limit or amount + slots.in_use))
            low, high = max(low, usual.low * rounds), max(high, usual.high * rounds)
        self._show(Range(low, high) if by_model else None)

    def _show(self, found: Range | None) -> None:
        if found != self._time:
            self._time = found
            self.changed.emit()
