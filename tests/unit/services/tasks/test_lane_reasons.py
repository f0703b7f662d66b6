"""While nothing is sent the lane says why, with what came from Runway or the disk, and promises no start."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.domain.account import Fingerprint
from runway_desktop.domain.caps import LaneCode, LaneReason, Way
from runway_desktop.domain.errors import ServerTrouble, SlowDown, StoreError
from runway_desktop.domain.prices import PriceSum
from runway_desktop.domain.task import Hold, HoldCode, State, Task, TaskId
from runway_desktop.services.tasks.lane import UNCERTAIN_IN_A_ROW
from runway_desktop.services.tasks.outlook import Range
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, keeps, request, with_picture
from tests.rigs.fakes import settle


def timeless(reason: LaneReason | None) -> LaneReason | None:
    """Without the time of the next try, which is random."""
    return replace(reason, retry_at=None) if reason is not None else None


LARGE = b"\x89PNG\r\n\x1a\n" + b"x" * (4 << 20)


async def test_rate_limited_upload_is_the_reason_until_its_retry(tmp_path: Path):
    picture, told = tmp_path / "large.png", SlowDown("Too many requests.", retry_after=60.0)
    picture.write_bytes(LARGE)
    async with Rig(loops=("lane",)) as rig:
        rig.runway.then("upload", told)
        [task_id] = await rig.submit(with_picture(picture.as_uri()))
        await settle()
        assert rig.lane.reason == LaneReason(LaneCode.ERROR, cause=told.reason, retry_at=rig.lane.reason.retry_at)
        assert 60.0 <= rig.lane.reason.retry_at - rig.clock.now() <= 61.0
        await rig.clock.advance(62)
        assert await rig.state(task_id) is State.PENDING


async def test_failed_disk_write_is_the_reason_and_nothing_is_sent(monkeypatch: pytest.MonkeyPatch):
    async with Rig(loops=("lane",)) as rig:
        full = StoreError("The disk is full.")

        async def refuse() -> None:
            raise full

        with monkeypatch.context() as disk:
            disk.setattr(rig.copies, "note_sending", refuse)
            [task_id] = await rig.submit(request())
            await settle()
            assert timeless(rig.lane.reason) == LaneReason(LaneCode.ERROR, cause=full.reason)
            assert (await rig.state(task_id), rig.runway.named("create")) == (State.QUEUED, [])
        await rig.clock.advance(600)
        assert await rig.state(task_id) is State.PENDING


async def test_failed_write_of_file_facts_is_the_reason(monkeypatch: pytest.MonkeyPatch):
    async with Rig(loops=("lane",)) as rig:

        async def refuse(*_: object) -> None:
            raise StoreError("The disk is full.")

        monkeypatch.setattr(rig.inputs, "prepare", refuse)
        [task_id] = await rig.submit(request())
        await settle()
        assert timeless(rig.lane.reason) == LaneReason(LaneCode.UNWRITABLE)
        assert (await rig.state(task_id), rig.runway.named("create")) == (State.QUEUED, [])


async def test_missing_answers_are_the_reason_and_pause_the_lane_after_three():
    async with Rig(loops=("lane",)) as rig:
        rig.runway.always("create", ServerTrouble("No answer came.", status=504))
        found = []
        for model in ("gen4.5", "veo3.1", "kling3.0_pro"):
            rig.runway.limit(model, concurrent=None)
            await rig.submit(request(model=model))
            await settle()
            found.append(timeless(rig.lane.reason))
            await rig.clock.advance(120)
        assert found == [LaneReason(LaneCode.ERROR)] * 2 + [LaneReason(LaneCode.NO_ANSWERS, UNCERTAIN_IN_A_ROW)]
        assert rig.lane.paused


async def test_task_stored_for_a_former_key_waits_for_the_person():
    async with Rig(loops=("lane",)) as rig:
        await settle()
        theirs, ours = (
            Task(id=TaskId(name), request=request(), created_at=1.0, position=at, key=key)
            for at, (name, key) in enumerate(
                {"theirs": Fingerprint("other"), "ours": rig.account.key.fingerprint}.items(), start=1
            )
        )
        await rig.ledger.add([theirs, ours], [], None)
        await settle()
        assert (await rig.task(theirs.id)).hold == Hold(HoldCode.OTHER_KEY)
        assert await rig.state(ours.id) is State.PENDING
        assert len(rig.runway.named("create")) == 1


async def test_exhausted_model_promises_no_start():
    rig = Rig(loops=())
    rig.runway.limit("gen4.5", concurrent=1, daily=0)
    rig.runway.limit("veo3.1", concurrent=3)
    async with rig:
        await rig.account.refresh()
        _, *others = await rig.submit(request(), *(request(model="veo3.1") for _ in range(3)))
        assert rig.lane.outlook().starts == dict.fromkeys(others, Range(0.0, 0.0))


async def test_lane_tells_since_when_it_keeps_a_task_and_the_main_reason():
    async with Rig(loops=("lane",)) as rig:
        began = rig.clock.now()
        await rig.lane.pause()
        [task_id] = await rig.submit(request())
        await rig.clock.advance(60)
        paused = keeps(rig, task_id)
        assert (paused.lane, paused.since) == (LaneReason(LaneCode.PAUSED), began)
        [later] = await rig.submit(request())
        assert keeps(rig, later).since == began + 60, "no task waits since before it was made"
        await rig.queue_acts.hold([task_id])
        held = keeps(rig, task_id)
        assert (held.hold.code, held.since) == (HoldCode.WAITS_FOR_PERSON, began + 60)
        await rig.clock.advance(60)
        assert keeps(rig, task_id).since == began + 60


async def test_lane_tells_since_when_a_cap_keeps_a_task_and_what_a_raise_sends():
    async with Rig(loops=("lane",)) as rig:
        await rig.pricing.learn(request(), 25.0)
        rig.settings.day_cap = 10.0
        began = rig.clock.now()
        [task_id] = await rig.submit(request())
        await rig.clock.advance(60)
        kept = keeps(rig, task_id)
        assert (kept.lane.code, kept.since, kept.way) == (LaneCode.HELD_BACK, began, Way.RAISE)
        assert rig.lane.freed(kept) == PriceSum(amount=1, credits=25.0)
