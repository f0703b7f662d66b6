"""Totals of credits spent, compared with the caps (day, month, project, single sending) and the balance.

Totals follow every change of a task: its actual cost if known, else Runway's estimate; for a task with an unknown
outcome, the price known before it was sent. The lane asks before each sending. Loop's thread only. `load` and
`catch_up` raise StoreError.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from runway_desktop.domain.account import Organization
from runway_desktop.domain.caps import Cap, HeldBack, Limit, held_back
from runway_desktop.domain.events import CapRaised, Event, TaskChanged, TasksAdded
from runway_desktop.domain.moments import local_time
from runway_desktop.domain.prices import PriceSum
from runway_desktop.domain.spending_report import counted_credits, spent_at
from runway_desktop.domain.task import HoldCode, Request, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.ports import Clock, Store
from runway_desktop.services.settings import Settings
from runway_desktop.values import replace

from .pricing import Price, PriceBasis, Pricing
from .run_costs import RunCosts

EVER = 1e12
"""A time after all others, in Unix seconds."""
_CAPS = {Cap.SENDING: "sending_cap", Cap.DAY: "day_cap", Cap.MONTH: "month_cap"}
"""The preferences that hold them."""
READINGS = 3
"""How often a project's total is read again because one of its tasks changed meanwhile."""


class Coming:
    """Expected cost of tasks that are about to be sent."""

    def __init__(self) -> None:
        self.credits = 0.0
        self.later = 0.0
        """Of ordered tasks that a cap blocks for now: they count against the balance only."""
        self.unpriced: set[str] = set()
        """Projects of runs of workflows that may cost any amount: nothing else is sent within a cap that counts one."""
        self.of_project: defaultdict[str, float] = defaultdict(float)

    def add(self, project: str, credits: float) -> None:
        self.credits += credits
        self.of_project[project] += credits

    def counted(self, cap: Limit) -> Limit:
        """A cap that also counts these tasks."""
        if cap.cap is Cap.SENDING:
            return cap
        if self.unpriced if cap.cap is not Cap.PROJECT else cap.project in self.unpriced:
            return replace(cap, coming=max(0.0, cap.limit - cap.spent), is_open=True)
        return replace(cap, coming=self.of_project[cap.project] if cap.cap is Cap.PROJECT else self.credits)


@dataclass(eq=False, repr=False)
class Budget:
    """`zone` defines when a day begins; None: this machine's."""

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
        self._sent: dict[TaskId, tuple[float, float]] = {}
        """Time and credits of tasks sent in this run since the balance was read."""
        self.runs = RunCosts(self._store, self._pricing, self._bus)
        self._bus.listen(self._hear)

    async def load(self) -> None:
        """Reads the totals of this month and of projects with a cap. Call once at start, after `Ledger.load`."""
        first = datetime.combine(self._today().replace(day=1), datetime.min.time(), self._zone).timestamp()
        days: defaultdict[str, float] = defaultdict(float)
        for line in await self._store.spending(first, EVER):
            days[line.day] += line.credits
        self._days = days
        await self.runs.load()
        await self.catch_up()

    async def catch_up(self) -> None:
        """Reads the totals of projects with a new cap."""
        for _ in range(READINGS):
            missing = [name for name in self._settings.project_caps if name not in self._projects]
            if not missing:
                return
            moved = {name: self._moves[name] for name in missing}
            found = await self._store.spent_by_project(missing)
            # If a task changed during the read, the sum may or may not include it: read it again.
            self._projects |= {name: credits for name, credits in found.items() if self._moves[name] == moved[name]}

    @property
    def spent_today(self) -> float:
        return self._days.get(self._today().isoformat(), 0.0)

    @property
    def spent_this_month(self) -> float:
        month = self._today().isoformat()[:7]
        return sum(credits for day, credits in self._days.items() if day.startswith(month))

    def of_today(self, tasks: Iterable[Task]) -> float:
        """The share of these tasks in `spent_today`."""
        today = self._today()
        sent = ((task, spent_at(task)) for task in tasks)
        return sum(
            counted_credits(task) for task, at in sent if at is not None and local_time(at, self._zone).date() == today
        )

    def holds_back(
        self,
        task: Task,
        ahead: Sequence[Task] = (),
        organization: Organization | None = None,
    ) -> HeldBack | None:
        """Why the task may not be sent now, or None. `ahead`: tasks about to be sent."""
        coming = self._coming()
        for other in ahead:
            self._count(coming, other, self._pricing.price(other.request))
        price, left = self._pricing.price(task.request), self.balance(organization)
        return _over(self._caps(task.project), price, coming, left, by_likely=_by_likely(task))

    def over(
        self,
        tasks: Sequence[Task],
        organization: Organization | None,
        raised: HeldBack | None = None,
        ordered: Collection[TaskId] = (),
    ) -> dict[TaskId, HeldBack]:
        """The tasks that cannot be sent now if the others are sent in this order; one that is too expensive does not
        block a cheaper one behind it. `raised`: as if its cap were raised. `ordered`: tasks that the person orders
        now. The balance must suffice for their likely prices, also where a cap blocks them; for others, a price that
        Runway has never estimated does not count."""
        coming, left, found = self._coming(), self.balance(organization), {}
        if left is None and not self.has_caps:
            return {}
        self._priced = {task.id: self._known_price(task) for task in tasks}
        caps = {
            project: [_as_if(cap, raised) for cap in self._caps(project)]
            for project in {task.project for task in tasks}
        }
        for task in tasks:
            price = self._priced[task.id][2]
            credits = price.credits if price is not None else 0.0
            is_ordered = task.id in ordered
            held = _over(caps[task.project], price, coming, left, by_likely=is_ordered or _by_likely(task))
            if held is None:
                self._count(coming, task, price)
            else:
                found[task.id] = held
                if is_ordered and held.limit.cap is not Cap.BALANCE:
                    coming.later += credits
        return found

    def _coming(self) -> Coming:
        coming = Coming()
        coming.unpriced = {task.project for task in self.runs.unpriced}
        return coming

    @staticmethod
    def _count(coming: Coming, task: Task, price: Price | None) -> None:
        if price is not None:
            coming.add(task.project, price.credits)
        elif task.is_run:
            coming.unpriced.add(task.project)

    def _known_price(self, task: Task) -> tuple[Request, int, Price | None]:
        """Cached per request until a price changes, since a long queue is checked often."""
        known, learned = self._priced.get(task.id), self._pricing.learned
        if known is not None and known[0] is task.request and known[1] == learned:
            return known
        return (task.request, learned, self._pricing.price(task.request))

    def balance(self, organization: Organization | None) -> float | None:
        """The balance minus what was spent since it was read; None if unknown."""
        return organization.balance - self.spent_since(organization.asked_at) if organization is not None else None

    def spent_since(self, at: float) -> float:
        """Credits of tasks sent in this run after this time, which is that of a reading of the balance: tasks that had
        ended by the next reading count until then."""
        self._sent = {task_id: sent for task_id, sent in self._sent.items() if sent[0] > at}
        return sum(credits for _, credits in self._sent.values())

    @property
    def has_caps(self) -> bool:
        return bool(self._settings.project_caps) or any(self._cap(cap, "") is not None for cap in _CAPS)

    def raise_cap(self, held: HeldBack) -> None:
        """Raises the cap that blocks a task, just enough for it. A cap that was raised or removed meanwhile is not
        changed."""
        cap, project = held.limit.cap, held.limit.project
        before, raised = self._cap(cap, project), held.raised
        if before is not None and raised is not None and before < raised:
            self._set_cap(cap, project, raised)
            self._bus.tell(CapRaised(cap=cap, project=project, before=before, after=raised))

    def lower_cap(self, raised: CapRaised) -> bool:
        """Undoes a raise. False if the cap was changed since; then it stays."""
        if self._cap(raised.cap, raised.project) != raised.after:
            return False
        self._set_cap(raised.cap, raised.project, raised.before)
        return True

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

    def sum(self, tasks: Iterable[Task]) -> PriceSum:
        return self._pricing.sum(task.request for task in tasks)

    def price(self, task: Task) -> float:
        """Expected cost; 0 if unknown."""
        found = self._pricing.price(task.request)
        return found.credits if found is not None else 0.0

    def seconds_to_new_day(self) -> float:
        midnight = datetime.combine(self._today() + timedelta(days=1), datetime.min.time(), self._zone)
        return max(1.0, midnight.timestamp() - self._clock.now())

    def _caps(self, project: str) -> list[Limit]:
        spent = {Cap.SENDING: 0.0, Cap.DAY: self.spent_today, Cap.MONTH: self.spent_this_month}
        found = [
            Limit(cap=cap, limit=limit, spent=spent[cap]) for cap in _CAPS if (limit := self._cap(cap, "")) is not None
        ]
        if (limit := self._cap(Cap.PROJECT, project)) is not None:
            # Until its total is read, treat the cap as reached.
            of_project = self._projects.get(project, limit)
            found.append(Limit(cap=Cap.PROJECT, limit=limit, spent=of_project, project=project))
        return found

    def _hear(self, event: Event) -> None:
        match event:
            case TaskChanged(task, before):
                self._book(before, -1.0)
                self._book(task, 1.0)
            case TasksAdded(tasks):
                # A task sent elsewhere, or by another profile with the same key, counts on the day it was sent.
                for task in tasks:
                    self._book(task, 1.0)

    def _book(self, task: Task, sign: float) -> None:
        at, credits = spent_at(task), counted_credits(task)
        self._sent.pop(task.id, None)
        if at is None or not credits:
            return
        if sign > 0:
            self._sent[task.id] = (at, credits)
        self._days[local_time(at, self._zone).date().isoformat()] += sign * credits
        self._moves[task.project] += 1
        if task.project in self._projects:
            self._projects[task.project] += sign * credits

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock.now(), self._zone).date()


def _by_likely(task: Task) -> bool:
    return task.hold.code is HoldCode.WHEN_CREDITS


def _over(
    caps: Sequence[Limit], price: Price | None, coming: Coming, left: float | None, *, by_likely: bool
) -> HeldBack | None:
    """`left`: the balance without what is coming; None if unknown. `by_likely`: compare it also with a price that
    Runway has never estimated."""
    limits = [coming.counted(cap) for cap in caps]
    if left is not None and price is not None and (by_likely or price.basis is not PriceBasis.PUBLISHED):
        # First: no raise of a cap helps where credits are missing.
        balance = Limit(cap=Cap.BALANCE, limit=max(0.0, left), coming=coming.credits + coming.later)
        limits.insert(0 if by_likely else len(limits), balance)
    return held_back(price.credits if price else None, limits, exact=price.exact if price else False)


def _as_if(cap: Limit, raised: HeldBack | None) -> Limit:
    """The cap as it would be after the raise."""
    if raised is None or (cap.cap, cap.project) != (raised.limit.cap, raised.limit.project):
        return cap
    return replace(cap, limit=max(cap.limit, raised.raised or 0.0))
