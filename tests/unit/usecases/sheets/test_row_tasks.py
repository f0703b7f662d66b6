"""Rows of a sheet follow their tasks, without a window."""

from __future__ import annotations

from pathlib import Path

from runway_desktop.domain.library import Row
from runway_desktop.domain.task import State, TaskId
from runway_desktop.services.library.sheets import SentTask
from runway_desktop.usecases.listing.changes import Touch
from runway_desktop.usecases.sheets.row_tasks import Following
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, request
from tests.rigs.engines import engine_of


async def test_row_follows_its_tasks_and_a_task_that_was_never_stored_is_reported(tmp_path: Path):
    async with Rig(loops=()) as rig:
        [stored] = await rig.submit(request())
        tasks: dict[TaskId, Row] = {}
        moved: list[set[int]] = []
        following = Following(engine_of(rig, tmp_path / "library").library, tasks, moved.append)
        following.link(3, [SentTask(stored)])
        following.link(4, [SentTask(TaskId("never stored"))])
        assert await following.learn_all() == {4}
        assert (set(tasks), moved) == ({stored}, [{3}])
        touch = Touch()
        touch.task = replace(tasks[stored].task, state=State.RUNNING)
        following.take({stored: touch, TaskId("another"): touch})
        assert tasks[stored].task.state is State.RUNNING
        assert set(tasks) == {stored}
