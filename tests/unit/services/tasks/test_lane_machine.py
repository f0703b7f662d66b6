"""Lane, submission, dispatch and poller, with kills and restores, under anything in any order keep what
`tests.invariants` says. What was made is counted where it is made, in the Runway of the test."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from runway_desktop.domain.errors import BadReply, NoReply, NotReached, RequestRefused, ServerTrouble, SlowDown
from runway_desktop.domain.task import State, Task, TaskId
from runway_desktop.services.tasks.after_restore import FRESH
from tests import invariants, sent
from tests.engine_rig import Rig, request
from tests.fake_runway import FakeRunway
from tests.fakes import settle

MODEL = "gen4.5"
AT_ONCE = 2
DAY_CAP = 200.0
"""Credits. A task is estimated at 25 or more."""


class LossyRunway(FakeRunway):
    """`loses_next`: the next create is made, and its answer lost."""

    loses_next = False

    async def create(self, endpoint: str, body: Any) -> Any:
        created = await super().create(endpoint, body)
        if self.loses_next:
            self.loses_next = False
            raise NoReply("The connection was cut.")
        return created

    @property
    def made(self) -> Counter[str]:
        return Counter(str(body["promptText"]) for _, body in self.requests.values())


class LaneMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory(prefix="runway-desktop-lane-")
        self.runway = LossyRunway()
        self.runway.limit(MODEL, concurrent=AT_ONCE)
        self.rig = Rig(runway=self.runway, ids=Path(self.folder.name) / "accepted-ids.txt")
        self.does(self.rig.__aenter__())
        self.rig.settings.set("day_cap", DAY_CAP)
        self.asked = 0
        self.before: dict[TaskId, Task] = {}
        self.released: set[TaskId] = set()
        self.by_person: set[TaskId] = set()

    def does(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def teardown(self) -> None:
        self.does(self.rig.close())
        self.runner.close()
        self.folder.cleanup()

    def waiting(self) -> list[Task]:
        return [task for task in self.rig.store.tasks.values() if task.waits_for_person]

    @rule(amount=st.integers(1, 3), at_once=st.booleans())
    def tasks_are_asked_for(self, amount: int, at_once: bool) -> None:
        wanted = [request(f"task {self.asked + number}", model=MODEL) for number in range(amount)]
        self.asked += amount
        self.does(self.rig.submit(*wanted, send_now=at_once))

    @rule(
        error=st.sampled_from(
            (NoReply("cut"), NotReached("away"), SlowDown("later", retry_after=20.0), ServerTrouble("down", status=503),
             BadReply("<html>"), RequestRefused("no"))
        )
    )  # fmt: skip
    def the_next_create_goes_wrong(self, error: Exception) -> None:
        self.runway.then("create", error)

    @rule()
    def the_next_create_is_made_and_its_answer_lost(self) -> None:
        self.runway.loses_next = True

    @rule(error=st.sampled_from((NoReply("cut"), SlowDown("later", retry_after=5.0), ServerTrouble("", status=502))))
    def the_next_question_goes_wrong(self, error: Exception) -> None:
        self.runway.then("task", error)

    @rule(seconds=st.sampled_from((1.0, 6.0, 40.0, 400.0)))
    def time_passes(self, seconds: float) -> None:
        self.does(self.rig.clock.advance(seconds))

    @rule(works=st.booleans())
    def a_task_ends_at_runway(self, works: bool) -> None:
        going = [one for one, answer in self.runway.answers.items() if not answer.state.is_final]
        if going:
            if works:
                self.runway.finish(going[0], f"https://out.example/{going[0]}.mp4")
            else:
                self.runway.fail(going[0], "INTERNAL")

    @rule()
    def the_person_pauses(self) -> None:
        self.does(self.rig.lane.pause())

    @rule()
    def the_person_resumes(self) -> None:
        self.does(_settled(self.rig.lane.resume()))

    @rule()
    def the_person_sends_what_waits(self) -> None:
        if waiting := self.waiting():
            self.released.add(waiting[0].id)
            self.does(_settled(sent.release(self.rig, waiting[0].id)))

    def queued(self) -> list[Task]:
        held = [task for task in self.rig.store.tasks.values() if task.state is State.HELD]
        return sorted(held, key=lambda task: task.position)

    @rule(place=st.integers(0, 5))
    def the_person_holds_one(self, place: int) -> None:
        if queued := self.queued()[place : place + 1]:
            self.released -= set(self.does(self.rig.lane.hold([queued[0].id])))

    @rule(place=st.integers(0, 5), up=st.booleans())
    def the_person_moves_one(self, place: int, up: bool) -> None:
        if queued := self.queued()[place : place + 1]:
            self.does(_settled(self.rig.lane.step([queued[0].id], up=up)))

    @rule(place=st.integers(0, 5), to=st.integers(0, 5))
    def the_person_drags_one(self, place: int, to: int) -> None:
        queued = self.queued()
        if queued[place : place + 1]:
            before = queued[to].id if to < len(queued) else None
            self.does(_settled(self.rig.lane.move([queued[place].id], before)))

    @rule()
    def the_person_dismisses_an_uncertain_one(self) -> None:
        uncertain = [task for task in self.rig.store.tasks.values() if task.state is State.UNCERTAIN]
        if uncertain:
            self.by_person.add(uncertain[0].id)
            self.does(self.rig.adoption.let_go(uncertain[0].id))

    @rule()
    def the_program_is_killed_and_started_again(self) -> None:
        self.does(self._start_again())

    @rule()
    def the_program_is_killed_and_its_list_put_back_from_a_backup_of_now(self) -> None:
        self.rig.settings.set(FRESH, {"made_at": 1.0})
        self.does(self.rig.settings.flush())
        self.does(self._start_again())
        held = [task for task in self.rig.store.tasks.values() if task.state is State.HELD]
        assert all(task.waits_for_person for task in held), "5: what was restored may be sent by itself"

    async def _start_again(self) -> None:
        self.rig = self.rig.kill()
        await settle()
        await self.rig.__aenter__()

    @invariant()
    def holds(self) -> None:
        now = self.rig.store.tasks
        ended = {
            one.id for one in now.values()
            if one.remote_id is not None and self.runway.answers[one.remote_id].state.is_final
        }  # fmt: skip
        invariants.watch(
            self.before, now, released=self.released, ended_by_server=ended, ended_by_person=self.by_person,
            limit=AT_ONCE,
        )  # fmt: skip
        self.before = dict(now)
        assert all(times == 1 for times in self.runway.made.values()), "1: made twice"
        spent = sum(task.credits or 0.0 for task in now.values() if task.sent_at is not None)
        assert spent <= DAY_CAP, f"6: {spent} credits of {DAY_CAP}"
        known = {task.remote_id for task in now.values()}
        said = {task.request.prompt for task in now.values() if task.state in (State.UNCERTAIN, State.GONE)}
        lost = [body["promptText"] for one, (_, body) in self.runway.requests.items() if one not in known]
        assert set(lost) <= said, "2: an id is lost, and nobody says so"


async def _settled(work: Coroutine[Any, Any, Any]) -> None:
    await work
    await settle()


TestLaneMachine = LaneMachine.TestCase
TestLaneMachine.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
