"""Sending on an engine of fakes, with requests of each kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runway_desktop.domain.advance import Accepted, Answer
from runway_desktop.domain.advance import Sending as SendingBegan
from runway_desktop.domain.task import Hold, HoldCode, Request, Task
from runway_desktop.services.tasks.submission import NewTask, Origin, TaskSource
from runway_desktop.usecases.sending.sending import MOMENT, TaskSender
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, request
from tests.rigs.engines import engine_of
from tests.rigs.fake_runway import remote_id

KNOWN = request()


COSTLY = request("Costly", duration=10)


UNKNOWN = request("Unknown", model="gen4_turbo", endpoint="image_to_video", promptImage="https://example.com/a.png")


INVALID = request("Too long", duration=600)


SCRIPT = Origin(TaskSource.SCRIPT)


@asynccontextmanager
async def a_door(tmp_path: Path, loops: tuple[str, ...] = ()) -> AsyncIterator[tuple[Rig, TaskSender]]:
    async with Rig(loops=loops) as rig:
        await rig.pricing.learn(KNOWN, 25.0)
        await rig.pricing.learn(COSTLY, 600.0)
        engine = engine_of(rig, tmp_path / "library")
        yield rig, TaskSender(engine)


def new(*requests: Request, project: str = "") -> list[NewTask]:
    return [NewTask(request=wanted, project=project) for wanted in requests]


async def stored(rig: Rig) -> list[Task]:
    return list(rig.ledger.all_queued())


async def a_held(rig: Rig, sending: TaskSender, code: HoldCode = HoldCode.ITS_TURN, wanted: Request = KNOWN) -> Task:
    prepared = sending.prepare(new(wanted), SCRIPT)
    [task_id] = await sending.send(prepared, prepared.asks)
    await rig.ledger.change(task_id, lambda task: _held_for(task, code), "waits")
    await rig.clock.advance(MOMENT)
    return await rig.task(task_id)


def _held_for(task: Task, code: HoldCode) -> Task:
    return replace(task, hold=Hold(code))


async def an_ended(rig: Rig, sending: TaskSender, wanted: Request = KNOWN, *, number: int = 1) -> Task:
    task = await a_held(rig, sending, wanted=wanted)
    await rig.ledger.move(task.id, SendingBegan())
    await rig.ledger.move(task.id, Accepted(remote_id(number)))
    await rig.ledger.answer(task.id, Answer(remote_id=remote_id(number), status="FAILED"))
    return await rig.task(task.id)
