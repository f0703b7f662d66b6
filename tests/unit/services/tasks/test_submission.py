"""From a click to a queued task, and what a person may decide about tasks that exist."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import suppress
from pathlib import Path

import pytest

from runway_desktop.domain.advance import Answer, NoAnswer, Sending
from runway_desktop.domain.errors import NotPossible
from runway_desktop.domain.events import TasksAdded
from runway_desktop.domain.failures import Reason, ReasonCode
from runway_desktop.domain.library import Listing
from runway_desktop.domain.task import Evidence, HoldCode, State, TaskId
from tests.rigs import sent
from tests.rigs.engine_rig import Rig, idle, request, with_picture
from tests.rigs.fake_runway import remote_id
from tests.rigs.fakes import MemoryStore


async def test_many_prompts_are_stored_in_one_step_in_order():
    async with idle() as rig:
        writes = rig.store.writes
        ids = await rig.submit(*(request(f"Prompt {n}") for n in range(300)), batch_name="Fog", project="Film")
        assert rig.store.writes == writes + 1
        assert len(rig.told(TasksAdded)) == 1
        tasks = await rig.store.get_many(ids)
        assert [task.request.prompt for task in sorted(tasks, key=lambda task: task.position)] == [
            f"Prompt {n}" for n in range(300)
        ]
        assert {task.project for task in tasks} == {"Film"}
        assert len({task.batch_id for task in tasks}) == 1
        assert (await rig.store.counts()).batches[0][1:] == ("Fog", 300)


async def test_tasks_submitted_together_have_one_creation_time(monkeypatch):
    async with idle() as rig:
        later = itertools.count(int(rig.clock.now()))
        monkeypatch.setattr(rig.clock, "now", lambda: float(next(later)))
        ids = await rig.submit(*(request(f"Prompt {n}") for n in range(3)), batch_name="Fog")
        assert len({(await rig.task(task_id)).created_at for task_id in ids}) == 1
        assert list((await rig.store.list(Listing())).ids) == list(ids)


async def test_additional_sheet_rows_join_their_batch():
    async with Rig() as rig:
        [first] = await rig.submit(request("One"), batch_name="Fog")
        batch = (await rig.task(first)).batch_id
        assert batch is not None
        later = await rig.submit(request("Two"), request("Three"), into=batch)
        assert {(await rig.task(task_id)).batch_id for task_id in later} == {batch}
        assert (await rig.store.counts()).batches[0][1:] == ("Fog", 3)


async def test_single_prompt_is_no_batch():
    async with idle() as rig:
        [task_id] = await rig.submit(request())
        assert (await rig.task(task_id)).batch_id is None


async def test_later_tasks_are_queued_behind_earlier_ones_after_a_restart():
    async with idle() as rig:
        [first] = await rig.submit(request())
    async with idle(store=rig.store) as rig:
        [second] = await rig.submit(request())
        assert (await rig.task(second)).position > (await rig.task(first)).position


async def test_inputs_are_recorded_by_path_and_size_before_they_are_read(tmp_path: Path):
    picture = tmp_path / "Mein Bild ü.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 92)
    async with idle() as rig:
        [task_id] = await rig.submit(with_picture(picture.as_uri()))
        [noted] = await rig.store.inputs(task_id)
        assert (noted.path, noted.size, noted.sha256, noted.field_path) == (str(picture), 100, "", ("promptImage",))


async def test_task_kept_back_waits_for_the_person():
    async with idle() as rig:
        [task_id] = await rig.submit(request(), send_now=False)
        assert (await rig.task(task_id)).hold.code is HoldCode.WAITS_FOR_PERSON


async def test_pasted_ids_are_classified_as_new_known_or_invalid():
    async with idle() as rig:
        first = await rig.adoption.adopt([remote_id(1)])
        second = await rig.adoption.adopt([remote_id(1).upper(), remote_id(2), remote_id(2), "hello"])
        assert (len(first.added), first.known, first.bad) == (1, (), ())
        assert (len(second.added), second.known, second.bad) == (1, first.added, ("hello",))
        task = await rig.task(second.added[0])
        assert (task.state, task.adopted, task.remote_id) == (State.PENDING, True, remote_id(2))


async def test_adopting_a_removed_task_restores_it_to_the_list():
    async with idle() as rig:
        [task_id] = (await rig.adoption.adopt([remote_id(1)])).added
        await rig.actions.remove([task_id])
        assert (await rig.adoption.adopt([remote_id(1)])).known == (task_id,)
        assert (await rig.task(task_id)).removed_at is None


async def ended(rig: Rig) -> TaskId:
    [task_id] = (await rig.adoption.adopt([remote_id(1)])).added
    await rig.ledger.answer(task_id, Answer(remote_id=remote_id(1), status="FAILED", failure_code="INTERNAL"))
    return task_id


async def test_queued_task_can_be_edited_until_its_sending_starts(tmp_path: Path):
    picture = tmp_path / "a.png"
    picture.write_bytes(b"x")
    async with idle() as rig:
        [task_id] = await rig.submit(request("Before"))
        await sent.edit(rig, task_id, with_picture(picture.as_uri()))
        assert [noted.path for noted in await rig.store.inputs(task_id)] == [str(picture)]
        await rig.ledger.move(task_id, Sending())
        with pytest.raises(NotPossible):
            await sent.edit(rig, task_id, request("Too late"))
        assert (await rig.task(task_id)).request.model == "gen4_turbo"


async def uncertain(rig: Rig) -> TaskId:
    [task_id] = await rig.submit(request())
    await rig.ledger.move(task_id, Sending())
    await rig.ledger.move(task_id, NoAnswer(Evidence(cause=Reason(ReasonCode.NO_REPLY))))
    return task_id


async def test_sending_an_uncertain_task_again_dismisses_the_old_one():
    async with idle() as rig:
        old = await uncertain(rig)
        new = await sent.again(rig, old)
        assert (await rig.task(old)).let_go
        assert (await rig.task(new)).parent_id == old


async def test_uncertain_task_accepts_the_id_found_by_the_person():
    async with idle() as rig:
        task_id = await uncertain(rig)
        await rig.adoption.adopt([remote_id(7)])
        for wrong in ("nonsense", remote_id(7)):
            with pytest.raises(NotPossible):
                await rig.adoption.settle_with(task_id, wrong)
        await rig.adoption.settle_with(task_id, f" {remote_id(8)} ")
        task = await rig.task(task_id)
        assert (task.state, task.remote_id) == (State.PENDING, remote_id(8))


async def test_uncertain_task_can_be_dismissed():
    async with idle() as rig:
        task_id = await uncertain(rig)
        assert (await rig.adoption.let_go(task_id)).let_go


@pytest.mark.parametrize("writes", [0, 1, 2])
async def test_crash_while_sending_again_never_leaves_both_tasks(writes):
    """A lost row is sent again with a click; a second result is paid for."""
    store = MemoryStore()

    async def dies() -> None:
        if store.writes == last:
            raise asyncio.CancelledError

    async with idle(store=store) as rig:
        old = await uncertain(rig)
        last = store.writes + writes
        store.before = dies
        with suppress(asyncio.CancelledError):
            await sent.again(rig, old)
        store.before = None
        async with rig.kill():
            on_disk = await store.get_many((await store.list(Listing())).ids)
            states = {task.id: task.state for task in on_disk}
            held = [state for task_id, state in states.items() if task_id != old]
            assert (states[old], held) == [
                (State.UNCERTAIN, []),
                (State.GONE, []),
                (State.GONE, [State.QUEUED]),
            ][writes]
