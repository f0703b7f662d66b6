"""Holding, releasing and undo of queued tasks: what changes, and what the history records."""

from __future__ import annotations

from typing import Any

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.advance import Sending
from runway_desktop.domain.caps import Cap
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import ITS_TURN, Evidence, Hold, HoldCode, State, Task, TaskId
from runway_desktop.services.tasks.queue_acts import Stood
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, request

OTHER = Fingerprint("other")
RESTORED = Hold(HoldCode.RESTORED)
OF_PERSON = Hold(HoldCode.WAITS_FOR_PERSON)
DENIED = Reason(ReasonCode.SERVER_TROUBLE)
SEEN = Evidence(daily_before=3, balance_before=100.0, price=25.0, cause=DENIED, answer="503", model="gen4.5")


async def queue(rig: Rig, amount: int = 1) -> list[Task]:
    return [await rig.task(task_id) for task_id in await rig.submit(*(request(f"{n}") for n in range(amount)))]


async def changed(rig: Rig, task: Task, **more: Any) -> Task:
    return await rig.ledger.change(task.id, lambda now: replace(now, **more), "waits")


async def test_ledger_records_what_the_person_did_with_a_queued_task():
    async with Rig(loops=()) as rig:
        [task] = await queue(rig)
        await rig.queue_acts.hold([task.id])
        stood = rig.queue_acts.stood([task.id])
        for is_next in (False, True):
            await rig.queue_acts.release([await rig.task(task.id)], is_next=is_next, key=task.key)
            await rig.queue_acts.put_back(stood)
        assert (await rig.kinds(task.id))[1:] == ["held", "released", "held", "send next", "held"]


async def test_place_and_hold_are_noted_for_queued_tasks_only():
    async with Rig(loops=()) as rig:
        held, sent = await queue(rig, 2)
        await rig.ledger.move(sent.id, Sending())
        assert rig.queue_acts.stood([sent.id, held.id, TaskId("unknown")]) == Stood(
            positions={held.id: held.position}, holds={}
        )


async def test_undo_of_a_release_skips_tasks_being_sent_or_held_for_another_reason():
    async with Rig(loops=()) as rig:
        sent, held = await queue(rig, 2)
        stood = Stood(positions={}, holds={sent.id: RESTORED, held.id: RESTORED})
        await rig.ledger.move(sent.id, Sending())
        await changed(rig, held, hold=OF_PERSON)
        await rig.queue_acts.put_back(stood)
        assert [(await rig.task(one.id)).hold for one in (sent, held)] == [ITS_TURN, OF_PERSON]


async def test_release_to_another_key_drops_the_readings_of_the_former_one():
    async with Rig(loops=()) as rig:
        same, other, unseen = await queue(rig, 3)
        denied = [await changed(rig, one, hold=RESTORED, evidence=SEEN) for one in (same, other)]
        await rig.queue_acts.release(denied[:1], is_next=False, key=same.key)
        await rig.queue_acts.release([denied[1], unseen], is_next=False, key=OTHER)
        found = [await rig.task(one.id) for one in (same, other, unseen)]
        assert [one.evidence for one in found] == [
            SEEN,
            Evidence(price=SEEN.price, cause=SEEN.cause, answer=SEEN.answer),
            None,
        ]
        assert [(one.key, one.hold, one.state) for one in found] == [
            (key, ITS_TURN, State.QUEUED) for key in (same.key, OTHER, OTHER)
        ]


async def test_raised_cap_frees_only_the_named_tasks_that_wait_for_it():
    async with Rig(loops=()) as rig:
        await rig.pricing.learn(request(), 25.0)
        rig.settings.day_cap = 30.0
        tasks = await queue(rig, 3)
        held = rig.lane.caps.over(tasks)[tasks[1].id]
        assert held.limit.cap is Cap.DAY
        assert rig.lane.caps.freed(held, tasks) == tasks[1:]
        assert rig.lane.caps.freed(held, tasks[:2]) == tasks[1:2]
