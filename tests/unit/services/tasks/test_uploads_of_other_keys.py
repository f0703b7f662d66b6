"""An upload belongs to the key that made it, and is valid for a day by a monotonic clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from runway_desktop.domain.task import State, TaskId
from runway_desktop.services.tasks.uploads import UPLOAD_GOOD_FOR
from tests.rigs import sent
from tests.rigs.engine_rig import Rig, with_picture
from tests.rigs.fakes import settle

MINE, THEIRS = "key_mine", "key_theirs"
DAY = 86_400.0


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "still.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(6 * 1024 * 1024))
    return path


def one_key() -> Rig:
    rig = Rig(secret=MINE, loops=("lane", "poller", "account"))
    rig.runway.limit("gen4_turbo", concurrent=None)
    rig.runway.give(THEIRS, "theirs")
    return rig


async def use(rig: Rig, secret: str) -> None:
    """What the key before left at Runway is known not to be this one's after a while."""
    await rig.account.use_key(secret, remember=False)
    await rig.clock.advance(15)


def pictures_sent(rig: Rig) -> list[str]:
    return [str(call.arguments[1]["promptImage"]) for call in rig.runway.named("create")]


async def send(rig: Rig, picture: Path) -> TaskId:
    [task_id] = await rig.submit(with_picture(picture.as_uri()))
    await rig.clock.advance(1)
    return task_id


async def test_upload_is_reused_by_its_own_key_only(picture: Path):
    async with one_key() as rig:
        await send(rig, picture)
        await send(rig, picture)
        await use(rig, THEIRS)
        theirs = await send(rig, picture)
        await use(rig, MINE)
        await send(rig, picture)
        one, two = "runway://upload-1", "runway://upload-2"
        assert pictures_sent(rig) == [one, one, two, one]
        [noted] = await rig.store.inputs(theirs)
        assert (noted.upload_uri, noted.upload_key) == (two, (await rig.task(theirs)).key)


async def test_upload_dated_in_the_future_is_not_used(picture: Path):
    async with one_key() as rig:
        await send(rig, picture)
        rig.clock.jump(-3 * DAY)
        await send(rig, picture)
        # It was made three days after now by that clock: by now it is long gone, and its time says that it is young.
        rig.clock.jump(3 * DAY - UPLOAD_GOOD_FOR / 2)
        await send(rig, picture)
        assert pictures_sent(rig) == ["runway://upload-1", "runway://upload-2", "runway://upload-3"]


async def test_missing_file_is_not_replaced_by_another_keys_upload(picture: Path):
    async with one_key() as rig:
        first = await send(rig, picture)
        remote = (await rig.task(first)).remote_id
        assert remote is not None
        rig.runway.fail(remote, "INTERNAL")
        await rig.clock.advance(120)
        picture.unlink()
        await use(rig, THEIRS)
        again = await sent.again(rig, first)
        await rig.clock.advance(1)
        assert len(rig.runway.named("create")) == 1
        assert (await rig.task(again)).state is State.QUEUED
        await use(rig, MINE)
        await rig.clock.advance(40)
        assert pictures_sent(rig) == ["runway://upload-1"] * 2


async def test_key_set_during_an_upload_gets_its_own_upload(picture: Path):
    async with one_key() as rig:
        gate = rig.runway.hold("upload")
        [task_id] = await rig.submit(with_picture(picture.as_uri()))
        await gate.arrived()
        await use(rig, THEIRS)
        gate.open()
        await rig.clock.advance(1)
        assert pictures_sent(rig) == ["runway://upload-2"]
        task = await rig.task(task_id)
        assert (task.state, task.key) == (State.PENDING, rig.runway.key)


async def test_inputs_prepared_with_one_key_are_not_sent_with_another(picture: Path):
    async with one_key() as rig:
        # The last question before the sending.
        gate = rig.runway.hold("organization")
        await rig.clock.advance(60)
        [task_id] = await rig.submit(with_picture(picture.as_uri()))
        await settle()
        assert rig.runway.named("create") == []
        assert len(rig.runway.named("upload")) == 1
        await use(rig, THEIRS)
        gate.open()
        await rig.clock.advance(1)
        assert pictures_sent(rig) == ["runway://upload-2"]
        assert (await rig.kinds(task_id)).count("sent") == 1, "nothing is begun with the other key"
