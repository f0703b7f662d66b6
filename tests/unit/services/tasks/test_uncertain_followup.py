"""Follow-up of a sending without an answer: its model waits until the readings suffice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from runway_desktop.domain.task import State, Task, TaskId
from runway_desktop.services.tasks.readings import Readings, UncertainFollowup
from tests.rigs.engine_rig import request
from tests.rigs.fakes import settle


class Looks:
    """Readings that say enough, end or fail when the test says so."""

    def __init__(self) -> None:
        self.settled: dict[TaskId, asyncio.Event] = {}
        self.ended: dict[TaskId, asyncio.Future[None]] = {}
        self.canceled: list[TaskId] = []

    def tells_something(self, task: Task) -> bool:
        return task.state is State.UNCERTAIN

    async def look_after(self, task_id: TaskId, settled: asyncio.Event) -> None:
        self.settled[task_id] = settled
        self.ended[task_id] = asyncio.get_running_loop().create_future()
        try:
            await self.ended[task_id]
        except asyncio.CancelledError:
            self.canceled.append(task_id)
            raise
        finally:
            settled.set()


class Bench:
    def __init__(self) -> None:
        self.looks = Looks()
        self.woken = 0
        self.followup = UncertainFollowup(cast(Readings, self.looks), self._wake)

    def _wake(self) -> None:
        self.woken += 1


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    await asyncio.gather(*made.followup.let_go(), return_exceptions=True)


def task(name: str, state: State = State.UNCERTAIN, model: str = "gen4.5") -> Task:
    return Task(id=TaskId(name), request=request(model=model), created_at=1.0, state=state)


ONE, TWO = TaskId("one"), TaskId("two")


async def test_only_the_model_of_an_unanswered_sending_waits():
    async with bench() as at:
        assert not at.followup.is_unsettled("gen4.5")
        at.followup.look(task("one"))
        assert at.followup.is_unsettled("gen4.5")
        assert not at.followup.is_unsettled("veo3.1")


async def test_model_continues_once_readings_suffice_while_the_follow_up_continues():
    async with bench() as at:
        at.followup.look(task("one"))
        await settle()
        at.looks.settled[ONE].set()
        assert not at.followup.is_unsettled("gen4.5"), "from that moment on"
        await settle()
        assert at.woken == 1
        assert not at.looks.ended[ONE].done()
        at.looks.ended[ONE].set_result(None)
        await settle()
        assert at.woken == 1
        assert at.followup.let_go() == []


async def test_each_of_two_unanswered_sendings_keeps_its_model_waiting():
    async with bench() as at:
        at.followup.look(task("one"))
        at.followup.look(task("two"))
        await settle()
        at.looks.ended[ONE].set_result(None)
        await settle()
        assert at.followup.is_unsettled("gen4.5")
        at.looks.ended[TWO].set_result(None)
        await settle()
        assert not at.followup.is_unsettled("gen4.5")
        assert at.woken == 2


async def test_only_sendings_of_the_last_run_with_useful_readings_are_followed_up():
    async with bench() as at:
        at.followup.take_up([task("one"), task("two", State.PENDING), task("three", model="veo3.1")])
        await settle()
        assert set(at.looks.settled) == {ONE, TaskId("three")}
        assert at.followup.is_unsettled("veo3.1")


async def test_closing_ends_all_follow_ups():
    async with bench() as at:
        at.followup.look(task("one"))
        at.followup.look(task("two"))
        await settle()
        looks = at.followup.let_go()
        await asyncio.gather(*looks, return_exceptions=True)
        assert len(looks) == 2
        assert at.looks.canceled == [ONE, TWO]
        assert not at.followup.is_unsettled("gen4.5")
        assert at.followup.let_go() == []


async def test_follow_up_ended_before_its_start_blocks_nothing():
    async with bench() as at:
        at.followup.look(task("one"))
        await asyncio.gather(*at.followup.let_go(), return_exceptions=True)
        assert not at.followup.is_unsettled("gen4.5")
        assert at.looks.settled == {}


async def test_exception_in_a_follow_up_is_reported_and_releases_the_model(mistakes):
    async with bench() as at:
        at.followup.look(task("one"))
        await settle()
        at.looks.ended[ONE].set_exception(RuntimeError("a bug"))
        await settle()
        assert not at.followup.is_unsettled("gen4.5")
    assert "a bug" in mistakes.take("looking after a sending without an answer")
