"""Rules of the budget: what counts, on which day, against which cap; without a lane."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import cast

import pytest

from runway_desktop.domain.account import Organization
from runway_desktop.domain.caps import Cap, HeldBack, Limit
from runway_desktop.domain.events import CapRaised, Event, LaneChanged, TaskChanged, TasksAdded
from runway_desktop.domain.spending_report import SpendingLine
from runway_desktop.domain.task import Hold, HoldCode, Request, State, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.money.budget import READINGS, Budget
from runway_desktop.services.money.pricing import Price, PriceBasis, Pricing
from runway_desktop.services.ports import Store
from runway_desktop.services.settings import Settings
from runway_desktop.values import replace
from tests.rigs.fakes import FakeClock

EAST = timezone(timedelta(hours=14))
"""Where a day begins while it is still the morning of the day before in UTC."""
HALF_PAST_MIDNIGHT = datetime(2026, 11, 1, 0, 30, tzinfo=EAST).timestamp()
HOUR = 3_600.0
PROJECT = "Aurora spot"


def task(name: str = "one", *, model: str = "gen4.5", credits: float | None = None, **more) -> Task:
    return Task(
        id=TaskId(name),
        request=Request(endpoint="text_to_video", model=model),
        created_at=0.0,
        **{"estimated_credits": credits, **more},
    )


def sent(credits: float, at: float = HALF_PAST_MIDNIGHT, **more) -> Task:
    return task(credits=credits, sent_at=at, **{"state": State.PENDING, **more})


@dataclass
class Caps:
    """The settings that a budget reads and writes."""

    day_cap: float | None = None
    month_cap: float | None = None
    sending_cap: float | None = None
    project_caps: dict[str, float] = field(default_factory=dict)


@dataclass
class Records:
    """What a store has added up. `meanwhile` happens while projects are added up."""

    lines: Sequence[SpendingLine] = ()
    projects: dict[str, float] = field(default_factory=dict)
    periods: list[tuple[float, float]] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    async def spending(self, since: float, until: float) -> Sequence[SpendingLine]:
        self.periods.append((since, until))
        return self.lines

    async def runs_without_cost(self) -> Sequence[Task]:
        return ()

    async def spent_by_project(self, projects: Sequence[str]) -> dict[str, float]:
        self.asked.append(tuple(projects))
        found = {name: self.projects.get(name, 0.0) for name in projects}
        self.meanwhile()
        return found


class Prices:
    """By model."""

    def __init__(self, **prices: Price) -> None:
        self._prices = prices
        self.learned = 0

    def learn(self, **prices: Price) -> None:
        self._prices |= prices
        self.learned += 1

    def price(self, request: Request) -> Price | None:
        return self._prices.get(request.model)


class Bench:
    """A budget with what it stands on."""

    def __init__(self, caps: Caps | None = None, records: Records | None = None, **prices: Price) -> None:
        self.caps = caps or Caps()
        self.records = records or Records()
        self.bus = Bus()
        self.clock = FakeClock(HALF_PAST_MIDNIGHT)
        self.prices = Prices(**prices)
        self.budget = Budget(
            cast(Store, self.records),
            cast(Settings, self.caps),
            cast(Pricing, self.prices),
            self.bus,
            self.clock,
            _zone=EAST,
        )

    def held(self, of: Task, ahead: Sequence[Task] = (), **more) -> HeldBack | None:
        return self.budget.holds_back(of, ahead, **more)

    def met(self, of: Task, ahead: Sequence[Task] = (), **more) -> Limit:
        """What holds it back."""
        held = self.held(of, ahead, **more)
        assert held is not None
        return held.limit


TEN = Price(credits=10.0, exact=True)


def test_spending_counts_on_the_local_day_of_sending():
    bench = Bench()
    bench.bus.tell(TasksAdded((sent(25.0, HALF_PAST_MIDNIGHT),)))
    assert bench.budget.spent_today == 25.0
    bench.bus.tell(TasksAdded((sent(9.0, HALF_PAST_MIDNIGHT - HOUR),)))
    assert bench.budget.spent_today == 25.0, "half past eleven was yesterday"
    asyncio.run(bench.clock.advance(24 * HOUR))
    assert bench.budget.spent_today == 0.0
    assert bench.budget.spent_this_month == 25.0, "yesterday was in October"


def test_monthly_spending_starts_at_local_midnight():
    lines = [SpendingLine(day="2026-11-01", model=model, credits=20.0) for model in ("gen4.5", "veo3.1")]
    bench = Bench(records=Records(lines=lines))
    asyncio.run(bench.budget.load())
    [(since, until)] = bench.records.periods
    assert since == HALF_PAST_MIDNIGHT - HOUR / 2
    assert until > HALF_PAST_MIDNIGHT + 100 * 365 * 24 * HOUR
    assert bench.budget.spent_today == 40.0


def test_next_budget_day_starts_at_the_next_local_midnight():
    bench = Bench()
    assert bench.budget.seconds_to_new_day() == 23.5 * HOUR
    asyncio.run(bench.clock.advance(23.5 * HOUR - 0.25))
    assert bench.budget.seconds_to_new_day() == 1.0


def test_task_that_becomes_more_expensive_counts_its_difference_once():
    bench = Bench()
    before = sent(25.0)
    bench.bus.tell(TasksAdded((before,)))
    bench.bus.tell(TaskChanged(replace(before, cost_credits=30.0), before))
    bench.bus.tell(LaneChanged())
    assert bench.budget.spent_today == 30.0


def test_price_without_a_sending_does_not_count():
    bench = Bench(Caps(day_cap=100.0), gen4=TEN)
    bench.bus.tell(TasksAdded((task(credits=25.0),)))
    assert bench.budget.spent_today == 0.0


async def test_project_sum_includes_changes_made_after_its_calculation():
    bench = Bench(Caps(project_caps={PROJECT: 100.0}), Records(projects={PROJECT: 60.0}), veo=TEN)
    await bench.budget.load()
    bench.bus.tell(TasksAdded((sent(25.0, project=PROJECT), sent(9.0, project="Lagoon"))))
    held = bench.held(task(model="veo", project=PROJECT), [task("two", model="veo", project=PROJECT)])
    assert held == HeldBack(
        limit=Limit(cap=Cap.PROJECT, limit=100.0, spent=85.0, coming=10.0, project=PROJECT), price=10.0, exact=True
    )


async def test_only_tasks_of_the_project_count_toward_its_cap():
    bench = Bench(Caps(project_caps={PROJECT: 100.0}), Records(projects={PROJECT: 85.0}), veo=TEN)
    await bench.budget.load()
    mine, theirs = task(model="veo", project=PROJECT), task("two", model="veo", project="Lagoon")
    assert bench.held(mine, [theirs, replace(theirs, id=TaskId("three"))]) is None
    assert bench.held(mine, [replace(mine, id=TaskId("four"))]) is not None
    assert bench.held(replace(theirs, project="")) is None


async def test_new_project_cap_waits_for_its_sum_while_other_sums_stay_valid():
    bench = Bench(Caps(project_caps={PROJECT: 100.0}), Records(projects={PROJECT: 60.0, "Lagoon": 5.0}), veo=TEN)
    await bench.budget.load()
    bench.caps.project_caps = {PROJECT: 100.0, "Lagoon": 100.0}
    lagoon = task(model="veo", project="Lagoon")
    assert bench.met(lagoon).spent == 100.0
    await bench.budget.catch_up()
    assert bench.records.asked == [(PROJECT,), ("Lagoon",)]
    assert bench.held(lagoon) is None
    assert bench.held(replace(lagoon, project=PROJECT)) is None


@pytest.mark.parametrize("moves", [1, 2])
async def test_project_sum_is_recalculated_if_a_task_changed_meanwhile(moves):
    records = Records(projects={PROJECT: 60.0})
    bench = Bench(Caps(project_caps={PROJECT: 100.0}), records, veo=TEN)

    def move():
        if len(records.asked) == 1:
            for _ in range(moves):
                bench.bus.tell(TasksAdded((sent(25.0, project=PROJECT),)))
            records.projects[PROJECT] += 25.0 * moves

    records.meanwhile = move
    bench.bus.tell(TasksAdded((sent(1.0, project=PROJECT),)))
    await bench.budget.catch_up()
    assert records.asked == [(PROJECT,), (PROJECT,)]
    held = bench.met(task(model="veo", project=PROJECT), [task(model="veo", project=PROJECT)] * 4)
    assert (held.spent, held.coming) == (60.0 + 25.0 * moves, 40.0)


async def test_project_that_changes_constantly_waits():
    records = Records()
    bench = Bench(Caps(project_caps={PROJECT: 100.0}), records, veo=TEN)
    records.meanwhile = lambda: bench.bus.tell(TasksAdded((sent(1.0, project=PROJECT),)))
    await bench.budget.catch_up()
    assert len(records.asked) == READINGS
    assert bench.held(task(model="veo", project=PROJECT)) is not None


def test_monthly_cap_includes_tasks_about_to_be_sent():
    bench = Bench(Caps(month_cap=50.0), veo=TEN)
    bench.bus.tell(TasksAdded((sent(25.0),)))
    one = task(model="veo")
    assert bench.held(one, [one]) is None
    assert bench.held(one, [one, one]) == HeldBack(
        limit=Limit(cap=Cap.MONTH, limit=50.0, spent=25.0, coming=20.0), price=10.0, exact=True
    )


def test_task_of_unknown_price_waits_once_the_budget_is_spent():
    bench = Bench(Caps(day_cap=20.0), veo=TEN)
    bench.bus.tell(TasksAdded((sent(20.0),)))
    assert bench.held(task(model="unheard")) == HeldBack(limit=Limit(cap=Cap.DAY, limit=20.0, spent=20.0), exact=False)


def test_balance_subtracts_what_was_sent_after_its_reading():
    bench = Bench(veo=TEN)
    organization = Organization(balance=30.0, asked_at=HALF_PAST_MIDNIGHT)
    before = sent(25.0, HALF_PAST_MIDNIGHT - 1), replace(sent(25.0), id=TaskId("two")), task("three", credits=25.0)
    bench.bus.tell(TasksAdded(before))
    assert bench.held(task(model="veo"), organization=organization) is None
    bench.bus.tell(TasksAdded((replace(sent(25.0, HALF_PAST_MIDNIGHT + 1), id=TaskId("four")),)))
    assert bench.met(task(model="veo"), organization=organization) == Limit(cap=Cap.BALANCE, limit=5.0)
    spent = replace(organization, balance=0.0)
    assert bench.met(task(model="veo"), organization=spent) == Limit(cap=Cap.BALANCE, limit=0.0)


EACH_CAP = [
    (Limit(cap=Cap.DAY, limit=100.0, spent=60.0), lambda credits: Caps(day_cap=credits)),
    (Limit(cap=Cap.MONTH, limit=100.0, spent=60.0), lambda credits: Caps(month_cap=credits)),
    (Limit(cap=Cap.SENDING, limit=100.0, spent=60.0), lambda credits: Caps(sending_cap=credits)),
    (
        Limit(cap=Cap.PROJECT, limit=100.0, spent=60.0, project=PROJECT),
        lambda credits: Caps(project_caps={PROJECT: credits, "Lagoon": 5.0}),
    ),
]


@pytest.mark.parametrize(("limit", "caps"), EACH_CAP[:3])
def test_raise_changes_only_an_existing_lower_cap(limit, caps):
    held = HeldBack(limit=limit, price=60.0)
    for present, after in ((100.0, 120.0), (500.0, 500.0), (None, None)):
        bench = Bench(caps(present))
        bench.budget.raise_cap(held)
        assert bench.caps == caps(after)


def test_raise_of_a_project_cap_leaves_other_projects_and_deleted_caps_unchanged():
    held = HeldBack(limit=Limit(cap=Cap.PROJECT, limit=100.0, spent=60.0, project=PROJECT), price=60.0)
    for present, after in (({PROJECT: 100.0}, {PROJECT: 120.0}), ({PROJECT: 500.0}, {PROJECT: 500.0}), ({}, {})):
        caps = Caps(project_caps={**present, "Lagoon": 5.0})
        Bench(caps).budget.raise_cap(held)
        assert caps == Caps(project_caps={**after, "Lagoon": 5.0})


def test_balance_limit_cannot_be_raised():
    caps = Caps(day_cap=1.0, project_caps={PROJECT: 1.0})
    Bench(caps).budget.raise_cap(HeldBack(limit=Limit(cap=Cap.BALANCE, limit=5.0), price=60.0))
    assert caps == Caps(day_cap=1.0, project_caps={PROJECT: 1.0})


@pytest.mark.parametrize(("limit", "caps"), EACH_CAP)
def test_raise_of_a_cap_is_reported_with_both_sums_and_can_be_undone(limit, caps):
    bench = Bench(caps(100.0))
    told: list[Event] = []
    bench.bus.listen(told.append)
    bench.budget.raise_cap(HeldBack(limit=limit, price=60.0))
    raised = CapRaised(cap=limit.cap, project=limit.project, before=100.0, after=120.0)
    assert told == [raised]
    assert bench.budget.lower_cap(raised)
    assert bench.caps == caps(100.0)
    assert told == [raised], "an undo is nothing to undo"


@pytest.mark.parametrize(("limit", "caps"), EACH_CAP)
def test_undo_of_a_raise_keeps_a_cap_changed_since(limit, caps):
    raised = CapRaised(cap=limit.cap, project=limit.project, before=100.0, after=120.0)
    for present in (100.0, 119.0, 500.0):
        bench = Bench(caps(present))
        assert not bench.budget.lower_cap(raised)
        assert bench.caps == caps(present)


@pytest.mark.parametrize(("limit", "caps"), EACH_CAP)
def test_sufficient_cap_is_not_raised_or_reported(limit, caps):
    bench = Bench(caps(120.0))
    told: list[Event] = []
    bench.bus.listen(told.append)
    bench.budget.raise_cap(HeldBack(limit=limit, price=60.0))
    assert told == []


@pytest.mark.parametrize(("limit", "caps"), EACH_CAP)
def test_cap_applies_to_every_task_and_that_of_a_project_to_its_own(limit, caps):
    bench = Bench(caps(4.0), veo=TEN)
    held = bench.met(task(model="veo", project=PROJECT))
    assert (held.cap, held.limit) == (limit.cap, 4.0)
    elsewhere = bench.met(task(model="veo", project="Lagoon"))
    assert (elsewhere.cap, elsewhere.limit) == ((limit.cap, 5.0) if limit.project else (limit.cap, 4.0))


def over(
    bench: Bench,
    *tasks: Task,
    balance: float | None = None,
    raised: HeldBack | None = None,
    ordered: Collection[TaskId] = (),
) -> dict[str, Limit]:
    """Which of these are held back, and by what."""
    organization = None if balance is None else Organization(balance=balance)
    found = bench.budget.over(tasks, organization, raised, ordered)
    return {task_id: held.limit for task_id, held in found.items()}


def test_nothing_is_held_without_caps_and_a_known_balance():
    assert not Bench().budget.has_caps
    assert over(Bench(veo=TEN), task(model="veo")) == {}


@pytest.mark.parametrize("caps", [caps for _, caps in EACH_CAP])
def test_cap_of_any_kind_is_recognized_even_at_zero(caps):
    assert Bench(caps(5.0)).budget.has_caps
    assert Bench(caps(0.0)).budget.has_caps


def test_too_expensive_task_in_the_queue_blocks_no_cheaper_one():
    bench = Bench(Caps(day_cap=25.0), veo=TEN, costly=Price(credits=40.0, exact=True))
    queue = [
        task("one", model="veo"),
        task("costly", model="costly"),
        task("two", model="veo"),
        task("three", model="veo"),
    ]
    assert over(bench, *queue) == {
        "costly": Limit(cap=Cap.DAY, limit=25.0, coming=10.0),
        "three": Limit(cap=Cap.DAY, limit=25.0, coming=20.0),
    }


def test_queued_tasks_of_other_projects_do_not_count_toward_a_project_cap():
    bench = Bench(Caps(project_caps={PROJECT: 15.0}), Records(projects={PROJECT: 0.0}), veo=TEN)
    asyncio.run(bench.budget.load())
    mine = [task(name, model="veo", project=PROJECT) for name in ("one", "two")]
    theirs = [task(name, model="veo", project="Lagoon") for name in ("three", "four")]
    assert over(bench, *theirs, *mine) == {"two": Limit(cap=Cap.PROJECT, limit=15.0, coming=10.0, project=PROJECT)}


def test_queue_is_held_by_the_balance_and_published_prices_count_only_if_agreed():
    published = Price(credits=10.0, exact=False, basis=PriceBasis.PUBLISHED)
    bench = Bench(veo=TEN, unheard=published)
    queue = [task("one", model="veo"), task("two", model="veo"), task("three", model="unheard")]
    short = {"two": Limit(cap=Cap.BALANCE, limit=15.0, coming=10.0)}
    assert over(bench, *queue, balance=15.0) == short
    third = {"three": Limit(cap=Cap.BALANCE, limit=15.0, coming=10.0)}
    assert over(bench, *queue, balance=15.0, ordered={TaskId("three")}) == short | third
    agreed = replace(queue[2], hold=Hold(HoldCode.WHEN_CREDITS))
    assert over(bench, *queue[:2], agreed, balance=15.0) == short | third


@pytest.mark.parametrize(("limit", "caps"), EACH_CAP[:2])
def test_tasks_released_by_a_raise_are_known_in_advance(limit, caps):
    bench = Bench(caps(100.0), veo=TEN, costly=Price(credits=40.0, exact=True))
    bench.caps.sending_cap = 35.0
    bench.bus.tell(TasksAdded((sent(95.0),)))
    queue = [
        task("one", model="veo"),
        task("two", model="veo"),
        task("costly", model="costly"),
        task("four", model="veo"),
    ]
    assert set(over(bench, *queue)) == {"one", "two", "costly", "four"}
    held = HeldBack(limit=replace(limit, spent=95.0), price=10.0, waiting=10.0)
    assert set(over(bench, *queue, raised=held)) == {"costly", "four"}, "each other cap stays as it is"
    lower = HeldBack(limit=Limit(cap=limit.cap, limit=1.0), price=1.0)
    assert set(over(bench, *queue, raised=lower)) == {"one", "two", "costly", "four"}, "no cap is lowered by a raise"
    bench.caps.sending_cap = None
    assert bench.caps == caps(100.0)


def test_price_learned_meanwhile_counts_in_the_queue():
    bench = Bench(Caps(day_cap=25.0), veo=TEN)
    queue = [task("one", model="veo"), task("two", model="veo")]
    assert over(bench, *queue) == {}
    bench.prices.learn(veo=Price(credits=20.0, exact=True))
    assert set(over(bench, *queue)) == {"two"}
    edited = [queue[0], replace(queue[1], request=replace(queue[1].request, model="free"))]
    assert over(bench, *edited) == {}
