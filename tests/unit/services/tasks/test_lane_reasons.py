"""While nothing is sent the lane says why, with what came from Runway or the disk, and promises no start."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.domain.caps import LaneCode, LaneReason
from runway_desktop.domain.errors import SlowDown, StoreError
from runway_desktop.domain.task import State
from runway_desktop.services.tasks.forecast import Range
from tests.engine_rig import Rig, request, with_picture
from tests.fakes import settle

LARGE = b"\x89PNG\r\n\x1a\n" + b"x" * (4 << 20)


async def test_an_upload_that_is_to_slow_down_is_the_reason_until_it_may_be_tried_again(tmp_path: Path):
    picture, told = tmp_path / "large.png", SlowDown("Too many requests.", retry_after=60.0)
    picture.write_bytes(LARGE)
    async with Rig(loops=("lane",)) as rig:
        rig.runway.then("upload", told)
        [task_id] = await rig.submit(with_picture(picture.as_uri()))
        await settle()
        assert rig.lane.reason == LaneReason(LaneCode.ERROR, cause=told.reason)
        await rig.clock.advance(62)
        assert await rig.state(task_id) is State.PENDING


async def test_a_disk_that_refuses_a_sending_is_the_reason_and_nothing_leaves(monkeypatch: pytest.MonkeyPatch):
    async with Rig(loops=("lane",)) as rig:
        full = StoreError("The disk is full.")

        async def refuse() -> None:
            raise full

        with monkeypatch.context() as disk:
            disk.setattr(rig.copies, "note_sending", refuse)
            [task_id] = await rig.submit(request())
            await settle()
            assert rig.lane.reason == LaneReason(LaneCode.ERROR, cause=full.reason)
            assert (await rig.state(task_id), rig.runway.named("create")) == (State.HELD, [])
        await rig.clock.advance(600)
        assert await rig.state(task_id) is State.PENDING


async def test_no_start_is_promised_to_a_model_whose_day_is_used_up():
    rig = Rig(loops=())
    rig.runway.limit("gen4.5", concurrent=1, daily=0)
    rig.runway.limit("veo3.1", concurrent=3)
    async with rig:
        await rig.account.refresh()
        _, *others = await rig.submit(request(), *(request(model="veo3.1") for _ in range(3)))
        assert rig.lane.outlook().starts == dict.fromkeys(others, Range(0.0, 0.0))
