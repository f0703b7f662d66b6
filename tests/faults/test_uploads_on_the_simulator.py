"""Uploads with the real client against the simulator: once while they are valid, then again from the stored file."""

from __future__ import annotations

from pathlib import Path

from runway_desktop.domain.events import UploadProgressed
from runway_desktop.domain.task import State
from runway_desktop.simulator.server import running_simulator
from runway_desktop.simulator.world import Knobs
from tests.rigs import sent
from tests.rigs.engine_rig import CATALOG, with_picture
from tests.rigs.on_the_simulator import QuickClock, all_tasks, ended, engine, until

WEEK = 7 * 86_400.0


class CalendarClock(QuickClock):
    """Time that can be moved on, for both at once."""

    moved = 0.0

    def now(self) -> float:
        return super().now() + self.moved


async def test_upload_older_than_a_day_is_uploaded_again(tmp_path: Path):
    picture = tmp_path / "still.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(6 * 1024 * 1024))
    clock = CalendarClock()
    async with (
        running_simulator(Knobs(seed=3), clock=clock.now, catalog=CATALOG) as simulator,
        engine(simulator, clock, tmp_path / "a.db") as rig,
    ):
        [first] = await sent.submit(rig, [with_picture(picture.as_uri())])
        await until(rig, ended)
        told = rig.told(UploadProgressed)
        assert {event.task_id for event in told} == {first}
        assert told[-1].sent == told[-1].total
        clock.moved = 3_600.0
        await sent.submit(rig, [with_picture(picture.as_uri())])
        await until(rig, ended)
        assert len(simulator.witness.uploads) == 1, "an hour later the same upload is used"
        clock.moved = WEEK
        [again] = await sent.submit(rig, [with_picture(picture.as_uri())])
        await until(rig, ended)
        assert len(simulator.witness.uploads) == 2, "a week later it is made anew"
        states = {task.id: task.state for task in await all_tasks(rig)}
        assert states[again] is State.SUCCEEDED
