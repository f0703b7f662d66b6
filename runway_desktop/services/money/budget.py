"""Sums of what was spent, compared with the caps (a day, a month, a project, a single sending) and the balance.

The sums follow every change of a task: its actual cost where that is known, else Runway's estimate, else, for a task
whose end nobody knows, the price that was known before it was sent. The lane asks before each sending. Loop's thread
only. `load` and `catch_up` raise StoreError.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from runway_desktop.domain.account import Organization
from runway_desktop.domain.caps import Cap, HeldBack, Limit, held_back
from runway_desktop.domain.events import CapRaised, Event, TaskChanged, TasksAdded
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.spending_report import counted_credits, spent_at
from runway_desktop.domain.task import Request, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.ports import Clock, Store
from runway_desktop.services.settings import Settings
from runway_desktop.values import replace

from .pricing import Price, Pricing

log = logging.getLogger(__name__)

EVER = 1e12
"""A time after all others, in Unix seconds."""
_CAPS = {Cap.SENDING: "sending_cap", Cap.DAY: "day_cap", Cap.MONTH: "month_cap"}
"""The preferences that hold them."""
READINGS = 3
"""How often a project is added up anew because one of its tasks moved meanwhile."""


class Coming:
    """What tasks that are about to be sent are expected to cost."""

    def __init__(self) -> None:
        self.credits = 0.0
        self.of_project: defaultdict[str, float] = defaultdict(float)

    def add(self, project: str, credits: float) -> None:
        self.credits += credits
        self.of_project[project] += credits

    def counted(self, cap: Limit) -> Limit:
        """A cap of the person's with this beside what is spent."""
        match cap.cap:
            case Cap.DAY | Cap.MONTH:
                coming = self.credits
            case Cap.PROJECT:
                coming = self.of_project[cap.project]
            case _:
                return cap
        return Limit(cap=cap.cap, limit=cap.limit, spent=cap.spent, coming=coming, project=cap.project)


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
        self._priced: dict[TaskId, tuple[Request, int, Price | None]] = {}
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
        coming = Coming()
        for other in ahead:
            coming.add(other.project, self.price(other))
        left = self._left(organization, sent)
        return _over(self._caps(task.project), self._pricing.price(task.request), coming, left)

    def over(
        self,
        tasks: Sequence[Task],
        organization: Organization | None,
        sent: Callable[[], Iterable[Task]],
        raised: HeldBack | None = None,
    ) -> dict[TaskId, HeldBack]:
        """Which of these cannot be sent as things stand, if the others are sent in this order: one that is too dear
        holds up no cheaper one behind it. `raised`: as if its cap were raised."""
        coming, left, found = Coming(), self._left(organization, sent), {}
        if left is None and not self.has_caps:
            return {}
        self._priced = {task.id: self._known_price(task) for task in tasks}
        caps = {
            project: [_as_if(cap, raised) for cap in self._caps(project)]
            for project in {task.project for task in tasks}
        }
        for task in tasks:
            price = self._priced[task.id][2]
            held = _over(caps[task.project], price, coming, left)
            if held is not None:
                found[task.id] = held
            else:
                coming.add(task.project, price.credits if price is not None else 0.0)
        return found

    def _known_price(self, task: Task) -> tuple[Request, int, Price | None]:
        """Worked out once for each request, until something is learned: a long queue is looked at often."""
        known, learned = self._priced.get(task.id), self._pricing.learned
        if known is not None and known[0] is task.request and known[1] == learned:
            return known
        return (task.request, learned, self._pricing.price(task.request))

    @property
    def has_caps(self) -> bool:
        settings = self._settings
        caps = (settings.day_cap, settings.month_cap, settings.sending_cap)
        return bool(settings.project_caps) or any(cap is not None for cap in caps)

    def raise_cap(self, held: HeldBack) -> None:
        """Raises the cap that holds a task back so far that it may go. One that was raised or taken away meanwhile
        stays so."""
        cap, project = held.limit.cap, held.limit.project
        before, raised = self._cap(cap, project), held.raised
        if before is not None and raised is not None and before < raised:
            self._set_cap(cap, project, raised)
            self._bus.tell(CapRaised(cap=cap, project=project, before=before, after=raised))

    def lower_cap(self, raised: CapRaised) -> bool:
        """Undoes a raise. False: the cap was changed since, and stays as it is."""
        if self._cap(raised.cap, raised.project) != raised.after:
            return False
        self._set_cap(raised.cap, raised.project, raised.before)
        return True

    def caps_of(self, project: str) -> tuple[float | None, ...]:
        """All caps that a task of the project can meet, whatever was spent; None: it does not have that one."""
        return tuple(self._cap(cap, project) for cap in Cap)

    def _cap(self, cap: Cap, project: str) -> float | None:
        if cap is Cap.PROJECT:
            return self._settings.project_caps.get(project)
        found: float | None = getattr(self._settings, _CAPS[cap]) if cap in _CAPS else None
        return found

    def _set_cap(self, cap: Cap, project: str, credits: float) -> None:
        if cap is Cap.PROJECT:
            self._settings.project_caps = {**self._settings.project_caps, project: credits}
        else:
            setattr(self._settings, _CAPS[cap], credits)

    def price(self, task: Task) -> float:
        """What it is expected to cost; 0 where nobody knows."""
        found = self._pricing.price(task.request)
        return found.credits if found is not None else 0.0

    def seconds_to_new_day(self) -> float:
        midnight = datetime.combine(self._today() + timedelta(days=1), datetime.min.time(), self._zone)
        return max(1.0, midnight.timestamp() - self._clock.now())

    def _caps(self, project: str) -> list[Limit]:
        settings = self._settings
        found: list[Limit] = []
        if settings.sending_cap is not None:
            found.append(Limit(cap=Cap.SENDING, limit=settings.sending_cap))
        if settings.day_cap is not None:
            found.append(Limit(cap=Cap.DAY, limit=settings.day_cap, spent=self.spent_today))
        if settings.month_cap is not None:
            found.append(Limit(cap=Cap.MONTH, limit=settings.month_cap, spent=self.spent_this_month))
        project_cap = settings.project_caps.get(project)
        if project_cap is not None:
            # One that is not added up yet may have spent anything.
            spent = self._projects.get(project, project_cap)
            found.append(Limit(cap=Cap.PROJECT, limit=project_cap, spent=spent, project=project))
        return found

    @staticmethod
    def _left(organization: Organization | None, sent: Callable[[], Iterable[Task]]) -> float | None:
        """The balance without what was sent since it was asked for; None where it is not known."""
        if organization is None:
            return None
        later = sum(counted_credits(task) for task in sent() if (task.sent_at or 0.0) > organization.asked_at)
        return organization.balance - later

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


def _over(caps: Sequence[Limit], price: Price | None, coming: Coming, left: float | None) -> HeldBack | None:
    """`left`: the balance without what is coming; None where it is not known."""
    limits = [coming.counted(cap) for cap in caps]
    if left is not None and price is not None and not price.is_published:
        limits.append(Limit(cap=Cap.BALANCE, limit=max(0.0, left), coming=coming.credits))
    return held_back(price.credits if price else None, limits, exact=price.exact if price else False)


def _as_if(cap: Limit, raised: HeldBack | None) -> Limit:
    """The cap as it would be once it was raised."""
    if raised is None or (cap.cap, cap.project) != (raised.limit.cap, raised.limit.project):
        return cap
    return replace(cap, limit=max(cap.limit, raised.raised or 0.0))
