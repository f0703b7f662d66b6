"""Under 404s of Runway and of gateways, cancels, lost answers and kills in any order, what runs at Runway is followed
here or gets its DELETE, and what finished is found."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from runway_desktop.domain.advance import Answer
from runway_desktop.domain.errors import Misrouted, NoReply, NotReached
from runway_desktop.domain.task import RemoteId, State, Task, TaskId
from tests.rigs import invariants
from tests.rigs.engine_rig import Rig
from tests.rigs.fake_runway import FakeRunway, remote_id

GATEWAY = Misrouted("A proxy or gateway answered instead of Runway.", status=404)


class Moody(FakeRunway):
    """`unseen`: tasks that Runway has and answers with 404."""

    def __init__(self) -> None:
        super().__init__()
        self.unseen: dict[str, Answer] = {}

    @property
    def alive(self) -> dict[str, Answer]:
        """What is there, whatever is answered."""
        return {**self.answers, **self.unseen}

    def hide(self, remote: str) -> None:
        if remote in self.answers:
            self.unseen[remote] = self.answers.pop(remote)

    def show(self) -> None:
        self.answers |= self.unseen
        self.unseen.clear()


class NotFoundMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.runway = Moody()
        self.rig = Rig(runway=self.runway, loops=("poller",))
        self.does(self.rig.__aenter__())
        self.ids: dict[TaskId, RemoteId] = {}
        self.canceled: set[TaskId] = set()
        self.canceling: list[asyncio.Future[Any]] = []
        self.passed = 0.0
        self.before: dict[TaskId, Task] = {}

    def does(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.runway.show()
        self.a_gateway_comes_or_goes(is_there=False)
        # The next question about what is missed comes once it has been missed for as long again.
        self.does(self.rig.clock.advance(2.0 * self.passed + 300.0))
        tasks = self.rig.store.tasks
        for task_id, remote in self.ids.items():
            task, there = tasks[task_id], self.runway.alive.get(remote)
            if there is None:
                assert task.state is State.CANCELLED, f"deleted at Runway, and here {task.state}"
                assert task_id in self.canceled, "a DELETE that nobody asked for"
            elif there.state is State.SUCCEEDED:
                assert task.state is State.SUCCEEDED, f"its result is at Runway, and here it is {task.state}"
            else:
                assert task.state is State.RUNNING, f"it runs at Runway, and here it is {task.state}"
                assert not task.cancel_asked, "it was to be canceled, and runs"
        self.does(self.rig.close())
        self.does(_ended(self.canceling))
        self.runner.close()

    def remotes(self) -> list[RemoteId]:
        return [remote for remote in self.ids.values() if remote in self.runway.alive]

    @rule()
    def a_task_begins(self) -> None:
        remote = remote_id(100 + len(self.ids))
        self.runway.say(remote, "RUNNING")
        [task_id] = self.does(self.rig.adoption.adopt([remote])).added
        self.ids[task_id] = remote

    @rule(place=st.integers(0, 3))
    def runway_does_not_know_one(self, place: int) -> None:
        for remote in self.remotes()[place : place + 1]:
            self.runway.hide(remote)

    @rule()
    def runway_knows_all_again(self) -> None:
        self.runway.show()

    @rule(is_there=st.booleans())
    def a_gateway_comes_or_goes(self, is_there: bool) -> None:
        self.runway.always("task", GATEWAY if is_there else ...)
        self.runway.always("delete", GATEWAY if is_there else ...)

    @rule(error=st.sampled_from((NoReply("cut"), NotReached("away"), GATEWAY)), of=st.sampled_from(("task", "delete")))
    def the_next_one_goes_wrong(self, error: Exception, of: Any) -> None:
        self.runway.then(of, error)

    @rule(place=st.integers(0, 3))
    def a_task_finishes(self, place: int) -> None:
        for remote in self.remotes()[place : place + 1]:
            hidden = remote in self.runway.unseen
            self.runway.finish(remote, f"https://out.example/{remote}.mp4")
            if hidden:
                self.runway.unseen[remote] = self.runway.answers.pop(remote)

    @rule(place=st.integers(0, 3))
    def the_person_cancels_one(self, place: int) -> None:
        for task_id in list(self.ids)[place : place + 1]:
            self.canceled.add(task_id)
            self.canceling.append(self.does(_begun(self.rig.actions.cancel([task_id]))))

    @rule(seconds=st.sampled_from((1.0, 6.0, 40.0, 100.0)))
    def time_passes(self, seconds: float) -> None:
        self.passed += seconds
        self.does(self.rig.clock.advance(seconds))

    @rule()
    def the_program_is_killed_and_starts_again(self) -> None:
        async def again() -> Rig:
            next_run = self.rig.kill()
            await asyncio.sleep(0)
            return await next_run.__aenter__()

        self.rig = self.does(again())

    @invariant()
    def holds(self) -> None:
        after = self.rig.store.tasks
        at_runway = [one for one, task in self.before.items() if task.state.is_live]
        invariants.watch(self.before, after, ended_by_server=at_runway)
        self.before = after


async def _begun(work: Coroutine[Any, Any, Any]) -> asyncio.Future[Any]:
    begun = asyncio.ensure_future(work)
    await asyncio.sleep(0)
    return begun


async def _ended(futures: list[asyncio.Future[Any]]) -> None:
    for future in futures:
        future.cancel()
    await asyncio.gather(*futures, return_exceptions=True)


TestNotFoundMachine = NotFoundMachine.TestCase
TestNotFoundMachine.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
