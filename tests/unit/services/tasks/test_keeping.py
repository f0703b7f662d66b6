"""What keeps queued tasks here, each rule alone: the slots of a model, waits after failures, caps, and since when."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest

from runway_desktop.domain.account import ModelLimits, Organization
from runway_desktop.domain.caps import Cap, HeldBack, Kept, LaneCode, LaneReason, Limit
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.task import Hold, HoldCode, State, Task, TaskId
from runway_desktop.services.tasks.keeping import BackOffs, Keeping, ModelSlots
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, idle, request
from tests.rigs.fakes import FakeClock
from tests.rigs.rows import task

NOW = 1_750_000_000.0
MODEL = "gen4.5"
OF_PERSON = Hold(HoldCode.WAITS_FOR_PERSON)


def allowed(concurrent: int | None = None, daily: int | None = None, used: int = 0, of: str = MODEL) -> Organization:
    limits = {of: ModelLimits(concurrent=concurrent, daily=daily)}
    return Organization(balance=100.0, limits=limits, daily_used={of: used})


@pytest.mark.parametrize(
    ("organization", "chosen", "limit"),
    [
        (None, None, 2), (None, 1, 1), (None, 5, 2), (allowed(3, of="other"), None, 2),
        (allowed(3), None, 3), (allowed(3), 1, 1), (allowed(3), 5, 3), (allowed(None), None, None),
        (allowed(None), 5, 5),
    ],
)  # fmt: skip
async def test_slots_of_a_model_are_limited_by_runway_and_by_the_person(organization, chosen, limit):
    async with idle() as rig:
        rig.account.organization = organization
        rig.settings.lane_limits = {MODEL: chosen} if chosen is not None else {}
        slots = ModelSlots(rig.ledger, rig.account, rig.settings)
        assert (slots.limit(MODEL), slots.usable(MODEL), slots.is_full(MODEL)) == (limit, limit, False)
        await rig.store.add([task(number, State.RUNNING) for number in range(limit or 9)], (), None, ())
        await rig.ledger.load()
        assert slots.is_full(MODEL) is (limit is not None)
        assert not slots.is_full("other")


@pytest.mark.parametrize(
    ("organization", "is_spent"),
    [(None, False), (allowed(3), False), (allowed(3, 10, 9), False), (allowed(3, 10, 10), True)],
)
async def test_no_slot_is_usable_after_the_daily_limit(organization, is_spent):
    async with idle() as rig:
        rig.account.organization = organization
        slots = ModelSlots(rig.ledger, rig.account, rig.settings)
        assert (slots.is_day_spent(MODEL), slots.usable(MODEL) == 0) == (is_spent, is_spent)


class Middle(random.Random):
    """Jitter adds a quarter to a wait, and a quarter of a second to one that Runway asks for."""

    def random(self) -> float:
        return 0.5


ERROR, OFFLINE = LaneReason(LaneCode.ERROR), LaneReason(LaneCode.OFFLINE)
OTHER_MODEL = task(2, request=request(model="veo3.1"))
OTHER_ENDPOINT = task(3, request=request(endpoint="image_to_video"))


async def test_failures_in_a_row_stop_all_sendings_longer_until_runway_answers() -> None:
    clock = FakeClock()
    waits = BackOffs(clock, Middle())
    assert (waits.reason(), waits.ends(clock.monotonic())) == (None, [])
    for seconds in (1.25, 2.5):
        waits.extend(ERROR)
        assert waits.reason() == replace(ERROR, retry_at=clock.now() + seconds)
        assert waits.ends(clock.monotonic()) == [clock.monotonic() + seconds]
        assert waits.reason(OTHER_MODEL) is None
        await clock.advance(seconds)
        assert (waits.reason(), waits.ends(clock.monotonic())) == (None, [])
    waits.note_answer(OTHER_MODEL)
    waits.extend(OFFLINE)
    assert waits.reason() == replace(OFFLINE, retry_at=clock.now() + 1.25)


async def test_failure_of_an_endpoint_and_model_stops_only_those_until_an_answer() -> None:
    clock = FakeClock()
    waits, one, like = BackOffs(clock, Middle()), task(1), task(9)
    waits.extend(ERROR, retry_after=60.0, task=one)
    reason = replace(ERROR, retry_at=clock.now() + 60.25)
    asked = (None, one, like, OTHER_MODEL, OTHER_ENDPOINT)
    assert [waits.reason(about) for about in asked] == [None, reason, reason, None, None]
    waits.extend(OFFLINE, task=OTHER_MODEL)
    assert waits.ends(clock.monotonic()) == [clock.monotonic() + 60.25, clock.monotonic() + 1.25]
    waits.note_answer(like)
    assert [waits.reason(about) is None for about in (one, OTHER_MODEL)] == [True, False]


def held(cap: Cap, limit: float = 30.0, project: str = "") -> HeldBack:
    return HeldBack(limit=Limit(cap=cap, limit=limit, project=project), price=25.0)


DAY, MONTH, BALANCE = held(Cap.DAY), held(Cap.MONTH), held(Cap.BALANCE)
PAUSED = LaneReason(LaneCode.PAUSED)
OF_ANOTHER = LaneReason(LaneCode.HELD_BACK, held=DAY)


async def test_a_cap_or_reason_has_the_time_since_which_it_blocks() -> None:
    clock = FakeClock()
    keeping, one = Keeping(clock), task(1)

    def since(blocked: HeldBack | None = None, reason: LaneReason | None = None) -> float | None:
        return keeping.kept(one, blocked, reason).since

    passes: list[tuple[LaneReason | None, list[HeldBack], bool]] = [
        (None, [], False), (PAUSED, [DAY], True), (PAUSED, [DAY, DAY], False), (None, [DAY, MONTH], True),
        (None, [held(Cap.DAY, 50.0)], True), (None, [BALANCE], True), (None, [held(Cap.BALANCE, 5.0)], False),
        (None, [], True), (PAUSED, [DAY], True),
    ]  # fmt: skip
    told = []
    for reason, caps, are_others in passes:
        assert keeping.note(reason, caps) is are_others
        told.append((since(DAY), since(MONTH), since(BALANCE), since(reason=PAUSED)))
        await clock.advance(60)
    at = [NOW + 60 * number for number in range(9)]
    assert told == [
        (None, None, None, None), (at[1], None, None, at[1]), (at[1], None, None, at[1]), (at[1], at[3], None, None),
        (None, None, None, None), (None, None, at[5], None), (None, None, at[5], None), (None, None, None, None),
        (at[8], None, None, at[8]),
    ]  # fmt: skip


async def test_task_is_kept_by_its_hold_before_a_cap_before_the_state_of_the_lane() -> None:
    clock = FakeClock()
    keeping = Keeping(clock)
    keeping.note(PAUSED, [DAY])
    early, late = task(1), task(2, created_at=NOW + 30)
    mine, waits = task(3, created_at=NOW - 5, hold=OF_PERSON), task(4, hold=OF_PERSON)
    keeping.follow(mine)
    blocked = LaneReason(LaneCode.HELD_BACK, held=DAY)
    for one, cap, reason, lane, since in (
        (early, DAY, PAUSED, blocked, early.created_at), (late, DAY, None, blocked, NOW + 30),
        (late, None, PAUSED, PAUSED, NOW + 30), (early, None, OFFLINE, OFFLINE, None), (early, None, None, None, None),
        (early, None, OF_ANOTHER, None, None), (mine, DAY, PAUSED, blocked, NOW - 5),
        (waits, None, PAUSED, PAUSED, None),
    ):  # fmt: skip
        kept = keeping.kept(one, cap, reason)
        assert kept == Kept(hold=one.hold, lane=lane, since=since), one.id


async def test_hold_has_the_time_when_it_was_set_until_the_task_is_sent() -> None:
    clock = FakeClock()
    keeping, before = Keeping(clock), task(1)
    mine = replace(before, hold=OF_PERSON)

    def since() -> float | None:
        return keeping.kept(mine, None, None).since

    told = []
    steps: list[tuple[Task, Task | None]] = [
        (mine, before), (replace(mine, title="Sea"), mine), (replace(mine, state=State.SENDING), mine),
        (replace(mine, state=State.FAILED), mine), (mine, None), (mine, before),
    ]  # fmt: skip
    for after, earlier in steps:
        await clock.advance(60)
        keeping.follow(after, earlier)
        told.append(since())
    assert told == [NOW + 60, NOW + 60, None, None, mine.created_at, NOW + 360]


async def capped(rig: Rig, *tasks: Task, price: float = 25.0) -> list[Task]:
    """These tasks are queued."""
    await rig.pricing.learn(request(), price)
    await rig.store.add(tasks, (), None, ())
    await rig.ledger.load()
    await rig.budget.load()
    return list(rig.ledger.queued())


def priced(number: int, project: str = "", **more: Any) -> Task:
    return task(number, request=request(), project=project, **more)


async def test_cap_includes_the_credits_of_other_tasks_that_it_blocks() -> None:
    async with idle() as rig:
        tasks = await capped(rig, *(priced(number) for number in range(1, 5)), priced(5, hold=OF_PERSON))
        rig.settings.day_cap = 30.0
        caps = rig.lane.caps
        assert {i: one.waiting for i, one in caps.over(tasks).items()} == {"t2": 50.0, "t3": 50.0, "t4": 50.0}
        over = caps.over(tasks)[tasks[1].id]
        assert over == HeldBack(limit=Limit(cap=Cap.DAY, limit=30.0, coming=25.0), price=25.0, exact=True, waiting=50.0)
        assert caps.prices(over).credits == 75.0
        assert caps.prices(over) == rig.budget.sum(tasks[1:4])
        rig.account.organization = Organization(balance=60.0, asked_at=rig.clock.now())
        assert caps.unpaid(over, tasks) == ["t3", "t4"]
        caps.raise_cap(over)
        assert rig.settings.day_cap == over.raised == 100.0
        rig.settings.day_cap, rig.settings.sending_cap = None, 20.0
        assert {one.waiting for one in caps.over(tasks).values()} == {0.0}, "one task is not dearer than the other"
        assert caps.unpaid(caps.over(tasks)[tasks[0].id], tasks) == ["t3", "t4"]


async def test_moving_a_task_frees_those_no_longer_blocked_by_the_cap_of_its_project() -> None:
    async with idle() as rig:
        sent = priced(1, "Aurora", state=State.SUCCEEDED, cost_credits=25.0)
        await capped(rig, sent, priced(2, "Lagoon"), priced(3, "Aurora"), priced(4, "Aurora"), priced(5))
        rig.settings.project_caps = {"Aurora": 30.0, "Lagoon": 30.0}
        caps = rig.lane.caps
        await caps.catch_up()
        assert [one.id for one in caps.over_project_cap()] == ["t3", "t4"]
        moved = {("t1", ""): "t3 t4", ("t3", ""): "t3 t4", ("t3", "Lagoon"): "t4", ("t2", ""): "", ("t9", ""): ""}
        freed = {(one, to): " ".join(await caps.freed_by({TaskId(one): to})) for one, to in moved}
        assert freed == moved
        rig.settings.project_caps = {}
        assert list(await caps.freed_by({TaskId("t3"): ""})) == []


async def test_lane_checks_a_blocking_cap_each_minute_and_at_midnight() -> None:
    async with idle() as rig:
        await capped(rig, priced(1))
        caps = rig.lane.caps
        assert caps.seconds_to_look() is None
        caps.pass_over({TaskId("t1"): DAY})
        assert caps.seconds_to_look() == 60.0
        await rig.clock.advance(rig.budget.seconds_to_new_day() - 20)
        assert caps.seconds_to_look() == 20.0
        caps.pass_over({})
        assert caps.seconds_to_look() is None


async def test_balance_that_is_too_low_is_read_again_after_30_seconds() -> None:
    async with Rig(loops=("account",)) as rig:
        reads = [len(rig.runway.named("organization"))]
        for held_back in (DAY, BALANCE):
            rig.lane.caps.pass_over({TaskId("t1"): held_back})
            for seconds in (29, 2):
                await rig.clock.advance(seconds)
                reads.append(len(rig.runway.named("organization")))
        assert [later - earlier for earlier, later in pairwise(reads)] == [0, 0, 0, 1]


async def test_prepared_tasks_count_against_a_cap_before_the_next_task() -> None:
    async with idle() as rig:
        one, ahead, sending = await capped(rig, priced(1), priced(2), priced(3))
        rig.settings.day_cap = 60.0
        caps = rig.lane.caps
        assert caps.too_dear(one, [one.id, ahead.id]) is None
        over = caps.too_dear(one, [ahead.id, sending.id, TaskId("gone")])
        assert over is not None
        assert over.limit == Limit(cap=Cap.DAY, limit=60.0, coming=50.0)
        rig.settings.day_cap, rig.account.organization = None, Organization(balance=60.0, asked_at=rig.clock.now())
        assert caps.too_dear(one, [ahead.id]) is None
        over = caps.too_dear(one, [ahead.id, sending.id])
        assert over is not None
        assert over.limit.cap is Cap.BALANCE
        await rig.ledger.change(sending.id, lambda task: replace(task, state=State.SENDING), "sending")
        assert caps.too_dear(one, [ahead.id, sending.id]) is None, "what is being sent is not to be sent"


async def test_unreadable_project_spending_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with idle() as rig:

        async def refuse() -> None:
            raise StoreError("The disk is full.")

        monkeypatch.setattr(rig.budget, "catch_up", refuse)
        await rig.lane.caps.catch_up()
