"""After a sending without an answer its model is kept from sending until the readings say enough, and no longer."""

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


async def test_the_model_of_a_sending_without_an_answer_waits_and_no_other():
    async with bench() as at:
        assert not at.followup.is_unsettled("gen4.5")
        at.followup.look(task("one"))
        assert at.followup.is_unsettled("gen4.5")
        assert not at.followup.is_unsettled("veo3.1")


async def test_once_the_readings_say_enough_the_model_goes_on_though_it_is_still_looked_after():
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


async def test_each_of_two_without_an_answer_keeps_the_model_waiting():
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


async def test_of_the_last_run_only_those_are_looked_after_of_which_a_reading_tells_something():
    async with bench() as at:
        at.followup.take_up([task("one"), task("two", State.PENDING), task("three", model="veo3.1")])
        await settle()
        assert set(at.looks.settled) == {ONE, TaskId("three")}
        assert at.followup.is_unsettled("veo3.1")


async def test_closing_ends_all_looks_to_the_last():
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


async def test_a_look_that_is_ended_before_it_began_keeps_nothing_waiting():
    async with bench() as at:
        at.followup.look(task("one"))
        await asyncio.gather(*at.followup.let_go(), return_exceptions=True)
        assert not at.followup.is_unsettled("gen4.5")
        assert at.looks.settled == {}


async def test_a_mistake_while_looking_is_reported_and_lets_the_model_go_on(mistakes):
    async with bench() as at:
        at.followup.look(task("one"))
        await settle()
        at.looks.ended[ONE].set_exception(RuntimeError("a bug"))
        await settle()
        assert not at.followup.is_unsettled("gen4.5")
    assert "a bug" in mistakes.take("looking after a sending without an answer")
