"""An id that Runway gave was paid for: it is written down however long the disk is full, and outlives the program."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from runway_desktop.domain.advance import CreatedTask
from runway_desktop.domain.errors import NoReply, SlowDown, StoreError
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.task import ITS_TURN, Hold, HoldCode, State, Task, TaskId
from runway_desktop.services.bus import Bus
from runway_desktop.services.tasks.accepted_ids import REST, AcceptedId, AcceptedIds
from runway_desktop.services.tasks.dispatch import CLOSING_PATIENCE
from runway_desktop.usecases.words.failures import sending_words
from tests.rigs.engine_rig import AtOnce, Rig, request
from tests.rigs.fake_runway import FakeRunway, remote_id
from tests.rigs.fakes import FakeClock, MemoryStore, settle
from tests.rigs.notices import notices

FULL = StoreError("The disk is full.", advice="Make room on it.")
MISTAKES = (OSError(28, "No space left on device"), RuntimeError("ours"), sqlite3.OperationalError("disk I/O error"))

pytestmark = pytest.mark.usefixtures("survived_mistakes")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accepted-ids.txt"


async def accepted_by_a_full_disk(path: Path | None, error: Exception = FULL) -> tuple[Rig, MemoryStore, TaskId]:
    """The answer of a sending is in, and nothing can be written."""
    store = MemoryStore()
    rig = Rig(store=store, ids=path)
    await rig.__aenter__()
    gate = rig.runway.hold("create")
    [task_id] = await rig.submit(request())
    store.trouble = error
    gate.open()
    await rig.clock.advance(1)
    return rig, store, task_id


async def kept_in(path: Path, *entries: AcceptedId) -> None:
    """An earlier run could write these down nowhere else."""
    ids = AcceptedIds(path, AtOnce(), Bus(), FakeClock(), MemoryStore().checkpoint)
    await ids.open()
    for entry in entries:
        await ids.keep(entry)


async def left_in(path: Path) -> list[AcceptedId]:
    ids = AcceptedIds(path, AtOnce(), Bus(), FakeClock(), MemoryStore().checkpoint)
    await ids.open()
    return list(ids.left)


def next_run(rig: Rig) -> Rig:
    rig.runway._gates.clear()
    return Rig(store=rig.store, runway=rig.runway, clock=rig.clock, ids=rig._ids_path)


@pytest.mark.parametrize("error", [FULL, *MISTAKES], ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("minutes", [1, 60])
async def test_write_of_an_accepted_id_is_retried_until_it_succeeds(path, error, minutes):
    rig, store, task_id = await accepted_by_a_full_disk(path, error)
    await rig.clock.advance(60 * minutes)
    assert len([notice for notice in notices(rig.events) if remote_id(1) in str(notice.detail)]) == 1
    assert len(notices(rig.events)) <= 2
    store.trouble = None
    await rig.clock.advance(61)
    task = await rig.task(task_id)
    assert (task.state, task.remote_id) == (State.PENDING, remote_id(1))
    assert len(rig.runway.named("create")) == 1
    assert await left_in(path) == []
    await rig.close()


@pytest.mark.parametrize("error", [FULL, *MISTAKES], ids=lambda error: type(error).__name__)
async def test_program_closed_before_an_id_was_written_ends_soon_and_recovers_the_id(path, error):
    rig, store, task_id = await accepted_by_a_full_disk(path, error)
    await rig.clock.advance(600)
    closing = asyncio.create_task(rig.close())
    await rig.clock.advance(2)
    assert closing.done()
    store.trouble = None
    async with next_run(rig) as again:
        task = await again.task(task_id)
        assert (task.state, task.remote_id, task.estimated_credits) == (State.PENDING, remote_id(1), 25.0)
        # Asked for at once, and nothing is sent again.
        await again.clock.advance(10)
        assert [call.arguments for call in again.runway.named("task")][:1] == [(remote_id(1),)]
        assert len(again.runway.named("create")) == 1
    assert await left_in(path) == []


async def test_program_without_an_id_file_retries_the_write_for_a_while_when_closing():
    rig, store, task_id = await accepted_by_a_full_disk(None)
    closing = asyncio.create_task(rig.close())
    await rig.clock.advance(CLOSING_PATIENCE - 2)
    assert not closing.done()
    store.trouble = None
    await rig.clock.advance(4)
    assert closing.done()
    assert (await rig.task(task_id)).remote_id == remote_id(1)
    rig, store, task_id = await accepted_by_a_full_disk(None)
    closing = asyncio.create_task(rig.close())
    await rig.clock.advance(CLOSING_PATIENCE + 5)
    assert closing.done()


async def test_program_killed_before_an_id_was_written_recovers_it_at_the_next_start(path):
    rig, store, task_id = await accepted_by_a_full_disk(path)
    await rig.clock.advance(600)
    again = rig.kill()
    store.trouble = None
    again.runway._gates.clear()
    async with again:
        assert (await again.task(task_id)).remote_id == remote_id(1)
        assert len(again.runway.named("create")) == 1


async def test_sending_with_a_lost_answer_is_not_matched_to_another_id(path):
    """Of two that were being sent one was accepted: the other stays uncertain."""
    store = MemoryStore()
    async with Rig(store=store, ids=path) as rig:
        gate = rig.runway.hold("create")
        [first] = await rig.submit(request("first"))
        [second] = await rig.submit(request("second", model="gen4_turbo"))
        store.trouble = FULL
        rig.runway.then("create", ..., NoReply("The connection was cut."))
        gate.open()
        await rig.clock.advance(1)
        again = rig.kill()
    store.trouble = None
    again.runway._gates.clear()
    async with again:
        assert (await again.task(first)).remote_id == remote_id(1)
        assert await again.state(second) is State.UNCERTAIN


async def test_kept_id_is_freed_once_the_list_has_it(path):
    async with Rig(ids=path) as rig:
        [task_id] = await rig.submit(request())
    await kept_in(path, AcceptedId(task_id=task_id, remote_id=remote_id(1), at=rig.clock.now()))
    async with next_run(rig) as again:
        assert notices(again.events) == []
        assert await again.state(task_id) is State.PENDING
        await again.clock.advance(REST)
    assert await left_in(path) == []


async def test_kept_id_whose_task_was_pasted_into_the_list_is_not_assigned_twice(path):
    rig, store, task_id = await accepted_by_a_full_disk(path)
    store.trouble = None
    again = rig.kill()
    await again.adoption.adopt([remote_id(1)])
    again.runway._gates.clear()
    async with again:
        assert await again.state(task_id) is State.UNCERTAIN
        assert len([task for task in again.store.tasks.values() if task.remote_id == remote_id(1)]) == 1
        await again.clock.advance(REST)
    assert await left_in(path) == []


@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED"])
async def test_answer_with_the_id_of_another_task_is_ignored(path, status):
    """One result cannot be two tasks': the id of what was paid for is not known."""
    async with Rig(ids=path) as rig:
        [first] = await rig.submit(request("first"))
        rig.runway.say(remote_id(1), status, output=("https://out.example/1.mp4",))
        await rig.clock.advance(60)
        rig.runway.then("create", CreatedTask(remote_id=remote_id(1), estimated_credits=25.0))
        [second] = await rig.submit(request("second"))
        task = await rig.task(second)
        assert (task.state, task.remote_id) == (State.UNCERTAIN, None)
        assert task.evidence is not None
        assert (task.evidence.cause, task.evidence.answer) == (Reason(ReasonCode.KNOWN_ID), remote_id(1))
        assert "another task of the list" in sending_words(task.evidence.cause)
        await rig.clock.advance(120)
        assert (await rig.task(first)).remote_id == remote_id(1)
        assert await rig.state(second) is State.UNCERTAIN
        assert len(rig.runway.named("create")) == 2
        await rig.clock.advance(REST)
    assert await left_in(path) == []
    async with next_run(rig) as again:
        assert notices(again.events) == []
        assert await again.state(second) is State.UNCERTAIN


async def test_one_of_two_simultaneous_answers_with_the_same_id_is_used(path):
    async with Rig(ids=path) as rig:
        gate = rig.runway.hold("create")
        [first] = await rig.submit(request("first"))
        [second] = await rig.submit(request("second", model="gen4_turbo"))
        one = CreatedTask(remote_id=remote_id(1), estimated_credits=25.0)
        rig.runway.then("create", one, one)
        gate.open()
        await rig.clock.advance(1)
        states = {await rig.state(first), await rig.state(second)}
        assert states == {State.PENDING, State.UNCERTAIN}
        assert len(await rig.store.find_remote([remote_id(1)])) == 1


async def test_id_is_assigned_to_no_task_after_a_kill_while_another_task_has_it(path):
    async with Rig(ids=path) as rig:
        [first] = await rig.submit(request("first"))
        gate = rig.runway.hold("create")
        [second] = await rig.submit(request("second"))
        again = rig.kill()
        gate.open()
    await kept_in(path, AcceptedId(task_id=second, remote_id=remote_id(1), at=rig.clock.now()))
    async with again:
        assert (await again.task(first)).remote_id == remote_id(1)
        assert (await again.task(second)).remote_id is None
        assert await again.state(second) is State.UNCERTAIN


async def test_orphaned_id_is_reported_until_seen_and_offered_until_adopted(path):
    entry = AcceptedId(task_id=TaskId("gone"), remote_id=remote_id(7), at=1.0)
    await kept_in(path, entry)
    async with Rig(ids=path) as rig:
        [notice] = notices(rig.events)
        assert remote_id(7) in str(notice.detail)
        assert rig.ids is not None
        assert [known.remote_id for known in rig.ids.left] == [remote_id(7)]
    async with next_run(rig) as seen:
        assert len(notices(seen.events)) == 1
        assert seen.ids is not None
        await seen.ids.note_told([remote_id(7)])
    async with next_run(seen) as again:
        assert notices(again.events) == []
        assert again.ids is not None
        assert [known.remote_id for known in again.ids.left] == [remote_id(7)]
        await again.adoption.adopt([remote_id(7)])
        assert again.ids.left == ()
        await again.clock.advance(REST)
    assert await left_in(path) == []


async def test_kept_id_survives_the_loss_of_the_log_that_held_it(path):
    """The log of the list is damaged behind the sending, after a kill: the list never heard of the answer."""
    async with Rig(ids=path) as rig:
        gate = rig.runway.hold("create")
        [task_id] = await rig.submit(request())
        cut = rig.store.copy()
        gate.open()
        await settle()
        assert await rig.state(task_id) is State.PENDING
        rig.kill()
    async with Rig(store=cut, runway=rig.runway, clock=rig.clock, ids=path) as again:
        task = await again.task(task_id)
        assert (task.state, task.remote_id) == (State.PENDING, remote_id(1))
        assert len(again.runway.named("create")) == 1


@pytest.mark.parametrize("state", [State.UNCERTAIN, State.SENDING])
async def test_restored_list_gets_the_ids_of_tasks_that_were_being_sent(path, state):
    """The backup was made while the task was being sent, and the answer came afterwards."""
    rig = Rig(ids=path)
    await rig.store.add([_restored(state)], [], None, [])
    await kept_in(path, AcceptedId(task_id=TaskId("restored"), remote_id=remote_id(7), at=1_001.0))
    async with rig:
        task = await rig.task(TaskId("restored"))
        assert (task.state, task.remote_id) == (State.PENDING, remote_id(7))


async def test_id_of_an_earlier_sending_is_not_used_for_the_unanswered_one(path):
    """The list was put back from before the first sending, and its task was released once more."""
    rig = Rig(ids=path)
    await rig.store.add([_restored(State.UNCERTAIN)], [], None, [])
    await kept_in(path, AcceptedId(task_id=TaskId("restored"), remote_id=remote_id(7), at=900.0))
    async with rig:
        assert await rig.state(TaskId("restored")) is State.UNCERTAIN
        assert notices(rig.events)
        assert await left_in(path) != []


@pytest.mark.parametrize("state", [State.QUEUED, State.GONE, State.CANCELLED])
async def test_restored_list_ignores_ids_of_tasks_that_it_does_not_list_as_sent(path, state):
    rig = Rig(ids=path)
    await rig.store.add([_restored(state)], [], None, [])
    await kept_in(path, AcceptedId(task_id=TaskId("restored"), remote_id=remote_id(7), at=1.0))
    async with rig:
        assert await rig.task(TaskId("restored")) == _restored(state)
        assert remote_id(7) in str(notices(rig.events)[0].detail)


def _restored(state: State) -> Task:
    return Task(
        id=TaskId("restored"),
        request=request(),
        created_at=1.0,
        state=state,
        sent_at=None if state is State.QUEUED else 1_000.0,
        hold=Hold(HoldCode.RESTORED) if state is State.QUEUED else ITS_TURN,
    )


async def test_kept_id_is_assigned_once_a_disk_that_was_full_at_start_has_room(path):
    rig, store, task_id = await accepted_by_a_full_disk(path)
    again = rig.kill()
    store.trouble = None
    # The start itself finds room enough to say that it is uncertain, and then there is none any more.
    await again.ledger.load()
    store.trouble = FULL
    again.runway._gates.clear()
    async with again:
        await again.clock.advance(120)
        assert await again.state(task_id) is State.UNCERTAIN
        store.trouble = None
        await again.clock.advance(61)
        assert (await again.task(task_id)).remote_id == remote_id(1)


async def test_unsent_tasks_are_reported_once_while_the_disk_is_full():
    store = MemoryStore()
    async with Rig(store=store, loops=("lane",)) as rig:
        await rig.lane.pause()
        await rig.submit(request())
        store.trouble = FULL
        await rig.lane.resume()
        await rig.clock.advance(3_600)
        assert len(notices(rig.events)) == 1
        assert rig.runway.named("create") == []


async def test_missing_id_file_does_not_stop_sending(tmp_path):
    async with Rig(ids=tmp_path / "no such folder" / "accepted-ids.txt") as rig:
        [task_id] = await rig.submit(request())
        assert await rig.state(task_id) is State.PENDING


@pytest.mark.skipif(sys.platform == "win32", reason="only where a process can be given a smaller disk")
async def test_id_accepted_on_a_full_disk_is_available_at_the_next_start(tmp_path):
    from runway_desktop.store import SqliteStore

    ended = subprocess.run(
        [sys.executable, "-m", "tests.faults.full_disk_child", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 9, ended.stderr
    store = await SqliteStore.open(tmp_path / "profile.db")
    runway = FakeRunway()
    runway._made = 1
    runway.say(remote_id(1), "PENDING")
    rig = Rig(runway=runway, ids=tmp_path / "accepted-ids.txt", store=store)  # type: ignore[arg-type]
    try:
        async with rig:
            while not [task for task in rig.ledger.open() if task.state is State.PENDING]:
                await asyncio.sleep(0.01)
                await settle()
            [task] = rig.ledger.open()
            assert task.remote_id == remote_id(1)
            assert runway.named("create") == []
    finally:
        await store.close()


async def killed_while_sending(path: Path, prompt: str = "A fox at dawn") -> tuple[Rig, MemoryStore, TaskId]:
    """The POST is under way, its row stands in the log of the list alone, and the program dies. Gives the next run
    too: its list as it was before the task came."""
    rig = Rig(ids=path)
    await rig.__aenter__()
    before = rig.store.copy()
    rig.runway.hold("create")
    [task_id] = await rig.submit(request(prompt))
    assert await rig.state(task_id) is State.SENDING
    rig.kill()
    rig.runway._gates.clear()
    return rig, before, task_id


async def test_sending_whose_row_was_lost_with_the_log_is_uncertain_and_shows_its_prompt(path):
    rig, before, task_id = await killed_while_sending(path)
    async with Rig(store=before, runway=rig.runway, clock=rig.clock, ids=path) as again:
        task = await again.task(task_id)
        assert (task.state, task.request.model, task.request.prompt) == (State.UNCERTAIN, "gen4.5", "A fox at dawn")
        assert task.evidence is not None
        assert task.evidence.cause == Reason(ReasonCode.ROW_LOST)
        # The person finds its id at Runway.
        await again.adoption.settle_with(task_id, remote_id(1))
        await again.clock.advance(REST)
        assert len(again.runway.named("create")) == 1
    async with next_run(again) as last:
        assert [task.id for task in last.store.tasks.values()] == [task_id]
        assert last.ids is not None
        assert last.ids.unanswered == ()


async def test_task_that_an_older_list_calls_queued_but_was_sent_is_uncertain(path):
    async with Rig(ids=path) as rig:
        await rig.lane.pause()
        [task_id] = await rig.submit(request())
        before = rig.store.copy()
        gate = rig.runway.hold("create")
        await rig.lane.resume()
        await gate.arrived()
        rig.kill()
    rig.runway._gates.clear()
    async with Rig(store=before, runway=rig.runway, clock=rig.clock, ids=path) as again:
        await again.lane.resume()
        await again.clock.advance(600)
        task = await again.task(task_id)
        assert (task.state, task.evidence and task.evidence.cause) == (
            State.UNCERTAIN, Reason(ReasonCode.PROGRAM_ENDED),
        )  # fmt: skip
        assert len(again.runway.named("create")) == 1


@pytest.mark.parametrize(
    ("error", "state"), [(SlowDown("Too much."), State.PENDING), (NoReply("Cut."), State.UNCERTAIN)]
)
async def test_sending_whose_outcome_the_list_knows_keeps_that_outcome(path, error, state):
    async with Rig(ids=path) as rig:
        rig.runway.then("create", error)
        [task_id] = await rig.submit(request())
        rig.kill()
    async with next_run(rig) as again:
        assert len(again.store.tasks) == 1
        assert await again.state(task_id) is state
        assert again.ids is not None
        assert again.ids.unanswered == ()
        await again.clock.advance(REST + 1)
    assert path.read_bytes().strip() == b""


async def test_sending_is_on_disk_before_its_first_byte_is_sent(path):
    seen: list[bytes] = []
    async with Rig(ids=path) as rig:
        create = rig.runway.create

        async def watched(endpoint: str, body: Mapping[str, Any]) -> CreatedTask:
            seen.append(path.read_bytes())
            return await create(endpoint, body)

        rig.runway.create = watched  # type: ignore[method-assign]
        [task_id] = await rig.submit(request("“Fuchs” \n" + "狐" * 500))
        assert task_id.encode() in seen[0]
        assert "“Fuchs” \\n狐".encode() in seen[0]
        # Its id takes the same slot.
        assert task_id.encode() in path.read_bytes()
        assert path.read_bytes().count(task_id.encode()) == 1
