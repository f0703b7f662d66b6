"""No sending exceeds a cap; the reason is shown, and one button raises the cap."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runway_desktop.domain.caps import Cap, HeldBack, Limit, held_back
from runway_desktop.domain.errors import NoReply
from runway_desktop.domain.task import State, TaskId
from runway_desktop.services.money.budget import Budget
from runway_desktop.usecases.words.holds import cap_sentence, lane_words, raise_words
from tests.rigs.engine_rig import Rig, held_by, kept_by, request
from tests.rigs.fake_runway import limited
from tests.rigs.fakes import FakeClock, MemoryStore, settle

DAY = 86_400.0
ONE_COSTS = 25.0
"""What the Runway in memory estimates for anything."""


async def learn(rig: Rig, *models: str) -> None:
    for model in models or ("gen4.5",):
        await rig.pricing.learn(request(model=model), ONE_COSTS)


def the_cap(rig: Rig, task_id: TaskId) -> HeldBack:
    held = held_by(rig, task_id)
    assert held is not None
    return held


async def sent(rig: Rig, ids: Any) -> list[bool]:
    return [await rig.state(task_id) is not State.QUEUED for task_id in ids]


async def test_tasks_without_caps_are_never_held():
    async with Rig(loops=("lane",), runway=limited(concurrent=20)) as rig:
        await rig.account.refresh()
        ids = await rig.submit(*(request(str(number)) for number in range(5)))
        assert all(await sent(rig, ids))
        assert rig.budget.spent_today == 5 * ONE_COSTS


async def test_daily_cap_passes_fitting_tasks_and_explains_the_next():
    async with Rig(loops=("lane",), runway=limited(concurrent=20)) as rig:
        await rig.account.refresh()
        await learn(rig)
        rig.settings.day_cap = 60.0
        ids = await rig.submit(*(request(str(number)) for number in range(4)))
        assert await sent(rig, ids) == [True, True, False, False]
        words = "Daily cap reached: 50 of 60 spent; the next task costs 25."
        assert lane_words(rig.lane.reason) == words
        assert lane_words(kept_by(rig, ids[2])) == words


async def test_simultaneous_sendings_do_not_exceed_a_cap_together():
    async with Rig(loops=("lane",)) as rig:
        models = ("gen4.5", "veo3.1", "veo3.1_fast", "seedance2")
        await learn(rig, *models)
        rig.settings.day_cap = 50.0
        ids = await rig.submit(*(request(model, model=model) for model in models))
        assert sum(await sent(rig, ids)) == 2


async def test_raising_the_cap_sends_the_waiting_task():
    async with Rig(loops=("lane",)) as rig:
        await learn(rig)
        rig.settings.day_cap = 20.0
        [task_id] = await rig.submit(request())
        held = the_cap(rig, task_id)
        assert raise_words(held) == "Raise today's cap to 30"
        rig.budget.raise_cap(held)
        await settle()
        assert await sent(rig, [task_id]) == [True]
        assert rig.settings.day_cap == 30.0
        assert held_by(rig, task_id) is None


async def test_one_raise_is_enough_for_all_tasks_waiting_for_the_cap():
    async with Rig(loops=("lane",), runway=limited(concurrent=20)) as rig:
        await rig.account.refresh()
        await learn(rig)
        rig.settings.day_cap = 60.0
        ids = await rig.submit(*(request(str(number)) for number in range(6)))
        assert await sent(rig, ids) == [True, True, False, False, False, False]
        held = the_cap(rig, ids[5])
        rig.budget.raise_cap(held)
        await settle()
        assert rig.settings.day_cap == 6 * ONE_COSTS
        assert all([held_by(rig, task_id) is None for task_id in ids])


async def test_raised_cap_per_task_suffices_for_the_most_expensive_task():
    async with Rig(loops=("lane",)) as rig:
        await learn(rig)
        await rig.pricing.learn(request(duration=10), 50.0)
        rig.settings.sending_cap = 20.0
        ids = await rig.submit(request("cheap"), request("costly", duration=10))
        assert await sent(rig, ids) == [False, False]
        assert the_cap(rig, ids[0]).raised == 50.0


async def test_daily_cap_starts_anew_each_day():
    async with Rig(loops=("lane",)) as rig:
        await learn(rig)
        rig.settings.day_cap = 30.0
        ids = await rig.submit(request("today"), request("tomorrow"))
        assert await sent(rig, ids) == [True, False]
        await rig.clock.advance(DAY + 120)
        assert await sent(rig, ids) == [True, True]


async def test_project_cap_counts_the_whole_life_of_its_project_only():
    store = MemoryStore()
    async with Rig(loops=("lane",), store=store) as rig:
        await rig.submit(request(), project="Aurora spot")
    async with Rig(loops=("lane",), store=store, clock=FakeClock(1_790_000_000.0)) as rig:
        rig.settings.project_caps = {"Aurora spot": 40.0}
        [capped] = await rig.submit(request(), project="Aurora spot")
        [free] = await rig.submit(request("x", model="veo3.1"), project="Lagoon")
        assert await sent(rig, [capped, free]) == [False, True]
        assert lane_words(kept_by(rig, capped)) == (
            "Cap of “Aurora spot” reached: 25 of 40 spent; the next task costs 25."
        )


async def test_cap_per_task_passes_cheaper_tasks():
    async with Rig(loops=("lane",)) as rig:
        await rig.pricing.learn(request(duration=10), 50.0)
        rig.settings.sending_cap = 30.0
        ids = await rig.submit(request("costly", duration=10), request("cheap"))
        assert await sent(rig, ids) == [False, True]
        assert cap_sentence(the_cap(rig, ids[0])) == "Over the cap of 30 for a single task; the next task costs 50."


async def test_task_of_unknown_price_is_sent_while_any_budget_is_left():
    async with Rig(loops=("lane",)) as rig:
        rig.settings.day_cap = 10.0
        ids = await rig.submit(request("first"), request("second", model="veo3.1"))
        assert sum(await sent(rig, ids)) >= 1
        [third] = await rig.submit(request("third", model="seedance2"))
        held = the_cap(rig, third)
        assert "the price of the next task is not known" in cap_sentence(held)


async def test_uncertain_task_counts_its_price_until_it_is_dismissed():
    async with Rig(loops=("lane",)) as rig:
        await learn(rig)
        rig.runway.then("create", NoReply("No answer came."))
        [task_id] = await rig.submit(request())
        assert await rig.state(task_id) is State.UNCERTAIN
        assert rig.budget.spent_today == ONE_COSTS
        await rig.adoption.let_go(task_id)
        assert rig.budget.spent_today == 0.0


async def test_spending_counted_while_running_equals_the_sum_at_the_next_start():
    async with Rig() as rig:
        ids = await rig.submit(request("one"), request("two"), project="Aurora spot")
        first = await rig.task(ids[0])
        assert first.remote_id is not None
        rig.runway.finish(first.remote_id, "https://out.example/1.mp4", cost=20)
        await rig.clock.advance(30)
        assert rig.budget.spent_today == 45.0
        again = Budget(rig.store, rig.settings, rig.pricing, rig.bus, rig.clock)
        await again.load()
        assert again.spent_today == 45.0


async def test_low_balance_check_subtracts_sendings_since_the_reading():
    async with Rig(loops=("lane",)) as rig:
        await learn(rig)
        rig.runway.account = type(rig.runway.account)(balance=60.0)
        rig.runway.limit("gen4.5", concurrent=20)
        await rig.account.refresh()
        await rig.clock.advance(1)
        ids = await rig.submit(*(request(str(number)) for number in range(4)))
        assert sum(await sent(rig, ids)) == 2
        assert lane_words(rig.lane.reason) == "Balance too low: 10 left; the next task costs 25."


@pytest.mark.parametrize(
    ("cap", "limit", "spent", "price", "raised", "words"),
    [
        (Cap.DAY, 1_500.0, 1_480.0, 60.0, 1_600.0, "Raise today's cap to 1,600"),
        (Cap.MONTH, 10_000.0, 9_990.0, 60.0, 10_500.0, "Raise this month's cap to 10,500"),
        (Cap.SENDING, 100.0, 0.0, 216.0, 300.0, "Raise the task cap to 300"),
        (Cap.PROJECT, 100.0, 100.0, None, 110.0, "Raise the project's cap to 110"),
        (Cap.BALANCE, 10.0, 0.0, 60.0, None, ""),
    ],
)
def test_cap_is_raised_to_the_next_sufficient_round_sum(
    cap: Cap, limit: float, spent: float, price: float | None, raised: float | None, words: str
):
    held = HeldBack(limit=Limit(cap=cap, limit=limit, spent=spent), price=price)
    assert held.raised == raised
    assert raise_words(held) == words


def test_cap_sentence_states_spending_and_the_price_of_the_task():
    held = held_back(60.0, [Limit(cap=Cap.DAY, limit=1_500.0, spent=1_480.0)])
    assert held is not None
    assert cap_sentence(held) == ("Daily cap reached: 1,480 of 1,500 spent; the next task costs about 60.")


sums = st.floats(0.01, 1e6)


@given(st.sampled_from((Cap.DAY, Cap.MONTH, Cap.PROJECT)), sums, sums, sums)
def test_spending_never_exceeds_a_cap_and_a_raised_cap_suffices(cap: Cap, limit: float, spent: float, price: float):
    found = held_back(price, [Limit(cap=cap, limit=limit, spent=spent)])
    if found is None:
        assert spent + price <= limit + 1e-3
        return
    assert found.raised is not None
    assert found.raised > limit
    assert held_back(price, [Limit(cap=cap, limit=found.raised, spent=spent)]) is None
