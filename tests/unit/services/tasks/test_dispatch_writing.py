"""The outcome of a sending is written again and again until it is stored or the program closes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from runway_desktop.domain.advance import Accepted
from runway_desktop.domain.errors import NoReply
from runway_desktop.domain.events import Notice
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import ITS_TURN, Evidence, Hold, HoldCode, Request, State, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.tasks.accepted_ids import REST, AcceptedId, AcceptedIds, Entry, Intent
from runway_desktop.services.tasks.dispatch import CLOSING_PATIENCE, RECALL_PATIENCE, Outcome, Result
from runway_desktop.values import replace
from tests.rigs.dispatch_bench import BODY, FULL, ONE, REMOTE, bench
from tests.rigs.engine_rig import AtOnce
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import FakeClock, MemoryStore, settle


async def test_accepted_id_is_in_the_id_file_before_the_database(tmp_path):
    path = tmp_path / "ids.txt"
    async with bench(path) as at:
        await at.dispatch.recall()
        at.ledger.troubles.extend((None, FULL))
        delivering = asyncio.create_task(at.deliver())
        await at.rig.clock.advance(0.5)
        now = at.rig.clock.now()
        assert await left_in(path) == [AcceptedId(task_id=ONE, remote_id=REMOTE, at=now - 0.5, credits=25.0)]
        assert (await at.task()).state is State.SENDING
        await at.rig.clock.advance(5)
        assert await delivering == Outcome(Result.ACCEPTED)
        assert (await at.task()).remote_id == REMOTE
        await at.rig.clock.advance(REST)
        assert await left_in(path) == []


@pytest.mark.parametrize("last", ["journal", "note outside"])
async def test_records_needed_before_the_first_byte_are_written_in_one_step(tmp_path, monkeypatch, last):
    async with bench(tmp_path / "ids.txt") as at:
        await at.dispatch.recall()
        begun: list[str] = []
        disks = {"journal": asyncio.Event(), "note outside": asyncio.Event()}

        def slowly(name, work):
            async def run(*given):
                begun.append(name)
                await disks[name].wait()
                return await work(*given)

            return run

        monkeypatch.setattr(at.ids, "keep", slowly("journal", at.ids.keep))
        monkeypatch.setattr(at.copies, "note_sending", slowly("note outside", at.copies.note_sending))
        delivering = asyncio.create_task(at.deliver())
        await settle()
        assert begun == ["journal", "note outside"]
        disks[next(name for name in disks if name != last)].set()
        await settle()
        assert at.rig.runway.named("create") == []
        disks[last].set()
        assert await delivering == Outcome(Result.ACCEPTED)
        await at.dispatch.close()


async def test_exception_before_the_list_has_an_id_loses_no_id(tmp_path, mistakes):
    def careless() -> None:
        raise RuntimeError("a bug")

    async with bench(tmp_path / "ids.txt") as at:
        await at.dispatch.recall()
        at.rig.runway.estimate = None
        assert await at.dispatch.deliver(at.held, BODY, None, at.key, careless) == Outcome(Result.ACCEPTED)
        assert (await at.task()).remote_id == REMOTE
        await at.dispatch.close()
    assert "a bug" in mistakes.take("going on after a sending")


async def left_in(path: Path) -> list[AcceptedId]:
    ids = AcceptedIds(path, AtOnce(), Bus(), FakeClock(), MemoryStore().checkpoint)
    await ids.open()
    return list(ids.left)


async def test_unwritable_id_is_reported_once_and_retried_ever_more_seldom():
    async with bench() as at:
        at.ledger.troubles.append(None)
        at.ledger.always = FULL
        delivering = asyncio.create_task(at.deliver())
        await settle()
        told = Notice(
            "Runway accepted a task, but the database can't be written. Trying again.",
            f"Its ID at Runway is {REMOTE}.",
            is_problem=True,
        )
        assert at.notices() == [told]
        tries = []
        for _ in range(4):
            await at.rig.clock.advance(30)
            tries.append(at.ledger.tries)
        assert tries[0] > 4
        assert 1 <= tries[-1] - tries[0] <= 3
        at.ledger.always = None
        await at.rig.clock.advance(60)
        assert await delivering == Outcome(Result.ACCEPTED)
        assert at.notices() == [told]


async def test_other_unwritable_outcome_is_reported_with_its_reason():
    async with bench() as at:
        at.rig.runway.then("create", NoReply("No answer came."))
        at.ledger.troubles.extend((None, FULL))
        delivering = asyncio.create_task(at.deliver())
        await settle()
        assert at.notices() == [
            Notice(
                "The outcome of a request couldn't be saved. Trying again.",
                "The disk is full. Make room on it.",
                is_problem=True,
            )
        ]
        await at.rig.clock.advance(5)
        assert (await delivering).result is Result.UNCERTAIN
        assert (await at.task()).state is State.UNCERTAIN


async def test_exception_while_writing_an_outcome_is_reported_by_kind(mistakes):
    async with bench() as at:
        at.rig.runway.then("create", NoReply("No answer came."))
        at.ledger.troubles.extend((None, RuntimeError("a bug")))
        delivering = asyncio.create_task(at.deliver())
        await at.rig.clock.advance(5)
        assert (await delivering).result is Result.UNCERTAIN
        [notice] = at.notices()
        assert "RuntimeError" in str(notice)
    assert "a bug" in mistakes.take("writing down what became of a sending")


async def test_exception_while_writing_an_id_is_retried_like_a_full_disk(mistakes):
    async with bench() as at:
        at.ledger.troubles.extend((None, RuntimeError("a bug")))
        delivering = asyncio.create_task(at.deliver())
        await settle()
        assert [notice.is_problem for notice in at.notices()] == [True]
        await at.rig.clock.advance(5)
        assert await delivering == Outcome(Result.ACCEPTED)
        assert (await at.task()).remote_id == REMOTE
    assert "a bug" in mistakes.take("writing down what became of a sending")


async def test_invalid_transition_is_not_retried(mistakes):
    async with bench() as at:
        gate = at.rig.runway.hold("create")
        delivering = asyncio.create_task(at.deliver())
        await gate.arrived()
        await at.ledger.move(ONE, Accepted(remote_id(2)))
        gate.open()
        assert await delivering == Outcome(Result.ACCEPTED)
        assert (await at.task()).remote_id == remote_id(2)
        assert at.ledger.tries == 3
    assert "Accepted makes no sense" in mistakes.take("writing down what became of a sending")


@pytest.mark.parametrize("is_kept", [True, False])
async def test_closing_retries_the_write_for_a_while_unless_the_id_is_in_its_file(tmp_path, is_kept):
    async with bench(tmp_path / "ids.txt" if is_kept else None) as at:
        await at.dispatch.recall()
        at.ledger.troubles.append(None)
        at.ledger.always = FULL
        delivering = asyncio.create_task(at.deliver())
        await settle()
        await at.dispatch.close()
        if not is_kept:
            await at.rig.clock.advance(CLOSING_PATIENCE - 1.5)
            assert not delivering.done()
            await at.rig.clock.advance(2.5)
        await settle()
        assert delivering.done()
        assert await delivering == Outcome(Result.ACCEPTED)


async def test_pending_write_succeeds_when_the_disk_recovers_during_closing():
    async with bench() as at:
        at.ledger.troubles.append(None)
        at.ledger.always = FULL
        delivering = asyncio.create_task(at.deliver())
        await at.rig.clock.advance(100)
        await at.dispatch.close()
        await at.rig.clock.advance(2.5)
        at.ledger.always = None
        await at.rig.clock.advance(0.6)
        assert delivering.done()
        assert (await at.task()).remote_id == REMOTE


async def kept_in(path: Path, *entries: Entry) -> None:
    ids = AcceptedIds(path, AtOnce(), Bus(), FakeClock(), MemoryStore().checkpoint)
    await ids.open()
    for entry in entries:
        await ids.keep(entry)


def lost(number: int, task_id: TaskId) -> AcceptedId:
    return AcceptedId(task_id=task_id, remote_id=remote_id(number), at=5.0, credits=9.0)


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        (
            1,
            Notice(
                "Runway accepted a task that is not in the list.",
                f"Its ID is {remote_id(1)}. Paste it here to follow it, or enter it where an uncertain task asks for "
                "its ID.",
                is_problem=True,
                remote_ids=(remote_id(1),),
            ),
        ),
        (
            2,
            Notice(
                "Runway accepted 2 tasks that are not in the list.",
                f"Their IDs are {remote_id(1)} and {remote_id(2)}. Paste them here to follow them, or enter one where "
                "an uncertain task asks for its ID.",
                is_problem=True,
                remote_ids=(remote_id(1), remote_id(2)),
            ),
        ),
    ],
)
async def test_orphaned_ids_of_the_last_run_are_reported_until_seen(tmp_path, amount, told):
    path = tmp_path / "ids.txt"
    await kept_in(path, *(lost(number, TaskId(f"gone {number}")) for number in range(1, amount + 1)))
    for _ in range(2):
        # As for a command, whose engine tells nobody.
        async with bench(path) as at:
            await at.dispatch.recall()
            assert at.notices() == [told]
    async with bench(path) as at:
        await at.dispatch.recall()
        assert at.ids is not None
        await at.ids.note_told(told.remote_ids)
    async with bench(path) as at:
        await at.dispatch.recall()
        assert at.notices() == []
        assert len(await left_in(path)) == amount


@pytest.mark.parametrize("state", [State.SENDING, State.UNCERTAIN])
async def test_id_of_the_last_run_is_assigned_to_its_task_with_the_price(tmp_path, state):
    path = tmp_path / "ids.txt"
    await kept_in(path, lost(7, ONE))
    async with bench(path, state=state) as at:
        await at.dispatch.recall()
        task = await at.task()
        assert (task.state, task.remote_id, task.estimated_credits) == (State.PENDING, remote_id(7), 9.0)
        assert at.notices() == []
        await at.rig.clock.advance(REST)
        assert await left_in(path) == []


async def test_id_of_the_last_run_that_cannot_be_assigned_yet_does_not_block_the_start(tmp_path):
    path = tmp_path / "ids.txt"
    await kept_in(path, lost(7, ONE))
    async with bench(path, state=State.UNCERTAIN) as at:
        at.ledger.always = FULL
        recalling = asyncio.create_task(at.dispatch.recall())
        await at.rig.clock.advance(RECALL_PATIENCE - 0.5)
        assert not recalling.done()
        await at.rig.clock.advance(1)
        assert recalling.done()
        assert len(await left_in(path)) == 1
        assert len(at.notices()) == 1, "that it cannot be written, not that it has no task"
        at.ledger.always = None
        await at.rig.clock.advance(60)
        assert (await at.task()).remote_id == remote_id(7)


async def test_unwritable_lost_sending_does_not_keep_an_id_from_its_task(tmp_path, monkeypatch):
    path = tmp_path / "ids.txt"
    await kept_in(path, lost(7, ONE), Intent(task_id=TaskId("gone"), at=5.0, model="gen4.5", prompt="A fox"))

    async def full(*_arguments) -> None:
        raise FULL

    async with bench(path, state=State.UNCERTAIN) as at:
        monkeypatch.setattr(at.ledger, "add", full)
        await at.dispatch.recall()
        assert (await at.task()).remote_id == remote_id(7)
        await at.dispatch.close()


async def test_resent_task_without_an_answer_is_uncertain_despite_an_older_id(tmp_path):
    path = tmp_path / "ids.txt"
    await kept_in(path, lost(7, ONE), Intent(task_id=ONE, at=9.0, model="gen4.5", prompt="A fox"))
    async with bench(path) as at:
        await at.dispatch.recall()
        assert (await at.task()).state is State.UNCERTAIN
        await at.dispatch.close()


async def test_sending_lost_by_the_list_returns_with_everything_in_its_file(tmp_path):
    path, gone = tmp_path / "ids.txt", TaskId("gone")
    await kept_in(path, Intent(task_id=gone, at=5.0, model="gen4.5", prompt="A fox"))
    async with bench(path) as at:
        await at.dispatch.recall()
        assert await at.rig.task(gone) == Task(
            id=gone,
            request=Request(endpoint="", model="gen4.5", prompt="A fox"),
            created_at=5.0,
            state=State.UNCERTAIN,
            sent_at=5.0,
            evidence=Evidence(cause=Reason(ReasonCode.ROW_LOST)),
        )
        await at.dispatch.close()


async def test_sending_unknown_to_an_older_list_is_uncertain_and_no_longer_held(tmp_path):
    path = tmp_path / "ids.txt"
    await kept_in(path, Intent(task_id=ONE, at=9.0, model="gen4.5", prompt="A fox"))
    async with bench(path, hold=Hold(HoldCode.RESTORED)) as at:
        await at.dispatch.recall()
        assert await at.task() == replace(
            at.held,
            state=State.UNCERTAIN,
            sent_at=9.0,
            hold=ITS_TURN,
            evidence=Evidence(cause=Reason(ReasonCode.PROGRAM_ENDED)),
        )
        assert await at.ledger.answered_at(ONE) == at.rig.clock.now()
        await at.dispatch.close()


async def test_closing_stops_late_assignments_and_leaves_them_to_the_next_run(tmp_path):
    path = tmp_path / "ids.txt"
    await kept_in(path, lost(7, ONE))
    async with bench(path, state=State.UNCERTAIN) as at:
        at.ledger.always = FULL
        recalling = asyncio.create_task(at.dispatch.recall())
        await at.rig.clock.advance(RECALL_PATIENCE + 1)
        await recalling
        await at.dispatch.close()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert len(await left_in(path)) == 1
        assert (await at.task()).state is State.UNCERTAIN
