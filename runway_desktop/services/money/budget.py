"""Sums of what was spent, compared with the caps (a day, a month, a project, a single sending) and the balance.

The sums follow every change of a task: its actual cost where that is known, else Runway's estimate, else, for a task
whose end nobody knows, the price that was known before it was sent. The lane asks before each sending. Loop's thread
only. `load` and `catch_up` raise StoreError.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from runway_desktop.domain.caps import Cap, HeldBack, Limit, held_back
from runway_desktop.domain.events import Event, TaskChanged, TasksAdded
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.spending_report import counted_credits, spent_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from runway_desktop.domain.account import Organization
    from runway_desktop.domain.task import Task
    from runway_desktop.services.bus import Bus
    from runway_desktop.services.ports import Clock, Store
    from runway_desktop.services.settings import Settings

    from .pricing import Pricing

log = logging.getLogger(__name__)

EVER = 1e12
"""A time after all others, in Unix seconds."""
READINGS = 3
"""How often a project is added up anew because one of its tasks moved meanwhile."""


@dataclass(eq=False, repr=False)
class Budget:
    """`zone` says when a day begins; None: this machine's."""

    _store: Store
    _settings: Settings
    _pricing: Pricing
    _bus: Bus
    _clock: Clock
    _zone: tzinfo | None = None

    def __post_init__(self) -> None:
        self._days: defaultdict[str, float] = defaultdict(float)
        self._projects: dict[str, float] = {}
        self._moves: Counter[str] = Counter()
        self._bus.listen(self._hear)

    async def load(self) -> None:
        """Adds up this month, and the projects that have a cap. Call once at start, after `Ledger.load`."""
        first = datetime.combine(self._today().replace(day=1), datetime.min.time(), self._zone).timestamp()
        days: defaultdict[str, float] = defaultdict(float)
        for line in await self._store.spending(first, EVER):
            days[line.day] += line.credits
        self._days = days
        await self.catch_up()

    async def catch_up(self) -> None:
        """Adds up projects whose cap is new."""
        for _ in range(READINGS):
            missing = [name for name in self._settings.project_caps if name not in self._projects]
            if not missing:
                return
            moved = {name: self._moves[name] for name in missing}
            found = await self._store.spent_by_project(missing)
            # One that moved while it was added up may or may not be in the sum: it is added up again.
            self._projects |= {name: credits for name, credits in found.items() if self._moves[name] == moved[name]}

    @property
    def spent_today(self) -> float:
        return self._days.get(self._today().isoformat(), 0.0)

    @property
    def spent_this_month(self) -> float:
        month = self._today().isoformat()[:7]
        return sum(credits for day, credits in self._days.items() if day.startswith(month))

    def holds_back(
        self,
        task: Task,
        ahead: Sequence[Task] = (),
        organization: Organization | None = None,
        sent: Callable[[], Iterable[Task]] = tuple,
    ) -> HeldBack | None:
        """Why the task may not be sent now, or None. `ahead` are tasks that are about to be sent; `sent`
        gives the open ones, of which some may not be in the balance yet."""
        price = self._pricing.price(task.request)
        limits = self._caps(task, ahead)
        if organization is not None and price is not None and not price.is_published:
            limits.append(self._balance(organization, ahead, sent()))
        return held_back(price.credits if price else None, limits, exact=price.exact if price else False)

    def raise_cap(self, held: HeldBack) -> None:
        """Raises the cap that holds a task back so far that it may go. One that was raised or taken away meanwhile
        stays so."""
        raised, settings = held.raised, self._settings
        if raised is None:
            return
        match held.limit.cap:
            case Cap.DAY:
                settings.day_cap = _higher(settings.day_cap, raised)
            case Cap.MONTH:
                settings.month_cap = _higher(settings.month_cap, raised)
            case Cap.SENDING:
                settings.sending_cap = _higher(settings.sending_cap, raised)
            case Cap.PROJECT:
                caps, project = settings.project_caps, held.limit.project
                if project in caps:
                    settings.project_caps = {**caps, project: max(caps[project], raised)}
            case Cap.BALANCE:
                pass

    def price(self, task: Task) -> float:
        """What it is expected to cost; 0 where nobody knows."""
        found = self._pricing.price(task.request)
        return found.credits if found is not None else 0.0

    def seconds_to_new_day(self) -> float:
        midnight = datetime.combine(self._today() + timedelta(days=1), datetime.min.time(), self._zone)
        return max(1.0, midnight.timestamp() - self._clock.now())

    def _caps(self, task: Task, ahead: Sequence[Task]) -> list[Limit]:
        settings = self._settings
        found: list[Limit] = []
        if settings.sending_cap is not None:
            found.append(Limit(cap=Cap.SENDING, limit=settings.sending_cap))
        coming = self._prices(ahead)
        if settings.day_cap is not None:
            found.append(Limit(cap=Cap.DAY, limit=settings.day_cap, spent=self.spent_today + coming))
        if settings.month_cap is not None:
            found.append(Limit(cap=Cap.MONTH, limit=settings.month_cap, spent=self.spent_this_month + coming))
        project_cap = settings.project_caps.get(task.project)
        if project_cap is not None:
            # One that is not added up yet may have spent anything.
            spent = self._projects.get(task.project, project_cap)
            spent += self._prices(other for other in ahead if other.project == task.project)
            found.append(Limit(cap=Cap.PROJECT, limit=project_cap, spent=spent, project=task.project))
        return found

    def _balance(self, organization: Organization, ahead: Sequence[Task], sent: Iterable[Task]) -> Limit:
        later = sum(counted_credits(task) for task in sent if (task.sent_at or 0.0) > organization.asked_at)
        left = organization.balance - later - self._prices(ahead)
        return Limit(cap=Cap.BALANCE, limit=max(0.0, left))

    def _prices(self, tasks: Iterable[Task]) -> float:
        return sum(self.price(task) for task in tasks)

    def _hear(self, event: Event) -> None:
        match event:
            case TaskChanged(task, before):
                self._book(before, -1.0)
                self._book(task, 1.0)
            case TasksAdded(tasks):
                # One that was sent elsewhere, or by another profile of the same key, counts on the day it was sent.
                for task in tasks:
                    self._book(task, 1.0)
            case _:
                pass

    def _book(self, task: Task, sign: float) -> None:
        at, credits = spent_at(task), counted_credits(task)
        if at is None or not credits:
            return
        self._days[local_time(at, self._zone).date().isoformat()] += sign * credits
        self._moves[task.project] += 1
        if task.project in self._projects:
            self._projects[task.project] += sign * credits

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock.now(), self._zone).date()


def _higher(present: float | None, raised: float) -> float | None:
    """None means that there is no cap any more: it is not brought back."""
    return None if present is None else max(present, raised)
