"""The ledger writes each transition once, emits one event for it, and finishes what it began."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from runway_desktop.domain.advance import Accepted, Answer, ImpossibleMove, Sending
from runway_desktop.domain.errors import StoreError
from runway_desktop.domain.events import OutputChanged, TaskChanged, TasksAdded, TasksMoved
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.media import Media
from runway_desktop.domain.task import Evidence, Output, OutputState, State, Task, TaskId
from runway_desktop.services.tasks.ledger import NoSuchTask
from runway_desktop.values import replace
from tests.rigs.engine_rig import Rig, idle, request
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import settle

REMOTE = remote_id(1)


def held(name: str = "one", **more) -> Task:
    return Task(id=TaskId(name), request=request(), created_at=1.0, **more)


@asynccontextmanager
async def one_held() -> AsyncIterator[Rig]:
    """With the task "one" in the queue."""
    async with idle() as rig:
        await rig.ledger.add([held()], [])
        yield rig


async def test_transition_is_on_disk_before_it_is_signaled():
    async with one_held() as rig:
        seen: list[State] = []
        rig.bus.listen(
            lambda event: seen.append(rig.store.tasks[event.task.id].state) if isinstance(event, TaskChanged) else None
        )
        await rig.ledger.move(TaskId("one"), Sending())
        assert seen == [State.SENDING]
        assert await rig.kinds(TaskId("one")) == ["created", "sent"]
        assert len(rig.told(TasksAdded)) == 1


async def test_task_canceled_while_it_is_added_is_not_sent(monkeypatch):
    async with Rig(loops=("lane",)) as rig:
        add, is_stored, may_go_on = rig.store.add, asyncio.Event(), asyncio.Event()

        async def slow(*arguments):
            await add(*arguments)
            is_stored.set()
            await may_go_on.wait()

        monkeypatch.setattr(rig.store, "add", slow)
        adding = asyncio.create_task(rig.ledger.add([held()], []))
        await is_stored.wait()
        canceling = asyncio.create_task(rig.actions.cancel([TaskId("one")]))
        await settle()
        may_go_on.set()
        await asyncio.gather(adding, canceling)
        await settle()
        assert rig.runway.named("create") == []
        assert await rig.state(TaskId("one")) is State.CANCELLED
        assert rig.ledger.get_open(TaskId("one")) is None


async def test_transition_refused_by_the_disk_did_not_happen():
    async with one_held() as rig:
        rig.store.trouble = StoreError("The disk is full.")
        with pytest.raises(StoreError):
            await rig.ledger.move(TaskId("one"), Sending())
        rig.store.trouble = None
        task = rig.ledger.get_open(TaskId("one"))
        assert task is not None
        assert task.state is State.QUEUED
        assert rig.told(TaskChanged) == []


async def test_transition_completes_though_its_caller_is_canceled():
    gate = asyncio.Event()

    async def slow() -> None:
        await gate.wait()

    async with one_held() as rig:
        rig.store.before = slow
        moving = asyncio.create_task(rig.ledger.move(TaskId("one"), Sending()))
        await settle()
        moving.cancel()
        await asyncio.gather(moving, return_exceptions=True)
        gate.set()
        await rig.ledger.settle()
        assert await rig.state(TaskId("one")) is State.SENDING
        assert len(rig.told(TaskChanged)) == 1


async def test_two_transitions_of_one_task_run_one_after_the_other():
    async with one_held() as rig:
        outcomes = await asyncio.gather(
            *(rig.ledger.move(TaskId("one"), Sending()) for _ in range(2)), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes] == [Task, ImpossibleMove]


async def test_results_are_stored_in_the_same_step_as_the_success():
    async with idle() as rig:
        await rig.ledger.add([held(state=State.RUNNING, remote_id=REMOTE)], [])
        writes = rig.store.writes
        answer = Answer(
            remote_id=REMOTE, status="SUCCEEDED", output=("https://x.example/a.mp4?sig=1", "https://x.example/b")
        )
        await rig.ledger.answer(TaskId("one"), answer)
        assert rig.store.writes == writes + 1
        outputs = await rig.store.outputs(TaskId("one"))
        assert [(output.index, output.media, output.state) for output in outputs] == [
            (0, Media.VIDEO, OutputState.WAITING),
            (1, Media.VIDEO, OutputState.WAITING),
        ]
        assert rig.ledger.open() == ()
        assert [event.output.index for event in rig.told(OutputChanged)] == [0, 1]


async def test_repeated_success_leaves_the_downloads_unchanged():
    async with idle() as rig:
        await rig.ledger.add([held(state=State.RUNNING, remote_id=REMOTE)], [])
        answer = Answer(remote_id=REMOTE, status="SUCCEEDED", output=("https://x.example/a.mp4",))
        await rig.ledger.answer(TaskId("one"), answer)
        [output] = await rig.store.outputs(TaskId("one"))
        await rig.store.save_output(replace(output, state=OutputState.SAVED, path="/a.mp4"))
        await rig.ledger.answer(TaskId("one"), answer)
        [output] = await rig.store.outputs(TaskId("one"))
        assert output.state is OutputState.SAVED


async def test_progress_is_signaled_but_not_recorded_in_the_ledger():
    async with idle() as rig:
        await rig.ledger.add([held(state=State.RUNNING, remote_id=REMOTE, running_since=1.0)], [])
        await rig.ledger.answer(TaskId("one"), Answer(remote_id=REMOTE, status="RUNNING", progress=0.5))
        assert len(rig.told(TaskChanged)) == 1
        assert await rig.kinds(TaskId("one")) == ["created"]


async def test_task_being_sent_at_a_crash_is_uncertain_at_the_next_start():
    before = Evidence(balance_before=100.0, daily_before=3)
    async with one_held() as rig:
        await rig.ledger.move(TaskId("one"), Sending(before))
    async with idle(store=rig.store) as rig:
        task = await rig.task(TaskId("one"))
        assert task.state is State.UNCERTAIN
        assert task.evidence == replace(before, cause=Reason(ReasonCode.PROGRAM_ENDED))


async def test_transition_of_an_unknown_task_is_a_program_error():
    async with idle() as rig:
        with pytest.raises(NoSuchTask):
            await rig.ledger.move(TaskId("none"), Sending())


async def test_edit_that_raises_changes_nothing():
    def refuse(_task: Task) -> Task:
        raise ValueError("no")

    async with one_held() as rig:
        with pytest.raises(ValueError, match="no"):
            await rig.ledger.change(TaskId("one"), refuse, "edited")
        assert await rig.kinds(TaskId("one")) == ["created"]


async def test_positions_of_many_tasks_change_in_one_step_and_one_event():
    async with idle() as rig:
        await rig.ledger.add([held("one", position=1.0), held("two", position=2.0)], [])
        writes = rig.store.writes
        await rig.ledger.place({TaskId("one"): 3.0, TaskId("two"): 1.0})
        assert rig.store.writes == writes + 1
        assert [event.task_ids for event in rig.told(TasksMoved)] == [(TaskId("one"), TaskId("two"))]
        assert (await rig.task(TaskId("one"))).position == 3.0


async def test_accepted_id_is_in_the_ledger():
    async with one_held() as rig:
        await rig.ledger.move(TaskId("one"), Sending())
        await rig.ledger.move(TaskId("one"), Accepted(REMOTE, 25.0))
        line = (await rig.store.ledger(TaskId("one")))[-1]
        assert (line.kind, dict(line.detail)) == ("accepted", {"remote_id": REMOTE, "estimated_credits": 25.0})


async def test_imported_ended_task_keeps_its_results_and_is_never_polled_or_sent():
    async with Rig() as rig:
        done = held("one", state=State.SUCCEEDED, remote_id=REMOTE, sent_at=rig.clock.now() - 90_000, cost_credits=25.0)
        result = Output(task_id=done.id, index=0, url="", url_fetched_at=0.0, state=OutputState.SAVED, path="/a.mp4")
        await rig.ledger.take_in([done], [result], source="/old library")
        [line] = await rig.store.ledger(done.id)
        assert (line.kind, line.detail["from"]) == ("imported", "/old library")
        assert await rig.store.outputs(done.id) == [result]
        assert rig.told(TasksAdded)[-1].tasks == (done,)
        await rig.clock.advance(3600)
        assert not [call for call in rig.runway.calls if call.name in ("task", "create")]
        assert rig.runway.requests == {}
        assert rig.budget.spent_today == 0.0


async def test_imported_task_sent_today_counts_as_spent_today():
    async with Rig() as rig:
        done = held("one", state=State.SUCCEEDED, remote_id=REMOTE, sent_at=rig.clock.now() - 1, cost_credits=25.0)
        await rig.ledger.take_in([done], [])
        assert rig.budget.spent_today == 25.0
