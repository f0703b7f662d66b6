"""A task whose create through a router got no answer, and the list of its router, which may be late or in trouble."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from runway_desktop.domain.errors import NoReply, ServerTrouble
from runway_desktop.domain.events import TaskFound
from runway_desktop.domain.task import Request, State, TaskId
from runway_desktop.domain.workflows.routing import RequestList, RoutedRequest, Router
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig
from tests.rigs.fake_runway import remote_id

RAIN = Request(endpoint="generate_video", model="everyday", values={"promptText": "Rain"}, prompt="Rain")


@asynccontextmanager
async def lost(*lists: Any) -> AsyncIterator[tuple[Rig, TaskId]]:
    """A create whose answer is lost. `lists`: what the router's list answers after it, before it tells the task."""
    async with Rig() as rig:
        rig.runway.always("routers", [Router(id="17f2", slug="everyday", name="Everyday")])
        await rig.routers.refresh()
        rig.runway.say(remote_id(9), "RUNNING")
        entry = RoutedRequest(id="e1", at=rig.clock.now() + 1, remote_id=remote_id(9), model="gen4.5", credits=25.0)
        rig.runway.then("create", NoReply("No answer came."))
        rig.runway.then("router_requests", RequestList(at=rig.clock.now()), *lists)
        rig.runway.always("router_requests", RequestList(at=rig.clock.now(), requests=(entry,)))
        [task_id] = await rig.submit(RAIN)
        yield rig, task_id


async def test_list_that_cannot_be_read_is_asked_for_again() -> None:
    async with lost(ServerTrouble("In trouble.", status=503)) as (rig, task_id):
        await rig.clock.advance(120)
        task = await rig.task(task_id)
        assert (task.state, task.remote_id) == (State.RUNNING, remote_id(9))
        assert len(rig.told(TaskFound)) == 1
        assert len(rig.runway.named("create")) == 1


async def test_task_that_the_person_settles_while_the_list_is_read_is_not_moved_again() -> None:
    async with lost() as (rig, task_id):
        await rig.clock.advance(1)
        gate = rig.runway.hold("router_requests")
        await rig.clock.advance(60)
        await rig.adoption.settle_with(task_id, remote_id(8))
        gate.open()
        await rig.clock.advance(5)
        assert (await rig.task(task_id)).remote_id == remote_id(8)
        assert not rig.told(TaskFound)


async def test_task_whose_cancel_was_asked_is_only_offered() -> None:
    async with lost() as (rig, task_id):
        await rig.clock.advance(1)
        await rig.ledger.change(task_id, lambda task: replace(task, cancel_asked=True), "cancel asked")
        await rig.clock.advance(120)
        task = await rig.task(task_id)
        assert task.state is State.UNCERTAIN
        assert task.evidence is not None
        assert task.evidence.router is not None
        assert [one.remote_id for one in task.evidence.router.found] == [remote_id(9)]
        assert rig.runway.named("delete") == []
