"""When the lane retries, how many tasks it sends at once, and what makes it check again."""

from __future__ import annotations

import asyncio
from typing import Any

from runway_desktop.domain.account import NO_KEY
from runway_desktop.domain.caps import LaneCode, LaneReason
from runway_desktop.domain.errors import NoReply, RequestRefused, SlowDown
from runway_desktop.domain.events import LaneChanged
from runway_desktop.domain.task import ITS_TURN, Hold, HoldCode, State, TaskId
from runway_desktop.services.tasks.keeping import MOST_PASSED_OVER
from runway_desktop.services.tasks.lane import AT_ONCE, UNCERTAIN_IN_A_ROW
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, held_by, keeps, kept_by, lane, prompts, request
from tests.rigs.fake_runway import limited
from tests.rigs.fakes import settle

ALL_LOOKS = 120.0
"""Seconds after which nobody looks after an uncertain task any more."""
PNG = b"\x89PNG\r\n\x1a\n"


def busy(seconds: float | None = None) -> SlowDown:
    return SlowDown("Too many requests.", retry_after=seconds)


async def tries_within(rig: Rig, seconds: int) -> list[int]:
    """The seconds after which something was sent."""
    found, known = [], len(prompts(rig))
    for second in range(1, seconds + 1):
        await rig.clock.advance(1)
        found += [second] * (len(prompts(rig)) - known)
        known = len(prompts(rig))
    return found


async def test_each_failure_in_a_row_doubles_the_wait_and_a_success_resets_it():
    async with lane() as rig:
        rig.runway.then("create", busy(), busy(), busy(), busy(), ..., busy())
        await rig.submit(request("0"))
        tries = await tries_within(rig, 40)
        waits = [after - before for before, after in zip([0, *tries], tries, strict=False)]
        assert len(waits) == 4
        assert all(least <= wait <= 1.5 * least + 1 for wait, least in zip(waits, (1, 2, 4, 8), strict=True))
        await rig.submit(request("1"))
        assert len(await tries_within(rig, 3)) == 1


async def test_refused_request_resets_the_wait_too():
    async with lane() as rig:
        rig.runway.then("create", busy(), busy(), busy(), RequestRefused("Not valid."), busy())
        await rig.submit(request("0"))
        await rig.clock.advance(40)
        await rig.submit(request("1"))
        assert len(await tries_within(rig, 3)) == 1


async def test_sendings_at_once_are_limited():
    async with lane() as rig:
        gate = rig.runway.hold("create")
        models = ["gen4.5", "veo3.1", "veo3.1_fast", "seedance2", "veo3", "gen4_turbo"]
        await rig.lane.pause()
        await rig.submit(*(request(model, model=model) for model in models))
        await rig.lane.resume()
        await settle()
        assert prompts(rig) == models[:AT_ONCE]
        assert rig.lane.reason is None
        gate.open()
        await settle()
        assert prompts(rig) == models


async def test_task_about_to_be_sent_takes_a_slot_of_its_model():
    async with lane() as rig:
        gate = rig.runway.hold("organization")
        await rig.submit(*(request(f"{n}") for n in range(3)))
        slots = rig.lane.slots("gen4.5")
        assert (slots.in_use, slots.limit) == (2, 2)
        assert rig.lane.slots("veo3.1").in_use == 0
        assert rig.lane.reason is None, "something is on its way"
        gate.open()
        await settle()
        assert (rig.lane.slots("gen4.5").in_use, prompts(rig)) == (2, ["0", "1"])


def test_lane_before_its_start_has_no_reason():
    assert lane().lane.reason is None


async def test_pausing_and_resuming_are_signaled_at_once_and_once():
    async with lane() as rig:
        await rig.lane.pause()
        assert len(rig.told(LaneChanged)) == 1
        assert rig.settings.paused
        [task_id] = await rig.submit(request())
        assert kept_by(rig, task_id) == rig.lane.reason == LaneReason(LaneCode.PAUSED)
        await rig.clock.advance(600)
        assert (prompts(rig), len(rig.told(LaneChanged))) == ([], 1)
        why = rig.lane.reason
        await rig.settings.flush()
    async with lane(store=rig.store) as rig:
        assert rig.lane.reason == why, "in the next run as well"
        await rig.lane.resume()
        assert (len(rig.told(LaneChanged)), rig.settings.paused) == (2, False)
        await settle()
        assert await rig.state(task_id) is State.PENDING


async def test_each_queued_task_has_its_own_reason_to_wait():
    async with lane() as rig:
        await rig.pricing.learn(request(model="veo3.1"), 50.0)
        rig.settings.sending_cap = 30.0
        *_, waiting = await rig.submit(*(request(f"{n}") for n in range(3)))
        [costly] = await rig.submit(request(model="veo3.1"))
        assert kept_by(rig, waiting) == rig.lane.reason is not None
        held = LaneReason(LaneCode.HELD_BACK, held=held_by(rig, costly))
        assert kept_by(rig, costly) == held != rig.lane.reason


async def test_too_expensive_task_says_so_while_the_lane_is_paused():
    async with lane() as rig:
        await rig.pricing.learn(request(), 25.0)
        rig.settings.day_cap = 10.0
        [task_id] = await rig.submit(request())
        held = held_by(rig, task_id)
        assert held is not None
        assert kept_by(rig, task_id) == LaneReason(LaneCode.HELD_BACK, held=held)
        await rig.lane.pause()
        assert kept_by(rig, task_id) == LaneReason(LaneCode.HELD_BACK, held=held) != rig.lane.reason
        assert keeps(rig, TaskId("another")) is None


def cut(rig: Rig, times: int) -> None:
    rig.runway.then("create", *[NoReply("The connection was cut.")] * times)


async def sent_and_looked_after(rig: Rig, amount: int) -> None:
    for number in range(amount):
        await rig.submit(request(f"{number}"))
        await rig.clock.advance(ALL_LOOKS)


async def test_only_consecutive_sendings_without_an_answer_pause_the_lane():
    async with lane(runway=limited(concurrent=20)) as rig:
        cut(rig, UNCERTAIN_IN_A_ROW - 1)
        rig.runway.then("create", ...)
        cut(rig, UNCERTAIN_IN_A_ROW - 1)
        await sent_and_looked_after(rig, 2 * UNCERTAIN_IN_A_ROW - 1)
        assert not rig.lane.paused
        cut(rig, 1)
        await sent_and_looked_after(rig, 1)
        assert rig.lane.paused


async def test_unanswered_sendings_are_counted_anew_after_resuming():
    async with lane(runway=limited(concurrent=20)) as rig:
        cut(rig, 2 * UNCERTAIN_IN_A_ROW - 1)
        await sent_and_looked_after(rig, UNCERTAIN_IN_A_ROW)
        assert rig.lane.paused
        assert rig.lane.reason, "the person is told why it paused itself"
        await rig.lane.resume()
        await sent_and_looked_after(rig, UNCERTAIN_IN_A_ROW - 1)
        assert not rig.lane.paused


async def test_every_model_waits_briefly_after_a_sending_without_an_answer():
    async with lane() as rig:
        cut(rig, 1)
        await rig.submit(request("0"))
        await rig.submit(request("1", model="veo3.1"))
        assert prompts(rig) == ["0"]
        assert await tries_within(rig, 2) in ([1], [2])


async def test_model_of_an_unanswered_sending_waits_until_counts_were_read():
    async with lane(runway=limited(concurrent=20)) as rig:
        cut(rig, 1)
        [uncertain] = await rig.submit(request("0"))
        await rig.submit(request("1"))
        await rig.clock.advance(10)
        assert prompts(rig) == ["0"]
        assert rig.lane.reason
        await rig.clock.advance(ALL_LOOKS)
        assert prompts(rig) == ["0", "1"]
        evidence = (await rig.task(uncertain)).evidence
        assert (evidence.balance_before, evidence.balance_after, evidence.doubtful) == (1_000.0, 1_000.0, 0)


async def test_task_of_an_uncertain_model_is_not_sent_while_its_counts_are_read():
    async with lane(runway=limited(concurrent=20)) as rig:
        await rig.account.refresh()
        create = rig.runway.hold("create")
        cut(rig, 1)
        await rig.submit(request("0"), request("1"))
        organization = rig.runway.hold("organization")
        # What was read before is too old for the second one by then.
        await rig.clock.advance(31)
        create.open()
        await rig.clock.advance(2)
        organization.open()
        await settle()
        assert prompts(rig) == ["0"]
        await rig.clock.advance(ALL_LOOKS)
        assert prompts(rig) == ["0", "1"]


async def test_exception_in_a_lane_turn_is_reported_and_the_lane_continues(mistakes, monkeypatch):
    async with lane() as rig:
        learned = rig.budget.catch_up

        async def stumble() -> None:
            monkeypatch.setattr(rig.budget, "catch_up", learned)
            raise RuntimeError("a bug")

        monkeypatch.setattr(rig.budget, "catch_up", stumble)
        await rig.submit(request("0"))
        await rig.clock.advance(2)
        assert prompts(rig) == ["0"]
    assert "a bug" in mistakes.take("sending tasks")


async def test_tasks_of_one_model_are_posted_one_by_one_and_models_in_parallel():
    async with lane(runway=limited(concurrent=5)) as rig:
        gate = rig.runway.hold("create")
        await rig.submit(request("0"), request("1"), request("2", model="veo3.1"))
        assert sorted(prompts(rig)) == ["0", "2"]
        gate.open()
        await settle()
        assert sorted(prompts(rig)) == ["0", "1", "2"]


async def test_only_queued_tasks_are_moved_each_once_in_the_given_order():
    async with lane() as rig:
        [sent] = await rig.submit(request("sent"))
        await rig.lane.pause()
        ids = await rig.submit(*(request(f"{n}") for n in range(4)))
        await rig.queue_acts.send_next([ids[3], sent, ids[1], ids[3], TaskId("nobody's")])
        assert (await rig.kinds(ids[3]))[-1] == "created", "it waited for nothing but its turn"
        order = sorted(rig.ledger.all_queued(), key=lambda task: task.position)
        assert [task.id for task in order] == [ids[3], ids[1], ids[0], ids[2]]
        await rig.queue_acts.move([ids[0], sent, ids[0]], before=ids[3])
        order = sorted(rig.ledger.all_queued(), key=lambda task: task.position)
        assert [task.id for task in order] == [ids[0], ids[3], ids[1], ids[2]]


async def test_send_next_is_recorded_in_the_history():
    async with lane(paused=True) as rig:
        [task_id] = await rig.submit(request())
        await rig.ledger.change(task_id, lambda task: replace(task, hold=Hold(HoldCode.FILE_MISSING)), "held")
        await rig.queue_acts.send_next([task_id])
        assert (await rig.kinds(task_id))[-1] == "send next"
        assert (await rig.task(task_id)).hold == ITS_TURN


async def test_too_expensive_task_lets_a_cheaper_one_of_another_model_pass():
    async with lane() as rig:
        await rig.pricing.learn(request(), 25.0)
        await rig.pricing.learn(request(model="veo3.1"), 5.0)
        rig.settings.sending_cap = 10.0
        ids = await rig.submit(request("costly"), request("cheap", model="veo3.1"), request("costly too"))
        assert prompts(rig) == ["cheap"]
        assert [held_by(rig, task_id) is not None for task_id in ids] == [True, False, True]
        assert rig.lane.reason == LaneReason(LaneCode.HELD_BACK, held=held_by(rig, ids[0]))


async def test_each_of_many_too_expensive_tasks_says_so():
    async with lane() as rig:
        await rig.pricing.learn(request(), 25.0)
        rig.settings.sending_cap = 10.0
        ids = await rig.submit(*(request(f"{n}") for n in range(MOST_PASSED_OVER + 2)))
        assert [held_by(rig, task_id) is not None for task_id in ids[-3:]] == [True, True, True]
        assert kept_by(rig, ids[0]) == rig.lane.reason is not None


async def test_released_task_is_sent_whoever_released_it():
    async with lane(paused=True) as rig:
        [task_id] = await rig.submit(request())
        await rig.ledger.change(task_id, lambda task: replace(task, hold=Hold(HoldCode.COPIED)), "held")
        await rig.lane.resume()
        await settle()
        assert await rig.state(task_id) is State.QUEUED
        await rig.ledger.change(task_id, lambda task: replace(task, hold=ITS_TURN), "not a copy")
        await settle()
        assert await rig.state(task_id) is State.PENDING


async def test_pause_is_on_disk_before_it_is_signaled():
    async with Rig(loops=("lane", "settings")) as rig:
        said: list[tuple[bool, Any]] = []
        rig.bus.listen(
            lambda event: (
                said.append((rig.lane.paused, rig.store.setting("lane.paused")))
                if isinstance(event, LaneChanged)
                else None
            )
        )
        await rig.lane.pause()
        assert said == [(True, True)]


async def test_automatic_pause_is_on_disk_before_it_is_signaled():
    async with Rig(loops=("lane", "settings")) as rig:
        rig.runway.always("create", NoReply("The connection was cut."))
        said: list[Any] = []
        rig.bus.listen(
            lambda event: (
                said.append(rig.store.setting("lane.paused"))
                if isinstance(event, LaneChanged) and rig.lane.paused
                else None
            )
        )
        await rig.submit(*[request(str(n)) for n in range(UNCERTAIN_IN_A_ROW)])
        await rig.clock.advance(300)
        assert rig.lane.paused
        assert said
        assert all(said)


async def test_held_task_moved_to_the_front_stays_held():
    async with lane(paused=True) as rig:
        first, second = await rig.submit(request("0"), request("1"))
        kept = Hold(HoldCode.COPIED)
        await rig.ledger.change(second, lambda task: replace(task, hold=kept), "held")
        await rig.queue_acts.send_next([second])
        held = sorted(rig.ledger.all_queued(), key=lambda task: task.position)
        assert [(task.id, task.hold) for task in held] == [(second, kept), (first, ITS_TURN)]
        await rig.lane.resume()
        await settle()
        assert prompts(rig) == ["0"]
        await rig.queue_acts.release([await rig.task(second)], is_next=True, key=NO_KEY)
        await settle()
        assert prompts(rig) == ["0", "1"]


async def test_task_whose_removal_is_cleared_is_sent():
    async with lane(paused=True) as rig:
        [task_id] = await rig.submit(request())
        await rig.ledger.change(task_id, lambda task: replace(task, removed_at=5.0), "removed")
        await rig.lane.resume()
        await rig.clock.advance(600)
        assert await rig.state(task_id) is State.QUEUED
        await rig.ledger.change(task_id, lambda task: replace(task, removed_at=None), "restored")
        await settle()
        assert await rig.state(task_id) is State.PENDING


async def test_closing_ends_a_sending_that_still_reads_the_account():
    async with lane() as rig:
        gate = rig.runway.hold("organization")
        [task_id] = await rig.submit(request())
        await asyncio.wait_for(rig.lane.settle(), 5)
        assert rig.lane.slots("gen4.5").in_use == 0
        gate.open()
        await settle()
        assert await rig.state(task_id) is State.QUEUED
        assert prompts(rig) == []


async def test_restarted_lane_follows_up_uncertain_tasks_of_the_last_run():
    async with lane() as rig:
        cut(rig, 1)
        [task_id] = await rig.submit(request())
        assert await rig.state(task_id) is State.UNCERTAIN
        again = rig.kill()
    async with again as rig:
        await rig.submit(request("of the same model"))
        assert len(prompts(rig)) == 1, "its numbers would blur"
        await rig.clock.advance(ALL_LOOKS)
        assert len(prompts(rig)) == 2
        assert (await rig.task(task_id)).evidence.balance_after is not None
